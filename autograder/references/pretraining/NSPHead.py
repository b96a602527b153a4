"""`NSPHead`: what is right, and what goes wrong."""

import torch
from torch import nn
from transformers import BertConfig
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake, promised


class NSPHead(nn.Module):
    """The library's pooler and its head, under our names."""

    def __init__(self, width):
        super().__init__()
        config = BertConfig(hidden_size=width, num_attention_heads=1)
        pooler = modeling_bert.BertPooler(config)
        self.dense, self.activation = pooler.dense, pooler.activation
        self.seq_relationship = modeling_bert.BertOnlyNSPHead(config).seq_relationship

    def forward(self, hidden_states):
        return self.seq_relationship(self.activation(self.dense(hidden_states[:, 0])))


class _Head(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense, self.seq_relationship = nn.Linear(width, width), nn.Linear(width, 2)

    def choose(self, hidden_states):
        return hidden_states[:, 0]

    def pool(self, first):
        return self.dense(first).tanh()

    def forward(self, hidden_states):
        return self.seq_relationship(self.pool(self.choose(hidden_states)))


OTHER_TOKENS = (
    "Other tokens than the first have a say: their mean or their largest number is taken, or another one of them. "
    "[CLS] stands first and speaks for the row: `hidden_states[:, 0]`."
)


@mistake(NSPHead, OTHER_TOKENS)
class TakesTheMean(_Head):
    def choose(self, hidden_states):
        return hidden_states.mean(dim=1)


@mistake(NSPHead, OTHER_TOKENS)
class TakesTheMaximum(_Head):
    def choose(self, hidden_states):
        return hidden_states.amax(dim=1)


@mistake(NSPHead, OTHER_TOKENS)
class TakesTheLast(_Head):
    def choose(self, hidden_states):
        return hidden_states[:, -1]


@mistake(
    NSPHead, "The second token is asked, and not the first: Python counts from 0, and [CLS] is `hidden_states[:, 0]`."
)
class TakesTheSecond(_Head):
    def choose(self, hidden_states):
        return hidden_states[:, 1]


@mistake(
    NSPHead,
    "The first row is taken instead of the first token of each row: `hidden_states[0]` is not `hidden_states[:, 0]`.",
)
class TakesTheFirstRow(_Head):
    def choose(self, hidden_states):
        return hidden_states[0]


@mistake(
    NSPHead, "There are scores for each token, (batch, length, 2). A pair has one verdict: that of its first token."
)
class TakesAllTokens(_Head):
    def choose(self, hidden_states):
        return hidden_states


@mistake(
    NSPHead,
    "The result still has a dimension for the one token, (batch, 1, 2). A slice, `[:, :1]`, keeps it; an index, `[:, "
    "0]`, takes it away.",
)
class KeepsADimension(_Head):
    def choose(self, hidden_states):
        return hidden_states[:, :1]


@mistake(NSPHead, "There is no tanh behind the dense layer.")
class WithoutATanh(_Head):
    def pool(self, first):
        return self.dense(first)


@mistake(NSPHead, "Another function than tanh stands behind the dense layer.")
class WithAGelu(_Head):
    def pool(self, first):
        return nn.functional.gelu(self.dense(first))


@mistake(NSPHead, "Another function than tanh stands behind the dense layer.")
class WithARelu(_Head):
    def pool(self, first):
        return self.dense(first).relu()


@mistake(NSPHead, "The tanh comes before the dense layer, and should come behind it.")
class TanhInFront(_Head):
    def pool(self, first):
        return self.dense(first.tanh())


@mistake(NSPHead, "The dense layer is left out, though it is there: the tanh is taken of the vector of [CLS] itself.")
class WithoutDense(_Head):
    def pool(self, first):
        return first.tanh()


@mistake(NSPHead, "What comes out are probabilities. It should be two scores, as the last layer gives them.")
class SoftmaxBehind(_Head):
    def forward(self, hidden_states):
        return super().forward(hidden_states).softmax(dim=-1)


@mistake(NSPHead, "A single score comes out for each pair. It should be two: for “follows” and for “does not follow”.")
class OneScore(_Head):
    def __init__(self, width):
        super().__init__(width)
        self.seq_relationship = nn.Linear(width, 1)


@mistake(NSPHead, "A tanh is taken of the two scores, too, so that none leaves −1 to 1. The last layer gives them.")
class TanhAtTheEnd(_Head):
    def forward(self, hidden_states):
        return super().forward(hidden_states).tanh()


@mistake(
    NSPHead,
    "The tanh comes behind the second linear layer, so that no score leaves −1 to 1. It stands between the two layers.",
)
class TanhBehindBoth(_Head):
    def pool(self, first):
        return self.dense(first)

    def forward(self, hidden_states):
        return super().forward(hidden_states).tanh()


@mistake(
    NSPHead,
    "In training the scores are other ones than in evaluation, as with a dropout between the layers. This head has "
    "none.",
    keeps=0.95,
)
class WithDropout(_Head):
    def pool(self, first):
        return nn.functional.dropout(super().pool(first), 0.1, self.training)


@mistake(NSPHead, "The first token is detached: what lies below this head never learns from it.", keeps=0.8)
class DetachesTheFirst(_Head):
    def choose(self, hidden_states):
        return hidden_states[:, 0].detach() + 0 * hidden_states[:, 0]


@alternative(NSPHead)
class ByUnbinding(_Head):
    def forward(self, hidden_states):
        first, *_ = hidden_states.unbind(1)
        return torch.tanh(first @ self.dense.weight.T + self.dense.bias) @ self.seq_relationship.weight.T + (
            self.seq_relationship.bias
        )


@alternative(NSPHead)
class ChoosesLate(_Head):
    def forward(self, hidden_states):
        return self.seq_relationship(self.dense(hidden_states).tanh()).select(1, 0)


BATCH = ["a batch", "one pair", "one token", "as many rows as tokens"]
promised(NSPHead, "Whether the second part of a pair follows the first, told from the first token.", by=BATCH)
promised(
    NSPHead,
    "A linear layer of the same width, tanh, and a linear layer with two outputs: `dense` and `seq_relationship`.",
    by=["names and shapes of what is learned", "large numbers", *BATCH],
)
promised(NSPHead, "width: how many numbers a token has.", by=["names and shapes of what is learned"])
promised(NSPHead, "From shape (batch, length, width) to (batch, 2).", by=BATCH)
