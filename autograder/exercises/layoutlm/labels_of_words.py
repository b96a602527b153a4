"""What `labels_of_words` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.layoutlm._shared import counts_of, cut

FIRST = Idea("the first piece speaks for its word", weight=3, point=True)
WORDS = Idea("each word has a label, in the words' order", weight=2, point=True)
GONE = Idea("a word without a piece has 0", weight=2)
TRACES = Idea("plain numbers, and nothing is changed", weight=1)


@exercise(points=1)
def labels_of_words(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Predictions for pieces as labels of words."""
    words = draw.integer(5, 9)

    yield "the docstring's example", lambda: _example(candidate, draw), FIRST
    yield "one piece a word", lambda: _run(candidate, draw, [1] * words), WORDS
    yield "several pieces a word", lambda: _run(candidate, draw, counts_of(draw, words)), FIRST
    yield "the pieces of a word do not agree", lambda: _outvoted(candidate, draw), FIRST
    yield "the first piece says 0", lambda: _first_says_zero(candidate, draw), FIRST
    yield "padding at the end", lambda: _run(candidate, draw, counts_of(draw, words), draw.integer(2, 6)), WORDS
    yield "no special pieces at all", lambda: _bare(candidate, draw), WORDS
    yield "a page that was cut off", lambda: _cut_off(candidate, draw, words), GONE
    yield "words without a piece", lambda: _skipped(candidate, draw), GONE
    yield "no word, or no piece of any", lambda: _none(candidate, draw), GONE
    yield "called by names", lambda: _named(candidate, draw), WORDS
    yield "what comes back", lambda: _kinds(candidate, draw), TRACES
    yield "the inputs afterwards", lambda: _afterwards(candidate, draw), TRACES


def _said(draw: Draw, pieces: int) -> list[int]:
    return draw.sizes(pieces, 0, pieces + 9)


def _run(candidate: Any, draw: Draw, counts: list[int], padding: int = 0) -> Any:
    ids = cut(counts, padding)
    return candidate(_said(draw, len(ids)), ids, len(counts))


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    other = _run(candidate, draw, counts_of(draw, 4))
    return {"example": candidate([9, 3, 5, 4, 9], [None, 0, 0, 1, None], 2), "other numbers": other}


def _outvoted(candidate: Any, draw: Draw) -> Any:
    """Three later pieces agree on something else."""
    first, second, others = draw.sizes(3, 1, 9)
    return candidate(
        [0, first, others, others, others, second, others, others, 0], [None, 0, 0, 0, 0, 1, 1, 1, None], 2
    )


def _first_says_zero(candidate: Any, draw: Draw) -> Any:
    one, two = draw.sizes(2, 1, 9)
    return candidate([one, 0, two, two, 0, one, 0], [None, 0, 0, 1, 2, 2, None], 3)


def _bare(candidate: Any, draw: Draw) -> Any:
    ids = cut(counts_of(draw, 4))[1:-1]
    return candidate(_said(draw, len(ids)), ids, 4)


def _cut_off(candidate: Any, draw: Draw, words: int) -> Any:
    """The last words are gone, one of them in the middle; [SEP] says something, too."""
    ids = [*cut([2] * words)[: 2 * words - draw.integer(2, 6)], None]
    return candidate([1 + label for label in _said(draw, len(ids))], ids, words)


def _skipped(candidate: Any, draw: Draw) -> Any:
    """A word of blanks has no pieces, so that its number does not occur."""
    gone = draw.integer(0, 4)
    counts = [0 if word == gone else draw.integer(1, 4) for word in range(5)]
    ids = cut(counts)
    return candidate([1 + label for label in _said(draw, len(ids))], ids, 5)


def _none(candidate: Any, draw: Draw) -> Any:
    words = draw.integer(2, 6)
    return [candidate([3, 4], [None, None], 0), candidate([3, 4, 5], [None] * 3, words), _run(candidate, draw, [2, 1])]


def _named(candidate: Any, draw: Draw) -> Any:
    ids = cut([2, 1, 3])
    return candidate(words=3, word_ids=ids, predicted=_said(draw, len(ids)))


def _kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    ids = tuple(cut(counts_of(draw, 4)))
    found = candidate(tuple(_said(draw, len(ids))), ids, 4)
    return {"result": found, "kinds": [type(found).__name__, sorted({type(each).__name__ for each in found})]}


def _afterwards(candidate: Any, draw: Draw) -> dict[str, Any]:
    return with_arguments(candidate, _said(draw, 7), cut([2, 1, 2]), 3)
