"""`pad_sequences`: what is right, and the frame of most answers."""

import torch


def in_lists(sequences, maxlen, padding, truncating, value):
    """The definition, on plain lists."""
    table = []
    for sequence in sequences:
        row = sequence.tolist()
        while len(row) > maxlen:
            row.pop(0 if truncating == "pre" else -1)
        while len(row) < maxlen:
            row.insert(0 if padding == "pre" else len(row), value)
        table.append(row)
    made = torch.tensor(table, dtype=sequences[0].dtype, device=sequences[0].device)
    return made.reshape(len(sequences), maxlen)


def pad_sequences(sequences, maxlen=None, padding="post", truncating="post", value=0):
    for side in (padding, truncating):
        if side not in ("pre", "post"):
            raise ValueError(side)
    return in_lists(sequences, longest(sequences) if maxlen is None else maxlen, padding, truncating, value)


def longest(sequences):
    return max(len(sequence) for sequence in sequences)
