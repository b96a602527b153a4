"""`BertSelfAttention`: other ways that are right, and what is promised."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, promised
from autograder.references.bert_internals import (
    _BertSelfAttention_mistakes,  # noqa: F401  (they register themselves)
    _BertSelfAttention_plain_mistakes,  # noqa: F401
    _BertSelfAttention_slips_mistakes,  # noqa: F401
)
from autograder.references.bert_internals._BertSelfAttention import Attention, BertSelfAttention


@alternative(BertSelfAttention)
class AttendsByEinsum(Attention):
    def forward(self, hidden_states, mask=None):
        q, k, v = (layer(hidden_states).unflatten(-1, (self.heads, -1)) for layer in (self.query, self.key, self.value))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * q.shape[-1] ** -0.5
        weights = self.dropout(F.softmax(scores if mask is None else mask + scores, dim=3))
        return torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2), weights


@alternative(BertSelfAttention)
class AttendsHeadByHead(Attention):
    def forward(self, hidden_states, mask=None):
        pieces = [layer(hidden_states).chunk(self.heads, -1) for layer in (self.query, self.key, self.value)]
        shape = (hidden_states.shape[0], self.heads, hidden_states.shape[1], hidden_states.shape[1])
        masks = (torch.zeros_like(hidden_states[:1, :1, :1]) if mask is None else mask).expand(shape).unbind(1)
        pairs = zip(*pieces[:2], masks, strict=True)
        maps = [F.softmax(q @ k.mT / q.shape[-1] ** 0.5 + added, -1) for q, k, added in pairs]
        maps = [self.dropout(weights) for weights in maps]
        return torch.cat([weights @ v for weights, v in zip(maps, pieces[2], strict=True)], -1), torch.stack(maps, 1)


BATCH = ["one token", "a batch", "one head", "as many heads as numbers"]


MASKED = ["masked", "a mask for each query", "a mask for each head", "one mask for all", "small numbers in the mask"]


promised(BertSelfAttention, "Every head looks at all tokens and brings back a mean of their values.", by=BATCH)


promised(
    BertSelfAttention,
    "config: hidden_size, num_attention_heads, attention_probs_dropout_prob.",
    by=["names and shapes of what is saved", "one head", "in training, with dropout"],
)


promised(
    BertSelfAttention,
    "Three `nn.Linear(hidden_size, hidden_size)`: `query`, `key`, `value`.",
    by=["names and shapes of what is saved"],
)


promised(
    BertSelfAttention,
    "ValueError: num_attention_heads does not divide hidden_size.",
    by=["heads that divide, and heads that do not"],
)


promised(BertSelfAttention, "Attends.", by=BATCH)


promised(BertSelfAttention, "hidden_states: shape (batch, token, hidden_size).", by=BATCH)


promised(BertSelfAttention, "mask: to be added to the scores; broadcasts to (batch, heads, query, key).", by=MASKED)


promised(BertSelfAttention, "None hides nothing.", by=BATCH)


promised(
    BertSelfAttention,
    "What the heads bring back, side by side, shape (batch, token, hidden_size); and the weights that they used, "
    "after dropout, shape (batch, heads, query, key).",
    by=[*BATCH, "in training, with dropout"],
)
