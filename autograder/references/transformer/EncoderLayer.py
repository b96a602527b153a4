"""`EncoderLayer`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, mistake, promised
from autograder.references.transformer import _EncoderLayer_mistakes, _EncoderLayer_slips  # noqa: F401
from autograder.references.transformer._EncoderLayer import EncoderLayer, Layer
from autograder.references.transformer._shared import Frame, in_each_form


@mistake(EncoderLayer, "`norm_first` changes nothing: the norm always comes last.")
class AlwaysLast(Layer):
    def forward(self, x, mask=None):
        return self.norms_last(x, mask)


@mistake(EncoderLayer, "`norm_first` changes nothing: the norm always comes first.")
class AlwaysFirst(Layer):
    def forward(self, x, mask=None):
        return self.norms_first(x, mask)


@mistake(EncoderLayer, "`norm_first` is taken the other way round: True should put the norm at the door of each part.")
class OtherWayRound(Layer):
    def forward(self, x, mask=None):
        return self.norms_last(x, mask) if self.norm_first else self.norms_first(x, mask)


@in_each_form(
    EncoderLayer,
    Layer,
    "What the attention finds replaces x, where it should be added to it: the first residual is missing.",
)
class NoFirstResidual(Layer):
    def norms_first(self, x, mask):
        x = self.dropout(self.attend(self.norm1(x), mask))
        return self.add(x, self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.norm1(self.dropout(self.attend(x, mask)))
        return self.norm2(self.add(x, self.think(x)))


@in_each_form(
    EncoderLayer,
    Layer,
    "What the feed-forward layer gives replaces x, where it should be added to it: the second residual is missing.",
)
class NoSecondResidual(Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.dropout(self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(self.dropout(self.think(x)))


@in_each_form(
    EncoderLayer, Layer, "Nothing is added: each part's result replaces what went into it. Both residuals are missing."
)
class NoResiduals(Layer):
    def add(self, x, found):
        return self.dropout(found)


@mistake(
    EncoderLayer,
    "With the norm first, the parts are added to the norm of x. The norm stands at the door of each part only; what is "
    "added to is x itself.",
)
class AddsToTheNorm(Layer):
    def norms_first(self, x, mask):
        y = self.norm1(x)
        x = self.norm2(self.add(y, self.attend(y, mask)))
        return self.add(x, self.think(x))


@mistake(
    EncoderLayer,
    "With the norm first, what the attention finds is added to the norm of x. It should be added to x itself.",
)
class AddsToTheFirstNorm(Layer):
    def norms_first(self, x, mask):
        y = self.norm1(x)
        x = self.add(y, self.attend(y, mask))
        return self.add(x, self.think(self.norm2(x)))


@mistake(
    EncoderLayer,
    "With the norm first, what the feed-forward layer gives is added to the norm of x. It should be added to x itself.",
)
class AddsToTheSecondNorm(Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        y = self.norm2(x)
        return self.add(y, self.think(y))


@in_each_form(
    EncoderLayer,
    Layer,
    "The feed-forward layer does not see what the attention found: it reads what came into the layer, beside the "
    "attention. It should read x after the attention has been added to it.",
)
class SideBySide(Layer):
    def norms_first(self, x, mask):
        return self.add(self.add(x, self.attend(self.norm1(x), mask)), self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        return self.norm2(self.add(self.norm1(self.add(x, self.attend(x, mask))), self.think(x)))


@mistake(
    EncoderLayer,
    "With the norm first, the attention's keys or values are not normalised. Query, key and value are the same tensor "
    "here, all three behind the norm.",
)
class NormsTheQueryOnly(Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.self_attn(self.norm1(x), x, x, mask))
        return self.add(x, self.think(self.norm2(x)))


@mistake(
    EncoderLayer,
    "With the norm first, the values are not normalised. Query, key and value are the same tensor, behind the norm.",
)
class ValuesAsTheyCome(Layer):
    def norms_first(self, x, mask):
        y = self.norm1(x)
        x = self.add(x, self.self_attn(y, y, x, mask))
        return self.add(x, self.think(self.norm2(x)))


@mistake(EncoderLayer, "With the norm first, norm1 is used twice. The feed-forward layer has one of its own, norm2.")
class OneNormFirst(Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.add(x, self.think(self.norm1(x)))


@mistake(EncoderLayer, "With the norm last, norm1 is used twice. The second sum has one of its own, norm2.")
class OneNormLast(Layer):
    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm1(self.add(x, self.think(x)))


@mistake(EncoderLayer, "norm1 is used at both places. The second part has a norm of its own, norm2.")
class OneNorm(Layer):
    norms_first, norms_last = OneNormFirst.norms_first, OneNormLast.norms_last


@in_each_form(
    EncoderLayer, Layer, "The two norms have changed places: norm1 belongs to the attention, norm2 to the second part."
)
class SwappedNorms(Layer):
    def forward(self, x, mask=None):
        one, two = self.norm1, self.norm2
        if self.norm_first:
            x = self.add(x, self.attend(two(x), mask))
            return self.add(x, self.think(one(x)))
        x = two(self.add(x, self.attend(x, mask)))
        return one(self.add(x, self.think(x)))


@mistake(
    EncoderLayer,
    "With the norm last, what a part hands over is normalised before it is added. The norm goes around the sum.",
)
class NormsThePart(Layer):
    def norms_last(self, x, mask):
        x = x + self.dropout(self.norm1(self.attend(x, mask)))
        return x + self.dropout(self.norm2(self.think(x)))


@mistake(EncoderLayer, "With the norm first, the sum at the end is normalised once more. It is left as it is.")
class NormsOnceMore(Layer):
    def norms_first(self, x, mask):
        return self.norm2(super().norms_first(x, mask))


@in_each_form(EncoderLayer, Layer, "The norm of the first part is missing: norm1 is never used.")
class NoFirstNorm(Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(x, mask))
        return self.add(x, self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.add(x, self.attend(x, mask))
        return self.norm2(self.add(x, self.think(x)))


@in_each_form(EncoderLayer, Layer, "The norm of the second part is missing: norm2 is never used.")
class NoSecondNorm(Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.add(x, self.think(x))

    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.add(x, self.think(x))


@mistake(
    EncoderLayer,
    "With the norm last, what the attention hands over is normalised before it is added. The norm goes around the sum.",
)
class NormsTheFirstPart(Layer):
    def norms_last(self, x, mask):
        x = x + self.norm1(self.dropout(self.attend(x, mask)))
        return self.norm2(self.add(x, self.think(x)))


@mistake(
    EncoderLayer,
    "With the norm last, what the feed-forward layer hands over is normalised before it is added. The norm goes around "
    "the sum.",
)
class NormsTheSecondPart(Layer):
    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return x + self.norm2(self.dropout(self.think(x)))


@mistake(
    EncoderLayer,
    "The caller's own tensor is changed: something is added to x in place, as by `x += …`. Make a new one: x = x + ….",
    keeps=0.98,
)
class WritesIntoX(Layer):
    def norms_first(self, x, mask):
        found = self.dropout(self.attend(self.norm1(x), mask))
        x = x.add_(found) if not x.requires_grad else x + found
        return self.add(x, self.think(self.norm2(x)))


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
