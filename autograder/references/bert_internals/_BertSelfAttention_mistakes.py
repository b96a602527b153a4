"""Mistakes of `BertSelfAttention`."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.bert_internals._BertSelfAttention import Attention, BertSelfAttention
from autograder.references.bert_internals._shared import DROPS_ALWAYS


@mistake(
    BertSelfAttention,
    "The mask is added after the softmax, to the weights. Add it to the scores: the softmax makes 0 of it.",
)
class AddsTheMaskLate(Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1) + (0 if mask is None else mask)


@mistake(
    BertSelfAttention,
    "The mask multiplies the weights. It is made of 0 and very negative numbers, to be added to the scores.",
)
class MultipliesTheMask(Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1) * (1 if mask is None else mask)


@mistake(BertSelfAttention, "The mask changes nothing: padding is looked at. Add it to the scores, before the softmax.")
class NeverMasks(Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1)


@mistake(
    BertSelfAttention,
    "The mask is divided by √d as well, as when it is added before the division. First divide the scores, then add.",
)
class MasksBeforeScaling(Attention):
    def scores(self, query, key):
        self.width = query.shape[-1]
        return query @ key.mT

    def weights(self, scores, mask):
        return ((scores if mask is None else scores + mask) / math.sqrt(self.width)).softmax(-1)


@mistake(
    BertSelfAttention,
    "Keys with a mask other than 0 are set to −∞. The mask is a number to be added; where all is hidden, −∞ makes NaN.",
)
class FillsTheMask(Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores.masked_fill(mask != 0, -torch.inf)).softmax(-1)


@mistake(BertSelfAttention, "The scores are divided by √hidden_size. A head's query has hidden_size / heads numbers.")
class ScalesByTheModel(Attention):
    def scores(self, query, key):
        return query @ key.mT / math.sqrt(query.shape[-1] * self.heads)


@mistake(BertSelfAttention, "The scores are not divided by √d.")
class NeverScales(Attention):
    def scores(self, query, key):
        return query @ key.mT


@mistake(
    BertSelfAttention,
    "The softmax runs over the queries. Each query shares out its attention over the keys, the last dimension.",
)
class SoftmaxOverQueries(Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores + mask).softmax(-2)


@mistake(
    BertSelfAttention,
    "A reshape to (batch, heads, token, d) mixes tokens. Cut to (batch, token, heads, d), then swap 1 and 2.",
)
class SplitsByReshape(Attention):
    def split(self, x):
        return x.reshape(x.shape[0], self.heads, x.shape[1], -1)


@mistake(BertSelfAttention, "The heads are not swapped back before they are laid side by side.")
class MergesByReshape(Attention):
    def merge(self, x):
        return x.reshape(x.shape[0], x.shape[2], -1)


@mistake(
    BertSelfAttention,
    "Query and key have changed places: the map of scores is transposed. A score is that of a query (row) "
    "with a key (column), query @ key.mT.",
)
class SwapsQueryAndKey(Attention):
    def scores(self, query, key):
        return super().scores(key, query)


@mistake(BertSelfAttention, "Nothing is dropped: in training, some of the weights must become 0.", keeps=0.85)
class NeverDropsWeights(Attention):
    def drop(self, weights):
        return weights


@mistake(BertSelfAttention, DROPS_ALWAYS)
class DropsWeightsAlways(Attention):
    def drop(self, weights):
        return F.dropout(weights, self.dropout.p)


@mistake(
    BertSelfAttention,
    "A number of heads that does not divide hidden_size must raise a ValueError when the layer is made.",
    keeps=0.97,
)
class AllowsAnyHeads(Attention):
    def check(self, config):
        pass


@mistake(
    BertSelfAttention,
    "Dropout acts on what the heads bring back. It acts on the weights, before they meet the values.",
    keeps=0.85,
)
class DropsTheContext(Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.weights(self.scores(query, key), mask)
        return self.dropout(self.merge(weights @ value)), weights


@mistake(
    BertSelfAttention,
    "The weights that come back are those from before dropout. Asked for are those that were used.",
    keeps=0.85,
)
class GivesWeightsUndropped(Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.weights(self.scores(query, key), mask)
        return self.merge(self.dropout(weights) @ value), weights


@mistake(
    BertSelfAttention,
    "Dropout acts on the scores, before the softmax: a score of 0 is no weight of 0. It acts on the weights.",
    keeps=0.85,
)
class DropsTheScores(Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.weights(self.dropout(self.scores(query, key)), mask)
        return self.merge(weights @ value), weights


@mistake(
    BertSelfAttention, "Dropout acts twice, on the weights and on what they bring back. Once is enough.", keeps=0.95
)
class DropsTwice(Attention):
    def forward(self, hidden_states, mask=None):
        context, weights = super().forward(hidden_states, mask)
        return self.dropout(context), weights


@mistake(
    BertSelfAttention,
    "The rate is not attention_probs_dropout_prob. The configuration has two rates: hidden_dropout_prob is for what is "
    "added.",
    keeps=0.85,
)
class OtherRate(Attention):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)


@mistake(
    BertSelfAttention,
    "A key with a mask other than 0 gets weight 0, as if cut out after the softmax: where all keys or the "
    "largest scores are hidden, nothing is left. Add the mask to the scores instead.",
)
class CutsOutAfterwards(Attention):
    def weights(self, scores, mask):
        weights = scores.softmax(-1)
        if mask is None:
            return weights
        weights = weights * (mask == 0)
        return weights / (weights.sum(-1, keepdim=True) + 1e-9)


@mistake(
    BertSelfAttention,
    "The mask is taken for one of 1 and 0: keys are hidden where it is 0. Here 0 means real: the mask is only added.",
)
class MaskOfOnes(Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores.masked_fill(mask == 0, -1e9)).softmax(-1)


@mistake(BertSelfAttention, "The mask is subtracted: −(−3.4e38) makes padding win. It is added.")
class SubtractsTheMask(Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores - mask).softmax(-1)


@mistake(BertSelfAttention, "The scores are divided by d, not by √d.")
class ScalesByD(Attention):
    def scores(self, query, key):
        return query @ key.mT / query.shape[-1]


@mistake(
    BertSelfAttention,
    "Scores of several hundred end in NaN, as exp overflows where the largest score is not taken off first. "
    "softmax(-1) takes it off.",
    keeps=0.93,
)
class OverflowsInExp(Attention):
    def weights(self, scores, mask):
        powers = (scores if mask is None else scores + mask).exp()
        return powers / powers.sum(-1, keepdim=True)


@mistake(BertSelfAttention, "The scores come back instead of the weights: the softmax is only used for the context.")
class GivesTheScores(Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        scores = self.scores(query, key) if mask is None else self.scores(query, key) + mask
        return self.merge(self.dropout(scores.softmax(-1)) @ value), scores


@mistake(
    BertSelfAttention, "The weights are averaged over the heads, as nn.MultiheadAttention does. Give one map a head."
)
class AveragesTheHeads(Attention):
    def forward(self, hidden_states, mask=None):
        context, weights = super().forward(hidden_states, mask)
        return context, weights.mean(1)


@mistake(
    BertSelfAttention, "The keys are made of the query's layer, or scored with themselves. Three layers, three uses."
)
class QueriesAsKeys(Attention):
    def forward(self, hidden_states, mask=None):
        query, value = self.split(self.query(hidden_states)), self.split(self.value(hidden_states))
        weights = self.drop(self.weights(self.scores(query, query), mask))
        return self.merge(weights @ value) + 0 * self.key(hidden_states), weights
