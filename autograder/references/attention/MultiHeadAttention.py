"""`MultiHeadAttention`: other ways that are right, and what is promised."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, promised
from autograder.references.attention import _MultiHeadAttention_mistakes, _MultiHeadAttention_slips_mistakes  # noqa: F401  (they register themselves)
from autograder.references.attention._MultiHeadAttention import Heads, MultiHeadAttention
from autograder.references.attention._shared import masked_softmax


@alternative(MultiHeadAttention)
class ByEinsum(Heads):
    def forward(self, query, key, value, mask=None):
        query, key, value = (x.unflatten(-1, (self.heads, -1)) for x in self.project(query, key, value))
        scores = torch.einsum("...qhd,...khd->...hqk", query, key) / query.shape[-1] ** 0.5
        weights = masked_softmax(scores, None if mask is None else mask.unsqueeze(-3))
        return self.out_proj(torch.einsum("...hqk,...khd->...qhd", weights, value).flatten(-2))


@alternative(MultiHeadAttention)
class HeadByHead(Heads):
    def forward(self, query, key, value, mask=None):
        parts = zip(*(x.chunk(self.heads, dim=-1) for x in self.project(query, key, value)), strict=True)
        heads = [F.scaled_dot_product_attention(*part, attn_mask=mask) for part in parts]
        return self.out_proj(torch.cat(heads, dim=-1))


promised(MultiHeadAttention, "Attention with several heads, as `nn.MultiheadAttention`.", by=["a sentence with itself"])
promised(MultiHeadAttention, "d_model: width of a token.", by=["names, kinds and shapes of the parameters", "one head"])
promised(
    MultiHeadAttention,
    "heads: how many heads share it; each gets d_model / heads neighbouring numbers.",
    by=["a sentence with itself", "as many heads as numbers"],
)
promised(
    MultiHeadAttention,
    "Four `nn.Linear(d_model, d_model)` with bias: `q_proj`, `k_proj`, `v_proj`, `out_proj`.",
    by=["names, kinds and shapes of the parameters"],
)
promised(
    MultiHeadAttention,
    "ValueError: `heads` does not divide `d_model`.",
    by=["heads that divide, and heads that do not"],
)
promised(
    MultiHeadAttention,
    "query: shape (batch, query, d_model), or without the batch.",
    by=["keys and values from elsewhere", "no batch"],
)
promised(
    MultiHeadAttention,
    "key, value: shape (batch, key, d_model), or without the batch.",
    by=["keys and values from elsewhere", "no batch"],
)
promised(
    MultiHeadAttention,
    "mask: boolean, two or three dimensions that broadcast to (batch, query, key); True where a query may look at "
    "a key.",
    by=["masked", "masks that broadcast", "masked, no batch"],
)
promised(MultiHeadAttention, "It holds for all heads.", by=["masked", "as many heads as sentences, masked"])
promised(
    MultiHeadAttention,
    "Shape (batch, query, d_model), dtype and device of the inputs.",
    by=["keys and values from elsewhere", "float64, bfloat16 and float16"],
)
promised(
    MultiHeadAttention,
    "Where a query may look at nothing its heads give zeros, so that only the bias of `out_proj` is left.",
    by=["a query that may look at nothing"],
)
promised(MultiHeadAttention, "Projects, splits, attends, merges, projects.", by=["a sentence with itself"])
