"""What `wordpiece` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.tokenization._shared import HAN, SPECIAL, letters, pieces, vocabulary_of

LONGEST = Idea("the longest piece that fits, then the longest of the rest, with ##", weight=3, point=True)
NOTHING = Idea("where nothing fits, the whole word is [UNK]", weight=2, point=True)
LIMIT = Idea("a word beyond the limit is [UNK]", weight=1)
ALONE = Idea("the vocabulary stays as it is", weight=0.5)
LETTERS = "abcdefghij"


@exercise(points=2, without=["tokenizers.models:WordPiece", "helpers.vocabularies:pieces_of"])
def wordpiece(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The pieces of a word."""

    def many() -> Any:
        alphabet = "".join(draw.shuffled(LETTERS)[:5])
        singles = [mark + letter for letter in alphabet for mark in ("", "##")]
        vocabulary = vocabulary_of(draw, [*singles, *pieces(draw, alphabet, 40)])
        return [candidate(letters(draw, alphabet, 1, 14), vocabulary) for _ in range(9)]

    def gaps() -> Any:
        """Some words can be cut, some cannot."""
        alphabet = "".join(draw.shuffled(LETTERS)[:3])
        vocabulary = vocabulary_of(draw, pieces(draw, alphabet, 14))
        return [candidate(letters(draw, alphabet, 1, 7), vocabulary) for _ in range(14)]

    yield "the docstring's example", lambda: _example(candidate, draw), LONGEST
    yield "a word that is a piece itself", lambda: _whole(candidate, draw), LONGEST
    yield "a single character", lambda: _single(candidate, draw), LONGEST
    yield "short and long pieces fit", lambda: _nested(candidate, draw), LONGEST
    yield "words that can be cut", many, LONGEST
    yield "only with ##, or only without", lambda: _marks(candidate, draw), LONGEST
    yield "the piece with the number 0", lambda: _zero(candidate, draw), LONGEST
    yield "the same piece again and again", lambda: _again(candidate, draw), LONGEST
    yield "Chinese and other letters", lambda: _other_letters(candidate, draw), LONGEST
    yield "nothing fits at the beginning, inside, at the end", lambda: _missing(candidate, draw), NOTHING
    yield "another cut would fit", lambda: _another_cut(candidate, draw), NOTHING
    yield "words that can be cut and words that cannot", gaps, NOTHING
    yield "as long as the limit, and longer", lambda: _limit(candidate, draw), LIMIT
    yield "a hundred characters, and more", lambda: _hundred(candidate, draw), LIMIT
    yield "called by names, and twice", lambda: _twice(candidate, draw)
    yield "the vocabulary afterwards", lambda: _afterwards(candidate, draw), ALONE


def _example(candidate: Any, draw: Draw) -> Any:
    vocabulary = dict.fromkeys(("token", "##ize", "##izer", "##r"), 7)
    word = letters(draw, LETTERS, 5, 9)
    cut = draw.integer(2, 4)
    other = vocabulary_of(draw, [word[:cut], word[: cut - 1], f"##{word[cut:]}", f"##{word[cut:-1]}"])
    return {"example": candidate("tokenizer", vocabulary), "another word": candidate(word, other)}


def _whole(candidate: Any, draw: Draw) -> Any:
    word = "".join(draw.shuffled(LETTERS)[:6])
    return candidate(word, vocabulary_of(draw, [word, word[:3], f"##{word[3:]}", f"##{word}", word[:5]]))


def _single(candidate: Any, draw: Draw) -> Any:
    """One that is there, one that is there with ## only, one that is not there."""
    one, other, third = draw.shuffled(LETTERS)[:3]
    vocabulary = vocabulary_of(draw, [one, f"##{one}", f"##{other}"])
    return [candidate(each, vocabulary) for each in draw.shuffled([one, other, third])]


def _nested(candidate: Any, draw: Draw) -> Any:
    """Of every beginning and every rest all lengths are there, but for the whole."""
    word = "".join(draw.shuffled(LETTERS)[: draw.integer(6, 10)])
    most = draw.integer(2, 5)
    spans = [(start, end) for start in range(len(word)) for end in range(start + 1, min(len(word), start + most) + 1)]
    return candidate(word, vocabulary_of(draw, [("##" if start else "") + word[start:end] for start, end in spans]))


def _marks(candidate: Any, draw: Draw) -> Any:
    """The longer beginning is there only with ##, and the longer rest only without."""
    word = "".join(draw.shuffled(LETTERS)[:8])
    front = draw.integer(2, 4)
    begin, rest = word[:front], word[front:]
    vocabulary = vocabulary_of(
        draw, [begin, f"##{word[: front + 2]}", rest, f"##{rest[:2]}", rest[:3], f"##{rest[2:]}", rest[2:]]
    )
    return candidate(word, vocabulary)


def _zero(candidate: Any, draw: Draw) -> Any:
    """A number of 0 says nothing about a piece."""
    word = "".join(draw.shuffled(LETTERS)[:6])
    tokens = [word[:2], f"##{word[2:4]}", f"##{word[4:]}", word[:1], f"##{word[2:3]}", "[UNK]"]
    shown = []
    for first in draw.shuffled(tokens[:3]):
        others = [token for token in tokens if token != first]
        shown.append(candidate(word, {token: number for number, token in enumerate([first, *others])}))
    return shown


def _again(candidate: Any, draw: Draw) -> Any:
    one, other = draw.shuffled(LETTERS)[:2]
    vocabulary = vocabulary_of(draw, [one, f"##{one}", f"##{one * 3}", f"##{other}", other])
    return [candidate(one * draw.integer(3, 9) + other, vocabulary), candidate(other + one * 7, vocabulary)]


def _other_letters(candidate: Any, draw: Draw) -> Any:
    """A piece is counted in characters, not in bytes."""
    word = "".join(draw.shuffled([*HAN[:8], "é", "ß", "λ", "ш"])[:6])
    vocabulary = vocabulary_of(draw, [word[:1], word[:2], f"##{word[2:5]}", f"##{word[5:]}", f"##{word[2]}"])
    return [candidate(word, vocabulary), candidate(word[0], vocabulary)]


def _missing(candidate: Any, draw: Draw) -> Any:
    word = "".join(draw.shuffled(LETTERS)[:8])
    first, second = draw.integer(2, 4), draw.integer(5, 7)
    parts = [word[:first], f"##{word[first:second]}", f"##{word[second:]}"]
    shown = {
        where: candidate(word, vocabulary_of(draw, [part for part in parts if part != parts[at]]))
        for at, where in enumerate(("the beginning", "inside", "the end"))
    }
    return {**shown, "all are there": candidate(word, vocabulary_of(draw, parts))}


def _another_cut(candidate: Any, draw: Draw) -> Any:
    """The longest beginning leaves a rest that cannot be cut, a shorter one would not."""
    shown = []
    for _ in range(2):
        word = "".join(draw.shuffled(LETTERS)[: draw.integer(6, 9)])
        cut = draw.integer(2, 4)
        vocabulary = vocabulary_of(draw, [word[: cut + 1], word[:cut], f"##{word[cut:]}", f"##{word[cut + 1 : -1]}"])
        shown.append(candidate(word, vocabulary))
        shown.append(candidate(word[:-1], vocabulary))
    return shown


def _limit(candidate: Any, draw: Draw) -> Any:
    letter, limit = draw.choice(LETTERS), draw.integer(4, 9)
    vocabulary = vocabulary_of(draw, [letter, f"##{letter}", letter * 2])
    sizes = draw.shuffled([limit - 1, limit, limit + 1, 12])
    return [candidate(letter * size, vocabulary, limit) for size in sizes]


def _hundred(candidate: Any, draw: Draw) -> Any:
    """The limit that BERT has; a word that stands in the vocabulary is no exception."""
    letter = draw.choice(LETTERS)
    long = letter * draw.integer(101, 140)
    vocabulary = vocabulary_of(draw, [letter, f"##{letter * 25}", f"##{letter}", long])
    wide = draw.choice(HAN)
    vocabulary |= {token: len(vocabulary) + at for at, token in enumerate((wide * 50, f"##{wide * 49}"))}
    words = draw.shuffled([letter * 99, letter * 100, letter * 101, wide * 99, long])
    return [candidate(each, vocabulary) for each in words]


def _twice(candidate: Any, draw: Draw) -> Any:
    word = "".join(draw.shuffled(LETTERS)[:6])
    vocabulary = vocabulary_of(draw, [word[:2], f"##{word[2:]}"])
    first = candidate(word=word, vocabulary=vocabulary, limit=50)
    return [first, candidate(word[::-1], vocabulary), candidate(word, vocabulary)]


def _afterwards(candidate: Any, draw: Draw) -> Any:
    word = letters(draw, LETTERS, 4, 7)
    return with_arguments(candidate, word, vocabulary_of(draw, [word[:2], f"##{word[2:]}", *SPECIAL]))
