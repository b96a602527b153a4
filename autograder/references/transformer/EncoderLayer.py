"""`EncoderLayer`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, mistake, promised
from autograder.references.transformer._shared import Frame, hidden, in_torchs_names


class EncoderLayer(Frame):
    """PyTorch's own layer with these weights; where something is dropped or the attention is another, the definition."""

    def forward(self, x, mask=None):
        if self.plain and not (self.training and self.dropout.p):
            return self.library(x, mask)
        if self.norm_first:
            x = self.add(x, self.attend(self.norm1(x), mask))
            return self.add(x, self.think(self.norm2(x)))
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(self.add(x, self.think(x)))

    def library(self, x, mask):
        width, wide, heads = x.shape[-1], self.linear1.out_features, self.self_attn.heads
        theirs = nn.TransformerEncoderLayer(width, heads, wide, 0.0, batch_first=True, norm_first=self.norm_first)
        theirs = theirs.to(x).train()  # in evaluation it takes a shortcut, which has no gradients
        inputs = {"src_mask": hidden(mask, x, x, heads)}
        return torch.func.functional_call(theirs, in_torchs_names(self), (x,), inputs)


class _Layer(Frame):
    """What wrong answers have in common: each replaces one step."""

    def forward(self, x, mask=None):
        return self.norms_first(x, mask) if self.norm_first else self.norms_last(x, mask)

    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.add(x, self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(self.add(x, self.think(x)))


@mistake(EncoderLayer, "`norm_first` changes nothing: the norm always comes last.")
class AlwaysLast(_Layer):
    def forward(self, x, mask=None):
        return self.norms_last(x, mask)


@mistake(EncoderLayer, "`norm_first` changes nothing: the norm always comes first.")
class AlwaysFirst(_Layer):
    def forward(self, x, mask=None):
        return self.norms_first(x, mask)


@mistake(EncoderLayer, "`norm_first` is taken the other way round: True should put the norm at the door of each part.")
class OtherWayRound(_Layer):
    def forward(self, x, mask=None):
        return self.norms_last(x, mask) if self.norm_first else self.norms_first(x, mask)


@mistake(
    EncoderLayer,
    "What the attention finds replaces x, where it should be added to it: the first residual is missing.",
)
class NoFirstResidual(_Layer):
    def norms_first(self, x, mask):
        x = self.dropout(self.attend(self.norm1(x), mask))
        return self.add(x, self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.norm1(self.dropout(self.attend(x, mask)))
        return self.norm2(self.add(x, self.think(x)))


@mistake(
    EncoderLayer,
    "What the feed-forward layer gives replaces x, where it should be added to it: the second residual is missing.",
)
class NoSecondResidual(_Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.dropout(self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(self.dropout(self.think(x)))


@mistake(EncoderLayer, "Nothing is added: each part's result replaces what went into it. Both residuals are missing.")
class NoResiduals(_Layer):
    def add(self, x, found):
        return self.dropout(found)


@mistake(
    EncoderLayer,
    "With the norm first, the parts are added to the norm of x. The norm stands at the door of each part only; what is "
    "added to is x itself.",
)
class AddsToTheNorm(_Layer):
    def norms_first(self, x, mask):
        y = self.norm1(x)
        x = self.norm2(self.add(y, self.attend(y, mask)))
        return self.add(x, self.think(x))


@mistake(
    EncoderLayer,
    "With the norm first, what the attention finds is added to the norm of x. It should be added to x itself.",
)
class AddsToTheFirstNorm(_Layer):
    def norms_first(self, x, mask):
        y = self.norm1(x)
        x = self.add(y, self.attend(y, mask))
        return self.add(x, self.think(self.norm2(x)))


@mistake(
    EncoderLayer,
    "With the norm first, what the feed-forward layer gives is added to the norm of x. It should be added to x itself.",
)
class AddsToTheSecondNorm(_Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        y = self.norm2(x)
        return self.add(y, self.think(y))


@mistake(
    EncoderLayer,
    "The feed-forward layer does not see what the attention found: it reads what came into the layer, beside the "
    "attention. It should read x after the attention has been added to it.",
)
class SideBySide(_Layer):
    def norms_first(self, x, mask):
        return self.add(self.add(x, self.attend(self.norm1(x), mask)), self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        return self.norm2(self.add(self.norm1(self.add(x, self.attend(x, mask))), self.think(x)))


@mistake(
    EncoderLayer,
    "With the norm first, the attention's keys or values are not normalised. Query, key and value are the same tensor "
    "here, all three behind the norm.",
)
class NormsTheQueryOnly(_Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.self_attn(self.norm1(x), x, x, mask))
        return self.add(x, self.think(self.norm2(x)))


@mistake(
    EncoderLayer,
    "With the norm first, the values are not normalised. Query, key and value are the same tensor here, behind the norm.",
)
class ValuesAsTheyCome(_Layer):
    def norms_first(self, x, mask):
        y = self.norm1(x)
        x = self.add(x, self.self_attn(y, y, x, mask))
        return self.add(x, self.think(self.norm2(x)))


@mistake(EncoderLayer, "With the norm first, norm1 is used twice. The feed-forward layer has one of its own, norm2.")
class OneNormFirst(_Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.add(x, self.think(self.norm1(x)))


@mistake(EncoderLayer, "With the norm last, norm1 is used twice. The second sum has one of its own, norm2.")
class OneNormLast(_Layer):
    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm1(self.add(x, self.think(x)))


@mistake(EncoderLayer, "norm1 is used at both places. The second part has a norm of its own, norm2.")
class OneNorm(_Layer):
    norms_first, norms_last = OneNormFirst.norms_first, OneNormLast.norms_last


@mistake(EncoderLayer, "The two norms have changed places: norm1 belongs to the attention, norm2 to the second part.")
class SwappedNorms(_Layer):
    def __init__(self, *sizes, **options):
        super().__init__(*sizes, **options)
        self.norm1, self.norm2 = self.norm2, self.norm1

    def forward(self, x, mask=None):
        one, two = self.norm2, self.norm1  # by name, in the order in which they are used
        if self.norm_first:
            x = self.add(x, self.attend(two(x), mask))
            return self.add(x, self.think(one(x)))
        x = two(self.add(x, self.attend(x, mask)))
        return one(self.add(x, self.think(x)))


@mistake(
    EncoderLayer,
    "With the norm last, what a part hands over is normalised before it is added. The norm goes around the sum.",
)
class NormsThePart(_Layer):
    def norms_last(self, x, mask):
        x = x + self.dropout(self.norm1(self.attend(x, mask)))
        return x + self.dropout(self.norm2(self.think(x)))


@mistake(EncoderLayer, "With the norm first, the sum at the end is normalised once more. It is left as it is.")
class NormsOnceMore(_Layer):
    def norms_first(self, x, mask):
        return self.norm2(super().norms_first(x, mask))


@mistake(EncoderLayer, "The mask plays no part: hand it on to the attention.", keeps=0.75)
class NoMask(_Layer):
    def attend(self, y, mask):
        return super().attend(y, None)


@mistake(
    EncoderLayer,
    "The mask is turned round. Here True means *may be looked at*, and the attention that is called says the same; "
    "PyTorch's own layers say the opposite.".replace("*", ""),
    keeps=0.75,
)
class TurnsTheMaskRound(_Layer):
    def attend(self, y, mask):
        return super().attend(y, None if mask is None else ~mask)


@mistake(
    EncoderLayer, "Nothing is cut off at zero in the feed-forward layer: the ReLU between its two layers is missing."
)
class NoRelu(_Layer):
    def think(self, y):
        return self.linear2(self.linear1(y))


@mistake(EncoderLayer, "The feed-forward layer is smooth at zero, as with a GELU. It should have a ReLU.")
class ByGelu(_Layer):
    def think(self, y):
        return self.linear2(nn.functional.gelu(self.linear1(y)))


@mistake(EncoderLayer, "The ReLU stands behind the second linear layer. It belongs between the two.")
class ReluAtTheEnd(_Layer):
    def think(self, y):
        return self.linear2(self.linear1(y)).relu()


@mistake(EncoderLayer, "The attention is missing: no token sees any other.")
class NoAttention(_Layer):
    def attend(self, y, mask):
        return y


@mistake(EncoderLayer, "The feed-forward layer is missing. It is the second part: linear1, ReLU, linear2.")
class NoThinking(_Layer):
    def norms_first(self, x, mask):
        return self.add(x, self.attend(self.norm1(x), mask))

    def norms_last(self, x, mask):
        return self.norm1(self.add(x, self.attend(x, mask)))


@mistake(
    EncoderLayer,
    "In training nothing is dropped. What each part hands over goes through self.dropout before it is added.",
    keeps=0.85,
)
class DropsNothing(_Layer):
    def add(self, x, found):
        return x + found


@mistake(
    EncoderLayer,
    "In training the sum is dropped, x included. Only what a part hands over goes through self.dropout: x has to pass.",
    keeps=0.85,
)
class DropsTheSum(_Layer):
    def add(self, x, found):
        return self.dropout(x + found)


@mistake(
    EncoderLayer,
    "In training something is dropped in the middle of the feed-forward layer, too, as in PyTorch's own layer. Here "
    "only what a part hands over is dropped, as in the paper.",
    keeps=0.85,
)
class DropsInTheMiddle(_Layer):
    def think(self, y):
        return self.linear2(self.dropout(self.linear1(y).relu()))


@mistake(
    EncoderLayer,
    "In training, what the attention hands over is dropped, and what the feed-forward layer hands over is not.",
    keeps=0.85,
)
class DropsTheFirst(_Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return x + self.think(self.norm2(x))

    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(x + self.think(x))


@mistake(
    EncoderLayer,
    "In training, what the feed-forward layer hands over is dropped, and what the attention hands over is not.",
    keeps=0.85,
)
class DropsTheSecond(_Layer):
    def norms_first(self, x, mask):
        x = x + self.attend(self.norm1(x), mask)
        return self.add(x, self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(self.add(x, self.think(x)))


@alternative(EncoderLayer)
class InOneLoop(Frame):
    """Both forms at once, by functions that do nothing."""

    def forward(self, x, mask=None):
        same = nn.Identity()
        for norm, part in ((self.norm1, lambda y: self.attend(y, mask)), (self.norm2, self.think)):
            before, after = (norm, same) if self.norm_first else (same, norm)
            x = after(x + self.dropout(part(before(x))))
        return x


@alternative(EncoderLayer)
class StepByStep(Frame):
    def forward(self, x, mask=None):
        residual = x
        y = self.norm1(x) if self.norm_first else x
        y = self.self_attn(query=y, key=y, value=y, mask=mask)
        y = residual + self.dropout(y)
        if not self.norm_first:
            y = self.norm1(y)
        z = self.norm2(y) if self.norm_first else y
        z = self.dropout(self.linear2(torch.clamp_min(self.linear1(z), 0))) + y
        return z if self.norm_first else self.norm2(z)


for sentence, by in {
    "A layer that reads: each token looks at the others, and then thinks by itself.": ["norm last, a batch"],
    "As `nn.TransformerEncoderLayer`.": ["norm last, a batch", "norm first, a batch"],
    "d_model: features of a token.": ["names and shapes of what is saved"],
    "heads: of the attention.": ["norm last, a batch"],
    "d_ff: features in the middle of the feed-forward layer.": ["names and shapes of what is saved"],
    "norm_first: whether each part reads a norm of `x`; otherwise each sum is normalised.": [
        "norm first, a batch",
        "norm last, a batch",
        "norm first, far from zero",
    ],
    "dropout: the share that is dropped of what each part hands over, before it is added.": [
        "norm last, in training, a share is dropped",
        "norm first, in training, all is dropped",
    ],
    "In training only.": ["in evaluation nothing is dropped"],
    "attention: makes the attention, which is called with query, key, value and mask.": [
        "norm last, an attention of somebody else's",
        "norm first, an attention of somebody else's",
    ],
    "Attention, then the feed-forward layer, linear1, ReLU, linear2; each is added to what went into it.": [
        "norm last, a batch",
        "norm first, one token",
    ],
    "x: shape (batch, token, d_model).": ["norm last, a batch", "norm last, one token"],
    "mask: boolean, broadcasts to (batch, token, token); True where a token may be looked at.": [
        "norm last, each token may look at some",
        "norm first, padding",
    ],
    "None hides nothing.": ["norm last, a batch"],
    "Shape and dtype of `x`, which stays as it is.": ["norm first, float64", "the inputs are left alone"],
}.items():
    promised(EncoderLayer, sentence, by=by)
