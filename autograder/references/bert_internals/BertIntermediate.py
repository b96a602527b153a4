"""`BertIntermediate`: what is right, and what goes wrong."""

import math

import torch
from torch import nn
from torch.nn import functional as F
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake, promised


class BertIntermediate(modeling_bert.BertIntermediate):
    """The library's own, for the three names alone: it knows more."""

    def __init__(self, config):
        if config.hidden_act not in ("gelu", "gelu_new", "relu"):
            raise KeyError(config.hidden_act)
        super().__init__(config)


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


@mistake(
    BertIntermediate,
    "hidden_act changes nothing: whatever the configuration says, the activation is GELU with erf. Choose it "
    "by its name; another name is a KeyError.",
)
class AlwaysGelu(_Intermediate):
    def choose(self, name):
        return _erf


@mistake(
    BertIntermediate,
    "Each of the three names gives GELU with erf, though unknown ones are refused. Take the activation that the name "
    "stands for.",
)
class RefusesThenGelu(_Intermediate):
    known = dict.fromkeys(_Intermediate.known, _erf)


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
    keeps=0.85,
)
class AcceptsAnyName(_Intermediate):
    def choose(self, name):
        return self.known.get(name, _erf)


@mistake(
    BertIntermediate,
    "Names beside the three are accepted: whoever looks them up in a larger list, or compares loosely, misses that "
    "KeyError is promised for all others.",
    keeps=0.85,
)
class KnowsMore(_Intermediate):
    known = {**_Intermediate.known, "silu": F.silu, "tanh": torch.tanh, "gelu_fast": _tanh}  # noqa: RUF012


@mistake(
    BertIntermediate,
    '"GELU" is taken for "gelu", as when names are compared in lower case. It is another name, and must '
    "raise KeyError.",
    keeps=0.85,
)
class LowersNames(_Intermediate):
    def choose(self, name):
        return self.known[name.lower()]


@mistake(
    BertIntermediate,
    "An unknown name raises only when the module runs. A misspelt configuration must show when the module is made.",
    keeps=0.85,
)
class RaisesLate(_Intermediate):
    def choose(self, name):
        return lambda x: self.known[name](x)


@mistake(
    BertIntermediate,
    "In training the result is dropped. This part has no dropout: the one that comes after it, "
    "BertSelfOutput, brings its own.",
    keeps=0.97,
)
class DropsAfterwards(_Intermediate):
    def __init__(self, config):
        super().__init__(config)
        self.rate = config.hidden_dropout_prob

    def forward(self, x):
        return F.dropout(super().forward(x), self.rate, self.training)


@mistake(BertIntermediate, "GELU is taken as x·sigmoid(x). That is SiLU, another activation.")
class SiluForGelu(_Intermediate):
    known = {"gelu": F.silu, "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "Φ(x) alone is taken. GELU is x times that.")
class PhiAlone(_Intermediate):
    known = {"gelu": torch.special.ndtr, "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "gelu_new lacks the cube: its tanh has to act on √(2/π)·(x + 0.044715·x³), not on √(2/π)·x.")
class NewWithoutCube(_Intermediate):
    known = {  # noqa: RUF012
        "gelu": _erf,
        "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * x)),
        "relu": torch.relu,
    }


@mistake(
    BertIntermediate,
    "In gelu_new √(2/π) multiplies x alone, not the cube. It multiplies their sum: √(2/π)·(x + 0.044715·x³).",
)
class NewRootWithoutCube(_Intermediate):
    known = {  # noqa: RUF012
        "gelu": _erf,
        "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * x + 0.044715 * x**3)),
        "relu": torch.relu,
    }


@mistake(
    BertIntermediate,
    "In gelu_new the factor is √2/π, about 0.45. The root goes over the fraction: √(2/π), about 0.80.",
)
class NewRootOverTheTwo(_Intermediate):
    known = {  # noqa: RUF012
        "gelu": _erf,
        "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2) / math.pi * (x + 0.044715 * x**3))),
        "relu": torch.relu,
    }


@mistake(
    BertIntermediate,
    "gelu_new gives NaN where x is large. Perhaps its tanh is made of exponentials: they overflow, and ∞ / ∞ "
    "is NaN. torch.tanh stays finite.",
    keeps=0.97,
)
class TanhByHand(_Intermediate):
    known = {  # noqa: RUF012
        "gelu": _erf,
        "gelu_new": lambda x: x * (e := torch.exp(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / (e + 1),
        "relu": torch.relu,
    }


@mistake(
    BertIntermediate,
    "A name that nobody knows ends in ReLU, as when an `if` falls through to its last case. Raise KeyError: "
    "a misspelt configuration must show.",
    keeps=0.85,
)
class FallsThrough(_Intermediate):
    def choose(self, name):
        return self.known.get(name, torch.relu)


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


GELUS = ["gelu", "gelu_new", "relu"]
promised(
    BertIntermediate,
    "The first half of the feed-forward layer: one linear layer and an activation, for each token alone.",
    by=GELUS,
)
promised(
    BertIntermediate,
    'config: hidden_size, intermediate_size, hidden_act: "gelu" (with erf), "gelu_new" (with tanh) or "relu".',
    by=[*GELUS, "gelu in float64", "gelu_new in float64"],
)
promised(
    BertIntermediate,
    "An `nn.Linear(hidden_size, intermediate_size)`: `dense`.",
    by=["names and shapes of what is saved"],
)
promised(BertIntermediate, "KeyError: hidden_act is none of the three.", by=["names known and unknown"])
promised(
    BertIntermediate,
    "From shape (batch, token, hidden_size) to (batch, token, intermediate_size).",
    by=["gelu, one token", *GELUS],
)
