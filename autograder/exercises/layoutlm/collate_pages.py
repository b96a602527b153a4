"""What `collate_pages` must show."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.layoutlm._shared import boxes_of

KEYS = Idea("five tensors, each piece in its place", weight=2, point=True)
LABELS = Idea("padding has the label −100", weight=2, point=True)
MASK = Idea("1 for what the page holds, 0 for padding", weight=2, point=True)
ZEROS = Idea("padding lies at 0, and all is one segment", weight=1)
PADDING = Idea("which piece is the padding, is told", weight=1)
TRACES = Idea("nothing else is changed", weight=1)

Page = dict[str, list[Any]]


@exercise(points=2)
def collate_pages(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Pages of several lengths as one batch."""
    lengths = draw.sizes(3, 2, 8)

    def batch(lengths: list[int], **options: Any) -> dict[str, Tensor]:
        found: dict[str, Tensor] = candidate([_page(draw, length) for length in lengths], **options)
        return found

    yield "the docstring's example", lambda: _example(candidate, draw), KEYS
    yield "pages of one length", lambda: batch([4, 4, 4]), KEYS
    yield "a single page", lambda: batch([5]), KEYS
    yield "which keys there are, and their shapes", lambda: _shapes(batch(lengths)), KEYS
    yield "pieces and boxes", lambda: _chosen(batch(lengths), "input_ids", "bbox"), KEYS
    yield "the labels", lambda: _chosen(batch(lengths), "labels"), LABELS
    yield "labels that are all 0", lambda: _zero_labels(candidate, draw, lengths), LABELS
    yield "what is real", lambda: _chosen(batch(lengths), "attention_mask"), MASK
    yield "a piece that looks like padding", lambda: _like_padding(candidate, draw), MASK
    yield "the boxes of padding", lambda: _chosen(batch([2, 6]), "bbox"), ZEROS
    yield "segments", lambda: _chosen(batch(lengths), "token_type_ids"), ZEROS
    yield "another piece is the padding", lambda: batch(lengths, padding=draw.integer(3, 9)), PADDING
    yield "a page of one piece beside a long one", lambda: batch(draw.shuffled([1, 9])), KEYS
    yield "pages as LayoutLM reads them", lambda: _long(batch, draw), KEYS
    yield "called by names", lambda: candidate(padding=7, pages=[_page(draw, 3), _page(draw, 2)]), KEYS
    yield "the pages afterwards", lambda: with_arguments(candidate, [_page(draw, 2), _page(draw, 4)]), TRACES
    yield "one is changed afterwards", lambda: _own(candidate, draw), TRACES


def _page(draw: Draw, length: int) -> Page:
    labels = [draw.integer(0, 6) if draw.integer(0, 3) else -100 for _ in range(length)]
    return {"input_ids": draw.sizes(length, 10, 10 + length + 40), "bbox": boxes_of(draw, length), "labels": labels}


def _chosen(found: dict[str, Tensor], *keys: str) -> dict[str, Tensor]:
    return {key: found[key] for key in keys}


def _shapes(found: dict[str, Tensor]) -> dict[str, Any]:
    return {key: [list(found[key].shape), str(found[key].dtype)] for key in sorted(found)}


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's pages, and others."""
    short: Page = {"input_ids": [7], "bbox": [[1, 2, 3, 4]], "labels": [5]}
    long: Page = {"input_ids": [8, 9], "bbox": [[5, 6, 7, 8], [0, 0, 9, 9]], "labels": [2, -100]}
    return {"example": candidate([short, long]), "other pages": candidate([_page(draw, 3), _page(draw, 5)])}


def _zero_labels(candidate: Any, draw: Draw, lengths: list[int]) -> Tensor:
    """O everywhere: 0 is a label, and −100 is none."""
    pages = [_page(draw, length) for length in lengths]
    for page in pages:
        page["labels"] = [0] * len(page["labels"])
    labels: Tensor = candidate(pages)["labels"]
    return labels


def _like_padding(candidate: Any, draw: Draw) -> dict[str, Any]:
    """A real piece has the padding's number, another lies at 0, 0, 0, 0, as [CLS] does, a third has no label."""
    pages = [_page(draw, 3), _page(draw, 6)]
    pages[0]["input_ids"][draw.integer(0, 3)] = 0
    pages[1]["input_ids"][draw.integer(0, 6)] = 0
    pages[1]["bbox"][draw.integer(0, 6)] = [0, 0, 0, 0]
    pages[0]["labels"][-1] = pages[1]["labels"][-1] = -100
    return _chosen(candidate(pages), "attention_mask", "input_ids")


def _long(batch: Any, draw: Draw) -> dict[str, Any]:
    """Two pages of which one is long: a corner of each tensor, and the sum."""
    return {key: [value[:, :3], value.sum()] for key, value in batch([draw.integer(3, 9), 240]).items()}


def _own(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Writing into a batch leaves the pages, its other tensors and a second batch alone."""
    pages = [_page(draw, 2), _page(draw, 4)]
    kept = deepcopy(pages)
    first = candidate(pages)
    for key in ("input_ids", "attention_mask"):
        first[key].fill_(77)
    return {"the same pages": pages == kept, "the others": first, "a second batch": candidate(pages)}
