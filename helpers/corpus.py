"""The text of several lessons: what programmers wrote about their own functions and classes, thousands of docstrings.

They lie on every machine that can run the course, under free licences. Sources are parsed and never imported: that is
quick, and a name that is only re-exported stands once, where it is defined. The same versions of Python and of the
libraries give the same texts in the same order.
"""

from __future__ import annotations

import ast
import re
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc
from pathlib import Path
from zlib import crc32

from helpers.installed import folder

# library → where its modules lie: of the standard library under the library's own name, else the package's folders
STANDARD = ("asyncio", "email", "http", "importlib", "logging", "multiprocessing", "pathlib", "unittest", "urllib")
PACKAGES = {
    "numpy": ("lib", "linalg", "ma", "polynomial", "_core/fromnumeric.py", "_core/numeric.py"),
    "sklearn": ("cluster", "decomposition", "linear_model", "metrics", "model_selection", "preprocessing", "tree"),
    "matplotlib": ("axes", "figure.py", "axis.py", "text.py", "ticker.py", "transforms.py", "patches.py"),
    "torch": ("nn", "optim", "utils/data", "distributions", "autograd"),
}
LIBRARIES = (*STANDARD, *PACKAGES)

UNDERLINE = re.compile(r"^\s*([-=~^*])\1{2,}\s*$")
LISTS = re.compile(
    r"^\s*((Args|Arguments|Returns?|Raises|Yields|Examples?|Shape|Note|Inputs?|Attributes)s?:|:\w+ .*:|@)"
)
ROLE = re.compile(r":[\w:+-]+:`~?\.?([^`<]*?)(?:\s*<[^`]*>)?`")
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
FEWEST_WORDS = 5
HELD_BACK = 0.25  # of a library's texts, at most, are kept for testing


@dataclass(frozen=True)
class Docstring:
    """What somebody wrote about one function, method or class."""

    name: str
    """Where it is defined, as "asyncio.locks.Lock.acquire"."""
    library: str
    """The first part of the name."""
    module: str
    """As "asyncio.locks"."""
    text: str
    """Its description, of one line, without lists of parameters, examples or markup."""


@cache
def docstrings(split: str | None = None) -> tuple[Docstring, ...]:
    """The descriptions in thirteen libraries, in the order of libraries, modules and lines; each text once.

    Args:
        split: "train" or "test" for the modules of one part alone. No module is in both, since what stands in one file
            is much alike.

    Raises:
        ValueError: another split.
        ModuleNotFoundError: one of the packages is not there.
    """
    if split not in (None, "train", "test"):
        raise ValueError(f'split should be "train", "test" or None, not {split!r}')
    if split is not None:
        held_back = _held_back()
        return tuple(each for each in docstrings() if (each.module in held_back) == (split == "test"))
    texts: dict[str, Docstring] = {}
    for library in LIBRARIES:
        for module, file in _modules(library):
            for found in _described(library, module, file):
                texts.setdefault(found.text, found)
    return tuple(texts.values())


def words(text: str) -> list[str]:
    """The words and whole numbers of a text, in lower case."""
    return WORD.findall(text.lower())


@cache
def _held_back() -> frozenset[str]:
    """Modules for testing, of each library as many as fit into its share; a library of one module has none."""
    chosen: set[str] = set()
    for library in LIBRARIES:
        sizes = Counter(each.module for each in docstrings() if each.library == library)
        left = HELD_BACK * sizes.total()
        for module in sorted(sizes, key=lambda name: crc32(name.encode())):
            if sizes[module] <= left:
                chosen.add(module)
                left -= sizes[module]
    return frozenset(chosen)


def _modules(library: str) -> Iterator[tuple[str, Path]]:
    """The names and files of a library's modules, sorted, without tests."""
    root = Path(sysconfig.get_path("stdlib")) if library in STANDARD else folder(library, "Some of the texts").parent
    for place in PACKAGES.get(library, ("",)):
        start = root / library / place
        files = sorted(start.rglob("*.py")) if start.is_dir() else [start.with_suffix(".py")]
        for file in files:
            parts = file.relative_to(root).with_suffix("").parts
            if not any(part.startswith("test") for part in parts[1:]):
                yield ".".join(part for part in parts if part != "__init__"), file


def _described(library: str, module: str, file: Path) -> Iterator[Docstring]:
    """What a file says about its public functions and classes."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for name, node in _definitions(tree, module):
        text = description(ast.get_docstring(node, clean=False) or "")
        if len(words(text)) >= FEWEST_WORDS:
            yield Docstring(name, library, module, text)


def _definitions(
    tree: ast.Module | ast.ClassDef, prefix: str
) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        name = f"{prefix}.{node.name}"
        yield name, node
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node, name)


def description(docstring: str) -> str:
    """The prose that a docstring begins with, in one line: up to the first heading, list, example or directive."""
    kept: list[str] = []
    for line in cleandoc(docstring).splitlines():
        if UNDERLINE.match(line):
            kept = kept[:-1]  # the heading above the line
            break
        if LISTS.match(line) or line.lstrip().startswith((">>>", "..", "*", "-", "+", "|", "$")):
            break
        kept.append(line)
    plain = ROLE.sub(r"\1", " ".join(kept)).replace("`", "").replace("::", ":")
    return " ".join(plain.replace("*", "").split())
