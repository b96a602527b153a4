"""`collate_pages`: the oracle, and what answers are made of."""

import torch


def collate_pages(pages, padding=0):
    """By the definition: tables of what stands for padding, into which each page is written."""
    size = len(pages), max(len(page["input_ids"]) for page in pages)
    found = {
        "input_ids": torch.full(size, padding),
        "bbox": torch.zeros(*size, 4, dtype=torch.int64),
        "attention_mask": torch.zeros(size, dtype=torch.int64),
        "token_type_ids": torch.zeros(size, dtype=torch.int64),
        "labels": torch.full(size, -100),
    }
    for row, page in enumerate(pages):
        for place, (piece, box, label) in enumerate(
            zip(*(page[k] for k in ("input_ids", "bbox", "labels")), strict=True)
        ):
            found["input_ids"][row, place], found["labels"][row, place] = piece, label
            found["bbox"][row, place] = torch.tensor(box)
            found["attention_mask"][row, place] = 1
    return found


def changed(key, change):
    """A batch of which one tensor is another: `change` gets the batch, the pages, and which piece is the padding."""

    def collate(pages, padding=0):
        found = collate_pages(pages, padding)
        found[key] = change(found, pages, padding)
        return found

    return collate


def lengths(pages):
    return [len(page["input_ids"]) for page in pages]
