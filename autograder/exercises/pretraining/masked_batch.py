"""What `masked_batch` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.streams import beside_stream

CLS, SEP, MASK = 2, 3, 4
INPUTS = Idea("the input is the text with some tokens covered, and nothing else", weight=2.5, point=True)
LABELS = Idea("whoever was chosen has the old token as a label, whatever became of it", weight=3, point=True)
PADDING = Idea("padding and special tokens are left alone", weight=1.5)
WITHIN = Idea("a row may hold a [SEP] in between, and a random token may be [PAD]", weight=2)


@exercise(points=1)
def masked_batch(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A batch for the loss: the draws come in the order of the code that is handed over."""
    words = draw.integer(30, 60)
    look = _Look(candidate, draw, words)
    yield "the docstring's example", lambda: _example(candidate, draw), INPUTS
    yield "the input of some rows", lambda: look.part("input_ids", 0.5), INPUTS
    yield "everybody is chosen: the input", lambda: look.part("input_ids", 1.0), INPUTS
    yield "numbers that are no tokens", lambda: look.no_tokens(), INPUTS
    yield "everybody is chosen: the labels", lambda: look.part("labels", 1.0), LABELS
    yield "nobody is chosen", lambda: look(0.0), LABELS
    yield "the labels of some rows", lambda: look.part("labels", 0.5), LABELS
    yield "what became of those with a label", lambda: look.fates(), LABELS
    yield "one row", lambda: look(0.6, 1), LABELS
    yield "the mask of padding", lambda: look.part("attention_mask", 0.4), PADDING
    yield "rows of very different lengths", lambda: look(1.0, 3, spread=9), PADDING
    yield "rows of the same length", lambda: look(0.7, 3, spread=1), PADDING
    yield "a text with [MASK] in it", lambda: look.with_a_mask(), LABELS
    yield "pairs, with one more [SEP] in between", lambda: look.couples(), WITHIN
    yield "the mask of padding, where a random token is [PAD]", lambda: look.tiny_vocabulary(), WITHIN
    yield "two calls with one generator, and torch's own stream", lambda: look.streams()
    yield "the rows afterwards, without a probability", lambda: look.afterwards()


class _Look:
    """Writes rows of tokens and calls the answer with a fresh generator."""

    def __init__(self, candidate: Any, draw: Draw, words: int) -> None:
        self.candidate, self.draw, self.words = candidate, draw, words

    def rows(self, count: int = 4, spread: int = 6) -> list[list[int]]:
        lengths = [3 + self.draw.integer(0, spread) for _ in range(count)]
        rows = [[CLS, *self.draw.integers(n, low=5, high=self.words).tolist(), SEP] for n in lengths]
        rows[self.draw.integer(0, count)][1] = 1  # [UNK] is a token like any other
        return rows

    def stream(self) -> torch.Generator:
        return torch.Generator().manual_seed(self.draw.integer(0, 2**31))

    def __call__(self, probability: float, count: int = 4, spread: int = 6) -> Any:
        return self.candidate(self.rows(count, spread), self.words, self.stream(), probability)

    def part(self, name: str, probability: float) -> Any:
        return self(probability)[name]

    def no_tokens(self) -> dict[str, Any]:
        """Below 0 or beyond the vocabulary an embedding has no row."""
        ids: Tensor = self(0.4)["input_ids"]
        return {"below 0": int((ids < 0).sum()), "beyond": int((ids >= self.words).sum()), "sum": int(ids.sum())}

    def fates(self) -> dict[str, int]:
        """Of many tokens that are all chosen: the draws are the same for everybody, so these are exact."""
        rows = [[CLS, *[7] * 200, SEP] for _ in range(5)]
        result = self.candidate(rows, self.words, self.stream(), 1.0)
        at = result["labels"] != -100
        now = result["input_ids"][at]
        return {
            "with a label": int(at.sum()), "[MASK]": int((now == MASK).sum()), "as it was": int((now == 7).sum()),
        }  # fmt: skip

    def with_a_mask(self) -> Any:
        """What is covered in the text itself is no question."""
        rows = self.rows(3, 1)
        for row in rows:
            row[self.draw.integer(1, len(row) - 1)] = MASK
        return self.candidate(rows, self.words, self.stream(), 0.3)

    def couples(self) -> Any:
        rows = [[*one, *other[1:]] for one, other in zip(self.rows(3), self.rows(3), strict=True)]
        return self.candidate(rows, self.words, self.stream(), 0.9)

    def tiny_vocabulary(self) -> dict[str, Any]:
        """One random token in six is 0, the number of [PAD], and hides nothing."""
        rows = [[CLS, *[5] * (150 + self.draw.integer(0, 90)), SEP] for _ in range(3)]
        result = self.candidate(rows, 6, self.stream(), 1.0)
        there = int((result["input_ids"] == 0).sum())
        return {"tokens of each row": result["attention_mask"].sum(-1), "places with a 0": there}

    def streams(self) -> dict[str, Any]:
        rows, stream, seed = self.rows(2), self.stream(), self.draw.integer(0, 10_000)
        return beside_stream(
            lambda: [self.candidate(rows, self.words, stream, 0.5)["input_ids"] for _ in range(2)], seed
        )

    def afterwards(self) -> dict[str, Any]:
        rows = self.rows(5, 20)
        result = self.candidate(generator=self.stream(), vocab_size=self.words, rows=rows)
        kinds = {name: str(value.dtype) for name, value in sorted(result.items())}
        return {"result": result, "kinds": kinds, "rows": rows}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other rows."""
    token = draw.integer(5, 60)
    stream = torch.Generator().manual_seed(draw.integer(0, 99))
    return [
        candidate([[2, 70, 80, 3], [2, 90, 3]], 4000, torch.Generator(), 0.0)["input_ids"],
        candidate([[2, token, 3], [2, token, token + 1, 3]], 70, stream, 1.0),
    ]
