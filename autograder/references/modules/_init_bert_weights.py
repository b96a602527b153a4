"""`init_bert_weights`: what is right, and the frame of most answers."""

import torch
from torch import nn


def init_bert_weights(module, std=0.02):
    """Drawn by `torch.distributions`, written into the parameters that are there."""
    if isinstance(module, (nn.Linear, nn.Embedding)):
        draws = torch.distributions.Normal(0.0, 1.0).sample(module.weight.shape)
        module.weight.data.copy_(std * draws)
    if isinstance(module, nn.Embedding) and module.padding_idx is not None:
        module.weight.data[module.padding_idx] = 0.0
    if isinstance(module, (nn.Linear, nn.LayerNorm)):
        own = dict(module.named_parameters())
        if "bias" in own:
            own["bias"].data.copy_(torch.zeros(own["bias"].shape))
        if "weight" in own and isinstance(module, nn.LayerNorm):
            own["weight"].data.copy_(torch.ones(own["weight"].shape))


@torch.no_grad()
def started(module, std, *, draw=None, bias=0.0, padding=True, norm=1.0, embeddings=True, norms=True):
    draw = draw or (lambda weight: weight.normal_(0, std))
    if isinstance(module, nn.Linear):
        draw(module.weight)
        if module.bias is not None and bias is not None:
            module.bias.fill_(bias)
    elif isinstance(module, nn.Embedding) and embeddings:
        draw(module.weight)
        if padding and module.padding_idx is not None:
            module.weight[module.padding_idx].zero_()
    elif isinstance(module, nn.LayerNorm) and module.elementwise_affine and norms:
        module.weight.fill_(norm)
        if module.bias is not None:
            module.bias.zero_()
