"""Plainer mistakes of `extended_attention_mask`: another number, another shape, another error."""

import torch

from autograder.references import mistake
from autograder.references.bert_internals._extended_attention_mask import extend, extended_attention_mask


@mistake(
    extended_attention_mask,
    "A row of the mask is repeated for each query: (batch, 1, key, key). Asked for is (batch, 1, 1, key), which "
    "broadcasts.",
)
def extends_to_a_square(attention_mask, dtype=torch.float32):
    keys = attention_mask.shape[-1]
    square = lambda mask: mask[:, None, None].expand(-1, 1, keys, -1) if mask.dim() == 2 else mask[:, None]  # noqa: E731
    return extend(attention_mask, dtype, shape=square)


@mistake(
    extended_attention_mask,
    "Hidden keys get half of the lowest number of the dtype. It hides as well, but asked for is the lowest itself: "
    "torch.finfo(dtype).min.",
    keeps=0.9,
)
def extends_by_half(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, lowest=torch.finfo(dtype).min / 2)


@mistake(
    extended_attention_mask,
    "Hidden keys get −10⁹. float16 cannot hold that and makes −∞ of it. The lowest number of each dtype is "
    "torch.finfo(dtype).min.",
    keeps=0.9,
)
def extends_by_a_billion(attention_mask, dtype=torch.float32):
    return (extend(attention_mask, torch.float32, lowest=1.0) * -1e9).to(dtype)


@mistake(
    extended_attention_mask,
    "Real keys get 1. Nothing is to be added to their scores: 0.",
)
def extends_real_by_one(attention_mask, dtype=torch.float32):
    result = extend(attention_mask, dtype)
    return torch.where(result == 0, torch.ones_like(result), result)


@mistake(
    extended_attention_mask,
    "Hidden keys get the largest number instead of the lowest, so that padding takes all of the attention.",
)
def extends_by_the_largest(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, lowest=torch.finfo(dtype).max)


@mistake(
    extended_attention_mask,
    "A mask of (batch, key) is taken the wrong way round: its real keys get the lowest number. It is 0 that is hidden.",
)
def turns_masks_of_two(attention_mask, dtype=torch.float32):
    if attention_mask.dim() == 2:
        return extend(attention_mask, dtype, hidden=lambda mask: mask != 0)
    return extend(attention_mask, dtype)


@mistake(
    extended_attention_mask,
    "A mask of (batch, key) comes back with three dimensions. It needs one for the heads and one for the queries.",
)
def adds_one_dimension(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, shape=lambda mask: mask[:, None])
