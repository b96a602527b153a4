"""What `gather` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.data_parallel._shared import kinds


@exercise(points=1)
def gather(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Lays together what the replicas return."""
    parts = [draw.normal(size, 3) for size in (3, 3, 1)]
    losses = [draw.normal() for _ in parts]
    ids = [draw.integers(size, high=9) for size in (3, 3, 1)]

    def nested() -> Any:
        outputs = [
            {"logits": part, "loss": loss, "layers": (part * 2, [part + 1]), "cache": None}
            for part, loss in zip(parts, losses, strict=True)
        ]
        whole = candidate(outputs)
        return {"whole": whole, "types": kinds(whole)}

    def pair() -> Any:
        whole = candidate(list(zip(parts, ids, strict=True)))
        return {"whole": whole, "types": kinds(whole)}

    yield "three parts of unequal length", lambda: candidate(parts)
    yield "one part", lambda: candidate(parts[:1])
    yield "whole numbers", lambda: candidate(ids)
    yield "double precision", lambda: candidate([draw.normal(size, 2, dtype=torch.float64) for size in (2, 1)])
    yield "a loss each", lambda: candidate(losses)
    yield "pairs", pair
    yield "a dict with more inside", nested
    yield "gradients find the way back", lambda: gradients(lambda *parts: candidate(list(parts)), *parts)
    yield "to each its own loss's gradient", lambda: gradients(lambda *parts: candidate(list(parts)), *losses)
    yield "the parts stay as they are", lambda: with_arguments(candidate, [{"x": part} for part in parts])
