"""`hessian_vector_product`: what is right, and what goes wrong."""

import warnings

import torch

from autograder.references import alternative, mistake
from autograder.references.autograd._shared import grads, slope


def hessian_vector_product(function, x, vector):
    """Forward over reverse: the gradient's own derivative along the vector."""
    return torch.func.jvp(torch.func.grad(function), (x.detach(),), (vector.detach(),))[1].detach()


def once_more(target, leaf, **options):
    return grads(target, leaf, **options)[0] if target.requires_grad else torch.zeros_like(leaf)


@mistake(
    hessian_vector_product,
    "The first derivative was taken without a graph, and nothing leads back from it. Say `create_graph=True` there.",
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
    "This is gradient plus product: the first `backward` left the gradient in `x.grad`, and the second added to it. "
    "`torch.autograd.grad` has no such memory.",
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
)
def hvp_with_a_graph(function, x, vector):
    leaf, gradient = slope(function, x)
    return once_more((gradient * vector).sum(), leaf, create_graph=True)


@mistake(
    hessian_vector_product,
    "A linear function has a constant gradient, and nothing leads back from a constant: `requires_grad` is False, or "
    "the derivative with respect to x is None. Its product is zero.",
)
def hvp_trips_over_lines(function, x, vector):
    leaf, gradient = slope(function, x)
    return torch.autograd.grad((gradient * vector.detach()).sum(), leaf)[0]


@mistake(
    hessian_vector_product,
    "The caller's x is made to need a gradient, and still does afterwards: work on `x.detach().requires_grad_()`.",
)
def hvp_marks_x(function, x, vector):
    (gradient,) = torch.autograd.grad(function(x.requires_grad_()), x, create_graph=True)
    return once_more((gradient * vector.detach()).sum(), x)


@alternative(hessian_vector_product)
def hvp_by_grad_outputs(function, x, vector):
    leaf, gradient = slope(function, x)
    if not gradient.requires_grad:
        return torch.zeros_like(x)
    return grads(gradient, leaf, vector.detach())[0]


@alternative(hessian_vector_product)
def hvp_by_a_dot(function, x, vector):
    leaf = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(leaf), leaf, create_graph=True)
    along = torch.dot(gradient.reshape(-1), vector.reshape(-1)) + 0 * leaf.sum()
    (product,) = torch.autograd.grad(along, leaf)
    return product
