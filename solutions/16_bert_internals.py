# %% [markdown]
# # Inside BERT
#
# **A pretrained model is a file with millions of numbers. What has to stand around them, so that they read?**
#
# Below, a real model reads a sentence: a BERT of six layers, trained on a billion pairs of sentences. Two of its 72
# heads are drawn. Nobody told them what to look at.
#
# At the end you will be able to
#
# - write every part of BERT, from the table of words to the pooler;
# - load real weights into your own classes, from files of any age;
# - compare two models module by module, and find the first one that differs;
# - say what each thing is that `AutoModel` gives back, and what old tutorials get wrong about it.
#
# About 110 minutes, with a good place for a break after section 5. You need modules and their names
# ([lesson 06](../06_modules/06_modules.ipynb)), hooks ([lesson 07](../07_hooks/07_hooks.ipynb)) and attention with
# heads and masks ([lesson 11](../11_attention/11_attention.ipynb)).

# %%
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertConfig

from autograder import check
from helpers import bert_internals as pictures
from helpers.bert_internals import LIBRARY, Parts
from helpers.earlier import earlier
from helpers.heads import LibraryHeads
from helpers.plots import heatmaps
from helpers.pretrained import MINILM, load_model, load_tokenizer, load_weights, local_folder_of, read_config, silence
from helpers.widgets import choice, explore, slider, text

# %%
tokenizer, model = load_tokenizer(MINILM), load_model(MINILM)
batch = tokenizer("The cat sat on the mat because it was tired.", return_tensors="pt")
with torch.no_grad():
    attentions = model(**batch, output_attentions=True).attentions
words = tokenizer.convert_ids_to_tokens(batch["input_ids"][0])
heads = {"layer 0, head 2": attentions[0][0, 2], "layer 5, head 11": attentions[5][0, 11]}
heatmaps(heads, rows=words, columns=words, xlabel="is looked at", ylabel="looks", limits=(0, 1), numbers=False)

# %% [markdown]
# *The picture: two maps of attention over thirteen tokens. On the left a bright line just below the diagonal: every
# token looks at the one before it, with a weight of 1.00. On the right a bright column: nearly every token looks at
# "cat". The row of "it" gives it 0.71.*
#
# The left head is one of those whose favourite you hid with a mask in [lesson 11](../11_attention/11_attention.ipynb).
# The right head is the kind of picture that one shows to say "it knows what *it* means". Does it?

# %%
for ending in ("tired", "soft"):  # the cat is tired, the mat is soft
    ids = tokenizer(f"The cat sat on the mat because it was {ending}.", return_tensors="pt")
    with torch.no_grad():
        it = model(**ids, output_attentions=True).attentions[5][0, 11, words.index("it")]
    print(f"{ending:>6}: it → cat {it[words.index('cat')]:.2f}, it → mat {it[words.index('mat')]:.2f}")

# %% [markdown]
# It does not. Whatever "it" means, the head looks at the cat, and so does nearly every other token: look at the whole
# column. A picture of attention is a good question and a bad proof. With your own BERT you can ask on: at the end of
# this lesson you type the sentences.

# %% [markdown]
# ## 1 · What is in the file
#
# A pretrained model is three files: `config.json` says how large everything is, a vocabulary says which number is
# which word, and `model.safetensors` holds the weights: a dictionary from names to tensors. Its hub name,
# `sentence-transformers/all-MiniLM-L6-v2`, says where the files come from. `helpers.pretrained` takes them from the
# hub's cache, from an installed package, or from the hub.

# %%
config, checkpoint = read_config(MINILM), load_weights(MINILM)
for name in (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "hidden_act",
):
    print(f"{name:20} {getattr(config, name)}")
print(f"\n{len(checkpoint)} tensors; those of layer 0:")
for name, value in checkpoint.items():
    if name.startswith("encoder.layer.0."):
        print(f"  {name:54} {tuple(value.shape)}")

# %% [markdown]
# The names are the plan of the house. `encoder.layer.0.attention.self.query.weight` is an attribute of an attribute of
# an attribute: whoever builds modules with just these names can load just these numbers. So in this lesson the names
# are given, and you write what is behind them.
#
# **Predict first.** Which part has most of the 22.7 million numbers: the words, the attention of all six layers, or the
# two wide layers that come after it (`intermediate` and `output`)?

# %%
pictures.parameters_by_part(checkpoint)

# %% [markdown]
# <details><summary>The answer</summary>
#
# *The picture: six bars. Words 11.7 million; attention, intermediate and output 3.5 million each; positions 0.2 and
# pooler 0.15 can hardly be seen.*
#
# More than half is the table of words: 30 522 rows of 384 numbers. Of the rest, two thirds are in the wide layers and
# one third is attention.
#
# </details>
#
# > **From the notes.** The notes keep the configuration of a model with two lines about the same thing,
# > `"layer_norm_eps": 1e-12` and `"layer_norm_epsilon": 1e-05`, as if both counted. Let us ask the class.

# %%
both = BertConfig(layer_norm_eps=1e-12, layer_norm_epsilon=1e-05)
print("the configuration keeps both:", both.layer_norm_eps, both.layer_norm_epsilon)
print("the layer reads one:         ", LIBRARY.self_output(both).LayerNorm.eps)
print("a misspelt field is kept too:", BertConfig(hiden_size=99).hiden_size, BertConfig(hiden_size=99).hidden_size)

# %% [markdown]
# > A configuration takes any name and tells nobody which of them somebody reads. For BERT that is `layer_norm_eps`.
# > If a change in `config.json` changes nothing, look for the name in the source of the model.

# %% [markdown]
# ## 2 · From numbers to vectors
#
# Attention does not know where a word stands, nor which of two sentences it belongs to. BERT adds both to the word:
# three tables, one row of each, one sum. A LayerNorm follows, then dropout.
#
# | table | a row for each | row of the token "cat" at place 2 |
# |---|---|---|
# | `word_embeddings` | entry of the vocabulary | 4937 |
# | `position_embeddings` | place in the input, from 0 | 2 |
# | `token_type_embeddings` | segment: first or second sentence | 0 |

# %%
ids = torch.tensor([4937, 4937])  # "cat" twice
word, place = checkpoint["embeddings.word_embeddings.weight"], checkpoint["embeddings.position_embeddings.weight"]
print("the same word:                ", torch.equal(word[ids[0]], word[ids[1]]))
print("the same word at two places:  ", torch.equal(word[ids[0]] + place[0], word[ids[1]] + place[1]))
pictures.likeness(place[:48], title="cosine of the position vectors", label="position")

# %% [markdown]
# *The picture: cosines between the first 48 position vectors. All diagonals are stripes: how alike two places are
# depends on how far apart they are, and neighbours are alike. Place 0, where `[CLS]` always stands, is like no other.*
#
# Nobody put these stripes in. The table began with random numbers.
#
# ### Exercise: `BertEmbeddings` ●○○ · 10 minutes
#
# `config` is a `transformers.BertConfig`. The attributes have to be called `word_embeddings`, `position_embeddings`,
# `token_type_embeddings` and `LayerNorm`: the check gives them weights by name. Without `token_type_ids`, all tokens
# belong to segment 0.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `nn.Embedding(rows, width)` three times. The positions of an input are `torch.arange(input_ids.shape[1])`, on the
# device of the ids. One row of them serves all sentences of the batch.
#
# </details>
# <details><summary>Hint 2: only "numbers of a thousandth" is wrong?</summary>
#
# Then eps is not the configuration's. `nn.LayerNorm(width)` takes 1e-5; BERT was trained with 1e-12, and says so in
# `config.layer_norm_eps`.
#
# </details>
# <details><summary>Hint 3: only the gradients are wrong?</summary>
#
# The row of the padding must not learn: `nn.Embedding(…, padding_idx=config.pad_token_id)`.
#
# </details>


# %% exercise="BertEmbeddings"
class BertEmbeddings(nn.Module):
    """Word, position and segment of each token, added, normalised, with dropout.

    Not to be used: BERT's own classes from `transformers`.

    Args:
        config: vocab_size, max_position_embeddings, type_vocab_size, hidden_size, pad_token_id (the row of the words
            that gets no gradient), layer_norm_eps, hidden_dropout_prob.

    Three `nn.Embedding`: `word_embeddings`, `position_embeddings`, `token_type_embeddings`; an `nn.LayerNorm`:
    `LayerNorm`. Nothing else is saved in the `state_dict`.

    >>> BertEmbeddings(BertConfig(vocab_size=50, hidden_size=12))(torch.tensor([[7, 3, 9]])).shape
    torch.Size([1, 3, 12])
    """

    def __init__(self, config: BertConfig) -> None:
        # BEGIN SOLUTION
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = nn.Embedding(config.vocab_size, width, padding_idx=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        # END SOLUTION

    def forward(self, input_ids: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        """Embeds.

        Args:
            input_ids: int64, shape (batch, token); at most max_position_embeddings tokens.
            token_type_ids: int64, shape (batch, token), the segment of each token. None means segment 0 throughout.

        Returns:
            Shape (batch, token, hidden_size).
        """
        # BEGIN SOLUTION
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        positions = torch.arange(input_ids.shape[1], device=input_ids.device)
        total = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        return self.dropout(self.LayerNorm(total + self.position_embeddings(positions)))
        # END SOLUTION


# %% check="BertEmbeddings"
check(BertEmbeddings)

# %% [markdown]
# **See it.** Your class with the real numbers. How far is it from the library's?

# %%
mine = BertEmbeddings(config).eval()
inside = {
    name.removeprefix("embeddings."): value for name, value in checkpoint.items() if name.startswith("embeddings.")
}
print("in the file, but not in the model:", inside.keys() - mine.state_dict().keys())
mine.load_state_dict({name: inside[name] for name in mine.state_dict()})
with torch.no_grad():
    gap = mine(batch["input_ids"]) - model.embeddings(batch["input_ids"])
print(f"largest difference: {gap.abs().max():.0e}")

# %% [markdown]
# The file is old. In those days the positions 0 … 511 were saved along, as a buffer. Today's class makes them anew.
# Remember this when you write `load_pretrained`.

# %% [markdown]
# ## 3 · The mask becomes a number
#
# Sentences in a batch are padded to one length. The tokenizer says what is real, with 1 and 0. Attention in BERT
# wants something else: a number to **add** to the scores. 0 changes nothing. A very negative number makes the weight
# exactly 0, because its `exp` is 0.
#
# One sum for all heads and queries: shape (batch, 1, 1, key) broadcasts to (batch, heads, query, key).
#
# **Predict first.** A score can be 30. Three numbers are candidates for "very negative": −10 000, as the first BERT
# had it, −∞, and the lowest number that the dtype has. Which fails where? The last line below is a sentence that is
# all padding.

# %%
for name, lowest in {"-10 000": -10_000.0, "-∞": -torch.inf, "finfo.min": torch.finfo(torch.float32).min}.items():
    usual = torch.tensor([30.0, 20.0, lowest + 30]).softmax(-1)
    huge = torch.tensor([30.0, 20.0, lowest + 20_000]).softmax(-1)
    nothing = (torch.tensor([30.0, 20.0, 10.0]) + lowest).softmax(-1)
    print(f"{name:>9}  usual {usual[2]:.1f}  a score of 20 000 {huge[2]:.1f}  all padding {nothing.tolist()}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# −10 000 lets a huge score through, and keeps an order among what is all hidden. −∞ makes NaN. The lowest finite number
# swallows any score that is added to it; where all is padding, all weights are equal. That is what transformers does.
# The padding's own result is nonsense, but no NaN, and nobody reads it.
#
# In [lesson 11](../11_attention/11_attention.ipynb) a query that may look at nothing got zeros. Here it gets the mean
# of everything. Both are choices; a pretrained model has to be given the one that it was trained with.
#
# </details>
#
# ### Exercise: `extended_attention_mask` ●●○ · 8 minutes
#
# Older versions of transformers had this as a method, `get_extended_attention_mask`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.finfo(dtype).min` is the number. `mask[:, None, None, :]` is the shape.
#
# </details>
# <details><summary>Hint 2: "Subtraction, the `-` operator, with a bool tensor is not supported"?</summary>
#
# A mask may come as True and False. Compare in place of subtracting: `attention_mask == 0` is boolean for both.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `torch.zeros(shape, dtype=dtype, device=…).masked_fill(padding, lowest)`. For three dimensions, only the heads'
# dimension is missing: `mask[:, None]`.
#
# </details>


# %% exercise="extended_attention_mask"
def extended_attention_mask(attention_mask: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """What to add to the scores so that padding is not looked at.

    Args:
        attention_mask: shape (batch, key), or (batch, query, key); 1 or True where a token is real. Integer or boolean.
        dtype: that of the scores.

    Returns:
        0 where a key is real, the lowest finite number of `dtype` where it is padding: shape (batch, 1, 1, key), or
        (batch, 1, query, key), dtype `dtype`, device of `attention_mask`.

    Raises:
        ValueError: any other number of dimensions.

    >>> extended_attention_mask(torch.tensor([[1, 1, 0]])).shape
    torch.Size([1, 1, 1, 3])
    """
    # BEGIN SOLUTION
    if attention_mask.dim() == 2:
        padding = attention_mask[:, None, None, :] == 0
    elif attention_mask.dim() == 3:
        padding = attention_mask[:, None, :, :] == 0
    else:
        raise ValueError(
            f"A mask of shape {tuple(attention_mask.shape)} is neither (batch, key) nor (batch, query, key)."
        )
    numbers = torch.zeros(padding.shape, dtype=dtype, device=padding.device)
    return numbers.masked_fill(padding, torch.finfo(dtype).min)
    # END SOLUTION


# %% check="extended_attention_mask"
check(extended_attention_mask)

# %% [markdown]
# **See it.** Two sentences in one batch, and what your mask adds, in each dtype.

# %%
pair = tokenizer(["The cat sat on the mat because it was tired.", "A dog barked."], padding=True, return_tensors="pt")
print("tokenizer:", pair["attention_mask"][1].tolist())
for dtype in (torch.float32, torch.bfloat16, torch.float16):
    print(f"{dtype!s:15}", sorted(set(extended_attention_mask(pair["attention_mask"], dtype).flatten().tolist())))

# %% [markdown]
# ## 4 · Attention, with BERT's names
#
# This is the multi-head attention of [lesson 11](../11_attention/11_attention.ipynb) up to the fourth linear layer,
# which BERT keeps in the next part. New are the names, the mask that is added, dropout on the weights, and that the
# weights are returned: they are what you saw in the first picture.
#
# ### Exercise: `BertSelfAttention` ●●○ · 12 minutes
#
# Three linear layers: `query`, `key`, `value`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Cut: `x.unflatten(-1, (heads, -1)).transpose(1, 2)` is (batch, heads, token, d). At the end the same in reverse.
#
# </details>
# <details><summary>Hint 2: right without a mask, wrong with one?</summary>
#
# The order is: product, divide by √d, **add** the mask, softmax, dropout. A mask that is added before the division is
# made smaller by it. A mask that is added after the softmax hides nothing.
#
# </details>
# <details><summary>Hint 3: only training is wrong?</summary>
#
# `nn.Dropout(config.attention_probs_dropout_prob)` acts on the weights. With a dropout of 1 nothing is brought back.
#
# </details>


# %% exercise="BertSelfAttention"
class BertSelfAttention(nn.Module):
    """Every head looks at all tokens and brings back a mean of their values.

    Not to be used: `nn.MultiheadAttention`, BERT's own classes from `transformers`.

    Args:
        config: hidden_size, num_attention_heads, attention_probs_dropout_prob.

    Three `nn.Linear(hidden_size, hidden_size)`: `query`, `key`, `value`.

    Raises:
        ValueError: num_attention_heads does not divide hidden_size.

    >>> context, weights = BertSelfAttention(BertConfig(hidden_size=12, num_attention_heads=3))(torch.ones(2, 5, 12))
    >>> context.shape, weights.shape
    (torch.Size([2, 5, 12]), torch.Size([2, 3, 5, 5]))
    """

    def __init__(self, config: BertConfig) -> None:
        # BEGIN SOLUTION
        super().__init__()
        width, self.heads = config.hidden_size, config.num_attention_heads
        if width % self.heads:
            raise ValueError(f"{width} numbers cannot be shared out evenly to {self.heads} heads.")
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)
        # END SOLUTION

    def forward(self, hidden_states: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Attends.

        Args:
            hidden_states: shape (batch, token, hidden_size).
            mask: to be added to the scores; broadcasts to (batch, heads, query, key). None hides nothing.

        Returns:
            What the heads bring back, side by side, shape (batch, token, hidden_size); and the weights that they used,
            shape (batch, heads, query, key).
        """
        # BEGIN SOLUTION
        layers = (self.query, self.key, self.value)
        query, key, value = (layer(hidden_states).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer in layers)
        scores = query @ key.mT / math.sqrt(query.shape[-1])
        if mask is not None:
            scores = scores + mask
        weights = self.dropout(scores.softmax(dim=-1))
        return (weights @ value).transpose(1, 2).flatten(2), weights
        # END SOLUTION


# %% check="BertSelfAttention"
check(BertSelfAttention)

# %% [markdown]
# **See it.** Your class with the real weights of layer 0. Which of its twelve heads looks at the previous token, which
# at the next one?

# %%
mine = BertSelfAttention(config).eval()
front = "encoder.layer.0.attention.self."
mine.load_state_dict({name: checkpoint[front + name] for name in mine.state_dict()})
with torch.no_grad():
    weights = mine(model.embeddings(batch["input_ids"]))[1][0]
for name, step in {"the one before": -1, "itself": 0, "the one after": 1}.items():
    share = weights.diagonal(step, dim1=-2, dim2=-1).mean(dim=-1)
    print(f"{name:>15}: {' '.join(f'{value:.2f}' for value in share.tolist())}")

# %% [markdown]
# Head 2 looks at the token before it, always. The others spread their weight more widely.
#
# Did you write `MultiHeadAttention` in [lesson 11](../11_attention/11_attention.ipynb)? That was this class under other
# names, with one linear layer more at its end. BERT has that layer, too: it opens the next part. So your heads of that
# lesson, with BERT's numbers in them, should bring back the same. They are fetched from your notebook if they are right
# there; otherwise the library's stand in for them.

# %%
heads = earlier("MultiHeadAttention", otherwise=LibraryHeads)(config.hidden_size, config.num_attention_heads)
front = "encoder.layer.0.attention."
places = {"q_proj": "self.query", "k_proj": "self.key", "v_proj": "self.value", "out_proj": "output.dense"}
for name, place in places.items():
    getattr(heads, name).load_state_dict({kind: checkpoint[f"{front}{place}.{kind}"] for kind in ("weight", "bias")})
with torch.no_grad():
    hidden = model.embeddings(batch["input_ids"])
    real = heads.out_proj(model.encoder.layer[0].attention.self(hidden)[0])
    print(f"largest difference: {(heads(hidden, hidden, hidden) - real).abs().max():.0e}")

# %% [markdown]
# ## 5 · Add, then normalise
#
# What the heads bring back goes through a linear layer and is **added** to what was there before. Then the sum is
# normalised. So the tokens keep what they were, and every step writes a little into them.
#
# The order is BERT's own. Most models of today normalise what goes *into* a step and leave the sum alone ([lesson
# 12](../12_transformer/12_transformer.ipynb) compares the two). Weights that were trained in one order are noise in the
# other.
#
# ### Exercise: `BertSelfOutput` ●○○ · 6 minutes
#
# The same module stands at two places: after the attention, and after the wide layer, where BERT calls it
# `BertOutput`. Only the width of what comes in differs, so take it as an argument.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Four steps: `dense`, `dropout`, plus `input_tensor`, `LayerNorm`.
#
# </details>
# <details><summary>Hint 2: the card says that the norm comes at the wrong place?</summary>
#
# `LayerNorm(dense(x)) + input` and `LayerNorm(dense(x) + input)` have the same shape and the same parameters. BERT's is
# the second.
#
# </details>


# %% exercise="BertSelfOutput"
class BertSelfOutput(nn.Module):
    """Mixes what is new, adds it to what was there, and normalises the sum.

    Not to be used: BERT's own classes from `transformers`.

    Args:
        config: hidden_size, layer_norm_eps, hidden_dropout_prob.
        inputs: how wide the new is; hidden_size without it. (With intermediate_size this is transformers' BertOutput.)

    An `nn.Linear(inputs, hidden_size)`: `dense`; an `nn.LayerNorm`: `LayerNorm`. Dropout acts on what `dense` gives.

    >>> BertSelfOutput(BertConfig(hidden_size=12), 20)(torch.ones(2, 5, 20), torch.ones(2, 5, 12)).shape
    torch.Size([2, 5, 12])
    """

    def __init__(self, config: BertConfig, inputs: int | None = None) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.dense = nn.Linear(inputs or config.hidden_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        # END SOLUTION

    def forward(self, hidden_states: Tensor, input_tensor: Tensor) -> Tensor:
        """Adds.

        Args:
            hidden_states: the new, shape (batch, token, inputs).
            input_tensor: what was there, shape (batch, token, hidden_size).

        Returns:
            Shape (batch, token, hidden_size).
        """
        # BEGIN SOLUTION
        return self.LayerNorm(self.dropout(self.dense(hidden_states)) + input_tensor)
        # END SOLUTION


# %% check="BertSelfOutput"
check(BertSelfOutput)

# %% [markdown]
# **See it.** A LayerNorm divides by √(variance + eps). With rows of random numbers that become smaller and smaller:
# when does eps take over?


# %%
def normaliser(eps: float) -> nn.Module:
    """Your module with a dense layer that gives 0: only the norm is left."""
    module = BertSelfOutput(BertConfig(hidden_size=64, num_attention_heads=4, layer_norm_eps=eps)).eval()
    nn.init.zeros_(module.dense.weight)
    nn.init.zeros_(module.dense.bias)
    return module


pictures.shrinking({f"eps {eps:g}": normaliser(eps) for eps in (1e-12, 1e-5)}, width=64)

# %% [markdown]
# *The picture: the spread of what comes out against the spread of what goes in, from 10⁻⁸ to 10. With eps 1e-12 it
# stays at 1 down to about 10⁻⁵. With eps 1e-5 it begins to fall at 10⁻² and is gone at 10⁻⁴.*

# %% [markdown]
# ## 6 · The wide layer
#
# Attention moves information between tokens. The wide layer works on each token alone: from 384 numbers to 1536,
# through an activation, and back. Without the activation in the middle, the two matrices would be one.
#
# BERT's activation is GELU: $x \cdot \Phi(x)$, where $\Phi$ is the distribution function of the normal distribution,
# the chance that a standard normal number is below $x$. There are two flavours:
#
# $$\text{gelu}(x) = \frac{x}{2}\left(1 + \operatorname{erf}\frac{x}{\sqrt 2}\right) \qquad
# \text{gelu\_new}(x) = \frac{x}{2}\left(1 + \tanh\left(\sqrt{\tfrac{2}{\pi}}\,(x + 0.044715\,x^3)\right)\right)$$
#
# The second was an approximation for speed. GPT-2 was trained with it, and needs it for ever. In the configuration,
# `hidden_act` says which.
#
# ### Exercise: `BertIntermediate` ●○○ · 8 minutes
#
# Write both formulas yourself, without `F.gelu` and `nn.GELU`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.erf` and `torch.tanh` are there. A dictionary from names to functions chooses, and raises the KeyError by
# itself.
#
# </details>
# <details><summary>Hint 2: the card says that values are off by less than a thousandth?</summary>
#
# Then the two flavours are mixed up somewhere. `"gelu"` is the one with erf.
#
# </details>


# %% exercise="BertIntermediate"
class BertIntermediate(nn.Module):
    """The wide layer: one linear layer and an activation, for each token alone.

    Not to be used: `F.gelu`, `nn.GELU`, BERT's own classes from `transformers`.

    Args:
        config: hidden_size, intermediate_size, hidden_act: "gelu" (with erf), "gelu_new" (with tanh) or "relu".

    An `nn.Linear(hidden_size, intermediate_size)`: `dense`.

    Raises:
        KeyError: hidden_act is none of the three.

    >>> BertIntermediate(BertConfig(hidden_size=12, intermediate_size=20))(torch.ones(2, 5, 12)).shape
    torch.Size([2, 5, 20])
    """

    def __init__(self, config: BertConfig) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.activation = {"gelu": self.gelu, "gelu_new": self.gelu_new, "relu": torch.relu}[config.hidden_act]
        # END SOLUTION

    def forward(self, hidden_states: Tensor) -> Tensor:
        """From shape (batch, token, hidden_size) to (batch, token, intermediate_size)."""
        # BEGIN SOLUTION
        return self.activation(self.dense(hidden_states))

    @staticmethod
    def gelu(x: Tensor) -> Tensor:
        return x / 2 * (1 + torch.erf(x / math.sqrt(2)))

    @staticmethod
    def gelu_new(x: Tensor) -> Tensor:
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        # END SOLUTION


# %% check="BertIntermediate"
check(BertIntermediate)

# %% [markdown]
# **See it.** How far apart are the flavours? Guess a power of ten first.


# %%
def activation(name: str) -> Callable[[Tensor], Tensor]:
    """Your module with one number in and one out, and a weight of 1: only the activation is left."""
    module = BertIntermediate(BertConfig(hidden_size=1, num_attention_heads=1, intermediate_size=1, hidden_act=name))
    nn.init.ones_(module.dense.weight)
    nn.init.zeros_(module.dense.bias)
    one = module.double()
    return lambda x: one(x.unsqueeze(-1)).squeeze(-1).detach()


x = torch.linspace(-5, 5, 401, dtype=torch.float64)
for name, flavour in {"gelu": "none", "gelu_new": "tanh"}.items():
    print(f"{name:8} and F.gelu: off by {(activation(name)(x) - F.gelu(x, approximate=flavour)).abs().max():.0e}")
pictures.flavours(activation)

# %% [markdown]
# *The picture: gelu_new minus gelu over x from −5 to 5, in thousandths. The curve has two humps on each side of zero
# and never leaves ±0.5.*
#
# At most half a thousandth: no shape changes, nothing crashes, a plot of the two shows one line. Keep it in mind for
# the end of the lesson.

# %% [markdown]
# ## 7 · One layer
#
# Now the wiring. Two steps, each with its own residual:
#
#     hidden ─▶ attention.self ─▶ attention.output ─▶ intermediate ─▶ output ─▶
#         └──────────────────────────▲        └────────────────────────▲
#
# Somebody has written it already. The parts come in a `Parts`, so that the library's and yours can be exchanged:
# `parts.self_attention(config)` makes an attention.


# %%
class BrokenLayer(nn.Module):
    def __init__(self, config: BertConfig, parts: Parts = LIBRARY) -> None:
        super().__init__()
        self.attention = nn.ModuleDict({"self": parts.self_attention(config), "output": parts.self_output(config)})
        self.intermediate = parts.intermediate(config)
        self.output = parts.output(config)

    def forward(self, hidden_states: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        context, weights = self.attention["self"](hidden_states, mask)
        attended = self.attention["output"](context, context)
        wide = self.intermediate(attended)
        return self.output(wide, hidden_states), weights


def with_weights(layer: nn.Module, number: int) -> nn.Module:
    """The layer with the real weights of layer `number`, ready to run."""
    front = f"encoder.layer.{number}."
    layer.load_state_dict({name: checkpoint[front + name] for name in layer.state_dict()})
    return layer.eval()


hidden = model.embeddings(pair["input_ids"]).detach()
mask = LIBRARY.mask(pair["attention_mask"], hidden.dtype)
broken, library = with_weights(BrokenLayer(config), 0), with_weights(LIBRARY.layer(config, LIBRARY), 0)
print("the same shape:", broken(hidden, mask)[0].shape == library(hidden, mask)[0].shape)
found = pictures.differences(broken, library, hidden, mask)
print("the first difference is in", pictures.first_difference(found))
pictures.difference_plot({"the broken layer and the library's": found})

# %% [markdown]
# *The picture: twelve modules in the order of running, on a logarithmic axis how far apart they are, measured by the
# largest number there. Up to attention.output.dense it is zero, drawn at 10⁻⁸. From attention.output.LayerNorm on it is
# about 1.*
#
# It has the right shape and loads the right weights. What it gives is wrong. `pictures.differences` hangs a forward
# hook on every module of both models, runs both, and compares module by module: the first difference says where to
# look. All that comes after it is only a consequence.
#
# ### Exercise: `BertLayer` ●●○ · 10 minutes
#
# **Find and mend the bugs.** There are two. With the first mended, compare again: the second shows further on. Write
# the class with `parts`, as above.
#
# <details><summary>Hint 1: the first difference is in `attention.output.LayerNorm`?</summary>
#
# `attention.output.dense` is right and the norm after it is not, so what is added in between is wrong. Hold the code
# against the drawing: where does the first residual start?
#
# </details>
# <details><summary>Hint 2: the first difference is now in `output.LayerNorm`?</summary>
#
# The same once more, one step further. The second residual starts at what went into the second step.
#
# </details>


# %% exercise="BertLayer"
class BertLayer(nn.Module):
    """One layer of BERT: attention, then the wide layer, each added to what went into it and normalised.

    Not to be used: BERT's own classes from `transformers`.

    Args:
        config: handed on to the parts.
        parts: the classes to make the parts from.

    Names: `attention.self`, `attention.output`, `intermediate`, `output`.

    >>> hidden, weights = BertLayer(BertConfig(hidden_size=12, num_attention_heads=3))(torch.ones(2, 5, 12))
    >>> hidden.shape, weights.shape
    (torch.Size([2, 5, 12]), torch.Size([2, 3, 5, 5]))
    """

    def __init__(self, config: BertConfig, parts: Parts = LIBRARY) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.attention = nn.ModuleDict({"self": parts.self_attention(config), "output": parts.self_output(config)})
        self.intermediate = parts.intermediate(config)
        self.output = parts.output(config)
        # END SOLUTION

    def forward(self, hidden_states: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Runs the layer.

        Args:
            hidden_states: shape (batch, token, hidden_size).
            mask: to be added to the scores; broadcasts to (batch, heads, query, key).

        Returns:
            The new hidden states, shape (batch, token, hidden_size); the weights, shape (batch, heads, query, key).
        """
        # BEGIN SOLUTION
        context, weights = self.attention["self"](hidden_states, mask)
        attended = self.attention["output"](context, hidden_states)
        return self.output(self.intermediate(attended), attended), weights
        # END SOLUTION


# %% check="BertLayer"
check(BertLayer)

# %% [markdown]
# **See it.** Your layer with the real weights of the last layer, once with the library's parts and once with your own.

# %%
yours = Parts(
    name="yours",
    embeddings=BertEmbeddings,
    self_attention=BertSelfAttention,
    self_output=BertSelfOutput,
    intermediate=BertIntermediate,
    output=lambda config: BertSelfOutput(config, config.intermediate_size),
    layer=BertLayer,
    pooler=LIBRARY.pooler,  # comes next
    mask=extended_attention_mask,
)
library = with_weights(LIBRARY.layer(config, LIBRARY), 5)
compared = {
    f"your layer, {title} parts": pictures.differences(with_weights(BertLayer(config, parts), 5), library, hidden, mask)
    for title, parts in {"the library's": LIBRARY, "your": yours}.items()
}
pictures.difference_plot(compared)

# %% [markdown]
# *The picture: two curves over the modules of one layer. With the library's parts all differences are zero. With your
# parts they are about 10⁻⁷: the same arithmetic in another order. Both stay far below the dashed line at 10⁻⁵.*

# %% [markdown]
# ## 8 · The pooler
#
# BERT gives one vector a token. For a task about the whole input, the first token, `[CLS]`, was trained to stand for
# all: its vector goes through one more linear layer and a tanh.
#
# ### Exercise: `BertPooler` ●○○ · 4 minutes
#
# <details><summary>Hint 1: a nudge</summary>
#
# The first token of every sentence is `hidden_states[:, 0]`.
#
# </details>
# <details><summary>Hint 2: nearly the code</summary>
#
# `torch.tanh(self.dense(…))`.
#
# </details>


# %% exercise="BertPooler"
class BertPooler(nn.Module):
    """One vector for the whole input: the first token through a linear layer and tanh.

    Not to be used: BERT's own classes from `transformers`.

    Args:
        config: hidden_size.

    An `nn.Linear(hidden_size, hidden_size)`: `dense`.

    >>> BertPooler(BertConfig(hidden_size=12))(torch.ones(2, 5, 12)).shape
    torch.Size([2, 12])
    """

    def __init__(self, config: BertConfig) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        # END SOLUTION

    def forward(self, hidden_states: Tensor) -> Tensor:
        """From shape (batch, token, hidden_size) to (batch, hidden_size)."""
        # BEGIN SOLUTION
        return torch.tanh(self.dense(hidden_states[:, 0]))
        # END SOLUTION


# %% check="BertPooler"
check(BertPooler)

# %% [markdown]
# > **From the notes.** Many a tutorial says that `pooler_output` is *the* vector of a sentence. Let us take five
# > sentences, of which 1 and 2 mean the same, and 3 and 4, and compare three ways to make one vector of a sentence.

# %%
sentences = [
    "A man is eating food.", "Someone is having a meal.", "The stock market fell sharply today.",
    "Shares dropped on Wall Street.", "A monkey plays the drums.",
]  # fmt: skip
five = tokenizer(sentences, padding=True, return_tensors="pt")
with torch.no_grad():
    result = model(**five)
real = five["attention_mask"].unsqueeze(-1)
vectors = {
    "pooler_output": result.pooler_output,
    "mean of the tokens": (result.last_hidden_state * real).sum(dim=1) / real.sum(dim=1),
}
print("largest bias in this pooler:", checkpoint["pooler.dense.bias"].abs().max().item())
pictures.similarities(vectors, sentences)

# %% [markdown]
# *The picture: two maps of cosines. Left, from the pooler: every pair of sentences is at 0.44 or more, also those that
# have nothing in common. Right, from the mean of the tokens: 0.69 for sentences 1 and 2, 0.56 for 3 and 4, about 0 for
# all others.*
#
# > The pooler is as good as what it was trained for. In the first BERT that was to tell whether one sentence follows
# > another. This model was trained on the *mean* of its tokens; its pooler was never used, and its bias is still
# > exactly 0. The weights are in the file, they load without a complaint, and they mean little. Read how a model was
# > trained before you choose what to read from it. A later lesson builds on the mean.

# %% [markdown]
# ## 9 · Loading
#
# Between a file and your modules stand the names. Three things happened to them over the years:
#
# - Saved together with a head, all names of the BERT itself have `bert.` in front.
# - Files that were converted from TensorFlow call LayerNorm's weight `gamma` and its bias `beta`.
# - Some tensors have no place in the model: a head (`cls.predictions.bias`), saved positions.
#
# `model.load_state_dict(…, strict=False)` makes every complaint go away. What does it hide?

# %%
old = {f"bert.{name}": value for name, value in BertEmbeddings(config).state_dict().items()}
fresh = BertEmbeddings(config)
before = fresh.word_embeddings.weight[5, 0].item()
told = fresh.load_state_dict(old, strict=False)
print("changed:", fresh.word_embeddings.weight[5, 0].item() != before, "· missing:", len(told.missing_keys))

# %% [markdown]
# Nothing was loaded, nothing was said. Training would start from random numbers, and one would wonder why pretraining
# helps so little. So: what is missing is an **error**. What is left over is a **list**, for you to look at.
#
# ### Exercise: `load_pretrained` ●●○ · 12 minutes
#
# Check everything before you write anything: a model that is half loaded is worse than one that is not.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make a dictionary from the new name to the name in the checkpoint. Then walk `model.state_dict()`, which holds
# parameters and buffers, and look each name up.
#
# </details>
# <details><summary>Hint 2: "embeddings" has lost its e?</summary>
#
# `lstrip("bert.")` takes away any of these letters, in any order. `removeprefix("bert.")` takes away the word, in front
# and once. `replace` would find it in the middle of a name too.
#
# </details>
# <details><summary>Hint 3: an error leaves the model changed?</summary>
#
# `load_state_dict` copies all that fits, and raises afterwards. Compare names and shapes yourself first; then it has
# nothing left to complain about, and copies.
#
# </details>


# %% exercise="load_pretrained"
def load_pretrained(model: nn.Module, checkpoint: dict[str, Tensor]) -> list[str]:
    """Copies a checkpoint into `model` by the names of its tensors, whatever the age and the head of the checkpoint.

    A name in the checkpoint loses a "bert." in front; LayerNorm.gamma becomes LayerNorm.weight, LayerNorm.beta becomes
    LayerNorm.bias.

    Args:
        model: every parameter and every buffer of its `state_dict` is overwritten. It keeps its dtype, and its
            parameters stay the same objects.
        checkpoint: name → tensor, of any floating dtype. It is left alone, and shares no memory with the model.

    Returns:
        The names in the checkpoint, as they stand there, that have no place in the model, sorted.

    Raises:
        KeyError: a tensor of the model is not in the checkpoint.
        ValueError: one has another shape.
        Both name the tensor, and the model is then as it was.

    >>> model = nn.ModuleDict({"dense": nn.Linear(2, 1)})
    >>> load_pretrained(model, {"bert.dense.weight": torch.ones(1, 2), "dense.bias": torch.ones(1), "x": torch.ones(3)})
    ['x']
    """
    # BEGIN SOLUTION
    names = {}
    for name in checkpoint:
        new = name.removeprefix("bert.")
        names[new.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")] = name
    state = model.state_dict()
    for name, value in state.items():
        if name not in names:
            raise KeyError(f"{name} is not in the checkpoint.")
        if checkpoint[names[name]].shape != value.shape:
            raise ValueError(f"{name} has shape {tuple(value.shape)}, not {tuple(checkpoint[names[name]].shape)}.")
    model.load_state_dict({name: checkpoint[names[name]] for name in state})
    return sorted(name for new, name in names.items() if new not in state)
    # END SOLUTION


# %% check="load_pretrained"
check(load_pretrained)

# %% [markdown]
# **See it.** The real file into the library's model, and into one that needs more than the file has.

# %%
print("left over:", load_pretrained(LIBRARY.pooler(config), {"dense.weight": checkpoint["pooler.dense.weight"],
                                                             "dense.bias": checkpoint["pooler.dense.bias"],
                                                             "cls.predictions.bias": torch.zeros(30_522)}))  # fmt: skip
twelve = nn.ModuleDict({"encoder": nn.ModuleDict({"layer": nn.ModuleList([nn.Identity()] * 11 + [nn.Linear(384, 2)])})})
try:
    load_pretrained(twelve, checkpoint)
except KeyError as error:
    print("KeyError:", error)

# %% [markdown]
# ## 10 · The whole BERT
#
# Embeddings, a list of layers, the pooler. On the way it keeps what each layer gave, because that is what people want
# to look at.
#
# **Predict first.** A model of six layers. How many tensors does `hidden_states` hold, how many does `attentions`?

# %%
with torch.no_grad():
    everything = model(**pair, output_hidden_states=True, output_attentions=True)
print("hidden_states:", len(everything.hidden_states), "· attentions:", len(everything.attentions))
print("the first is what the embeddings give:", torch.equal(everything.hidden_states[0], model.embeddings(**{
    name: pair[name] for name in ("input_ids", "token_type_ids")})))  # fmt: skip
print("the last is last_hidden_state:        ", torch.equal(everything.hidden_states[-1], everything.last_hidden_state))

# %% [markdown]
# <details><summary>The answer</summary>
#
# Seven and six. `hidden_states[0]` comes before the first layer, so `hidden_states[i]` is what layer i **reads**, and
# what it gives is `hidden_states[i + 1]`. Whoever wants "the last four layers" takes `hidden_states[-4:]`.
#
# </details>
#
# ### Exercise: `Bert` ●●● · 15 minutes
#
# Use `parts` for everything: `parts.embeddings(config)`, `parts.layer(config, parts)`, `parts.pooler(config)` make
# modules, `parts.mask(attention_mask, dtype)` makes the mask. The names must be those of the file: `embeddings`,
# `encoder.layer.0` …, `pooler`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `nn.ModuleDict({"layer": nn.ModuleList(…)})` under the name `encoder` gives `encoder.layer.0`. A new layer for each
# number: `[layer] * 6` would be one layer, six times.
#
# </details>
# <details><summary>Hint 2: "one token" is right and padding is wrong?</summary>
#
# The layers want a mask to be added, of the dtype of the hidden states. The tokenizer's 0 and 1 must go through
# `parts.mask` first, once, before the loop.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# Start two lists: `states = [self.embeddings(…)]` and `attentions = []`. For each layer of `self.encoder["layer"]`, run
# it on `states[-1]` and append to both.
#
# </details>


# %% exercise="Bert"
class Bert(nn.Module):
    """BERT: embeddings, layers, pooler.

    Not to be used: BERT's own classes from `transformers`.

    Args:
        config: handed on to the parts; num_hidden_layers says how many layers there are.
        parts: the classes to make the parts from.

    Names: `embeddings`, `encoder.layer.0` …, `pooler`.

    >>> result = Bert(BertConfig(vocab_size=50, hidden_size=12, num_attention_heads=3))(torch.tensor([[7, 3, 9]]))
    >>> result["last_hidden_state"].shape, len(result["hidden_states"])
    (torch.Size([1, 3, 12]), 13)
    """

    def __init__(self, config: BertConfig, parts: Parts = LIBRARY) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.parts = parts
        self.embeddings = parts.embeddings(config)
        layers = [parts.layer(config, parts) for _ in range(config.num_hidden_layers)]
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(layers)})
        self.pooler = parts.pooler(config)
        # END SOLUTION

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, token_type_ids: Tensor | None = None
    ) -> dict[str, Tensor | tuple[Tensor, ...]]:
        """Reads a batch.

        Args:
            input_ids: int64, shape (batch, token).
            attention_mask: shape (batch, token); 1 or True where a token is real. None means everywhere.
            token_type_ids: int64, shape (batch, token), the segment of each token. None means segment 0.

        Returns:
            last_hidden_state: shape (batch, token, hidden_size).
            pooler_output: shape (batch, hidden_size).
            hidden_states: what the embeddings gave and what each layer gave, num_hidden_layers + 1 tensors.
            attentions: the weights of each layer, shape (batch, heads, query, key).
        """
        # BEGIN SOLUTION
        states, attentions = [self.embeddings(input_ids, token_type_ids)], []
        mask = None if attention_mask is None else self.parts.mask(attention_mask, states[0].dtype)
        for layer in self.encoder["layer"]:
            hidden, weights = layer(states[-1], mask)
            states.append(hidden)
            attentions.append(weights)
        return {
            "last_hidden_state": states[-1],
            "pooler_output": self.pooler(states[-1]),
            "hidden_states": tuple(states),
            "attentions": tuple(attentions),
        }
        # END SOLUTION


# %% check="Bert"
check(Bert)

# %% [markdown]
# **See it.** Everything that you wrote, put together, with all the real weights, on a batch with padding; beside it
# the library's model. And once more with the wrong GELU: where does half a thousandth show first, and how far does it
# get?

# %%
yours = replace(yours, pooler=BertPooler)  # now the last part is yours, too


def your_bert(parts: Parts) -> nn.Module:
    """A `Bert` of these parts with the real weights."""
    bert = Bert(config, parts).eval()
    load_pretrained(bert, checkpoint)
    return bert


mine, tanh = your_bert(yours), your_bert(pictures.FAULTS["tanh in place of erf"](yours))
compared = {
    "yours": pictures.differences(mine, model, **pair),
    "yours, with gelu_new": pictures.differences(tanh, model, **pair),
}
for name, found in compared.items():
    first = pictures.first_difference(found) or "no module"
    print(f"{name}: at most {max(found.values()):.0e}, first above 1e-5 in {first}")
exact = pictures.differences(mine.double(), model.double(), **pair)
print(f"yours, both in float64: at most {max(exact.values()):.0e}")
mine, model = mine.float(), model.float()
pictures.difference_plot(compared)

# %% [markdown]
# *The picture: relative differences over 26 places, from the embeddings through four steps in each of six layers to the
# pooler. Yours stays at or below 10⁻⁶ everywhere. With gelu_new the curve is the same up to the first attention, jumps
# over the dashed line at the first intermediate, reaches 10⁻³ one layer later and stays there.*
#
# Your model **is** this model. And a wrong flavour of GELU, which no test of shapes can see, has a place where it
# begins.
#
# **Explore.** A fault is built into your BERT. Choose one and read from the curve where it begins, before you look at
# the title. Which faults show at the very start, and which one only at the end?

# %%
explore(
    pictures.fault_explorer(your_bert, yours, model, pair),
    "Where does each fault first show?",
    fault=choice(list(pictures.FAULTS), "eps 1e-5 in place of 1e-12", label="fault"),
)

# %% [markdown]
# *The picture: the same axis for one fault, here LayerNorms with eps 1e-5. The difference is there from the embeddings
# on.*
#
# **Explore.** Type a sentence, and see what a head of your own BERT makes of it. Try layer 5, head 11 with "The trophy
# did not fit into the suitcase because it was too small". Whom does "it" look at? Do you find a head that looks at the
# next token, one that looks at `[SEP]`, one that looks at equal words?

# %%


@cache
def reader() -> nn.Module:
    return your_bert(yours)


explore(
    pictures.head_explorer(tokenizer, lambda ids: reader()(ids)["attentions"]),
    "Where does this head look?",
    sentence=text("The trophy did not fit into the suitcase because it was too small.", label="sentence"),
    layer=slider(0, 5, 5, label="layer"),
    head=slider(0, 11, 11, label="head"),
)

# %% [markdown]
# *The picture: one map of attention over the tokens of the sentence. Two columns are bright, "[CLS]" and "trophy". "it"
# gives most to "trophy", though it is the suitcase that is too small.*

# %% [markdown]
# ### From the notes: loading, then and now
#
# The notes download `config.json`, `vocab.txt` and `pytorch_model.bin` by hand, read the configuration, switch two
# fields on in it, and load. Here are their steps, for the model of this lesson. Before you run it: what does 3. print?

# %%
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer, BertModel

folder = local_folder_of(MINILM)
print(
    "1. weights and words:", sorted(file.name for file in folder.iterdir() if file.suffix in (".safetensors", ".txt"))
)

old_config = BertConfig.from_pretrained(folder)
old_config.output_hidden_states = True
old_config.output_attentions = True
with silence():
    old_model = BertModel.from_pretrained(folder, config=old_config)
    plain = AutoModel.from_pretrained(folder)
    result = old_model(**batch)
    print("2. the notes' way:", type(result).__name__, len(result.hidden_states), len(result.attentions))

    last, pooled = plain(**batch)
    print("3. last, pooled = model(…):", last, "and", pooled)
    last, pooled = plain(**batch, return_dict=False)
    print("   with return_dict=False:", tuple(last.shape), "and", tuple(pooled.shape))

    print("4. attentions on demand:", plain(**batch, output_attentions=True).attentions)
    print("   attention that is used:", plain.config._attn_implementation)

    headed, report = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True)
print("5. made up by AutoModelForMaskedLM:", sorted(report["missing_keys"])[:2], "…")

# %% [markdown]
# 1. Weights are `model.safetensors` today: tensors and nothing else. A `.bin` is a pickle; `torch.load` reads it with
#    `weights_only=True`. `from_pretrained("name")` fetches and caches all files; nobody downloads by hand.
# 2. The notes' code still runs. Whoever sets `output_attentions` in the configuration gets a slower attention that
#    keeps its weights.
# 3. **It prints two words.** A model returned a tuple once. Now it returns an output object, a dictionary from names to
#    tensors, and to unpack a dictionary gives its keys. `result.last_hidden_state` says what is meant;
#    `return_dict=False` brings the tuple back.
# 4. `()`: by default attention runs in a fused kernel that never has the weights, and only a warning tells you so. Load
#    with `attn_implementation="eager"`, as our `load_model` does.
# 5. `AutoModel` is BERT without a head, `AutoModelForMaskedLM` is BERT with one. If the file has no such head, it is
#    **made of random numbers**, and a report says which. Our `load_pretrained` would have refused.
#
# The notes load two Chinese models. The second is called RoBERTa and is a BERT: *whole word masking*, a way to train,
# and no other wiring. `AutoModel` reads that from `model_type` in its configuration. Where they lie in the hub's cache,
# this cell runs them, in the library's classes and in yours.

# %%
for name in ("bert-base-chinese", "hfl/chinese-roberta-wwm-ext"):
    if local_folder_of(name) is None:
        print(f"{name} is not cached here; online, load_model({name!r}) fetches it once, 0.4 GB.")
        continue
    with silence():
        chinese = AutoTokenizer.from_pretrained(name, local_files_only=True)
        headed = AutoModelForMaskedLM.from_pretrained(name, local_files_only=True).eval()
    ids = chinese("今天天气很[MASK]。", return_tensors="pt")
    place = ids["input_ids"][0].tolist().index(chinese.mask_token_id)
    with torch.no_grad():
        best = headed(**ids).logits[0, place].topk(3).indices
    mine = Bert(read_config(name), yours).eval()
    left = load_pretrained(mine, load_weights(name))
    with torch.no_grad():
        gap = (mine(**ids)["last_hidden_state"] - headed.bert(**ids).last_hidden_state).abs().max()
    print(name, "is a", headed.config.model_type, "and reads", chinese.convert_ids_to_tokens(best))
    print(f"  yours is off by {gap:.0e}; {len(left)} tensors are left over: {left[0]} …")

# %% [markdown]
# ## What you have built
#
# | yours | in transformers |
# |---|---|
# | `BertEmbeddings` | `BertEmbeddings` |
# | `extended_attention_mask` | once `get_extended_attention_mask`, now `masking_utils.create_bidirectional_mask` |
# | `BertSelfAttention` | `BertSelfAttention` with `eager_attention_forward` |
# | `BertSelfOutput` | `BertSelfOutput` and `BertOutput` |
# | `BertIntermediate` | `BertIntermediate`, `ACT2FN[config.hidden_act]` |
# | `BertLayer` | `BertLayer` with `BertAttention` |
# | `BertPooler` | `BertPooler` |
# | `load_pretrained` | what `from_pretrained` does between the file and the modules |
# | `Bert` | `BertModel` with `output_hidden_states` and `output_attentions` |
# | `pictures.differences` | what `torch.testing.assert_close` does, at every module |
#
# **Read the real source.** `transformers/models/bert/modeling_bert.py`: you now know every line of the classes above.
# `transformers/activations.py` for the flavours of GELU. `transformers/masking_utils.py` for the mask.
#
# **Sources.** [Devlin et al. 2019](https://arxiv.org/abs/1810.04805), *BERT*.
# [Hendrycks and Gimpel 2016](https://arxiv.org/abs/1606.08415), *GELU*.
# [Wang et al. 2020](https://arxiv.org/abs/2002.10957), *MiniLM*.
# [Jain and Wallace 2019](https://arxiv.org/abs/1902.10186), *Attention is not Explanation*.
# [Cui et al. 2021](https://arxiv.org/abs/1906.08101), *whole word masking for Chinese BERT*.
#
# **Three questions to take home.**
#
# 1. Padding gets no weight as a key, but it still asks as a query, in every layer. What does that cost, and what would
#    a model have to do to save it?
# 2. The table of words is half of this model. What would be lost if rare words were thrown out, and what does a
#    later lesson offer in their place?
# 3. You have found the first module that differs. What would you compare if two models agreed in every output, and one
#    of them did not learn?
