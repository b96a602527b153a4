"""What `DistributedSampler` must show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data import DistributedSampler as TorchSampler

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.streams import beside_stream

SHARES = Idea("all ranks share one order", weight=2, point=True)
SHUFFLED = Idea("a new order in every epoch, from seed + epoch", weight=5)
EVEN = Idea("shares of equal length", weight=2.5)
STREAM = Idea("the random stream is left alone", weight=0.5)


class Sized:
    """A dataset that can say how long it is, and nothing else."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length


@exercise(points=2, without=[TorchSampler])
def DistributedSampler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Which examples each rank reads in each epoch."""

    def shares(*samplers: Any) -> Any:
        """What each of them reads, as one table: what is wrong is one thing, not many numbers that may agree."""
        rows = [list(map(int, sampler)) for sampler in samplers]
        even = len(set(map(len, rows))) == 1
        return torch.tensor(rows, dtype=torch.int64, device=draw.device) if even else rows

    def read(length: int, ranks: int, epochs: int = 1, **options: Any) -> Any:
        samplers = [candidate(dataset=Sized(length), num_replicas=ranks, rank=rank, **options) for rank in range(ranks)]
        found = []
        for epoch in range(epochs):
            for sampler in samplers:
                sampler.set_epoch(epoch)
            found.append(shares(*samplers))
        return {"examples": found, "lengths": [len(sampler) for sampler in samplers]}

    ranks, times, seed = draw.integer(3, 6), draw.integer(3, 12), draw.integer(1, 1000)
    whole, rest, short = ranks * times, ranks * times + draw.integer(1, ranks - 1), draw.integer(2, 4)
    odd = 2 * draw.integer(5, 17) + 1
    crowd = short * draw.integer(2, 4) + 1  # ranks, more than twice as many as there are examples

    def twice() -> Any:
        sampler = candidate([f"example {number}" for number in range(odd)], 2, 1, seed=seed)
        both = list(zip(iter(sampler), iter(sampler), strict=True))
        return [list(sampler), list(sampler), both, sampler.set_epoch(5), list(sampler)]

    def back() -> Any:
        sampler = candidate(Sized(odd), 2, 0)
        orders = []
        for epoch in (3, 1, 3, 0):
            sampler.set_epoch(epoch)
            orders.append(shares(sampler))
        return orders

    def loader() -> Any:
        examples = draw.normal(odd, 2)
        sampler = candidate(examples, 2, 0, drop_last=True)
        batches = DataLoader(TensorDataset(examples), batch_size=4, sampler=sampler)
        return [batch for _ in range(2) for batch in islice(batches, odd)]  # a sampler may go on without end

    def example() -> Any:
        known = [list(candidate("abcde", 2, rank, shuffle=False)) for rank in (0, 1)]
        return [known, shares(*(candidate("a" * odd, 2, rank, shuffle=False) for rank in (0, 1)))]

    yield "examples that divide, in order", lambda: read(whole, ranks, shuffle=False), SHARES
    yield "shuffled, one epoch", lambda: read(whole, ranks, seed=seed), SHARES
    yield "some are read twice", lambda: read(rest, ranks, shuffle=False), EVEN
    yield "the rest dropped", lambda: read(rest, ranks, shuffle=False, drop_last=True), EVEN
    yield "fewer examples than ranks", lambda: read(short, crowd, shuffle=False), EVEN
    yield "fewer examples than ranks, shuffled", lambda: [read(short, crowd, seed=seed), read(odd, 2)], EVEN
    yield "fewer examples than ranks, all dropped", lambda: [read(short, crowd, drop_last=True), read(odd, 3)], EVEN
    yield "shuffled, some are read twice", lambda: read(odd, 4, epochs=2), EVEN
    yield "shuffled, the rest dropped", lambda: read(odd, 4, epochs=2, drop_last=True), EVEN
    yield "shuffled, three epochs", lambda: read(whole, ranks, epochs=3, seed=seed), SHUFFLED
    yield "two seeds", lambda: [read(odd, 2, epochs=2, seed=seed), read(odd, 2, epochs=2, seed=seed + 1)], SHUFFLED
    yield "the same epoch is the same order", twice, SHUFFLED
    yield "back to an earlier epoch", back, SHUFFLED
    yield "no examples, and as many as ranks", lambda: [read(0, ranks, shuffle=False), read(ranks, ranks, seed=seed)]
    yield "in a DataLoader", loader
    yield (
        "the random stream is left alone",
        lambda: beside_stream(lambda: shares(candidate(Sized(odd), 2, 1)), seed),
        STREAM,
    )
    yield "the docstring's example", example
