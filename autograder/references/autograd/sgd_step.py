"""`sgd_step`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def sgd_step(parameters, rate):
    """The library's optimizer."""
    torch.optim.SGD(list(parameters), lr=rate).step()


def learned(parameters):
    return [weight for weight in parameters if weight.grad is not None]


@mistake(
    sgd_step,
    "The version counter does not see the change, as with `.data`: a backward pass that comes too late goes "
    "through, with wrong numbers. Under `torch.no_grad()` it is noticed.",
    keeps=0.75,
)
def steps_on_data(parameters, rate):
    for weight in learned(parameters):
        weight.data -= rate * weight.grad


@mistake(sgd_step, "The step goes uphill: the gradient points to where the loss grows, so subtract it.")
def steps_uphill(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight += rate * weight.grad


NEW_TENSORS = (
    "The caller's weights stay as they were. `weight - …` makes a new tensor, whatever that is called. "
    "Change the old one in place: `weight -= …` under `torch.no_grad()`."
)


@mistake(sgd_step, NEW_TENSORS)
def steps_into_a_list(parameters, rate):
    made = []
    for weight in parameters:
        made.append(weight if weight.grad is None else (weight - rate * weight.grad).detach().requires_grad_())
    return made


@mistake(sgd_step, NEW_TENSORS)
def steps_beside_and_trips(parameters, rate):
    for weight in parameters:
        weight = weight - rate * weight.grad


@mistake(sgd_step, NEW_TENSORS)
def steps_beside_and_hands_back(parameters, rate):
    for weight in parameters:
        weight = weight - rate * weight.grad
    return parameters


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
    keeps=0.9,
)
def steps_without_a_gradient(parameters, rate):
    with torch.no_grad():
        for weight in parameters:
            weight -= rate * weight.grad


@mistake(
    sgd_step,
    "A weight that took no part has `.grad` None. Skip it.",
    keeps=0.9,
)
def steps_with_the_data_of_none(parameters, rate):
    with torch.no_grad():
        for weight in parameters:
            weight -= rate * weight.grad.data


@mistake(
    sgd_step,
    "The gradients are cleared, too. That is another decision, and another function: `zero_grad`.",
    keeps=0.9,
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
    "Gradients stay switched off for the whole notebook, as after `torch.set_grad_enabled(False)`, which has "
    "no end. `with torch.no_grad():` has.",
    keeps=0.95,
)
def steps_and_stays_off(parameters, rate):
    torch.set_grad_enabled(False)
    for weight in learned(parameters):
        weight -= rate * weight.grad


@mistake(
    sgd_step,
    "The gradient itself is multiplied by the rate in place: the next reader of `.grad` finds it shrunk.",
    keeps=0.9,
)
def steps_and_shrinks(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= weight.grad.mul_(rate)


@mistake(
    sgd_step,
    "The loop ends at the first weight without a gradient: those after it take no step. Go on to the next, `continue`.",
    keeps=0.9,
)
def steps_until_none(parameters, rate):
    with torch.no_grad():
        for weight in parameters:
            if weight.grad is None:
                break
            weight -= rate * weight.grad


@mistake(
    sgd_step,
    "The weights learn no more: afterwards their `requires_grad` is off, perhaps switched off for the step "
    "and not on again. `torch.no_grad()` needs no switching.",
    keeps=0.75,
)
def steps_and_freezes(parameters, rate):
    for weight in learned(parameters):
        weight.requires_grad_(False)
        weight -= rate * weight.grad


@mistake(
    sgd_step,
    "Gradients are switched on at the end, whatever they were before. `with torch.no_grad():` puts back what it found.",
    keeps=0.95,
)
def steps_and_switches_on(parameters, rate):
    torch.set_grad_enabled(False)
    for weight in learned(parameters):
        weight -= rate * weight.grad
    torch.set_grad_enabled(True)


@mistake(
    sgd_step,
    "A rate of zero is taken for none: `if not rate` and `rate or …` ask whether it is zero. Zero is a rate, and the "
    "weights stay.",
)
def steps_without_zero(parameters, rate):
    rate = rate or 0.01
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= rate * weight.grad


@mistake(
    sgd_step,
    "Only the gradient's sign is used, or its length is divided out. The step is rate times the gradient as it is.",
)
def steps_by_the_sign(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= rate * weight.grad.sign()


@mistake(
    sgd_step,
    "Only the gradient's sign is used, or its length is divided out. The step is rate times the gradient as it is.",
)
def steps_of_one_length(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= rate * weight.grad / weight.grad.norm().clamp(min=1e-12)


@mistake(sgd_step, "The rate is left out: the whole gradient is subtracted.")
def steps_without_the_rate(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= weight.grad


@mistake(
    sgd_step,
    "The weights become the step: they are overwritten by minus rate times the gradient, and what they were is gone.",
)
def steps_from_zero(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight.copy_(-rate * weight.grad)


@mistake(
    sgd_step,
    "The parameters are walked through by number, or their `len` is asked for. They may come from a generator, which "
    "knows neither: `for weight in parameters`.",
)
def steps_by_number(parameters, rate):
    with torch.no_grad():
        for number in range(len(parameters)):
            if parameters[number].grad is not None:
                parameters[number] -= rate * parameters[number].grad


TWICE = (
    "A generator's parameters are left out, some or all, as when they are walked through twice: it gives "
    "each of them only once. Make a list of it first, or do all in one loop."
)


@mistake(sgd_step, TWICE)
def steps_after_collecting(parameters, rate):
    gradients = [weight.grad for weight in parameters]
    with torch.no_grad():
        for weight, gradient in zip(parameters, gradients, strict=False):
            if gradient is not None:
                weight -= rate * gradient


@mistake(sgd_step, TWICE)
def steps_after_looking(parameters, rate):
    if any(weight.grad is not None for weight in parameters):
        with torch.no_grad():
            for weight in learned(parameters):
                weight -= rate * weight.grad


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


promised(
    sgd_step,
    "One step of gradient descent: each parameter, minus `rate` times its gradient.",
    by=["one weight", "three weights, one of them a number"],
)
promised(
    sgd_step,
    "parameters: leaves that need gradients, also from a generator.",
    by=["the parameters of a layer, a generator"],
)
promised(
    sgd_step,
    "Those without a gradient stay as they are.",
    by=["weights without a gradient"],
)
promised(
    sgd_step,
    "rate: the step size.",
    by=["other rates, zero among them"],
)
promised(
    sgd_step,
    "The tensors are changed in place: same memory, still leaves that need gradients.",
    by=["whoever holds the weight", "the next loss"],
)
promised(
    sgd_step,
    "Their `.grad` stays.",
    by=["two steps with one gradient"],
)
promised(
    sgd_step,
    "A backward pass through a result that saved the old values is refused by autograd.",
    by=["the old weights in a loss"],
)
promised(
    sgd_step,
    "Gradients are recorded afterwards if they were before.",
    by=["inside and outside of no_grad"],
)
