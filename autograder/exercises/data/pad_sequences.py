"""What `pad_sequences` must show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments
from autograder.exercises.data._shared import sequences_of

FILLED = Idea("filled up on the side that is asked for", weight=2, point=True)
CUT = Idea("cut on the side that is asked for", weight=2, point=True)
VALUE = Idea("any value fills up", weight=2)
KINDS = Idea("any dtype", weight=2)
REFUSED = Idea("what is neither side is refused", weight=1)
SIDES = "pre", "post"


@exercise(points=1, without=[pad_sequence])
def pad_sequences(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Rows of one length from sequences of several."""
    lengths = draw.sizes(4, 2, 9)
    least, most = min(lengths), max(lengths)
    middle = least + 2 if least + 2 < most else least + 1

    def sequences(**options: Any) -> list[Tensor]:
        return sequences_of(draw, lengths, **options)

    def sides(maxlen: int | None, **options: Any) -> dict[str, Any]:
        """All four combinations, each on sequences of its own."""
        return {
            f"padding {padding}, truncating {truncating}": candidate(
                sequences(), maxlen, padding=padding, truncating=truncating, **options
            )
            for padding, truncating in product(SIDES, SIDES)
        }

    def refused() -> dict[str, Any]:
        """No such padding; no such truncating, where something has to be cut and where nothing has."""
        wrong = draw.shuffled(["left", "right", "", "Post", "both"])[:2]
        asked = [(*before, side) for before in ((None,), (least, "pre"), (None, "pre")) for side in wrong]
        shown = {f"{at}": refusal(ValueError, candidate, sequences(), *each) for at, each in enumerate(asked)}
        return shown | {"result": candidate(sequences(), middle)}

    yield "to the longest, at the end", lambda: candidate(sequences()), FILLED
    yield "to the longest, all sides", lambda: sides(None), FILLED
    yield "to more than the longest", lambda: sides(most + 3), FILLED
    yield "some cut, some filled up", lambda: sides(middle), CUT
    yield "all are cut", lambda: sides(least - 1), CUT
    yield "to a length of one", lambda: sides(1), CUT
    yield "to a length of zero", lambda: sides(0), CUT
    yield "with an empty one", lambda: _with_empty(candidate, draw, middle), FILLED
    yield (
        "numbers that are 0",
        lambda: [candidate(sequences(low=0, high=3), most + 1, "pre", value=v) for v in (7, 0)],
        FILLED,
    )
    yield "another value", lambda: [candidate(sequences(), middle, value=v) for v in draw.shuffled([-100, 7])], VALUE
    yield "int32 and bool", lambda: [candidate(sequences(low=0, dtype=d)) for d in (torch.int32, torch.bool)], KINDS
    yield "large numbers", lambda: candidate([2**53 + 1 + one for one in sequences()], middle), KINDS
    yield "float64", lambda: candidate([draw.normal(n, dtype=torch.float64) for n in lengths], middle, "pre"), KINDS
    yield "a single one", lambda: [candidate(sequences()[:1], size) for size in (None, least + 1, most + 1)]
    yield "a tuple of views", lambda: candidate(tuple(draw.integers(20, high=9)[1::3] for _ in lengths), 5, "pre")
    yield "by names", lambda: candidate(value=5, truncating="pre", padding="pre", maxlen=middle, sequences=sequences())
    yield "neither pre nor post", refused, REFUSED
    yield "the sequences are left alone", lambda: with_arguments(candidate, sequences(), middle, "pre", "pre")
    yield "a table of its own", lambda: _own(candidate, draw, most)
    yield "the docstring's example", lambda: _example(candidate, draw)


def _with_empty(candidate: Any, draw: Draw, length: int) -> list[Any]:
    lengths = draw.shuffled([0, length, length + 2])
    return [candidate(sequences_of(draw, lengths), size, "pre", "pre") for size in (None, length)]


def _own(candidate: Any, draw: Draw, length: int) -> dict[str, Any]:
    """Where nothing has to be filled up or cut: the caller writes into the table."""
    sequence = draw.integers(length, low=1, high=90)
    table = candidate([sequence])
    table += 1
    return {"the table, plus one": table, "the sequence afterwards": sequence}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other numbers."""
    shown = [torch.tensor([5, 6], device=draw.device), torch.tensor([7, 8, 9, 4], device=draw.device)]
    return [candidate(shown, maxlen=3), candidate(sequences_of(draw, [2, 4]), maxlen=3)]
