"""What `collate_with_padding` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

LONGEST = Idea("as long as the longest of this batch", weight=2, point=True)
MASK = Idea("the mask comes from the lengths, whatever the words are", weight=3, point=True)
LABELS = Idea("no label where nothing stands", weight=3, point=True)
ROUNDED = Idea("rounded up to a multiple", weight=3)
EXACT = Idea("large numbers stay what they are", weight=1)
CLEAN = Idea("the examples are left alone", weight=0.5)
NO_LABEL = -100


@exercise(points=2)
def collate_with_padding(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One batch from examples of different lengths: the mended function."""
    lengths = draw.sizes(4, 2, 9)
    same = list(zip(draw.shuffled([3, 5, 9]), (1, 2, 3), strict=True))

    def made(low: int = 1, part: str = "", **options: Any) -> Any:
        batch = candidate(_examples(draw, lengths, low), **options)
        return batch[part] if part else batch

    yield "the numbers", lambda: made(part="input_ids"), LONGEST
    yield (
        "two batches one after the other",
        lambda: [_shapes(candidate, draw, draw.sizes(n, 2, 12)) for n in (3, 2)],
        LONGEST,
    )
    yield "word 0 is a word", lambda: _mask(candidate, draw, lengths, 0), MASK
    yield "a pad that is also a word", lambda: _mask(candidate, draw, lengths, draw.integer(3, 9)), MASK
    yield "a word without a label is a word", lambda: candidate(_unlabelled(draw, lengths))["attention_mask"], MASK
    yield "labels", lambda: made(part="labels"), LABELS
    yield "labels, with another pad", lambda: made(part="labels", pad=draw.integer(3, 9)), LABELS
    yield "labels that are not the next words", lambda: candidate(_tagged(draw, lengths))["labels"], LABELS
    yield "the loss of a text, alone and in company", lambda: _losses(candidate, draw, lengths), LABELS
    yield "a negative pad", lambda: made(pad=-1)["input_ids"]
    yield "one example", lambda: candidate(_examples(draw, lengths[:1], 0))
    yield "all of one length", lambda: candidate(_examples(draw, [lengths[0]] * 3, 0))
    yield "with an empty text", lambda: candidate(_examples(draw, draw.shuffled([0, *lengths[:2]]), 0))
    yield (
        "a multiple of 8",
        lambda: [_rounded(candidate, draw, [n - 2, n], 8) for n in draw.shuffled([5, 9, 15])],
        ROUNDED,
    )
    yield (
        "a multiple that fits already",
        lambda: [_rounded(candidate, draw, [n - 2, n], n // 2) for n in (8, 12)],
        ROUNDED,
    )
    yield "equally long, rounded up", lambda: [_rounded(candidate, draw, [n] * k, 8) for n, k in same], ROUNDED
    yield "large numbers", lambda: candidate(_tagged(draw, lengths, 2**53 + 1)), EXACT
    yield "in a DataLoader", lambda: _loaded(candidate, draw)
    yield "by names", lambda: candidate(multiple_of=3, pad=2, examples=tuple(_examples(draw, lengths, 0)))
    yield "the examples are left alone", lambda: with_arguments(candidate, _examples(draw, lengths, 0)), CLEAN
    yield "the docstring's example", lambda: _example(candidate, draw)


def _examples(draw: Draw, lengths: list[int], low: int) -> list[dict[str, Tensor]]:
    """The label of a word is the next word; the last has none."""
    shown = []
    for length in lengths:
        ids = draw.integers(length, low=low, high=12)
        labels = torch.cat([ids[1:], ids.new_full((min(1, length),), NO_LABEL)])
        shown.append({"input_ids": ids, "labels": labels})
    return shown


def _shapes(candidate: Any, draw: Draw, lengths: list[int]) -> dict[str, Any]:
    return {name: list(value.shape) for name, value in candidate(_examples(draw, lengths, 1)).items()}


def _mask(candidate: Any, draw: Draw, lengths: list[int], pad: int) -> dict[str, Any]:
    """Words equal to the pad in front, in the middle and at the end of a text."""
    examples = _examples(draw, lengths, 0)
    for example, place in zip(examples, draw.shuffled([0, 1, -1, -1]), strict=True):
        example["input_ids"][place] = pad
    batch = candidate(examples, pad=pad)
    return {name: batch[name] for name in ("input_ids", "attention_mask")}


def _unlabelled(draw: Draw, lengths: list[int]) -> list[dict[str, Tensor]]:
    examples = _examples(draw, lengths, 1)
    for example in examples:
        example["labels"][draw.mask(len(example["labels"]))] = NO_LABEL
    return examples


def _tagged(draw: Draw, lengths: list[int], least: int = 1) -> list[dict[str, Tensor]]:
    """Labels that say something else of each word, as what kind of word it is; some words have none."""
    examples = []
    for length in lengths:
        ids, labels = (least + 2 * draw.integers(length, high=6) for _ in range(2))
        examples.append({"input_ids": ids, "labels": labels.masked_fill(draw.mask(length, keep=0.3), NO_LABEL)})
    return examples


def _losses(candidate: Any, draw: Draw, lengths: list[int]) -> list[Any]:
    """Summed over the labels that count: the same alone and beside longer texts."""
    examples, scores = _examples(draw, lengths, 0), draw.normal(12, 12)
    batches = [candidate([dict(each) for each in some]) for some in (examples, examples[:1])]
    return [
        torch.nn.functional.cross_entropy(scores[batch["input_ids"]].mT, batch["labels"], reduction="none").sum(-1)
        for batch in batches
    ]


def _rounded(candidate: Any, draw: Draw, lengths: list[int], multiple: int) -> Any:
    batch = candidate(_examples(draw, lengths, 1), multiple_of=multiple)
    return {name: batch[name] for name in ("input_ids", "attention_mask", "labels")}


def _loaded(candidate: Any, draw: Draw) -> list[Any]:
    examples = _examples(draw, [2, 5, 3, 7, 4], 0)
    return list(DataLoader(examples, batch_size=2, collate_fn=candidate))  # type: ignore[arg-type]


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other numbers."""
    one = {"input_ids": torch.tensor([4, 0], device=draw.device), "labels": torch.tensor([0, NO_LABEL])}
    two = {"input_ids": torch.tensor([5, 6, 7], device=draw.device), "labels": torch.tensor([6, 7, NO_LABEL])}
    for each in (one, two):
        each["labels"] = each["labels"].to(draw.device)
    return [candidate([one, two])["labels"], candidate(_examples(draw, [2, 3], 0))["labels"]]
