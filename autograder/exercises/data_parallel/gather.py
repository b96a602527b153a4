"""What `gather` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.data_parallel._shared import kinds

ROWS = Idea("rows are laid under rows", weight=2, point=True)
LOSSES = Idea("losses make a vector", weight=2)
DEEP = Idea("structures of any depth", weight=2)
TYPES = Idea("containers keep their types")
BACK = Idea("gradients flow back")


@exercise(points=1)
def gather(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Lays together what the replicas return."""
    full, rest, width = draw.sizes(3, 2, 6)
    rows = [full, full, rest]
    parts, losses = [draw.normal(size, width) for size in rows], [draw.normal() for _ in rows]
    ids, hits = [draw.integers(size, high=99) for size in rows], [draw.integers(high=2**40) for _ in rows]
    double = [draw.normal(size, 2, dtype=torch.float64) for size in rows]
    weights = draw.normal(sum(rows), width)

    def nested() -> Any:
        groups = zip(parts, losses, ids, strict=True)
        return candidate(
            [{"logits": x, "loss": loss, "layers": (x * 2, [number]), "cache": None} for x, loss, number in groups]
        )

    def rows_of_one(*shape: int) -> list[Tensor]:
        return [draw.normal(1, *shape) for _ in rows]

    def types() -> Any:
        pairs = list(zip(parts, ids, strict=True))
        wholes = [candidate(pairs), candidate([[{"x": x}, (number,)] for x, number in pairs])]
        return {"whole": wholes, "types": kinds(wholes)}

    def mixed_up() -> Any:
        """Equal builds, though one lists its keys in another order."""
        first, *others = zip(parts, double, strict=True)
        return candidate([{"a": first[0], "b": first[1]}, *({"b": b, "a": a} for a, b in others)])

    def example() -> Any:
        known = [([1, 2], 0.5), ([3], 0.7)]
        whole = candidate(
            [(torch.tensor(numbers).to(draw.device), torch.tensor(loss).to(draw.device)) for numbers, loss in known]
        )
        return [whole, candidate(list(zip(ids, losses, strict=True)))]

    def weighed(*parts: Tensor) -> Tensor:
        return candidate(list(parts)) * weights

    def weighed_losses(*parts: Tensor) -> Tensor:
        return candidate(list(parts)) * weights[0, 0].square() + weights[1, 1]

    yield "parts of equal length", lambda: candidate(parts[:2]), ROWS
    yield "parts of unequal length", lambda: candidate(parts), ROWS
    yield "rows without further dimensions", lambda: candidate(ids), ROWS
    yield "one row from each", lambda: [candidate(rows_of_one(1)), candidate(rows_of_one()), candidate(parts)], ROWS
    yield "a loss each", lambda: candidate(losses), LOSSES
    yield "the loss of a single replica", lambda: [candidate(losses[:1]), candidate([{"loss": losses[1]}])], LOSSES
    yield "counts and losses in double precision", lambda: candidate(
        [(count, loss.double() / 3) for count, loss in zip(hits, losses, strict=True)]
    ), LOSSES  # fmt: skip
    yield "pairs", lambda: candidate(list(zip(parts, ids, strict=True))), DEEP
    yield "a dict with more inside", nested, DEEP
    yield "a dict whose keys come in another order", mixed_up, DEEP
    yield "types of the containers", types, TYPES
    yield "gradients find the way back", lambda: gradients(weighed, *parts), BACK
    yield "to each its own loss's gradient", lambda: gradients(weighed_losses, *losses), BACK
    yield "one part", lambda: candidate(parts[2:])
    yield "double precision", lambda: candidate(double)
    yield "the parts stay as they are", lambda: with_arguments(candidate, [{"x": part} for part in parts])
    yield "the docstring's example", example
