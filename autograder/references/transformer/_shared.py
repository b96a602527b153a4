"""What the answers of this topic are made of."""

import torch
from torch import nn

from autograder.references import mistake
from helpers.heads import LibraryHeads

PROJECTIONS = ("q_proj", "k_proj", "v_proj")


def in_torchs_names(layer):
    """The parameters of a layer of ours, as a layer of PyTorch's keeps them; the graph stays."""
    named = dict(layer.named_parameters())
    found = {name: item for name, item in named.items() if "_attn" not in name}
    for ours, theirs in (("self_attn", "self_attn"), ("cross_attn", "multihead_attn")):
        for kind in ("weight", "bias"):
            parts = [named[f"{ours}.{each}.{kind}"] for each in PROJECTIONS if f"{ours}.{each}.{kind}" in named]
            if parts:
                found[f"{theirs}.in_proj_{kind}"] = torch.cat(parts)
                found[f"{theirs}.out_proj.{kind}"] = named[f"{ours}.out_proj.{kind}"]
    return found


class Frame(nn.Module):
    """The parts of an encoder layer; with `crosses`, of a decoder layer."""

    crosses = False

    def __init__(self, d_model, heads, d_ff, norm_first=False, dropout=0.0, attention=None):
        super().__init__()
        self.norm_first, self.plain = norm_first, attention is None
        make = attention or LibraryHeads
        self.self_attn = make(d_model, heads)
        if self.crosses:
            self.cross_attn = make(d_model, heads)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        if self.crosses:
            self.norm3 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def add(self, x, found):
        return x + self.dropout(found)

    def attend(self, y, mask):
        return self.self_attn(y, y, y, mask)

    def cross(self, y, memory, mask):
        return self.cross_attn(y, memory, memory, mask)

    def think(self, y):
        return self.linear2(torch.relu(self.linear1(y)))


def in_each_form(reference, right, sentence, keeps=0.5):
    """Marks a class as a mistake three times: as it stands, and with one of the two forms as it should be.

    Args:
        right: a class that is right in both forms.
        sentence: is true of both; for one form "With the norm first" or "With the norm last" is put before it.
    """

    def mark(wrong):
        mistake(reference, sentence, keeps)(wrong)
        for first, words in ((True, "With the norm first"), (False, "With the norm last")):
            said = f"{words}, {sentence[0].lower()}{sentence[1:]}"
            mistake(reference, said, keeps if keeps == 0.5 else (1 + keeps) / 2)(_in_form(first, wrong, right))
        return wrong

    return mark


def _in_form(first, wrong, right):
    def answer(d_model, heads, d_ff, norm_first=False, dropout=0.0, attention=None):
        return (wrong if norm_first is first else right)(d_model, heads, d_ff, norm_first, dropout, attention)

    answer.__name__ = f"{wrong.__name__}{'First' if first else 'Last'}"
    return answer
