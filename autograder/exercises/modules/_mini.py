"""Small modules on a student's own base class."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def built_on(base: Any) -> tuple[Any, Any, Any]:
    """Three small modules on the student's base class: with a parameter, with buffers, with modules inside."""

    class Scale(base):
        def __init__(self, weight: Tensor) -> None:
            super().__init__()
            self.rate = 0.5
            self.weight = nn.Parameter(weight.clone())
            self.table = torch.arange(3.0)
            self.listed = [nn.Parameter(torch.zeros(2))]

        def forward(self, x: Tensor, power: int = 1) -> Tensor:
            y = x * self.weight**power
            return self.rate * y if self.training else y

    class Gauge(base):
        def __init__(self, offset: Tensor) -> None:
            super().__init__()
            self.register_buffer("offset", offset.clone())
            self.register_buffer("steps", torch.tensor(3, device=offset.device))
            self.register_buffer("recent", offset + 1, persistent=False)
            self.gain = nn.Parameter(offset.clone())

        def forward(self, x: Tensor) -> Tensor:
            return self.gain * (x - self.offset)

    class Net(base):
        def __init__(self, parts: dict[str, Any], bias: Tensor) -> None:
            super().__init__()
            for name, part in parts.items():
                setattr(self, name, part)
            self.order = list(parts)
            self.bias = nn.Parameter(bias.clone())

        def forward(self, x: Tensor) -> Tensor:
            for name in self.order:
                x = getattr(self, name)(x)
            return x + self.bias

    return Scale, Gauge, Net
