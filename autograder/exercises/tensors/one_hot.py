"""What `one_hot` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

OWN_COLUMN = Idea("each label has its own row, and each class its column", weight=2, point=True)


@exercise(points=2, without=[F.one_hot])
def one_hot(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Class numbers as rows of zeros with a single one."""
    few, some, many = sorted(draw.sizes(3, 3, 9))
    yield "labels", lambda: candidate(draw.integers(many, high=few), few), OWN_COLUMN
    yield "classes that do not appear", lambda: candidate(draw.integers(some, high=few - 1), many), OWN_COLUMN
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(draw.integers(some, high=few), few)]
    yield "a batch of label rows", lambda: candidate(draw.integers(2, some, high=few), few)
    yield "three dimensions", lambda: candidate(draw.integers(2, 3, few, high=some), some)
    yield "a single label, without a batch", lambda: [candidate(draw.integers(high=some), some) for _ in range(3)]
    yield "a batch of one", lambda: candidate(draw.integers(1, high=many), many)
    yield "no labels", lambda: candidate(draw.integers(0, high=some), some)
    yield "not contiguous", lambda: candidate(draw.integers(few, some, high=many).T, many)
    yield "the labels are left alone", lambda: with_arguments(candidate, draw.integers(some, high=few), few)
    yield "where it is made", lambda: _where_made(candidate, draw.integers(some, high=few), few)


def _example(candidate: Any, draw: Draw) -> Tensor:
    return candidate(torch.tensor([1, 0, 3], device=draw.device), 4)


def _where_made(candidate: Any, labels: Tensor, classes: int) -> str:
    """In words, on which device the result lies while the default device is another one, `meta`."""
    with torch.device("meta"):
        made = candidate(labels, classes)
    place = "where the labels are" if made.device.type == labels.device.type else "on the default device"
    return f"{list(made.shape)} {place}"
