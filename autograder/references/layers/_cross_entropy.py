"""`cross_entropy`: what is right, and what answers are made of."""

import torch
from torch.nn import functional as F


def cross_entropy(logits, targets, ignore_index=-100, smoothing=0.0):
    """The library's, in float64."""
    loss = F.cross_entropy(logits.double(), targets, ignore_index=ignore_index, label_smoothing=smoothing)
    return loss.to(logits.dtype)


def surprise(logs, targets, smoothing):
    """One loss for each row, all of which count; right."""
    right = logs[torch.arange(len(targets)), targets]
    return -((1 - smoothing) * right + smoothing * logs.mean(-1))


def selected(logits, targets, ignore_index):
    return logits[targets != ignore_index], targets[targets != ignore_index]
