"""What `grad_cam` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.hooks._shared import error_of, grads, mixed_modes, modes, others_on, visit

MAPS = Idea("channels weighted by their mean gradient, added up, cut off at zero", weight=2, point=True)
SCALE = Idea("each map is divided by its own largest value")
KINDS = Idea("nets of all kinds")
VISITOR = Idea("a visitor leaves nothing behind")
ERROR = Idea("nothing is left behind by an error", weight=0.7)
CLASSES = 3


class Eyes(nn.Module):
    """A small convolutional net, whose scores do not follow in a line from its maps; `inplace` as in most published
    ones."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(inplace), nn.Conv2d(3, 4, 2), nn.ReLU(inplace))
        self.head = nn.Linear(4, CLASSES)
        self.broken = False

    def forward(self, x: Tensor) -> Tensor:
        scores = self.head(F.softsign(self.features(x).mean((2, 3))))
        if self.broken:
            raise ZeroDivisionError("after the layers have run")
        return scores


class Scores(nn.Module):
    """Plain averages before the head, so that all gradients have the head's signs and sizes."""

    def __init__(self, net: Eyes) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net.head(self.net.features(x).mean((2, 3)))


@exercise(points=3)
def grad_cam(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Where a convolutional net looks for a class."""
    height, width = draw.sizes(2, 6, 10)
    classes = torch.tensor(draw.shuffled([*range(CLASSES), draw.integer(0, CLASSES)]), device=draw.device)

    def cam(model: nn.Module, layer: str = "features.3", number: int = 4, turn: int = 0) -> Any:
        return candidate(model, layer, images(number), (classes[:number] + turn) % CLASSES)

    def images(number: int) -> Tensor:
        return draw.normal(number, 2, height, width)

    def eyes(**options: Any) -> Eyes:
        return draw.fill_(Eyes(**options))

    yield "one image", lambda: cam(eyes(), number=1), MAPS
    yield "four images", lambda: cam(eyes()), MAPS
    yield "other classes", lambda: cam(eyes(), turn=draw.integer(1, CLASSES)), MAPS
    yield "an early layer", lambda: cam(eyes(), "features.1"), MAPS
    yield "a layer with negative values", lambda: cam(eyes(), "features.2"), MAPS
    yield "a layer that holds others", lambda: cam(eyes(), "features"), MAPS
    yield "the docstring's example", lambda: _example(candidate, draw), MAPS
    yield "nothing speaks for one of the classes", lambda: cam(_one_sided(eyes(), draw), "net.features.3"), SCALE
    yield "scores with tiny slopes", lambda: cam(_faint(eyes()), "net.features.3"), SCALE
    yield "evidence everywhere", lambda: cam(_lit(eyes(), draw), "net.features.3"), SCALE

    def frozen() -> dict[str, Any]:
        result = cam(eyes().requires_grad_(False))
        return {"map": result, "needs a gradient": result.requires_grad}

    def double() -> Any:
        return candidate(eyes().double(), "features.3", images(2).double(), classes[:2])

    yield "a net in float64", double, KINDS
    yield "a frozen net", frozen, KINDS
    yield "an in-place ReLU comes next", lambda: cam(eyes(inplace=True), "features.2"), KINDS

    def untouched() -> dict[str, Any]:
        model, shown = eyes(), images(3)
        model(shown).square().sum().backward()
        result = candidate(model, "features.3", shown, classes[:3])
        return {"map": result, "grads": grads(model), "needs a gradient": [result.requires_grad, shown.requires_grad]}

    def behind() -> dict[str, Any]:
        model, shown = mixed_modes(draw, eyes()), images(2)
        model(images(1)).sum().backward()

        def run() -> dict[str, Any]:
            result = candidate(model=model, layer="features.3", images=shown, classes=classes[:2])
            return {"map": result, "training": modes(model), "grads": grads(model)}

        return visit(model, run)

    def others() -> dict[str, Any]:
        model, shown = eyes(), images(2)
        fired = others_on(model)
        found = candidate(model, "features.3", shown, classes[:2])
        model(shown)
        return {"map": found, "fired": fired}

    def error() -> dict[str, Any]:
        model, shown = mixed_modes(draw, eyes()), images(2)

        def run() -> Any:
            return candidate(model, "features.3", shown, classes[:2])

        def both() -> dict[str, Any]:
            model.broken = True
            kind = error_of(run)
            model.broken = False
            return {"the error that comes through": kind, "map": run(), "training": modes(model)}

        return visit(model, both)

    yield "gradients are as they were", untouched, VISITOR
    yield "nothing is left behind", behind, VISITOR
    yield "other people's hooks fire and stay", others, VISITOR
    yield "nothing is left behind by an error", error, ERROR


def _example(candidate: Any, draw: Draw) -> Any:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    classes = torch.tensor([0, 1, 1, 0, 1], device=draw.device)
    return candidate(draw.fill_(net), "1", draw.normal(5, 1, 8, 9), classes)


def _one_sided(net: Eyes, draw: Draw) -> Scores:
    """Every channel counts against one of the classes: nothing to see for it, and no division of 0 by 0."""
    with torch.no_grad():
        net.head.weight.abs_()
        net.head.weight[draw.integer(0, CLASSES)] *= -1
    return Scores(net)


def _faint(net: Eyes) -> Scores:
    """So that a small number added to the largest value shows, and one at which the divisor is cut off."""
    with torch.no_grad():
        net.head.weight.abs_().mul_(1e-22)
    return Scores(net)


def _lit(net: Eyes, draw: Draw) -> Scores:
    """So that the smallest value of a map is not zero."""
    with torch.no_grad():
        net.head.weight.abs_()
        bias = net.features.get_parameter("2.bias")
        bias.copy_(5 + draw.uniform(*bias.shape))
    return Scores(net)
