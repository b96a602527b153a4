"""`vjp`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake
from autograder.references.autograd._shared import grads, refuse_whole_numbers


def vjp(function, inputs, vector):
    refuse_whole_numbers(*inputs)
    _, back = torch.func.vjp(function, *(item.detach() for item in inputs))
    return tuple(item.detach() for item in back(vector))


def fresh(inputs):
    return [item.detach().requires_grad_() for item in inputs]


@mistake(
    vjp,
    "The vector plays no part: the results are added up, which is the vector of ones. Hand it over as `grad_outputs`.",
)
def vjp_of_ones(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves).sum(), leaves)


@mistake(
    vjp,
    "An input that plays no part gets None. Its derivative is zero: `allow_unused=True, materialize_grads=True`.",
)
def vjp_with_none(function, inputs, vector):
    leaves = fresh(inputs)
    return torch.autograd.grad(function(*leaves), leaves, vector, allow_unused=True)


@mistake(
    vjp,
    "An input that plays no part raises: say `allow_unused=True, materialize_grads=True`, and it gets zeros.",
)
def vjp_needs_all(function, inputs, vector):
    leaves = fresh(inputs)
    return torch.autograd.grad(function(*leaves), leaves, vector)


@mistake(
    vjp,
    "`backward` adds to the `.grad` of every leaf on the way, the function's own weights included. "
    "`torch.autograd.grad` returns what you ask for and touches none.",
)
def vjp_by_backward(function, inputs, vector):
    leaves = fresh(inputs)
    function(*leaves).backward(vector)
    return tuple(torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves)


@mistake(
    vjp,
    "Nothing was recorded: the inputs need no gradient. Make leaves of them, `x.detach().requires_grad_()`, and call "
    "the function with these.",
)
def vjp_of_plain_inputs(function, inputs, vector):
    function(*inputs).backward(vector)
    return tuple(item.grad for item in inputs)


@mistake(
    vjp,
    "Nothing was recorded: the inputs need no gradient. Make leaves of them, `x.detach().requires_grad_()`, and call "
    "the function with these.",
)
def vjp_of_plain_inputs_by_grad(function, inputs, vector):
    return torch.autograd.grad(function(*inputs), inputs, vector, allow_unused=True)


@mistake(
    vjp,
    "The caller's own tensors are made to need a gradient, and still do afterwards. Work on `x.detach()`: it shares "
    "the memory and has a `requires_grad` of its own.",
)
def vjp_marks_the_inputs(function, inputs, vector):
    for item in inputs:
        item.requires_grad_()
    return grads(function(*inputs), inputs, vector)


@mistake(
    vjp,
    "`backward` on the caller's own tensors: their `.grad` is filled, and the next call adds to it.",
)
def vjp_fills_the_inputs(function, inputs, vector):
    for item in inputs:
        item.requires_grad_()
    function(*inputs).backward(vector)
    return tuple(torch.zeros_like(item) if item.grad is None else item.grad for item in inputs)


@mistake(
    vjp,
    "The results are multiplied by the vector and added up. That broadcasts a vector of the wrong shape in silence; "
    "`grad_outputs` compares the shapes.",
)
def vjp_by_a_product(function, inputs, vector):
    leaves = fresh(inputs)
    return grads((function(*leaves) * vector).sum(), leaves)


@mistake(
    vjp,
    "The gradients carry a graph of their own: `create_graph=True` is for those who differentiate once more.",
)
def vjp_with_a_graph(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves), leaves, vector, create_graph=True)


@mistake(
    vjp,
    "Inputs are turned into float32. Doubles lose half their digits, and whole numbers get a derivative that they "
    "should be refused.",
)
def vjp_in_single(function, inputs, vector):
    leaves = fresh([item.float() for item in inputs])
    return grads(function(*leaves), leaves, vector.float())


@mistake(vjp, "Only the first input gets its gradient; there is one for every input.")
def vjp_of_the_first(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves), leaves[:1], vector)


@alternative(vjp)
def vjp_by_copies(function, inputs, vector):
    leaves = [item.detach().clone().requires_grad_(True) for item in inputs]
    result = function(*leaves)
    found = torch.autograd.grad([result], leaves, grad_outputs=[vector], allow_unused=True)
    return [torch.zeros_like(leaf) if one is None else one for leaf, one in zip(leaves, found, strict=True)]


@alternative(vjp)
def vjp_by_backward_to_the_inputs(function, inputs, vector):
    leaves = fresh(inputs)
    function(*leaves).backward(gradient=vector, inputs=leaves)
    return tuple(torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves)
