"""What `layerwise_learning_signal` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.hooks._shared import after_error, grads, half_evaluated, hooks_left, left_on, small


@exercise(points=2)
def layerwise_learning_signal(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How large each weight's gradient is beside the weight, while a training loop runs."""

    def train(model: nn.Module, batches: list[Tensor], rate: float = 0.1, clear: bool = True) -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        for x in batches:
            if clear:
                optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()

    def watched(model: nn.Module, steps: int, *shape: int, **options: Any) -> Any:
        batches = [draw.normal(*shape) for _ in range(steps)]
        with candidate(model) as signal:
            train(model, batches, **options)
        return {**signal, **hooks_left(model)}

    def normed() -> nn.Sequential:
        return nn.Sequential(nn.Conv1d(2, 3, 3), nn.ReLU(), nn.GroupNorm(1, 3), nn.Flatten(), nn.Linear(12, 2))

    def frozen() -> Any:
        model = draw.fill_(small())
        model[0].requires_grad_(False)
        return watched(model, 2, 3, 4)

    def tied() -> Any:
        model = draw.fill_(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)))
        model[2].weight = model[0].weight
        return watched(model, 2, 3, 4)

    def undisturbed() -> Any:
        model = draw.fill_(small())
        signal = watched(model, 2, 3, 4, rate=0.5)
        return {"names": sorted(signal), "weights afterwards": dict(model.named_parameters()), "grads": grads(model)}

    def around() -> Any:
        model, x, later = half_evaluated(draw.fill_(small())), draw.normal(3, 4), draw.normal(3, 4)
        with candidate(model) as signal:
            train(model, [x])
        train(model, [later])
        return {"signal": signal, **left_on(model)}

    def error() -> Any:
        model, x = draw.fill_(small()), draw.normal(3, 4)

        def run() -> None:
            with candidate(model):
                train(model, [x])
                raise ZeroDivisionError

        return after_error(run, model)

    yield "one step", lambda: watched(draw.fill_(small()), 1, 3, 4)
    yield "three steps that change the weights", lambda: watched(draw.fill_(small()), 3, 3, 4, rate=0.5)
    yield "gradients that pile up", lambda: watched(draw.fill_(small()), 3, 3, 4, clear=False)
    yield "convolutions count, biases and norms do not", lambda: watched(draw.fill_(normed()), 2, 3, 2, 6)
    yield "frozen weights have no line", frozen
    yield "an unused weight has an empty line", lambda: watched(draw.fill_(Idle()), 2, 3, 4)
    yield "one weight in two places", tied
    yield "training goes as without it", undisturbed
    yield "nothing is left behind", around
    yield "nothing is left behind by an error", error


class Idle(nn.Module):
    """One of its layers takes no part, and one parameter is a single number."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Linear(4, 2)
        self.idle = nn.Linear(4, 2)
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        return self.scale * self.used(x)
