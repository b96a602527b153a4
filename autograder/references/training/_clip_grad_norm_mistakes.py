"""Mistakes of `clip_grad_norm`."""

import torch

from autograder.references import mistake
from autograder.references.training._clip_grad_norm import clip_grad_norm, graded, length, shorten


@mistake(
    clip_grad_norm,
    "Gradients that are short enough are stretched to the limit. They should stay as they are: the factor is never "
    "above 1.",
)
def always_rescales(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    for gradient in gradients:
        gradient.mul_(limit / (norm + 1e-6))
    return norm


@mistake(
    clip_grad_norm,
    "Gradients that are short enough are stretched to the limit, and gradients of 0 become NaN. Multiply only where "
    "the norm is above the limit: the factor is never above 1.",
)
def always_rescales_by_the_ratio(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    for gradient in gradients:
        gradient.mul_(limit / norm)
    return norm


@mistake(
    clip_grad_norm,
    "Each gradient is measured and shortened by itself, which turns the direction of the whole step. All of them "
    "together have one norm and get one factor.",
)
def one_by_one(parameters, limit):
    gradients = graded(parameters)
    for gradient in gradients:
        shorten([gradient], gradient.norm(), limit)
    return length(gradients)


@mistake(
    clip_grad_norm,
    "Each gradient is measured and shortened by itself, which turns the direction of the whole step. All of them "
    "together have one norm and get one factor.",
)
def one_by_one_measured_before(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    for gradient in gradients:
        shorten([gradient], gradient.norm(), limit)
    return norm


@mistake(
    clip_grad_norm,
    "Single numbers are cut off at the limit. That is another kind of clipping; here all are multiplied by one factor, "
    "so that the direction stays.",
)
def cuts_the_numbers(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    for gradient in gradients:
        gradient.clamp_(-limit, limit)
    return norm


@mistake(
    clip_grad_norm,
    "The norms of the weights are added up. Lengths add like the sides of a right angle: the root of the sum of their "
    "squares.",
)
def adds_the_norms(parameters, limit):
    gradients = graded(parameters)
    norm = sum((gradient.norm() for gradient in gradients), torch.tensor(0.0))
    shorten(gradients, norm, limit)
    return norm


@mistake(
    clip_grad_norm,
    "The root is missing: what is compared with the limit is the squared norm.",
)
def without_the_root(parameters, limit):
    gradients = graded(parameters)
    norm = sum((gradient.square().sum() for gradient in gradients), torch.tensor(0.0))
    shorten(gradients, norm, limit)
    return norm


@mistake(
    clip_grad_norm,
    "The largest single number, or the largest norm of one weight, is taken for the norm of all.",
)
def takes_the_largest(parameters, limit):
    gradients = graded(parameters)
    norm = max((gradient.norm() for gradient in gradients), default=torch.tensor(0.0))
    shorten(gradients, norm, limit)
    return norm


@mistake(
    clip_grad_norm,
    "The largest single number, or the largest norm of one weight, is taken for the norm of all.",
)
def takes_the_largest_number(parameters, limit):
    gradients = graded(parameters)
    norm = max((gradient.abs().max() for gradient in gradients), default=torch.tensor(0.0))
    shorten(gradients, norm, limit)
    return norm


@mistake(
    clip_grad_norm,
    "What comes back is the norm after the clipping, which is hardly ever more than the limit. Promised is that of "
    "before: it tells how bad the batch was.",
    keeps=0.7,
)
def measures_afterwards(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    shorten(gradients, norm, limit)
    return length(gradients)


@mistake(
    clip_grad_norm,
    "A weight without a gradient has `.grad` None, which has no norm. Leave such weights out.",
    keeps=0.85,
)
@torch.no_grad()
def trips_over_none(parameters, limit):
    gradients = [weight.grad for weight in parameters]
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    shorten(gradients, norm, limit)
    return norm


@mistake(
    clip_grad_norm,
    "Where no weight has a gradient, there is nothing to lay together or to add up, and that fails. The norm is 0 "
    "then, as a tensor.",
    keeps=0.93,
)
def trips_over_nobody(parameters, limit):
    gradients = graded(parameters)
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    shorten(gradients, norm, limit)
    return norm


TWICE = (
    "The parameters may come from a generator, which gives each of them only once: the second walk finds nothing, and "
    "the gradients keep their length. Make a list of it first."
)


@mistake(clip_grad_norm, TWICE, keeps=0.94)
def walks_twice(parameters, limit):
    norm = length(graded(parameters))
    shorten(graded(parameters), norm, limit)
    return norm


@mistake(
    clip_grad_norm,
    "New tensors are put into `.grad`. Who holds the old ones, as the buckets of a parallel run do, sees no clipping: "
    "multiply in place.",
    keeps=0.94,
)
def new_gradients(parameters, limit):
    parameters = [weight for weight in parameters if weight.grad is not None]
    norm = length(graded(parameters))
    for weight in parameters if norm > limit else []:
        weight.grad = weight.grad * (limit / norm)
    return norm


@mistake(
    clip_grad_norm,
    "The weights themselves are measured, or shortened. It is their gradients that should be.",
)
def clips_the_weights(parameters, limit):
    weights = [weight.detach() for weight in parameters]
    norm = length(weights)
    shorten(weights, norm, limit)
    return norm


@mistake(
    clip_grad_norm,
    "A limit of 0 is taken for none, as by `if limit` or `limit or …`. With it, all gradients become 0.",
    keeps=0.95,
)
def without_zero(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    shorten(gradients, norm, limit or torch.inf)
    return norm


@mistake(
    clip_grad_norm,
    "What comes back is the factor, not the norm of the gradients.",
)
def returns_the_factor(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    shorten(gradients, norm, limit)
    return (limit / (norm + 1e-6)).clamp(max=1.0)


@mistake(
    clip_grad_norm,
    "A norm of 0 is divided by, as NaN shows: 0 · (limit / 0). Divide only where the norm is above the limit, or add "
    "1e-6 to it.",
    keeps=0.85,
)
def divides_by_zero(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    factor = limit / norm
    for gradient in gradients:
        gradient.copy_(torch.where(norm > limit, gradient * factor, gradient + 0 * factor))
    return norm


@mistake(
    clip_grad_norm,
    "Where gradients remember how they came about, as after `backward(create_graph=True)`, the norm hangs on their "
    "graph and keeps it alive. Measure them under `torch.no_grad()`, or detached.",
    keeps=0.94,
)
def on_the_record(parameters, limit):
    gradients = [weight.grad for weight in parameters if weight.grad is not None]
    norm = length(gradients)
    with torch.no_grad():
        shorten(gradients, norm, limit)
    return norm


@mistake(
    clip_grad_norm,
    "With a limit of 0 and gradients of zero the factor is 0 / 0, and NaN is written into the gradients. Multiply only "
    "where the norm is above the limit.",
    keeps=0.9,
)
def nothing_by_nothing(parameters, limit):
    gradients = graded(parameters)
    norm = length(gradients)
    for gradient in gradients:
        gradient.mul_((limit / norm).clamp_max(1))
    return norm
