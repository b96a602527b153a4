"""The commands around grading: `report`, `mine`, `gradescope` and `release`."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten
from typing import Annotated

import typer

from autograder.terminal import stop

SHOWN_CHARS = 160  # of what an answer shows, beside each mined group


def report(
    lesson: Annotated[str, typer.Argument(help="As 11_attention.")],
    course: Annotated[Path, typer.Option(help="The folder with verdicts/ and the gradebook.")] = Path(),
    out: Annotated[Path | None, typer.Option(help="Where to write; reports/LESSON without.")] = None,
) -> None:
    """Writes the class report of a graded lesson: a page with pictures, and a table."""
    from autograder.grading.reporting.report import write_report
    from autograder.grading.reporting.results import NoResults

    target = out or course / "reports" / lesson
    try:
        files = write_report(course, lesson, target)
    except NoResults as error:
        raise stop(str(error)) from error
    except OSError as error:
        raise stop(f"{target} cannot be written: {error.strerror or error}.") from error
    for file in files:
        typer.echo(f"Wrote {file}")


def mine(
    lesson: Annotated[str, typer.Argument(help="As 11_attention.")],
    course: Annotated[Path, typer.Option(help="The folder with verdicts/ and autograded/.")] = Path(),
    most: Annotated[int, typer.Option(help="Groups to show.")] = 10,
) -> None:
    """Shows the wrong answers of a graded class that no known mistake explains, by what they show, most first."""
    from autograder.grading.reporting.mine import mine as groups_of
    from autograder.grading.reporting.mine import stub
    from autograder.grading.reporting.results import NoResults

    try:
        groups = groups_of(course, lesson)
    except NoResults as error:
        raise stop(str(error)) from error
    for number, group in enumerate(groups[:most], start=1):
        names = ", ".join(group.students[:5]) + (" …" if len(group.students) > 5 else "")
        typer.echo(f"# {group.exercise}: {len(group.students)} alike ({names}), each keeps {group.share:.0%}")
        shown = [shorten(text, SHOWN_CHARS, placeholder=" …") for text in group.wrong[:3]]
        typer.echo("".join(f"#   ✗ {text}\n" for text in shown) + f"{stub(group, number)}\n\n")
    answers = sum(len(group.students) for group in groups)
    typer.echo(f"{answers} answers are wrong and not named, in {len(groups)} groups.")


def gradescope(
    notebook: Annotated[Path, typer.Argument(help="The submission, or the folder that holds it.")],
    out: Annotated[Path, typer.Option(help="Gradescope reads /autograder/results/results.json.")] = Path(
        "results.json"
    ),
    lesson: Annotated[str, typer.Option(help="As 11_attention; found by the exercises without.")] = "",
    seed: Annotated[int | None, typer.Option(help="Of the hidden sheets; fresh without.")] = None,
    bare: Annotated[bool, typer.Option("--bare", help="Without a sandbox: the container has to be one.")] = False,
) -> None:
    """Grades one notebook and writes Gradescope's results.json. Fails, and gives no zero, where it is not graded."""
    from autograder.grading.grade import Settings
    from autograder.grading.hidden import fresh_seed
    from autograder.grading.reporting.gradescope import NotGraded, write_results

    settings = Settings(fresh_seed() if seed is None else seed, bare=bare)
    try:
        results = write_results(notebook, out, settings, lesson)
    except NotGraded as error:
        raise stop(f"Not graded: {error}") from error
    except OSError as error:
        raise stop(f"{out} cannot be written: {error.strerror or error}.") from error
    for test in results["tests"]:
        typer.echo(f"{test['name']}: {test['score']:g} of {test['max_score']:g}")
    typer.echo(f"Wrote {out}")


def release(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    lessons: Annotated[list[str] | None, typer.Argument(help="As 11_attention; all without.")] = None,
    solutions_after: Annotated[
        int | None, typer.Option(min=1, help="Include the answers; shown after so many honest tries. None without.")
    ] = None,
) -> None:
    """Writes what a class is given: notebooks, helpers, checks and data. No references and no grader."""
    from autograder.engine.catalogue import own_catalogue
    from autograder.grading import release as maker

    try:
        names = maker.release(own_catalogue(), folder, lessons or [], solutions_after)
    except maker.ReleaseError as error:
        raise stop(str(error)) from error
    typer.echo(f"Wrote {folder}: {', '.join(names)}")
