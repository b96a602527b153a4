"""The examination: every promise is tried in a sandbox as submissions get it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.catalogue import own_catalogue
from autograder.grading.doctor.promises import HOLDS, MEETING, PROMISES, Promise
from autograder.grading.doctor.system_calls import UnknownSystemCall
from autograder.grading.inside.limits import Limits
from autograder.grading.kernel.session import Session
from autograder.grading.public import public_folder
from autograder.grading.sandbox.bubblewrap import prove
from autograder.grading.sandbox.warm import NoWarmStart, warm_parent

SMALL = Limits(
    cell_seconds=60,
    cpu_seconds=30,
    memory_mb=1500,
    processes=60,
    open_files=128,
    file_mb=8,
    disk_mb=16,
    output_chars=10_000,
)


@dataclass(frozen=True)
class Finding:
    """What became of one promise.

    Attributes:
        result: `holds`, or what happened instead.
        guards: whether the sandbox is weaker without it; else grading is slower, no more.
    """

    name: str
    result: str
    guards: bool = True

    @property
    def holds(self) -> bool:
        return self.result == HOLDS


def examine() -> list[Finding]:
    """Each promise, tried.

    Raises:
        NoSandbox: none can be made here.
    """
    prove()
    findings = [Finding(promise.name, attempt(promise)) for promise in (*PROMISES, MEETING)]
    return [*findings, Finding("kernels start warm", _warm(), guards=False)]


def attempt(promise: Promise) -> str:
    """`holds`, or what happened instead."""
    try:
        notebook = new_notebook(cells=[new_code_cell(promise.code)])
    except UnknownSystemCall as reason:
        return str(reason)
    seconds = 3 if promise.name == "an endless cell ends" else SMALL.cell_seconds
    with Session(notebook, own_catalogue(), replace(SMALL, cell_seconds=seconds, loopback=promise.loopback)) as session:
        problem = session.run_cell(0)
    text = "".join(output.get("text", "") for output in notebook.cells[0].outputs)
    if promise.name == "an endless cell ends":
        return HOLDS if "did not end" in problem else "it ended by itself"
    if promise.name == "printing ends":
        return HOLDS if len(text) <= SMALL.output_chars else f"{len(text)} characters"
    return text.strip() or problem or json.dumps([output.get("evalue") for output in notebook.cells[0].outputs])


def _warm() -> str:
    """Whether a kernel can be forked: starting the warm parent alone does not show it."""
    try:
        warm_parent(public_folder(own_catalogue()))
    except NoWarmStart as reason:
        return f"{reason}. Kernels start from cold, some seconds each, and are as safe."
    return HOLDS
