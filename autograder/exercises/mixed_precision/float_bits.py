"""What `float_bits` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.mixed_precision._shared import INTEGERS, bit_patterns


@exercise(points=2)
def float_bits(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Sign, exponent and fraction of each number, as whole numbers."""
    special = torch.tensor([0.0, -0.0, torch.inf, -torch.inf, torch.nan, 1.0, -2.0, 0.1, 1e-40], device=draw.device)
    yield "float32: special values", lambda: _fields(candidate(special))
    yield "float32: random numbers", lambda: _fields(candidate(bit_patterns(draw, torch.float32, 3, 5)))
    yield "float16: all 65,536 numbers", lambda: _checksums(candidate(_all_patterns(draw, torch.float16)))
    yield "float16: random numbers", lambda: _fields(candidate(bit_patterns(draw, torch.float16, 7)))
    yield "bfloat16: all 65,536 numbers", lambda: _checksums(candidate(_all_patterns(draw, torch.bfloat16)))
    yield "bfloat16: random numbers", lambda: _fields(candidate(bit_patterns(draw, torch.bfloat16, 7)))
    yield "float8_e4m3fn: all 256 numbers", lambda: _fields(candidate(_all_patterns(draw, torch.float8_e4m3fn)))
    yield "float8_e5m2: all 256 numbers", lambda: _fields(candidate(_all_patterns(draw, torch.float8_e5m2)))
    yield "one number, no dimension", lambda: _fields(candidate(draw.normal()))
    yield "not contiguous", lambda: _fields(candidate(bit_patterns(draw, torch.float32, 4, 3).mT))
    yield "the input is left alone", lambda: with_arguments(lambda x: _fields(candidate(x)), draw.normal(5))


def _all_patterns(draw: Draw, dtype: torch.dtype) -> Tensor:
    half = 2 ** (8 * dtype.itemsize - 1)
    return torch.arange(-half, half, device=draw.device).to(INTEGERS[dtype.itemsize]).view(dtype)


def _fields(result: Any) -> Any:
    """The three fields by name."""
    sign, exponent, fraction = result
    return {"sign": sign, "exponent": exponent, "fraction": fraction}


def _checksums(result: Any) -> Any:
    """A sum for each field in which every number has its own weight: 65,536 numbers are too many for a sheet."""
    fields = _fields(result)
    return {name: {"shape": list(item.shape), "checksum": _weighed(item)} for name, item in fields.items()}


def _weighed(item: Tensor) -> int:
    return int((item.flatten().long() * torch.arange(1, item.numel() + 1, device=item.device)).sum())
