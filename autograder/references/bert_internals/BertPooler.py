"""`BertPooler`: other ways that are right, and what is promised."""

from autograder.references import alternative, promised
from autograder.references.bert_internals import _BertPooler_mistakes, _BertPooler_slips_mistakes  # noqa: F401  (they register themselves)
from autograder.references.bert_internals._BertPooler import BertPooler, Pooler


@alternative(BertPooler)
class PoolsBySelect(Pooler):
    def forward(self, hidden_states):
        first = hidden_states.select(1, 0)
        return (first @ self.dense.weight.T + self.dense.bias).tanh()


@alternative(BertPooler)
class PoolsAfterDense(Pooler):
    def forward(self, hidden_states):
        return self.dense(hidden_states).tanh().unbind(1)[0]


BATCH = ["one sentence", "one token", "a batch", "as many sentences as tokens"]


promised(BertPooler, "One vector for the whole input: the first token through a linear layer and tanh.", by=BATCH)


promised(BertPooler, "config: hidden_size.", by=["names and shapes of what is saved"])


promised(BertPooler, "An `nn.Linear(hidden_size, hidden_size)`: `dense`.", by=["names and shapes of what is saved"])


promised(BertPooler, "From shape (batch, token, hidden_size) to (batch, hidden_size).", by=BATCH)
