"""What `float_bits` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.mixed_precision._shared import INTEGERS, bit_patterns

FORMATS = Idea("the fields of every format, of its widths", weight=3.0, point=True)
EVERY = Idea("zeros, NaN, infinities and subnormal numbers like all others", weight=1.0)
SHAPES = Idea("any shape, and the input is left alone", weight=0.5)

SPECIAL = [0.0, -0.0, torch.inf, -torch.inf, torch.nan, 1.0, -2.0, 0.1, 1e-40]


@exercise(points=2)
def float_bits(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Sign, exponent and fraction of each number, as whole numbers."""
    e4m3, e5m2 = torch.float8_e4m3fn, torch.float8_e5m2
    length, rows, columns, many = draw.sizes(4, 3, 9)
    yield "the docstring's example", _example(candidate, draw), FORMATS
    yield "float32", _of(candidate, _normal(draw, torch.float32, rows, columns)), FORMATS
    yield "float16", _of(candidate, _normal(draw, torch.float16, length)), FORMATS
    yield "bfloat16", _of(candidate, _normal(draw, torch.bfloat16, many)), FORMATS
    yield "float8_e4m3fn", _of(candidate, _normal(draw, e4m3, rows)), FORMATS
    yield "float8_e5m2", _of(candidate, _normal(draw, e5m2, columns)), FORMATS
    yield "float32: random bits", _of(candidate, bit_patterns(draw, torch.float32, columns, rows)), EVERY
    yield "special values", _of(candidate, _special(draw)), EVERY
    yield "float8_e4m3fn: all 256 numbers", _of(candidate, _all_patterns(draw, e4m3)), EVERY
    yield "float8_e5m2: all 256 numbers", _of(candidate, _all_patterns(draw, e5m2)), EVERY
    yield "float16: all 65,536 numbers", _sums(candidate, _all_patterns(draw, torch.float16)), EVERY
    yield "bfloat16: all 65,536 numbers", _sums(candidate, _all_patterns(draw, torch.bfloat16)), EVERY
    yield "one number, no dimension", _of(candidate, draw.normal()), SHAPES
    yield "not contiguous", _of(candidate, bit_patterns(draw, torch.bfloat16, columns, rows).mT), SHAPES
    yield "no numbers, and some", _some_and_none(candidate, draw, columns), SHAPES
    yield "the input is left alone", _afterwards(candidate, draw.normal(length)), SHAPES


def _normal(draw: Draw, dtype: torch.dtype, *shape: int) -> Tensor:
    """Ordinary numbers, some positive, some negative, none near zero."""
    signs = 2 * draw.integers(*shape, high=2) - 1
    return (signs * draw.uniform(*shape, low=0.25, high=8.0)).to(dtype)


def _special(draw: Draw) -> Tensor:
    """In drawn order, among numbers that are not."""
    values = torch.tensor(SPECIAL, device=draw.device)
    return torch.cat([values, draw.normal(3)])[draw.permutation(len(SPECIAL) + 3)]


def _all_patterns(draw: Draw, dtype: torch.dtype) -> Tensor:
    """Every number that a format has, in drawn order."""
    count = 2 ** (8 * dtype.itemsize)
    return (draw.permutation(count) - count // 2).to(INTEGERS[dtype.itemsize]).view(dtype)


def _of(candidate: Any, x: Tensor) -> Thunk:
    return lambda: _fields(candidate(x))


def _fields(result: Any) -> Any:
    """The three fields by name; what is no tuple of three as it is."""
    if not (isinstance(result, tuple | list) and len(result) == 3):
        return result
    sign, exponent, fraction = result
    return {"sign": sign, "exponent": exponent, "fraction": fraction}


def _example(candidate: Any, draw: Draw) -> Thunk:
    example, others = torch.tensor([1.0, -0.75], device=draw.device), _normal(draw, torch.float32, 2)
    return lambda: {"the example": _fields(candidate(example)), "other numbers": _fields(candidate(others))}


def _some_and_none(candidate: Any, draw: Draw, columns: int) -> Thunk:
    some = _normal(draw, torch.float16, 2, columns)
    return lambda: {"none": _fields(candidate(some[:0])), "some": _fields(candidate(some))}


def _afterwards(candidate: Any, x: Tensor) -> Thunk:
    return lambda: with_arguments(lambda x: _fields(candidate(x)), x)


def _sums(candidate: Any, x: Tensor) -> Thunk:
    """A sum for each field in which every number has its own weight: 65,536 numbers are too many for a sheet."""

    def look() -> Any:
        fields = _fields(candidate(x))
        if not isinstance(fields, dict):
            return fields
        return {name: {"shape": list(item.shape), "checksum": _weighed(item)} for name, item in fields.items()}

    return look


def _weighed(item: Tensor) -> int:
    return int((item.flatten().long() * torch.arange(1, item.numel() + 1, device=item.device)).sum())
