"""Mistakes of `master_weight_step` about single weights and their gradients, and about where things lie."""

import torch

from autograder.references import mistake
from autograder.references.mixed_precision._masters import copy_back, hand_over, master_weight_step


@mistake(master_weight_step, "`.grad` can be None: a frozen weight, or one that this loss does not reach.", keeps=0.8)
def none_has_no_float(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
    for weight in weights:
        weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The weights become float32, as by `weight.data = master.data`, and the model is no longer in half "
    "precision. `copy_` rounds into the old place.",
    keeps=0.5,
)
def becomes_float32(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.data = master.data.clone()


@mistake(
    master_weight_step,
    "Each weight gets a new place in memory: whoever holds a view of the old one, a flat buffer of all weights for "
    "instance, keeps the old numbers. `copy_` writes into the old place.",
    keeps=0.96,
)
def new_places(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
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
    hand_over(weights, masters)
    scaler.unscale_(optimizer)
    optimizer.step()
    scaler.update()
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A gradient that is not finite is replaced by numbers, and the step is taken. Hand it over as it is: the scaler "
    "has to find it, to skip the step and to lower the scale.",
)
def replaces_infinity(weights, masters, optimizer, scaler):
    hand_over(weights, masters, into=lambda grad: grad.float().nan_to_num(0.0, 0.0, 0.0))
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)


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
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A weight without gradient is passed over to the end: it does not get its master. Afterwards each weight holds its "
    "master rounded.",
    keeps=0.96,
)
def passes_over_none(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
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
    hand_over(weights, masters)
    fine = all(weight.grad is None or weight.grad.isfinite().all() for weight in weights)
    scaler.step(optimizer)
    scaler.update()
    if fine:
        copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The weights are moved by what the masters moved, rounded: steps too small for the format are lost again. Copy the "
    "master itself.",
)
def moves_by_the_difference(weights, masters, optimizer, scaler):
    before = [master.detach().clone() for master in masters]
    hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master, old in zip(weights, masters, before, strict=True):
        weight.data += (master.data - old).to(weight.dtype)


@mistake(
    master_weight_step,
    "The weights get the masters of before the step: copy after `scaler.step(optimizer)`.",
)
def copies_too_early(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
    copy_back(weights, masters)
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
    copy_back(weights, masters)


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
    hand_over(weights, masters)
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
    hand_over(weights, masters, into=lambda grad: grad.float() * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "`scaler.update()` is called without a `scaler.step` before it. It ends a round: once, after "
    "`scaler.step(optimizer)`.",
)
def updates_first(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
    scaler.update()
    scaler.step(optimizer)
    copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are multiplied by the scale once more. They carry it already: the loss was scaled before "
    "`backward`.",
)
def scales_again(weights, masters, optimizer, scaler):
    hand_over(weights, masters, into=lambda grad: grad.float() * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)
