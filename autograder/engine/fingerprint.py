"""A fingerprint of code: of some files and of everything in this project that they import, by their syntax trees.

Comments and layout change nothing, whatever the code does differently does. The trees are written out by this file,
not by `ast.dump`, which says the same tree differently in different versions of Python.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OURS = ("autograder", "helpers")


def fingerprint(files: Iterable[Path], package: Path) -> str:
    """Sixteen hexadecimal digits.

    Args:
        files: where to start.
        package: the folder of the course's own code; files in it are called the same in every copy of the course.
    """
    parts = {name: _digest(file) for name, file in sources(files, package).items()}
    return hashlib.sha256(repr(sorted(parts.items())).encode()).hexdigest()[:16]


def sources(files: Iterable[Path], package: Path) -> dict[str, Path]:
    """The files, and all of this project that they import: `{"engine/probes.py": …}`."""
    waiting = list(files)
    found: dict[str, Path] = {}
    for file in waiting:  # grows while it is walked
        if _name(file, package) not in found:
            found[_name(file, package)] = file
            waiting += _imported(file)
    return found


def _name(file: Path, package: Path) -> str:
    """The same in every copy of a course, wherever it lies."""
    home = next(folder for folder in (package, ROOT / "autograder", ROOT) if file.is_relative_to(folder))
    return file.relative_to(home).as_posix()


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes())


@cache
def _digest(file: Path) -> str:
    return hashlib.sha256("".join(_written(_tree(file))).encode()).hexdigest()


def _written(node: Any) -> Iterator[str]:
    """A tree as text. What is empty is left out: newer versions of Python know more fields."""
    if isinstance(node, ast.AST):
        yield f"({type(node).__name__}"
        for name, value in ast.iter_fields(node):
            if value is not None and value != []:
                yield f" {name}="
                yield from _written(_joined(value) if isinstance(node, ast.JoinedStr) else value)
        yield ")"
    elif isinstance(node, list):
        for item in node:
            yield from _written(item)
    else:
        yield repr(node)


def _joined(parts: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string; some versions cut its plain text into several."""
    whole: list[ast.expr] = []
    for part in parts:
        last = whole[-1] if whole else None
        if isinstance(part, ast.Constant) and isinstance(last, ast.Constant):
            whole[-1] = ast.Constant(str(last.value) + str(part.value))
        else:
            whole.append(part)
    return whole


@cache
def _imported(file: Path) -> tuple[Path, ...]:
    """The files of this project that `file` imports, anywhere in it."""
    places = [place for node in ast.walk(_tree(file)) for place in _places(node, file)]
    files = (found for place in places for found in (place.with_suffix(".py"), place / "__init__.py"))
    return tuple(dict.fromkeys(found for found in files if found.is_file()))


def _places(node: ast.AST, file: Path) -> Iterator[Path]:
    """Where modules would lie that one statement imports; of `from a import b`, `b` may be one too."""
    if isinstance(node, ast.Import):
        yield from (_place(item.name) for item in node.names if item.name.split(".")[0] in OURS)
    elif isinstance(node, ast.ImportFrom):
        if node.level:
            base = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        elif node.module and node.module.split(".")[0] in OURS:
            base = _place(node.module)
        else:
            return
        yield base
        yield from (base / item.name for item in node.names)


def _place(module: str) -> Path:
    return ROOT.joinpath(*module.split("."))
