"""Plainer mistakes of `BertSelfAttention`: a layer, a dimension, an error."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.bert_internals._BertSelfAttention import Attention, BertSelfAttention


@mistake(
    BertSelfAttention,
    "The scores are divided by the root of the number of heads. It is the root of how many numbers a head's query has, "
    "hidden_size / heads.",
)
class ScalesByHeads(Attention):
    def scores(self, query, key):
        return query @ key.mT / math.sqrt(self.heads)


@mistake(
    BertSelfAttention,
    "A head gets every so-many-th number, as by unflatten(-1, (-1, heads)). It gets neighbouring numbers: "
    "unflatten(-1, (heads, -1)).",
)
class CombsTheNumbers(Attention):
    def split(self, x):
        return x.unflatten(-1, (-1, self.heads)).permute(0, 3, 1, 2)

    def merge(self, x):
        return x.permute(0, 2, 3, 1).flatten(2)


@mistake(
    BertSelfAttention,
    "Within each token the heads look at each other. After cutting, tokens and heads have to change places: "
    "(batch, heads, token, d).",
)
class HeadsLookAtHeads(Attention):
    def split(self, x):
        return x.unflatten(-1, (self.heads, -1))

    def merge(self, x):
        return x.flatten(2)

    def forward(self, hidden_states, mask=None):
        if mask is not None:
            return super().forward(hidden_states, mask)
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.drop(self.scores(query, key).softmax(-1))
        return self.merge(weights @ value), weights


@mistake(
    BertSelfAttention,
    "The hidden states themselves are brought back. They have to go through the layer `value` first.",
)
class BringsBackStates(Attention):
    def forward(self, hidden_states, mask=None):
        query, key = (self.split(layer(hidden_states)) for layer in (self.query, self.key))
        weights = self.drop(self.weights(self.scores(query, key), mask))
        return self.merge(weights @ self.split(hidden_states)), weights


@mistake(
    BertSelfAttention,
    "What comes back was not made with the weights that come back: outside of training, too, it is dropped, and the "
    "weights are not. F.scaled_dot_product_attention drops whenever its dropout_p is above 0.",
)
class DropsInTheKernel(Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        context = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=self.dropout.p)
        return self.merge(context), self.weights(self.scores(query, key), mask)


@mistake(
    BertSelfAttention,
    "There is a fourth linear layer. BERT keeps that one in its next part, BertSelfOutput.",
)
class MixesTheHeads(Attention):
    def __init__(self, config):
        super().__init__(config)
        self.out = nn.Linear(config.hidden_size, config.hidden_size)

    def merge(self, x):
        return self.out(super().merge(x))


@mistake(BertSelfAttention, "A linear layer has no bias. All three have one in BERT, as nn.Linear does by itself.")
class WithoutBias(Attention):
    def __init__(self, config):
        super().__init__(config)
        width = config.hidden_size
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))


@mistake(
    BertSelfAttention,
    "Only what the heads bring back is returned. The weights are asked for too, as a pair.",
)
class KeepsTheWeightsBack(Attention):
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[0]


@mistake(
    BertSelfAttention,
    "A key whose mask is below 0 is hidden altogether, with −∞, however little was to be added. The mask is a number "
    "to be added to the score.",
)
class FillsBelowZero(Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores.masked_fill(mask < 0, -torch.inf)).softmax(-1)


@mistake(BertSelfAttention, "The pair is turned round: first what the heads bring back, then the weights.")
class WeightsFirst(Attention):
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[::-1]
