"""A sheet: what one seed should show, and what each known mistake would have shown instead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.engine import wire
from autograder.engine.exercise import Exercise, fingerprint
from autograder.engine.observe import Evidence, Observation
from autograder.engine.values import Data

VERSION = 1  # of the format
VISIBLE_SEED = 0
SHEETS = Path(__file__).resolve().parents[2] / "data" / "sheets"


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


def sheet_file(topic: str, folder: Path = SHEETS) -> Path:
    """Where the visible sheets of a topic lie."""
    return folder / f"{topic}.safetensors"


def write_sheets(topic: str, sheets: list[Sheet], folder: Path = SHEETS) -> None:
    """Writes the visible sheets of one topic into one file."""
    folder.mkdir(parents=True, exist_ok=True)
    content: Data = {
        "version": VERSION,
        "fingerprint": fingerprint(topic),
        "sheets": {sheet.exercise: sheet.as_data() for sheet in sheets},
    }
    sheet_file(topic, folder).write_bytes(wire.dumps(content))


def read_sheets(topic: str, folder: Path = SHEETS) -> dict[str, Sheet]:
    """The visible sheets of a topic by exercise.

    Raises:
        StaleSheet: there are none, or they were written for another version of the experiments.
    """
    file = sheet_file(topic, folder)
    if not file.exists():
        raise StaleSheet(f"{file} is missing. Run `make build`, or bring the data folder along with the notebook.")
    try:
        match wire.loads(file.read_bytes()):
            case {"version": int(version), "fingerprint": str(mark), "sheets": dict(sheets)} if (
                version == VERSION and mark == fingerprint(topic)
            ):
                return {name: Sheet.from_data(name, data) for name, data in sheets.items()}
    except ValueError as error:
        raise StaleSheet(f"{file} is damaged ({error}). Run `make build`, or fetch the data folder again.") from error
    raise StaleSheet(f"{file} was written for another version of autograder/exercises/{topic}.py. Run `make build`.")


@cache
def visible_sheets(topic: str) -> dict[str, Sheet]:
    """The course's own visible sheets of a topic, read once."""
    return read_sheets(topic)


def visible_sheet(exercise: Exercise) -> Sheet:
    """The visible sheet of an exercise.

    Raises:
        StaleSheet: it is missing or out of date.
    """
    sheets = visible_sheets(exercise.topic)
    if exercise.name not in sheets:
        raise StaleSheet(f"{sheet_file(exercise.topic)} holds no sheet for {exercise.name}. Run `make build`.")
    return sheets[exercise.name]
