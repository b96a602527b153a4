"""A sheet comes back as it was written; one that is missing, old or damaged is a sentence that says what to do."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest
import torch
from toy import copy_of_toy

from autograder.engine import wire
from autograder.engine.catalogue import Catalogue, own_catalogue
from autograder.engine.observe import Observation
from autograder.engine.sheet import VERSION, Sheet, StaleSheet, Symptoms, read_sheets, visible_sheet, write_sheets
from autograder.engine.values import Raised, Shown
from autograder.references.sheets import make_sheet


def test_a_sheet_comes_back_as_it_was_written(toy: Catalogue) -> None:
    observations = [
        Observation("a", [1.5, {"k": "v"}], 12),
        Observation("a", Raised("ValueError")),
        Observation("b", None),
    ]
    sheet = Sheet("halve", 3, observations, [Symptoms("A sentence with √.", observations[:1])], "(x)")
    write_sheets(toy.topic("halves"), [sheet])
    assert read_sheets(toy.topic("halves")) == {"halve": sheet}


def test_the_tensors_of_a_sheet_come_back(toy: Catalogue) -> None:
    write_sheets(toy.topic("halves"), [Sheet("halve", 0, [Observation("a", Shown(torch.arange(3)))], [])])
    value = read_sheets(toy.topic("halves"))["halve"].expected[0].value
    assert isinstance(value, Shown)
    assert value.values.tolist() == [0, 1, 2]


def test_a_made_sheet_holds_the_reference_and_the_mistakes(toy: Catalogue) -> None:
    sheet = make_sheet(toy.topic("halves"), "halve", 0, signature="(x)")
    assert [item.name for item in sheet.expected] == ["a vector", "a matrix"]
    assert [item.size for item in sheet.expected] == [4, 6]
    assert [item.sentence for item in sheet.mistakes] == ["The input is doubled, not halved."]
    right, wrong = sheet.expected[0].value, sheet.mistakes[0].observations[0].value
    assert isinstance(right, Shown)
    assert isinstance(wrong, Shown)
    assert torch.equal(4 * right.values, wrong.values)


def test_a_missing_sheet_says_what_to_do(toy: Catalogue) -> None:
    with pytest.raises(StaleSheet, match=r"halves.xz is missing. Run `make build`"):
        visible_sheet(toy.topic("halves"), "halve")


def test_a_sheet_of_other_experiments_is_stale(toy: Catalogue, tmp_path: Path) -> None:
    other = copy_of_toy(tmp_path / "other")
    place = other.code / "exercises" / "halves" / "_shared.py"
    place.write_text(place.read_text().replace("normal(4)", "normal(5)"))
    write_sheets(toy.topic("halves"), [make_sheet(toy.topic("halves"), "halve", 0)])
    other.topic("halves").sheets.parent.mkdir(parents=True)
    other.topic("halves").sheets.write_bytes(toy.topic("halves").sheets.read_bytes())
    with pytest.raises(StaleSheet, match=r"exercises/halves/halve\.py or what it imports has changed"):
        read_sheets(other.topic("halves"))


def test_the_same_sheets_are_the_same_bytes(toy: Catalogue) -> None:
    topic = toy.topic("halves")
    written = []
    for _ in range(2):
        write_sheets(topic, [make_sheet(topic, name, 0) for name in topic.exercises()])
        written.append(topic.sheets.read_bytes())
    assert written[0] == written[1]


def test_sheets_of_twenty_seven_lessons_like_these_take_less_than_twelve_megabytes() -> None:
    sizes = [topic.sheets.stat().st_size for topic in own_catalogue().topics()]
    assert sum(sizes) / len(sizes) * 27 < 12e6


def packed(content: object) -> bytes:
    return lzma.compress(wire.dumps(content))  # type: ignore[arg-type]


def put(toy: Catalogue, content: bytes) -> None:
    file = toy.topic("halves").sheets
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


@pytest.mark.parametrize("version", [0, 99])
def test_a_sheet_of_another_format_is_stale(toy: Catalogue, version: int) -> None:
    put(toy, packed({"version": version, "sheets": {}}))
    with pytest.raises(StaleSheet, match="another version"):
        read_sheets(toy.topic("halves"))


@pytest.mark.parametrize("damage", [b"", b"not a sheet", packed([1, 2]), None])
def test_a_damaged_sheet_is_a_sentence(toy: Catalogue, damage: bytes | None) -> None:
    write_sheets(toy.topic("halves"), [make_sheet(toy.topic("halves"), "halve", 0)])
    put(toy, toy.topic("halves").sheets.read_bytes()[:-100] if damage is None else damage)
    with pytest.raises(StaleSheet, match=r"halves.xz .* Run `make build`"):
        read_sheets(toy.topic("halves"))


@pytest.mark.parametrize("mark", ["", "0" * 16, "g" * 16])
def test_a_sheet_of_another_fingerprint_is_stale(toy: Catalogue, mark: str) -> None:
    sheet = make_sheet(toy.topic("halves"), "halve", 0).as_data()
    put(toy, packed({"version": VERSION, "sheets": {"halve": {"fingerprint": mark, "sheet": sheet}}}))
    with pytest.raises(StaleSheet, match="for other experiments"):
        read_sheets(toy.topic("halves"))


def test_a_sheet_that_unpacks_to_more_than_a_sheet_may_hold_is_refused(toy: Catalogue) -> None:
    put(toy, lzma.compress(bytes(2 * wire.MAX_REPLY)))
    with pytest.raises(StaleSheet, match="at most"):
        read_sheets(toy.topic("halves"))


def test_a_sheet_with_damaged_content_is_a_sentence(toy: Catalogue) -> None:
    mark = toy.topic("halves").fingerprint("halve")
    put(toy, packed({"version": VERSION, "sheets": {"halve": {"fingerprint": mark, "sheet": {"seed": 0}}}}))
    with pytest.raises(StaleSheet, match="the sheet of halve is damaged"):
        read_sheets(toy.topic("halves"))


def test_an_exercise_without_a_sheet_of_its_own_says_so(toy: Catalogue) -> None:
    write_sheets(toy.topic("halves"), [make_sheet(toy.topic("halves"), "halve", 0)])
    with pytest.raises(StaleSheet, match="holds no sheet for negate"):
        visible_sheet(toy.topic("halves"), "negate")
