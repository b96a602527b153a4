"""`gradient_norms`: other ways that are right, and what is promised."""

from contextlib import ExitStack
from functools import partial

import torch

from autograder.references import alternative, promised
from autograder.references.hooks import _gradient_norms_grads_mistakes, _gradient_norms_mistakes  # noqa: F401  (they register themselves)
from autograder.references.hooks._gradient_norms import gradient_norms
from autograder.references.hooks._shared import first_of, leaves_of, remove


@alternative(gradient_norms)
def with_pre_hooks(model, x, loss_of):
    norms = []
    with ExitStack() as stack:
        for name, module in leaves_of(model):
            stack.enter_context(
                module.register_full_backward_pre_hook(
                    lambda module, arriving, name=name: norms.append(
                        (name, float(torch.linalg.vector_norm(arriving[0])))
                    )
                )
            )
        loss_of(model(x.detach().clone().requires_grad_())).backward()
    return norms


@alternative(gradient_norms)
def with_tensor_hooks(model, x, loss_of):
    norms = []

    def watch(name, module, args, output):
        copied = first_of(output).view_as(first_of(output))
        copied.register_hook(lambda gradient: norms.append((name, gradient.pow(2).sum().sqrt().item())))
        return copied if isinstance(output, torch.Tensor) else (copied, *output[1:])

    handles = [module.register_forward_hook(partial(watch, name)) for name, module in leaves_of(model)]
    try:
        torch.autograd.backward(loss_of(model(x.detach().requires_grad_())))
    finally:
        remove(handles)
    return norms


promised(
    gradient_norms,
    "Runs forward and backward once and lists how much gradient arrives at each leaf module.",
    by=["a small network", "gradients add up in the parameters as always"],
)
promised(
    gradient_norms,
    "model: its parameters end with the `.grad` that `loss_of(model(x)).backward()` leaves: added to what was there.",
    by=["gradients add up in the parameters as always", "a parameter that nothing uses", "a frozen parameter"],
)
promised(
    gradient_norms,
    "x: the model's input, shape (batch, ...), floating point.",
    by=["one row", "a model in float64"],
)
promised(
    gradient_norms,
    "It is not changed and gets no `.grad`.",
    by=["the caller's input is left alone"],
)
promised(
    gradient_norms,
    "loss_of: from the model's output to the loss, a tensor of one element that depends on what each leaf gives, and "
    "on the first entry where that is a tuple.",
    by=["a mean of squares as the loss"],
)
promised(
    gradient_norms,
    "One pair (name, norm) for each call of a leaf, in the order in which the gradients arrive.",
    by=["a layer used twice", "layers that hand on what they get"],
)
promised(
    gradient_norms,
    "A model without children is a leaf itself, under the empty name.",
    by=["a model that is a leaf itself"],
)
promised(
    gradient_norms,
    "The norm is a Python float, the root of the sum of squares of the gradient with respect to the leaf's output.",
    by=["a small network", "one row"],
)
promised(
    gradient_norms,
    "Where that is a tuple, the gradient with respect to its first entry counts.",
    by=["a layer that returns a tuple"],
)
promised(
    gradient_norms,
    "No hook is left on the model, also when something raises.",
    by=["nothing is left behind by an error in the loss", "two calls leave the model as it was"],
)
