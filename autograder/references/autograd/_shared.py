"""What several references of this topic share."""

import torch


def refuse_whole_numbers(*tensors):
    if not all(item.is_floating_point() for item in tensors):
        raise RuntimeError("only floating point can be differentiated")


def grads(result, leaves, vector=None, **options):
    """Gradients; zeros for what plays no part, and for all where the result is a constant."""
    if not result.requires_grad:
        return [torch.zeros_like(leaf) for leaf in ([leaves] if isinstance(leaves, torch.Tensor) else leaves)]
    return torch.autograd.grad(result, leaves, vector, allow_unused=True, materialize_grads=True, **options)


def slope(function, x, **options):
    leaf = x.detach().requires_grad_()
    (gradient,) = grads(function(leaf), leaf, create_graph=True)
    return leaf, gradient


def value(x):
    return 1 / (1 + torch.exp(-x))
