"""`collate_with_padding`: what is right, and what goes wrong."""

import torch
from torch.nn.utils.rnn import pad_sequence

from autograder.references import alternative, equivalent, mistake, promised

NO_LABEL = -100


def collate_with_padding(examples, pad=0, multiple_of=1):
    """On plain lists."""
    return batch_of(examples, pad, rounded(longest(examples), multiple_of))


def longest(examples):
    return max(len(each["input_ids"]) for each in examples)


def rounded(length, multiple):
    while length % multiple:
        length += 1
    return length


def batch_of(examples, pad, length, no_label=NO_LABEL, front=False):
    """Every row from a list; mistakes change what it is filled up with, where, and to what length."""

    def table(key, filling):
        rows = []
        for each in examples:
            words = [True] * len(each["input_ids"]) if key == "mask" else each[key].tolist()
            rest = [filling] * (length - len(words))
            rows.append(rest + words if front else words + rest)
        made = torch.tensor(rows, device=examples[0]["input_ids"].device)
        return made.to(torch.bool if key == "mask" else torch.int64).reshape(len(rows), length)

    return {
        "input_ids": table("input_ids", pad),
        "attention_mask": table("mask", False),
        "labels": table("labels", no_label),
    }


def with_mask(examples, pad, multiple_of, mask_of, no_label=NO_LABEL):
    """A batch whose mask is made from its tables."""
    batch = batch_of(examples, pad, rounded(longest(examples), multiple_of), no_label)
    return batch | {"attention_mask": mask_of(batch)}


@mistake(
    collate_with_padding,
    "Both faults are still there. The mask is taken from the values, so a word whose number is 0 or `pad` is hidden; "
    "and labels are filled up with a number that the loss counts, where −100 tells it to pass over.",
)
def as_handed_over(examples, pad=0, multiple_of=1):
    return with_mask(examples, pad, multiple_of, lambda batch: batch["input_ids"] != pad, no_label=0)


@mistake(
    collate_with_padding,
    "The labels are mended, the mask is not: it is taken from the values, so a real word whose number equals `pad` is "
    "hidden. Take it from the lengths.",
)
def mask_from_pad(examples, pad=0, multiple_of=1):
    return with_mask(examples, pad, multiple_of, lambda batch: batch["input_ids"] != pad)


@mistake(
    collate_with_padding,
    "The mask hides every word with the number 0, and shows the padding where `pad` is another number. Take it from "
    "the lengths.",
)
def mask_from_zero(examples, pad=0, multiple_of=1):
    return with_mask(examples, pad, multiple_of, lambda batch: batch["input_ids"] != 0)


@mistake(
    collate_with_padding,
    "The mask is mended, the labels are not: behind the end they are 0, a word like any other, and the loss counts it. "
    "Fill them up with −100.",
)
def labels_zero(examples, pad=0, multiple_of=1):
    return batch_of(examples, pad, rounded(longest(examples), multiple_of), no_label=0)


@mistake(
    collate_with_padding,
    "Labels are filled up with `pad`, and the loss counts it as a word to be guessed. Fill them up with −100.",
)
def labels_pad(examples, pad=0, multiple_of=1):
    return batch_of(examples, pad, rounded(longest(examples), multiple_of), no_label=pad)


@mistake(
    collate_with_padding,
    "Labels are filled up with −1. The loss passes over −100, and over no other number unless it is told.",
)
def labels_minus_one(examples, pad=0, multiple_of=1):
    return batch_of(examples, pad, rounded(longest(examples), multiple_of), no_label=-1)


@mistake(
    collate_with_padding,
    "The mask is taken from the labels: a word without a label, as the last one of each text, is hidden. It is a "
    "word, and others may look at it.",
)
def mask_from_labels(examples, pad=0, multiple_of=1):
    return with_mask(examples, pad, multiple_of, lambda batch: batch["labels"] != NO_LABEL)


@mistake(
    collate_with_padding,
    "Every label that belongs to a word with the number `pad` is −100, as when labels are made from the padded table. "
    "Fill up behind the end only.",
)
def hides_labels_by_value(examples, pad=0, multiple_of=1):
    batch = collate_with_padding(examples, pad, multiple_of)
    return batch | {"labels": batch["labels"].masked_fill(batch["input_ids"] == pad, NO_LABEL)}


@mistake(
    collate_with_padding,
    "The labels are the words themselves: those of the examples play no part. Which label belongs to a word is what "
    "the examples say.",
)
def words_are_labels(examples, pad=0, multiple_of=1):
    batch = collate_with_padding(examples, pad, multiple_of)
    return batch | {"labels": batch["input_ids"].masked_fill(~batch["attention_mask"], NO_LABEL)}


@mistake(
    collate_with_padding,
    "Padding stands in front. Asked for is padding behind.",
)
def in_front(examples, pad=0, multiple_of=1):
    return batch_of(examples, pad, rounded(longest(examples), multiple_of), front=True)


@mistake(
    collate_with_padding,
    "Each batch has the same fixed length, whatever stands in it. It should be as long as its longest text.",
)
def fixed_length(examples, pad=0, multiple_of=1):
    return batch_of(examples, pad, 128)


@mistake(
    collate_with_padding,
    "`multiple_of` is not heeded.",
    keeps=0.9,
)
def never_rounds(examples, pad=0, multiple_of=1):
    return collate_with_padding(examples, pad)


@mistake(
    collate_with_padding,
    "A length that is a multiple already gets one more: ⌊length / m⌋ + 1 is not ⌈length / m⌉.",
)
def always_one_more(examples, pad=0, multiple_of=1):
    length = (longest(examples) // multiple_of + 1) * multiple_of
    return batch_of(examples, pad, length)


@mistake(
    collate_with_padding,
    "A length that is a multiple already gets one more. Where `length % multiple_of` is 0, nothing is added.",
    keeps=0.9,
)
def one_more_where_it_fits(examples, pad=0, multiple_of=1):
    length = longest(examples)
    return batch_of(examples, pad, length if multiple_of == 1 else length + multiple_of - length % multiple_of)


@mistake(
    collate_with_padding,
    "The length is rounded down to the multiple, and the ends of long texts are lost. Round up.",
    keeps=0.9,
)
def rounds_down(examples, pad=0, multiple_of=1):
    length = longest(examples) // multiple_of * multiple_of
    cut = [{key: value[:length] for key, value in each.items()} for each in examples]
    return batch_of(cut, pad, length)


@mistake(collate_with_padding, "`pad` is not heeded: the numbers are filled up with 0.")
def always_zero(examples, pad=0, multiple_of=1):
    return collate_with_padding(examples, 0, multiple_of)


@mistake(collate_with_padding, "The mask is the other way round: True should stand where a word is.")
def inverted(examples, pad=0, multiple_of=1):
    return with_mask(
        examples, pad, multiple_of, lambda batch: ~collate_with_padding(examples, pad, multiple_of)["attention_mask"]
    )


@mistake(
    collate_with_padding,
    "The caller's own examples are changed: padded tensors stand in them afterwards. Leave them as they are.",
    keeps=0.97,
)
def changes_the_examples(examples, pad=0, multiple_of=1):
    batch = collate_with_padding(examples, pad, multiple_of)
    for row, each in enumerate(examples):
        each["input_ids"], each["labels"] = batch["input_ids"][row], batch["labels"][row]
    return batch


@mistake(
    collate_with_padding,
    "A word without a label counts as no word, and a text's length is that of its labels up to the last real one. The "
    "length is that of “input_ids”.",
)
def length_from_labels(examples, pad=0, multiple_of=1):
    def inside(batch):
        last = [
            max([k + 1 for k, label in enumerate(each["labels"].tolist()) if label >= 0], default=0)
            for each in examples
        ]
        places = torch.arange(batch["labels"].shape[1], device=batch["labels"].device)
        return places < torch.tensor(last, device=places.device).unsqueeze(1)

    return with_mask(examples, pad, multiple_of, inside)


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
    by=["two batches one after the other", "word 0 is a word", "a word without a label is a word", "labels"],
)
equivalent(
    collate_with_padding,
    'first = examples[0]["input_ids"]',
    'first = examples[ -1]["input_ids"]',
    "all examples have one dtype and one device",
)
