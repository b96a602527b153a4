"""`DecoderLayer`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, mistake, promised
from autograder.references.transformer import _DecoderLayer_mistakes, _DecoderLayer_slips  # noqa: F401
from autograder.references.transformer._DecoderLayer import DecoderLayer, Layer
from autograder.references.transformer._shared import Frame, in_each_form


@in_each_form(
    DecoderLayer,
    Layer,
    "The cross-attention looks at what is written, and the memory plays no part, or a small one: its keys and values "
    "should both be `memory`.",
)
class IgnoresTheMemory(Layer):
    def cross(self, y, memory, mask):
        return self.cross_attn(y, y, y, None)


@in_each_form(
    DecoderLayer,
    Layer,
    "The cross-attention takes its values from what is written. Keys and values are two faces of the memory: "
    "cross_attn(query, memory, memory, memory_mask).",
)
class ValuesFromX(Layer):
    def cross(self, y, memory, mask):
        return self.cross_attn(y, memory, y, mask)


@in_each_form(
    DecoderLayer,
    Layer,
    "The cross-attention compares what is written with itself: its keys are not the memory. Keys and values should "
    "both be `memory`.",
)
class KeysFromX(Layer):
    def cross(self, y, memory, mask):
        return self.cross_attn(y, y, memory, mask)


@in_each_form(
    DecoderLayer,
    Layer,
    "The memory asks, and what is written answers: the cross-attention's arguments have changed places. Who writes "
    "asks, so the query comes from x, keys and values from the memory.",
)
class MemoryAsks(Layer):
    def cross(self, y, memory, mask):
        return self.cross_attn(memory, y, y, None if mask is None else mask.mT)


@mistake(
    DecoderLayer,
    "The memory is normalised by the layer's norm2. That norm belongs to x; the memory comes as it is.",
)
class NormsTheMemory(Layer):
    def norms_first(self, x, memory, mask, memory_mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        x = self.add(x, self.cross(self.norm2(x), self.norm2(memory), memory_mask))
        return self.add(x, self.think(self.norm3(x)))


@in_each_form(
    DecoderLayer,
    Layer,
    "The cross-attention comes before the self-attention. First one looks at what is written, then at what was read.",
)
class CrossFirst(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        if self.norm_first:
            x = self.add(x, self.cross(self.norm1(x), memory, memory_mask))
            x = self.add(x, self.attend(self.norm2(x), mask))
            return self.add(x, self.think(self.norm3(x)))
        x = self.norm1(self.add(x, self.cross(x, memory, memory_mask)))
        x = self.norm2(self.add(x, self.attend(x, mask)))
        return self.norm3(self.add(x, self.think(x)))


@in_each_form(DecoderLayer, Layer, "Both attentions are self_attn, with its weights. The second one is cross_attn.")
class OneAttention(Layer):
    def cross(self, y, memory, mask):
        return self.self_attn(y, memory, memory, mask)


@in_each_form(
    DecoderLayer,
    Layer,
    "The two attentions have changed places: self_attn looks among what is written, cross_attn at the memory.",
)
class SwappedAttentions(Layer):
    def attend(self, y, mask):
        return self.cross_attn(y, y, y, mask)

    def cross(self, y, memory, mask):
        return self.self_attn(y, memory, memory, mask)


@in_each_form(
    DecoderLayer,
    Layer,
    "The cross-attention is missing, so nothing of what was read reaches what is written.",
)
class NoCross(Layer):
    def norms_first(self, x, memory, mask, memory_mask):
        x = self.add(x, self.attend(self.norm1(x), mask))
        return self.add(x, self.think(self.norm3(x)))

    def norms_last(self, x, memory, mask, memory_mask):
        x = self.norm1(self.add(x, self.attend(x, mask)))
        return self.norm3(self.add(x, self.think(x)))


@mistake(
    DecoderLayer,
    "With the norm first, the cross-attention asks with what came into the layer, or with its norm, and not with what "
    "the self-attention has made of it.",
)
class AsksTooEarly(Layer):
    def norms_first(self, x, memory, mask, memory_mask):
        y = self.norm1(x)
        x = self.add(x, self.attend(y, mask))
        x = self.add(x, self.cross(y, memory, memory_mask))
        return self.add(x, self.think(self.norm3(x)))


@in_each_form(DecoderLayer, Layer, "`mask` plays no part: hand it on to the self-attention.", keeps=0.75)
class NoMask(Layer):
    def attend(self, y, mask):
        return super().attend(y, None)


@in_each_form(DecoderLayer, Layer, "`memory_mask` plays no part: hand it on to the cross-attention.", keeps=0.75)
class NoMemoryMask(Layer):
    def cross(self, y, memory, mask):
        return super().cross(y, memory, None)


@in_each_form(DecoderLayer, Layer, "Neither mask plays a part: hand each on to its attention.", keeps=0.75)
class NoMasks(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        return super().forward(x, memory)


@in_each_form(
    DecoderLayer,
    Layer,
    "The two masks have changed places. `mask` is for the self-attention, `memory_mask` for the cross-attention. Where "
    "the memory is as long as what is written, nothing raises.",
    keeps=0.75,
)
class SwappedMasks(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        return super().forward(x, memory, memory_mask, mask)


@in_each_form(
    DecoderLayer,
    Layer,
    "`mask` is given to both attentions. The cross-attention has one of its own, `memory_mask`.",
    keeps=0.75,
)
class OneMask(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        return super().forward(x, memory, mask, mask)


@in_each_form(
    DecoderLayer,
    Layer,
    "The masks are turned round. Here True means: may be looked at. PyTorch's own layers say the opposite.",
    keeps=0.75,
)
class TurnsTheMasksRound(Layer):
    def forward(self, x, memory, mask=None, memory_mask=None):
        return super().forward(x, memory, *(None if each is None else ~each for each in (mask, memory_mask)))


@alternative(DecoderLayer)
class InOneLoop(Frame):
    """Both forms at once, by functions that do nothing."""

    crosses = True

    def forward(self, x, memory, mask=None, memory_mask=None):
        same = nn.Identity()
        parts = (
            (self.norm1, lambda y: self.self_attn(y, y, y, mask)),
            (self.norm2, lambda y: self.cross_attn(y, memory, memory, memory_mask)),
            (self.norm3, self.think),
        )
        for norm, part in parts:
            before, after = (norm, same) if self.norm_first else (same, norm)
            x = after(x + self.dropout(part(before(x))))
        return x


@alternative(DecoderLayer)
class StepByStep(Frame):
    crosses = True

    def forward(self, x, memory, mask=None, memory_mask=None):
        y = self.norm1(x) if self.norm_first else x
        x = x + self.dropout(self.self_attn(query=y, key=y, value=y, mask=mask))
        x = x if self.norm_first else self.norm1(x)
        y = self.norm2(x) if self.norm_first else x
        x = x + self.dropout(self.cross_attn(query=y, key=memory, value=memory, mask=memory_mask))
        x = x if self.norm_first else self.norm2(x)
        y = self.norm3(x) if self.norm_first else x
        x = x + self.dropout(self.linear2(torch.clamp_min(self.linear1(y), 0)))
        return x if self.norm_first else self.norm3(x)


for sentence, by in {
    "A layer that writes: it looks at what is written, then at what was read.": ["norm last, a batch"],
    "As `nn.TransformerDecoderLayer`.": ["norm last, a batch", "norm first, a batch"],
    "d_model: features of a token.": ["names and shapes of what is saved"],
    "heads: of each attention.": ["norm last, a batch"],
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
    "attention: makes an attention, which is called with query, key, value and mask.": [
        "norm last, attentions of somebody else's",
        "norm first, attentions of somebody else's",
    ],
    "Self-attention, cross-attention, the feed-forward layer; each is added to what went into it.": [
        "norm last, a batch",
        "norm first, one token and one in the memory",
    ],
    "x: what is written, shape (batch, target, d_model).": ["norm last, a batch"],
    "memory: what was read, shape (batch, source, d_model).": ["norm last, a batch", "norm first, a large memory"],
    "It is not normalised here.": ["norm first, a large memory"],
    "mask: boolean, broadcasts to (batch, target, target); True where a token may be looked at.": [
        "norm last, both masks",
        "norm first, one mask of the two",
    ],
    "memory_mask: boolean, broadcasts to (batch, target, source); True where the memory may be looked at.": [
        "norm last, both masks",
        "norm first, one mask of the two",
    ],
    "Shape and dtype of `x`, which stays as it is.": ["norm first, float64", "the inputs are left alone"],
}.items():
    promised(DecoderLayer, sentence, by=by)
