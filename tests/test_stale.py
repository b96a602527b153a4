"""A card says when it is about an answer whose cell has changed since."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from toy import built_toy

from autograder.student.check import checker
from autograder.student.stale import STALE, watch_cells

check = checker(built_toy())

WRONG = "def halve(x):\n    return x * 3\n"
RIGHT = "def halve(x):\n    return x / 2\n"


@pytest.fixture
def shell() -> Iterator[Any]:
    shell = InteractiveShell.instance()
    watch_cells(shell)
    shell.push({"check": check})
    yield shell
    shell.reset()
    InteractiveShell.clear_instance()


def card(shell: Any) -> str:
    with capture_output() as captured:
        shell.run_cell("check(halve)", store_history=True)
    return str(captured.outputs[-1].data["text/plain"])


def run(shell: Any, *sources: str) -> None:
    with capture_output():
        for source in sources:
            shell.run_cell(source, store_history=True)


@pytest.mark.parametrize("source", [
    "oops\n" + RIGHT, RIGHT + ")", "x = [\n" + RIGHT, "class halve(Oops):\n    pass\n",
], ids=["failed before", "does not parse", "does not end", "a class"])  # fmt: skip
def test_a_cell_that_failed_since_is_told(shell: Any, source: str) -> None:
    run(shell, WRONG, source)
    shown = card(shell)
    assert STALE in shown
    assert "not right yet" in shown


@pytest.mark.parametrize("sources", [
    [WRONG], [RIGHT, WRONG], ["oops\n" + RIGHT, WRONG], [RIGHT, "halved = halve(3)", "# def halve(x): …"],
    [RIGHT, "def halve_it(x):\n    return x"], [RIGHT + ")", RIGHT],
], ids=["once", "again", "mended", "used", "another name", "parsed at last"])  # fmt: skip
def test_the_newest_answer_is_not_called_old(shell: Any, sources: list[str]) -> None:
    run(shell, *sources)
    assert STALE not in card(shell)


def test_a_class_is_found_by_its_methods(shell: Any) -> None:
    run(shell, "class halve:\n    def __init__(self, x):\n        self.x = x\n", RIGHT + ")")
    assert STALE in card(shell)


def test_what_no_cell_has_defined_is_never_old(shell: Any) -> None:
    shell.push({"halve": lambda x: x / 2})
    run(shell, RIGHT + ")")
    assert STALE not in card(shell)


def saved(folder: Path, *sources: str, later: float = 60.0) -> Path:
    """A notebook that was saved so many seconds after now."""
    file = folder / "lesson.ipynb"
    cells = [{"cell_type": "code", "source": source.splitlines(keepends=True)} for source in sources]
    file.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": RIGHT}, *cells]}))
    moment = file.stat().st_mtime + later
    os.utime(file, (moment, moment))
    return file


@pytest.mark.parametrize(
    ("sources", "later", "old"),
    [
        ([RIGHT], 60.0, True),  # edited and saved, not run
        ([WRONG], 60.0, False),
        ([RIGHT], -60.0, False),  # saved before the cell was run
        ([RIGHT, WRONG], 60.0, False),  # which of the two is the answer's cell?
        (["x = 3"], 60.0, False),
    ],
    ids=["edited", "the same", "saved before", "two cells", "none"],
)
def test_a_saved_edit_is_told(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str], later: float, old: bool
) -> None:
    run(shell, WRONG)
    monkeypatch.setenv("JPY_SESSION_NAME", str(saved(tmp_path, *sources, later=later)))
    assert (STALE in card(shell)) == old


def test_the_notebook_is_found_beside_the_kernel_and_by_vs_code(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, WRONG)
    file = saved(tmp_path, RIGHT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/lesson.ipynb")
    assert STALE in card(shell)
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert STALE not in card(shell)
    shell.push({"__vsc_ipynb_file__": str(file)})
    assert STALE in card(shell)


@pytest.mark.parametrize("text", ["", "[]", '{"cells": [3]}', '{"cells": [{"cell_type": "code"}]}'])
def test_a_notebook_that_cannot_be_read_tells_nothing(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    run(shell, WRONG)
    file = saved(tmp_path, RIGHT)
    file.write_text(text)
    os.utime(file, (file.stat().st_mtime + 60,) * 2)
    monkeypatch.setenv("JPY_SESSION_NAME", str(file))
    assert STALE not in card(shell)
