"""What a cell's source defines, and what is left of it without words. Sources are read as trees, never run."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

LONGEST = 30_000  # characters; what is longer was not typed, and a parser should not be fed with it
DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)


@lru_cache(maxsize=64)  # the lesson's own sources and an answer are asked for again and again
def definitions(source: str) -> dict[str, bool]:
    """The names that a source defines at its top level → whether by `def` or `class`, not by a mere assignment."""
    tree = parsed(source)
    if tree is None:
        return dict.fromkeys(DEFINITION.findall(source), True)
    names: dict[str, bool] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names[node.name] = True
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    names.setdefault(target.id, False)
    return names


def parsed(source: str) -> ast.Module | None:
    """The source as a tree, without IPython's own commands; None where it does not parse."""
    if len(source) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the student's escapes, `"\d"`
            return ast.parse(MAGIC.sub(r"\1pass", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what the parser says to broken or hostile code
        return None


@lru_cache(maxsize=64)
def bare(source: str) -> str:
    """The source without comments, docstrings and layout: two that differ only there are the same to a comparison."""
    tree = parsed(source)
    if tree is None:
        return "".join(source.split())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_docstring(body[0]):
            del body[0]
    try:
        return ast.dump(tree)
    except (RecursionError, ValueError):  # nested too deeply, or a number of thousands of digits
        return source


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
