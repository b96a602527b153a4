"""`BertSelfOutput`: what is right, and what goes wrong."""

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake


def BertSelfOutput(config, inputs=None):
    """The library's own two: one after the attention, one after the wide layer."""
    if inputs is None or inputs == config.hidden_size:
        return modeling_bert.BertSelfOutput(config)
    return modeling_bert.BertOutput(BertConfig(**{**config.to_dict(), "intermediate_size": inputs}))


class _Output(nn.Module):
    eps = 0.0

    def __init__(self, config, inputs=None):
        super().__init__()
        self.dense = nn.Linear(inputs or config.hidden_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=self.eps or config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) + old)


@mistake(BertSelfOutput, "The norm comes before the residual: BERT adds first and normalises the sum.")
class NormBeforeResidual(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new))) + old


@mistake(BertSelfOutput, "The input is normalised and the sum is not, as in newer models. BERT normalises last.")
class PreNorm(_Output):
    def forward(self, new, old):
        return self.dropout(self.dense(new)) + self.LayerNorm(old)


@mistake(BertSelfOutput, "The residual is missing: add the second argument before the norm.")
class NoResidual(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) + 0 * old)


@mistake(BertSelfOutput, "There is no LayerNorm after the sum.")
class NoNorm(_Output):
    def forward(self, new, old):
        return self.dropout(self.dense(new)) + old


@mistake(BertSelfOutput, "eps is missing: LayerNorm then takes 1e-5. BERT's is in the configuration, layer_norm_eps.")
class OwnEps(_Output):
    eps = 1e-5


@mistake(
    BertSelfOutput,
    "Dropout acts on the sum, so the residual is dropped too. It belongs on the dense layer's result alone.",
)
class DropsTheSum(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new) + old))


@mistake(BertSelfOutput, "Dropout acts after the norm. It belongs on the dense layer's result, before the sum.")
class DropsLast(_Output):
    def forward(self, new, old):
        return self.dropout(self.LayerNorm(self.dense(new) + old))


@mistake(BertSelfOutput, "There is no dropout: in training, some numbers of the dense layer's result must become 0.")
class NeverDrops(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dense(new) + old)


@mistake(BertSelfOutput, "`+=` writes into the caller's tensor, which is still needed. Add into a new one.")
class AddsInPlace(_Output):
    def forward(self, new, old):
        if torch.is_grad_enabled() and old.requires_grad:
            return super().forward(new, old)
        old += self.dropout(self.dense(new))
        return self.LayerNorm(old)


@alternative(BertSelfOutput)
class NormByHand(_Output):
    def forward(self, new, old):
        total = old + F.dropout(self.dense(new), self.dropout.p, self.training)
        centred = total - total.mean(-1, keepdim=True)
        spread = centred.square().mean(-1, keepdim=True)
        return centred / (spread + self.LayerNorm.eps).sqrt() * self.LayerNorm.weight + self.LayerNorm.bias


@alternative(BertSelfOutput)
class FunctionalNorm(_Output):
    def forward(self, new, old):
        total = torch.add(self.dropout(F.linear(new, self.dense.weight, self.dense.bias)), old)
        norm = self.LayerNorm
        return F.layer_norm(total, total.shape[-1:], norm.weight, norm.bias, norm.eps)
