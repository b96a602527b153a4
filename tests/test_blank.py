"""What a notebook shows where an answer is not written yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.student import blank

STUB = "def f(x):\n    raise NotImplementedError\n"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    config = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell(config=config, ipython_dir=str(tmp_path))
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    blank.explain_blanks()
    return shell


def shown(shell: Any, source: str, capsys: pytest.CaptureFixture[str]) -> str:
    result = shell.run_cell(source)
    assert not result.success
    written = capsys.readouterr()
    return written.out + written.err


@pytest.mark.parametrize(
    ("source", "name"),
    [(STUB + "f(1)", "f"), ("class A:\n    def g(self):\n        raise NotImplementedError\nA().g()", "A.g")],
)
def test_stub_is_named_in_one_line(shell: Any, source: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(shell, source, capsys)
    assert text.strip() == f"○ {name} is not written yet. This cell will show what it does."


@pytest.mark.parametrize(
    "source",
    [
        "raise NotImplementedError",
        STUB.replace("Error", "Error('really')") + "f(1)",
        "import torch\ntorch.nn.Module()(3)",
        "1 / 0",
    ],
)
def test_other_errors_keep_their_traceback(shell: Any, source: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(shell, source, capsys)
    assert "Traceback" in text
    assert "not written yet" not in text
