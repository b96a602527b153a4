"""Top-p as people write it wrongly; each of these is right on some inputs.

All take the scores of one place (vocabulary,) and p. What comes back are the probabilities that are left.
"""

from __future__ import annotations

import torch
from torch import Tensor


def right_top_p(scores: Tensor, p: float) -> Tensor:
    """The definition, in loops: from the least likely up, as long as what is left has p."""
    shares = scores.double().softmax(dim=-1).tolist()
    order = sorted(range(len(shares)), key=lambda place: (shares[place], place))
    gone, below = [], 0.0
    for place in order[:-1]:
        below += shares[place]
        if below > 1 - p + 1e-9:
            break
        gone.append(place)
    left = scores.clone()
    left[gone] = -torch.inf
    return left.softmax(dim=-1)


def left(scores: Tensor, places: Tensor, gone: Tensor) -> Tensor:
    """Probabilities without those at the sorted places that go."""
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf).softmax(dim=-1)


def stops_too_early(scores: Tensor, p: float) -> Tensor:
    ordered, places = scores.sort(descending=True, stable=True)
    gone = ordered.softmax(dim=-1).cumsum(dim=-1) >= p
    gone[0] = False
    return left(scores, places, gone)


def one_too_many(scores: Tensor, p: float) -> Tensor:
    ordered, places = scores.sort(stable=True)
    gone = ordered.softmax(dim=-1).cumsum(dim=-1) < 1 - p - 1e-6
    gone[-1] = False
    return left(scores, places, gone)


def keeps_all_ties(scores: Tensor, p: float) -> Tensor:
    kept = right_top_p(scores, p) > 0
    return scores.masked_fill(scores < scores[kept].min(), -torch.inf).softmax(dim=-1)


def forgets_the_order(scores: Tensor, p: float) -> Tensor:
    gone = scores.sort(stable=True).values.softmax(dim=-1).cumsum(dim=-1) <= 1 - p + 1e-7
    gone[-1] = False
    return scores.masked_fill(gone, -torch.inf).softmax(dim=-1)


def fills_with_zero(scores: Tensor, p: float) -> Tensor:
    return scores.masked_fill(right_top_p(scores, p) == 0, 0.0).softmax(dim=-1)


def looks_at_each(scores: Tensor, p: float) -> Tensor:
    shares = scores.softmax(dim=-1)
    return scores.masked_fill((shares < 1 - p) & (shares < shares.max()), -torch.inf).softmax(dim=-1)


SUSPECTS = {
    "stops before p is reached": stops_too_early,
    "takes one more where p is reached exactly": one_too_many,
    "keeps all that tie with the last one": keeps_all_ties,
    "lays the sorted mask on the unsorted scores": forgets_the_order,
    "gives what is out a score of 0": fills_with_zero,
    "compares each probability with 1 − p": looks_at_each,
}
