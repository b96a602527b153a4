"""`DecoderLayer`: mistakes in the wiring that the encoder layer knows, too."""

from torch import nn

from autograder.references import mistake
from autograder.references.transformer._DecoderLayer import DecoderLayer, Layer
from autograder.references.transformer._shared import in_each_form


@mistake(DecoderLayer, "`norm_first` changes nothing: the norm always comes last.")
class AlwaysLast(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        return self.norms_last(x, memory, mask, memory_mask)


@mistake(DecoderLayer, "`norm_first` changes nothing: the norm always comes first.")
class AlwaysFirst(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        return self.norms_first(x, memory, mask, memory_mask)


@mistake(DecoderLayer, "`norm_first` is taken the other way round: True should put the norm at the door of each part.")
class OtherWayRound(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        form = self.norms_last if self.norm_first else self.norms_first
        return form(x, memory, mask, memory_mask)


def _without_residual(number, name, part):
    """One of the three sums is left out."""

    def add_of(layer):
        count = iter(range(1, 4))
        return lambda x, found: layer.dropout(found) if next(count) == number else x + layer.dropout(found)

    def forward(self, x, memory, mask=None, memory_mask=None):
        self.__dict__["add"] = add_of(self)
        return Layer.forward(self, x, memory, mask, memory_mask)

    sentence = f"What {part} replaces x, where it should be added to it: the {name} residual is missing."
    in_each_form(DecoderLayer, Layer, sentence)(type(f"No{name.title()}Residual", (Layer,), {"forward": forward}))


_without_residual(1, "first", "the self-attention finds")
_without_residual(2, "second", "the cross-attention finds")
_without_residual(3, "third", "the feed-forward layer gives")


@in_each_form(
    DecoderLayer,
    Layer,
    "Nothing is added: each part's result replaces what went into it. All three residuals are missing.",
)
class NoResiduals(Layer):
    def add(self, x, found):
        return self.dropout(found)


@mistake(
    DecoderLayer,
    "With the norm first, the parts are added to the norm of x. The norm stands at the door of each part only; what is "
    "added to is x itself.",
)
class AddsToTheNorm(Layer):
    def norms_first(self, x, memory, mask, memory_mask):
        x = self.norm1(x)
        x = self.norm2(self.add(x, self.attend(x, mask)))
        x = self.norm3(self.add(x, self.cross(x, memory, memory_mask)))
        return self.add(x, self.think(x))


@in_each_form(
    DecoderLayer,
    Layer,
    "The first norm is used at all three places. Each part has one of its own: norm1, norm2, norm3.",
)
class OneNorm(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        if self.norm_first:
            x = self.add(x, self.attend(self.norm1(x), mask))
            x = self.add(x, self.cross(self.norm1(x), memory, memory_mask))
            return self.add(x, self.think(self.norm1(x)))
        x = self.norm1(self.add(x, self.attend(x, mask)))
        x = self.norm1(self.add(x, self.cross(x, memory, memory_mask)))
        return self.norm1(self.add(x, self.think(x)))


@in_each_form(
    DecoderLayer,
    Layer,
    "The third part has the norm of the second, norm2, perhaps from the encoder layer. It has norm3.",
)
class SecondNormTwice(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        if self.norm_first:
            x = self.add(x, self.attend(self.norm1(x), mask))
            x = self.add(x, self.cross(self.norm2(x), memory, memory_mask))
            return self.add(x, self.think(self.norm2(x)))
        x = self.norm1(self.add(x, self.attend(x, mask)))
        x = self.norm2(self.add(x, self.cross(x, memory, memory_mask)))
        return self.norm2(self.add(x, self.think(x)))


@in_each_form(
    DecoderLayer,
    Layer,
    "The norms of the second and the third part have changed places: norm2 belongs to the cross-attention, norm3 to "
    "the feed-forward layer.",
)
class SwappedNorms(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        if self.norm_first:
            x = self.add(x, self.attend(self.norm1(x), mask))
            x = self.add(x, self.cross(self.norm3(x), memory, memory_mask))
            return self.add(x, self.think(self.norm2(x)))
        x = self.norm1(self.add(x, self.attend(x, mask)))
        x = self.norm3(self.add(x, self.cross(x, memory, memory_mask)))
        return self.norm2(self.add(x, self.think(x)))


@mistake(DecoderLayer, "With the norm first, the sum at the end is normalised once more. It is left as it is.")
class NormsOnceMore(Layer):
    def norms_first(self, *inputs):
        return self.norm3(super().norms_first(*inputs))


@mistake(
    DecoderLayer,
    "With the norm last, what a part hands over is normalised before it is added. The norm goes around the sum.",
)
class NormsThePart(Layer):
    def norms_last(self, x, memory, mask, memory_mask):
        x = x + self.dropout(self.norm1(self.attend(x, mask)))
        x = x + self.dropout(self.norm2(self.cross(x, memory, memory_mask)))
        return x + self.dropout(self.norm3(self.think(x)))


@in_each_form(
    DecoderLayer,
    Layer,
    "Nothing is cut off at zero in the feed-forward layer: the ReLU between its two layers is missing.",
)
class NoRelu(Layer):
    def think(self, y):
        return self.linear2(self.linear1(y))


@in_each_form(DecoderLayer, Layer, "The self-attention is missing: no written word sees another one.")
class NoSelfAttention(Layer):
    def norms_first(self, x, memory, mask, memory_mask):
        x = self.add(x, self.cross(self.norm2(x), memory, memory_mask))
        return self.add(x, self.think(self.norm3(x)))

    def norms_last(self, x, memory, mask, memory_mask):
        x = self.norm2(self.add(x, self.cross(x, memory, memory_mask)))
        return self.norm3(self.add(x, self.think(x)))


@in_each_form(DecoderLayer, Layer, "The feed-forward layer is missing. It is the third part: linear1, ReLU, linear2.")
class NoThinking(Layer):
    def norms_first(self, x, memory, mask, memory_mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.add(x, self.cross(self.norm2(x), memory, memory_mask))

    def norms_last(self, x, memory, mask, memory_mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm2(self.add(x, self.cross(x, memory, memory_mask)))


@in_each_form(
    DecoderLayer,
    Layer,
    "In training nothing is dropped. What each part hands over goes through self.dropout before it is added.",
    keeps=0.9,
)
class DropsNothing(Layer):
    def add(self, x, found):
        return x + found


@in_each_form(
    DecoderLayer,
    Layer,
    "In training the sum is dropped, x included. Only what a part hands over goes through self.dropout: x has to pass.",
    keeps=0.9,
)
class DropsTheSum(Layer):
    def add(self, x, found):
        return self.dropout(x + found)


@in_each_form(
    DecoderLayer,
    Layer,
    "In training something is dropped in the middle of the feed-forward layer, too, as in PyTorch's own layer. Here "
    "only what a part hands over is dropped, as in the paper.",
    keeps=0.95,
)
class DropsInTheMiddle(Layer):
    def think(self, y):
        return self.linear2(self.dropout(self.linear1(y).relu()))


def _without_norm(number):
    """One of the three norms is never used."""

    def forward(self, x, memory, mask=None, memory_mask=None):
        one, two, three = (nn.Identity() if each == number else getattr(self, f"norm{each}") for each in (1, 2, 3))
        if self.norm_first:
            x = self.add(x, self.attend(one(x), mask))
            x = self.add(x, self.cross(two(x), memory, memory_mask))
            return self.add(x, self.think(three(x)))
        x = one(self.add(x, self.attend(x, mask)))
        x = two(self.add(x, self.cross(x, memory, memory_mask)))
        return three(self.add(x, self.think(x)))

    sentence = f"A norm is missing: norm{number} is never used."
    in_each_form(DecoderLayer, Layer, sentence)(type(f"NoNorm{number}", (Layer,), {"forward": forward}))


for each in (1, 2, 3):
    _without_norm(each)
