"""The answers of `05_autograd_from_scratch` as one engine, held against torch's own on drawn expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lesson_answers import together
from torch import Tensor

from helpers import autograd_from_scratch as pictures
from helpers import painter
from helpers.nodes import Arithmetic, Node, results_first

ANSWERS = ("numerical_gradient", "times", "topological_order", "backward", "unbroadcast", "Var", "mlp", "logistic_loss")
LESSON = together(
    ANSWERS, torch=torch, Tensor=Tensor, Any=Any, Callable=Callable, Sequence=Sequence, Node=Node, Arithmetic=Arithmetic
)
Var, backward, topological_order = LESSON["Var"], LESSON["backward"], LESSON["topological_order"]
SHAPES = ((), (3,), (1, 3), (2, 1), (2, 3), (4, 1, 3))


def go_back(result: Any) -> None:
    backward(result, topological_order(result))


def tame(x: Any) -> Any:
    """Between 0 and 1, so that no exponential of an exponential grows beyond all bounds: relu(x) / (1 + relu(x))."""
    positive = x.relu()
    return (-(positive + 1).log()).exp() * positive


UNARY: list[Callable[[Any], Any]] = [
    tame,
    lambda x: x.relu(),
    lambda x: tame(x).exp(),
    lambda x: (x * x + 1).log(),
    lambda x: -x * 0.5,
    lambda x: 2.0 - x / 3,
    lambda x: x.sum() * 0.1,
    lambda x: x.mean(),
]
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: tame(x) * y,
    lambda x, y: tame(x) * tame(y),
]
INDEX = st.integers(0, 99)
PROGRAMS = st.lists(st.tuples(INDEX, INDEX, INDEX, st.booleans()), min_size=1, max_size=12)


def run(program: list[tuple[int, int, int, bool]], leaves: list[Any]) -> Any:
    """One step after the other, on any of the results so far: many of them are used more than once."""
    known = list(leaves)
    for operation, first, second, unary in program:
        one, other = known[first % len(known)], known[second % len(known)]
        known.append(UNARY[operation % len(UNARY)](one) if unary else BINARY[operation % len(BINARY)](one, other))
    total = known[-1].sum()
    for each in known[len(leaves) : -1]:
        total = total + each.sum() * 0.5
    return total


def drawn(shapes: list[tuple[int, ...]], seed: int) -> list[Tensor]:
    stream = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=stream, dtype=torch.float64) for shape in shapes]


def by_torch(function: Callable[..., Tensor], tensors: list[Tensor]) -> list[Tensor]:
    leaves = [item.clone().requires_grad_() for item in tensors]
    found = torch.autograd.grad(function(*leaves), leaves, allow_unused=True, materialize_grads=True)
    return list(found)


def by_the_lesson(function: Callable[..., Any], tensors: list[Tensor]) -> list[Tensor]:
    leaves = [Var(item) for item in tensors]
    go_back(function(*leaves))
    return [torch.zeros_like(leaf.value) if leaf.grad is None else leaf.grad for leaf in leaves]


@settings(max_examples=150)
@given(PROGRAMS, st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4), st.integers(0, 2**31))
def test_the_engine_agrees_with_torch_on_any_graph(program: Any, shapes: Any, seed: int) -> None:
    tensors = drawn(shapes, seed)
    right = by_torch(lambda *leaves: run(program, list(leaves)), tensors)
    mine = by_the_lesson(lambda *leaves: run(program, list(leaves)), tensors)
    torch.testing.assert_close(mine, right)


@settings(max_examples=40)
@given(*[st.integers(1, 4)] * 3, st.integers(0, 2**31))
def test_matrix_products_with_variables_and_constants_on_both_sides(n: int, m: int, k: int, seed: int) -> None:
    a, b, left, right = drawn([(n, m), (m, k), (k, n), (k, n)], seed)

    def function(a: Any, b: Any) -> Any:
        return ((left @ (a @ b)) @ right * 2.0 + (a @ b).sum()).mean()

    torch.testing.assert_close(by_the_lesson(function, [a, b]), by_torch(function, [a, b]))


@settings(max_examples=40)
@given(PROGRAMS, st.sampled_from(SHAPES), st.integers(0, 2**31))
def test_the_referee_agrees(program: Any, shape: Any, seed: int) -> None:
    """Away from the corners of relu, where a nudge up and one down see two slopes."""
    (x,) = drawn([shape], seed)

    def function(x: Any) -> Any:
        return run([step for step in program if not _has_corners(step)] or [(2, 0, 0, False)], [x * x + 0.5])

    tried = LESSON["numerical_gradient"](function, x)
    torch.testing.assert_close(tried, by_torch(function, [x])[0], rtol=1e-5, atol=1e-7)


def _has_corners(step: tuple[int, int, int, bool]) -> bool:
    operation, _, _, unary = step
    return UNARY[operation % len(UNARY)] in UNARY[:3] if unary else BINARY[operation % len(BINARY)] in BINARY[2:]


@settings(max_examples=60)
@given(st.sampled_from(SHAPES), st.sampled_from(SHAPES), st.integers(0, 2**31))
def test_unbroadcast_is_the_way_back_of_expand(shape: Any, other: Any, seed: int) -> None:
    large = torch.broadcast_shapes(shape, other)
    (grad,) = drawn([large], seed)
    torch.testing.assert_close(LESSON["unbroadcast"](grad, shape), grad.sum_to_size(shape))


def test_ten_thousand_nodes_in_a_row_go_there_and_back() -> None:
    x = result = Var(torch.tensor(1.0))
    for _ in range(10_000):
        result = result + 1.0
    order = topological_order(result)
    assert len(order) == len(set(order)) == 20_001  # each sum has a constant beside it
    backward(result, order)
    assert x.grad == 1


def test_a_doubled_number_is_walked_once_for_each_doubling() -> None:
    x = result = Var(torch.tensor(1.0))
    for _ in range(60):
        result = result + result
    go_back(result)
    assert x.grad == 2**60


def test_orders_of_lesson_and_helper_are_both_topological() -> None:
    for graph in pictures.GRAPHS.values():
        result = graph()
        for order in (topological_order(result), results_first(result)):
            place = {node: number for number, node in enumerate(order)}
            assert order[0] is result
            assert all(place[node] < place[source] for node in order for source, _ in node.edges)


@pytest.mark.parametrize("graph", pictures.GRAPHS)
@pytest.mark.parametrize("order", pictures.ORDERS)
def test_every_step_back_is_drawn(graph: str, order: str) -> None:
    picture = pictures.way_back(topological_order, backward)
    shown = [picture(graph, order, steps).alt_text() for steps in range(10)]
    assert "✗" not in shown[0]
    assert ("✗" in shown[-1]) == (graph == "a short arm and a long one" and order != pictures.YOURS)


def test_the_painter_learns() -> None:
    """A few steps on the photograph, with the lesson's own engine."""
    photo, places = painter.thumbnail().reshape(-1, 3), painter.waves()
    layers = painter.random_layers(Var, 128, 16, 3)

    def loss() -> Any:
        miss = painter.squash(LESSON["mlp"](Var(places), layers)) - photo
        return (miss * miss).mean()

    losses = list(painter.train(loss, go_back, [each for layer in layers for each in layer], steps=15))
    assert losses[-1] < losses[0] / 4
