"""What `ponder_cost` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.long_context._halting import (
    KINDS,
    all_kinds,
    exactly,
    gradients_at_the_ends,
    of_kind,
    single,
    with_zeros_and_ones,
)

STEPS = Idea("how many steps take place", weight=3, point=True)
REMAINDER = Idea("the remainder, and its gradient", weight=3, point=True)


@exercise(points=1)
def ponder_cost(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Steps plus remainder."""
    yield "the docstring's example", lambda: _example(candidate, draw), STEPS
    for kind in KINDS:
        yield f"halts {kind}", partial(of_kind, candidate, draw, kind), STEPS
    yield "several places, each with its own end", lambda: candidate(all_kinds(draw)), STEPS
    yield "two dimensions of places", lambda: candidate(torch.stack([all_kinds(draw), all_kinds(draw)])), STEPS
    yield "a single step", lambda: single(candidate, draw), STEPS
    yield "another epsilon", lambda: candidate(all_kinds(draw), epsilon=draw.uniform(low=0.1, high=0.3).item()), STEPS
    yield "exactly 1 − epsilon", lambda: exactly(candidate, draw), STEPS
    yield "no epsilon", lambda: candidate(all_kinds(draw), epsilon=0.0), STEPS
    yield "probabilities of 0 and 1", lambda: with_zeros_and_ones(candidate, draw), STEPS
    yield "the part after the point", lambda: candidate(all_kinds(draw)) % 1, REMAINDER
    yield "gradients", lambda: gradients(candidate, torch.stack([all_kinds(draw), all_kinds(draw)]), wrt=0), REMAINDER
    yield (
        "gradients of places in between",
        lambda: gradients(candidate, draw.uniform(2, 4, low=0.15, high=0.7), wrt=0),
        REMAINDER,
    )
    yield "gradients, with probabilities of 0 and 1", lambda: gradients_at_the_ends(candidate, draw), REMAINDER
    yield "float64", lambda: candidate(all_kinds(draw, torch.float64))
    yield "a turned table", lambda: candidate(all_kinds(draw).T.contiguous().T)
    yield "called by names", lambda: candidate(epsilon=0.02, probabilities=all_kinds(draw))
    yield "the probabilities are left alone", lambda: with_arguments(candidate, all_kinds(draw))


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    p = torch.tensor([[0.3, 0.5, 0.9, 0.9], [1.0, 0.0, 0.0, 0.0]], device=draw.device)
    return [candidate(p), candidate(draw.uniform(2, 4, low=0.3, high=0.45))]
