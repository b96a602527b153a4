"""Mistakes of `collate_with_padding`."""

import torch

from autograder.references import mistake
from autograder.references.data._collate_with_padding import (
    NO_LABEL,
    batch_of,
    collate_with_padding,
    longest,
    rounded,
    with_mask,
)


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
    "Every label that belongs to a word with the number `pad` is −100, as with `labels[input_ids == pad] = -100`. "
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
    "A length that is a multiple already grows by another `multiple_of` places. Where `length % multiple_of` is 0, "
    "nothing is added.",
)
def always_one_more(examples, pad=0, multiple_of=1):
    length = (longest(examples) // multiple_of + 1) * multiple_of
    return batch_of(examples, pad, length)


@mistake(
    collate_with_padding,
    "With a `multiple_of` above 1, a length that is a multiple already grows by another `multiple_of` places. Where "
    "`length % multiple_of` is 0, nothing is added.",
    keeps=0.93,
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


@mistake(
    collate_with_padding,
    "Examples that are all equally long, or a single one, are not rounded up to `multiple_of`. There may be nothing to "
    "fill up to the longest, and yet something to fill up to the multiple.",
    keeps=0.93,
)
def equal_lengths_as_they_are(examples, pad=0, multiple_of=1):
    equal = min(len(each["input_ids"]) for each in examples) == longest(examples)
    return collate_with_padding(examples, pad, 1 if equal else multiple_of)


@mistake(
    collate_with_padding,
    "Each word's label is the word behind it, whatever the examples say: their “labels” play no part. A label may be "
    "something else, or −100 in the middle of a text. Copy those of the examples.",
)
def labels_made_anew(examples, pad=0, multiple_of=1):
    words = [each["input_ids"] for each in examples]
    made = [{"input_ids": ids, "labels": torch.cat([ids, ids.new_full((1,), NO_LABEL)])[1:]} for ids in words]
    return collate_with_padding(made, pad, multiple_of)


@mistake(
    collate_with_padding,
    "Something is taken out of the caller's own examples, as by `pop`: collated a second time, as in the next epoch, "
    "they give a KeyError. Read from them, and leave them as they are.",
    keeps=0.97,
)
def takes_labels_out(examples, pad=0, multiple_of=1):
    batch = collate_with_padding(examples, pad, multiple_of)
    for each in examples:
        del each["labels"]
    return batch


@mistake(
    collate_with_padding,
    "The mask is True everywhere, on padding as well. It says which positions hold a word of the text: the first "
    "len(text) of each row.",
)
def sees_all(examples, pad=0, multiple_of=1):
    return with_mask(examples, pad, multiple_of, lambda batch: torch.ones_like(batch["input_ids"], dtype=torch.bool))


@mistake(
    collate_with_padding,
    "The length is rounded down, and the longest text has no room. Round up: ceil(longest / multiple_of) · "
    "multiple_of.",
    keeps=0.9,
)
def rounds_down_and_has_no_room(examples, pad=0, multiple_of=1):
    table = examples[0]["input_ids"].new_full((len(examples), longest(examples) // multiple_of * multiple_of), pad)
    for row, each in zip(table, examples, strict=True):
        row[: len(each["input_ids"])] = each["input_ids"]
    return collate_with_padding(examples, pad, multiple_of)
