"""Machine-made mutants: each compiles, each means something else, none is missed for its form."""

from __future__ import annotations

import ast
from collections import Counter

import pytest
from cosmic_ray.mutating import mutate_code

from autograder.authoring.mutants import _operators, mutants
from autograder.references import Change

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
    lines = {mutant.change.after for mutant in mutants(SOURCE)}
    for line in (
        "if x >= 0 and factor:",
        "if x > 0 or factor:",
        "if x > 1 and factor:",
        "return x / factor + 1",
        "return x * factor - 1",
        "return +x",
    ):
        assert line in lines, line


def test_none_is_missed_that_cosmic_ray_makes_when_asked_for_one_after_the_other() -> None:
    made = []
    for operator in _operators():
        occurrence = 0
        while mutated := mutate_code(SOURCE, operator, occurrence):
            occurrence += 1
            made.append(ast.dump(ast.parse(mutated)))
    assert {ast.dump(ast.parse(mutant.source)) for mutant in mutants(SOURCE)} == set(made) - {
        ast.dump(ast.parse(SOURCE))
    }


def test_a_change_is_the_line_before_and_after() -> None:
    for mutant in mutants(SOURCE):
        before, after = (
            [" ".join(line.split()) for line in one if line not in other]
            for one, other in (
                (SOURCE.splitlines(), mutant.source.splitlines()),
                (mutant.source.splitlines(), SOURCE.splitlines()),
            )
        )
        assert mutant.change == Change(before[0], after[0])


TWICE = """\
class Twice:
    @staticmethod
    def up(x):
        return x + x + 1  # and one

    # BEGIN SOLUTION

    @staticmethod
    def upper(x):
        return x + x + 1  # and one
    # END SOLUTION
"""


def test_each_mutant_has_a_change_of_its_own_where_lines_stand_twice_and_change_in_several_places() -> None:
    changes = Counter(mutant.change for mutant in mutants(TWICE))
    assert set(changes.values()) == {1}
    line = "return x + x + 1 # and one"
    for nth in (1, 2):
        assert Change("@staticmethod", "", nth) in changes
        assert Change(line, "return x - x + 1 # and one", nth) in changes
        assert Change(line, "return x + x - 1 # and one", nth) in changes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    @staticmethod\n    def upper", "    # a word about it\n\n    @staticmethod\n    def upper"),
        ("class Twice:", "import math\n\n\nclass Twice:"),
        ("    # BEGIN SOLUTION\n\n", "    # BEGIN SOLUTION\n"),
    ],
)
def test_a_change_stays_the_same_when_something_else_is_written_differently(old: str, new: str) -> None:
    assert old in TWICE
    assert {mutant.change for mutant in mutants(TWICE)} == {
        mutant.change for mutant in mutants(TWICE.replace(old, new))
    }


def test_a_change_over_several_lines_is_one_line() -> None:
    source = "def f(xs):\n    for x in (\n        xs\n    ):\n        pass\n"
    assert Change("for x in ( xs ):", "for x in []:") in {mutant.change for mutant in mutants(source)}


def test_annotations_and_docstrings_are_left_alone() -> None:
    source = 'def f(x: "int | None" = None) -> "int | None":\n    """One | two."""\n    return x\n'
    for mutant in mutants(source):
        assert "int | None" in mutant.source
        assert "One | two." in mutant.source


def test_two_runs_make_the_same_mutants() -> None:
    assert list(mutants(SOURCE)) == list(mutants(SOURCE))


def test_an_answer_without_anything_to_change_has_no_mutants() -> None:
    assert list(mutants("def f(x):\n    return x\n")) == []
