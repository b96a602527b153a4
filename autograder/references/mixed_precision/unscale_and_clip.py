"""`unscale_and_clip`: what is right, and what goes wrong."""

import math

import torch
from torch import nn

from autograder.references import alternative, mistake


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


@mistake(
    unscale_and_clip,
    "This is the draft, with both faults. Which gradients does the limit hold for: those times 65,536, or the "
    "true ones? And "
    "how often can one walk through a generator?",
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
    "The gradients are clipped before they are unscaled, and only the norm is put right afterwards.",
)
def clips_first_and_mends_the_norm(parameters, scale, max_norm):
    return clips_first(list(parameters), scale, max_norm) / scale


@mistake(
    unscale_and_clip,
    "`parameters` is used up after the first loop: `model.parameters()` is a generator. Make a list of it first.",
)
def uses_up_the_generator(parameters, scale, max_norm):
    _unscale(parameters, scale)
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake(unscale_and_clip, "The norm is that of the scaled gradients: it is taken before the division.")
def norm_of_the_scaled(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), scale, max_norm) * scale


@mistake(unscale_and_clip, "The norm is that of the clipped gradients. Asked for is the one before clipping.")
def norm_after_clipping(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), scale, max_norm).clamp(max=max_norm)


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


@mistake(unscale_and_clip, "`.grad` can be None: a frozen parameter, or one that this loss does not reach. Skip it.")
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


@alternative(unscale_and_clip)
def new_gradients(parameters, scale, max_norm):
    reached = [parameter for parameter in parameters if parameter.grad is not None]
    norm = torch.cat([parameter.grad.flatten() / scale for parameter in reached]).norm()
    for parameter in reached:
        parameter.grad = parameter.grad / scale * min(1.0, max_norm / max(float(norm), 1e-12))
    return norm
