"""What workers of a DataLoader cost, measured here and now."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from helpers.style import BLUE, GREY, WIDTH, Picture, style


class _Costly(Dataset[int]):
    """Items that have to be waited for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __len__(self) -> int:
        return 24

    def __getitem__(self, index: int) -> int:
        time.sleep(self.seconds)
        return index


def times() -> Picture:
    """An epoch's measured time by the number of workers, for items that wait and items that are there."""
    workers = (0, 1, 2, 4)
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        axes = figure.subplots(1, 2)
        for axis, (name, seconds) in zip(
            axes, {"items that wait 10 ms": 0.01, "items that are there": 0.0}.items(), strict=True
        ):
            took = [_epoch(_Costly(seconds), count) for count in workers]
            axis.scatter(workers, [each / took[0] for each in took], color=BLUE, s=60, zorder=3)
            axis.axhline(1, color=GREY, linewidth=1)
            axis.set(title=name, xlabel="workers", xticks=workers, ylabel="time, relative to none", ylim=(0, None))
    return figure


def _epoch(dataset: Dataset[int], workers: int) -> float:
    """The time of the second epoch, when the workers are there already."""
    forked: dict[str, Any] = {"multiprocessing_context": "fork", "persistent_workers": True} if workers else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there are more workers than cores: the picture says it better
        loader = DataLoader(dataset, batch_size=2, num_workers=workers, **forked)
        for _ in range(2):
            start = time.perf_counter()
            for _ in loader:
                pass
        return time.perf_counter() - start


class _Held(Dataset[float]):
    """Its only item: how many megabytes the process has for itself, after it has read everything."""

    def __init__(self, things: Any, read: Callable[[Any], object]) -> None:
        self.things, self.read = things, read

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> float:
        before = _private_megabytes()
        self.read(self.things)
        return _private_megabytes() - before


def _private_megabytes() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024


def memory() -> Picture:
    """How much memory of its own a worker gets by reading a list of texts, and by reading a tensor."""
    texts, tensor = [f"text number {number}" for number in range(300_000)], torch.ones(5_000_000)
    held = {
        "a list of 300,000 texts": _Held(texts, lambda all: sum(map(len, all))),
        "a tensor": _Held(tensor, torch.sum),
    }
    with style():
        figure = Picture(figsize=(WIDTH, 1.6))
        axis = figure.subplots()
        if Path("/proc/self/smaps_rollup").exists():
            grown = [
                next(iter(DataLoader(each, None, num_workers=1, multiprocessing_context="fork")))
                for each in held.values()
            ]
            axis.scatter(grown, list(held), color=BLUE, s=60, zorder=3)
            axis.set(ylim=(-0.5, 1.5), xlim=(-1, None))
            axis.grid(axis="x", alpha=0.3)
        else:
            axis.text(0.5, 0.5, "Only Linux tells which memory is a process's own.", ha="center")
            axis.set_axis_off()
        axis.set_xlabel("megabytes that a worker gets for itself by reading all of it (of about 20)")
    return figure
