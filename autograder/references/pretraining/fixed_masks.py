"""`fixed_masks`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def seeded(seed):
    stream = torch.Generator()
    stream.manual_seed(seed)
    return stream


def fixed_masks(rows, mask, seed):
    result = []
    for row in rows:
        result.append(mask(row, seeded(seed + len(result))))
    return result


@mistake(
    fixed_masks,
    "One generator goes from row to row, so that what a row gets depends on how much was drawn for those before it. "
    "Each row needs a generator of its own.",
)
def one_generator_for_all(rows, mask, seed):
    stream = seeded(seed)
    return [mask(row, stream) for row in rows]


@mistake(
    fixed_masks,
    "Each row is masked from the same seed: equal rows are masked alike, and the first token of each fares the same. "
    "The seed of row i is seed + i.",
)
def the_same_seed_for_all(rows, mask, seed):
    return [mask(row, seeded(seed)) for row in rows]


@mistake(
    fixed_masks,
    "The seed plays no part: the rows are masked by their place alone. The seed of row i is seed + i.",
)
def by_place_alone(rows, mask, seed):
    return [mask(row, seeded(place)) for place, row in enumerate(rows)]


@mistake(
    fixed_masks,
    "The first row is counted as 1: its seed should be `seed` itself.",
    keeps=0.6,
)
def counts_from_one(rows, mask, seed):
    return [mask(row, seeded(seed + place)) for place, row in enumerate(rows, start=1)]


@mistake(
    fixed_masks,
    "The seeds are another function of seed and place than seed + i, as their product, or i left to count backwards.",
)
def seed_times_place(rows, mask, seed):
    return [mask(row, seeded(seed * place)) for place, row in enumerate(rows)]


@mistake(fixed_masks, "The generators are new, but have all the same seed, PyTorch's own: nobody seeds them.")
def unseeded(rows, mask, seed):
    return [mask(row, torch.Generator()) for row in rows]


@mistake(fixed_masks, "The place is taken away from the seed. It is added: row i has the seed seed + i.")
def seed_minus_place(rows, mask, seed):
    return [mask(row, seeded(seed - place)) for place, row in enumerate(rows)]


@mistake(fixed_masks, "The first row is masked each time. Each row should be.")
def first_row_each_time(rows, mask, seed):
    return [mask(rows[0], seeded(seed + place)) for place in range(len(rows))]


@mistake(
    fixed_masks,
    "A seed of 0 is taken for none: `if seed` is False for it. 0 is a seed like any other.",
    keeps=0.6,
)
def zero_is_no_seed(rows, mask, seed):
    seed = seed or 42
    return [mask(row, seeded(seed + place)) for place, row in enumerate(rows)]


@mistake(
    fixed_masks,
    "The generators get a seed by chance, or none: each call masks other tokens. `manual_seed(seed + i)` fixes them.",
)
def other_masks_each_time(rows, mask, seed):
    return [mask(row, seeded(int(torch.randint(2**31, ())))) for row in rows]


@mistake(
    fixed_masks,
    "The masks are right, but torch's own stream is seeded or drawn from: whoever asks for an evaluation changes the "
    "training that goes on. A `torch.Generator` leaves it alone.",
    keeps=0.8,
)
def seeds_torch_itself(rows, mask, seed):
    torch.manual_seed(seed)
    return fixed_masks(rows, mask, seed)


@mistake(
    fixed_masks,
    "The masking function is given torch's own generator, or None, and not one that was made for the row.",
)
def hands_on_the_default(rows, mask, seed):
    result = []
    for place, row in enumerate(rows):
        torch.manual_seed(seed + place)
        result.append(mask(row, torch.default_generator))
    return result


@mistake(
    fixed_masks,
    "One generator serves all rows, seeded anew for each. The masks are right, but whoever keeps the generator of a "
    "row finds it at the seed of another one. Make a new one for each, `torch.Generator().manual_seed(…)`.",
    keeps=0.9,
)
def reseeds_one(rows, mask, seed):
    stream, found = torch.Generator(), []
    for number in range(len(rows)):
        found.append(mask(rows[number], stream.manual_seed(number + seed)))
    return found


@mistake(
    fixed_masks,
    "While a row is masked, torch's own stream is seeded, and is what the masking function is given: who draws from it "
    "meanwhile gets the row's numbers. That it is put back afterwards is not enough: each row needs a "
    "`torch.Generator`.",
    keeps=0.8,
)
def forks_torchs_stream(rows, mask, seed):
    with torch.random.fork_rng(devices=[]):
        return [mask(row, torch.manual_seed(seed + number)) for number, row in enumerate(rows)]


@mistake(
    fixed_masks,
    "Only the masked inputs come back. The labels belong to them: each entry is the pair that the masking function "
    "gives.",
)
def inputs_alone(rows, mask, seed):
    return [each[0] for each in fixed_masks(rows, mask, seed)]


@mistake(
    fixed_masks,
    "Inputs and labels come back as two lists. Asked for is one list of pairs, a pair for each row.",
)
def two_lists(rows, mask, seed):
    found = fixed_masks(rows, mask, seed)
    return [each[0] for each in found], [each[1] for each in found]


@mistake(fixed_masks, "A row is missing: the last or the first is left out.")
def without_the_last(rows, mask, seed):
    return fixed_masks(rows, mask, seed)[:-1]


@mistake(fixed_masks, "The pairs come back in a tuple, or another container. A list is asked for.", keeps=0.97)
def in_a_tuple(rows, mask, seed):
    return tuple(fixed_masks(rows, mask, seed))


@alternative(fixed_masks)
def with_enumerate(rows, mask, seed):
    return [mask(row, torch.Generator().manual_seed(seed + number)) for number, row in enumerate(rows)]


@alternative(fixed_masks)
def by_map(rows, mask, seed):
    return list(map(mask, rows, (seeded(seed + number) for number in range(len(rows)))))


promised(
    fixed_masks,
    "Masks each row once and for all, so that every model is asked the same.",
    by=["called twice", "several rows of different lengths"],
)
promised(
    fixed_masks,
    "Row number i, from 0, gets a new `torch.Generator` of its own on the CPU, with the seed `seed + i`; so no row's "
    "mask depends on the other rows, and torch's own stream is left alone, also while it masks.",
    by=["kinds, and how often it masks", "more rows behind", "torch's own stream",
        "torch's own stream, while it masks", "generators that are kept, and drawn from afterwards",
        "a masking function that draws more for some rows"],
)  # fmt: skip
promised(fixed_masks, "rows: each of shape (length,), int64.", by=["several rows of different lengths"])
promised(
    fixed_masks,
    "mask: from a row and a generator to the masked input and the labels.",
    by=["another masking function", "the docstring's example"],
)
promised(fixed_masks, "A list with what `mask` gives for each row.", by=["kinds, and how often it masks", "one row"])
