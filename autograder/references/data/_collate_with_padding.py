"""`collate_with_padding`: what is right, and the frame of most answers."""

import torch

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
