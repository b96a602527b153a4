"""A sheet: what one seed should show, and what each known mistake would have shown instead."""

from __future__ import annotations

import lzma
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from autograder.engine import wire
from autograder.engine.catalogue import Topic
from autograder.engine.exercise import Idea
from autograder.engine.observe import Evidence, Observation
from autograder.engine.values import Data

VERSION = 3  # of the format
VISIBLE_SEED = 0
BRING = "Run `make build`, or bring the data folder along with the notebook."
FETCH = "Run `make build`, or fetch the data folder again."


class StaleSheet(RuntimeError):
    """A sheet that is missing, or was written for other experiments. Notebooks show its one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@dataclass(frozen=True)
class Symptoms:
    """What one known mistake shows, and the sentence that names it."""

    sentence: str
    observations: list[Observation]


@dataclass(frozen=True)
class Sheet:
    """Expected observations of one exercise under one seed.

    Attributes:
        signature: that of the lesson's stub, as `(q, k, v, mask=None)`.
        mistakes: the symptoms of each known mistake, in the order of the reference's file.
        nothing: what an answer shows whose body is empty.
        identity: what one shows that returns its first argument.
        returned: for each expected observation, the ways to what the candidate itself returned.
    """

    exercise: str
    seed: int
    expected: list[Observation]
    mistakes: list[Symptoms]
    signature: str = ""
    nothing: list[Observation] = field(default_factory=list)
    identity: list[Observation] = field(default_factory=list)
    returned: list[list[tuple[str | int, ...]]] = field(default_factory=list)

    @cached_property
    def known_parts(self) -> dict[Any, Any]:
        """What `engine.naming` has found out about the mistakes, kept for the next answer. No part of the sheet."""
        return {}

    def as_data(self) -> Data:
        mistakes: list[Data] = [[item.sentence, Evidence(item.observations).as_data()] for item in self.mistakes]
        ways: list[Data] = [[list(way) for way in ways] for ways in self.returned]
        return {
            "seed": self.seed, "signature": self.signature, "expected": Evidence(self.expected).as_data(),
            "ideas": [_priced(item.idea) for item in self.expected], "mistakes": mistakes,
            "nothing": Evidence(self.nothing).as_data(), "identity": Evidence(self.identity).as_data(),
            "returned": ways,
        }  # fmt: skip

    @classmethod
    def from_data(cls, exercise: str, data: Data) -> Sheet:
        """Reads what `as_data` wrote.

        Raises:
            ValueError: it is something else.
        """
        match data:
            case {
                "seed": int(seed), "signature": str(signature), "expected": expected, "ideas": list(ideas),
                "mistakes": list(rows), "nothing": nothing, "identity": identity, "returned": list(returned),
            }:  # fmt: skip
                observations = [
                    replace(item, idea=_idea(idea))
                    for item, idea in zip(Evidence.from_data(expected).observations, ideas, strict=True)
                ]
                mistakes = [_symptoms(row) for row in rows]
                empty, same = (Evidence.from_data(data).observations for data in (nothing, identity))
                ways = [_ways(row) for row in returned]
                return cls(exercise, seed, observations, mistakes, signature, empty, same, ways)
        raise ValueError(f"the sheet of {exercise} is damaged")


def _symptoms(row: Data) -> Symptoms:
    match row:
        case [str(sentence), dict(evidence)]:
            return Symptoms(sentence, Evidence.from_data(evidence).observations)
    raise ValueError("a mistake is a sentence and what it shows")


def _priced(idea: Idea | None) -> Data:
    return None if idea is None else [idea.name, float(idea.weight), idea.point]


def _idea(row: Data) -> Idea | None:
    match row:
        case None:
            return None
        case [str(name), float(weight), bool(point)]:
            return Idea(name, weight, point)
    raise ValueError("an idea is a name, a weight, and whether it is the point")


def _ways(row: Data) -> list[tuple[str | int, ...]]:
    match row:
        case list(ways):
            return [tuple(step for step in way if isinstance(step, str | int)) for way in ways if isinstance(way, list)]
    raise ValueError("what was returned is a list of ways")


def write_sheets(topic: Topic, sheets: list[Sheet]) -> None:
    """Writes the visible sheets of one topic into one file, the same bytes each time."""
    content: Data = {"version": VERSION, "sheets": {sheet.exercise: _marked(topic, sheet) for sheet in sheets}}
    topic.sheets.parent.mkdir(parents=True, exist_ok=True)
    topic.sheets.write_bytes(lzma.compress(wire.dumps(content), preset=9))


def _marked(topic: Topic, sheet: Sheet) -> Data:
    return {"fingerprint": topic.fingerprint(sheet.exercise), "sheet": sheet.as_data()}


def read_sheets(topic: Topic) -> dict[str, Sheet]:
    """The visible sheets of a topic by exercise.

    Raises:
        StaleSheet: there are none, or one was written for another version of its experiment or of what that imports.
    """
    if not topic.sheets.exists():
        raise StaleSheet(f"{topic.sheets} is missing. {BRING}")
    try:
        match wire.loads(_unpacked(topic.sheets.read_bytes())):
            case {"version": int(version), "sheets": dict(sheets)} if version == VERSION:
                return {name: _unmarked(topic, name, data) for name, data in sheets.items()}
    except (ValueError, lzma.LZMAError) as error:
        raise StaleSheet(f"{topic.sheets} is damaged ({error}). {FETCH}") from error
    raise StaleSheet(f"{topic.sheets} was written by another version of this course. {FETCH}")


def _unpacked(content: bytes) -> bytes:
    """What was compressed, and no more than a sheet may hold: `wire.loads` refuses what is longer."""
    unpacker = lzma.LZMADecompressor()
    content = unpacker.decompress(content, wire.MAX_REPLY + 1)
    if not unpacker.eof and len(content) <= wire.MAX_REPLY:
        raise ValueError("it ends too early")
    return content


def _unmarked(topic: Topic, name: str, data: Data) -> Sheet:
    match data:
        case {"fingerprint": str(mark), "sheet": sheet}:
            if mark != topic.fingerprint(name):
                place = topic.place("exercises", name)
                raise StaleSheet(
                    f"{topic.sheets} was written for other experiments: {place} or what it imports has changed since. "
                    "Run `make build`."
                )
            return Sheet.from_data(name, sheet)
    raise ValueError(f"the sheet of {name} is damaged")


@cache
def visible_sheets(topic: Topic) -> dict[str, Sheet]:
    """The visible sheets of a topic, read once."""
    return read_sheets(topic)


def visible_sheet(topic: Topic, exercise: str) -> Sheet:
    """The visible sheet of an exercise.

    Raises:
        StaleSheet: it is missing or out of date.
    """
    sheets = visible_sheets(topic)
    if exercise not in sheets:
        raise StaleSheet(f"{topic.sheets} holds no sheet for {exercise}. Run `make build`.")
    return sheets[exercise]
