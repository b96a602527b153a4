"""The build: everything is looked at before anything is written, and every notebook leads on."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from toy import DOUBLES, HALVES, built_toy

from autograder.authoring.build import build, stale_files
from autograder.authoring.lesson import LessonError
from autograder.engine import fingerprint
from autograder.engine.catalogue import Catalogue
from autograder.references import MissingReference, Mistake, answers_to


def quiet(line: str) -> None:
    """Takes what a build reports."""


def files_of(catalogue: Catalogue) -> dict[Path, bytes]:
    """Everything in a course, but what Python leaves there."""
    files = [file for file in catalogue.root.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    return {file: file.read_bytes() for file in files}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def without_check(toy: Catalogue) -> None:
    edit(toy.root / "solutions" / f"{HALVES}.py", "check(negate)", "check(halve)")


def without_frame(toy: Catalogue) -> None:
    edit(toy.root / "solutions" / f"{HALVES}.py", "# ## What you have built", "# ## The end")


def without_reference(toy: Catalogue) -> None:
    (toy.topic("halves").references / "negate.py").unlink()


def with_a_broken_experiment(toy: Catalogue) -> None:
    edit(
        toy.topic("halves").experiments / "negate.py",
        '    yield "a vector"',
        '    draw.no_such_thing()\n    yield "a vector"',
    )


def with_the_name_of_another(toy: Catalogue) -> None:
    edit(toy.root / "solutions" / f"{HALVES}.py", 'exercise="halve"', 'exercise="double"')


@pytest.mark.parametrize(
    "spoil", [without_check, without_frame, without_reference, with_a_broken_experiment, with_the_name_of_another]
)
def test_one_bad_lesson_among_two_and_nothing_is_written(toy: Catalogue, spoil) -> None:
    spoil(toy)
    before = files_of(toy)
    with pytest.raises((LessonError, MissingReference, ValueError)):
        build(toy, report=quiet)
    assert files_of(toy) == before


def test_a_lesson_that_a_colleague_is_half_way_through_does_not_stop_another(toy: Catalogue) -> None:
    (toy.root / "solutions" / "72_thirds.py").write_text('import torch\n\n# %% exercise="third\ndef third(\n')
    without_frame(toy)
    build(toy, [DOUBLES], report=quiet)
    assert (toy.root / "notebooks" / DOUBLES / f"{DOUBLES}.ipynb").exists()
    assert not (toy.root / "notebooks" / HALVES).exists()


def test_what_was_built_is_up_to_date_until_a_source_changes(toy: Catalogue) -> None:
    build(toy, report=quiet)
    assert stale_files(toy) == []
    edit(toy.root / "solutions" / f"{DOUBLES}.py", "# # Doubles", "# # Twice")
    names = [f"{part}/{name}/{name}.ipynb" for part in ("solutions", "notebooks") for name in (DOUBLES, HALVES)]
    assert stale_files(toy) == [*names, "data/course.json"]  # the neighbour says the title, too


def test_sheets_are_out_of_date_once_their_experiment_changes(toy: Catalogue) -> None:
    build(toy, report=quiet)
    topic = toy.topic(toy.find("halve").topic)
    place = toy.root / topic.place("exercises", "halve")
    place.write_text(place.read_text() + "\nAND_MORE = 1\n")
    for cached in (fingerprint._tree, fingerprint._digest):  # another process would read the file anew
        cached.cache_clear()
    assert stale_files(toy) == [str(topic.sheets.relative_to(toy.root))]
    build(toy, report=quiet)
    assert stale_files(toy) == []


def test_sheets_are_out_of_date_once_the_known_mistakes_are_others(toy: Catalogue) -> None:
    build(toy, report=quiet)
    topic = toy.topic(toy.find("halve").topic)
    known = answers_to(topic, "halve").mistakes
    kept = list(known)
    try:
        known.append(Mistake(kept[0].answer, "Another one."))
        assert stale_files(toy) == [str(topic.sheets.relative_to(toy.root))]
        known.reverse()
        assert stale_files(toy) == [str(topic.sheets.relative_to(toy.root))]
    finally:
        known[:] = kept
    assert stale_files(toy) == []


@pytest.mark.parametrize("part", ["solutions", "notebooks"])
def test_the_last_cell_leads_to_the_lessons_beside(part: str) -> None:
    ways = {}
    for name in (DOUBLES, HALVES):
        notebook = nbformat.read(built_toy().root / part / name / f"{name}.ipynb", as_version=4)
        assert notebook.cells[-1].id == "navigation"
        assert "nbgrader" not in notebook.cells[-1].metadata
        ways[name] = notebook.cells[-1].source.splitlines()
    assert ways[DOUBLES][0] == f"[Halves →](../{HALVES}/{HALVES}.ipynb)"
    assert ways[HALVES][0] == f"[← Doubles](../{DOUBLES}/{DOUBLES}.ipynb)"
    assert ways[HALVES][2].startswith("On Colab: [← Doubles](https://colab.research.google.com/github/")
    assert ways[HALVES][2].endswith(f"/blob/main/notebooks/{DOUBLES}/{DOUBLES}.ipynb)")
