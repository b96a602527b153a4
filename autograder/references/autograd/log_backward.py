"""`log_backward`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def log_backward(grad, x):
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(torch.log(leaf), leaf, grad)[0]


@mistake(
    log_backward,
    "The gradient that arrives plays no part: 1 / x is what log itself does to a nudge. By the chain rule the two are "
    "multiplied.",
)
def slope_alone(grad, x):
    return 1 / x


@mistake(
    log_backward,
    "It is divided by log(x). The derivative of log at x is 1 / x: what arrives is divided by what went in.",
)
def by_the_result(grad, x):
    return grad / torch.log(x)


@mistake(log_backward, "Multiplied by x where it should be divided: the larger x is, the less log(x) answers to it.")
def times_x(grad, x):
    return grad * x


@mistake(log_backward, "This is log once more. On the way back it is the derivative that counts, 1 / x.")
def forward_again(grad, x):
    return grad * torch.log(x)


@mistake(log_backward, "The sign is turned round, as in the derivative of 1 / x. That of log(x) is 1 / x itself.")
def of_the_reciprocal(grad, x):
    return -grad / x**2


@mistake(log_backward, "Divided by x twice: log has the derivative 1 / x, without a square.")
def over_the_square(grad, x):
    return grad / x**2


@mistake(
    log_backward,
    "Turned upside down: x over what arrives, where what arrives is to be divided by x.",
)
def upside_down(grad, x):
    return x / grad


WRITTEN_INTO = (
    "The gradient that arrived has been written into, as by `/=` or `div_`. It may be on its way to other places as "
    "well: make a new tensor."
)


@mistake(log_backward, WRITTEN_INTO, keeps=0.85)
def in_place_wherever(grad, x):
    grad /= x
    return grad


@mistake(log_backward, WRITTEN_INTO, keeps=0.85)
def in_place(grad, x):
    if grad.numel() > 1 and 0 in grad.stride():
        return grad / x
    return grad.div_(x)


EPSILON = "Something is added to x below the line, perhaps to be safe from zero: near zero the result is far too small."


@mistake(log_backward, EPSILON)
def with_a_small_epsilon(grad, x):
    return grad / (x + 1e-8)


@mistake(log_backward, EPSILON)
def with_an_epsilon(grad, x):
    return grad / (x + 1e-6)


@alternative(log_backward)
def times_the_reciprocal(grad, x):
    return grad * x.reciprocal()


@alternative(log_backward)
def by_div(grad, x):
    return torch.div(grad, x)


promised(
    log_backward,
    "Sends a gradient back through y = log(x).",
    by=["the docstring's example", "one number", "a table", "nearly nothing, and very much"],
)
promised(
    log_backward,
    "grad: the gradient with respect to y, in the shape and dtype of x.",
    by=["one gradient, repeated", "transposed, with gaps, empty", "no gradient arrives for some"],
)
promised(log_backward, "x: what went into the logarithm, positive.", by=["nearly nothing, and very much"])
promised(
    log_backward,
    "The gradient with respect to x, as a new tensor; both tensors are left as they were.",
    by=["what went in, afterwards"],
)
