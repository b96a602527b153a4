"""The instructor's parallel command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from autograder.terminal import console, stop

if TYPE_CHECKING:
    from autograder.grading.decide import Result


def grade(
    lesson: Annotated[str, typer.Argument(help="The lesson, as 11_attention.")],
    jobs: Annotated[int, typer.Option(help="Worker processes on this machine.")] = os.cpu_count() or 1,
    scheduler: Annotated[str | None, typer.Option(help="Address of a dask scheduler, as tcp://host:8786.")] = None,
    device: Annotated[Literal["cpu", "cuda"], typer.Option(help="Where experiments run.")] = "cpu",
    student: Annotated[list[str] | None, typer.Option(help="Only this student; may be given again.")] = None,
    course: Annotated[Path, typer.Option(help="The course's folder.")] = Path(),
    seed: Annotated[int | None, typer.Option(help="Replay a run's seed.")] = None,
    force: Annotated[bool, typer.Option(help="Grade unchanged submissions again.")] = False,
    bare: Annotated[bool, typer.Option(help="Without a sandbox: only for submissions that you trust.")] = False,
) -> None:
    """Grades every submission of a lesson that has changed, in parallel, into the gradebook."""
    from autograder.grading.course import Course, CourseError
    from autograder.grading.gradebook import GradebookError
    from autograder.grading.run import carry_out, plan, workers

    try:
        place = Course.at(course.resolve())
        bare = bare or place.without_sandbox
        todo = plan(place, lesson, student or [], force, device, bare, seed)
        console.print(f"{lesson}: {len(todo.todo)} to grade, {len(todo.done)} unchanged", highlight=False)
        if not todo.todo:
            return
        with workers(min(jobs, len(todo.todo)), scheduler, bare, device) as client, _progress() as bar:
            task = bar.add_task("starting", total=len(todo.todo))
            results = carry_out(place, todo, client, lambda item: bar.update(task, advance=1, description=item.student))
    except KeyboardInterrupt as interrupt:
        raise stop("Stopped. What was graded stands; the same command goes on with the rest.", 130) from interrupt
    except (CourseError, GradebookError, OSError) as error:
        raise stop(str(error)) from error
    _summary(results)


class Rate(ProgressColumn):
    """Submissions per second so far."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.2f}/s" if speed else "–/s")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console)


def _summary(results: list[Result]) -> None:
    failed = [item for item in results if item.reason]
    for reason in [item.cold for item in results if item.cold][:1]:
        console.print(f"Kernels started from cold, some seconds each: {reason}", style="yellow", markup=False)
    for item in failed:
        console.print(f"not graded: {item.student}: {item.reason}", style="yellow", markup=False)
    console.print(f"{len(results) - len(failed)} graded, {len(failed)} not graded", highlight=False)
    if any(item.ours for item in failed):
        raise typer.Exit(1)
