"""What `reading_order_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.layoutlm._suspects import SUSPECTS, right_reading_order

MOST = 12  # words of a page that one can still look at


def library(boxes: Tensor) -> Tensor:
    """The definition once more, on whole tensors: no library has a word for it.

    Raises:
        ValueError: the right edge of a box is not right of its left one, or its bottom not below its top. (A word whose
            middle is below its own bottom would belong to no line, and would open lines for ever.)
    """
    must_be_two_corners(boxes)
    middles = boxes[:, 1::2].double().mean(dim=1)
    left, order = torch.arange(len(boxes)), torch.empty(0, dtype=torch.int64)
    while len(left):
        opens = left[middles[left].argmin()]
        line = left[middles[left] <= boxes[opens, 3]]
        order = torch.cat([order, line[boxes[line, 0].argsort(stable=True)]])
        left = left[middles[left] > boxes[opens, 3]]
    return order


def must_be_two_corners(boxes: Tensor) -> None:
    """Refuses what is perhaps left, top, width, height, with a sentence for the card and for the picture."""
    if not bool((boxes[:, :2] < boxes[:, 2:]).all()):
        raise ValueError("each box should be left, top, right, bottom, with left < right and top < bottom")


@counterexample(points=2, library=library, definition=right_reading_order, suspects=SUSPECTS)
def reading_order_counterexample(boxes: Tensor) -> None:
    """A page on which six wrong reading orders are seen to be wrong."""
    if not isinstance(boxes, Tensor) or boxes.dtype != torch.float32 or boxes.dim() != 2 or boxes.shape[1] != 4:
        raise ValueError("boxes should be a float32 tensor of shape (words, 4)")
    if not 2 <= len(boxes) <= MOST:
        raise ValueError(f"the page should hold 2 to {MOST} words")
    if not bool(boxes.isfinite().all()) or bool((boxes < 0).any()) or bool((boxes > 1000).any()):
        raise ValueError("each number should be from 0 to 1000")
    must_be_two_corners(boxes)
    if len(boxes[:, 0].unique()) < len(boxes) or len((boxes[:, 1] + boxes[:, 3]).unique()) < len(boxes):
        raise ValueError(
            "no two words should have the same left edge or the same middle, so that nothing is left to luck"
        )
