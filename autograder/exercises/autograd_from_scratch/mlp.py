"""What `mlp` must show."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.autograd_from_scratch._shared import NO_AUTOGRAD

LAYERS = Idea("x @ weight + bias for each layer, relu between them", weight=3, point=True)
ANYTHING = Idea("on whatever knows @, + and relu", weight=2)


class Recorder:
    """Knows @, + and relu, and nothing else of a tensor."""

    def __init__(self, value: Tensor, said: str) -> None:
        self.value, self.said = value, said

    def __matmul__(self, other: Any) -> Recorder:
        return Recorder(self.value @ other.value, f"({self.said} @ {other.said})")

    def __add__(self, other: Any) -> Recorder:
        return Recorder(self.value + other.value, f"({self.said} + {other.said})")

    def __radd__(self, other: Any) -> Recorder:
        return Recorder(other + self.value, f"({other} + {self.said})")

    def relu(self) -> Recorder:
        return Recorder(self.value.relu(), f"relu{self.said}")


@exercise(points=1, without=[*NO_AUTOGRAD, nn.functional.linear, nn.Linear])
def mlp(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Layers one after the other, with relu between them."""

    def layers(*widths: int, dtype: torch.dtype = torch.float32) -> list[tuple[Tensor, Tensor]]:
        shapes = itertools.pairwise(widths)
        return [(draw.normal(into, out, dtype=dtype), draw.normal(out, dtype=dtype)) for into, out in shapes]

    def example() -> Any:
        eye = torch.eye(2, device=draw.device)
        twice = [
            (eye, torch.tensor([1.0, -1.0], device=draw.device)),
            (eye, torch.tensor([0.0, -5.0], device=draw.device)),
        ]
        x = torch.tensor([[2.0, 0.0]], device=draw.device)
        return {"example": candidate(x, twice), "another": candidate(draw.normal(1, 2), twice)}

    def below_zero() -> Any:
        """All biases are far below zero, so that a relu too many makes nothing but zeros."""
        made = [(weight, bias - 9) for weight, bias in layers(3, 4)]
        return candidate(draw.normal(5, 3), made)

    def shared() -> Any:
        """The very same pair: which one is last is a matter of place."""
        return candidate(draw.normal(5, 3), [*layers(3, 3)] * 3)

    def recorded() -> Any:
        made = [
            (Recorder(weight, f"W{number}"), Recorder(bias, f"b{number}"))
            for number, (weight, bias) in enumerate(layers(3, 5, 4, 2))
        ]
        result = candidate(Recorder(draw.normal(4, 3), "x"), made)
        return {"value": result.value, "in words": result.said.replace("(", "").replace(")", "")}

    def afterwards() -> Any:
        made, x = layers(3, 4, 2), draw.normal(5, 3)
        return {"result": candidate(x, made), "again": candidate(x, made), "x": x, "layers": made}

    yield "the docstring's example", example
    yield "two layers", lambda: candidate(draw.normal(5, 3), layers(3, 4, 2)), LAYERS
    yield "one layer three times", shared, LAYERS
    yield "four layers", lambda: candidate(draw.normal(2, 3), layers(3, 5, 4, 6, 2)), LAYERS
    yield "one layer alone", lambda: candidate(draw.normal(5, 3), layers(3, 4)), LAYERS
    yield "results far below zero", below_zero, LAYERS
    yield "square layers", lambda: candidate(draw.normal(3, 3), layers(3, 3, 3)), LAYERS
    yield "no rows", lambda: [candidate(draw.normal(rows, 3), layers(3, 4, 2)) for rows in draw.shuffled([0, 1])]
    yield "float64", lambda: candidate(draw.normal(5, 3, dtype=torch.float64), layers(3, 4, 2, dtype=torch.float64))
    yield "something that is not a tensor", recorded, ANYTHING
    yield "by keyword, the layers a tuple", lambda: candidate(x=draw.normal(5, 3), layers=tuple(layers(3, 4, 2)))
    yield "called again; x and the layers afterwards", afterwards
