"""What `seeded_normal` must show."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

OWN_STREAM = Idea("a stream of its own: all other random numbers go on as they would", weight=2, point=True)


@exercise(points=2)
def seeded_normal(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Normal numbers that depend on their seed alone, and touch no other random numbers."""
    first, second = draw.integer(1, 10_000), draw.integer(10_000, 20_000)
    rows, columns = draw.sizes(2, 3, 8)
    look = partial(_with_the_global_stream, candidate, device=draw.device)
    yield "a matrix", lambda: look((rows, columns), first), OWN_STREAM
    yield "another seed", lambda: look((16 + rows,), second), OWN_STREAM  # from 16 on, randn fills blocks
    yield "the docstring's example", lambda: [candidate((3,), seed=0, device=draw.device), look((columns,), 0)]
    yield "a single number", lambda: look((), first)
    yield "no numbers", lambda: look((0, rows), first)
    yield "the same seed again", lambda: _again(lambda: look((2, columns), first))
    yield "between two calls, another seed", lambda: [look((rows,), seed) for seed in (second, first, second)]
    yield "a list, and a torch.Size", lambda: [look([2, rows], first), look(torch.Size([columns]), second)]
    yield "where it is made", lambda: _where_made(candidate, rows, columns, first)


def _again(look: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    """The caller writes into what came first. What comes next knows nothing of it."""
    shown = look()
    first = copy.deepcopy(shown)
    if isinstance(shown["the result"], torch.Tensor):
        shown["the result"].zero_()
    return [first, look()]


def _where_made(candidate: Any, rows: int, columns: int, seed: int) -> dict[str, object]:
    """The device in words, once asked for, once left to the default of the function while torch has another one."""
    asked = candidate((rows, columns), seed, device="meta")
    made = {"meta is asked for": asked, "nothing is asked for": candidate((columns, rows), seed)}
    return {name: f"{list(item.shape)}, {item.dtype}, on {item.device.type}" for name, item in made.items()}


def _with_the_global_stream(candidate: Any, shape: Sequence[int], seed: int, device: torch.device) -> dict[str, object]:
    """The result, and how the global stream runs on."""
    torch.rand(5)  # away from the start of the stream: whoever sets it back to the start is seen
    result = candidate(shape, seed, device=device)
    return {"the result": result, "the next global numbers": torch.rand(4).to(device)}
