"""What all wrong observations have in common: right values in another dtype, format, shape, order, scale or sign. Each
is read off the values, so its sentence is true wherever it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from autograder.engine.judge import Rule, compare, wrong_elements
from autograder.engine.naming.cause import Cause
from autograder.engine.naming.known import Row
from autograder.engine.naming.leaves import Path, part_at
from autograder.engine.probes import AFTERWARDS, REFUSED, RESULT
from autograder.engine.values import Data, Shown

FEW = 3  # numbers that may agree by chance
SMALL = 0.01  # a factor so near to 1 is another fault: a rounding, an epsilon

DAMAGES = (
    "The result is right, but your function changes what it was handed: afterwards the caller's own input is another "
    "one."
)


def aspects(rows: list[Row], untouched: list[Data]) -> list[Cause]:
    """What all wrong observations have in common: right values in another dtype, shape, order, scale or sign; or a
    right result beside damage to the input.

    Args:
        untouched: what an empty body shows, which changes nothing.
    """
    wrong = [row for row in rows if row.wrong]
    pairs = [pair for row in wrong for pair in _pairs(row)]
    if not pairs:
        return []
    if _damages(rows, untouched):
        return [Cause(DAMAGES, len(wrong), True)]
    for found in ASPECTS:
        if sentence := found(pairs):
            return [Cause(sentence, len(wrong), True)]
    return []


def _damages(rows: list[Row], untouched: list[Data]) -> bool:
    """Whether only the arguments are wrong afterwards, and should have been left alone."""
    return all(
        AFTERWARDS in way and compare(part_at(row.expected, way), part_at(data, way), row.rule) is None
        for row, data in zip(rows, untouched, strict=True)
        for way in row.wrong
    )


Pair = tuple[Path, "Data | None", Data, Rule]


def _pairs(row: Row) -> Iterator[Pair]:
    for way, mine in row.wrong.items():
        yield way, part_at(row.expected, way), mine, row.rule


def _tensors(pairs: list[Pair]) -> list[tuple[Tensor, Tensor, Rule]]:
    """Expected and shown values; empty where one of them is no tensor."""
    found = [
        (right.values, mine.values, rule)
        for _, right, mine, rule in pairs
        if isinstance(right, Shown) and isinstance(mine, Shown)
    ]
    return found if len(found) == len(pairs) else []


def _dtype(pairs: list[Pair]) -> str:
    tensors = _tensors(pairs)
    if not tensors or not all(right.dtype != mine.dtype and right.shape == mine.shape for right, mine, _ in tensors):
        return ""
    if not all(_close(right, mine, rule) for right, mine, rule in tensors):
        return ""
    wanted, made = (
        {str(one.dtype).removeprefix("torch.") for one in side} for side in list(zip(*tensors, strict=True))[:2]
    )
    if len(made) == 1:
        return f"The numbers are right as far as {made.pop()} can hold them, but {_or(wanted)} is asked for."
    return "The numbers are right as far as their dtype can hold them, but the docstring asks for another one."


def _close(right: Tensor, mine: Tensor, rule: Rule) -> bool:
    """Whether the values agree as far as the coarser of the two dtypes can tell."""
    if not (right.dtype.is_floating_point and mine.dtype.is_floating_point):
        return torch.equal(right.double(), mine.double())
    coarse = max((right.dtype, mine.dtype), key=lambda dtype: torch.finfo(dtype).eps)
    return not bool(wrong_elements(right.to(coarse), mine.to(coarse), rule).any())


def _narrowed(pairs: list[Pair]) -> str:
    """Numbers that a narrower format holds exactly, and that are right as far as it can tell."""
    tensors = _tensors(pairs)
    for narrow in (torch.float32, torch.bfloat16, torch.float16):
        if tensors and all(_passed(right, mine, narrow, rule) for right, mine, rule in tensors):
            name = str(narrow).removeprefix("torch.")
            return (
                f"The numbers are right as far as {name} can hold them, and no further: somewhere they become {name}."
            )
    return ""


def _passed(right: Tensor, mine: Tensor, narrow: torch.dtype, rule: Rule) -> bool:
    """Whether the wrong values passed through `narrow`; a few numbers alone may be round by chance.

    Whole numbers, which are often wrong by a little, have to be just what `narrow` makes of the right ones.
    """
    alike = right.shape == mine.shape and right.dtype == mine.dtype and not right.is_complex()
    eps = torch.finfo(right.dtype).eps if right.is_floating_point() else 0.0
    if not alike or right.dtype == torch.bool or torch.finfo(narrow).eps <= eps:
        return False
    wrong = wrong_elements(right, mine, rule)
    rounded = mine[wrong].to(narrow)
    if not torch.equal(rounded.to(mine.dtype), mine[wrong]):
        return False
    if not right.is_floating_point():
        return torch.equal(right[wrong].to(narrow), rounded)
    return rounded.unique().numel() > 1 and not bool(wrong_elements(right[wrong].to(narrow), rounded, rule).any())


def _shape(pairs: list[Pair]) -> str:
    tensors = _tensors(pairs)
    if not tensors or not all(
        right.shape != mine.shape and right.numel() == mine.numel() for right, mine, _ in tensors
    ):
        return ""
    if not all(right.dtype == mine.dtype for right, mine, _ in tensors):
        return ""
    examples = f"{tuple(tensors[0][1].shape)} where {tuple(tensors[0][0].shape)} is asked for"
    if all(_agree(right.flatten(), mine.flatten(), rule) for right, mine, rule in tensors):
        return f"The numbers are right, in their order too, but not the shape: {examples}."
    if all(
        right.dim() > 1 and right.mT.shape == mine.shape and _agree(right.mT, mine, rule)
        for right, mine, rule in tensors
    ):
        return f"What comes back is transposed: {examples}."
    return ""


def _broadcast(pairs: list[Pair]) -> str:
    tensors = _tensors(pairs)
    if tensors and all(_is_outer(right, mine) for right, mine, _ in tensors):
        right, mine, _ = tensors[0]
        return (
            f"One dimension too many comes back, {tuple(mine.shape)} instead of {tuple(right.shape)}, as when a "
            "column (n, 1) meets a row (n,) and broadcasting makes a table of all pairs."
        )
    return ""


def _is_outer(right: Tensor, mine: Tensor) -> bool:
    return mine.dim() == right.dim() + 1 > 1 and mine.shape[-1] == mine.shape[-2] == right.shape[-1] > 1


def _agree(right: Tensor, mine: Tensor, rule: Rule) -> bool:
    return not bool(wrong_elements(right, mine, rule).any())


def _scale(pairs: list[Pair]) -> str:
    """One factor, the same in everything that is wrong."""
    tensors = _tensors(pairs)
    alike = all(
        right.shape == mine.shape and right.dtype == mine.dtype and right.is_floating_point()
        for right, mine, _ in tensors
    )
    if not tensors or not alike or sum(right.numel() for right, _, _ in tensors) <= FEW:
        return ""
    factor = _factor([(right.double(), mine.double()) for right, mine, _ in tensors])
    if factor is None or not all(
        _agree(right, (mine.double() / factor).to(right.dtype), rule) for right, mine, rule in tensors
    ):
        return ""
    if abs(factor + 1) < 1e-6:
        return "Every wrong number has the wrong sign, and is right otherwise."
    return f"Every wrong number is {factor:.4g} times what it should be."


def _factor(pairs: list[tuple[Tensor, Tensor]]) -> float | None:
    right = torch.cat([one.flatten() for one, _ in pairs])
    mine = torch.cat([other.flatten() for _, other in pairs])
    usable = right.isfinite() & mine.isfinite() & (right != 0)
    if not bool(usable.any()):
        return None
    factor = float((mine[usable] * right[usable]).sum() / right[usable].square().sum())
    return factor if factor and abs(factor - 1) > SMALL else None


def _nan(pairs: list[Pair]) -> str:
    tensors = _tensors(pairs)
    fine = all(
        right.shape == mine.shape
        and mine.is_floating_point()
        and mine.isnan().any()
        and not right.isnan().any()
        and _agree(right[~mine.isnan()].to(mine.dtype), mine[~mine.isnan()], rule)
        for right, mine, rule in tensors
    )
    if tensors and fine:
        return (
            "Where it is wrong, NaN comes back; every other number is right. NaN comes of 0 / 0, ∞ − ∞ or 0 · ∞, or "
            "of the root or logarithm of a negative number, and spreads from there."
        )
    return ""


def _let_through(pairs: list[Pair]) -> str:
    if all(right == REFUSED and not isinstance(mine, str) for _, right, mine, _ in pairs):
        return "Something that must be refused is let through: the docstring promises an error there."
    return ""


def _no_gradient(pairs: list[Pair]) -> str:
    lost = [isinstance(right, Shown) and mine is None and _gradient(way, rule) for way, right, mine, rule in pairs]
    if all(lost) and len(lost) > 1:
        return (
            "No gradient arrives where one should: perhaps the graph is cut on the way or leads past it, or `.grad` "
            "is cleared afterwards."
        )
    return ""


def _gradient(way: Path, rule: Rule) -> bool:
    return any("grad" in str(step) for step in (rule.name, *way))


def _no_return(pairs: list[Pair]) -> str:
    if all(right is not None and mine is None and way in ((), (RESULT,)) for way, right, mine, _ in pairs):
        return "For some inputs nothing comes back: is a `return` missing on one of the ways through your function?"
    return ""


ASPECTS: tuple[Callable[[list[Pair]], str], ...] = (
    _dtype, _narrowed, _shape, _broadcast, _scale, _nan, _no_gradient, _no_return, _let_through,
)  # fmt: skip


def _or(names: set[str]) -> str:
    return " or ".join(sorted(names))
