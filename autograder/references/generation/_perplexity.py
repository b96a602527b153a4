"""`perplexity`: the oracle, and what answers are made of."""

import math

import torch
from torch.nn import functional as F


@torch.no_grad()
def perplexity(model, texts):
    """By hand: the logarithm of the softmax of each place, one token after the other."""
    logs = []
    for text in texts:
        scores = model(text[None])[0][0].double()
        for place in range(len(text) - 1):
            row = scores[place] - scores[place].max()
            logs.append((row[text[place + 1]] - row.exp().sum().log()).item())
    if not logs:
        raise ValueError("nothing is predicted")
    return math.exp(-sum(logs) / len(logs))


def surprises(model, texts, predicted=lambda scores, text: (scores[:-1], text[1:]), graph=False):
    """For each text what each token cost; most mistakes only add up otherwise."""
    with torch.set_grad_enabled(graph):
        pairs = [predicted(model(text[None])[0][0], text) for text in texts]
        return [F.cross_entropy(scores.double(), targets, reduction="none") for scores, targets in pairs]


def over_all(costs):
    count = sum(map(len, costs))
    if not count:
        raise ValueError("nothing is predicted")
    return math.exp(sum(cost.sum().item() for cost in costs) / count)
