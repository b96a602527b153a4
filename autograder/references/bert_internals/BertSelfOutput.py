"""`BertSelfOutput`: what is right, and what goes wrong."""

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake, promised
from autograder.references.bert_internals._shared import DROPS_ALWAYS


def BertSelfOutput(config, inputs=None):
    """The library's own two: one after the attention, one after the feed-forward layer."""
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


@mistake(
    BertSelfOutput,
    "LayerNorm's eps is 1e-5, which torch takes when none is given. BERT's is in the configuration, layer_norm_eps.",
    keeps=0.8,
)
class OwnEps(_Output):
    eps = 1e-5


@mistake(
    BertSelfOutput,
    "Dropout acts on the sum, so the residual is dropped too. It belongs on the dense layer's result alone.",
    keeps=0.9,
)
class DropsTheSum(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new) + old))


@mistake(
    BertSelfOutput, "Dropout acts after the norm. It belongs on the dense layer's result, before the sum.", keeps=0.85
)
class DropsLast(_Output):
    def forward(self, new, old):
        return self.dropout(self.LayerNorm(self.dense(new) + old))


@mistake(
    BertSelfOutput,
    "Nothing is dropped: in training, some numbers of the dense layer's result must become 0.",
    keeps=0.85,
)
class NeverDrops(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dense(new) + old)


@mistake(BertSelfOutput, DROPS_ALWAYS)
class DropsAlways(_Output):
    def forward(self, new, old):
        return self.LayerNorm(F.dropout(self.dense(new), self.dropout.p) + old)


@mistake(
    BertSelfOutput,
    "The caller's second tensor is changed, as by `+=` or `add_`, and it is still needed. Add into a new one.",
    keeps=0.97,
)
class AddsInPlace(_Output):
    def forward(self, new, old):
        if torch.is_grad_enabled() and old.requires_grad:
            return super().forward(new, old)
        old += self.dropout(self.dense(new))
        return self.LayerNorm(old)


@mistake(BertSelfOutput, "The residual is added twice: `input_tensor` goes into the sum once.")
class ResidualTwice(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) + 2 * old)


@mistake(BertSelfOutput, "The dense layer acts on what was there. It mixes what is new; what was there stays as it is.")
class MixesTheOld(_Output):
    def forward(self, new, old):
        if new.shape != old.shape:
            return super().forward(new, old)
        return self.LayerNorm(self.dropout(self.dense(old)) + new)


@mistake(BertSelfOutput, "The dense layer acts on the sum. It mixes what is new, before what was there is added.")
class MixesTheSum(_Output):
    def forward(self, new, old):
        if new.shape != old.shape:
            return super().forward(new, old)
        return self.LayerNorm(self.dropout(self.dense(new + old)))


@mistake(
    BertSelfOutput,
    "Where `inputs` is given, the dense layer takes intermediate_size numbers, whatever `inputs` says. Take "
    "the width that is given.",
)
class TakesIntermediateSize(_Output):
    def __init__(self, config, inputs=None):
        super().__init__(config, config.intermediate_size if inputs else None)


@mistake(
    BertSelfOutput,
    "`inputs` changes nothing: the dense layer takes hidden_size numbers. After the feed-forward layer more come in: "
    "as many as `inputs` says.",
)
class IgnoresInputs(_Output):
    def __init__(self, config, inputs=None):
        super().__init__(config)


@mistake(
    BertSelfOutput,
    "The rate is not hidden_dropout_prob. The configuration has two rates: the other one is for attention's weights.",
    keeps=0.85,
)
class OtherRate(_Output):
    def __init__(self, config, inputs=None):
        super().__init__(config, inputs)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)


@mistake(BertSelfOutput, "Dropout acts twice on the dense layer's result. Once is enough.", keeps=0.95)
class DropsTwice(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dropout(self.dense(new))) + old)


@mistake(
    BertSelfOutput, "Dropout acts on what comes in, before the dense layer. It acts on what that gives.", keeps=0.9
)
class DropsWhatComesIn(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dense(self.dropout(new)) + old)


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


BATCH = ["one token", "a batch"]
promised(BertSelfOutput, "Mixes what is new, adds it to what was there, and normalises the sum.", by=BATCH)
promised(
    BertSelfOutput,
    "config: hidden_size, layer_norm_eps, hidden_dropout_prob.",
    by=["names and shapes of what is saved", "another eps", "in training, with dropout"],
)
promised(
    BertSelfOutput,
    "inputs: how wide the new is; hidden_size without it. (With intermediate_size this is transformers' BertOutput.)",
    by=["after a feed-forward layer", "names and shapes of what is saved"],
)
promised(
    BertSelfOutput,
    "An `nn.Linear(inputs, hidden_size)`: `dense`; an `nn.LayerNorm`: `LayerNorm`.",
    by=["names and shapes of what is saved"],
)
promised(
    BertSelfOutput,
    "Dropout acts on what `dense` gives.",
    by=["in training, with dropout", "in training, with a dropout of 1 and of 0"],
)
promised(BertSelfOutput, "Adds.", by=BATCH)
promised(
    BertSelfOutput, "hidden_states: the new, shape (batch, token, inputs).", by=[*BATCH, "after a feed-forward layer"]
)
promised(BertSelfOutput, "input_tensor: what was there, shape (batch, token, hidden_size).", by=BATCH)
promised(BertSelfOutput, "Shape (batch, token, hidden_size).", by=[*BATCH, "the docstring's example"])
