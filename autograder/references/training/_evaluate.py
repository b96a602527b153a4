"""`evaluate`: what is right, and the frame of most answers."""

from contextlib import contextmanager

import torch
from torch.nn import functional as F


@contextmanager
def evaluating(model):
    modes = [(part, part.training) for part in model.modules()]
    try:
        for part, _ in modes:
            part.training = False
        yield
    finally:
        for part, mode in modes:
            part.training = mode


def evaluate(model, batches):
    """Everything as one batch, since evaluation mode looks at each example by itself."""
    losses, right = [], []
    with evaluating(model), torch.inference_mode():
        for x, labels in batches:
            scores = model(x).double()
            losses += (-scores.log_softmax(dim=1))[torch.arange(len(labels)), labels].tolist()
            right += (scores.argmax(dim=1) == labels).tolist()
    return sum(losses) / len(losses), sum(right) / len(right)


def totals(model, batches):
    loss = right = count = 0
    for x, labels in batches:
        scores = model(x)
        loss += F.cross_entropy(scores, labels, reduction="sum").item()
        right += (scores.argmax(dim=-1) == labels).sum().item()
        count += len(labels)
    return loss, right, count


def means(model, batches, mode=evaluating, graph=torch.no_grad):
    """The frame of most answers; mistakes change one decision."""
    with mode(model), graph():
        loss, right, count = totals(model, batches)
    return loss / count, right / count
