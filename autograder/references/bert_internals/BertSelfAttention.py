"""`BertSelfAttention`: what is right, and what goes wrong."""

import math

import torch
from torch import nn
from torch.nn import functional as F
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake
from autograder.references.bert_internals._shared import eager


class BertSelfAttention(modeling_bert.BertSelfAttention):
    """The library's own, with its two results."""

    def __init__(self, config):
        super().__init__(eager(config))

    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[:2]


class _Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.check(config)
        self.heads = config.num_attention_heads
        self.query, self.key, self.value = (nn.Linear(config.hidden_size, config.hidden_size) for _ in range(3))
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def check(self, config):
        if config.hidden_size % config.num_attention_heads:
            raise ValueError(config.num_attention_heads)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def merge(self, x):
        return x.transpose(1, 2).flatten(2)

    def scores(self, query, key):
        return query @ key.mT / math.sqrt(query.shape[-1])

    def weights(self, scores, mask):
        return (scores if mask is None else scores + mask).softmax(-1)

    def drop(self, weights):
        return self.dropout(weights)

    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.drop(self.weights(self.scores(query, key), mask))
        return self.merge(weights @ value), weights


@mistake(
    BertSelfAttention,
    "The mask is added after the softmax, to the weights. Add it to the scores: the softmax makes 0 of it.",
)
class AddsTheMaskLate(_Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1) + (0 if mask is None else mask)


@mistake(
    BertSelfAttention,
    "The mask multiplies the weights. It is made of 0 and very negative numbers, to be added to the scores.",
)
class MultipliesTheMask(_Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1) * (1 if mask is None else mask)


@mistake(BertSelfAttention, "The mask is taken and never used: padding is looked at.")
class NeverMasks(_Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1)


@mistake(
    BertSelfAttention,
    "The mask is added before the division by √d, which makes it smaller. First divide, then add.",
)
class MasksBeforeScaling(_Attention):
    def scores(self, query, key):
        self.width = query.shape[-1]
        return query @ key.mT

    def weights(self, scores, mask):
        return ((scores if mask is None else scores + mask) / math.sqrt(self.width)).softmax(-1)


@mistake(
    BertSelfAttention,
    "Keys with a mask other than 0 are set to −∞. The mask is a number to be added; where all is hidden, −∞ makes NaN.",
)
class FillsTheMask(_Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores.masked_fill(mask != 0, -torch.inf)).softmax(-1)


@mistake(BertSelfAttention, "The scores are divided by √hidden_size. A head's query has hidden_size / heads numbers.")
class ScalesByTheModel(_Attention):
    def scores(self, query, key):
        return query @ key.mT / math.sqrt(query.shape[-1] * self.heads)


@mistake(BertSelfAttention, "The scores are not divided by √d.")
class NeverScales(_Attention):
    def scores(self, query, key):
        return query @ key.mT


@mistake(
    BertSelfAttention,
    "The softmax runs over the queries. Each query shares out its attention over the keys, the last dimension.",
)
class SoftmaxOverQueries(_Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores + mask).softmax(-2)


@mistake(
    BertSelfAttention,
    "A reshape to (batch, heads, token, d) mixes tokens. Cut to (batch, token, heads, d), then swap 1 and 2.",
)
class SplitsByReshape(_Attention):
    def split(self, x):
        return x.reshape(x.shape[0], self.heads, x.shape[1], -1)


@mistake(BertSelfAttention, "The heads are not swapped back before they are laid side by side.")
class MergesByReshape(_Attention):
    def merge(self, x):
        return x.reshape(x.shape[0], x.shape[2], -1)


@mistake(BertSelfAttention, "Query and key have changed places: the map of weights is transposed.")
class SwapsQueryAndKey(_Attention):
    def scores(self, query, key):
        return super().scores(key, query)


@mistake(BertSelfAttention, "There is no dropout on the weights: in training, some of them must become 0.")
class NeverDropsWeights(_Attention):
    def drop(self, weights):
        return weights


@mistake(
    BertSelfAttention,
    "A number of heads that does not divide hidden_size must raise a ValueError when the layer is made.",
)
class AllowsAnyHeads(_Attention):
    def check(self, config):
        pass


@alternative(BertSelfAttention)
class AttendsByEinsum(_Attention):
    def forward(self, hidden_states, mask=None):
        q, k, v = (layer(hidden_states).unflatten(-1, (self.heads, -1)) for layer in (self.query, self.key, self.value))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * q.shape[-1] ** -0.5
        weights = self.dropout(F.softmax(scores if mask is None else mask + scores, dim=3))
        return torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2), weights


@alternative(BertSelfAttention)
class AttendsHeadByHead(_Attention):
    def forward(self, hidden_states, mask=None):
        pieces = [layer(hidden_states).chunk(self.heads, -1) for layer in (self.query, self.key, self.value)]
        mask = torch.zeros((), device=hidden_states.device) if mask is None else mask.squeeze(1)
        maps = [F.softmax(q @ k.mT / q.shape[-1] ** 0.5 + mask, -1) for q, k in zip(*pieces[:2], strict=True)]
        maps = [self.dropout(weights) for weights in maps]
        return torch.cat([weights @ v for weights, v in zip(maps, pieces[2], strict=True)], -1), torch.stack(maps, 1)
