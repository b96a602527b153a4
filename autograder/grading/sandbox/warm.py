"""The grader's side of warm start: one warm parent a process and course, and a stand-in for the process that it forks.

Who has ended a kernel is never a question of who is heard first. Student code reaches nothing outside the namespaces of
its kernel, so an end of which the parent gives the exit status is the submission's. Where the connection closes without
one, the parent is asked: it closes none while it lives. Where it does not answer, something outside has ended it.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from autograder.grading.inside.limits import Limits
from autograder.grading.inside.warm import ASK, FORKED, HERE, STOP
from autograder.grading.sandbox.bubblewrap import HOME, LIBRARIES, NoSandbox, sandbox_command
from autograder.grading.sandbox.seccomp import program
from autograder.grading.scratch import scratch_folder, slot_uid

log = logging.getLogger(__name__)
START_SECONDS = 120
STOP_SECONDS = 2


class NoWarmStart(RuntimeError):
    """No kernel can be forked here; cold start serves."""


@cache
def slot_folder() -> Path:
    """The folder of this process's sandboxes: sockets of the warm parent and of each kernel."""
    folder = scratch_folder("slot")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if os.getuid() == 0:
        os.chown(folder, slot_uid(os.getpid()), slot_uid(os.getpid()))
    return folder


class WarmParent:
    """A process inside bubblewrap that has imported everything and forks kernels.

    Args:
        public: the public half of the course that it imports.
        cuda: its kernels see the GPUs. It starts no CUDA itself: that would not outlive a fork.
    """

    _numbers = itertools.count()

    def __init__(self, public: Path, cuda: bool) -> None:
        self.address = slot_folder() / f"warm-{next(self._numbers)}.sock"
        script = public / "autograder" / "grading" / "inside" / "warm.py"
        rules, loopback = slot_folder() / "seccomp.bpf", slot_folder() / "seccomp-loopback.bpf"
        rules.write_bytes(program())
        loopback.write_bytes(program(loopback=True))
        argv = [sys.executable, str(script), str(self.address), str(rules), str(loopback), HOME]
        command = sandbox_command(argv, [public], slot_folder(), disk_mb=16, cuda=cuda)
        environment = {"PATH": "/usr/bin:/bin", "HOME": HOME, **LIBRARIES}
        environment["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"  # asking CUDA itself whether it is there would start it
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as the parent; closed in stop)
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors,
            start_new_session=True,
        )  # fmt: skip
        atexit.register(self.stop)
        assert self.process.stdout is not None
        if self.process.stdout.readline() != b"ready\n":
            words = self.last_words()
            self.stop()
            raise NoWarmStart(f"the warm parent did not start: {words}")

    def answers(self) -> bool:
        """Whether it lives: it is asked, and answers once it is done with its kernel.

        bubblewrap's own exit would say it too, but some time after everything in it is gone.
        """
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(START_SECONDS)
                link.connect(str(self.address))
                link.sendall(ASK.encode())
                return link.recv(len(HERE)) == HERE
        except OSError:
            return False

    def last_words(self) -> str:
        """The last line of what it and its forks complained of: of a traceback, the exception."""
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1][-300:] if lines else "without a word"

    def stop(self) -> None:
        """Asks it to end, so that what it and its forks have cost is known to whoever counts; then kills it."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired), socket.socket(socket.AF_UNIX) as link:
            link.connect(str(self.address))
            link.sendall(STOP.encode())
            self.process.wait(STOP_SECONDS)
        self.process.kill()
        self.process.wait()
        self.errors.close()
        if self.process.stdout:
            self.process.stdout.close()


_cold: list[str] = []  # why no kernel of this process is forked any more


def why_cold() -> str:
    """Why kernels start from cold here; empty where they start warm."""
    return _cold[0] if _cold else ""


def stay_cold(reason: object) -> NoWarmStart:
    """From now on kernels start from cold in this process; said once."""
    if not _cold:
        _cold.append(str(reason))
        log.warning("Kernels start from cold, some seconds each: %s", reason)
    return NoWarmStart(_cold[0])


_parents: dict[tuple[Path, bool], WarmParent] = {}


def _started(public: Path, cuda: bool) -> WarmParent:
    try:
        return WarmParent(public, cuda)
    except NoSandbox:
        raise
    except (NoWarmStart, OSError) as error:
        raise stay_cold(error) from error


def warm_parent(public: Path, cuda: bool = False) -> WarmParent:
    """This process's warm parent for a course: started at the first call, and anew where something has ended it.

    Args:
        public: the folder with the course's public half.
        cuda: its kernels see the GPUs.

    Raises:
        NoWarmStart: it cannot be had.
        NoSandbox: nothing can.
    """
    if _cold:
        raise NoWarmStart(_cold[0])
    parent = _parents.get((public, cuda))
    if parent is None or not parent.answers():
        if parent is not None:
            parent.stop()
        parent = _parents[public, cuda] = _started(public, cuda)
    return parent


class WarmProcess:
    """A forked kernel, with as much of `subprocess.Popen` as a provisioner needs.

    Attributes:
        lost: something outside has ended the warm parent, or the process that watches over the kernel.
    """

    stdin = stdout = stderr = None

    def __init__(self, parent: WarmParent, connection_file: Path, environment: dict[str, str], limits: Limits) -> None:
        self.parent, self.pid = parent, parent.process.pid
        self.returncode: int | None = None
        self.killed = self.lost = False
        self.link = socket.socket(socket.AF_UNIX)
        request = {
            "folder": str(connection_file.parent), "connection_file": str(connection_file),
            "environment": environment, "limits": limits.as_dict(),
        }  # fmt: skip
        if self._ask(json.dumps(request).encode() + b"\n") != FORKED:
            self.link.close()
            if not parent.answers():
                raise NoWarmStart("the warm parent has ended")
            raise stay_cold(f"no kernel can be forked: {parent.last_words()}")

    def _ask(self, request: bytes) -> bytes:
        """The parent's answer; empty where it refuses, or is no more."""
        try:
            self.link.settimeout(START_SECONDS)
            self.link.connect(str(self.parent.address))
            self.link.sendall(request)
            return self.link.recv(len(FORKED))
        except OSError:
            return b""

    def poll(self) -> int | None:
        """The exit status, or None while the kernel runs."""
        if self.returncode is None:
            self.link.setblocking(False)
            try:
                self._ended(self.link.recv(100))
            except BlockingIOError:
                return None
            except OSError:
                self._ended(b"")
        return self.returncode

    def wait(self) -> int:
        """The exit status, once there is one."""
        if self.returncode is None:
            self.link.settimeout(START_SECONDS)
            self._ended(self.link.recv(100))
        assert self.returncode is not None
        return self.returncode

    def _ended(self, line: bytes) -> None:
        """Notes the status that came back. A signal ended the watcher: no student code can send it one."""
        self.link.close()
        status = int(line) if line.strip() else None
        self.returncode = 1 if status is None else status
        self.lost = not self.killed and (not self.parent.answers() if status is None else status < 0)

    def kill(self) -> None:
        """Half-closing the connection tells the parent to kill the kernel; its status still comes back."""
        if self.returncode is None:
            self.killed = True
            self.link.shutdown(socket.SHUT_WR)

    terminate = kill

    def send_signal(self, signum: int) -> None:
        self.kill()
