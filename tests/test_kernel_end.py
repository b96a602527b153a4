"""Who has ended a kernel: the submission, which gets its zero, or something outside, and then nobody is graded.

That must not depend on who is faster, so each is made slow on purpose: the notice that the kernel has ended, and the
line over which it answers.
"""

from __future__ import annotations

import asyncio
import select
import signal
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from patience import PATIENCE

from autograder.engine.catalogue import own_catalogue
from autograder.grading.inside.limits import Limits
from autograder.grading.kernel.listening import KernelClient
from autograder.grading.kernel.relay import Relay
from autograder.grading.kernel.session import CannotStart, Session
from autograder.grading.public import public_folder
from autograder.grading.sandbox import warm

ITS_OWN = "ended the process in which it ran"
FOREVER = "import time\nprint('began', flush=True)\ntime.sleep(600)"
Delay = Callable[[pytest.MonkeyPatch], None]


def parent() -> warm.WarmParent:
    return warm.warm_parent(public_folder(own_catalogue()))


def session(*sources: str) -> Session:
    cells = [new_code_cell(textwrap.dedent(source)) for source in sources]
    return Session(new_notebook(cells=cells), own_catalogue(), Limits(cell_seconds=PATIENCE))


def nobody_is_slow(patch: pytest.MonkeyPatch) -> None:
    """As fast as this machine is."""


def the_notice_is_slow(patch: pytest.MonkeyPatch) -> None:
    """What the warm parent says of a kernel's end arrives when it was asked for three times."""
    poll, asked = warm.WarmProcess.poll, [0]

    def late(process: warm.WarmProcess) -> int | None:
        if process.returncode is None and select.select([process.link], [], [], 0)[0]:
            asked[0] += 1
            if asked[0] < 3:
                return None
        return poll(process)

    patch.setattr(warm.WarmProcess, "poll", late)


def the_line_is_slow(patch: pytest.MonkeyPatch) -> None:
    """What the kernel says takes a tenth of a second, and that its sockets are closed two seconds."""
    pump = Relay._pump

    class Late:
        def __init__(self, source: asyncio.StreamReader) -> None:
            self.source = source

        async def read(self, size: int) -> bytes:
            block = await self.source.read(size)
            await asyncio.sleep(0.1 if block else 2)
            return block

    async def late(relay: Relay, source: Any, target: asyncio.StreamWriter, cost: int) -> None:
        await pump(relay, Late(source) if cost else source, target, cost)  # type: ignore[arg-type]

    patch.setattr(Relay, "_pump", late)


@pytest.fixture(params=[nobody_is_slow, the_notice_is_slow, the_line_is_slow], ids=lambda delay: delay.__name__)
def speed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    request.param(monkeypatch)


@pytest.fixture(scope="module", autouse=True)
def _no_parent_is_left() -> Iterator[None]:
    """What these tests kill is replaced: the next module finds a warm parent that lives."""
    yield
    assert warm.why_cold() == ""
    assert parent().answers()


@pytest.mark.usefixtures("speed")
@pytest.mark.parametrize(
    "end",
    ["os._exit(137)", "ctypes.string_at(0)", "threading.Timer(0.2, os._exit, [0]).start()\ntime.sleep(60)"],
    ids=["an exit", "a crash", "a thread's exit"],
)
def test_a_kernel_that_its_submission_ends_is_its_own_doing(end):
    before = parent()
    with session(f"import ctypes, os, threading, time\n{end}") as running:
        assert running.run_cell(0) == ITS_OWN
    assert parent() is before


@pytest.mark.usefixtures("speed")
@pytest.mark.parametrize("pause", [0, 0.5])
def test_a_submission_that_shoots_at_its_group_and_its_parent_hits_nobody_outside(pause):
    """Once its shots ended the warm parent, and whether that or its answer was heard first decided about its grade."""
    before = parent()
    shots = f"""
        import contextlib, os, signal, time
        for shoot in (os.killpg, os.kill):
            for number in (0, os.getppid(), os.getpgrp()):
                for kind in (signal.SIGKILL, signal.SIGSTOP):
                    with contextlib.suppress(ProcessLookupError):
                        shoot(number, kind)
        time.sleep({pause})
        print("survived")
        """
    with session(shots) as running:
        assert running.run_cell(0) == ""
        assert "survived" in running.notebook.cells[0].outputs[0].text
    assert parent() is before


@pytest.mark.usefixtures("speed")
def test_what_outside_has_ended_is_our_own_fault():
    python = python_in(parent())
    with session(FOREVER) as running, pytest.raises(CannotStart, match="ended from outside"):
        run_until_it_began(running, python.kill)
    with session("print(1)") as running:
        assert running.run_cell(0) == ""
    assert warm.why_cold() == ""


@pytest.mark.usefixtures("speed")
def test_who_watches_over_a_kernel_is_outside_of_it_too():
    before = parent()
    with session(FOREVER) as running, pytest.raises(CannotStart, match="ended from outside"):
        run_until_it_began(running, lambda: python_in(before).children()[0].kill())
    assert parent() is before


def test_a_sandbox_that_takes_its_time_to_end_is_gone_all_the_same():
    """bubblewrap is stopped: that everything in it has ended is long known when it ends itself."""
    before = parent()
    with session(FOREVER) as running, pytest.raises(CannotStart, match="ended from outside"):
        run_until_it_began(running, lambda: (before.process.send_signal(signal.SIGSTOP), python_in(before).kill()))
    assert before.process.poll() is None
    with session("print(1)") as running:
        assert running.run_cell(0) == ""
    assert warm.why_cold() == ""
    assert before.process.poll() is not None


@pytest.mark.usefixtures("speed")
def test_a_kernel_that_ends_before_it_is_ready_is_our_own_fault(monkeypatch):
    ready = KernelClient.wait_for_ready

    async def dies_first(client: KernelClient, timeout: float | None = None) -> None:
        python.children(recursive=True)[-1].kill()
        await ready(client, timeout)

    python = python_in(parent())
    monkeypatch.setattr(KernelClient, "wait_for_ready", dies_first)
    with pytest.raises(CannotStart, match="died before it was ready"), session("print(1)"):
        raise AssertionError("it is ready")


def test_a_kernel_with_too_little_memory_for_what_is_imported_says_so():
    little = Session(new_notebook(cells=[new_code_cell("print(1)")]), own_catalogue(), Limits(memory_mb=100))
    with pytest.raises(CannotStart, match=r"limits are too low \(memory_mb=100, processes=200\)"), little:
        raise AssertionError("it is ready")


@pytest.mark.usefixtures("speed")
@pytest.mark.parametrize("left", [
    "os.chmod(folder, 0)",
    "os.unlink(folder + '/kernel.json')\nsocket.socket(socket.AF_UNIX).bind(folder + '/kernel.json')",
], ids=["a closed folder", "a socket for a file"])  # fmt: skip
def test_what_a_submission_leaves_in_its_kernels_folder_is_in_nobodys_way(left):
    sources = "import os, socket\nfrom ipykernel.connect import get_connection_file\n"
    sources += f"folder = os.path.dirname(get_connection_file())\n{left}\nos._exit(1)"
    with session(sources, "print(1)") as running:
        folder = running.folder
        assert running.run_cell(0) == ITS_OWN
        assert running.run_cell(1) == ""
    assert not folder.exists()


def python_in(parent: warm.WarmParent) -> psutil.Process:
    """The warm parent itself: two bubblewraps are around it. What it has forked may be ending meanwhile."""
    inside = psutil.Process(parent.process.pid)
    while inside.name() == "bwrap":
        inside = inside.children()[0]
    return inside


def run_until_it_began(running: Session, then: Callable[[], object]) -> str:
    """Runs the first cell, and does something from outside once it has printed."""
    output = running.client.output

    def heard(*arguments: Any) -> Any:
        running.client.output = output
        shown = output(*arguments)
        then()
        return shown

    running.client.output = heard
    return running.run_cell(0)
