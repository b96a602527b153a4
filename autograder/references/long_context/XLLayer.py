"""`XLLayer`: what goes wrong, other ways that are right, and what is promised."""

import torch
from torch import nn

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.long_context._XLLayer import Frame, XLLayer


def wrong(sentence, keeps=0.5, **decisions):
    """A mistake that changes some decisions of the frame."""
    mistake(XLLayer, sentence, keeps=keeps)(type("Wrong", (Frame,), decisions))


wrong(
    "The memory plays no part: keys and values come from the page alone. They come from memory and page, joined along "
    "the lines.",
    seen=lambda self, x, memory: x,
)
wrong(
    "Memory and page are joined the wrong way round. What was read earlier comes first: `torch.cat([memory, x], "
    "dim=1)`.",
    seen=lambda self, x, memory: x if memory is None else torch.cat([x, memory], dim=1),
)
wrong(
    "The queries come from the memory, too, so that more lines come out than the page has, or nothing fits. Only keys "
    "and values look back.",
    sources=lambda self, x, memory: (self.seen(x, memory),) * 3,
)
wrong(
    "The values come from the page alone, where the keys come from memory and page: nothing fits with a memory. Both "
    "come from the same lines.",
    sources=lambda self, x, memory: (x, self.seen(x, memory), x),
)
wrong(
    "The keys come from the page alone, where the values come from memory and page: nothing fits with a memory. Both "
    "come from the same lines.",
    sources=lambda self, x, memory: (x, x, self.seen(x, memory)),
)
wrong(
    "Memory and page are joined along the wrong dimension, so that nothing fits, or logs are mixed. They lie one "
    "behind the other, as lines: dim=1.",
    seen=lambda self, x, memory: x if memory is None else torch.cat([memory, x], dim=-1),
)
wrong(
    "There is a distance key for each line of the page only. There are as many distances as keys, those of the memory "
    "among them.",
    far=lambda self, keys, x: Frame.far(self, x.shape[1], x),
)
wrong(
    "The two biases are exchanged on their way to attention: first the content bias, then the position bias.",
    keeps=0.85,
    biases=lambda self: (self.position_bias, self.content_bias),
)
wrong(
    "The sinusoids go from near to far. Row 0 is for the largest distance, the last row for distance 0.",
    keeps=0.85,
    far=lambda self, keys, x: Frame.far(self, keys, x).flip(0),
)
wrong(
    "There is no residual around attention: what comes out of the heads is normalised alone. It is norm1(x + out(…)).",
    after_attention=lambda self, x, found: self.norm1(found),
)
wrong(
    "There is no residual around the feed-forward network. It is norm2(y + feed2(…)).",
    after_feed=lambda self, y: self.norm2(self.feed(y)),
)
wrong(
    "The first norm comes before the sum: x + norm1(…), where it should be norm1(x + …).",
    after_attention=lambda self, x, found: x + self.norm1(found),
)
wrong(
    "The second norm comes before the sum: y + norm2(…), where it should be norm2(y + …).",
    after_feed=lambda self, y: y + self.norm2(self.feed(y)),
)
wrong(
    "What attention has found is added and not normalised: norm1 plays no part.", after_attention=lambda s, x, f: x + f
)
wrong("What comes out is not normalised: norm2 plays no part.", after_feed=lambda self, y: y + self.feed(y))
wrong(
    "The two norms are exchanged: norm1 belongs behind attention, norm2 behind the feed-forward network.",
    after_attention=lambda self, x, found: self.norm2(x + found),
    after_feed=lambda self, y: self.norm1(y + self.feed(y)),
)
wrong(
    "Between the two layers of the feed-forward network there is no ReLU. Without it the two are one linear layer.",
    feed=lambda self, y: self.feed2(self.feed1(y)),
)
wrong(
    "The feed-forward network has another function in it than a ReLU, as GELU.",
    keeps=0.6,
    feed=lambda self, y: self.feed2(nn.functional.gelu(self.feed1(y))),
)
wrong("The feed-forward network plays no part.", after_feed=lambda self, y: self.norm2(y))
wrong(
    "The heads are cut out of the width in the wrong way: of each d numbers that belong together, every head gets "
    "some. Head n has the n-th share of the width, `unflatten(-1, (heads, -1))`.",
    split=lambda self, x: x.unflatten(-1, (-1, self.heads)).movedim(-1, -3),
    merge=lambda self, x: x.movedim(-3, -1).flatten(-2),
)
wrong(
    "Heads and lines are mixed when they are put back, as by a reshape without turning the dimensions first: "
    "`.transpose(-2, -3).flatten(-2)`.",
    merge=lambda self, x: x.reshape(len(x), x.shape[-2], -1),
)
wrong(
    "Lines and width are mixed when the heads are made, as by a reshape to (batch, heads, lines, d) without turning "
    "the dimensions.",
    split=lambda self, x: x.reshape(*x.shape[:-2], self.heads, x.shape[-2], -1),
)
wrong(
    "Lines and width are mixed when the heads are made, and again when they are put back, as by a reshape without "
    "turning the dimensions: a head gets pieces of several lines, and not its share of each.",
    split=lambda self, x: x.reshape(*x.shape[:-2], self.heads, x.shape[-2], -1),
    merge=lambda self, x: x.reshape(len(x), x.shape[-2], -1),
)

TOO_EARLY = (
    "Attention and the feed-forward network are given what has been normalised, and the sums are not normalised any "
    "more. Newer models are built so; here the norms come after the sums: norm1(x + …), norm2(y + …)."
)


@mistake(XLLayer, TOO_EARLY)
class NormsFirst(Frame):
    def forward(self, x, memory=None):
        y = x + self.found(self.norm1(x), None if memory is None else self.norm1(memory))
        return y + self.feed(self.norm2(y))


@mistake(XLLayer, TOO_EARLY)
class NormsFirstOfThePage(Frame):
    def forward(self, x, memory=None):
        y = x + self.found(self.norm1(x), memory)
        return y + self.feed(self.norm2(y))


@mistake(
    XLLayer,
    "The feed-forward network is given norm2(y), and its sum is not normalised any more. Newer models are built so; "
    "here the norm comes after the sum: norm2(y + …).",
)
class SecondNormFirst(Frame):
    def after_feed(self, y):
        return y + self.feed(self.norm2(y))


@mistake(XLLayer, "What the heads found does not go through `out`.")
class WithoutOut(Frame):
    def found(self, x, memory):
        out, self.out = self.out, nn.Identity()
        result = super().found(x, memory)
        self.out = out
        return result


@mistake(
    XLLayer,
    "The distance keys are the bare sinusoids: they have to go through `distance` first.",
    keeps=0.85,
)
class BareSinusoids(Frame):
    def found(self, x, memory):
        query, key, value = self.sources(x, memory)
        inputs = self.query(query), self.key(key), self.value(value), self.far(key.shape[1], x)
        return self.out(self.merge(self.attend(*map(self.split, inputs), *self.biases())))


@mistake(
    XLLayer,
    "The linear layers of attention have a bias. These five have none: `bias=False`.",
    keeps=0.85,
)
class WithBiases(Frame):
    def __init__(self, width, heads, inner, attend):
        super().__init__(width, heads, inner, attend)
        for name in ("query", "key", "value", "distance", "out"):
            setattr(self, name, nn.Linear(width, width))


@mistake(
    XLLayer,
    "The biases don't begin with zeros.",
    keeps=0.95,
)
class RandomBiases(Frame):
    def __init__(self, width, heads, inner, attend):
        super().__init__(width, heads, inner, attend)
        for bias in self.biases():
            nn.init.normal_(bias)


@mistake(
    XLLayer,
    "No gradient reaches the memory that the layer was given. It is `update_memory` that cuts the graph; the layer "
    "takes what comes.",
    keeps=0.98,
)
class CutsTheMemory(Frame):
    def seen(self, x, memory):
        return x if memory is None else torch.cat([memory.detach(), x], dim=1)


@alternative(XLLayer)
class KeysApart(Frame):
    """Keys and values of memory and page are computed apart and joined afterwards."""

    def forward(self, x, memory=None):
        parts = [x] if memory is None else [memory, x]
        key, value = (torch.cat([each(part) for part in parts], dim=1) for each in (self.key, self.value))
        far = self.split(self.distance(self.far(key.shape[1], x)))
        split = [self.split(each) for each in (self.query(x), key, value)]
        y = self.out(self.attend(*split, far, *self.biases()).movedim(1, 2).reshape(x.shape))
        y = self.norm1(y + x)
        return self.norm2(self.feed2(self.feed1(y).clamp(min=0)) + y)


@alternative(XLLayer)
class ByReshape(Frame):
    """Heads by reshape and transpose; the biases as parts of a loop."""

    def split(self, x):
        *batch, lines, width = x.shape
        return x.reshape(*batch, lines, self.heads, width // self.heads).movedim(-2, -3)

    def merge(self, x):
        batch, heads, lines, d = x.shape
        return x.permute(0, 2, 1, 3).reshape(batch, lines, heads * d)

    def forward(self, x, memory=None):
        y = self.norm1(self.found(x, memory) + x)
        inner = torch.maximum(self.feed1(y), torch.zeros(()))
        return self.norm2(torch.add(self.feed2(inner), y))


LINE = "y = self.norm1(x + self.out(found.transpose(-2, -3).flatten(-2)))"
FOUR = "what the heads found has four dimensions, so that 2 and −2 are the same"
equivalent(XLLayer, LINE, "y = self.norm1(x + self.out(found.transpose(+2, -3).flatten(-2)))", FOUR)
equivalent(XLLayer, LINE, "y = self.norm1(x + self.out(found.transpose(-2, -3).flatten(+2)))", FOUR)
equivalent(XLLayer, LINE, "y = self.norm1(x + self.out(found.transpose(2, -3).flatten(-2)))", FOUR)
equivalent(XLLayer, LINE, "y = self.norm1(x + self.out(found.transpose(-2, -3).flatten(2)))", FOUR)

for sentence, by in {
    "A layer of Transformer-XL: attention to memory and page, then a feed-forward network, each added and "
    "normalised.": [
        "a page with a memory",
        "with no attention",
    ],
    "width: numbers in a hidden state.": ["one head", "names, kinds and shapes of the parameters"],
    "heads: divides `width`; head n has the n-th share of each query, key, value and distance key.": [
        "what attention is handed",
        "as many heads as logs and lines",
    ],
    "inner: numbers inside the feed-forward network.": ["names, kinds and shapes of the parameters"],
    "attend: called once, with query, key, value, distance keys, content bias and position bias, in this order.": [
        "what attention is handed"
    ],
    "Queries have the shape (batch, heads, lines, d), keys and values (batch, heads, kept + lines, d), "
    "distance keys (heads, kept + lines, d), biases (heads, 1, d); d = width / heads.": [
        "what attention is handed",
        "and without a memory",
    ],
    "Gives the shape of the queries.": ["a page with a memory"],
    "The check fills the weights by their names: `query`, `key`, `value`, `distance` and `out` are "
    "`nn.Linear` from width to width without a bias.": ["names, kinds and shapes of the parameters"],
    "`content_bias` and `position_bias` are parameters of shape (heads, 1, d), zeros at first.": [
        "names, kinds and shapes of the parameters"
    ],
    "`norm1` and `norm2` are `nn.LayerNorm`; `feed1` is an `nn.Linear` from width to inner, `feed2` one back.": [
        "names, kinds and shapes of the parameters"
    ],
    "The page, of shape (batch, lines, width), after it has looked at a memory of shape (batch, kept, width).": [
        "a page with a memory",
        "one line and its memory",
    ],
    "With y = norm1(x + out(what the heads found)), it is norm2(y + feed2(relu(feed1(y)))), of the shape of `x`.": [
        "a page without a memory",
        "with no feed-forward network",
        "with no attention",
    ],
}.items():
    promised(XLLayer, sentence, by=by)
