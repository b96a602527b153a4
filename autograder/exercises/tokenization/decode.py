"""What `decode` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.tokenization._shared import COMMON, HAN, SPECIAL, letters, vocabulary_of, words

JOINED = Idea("pieces with ## go on with the word", weight=2, point=True)
BLANKS = Idea("other tokens get a space before them", weight=2, point=True)
MARKS = Idea("full stop, comma, question and exclamation mark follow without a space", weight=1)
SPECIALS = Idea("special tokens are left out on request", weight=2)
ALONE = Idea("the arguments stay as they are", weight=1)
CLOSE, APART = ".,?!", "'-:;()[]/\"#$%：。，"


@exercise(points=1)
def decode(candidate: Any, draw: Draw) -> Iterator[Step]:
    """From numbers to a text."""

    def run(tokens: list[str], **options: Any) -> Any:
        vocabulary = vocabulary_of(draw, [*tokens, *COMMON[:9]])
        return candidate([vocabulary[token] for token in tokens], vocabulary, **options)

    yield "the docstring's example", lambda: _example(candidate, draw), JOINED
    yield "words", lambda: run(words(draw, 5)), BLANKS
    yield (
        "words in pieces",
        lambda: run([*words(draw, 2), *_pieces(draw, 2), *words(draw, 1), *_pieces(draw, 1)]),
        JOINED,
    )
    yield "the first token has ##", lambda: run([*_pieces(draw, 2), *words(draw, 2)]), JOINED
    yield (
        "a piece that is ## and one character",
        lambda: run([*words(draw, 1), "###", "##.", *words(draw, 1), "#"]),
        JOINED,
    )
    yield "Chinese", lambda: run([*draw.shuffled(HAN)[:4], "。", *words(draw, 1)]), BLANKS
    yield "marks that follow at once", lambda: run([*_marked(draw, CLOSE, 4), *words(draw, 1)]), MARKS
    yield "marks in a row", lambda: run([*words(draw, 2), *draw.shuffled([*CLOSE, "."])]), MARKS
    yield "marks at the beginning", lambda: run([draw.choice(CLOSE), *words(draw, 2)]), MARKS
    yield "other marks", lambda: run([*_marked(draw, APART, len(APART)), *words(draw, 1)]), BLANKS
    yield "special tokens stay", lambda: run(_special(draw)), SPECIALS
    yield "special tokens are left out", lambda: run(_special(draw), skip_special=True), SPECIALS
    yield (
        "a piece behind one that is left out",
        lambda: run(["[CLS]", *_pieces(draw, 1), *words(draw, 2)], skip_special=True),
        SPECIALS,
    )
    yield (
        "words in brackets are not special",
        lambda: run([*words(draw, 1), "[X]", "[mask]"], skip_special=True),
        SPECIALS,
    )
    yield "no numbers", lambda: [run([]), run(["[CLS]", "[SEP]"], skip_special=True), run(words(draw, 2))], BLANKS
    yield "called by names", lambda: _by_names(candidate, draw), SPECIALS
    yield "the arguments afterwards", lambda: _afterwards(candidate, draw), ALONE


def _pieces(draw: Draw, count: int) -> list[str]:
    return [f"##{letters(draw, 'abcdefgh', 1, 4)}" for _ in range(count)]


def _special(draw: Draw) -> list[str]:
    """Two words, and special tokens around them and in between."""
    tokens = words(draw, 2)
    one, other = draw.shuffled(["[MASK]", "[UNK]", "[PAD]"])[:2]
    return ["[CLS]", *tokens, one, *_pieces(draw, 1), "[SEP]", *words(draw, 2), other, "[SEP]", "[PAD]"]


def _marked(draw: Draw, marks: str, count: int) -> list[str]:
    """Marks in drawn order, each behind a word."""
    return [part for mark in draw.shuffled(marks)[:count] for part in (draw.choice(COMMON), mark)]


def _example(candidate: Any, draw: Draw) -> Any:
    vocabulary = {"[CLS]": 0, "[SEP]": 1, "read": 2, "##able": 3, ".": 4}
    numbers = draw.shuffled([2, 3, 4, 2])
    return {
        "example": candidate([0, 2, 3, 4, 1], vocabulary, skip_special=True),
        "other numbers": candidate([0, *numbers, 1], vocabulary),
    }


def _by_names(candidate: Any, draw: Draw) -> Any:
    vocabulary = vocabulary_of(draw, words(draw, 5))
    return candidate(skip_special=True, ids=draw.shuffled(vocabulary.values()), vocabulary=vocabulary)


def _afterwards(candidate: Any, draw: Draw) -> Any:
    vocabulary = vocabulary_of(draw, [*SPECIAL, *words(draw, 4)])
    return with_arguments(candidate, draw.shuffled(vocabulary.values()), vocabulary, True)
