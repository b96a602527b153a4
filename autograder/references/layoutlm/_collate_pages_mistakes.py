"""Plain slips in `collate_pages`: one name, one length, one number."""

import torch

from autograder.references import mistake
from autograder.references.layoutlm._collate_pages import collate_pages, lengths

NAMES = (
    "One of the five tensors is missing, or has another name. The model takes them by name: input_ids, bbox, "
    "attention_mask, token_type_ids, labels."
)
TOO_LONG = "The batch is longer than its longest page, by one piece or up to a fixed length. Pad to the longest page."
UNEVEN = (
    "Pages of different lengths raise, as they do where padding is missing or counted by another page than the longest."
)


def renamed(pages, padding, old, new=None):
    found = collate_pages(pages, padding)
    tensor = found.pop(old)
    return found if new is None else {**found, new: tensor}


def stretched(pages, padding, longest):
    longer = {"input_ids": [padding] * longest, "bbox": [[0] * 4] * longest, "labels": [-100] * longest}
    found = {key: value[:-1] for key, value in collate_pages([*pages, longer], padding).items()}
    sizes = torch.tensor(lengths(pages)).unsqueeze(1)
    return {**found, "attention_mask": (torch.arange(found["labels"].shape[1]) < sizes).long()}


@mistake(collate_pages, NAMES)
def no_boxes(pages, padding=0):
    return renamed(pages, padding, "bbox")


@mistake(collate_pages, NAMES)
def label_for_labels(pages, padding=0):
    return renamed(pages, padding, "labels", "label")


@mistake(collate_pages, TOO_LONG)
def always_512(pages, padding=0):
    return stretched(pages, padding, 512)


@mistake(collate_pages, UNEVEN)
def does_not_pad(pages, padding=0):
    torch.tensor([page["input_ids"] for page in pages])
    return collate_pages(pages, padding)


@mistake(collate_pages, "Pieces are padded with −100, which is not a piece: that is the number for labels.")
def pieces_like_labels(pages, padding=0):
    return collate_pages(pages, -100)


@mistake(
    collate_pages,
    "The boxes of padding have the padding's number, or −100: no page has such a place. They should be 0, 0, 0, 0.",
    keeps=0.9,
)
def boxes_like_pieces(pages, padding=0):
    found = collate_pages(pages, padding)
    found["bbox"][found["attention_mask"] == 0] = padding
    return found


@mistake(collate_pages, "The labels of padding are 100: the sign is missing. The loss leaves out −100.")
def a_hundred(pages, padding=0):
    found = collate_pages(pages, padding)
    found["labels"][found["attention_mask"] == 0] = 100
    return found


@mistake(collate_pages, "`token_type_ids` are floating point. They are rows of a table: int64.", keeps=0.6)
def floating_segments(pages, padding=0):
    found = collate_pages(pages, padding)
    return {**found, "token_type_ids": found["token_type_ids"].float()}
