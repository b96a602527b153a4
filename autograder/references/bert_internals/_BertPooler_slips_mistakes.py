"""Plainer mistakes of `BertPooler`: another place, another activation."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.bert_internals._BertPooler import BertPooler, Pooler


@mistake(BertPooler, "The second token is taken. Python counts from 0: [CLS] is hidden[:, 0].")
class PoolsTheSecond(Pooler):
    def choose(self, hidden):
        return hidden[:, min(1, hidden.shape[1] - 1)]


@mistake(
    BertPooler,
    "One vector comes back for the whole batch, from the first sentence alone, as by hidden[0, 0]. Take the first "
    "token of every sentence: hidden[:, 0].",
)
class PoolsOneSentence(Pooler):
    def choose(self, hidden):
        return hidden[0, 0]


@mistake(
    BertPooler,
    "The first number of every token is taken, as by hidden[:, :, 0] or hidden[..., 0], and the dense layer cannot "
    "take that. The tokens are the second dimension: hidden[:, 0].",
)
class PoolsNumbers(Pooler):
    def choose(self, hidden):
        return hidden[..., 0]


@mistake(BertPooler, "A softmax is taken instead of tanh: the numbers of each row are shares that sum to 1.")
class PoolsBySoftmax(Pooler):
    def forward(self, hidden_states):
        return self.dense(self.choose(hidden_states)).softmax(-1)


@mistake(BertPooler, "GELU is taken instead of tanh. The pooler's activation is tanh, whatever hidden_act says.")
class PoolsByGelu(Pooler):
    def forward(self, hidden_states):
        return F.gelu(self.dense(self.choose(hidden_states)))


@mistake(BertPooler, "ReLU is taken instead of tanh: nothing is below 0.")
class PoolsByRelu(Pooler):
    def forward(self, hidden_states):
        return torch.relu(self.dense(self.choose(hidden_states)))


@mistake(BertPooler, "All tokens are added up. BERT's pooler takes the first one alone.")
class PoolsTheSum(Pooler):
    def choose(self, hidden):
        return hidden.sum(1)
