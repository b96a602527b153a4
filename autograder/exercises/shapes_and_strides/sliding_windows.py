"""What `sliding_windows` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, refusal
from autograder.exercises.shapes_and_strides._shared import expanded, in_each_dtype, lies_in, three_ways, view_of

READY_MADE = [Tensor.unfold, torch.unfold_copy, F.unfold, nn.Unfold]
WINDOWS = Idea("the windows, as many as fit", weight=3, point=True)
SHARED = Idea("nothing is copied", weight=3, point=True)
MEMORY = Idea("however x lies in memory", weight=3, point=True)


@exercise(points=3, without=READY_MADE)
def sliding_windows(candidate: Any, draw: Draw) -> Iterator[Step]:
    """All windows along the last dimension, as one view."""
    a, b, size, step = draw.sizes(4, 2, 6)
    n = size + 3 * step + 1  # four windows, and one number is left
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(draw.normal(n), size, 1)], WINDOWS
    yield "a vector", lambda: candidate(draw.normal(n), size, step), WINDOWS
    yield "without a step", lambda: candidate(draw.normal(n), size), WINDOWS
    yield "a step beyond the window", lambda: candidate(draw.normal(a + 3 * (a + b)), a, a + b), WINDOWS
    yield "by its parameters' names", lambda: candidate(x=draw.normal(a, n), size=size, step=step), WINDOWS
    yield "a batch", lambda: candidate(draw.normal(a, b, n), size, step), WINDOWS
    yield "windows of one, and one window", lambda: _ends(candidate, draw, a, n, step)
    yield "a batch of none", lambda: candidate(draw.normal(0, n), size, step)
    yield "a view", lambda: view_of(candidate, draw.normal(n), size, step), SHARED
    yield "a batch, written to", lambda: view_of(candidate, draw.normal(a, b, n), size, step), SHARED
    yield "from the middle on", lambda: view_of(candidate, draw.normal(n + a)[a:], size, step), MEMORY
    for name in ("transposed", "every second number", "a window of a larger one"):
        yield name, lambda name=name: view_of(candidate, three_ways(draw, a, n)[name], size, step), MEMORY  # type: ignore[misc]
    yield "one row, many times", lambda: lies_in(candidate, expanded(draw, a, n), size, step), MEMORY
    yield "one number, many times", lambda: lies_in(candidate, draw.normal(b, 1).expand(b, n), size, step), MEMORY
    yield "windows of windows", lambda: _twice(candidate, draw.normal(n, n + 1), size, step), MEMORY
    yield "dtypes", lambda: [candidate(x, size, step) for x in in_each_dtype(draw, 2, n)]
    yield "gradients", lambda: gradients(lambda x: candidate(x, size, 1), draw.normal(a, n), wrt=0)
    yield "too large a window", lambda: _refusals(candidate, draw, size, step)


def _example(candidate: Any, draw: Draw) -> Tensor:
    return candidate(torch.tensor([1, 2, 3, 4, 5, 6], device=draw.device), 3, 2)


def _ends(candidate: Any, draw: Draw, a: int, n: int, step: int) -> list[Tensor]:
    return [candidate(draw.normal(a, n), 1, step), candidate(draw.normal(a, n), n, step)]


def _twice(candidate: Any, x: Tensor, size: int, step: int) -> dict[str, object]:
    """Patches of a picture: windows of its columns, and then of its rows."""
    return lies_in(lambda x: candidate(candidate(x, size, step).movedim(0, -1), size, step), x)


def _refusals(candidate: Any, draw: Draw, size: int, step: int) -> dict[str, object]:
    """The window is larger than what is there; in the second case the memory behind it would do."""
    fits, short, part = draw.normal(size + step), draw.normal(3, size - 1), draw.normal(4 * size)[: size - 1]
    return {
        "one that fits": candidate(fits, size, step),
        "too short": refusal(ValueError, candidate, short, size, step),
        "too short, with memory behind it": refusal(ValueError, candidate, part, size, 1),
        "far too short": refusal(ValueError, candidate, short, 4 * size, step),
    }
