"""What an answer showed, in the order of a sheet."""

from __future__ import annotations

from collections import Counter

from autograder.engine.observe import SET_UP, Observation
from autograder.engine.values import Data, Raised


def aligned(observations: list[Observation], wanted: list[Observation]) -> list[Data]:
    """The observed values in the order of `wanted`, matched by name and occurrence.

    Where the set-up raised, every observation after it shows that exception.
    """
    values: dict[tuple[str, int], Data] = {}
    seen: Counter[str] = Counter()
    for item in observations:
        values[item.name, seen[item.name]] = item.value
        seen[item.name] += 1
    missing = values.get((SET_UP, 0), Raised("NothingShown", message="this was never reached"))
    order: Counter[str] = Counter()
    result = []
    for item in wanted:
        result.append(values.get((item.name, order[item.name]), missing))
        order[item.name] += 1
    return result
