"""`cross_attention`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised
from autograder.references.attention import _cross_attention_mistakes  # noqa: F401  (they register themselves)
from autograder.references.attention._cross_attention import cross, cross_attention, weighted
from autograder.references.attention._shared import masked_softmax
from autograder.references.attention._softmax import INVERTED, NAN_ON_THE_WAY_BACK, NO_MASK, WRONG


def _causal(target, source):
    return torch.ones(target.shape[-2], source.shape[-2], dtype=torch.bool, device=target.device).tril()


BOTH = (
    "Both bugs are still there: the mask is True where nn.MultiheadAttention wants it, and it hides the future of"
    " a sentence that is already finished."
)


@mistake(cross_attention, BOTH, keeps=0.2)
def as_it_was_handed_over(target, source, real, w_q, w_k, w_v):
    return cross(target, source, ~real.unsqueeze(-2) & _causal(target, source), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The mask is turned around, as by `~real`: F.scaled_dot_product_attention wants True where a key may be "
    "looked at; nn.MultiheadAttention wants the opposite.",
    keeps=0.2,
)
def looks_at_the_padding(target, source, real, w_q, w_k, w_v):
    return cross(target, source, ~real.unsqueeze(-2), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The causal mask is still there. The source is known to its last word; only what is being written has a "
    "future to hide.",
)
def hides_the_source(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real.unsqueeze(-2) & _causal(target, source), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The mask still hides something by position, the first words of the source. No causal mask belongs here, "
    "turned around or not: the whole source may be looked at.",
)
def hides_the_past(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real.unsqueeze(-2) & ~_causal(target, source), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The mask still hides something by position, the first words of the source. No causal mask belongs here, "
    "turned around or not: the whole source may be looked at.",
)
def hides_the_past_but_not_itself(target, source, real, w_q, w_k, w_v):
    square = torch.ones(target.shape[-2], source.shape[-2], dtype=torch.bool, device=target.device)
    return cross(target, source, real.unsqueeze(-2) & square.triu(), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "Padding is visible up to the target word's own position, as when the two masks are joined by `or`. The "
    "causal mask has to go, and only `real` stays.",
)
def joined_by_or(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real.unsqueeze(-2) | _causal(target, source), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The future of a source that is already finished is hidden, as by is_causal=True, and the padding is "
    "not. Hide the padding alone.",
    keeps=0.2,
)
def causal_by_option(target, source, real, w_q, w_k, w_v):
    return F.scaled_dot_product_attention(target @ w_q, source @ w_k, source @ w_v, is_causal=True)


@mistake(cross_attention, "Nothing hides the padding any more: it is looked at like words.")
def without_a_mask(target, source, real, w_q, w_k, w_v):
    return cross(target, source, None, w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The padding mask lacks the dimension of the queries: real.unsqueeze(-2), shape (batch, 1, source).",
)
def mask_without_queries(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real, w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The padding mask does not fit the scores, (…, target, source), as when real.unsqueeze(-1) spreads it "
    "over the queries. It belongs to the keys: real.unsqueeze(-2).",
)
def mask_of_queries(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real.unsqueeze(-1), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "Padding is looked at like words; only where all of it is padding, the result is set to zero.",
)
def without_a_mask_but_with_zeros(target, source, real, w_q, w_k, w_v):
    return cross(target, source, None, w_q, w_k, w_v) * real.any(-1)[..., None, None]


@mistake(
    cross_attention,
    "It works with a batch only: real[:, None] or bmm, for instance, take one for granted. Count the new "
    "dimension from the end, real.unsqueeze(-2), and multiply by `@`.",
    keeps=0.8,
)
def mask_counted_from_the_front(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real[:, None], w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The roles are swapped: the source asks and the target answers. Queries should come from the target, keys and "
    "values from the source.",
    keeps=0.1,
)
def source_asks(target, source, real, w_q, w_k, w_v):
    return cross(source, target, real.unsqueeze(-1), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "Keys and values are made from the target. Only the queries are; what is looked at and heard is the source's.",
    keeps=0.1,
)
def hears_itself(target, source, real, w_q, w_k, w_v):
    return cross(target, target, None, w_q, w_k, w_v)


FROM_WHERE = (
    "Some of queries, keys and values come from the wrong sequence, and they do not fit each other or the mask. "
    "Queries are made from the target, keys and values from the source."
)


@mistake(cross_attention, FROM_WHERE, keeps=0.1)
def source_asks_under_the_mask(target, source, real, w_q, w_k, w_v):
    return cross(source, target, real.unsqueeze(-2), w_q, w_k, w_v)


@mistake(cross_attention, FROM_WHERE, keeps=0.1)
def values_of_the_target(target, source, real, w_q, w_k, w_v):
    mask = real.unsqueeze(-2)
    return F.scaled_dot_product_attention(target @ w_q, source @ w_k, target @ w_v, attn_mask=mask)


@mistake(cross_attention, FROM_WHERE, keeps=0.1)
def keys_of_the_target(target, source, real, w_q, w_k, w_v):
    mask = real.unsqueeze(-2)
    return F.scaled_dot_product_attention(target @ w_q, target @ w_k, source @ w_v, attn_mask=mask)


@mistake(cross_attention, "w_q and w_k have changed places: queries are target @ w_q, keys source @ w_k.")
def swaps_two_matrices(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real.unsqueeze(-2), w_k, w_q, w_v)


@mistake(
    cross_attention,
    "The values are made by w_k, the keys' matrix. They have one of their own, and its width may differ: source @ w_v.",
    keeps=0.1,
)
def takes_keys_for_values(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real.unsqueeze(-2), w_q, w_k, w_k)


def _by_hand(softmax):
    """Who writes the attention out, with this softmax."""

    def answer(target, source, real, w_q, w_k, w_v):
        return weighted(softmax, target, source, real, w_q, w_k, w_v)

    answer.__name__ = f"cross_{softmax.__name__}"
    return answer


for softmax, sentence, keeps in WRONG:
    if sentence not in (NO_MASK, INVERTED, NAN_ON_THE_WAY_BACK):  # words of their own above; no gradient is promised
        mistake(cross_attention, sentence, keeps)(_by_hand(softmax))


@mistake(
    cross_attention,
    "The scores are not divided by √d_k. F.scaled_dot_product_attention does that; by hand it is yours to do.",
)
def cross_unscaled(target, source, real, w_q, w_k, w_v):
    return masked_softmax((target @ w_q) @ (source @ w_k).mT, real.unsqueeze(-2)) @ (source @ w_v)


@mistake(
    cross_attention,
    "Without a batch there are too few dimensions, for real[:, None, :] or transpose(1, 2), for instance. "
    "Count from the end: `real.unsqueeze(-2)`, `.mT`.",
)
def needs_a_batch(target, source, real, w_q, w_k, w_v):
    return cross(target, source, real[:, None, :], w_q, w_k, w_v)


@mistake(
    cross_attention,
    "The scores are divided by √d_model. d_k is the length of a query after its projection: w_q.shape[-1].",
)
def divides_by_the_model(target, source, real, w_q, w_k, w_v):
    scores = (target @ w_q) @ (source @ w_k).mT / target.shape[-1] ** 0.5
    return masked_softmax(scores, real.unsqueeze(-2)) @ (source @ w_v)


@alternative(cross_attention)
def cross_by_hand(target, source, real, w_q, w_k, w_v):
    return weighted(masked_softmax, target, source, real, w_q, w_k, w_v)


@alternative(cross_attention)
def cross_by_adding(target, source, real, w_q, w_k, w_v):
    mask = torch.zeros(real.shape, dtype=target.dtype, device=target.device).masked_fill(~real, -torch.inf)
    return cross(target, source, mask.unsqueeze(-2), w_q, w_k, w_v)


promised(
    cross_attention,
    "One sequence looks at another: queries from `target`, keys and values from `source`.",
    by=["no padding", "a target longer than its source"],
)
promised(
    cross_attention,
    "target: shape (batch, target, d_model), or without the batch.",
    by=["no batch, no padding", "no padding"],
)
promised(
    cross_attention,
    "source: shape (batch, source, d_model), or without the batch.",
    by=["no batch, no padding", "no padding"],
)
promised(
    cross_attention,
    "real: boolean, shape (batch, source), or without the batch; True where `source` is no padding.",
    by=["no batch, padding", "padding", "padding in front", "padding in between"],
)
promised(cross_attention, "w_q, w_k: shape (d_model, d_k).", by=["no padding"])
promised(cross_attention, "w_v: shape (d_model, d_v).", by=["no padding"])
promised(
    cross_attention,
    "Shape (batch, target, d_v), dtype and device of `target`.",
    by=["no padding", "float64", "bfloat16", "float16"],
)
promised(
    cross_attention,
    "Padding has no influence.",
    by=["padding", "other numbers in the padding", "padding whose scores would win"],
)
promised(
    cross_attention,
    "Zeros where the whole source is padding.",
    by=["a source that is all padding", "a batch that is all padding"],
)
