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

from helpers.plots import lines
from helpers.style import BLUE, GREY, INK, ORANGE, RED, SEQUENTIAL, WIDTH, Picture, style

SIDE = 24  # pixels of an image's side
BAR = 9  # length of a bar in pixels


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


def by_depth(arrived: dict[str, list[float]]) -> Picture:
    """Gradient norms over the layers of networks.

    Args:
        arrived: name of a network → norms in the order in which gradients arrive, the last layer's first.
    """
    series = {name: (range(len(norms), 0, -1), norms) for name, norms in arrived.items()}
    depth = max(map(len, arrived.values()))
    xlabel = f"layer (the loss comes after layer {depth})"
    figure = lines(series, xlabel=xlabel, ylabel="norm of the gradient that arrives", logy=True)
    figure.axes[0].set_xticks([1, *range(5, depth + 1, 5)])
    return figure


def bar_images(number: int, lying: bool, standing: bool, seed: int = 0) -> Tensor:
    """Noisy images with bright bars at random places, and a bright square that means nothing.

    Args:
        lying, standing: which bars every image has.

    Returns:
        shape (number, 1, SIDE, SIDE), float32.
    """
    stream = torch.Generator().manual_seed(seed)
    images = 0.3 * torch.randn(number, 1, SIDE, SIDE, generator=stream)
    for image in images[:, 0]:
        sizes = [(3, 3)] + [(2, BAR)] * lying + [(BAR, 2)] * standing
        for height, width in sizes:
            row, column = (int(torch.randint(1, SIDE - length, (), generator=stream)) for length in (height, width))
            image[row : row + height, column : column + width] += 2
    return images


def bar_net(steps: int = 100) -> nn.Sequential:
    """A small convolutional net, trained here and now to tell lying bars (class 0) from standing ones (class 1)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 2),
        )  # fmt: skip
    half = 1000
    images = torch.cat([bar_images(half, True, False, seed=1), bar_images(half, False, True, seed=2)])
    classes = torch.arange(2).repeat_interleave(half)
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    stream = torch.Generator().manual_seed(3)
    for _ in range(steps):
        rows = torch.randint(len(images), (32,), generator=stream)
        optimizer.zero_grad()
        F.cross_entropy(net(images[rows]), classes[rows]).backward()
        optimizer.step()
    return net.eval()


def beside_their_maps(images: Tensor, maps: dict[str, Tensor]) -> Picture:
    """Each image in the left column, and to the right of it one map of the same scene for each question.

    Args:
        images: shape (images, 1, height, width).
        maps: the question → maps in 0 … 1, shape (images, any height, any width); they are enlarged.
    """
    with style():
        figure = Picture(figsize=(WIDTH, 2.4 * len(images) + 0.4))
        grid = figure.subplots(len(images), 1 + len(maps), squeeze=False)
        for row, image in zip(grid, images, strict=True):
            row[0].imshow(image[0], cmap="gray")
        for column, heat in enumerate(maps.values(), 1):
            large = F.interpolate(heat[:, None], size=images.shape[-2:], mode="bilinear", align_corners=False)
            for row, image, one in zip(grid, images, large, strict=True):
                row[column].imshow(image[0], cmap="gray")
                shown = row[column].imshow(one[0], cmap=SEQUENTIAL, alpha=0.7, vmin=0, vmax=1)
        for axis, title in zip(grid[0], ["the image", *maps], strict=True):
            axis.set_title(title)
        for axis in grid.flat:
            axis.set(xticks=[], yticks=[])
        figure.colorbar(shown, ax=list(grid[:, -1]), label="share of the largest value", shrink=0.8)
    return figure
