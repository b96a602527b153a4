"""`attention_entropy`: what is right."""

import torch


def attention_entropy(weights):
    return torch.special.entr(weights.double()).sum(-1).to(weights.dtype)
