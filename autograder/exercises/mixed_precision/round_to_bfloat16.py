"""What `round_to_bfloat16` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.mixed_precision._shared import bit_patterns

SPECIAL = (  # float32, by their bits: zeros, the ends of the subnormals and normals, ties, infinities, NaNs
    0x00000000, 0x00000001, 0x00007FFF, 0x00008000, 0x00008001, 0x00018000, 0x007F8000, 0x007FFFFF, 0x00800000,
    0x3F7F7FFF, 0x3F7F8000, 0x3F7FFFFF, 0x3F800000, 0x3F807FFF, 0x3F808000, 0x3F808001, 0x3F818000, 0x3F820000,
    0x7F7F0000, 0x7F7F7FFF, 0x7F7F8000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7F808000, 0x7FC00000, 0x7FFFFFFF,
)  # fmt: skip


@exercise(points=3, without=[torch.Tensor.bfloat16])
def round_to_bfloat16(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The nearest number that bfloat16 has, by arithmetic on bits."""
    special = _from_bits(draw, SPECIAL)
    ties = (draw.integers(40, low=-(2**15), high=2**15) << 16 | 0x8000).int().view(torch.float32)
    subnormal = draw.integers(40, low=0, high=2**23).int().view(torch.float32)

    def rounded(x: Tensor, look: Callable[[Any], Any] = _values_and_bits) -> Any:
        with _Conversions() as watch:
            result = candidate(x)
        return {"rounded": look(result), "torch converted it": watch.seen}

    yield "ordinary numbers", lambda: rounded(draw.normal(4, 7))
    yield "random bits", lambda: rounded(bit_patterns(draw, torch.float32, 60))
    yield "halfway between two numbers", lambda: rounded(ties)
    yield "special values", lambda: rounded(special)
    yield "special values, negative", lambda: rounded(-special)
    yield "subnormal numbers", lambda: rounded(subnormal)
    yield "all 65,536 upper halves with 6 lower halves", lambda: rounded(_halves(draw), _sums_of_bits)
    yield "one number, no dimension", lambda: rounded(draw.normal())
    yield "not contiguous", lambda: rounded(draw.normal(5, 3).mT)
    yield "the input is left alone", lambda: with_arguments(rounded, draw.normal(6))


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


def _halves(draw: Draw) -> Tensor:
    """Each upper half of a float32 that there is, beside lower halves around the middle and at the ends."""
    lower = torch.tensor([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF], device=draw.device)
    return (torch.arange(-(2**15), 2**15, device=draw.device).unsqueeze(-1) << 16 | lower).int().view(torch.float32)


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
