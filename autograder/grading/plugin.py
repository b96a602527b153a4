"""What `nbgrader_config.py` plugs into nbgrader: how submissions are read, run and scored."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict, Integer, Unicode

from autograder.engine.verdict import Verdict
from autograder.grading.decide import our_fault
from autograder.grading.grade import Settings, grade_notebook
from autograder.grading.gradebook import in_a_sentence
from autograder.grading.hidden import fresh_seed
from autograder.grading.inside.limits import Limits
from autograder.grading.ledger import write_graded, write_not_graded
from autograder.grading.scores import save_scores
from autograder.grading.submission.arrival import arrived
from autograder.grading.submission.beside import doubtful_time, guard
from autograder.grading.submission.incoming import Unreadable
from autograder.grading.submission.repair import repair, repairs_cell


class NotGraded(Exception):
    """A submission that is no zero: it could not be read, or the fault is ours. The message says why."""


class SubmissionExporter(NotebookExporter):
    """Reads the submissions of one run, or says in one sentence why one is not graded and leaves no score behind."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.seed = fresh_seed()  # one for all submissions of a run, so that all get the same questions
        if isinstance(self.parent, Autograde):
            guard(self.parent, partial(write_not_graded, Path(self.parent.coursedir.root)))

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        resources["seed"] = self.seed
        try:
            notebook = self._read(Path(filename), resources["nbgrader"])
            return self.from_notebook_node(notebook, resources=resources, **options)
        # Whatever went wrong, it is no zero. Noted here and raised again: nbgrader goes on with the next submission.
        except Exception as error:
            names = resources["nbgrader"]
            reason = str(error) if isinstance(error, NotGraded | Unreadable) else our_fault(error)
            write_not_graded(Path.cwd(), names["assignment"], names["student"], reason)
            forget_empty_submission(names, zeros=not os.path.lexists(filename))
            raise NotGraded(f"{names['student']}, {names['assignment']}: not graded: {reason}") from error

    def _read(self, file: Path, names: dict[str, str]) -> NotebookNode:
        """What a stranger handed in, repaired; or, in nbgrader's second stage, what came out of the first."""
        if self.parent._sanitizing:
            found, renamed = arrived(file)
            notebook, notes = repair(found, self._release(names))
            notebook.metadata["repairs"] = renamed + doubtful_time(file.parent) + notes
            return notebook
        notebook = nbformat.read(file, as_version=4)
        if notes := notebook.metadata.get("repairs"):
            notebook.cells.insert(0, repairs_cell(notes))
        return notebook

    def _release(self, names: dict[str, str]) -> NotebookNode:
        course = self.parent.coursedir
        folder = Path(course.format_path(course.release_directory, ".", names["assignment"]))
        file = folder / f"{names['notebook']}.ipynb"
        if not file.is_file():
            raise NotGraded(f"{file.name} is not in {folder}: run `nbgrader generate_assignment {names['assignment']}`")
        return nbformat.read(file, as_version=4)


def forget_empty_submission(names: dict[str, str], zeros: bool = False) -> None:
    """nbgrader has opened a record of zeros by now. Where nothing was ever graded in it, it goes.

    Args:
        zeros: nbgrader has written zeros even, because no file had the lesson's name.
    """
    nothing = (None, 0) if zeros else (None,)
    with in_a_sentence(), Gradebook(names["db_url"]) as gradebook:
        try:
            submission = gradebook.find_submission(names["assignment"], names["student"])
        except MissingEntry:
            return
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        if all(grade.auto_score in nothing and grade.manual_score is None for grade in grades):
            gradebook.remove_submission(names["assignment"], names["student"])


class RunExperiments(NbGraderPreprocessor):
    """Runs the submission in a kernel of its own and judges it here, in the grader's process."""

    seed = Integer(
        None, allow_none=True, help="Seed of the hidden sheets; fresh for each run without it. The cards show it."
    ).tag(config=True)
    device = Unicode("cpu", help="Where experiments run: cpu or cuda.").tag(config=True)
    limits = Dict(
        help="What a submission may use, by lesson, `*` for all: {'*': {'memory_mb': 4000}, '11_attention': {…}}. "
        "The names and defaults are those of autograder.grading.inside.limits.Limits."
    ).tag(config=True)
    bare = Bool(False, help="Without a sandbox: only for submissions you trust. The cards say so.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        seed = resources["seed"] if self.seed is None else self.seed
        lesson = resources["nbgrader"]["assignment"]
        limits = Limits(**{**self.limits.get("*", {}), **self.limits.get(lesson, {})})
        settings = Settings(seed, self.device, limits, self.bare)
        start = time.perf_counter()
        resources["verdicts"] = grade_notebook(nb, settings, self._report)
        resources["seconds"] = time.perf_counter() - start
        return nb, resources

    def _report(self, verdict: Verdict) -> None:
        self.log.info("%s: %s, %g of %g", verdict.exercise, verdict.state, verdict.earned, verdict.points)


class SaveVerdicts(NbGraderPreprocessor):
    """Writes the verdicts' points into the gradebook. What the notebook itself printed decides nothing."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        names = resources["nbgrader"]
        lesson, student, verdicts = names["assignment"], names["student"], resources["verdicts"]
        with in_a_sentence(), Gradebook(names["db_url"]) as gradebook:
            save_scores(gradebook, nb, lesson, student, verdicts)
        repairs = nb.metadata.get("repairs", [])
        write_graded(Path.cwd(), lesson, student, verdicts, repairs, resources["seconds"])
        return nb, resources
