"""`BertIntermediate`: other ways that are right, and what is promised."""

import math

import torch
from torch.nn import functional as F

from autograder.references import alternative, promised
from autograder.references.bert_internals import (
    _BertIntermediate_mistakes,  # noqa: F401  (they register themselves)
    _BertIntermediate_plain_mistakes,  # noqa: F401
    _BertIntermediate_slips_mistakes,  # noqa: F401
)
from autograder.references.bert_internals._BertIntermediate import BertIntermediate, Intermediate, tanh


@alternative(BertIntermediate)
class ByNormalDistribution(Intermediate):
    known = {"gelu": lambda x: x * torch.special.ndtr(x), "gelu_new": tanh, "relu": lambda x: x.clamp(min=0)}  # noqa: RUF012


@alternative(BertIntermediate)
class ByErfc(Intermediate):
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
