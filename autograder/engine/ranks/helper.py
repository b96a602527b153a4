"""Our end of the process that forks ranks: one for each process that asks, started when it is first needed."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from typing import IO, Any

START_SECONDS = 120  # for its imports, on a busy machine
STOP_SECONDS = 20
GONE = "the process that starts ranks is gone; run this again"


class HelperLost(RuntimeError):
    """The process that forks ranks is gone."""


class NoRanksHere(OSError):
    """This machine cannot run ranks. Nothing is wrong with the function that should have run on them."""


class Helper:
    """Our end of the process that forks ranks."""

    def __init__(self, link: socket.socket, process: subprocess.Popen[bytes] | None = None) -> None:
        self.link, self.process, self.rest = link, process, b""

    def ask(self, request: dict[str, Any]) -> None:
        try:
            self.link.settimeout(STOP_SECONDS)
            self.link.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            self.close()
            raise HelperLost(GONE) from error

    def answer(self, seconds: float) -> dict[str, Any] | None:
        """Its next message; None where none comes in time."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.link.settimeout(left)
            try:
                received = self.link.recv(65536)
            except TimeoutError:
                return None
            except OSError:
                received = b""
            if not received:
                self.close()
                raise HelperLost(GONE)
            self.rest += received
        line, _, self.rest = self.rest.partition(b"\n")
        return dict(json.loads(line))

    def stop(self, folder: str, ask: bool) -> dict[int, int]:
        """Ends the run's ranks and waits until none is left; returns the exit statuses that were not read before.

        Args:
            ask: first lets them write down where they are.
        """
        statuses: dict[int, int] = {}
        with contextlib.suppress(HelperLost):
            self.ask({"stop": folder, "ask": ask})
            while (answer := self.answer(STOP_SECONDS)) is not None:
                if answer.get("stopped") == folder:
                    return statuses
                if answer.get("run") == folder:
                    statuses[answer["rank"]] = answer["status"]
            self.close()
        return statuses

    def close(self) -> None:
        """Hangs up: it hears that, ends its ranks and goes. One that does not hear is killed."""
        self.link.close()
        if self.process is not None:
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        _forget(self)


_running: Helper | None = None


def rank_helper() -> Helper:
    """The running helper, started at the first call.

    Raises:
        NoRanksHere: this system cannot fork, or the helper cannot be started.
    """
    global _running
    if _running is None:
        if not hasattr(os, "fork"):
            raise NoRanksHere("Ranks are forked, which Windows cannot do. Use WSL, Colab or Binder for this lesson.")
        _running = _started()
    return _running


def _started() -> Helper:
    ours, theirs = socket.socketpair()
    with tempfile.TemporaryFile() as errors:
        process = _spawned(theirs, errors)
        theirs.close()
        helper = Helper(ours, process)
        if not _is_ready(helper, process):
            errors.seek(0)
            raise NoRanksHere(f"ranks cannot be started here: {errors.read().decode(errors='replace')[-500:]}")
    return helper


def _spawned(theirs: socket.socket, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        f"from autograder.engine.ranks.server import main; main({theirs.fileno()}, {os.getpid()})"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], pass_fds=[theirs.fileno()], start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def _is_ready(helper: Helper, process: subprocess.Popen[bytes]) -> bool:
    """Waits for its first word. One that says nothing is ended."""
    ready = None
    try:
        with contextlib.suppress(HelperLost):
            ready = helper.answer(START_SECONDS)
    finally:
        if ready is None:
            process.kill()  # it imports, and would not hear that we hang up
            helper.close()
    return ready is not None


def fork_helper() -> None:
    """Makes this process's helper by a fork, where everything is imported already and no thread was started yet."""
    global _running
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    if os.fork() == 0:
        try:
            from autograder.engine.ranks.server import serve

            ours.close()
            serve(theirs, parent)
        finally:
            os._exit(0)
    theirs.close()
    _running = Helper(ours)
    _running.answer(START_SECONDS)


def _forget(helper: Helper | None) -> None:
    global _running
    if _running is helper:
        _running = None


def _in_a_fork() -> None:
    """The helper is the parent's; a fork that needs one starts its own."""
    if _running is not None:
        _running.link.close()  # else it would not hear that the parent has gone
    _forget(_running)


def _at_exit() -> None:
    if _running is not None:
        _running.close()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_a_fork)
