"""What `causal_mask` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

TRIANGLE = Idea("True on and below the diagonal", weight=2, point=True)
DEVICE = Idea("on the device that is asked for")


@exercise(points=1)
def causal_mask(candidate: Any, draw: Draw) -> Iterator[Step]:
    """True on and below the diagonal."""
    small, large = draw.integer(2, 30), draw.integer(30, 60)  # few sizes would be on every sheet
    yield "a small square", lambda: candidate(small, draw.device), TRIANGLE
    yield "a larger square", lambda: candidate(large, draw.device), TRIANGLE
    yield (
        "one place, and more",
        lambda: [candidate(size, draw.device) for size in draw.shuffled([1, draw.integer(2, 60)])],
    )
    yield (
        "no place, and some",
        lambda: [candidate(size, draw.device) for size in draw.shuffled([0, draw.integer(2, 60)])],
    )
    yield "where it is made", lambda: _where_made(candidate, *draw.sizes(3, 2, 60)), DEVICE
    yield "called again after a change", lambda: _again(candidate, draw.integer(2, 60), draw.device)
    yield "called by names", lambda: candidate(device=draw.device, size=draw.integer(2, 60))
    yield "the docstring's example", lambda: [candidate(3, draw.device), candidate(draw.integer(4, 60), draw.device)]


def _where_made(candidate: Any, small: int, middle: int, large: int) -> dict[str, object]:
    """The device in words: once as text, once as a device, once left to torch's default."""
    made = {
        "meta is asked for": candidate(small, device="meta"),
        "meta is asked for as a torch.device": candidate(large, torch.device("meta")),
        "nothing is asked for": candidate(middle),
    }
    return {name: f"{list(item.shape)}, {item.dtype}, on {item.device.type}" for name, item in made.items()}


def _again(candidate: Any, size: int, device: torch.device) -> list[Any]:
    """The caller writes into the first mask. The second one knows nothing of it."""
    first = candidate(size, device)
    shown = first.clone()
    first.fill_(False)
    return [shown, candidate(size, device)]
