"""`jacobian`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.autograd._shared import grads, refuse_whole_numbers


def jacobian(function, x):
    refuse_whole_numbers(x)
    return torch.func.jacrev(function)(x.detach()).detach()


def rows_of(y, x, **options):
    """One gradient for each result."""
    options = {"retain_graph": True, **options}
    return [grads(one, x, **options)[0] for one in y.reshape(-1)]


def stacked(rows, y, x):
    return torch.stack(rows).reshape(*y.shape, *x.shape)


@mistake(
    jacobian,
    "One row comes out, the sum of all of them, as when all results are added up before the derivative is "
    "taken. Each result needs a backward pass of its own.",
)
def jacobian_of_the_sum(function, x):
    x = x.detach().requires_grad_()
    return grads(function(x).sum(), x)[0]


@mistake(
    jacobian,
    "The shape is turned round: results come first, inputs last. Row i says how result i depends on everything.",
)
def jacobian_turned(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    rows = torch.stack(rows_of(y, x)).reshape(y.numel(), x.numel())
    return rows.T.reshape(*x.shape, *y.shape)


@mistake(
    jacobian,
    "The result is a matrix of all results by all inputs. Asked for is the shape of the result followed by "
    "the shape of x: `reshape(*y.shape, *x.shape)`.",
)
def jacobian_flat(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return torch.stack(rows_of(y, x)).reshape(y.numel(), x.numel())


@mistake(
    jacobian,
    "The first backward pass throws the graph away, and the second finds none: `retain_graph=True` keeps it.",
)
def jacobian_once(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return stacked(rows_of(y, x, retain_graph=None), y, x)


@mistake(
    jacobian,
    "Row i holds the sum of the rows up to i: `.grad` adds up from pass to pass. Use "
    "`torch.autograd.grad`, which adds to no `.grad`, also not to those of the function's weights.",
)
def jacobian_adds_up(function, x):
    x = x.detach().requires_grad_()
    y, rows = function(x), []
    for one in y.reshape(-1):
        grads_of_all(one)
        rows.append(torch.zeros_like(x) if x.grad is None else x.grad.clone())
    return stacked(rows, y, x)


def grads_of_all(one):
    if one.requires_grad:
        one.backward(retain_graph=True)


@mistake(
    jacobian,
    "Row i holds the sum of the rows up to i: `.grad` adds up from pass to pass. Use "
    "`torch.autograd.grad`, which adds to no `.grad`, also not to those of the function's weights.",
)
def jacobian_adds_up_in_x(function, x):
    y = function(x.requires_grad_())
    found = torch.zeros(y.numel(), x.numel(), device=x.device)
    for place, one in enumerate(y.flatten()):
        grads_of_all(one)
        found[place] = x.grad.flatten()
    return found.reshape(*y.shape, *x.shape)


@mistake(
    jacobian,
    "`y[i]` is one number only if the result is a vector: a matrix has rows there, and a single number has none. Walk "
    "over `y.flatten()`.",
)
def jacobian_of_vectors(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return torch.stack([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))])


@mistake(
    jacobian,
    "All rows are equal: perhaps they are one tensor, `x.grad`, to which every pass adds in place. Use "
    "`torch.autograd.grad`, which returns a new one each time.",
)
def jacobian_of_one_tensor(function, x):
    x = x.detach().requires_grad_()
    y, rows = function(x), []
    for one in y.reshape(-1):
        grads_of_all(one)
        rows.append(x.grad)
    return stacked(rows, y, x)


@mistake(
    jacobian,
    "The rows are right, and `backward` has added to the `.grad` of the function's weights at every pass. "
    "`torch.autograd.grad` touches none.",
    keeps=0.82,
)
def jacobian_by_backward(function, x):
    x = x.detach().requires_grad_()
    y, rows = function(x), []
    for one in y.reshape(-1):
        x.grad = None
        grads_of_all(one)
        rows.append(x.grad)
    return stacked(rows, y, x)


@mistake(
    jacobian,
    "The function is called again for each row. A function with dropout would give each row another network: call it "
    "once and keep the graph with `retain_graph=True`.",
    keeps=0.85,
)
def jacobian_calls_again(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return stacked([grads(function(x).reshape(-1)[row], x)[0] for row in range(y.numel())], y, x)


@mistake(
    jacobian,
    "The caller's x is made to need a gradient, and still does afterwards: work on `x.detach().requires_grad_()`.",
    keeps=0.82,
)
def jacobian_marks_x(function, x):
    y = function(x.requires_grad_())
    return stacked(rows_of(y, x), y, x)


@mistake(
    jacobian,
    "The Jacobian is float32 where x is not, as when its rows are written into torch.zeros(…): doubles lose "
    "half their digits. `torch.stack` keeps the dtype.",
    keeps=0.93,
)
def jacobian_in_single(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    found = torch.zeros(y.numel(), *x.shape, device=x.device)
    for place, row in enumerate(rows_of(y, x)):
        found[place] = row
    return found.reshape(*y.shape, *x.shape)


@mistake(
    jacobian,
    "The Jacobian carries a graph: `create_graph=True` is for those who differentiate once more. To go back several "
    "times, `retain_graph=True` is enough.",
    keeps=0.65,
)
def jacobian_with_a_graph(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return stacked(rows_of(y, x, create_graph=True), y, x)


@mistake(
    jacobian,
    "`requires_grad` is switched on and afterwards off, on the caller's own x: one that learned before learns no more, "
    "and one with a history refuses. Work on `x.detach()`.",
    keeps=0.82,
)
def jacobian_marks_and_unmarks(function, x):
    x.requires_grad_(True)
    y = function(x)
    found = stacked(rows_of(y, x), y, x)
    x.requires_grad_(False)
    return found


@mistake(
    jacobian,
    "Only the diagonal is filled, as if result i depended on input i alone. A result may depend on every input.",
)
def jacobian_of_the_diagonal(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    found = x.new_zeros(y.numel(), x.numel())
    for place, row in enumerate(rows_of(y, x)):
        if place < x.numel():
            found[place, place] = row.reshape(-1)[place]
    return found.reshape(*y.shape, *x.shape)


@mistake(
    jacobian,
    "`torch.autograd.grad` returns a tuple, also for one input. Its first entry is the row: "
    "`torch.autograd.grad(…)[0]`.",
)
def jacobian_of_tuples(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return torch.stack([torch.autograd.grad(one, x, retain_graph=True) for one in y.flatten()])


@mistake(
    jacobian,
    "The rows are a Python list. Stack them, and give the tensor the shape of the result followed by the shape of x.",
)
def jacobian_as_a_list(function, x):
    x = x.detach().requires_grad_()
    return rows_of(function(x), x)


@mistake(
    jacobian,
    "x is made floating point first. Whole numbers have no derivative: `requires_grad_()` refuses them, as promised, "
    "and doubles would lose half their digits.",
    keeps=0.9,
)
def jacobian_of_floats(function, x):
    x = x.detach().float().requires_grad_()
    y = function(x)
    return stacked(rows_of(y, x), y, x)


@mistake(
    jacobian,
    "One vector with a 1 in it is written into again for each row. Where autograd hands it through as it is, as for "
    "x + 1, all rows are this one memory and end alike: make a new vector for each row.",
)
def one_vector_for_all_rows(function, x):
    leaf = x.detach().requires_grad_()
    result = function(leaf)
    unit = torch.zeros_like(result).flatten()
    rows = []
    for place in range(result.numel()):
        unit.zero_()
        unit[place] = 1
        rows += torch.autograd.grad(
            result, leaf, unit.view_as(result), retain_graph=True, allow_unused=True, materialize_grads=True
        )
    return torch.stack(rows).reshape(*result.shape, *x.shape)


@alternative(jacobian)
def jacobian_by_units(function, x):
    x = x.detach().clone().requires_grad_()
    y = function(x)
    units = torch.eye(y.numel(), dtype=y.dtype, device=y.device).reshape(-1, *y.shape)
    (rows,) = torch.autograd.grad(y, x, units, is_grads_batched=True)
    return rows.reshape(y.shape + x.shape)


@alternative(jacobian)
def jacobian_by_filling(function, x):
    leaf = x.detach().requires_grad_(True)
    y = function(leaf)
    found = torch.empty(*y.shape, *x.shape, dtype=x.dtype, device=x.device)
    flat = found.view(y.numel(), *x.shape)
    for place in range(y.numel()):
        leaf.grad = None
        unit = torch.zeros_like(y).reshape(-1)
        unit[place] = 1
        y.backward(unit.reshape(y.shape), retain_graph=True, inputs=[leaf])
        flat[place] = leaf.grad
    return found


equivalent(
    jacobian,
    "rows = [torch.autograd.grad(one, x, retain_graph=True)[0] for one in result.flatten()]",
    "rows = [torch.autograd.grad(one, x, retain_graph=True)[ -1] for one in result.flatten()]",
    "grad returns a tuple of one: its first entry is its last",
)

promised(
    jacobian,
    "The derivative of every result with respect to every input.",
    by=["a vector to another", "as many results as inputs"],
)
promised(
    jacobian,
    "function: from one tensor to one that depends on it and holds a number or more; it is called once.",
    by=["a function that changes with every call"],
)
promised(
    jacobian,
    "It may use weights that need gradients.",
    by=["what is left on the function's weights"],
)
promised(
    jacobian,
    "x: floating point, any shape, also a single number of shape ().",
    by=["a number goes in", "a matrix to a vector"],
)
promised(
    jacobian,
    "Shape (*result.shape, *x.shape), dtype of `x`, without graph: at [i, j] the derivative of result[i] with "
    "respect to x[j], zero where it depends on nothing there.",
    by=[
        "a matrix to its transpose",
        "two dimensions to three",
        "float64, bfloat16, and float64 within",
        "some results do not depend on x",
    ],
)
promised(
    jacobian,
    "No `.grad` and no `requires_grad` is changed anywhere.",
    by=["what is left on x", "what is left on the function's weights"],
)
promised(
    jacobian,
    "RuntimeError: `x` holds whole numbers.",
    by=["whole numbers are refused"],
)
