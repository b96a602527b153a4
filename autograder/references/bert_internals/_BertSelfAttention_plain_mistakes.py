"""The plainest mistakes of `BertSelfAttention`: two names exchanged, one dimension, one operation."""

import math

import torch

from autograder.references import mistake
from autograder.references.bert_internals._BertSelfAttention import Attention, BertSelfAttention


class _Exchanged(Attention):
    """Queries, keys and values as some code takes them."""

    def pick(self, query, key, value):
        return query, key, value

    def bring(self, weights, query, key, value):
        return weights @ value

    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in self.pick(self.query, self.key, self.value))
        weights = self.drop(self.weights(self.scores(query, key), mask))
        return self.merge(self.bring(weights, query, key, value)), weights


@mistake(BertSelfAttention, "The scores are multiplied by √d. They are divided by it.")
class MultipliesByTheRoot(Attention):
    def scores(self, query, key):
        return query @ key.mT * math.sqrt(query.shape[-1])


@mistake(
    BertSelfAttention, "The scores are divided by the root of the number of tokens. It is the root of a head's width."
)
class DividesByTokens(Attention):
    def scores(self, query, key):
        return query @ key.mT / math.sqrt(query.shape[-2])


@mistake(BertSelfAttention, "The scores are multiplied by the mask. It is added to them.")
class MultipliesTheMask(Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores * mask).softmax(-1)


@mistake(
    BertSelfAttention,
    "The softmax shares out among the heads. Each query shares out among the keys, the last dimension.",
)
class SharesAmongHeads(Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores + mask).softmax(1)


@mistake(
    BertSelfAttention,
    "The weights of a query do not add up to 1: they are sigmoids of the scores. A softmax shares out.",
)
class Sigmoid(Attention):
    def weights(self, scores, mask):
        return torch.sigmoid(scores if mask is None else scores + mask)


@mistake(BertSelfAttention, "What is brought back are the keys. It is the values; keys only say how well they fit.")
class BringsKeys(_Exchanged):
    def bring(self, weights, query, key, value):
        return weights @ key


@mistake(BertSelfAttention, "What is brought back are the queries. It is the values.")
class BringsQueries(_Exchanged):
    def bring(self, weights, query, key, value):
        return weights @ query


@mistake(
    BertSelfAttention, "The weights are turned over before they bring back the values: each row belongs to a query."
)
class BringsTurned(_Exchanged):
    def bring(self, weights, query, key, value):
        return weights.mT @ value


@mistake(
    BertSelfAttention,
    "Keys and values have changed places: what `value` makes is compared, what `key` makes is brought.",
)
class ExchangesKeyAndValue(_Exchanged):
    def pick(self, query, key, value):
        return query, value, key


@mistake(
    BertSelfAttention,
    "The numbers of a token are dealt out to the heads in turn. A head gets d numbers that stand side by side.",
)
class DealsInTurn(Attention):
    def split(self, x):
        return x.unflatten(-1, (-1, self.heads)).permute(0, 3, 1, 2)


@mistake(
    BertSelfAttention,
    "The heads' numbers come back dealt in turn, one of each head. What a head brings back stands side by side.",
)
class MergesInTurn(Attention):
    def merge(self, x):
        return x.permute(0, 2, 3, 1).flatten(2)


@mistake(BertSelfAttention, "The heads are not put together again: (batch, token, hidden_size) is wanted.")
class KeepsHeadsApart(Attention):
    def merge(self, x):
        return x.transpose(1, 2)
