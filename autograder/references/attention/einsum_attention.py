"""`einsum_attention`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.attention import _einsum_attention_mistakes  # noqa: F401  (they register themselves)
from autograder.references.attention._einsum_attention import einsum_attention, with_steps
from autograder.references.attention._shared import masked_softmax
from autograder.references.attention._softmax import WRONG


def _wrong(sentence, name, keeps=0.5, **changes):
    """A mistake that changes one step."""

    def answer(x, memory, w_q, w_k, w_v, w_o, mask=None):
        return with_steps(x, memory, w_q, w_k, w_v, w_o, mask, **changes)

    answer.__name__ = name
    mistake(einsum_attention, sentence, keeps)(answer)


_wrong(
    "The scores are summed over the heads, and all heads share one set of weights. Keep the letter of the "
    "heads after the arrow of the scores: what is missing there is summed.",
    "sums_the_scores_over_heads",
    scores="bhqd,bhkd->bqk",
    softmax=lambda scores, mask: masked_softmax(scores.unsqueeze(1), mask),
)
_wrong(
    "The result still has a dimension for the heads. Leave their letter out after the last arrow, and they are summed.",
    "keeps_the_heads",
    keeps=0.1,
    last="bhqd,hdm->bhqm",
)
_wrong(
    "The whole batch is added up, as when the letter of the sentences is missing after the last arrow. It "
    "has to stand there.",
    "sums_the_batch",
    keeps=0.1,
    last="bhqd,hdm->qm",
)
_wrong(
    "The softmax runs over the heads. Each head shares out its own attention over the keys, the last dimension.",
    "softmax_over_heads",
    softmax=lambda scores, mask: torch.nan_to_num(masked_softmax(scores, mask, dim=1)),
)
_wrong(
    "The softmax runs over the queries. Each query shares out its own attention over the keys, the letter k.",
    "softmax_over_queries",
    softmax=lambda scores, mask: torch.nan_to_num(masked_softmax(scores, mask, dim=2)),
)
_wrong(
    "The softmax runs over the queries, and a mask does not fit, as when the scores have their letters in "
    "the order kq. The keys come last: qk.",
    "turns_the_scores",
    scores="bhqd,bhkd->bhkq",
    values="bhkq,bhkd->bhqd",
)
_wrong("The scores of a head are not divided by √d_k.", "einsum_unscaled", width=1)
_wrong(
    "The mask (batch, query, key) meets scores (batch, heads, query, key) without a dimension for the heads: "
    "mask.unsqueeze(-3).",
    "einsum_masks_heads_as_sentences",
    head_mask=False,
)
_wrong(
    "The letters of queries and keys are exchanged where the values are mixed, as in `bhkq,bhkv`: the weights are "
    "(query, key), `bhqk,bhkv`.",
    "exchanges_two_letters",
    values="bhkq,bhkd->bhqd",
)
for dim, along in ((1, "heads"), (2, "queries")):
    _wrong(
        f"Without a mask the softmax runs over the {along}; with one it is right. It belongs over the keys, the last "
        "dimension, both times.",
        f"softmax_over_{along}_without_a_mask",
        softmax=lambda scores, mask, dim=dim: scores.softmax(dim) if mask is None else masked_softmax(scores, mask),
    )
for softmax, sentence, keeps in WRONG:
    _wrong(sentence, f"einsum_{softmax.__name__}", keeps, softmax=softmax)


@mistake(
    einsum_attention,
    "mask.unsqueeze(1) is right for a mask of shape (batch, query, key) only; for (query, key) the queries meet the "
    "heads. Count from the end: mask.unsqueeze(-3).",
)
def einsum_mask_counted_from_the_front(x, memory, w_q, w_k, w_v, w_o, mask=None):
    mask = None if mask is None else mask.unsqueeze(1)
    return with_steps(x, memory, w_q, w_k, w_v, w_o, mask, head_mask=False)


@mistake(einsum_attention, "The scores are divided by √d_model. One head's query has w_q.shape[-1] numbers.")
def einsum_scaled_by_the_model(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return with_steps(x, memory, w_q, w_k, w_v, w_o, mask, width=x.shape[-1])


@mistake(
    einsum_attention,
    "The scores are divided by the root of a value's width. d_k is a query's, w_q.shape[-1]; the two may differ.",
)
def einsum_scaled_by_the_values(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return with_steps(x, memory, w_q, w_k, w_v, w_o, mask, width=w_v.shape[-1])


@mistake(einsum_attention, "The scores are divided by d_k, not by √d_k.")
def einsum_scaled_by_d(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return with_steps(x, memory, w_q, w_k, w_v, w_o, mask, width=w_q.shape[-1] ** 2)


@mistake(einsum_attention, "The scores are divided by the root of the number of heads. d_k is w_q.shape[-1].")
def einsum_scaled_by_heads(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return with_steps(x, memory, w_q, w_k, w_v, w_o, mask, width=len(w_q))


@mistake(einsum_attention, "The heads are averaged. They are added up: w_o already says what each contributes.")
def averages_the_heads(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return with_steps(x, memory, w_q, w_k, w_v, w_o, mask) / len(w_q)


@mistake(einsum_attention, "Keys and values are made from x. They come from `memory`.")
def einsum_self_attention(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return with_steps(x, x, w_q, w_k, w_v, w_o, None)


@mistake(
    einsum_attention,
    "The mask has no dimension for the heads: (batch, query, key) meets (batch, heads, query, key). It needs "
    "mask.unsqueeze(-3).",
)
def einsum_mask_as_it_comes(x, memory, w_q, w_k, w_v, w_o, mask=None):
    query, key = torch.einsum("bqm,hmd->bhqd", x, w_q), torch.einsum("bkm,hmd->bhkd", memory, w_k)
    value = torch.einsum("bkm,hmv->bhkv", memory, w_v)
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(w_q.shape[-1])
    return torch.einsum("bhqk,bhkv,hvm->bqm", masked_softmax(scores, mask), value, w_o)


def _of_other_words(sentence, name, keys, values):
    """Keys and values of x, of memory, or by another matrix: each takes x, memory, w_q, w_k and w_v."""

    def answer(x, memory, w_q, w_k, w_v, w_o, mask=None):
        query = torch.einsum("bqm,hmd->bhqd", x, w_q)
        key = torch.einsum("bkm,hmd->bhkd", *keys(x, memory, w_q, w_k))
        value = torch.einsum("bkm,hmv->bhkv", *values(x, memory, w_v))
        scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(w_q.shape[-1])
        weights = masked_softmax(scores, None if mask is None else mask.unsqueeze(-3))
        return torch.einsum("bhqk,bhkv,hvm->bqm", weights, value, w_o)

    answer.__name__ = name
    mistake(einsum_attention, sentence)(answer)


OF_X = "Keys or values are made from x, so that there are not as many of both. Both come from `memory`."
_of_other_words(OF_X, "keys_of_x", lambda x, memory, w_q, w_k: (x, w_k), lambda x, memory, w_v: (memory, w_v))
_of_other_words(OF_X, "values_of_x", lambda x, memory, w_q, w_k: (memory, w_k), lambda x, memory, w_v: (x, w_v))
_of_other_words(
    "The keys are made by the queries' matrices, w_q. They have their own, w_k.",
    "keys_by_w_q",
    lambda x, memory, w_q, w_k: (memory, w_q),
    lambda x, memory, w_v: (memory, w_v),
)


@alternative(einsum_attention)
def einsum_in_one_breath(x, memory, w_q, w_k, w_v, w_o, mask=None):
    scores = torch.einsum("bqm,hmd,bkn,hnd->bhqk", x, w_q, memory, w_k) / w_q.shape[-1] ** 0.5
    weights = masked_softmax(scores, None if mask is None else mask.unsqueeze(-3))
    return torch.einsum("bhqk,bkn,hnd,hdm->bqm", weights, memory, w_v, w_o)


@alternative(einsum_attention)
def einsum_in_another_order(x, memory, w_q, w_k, w_v, w_o, mask=None):
    query, key, value = (
        torch.einsum("bti,hio->btho", tokens, w) for tokens, w in ((x, w_q), (memory, w_k), (memory, w_v))
    )
    scores = torch.einsum("bqhd,bkhd->hbqk", query, key) * w_q.size(2) ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(3) * (1 if mask is None else mask)
    return torch.einsum("hbqk,bkhd,hdm->bqm", weights, value, w_o)


promised(
    einsum_attention,
    "Multi-head attention of `x` over `memory`, all products by `torch.einsum`.",
    by=["a batch", "the products are made by einsum"],
)
promised(
    einsum_attention,
    "x: where the queries come from, shape (batch, query, d_model).",
    by=["a batch", "a batch of one"],
)
promised(einsum_attention, "memory: where keys and values come from, shape (batch, key, d_model).", by=["a batch"])
promised(einsum_attention, "w_q, w_k: shape (heads, d_model, d_k).", by=["one head", "a batch"])
promised(
    einsum_attention,
    "w_v: shape (heads, d_model, d_v).",
    by=["one head", "a batch"],
)
promised(
    einsum_attention,
    "w_o: shape (heads, d_v, d_model); the results of all heads are added up.",
    by=["a batch", "as many heads as sentences, masked"],
)
promised(
    einsum_attention,
    "mask: boolean, two or three dimensions that broadcast to (batch, query, key); True where a query may look at "
    "a key.",
    by=["masked", "masks that broadcast"],
)
promised(einsum_attention, "It holds for all heads.", by=["masked", "as many heads as sentences, masked"])
promised(
    einsum_attention,
    "Shape (batch, query, d_model), dtype and device of `x`.",
    by=["a batch", "float64", "bfloat16", "float16"],
)
promised(
    einsum_attention,
    "Zeros for a query that may look at nothing, and gradients stay finite.",
    by=["a query that may look at nothing", "the same with one head"],
)
