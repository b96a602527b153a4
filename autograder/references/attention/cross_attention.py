"""`cross_attention`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake
from autograder.references.attention._shared import masked_softmax


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
    return masked_softmax(scores, real.unsqueeze(-2)) @ (source @ w_v)


@alternative(cross_attention)
def cross_by_adding(target, source, real, w_q, w_k, w_v):
    mask = torch.zeros(real.shape, dtype=target.dtype, device=target.device).masked_fill(~real, -torch.inf)
    return _cross(target, source, mask.unsqueeze(-2), w_q, w_k, w_v)
