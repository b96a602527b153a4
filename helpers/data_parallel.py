"""Pictures of the lesson on data parallelism: the ring, who reads what, and when gradients travel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import torch
import torch.distributed as dist
from matplotlib.axes import Axes
from torch import Tensor, nn

from autograder.engine.ranks import counted_traffic, run_on_ranks
from helpers.plots import heatmaps
from helpers.style import BLUE, GREY, ORANGE, RED, SEQUENTIAL, WIDTH, Picture, style

WIDE, LAYERS = 768, 6  # of the network on the timeline
Span = tuple[float, float]  # start and end in seconds


def ring_holds(ranks: int, step: int) -> list[list[set[int]]]:
    """Whose numbers are summed up in each chunk after `step` steps of a ring: [rank][chunk] → set of ranks."""
    holds = [[{rank} for _ in range(ranks)] for rank in range(ranks)]
    for done in range(min(step, 2 * (ranks - 1))):
        arriving = {(rank + 1) % ranks: (chunk, holds[rank][chunk]) for rank, chunk in ring_sends(ranks, done).items()}
        for rank, (chunk, sums) in arriving.items():
            holds[rank][chunk] = holds[rank][chunk] | sums if done < ranks - 1 else sums
    return holds


def ring_sends(ranks: int, step: int) -> dict[int, int]:
    """Which chunk each rank sends to its right neighbour in this step; nothing after the last one."""
    return {rank: (rank - step) % ranks for rank in range(ranks)} if step < 2 * (ranks - 1) else {}


def ring(ranks: int, step: int) -> Picture:
    """What each rank holds after `step` steps; arrows show what it sends next."""
    step = min(step, 2 * (ranks - 1))
    holds, sends = ring_holds(ranks, step), ring_sends(ranks, step)
    with style():
        figure = Picture(figsize=(WIDTH, 1.3 + 0.55 * ranks))
        axis = figure.subplots()
        counts = [[len(sums) for sums in row] for row in holds]
        image = axis.imshow(counts, cmap=SEQUENTIAL, vmin=0, vmax=ranks, aspect="auto")
        for rank, row in enumerate(holds):
            for chunk, sums in enumerate(row):
                _write_sum(axis, rank, chunk, sums, ranks)
        for rank, chunk in sends.items():
            _draw_send(axis, rank, chunk)
        phase = "reduce-scatter" if step < ranks - 1 else "all-gather" if sends else "done"
        axis.set(title=f"after {step} of {2 * (ranks - 1)} steps: {phase}", xlabel="chunk", ylabel="rank")
        axis.set(xticks=range(ranks), yticks=range(ranks), ylim=(ranks - 0.1, -0.9))
        axis.spines[:].set_visible(False)
        figure.colorbar(image, ax=axis, label="ranks summed up", ticks=range(ranks + 1))
    return figure


def _write_sum(axis: Axes, rank: int, chunk: int, sums: set[int], ranks: int) -> None:
    text = "all" if len(sums) == ranks else "+".join(map(str, sorted(sums)))
    colour = "white" if len(sums) < 0.5 * ranks else "black"
    axis.text(chunk - 0.12, rank, text, ha="center", va="center", color=colour, fontsize=9)


def _draw_send(axis: Axes, rank: int, chunk: int) -> None:
    """An arrow from a rank to the one below it; from the last one it leaves the picture."""
    arrow = {"arrowstyle": "-|>", "color": RED, "lw": 2.2, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", (chunk + 0.36, rank + 0.75), (chunk + 0.36, rank + 0.05), arrowprops=arrow)
    if rank == axis.get_images()[0].get_array().shape[0] - 1:  # type: ignore[union-attr]
        axis.annotate("", (chunk + 0.36, -0.2), (chunk + 0.36, -0.85), arrowprops=arrow)


def reading_plan(sampler: Callable[..., Any], length: int, ranks: int, epochs: Sequence[int]) -> Picture:
    """How often each rank reads each example, one panel an epoch.

    Args:
        sampler: called with (dataset, ranks, rank); has `set_epoch`.
    """
    panels = {}
    for number, epoch in enumerate(epochs):
        counts = torch.zeros(ranks, length)
        for rank in range(ranks):
            mine = sampler(range(length), ranks, rank)
            mine.set_epoch(epoch)
            for example in mine:
                counts[rank, example] += 1
        panels[f"epoch {number}"] = counts
    return heatmaps(panels, xlabel="example", ylabel="rank", numbers=False, limits=(0, 1))


def timeline(ways: dict[str, Callable[[nn.Module], Any]]) -> Picture:
    """One training step on two real ranks, measured: when each computes its backward pass, and when it exchanges.

    Args:
        ways: title → what wraps a model; the wrapper has `sync`.
    """
    measured = {title: [rank.value for rank in run_on_ranks(_measure, wrap)] for title, wrap in ways.items()}
    last = max(end for spans in measured.values() for span in spans for row in span.values() for _, end in row)
    with style():
        figure = Picture(figsize=(WIDTH, 1.0 + 1.5 * len(ways)))
        axes = figure.subplots(len(ways), 1, sharex=True, squeeze=False)[:, 0]
        for axis, (title, ranks) in zip(axes, measured.items(), strict=True):
            _draw_spans(axis, ranks)
            axis.set(title=title, xlim=(0, 1020 * last))
        axes[-1].set_xlabel("milliseconds since the backward pass began")
        handles = [axes[0].patches[0]] if axes[0].patches else axes[0].collections[:2]
        figure.legend(handles, ["backward pass, layer by layer", "all-reduce"], loc="outside lower center", ncols=2)
    return figure


def _draw_spans(axis: Axes, ranks: list[dict[str, list[Span]]]) -> None:
    names: list[str] = []
    for rank, rows in enumerate(ranks):
        for key, colour, hatch in (("computes", BLUE, ""), ("exchanges", ORANGE, "///")):
            bars = [(1000 * start, 1000 * (end - start)) for start, end in rows[key]]
            place = len(names)
            axis.broken_barh(bars, (place - 0.4, 0.8), facecolor=colour, hatch=hatch, linewidth=0)
            names.append(f"rank {rank} {key}")
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.axhline(1.5, color=GREY, linewidth=0.8)


def _measure(wrap: Callable[[nn.Module], Any]) -> dict[str, list[Span]]:
    """On a rank: the third of three steps, the first ones being warm-up."""
    model = nn.Sequential(*[nn.Linear(WIDE, WIDE) for _ in range(LAYERS)])
    arrived: list[float] = []

    def watch(layer: nn.Module, inputs: Any, output: Tensor) -> None:
        output.register_hook(lambda grad: arrived.append(time.monotonic()))

    for layer in model:
        layer.register_forward_hook(watch)
    wrapped = wrap(model)
    for _ in range(3):
        model.zero_grad()
        loss = wrapped(torch.randn(256, WIDE)).square().mean()
        arrived.clear()
        dist.barrier()
        with counted_traffic() as traffic:
            loss.backward()
            arrived.append(time.monotonic())
            wrapped.sync()
    begin = arrived[0]
    calls = [call for call in traffic.of("all_reduce") if call.sent > 4 * WIDE]
    return {
        "computes": [(start - begin, end - begin) for start, end in pairwise(arrived)],
        "exchanges": [(call.start - begin, (call.end or call.start) - begin) for call in calls],
    }
