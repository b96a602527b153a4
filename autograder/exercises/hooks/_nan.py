"""Modules in which NaN is born, and others that hand it on, for `nan_tripwire`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from autograder.exercises.hooks._shared import Pair


class Root(nn.Module):
    """Makes NaN by its own arithmetic where an input is negative, after a layer that is well."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.add_module(name, nn.Identity())

    def forward(self, x: Tensor) -> Tensor:
        return getattr(self, self.name)(x).sqrt()


class Tuple(nn.Module):
    """Returns a tuple: what is NaN where an input is negative stands at a given place, None after it."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def forward(self, x: Tensor) -> tuple[Any, ...]:
        items: list[Any] = [x, x, x]
        items[self.place] = x.log()
        return (*items, None)


class Entry(nn.Module):
    """Uses one entry of a tuple or a dict."""

    def __init__(self, key: int | str) -> None:
        super().__init__()
        self.key = key

    def forward(self, entries: Any) -> Any:
        return entries[self.key]


class Scatter(nn.Module):
    """Puts given values at the first places of each row."""

    def __init__(self, *values: float) -> None:
        super().__init__()
        self.values = values

    def forward(self, x: Tensor) -> Tensor:
        row = torch.cat([x.new_tensor(self.values), x.new_zeros(x.shape[-1] - len(self.values))])
        return x + row


class State(nn.Module):
    """Returns a dict, as many published models do."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"state": x}


class Logs(nn.Module):
    """Returns a dict that holds NaN."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"state": x, "logs": (-x.abs()).log()}


class Inner(nn.Module):
    """Returns a tensor that is well, and beside it a tuple that holds NaN where an input is negative."""

    def forward(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        return x, (x, x.log())


class Named(nn.Module):
    """Returns a named tuple, NaN at its first place where an input is negative."""

    def forward(self, x: Tensor) -> Pair:
        return Pair(x.log(), x)


class Spoilt(nn.Module):
    """Gives another dtype, and NaN where an input is negative."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, x: Tensor) -> Tensor:
        return x.sqrt().to(self.dtype)
