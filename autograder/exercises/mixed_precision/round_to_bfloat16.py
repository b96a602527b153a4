"""What `round_to_bfloat16` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.mixed_precision._shared import bit_patterns

SPECIAL = (  # float32, by their bits: zeros, the ends of the subnormals and normals, ties, infinities, NaNs
    0x00000000, 0x00000001, 0x00007FFF, 0x00008000, 0x00008001, 0x00018000, 0x007F8000, 0x007FFFFF, 0x00800000,
    0x3F7F7FFF, 0x3F7F8000, 0x3F7FFFFF, 0x3F800000, 0x3F807FFF, 0x3F808000, 0x3F808001, 0x3F818000, 0x3F820000,
    0x7F7F0000, 0x7F7F7FFF, 0x7F7F8000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7F808000, 0x7FC00000, 0x7FFFFFFF,
)  # fmt: skip


NEAREST = Idea("to the nearest number, halfway to an even last bit", weight=2.5, point=True)
EVERY = Idea("zeros, ends of the range, infinities, NaN", weight=1.5)
SHAPES = Idea("any shape, and the input is left alone", weight=0.5)


@exercise(points=3, without=[torch.Tensor.bfloat16])
def round_to_bfloat16(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The nearest number that bfloat16 has, by arithmetic on bits."""
    special = _from_bits(draw, SPECIAL)
    rows, columns, length = draw.sizes(3, 2, 8)

    def rounded(x: Tensor, look: Callable[[Any], Any] = _values_and_bits) -> Any:
        with _Conversions() as watch:
            result = candidate(x)
        return {"rounded": look(result), "torch converted it": watch.seen}

    def of(x: Tensor) -> Thunk:
        return lambda: rounded(x)

    yield "ordinary numbers", of(draw.normal(rows, columns)), NEAREST
    yield "halfway between two numbers", of(_halfway(draw, 1.0)), NEAREST
    yield "halfway, negative", of(_halfway(draw, -1.0)), NEAREST
    yield "next to halfway", of(_next_to_halfway(draw)), NEAREST
    yield "tiny and huge numbers", of(_in_all_sizes(draw)), NEAREST
    yield "the docstring's example", _example(rounded, draw), EVERY
    yield "special values", of(_mixed(draw, special)), EVERY
    yield "special values, negative", of(-_mixed(draw, special)), EVERY
    yield "subnormal numbers", of(draw.integers(30, low=0, high=2**23).int().view(torch.float32)), EVERY
    yield "random bits", of(bit_patterns(draw, torch.float32, 40)), EVERY
    halves = _halves(draw)
    yield "upper halves of all kinds with 6 lower halves", lambda: rounded(halves, _sums_of_bits), EVERY
    yield "one number, no dimension", of(draw.normal()), SHAPES
    yield "not contiguous", of(draw.normal(columns, rows).mT), SHAPES
    line = draw.normal(length)
    yield "the input is left alone", lambda: with_arguments(rounded, line), SHAPES


class _Conversions(TorchDispatchMode):
    """Whether torch itself rounds something to bfloat16. Bits that are merely read as bfloat16 are no conversion."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = [item for item in args if isinstance(item, Tensor)]
        rounded = isinstance(result, Tensor) and result.dtype is torch.bfloat16
        bits = any(not item.is_floating_point() for item in given) and "view" in str(func)
        known = any(item.dtype is torch.bfloat16 for item in given) and "copy" not in str(func)
        self.seen |= rounded and not bits and (not known or "lift" in str(func))
        return result


def _from_bits(draw: Draw, patterns: Sequence[int]) -> Tensor:
    return torch.tensor(patterns, device=draw.device).int().view(torch.float32)


def _mixed(draw: Draw, special: Tensor) -> Tensor:
    """Special values in drawn order, among some that are not."""
    return torch.cat([special, draw.normal(4)])[draw.permutation(special.numel() + 4)]


def _example(rounded: Callable[[Tensor], Any], draw: Draw) -> Thunk:
    example, others = torch.tensor([1.00390625, 1.01171875, 3.4e38], device=draw.device), draw.normal(3)
    return lambda: {"the example": rounded(example), "other numbers": rounded(others)}


def _halfway(draw: Draw, sign: float) -> Tensor:
    """Between 0.001 and 1000, the kept last bit in drawn order 0 or 1."""
    upper = draw.integers(20, low=0x3A80, high=0x447A)
    upper[:2] = torch.tensor([0x3F80, 0x3F81], device=draw.device)
    return sign * (upper << 16 | 0x8000)[draw.permutation(20)].int().view(torch.float32)


def _next_to_halfway(draw: Draw) -> Tensor:
    upper = draw.integers(20, low=0x3A80, high=0x447A)
    return (upper << 16 | 0x7FFF + 2 * draw.integers(20, high=2)).int().view(torch.float32)


def _in_all_sizes(draw: Draw) -> Tensor:
    """Normal numbers of every exponent but the last two."""
    exponent = 1 + draw.permutation(252)[:24]
    return (exponent << 23 | draw.integers(24, high=2**23)).int().view(torch.float32)


def _halves(draw: Draw) -> Tensor:
    """For each sign and exponent 16 of its upper halves, each beside lower halves around the middle and at the ends:
    shape (8192, 6)."""
    lower = torch.tensor([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF], device=draw.device)
    fields = torch.arange(-256, 256, device=draw.device).unsqueeze(-1) << 7
    upper = fields | draw.integers(512, 16, high=2**7)
    return (upper.reshape(-1, 1) << 16 | lower).int().view(torch.float32)


def _values_and_bits(result: Any) -> dict[str, Any]:
    """The bits as text, eight hexadecimal digits a number: a card shows them. NaN has many patterns; each will do."""
    words = _words(result)
    if words is None:
        return {"values": result, "bits": None}
    return {"values": result, "bits": [f"{word & 0xFFFFFFFF:08x}" for word in words.flatten().tolist()]}


def _words(result: Any) -> Tensor | None:
    """The bits of float32 numbers as integers, one pattern for all NaN."""
    if not isinstance(result, Tensor) or result.dtype is not torch.float32:
        return None
    return torch.where(result.isnan(), 0x7FC00000, result.contiguous().view(torch.int32))


def _sums_of_bits(result: Any) -> Any:
    """For each sign and exponent one sum over the bits of its numbers."""
    words = _words(result)
    return None if words is None else words.long().view(512, -1).sum(-1)
