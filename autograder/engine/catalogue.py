"""The catalogue of a course: which topics and exercises there are, and where each piece of them lies.

It is handed over to whoever needs it. Students, instructors and authors use the course's own; a test may hand over
another one, with the same folders:

    solutions/NN_topic.py                   the lesson's source
    notebooks/NN_topic/NN_topic.ipynb       what students get
    PACKAGE/exercises/topic/exercise.py     one experiment a file; `_shared.py` is none
    PACKAGE/references/topic/exercise.py    its reference, private
    helpers/topic.py                        what the lesson imports
    data/sheets/topic.xz                    its visible sheets
    data/course.json                        the table of contents
    data/answers.json                       the lessons' answers, in a class release that is to have them
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.engine.exercise import Exercise
from autograder.engine.fingerprint import fingerprint, sources

OWN = "autograder"


class UnknownExercise(LookupError):
    """A name that no exercise has."""


@dataclass(frozen=True)
class Catalogue:
    """One course.

    Attributes:
        root: its folder.
        package: the name under which its experiments and references can be imported.
    """

    root: Path
    package: str = OWN

    @property
    def code(self) -> Path:
        """The folder of its experiments and, where no student's code runs, its references."""
        return self.root / self.package

    @property
    def contents(self) -> Path:
        """The table of contents."""
        return self.root / "data" / "course.json"

    @property
    def given_answers(self) -> Path:
        """The answers that a class was given with its release, and after how many tries they are shown."""
        return self.root / "data" / "answers.json"

    def lessons(self) -> list[Path]:
        """The lessons' sources in the order of the course; none where students' code runs."""
        return sorted((self.root / "solutions").glob("[0-9][0-9]_*.py"))

    def topic(self, name: str) -> Topic:
        """The topic called `name`, whether anything of it is there or not."""
        return Topic(self, name)

    def topics(self) -> list[Topic]:
        """The topics that have exercises, in the order of the alphabet."""
        return [Topic(self, name) for name in sorted(set(_topic_of(self).values()))]

    def names(self) -> dict[str, str]:
        """Every exercise's name, and its topic's. Nothing is imported for it.

        Raises:
            ValueError: two exercises have one name.
        """
        return _topic_of(self)

    def find(self, name: str) -> Exercise:
        """The exercise called `name`.

        Raises:
            UnknownExercise: there is none.
        """
        if name not in _topic_of(self):
            raise UnknownExercise(f"No exercise is called {name!r}.")
        return _imported(self, _topic_of(self)[name], name)


@dataclass(frozen=True)
class Topic:
    """Where everything about one lesson lies.

    Attributes:
        name: the lesson's file name without its number: `attention` for `11_attention`.
    """

    catalogue: Catalogue
    name: str

    @property
    def lesson(self) -> Path | None:
        """Its lesson's source, if there is one here."""
        return next((file for file in self.catalogue.lessons() if file.stem.partition("_")[2] == self.name), None)

    @property
    def experiments(self) -> Path:
        """The folder with one file an exercise."""
        return self.catalogue.code / "exercises" / self.name

    @property
    def references(self) -> Path:
        """The folder with one file an exercise; private."""
        return self.catalogue.code / "references" / self.name

    @property
    def sheets(self) -> Path:
        """The file of its visible sheets."""
        return self.catalogue.root / "data" / "sheets" / f"{self.name}.xz"

    @property
    def helper(self) -> Path:
        """What its lesson imports."""
        return self.catalogue.root / "helpers" / f"{self.name}.py"

    def exercises(self) -> dict[str, Exercise]:
        """Its exercises by name, in the order of the alphabet."""
        mine = [name for name, topic in _topic_of(self.catalogue).items() if topic == self.name]
        return {name: self.catalogue.find(name) for name in mine}

    def place(self, kind: str, exercise: str) -> str:
        """`autograder/references/attention/tiled_attention.py`: a file as an author names it.

        Args:
            kind: "exercises" or "references".
        """
        return f"{self.catalogue.package}/{kind}/{self.name}/{exercise}.py"

    def fingerprint(self, exercise: str) -> str:
        """Changes with the experiment and with whatever of this project it imports; see `fingerprint`."""
        observe = Path(__file__).with_name("observe.py")  # what runs it is not imported by it
        return fingerprint((self.experiments / f"{exercise}.py", observe), self.catalogue.code)

    def judging(self) -> str:
        """Changes with everything that decides about an answer: the engine, the experiments, the references."""
        return _judging(self)

    def sources(self, exercise: str) -> frozenset[str]:
        """The files of this project that an experiment imports, itself included, as `engine/probes.py`."""
        return _sources(self, exercise)


@cache
def own_catalogue() -> Catalogue:
    """The course that this code is part of."""
    return Catalogue(Path(__file__).resolve().parents[2])


@cache  # a grader asks for each submission
def _judging(topic: Topic) -> str:
    folders = (Path(__file__).parent, topic.experiments, topic.references)
    makers = sorted(Path(__file__).parents[1].glob("references/*.py"))  # of hidden sheets
    files = [*makers, *(file for folder in folders for file in folder.rglob("*.py"))]
    return fingerprint(files, topic.catalogue.code)


@cache  # and for each exercise of each submission
def _sources(topic: Topic, exercise: str) -> frozenset[str]:
    return frozenset(sources([topic.experiments / f"{exercise}.py"], topic.catalogue.code))


@cache
def _topic_of(catalogue: Catalogue) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(catalogue.code.glob("exercises/*/[!_]*.py")):
        if file.stem in found:
            mine, other = (catalogue.topic(name) for name in (file.parent.name, found[file.stem]))
            raise ValueError(
                f"{mine.place('exercises', file.stem)}: the name {file.stem!r} is taken by "
                f"{other.place('exercises', file.stem)}. Names are unique in the course: give one of them another."
            )
        found[file.stem] = file.parent.name
    return found


@cache
def _imported(catalogue: Catalogue, topic: str, name: str) -> Exercise:
    module = importlib.import_module(f"{catalogue.package}.exercises.{topic}.{name}")
    found = getattr(module, name, None)
    if not isinstance(found, Exercise):
        raise ValueError(f"{catalogue.topic(topic).place('exercises', name)} should define the exercise {name}.")
    return found
