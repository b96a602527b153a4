"""`masked_batch`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.pretraining import _masked_batch_slips  # noqa: F401 - they register themselves
from autograder.references.pretraining._masked_batch import (
    CLS,
    IGNORED,
    MASK,
    PAD,
    SEP,
    batch_of,
    drawn,
    filled_up,
    masked_batch,
)

ALIAS = (
    "There are numbers below 0 among the tokens: labels and input are one and the same tensor, so that −100 is written "
    "into the text. `labels = input_ids` makes no second tensor; `input_ids.clone()` does, before anything is covered."
)
FEW = (
    "Only places with [MASK] have labels. Who was chosen and got a random token, or stayed, is asked about as well: "
    "`labels[~chosen] = -100`."
)


@mistake(masked_batch, ALIAS)
def as_found(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    result = batch_of(text, after)
    result["input_ids"][result["input_ids"] != MASK] = IGNORED
    return {**result, "labels": result["input_ids"]}


@mistake(masked_batch, ALIAS)
def still_one_tensor(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    result = batch_of(text, after)
    result["input_ids"][result["labels"] == IGNORED] = IGNORED
    return {**result, "labels": result["input_ids"]}


@mistake(masked_batch, FEW)
def first_fault_mended(rows, vocab_size, generator, probability=0.15):
    """The clone is there, the second fault as well."""
    text, after = drawn(rows, vocab_size, generator, probability)
    result = batch_of(text, after)
    labels = torch.tensor(text)
    labels[result["input_ids"] != MASK] = IGNORED
    return {**result, "labels": labels}


@mistake(masked_batch, FEW)
def labels_where_it_changed(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    return batch_of(text, after, label=lambda token, now: IGNORED if now in (None, token) else token)


@mistake(
    masked_batch,
    "A label is what stands in the covered input, often [MASK] itself: the clone was made too late. The label is the "
    "token that stood there before.",
)
def cloned_too_late(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    return batch_of(text, after, label=lambda token, now: IGNORED if now is None else now)


@mistake(
    masked_batch,
    "Tokens that were not chosen have labels. Where nobody was chosen, the label is −100.",
)
def labels_for_all(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    return batch_of(text, after, label=lambda token, now: token)


@mistake(
    masked_batch,
    "Labels and chosen tokens are the wrong way round: −100 stands where somebody was chosen.",
)
def labels_of_the_unchosen(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    return batch_of(text, after, label=lambda token, now: token if now is None else IGNORED)


@mistake(
    masked_batch,
    "Padding has labels, or is covered: the loss asks what stands behind the end of a text.",
)
def padding_is_chosen(rows, vocab_size, generator, probability=0.15):
    return batch_of(*drawn(rows, vocab_size, generator, probability, free=lambda token: token not in (CLS, SEP)))


@mistake(
    masked_batch,
    "[CLS] or [SEP] is covered. They stand in each row at known places, and there is nothing to learn from asking.",
)
def special_tokens_are_chosen(rows, vocab_size, generator, probability=0.15):
    return batch_of(*drawn(rows, vocab_size, generator, probability, free=lambda token: token != PAD))


@mistake(
    masked_batch,
    "The mask of padding hides covered tokens, too: it should be 1 for all tokens of a text, and 0 for padding alone.",
)
def hides_what_is_covered(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    return batch_of(text, after, seen=lambda token, now: PAD if now == MASK else token)


@mistake(
    masked_batch,
    "What has no label is not −100: with another number, the loss counts it.",
)
def another_number(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    return batch_of(text, after, label=lambda token, now: -1 if now is None else token)


@mistake(
    masked_batch,
    "All chosen tokens become [MASK]: what the third draw is for, and the tenth that stays, got lost while mending.",
)
def masks_all_of_them(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    return batch_of(text, [[now if now is None else MASK for now in row] for row in after])


@mistake(masked_batch, FEW)
def labels_by_the_fate(rows, vocab_size, generator, probability=0.15):
    """Taken before a random token could be [MASK] by chance."""
    longest = max(map(len, rows))
    text = torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])
    free = (text != PAD) & (text != CLS) & (text != SEP)
    chosen = free & (torch.rand(text.shape, generator=generator) < probability)
    fate = torch.rand(text.shape, generator=generator)
    anything = torch.randint(vocab_size, text.shape, generator=generator)
    covered = torch.where(chosen & (fate < 0.8), MASK, torch.where(chosen & (fate >= 0.9), anything, text))
    labels = text.masked_fill(~chosen | (fate >= 0.8), IGNORED)
    return {"input_ids": covered, "attention_mask": (text != PAD).long(), "labels": labels}


@mistake(
    masked_batch,
    "A [SEP] within a row is covered, or has a label: only the first token and the last are taken for special. In a "
    "pair one more stands in between.",
    keeps=0.9,
)
def only_the_ends_are_special(rows, vocab_size, generator, probability=0.15):
    # A [SEP] in between is called −1, and so drawn for, as long as it is decided who is free.
    text = [[CLS, *[-1 if token == SEP else token for token in row[1:-1]], SEP] for row in rows]
    _, after = drawn(text, vocab_size, generator, probability)
    after = [[SEP if now == -1 else now for now in row] for row in after]
    return batch_of(filled_up(rows), after)


@mistake(
    masked_batch,
    "A random token with the number 0 is taken for padding: the mask was made from the covered input. Make it before "
    "anything is covered, or from the lengths of the rows.",
    keeps=0.9,
)
def hides_a_random_zero(rows, vocab_size, generator, probability=0.15):
    text, after = drawn(rows, vocab_size, generator, probability)
    return batch_of(text, after, seen=lambda token, now: token if now is None else now)


@mistake(
    masked_batch,
    "Who is chosen is right, and so are the labels, but the random tokens are others than in the code that was found: "
    "they were drawn for the places that need one. There they are drawn for all places.",
    keeps=0.8,
)
def fewer_random_tokens(rows, vocab_size, generator, probability=0.15):
    longest = max(map(len, rows))
    text = torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])
    free = (text != PAD) & (text != CLS) & (text != SEP)
    chosen = free & (torch.rand(text.shape, generator=generator) < probability)
    fate = torch.rand(text.shape, generator=generator)
    covered, other = text.masked_fill(chosen & (fate < 0.8), MASK), chosen & (fate >= 0.9)
    covered[other] = torch.randint(vocab_size, (int(other.sum()),), generator=generator)
    return {
        "labels": text.masked_fill(~chosen, IGNORED), "attention_mask": text.ne(PAD).long(), "input_ids": covered,
    }  # fmt: skip


@alternative(masked_batch)
def in_new_tensors(rows, vocab_size, generator, probability=0.15):
    longest = max(map(len, rows))
    text = torch.stack([torch.tensor(row + [PAD] * (longest - len(row))) for row in rows])
    free = (text != PAD) & (text != CLS) & (text != SEP)
    chosen = free & (torch.rand(text.shape, generator=generator) < probability)
    fate = torch.rand(text.shape, generator=generator)
    anything = torch.randint(vocab_size, text.shape, generator=generator)
    covered = torch.where(chosen & (fate < 0.8), MASK, torch.where(chosen & (fate >= 0.9), anything, text))
    return {
        "labels": torch.where(chosen, text, IGNORED), "attention_mask": text.ne(PAD).long(), "input_ids": covered,
    }  # fmt: skip


@alternative(masked_batch)
def row_by_row(rows, vocab_size, generator, probability=0.15):
    """The labels first, then the input, in lists."""
    text, after = drawn(rows, vocab_size, generator, probability)
    labels = [
        [IGNORED if now is None else old for old, now in zip(*both, strict=True)]
        for both in zip(text, after, strict=True)
    ]
    ids = [
        [old if now is None else now for old, now in zip(*both, strict=True)] for both in zip(text, after, strict=True)
    ]
    lengths = torch.tensor([len(row) for row in rows])[:, None]
    real = torch.arange(len(ids[0])) < lengths
    return {"input_ids": torch.tensor(ids), "labels": torch.tensor(labels), "attention_mask": real.to(torch.int64)}


promised(
    masked_batch,
    "Rows of tokens as one batch for pretraining: filled up with [PAD], some tokens covered, the labels beside them.",
    by=["the input of some rows", "rows of very different lengths", "the labels of some rows"],
)
promised(
    masked_batch,
    "Where a token was chosen, it is the label, whatever became of it; everywhere else the label is −100.",
    by=["everybody is chosen: the labels", "nobody is chosen", "what became of those with a label"],
)
promised(
    masked_batch,
    "Padding, [CLS] and [SEP] are never chosen.",
    by=["everybody is chosen: the input", "rows of very different lengths", "pairs, with one more [SEP] in between"],
)
promised(
    masked_batch,
    "rows: lists of tokens, from [CLS] to [SEP]; a pair has one more [SEP] in between.",
    by=["one row", "rows of very different lengths", "pairs, with one more [SEP] in between"],
)
promised(masked_batch, "vocab_size: random tokens are drawn below it.", by=["everybody is chosen: the input"])
promised(
    masked_batch,
    "generator: draws in the order of the code that was found: who is chosen, their fate, random tokens for all "
    "places.",
    by=["two calls with one generator, and torch's own stream", "the input of some rows"],
)
promised(
    masked_batch,
    "A dict with `input_ids`, `attention_mask` (1 for tokens, 0 for padding) and `labels`, each of shape (batch, "
    "longest), int64.",
    by=[
        "the mask of padding",
        "the mask of padding, where a random token is [PAD]",
        "the rows afterwards, without a probability",
    ],
)
AND = "for booleans, a product says the same as `&`"
OR = "a token is one of them at most, so that a sum, or exclusive or, says the same as `|`"
EDGE = "they differ for a throw that hits the border exactly, which one of 2²⁴ does"
THROWN = "chosen = (torch.rand(input_ids.shape, generator=generator) {} probability) {} ~special"
equivalent(masked_batch, THROWN.format("<", "&"), THROWN.format("<", "*"), AND)
equivalent(masked_batch, THROWN.format("<", "&"), THROWN.format("<=", "&"), EDGE)
COVERED = "input_ids[chosen {} (fate {} 0.8)] = 4"
equivalent(masked_batch, COVERED.format("&", "<"), COVERED.format("*", "<"), AND)
equivalent(masked_batch, COVERED.format("&", "<"), COVERED.format("&", "<="), EDGE)
OTHER = "other = chosen {} (fate {} 0.9)"
equivalent(masked_batch, OTHER.format("&", ">="), OTHER.format("*", ">="), AND)
equivalent(masked_batch, OTHER.format("&", ">="), OTHER.format("&", ">"), EDGE)
SPECIAL = "special = (input_ids {} 0) {} (input_ids == 2) {} (input_ids == 3)"
for first, second in (("+", "|"), ("^", "|"), ("|", "+"), ("|", "^")):
    equivalent(masked_batch, SPECIAL.format("==", "|", "|"), SPECIAL.format("==", first, second), OR)
equivalent(
    masked_batch, SPECIAL.format("==", "|", "|"), SPECIAL.format("<=", "|", "|"), "no token has a number below 0"
)
equivalent(
    masked_batch,
    "labels, attention_mask = input_ids.clone(), (input_ids != 0).long()",
    "labels, attention_mask = input_ids.clone(), (input_ids > 0).long()",
    "no token has a number below 0",
)
