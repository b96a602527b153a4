"""`DecoderLayer`: the oracle, and what its wrong answers are made of."""

import torch
from torch import nn

from autograder.references.transformer._shared import Frame, in_torchs_names
from helpers.heads import hidden


class DecoderLayer(Frame):
    """PyTorch's own layer; where something is dropped or the attention is somebody else's, the definition."""

    crosses = True

    def forward(self, x, memory, mask=None, memory_mask=None):
        if self.plain and not (self.training and self.dropout.p):
            return self.library(x, memory, mask, memory_mask)
        if self.norm_first:
            x = self.add(x, self.attend(self.norm1(x), mask))
            x = self.add(x, self.cross(self.norm2(x), memory, memory_mask))
            return self.add(x, self.think(self.norm3(x)))
        x = self.norm1(self.add(x, self.attend(x, mask)))
        x = self.norm2(self.add(x, self.cross(x, memory, memory_mask)))
        return self.norm3(self.add(x, self.think(x)))

    def library(self, x, memory, mask, memory_mask):
        width, wide, heads = x.shape[-1], self.linear1.out_features, self.self_attn.heads
        theirs = nn.TransformerDecoderLayer(width, heads, wide, 0.0, batch_first=True, norm_first=self.norm_first)
        masks = {"tgt_mask": hidden(mask, x, x, heads), "memory_mask": hidden(memory_mask, x, memory, heads)}
        return torch.func.functional_call(theirs.to(x), in_torchs_names(self), (x, memory), masks)


class Layer(Frame):
    """What wrong answers have in common: each replaces one step."""

    crosses = True

    def forward(self, x, memory, mask=None, memory_mask=None):
        form = self.norms_first if self.norm_first else self.norms_last
        return form(x, memory, mask, memory_mask)

    def norms_first(self, x, memory, mask, memory_mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        x = self.add(x, self.cross(self.norm2(x), memory, memory_mask))
        return self.add(x, self.think(self.norm3(x)))

    def norms_last(self, x, memory, mask, memory_mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        x = self.norm2(self.add(x, self.cross(x, memory, memory_mask)))
        return self.norm3(self.add(x, self.think(x)))
