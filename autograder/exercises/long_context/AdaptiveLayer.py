"""What `AdaptiveLayer` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

MEAN = Idea("a mean over the states, with the remainder for the last", weight=3, point=True)
COST = Idea("steps plus remainder", weight=2, point=True)
STOPS = Idea("it stops, each place by itself", weight=3, point=True)
WIDTH = 4


class Planned(nn.Module):
    """A step that leaves the state as it is but for its first number, which holds what `halt` is to see at that step.

    The plan has a probability for each place and step; a state that is looked at after its place has halted changes the
    others, if it should have stayed.
    """

    def __init__(self, plan: Tensor, mixes: float = 0.0) -> None:
        super().__init__()
        self.plan, self.mixes, self.numbers = plan, mixes, list[int]()
        self.weight = nn.Parameter(torch.tensor([1.0, 0.5, -0.5], dtype=plan.dtype, device=plan.device))

    def forward(self, state: Tensor, inputs: Tensor | None, number: int) -> Tensor:
        self.numbers.append(number)
        wanted = self.plan[..., number].logit()
        rest = state[..., 1:] * 0.9 + self.weight * (number + 1)
        if inputs is not None:
            rest = rest + inputs
        if self.mixes:
            rest = rest + self.mixes * rest.mean(0, keepdim=True)
        return torch.cat([wanted.unsqueeze(-1), rest], dim=-1)


@exercise(points=3)
def AdaptiveLayer(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Steps until everybody has halted."""
    yield "names, kinds and shapes of the parameters", lambda: _parameters(candidate, draw)
    ends = {"at once": [0.995], "after two": [0.4, 0.7], "after four": [0.1, 0.2, 0.3, 0.6], "never": []}
    for name, begins in ends.items():
        yield f"one place halts {name}", partial(_run, candidate, draw, [begins], 6), MEAN
    several = list(ends.values())
    yield "the mean of several places", lambda: _run(candidate, draw, several, 6)["mean"], MEAN
    yield "the cost of several places", lambda: _run(candidate, draw, several, 6)["cost"], COST
    yield "which steps are taken", lambda: _numbers(candidate, draw), STOPS
    yield "places that look at each other", lambda: _run(candidate, draw, several, 6, mixes=0.5), STOPS
    yield "no more than so many steps", lambda: _run(candidate, draw, several, draw.choice((2, 3))), STOPS
    yield "a single step", lambda: _run(candidate, draw, several, 1), COST
    yield "another epsilon", lambda: _run(candidate, draw, several, 6, epsilon=0.3), MEAN
    yield "no epsilon", lambda: _run(candidate, draw, several, 6, epsilon=0.0), MEAN
    yield "exactly 1 − epsilon", lambda: _exactly(candidate, draw), MEAN
    yield "a batch of places", lambda: _run(candidate, draw, several, 6, batch=3), MEAN
    yield "one state without a batch", lambda: _alone(candidate, draw), MEAN
    yield "inputs are handed to every step", lambda: _run(candidate, draw, several, 6, given=True)
    yield "called again and again", lambda: _again(candidate, draw, several), STOPS
    yield "gradients of the cost", lambda: _gradients(candidate, draw, 1), COST
    yield "gradients of the mean", lambda: _gradients(candidate, draw, 0), MEAN
    yield "float64", lambda: _run(candidate, draw, several, 6, dtype=torch.float64)
    yield "called by names", lambda: _named(candidate, draw)
    yield "the first state is left alone", lambda: _left_alone(candidate, draw, several)


def _plan(draw: Draw, begins: list[list[float]], dtype: torch.dtype) -> Tensor:
    """Eight steps for each place: what is said, moved a little, and then small ones that do not reach the end."""
    rows = []
    for begin in begins:
        row = draw.uniform(8, low=0.02, high=0.05, dtype=dtype)
        for number, p in enumerate(begin):
            row[number] = p + float(draw.uniform(low=-0.003, high=0.003))
        rows.append(row)
    return torch.stack(rows)


def _layer(
    candidate: Any, draw: Draw, plan: Tensor, most: int, epsilon: float = 0.01, mixes: float = 0.0
) -> tuple[Any, Planned]:
    """A layer whose halting unit reads the first number of a state as it is."""
    step = Planned(plan, mixes)
    made = candidate(step, WIDTH, most) if epsilon == 0.01 else candidate(step, WIDTH, most, epsilon)
    layer = made.to(draw.device, plan.dtype)
    with torch.no_grad():
        layer.halt.weight.zero_()
        layer.halt.weight[0, 0] = 1.0
        layer.halt.bias.zero_()
    return layer, step


def _run(
    candidate: Any, draw: Draw, begins: list[list[float]], most: int, epsilon: float = 0.01, mixes: float = 0.0,
    batch: int = 0, given: bool = False, dtype: torch.dtype = torch.float32,
) -> dict[str, Any]:  # fmt: skip
    """Mean, cost and how often the step was called, for places in drawn order."""
    begins = draw.shuffled(begins)
    plan = torch.stack([_plan(draw, begins, dtype) for _ in range(batch)]) if batch else _plan(draw, begins, dtype)
    state = draw.normal(*plan.shape[:-1], WIDTH, dtype=dtype)
    inputs = draw.normal(*plan.shape[:-1], WIDTH - 1, dtype=dtype) if given else None
    layer, step = _layer(candidate, draw, plan, most, epsilon, mixes)
    mean, cost = layer(state, inputs) if given else layer(state)
    return {"mean": mean, "cost": cost, "calls": len(step.numbers)}


def _numbers(candidate: Any, draw: Draw) -> list[Any]:
    """The numbers that each step is given, where the slowest of two places needs two, three or four steps."""
    shown = []
    for slowest in draw.shuffled([[0.4, 0.7], [0.2, 0.3, 0.7], [0.1, 0.2, 0.3, 0.6]]):
        layer, step = _layer(candidate, draw, _plan(draw, draw.shuffled([slowest, [0.995]]), torch.float32), 7)
        layer(draw.normal(2, WIDTH))
        shown.append(list(step.numbers))
    return shown


def _alone(candidate: Any, draw: Draw) -> dict[str, Any]:
    layer, step = _layer(candidate, draw, _plan(draw, [[0.1, 0.6, 0.5]], torch.float32)[0], 6)
    mean, cost = layer(draw.normal(WIDTH))
    return {"mean": mean, "cost": cost, "calls": len(step.numbers)}


def _exactly(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The sigmoid of 0 is 0.5, exactly."""
    plan = draw.uniform(2, 8, low=0.02, high=0.05)
    plan[draw.integer(0, 2), 0] = 0.5
    layer, step = _layer(candidate, draw, plan, 6, epsilon=0.5)
    mean, cost = layer(draw.normal(2, WIDTH))
    return {"mean": mean, "cost": cost, "calls": len(step.numbers)}


def _again(candidate: Any, draw: Draw, begins: list[list[float]]) -> list[Any]:
    """The same layer three times; nothing is carried over."""
    layer, _ = _layer(candidate, draw, _plan(draw, begins, torch.float32), 6)
    return [list(layer(draw.normal(len(begins), WIDTH))) for _ in range(3)]


def _gradients(candidate: Any, draw: Draw, which: int) -> dict[str, Any]:
    """Of one of the two results: for the plan, that is the probabilities, and for the weights of step and halt."""
    plan = _plan(draw, [[0.4, 0.7], [0.1, 0.2, 0.3, 0.6], []], torch.float64).requires_grad_()
    layer, step = _layer(candidate, draw, plan, 6)
    result = layer(draw.normal(3, WIDTH, dtype=torch.float64))[which]
    weights = torch.linspace(0.5, 1.5, result.numel(), device=result.device, dtype=result.dtype)
    (result.flatten() * weights).sum().backward()
    return {"of the probabilities": plan.grad, "of halt": layer.halt.weight.grad, "of the step": step.weight.grad}


def _parameters(candidate: Any, draw: Draw) -> dict[str, Any]:
    width = draw.integer(3, 9)
    layer = candidate(nn.Bilinear(2, 3, 4), width, 5)
    return {
        "shapes": {name: list(item.shape) for name, item in sorted(layer.state_dict().items())},
        "kind of halt": type(layer.halt).__name__,
    }


def _named(candidate: Any, draw: Draw) -> dict[str, Any]:
    step = Planned(_plan(draw, [[0.1, 0.5, 0.5]], torch.float32))
    layer = draw.fill_(candidate(epsilon=0.05, most=4, width=WIDTH, step=step))
    mean, cost = layer(inputs=draw.normal(1, WIDTH - 1), state=draw.normal(1, WIDTH))
    return {"mean": mean, "cost": cost}


def _left_alone(candidate: Any, draw: Draw, begins: list[list[float]]) -> Any:
    layer, _ = _layer(candidate, draw, _plan(draw, begins, torch.float32), 6)
    return with_arguments(lambda state: list(layer(state)), draw.normal(len(begins), WIDTH))
