"""What `basic_tokenize` must show."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.tokenization._shared import COMMON, between, sentence, words

SPACES = Idea("words are what stands between spaces", weight=2, point=True)
MARKS = Idea("each punctuation mark is a word of its own", weight=3, point=True)
STAY = Idea("symbols that are not punctuation are letters like any other", weight=1.5)
OTHERS = Idea("so are letters of other scripts, and digits", weight=1)
FIRST = Idea("the text is normalized first", weight=2)

UNICODE_MARKS = "。，、：；？！「」『』（）“”‘’…—–«»¿¡·‰§¶†※〈〉‿⁀"
SYMBOLS_OF_ASCII = "$+<=>^`|~"
SYMBOLS = "€£©®°±×÷→≤√∞♥😀🐍½²"


@exercise(points=2, without=["tokenizers.pre_tokenizers:BertPreTokenizer", "helpers.vocabularies:split"])
def basic_tokenize(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Words and punctuation marks."""

    def run(text: str, normalize: Callable[[str], str] = str) -> Any:
        return candidate(text, normalize)

    def some(pool: Sequence[str], count: int = 5) -> str:
        return between(draw, draw.shuffled(pool)[:count])

    yield (
        "the docstring's example",
        lambda: [run("Can't open it.", str.lower), run(sentence(draw) + "!", str.lower)],
        MARKS,
    )
    yield "words between spaces", lambda: run(" ".join(words(draw, 6))), SPACES
    yield "several spaces, in front and behind", lambda: run(_gaps(draw)), SPACES
    yield "a single word, and none", lambda: [run(draw.choice(COMMON)), run(""), run("   ")], SPACES
    yield (
        "marks behind words",
        lambda: run(f"{draw.choice(COMMON)}, {draw.choice(COMMON)}. {draw.choice(COMMON)}?"),
        MARKS,
    )
    yield "marks inside words", lambda: run(some("'-_./:@")), MARKS
    yield "marks in a row", lambda: run(_rows(draw)), MARKS
    yield "nothing but marks", lambda: run("".join(draw.shuffled("(){}!#,")[:5])), MARKS
    yield "all marks of ASCII", lambda: run(some(string.punctuation, 32)), MARKS
    yield "dollar, plus and their like", lambda: run(some(SYMBOLS_OF_ASCII, 5)), MARKS
    yield "marks of other scripts", lambda: run(between(draw, _of_each_category(draw))), MARKS
    yield "symbols that are not punctuation", lambda: run(some(SYMBOLS, 6)), STAY
    yield "letters of other scripts", lambda: run(some("éßшλかर한", 4)), OTHERS
    yield "digits", lambda: run(f"{draw.integer(10, 99)}.{draw.integer(100, 999)} a{draw.integer(1, 9)}b"), OTHERS
    yield "a text in two languages", lambda: run(f"{sentence(draw)}：  无  法 「{draw.choice(COMMON)}」。"), OTHERS
    yield "another normalization", lambda: _another(candidate, draw), FIRST
    yield "what the normalization is given, and how often", lambda: _given(candidate, draw), FIRST
    yield "called by names", lambda: candidate(normalize=str.upper, text=sentence(draw) + ";"), FIRST


def _of_each_category(draw: Draw) -> list[str]:
    """One mark of each category that begins with P, and some more."""
    marks = draw.shuffled(UNICODE_MARKS)
    first = {unicodedata.category(mark): mark for mark in marks}
    return [*first.values(), *(mark for mark in marks if mark not in first.values())][: len(first) + 4]


def _gaps(draw: Draw) -> str:
    return "".join(" " * draw.integer(1, 4) + word for word in words(draw, 4)) + " " * draw.integer(1, 4)


def _rows(draw: Draw) -> str:
    mark, other = draw.shuffled(".-!?#")[:2]
    return f"{draw.choice(COMMON)}{mark * draw.integer(2, 5)}{other}{draw.choice(COMMON)} {other * 3}"


def _another(candidate: Any, draw: Draw) -> Any:
    """What comes out of the normalization is split, even if it has made spaces and marks."""
    word, mark = draw.choice("aeio"), draw.choice("!;)")
    return [
        candidate(sentence(draw), lambda text: text.replace(word, f" {word} ")),
        candidate(sentence(draw), lambda text: text.replace(" ", mark)),
        candidate(sentence(draw) + ".", lambda text: text.replace(".", "")),
    ]


def _given(candidate: Any, draw: Draw) -> Any:
    """All of the text, as it stands, once."""
    given: list[str] = []

    def normalize(text: str) -> str:
        given.append(text)
        return text.swapcase()

    return {"result": candidate(f" {sentence(draw)},{sentence(draw, 2)} ", normalize), "given": given}
