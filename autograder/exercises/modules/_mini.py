"""Modules that are nothing but shelves, and small modules on a student's own base class."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


class Bare:
    """The shelves of a module and none of its methods: whoever wants to know what lies on them has to look."""

    def __init__(self, **parameters: Tensor | None) -> None:
        self._parameters = {
            name: value if value is None or isinstance(value, nn.Parameter) else nn.Parameter(value.clone())
            for name, value in parameters.items()
        }
        self._buffers: dict[str, Tensor | None] = {}
        self._modules: dict[str, Any] = {}
        self._non_persistent_buffers_set: set[str] = set()
        self.training = True

    def keeping(self, saved: bool = True, **buffers: Tensor | None) -> Bare:
        """The same module with these buffers, which are saved or not."""
        self._buffers |= buffers
        if not saved:
            self._non_persistent_buffers_set |= set(buffers)
        return self

    def holding(self, modules: dict[str, Any]) -> Bare:
        """The same module with these modules inside."""
        self._modules |= modules
        return self


def built_on(base: Any) -> tuple[Any, Any]:
    """Two small modules on the student's base class: one with a parameter, and one with modules inside."""

    class Scale(base):
        def __init__(self, weight: Tensor) -> None:
            super().__init__()
            self.rate = 0.5
            self.weight = nn.Parameter(weight.clone())
            self.table = weight + 1
            self.listed = [nn.Parameter(weight.clone())]

        def forward(self, x: Tensor, power: int = 1) -> Tensor:
            return self.rate * x * self.weight**power

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

    return Scale, Net


class Foreign(Bare):
    """A module of another make, as the library's layers are: shelves, a call, and nothing of the student's class."""

    def __call__(self, x: Tensor) -> Tensor:
        gain = self._parameters["gain"]
        assert gain is not None
        return x * gain
