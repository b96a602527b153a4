"""`sgd_step`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake


def sgd_step(parameters, rate):
    """The library's optimizer."""
    torch.optim.SGD(list(parameters), lr=rate).step()


def learned(parameters):
    return [weight for weight in parameters if weight.grad is not None]


@mistake(
    sgd_step,
    "`.data` hides the change from the version counter: a backward pass that comes too late goes through, with wrong "
    "numbers. Under `torch.no_grad()` it is noticed.",
)
def steps_on_data(parameters, rate):
    for weight in learned(parameters):
        weight.data -= rate * weight.grad


@mistake(sgd_step, "The step goes uphill: the gradient points to where the loss grows, so subtract it.")
def steps_uphill(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight += rate * weight.grad


@mistake(
    sgd_step,
    "`weight = weight - …` gives the name `weight` to a new tensor; the caller's stays as it was. Change it in place.",
)
def steps_beside(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight = weight - rate * weight.grad


@mistake(
    sgd_step,
    "`weight = weight - …` gives the name `weight` to a new tensor; the caller's stays as it was. Change it in place.",
)
def steps_beside_and_trips(parameters, rate):
    for weight in parameters:
        weight = weight - rate * weight.grad


@mistake(
    sgd_step,
    "A leaf that learns cannot be changed in place while gradients are recorded: do it under `torch.no_grad()`.",
)
def steps_on_record(parameters, rate):
    for weight in learned(parameters):
        weight -= rate * weight.grad


@mistake(
    sgd_step,
    "A weight that took no part has `.grad` None. Skip it.",
)
def steps_without_a_gradient(parameters, rate):
    with torch.no_grad():
        for weight in parameters:
            weight -= rate * weight.grad


@mistake(
    sgd_step,
    "The gradients are cleared, too. That is another decision, and another function: `zero_grad`.",
)
def steps_and_clears(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= rate * weight.grad
            weight.grad = None


@mistake(
    sgd_step,
    "The weight gets new memory. Whoever holds a view of it, or shares it, keeps the old numbers: change it in place.",
)
def steps_into_new_memory(parameters, rate):
    for weight in learned(parameters):
        weight.data = weight.data - rate * weight.grad


@mistake(
    sgd_step,
    "Gradients stay switched off for the whole notebook: `torch.set_grad_enabled(False)` has no end. "
    "`with torch.no_grad():` has.",
)
def steps_and_stays_off(parameters, rate):
    torch.set_grad_enabled(False)
    for weight in learned(parameters):
        weight -= rate * weight.grad


@mistake(
    sgd_step, "The gradient itself is multiplied by the rate in place: the next reader of `.grad` finds it shrunk."
)
def steps_and_shrinks(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= weight.grad.mul_(rate)


@alternative(sgd_step)
@torch.no_grad()
def steps_with_alpha(parameters, rate):
    for weight in parameters:
        if weight.grad is not None:
            weight.sub_(weight.grad, alpha=rate)


@alternative(sgd_step)
def steps_on_a_detached(parameters, rate):
    """`detach` shares the memory and, unlike `.data`, the version counter."""
    for weight in learned(parameters):
        weight.detach().copy_(weight.detach() - weight.grad * rate)
