# %% [markdown]
# # Generation
#
# **A language model says how likely each next word is, and nothing more. So who writes the sentence?**
#
# Somebody has written `def find_my_keys():` and now has to say what it does. We have a small model that has read three
# thousand docstrings. Given the beginning of a text, it can tell how likely each possible continuation is. The obvious
# way to get a sentence out of it is to take the likeliest one, put it behind the text, and ask again.

# %%
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder import check, suspects
from helpers import generation as pictures
from helpers.docstring_model import docstring_model, examples, figures, pieces, prompt, text_of
from helpers.generation import Watched
from helpers.known_models import Chain, Counting
from helpers.plots import bars, lines
from helpers.widgets import explore, slider
from helpers.widgets import text as typed

# %%
torch.set_num_threads(1)  # our model is so small that a second core would only be in the way
model = docstring_model()


def likeliest(name: str) -> str:
    tokens = prompt(name)  # the name in words, and an arrow
    for _ in range(40):
        scores, _ = model(tokens)
        tokens = torch.cat([tokens, scores[:, -1].argmax(dim=-1, keepdim=True)], dim=1)
    return text_of(tokens[0, prompt(name).shape[1] :])  # up to the first end of a text


for name in ("find_my_keys", "make_coffee", "walk_the_dog", "sort_socks", "open_socket"):
    print(f"{name:18}{likeliest(name)}")

# %% [markdown]
# Each of these is what the model believes in most, piece by piece. And yet it is a poor writer: most of it could stand
# in any docstring, and some of it goes round in circles. In the same numbers there are much better sentences. To get
# at them we have to choose differently, and nobody but us can do that, since the model only says how likely things are.
#
# In this lesson we write everything that stands between the numbers and the text. At the end you type the name of any
# function, and read what the model makes of it.
#
# At the end you will be able to
#
# - turn scores into a choice: temperature, top-k and top-p, as transformers does it;
# - draw a batch of texts, each of which ends when it wants to;
# - say what a cache of keys and values saves, and count it;
# - as extras: a penalty for repetition, perplexity, beam search and why the most probable text is not the one we want.
#
# About 55 minutes for the core, 95 with the extras. You need softmax and drawing by weights ([lesson
# 03](../03_products_and_masks/03_products_and_masks.ipynb)) and attention with a causal mask ([lesson
# 11](../11_attention/11_attention.ipynb)).

# %% [markdown]
# ## 1 · What the model says · core
#
# First, what is "the next piece"? Our model does not write letters, and not whole words either. It has a list of 2,048
# pieces that occur often, and cuts every text into these. A frequent word is one piece, a rare one is several. Such
# pieces are called **tokens**, and inside the model each is just a number.

# %%
tokens = prompt("find_my_keys")
print(tokens.tolist())
print([pictures.piece(token) for token in tokens[0].tolist()])
scores, cache = model(tokens)
print("scores:", tuple(scores.shape))
print(f"the model: {figures()['parameters']:,} weights, learned from {figures()['texts']['train']:,} docstrings")

# %% [markdown]
# The prompt begins with the end of the text before, so that the model knows that something new is coming. (What
# `cache` holds we shall see in section 4.) For each place, the model gives a score to each of the 2,048 tokens that
# might come next. We only need those at the last place. A softmax turns them into probabilities:

# %%
pictures.next_pieces({"after “find my keys →”": scores[0, -1]})

# %% [markdown]
# *The picture: "A" has 0.30 and "Return" 0.19, then come F, C, M and other capitals. A letter by itself is mostly the
# beginning of a word: the A may go on as Add or Abstract, or stay the word A. The tokens that have no bar of their own,
# more than two thousand, have 0.14 together.*
#
# The model is right to be in doubt here, since nobody could know how this text begins. If we always take the first of
# the list, we throw that away. But if we draw by these probabilities, we get something else each time, and sometimes
# nonsense. Can we have something in between?
#
# Let us take three tokens with the scores 2, 1 and 0. Softmax gives them 0.67, 0.24 and 0.09. Now divide the scores by
# 0.5 first. They become 4, 2 and 0, the distances have doubled, and softmax gives 0.87, 0.12 and 0.02: the favourite
# has gained. Divided by 2 they are 1, 0.5 and 0, which makes 0.51, 0.31 and 0.19, and everybody has a chance. In
# [lesson 03](../03_products_and_masks/03_products_and_masks.ipynb) we have called this number the **temperature**, and
# so does everybody who writes text with a model.
#
# **Predict first.** At a temperature of 0.1, how likely is the second of our three tokens? And what would a temperature
# of exactly 0 have to mean?

# %%
three = torch.tensor([2.0, 1.0, 0.0])
for t in (2.0, 1.0, 0.5, 0.1):
    print(f"temperature {t}: ", [round(share, 5) for share in (three / t).softmax(dim=-1).tolist()])

# %% [markdown]
# <details><summary>The answer</summary>
#
# The scores become 20, 10 and 0, so the second one has about e⁻¹⁰ = 0.00005. The colder, the more it is the best one's
# turn, every time. At 0 one would divide by zero. It can only mean "take the best", and that needs no probabilities.
#
# </details>
#
# ### Exercise: `temperature` ●○○ · 2 minutes · core
#
# One line, and a `ValueError`. Real scores may hold −∞ for a token that somebody has ruled out already; you need not do
# anything about that.
#
# <details><summary>Hint 1: a nudge</summary>
#
# No softmax yet. What comes back are scores again, so that the next filter can work on them.
#
# </details>
# <details><summary>Hint 2: "the scores afterwards"?</summary>
#
# `scores /= t` writes into the model's own scores. `scores / t` makes new ones.
#
# </details>


# %% exercise="temperature"
def temperature(scores: Tensor, t: float) -> Tensor:
    """The scores at another temperature: each is divided by t.

    Not to be used: `transformers.TemperatureLogitsWarper`.

    Args:
        scores: shape (..., vocabulary), floating point; some may be −∞.
        t: above 0.

    Returns:
        A new tensor of the same shape and dtype.

    Raises:
        ValueError: t is 0 or less.

    >>> temperature(torch.tensor([1.0, 2.0, -torch.inf]), 0.5)
    tensor([2., 4., -inf])
    """
    # BEGIN SOLUTION
    if t <= 0:
        raise ValueError(f"the temperature should be above 0, not {t}")
    return scores / t
    # END SOLUTION


# %% check="temperature"
check(temperature)

# %% [markdown]
# **See it.** The same place in the text, at three temperatures.

# %%
last = scores[0, -1]
pictures.next_pieces({f"temperature {t}": temperature(last, t) for t in (0.5, 1.0, 1.5)})

# %% [markdown]
# Compare the grey bars at the bottom. At a low temperature the tokens without a name hardly matter. At a high one they
# take over, and that brings us to the next question.

# %% [markdown]
# ## 2 · The long tail · core
#
# Say we draw from the probabilities as they are. Three docstrings for `find_my_keys`:


# %%
def drawn(name: str, seed: int) -> str:
    generator, tokens = torch.Generator().manual_seed(seed), prompt(name)
    for _ in range(40):
        scores, _ = model(tokens)
        token = torch.multinomial(scores[:, -1].softmax(dim=-1), 1, generator=generator)
        tokens = torch.cat([tokens, token], dim=1)
    return text_of(tokens[0, prompt(name).shape[1] :])


for seed in range(3):
    print(drawn("find_my_keys", seed))

# %% [markdown]
# This is livelier, but somewhere in each of them the thread breaks, and often at a token that was very unlikely. Let us
# go through real docstrings that the model has never seen, and count at each place how much probability lies with the
# very unlikely tokens, those that have less than 1 in 200 each.

# %%
arrow = 1  # the token between a name and its description
predicted, came = [], []
for row in examples("held out"):
    place = row.tolist().index(arrow)  # the scores at the arrow predict the first token of the description
    predicted.append(model(row[None])[0][0, place:-1])
    came.append(row[place + 1 :])
shares = torch.cat(predicted).softmax(dim=-1)
rare = shares < 1 / 200
tail = (shares * rare).sum(dim=-1).mean()
print(f"{len(shares):,} places: {rare.sum(dim=-1).float().mean():.0f} of 2,048 tokens are rare, together {tail:.2f}")
print(f"twenty draws without one of them: {(1 - tail) ** 20:.3f}")
written = rare.gather(1, torch.cat(came)[:, None]).float().mean()
print(f"of the tokens that people wrote, {written:.2f} are rare")

# %% [markdown]
# That is the trouble. Each of these tokens is nearly impossible, but there are so many of them that together they are
# likely, and over twenty draws it would be a wonder if none came up. The last line says that people use rare tokens
# too, even twice as often. But they know *which* one fits. Down there, the numbers of our model are mostly guesses, and
# once a wrong one has come up it is part of the text, and the model goes on from it as well as it can.
#
# A low temperature shrinks the tail but never cuts it off. So let us do just that. The simplest rule is to keep the $k$
# best tokens and to rule out the others, with a score of −∞: then `exp` gives exactly 0, whatever temperature or other
# filter comes afterwards. This is **top-k** ([Fan et al. 2018](https://arxiv.org/abs/1805.04833)).
#
# For the scores 1, 4, 2 and 3 and $k$ = 2, the 4 and the 3 are left. What if there is a tie at the border, as with the
# scores 4, 2, 2 and $k$ = 2? Nothing tells the two apart, so transformers keeps both, and we do as well.
#
# ### Exercise: `top_k` ●○○ · 4 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# You need not know *which* are the k best. It is enough to know how large the k-th of them is.
#
# </details>
# <details><summary>Hint 2: <code>selected index k out of range</code>?</summary>
#
# `topk` refuses a k above the size of the vocabulary. `min(k, scores.shape[-1])` does not.
#
# </details>
# <details><summary>Hint 3: one row is right, a batch is not?</summary>
#
# Each row has a k-th score of its own. Keep the dimension, `[..., -1:]`, so that it meets its own row.
#
# </details>


# %% exercise="top_k"
def top_k(scores: Tensor, k: int) -> Tensor:
    """Keeps the k largest scores of each row, and sets the others to −∞.

    Not to be used: `transformers.TopKLogitsWarper`.

    A score that equals the k-th is kept as well, so that there may be more than k.

    Args:
        scores: shape (..., vocabulary), floating point.
        k: 1 or more; where it is larger than the vocabulary, all are kept.

    Returns:
        A new tensor of the same shape and dtype.

    Raises:
        ValueError: k is 0 or less.

    >>> top_k(torch.tensor([1.0, 4.0, 2.0, 3.0]), 2)
    tensor([-inf, 4., -inf, 3.])
    """
    # BEGIN SOLUTION
    if k < 1:
        raise ValueError(f"k should be 1 or more, not {k}")
    best = scores.topk(min(k, scores.shape[-1]), dim=-1).values
    return scores.masked_fill(scores < best[..., -1:], -torch.inf)
    # END SOLUTION


# %% check="top_k"
check(top_k)

# %% [markdown]
# **See it.** But which $k$? Let us walk through a real docstring, token by token, and count at each place how many
# tokens it takes until they have 90 % of the probability between them.

# %%
line = prompt("is_closed")[0].tolist() + pieces().encode("Return True if the file is closed.").ids
scores, _ = model(torch.tensor([line]))
begin = prompt("is_closed").shape[1] - 1  # the arrow: from here on the description is predicted
sums = scores[0, begin:-1].softmax(dim=-1).sort(descending=True).values.cumsum(dim=-1)
needed = (sums < 0.9).sum(dim=-1) + 1
left = (top_k(scores[0, begin:-1], 20) > -torch.inf).sum(dim=-1)
labels = [f"{place}: {pictures.piece(token)}" for place, token in enumerate(line[begin + 1 :], start=1)]
bars({
    "needed for 90 %": dict(zip(labels, needed.tolist(), strict=True)),
    "left by your top_k, k = 20": dict(zip(labels, left.tolist(), strict=True)),
}, ylabel="tokens (logarithmic)", xlabel="the token that comes", logy=True)  # fmt: skip

# %% [markdown]
# *The picture: for "Return" it takes 7 tokens, for "True" 2, and after "Return True" a single one: "if". But then 22
# for "the" and 69 for "file". The bars of top-k are all at 20.*
#
# No $k$ suits all places. Where the grammar leaves one way, 20 tokens let 19 wrong ones in. After "if" or "the", where
# nearly anything may follow, 20 tokens shut out what is perfectly sensible. So let the *model's own doubt* say how many
# tokens are left. We sort them by their probability, add up from the top, and stop as soon as the sum has reached a
# share $p$, say 0.9. This is **top-p**, or **nucleus sampling** ([Holtzman et al.
# 2019](https://arxiv.org/abs/1904.09751), in a paper with the fine name *The Curious Case of Neural Text
# Degeneration*).
#
# By hand: four tokens have 0.5, 0.25, 0.125 and 0.125. With $p$ = 0.7 the first one is not enough, and the second
# brings the sum to 0.75, so two are left. The token that *crosses* $p$ is in. If it were not, one token with 0.95 would
# rule itself out, and nothing would be left. And with $p$ = 0.75? The sum reaches it exactly, with the second token, so
# again two are left.
#
# What about $p$ = 0.8? The third token is needed, but it is as likely as the fourth. Somebody has to say which of them
# comes in. transformers adds up from the *bottom*: it goes through the tokens from the least likely one up, and removes
# them as long as the sum is 1 − $p$ or less. Which of two equals comes first in its sort is left to chance. We ask for
# a sort that keeps the order of the vocabulary (`stable=True`), so with us the earlier one goes and the later one
# stays. From the bottom there is another advantage. The probabilities of the tail are tiny, and in float32 a tiny
# number that is added to nearly 1 is lost, whereas tiny numbers that are added to each other are not.
#
# **Predict first.** The scores are equal for ten tokens, and $p$ = 0.35. How many are left, and which?
#
# <details><summary>The answer</summary>
#
# Each has 0.1. Three have 0.3, which is not enough, so it takes four. They are the last four of the ten, since going up
# the first six have 0.6 together, and 0.6 is not more than 1 − 0.35 = 0.65.
#
# </details>
#
# ### Exercise: `top_p` ●●○ · 9 minutes · core
#
# The filter that nearly everybody uses. It is six lines, and each can go wrong quietly.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `ordered, places = scores.sort(dim=-1, stable=True)` sorts upwards, and says where each score came from. Softmax and
# `cumsum` along the sorted scores give the sums from the bottom.
#
# </details>
# <details><summary>Hint 2: the wrong tokens are removed?</summary>
#
# Your mask says who goes *in sorted order*. `torch.zeros_like(mask).scatter(-1, places, mask)` brings each entry back
# to the place that its score came from.
#
# </details>
# <details><summary>Hint 3: nothing is left when p is 0?</summary>
#
# The sums end with 1, and 1 is not more than 1 − 0. Whatever happens, the last one of the sorted row stays:
# `mask[..., -1] = False`.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# ordered, places = scores.sort(dim=-1, stable=True)
# gone = ordered.softmax(dim=-1).cumsum(dim=-1) <= ...
# gone[..., -1] = ...
# gone = torch.zeros_like(gone).scatter(-1, ..., gone)
# return scores.masked_fill(...)
# ```
#
# </details>


# %% exercise="top_p"
def top_p(scores: Tensor, p: float) -> Tensor:
    """Keeps the fewest tokens of each row that reach p between them, the likeliest, and sets the others to −∞.

    Not to be used: `transformers.TopPLogitsWarper`.

    The token with which the sum reaches p, exactly or by crossing it, is the last one that is kept. Of equal tokens,
    those that stand later in the vocabulary are kept first.

    Args:
        scores: shape (..., vocabulary), floating point.
        p: from 0, which keeps the likeliest token only, to 1, which keeps every token that has a probability.

    Returns:
        A new tensor of the same shape and dtype.

    Raises:
        ValueError: p is below 0 or above 1.

    >>> top_p(torch.tensor([2.0, 0.0, 1.0]), 0.8)
    tensor([2., -inf, 1.])
    """
    # BEGIN SOLUTION
    if not 0 <= p <= 1:
        raise ValueError(f"p should be from 0 to 1, not {p}")
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    gone = torch.zeros_like(gone).scatter(-1, places, gone)
    return scores.masked_fill(gone, -torch.inf)
    # END SOLUTION


# %% check="top_p"
check(top_p)

# %% [markdown]
# **Explore.** What is left of the next token? Begin the description yourself, and move the filters. Can you find a
# beginning after which more than a hundred tokens are left, and one that leaves two?

# %%
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper


def filtered(begin: str, t: float, k: int, p: float) -> Any:
    """The last place of a text about `find_my_keys`, before and after your three filters."""
    tokens = torch.cat([prompt("find_my_keys"), torch.tensor([pieces().encode(begin).ids], dtype=torch.int64)], dim=1)
    last = model(tokens)[0][:, -1]
    mine = top_p(top_k(temperature(last, t), k), p)
    theirs = TopPLogitsWarper(p)(None, TopKLogitsWarper(k)(None, TemperatureLogitsWarper(t)(None, last)))
    same = "as transformers has it" if torch.equal(mine, theirs) else "not as transformers has it"
    return pictures.next_pieces(
        {"as the model says": last[0], f"{int((mine > -torch.inf).sum())} left, {same}": mine[0]}
    )


explore(
    filtered,
    "Which tokens are left?",
    begin=typed("Return True if the", label="begun with"),
    t=slider(0.1, 2.0, 1.0, step=0.1, label="temperature"),
    k=slider(1, 2048, 2048, label="k"),
    p=slider(0.0, 1.0, 0.9, step=0.05, label="p"),
)

# %% [markdown]
# <details><summary>What to see</summary>
#
# After "Return True if the", 131 tokens are left of 2,048 at a p of 0.9: nearly anything may follow. Take away two
# words, so that "Return True" is left, and only "if" remains. With a p of 0 one token is left everywhere. And whatever
# you choose, the title says whether transformers' three filters leave exactly the same scores.
#
# </details>

# %% [markdown]
# ## 3 · A sentence, drawn · core
#
# Now for the loop. The model is asked, the filters are applied to the last place, softmax makes probabilities of what
# they leave, and one token is drawn and put behind the text. The order of the filters is ours to choose. transformers
# takes the temperature first, then top-k, then top-p.
#
# One thing is new: a text has to end. The model has learned that as well, because every docstring that it read was
# followed by one special token, number 0. When it is drawn, the text is finished. But we want to write several texts at
# once, as a batch, and they do not all finish at the same time. A tensor has no ragged rows. So a row that is done
# waits, and is filled up with ends, until the last one is done, or until we run out of patience.
#
# And mind what our prompts look like. They *begin* with a 0, the end of whatever came before, and that should not
# count.
#
# ### Exercise: `sample` ●●○ · 9 minutes · core
#
# To try it out there is a model whose answer we know: `Counting(6)` counts from 0 to 5 and then begins again with 0,
# and is sure of it. (So that your draws can be compared, each step is one call of `torch.multinomial`, for the whole
# batch.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# Keep a vector `done` of one boolean for each row, all False at first. After each draw, rows that are done get `end`
# instead of what was drawn, and rows that have drawn `end` become done.
#
# </details>
# <details><summary>Hint 2: "an end in the prompt"?</summary>
#
# Do not ask the text whether it contains an end. Ask the token that you have just drawn.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# done = torch.zeros(len(prompt), dtype=torch.bool, device=prompt.device)
# for _ in range(new):
#     if done.all():
#         break
#     scores = model(...)[0][:, -1]
#     for each in filters: ...
#     token = torch.multinomial(..., 1, generator=generator)
#     token = token.masked_fill(done[:, None], ...)
#     done = done | ...
#     prompt = torch.cat(...)
# return prompt
# ```
#
# </details>


# %% exercise="sample"
@torch.no_grad()
def sample(
    model: Callable[..., tuple[Tensor, Any]],
    prompt: Tensor,
    new: int,
    filters: Sequence[Callable[[Tensor], Tensor]],
    generator: torch.Generator,
    end: int = 0,
) -> Tensor:
    """Goes on from the prompts, token by token, each drawn from what the filters leave.

    Args:
        model: gives for tokens (batch, length) scores (batch, length, vocabulary), and a cache that you may drop. It is
            called without a graph.
        prompt: shape (batch, length), int64. What stands in the prompt ends nothing.
        new: how many tokens to draw at most, 0 or more.
        filters: functions from scores (batch, vocabulary) to scores, applied in this order to those of the last place.
        generator: each step is one draw for the whole batch, `torch.multinomial(…, 1, generator=generator)`.
        end: a row that has drawn it is done, and has only ends from there on.

    Returns:
        Shape (batch, length + drawn), int64: the prompt, then what was drawn. When all rows are done, no more is drawn.

    >>> sample(Counting(6), torch.tensor([[3, 4]]), 5, [], torch.Generator())
    tensor([[3, 4, 5, 0]])
    """
    # BEGIN SOLUTION
    done = torch.zeros(len(prompt), dtype=torch.bool, device=prompt.device)
    for _ in range(new):
        if done.all():
            break
        scores = model(prompt)[0][:, -1]
        for each in filters:
            scores = each(scores)
        token = torch.multinomial(scores.softmax(dim=-1), 1, generator=generator)
        token = token.masked_fill(done[:, None], end)
        done = done | (token[:, 0] == end)
        prompt = torch.cat([prompt, token], dim=1)
    return prompt
    # END SOLUTION


# %% check="sample"
check(sample)

# %% [markdown]
# **See it.** Four texts at once, with your filters.

# %%
careful = [lambda scores: temperature(scores, 0.8), lambda scores: top_p(scores, 0.9)]
start = prompt("find_my_keys").expand(4, -1)
texts = sample(model, start, 40, careful, torch.Generator().manual_seed(0))
for row in texts:
    print(f"{(row[start.shape[1] :] != 0).sum():3} tokens  {text_of(row[start.shape[1] :])}")

# %% [markdown]
# These are not good docstrings, but they are sentences, or nearly, and they are about lists and modules, which is all
# that the model has read about. The text that ended first has waited for the longest one, filled up with ends.
#
# > **You may read that** with a temperature of 0 a model is deterministic, and that this is why one sets it. Ask for
# > it:

# %%
try:
    TemperatureLogitsWarper(0.0)
except ValueError as error:
    print(error)
for t in (1.0, 0.1, 0.01):
    cold = [lambda scores, t=t: temperature(scores, t)]
    rows = sample(model, start, 40, cold, torch.Generator().manual_seed(0))
    print(f"temperature {t}: {len({text_of(row[start.shape[1] :]) for row in rows})} different texts of 4")

# %% [markdown]
# > The colder, the fewer different texts. But there is no temperature of 0, only its limit, which is to take the best
# > token: **greedy search**. Services that let you ask for 0 switch to that. And even then the same question may get
# > two answers (the third question at the end).

# %% [markdown]
# ## 4 · The work of a sentence · core
#
# Look at the loop again, and count. Our prompt has 6 tokens, and say that we want 4 more. The model is given 6 tokens,
# then 7, then 8, then 9: together 30, and from each of these calls we use the scores of one place. For a text of a
# thousand tokens it would be half a million. And nearly all of it has been computed before.
#
# Which part has been? Our model is causal: a token sees only what stands before it. So nothing that comes later can
# change what was computed for it. In [lesson 11](../11_attention/11_attention.ipynb) each token had a query, a key and
# a value. The new token's query has to meet the keys of all tokens, and collect their values. But the keys and values
# of the old tokens are what they were in the call before. If somebody has kept them, then only the new token has to go
# through the model. What is kept is called the **key-value cache**, and our model hands it out and takes it back:

# %%
scores, cache = model(prompt("find_my_keys"))
keys, values = cache[0]
print(f"{len(cache)} layers, in each the keys {tuple(keys.shape)} and the values {tuple(values.shape)}")

following = scores[:, -1].argmax(dim=-1, keepdim=True)
scores, cache = model(following, cache)
print(f"one token more: scores {tuple(scores.shape)}, keys {tuple(cache[0][0].shape)}")

# %% [markdown]
# It is like reading with notes in the margin, instead of starting the book again for every new word. The picture breaks
# in one place. A reader may change a note when they come to the end, and a causal model never does. BERT from [lesson
# 16](../16_bert_internals/16_bert_internals.ipynb) does, since there every word sees all the others, and so it could
# not keep anything.
#
# Two things can go wrong, and both give no error. If we hand over the cache *and* the whole text, every old token is
# there twice. And the model must know at which place the new token stands. Ours counts what is in the cache.
#
# ### Exercise: `generate_with_cache` ●●● · 9 minutes · core
#
# So that you need not write the drawing again, `choose` is handed over: from the scores of the last place to the next
# token of each row. For greedy search it is `lambda scores: scores.argmax(dim=-1)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two variables are carried along beside the text: the cache, None at first, and what the model has not seen yet, which
# is the whole prompt at first and a single token later.
#
# </details>
# <details><summary>Hint 2: "tokens that go through the model"?</summary>
#
# The card shows how many tokens each call got. It should be the length of the prompt, then 1, 1, 1, … If the numbers
# grow, you hand over the text. If there is a 1 too many at the end, you have asked what comes after the last token.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# unseen, cache = prompt, None
# for _ in range(new):
#     scores, cache = model(unseen, cache)
#     unseen = choose(...)[:, None]
#     prompt = ...
# return prompt
# ```
#
# </details>


# %% exercise="generate_with_cache"
@torch.no_grad()
def generate_with_cache(
    model: Callable[..., tuple[Tensor, Any]], prompt: Tensor, new: int, choose: Callable[[Tensor], Tensor]
) -> Tensor:
    """Goes on from the prompts, and lets each token go through the model once.

    The first call gets the prompt, each one after it the newest token (batch, 1) and the cache that came back last.
    What the last token would be followed by is not asked.

    Args:
        model: gives for new tokens (batch, new) and a cache scores (batch, new, vocabulary), and a cache that knows
            them, too. It is called without a graph.
        prompt: shape (batch, length), int64, of at least one token.
        new: how many tokens to add, 0 or more.
        choose: from the scores of the last place (batch, vocabulary) to the next tokens (batch,).

    Returns:
        Shape (batch, length + new), int64.

    >>> generate_with_cache(Counting(6), torch.tensor([[1, 2]]), 3, lambda scores: scores.argmax(dim=-1))
    tensor([[1, 2, 3, 4, 5]])
    """
    # BEGIN SOLUTION
    unseen, cache = prompt, None
    for _ in range(new):
        scores, cache = model(unseen, cache)
        unseen = choose(scores[:, -1])[:, None]
        prompt = torch.cat([prompt, unseen], dim=1)
    return prompt
    # END SOLUTION


# %% check="generate_with_cache"
check(generate_with_cache)

# %% [markdown]
# **See it.** Does it write the same, and what does a token cost? `Watched` notes for each call how many tokens of a row
# went through the model, and counts its multiplications and additions.
#
# **Predict first.** With the cache, is the cost of a token really the same for the thirtieth as for the second?


# %%
def greedy(scores: Tensor) -> Tensor:
    return scores.argmax(dim=-1)


start = prompt("find_my_keys")
uncached, cached = Watched(model), Watched(model)
text_so_far = start
for _ in range(30):
    text_so_far = torch.cat([text_so_far, greedy(uncached(text_so_far)[0][:, -1])[:, None]], dim=1)
same = generate_with_cache(cached, start, 30, greedy)
print("the same tokens:", torch.equal(text_so_far, same))
for name, watched in {"without": uncached, "with": cached}.items():
    print(f"{name:8} a cache: {sum(watched.tokens):4} tokens, {sum(watched.flops) / 1e6:5.0f} million operations")
lines({
    "without a cache": (range(1, 31), [flops / 1e6 for flops in uncached.flops]),
    "with your cache": (range(1, 31), [flops / 1e6 for flops in cached.flops]),
}, xlabel="new token", ylabel="million operations")  # fmt: skip

# %% [markdown]
# <details><summary>The answer</summary>
#
# The picture: both curves begin at 18.8 million operations, since the prompt has to go through the model in any case.
# Without a cache the cost climbs to 112 million for the thirtieth token. With yours it falls to 3.1 million at the
# second token, and stays there: it is 3.2 million at the thirtieth. The small rise is attention itself, since the new
# query has one key more to meet at every step. In a text of thousands of tokens that part would show.
#
# </details>

# %% [markdown]
# ## 5 · Name a function · core
#
# Everything is there now: filters, a draw, a cache, an end. (Your loop with the cache does not stop at an end, so we
# cut the text there.) Let us put it together, and make the thing that we wanted in the beginning. You type a name, as
# you would type it in a program, and the model writes what it believes that such a function does.
#
# We shall be honest about it and look up every text in what the model has read. How many words in a row has it copied?


# %%
def invent(name: str, filters: Sequence[Callable[[Tensor], Tensor]], seed: int) -> str:
    """A docstring for a function of this name, by everything that you have written."""
    generator = torch.Generator().manual_seed(seed)

    def choose(scores: Tensor) -> Tensor:
        for each in filters:
            scores = each(scores)
        return torch.multinomial(scores.softmax(dim=-1), 1, generator=generator)[:, 0]

    start = prompt(name)
    return text_of(generate_with_cache(model, start, 40, choose)[0, start.shape[1] :])


def invented(name: str, t: float, p: float, seed: int) -> Any:
    written = invent(name, [lambda scores: temperature(scores, t), lambda scores: top_p(scores, p)], seed)
    run, length = pictures.copied(written)
    return pictures.page(name, written, [f"{length} words in a row stand in a docstring that it has read: “{run}”"])


explore(
    invented,
    "What does this function do?",
    name=typed("find_my_keys", label="def"),
    t=slider(0.1, 2.0, 0.6, step=0.1, label="temperature"),
    p=slider(0.0, 1.0, 0.9, step=0.05, label="p"),
    seed=slider(0, 99, 0, label="draw"),
)

# %% [markdown]
# Is one docstring evidence? Let us take six names and five draws of each, at several temperatures, and compare with
# people: docstrings from the modules that were held back.

# %%
names = ("find_my_keys", "make_coffee", "walk_the_dog", "close_connection", "mean_squared_error", "plot_histogram")
written: dict[str, list[str]] = {}
for t in (0.1, 0.6, 1.0):
    filters = [lambda scores, t=t: temperature(scores, t), lambda scores: top_p(scores, 0.9)]
    written[f"temperature {t}"] = [invent(name, filters, seed) for name in names for seed in range(5)]
written["people"] = [text_of(row[row.tolist().index(arrow) + 1 :]) for row in examples("held out")]
for who, each in written.items():
    lengths = [len(one.split()) for one in each]
    runs = [pictures.copied(one)[1] for one in each]
    mean = sum(lengths) / len(each)
    print(f"{who:18}{mean:5.1f} words, the longest copied run {sum(runs) / sum(lengths):.0%} of them")

# %% [markdown]
# So the texts are the model's own and yet made of found pieces. At a low temperature about half of a text is copied in
# one piece from something that it has read, and at 1.0 about as much as in the last row. For people copy as well.
# "Return True if the" is in everybody's docstrings.
#
# And so we can answer our question. The model has written nothing. It gave 2,048 scores for each place, and it would
# have given the same ones to everybody. *You* have ruled out the tail, drawn, put the token behind the text and cut it
# off at the end. Who writes the sentence? The loop around the model does, and most of what one likes or dislikes in a
# text can be changed there, without touching a single weight. What it cannot change is how little our model knows. Even
# a small model that people chat with has hundreds of times as many weights, and ours has never seen a key, only the
# keys of dicts.

# %% [markdown]
# ## 6 · It repeats itself · extra
#
# Let us go back to the model's favourite words. Left alone with them, it sometimes cannot get out of a circle: a word
# makes itself likelier, because texts that say a thing twice are more likely to say it a third time. In the first cell
# of this lesson one text ended like that.
#
# A simple remedy is to make every token that has occurred less likely, by a **repetition penalty** ([Keskar et al.
# 2019](https://arxiv.org/abs/1909.05858)). With a penalty of 1.25, a score of 4 becomes 4 / 1.25 = 3.2. But what about
# a score of −2? Divided it would be −1.6, which is *better* than before. So below zero one multiplies, and −2 becomes
# −2.5.
#
# ### Exercise: `repetition_penalty` ●●○ · 5 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# Compute the punished version of *all* scores first, with `torch.where(scores < 0, …, …)`. Then take it at the tokens
# that have occurred, and the old score everywhere else.
#
# </details>
# <details><summary>Hint 2: "tokens that occur again and again"?</summary>
#
# A loop over the tokens punishes a token each time that it meets it. A boolean table of what has occurred cannot count:
# `torch.zeros_like(scores, dtype=torch.bool).scatter(1, tokens, True)`.
#
# </details>


# %% exercise="repetition_penalty"
def repetition_penalty(scores: Tensor, tokens: Tensor, penalty: float) -> Tensor:
    """Makes the tokens that have occurred less likely: scores above zero are divided by the penalty, those below zero
    multiplied by it.

    Not to be used: `transformers.RepetitionPenaltyLogitsProcessor`.

    Each is punished once, however often it occurred, and only in its own row.

    Args:
        scores: shape (batch, vocabulary), floating point; 0 and −∞ stay.
        tokens: what has occurred, shape (batch, seen), int64; there may be none.
        penalty: above 0; 1 changes nothing, and below 1 repetition is rewarded.

    Returns:
        A new tensor of the same shape and dtype.

    Raises:
        ValueError: penalty is 0 or less.

    >>> repetition_penalty(torch.tensor([[1.0, 2.0, -3.0]]), torch.tensor([[2, 1, 1]]), 2.0)
    tensor([[ 1.,  1., -6.]])
    """
    # BEGIN SOLUTION
    if penalty <= 0:
        raise ValueError(f"the penalty should be above 0, not {penalty}")
    punished = torch.where(scores < 0, scores * penalty, scores / penalty)
    occurred = torch.zeros_like(scores, dtype=torch.bool).scatter(1, tokens, True)
    return torch.where(occurred, punished, scores)
    # END SOLUTION


# %% check="repetition_penalty"
check(repetition_penalty)


# %% [markdown]
# **See it.** The best token each time, under three penalties.


# %%
def punished(name: str, penalty: float) -> str:
    tokens = start = prompt(name)
    for _ in range(25):
        scores = repetition_penalty(model(tokens)[0][:, -1], tokens[:, start.shape[1] :], penalty)
        tokens = torch.cat([tokens, scores.argmax(dim=-1, keepdim=True)], dim=1)
    return text_of(tokens[0, start.shape[1] :])


for name, penalty in (("open_socket", 1.0), ("open_socket", 1.2), ("find_my_keys", 1.0), ("find_my_keys", 2.0)):
    print(f"penalty {penalty}: {name:14}{punished(name, penalty)}")

# %% [markdown]
# The circle is broken. But look at what a penalty of 2 has done to our keys. "and return the module" would have been
# the second "the", so now it is "an iterable". Sentences *need* their small words again and again, and the penalty
# cannot tell them from a stammer. (We have punished only what was written, not the name. transformers punishes the
# tokens of the prompt as well, unless it is told not to.)
#
# > **You may read that** a penalty of 1.2 makes a repeated token 1.2 times less likely. It cannot mean that, since
# > softmax does not care where zero is: if we add 10 to all scores, no probability changes. The penalty does care.

# %%
scores = torch.tensor([[4.0, 3.0, 1.0]])
seen = torch.tensor([[0]])
for shift in (0.0, 10.0):
    before = (scores + shift).softmax(dim=-1)[0, 0].item()
    after = repetition_penalty(scores + shift, seen, 1.2).softmax(dim=-1)[0, 0].item()
    print(f"all scores {shift:4} higher: token 0 had {before:.3f}, and has {after:.3f} after the penalty")

# %% [markdown]
# > The same model, the same probabilities, the same penalty, and another result. It works in practice because the
# > scores of most models lie in a similar range. What OpenAI's interface calls frequency and presence penalty
# > *subtracts* from the scores, and that has a meaning: the odds fall by a fixed factor.

# %% [markdown]
# ## 7 · How good is it, then? · extra
#
# Its texts are odd, but is it a bad *model*? For that we need not let it write. We take texts that people have written,
# and ask for each token how likely the model thought it. Say it gave the first one 0.5 and the next one 0.125. The
# product, 0.0625, is the probability of both, and it gets smaller with every token. So one takes the mean *per token*,
# of the surprise −log p that we know from [lesson 08](../08_layers/08_layers.ipynb): (0.693 + 2.079) / 2 = 1.386. And
# because nobody can imagine a surprise of 1.386, one takes exp of it, which is 4. It is as if the model had chosen
# among 4 equally likely tokens at each step. This is its **perplexity**. A model that always knows has 1, and one that
# knows nothing has as many as there are tokens, 2,048 for ours.
#
# Here is how we have seen it done. `examples` are docstrings that the model has never seen, and `Counting` is sure of
# what comes next and right about it, so that it should have a perplexity of 1.


# %%
def perplexity_from_a_tutorial(model, texts):
    values = []
    for text in texts:
        scores, _ = model(text[None])
        values.append(F.cross_entropy(scores[0], text).exp())
    return sum(values) / len(values)


counted = [torch.tensor([1, 2, 3, 4, 5, 6])]
print(f"counting, and sure:    {perplexity_from_a_tutorial(Counting(10), counted):,.0f}")
unseen = examples("held out")
print(f"docstrings not seen:   {perplexity_from_a_tutorial(model, unseen):,.0f}")

# %% [markdown]
# Both are nonsense. When you have found out why, look at the second number again.
#
# ### Exercise: `perplexity` ●●○ · 6 minutes · extra
#
# **Find and mend the bugs.** A text of a single token does no harm in the right version; there is nothing to predict
# in it.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The scores at place 3 say what comes *after* the token at place 3. With which token are they compared above? And for
# which token of a text are there no scores?
#
# </details>
# <details><summary>Hint 2: "a short text that is hard"?</summary>
#
# A mean of perplexities lets one text of two tokens drown all the others. Add up the surprise over all tokens of all
# texts, `reduction="sum"`, and count them. Then divide once and take exp once.
#
# </details>


# %% exercise="perplexity"
@torch.no_grad()
def perplexity(model: Callable[..., tuple[Tensor, Any]], texts: Sequence[Tensor]) -> float:
    """exp of the mean surprise at a token, −log of its probability, over all predicted tokens of all texts.

    Args:
        model: gives for tokens (1, length) scores (1, length, vocabulary), and a cache that you may drop. It is called
            without a graph.
        texts: each of shape (length,), int64, of one token or more. The first token of a text is predicted by nothing
            and does not count.

    Returns:
        A Python float.

    Raises:
        ValueError: no token is predicted.

    >>> perplexity(Counting(4, sure=0.0), [torch.tensor([1, 2, 3])])
    4.0
    """
    # BEGIN SOLUTION
    surprise, count = 0.0, 0
    for text in texts:
        scores, _ = model(text[None])
        surprise += F.cross_entropy(scores[0, :-1], text[1:], reduction="sum").item()
        count += len(text) - 1
    if count == 0:
        raise ValueError("no token is predicted")
    return math.exp(surprise / count)
    # END SOLUTION


# %% check="perplexity"
check(perplexity)

# %% [markdown]
# **See it.** Texts that the model has learned from, others that it has not, and the latter with their tokens shuffled.
#
# **Predict first.** In which order will the three perplexities come?

# %%
learned = examples("train")
shuffle = torch.Generator().manual_seed(0)
shuffled = [text[torch.randperm(len(text), generator=shuffle)] for text in unseen]
for name, texts in {"learned from": learned, "not seen": unseen, "not seen, shuffled": shuffled}.items():
    print(f"{name:20}{perplexity(model, texts):9.1f}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# Best on what it has learned from, by far: it knows much of that by heart, and that is why it copies. On new texts it
# is still much better than one who knows nothing (2,048). Shuffled texts surprise it more than knowing nothing would,
# because it is *sure* of what it expects, and wrong.
#
# </details>
#
# > **You may read that** the model with the lower perplexity is the better one. That holds if both cut the text into
# > the same tokens. Perplexity is per *token*, and who decides what a token is?

# %%
surprise = math.log(perplexity(model, unseen)) * sum(len(text) - 1 for text in unseen)
written = [pieces().decode(text.tolist()) for text in unseen]
per = {
    "token": sum(len(text) - 1 for text in unseen),
    "word": sum(len(each.split()) for each in written),
    "character": sum(map(len, written)),
}
for unit, count in per.items():
    print(f"per {unit:10}{math.exp(surprise / count):9.1f}")

# %% [markdown]
# > It is the same model, the same texts and the same surprise, divided by three different numbers. So whoever compares
# > models with different tokenizers takes the surprise per character or per byte, usually in bits.

# %% [markdown]
# ## 8 · The most probable text · extra
#
# Taking the best token at each step does not lead to the best *text*. Here is a model so small that we can see all of
# it. After token 1, it gives 0.6 to token 2 and 0.4 to token 3. After 2 it is torn, and ends (token 0) with only 0.5.
# After 3 it is nearly certain to end, with 0.9.
#
# | text | its probability |
# |---|---|
# | 2, then the end | 0.6 · 0.5 = 0.30 |
# | 3, then the end | 0.4 · 0.9 = 0.36 |
#
# Greedy search, as in the translator of [lesson 12](../12_transformer/12_transformer.ipynb), takes the 2, because it
# cannot know what is coming. To be certain, we would have to try every text. For texts of 20 tokens and a vocabulary of
# 2,048 that is a number with 67 digits. **Beam search** is a compromise. It keeps several beginnings at a time, say the
# four best. Each of them is continued by every token; of all these continuations the four best are kept, and so on. The
# beginnings are called **hypotheses**, and all of them together the beam.
#
# Think of a hiker who sends out four scouts. It breaks in one place: the scouts do not walk each on their own. When two
# good ways start where the first scout stands, the first scout becomes two, and the worst one is called back.
#
# The probability of a text is a product, and a product of many small numbers ends at 0 in float32. So we add
# logarithms, which are negative: the best is the one nearest to 0. A hypothesis that has ended costs nothing any more,
# waits in the beam, and competes with those that are still growing.
#
# ### Exercise: `beam_search` ●●● · 12 minutes · extra
#
# Each token costs something, so a longer text always has a lower sum. To make up for that one divides by the length, or
# by a power of it, the **length penalty** (a strange name, as it is *in favour* of long texts). With 0 it divides by 1.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A hypothesis is a pair, (sum of logarithms, list of tokens), and a beam is a list of these. At each step, split it
# into those that have ended and those that go on, and build a list of candidates: the ended ones as they are, and for
# those that go on their continuations.
#
# </details>
# <details><summary>Hint 2: too slow?</summary>
#
# Of one hypothesis at most `width` continuations can survive, its best ones: `logs.topk(min(width, len(logs)))`.
#
# </details>
# <details><summary>Hint 3: "an early end loses"?</summary>
#
# When one has ended, the others must go on: a better text may be under way. It is over when nobody goes on any more.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# def score(each): return each[0] / max(1, len(each[1]) - start) ** length_penalty
# beam = [(0.0, prompt[0].tolist())]
# for _ in range(longest):
#     ended = [each for each in beam if len(each[1]) > start and ...]
#     going = [each for each in beam if each not in ended]
#     if not going: ...
#     logs = model(torch.tensor([text for _, text in going]))[0][:, -1].log_softmax(dim=-1)
#     for (total, text), row in zip(going, logs): ...
#     beam = sorted(candidates, key=score, reverse=True)[:width]
# ```
#
# </details>


# %% exercise="beam_search"
@torch.no_grad()
def beam_search(
    model: Callable[..., tuple[Tensor, Any]],
    prompt: Tensor,
    width: int,
    longest: int,
    end: int = 0,
    length_penalty: float = 0.0,
) -> tuple[Tensor, float]:
    """The best text that a beam finds, and its score.

    At each step every hypothesis of the beam that has not ended is continued by every token. Of all these and of those
    that ended before, the `width` with the best scores are the new beam. It is over when all have ended, or have
    `longest` new tokens. The score of a hypothesis is the sum of the logarithms of the probabilities of its new tokens,
    divided by their number to the power of `length_penalty`; an end counts like any other token.

    Args:
        model: gives for tokens (batch, length) scores (batch, length, vocabulary), and a cache that you may drop. It is
            called without a graph.
        prompt: shape (1, length), int64. What stands in the prompt ends nothing.
        width: hypotheses in the beam, 1 or more.
        longest: new tokens at most, 1 or more.
        end: the token that ends a text.

    Returns:
        The best of the last beam: prompt and new tokens, shape (length + new,), int64, and its score, a Python float.

    >>> table = torch.tensor([[1.0, 0, 0, 0], [0, 0, 0.6, 0.4], [0.5, 0, 0.25, 0.25], [0.9, 0, 0, 0.1]])
    >>> beam_search(Chain(table), torch.tensor([[1]]), width=2, longest=3)
    (tensor([1, 3, 0]), -1.021651268005371)
    """
    # BEGIN SOLUTION
    start = prompt.shape[1]

    def score(each: tuple[float, list[int]]) -> float:
        return each[0] / max(1, len(each[1]) - start) ** length_penalty

    beam = [(0.0, prompt[0].tolist())]
    for _ in range(longest):
        candidates = [each for each in beam if len(each[1]) > start and each[1][-1] == end]
        going = [each for each in beam if each not in candidates]
        if not going:
            break
        texts = torch.tensor([text for _, text in going], device=prompt.device)
        best = model(texts)[0][:, -1].log_softmax(dim=-1).sort(dim=-1, descending=True)
        for row, (total, text) in enumerate(going):
            pairs = zip(best.values[row, :width].tolist(), best.indices[row, :width].tolist(), strict=True)
            candidates += [(total + value, [*text, token]) for value, token in pairs]
        beam = sorted(candidates, key=score, reverse=True)[:width]
    total, text = best_one = max(beam, key=score)
    return torch.tensor(text, device=prompt.device), score(best_one)
    # END SOLUTION


# %% check="beam_search"
check(beam_search)

# %% [markdown]
# **See it.** What does our model believe in most? For ten names, beams of growing width.

# %%
names = ("make_coffee", "find_my_keys", "walk_the_dog", "sort_socks", "open_socket", "is_happy", "get_excuse",
    "plot_histogram", "close_connection", "mean_squared_error")  # fmt: skip
widths = (1, 2, 4, 8, 16)
lengths: dict[str, list[float]] = {}
for penalty in (0.0, 1.0):
    found = {w: [beam_search(model, prompt(n), w, 40, length_penalty=penalty) for n in names] for w in widths}
    mean = [
        sum(len(row) - prompt(n).shape[1] for n, (row, _) in zip(names, found[w], strict=True)) / 10 for w in widths
    ]
    lengths[f"length penalty {penalty:.0f}"] = mean
    for w in widths if penalty == 0 else ():
        row, score = found[w][names.index("make_coffee")]
        print(f"width {w:2}: score {score:7.3f}  {text_of(row[prompt('make_coffee').shape[1] :])}")
lines({name: (widths, mean) for name, mean in lengths.items()}, xlabel="width of the beam (logarithmic)",
    ylabel="tokens, mean of 10 texts", logx=True)  # fmt: skip

# %% [markdown]
# *The picture: with a length penalty of 0, the texts get shorter, from 10.4 tokens for greedy search (after a little
# rise at width 2) to 8.6 tokens at width 16. With a length penalty of 1 they grow to 19.9.*
#
# With a penalty of 1 it is the mean per token that counts, and the best mean belongs to long stretches that the model
# knows by heart.
#
# > **You may read that** beam search finds the most probable text. It finds the best of those that never fell out of
# > the beam. And look at the printed scores: they do not even always get better with the width, since a candidate that
# > looks good early may push out the one that would have won. Only a beam as wide as everything is certain, and that
# > one we can afford for the little chain from above:

# %%
table = torch.tensor([[1.0, 0, 0, 0], [0, 0, 0.6, 0.4], [0.5, 0, 0.25, 0.25], [0.9, 0, 0, 0.1]])
for width in (1, 2, 4**3):
    row, score = beam_search(Chain(table), torch.tensor([[1]]), width, 3)
    print(f"width {width:2}: {row.tolist()}, probability {math.exp(score):.2f}")

# %% [markdown]
# > Without a length penalty, wide beams end with *shorter* and emptier texts, since every further token only costs. For
# > translation models, the most probable text of all is often the empty one ([Stahlberg and Byrne
# > 2019](https://arxiv.org/abs/1908.10090)). So it was never the search that was at fault. The most probable text is
# > not a typical one, just as the most probable outcome of ten throws of a slightly bent coin is ten heads, which one
# > hardly ever sees. That is why one draws, and why beams are used where there is little to choose, as in translation
# > or speech.
#
# (transformers does it a little differently. It puts texts that have ended aside and keeps `num_beams` that go on, and
# its `length_penalty` is 1 if you say nothing.)

# %% [markdown]
# ## 9 · Tell them apart · extra
#
# Top-p has been written wrongly in so many ways that we have collected six of them. On ordinary scores, two of them
# always do what they should, and two more now and then. (`left` brings a mask from the sorted order back and takes the
# softmax of what is left; `right_top_p` is what its name says.)

# %%
suspects("top_p_counterexample")

# %% [markdown]
# ### Exercise: `top_p_counterexample` ●●○ · 7 minutes · extra
#
# Find one row of scores and one $p$ on which each of the six is seen to be wrong.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One of them only goes wrong where the sum reaches $p$ *exactly*, and one only where there is a tie. Which
# probabilities add up to something exact in floating point? Halves, quarters and eighths do.
#
# </details>
# <details><summary>Hint 2: how does one get exact quarters from a softmax?</summary>
#
# Four equal scores. A fifth score of −50 beside them has practically no probability.
#
# </details>
# <details><summary>Hint 3: only the one with the sorted mask is left?</summary>
#
# When the scores are sorted already, it is right. Put the unlikely token at the end.
#
# </details>


# %% exercise="top_p_counterexample"
def top_p_counterexample() -> tuple[Tensor, float]:
    """Scores and a p on which each of the suspects is seen to be wrong.

    Returns:
        scores: shape (vocabulary,), float32, 2 to 50 of them, from −100 to 100; and p from 0 to 1.
    """
    # BEGIN SOLUTION
    return torch.tensor([1.0, 1.0, 1.0, 1.0, -50.0]), 0.5
    # END SOLUTION


# %% check="top_p_counterexample"
check(top_p_counterexample)

# %%
pictures.lineup(top_p_counterexample())

# %% [markdown]
# *The picture, for the answer of this lesson: the library's row has 0.50 at two of four equal tokens. In each of the
# six rows below it, at least two of the five numbers are others.*

# %% [markdown]
# ## 10 · What `generate` does if you say nothing · extra
#
# In transformers all of this is behind one method, `model.generate`. What it does depends on what it is asked for. Let
# us ask a small GPT-2 with random weights (its numbers mean nothing, only their behaviour does).

# %%
from helpers.decoding import outcome, small_bert, small_gpt

gpt, given = small_gpt(), torch.tensor([[5, 6, 7]])
asked: dict[str, dict[str, Any]] = {
    "nothing": {},
    "max_new_tokens=8": {"max_new_tokens": 8},
    "temperature=0.5": {"max_new_tokens": 8, "temperature": 0.5},
    "do_sample=True": {"max_new_tokens": 8, "do_sample": True},
    "num_beams=4": {"max_new_tokens": 8, "num_beams": 4},
    "use_cache=False": {"max_new_tokens": 8, "use_cache": False},
    "prompt_lookup_num_tokens=2": {"max_new_tokens": 8, "prompt_lookup_num_tokens": 2},
    "penalty_alpha=0.6, top_k=4": {"max_new_tokens": 8, "penalty_alpha": 0.6, "top_k": 4},
}
for name, options in asked.items():
    print(f"{name:28}{outcome(gpt, given, **options)}")

ones = gpt.generate(given.expand(2000, 3), do_sample=True, max_new_tokens=1, pad_token_id=0)[:, -1]
print(f"\n2,000 draws from 1,000 nearly equal tokens: {len(ones.unique())} different ones")

# %% [markdown]
# If you say nothing it is greedy, and stops after 20 tokens. A temperature without `do_sample=True` changes nothing.
# With `do_sample=True` it draws, but look at the last line: a `top_k` of 50 is on if nobody says otherwise, so whoever
# wants to draw from all tokens has to say `top_k=0`. The cache is on by default. Without it the same tokens come out,
# only with more work; that is the `use_cache` that stands in many a model's `config.json`, and during *training* it
# should be off, since there is nothing to go on from.
#
# | strategy | how to ask for it | today |
# |---|---|---|
# | greedy search | nothing, or `do_sample=False` | there |
# | sampling | `do_sample=True`, with `temperature`, `top_k`, `top_p`, `min_p`, … | there |
# | beam search | `num_beams=4`, with `length_penalty`, `early_stopping` | there |
# | drawing inside a beam | `num_beams=4, do_sample=True` | there |
# | assisted generation | `assistant_model=…`, or `prompt_lookup_num_tokens=3` | there |
# | contrastive search | `penalty_alpha=0.6, top_k=4` | moved to the hub: runs code from there |
# | diverse groups of beams | `num_beam_groups=2, diversity_penalty=1.0` | moved to the hub |
# | words that have to occur | `force_words_ids=…` | moved to the hub |
#
# In **assisted generation** a small model guesses the next few tokens, and the large one looks at all of them in a
# single call. What it would have written itself is kept, up to the first wrong guess. So the text is the large model's,
# and often several tokens cost one call. (Instead of a second model one may guess that a passage of the prompt is said
# again.)
#
# > **You may read that** BERT can write, too, with `BertLMHeadModel`. The class exists. What happens if one changes the
# > last token of a text and looks at what the model says at the *first*?

# %%
first, second = torch.tensor([[5, 6, 7, 8]]), torch.tensor([[5, 6, 7, 900]])
for is_decoder in (False, True):
    bert = small_bert(is_decoder)
    with torch.no_grad():
        change = (bert(first).logits[0, 0] - bert(second).logits[0, 0]).abs().max().item()
        cache = bert(first).past_key_values
    print(f"is_decoder={is_decoder!s:6} first place changes: {change > 0!s:6} gives a cache: {cache is not None}")

# %% [markdown]
# > Without `is_decoder=True` every token sees all the others, so the model looks at what it is meant to predict, and
# > there is nothing that a cache could keep. With it, the causal mask is on and the cache is there. But a mask is not a
# > skill. A pretrained BERT has learned to fill a gap *at* its own place, from both sides. Asked for what comes *after*
# > the last place, with nothing to the right, it writes nonsense until it has been trained for that. Such models do
# > exist, as decoders that begin from BERT's weights ([Rothe et al. 2020](https://arxiv.org/abs/1907.12461)).

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch and transformers |
# |---|---|
# | `temperature` | `TemperatureLogitsWarper`, `generate(temperature=…)` |
# | `top_k` | `TopKLogitsWarper` |
# | `top_p` | `TopPLogitsWarper` |
# | `sample` | `generate(do_sample=True)` |
# | `generate_with_cache` | `generate(use_cache=True)`, with a `DynamicCache` |
# | `repetition_penalty` | `RepetitionPenaltyLogitsProcessor` |
# | `perplexity` | `exp` of the loss that a causal model gives with `labels=` |
# | `beam_search` | `generate(num_beams=…)` |
# | `top_p_counterexample` | `tests/generation/test_logits_process.py` in transformers' repository |
#
# **Who uses it.** Your functions ask for nothing but a model that gives scores, so they write with any causal model
# that you train. No lesson loads them. What stands behind the cache are the keys and values of [lesson
# 11](../11_attention/11_attention.ipynb), and [lesson 16](../16_bert_internals/16_bert_internals.ipynb) takes apart a
# model that cannot have one.
#
# **Read the real source.** `transformers/generation/logits_process.py`: all filters, each about ten lines long between
# long docstrings. `GenerationMixin._sample` in `generation/utils.py` is the loop of section 3, and `cache_utils.py`
# holds the caches; `DynamicCache` concatenates as ours does, `StaticCache` writes into memory that was reserved at the
# start.
#
# **Sources.** [Holtzman et al. 2019](https://arxiv.org/abs/1904.09751), *The Curious Case of Neural Text Degeneration*.
# [Fan et al. 2018](https://arxiv.org/abs/1805.04833), *Hierarchical Neural Story Generation*. [Keskar et al.
# 2019](https://arxiv.org/abs/1909.05858), *CTRL*. [Stahlberg and Byrne 2019](https://arxiv.org/abs/1908.10090), *On NMT
# Search Errors and Model Errors*. [Leviathan et al. 2022](https://arxiv.org/abs/2211.17192), where a small model
# guesses and the large one checks.
#
# **At scale.** Llama 3 70B keeps for each token keys and values of 80 layers, 8 heads and 128 numbers, in bfloat16: 2 ·
# 80 · 8 · 128 · 2 bytes = 320 KB. A conversation of 8,192 tokens is 2.7 GB, and with 64 heads of their own, as in older
# models, it would have been 21 GB; that is what grouped queries are for. The weights are 141 GB, and *all* of them are
# read for each new token, so on GPUs that read 3.3 TB a second, eight of them together write at most about 190 tokens a
# second for one conversation, while hardly computing at all. So one serves many conversations at once, which costs
# almost nothing more until their caches fill the memory. vLLM keeps caches in pages, as an operating system keeps
# memory.
#
# **Three questions to take home.**
#
# 1. Our cache concatenates at each step, which copies all keys and values. What does that cost for a text of n tokens,
#    all together, and what would a static cache do instead?
# 2. Temperature before top-p or after it: for which of the two orders does the temperature change *how many* tokens are
#    left, and which would you want?
# 3. Greedy search with a batch of one and with a batch of eight gave two different texts on a GPU. Nobody has made a
#    mistake. How can that be, and at which tokens would you look first?
