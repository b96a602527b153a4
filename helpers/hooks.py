"""What only the lesson on hooks needs: a frame for hooks, a map of where they fire, a net that reads digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from helpers.digits import handwritten_digits
from helpers.style import BLUE, GREY, INK, ORANGE, RED, SEQUENTIAL, WIDTH, Picture, style

LEARNED = 1500  # digits that the net learns from


@contextmanager
def hooked(handles: Iterable[RemovableHandle]) -> Iterator[None]:
    """While a `with` block lasts, hooks are where they were registered; at its end they come off, however it ends.

    Args:
        handles: a list, or a generator that registers one hook after the other.
    """
    with ExitStack() as stack:
        for handle in handles:
            stack.enter_context(handle)
        yield


def where_hooks_fire() -> Picture:
    """One call of a module, forward on top and backward below, with the places of the four kinds of hook."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.3))
        axis = figure.subplots()
        axis.set(xlim=(0, 16), ylim=(0, 6.4))
        axis.axis("off")
        for x, text in ((3.0, "forward-pre hook\n(module, args)"), (12.6, "forward hook\n(module, args, output)")):
            _box(axis, x, 4.6, text, BLUE)
        _box(axis, 7.8, 4.6, "forward(x)", GREY)
        for x, text in (
            (3.0, "full-backward hook\n(module, grad_input,\ngrad_output)"),
            (7.8, "backward of\nforward(x)"),
        ):
            _box(axis, x, 1.5, text, RED if x < 5 else GREY)
        _box(axis, 12.6, 1.5, "full-backward-pre hook\n(module, grad_output)", RED)
        for start, end in ((0.2, 1.15), (4.85, 5.95), (9.65, 10.75), (14.45, 15.4)):
            axis.annotate("", (end, 4.6), (start, 4.6), arrowprops={"arrowstyle": "->", "color": BLUE, "lw": 2})
            axis.annotate("", (start, 1.5), (end, 1.5), arrowprops={"arrowstyle": "->", "color": RED, "lw": 2})
        axis.text(0.2, 5.9, "module(x): values go right", color=BLUE, weight="bold")
        axis.text(15.4, 0.15, "loss.backward(): gradients go left", color=RED, weight="bold", ha="right")
        for x, letter in ((0.6, "x"), (15.0, "y")):
            axis.text(x, 3.05, f"tensor hook\non {letter}: (grad)", ha="center", va="center", color=INK, fontsize=9)
            axis.annotate("", (x, 1.65), (x, 2.6), arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 2})
    return figure


def _box(axis: Axes, x: float, y: float, text: str, colour: str) -> None:
    shape = FancyBboxPatch(
        (x - 1.75, y - 0.85), 3.5, 1.7, boxstyle="round,pad=0.08", facecolor="white", edgecolor=colour
    )
    shape.set_linewidth(2)
    axis.add_patch(shape)
    axis.text(x, y, text, ha="center", va="center", fontsize=9, color="black")


def digits() -> tuple[Tensor, Tensor]:
    """1,797 handwritten digits, which come with scikit-learn.

    Returns:
        images of shape (1797, 1, 8, 8), from 0 to 1, and which digit each of them is, shape (1797,).

    Raises:
        ModuleNotFoundError: scikit-learn is not there.
    """
    ink, classes = handwritten_digits()
    return ink.unsqueeze(1) / 16, classes


def digit_net(steps: int = 200) -> nn.Sequential:
    """A small convolutional net that takes images of any size, trained here and now on all but the last 297 digits."""
    images, classes = digits()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
            nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10),
        )  # fmt: skip
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    stream = torch.Generator().manual_seed(1)
    for _ in range(steps):
        chosen = torch.randint(LEARNED, (64,), generator=stream)
        optimizer.zero_grad()
        F.cross_entropy(net(images[chosen]), classes[chosen]).backward()
        optimizer.step()
    return net.eval()


def two_digits(pairs: Iterable[tuple[int, int]]) -> Tensor:
    """Two digits beside each other, of those that the net has not learned from: shape (pairs, 1, 8, 20)."""
    images, classes = (each[LEARNED:] for each in digits())
    first = {digit: images[classes == digit][0] for digit in range(10)}
    return torch.stack([torch.cat([F.pad(first[digit], (1, 1)) for digit in pair], dim=-1) for pair in pairs])


def beside_their_maps(images: Tensor, maps: dict[str, Tensor], classes: Tensor) -> Picture:
    """Each image in the left column, and to the right of it one map of the same size for each question.

    Args:
        images: shape (images, 1, height, width).
        maps: the question → maps in 0 … 1, shape (images, height, width).
        classes: the digit that each question asks for in each image, shape (questions, images).
    """
    with style():
        figure = Picture(figsize=(WIDTH, 1.35 * len(images) + 0.5))
        grid = figure.subplots(len(images), 1 + len(maps), squeeze=False)
        for row, image in zip(grid, images, strict=True):
            row[0].imshow(image[0], cmap="gray")
        for column, (question, heat) in enumerate(maps.items(), 1):
            for row, one, wanted in zip(grid, heat, classes[column - 1].tolist(), strict=True):
                shown = row[column].imshow(one, cmap=SEQUENTIAL, vmin=0, vmax=1)
                row[column].set_title(f"{question}, {wanted}")
        grid[0][0].set_title("the image")
        for axis in grid.flat:
            axis.set(xticks=[], yticks=[])
        figure.colorbar(shown, ax=list(grid[:, -1]), label="share of the largest", shrink=0.8)
    return figure
