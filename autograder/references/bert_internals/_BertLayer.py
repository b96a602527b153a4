"""`BertLayer`: what is right, and what answers have in common."""

from torch import nn
from transformers.models.bert import modeling_bert

from autograder.references.bert_internals._shared import eager
from helpers.bert_parts import LIBRARY


def BertLayer(config, parts=LIBRARY):
    """The library's own layer; around the parts of somebody else, the definition."""
    return _LibraryLayer(eager(config)) if parts.name == "LIBRARY" else Wired(config, parts)


class _LibraryLayer(modeling_bert.BertLayer):
    """Returns the weights too: a hook on the attention keeps them, as transformers itself does."""

    def forward(self, hidden_states, mask=None):
        kept = []
        with self.attention.self.register_forward_hook(lambda module, args, output: kept.append(output[1])):
            result = super().forward(hidden_states, mask)
        return (result[0] if isinstance(result, tuple) else result), kept[0]


class Wired(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention = nn.ModuleDict({"self": parts.self_attention(config), "output": parts.self_output(config)})
        self.intermediate, self.output = parts.intermediate(config), parts.output(config)

    def attend(self, hidden, mask):
        context, weights = self.attention["self"](hidden, mask)
        return self.attention["output"](context, hidden), weights

    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), attended), weights


class Half(nn.Module):
    def __init__(self, config, parts):
        super().__init__()
        self.self, self.output = parts.self_attention(config), parts.self_output(config)

    def forward(self, x, mask):
        found, weights = self.self(x, mask)
        return self.output(found, x), weights
