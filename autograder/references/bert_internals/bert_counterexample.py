"""`bert_counterexample`: batches that tell all suspects apart, and batches that do not."""

from itertools import product

import torch

from autograder.references import alternative, mistake, promised

PAD, CLS, SEP = 0, 1, 2


def bert_counterexample():
    ids = torch.tensor([[CLS, 5, 6, SEP, 7, SEP, PAD], [PAD, PAD, CLS, 5, 8, 9, SEP]])
    real = torch.tensor([[1, 1, 1, 1, 1, 1, 0], [0, 0, 1, 1, 1, 1, 1]])
    segments = torch.tensor([[0, 0, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0]])
    ids[1, 4] = PAD
    return ids, real, segments


NOTHING_HIDDEN = (
    "Nothing is hidden here, so that the three suspects whose fault is in the mask do well. Let attention_mask be 0 "
    "for some tokens."
)
SAME_MASK = (
    "The suspect that hides in each sentence what is padding in the first goes unseen. It is wrong only where two "
    "sentences have different masks."
)
AT_THE_END = (
    "The suspect that takes the padding to be at the end goes unseen. It is wrong only where a hidden token stands "
    "before a real one."
)
BY_IDS = (
    "The suspect that takes id 0 for the padding goes unseen. It is wrong only where a real token has id 0, or a "
    "hidden one another id."
)
ANEW = (
    "The suspect that counts positions anew in the second segment goes unseen. It is wrong only where a sentence has "
    "real tokens of both segments."
)
SEPARATOR = (
    "The suspect that works out the segments from [SEP] goes unseen. It is wrong only where token_type_ids say "
    "something else: 0 behind a [SEP], or 1 before the first one."
)
ORDINARY = (
    "This is a batch as tokenizers make it, padded at the end with id 0 and with segments that change after [SEP]: "
    "most suspects are right on it. Ask of each what it takes for granted, and break that."
)

MASKS = {  # what is padding in two sentences of seven tokens → which suspects go unseen
    (): [NOTHING_HIDDEN],
    ((5, 6), (5, 6)): [SAME_MASK, AT_THE_END],
    ((5, 6), (6,)): [AT_THE_END],
    ((0, 1), (0, 1)): [SAME_MASK],
    ((0, 1), (6,)): [],
}
ROWS = {  # whether the second segment occurs, whether [SEP] tells where → ids, segments
    (False, False): ([CLS, 5, 6, 7, 8, 9, 10], [0, 0, 0, 0, 0, 0, 0]),
    (False, True): ([CLS, 5, SEP, 7, 8, 9, 10], [0, 0, 0, 0, 0, 0, 0]),
    (True, False): ([CLS, 5, SEP, 7, 8, 9, 10], [0, 0, 0, 1, 1, 1, 1]),
    (True, True): ([CLS, 5, 6, 7, 8, 9, 10], [0, 0, 0, 1, 1, 1, 1]),
}


def _batch(padding, row, by_ids):
    """Two sentences of this row with this padding; `by_ids`: whether an id 0 is real."""
    ids, segments = (torch.tensor([each, each]) for each in ROWS[row])
    real = torch.ones_like(ids)
    for sentence, hidden in enumerate(padding):
        real[sentence, list(hidden)] = 0
    ids[real == 0] = PAD
    if by_ids:
        ids[:, 4] = PAD
    return ids, real, segments


def _unseen(padding, row, by_ids):
    return [
        *MASKS[padding],
        *([] if by_ids else [BY_IDS]),
        *([] if row[0] else [ANEW]),
        *([] if row[1] else [SEPARATOR]),
    ]


def _said(missing):
    return ORDINARY if {AT_THE_END, BY_IDS, SEPARATOR} <= set(missing) else " ".join(missing)


for number, (padding, row, by_ids) in enumerate(product(MASKS, ROWS, (True, False))):
    missing = _unseen(padding, row, by_ids)
    if missing:

        def answer(padding=padding, row=row, by_ids=by_ids):
            return _batch(padding, row, by_ids)

        answer.__name__ = f"batch_{number}"
        told = 6 - len(missing) - 2 * (NOTHING_HIDDEN in missing)
        mistake(bert_counterexample, _said(missing), keeps=told / 6 + 0.01)(answer)


@alternative(bert_counterexample)
def one_of_each():
    ids = torch.tensor([[CLS, 4, 5, SEP, 6], [9, CLS, 4, 5, 3], [CLS, 4, 7, 5, 3]])
    real = torch.tensor([[1, 1, 1, 1, 1], [0, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    segments = torch.tensor([[0, 0, 0, 0, 1], [0, 0, 0, 0, 0], [1, 1, 0, 0, 0]])
    return ids, real, segments


@alternative(bert_counterexample)
def a_hole_in_the_middle():
    ids = torch.arange(3, 13).reshape(2, 5)
    real = torch.tensor([[1, 1, 0, 1, 1], [1, 1, 1, 1, 0]])
    return ids, real, torch.tensor([[0, 0, 0, 1, 0], [0, 1, 1, 0, 0]])


promised(
    bert_counterexample,
    "One batch on which each of the suspects is seen to be wrong.",
    by=["takes the padding to be at the end", "works out the segments from [SEP]"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "input_ids, attention_mask and token_type_ids, int64, each of shape (batch, token): at most 12 tokens a sentence "
    "and 1,000 numbers in all.",
    "Ids from 0 to 29, masks and segments of 0 and 1; each sentence has a real token.",
):
    promised(bert_counterexample, sentence, by=ACCEPTED)
