"""What `scatter` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.data_parallel._shared import kinds


@exercise(points=1)
def scatter(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Cuts whatever a model is called with into one piece for each replica."""
    six, seven, five = draw.normal(6, 3), draw.normal(7, 2), draw.integers(5, 2, high=9)
    x, ids, deep, mask = draw.normal(5, 3), draw.integers(5, high=9), draw.normal(5, 2, 2), draw.mask(5, 4)

    def nested() -> Any:
        shared = object()
        pieces = candidate({"x": x, "more": [ids, (deep, 0.5)], "train": True, "mask": None, "it": shared}, 2)
        same = [piece.pop("it") is shared for piece in pieces]
        return {"pieces": pieces, "types": kinds(pieces), "the same object for each": same}

    def pair() -> Any:
        pieces = candidate((x, ids), 2)
        return {"pieces": pieces, "types": kinds(pieces)}

    yield "six rows for three", lambda: candidate(six, 3)
    yield "seven rows for three", lambda: candidate(seven, 3)
    yield "five rows for four: one goes without", lambda: candidate(five, 4)
    yield "one row for two", lambda: candidate(six[:1], 2)
    yield "a pair", pair
    yield "a dict with more inside", nested
    yield "settings only", lambda: candidate({"scale": 2.0, "empty": [], "name": "a"}, 3)
    yield "few rows and a setting", lambda: [candidate([mask, "a"], 4), candidate({"mask": mask, "name": "a"}, 4)]
    yield "a transposed batch", lambda: candidate(draw.normal(3, 4).T, 3)
    yield "gradients find the way back", lambda: gradients(lambda x: torch.cat([*candidate(x, 2)][::-1]), x)
    yield "what is cut stays whole", lambda: with_arguments(candidate, [x, {"ids": ids}], 2)
