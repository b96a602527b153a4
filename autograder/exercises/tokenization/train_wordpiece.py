"""What `train_wordpiece` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.tokenization._shared import COMMON, HAN, letters, words

BEGIN = Idea("it begins with special tokens and single characters", weight=2)
FREQUENT = Idea("the most frequent pair becomes a piece", weight=3, point=True)
MERGED = Idea("what has become one stays one", weight=2, point=True)
TIES = Idea("of equally frequent pairs the first in the alphabet", weight=1)
ENOUGH = Idea("it ends when there are enough, or when nothing is left to join", weight=2)
ALONE = Idea("the counts stay as they are", weight=1)
SPECIALS = 5


@exercise(points=3, without=["tokenizers.trainers:WordPieceTrainer", "tokenizers.trainers:BpeTrainer"])
def train_wordpiece(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A vocabulary, merge by merge."""

    def run(counts: dict[str, int], new: int) -> Any:
        """`new`: pieces beyond special tokens and characters."""
        return candidate(counts, _beginning(counts) + new)

    yield "the docstring's example", lambda: _example(candidate, draw), FREQUENT
    yield "nothing but special tokens and characters", lambda: run(_real(draw, 6), 0), BEGIN
    yield "the first characters occur inside, too, or do not", lambda: run(_apart(draw), 0), BEGIN
    yield "less room than characters", lambda: candidate(_real(draw, 6), draw.integer(1, 12)), BEGIN
    yield "the first piece", lambda: [_entries(run(_real(draw, 8), 1)) for _ in range(3)], FREQUENT
    yield "ten pieces", lambda: _entries(run(_real(draw, 14), 10)), FREQUENT
    yield "forty pieces", lambda: _entries(run(_real(draw, 24), 40)), FREQUENT
    yield "one frequent word against many rare ones", lambda: _entries(run(_one_against_many(draw), 3)), FREQUENT
    yield "rare characters that only meet each other", lambda: run(_rare(draw), 2), FREQUENT
    yield "beginnings and insides are different", lambda: run(_mirrored(draw), 4), FREQUENT
    yield "the same character again and again", lambda: run(_repeated(draw), 5), MERGED
    yield "pieces of pieces", lambda: run({letters(draw, "abc", 9, 12): 5, letters(draw, "abc", 5, 7): 3}, 6), MERGED
    yield "Chinese, and symbols", lambda: run(_signs(draw), 3), MERGED
    yield "equally frequent pairs", lambda: _entries(run(dict.fromkeys(words(draw, 9), draw.integer(1, 5)), 6)), TIES
    yield "equally frequent, in two orders", lambda: _two_orders(candidate, draw), TIES
    yield "equally frequent, and names in another order", lambda: run(_other_names(draw), 2), TIES
    yield "an odd number of the same character", lambda: run(_odd(draw), 9), MERGED
    yield (
        "more room than pieces",
        lambda: _entries(run({**_real(draw, 5), draw.choice(["xyz", "zyx", "yzx"]): 1}, 500)),
        ENOUGH,
    )
    yield "just enough room for one more", lambda: [_entries(run(_real(draw, 7), new)) for new in (1, 2)], ENOUGH
    yield "words of one character", lambda: run(_letters_alone(draw), 9), ENOUGH
    yield "no words", lambda: [candidate({}, 20), run(_real(draw, 3), 2)], ENOUGH
    yield "called by names", lambda: _entries(candidate(size=40, counts=_real(draw, 5))), FREQUENT
    yield "the counts afterwards", lambda: with_arguments(candidate, _real(draw, 5), 35), ALONE


def _entries(vocabulary: Any) -> Any:
    """The entries of a large vocabulary as a text, in the order of their numbers: sheets stay small."""
    if not isinstance(vocabulary, dict) or not all(isinstance(number, int) for number in vocabulary.values()):
        return vocabulary
    named = sorted(vocabulary.items(), key=lambda entry: entry[1])
    return " ".join([str(named[0][1]) if named else "", *(str(token) for token, _ in named)])


def _beginning(counts: dict[str, int]) -> int:
    """How many entries there are before any pair is joined."""
    inside = {letter for word in counts for letter in word[1:]}
    return SPECIALS + len(set("".join(counts))) + len(inside)


def _example(candidate: Any, draw: Draw) -> Any:
    word, other = draw.shuffled(["abcd", "bca", "dab", "cdb"])[:2]
    counts = {word: draw.integer(4, 9), other: draw.integer(1, 4)}
    return [candidate({"ab": 2, "cab": 1}, 12), candidate(counts, _beginning(counts) + 2)]


def _real(draw: Draw, count: int) -> dict[str, int]:
    """Words, each with another count, so that two pairs are seldom equally frequent."""
    return dict(zip(words(draw, count), draw.sizes(count, 3, 200), strict=True))


def _letters_alone(draw: Draw) -> dict[str, int]:
    return dict(zip(draw.shuffled("abcdef")[:4], draw.sizes(4, 1, 9), strict=True))


def _apart(draw: Draw) -> dict[str, int]:
    """Of the characters some begin words only, some stand inside only, some do both."""
    first, inside, both = (draw.shuffled(pool) for pool in ("abcd", "uvwx", "klm"))
    return {first[0] + inside[0] + both[0]: 3, both[1] + inside[1] + both[0]: 2, first[1]: 5, both[0] + both[1]: 1}


def _one_against_many(draw: Draw) -> dict[str, int]:
    """In the list of words one pair is more frequent, in the text another one."""
    often, seldom = draw.shuffled(["ab", "cd", "ef", "gh"])[:2]
    counts = {f"{letter}{seldom}": 1 for letter in draw.shuffled("pqrstuvw")}
    return {**counts, f"{draw.choice('xyz')}{often}": draw.integer(20, 60)}


def _rare(draw: Draw) -> dict[str, int]:
    """z and q occur nowhere but side by side; e and r are everywhere, and often side by side."""
    counts = {f"{letter}er": draw.integer(6, 12) for letter in draw.shuffled("abdfgh")[:4]}
    more = {f"{letter}e{letter}r": draw.integer(5, 9) for letter in draw.shuffled("klmn")[:3]}
    return {**counts, **more, "zq": draw.integer(2, 5), f"{draw.choice('tuv')}zq": 1}


def _mirrored(draw: Draw) -> dict[str, int]:
    """A pair at the beginning of words, and the same letters inside others."""
    one, other = draw.shuffled("abcd")[:2]
    n = draw.integer(5, 9)
    return {f"{one}{other}x": n, f"y{one}{other}": n + 3, f"{one}{other}": n + 6, f"z{other}{one}{other}": 2}


def _repeated(draw: Draw) -> dict[str, int]:
    """Neighbours overlap: in aaa there are two pairs, and only one of them can become one."""
    letter, other = draw.shuffled("abcd")[:2]
    sizes = draw.shuffled(range(3, 9))[:3]
    return {letter * sizes[0]: 7, other + letter * sizes[1]: 5, letter * sizes[2] + other: 3}


def _odd(draw: Draw) -> dict[str, int]:
    """Of three equal neighbours the first two become one, so that the first character finds another partner."""
    letter, count = draw.choice("abcd"), draw.integer(5, 20)
    return {letter * 4: count, letter * 3: count + 2}


def _other_names(draw: Draw) -> dict[str, int]:
    """As aba and ac: of the pairs (a, ##c) comes before (ab, ##a), of the names aba before ac."""
    first = draw.integer(0, 20)
    a, b, c = (chr(ord("a") + first + step) for step in (0, 1, draw.integer(2, 5)))
    count = draw.integer(3, 9)
    return {a + b: 9 + count, a + b + a: count, a + c: count}


def _signs(draw: Draw) -> dict[str, int]:
    one, other, third = draw.shuffled(HAN)[:3]
    return {one + other: 9, one + other + third: 4, "#" + other: 3, "##": 14, "é" + third + "#": draw.integer(1, 3)}


def _two_orders(candidate: Any, draw: Draw) -> Any:
    """The order in which the words were counted decides nothing."""
    counts = dict.fromkeys(draw.shuffled(COMMON)[:8], 2)
    turned = {word: counts[word] for word in reversed(counts)}
    return [_entries(candidate(each, _beginning(counts) + 4)) for each in (counts, turned)]
