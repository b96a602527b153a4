"""What `whole_word_mask` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.streams import beside_stream
from autograder.exercises.pretraining._masks import LENGTH, ROWS, form, generator_of, some
from autograder.exercises.pretraining._shared import by_seed, how_many
from autograder.exercises.pretraining._words import of_four_words, shares, together

READY_MADE = ["transformers:DataCollatorForLanguageModeling"]
WHOLE = Idea("all pieces of a word, or none", weight=3, point=True)
OFTEN = Idea("each word with the probability, however long it is", weight=3, point=True)
APART = Idea("each word by itself", weight=3, point=True)
STREAM = Idea("random numbers from the generator alone, which goes on", weight=2.5)


@exercise(points=2, without=READY_MADE)
def whole_word_mask(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Who is chosen. Right answers choose different words: looked at is what never happens, and how often.

    A right answer fails with a chance below one in a million: see `engine/chance.py`.
    """
    rows, length = draw.sizes(2, 5, 10)
    look = _Look(candidate, draw)
    yield "the docstring's example", lambda: _example(candidate, draw, length), WHOLE
    yield "words that are cut in two", lambda: look.cut(), WHOLE
    yield "everybody is chosen", lambda: look.run(*look.inputs(rows, length), 1.0), WHOLE
    yield "nobody is chosen", lambda: look.nobody(rows, length), WHOLE
    yield "one row alone", lambda: look.row_alone(), WHOLE
    yield "two leading dimensions", lambda: look.two_leading(), WHOLE
    yield "how often, for words of one, two, three and four pieces", lambda: look.by_length(), OFTEN
    yield "words of one piece only", lambda: look.single(), OFTEN
    yield "how many of four words", lambda: look.of_four(), APART
    yield "two words side by side", lambda: look.side_by_side(), APART
    yield "the same word of two rows", lambda: look.two_rows(), APART
    yield "two calls with one generator", lambda: look.two_calls(), STREAM
    yield "the same seed, and another one", lambda: look.seeds(), STREAM
    yield "torch's own stream", lambda: _stream(look, draw, rows, length), STREAM
    yield "a row that begins with a piece that goes on", lambda: look.begins_inside(length)
    yield "pieces beside a special token", lambda: look.beside_special()
    yield "the inputs afterwards", lambda: look.afterwards(rows, length)
    yield "a transposed batch", lambda: look.transposed(rows, length)
    yield "called by names", lambda: look.named(rows)


class _Look:
    """Draws words of several pieces, calls the answer with a fresh generator, and shows what came of it."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.draw = candidate, draw

    def inputs(self, *shape: int) -> tuple[Tensor, Tensor]:
        """Which pieces go on with a word, and which tokens are special; these stand alone."""
        continues, special = some(self.draw, *shape, share=0.5), some(self.draw, *shape, share=0.15)
        after = torch.zeros_like(special)
        after[..., 1:] = special[..., :-1]
        continues = continues & ~special & ~after
        continues[..., 0] = False
        return continues, special

    def words(self, rows: int, length: int, pieces: int) -> tuple[Tensor, Tensor]:
        """Words of as many pieces each, none of them special."""
        places = torch.arange(length, device=self.draw.device)
        continues = (places % pieces != 0).expand(rows, length).contiguous()
        return continues, torch.zeros_like(continues)

    def run(self, continues: Tensor, special: Tensor, probability: float) -> Any:
        return self.candidate(continues.clone(), special.clone(), probability, generator_of(self.draw))

    def nobody(self, rows: int, length: int) -> Any:
        continues, special = self.inputs(rows, length)
        hidden = self.run(continues, torch.ones_like(special), 1.0)
        return [self.run(continues, special, 0.0), hidden]

    def _whole(self, continues: Tensor, chosen: Any, special: Tensor) -> Any:
        """Whether pieces that go on fare otherwise than the piece before them, and whether special ones are chosen."""
        if not isinstance(chosen, Tensor) or chosen.shape != continues.shape or chosen.dtype != torch.bool:
            return form(chosen)
        cut = continues[..., 1:] & (chosen[..., 1:] != chosen[..., :-1])
        return {
            "form": form(chosen),
            "pieces apart from their word": how_many(cut),
            "special tokens": how_many(chosen & special),
        }

    def cut(self) -> Any:
        continues, special = self.inputs(self.draw.integer(ROWS // 2, ROWS), LENGTH)
        return self._whole(continues, self.run(continues, special, self.draw.integer(20, 60) / 100), special)

    def row_alone(self) -> Any:
        """The share is that of words of one piece, which has one chance, whoever throws."""
        continues, special = self.inputs(ROWS * LENGTH // 2)
        p = self.draw.integer(20, 60) / 100
        chosen = self.run(continues, special, p)
        whole = self._whole(continues, chosen, special)
        if not isinstance(whole, dict):
            return whole
        alone = ~continues & ~special
        alone[:-1] &= ~continues[1:]
        return {**whole, "share of the words of one piece": shares(chosen[alone][None], p, 1)}

    def two_leading(self) -> Any:
        continues, special = self.inputs(2, ROWS // 4, LENGTH // 2)
        chosen = self.run(continues, special, 0.5)
        every = self.run(continues[:, :2, :6], special[:, :2, :6], 1.0)
        return {"whole": self._whole(continues, chosen, special), "everybody": every}

    def by_length(self) -> list[Any]:
        p = self.draw.integer(20, 46) / 100
        return [self._share(pieces, p) for pieces in self.draw.shuffled((1, 2, 3, 4))]

    def single(self) -> Any:
        return self._share(1, self.draw.integer(10, 41) / 100)

    def _share(self, pieces: int, p: float) -> Any:
        continues, special = self.words(ROWS, 60 * pieces, pieces)
        chosen = self.run(continues, special, p)
        whole = self._whole(continues, chosen, special)
        if not isinstance(whole, dict):
            return whole
        return {**whole, "pieces of a word": pieces, "share": shares(chosen[:, ::pieces], p, pieces)}

    def _begins(self, rows: int, length: int, p: float, generator: torch.Generator | None = None) -> Any:
        """Of words of two pieces, whether the first one was chosen."""
        continues, special = self.words(rows, length, 2)
        chosen = self.candidate(continues, special, p, generator or generator_of(self.draw))
        whole = self._whole(continues, chosen, special)
        return chosen[:, ::2] if isinstance(whole, dict) else whole

    def of_four(self) -> Any:
        p = self.draw.integer(30, 60) / 100
        chosen = self._begins(8_000, 8, p)
        return of_four_words(chosen, p)

    def side_by_side(self) -> Any:
        p = self.draw.integer(30, 60) / 100
        chosen = self._begins(ROWS, LENGTH, p)
        return together(chosen[:, 0::2], chosen[:, 1::2], p)

    def two_rows(self) -> Any:
        p = self.draw.integer(30, 60) / 100
        chosen = self._begins(2, 30_000, p)
        return together(chosen[:1], chosen[1:], p)

    def two_calls(self) -> Any:
        p, stream = self.draw.integer(30, 60) / 100, generator_of(self.draw)
        one, other = (self._begins(ROWS // 2, LENGTH, p, stream) for _ in range(2))
        return together(one, other, p)

    def seeds(self) -> dict[str, Any]:
        """Of 60 words by two seeds, not all fare the same: by chance with one of 10^-18."""
        given = self.words(3, 40, 2)

        def call(seed: int) -> Any:
            return self.candidate(*given, 0.5, torch.Generator(self.draw.device).manual_seed(seed))

        results, alike = by_seed(self.draw, call, torch.equal)
        return {"form": form(results[0]), "all the same": alike}

    def begins_inside(self, length: int) -> Any:
        """A row that was cut in the middle of a word begins with the rest of it, which is a word by itself."""
        continues = torch.zeros(4000, length, dtype=torch.bool, device=self.draw.device)
        continues[:, :2] = True
        special, p = torch.zeros_like(continues), self.draw.integer(30, 60) / 100
        chosen = self.run(continues, special, p)
        whole = self._whole(continues, chosen, special)
        if not isinstance(whole, dict):
            return whole
        return {**whole, "with the word behind it": together(chosen[:, :1], chosen[:, 2:3], p)}

    def beside_special(self) -> Any:
        """A special token is never chosen, and what stands beside it is."""
        pieces = self.draw.integer(2, 5)
        continues = torch.zeros(2000, 2 + pieces, dtype=torch.bool, device=self.draw.device)
        special = torch.zeros_like(continues)
        continues[:, 2:-1], special[:, 0], special[:, -1] = True, True, True
        p = self.draw.integer(30, 60) / 100
        chosen = self.run(continues, special, p)
        whole = self._whole(continues, chosen, special)
        return {**whole, "share": shares(chosen[:, 1:2], p, pieces)} if isinstance(whole, dict) else whole

    def afterwards(self, rows: int, length: int) -> dict[str, Any]:
        continues, special = self.inputs(rows, length)
        handed = continues.clone(), special.clone()
        result = self.candidate(*handed, 1.0, generator_of(self.draw))
        before = result.clone()
        result.logical_not_()
        return {"result": before, "continues": handed[0], "special": handed[1]}

    def transposed(self, rows: int, length: int) -> Any:
        continues, special = self.inputs(rows, length)
        return self.run(continues.T.contiguous().T, special.T.contiguous().T, 1.0)

    def named(self, rows: int) -> dict[str, Any]:
        continues, special = self.inputs(rows, 7)
        result = self.candidate(
            generator=generator_of(self.draw), probability=1.0, special=special, continues=continues
        )
        return {"result": result, "form": form(result)}


def _stream(look: _Look, draw: Draw, rows: int, length: int) -> dict[str, Any]:
    seed = draw.integer(0, 10_000)
    return beside_stream(lambda: look.run(*look.inputs(rows, length), 1.0), seed)


def _example(candidate: Any, draw: Draw, length: int) -> dict[str, Any]:
    """The docstring's, and other tokens."""
    continues = torch.tensor([False, False, True, True, False, False], device=draw.device)
    special = torch.tensor([True, False, False, False, False, True], device=draw.device)
    other = ~draw.mask(length)
    return {
        "example": candidate(continues, special, 1.0, generator_of(draw)),
        "other tokens": candidate(torch.zeros_like(other), other, 1.0, generator_of(draw)),
    }
