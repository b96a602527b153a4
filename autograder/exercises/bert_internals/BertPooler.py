"""What `BertPooler` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.bert_internals._shared import BERT, WHOLE, evaluated, shapes, small


@exercise(points=1, without=[BERT + "BertPooler", *WHOLE])
def BertPooler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One vector for the whole input, made from the first token."""
    module = evaluated(draw, candidate(small()))
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "a batch", lambda: module(draw.normal(3, 5, 12))
    yield "one token", lambda: module(draw.normal(2, 1, 12))
    yield "one sentence", lambda: module(draw.normal(1, 4, 12))
    yield "as many sentences as tokens", lambda: module(draw.normal(4, 4, 12))
    yield "large numbers", lambda: module(50 * draw.normal(2, 3, 12))
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(draw.normal(2, 3, 12, dtype=torch.float64))
    yield "gradient of each token", lambda: gradients(module, draw.normal(2, 3, 12), wrt=0)
    yield "the input is left alone", lambda: with_arguments(module, draw.normal(2, 3, 12))
