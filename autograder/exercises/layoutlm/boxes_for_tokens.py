"""What `boxes_for_tokens` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.layoutlm._shared import boxes_of, counts_of, cut

WORDS = Idea("each piece has the whole box of its word", weight=3, point=True)
SPECIAL = Idea("[CLS] lies at 0, [SEP] at 1000, padding at 0", weight=3, point=True)
GONE = Idea("words that have lost their pieces are left out", weight=1)
OWN = Idea("each box is a list of its own", weight=1)


@exercise(points=1)
def boxes_for_tokens(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Boxes of words as boxes of pieces."""
    words = draw.integer(4, 7)

    def run(words: int, padding: int = 0) -> Any:
        return candidate(boxes_of(draw, words), cut(counts_of(draw, words), padding))

    yield "the docstring's example", lambda: _example(candidate, draw), WORDS
    yield "one piece a word", lambda: candidate(boxes_of(draw, words), cut([1] * words)), WORDS
    yield "several pieces a word", lambda: run(words), WORDS
    yield "two words with one box", lambda: _same_box(candidate, draw), WORDS
    yield "padding at the end", lambda: run(3, draw.integer(2, 6)), SPECIAL
    yield "one piece of padding", lambda: run(3, 1), SPECIAL
    yield "a page without words", lambda: _empty(candidate, draw), SPECIAL
    yield "the second page, after another one", lambda: [run(2), run(2, 3), run(2)], SPECIAL
    yield "a page that was cut off", lambda: _cut_off(candidate, draw, words), GONE
    yield "words without a piece", lambda: _skipped(candidate, draw), GONE
    yield "called by names", lambda: candidate(word_ids=cut([2, 1]), boxes=boxes_of(draw, 2)), WORDS
    yield "from tuples", lambda: _kinds(candidate, draw), WORDS
    yield "one box is changed afterwards", lambda: _own(candidate, draw), OWN
    yield "the inputs afterwards", lambda: with_arguments(candidate, boxes_of(draw, 3), cut([2, 1, 2])), OWN


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    other = candidate(boxes_of(draw, 3), cut(counts_of(draw, 3)))
    return {"example": candidate([[700, 90, 800, 120]], [None, 0, 0, None]), "other numbers": other}


def _same_box(candidate: Any, draw: Draw) -> Any:
    (box,) = boxes_of(draw, 1)
    return candidate([list(box), list(box)], cut(draw.shuffled([1, 3])))


def _empty(candidate: Any, draw: Draw) -> Any:
    return [
        candidate([], [None, None]),
        candidate([], [None] * draw.integer(4, 9)),
        candidate(boxes_of(draw, 1), [None, 0, None]),
    ]


def _cut_off(candidate: Any, draw: Draw, words: int) -> Any:
    ids = cut([2] * words)[: 2 * words - draw.integer(2, 5)]
    return candidate(boxes_of(draw, words), [*ids, None])


def _skipped(candidate: Any, draw: Draw) -> Any:
    gone = draw.integer(0, 4)
    counts = [0 if word == gone else draw.integer(1, 4) for word in range(4)]
    return candidate(boxes_of(draw, 4), cut(counts))


def _kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    boxes = tuple(tuple(box) for box in boxes_of(draw, 3))
    found = candidate(boxes, tuple(cut(counts_of(draw, 3))))
    return {"result": found, "kinds": [type(found).__name__, *sorted({type(box).__name__ for box in found})]}


def _own(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The first piece of a word is moved: its neighbour, the special pieces and the caller's box stay."""
    boxes = boxes_of(draw, 2)
    found = candidate(boxes, cut([3, 2], padding=2))
    for place in (0, 1, 6, 7):
        found[place][0] = 5000 + place
    return {"result": found, "the caller's": boxes, "another page": candidate(boxes, cut([1, 1], padding=2))}
