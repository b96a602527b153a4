"""`BertIntermediate`: what is right, and what answers have in common."""

import math

import torch
from torch import nn
from transformers.models.bert import modeling_bert


class BertIntermediate(modeling_bert.BertIntermediate):
    """The library's own, for the three names alone: it knows more."""

    def __init__(self, config):
        if config.hidden_act not in ("gelu", "gelu_new", "relu"):
            raise KeyError(config.hidden_act)
        super().__init__(config)


def erf(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def tanh(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class Intermediate(nn.Module):
    known = {"gelu": erf, "gelu_new": tanh, "relu": torch.relu}  # noqa: RUF012

    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.act = self.choose(config.hidden_act)

    def choose(self, name):
        return self.known[name]

    def forward(self, x):
        return self.act(self.dense(x))
