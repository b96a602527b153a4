"""Mutants of an answer, made by the operators of cosmic-ray (https://cosmic-ray.readthedocs.io)."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from cosmic_ray.mutating import mutate_code

# The first exchanges one name for another at random; the second needs the author to name variables.
NOT_USED = {"core/VariableReplacer", "core/VariableInserter"}


@dataclass(frozen=True)
class Mutant:
    """One small change to an answer: the whole mutated source, and the line that changed."""

    source: str
    line: str


@cache
def _operators() -> tuple[Any, ...]:
    with warnings.catch_warnings():
        # stevedore looks for plugins with an interface that newer Pythons deprecate
        warnings.simplefilter("ignore", DeprecationWarning)
        import cosmic_ray.plugins as plugins
    names = [name for name in plugins.operator_names() if name not in NOT_USED]
    return tuple(plugins.get_operator(name)() for name in names)


def mutants(source: str) -> Iterator[Mutant]:
    """Every distinct mutant of `source` that still compiles; changes to annotations and docstrings are none."""
    seen = {_meaning(source)}
    for operator in _operators():
        occurrence = 0
        while mutated := mutate_code(source, operator, occurrence):
            occurrence += 1
            meaning = _meaning(mutated)
            if meaning and meaning not in seen:
                seen.add(meaning)
                yield Mutant(mutated, _changed_line(source, mutated))


def _meaning(source: str) -> str:
    """The syntax tree without annotations and docstrings; empty where the source does not parse."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def _changed_line(before: str, after: str) -> str:
    changes = difflib.ndiff(before.splitlines(), after.splitlines())
    return " ".join(" ".join(line[2:].split()) for line in changes if line.startswith("+ ")) or "(a line is gone)"
