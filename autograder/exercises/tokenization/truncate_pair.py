"""What `truncate_pair` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments
from autograder.exercises.tokenization._shared import words

LONGEST = Idea("what is cut comes off the longer text", weight=3, point=True)
COUNTED = Idea("[CLS] and two [SEP] count", weight=2, point=True)
ODD = Idea("an odd one out belongs to the longer text, of equals to the second", weight=1.5)
REFUSED = Idea("without room for special tokens it is refused", weight=1)
ALONE = Idea("the lists stay as they are", weight=1)
SPECIALS = 3


@exercise(points=2)
def truncate_pair(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What is left of two texts."""

    def run(first: int, second: int, room: int) -> Any:
        """`room`: for tokens that are not special."""
        tokens = words(draw, first + second)
        one, other = candidate(tokens[:first], tokens[first:], room + SPECIALS)
        return [one, other]

    few, more = draw.integer(2, 4), draw.integer(8, 12)
    yield "the docstring's example", lambda: _example(candidate, draw), LONGEST
    yield "only the first is too long", lambda: run(more, few, few + 4), LONGEST
    yield "only the second is too long", lambda: run(few, more, few + 5), LONGEST
    yield "both are too long", lambda: [run(more, more + 3, 2 * few), run(more + 4, more, 2 * few)], LONGEST
    yield "many lengths", lambda: _many(candidate, draw), LONGEST
    yield "just enough room", lambda: run(few, more, few + more), COUNTED
    yield "more than enough room", lambda: run(few, more, few + more + draw.integer(1, 9)), COUNTED
    yield "one too many", lambda: [run(few, more, few + more - 1), run(more, few, few + more - 1)], COUNTED
    yield "an odd room, the first longer", lambda: run(more + 1, more, 2 * few + 1), ODD
    yield "an odd room, the second longer", lambda: run(more, more + 2, 2 * few + 1), ODD
    yield "an odd room, both of one length", lambda: run(more, more, 2 * few + 1), ODD
    yield "both of one length, one too many", lambda: run(few, few, 2 * few - 1), ODD
    yield "one of them is empty", lambda: [run(0, more, few), run(more, 0, few), run(0, 0, few)], LONGEST
    yield "room for nothing, and for one", lambda: [run(few, more, 0), run(few, more, 1), run(more, few, 1)], COUNTED
    yield "less than the special tokens", lambda: _refused(candidate, draw), REFUSED
    yield "called by names", lambda: _by_names(candidate, draw), LONGEST
    yield "the lists afterwards", lambda: _afterwards(candidate, draw, more, few), ALONE


def _example(candidate: Any, draw: Draw) -> Any:
    first, second = list("abcdef"), list("xy")
    tokens, room = words(draw, 9), draw.integer(8, 10)
    return [list(candidate(first, second, 8)), list(candidate(tokens[:6], tokens[6:], room))]


def _many(candidate: Any, draw: Draw) -> Any:
    """Only how many are left."""
    shown = []
    for _ in range(12):
        first, second = draw.integer(0, 14), draw.integer(0, 14)
        tokens = words(draw, first + second)
        one, other = candidate(tokens[:first], tokens[first:], draw.integer(3, 25))
        shown.append([len(one), len(other)])
    return shown


def _refused(candidate: Any, draw: Draw) -> Any:
    tokens = words(draw, 9)
    shown = {
        str(room): refusal(ValueError, candidate, tokens[:3], tokens[3:], room) for room in draw.shuffled(range(3))
    }
    nothing = refusal(ValueError, candidate, [], [], 2)
    return {**shown, "nothing to cut": nothing, "room": refusal(ValueError, candidate, tokens[:3], tokens[3:], 7)}


def _by_names(candidate: Any, draw: Draw) -> Any:
    tokens = words(draw, 11)
    return list(candidate(max_length=draw.integer(6, 10), second=tokens[:3], first=tokens[3:]))


def _afterwards(candidate: Any, draw: Draw, more: int, few: int) -> Any:
    tokens = words(draw, more + few)
    shown = with_arguments(candidate, tokens[:more], tokens[more:], few + 5)
    return {**shown, "result": list(shown["result"])}
