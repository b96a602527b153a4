"""The mended code token by token, on the draws of the code that is handed over."""

import torch

PAD, CLS, SEP, MASK, IGNORED = 0, 2, 3, 4, -100


def filled_up(rows):
    longest = max(len(row) for row in rows)
    return [[*row, *[PAD] * (longest - len(row))] for row in rows]


def drawn(rows, vocab_size, generator, probability, free=lambda token: token not in (PAD, CLS, SEP)):
    """The text, and for each token what becomes of it: None, MASK, the same, or another."""
    text = filled_up(rows)
    shape = len(text), len(text[0])
    throws, fates = torch.rand(shape, generator=generator).tolist(), torch.rand(shape, generator=generator).tolist()
    anything = torch.randint(vocab_size, shape, generator=generator).tolist()
    after = [
        [
            None if not (throw < probability and free(token))
            else MASK if fate < 0.8
            else noise if fate >= 0.9
            else token
            for token, throw, fate, noise in zip(*columns, strict=True)
        ]
        for columns in zip(text, throws, fates, anything, strict=True)
    ]  # fmt: skip
    return text, after


def batch_of(text, after, label=lambda token, now: IGNORED if now is None else token, seen=lambda token, now: token):
    """Inputs, the mask of padding and labels."""
    places = [list(zip(one, other, strict=True)) for one, other in zip(text, after, strict=True)]
    return {
        "input_ids": torch.tensor([[token if now is None else now for token, now in row] for row in places]),
        "attention_mask": torch.tensor([[int(seen(token, now) != PAD) for token, now in row] for row in places]),
        "labels": torch.tensor([[label(token, now) for token, now in row] for row in places]),
    }


def masked_batch(rows, vocab_size, generator, probability=0.15):
    return batch_of(*drawn(rows, vocab_size, generator, probability))
