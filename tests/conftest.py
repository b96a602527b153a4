"""What every test gets: seeded streams, and a home of its own for the progress. And the toy course, for who asks.

Nothing depends on how the tests were started, or on how fast the machine is.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from groups import pytest_collection_modifyitems  # noqa: F401  (a hook: which tests share a worker)
from hypothesis import HealthCheck, settings
from toy import copy_of_toy

from autograder.engine.catalogue import Catalogue

# A shell that starts tests in the background has Ctrl-C ignored in all that they start; some tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("course", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("course")
LONGEST_NAME = 100  # characters of a parameter


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long text is named by how it begins: a test's name goes to its worker and comes back with each report."""
    long = isinstance(val, str | bytes) and len(val) > LONGEST_NAME
    return f"{val[:LONGEST_NAME]!a} of {len(val):,}" if long else None


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
def toy(tmp_path: Path) -> Catalogue:
    """A copy of the toy course for one test, not built yet."""
    return copy_of_toy(tmp_path / "toy")
