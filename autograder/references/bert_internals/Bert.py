"""`Bert`: other ways that are right, and what is promised."""

import torch
from torch import nn

from autograder.references import alternative, equivalent, promised
from autograder.references.bert_internals import (
    _Bert_mistakes,  # noqa: F401  (they register themselves)
    _Bert_more_mistakes,  # noqa: F401
    _Bert_plain_mistakes,  # noqa: F401
    _Bert_slips_mistakes,  # noqa: F401
)
from autograder.references.bert_internals._Bert import KEYS, Bert, Whole
from helpers.bert_parts import LIBRARY


@alternative(Bert)
class NamesInModules(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.make_mask = parts.mask
        self.embeddings = parts.embeddings(config)
        self.encoder = nn.Module()
        self.encoder.layer = nn.Sequential(*(parts.layer(config, parts) for _ in range(config.num_hidden_layers)))
        self.pooler = parts.pooler(config)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        states, attentions = [self.embeddings(input_ids, token_type_ids)], []
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        mask = self.make_mask(attention_mask, states[0].dtype)
        for layer in self.encoder.layer:
            hidden, weights = layer(states[-1], mask)
            states, attentions = [*states, hidden], [*attentions, weights]
        return {
            "last_hidden_state": states[-1], "pooler_output": self.pooler(states[-1]),
            "hidden_states": states, "attentions": attentions,
        }  # fmt: skip


@alternative(Bert)
class ByRecursion(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        first = self.embeddings(input_ids, token_type_ids)
        mask = None if attention_mask is None else self.parts.mask(attention_mask, first.dtype)

        def run(hidden, layers):
            if not layers:
                return (hidden,), ()
            following, weights = layers[0](hidden, mask)
            states, maps = run(following, layers[1:])
            return (hidden, *states), (weights, *maps)

        states, maps = run(first, list(self.encoder["layer"]))
        return dict(zip(KEYS, (states[-1], self.pooler(states[-1]), states, maps), strict=True))


equivalent(
    Bert,
    "mask = None if attention_mask is None else self.parts.mask(attention_mask, states[0].dtype)",
    "mask = None if attention_mask is None else self.parts.mask(attention_mask, states[ -1].dtype)",
    "there is one state so far, the first and the last",
)


BATCH = ["one token", "a batch"]


promised(Bert, "BERT: embeddings, layers, pooler.", by=BATCH)


promised(
    Bert,
    "config: handed on to the parts; num_hidden_layers says how many layers there are.",
    by=["one layer", "three layers", "no layer at all"],
)


promised(Bert, "parts: the classes to make the parts from.", by=["parts of somebody else"])


promised(Bert, "Names: `embeddings`, `encoder.layer.0` …, `pooler`.", by=["names and shapes of what is saved"])


promised(Bert, "Reads a batch.", by=BATCH)


promised(Bert, "input_ids: int64, shape (batch, token).", by=BATCH)


promised(
    Bert,
    "attention_mask: shape (batch, token); 1 or True where a token is real.",
    by=["with padding", "a mask of True and False", "padding in front", "a sentence that is all padding"],
)


promised(Bert, "None means everywhere.", by=["no mask, and a token of id 0"])


promised(
    Bert,
    "token_type_ids: int64, shape (batch, token), the segment of each token.",
    by=["two sentences in one input"],
)


promised(Bert, "None means segment 0.", by=BATCH)


promised(Bert, "last_hidden_state: shape (batch, token, hidden_size).", by=BATCH)


promised(Bert, "pooler_output: shape (batch, hidden_size).", by=BATCH)


promised(
    Bert,
    "hidden_states: what the embeddings gave and what each layer gave, num_hidden_layers + 1 tensors.",
    by=[*BATCH, "no layer at all"],
)


promised(
    Bert,
    "attentions: the weights of each layer, num_hidden_layers tensors of shape (batch, heads, query, key).",
    by=[*BATCH, "no layer at all"],
)
