"""Grades one notebook: cells and experiments run in its kernel; references, sheets and verdicts live here, outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.engine.catalogue import Catalogue, UnknownExercise, own_catalogue
from autograder.engine.exercise import DEMONSTRATION, Exercise
from autograder.engine.forbidden import forbidden_in_source
from autograder.engine.verdict import State, Verdict, forbidden_note, judge
from autograder.grading.hidden import hidden_sheet, naming_sheet
from autograder.grading.inside.limits import Limits
from autograder.grading.kernel.session import NoEvidence, Session
from autograder.grading.showing.clean import clean
from autograder.grading.submission.marks import grade_id

RANKS = "engine/ranks"  # a package of this project, as a catalogue names its files
LOST = "The cell that should define it"  # begins the note in a cell that cost the kernel


@dataclass(frozen=True)
class Settings:
    """How a run grades: its seed and device, what a submission may use, whether without a sandbox, and the course."""

    seed: int
    device: str = "cpu"
    limits: Limits = field(default_factory=Limits)
    bare: bool = False
    catalogue: Catalogue = field(default_factory=own_catalogue)


def grade_notebook(
    notebook: NotebookNode, settings: Settings, progress: Callable[[Verdict], None] = lambda verdict: None
) -> dict[str, Verdict]:
    """Runs a submission and returns the verdict of each check cell by its grade_id; cards go into the cells' outputs.

    Raises:
        CannotStart: our own fault; the submission is not graded.
    """
    verdicts: dict[str, Verdict] = {}
    skipped: list[int] = []
    for cell in notebook.cells:  # hidden sheets are written on our time, before the submission's clock starts
        if grade_id(cell).startswith("check-"):
            hidden_sheet(
                settings.catalogue, _exercise_of(cell, settings.catalogue).name, settings.seed, settings.device
            )
    limits = settings.limits
    if runs_ranks(notebook, settings.catalogue):
        limits = replace(limits, loopback=True)
    with Session(notebook, settings.catalogue, limits, settings.bare, settings.device) as session:
        for index, cell in enumerate(notebook.cells):
            if grade_id(cell).startswith("check-"):
                verdicts[grade_id(cell)] = _grade_cell(notebook, index, session, settings, skipped)
                progress(verdicts[grade_id(cell)])
            elif DEMONSTRATION in cell.metadata.get("tags", []):
                skipped.append(index)
            elif cell.cell_type == "code":
                _run(notebook, index, session)
    clean(notebook, verdicts)
    return verdicts


def runs_ranks(notebook: NotebookNode, catalogue: Catalogue) -> bool:
    """Whether an experiment of its lesson runs ranks, which need a network among themselves."""
    ids = [grade_id(cell) for cell in notebook.cells]
    names = {name.removeprefix("check-") for name in ids} & catalogue.names().keys()
    topics = {name: catalogue.topic(catalogue.names()[name]) for name in names}
    return any(part.startswith(RANKS) for name, topic in topics.items() for part in topic.sources(name))


def _run(notebook: NotebookNode, index: int, session: Session) -> None:
    if problem := session.run_cell(index):
        notebook.cells[index].outputs = [new_output("stream", name="stdout", text=f"{LOST} {problem}.\n")]


def _grade_cell(
    notebook: NotebookNode, index: int, session: Session, settings: Settings, skipped: list[int]
) -> Verdict:
    cell = notebook.cells[index]
    exercise = _exercise_of(cell, settings.catalogue)
    verdict = _verdict(notebook, index, exercise, session, settings)
    if skipped and _misses_a_name(verdict):
        # The answer leans on something that a demonstration above it made. In the student's notebook it was there.
        answers = [
            position for position in range(index) if grade_id(notebook.cells[position]) == f"exercise-{exercise.name}"
        ]
        for position in [*skipped, *answers]:
            _run(notebook, position, session)
        skipped.clear()
        verdict = _verdict(notebook, index, exercise, session, settings)
    return replace(verdict, bare=settings.bare)


def _misses_a_name(verdict: Verdict) -> bool:
    shown = [finding.difference.yours for finding in verdict.findings if finding.difference]
    return any("NameError" in text for text in [*shown, *verdict.notes])


def _exercise_of(cell: NotebookNode, catalogue: Catalogue) -> Exercise:
    name = grade_id(cell).removeprefix("check-")
    try:
        return catalogue.find(name)
    except UnknownExercise as error:
        raise UnknownExercise(f"The cell {grade_id(cell)} asks for an exercise that this course has not.") from error


def _verdict(notebook: NotebookNode, index: int, exercise: Exercise, session: Session, settings: Settings) -> Verdict:
    sheet = hidden_sheet(settings.catalogue, exercise.name, settings.seed, settings.device)
    nothing = Verdict(exercise.name, State.WRONG, 0.0, exercise.points, seed=settings.seed, hidden=True)
    try:
        evidence = session.experiment(exercise, settings.seed, settings.device, index)
    except NoEvidence as error:
        return replace(nothing, notes=[_with_cell_error(notebook, exercise, str(error))])
    verdict = judge(exercise, sheet, evidence, settings.device, hidden=True)
    if verdict.state is State.WRONG and verdict.findings and not evidence.used:
        with session.own_time():
            sheet = naming_sheet(settings.catalogue, exercise.name, settings.seed, settings.device)
        verdict = judge(exercise, sheet, evidence, settings.device, hidden=True)
    used = exercise.without and forbidden_in_source(_source(notebook), exercise.name, exercise.without)
    if used and verdict.state is not State.NOT_ATTEMPTED:
        return replace(verdict, state=State.WRONG, earned=0.0, notes=[forbidden_note(used)])
    return verdict


def _with_cell_error(notebook: NotebookNode, exercise: Exercise, reason: str) -> str:
    """Adds what the answer's own cell said, where it failed."""
    for cell in notebook.cells:
        if grade_id(cell) == f"exercise-{exercise.name}":
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    return f"{reason} Its cell raised {output.ename}: {output.evalue[:200]}"
                if output.output_type == "stream" and output.text.startswith(LOST):
                    return f"{reason} {output.text.strip()}"
    return reason


def _source(notebook: NotebookNode) -> str:
    """All code of the notebook that parses, without IPython's own commands."""
    sources = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!"))]
            sources.append("\n".join(lines))
    return "\n".join(source for source in sources if _parses(source))


@lru_cache(maxsize=500)  # a notebook's cells are asked about once for each exercise
def _parses(source: str) -> bool:
    try:
        compile(source, "<cell>", "exec", flags=0x2000)  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT: notebooks may await
    except (SyntaxError, ValueError):
        return False
    return True
