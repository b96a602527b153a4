"""What every test gets: seeded streams, and a home of its own for the progress. And a toy course of one exercise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from groups import pytest_collection_modifyitems  # noqa: F401  (a hook: which tests share a worker)

import autograder.exercises
import autograder.references
from autograder.engine import exercise, sheet

EXPERIMENTS = '''
from autograder.engine.exercise import exercise


@exercise(points=2)
def halve(candidate, draw):
    """Half the input."""
    vector = draw.normal(4)
    yield "a vector", lambda: candidate(vector)
    yield "a matrix", lambda: candidate(draw.normal(2, 3))


@exercise(points=1)
def negate(candidate, draw):
    """The input's opposite."""
    yield "a vector", lambda: candidate(draw.normal(3))
'''

REFERENCES = """
import torch

from autograder.references import alternative, equivalent, mistake


def halve(x):
    return torch.div(x, 2)


def negate(x):
    return torch.neg(x)


@mistake(halve, "The input is doubled, not halved.")
def doubles(x):
    return 2 * x


@alternative(halve)
def multiplies(x):
    return x * 0.5


equivalent(halve, "return x / 2.0", "the same number")
"""


@pytest.fixture(scope="module", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home for what a whole module's fixtures check: they are made before a test has one of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENSORS_TO_TRANSFORMERS_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSORS_TO_TRANSFORMERS_HOME", str(tmp_path / "home"))
    # IPython's shells put a module of their own there, and processes that are spawned later would look for it
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    torch.manual_seed(0)
    np.random.seed(0)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A course whose one topic is `toy`, with `halve` and `negate`; its folder, where the sheets go too."""
    for package, text in ((autograder.exercises, EXPERIMENTS), (autograder.references, REFERENCES)):
        folder = tmp_path / package.__name__
        folder.mkdir()
        (folder / "toy.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [str(folder)])
        monkeypatch.delitem(sys.modules, f"{package.__name__}.toy", raising=False)
    monkeypatch.setattr(sheet.read_sheets, "__defaults__", (tmp_path,))
    caches = (
        exercise.topics,
        exercise.exercises_of,
        exercise.all_exercises,
        exercise.fingerprint,
        sheet.visible_sheets,
    )
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    for name in ("exercises", "references"):
        sys.modules.pop(f"autograder.{name}.toy", None)
    for cached in caches:
        cached.cache_clear()
