"""A sheet comes back as it was written; one that is missing, old or damaged is a sentence that says what to do."""

from __future__ import annotations

import linecache
from pathlib import Path

import pytest
import torch

from autograder.engine import wire
from autograder.engine.exercise import UnknownExercise, all_exercises, find_exercise, fingerprint, topics
from autograder.engine.observe import Observation
from autograder.engine.sheet import Sheet, StaleSheet, Symptoms, read_sheets, sheet_file, visible_sheet, write_sheets
from autograder.engine.values import Raised, Shown
from autograder.references.sheets import make_sheet


def test_a_sheet_comes_back_as_it_was_written(toy: Path) -> None:
    observations = [
        Observation("a", [1.5, {"k": "v"}], 12),
        Observation("a", Raised("ValueError")),
        Observation("b", None),
    ]
    sheet = Sheet("halve", 3, observations, [Symptoms("A sentence with √.", observations[:1])], "(x)")
    write_sheets("toy", [sheet], toy)
    assert read_sheets("toy", toy) == {"halve": sheet}


def test_the_tensors_of_a_sheet_come_back(toy: Path) -> None:
    write_sheets("toy", [Sheet("halve", 0, [Observation("a", Shown(torch.arange(3)))], [])], toy / "new" / "folder")
    value = read_sheets("toy", toy / "new" / "folder")["halve"].expected[0].value
    assert isinstance(value, Shown)
    assert value.values.tolist() == [0, 1, 2]


def test_a_made_sheet_holds_the_reference_and_the_mistakes(toy: Path) -> None:
    sheet = make_sheet(find_exercise("halve"), 0, signature="(x)")
    assert [item.name for item in sheet.expected] == ["a vector", "a matrix"]
    assert [item.size for item in sheet.expected] == [4, 6]
    assert [item.sentence for item in sheet.mistakes] == ["The input is doubled, not halved."]
    right, wrong = sheet.expected[0].value, sheet.mistakes[0].observations[0].value
    assert isinstance(right, Shown)
    assert isinstance(wrong, Shown)
    assert torch.equal(4 * right.values, wrong.values)


def test_a_missing_sheet_says_what_to_do(toy: Path) -> None:
    with pytest.raises(StaleSheet, match=r"toy.safetensors is missing. Run `make build`"):
        visible_sheet(find_exercise("halve"))


def test_a_sheet_of_other_experiments_is_stale(toy: Path) -> None:
    write_sheets("toy", [make_sheet(find_exercise("halve"), 0)], toy)
    source = toy / "autograder.exercises" / "toy.py"
    source.write_text(source.read_text() + "\n# another experiment\n")
    fingerprint.cache_clear()
    linecache.clearcache()  # where inspect reads sources from
    with pytest.raises(StaleSheet, match=r"another version of autograder/exercises/toy\.py"):
        read_sheets("toy", toy)


@pytest.mark.parametrize("version", [0, 99])
def test_a_sheet_of_another_format_is_stale(toy: Path, version: int) -> None:
    content = wire.dumps({"version": version, "fingerprint": fingerprint("toy"), "sheets": {}})
    sheet_file("toy", toy).write_bytes(content)
    with pytest.raises(StaleSheet, match="another version"):
        read_sheets("toy", toy)


@pytest.mark.parametrize("mark", ["", "0" * 16, "g" * 16])
def test_a_sheet_of_another_fingerprint_is_stale(toy: Path, mark: str) -> None:
    sheet_file("toy", toy).write_bytes(wire.dumps({"version": 1, "fingerprint": mark, "sheets": {}}))
    with pytest.raises(StaleSheet, match="another version"):
        read_sheets("toy", toy)


@pytest.mark.parametrize("damage", [b"", b"not a sheet", wire.dumps([1, 2]), None])
def test_a_damaged_sheet_is_a_sentence(toy: Path, damage: bytes | None) -> None:
    write_sheets("toy", [make_sheet(find_exercise("halve"), 0)], toy)
    file = sheet_file("toy", toy)
    file.write_bytes(file.read_bytes()[:-100] if damage is None else damage)
    with pytest.raises(StaleSheet, match=r"toy.safetensors .* Run `make build`"):
        read_sheets("toy", toy)


def test_a_sheet_with_damaged_content_is_a_sentence(toy: Path) -> None:
    content = {"version": 1, "fingerprint": fingerprint("toy"), "sheets": {"halve": {"seed": 0}}}
    sheet_file("toy", toy).write_bytes(wire.dumps(content))  # type: ignore[arg-type]
    with pytest.raises(StaleSheet, match="the sheet of halve is damaged"):
        read_sheets("toy", toy)


def test_an_exercise_without_a_sheet_of_its_own_says_so(toy: Path) -> None:
    write_sheets("toy", [make_sheet(find_exercise("halve"), 0)], toy)
    with pytest.raises(StaleSheet, match="holds no sheet for negate"):
        visible_sheet(find_exercise("negate"))


def test_exercises_are_found_by_name_and_topic(toy: Path) -> None:
    assert topics() == ("toy",)
    assert list(all_exercises()) == ["halve", "negate"]
    halve = find_exercise("halve")
    assert (halve.name, halve.topic, halve.points, halve.summary) == ("halve", "toy", 2, "Half the input.")


def test_an_unknown_exercise_is_a_sentence(toy: Path) -> None:
    with pytest.raises(UnknownExercise, match="No exercise is called 'third'"):
        find_exercise("third")


def test_two_exercises_of_one_name_are_refused(toy: Path) -> None:
    folder = toy / "autograder.exercises"
    (folder / "twin.py").write_text((folder / "toy.py").read_text())
    with pytest.raises(
        ValueError, match=r"exercises/twin.py: the name 'halve' is taken by autograder/exercises/toy.py"
    ):
        all_exercises()
