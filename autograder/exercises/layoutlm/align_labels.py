"""What `align_labels` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.layoutlm._shared import counts_of, cut

FIRST = Idea("the first piece of a word has its label, the others −100", weight=3, point=True)
SPECIAL = Idea("special pieces and padding have −100", weight=2, point=True)
WORDS = Idea("words that have lost their pieces are left out", weight=1.5)
TRACES = Idea("plain numbers, and nothing is changed", weight=1)


@exercise(points=1)
def align_labels(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Labels of words as labels of pieces."""
    words = draw.integer(5, 9)

    def run(words: int, padding: int = 0) -> Any:
        return candidate(_labels(draw, words), cut(counts_of(draw, words), padding))

    yield "the docstring's example", lambda: _example(candidate, draw), FIRST
    yield "one piece a word", lambda: candidate(_labels(draw, words), cut([1] * words)), FIRST
    yield "several pieces a word", lambda: run(words), FIRST
    yield "neighbours with the same label", lambda: _neighbours(candidate, draw), FIRST
    yield "words with label 0", lambda: _zeros(candidate, draw, words), FIRST
    yield "a page of many words", lambda: _many(candidate, draw), FIRST
    yield "the first word has many pieces", lambda: candidate(_labels(draw, 3), cut([4, 1, 2])), FIRST
    yield "padding at the end", lambda: run(words, draw.integer(2, 6)), SPECIAL
    yield "no special pieces at all", lambda: _bare(candidate, draw), SPECIAL
    yield "special pieces in the middle", lambda: _two_parts(candidate, draw), SPECIAL
    yield "nothing but special pieces", lambda: _empty(candidate, draw), SPECIAL
    yield "a page that was cut off", lambda: _cut_off(candidate, draw, words), WORDS
    yield "words without a piece", lambda: _skipped(candidate, draw), WORDS
    yield "called by names", lambda: candidate(word_ids=cut([2, 1]), labels=_labels(draw, 2)), FIRST
    yield "what comes back", lambda: _kinds(candidate, draw), TRACES
    yield "the inputs afterwards", lambda: _afterwards(candidate, draw), TRACES


def _labels(draw: Draw, words: int) -> list[int]:
    """From 0 on, and no two words the same."""
    return draw.sizes(words, 0, words + 5)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    other = candidate(_labels(draw, 4), cut(counts_of(draw, 4)))
    return {"example": candidate([3, 4], [None, 0, 0, 1, 1, 1, None]), "other numbers": other}


def _neighbours(candidate: Any, draw: Draw) -> Any:
    """Each word begins anew, even where its label is that of the word before."""
    label = draw.integer(1, 6)
    return candidate([label] * 4, cut(draw.shuffled([1, 2, 3, 1])))


def _many(candidate: Any, draw: Draw) -> Any:
    """Numbers above 256, which Python makes anew each time: two that are equal are two objects. The end is shown."""
    ids = [int(str(word)) for word in cut([2] * 400)[1:-1] if word is not None]
    return candidate([draw.integer(0, 6) for _ in range(400)], [None, *ids, None])[-20:]


def _zeros(candidate: Any, draw: Draw, words: int) -> Any:
    labels = [draw.integer(0, 2) * draw.integer(1, 6) for _ in range(words)]
    labels[draw.integer(0, words)] = 0
    return candidate(labels, cut(counts_of(draw, words)))


def _bare(candidate: Any, draw: Draw) -> Any:
    return [candidate(_labels(draw, 4), cut(counts_of(draw, 4))[1:-1]), candidate(_labels(draw, 2), [0, 0, 0])]


def _two_parts(candidate: Any, draw: Draw) -> Any:
    """Two texts in one input: a special piece between two words."""
    first, second = draw.sizes(2, 1, 4)
    ids = [None, *[0] * first, None, *[1] * second, *[2] * first, None]
    return candidate(_labels(draw, 3), ids)


def _empty(candidate: Any, draw: Draw) -> Any:
    return [candidate([], [None] * draw.integer(2, 9)), candidate(_labels(draw, 2), [None] * draw.integer(2, 9)),
        candidate([], [])]  # fmt: skip


def _cut_off(candidate: Any, draw: Draw, words: int) -> Any:
    """The last words are gone, one of them in the middle."""
    ids = cut([2] * words)[: 2 * words - draw.integer(2, 6)]
    return candidate(_labels(draw, words), [*ids, None])


def _skipped(candidate: Any, draw: Draw) -> Any:
    """A word of blanks has no pieces, so that its number does not occur."""
    gone = draw.integer(0, 4)
    counts = [0 if word == gone else draw.integer(1, 4) for word in range(5)]
    return candidate(_labels(draw, 5), cut(counts))


def _kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    """From tuples; of what kind the result is and what stands in it."""
    found = candidate(tuple(_labels(draw, 4)), tuple(cut(counts_of(draw, 4))))
    return {"result": found, "kinds": [type(found).__name__, sorted({type(each).__name__ for each in found})]}


def _afterwards(candidate: Any, draw: Draw) -> dict[str, Any]:
    return with_arguments(candidate, _labels(draw, 3), cut([2, 1, 2]))
