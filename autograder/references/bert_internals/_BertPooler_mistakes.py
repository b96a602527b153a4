"""Mistakes of `BertPooler`."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.bert_internals._BertPooler import BertPooler, Pooler


@mistake(BertPooler, "The mean over all tokens is taken. BERT's pooler takes the first token, [CLS], alone.")
class PoolsTheMean(Pooler):
    def choose(self, hidden):
        return hidden.mean(1)


@mistake(BertPooler, "The last token is taken. [CLS] is the first: hidden[:, 0].")
class PoolsTheLast(Pooler):
    def choose(self, hidden):
        return hidden[:, -1]


@mistake(
    BertPooler, "The first sentence is taken instead of each sentence's first token: hidden[0] is not hidden[:, 0]."
)
class PoolsTheFirstSentence(Pooler):
    def choose(self, hidden):
        return hidden[0]


@mistake(BertPooler, "There is no tanh after the dense layer.")
class PoolsWithoutTanh(Pooler):
    def forward(self, hidden_states):
        return self.dense(self.choose(hidden_states))


@mistake(BertPooler, "The tanh comes before the dense layer, and should come after it.")
class TanhFirst(Pooler):
    def forward(self, hidden_states):
        return self.dense(torch.tanh(self.choose(hidden_states)))


@mistake(BertPooler, "The dense layer is left out: tanh of the vector of [CLS] itself comes out.")
class PoolsWithoutDense(Pooler):
    def forward(self, hidden_states):
        return torch.tanh(self.choose(hidden_states))


@mistake(
    BertPooler,
    "The result still has a dimension for the one token, (batch, 1, hidden_size). A slice, hidden[:, :1], "
    "keeps it; an index, hidden[:, 0], takes it away.",
)
class KeepsTheToken(Pooler):
    def choose(self, hidden):
        return hidden[:, :1]


@mistake(BertPooler, "The largest number over all tokens is taken. BERT's pooler takes the first token, [CLS], alone.")
class PoolsTheMaximum(Pooler):
    def choose(self, hidden):
        return hidden.amax(1)


@mistake(BertPooler, "A sigmoid is taken instead of tanh.")
class PoolsBySigmoid(Pooler):
    def forward(self, hidden_states):
        return self.dense(self.choose(hidden_states)).sigmoid()


@mistake(
    BertPooler,
    "All numbers of a row are the same: they come from the first number of [CLS] alone. Take the whole first "
    "token, hidden[:, 0], and send it through the dense layer.",
)
class PoolsTheFirstNumber(Pooler):
    def forward(self, hidden_states):
        return torch.tanh(self.dense(self.choose(hidden_states)) * 0 + hidden_states[:, :1, 0])


@mistake(BertPooler, "Every token goes through, and all are given back. Only the first of each sentence is asked for.")
class PoolsNothing(Pooler):
    def choose(self, hidden):
        return hidden


@mistake(BertPooler, "Tokens are summed or averaged after dense and tanh. BERT's pooler takes the first token alone.")
class PoolsTheMeanLate(Pooler):
    def forward(self, hidden_states):
        return torch.tanh(self.dense(hidden_states)).mean(1)


@mistake(
    BertPooler,
    "Dropout is added. In BERT it comes after the pooler, in the head of a task: here nothing drops.",
    keeps=0.95,
)
class PoolsWithDropout(Pooler):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, hidden_states):
        return self.dropout(super().forward(hidden_states))


@mistake(
    BertPooler,
    "Nothing flows back to the first token, as when it is detached: what comes before the pooler never learns from it.",
)
class PoolsDetached(Pooler):
    def choose(self, hidden):
        return hidden[:, 0].detach().requires_grad_(hidden.requires_grad) + 0 * hidden[:, 0]
