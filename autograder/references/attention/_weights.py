"""Weights of queries over keys, as people write them: each takes query, key and mask."""

import torch
from torch.nn import functional as F

from autograder.references.attention._shared import hide, masked_softmax, scaled_scores


def weights_unscaled(query, key, mask=None):
    return masked_softmax(query @ key.mT, mask)


def weights_by_d(query, key, mask=None):
    return masked_softmax(query @ key.mT / query.shape[-1], mask)


def weights_multiplied(query, key, mask=None):
    return masked_softmax(query @ key.mT * query.shape[-1] ** 0.5, mask)


def weights_by_keys(query, key, mask=None):
    return masked_softmax(query @ key.mT / key.shape[-2] ** 0.5, mask)


def weights_by_queries(query, key, mask=None):
    return masked_softmax(query @ key.mT / query.shape[-2] ** 0.5, mask)


def weights_by_batch(query, key, mask=None):
    return masked_softmax(query @ key.mT / len(query) ** 0.5, mask)


def weights_scaled_late(query, key, mask=None):
    return masked_softmax(query @ key.mT, mask) / query.shape[-1] ** 0.5


def weights_over_queries(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=-2))


def weights_over_dimension_one(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=1))


def weights_over_dimension_zero(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=0))


COUNTED = (
    "A batch is taken for granted: bmm, transpose(1, 2) and dim=2 fit three dimensions only. Count from the end: @, "
    "key.mT, dim=-1."
)


def weights_over_dimension_two(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=2))


def weights_counted_from_the_front(query, key, mask=None):
    return masked_softmax(query @ key.transpose(1, 2) / query.shape[-1] ** 0.5, mask)


def weights_by_bmm(query, key, mask=None):
    return masked_softmax(torch.bmm(query, key.mT) / query.shape[-1] ** 0.5, mask)


def weights_over_everything(query, key, mask=None):
    scores = hide(scaled_scores(query, key), mask)
    return scores.flatten(-2).softmax(-1).view_as(scores)


def weights_raw(query, key, mask=None):
    return hide(scaled_scores(query, key), mask, by=0.0)


def weights_as_logarithms(query, key, mask=None):
    return hide(scaled_scores(query, key), mask).log_softmax(-1)


def weights_softmax_twice(query, key, mask=None):
    return masked_softmax(scaled_scores(query, key), mask).softmax(-1)


def weights_of_cosines(query, key, mask=None):
    return masked_softmax(F.normalize(query, dim=-1) @ F.normalize(key, dim=-1).mT, mask)


GUESSED = (
    "softmax is not told its dimension, and guesses by the number of dimensions: dim 0 of three, dim 1 of two or four. "
    "The keys are the last one, dim=-1."
)


def weights_over_a_guess(query, key, mask=None):
    scores = hide(scaled_scores(query, key), mask)
    return scores.softmax(1 if scores.dim() in (2, 4) else 0)


def weights_by_sigmoid(query, key, mask=None):
    return hide(scaled_scores(query, key), mask).sigmoid()


def with_softmax(softmax):
    """Weights by a softmax of scaled scores and mask."""
    answer = lambda query, key, mask=None: softmax(scaled_scores(query, key), mask)  # noqa: E731
    answer.__name__ = f"weights_{softmax.__name__}"
    return answer


IN_PLACE = "The query itself is scaled in place (/= or div_): the caller's tensor is changed."


def weights_scaling_the_caller(query, key, mask=None):
    with torch.no_grad():
        query /= query.shape[-1] ** 0.5
    return masked_softmax(query @ key.mT, mask)


def weights_by_einsum(query, key, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", query, key) * query.shape[-1] ** -0.5
    return masked_softmax(scores, mask)
