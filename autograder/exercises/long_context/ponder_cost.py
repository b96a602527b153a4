"""What `ponder_cost` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.long_context._halting import KINDS, all_kinds, beside, with_zeros, zeros_and_ones

STEPS = Idea("how many steps take place", weight=3, point=True)
REMAINDER = Idea("the remainder, and its gradient", weight=3, point=True)


@exercise(points=1)
def ponder_cost(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Steps plus remainder."""
    yield "the docstring's example", lambda: _example(candidate, draw), STEPS
    for kind in KINDS:
        yield f"halts {kind}", partial(_kind, candidate, draw, kind), STEPS
    yield "several places, each with its own end", lambda: candidate(all_kinds(draw)), STEPS
    yield "two dimensions of places", lambda: candidate(torch.stack([all_kinds(draw), all_kinds(draw)])), STEPS
    yield "a single step", lambda: _single(candidate, draw), STEPS
    yield "another epsilon", lambda: candidate(all_kinds(draw), epsilon=draw.uniform(low=0.1, high=0.3).item()), STEPS
    yield "exactly 1 − epsilon", lambda: _exactly(candidate, draw), STEPS
    yield "no epsilon", lambda: candidate(all_kinds(draw), epsilon=0.0), STEPS
    yield "probabilities of 0 and 1", lambda: _zeros_and_ones(candidate, draw), STEPS
    yield "the part after the point", lambda: candidate(all_kinds(draw)) % 1, REMAINDER
    yield "gradients", lambda: gradients(candidate, torch.stack([all_kinds(draw), all_kinds(draw)]), wrt=0), REMAINDER
    yield (
        "gradients of places in between",
        lambda: gradients(candidate, draw.uniform(2, 4, low=0.15, high=0.7), wrt=0),
        REMAINDER,
    )
    yield "gradients, with probabilities of 0 and 1", lambda: _gradients(candidate, draw), REMAINDER
    yield "float64", lambda: candidate(all_kinds(draw, torch.float64))
    yield "a turned table", lambda: candidate(all_kinds(draw).T.contiguous().T)
    yield "called by names", lambda: candidate(epsilon=0.02, probabilities=all_kinds(draw))
    yield "the probabilities are left alone", lambda: with_arguments(candidate, all_kinds(draw))


def _kind(candidate: Any, draw: Draw, kind: str) -> Any:
    return candidate(beside(draw, kind))


def _single(candidate: Any, draw: Draw) -> dict[str, Any]:
    """One step costs 2, whatever it says; beside it, three steps."""
    rows = [candidate(draw.uniform(draw.integer(2, 6), 1)), candidate(draw.uniform(1))]
    return {"single": rows, "three": candidate(draw.uniform(3, low=0.1, high=0.6))}


def _exactly(candidate: Any, draw: Draw) -> Tensor:
    """The sum is 0.75 after two steps, in numbers that a float holds exactly."""
    first, rest = draw.choice((0.25, 0.5)), draw.uniform(2, low=0.1, high=0.2)
    p = torch.cat([torch.tensor([first, 0.75 - first], device=draw.device), rest])
    result: Tensor = candidate(torch.stack(draw.shuffled([p, draw.uniform(4, low=0.3, high=0.35)])), 0.25)
    return result


def _zeros_and_ones(candidate: Any, draw: Draw) -> Tensor:
    result: Tensor = candidate(zeros_and_ones(draw))
    return result


def _gradients(candidate: Any, draw: Draw) -> Any:
    return gradients(candidate, torch.cat([zeros_and_ones(draw), with_zeros(draw)]), wrt=0)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    p = torch.tensor([[0.3, 0.5, 0.9, 0.9], [1.0, 0.0, 0.0, 0.0]], device=draw.device)
    return [candidate(p), candidate(draw.uniform(2, 4, low=0.3, high=0.45))]
