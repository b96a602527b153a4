"""`times`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from helpers.nodes import Node


def times(a, b):
    """By torch's own autograd."""
    value, back = torch.func.vjp(torch.mul, a.value, b.value)
    return Node(value, [(a, lambda grad: back(grad)[0]), (b, lambda grad: back(grad)[1])])


@mistake(
    times,
    "Over each edge goes the gradient times that node's own value. How much the product answers to a depends on how "
    "large b is: it is the other factor that counts.",
)
def by_its_own_factor(a, b):
    return Node(a.value * b.value, [(a, lambda grad: grad * a.value), (b, lambda grad: grad * b.value)])


@mistake(
    times,
    "The gradient that arrives plays no part: what goes back is the factor alone. It has to be what arrives, times the "
    "factor, or the rest of the way is forgotten.",
)
def without_what_arrives(a, b):
    return Node(a.value * b.value, [(a, lambda grad: b.value), (b, lambda grad: a.value)])


@mistake(
    times,
    "Both edges use one and the same factor. A function made in a loop looks its variables up when it is called, and "
    "by then they are those of the last round; or the wrong name was copied.",
)
def both_by_the_last(a, b):
    edges = []
    for node, other in ((a, b), (b, a)):
        edges.append((node, lambda grad: grad * other.value))  # noqa: B023
    return Node(a.value * b.value, edges)


@mistake(
    times,
    "Both edges use one and the same factor. A function made in a loop looks its variables up when it is called, and "
    "by then they are those of the last round; or the wrong name was copied.",
)
def both_by_b(a, b):
    return Node(a.value * b.value, [(a, lambda grad: grad * b.value), (b, lambda grad: grad * b.value)])


@mistake(
    times,
    "The gradient goes back unchanged over both edges, as for a sum. A product multiplies it by the other value.",
)
def as_a_sum(a, b):
    return Node(a.value * b.value, [(a, lambda grad: grad), (b, lambda grad: grad)])


@mistake(times, "The value is the sum; it should be the product.")
def adds(a, b):
    return Node(a.value + b.value, [(a, lambda grad: grad * b.value), (b, lambda grad: grad * a.value)])


@mistake(
    times,
    "The node has no edges: it knows its value and not where it came from, so nothing can go back.",
)
def without_edges(a, b):
    return Node(a.value * b.value)


@mistake(
    times,
    "The edges come in the order b, a. Promised is the order in which the two went in.",
    keeps=0.7,
)
def the_other_way_round(a, b):
    return Node(a.value * b.value, [(b, lambda grad: grad * a.value), (a, lambda grad: grad * b.value)])


@mistake(
    times,
    "An edge begins with something else than the node that went in, perhaps with its value. It has to be the node "
    "itself: that is where the gradient will be kept.",
)
def edges_to_values(a, b):
    return Node(a.value * b.value, [(a.value, lambda grad: grad * b.value), (b.value, lambda grad: grad * a.value)])


@mistake(
    times,
    "An edge should hold a function, for the gradient is not known yet; here a tensor stands in its place, and it "
    "cannot be called.",
)
def edges_with_factors(a, b):
    return Node(a.value * b.value, [(a, b.value), (b, a.value)])


@mistake(
    times,
    "The gradient that is handed in is changed: a function on an edge wrote into it, as `grad *= …` or `mul_` do. The "
    "other edge needs it, too.",
)
def writes_into_the_gradient(a, b):
    return Node(a.value * b.value, [(a, lambda grad: grad.mul_(b.value)), (b, lambda grad: grad.mul_(a.value))])


@mistake(
    times,
    "A factor is written into: the value of what went in is no longer what it was. `a.value * b.value` makes a new "
    "tensor, `a.value *= b.value` changes the old one.",
)
def writes_into_the_factor(a, b):
    a.value *= b.value
    return Node(a.value, [(a, lambda grad: grad * b.value), (b, lambda grad: grad * a.value)])


@alternative(times)
def with_functions(a, b):
    left, right = a.value, b.value

    def to_a(grad):
        return right * grad

    def to_b(grad):
        return left * grad

    return Node(value=torch.mul(left, right), edges=[(a, to_a), (b, to_b)], name="×")


@alternative(times)
def in_a_loop(a, b):
    edges = [(node, lambda grad, factor=other.value: grad * factor) for node, other in ((a, b), (b, a))]
    return Node(a.value * b.value, edges)


promised(
    times,
    "A node for the product of two nodes whose values have one shape.",
    by=["vectors", "single numbers"],
)
promised(
    times,
    "Its value is the product, and it has two edges, to `a` and to `b` in this order.",
    by=["a product of products", "several products, asked at the end"],
)
promised(
    times,
    "The function on an edge gets the gradient of the product, in the shape of the value, and returns what goes back "
    "to that node, as a new tensor.",
    by=["vectors", "several gradients over one edge"],
)
promised(
    times,
    "The node has no gradient yet, and `a` and `b` stay as they are.",
    by=["vectors", "what went in is left alone"],
)
