"""What `pretraining_loss` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

IGNORED = -100
TOKENS = Idea("the mean over the tokens that have a label, whichever row they are in", weight=3, point=True)
NEXT = Idea("the mean over the pairs that have a label, added", weight=2.5, point=True)
NOTHING = Idea("a part without any label adds 0", weight=1.5)
NUMBERS = Idea("scores of any size, in any dtype", weight=1)

Inputs = tuple[Tensor, Tensor, Tensor, Tensor]


@exercise(points=2, without=["transformers:BertForPreTraining"])
def pretraining_loss(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Two mean surprises, added."""
    rows, length, words = draw.sizes(3, 3, 9)
    look = _Look(candidate, draw, (rows, length, words))
    yield "the docstring's example", lambda: _example(candidate, draw), TOKENS
    yield "some labels in each row", lambda: look(), TOKENS
    yield "one label in a row, many in another", lambda: look.uneven(), TOKENS
    yield "a single label", lambda: look.single(), TOKENS
    yield "all tokens have a label", lambda: look(chosen=torch.ones(rows, length, dtype=torch.bool)), TOKENS
    yield "a label may be 0", lambda: look.zeros(), TOKENS
    yield "a row without a label", lambda: look.one_row_without(), TOKENS
    yield "as many rows as tokens, as many words", lambda: look.square(), TOKENS
    yield "the pairs alone", lambda: look.pairs(), NEXT
    yield "pairs that follow, and pairs that do not", lambda: look.follows(), NEXT
    yield "some rows are no pair", lambda: look(following=_some(draw, rows)), NEXT
    yield "one row", lambda: _Look(candidate, draw, (1, length, words))(), NEXT
    yield "no token has a label", lambda: look.no_tokens(), NOTHING
    yield "no row is a pair", lambda: look.no_pairs(), NOTHING
    yield "nothing has a label", lambda: look.nothing(), NOTHING
    yield "gradients", lambda: look.gradients(), TOKENS
    yield "gradients where nothing has a label", lambda: look.flat_gradients(), NOTHING
    yield "sure, and wrong", lambda: look(scale=40.0), NUMBERS
    yield "scores in the hundreds of thousands", lambda: look(scale=1e5), NUMBERS
    yield "float64, and half of it", lambda: look.dtypes(), NUMBERS
    yield "scores that are not contiguous", lambda: look.transposed()
    yield "the inputs afterwards, by names", lambda: look.afterwards()


class _Look:
    """Draws scores and labels, and calls the answer."""

    def __init__(self, candidate: Any, draw: Draw, shape: tuple[int, int, int]) -> None:
        self.candidate, self.draw, self.shape = candidate, draw, shape

    def inputs(
        self,
        chosen: Tensor | None = None,
        following: Tensor | None = None,
        scale: float = 2.0,
        dtype: torch.dtype = torch.float32,
    ) -> Inputs:
        rows, length, words = self.shape
        scores = scale * self.draw.normal(rows, length, words, dtype=torch.float64)
        pairs = scale * self.draw.normal(rows, 2, dtype=torch.float64)
        labels = self.draw.integers(rows, length, high=words)
        chosen = self.draw.mask(rows, length, keep=0.4) if chosen is None else chosen.to(self.draw.device)
        following = self.draw.integers(rows, high=2) if following is None else following
        return scores.to(dtype), pairs.to(dtype), labels.masked_fill(~chosen, IGNORED), following

    def __call__(self, **changes: Any) -> Any:
        return self.candidate(*self.inputs(**changes))

    def uneven(self) -> Any:
        rows, length, _ = self.shape
        chosen = torch.ones(rows, length, dtype=torch.bool)
        chosen[0, 1:] = False
        return self(chosen=chosen, scale=3.0)

    def single(self) -> Any:
        rows, length, _ = self.shape
        chosen = torch.zeros(rows, length, dtype=torch.bool)
        chosen[self.draw.integer(0, rows), self.draw.integer(0, length)] = True
        return self(chosen=chosen)

    def zeros(self) -> Any:
        scores, pairs, labels, following = self.inputs()
        return self.candidate(scores, pairs, labels.clamp(max=0), following)

    def one_row_without(self) -> Any:
        scores, pairs, labels, following = self.inputs()
        labels[self.draw.integer(0, len(labels))] = IGNORED
        return self.candidate(scores, pairs, labels, following)

    def square(self) -> Any:
        return _Look(self.candidate, self.draw, (4, 4, 4))()

    def pairs(self) -> Any:
        """All words are equally likely, so that what differs are the pairs."""
        scores, pairs, labels, following = self.inputs()
        return self.candidate(torch.zeros_like(scores), pairs, labels, following)

    def follows(self) -> list[Any]:
        scores, pairs, labels, _ = self.inputs(scale=1.0)
        kinds = self.draw.shuffled((0, 1))
        return [self.candidate(scores, pairs, labels, torch.full_like(labels[:, 0], kind)) for kind in kinds]

    def no_tokens(self) -> Any:
        return self(chosen=torch.zeros(self.shape[:2], dtype=torch.bool))

    def no_pairs(self) -> Any:
        return self(following=torch.full((self.shape[0],), IGNORED, device=self.draw.device))

    def nothing(self) -> dict[str, Any]:
        """Beside it the same scores with labels."""
        scores, pairs, labels, following = self.inputs()
        none = torch.full_like(labels, IGNORED), torch.full_like(following, IGNORED)
        return {
            "with labels": self.candidate(scores, pairs, labels, following),
            "without": self.candidate(scores, pairs, *none),
        }

    def gradients(self) -> Any:
        scores, pairs, labels, following = self.inputs()
        return gradients(lambda one, two: self.candidate(one, two, labels, following), scores, pairs)

    def flat_gradients(self) -> Any:
        scores, pairs, labels, following = self.inputs()
        none = torch.full_like(following, IGNORED)
        words = gradients(lambda one: self.candidate(one, pairs, labels, none), scores, wrt=0)
        gone = torch.full_like(labels, IGNORED)
        follow = gradients(lambda one: self.candidate(scores, one, gone, following), pairs, wrt=0)
        return {"of the words": words, "of the pairs": follow}

    def dtypes(self) -> list[Any]:
        return [self(dtype=dtype) for dtype in (torch.float64, torch.bfloat16, torch.float16)]

    def transposed(self) -> Any:
        scores, pairs, labels, following = self.inputs()
        return self.candidate(
            scores.transpose(0, 1).contiguous().transpose(0, 1),
            pairs.T.contiguous().T,
            labels.T.contiguous().T,
            following,
        )

    def afterwards(self) -> dict[str, Any]:
        names = ("prediction_logits", "seq_relationship_logits", "labels", "next_sentence_label")
        inputs = self.inputs()
        return with_arguments(lambda *given: self.candidate(**dict(zip(names, given, strict=True))), *inputs)


def _some(draw: Draw, rows: int) -> Tensor:
    """Labels of pairs, with and without."""
    following = draw.integers(rows, high=2)
    following[draw.integer(0, rows)] = IGNORED
    return following


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    words = draw.integer(5, 40)

    def ask(size: int, chosen: int, label: int) -> Any:
        scores, pairs = torch.zeros(1, 3, size, device=draw.device), torch.zeros(1, 2, device=draw.device)
        labels = torch.full((1, 3), IGNORED, device=draw.device)
        labels[0, chosen] = label
        return candidate(scores, pairs, labels, torch.tensor([1], device=draw.device))

    return {"example": ask(8, 1, 7), "other numbers": ask(words, draw.integer(0, 3), draw.integer(0, words))}
