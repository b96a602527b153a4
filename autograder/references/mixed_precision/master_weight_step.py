"""`master_weight_step`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake


def master_weight_step(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


def _hand_over(weights, masters, into=lambda grad: grad.to(torch.float32)):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = None if weight.grad is None else into(weight.grad)


def _copy_back(weights, masters):
    for weight, master in zip(weights, masters, strict=True):
        weight.data.copy_(master.data)


@mistake(
    master_weight_step,
    "The new masters never get back into the weights: the model computes with its old ones for ever.",
)
def never_copies_back(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()


@mistake(
    master_weight_step,
    "The masters are filled from the rounded weights before each step: what the rounding took is lost, and "
    "small steps never "
    "add up. The masters keep the full value; only the weights are copies.",
)
def masters_from_weights(weights, masters, optimizer, scaler):
    with torch.no_grad():
        for weight, master in zip(weights, masters, strict=True):
            master.copy_(weight)
    master_weight_step(weights, masters, optimizer, scaler)


@mistake(
    master_weight_step,
    "After the step the masters are rounded like the weights: small steps never add up. Copy in one direction only.",
)
def rounds_the_masters(weights, masters, optimizer, scaler):
    master_weight_step(weights, masters, optimizer, scaler)
    with torch.no_grad():
        for weight, master in zip(weights, masters, strict=True):
            master.copy_(weight)


@mistake(
    master_weight_step,
    "`optimizer.step()` is called directly: the gradients still carry the scale, and an overflow goes through. "
    "`scaler.step(optimizer)` sees to both.",
)
def without_the_scaler(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    optimizer.step()
    scaler.update(scaler.get_scale())
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by the scale in half precision: what the scale had saved is lost again. Go to "
    "float32 first; "
    "`scaler.step` divides there.",
)
def unscales_in_half(weights, masters, optimizer, scaler):
    _hand_over(weights, masters, into=lambda grad: (grad / scaler.get_scale()).float() * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by the scale twice: once by hand, once in `scaler.step`.",
)
def divides_by_hand_too(weights, masters, optimizer, scaler):
    _hand_over(weights, masters, into=lambda grad: grad.float() / scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by hand and `optimizer.step()` is called: an overflow goes into the masters, and "
    "the scale never "
    "changes. `scaler.step(optimizer)` and `scaler.update()` see to that.",
)
def by_hand(weights, masters, optimizer, scaler):
    _hand_over(weights, masters, into=lambda grad: grad.float() / scaler.get_scale())
    optimizer.step()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The masters have moved, and then `weight.copy_` fails: a leaf that needs a gradient must not be written to while "
    "autograd watches. Put it under `torch.no_grad()`.",
)
def copies_under_autograd(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.copy_(master)


@mistake(master_weight_step, "`scaler.update()` is missing: the scale never changes, and after an overflow it must.")
def never_updates(weights, masters, optimizer, scaler):
    before = scaler.get_scale()
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update(before)
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A gradient of half precision is given to a float32 master, and torch refuses: convert it with `.float()`.",
)
def mixes_dtypes(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = weight.grad
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A weight without gradient leaves its master the gradient of an earlier step, and the master moves on. Set "
    "it to None.",
)
def keeps_old_gradients(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        if weight.grad is not None:
            master.grad = weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(master_weight_step, "`.grad` can be None: a frozen weight, or one that this loss does not reach.")
def none_has_no_float(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    for weight in weights:
        weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The weights are replaced by float32 tensors: `weight.data = master.data` changes the dtype, and the model "
    "is no longer in "
    "half precision. `copy_` rounds into the old place.",
)
def becomes_float32(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.data = master.data.clone()


@mistake(
    master_weight_step,
    "Each weight gets a new place in memory: whoever holds the old tensor, a tied layer for instance, keeps the "
    "old numbers. "
    "`copy_` writes into the old place.",
)
def new_places(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.data = master.data.to(weight.dtype)


@alternative(master_weight_step)
def with_unscale(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = weight.grad.float() if weight.grad is not None else None
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        torch._foreach_copy_(list(weights), list(masters))


@alternative(master_weight_step)
def clears_first(weights, masters, optimizer, scaler):
    optimizer.zero_grad()
    for weight, master in zip(weights, masters, strict=True):
        if weight.grad is not None:
            master.grad = torch.empty_like(master).copy_(weight.grad)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.detach().copy_(master.detach())


equivalent(
    master_weight_step,
    "for weight, master in zip(weights, masters, strict=True):",
    "for weight, master in zip(weights, masters, strict=False):",
    "The two lists are equally long, so there is nothing to be strict about.",
)
equivalent(
    master_weight_step,
    "for weight, master in zip(weights, masters, strict=True):",
    "for weight, master in zip(weights, masters, strict=False):",
    "The two lists are equally long, so there is nothing to be strict about.",
    nth=2,
)
