"""Values, places and errors in plain words, as a card says them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TypeAlias

import torch

from autograder.engine.probes import AFTERWARDS, RESULT
from autograder.engine.values import Data, Raised, Shown, Unreadable

Way: TypeAlias = "tuple[str | int, ...]"

MAX_NAMES = 40  # that a sentence lists
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
RANK = re.compile(r"rank \d+")
ALONE = "the arguments are left alone, but the result"  # is wrong: what follows says how
NO_INPUT = "something that is not an input: "  # and why
TOLD, ALIKE = "it is seen to be wrong", "it gives what the library gives"  # a suspect, on a student's input
RESULTS = (RESULT, "the result")
DIGITS = {torch.float64: 16, torch.float32: 7}
NEAR = 4  # digits that agree before it is said that the rest is rounding


def place(way: Way) -> str:
    """The part of an observation to which keys and indices lead, in words; empty for all of it.

    `("weight",)` is "`weight`", `("arguments afterwards", 0)` "afterwards the first argument", `(2, "names")` "the
    third item, `names`", `("rank 1", "sum")` "on rank 1, `sum`".
    """
    match way:
        case ():
            return ""
        case (str(key), int(at), *rest) if key == AFTERWARDS and at < len(ORDINALS):
            return _joined(f"afterwards the {ORDINALS[at]} argument", rest)
        case (str(key), *rest) if key in RESULTS:
            return _joined("the result", rest)
    return ", ".join(_step(step) for step in way)


def _joined(first: str, rest: list[str | int]) -> str:
    return ", ".join([first, *map(_step, rest)])


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"the {ORDINALS[step]} item" if step < len(ORDINALS) else f"item {step}, counted from 0"
    if RANK.fullmatch(step):
        return f"on {step}"
    return f"“{step}”" if " " in step else f"`{step}`"


def raised_in_words(error: Raised) -> str:
    """What an answer raised, and where. An assertion of ours says what should hold, and is no error of the answer."""
    if error.kind == "AssertionError" and not error.line and error.message:
        return error.message
    text = f"{error.kind}: {error.message}" if error.message else error.kind
    return f"it raises {text} ({where_raised(error)})" if error.line else f"it raises {text}"


def where_raised(error: Raised) -> str:
    """``in `Linear.forward`, line 7: `return x @ self.weight` ``; the line is counted in its cell."""
    line = error.line.replace("`", "'")
    number = f", line {error.number}" if error.number else ""
    return f"in `{own_name(error.function)}`{number}: `{line}`" if error.function else f"at `{line}`"


def own_name(qualified: str) -> str:
    """A function's name without what it was defined in: `<locals>` of a test, of a decorator."""
    return qualified.rpartition("<locals>.")[2]


def expected_of(data: Data) -> str:
    """What should have come instead of an error. The dict that an observation puts together is none that the answer
    returns: its parts are named."""
    if isinstance(data, dict) and RESULT in data:
        return describe(data[RESULT])
    if isinstance(data, dict) and data and all(map(RANK.fullmatch, data)):
        return f"{expected_of(next(iter(data.values())))}, on every rank"
    if isinstance(data, dict):
        return f"values for {listed(_step(key) for key in data)}"
    return describe(data)


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, the first of them where there are many."""
    some = sorted(names)
    return ", ".join(some[:MAX_NAMES]) + (f" and {len(some) - MAX_NAMES} more" if len(some) > MAX_NAMES else "")


def describe(data: Data) -> str:
    """A few words for any value."""
    match data:
        case Shown(kind="array"):
            return f"a NumPy array of shape {shape_of(data)}, dtype {dtype_of(data)}"
        case Shown():
            return f"a tensor of shape {shape_of(data)}, dtype {dtype_of(data)}"
        case Raised():
            return f"the exception {data.kind}"
        case Unreadable():
            return data.reason
        case list():
            return f"a list of {items_of(data)}" if data else "an empty list"
        case dict():
            return f"a dict with the keys {listed(data) or '(none)'}"
        case str() if data in (TOLD, ALIKE):
            return data  # a sentence of ours, and no text that an answer gave
        case str():
            return repr(data if len(data) < 80 else data[:77] + "…")
    return str(data)


def items_of(data: list[Data]) -> str:
    """How long a list is."""
    return "1 item" if len(data) == 1 else f"{len(data)} items"


def dtype_of(shown: Shown) -> str:
    """`float32`."""
    return str(shown.values.dtype).removeprefix("torch.")


def shape_of(shown: Shown) -> str:
    """`(2, 3)`."""
    return str(tuple(shown.values.shape))


def told_apart(*values: torch.Tensor) -> list[str]:
    """Two different numbers, each with as many digits as the difference needs: six as a rule, 17 tell any two apart."""
    if not values[0].dtype.is_floating_point:
        return [str(value.item()) for value in values]
    for digits in range(6, 18):
        words = [f"{value.item():.{digits}g}" for value in values]
        if len(set(words)) > 1:
            break
    return words


def close_by(mine: torch.Tensor, right: torch.Tensor) -> str:
    """What to say where two numbers agree in their first digits: how many, and what the dtype could hold."""
    one, other = float(mine), float(right)
    holds = DIGITS.get(right.dtype, 0)
    if not holds or not (math.isfinite(one) and math.isfinite(other)) or one == other or other == 0:
        return ""
    apart = abs(one - other) / abs(other)
    if not 0 < apart < 1:  # infinite, where two huge numbers have opposite signs
        return ""
    agree = math.floor(-math.log10(apart))
    if agree < NEAR:
        return ""
    name = str(right.dtype).removeprefix("torch.")
    said = f". About {agree} digits agree, and {name} holds {holds}"
    if right.dtype == torch.float64 and agree <= DIGITS[torch.float32] + 1:
        return f"{said}: it looks as if something on the way were float32"
    return f"{said}: more is lost than another order of the same sums would lose"
