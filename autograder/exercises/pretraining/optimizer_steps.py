"""What `optimizer_steps` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal

BATCHES = Idea("how many batches an epoch has", weight=2.5, point=True)
GATHERED = Idea("several batches make a step, and what is left at the end of an epoch makes one", weight=3, point=True)
EPOCHS = Idea("several epochs", weight=1.5)
PARTS = Idea("parts of an epoch", weight=2)


@exercise(points=1)
def optimizer_steps(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How many steps a training takes."""
    batch = draw.integer(3, 9)
    whole, rest = draw.integer(5, 20), draw.integer(1, batch)
    uneven = whole * batch + rest

    yield "the docstring's example", lambda: _example(candidate, draw), BATCHES
    yield "batches that fit", lambda: candidate(whole * batch, batch, epochs=1.0), BATCHES
    yield "some examples are left", lambda: candidate(uneven, batch, epochs=1.0), BATCHES
    yield "dropped instead", lambda: candidate(uneven, batch, epochs=1.0, drop_last=True), BATCHES
    yield "fewer examples than a batch", lambda: candidate(rest, batch, epochs=draw.integer(2, 30)), BATCHES
    yield "batches that fit into the steps", lambda: candidate(12 * whole, 3, 4, 1.0), GATHERED
    yield "a part of a step is left", lambda: candidate(12 * whole + 5, 3, 4, 1.0), GATHERED
    yield "fewer batches than a step takes", lambda: candidate(uneven, batch, 1000, draw.integer(2, 5)), GATHERED
    yield "left over, in several epochs", lambda: candidate(uneven, batch, draw.integer(3, 5), 3.0), GATHERED
    yield "dropped, and left over", lambda: candidate(uneven, batch, 3, 2.0, True), GATHERED
    yield (
        "dropped, and fewer batches than a step takes",
        lambda: candidate(3 * batch + rest, batch, 2, whole, True),
        GATHERED,
    )
    yield "several epochs", lambda: candidate(uneven, batch, epochs=draw.integer(2, 9)), EPOCHS
    yield "parts of an epoch", lambda: [candidate(uneven, batch, 1, part) for part in (0.5, 0.01, 1.7)], PARTS
    yield (
        "2.2 epochs of 25 steps",
        lambda: [candidate(25 * batch, batch, 1, 2.2), candidate(uneven, 2, 1, 1.5)],
        PARTS,
    )
    yield "parts of an epoch, several batches a step", lambda: candidate(uneven, batch, 2, 2.3), PARTS
    yield "without further words", lambda: candidate(uneven, batch), EPOCHS
    yield "no batch is left", lambda: _refused(candidate, draw, batch)
    yield "its kind, and by names", lambda: _kind(candidate, uneven, batch)


def _refused(candidate: Any, draw: Draw, batch: int) -> dict[str, Any]:
    few = draw.integer(1, batch)
    return {
        "all are dropped": refusal(ValueError, candidate, few, batch, drop_last=True),
        "just enough": candidate(batch, batch, drop_last=True),
        "not dropped": candidate(few, batch, epochs=draw.integer(2, 9)),
    }


def _kind(candidate: Any, uneven: int, batch: int) -> list[Any]:
    steps = candidate(drop_last=False, epochs=2.0, accumulation=2, batch=batch, examples=uneven)
    return [steps, type(steps).__name__]


def _example(candidate: Any, draw: Draw) -> list[int]:
    """The docstring's numbers, and others."""
    return [candidate(100, 8, accumulation=4, epochs=3), candidate(draw.integer(100, 999), 8, accumulation=4, epochs=3)]
