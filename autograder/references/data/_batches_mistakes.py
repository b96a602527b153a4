"""Mistakes of `batches`."""

import random

import torch
from torch.utils.data import BatchSampler, RandomSampler

from autograder.references import mistake
from autograder.references.data._batches import batches, order_of


@mistake(batches, "What is left over at the end never comes. Without `drop_last` it is a smaller batch.")
def always_drops(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return batches(dataset, batch_size, shuffle, True, collate, generator)


@mistake(
    batches,
    "When the first batch is asked for, the items of all batches are fetched. From a disk that takes long, and they "
    "may not fit into memory: fetch those of one batch at a time.",
    keeps=0.9,
)
def fetches_all_for_the_first(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    items = [dataset[place] for place in order_of(dataset, shuffle, generator)]
    yield from batches(items, batch_size, False, drop_last, collate)


@mistake(
    batches,
    "A slice is asked of the dataset. It has items by single indices, from 0 on, and need not know slices.",
)
def slices(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    if shuffle:
        yield from batches(dataset, batch_size, True, drop_last, collate, generator)
        return
    for first in range(0, len(dataset) - (batch_size - 1) * drop_last, batch_size):
        yield collate(list(dataset[first : first + batch_size]))


@mistake(batches, "`drop_last` is not heeded: the smaller batch comes all the same.")
def never_drops(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return batches(dataset, batch_size, shuffle, False, collate, generator)


@mistake(
    batches,
    "With `drop_last` the last batch is left out even where it is full. Only a smaller one is left out.",
    keeps=0.6,
)
def drops_a_full_one(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    count = len(dataset) - drop_last
    order = order_of(dataset, shuffle, generator)
    for first in range(0, count - batch_size * drop_last, batch_size):
        yield collate([dataset[place] for place in order[first : first + batch_size]])


@mistake(batches, "`shuffle` is not heeded: the dataset's own order comes out.")
def never_shuffles(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return batches(dataset, batch_size, False, drop_last, collate)


@mistake(batches, "The order is always shuffled. With `shuffle=False` it is the dataset's own, and nothing is drawn.")
def always_shuffles(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return batches(dataset, batch_size, True, drop_last, collate, generator)


@mistake(
    batches,
    "`generator` is not heeded: the order comes from torch's own stream, so nobody can repeat it.",
)
def draws_globally(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return batches(dataset, batch_size, shuffle, drop_last, collate)


@mistake(
    batches,
    "Each call has the same order, as when the generator is seeded again or copied. It goes on from where it was.",
)
def same_every_time(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    if generator is not None:
        generator = torch.Generator().manual_seed(generator.initial_seed())
    return batches(dataset, batch_size, shuffle, drop_last, collate, generator)


@mistake(
    batches,
    "A number is drawn although nothing is shuffled: random streams move on. Draw only where `shuffle` is True.",
    keeps=0.97,
)
def draws_without_need(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    if not shuffle:
        torch.randperm(len(dataset), generator=generator)
    return batches(dataset, batch_size, shuffle, drop_last, collate, generator)


@mistake(
    batches,
    "Python's own `random` shuffles here. The order is promised to be `torch.randperm(…, generator=generator)`.",
)
def shuffles_in_python(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    order = list(range(len(dataset)))
    if shuffle:
        random.Random(generator.initial_seed() if generator else 0).shuffle(order)
    for first in range(0, len(order), batch_size):
        chosen = order[first : first + batch_size]
        if len(chosen) == batch_size or not drop_last:
            yield collate([dataset[place] for place in chosen])


@mistake(
    batches,
    "Each batch is shuffled within itself: the same items share a batch every time. Shuffle all indices, then cut.",
)
def shuffles_within(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    for first in range(0, len(dataset), batch_size):
        chosen = list(range(first, min(first + batch_size, len(dataset))))
        if shuffle:
            chosen = [chosen[place] for place in torch.randperm(len(chosen), generator=generator).tolist()]
        if len(chosen) == batch_size or not drop_last:
            yield collate([dataset[place] for place in chosen])


@mistake(
    batches,
    "All items are fetched before the first batch comes. Fetch those of a batch when it is asked for, as a generator "
    "with `yield` does.",
    keeps=0.85,
)
def fetches_all_first(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return iter(list(batches(dataset, batch_size, shuffle, drop_last, collate, generator)))


@mistake(
    batches,
    "Items come out as the batch that `list` makes: `collate` is not called.",
    keeps=0.9,
)
def never_collates(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return batches(dataset, batch_size, shuffle, drop_last, list, generator)


@mistake(batches, "Indices come out. A batch holds the items of the dataset.")
def gives_indices(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return batches(range(len(dataset)), batch_size, shuffle, drop_last, collate, generator)


@mistake(
    batches,
    "The dataset is gone through by `for`, or by a slice. It has a length and items by index, and may have nothing "
    "else.",
)
def iterates(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    return batches(list(dataset), batch_size, shuffle, drop_last, collate, generator)


@mistake(
    batches,
    "One list is used for all batches, and emptied or overwritten: whoever keeps a batch finds other items in it "
    "later. Make a new list for each.",
    keeps=0.95,
)
def one_list_for_all(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    waiting = []
    for place in order_of(dataset, shuffle, generator):
        waiting.append(dataset[place])
        if len(waiting) == batch_size:
            yield collate(waiting)
            waiting.clear()
    if waiting and not drop_last:
        yield collate(waiting)


@mistake(
    batches,
    "The generator moves on by more than one `torch.randperm`, or by none at all where there is no generator: the "
    "second time the order is not the one that is promised. Draw once for each call.",
    keeps=0.6,
)
def by_a_sampler(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    sampler = RandomSampler(range(len(dataset)), generator=generator) if shuffle else range(len(dataset))
    for chosen in BatchSampler(sampler, batch_size, drop_last):
        yield collate([dataset[place] for place in chosen])


@mistake(
    batches,
    "An empty batch comes at the end where the batches divide the dataset. There is nothing left over.",
)
def empty_at_the_end(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    yield from batches(dataset, batch_size, shuffle, drop_last, collate, generator)
    if len(dataset) % batch_size == 0 and not drop_last:
        yield collate([])


@mistake(
    batches,
    "With `drop_last` nothing at all comes where the batches divide the dataset, as from `order[: -(n % batch_size)]`: "
    "`order[:-0]` is empty. There is nothing to drop then, and all batches are full.",
)
def drops_everything(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    if not drop_last or len(dataset) % batch_size:
        yield from batches(dataset, batch_size, shuffle, drop_last, collate, generator)


@mistake(
    batches,
    "An item of the next batch is fetched before a batch is handed over: one more than are in it. Look whether the "
    "batch is full right after its last item, and not when the next one is in hand.",
    keeps=0.85,
)
def fetches_one_ahead(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    full = []
    for place in order_of(dataset, shuffle, generator):
        item = dataset[place]
        if len(full) == batch_size:
            yield collate(full)
            full = []
        full.append(item)
    if full and not (drop_last and len(full) < batch_size):
        yield collate(full)


@mistake(
    batches,
    "The dataset is asked with something other than Python's whole numbers, perhaps with the tensors that "
    "`torch.randperm` holds. A list takes them, but a dict of items finds nothing under a tensor: `.tolist()`.",
    keeps=0.95,
)
def asks_with_tensors(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    count = len(dataset)
    order = torch.randperm(count, generator=generator) if shuffle else torch.arange(count)
    end = count - count % batch_size * drop_last
    for first in range(0, end, batch_size):
        yield collate([dataset[place] for place in order[first : first + batch_size]])


@mistake(
    batches,
    "Shuffled, the dataset is asked with something other than Python's whole numbers, perhaps with the tensors that "
    "`torch.randperm` holds. A list takes them, but a dict of items finds nothing under a tensor: `.tolist()`.",
    keeps=0.95,
)
def asks_with_tensors_when_shuffled(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    chosen = asks_with_tensors if shuffle else batches
    return chosen(dataset, batch_size, shuffle, drop_last, collate, generator)


@mistake(
    batches,
    "The two orders are exchanged: `shuffle=True` gives them as they come, and without it they are mixed.",
)
def mixes_the_other_way_round(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    yield from batches(dataset, batch_size, not shuffle, drop_last, collate, generator)


@mistake(
    batches,
    "While batches are read, torch's own random stream is not the reader's: what is drawn between two of them, as by "
    "dropout, comes from another one, which is put back only at the end. Draw the order from `generator`, and leave "
    "the other stream alone.",
    keeps=0.97,
)
def borrows_the_stream(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    with torch.random.fork_rng(devices=[], enabled=shuffle and generator is not None):
        if shuffle and generator is not None:
            torch.manual_seed(generator.initial_seed())
        yield from batches(dataset, batch_size, shuffle, drop_last, collate, generator)
