# %% [markdown]
# # Attention
#
# **"The cat slept on the sofa because it was tired." What does "it" refer to, and how can a program find out?**
#
# You knew it was the cat. And had the last word been *soft*, you would have known just as quickly that it was the
# sofa. There is a model that we have met before ([lesson 07](../07_hooks/07_hooks.ipynb)), all-MiniLM-L6-v2, in which
# words look at each other. They do that in six layers, through twelve **heads** in each, and here is where one of
# these heads looks when it stands at the word "it".

# %%
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import check, suspects
from helpers import attention as pictures
from helpers import looks, pronouns
from helpers.plots import heatmaps
from helpers.widgets import explore, slider

# %%
words = ["the", "cat", "slept", "on", "the", "sofa", "because", "it", "was", "tired"]
softer = [*words[:-1], "soft"]
reader = pronouns.reader()
tokens = reader.tokens(" ".join(words))
it = tokens.index("it")
rows = {f"… it was {text[-1]}": reader.weights(" ".join(text))[3, 1, it] for text in (words, softer)}
looks.strips(rows, [*tokens[:-2], "tired/soft", "[SEP]"], "layer 3, head 1: where “it” looks")

# %% [markdown]
# *The picture: two rows of numbers that each sum to one. With "tired" at the end, 0.43 of the row lies on "cat" and
# 0.19 on "sofa". With "soft" at the end, 0.10 lies on "cat" and 0.17 on "sofa". Much of the rest goes to [CLS], a
# token that the model puts in front of every sentence.*
#
# We changed the last word, and at "it", two words earlier, the head takes its eyes off the cat. Nobody wrote a rule
# for that, and nobody told the model what cats and sofas are. So there must be a way for words to ask each other for
# things, and one that can be learned.
#
# In this lesson we build it. We begin with one word that looks at three others, and at the end our own layers stand
# inside this very model. Then we shall come back to the picture and ask whether it means what it seems to mean.
#
# At the end you will be able to
#
# - say what queries, keys and values are, and where they come from;
# - write attention from two matrix products and a softmax, and say why there is a √ in it;
# - hide padding and the future with a mask, and know what happens when a mask hides everything;
# - split attention into heads, put your heads into a real model, and read what they look at with due doubt;
# - as extras: measure how widely a word looks, catch five wrong attentions with one input, translate, write all of it
#   with letters, and compute it without ever holding the table of all pairs.
#
# About 60 minutes for the core, 119 with the extras. You need matrix products, softmax and broadcasting ([lesson
# 03](../03_products_and_masks/03_products_and_masks.ipynb)), modules ([lesson 06](../06_modules/06_modules.ipynb)), and
# to know that a word is a row of a table ([lesson 08](../08_layers/08_layers.ipynb)).

# %% [markdown]
# ## 1 · One word looks around · core
#
# A program gets each word as a row of numbers out of a table. For "it" that is the same row in every sentence. It
# knows nothing of cats. If "it" is to mean the cat, some of what "cat" knows has to come over to it. But how is it to
# know that this is the word to turn to?
#
# Imagine that the words stand in a room. "It" calls out what it is looking for: *is anybody here alive?* Everybody
# wears a label that says what they have to offer, and holds a note with what they would hand over. The better a label
# fits the call, the louder that note is read out. The call is named **query**, the label **key**, and the note
# **value**.
#
# All three are vectors, and how well a key fits a query is their dot product. Let us do it for three words, with two
# numbers in a query: how much we care about life, and how much about furniture. As values we take something that we can
# count, fur and legs. (How "it" should know to ask for life we leave open until section 3.)

# %%
query = torch.tensor([2.0, 0.0])  # what "it" looks for: something alive
key = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])  # what the three have to offer
value = torch.tensor([[1.0, 4.0], [0.0, 4.0], [0.0, 0.0]])  # what they hand over: fur, legs

scores = [float(query @ each) for each in key]
powers = [math.exp(score) for score in scores]
heard = torch.zeros(2)
for name, score, power, note in zip(("cat", "sofa", "because"), scores, powers, value, strict=True):
    weight = power / sum(powers)
    heard += weight * note
    print(f"{name:8} score {score:.0f}   exp(score) {power:.2f}   weight {weight:.3f}")
print(f"heard: {heard[0]:.2f} of a fur and {heard[1]:.2f} legs")

# %% [markdown]
# The three scores went through a softmax: exp makes all of them positive, and dividing by their sum makes shares of
# them. These shares are the **weights**. And "it" hears the mean of the values under these weights, 0.79 of a fur and
# 3.57 legs. It has become something like a cat.
#
# Why so soft, why not just take the best? Because "the best" cannot learn. If we nudge the query a little, the same
# word is still the best, nothing changes, and the gradient is zero. With a weight for everybody, a nudge moves the
# weights.
#
# Here is also the place where our room is misleading. In a room one turns to one person. Our "it" hears all of them at
# once, stirred into one vector. And it always hears *somebody*: the weights sum to one even where nobody fits, and
# then whoever fits least badly is heard.
#
# ### Exercise: `attend` ●○○ · 4 minutes · core
#
# What one word hears, for any number of others. It takes two products and a softmax.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `key @ query` is a matrix times a vector: one dot product for each row of `key`.
#
# </details>
# <details><summary>Hint 2: you get <code>size mismatch</code>?</summary>
#
# Print the shapes. `key` is (n, d) and `query` is (d,), so that `key @ query` is (n,). The weights are (n,) as well,
# and `weights @ value` is (d_v,).
#
# </details>


# %% exercise="attend"
def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """What one word hears of others: the mean of their values, weighted by how well their keys fit its query.

    A key's score is its dot product with the query, and a softmax makes weights of the scores.

    Not to be used: `F.scaled_dot_product_attention`, `nn.MultiheadAttention`.

    Args:
        query: shape (d,), floating point.
        key: shape (n, d), one row for each word, and at least one.
        value: shape (n, d_v).

    Returns:
        Shape (d_v,), dtype and device of `value`, also where scores lie in the hundreds. Gradients reach all three.

    >>> attend(torch.tensor([1.0, 0.0]), torch.tensor([[2.0, 0.0], [0.0, 9.0]]), torch.eye(2))
    tensor([0.8808, 0.1192])
    """
    # BEGIN SOLUTION
    weights = torch.softmax(key @ query, dim=0)
    return weights @ value
    # END SOLUTION


# %% check="attend"
check(attend)

# %% [markdown]
# **See it.** Now all ten words of our sentence, with keys that say alive, furniture or neither. If the values are the
# rows of an identity matrix, what is heard *is* the weights, and we can look at them. (We shall use this trick again.)
# Our query asks for something alive, first gently, then louder and louder. What happens to the others?

# %%
labels = torch.tensor([[float(word == "cat"), float(word == "sofa")] for word in words])
calls = {f"asks with {loud}": torch.tensor([float(loud), 0.0]) for loud in (0, 1, 2, 4, 8)}
looks.strips({name: attend(call, labels, torch.eye(10)) for name, call in calls.items()}, words, "who is heard")

# %% [markdown]
# <details><summary>What to see</summary>
#
# With a query of 0 all ten have the weight 0.10. With 2 the cat has 0.45, and with 8 it has all of it, to two digits.
# So the *length* of a query says how choosy it is.
#
# </details>

# %% [markdown]
# ## 2 · All words at once · core
#
# Every word may ask, not only "it". So let us have ten queries, and do the same for each of them in a loop. (Queries,
# keys and values are ready-made for now. In the next section we see where they come from.)

# %%
query, key, value = (looks.sentence(words) @ w for w in looks.matrices())
print("queries", tuple(query.shape), "keys", tuple(key.shape), "values", tuple(value.shape))
one_by_one = torch.stack([attend(each, key, value) for each in query])
scores = query @ key.T  # (query, key): the score of each query with each key
at_once = scores.softmax(dim=-1) @ value  # each row is one query's weights, so the sum runs along the row
print("the same:", torch.allclose(one_by_one, at_once))

# %% [markdown]
# The loop has turned into a matrix. Row *i* of the scores belongs to query *i*, the softmax goes along the row, and the
# second product mixes the values for all queries at once. There is nothing more to attention than these two lines, but
# for one thing, and we have not noticed it because our queries have three numbers only. Let us take random ones, wider
# and wider.

# %%
torch.manual_seed(0)
for d in (4, 64, 1024):
    query, key = torch.randn(1000, d), torch.randn(10, d)  # 1,000 queries look at 10 keys
    scores = query @ key.T
    largest = scores.softmax(-1).amax(-1).mean()
    print(f"{d:5} numbers: scores of about ±{scores.std():4.1f}, the best of ten keys gets {largest:.2f} on average")

# %% [markdown]
# These queries are looking for nothing in particular, and yet they become sure of one key, only because they are wide.
# A dot product adds up $d$ terms. Each of them is as often positive as negative, with a variance of 1, so their sum has
# a variance of $d$ and a size of about $\sqrt d$: 2, 8 and 32, as printed. If we divide by that, scores keep their size
# however wide the vectors are:
#
# $$\operatorname{attention}(Q, K, V) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V$$
#
# $d_k$ is the number of numbers in a query, and in a key. (What becomes of the gradients otherwise, we measure in
# section 7.) This is **scaled dot-product attention**.
#
# **Predict first.** Write down for each line what comes back, a shape or an error.

# %%
cases = {
    "3 queries, 5 keys": ((2, 3, 4), (2, 5, 4), (2, 5, 6)),
    "wider queries": ((2, 3, 7), (2, 5, 4), (2, 5, 6)),
    "one value too few": ((2, 3, 4), (2, 5, 4), (2, 4, 6)),
    "no batch": ((3, 4), (5, 4), (5, 6)),
}
for name, shapes in cases.items():
    try:
        result = F.scaled_dot_product_attention(*(torch.zeros(shape) for shape in shapes))
        print(f"{name:18} {tuple(result.shape)}")
    except RuntimeError as error:
        print(f"{name:18} {type(error).__name__}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# A query and a key must be equally *wide*, since they meet in a dot product. Keys and values must be equally *many*,
# since each word has one of both. How many queries there are, and how wide a value is, is free, and a batch may be
# missing.
#
# </details>
#
# Now for a batch. Sentences are of different lengths, so short ones are filled up with padding ([lesson
# 09](../09_data/09_data.ipynb)), and nobody should listen to padding. So we need a **mask** that says for each query
# and key whether the one may look at the other. A key that is hidden gets the weight 0, and the others share its part.
# The safe way is to hide it *before* the softmax, with a score that exp turns into 0, and that is −∞.
#
# One case is left over. If everything is hidden from a query, exp makes zeros only, and 0/0 is NaN. It does happen, to
# a sentence that is all padding. In this course such a query hears zeros, as it does with PyTorch's own function.
#
# ### Exercise: `attention` ●●○ · 9 minutes · core
#
# The whole formula, with batches and a mask.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `key.mT` swaps the last two dimensions and leaves a batch alone; `key.T` would turn all of them. The softmax belongs
# along the last dimension, `dim=-1`.
#
# </details>
# <details><summary>Hint 2: the mask</summary>
#
# `scores.masked_fill(~mask, -torch.inf)`: `masked_fill` fills where its mask is **True**, and ours is True where a key
# may be seen.
#
# </details>
# <details><summary>Hint 3: NaN for a query that may look at nothing?</summary>
#
# Fill the hidden places once more after the softmax, this time with 0.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# scores = query @ key.mT / math.sqrt(...)
# if mask is not None:
#     scores = scores.masked_fill(...)
# weights = scores.softmax(...)
# if mask is not None:
#     ...
# return weights @ value
# ```
#
# </details>


# %% exercise="attention"
def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention.

    Not to be used: `F.scaled_dot_product_attention`, `nn.MultiheadAttention`.

    Args:
        query: shape (..., query, d_k), floating point.
        key: shape (..., key, d_k).
        value: shape (..., key, d_v).
        mask: boolean, broadcasts to (..., query, key); True where a query may look at a key. None hides nothing.

    Returns:
        For each query the mean of the values under its weights: shape (..., query, d_v).
        Dtype and device are those of the inputs.
        A hidden key has no influence, however large its score.
        Zeros for a query that may look at nothing, and gradients stay finite.

    >>> attention(torch.zeros(1, 4), torch.ones(2, 4), torch.tensor([[1.0], [3.0]]))
    tensor([[2.]])
    """
    # BEGIN SOLUTION
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value
    # END SOLUTION


# %% check="attention"
check(attention)

# %% [markdown]
# **Explore.** Here is a head that likes the word *before* each word. (Real models have such heads; in MiniLM's first
# layer, head 2 is one.) A mask says how many words back and ahead it may look. Take *words ahead* down to −2, so that
# only words at least two back are visible and its favourite is not: who gets the weight? From when on do queries see
# nothing?

# %%
explore(
    pictures.mask_explorer(lambda query, key, mask: attention(query, key, torch.eye(10), mask), words),
    "Where does the weight go when the mask takes the favourite away?",
    back=slider(0, 9, 9, label="words back"),
    ahead=slider(-2, 9, 0, label="words ahead"),
    padding=slider(0, 10, 2, label="padding on the left"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Mostly to the nearest word that is left, about half of it, and at "was" and "tired" to one six places back. Nobody
# fits any more, so they share. Two queries see nothing from the start, those of the padding itself. With −1 there are
# three, with −2 four. Their rows are dark: they hear zeros.
#
# </details>
#
# Attention is often called a soft dictionary, and for the three roles that is a good picture. It breaks where a real
# dictionary computes from the query where to look, and compares with one key or two out of a thousand. Attention
# compares with all of them.
#
# | tensor | shape | a row of it says |
# |---|---|---|
# | query | (batch, query, d_k) | what this word looks for |
# | key | (batch, key, d_k) | what this word offers to be found by |
# | value | (batch, key, d_v) | what this word hands over |
# | mask | broadcasts to (batch, query, key) | boolean, **True = may be looked at** |
# | weights | (batch, query, key) | how this query shares out its attention; sums to 1 |
# | result | (batch, query, d_v) | the mean of the values under these weights |

# %% [markdown]
# ## 3 · Queries, keys and values of one x · core
#
# So far somebody handed us queries, keys and values. In a model all that we have is `x`, one row of `d_model` numbers
# for each word, which says what the word is. What it looks for, what it offers and what it hands over are three
# different things. But all three follow from what it is. So let us have three matrices, and make all three out of the
# same `x`:
#
# $$Q = x\, W_q \qquad K = x\, W_k \qquad V = x\, W_v$$
#
# The matrices are where the learning is. They are the same for each word and every sentence, and a model finds them by
# gradients like all its other weights. Ours are set by hand, so that we can see what such matrices may say.

# %%
x = looks.sentence(words)
w_q, w_k, w_v = looks.matrices()
looks.from_one_x(x, w_q, w_k, w_v, words)

# %% [markdown]
# *The picture: on the left `x`, with seven columns. "cat" has a 1 at alive, "sofa" at furniture, "it" at pronoun,
# "tired" at said of the living. In the middle the three matrices. On the right what they make of x. One query is not
# empty: "it" asks for a description, with 6. "Tired" offers one, "cat" offers a living being, "sofa" a thing. And as
# its value "tired" hands over the question whether somebody is alive.*
#
# Read it row by row. A pronoun looks for a description, says `w_q`. (The 6 makes it choosy, as we saw; divided by √3 it
# is a lead of 3.5.) A word that carries the question "is it alive?" looks for a living being, and strongly, with 9. And
# `w_v` holds the trick: "tired" hands over not itself but a *question*.
#
# **Predict first.** "It" looks around with these matrices, once. Will it look at the cat? And if we exchange "tired"
# for "soft", by how much will the ratio of what it gives to "cat" and to "sofa" change?
#
# <details><summary>The answer</summary>
#
# It looks at the description, and hardly at the cat. And the ratio does not change at all. The query of "it" is made
# from the row of "it", which is the same in both sentences, and so are the keys of "cat" and "sofa". So the two scores
# are the same, and the ratio of the weights depends on nothing else. **No single look from "it" can choose between the
# two**, whatever the matrices. What it can do is fetch something that makes the next query a different one.
#
# </details>
#
# ### Exercise: `self_attention` ●●○ · 6 minutes · core
#
# A sentence that looks at itself. `F.scaled_dot_product_attention` may be used here, so that it is three products and
# a call.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Three names for three products, each with its own matrix: `query = x @ w_q`, and so on.
#
# </details>
# <details><summary>Hint 2: does the card say that only "square matrices" is wrong?</summary>
#
# Then a matrix stands in the place of another one, or transposed, and the shapes happen to allow it. `nn.Linear` uses
# its weight transposed; these stand as they are.
#
# </details>


# %% exercise="self_attention"
def self_attention(x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> Tensor:
    """A sentence looks at itself: queries, keys and values are made of the same x, each by a matrix of its own.

    Not to be used: `nn.MultiheadAttention`.

    Args:
        x: shape (batch, n, d_model), or without the batch.
        w_q, w_k: shape (d_model, d_k).
        w_v: shape (d_model, d_v).

    Returns:
        For each word the mean of all values under its weights, softmax of query · key / √d_k: shape (batch, n, d_v),
        dtype and device of `x`.

    >>> self_attention(torch.eye(2), torch.tensor([[4.0], [0.0]]), torch.tensor([[0.0], [1.0]]), 10 * torch.eye(2))
    tensor([[0.1799, 9.8201],
            [5.0000, 5.0000]])
    """
    # BEGIN SOLUTION
    query, key, value = x @ w_q, x @ w_k, x @ w_v
    return F.scaled_dot_product_attention(query, key, value)
    # END SOLUTION


# %% check="self_attention"
check(self_attention)

# %% [markdown]
# **See it.** Two looks in a row. After the first one, each word keeps what it was and adds what it heard. Then it
# looks again, with the same matrices. (`looks.weights_by` asks your function for the weights: each word hands over its
# own row of an identity matrix.)

# %%
rows = {}
for text in (words, softer):
    x = looks.sentence(text)
    for look in ("first look", "second look"):
        rows[f"… {text[-1]}, {look}"] = looks.weights_by(self_attention, x, w_q, w_k)[words.index("it")]
        x = x + self_attention(x, w_q, w_k, w_v)
looks.strips(rows, [*words[:-1], "tired/soft"], "where “it” looks")

# %% [markdown]
# <details><summary>What to see</summary>
#
# In the first look "it" gives 0.78 to the last word, and cat and sofa get the same 0.02, in both sentences. In the
# second look it carries a question with it, and finds the cat with 0.59 after "tired", the sofa with 0.59 after
# "soft".
#
# </details>
#
# That is one reason why such models have many layers. (Adding what was heard to what was there is a **residual
# connection**. It is part of a transformer, and of each of MiniLM's layers.) Does a real model do it in this way? We
# can look. Here is "it" in the first four layers of MiniLM.

# %%
first, second = (reader.weights(" ".join(text))[:, :, it] for text in (words, softer))  # (layer, head, at whom)
cat, sofa, last = tokens.index("cat"), tokens.index("sofa"), len(tokens) - 2
for layer in range(4):
    change = (first[layer, :, cat] / first[layer, :, sofa]) / (second[layer, :, cat] / second[layer, :, sofa])
    print(f"layer {layer}: cat over sofa changes by factors of {change.min():.2f} to {change.max():.2f}")
for head in (4, 7):
    print(f"layer 1, head {head}: “it” gives {first[1, head, last]:.2f} to “tired”")

# %% [markdown]
# In layer 0 (we count from 0, as the model does) nothing changes, in any head, as we derived. Layer 1 could tell the
# two sentences apart already, but what it does, mostly, is look from "it" at the last word. And the further up we go,
# the more the ratio moves, until we come to the head of our first picture.

# %% [markdown]
# ## 4 · Who may look at whom · core
#
# Our `attention` takes any mask, and somebody has to make it. There are two reasons to hide a key. It may be padding.
# Or it may lie in the *future*: a model that is to predict the next word must not see it. The two are joined by `and`.
#
# Before we write that, there is a trap to know. PyTorch reads boolean masks in two opposite ways.
#
# | who | mask | True or 1 means |
# |---|---|---|
# | this course, `F.scaled_dot_product_attention` | `attn_mask` | may be looked at |
# | `nn.MultiheadAttention` and the layers of `nn.Transformer` | `attn_mask`, `key_padding_mask` … | hidden |
# | a tokenizer of transformers | `attention_mask`, integers | a real token |
# | all of torch's | a floating-point mask | it is added to the scores, 0 or −∞ |
#
# **Predict first.** Three words, and each may look at itself and at earlier ones. Below, `visible` is True where that
# is allowed. Which of the two tables is right? And what is in the last row of the wrong one?

# %%
torch.manual_seed(0)
library, three = nn.MultiheadAttention(8, 2, batch_first=True), torch.randn(1, 3, 8)
visible = torch.ones(3, 3, dtype=torch.bool).tril()
for name, given in {"attn_mask=visible": visible, "attn_mask=~visible": ~visible}.items():
    print(name, *library(three, three, three, attn_mask=given)[1][0].detach().numpy().round(2), sep="\n")

# %% [markdown]
# <details><summary>The answer</summary>
#
# The second one. `nn.MultiheadAttention` hides where its mask is True, so with `visible` as it is the first word looks
# at the future only, and the last one may look at nothing: NaN. No error was raised. With other masks it would not
# even have been NaN.
#
# </details>
#
# The queries may be fewer than the keys. When a model writes word after word, the earlier keys are kept, and only the
# newest words ask. Then the queries are the *last* positions: with 9 keys and 4 queries, query 0 stands at key 5. (The
# option `is_causal=True` of `F.scaled_dot_product_attention` puts it at key 0, which is the same only where there are
# as many queries as keys.)
#
# ### Exercise: `combine_masks` ●●○ · 6 minutes · core
#
# One mask out of the two reasons.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make two masks and join them by `&`. `real` has the shape (batch, key): where must a dimension for the queries go, so
# that it broadcasts to (batch, query, key)?
#
# </details>
# <details><summary>Hint 2: the future</summary>
#
# `torch.ones(queries, keys, dtype=torch.bool, device=real.device).tril(shift)` keeps row i up to column i + shift. In
# the last row the last column must be left: queries − 1 + shift = keys − 1.
#
# </details>
# <details><summary>Hint 3: the result has 0 and 1, or the shape lacks the queries?</summary>
#
# A tokenizer's mask is made of integers: `real.bool()`. A result that only broadcasts is not enough here:
# `mask.expand(*real.shape[:-1], queries, keys)` gives it the full shape without copying.
#
# </details>


# %% exercise="combine_masks"
def combine_masks(real: Tensor, queries: int, causal: bool = False) -> Tensor:
    """Which key each query may look at: not at padding and, if `causal`, not at what comes later.

    Args:
        real: shape (..., key); True or 1 where a token is real, False or 0 where it is padding. Boolean or integer.
        queries: how many queries there are, from one to as many as keys. They stand at the last positions of the keys.
        causal: whether the future is hidden. A query's own position is not its future.

    Returns:
        A boolean mask of shape (..., queries, key) on the device of `real`, True where a query may look.

    >>> combine_masks(torch.tensor([1, 1, 0]), 2, causal=True)
    tensor([[ True,  True, False],
            [ True,  True, False]])
    """
    # BEGIN SOLUTION
    keys = real.shape[-1]
    mask = real.bool().unsqueeze(-2).expand(*real.shape[:-1], queries, keys)
    if causal:
        past = torch.ones(queries, keys, dtype=torch.bool, device=real.device).tril(keys - queries)
        mask = mask.logical_and(past)
    return mask
    # END SOLUTION


# %% check="combine_masks"
check(combine_masks)

# %% [markdown]
# **See it.** Three sentences of five, three and one words, padded on the left, as one does before a model goes on
# writing. How many queries see nothing at all?

# %%
real = torch.tensor([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [0, 0, 0, 0, 1]])
pictures.masks_of_a_batch(combine_masks(real, 5, causal=True), ["five words", "three words", "one word"])

# %% [markdown]
# <details><summary>What to see</summary>
#
# Three masks of five by five, 1 where a query may look. The first is a full triangle. In the second the first two rows
# are empty, in the third the first four. That makes six of fifteen queries, those of the padding itself.
#
# </details>
#
# Nobody reads what a padded query hears. But NaN there would spread to all that it is later multiplied with, as even 0
# · NaN is NaN, and so we gave it zeros.

# %% [markdown]
# ## 5 · Several heads · core
#
# With one set of weights, a word has one look to share out. If "it" wants to hear from the cat and also from "tired",
# it gets half of each. What arrives is the mean of two values, and with values as ours nobody can tell any more what
# came from whom. So let the word look several times at once, each time with matrices of its own. Each such look is a
# **head**.
#
# That needs nothing new. We keep a list of single heads, lay what they hear side by side, and let one more matrix mix
# it.

# %%
torch.manual_seed(0)
x, d_model, heads = torch.randn(10, 12), 12, 3
narrow = d_model // heads  # each head is 4 wide, so that side by side they are as wide as x
matrices = [[torch.randn(d_model, narrow) for _ in "qkv"] for _ in range(heads)]
w_o = torch.randn(d_model, d_model)

each = [F.scaled_dot_product_attention(x @ w_q, x @ w_k, x @ w_v) for w_q, w_k, w_v in matrices]
listed = torch.cat(each, dim=-1) @ w_o
print([tuple(heard.shape) for heard in each], "→", tuple(listed.shape))

# %% [markdown]
# It works, and you could stop here. But a list is walked through one head after the other, with three small products
# each, and a GPU likes one large product. Now three matrices of (12, 4) side by side are one of (12, 12). So we
# multiply once, and *then* cut the twelve numbers of each word into three pieces of four. And our `attention` takes
# any leading dimensions, so the heads can be one of them:
#
#     (batch, token, d_model) → (batch, token, heads, d_head) → (batch, heads, token, d_head)
#
# The first step cuts, and the second swaps tokens and heads. Both are needed. A reshape only cuts up what lies in a
# row. It never moves a number past another one, as we can see with three tokens of two numbers.

# %%
small = torch.tensor([[10, 11], [20, 21], [30, 31]])  # 3 tokens, for 2 heads of width 1
print("cut, then swapped:    ", small.reshape(3, 2, 1).transpose(0, 1).flatten(1).tolist(), "one head a row")
print("reshaped to the shape:", small.reshape(2, 3, 1).flatten(1).tolist(), "tokens are mixed up")

# %% [markdown]
# After the attention everything happens in reverse: swap back, lay the pieces of a token side by side, and mix them
# with the last matrix. (How many heads one should have is a question for section 10.)
#
# ### Exercise: `MultiHeadAttention` ●●● · 11 minutes · core
#
# The layer that stands in every transformer. Use `F.scaled_dot_product_attention` for the attention itself. The four
# layers have to be called `q_proj`, `k_proj`, `v_proj` and `out_proj`, since the check gives them weights by name, and
# so will MiniLM in a moment.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `x.unflatten(-1, (heads, -1))` cuts the last dimension in two. Then heads and tokens have to change places. On the
# way back everything happens in reverse.
#
# </details>
# <details><summary>Hint 2: "The size of tensor a must match the size of tensor b", or wrong only with a mask?</summary>
#
# The scores have shape (batch, heads, query, key), the mask at most (batch, query, key). Lined up from the right, the
# mask's batch meets the heads. With as many heads as sentences nothing fails, and every mask is used for the wrong
# thing. Give the mask a dimension of size 1 where the heads are: `mask.unsqueeze(-3)`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# Split: `.unflatten(-1, (self.heads, -1)).transpose(-3, -2)`, for query, key and value, each after its own layer.
# Merge: `.transpose(-3, -2).flatten(-2)`. Counted from the end, the dimensions are right with and without a batch.
#
# </details>


# %% exercise="MultiHeadAttention"
class MultiHeadAttention(nn.Module):
    """Attention with several heads, as `nn.MultiheadAttention`.

    Not to be used: `nn.MultiheadAttention`.

    Args:
        d_model: width of a token.
        heads: how many heads share it; each gets d_model / heads neighbouring numbers.

    Four `nn.Linear(d_model, d_model)` with bias: `q_proj`, `k_proj`, `v_proj`, `out_proj`.

    Raises:
        ValueError: `heads` does not divide `d_model`.

    >>> layer = MultiHeadAttention(12, heads=3)
    >>> layer(torch.ones(2, 4, 12), torch.ones(2, 7, 12), torch.ones(2, 7, 12)).shape
    torch.Size([2, 4, 12])
    """

    def __init__(self, d_model: int, heads: int) -> None:
        # BEGIN SOLUTION
        super().__init__()
        if d_model % heads:
            raise ValueError(f"{d_model} numbers cannot be shared out evenly to {heads} heads.")
        self.heads = heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        # END SOLUTION

    def forward(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
        """Projects, splits, attends, merges, projects.

        Args:
            query: shape (batch, query, d_model), or without the batch.
            key, value: shape (batch, key, d_model), or without the batch.
            mask: boolean, two or three dimensions that broadcast to (batch, query, key); True where a query may look at
                a key. It holds for all heads.

        Returns:
            Shape (batch, query, d_model), dtype and device of the inputs.
            Where a query may look at nothing its heads give zeros, so that only the bias of `out_proj` is left.
        """
        # BEGIN SOLUTION
        query, key, value = self.q_proj(query), self.k_proj(key), self.v_proj(value)
        split = [item.unflatten(-1, (self.heads, -1)).transpose(-3, -2) for item in (query, key, value)]
        if mask is not None:
            mask = mask.unsqueeze(-3)
        mixed = F.scaled_dot_product_attention(*split, attn_mask=mask)
        return self.out_proj(mixed.transpose(-3, -2).flatten(-2))
        # END SOLUTION


# %% check="MultiHeadAttention"
check(MultiHeadAttention)

# %% [markdown]
# **See it.** The list of single heads, put into your layer. (`nn.Linear` keeps its weight transposed, and has a bias
# that our list had not.)

# %%
layer = MultiHeadAttention(d_model, heads)
with torch.no_grad():
    for number, part in enumerate((layer.q_proj, layer.k_proj, layer.v_proj)):
        part.weight.copy_(torch.cat([head[number] for head in matrices], dim=1).T)
        part.bias.zero_()
    layer.out_proj.weight.copy_(w_o.T)
    layer.out_proj.bias.zero_()
    print("the list and the layer agree:", torch.allclose(listed, layer(x, x, x), atol=1e-3))

# %% [markdown]
# ## 6 · Inside a real model · core
#
# MiniLM has six such layers, with 384 numbers a token and twelve heads of 32. We make six of yours, copy MiniLM's
# weights into them, and put them in the place where its own attention was. (`pronouns.with_heads_of` does that. In
# BERT the last matrix, our `out_proj`, happens to live in another module, and BERT's mask is a floating-point one; a
# small class around your layer translates.) Then we read three sentences of different lengths with both.

# %%
model, layers = pronouns.with_heads_of(reader, MultiHeadAttention)
sentences = [" ".join(words), "the cat was tired", "a sofa is a piece of furniture on which several people can sit"]
theirs, mine = reader.embed(sentences), reader.embed(sentences, model)
print("numbers in your six layers:", sum(p.numel() for layer in layers for p in layer.parameters()))
print("the same sentence vectors to 0.00001:", bool((theirs - mine).abs().max() < 1e-5))
names = ["the cat slept …", "the cat was tired", "a sofa is …"]
heatmaps({"how alike, with your heads": mine @ mine.T}, rows=names, columns=names, xlabel="", ylabel="", limits=(0, 1))

# %% [markdown]
# Leave out its table of words, and a third of MiniLM is now your code. It does not notice. Our sentence is still close
# to the tired cat, and further from the sofa.
#
# And now we can ask your layers where they look. What comes into layer 3 goes through your `q_proj` and `k_proj`, is
# cut into heads, and your own `attention` with an identity matrix for values gives the weights.


# %%
@torch.no_grad()
def looks_of(layer: nn.Module, hidden: Tensor) -> Tensor:
    query, key = (part(hidden).unflatten(-1, (12, -1)).transpose(-3, -2) for part in (layer.q_proj, layer.k_proj))
    return attention(query, key, torch.eye(len(hidden)))  # (head, token, token)


fourth = pronouns.with_heads_of(reader, MultiHeadAttention)[1][3]  # the layer of yours that stands in layer 3
weights = looks_of(fourth, reader.hidden(" ".join(words))[3])
heatmaps({"layer 3, at “it”": weights[:, it]}, rows=[f"head {n}" for n in range(12)], columns=tokens, xlabel="",
    ylabel="", limits=(0, 1))  # fmt: skip

# %% [markdown]
# *The picture: twelve rows, one for each head. Head 1 gives 0.43 to "cat", and is the row from our first picture. But
# eight of the twelve are brightest at [CLS], and three give it more than everything else together.*
#
# [CLS] is a token without a meaning of its own, and much of the time it serves as a place to look at when there is
# nothing to look at. The weights have to sum to one, after all. Language models make do with their first word for that,
# and there it is called an **attention sink**.
#
# So do we believe our first picture? One sentence is an anecdote, and we chose the head ourselves, out of 72. Here are
# 24 pairs of sentences that we made up ("the bird left the nest because it was hungry", or "broken"). (With "soft", the
# sofa gained nothing in our picture. Only its share of the two did.) So in each pair we ask whether the right noun's
# share is larger than with the other ending.

# %%
found = pronouns.shares(reader, ("it", "because", "was"))
right = {word: (share[:, 0] - share[:, 1] > 1e-6).sum(0) for word, (share, _) in found.items()}  # (layer, head) each
torch.manual_seed(0)
luckiest = torch.randint(2, (1000, 72, 24)).sum(-1).amax(-1).float().mean()
print(f"72 coins, 24 tosses each: the luckiest falls on heads {luckiest:.0f} times, on average")
heatmaps({"of 24 pairs, in how many the right noun gains": right["it"]}, xlabel="head", ylabel="layer", limits=(0, 24))

# %% [markdown]
# *The picture: six rows of twelve numbers. Layer 0 is 0 throughout. In layers 3 and 4 there are seven heads with 20 or
# more, and head 5 of layer 4 has 24.*
#
# Layer 0 is as we derived it. And what happens further on is not luck: there is a head that moves the right way in
# every single pair. Have we found the one that knows what "it" means?
#
# > **You may read that** attention shows what a model looks at, and so why it says what it says. Before we believe it
# > of our head, let us ask the same of words that refer to nobody. "Because" and "was" stand beside "it". What do they
# > give to the two nouns?

# %%
print("                 right of 24, and by how much the share moves    both nouns get")
for layer, head in ((3, 1), (3, 5), (4, 5)):
    moves = {word: (share[:, 0] - share[:, 1])[:, layer, head].mean() for word, (share, _) in found.items()}
    shown = "  ".join(f"{word} {right[word][layer, head]:2} {by:.2f}" for word, by in moves.items())
    print(f"layer {layer}, head {head}  {shown}    {found['it'][1][..., layer, head].mean():.0%} at it")

# %% [markdown]
# > By direction they agree nearly as often. By size they do not: "because" hardly moves, but "was" moves most of the
# > way, and it refers to nobody. So a good part of what looked like understanding "it" is something simpler: "tired"
# > goes with "cat". And look at the last column. The head of our first picture gives the nouns 64 %, but is right in 20
# > pairs only, and the one that is always right gives them 5 %, and most of the rest to [CLS]. Whether anything further
# > on reads those 5 %, its weights cannot tell us. A weight says how much of a value came through. It does not say how
# > long that value was, or whether anybody used it. To find that out one has to switch the head off and look at the
# > result, as [lesson 07](../07_hooks/07_hooks.ipynb) does.
#
# So what does "it" refer to? A single look cannot tell, and we know why. With two looks a sentence can find out, and
# with matrices set by hand we saw it happen. In MiniLM something of the kind goes on: the first layers bring "tired"
# over to "it", and later ones lean towards the cat. Whether that is *understanding* or the company that words keep,
# the weights alone do not say.
#
# The core of the lesson ends here. The other sections stand by themselves. Your `MultiHeadAttention` will be needed
# again: [lesson 12](../12_transformer/12_transformer.ipynb) builds a whole transformer around it and trains it, and
# [lesson 16](../16_bert_internals/16_bert_internals.ipynb) all the rest of BERT.

# %% [markdown]
# ## 7 · How widely a word looks · extra
#
# In section 2 we divided by √d because wide queries became too sure. To see that for any width we need a measure of how
# widely a query spreads its weights $w$. That is the **entropy**,
#
# $$H = -\sum_{\text{keys}} w \log w$$
#
# It is 0 if one key has all the weight, and $\log n$ if $n$ keys have the same. So $e^H$ reads as "this query looks at
# about so many keys".

# %%
for row in ([1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]):
    entropy = sum(-weight * math.log(weight) for weight in row if weight > 0)
    print(row, f"entropy {entropy:.3f}, keys: about {math.exp(entropy):.0f}")

# %% [markdown]
# ### Exercise: `attention_entropy` ●○○ · 5 minutes · extra
#
# The loop above skips weights of 0, because $w \log w$ goes to 0 with $w$. On a whole tensor nothing is skipped: `0 *
# log(0)` is `0 * -inf`, and that is NaN. `torch.special.entr` is the library's word for it; do without it here.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The logarithm must never see a 0 that it does not have to: change the zeros before the logarithm, and multiply by the
# true weight after it. Or look for a function of torch that computes `x * log(y)` and knows about 0.
#
# </details>
# <details><summary>Hint 2: nearly the code</summary>
#
# `torch.xlogy(weights, weights)` is `weights * log(weights)`, with 0 at 0. Sum it over the keys. The sign?
#
# </details>


# %% exercise="attention_entropy"
def attention_entropy(weights: Tensor) -> Tensor:
    """How widely each query spreads its attention: −Σ w·log w over the keys, in nats, with 0·log 0 = 0.

    Not to be used: `torch.special.entr`, `torch.distributions`.

    Args:
        weights: shape (..., query, key), any floating dtype, not negative; rows sum to 1, or are 0 throughout.

    Returns:
        Entropies of shape (..., query), dtype and device of `weights`; 0 for a row of zeros.

    >>> attention_entropy(torch.tensor([[0.5, 0.5], [0.25, 0.75]]))
    tensor([0.6931, 0.5623])
    """
    # BEGIN SOLUTION
    return -torch.xlogy(weights, weights).sum(dim=-1)
    # END SOLUTION


# %% check="attention_entropy"
check(attention_entropy)

# %% [markdown]
# **See it.** 200 random queries look at 64 random keys. Your function measures how widely, for three ways to scale the
# scores. Which curve stays level?

# %%
pictures.entropy_by_width(attention_entropy)

# %% [markdown]
# <details><summary>What to see</summary>
#
# Divided by √d_k the curve stays near 3.7 throughout. Not divided it falls from 3.7 to about 0.1: one key has
# everything. Divided by d_k it rises to the grey line at log 64 = 4.16, where all keys weigh the same.
#
# </details>
#
# And what does that do to learning? Here is how long the gradient of a query is, for 2,000 random queries of 512
# numbers where the loss is what is heard, times random numbers, summed.

# %%
torch.manual_seed(0)
query, key, value, goal = torch.randn(2000, 512), torch.randn(64, 512), torch.randn(64, 64), torch.randn(2000, 64)
for name, divisor in {"not divided": 1.0, "by √d_k": 512**0.5, "by d_k": 512.0}.items():
    asks = query.clone().requires_grad_()
    ((asks @ key.T / divisor).softmax(-1) @ value * goal).sum().backward()
    tenth, middle, longest = asks.grad.norm(dim=1).quantile(torch.tensor([0.1, 0.5, 1.0])).tolist()
    print(f"{name:12} a tenth are below {tenth:7.1e}, half below {middle:.2f}, the longest is {longest:.2f}")

# %% [markdown]
# ### Written answer: why √d_k · 5 minutes · extra
#
# A colleague divides by $d_k$, "to be on the safe side", another does not divide at all. Say to each, in two or three
# sentences, what a head with $d_k = 512$ does at the start of training, and what that means for its gradients. The
# lines above are yours to quote.

# %% [markdown] written="why_scale" points=2
# # BEGIN SOLUTION
# Not divided: scores have a standard deviation of √512 ≈ 23, so nearly every query puts nearly all its weight on one
# key, chosen by chance. The derivative of softmax is made of products w·(1 − w) and w·w′, and with weights at 0 and 1
# these are nearly zero: many queries get next to no gradient. Those that hesitate between two keys get a huge one,
# because the scores move by 23 where they should move by 1. So the gradients are erratic: many nearly none, some
# enormous.
#
# Divided by d_k: scores have a standard deviation of 1/√512 ≈ 0.04, so every query averages over all keys. Softmax is
# not saturated, but the gradient of a query is about thirty times smaller than with √d_k: √512 ≈ 23 from the divisor,
# and more because the weights are so even. Queries and keys must grow large before the head can choose. Dividing by
# √d_k keeps the variance of the scores at 1 for every width.
# # END SOLUTION

# %% [markdown]
# ## 8 · Tell them apart · extra
#
# What becomes of a query from which everything is hidden depends on whom you ask.
#
# **Predict first.** The second query below may look at nothing. Of the first four lines, which print NaN, which print
# zeros, and which print the mean of the values, 2? (The last two are the same module, asked with and without its
# weights. Nobody could guess these.)

# %%
query, key, value = torch.ones(2, 4), torch.ones(3, 4), torch.tensor([[1.0], [2.0], [3.0]])
mask = torch.tensor([[True, True, False], [False, False, False]])
infinite = torch.zeros(2, 3).masked_fill(~mask, -torch.inf)
large = torch.zeros(2, 3).masked_fill(~mask, -1e9)

library = nn.MultiheadAttention(4, 1, bias=False, batch_first=True).requires_grad_(False)
hidden_row = {
    "softmax over −∞": (query @ key.T / 2 + infinite).softmax(-1) @ value,
    "F.scaled_dot_product_attention, boolean": F.scaled_dot_product_attention(query, key, value, attn_mask=mask),
    "F.scaled_dot_product_attention, 0 and −∞": F.scaled_dot_product_attention(query, key, value, attn_mask=infinite),
    "F.scaled_dot_product_attention, 0 and −10⁹": F.scaled_dot_product_attention(query, key, value, attn_mask=large),
    "nn.MultiheadAttention": library(query, key, key, attn_mask=~mask)[0],
    "nn.MultiheadAttention, need_weights=False": library(query, key, key, attn_mask=~mask, need_weights=False)[0],
}
for name, result in hidden_row.items():
    print(f"{name:45} {result[1, 0]:.1f}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# Adding −10⁹ looks like hiding. But where all scores are −10⁹, softmax sees only that they are equal, and the query
# gets the mean of everything that it must not see. `F.scaled_dot_product_attention` of torch 2.13 gives zeros, for
# boolean masks and for masks of 0 and −∞. (The Python code in its documentation would give NaN.) We do as the function
# does. And `nn.MultiheadAttention` has both, NaN or zeros, by an option that only says whether to return the weights as
# well.
#
# </details>
#
# A mistake such as this one may live for years, because on most inputs it makes no difference. Below stand five
# functions. Each calls itself attention, and each is a bug that people really write. So let us turn the tables. This
# time you do not write attention, you write the *test*: one input on which every one of the five is caught.

# %%
suspects("attention_counterexample")

# %% [markdown]
# ### Exercise: `attention_counterexample` ●●○ · 8 minutes · extra
#
# Return one query tensor, one key tensor, one value tensor and one mask. `F.scaled_dot_product_attention` and each
# suspect are run on them, and you earn a share for each suspect whose result is clearly different.
#
# Three of them fall to almost any input. For the last two, ask when a hidden key is noticed: because of its own score,
# or because of the scores of the visible ones?
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the suspects one by one. For each, say in words what it does differently; then ask when that difference
# would *not* matter. Avoid exactly that. Your input may have several queries, one for each suspect if you like.
#
# </details>
# <details><summary>Hint 2: hidden after the softmax</summary>
#
# It divides by the sum of the visible weights, so it is right as long as that sum is not lost. Which score must a
# hidden key have so that the visible ones get less than 10⁻⁹ of the softmax?
#
# </details>
# <details><summary>Hint 3: hidden by −10,000</summary>
#
# A score of −10,000 is small, but is it the smallest? Give one query only visible keys that score below −10,000, after
# the √d: −17,000, say.
#
# </details>


# %% exercise="attention_counterexample"
def attention_counterexample() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One input on which each of the suspects is seen to be wrong.

    Returns:
        query of shape (query, d_k), key (key, d_k) and value (key, d_v), float32 and finite; and mask (query, key),
        boolean, True where a query may look at a key, and at least once for each query. At most 1,000 numbers.
    """
    # BEGIN SOLUTION
    query = torch.tensor([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]])
    key = torch.tensor([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [100.0, 0.0, 0.0], [30_000.0, 0.0, 0.0]])
    value = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    mask = torch.tensor([[True, True, False, False], [False, False, False, True]])
    return query, key, value, mask
    # END SOLUTION


# %% check="attention_counterexample"
check(attention_counterexample)

# %% [markdown]
# **See it.** What the library and each suspect make of your queries: the first number of each result. In every row but
# the first, some number should differ from the one at the top.

# %%
pictures.lineup("attention_counterexample", attention_counterexample())

# %% [markdown]
# Keep this input. It is worth more than a hundred random ones: whoever changes an implementation of attention can run
# it in a millisecond.

# %% [markdown]
# ## 9 · Two languages · extra
#
# So far a sentence looked at itself, which is called **self-attention**. But nothing in our formula says that queries
# and keys are of one sentence. A translator who writes French looks at the English sentence for every word: its
# queries come from what it is writing, keys and values from what it has read. That is **cross-attention**, and only
# the inputs differ.
#
# Here is one. Somebody made it out of the translator's self-attention, and it runs. The picture shows what the French
# words hear of the English ones.


# %%
def broken_cross_attention(
    target: Tensor, source: Tensor, real: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor
) -> Tensor:
    query, key, value = target @ w_q, source @ w_k, source @ w_v
    past = torch.ones(target.shape[-2], source.shape[-2], dtype=torch.bool, device=target.device).tril()
    mask = ~real.unsqueeze(-2) & past
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


english, french = ["the", "black", "cat", "sleeps", "<pad>", "<pad>"], ["le", "chat", "noir", "dort", "ici", "."]
meaning = torch.eye(6)
source, target = meaning, meaning[[0, 2, 1, 3, 4, 5]]  # the same number is the same meaning
real = torch.tensor([word != "<pad>" for word in english])
w_q, w_k, w_v = 3 * torch.eye(6), 3 * torch.eye(6), torch.eye(6)  # 3 · 3 / √6 = 3.7: one fit outweighs five misfits

heard = broken_cross_attention(target, source, real, w_q, w_k, w_v)
pictures.word_map(heard, french, english, title="broken: what is heard of each word")

# %% [markdown]
# *The picture: the rows of "le", "chat", "noir" and "dort" are all zero. "ici" and "." hear nothing but padding.*
#
# ### Exercise: `cross_attention` ●●○ · 7 minutes · extra
#
# **Find and mend the bugs.** There are two, and both are in the mask. With one of them mended, the picture still looks
# wrong. Here `F.scaled_dot_product_attention` is allowed; `nn.MultiheadAttention` is not.
#
# <details><summary>Hint 1: the first symptom</summary>
#
# Only padding is heard. Which convention does `~real` follow, and which one does the function in the last line follow?
#
# </details>
# <details><summary>Hint 2: the second symptom</summary>
#
# With the first bug mended, "le" can hear "the" only, and no word hears what stands further right than itself. What is
# the future of a sentence that has already been read to its end?
#
# </details>
# <details><summary>Hint 3: what has to stay</summary>
#
# `real` has shape (batch, source). The scores have shape (batch, target, source). The dimension in the middle is still
# needed.
#
# </details>


# %% exercise="cross_attention"
def cross_attention(target: Tensor, source: Tensor, real: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> Tensor:
    """One sequence looks at another: queries from `target`, keys and values from `source`.

    Not to be used: `nn.MultiheadAttention`.

    Args:
        target: shape (batch, target, d_model), or without the batch.
        source: shape (batch, source, d_model), or without the batch.
        real: boolean, shape (batch, source), or without the batch; True where `source` is no padding.
        w_q, w_k: shape (d_model, d_k).
        w_v: shape (d_model, d_v).

    Returns:
        Shape (batch, target, d_v), dtype and device of `target`.
        Padding has no influence. Zeros where the whole source is padding.

    >>> everything = torch.tensor([True, True])
    >>> cross_attention(torch.zeros(1, 2), torch.tensor([[1.0, 3.0], [5.0, 5.0]]), everything, *3 * [torch.eye(2)])
    tensor([[3., 4.]])
    """
    # BEGIN SOLUTION
    query, key, value = target @ w_q, source @ w_k, source @ w_v
    return F.scaled_dot_product_attention(query, key, value, attn_mask=real.unsqueeze(-2))
    # END SOLUTION


# %% check="cross_attention"
check(cross_attention)

# %% [markdown]
# **See it.** The same six words, with your function. "ici" and "." have no counterpart in the English sentence.

# %%
heard = cross_attention(target, source, real, w_q, w_k, w_v)
pictures.word_map(heard, french, english, title="mended: what is heard of each word")

# %% [markdown]
# *The picture: "le" hears "the", "chat" hears "cat" although it stands further right, "noir" hears "black", "dort"
# hears "sleeps", each with about 0.93. "ici" and "." hear all four words alike, 0.25 each. The padding is dark
# throughout.*

# %% [markdown]
# ## 10 · How many heads · extra
#
# **See it.** Small models with your layer learn to say *previous word minus next word*. They have 1, 2 and 4 heads and
# the same number of parameters.

# %%
pictures.two_looks(MultiHeadAttention)

# %% [markdown]
# <details><summary>What to see</summary>
#
# The loss over 200 training steps. All three start at 2. With 2 and with 4 heads it falls to 0 within about 100 steps.
# With one head it stops near 1: it has found one of the two words and cannot have the other as well.
#
# </details>
#
# The values of these models are one matrix times the word, plus one matrix times its place. With a single set of
# positive weights, whatever that matrix makes of the previous word it makes of the next one too, so the difference is
# not to be had. (A value that mixes word and place by more than a sum could write the two words into different
# numbers. It is the sum that is to blame, and not attention as such.)
#
# > **You may read that** more heads make attention more expressive at the same number of parameters, and that their
# > smaller width helps against overfitting. Let us run that: parameters, weights per sentence, the rank of one head's
# > scores, and how well a model learns *random* labels by heart.

# %%
d_model, length = 64, 100
print("heads  parameters  weights per sentence  rank of such scores      random labels learned")
for heads in (1, 4, 16):
    torch.manual_seed(0)
    layer = nn.MultiheadAttention(d_model, heads, batch_first=True)
    parameters = sum(item.numel() for item in layer.parameters())
    query, key = torch.randn(2, length, d_model // heads, dtype=torch.float64)
    rank = torch.linalg.matrix_rank(query @ key.T)
    learned = pictures.learned_by_heart(layer)
    print(f"{heads:5}  {parameters:10}  {heads * length**2:20}  {rank:23}  {learned:21.0%}")

# %% [markdown]
# > - *The same parameters*: yes. The layers are cut up, not added.
# > - *At no cost*, as one often hears as well: no. Every head keeps a table of weights of its own, so 16 heads keep 16
# >   times as many.
# > - *Against overfitting*: no evidence here. All of them learn labels without any meaning by heart, so that this test
# >   cannot tell them apart.
# > - *More expressive*: up to a point. A head's scores are a matrix of rank d_head at most ([Bhojanapalli et al.
# >   2020](https://arxiv.org/abs/2002.07028)). Heads of width 1 can hardly choose.
#
# Today heads are mostly 64 or 128 wide, and a wider model gets more of them. A model that writes long texts has to
# keep the keys and values of every word, so several heads often *share* theirs (`enable_gqa=True` in
# `F.scaled_dot_product_attention`).

# %% [markdown]
# ## 11 · The same with letters · extra
#
# All these swaps of dimensions are easy to get wrong. `torch.einsum` gives every dimension a letter instead. A letter
# that stands before the arrow and not after it is summed. The order of letters after the arrow is the order of
# dimensions in the result. There is nothing left to transpose.

# %%
query, key = torch.randn(2, 3, 8), torch.randn(2, 5, 8)  # b q d, b k d
scores = torch.einsum("bqd,bkd->bqk", query, key)  # d is gone: it is summed
print(scores.shape, torch.allclose(scores, query @ key.mT, atol=1e-6))
print(torch.einsum("bqd,bkd->bkq", query, key).shape, "another order: transposed")
print(torch.einsum("bqd,bkd->qk", query, key).shape, "b is gone: the sentences are added up, and nothing complains")

# %% [markdown]
# ### Exercise: `einsum_attention` ●●○ · 8 minutes · extra
#
# Multi-head attention without a reshape. Each head has its own matrices, so that the head is one more letter, `h`:
# `w_q` has shape (heads, d_model, d_k), letters `hmd`.
#
# All products have to be made by `torch.einsum`: no `@`, no `matmul`, `bmm` or linear layers. (Where you use one all
# the same, the card calls `@` by its other name, `torch.Tensor.matmul`.) Softmax and mask are as before.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write the letters of each result first. The queries of all heads: `bhqd`. The scores: `bhqk`. What meets, what is
# summed?
#
# </details>
# <details><summary>Hint 2: the first and the last line</summary>
#
# `torch.einsum("bqm,hmd->bhqd", x, w_q)`: `m` is summed. At the end `h` and the width of the values are summed:
# `"bhqk,bhkv,hvm->bqm"` takes weights, values and `w_o` at once.
#
# </details>
# <details><summary>Hint 3: all heads look at the same words?</summary>
#
# Then `h` is missing after the arrow of the scores, and einsum has added up the heads before the softmax.
#
# </details>


# %% exercise="einsum_attention"
def einsum_attention(
    x: Tensor, memory: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor, w_o: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Multi-head attention of `x` over `memory`, all products by `torch.einsum`.

    Not to be used: other products than `torch.einsum`, as `@` or `nn.Linear`, and ready-made attention.

    Args:
        x: where the queries come from, shape (batch, query, d_model).
        memory: where keys and values come from, shape (batch, key, d_model).
        w_q, w_k: shape (heads, d_model, d_k).
        w_v: shape (heads, d_model, d_v).
        w_o: shape (heads, d_v, d_model); the results of all heads are added up.
        mask: boolean, two or three dimensions that broadcast to (batch, query, key); True where a query may look at a
            key. It holds for all heads.

    Returns:
        Shape (batch, query, d_model), dtype and device of `x`.
        Zeros for a query that may look at nothing, and gradients stay finite.

    >>> w = torch.ones(2, 3, 4)
    >>> einsum_attention(torch.ones(1, 5, 3), torch.ones(1, 6, 3), w, w, w, w.mT).shape
    torch.Size([1, 5, 3])
    """
    # BEGIN SOLUTION
    query = torch.einsum("bqm,hmd->bhqd", x, w_q)
    key = torch.einsum("bkm,hmd->bhkd", memory, w_k)
    value = torch.einsum("bkm,hmv->bhkv", memory, w_v)
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(w_q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        hidden = ~mask.unsqueeze(-3)
        weights = scores.masked_fill(hidden, -torch.inf).softmax(dim=-1).masked_fill(hidden, 0.0)
    return torch.einsum("bhqk,bhkv,hvm->bqm", weights, value, w_o)
    # END SOLUTION


# %% check="einsum_attention"
check(einsum_attention)

# %% [markdown]
# **See it.** The weights of a real `nn.MultiheadAttention`, cut into heads, in your function. Laying the heads side by
# side and multiplying by one large matrix is the same as giving each head its own slice and adding up.

# %%
library = nn.MultiheadAttention(12, 3, bias=False, batch_first=True)
x, memory = torch.randn(2, 4, 12), torch.randn(2, 6, 12)
by_head = [w.unflatten(0, (3, 4)).mT for w in library.in_proj_weight.chunk(3)]  # each (heads, d_model, d_head)
mine = einsum_attention(x, memory, *by_head, library.out_proj.weight.T.unflatten(0, (3, 4)))
print("the same:", torch.allclose(mine, library(x, memory, memory)[0], atol=1e-5))

# %% [markdown]
# ## 12 · What it costs, and how to pay less · extra
#
# Our table has a score for each query and key, $n^2$ of them for $n$ tokens. Twice the text costs four times the work
# and four times the memory. The work is fast, since it is matrix products. The memory is the trouble: with 32 heads in
# 16-bit numbers, the scores of one layer take 640 GB for 100,000 tokens.
#
# But we never wanted the table. What we want is, for each query,
#
# $$\frac{\sum_k e^{s_k} v_k}{\sum_k e^{s_k}}$$
#
# So we could walk over the keys with two running sums, if $e^{s}$ did not overflow, in float32 above 88.7 and in
# float16 above 11.09. So the largest score has to be subtracted first, and it is known only at the end. **Online
# softmax** subtracts the largest score *so far*. When a larger one turns up, both sums are off by the same known
# factor, and are mended by it:
#
# $$e^{s - m_\text{new}} = e^{s - m_\text{old}} \cdot e^{m_\text{old} - m_\text{new}}$$
#
# Here is one query with four keys in two tiles.

# %%
scores, values = torch.tensor([1.0, 3.0, 2.0, 6.0]), torch.tensor([10.0, 20.0, 30.0, 40.0])

highest, below, above = -math.inf, 0.0, 0.0
for tile in (slice(0, 2), slice(2, 4)):
    new = max(highest, scores[tile].max().item())
    shrink = math.exp(highest - new)  # what was summed so far was measured from the old maximum
    powers = (scores[tile] - new).exp()
    below = below * shrink + powers.sum().item()
    above = above * shrink + (powers @ values[tile]).item()
    highest = new
    print(f"highest {highest}, old sums times {shrink:.3f}, so far {above / below:.4f}")
print(f"all at once: {scores.softmax(0) @ values:.4f}")

# %% [markdown]
# ### Exercise: `tiled_attention` ●●● · 14 minutes · extra
#
# The same for many queries at once, with a mask. No tensor on the way may be larger than queries × tile numbers (where
# a tile is at least as wide as a key): the check watches every tensor that you make. That holds for masks, too:
# `~mask` is as large as `mask`. Nor may the tiles pile up: the check also counts what is alive at the same time. It
# sees tensors only, so stay with them: no `numpy()`, no `tolist()`.
#
# Only the result is asked for, no gradient. Autograd would keep every tile for the way back, and the memory would be
# gone after all. FlashAttention computes the tiles anew on the way back instead.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Take the loop above. `highest` and `below` get one number per query, shape (..., query, 1); `above` gets one row per
# query. Slices of key, value and mask are views and cost nothing: `key[..., first : first + tile, :]`. A slice that
# reaches over the end is only shorter.
#
# </details>
# <details><summary>Hint 2: NaN when a whole tile is hidden?</summary>
#
# As long as a query has seen nothing, its `highest` is −∞, and −∞ − (−∞) is NaN. Start with the lowest finite number
# instead, `torch.finfo(query.dtype).min`. Then a hidden score gives exp(−∞) = 0, whatever is subtracted.
#
# </details>
# <details><summary>Hint 3: NaN for a query that may look at nothing?</summary>
#
# Its sum is 0. For any other query the best key counts exp(0) = 1, so the sum is at least 1: `below.clamp(min=1)`
# changes nothing there, and makes 0/1 of 0/0 here.
#
# </details>


# %% exercise="tiled_attention"
def tiled_attention(query: Tensor, key: Tensor, value: Tensor, tile: int, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention from `tile` keys at a time, never with the scores of all keys at once.

    Not to be used: `F.scaled_dot_product_attention`, `nn.MultiheadAttention`, NumPy, `tolist`.

    Args:
        query: shape (..., query, d_k), floating point.
        key: shape (..., key, d_k).
        value: shape (..., key, d_v).
        tile: keys per tile, at least 1; it need not divide the number of keys, and may be larger.
        mask: boolean, shape (..., query, key) or (query, key); True where a query may look at a key.

    Returns:
        What `attention` gives: shape (..., query, d_v), dtype and device of the inputs.
        Zeros for a query that may look at nothing. No gradient is asked for.

    >>> tiled_attention(torch.zeros(1, 4), torch.ones(3, 4), torch.tensor([[1.0], [3.0], [8.0]]), tile=2)
    tensor([[4.]])
    """
    # BEGIN SOLUTION
    highest = torch.full_like(query[..., :1], torch.finfo(query.dtype).min)
    below = torch.zeros_like(highest)
    above = torch.zeros_like(highest)
    for first in range(0, key.shape[-2], tile):
        part = slice(first, first + tile)
        scores = query @ key[..., part, :].mT / math.sqrt(query.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask[..., part], -torch.inf)
        new = torch.maximum(highest, scores.amax(dim=-1, keepdim=True))
        powers, shrink = (scores - new).exp(), (highest - new).exp()
        above = above * shrink + powers @ value[..., part, :]
        below = below * shrink + powers.sum(dim=-1, keepdim=True)
        highest = new
    return above / below.clamp(min=1.0)
    # END SOLUTION


# %% check="tiled_attention"
check(tiled_attention)

# %% [markdown]
# **See it.** The largest tensor that is made on the way, for 64 to 4096 tokens.


# %%
def whole_matrix(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.mT / math.sqrt(query.shape[-1])).softmax(dim=-1) @ value


def in_tiles(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return tiled_attention(query, key, value, tile=64)


ways = {"the whole matrix": whole_matrix, "tiles of 64 keys": in_tiles}
pictures.memory_by_length(ways, [64, 128, 256, 512, 1024, 2048, 4096])

# %% [markdown]
# <details><summary>What to see</summary>
#
# Two straight lines on logarithmic axes. At 64 tokens they meet at 0.016 MiB. At 4096 tokens the whole matrix takes 64
# MiB and the tiles 1 MiB: one grows with the square of the text, the other with the text.
#
# </details>
#
# There are no fewer multiplications, rather a few more. And yet FlashAttention is faster on a GPU, because a tile fits
# into the small fast memory next to the arithmetic, and the large matrix would have to travel to the slow one and back
# (a later lesson measures such things). `F.scaled_dot_product_attention` picks such an implementation by itself where
# it can.

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch or transformers |
# |---|---|
# | `attend` | one row of `F.scaled_dot_product_attention`, with `scale=1.0` |
# | `attention` | `F.scaled_dot_product_attention` |
# | `attention` with the identity as value | `output_attentions=True`; of `nn.MultiheadAttention` see below |
# | `self_attention` | a head of `BertSelfAttention` |
# | `combine_masks` | `transformers.masking_utils` |
# | `MultiHeadAttention` | `nn.MultiheadAttention`, with the opposite mask |
# | `attention_entropy` | `torch.special.entr(weights).sum(-1)` |
# | `attention_counterexample` | the tests of `F.scaled_dot_product_attention` in `test/test_transformers.py` |
# | `cross_attention` | the second attention in `nn.TransformerDecoderLayer` |
# | `einsum_attention` | `nn.MultiheadAttention` again, with one set of matrices for each head |
# | `tiled_attention` | the FlashAttention kernels behind `F.scaled_dot_product_attention` |
#
# (`nn.MultiheadAttention` with `need_weights=True` returns the *mean* over the heads. To get each head's weights, one
# has to add `average_attn_weights=False`.)
#
# **Read the real source.** `multi_head_attention_forward` in `torch/nn/functional.py`; `eager_attention_forward` and
# `BertSelfAttention` in `transformers/models/bert/modeling_bert.py`; on the C++ side
# `aten/src/ATen/native/transformers/attention.cpp`; the zeros for empty rows come from `torch._safe_softmax`.
#
# **Sources.** [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762), *Attention is all you need*. [Clark et al.
# 2019](https://arxiv.org/abs/1906.04341), *What does BERT look at?* [Jain and Wallace
# 2019](https://arxiv.org/abs/1902.10186), *Attention is not explanation*, and [Wiegreffe and Pinter
# 2019](https://arxiv.org/abs/1908.04626), who disagree. [Xiao et al. 2023](https://arxiv.org/abs/2309.17453), on
# attention sinks. [Milakov and Gimelshein 2018](https://arxiv.org/abs/1805.02867), *Online normalizer calculation for
# softmax*. [Dao et al. 2022](https://arxiv.org/abs/2205.14135), *FlashAttention*.
#
# **At scale.** Llama 3.1 with 8 billion parameters has 32 layers with 32 heads of 128 numbers, and reads up to 131,072
# tokens. One layer's scores for such a text would take 1.1 TB in 16-bit numbers, so nobody ever makes them:
# FlashAttention goes through them in tiles, and on an H100 its third version reaches three quarters of the 989
# teraflops that the chip has on paper. What has to be kept are keys and values. Four query heads share one pair of
# them, so a token takes 2 · 32 · 8 · 128 numbers, 131 kB, and the text 17 GB; without sharing it would be 69 GB. For
# longer texts one cuts the sentence over several GPUs, and they hand their keys and values round in a ring, with your
# running sums.
#
# **Three questions to take home.**
#
# 1. Shuffle the words of a sentence. What happens to the result of self-attention without positions? ([Lesson
#    12](../12_transformer/12_transformer.ipynb) begins with the answer.)
# 2. With matrices by hand, the second look found the cat. Could one find it with a single look, if the query of "it"
#    were made from the row of the word two places further on?
# 3. Your `tiled_attention` walks over the keys. What would have to be sent from one machine to another, if each held
#    half of them?
