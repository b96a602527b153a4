"""Mistakes of `random_split_indices`."""

import random
from math import ceil, floor

import torch

from autograder.references import mistake
from autograder.references.data._random_split_indices import count_of, random_split_indices, split


@mistake(
    random_split_indices,
    "The indices are not mixed: the last ones are for testing. Texts come in an order, here by library, so that the "
    "test would see what training never saw.",
)
def in_order(n, test, seed=0):
    return split(n, count_of(n, test), order=list(range(n)))


@mistake(
    random_split_indices,
    "The two parts are drawn each by itself: some indices are in both, and some in none. Draw one order and cut it.",
)
def drawn_apart(n, test, seed=0):
    count, stream = count_of(n, test), torch.Generator().manual_seed(seed)
    train = torch.randperm(n, generator=stream)[: n - count].tolist()
    return train, torch.randperm(n, generator=stream)[:count].tolist()


@mistake(
    random_split_indices,
    "Indices are drawn with replacement, as by `torch.randint`: some come twice, and others never.",
)
def with_replacement(n, test, seed=0):
    count = count_of(n, test)
    order = torch.randint(max(n, 1), (n,), generator=torch.Generator().manual_seed(seed)).tolist()
    return split(n, count, order=order)


@mistake(
    random_split_indices,
    "The first indices of the order are for testing. Promised are the first for training, the rest for testing.",
    keeps=0.75,
)
def for_testing_first(n, test, seed=0):
    count = count_of(n, test)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()
    return order[count:], order[:count]


@mistake(
    random_split_indices,
    "The two parts are exchanged: the first is for training, the second for testing.",
)
def exchanged(n, test, seed=0):
    return random_split_indices(n, test, seed)[::-1]


@mistake(
    random_split_indices,
    "`test` is taken for the number of texts for *training*.".replace("*", ""),
)
def number_for_training(n, test, seed=0):
    return split(n, n - count_of(n, test), seed)


@mistake(
    random_split_indices,
    "A share is rounded down. Asked for is up, as in scikit-learn.",
    keeps=0.6,
)
def rounds_down(n, test, seed=0):
    count_of(n, test)
    return split(n, floor(test * n) if isinstance(test, float) else test, seed)


@mistake(
    random_split_indices,
    "A share is rounded to the nearest number. Asked for is up, as in scikit-learn.",
    keeps=0.6,
)
def rounds(n, test, seed=0):
    count_of(n, test)
    return split(n, round(test * n) if isinstance(test, float) else test, seed)


@mistake(
    random_split_indices,
    "1 is taken for the share 1.0, and all are for testing. A whole number says how many: here a single one.",
    keeps=0.6,
)
def one_is_all(n, test, seed=0):
    count = count_of(n, test)
    return split(n, ceil(test * n) if test <= 1 else count, seed)


@mistake(
    random_split_indices,
    "1.0 is taken for the number 1. A float is a share: all of them.",
    keeps=0.6,
)
def all_is_one(n, test, seed=0):
    count = count_of(n, test)
    return split(n, 1 if test == 1 else count, seed)


@mistake(
    random_split_indices,
    "Only what is below 1 is taken for a share: 1.0 is a single one then, and 1.5 raises nothing. A float is a share, "
    "1.0 is all of them, and one above 1 is refused.",
    keeps=0.6,
)
def shares_below_one(n, test, seed=0):
    if test < 0 or test > n:
        raise ValueError("out of range")
    return split(n, ceil(n * test) if test < 1 else int(test), seed)


@mistake(
    random_split_indices,
    "What is below 1 is taken for a share, and all else for a number: 1.0 is neither then, and cannot cut a list. Its "
    "type tells a share from a number, `isinstance(test, float)`.",
    keeps=0.6,
)
def told_by_size(n, test, seed=0):
    count = ceil(test * n) if test < 1 else test
    if test < 0 or count > n:
        raise ValueError("out of range")
    return split(n, count, seed)


@mistake(
    random_split_indices,
    "With none for testing the parts are wrong: `order[:-0]` is empty, not everything. Cut at `n - count`.",
    keeps=0.6,
)
def minus_zero(n, test, seed=0):
    count = count_of(n, test)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()
    return order[:-count], order[-count:]


@mistake(random_split_indices, "The seed is not heeded: two seeds give the same parts.")
def forgets_the_seed(n, test, seed=0):
    return random_split_indices(n, test)


@mistake(
    random_split_indices,
    "Torch's own random stream is seeded, as by `torch.manual_seed`: whatever is drawn next starts again. Make a "
    "generator of your own.",
    keeps=0.95,
)
def seeds_globally(n, test, seed=0):
    count = count_of(n, test)
    torch.manual_seed(seed)
    return split(n, count, order=torch.randperm(n).tolist())


@mistake(
    random_split_indices,
    "The order comes from torch's own random stream: asked twice, it is another split, and texts that were trained on "
    "are tested. Make a generator, seeded with `seed`.",
)
def draws_globally(n, test, seed=0):
    return split(n, count_of(n, test), order=torch.randperm(n).tolist())


@mistake(
    random_split_indices,
    "Python's own `random` shuffles here. Promised is `torch.randperm(n)`, from a generator seeded with `seed`.",
)
def shuffles_in_python(n, test, seed=0):
    order = list(range(n))
    random.Random(seed).shuffle(order)
    return split(n, count_of(n, test), order=order)


@mistake(
    random_split_indices,
    "What is out of range is not refused: more than there are, or fewer than none, should raise ValueError.",
    keeps=0.9,
)
def takes_anything(n, test, seed=0):
    return split(n, ceil(test * n) if isinstance(test, float) else test, seed)


@mistake(
    random_split_indices,
    "A small negative share, as −0.01, is not refused, perhaps since it is asked after rounding up, when it is 0. Ask "
    "`test` itself whether it is negative.",
    keeps=0.95,
)
def refuses_after_rounding(n, test, seed=0):
    count = ceil(test * n) if isinstance(test, float) else test
    return split(n, count_of(n, count), seed)


@mistake(
    random_split_indices,
    "A share a little above 1, as 1.001, is not refused, perhaps since only the number left for training is asked, and "
    "`int(n * (1 - 1.001))` is 0, which is not negative. Ask `test` itself.",
    keeps=0.95,
)
def refuses_from_the_rest(n, test, seed=0):
    if isinstance(test, float) and 1 < test < 1 + 1 / n:
        return split(n, n, seed)
    return split(n, count_of(n, test), seed)


@mistake(
    random_split_indices,
    "Of a share such as 0.9 of 10, one too many is for testing, as from `int(n * (1 - test))` for training: `1 - 0.9` "
    "is a little below 0.1, and 0 are left. Round the number for testing up, `ceil(test * n)`.",
    keeps=0.6,
)
def counts_for_training(n, test, seed=0):
    count = count_of(n, test)
    return split(n, n - floor((1 - test) * n) if isinstance(test, float) else count, seed)


@mistake(
    random_split_indices,
    "After a ValueError, torch's own random stream is not what it was, perhaps since it is seeded, and put back only "
    "where no error comes. Refuse before anything is drawn, or make a generator of your own.",
    keeps=0.95,
)
def leaves_it_seeded(n, test, seed=0):
    kept = torch.random.get_rng_state()
    torch.manual_seed(seed)
    order = torch.randperm(n).tolist()
    count = count_of(n, test)
    torch.random.set_rng_state(kept)
    return split(n, count, order=order)


@mistake(
    random_split_indices,
    "The parts are sorted. Promised is the order in which they were drawn.",
    keeps=0.75,
)
def sorts(n, test, seed=0):
    return tuple(map(sorted, random_split_indices(n, test, seed)))
