"""Grades the same class with stock nbgrader, with otter-grader and with ours, and says what each costs."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.classes import LESSON
from bench.measure import Usage
from bench.own import own_seconds
from bench.peers import Missing, mean_score, otter, otter_class, otter_mean, our_course, ours, stock, stock_course

CORES = os.cpu_count() or 1
MOST_PROCESSES = 10  # the last digit of a student's name divides the class
console = Console(width=None if sys.stdout.isatty() else 130)


@dataclass(frozen=True)
class Row:
    """What one way of grading costs a class of `size`.

    Attributes:
        measured: how many submissions were graded; what they cost was scaled where they were fewer.
        rate: submissions per second.
        cpu: seconds per submission.
        peak_mb: of all processes together.
        own_peak_mb: of the process that was started.
        score: what the class earned on average, from 0 to 1.
        why_not: why this grader could not be measured.
    """

    name: str
    size: int
    measured: int = 0
    rate: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0
    own_peak_mb: float = 0.0
    score: float = 0.0
    why_not: str = ""


def main(
    size: Annotated[int, typer.Option(help="Submissions in the class.")] = 100,
    sample: Annotated[int, typer.Option(help="Submissions for the others; their cost is scaled to the class.")] = 8,
    quick: Annotated[bool, typer.Option("--quick", help="A tiny class, stock and ours: that the bench works.")] = False,
    to: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file.")] = None,
) -> None:
    """Grades the same class with stock nbgrader, with otter-grader and with ours, and says what each costs."""
    load = os.getloadavg()[0]
    console.print(f"{LESSON}, {CORES} cores, load {load:.1f} before the start", highlight=False)
    processes = min(CORES, MOST_PROCESSES)
    if quick:
        size, sample = 2, 2
    own = own_seconds(min(size, 20))
    rows = [
        _stock(f"stock nbgrader, {text}", size, sample, 1, demonstrations) for text, demonstrations in _forms(quick)
    ]
    if not quick:
        rows += [_stock(f"stock, answers only, {processes} processes", size, sample, processes, False)]
        rows += [_otter(f"otter run, {count} at a time", size, sample, count) for count in (1, processes)]
    rows += [_ours(f"ours, {CORES} jobs", size, CORES)]
    growth = []
    if not quick:
        growth += [_ours(f"ours, {jobs} job{'s' * (jobs > 1)}", size, jobs) for jobs in (1, 2, 4)]
        growth += [_ours(f"ours, {CORES} jobs, {count} submissions", count, CORES) for count in _sizes(size)]
    _print("The same class", rows, own, rows[0])
    _print("How the cost grows", growth, own, rows[0])
    console.print(f"The students' own computing: {own:.3f} CPU seconds a submission", highlight=False)
    if to:
        machine = {"cores": CORES, "load": load, "machine": platform.machine(), "python": platform.python_version()}
        table = [dataclasses.asdict(row) for row in [*rows, *growth]]
        to.write_text(json.dumps({"lesson": LESSON, **machine, "own_cpu": own, "rows": table}, indent=1))


def _forms(quick: bool) -> list[tuple[str, bool]]:
    whole, answers = ("the whole lesson", True), ("answers only", False)
    return [whole] if quick else [whole, answers]


def _sizes(size: int) -> list[int]:
    return [max(1, size // 10), size, 5 * size]


def _stock(name: str, size: int, sample: int, processes: int, demonstrations: bool) -> Row:
    with console.status(name), tempfile.TemporaryDirectory() as folder:
        course = stock_course(Path(folder) / "course", demonstrations, sample)
        total, start = stock(course, processes)
        return _scaled(name, size, sample, total, start, mean_score(course))


def _otter(name: str, size: int, sample: int, processes: int) -> Row:
    with console.status(name), tempfile.TemporaryDirectory() as folder:
        try:
            place = otter_class(Path(folder) / "class", sample)
        except Missing as reason:
            return Row(name, size, why_not=str(reason))
        usage = otter(place, sample, processes)
        return _scaled(name, size, sample, usage, Usage(0, 0, 0, 0), otter_mean(place))


def _ours(name: str, size: int, jobs: int) -> Row:
    with console.status(name), tempfile.TemporaryDirectory() as folder:
        course = our_course(Path(folder) / "course", size)
        return _scaled(name, size, size, ours(course, jobs), Usage(0, 0, 0, 0), mean_score(course))


def _scaled(name: str, size: int, sample: int, total: Usage, start: Usage, score: float) -> Row:
    """The sample's cost beyond the start grows with the class; the start is paid once."""
    seconds = start.seconds + (total.seconds - start.seconds) * size / sample
    cpu = start.cpu + (total.cpu - start.cpu) * size / sample
    console.print(f"{name}: {size / seconds:.2f} per second", highlight=False)
    return Row(name, size, sample, size / seconds, cpu / size, total.peak_mb, total.own_peak_mb, score)


def _print(title: str, rows: list[Row], own: float, base: Row) -> None:
    if not rows:
        return
    table = Table(title=title)
    table.add_column("grader")
    for heading in ("graded", "per second", "× stock", "CPU s each", "over own", "peak MB", "grader MB", "mean score"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(row.name, *([row.why_not] if row.why_not else _cells(row, own, base)))
    console.print(table)


def _cells(row: Row, own: float, base: Row) -> list[str]:
    ratio = row.rate / base.rate
    memory = (f"{row.peak_mb:.0f}", f"{row.own_peak_mb:.0f}", f"{row.score:.2f}")
    return [str(row.measured), f"{row.rate:.2f}", f"{ratio:.1f}", f"{row.cpu:.2f}", f"{row.cpu - own:.2f}", *memory]


if __name__ == "__main__":
    typer.run(main)
