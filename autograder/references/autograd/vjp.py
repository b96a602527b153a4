"""`vjp`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.autograd._shared import grads, refuse_whole_numbers


def vjp(function, inputs, vector):
    refuse_whole_numbers(*inputs)
    _, back = torch.func.vjp(function, *(item.detach() for item in inputs))
    return tuple(item.detach() for item in back(vector))


def fresh(inputs):
    return [item.detach().requires_grad_() for item in inputs]


@mistake(
    vjp,
    "The vector plays no part: ones stand in its place, as when the results are added up. Hand it over as "
    "`grad_outputs`.",
)
def vjp_of_ones(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves).sum(), leaves)


@mistake(
    vjp,
    "The vector plays no part: ones stand in its place, as when the results are added up. Hand it over as "
    "`grad_outputs`.",
)
def vjp_of_ones_like_the_vector(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves), leaves, torch.ones_like(vector))


@mistake(
    vjp,
    "An input that plays no part gets None. Its derivative is zero: `allow_unused=True, materialize_grads=True`.",
    keeps=0.8,
)
def vjp_with_none(function, inputs, vector):
    leaves = fresh(inputs)
    return torch.autograd.grad(function(*leaves), leaves, vector, allow_unused=True)


@mistake(
    vjp,
    "An input that plays no part raises: say `allow_unused=True, materialize_grads=True`, and it gets zeros.",
    keeps=0.8,
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


MARKED = (
    "The caller's own tensors are made to need a gradient, and still do afterwards. Work on `x.detach()`: it shares "
    "the memory and has a `requires_grad` of its own."
)


@mistake(vjp, MARKED)
def vjp_marks_the_inputs(function, inputs, vector):
    for item in inputs:
        item.requires_grad_()
    return grads(function(*inputs), inputs, vector)


@mistake(vjp, MARKED)
def vjp_marks_and_takes_views(function, inputs, vector):
    views = [item.requires_grad_()[...] for item in inputs]
    return grads(function(*views), views, vector.detach())


@mistake(
    vjp,
    "`requires_grad` is switched on and afterwards off, on the caller's own tensors: one that learned before learns no "
    "more, and one with a history refuses. Work on `x.detach()`.",
)
def vjp_marks_and_unmarks(function, inputs, vector):
    for item in inputs:
        item.requires_grad_(True)
    found = grads(function(*inputs), inputs, vector)
    for item in inputs:
        item.requires_grad_(False)
    return found


@mistake(
    vjp,
    "`backward` on the caller's own tensors: their `.grad` is filled, and the next call adds to it.",
)
def vjp_fills_the_inputs(function, inputs, vector):
    for item in inputs:
        item.requires_grad_()
    function(*inputs).backward(vector)
    return tuple(torch.zeros_like(item) if item.grad is None else item.grad for item in inputs)


SHAPES = (
    "A vector of another shape than the result's is accepted. Multiplying and adding up broadcasts it in "
    "silence, as `expand` does; flattening hides its shape. `grad_outputs` compares the shapes."
)


@mistake(vjp, SHAPES, keeps=0.95)
def vjp_by_a_product(function, inputs, vector):
    leaves = fresh(inputs)
    return grads((function(*leaves) * vector.detach()).sum(), leaves)


@mistake(vjp, SHAPES, keeps=0.95)
def vjp_by_a_dot(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(torch.dot(function(*leaves).flatten(), vector.detach().flatten()), leaves)


@mistake(vjp, SHAPES, keeps=0.95)
def vjp_fits_the_vector(function, inputs, vector):
    leaves = fresh(inputs)
    result = function(*leaves)
    return grads(result, leaves, vector.detach().reshape(result.shape))


@mistake(vjp, SHAPES, keeps=0.95)
def vjp_expands_the_vector(function, inputs, vector):
    leaves = fresh(inputs)
    result = function(*leaves)
    return grads(result, leaves, vector.detach().expand(result.shape))


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
    keeps=0.92,
)
def vjp_in_single(function, inputs, vector):
    leaves = fresh([item.float() for item in inputs])
    return grads(function(*leaves), leaves, vector.float())


@mistake(vjp, "Only the first input gets its gradient; there is one for every input.")
def vjp_of_the_first(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves), leaves[:1], vector)


@mistake(
    vjp,
    "The Jacobian is multiplied from the wrong side: J·v adds up over inputs. Here the vector belongs to the results: "
    "v·J, which is what `grad_outputs` computes.",
)
def vjp_turned(function, inputs, vector):
    leaves = fresh(inputs)
    result = function(*leaves)
    found = []
    for leaf in leaves:
        rows = [grads(one, [leaf], retain_graph=True)[0].reshape(-1) for one in result.reshape(-1)]
        found.append((torch.stack(rows) @ vector.detach().reshape(-1)).reshape(leaf.shape))
    return found


@mistake(
    vjp,
    "Where there is only one input, its gradient comes back bare. Promised is a tuple with one gradient for each "
    "input, also for one.",
)
def vjp_unpacks_one(function, inputs, vector):
    leaves = fresh(inputs)
    found = grads(function(*leaves), leaves, vector)
    return found[0] if len(found) == 1 else found


@mistake(
    vjp,
    "Inputs of whole numbers are passed over. They have no derivative: `requires_grad_()` says so by a RuntimeError, "
    "which is what is promised.",
    keeps=0.95,
)
def vjp_passes_over_whole_numbers(function, inputs, vector):
    leaves = [item.detach().requires_grad_(item.is_floating_point()) for item in inputs]
    result = function(*leaves)
    learners = [leaf for leaf in leaves if leaf.requires_grad]
    found = dict(zip(map(id, learners), grads(result, learners, vector), strict=True))
    return [found.get(id(leaf), torch.zeros_like(leaf)) for leaf in leaves]


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


promised(
    vjp,
    "A vector times the Jacobian of `function` at `inputs`.",
    by=["a matrix product", "as many results as inputs"],
)
promised(
    vjp,
    "function: is called as `function(*inputs)` and returns one tensor, which depends on at least one of them.",
    by=["called by its parameters' names", "a broadcast input"],
)
promised(
    vjp,
    "It may use weights that need gradients.",
    by=["nothing on the function's weights"],
)
promised(
    vjp,
    "inputs: floating-point tensors of any shape.",
    by=["a number goes in", "an empty batch", "not contiguous"],
)
promised(
    vjp,
    "vector: shape and dtype of the function's result.",
    by=["a number comes out", "vectors of another shape"],
)
promised(
    vjp,
    "For each input the gradient of (vector · result), shape and dtype of the input, without graph; zeros for "
    "an input that plays no part.",
    by=["one of three plays no part", "float64 and bfloat16", "nothing on inputs that learn already"],
)
promised(
    vjp,
    "No `.grad` and no `requires_grad` is changed anywhere.",
    by=[
        "nothing on the inputs, after two calls",
        "nothing on the function's weights",
        "nothing on inputs that learn already",
    ],
)
promised(
    vjp,
    "RuntimeError: an input holds whole numbers, or the vector has another shape than the result.",
    by=["whole numbers", "vectors of another shape"],
)
