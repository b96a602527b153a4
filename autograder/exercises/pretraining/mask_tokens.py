"""What `mask_tokens` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.chance import settled
from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.streams import beside_stream
from autograder.exercises.pretraining._masks import (
    IGNORED,
    LABELLED,
    LENGTH,
    ROWS,
    chosen_share,
    fates,
    form,
    generator_of,
    is_pair_like,
    kinds,
    labels_of,
    of_four,
    some,
    together,
    tokens_there,
    traces,
)
from autograder.exercises.pretraining._shared import by_seed, how_many

READY_MADE = ["transformers:DataCollatorForLanguageModeling"]
CHOSEN = Idea("the chosen ones, and nobody else, have their token as a label", weight=3, point=True)
FATE = Idea("80 % become [MASK], 10 % any token, 10 % stay", weight=3, point=True)
APART = Idea("each token by itself", weight=2, point=True)
STREAM = Idea("random numbers from the generator alone, which goes on", weight=3)
HARM = Idea("the input is left as it was", weight=2)


@exercise(points=2, without=READY_MADE)
def mask_tokens(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Inputs and labels. Right answers choose different tokens: looked at is what never happens, and how often.

    A right answer fails with a chance below one in a million: see `engine/chance.py`.
    """
    rows, length = draw.sizes(2, 4, 9)
    look = _Look(candidate, draw)
    yield "the docstring's example", lambda: _example(candidate, draw), CHOSEN
    yield "everybody is chosen", lambda: look.labels(1.0, rows, length), CHOSEN
    yield "nobody is chosen", lambda: look.pair(0.0, rows, length), CHOSEN
    yield "a large batch: how many, and what never happens", lambda: look.large(), CHOSEN
    yield "a probability for each token: 0 or 1", lambda: look.each_sure(rows, length), CHOSEN
    yield "a probability for each token", lambda: look.each(), CHOSEN
    yield "what becomes of the chosen", lambda: look.fates(), FATE
    yield "what stands instead of a token", lambda: look.instead(), FATE
    yield "[MASK] has the number 0", lambda: look.instead(mask_id=0), FATE
    yield "how many of four in a row", lambda: look.of_four(), APART
    yield "two tokens side by side", lambda: look.side_by_side(), APART
    yield "two rows of a batch", lambda: look.two_rows(), APART
    yield "two calls with one generator", lambda: look.two_calls(), STREAM
    yield "the same seed, and another one", lambda: look.seeds(), STREAM
    yield "torch's own stream", lambda: _stream(look, draw), STREAM
    yield "the input afterwards", lambda: look.afterwards(rows, length), HARM
    yield "one row alone", lambda: look.labels(1.0, length)
    yield "two leading dimensions", lambda: look.labels(1.0, 2, rows, length)
    yield "a transposed batch", lambda: look.transposed(rows, length)
    yield "only special tokens, and no tokens", lambda: look.empty(rows, length)
    yield "without a probability", lambda: look.by_default()


class _Look:
    """Draws inputs, calls the answer with a fresh generator, and shows what came of it."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.draw = candidate, draw

    def inputs(self, *shape: int) -> tuple[Tensor, Tensor, int, int]:
        """Tokens other than [MASK], which of them are special, the number of [MASK], the size of the vocabulary."""
        vocab_size = self.draw.integer(18, 25)
        mask_id = self.draw.integer(1, vocab_size - 1)
        ids = self.draw.integers(*shape, high=vocab_size - 1)
        return ids + (ids >= mask_id), some(self.draw, *shape, share=0.2), mask_id, vocab_size

    def run(self, given: tuple[Tensor, Tensor, int, int], probability: Any) -> Any:
        ids, special, mask_id, vocab_size = given
        return self.candidate(
            ids.clone(), special.clone(), mask_id, vocab_size, generator_of(self.draw), probability=probability
        )

    def pair(self, probability: float, *shape: int) -> Any:
        return self.run(self.inputs(*shape), probability)

    def labels(self, probability: float, *shape: int) -> Any:
        given = self.inputs(*shape)
        result = self.run(given, probability)
        labels = labels_of(result, *given[:3])
        return {"labels": labels, "special tokens": result[0][given[1]]} if isinstance(labels, Tensor) else labels

    def large(self) -> dict[str, Any]:
        given, probability = self.inputs(ROWS, LENGTH), self.draw.integer(45, 66) / 100
        result = self.run(given, probability)
        share = chosen_share(result, *given[:2], torch.tensor(probability, dtype=torch.float64))
        return {"share with a label": share, "never": traces(result, *given[:2])}

    def each_sure(self, rows: int, length: int) -> Any:
        given = self.inputs(rows * 40, length)
        sure = self.draw.integers(rows * 40, length, high=2)
        result = self.run(given, sure.to(torch.float32))
        if not is_pair_like(result, given[0]):
            return form(result)
        labelled = result[1] != IGNORED
        kinds = {"sure to be chosen": (sure == 1) & ~given[1], "sure not to be": (sure == 0) | given[1]}
        return {name: f"{how_many(labelled[at])} of {int(at.sum())}" for name, at in kinds.items()}

    def each(self) -> Any:
        given, chance = self.inputs(ROWS * LENGTH // 2, 4), 0.1 + 0.2 * self.draw.permutation(4).double()
        result = self.run(given, chance.float().expand(given[0].shape).contiguous())
        return chosen_share(result, *given[:2], chance, by=0)

    def fates(self) -> Any:
        given = self.inputs(2 * ROWS, LENGTH)
        result = self.run(given, 0.5)
        return fates(result, given[0], *given[2:])

    def instead(self, mask_id: int | None = None) -> Any:
        _, _, drawn_id, vocab_size = self.inputs(1, 2)
        mask_id = drawn_id if mask_id is None else mask_id
        token = (mask_id + self.draw.integer(1, vocab_size)) % vocab_size
        ids = torch.full((ROWS, LENGTH), token, device=self.draw.device)
        given = ids, torch.zeros_like(ids, dtype=torch.bool), mask_id, vocab_size
        return tokens_there(self.run(given, 1.0), ids, token, mask_id, vocab_size)

    def of_four(self) -> Any:
        ids, _, mask_id, vocab_size = self.inputs(ROWS * LENGTH // 2, 4)
        p = self.draw.integer(45, 66) / 100
        result = self.run((ids, torch.zeros_like(ids, dtype=torch.bool), mask_id, vocab_size), p)
        if not is_pair_like(result, ids):
            return form(result)
        count = torch.bincount((result[1] != IGNORED).sum(-1), minlength=5)
        right, *fewer = (of_four(part * p).to(count.device) for part in (1, *LABELLED))
        return settled(count, right, len(ids), guesses=fewer)

    def _kinds(self, *shape: int, generator: torch.Generator | None = None) -> tuple[Tensor, float, int]:
        ids, _, mask_id, vocab_size = self.inputs(*shape)
        probability = self.draw.integer(45, 66) / 100
        special = torch.zeros_like(ids, dtype=torch.bool)
        stream = generator or generator_of(self.draw)
        result = self.candidate(ids.clone(), special, mask_id, vocab_size, stream, probability=probability)
        return kinds(result, mask_id), probability, vocab_size

    def side_by_side(self) -> Any:
        found, p, vocab_size = self._kinds(ROWS, LENGTH)
        return together(found[:, 0::2], found[:, 1::2], p, vocab_size)

    def two_rows(self) -> Any:
        found, p, vocab_size = self._kinds(2, ROWS * LENGTH // 2)
        return together(found[0], found[1], p, vocab_size)

    def two_calls(self) -> Any:
        stream, given = generator_of(self.draw), self.inputs(ROWS // 2, LENGTH)
        p, found = self.draw.integer(45, 66) / 100, []
        for _ in range(2):
            ids, special = given[0].clone(), torch.zeros_like(given[1])
            result = self.candidate(ids, special, *given[2:], stream, probability=p)
            found.append(kinds(result, given[2]))
        return together(found[0], found[1], p, given[3])

    def seeds(self) -> dict[str, Any]:
        """Of 60 tokens by two seeds, not all fare the same: by chance with one of 10^-15 at most."""
        given = self.inputs(3, 20)
        special = torch.zeros_like(given[1])

        def call(seed: int) -> Any:
            generator = torch.Generator(self.draw.device).manual_seed(seed)
            return self.candidate(given[0].clone(), special, *given[2:], generator, 0.5)

        def same(one: Any, other: Any) -> bool:
            return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))

        results, alike = by_seed(self.draw, call, same)
        return {"form": form(results[0]), "all the same": alike}

    def afterwards(self, rows: int, length: int) -> dict[str, Any]:
        ids, special, mask_id, vocab_size = self.inputs(rows, length)
        chance = torch.ones(rows, length, device=self.draw.device)
        handed = ids.clone(), special.clone(), chance
        result = self.candidate(*handed[:2], mask_id, vocab_size, generator_of(self.draw), handed[2])
        labels = labels_of(result, ids, special, mask_id)
        result[0].zero_()
        result[1].zero_()
        return {"labels": labels, "input_ids": handed[0], "special": handed[1], "probability": handed[2]}

    def transposed(self, rows: int, length: int) -> Any:
        ids, special, mask_id, vocab_size = self.inputs(rows, length)
        result = self.candidate(ids.clone().T, special.T, mask_id, vocab_size, generator_of(self.draw), probability=1.0)
        return {"labels": labels_of(result, ids.T, special.T, mask_id), "special tokens": result[0][special.T]}

    def empty(self, rows: int, length: int) -> list[Any]:
        given = self.inputs(rows, length)
        hidden = given[0], torch.ones_like(given[1]), *given[2:]
        return [self.run(hidden, 1.0), form(self.run((given[0][:, :0], given[1][:, :0], *given[2:]), 0.5))]

    def by_default(self) -> dict[str, Any]:
        """By names, and without a probability."""
        ids, special, mask_id, vocab_size = self.inputs(ROWS, LENGTH)
        result = self.candidate(
            generator=generator_of(self.draw),
            vocab_size=vocab_size,
            mask_id=mask_id,
            special=special,
            input_ids=ids.clone(),
        )
        share = chosen_share(result, ids, special, torch.tensor(0.15, dtype=torch.float64))
        return {"share with a label": share, "fates": fates(result, ids, mask_id, vocab_size)}


def _stream(look: _Look, draw: Draw) -> dict[str, Any]:
    seed = draw.integer(0, 10_000)
    return beside_stream(lambda: look.labels(1.0, 3, 5), seed)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    ids, special = torch.tensor([2, 70, 80, 3]), torch.tensor([True, False, False, True])
    ids, special = ids.to(draw.device), special.to(draw.device)
    other = ids * draw.integer(2, 9) + 1
    generator = generator_of(draw)
    return {
        "example": labels_of(candidate(ids.clone(), special, 4, 4000, generator, probability=1.0), ids, special, 4),
        "other tokens": labels_of(
            candidate(other.clone(), special, 4, 4000, generator, probability=1.0), other, special, 4
        ),
    }
