"""Mistakes of `BertLayer`."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.bert_internals._BertLayer import BertLayer, Wired
from helpers.bert_parts import LIBRARY


@mistake(
    BertLayer,
    "The feed-forward layer reads the layer's input: what the attention found never reaches it. Give it `attended`.",
)
class FeedForwardReadsInput(Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(hidden_states), attended), weights


@mistake(
    BertLayer,
    "The second residual is the layer's input. It has to be the attention's output: a step adds to what "
    "came before it.",
)
class ResidualFromInput(Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), hidden_states), weights


@mistake(
    BertLayer, "Both bugs are still there: the first residual is not the layer's input, the second not `attended`."
)
class BothResiduals(Wired):
    def forward(self, hidden_states, mask=None):
        context, weights = self.attention["self"](hidden_states, mask)
        attended = self.attention["output"](context, context)
        return self.output(self.intermediate(attended), hidden_states), weights


@mistake(
    BertLayer,
    "The first residual is lost: attention.output gets what the heads found twice, and never the layer's input.",
)
class FirstResidualFromContext(Wired):
    def attend(self, hidden, mask):
        context, weights = self.attention["self"](hidden, mask)
        return self.attention["output"](context, context), weights


@mistake(
    BertLayer,
    "attention.output is left out: what the heads bring back has to be mixed, added and normalised before the "
    "feed-forward layer.",
)
class SkipsSelfOutput(Wired):
    def attend(self, hidden, mask):
        return self.attention["self"](hidden, mask)


@mistake(BertLayer, "The mask is not handed on to the attention.", keeps=0.75)
class KeepsTheMask(Wired):
    def attend(self, hidden, mask):
        return super().attend(hidden, None)


@mistake(
    BertLayer,
    "What comes out is the attention's part alone, `attended`. The feed-forward layer and `output` have to follow.",
)
class EndsEarly(Wired):
    def forward(self, hidden_states, mask=None):
        return self.attend(hidden_states, mask)


@mistake(BertLayer, "The layer always takes the library's parts and never those that it is given.", keeps=0.75)
class IgnoresParts(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config)


@mistake(
    BertLayer,
    "The last part is the library's, whatever is given. All four come from `parts`: self.output too, "
    "parts.output(config).",
    keeps=0.75,
)
class TakesTheLibrarysOutput(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.output = LIBRARY.output(config)


@mistake(
    BertLayer,
    "The second residual is missing: the output gets the feed-forward layer's numbers and nothing to add them to.",
)
class NothingToAdd(Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), torch.zeros_like(attended)), weights


@mistake(
    BertLayer, "The feed-forward layer reads what the heads found, past attention.output. It should read `attended`."
)
class FeedForwardReadsContext(Wired):
    def forward(self, hidden_states, mask=None):
        context, weights = self.attention["self"](hidden_states, mask)
        attended = self.attention["output"](context, hidden_states)
        return self.output(self.intermediate(context), attended), weights


@mistake(
    BertLayer,
    "attention.output gets its two arguments in the wrong order: what is new comes first, what was there second.",
)
class SwapsTheArguments(Wired):
    def attend(self, hidden, mask):
        context, weights = self.attention["self"](hidden, mask)
        return self.attention["output"](hidden, context), weights


@mistake(
    BertLayer,
    "A residual is added once more by hand. attention.output and output add already: that is their second argument.",
)
class AddsByHand(Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), attended) + attended, weights


@mistake(
    BertLayer,
    "The result is cut off from the weights, as torch.no_grad() or .detach() does it: so nothing can be learned.",
)
class LearnsNothing(Wired):
    @torch.no_grad()
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)


@mistake(BertLayer, "Only the hidden states come back. The weights of the attention are asked for too, as a pair.")
class KeepsTheWeights(Wired):
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[0]


@mistake(BertLayer, "The pair is turned round: first the hidden states, then the weights.")
class TurnsThePair(Wired):
    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[::-1]


@mistake(BertLayer, "Dropout of its own is added. The parts bring theirs; the layer adds none.", keeps=0.85)
class DropsToo(Wired):
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
class TakesTwoParts(Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.intermediate, self.output = LIBRARY.intermediate(config), LIBRARY.output(config)
