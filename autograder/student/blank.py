"""A cell that uses an answer which is not written yet says so in one line, not in a traceback through our helpers."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType
from typing import Any

from autograder.engine.verdict import State
from autograder.student.card import MARKS
from autograder.student.stale import watch_cells


def explain_blanks() -> None:
    """Tells the running notebook, if there is one, how to show a stub's NotImplementedError; and watches when each of
    its cells runs."""
    if "IPython" not in sys.modules:
        return
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((NotImplementedError,), _show)
        watch_cells(shell)


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: TracebackType, tb_offset: int | None = None
) -> None:
    """Shows the error as ever, unless a stub raised it: then the notebook finds one line to show instead."""
    name = stub_in(error, trace)
    if name:
        line = f"{MARKS[State.NOT_ATTEMPTED]} {name} is not written yet. This cell will show what it does."
        error._render_traceback_ = lambda: [line]  # type: ignore[attr-defined]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)


def stub_in(error: BaseException, trace: TracebackType) -> str:
    """The function of the notebook that raised a bare NotImplementedError; empty if another code did."""
    from autograder.engine.ranks.failure import BlankOnRanks  # with all that runs ranks, which few notebooks do

    if isinstance(error, BlankOnRanks):
        return error.stub
    frame = list(traceback.walk_tb(trace))[-1][0]
    in_notebook = frame.f_globals.get("__name__") == "__main__" and frame.f_code.co_name != "<module>"
    return frame.f_code.co_qualname if in_notebook and not error.args else ""
