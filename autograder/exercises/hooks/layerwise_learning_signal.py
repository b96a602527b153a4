"""What `layerwise_learning_signal` must show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.hooks._shared import (
    Ordered,
    error_of,
    grads,
    mixed_modes,
    modes,
    named,
    part_names,
    small,
    visit,
)

RATIOS = Idea("each pass adds the ratio of gradient and weight at this time, under the weight's name", 2, point=True)
WEIGHTS = Idea("weights of two or more dimensions that need a gradient have a line", weight=1.4)
VISITOR = Idea("training goes on as without it, and nothing is noted after the block")
ERROR = Idea("nothing is left behind by an error", weight=1.5)


class Idle(nn.Module):
    """One of its layers takes no part, another is multiplied by 0, and one parameter is a single number."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.used, self.silent = names[0], names[1]
        for name in sorted(names):
            self.add_module(name, nn.Linear(4, 2))
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        return self.scale * getattr(self, self.used)(x) + 0 * getattr(self, self.silent)(x)


class Affine(nn.Module):
    """x A + b, with a name of its own for A, and a `bias` of two dimensions."""

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.name = draw.choice(("table", "matrix", "kernel", "mixing"))
        width = draw.integer(2, 7)
        self.register_parameter(self.name, nn.Parameter(torch.ones(4, width)))
        self.bias = nn.Parameter(torch.ones(1, width))
        self.shift = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x @ getattr(self, self.name) + self.bias + self.shift


def train(model: nn.Module, batches: list[Tensor], rate: float = 0.1, clear: bool = True) -> None:
    """One step of SGD for each batch."""
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for x in batches:
        if clear:
            optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


@exercise(points=2)
def layerwise_learning_signal(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How large each weight's gradient is beside the weight, while a training loop runs."""

    def watched(model: nn.Module, steps: int, *shape: int, **options: Any) -> dict[str, Any]:
        batches = [draw.normal(*shape) for _ in range(steps)]

        def run() -> dict[str, Any]:
            with candidate(model) as signal:
                train(model, batches, **options)
            return {"signal": signal}

        return visit(model, run)

    def frozen() -> dict[str, Any]:
        model = small(draw)
        model.get_submodule(part_names(model)[draw.choice((0, 2))]).requires_grad_(False)
        return watched(model, 2, 3, 4)

    def tied() -> dict[str, Any]:
        model = draw.fill_(Ordered(named(draw, nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))))
        first, _, last = model.children()
        last.weight = first.weight
        return watched(model, 2, 3, 4)

    def idle() -> dict[str, Any]:
        return watched(draw.fill_(Idle([*named(draw, *[nn.Identity()] * 3)])), 2, 3, 4)

    def silent() -> dict[str, Any]:
        """The last layer begins with zeros, as many do. After the first step it has a size."""
        model = small(draw)
        name = f"{part_names(model)[2]}.weight"
        with torch.no_grad():
            model.get_parameter(name).zero_()
        shown = watched(model, 2, 3, 4)
        beside = shown["signal"].pop(name) if isinstance(shown["signal"], dict) else []
        return {**shown, "beside the zeros, and a step later": [_finite(ratio) for ratio in beside]}

    yield "one step", lambda: watched(small(draw), 1, 3, 4), RATIOS
    yield "the docstring's example", lambda: _example(candidate, draw), RATIOS
    yield "three steps that change the weights", lambda: watched(small(draw), 3, 3, 4, rate=0.5), RATIOS
    yield "gradients that pile up", lambda: watched(small(draw), 3, 3, 4, clear=False), RATIOS
    yield "two passes in one step", lambda: _two_passes(candidate, draw), RATIOS
    yield "one weight in two places", tied, RATIOS
    yield "convolutions count, biases and norms do not", lambda: watched(_normed(draw), 2, 3, 2, 6), WEIGHTS
    yield "matrices of other names count", lambda: watched(draw.fill_(Affine(draw)), 2, 3, 4), WEIGHTS
    yield "frozen weights have no line", frozen, WEIGHTS
    yield "an unused weight has an empty line, a gradient of 0 counts", idle, WEIGHTS
    yield "a weight of zeros", silent, WEIGHTS
    yield "training goes as without it", lambda: _undisturbed(watched, draw), VISITOR
    yield "nothing is noted after the block", lambda: _around(candidate, draw), VISITOR
    yield "nothing is left behind by an error", lambda: _error(candidate, draw), ERROR


def _finite(ratio: float) -> str:
    return "inf" if ratio == math.inf else "a finite number" if math.isfinite(ratio) else "NaN"


def _normed(draw: Draw) -> Ordered:
    channels = draw.integer(2, 5)
    parts = [nn.Conv1d(2, channels, 3), nn.ReLU(), nn.GroupNorm(1, channels), nn.Flatten(), nn.Linear(4 * channels, 2)]
    return draw.fill_(Ordered(named(draw, *parts)))


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """As it stands there, and with a weight of another size."""
    found = []
    for size in draw.shuffled([4.0, draw.uniform(1, low=0.5, high=3.0).item()]):
        model = nn.Linear(1, 1, bias=False).to(draw.device)
        nn.init.constant_(model.weight, size)
        with candidate(model) as signal:
            (2 * model.weight).sum().backward()
        found.append({**signal})
    return found


def _two_passes(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Between the passes, while the block lasts, the lists are read."""
    model, inputs = small(draw), [draw.normal(3, 4) for _ in range(2)]

    def run() -> dict[str, Any]:
        with candidate(model) as signal:
            model(inputs[0]).square().mean().backward()
            first = {name: list(line) for name, line in signal.items()}
            model(inputs[1]).square().mean().backward()
        return {"after one": first, "after both": signal}

    return visit(model, run)


def _undisturbed(watched: Any, draw: Draw) -> dict[str, Any]:
    model = small(draw)
    signal = watched(model, 2, 3, 4, rate=0.5)["signal"]
    return {"names": sorted(signal), "weights afterwards": dict(model.named_parameters()), "grads": grads(model)}


def _around(candidate: Any, draw: Draw) -> dict[str, Any]:
    """One block, a step without, a second block with lists of its own."""
    model, inputs = mixed_modes(draw, small(draw)), [draw.normal(3, 4) for _ in range(3)]

    def run() -> dict[str, Any]:
        with candidate(model) as first:
            train(model, inputs[:1])
        train(model, inputs[1:2])
        with candidate(model) as second:
            train(model, inputs[2:])
        return {"first block": first, "second block": second, "training": modes(model)}

    return visit(model, run)


def _error(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(3, 4)
    signals = []

    def run() -> None:
        with candidate(model) as signal:
            signals.append(signal)
            train(model, [x])
            raise ZeroDivisionError

    def both() -> dict[str, Any]:
        error = error_of(run)
        train(model, [x])
        return {"the error that comes through": error, "signals": signals}

    return visit(model, both)
