"""What the tests cost, by thing and not by call, and what they will cost with all lessons.

The rule of the projection: the audit, the build, and the tests that go through all lessons cost as much again for each
lesson that comes; everything else (the demo's and the hostile class too) costs what it costs today.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

LESSONS_TO_COME = 27
EVERY_LESSON = ("tests/test_lessons.py", "tests/test_release.py")
SHOWN = 10
NAMES = [file.stem for file in (Path(__file__).parents[1] / "solutions").glob("[0-9][0-9]_*.py")]
LESSONS = len(NAMES)
LESSON = re.compile(rf"({'|'.join(NAMES)})\b")


class Dearest:
    """A plugin for pytest that adds up seconds of set-up, call and tear-down: a lesson's in a file, else a file's."""

    def __init__(self) -> None:
        self.seconds: defaultdict[tuple[str, str], float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file, _, test = report.nodeid.partition("::")
        lesson = LESSON.search(test.partition("[")[2].rpartition("]")[0])
        self.seconds[file, lesson[1] if lesson else ""] += report.duration

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("what costs most")
        dearest = sorted(self.seconds.items(), key=lambda item: -item[1])[:SHOWN]
        for (file, lesson), seconds in dearest:
            terminalreporter.line(f"{seconds:6.0f} s  {' of '.join(filter(None, [lesson, file]))}")

    def growth(self) -> float:
        """How many times today's seconds the tests take with all lessons."""
        grow = sum(seconds for (file, _), seconds in self.seconds.items() if file in EVERY_LESSON)
        stay = sum(seconds for (file, _), seconds in self.seconds.items() if file not in EVERY_LESSON)
        return (stay + grow * LESSONS_TO_COME / LESSONS) / max(stay + grow, 1e-9)
