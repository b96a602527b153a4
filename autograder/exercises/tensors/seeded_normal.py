"""What `seeded_normal` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


@exercise(points=2)
def seeded_normal(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Normal numbers that depend on their seed alone, and touch no other random numbers."""
    first, second = draw.integer(0, 10_000), draw.integer(10_000, 20_000)
    look = partial(_with_the_global_stream, candidate, device=draw.device)
    yield "a matrix", lambda: look((3, 5), first)
    yield "another seed", lambda: look((20,), second)
    yield "a single number", lambda: look((), first)
    yield "no numbers", lambda: look((0, 4), first)
    yield "the same seed again", lambda: [look((2, 4), first), look((2, 4), first)]
    yield "the device that is asked for", lambda: str(candidate((4,), first, device="meta").device)


def _with_the_global_stream(
    candidate: Any, shape: tuple[int, ...], seed: int, device: torch.device
) -> dict[str, object]:
    """The result, and how the global stream runs on."""
    torch.rand(5)  # away from the start of the stream: whoever sets it back to the start is seen
    result = candidate(shape, seed, device=device)
    return {"the result": result, "the next global numbers": torch.rand(4).to(device)}
