"""`BertSelfAttention`: what is right, and what goes wrong."""

import math

import torch
from torch import nn
from torch.nn import functional as F
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake, promised
from autograder.references.bert_internals._shared import DROPS_ALWAYS, eager


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


@mistake(BertSelfAttention, "The mask changes nothing: padding is looked at. Add it to the scores, before the softmax.")
class NeverMasks(_Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1)


@mistake(
    BertSelfAttention,
    "The mask is divided by √d as well, as when it is added before the division. First divide the scores, then add.",
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


@mistake(
    BertSelfAttention,
    "Query and key have changed places: the map of scores is transposed. A score is that of a query (row) "
    "with a key (column), query @ key.mT.",
)
class SwapsQueryAndKey(_Attention):
    def scores(self, query, key):
        return super().scores(key, query)


@mistake(BertSelfAttention, "Nothing is dropped: in training, some of the weights must become 0.", keeps=0.85)
class NeverDropsWeights(_Attention):
    def drop(self, weights):
        return weights


@mistake(BertSelfAttention, DROPS_ALWAYS)
class DropsWeightsAlways(_Attention):
    def drop(self, weights):
        return F.dropout(weights, self.dropout.p)


@mistake(
    BertSelfAttention,
    "A number of heads that does not divide hidden_size must raise a ValueError when the layer is made.",
    keeps=0.97,
)
class AllowsAnyHeads(_Attention):
    def check(self, config):
        pass


@mistake(
    BertSelfAttention,
    "Dropout acts on what the heads bring back. It acts on the weights, before they meet the values.",
    keeps=0.85,
)
class DropsTheContext(_Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.weights(self.scores(query, key), mask)
        return self.dropout(self.merge(weights @ value)), weights


@mistake(
    BertSelfAttention,
    "The weights that come back are those from before dropout. Asked for are those that were used.",
    keeps=0.85,
)
class GivesWeightsUndropped(_Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.weights(self.scores(query, key), mask)
        return self.merge(self.dropout(weights) @ value), weights


@mistake(
    BertSelfAttention,
    "Dropout acts on the scores, before the softmax: a score of 0 is no weight of 0. It acts on the weights.",
    keeps=0.85,
)
class DropsTheScores(_Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.weights(self.dropout(self.scores(query, key)), mask)
        return self.merge(weights @ value), weights


@mistake(
    BertSelfAttention, "Dropout acts twice, on the weights and on what they bring back. Once is enough.", keeps=0.95
)
class DropsTwice(_Attention):
    def forward(self, hidden_states, mask=None):
        context, weights = super().forward(hidden_states, mask)
        return self.dropout(context), weights


@mistake(
    BertSelfAttention,
    "The rate is not attention_probs_dropout_prob. The configuration has two rates: hidden_dropout_prob is for what is "
    "added.",
    keeps=0.85,
)
class OtherRate(_Attention):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)


@mistake(
    BertSelfAttention,
    "A key with a mask other than 0 gets weight 0, as if cut out after the softmax: where all keys or the "
    "largest scores are hidden, nothing is left. Add the mask to the scores instead.",
)
class CutsOutAfterwards(_Attention):
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
class MaskOfOnes(_Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores.masked_fill(mask == 0, -1e9)).softmax(-1)


@mistake(BertSelfAttention, "The mask is subtracted: −(−3.4e38) makes padding win. It is added.")
class SubtractsTheMask(_Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores - mask).softmax(-1)


@mistake(BertSelfAttention, "The scores are divided by d, not by √d.")
class ScalesByD(_Attention):
    def scores(self, query, key):
        return query @ key.mT / query.shape[-1]


@mistake(
    BertSelfAttention,
    "Scores of several hundred end in NaN, as exp overflows where the largest score is not taken off first. "
    "softmax(-1) takes it off.",
    keeps=0.93,
)
class OverflowsInExp(_Attention):
    def weights(self, scores, mask):
        powers = (scores if mask is None else scores + mask).exp()
        return powers / powers.sum(-1, keepdim=True)


@mistake(BertSelfAttention, "The scores come back instead of the weights: the softmax is only used for the context.")
class GivesTheScores(_Attention):
    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        scores = self.scores(query, key) if mask is None else self.scores(query, key) + mask
        return self.merge(self.dropout(scores.softmax(-1)) @ value), scores


@mistake(
    BertSelfAttention, "The weights are averaged over the heads, as nn.MultiheadAttention does. Give one map a head."
)
class AveragesTheHeads(_Attention):
    def forward(self, hidden_states, mask=None):
        context, weights = super().forward(hidden_states, mask)
        return context, weights.mean(1)


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
        shape = (hidden_states.shape[0], self.heads, hidden_states.shape[1], hidden_states.shape[1])
        masks = (torch.zeros_like(hidden_states[:1, :1, :1]) if mask is None else mask).expand(shape).unbind(1)
        pairs = zip(*pieces[:2], masks, strict=True)
        maps = [F.softmax(q @ k.mT / q.shape[-1] ** 0.5 + added, -1) for q, k, added in pairs]
        maps = [self.dropout(weights) for weights in maps]
        return torch.cat([weights @ v for weights, v in zip(maps, pieces[2], strict=True)], -1), torch.stack(maps, 1)


BATCH = ["one token", "a batch", "one head", "as many heads as numbers"]
MASKED = ["masked", "a mask for each query", "a mask for each head", "one mask for all", "small numbers in the mask"]
promised(BertSelfAttention, "Every head looks at all tokens and brings back a mean of their values.", by=BATCH)
promised(
    BertSelfAttention,
    "config: hidden_size, num_attention_heads, attention_probs_dropout_prob.",
    by=["names and shapes of what is saved", "one head", "in training, with dropout"],
)
promised(
    BertSelfAttention,
    "Three `nn.Linear(hidden_size, hidden_size)`: `query`, `key`, `value`.",
    by=["names and shapes of what is saved"],
)
promised(
    BertSelfAttention,
    "ValueError: num_attention_heads does not divide hidden_size.",
    by=["heads that divide, and heads that do not"],
)
promised(BertSelfAttention, "Attends.", by=BATCH)
promised(BertSelfAttention, "hidden_states: shape (batch, token, hidden_size).", by=BATCH)
promised(BertSelfAttention, "mask: to be added to the scores; broadcasts to (batch, heads, query, key).", by=MASKED)
promised(BertSelfAttention, "None hides nothing.", by=BATCH)
promised(
    BertSelfAttention,
    "What the heads bring back, side by side, shape (batch, token, hidden_size); and the weights that they used, "
    "shape (batch, heads, query, key).",
    by=[*BATCH, "in training, with dropout"],
)
