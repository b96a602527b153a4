"""The judge: compares what an answer showed with what the sheet expects, and says what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch

from autograder.engine.tolerance import Leeway, allowed
from autograder.engine.values import Data, Raised, Shown, Unreadable

MAX_NAMES = 40  # that a sentence lists


@dataclass(frozen=True)
class Rule:
    """How strictly one observation is compared."""

    size: int
    device: str
    leeway: Leeway


@dataclass(frozen=True)
class Difference:
    """The first thing in which an observation differs from the sheet.

    Attributes:
        where: the way into lists and dicts, as `["weight"]`; empty at the top.
        yours: what the answer showed, in words, without the expected value.
        wanted: the expected value in words; not shown for hidden sheets.
        expected, shown: the two tensors, where both are tensors of one shape.
    """

    where: str
    yours: str
    wanted: str
    expected: torch.Tensor | None = field(default=None, compare=False)
    shown: torch.Tensor | None = field(default=None, compare=False)


def compare(expected: Data, shown: Data, rule: Rule, where: str = "") -> Difference | None:
    """None where `shown` is right."""
    if isinstance(expected, Raised) or isinstance(shown, Raised | Unreadable):
        return _compare_exceptions(expected, shown, where)
    if isinstance(expected, Shown) and isinstance(shown, Shown):
        return _compare_tensors(expected, shown, rule, where)
    if isinstance(expected, list) and isinstance(shown, list):
        return _compare_lists(expected, shown, rule, where)
    if isinstance(expected, dict) and isinstance(shown, dict):
        return _compare_dicts(expected, shown, rule, where)
    return _compare_plain(expected, shown, rule, where)


def _compare_exceptions(expected: Data, shown: Data, where: str) -> Difference | None:
    if isinstance(expected, Raised) and isinstance(shown, Raised):
        # A blank raises NotImplementedError, a RuntimeError: it is right only where just that is asked for.
        blank = shown.kind == "NotImplementedError" != expected.kind
        if expected.kind in (shown.kind, *shown.lineage) and not blank:
            return None
        return Difference(where, f"it raises {_raised_in_words(shown)}", f"it should raise {expected.kind}")
    if isinstance(expected, Raised):
        return Difference(where, f"it returns {describe(shown)}", f"it should raise {expected.kind}")
    if isinstance(shown, Raised):
        return Difference(where, f"it raises {_raised_in_words(shown)}", f"expected {describe(expected)}")
    return Difference(where, f"it shows {describe(shown)}", f"expected {describe(expected)}")


def _raised_in_words(error: Raised) -> str:
    text = f"{error.kind}: {error.message}" if error.message else error.kind
    return f"{text} (at `{error.line}`)" if error.line else text


def _compare_tensors(expected: Shown, shown: Shown, rule: Rule, where: str) -> Difference | None:
    if expected.kind != shown.kind:
        return Difference(where, f"it is {describe(shown)}", f"expected {describe(expected)}")
    aspects = [
        ("dtype", _dtype(expected), _dtype(shown)),
        ("shape", _shape(expected), _shape(shown)),
        ("device", expected.device, shown.device),
    ]
    for aspect, right, mine in aspects:
        if right != mine:
            return Difference(where, f"it has {aspect} {mine}", f"expected {aspect} {right}")
    return _compare_values(expected.values, shown.values, rule, where)


def _compare_values(expected: torch.Tensor, shown: torch.Tensor, rule: Rule, where: str) -> Difference | None:
    wrong = wrong_elements(expected, shown, rule)
    count = int(wrong.sum())
    if not count:
        return None
    index = _worst(expected, shown, wrong)
    at = f"[{', '.join(map(str, index))}]" if index else ""
    mine, right = _told_apart(shown[index], expected[index])
    # One number has no "where": the sentence about several elements would only puzzle.
    if expected.numel() == 1:
        return Difference(where, f"it is {mine}", f"expected {right}", expected, shown)
    few = f"{count} of {expected.numel()} values {'is' if count == 1 else 'are'} wrong"
    return Difference(where, f"{few}; the furthest off, at {at}, is {mine}", f"expected {right} there", expected, shown)


def wrong_elements(expected: torch.Tensor, shown: torch.Tensor, rule: Rule) -> torch.Tensor:
    """Which elements lie outside the tolerance: a boolean tensor of the common shape. NaN equals NaN."""
    if not expected.dtype.is_floating_point:
        return expected != shown
    right, mine = expected.double(), shown.double()
    finite = right.isfinite() & mine.isfinite()
    far = (right - mine).abs() > allowed(expected, rule.size, rule.device, rule.leeway)
    same = (right == mine) | (right.isnan() & mine.isnan())
    return torch.where(finite, far, ~same)


def _worst(expected: torch.Tensor, shown: torch.Tensor, wrong: torch.Tensor) -> tuple[int, ...]:
    distance = torch.nan_to_num((expected.double() - shown.double()).abs(), nan=torch.inf)
    flat = int(torch.where(wrong, distance, -1.0).argmax())
    return tuple(int(i) for i in torch.unravel_index(torch.tensor(flat), expected.shape))


def _compare_lists(expected: list[Data], shown: list[Data], rule: Rule, where: str) -> Difference | None:
    if len(expected) != len(shown):
        return Difference(where, f"it has {_items(shown)}", f"expected {len(expected)}")
    for index, (right, mine) in enumerate(zip(expected, shown, strict=True)):
        if difference := compare(right, mine, rule, f"{where}[{index}]"):
            return difference
    return None


def _compare_dicts(expected: dict[str, Data], shown: dict[str, Data], rule: Rule, where: str) -> Difference | None:
    if expected.keys() != shown.keys():
        missing, extra = expected.keys() - shown.keys(), shown.keys() - expected.keys()
        yours = f"its names are {_listed(shown) or 'none'}" + (f"; {_listed(extra)} too many" if extra else "")
        return Difference(where, yours, f"missing: {_listed(missing)}" if missing else "expected no more")
    for key, right in expected.items():
        if difference := compare(right, shown[key], rule, f"{where}[{key!r}]"):
            return difference
    return None


def _compare_plain(expected: Data, shown: Data, rule: Rule, where: str) -> Difference | None:
    number = isinstance(expected, int | float) and isinstance(shown, int | float)
    if number and isinstance(expected, bool) == isinstance(shown, bool):
        if isinstance(expected, float):
            pair = [torch.tensor(float(value), dtype=torch.float64) for value in (expected, shown)]  # type: ignore[arg-type]
            # A Python float may come out of float32 sums: it gets float32's tolerance.
            bound = allowed(pair[0].float(), rule.size, rule.device, rule.leeway)
            close = bool((pair[0] - pair[1]).abs() <= bound) or bool(torch.equal(pair[0], pair[1]))
            if close or (expected != expected and shown != shown):
                return None
        elif expected == shown and isinstance(shown, int):
            return None
    elif type(expected) is type(shown) and not isinstance(expected, Shown) and expected == shown:
        return None
    return Difference(where, f"it is {describe(shown)}", f"expected {describe(expected)}")


def _listed(names: Iterable[str]) -> str:
    """Names in a sentence, the first of them where there are many."""
    some = sorted(names)
    return ", ".join(some[:MAX_NAMES]) + (f" and {len(some) - MAX_NAMES} more" if len(some) > MAX_NAMES else "")


def describe(data: Data) -> str:
    """A few words for any value."""
    match data:
        case Shown(kind="array"):
            return f"a NumPy array of shape {_shape(data)}, dtype {_dtype(data)}"
        case Shown():
            return f"a tensor of shape {_shape(data)}, dtype {_dtype(data)}"
        case Raised():
            return f"the exception {data.kind}"
        case Unreadable():
            return data.reason
        case list():
            return f"a list of {_items(data)}"
        case dict():
            return f"a dict with the keys {_listed(data) or '(none)'}"
        case str():
            return repr(data if len(data) < 80 else data[:77] + "…")
    return str(data)


def _items(data: list[Data]) -> str:
    return "1 item" if len(data) == 1 else f"{len(data)} items"


def _dtype(shown: Shown) -> str:
    return str(shown.values.dtype).removeprefix("torch.")


def _shape(shown: Shown) -> str:
    return str(tuple(shown.values.shape))


def _told_apart(*values: torch.Tensor) -> list[str]:
    """Two different numbers, each with as many digits as the difference needs: six as a rule, 17 tell any two apart."""
    if not values[0].dtype.is_floating_point:
        return [str(value.item()) for value in values]
    for digits in range(6, 18):
        words = [f"{value.item():.{digits}g}" for value in values]
        if len(set(words)) > 1:
            break
    return words
