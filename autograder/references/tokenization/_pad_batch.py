"""`pad_batch`: place by place, and what most answers are made of."""

import torch


def pad_batch(rows, max_length, sep, pad):
    """Place by place."""
    longest = min(max_length, max(map(len, rows)))
    ids = torch.full((len(rows), longest), pad, dtype=torch.int64)
    mask = torch.zeros(len(rows), longest, dtype=torch.int64)
    for at, row in enumerate(rows):
        for place in range(min(len(row), longest)):
            ids[at, place] = row[place]
            mask[at, place] = 1
        if len(row) > longest:
            ids[at, longest - 1] = sep
    return {"input_ids": ids, "attention_mask": mask}


def batch_of(
    rows,
    max_length,
    sep,
    pad,
    width=lambda rows, max_length: min(max_length, max(map(len, rows))),
    cut=lambda row, size, sep: row if len(row) <= size else [*row[: size - 1], sep],
    fill=lambda row, size, pad: row + [pad] * (size - len(row)),
    mask=lambda row, size, pad: [1] * len(row) + [0] * (size - len(row)),
    dtype=torch.int64,
):
    """The frame of most answers; mistakes change one decision."""
    size = width(rows, max_length)
    short = [cut(row, size, sep) for row in rows]
    return {
        "input_ids": torch.tensor([fill(row, size, pad) for row in short]),
        "attention_mask": torch.tensor([mask(row, size, pad) for row in short], dtype=dtype),
    }
