"""What `input_scaler` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import hooks_on, with_arguments
from autograder.exercises.hooks._shared import Ordered, grads, modes, nested, part_names, small, visit

SCALES = Idea("what goes in is multiplied, by position and by name", weight=2, point=True)
PASSES = Idea("what is no floating-point tensor passes as it is")
DTYPES = Idea("dtype and shape stay", weight=0.5)
OUTSIDE = Idea("the caller and other modules notice nothing")


class Echo(nn.Module):
    """Gives what arrives."""

    def forward(self, *args: Any, **named: Any) -> dict[str, Any]:
        return {"by position": args, "by name": named}


class Product(nn.Module):
    """Two inputs, multiplied by a matrix each."""

    def __init__(self) -> None:
        super().__init__()
        self.bilinear = nn.Bilinear(3, 4, 5)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.bilinear(x, y)


@exercise(points=2)
def input_scaler(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A pre-hook that multiplies what goes into a module."""
    factor, rows = float(draw.uniform(1, low=1.5, high=3.5)[0]), draw.integer(2, 7)

    def scaled(module: nn.Module, factor: float, *inputs: Any, **named: Any) -> Any:
        candidate(module, factor)
        return module(*inputs, **named)

    def layer() -> nn.Linear:
        return draw.fill_(nn.Linear(4, draw.integer(2, 7)))

    yield "one input", lambda: scaled(layer(), factor, draw.normal(rows, 4)), SCALES
    yield "the docstring's example", lambda: _example(scaled, factor, draw), SCALES
    yield "no batch, and a negative factor", lambda: scaled(layer(), -factor, draw.normal(4)), SCALES
    yield "the factor 0", lambda: scaled(layer(), 0.0, draw.normal(rows, 4)), SCALES
    yield "two inputs", lambda: scaled(draw.fill_(Product()), factor, draw.normal(2, 3), draw.normal(2, 4)), SCALES
    yield (
        "inputs by name",
        lambda: scaled(draw.fill_(Product()), factor, draw.normal(2, 3), y=draw.normal(2, 4)),
        SCALES,
    )

    def calls() -> list[Any]:
        module, inputs = layer(), [draw.normal(size, 4) for size in draw.sizes(3, 2, 9)]
        candidate(module, factor)
        return [module(x) for x in inputs]

    yield "each of three calls", calls, SCALES
    yield "whole numbers, masks, None and all else pass", lambda: _mixture(scaled, factor, draw), PASSES
    yield "the same by name", lambda: _mixture_by_name(scaled, factor, draw), PASSES
    yield "the dtype stays", lambda: _dtypes(scaled, factor, draw), DTYPES
    yield "a single number, and no number at all", lambda: _shapes(scaled, factor, draw), DTYPES

    def untouched() -> dict[str, Any]:
        module = draw.fill_(Product())
        return with_arguments(lambda x, y: scaled(module, factor, x, y=y), draw.normal(2, 3), draw.normal(2, 4))

    def gradient() -> Tensor | None:
        x = draw.normal(2, 4).requires_grad_()
        scaled(layer(), factor, x).square().sum().backward()
        return x.grad

    def before() -> dict[str, Any]:
        """A layer before the scaled one learns."""
        first, second, x = draw.fill_(nn.Linear(3, 4)), layer(), draw.normal(2, 3)
        scaled(second, factor, first(x)).square().sum().backward()
        return grads(first)

    yield "the caller's tensors are left alone", untouched, OUTSIDE
    yield "gradients flow through", gradient, OUTSIDE
    yield "the layers before it learn", before, OUTSIDE
    yield "handles take it off again", lambda: _off_again(candidate, factor, draw), OUTSIDE
    yield "this module and no other", lambda: _this_one(candidate, factor, draw), OUTSIDE


def _example(scaled: Any, factor: float, draw: Draw) -> list[Any]:
    x = torch.tensor([1.0, 2.0], device=draw.device)
    return [scaled(nn.Identity(), 3.0, x), scaled(nn.Identity(), factor, x)]


def _values(draw: Draw) -> list[Any]:
    """Tensors that are amounts among much that is not, in drawn order."""
    amounts = [draw.normal(2, 3), draw.normal(4)]
    small = [draw.integers(size, low=1, high=9).to(dtype) for size, dtype in [(4, torch.int32), (6, torch.uint8)]]
    others = [draw.integers(3, low=1, high=9), draw.mask(2, 5), None, draw.integer(2, 9), "text", 2.5, True, *small]
    states = (draw.normal(2), draw.normal(2))
    return draw.shuffled([*amounts, *others, states])


def _mixture(scaled: Any, factor: float, draw: Draw) -> Any:
    return scaled(Echo(), factor, *_values(draw))


def _mixture_by_name(scaled: Any, factor: float, draw: Draw) -> Any:
    values = _values(draw)
    return scaled(Echo(), factor, **dict(zip("opqrstuvwxyz", values, strict=True)))


def _dtypes(scaled: Any, factor: float, draw: Draw) -> list[Any]:
    """In float64 a factor of float32 shows."""
    dtypes = draw.shuffled((torch.float64, torch.float16, torch.bfloat16))
    inputs = [draw.normal(draw.integer(2, 7), dtype=dtype) for dtype in dtypes]
    return [scaled(nn.Identity(), factor + 1 / 3, x) for x in inputs]


def _shapes(scaled: Any, factor: float, draw: Draw) -> list[Any]:
    inputs = draw.shuffled([draw.normal(), draw.normal(draw.integer(2, 7), 0), draw.normal(1, 3).mT])
    return [scaled(nn.Identity(), factor, x) for x in inputs]


def _off_again(candidate: Any, factor: float, draw: Draw) -> dict[str, Any]:
    """Two hooks on one module; the first, or the second, is taken off before the other."""
    model, x, first = small(draw), draw.normal(2, 4), draw.integer(0, 2)

    def run() -> dict[str, Any]:
        last = getattr(model, part_names(model)[2])
        handles = [candidate(last, factor), candidate(last, -0.5)]
        both = model(x)
        handles[first].remove()
        one = model(x)
        handles[1 - first].remove()
        return {"both": both, "one taken off": one, "none": model(x), "training": modes(model)}

    return visit(model, run)


def _this_one(candidate: Any, factor: float, draw: Draw) -> dict[str, Any]:
    """A module with modules inside; a neighbour of the same kind runs beside it."""
    model, neighbour, x = nested(draw), draw.fill_(Ordered({"same": nn.Linear(5, 3)})), draw.normal(2, 5)
    place = draw.choice([name for name, part in model.named_modules() if list(part.children())])
    candidate(model.get_submodule(place), factor)
    hooks = {name or "the model": hooks_on(part) for name, part in model.named_modules()}
    return {"output": model(x), "of a neighbour": neighbour(x), "hooks on each": hooks}
