"""What the engine of lesson 05 is used for: a painter that learns a photograph, and two moons told apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from helpers.photograph import photograph
from helpers.style import BLUE, DIVERGING, ORANGE, WIDTH, Picture, style

HEIGHT, ACROSS = 48, 64  # pixels of the thumbnail
WAVES = 64  # of each kind, sine and cosine

Layers: TypeAlias = "list[tuple[Any, Any]]"


def thumbnail() -> Tensor:
    """The photograph in small: shape (height 48, width 64, channel 3), from 0 to 1."""
    channels_first = photograph()[:426].permute(2, 0, 1).float() / 255
    small = interpolate(channels_first[None], size=(HEIGHT, ACROSS), mode="area")
    return small[0].permute(1, 2, 0).contiguous()


def waves() -> Tensor:
    """Where each pixel lies, in a form that is easy to learn from: shape (pixels, 128).

    Row and column of a pixel, seen by 128 waves that run over the picture in all directions, some long and some short
    (random Fourier features: Tancik et al. 2020).
    """
    row, column = torch.meshgrid(torch.arange(HEIGHT) + 0.5, torch.arange(ACROSS) + 0.5, indexing="ij")
    place = torch.stack([row.flatten() - HEIGHT / 2, column.flatten() - ACROSS / 2], dim=1) * 2 / HEIGHT
    directions = 7.0 * torch.randn(2, WAVES, generator=torch.Generator().manual_seed(1))
    return torch.cat([(place @ directions).sin(), (place @ directions).cos()], dim=1)


def random_layers(make: Callable[[Tensor], Any], *widths: int, seed: int = 0) -> Layers:
    """A pair (weight, bias) for each step from one width to the next, each made a variable by `make`.

    The weights have a spread of √(2 / inputs), so that what goes through many layers neither dies out nor explodes.
    """
    stream = torch.Generator().manual_seed(seed)
    shapes = itertools.pairwise(widths)
    return [
        (make(torch.randn(into, out, generator=stream) * math.sqrt(2 / into)), make(torch.zeros(out)))
        for into, out in shapes
    ]


def squash(z: Any) -> Any:
    """1 / (1 + exp(−z)), between 0 and 1, with nothing but what the engine has: exp(−log(1 + exp(−z)))."""
    return (-(1 + (-z).exp()).log()).exp()


def adam(variables: Sequence[Any], rate: float) -> Callable[[], None]:
    """A step that moves each variable against its `.grad`, with a pace of its own for each number.

    Adam (Kingma and Ba 2015) remembers a mean of the gradients and of their squares; a later lesson builds it.
    """
    means = [torch.zeros_like(item.value) for item in variables]
    squares = [torch.zeros_like(item.value) for item in variables]
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        for item, mean, square in zip(variables, means, squares, strict=True):
            mean.mul_(0.9).add_(item.grad, alpha=0.1)
            square.mul_(0.99).addcmul_(item.grad, item.grad, value=0.01)
            pace = (square / (1 - 0.99**count)).sqrt() + 1e-8
            item.value = item.value - rate * mean / (1 - 0.9**count) / pace

    return step


def train(
    loss_of: Callable[[], Any], go_back: Callable[[Any], None], variables: Sequence[Any], steps: int, rate: float = 0.01
) -> Iterator[float]:
    """Computes a loss, sends it back, takes a step, again and again; yields each loss before its step."""
    step = adam(variables, rate)
    for _ in range(steps):
        loss = loss_of()
        go_back(loss)
        yield float(loss.value)
        step()


def frames(pictures: Mapping[str, Tensor]) -> Picture:
    """Pictures of one size in two rows, each under its name."""
    columns = -(-len(pictures) // 2)
    with style():
        figure = Picture(figsize=(WIDTH, 2 * (WIDTH / columns * HEIGHT / ACROSS + 0.3)))
        axes = figure.subplots(2, columns).ravel()
        for axis in axes:
            axis.axis("off")
        for axis, (name, picture) in zip(axes, pictures.items(), strict=False):
            axis.imshow(picture.reshape(HEIGHT, ACROSS, 3).clamp(0, 1).numpy())
            axis.set_title(name, fontsize=10)
    return figure


def moons(points: int = 200, noise: float = 0.12) -> tuple[Tensor, Tensor]:
    """Two half circles that reach into each other: places of shape (points, 2), labels −1 and 1 of shape (points,)."""
    stream = torch.Generator().manual_seed(0)
    angle = math.pi * torch.rand(points, generator=stream)
    labels = torch.where(torch.arange(points) % 2 == 0, -1.0, 1.0)
    upper = torch.stack([angle.cos(), angle.sin()], dim=1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    places = torch.where(labels[:, None] < 0, upper, lower)
    return places + noise * torch.randn(points, 2, generator=stream), labels


def boundary(score_of: Callable[[Tensor], Tensor], places: Tensor, labels: Tensor, title: str = "") -> Picture:
    """The plane coloured by score, the line where the score is zero, and the points on it."""
    across, up = torch.linspace(-1.6, 2.6, 120), torch.linspace(-1.1, 1.6, 80)
    grid = torch.stack(torch.meshgrid(across, up, indexing="xy"), dim=-1)
    scores = score_of(grid.reshape(-1, 2)).reshape(80, 120)
    ends = (-1.6, 2.6, -1.1, 1.6)
    with style():
        figure = Picture(figsize=(WIDTH * 0.75, 3.9))
        axis = figure.subplots()
        shown = axis.imshow(
            scores.tanh(), cmap=DIVERGING, vmin=-1.4, vmax=1.4, origin="lower", extent=ends, aspect="equal", alpha=0.6
        )
        shown.set_interpolation("bilinear")
        axis.contour(across, up, scores, levels=[0.0], colors="black", linewidths=2)
        for label, marker, colour in ((-1, "o", BLUE), (1, "^", ORANGE)):
            x, y = places[labels == label].T
            axis.scatter(
                x, y, s=22, marker=marker, color=colour, edgecolor="black", linewidth=0.5, label=f"label {label}"
            )
        axis.set(title=title, xlabel="first number of a point", ylabel="second number")
        axis.legend(loc="lower left", labelcolor="black", fontsize=8)
    return figure
