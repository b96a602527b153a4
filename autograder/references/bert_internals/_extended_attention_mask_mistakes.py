"""Mistakes of `extended_attention_mask`."""

import torch

from autograder.references import mistake
from autograder.references.bert_internals._extended_attention_mask import extend, extended_attention_mask


@mistake(
    extended_attention_mask,
    "Hidden keys get −10 000, as in old versions. A score can be larger: take torch.finfo(dtype).min.",
)
def extends_by_ten_thousand(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, lowest=-10000.0)


@mistake(
    extended_attention_mask,
    "Hidden keys get −∞: where all is padding, softmax makes NaN of it. BERT takes the lowest finite number.",
)
def extends_by_infinity(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, lowest=-torch.inf)


@mistake(extended_attention_mask, "The words are hidden and the padding is seen: a 1 of the tokenizer is a real token.")
def extends_inverted(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, hidden=lambda mask: mask != 0)


@mistake(extended_attention_mask, "The 0 and 1 are handed on as numbers. Added to scores, a 1 hides nothing.")
def extends_by_nothing(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, lowest=0.0) + (1 - extend(attention_mask, dtype, lowest=1.0))


@mistake(
    extended_attention_mask,
    "The result is float32 whatever `dtype` says, and turns a half-precision model's scores into float32.",
    keeps=0.85,
)
def extends_in_float32(attention_mask, dtype=torch.float32):
    return extend(attention_mask, torch.float32)


@mistake(
    extended_attention_mask,
    "The padding stands where the queries are: (batch, 1, key, 1) keeps padding from looking, not from being seen.",
)
def extends_over_queries(attention_mask, dtype=torch.float32):
    shape = lambda mask: mask[:, None, :, None] if mask.dim() == 2 else mask[:, None]  # noqa: E731
    return extend(attention_mask, dtype, shape=shape)


@mistake(
    extended_attention_mask,
    "A dimension for the heads is missing. Asked for is (batch, 1, 1, key), and (batch, 1, query, key) where "
    "the mask has three dimensions.",
)
def extends_without_heads(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, shape=lambda mask: mask[:, None] if mask.dim() == 2 else mask)


@mistake(
    extended_attention_mask,
    "A mask (batch, query, key) becomes (batch, query, 1, key): the heads' dimension comes second, mask[:, None].",
    keeps=0.75,
)
def extends_queries_as_heads(attention_mask, dtype=torch.float32):
    return extend(
        attention_mask, dtype, shape=lambda mask: mask.unsqueeze(-2) if mask.dim() == 3 else mask[:, None, None]
    )


@mistake(
    extended_attention_mask,
    "This is the recipe of the first BERT, (1 − mask)·−10 000. It takes no booleans, no mask for each query, no dtype: "
    "compare with 0, and fill in torch.finfo(dtype).min.",
)
def extends_as_of_old(attention_mask, dtype=torch.float32):
    return (1.0 - attention_mask[:, None, None, :]) * -10000.0


@mistake(
    extended_attention_mask,
    "Only masks of shape (batch, key) are treated: one of (batch, query, key) needs the heads' dimension alone, any "
    "other number of dimensions a ValueError.",
    keeps=0.75,
)
def extends_two_dimensions_only(attention_mask, dtype=torch.float32):
    return (1.0 - attention_mask[:, None, None].to(dtype)) * torch.finfo(dtype).min


@mistake(
    extended_attention_mask,
    "In a mask of whole numbers every key is hidden, as by `~`: of 1 and 0 it makes −2 and −1, both true. "
    "Compare with 0.",
)
def extends_by_tilde(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, hidden=lambda mask: (~mask).bool())


@mistake(
    extended_attention_mask,
    "The number is that of float32 in every dtype: in float16 it is −∞, in float64 not the lowest. Ask "
    "torch.finfo(dtype), and make the result in that dtype from the start.",
    keeps=0.85,
)
def extends_by_float32s_lowest(attention_mask, dtype=torch.float32):
    return extend(attention_mask, torch.float32).to(dtype)


@mistake(
    extended_attention_mask,
    "The number is finfo.tiny, the smallest above 0. Hidden keys need the lowest of all: finfo.min.",
)
def extends_by_tiny(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, lowest=torch.finfo(dtype).tiny)


@mistake(
    extended_attention_mask,
    "Any number of dimensions is taken. One that is neither (batch, key) nor (batch, query, key) raises ValueError.",
    keeps=0.85,
)
def extends_anything(attention_mask, dtype=torch.float32):
    front = attention_mask[None] if attention_mask.dim() < 2 else attention_mask
    wide = front[:, None] if attention_mask.dim() > 2 else front[:, None, None]
    return torch.zeros(wide.shape, dtype=dtype, device=wide.device).masked_fill(wide == 0, torch.finfo(dtype).min)


@mistake(
    extended_attention_mask,
    "The queries of a mask (batch, query, key) are thrown away, as if all might look at the same keys.",
    keeps=0.75,
)
def extends_the_first_query(attention_mask, dtype=torch.float32):
    return extend(attention_mask[:, 0] if attention_mask.dim() == 3 else attention_mask, dtype)


@mistake(
    extended_attention_mask,
    "Queries and keys of a mask (batch, query, key) have changed places: the keys come last.",
    keeps=0.75,
)
def extends_transposed(attention_mask, dtype=torch.float32):
    return extend(attention_mask.mT if attention_mask.dim() == 3 else attention_mask, dtype)


@mistake(extended_attention_mask, "A mask of booleans comes back. What is asked for is a number to add to the scores.")
def extends_to_booleans(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype) == 0


@mistake(extended_attention_mask, "The caller's own mask is written into. Make a new tensor.", keeps=0.9)
def extends_in_place(attention_mask, dtype=torch.float32):
    result = extend(attention_mask, dtype)
    attention_mask.fill_(0)
    return result


@mistake(
    extended_attention_mask,
    "`1 - mask` raises for a boolean mask: booleans cannot be subtracted. Compare with 0, or convert first.",
    keeps=0.85,
)
def extends_integers_only(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, hidden=lambda mask: (1.0 - mask).bool())


@mistake(
    extended_attention_mask,
    "A dimension of size 1 is lost, as by squeeze(): a batch of one, a single query or key. All of them stay.",
    keeps=0.92,
)
def extends_and_squeezes(attention_mask, dtype=torch.float32):
    result = extend(attention_mask, dtype)
    return result.squeeze(0) if len(result) == 1 else result


@mistake(
    extended_attention_mask,
    "Hidden keys get −1: a little less weight, and they are still looked at. Take torch.finfo(dtype).min.",
)
def extends_by_minus_one(attention_mask, dtype=torch.float32):
    return extend(attention_mask, dtype, lowest=-1.0)
