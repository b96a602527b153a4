"""`BertIntermediate`: what is right, and what goes wrong."""

import math

import torch
from torch import nn
from torch.nn import functional as F
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake


class BertIntermediate(modeling_bert.BertIntermediate):
    """The library's own: it raises KeyError where ACT2FN does not know the name."""


def _erf(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def _tanh(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class _Intermediate(nn.Module):
    known = {"gelu": _erf, "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012

    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.act = self.choose(config.hidden_act)

    def choose(self, name):
        return self.known[name]

    def forward(self, x):
        return self.act(self.dense(x))


@mistake(
    BertIntermediate,
    'The tanh formula is taken for "gelu". BERT\'s GELU is the exact one, with erf; tanh is "gelu_new".',
)
class TanhForErf(_Intermediate):
    known = {"gelu": _tanh, "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, 'The exact GELU is taken for "gelu_new" too. That name means the formula with tanh.')
class ErfForTanh(_Intermediate):
    known = {"gelu": _erf, "gelu_new": _erf, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "The two flavours of GELU have changed places.")
class SwapsFlavours(_Intermediate):
    known = {"gelu": _tanh, "gelu_new": _erf, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "hidden_act is never read: whatever the configuration says, the activation is GELU.")
class AlwaysGelu(_Intermediate):
    def choose(self, name):
        return _erf


@mistake(BertIntermediate, "The activation is ReLU. BERT's is GELU, unless the configuration says otherwise.")
class AlwaysRelu(_Intermediate):
    def choose(self, name):
        return torch.relu


@mistake(
    BertIntermediate,
    "GELU is taken as x·sigmoid(1.702·x). That is a rougher cousin of it, and no BERT was trained with it.",
)
class QuickGelu(_Intermediate):
    known = {"gelu": lambda x: x * torch.sigmoid(1.702 * x), "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "erf(x) is taken without dividing x by √2 first: Φ(x) = (1 + erf(x / √2)) / 2.")
class ErfWithoutRoot(_Intermediate):
    known = {"gelu": lambda x: x * 0.5 * (1 + torch.erf(x)), "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "There is no activation: two linear layers in a row are one linear layer.")
class NoActivation(_Intermediate):
    def forward(self, x):
        return self.dense(x)


@mistake(BertIntermediate, "The activation acts on what comes in. It acts on what the dense layer gives.")
class ActivatesFirst(_Intermediate):
    def forward(self, x):
        return self.dense(self.act(x))


@mistake(
    BertIntermediate,
    "A name that nobody knows is taken for GELU in silence. Raise KeyError: a misspelt configuration must show.",
)
class AcceptsAnyName(_Intermediate):
    def choose(self, name):
        return self.known.get(name, _erf)


@alternative(BertIntermediate)
class ByNormalDistribution(_Intermediate):
    known = {"gelu": lambda x: x * torch.special.ndtr(x), "gelu_new": _tanh, "relu": lambda x: x.clamp(min=0)}  # noqa: RUF012


@alternative(BertIntermediate)
class ByErfc(_Intermediate):
    known = {  # noqa: RUF012
        "gelu": lambda x: 0.5 * x * torch.special.erfc(-x * 0.5**0.5),
        "gelu_new": lambda x: x * torch.sigmoid(2 * (2 / math.pi) ** 0.5 * (x + 0.044715 * x * x * x)),
        "relu": F.relu,
    }
