"""References, mistakes and alternatives are found by the name of the reference; a sheet is made of sound ones only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.engine.exercise import Exercise, exercise, find_exercise
from autograder.references import MissingReference, answers_to
from autograder.references.sheets import make_sheet


def test_all_that_is_known_about_an_exercise_is_found(toy: Path) -> None:
    answers = answers_to(find_exercise("halve"))
    assert torch.equal(answers.reference(torch.ones(2)), torch.full((2,), 0.5))
    assert [(item.answer.__name__, item.sentence) for item in answers.mistakes] == [
        ("doubles", "The input is doubled, not halved.")
    ]
    assert [answer.__name__ for answer in answers.alternatives] == ["multiplies"]
    assert answers.equivalents == {"return x / 2.0": "the same number"}


def test_an_exercise_without_mistakes_has_none(toy: Path) -> None:
    answers = answers_to(find_exercise("negate"))
    assert (answers.mistakes, answers.alternatives, answers.equivalents) == ([], [], {})


def test_a_missing_reference_is_named(toy: Path) -> None:
    file = toy / "autograder.references" / "toy.py"
    file.write_text(file.read_text().replace("def negate", "def negative"))
    with pytest.raises(MissingReference, match=r"references/toy\.py: no reference for negate"):
        answers_to(find_exercise("negate"))


def test_a_missing_file_of_references_is_named(toy: Path) -> None:
    (toy / "autograder.references" / "toy.py").unlink()
    with pytest.raises(MissingReference, match=r"references/toy\.py is missing; it should define halve"):
        answers_to(find_exercise("halve"))


def test_a_broken_import_in_the_references_is_not_taken_for_a_missing_file(toy: Path) -> None:
    (toy / "autograder.references" / "toy.py").write_text("import no_such_library\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        answers_to(find_exercise("halve"))


def trial(monkeypatch: pytest.MonkeyPatch, experiment: Callable[..., Any], reference: Callable[..., Any]) -> Exercise:
    """An exercise named `halve` of the toy course with another experiment and reference."""
    experiment.__name__, experiment.__module__ = "halve", "autograder.exercises.toy"
    answers_to(find_exercise("halve"))
    monkeypatch.setattr(sys.modules["autograder.references.toy"], "halve", reference)
    return exercise(points=1)(experiment)


def test_an_experiment_that_yields_nothing_makes_no_sheet(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(candidate: Any, draw: Any) -> Iterator[Any]:
        yield from ()

    with pytest.raises(ValueError, match=r"exercises/toy\.py: halve yields no observation"):
        make_sheet(trial(monkeypatch, silent, abs), 0)


def test_an_experiment_that_raises_on_the_reference_makes_no_sheet(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(candidate: Any, draw: Any) -> Iterator[Any]:
        yield "fine", lambda: 1
        raise ZeroDivisionError("our own fault")

    with pytest.raises(ValueError, match="the experiment itself raises ZeroDivisionError: our own fault"):
        make_sheet(trial(monkeypatch, broken, abs), 0)


@pytest.mark.parametrize("value", [iter([1]), [1, {"deep": (1, object())}], torch.ones(1, device="meta")])
def test_a_reference_that_shows_no_plain_data_makes_no_sheet(
    toy: Path, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    def shows(candidate: Any, draw: Any) -> Iterator[Any]:
        yield "value", lambda: candidate(draw)

    with pytest.raises(ValueError, match="on the reference, 'value' is no plain data"):
        make_sheet(trial(monkeypatch, shows, lambda draw: value), 0)


def test_an_error_that_the_reference_should_raise_makes_a_sheet(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(candidate: Any, draw: Any) -> Iterator[Any]:
        yield "a text", lambda: candidate("text")

    sheet = make_sheet(trial(monkeypatch, refuses, abs), 0)
    assert sheet.expected[0].value.kind == "TypeError"  # type: ignore[union-attr]


def test_the_same_seed_makes_the_same_sheet_and_another_seed_another(toy: Path) -> None:
    halve = find_exercise("halve")
    first, again, other = (make_sheet(halve, seed).expected[0].value for seed in (0, 0, 1))
    assert torch.equal(first.values, again.values)  # type: ignore[union-attr]
    assert not torch.equal(first.values, other.values)  # type: ignore[union-attr]
