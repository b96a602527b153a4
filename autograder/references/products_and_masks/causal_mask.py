"""`causal_mask`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def causal_mask(size, device=None):
    """Place by place."""
    mask = torch.zeros(size, size, dtype=torch.bool, device=device)
    for row in range(size):
        mask[row, : row + 1] = True
    return mask


def square(size, device):
    return torch.ones(size, size, dtype=torch.bool, device=device)


@mistake(
    causal_mask,
    "True stands on and above the diagonal: each row sees what comes after it. `tril`, l for lower, keeps what comes "
    "before.",
)
def above(size, device=None):
    return square(size, device).triu()


@mistake(
    causal_mask,
    'The other way round: True where it should be False. Here True says "may be looked at".',
)
def inverted(size, device=None):
    return square(size, device).triu(1)


@mistake(
    causal_mask,
    "The diagonal itself is False: a place may look at itself, so it belongs to what is True.",
)
def without_the_diagonal(size, device=None):
    return square(size, device).tril(-1)


@mistake(causal_mask, "One diagonal too many: each row sees the place after its own, as with `tril(1)`.")
def one_too_many(size, device=None):
    return square(size, device).tril(1)


@mistake(
    causal_mask,
    "The device plays no part: whatever is asked for, the mask lies on the same one. Hand `device=device` to what "
    "makes the tensor.",
    keeps=0.8,
)
def device_ignored(size, device=None):
    return square(size, None).tril()


@mistake(
    causal_mask,
    "These are numbers, ones and zeros. A mask is boolean: `dtype=torch.bool`, or a comparison.",
)
def ones_and_zeros(size, device=None):
    return torch.ones(size, size, device=device).tril()


@mistake(
    causal_mask,
    "These are the numbers to be added to scores, 0 and −∞. Asked for is a boolean mask, True where a place may be "
    "looked at.",
)
def to_be_added(size, device=None):
    return torch.full((size, size), -torch.inf, device=device).triu(1)


@alternative(causal_mask)
def by_comparison(size, device=None):
    place = torch.arange(size, device=device)
    return place.unsqueeze(-1) >= place


@alternative(causal_mask)
def by_float(size, device=None):
    return torch.tril(torch.ones((size, size), device=device)).bool()


promised(causal_mask, "True on and below the diagonal: place i may look at the places 0 … i.", by=["a small square"])
promised(causal_mask, "size: number of places, at least 0.", by=["one place, and more", "no place, and some"])
promised(causal_mask, "device: of the result; None is the default device.", by=["where it is made"])
promised(causal_mask, "Shape (size, size), bool.", by=["a larger square", "where it is made"])
