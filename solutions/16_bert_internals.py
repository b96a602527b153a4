# %% [markdown]
# # Inside BERT
#
# **“She put her money into the bank.” “She sat down on the bank of the river.” A model reads the same word twice. How
# does it come to mean two things?**
#
# To a program a word is a row of a table, and *bank* has only one. So both sentences bring the same numbers at first.
# Here is what a real model makes of them. It is all-MiniLM-L6-v2, a small BERT, and in [lesson
# 07](../07_hooks/07_hooks.ipynb) we watched this very word pass through it, from the outside. (We compare vectors by
# their cosine: 1 is the same direction, 0 nothing in common.)

# %%
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertConfig

from autograder import check, suspects
from helpers import banks
from helpers import bert_internals as pictures
from helpers.bert_compare import FAULTS, differences, first_difference
from helpers.bert_parts import LIBRARY, Parts, named_for_heads, with_heads
from helpers.earlier import earlier
from helpers.heads import LibraryHeads
from helpers.plots import heatmaps
from helpers.pretrained import MINILM, load_model, load_tokenizer, load_weights, local_folder_of, read_config, silence
from helpers.widgets import choice, explore, slider, text

# %%
tokenizer, model = load_tokenizer(MINILM), load_model(MINILM)
batch = tokenizer([banks.MONEY["money"], banks.RIVER["river"]], padding=True, return_tensors="pt")
bank = batch["input_ids"] == tokenizer.convert_tokens_to_ids("bank")  # where the word stands, one place in each row
with torch.no_grad():
    before = model.embeddings.word_embeddings(batch["input_ids"])[bank]  # (2, 384)
    after = model(**batch).last_hidden_state[bank]
for name, (money, river) in {"row of the table": before, "after six layers": after}.items():
    print(f"{name}: equal {torch.equal(money, river)!s:5}  cosine {F.cosine_similarity(money, river, dim=0):.2f}")

# %% [markdown]
# One vector before, two after. But are they two *meanings*? They might just be two vectors. So let us take eight
# sentences about money and eight about rivers, and compare each *bank* with every other one.

# %%
many = tokenizer(banks.SENTENCES, padding=True, return_tensors="pt")
where = many["input_ids"] == tokenizer.convert_tokens_to_ids("bank")
with torch.no_grad():
    rows, states = model.embeddings.word_embeddings(many["input_ids"])[where], model(**many).last_hidden_state
last = states[where]
within, across = banks.within_and_across(last)
print(f"after six layers, on average: two banks of one kind {within:.2f}, of different kinds {across:.2f}")
words = ~torch.isin(many["input_ids"], torch.tensor(tokenizer.all_special_ids))
print(f"two different words of two sentences: {banks.of_different_words(many['input_ids'], words, states):.2f}")
pictures.alike({"before": rows, "after six layers": last})

# %% [markdown]
# *The picture: two tables of cosines, each row and column named by a word of its sentence. Before, all is 1. After, two
# bright squares lie on the diagonal, money with money and rivers with rivers, and where the two meet it is darker.*
#
# (All these cosines are high because it is the same word sixteen times. So look at the differences.) Nobody gave this
# model a dictionary with two entries for *bank*. It must have got this from its training.
#
# In 2018 the first BERT (*Bidirectional Encoder Representations from Transformers*) was given books and the English
# Wikipedia, 3.3 billion words, and two games to play. In the first, 15 % of the tokens are chosen, most of them are
# hidden, and it has to guess them from what stands on both sides: *She put her [MASK] into the bank.* In the second it
# sees two pieces of text, and says whether the second one really followed the first. Nobody has to label anything,
# because the text itself holds the answers. This is **pretraining**, and in [lesson
# 17](../17_pretraining/17_pretraining.ipynb) you play both games. Now what has that to do with *bank*? If the hidden
# word is *money*, it helps a great deal to know which bank stands there. A vector that has taken in something of its
# neighbours guesses better than a row of a table, and so training teaches the model to take neighbours in.
#
# In this lesson we build a BERT and put the real numbers into it. Then we ask your own BERT which words made two banks
# out of one.
#
# At the end you will be able to
#
# - write the parts of BERT, and say what each of them is for;
# - read a checkpoint's names, and put its numbers into modules of your own;
# - compare two models module by module, and find the first place where they differ;
# - follow a word through your own layers, and hide another one from it;
# - as extras: the activation, the pooler, files of any age, six ways to feed a BERT wrongly, and what the fields of a
#   configuration mean.
#
# About 60 minutes for the core, 103 with the extras. You need modules and their names ([lesson
# 06](../06_modules/06_modules.ipynb)) and attention with heads and masks ([lesson
# 11](../11_attention/11_attention.ipynb)).

# %% [markdown]
# ## 1 · What is in the file · core
#
# Our model is a small BERT. It was first trained to copy the attention in the last layer of a large one (it was
# **distilled**). Somebody then kept every second of its twelve layers, and trained what was left on a billion pairs of
# texts: the vectors of two texts that belong together were drawn close, those of others pushed apart. But its parts are
# BERT's, one for one. (BERT-Base, the smaller of the first two BERTs, has twelve layers of 768 numbers.)
#
# What we get of it is three files. `vocab.txt` says which number is which word, `config.json` how large everything is,
# and `model.safetensors` is one large dictionary from names to tensors, the **checkpoint**.

# %%
config, checkpoint = read_config(MINILM), load_weights(MINILM)
for name in ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"):
    print(f"{name:20} {getattr(config, name)}")
print(f"\n{len(checkpoint)} tensors; those of layer 0:")
for name, value in checkpoint.items():
    if name.startswith("encoder.layer.0."):
        print(f"  {name:54} {tuple(value.shape)}")

# %% [markdown]
# The **hidden size** is how many numbers a token has, from the first layer to the last. And the names are a plan:
# `encoder.layer.0.attention.self.query.weight` is an attribute of an attribute of an attribute. If we build modules
# with just these names, the file will fit into them.
#
#     words ─▶ embeddings ─▶ encoder.layer.0 ─▶ encoder.layer.1 ─▶ … ─▶ encoder.layer.5 ─▶ pooler
#
# It is a bit like moving house. Every box says which room it belongs in, so all that we have to build is the house. But
# a bed in the kitchen is noticed, whereas `query.weight` and `key.weight` have the same shape, and if they changed
# places nothing would complain. So after each part we compare with the library.
#
# **Predict first.** Which part has most of the 22.7 million numbers: the table of words, the attention of all six
# layers, or the two large matrices that follow it in each layer (`intermediate` and `output`)?

# %%
pictures.parameters_by_part(checkpoint)

# %% [markdown]
# <details><summary>The answer</summary>
#
# More than half, 11.7 million, is the table of words: 30,522 rows of 384 numbers. The two large matrices have 7.1
# million, attention half of that, 3.5 million. Positions and pooler can hardly be seen.
#
# </details>

# %% [markdown]
# ## 2 · From words to vectors · core
#
# Attention does not know where a word stands. It would read "the dog bites the man" and "the man bites the dog" alike.
# And in the second game there are two texts in one input, so each token has to say which of the two it belongs to. BERT
# keeps a table for each: a row for every place, and a row for each of the two texts, the **segments**. The three rows
# of a token are added. Here are the first three of the 384 numbers of our two banks.

# %%
rows = {
    "word “bank”": checkpoint["embeddings.word_embeddings.weight"][2924],
    "place 7 (money)": checkpoint["embeddings.position_embeddings.weight"][7],
    "place 6 (river)": checkpoint["embeddings.position_embeddings.weight"][6],
    "segment 0": checkpoint["embeddings.token_type_embeddings.weight"][0],
}
word, at_7, at_6, segment = rows.values()
for name, row in {**rows, "sum, money": word + at_7 + segment, "sum, river": word + at_6 + segment}.items():
    print(f"{name:16} {[round(number, 3) for number in row[:3].tolist()]}")

# %% [markdown]
# So the two banks differ already before the first layer, but only because one is the eighth token and the other one the
# seventh. After the sum comes a LayerNorm ([lesson 08](../08_layers/08_layers.ipynb)), and in training dropout.
#
# ### Exercise: `BertEmbeddings` ●○○ · 7 minutes · core
#
# `config` is a `transformers.BertConfig`. Call the attributes `word_embeddings`, `position_embeddings`,
# `token_type_embeddings` and `LayerNorm`: the check gives them weights by name. One row of the words has a special
# role: the padding token's. It never learns.
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
# **See it.** Your class with the real numbers, beside the library's. And your table of places: how alike are place 3
# and place 4, 3 and 30?

# %%
mine = BertEmbeddings(config).eval()
front = "embeddings."
inside = {name.removeprefix(front): value for name, value in checkpoint.items() if name.startswith(front)}
print("in the file, but not in the model:", inside.keys() - mine.state_dict().keys())
mine.load_state_dict({name: inside[name] for name in mine.state_dict()})
with torch.no_grad():
    embedded = mine(batch["input_ids"])
    print(f"largest difference: {(embedded - model.embeddings(batch['input_ids'])).abs().max():.0e}")
print(f"cosine of the two banks: {F.cosine_similarity(*embedded[bank], dim=0):.2f}")
places = F.normalize(mine.position_embeddings.weight[:48].detach(), dim=-1)
alike = places @ places.T
print(f"places 3 and 4: {alike[3, 4]:.2f}, 3 and 30: {alike[3, 30]:.2f}")
for steps in (1, 20, 30):
    print(f"{steps:2} places apart: {alike[1:, 1:].diagonal(steps).mean():.2f} on average")
pictures.likeness(places, title="cosine of the position vectors", label="position")

# %% [markdown]
# <details><summary>What to see</summary>
#
# Along a diagonal, that is for places equally far apart, the cosines are nearly the same. Neighbours are alike. Then
# darker and paler bands take turns: places 20 apart have almost nothing in common, and, oddly enough, places 30 apart
# are half alike again. Place 0, where `[CLS]` always stands, is like no other.
#
# </details>
#
# The table began as random numbers, and this pattern is what training made of it. (One thing in the file has no place
# in the model: older versions saved the positions 0 … 511 along. We leave it out.)

# %% [markdown]
# ## 3 · Hiding the padding · core
#
# Our two sentences have ten and twelve tokens, and a batch is a rectangle. The tokenizer has filled up the shorter one
# with `[PAD]`, and says so in `attention_mask`: 1 for a real token, 0 for padding. No token should look at padding. In
# [lesson 11](../11_attention/11_attention.ipynb) we hid it by a boolean mask. BERT does it by arithmetic. It **adds** a
# number to each score: 0 where a token is real, and where it is padding a number so low that exp makes 0 of it. Say the
# scores are 2, 1 and 3, and the best one is padding. Its weight would be 0.67. With −10,000 added, its score is −9,997,
# exp makes 0 of that, and the other two share everything, 0.73 and 0.27.
#
# How low is low enough? The first BERT took −10,000. Others take −∞, or the lowest number that the dtype can hold,
# which is about −3.4·10³⁸ for float32 (`torch.finfo(torch.float32).min`).
#
# **Predict first.** Which of the three fails where a padded key has a score of 20,000? And which of them give something
# useless for a sentence that is all padding?

# %%
for name, lowest in {"-10,000": -10_000.0, "-∞": -torch.inf, "finfo.min": torch.finfo(torch.float32).min}.items():
    huge = torch.tensor([30.0, 20.0, lowest + 20_000]).softmax(-1)
    nothing = (torch.tensor([30.0, 20.0, 10.0]) + lowest).softmax(-1)
    print(f"{name:>9}  a padded score of 20,000: {huge[2]:.1f}  all padding: {[round(w, 2) for w in nothing.tolist()]}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# −10,000 lets the huge score through, and where all is padding it hides nothing. −∞ makes NaN there. The lowest number
# does neither: beside it 30 and 20 are nothing, so that all three sums are the same number, and the weights are equal.
#
# </details>
#
# So the lowest number it is. A query that may look at nothing then gets the mean of everything. (In [lesson
# 11](../11_attention/11_attention.ipynb) it got zeros. Here we do what the library does, so that we can compare.
# Nothing is ever read off such a row anyway.)
#
# > **You may read that** the lowest number of a dtype is safe everywhere: it swallows any score that is added to it,
# > and there is never a NaN. Here are three scores below zero, all of them padding, in three dtypes.

# %%
scores = torch.tensor([-40.0, -50.0, -60.0])
for dtype in (torch.float32, torch.bfloat16, torch.float16):
    added = scores.to(dtype) + torch.finfo(dtype).min
    print(f"{dtype!s:15} sums {[f'{number:.3g}' for number in added.tolist()]}, weights {added.softmax(-1).tolist()}")

# %% [markdown]
# > In float32 and bfloat16 it is so. But float16 ends at −65,504, where neighbouring numbers are only 32 apart. A score
# > of −40 leads out of it, and three −∞ are a row of NaN. (By default transformers hands a boolean mask to a fused
# > attention. Our helpers ask for `attn_implementation="eager"`, which adds numbers and returns its weights.)
#
# ### Exercise: `extended_attention_mask` ●●○ · 4 minutes · core
#
# One number per key is enough for all heads and queries, so the mask has shape (batch, 1, 1, key) and broadcasts to
# (batch, heads, query, key). A mask of three dimensions says for each query what it may look at, for example that no
# token may look ahead.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.finfo(dtype).min` is the number. `mask[:, None, None, :]` is the shape.
#
# </details>
# <details><summary>Hint 2: "Subtraction, the `-` operator, with a bool tensor is not supported"?</summary>
#
# A mask may come as True and False. Compare instead of subtracting: `attention_mask == 0` is boolean for both.
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
# **See it.** What your mask adds to the scores of our two sentences.

# %%
mask = extended_attention_mask(batch["attention_mask"])
for sentence, row in zip(("money", "river"), mask[:, 0, 0], strict=True):
    print(sentence, [f"{number:.0e}" if number else "0" for number in row.tolist()])

# %% [markdown]
# ## 4 · A word asks the others · core
#
# Now *bank* may look around. This is the multi-head attention of [lesson 11](../11_attention/11_attention.ipynb): three
# linear layers make queries, keys and values, these are cut into heads, each head scores, divides by √d (d is the width
# of one head), and brings back a mean of values. Three things are new. The mask is added. In training, dropout acts on
# the weights, so that no head can rely on a single word. And the weights come back beside the result, because we want
# to look at them. The fourth linear layer, which mixes the heads, is missing: BERT keeps it in its next part.
#
# ### Exercise: `BertSelfAttention` ●●○ · 9 minutes · core
#
# Call the three linear layers `query`, `key` and `value`.
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
# `nn.Dropout(config.attention_probs_dropout_prob)` acts on the weights. With a dropout of 1 every weight is 0, and so
# is all that is brought back.
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
            after dropout, shape (batch, heads, query, key).
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
# **See it.** Your class with the real weights of layer 0. Where do its heads look from the *bank* of the river?

# %%
hidden = model.embeddings(batch["input_ids"]).detach()  # what comes into layer 0
mask = LIBRARY.mask(batch["attention_mask"], hidden.dtype)  # the library's own, the same as yours
mine, front = BertSelfAttention(config).eval(), "encoder.layer.0.attention.self."
mine.load_state_dict({name: checkpoint[front + name] for name in mine.state_dict()})
with torch.no_grad():
    weights = mine(hidden, mask)[1]  # (sentence, head, query, key)
words = tokenizer.convert_ids_to_tokens(batch["input_ids"][1])
heads = [f"head {number}" for number in range(config.num_attention_heads)]
heatmaps({"layer 0, at “bank”": weights[1, :, words.index("bank")]}, rows=heads, columns=words, xlabel="", ylabel="",
    limits=(0, 1))  # fmt: skip

# %% [markdown]
# <details><summary>What to see</summary>
#
# Head 2 looks at the token before, with a weight of 1.00. Six heads give a third or more to [CLS], a token that stands
# for no word. (The usual reading: a head that has found nothing looks there.) But head 4 gives 0.71 to "river" and head
# 10 gives it 0.61. In the very first layer *bank* already hears about it.
#
# </details>

# %% [markdown]
# ## 5 · What was there is kept · core
#
# What the heads bring back is made of values of *other* words, for the most part. If it simply took the word's place,
# *bank* would soon be forgotten. So it is added to what was there, which is called a **residual connection**. First a
# linear layer mixes what the heads have found. Then comes the sum, and a LayerNorm brings it back to a common size.
#
# The norm comes last, as in the transformer of 2017. Most models of today normalise what goes *into* a step and leave
# the sum alone ([lesson 12](../12_transformer/12_transformer.ipynb) compares the two). A checkpoint that was trained in
# one order is noise in the other.
#
# Each layer has this part twice: behind its attention, and behind its feed-forward layer, to which we come next. There
# it is called `BertOutput`. Only the width of what comes in differs, so we take it as an argument.
#
# ### Exercise: `BertSelfOutput` ●○○ · 4 minutes · core
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
# **See it.** Your module with the real weights, behind the attention of layer 0. Once it gets what was there, and once
# zeros instead. How much of a *bank* is left, and are the two banks still alike?

# %%
mine, front = BertSelfOutput(config).eval(), "encoder.layer.0.attention.output."
mine.load_state_dict({name: checkpoint[front + name] for name in mine.state_dict()})
with torch.no_grad():
    found = model.encoder.layer[0].attention.self(hidden, mask)[0]
    for name, kept in {"with what was there": hidden, "without it": torch.zeros_like(hidden)}.items():
        banked = mine(found, kept)[bank]
        itself = F.cosine_similarity(banked, hidden[bank], dim=-1).mean()
        print(
            f"{name:20} like itself before: {itself:.2f}   like each other: {F.cosine_similarity(*banked, dim=0):.2f}"
        )

# %% [markdown]
# Without it the word is gone after a single step. What is left is made of its neighbours, and therefore the two are
# already far apart, at 0.52. With what was there, *bank* is still *bank*, and the two have moved apart only a little,
# from 0.99 to 0.95. Eleven more such steps are to come, two in each layer.

# %% [markdown]
# ## 6 · One layer · core
#
# Attention brings news from other tokens. In the second half of a layer, each token works on what it has heard, by
# itself. That is the **feed-forward layer** of [lesson 12](../12_transformer/12_transformer.ipynb): one matrix from 384
# numbers to 1,536 (the intermediate size), an activation, and one matrix back. BERT calls the first matrix with its
# activation `intermediate`. The second one sits in `output`, together with sum and norm, and is the part that you have
# just written, with `inputs=1536`.
#
#     hidden ─▶ attention.self ─▶ attention.output ─▶ intermediate ─▶ output ─▶
#         └──────────────────────────▲        └────────────────────────▲
#
# Somebody has put it together already. A `Parts` holds the classes for all parts of a BERT, so that the library's
# (`LIBRARY`) and yours can be exchanged: `parts.self_attention(config)` makes an attention.


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
        return self.output(self.intermediate(attended), hidden_states), weights


def with_weights(layer: nn.Module, number: int) -> nn.Module:
    """The layer with the real weights of layer `number`, ready to run."""
    front = f"encoder.layer.{number}."
    layer.load_state_dict({name: checkpoint[front + name] for name in layer.state_dict()})
    return layer.eval()


broken, library = with_weights(BrokenLayer(config), 0), with_weights(LIBRARY.layer(config, LIBRARY), 0)
print("the same shape:", broken(hidden, mask)[0].shape == library(hidden, mask)[0].shape)
found = differences(broken, library, hidden, mask)
print("the first difference is in", first_difference(found))

# %% [markdown]
# It has the right shape, but what it gives is wrong. `differences` hangs a forward hook ([lesson
# 07](../07_hooks/07_hooks.ipynb)) on every module of both models, runs both, and says how far apart their outputs are,
# as a share of the largest number there. The first difference says where to look. All that comes after it may only be a
# consequence.
#
# ### Exercise: `BertLayer` ●●○ · 7 minutes · core
#
# **Find and mend the bugs.** There are two. Copy `BrokenLayer` and call it `BertLayer`. When you have mended the first
# bug, compare again, with `first_difference(differences(with_weights(BertLayer(config), 0), library, hidden, mask))`:
# the second one shows further on.
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
    """One layer of BERT: attention, then the feed-forward layer, each added to what went into it and normalised.

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
# **See it.** Your layer with the real weights, once around the library's parts and once around your own, and beside it
# the broken one. (The first half of the feed-forward layer is the library's still. It is an extra, in section 8.)

# %%
yours = Parts(
    name="yours",
    embeddings=BertEmbeddings,
    self_attention=BertSelfAttention,
    self_output=BertSelfOutput,
    intermediate=LIBRARY.intermediate,
    output=lambda config: BertSelfOutput(config, config.intermediate_size),
    layer=BertLayer,
    pooler=LIBRARY.pooler,
    mask=extended_attention_mask,
)
compared = {
    f"around {title} parts": differences(with_weights(BertLayer(config, parts), 0), library, hidden, mask)
    for title, parts in {"the library's": LIBRARY, "your own": yours}.items()
}
for name, sizes in compared.items():
    print(f"{name}: off by at most {max(sizes.values()):.0e} of the largest number there")
pictures.difference_plot({"the broken layer": found, "yours": compared["around your own parts"]})

# %% [markdown]
# <details><summary>What to see</summary>
#
# How far each module is from the library's, on a logarithmic axis; zero is drawn at 10⁻⁸. Yours stays far below the
# dashed line. The broken layer is right up to attention.output.dense, and from attention.output.LayerNorm on it is off
# by about 0.4.
#
# </details>
#
# With the library's parts nothing differs at all. With your own it is the last digits of float32: the same arithmetic
# in another order.

# %% [markdown]
# ## 7 · The whole BERT · core
#
# What is left is to stack. Embeddings, then the layers one after the other, and at the end the **pooler**. It makes one
# vector for the whole input out of the vector of the first token, `[CLS]`, and in training the answer to the second
# game, *did this text follow that one?*, was read off it (section 9). On the way we keep what each layer gave, because
# that is what we want to look at.
#
# **Predict first.** A model of six layers. How many tensors does `hidden_states` hold, and how many does `attentions`?

# %%
with torch.no_grad():
    everything = model(**batch, output_hidden_states=True, output_attentions=True)
print("hidden_states:", len(everything.hidden_states), "· attentions:", len(everything.attentions))
print("the first is what the embeddings give:", torch.equal(everything.hidden_states[0], hidden))
print("the last is last_hidden_state:        ", torch.equal(everything.hidden_states[-1], everything.last_hidden_state))

# %% [markdown]
# <details><summary>The answer</summary>
#
# Seven and six. `hidden_states[0]` comes before the first layer, so `hidden_states[i]` is what layer i **reads**, and
# what it gives is `hidden_states[i + 1]`. For "the last four layers" take `hidden_states[-4:]`.
#
# </details>
#
# ### Exercise: `Bert` ●●● · 8 minutes · core
#
# Use `parts` for everything: `parts.embeddings(config)`, `parts.layer(config, parts)`, `parts.pooler(config)` make
# modules, `parts.mask(attention_mask, dtype)` makes the mask. Without an `attention_mask` the layers get None. The
# names must be those of the file: `embeddings`, `encoder.layer.0` …, `pooler`.
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

    >>> config = BertConfig(vocab_size=50, hidden_size=12, num_hidden_layers=4, num_attention_heads=2)
    >>> result = Bert(config)(torch.tensor([[7, 3, 9]]))
    >>> result["last_hidden_state"].shape, len(result["hidden_states"])
    (torch.Size([1, 3, 12]), 5)
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
            attentions: the weights of each layer, num_hidden_layers tensors of shape (batch, heads, query, key).
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
# **See it.** All that you wrote, put together, with the real numbers. It reads our two sentences, padding and all, and
# so does the library's model.


# %%
def your_bert(parts: Parts) -> Bert:
    """A `Bert` of these parts, with the real numbers."""
    bert = Bert(config, parts).eval()
    bert.load_state_dict({name: checkpoint[name] for name in bert.state_dict()})
    return bert


compared = differences(your_bert(yours), model, **batch)
print(f"{len(compared)} places compared, off by at most {max(compared.values()):.0e} of the largest number there")
exact = differences(your_bert(yours).double(), load_model(MINILM).double(), **batch)
print(f"both in float64: at most {max(exact.values()):.0e}")
pictures.difference_plot({"your BERT and the library's": compared})

# %% [markdown]
# *The picture: 26 of these places, from the embeddings through four steps in each of six layers to the pooler. Nowhere
# does the relative difference come near the dashed line at 10⁻⁵.*
#
# Yours **is** MiniLM (activation and pooler are still the library's). In float64 the difference shrinks to the last
# digits, so it was rounding. Whatever we want to know about MiniLM, we can now ask your code. Let us begin with the
# sixteen banks. For each of them we ask, after each layer: are you nearer to the mean of the other banks of money, or
# to that of the rivers? The answer is one number, the cosine with the first mean minus the cosine with the second. 0.1
# is a lot here, since two banks of one kind have 0.88 and two of different kinds still 0.82.


# %%
@cache  # made once, at the first call
def reader() -> Bert:
    return your_bert(yours)


def states_of_bank(bert: Bert, sentences: list[str], hidden: str = "") -> Tensor:
    """The vectors of *bank* before and after each layer, shape (state, sentence, 384); `hidden` is a word to hide."""
    batch = tokenizer(sentences, padding=True, return_tensors="pt")
    if hidden:
        if hidden not in tokenizer.tokenize(" ".join(sentences)):
            raise ValueError(f"There is no token {hidden!r} to hide.")
        batch["attention_mask"][batch["input_ids"] == tokenizer.convert_tokens_to_ids(hidden)] = 0
    bank = batch["input_ids"] == tokenizer.convert_tokens_to_ids("bank")
    with torch.no_grad():
        return torch.stack([state[bank] for state in bert(**batch)["hidden_states"]])


known = states_of_bank(reader(), banks.SENTENCES)
print("the nearest other bank is of the same kind:", banks.neighbours_of_like_meaning(known), "of 16")
pictures.leanings(banks.leaning_of_each(known))

# %% [markdown]
# *The picture: sixteen lines over the layers that the word has passed. They start together near zero, in no order. Then
# the lines of the money sentences go up and those of the rivers go down. After two layers none is on the wrong side.*
#
# There is no layer in which the meaning is decided. The two bundles part step by step. But which of the other words
# does it? From attention weights we could only guess. Now we have a mask, and with it we can really ask: what becomes
# of *bank* if no token may look at "river"? And how does your BERT do with sentences that are meant to be hard?


# %%
def lean(bert: Bert, sentence: str, hidden: str = "") -> float:
    """Which bank it is after the last layer: above 0 that of money, below 0 that of rivers.

    One of the sixteen is left out of the mean that it is compared with.
    """
    return banks.leaning(states_of_bank(bert, [sentence], hidden), known, but=sentence)[-1, 0].item()


for key, words in {
    "money": ["money"], "loan": ["loan"], "river": ["river"], "water": ["water"], "fisherman": ["fisherman", "grassy"]
}.items():  # fmt: skip
    sentence = {**banks.MONEY, **banks.RIVER}[key]
    without = "   ".join(f"without {word!r} {lean(reader(), sentence, word):+.3f}" for word in words)
    print(f"{sentence:40} {lean(reader(), sentence):+.3f}   {without}")
print()
for sentence in banks.DOUBTFUL:
    print(f"{sentence:44} {lean(reader(), sentence):+.3f}")

# %% [markdown]
# Take one word away, and *bank* goes about half of the way back to the middle, or all of it. (The fisherman does not
# count, since he might be at either bank. It is the grass that gives this one away.) So that is what happened. The word
# comes in as one row, plus its place. In layer 0 a head looks from it at "river" and brings back what "river" hands
# over. This is *added*, so it is still *bank*, but now a bank that has heard of a river. The feed-forward layer works
# on that, and from what comes out the next layer makes its query. After two such layers the sixteen are sorted.
#
# And has it understood? It was not fooled by the money in the river's bank. But sit on a bank and count money, and for
# this model you sit on a bank of money. It cannot make up its mind about the fisherman's debt. And fog counts as a
# river, since our two directions leave nothing else to be. What it has learned is the company that words keep, which is
# just what its games asked for.
#
# **Explore.** Type a sentence with *bank*, and in the second line a word of it that is to be hidden. Can you write one
# about a river that your BERT takes for one about money?

# %%
explore(
    pictures.bank_explorer(tokenizer, lambda *given: states_of_bank(reader(), *given)),
    "Which bank is it, and which word makes it so?",
    sentence=text(banks.DOUBTFUL[1], label="sentence"),
    hidden=text("money", label="hide"),
)

# %% [markdown]
# *The picture: the sixteen lines, and in front of them the sentence about counting money on a bank. It rises among
# those about money, and without "money" it rises a little less.*
#
# The core of the lesson ends here. The other sections stand by themselves. Your classes go on: [lesson
# 17](../17_pretraining/17_pretraining.ipynb) puts heads on a BERT and trains it.

# %% [markdown]
# ## 8 · Two flavours of an activation · extra
#
# One part of the layer is still the library's: `intermediate`, the first matrix of the feed-forward layer with its
# activation. Without an activation between them the two matrices would be one. BERT's is **GELU**, $x \cdot \Phi(x)$,
# where $\Phi(x)$ is the chance that a normal random number lies below $x$. So a large $x$ is let through, a very
# negative one is stopped, and in between there is a soft bend. There are two flavours:
#
# $$\text{gelu}(x) = \frac{x}{2}\left(1 + \operatorname{erf}\frac{x}{\sqrt 2}\right) \qquad
# \text{gelu\_new}(x) = \frac{x}{2}\left(1 + \tanh\left(\sqrt{\tfrac{2}{\pi}}\,(x + 0.044715\,x^3)\right)\right)$$
#
# The first one is exact, since erf is how libraries write $\Phi$. The second one is an approximation that was made for
# speed; somebody chose 0.044715 so that the curves lie as close as possible. In a configuration, `hidden_act` says
# which of the two a model wants.
#
# ### Exercise: `BertIntermediate` ●○○ · 6 minutes · extra
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
    """The first half of the feed-forward layer: one linear layer and an activation, for each token alone.

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
# **See it.** How far apart are the two flavours? Guess a power of ten first.


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
# <details><summary>What to see</summary>
#
# The difference in thousandths, over x from −5 to 5. It has two humps on each side of zero and never leaves ±0.5.
#
# </details>
#
# At most half a thousandth: no shape changes, nothing crashes, and a plot of both shows one line.
#
# > **You may read that** BERT has the exact GELU, GPT-2 the one with tanh, and that a model needs for ever what it was
# > trained with. The code that Google published with BERT in 2018 had erf. In February 2019 the same repository changed
# > to tanh, in the same function, for the same checkpoints, and has kept it. So both are BERT's. The library's `"gelu"`
# > is the exact one. What does it do to our banks if we take the other? (`FAULTS` holds ways to put one wrong part
# > among yours; `replace` copies a `Parts` with one of them exchanged.)

# %%
yours = replace(yours, intermediate=BertIntermediate)
tanh = your_bert(FAULTS["tanh instead of erf"](yours))
compared = {"yours": differences(your_bert(yours), model, **batch), "with gelu_new": differences(tanh, model, **batch)}
for name, found in compared.items():
    print(f"{name}: at most {max(found.values()):.0e}, first above 1e-5 in {first_difference(found) or 'no module'}")
for name, one in {"gelu": your_bert(yours), "gelu_new": tanh}.items():
    with torch.no_grad():
        banked = one(**batch)["last_hidden_state"][bank]
    print(f"cosine of the two banks, {name}: {F.cosine_similarity(*banked, dim=0):.5f}")
pictures.difference_plot(compared)

# %% [markdown]
# *The picture: two curves over the whole model. They are the same up to the first attention. At the first intermediate
# the one with gelu_new jumps over the dashed line, and from the output behind it on it stays above 10⁻⁴.*
#
# > For our question it makes no visible difference. It is two parts in a thousand at most, so you could swap the
# > formula and nobody would notice. But if you want to know whether your code is the same as somebody else's, it is the
# > kind of fault that no test of shapes finds, and here you can see where it begins.

# %% [markdown]
# ## 9 · One vector for a sentence · extra
#
# In the second game BERT has to say one thing about the whole input, so it needs one vector for it. The pooler takes
# the first token's: `[CLS]` stands in front of every input and means nothing by itself, so there is room in it for what
# all the others have to say. One linear layer and a tanh come after it.
#
# ### Exercise: `BertPooler` ●○○ · 3 minutes · extra
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
# > **You may read that** `pooler_output` is *the* vector of a sentence. Let us take five sentences, of which 1 and 2
# > are about the same thing, and 3 and 4, and make one vector of each in two ways: with your pooler, and as the mean of
# > the tokens.

# %%
sentences = [
    "The bank raised its interest rates.", "Loans became more expensive.", "The bank of the river was muddy.",
    "After the rain the shore was all mud.", "A monkey plays the drums.",
]  # fmt: skip
five = tokenizer(sentences, padding=True, return_tensors="pt")
mine = BertPooler(config)
mine.load_state_dict({name: checkpoint[f"pooler.{name}"] for name in mine.state_dict()})
with torch.no_grad():
    states = model(**five).last_hidden_state
    real = five["attention_mask"].unsqueeze(-1)
    vectors = {"your pooler": mine(states), "mean of the tokens": (states * real).sum(dim=1) / real.sum(dim=1)}
print("largest bias in the pooler:", checkpoint["pooler.dense.bias"].abs().max().item())
pictures.similarities(vectors, sentences)

# %% [markdown]
# <details><summary>What to see</summary>
#
# By the pooler any two sentences are alike, with cosines of 0.48 and more, even to the monkey. By the mean 1 and 2 have
# 0.51, 3 and 4 have 0.62. The two sentences with the word *bank*, 1 and 3, have 0.29, and the monkey has nothing in
# common with any of them.
#
# </details>
#
# > A pooler is as good as what it was trained for. In the first BERT that was the second game. Our model was trained on
# > the *mean* of its tokens, and its pooler was never used: the bias is still exactly 0. The weights are in the file,
# > they load without a complaint, and they mean little. So ask how a model was trained before you choose what to read
# > off it. ([Lesson 19](../19_representations/19_representations.ipynb) searches with the mean.)

# %% [markdown]
# ## 10 · Loading · extra
#
# So far we have picked tensors out of the checkpoint by their names, since ours are the same. But files are older than
# classes, and three things happened to the names:
#
# - If a model was saved together with a head for some task, all names of the BERT itself have `bert.` in front.
# - Files that were converted from TensorFlow call LayerNorm's weight `gamma` and its bias `beta`.
# - Some tensors have no place in the model: a head (`cls.predictions.bias`), or saved positions.
#
# `model.load_state_dict(…, strict=False)` silences two complaints, about names that are missing and names that are left
# over. (A wrong shape still raises.) What does it hide?

# %%
old = {f"bert.{name}": value for name, value in LIBRARY.embeddings(config).state_dict().items()}
fresh = LIBRARY.embeddings(config)
before = fresh.word_embeddings.weight[5, 0].item()
told = fresh.load_state_dict(old, strict=False)
print("changed:", fresh.word_embeddings.weight[5, 0].item() != before, "· missing:", len(told.missing_keys))

# %% [markdown]
# Nothing was loaded, and nothing was said unless one looks at what came back. Training would start from random numbers,
# and we would wonder why pretraining helps so little. So for us, what is missing is an **error**. What is left over is
# a **list**, for us to look at.
#
# ### Exercise: `load_pretrained` ●●○ · 11 minutes · extra
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

    A name in the checkpoint loses a "bert." in front; LayerNorm.gamma at its end becomes LayerNorm.weight,
    LayerNorm.beta becomes LayerNorm.bias. No two names become the same.

    Args:
        model: every parameter and every buffer of its `state_dict` is overwritten. It keeps its dtype, and its
            parameters stay the same objects.
        checkpoint: name → tensor; what goes into the model is of any floating dtype. The checkpoint is left alone, and
            shares no memory with the model.

    Returns:
        The names in the checkpoint, as they stand there, that have no place in the model, sorted.

    Raises:
        KeyError: a tensor of the model is not in the checkpoint.
        ValueError: one has another shape.
        Both name the tensor as the model does, and the model is then as it was.

    >>> model = nn.ModuleDict({"dense": nn.Linear(2, 1)})
    >>> load_pretrained(model, {"bert.dense.weight": torch.ones(1, 2), "dense.bias": torch.ones(1), "x": torch.ones(3)})
    ['x']
    """
    # BEGIN SOLUTION
    names = {}
    for name in checkpoint:
        new = name.removeprefix("bert.")
        for old, now in (("gamma", "weight"), ("beta", "bias")):
            if new.endswith(f"LayerNorm.{old}"):
                new = new.removesuffix(old) + now
        names[new] = name
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
# **See it.** The real file into a pooler, beside a head that the pooler has no place for, and into a model that needs
# more layers than the file has.

# %%
headed = {name: value for name, value in checkpoint.items() if name.startswith("pooler.")}
headed |= {"cls.predictions.bias": torch.zeros(30_522)}
pooler = nn.ModuleDict({"pooler": LIBRARY.pooler(config)})
print("left over:", load_pretrained(pooler, headed))
twelve = nn.ModuleDict({"encoder": nn.ModuleDict({"layer": nn.ModuleList([nn.Identity()] * 11 + [nn.Linear(384, 2)])})})
try:
    load_pretrained(twelve, checkpoint)
except KeyError as error:
    print("KeyError:", error)

# %% [markdown]
# Now every part is there. Put them all together, and let your own function load them. And because you may have written
# attention before, `earlier` fetches your `MultiHeadAttention` from [lesson 11](../11_attention/11_attention.ipynb) if
# it is right. (Otherwise the library's stands in for it.) BERT's fourth linear layer is already in it. So
# `named_for_heads` moves the weights of `output.dense` into the heads, and `with_heads` makes `output.dense` the
# identity.

# %%
yours = replace(yours, pooler=BertPooler)
complete = Bert(config, yours).eval()
print("left over:", load_pretrained(complete, checkpoint))
heads = earlier("MultiHeadAttention", otherwise=LibraryHeads)
with_eleven = Bert(config, with_heads(yours, heads)).eval()
load_pretrained(with_eleven, named_for_heads(checkpoint))
for name, one in {"all parts yours": complete, "with heads of lesson 11": with_eleven}.items():
    with torch.no_grad():
        last = one(**batch)["last_hidden_state"]
    gap = (last - model(**batch).last_hidden_state)[batch["attention_mask"] == 1].abs().max()
    print(
        f"{name}: {gap:.0e} from the library's, cosine of the two banks {F.cosine_similarity(*last[bank], dim=0):.2f}"
    )

# %% [markdown]
# The two banks do not notice.
#
# **Explore.** A fault is built into your BERT: GELU by tanh instead of erf; eps 1e-5 instead of 1e-12; padding that is
# not hidden; padding and words swapped in the mask; no tanh in the pooler. Where will each of them first show? Guess,
# then choose it, and read from the curve where it begins before you look at the title.

# %%
explore(
    pictures.fault_explorer(your_bert, yours, model, batch),
    "Where does each fault first show?",
    fault=choice(list(FAULTS), "eps 1e-5 instead of 1e-12", label="fault"),
)

# %% [markdown]
# *The picture: the same axis as before for one fault, here LayerNorms with eps 1e-5. The difference is there from the
# embeddings on.*
#
# **Explore.** And where do the heads of your own BERT look? Do you find one that looks at the next token, one that
# looks at `[SEP]`, one that finds the river?

# %%
explore(
    pictures.head_explorer(tokenizer, lambda ids: reader()(ids)["attentions"]),
    "Where does this head look?",
    sentence=text(banks.RIVER["river"], label="sentence"),
    layer=slider(0, 5, 0, label="layer"),
    head=slider(0, 11, 4, label="head"),
)

# %% [markdown]
# *The picture: one map of attention over the tokens of the sentence. In the row of "bank" the brightest place is
# "river".*

# %% [markdown]
# ### Loading, then and now
#
# > **You may read that** one downloads `config.json`, `vocab.txt` and `pytorch_model.bin` by hand, reads the
# > configuration, switches two fields on in it, loads, and unpacks two results. Here are these steps for the model of
# > this lesson. Before you run it: what does line 3 print?

# %%
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer, BertModel, BertTokenizer

folder = local_folder_of(MINILM)
files = sorted(file.name for file in folder.iterdir() if file.suffix in (".safetensors", ".txt", ".bin"))
print("1. weights and words:", files)

with silence():
    old_words = BertTokenizer.from_pretrained(folder)
    old_config = BertConfig.from_pretrained(folder)
    old_config.output_hidden_states = True
    old_config.output_attentions = True
    old_model = BertModel.from_pretrained(folder, config=old_config)
    plain = AutoModel.from_pretrained(folder)
    one = old_words("A bank.", return_tensors="pt")
    result = old_model(**one)
    print("2. by hand:", type(result).__name__, len(result.hidden_states), len(result.attentions))

    last, pooled = plain(**one)
    print("3. last, pooled = model(…):", last, "and", pooled)
    last, pooled = plain(**one, return_dict=False)
    print("   with return_dict=False:", tuple(last.shape), "and", tuple(pooled.shape))

    print("4. attentions on demand:", plain(**one, output_attentions=True).attentions)
    print("   attention that is used:", plain.config._attn_implementation)

    headed, report = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True)
print("5. made up by AutoModelForMaskedLM:", sorted(report["missing_keys"])[:2], "…")

# %% [markdown]
# > 1. Weights are `model.safetensors` today, tensors and nothing else. A `.bin` is a pickle, and `torch.load` reads it
# >    with `weights_only=True`. `from_pretrained("name")` fetches all files and keeps them.
# > 2. The old code still runs. If you set `output_attentions` in the configuration, you get a slower attention that
# >    keeps its weights.
# > 3. **It prints two words.** A model once returned a tuple. Now it returns a dictionary from names to tensors, and
# >    unpacking a dictionary gives its keys. Write `result.last_hidden_state`, or ask for the tuple with
# >    `return_dict=False`.
# > 4. `()`: the default is a fused kernel, which never has the weights, and only a warning tells you so. Load with
# >    `attn_implementation="eager"`, as our `load_model` does.
# > 5. `AutoModel` is BERT without a head, `AutoModelForMaskedLM` is BERT with that of the first game. If the file has
# >    no such head, it is **made of random numbers**, and only a report says so. Our `load_pretrained` would refuse.
#
# Many tutorials load two Chinese models, `bert-base-chinese` and `hfl/chinese-roberta-wwm-ext`. The second one is
# called RoBERTa, but its wiring is BERT's. It was only trained differently: if one character of a word was hidden, so
# were the others (*whole word masking*). The sentence says *I put my money into the [MASK]行*. In Chinese the two banks
# are two words, and that of money is 银行. If the models are in the hub's cache, this cell shows the three characters
# that each of them finds likeliest, and how far your classes are from the library's.

# %%
for name in ("bert-base-chinese", "hfl/chinese-roberta-wwm-ext"):
    if local_folder_of(name) is None:
        print(f"{name} is not cached here; online, load_model({name!r}) fetches it once, 0.4 GB.")
        continue
    with silence():
        chinese = AutoTokenizer.from_pretrained(name, local_files_only=True)
        headed = AutoModelForMaskedLM.from_pretrained(name, local_files_only=True).eval()
    ids = chinese("我把钱存在[MASK]行。", return_tensors="pt")
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
# ## 11 · Six ways to feed it wrongly · extra
#
# A BERT can be right in every part and still read nonsense, because somebody gave it the wrong things. Between a batch
# and the first layer there are three decisions: which keys are hidden, which row of the positions a token gets, and
# which segment. Below are six functions that make them. Each takes what a tokenizer gives (ids, 1 for a real token,
# segments) and calls `read(ids, positions, segments, added, real)`. That runs a small BERT of two layers and sets what
# comes out at the padding to 0, since that is not read. `places` counts 0, 1, 2 … and `hide` makes a mask to be added,
# as yours does. In the small vocabulary 0 is `[PAD]`, 1 is `[CLS]`, 2 is `[SEP]`, and 3 to 29 are words.

# %%
suspects("bert_counterexample")

# %% [markdown]
# **Predict first.** A tokenizer makes a batch of two sentences, of four and of six tokens. Both begin with `[CLS]` and
# end with `[SEP]`, the shorter one is filled up at its end with `[PAD]`, and all segments are 0. How many of the six
# are caught by it?

# %%
ordinary = (
    torch.tensor([[1, 7, 8, 2, 0, 0], [1, 9, 10, 11, 12, 2]]),
    torch.tensor([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]]),
    torch.zeros(2, 6, dtype=torch.int64),
)
pictures.lineup(ordinary)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Two: the one that adds 1 and 0, and the one that hides the first sentence's padding everywhere. The other four agree
# with the library in every number. They would pass any test with such a batch, for years.
#
# </details>
#
# ### Exercise: `bert_counterexample` ●●○ · 8 minutes · extra
#
# Return one batch on which all six are seen to be wrong. You earn a share for each.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the suspects one by one, and ask what each of them takes for granted. Then write a sentence for which it is
# not so. Padding need not be at the end, and a real token may have id 0.
#
# </details>
# <details><summary>Hint 2: the segments</summary>
#
# Two suspects are about them. One needs a sentence with real tokens of both segments. For the other, let
# `token_type_ids` say something that the separators do not say.
#
# </details>
# <details><summary>Hint 3: all but the one with the first sentence's padding?</summary>
#
# Give it a second sentence whose padding stands elsewhere.
#
# </details>


# %% exercise="bert_counterexample"
def bert_counterexample() -> tuple[Tensor, Tensor, Tensor]:
    """One batch on which each of the suspects is seen to be wrong.

    Returns:
        input_ids, attention_mask and token_type_ids, int64, each of shape (batch, token): at most 12 tokens a sentence
        and 1,000 numbers in all. Ids from 0 to 29, masks and segments of 0 and 1; each sentence has a real token.
    """
    # BEGIN SOLUTION
    input_ids = torch.tensor([[1, 7, 0, 8, 2], [0, 1, 9, 10, 2]])  # a word with id 0, and padding in front
    attention_mask = torch.tensor([[1, 1, 1, 1, 1], [0, 1, 1, 1, 1]])
    token_type_ids = torch.tensor([[0, 0, 1, 1, 1], [0, 0, 0, 0, 0]])  # a second segment without a separator
    return input_ids, attention_mask, token_type_ids
    # END SOLUTION


# %% check="bert_counterexample"
check(bert_counterexample)

# %% [markdown]
# **See it.** How far each suspect is from the library, token by token. In each row something should be above 0.

# %%
pictures.lineup(bert_counterexample())

# %% [markdown]
# Padding in front is not far-fetched. Models that write are padded there ([lesson
# 14](../14_generation/14_generation.ipynb)), and if you take their tokenizer's habit along to a BERT, you meet these
# suspects.

# %% [markdown]
# ## 12 · What a configuration says · extra
#
# | field | what it decides |
# |---|---|
# | `hidden_size`, `intermediate_size`, `vocab_size` | the shapes of the matrices |
# | `num_hidden_layers`, `num_attention_heads` | how many layers, and heads in each |
# | `max_position_embeddings` | rows of the table of positions: the longest input |
# | `type_vocab_size` | rows of the table of segments |
# | `pad_token_id` | the row of the words that learns nothing |
# | `hidden_act` | the flavour of the activation |
# | `layer_norm_eps` | every LayerNorm |
# | `hidden_dropout_prob`, `attention_probs_dropout_prob` | dropout on what is added, and on the weights of attention |
# | `output_hidden_states`, `output_attentions` | what a model gives back by default |
# | `model_type` | which class `AutoModel` makes |
# | `transformers_version`, `_name_or_path` | nothing: which version saved it, and where it came from |
#
# > **You may read that** a configuration describes a model. Only the fields that some code reads count. Here is one
# > with two lines about the same thing, and with fields that have come down from an early BERT into many
# > configurations.

# %%
LEFTOVERS = {
    "directionality": "bidi", "pooler_fc_size": 768, "pooler_num_attention_heads": 12, "pooler_num_fc_layers": 3,
    "pooler_size_per_head": 128, "pooler_type": "first_token_transform",
}  # fmt: skip
small = {"hidden_size": 24, "num_attention_heads": 2, "num_hidden_layers": 1, "vocab_size": 100}
both = BertConfig(**small, layer_norm_eps=1e-12, layer_norm_epsilon=1e-05)
print(
    "kept both:",
    both.layer_norm_eps,
    both.layer_norm_epsilon,
    "· the layer reads:",
    LIBRARY.self_output(both).LayerNorm.eps,
)
print("a misspelt field is kept too:", BertConfig(hiden_size=99).hiden_size, BertConfig(hiden_size=99).hidden_size)
with_them, without = (BertModel(BertConfig(**small, **fields)).state_dict() for fields in (LEFTOVERS, {}))
print(
    "the six leftovers change:", [name for name in without if without[name].shape != with_them[name].shape] or "nothing"
)

# %% [markdown]
# > A configuration takes any name and does not tell which of them is read. For BERT it is `layer_norm_eps`;
# > `layer_norm_epsilon` is what GPT-2 reads. The leftovers describe another pooler, and no class of BERT reads them. If
# > a change in `config.json` changes nothing, look for the name in the source of the model.
#
# One field does more than all the others. Here is the configuration of a LayoutLM, a BERT that also reads *where* on
# the page each word stands, with a box of four numbers a token ([lesson 20](../20_layoutlm/20_layoutlm.ipynb)). In one
# of two copies somebody has written `"model_type": "bert"`, and that does happen.

# %%
from transformers import AutoConfig, LayoutLMConfig

ids, box = torch.tensor([[5, 6, 7]]), torch.tensor([[[10, 10, 20, 20], [30, 10, 40, 20], [10, 30, 20, 40]]])
fields = LayoutLMConfig(**small).to_dict()
for model_type in ("layoutlm", "bert"):
    torch.manual_seed(0)
    made = AutoModel.from_config(AutoConfig.for_model(**{**fields, "model_type": model_type})).eval()
    with torch.no_grad():
        here, there = (made(ids, bbox=place).last_hidden_state for place in (box, box + 500))
    print(
        f"{model_type:9} makes a {type(made).__name__:14} other boxes change something: {not torch.equal(here, there)}"
    )

# %% [markdown]
# `AutoModel` built a BERT. It took the boxes as well, since its `forward` takes any name, and ignored them. Nothing was
# raised.

# %% [markdown]
# ## What you have built
#
# | yours | in transformers |
# |---|---|
# | `BertEmbeddings` | `BertEmbeddings` |
# | `extended_attention_mask` | once `get_extended_attention_mask`, now `masking_utils.create_bidirectional_mask` |
# | `BertSelfAttention` | `BertSelfAttention` with `eager_attention_forward` |
# | `BertSelfOutput` | `BertSelfOutput` and `BertOutput` |
# | `BertLayer` | `BertLayer` with `BertAttention` |
# | `Bert` | `BertModel` with `output_hidden_states` and `output_attentions` |
# | `BertIntermediate` | `BertIntermediate`, `ACT2FN[config.hidden_act]` |
# | `BertPooler` | `BertPooler` |
# | `load_pretrained` | what `from_pretrained` does between the file and the modules |
# | `bert_counterexample` | the tests of BERT, if they had padding in front |
#
# **Read the real source.** `transformers/models/bert/modeling_bert.py`: you will recognise the classes above, and what
# is new to you there serves decoders and speed. `transformers/activations.py` for the flavours of GELU,
# `transformers/masking_utils.py` for the mask.
#
# **Sources.** [Devlin et al. 2019](https://arxiv.org/abs/1810.04805), *BERT*. [Hendrycks and Gimpel
# 2016](https://arxiv.org/abs/1606.08415), *GELU*. [Wang et al. 2020](https://arxiv.org/abs/2002.10957), *MiniLM*. [Cui
# et al. 2021](https://arxiv.org/abs/1906.08101), *whole word masking for Chinese BERT*.
#
# **At scale.** The first BERT-Base, 110 million numbers, read 256 pieces of up to 512 tokens a step, a million steps
# long, in four days on 16 TPU chips. Five years later MosaicBERT reached such scores in little more than an hour on
# eight A100, for about 20 dollars: FlashAttention, 16-bit numbers, and no padding. ModernBERT (2024) read 2 trillion
# tokens, in pieces of up to 8,192, with rotary positions for the table, the norm first, and only every third layer
# looking at everything. The plan is still the one that you have built.
#
# **Three questions to take home.**
#
# 1. Padding gets no weight as a key, but it still asks as a query, in every layer. What does that cost in our batch of
#    sixteen, and what would a model have to do to save it?
# 2. "She walked from the bank to the bank of the river." What tells the two apart in the first layer? Which of your
#    lines would you have to change to follow both?
# 3. You have found the first module that differs. What would you compare if two models agreed in every output, and one
#    of them did not learn?
