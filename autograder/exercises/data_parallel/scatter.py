"""What `scatter` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.data_parallel._shared import kinds

CUT = Idea("tensors are cut as by chunk", weight=2, point=True)
DEEP = Idea("tensors in any depth are cut", weight=2, point=True)
ALONG = Idea("all else goes to every piece", weight=1.5)
TYPES = Idea("containers keep their types")
BACK = Idea("gradients flow back", weight=0.5)

DIVIDES = [(6, 3), (12, 3), (8, 4), (12, 4), (6, 2), (8, 2)]  # (rows, parts)
SHORTER = [(7, 3), (10, 3), (10, 4), (13, 4), (14, 4)]  # not as `tensor_split` would have it
FEWER = [(5, 4), (9, 4), (6, 4), (7, 5), (11, 5)]  # ⌈rows / parts⌉ a piece are enough for fewer pieces


@exercise(points=1)
def scatter(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Cuts whatever a model is called with into one piece for each replica."""
    even, short, few = (draw.choice(table) for table in (DIVIDES, SHORTER, FEWER))
    rows, width = draw.sizes(2, 5, 9)
    x, ids, deep, mask = (
        draw.normal(rows, width),
        draw.integers(rows, high=99),
        draw.normal(rows, 2, 2),
        draw.mask(5, 4),
    )
    scale, word, weights = draw.integer(1, 1000) / 8, f"name-{draw.integer(0, 10**6)}", draw.normal(rows, width)

    def cut(case: tuple[int, int], *shape: int) -> Any:
        return candidate(draw.normal(case[0], *shape), case[1])

    def types() -> Any:
        inputs = [{"x": x, "ids": [ids]}, [(ids, {"deep": deep})], (x, [deep])]
        pieces = [candidate(item, 2) for item in inputs]
        return {"pieces": pieces, "types": kinds(pieces)}

    def along() -> Any:
        it = object()
        settings = {"off": False, "zero": 0, "none": None, "empty": [], "names": [word, "b", "c"], "scale": scale}
        pieces = candidate({"x": x, **settings, "it": it}, 2)
        return {"the same object for each": [piece.pop("it") is it for piece in pieces], "pieces": pieces}

    def alone() -> Any:
        pieces = candidate(inputs=(x, word), parts=1)
        return {"pieces": pieces, "types": kinds(pieces), "a tensor's": kinds(candidate(ids, 2))}

    def example() -> Any:
        known = candidate({"ids": torch.arange(5, device=draw.device), "train": True}, 2)
        return [known, candidate({"ids": ids, "train": scale}, 3)]

    def apart(x: Tensor) -> Tensor:
        return torch.cat([*candidate(x, 2)][::-1]) * weights

    yield "rows that divide", lambda: cut(even, 3), CUT
    yield "a last piece that is shorter", lambda: cut(short, 2), CUT
    yield "fewer pieces than replicas", lambda: cut(few, 2), CUT
    yield "a single row", lambda: candidate(draw.normal(1, 3), draw.integer(2, 5)), CUT
    yield "a transposed batch", lambda: candidate(draw.normal(3, 4).T, 3), CUT
    yield "a pair", lambda: candidate((x, ids), 2), DEEP
    yield "a dict with more inside", lambda: candidate({"x": x, "more": [ids, (deep, {"y": x})]}, 3), DEEP
    yield "settings beside a tensor", along, ALONG
    yield (
        "few rows and a setting",
        lambda: [candidate([mask, word], 4), candidate({"mask": mask, "name": word}, 4)],
        ALONG,
    )
    yield "settings only", lambda: candidate({"scale": scale, "empty": (), "names": [word, 0]}, 3), ALONG
    yield "types of the containers", types, TYPES
    yield "one part is a list of one piece", alone, TYPES
    yield "gradients find the way back", lambda: gradients(apart, x), BACK
    yield "what is cut stays whole", lambda: with_arguments(candidate, [x, {"ids": ids}], 2)
    yield "the docstring's example", example
