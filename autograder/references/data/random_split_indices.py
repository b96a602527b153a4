"""`random_split_indices`: other ways that are right, and what is promised."""

from math import ceil

import torch

from autograder.references import alternative, promised
from autograder.references.data import _random_split_indices_mistakes  # noqa: F401  (they register themselves)
from autograder.references.data._random_split_indices import random_split_indices


@alternative(random_split_indices)
def by_slices(n, test, seed=0):
    share = isinstance(test, float)
    if not 0 <= test <= (1.0 if share else n):
        raise ValueError(f"{test} of {n}")
    stream = torch.Generator()
    stream.manual_seed(seed)
    order = torch.randperm(n, generator=stream)
    cut = n - (ceil(n * test) if share else test)
    return order[:cut].tolist(), order[cut:].tolist()


@alternative(random_split_indices)
def by_tensor_split(n, test, seed=0):
    count = -int(-(test * n) // 1) if type(test) is float else test
    if test < 0 or count > n:
        raise ValueError
    kept, held = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tensor_split([n - count])
    return kept.tolist(), held.tolist()


promised(
    random_split_indices,
    "The indices 0 … n − 1 in two parts, one for training and one for testing, at random.",
    by=["both parts together", "the parts"],
)
promised(random_split_indices, "n: how many there are.", by=["both parts together"])
promised(
    random_split_indices,
    "test: how many are for testing: a whole number, or as a float a share of n, rounded up: `ceil(test * n)`.",
    by=["a number", "a share", "a share that leaves few", "one is a number, 1.0 a share"],
)
promised(random_split_indices, "seed: of a `torch.Generator` of its own.", by=["two seeds", "without a seed"])
promised(
    random_split_indices,
    "Of `torch.randperm(n)` from that generator, the first indices are for training, the rest is for testing; as two "
    "lists.",
    by=["the parts", "more for testing, the same order"],
)
promised(random_split_indices, "Torch's own random stream is left alone.", by=["the random stream is left alone"])
promised(
    random_split_indices,
    "ValueError: `test` is negative, a number above n or a share above 1.",
    by=["out of range"],
)
