# %% [markdown]
# # Transformer
#
# **How does a model read one sequence and write another one, when the two do not line up?**
#
# In a moment you will see one day, as it is written in eight languages. One could write a rule for each of them, but
# there are hundreds of languages, with several formats each.

# %%
import math
from collections.abc import Callable, Sequence
from datetime import date

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR

from autograder import check, suspects
from helpers import dates
from helpers import transformer as pictures
from helpers.earlier import earlier
from helpers.heads import LibraryHeads
from helpers.plots import heatmaps, lines
from helpers.torch_layers import LibraryDecoderLayer, LibraryEncoderLayer, in_our_names, library_positions
from helpers.towers import towers
from helpers.widgets import explore, text

# %%
torch.set_num_threads(1)  # our model is so small that a second core would only be in the way
languages = ("en_US", "fr", "ru", "hr", "ar_EG", "lt", "ja", "th")
pictures.one_date(date(2026, 4, 3), [(language, "full") for language in languages])

# %% [markdown]
# *The table: nine ways to write one day, with its year in blue, its month in orange and its day in green. The year
# stands first in Lithuanian and Japanese, and last in the others. The last line is ISO: 2026-04-03.*
#
# The last line is what a computer wants, ISO 8601. To write its first character one has to look at the end of the
# English line, at the beginning of the Japanese one, and in the Arabic one at a digit that looks different. So we need
# something that reads *all* of the text first, and while it writes looks back at whatever it needs.
#
# This is what the **transformer** was made for, in 2017, to translate between languages ([Vaswani et
# al.](https://arxiv.org/abs/1706.03762), "the paper" from here on). We build it part by part, with the paper beside us,
# and in the end yours will learn the dates of 34 languages while you wait.
#
# At the end you will be able to
#
# - say why a transformer has to be told where things stand, and tell it;
# - write an encoder and a decoder layer that equal PyTorch's, with the norm first or last;
# - say what each of the three attentions looks at, and what each of the two masks hides;
# - train a model that writes, without showing it what it has to say, and let it write;
# - as extras: see where the norm belongs, smooth labels, tell broken layers apart, and say what has changed since 2017.
#
# About 60 minutes for the core, 86 with the extras. You need attention with several heads ([lesson
# 11](../11_attention/11_attention.ipynb)), layer norm and dropout ([lesson 08](../08_layers/08_layers.ipynb)) and a
# training loop ([lesson 10](../10_training/10_training.ipynb)). If you would rather see pictures first, [The
# Illustrated Transformer](https://jalammar.github.io/illustrated-transformer/) has them.

# %% [markdown]
# ## 1 · Where does it stand? · core
#
# Let us begin with what attention cannot do. We take the one that you wrote in [lesson
# 11](../11_attention/11_attention.ipynb), or PyTorch's if yours is not there, and show it the five characters of
# "03.04", and then the same five in another order.

# %%
Heads = earlier("MultiHeadAttention", otherwise=LibraryHeads)
torch.manual_seed(0)
attention, letters = Heads(8, 2), {character: torch.randn(8) for character in "03.4"}
for written in ("03.04", "04.03"):
    x = torch.stack([letters[character] for character in written])[None]
    found = attention(x, x, x)[0]
    print(written, "the 3 becomes", [round(number, 3) for number in found[written.index("3")].tolist()[:4]])

# %% [markdown]
# For attention, the third of April and the fourth of March are the same thing. Each query asks all keys at once, and
# nobody says where a key stands. A sequence, to it, is a bag.
#
# So the place has to be written into the vector. We could add the position itself: 0, 1, 2, and so on. But then the
# number 300 would drown everything that the vector says about its character.
#
# Think of a clock. The second hand alone says little, since after a minute it is where it was. But together with a
# minute hand and an hour hand, each much slower, it tells every second of half a day apart, and no hand ever leaves the
# dial. So we give each position a few hands. A hand that turns by an angle $\omega$ from one character to the next
# stands at $(\sin \omega p, \cos \omega p)$ at position $p$, two numbers between −1 and 1. (The comparison breaks in
# one place. A clock is back where it was after twelve hours. For our slowest hand that takes more characters than any
# of our texts has.)
#
# By hand, for a vector with 4 features: two hands, of which the first turns by 1 radian per character and the second by
# 1/100. At position 3 they stand at (sin 3, cos 3) = (0.1411, −0.9900) and (sin 0.03, cos 0.03) = (0.0300, 0.9996).
#
# The paper (section 3.5) takes $d_\text{model} / 2$ hands, from one turn in 6 characters to one in about 60,000:
#
# $$\text{PE}_{p,\,2i} = \sin\!\big(p \,/\, 10000^{2i/d_\text{model}}\big) \qquad
# \text{PE}_{p,\,2i+1} = \cos\!\big(p \,/\, 10000^{2i/d_\text{model}}\big)$$
#
# ### Exercise: `sinusoidal_positions` ●○○ · 5 minutes · core
#
# A table with a row for each position. Sine and cosine of a hand are neighbours.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.arange(0, d_model, 2)` gives all the 2i. A column of positions, `torch.arange(length).unsqueeze(-1)`, times a
# row of rates gives the table of angles, (length, d_model / 2).
#
# </details>
# <details><summary>Hint 2: are the numbers right, but in the wrong columns?</summary>
#
# `torch.cat([sines, cosines], dim=-1)` puts all sines first. Stack them along a new last dimension, and flatten it:
# then each sine has its cosine as its neighbour. Or write into `table[:, 0::2]` and `table[:, 1::2]`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# rates = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
# angles = torch.arange(length).unsqueeze(-1) * ...
# return torch.stack([angles.sin(), ...], dim=-1).flatten(1)
# ```
#
# </details>


# %% exercise="sinusoidal_positions"
def sinusoidal_positions(length: int, d_model: int) -> Tensor:
    """What is added to the vectors of a sequence, so that they say where they stand.

    Args:
        length: how many positions, from 0 on. It may be 0.
        d_model: how many features, an even number.

    Returns:
        Shape (length, d_model), float32. Feature 2i of position p is sin(p / 10000^(2i / d_model)), and feature
        2i + 1 is the cosine of the same angle.

    Raises:
        ValueError: d_model is odd.

    >>> sinusoidal_positions(2, 4)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0100, 0.9999]])
    """
    # BEGIN SOLUTION
    if d_model % 2:
        raise ValueError(f"each hand needs two features, and {d_model} is odd")
    rates = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = torch.arange(length).unsqueeze(-1) * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
    # END SOLUTION


# %% check="sinusoidal_positions"
check(sinusoidal_positions)

# %% [markdown]
# **See it.** Forty positions with 64 features each, as our model will have them.

# %%
heatmaps({"position encodings": sinusoidal_positions(40, 64)}, xlabel="feature", ylabel="position", signed=True)

# %% [markdown]
# *The picture: at the left the numbers change with every position. Further right the stripes get longer, and from about
# feature 40 on hardly anything moves within 40 positions.*
#
# In attention, two positions meet in a dot product. Since $\sin a \sin b + \cos a \cos b = \cos(a - b)$, each hand adds
# the cosine of the angle *between* the two positions, and where they stand cancels.
#
# **Predict first.** We multiply the encodings of positions 5, 20 and 35 with those of all others and draw the three
# curves over the *distance*. Where are they highest, and do they differ?

# %%
pictures.closeness(sinusoidal_positions(40, 64), places=(5, 20, 35))

# %% [markdown]
# <details><summary>The answer</summary>
#
# All three are pieces of one curve. It is highest at distance 0, with 0.5 per feature, falls steeply on both sides and
# goes on in waves. The curve knows the distance, but not the side. For "two characters further left" a head turns each
# hand of its query back by two characters. That is the same turn at every position, so the same weights do it
# everywhere.
#
# </details>

# %% [markdown]
# ## 2 · Look around, then think · core
#
# With positions added, a character can ask its neighbours. In "3.4.26" the 4 would like to know what stands beside it.
# Attention brings that, as a *mean* of values, and a mean decides nothing. Somebody has to conclude: I am a digit,
# *and* there is a dot on either side, so I am a month.
#
# That is the task of the **feed-forward layer** (section 3.3). For each character by itself, one linear layer makes the
# vector wider, a ReLU keeps what is above zero, and another linear layer makes it as narrow as before.
#
# $$\text{FFN}(x) = \max(0,\, x W_1 + b_1)\, W_2 + b_2$$
#
# With one feature, by hand: let $x$ = 3, $W_1$ = (2, −1), $b_1$ = (−4, 1). The wide vector is (2, −2), and after the
# ReLU (2, 0). The first unit fires for $x$ above 2, the second for $x$ below 1. $W_2$ says what follows from that.
#
# ### Exercise: `feed_forward` ●○○ · 3 minutes · core
#
# The weights come as `nn.Linear` keeps them: a row for each number that comes *out*.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `F.linear(x, weight, bias)` is `x @ weight.T + bias`.
#
# </details>
# <details><summary>Hint 2: is everything wrong that should be negative?</summary>
#
# The ReLU stands between the two layers only. What comes out may be negative.
#
# </details>


# %% exercise="feed_forward"
def feed_forward(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    """The second part of each layer: each token by itself is made wide, cut off at zero, and made narrow again.

    Args:
        x: shape (..., d_model), floating point.
        w1, b1: shape (d_ff, d_model) and (d_ff,), as the weight and bias of an `nn.Linear`.
        w2, b2: shape (d_model, d_ff) and (d_model,).

    Returns:
        Shape and dtype of `x`.

    >>> one, two = torch.tensor([[2.0], [-1.0]]), torch.tensor([[1.0, 1.0]])
    >>> feed_forward(torch.tensor([[3.0]]), one, torch.tensor([-4.0, 1.0]), two, torch.tensor([-5.0]))
    tensor([[-3.]])
    """
    # BEGIN SOLUTION
    return F.linear(F.linear(x, w1, b1).relu(), w2, b2)
    # END SOLUTION


# %% check="feed_forward"
check(feed_forward)

# %% [markdown]
# Looking around and thinking are the two parts of a layer. Now how do we put them together? If the attention *replaced*
# each vector by what it found elsewhere, the 4 would no longer know that it is a 4. So we **add** what a part finds to
# what went into it, $x + \text{part}(x)$. This is a **residual connection**, and it also lets gradients run down a
# hundred layers.
#
# But sums grow. So each part gets a layer norm ([lesson 08](../08_layers/08_layers.ipynb)), and there are two places
# for it. The paper puts it last, around the sum. Today nearly everybody puts it first, at the door of the part, and
# leaves the sum alone.
#
# | | norm last, as in the paper | norm first |
# |---|---|---|
# | look around | `x = norm1(x + attention(x))` | `x = x + attention(norm1(x))` |
# | think | `x = norm2(x + feed_forward(x))` | `x = x + feed_forward(norm2(x))` |
#
# One thing is not in the table: in training, what a part hands over goes through dropout before it is added (section
# 5.4).
#
# ### Exercise: `EncoderLayer` ●●○ · 8 minutes · core
#
# The frame is there, with all parts. What is missing is the forward pass, in both forms. `LibraryHeads` is an attention
# with the interface of your `MultiHeadAttention`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write the two rows of the table, one behind `if self.norm_first:`. In self-attention, query, key and value are the
# same tensor: with the norm first, that is the *normalised* one, three times.
#
# </details>
# <details><summary>Hint 2: with the norm first, is everything a little wrong?</summary>
#
# What is added to is `x` itself, not its norm. And the second part reads `self.norm2` of the `x` to which the attention
# has been added already.
#
# </details>
# <details><summary>Hint 3: is it wrong in training only?</summary>
#
# `self.dropout` goes around what each part hands over, twice in all: `x + self.dropout(...)`.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# if self.norm_first:
#     y = self.norm1(x)
#     x = x + self.dropout(self.self_attn(y, y, y, mask))
#     return x + self.dropout(self.linear2(...))
# x = self.norm1(x + ...)
# ...
# ```
#
# </details>


# %% exercise="EncoderLayer"
class EncoderLayer(nn.Module):
    """A layer that reads: each token looks at the others, and then thinks by itself. As `nn.TransformerEncoderLayer`.

    Not to be used: `nn.TransformerEncoderLayer`, `nn.MultiheadAttention`.

    Args:
        d_model: features of a token.
        heads: of the attention.
        d_ff: features in the middle of the feed-forward layer.
        norm_first: whether each part reads a norm of `x`; otherwise each sum is normalised.
        dropout: the share that is dropped of what each part hands over, before it is added. In training only.
        attention: makes the attention, which is called with query, key, value and mask.

    >>> layer = EncoderLayer(8, heads=2, d_ff=16)
    >>> layer(torch.ones(2, 5, 8)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(
        self,
        d_model: int,
        heads: int,
        d_ff: int,
        norm_first: bool = False,
        dropout: float = 0.0,
        attention: Callable[[int, int], nn.Module] = LibraryHeads,
    ) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.self_attn = attention(d_model, heads)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Attention, then the feed-forward layer, linear1, ReLU, linear2; each is added to what went into it.

        Args:
            x: shape (batch, token, d_model).
            mask: boolean, broadcasts to (batch, token, token); True where a token may be looked at. None hides nothing.

        Returns:
            Shape and dtype of `x`, which stays as it is.
        """
        # BEGIN SOLUTION
        if self.norm_first:
            y = self.norm1(x)
            x = x + self.dropout(self.self_attn(y, y, y, mask))
            return x + self.dropout(self.linear2(self.linear1(self.norm2(x)).relu()))
        x = self.norm1(x + self.dropout(self.self_attn(x, x, x, mask)))
        return self.norm2(x + self.dropout(self.linear2(self.linear1(x).relu())))
        # END SOLUTION


# %% check="EncoderLayer"
check(EncoderLayer)

# %% [markdown]
# **See it.** PyTorch's layer and yours, with the same weights (PyTorch keeps the three projections in one matrix, and
# `in_our_names` cuts it up), on three sequences of which two end in padding. PyTorch's mask is True where something is
# *hidden*.

# %%
real = torch.arange(7) < torch.tensor([[7], [5], [2]])  # which characters are no padding, (3, 7)
x = torch.randn(3, 7, 16)
for norm_first in (False, True):
    theirs = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True, norm_first=norm_first)
    ours = EncoderLayer(16, 4, 32, norm_first=norm_first)
    ours.load_state_dict(in_our_names(theirs.state_dict()))
    difference = (ours(x, real.unsqueeze(-2)) - theirs(x, src_key_padding_mask=~real))[real].abs().max()
    print(f"norm first: {norm_first!s:5}  equal to a millionth: {bool(difference < 1e-6)}")

# %% [markdown]
# ## 3 · The half that writes · core
#
# A stack of such layers reads. What comes out at its top, a vector for each character of the text, is called the
# **memory**. Now for the half that writes, the **decoder**. Say that "2026-0" is on paper. To know what comes next, we
# look at what we have written ourselves, and at the text.
#
# So a decoder layer has three parts. First self-attention among what is written. Then **cross-attention**, where the
# queries come from what is written, and keys and values from the memory. Last the feed-forward layer. Each part has its
# residual connection and its norm, as before.
#
# | | queries | keys and values | the mask hides |
# |---|---|---|---|
# | encoder, self-attention | the text | the text | padding |
# | decoder, self-attention | what is written | what is written | what comes later |
# | decoder, cross-attention | what is written | the memory | padding of the text |
#
# The mask in the middle is there for training, where we shall hand over the whole answer at once, and yet no character
# may see those that come after it (section 3.2.3).
#
# With the norm first, norm2 belongs to `x` alone. The memory has been normalised once, at the top of the encoder.
#
# ### Exercise: `DecoderLayer` ●●○ · 5 minutes · core
#
# Again the frame is there. PyTorch calls the second attention `multihead_attn`; we say what it does, `cross_attn`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# It is your `EncoderLayer` with a part in the middle: query from `x`, key and value both `memory`, and `memory_mask`.
#
# </details>
# <details><summary>Hint 2: nearly the code</summary>
#
# With the norm first, the part in the middle is
# `x = x + self.dropout(self.cross_attn(self.norm2(x), memory, memory, memory_mask))`, and the feed-forward layer reads
# `self.norm3(x)`.
#
# </details>
# <details><summary>Hint 3: "The size of tensor a must match the size of tensor b", in the attention?</summary>
#
# The two masks have changed places: `mask` is (target, target), and `memory_mask` is (target, source).
#
# </details>


# %% exercise="DecoderLayer"
class DecoderLayer(nn.Module):
    """A layer that writes: it looks at what is written, then at what was read. As `nn.TransformerDecoderLayer`.

    Not to be used: `nn.TransformerDecoderLayer`, `nn.MultiheadAttention`.

    Args:
        d_model: features of a token.
        heads: of each attention.
        d_ff: features in the middle of the feed-forward layer.
        norm_first: whether each part reads a norm of `x`; otherwise each sum is normalised.
        dropout: the share that is dropped of what each part hands over, before it is added. In training only.
        attention: makes an attention, which is called with query, key, value and mask.

    >>> layer = DecoderLayer(8, heads=2, d_ff=16)
    >>> layer(torch.ones(2, 5, 8), torch.ones(2, 7, 8)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(
        self,
        d_model: int,
        heads: int,
        d_ff: int,
        norm_first: bool = False,
        dropout: float = 0.0,
        attention: Callable[[int, int], nn.Module] = LibraryHeads,
    ) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.self_attn, self.cross_attn = attention(d_model, heads), attention(d_model, heads)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(d_model) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Tensor:
        """Self-attention, cross-attention, the feed-forward layer; each is added to what went into it.

        Args:
            x: what is written, shape (batch, target, d_model).
            memory: what was read, shape (batch, source, d_model). It is not normalised here.
            mask: boolean, broadcasts to (batch, target, target); True where a token may be looked at.
            memory_mask: boolean, broadcasts to (batch, target, source); True where the memory may be looked at.

        Returns:
            Shape and dtype of `x`, which stays as it is.
        """
        # BEGIN SOLUTION
        if self.norm_first:
            y = self.norm1(x)
            x = x + self.dropout(self.self_attn(y, y, y, mask))
            x = x + self.dropout(self.cross_attn(self.norm2(x), memory, memory, memory_mask))
            return x + self.dropout(self.linear2(self.linear1(self.norm3(x)).relu()))
        x = self.norm1(x + self.dropout(self.self_attn(x, x, x, mask)))
        x = self.norm2(x + self.dropout(self.cross_attn(x, memory, memory, memory_mask)))
        return self.norm3(x + self.dropout(self.linear2(self.linear1(x).relu())))
        # END SOLUTION


# %% check="DecoderLayer"
check(DecoderLayer)

# %% [markdown]
# ## 4 · Both halves · core
#
# Now we can put the machine together. A character becomes a row of a table, an embedding, and its position is added.
# The paper multiplies the row by $\sqrt{d_\text{model}}$ first (section 3.4), and does not say why. We let the table
# begin with small numbers, and then it is needed, or the positions would drown them. (From here on, a *word* is one
# entry of such a table. For us that is one character.)
#
# The text goes through all encoder layers, one after another. Then the memory goes to *every* decoder layer. Here are
# three and two.

# %%
towers(encoder=3, decoder=2)

# %% [markdown]
# All decoder layers read what came out of the *last* encoder layer, and not what stands on their own floor. So the
# towers need not be equally high, and the encoder runs once, however long we write.
#
# ### Exercise: `Transformer` ●●○ · 6 minutes · core
#
# The frame makes the tables and takes the layers, and `embed` turns characters into vectors. Write what reads and what
# writes, with its masks. Index 0 is padding.
#
# <details><summary>Hint 1: a nudge</summary>
#
# In `encode`: embed, then a loop over `self.encoder`, then `self.encoder_norm`. In `decode` the same with two masks and
# the memory, and `self.out` at the end.
#
# </details>
# <details><summary>Hint 2: which mask has which shape?</summary>
#
# `(source != 0).unsqueeze(-2)` is (batch, 1, source): the same for every query. `torch.ones(length, length,
# dtype=torch.bool).tril()` is True on and below the diagonal, where a character looks at itself and back.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# x = self.embed(self.target_table, target)
# past = torch.ones(...).tril()
# for layer in self.decoder:
#     x = layer(x, memory, past, ...)
# return self.out(self.decoder_norm(x))
# ```
#
# </details>


# %% exercise="Transformer"
class Transformer(nn.Module):
    """Reads one sequence and writes another one.

    Not to be used: `nn.Transformer`, `nn.TransformerEncoder`, `nn.TransformerDecoder`.

    Args:
        source_words, target_words: how many different ones are read and written. Number 0 is padding.
        d_model: features of a token.
        encoder: layers that are called with x and mask, as `EncoderLayer`.
        decoder: layers that are called with x, memory, mask and memory_mask, as `DecoderLayer`. They need not be as
            many.
        positions: from a length and d_model to what is added to the tokens.

    >>> layers = LibraryEncoderLayer(8, 2, 16), LibraryDecoderLayer(8, 2, 16)
    >>> model = Transformer(50, 13, 8, [layers[0]], [layers[1]])
    >>> model(torch.tensor([[7, 9, 0]]), torch.tensor([[1, 4, 5, 6]])).shape
    torch.Size([1, 4, 13])
    """

    def __init__(
        self,
        source_words: int,
        target_words: int,
        d_model: int,
        encoder: Sequence[nn.Module],
        decoder: Sequence[nn.Module],
        positions: Callable[[int, int], Tensor] = library_positions,
    ) -> None:
        super().__init__()
        self.d_model, self.positions = d_model, positions
        self.source_table, self.target_table = nn.Embedding(source_words, d_model), nn.Embedding(target_words, d_model)
        self.encoder, self.decoder = nn.ModuleList(encoder), nn.ModuleList(decoder)
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.out = nn.Linear(d_model, target_words)
        for table in (self.source_table, self.target_table):
            nn.init.normal_(table.weight, std=d_model**-0.5)

    def embed(self, table: nn.Embedding, words: Tensor) -> Tensor:
        """The rows of these words, times √d_model, plus their positions: shape (batch, word, d_model)."""
        rows: Tensor = table(words) * math.sqrt(self.d_model)
        return rows + self.positions(words.shape[1], self.d_model).to(rows)

    def encode(self, source: Tensor) -> Tensor:
        """Reads: all encoder layers one after another, then `encoder_norm`. Padding is hidden from every layer.

        Args:
            source: indices, shape (batch, source), int64; 0 for padding.

        Returns:
            The memory, shape (batch, source, d_model).
        """
        # BEGIN SOLUTION
        x, real = self.embed(self.source_table, source), (source != 0).unsqueeze(-2)
        for layer in self.encoder:
            x = layer(x, real)
        return self.encoder_norm(x)
        # END SOLUTION

    def decode(self, target: Tensor, memory: Tensor, source: Tensor) -> Tensor:
        """Writes: all decoder layers one after another, then `decoder_norm` and `out`.

        Args:
            target: what has been written, shape (batch, target), int64. No word sees a later one.
            memory: shape (batch, source, d_model). Every layer looks at it, at its padding none.
            source: what was read, shape (batch, source).

        Returns:
            For each word of `target` the scores of the one that follows, shape (batch, target, target_words).
        """
        # BEGIN SOLUTION
        x, real = self.embed(self.target_table, target), (source != 0).unsqueeze(-2)
        length = target.shape[1]
        past = torch.ones(length, length, dtype=torch.bool, device=target.device).tril()
        for layer in self.decoder:
            x = layer(x, memory, past, real)
        return self.out(self.decoder_norm(x))
        # END SOLUTION

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        return self.decode(target, self.encode(source), source)


# %% check="Transformer"
check(Transformer)

# %% [markdown]
# ## 5 · Learning to write · core
#
# Babel is a library that holds the date formats of a few hundred languages. We take four formats of each of 34 (and of
# English twice, as in London and in New York), and draw days from a hundred years. One day in twenty is set aside and
# never learned from, in any language.

# %%
task = dates.date_task()
print(f"{len(task.train):,} dates to learn from, {len(task.test):,} held out, {len(task.characters)} characters")
print(f"left out, since they can be read as two dates: {task.two_ways:,}")
for row in range(5):
    print(task.train.dates[row], "·", task.train.texts[row])
print("what 4/3/26 may be:", *sorted(dates.numeric_meanings("4/3/26")))

# %% [markdown]
# What day is 4/3/26? In the United States the third of April, in Greece the fourth of March, and nothing in the text
# says which. So we leave out every text that two of our styles would use for two different days.
#
# The model will write character by character: after `^`, a mark that says "begin", comes a 2, then 0, 2, 6, and so on.
# At each place it gives a score to every character that might follow, so the loss is a cross entropy at ten places. And
# we can have all ten at once, since the causal mask sees to it that nobody looks ahead. This is called **teacher
# forcing**: whatever the model would have said, it goes on from the right answer.
#
# Somebody has written this loss and was happy with it for a while. Here a small model learns with it for 100 steps.


# %%
def loss_as_found(model, source, target):
    logits = model(source, target)
    return F.cross_entropy(logits.flatten(0, 1), target.flatten())


def small_reader(layers: int = 1) -> Transformer:
    torch.manual_seed(0)
    encoder = [LibraryEncoderLayer(32, 4, 64, norm_first=True) for _ in range(layers)]
    decoder = [LibraryDecoderLayer(32, 4, 64, norm_first=True) for _ in range(layers)]
    return Transformer(task.source_words, 13, 32, encoder, decoder)


def some_steps(loss_of: Callable[..., Tensor], steps: int = 100) -> tuple[Transformer, float]:
    """A small reader after so many steps, and its last loss."""
    model = small_reader()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for source, target in task.batches(32, steps):
        loss = loss_of(model, source, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, loss.item()


quick, loss = some_steps(loss_as_found)
print(f"loss after 100 steps: {loss:.4f}")
begun = torch.full((1, 1), dates.START)
print("after ^ comes:", dates.spelled(quick(task.source(["3 April 2026"]), begun).argmax(-1))[0] or "^ again")

# %% [markdown]
# The loss of a model that is much too small is next to nothing, and that alone should make us suspicious. And asked to
# write, it gives back the mark that it was given.
#
# ### Exercise: `next_word_loss` ●●○ · 5 minutes · core
#
# **Find and mend the bugs.** Copy the body of `loss_as_found` to begin with. There are two. One you have just seen. The
# other does no harm here, where all answers have ten characters, and shows as soon as they differ in length.
#
# <details><summary>Hint 1: a nudge</summary>
#
# At its place in the answer, each character is handed to the decoder and asked for at the same time. Which one should
# be handed over, where the 6 of 2026 is asked for?
#
# </details>
# <details><summary>Hint 2: the first bug</summary>
#
# The paper says that the outputs are "offset by one position" (section 3.1). What goes in is everything but the last
# word, `target[:, :-1]`. What is asked for is everything but the first.
#
# </details>
# <details><summary>Hint 3: the second bug</summary>
#
# Shorter answers are filled up with 0, and whoever writes padding after the end has said nothing wrong and nothing
# right. `F.cross_entropy` has `ignore_index`.
#
# </details>


# %% exercise="next_word_loss"
def next_word_loss(model: nn.Module, source: Tensor, target: Tensor) -> Tensor:
    """How surprised a model is at each next word of an answer, on average.

    Args:
        model: is called once with source and target, and gives scores for the word after each word of the target, shape
            (batch, target, words).
        source: shape (batch, source), int64.
        target: shape (batch, length), int64: the mark that begins, the answer, and 0 for padding at the end.

    Returns:
        Shape (): the mean cross entropy of all words but the first ones. Padding counts nothing, neither in the sum nor
        in what it is divided by.
    """
    # BEGIN SOLUTION
    logits = model(source, target[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=0)
    # END SOLUTION


# %% check="next_word_loss"
check(next_word_loss)

# %% [markdown]
# **See it.** The same small model, with your loss.

# %%
quick, loss = some_steps(next_word_loss)
print(f"loss after 100 steps: {loss:.4f}")
print("after ^ comes:", dates.spelled(quick(task.source(["3 April 2026"]), begun).argmax(-1))[0])

# %% [markdown]
# Now the loss is honest. The small model has learned how years begin, and not much else yet.
#
# One thing is left before the real run. A transformer does not take large steps well at the beginning, so the paper
# lets the rate rise in a straight line, and then fall like $1 / \sqrt{\text{step}}$ (section 5.3). The schedule is
# called Noam, after one of the authors.
#
# $$\text{rate} = d_\text{model}^{-0.5} \cdot \min\!\big(\text{step}^{-0.5},\; \text{step} \cdot
# \text{warmup}^{-1.5}\big)$$
#
# ### Exercise: `noam_schedule` ●○○ · 3 minutes · core
#
# The formula, and a trap: PyTorch's `LambdaLR` begins to count at 0.
#
# <details><summary>Hint 1: <code>ZeroDivisionError: 0.0 cannot be raised to a negative power</code>?</summary>
#
# Step 0 has to be taken for step 1: `max(step, 1)`.
#
# </details>


# %% exercise="noam_schedule"
def noam_schedule(step: int, d_model: int, warmup: int) -> float:
    """The learning rate of the paper: up in a straight line, then down like 1 / √step.

    Args:
        step: from 1 on. 0 counts as 1, since `LambdaLR` asks for it first.
        d_model: the wider the model, the smaller the rate.
        warmup: the step at which the rate is highest, 1 or more.

    Returns:
        A Python float, d_model^−0.5 · min(step^−0.5, step · warmup^−1.5).

    >>> [noam_schedule(step, 64, 4) for step in (0, 1, 2, 4, 16)]
    [0.015625, 0.015625, 0.03125, 0.0625, 0.03125]
    """
    # BEGIN SOLUTION
    step = max(step, 1)
    return d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)
    # END SOLUTION


# %% check="noam_schedule"
check(noam_schedule)

# %% [markdown]
# **See it.** The rate for our run of 2,000 steps. In the last third we also let it go down to 0, as most runs do today.

# %%
STEPS = 2000


def rate(step: int) -> float:
    return noam_schedule(step, 64, warmup=400) * min(1.0, (STEPS - step) / (STEPS / 3))


shown = range(0, STEPS, 10)
plain = [noam_schedule(step, 64, 400) for step in shown]
lines({"of the paper": (shown, plain), "ours": (shown, [rate(step) for step in shown])},
    xlabel="step", ylabel="learning rate")  # fmt: skip

# %% [markdown]
# ## 6 · Reading and writing dates · core
#
# Now everything is yours: the layers, the positions, the loss and the rate. Two layers read, one writes. Adam's betas
# and epsilon are the paper's. It takes less than a minute.

# %%
torch.manual_seed(0)
model = Transformer(
    task.source_words,
    13,  # padding, ^, ten digits and -
    64,
    [EncoderLayer(64, 4, 128, norm_first=True, attention=Heads) for _ in range(2)],
    [DecoderLayer(64, 4, 128, norm_first=True, attention=Heads)],
    positions=sinusoidal_positions,
)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0, betas=(0.9, 0.98), eps=1e-9)
schedule = LambdaLR(optimizer, rate)
print(f"{sum(weight.numel() for weight in model.parameters()):,} weights")
losses = []
for step, (source, target) in enumerate(task.batches(32, STEPS), start=1):
    loss = next_word_loss(model, source, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    losses.append(loss.item())
    if step % 400 == 0:
        print(f"step {step:4} of {STEPS}, loss {sum(losses[-100:]) / 100:.3f}")

# %% [markdown]
# It knows what comes next, as long as it is shown the right answer up to there. To write by itself, it goes on from its
# own words: begin with the mark, take the character with the highest score, append it, ask again. That is **greedy**
# decoding.
#
# ### Exercise: `greedy_translate` ●●○ · 6 minutes · core
#
# Read once, write word by word. Our dates are all equally long. Sentences are not, so there is a word that says *done*,
# and a row that has written it gets padding from then on.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.decode(target, memory, source)` gives scores after *each* word. You want those after the last one, `[:, -1]`.
#
# </details>
# <details><summary>Hint 2: how does a row stop?</summary>
#
# Keep a boolean `ended`, one for each row. Where it is True, the next word is 0: `word.masked_fill(ended, 0)`. Then
# `ended = ended | (word == end)`.
#
# </details>
# <details><summary>Hint 3: do you get another answer each time?</summary>
#
# The model may be in training, where it drops numbers. `model.eval()`, and at the end back to what it was.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# training = model.training
# model.eval()
# memory = model.encode(source)
# target = source.new_full((len(source), 1), start)
# for _ in range(length):
#     word = model.decode(...)[:, -1].argmax(-1)
#     ...
#     target = torch.cat([target, word.unsqueeze(-1)], dim=1)
# model.train(training)
# return target
# ```
#
# </details>


# %% exercise="greedy_translate"
@torch.no_grad()
def greedy_translate(model: nn.Module, source: Tensor, length: int, start: int = 1, end: int | None = None) -> Tensor:
    """Lets a model write: each time the word with the highest score, with nothing but its own words to go on from.

    Args:
        model: has `encode(source)`, which gives the memory, and `decode(target, memory, source)`, which gives scores,
            shape (batch, target, words). It may be training; it writes in evaluation mode, and is put back.
        source: shape (batch, source), int64.
        length: how many words are written after the first one.
        start: the word that each row begins with.
        end: a row that has written it gets 0 from then on. None: there is no such word.

    Returns:
        What is written, shape (batch, 1 + length), int64. `encode` is called once.
    """
    # BEGIN SOLUTION
    training = model.training
    model.eval()
    memory = model.encode(source)
    target = source.new_full((len(source), 1), start)
    ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(length):
        word = model.decode(target, memory, source)[:, -1].argmax(-1).masked_fill(ended, 0)
        ended = ended | (word == end)
        target = torch.cat([target, word.unsqueeze(-1)], dim=1)
    model.train(training)
    return target
    # END SOLUTION


# %% check="greedy_translate"
check(greedy_translate)

# %% [markdown]
# **See it.** Two thousand dates of days that it has never seen, in the styles that it knows. An answer is right if all
# ten characters are.


# %%
def read(texts: Sequence[str]) -> list[str]:
    return dates.spelled(greedy_translate(model, task.source(texts), length=10))


def share_right(asked: dates.Texts) -> float:
    return sum(said == true for said, true in zip(read(asked.texts), asked.dates, strict=True)) / len(asked)


print(f"styles seen: {share_right(task.test):.1%} of {len(task.test):,} are right")
for text_, said in zip(task.test.texts[:6], read(task.test.texts[:6]), strict=True):
    print(said, "·", text_)

# %% [markdown]
# And now three styles that we kept back altogether: Norwegian; English as no format in our list has it, "Friday the 3rd
# of April 2026"; and Basque, where February is *otsaila* and July is *uztaila*.
#
# **Predict first.** In which order will the three come out?

# %%
kept = dates.kept_back()
kept["English, without “of”"] = dates.without(" of", kept["English"])
for name, asked in kept.items():
    said = dates.spelled(greedy_translate(model, task.source(asked.texts), length=10))
    pieces = {"year": slice(4), "month": slice(5, 7), "day": slice(8, 10)}
    hits = {k: sum(a[v] == b[v] for a, b in zip(said, asked.dates, strict=True)) for k, v in pieces.items()}
    print(f"{share_right(asked):6.1%} right ·", *(f"{k} {hits[k] / len(said):.0%}" for k in pieces), "·", name)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Nearly all of the Norwegian dates are right, most of the English ones are wrong, and hardly one of the Basque ones is
# right. So it has learned spellings, and where they are alike it goes on from Danish to Norwegian. But nobody can guess
# a month from letters like those of *otsaila*.
#
# The second line is the interesting one. Its day, its month and its year are all spelled as the model knows them, and
# yet the month is mostly wrong. So we have asked once more, without the word *of*, and that is the last line. It was
# most of the trouble. No format that it has seen has an *of* in it, so it seems to take these letters for a part of the
# month's name. It has not learned what a month is. It has learned what tells months apart in 140 formats.
#
# </details>
#
# How does it find what it needs? We can look: for each character that is written, which ones does the cross-attention
# read? Here are two of its four heads.

# %%
question = "vendredi 3 avril 2026"
answer = greedy_translate(model, task.source([question]), length=10)
weights = pictures.reading(model, task, question, answer)
pictures.heads_of(weights[:2], question, answer)

# %% [markdown]
# <details><summary>The picture in words, as it came out for us</summary>
#
# Two maps with bright cells. For the year, both heads walk along the digits of 2026 at the end of the text. For the
# month, the first reads the "i" and the "l" of "avril", and the second its "a". And for the day both go back to the 3
# in the middle.
#
# </details>
#
# Nobody told it where a month stands in a French date. And where it looks is not all that it knows: each of these
# vectors has looked around itself before, so the *a* of *avril* may well know which word it begins.
#
# **Explore.** Type a date of your own, in any language. Each row is a character of the answer, how sure the model is of
# it, and what all four heads read for it. What does it do with 4/3/26? With your name?

# %%
explore(
    pictures.answered(model, task, lambda source: greedy_translate(model, source, length=10)),
    "Which day is this?",
    text=text("3. listopada 2026.", label="a date"),
)

# %% [markdown]
# (What stands there is Croatian, where *listopad*, "the leaves fall", is October. Without the dots, *3 listopada 2026*,
# it is Polish, where they fall in November. Does your model know, and how sure is it?)
#
# So how does a model read one sequence and write another? It reads all of it at once, each character looking around
# until it knows what it is: a month, the end of a year. Then it writes one character at a time, and for each of them it
# looks back at what it needs. The two need not line up, because nothing makes it go along the text. It asks.
#
# The core ends here.

# %% [markdown]
# ## 7 · Where the norm stands · extra
#
# Why has the norm moved? Here is a task for a deep model: twelve layers of yours should spell words of eight letters
# backwards. We train three times for 120 steps, with the same rate: with the norm last, with the norm last and a warmup
# of 60 steps, and with the norm first.
#
# With the norm last, each of the 24 norms, two in a layer, rescales *everything* that comes up the stack, and the
# gradients that come down it, too. With the norm first, there is a way from the top to the bottom in which no norm
# stands.
#
# **Predict first.** In which order will the three learn it?

# %%
pictures.backwards(lambda norm_first: EncoderLayer(64, 4, 128, norm_first=norm_first))

# %% [markdown]
# <details><summary>The answer</summary>
#
# All three learn it. The one with the norm first begins to fall at once and is there after about 50 steps. With the
# norm last it takes about 75 steps with the warmup, and about 90 without: for the first 70 its loss hardly moves.
#
# </details>
#
# This is why deep models of the paper's kind need their warmup ([Xiong et al. 2020](https://arxiv.org/abs/2002.04745)).
#
# > **You may read that** a layer norm is `a * (x - mean) / (std + eps) + b`, and that the norm may stand first "as
# > opposed to last" for simplicity of the code. Both are in a well-known account of the paper, line by line. Let us run
# > the two norms on four ordinary numbers and on four faint ones, and the two layers with the same weights.

# %%
for x in (torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([0.001, 0.002, 0.003, 0.004])):
    print("nn.LayerNorm: ", [round(number, 3) for number in nn.LayerNorm(4)(x).tolist()])
    print("(std + eps):  ", [round(number, 3) for number in ((x - x.mean()) / (x.std() + 1e-5)).tolist()])
torch.manual_seed(0)
one, other, x = EncoderLayer(16, 4, 32), EncoderLayer(16, 4, 32, norm_first=True), torch.randn(1, 7, 16)
other.load_state_dict(one.state_dict())
print("the same weights, norm last and norm first, differ by up to", round((one(x) - other(x)).abs().max().item(), 1))

# %% [markdown]
# > With `std` one divides by $n - 1$, and ordinary numbers come out smaller. And outside the root, $\epsilon$ is 300
# > times weaker, so that faint numbers, which may be nothing but noise, are blown up to full size. With four numbers
# > that is much, with 512 a thousandth; what stays is $\epsilon$. And where the norm stands is not a matter of
# > simplicity: it is another model.

# %% [markdown]
# ## 8 · Sure, but not too sure · extra
#
# Your loss asks for a probability of 1 at each place, and no score is ever high enough for that. In [lesson
# 08](../08_layers/08_layers.ipynb) we gave a little of the target to all classes. The paper does it as well, with 0.1
# (section 5.4), and admits that the perplexity gets worse, while the translations get better.
#
# In a translator there is one word that must never get anything: padding. Nobody should learn to write it. So the share
# $s$ goes to the words that are neither right nor padding, $V - 2$ of them, and the right one gets $1 - s$. And since a
# target like this is a distribution, we measure how far the model's is from it by the **Kullback–Leibler divergence**,
# $\sum_w t_w (\log t_w - \log p_w)$, which is 0 where the two agree.
#
# By hand: 5 words, $s$ = 0.4, and word 2 is right. The targets are (0, 0.133, 0.6, 0.133, 0.133).
#
# ### Exercise: `label_smoothing_loss` ●●○ · 8 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make the table of targets first: `torch.full_like(logits, s / (V - 2))`, then column 0 to zero, then 1 − s at the
# right words with `scatter_`.
#
# </details>
# <details><summary>Hint 2: NaN?</summary>
#
# 0 · log 0. `torch.xlogy(t, t)` is t · log t, and 0 at 0.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# counted = targets != 0
# logs, targets = logits[counted].log_softmax(-1), targets[counted]
# t = torch.full_like(logs, ...)
# t[:, 0] = 0
# t.scatter_(1, targets.unsqueeze(1), ...)
# return (torch.xlogy(t, t) - t * logs).sum(-1).mean()
# ```
#
# </details>


# %% exercise="label_smoothing_loss"
def label_smoothing_loss(logits: Tensor, targets: Tensor, smoothing: float = 0.1) -> Tensor:
    """How far the model's probabilities are from a smoothed target, on average over the rows that are not padding.

    Not to be used: `F.kl_div`, `nn.KLDivLoss`, `F.cross_entropy`, `nn.CrossEntropyLoss`.

    Args:
        logits: scores, shape (rows, words), floating point, three words or more.
        targets: the right word of each row, shape (rows,), int64; 0 is padding, and such a row counts nothing.
        smoothing: s, from 0 to 1. The right word should get 1 − s, padding 0, and the others share s evenly.

    Returns:
        Shape (), dtype of `logits`: the mean over the rows of Σ t · (log t − log p), where 0 · log 0 is 0.

    >>> label_smoothing_loss(torch.zeros(2, 5), torch.tensor([2, 0]), smoothing=0.4)
    tensor(0.4970)
    """
    # BEGIN SOLUTION
    counted = targets != 0
    logs, targets = logits[counted].log_softmax(-1), targets[counted]
    t = torch.full_like(logs, smoothing / (logits.shape[-1] - 2))
    t[:, 0] = 0
    t.scatter_(1, targets.unsqueeze(1), 1 - smoothing)
    return (torch.xlogy(t, t) - t * logs).sum(-1).mean()
    # END SOLUTION


# %% check="label_smoothing_loss"
check(label_smoothing_loss)

# %% [markdown]
# **See it.** Four words and padding. The score of the right word rises from 0 to 12, those of the others stay at 0.
#
# **Predict first.** A model that is surer and surer of the right word: does its loss fall for ever?

# %%
scores = [0.25 * step for step in range(49)]
series = {}
for smoothing in (0.0, 0.1, 0.4):
    rows = [torch.tensor([[-30.0, 0.0, score, 0.0, 0.0]]) for score in scores]
    found = [label_smoothing_loss(row, torch.tensor([2]), smoothing).item() for row in rows]
    series[f"smoothing {smoothing}"] = (scores, found)
lines(series, xlabel="score of the right word", ylabel="loss")

# %% [markdown]
# <details><summary>The answer</summary>
#
# Without smoothing it does, towards 0. With smoothing it falls until the model is as sure as it should be, and rises
# again: with $s$ = 0.1 from a score of about 3.3 on, where the right word has 0.9, and with 0.4 from 1.5 on. A model
# that is too sure pays for it.
#
# </details>

# %% [markdown]
# ## 9 · Tell them apart · extra
#
# A layer with a fault in it still trains, only worse, and nobody knows what it would have been without. Here are six
# encoder layers with the norm first. All have the same weights, with 4 features and one head.

# %%
suspects("encoder_counterexample")

# %% [markdown]
# ### Exercise: `encoder_counterexample` ●●○ · 7 minutes · extra
#
# Write one sequence, and a mask, on which all six are seen to be wrong.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through them one by one. Two need a mask that is not symmetric, and one of these would be right if everybody saw
# everybody. One needs a token whose numbers hardly differ.
#
# </details>
# <details><summary>Hint 2: does the one with (std + eps) go unseen?</summary>
#
# $\epsilon$ is 0.00001. It shows where the standard deviation of a token is not much larger: numbers such as 0.001 and
# 0.002.
#
# </details>


# %% exercise="encoder_counterexample"
def encoder_counterexample() -> tuple[Tensor, Tensor]:
    """A sequence and a mask on which each of the suspects is seen to be wrong.

    Returns:
        x of shape (token, 4), float32 and finite, with two tokens or more; and the mask, boolean, shape (token, token),
        True where a token may be looked at. Each token may look at one at least. At most 1,000 numbers.
    """
    # BEGIN SOLUTION
    x = torch.tensor([[1.0, -2.0, 3.0, 0.5], [0.001, 0.002, -0.001, 0.0], [4.0, 1.0, 0.0, -3.0]])
    return x, torch.ones(3, 3, dtype=torch.bool).tril()
    # END SOLUTION


# %% check="encoder_counterexample"
check(encoder_counterexample)

# %% [markdown]
# **See it.** What each of them makes of your input, minus what is right. No row but the first should be white.

# %%
pictures.lineup("encoder_counterexample", encoder_counterexample())

# %% [markdown]
# ## 10 · What has changed since 2017 · extra
#
# The models of today are still stacks of these layers, and you would recognise every part. BERT is an encoder without a
# decoder ([lesson 16](../16_bert_internals/16_bert_internals.ipynb) builds it). Most others are a decoder without an
# encoder, and so without cross-attention: there the text and the answer are one sequence, and in [lesson
# 14](../14_generation/14_generation.ipynb) one of them writes. Positions are no longer added. They turn the queries and
# the keys ([lesson 13](../13_long_context/13_long_context.ipynb)). And three parts have been replaced. Let us take the
# norm first.
#
# Layer norm subtracts the mean and divides by the spread. Zhang and Sennrich
# ([2019](https://arxiv.org/abs/1910.07467)) asked whether the first half does anything, and left it out, and the bias
# as well: divide by the root of the mean square, and that is all. This is **RMSNorm**. It trains as well, and saves a
# pass over the numbers.
#
# ### Exercise: `rms_norm` ●○○ · 4 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# Square, mean along the last dimension with `keepdim=True`, plus eps, root; in this order.
#
# </details>
# <details><summary>Hint 2: is only the mean of the result wrong?</summary>
#
# Nothing is subtracted: that is the difference from layer norm.
#
# </details>


# %% exercise="rms_norm"
def rms_norm(x: Tensor, weight: Tensor, eps: float = 1e-6) -> Tensor:
    """Each row divided by its root mean square, √(mean of squares + eps), then times `weight`.

    Not to be used: `F.rms_norm`, `nn.RMSNorm`, `F.layer_norm`, `nn.LayerNorm`, `F.normalize`.

    Args:
        x: floating point, any shape with a dimension or more; a row is what lies along the last one.
        weight: shape (features,).

    Returns:
        Shape and dtype of `x`.

    >>> rms_norm(torch.tensor([[1.0, 7.0]]), torch.tensor([1.0, 10.0]))
    tensor([[ 0.2000, 14.0000]])
    """
    # BEGIN SOLUTION
    return x / (x.square().mean(-1, keepdim=True) + eps).sqrt() * weight
    # END SOLUTION


# %% check="rms_norm"
check(rms_norm)

# %% [markdown]
# > **You may read that** the transformer of today is that of 2017, only larger. Let us run what has changed: the norm,
# > the feed-forward layer, and the heads. (Sizes are those of Llama 3 8B; the weights are random.)


# %%
class SwiGLU(nn.Module):
    """A gate, by SiLU, lets through what another layer offers: three matrices instead of two, and no biases."""

    def __init__(self, d_model: int, d_ff: int) -> None:
        super().__init__()
        self.gate, self.up = nn.Linear(d_model, d_ff, bias=False), nn.Linear(d_model, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.silu(self.gate(x)) * self.up(x))


def weights_in(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


x, weight = torch.randn(5, 64), torch.rand(64)
theirs = nn.RMSNorm(64, eps=1e-6)
theirs.load_state_dict({"weight": weight})
print("RMSNorm: yours equals nn.RMSNorm:", torch.allclose(rms_norm(x, weight), theirs(x), atol=1e-6))
with torch.device("meta"):  # shapes without numbers: these layers would take a gigabyte
    old = nn.Sequential(nn.Linear(4096, 4 * 4096), nn.ReLU(), nn.Linear(4 * 4096, 4096))
    print(f"feed-forward, 16,384 wide: {weights_in(old):,} weights")
    for wide in (10_923, 14_336):  # two thirds of 16,384, which costs the same; and what Llama 3 8B has
        print(f"SwiGLU, {wide:,} wide: {weights_in(SwiGLU(4096, wide)):,} weights")

query, key, value = torch.randn(1, 32, 6, 128), torch.randn(1, 8, 6, 128), torch.randn(1, 8, 6, 128)
grouped = F.scaled_dot_product_attention(query, key, value, enable_gqa=True)
copied = F.scaled_dot_product_attention(query, *(item.repeat_interleave(4, dim=1) for item in (key, value)))
print("grouped queries: the same as copying each key four times:", torch.allclose(grouped, copied, atol=1e-6))
for heads in (32, 8):
    cached = 2 * 32 * heads * 128 * 2  # keys and values, 32 layers, heads of 128 numbers, 2 bytes each
    print(
        f"  {heads:2} heads for keys: {cached:,} bytes for each word, {cached * 8192 / 2**30:.0f} GiB for 8,192 words"
    )

# %% [markdown]
# > | | 2017 | most models today | why |
# > |---|---|---|---|
# > | norm | layer norm, last | RMSNorm, first | trains with less care; one pass less |
# > | feed-forward layer | ReLU, two matrices | **SwiGLU**, three | better at equal size, nobody quite knows why |
# > | heads | keys and values for each | **grouped queries**: several heads share them | a smaller cache |
# > | positions | added once | turn queries and keys, in each layer | only distances matter |
# > | biases | nearly everywhere | hardly any | they are not missed |
#
# SwiGLU is from [Shazeer 2020](https://arxiv.org/abs/2002.05202), who offers no explanation and attributes it to
# "divine benevolence". Grouped queries are from [Ainslie et al. 2023](https://arxiv.org/abs/2305.13245). Whoever writes
# has to keep the keys and values of all words so far, and to read all of them for each new one, so a quarter of the
# heads makes a quarter of both. [Lesson 14](../14_generation/14_generation.ipynb) builds this cache.

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch or transformers |
# |---|---|
# | `sinusoidal_positions` | `M2M100SinusoidalPositionalEmbedding` in transformers, with all sines first |
# | `feed_forward` | `linear1` and `linear2` in `nn.TransformerEncoderLayer` |
# | `EncoderLayer` | `nn.TransformerEncoderLayer`, which drops in the attention and behind the ReLU, too |
# | `DecoderLayer` | `nn.TransformerDecoderLayer` |
# | `Transformer` | `nn.Transformer`, without tables, positions and output; `MarianMTModel` in transformers |
# | `next_word_loss` | `shift_tokens_right`, and `labels` with −100 for padding |
# | `noam_schedule` | `get_inverse_sqrt_schedule` in transformers, without the factor of the width |
# | `greedy_translate` | `model.generate(do_sample=False)` |
# | `label_smoothing_loss` | `F.kl_div`; `F.cross_entropy(label_smoothing=)` gives padding its share |
# | `rms_norm` | `F.rms_norm`, `nn.RMSNorm` |
#
# **Who uses it.** This lesson used what you wrote in [lesson 11](../11_attention/11_attention.ipynb). Your encoder
# layer comes back in [lesson 16](../16_bert_internals/16_bert_internals.ipynb): a BERT is a stack of them, under BERT's
# names. A decoder without an encoder, and a cache for what it has written, is the subject of [lesson
# 14](../14_generation/14_generation.ipynb). Both bring their own code along, so nothing is lost if yours is not ready.
#
# **Read the real source.** `torch/nn/modules/transformer.py`: look for `norm_first`, and you will find your four lines.
# `src/transformers/models/marian/modeling_marian.py` is a translator, and `models/llama/modeling_llama.py` shows the
# changes of section 10.
#
# **Sources.** [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762), *Attention is all you need*. [Xiong et al.
# 2020](https://arxiv.org/abs/2002.04745), *On layer normalization in the transformer architecture*. [The annotated
# transformer](https://nlp.seas.harvard.edu/annotated-transformer/), the paper's text beside code. The date formats are
# the [CLDR](https://cldr.unicode.org)'s.
#
# **At scale.** The paper's large model had 213 million weights and learned for 300,000 steps, three and a half days on
# eight GPUs, with about 25,000 words of each language in a batch. Whisper, which writes down what is said in a
# recording, is an encoder and a decoder of this kind, with your sines in its encoder: 32 layers each, 1.5 billion
# weights, 680,000 hours of speech. Batches hold texts of about one length, as ours did, since padding is paid for like
# words. And nobody runs `decode` on the whole answer for each new word: keys and values of the words before are kept.
#
# **Three questions to take home.**
#
# 1. What would your model say to 4/3/26 if we had left the ambiguous dates in, and what would the loss of a perfect
#    model be on them?
# 2. Greedy decoding cannot take a word back. Can you think of a date where the first character is the hard one?
# 3. Why may the decoder keep the keys and values of the words before? Could an encoder keep its own, if the text grew?
