"""`shard_for_worker`: what is right, and what goes wrong."""

from itertools import islice

from torch.utils.data import get_worker_info

from autograder.references import alternative, mistake, promised


def hands(rank, ranks):
    """Which of how many this process is."""
    info = get_worker_info()
    worker, workers = (0, 1) if info is None else (info.id, info.num_workers)
    return rank * workers + worker, ranks * workers


def shard_for_worker(items, rank=0, ranks=1):
    """Counted one by one."""
    mine, every = hands(rank, ranks)
    for place, item in enumerate(items):
        if place % every == mine:
            yield item


def worker_of():
    info = get_worker_info()
    return (0, 1) if info is None else (info.id, info.num_workers)


@mistake(
    shard_for_worker,
    "Each worker reads all items of its rank, so every item comes as often as there are workers. `get_worker_info()` "
    "says who reads, but only in the worker: ask it inside the function, each time that it is called.",
)
def forgets_workers(items, rank=0, ranks=1):
    return islice(items, rank, None, ranks)


@mistake(
    shard_for_worker,
    "The rank plays no part: every rank reads the same, and each item comes as often as there are ranks. There are "
    "ranks × workers shares.",
)
def forgets_ranks(items, rank=0, ranks=1):
    worker, workers = worker_of()
    return islice(items, worker, None, workers)


@mistake(
    shard_for_worker,
    "The whole stream is read before the first item comes, as by `list(items)`. A stream may have no end: read on only "
    "as far as the next item of this share.",
    keeps=0.85,
)
def reads_everything(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    return iter(list(items)[mine::every])


@mistake(
    shard_for_worker,
    "In a worker the rank plays no part: the workers of all ranks read the same, and each item comes as often as there "
    "are ranks. The rank counts in the main process and in workers.",
)
def ranks_outside_workers(items, rank=0, ranks=1):
    worker, workers = worker_of()
    return islice(items, worker, None, workers) if workers > 1 else islice(items, rank, None, ranks)


@mistake(
    shard_for_worker,
    "In the main process there is an AttributeError: `get_worker_info()` is None there. It counts as one worker, with "
    "the number 0.",
    keeps=0.6,
)
def only_in_workers(items, rank=0, ranks=1):
    info = get_worker_info()
    return islice(items, rank * info.num_workers + info.id, None, ranks * info.num_workers)


@mistake(
    shard_for_worker,
    "Ranks and workers are added: with r ranks of w workers there are r × w shares, and adding makes some of them the "
    "same.",
)
def adds(items, rank=0, ranks=1):
    worker, workers = worker_of()
    return islice(items, rank + worker, None, ranks + workers - 1)


@mistake(
    shard_for_worker,
    "A share begins at the right item, and then takes every w-th, with w the workers of one rank: the ranks read one "
    "another's items. The step is ranks × workers.",
)
def step_of_one_rank(items, rank=0, ranks=1):
    worker, workers = worker_of()
    return islice(items, rank * workers + worker, None, workers)


@mistake(
    shard_for_worker,
    "An item's place is asked for the rank and for the worker, each by its own remainder: where the two numbers share "
    "a factor, as 2 ranks of 2 workers, some items come twice or never. There are ranks × workers remainders.",
)
def two_remainders(items, rank=0, ranks=1):
    worker, workers = worker_of()
    return (item for place, item in enumerate(items) if place % ranks == rank and place % workers == worker)


@mistake(
    shard_for_worker,
    "Outside a worker everything is read, whatever the rank: without workers every rank reads all items. The main "
    "process counts as one worker of its rank.",
    keeps=0.6,
)
def ranks_in_workers_only(items, rank=0, ranks=1):
    return iter(items) if get_worker_info() is None else shard_for_worker(items, rank, ranks)


@mistake(
    shard_for_worker,
    "Shares are numbered worker × ranks + rank. Asked for is rank × workers + worker.",
    keeps=0.6,
)
def numbered_the_other_way(items, rank=0, ranks=1):
    worker, workers = worker_of()
    return islice(items, worker * ranks + rank, None, ranks * workers)


@mistake(
    shard_for_worker,
    "Each share is a block of neighbours. Items are dealt out like cards, k, k + n, k + 2n and so on: a stream's "
    "length is not known.",
)
def in_blocks(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    known = list(islice(items, 10_000))
    size = -(-len(known) // every)
    return iter(known[mine * size : (mine + 1) * size])


@mistake(
    shard_for_worker,
    "The whole stream is read before the first item comes, so a stream without an end never gives one. Read on only as "
    "far as the next item, as `islice` does.",
    keeps=0.85,
)
def reads_all_first(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    known = list(islice(items, 10_000))
    if len(known) == 10_000:
        raise MemoryError("the stream does not end")
    return iter(known[mine::every])


@mistake(
    shard_for_worker,
    "The stream is indexed or sliced, and a generator can be neither: it gives one item after the other, once.",
    keeps=0.7,
)
def slices(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    return items[mine::every]


@mistake(shard_for_worker, "Shares count from 1: the first item of the stream comes to the wrong worker, or to none.")
def counts_from_one(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    return islice(items, mine + 1, None, every)


@mistake(
    shard_for_worker,
    "What is left over at the end is read by nobody: where items do not divide, the shares have different sizes.",
)
def whole_rounds_only(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    return (group[mine] for group in rounds(items, every) if len(group) == every)


def rounds(items, every):
    stream = iter(items)
    while group := list(islice(stream, every)):
        yield group


@mistake(
    shard_for_worker,
    "A whole round of items is read before one of them comes, also those behind it, which are others'. A stream is "
    "read no further than the item that comes.",
    keeps=0.85,
)
def reads_a_round_ahead(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    return (group[mine] for group in rounds(items, every) if len(group) > mine)


@mistake(
    shard_for_worker,
    "A stream that ends before this share's first item ends in a RuntimeError: inside a generator, the StopIteration "
    "of a `next(stream)` becomes one. Such a share is empty: give `next` something else to return, or use `islice`.",
)
def stumbles_over_the_end(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    stream = iter(items)
    for _ in range(mine):
        next(stream)
    yield from islice(stream, 0, None, every)


@mistake(
    shard_for_worker,
    "Items are chosen by their value, as by `item % n`, not by their place: which comes where is a matter of chance, "
    "and a text has no remainder.",
)
def by_value(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    return (item for item in items if item % every == mine)


@mistake(
    shard_for_worker,
    "With several ranks and several workers some items come twice and others never: worker 1 of rank 0 begins where "
    "worker 0 of rank 1 does, as where the two numbers are added. Begin at rank · workers + worker.",
)
def adds_rank_and_worker(items, rank=0, ranks=1):
    worker, workers = worker_of()
    return islice(items, rank + worker, None, ranks * workers)


@alternative(shard_for_worker)
def one_of_each_group(items, rank=0, ranks=1):
    mine, every = hands(rank, ranks)
    stream = iter(items)
    while True:
        try:
            for _ in range(mine):
                next(stream)
            item = next(stream)
        except StopIteration:
            return
        yield item
        for _ in range(every - 1 - mine):
            if next(stream, None) is None:
                return


@alternative(shard_for_worker)
def twice_dealt(items, rank=0, ranks=1):
    info = get_worker_info()
    number, workers = (info.id, info.num_workers) if info else (0, 1)
    return (item for place, item in enumerate(items) if place % (ranks * workers) == rank * workers + number)


promised(
    shard_for_worker,
    "The share of a stream that this process should read.",
    by=["two workers", "ranks with workers", "real workers"],
)
promised(
    shard_for_worker,
    "items: any stream, also a generator, also one without an end.",
    by=["a generator", "a stream without an end"],
)
promised(
    shard_for_worker,
    "rank, ranks: which of how many processes with a loader of their own.",
    by=["ranks without workers", "ranks with workers"],
)
promised(
    shard_for_worker,
    "Of n = ranks × workers shares, worker w of this rank has share k = rank × workers + w: items k, k + n, k + 2n and "
    "so on.",
    by=["ranks with workers", "as many ranks as workers"],
)
promised(shard_for_worker, "Outside a worker there is one worker, w = 0.", by=["without workers"])
promised(shard_for_worker, "All shares together hold every item once.", by=["three workers", "real workers"])
promised(
    shard_for_worker,
    "An iterator that reads `items` no further than it has to.",
    by=["a stream without an end"],
)
