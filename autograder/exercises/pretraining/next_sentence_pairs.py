"""What `next_sentence_pairs` must show."""

from __future__ import annotations

import operator
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.engine.chance import settled
from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.engine.streams import beside_stream
from autograder.exercises.pretraining._shared import by_seed, how_many

FIRSTS = Idea("a pair for each sentence that another one follows", weight=2, point=True)
REAL = Idea("0 with the sentence that follows", weight=2, point=True)
OTHER = Idea("1 with a sentence of another document, never of the same", weight=3, point=True)
HALF = Idea("half of each, by a toss", weight=2)
ALIKE = Idea("every other document alike, and every sentence of it", weight=2.5)
STREAM = Idea("random numbers from the generator alone, which goes on", weight=1.5)
MANY = 800  # draws, at least
OTHER_SHARES = (1 / 3, 2 / 3, 0.15, 0.85, 0.25, 0.75)  # of label 1, as some have it


@exercise(points=2)
def next_sentence_pairs(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Pairs. Right answers draw different ones: looked at is what never happens, and how often.

    A right answer fails with a chance below one in a million: see `engine/chance.py`.
    """
    look = _Look(candidate, draw)
    yield "the docstring's example", lambda: _example(candidate, draw), FIRSTS
    yield "the first parts of the pairs", lambda: look.firsts(), FIRSTS
    yield "documents of one sentence, and of none", lambda: look.short(), FIRSTS
    yield "a sentence that occurs twice in a document", lambda: look.twice(), FIRSTS
    yield "what never happens, in a large draw", lambda: look.never(), OTHER
    yield "two documents alone", lambda: look.two(), OTHER
    yield "documents that say the same", lambda: look.equal(), OTHER
    yield "pairs that follow", lambda: look.follows(), REAL
    yield "how many do not follow", lambda: look.halves(), HALF
    yield "which document is drawn", lambda: look.documents(), ALIKE
    yield "which sentence of it", lambda: look.sentences(), ALIKE
    yield "two pairs in a row", lambda: look.in_a_row(), HALF
    yield "the same seed, and another one", lambda: look.seeds(), STREAM
    yield "two calls with one generator", lambda: look.two_calls(), STREAM
    yield "Python's own stream, and torch's", lambda: look.streams(), STREAM
    yield "nobody to draw from", lambda: look.alone()
    yield "nobody to draw from, and hardly a pair", lambda: look.hardly()
    yield "kinds, and the documents afterwards", lambda: look.afterwards()
    yield "documents as tuples, by names", lambda: look.tuples()


class _Look:
    """Writes documents whose sentences tell where they stand: "d3 s1" is the second one of a document called 3."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.draw = candidate, draw

    def written(self, lengths: Sequence[int]) -> list[list[str]]:
        first = self.draw.integer(0, 90)
        return [[f"d{d} s{s}" for s in range(length)] for d, length in enumerate(lengths, start=first)]

    def stream(self) -> random.Random:
        return random.Random(self.draw.integer(0, 2**31))

    def run(self, lengths: Sequence[int]) -> Any:
        return self.candidate(self.written(lengths), self.stream())

    def some(self) -> list[int]:
        return self.draw.shuffled([2, 3, 4, 1, self.draw.integer(2, 6)])

    def firsts(self) -> Any:
        return [pair[0] for pair in self.run(self.some())]

    def short(self) -> Any:
        """Many times, so that an empty one would be drawn once, but with a chance of 2^-60."""
        texts, stream = self.written(self.draw.shuffled([0, 1, 1, 3, 2, 0])), self.stream()
        return [pair[0] for pair in [self.candidate(texts, stream) for _ in range(60)][-1]]

    def twice(self) -> Any:
        """Who looks a sentence up by its text finds the first one."""
        echo, own = f"echo {self.draw.integer(0, 99)}", self.draw.shuffled(["one", "two"])
        texts = [[echo, own[0], echo, own[1]], ["elsewhere"]]
        found: set[tuple[str, str]] = set()
        stream = self.stream()
        for _ in range(60):  # each pair follows at least once, but with a chance of 3 in 2^60
            found |= {pair[:2] for pair in map(tuple, self.candidate(texts, stream)) if pair[2] == 0}
        return sorted(found)

    def never(self) -> dict[str, Any]:
        texts, stream = self.written([self.draw.integer(1, 5) for _ in range(self.draw.integer(8, 16))]), self.stream()
        pairs = [pair for _ in range(60) for pair in self.candidate(texts, stream)]
        places = [(_place(first), _place(second), label) for first, second, label in pairs]
        return {
            "pairs": len(pairs),
            "labels": sorted({label for *_, label in places}),
            "called 1, but of the same document": how_many(a[0] == b[0] for a, b, label in places if label == 1),
            "called 0, but not the one that follows": how_many(
                (a[0], a[1] + 1) != b for a, b, label in places if label == 0
            ),
        }

    def two(self) -> Any:
        """The other document is the only one to draw from."""
        stream, found = self.stream(), Counter[str]()
        texts = self.written([self.draw.integer(2, 5), self.draw.integer(1, 4)])
        for _ in range(150):
            found.update(f"{first}, {second}: {label}" for first, second, label in self.candidate(texts, stream))
        return {"all that came": sorted(found), "pairs of a call": sum(found.values()) / 150}

    def equal(self) -> dict[str, Any]:
        """Told apart by their numbers: each is the other's other. A pair is missed with a chance of 4 in 2^60."""
        text, stream = [f"{word} {self.draw.integer(0, 99)}" for word in ("one", "two")], self.stream()
        found = {tuple(pair) for _ in range(90) for pair in self.candidate([text, list(text)], stream)}
        return {"all that came": sorted(map(str, found)), "of how many": len(found)}

    def follows(self) -> Any:
        """Over many calls, all that can follow do."""
        stream, texts = self.stream(), self.written(self.some())
        found = {
            (first, second) for _ in range(60) for first, second, label in self.candidate(texts, stream) if label == 0
        }
        return sorted(found)

    def _many(self) -> Any:
        """Labels of a large draw; in words where each document has had one toss for all."""
        follow = self.draw.integer(30, 51)  # sentences of a document that another one follows
        documents = MANY // follow + self.draw.integer(1, 9)
        labels = torch.tensor([label for *_, label in self.run([follow + 1] * documents)])
        if len(labels) == documents * follow:
            rows = labels.reshape(documents, follow)
            if 0 < int(labels.sum()) < len(labels) and bool((rows == rows[:, :1]).all()):
                return "all pairs of a document fare alike"
        return labels

    def halves(self) -> Any:
        labels = self._many()
        if isinstance(labels, str):
            return labels
        return {
            "pairs": len(labels),
            "share of label 1": settled(
                (labels == 1).sum(),
                torch.tensor(0.5),
                len(labels),
                guesses=[torch.tensor(part) for part in OTHER_SHARES],
            ),
        }

    def documents(self) -> Any:
        """Of five documents of different lengths; the first alone has a sentence that another one follows."""
        others = self.draw.integer(4, 17)
        texts, stream, found = self.written([2] + [1] * others), self.stream(), Counter[int]()
        texts[self.draw.integer(1, others + 1)] += [f"d999 s{s}" for s in range(7)]
        drawn = 0
        for _ in range(MANY):
            for first, second, label in self.candidate(texts, stream):
                if label == 1 and first == texts[0][0]:
                    found[next(d for d, text in enumerate(texts) if second in text)] += 1
                    drawn += 1
        count = torch.tensor([found[d] for d in range(others + 1)])
        lengths = torch.tensor([float(len(text)) for text in texts])
        right = torch.tensor([0.0] + [1 / others] * others)
        longer = torch.where(right > 0, lengths, 0.0)
        return settled(count, right, drawn, guesses=[longer / longer.sum(), torch.full_like(right, 1 / len(texts)),
                                                     lengths / lengths.sum()])  # fmt: skip

    def sentences(self) -> Any:
        many = self.draw.integer(9, 21)
        texts, stream, found = self.written([2, many]), self.stream(), Counter[int]()
        for _ in range(MANY + MANY // 2):
            found.update(
                _place(second)[1]
                for first, second, label in self.candidate(texts, stream)
                if first == texts[0][0] and label
            )
        count = torch.tensor([found[s] for s in range(many)])
        right = torch.full((many,), 1 / many, dtype=torch.float64)
        own = torch.where(torch.arange(many) < 2, 1.0, 0.0)
        return settled(count, right, count.sum(), guesses=[right / 2 + own / 4, (1 + own) / (many + 2)])

    def in_a_row(self) -> Any:
        labels = self._many()
        if isinstance(labels, str):
            return labels
        labels = labels[: len(labels) // 2 * 2].reshape(-1, 2)
        both = torch.bincount(2 * labels[:, 0] + labels[:, 1], minlength=4)
        return {
            "couples of pairs": len(labels),
            "shares": settled(both, torch.full((4,), 0.25), len(labels), guesses=_couples()),
        }

    def seeds(self) -> dict[str, Any]:
        """Of 60 pairs by two seeds, not all are the same: by chance with one of 10^-18."""
        texts = self.written([2] * self.draw.integer(60, 90))
        results, alike = by_seed(self.draw, lambda seed: self.candidate(texts, random.Random(seed)), operator.eq)
        return {"pairs": [len(each) for each in results], "all the same": alike}

    def two_calls(self) -> dict[str, Any]:
        texts, stream = self.written([2] * 60), self.stream()
        one, other = self.candidate(texts, stream), self.candidate(texts, stream)
        return {"last of the firsts": one[self.draw.integer(2, 59)][0], "the same pairs": one == other}

    def streams(self) -> dict[str, Any]:
        lengths, seed = self.some(), self.draw.integer(0, 10_000)
        random.seed(seed)
        shown = beside_stream(lambda: [pair[0] for pair in self.run(lengths)], seed)
        return {**shown, "the numbers that Python draws next": [random.random() for _ in range(2)]}

    def alone(self) -> dict[str, Any]:
        only = self.written([self.draw.integer(70, 90)])  # so many tosses that all follow with a chance of 2^-69
        return {
            "one document": refusal(ValueError, self.candidate, only, self.stream()),
            "one document, and an empty one": refusal(ValueError, self.candidate, [[], *only], self.stream()),
            "none": refusal(ValueError, self.candidate, [], self.stream()),
            "two empty ones": refusal(ValueError, self.candidate, [[], []], self.stream()),
            "two": [pair[0] for pair in self.run([self.draw.integer(2, 5), 1])],
        }

    def hardly(self) -> dict[str, Any]:
        """No pair can be made of one sentence; and of one pair half the tosses would say that it follows."""
        one, two, seed = self.written([1]), self.written([2]), self.draw.integer(0, 2**30)
        refused = [refusal(ValueError, self.candidate, two, random.Random(seed + at)) for at in range(60)]
        return {
            "one sentence": refusal(ValueError, self.candidate, one, self.stream()),
            "one pair, by many seeds": sorted(set(map(str, refused))),
            "two documents": [pair[0] for pair in self.run([2, 1])],
        }

    def afterwards(self) -> dict[str, Any]:
        texts = self.written(self.some())
        pairs = self.candidate(texts, self.stream())
        kinds = [type(pairs).__name__, *(type(part).__name__ for part in pairs[0])]
        return {"kinds": kinds, "documents": texts, "pairs": len(pairs)}

    def tuples(self) -> Any:
        texts = tuple(map(tuple, self.written(self.some())))
        return [pair[0] for pair in self.candidate(generator=self.stream(), documents=texts)]


def _couples() -> Iterator[Tensor]:
    """How often two labels in a row are (0, 0), (0, 1), (1, 0), (1, 1), for other shares than half."""
    for share in OTHER_SHARES:
        one = torch.tensor([1 - share, share])
        yield (one[:, None] * one).flatten()


def _place(sentence: str) -> tuple[int, int]:
    document, number = sentence.split()
    return int(document[1:]), int(number[1:])


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other names."""
    name = f"c{draw.integer(0, 99)}"
    texts = [["a1", "a2", "a3"], ["b1"]]
    other = [[name, "d", "e"], ["f"], ["g", "h"]]
    return [[pair[0] for pair in candidate(each, random.Random(0))] for each in (texts, other)]
