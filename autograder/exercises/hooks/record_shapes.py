"""What `record_shapes` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.hooks._shared import (
    Breaks,
    Nested,
    Pair,
    Reader,
    Twice,
    after_error,
    half_evaluated,
    hooks_left,
    left_on,
    small,
)


@exercise(points=1)
def record_shapes(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The shape that each layer gives, in the order of running."""
    model, nested, twice, reader, pair, breaks = map(
        draw.fill_, (small(), Nested(), Twice(), Reader(), Pair(), Breaks())
    )
    one, none, two, three = draw.normal(1, 4), draw.normal(4), draw.normal(2, 4), draw.normal(3, 4)

    def shown(model: nn.Module, *inputs: Tensor) -> Any:
        result = candidate(model, *inputs)
        lines = [f"{name}: {tuple(shape)}" for name, shape in result] if isinstance(result, list) else result
        return {"lines": lines, **hooks_left(model)}

    yield "a small network", lambda: shown(model, two)
    yield "one row, and no batch at all", lambda: [shown(model, one), shown(model, none)]
    yield "modules within modules", lambda: shown(nested, draw.normal(2, 5))
    yield "a layer used twice", lambda: shown(twice, three)
    yield "a layer that returns a tuple", lambda: shown(reader, draw.normal(2, 6, 3))
    yield "two inputs", lambda: shown(pair, draw.normal(2, 3), draw.normal(2, 4))

    def again() -> dict[str, Any]:
        half = half_evaluated(draw.fill_(nn.Sequential(nn.Linear(4, 5), nn.Dropout())))
        return {"two calls": [shown(half, two), shown(half, three)], **left_on(half)}

    yield "two calls leave the model as it was", again
    yield "nothing is left behind by an error", lambda: after_error(lambda: candidate(breaks, two), breaks)
