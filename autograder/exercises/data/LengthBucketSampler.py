"""What `LengthBucketSampler` must show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from torch.utils.data import DataLoader

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.engine.streams import beside_stream
from autograder.exercises.data._shared import drawn_between

BUCKETS = Idea("texts of like length share a batch", weight=3, point=True)
EPOCHS = Idea("another order in every epoch, from seed + epoch", weight=3, point=True)
COUNT = Idea("every text once, and as many batches as are said", weight=2)
STREAM = Idea("the random stream is left alone", weight=0.5)


@exercise(points=2)
def LengthBucketSampler(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Batches of texts of like length."""
    size, pool, seed = draw.integer(2, 5), draw.integer(2, 4), draw.integer(1, 1000)
    whole = size * pool * 3
    odd = whole + size + draw.integer(1, size)

    def distinct(n: int) -> list[int]:
        return [3 + place for place in draw.permutation(n).tolist()]

    def read(lengths: list[int], size: int = size, epochs: int = 1, **options: Any) -> dict[str, Any]:
        sampler = candidate(lengths, size, **options)
        orders = []
        for epoch in range(epochs):
            sampler.set_epoch(epoch)
            orders.append(_batches(sampler, len(lengths)))
        return {"batches": orders, "how many": len(sampler)}

    def back() -> list[Any]:
        sampler = candidate(distinct(odd), size, pool)
        orders = []
        for epoch in (3, 1, 3, 0):
            sampler.set_epoch(epoch)
            orders.append(_batches(sampler, odd))
        return orders

    def twice() -> list[Any]:
        sampler = candidate(distinct(odd), size, pool, seed=seed)
        both = [list(map(int, batch)) for pair in zip(sampler, sampler, strict=True) for batch in pair]
        return [_batches(sampler, odd), both, sampler.set_epoch(2), _batches(sampler, odd)]

    def alike() -> Any:
        """Few lengths, so that many texts are equally long."""
        return read([draw.integer(1, 4) for _ in range(odd)], pool=100, epochs=2, seed=seed)

    def waste() -> list[Any]:
        """What stands in the batches of an epoch, by length: whatever the pools, the whole of it."""
        lengths = [draw.integer(1, 60) for _ in range(whole)]
        read = _batches(candidate(lengths, size, 10**6, seed), whole)
        return sorted(sorted(lengths[place] for place in batch) for batch in read)

    def loader() -> list[Any]:
        texts = [draw.integers(n, high=9) for n in distinct(odd)]
        sampler = candidate([len(text) for text in texts], size, pool)
        loaded: Any = DataLoader(texts, batch_sampler=sampler, collate_fn=list)  # type: ignore[arg-type]
        return [[one.sum() for one in batch] for batch in islice(loaded, odd)]

    def one_epoch(lengths: list[int]) -> list[Any]:
        return _batches(candidate(lengths, size), len(lengths))

    def undisturbed() -> list[Any]:
        return drawn_between(candidate(distinct(odd), size, pool), odd)

    yield "lengths in a batch", waste, BUCKETS
    yield "one pool for all", lambda: read(distinct(whole), pool=10**6), BUCKETS
    yield "several pools", lambda: read(distinct(whole), pool=pool), BUCKETS
    yield "pools of one batch", lambda: read(distinct(whole), pool=1), BUCKETS
    yield "texts of the same length", alike, BUCKETS
    yield "three epochs", lambda: read(distinct(whole), pool=pool, epochs=3, seed=seed), EPOCHS
    yield "two seeds", lambda: [read(distinct(whole), pool=pool, epochs=2, seed=s) for s in (seed, seed + 1)], EPOCHS
    yield "back to an earlier epoch", back, EPOCHS
    yield "the same epoch is the same order", twice, EPOCHS
    yield "what does not divide", lambda: read(distinct(odd), pool=pool), COUNT
    yield "fewer texts than a batch takes", lambda: [read(distinct(2), 5), read(distinct(odd))], COUNT
    yield "no texts", lambda: [read([], 3), read(distinct(odd), 3)], COUNT
    yield "batches of one", lambda: read(distinct(size + 3), 1, pool=2), COUNT
    yield "in a DataLoader", loader
    yield "by names", lambda: _batches(candidate(seed=seed, pool=2, batch_size=3, lengths=tuple(distinct(13))), 13)
    yield "the lengths are left alone", lambda: with_arguments(one_epoch, distinct(odd))
    yield "the random stream is left alone", lambda: beside_stream(undisturbed, seed), STREAM


def _batches(sampler: Any, most: int) -> list[Any]:
    """The batches of one epoch; a sampler may go on without end."""
    return [
        [place if type(place) is int else str(type(place)) for place in batch] for batch in islice(sampler, most + 1)
    ]
