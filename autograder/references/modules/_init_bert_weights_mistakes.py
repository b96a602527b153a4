"""Mistakes of `init_bert_weights` about which modules are concerned, and how the numbers are drawn."""

import torch
from torch import Tensor, nn

from autograder.references import mistake
from autograder.references.modules._init_bert_weights import init_bert_weights, started


@mistake(
    init_bert_weights,
    "A layer norm with a weight and without a bias breaks it: nn.LayerNorm(4, bias=False) is elementwise_affine, and "
    "its bias is None. Ask for each of the two by itself.",
    keeps=0.95,
)
def affine_has_both(module, std=0.02):
    started(module, std)
    if isinstance(module, nn.LayerNorm) and module.elementwise_affine:
        nn.init.zeros_(module.bias)


@mistake(
    init_bert_weights,
    "Subclasses are left as they were, as when `type(module)` is compared. The `out_proj` of nn.MultiheadAttention, "
    "for instance, is a linear layer of a class of its own: isinstance sees that.",
    keeps=0.95,
)
def exactly_these_classes(module, std=0.02):
    if module.__class__ in {nn.Linear, nn.Embedding, nn.LayerNorm}:
        started(module, std)


@mistake(
    init_bert_weights,
    "The normal distribution is cut off at two standard deviations, as by trunc_normal_. Then the spread is only 0.88 "
    "of std: draw from the whole of it, with normal_.",
)
def cuts_the_tails(module, std=0.02):
    started(module, std, draw=lambda weight: nn.init.trunc_normal_(weight, 0.0, std, -2 * std, 2 * std))


@mistake(
    init_bert_weights,
    "Whatever has a bias gets the bias 0, a convolution too. Other modules than linear layers and layer norms keep "
    "theirs: ask isinstance first.",
    keeps=0.9,
)
def empties_every_bias(module, std=0.02):
    started(module, std)
    bias = vars(module).get("_parameters", {}).get("bias")
    if isinstance(bias, Tensor):
        nn.init.constant_(bias, 0.0)


@mistake(
    init_bert_weights,
    "Two modules of the same size get the same numbers, as when a seed is set at every call: a `torch.Generator()` of "
    "one's own, for instance, always starts from the same one. Draw from the global generator.",
    keeps=0.95,
)
def always_the_same_draw(module, std=0.02):
    def draw(weight):
        weight.normal_(0, std, generator=torch.Generator(weight.device).manual_seed(1))

    started(module, std, draw=draw)


@mistake(
    init_bert_weights,
    "An nn.Embedding keeps the numbers that it had. Its table is drawn anew as well, from the same normal "
    "distribution.",
)
def leaves_out_embeddings(module, std=0.02):
    before = module.weight.detach().clone() if isinstance(module, nn.Embedding) else None
    started(module, std)
    if before is not None:
        rows = [row for row in range(len(before)) if row != module.padding_idx]
        module.weight.data[rows] = before[rows]
