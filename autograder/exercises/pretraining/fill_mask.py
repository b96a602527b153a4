"""What `fill_mask` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.exercises.pretraining._reader import Reader
from helpers.known_readers import Indifferent

FILLS = Idea("the likeliest tokens at the covered place, the best first", weight=3, point=True)
EACH = Idea("each covered place by itself, in the order of the text", weight=2.5, point=True)
MODE = Idea("the model is asked in evaluation mode", weight=2, point=True)
LEFT = Idea("without a graph, and the model is left as it was", weight=3)


@exercise(points=2, without=["transformers:pipeline"])
def fill_mask(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What a small model says for the covered places of a text."""
    length, words = draw.sizes(2, 5, 12)
    words += 4
    look = _Look(candidate, draw, length, words)
    yield "the docstring's example", lambda: _example(candidate, draw), FILLS
    yield "one covered place", lambda: look(1, 4), FILLS
    yield "the first place, and the last", lambda: look.ends(), FILLS
    yield "the best one alone", lambda: look(1, 1), FILLS
    yield "the whole vocabulary", lambda: look(1, words), FILLS
    yield "more than the vocabulary has", lambda: look(1, words + 3)
    yield "without a number", lambda: look(1, None), FILLS
    yield "a model that is sure", lambda: look(1, 3, scale=12.0), FILLS
    yield "two and three covered places", lambda: [look(2, 3), look(3, 2)], EACH
    yield "two covered places side by side", lambda: look.side_by_side(), EACH
    yield "everything is covered", lambda: look(length, 2), EACH
    yield "nothing is covered", lambda: look.nothing(), EACH
    yield "[MASK] has the number 0", lambda: look(2, 3, mask_id=0)
    yield "a model that was training, asked twice", lambda: look.asked(), MODE
    yield "a model that was training", lambda: look.mode(True), LEFT
    yield "a model that was not", lambda: look.mode(False), LEFT
    yield "a model of which one part was not", lambda: look.parts(), MODE
    yield "graphs", lambda: look.graphs(), LEFT
    yield "kinds", lambda: look.kinds()
    yield "the text afterwards, by names", lambda: look.afterwards()


class _Look:
    """Covers places of a drawn text and asks for them."""

    def __init__(self, candidate: Any, draw: Draw, length: int, words: int) -> None:
        self.candidate, self.draw, self.length, self.words = candidate, draw, length, words

    def text(self, places: list[int], mask_id: int) -> Tensor:
        ids = self.draw.integers(self.length, high=self.words - 1)
        ids = ids + (ids >= mask_id)
        ids[places] = mask_id
        return ids

    def given(self, covered: int, mask_id: int | None = None) -> tuple[Tensor, int]:
        mask_id = self.draw.integer(1, self.words) if mask_id is None else mask_id
        places = self.draw.permutation(self.length)[:covered].tolist()
        return self.text(places, mask_id), mask_id

    def __call__(self, covered: int, most: int | None, scale: float = 2.0, mask_id: int | None = None) -> Any:
        ids, mask_id = self.given(covered, mask_id)
        model = Reader(self.draw, self.words, scale).eval()
        return self.candidate(model, ids, mask_id) if most is None else self.candidate(model, ids, mask_id, most)

    def ends(self) -> list[Any]:
        model = Reader(self.draw, self.words).eval()
        return [self.candidate(model, self.text([place], 3), 3, 3) for place in self.draw.shuffled((0, -1))]

    def side_by_side(self) -> Any:
        place = self.draw.integer(0, self.length - 1)
        return self.candidate(Reader(self.draw, self.words).eval(), self.text([place, place + 1], 4), 4, 3)

    def nothing(self) -> dict[str, Any]:
        model = Reader(self.draw, self.words).eval()
        ids, mask_id = self.given(1)
        without = torch.where(ids == mask_id, (mask_id + 1) % self.words, ids)
        return {
            "covered": self.candidate(model, ids, mask_id, 2),
            "not covered": refusal(ValueError, self.candidate, model, without, mask_id, 2),
        }

    def asked(self) -> Any:
        """Dropout would give other numbers."""
        model = Reader(self.draw, self.words).train()
        ids, mask_id = self.given(1)
        torch.manual_seed(0)
        first = self.candidate(model, ids, mask_id, 3)
        return [first, self.candidate(model.train(), ids, mask_id, 3)]

    def mode(self, training: bool) -> dict[str, Any]:
        model = Reader(self.draw, self.words).train(training)
        ids, mask_id = self.given(self.draw.integer(1, self.length))
        said = self.candidate(model, ids, mask_id, self.draw.integer(1, self.words))
        parts = ["in training" if part.training else "in evaluation" for part in model.modules()]
        return {"guesses": [len(place) for place in said], "the model and its parts afterwards": parts}

    def parts(self) -> dict[str, Any]:
        model = Reader(self.draw, self.words).train()
        model.inner[0].eval()
        ids, mask_id = self.given(1)
        said = self.candidate(model, ids, mask_id, 3)
        return {"said": said, "in training while asked": model.calls[0][3]}

    def graphs(self) -> dict[str, Any]:
        """Others, asked afterwards, keep a graph again."""
        model = Reader(self.draw, self.words)
        ids, mask_id = self.given(2)
        with torch.enable_grad():
            said = self.candidate(model, ids, mask_id, self.draw.integer(1, self.words))
            others = "with" if torch.is_grad_enabled() else "without"
        graphs = sorted({call[2] for call in model.calls})
        return {"places": [len(place) for place in said], "asked": graphs, "others compute afterwards": others}

    def kinds(self) -> Any:
        """Plain Python all through."""
        ids, mask_id = self.given(2)
        said = self.candidate(Reader(self.draw, self.words).eval(), ids, mask_id, 2)
        names = [[[type(part).__name__ for part in guess] for guess in place] for place in said]
        return {"kinds": names, "places": len(said), "said": said}

    def afterwards(self) -> dict[str, Any]:
        ids, mask_id = self.given(2)
        handed = ids.clone()
        said = self.candidate(
            model=Reader(self.draw, self.words).eval(), input_ids=handed, mask_id=mask_id, most=self.draw.integer(2, 5)
        )
        return {"said": said, "input_ids": handed}


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's, and other numbers."""
    table = torch.tensor([0.0, 2.0, 1.0]) + torch.tensor([draw.integer(1, 9), 0.0, 0.0])
    ids = torch.tensor([5, 4, 5], device=draw.device)
    plain = Indifferent(torch.tensor([0.0, 2.0, 1.0], device=draw.device))
    return {
        "example": candidate(plain, ids, 4, 2),
        "other numbers": candidate(Indifferent(table.to(draw.device)), ids, 4, 2),
    }
