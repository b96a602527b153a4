"""Mutants of an answer, made by the operators of cosmic-ray (https://cosmic-ray.readthedocs.io)."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from autograder.references import Change

# The first exchanges one name for another at random; the second needs the author to name variables.
NOT_USED = {"core/VariableReplacer", "core/VariableInserter"}


@dataclass(frozen=True)
class Mutant:
    """One small change to an answer: the whole mutated source, and what changed."""

    source: str
    change: Change


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
    nodes = list(ast_nodes(get_ast(source)))
    for operator in _operators():
        # Counted first: to mutate is to parse anew, and most operators find nothing to change.
        for occurrence in range(sum(len(list(operator.mutation_positions(node))) for node in nodes)):
            mutated = mutate_code(source, operator, occurrence)
            meaning = _meaning(mutated)
            if meaning and meaning not in seen:
                seen.add(meaning)
                yield Mutant(mutated, _change(source, mutated))


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


def _change(before: str, after: str) -> Change:
    """The lines that differ, and which of the places with these lines it is."""
    old, new = _code_lines(before), _code_lines(after)
    start = _alike(old, new)
    tail = _alike(old[start:][::-1], new[start:][::-1])
    length = len(old) - tail - start
    places = [" ".join(old[at : at + length]) for at in range(start + 1)]
    return Change(places[start], " ".join(new[start : len(new) - tail]), places.count(places[start]))


def _code_lines(source: str) -> list[str]:
    """The lines without their indentation; comments and empty lines are none: a mutated line may lose those above."""
    lines = (" ".join(line.split()) for line in source.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _alike(some: list[str], others: list[str]) -> int:
    """How many lines both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))
