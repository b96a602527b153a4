"""The plainest mistakes of `BertLayer`: one name for another."""

from autograder.references import mistake
from autograder.references.bert_internals._BertLayer import BertLayer, Wired
from helpers.bert_parts import LIBRARY


@mistake(
    BertLayer,
    "`attention.output` is a second parts.output, which takes intermediate_size numbers. What the heads bring back "
    "goes through parts.self_output(config).",
)
class OutputTwice(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.attention["output"] = parts.output(config)


@mistake(BertLayer, "The layer's input is added once more at the end. The two parts add already.")
class AddsTheInput(Wired):
    def forward(self, hidden_states, mask=None):
        result, weights = super().forward(hidden_states, mask)
        return result + hidden_states, weights


@mistake(
    BertLayer,
    "What the heads found is lost: attention.output gets the layer's input twice. The new comes first.",
)
class LosesTheContext(Wired):
    def attend(self, hidden, mask):
        _, weights = self.attention["self"](hidden, mask)
        return self.attention["output"](hidden, hidden), weights


@mistake(BertLayer, "`intermediate` is the library's, whatever is given. All four come from `parts`.", keeps=0.75)
class TakesTheLibrarysIntermediate(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.intermediate = LIBRARY.intermediate(config)


@mistake(BertLayer, "`attention.self` is the library's, whatever is given. All four come from `parts`.", keeps=0.75)
class TakesTheLibrarysHeads(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.attention["self"] = LIBRARY.self_attention(config)


@mistake(BertLayer, "`attention.output` is the library's, whatever is given. All four come from `parts`.", keeps=0.75)
class TakesTheLibrarysSelfOutput(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.attention["output"] = LIBRARY.self_output(config)


@mistake(BertLayer, "What the heads found comes back where the weights are wanted.")
class ReturnsTheContext(Wired):
    def forward(self, hidden_states, mask=None):
        context, _ = self.attention["self"](hidden_states, mask)
        return super().forward(hidden_states, mask)[0], context


@mistake(BertLayer, "The weights come back as None. They are the second thing that the attention gives.")
class ReturnsNoWeights(Wired):
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[0], None
