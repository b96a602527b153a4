"""`master_weight_step`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


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


@mistake(
    master_weight_step,
    "`scaler.update()` is missing: the scale never changes, and after an overflow it must.",
    keeps=0.5,
)
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
    keeps=0.9,
)
def keeps_old_gradients(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        if weight.grad is not None:
            master.grad = weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(master_weight_step, "`.grad` can be None: a frozen weight, or one that this loss does not reach.", keeps=0.8)
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
    keeps=0.5,
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
    keeps=0.96,
)
def new_places(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.data = master.data.to(weight.dtype)


@mistake(
    master_weight_step,
    "The gradients are unscaled, and then `optimizer.step()` is called: it does not look at what was found, and an "
    "overflow goes into the masters. `scaler.step(optimizer)` skips it.",
)
def unscales_and_steps_itself(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.unscale_(optimizer)
    optimizer.step()
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A gradient that is not finite is replaced by numbers, and the step is taken. Hand it over as it is: the scaler "
    "has to find it, to skip the step and to lower the scale.",
)
def replaces_infinity(weights, masters, optimizer, scaler):
    _hand_over(weights, masters, into=lambda grad: grad.float().nan_to_num(0.0, 0.0, 0.0))
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A weight without gradient gives its master a gradient of zeros. With momentum the master moves all the same: it "
    "has to be None.",
    keeps=0.95,
)
def zeros_for_none(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = torch.zeros_like(master) if weight.grad is None else weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A weight without gradient is passed over to the end: it does not get its master. Afterwards each weight holds its "
    "master rounded.",
    keeps=0.96,
)
def passes_over_none(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        if weight.grad is not None:
            weight.data.copy_(master.data)


@mistake(
    master_weight_step,
    "After an overflow the weights are left alone. The masters have not moved, but each weight holds its master "
    "afterwards, whatever it held before.",
    keeps=0.96,
)
def copies_only_after_a_step(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    fine = all(weight.grad is None or weight.grad.isfinite().all() for weight in weights)
    scaler.step(optimizer)
    scaler.update()
    if fine:
        _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The weights are moved by what the masters moved, rounded: steps too small for the format are lost again. Copy the "
    "master itself.",
)
def moves_by_the_difference(weights, masters, optimizer, scaler):
    before = [master.detach().clone() for master in masters]
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master, old in zip(weights, masters, before, strict=True):
        weight.data += (master.data - old).to(weight.dtype)


@mistake(
    master_weight_step,
    "The weights get the masters of before the step: copy after `scaler.step(optimizer)`.",
)
def copies_too_early(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    _copy_back(weights, masters)
    scaler.step(optimizer)
    scaler.update()


@mistake(
    master_weight_step,
    "The masters add up the gradients of all steps: `.grad` has to be the new one, not the sum with the one before.",
)
def accumulates(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        if weight.grad is not None:
            master.grad = weight.grad.float() if master.grad is None else master.grad + weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The weights' own gradients are taken away at the end. They are to be left as they are: clearing is the loop's "
    "business.",
    keeps=0.96,
)
def clears_the_gradients(weights, masters, optimizer, scaler):
    master_weight_step(weights, masters, optimizer, scaler)
    for weight in weights:
        weight.grad = None


@mistake(
    master_weight_step,
    "The weights' own gradients are changed: divided in place, or set to zero. They are to be left as they are.",
    keeps=0.96,
)
def zeroes_the_gradients(weights, masters, optimizer, scaler):
    master_weight_step(weights, masters, optimizer, scaler)
    for weight in weights:
        if weight.grad is not None:
            weight.grad.zero_()


@mistake(
    master_weight_step,
    "The weights become float16, whatever they were, and lie in a new place. `copy_` converts to the dtype of the "
    "weight and writes where it lies.",
)
def always_float16(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.data = master.data.half()


@mistake(
    master_weight_step,
    "The weights' own gradients are divided, in place and in half precision: what the scale had saved is lost, and "
    "they are to be left as they are. `scaler.step` divides the masters' gradients.",
)
def divides_the_halves_in_place(weights, masters, optimizer, scaler):
    for weight in weights:
        if weight.grad is not None:
            weight.grad.div_(scaler.get_scale())
    _hand_over(weights, masters, into=lambda grad: grad.float() * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "`scaler.update()` is called without a step before it. It ends a round: once, after `scaler.step(optimizer)`.",
)
def updates_first(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.update()
    scaler.step(optimizer)
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are multiplied by the scale once more. They carry it already: the loss was scaled before "
    "`backward`.",
)
def scales_again(weights, masters, optimizer, scaler):
    _hand_over(weights, masters, into=lambda grad: grad.float() * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


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
