"""`extended_attention_mask`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, equivalent, promised
from autograder.references.bert_internals import (
    _extended_attention_mask_mistakes,  # noqa: F401  (they register themselves)
    _extended_attention_mask_slips_mistakes,  # noqa: F401
)
from autograder.references.bert_internals._extended_attention_mask import extended_attention_mask


@alternative(extended_attention_mask)
def extends_by_arithmetic(attention_mask, dtype=torch.float32):
    shapes = {2: (slice(None), None, None), 3: (slice(None), None)}
    if attention_mask.dim() not in shapes:
        raise ValueError("batch, key or batch, query, key")
    return (1.0 - attention_mask[shapes[attention_mask.dim()]].to(dtype)) * torch.finfo(dtype).min


@alternative(extended_attention_mask)
def extends_by_where(attention_mask, dtype=torch.float32):
    match attention_mask.shape:
        case (batch, keys):
            wide = attention_mask.reshape(batch, 1, 1, keys)
        case (batch, queries, keys):
            wide = attention_mask.reshape(batch, 1, queries, keys)
        case _:
            raise ValueError
    values = torch.tensor([torch.finfo(dtype).min, 0], dtype=dtype, device=attention_mask.device)
    return values[wide.long()]


equivalent(
    extended_attention_mask,
    "padding = attention_mask[:, None, None, :] == 0",
    "padding = attention_mask[:, None, None, :] <= 0",
    "a tokenizer's mask holds 0 and 1 and nothing below",
)


equivalent(
    extended_attention_mask,
    "padding = attention_mask[:, None, :, :] == 0",
    "padding = attention_mask[:, None, :, :] <= 0",
    "a tokenizer's mask holds 0 and 1 and nothing below",
)


BATCH = ["a batch", "nothing is padding"]


DTYPES = ["float64", "float16", "bfloat16"]


promised(
    extended_attention_mask,
    "What to add to the scores so that padding is not looked at.",
    by=["weights under it", "weights where all is padding", "padded keys with huge scores"],
)


promised(
    extended_attention_mask,
    "attention_mask: shape (batch, key), or (batch, query, key); 1 or True where a token is real.",
    by=[*BATCH, "a mask for each query", "True and False"],
)


promised(extended_attention_mask, "Integer or boolean.", by=["other integers", "True and False"])


promised(extended_attention_mask, "dtype: that of the scores.", by=DTYPES)


promised(
    extended_attention_mask,
    "0 where a key is real, the lowest finite number of `dtype` where it is padding: shape (batch, 1, 1, key), or "
    "(batch, 1, query, key), dtype `dtype`, device of `attention_mask`.",
    by=[*BATCH, "a mask for each query", *DTYPES],
)


promised(
    extended_attention_mask,
    "ValueError: any other number of dimensions.",
    by=["two, three and other numbers of dimensions"],
)
