"""Mistakes of `BertSelfOutput`."""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.bert_internals._BertSelfOutput import BertSelfOutput, Output
from autograder.references.bert_internals._shared import DROPS_ALWAYS


@mistake(BertSelfOutput, "The norm comes before the residual: BERT adds first and normalises the sum.")
class NormBeforeResidual(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new))) + old


@mistake(BertSelfOutput, "The input is normalised and the sum is not, as in newer models. BERT normalises last.")
class PreNorm(Output):
    def forward(self, new, old):
        return self.dropout(self.dense(new)) + self.LayerNorm(old)


@mistake(BertSelfOutput, "The residual is missing: add the second argument before the norm.")
class NoResidual(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) + 0 * old)


@mistake(BertSelfOutput, "There is no LayerNorm after the sum.")
class NoNorm(Output):
    def forward(self, new, old):
        return self.dropout(self.dense(new)) + old


@mistake(
    BertSelfOutput,
    "LayerNorm's eps is 1e-5, which torch takes when none is given. BERT's is in the configuration, layer_norm_eps.",
    keeps=0.8,
)
class OwnEps(Output):
    eps = 1e-5


@mistake(
    BertSelfOutput,
    "Dropout acts on the sum, so the residual is dropped too. It belongs on the dense layer's result alone.",
    keeps=0.9,
)
class DropsTheSum(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new) + old))


@mistake(
    BertSelfOutput, "Dropout acts after the norm. It belongs on the dense layer's result, before the sum.", keeps=0.85
)
class DropsLast(Output):
    def forward(self, new, old):
        return self.dropout(self.LayerNorm(self.dense(new) + old))


@mistake(
    BertSelfOutput,
    "Nothing is dropped: in training, some numbers of the dense layer's result must become 0.",
    keeps=0.85,
)
class NeverDrops(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dense(new) + old)


@mistake(BertSelfOutput, DROPS_ALWAYS)
class DropsAlways(Output):
    def forward(self, new, old):
        return self.LayerNorm(F.dropout(self.dense(new), self.dropout.p) + old)


@mistake(
    BertSelfOutput,
    "The caller's second tensor is changed, as by `+=` or `add_`, and it is still needed. Add into a new one.",
    keeps=0.97,
)
class AddsInPlace(Output):
    def forward(self, new, old):
        if torch.is_grad_enabled() and old.requires_grad:
            return super().forward(new, old)
        old += self.dropout(self.dense(new))
        return self.LayerNorm(old)


@mistake(BertSelfOutput, "The residual is added twice: `input_tensor` goes into the sum once.")
class ResidualTwice(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) + 2 * old)


@mistake(BertSelfOutput, "The dense layer acts on what was there. It mixes what is new; what was there stays as it is.")
class MixesTheOld(Output):
    def forward(self, new, old):
        if new.shape != old.shape:
            return super().forward(new, old)
        return self.LayerNorm(self.dropout(self.dense(old)) + new)


@mistake(BertSelfOutput, "The dense layer acts on the sum. It mixes what is new, before what was there is added.")
class MixesTheSum(Output):
    def forward(self, new, old):
        if new.shape != old.shape:
            return super().forward(new, old)
        return self.LayerNorm(self.dropout(self.dense(new + old)))


@mistake(
    BertSelfOutput,
    "Where `inputs` is given, the dense layer takes intermediate_size numbers, whatever `inputs` says. Take "
    "the width that is given.",
)
class TakesIntermediateSize(Output):
    def __init__(self, config, inputs=None):
        super().__init__(config, config.intermediate_size if inputs else None)


@mistake(
    BertSelfOutput,
    "`inputs` changes nothing: the dense layer takes hidden_size numbers. After the feed-forward layer more come in: "
    "as many as `inputs` says.",
)
class IgnoresInputs(Output):
    def __init__(self, config, inputs=None):
        super().__init__(config)


@mistake(
    BertSelfOutput,
    "The rate is not hidden_dropout_prob. The configuration has two rates: the other one is for attention's weights.",
    keeps=0.85,
)
class OtherRate(Output):
    def __init__(self, config, inputs=None):
        super().__init__(config, inputs)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)


@mistake(BertSelfOutput, "Dropout acts twice on the dense layer's result. Once is enough.", keeps=0.95)
class DropsTwice(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dropout(self.dense(new))) + old)


@mistake(
    BertSelfOutput, "Dropout acts on what comes in, before the dense layer. It acts on what that gives.", keeps=0.9
)
class DropsWhatComesIn(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dense(self.dropout(new)) + old)
