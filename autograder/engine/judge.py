"""The judge: compares what an answer showed with what the sheet expects, and says what differs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch

from autograder.engine.probes import AFTERWARDS, RESULT
from autograder.engine.tolerance import Leeway, allowed
from autograder.engine.values import Data, Raised, Shown, Unreadable
from autograder.engine.words import (
    ALIKE,
    ALONE,
    Way,
    close_by,
    describe,
    dtype_of,
    expected_of,
    items_of,
    listed,
    place,
    raised_in_words,
    shape_of,
    told_apart,
)

CHECKSUM = "checksum"  # a part of this name stands for many numbers: its value tells nobody anything


@dataclass(frozen=True)
class Rule:
    """How strictly one observation is compared, and what it is called."""

    size: int
    device: str
    leeway: Leeway
    name: str = ""


@dataclass(frozen=True)
class Difference:
    """The first thing in which an observation differs from the sheet.

    Attributes:
        where: the part that differs, in words, as "`weight`"; empty where it is all of it.
        yours: what the answer showed, in words, without the expected value.
        wanted: the expected value in words; not shown for hidden sheets.
        expected, shown: the two tensors, where both are tensors of one shape.
        error: what the answer raised, where that is the difference.
    """

    where: str
    yours: str
    wanted: str
    expected: torch.Tensor | None = field(default=None, compare=False)
    shown: torch.Tensor | None = field(default=None, compare=False)
    error: Raised | None = field(default=None, compare=False)


def compare(expected: Data, shown: Data, rule: Rule, way: Way = ()) -> Difference | None:
    """None where `shown` is right.

    Args:
        way: the keys and indices that lead to this part of the observation.
    """
    if isinstance(expected, Raised) or isinstance(shown, Raised | Unreadable):
        return _compare_exceptions(expected, shown, way)
    if isinstance(expected, Shown) and isinstance(shown, Shown):
        return _compare_tensors(expected, shown, rule, way)
    if isinstance(expected, list) and isinstance(shown, list):
        return _compare_lists(expected, shown, rule, way)
    if isinstance(expected, dict) and isinstance(shown, dict):
        return _compare_dicts(expected, shown, rule, way)
    return _compare_plain(expected, shown, rule, way)


def _compare_exceptions(expected: Data, shown: Data, way: Way) -> Difference | None:
    if isinstance(expected, Raised):
        # A blank raises NotImplementedError, a RuntimeError: it is right only where just that is asked for.
        blank = isinstance(shown, Raised) and shown.blank and expected.kind != "NotImplementedError"
        if isinstance(shown, Raised) and expected.kind in (shown.kind, *shown.lineage) and not blank:
            return None
        wanted = f"it raises {expected.kind}"
    else:
        wanted = expected_of(expected)
    if isinstance(shown, Raised):
        return Difference(place(way), raised_in_words(shown), wanted, error=shown)
    verb = "returns" if isinstance(expected, Raised) else "shows"
    return Difference(place(way), f"it {verb} {describe(shown)}", wanted)


def _compare_tensors(expected: Shown, shown: Shown, rule: Rule, way: Way) -> Difference | None:
    if expected.kind != shown.kind:
        return Difference(place(way), f"it is {describe(shown)}", describe(expected))
    aspects = [
        ("dtype", dtype_of(expected), dtype_of(shown)),
        ("shape", shape_of(expected), shape_of(shown)),
        ("device", expected.device, shown.device),
    ]
    for aspect, right, mine in aspects:
        if right != mine:
            return Difference(place(way), f"it has {aspect} {mine}", f"{aspect} {right}")
    return _compare_values(expected.values, shown.values, rule, way)


def _compare_values(expected: torch.Tensor, shown: torch.Tensor, rule: Rule, way: Way) -> Difference | None:
    wrong = wrong_elements(expected, shown, rule)
    count = int(wrong.sum())
    if not count:
        return None
    index = _worst(expected, shown, wrong)
    at = f"[{', '.join(map(str, index))}]" if index else ""
    mine, right = told_apart(shown[index], expected[index])
    near = close_by(shown[index], expected[index])
    # One number has no "where": the sentence about several elements would only puzzle.
    if expected.numel() == 1:
        return Difference(place(way), f"it is {mine}", f"{right}{near}", expected, shown)
    few = f"{count} of {expected.numel()} values {'is' if count == 1 else 'are'} wrong"
    yours = f"{few}; the furthest off, at {at}, is {mine}"
    return Difference(place(way), yours, f"{right} there{near}", expected, shown)


def wrong_elements(expected: torch.Tensor, shown: torch.Tensor, rule: Rule) -> torch.Tensor:
    """Which elements lie outside the tolerance: a boolean tensor of the common shape. NaN equals NaN."""
    if not expected.dtype.is_floating_point:
        return expected != shown
    if expected.dtype == shown.dtype and torch.equal(expected, shown):  # most are, and no bound is needed for them
        return torch.zeros(expected.shape, dtype=torch.bool)
    right, mine = expected.double(), shown.double()
    finite = right.isfinite() & mine.isfinite()
    far = (right - mine).abs() > allowed(expected, rule.size, rule.device, rule.leeway)
    same = (right == mine) | (right.isnan() & mine.isnan())
    return torch.where(finite, far, ~same)


def _worst(expected: torch.Tensor, shown: torch.Tensor, wrong: torch.Tensor) -> tuple[int, ...]:
    distance = torch.nan_to_num((expected.double() - shown.double()).abs(), nan=torch.inf)
    flat = int(torch.where(wrong, distance, -1.0).argmax())
    return tuple(int(i) for i in torch.unravel_index(torch.tensor(flat), expected.shape))


def _compare_lists(expected: list[Data], shown: list[Data], rule: Rule, way: Way) -> Difference | None:
    if len(expected) != len(shown):
        yours = f"it has {items_of(shown)}" if shown else "it is empty"
        return Difference(place(way), yours, items_of(expected) if expected else "nothing in it")
    for index, (right, mine) in enumerate(zip(expected, shown, strict=True)):
        if difference := compare(right, mine, rule, (*way, index)):
            return difference
    return None


def _compare_dicts(expected: dict[str, Data], shown: dict[str, Data], rule: Rule, way: Way) -> Difference | None:
    if expected.keys() == shown.keys() == {RESULT, AFTERWARDS}:
        return _compare_with_arguments(expected, shown, rule, way)
    if expected.keys() != shown.keys():
        missing, extra = expected.keys() - shown.keys(), shown.keys() - expected.keys()
        yours = f"the names are {listed(shown) or 'none at all'}"
        yours += f"; too many: {listed(extra)}" if extra else ""
        return Difference(place(way), yours, f"{listed(missing)} as well" if missing else "no more than the others")
    for key, right in expected.items():
        if difference := compare(right, shown[key], rule, (*way, key)):
            return difference
    return None


def _compare_with_arguments(
    expected: dict[str, Data], shown: dict[str, Data], rule: Rule, way: Way
) -> Difference | None:
    """Damage first: it is what such an observation is about. Where there is none, nobody is suspected of it."""
    if damage := compare(expected[AFTERWARDS], shown[AFTERWARDS], rule, (*way, AFTERWARDS)):
        return damage
    result = compare(expected[RESULT], shown[RESULT], rule, (*way, RESULT))
    return result and replace(result, where=f"{place(way)} {ALONE}".lstrip())


def _compare_plain(expected: Data, shown: Data, rule: Rule, way: Way) -> Difference | None:
    number = isinstance(expected, int | float) and isinstance(shown, int | float)
    if number and isinstance(expected, bool) == isinstance(shown, bool):
        if expected == shown and isinstance(shown, type(expected)):
            return None
        if isinstance(expected, float):
            pair = [torch.tensor(float(value), dtype=torch.float64) for value in (expected, shown)]  # type: ignore[arg-type]
            # A Python float may come out of float32 sums: it gets float32's tolerance.
            bound = allowed(pair[0].float(), rule.size, rule.device, rule.leeway)
            if bool((pair[0] - pair[1]).abs() <= bound) or (expected != expected and shown != shown):
                return None
    elif type(expected) is type(shown) and not isinstance(expected, Shown) and expected == shown:
        return None
    return _unlike(expected, shown, rule, way)


def _unlike(expected: Data, shown: Data, rule: Rule, way: Way) -> Difference:
    """What is said about two plain values, or a plain value and something else."""
    last = str(way[-1]) if way else ""
    if last == CHECKSUM:
        return Difference(place(way[:-1]), "not all of its values are right", "every value right")
    if isinstance(expected, bool) and isinstance(shown, bool) and " " in last:
        yours, wanted = ("it holds", "it should not hold") if shown else ("it does not hold", "it should hold")
        return Difference(place(way), yours, wanted)
    if shown == ALIKE:
        return Difference(place(way), ALIKE, describe(expected))
    gradient = any("grad" in str(step) for step in (rule.name, *way))
    if gradient and shown is None:
        return Difference(place(way), "there is no gradient", describe(expected))
    if gradient and expected is None:
        return Difference(place(way), f"it is {describe(shown)}", "no gradient")
    return Difference(place(way), f"it is {describe(shown)}", describe(expected))
