"""`unscale_and_clip`: what is right, and what goes wrong."""

import math

import torch
from torch import nn

from autograder.references import alternative, mistake, promised


def unscale_and_clip(parameters, scale, max_norm):
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    true = [(grad.double() / scale) for grad in grads]
    norm = math.sqrt(sum(float((item**2).sum()) for item in true))
    shrink = max_norm / norm if norm > max_norm else 1.0
    for grad, item in zip(grads, true, strict=True):
        grad.copy_(item * shrink)
    return torch.tensor(norm, dtype=grads[0].dtype, device=grads[0].device)


def _unscale(parameters, scale):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad /= scale


def _norm_of(grads):
    return torch.stack([grad.norm() for grad in grads]).norm()


def _by_norm(parameters, scale, max_norm, norm_of):
    """The frame of several answers."""
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    for grad in grads:
        grad /= scale
    norm = norm_of(grads)
    for grad in grads:
        grad *= max_norm / norm if norm > max_norm else 1.0
    return norm


@mistake(
    unscale_and_clip,
    "Both faults of the draft are here. Which gradients does the limit hold for: those times 65,536, or the "
    "true ones? And how often can one walk through a generator?",
)
def the_draft(parameters, scale, max_norm):
    norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    _unscale(parameters, scale)
    return norm


@mistake(
    unscale_and_clip,
    "The gradients are clipped before they are unscaled: what is left is at most max_norm / scale. Divide first.",
)
def clips_first(parameters, scale, max_norm):
    parameters = list(parameters)
    norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    _unscale(parameters, scale)
    return norm


@mistake(
    unscale_and_clip,
    "What is left has a norm of max_norm / scale. The limit was divided as well: the gradients were clipped before "
    "they were unscaled, or the limit itself was unscaled. It holds for the true gradients.",
)
def clips_first_and_mends_the_norm(parameters, scale, max_norm):
    return clips_first(list(parameters), scale, max_norm) / scale


@mistake(
    unscale_and_clip,
    "`parameters` is used up after the first loop: `model.parameters()` is a generator. Make a list of it first.",
    keeps=0.8,
)
def uses_up_the_generator(parameters, scale, max_norm):
    _unscale(parameters, scale)
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake(
    unscale_and_clip,
    "The norm that comes back is that of the scaled gradients, as when it is taken before the division. "
    "Asked for is that of the true ones.",
)
def norm_of_the_scaled(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), scale, max_norm) * scale


@mistake(unscale_and_clip, "The norm is that of the clipped gradients. Asked for is the one before clipping.")
def norm_after_clipping(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), scale, max_norm).clamp(max=max_norm)


@mistake(
    unscale_and_clip,
    "The norm that comes back is what is left after clipping. Take it before, as `clip_grad_norm_` returns it.",
)
def norm_of_what_is_left(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    nn.utils.clip_grad_norm_(parameters, max_norm)
    return _norm_of([parameter.grad for parameter in parameters if parameter.grad is not None])


@mistake(
    unscale_and_clip,
    "Each gradient is clipped by its own norm. The limit holds for all together, so that their direction stays.",
)
def one_by_one(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    norms = [nn.utils.clip_grad_norm_([parameter], max_norm) for parameter in parameters if parameter.grad is not None]
    return torch.stack(norms).norm()


@mistake(unscale_and_clip, "Short gradients are stretched to max_norm. Clipping only ever shortens.")
def always_rescales(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    norm = nn.utils.clip_grad_norm_(parameters, math.inf)
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad *= max_norm / (norm + 1e-6)
    return norm


@mistake(
    unscale_and_clip, "Each element is clamped. Asked for is the norm of all gradients together: one factor for all."
)
def clamps_elements(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    norm = nn.utils.get_total_norm([parameter.grad for parameter in parameters if parameter.grad is not None])
    nn.utils.clip_grad_value_(parameters, max_norm)
    return norm


@mistake(unscale_and_clip, "The gradients are multiplied by the scale. It has been multiplied in already: divide.")
def multiplies(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), 1 / scale, max_norm)


@mistake(unscale_and_clip, "The gradients are clipped and never divided by the scale.")
def never_unscales(parameters, scale, max_norm):
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake(
    unscale_and_clip,
    "`.grad` can be None: a frozen parameter, or one that this loss does not reach. Skip it.",
    keeps=0.95,
)
def trips_over_none(parameters, scale, max_norm):
    parameters = list(parameters)
    for parameter in parameters:
        parameter.grad /= scale
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake(unscale_and_clip, "The scale is divided out of the parameters, not of their gradients.")
def divides_the_parameters(parameters, scale, max_norm):
    parameters = list(parameters)
    with torch.no_grad():
        for parameter in parameters:
            parameter /= scale
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@alternative(unscale_and_clip)
def with_the_library(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@alternative(unscale_and_clip)
def with_foreach(parameters, scale, max_norm):
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    torch._foreach_mul_(grads, 1 / scale)
    norm = torch.stack(torch._foreach_norm(grads)).norm()
    torch._foreach_mul_(grads, (max_norm / norm.clamp(min=1e-12)).clamp(max=1.0))
    return norm


@mistake(
    unscale_and_clip,
    "The true gradients lie in new memory. Whoever holds the old tensors, a bucket of gradients for instance, finds "
    "them scaled. `p.grad = p.grad / scale` makes new ones; `p.grad /= scale` divides in place.",
    keeps=0.95,
)
def new_scaled_gradients(parameters, scale, max_norm):
    parameters = list(parameters)
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = parameter.grad / scale
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake(
    unscale_and_clip,
    "The gradients are divided in place, but shortened into new tensors: whoever holds the old ones, a bucket of "
    "gradients for instance, finds them too long. `p.grad *= …` writes where they lie.",
    keeps=0.95,
)
def new_clipped_gradients(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    reached = [parameter for parameter in parameters if parameter.grad is not None]
    norm = _norm_of([parameter.grad for parameter in reached])
    for parameter in reached:
        parameter.grad = parameter.grad * (max_norm / norm.clamp(min=1e-12)).clamp(max=1.0)
    return norm


@mistake(
    unscale_and_clip,
    "The norms of the single gradients are added. The norm of all together is the root of the sum of their squares.",
)
def adds_the_norms(parameters, scale, max_norm):
    return _by_norm(parameters, scale, max_norm, lambda grads: sum(grad.norm() for grad in grads))


@mistake(unscale_and_clip, "The root is missing: the sum of squares is the norm squared.")
def forgets_the_root(parameters, scale, max_norm):
    return _by_norm(parameters, scale, max_norm, lambda grads: sum(grad.square().sum() for grad in grads))


@mistake(
    unscale_and_clip,
    "The largest element is taken for the norm. Asked for is the root of the sum of squares of all gradients together.",
)
def largest_element(parameters, scale, max_norm):
    return _by_norm(parameters, scale, max_norm, lambda grads: torch.stack([grad.abs().max() for grad in grads]).max())


@mistake(
    unscale_and_clip,
    "The absolute values are added. Asked for is the root of the sum of squares of all gradients together.",
)
def adds_absolute_values(parameters, scale, max_norm):
    return _by_norm(parameters, scale, max_norm, lambda grads: sum(grad.abs().sum() for grad in grads))


@mistake(
    unscale_and_clip,
    "The gradients are divided, and never shortened: a norm above `max_norm` stays as it is.",
)
def never_clips(parameters, scale, max_norm):
    return _by_norm(parameters, scale, math.inf, _norm_of)


@mistake(
    unscale_and_clip,
    "Where the gradients exceed the limit, they are divided by their norm and not multiplied by `max_norm`: what is "
    "left has norm 1.",
)
def clips_to_one(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    norm = nn.utils.clip_grad_norm_(parameters, math.inf)
    for parameter in parameters:
        if parameter.grad is not None and norm > max_norm:
            parameter.grad /= norm
    return norm


@mistake(
    unscale_and_clip,
    "A limit of 0 is taken for no limit: `if max_norm:` is False for 0.0.",
    keeps=0.95,
)
def zero_is_no_limit(parameters, scale, max_norm):
    return _by_norm(parameters, scale, max_norm or math.inf, _norm_of)


@mistake(
    unscale_and_clip,
    "An infinite or NaN gradient is replaced, or passed over, and the norm looks fine. It has to show in the norm.",
    keeps=0.95,
)
def hides_overflows(parameters, scale, max_norm):
    parameters = list(parameters)
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.nan_to_num_(0.0, 0.0, 0.0)
    return _by_norm(parameters, scale, max_norm, _norm_of)


@mistake(
    unscale_and_clip,
    "A gradient that is not finite ends in an error. It has to show in the norm: the scaler decides what follows.",
    keeps=0.95,
)
def refuses_overflows(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    return nn.utils.clip_grad_norm_(parameters, max_norm, error_if_nonfinite=True)


@mistake(unscale_and_clip, "The norm is returned as a Python float. Asked for is a tensor without dimensions.")
def norm_as_a_float(parameters, scale, max_norm):
    return float(unscale_and_clip(list(parameters), scale, max_norm))


@mistake(unscale_and_clip, "The norm is returned as a tensor of shape (1,). Asked for is one without dimensions.")
def norm_with_a_dimension(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), scale, max_norm).reshape(1)


@alternative(unscale_and_clip)
def clips_at_the_scaled_limit(parameters, scale, max_norm):
    parameters = list(parameters)
    norm = nn.utils.clip_grad_norm_(parameters, max_norm * scale)
    _unscale(parameters, scale)
    return norm / scale


@alternative(unscale_and_clip)
def by_a_loop(parameters, scale, max_norm):
    return _by_norm(parameters, scale, max_norm, _norm_of)


promised(
    unscale_and_clip,
    "Divides all gradients by `scale`, in place, and then shortens them to a common norm of at most `max_norm`.",
    by=["above the limit", "below the limit", "the memory of the gradients"],
)
promised(
    unscale_and_clip,
    "parameters: for example `model.parameters()`, which can be walked through once.",
    by=["a generator, as model.parameters() is", "a generator, below the limit"],
)
promised(
    unscale_and_clip,
    "Where `.grad` is None, the parameter is skipped; at least one has a gradient.",
    by=["a parameter without gradient"],
)
promised(unscale_and_clip, "scale: what the loss was multiplied by.", by=["a scale of 65,536", "a scale below 1"])
promised(
    unscale_and_clip,
    "max_norm: the limit for the root of the sum of squares of all true gradients together.",
    by=["above the limit", "a limit of 0", "the docstring's example"],
)
promised(
    unscale_and_clip,
    "The norm of the true gradients before clipping, a tensor without dimensions.",
    by=["above the limit", "a scale of 65,536"],
)
promised(
    unscale_and_clip,
    "It is infinite or NaN if one of them is; then it does not matter what is left in `.grad`.",
    by=["an overflow shows in the norm"],
)
