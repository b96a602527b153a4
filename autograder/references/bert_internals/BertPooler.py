"""`BertPooler`: what is right, and what goes wrong."""

import torch
from torch import nn
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake, promised


class BertPooler(modeling_bert.BertPooler):
    """The library's own."""


class _Pooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def choose(self, hidden):
        return hidden[:, 0]

    def forward(self, hidden_states):
        return torch.tanh(self.dense(self.choose(hidden_states)))


@mistake(BertPooler, "The mean over all tokens is taken. BERT's pooler takes the first token, [CLS], alone.")
class PoolsTheMean(_Pooler):
    def choose(self, hidden):
        return hidden.mean(1)


@mistake(BertPooler, "The last token is taken. [CLS] is the first: hidden[:, 0].")
class PoolsTheLast(_Pooler):
    def choose(self, hidden):
        return hidden[:, -1]


@mistake(
    BertPooler, "The first sentence is taken instead of each sentence's first token: hidden[0] is not hidden[:, 0]."
)
class PoolsTheFirstSentence(_Pooler):
    def choose(self, hidden):
        return hidden[0]


@mistake(BertPooler, "There is no tanh after the dense layer.")
class PoolsWithoutTanh(_Pooler):
    def forward(self, hidden_states):
        return self.dense(self.choose(hidden_states))


@mistake(BertPooler, "The tanh comes before the dense layer, and should come after it.")
class TanhFirst(_Pooler):
    def forward(self, hidden_states):
        return self.dense(torch.tanh(self.choose(hidden_states)))


@mistake(BertPooler, "The dense layer is left out: tanh of the vector of [CLS] itself comes out.")
class PoolsWithoutDense(_Pooler):
    def forward(self, hidden_states):
        return torch.tanh(self.choose(hidden_states))


@mistake(
    BertPooler,
    "The result still has a dimension for the one token, (batch, 1, hidden_size). A slice, hidden[:, :1], "
    "keeps it; an index, hidden[:, 0], takes it away.",
)
class KeepsTheToken(_Pooler):
    def choose(self, hidden):
        return hidden[:, :1]


@mistake(BertPooler, "The largest number over all tokens is taken. BERT's pooler takes the first token, [CLS], alone.")
class PoolsTheMaximum(_Pooler):
    def choose(self, hidden):
        return hidden.amax(1)


@mistake(BertPooler, "A sigmoid is taken instead of tanh.")
class PoolsBySigmoid(_Pooler):
    def forward(self, hidden_states):
        return self.dense(self.choose(hidden_states)).sigmoid()


@mistake(
    BertPooler,
    "All numbers of a row are the same: they come from the first number of [CLS] alone. Take the whole first "
    "token, hidden[:, 0], and send it through the dense layer.",
)
class PoolsTheFirstNumber(_Pooler):
    def forward(self, hidden_states):
        return torch.tanh(self.dense(self.choose(hidden_states)) * 0 + hidden_states[:, :1, 0])


@mistake(BertPooler, "Every token goes through, and all are given back. Only the first of each sentence is asked for.")
class PoolsNothing(_Pooler):
    def choose(self, hidden):
        return hidden


@mistake(BertPooler, "Tokens are summed or averaged after dense and tanh. BERT's pooler takes the first token alone.")
class PoolsTheMeanLate(_Pooler):
    def forward(self, hidden_states):
        return torch.tanh(self.dense(hidden_states)).mean(1)


@mistake(
    BertPooler,
    "Dropout is added. In BERT it comes after the pooler, in the head of a task: here nothing drops.",
    keeps=0.95,
)
class PoolsWithDropout(_Pooler):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, hidden_states):
        return self.dropout(super().forward(hidden_states))


@mistake(
    BertPooler,
    "Nothing flows back to the first token, as when it is detached: what comes before the pooler never learns from it.",
)
class PoolsDetached(_Pooler):
    def choose(self, hidden):
        return hidden[:, 0].detach().requires_grad_(hidden.requires_grad) + 0 * hidden[:, 0]


@alternative(BertPooler)
class PoolsBySelect(_Pooler):
    def forward(self, hidden_states):
        first = hidden_states.select(1, 0)
        return (first @ self.dense.weight.T + self.dense.bias).tanh()


@alternative(BertPooler)
class PoolsAfterDense(_Pooler):
    def forward(self, hidden_states):
        return self.dense(hidden_states).tanh().unbind(1)[0]


BATCH = ["one sentence", "one token", "a batch", "as many sentences as tokens"]
promised(BertPooler, "One vector for the whole input: the first token through a linear layer and tanh.", by=BATCH)
promised(BertPooler, "config: hidden_size.", by=["names and shapes of what is saved"])
promised(BertPooler, "An `nn.Linear(hidden_size, hidden_size)`: `dense`.", by=["names and shapes of what is saved"])
promised(BertPooler, "From shape (batch, token, hidden_size) to (batch, hidden_size).", by=BATCH)
