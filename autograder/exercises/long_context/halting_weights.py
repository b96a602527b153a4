"""What `halting_weights` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.long_context._halting import (
    KINDS,
    all_kinds,
    exactly,
    gradients_at_the_ends,
    of_kind,
    probabilities,
    single,
    with_zeros_and_ones,
)

LAST = Idea("the step at which the sum is reached is the last", weight=3, point=True)
REMAINDER = Idea("the last step counts what is left", weight=3, point=True)


@exercise(points=2)
def halting_weights(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How much each step counts."""
    yield "the docstring's example", lambda: _example(candidate, draw), LAST
    for kind in KINDS:
        yield f"halts {kind}", partial(of_kind, candidate, draw, kind), LAST
    yield "several places, each with its own end", lambda: candidate(all_kinds(draw)), LAST
    yield "two dimensions of places", lambda: candidate(torch.stack([all_kinds(draw), all_kinds(draw)])), LAST
    yield (
        "as many places as steps",
        lambda: candidate(torch.stack([probabilities(draw, each) for each in (*KINDS, KINDS[1])])),
    )
    yield "a single step", lambda: single(candidate, draw), REMAINDER
    yield "another epsilon", lambda: candidate(all_kinds(draw), epsilon=draw.uniform(low=0.1, high=0.3).item()), LAST
    yield "exactly 1 − epsilon", lambda: exactly(candidate, draw), LAST
    yield "no epsilon", lambda: _without_epsilon(candidate, draw), LAST
    yield "probabilities of 0 and 1", lambda: with_zeros_and_ones(candidate, draw), REMAINDER
    yield "gradients", lambda: gradients(candidate, all_kinds(draw), wrt=0), REMAINDER
    yield "gradients, with probabilities of 0 and 1", lambda: gradients_at_the_ends(candidate, draw), REMAINDER
    yield "float64", lambda: candidate(all_kinds(draw, torch.float64))
    yield "a turned table", lambda: candidate(all_kinds(draw).T.contiguous().T)
    yield "called by names", lambda: candidate(epsilon=0.02, probabilities=all_kinds(draw))
    yield "the probabilities are left alone", lambda: with_arguments(candidate, all_kinds(draw))


def _without_epsilon(candidate: Any, draw: Draw) -> Tensor:
    """Sums of exactly 1, below it, and of 0.995, which is enough for the usual epsilon."""
    p = torch.tensor([[0.5, 0.25, 0.25, 0.5], [0.5, 0.25, 0.125, 0.0], [1.0, 0.5, 0.5, 0.5]], device=draw.device)
    near = torch.tensor([[0.5, 0.495, 0.25, 0.5]], device=draw.device)
    rest = draw.uniform(1, 4, low=0.1, high=0.2)
    result: Tensor = candidate(torch.cat([p, near, rest])[draw.permutation(5)], epsilon=0.0)
    return result


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    p = torch.tensor([0.3, 0.5, 0.9, 0.9], device=draw.device)
    return [candidate(p), candidate(draw.uniform(4, low=0.3, high=0.45))]
