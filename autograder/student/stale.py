"""Whether the cell of an answer has changed since the answer was made."""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

STALE = "This is about the answer that you ran last; its cell has changed since. Run that cell first, then this one."
CELL = re.compile(r"In\[(\d+)\]")
_ran: dict[str, float] = {}  # a cell's source → when it was run last


def watch_cells(shell: Any) -> None:
    """Notes from now on when each cell is run."""
    shell.events.register("pre_run_cell", _note)


def _note(info: Any) -> None:
    _ran[info.raw_cell.strip()] = time.time()


def is_stale(name: str, answer: Any) -> bool:
    """Whether a later cell should have defined `name` and did not, or the saved notebook has another one in its cell.

    False where that is not known: outside notebooks, for what no cell has defined, for edits that are not saved.
    """
    shell = _shell()
    number = _cell_of(shell, answer) if shell is not None else 0
    sources = list(shell.history_manager.input_hist_raw) if number else []
    if not 0 < number < len(sources) or not _defines(sources[number], name):
        return False
    later = any(_defines(source, name) for source in sources[number + 1 :])
    return later or _edited(shell, name, sources[number].strip())


def _shell() -> Any:
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _cell_of(shell: Any, answer: Any) -> int:
    """The number of the cell that an answer comes from; 0 where it is none."""
    parts = vars(answer).values() if isinstance(answer, type) else [answer]
    for part in parts:
        code = getattr(inspect.unwrap(part) if callable(part) else None, "__code__", None)
        told = shell.compile.format_code_name(code.co_filename) if code else None
        if told and (found := CELL.search(told[1])):
            return int(found[1])
    return 0


def _defines(source: str, name: str) -> bool:
    return bool(re.search(rf"^(?:async def|def|class)\s+{re.escape(name)}\b", source, re.MULTILINE))


def _edited(shell: Any, name: str, source: str) -> bool:
    """Whether the notebook was saved after the cell was run, with another text in the one cell that defines `name`."""
    file = _notebook(shell)
    if file is None or source not in _ran or file.stat().st_mtime <= _ran[source]:
        return False
    saved = [cell.strip() for cell in _code_in(file) if _defines(cell, name)]
    return len(saved) == 1 and saved[0] != source


def _notebook(shell: Any) -> Path | None:
    """The notebook's file, where whoever started this kernel says which it is."""
    said = shell.user_ns.get("__vsc_ipynb_file__") or shell.user_ns.get("__session__")
    for path in filter(None, [said, os.environ.get("JPY_SESSION_NAME")]):
        for file in (Path(str(path)), Path.cwd() / Path(str(path)).name):
            if file.suffix == ".ipynb" and file.is_file():
                return file
    return None


def _code_in(file: Path) -> list[str]:
    """The sources of its code cells; none where it cannot be read just now."""
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
