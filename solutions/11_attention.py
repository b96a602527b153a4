# %% [markdown]
# # Attention
#
# **How does a word find out which other words matter to it?**
#
# Below, every word of a sentence looks at the word before it. Nobody wrote a loop. Each word says where it stands,
# each word asks for the place one step back, and a matrix product finds who fits.
#
# At the end you will be able to
#
# - write attention from a matrix product and a softmax, and say why there is a √ in it;
# - hide padding and the future with a mask, and know what happens when a mask hides everything;
# - split attention into heads, with reshapes or with `einsum`;
# - compute it in tiles, without ever holding the matrix of all pairs.
#
# About 105 minutes. You need products, broadcasting and softmax, and `nn.Module`
# ([lesson 06](../06_modules/06_modules.ipynb)).

# %%
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import check, suspects
from helpers import attention as pictures
from helpers.plots import heatmaps
from helpers.widgets import explore, slider

# %%
words = ["the", "cat", "sat", "down", "because", "it", "was", "tired"]
speeds = torch.tensor([0.4, 1.1, 2.5])  # three clocks: how far each hand turns from word to word
hands = torch.arange(len(words)).unsqueeze(-1) * speeds
place = torch.cat([hands.cos(), hands.sin()], dim=-1)  # what a word says: here I stand
before = torch.cat([(hands - speeds).cos(), (hands - speeds).sin()], dim=-1)  # what it asks for: one step back

weights = torch.softmax(2 * before @ place.T, dim=-1)
heatmaps({"who looks at whom": weights}, rows=words, columns=words, xlabel="looks at", ylabel="word", limits=(0, 1))

# %% [markdown]
# *The picture: a square of eight by eight weights. The bright cells lie just below the diagonal: each word puts about
# 0.95 of its weight on the word before it. The first word has nobody before it. Its row is spread out, with 0.66 on
# "because".*
#
# Each row sums to one. The first row shows something to keep in mind: a query always gets an answer. If nobody fits,
# the weights still sum to one, and whoever fits least badly gets the most.
#
# Such heads exist. In BERT, several heads look at the previous word and others at the next one
# ([Clark et al. 2019](https://arxiv.org/abs/1906.04341)). They learned it. We have built ours by hand.

# %% [markdown]
# ## 1 · Queries ask, keys answer
#
# A Python dictionary compares a query with all its keys, finds the one that is equal, and returns its value.
# Attention does the same softly. It compares a query with all keys, gives each key a weight by how well it fits,
# and returns the weighted mean of the values.
#
# How well a query fits a key is their dot product. A softmax over the keys makes weights of these scores:
#
# $$\text{weights} = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right)$$
#
# These shapes hold in the whole course:
#
# | tensor | shape | one row of it says |
# |---|---|---|
# | query | (batch, query, d_k) | what this token looks for |
# | key | (batch, key, d_k) | what this token offers to be found by |
# | value | (batch, key, d_v) | what this token hands over |
# | mask | broadcasts to (batch, query, key) | boolean, **True = may be looked at** |
# | weights | (batch, query, key) | how this query shares out its attention; sums to 1 |
# | result | (batch, query, d_v) | the mean of the values under these weights |
#
# Here is one query with three keys, by hand.

# %%
query = torch.tensor([[2.0, 0.0, 0.0, 0.0]])  # one query of d_k = 4 numbers
key = torch.tensor([[2.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 5.0]])
scores = query @ key.T / math.sqrt(4)
print("scores ", scores.tolist())
print("weights", [[round(weight, 3) for weight in row] for row in scores.softmax(-1).tolist()])

# %% [markdown]
# ### Exercise: `attention_weights` ●○○ · 8 minutes
#
# A mask hides keys from queries. A hidden key gets the weight 0, and the others share its part. So the mask must come
# **before** the softmax: give a hidden key a score that `exp` turns into 0. Which number has `exp(x) = 0`?
#
# One case is left. If a mask hides every key from a query, there is nothing to share out. In this course such a query
# gets zeros. It happens: a sentence that is all padding, or a first word with padding before it.
#
# `F.scaled_dot_product_attention` and `nn.MultiheadAttention` are what you build, so do without them.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The scores of all pairs are one matrix product. `key` must be turned so that its last two dimensions swap, and only
# these two: `key.T` would swap all of them.
#
# </details>
# <details><summary>Hint 2: the mask</summary>
#
# `scores.masked_fill(~mask, -torch.inf)`: `masked_fill` fills where its mask is **True**, and ours is True where a
# key may be seen. Hence `~`.
#
# </details>
# <details><summary>Hint 3: you get NaN for a query that may look at nothing?</summary>
#
# A row of nothing but −∞ makes softmax divide 0 by 0. Fill the hidden places once more, after the softmax, this time
# with 0.
#
# </details>


# %% exercise="attention_weights"
def attention_weights(query: Tensor, key: Tensor, mask: Tensor | None = None) -> Tensor:
    """How much each query looks at each key: softmax of query · key / √d_k over the keys.

    Not to be used: `F.scaled_dot_product_attention`, `nn.MultiheadAttention`.

    Args:
        query: shape (..., query, d_k), floating point.
        key: shape (..., key, d_k), dtype and device of `query`.
        mask: boolean, broadcasts to (..., query, key); True where a query may look at a key. None hides nothing.

    Returns:
        Weights of shape (..., query, key), dtype and device of `query`. Each row sums to 1.
        A hidden key has exactly 0, however large its score.
        The row of a query that may look at nothing is 0 throughout, and gradients stay finite.

    >>> attention_weights(torch.tensor([[2.0, 0.0, 0.0, 0.0]]), torch.eye(4)[:2])
    tensor([[0.7311, 0.2689]])
    """
    # BEGIN SOLUTION
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        return scores.softmax(dim=-1)
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return weights.masked_fill(~mask, 0.0)
    # END SOLUTION


# %% check="attention_weights"
check(attention_weights)

# %% [markdown]
# **See it.** The same head with your function, and once more with a mask that lets a word look at itself and at later
# words only. Where does the weight go when the favourite is hidden?

# %%
later = torch.ones(len(words), len(words), dtype=torch.bool).triu()
panels = {
    "all visible": attention_weights(8 * before, place),
    "itself and later": attention_weights(8 * before, place, later),
}
heatmaps(panels, rows=words, columns=words, xlabel="key", ylabel="query", limits=(0, 1), numbers=False)

# %% [markdown]
# *The picture: two maps of weights. On the left the line below the diagonal. On the right everything below the
# diagonal is dark: the weight has moved to the next best fit, often far away, and the last word has nobody left but
# itself.*

# %% [markdown]
# ## 2 · Why the square root
#
# A dot product of two random vectors with entries of variance 1 is a sum of $d_k$ terms. Its variance is $d_k$, its
# typical size $\sqrt{d_k}$. With 64 numbers in a query, scores of ±8 are normal. Softmax turns a lead of 8 into a
# weight ratio of $e^8 \approx 3000$: one key takes all.
#
# To see this for any width we need a measure of how widely a query spreads its weights $w$. That is the **entropy**:
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
# ### Exercise: `attention_entropy` ●○○ · 5 minutes
#
# The loop above skips weights of 0, because $w \log w$ goes to 0 with $w$. A tensor has no `if`: `0 * log(0)` is
# `0 * -inf`, and that is NaN. `torch.special.entr` is the library's word for it; do without it here.
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
# scores. Before you run it: which curve stays level?

# %%
pictures.entropy_by_width(attention_entropy)

# %% [markdown]
# *The picture: entropy against d_k from 1 to 1024. Divided by √d_k the curve stays near 3.7 throughout. Not divided
# it falls from 3.7 to about 0.1. Divided by d_k it rises at once to the grey line at log 64 = 4.16, where all keys
# weigh the same.*

# %% [markdown]
# ### Written answer: why √d_k · 5 minutes
#
# A colleague divides by $d_k$, "to be on the safe side", another does not divide at all. Say to each, in two or three
# sentences, what a head with $d_k = 512$ does at the start of training, and what that means for its gradient.

# %% [markdown] written="why_scale" points=2
# # BEGIN SOLUTION
# Not divided: scores have a standard deviation of √512 ≈ 23, so nearly every query puts its weight on one key, chosen
# by chance. The derivative of softmax is made of products w·(1 − w) and w·w′. With weights at 0 and 1 they vanish, and
# queries and keys hardly learn.
#
# Divided by d_k: scores have a standard deviation of 1/√512 ≈ 0.04, so every query averages over all keys. Softmax is
# not saturated there, but the gradient of queries and keys carries the factor 1/512: it is √512 ≈ 23 times smaller
# than with √d_k, and vectors must grow large before the head can choose. Dividing by √d_k keeps the variance of the
# scores at 1 for every width.
# # END SOLUTION

# %% [markdown]
# ## 3 · Values: what is handed over
#
# The weights say who is looked at. The values say what is got from there:
#
# $$\text{attention}(Q, K, V) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V$$
#
# Three numbers may differ freely: how many queries there are, how many keys, and how wide a value is. Two must agree.
#
# **Predict first.** Write down for each line what comes back: a shape, or an error? Then run the cell.

# %%
cases = {
    "3 queries, 5 keys": ((2, 3, 4), (2, 5, 4), (2, 5, 6)),
    "wider queries": ((2, 3, 7), (2, 5, 4), (2, 5, 6)),
    "one value too few": ((2, 3, 4), (2, 5, 4), (2, 4, 6)),
    "no batch": ((3, 4), (5, 4), (5, 6)),
    "the same keys for all sentences": ((2, 3, 4), (1, 5, 4), (1, 5, 6)),
}
for name, shapes in cases.items():
    try:
        result = F.scaled_dot_product_attention(*(torch.zeros(shape) for shape in shapes))
        print(f"{name}: {tuple(result.shape)}")
    except RuntimeError as error:
        print(f"{name}: {error}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# A query and a key must be equally **wide**: they meet in a dot product. Keys and values must be equally **many**:
# they are two faces of one token. Nothing ties the number of queries to the number of keys. That is what makes
# cross-attention possible, further down.
#
# </details>
#
# ### Exercise: `attention` ●●○ · 8 minutes
#
# The whole formula. What you know about masks still holds. `F.scaled_dot_product_attention` is this very function: do
# without it.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The weights again, and one more matrix product. (..., query, key) times (..., key, d_v) is (..., query, d_v).
#
# </details>
# <details><summary>Hint 2: the card says that values are wrong everywhere?</summary>
#
# Look at the number under the root: it is the width of one query, `query.shape[-1]`, not the number of keys. And
# softmax needs the last dimension of the scores, where the keys are.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `scores = query @ key.mT / math.sqrt(query.shape[-1])`, hide with −∞, softmax over `dim=-1`, fill the hidden places
# with 0, multiply by `value`.
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
# **See it.** The head of the beginning, now with values. Each word's value is a vector with a single 1, so that you
# can read off whose value arrived.

# %%
received = attention(10 * before, place, torch.eye(len(words)))
for word, row in zip(words, received, strict=True):
    print(f"{word:>8} receives  {words[row.argmax()]:8} {row.max():.0%}")

# %% [markdown]
# ## 4 · Masks: True means "may be looked at"
#
# Our masks follow `F.scaled_dot_product_attention`. Its neighbour `nn.MultiheadAttention` reads the same boolean mask
# **the other way round**: there, True means hidden. A mask that is passed to the wrong one raises no error.
#
# | who | mask | True or 1 means |
# |---|---|---|
# | this course, `F.scaled_dot_product_attention` | `attn_mask` | may be looked at |
# | `nn.MultiheadAttention` and the layers of `nn.Transformer` | `attn_mask`, `key_padding_mask` … | hidden |
# | a tokenizer of transformers | `attention_mask`, integers | a real token |
# | all of torch's | a floating-point mask | none: it is added to the scores, 0 or −∞ |
#
# **Predict first.** Three words, each allowed to look at itself and at earlier words. Which of the two maps is which?

# %%
torch.manual_seed(0)
library, tokens = nn.MultiheadAttention(8, 2, batch_first=True), torch.randn(1, 3, 8)
visible = torch.ones(3, 3, dtype=torch.bool).tril()  # True: may be looked at
for name, given in {"attn_mask=visible": visible, "attn_mask=~visible": ~visible}.items():
    print(name, *library(tokens, tokens, tokens, attn_mask=given)[1][0].detach().numpy().round(2), sep="\n")

# %% [markdown]
# <details><summary>The answer</summary>
#
# With `visible` as it is, the first word looks at the future and not at itself, and the last word gets NaN.
# `~visible` is right here.
#
# </details>
#
# The NaN deserves a closer look. What becomes of a query from which **everything** is hidden depends on whom you ask.
#
# **Predict first.** The second query below may look at nothing. Which lines print NaN, which print zeros, and which
# print the mean of the values, 2?

# %%
query, key, value = torch.ones(2, 4), torch.ones(3, 4), torch.tensor([[1.0], [2.0], [3.0]])
mask = torch.tensor([[True, True, False], [False, False, False]])
infinite = torch.zeros(2, 3).masked_fill(~mask, -torch.inf)
large = torch.zeros(2, 3).masked_fill(~mask, -1e9)

one = nn.MultiheadAttention(4, 1, bias=False, batch_first=True)
hidden_row = {
    "softmax over −∞": (query @ key.T / 2 + infinite).softmax(-1) @ value,
    "F.scaled_dot_product_attention, boolean": F.scaled_dot_product_attention(query, key, value, attn_mask=mask),
    "F.scaled_dot_product_attention, 0 and −∞": F.scaled_dot_product_attention(query, key, value, attn_mask=infinite),
    "F.scaled_dot_product_attention, 0 and −10⁹": F.scaled_dot_product_attention(query, key, value, attn_mask=large),
    "nn.MultiheadAttention": one(query, key, key, attn_mask=~mask)[0][:, :1].detach(),
    "nn.MultiheadAttention, need_weights=False": one(query, key, key, attn_mask=~mask, need_weights=False)[0][
        :, :1
    ].detach(),
}
for name, result in hidden_row.items():
    print(f"{name:45} {result[1, 0]:.1f}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# Adding −10⁹ looks like hiding. But where all scores are −10⁹, softmax sees only that they are equal, and the query
# gets the mean of everything it must not see. `F.scaled_dot_product_attention` of torch 2.13 gives zeros, for boolean
# masks and for masks of 0 and −∞. (The Python code in its documentation would give NaN.) We do as the function does.
#
# </details>
#
# In this course such a query gets **zeros**.
#
# ### Exercise: `combine_masks` ●●○ · 10 minutes
#
# Two reasons to hide a key:
#
# - it is **padding**, there only to make all sentences of a batch equally long;
# - it lies in the **future**, and a model that is to predict the next word must not see it.
#
# A key is visible if neither holds. The queries can be fewer than the keys: when a model writes a text word by word,
# the earlier keys are kept, and only the newest words ask. The queries are then the **last** positions. With 9 keys
# and 4 queries, query 0 stands at key 5.
#
# `F.scaled_dot_product_attention(..., is_causal=True)` puts query 0 at key 0 instead. With as many queries as keys
# this is the same.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make two masks and join them. `real` has shape (batch, key): where must a dimension for the queries go, so that it
# broadcasts to (batch, query, key)?
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
# *The picture: three masks of five by five. The first is a full triangle. In the second the triangle starts at key 2,
# so rows 0 and 1 are empty. In the third only the last row has a 1. Six of fifteen queries see nothing: those of the
# padding itself.*
#
# Nobody reads what a padded query returns. But a NaN there would spread to all that it is later multiplied with: even
# 0 · NaN is NaN. Zeros do no harm.
#
# **Explore.** The head that likes the previous word, under a mask that you move. Hide the previous word by taking
# *words ahead* to −2: who gets its weight? When do queries begin to see nothing?

# %%
explore(
    pictures.mask_explorer(lambda *masked: attention_weights(*masked), words),
    "Where does the weight go when the mask takes the favourite away?",
    back=slider(0, 7, 7, label="words back"),
    ahead=slider(-2, 7, 0, label="words ahead"),
    padding=slider(0, 8, 2, label="padding on the left"),
)

# %% [markdown]
# *The picture: a mask on the left, the weights under it on the right. With two words of padding and no look ahead,
# the first two rows are dark: these queries see nothing. All others still find the previous word, except "sat", which
# has to look at itself.*

# %% [markdown]
# ### Tell them apart
#
# Below stand five functions. Each calls itself attention, and each is a bug that people really write. Some of them you
# could not tell from the library on most inputs, which is why such a bug can live for years: every test that anybody
# thinks of passes.
#
# So let us turn the tables. This time you do not write attention. You write the *test*: one input on which every one
# of the five is caught.

# %%
suspects("attention_counterexample")

# %% [markdown]
# ### Exercise: `attention_counterexample` ●●● · 12 minutes
#
# Return one query tensor, one key tensor, one value tensor and one mask. `F.scaled_dot_product_attention` and each
# suspect are run on them, and you earn a share for each suspect whose result is clearly another one.
#
# Three of them fall to almost any input. For the last two, ask what a hidden key would have to do to be noticed.
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
# A score of −10,000 is small, but is it the smallest? Give one query a visible key whose score is −17,000.
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
# **See it.** What the library and each suspect make of your queries: the first number of each result. In every row
# but the first, some number should differ from the one at the top.

# %%
pictures.lineup("attention_counterexample", attention_counterexample())

# %% [markdown]
# Keep this input. It is worth more than a hundred random ones: whoever changes an implementation of attention can run
# it in a millisecond.

# %% [markdown]
# ## 5 · Self and cross
#
# In **self-attention** queries, keys and values come from one sentence. In **cross-attention** the queries come from
# one sequence, keys and values from another: a translator writes a French word and looks at the English sentence. The
# function is the same. Only the inputs differ.
#
# Here is a translator's cross-attention. Someone made it out of the decoder's self-attention, with a line from a
# project that used `nn.MultiheadAttention`. It runs. The picture shows what the French words hear of the English
# ones.


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
w_q, w_k, w_v = 3 * torch.eye(6), 3 * torch.eye(6), torch.eye(6)

heard = broken_cross_attention(target, source, real, w_q, w_k, w_v)
pictures.word_map(heard, french, english, title="broken: what is heard of each word")

# %% [markdown]
# *The picture: the rows of "le", "chat", "noir" and "dort" are all zero. "ici" and "." hear nothing but padding.*
#
# ### Exercise: `cross_attention` ●●○ · 8 minutes
#
# **Find and mend the bugs.** There are two, and both are in the mask. With one of them mended, the picture still
# looks wrong. Here `F.scaled_dot_product_attention` is allowed; `nn.MultiheadAttention` is not.
#
# <details><summary>Hint 1: the first symptom</summary>
#
# Only padding is heard. Which convention does `~real` follow, and which one does the function in the last line follow?
#
# </details>
# <details><summary>Hint 2: the second symptom</summary>
#
# With the first bug mended, "le" can hear "the" only, and no word hears what stands further right than itself. What
# is the future of a sentence that has already been read to its end?
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
# ## 6 · Several heads
#
# One head makes **one** weighted mean. A word that needs the previous word *and* the next one, and needs to tell them
# apart, cannot have both: their values are stirred into one. Two heads can.
#
# Multi-head attention makes queries, keys and values with three linear layers, cuts each into `heads` pieces of
# `d_head = d_model / heads` neighbouring numbers, lets each head attend on its own pieces, lays the results side by
# side and mixes them with a fourth linear layer. All heads run at once, as one more leading dimension:
#
#     (batch, token, d_model) → (batch, token, heads, d_head) → (batch, heads, token, d_head)
#
# The order matters. A reshape only cuts up what lies in a row. It never moves a number past another one.

# %%
tokens = torch.arange(6).reshape(3, 2) + torch.tensor([10, 10])  # 3 tokens with 2 numbers each, for 2 heads of width 1
print("tokens                ", tokens.tolist())
print("cut, then swapped     ", tokens.reshape(3, 2, 1).transpose(0, 1).flatten(1).tolist(), " one head a row")
print("reshaped to the shape ", tokens.reshape(2, 3, 1).flatten(1).tolist(), " tokens are mixed up")

# %% [markdown]
# ### Exercise: `MultiHeadAttention` ●●● · 15 minutes
#
# Use `F.scaled_dot_product_attention` for the attention itself. `nn.MultiheadAttention` and the function behind it
# are what you build. The four layers have to be called `q_proj`, `k_proj`, `v_proj` and `out_proj`: the check gives
# them weights by name.
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
# **See it.** Small models with your layer learn to say *previous word minus next word*. They have 1, 2 and 4 heads
# and the same number of parameters.

# %%
pictures.two_looks(MultiHeadAttention)

# %% [markdown]
# *The picture: loss over 200 training steps. All three start at 2. With 2 and with 4 heads the loss falls to 0 within
# about 100 steps. With one head it stops at 1: it has found one of the two words and cannot have the other.*

# %% [markdown]
# ### From the notes: "more heads for the same parameters, and less overfitting"
#
# The working notes behind this course say that heads make attention more expressive while the number of parameters
# stays the same, and that their smaller width, in a sense, prevents overfitting. Let us run that: parameters, weights
# per sentence, the rank of one head's scores, and how well a model learns **random** labels by heart.

# %%
d_model, length = 64, 100
print("heads  parameters  weights per sentence  rank of a head's scores  random labels learned")
for heads in (1, 4, 16):
    torch.manual_seed(0)
    layer = nn.MultiheadAttention(d_model, heads, batch_first=True)
    parameters = sum(item.numel() for item in layer.parameters())
    query, key = torch.randn(2, length, d_model // heads, dtype=torch.float64)
    rank = torch.linalg.matrix_rank(query @ key.T)
    learned = pictures.learned_by_heart(layer)
    print(f"{heads:5}  {parameters:10}  {heads * length**2:20}  {rank:23}  {learned:21.0%}")

# %% [markdown]
# - *The same parameters*: right. The layers are cut up, not added.
# - *For free*: wrong. Every head keeps a matrix of weights of its own, so 16 heads keep 16 times as many.
# - *Prevents overfitting*: wrong. With 16 heads, labels without any meaning are learned by heart just as well.
# - *More expressive*: up to a point. A head's scores are a matrix of rank at most d_head
#   ([Bhojanapalli et al. 2020](https://arxiv.org/abs/2002.07028)). Heads of width 1 can hardly choose.
#
# Today heads are mostly 64 or 128 wide, and a wider model gets more of them. Against overfitting one uses more data,
# dropout and weight decay. A model that writes long texts has to keep the keys and values of every word, so several
# heads often **share** theirs (`enable_gqa=True` in `F.scaled_dot_product_attention`).

# %% [markdown]
# ## 7 · The same with letters
#
# `torch.einsum` names every dimension with a letter. A letter that stands before the arrow and not after it is
# summed. The order of letters after the arrow is the order of dimensions in the result. There is nothing left to
# transpose.

# %%
query, key = torch.randn(2, 3, 8), torch.randn(2, 5, 8)  # b q d, b k d
scores = torch.einsum("bqd,bkd->bqk", query, key)  # d is gone: it is summed
print(scores.shape, torch.allclose(scores, query @ key.mT, atol=1e-6))
print(torch.einsum("bqd,bkd->bkq", query, key).shape, "another order: transposed")
print(torch.einsum("bqd,bkd->qk", query, key).shape, "b is gone: the sentences are added up, and nothing complains")

# %% [markdown]
# ### Exercise: `einsum_attention` ●●○ · 10 minutes
#
# Multi-head attention without a reshape. Each head has its own matrices, so the head is simply one more letter, `h`:
# `w_q` has shape (heads, d_model, d_k), letters `hmd`.
#
# All products have to be made by `torch.einsum`: no `@`, no `matmul`, `bmm` or linear layers. (The card calls `@` by
# its other name, `torch.Tensor.matmul`.) Softmax and mask are as before.
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
# **See it.** The weights of a real `nn.MultiheadAttention`, cut into heads, in your function. Laying the heads side
# by side and multiplying by one large matrix is the same as giving each head its own slice and adding up.

# %%
library = nn.MultiheadAttention(12, 3, bias=False, batch_first=True)
x, memory = torch.randn(2, 4, 12), torch.randn(2, 6, 12)
by_head = [w.unflatten(0, (3, 4)).mT for w in library.in_proj_weight.chunk(3)]  # each (heads, d_model, d_head)
mine = einsum_attention(x, memory, *by_head, library.out_proj.weight.T.unflatten(0, (3, 4)))
print(f"largest difference: {(mine - library(x, memory, memory)[0]).abs().max():.1e}")

# %% [markdown]
# ## 8 · What it costs, and how to pay less
#
# For $n$ tokens there are $n^2$ scores. Twice the text costs four times the work and four times the memory. The work is
# fast: it is matrix products. The memory is the trouble: with 32 heads in 16-bit numbers, the scores of 100 000 tokens
# take 640 GB.
#
# But nobody wants the matrix. What is wanted is, for each query,
#
# $$\frac{\sum_k e^{s_k} v_k}{\sum_k e^{s_k}}$$
#
# Two running sums over the keys would do, if there were no maximum in softmax: $e^{s}$ overflows at $s = 89$, so the
# largest score has to be subtracted first, and it is known only at the end. **Online softmax** subtracts the largest
# score *so far*. When a larger one turns up, both sums are off by the same known factor, and are mended by it:
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
# ### Exercise: `tiled_attention` ●●● · 20 minutes
#
# The same for many queries at once, with a mask. No tensor on the way may be larger than queries × tile numbers
# (where a tile is at least as wide as a key): the check watches every tensor that you make. That holds for masks,
# too: `~mask` is as large as `mask`. Nor may the tiles pile up: the check also counts what is alive at the same time.
# It sees tensors only, so stay with them: no `numpy()`, no `tolist()`.
#
# Only the result is asked for, no gradient. Autograd would keep every tile for the way back, and the memory would be
# gone after all. FlashAttention computes the tiles anew on the way back instead.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Take the loop above. `highest` and `below` get one number per query, shape (..., query, 1); `above` gets one row per
# query. Slices of key, value and mask are views and cost nothing: `key[..., first : first + tile, :]`. A slice that
# reaches over the end is simply shorter.
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
# *The picture: two straight lines on logarithmic axes. At 64 tokens they meet at 0.016 MiB. At 4096 tokens the whole
# matrix takes 64 MiB and the tiles 1 MiB: one grows with the square of the text, the other with the text.*
#
# The number of multiplications is the same, even a little larger. And yet FlashAttention is faster on a GPU, because
# a tile fits into the small fast memory next to the arithmetic, and the large matrix would have to travel to the slow
# one and back (a later lesson measures such things). `F.scaled_dot_product_attention` picks such an implementation by
# itself where it can.

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch or transformers |
# |---|---|
# | `attention_weights` | what `need_weights=True` and `output_attentions=True` return |
# | `attention_entropy` | `torch.special.entr(weights).sum(-1)` |
# | `attention` | `F.scaled_dot_product_attention` |
# | `combine_masks` | `transformers.masking_utils` |
# | `attention_counterexample` | the tests of `F.scaled_dot_product_attention` in `test/test_transformers.py` |
# | `cross_attention` | the second attention in `nn.TransformerDecoderLayer` |
# | `MultiHeadAttention` | `nn.MultiheadAttention`, with the opposite mask |
# | `einsum_attention` | the same, with one set of matrices a head |
# | `tiled_attention` | the FlashAttention kernels behind `F.scaled_dot_product_attention` |
#
# **Read the real source.** `multi_head_attention_forward` in `torch/nn/functional.py`; `eager_attention_forward` and
# `BertSelfAttention` in `transformers/models/bert/modeling_bert.py`; on the C++ side
# `aten/src/ATen/native/transformers/attention.cpp`; the zeros for empty rows come from `torch._safe_softmax`.
#
# **Sources.** [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762), *Attention Is All You Need*.
# [Milakov and Gimelshein 2018](https://arxiv.org/abs/1805.02867), *Online normalizer calculation for softmax*.
# [Dao et al. 2022](https://arxiv.org/abs/2205.14135), *FlashAttention*.
#
# **Three questions to take home.**
#
# 1. Shuffle the words of a sentence. What happens to the result of self-attention without positions? (A later lesson
#    needs the answer.)
# 2. The first word of the opening picture had to look at somebody. What could a model give its words so that they can
#    look at nothing in particular?
# 3. Your `tiled_attention` walks over the keys. What would have to be sent from one machine to another, if each held
#    half of them?
