"""`pack_sequences`: what is right, and the frame of most answers."""

import torch


def first_fit(lengths, room):
    """For each row the numbers of the sequences in it."""
    rows = []
    for text, length in enumerate(lengths):
        fitting = [row for row in rows if sum(lengths[other] for other in row) + length <= room]
        (fitting[0] if fitting else rows.append([]) or rows[-1]).append(text)
    return rows


def same_text(one, other):
    return one["text"] == other["text"] >= 0


def packed(sequences, length, chosen=first_fit, number=None, position=None, sees=same_text, empty=0):
    """Entry by entry; mistakes change who goes where, the numbers, the positions, or who sees whom."""
    if any(len(sequence) > length for sequence in sequences):
        raise ValueError("too long")
    table = []
    for texts in chosen([len(sequence) for sequence in sequences], length):
        row = []
        for nth, text in enumerate(texts):
            for place, word in enumerate(sequences[text].tolist()):
                row.append({"word": word, "text": text, "nth": nth, "place": place, "at": len(row)})
        row += [{"word": 0, "text": -1, "nth": -1, "place": 0, "at": at} for at in range(len(row), length)]
        table.append(row)
    number, position = number or (lambda entry: entry["text"]), position or (lambda entry: entry["place"])
    device = sequences[0].device

    def whole(value):
        return torch.tensor([[value(entry) for entry in row] for row in table], dtype=torch.int64, device=device)

    mask = [[[bool(sees(one, other)) for other in row] for one in row] for row in table]
    return {
        "input_ids": whole(lambda entry: entry["word"]),
        "text_ids": whole(lambda entry: number(entry) if entry["text"] >= 0 else empty - 1),
        "position_ids": whole(position),
        "attention_mask": torch.tensor(mask, device=device),
    }


def pack_sequences(sequences, length):
    return packed(sequences, length)
