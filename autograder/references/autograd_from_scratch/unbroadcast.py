"""`unbroadcast`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


def unbroadcast(grad, shape):
    """The derivative of `expand`, by torch."""
    _, back = torch.func.vjp(lambda x: x.expand(grad.shape), torch.zeros(shape, dtype=grad.dtype, device=grad.device))
    return back(grad)[0].clone()


def in_front(grad, shape, by=torch.sum):
    while grad.dim() > len(shape):
        grad = by(grad, dim=0)
    return grad


def of_one(grad, shape, by=torch.sum):
    for dim, size in enumerate(shape):
        if size == 1 and grad.shape[dim] != 1:
            grad = by(grad, dim=dim, keepdim=True)
    return grad


@mistake(
    unbroadcast,
    "Dimensions of size one keep the gradient's size. A value of shape (3, 1) was repeated along its last dimension, "
    "so the gradient is summed there, and the dimension stays with `keepdim=True`.",
)
def only_in_front(grad, shape):
    return in_front(grad, shape)


@mistake(
    unbroadcast,
    "Dimensions that broadcasting put in front are still there. Sum over them until the gradient has as many "
    "dimensions as the shape.",
)
def only_of_one(grad, shape):
    lead = grad.dim() - len(shape)
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(dim=lead + dim, keepdim=True)
    return grad


@mistake(
    unbroadcast,
    "Where dimensions were added in front and others stretched, the wrong ones are summed: as long as the new ones "
    "are there, dimension 1 of the gradient is not dimension 1 of the shape. Sum the ones in front first.",
    keeps=0.9,
)
def ones_before_the_front(grad, shape):
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(dim=dim, keepdim=True)
    return in_front(grad, shape)


@mistake(
    unbroadcast,
    "A dimension that is summed disappears, and those behind it move up, so that the next sum takes another one. "
    "`keepdim=True` keeps a 1 in its place.",
    keeps=0.7,
)
def dimensions_move_up(grad, shape):
    grad = in_front(grad, shape)
    for dim, size in enumerate(shape):
        if size == 1 and dim < grad.dim():
            grad = grad.sum(dim=dim)
    return grad.reshape(shape)


@mistake(
    unbroadcast,
    "Where nothing was repeated, everything is summed: an empty list of dimensions stands for all of them. Sum only "
    "where the list has something in it.",
    keeps=0.95,
)
def sums_over_an_empty_list(grad, shape):
    lead = grad.dim() - len(shape)
    repeated = [dim for dim in range(grad.dim()) if dim < lead or (shape[dim - lead] == 1 and grad.shape[dim] > 1)]
    return grad.sum(dim=repeated, keepdim=True).reshape(shape)


@mistake(
    unbroadcast,
    "The mean is taken. A value that was used for many places answers to all of them together: the gradients are "
    "summed.",
)
def by_mean(grad, shape):
    return of_one(in_front(grad, shape, torch.mean), shape, torch.mean)


@mistake(
    unbroadcast,
    "One of the repeated gradients is taken and the others are dropped. They belong to the same value, so they are "
    "summed.",
)
def takes_the_first(grad, shape):
    grad = grad[(0,) * (grad.dim() - len(shape))]
    return grad[tuple(slice(0, 1) if size == 1 else slice(None) for size in shape)].clone()


@mistake(
    unbroadcast,
    "Dimensions of size one are gone. The gradient has exactly the shape of the value: sum with `keepdim=True`.",
)
def drops_the_ones(grad, shape):
    grad = in_front(grad, shape)
    dims = [dim for dim, size in enumerate(shape) if size == 1 and grad.shape[dim] != 1]
    return grad.sum(dim=dims) if dims else grad


@mistake(
    unbroadcast,
    "The wrong dimension is summed: shapes are laid side by side at their last dimension, so what was added stands in "
    "front. A vector of length 3 in a (2, 3) gradient is summed over the two rows.",
)
def from_the_end(grad, shape):
    while grad.dim() > len(shape):
        grad = grad.sum(dim=-1)
    return of_one(grad, shape) if grad.shape != tuple(shape) else grad


@mistake(
    unbroadcast,
    "Everything is summed up into one number for each entry of the shape. Only what was repeated is summed; the other "
    "dimensions stay apart.",
)
def sums_everything(grad, shape):
    return grad if grad.shape == tuple(shape) else grad.sum().expand(shape).clone()


@mistake(
    unbroadcast,
    "The numbers are regrouped instead of summed, or cut off: the shape is right, but each entry should be the sum of "
    "all gradients of its value.",
)
def reshapes(grad, shape):
    return grad.reshape(-1)[: torch.Size(shape).numel()].reshape(shape).clone()


@mistake(
    unbroadcast,
    "A gradient that was not repeated at all is summed into one number, or raises: a sum over an empty list of "
    "dimensions sums over all of them. Ask first whether there is anything to sum.",
    keeps=0.98,
)
def no_dimensions_means_all(grad, shape):
    new = grad.dim() - len(shape)
    repeated = [dim for dim in range(grad.dim()) if dim < new or shape[dim - new] != grad.shape[dim]]
    return grad.sum(dim=repeated, keepdim=True).reshape(shape)


@alternative(unbroadcast)
def step_by_step(grad, shape):
    return of_one(in_front(grad, shape), shape)


@alternative(unbroadcast)
def all_at_once(grad, shape):
    lead = grad.dim() - len(shape)
    padded = (1,) * lead + tuple(shape)
    dims = [dim for dim, size in enumerate(padded) if size == 1]
    return (grad.sum(dim=dims, keepdim=True) if dims else grad).reshape(shape)


NEVER_FEWER = "broadcasting takes no dimension away, so the gradient never has fewer than the shape"
equivalent(unbroadcast, "while grad.dim() > len(shape):", "while grad.dim() != len(shape):", NEVER_FEWER)
equivalent(
    unbroadcast,
    "while grad.dim() > len(shape):",
    "while grad.dim() is not len(shape):",
    f"{NEVER_FEWER}, and Python keeps one object for each small whole number",
)


promised(
    unbroadcast,
    "The gradient of a value of shape `shape` that was broadcast to the shape of `grad`.",
    by=["one dimension in front", "a column"],
)
promised(
    unbroadcast,
    "grad: floating point, left alone.",
    by=["the gradient is left alone", "float64 and bfloat16"],
)
promised(
    unbroadcast,
    "shape: one that can be broadcast to `grad.shape`, as a `torch.Size` or a tuple; also ().",
    by=["a single number, shape ()", "by keyword"],
)
promised(
    unbroadcast,
    "Shape `shape`, dtype and device of `grad`: summed over all places that one number was repeated to.",
    by=["in front and of size one at once", "no rows", "float64 and bfloat16"],
)
