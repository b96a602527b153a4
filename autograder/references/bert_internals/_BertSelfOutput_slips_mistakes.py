"""Plainer mistakes of `BertSelfOutput`: a sign, a step too many, the other argument."""

from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.bert_internals._BertSelfOutput import BertSelfOutput, Output


@mistake(
    BertSelfOutput,
    "Dropout acts on what was there, `input_tensor`. It belongs on what the dense layer gives; what was there stays "
    "whole.",
    keeps=0.9,
)
class DropsTheOld(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dense(new) + self.dropout(old))


@mistake(
    BertSelfOutput, "New and old are normalised each by itself, and then added. Add first, then normalise the sum."
)
class NormsBoth(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new))) + self.LayerNorm(old)


@mistake(
    BertSelfOutput,
    "An activation acts on what the dense layer gives. This part has none: the only one is in BertIntermediate.",
)
class Activates(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(F.gelu(self.dense(new))) + old)


@mistake(BertSelfOutput, "What was there is multiplied by the new. It is added.")
class MultipliesTheOld(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) * old)


@mistake(BertSelfOutput, "What was there is subtracted. It is added.")
class SubtractsTheOld(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) - old)


@mistake(
    BertSelfOutput,
    "`hidden_states`, the new, is added to what the dense layer made of it. What was there is the second argument, "
    "`input_tensor`.",
)
class AddsTheNew(Output):
    def forward(self, new, old):
        kept = new if new.shape == old.shape else new[..., : old.shape[-1]]
        return self.LayerNorm(self.dropout(self.dense(new)) + kept)


@mistake(BertSelfOutput, "The dense layer is left out: `hidden_states` has to go through it before the sum.")
class SkipsDense(Output):
    def forward(self, new, old):
        return self.LayerNorm(
            self.dropout(new + 0 * self.dense(new) if new.shape == old.shape else self.dense(new)) + old
        )


@mistake(
    BertSelfOutput,
    "Without `inputs`, `dense` takes intermediate_size numbers. It takes hidden_size then; whoever wants it "
    "wider says so.",
)
class TakesTheIntermediateSize(Output):
    def __init__(self, config, inputs=None):
        super().__init__(config, config.intermediate_size if inputs is None else inputs)


@mistake(BertSelfOutput, "What the dense layer gives is cut off at 0, as by ReLU. This part has no activation.")
class Rectifies(Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(F.relu(self.dense(new))) + old)
