"""Slips of `training_step`: another length, another loss, a step too many."""

import warnings

from torch import nn

from autograder.references import mistake
from autograder.references.finetuning._training_step import moved, step, training_step


def finished(model, optimizer, schedule, max_norm, loss, **options):
    """What comes after the gradients."""
    nn.utils.clip_grad_norm_(list(model.parameters()), max_norm, **options)
    optimizer.step()
    schedule.step()
    model.zero_grad()
    return loss.item()


@mistake(
    training_step,
    "Two steps are made instead of one, of the optimizer or of the schedule.",
)
def two_steps(model, batch, optimizer, schedule, max_norm=1.0):
    def twice(*arguments, **options):
        own(*arguments, **options)
        own(*arguments, **options)

    own, optimizer.step = optimizer.step, twice
    try:
        return step(model, batch, optimizer, schedule, max_norm)
    finally:
        optimizer.step = own


@mistake(
    training_step,
    "What is made smaller is not the loss, but something else that the model gives, as the sum of its scores. It "
    "is `.loss` that has a gradient to go along.",
)
def learns_from_the_scores(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    model.zero_grad()
    output = model(**moved(batch, model))
    output.logits.sum().backward()
    return finished(model, optimizer, schedule, max_norm, output.logits.sum())


@mistake(
    training_step,
    "The gradient is too large or too small by a factor, as if the loss were a sum over the texts or divided once "
    "more. The model's own `loss` is a mean already.",
    keeps=0.6,
)
def half_a_loss(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, loss_of=lambda loss: loss / 2)


@mistake(
    training_step,
    "Long gradients are shortened by another measure than their length, the root of the sum of squares: as with "
    "`norm_type=1.0`, or with the largest entry.",
)
def another_norm(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    model.zero_grad()
    loss = model(**moved(batch, model)).loss
    loss.backward()
    return finished(model, optimizer, schedule, max_norm, loss, norm_type=1.0)


@mistake(
    training_step,
    "Long gradients are shortened by another measure than their length, the root of the sum of squares: as with "
    "`norm_type=1.0`, or with the largest entry.",
)
def the_largest_entry(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    model.zero_grad()
    loss = model(**moved(batch, model)).loss
    loss.backward()
    return finished(model, optimizer, schedule, max_norm, loss, norm_type=float("inf"))


@mistake(
    training_step,
    "The schedule is called and the rate does not go on: it is told each time that it is at the beginning, as with "
    "`schedule.step(0)`. `schedule.step()` counts by itself.",
    keeps=0.7,
)
def always_step_zero(model, batch, optimizer, schedule, max_norm=1.0):
    loss = step(model, batch, optimizer, schedule, max_norm, without=["schedule"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch advises against it
        schedule.step(0)
    return loss


@mistake(
    training_step,
    "Gradients from before on parameters that the optimizer does not know are counted when it is clipped. "
    "`model.zero_grad()` before `backward` clears them, too.",
    keeps=0.97,
)
def clears_less_before(model, batch, optimizer, schedule, max_norm=1.0):
    optimizer.zero_grad()
    return step(model, batch, optimizer, schedule, max_norm, without=["clear before"])
