"""What `attention_weights` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.attention._shared import READY_MADE, large, pair, with_an_empty_row


@exercise(points=2, without=READY_MADE)
def attention_weights(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How much each query looks at each key."""
    yield "a batch", lambda: candidate(*pair(draw))
    yield "one query, no batch", lambda: candidate(draw.normal(1, 8), draw.normal(6, 8))
    yield "two leading dimensions", lambda: candidate(draw.normal(2, 4, 3, 6), draw.normal(2, 4, 5, 6))
    yield "float64", lambda: candidate(*pair(draw, torch.float64))
    yield "bfloat16", lambda: candidate(*pair(draw, torch.bfloat16))
    yield "scores of several hundred", lambda: candidate(*large(draw, 4, 7))
    yield "masked", lambda: candidate(*pair(draw), draw.mask(2, 3, 5))
    yield "one mask for all queries", lambda: candidate(*pair(draw), draw.mask(2, 1, 5))
    yield "a query that may look at nothing", lambda: candidate(*pair(draw), with_an_empty_row(draw, 2, 3, 5))
    yield "gradients, masked", lambda: gradients(candidate, *pair(draw), mask=with_an_empty_row(draw, 2, 3, 5))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *pair(draw), draw.mask(3, 5))
