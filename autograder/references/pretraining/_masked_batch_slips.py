"""What a single wrong line does in `masked_batch`."""

import torch

from autograder.references import mistake
from autograder.references.pretraining._masked_batch import (
    CLS,
    MASK,
    PAD,
    SEP,
    batch_of,
    drawn,
    filled_up,
    masked_batch,
)


@mistake(masked_batch, "Nothing is spared: padding, [CLS] and [SEP] are covered, too, and asked about.")
def everything_is_free(rows, vocab_size, generator, probability=0.15):
    return batch_of(*drawn(rows, vocab_size, generator, probability, free=lambda token: True))


@mistake(
    masked_batch, "[SEP] is covered, and asked about. It stands in each row, and there is nothing to learn from it."
)
def ends_are_chosen(rows, vocab_size, generator, probability=0.15):
    return batch_of(*drawn(rows, vocab_size, generator, probability, free=lambda token: token not in (PAD, CLS)))


@mistake(
    masked_batch, "[CLS] is covered, and asked about. It stands in each row, and there is nothing to learn from it."
)
def beginnings_are_chosen(rows, vocab_size, generator, probability=0.15):
    return batch_of(*drawn(rows, vocab_size, generator, probability, free=lambda token: token not in (PAD, SEP)))


@mistake(masked_batch, "The mask of padding comes back as True and False. Asked for are 1 and 0, int64.", keeps=0.8)
def mask_of_booleans(rows, vocab_size, generator, probability=0.15):
    result = masked_batch(rows, vocab_size, generator, probability)
    return {**result, "attention_mask": result["attention_mask"].bool()}


@mistake(masked_batch, "The mask of padding is the wrong way round: 1 is for tokens, 0 for padding.", keeps=0.8)
def mask_turned_round(rows, vocab_size, generator, probability=0.15):
    result = masked_batch(rows, vocab_size, generator, probability)
    return {**result, "attention_mask": 1 - result["attention_mask"]}


@mistake(masked_batch, "No token is ever exchanged for a random one: a tenth of the chosen should be.")
def never_a_random_token(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    kept = [
        [now if now in (None, MASK) else old for old, now in zip(*both, strict=True)]
        for both in zip(text, after, strict=True)
    ]
    return batch_of(text, kept)


@mistake(
    masked_batch, "No chosen token stays as it is: all that are not [MASK] become a random one. A tenth should stay."
)
def none_stays(rows, vocab_size, generator, probability=0.15):
    text = torch.tensor(filled_up(rows))
    free = (text != PAD) & (text != CLS) & (text != SEP)
    chosen = free & (torch.rand(text.shape, generator=generator) < probability)
    fate = torch.rand(text.shape, generator=generator)
    anything = torch.randint(vocab_size, text.shape, generator=generator)
    covered = torch.where(chosen, torch.where(fate < 0.8, MASK, anything), text)
    return {
        "input_ids": covered, "attention_mask": (text != PAD).long(), "labels": text.masked_fill(~chosen, -100),
    }  # fmt: skip


@mistake(masked_batch, "Padding stands in front of the texts. It belongs behind them.")
def padding_in_front(rows, vocab_size, generator, probability=0.15):
    longest = max(map(len, rows))
    return masked_batch([[PAD] * (longest - len(row)) + list(row) for row in rows], vocab_size, generator, probability)
