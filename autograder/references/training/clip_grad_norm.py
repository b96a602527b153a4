"""`clip_grad_norm`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, promised
from autograder.references.training import _clip_grad_norm_mistakes  # noqa: F401  (they register themselves)
from autograder.references.training._clip_grad_norm import clip_grad_norm, graded, length, shorten


@alternative(clip_grad_norm)
def with_a_condition(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    shorten(gradients, norm, limit)
    return norm


@alternative(clip_grad_norm)
def with_one_long_vector(parameters, limit):
    gradients = graded(parameters)
    if not gradients:
        return torch.zeros(())
    norm = torch.cat([gradient.reshape(-1) for gradient in gradients]).square().sum().sqrt()
    factor = float(limit / (norm + 1e-6))
    for gradient in gradients:
        gradient *= min(1.0, factor)
    return norm


promised(
    clip_grad_norm,
    "Shortens all gradients together, so that the norm of all their numbers is `limit` at most.",
    by=["three weights, one of them a number", "one weight"],
)
promised(
    clip_grad_norm,
    "All are multiplied by one factor, in place, and only if their norm is above the limit; else they stay as "
    "they are.",
    by=["who holds a gradient", "short gradients", "just below the limit, and just above"],
)
promised(
    clip_grad_norm,
    "parameters: also from a generator.",
    by=["the parameters of a network, a generator"],
)
promised(
    clip_grad_norm,
    "Those without a gradient are passed over.",
    by=["some have none"],
)
promised(
    clip_grad_norm,
    "limit: 0 or more.",
    by=["a limit of zero"],
)
promised(
    clip_grad_norm,
    "The norm before, of shape (), without a graph; 0 where there is no gradient.",
    by=["who holds a gradient", "gradients with a history", "nobody has one"],
)
