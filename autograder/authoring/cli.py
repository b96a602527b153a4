"""The author's command `audit`."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autograder.terminal import console, progress_bar, stop

if TYPE_CHECKING:
    from autograder.authoring.audit import Report


JOBS = (os.cpu_count() or 1) + 1  # one more than there are cores: an audit of ranks mostly waits


def audit(
    names: Annotated[
        list[str] | None, typer.Argument(help="Lessons, as 11_attention, or exercises of a lesson; all without.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes.")] = JOBS,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file too.")] = None,
) -> None:
    """Tries every claim about every exercise, and says what is still weak."""
    from autograder.authoring.audit import LEAST_KILLED
    from autograder.authoring.lesson import LessonError

    start = time.perf_counter()
    try:
        reports = _with_a_bar(names, jobs)
    except (LessonError, LookupError, ValueError) as error:
        raise stop(str(error)) from error
    seconds = time.perf_counter() - start
    _print_table(reports)
    _print_lines(reports)
    console.print(_summary(reports, seconds), style="bold", highlight=False, soft_wrap=True)
    if json_file:
        rows = [dataclasses.asdict(report) for report in reports]
        json_file.write_text(json.dumps({"seconds": round(seconds, 1), "exercises": rows}, indent=1))
    killed, made = (sum(getattr(report, name) for report in reports) for name in ("killed", "mutants"))
    if not names and killed < LEAST_KILLED * made:  # in a few short answers, one equivalent mutant weighs too much
        raise stop(f"{killed} of {made} mutants are rejected; at least {LEAST_KILLED:.0%} should be.")
    if any(report.problems for report in reports):
        raise typer.Exit(1)


def _with_a_bar(names: list[str] | None, jobs: int) -> list[Report]:
    from autograder.authoring import audit as auditor
    from autograder.engine.catalogue import own_catalogue

    tasks = auditor.tasks(own_catalogue(), names)
    with progress_bar() as bar:
        task = bar.add_task("auditing", total=len(tasks))
        return auditor.audit(tasks, jobs, lambda report: bar.update(task, advance=1, description=report.exercise))


def _print_table(reports: list[Report]) -> None:
    table = Table(
        "lesson",
        "exercise",
        "obs.",
        "answer",
        "blank",
        "mistakes",
        "named",
        "keep",
        "played",
        "altern.",
        "mutants",
        "ms",
        box=None,
    )
    for item in reports:
        table.add_row(
            item.lesson, item.exercise, str(item.observations),
            "full" if item.answer_full else "FAILS", "zero" if item.blank_zero else "FAILS",
            f"{item.rejected}/{item.mistakes}", f"{item.named}/{item.mistakes}",
            f"{item.frugal}/{item.mistakes}", f"{item.played_back:.0%}",
            f"{item.accepted}/{item.alternatives}", f"{item.killed}/{item.mutants}", f"{item.milliseconds:.0f}",
        )  # fmt: skip
    console.print(table)


def _print_lines(reports: list[Report]) -> None:
    """Equivalent mutants and problems, none of them wrapped: what is to be pasted stands on a line of its own."""
    from autograder.authoring.audit import equivalent_call

    for item in reports:
        for survivor in item.survivors:
            if survivor.reason:
                console.print(
                    equivalent_call(item.exercise, survivor.change, survivor.reason),
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
    for item in reports:
        for problem in item.problems:
            console.print(
                f"{item.lesson} {item.exercise}: {problem}", style="red", markup=False, highlight=False, soft_wrap=True
            )


def _summary(reports: list[Report], seconds: float) -> str:
    def total(name: str) -> int:
        return sum(getattr(item, name) for item in reports)

    forbidden = f" ({total('forbidden')} for a forbidden operation)" if total("forbidden") else ""
    undecided = f" ({total('undecided')} undecided)" if total("undecided") else ""
    return (
        f"{len(reports)} exercises; answers {total('answer_full')} full; blanks {total('blank_zero')} zero; "
        f"mistakes {total('rejected')} rejected{forbidden} / {total('named')} named / "
        f"{total('frugal')} within the share they may keep / {total('mistakes')}; "
        f"played back at most {max((item.played_back for item in reports), default=0):.0%}; "
        f"{total('promises')} promises; "
        f"alternatives {total('accepted')} / {total('alternatives')}; "
        f"mutants {total('killed')} / {total('mutants')}{undecided}; {seconds:.0f} s"
    )
