"""The catalogue: exercises are found by name without importing any other, and every name is unique in a course."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from toy import built_toy, copy_of_toy

from autograder.engine.catalogue import Catalogue, UnknownExercise, own_catalogue


def test_exercises_are_found_by_name_and_topic(toy: Catalogue) -> None:
    assert [topic.name for topic in toy.topics()] == ["doubles", "halves"]
    assert toy.names() == {"double": "doubles", "halve": "halves", "negate": "halves"}
    halve = toy.find("halve")
    assert (halve.name, halve.topic, halve.points, halve.summary) == ("halve", "halves", 2, "Half the input.")
    assert list(toy.topic("halves").exercises()) == ["halve", "negate"]
    assert toy.topic("nothing").exercises() == {}


def test_names_are_known_without_importing_anything(toy: Catalogue) -> None:
    toy.names()
    assert not [name for name in sys.modules if name.startswith(f"{toy.package}.")]
    toy.find("negate")
    assert f"{toy.package}.exercises.halves.halve" not in sys.modules


def test_an_unknown_exercise_is_a_sentence(toy: Catalogue) -> None:
    with pytest.raises(UnknownExercise, match="No exercise is called 'third'"):
        toy.find("third")


def test_two_exercises_of_one_name_are_refused(toy: Catalogue) -> None:
    folder = toy.code / "exercises" / "twins"
    folder.mkdir()
    (folder / "halve.py").write_text((toy.code / "exercises" / "halves" / "halve.py").read_text())
    with pytest.raises(ValueError, match=r"exercises/twins/halve.py: the name 'halve' is taken by .*halves/halve.py"):
        toy.names()


def test_a_file_that_defines_no_exercise_of_its_name_is_named(toy: Catalogue) -> None:
    file = toy.code / "exercises" / "halves" / "third.py"
    file.write_text("third = 3\n")
    with pytest.raises(ValueError, match=r"exercises/halves/third.py should define the exercise third"):
        toy.find("third")


def test_two_courses_stand_side_by_side(toy: Catalogue, tmp_path: Path) -> None:
    other = copy_of_toy(tmp_path / "other")
    file = other.code / "exercises" / "halves" / "halve.py"
    file.write_text(file.read_text().replace("points=2", "points=7"))
    assert (toy.find("halve").points, other.find("halve").points) == (2, 7)
    assert "halve" not in own_catalogue().names()


def test_where_everything_about_a_topic_lies() -> None:
    course, toy = own_catalogue(), built_toy()
    for catalogue in (course, toy):
        for topic in catalogue.topics():
            assert topic.experiments.is_dir()
            assert topic.references.is_dir()
            assert topic.sheets.is_file()
            assert topic.lesson in catalogue.lessons()
    assert course.contents.is_file()
    assert course.topic("nothing").lesson is None
    assert [topic.name for topic in course.topics() if not topic.helper.is_file()] == []
