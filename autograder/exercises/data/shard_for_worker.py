"""What `shard_for_worker` must show. Many workers are pretended; a few are real processes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from torch.utils.data import DataLoader, IterableDataset
from torch.utils.data._utils import worker

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

WORKERS = Idea("each item once, whatever the number of workers", weight=3, point=True)
RANKS = Idea("each item once, whatever the number of ranks", weight=2, point=True)
STREAM = Idea("a stream is read one after the other", weight=3)
NO_DATASET: Any = None
FAR = 10_000  # items of a stream that is meant to have no end


@contextmanager
def pretended(number: int, workers: int) -> Iterator[None]:
    """`get_worker_info` answers as in worker `number` of `workers`; with no workers, as in the main process."""
    kept = worker._worker_info
    worker._worker_info = (
        worker.WorkerInfo(id=number, num_workers=workers, seed=number, dataset=NO_DATASET) if workers else None
    )
    try:
        yield
    finally:
        worker._worker_info = kept


class Stream(IterableDataset[Any]):
    """What a worker reads, through the answer."""

    def __init__(self, shard: Any, items: list[int]) -> None:
        self.shard, self.items = shard, items

    def __iter__(self) -> Iterator[Any]:
        return iter(self.shard(iter(self.items)))


@exercise(points=2)
def shard_for_worker(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The share of a stream that this process reads."""
    n = draw.integer(13, 23)

    def shares(items: list[int], workers: int, ranks: int = 1) -> dict[str, Any]:
        """What each worker of each rank reads."""
        return {
            f"rank {rank}, worker {number}": _in_worker(candidate, items, number, workers, rank, ranks)
            for rank in range(ranks)
            for number in range(max(1, workers))
        }

    def few() -> list[Any]:
        """Fewer items than workers, and none at all."""
        return [shares(_items(draw, 2), 4), shares([], 2), shares(_items(draw, 5), 3)]

    def endless() -> list[Any]:
        """A stream without an end, and how much of it is read for four items."""
        shown = []
        for number, workers in draw.shuffled([(0, 0), (0, 2), (1, 3)]):
            read: list[int] = []
            with pretended(number, workers):
                found = list(islice(iter(candidate(_endless(read))), 4))
            shown.append({"items": found, "items that are read": len(read)})
        return shown

    def once() -> list[Any]:
        """A generator, which can be read once."""
        items = _items(draw, n)
        with pretended(1, 3):
            return [list(candidate(one for one in items)), list(candidate(tuple(items)))]

    yield "without workers", lambda: list(candidate(_items(draw, n))), WORKERS
    yield "two workers", lambda: shares(_items(draw, n), 2), WORKERS
    yield "three workers", lambda: shares(_items(draw, n), 3), WORKERS
    yield "a worker alone", lambda: shares(_items(draw, n), 1), WORKERS
    yield "fewer items than workers", few, WORKERS
    yield "ranks without workers", lambda: shares(_items(draw, n), 0, ranks=3), RANKS
    yield "ranks with workers", lambda: shares(_items(draw, 2 * n), 3, ranks=2), RANKS
    yield "as many ranks as workers", lambda: shares(_items(draw, n), 2, ranks=2), RANKS
    yield "a stream without an end", endless, STREAM
    yield "a generator", once, STREAM
    yield "by names", lambda: list(candidate(ranks=2, rank=1, items=_items(draw, n))), RANKS
    yield "real workers", lambda: [_really(candidate, _items(draw, n), workers) for workers in (0, 2)], WORKERS
    yield "the docstring's example", lambda: _example(candidate, draw)


def _items(draw: Draw, n: int) -> list[int]:
    return draw.integers(n, low=100, high=1000).tolist()


def _in_worker(candidate: Any, items: list[int], number: int, workers: int, rank: int, ranks: int) -> list[Any]:
    with pretended(number, workers):
        return list(candidate(iter(items), rank, ranks))


def _endless(read: list[int]) -> Iterator[int]:
    """Notes what is read; who reads on and on is told, so that no check has to wait."""
    for item in range(FAR):
        read.append(item)
        yield item
    raise RuntimeError(f"{FAR} items of a stream without an end were read")


def _really(candidate: Any, items: list[int], workers: int) -> list[Any]:
    """In worker processes: forks, since an answer of a notebook cannot be pickled."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a machine may have fewer cores than this asks for
        context = "fork" if workers else None
        loader = DataLoader(
            Stream(candidate, items), batch_size=None, num_workers=workers, multiprocessing_context=context, timeout=15
            if workers else 0,
        )  # fmt: skip
        return list(islice(loader, 3 * len(items)))


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other items."""
    return [list(candidate("abcde", rank=1, ranks=2)), list(candidate(_items(draw, 7), rank=1, ranks=2))]
