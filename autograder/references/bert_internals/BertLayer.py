"""`BertLayer`: what is right, and what goes wrong."""

import torch
from torch import nn
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake, promised
from autograder.references.bert_internals._shared import eager
from helpers.bert_parts import LIBRARY


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
    "The feed-forward layer reads the layer's input: what the attention found never reaches it. Give it `attended`.",
)
class FeedForwardReadsInput(_Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(hidden_states), attended), weights


@mistake(
    BertLayer,
    "The second residual is the layer's input. It has to be the attention's output: a step adds to what "
    "came before it.",
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
    "attention.output is left out: what the heads bring back has to be mixed, added and normalised before the "
    "feed-forward layer.",
)
class SkipsSelfOutput(_Wired):
    def attend(self, hidden, mask):
        return self.attention["self"](hidden, mask)


@mistake(BertLayer, "The mask is not handed on to the attention.", keeps=0.75)
class KeepsTheMask(_Wired):
    def attend(self, hidden, mask):
        return super().attend(hidden, None)


@mistake(
    BertLayer,
    "What comes out is the attention's part alone, `attended`. The feed-forward layer and `output` have to follow.",
)
class EndsEarly(_Wired):
    def forward(self, hidden_states, mask=None):
        return self.attend(hidden_states, mask)


@mistake(BertLayer, "The layer always takes the library's parts and never those that it is given.", keeps=0.75)
class IgnoresParts(_Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config)


@mistake(
    BertLayer,
    "The last part is the library's, whatever is given. All four come from `parts`: self.output too, "
    "parts.output(config).",
    keeps=0.75,
)
class TakesTheLibrarysOutput(_Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.output = LIBRARY.output(config)


@mistake(
    BertLayer,
    "The second residual is missing: the output gets the feed-forward layer's numbers and nothing to add them to.",
)
class NothingToAdd(_Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), torch.zeros_like(attended)), weights


@mistake(
    BertLayer, "The feed-forward layer reads what the heads found, past attention.output. It should read `attended`."
)
class FeedForwardReadsContext(_Wired):
    def forward(self, hidden_states, mask=None):
        context, weights = self.attention["self"](hidden_states, mask)
        attended = self.attention["output"](context, hidden_states)
        return self.output(self.intermediate(context), attended), weights


@mistake(
    BertLayer,
    "attention.output gets its two arguments in the wrong order: what is new comes first, what was there second.",
)
class SwapsTheArguments(_Wired):
    def attend(self, hidden, mask):
        context, weights = self.attention["self"](hidden, mask)
        return self.attention["output"](hidden, context), weights


@mistake(
    BertLayer,
    "A residual is added once more by hand. attention.output and output add already: that is their second argument.",
)
class AddsByHand(_Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), attended) + attended, weights


@mistake(
    BertLayer,
    "The result is cut off from the weights, as torch.no_grad() or .detach() does it: so nothing can be learned.",
)
class LearnsNothing(_Wired):
    @torch.no_grad()
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)


@mistake(BertLayer, "Only the hidden states come back. The weights of the attention are asked for too, as a pair.")
class KeepsTheWeights(_Wired):
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[0]


@mistake(BertLayer, "The pair is turned round: first the hidden states, then the weights.")
class TurnsThePair(_Wired):
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[::-1]


@mistake(BertLayer, "Dropout of its own is added. The parts bring theirs; the layer adds none.", keeps=0.85)
class DropsToo(_Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def attend(self, hidden, mask):
        attended, weights = super().attend(hidden, mask)
        return self.dropout(attended), weights


@mistake(
    BertLayer,
    "Some of the parts are always the library's own. All four come from `parts`: an attention of yours would find "
    "somebody else's feed-forward layer behind it.",
    keeps=0.75,
)
class TakesTwoParts(_Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.intermediate, self.output = LIBRARY.intermediate(config), LIBRARY.output(config)


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


BATCH = ["one token", "a batch"]
promised(
    BertLayer,
    "One layer of BERT: attention, then the feed-forward layer, each added to what went into it and normalised.",
    by=BATCH,
)
promised(BertLayer, "config: handed on to the parts.", by=["names and shapes of what is saved"])
promised(BertLayer, "parts: the classes to make the parts from.", by=["parts of somebody else"])
promised(
    BertLayer,
    "Names: `attention.self`, `attention.output`, `intermediate`, `output`.",
    by=["names and shapes of what is saved"],
)
promised(BertLayer, "Runs the layer.", by=BATCH)
promised(BertLayer, "hidden_states: shape (batch, token, hidden_size).", by=BATCH)
promised(
    BertLayer,
    "mask: to be added to the scores; broadcasts to (batch, heads, query, key).",
    by=["masked", "a mask for each query"],
)
promised(
    BertLayer,
    "The new hidden states, shape (batch, token, hidden_size); the weights, shape (batch, heads, query, key).",
    by=BATCH,
)
