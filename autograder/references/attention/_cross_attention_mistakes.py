"""Mistakes of `cross_attention` with roots and numbers, and with padding that stands elsewhere than at the end."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.attention._cross_attention import cross, cross_attention, weighted
from autograder.references.attention._numbers import NUMBERS, ROOTS, STAYS_IN_FLOAT32
from autograder.references.attention._shared import masked_softmax

AT_THE_END = (
    "Padding that stands elsewhere than at the end is not hidden as it should be, as when the mask is made by counting "
    "the real words, or by the first or the last place of something. `real` says it for each place: real.unsqueeze(-2)."
)


def _masked_by(name, mask):
    """The library's attention with this mask, made of `real`."""

    def answer(target, source, real, w_q, w_k, w_v):
        return cross(target, source, mask(real).unsqueeze(-2), w_q, w_k, w_v)

    answer.__name__ = name
    mistake(cross_attention, AT_THE_END)(answer)


def _first(real):
    """True for as many places from the start as there are real words."""
    return torch.arange(real.shape[-1], device=real.device) < real.sum(-1, keepdim=True)


_masked_by("counts_the_words", _first)
_masked_by("real_and_counted", lambda real: real & _first(real))
_masked_by("up_to_the_first_padding", lambda real: real.long().cumprod(-1).bool())
_masked_by("up_to_the_last_word", lambda real: real.flip(-1).long().cumsum(-1).flip(-1) > 0)


@mistake(cross_attention, AT_THE_END)
def cuts_off_at_the_longest(target, source, real, w_q, w_k, w_v):
    longest = int(real.sum(-1).max())
    return cross(target, source[..., :longest, :], real[..., :longest].unsqueeze(-2), w_q, w_k, w_v)


@mistake(
    cross_attention,
    "With a batch, the words of all sentences are heard together, as by `source[real]`, which lays them in one row. "
    "Each target has a source of its own.",
)
def one_row_of_words(target, source, real, w_q, w_k, w_v):
    words = source[real]
    return F.scaled_dot_product_attention(target @ w_q, words @ w_k, words @ w_v)


def _weighing(name, sentence, keeps, weights):
    """By hand, with these weights of queries, keys and mask."""

    def answer(target, source, real, w_q, w_k, w_v):
        return weights(target @ w_q, source @ w_k, real.unsqueeze(-2)) @ (source @ w_v)

    answer.__name__ = f"cross_{name}"
    mistake(cross_attention, sentence, keeps)(answer)


for name, root, sentence in ROOTS:
    _weighing(
        name, sentence, 0.5,
        lambda query, key, mask, root=root: masked_softmax(query @ key.mT / root(query.shape[-1]), mask),
    )  # fmt: skip


def _by_hand(softmax):
    """Who writes the attention out, with this softmax."""

    def answer(target, source, real, w_q, w_k, w_v):
        return weighted(softmax, target, source, real, w_q, w_k, w_v)

    answer.__name__ = f"cross_{softmax.__name__}"
    return answer


for softmax, sentence, keeps in NUMBERS:
    mistake(cross_attention, sentence, keeps)(_by_hand(softmax))


@mistake(cross_attention, STAYS_IN_FLOAT32, keeps=0.97)
def cross_stays_in_float32(target, source, real, w_q, w_k, w_v):
    target, source, w_q, w_k, w_v = (item.float() for item in (target, source, w_q, w_k, w_v))
    return cross(target, source, real.unsqueeze(-2), w_q, w_k, w_v)
