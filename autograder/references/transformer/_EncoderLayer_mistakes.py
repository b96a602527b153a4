"""`EncoderLayer`: mistakes in the mask, in a part, and in what is dropped."""

from torch import nn

from autograder.references.transformer._EncoderLayer import EncoderLayer, Layer
from autograder.references.transformer._shared import in_each_form


@in_each_form(EncoderLayer, Layer, "The mask plays no part: hand it on to the attention.", keeps=0.75)
class NoMask(Layer):
    def attend(self, y, mask):
        return super().attend(y, None)


@in_each_form(
    EncoderLayer,
    Layer,
    "The mask is turned round. Here True means: may be looked at. The attention that is called says the same, and "
    "PyTorch's own layers say the opposite.",
    keeps=0.75,
)
class TurnsTheMaskRound(Layer):
    def attend(self, y, mask):
        return super().attend(y, None if mask is None else ~mask)


@in_each_form(
    EncoderLayer,
    Layer,
    "Nothing is cut off at zero in the feed-forward layer: the ReLU between its two layers is missing.",
)
class NoRelu(Layer):
    def think(self, y):
        return self.linear2(self.linear1(y))


@in_each_form(EncoderLayer, Layer, "The feed-forward layer is smooth at zero, as with a GELU. It should have a ReLU.")
class ByGelu(Layer):
    def think(self, y):
        return self.linear2(nn.functional.gelu(self.linear1(y)))


@in_each_form(EncoderLayer, Layer, "The ReLU stands behind the second linear layer. It belongs between the two.")
class ReluAtTheEnd(Layer):
    def think(self, y):
        return self.linear2(self.linear1(y)).relu()


@in_each_form(EncoderLayer, Layer, "The attention is missing: no token sees any other.")
class NoAttention(Layer):
    def attend(self, y, mask):
        return y


@in_each_form(EncoderLayer, Layer, "The feed-forward layer is missing. It is the second part: linear1, ReLU, linear2.")
class NoThinking(Layer):
    def norms_first(self, x, mask):
        return self.add(x, self.attend(self.norm1(x), mask))

    def norms_last(self, x, mask):
        return self.norm1(self.add(x, self.attend(x, mask)))


@in_each_form(
    EncoderLayer,
    Layer,
    "In training nothing is dropped. What each part hands over goes through self.dropout before it is added.",
    keeps=0.9,
)
class DropsNothing(Layer):
    def add(self, x, found):
        return x + found


@in_each_form(
    EncoderLayer,
    Layer,
    "In training the sum is dropped, x included. Only what a part hands over goes through self.dropout: x has to pass.",
    keeps=0.9,
)
class DropsTheSum(Layer):
    def add(self, x, found):
        return self.dropout(x + found)


@in_each_form(
    EncoderLayer,
    Layer,
    "In training something is dropped in the middle of the feed-forward layer, too, as in PyTorch's own layer. Here "
    "only what a part hands over is dropped, as in the paper.",
    keeps=0.95,
)
class DropsInTheMiddle(Layer):
    def think(self, y):
        return self.linear2(self.dropout(self.linear1(y).relu()))


@in_each_form(
    EncoderLayer,
    Layer,
    "In training, what the attention hands over is dropped, and what the feed-forward layer hands over is not.",
    keeps=0.9,
)
class DropsTheFirst(Layer):
    def norms_first(self, x, mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return x + self.think(self.norm2(x))

    def norms_last(self, x, mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(x + self.think(x))


@in_each_form(
    EncoderLayer,
    Layer,
    "In training, what the feed-forward layer hands over is dropped, and what the attention hands over is not.",
    keeps=0.9,
)
class DropsTheSecond(Layer):
    def norms_first(self, x, mask):
        x = x + self.attend(self.norm1(x), mask)
        return self.add(x, self.think(self.norm2(x)))

    def norms_last(self, x, mask):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(self.add(x, self.think(x)))
