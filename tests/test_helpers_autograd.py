"""The graph viewer and the drawing of values: what they read, where arrows lead, that no two boxes overlap."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.autograd import Function

from helpers import autograd as viewer
from helpers import values


def leaves() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.ones(3, requires_grad=True), torch.zeros(3)


def kinds(result: torch.Tensor, **names: torch.Tensor) -> list[tuple[str, str]]:
    return [(box.kind, box.title) for box in viewer.read_graph(result, names)]


def test_nodes_accumulators_and_leaves_are_told_apart():
    w, x = leaves()
    assert kinds(w * x, w=w) == [
        (viewer.OPERATION, "MulBackward0"),
        (viewer.ACCUMULATE, "AccumulateGrad"),
        (viewer.LEAF, "w (3,)"),
    ]


def test_saved_tensors_are_named_where_they_have_a_name():
    w, x = leaves()
    product = w * x
    assert viewer.read_graph(product, {"x": x})[0].saved == ["x (3,)"]
    assert viewer.read_graph(product)[0].saved == ["other (3,)"]
    assert viewer.read_graph(product.exp())[0].saved == ["result (3,)"]


class Keeps(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 2 * x

    @staticmethod
    def backward(ctx, grad):
        return 2 * grad


def test_what_a_python_function_saved_is_shown():
    w, _ = leaves()
    assert viewer.read_graph(Keeps.apply(w), {"w": w})[0].saved == ["w (3,)"]


def test_what_is_freed_or_changed_is_said():
    w, x = leaves()
    result = w.exp()
    result.backward(torch.ones(3))
    assert viewer.read_graph(result)[0].saved == ["freed"]
    product = w * x.requires_grad_()
    with torch.no_grad():
        x.add_(1)
    assert "changed since" in viewer.read_graph(product, {"w": w})[0].saved


def test_a_result_without_a_graph_has_no_boxes():
    _, x = leaves()
    assert viewer.read_graph(x) == []


def shared() -> torch.Tensor:
    """A node that is reached on a short way and on a long one."""
    w, x = leaves()
    e = w.exp()
    return e * (e.sum() + x).tanh() + w


def test_every_arrow_leads_to_a_later_layer():
    boxes = viewer.read_graph(shared())
    assert all(boxes[one].layer > box.layer for box in boxes for one in box.after)


def test_with_bends_every_arrow_leads_to_the_next_layer():
    boxes = viewer._bend(viewer.read_graph(shared()))
    assert any(box.kind == viewer.BEND for box in boxes)
    assert all(boxes[one].layer == box.layer + 1 for box in boxes for one in box.after)


@pytest.mark.parametrize("expression", viewer.EXPRESSIONS)
def test_no_two_boxes_of_a_layer_overlap(expression):
    w, x, b = torch.ones(3, requires_grad=True), torch.ones(3), torch.ones(3, requires_grad=True)
    boxes = viewer._bend(viewer.read_graph(viewer.EXPRESSIONS[expression](w, x, b)))
    if boxes:
        viewer._place(boxes, lambda box: 0.6)
    for layer in {box.layer for box in boxes}:
        heights = sorted(box.y for box in boxes if box.layer == layer)
        assert all(high - low >= 0.6 - 1e-9 for low, high in itertools.pairwise(heights))


@pytest.mark.parametrize("event", viewer.EVENTS)
def test_every_expression_is_drawn_after_every_event(event):
    for expression in viewer.EXPRESSIONS:
        assert viewer.remembered(expression, event).axes or "detach" in expression


def journey() -> dict[str, torch.Tensor]:
    """A small computation with a fork, a number that is used twice, and a step that has no name."""
    a, b = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0, requires_grad=True)
    product = a * b
    square = product * product
    result = square.neg() + b
    return {"a": a, "b": b, "product": product, "square": square, "result": result}


def test_what_a_number_was_made_of_is_read_through_steps_without_a_name():
    tensors = journey()
    made_of = {name: values.sources(tensor, tensors) for name, tensor in tensors.items()}
    assert made_of == {
        "a": [], "b": [], "product": ["a", "b"], "square": ["product", "product"], "result": ["b", "square"],
    }  # fmt: skip


def test_numbers_and_gradients_stand_in_the_drawing():
    tensors = journey()
    for tensor in tensors.values():
        tensor.retain_grad()
    tensors["result"].backward()
    words = values.draw_values("a title", **tensors).alt_text()
    assert "a title" in words
    for text in ("a 2; −36", "b 3; −23", "product; 6; −12", "square; 36; −1", "result; −33; 1"):
        assert text in words
