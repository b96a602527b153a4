"""What `one_hot` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments


@exercise(points=2, without=[F.one_hot])
def one_hot(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Class numbers as rows of zeros with a single one."""
    yield "a vector of labels", lambda: candidate(torch.tensor([2, 0, 3, 3, 1], device=draw.device), 4)
    yield "drawn labels", lambda: candidate(draw.integers(8, high=5), 5)
    yield "classes that do not appear", lambda: candidate(draw.integers(6, high=3), 7)
    yield "a batch of label rows", lambda: candidate(draw.integers(2, 5, high=3), 3)
    yield "a single label, without a batch", lambda: candidate(draw.integers(high=4), 4)
    yield "a batch of one", lambda: candidate(draw.integers(1, high=6), 6)
    yield "no labels", lambda: candidate(draw.integers(0, high=3), 3)
    yield "the labels are left alone", lambda: with_arguments(candidate, draw.integers(5, high=4), 4)
    yield "where it is made", lambda: _where_made(candidate, draw.integers(4, high=3), 3)


def _where_made(candidate: Any, tensor: Tensor, *arguments: int) -> str:
    """In words, on which device the result lies while the default device is another one, `meta`."""
    with torch.device("meta"):
        made = candidate(tensor, *arguments).device
    return "where the labels are" if made.type == tensor.device.type else f"on the default device, here {made.type}"
