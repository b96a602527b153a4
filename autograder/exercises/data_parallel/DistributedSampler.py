"""What `DistributedSampler` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data import DistributedSampler as TorchSampler

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_random_state


@exercise(points=2, without=[TorchSampler])
def DistributedSampler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Which examples each rank reads in each epoch."""

    def read(length: int, ranks: int, epochs: int = 1, **options: Any) -> Any:
        samplers = [candidate(range(length), ranks, rank, **options) for rank in range(ranks)]
        found = []
        for epoch in range(epochs):
            for sampler in samplers:
                sampler.set_epoch(epoch)
            found.append([list(map(int, sampler)) for sampler in samplers])
        return {"examples": found, "lengths": [len(sampler) for sampler in samplers]}

    seed = draw.integer(1, 1000)
    yield "twelve examples in order", lambda: read(12, 3, shuffle=False)
    yield "ten examples in order: two are read twice", lambda: read(10, 3, shuffle=False)
    yield "ten examples, the rest dropped", lambda: read(10, 4, shuffle=False, drop_last=True)
    yield "two examples for five ranks", lambda: read(2, 5, shuffle=False)
    yield "shuffled, three epochs", lambda: read(11, 3, epochs=3)
    yield "shuffled, the rest dropped", lambda: read(11, 4, epochs=2, drop_last=True)
    yield "two seeds", lambda: [read(9, 2, epochs=2, seed=seed), read(9, 2, epochs=2, seed=seed + 1)]

    def twice() -> Any:
        sampler = candidate(list("abcdefg"), 2, 1)
        return [list(sampler), list(sampler), sampler.set_epoch(5), list(sampler)]

    def loader() -> Any:
        examples = draw.normal(7, 2)
        sampler = candidate(examples, 2, 0, drop_last=True)
        return [batch for _ in range(2) for batch in DataLoader(TensorDataset(examples), batch_size=2, sampler=sampler)]

    yield "the same epoch is the same order", twice
    yield "in a DataLoader", loader
    yield "the random stream is left alone", lambda: with_random_state(lambda: list(candidate(range(8), 2, 1)))
