"""Progress is kept on the student's disk, and a disk that refuses never costs a check."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.engine.verdict import State, Verdict
from autograder.student.progress import progress_file, remember, states


def verdict(state: State, name: str = "attention") -> Verdict:
    return Verdict(name, state, 0, 1)


def test_nothing_is_known_at_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert states() == {}
    assert capsys.readouterr() == ("", "")


def test_a_verdict_is_remembered_below_the_home_that_the_variable_names(tmp_path: Path) -> None:
    remember(verdict(State.WRONG))
    remember(verdict(State.RIGHT, "softmax"))
    assert states() == {"attention": State.WRONG, "softmax": State.RIGHT}
    assert progress_file() == tmp_path / "home" / "progress.json"
    assert [file.name for file in (tmp_path / "home").iterdir()] == ["progress.json"]


def test_the_home_folder_is_used_without_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENSORS_TO_TRANSFORMERS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert progress_file() == tmp_path / ".tensors-to-transformers" / "progress.json"


@pytest.mark.parametrize("later", [State.WRONG, State.NOT_ATTEMPTED, State.NOT_GRADED])
def test_what_was_right_stays_right(later: State) -> None:
    remember(verdict(State.RIGHT))
    remember(verdict(later))
    assert states() == {"attention": State.RIGHT}


def test_what_was_wrong_becomes_right() -> None:
    remember(verdict(State.WRONG))
    remember(verdict(State.RIGHT))
    assert states() == {"attention": State.RIGHT}


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff\xfe", b'{"a": "no state"}', b'{"a": []}', b"null"])
def test_a_damaged_file_starts_afresh_with_a_sentence(damage: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    progress_file().parent.mkdir(parents=True)
    progress_file().write_bytes(damage)
    assert states() == {}
    assert "cannot be read" in capsys.readouterr().err
    remember(verdict(State.RIGHT))
    assert json.loads(progress_file().read_text()) == {"attention": "right"}


def test_a_home_that_is_no_folder_costs_a_sentence_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").write_text("a file")
    remember(verdict(State.RIGHT))
    assert "could not be saved" in capsys.readouterr().out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into a read-only folder")
def test_a_read_only_home_costs_a_sentence_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").mkdir(mode=0o500)
    remember(verdict(State.RIGHT))
    assert "could not be saved" in capsys.readouterr().out
    assert states() == {}


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    progress_file().mkdir(parents=True)
    remember(verdict(State.RIGHT))
    assert "could not be saved" in capsys.readouterr().out
    assert [item.name for item in progress_file().parent.iterdir()] == ["progress.json"]
