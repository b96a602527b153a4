"""What `clip_gradients` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.hooks._shared import grads, modes, small, visit

CLAMPS = Idea("each element of each pass's gradient is clamped", weight=1.75, point=True)
NAN = Idea("NaN stays, and hides no other element", weight=0.25)
ALONE = Idea("no other tensor's gradient is changed")
HANDLES = Idea("parameters that need a gradient get a hook, and a handle takes it off")


@exercise(points=2)
def clip_gradients(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Hooks that keep every element of a gradient within limits."""
    limit = float(draw.uniform(1, low=0.2, high=0.6, dtype=torch.float64)[0])

    def learn(model: nn.Module, x: Tensor) -> dict[str, Any]:
        model(x).square().sum().backward()
        return grads(model)

    def clipped(limit: float, passes: int = 1) -> dict[str, Any]:
        model, x = small(draw), 2 * draw.normal(3, 4)
        handles = candidate(model.parameters(), limit)
        return {"handles": len(handles), "grads": [learn(model, x) for _ in range(passes)][-1]}

    def pulled(weight: Tensor, slope: Tensor, limit: float) -> Tensor | None:
        """The gradient of `weight` is `slope`, clipped."""
        candidate(parameters=[weight], limit=limit)
        (weight * slope).sum().backward()
        return weight.grad

    yield "the parameters of a network", lambda: clipped(limit), CLAMPS
    yield "the docstring's example", lambda: _example(pulled, limit, draw), CLAMPS
    yield "a wide limit changes nothing", lambda: clipped(1e6), CLAMPS
    yield "a limit above 1", lambda: pulled(_leaf(draw, 9), 5 * draw.normal(9), 1 + limit), CLAMPS
    yield "each of two passes by itself", lambda: clipped(limit, passes=2), CLAMPS
    yield "what lay in .grad before", lambda: _earlier(candidate, limit, draw), CLAMPS
    yield "infinite gradients", lambda: _infinite(pulled, limit, draw), CLAMPS
    yield "the dtype stays", lambda: _dtypes(pulled, limit, draw)
    yield "NaN among the elements", lambda: _not_a_number(pulled, limit, draw), NAN
    yield "a neighbour that shares the gradient", lambda: _neighbours(candidate, limit, draw), ALONE

    def frozen() -> dict[str, Any]:
        model, x = small(draw), draw.normal(3, 4)
        draw.choice(list(model.parameters())).requires_grad_(False)
        handles = candidate(list(model.parameters()), limit)
        return {"grads": learn(model, x), "handles": len(handles)}

    def off_again() -> dict[str, Any]:
        model, x = small(draw), draw.normal(3, 4)

        def run() -> dict[str, Any]:
            for handle in candidate(model.parameters(), limit):
                handle.remove()
            return {"grads": learn(model, x), "training": modes(model)}

        return visit(model, run)

    yield "a frozen parameter", frozen, HANDLES
    yield "handles take it off again", off_again, HANDLES


def _leaf(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return draw.normal(*shape, dtype=dtype).requires_grad_()


def _example(pulled: Any, limit: float, draw: Draw) -> list[Any]:
    weights = [torch.zeros(2, device=draw.device, requires_grad=True) for _ in range(2)]
    slopes = [torch.tensor([0.5, -7.0], device=draw.device), draw.normal(2)]
    return [pulled(weight, slope, size) for weight, slope, size in zip(weights, slopes, [1.0, limit], strict=True)]


def _earlier(candidate: Any, limit: float, draw: Draw) -> Tensor | None:
    """What was there is beyond the limit; it is added to."""
    weight, slope = _leaf(draw, 6), draw.normal(6)
    weight.grad = 5 * draw.normal(6)
    candidate(iter([weight]), limit)
    (weight * slope).sum().backward()
    return weight.grad


def _infinite(pulled: Any, limit: float, draw: Draw) -> dict[str, Any]:
    slope = torch.tensor(draw.shuffled([torch.inf, -torch.inf, -3.0, 0.1, 0.0]), device=draw.device)
    weight = _leaf(draw, 5)
    return {"gradient": pulled(weight, slope, limit), "weight": weight}


def _not_a_number(pulled: Any, limit: float, draw: Draw) -> Tensor | None:
    """The others are clamped all the same."""
    large = 2 + draw.uniform(3)
    slope = torch.tensor(draw.shuffled([torch.nan, *(large * large.new_tensor([1, -1, 0.01])).tolist()]))
    return pulled(_leaf(draw, 4), slope.to(draw.device), limit)


def _dtypes(pulled: Any, limit: float, draw: Draw) -> list[Any]:
    """In float64 a limit of float32 shows; a parameter may be a single number."""
    dtypes = draw.shuffled((torch.float64, torch.bfloat16))
    pairs = [(_leaf(draw, 6, dtype=dtype), 3 * draw.normal(6, dtype=dtype)) for dtype in dtypes]
    pairs.append((_leaf(draw, dtype=torch.float64), 3 + draw.uniform(1, dtype=torch.float64)[0]))
    return [pulled(weight, slope, limit) for weight, slope in pairs]


def _neighbours(candidate: Any, limit: float, draw: Draw) -> dict[str, Any]:
    inside, outside, slope = _leaf(draw, 5), _leaf(draw, 5), draw.normal(5)
    candidate([inside], limit)
    (slope * (inside + outside)).sum().backward()
    return {"clipped": inside.grad, "not asked for": outside.grad}
