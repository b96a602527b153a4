"""More mistakes of `training_step`: the mode, the device, what comes back."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.finetuning._training_step import clipped, moved, step, training_step


@mistake(
    training_step,
    "The model is called in the mode in which it was found. After an evaluation it trains without dropout then, and "
    "nobody notices: `model.train()`.",
    keeps=0.97,
)
def keeps_the_mode(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, without=["train"])


@mistake(training_step, "The model is in evaluation mode while it learns: nothing is dropped.", keeps=0.97)
def evaluates(model, batch, optimizer, schedule, max_norm=1.0):
    model.eval()
    return step(model, batch, optimizer, schedule, max_norm, without=["train"])


@mistake(
    training_step,
    "The batch is not brought to the device of the model. On a CPU nobody notices; on a GPU the first step raises.",
    keeps=0.97,
)
def does_not_move(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, without=["move"])


@mistake(
    training_step,
    "Only the inputs are brought to the model's device, not the labels, or the other way round. All of the dict goes.",
    keeps=0.97,
)
def moves_the_inputs_only(model, batch, optimizer, schedule, max_norm=1.0):
    there = {**moved({name: value for name, value in batch.items() if name != "labels"}, model)}
    return step(model, {**there, "labels": batch["labels"]}, optimizer, schedule, max_norm, without=["move"])


@mistake(
    training_step,
    'The batch that was handed over is another one afterwards, as by `batch.pop("labels")` or by writing into the '
    "dict. Make a new dict.",
    keeps=0.97,
)
def empties_the_batch(model, batch, optimizer, schedule, max_norm=1.0):
    given = {name: batch.pop(name) for name in list(batch)}
    return step(model, given, optimizer, schedule, max_norm)


@mistake(
    training_step,
    "A tensor comes back, with its graph perhaps. A list of such losses keeps every step in memory; `.item()` makes a "
    "number of it.",
    keeps=0.7,
)
def returns_a_tensor(model, batch, optimizer, schedule, max_norm=1.0):
    return torch.tensor(step(model, batch, optimizer, schedule, max_norm))


@mistake(
    training_step,
    "The loss that comes back is the one after the step, from a second call. Asked for is the one before it, which is "
    "there already.",
)
def the_loss_afterwards(model, batch, optimizer, schedule, max_norm=1.0):
    step(model, batch, optimizer, schedule, max_norm)
    with torch.no_grad():
        return model(**moved(batch, model)).loss.item()


@mistake(
    training_step,
    "What comes back is not the loss: the length of the gradient, perhaps, which `clip_grad_norm_` returns.",
)
def returns_the_norm(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    model.zero_grad()
    model(**moved(batch, model)).loss.backward()
    length = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    schedule.step()
    model.zero_grad()
    return float(length)


@mistake(
    training_step,
    "The gradient is too large or too small by a factor, as if the loss were a sum over the texts or divided once "
    "more. The model's own `loss` is a mean already.",
    keeps=0.6,
)
def divides_the_loss(model, batch, optimizer, schedule, max_norm=1.0):
    texts = len(next(iter(moved(batch, model).values())))
    return step(model, batch, optimizer, schedule, max_norm, loss_of=lambda loss: loss / texts)


@mistake(
    training_step,
    "Without a word about it, `max_norm` is another number than 1.",
    keeps=0.7,
)
def another_default(model, batch, optimizer, schedule, max_norm=5.0):
    return step(model, batch, optimizer, schedule, max_norm)


@mistake(
    training_step,
    "Gradients of parameters that the optimizer does not know pile up, and clipping counts them. "
    "`optimizer.zero_grad()` clears what the optimizer knows, `model.zero_grad()` all.",
    keeps=0.97,
)
def clears_by_the_optimizer(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    optimizer.zero_grad()
    loss = model(**moved(batch, model)).loss
    loss.backward()
    clipped(model, max_norm)
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    return loss.item()


@mistake(
    training_step,
    "The weights go up the gradient, and the loss grows. `loss.backward()` and `optimizer.step()` need no sign.",
)
def goes_uphill(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, loss_of=lambda loss: -loss)


@mistake(
    training_step,
    "Two steps are made instead of one, of the optimizer or of the schedule.",
    keeps=0.6,
)
def schedule_twice(model, batch, optimizer, schedule, max_norm=1.0):
    result = step(model, batch, optimizer, schedule, max_norm)
    schedule.step()
    return result


@mistake(
    training_step,
    "The gradients are cleared once, before `backward`, and by the optimizer. So those of this batch are left, and "
    "those of parameters that the optimizer does not know pile up. `model.zero_grad()` clears all; it is needed before "
    "and after.",
    keeps=0.97,
)
def clears_before_by_the_optimizer(model, batch, optimizer, schedule, max_norm=1.0):
    optimizer.zero_grad()
    return step(model, batch, optimizer, schedule, max_norm, without=["clear before", "clear after"])


@mistake(
    training_step,
    "The gradients are cleared once, at the end, and by the optimizer. So those from before the call count, and those "
    "of parameters that the optimizer does not know pile up. `model.zero_grad()` clears all; it is needed before and "
    "after.",
    keeps=0.97,
)
def clears_after_by_the_optimizer(model, batch, optimizer, schedule, max_norm=1.0):
    result = step(model, batch, optimizer, schedule, max_norm, without=["clear before", "clear after"])
    optimizer.zero_grad()
    return result


@mistake(
    training_step,
    "The batch that was handed over holds other tensors afterwards, since what was moved is written back into it. Make "
    "a new dict.",
    keeps=0.97,
)
def writes_into_the_batch(model, batch, optimizer, schedule, max_norm=1.0):
    batch.update(moved(batch, model))
    return step(model, batch, optimizer, schedule, max_norm, without=["move"])
