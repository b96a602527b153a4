"""What `offsets` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.tokenization._shared import COMMON, chinese, plain_split, sentence
from autograder.exercises.tokenization.normalize import ACCENTED, INVISIBLE, MARKS
from helpers.vocabularies import normalize, pieces_of, split

PLACES = Idea("where a token begins and ends", weight=3, point=True)
PIECES = Idea("pieces of one word follow each other", weight=2, point=True)
UNKNOWN = Idea("[UNK] stands for its whole word", weight=2, point=True)
CHANGED = Idea("places are those of the text, not of what it was normalized to", weight=3, point=True)


@exercise(points=3)
def offsets(candidate: Any, draw: Draw) -> Iterator[Step]:
    """From tokens back to characters."""

    def run(text: str, known: float = 1.0, size: int = 5) -> Any:
        """With the library's parts; the vocabulary holds a share of the letters, and pieces of up to `size`."""
        return candidate(text, normalize, split, pieces_of(_vocabulary(draw, text, known, size)))

    yield "the docstring's example", lambda: _example(candidate, draw), PLACES
    yield "words", lambda: candidate(sentence(draw, 4), str.lower, plain_split, lambda word: [word]), PLACES
    yield "several spaces, in front and behind", lambda: run(_gaps(draw)), PLACES
    yield "punctuation", lambda: run(f"{draw.choice(COMMON)}, {draw.choice(COMMON)}..({draw.choice(COMMON)})!"), PLACES
    yield "the same word again", lambda: run(_again(draw)), PLACES
    yield "a word inside an earlier one", lambda: run(_inside(draw)), PLACES
    yield "no text, and nothing in it", lambda: [run(""), run("  \t "), run(sentence(draw, 1))], PLACES
    yield "long words in pieces", lambda: run(_long_words(draw), 1.0, 3), PIECES
    yield "a word that begins with ## itself", lambda: _hashes(candidate, draw), PIECES
    yield "unknown words", lambda: run(sentence(draw, 5), 0.8), UNKNOWN
    yield "nothing but unknown words", lambda: run(sentence(draw, 4), 0.0), UNKNOWN
    yield "Chinese", lambda: run(f"{draw.choice(COMMON)}{chinese(draw, 3)}：{draw.choice(COMMON)}", 0.9), CHANGED
    yield "letters with accents", lambda: run(_spread(draw, ACCENTED, 3)), CHANGED
    yield "accents that stand by themselves", lambda: run(_accents(draw)), CHANGED
    yield "invisible characters", lambda: run(_spread(draw, [*INVISIBLE, "\x00", "\ufffd"], 3)), CHANGED
    yield "Korean, where one character becomes several", lambda: run(_spread(draw, "한글말문", 2)), CHANGED
    yield "other white space", lambda: run(_white(draw)), CHANGED
    yield "a normalization that makes two of one", lambda: _two_of_one(candidate, draw), CHANGED
    yield "called by names", lambda: _by_names(candidate, draw), CHANGED


def _vocabulary(draw: Draw, text: str, known: float, size: int) -> dict[str, int]:
    """Single characters, begun and gone on with, and some longer pieces of the words."""
    found = split(normalize(text))
    letters = sorted({letter for word in found for letter in word})
    kept = draw.shuffled(letters)[: round(known * len(letters))]
    longer = [word[start : start + size] for word in found for start in range(0, len(word), 2)]
    tokens = [mark + piece for piece in kept for mark in ("", "##")]
    tokens += [draw.choice(["", "##"]) + piece for piece in longer if known == 1.0 or draw.integer(0, 2)]
    return {token: number for number, token in enumerate(dict.fromkeys(["[UNK]", *tokens]))}


def _example(candidate: Any, draw: Draw) -> Any:
    whole = {"É": "e"}
    text = sentence(draw, 2)
    return {
        "example": candidate("É 1", lambda one: whole.get(one, one), str.split, lambda word: [word]),
        "other words": candidate(text, str.lower, str.split, lambda word: [word[:1], *(f"##{c}" for c in word[1:])]),
    }


def _gaps(draw: Draw) -> str:
    return "".join(" " * draw.integer(1, 5) + draw.choice(COMMON) for _ in range(3)) + " " * draw.integer(1, 4)


def _again(draw: Draw) -> str:
    word = draw.choice(COMMON)
    return f"{word} {draw.choice(COMMON)} {word}, {word}"


def _inside(draw: Draw) -> str:
    """As the "a" in "bad a": who looks for it from the beginning finds it too early."""
    return (
        f"{draw.choice(['bad', 'read', 'wait'])} a {draw.choice(['does', 'found'])} o {draw.choice(['time', 'line'])} e"
    )


def _long_words(draw: Draw) -> str:
    return "".join(draw.shuffled(COMMON)[:3]) + " " + sentence(draw, 2)


def _spread(draw: Draw, pool: Sequence[str], count: int) -> str:
    """Some of the characters inside words, with something before and behind."""
    inside = "".join(draw.choice(COMMON) + each for each in draw.shuffled(pool)[:count])
    return f"{draw.choice(COMMON)} {inside}x"


def _accents(draw: Draw) -> str:
    return _spread(draw, [letter + mark for letter in "aeou" for mark in MARKS[:4]], 2)


def _white(draw: Draw) -> str:
    return f"{sentence(draw, 1)}\u3000\n{sentence(draw, 1)}\r\n{draw.choice(COMMON)}"


def _hashes(candidate: Any, draw: Draw) -> Any:
    """`##` is no mark where a word begins with it."""
    text = f"{sentence(draw, 2)} ##{draw.choice(COMMON)} ## {draw.choice(COMMON)}"

    def halves(word: str) -> list[str]:
        return [word[:2], f"##{word[2:]}"] if len(word) > 2 else [word]

    return candidate(text, str.lower, str.split, halves)


def _two_of_one(candidate: Any, draw: Draw) -> Any:
    """A ß that becomes ss, and pieces that end in between."""

    def halves(word: str) -> list[str]:
        return [word[: (len(word) + 1) // 2], f"##{word[(len(word) + 1) // 2 :]}"] if len(word) > 1 else [word]

    text = " ".join(draw.shuffled(["Straße", "größte", "ß", "Fuß", draw.choice(COMMON)]))
    return candidate(text, str.casefold, str.split, halves)


def _by_names(candidate: Any, draw: Draw) -> Any:
    """Parts that one meets nowhere: capitals, and each word in single letters."""
    return candidate(
        pieces=lambda word: [word[0], *(f"##{letter}" for letter in word[1:])],
        split=lambda text: text.replace("-", " ").split(),
        normalize=lambda text: text.replace("é", "EE").upper(),
        text="-".join(draw.shuffled(COMMON)[:2]) + " é " + sentence(draw, 1),
    )
