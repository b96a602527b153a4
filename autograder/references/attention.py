"""What is right in `11_attention`, and what goes wrong."""

import math
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import alternative, mistake

# --- attention_weights ------------------------------------------------------------------------------------------------


def attention_weights(query, key, mask=None):
    """The library's attention over values that are the unit vectors shows the weights."""
    units = torch.eye(key.shape[-2], dtype=torch.float64, device=key.device).expand(*key.shape[:-2], -1, -1)
    return F.scaled_dot_product_attention(query.double(), key.double(), units, attn_mask=mask).to(query.dtype)


def _scores(query, key):
    return query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])


def _softmax(scores, mask=None, dim=-1):
    if mask is None:
        return scores.softmax(dim)
    hidden = ~mask
    return scores.masked_fill(hidden, -torch.inf).softmax(dim).masked_fill(hidden, 0.0)


@mistake(
    attention_weights,
    "The scores are not divided by √d_k: the longer the vectors, the closer the weights come to 0 and 1.",
)
def weights_unscaled(query, key, mask=None):
    return _softmax(query @ key.mT, mask)


@mistake(attention_weights, "The scores are divided by d_k, not by √d_k: the weights come out too even.")
def weights_by_d(query, key, mask=None):
    return _softmax(query @ key.mT / query.shape[-1], mask)


@mistake(
    attention_weights,
    "The softmax runs over the queries. Each query shares out its own attention: sum over the keys, the last "
    "dimension.",
)
def weights_over_queries(query, key, mask=None):
    return torch.nan_to_num(_softmax(_scores(query, key), mask, dim=-2))


@mistake(
    attention_weights,
    "The softmax runs over dimension 1: with a batch these are the queries. The keys are the last dimension, dim=-1.",
)
def weights_over_dimension_one(query, key, mask=None):
    return torch.nan_to_num(_softmax(_scores(query, key), mask, dim=1))


@mistake(attention_weights, "The mask is taken as an argument and never used: hidden keys are looked at.")
def weights_without_a_mask(query, key, mask=None):
    return _softmax(_scores(query, key))


@mistake(
    attention_weights,
    "exp is taken of the raw scores and overflows. Subtract each query's largest score first; torch.softmax does.",
)
def weights_overflow(query, key, mask=None):
    powers = _scores(query, key).exp()
    powers = powers if mask is None else powers * mask
    return powers / (powers.sum(-1, keepdim=True) + (0 if mask is None else (~mask).all(-1, keepdim=True)))


@mistake(attention_weights, "The mask is read the other way round. Here True means: this query may look at this key.")
def weights_inverted(query, key, mask=None):
    return _softmax(_scores(query, key), None if mask is None else ~mask)


@mistake(attention_weights, "The weights are masked after the softmax: what is left of a row no longer sums to one.")
def weights_masked_late(query, key, mask=None):
    weights = _scores(query, key).softmax(-1)
    return weights if mask is None else weights * mask


@mistake(
    attention_weights,
    "Hidden scores are set to zero, but exp(0) is 1: a hidden key still gets its share. Set them to minus infinity.",
)
def weights_zero_scores(query, key, mask=None):
    scores = _scores(query, key)
    return (scores if mask is None else scores * mask).softmax(-1)


@mistake(
    attention_weights,
    "A query that may look at nothing gets NaN: its row is −∞ throughout, and softmax makes 0/0 of it. Such a row"
    " is zeros.",
)
def weights_nan(query, key, mask=None):
    scores = _scores(query, key)
    return (scores if mask is None else scores.masked_fill(~mask, -torch.inf)).softmax(-1)


@mistake(
    attention_weights,
    "A query that may look at nothing looks at everything: −10⁹ in a whole row is the same as 0 in a whole row. "
    "Such a row is zeros.",
)
def weights_even(query, key, mask=None):
    scores = _scores(query, key)
    return (scores if mask is None else scores.masked_fill(~mask, -1e9)).softmax(-1)


@alternative(attention_weights)
def weights_by_einsum(query, key, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", query, key) * query.shape[-1] ** -0.5
    return _softmax(scores, mask)


@alternative(attention_weights)
def weights_by_hand(query, key, mask=None):
    scores = query / query.shape[-1] ** 0.5 @ key.mT
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    weights = powers / powers.sum(-1, keepdim=True)
    if mask is None:
        return weights
    scores = torch.where(mask, scores, -1e9)
    return torch.where(mask, torch.softmax(scores, dim=-1), 0)


# --- attention --------------------------------------------------------------------------------------------------------


def attention(query, key, value, mask=None):
    wide = (item.double() for item in (query, key, value))
    return F.scaled_dot_product_attention(*wide, attn_mask=mask).to(value.dtype)


@mistake(attention, "The scores are divided by d_k, not by √d_k.")
def divides_by_d(query, key, value, mask=None):
    return weights_by_d(query, key, mask) @ value


@mistake(attention, "The scores are not divided by √d_k.")
def does_not_scale(query, key, value, mask=None):
    return weights_unscaled(query, key, mask) @ value


@mistake(
    attention,
    "The scores are divided by the root of the number of keys. d_k is the length of one query vector, query.shape[-1].",
)
def scales_by_length(query, key, value, mask=None):
    return _softmax(query @ key.mT / key.shape[-2] ** 0.5, mask) @ value


@mistake(attention, "The mask is taken as an argument and never used.")
def forgets_the_mask(query, key, value, mask=None):
    return _softmax(_scores(query, key)) @ value


@mistake(
    attention,
    "The softmax runs over the queries, so what one query sees depends on the others. It belongs over the keys, "
    "the last dimension.",
)
def softmax_over_queries(query, key, value, mask=None):
    return weights_over_queries(query, key, mask) @ value


@mistake(attention, "The mask is read the other way round. Here True means: may be looked at.")
def inverts_the_mask(query, key, value, mask=None):
    return weights_inverted(query, key, mask) @ value


@mistake(
    attention,
    "The mask comes after the softmax: hidden keys have already taken their share of the sum. Mask the scores, "
    "then take the softmax.",
)
def masks_after_the_softmax(query, key, value, mask=None):
    return weights_masked_late(query, key, mask) @ value


@mistake(attention, "A query that may look at nothing gets NaN, from a softmax over nothing but −∞. Give it zeros.")
def nan_where_all_is_hidden(query, key, value, mask=None):
    return weights_nan(query, key, mask) @ value


@mistake(attention, "A query that may look at nothing gets the average of all values. Give it zeros.")
def average_where_all_is_hidden(query, key, value, mask=None):
    return weights_even(query, key, mask) @ value


@mistake(attention, "Two things: the scores are divided by d_k, not by √d_k, and the mask is never used.")
def divides_by_d_without_a_mask(query, key, value, mask=None):
    return weights_by_d(query, key) @ value


@mistake(attention, "Two things: the scores are not divided by √d_k, and the mask is never used.")
def neither_scale_nor_mask(query, key, value, mask=None):
    return weights_unscaled(query, key) @ value


OVER_DIMENSION_ONE = (
    "The softmax runs over dimension 1: with a batch these are the queries. The keys are the last dimension, dim=-1."
)


@mistake(attention, OVER_DIMENSION_ONE)
def softmax_over_dimension_one(query, key, value, mask=None):
    return weights_over_dimension_one(query, key, mask) @ value


@mistake(attention, "Two things: the mask is never used. " + OVER_DIMENSION_ONE)
def softmax_over_dimension_one_without_a_mask(query, key, value, mask=None):
    return weights_over_dimension_one(query, key) @ value


@mistake(attention, "Two things: the softmax runs over the queries, not over the keys, and the mask is never used.")
def softmax_over_queries_without_a_mask(query, key, value, mask=None):
    return weights_over_queries(query, key) @ value


@alternative(attention)
def attention_by_einsum(query, key, value, mask=None):
    weights = weights_by_einsum(query, key, mask)
    return torch.einsum("...qk,...kv->...qv", weights, value)


@alternative(attention)
def attention_by_broadcasting(query, key, value, mask=None):
    scores = (query.unsqueeze(-2) * key.unsqueeze(-3)).sum(-1) / math.sqrt(key.shape[-1])
    return (_softmax(scores, mask).unsqueeze(-1) * value.unsqueeze(-3)).sum(-2)


@alternative(attention)
def attention_divides_last(query, key, value, mask=None):
    scores = _scores(query, key)
    if mask is not None:
        scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    if mask is not None:
        powers = powers * mask
    return powers @ value / powers.sum(-1, keepdim=True).clamp(min=1)


# --- combine_masks ----------------------------------------------------------------------------------------------------


def combine_masks(real, queries, causal=False):
    """The definition, entry by entry."""
    keys = real.shape[-1]
    rows = [
        [[_visible(row, i, j, queries, causal) for j in range(keys)] for i in range(queries)]
        for row in real.reshape(-1, keys).tolist()
    ]
    return torch.tensor(rows, device=real.device).reshape(*real.shape[:-1], queries, keys)


def _visible(row, i, j, queries, causal):
    position = len(row) - queries + i
    return bool(row[j]) and (j <= position or not causal)


def _combine(real, queries, causal, past=lambda square, shift: square.tril(shift), both=torch.logical_and):
    keys = real.shape[-1]
    mask = real.bool().unsqueeze(-2).expand(*real.shape[:-1], queries, keys)
    square = torch.ones(queries, keys, dtype=torch.bool, device=real.device)
    return both(mask, past(square, keys - queries)) if causal else mask


@mistake(combine_masks, "True and False are swapped: the mask says what is hidden. Here True means: may be looked at.")
def marks_the_hidden(real, queries, causal=False):
    return ~_combine(real, queries, causal)


@mistake(combine_masks, "A position cannot look at itself: the diagonal is left out. Hide only what comes later.")
def without_the_diagonal(real, queries, causal=False):
    return _combine(real, queries, causal, past=lambda square, shift: square.tril(shift - 1))


@mistake(combine_masks, "triu keeps the future and hides the past. tril keeps the past.")
def keeps_the_future(real, queries, causal=False):
    return _combine(real, queries, causal, past=lambda square, shift: square.triu(shift))


@mistake(
    combine_masks,
    "The first query stands at the first key. The queries are the last positions: with 9 keys and 4 queries, "
    "query 0 stands at key 5.",
)
def aligned_at_the_start(real, queries, causal=False):
    return _combine(real, queries, causal, past=lambda square, shift: square.tril())


@mistake(
    combine_masks,
    "The two masks are joined by `or`. A key is visible only where it is real and not in the future.",
)
def joined_by_or(real, queries, causal=False):
    return _combine(real, queries, causal, both=torch.logical_or)


@mistake(combine_masks, "causal=True forgets the padding.")
def causal_forgets_padding(real, queries, causal=False):
    return _combine(torch.ones_like(real) if causal else real, queries, causal)


@mistake(
    combine_masks,
    "The mask keeps a tokenizer's integers. F.scaled_dot_product_attention takes no integers, and ~1 is -2, which"
    " counts as true: make it boolean.",
)
def keeps_integers(real, queries, causal=False):
    mask = _combine(real, queries, causal)
    return mask.to(real.dtype)


@alternative(combine_masks)
def by_positions(real, queries, causal=False):
    keys = torch.arange(real.shape[-1], device=real.device)
    mask = (real != 0)[..., None, :].repeat_interleave(queries, dim=-2)
    position = keys[len(keys) - queries :, None]
    return mask & (keys <= position) if causal else mask


@alternative(combine_masks)
def by_hiding_the_future(real, queries, causal=False):
    keys = real.shape[-1]
    future = torch.ones(keys, keys, device=real.device).triu(1)[-queries:].bool()
    rows = torch.stack([real.bool()] * queries, dim=-2)
    return rows.masked_fill(future, False) if causal else rows


# --- MultiHeadAttention -----------------------------------------------------------------------------------------------

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "out_proj")


class MultiHeadAttention(nn.Module):
    """The library's own function, given these parameters; its mask is True where hidden."""

    def __init__(self, d_model, heads):
        super().__init__()
        if d_model % heads:
            raise ValueError(f"{heads} heads do not divide {d_model}")
        self.heads = heads
        for name in PROJECTIONS:
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, query, key, value, mask=None):
        first = query.dim() > 2
        swap = (lambda x: x.transpose(0, 1)) if first else (lambda x: x)
        result, _ = F.multi_head_attention_forward(
            swap(query), swap(key), swap(value), query.shape[-1], self.heads,
            None, torch.cat([self.q_proj.bias, self.k_proj.bias, self.v_proj.bias]), None, None, False, 0.0,
            self.out_proj.weight, self.out_proj.bias, need_weights=False,
            attn_mask=None if mask is None else self._hidden(mask, query, key), use_separate_proj_weight=True,
            q_proj_weight=self.q_proj.weight, k_proj_weight=self.k_proj.weight, v_proj_weight=self.v_proj.weight,
        )  # fmt: skip
        return swap(result)

    def _hidden(self, mask, query, key):
        hidden = ~mask.expand(*query.shape[:-1], key.shape[-2])
        return hidden.repeat_interleave(self.heads, dim=0) if query.dim() > 2 else hidden


class _Heads(nn.Module):
    """What wrong answers have in common: each replaces one step."""

    def __init__(self, d_model, heads):
        super().__init__()
        self.check(d_model, heads)
        self.heads = heads
        for name in PROJECTIONS:
            setattr(self, name, nn.Linear(d_model, d_model))

    def check(self, d_model, heads):
        if d_model % heads:
            raise ValueError

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(-3, -2)

    def merge(self, x):
        return x.transpose(-3, -2).flatten(-2)

    def mask(self, mask):
        return mask.unsqueeze(-3)

    def attend(self, query, key, value, mask):
        return attention(query, key, value, mask)

    def project(self, query, key, value):
        return self.q_proj(query), self.k_proj(key), self.v_proj(value)

    def forward(self, query, key, value, mask=None):
        query, key, value = (self.split(x) for x in self.project(query, key, value))
        mask = None if mask is None else self.mask(mask)
        return self.finish(self.merge(self.attend(query, key, value, mask)))

    def finish(self, merged):
        return self.out_proj(merged)


@mistake(
    MultiHeadAttention,
    "The tokens are cut up where the features should be: reshape to (batch, heads, tokens, d_head) mixes tokens. "
    "Reshape to (batch, tokens, heads, d_head), then swap tokens and heads.",
)
class SplitsWithoutTransposing(_Heads):
    def split(self, x):
        return x.reshape(*x.shape[:-2], self.heads, x.shape[-2], -1)


@mistake(
    MultiHeadAttention,
    "The heads are merged wrongly: swap heads and tokens back before you reshape to (batch, tokens, d_model), or "
    "the features of different tokens land in one row.",
)
class MergesWithoutTransposing(_Heads):
    def merge(self, x):
        return x.reshape(*x.shape[:-3], x.shape[-2], -1)


@mistake(
    MultiHeadAttention,
    "The features are dealt out like cards: head 0 gets features 0, heads, 2·heads … Each head takes d_head "
    "neighbouring features, as in nn.MultiheadAttention.",
)
class DealsOutFeatures(_Heads):
    def split(self, x):
        return x.unflatten(-1, (-1, self.heads)).transpose(-3, -2).transpose(-3, -1)

    def merge(self, x):
        return x.transpose(-3, -2).mT.flatten(-2)


@mistake(
    MultiHeadAttention,
    "The scores are divided by √d_model. A head's vectors have d_model / heads numbers: divide by the root of that.",
)
class ScalesByTheModel(_Heads):
    def attend(self, query, key, value, mask):
        return attention(query / self.heads**0.5, key, value, mask)


@mistake(
    MultiHeadAttention,
    "mask.unsqueeze(1) is right for a mask of shape (batch, query, key) only; for (query, key) the queries meet the "
    "heads. Count from the end: mask.unsqueeze(-3).",
)
class CountsTheMaskFromTheFront(_Heads):
    def mask(self, mask):
        return mask.unsqueeze(1)


@mistake(
    MultiHeadAttention,
    "A batch is taken for granted: without one, view(query.shape[0], -1, …) makes a sentence of each token. Count the "
    "dimensions from the end.",
)
class TakesABatchForGranted(_Heads):
    def split(self, x):
        return x.reshape(x.shape[0], -1, self.heads, x.shape[-1] // self.heads).transpose(1, 2)

    def merge(self, x):
        return x.transpose(1, 2).flatten(2)


@mistake(MultiHeadAttention, "The last projection is missing: the heads lie side by side and are never mixed.")
class NeverMixes(_Heads):
    def finish(self, merged):
        return merged


@mistake(
    MultiHeadAttention,
    "The mask has no dimension for the heads. Against (batch, heads, query, key) it fails, or, with as many heads"
    " as sentences, silently masks the wrong sentence: mask.unsqueeze(-3).",
)
class MasksHeadsAsSentences(_Heads):
    def mask(self, mask):
        return mask


@mistake(
    MultiHeadAttention,
    "Keys and values are made from the query tokens. That is right only where a sentence looks at itself.",
)
class SelfAttentionOnly(_Heads):
    def project(self, query, key, value):
        return self.q_proj(query), self.k_proj(query), self.v_proj(query)

    def mask(self, mask):
        rows = mask.shape[-2]
        return mask.unsqueeze(-3)[..., :rows] if rows > 1 else mask.unsqueeze(-3)[..., :3]


@mistake(MultiHeadAttention, "A number of heads that does not divide d_model is accepted: raise ValueError.")
class AcceptsAnyNumber(_Heads):
    def check(self, d_model, heads):
        pass


@alternative(MultiHeadAttention)
class ByEinsum(_Heads):
    def forward(self, query, key, value, mask=None):
        query, key, value = (x.unflatten(-1, (self.heads, -1)) for x in self.project(query, key, value))
        scores = torch.einsum("...qhd,...khd->...hqk", query, key) / query.shape[-1] ** 0.5
        weights = _softmax(scores, None if mask is None else mask.unsqueeze(-3))
        return self.out_proj(torch.einsum("...hqk,...khd->...qhd", weights, value).flatten(-2))


@alternative(MultiHeadAttention)
class HeadByHead(_Heads):
    def forward(self, query, key, value, mask=None):
        parts = zip(*(x.chunk(self.heads, dim=-1) for x in self.project(query, key, value)), strict=True)
        heads = [F.scaled_dot_product_attention(*part, attn_mask=mask) for part in parts]
        return self.out_proj(torch.cat(heads, dim=-1))


# --- cross_attention --------------------------------------------------------------------------------------------------


def cross_attention(target, source, real, w_q, w_k, w_v):
    """The definition in float64, one target word after the other."""
    if target.dim() == 2:
        return cross_attention(target[None], source[None], real[None], w_q, w_k, w_v)[0]
    rows = []
    for sentence, other, seen in zip(target.double(), source.double(), real, strict=True):
        key, value = other[seen] @ w_k.double(), other[seen] @ w_v.double()
        rows += [torch.softmax(key @ (w_q.double().mT @ word) / w_q.shape[-1] ** 0.5, 0) @ value for word in sentence]
    return torch.stack(rows).reshape(*target.shape[:-1], -1).to(target.dtype)


def _cross(target, source, mask, w_q, w_k, w_v):
    return F.scaled_dot_product_attention(target @ w_q, source @ w_k, source @ w_v, attn_mask=mask)


def _causal(target, source):
    return torch.ones(target.shape[-2], source.shape[-2], dtype=torch.bool, device=target.device).tril()


@mistake(
    cross_attention,
    "Both bugs are still there: the mask is True where nn.MultiheadAttention wants it, and it hides the future of"
    " a sentence that is already finished.",
)
def as_it_was_handed_over(target, source, real, w_q, w_k, w_v):
    return _cross(target, source, ~real.unsqueeze(-2) & _causal(target, source), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "One bug is left: `~real`. F.scaled_dot_product_attention wants True where a key may be looked at; "
    "nn.MultiheadAttention wants the opposite.",
)
def looks_at_the_padding(target, source, real, w_q, w_k, w_v):
    return _cross(target, source, ~real.unsqueeze(-2), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "One bug is left: the causal mask. The source is known to its last word; only what is being written has a "
    "future to hide.",
)
def hides_the_source(target, source, real, w_q, w_k, w_v):
    return _cross(target, source, real.unsqueeze(-2) & _causal(target, source), w_q, w_k, w_v)


@mistake(cross_attention, "There is no mask any more: the padding is looked at like words.")
def without_a_mask(target, source, real, w_q, w_k, w_v):
    return _cross(target, source, None, w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The padding mask lacks the dimension of the queries: real.unsqueeze(-2), shape (batch, 1, source).",
)
def mask_without_queries(target, source, real, w_q, w_k, w_v):
    return _cross(target, source, real, w_q, w_k, w_v)


@mistake(
    cross_attention,
    "real[:, None] is right with a batch only. Count the new dimension from the end: real.unsqueeze(-2).",
)
def mask_counted_from_the_front(target, source, real, w_q, w_k, w_v):
    return _cross(target, source, real[:, None], w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The roles are swapped: the source asks and the target answers. Queries come from the target, keys and values"
    " from the source.",
)
def source_asks(target, source, real, w_q, w_k, w_v):
    return _cross(source, target, real.unsqueeze(-1), w_q, w_k, w_v)


@alternative(cross_attention)
def cross_by_hand(target, source, real, w_q, w_k, w_v):
    scores = (target @ w_q) @ (source @ w_k).mT / w_q.shape[-1] ** 0.5
    return _softmax(scores, real.unsqueeze(-2)) @ (source @ w_v)


@alternative(cross_attention)
def cross_by_adding(target, source, real, w_q, w_k, w_v):
    mask = torch.zeros(real.shape, dtype=target.dtype, device=target.device).masked_fill(~real, -torch.inf)
    return _cross(target, source, mask.unsqueeze(-2), w_q, w_k, w_v)


# --- einsum_attention -------------------------------------------------------------------------------------------------


def einsum_attention(x, memory, w_q, w_k, w_v, w_o, mask=None):
    """Head by head and sentence by sentence in float64, with sums of three letters."""
    product = partial(torch.einsum, "ij,jk->ik")
    dtype = x.dtype
    x, memory, w_q, w_k, w_v, w_o = (item.double() for item in (x, memory, w_q, w_k, w_v, w_o))
    masks = [None] * len(x) if mask is None else mask.expand(len(x), x.shape[1], memory.shape[1])
    rows = []
    for words, others, seen in zip(x, memory, masks, strict=True):
        result = 0
        for to_query, to_key, to_value, to_model in zip(w_q, w_k, w_v, w_o, strict=True):
            scores = product(product(words, to_query), product(others, to_key).T) / to_query.shape[-1] ** 0.5
            result = result + product(product(_softmax(scores, seen), product(others, to_value)), to_model)
        rows.append(result)
    return torch.stack(rows).to(dtype)


def _einsum(x, memory, w_q, w_k, w_v, w_o, mask, *, scores="bhqd,bhkd->bhqk", last="bhqd,hdm->bqm", head_mask=True,
            width=None, softmax=_softmax):  # fmt: skip
    query, key = torch.einsum("bqm,hmd->bhqd", x, w_q), torch.einsum("bkm,hmd->bhkd", memory, w_k)
    value = torch.einsum("bkm,hmd->bhkd", memory, w_v)
    products = torch.einsum(scores, query, key) / math.sqrt(width or w_q.shape[-1])
    if mask is not None and head_mask:
        mask = mask.unsqueeze(-3)
    mixed = torch.einsum("bhqk,bhkd->bhqd", softmax(products, mask).expand(-1, len(w_q), -1, -1), value)
    return torch.einsum(last, mixed, w_o)


@mistake(
    einsum_attention,
    "The letter of the heads is missing after the arrow of the scores: what is missing there is summed, and all "
    "heads share one set of weights.",
)
def sums_the_scores_over_heads(x, memory, w_q, w_k, w_v, w_o, mask=None):
    def softmax(scores, mask):
        return _softmax(scores.unsqueeze(1), mask)

    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, scores="bhqd,bhkd->bqk", softmax=softmax)


@mistake(
    einsum_attention,
    "The letter of the heads is still there after the last arrow: leave it out, and the heads are summed.",
)
def keeps_the_heads(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, last="bhqd,hdm->bhqm")


@mistake(
    einsum_attention,
    "The softmax runs over the heads. Each head shares out its own attention over the keys, the last dimension.",
)
def softmax_over_heads(x, memory, w_q, w_k, w_v, w_o, mask=None):
    softmax = lambda scores, mask: torch.nan_to_num(_softmax(scores, mask, dim=1))  # noqa: E731
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, softmax=softmax)


@mistake(einsum_attention, "The scores are divided by √d_model. One head's query has w_q.shape[-1] numbers.")
def einsum_scaled_by_the_model(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, width=x.shape[-1])


@mistake(einsum_attention, "The scores of a head are not divided by √d_k.")
def einsum_unscaled(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, width=1)


@mistake(
    einsum_attention,
    "The mask (batch, query, key) meets scores (batch, heads, query, key) without a dimension for the heads: "
    "mask.unsqueeze(-3).",
)
def einsum_masks_heads_as_sentences(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, head_mask=False)


@mistake(einsum_attention, "A query that may look at nothing gets NaN. Give it zeros.")
def einsum_nan(x, memory, w_q, w_k, w_v, w_o, mask=None):
    def softmax(scores, mask):
        return (scores if mask is None else scores.masked_fill(~mask, -torch.inf)).softmax(-1)

    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, softmax=softmax)


@alternative(einsum_attention)
def einsum_in_one_breath(x, memory, w_q, w_k, w_v, w_o, mask=None):
    scores = torch.einsum("bqm,hmd,bkn,hnd->bhqk", x, w_q, memory, w_k) / w_q.shape[-1] ** 0.5
    weights = _softmax(scores, None if mask is None else mask.unsqueeze(-3))
    return torch.einsum("bhqk,bkn,hnd,hdm->bqm", weights, memory, w_v, w_o)


@alternative(einsum_attention)
def einsum_in_another_order(x, memory, w_q, w_k, w_v, w_o, mask=None):
    query, key, value = (
        torch.einsum("bti,hio->btho", tokens, w) for tokens, w in ((x, w_q), (memory, w_k), (memory, w_v))
    )
    scores = torch.einsum("bqhd,bkhd->hbqk", query, key) * w_q.size(2) ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    weights = scores.softmax(3) * (1 if mask is None else mask)
    return torch.einsum("hbqk,bkhd,hdm->bqm", weights, value, w_o)


# --- attention_entropy ------------------------------------------------------------------------------------------------


def attention_entropy(weights):
    return torch.special.entr(weights.double()).sum(-1).to(weights.dtype)


@mistake(
    attention_entropy,
    "Where a weight is zero, 0·log 0 comes out as NaN. Its limit is 0: torch.xlogy knows, or keep the logarithm "
    "from zero.",
)
def nan_at_zero(weights):
    return -(weights * weights.log()).sum(-1)


@mistake(attention_entropy, "The minus sign is missing: logarithms of weights are negative, an entropy is not.")
def without_the_minus(weights):
    return torch.xlogy(weights, weights).sum(-1)


@mistake(
    attention_entropy,
    "The sum runs over the queries. One entropy a query: sum over the keys, the last dimension.",
)
def sums_over_queries(weights):
    return -torch.xlogy(weights, weights).sum(-2)


@mistake(attention_entropy, "The logarithm is of base 2, the entropy in bits. Here it is asked for in nats: torch.log.")
def in_bits(weights):
    return -torch.xlogy(weights, weights).sum(-1) / math.log(2)


@mistake(attention_entropy, "The mean is taken over the keys instead of the sum: the weights already are the shares.")
def means_over_keys(weights):
    return -torch.xlogy(weights, weights).mean(-1)


@mistake(
    attention_entropy,
    "One number comes out for everything. Each query has its own entropy: sum over the last dimension only.",
)
def one_number(weights):
    return -torch.xlogy(weights, weights).sum()


@mistake(attention_entropy, "The logarithms of the weights are summed without the weights: rare keys count most.")
def without_the_weights(weights):
    return -weights.clamp(min=torch.finfo(weights.dtype).tiny).log().sum(-1)


@alternative(attention_entropy)
def entropy_clamped(weights):
    return -(weights * weights.clamp(min=torch.finfo(weights.dtype).tiny).log()).sum(-1)


@alternative(attention_entropy)
def entropy_with_a_constant(weights):
    return -(weights * (weights + 1e-12).log()).sum(-1)


@alternative(attention_entropy)
def entropy_selected(weights):
    safe = torch.where(weights > 0, weights, 1)
    return (weights * -torch.log(safe)).sum(dim=-1)


# --- tiled_attention --------------------------------------------------------------------------------------------------


def tiled_attention(query, key, value, tile, mask=None):
    """The definition in float64, one key at a time and in two passes: first the largest score, then the sums."""
    q = query.double() / query.shape[-1] ** 0.5

    def score(position):
        scores = (q * key[..., position : position + 1, :]).sum(-1, keepdim=True)
        return scores if mask is None else scores.masked_fill(~mask[..., position : position + 1], -torch.inf)

    highest = torch.full_like(q[..., :1], torch.finfo(torch.float64).min)
    for position in range(key.shape[-2]):
        highest = torch.maximum(highest, score(position))
    above, below = torch.zeros((), dtype=torch.float64, device=query.device), torch.zeros_like(highest)
    for position in range(key.shape[-2]):
        power = (score(position) - highest).exp()
        above, below = above + power * value[..., position : position + 1, :], below + power
    return torch.where(below > 0, above / below, 0).to(value.dtype)


def _tiles(query, key, value, tile, mask, *, rescale_sum=True, rescale_output=True, count=None, start=None):
    """Online softmax, with the steps that people forget as switches."""
    highest = torch.full_like(query[..., :1], torch.finfo(query.dtype).min if start is None else start)
    total, below = torch.zeros((), device=query.device), torch.zeros_like(highest)
    stop = key.shape[-2] if count is None else count(key.shape[-2], tile) * tile
    for first in range(0, stop, tile):
        scores = _tile_scores(query, key, mask, slice(first, first + tile))
        new = torch.maximum(highest, scores.amax(-1, keepdim=True))
        powers, shrink = (scores - new).exp(), (highest - new).exp()
        below = below * (shrink if rescale_sum else 1) + powers.sum(-1, keepdim=True)
        total = total * (shrink if rescale_output else 1) + powers @ value[..., first : first + tile, :]
        highest = new
    return total / below.clamp(min=1)


def _tile_scores(query, key, mask, part):
    scores = _scores(query, key[..., part, :])
    return scores if mask is None else scores.masked_fill(~mask[..., part], -torch.inf)


@mistake(
    tiled_attention,
    "What was summed so far is not rescaled when a larger score turns up: old and new terms are measured from "
    "different maxima.",
)
def never_rescales(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, rescale_sum=False, rescale_output=False)


@mistake(
    tiled_attention,
    "The running sum of the weights is rescaled, the running output is not. Both were measured from the old maximum.",
)
def rescales_only_the_sum(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, rescale_output=False)


@mistake(
    tiled_attention,
    "The running output is rescaled, the running sum of the weights is not. Both were measured from the old maximum.",
)
def rescales_only_the_output(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, rescale_sum=False)


@mistake(tiled_attention, "The last tile is forgotten where the tile does not divide the number of keys.")
def forgets_what_is_left_over(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, count=lambda keys, tile: keys // tile)


@mistake(
    tiled_attention,
    "Each tile gets a softmax of its own and the results are averaged. The sum in the softmax must run over all tiles.",
)
def averages_the_tiles(query, key, value, tile, mask=None):
    parts = [slice(first, first + tile) for first in range(0, key.shape[-2], tile)]
    weights = [torch.nan_to_num(_tile_scores(query, key, mask, part).softmax(-1)) for part in parts]
    return sum(weight @ value[..., part, :] for weight, part in zip(weights, parts, strict=True)) / len(parts)


@mistake(tiled_attention, "exp is taken of the raw scores, without a running maximum: it overflows at scores above 88.")
def without_a_maximum(query, key, value, tile, mask=None):
    above, below = 0, 0
    for first in range(0, key.shape[-2], tile):
        part = slice(first, first + tile)
        powers = _tile_scores(query, key, mask, part).exp()
        above, below = above + powers @ value[..., part, :], below + powers.sum(-1, keepdim=True)
    return above / (below + 0.0 * below if mask is None else torch.where(below > 0, below, 1))


@mistake(
    tiled_attention,
    "The maximum starts at −∞, and a first tile that is all hidden makes −∞ − (−∞) = NaN. Start at the lowest "
    "finite number.",
)
def starts_at_minus_infinity(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, start=-torch.inf)


@mistake(
    tiled_attention,
    "The whole matrix of scores is made. The point is never to have it: make the scores of one tile, use them, "
    "drop them.",
)
def makes_the_whole_matrix(query, key, value, tile, mask=None):
    return attention_divides_last(query, key, value, mask)


@mistake(
    tiled_attention,
    "The queries are cut into tiles, not the keys: one query still makes a score for every key at once.",
)
def cuts_up_the_queries(query, key, value, tile, mask=None):
    rows = []
    for first in range(query.shape[-2]):
        part = slice(first, first + 1)
        row = None if mask is None else mask[..., part, :]
        rows.append(attention_divides_last(query[..., part, :], key, value, row))
    return torch.cat(rows, dim=-2)


@alternative(tiled_attention)
def tiled_by_logsumexp(query, key, value, tile, mask=None):
    """Each tile with its own softmax; results are mixed by their shares of the whole sum."""
    lowest = torch.finfo(query.dtype).min
    result, known = torch.zeros((), device=query.device), torch.full_like(query[..., :1], lowest)
    for first in range(0, key.shape[-2], tile):
        part = slice(first, first + tile)
        keys, values, shown = key[..., part, :], value[..., part, :], None if mask is None else mask[..., part]
        scores = _scores(query, keys)
        scores = scores if shown is None else scores.masked_fill(~shown, lowest)
        here = scores.logsumexp(-1, keepdim=True)
        here = here if shown is None else here.masked_fill(~shown.any(-1, keepdim=True), lowest)
        weights = _softmax(scores, shown)
        both = torch.logaddexp(known, here)
        result = result * (known - both).exp() + weights @ values * (here - both).exp()
        known = both
    return result


@alternative(tiled_attention)
def tiled_online(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask)
