"""Which tests share a worker, and what starts first, where `make test` runs several workers side by side.

A module's tests stay together: its fixtures are made once. Modules that look at the whole machine or take it all
(other processes, memory, mounts, ranks that wait for each other, a browser) are one group, so that two of them never
run at the same time: name such a module in `MACHINE`. What takes long starts first, else one worker ends alone with it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

MACHINE = (
    "test_hostile", "test_bad_input", "test_jupyterlab", "test_feedback_safety", "test_ranks", "test_doctor",
    "test_sandbox_lost", "test_data_parallel",
)  # fmt: skip
BY_LESSON = ("test_lessons",)  # fixtures for each lesson: lessons may go to different workers
FIRST = (*MACHINE, "test_demo", "test_bench", *BY_LESSON)


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives every test the mark of its group, and puts the dearest first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    items.sort(key=_place)


def group_of(item: pytest.Item) -> str:
    """The name of the test's group: `machine`, its module, or its module and lesson."""
    module = Path(item.path).stem
    if module in MACHINE:
        return "machine"
    callspec = getattr(item, "callspec", None)
    lesson = callspec.params.get("lesson") if callspec and module in BY_LESSON else None
    return f"{module}-{lesson}" if lesson else module


def _place(item: pytest.Item) -> int:
    module = Path(item.path).stem
    return FIRST.index(module) if module in FIRST else len(FIRST)
