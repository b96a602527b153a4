"""A gradebook in PostgreSQL: a real server, on a Unix socket, as nobody, for the time of this module."""

from __future__ import annotations

import csv
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import environment, new_course, run
from nbgrader.api import Gradebook
from patience import PATIENCE
from submissions import hand_in, submission
from toy import DOUBLES

from autograder.grading.ledger import read_ledger

LESSON = DOUBLES
RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return x ** 2"
pytestmark = [
    pytest.mark.slow,
    # nbgrader's own queries, when they look at a submission
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


class Server:
    """A server in a folder of its own; `stop` and `start` are what an administrator does."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self._run("initdb", "--auth=trust", "--username=grader", "--encoding=UTF8", "--no-locale", "--no-sync")

    def start(self) -> None:
        log = f"--log={self.folder / 'log'}"
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
        self._run("pg_ctl", "start", "--wait", "--silent", log, f"--options={options}")

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")

    def address(self, name: str, user: str = "grader") -> str:
        """The gradebook's `db_url`."""
        return f"postgresql+psycopg://{user}@/{name}?host={self.folder}"

    def sql(self, command: str, name: str = "postgres") -> None:
        words = [f"--host={self.folder}", "--username=grader", f"--dbname={name}", f"--command={command}"]
        subprocess.run([self.programs / "psql", "--quiet", *words], check=True, capture_output=True)

    def _run(self, program: str, *words: str) -> None:
        nobody = pwd.getpwnam("nobody")
        drop = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        command = [*(drop if os.getuid() == 0 else []), str(self.programs / program), *words]
        where = {**os.environ, "PGDATA": str(self.folder / "data"), "LC_ALL": "C"}
        done = subprocess.run(command, cwd=self.folder, env=where, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr.decode()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        pytest.skip("PostgreSQL's server is not installed (apt-get install postgresql)")
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:  # a socket's path must be short
        if os.getuid() == 0:
            shutil.chown(folder, "nobody")
        server = Server(found[-1] if found else Path(str(on_path)).parent, Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def course(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose gradebook is the server's."""
    server.sql("CREATE DATABASE gradebook")
    address = server.address("gradebook")
    return new_course(tmp_path_factory.mktemp("course"), LESSON, f"c.CourseDirectory.db_url = {address!r}\n")


def scores(server: Server) -> dict[str, float]:
    with Gradebook(server.address("gradebook")) as gradebook:
        return {item.student.id: item.score for item in gradebook.assignment_submissions(LESSON)}


def one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    said = " ".join(done.stderr.split())
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert all(word in said for word in words), said
    assert len(said) < 600, said


@pytest.mark.parametrize(
    "words", [["autograder", "grade", "--jobs=1"], ["nbgrader", "autograde"]], ids=["ours", "nbgrader"]
)
def test_a_class_is_graded_reported_and_exported_and_a_persons_grade_stands(server, course, words):
    name = words[0][:1]
    for student, answer in {f"{name}-ada": RIGHT, f"{name}-bob": WRONG}.items():
        hand_in(submission(LESSON, double=answer), course, student, LESSON)
    done = run(course, *words, LESSON)
    assert done.returncode == 0, done.stderr
    assert (scores(server)[f"{name}-ada"], scores(server)[f"{name}-bob"]) == (1, 0)
    with Gradebook(server.address("gradebook")) as gradebook:
        gradebook.find_grade("check-double", LESSON, LESSON, f"{name}-bob").manual_score = 0.5
        gradebook.db.commit()
    done = run(course, *words, LESSON, "--force")
    assert done.returncode == 0, done.stderr
    assert scores(server)[f"{name}-bob"] == 0.5
    for command in (["autograder", "report", LESSON], ["nbgrader", "export"]):
        done = run(course, *command)
        assert done.returncode == 0, done.stderr
    for table, column in (
        (course / "reports" / LESSON / "report.csv", "student"),
        (course / "grades.csv", "student_id"),
    ):
        with table.open(newline="") as file:
            found = {row[column]: row["score"] for row in csv.DictReader(file)}
        assert (found[f"{name}-ada"], found[f"{name}-bob"]) == ("1.0", "0.5")
    assert not (course / "gradebook.db").exists()


def other(course: Path, folder: Path, address: str) -> Path:
    """The same course with another address of its gradebook."""
    copy = shutil.copytree(course, folder)
    with (copy / "nbgrader_config.py").open("a") as file:
        file.write(f"c.CourseDirectory.db_url = {address!r}\n")
    hand_in(submission(LESSON, double=RIGHT), copy, "eve", LESSON)
    return copy


def test_a_person_who_may_only_read_is_told_before_anything_is_graded(server, course, tmp_path):
    server.sql("CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", "gradebook")
    copy = other(course, tmp_path / "copy", server.address("gradebook", "reader"))
    one_sentence(run(copy, "autograder", "grade", LESSON), "The gradebook cannot be written", "permission denied")
    assert "eve" not in read_ledger(copy, LESSON)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgresql+psycopg://grader@/nothing?host={folder}", "does not exist"),
        ("postgresql+psycopg://grader@/gradebook?host=/nowhere", "The gradebook does not answer"),
        ("postgresql+pg8000://grader@/gradebook", "needs the Python package pg8000, which is not installed"),
        ("gradebook on the server", "c.CourseDirectory.db_url is no address of a gradebook"),
        ("lotus://grader@/gradebook", "c.CourseDirectory.db_url is no address of a gradebook"),
    ],
)
def test_an_address_where_no_gradebook_can_be_had_is_one_sentence(server, course, tmp_path, address, sentence):
    copy = other(course, tmp_path / "copy", address.format(folder=server.folder))
    one_sentence(run(copy, "autograder", "grade", LESSON), sentence)
    assert "eve" not in read_ledger(copy, LESSON)
    if read_ledger(copy, LESSON):
        one_sentence(run(copy, "autograder", "report", LESSON), sentence)


def test_a_server_that_goes_away_in_the_middle_ends_the_run_and_the_rest_follows_when_it_is_back(
    server, course, tmp_path
):
    copy = other(course, tmp_path / "copy", server.address("gradebook"))
    command = [sys.executable, "-u", "-m", "autograder", "grade", LESSON, "--student=eve", "--jobs=1"]
    with subprocess.Popen(
        command, cwd=copy, env=environment(copy), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert "1 to grade" in process.stdout.readline()  # the gradebook has been looked into, and the workers start
        server.stop()
        said, errors = process.communicate(timeout=PATIENCE)
    server.start()
    one_sentence(
        subprocess.CompletedProcess(command, process.returncode, said, errors), "The gradebook does not answer"
    )
    assert "eve" not in read_ledger(copy, LESSON)
    assert "eve" not in scores(server)
    assert run(copy, "autograder", "grade", LESSON, "--jobs=1").returncode == 0
    assert scores(server)["eve"] == 1
