"""Mistakes of `gradient_norms` about the parameters' gradients, and about which gradient is measured."""

import torch

from autograder.references import mistake
from autograder.references.hooks._gradient_norms import gradient_norms, measured, of_output
from autograder.references.hooks._shared import leaves_of, length, remove


def _by_autograd(chosen, at):
    """The gradients of the `chosen` parameters come from `torch.autograd.grad`, and are added by hand.

    The input is asked about as well; `at` is its place in the list, -1 or 0, which the error's message depends on.
    """

    def answer(model, x, loss_of):
        weights = [weight for weight in model.parameters() if chosen(weight)]
        norms, start = [], x.detach().requires_grad_()
        handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in leaves_of(model)]
        try:
            asked = [start, *weights] if at == 0 else [*weights, start]
            grads = list(torch.autograd.grad(loss_of(model(start)), asked))
        finally:
            remove(handles)
        del grads[at]
        for weight, grad in zip(weights, grads, strict=True):
            weight.grad = grad if weight.grad is None else weight.grad + grad
        return norms

    return answer


UNUSED = (
    "A parameter that nothing uses stops the call: `torch.autograd.grad` refuses to give its gradient. `backward()` "
    "leaves its `.grad` as it is, and goes on."
)
FROZEN = (
    "A frozen parameter stops the call: nobody can ask for its gradient, or hang a tensor hook on it. `backward()` "
    "passes it over."
)
for place in (0, -1):
    mistake(gradient_norms, UNUSED, keeps=0.97)(_by_autograd(lambda weight: weight.requires_grad, place))
    mistake(gradient_norms, FROZEN, keeps=0.97)(_by_autograd(lambda weight: True, place))


@mistake(
    gradient_norms,
    "A parameter that nothing uses ends with a `.grad` of zeros, as where zeros are filled in for a missing gradient. "
    "After an ordinary `backward()` it has None still.",
    keeps=0.97,
)
def fills_in_zeros(model, x, loss_of):
    norms = measured(model, x, loss_of, of_output)
    for weight in model.parameters():
        if weight.grad is None and weight.requires_grad:
            weight.grad = torch.zeros_like(weight)
    return norms


@mistake(
    gradient_norms,
    "A frozen parameter gets a gradient: something has set its `requires_grad` to True. The input's is enough for "
    "gradients to arrive at all leaves.",
    keeps=0.97,
)
def thaws_the_frozen(model, x, loss_of):
    return measured(model.requires_grad_(), x, loss_of, of_output)


@mistake(
    gradient_norms,
    "Where a leaf gives two tensors, the gradients of both are in the norm. Only the first entry of the tuple counts: "
    "`grad_output[0]`.",
)
def adds_up_the_tuple(model, x, loss_of):
    def measure(name, norms):
        return lambda module, into, out: norms.append((name, sum(length(g) ** 2 for g in out if g is not None) ** 0.5))

    return measured(model, x, loss_of, measure)


@mistake(
    gradient_norms,
    "Layers in front of the first parameter are missing: no gradient flows through them, as their input needs none. "
    "Give the model an input of its own that does, x.detach().requires_grad_().",
    keeps=0.95,
)
def hands_over_x_itself(model, x, loss_of):
    norms = []
    handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in leaves_of(model)]
    try:
        loss_of(model(x)).backward()
    finally:
        remove(handles)
    return norms
