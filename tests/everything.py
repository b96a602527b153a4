"""`make test`: formatting, types, generated files, audit and tests, with the minutes that each took."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from dearest import LESSONS, LESSONS_TO_COME, Dearest
from failures import NamedAtOnce

# The parts before the tests, and whether they grow with the lessons.
PARTS = {
    "ruff check": False,
    "ruff format --check": False,
    "mypy": False,
    "python -m autograder build --check": True,
    "python -m autograder audit": True,
}
# Three workers on two cores, since much is waiting; tests/groups.py says what they share.
TESTS = ["-n", "3", "--dist", "loadgroup", "--no-loadscope-reorder"]
# Side by side, each process computes with one thread: two that wait for a core in a loop take it from the others.
os.environ["OMP_NUM_THREADS"] = "1"


def main() -> int:
    """Runs every part, up to the first that fails; its exit status."""
    rows: list[tuple[str, float, float]] = []
    status = 0
    for command, grows in PARTS.items():
        began = time.monotonic()
        print(command, flush=True)
        status = subprocess.run(command.split(), check=False).returncode
        rows.append((command, time.monotonic() - began, LESSONS_TO_COME / LESSONS if grows else 1))
        if status:
            break
    else:
        began, dearest = time.monotonic(), Dearest()
        status = pytest.main(TESTS, plugins=[dearest, NamedAtOnce()])
        rows.append(("pytest", time.monotonic() - began, dearest.growth()))
    _print(rows)
    return int(status)


def _print(rows: list[tuple[str, float, float]]) -> None:
    print(f"\nminutes with {LESSONS} lessons, and as they would be with {LESSONS_TO_COME}")
    total = sum(seconds for _, seconds, _ in rows), sum(seconds * growth for _, seconds, growth in rows)
    for name, now, then in [*((name, s, s * growth) for name, s, growth in rows), ("all", *total)]:
        print(f"{now / 60:6.1f} {then / 60:6.1f}  {name}")


if __name__ == "__main__":
    sys.exit(main())
