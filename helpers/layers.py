"""Digits on pages, readers that learn them, and the pictures of what they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.digits import handwritten_digits
from helpers.plots import lines
from helpers.style import BLUE, DIVERGING, GREEN, GREY, INK, RED, WIDTH, Picture, style

PAGE, MARGIN = 12, 2  # rows and columns of a page; of its margin around a digit of 8 × 8
HELD_OUT = 360
BATCH, RATE = 64, 6e-3
STRETCHED = 0.7  # of the pages
LOOKS = 4  # epochs from one look at what is held out to the next
Reader = Callable[[Tensor], Tensor]
Show = Callable[[Tensor, torch.Generator], Tensor]


class Digits(NamedTuple):
    """Pages with a digit in the middle, ink from 0 to 16: shape (picture, 12, 12), and which digit it is."""

    train: Tensor
    train_labels: Tensor
    held: Tensor
    held_labels: Tensor


def digits() -> Digits:
    """The 1,797 handwritten digits that come with scikit-learn, shuffled once and for all; the last 360 are held out.

    Raises:
        ModuleNotFoundError: scikit-learn is not there.
    """
    images, labels = handwritten_digits()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    pages, labels = F.pad(images[order], (MARGIN,) * 4), labels[order]
    return Digits(pages[:-HELD_OUT], labels[:-HELD_OUT], pages[-HELD_OUT:], labels[-HELD_OUT:])


def moved(pages: Tensor, right: int = 0, down: int = 0) -> Tensor:
    """The same pages with the digit somewhere else; at most 2 pixels, so that no ink is lost."""
    return pages.roll((down, right), dims=(-2, -1))


def anywhere(pages: Tensor, stream: torch.Generator) -> Tensor:
    """Each page with its digit moved at random, by up to 2 pixels each way."""
    rows, columns = (torch.randint(-MARGIN, MARGIN + 1, (len(pages), 1), generator=stream) for _ in range(2))
    steps = torch.arange(PAGE)
    down, across = ((steps - by) % PAGE for by in (rows, columns))
    return pages[torch.arange(len(pages))[:, None, None], down[:, :, None], across[:, None, :]]


def stretched(pages: Tensor, stream: torch.Generator) -> Tensor:
    """Each page with its digit moved, made wider or narrower, and tilted: as somebody else might have written it."""

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(len(pages), generator=stream)

    wide, high, tilt = 1 / between(0.9, 1.5), 1 / between(0.9, 1.15), between(-0.15, 0.15)
    right, down = (between(-MARGIN, MARGIN) * 2 / PAGE for _ in range(2))  # a page reaches from −1 to 1
    across = torch.stack([wide * tilt.cos(), -high * tilt.sin(), right], dim=1)
    along = torch.stack([wide * tilt.sin(), high * tilt.cos(), down], dim=1)
    places = F.affine_grid(torch.stack([across, along], dim=1), [len(pages), 1, PAGE, PAGE], align_corners=False)
    return F.grid_sample(pages[:, None], places, align_corners=False)[:, 0]


def varied(pages: Tensor, stream: torch.Generator) -> Tensor:
    """Most pages stretched, the others moved only."""
    choose = torch.rand(len(pages), 1, 1, generator=stream) < STRETCHED
    return torch.where(choose, stretched(pages, stream), anywhere(pages, stream))


def as_batch(pages: Tensor) -> Tensor:
    """What a reader takes: ink between 0 and 1, shape (picture, 1, 12, 12)."""
    return pages[:, None] / 16


def share_read(reader: Reader, pages: Tensor, labels: Tensor) -> float:
    """The share of digits that get the highest score. Nothing is dropped meanwhile."""
    return float((_scores(reader, pages).argmax(-1) == labels).float().mean())


def _scores(reader: Reader, pages: Tensor) -> Tensor:
    training = isinstance(reader, nn.Module) and reader.training
    if isinstance(reader, nn.Module):
        reader.eval()
    with torch.no_grad():
        scores = reader(as_batch(pages))
    if isinstance(reader, nn.Module):
        reader.train(training)
    return scores


def train(
    reader: nn.Module, pages: Tensor, labels: Tensor, loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy, *,
    epochs: int, show: Show | None = None, held: tuple[Tensor, Tensor] | None = None,
) -> list[tuple[float, float]]:  # fmt: skip
    """Adam, in batches of 64, with a rate that rises and falls again (a later lesson: one cycle).

    Args:
        show: what becomes of pages before they are shown, as `anywhere`.
        held: pages and labels to look at after every fourth epoch.

    Returns:
        With `held`, for each of these epochs the loss of what is learned from and of what is held out; else nothing.
    """
    stream = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(reader.parameters(), lr=RATE)
    steps = epochs * -(-len(pages) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    seen = []
    reader.train()
    for epoch in range(1, epochs + 1):
        for chosen in torch.randperm(len(pages), generator=stream).split(BATCH):
            shown = show(pages[chosen], stream) if show else pages[chosen]
            optimizer.zero_grad()
            loss(reader(as_batch(shown)), labels[chosen]).backward()
            optimizer.step()
            schedule.step()
        if held is not None and epoch % LOOKS == 0:
            pairs = ((pages, labels), held)
            learned, other = (float(F.cross_entropy(_scores(reader, page), true)) for page, true in pairs)
            seen.append((learned, other))
    return seen


def linear_reader(data: Digits) -> nn.Module:
    """Ten rows of weights, one for each digit, learned from digits in the middle of their pages."""
    torch.manual_seed(0)
    reader = nn.Sequential(nn.Flatten(), nn.Linear(PAGE * PAGE, 10))
    train(reader, data.train, data.train_labels, epochs=60)
    return reader


def moved_reading(reader: Reader, data: Digits, which: int) -> Picture:
    """One held-out digit in three places, and how many of all of them are read."""
    with style():
        figure = Picture(figsize=(WIDTH, 2.6))
        *pages, curve = figure.subplots(1, 4, width_ratios=(1, 1, 1, 1.6))
        for right, axis in enumerate(pages):
            page = moved(data.held[which], right)
            said, true = int(_scores(reader, page[None]).argmax()), int(data.held_labels[which])
            axis.imshow(page.numpy(), cmap="gray_r", vmin=0, vmax=16)
            axis.set(xticks=[], yticks=[])
            axis.set_title(f"moved by {right}" if right else "as it was")
            axis.set_xlabel(f"read as {said}", color=GREEN if said == true else RED, fontsize=12)
        shares = [100 * share_read(reader, moved(data.held, right), data.held_labels) for right in range(-2, 3)]
        curve.plot(range(-2, 3), shares, "o-", color=BLUE, linewidth=2)
        curve.axhline(10, color=GREY, linestyle=":")
        curve.annotate("by chance", (0.9, 2), color=INK, fontsize=9)
        curve.set(xlabel="pixels to the right", ylabel="read, %", ylim=(0, 105), title=f"all {len(data.held)}")
    return figure


def where_read(readers: Mapping[str, Reader], data: Digits) -> Picture:
    """The share that each reader reads, over how far the digits are moved."""
    places = range(-2, 3)
    series = {
        name: (places, [100 * share_read(reader, moved(data.held, by), data.held_labels) for by in places])
        for name, reader in readers.items()
    }
    return lines(series, xlabel="pixels to the right", ylabel="held-out digits read, %")


def how_faint(readers: Mapping[str, Reader], data: Digits, inks: Sequence[float]) -> Picture:
    """The share that each reader reads, over how much of the ink is left."""
    series = {
        name: (inks, [100 * share_read(reader, ink * data.held, data.held_labels) for ink in inks])
        for name, reader in readers.items()
    }
    return lines(series, xlabel="ink that is left, as a share (logarithmic)", ylabel="read, %", logx=True)


def overfitting(losses: Mapping[str, Sequence[tuple[float, float]]]) -> Picture:
    """Loss over epochs, from one look to the next, of what is learned from (dashed) and of what is held out (solid)."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        axis = figure.subplots()
        for (name, pairs), colour in zip(losses.items(), (BLUE, RED, GREEN), strict=False):
            learned, held = zip(*pairs, strict=True)
            at = [LOOKS * look for look in range(1, len(pairs) + 1)]
            axis.plot(at, held, color=colour, linewidth=2, label=f"{name}: held out")
            axis.plot(at, learned, "--", color=colour, label=f"{name}: learned from")
        axis.set(xlabel="epochs", ylabel="mean loss", yscale="log")
        axis.legend()
    return figure


def maps(panels: Mapping[str, Tensor]) -> Picture:
    """Pages and what a window makes of them, side by side: white is 0, red above, blue below."""
    with style():
        figure = Picture(figsize=(WIDTH, 2.5))
        axes = figure.subplots(1, len(panels))
        for axis, (name, page) in zip(axes, panels.items(), strict=True):
            page = page.detach()
            most = float(page.abs().max()) or 1.0
            axis.imshow(page.numpy(), cmap=DIVERGING, vmin=-most, vmax=most)
            axis.set(title=name, xlabel=f"shape {tuple(page.shape)}", xticks=[], yticks=[])
    return figure
