"""What `pack_sequences` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments
from autograder.exercises.data._shared import sequences_of

ROWS = Idea("each into the first row that has room", weight=3, point=True)
APART = Idea("each word sees its own text, and nothing else", weight=3, point=True)
PLACES = Idea("positions begin anew with each text", weight=2)
EXACT = Idea("large numbers stay what they are", weight=1)
LONG = Idea("what is longer than a row is refused", weight=1)
PARTS = "input_ids", "text_ids", "position_ids", "attention_mask"


@exercise(points=3)
def pack_sequences(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Several sequences in one row, and a mask that keeps them apart."""
    room = draw.integer(10, 14)

    def packed(lengths: list[int], *parts: str, words: tuple[int, int] = (1, 90)) -> dict[str, Any]:
        made = candidate(sequences_of(draw, lengths, *words), room)
        return {part: made[part] for part in parts}

    back = [room - 2, room - 4, 3, 2]  # the third goes into the second row, the last into the first
    best = [room - 5, room - 3, 3, 4]  # the third fits best into the second row, and first into the first
    least = [room - 3, room - 5, 2, 4]  # the third has most room in the second row, and fits first into the first
    full = draw.shuffled([4, room - 4, 5, room - 5])
    many = [draw.integer(1, room + 1) for _ in range(8)]
    yield "two in a row", lambda: packed([3, 4], "input_ids", "text_ids"), ROWS
    yield "rows that are filled to the last place", lambda: packed(full, "input_ids", "text_ids"), ROWS
    yield "one goes back to an earlier row", lambda: packed(back, "input_ids", "text_ids"), ROWS
    yield "the first row with room, not the fullest", lambda: packed(best, "input_ids", "text_ids"), ROWS
    yield "the first row with room, not the emptiest", lambda: packed(least, "input_ids", "text_ids"), ROWS
    yield "short before long", lambda: packed(sorted(many), "input_ids", "text_ids"), ROWS
    yield "as they come", lambda: packed(many, "input_ids", "text_ids"), ROWS
    yield "who sees whom", lambda: packed([4, 3, room - 1], "attention_mask"), APART
    yield "in rows without padding", lambda: packed(full, "attention_mask"), APART
    yield "the same words in two texts", lambda: _twins(candidate, draw, room), APART
    yield "word 0 is a word", lambda: packed([4, 2, 4], "input_ids", "attention_mask", words=(0, 2)), APART
    yield "three texts in a row", lambda: packed([2, 4, 3], "attention_mask", "text_ids"), APART
    yield "attention, packed and alone", lambda: _attended(candidate, draw, room), APART
    yield "positions", lambda: packed(many, "position_ids"), PLACES
    yield "positions in a row without padding", lambda: packed(full, "position_ids"), PLACES
    yield "positions behind the last text", lambda: packed([3, 2], "position_ids"), PLACES
    yield "what is in it", lambda: sorted(candidate(sequences_of(draw, [2, room]), room))
    yield "a single one", lambda: [packed([n], *PARTS) for n in (room, 1)]
    yield "all of one word", lambda: packed([1] * (room + 2), *PARTS)
    yield "large numbers", lambda: packed([3, 4, 2], "input_ids", words=(2**53 + 1, 2**53 + 100)), EXACT
    yield "too long", lambda: _refused(candidate, draw, room), LONG
    yield "by names", lambda: candidate(length=room, sequences=tuple(sequences_of(draw, [2, 9])))["text_ids"]
    yield "the sequences are left alone", lambda: with_arguments(candidate, sequences_of(draw, many), room)
    yield "the docstring's example", lambda: _example(candidate, draw)


def _twins(candidate: Any, draw: Draw, room: int) -> dict[str, Any]:
    """Two texts that are the same, word by word, and one that begins as they do."""
    one = draw.integers(3, low=1, high=9)
    made = candidate([one, one.clone(), one[:2].clone()], room)
    return {part: made[part] for part in ("text_ids", "attention_mask")}


def _attended(candidate: Any, draw: Draw, room: int) -> Any:
    """What attention gives for each word: vectors drawn for words and positions, without any weights."""
    made = candidate(sequences_of(draw, [4, 3, room - 2, 2], 0), room)
    vectors = draw.normal(90, 4)[made["input_ids"]] + draw.normal(room, 4)[made["position_ids"]]
    mixed = torch.nn.functional.scaled_dot_product_attention(vectors, vectors, vectors, made["attention_mask"])
    return torch.where(made["text_ids"].unsqueeze(-1) >= 0, mixed, 0.0)


def _refused(candidate: Any, draw: Draw, room: int) -> dict[str, Any]:
    long = draw.shuffled([2, room + 1, 3])
    return {
        "one word too many": refusal(ValueError, candidate, sequences_of(draw, long), room),
        "as long as a row": candidate(sequences_of(draw, [2, room]), room)["input_ids"],
    }


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other numbers."""
    known = [torch.tensor(one, device=draw.device) for one in ([7, 8], [5, 5, 5], [9])]
    shown = []
    for sequences in (known, sequences_of(draw, [2, 3, 1])):
        packed = candidate(sequences, length=4)
        shown.append([packed["input_ids"], packed["text_ids"], packed["attention_mask"][0].int()])
    return shown
