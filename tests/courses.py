"""A folder of the toy course's lessons, nbgrader's own commands in it, and the server with formgrader on top.

Its commands run with the toy course's own `autograder`, which knows no real lesson.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from patience import PATIENCE
from toy import toy_folder


def environment(course: Path) -> dict[str, str]:
    """An environment with nbgrader's tools on the path and nobody's home in it."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "HOME": str(course), "PYTHONPATH": str(toy_folder())}


def run(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m …` in the course."""
    command = [sys.executable, "-m", *words]
    own = environment(course)
    return subprocess.run(command, cwd=course, env=own, capture_output=True, text=True, timeout=PATIENCE)


def new_course(course: Path, lesson: str, config: str = "") -> Path:
    """A course with one released lesson and nothing handed in yet.

    Args:
        config: lines that come after the course's own configuration.
    """
    configuration = (toy_folder() / "nbgrader_config.py").read_text() + config
    if "db_url" in config:  # that gradebook has to be told of the lesson
        return _released(course, lesson, configuration)
    shutil.copytree(_example(lesson), course, dirs_exist_ok=True)
    (course / "nbgrader_config.py").write_text(configuration)
    return course


@cache
def _example(lesson: str) -> Path:
    """A course with the lesson, made once: importing nbgrader takes longer than all that it does."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _released(folder, lesson, (toy_folder() / "nbgrader_config.py").read_text())


def _released(course: Path, lesson: str, configuration: str) -> Path:
    course.mkdir(exist_ok=True)
    (course / "nbgrader_config.py").write_text(configuration)
    shutil.copytree(toy_folder() / "solutions" / lesson, course / "solutions" / lesson)
    done = run(course, "nbgrader", "generate_assignment", lesson, "--create")
    assert done.returncode == 0, done.stderr
    return course


@contextmanager
def served(course: Path) -> Iterator[str]:
    """A real Jupyter server in the course; its address, which takes `?token=token`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["lab", "--allow-root", "--no-browser", f"--port={port}", "--IdentityProvider.token=token"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter", *words], cwd=course, env=environment(course),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token=token")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
        except urllib.error.URLError:
            time.sleep(0.25)  # the server is still starting
        else:
            return
    raise TimeoutError(address)
