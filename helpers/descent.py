"""Pictures of losses and of ways down them, for the lesson on autograd, and its log of runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from helpers.plots import heatmaps, lines
from helpers.style import BLUE, CYCLE, GREEN, INK, ORANGE, RED, WIDTH, Picture, style
from helpers.suspects import lineup_of
from helpers.values import draw_values


def log_of_runs() -> tuple[Tensor, Tensor]:
    """Eight runs: kilometres and minutes, each of shape (8,), float32."""
    distance = torch.tensor([5.0, 3.0, 8.0, 10.0, 4.0, 12.0, 6.0, 7.0])
    took = torch.tensor([35.0, 22.0, 53.5, 66.0, 29.0, 81.0, 40.0, 49.5])
    return distance, took


def journey(pace: float, start: float, minutes: float) -> Picture:
    """The loss of one run of 5 km, there and back: a picture for `explore`."""
    p, s = torch.tensor(pace, requires_grad=True), torch.tensor(start, requires_grad=True)
    running = p * 5
    predicted = running + s
    miss = predicted - minutes
    loss = miss**2
    for step in (running, predicted, miss, loss):
        step.retain_grad()
    loss.backward()
    return draw_values(pace=p, running=running, start=s, predicted=predicted, miss=miss, loss=loss)


def tangents(
    error: Callable[[Tensor], Tensor], nudge: Callable[..., float], low: float, high: float, at: Sequence[float]
) -> Picture:
    """The error over the first of its numbers, and at some places the slope that `nudge` finds there.

    Args:
        error: from float64 numbers, shape (2,), to one. The second number stays at 2.
    """
    places = torch.linspace(low, high, 101, dtype=torch.float64)
    with style():
        figure = Picture(figsize=(WIDTH, 3.2))
        axis = figure.subplots()
        axis.plot(
            places, [error(torch.stack([place, torch.full_like(place, 2)])).item() for place in places], color=INK
        )
        for position, place in enumerate(at):
            numbers = torch.tensor([place, 2.0], dtype=torch.float64)
            height, slope = error(numbers).item(), nudge(error, numbers, 0)
            ends = (place - 0.35, place + 0.35)
            colour = CYCLE[position % len(CYCLE)]
            axis.plot(ends, [height + slope * (end - place) for end in ends], color=colour, linewidth=2.5)
            axis.plot([place], [height], "o", color=colour, label=f"at {place:g}: {slope:+.2f}")
        axis.set(xlabel="pace, minutes per kilometre", ylabel="loss")
        axis.legend(title="slope by your nudge")
    return figure


def way_down(loss: Callable[[Tensor], Tensor], ways: Mapping[str, Sequence[tuple[float, float]]]) -> Picture:
    """The loss as a map over pace and start, and on it the ways that trainings took."""
    pace, start = torch.linspace(4.6, 8.4, 153), torch.linspace(0.0, 6.0, 121)
    with torch.no_grad():
        heights = torch.func.vmap(torch.func.vmap(loss))(
            torch.stack(torch.meshgrid(pace, start, indexing="xy"), dim=-1)
        )
    with style():
        figure = Picture(figsize=(WIDTH, 3.8))
        axis = figure.subplots()
        levels = [heights.min().item() * factor for factor in (1.1, 2, 5, 12, 30, 80, 200)]
        axis.contour(pace, start, heights, levels=levels, colors=INK, linewidths=0.8)
        for position, (name, way) in enumerate(ways.items()):
            across, up = zip(*way, strict=True)
            colour = (BLUE, ORANGE, GREEN)[position % 3]
            axis.plot(across, up, ".-", color=colour, label=name, markersize=5, linewidth=1.2)
            axis.plot(across[-1], up[-1], "o", color=colour, markersize=8)
        axis.set(xlabel="pace, minutes per kilometre", ylabel="start, minutes", xlim=(4.6, 8.4), ylim=(0, 6))
        axis.legend(loc="upper right")
    return figure


def lineup(exercise: str, inputs: tuple[Tensor, ...]) -> Picture:
    """What the library and each suspect of an exercise make of `inputs`."""
    makers = lineup_of(exercise)
    results = torch.stack([make(*inputs) for make in makers.values()])
    return heatmaps(
        {"gradient": results}, rows=list(makers), columns=["pace", "start"], xlabel="", ylabel="", signed=True
    )


def roundings(straight: Callable[[Tensor, Tensor], Tensor], losses: Mapping[str, Sequence[float]]) -> Picture:
    """On the left rounding and the slope that autograd sees in it, on the right the losses of trainings."""
    x = torch.linspace(-1.2, 1.2, 481, requires_grad=True)
    step = torch.tensor(0.5)
    y = straight(x, step)
    (seen,) = torch.autograd.grad(y.sum(), x)
    (plain,) = torch.autograd.grad((torch.round(x / step) * step).sum(), x)
    with style():
        figure = Picture(figsize=(WIDTH, 3.2))
        left, right = figure.subplots(1, 2)
        at = x.detach()
        left.plot(at, y.detach(), label="rounded value", color=BLUE, linewidth=2)
        left.plot(at, seen, "--", label="slope, straight through", color=GREEN, linewidth=2)
        left.plot(at, plain, ":", label="slope of torch.round", color=RED, linewidth=2)
        left.set(xlabel="x", ylabel="value or slope", title="step 0.5", ylim=(-1.7, 1.9))
        left.legend(fontsize=8, loc="lower right")
        for position, (name, curve) in enumerate(losses.items()):
            right.plot(curve, ("-", "--", "-.")[position % 3], label=name, color=CYCLE[position], linewidth=2)
        right.set(xlabel="training step", ylabel="mean squared error", ylim=(0, None))
        right.legend(fontsize=8, loc="center right")
    return figure


def largest_curvature(product: Callable[..., Tensor], function: Callable[[Tensor], Tensor], x: Tensor) -> float:
    """The largest eigenvalue of the matrix of second derivatives, by power iteration: multiply, measure, repeat."""
    direction = torch.ones_like(x)
    for _ in range(200):
        direction = product(function, x, direction / direction.norm())
    return float(direction.norm())


def descents(
    function: Callable[[Tensor], Tensor], start: Tensor, rates: Mapping[str, float], steps: int = 40
) -> Picture:
    """The loss over steps of plain gradient descent, for several rates."""
    series = {}
    for name, rate in rates.items():
        x, losses = start.clone().requires_grad_(), []
        for _ in range(steps):
            loss = function(x)
            losses.append(loss.item())
            (gradient,) = torch.autograd.grad(loss, x)
            x = (x - rate * gradient).detach().requires_grad_()
        series[name] = (range(steps), losses)
    return lines(series, xlabel="step", ylabel="loss (logarithmic)", logy=True)
