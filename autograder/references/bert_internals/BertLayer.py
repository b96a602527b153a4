"""`BertLayer`: other ways that are right, and what is promised."""

from torch import nn

from autograder.references import alternative, promised
from autograder.references.bert_internals import (
    _BertLayer_mistakes,  # noqa: F401  (they register themselves)
    _BertLayer_plain_mistakes,  # noqa: F401
    _BertLayer_slips_mistakes,  # noqa: F401
)
from autograder.references.bert_internals._BertLayer import BertLayer, Half
from helpers.bert_parts import LIBRARY


@alternative(BertLayer)
class NamesByHand(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention = nn.Module()
        self.attention.self = parts.self_attention(config)
        self.attention.output = parts.self_output(config)
        self.intermediate = parts.intermediate(config)
        self.output = parts.output(config)

    def forward(self, x, mask=None):
        found, weights = self.attention.self(x, mask)
        middle = self.attention.output(found, x)
        return self.output(self.intermediate(middle), middle), weights


@alternative(BertLayer)
class TwoHalves(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention = Half(config, parts)
        self.intermediate, self.output = parts.intermediate(config), parts.output(config)

    def forward(self, hidden_states, mask=None):
        middle, weights = self.attention(hidden_states, mask)
        return self.output(self.intermediate(middle), middle), weights


BATCH = ["one token", "a batch"]


promised(
    BertLayer,
    "One layer of BERT: attention, then the feed-forward layer, each added to what went into it and normalised.",
    by=BATCH,
)


promised(BertLayer, "config: handed on to the parts.", by=["names and shapes of what is saved"])


promised(BertLayer, "parts: the classes to make the parts from.", by=["parts of somebody else"])


promised(
    BertLayer,
    "Names: `attention.self`, `attention.output`, `intermediate`, `output`.",
    by=["names and shapes of what is saved"],
)


promised(BertLayer, "Runs the layer.", by=BATCH)


promised(BertLayer, "hidden_states: shape (batch, token, hidden_size).", by=BATCH)


promised(
    BertLayer,
    "mask: to be added to the scores; broadcasts to (batch, heads, query, key).",
    by=["masked", "a mask for each query"],
)


promised(
    BertLayer,
    "The new hidden states, shape (batch, token, hidden_size); the weights, shape (batch, heads, query, key).",
    by=BATCH,
)
