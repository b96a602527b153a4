"""`hessian_vector_product`: what is right, and what goes wrong."""

import warnings

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.autograd._shared import grads, slope


def hessian_vector_product(function, x, vector):
    """Forward over reverse: the gradient's own derivative along the vector."""
    return torch.func.jvp(torch.func.grad(function), (x.detach(),), (vector.detach(),))[1].detach()


def once_more(target, leaf, **options):
    return grads(target, leaf, **options)[0] if target.requires_grad else torch.zeros_like(leaf)


@mistake(
    hessian_vector_product,
    "Nothing leads back from the first derivative: perhaps it is taken without a graph, or detached. Say "
    "`create_graph=True` there, and work with the gradient as it comes.",
)
def hvp_without_a_graph(function, x, vector):
    leaf = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(function(leaf), leaf)
    return torch.autograd.grad((gradient * vector).sum(), leaf)[0]


@mistake(
    hessian_vector_product,
    "The gradient's entries are added up and the vector comes too late: that gives each row's sum times one number. "
    "Take the derivative of gradient · vector.",
)
def hvp_of_sums(function, x, vector):
    leaf, gradient = slope(function, x)
    return once_more(gradient.sum(), leaf) * vector.detach()


@mistake(
    hessian_vector_product,
    "There is only one derivative here, multiplied by the vector. Take the derivative of gradient · vector once more.",
)
def hvp_of_first_order(function, x, vector):
    _, gradient = slope(function, x)
    return (gradient * vector).detach()


@mistake(
    hessian_vector_product,
    "This is gradient plus product, as when a first `backward` leaves the gradient in `x.grad` and a second "
    "adds to it. `torch.autograd.grad` has no such memory.",
)
def hvp_adds_the_gradient(function, x, vector):
    x = x.detach().clone().requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of the circle that this makes
        function(x).backward(create_graph=True)
    (x.grad * vector).sum().backward()
    return x.grad


@mistake(
    hessian_vector_product,
    "The whole matrix of second derivatives is built. For n numbers it holds n²: for a network, more than there is "
    "memory. One backward pass through gradient · vector is enough.",
)
def hvp_by_the_matrix(function, x, vector):
    leaf, gradient = slope(function, x)
    flat = gradient.reshape(-1)
    rows = torch.stack([once_more(one, leaf, retain_graph=True).reshape(-1) for one in flat])
    return (rows @ vector.detach().reshape(-1)).reshape(x.shape)


@mistake(
    hessian_vector_product,
    "`backward` has added to the `.grad` of the function's weights. `torch.autograd.grad` touches none.",
    keeps=0.82,
)
def hvp_by_backward(function, x, vector):
    leaf, gradient = slope(function, x)
    target = (gradient * vector.detach()).sum()
    if target.requires_grad:
        target.backward()
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


@mistake(
    hessian_vector_product,
    "The product carries a graph. Only the first derivative needs `create_graph=True`.",
    keeps=0.6,
)
def hvp_with_a_graph(function, x, vector):
    leaf, gradient = slope(function, x)
    return once_more((gradient * vector).sum(), leaf, create_graph=True)


@mistake(
    hessian_vector_product,
    "A linear function has a constant gradient, and nothing leads back from a constant: `requires_grad` is False, or "
    "the derivative with respect to x is None. Its product is zero.",
    keeps=0.85,
)
def hvp_trips_over_lines(function, x, vector):
    leaf, gradient = slope(function, x)
    return torch.autograd.grad((gradient * vector.detach()).sum(), leaf)[0]


@mistake(
    hessian_vector_product,
    "The caller's x is made to need a gradient, and still does afterwards: work on `x.detach().requires_grad_()`.",
    keeps=0.82,
)
def hvp_marks_x(function, x, vector):
    (gradient,) = grads(function(x.requires_grad_()), x, create_graph=True)
    return once_more((gradient * vector.detach()).sum(), x)


@mistake(
    hessian_vector_product,
    "`torch.dot` takes vectors only, and `@` makes a matrix product of matrices. x may have any shape: "
    "multiply entry by entry and add up, `(gradient * vector).sum()`.",
)
def hvp_by_a_dot_of_vectors(function, x, vector):
    leaf, gradient = slope(function, x)
    return once_more(torch.dot(gradient, vector.detach()), leaf)


@mistake(
    hessian_vector_product,
    "`torch.dot` takes vectors only, and `@` makes a matrix product of matrices. x may have any shape: "
    "multiply entry by entry and add up, `(gradient * vector).sum()`.",
)
def hvp_by_at(function, x, vector):
    leaf, gradient = slope(function, x)
    return once_more(gradient @ vector.detach(), leaf)


@mistake(
    hessian_vector_product,
    "The vector is multiplied in twice: once into the gradient, and once more into the second derivative.",
)
def hvp_twice_the_vector(function, x, vector):
    leaf, gradient = slope(function, x)
    return once_more((gradient * vector.detach()).sum(), leaf) * vector.detach()


@mistake(
    hessian_vector_product,
    "Only second derivatives of single numbers are taken, the diagonal. The gradient's entry i changes with every "
    "x[j].",
)
def hvp_of_the_diagonal(function, x, vector):
    leaf, gradient = slope(function, x)
    rows = [once_more(one, leaf, retain_graph=True).reshape(-1)[at] for at, one in enumerate(gradient.reshape(-1))]
    return torch.stack(rows).reshape(x.shape) * vector.detach()


@mistake(
    hessian_vector_product,
    "This is a tuple: `torch.autograd.grad` returns one, also for one input. Its first entry is the product.",
)
def hvp_as_a_tuple(function, x, vector):
    leaf, gradient = slope(function, x)
    return grads((gradient * vector.detach()).sum(), leaf)


@mistake(
    hessian_vector_product,
    "The gradient at x is subtracted from the gradient at x + vector. Such a difference is the product for quadratic "
    "functions alone: the Hessian at x wants a second derivative.",
)
def hvp_by_a_difference(function, x, vector):
    _, here = slope(function, x)
    _, there = slope(function, x + vector)
    return (there - here).detach()


@mistake(
    hessian_vector_product,
    "A difference of two gradients, divided by a small step, comes near the product. It is off by the step and by "
    "rounding: the Hessian at x wants a second derivative.",
)
def hvp_by_a_small_step(function, x, vector):
    step = 1e-3
    _, here = slope(function, x)
    _, there = slope(function, x + step * vector.detach())
    return ((there - here) / step).detach()


@mistake(
    hessian_vector_product,
    "`requires_grad` is switched on and afterwards off, on the caller's own x: one that learned before learns no more, "
    "and one with a history refuses. Work on `x.detach()`.",
    keeps=0.82,
)
def hvp_marks_and_unmarks(function, x, vector):
    (gradient,) = grads(function(x.requires_grad_()), x, create_graph=True)
    product = once_more((gradient * vector.detach()).sum(), x)
    x.requires_grad_(False)
    return product


@mistake(
    hessian_vector_product,
    "The zeros for a linear function have a dtype of their own. `torch.zeros_like(x)` takes x's.",
    keeps=0.95,
)
def hvp_with_float_zeros(function, x, vector):
    leaf, gradient = slope(function, x)
    (product,) = grads((gradient * vector.detach()).sum(), leaf)
    return torch.zeros(x.shape, device=x.device) if not bool(product.any()) and bool(vector.any()) else product


@alternative(hessian_vector_product)
def hvp_by_grad_outputs(function, x, vector):
    leaf, gradient = slope(function, x)
    return grads(gradient, leaf, vector.detach())[0]


@alternative(hessian_vector_product)
def hvp_by_a_dot(function, x, vector):
    leaf = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(leaf), leaf, create_graph=True)
    along = torch.dot(gradient.reshape(-1), vector.reshape(-1)) + 0 * leaf.sum()
    (product,) = torch.autograd.grad(along, leaf)
    return product


promised(
    hessian_vector_product,
    "How the gradient of `function` changes when `x` moves along `vector`: the Hessian at `x` times `vector`.",
    by=["coupled numbers", "a quadratic form"],
)
promised(
    hessian_vector_product,
    "function: from one tensor to a single number, shape (), that depends on it.",
    by=["one number"],
)
promised(
    hessian_vector_product,
    "It may use weights that need gradients.",
    by=["what is left on the function's weights"],
)
promised(
    hessian_vector_product,
    "x: floating point, any shape.",
    by=["one number", "a matrix", "a batch of one"],
)
promised(
    hessian_vector_product,
    "vector: shape and dtype of `x`.",
    by=["along nothing, and along a row", "not contiguous"],
)
promised(
    hessian_vector_product,
    "Shape and dtype of `x`, without graph; zeros for a linear function.",
    by=["float64 and bfloat16", "linear functions", "what is left on the function's weights"],
)
promised(
    hessian_vector_product,
    "No tensor on the way is larger than a few times `x`.",
    by=["memory for many numbers", "memory for a matrix"],
)
promised(
    hessian_vector_product,
    "No `.grad` and no `requires_grad` is changed anywhere.",
    by=["what is left on x and the vector", "what is left on the function's weights"],
)
