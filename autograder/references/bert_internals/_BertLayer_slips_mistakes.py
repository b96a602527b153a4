"""Plainer mistakes of `BertLayer`: a name, a part, an argument."""

from torch import nn

from autograder.references import mistake
from autograder.references.bert_internals._BertLayer import BertLayer, Wired
from helpers.bert_parts import LIBRARY


@mistake(
    BertLayer,
    "The second residual is what the heads found. It has to be what went into the second step, `attended`.",
)
class ResidualFromContext(Wired):
    def forward(self, hidden_states, mask=None):
        context, weights = self.attention["self"](hidden_states, mask)
        attended = self.attention["output"](context, hidden_states)
        return self.output(self.intermediate(attended), context), weights


@mistake(
    BertLayer,
    "`output` is a second parts.self_output, which takes hidden_size numbers. Behind the feed-forward layer more come "
    "in: parts.output(config).",
)
class SelfOutputTwice(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.output = parts.self_output(config)


@mistake(
    BertLayer,
    "The attention's two parts are not named `attention.self` and `attention.output`. The file's names have that dot: "
    "one module, `attention`, holds both.",
    keeps=0.9,
)
class NamesWithoutTheDot(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention_self, self.attention_output = parts.self_attention(config), parts.self_output(config)
        self.intermediate, self.output = parts.intermediate(config), parts.output(config)

    def forward(self, hidden_states, mask=None):
        context, weights = self.attention_self(hidden_states, mask)
        attended = self.attention_output(context, hidden_states)
        return self.output(self.intermediate(attended), attended), weights


@mistake(
    BertLayer,
    "The last `output` gets its two arguments in the wrong order: what intermediate gives comes first, and "
    "`attended` second.",
)
class SwapsAtTheEnd(Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(attended, self.intermediate(attended)), weights


@mistake(BertLayer, "What intermediate gives is returned, as wide as it is. The part `output` has to follow.")
class EndsWide(Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.intermediate(attended), weights


@mistake(
    BertLayer,
    "What the attention gives is not taken apart: it is a pair, what the heads found and their weights. Only the first "
    "goes on.",
)
class TakesThePair(Wired):
    def attend(self, hidden, mask):
        pair = self.attention["self"](hidden, mask)
        return self.attention["output"](pair, hidden), pair


@mistake(
    BertLayer, "`intermediate` is left out: `output` gets what the attention gave, without the activation between."
)
class SkipsIntermediate(Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(attended, attended), weights


@mistake(
    BertLayer,
    "In training, what the layer gives is dropped once more. The parts bring their dropout; the layer adds none.",
    keeps=0.85,
)
class DropsTheResult(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, hidden_states, mask=None):
        result, weights = super().forward(hidden_states, mask)
        return self.dropout(result), weights


@mistake(
    BertLayer,
    "In training, what `intermediate` gives is dropped before `output` gets it. The parts bring their dropout; the "
    "layer adds none.",
    keeps=0.85,
)
class DropsTheWide(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.dropout(self.intermediate(attended)), attended), weights
