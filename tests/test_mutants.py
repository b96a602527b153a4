"""Machine-made mutants: each compiles, each means something else, none is missed for its form."""

from __future__ import annotations

import ast

from autograder.authoring.mutants import mutants

SOURCE = '''\
def scale(x: int, factor: float = 2.0) -> float:
    """Scales x + 1."""
    if x > 0 and factor:
        return x * factor + 1
    return -x
'''


def test_every_mutant_compiles_and_differs_from_the_answer_and_from_the_others() -> None:
    made = list(mutants(SOURCE))
    trees = [ast.dump(ast.parse(mutant.source)) for mutant in made]
    assert len(set(trees)) == len(trees) >= 20
    assert ast.dump(ast.parse(SOURCE)) not in trees


def test_operators_comparisons_numbers_and_conditions_are_changed() -> None:
    lines = {mutant.line for mutant in mutants(SOURCE)}
    for line in (
        "if x >= 0 and factor:",
        "if x > 0 or factor:",
        "if x > 1 and factor:",
        "return x / factor + 1",
        "return x * factor - 1",
        "return +x",
    ):
        assert line in lines, line


def test_the_line_named_is_the_one_that_changed() -> None:
    for mutant in mutants(SOURCE):
        changed = [line.strip() for line in mutant.source.splitlines() if line not in SOURCE.splitlines()]
        assert mutant.line == " ".join(" ".join(line.split()) for line in changed)


def test_annotations_and_docstrings_are_left_alone() -> None:
    source = 'def f(x: "int | None" = None) -> "int | None":\n    """One | two."""\n    return x\n'
    for mutant in mutants(source):
        assert "int | None" in mutant.source
        assert "One | two." in mutant.source


def test_two_runs_make_the_same_mutants() -> None:
    assert list(mutants(SOURCE)) == list(mutants(SOURCE))


def test_an_answer_without_anything_to_change_has_no_mutants() -> None:
    assert list(mutants("def f(x):\n    return x\n")) == []
