"""nbgrader's gradebook, whatever database holds it: one transaction a submission, one sentence for what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

ROOM = "Make room, then give the same command again: what was graded stands."
OUR_DRIVER = "psycopg"  # what the extra `postgres` installs
# Words of SQLite's and PostgreSQL's messages, and what each means for an instructor.
MEANINGS = (
    (("readonly", "read-only", "permission denied"), "cannot be written", "Check who may write it."),
    (("no such column", "no such table", "does not exist"), "is of an older nbgrader, or none",
     "Back it up, then run `nbgrader db upgrade`."),
    (("is full", "No space left"), "has no room on its disk", ROOM),
    (("is locked",), "is in use by another program", "Close it, or wait, then give the same command again."),
    (("connection", "terminat", "could not connect"), "does not answer",
     "Once its server is there, give the same command again: what was graded stands."),
    (("unable to open",), "cannot be opened", "Check that its folder is there and who may write into it."),
)  # fmt: skip


class GradebookError(RuntimeError):
    """The gradebook cannot be used; the message says why and what to do."""


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Whatever the database refuses within, or its driver that is missing, becomes a GradebookError.

    nbgrader wraps some of the database's errors into its own, and writes their traceback to tornado's log.
    """
    log = logging.getLogger("tornado.application")
    before, log.disabled = log.disabled, True
    try:
        yield
    except ImportError as error:
        raise GradebookError(_without_driver(error)) from error
    except ArgumentError as error:
        raise GradebookError(f"c.CourseDirectory.db_url is no address of a gradebook: {error}.") from error
    except (SQLAlchemyError, InvalidEntry) as error:
        raise GradebookError(_meaning(error)) from error
    finally:
        log.disabled = before


def _without_driver(error: ImportError) -> str:
    ours = " (the extra `postgres` of this project)" if error.name == OUR_DRIVER else ""
    return f"The gradebook's database needs the Python package {error.name}, which is not installed here{ours}."


def _meaning(error: Exception) -> str:
    said = " ".join(str(getattr(error, "orig", None) or error).split("\n[SQL")[0].split())
    for words, meaning, advice in MEANINGS:
        if any(word in said for word in words):
            return f"The gradebook {meaning} ({said}). {advice}"
    return f"The gradebook refuses: {said}."


@contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """All that is written within is written, or nothing of it: nbgrader alone would commit after each step.

    Its sessions join a transaction that is not theirs, so that their commits only reach the database in the end
    (SQLAlchemy: "joining a session into an external transaction").
    """
    gradebook.db.remove()
    try:
        with gradebook.engine.begin() as connection:
            gradebook.db.configure(bind=connection, join_transaction_mode="rollback_only")
            yield
    finally:
        gradebook.db.remove()  # what the session knows of this submission is forgotten
        gradebook.db.configure(bind=gradebook.engine, join_transaction_mode="conditional_savepoint")


def ask_to_write(gradebook: Gradebook) -> None:
    """Changes no row, but asks for the right to: a gradebook that can only be read is known before any work is done."""
    gradebook.db.execute(text("UPDATE student SET first_name = first_name WHERE 1 = 0"))
