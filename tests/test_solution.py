"""`solution`: the lesson's answer for who is right or has tried in earnest; a class gets it only if it is to."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.engine.catalogue import UnknownExercise, own_catalogue
from autograder.engine.verdict import State, Verdict
from autograder.grading.release import release
from autograder.student.progress import HOME_VARIABLE, remember
from autograder.student.solution import AFTER, Answer, lessons_answer, solution
from autograder.student.tries import note_try, tries, tries_file

NAME = "double"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return tmp_path


def verdict(state: State) -> Verdict:
    return Verdict(NAME, state, 0.0, 1.0)


def test_who_has_not_tried_is_told_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert solution(NAME) is None
    assert f"0 of {AFTER} honest tries at double" in capsys.readouterr().out


def test_after_three_different_wrong_answers_it_is_shown_folded() -> None:
    for source in ("return x", "return  x", "return x + 1", "return x ** 2"):
        note_try(verdict(State.WRONG), source)
    assert tries(NAME) == 3  # layout is no further try
    shown = solution(NAME)
    assert isinstance(shown, Answer)
    assert shown.folded
    assert "<details><summary>One way to write <code>double</code>" in shown._repr_markdown_()


def test_who_is_right_sees_it_at_once_with_its_comments_and_without_markers() -> None:
    remember(verdict(State.RIGHT))
    shown = solution(NAME)
    assert isinstance(shown, Answer)
    assert not shown.folded
    assert str(shown).startswith("def double(")
    assert "SOLUTION" not in str(shown)


def test_a_blank_is_no_try_and_a_damaged_file_no_error() -> None:
    note_try(verdict(State.NOT_ATTEMPTED), "raise NotImplementedError")
    assert tries(NAME) == 0
    tries_file().write_text("{")
    assert tries(NAME) == 0


def test_an_unknown_name_is_a_sentence() -> None:
    with pytest.raises(UnknownExercise, match="No exercise is called 'nothing'"):
        solution("nothing")


def test_a_release_holds_answers_only_where_the_teacher_says_so(tmp_path: Path) -> None:
    release(own_catalogue(), tmp_path / "without", ["00_start_here"])
    release(own_catalogue(), tmp_path / "with", ["00_start_here"], solutions_after=5)
    given = [own_catalogue().__class__(tmp_path / folder) for folder in ("without", "with")]
    assert [catalogue.given_answers.is_file() for catalogue in given] == [False, True]
    assert lessons_answer(given[0], NAME) == ("", AFTER)
    source, after = lessons_answer(given[1], NAME)
    assert (source.splitlines()[0][:11], after) == ("def double(", 5)
    assert all((tmp_path / folder / "TUTOR.md").is_file() for folder in ("without", "with"))


def test_where_the_class_keeps_its_answers_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    release(own_catalogue(), tmp_path / "class", ["00_start_here"])
    catalogue = own_catalogue().__class__(tmp_path / "class")
    monkeypatch.setattr("autograder.student.solution.own_catalogue", lambda: catalogue)
    assert solution(NAME) is None
    assert "whoever teaches this class keeps it" in capsys.readouterr().out
