"""What `extended_attention_mask` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments


@exercise(points=2)
def extended_attention_mask(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """From a tokenizer's 0 and 1 to numbers that are added to the scores."""
    mask = draw.mask(2, 5).long()
    empty = mask.clone()
    empty[1] = 0
    yield "a batch", lambda: candidate(draw.mask(2, 5).long())
    yield "nothing is padding", lambda: candidate(torch.ones_like(mask))
    yield "True and False", lambda: candidate(draw.mask(3, 4))
    yield "a mask for each query", lambda: candidate(draw.mask(2, 3, 5).long())
    yield "float64", lambda: candidate(draw.mask(2, 5).long(), torch.float64)
    yield "float16", lambda: candidate(draw.mask(2, 5).long(), torch.float16)
    yield "bfloat16", lambda: candidate(draw.mask(2, 5).long(), torch.bfloat16)
    yield "weights under it", lambda: (draw.normal(2, 3, 4, 5) + candidate(mask)).softmax(-1)
    yield "weights where all is padding", lambda: (draw.normal(2, 3, 4, 5) + candidate(empty)).softmax(-1)
    yield "a padded key with a score of 20000", lambda: (2e4 * draw.uniform(2, 1, 4, 5) + candidate(mask)).softmax(-1)
    yield "the input is left alone", lambda: with_arguments(candidate, mask)
    yield "one sentence without a batch", lambda: candidate(mask[0])
    yield "four dimensions", lambda: candidate(mask[:, None, None])
