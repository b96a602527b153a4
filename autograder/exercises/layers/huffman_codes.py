"""What `huffman_codes` must show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

WORDS = ("the", "of", "a", "to", "in", "is", "that", "it", "as", "for", "was", "on", "be", "with")
SHORT = Idea("no code of this kind is shorter on average", weight=3, point=True)
RULES = Idea("which of two gets the 0, and who comes first among equals", weight=2)
ENDS = Idea("one word, or none", weight=1)


@exercise(points=2)
def huffman_codes(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Short codes for frequent words."""
    n = draw.integer(6, 10)
    yield "the docstring's example", lambda: _example(candidate, draw), SHORT
    yield "different counts", lambda: candidate(_different(draw, n)), SHORT
    yield "each about twice as frequent as the next", lambda: candidate(_steep(draw)), SHORT
    yield "counts that hardly differ", lambda: candidate(_flat(draw)), SHORT
    yield "how long the codes of many are", lambda: _lengths(candidate, draw), SHORT
    yield "equal counts", lambda: candidate(dict.fromkeys(_words(draw, n), 1)), RULES
    yield "counts of which some are equal", lambda: candidate(_some_equal(draw, n)), RULES
    yield "a pair that weighs as much as a word", lambda: candidate(_pair_like_word(draw)), RULES
    yield "two words", lambda: candidate(dict(zip(_words(draw, 2), draw.sizes(2, 1, 9), strict=True))), RULES
    yield "words that are numbers", lambda: candidate({-number: number for number in draw.sizes(5, 3, 40)})
    yield "words that are pairs", lambda: _pairs(candidate, draw)
    yield "a single word", lambda: [candidate({draw.choice("xyz"): 7}), candidate(_different(draw, 3))], ENDS
    yield "no word", lambda: [candidate({}), candidate(_different(draw, 3))], ENDS
    yield "a Counter", lambda: candidate(Counter(_text(draw)))
    yield "called by name", lambda: candidate(counts=_different(draw, 4))
    yield "the counts are left alone", lambda: with_arguments(candidate, _different(draw, 5))


def _words(draw: Draw, n: int) -> list[str]:
    return draw.shuffled(WORDS)[:n]


def _different(draw: Draw, n: int) -> dict[str, int]:
    return dict(zip(_words(draw, n), draw.sizes(n, 2, 90), strict=True))


def _steep(draw: Draw) -> dict[str, int]:
    counts = [2**power + draw.integer(0, 1 + power // 3) for power in range(2, 10)]
    return dict(zip(_words(draw, len(counts)), draw.shuffled(counts), strict=True))


def _flat(draw: Draw) -> dict[str, int]:
    return dict(zip(_words(draw, 7), draw.sizes(7, 90, 120), strict=True))


def _lengths(candidate: Any, draw: Draw) -> dict[str, int]:
    """A vocabulary with counts as in real text: the n-th word comes about 1 / n times as often as the first."""
    counts = {f"word {rank}": 5000 // rank + draw.integer(1, 9) for rank in range(1, 121)}
    codes = candidate(dict(draw.shuffled(counts.items())))
    lengths = sorted(len(code) for code in codes.values())
    return {
        "bits of the whole text": sum(counts[word] * len(code) for word, code in codes.items()),
        "shortest": lengths[0],
        "longest": lengths[-1],
        "codes that begin another": _beginnings(list(codes.values())),
    }


def _beginnings(codes: list[str]) -> int:
    ordered = sorted(codes)
    return sum(after.startswith(before) for before, after in pairwise(ordered))


def _some_equal(draw: Draw, n: int) -> dict[str, int]:
    words = _words(draw, n)
    return {word: 1 + position // 3 for position, word in enumerate(words)}


def _pairs(candidate: Any, draw: Draw) -> list[list[Any]]:
    """Pairs of words, as a text has them: keys that are tuples."""
    first, second = _words(draw, 5), draw.shuffled("vwxyz")
    counts = dict(zip(zip(first, second, strict=True), draw.sizes(5, 2, 60), strict=True))
    codes = candidate(counts)
    return [[" ".join(pair), codes[pair]] for pair in counts]


def _pair_like_word(draw: Draw) -> dict[str, int]:
    """2 + 3 weighs as much as the 5, and 5 + 5 as much as the 10."""
    return dict(zip(_words(draw, 5), draw.shuffled([2, 3, 5, 10, 11]), strict=True))


def _text(draw: Draw) -> str:
    letters = draw.shuffled("aaaaabbbcdeeeeee")
    return "".join(letters) + draw.choice(["f", "ff", "fff"])


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other counts."""
    counts = {"a": 45, "b": 13, "c": 12, "d": 16, "e": 9, "f": 5}
    return [candidate(counts), candidate(dict(zip("abcdef", draw.sizes(6, 1, 60), strict=True)))]
