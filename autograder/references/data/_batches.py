"""`batches`: what is right, and the frame of most answers."""

import torch


def order_of(dataset, shuffle, generator):
    count = len(dataset)
    return [int(place) for place in torch.randperm(count, generator=generator)] if shuffle else list(range(count))


def batches(dataset, batch_size, shuffle=False, drop_last=False, collate=list, generator=None):
    """Item by item: whoever is full goes out."""
    waiting = []
    for place in order_of(dataset, shuffle, generator):
        waiting.append(place)
        if len(waiting) == batch_size:
            yield collate([dataset[each] for each in waiting])
            waiting = []
    if waiting and not drop_last:
        yield collate([dataset[each] for each in waiting])
