"""One submission's kernel: runs cells, runs experiments, and starts again where the student's code killed it.

This is the seam for a sandbox: whatever starts the kernel, `Session` only speaks to it by messages.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.engine import wire
from autograder.engine.catalogue import Catalogue
from autograder.engine.exercise import Exercise
from autograder.engine.observe import Evidence
from autograder.engine.remote import MIME, MISSING
from autograder.grading.inside.limits import MEGABYTE, Limits
from autograder.grading.kernel.listening import Client, KernelManager
from autograder.grading.kernel.relay import Relay
from autograder.grading.public import BARE, SANDBOXED, kernelspecs
from autograder.grading.sandbox.bubblewrap import HOME, LIBRARIES
from autograder.grading.sandbox.warm import slot_folder
from autograder.grading.scratch import scratch_folder

NO_REPLY = "Nothing came back from the experiment"


class NoEvidence(Exception):
    """An experiment that brought back nothing to judge; the message is for student and instructor."""


class CannotStart(RuntimeError):
    """Our own fault: the kernel would not start, or something outside has ended it."""


class Session:
    """The kernel of one submission. Use it as a context manager.

    Args:
        notebook: the submission; outputs are written into its cells.
        catalogue: the course whose lesson it is.
        limits: what it may use.
        bare: without a sandbox, for code that one trusts.
        device: where its experiments run; without "cuda" no GPU is in sight.
    """

    def __init__(
        self, notebook: NotebookNode, catalogue: Catalogue, limits: Limits, bare: bool = False, device: str = "cpu"
    ) -> None:
        self.notebook, self.catalogue = notebook, catalogue
        self.limits = replace(limits, gpu_memory_mb=limits.gpu_memory_mb if device == "cuda" else 0)
        self.bare = bare
        self.held = contextlib.ExitStack()  # what the present kernel holds: its folder, its line, its process
        self.replay: list[int] = []
        self.kept: dict[int, int] = {}
        self.deadline = time.monotonic() + limits.submission_seconds

    def __enter__(self) -> Session:
        try:
            self._start()
        except BaseException:
            self.held.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.held.close()
        loop = ensure_event_loop()  # nbclient's. Left to a thread's end, its sockets may go before it: a traceback
        if not loop.is_running():
            loop.close()

    @contextlib.contextmanager
    def own_time(self) -> Iterator[None]:
        """What the grader does in here is not taken from the submission's time."""
        start = time.monotonic()
        yield
        self.deadline += time.monotonic() - start

    def run_cell(self, index: int) -> str:
        """Runs one cell; returns "" or, where it cost the kernel, why. The kernel lives again afterwards."""
        if self._is_late():
            return self._too_late()
        problem = self._execute(self.notebook.cells[index], index)
        if problem:
            self._restart()
        else:
            self.replay.append(index)
        return problem

    def experiment(self, exercise: Exercise, seed: int, device: str, index: int) -> Evidence:
        """Runs an experiment on the answer in the kernel.

        Raises:
            NoEvidence: nothing came back that can be judged.
        """
        if self._is_late():
            raise NoEvidence(f"{exercise.name} {self._too_late()}.")
        token = secrets.token_hex(16)
        request = (
            f"from autograder.engine.remote import hand_out\nhand_out({exercise.name!r}, {seed}, {device!r}, {token!r})"
        )
        probe = new_code_cell(request)
        cell = self.notebook.cells[index]
        self.client.token = token
        problem = self._execute(probe, index, int(exercise.seconds))
        self.client.token = ""
        self.notebook.cells[index] = cell  # nbclient leaves the probe in the cell's place
        if problem:
            self._restart()
            raise NoEvidence(f"{exercise.name} {problem}.")
        return _evidence(probe, token)

    def _execute(self, cell: NotebookNode, index: int, seconds: int = 0) -> str:
        self.client.timeout = max(1, min(seconds or self.limits.cell_seconds, int(self.deadline - time.monotonic())))
        self.kept[index] = 0
        self.relay.left = self.limits.sent_mb * MEGABYTE
        try:
            self.client.execute_cell(cell, index, store_history=False)
        except CellTimeoutError:
            return f"did not end within {self.client.timeout} s"
        except DeadKernelError:
            return self._cause_of_death()
        return self._cause_of_death() if self.relay.full else ""

    def _cause_of_death(self) -> str:
        """Why the kernel ended once it had been given a cell: the submission did it, unless plainly somebody else.

        Raises:
            CannotStart: something outside has.
        """
        if self.relay.full:
            return f"sent more than {self.limits.sent_mb} MB"
        if getattr(self.client.km.provisioner, "lost", False):
            raise CannotStart("its sandbox was ended from outside; the same command grades it again")
        return "ended the process in which it ran"

    def _is_late(self) -> bool:
        return time.monotonic() > self.deadline

    def _too_late(self) -> str:
        return f"was not run: the notebook had used up its {self.limits.submission_seconds} s"

    def _restart(self) -> None:
        """A new kernel, with what ran well before: an answer that kills its kernel costs no other exercise.

        A cell that ran well once and now no more is left out, or it could cost all the others.
        """
        while True:
            self.held.close()
            self._start()
            lost = next((index for index in self.replay if self._execute(self.notebook.cells[index], index)), None)
            if lost is None:
                return
            self.replay.remove(lost)
            if self._is_late():
                self.replay.clear()

    def _start(self) -> None:
        """A kernel in a folder of its own: in that of one before it, student code may have closed or taken anything.

        Raises:
            CannotStart: no student code has run in it, so this is our own fault.
        """
        self.folder = scratch_folder("k") if self.bare else Path(tempfile.mkdtemp(prefix="k-", dir=slot_folder()))
        self.held.callback(_remove, self.folder)
        self.relay = Relay(self.limits.sent_mb * MEGABYTE)
        self.held.callback(self.relay.close)
        self.client = self._new_client()
        self.held.callback(self._end_kernel)
        try:
            self.client.start_new_kernel(cwd=str(self.folder), env=self._environment())
            self.client.start_new_kernel_client()
        except RuntimeError as error:
            raise CannotStart(f"the kernel would not start: {error}{self._advice()}") from error
        except OSError as error:
            place = tempfile.gettempdir()
            advice = f"Look at {place}, or let TMPDIR name another place."
            raise CannotStart(f"the kernel would not start: {error}. {advice}") from error

    def _advice(self) -> str:
        """What a kernel that dies at once has most often met; what the lessons import counts as its memory."""
        given = f"memory_mb={self.limits.memory_mb}, processes={self.limits.processes}"
        return "" if self.bare else f". Perhaps its limits are too low ({given}): c.RunExperiments.limits raises them"

    def _new_client(self) -> Client:
        quiet = logging.getLogger("autograder.kernel")
        quiet.setLevel(logging.CRITICAL)  # a dead kernel is reported in the verdict
        kernel = KernelManager(
            relay=self.relay, kernel_name=BARE if self.bare else SANDBOXED,
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(kernelspecs(self.catalogue))]),
            transport="ipc", ip=str(self.folder / secrets.token_hex(4)),
            connection_file=str(self.folder / "kernel.json"), log=quiet,
        )  # fmt: skip
        # interrupt_on_timeout stays off: code that ignores SIGINT would hang the grader. The kernel is killed instead.
        client = Client(
            self.notebook, km=kernel, timeout=self.limits.cell_seconds, allow_errors=True, interrupt_on_timeout=False,
            shutdown_kernel="immediate", startup_timeout=120, record_timing=False, log=quiet,
        )  # fmt: skip
        client.limits, client.kept = self.limits, self.kept
        return client

    def _end_kernel(self) -> None:
        if self.client.km is not None:
            self.client._cleanup_kernel()

    def _environment(self) -> dict[str, str]:
        """Little more than a path: nothing of the grader's environment reaches the student's code."""
        home = str(self.folder) if self.bare else HOME
        path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
        keep = {name: os.environ[name] for name in ("LANG", "CUDA_VISIBLE_DEVICES") if name in os.environ}
        own = {**LIBRARIES, "PATH": path, "HOME": home, "TMPDIR": home, "MPLCONFIGDIR": home}
        # Without a sandbox the limits stay off: the number of processes would count all of the user's.
        return {**keep, **own, **({} if self.bare else {"SUBMISSION_LIMITS": json.dumps(self.limits.as_dict())})}


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.chmod(0o700)  # student code owns it, and may have closed it
    shutil.rmtree(folder, ignore_errors=True)


def _evidence(probe: NotebookNode, token: str) -> Evidence:
    """The evidence in the probe's output.

    Raises:
        NoEvidence: there is none, or it cannot be read.
    """
    for output in probe.outputs:
        reply = output.get("data", {}).get(MIME)
        if isinstance(reply, dict) and reply.get("token") == token:
            return _decode(reply.get("reply"))
    errors = [f"{output.ename}: {output.evalue}" for output in probe.outputs if output.output_type == "error"]
    raise NoEvidence(f"{NO_REPLY}{': ' + errors[0] if errors else ''}.")


def _decode(reply: object) -> Evidence:
    try:
        data = wire.loads(base64.b64decode(reply if isinstance(reply, str) else "?", validate=True))
    except (wire.BrokenReply, ValueError) as error:
        raise NoEvidence(f"What came back cannot be read: {error}.") from error
    if data == MISSING:
        raise NoEvidence("Its name is not defined.")
    try:
        return Evidence.from_data(data)
    except ValueError as error:
        raise NoEvidence(f"What came back cannot be read: {error}.") from error
