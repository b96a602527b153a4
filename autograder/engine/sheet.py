"""A sheet: what one seed should show, and what each known mistake would have shown instead."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from functools import cache

from autograder.engine import wire
from autograder.engine.catalogue import Topic
from autograder.engine.observe import Evidence, Observation
from autograder.engine.values import Data

VERSION = 2  # of the format
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
    """

    exercise: str
    seed: int
    expected: list[Observation]
    mistakes: list[Symptoms]
    signature: str = ""

    def as_data(self) -> Data:
        mistakes: list[Data] = [[item.sentence, Evidence(item.observations).as_data()] for item in self.mistakes]
        expected = Evidence(self.expected).as_data()
        return {"seed": self.seed, "signature": self.signature, "expected": expected, "mistakes": mistakes}

    @classmethod
    def from_data(cls, exercise: str, data: Data) -> Sheet:
        """Reads what `as_data` wrote.

        Raises:
            ValueError: it is something else.
        """
        match data:
            case {"seed": int(seed), "signature": str(signature), "expected": expected, "mistakes": list(rows)}:
                observations = Evidence.from_data(expected).observations
                return cls(exercise, seed, observations, [_symptoms(row) for row in rows], signature)
        raise ValueError(f"the sheet of {exercise} is damaged")


def _symptoms(row: Data) -> Symptoms:
    match row:
        case [str(sentence), dict(evidence)]:
            return Symptoms(sentence, Evidence.from_data(evidence).observations)
    raise ValueError("a mistake is a sentence and what it shows")


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
