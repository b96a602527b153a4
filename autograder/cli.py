"""The command line behind the Makefile: `python -m autograder --help`."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from autograder.authoring.cli import audit
from autograder.grading.cli import grade
from autograder.grading.commands import gradescope, mine, release, report
from autograder.terminal import console, progress_bar, stop

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for command in (audit, grade, report, mine, gradescope, release):
    app.command()(command)


@app.command()
def build(
    names: Annotated[list[str] | None, typer.Argument(help="Lessons, as 11_attention; all without.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a generated file is out of date.")
    ] = False,
) -> None:
    """Makes the notebooks and the visible sheets from the lessons' sources."""
    from autograder.authoring import build as builder
    from autograder.authoring.lesson import LessonError
    from autograder.engine.catalogue import own_catalogue
    from autograder.references import MissingReference

    start = time.perf_counter()
    try:
        stale = builder.stale_files(own_catalogue(), names) if check else []
        if not check:
            builder.build(own_catalogue(), names)
    except (LessonError, MissingReference, ValueError) as error:
        raise stop(str(error)) from error
    if stale:
        raise stop(f"Out of date: {', '.join(stale)}. Run `make build` and commit what it writes.")
    console.print(f"{'Everything is up to date' if check else 'Built'} · {time.perf_counter() - start:.1f} s")


@app.command()
def new(
    lesson: Annotated[str, typer.Argument(help="05_topic for a new one, or a lesson that is there.")],
    exercise: Annotated[str | None, typer.Argument(help="The function or class that students will write.")] = None,
) -> None:
    """Writes the skeleton of a lesson or of an exercise; what is there stays as it is."""
    from autograder.authoring.lesson import LessonError
    from autograder.authoring.new import new as write
    from autograder.engine.catalogue import own_catalogue

    catalogue = own_catalogue()
    try:
        plan = write(catalogue, lesson, exercise)
    except (LessonError, ValueError) as error:
        raise stop(str(error)) from error
    for file in plan.made:
        print("wrote   ", file.relative_to(catalogue.root))
    for file in plan.changed:
        print("added to", file.relative_to(catalogue.root))
    print(
        f"\nNext: fill in what … stands for, then\n  ruff format\n  python -m autograder build {lesson}\n"
        f"  python -m autograder audit {lesson} {exercise or ''}".rstrip()
    )


@app.command()
def doctor() -> None:
    """Tries every promise of the sandbox on this machine and prints what holds."""
    from autograder.grading.doctor.examine import examine
    from autograder.grading.sandbox.programs import NoSandbox, which_bubblewrap

    try:
        console.print(which_bubblewrap(), soft_wrap=True, highlight=False, markup=False)
        findings = examine()
    except NoSandbox as reason:
        raise stop(str(reason)) from reason
    table = Table("promise", "", "what happened", box=None, pad_edge=False)
    for item in findings:
        table.add_row(item.name, "✓" if item.holds else "✗", Text("" if item.holds else item.result))
    console.print(table)
    if any(item.guards and not item.holds for item in findings):
        raise typer.Exit(1)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the class and its gradebook are made anew.")] = Path("demo"),
) -> None:
    """Grades a bundled class with nbgrader and shows who got what and why."""
    from autograder.grading import demo as demonstration

    start = time.perf_counter()
    if folder.exists() and not (folder / "nbgrader_config.py").exists():
        raise stop(f"{folder} exists and was not made by this command; name another with --folder.")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        if reason := demonstration.sandbox_or_why_not():
            console.print(
                f"Grading our own class without a sandbox. {reason}", style="yellow", highlight=False, soft_wrap=True
            )
        submissions = demonstration.demo_class()
        demonstration.write_class(folder, submissions)
        with progress_bar() as bar:
            task = bar.add_task("", total=2 * len(submissions))

            def advance(what: str, done: int) -> None:
                bar.update(task, description=what, completed=done)

            demonstration.grade_class(folder, submissions, advance, bare=bool(reason))
            bar.update(task, description="done", completed=2 * len(submissions))
    except demonstration.DemoFailed as error:
        raise stop(str(error)) from error
    _print_class(folder, submissions)
    console.print(f"\n{len(submissions)} submissions · {time.perf_counter() - start:.0f} s", highlight=False)
    console.print(f"Feedback pages: {folder}/feedback/STUDENT/LESSON/LESSON.html", highlight=False)
    console.print(
        f"Grades: {folder}/grades.csv · gradebook: {folder}/gradebook.db · what nbgrader said: {folder}/logs",
        highlight=False,
    )
    python = os.path.relpath(sys.executable)
    console.print(f"Formgrader: cd {folder} && ../{python} -m jupyterlab, then Nbgrader › Formgrader", highlight=False)


def _print_class(folder: Path, submissions: list) -> None:
    from autograder.grading.demo import lessons_of, why
    from autograder.grading.ledger import read_ledger

    about = {(item.lesson, item.student): item.about for item in submissions}
    table = Table("lesson", "student", "is", "points", "why", box=None, pad_edge=False)
    for lesson in lessons_of(submissions):
        for student, entry in read_ledger(folder, lesson).items():
            earned = sum(row["earned"] for row in entry["exercises"])
            points = sum(row["points"] for row in entry["exercises"])
            score = f"{earned:g} of {points:g}" if entry["status"] == "graded" else "–"
            table.add_row(lesson, student, about[lesson, student], score, Text("\n".join(why(entry))))
    console.print(table)
