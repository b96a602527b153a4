"""`clip_grad_norm`: what is right, and what answers are made of."""

import torch


def clip_grad_norm(parameters, limit):
    """The library's."""
    return torch.nn.utils.clip_grad_norm_(list(parameters), limit)


def graded(parameters):
    return [weight.grad.detach() for weight in parameters if weight.grad is not None]


def length(gradients):
    if not gradients:
        return torch.tensor(0.0)
    return torch.stack([gradient.norm() for gradient in gradients]).norm()


def shorten(gradients, norm, limit):
    if norm > limit:
        for gradient in gradients:
            gradient.mul_(limit / norm)
