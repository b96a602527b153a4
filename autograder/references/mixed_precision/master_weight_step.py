"""`master_weight_step`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.mixed_precision import _master_mistakes  # noqa: F401  (they register themselves)
from autograder.references.mixed_precision._masters import copy_back, hand_over, master_weight_step


@mistake(
    master_weight_step,
    "The new masters never get back into the weights: the model computes with its old ones for ever.",
)
def never_copies_back(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
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
    "The gradients still carry the scale when the masters step, and an overflow goes through, as with "
    "`optimizer.step()`. `scaler.step(optimizer)` sees to both.",
)
def without_the_scaler(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
    optimizer.step()
    scaler.update(scaler.get_scale())
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by the scale in half precision: what the scale had saved is lost again. Go to "
    "float32 first; "
    "`scaler.step` divides there.",
)
def unscales_in_half(weights, masters, optimizer, scaler):
    hand_over(weights, masters, into=lambda grad: (grad / scaler.get_scale()).float() * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by the scale twice, once by hand perhaps. `scaler.step` divides already: give "
    "it the scaled ones, in float32.",
)
def divides_by_hand_too(weights, masters, optimizer, scaler):
    hand_over(weights, masters, into=lambda grad: grad.float() / scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by hand and `optimizer.step()` is called: an overflow goes into the masters, and "
    "the scale never "
    "changes. `scaler.step(optimizer)` and `scaler.update()` see to that.",
)
def by_hand(weights, masters, optimizer, scaler):
    hand_over(weights, masters, into=lambda grad: grad.float() / scaler.get_scale())
    optimizer.step()
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The masters have moved, and then writing into a weight fails: a leaf that needs a gradient must not be "
    "changed in place while autograd watches. Put it under `torch.no_grad()`.",
)
def copies_under_autograd(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.copy_(master)


@mistake(
    master_weight_step,
    "The scale never changes, and after an overflow it must. Call `scaler.update()` once after the step, "
    "without an argument.",
    keeps=0.5,
)
def never_updates(weights, masters, optimizer, scaler):
    before = scaler.get_scale()
    hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update(before)
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The second step fails, since the scaler waits for `scaler.update()` after the first. Call it once, after "
    "`scaler.step(optimizer)`: it lowers the scale after an overflow, too.",
    keeps=0.5,
)
def steps_without_update(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
    scaler.step(optimizer)
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A gradient of half precision is given to a float32 master, and torch refuses: convert it with `.float()`.",
)
def mixes_dtypes(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = weight.grad
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A weight without gradient leaves its master the gradient of an earlier step, and the master moves on. Set "
    "it to None.",
    keeps=0.9,
)
def keeps_old_gradients(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        if weight.grad is not None:
            master.grad = weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)


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
promised(
    master_weight_step,
    "One optimizer step on float32 masters, from scaled gradients of half-precision weights.",
    by=["one step", "twenty steps too small for float16"],
)
promised(
    master_weight_step,
    "weights: parameters of the model, float16 or bfloat16; `.grad` holds scaled gradients of the same dtype, or None, "
    "and is left as it is.",
    by=["one step, bfloat16", "its master stays", "the gradients of the weights"],
)
promised(
    master_weight_step,
    "masters: float32 tensors of the same shapes, in the same order; the optimizer's parameters.",
    by=["one step"],
)
promised(master_weight_step, "optimizer: steps on the masters.", by=["one step", "three steps with momentum"])
promised(
    master_weight_step,
    "A master whose weight has no gradient does not move.",
    by=["its master stays", "with momentum", "none at first"],
)
promised(
    master_weight_step,
    "scaler: divides by the scale, in float32, and skips the step where a gradient is not finite; updated once.",
    by=["gradients too small for float16", "an overflow", "NaN in the middle", "the scale grows after two steps"],
)
promised(
    master_weight_step,
    "Afterwards each weight holds its master rounded, in the memory where it lay.",
    by=["masters that differ at the start", "the memory of the weights"],
)
