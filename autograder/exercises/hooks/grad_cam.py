"""What `grad_cam` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.hooks._shared import Breaks, after_error, grads, left_on


class Eyes(nn.Module):
    """A small convolutional net; `inplace` as in most published ones."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(inplace), nn.Conv2d(3, 4, 2), nn.ReLU(inplace))
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.normalize(self.features(x).mean((2, 3)), dim=1))


@exercise(points=3)
def grad_cam(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Where a convolutional net looks for a class."""
    classes = torch.tensor([2, 0, 1, 2], device=draw.device)

    def cam(model: nn.Module, layer: str = "features.3", number: int = 4, wanted: Tensor = classes) -> Any:
        return candidate(model, layer, draw.normal(number, 2, 7, 8), wanted[:number])

    def blind() -> Any:
        """Every channel counts against the class: nothing to see, and no division of 0 by 0."""
        model = draw.fill_(Eyes())
        nn.init.constant_(model.head.weight, -1.0)
        return candidate(Scores(model), "net.features.3", draw.normal(2, 2, 7, 8), classes[:2])

    def frozen() -> Any:
        return cam(draw.fill_(Eyes()).requires_grad_(False))

    def untouched() -> Any:
        model, images = draw.fill_(Eyes()), draw.normal(3, 2, 7, 8)
        model(images).square().sum().backward()
        result = candidate(model, "features.3", images, classes[:3])
        return {"map": result, "grads": grads(model), "needs a gradient": [result.requires_grad, images.requires_grad]}

    def behind() -> Any:
        model = draw.fill_(Eyes()).train()
        model.features.eval()
        return {"map": cam(model), **left_on(model)}

    def error() -> Any:
        model = draw.fill_(Eyes())
        model.add_module("head", draw.fill_(Breaks()))
        return after_error(lambda: cam(model), model)

    yield "four images", lambda: cam(draw.fill_(Eyes()))
    yield "other classes", lambda: cam(draw.fill_(Eyes()), wanted=(classes + 1) % 3)
    yield "one image", lambda: cam(draw.fill_(Eyes()), number=1)
    yield "an early layer", lambda: cam(draw.fill_(Eyes()), "features.1")
    yield "nothing speaks for the class", blind
    yield "a frozen net", frozen
    yield "an in-place ReLU comes next", lambda: cam(draw.fill_(Eyes(inplace=True)), "features.2")
    yield "gradients are as they were", untouched
    yield "nothing is left behind", behind
    yield "nothing is left behind by an error", error


class Scores(nn.Module):
    """Plain averages before the head, so that all gradients have the head's signs."""

    def __init__(self, net: Eyes) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net.head(self.net.features(x).mean((2, 3)))
