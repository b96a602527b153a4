"""An instructor's course folder, as nbgrader's configuration in it describes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.engine.catalogue import own_catalogue
from autograder.grading.decide import Result, Work
from autograder.grading.grade import Settings
from autograder.grading.gradebook import ask_to_write, in_a_sentence, one_transaction
from autograder.grading.inside.limits import Limits
from autograder.grading.ledger import ledger_folder, read_entry, write_graded, write_not_graded
from autograder.grading.scores import save_scores
from autograder.grading.submission.arrival import arrived
from autograder.grading.submission.beside import doubtful_time, handed_in
from autograder.grading.submission.incoming import MAX_BYTES, Unreadable, read_bytes
from autograder.grading.whole import advice, try_to_write, write_whole


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

    @property
    def without_sandbox(self) -> bool:
        """Whether the configuration says so for every run: `c.RunExperiments.bare = True`."""
        return bool(self.config.RunExperiments.get("bare", False))

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
            return Work(student, read_bytes(file, MAX_BYTES), release, notes + doubtful_time(expected.parent))
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
            CourseError: it does not know the lesson.
            GradebookError: it cannot be used.
        """
        try:
            with in_a_sentence(), one_transaction(self.gradebook):
                self.gradebook.find_assignment(lesson)
                ask_to_write(self.gradebook)
        except MissingEntry as error:
            raise CourseError(
                f"The gradebook does not know {lesson}; run `nbgrader generate_assignment {lesson} --create` first."
            ) from error

    def check_folders(self, lesson: str) -> None:
        """Tries to write where a run writes, before any work is done.

        Raises:
            CourseError: that cannot be done.
        """
        for folder in (ledger_folder(self.root, lesson), Path(self._folder("autograded", lesson)).parents[1]):
            try:
                try_to_write(folder)
            except OSError as error:
                raise CourseError(f"{folder} cannot be written: {error.strerror}. {advice(error)}") from error

    def record(self, lesson: str, work: Work, result: Result) -> None:
        """Writes one result: notebook, gradebook, and last the ledger, so that what was cut off is done again.

        Raises:
            CourseError: a file cannot be written.
            GradebookError: the gradebook cannot.
        """
        mark = "" if result.ours else content_hash(lesson, work)
        try:
            if result.reason:
                write_not_graded(self.root, lesson, work.student, result.reason, mark)
                return
            self._write_grades(lesson, work.student, result)
            write_graded(self.root, lesson, work.student, result.verdicts, result.repairs, result.seconds, mark)
        except OSError as error:
            place = error.filename or self.root
            raise CourseError(f"{place} cannot be written: {error.strerror}. {advice(error)}") from error

    def _write_grades(self, lesson: str, student: str, result: Result) -> None:
        write_whole(Path(self._folder("autograded", lesson, student), f"{lesson}.ipynb"), result.notebook)
        stamp = handed_in(self._folder("submitted", lesson, student))
        notebook = nbformat.v4.reads(result.notebook)
        more = {"timestamp": stamp} if stamp else {}
        with in_a_sentence(), one_transaction(self.gradebook):
            self.gradebook.update_or_create_student(student)
            with self.gradebook.db.no_autoflush:  # SQLAlchemy warns of it in nbgrader's own code
                self.gradebook.update_or_create_submission(lesson, student, **more)
            save_scores(self.gradebook, notebook, lesson, student, result.verdicts)
            late = self._is_late(lesson, student)
        if late:
            names = {"notebook": lesson, "assignment": lesson, "student": student, "db_url": self.directory.db_url}
            with in_a_sentence():
                AssignLatePenalties(config=self.config).preprocess(notebook, {"nbgrader": names})

    @cached_property
    def gradebook(self) -> Gradebook:
        """One for the whole run: what SQLAlchemy has compiled for one submission serves the next."""
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def _is_late(self, lesson: str, student: str) -> bool:
        """Whether nbgrader's late penalties are to look at a submission: it is late, or was."""
        if self.gradebook.find_submission(lesson, student).total_seconds_late > 0:
            return True
        return bool(self.gradebook.find_submission_notebook(lesson, lesson, student).late_submission_penalty)


def content_hash(lesson: str, work: Work) -> str:
    """Changes with the submission, the lesson's notebook, and all code that decides: see `Topic.judging`."""
    parts = [work.submission, work.release.encode(), json.dumps([work.notes, work.unreadable]).encode()]
    parts.append(own_catalogue().topic(lesson.partition("_")[2]).judging().encode())
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()
