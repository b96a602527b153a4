"""`training_step`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, mistake, promised
from autograder.references.finetuning import (  # noqa: F401  (they register themselves)
    _training_step_mistakes,
    _training_step_slips,
)
from autograder.references.finetuning._training_step import clipped, moved, step, training_step


@mistake(training_step, "The weights stay where they are: the optimizer makes no step, or there is no gradient for it.")
def no_step(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, without=["optimizer"])


@mistake(
    training_step,
    "The rate is never moved on: `schedule.step()` is missing. A training with a warmup stays at its first rate, 0.",
)
def no_schedule(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, without=["schedule"])


@mistake(
    training_step,
    "Long gradients are not shortened when the optimizer steps, whatever `max_norm` is. `nn.utils.clip_grad_norm_` "
    "does it, after `backward` and before that step.",
)
def no_clipping(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, without=["clip"])


@mistake(
    training_step,
    "Gradients are shortened to 1 always. It is `max_norm` that says how long they may be.",
)
def clips_to_one(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, 1.0)


@mistake(
    training_step,
    "Each entry or each tensor of the gradient is cut by itself. `max_norm` is for the length of all gradients "
    "together, which keeps their direction.",
)
def clips_values(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    model.zero_grad()
    loss = model(**moved(batch, model)).loss
    loss.backward()
    nn.utils.clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    schedule.step()
    model.zero_grad()
    return loss.item()


@mistake(
    training_step,
    "Each entry or each tensor of the gradient is cut by itself. `max_norm` is for the length of all gradients "
    "together, which keeps their direction.",
)
def clips_each_tensor(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    model.zero_grad()
    loss = model(**moved(batch, model)).loss
    loss.backward()
    for value in model.parameters():
        nn.utils.clip_grad_norm_([value], max_norm)
    optimizer.step()
    schedule.step()
    model.zero_grad()
    return loss.item()


@mistake(
    training_step,
    "Short gradients are made longer: they are set to `max_norm`, whatever they were. Only longer ones are changed.",
)
def always_rescales(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    model.zero_grad()
    loss = model(**moved(batch, model)).loss
    loss.backward()
    length = torch.cat([value.grad.flatten() for value in model.parameters() if value.grad is not None]).norm()
    for value in model.parameters():
        if value.grad is not None:
            value.grad.mul_(max_norm / length)
    optimizer.step()
    schedule.step()
    model.zero_grad()
    return loss.item()


@mistake(
    training_step,
    "Long gradients are not shortened when the optimizer steps, whatever `max_norm` is. `nn.utils.clip_grad_norm_` "
    "does it, after `backward` and before that step.",
)
def clips_after_the_step(model, batch, optimizer, schedule, max_norm=1.0):
    result = step(model, batch, optimizer, schedule, max_norm, without=["clip", "clear after"])
    clipped(model, max_norm)
    model.zero_grad()
    return result


@mistake(
    training_step,
    "The schedule moves on before the optimizer has made its step, so that the first rate is never used. Optimizer "
    "first, then schedule.",
    keeps=0.7,
)
def schedule_first(model, batch, optimizer, schedule, max_norm=1.0):
    schedule.optimizer._opt_called = True  # else torch warns, as it would warn them
    schedule.step()
    return step(model, batch, optimizer, schedule, max_norm, without=["schedule"])


@mistake(
    training_step,
    "The schedule moves on before the optimizer has made its step, so that the first rate is never used. Optimizer "
    "first, then schedule.",
    keeps=0.7,
)
def schedule_just_before_the_optimizer(model, batch, optimizer, schedule, max_norm=1.0):
    def moves_on(loss):
        schedule.optimizer._opt_called = True
        schedule.step()
        return loss

    return step(model, batch, optimizer, schedule, max_norm, without=["schedule"], loss_of=moves_on)


@mistake(
    training_step,
    "Where the optimizer has only some of the parameters, gradients are shortened by another length than that of all "
    "gradients of the model together, as with `optimizer.param_groups` instead of `model.parameters()`.",
    keeps=0.97,
)
def clips_what_the_optimizer_knows(model, batch, optimizer, schedule, max_norm=1.0):
    def moves(inputs):
        model.train()
        model.zero_grad()
        return model(**inputs).loss

    loss = moves(moved(batch, model))
    loss.backward()
    nn.utils.clip_grad_norm_([value for group in optimizer.param_groups for value in group["params"]], max_norm)
    optimizer.step()
    schedule.step()
    model.zero_grad()
    return loss.item()


@mistake(
    training_step,
    "Gradients that were there before the call are added to those of this batch. Clear them before `backward`.",
    keeps=0.97,
)
def does_not_clear_before(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, without=["clear before"])


@mistake(
    training_step,
    "The gradients of this batch are still there at the end. None should be left.",
    keeps=0.97,
)
def does_not_clear_after(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, without=["clear after"])


@mistake(
    training_step,
    "Gradients are never cleared: they pile up from step to step, and each step goes along the sum of all batches so "
    "far.",
)
def never_clears(model, batch, optimizer, schedule, max_norm=1.0):
    return step(model, batch, optimizer, schedule, max_norm, without=["clear before", "clear after"])


@mistake(
    training_step,
    "The gradients are cleared between `backward` and the step: there is nothing left to go along.",
)
def clears_in_between(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    loss = model(**moved(batch, model)).loss
    loss.backward()
    model.zero_grad()
    optimizer.step()
    schedule.step()
    return loss.item()


@alternative(training_step)
def by_the_library(model, batch, optimizer, schedule, max_norm=1.0):
    model.train()
    for value in model.parameters():
        value.grad = None
    inputs = {name: value.to(model.device) for name, value in batch.items()}
    output = model(**inputs)
    output["loss"].backward()
    torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm=max_norm)
    optimizer.step()
    schedule.step()
    for value in model.parameters():
        value.grad = None
    return float(output[0])


@alternative(training_step)
def zeros_instead_of_none(model, batch, optimizer, schedule, max_norm=1.0):
    model.zero_grad(set_to_none=True)
    loss = model.train()(**moved(batch, model)).loss
    loss.backward()
    clipped(model, max_norm)
    optimizer.step()
    schedule.step()
    model.zero_grad(set_to_none=False)
    return loss.item()


promised(
    training_step,
    "One step of fine-tuning: a loss, its gradients, clipped, a step of the optimizer, then one of the schedule.",
    by=["one step", "what is called, in which order", "three steps"],
)
promised(
    training_step,
    "model: in training mode it is called with the batch by name; what it gives has a `loss`.",
    by=["a model that was evaluated before", "one step"],
)
promised(training_step, "batch: tensors on any device.", by=["a batch that lies elsewhere"])
promised(
    training_step,
    "They are brought to that of the model's parameters, and the dict stays as it is.",
    by=["a batch that lies elsewhere", "the batch afterwards"],
)
promised(training_step, "optimizer: moves the weights.", by=["one step", "AdamW"])
promised(training_step, "schedule: sets the rate of the next step.", by=["a rate that begins at zero", "three steps"])
promised(
    training_step,
    "max_norm: if the gradients of all the model's parameters together are longer, they are shortened to this.",
    by=["a long gradient", "a short gradient", "a norm of 1 unless told otherwise"],
)
promised(training_step, "The loss before the step, a Python float.", by=["what comes back", "one step"])
promised(
    training_step,
    "Gradients from before have no influence, also on parameters that the optimizer does not know, and none are left.",
    by=[
        "gradients from before",
        "gradients afterwards",
        "a gradient that the optimizer does not know",
        "an old one that it does not know",
    ],
)
