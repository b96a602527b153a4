"""Which visible sheets differ from what a build would write."""

from __future__ import annotations

from pathlib import Path

from autograder.engine.exercise import find_exercise
from autograder.engine.observe import Evidence
from autograder.engine.sheet import SHEETS, StaleSheet, read_sheets
from autograder.engine.verdict import State, judge


def stale_sheets(fresh: Path) -> list[Path]:
    """Sheets that say something else. Another processor may round the last bit differently: the judge compares."""
    stale = []
    for file in sorted(fresh.iterdir()):
        new = read_sheets(file.stem, fresh)
        try:
            old = read_sheets(file.stem, SHEETS)
        except StaleSheet:
            stale.append(file)
            continue
        same = old.keys() == new.keys() and all(
            judge(find_exercise(name), old[name], Evidence(sheet.expected)).state is State.RIGHT
            and [item.sentence for item in old[name].mistakes] == [item.sentence for item in sheet.mistakes]
            and old[name].signature == sheet.signature
            for name, sheet in new.items()
        )
        if not same:
            stale.append(file)
    return stale
