"""An instructor's course folder, as nbgrader's configuration in it describes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import OperationalError
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.grading.decide import Result, Work
from autograder.grading.grade import Settings
from autograder.grading.inside.limits import Limits
from autograder.grading.ledger import read_entry, write_graded, write_not_graded
from autograder.grading.plugin import forget_empty_submission
from autograder.grading.public import ROOT
from autograder.grading.scores import save_scores
from autograder.grading.submission.arrival import arrived
from autograder.grading.submission.incoming import MAX_BYTES, Unreadable


class CourseError(RuntimeError):
    """Something in the course folder stops the run; the message says what to do."""


@dataclass
class Course:
    """One course folder.

    Attributes:
        config: nbgrader's.
        directory: nbgrader's view of the folder.
    """

    root: Path
    config: Any
    directory: CourseDirectory

    @classmethod
    def at(cls, root: Path) -> Course:
        """Opens the course in `root`.

        Raises:
            CourseError: there is no nbgrader_config.py.
        """
        try:
            config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        except ConfigFileNotFound as error:
            raise CourseError(f"{root} holds no nbgrader_config.py; run this in the course's folder.") from error
        return cls(root, config, CourseDirectory(config=config, root=str(root)))

    def release(self, lesson: str) -> str:
        """The lesson's notebook as students got it, as JSON.

        Raises:
            CourseError: the lesson is unknown.
        """
        file = Path(self._folder("release", lesson), f"{lesson}.ipynb")
        if not file.is_file():
            known = sorted(path.parent.name for path in file.parents[1].glob("*/*.ipynb"))
            raise CourseError(f"No lesson {lesson!r} in {file.parents[1]}; there are {', '.join(known) or 'none'}.")
        return file.read_text()

    def settings(self, lesson: str, seed: int, device: str, bare: bool) -> Settings:
        """How to grade a lesson: limits from `c.RunExperiments.limits`."""
        limits = self.config.RunExperiments.get("limits", {})
        return Settings(seed, device, Limits(**{**limits.get("*", {}), **limits.get(lesson, {})}), bare)

    def students(self, lesson: str, chosen: list[str]) -> list[str]:
        """Who handed the lesson in, of those chosen.

        Raises:
            CourseError: nobody did, or one of the chosen did not.
        """
        folder = Path(self.directory.root, self.directory.submitted_directory)
        found = sorted(path.parent.name for path in folder.glob(f"*/{lesson}") if path.is_dir())
        if missing := sorted(set(chosen) - set(found)):
            raise CourseError(f"{missing[0]} has not handed in {lesson}.")
        if not found:
            raise CourseError(f"Nobody has handed in {lesson}: {folder} holds no */{lesson}.")
        return [student for student in found if not chosen or student in chosen]

    def work(self, lesson: str, student: str, release: str) -> Work:
        """A student's submission, read no further than its size allows."""
        expected = Path(self._folder("submitted", lesson, student), f"{lesson}.ipynb")
        try:
            file, notes = arrived(expected)
            return Work(student, _bytes(file), release, notes)
        except (Unreadable, OSError) as error:
            return Work(student, b"", release, unreadable=str(error))

    def is_current(self, lesson: str, work: Work) -> bool:
        """Whether the ledger has decided this very submission of this very lesson."""
        return read_entry(self.root, lesson, work.student).get("hash") == content_hash(lesson, work)

    def _folder(self, step: str, lesson: str, student: str = ".") -> str:
        return str(self.directory.format_path(getattr(self.directory, f"{step}_directory"), student, lesson))

    def check_gradebook(self, lesson: str) -> None:
        """Looks into the gradebook before any work is done.

        Raises:
            CourseError: it does not know the lesson, or is of an older schema.
        """
        try:
            with Gradebook(self.directory.db_url, self.directory.course_id) as gradebook:
                gradebook.find_assignment(lesson)
        except MissingEntry as error:
            raise CourseError(
                f"The gradebook does not know {lesson}; run `nbgrader generate_assignment {lesson} --create` first."
            ) from error
        except OperationalError as error:
            raise CourseError(gradebook_sentence(error)) from error

    def record(self, lesson: str, work: Work, result: Result) -> None:
        """Writes one result: notebook, gradebook, and last the ledger, so that what was cut off is done again.

        Raises:
            CourseError: the gradebook cannot be written.
        """
        mark = "" if result.ours else content_hash(lesson, work)
        if result.reason:
            write_not_graded(self.root, lesson, work.student, result.reason, mark)
            return
        try:
            self._write_grades(lesson, work.student, result)
        except OperationalError as error:
            raise CourseError(gradebook_sentence(error)) from error
        write_graded(self.root, lesson, work.student, result.verdicts, result.repairs, result.seconds, mark)

    def _write_grades(self, lesson: str, student: str, result: Result) -> None:
        target = Path(self._folder("autograded", lesson, student), f"{lesson}.ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        part.write_text(result.notebook)
        part.replace(target)
        stamp = self.directory.get_existing_timestamp(self._folder("submitted", lesson, student))
        notebook = nbformat.v4.reads(result.notebook)
        try:
            self.gradebook.update_or_create_student(student)
            with self.gradebook.db.no_autoflush:  # SQLAlchemy warns of it in nbgrader's own code
                self.gradebook.update_or_create_submission(lesson, student, **({"timestamp": stamp} if stamp else {}))
            save_scores(self.gradebook, notebook, lesson, student, result.verdicts)
            self._assign_penalty(notebook, lesson, student)
        finally:
            self.gradebook.db.remove()  # ends the session: what it knows of this submission is forgotten

    @cached_property
    def gradebook(self) -> Gradebook:
        """One for the whole run: what SQLAlchemy has compiled for one submission serves the next."""
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def _assign_penalty(self, notebook: NotebookNode, lesson: str, student: str) -> None:
        """Lets nbgrader's late penalties look at a submission that is late, or was."""
        late = self.gradebook.find_submission(lesson, student).total_seconds_late > 0
        if late or self.gradebook.find_submission_notebook(lesson, lesson, student).late_submission_penalty:
            names = {"notebook": lesson, "assignment": lesson, "student": student, "db_url": self.directory.db_url}
            AssignLatePenalties(config=self.config).preprocess(notebook, {"nbgrader": names})

    def forget(self, lesson: str, student: str) -> None:
        """A submission that turned unreadable leaves no record of zeros."""
        forget_empty_submission({"assignment": lesson, "student": student, "db_url": self.directory.db_url})


def _bytes(file: Path) -> bytes:
    """What is in a plain file, one byte beyond the limit at most; `repair` says what is wrong with the rest.

    Raises:
        Unreadable: it is a link, a folder or a device.
    """
    if file.is_symlink() or not file.is_file():
        raise Unreadable(f"{file.name} is no plain file.")
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def content_hash(lesson: str, work: Work) -> str:
    """Changes with the submission, the lesson's notebook, its experiments and its references."""
    topic = lesson.partition("_")[2]
    parts = [work.submission, work.release.encode(), json.dumps([work.notes, work.unreadable]).encode()]
    parts += [(ROOT / "autograder" / kind / f"{topic}.py").read_bytes() for kind in ("exercises", "references")]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def gradebook_sentence(error: OperationalError) -> str:
    """What an error of the database means for the instructor."""
    text = str(error.orig)
    if "readonly" in text or "read-only" in text:
        return f"The gradebook cannot be written: {text}. Check its permissions; nothing of this submission was noted."
    if "no such column" in text or "no such table" in text:
        return f"The gradebook is of an older nbgrader ({text}). Back it up, then run `nbgrader db upgrade`."
    return f"The gradebook refuses: {text}."
