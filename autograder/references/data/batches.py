"""`batches`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, equivalent, promised
from autograder.references.data import _batches_mistakes  # noqa: F401  (they register themselves)
from autograder.references.data._batches import batches, order_of


@alternative(batches)
def by_split(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    count = len(dataset)
    order = torch.randperm(count, generator=generator) if shuffle else torch.arange(count)
    for chosen in order.split(batch_size):
        if len(chosen) > 0 and (len(chosen) == batch_size or not drop_last):
            yield collate([dataset[place] for place in chosen.tolist()])


@alternative(batches)
def by_counting(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    order = order_of(dataset, shuffle, generator)
    end = len(order) // batch_size * batch_size if drop_last else len(order)
    return (
        collate([dataset[place] for place in order[first : min(first + batch_size, end)]])
        for first in range(0, end, batch_size)
    )


promised(
    batches,
    "Goes through a dataset in batches, as a `DataLoader` without workers.",
    by=["what divides", "what is left over"],
)
promised(
    batches,
    "dataset: it has a length, and items by index, Python's whole numbers from 0 on; nothing else is asked of it.",
    by=["what divides", "fetched when asked for", "items that lie in a dict"],
)
promised(batches, "batch_size: items in a batch.", by=["batches of one, and of all"])
promised(
    batches,
    "shuffle: in the order of `torch.randperm(len(dataset), generator=generator)`, drawn once for each call; else in "
    "the dataset's own order, and nothing is drawn.",
    by=["shuffled, from a generator", "twice with one generator", "random streams are left alone"],
)
promised(
    batches,
    "drop_last: whether a smaller batch at the end is left out.",
    by=["what is left over is dropped", "shuffled, the rest dropped"],
)
promised(batches, "collate: makes the batch from the list of its items.", by=["collated", "by names"])
promised(
    batches,
    "generator: where random numbers come from; torch's own stream without it.",
    by=["shuffled, without a generator", "two seeds"],
)
promised(batches, "One batch after the other.", by=["two at once"])
promised(
    batches,
    "Items are fetched when their batch is asked for, not before.",
    by=["fetched when asked for"],
)

FULL = "if len(chosen) == batch_size or not drop_last:"
equivalent(batches, FULL, FULL.replace("==", ">="), "no slice is longer than a batch")
equivalent(batches, FULL, FULL.replace("==", "is"), "Python keeps one copy of a small number")
