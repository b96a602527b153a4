"""What `batches` must show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset, default_collate

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.streams import beside_stream
from autograder.exercises.data._shared import Counted, drawn_between

CUT = Idea("the dataset in batches, with what is left over", weight=2, point=True)
SHUFFLED = Idea("a new order every time, from the generator", weight=2, point=True)
LAZY = Idea("items are fetched batch by batch", weight=3)
ASKED = Idea("items are asked for by whole numbers", weight=1)
COLLATED = Idea("the batch is what collate makes of a list", weight=1)


@exercise(points=1, without=[DataLoader])
def batches(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A DataLoader without workers, in a few lines."""
    size, times = draw.integer(3, 6), draw.integer(2, 5)
    whole, odd = size * times, size * times + draw.integer(1, size)
    seed = draw.integer(1, 1000)

    def cut(count: int, size: int = size, **options: Any) -> list[Any]:
        return list(islice(candidate(Counted(_numbers(draw, count)), size, **options), count + 1))

    def shuffled(seed: int = seed, **options: Any) -> list[Any]:
        return cut(odd, shuffle=True, generator=torch.Generator().manual_seed(seed), **options)

    def epochs() -> list[Any]:
        """Twice through the dataset with one generator."""
        dataset, stream = Counted(_numbers(draw, odd)), torch.Generator().manual_seed(seed)
        return [list(candidate(dataset, size, shuffle=True, generator=stream)) for _ in range(2)]

    def undisturbed() -> list[Any]:
        dataset, stream = Counted(_numbers(draw, odd)), torch.Generator().manual_seed(seed + 1)
        return [drawn_between(candidate(dataset, size, s, generator=stream), odd) for s in (False, True)]

    def fetched() -> dict[str, Any]:
        dataset = Counted(_numbers(draw, odd))
        running = iter(candidate(dataset, size))
        before = list(dataset.fetched)
        first = next(running)
        after_one = list(dataset.fetched)
        return {"fetched before": before, "the first batch": first, "fetched for it": after_one, "rest": list(running)}

    def in_a_dict() -> list[Any]:
        """A dataset that knows its items by whole numbers, and by nothing that merely looks like one."""
        items, stream = dict(enumerate(_numbers(draw, odd))), torch.Generator().manual_seed(seed)
        return [list(islice(candidate(items, size, shuffle=s, generator=stream), odd)) for s in (False, True)]

    def interleaved() -> list[Any]:
        dataset = Counted(_numbers(draw, whole))
        one, two = iter(candidate(dataset, size)), iter(candidate(dataset, size + 1))
        return [next(one), next(two), next(one), next(two)]

    yield "what divides", lambda: cut(whole), CUT
    yield "what is left over", lambda: cut(odd), CUT
    yield "what is left over is dropped", lambda: [cut(odd, drop_last=True), cut(whole, drop_last=True)], CUT
    yield "batches of one, and of all", lambda: [cut(whole, 1), cut(whole, whole + 5)], CUT
    yield "no items", lambda: [cut(0), cut(odd)], CUT
    yield "shuffled, from a generator", shuffled, SHUFFLED
    yield "shuffled, the rest dropped", lambda: shuffled(drop_last=True), SHUFFLED
    yield "twice with one generator", epochs, SHUFFLED
    yield "two seeds", lambda: [shuffled(seed + 1), shuffled(seed + 2)], SHUFFLED
    yield "shuffled, without a generator", lambda: beside_stream(lambda: cut(odd, shuffle=True), seed), SHUFFLED
    yield "random streams are left alone", lambda: beside_stream(undisturbed, seed)
    yield "fetched when asked for", fetched, LAZY
    yield "two at once", interleaved, LAZY
    yield "items that lie in a dict", in_a_dict, ASKED
    yield "collated", lambda: _collated(candidate, draw, odd, size), COLLATED
    yield (
        "by names",
        lambda: list(
            candidate(collate=sum, drop_last=True, shuffle=False, batch_size=size, dataset=_numbers(draw, odd))
        ),
    )
    yield "the docstring's example", lambda: [list(candidate("abcde", 2)), list(candidate(_numbers(draw, 5), 2))]


def _numbers(draw: Draw, count: int) -> list[int]:
    return draw.integers(count, high=900).tolist()


def _collated(candidate: Any, draw: Draw, count: int, size: int) -> dict[str, Any]:
    """A function that wants a list of items, and one that keeps it; what it gives is the batch."""
    pairs = TensorDataset(draw.normal(count, 2), draw.integers(count, high=9))
    kept = list(candidate(_numbers(draw, count), size, collate=lambda items: items))
    return {"tensors": list(candidate(pairs, size, collate=default_collate)), "the very lists, kept": kept}
