"""Draws: the random inputs of an experiment, the same on every machine and version.

The numbers come from numpy's `RandomState`, whose streams are frozen
(https://numpy.org/doc/stable/reference/random/legacy.html), and move to the device afterwards, so that CPU and
CUDA see the same inputs.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

ItemT = TypeVar("ItemT")
ModuleT = TypeVar("ModuleT", bound=nn.Module)


def _stream(name: str) -> np.random.RandomState:
    return np.random.RandomState(zlib.crc32(name.encode()))


class Draw:
    """A stream of inputs for one exercise.

    Args:
        seed: which stream. Visible sheets use 0, hidden sheets a fresh one.
        exercise: the exercise's name; two exercises with one seed see different numbers.
        device: where the tensors go.

    Attributes:
        device: the `torch.device` of every tensor drawn. Hand it to candidates that create tensors.
        size: number of elements of the largest tensor drawn so far: no sum in an answer is longer, so the judge takes
            the tolerance from it.
    """

    def __init__(self, seed: int, exercise: str, device: str | torch.device = "cpu") -> None:
        self._name = f"{seed}:{exercise}"
        self._random = _stream(self._name)
        self._filled = 0  # modules, so far
        self.device = torch.device(device)
        self.size = 1

    @contextmanager
    def apart(self, label: str) -> Iterator[None]:
        """A stream of its own, for one observation or for the weights of one module: what is drawn from it, or is not
        since the answer raised, leaves all other inputs as they are."""
        kept = self._name, self._random, self._filled
        self._name, self._filled = f"{self._name}:{label}", 0
        self._random = _stream(self._name)
        try:
            yield
        finally:
            self._name, self._random, self._filled = kept

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Standard normal values: shape `shape`, dtype `dtype`."""
        return self._place(self._random.standard_normal(shape), dtype)

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0, dtype: torch.dtype = torch.float32) -> Tensor:
        """Uniform values in [low, high): shape `shape`, dtype `dtype`."""
        return self._place(self._random.uniform(low, high, shape), dtype)

    def integers(self, *shape: int, low: int = 0, high: int, dtype: torch.dtype = torch.int64) -> Tensor:
        """Integers in [low, high): shape `shape`, dtype `dtype`."""
        return self._place(self._random.randint(low, high, shape, dtype=np.int64), dtype)

    def mask(self, *shape: int, keep: float = 0.6) -> Tensor:
        """A boolean mask, True with probability `keep`. Along the last dimension at least one entry is True and,
        where it is longer than one, at least one is False."""
        mask = self._random.uniform(size=shape) < keep
        rows = mask.reshape(-1, shape[-1])
        for row in rows:
            first, second = self._random.permutation(shape[-1])[:2] if shape[-1] > 1 else (0, 0)
            row[second] = False
            row[first] = True
        return self._place(rows.reshape(shape), torch.bool)

    def permutation(self, length: int) -> Tensor:
        """The integers 0 … length-1 in random order: shape (length,), int64."""
        return self._place(self._random.permutation(length), torch.int64)

    def sizes(self, count: int, low: int, high: int) -> list[int]:
        """`count` different Python integers in [low, high): dimensions of which no two can be confused."""
        return [low + int(step) for step in self._random.permutation(high - low)[:count]]

    def shuffled(self, items: Iterable[ItemT]) -> list[ItemT]:
        """The same things in random order."""
        things = list(items)
        return [things[index] for index in self._random.permutation(len(things))]

    def choice(self, items: Sequence[ItemT]) -> ItemT:
        """One of several things."""
        return items[int(self._random.randint(len(items)))]

    def integer(self, low: int, high: int) -> int:
        """One Python integer in [low, high). Also a seed, where an answer asks for one."""
        return int(self._random.randint(low, high, dtype=np.int64))

    def fill_(self, module: ModuleT) -> ModuleT:
        """Moves `module` to the device and replaces every parameter by normal values over √fan-in; returns it.

        With the same names and shapes, two implementations then hold the same weights.
        """
        module.to(self.device)
        self._filled += 1
        with torch.no_grad(), self.apart(f"module {self._filled}"):
            for _, parameter in sorted(module.named_parameters()):
                fan_in = parameter.shape[-1] if parameter.dim() > 1 else 1
                parameter.copy_(self.normal(*parameter.shape, dtype=parameter.dtype) / fan_in**0.5)
        return module

    def _place(self, values: np.ndarray, dtype: torch.dtype) -> Tensor:
        self.size = max(self.size, values.size)
        return torch.as_tensor(np.ascontiguousarray(values).reshape(values.shape)).to(device=self.device, dtype=dtype)
