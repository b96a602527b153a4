"""Mistakes of `MultiHeadAttention`."""

from torch import nn

from autograder.references import mistake
from autograder.references.attention._MultiHeadAttention import PROJECTIONS, Heads, MultiHeadAttention
from autograder.references.attention._shared import masked_softmax, scaled_scores
from autograder.references.attention._softmax import WRONG
from autograder.references.attention.attention import attention


@mistake(
    MultiHeadAttention,
    "The tokens are cut up where the features should be: reshape to (batch, heads, tokens, d_head) mixes tokens. "
    "Reshape to (batch, tokens, heads, d_head), then swap tokens and heads.",
)
class SplitsWithoutTransposing(Heads):
    def split(self, x):
        return x.reshape(*x.shape[:-2], self.heads, x.shape[-2], -1)


@mistake(
    MultiHeadAttention,
    "The heads are merged wrongly: swap heads and tokens back before you reshape to (batch, tokens, d_model), or "
    "the features of different tokens land in one row.",
)
class MergesWithoutTransposing(Heads):
    def merge(self, x):
        return x.reshape(*x.shape[:-3], x.shape[-2], -1)


@mistake(
    MultiHeadAttention,
    "The features are dealt out like cards: head 0 gets features 0, heads, 2·heads … Each head takes d_head "
    "neighbouring features, as in nn.MultiheadAttention.",
)
class DealsOutFeatures(Heads):
    def split(self, x):
        return x.unflatten(-1, (-1, self.heads)).transpose(-3, -2).transpose(-3, -1)

    def merge(self, x):
        return x.transpose(-3, -2).mT.flatten(-2)


@mistake(
    MultiHeadAttention,
    "The scores are divided by √d_model. A head's vectors have d_model / heads numbers: divide by the root of that.",
)
class ScalesByTheModel(Heads):
    def attend(self, query, key, value, mask):
        return attention(query / self.heads**0.5, key, value, mask)


@mistake(
    MultiHeadAttention,
    "mask.unsqueeze(1) is right for a mask of shape (batch, query, key) only; for (query, key) the queries meet the "
    "heads. Count from the end: mask.unsqueeze(-3).",
)
class CountsTheMaskFromTheFront(Heads):
    def mask(self, mask):
        return mask.unsqueeze(1)


@mistake(
    MultiHeadAttention,
    "A batch is taken for granted: without one, view(query.shape[0], -1, …) makes a sentence of each token. Count the "
    "dimensions from the end.",
)
class TakesABatchForGranted(Heads):
    def split(self, x):
        return x.reshape(x.shape[0], -1, self.heads, x.shape[-1] // self.heads).transpose(1, 2)

    def merge(self, x):
        return x.transpose(1, 2).flatten(2)


@mistake(
    MultiHeadAttention,
    "A batch is taken for granted: without one, view(query.shape[0], -1, …) makes a sentence of each token, and "
    "mask.unsqueeze(1) takes queries for heads. Count the dimensions from the end.",
)
class TakesABatchForGrantedThroughout(Heads):
    def forward(self, query, key, value, mask=None):
        batch, width = query.shape[0], query.shape[-1] // self.heads
        split = [x.view(batch, -1, self.heads, width).transpose(1, 2) for x in self.project(query, key, value)]
        mixed = self.attend(*split, None if mask is None else mask.unsqueeze(1))
        return self.out_proj(mixed.transpose(1, 2).reshape(batch, -1, self.heads * width))


@mistake(
    MultiHeadAttention,
    "The final result is set to zero where a query may look at nothing. Only its heads give zeros: they go through "
    "out_proj like others, so that its bias is left.",
    keeps=0.9,
)
class ZeroesTheResult(Heads):
    def forward(self, query, key, value, mask=None):
        result = super().forward(query, key, value, mask)
        return result if mask is None else result.masked_fill(~mask.any(-1, keepdim=True), 0)


@mistake(
    MultiHeadAttention, "The last projection, out_proj, is never applied: the heads lie side by side and are not mixed."
)
class NeverMixes(Heads):
    def finish(self, merged):
        return merged


@mistake(
    MultiHeadAttention,
    "The mask has no dimension for the heads. Against (batch, heads, query, key) it fails, or, with as many heads"
    " as sentences, silently masks the wrong sentence: mask.unsqueeze(-3).",
)
class MasksHeadsAsSentences(Heads):
    def mask(self, mask):
        return mask


@mistake(
    MultiHeadAttention,
    "Keys and values are made from the query tokens. That is right only where a sentence looks at itself.",
)
class SelfAttentionOnly(Heads):
    def project(self, query, key, value):
        return self.q_proj(query), self.k_proj(query), self.v_proj(query)


@mistake(
    MultiHeadAttention, "A number of heads that does not divide d_model is accepted: raise ValueError.", keeps=0.98
)
class AcceptsAnyNumber(Heads):
    def check(self, d_model, heads):
        pass


@mistake(
    MultiHeadAttention,
    "A number of heads that does not divide d_model is refused by another exception than ValueError. (assert raises "
    "AssertionError, and python -O skips it.)",
    keeps=0.98,
)
class RefusesByAssertion(Heads):
    def check(self, d_model, heads):
        assert d_model % heads == 0


TWO_THINGS = "Two things come back, as from nn.MultiheadAttention. Here only the result is wanted, no weights."


@mistake(MultiHeadAttention, TWO_THINGS, keeps=0.1)
class ReturnsTwoThings(Heads):
    def forward(self, *inputs, **named):
        return super().forward(*inputs, **named), None


@mistake(
    MultiHeadAttention,
    "The tokens are added to the result. Such a shortcut stands around attention in a transformer, not inside it.",
    keeps=0.2,
)
class AddsTheTokens(Heads):
    def forward(self, query, key, value, mask=None):
        return query + super().forward(query, key, value, mask)


@mistake(MultiHeadAttention, "The projections have no bias. nn.Linear has one unless it is told otherwise.", keeps=0.2)
class WithoutBias(Heads):
    def __init__(self, d_model, heads):
        super().__init__(d_model, heads)
        for name in PROJECTIONS:
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))


@mistake(
    MultiHeadAttention,
    "Queries, keys and values are all made by one projection. Each has its own: q_proj, k_proj, v_proj.",
)
class ProjectsByOne(Heads):
    def project(self, query, key, value):
        return self.q_proj(query), self.q_proj(key), self.q_proj(value)


@mistake(MultiHeadAttention, "The values are made from the keys: v_proj(key). They come from `value`.")
class TakesKeysForValues(Heads):
    def project(self, query, key, value):
        return self.q_proj(query), self.k_proj(key), self.v_proj(key)


@mistake(
    MultiHeadAttention,
    "The heads are not cut apart: every query looks with all its features at once, as if there were one head.",
)
class NeverCuts(Heads):
    def split(self, x):
        return x.unsqueeze(-3)

    def merge(self, x):
        return x.squeeze(-3)


def _attending(name, sentence, keeps=0.5, **steps):
    """A mistake in what each head does with its queries, keys and values."""
    mistake(MultiHeadAttention, sentence, keeps)(type(name, (Heads,), steps))


def _weighing(weights):
    """`attend` with weights made from scaled scores and mask."""
    return {"attend": lambda self, query, key, value, mask: weights(scaled_scores(query, key), mask) @ value}


_attending(
    "NotScaled",
    "The scores of a head are not divided by √d_head.",
    attend=lambda self, query, key, value, mask: masked_softmax(query @ key.mT, mask) @ value,
)
_attending(
    "ScalesByWidth",
    "The scores of a head are divided by d_head, not by √d_head.",
    attend=lambda self, query, key, value, mask: masked_softmax(query @ key.mT / query.shape[-1], mask) @ value,
)
_attending(
    "ScalesByHeads",
    "The scores are divided by the root of the number of heads. d_head is how many numbers one head's query has.",
    attend=lambda self, query, key, value, mask: masked_softmax(query @ key.mT / self.heads**0.5, mask) @ value,
)
for softmax, sentence, keeps in WRONG:
    _attending(f"Heads_{softmax.__name__}", sentence, keeps, **_weighing(softmax))


@mistake(
    MultiHeadAttention,
    "Tokens and heads never change places, neither before the attention nor after it: a straight reshape to (batch, "
    "heads, tokens, d_head) cuts up the tokens. Reshape to (batch, tokens, heads, d_head), swap, and swap back.",
)
class NeverTransposes(SplitsWithoutTransposing):
    def merge(self, x):
        return x.reshape(*x.shape[:-3], x.shape[-2], -1)
