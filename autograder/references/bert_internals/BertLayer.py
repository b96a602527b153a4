"""`BertLayer`: what is right, and what goes wrong."""

from torch import nn
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake
from autograder.references.bert_internals._shared import eager
from helpers.bert_internals import LIBRARY


def BertLayer(config, parts=LIBRARY):
    """The library's own layer; around the parts of somebody else, the definition."""
    return _LibraryLayer(eager(config)) if parts.name == "LIBRARY" else _Wired(config, parts)


class _LibraryLayer(modeling_bert.BertLayer):
    """Returns the weights too: a hook on the attention keeps them, as transformers itself does."""

    def forward(self, hidden_states, mask=None):
        kept = []
        with self.attention.self.register_forward_hook(lambda module, args, output: kept.append(output[1])):
            result = super().forward(hidden_states, mask)
        return (result[0] if isinstance(result, tuple) else result), kept[0]


class _Wired(nn.Module):
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


@mistake(
    BertLayer,
    "The wide layer reads the layer's input: what the attention found never reaches it. Give it `attended`.",
)
class WideReadsInput(_Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(hidden_states), attended), weights


@mistake(
    BertLayer,
    "The second residual is the layer's input. It is the attention's output: a step adds to what came before it.",
)
class ResidualFromInput(_Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), hidden_states), weights


@mistake(
    BertLayer, "Both bugs are still there: the first residual is not the layer's input, the second not `attended`."
)
class BothResiduals(_Wired):
    def forward(self, hidden_states, mask=None):
        context, weights = self.attention["self"](hidden_states, mask)
        attended = self.attention["output"](context, context)
        return self.output(self.intermediate(attended), hidden_states), weights


@mistake(
    BertLayer,
    "The first residual is lost: attention.output gets what the heads found twice, and never the layer's input.",
)
class FirstResidualFromContext(_Wired):
    def attend(self, hidden, mask):
        context, weights = self.attention["self"](hidden, mask)
        return self.attention["output"](context, context), weights


@mistake(
    BertLayer,
    "attention.output is left out: what the heads bring back is mixed, added and normalised before the wide layer.",
)
class SkipsSelfOutput(_Wired):
    def attend(self, hidden, mask):
        return self.attention["self"](hidden, mask)


@mistake(BertLayer, "The mask is not handed on to the attention.")
class KeepsTheMask(_Wired):
    def attend(self, hidden, mask):
        return super().attend(hidden, None)


@mistake(BertLayer, "The layer ends after the attention: the wide layer and its output are made and never used.")
class EndsEarly(_Wired):
    def forward(self, hidden_states, mask=None):
        return self.attend(hidden_states, mask)


@mistake(BertLayer, "The layer always takes the library's parts and never those that it is given.")
class IgnoresParts(_Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config)


@alternative(BertLayer)
class NamesByHand(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention = nn.Module()
        self.attention.self = parts.self_attention(config)
        self.attention.output = parts.self_output(config)
        self.intermediate = parts.intermediate(config)
        self.output = parts.output(config)

    def forward(self, x, mask=None):
        found, weights = self.attention.self(x, mask)
        middle = self.attention.output(found, x)
        return self.output(self.intermediate(middle), middle), weights


class _Half(nn.Module):
    def __init__(self, config, parts):
        super().__init__()
        self.self, self.output = parts.self_attention(config), parts.self_output(config)

    def forward(self, x, mask):
        found, weights = self.self(x, mask)
        return self.output(found, x), weights


@alternative(BertLayer)
class TwoHalves(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention = _Half(config, parts)
        self.intermediate, self.output = parts.intermediate(config), parts.output(config)

    def forward(self, hidden_states, mask=None):
        middle, weights = self.attention(hidden_states, mask)
        return self.output(self.intermediate(middle), middle), weights
