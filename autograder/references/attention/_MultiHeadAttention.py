"""`MultiHeadAttention`: what is right, and the frame of most answers, of which each mistake changes one step."""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references.attention.attention import attention

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


class Heads(nn.Module):
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
