"""What `LossScaler` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.mixed_precision import _rounds
from autograder.exercises.mixed_precision._rounds import LR, backward, power, slopes_for
from autograder.exercises.mixed_precision._shared import memory_of_gradients, spoil, two_weights

SCALED = Idea("the loss is scaled, and the optimizer gets the true gradients", weight=1.5, point=True)
SKIPPED = Idea("an overflow skips the step and lowers the scale", weight=2.0, point=True)
GROWING = Idea("quiet steps raise the scale", weight=2.5)
ONCE = Idea("gradients are unscaled once a round", weight=1.0)
OWN = Idea("each optimizer is judged by its own gradients, each scaler keeps its own notes", weight=1.0)
EVERY = Idea("every gradient of an optimizer counts", weight=0.75)
LEFT = Idea("gradients are divided where they lie, and nothing else is touched", weight=0.5)

SCALERS = [torch.amp.GradScaler, torch._amp_foreach_non_finite_check_and_unscale_, torch._amp_update_scale_]


@exercise(points=4, without=SCALERS)
def LossScaler(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A scale for the loss that backs off after an overflow and grows after quiet steps."""
    yield "the loss is multiplied", _multiplied(candidate, draw), SCALED
    yield "the docstring's example", _example(candidate, draw), SCALED
    yield "three quiet steps", _trace(candidate, draw, 3), SCALED
    yield from _overflows(candidate, draw)
    yield from _growth(candidate, draw)
    yield "unscale_, halve the gradients, step", _rounds.by_hand(candidate, draw), ONCE
    yield "unscale_ a second time in a round", _rounds.unscaled_twice(candidate, draw), ONCE
    yield "two optimizers, one overflows, then the other", _rounds.two_optimizers(candidate, draw, [[0], [1]]), OWN
    yield "two optimizers, both overflow", _rounds.two_optimizers(candidate, draw, [[], [0, 1]]), OWN
    yield "two optimizers, five quiet rounds", _rounds.two_optimizers(candidate, draw, [[]] * 5), OWN
    yield "two scalers side by side", _rounds.two_scalers(candidate, draw), OWN
    yield "two groups of parameters", _grouped(candidate, draw), EVERY
    yield "a parameter without gradient", _without_gradient(candidate, draw), EVERY
    yield "gradients of 2·10³⁸ are no overflow", _huge(candidate, draw), EVERY
    yield "the memory of the gradients", _where_they_lie(candidate, draw), LEFT
    yield "gradients after a skipped step", _skipped(candidate, draw), LEFT
    yield "the loss is left alone", _loss_afterwards(candidate, draw), LEFT
    yield "get_scale", _kind_of_scale(candidate, draw), LEFT


def _overflows(candidate: Any, draw: Draw) -> Iterator[Step]:
    first, last = [0], [1]
    some = draw.choice([first, last])
    often = {draw.integer(1, 3): some, draw.integer(4, 6): some}
    yield "the first parameter overflows", _trace(candidate, draw, 3, {1: first}), SKIPPED
    yield "the last parameter overflows", _trace(candidate, draw, 3, {1: last}), SKIPPED
    yield "minus infinity", _trace(candidate, draw, 3, {1: some}, -torch.inf), SKIPPED
    yield "NaN", _trace(candidate, draw, 3, {0: some}, torch.nan), SKIPPED
    yield "with momentum", _trace(candidate, draw, 7, often, momentum=0.5, init_scale=power(draw)), SKIPPED


def _below_one(candidate: Any, draw: Draw) -> Thunk:
    """From 2 down to a quarter, and up again."""
    bad = {step: [draw.choice([0, 1])] for step in range(3)}
    return _trace(candidate, draw, 5, bad, init_scale=2.0, growth_interval=1)


def _growth(candidate: Any, draw: Draw) -> Iterator[Step]:
    interval, scale = draw.integer(3, 5), power(draw)
    growth, backoff = draw.choice([4.0, 8.0]), draw.choice([0.25, 0.125])
    bad, every = {1: [draw.choice([0, 1])]}, draw.integer(2, 4)
    settings: dict[str, Any] = {"init_scale": scale, "growth_interval": interval}
    yield "growth, and growth again", _trace(candidate, draw, 2 * interval + 2, **settings), GROWING
    yield "an overflow starts the count anew", _trace(candidate, draw, 2 * interval + 2, bad, **settings), GROWING
    yield "other factors", _trace(candidate, draw, 6, {3: [0]}, given=(scale, growth, backoff, every)), GROWING
    yield "backoff_factor by name", _trace(candidate, draw, 2, {0: [1]}, backoff_factor=backoff), GROWING
    yield "growth_factor by name", _trace(candidate, draw, 4, growth_factor=growth, growth_interval=1), GROWING
    yield "down to a scale below 1, and up again", _below_one(candidate, draw), GROWING
    yield "2000 quiet steps, the default", _long_calm(candidate, draw), GROWING


def _trace(
    candidate: Any, draw: Draw, steps: int, bad: dict[int, list[int]] | None = None, value: float = torch.inf, *,
    momentum: float = 0.0, given: Sequence[Any] = (), **settings: Any,
) -> Thunk:  # fmt: skip
    """Scale and weights after each step, and the last gradients.

    Args:
        bad: step → in the gradients of which parameters `value` stands somewhere.
        given, settings: what the scaler is made with.
    """
    weights = two_weights(draw)
    slopes = [slopes_for(weights, draw) for _ in range(steps)]
    for step, which in (bad or {}).items():
        for number in which:
            spoil(draw, slopes[step][number], value)
    return lambda: _rounds.trace(candidate(*given, **settings), weights, slopes, momentum)


def _huge(candidate: Any, draw: Draw) -> Thunk:
    """Each gradient is finite in float32; their sum and their norm are not."""
    weights = two_weights(draw)
    slopes = [[2e38 * draw.uniform(*weight.shape, low=1.0, high=1.5) for weight in weights] for _ in range(2)]
    return lambda: _rounds.trace(candidate(init_scale=1.0), weights, slopes)


def _multiplied(candidate: Any, draw: Draw) -> Thunk:
    losses, scale = draw.normal(2), power(draw)

    def look() -> Any:
        scaler, preset = candidate(init_scale=scale), candidate()
        return {
            "scale": [float(scaler.get_scale()), float(preset.get_scale())],
            "scaled loss": [scaler.scale(losses[0].clone()), preset.scale(losses[1].clone())],
        }

    return look


def _skipped(candidate: Any, draw: Draw) -> Thunk:
    """A round that overflows: its gradients stay, unscaled."""
    weights, scale = two_weights(draw), power(draw)
    slopes = slopes_for(weights, draw)
    spoil(draw, draw.choice(slopes), torch.inf)

    def look() -> Any:
        _rounds.trace(candidate(init_scale=scale), weights, [slopes])
        grads = [weight.grad for weight in weights]
        return {"parameters with a gradient": sum(grad is not None for grad in grads), "gradients": grads}

    return look


def _loss_afterwards(candidate: Any, draw: Draw) -> Thunk:
    loss, scale = draw.normal(), power(draw)
    return lambda: with_arguments(candidate(init_scale=scale).scale, loss)


def _any_scale(draw: Draw) -> float:
    """One of many, for where nothing is divided by it."""
    return 8.0 + draw.integer(0, 2**16)


def _kind_of_scale(candidate: Any, draw: Draw) -> Thunk:
    scale = _any_scale(draw)
    return lambda: candidate(init_scale=scale).get_scale()


def _example(candidate: Any, draw: Draw) -> Thunk:
    start, slope, scale = draw.normal().item(), draw.normal().item(), power(draw)

    def run(start: float, slope: float, scale: float) -> Any:
        weight = nn.Parameter(torch.tensor(start, device=draw.device))
        optimizer, scaler = torch.optim.SGD([weight], lr=0.5), candidate(init_scale=scale)
        scaler.scale(slope * weight).backward()
        scaler.step(optimizer)
        scaler.update()
        return weight.item(), float(scaler.get_scale())

    return lambda: {"the example": run(1.0, 3.0, 8.0), "other numbers": run(start, slope, scale)}


def _long_calm(candidate: Any, draw: Draw) -> Thunk:
    """The scale right before, at and after the step at which it grows by default."""
    weight, slope, scale = nn.Parameter(draw.normal(1)), draw.normal(1), _any_scale(draw)

    def look() -> Any:
        scaler, scales = candidate(init_scale=scale), []
        optimizer = _Still([weight], {})
        backward(scaler, [weight], [slope])
        for _ in range(2001):
            scaler.step(optimizer)
            scaler.update()
            scales.append(float(scaler.get_scale()))
        return {"scale after 1, 1999, 2000 and 2001 steps": [scales[0], *scales[-3:]]}

    return look


class _Still(torch.optim.Optimizer):
    """Costs no time."""

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        pass


def _grouped(candidate: Any, draw: Draw) -> Thunk:
    """An optimizer with two groups; the second one overflows in the second of three steps."""
    weights = two_weights(draw)
    slopes = [slopes_for(weights, draw) for _ in range(3)]
    spoil(draw, slopes[1][1], torch.inf)
    groups = [{"params": [weights[0]]}, {"params": [weights[1]], "lr": LR / 2}]
    return lambda: _rounds.trace(candidate(), weights, slopes, groups=groups)


def _without_gradient(candidate: Any, draw: Draw) -> Thunk:
    weights, frozen = two_weights(draw), nn.Parameter(draw.normal(2), requires_grad=False)
    slopes: list[Tensor] = [*slopes_for(weights[1:], draw)]

    def look() -> Any:
        scaler = candidate()
        optimizer = torch.optim.SGD([weights[0], frozen, weights[1]], lr=LR)
        backward(scaler, weights[1:], slopes)
        scaler.step(optimizer)
        scaler.update()
        return {"weights": [*weights, frozen], "scale": float(scaler.get_scale())}

    return look


def _where_they_lie(candidate: Any, draw: Draw) -> Thunk:
    weights, scale = two_weights(draw), power(draw)
    slopes = slopes_for(weights, draw)

    def look() -> Any:
        scaler, optimizer = candidate(init_scale=scale), torch.optim.SGD(weights, lr=LR)
        backward(scaler, weights, slopes)
        there = memory_of_gradients(weights)
        scaler.step(optimizer)
        return {"what lies there": there, "gradients": [weight.grad for weight in weights]}

    return look
