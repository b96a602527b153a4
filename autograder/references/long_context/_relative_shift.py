"""`relative_shift`: what is right, and what answers are made of."""

import torch


def relative_shift(by_distance):
    """Number by number: for each query and each key their distance, and the column that belongs to it."""
    queries, keys = by_distance.shape[-2:]
    if keys < queries:
        raise ValueError("fewer keys than queries")
    result = torch.zeros_like(by_distance)
    for query in range(queries):
        for key in range(keys):
            distance = (keys - queries + query) - key
            if distance >= 0:
                result[..., query, key] = by_distance[..., query, keys - 1 - distance]
    return result


def refuse(x):
    if x.shape[-1] < x.shape[-2]:
        raise ValueError("fewer keys than queries")
    return x.shape[-2:]


def places(x):
    queries, keys = x.shape[-2:]
    query = torch.arange(queries, device=x.device)[:, None]
    key = torch.arange(keys, device=x.device)
    return query, keys - queries + query - key


def taken(x, column, distance):
    """Entries of some columns, 0 where the distance is negative."""
    query, _ = places(x)
    return x[..., query, column.clamp(0, x.shape[-1] - 1)].masked_fill(distance < 0, 0)


def by_padding(x, at_the_end=False):
    """The trick of the paper's code: a column of zeros, and the table cut anew."""
    queries, keys = x.shape[-2:]
    zeros = x.new_zeros(*x.shape[:-1], 1)
    padded = torch.cat([x, zeros] if at_the_end else [zeros, x], dim=-1)
    return padded.reshape(*x.shape[:-2], keys + 1, queries)[..., 1:, :].reshape(x.shape)
