"""`collate_with_padding`: other ways that are right, and what is promised."""

import torch
from torch.nn.utils.rnn import pad_sequence

from autograder.references import alternative, equivalent, promised
from autograder.references.data import _collate_with_padding_mistakes  # noqa: F401  (they register themselves)
from autograder.references.data._collate_with_padding import NO_LABEL, collate_with_padding, longest


@alternative(collate_with_padding)
def by_the_library(examples, pad=0, multiple_of=1):
    ids = pad_sequence([each["input_ids"] for each in examples], batch_first=True, padding_value=pad)
    labels = pad_sequence([each["labels"] for each in examples], batch_first=True, padding_value=NO_LABEL)
    more = -ids.shape[1] % multiple_of
    ids = torch.nn.functional.pad(ids, (0, more), value=pad)
    labels = torch.nn.functional.pad(labels, (0, more), value=NO_LABEL)
    lengths = torch.tensor([len(each["input_ids"]) for each in examples], device=ids.device)
    mask = torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]
    return {"labels": labels, "input_ids": ids, "attention_mask": mask}


@alternative(collate_with_padding)
def row_by_row(examples, pad=0, multiple_of=1):
    size = (longest(examples) + multiple_of - 1) // multiple_of * multiple_of
    rows = {"input_ids": [], "attention_mask": [], "labels": []}
    for each in examples:
        ids, labels = each["input_ids"], each["labels"]
        rest = ids.new_ones(size - len(ids))
        rows["input_ids"].append(torch.cat([ids, rest * pad]))
        rows["labels"].append(torch.cat([labels, rest * NO_LABEL]))
        rows["attention_mask"].append(torch.cat([torch.ones_like(ids), rest * 0]).bool())
    return {name: torch.stack(parts) for name, parts in rows.items()}


promised(
    collate_with_padding,
    "One batch from examples of different lengths, padded behind to the longest of them.",
    by=["the numbers", "two batches one after the other"],
)
promised(
    collate_with_padding,
    'examples: at least one; each holds "input_ids" and "labels", int64, both of shape (words,).',
    by=["one example", "with an empty text"],
)
promised(collate_with_padding, "They are left as they were.", by=["the examples are left alone"])
promised(
    collate_with_padding,
    'pad: the number that fills up "input_ids".',
    by=["a negative pad", "labels, with another pad", "by names"],
)
promised(collate_with_padding, "It may be the number of a real word, too.", by=["a pad that is also a word"])
promised(
    collate_with_padding,
    "multiple_of: the length of the batch is rounded up to a multiple of this.",
    by=["a multiple of 8", "a multiple that fits already"],
)
promised(
    collate_with_padding,
    'A dict of three tensors of shape (examples, length): "input_ids", int64; "attention_mask", boolean, True where a '
    'word of the text stands, whatever its number and its label; "labels", int64, −100 behind the end.',
    by=[
        "two batches one after the other",
        "word 0 is a word",
        "a word without a label is a word",
        "labels",
        "large numbers",
    ],
)
equivalent(
    collate_with_padding,
    'first = examples[0]["input_ids"]',
    'first = examples[ -1]["input_ids"]',
    "all examples have one dtype and one device",
)
