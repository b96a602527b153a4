"""`BertSelfOutput`: other ways that are right, and what is promised."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, promised
from autograder.references.bert_internals import _BertSelfOutput_mistakes, _BertSelfOutput_slips_mistakes  # noqa: F401  (they register themselves)
from autograder.references.bert_internals._BertSelfOutput import BertSelfOutput, Output


@alternative(BertSelfOutput)
class NormByHand(Output):
    def forward(self, new, old):
        total = old + F.dropout(self.dense(new), self.dropout.p, self.training)
        centred = total - total.mean(-1, keepdim=True)
        spread = centred.square().mean(-1, keepdim=True)
        return centred / (spread + self.LayerNorm.eps).sqrt() * self.LayerNorm.weight + self.LayerNorm.bias


@alternative(BertSelfOutput)
class FunctionalNorm(Output):
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
