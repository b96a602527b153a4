"""`EncoderLayer`: the oracle, and what its wrong answers are made of."""

import torch
from torch import nn

from autograder.references.transformer._shared import Frame, in_torchs_names
from helpers.heads import hidden


class EncoderLayer(Frame):
    """PyTorch's own layer; where something is dropped or the attention is somebody else's, the definition."""

    def forward(self, x, mask=None):
        if self.plain and not (self.training and self.dropout.p):
            return self.library(x, mask)
        if self.norm_first:
            x = self.add(x, self.attend(self.norm1(x), mask))
            return self.add(x, self.think(self.norm2(x)))
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(self.add(x, self.think(x)))

    def library(self, x, mask):
        width, wide, heads = x.shape[-1], self.linear1.out_features, self.self_attn.heads
        theirs = nn.TransformerEncoderLayer(width, heads, wide, 0.0, batch_first=True, norm_first=self.norm_first)
        theirs = theirs.to(x).train()  # in evaluation it takes a shortcut, which has no gradients
        inputs = {"src_mask": hidden(mask, x, x, heads)}
        return torch.func.functional_call(theirs, in_torchs_names(self), (x,), inputs)


class Layer(Frame):
    """What wrong answers have in common: each replaces one step."""

    def forward(self, x, mask=None):
        return self.norms_first(x, mask) if self.norm_first else self.norms_last(x, mask)

    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.add(x, self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(self.add(x, self.think(x)))
