"""Mistakes of `BertIntermediate`."""

import math

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.bert_internals._BertIntermediate import BertIntermediate, Intermediate, erf, tanh


@mistake(
    BertIntermediate,
    'The tanh formula is taken for "gelu". BERT\'s GELU is the exact one, with erf; tanh is "gelu_new".',
)
class TanhForErf(Intermediate):
    known = {"gelu": tanh, "gelu_new": tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, 'The exact GELU is taken for "gelu_new" too. That name means the formula with tanh.')
class ErfForTanh(Intermediate):
    known = {"gelu": erf, "gelu_new": erf, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "The two flavours of GELU have changed places.")
class SwapsFlavours(Intermediate):
    known = {"gelu": tanh, "gelu_new": erf, "relu": torch.relu}  # noqa: RUF012


@mistake(
    BertIntermediate,
    "hidden_act changes nothing: whatever the configuration says, the activation is GELU with erf. Choose it "
    "by its name; another name is a KeyError.",
)
class AlwaysGelu(Intermediate):
    def choose(self, name):
        return erf


@mistake(
    BertIntermediate,
    "Each of the three names gives GELU with erf, though unknown ones are refused. Take the activation that the name "
    "stands for.",
)
class RefusesThenGelu(Intermediate):
    known = dict.fromkeys(Intermediate.known, erf)


@mistake(BertIntermediate, "The activation is ReLU. BERT's is GELU, unless the configuration says otherwise.")
class AlwaysRelu(Intermediate):
    def choose(self, name):
        return torch.relu


@mistake(
    BertIntermediate,
    "GELU is taken as x·sigmoid(1.702·x). That is a rougher cousin of it, and no BERT was trained with it.",
)
class QuickGelu(Intermediate):
    known = {"gelu": lambda x: x * torch.sigmoid(1.702 * x), "gelu_new": tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "erf(x) is taken without dividing x by √2 first: Φ(x) = (1 + erf(x / √2)) / 2.")
class ErfWithoutRoot(Intermediate):
    known = {"gelu": lambda x: x * 0.5 * (1 + torch.erf(x)), "gelu_new": tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "There is no activation: two linear layers in a row are one linear layer.")
class NoActivation(Intermediate):
    def forward(self, x):
        return self.dense(x)


@mistake(BertIntermediate, "The activation acts on what comes in. It acts on what the dense layer gives.")
class ActivatesFirst(Intermediate):
    def forward(self, x):
        return self.dense(self.act(x))


@mistake(
    BertIntermediate,
    "A name that nobody knows is taken for GELU in silence. Raise KeyError: a misspelt configuration must show.",
    keeps=0.85,
)
class AcceptsAnyName(Intermediate):
    def choose(self, name):
        return self.known.get(name, erf)


@mistake(
    BertIntermediate,
    "Names beside the three are accepted: whoever looks them up in a larger list, or compares loosely, misses that "
    "KeyError is promised for all others.",
    keeps=0.85,
)
class KnowsMore(Intermediate):
    known = {**Intermediate.known, "silu": F.silu, "tanh": torch.tanh, "gelu_fast": tanh}  # noqa: RUF012


@mistake(
    BertIntermediate,
    '"GELU" is taken for "gelu", as when names are compared in lower case. It is another name, and must '
    "raise KeyError.",
    keeps=0.85,
)
class LowersNames(Intermediate):
    def choose(self, name):
        return self.known[name.lower()]


@mistake(
    BertIntermediate,
    "An unknown name raises only when the module runs. A misspelt configuration must show when the module is made.",
    keeps=0.85,
)
class RaisesLate(Intermediate):
    def choose(self, name):
        return lambda x: self.known[name](x)


@mistake(
    BertIntermediate,
    "In training the result is dropped. This part has no dropout: the one that comes after it, "
    "BertSelfOutput, brings its own.",
    keeps=0.97,
)
class DropsAfterwards(Intermediate):
    def __init__(self, config):
        super().__init__(config)
        self.rate = config.hidden_dropout_prob

    def forward(self, x):
        return F.dropout(super().forward(x), self.rate, self.training)


@mistake(BertIntermediate, "GELU is taken as x·sigmoid(x). That is SiLU, another activation.")
class SiluForGelu(Intermediate):
    known = {"gelu": F.silu, "gelu_new": tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "Φ(x) alone is taken. GELU is x times that.")
class PhiAlone(Intermediate):
    known = {"gelu": torch.special.ndtr, "gelu_new": tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "gelu_new lacks the cube: its tanh has to act on √(2/π)·(x + 0.044715·x³), not on √(2/π)·x.")
class NewWithoutCube(Intermediate):
    known = {  # noqa: RUF012
        "gelu": erf,
        "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * x)),
        "relu": torch.relu,
    }


@mistake(
    BertIntermediate,
    "In gelu_new √(2/π) multiplies x alone, not the cube. It multiplies their sum: √(2/π)·(x + 0.044715·x³).",
)
class NewRootWithoutCube(Intermediate):
    known = {  # noqa: RUF012
        "gelu": erf,
        "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * x + 0.044715 * x**3)),
        "relu": torch.relu,
    }


@mistake(
    BertIntermediate,
    "In gelu_new the factor is √2/π, about 0.45. The root goes over the fraction: √(2/π), about 0.80.",
)
class NewRootOverTheTwo(Intermediate):
    known = {  # noqa: RUF012
        "gelu": erf,
        "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2) / math.pi * (x + 0.044715 * x**3))),
        "relu": torch.relu,
    }


@mistake(
    BertIntermediate,
    "gelu_new gives NaN where x is large. Perhaps its tanh is made of exponentials: they overflow, and ∞ / ∞ "
    "is NaN. torch.tanh stays finite.",
    keeps=0.97,
)
class TanhByHand(Intermediate):
    known = {  # noqa: RUF012
        "gelu": erf,
        "gelu_new": lambda x: x * (e := torch.exp(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / (e + 1),
        "relu": torch.relu,
    }


@mistake(
    BertIntermediate,
    "A name that nobody knows ends in ReLU, as when an `if` falls through to its last case. Raise KeyError: "
    "a misspelt configuration must show.",
    keeps=0.85,
)
class FallsThrough(Intermediate):
    def choose(self, name):
        return self.known.get(name, torch.relu)
