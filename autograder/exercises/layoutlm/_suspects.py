"""Reading orders as people write them wrongly; each of these is right on many pages.

All take the boxes of a page (words, 4): left, top, right, bottom. They give the places of the words, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Box = Sequence[float]


def middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def in_lines(boxes: Tensor, belongs: Callable[[Box, list[Box]], bool], across: Callable[[Box], float]) -> Tensor:
    """Lines from the top: `belongs` says whether a word belongs to the line so far, `across` how a line is sorted."""
    page = boxes.tolist()
    lines: list[list[int]] = []
    for place in sorted(range(len(page)), key=lambda place: middle(page[place])):
        if lines and belongs(page[place], [page[each] for each in lines[-1]]):
            lines[-1].append(place)
        else:
            lines.append([place])
    return torch.tensor([place for line in lines for place in sorted(line, key=lambda each: across(page[each]))])


def right_reading_order(boxes: Tensor) -> Tensor:
    return in_lines(boxes, lambda box, line: middle(box) <= line[0][3], lambda box: box[0])


def sorts_by_the_top(boxes: Tensor) -> Tensor:
    page = boxes.tolist()
    return torch.tensor(sorted(range(len(page)), key=lambda place: (page[place][1], page[place][0])))


def rounds_to_tens(boxes: Tensor) -> Tensor:
    page = boxes.tolist()
    return torch.tensor(sorted(range(len(page)), key=lambda place: (round(middle(page[place]) / 10), page[place][0])))


def asks_for_overlap(boxes: Tensor) -> Tensor:
    return in_lines(boxes, lambda box, line: box[1] < line[0][3], lambda box: box[0])


def goes_from_word_to_word(boxes: Tensor) -> Tensor:
    return in_lines(boxes, lambda box, line: middle(box) <= line[-1][3], lambda box: box[0])


def takes_ten_pixels(boxes: Tensor) -> Tensor:
    return in_lines(boxes, lambda box, line: middle(box) - middle(line[0]) <= 10, lambda box: box[0])


def sorts_by_the_right(boxes: Tensor) -> Tensor:
    return in_lines(boxes, lambda box, line: middle(box) <= line[0][3], lambda box: box[2])


SUSPECTS = {
    "sorts by the top edge, then by the left": sorts_by_the_top,
    "rounds the middles to tens": rounds_to_tens,
    "takes in whatever overlaps with the first word": asks_for_overlap,
    "compares with the last word of the line": goes_from_word_to_word,
    "takes in whatever is at most ten lower": takes_ten_pixels,
    "sorts a line by its right edges": sorts_by_the_right,
}
