"""What `gradient_norms` must show."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.hooks._shared import (
    Ordered,
    error_of,
    grads,
    mixed_modes,
    modes,
    named,
    nested,
    others_on,
    reader,
    small,
    twice,
    visit,
)

NORMS = Idea("the norm of what arrives at each call of a leaf, in the order of arrival", weight=2, point=True)
KINDS = Idea("models of all kinds", weight=0.7)
GRADS = Idea("the parameters end with the gradients of an ordinary backward pass")
IDLE = Idea("parameters that take no part in learning are passed over", weight=0.4)
VISITOR = Idea("a visitor leaves nothing else behind")
ERROR = Idea("nothing is left behind by an error", weight=0.7)


class Half(nn.Module):
    """Gives one of the two halves of each row. The other one gets no gradient."""

    def __init__(self, which: int) -> None:
        super().__init__()
        self.which = which

    def forward(self, x: Tensor) -> Tensor:
        return x.tanh().chunk(2, dim=-1)[self.which]


class Swapped(nn.Module):
    """Gives both halves, the second one first."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, second = x.chunk(2, dim=-1)
        return second, first


class Gate(nn.Module):
    """Multiplies what comes first by the sigmoid of what comes second."""

    def forward(self, halves: tuple[Tensor, Tensor]) -> Tensor:
        return halves[0] * halves[1].sigmoid()


def weighted(result: Tensor) -> Tensor:
    """A loss whose gradient differs from element to element."""
    weights = torch.linspace(0.5, 1.5, result.numel(), device=result.device, dtype=result.dtype)
    return (result * weights.reshape(result.shape)).sum()


@exercise(points=2)
def gradient_norms(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How much gradient arrives at each layer, in the order of arrival."""
    rows, more, steps = draw.sizes(3, 2, 9)

    def norms(model: nn.Module, x: Tensor, loss: Callable[[Tensor], Tensor] = weighted) -> dict[str, Any]:
        return visit(model, lambda: {"lines": candidate(model, x, loss)})

    def of_one_element(result: Tensor) -> Tensor:
        return result.square().mean().reshape(1, 1)

    yield "a small network", lambda: norms(small(draw), draw.normal(rows, 4)), NORMS
    yield "the docstring's example", lambda: _example(candidate, draw), NORMS
    yield "one row", lambda: norms(small(draw), draw.normal(1, 4)), NORMS
    yield "a mean of squares as the loss", lambda: norms(small(draw), draw.normal(more, 4), of_one_element), NORMS
    yield "modules within modules", lambda: norms(nested(draw), draw.normal(rows, 5)), NORMS
    yield "a layer used twice", lambda: norms(twice(draw), draw.normal(more, 4)), NORMS
    yield "layers that hand on what they get", lambda: norms(_idle(draw), draw.normal(rows, 4)), NORMS
    yield "a layer that gives half of what it has computed", lambda: norms(_half(draw), draw.normal(rows, 4)), NORMS

    def swapped() -> dict[str, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the gate's input is a tuple, in which torch sees no tensor
            return norms(_swapped(draw), draw.normal(more, 4))

    yield "a layer that gives its halves the other way round", swapped, NORMS
    yield "a layer that returns a tuple", lambda: norms(reader(draw), draw.normal(rows, steps, 3)), KINDS

    yield "leaves before the first weights", lambda: norms(_at_first(draw), draw.normal(rows, 2, 3)), KINDS

    def single() -> dict[str, Any]:
        return norms(draw.fill_(nn.Linear(4, draw.integer(2, 9))), draw.normal(rows, 4))

    def double() -> dict[str, Any]:
        return norms(small(draw).double(), draw.normal(rows, 4, dtype=torch.float64))

    yield "a model that is a leaf itself", single, KINDS
    yield "a model in float64", double, KINDS
    yield "gradients add up in the parameters as always", lambda: _learns(norms, draw), GRADS
    yield "a parameter that nothing uses", lambda: _unused(norms, draw), IDLE
    yield "a frozen parameter", lambda: _frozen(norms, draw), IDLE
    yield "the caller's input is left alone", lambda: _input_after(norms, draw), VISITOR
    yield "two calls leave the model as it was", lambda: _again(norms, draw), VISITOR
    yield "other people's hooks fire and stay", lambda: _others(norms, draw), VISITOR
    yield "nothing is left behind by an error in the loss", lambda: _error(candidate, draw), ERROR


def _example(candidate: Any, draw: Draw) -> list[Any]:
    sizes = [(3, 2), (3, draw.integer(3, 9))]
    models = [nn.Sequential(nn.Linear(*size), nn.Identity()).to(draw.device) for size in sizes]
    inputs = [torch.zeros(2, 3, device=draw.device), draw.normal(5, 3)]
    return [candidate(model, x, torch.sum) for model, x in zip(models, inputs, strict=True)]


def _idle(draw: Draw) -> Ordered:
    """After the first layer, in drawn order: layers whose output is their very input."""
    idle = draw.shuffled([nn.Identity(), nn.Dropout(0.5).eval(), nn.Identity()])
    return draw.fill_(Ordered(named(draw, nn.Linear(4, 6), idle[0], nn.Tanh(), *idle[1:], nn.Linear(6, 2))))


def _half(draw: Draw) -> Ordered:
    """The operation behind the layer's output has two results, and the layer gives the second one."""
    width = draw.integer(2, 6)
    return draw.fill_(Ordered(named(draw, nn.Linear(4, 2 * width), Half(1), nn.Linear(width, 3), Half(0))))


def _swapped(draw: Draw) -> Ordered:
    width = draw.integer(2, 6)
    return draw.fill_(Ordered(named(draw, nn.Linear(4, 2 * width), Swapped(), Gate(), nn.Linear(width, 2))))


def _at_first(draw: Draw) -> Ordered:
    """Two leaves without weights stand in front: what arrives there arrives only if the input takes part."""
    front = draw.shuffled([nn.Flatten(), nn.Tanh()])
    return draw.fill_(Ordered(named(draw, *front, nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 2))))


def _learns(norms: Any, draw: Draw) -> list[Any]:
    """Two models, in drawn order: in one a step before it has left gradients, which it adds to."""
    models, before, x = draw.shuffled([True, False]), draw.normal(2, 4), draw.normal(2, 4)
    found = []
    for model, stepped in [(small(draw), stepped) for stepped in models]:
        if stepped:
            weighted(model(before)).backward()
        found.append({**norms(model, x), "grads afterwards": grads(model)})
    return found


def _unused(norms: Any, draw: Draw) -> dict[str, Any]:
    """No backward pass reaches it, and an ordinary one leaves it as it is."""
    model = small(draw)
    model.register_parameter(draw.choice(("spare", "extra", "bonus")), nn.Parameter(draw.normal(3)))
    return {**norms(model, draw.normal(2, 4)), "grads afterwards": grads(model)}


def _frozen(norms: Any, draw: Draw) -> dict[str, Any]:
    model = small(draw)
    draw.choice([weight for weight in model.parameters() if weight.dim() == 1]).requires_grad_(False)
    shown = norms(model, draw.normal(2, 4))
    learning = {name: weight.requires_grad for name, weight in model.named_parameters()}
    return {**shown, "grads afterwards": grads(model), "needs a gradient": learning}


def _input_after(norms: Any, draw: Draw) -> dict[str, Any]:
    """An input that does not learn, and one that does."""
    model, x, learning = small(draw), draw.normal(2, 4), draw.normal(3, 4).requires_grad_()
    lines = norms(model, learning)
    after = {
        "x": x,
        "x needs a gradient": x.requires_grad,
        "its grad": x.grad,
        "the grad of a learning x": learning.grad,
    }
    return {**norms(model, x), "of a learning x": lines, **after}


def _again(norms: Any, draw: Draw) -> dict[str, Any]:
    model, inputs = mixed_modes(draw, small(draw)), [draw.normal(rows, 4) for rows in draw.sizes(2, 2, 9)]
    return {"two calls": [norms(model, x) for x in inputs], "training": modes(model)}


def _others(norms: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    fired = others_on(model)
    return {**norms(model, x), "fired": fired}


def _error(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The loss raises at first; the call after it shows what is left."""
    model, x = mixed_modes(draw, small(draw)), draw.normal(2, 4)

    def run() -> dict[str, Any]:
        error = error_of(lambda: candidate(model, x, lambda result: 1 / 0))
        return {"the error that comes through": error, "the next call": candidate(model, x, weighted)}

    return {**visit(model, run), "training": modes(model)}
