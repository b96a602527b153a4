# %% [markdown]
# # Long context
#
# **A model reads eight lines at a time. How can it know what stood on the page before?**
#
# The keepers of a lighthouse keep a log. Whoever begins a watch writes down a name, and then come remarks of one word
# each: fog, calm, a ship, gulls. We have trained a small Transformer to say for each line who has the watch. It reads
# the log as most models read a long text, cut into pages that fit, and here a page has eight lines.

# %%
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import check, suspects
from helpers import lamp, windows
from helpers import long_context as lighthouse
from helpers.plots import heatmaps, lines
from helpers.suspects import entries
from helpers.widgets import explore, slider

# %%
torch.set_num_threads(1)  # our networks are so small that a second core would only be in the way
log = lighthouse.logs(count=300, lines=80, seed=3)
plain = lighthouse.trained(layers=2)
lighthouse.opening(plain, log, which=0)

# %% [markdown]
# *The picture: 32 lines of a log on four pages. The upper row of letters is who has the watch, Dan for ten lines and
# then Finn for the rest; the lower row is what the model says. On the first page it says Dan throughout. On the second
# it says Eve and Ada, until Finn writes his name, and is right from there on. On the third and the fourth page, where
# no name stands, it says Ben on every line.*
#
# Nobody could do better with these pages. When a page begins, whatever stood before it is gone, and one name is as good
# as another until the next keeper writes one.
#
# The obvious remedy is a longer page. But attention compares each line with each other line, so a page ten times as
# long takes a hundred times as many comparisons, and there will always be a longer log. We would rather take something
# along from one page to the next. What should that be, how far can it carry, and how does a model find its way among
# lines that it numbers from one to eight on every page?
#
# At the end you will be able to
#
# - give a Transformer a memory, and say how far it reaches and why no gradient flows through it;
# - write the relative attention of Transformer-XL, equal to its definition in loops;
# - turn queries and keys by their places (RoPE), or charge for distance (ALiBi), and say what becomes of them on a text
#   eight times as long as any that they have seen;
# - as extras: build the whole layer, cut a text so that a memory can follow it, and let a network decide for itself how
#   many steps to think (ACT).
#
# About 60 minutes for the core, 115 with the extras. You need attention with heads ([lesson
# 11](../11_attention/11_attention.ipynb)), and a Transformer's layer ([lesson
# 12](../12_transformer/12_transformer.ipynb)).

# %% [markdown]
# ## 1 · Notes in the margin · core
#
# What could we take along? The words of the page before, for one. We could lay them in front of the new page and read
# sixteen lines instead of eight. But then each line is read twice, and what stood two pages ago is still lost.
#
# Transformer-XL ([Dai et al. 2019](https://arxiv.org/abs/1901.02860)) takes along what the layers have *made* of the
# words. For each line a layer gets a vector, which is called its **hidden state**, and computes a query, a key and a
# value from it. When the page is done, we don't throw these vectors away. On the next page the layer finds them lying
# in front of its own eight. It computes keys and values from all sixteen, but queries from the new eight alone. This is
# the **memory**, and each layer has one of its own.
#
# It is a bit like reading with a pencil. On page 2 we write "still Dan" into the margin, and on page 3 we look at our
# notes instead of turning back. But a reader chooses what to note down, and the memory chooses nothing. It holds the
# last so many hidden states, one for each line, and whatever is older falls out.
#
# There is one decision left. Those vectors come out of a computation, and autograd remembers how
# ([lesson 04](../04_autograd/04_autograd.ipynb)). If we kept that, `backward` on page 5 would go back through the pages
# 4, 3, 2 and 1, and each page would cost more than the one before. So we cut the memory off, with `detach`. The model
# still learns how to *read* its notes, since keys and values are computed from them on the new page. Nobody ever tells
# it that it should have written another note on page 1.
#
# ### Exercise: `update_memory` ●○○ · 5 minutes · core
#
# From the old memory and the page just read to the new memory.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Join the two along the lines, `torch.cat([…, …], dim=-2)`, and keep the end of it. On the first page there is nothing
# to join.
#
# </details>
# <details><summary>Hint 2: is everything remembered where the length is 0?</summary>
#
# `seen[..., -0:, :]` is `seen[..., 0:, :]`, all of it. Count from the front: the slice begins at
# `seen.shape[-2] - length`, but not below 0.
#
# </details>
# <details><summary>Hint 3: does the past change when somebody writes into the page?</summary>
#
# `detach` and a slice are views of the same numbers. `.clone()` makes new ones.
#
# </details>


# %% exercise="update_memory"
def update_memory(memory: Tensor | None, hidden: Tensor, length: int) -> Tensor:
    """What a layer remembers: the newest hidden states of all that it has read, without their graph.

    Args:
        memory: what it has remembered so far, shape (..., kept, width), dtype of `hidden`; None before the
            first page.
        hidden: the hidden states of the page just read, shape (..., lines, width).
        length: how many to keep, 0 or more.

    Returns:
        The newest of both, oldest first, shape (..., min(length, kept + lines), width), dtype of `hidden`. A tensor of
        its own: what is written into `hidden` later does not reach it.

    >>> update_memory(torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0]]), 2)
    tensor([[2.],
            [3.]])
    """
    # BEGIN SOLUTION
    seen = hidden if memory is None else torch.cat([memory, hidden], dim=-2)
    start = max(0, seen.shape[-2] - length)
    return seen[..., start:, :].detach().clone()
    # END SOLUTION


# %% check="update_memory"
check(update_memory)

# %% [markdown]
# **See it.** How many steps would `backward` go back through, page after page? The second row is the same memory with
# its graph left on.


# %%
def with_its_graph(memory: Tensor | None, hidden: Tensor, length: int) -> Tensor:
    return (hidden if memory is None else torch.cat([memory, hidden], dim=-2))[:, -length:]


print("yours:         ", lighthouse.graph_sizes(update_memory))
print("with its graph:", lighthouse.graph_sizes(with_its_graph))

# %% [markdown]
# With your memory the second page costs a little more than the first, because it has something to look at, and from
# there on nothing grows.
#
# > **You may read that** `retain_graph=True` is the remedy when `backward` complains on the second page. Here is what
# > it complains of. With the flag the error goes away for the moment, and the graph grows as in the second row above,
# > until the machine has no room left.

# %%
weight, note = torch.ones(2, requires_grad=True), None
try:
    for page in (1.0, 2.0, 3.0):
        hidden = page * weight if note is None else note * weight
        hidden.sum().backward()
        note = hidden  # `hidden.detach()` is what was meant
except RuntimeError as error:
    print(str(error).split(".")[0])

# %% [markdown]
# ## 2 · Which line three? · core
#
# So let us train the same model once more, now with a memory of eight lines. Then we look at a harder case. The keeper
# has just written a name on this page, but on the page before there was a name as well, and it stood further down.

# %%
with_notes = lighthouse.trained(layers=2, memory=8, remember=update_memory)
near = log.ago < 8
print(f"the name is less than 8 lines away: {lighthouse.share_of(with_notes, log, near):.0f} % right")
print(f"and an older one stood further down: {lighthouse.share_of(with_notes, log, lighthouse.two_names(log)):.0f} %")

# %% [markdown]
# A memory alone is not enough. Why does it fail just there? Attention by itself does not know the order of the lines,
# so this model adds a vector to each line that says which line of the page it is, first to eighth. That is called an
# **absolute position**. Now two pages lie side by side and both are numbered from one to eight. A name on line 3 of
# this page and one on line 6 of the page before: which of them is the later one? By their numbers, the wrong one.
#
# And when we think about it, the number of a line was never what we wanted to know. We want to know how many lines
# *back* a name stands, and that is called the **relative position**. So let us give each query a score for each
# distance, in addition to its score for each content.
#
# Say a page has two lines and the memory holds two more. A query scores the distances 3, 2, 1 and 0, and gives them 30,
# 20, 10 and 5 points. The last line has all four lines to look at, at distances 3, 2, 1 and 0. The line before it
# stands one line earlier, so that to it the same lines are at distances 2, 1 and 0, and the fourth has not been read
# yet.
#
# | | line 0 (memory) | line 1 (memory) | line 2 | line 3 |
# |---|---|---|---|---|
# | line 2 asks | 20 | 10 | 5 | not yet |
# | line 3 asks | 30 | 20 | 10 | 5 |
#
# Each row is a piece of the same list, 30, 20, 10, 5, and it begins further to the right the earlier its query stands.
# So we need not compute a score for every pair of lines. For each query we score each *distance* once, with a matrix
# product, in the order from far to near. And then each row slides to the left until it fits: the last row not at all,
# the row before it by one, and so on up.
#
# What slides out on the left is not needed. But on the right something comes in, and no score belongs there, since
# these lines have not been read yet. Let us say that they get 0.
#
# ### Exercise: `relative_shift` ●●○ · 8 minutes · core
#
# From scores by distance to scores by key. A loop over the rows is welcome.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Query i is line keys − queries + i of all that can be seen. So key j stands keys − queries + i − j lines back, and its
# score is in column keys − 1 − distance.
#
# </details>
# <details><summary>Hint 2: all at once</summary>
#
# `rows = torch.arange(queries)[:, None]` and a table `columns` of shape (queries, keys) pick one number for each pair:
# `by_distance[..., rows, columns]`. A distance below 0 has no column; `clamp` it, and fill with 0 afterwards.
#
# </details>
# <details><summary>Hint 3: are there numbers in the upper right corner?</summary>
#
# Then the next row has come in, or the score for distance 0. `masked_fill(distance < 0, 0)`, or `tril(keys - queries)`.
#
# </details>


# %% exercise="relative_shift"
def relative_shift(by_distance: Tensor) -> Tensor:
    """From scores by distance to scores by key: each row slides to the left until its distances fit.

    Args:
        by_distance: shape (..., query, key). In each row, column c is the score for the distance key − 1 − c: from far
            to near. The queries are the last of the keys.

    Returns:
        Shape and dtype of `by_distance`. In row i and column j stands the score for the distance from query i back to
        key j; and 0 where the key comes after the query, whatever stood there.

    Raises:
        ValueError: there are fewer keys than queries.

    >>> relative_shift(torch.tensor([[30.0, 20.0, 10.0, 5.0], [31.0, 21.0, 11.0, 6.0]]))
    tensor([[20., 10.,  5.,  0.],
            [31., 21., 11.,  6.]])
    """
    # BEGIN SOLUTION
    queries, keys = by_distance.shape[-2:]
    if keys < queries:
        raise ValueError(f"{keys} keys are fewer than {queries} queries")
    rows = torch.arange(queries, device=by_distance.device)[:, None]
    distance = keys - queries + rows - torch.arange(keys, device=by_distance.device)
    columns = keys - 1 - distance.clamp(min=0)
    return by_distance[..., rows, columns].masked_fill(distance < 0, 0)
    # END SOLUTION


# %% check="relative_shift"
check(relative_shift)

# %% [markdown]
# **See it.** A memory of four lines and a page of four. Each score is its distance, so on the right we should read off
# how many lines back a key stands. (We add one on the way in and take it off on the way out, to tell distance 0 from
# what has not been read yet.)

# %%
distances = torch.arange(7.0, -1.0, -1.0).repeat(4, 1)
by_key = relative_shift(distances + 1) - 1
heatmaps({"by distance, from far to near": distances, "by key": by_key}, xlabel="column", ylabel="query")

# %% [markdown]
# *The picture: on the left four rows alike, 7 to 0. On the right the last row still reads 7 to 0, and each row above it
# has moved one further to the left: the first reads 4, 3, 2, 1, 0, and then three times −1, where nothing has been read
# yet. On the diagonal of zeros each line meets itself.*
#
# > **You may read that** the shift is three lines without any index: put a column of zeros in front, cut the same
# > numbers anew into rows as long as there are queries, drop the first of these, and cut them back. That is how the
# > paper's authors wrote it, and nearly all code since. Let us look at what it does to three rows.

# %%
scores = torch.tensor([[30.0, 20.0, 10.0, 5.0], [31.0, 21.0, 11.0, 6.0], [32.0, 22.0, 12.0, 7.0]])
padded = F.pad(scores, (1, 0))  # (3, 5)
print(padded.reshape(5, 3)[1:].reshape(3, 4))
print(relative_shift(scores))

# %% [markdown]
# > It moves the rows as it should, and needs no table of indices. But the 31 in the upper corner is junk: it is a score
# > of the second query, and stands in the row of the first. As long as a causal mask covers that corner before the
# > softmax, no harm is done. Whoever takes the function over into a model that looks both ways has the scores of other
# > queries there, and no error.

# %% [markdown]
# ## 3 · Four questions to each line · core
#
# How does a query get a score for a distance? In the way in which it gets one for a word: it is compared with a vector.
# For each distance there is a **distance key**, made from sines and cosines of the distance by a matrix that is
# learned. So a query asks two questions of each line. Do I like what stands there? And do I like how far away it
# stands?
#
# Two more questions do not depend on who asks. Some words matter to everybody, such as a name among remarks, and some
# distances do, such as the line just before. For these, Transformer-XL learns two vectors that stand in for a query:
# the **content bias** $u$ and the **position bias** $v$. All in all, the score of query $i$ for the key $j$, which
# stands $i - j$ lines back, has four terms:
#
# $$\underbrace{q_i \cdot k_j}_{(a)} + \underbrace{q_i \cdot r_{i-j}}_{(b)} + \underbrace{u \cdot k_j}_{(c)} +
# \underbrace{v \cdot r_{i-j}}_{(d)}$$
#
# Then it goes on as in any attention: divide by √d, hide what comes later, softmax, and the mean of the values. Here is
# the definition, pair by pair, for one head.


# %%
def in_loops(query: Tensor, key: Tensor, value: Tensor, distance_keys: Tensor, u: Tensor, v: Tensor) -> Tensor:
    queries, keys = len(query), len(key)
    results = []
    for i in range(queries):
        here = keys - queries + i  # which of the keys is the query's own line
        scores = []
        for j in range(here + 1):
            r = distance_keys[keys - 1 - (here - j)]
            scores.append(query[i] @ key[j] + query[i] @ r + u @ key[j] + v @ r)
        weights = (torch.stack(scores) / math.sqrt(query.shape[-1])).softmax(0)
        results.append(weights @ value[: here + 1])
    return torch.stack(results)


# %% [markdown]
# Now without the loops, and for any number of logs and heads. The four terms make only two products, as
# (a) + (c) = (q + u) · k and (b) + (d) = (q + v) · r. The second one comes out by distance, and has to be moved.
#
# **Predict first.** A page has 8 lines and the memory 8 more. How many numbers does each of the two products have, for
# one head? And how many would it be if each pair of lines had a distance key of its own, of 16 numbers, laid out before
# it is compared?
#
# <details><summary>The answer</summary>
#
# 8 · 16 = 128 in each, one for each query and each of 16 keys, or 16 distances. A distance key for each pair would be 8
# · 16 · 16 = 2,048 numbers. The table of 16 distance keys has 256, and that is what the sliding saves.
#
# </details>
#
# ### Exercise: `relative_attention` ●●● · 11 minutes · core
#
# The heart of Transformer-XL. You may move the scores with the lines of `relative_shift`; write them in here, since
# each exercise is checked by itself.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `content = (query + content_bias) @ key.mT`, and the same with the other bias and the distance keys. Move the second
# one, add, divide, hide, softmax, `@ value`.
#
# </details>
# <details><summary>Hint 2: is it right without a memory, and wrong with one?</summary>
#
# Query i is line keys − queries + i. That goes into the distance, and into what is hidden: a key is hidden where the
# distance is below 0.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# queries, keys = query.shape[-2], key.shape[-2]
# rows = torch.arange(queries, device=query.device)[:, None]
# distance = keys - queries + rows - torch.arange(keys, device=query.device)
# content = (query + content_bias) @ key.mT
# by_distance = ...
# scores = (content + by_distance[..., rows, keys - 1 - distance.clamp(min=0)]) / ...
# return scores.masked_fill(distance < 0, ...).softmax(-1) @ value
# ```
#
# </details>


# %% exercise="relative_attention"
def relative_attention(
    query: Tensor, key: Tensor, value: Tensor, distance_keys: Tensor, content_bias: Tensor, position_bias: Tensor
) -> Tensor:
    """Attention in which a score depends on what stands at a key, and on how far back it stands.

    With r the distance key for the distance from query back to key, the score is
    (query · key + query · r + content_bias · key + position_bias · r) / √d. A key that comes after the query is hidden.

    Args:
        query: shape (..., query, d), floating point.
        key: shape (..., key, d). The queries are the last of the keys.
        value: shape (..., key, d_v).
        distance_keys: shape (..., key, d), or without the dimensions before. Row c is for the distance key − 1 − c.
        content_bias, position_bias: shape (d,) or (heads, 1, d).

    Returns:
        For each query the mean of the values under its weights, shape (..., query, d_v), dtype of `query`.

    >>> nothing = torch.zeros(2, 2)
    >>> bias, far = torch.tensor([0.98026, 0.0]), torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    >>> relative_attention(nothing, nothing, torch.tensor([[6.0], [9.0]]), far, nothing[0], bias)
    tensor([[6.],
            [7.]])
    """
    # BEGIN SOLUTION
    queries, keys = query.shape[-2], key.shape[-2]
    rows = torch.arange(queries, device=query.device)[:, None]
    distance = keys - queries + rows - torch.arange(keys, device=query.device)
    content = (query + content_bias) @ key.mT
    by_distance = (query + position_bias) @ distance_keys.mT
    scores = content + by_distance[..., rows, keys - 1 - distance.clamp(min=0)]
    scores = scores / math.sqrt(query.shape[-1])
    return scores.masked_fill(distance < 0, -torch.inf).softmax(-1) @ value
    # END SOLUTION


# %% check="relative_attention"
check(relative_attention)

# %% [markdown]
# (In the example the position bias likes a distance of 1, by 0.98 / √2 = 0.693 = log 2. So to the second line, the line
# before counts twice as much as itself: ⅔ · 6 + ⅓ · 9 = 7.)
#
# **See it.** First against the definition, and then on the log: how do the lines fare that went wrong a moment ago?

# %%
stream = torch.Generator().manual_seed(0)
shapes = {"query": (5, 4), "key": (9, 4), "value": (9, 3), "distance keys": (9, 4), "u": (4,), "v": (4,)}
drawn = [torch.randn(shape, generator=stream, dtype=torch.float64) for shape in shapes.values()]
furthest = (relative_attention(*drawn) - in_loops(*drawn)).abs().max()
print(f"never further from the loops than {furthest:.0e}")

xl = lighthouse.trained(layers=2, memory=8, attend=relative_attention, remember=update_memory)
for name, reader in {"by line of the page": with_notes, "by distance": xl}.items():
    share = lighthouse.share_of(reader, log, lighthouse.two_names(log))
    print(f"{name:20} {share:.0f} % right where an older name stood further down")

# %% [markdown]
# That is mended, for the most part. Now to the question of this lesson. How far back does the memory reach?
#
# **Predict first.** There are two layers, and each remembers eight hidden states. At the first line of a page, the
# upper layer looks back at eight hidden states, and what these know was collected by the lower layer. How many lines
# before this page can a name stand, and still be known? And at the last line of the page, how many lines ago may it
# have been written?
#
# <details><summary>The answer</summary>
#
# 16: eight back in the upper layer, and from there eight back in the lower one. Each layer adds the length of a memory.
# The last line of a page stands seven lines further on, so for it a name may be 23 lines old. What is older has no way
# to get there.
#
# </details>
#
# We train four readers: the plain one from the beginning, and three with memories. The plain one should not be smaller,
# so their weights are counted.

# %%
parts = {"attend": relative_attention, "remember": update_memory}
readers = {
    "plain, 2 layers": plain,
    "1 layer, memory 8": lighthouse.trained(layers=1, memory=8, **parts),
    "2 layers, memory 8": xl,
    "2 layers, memory 16": lighthouse.trained(layers=2, memory=16, **parts),
}
for name, reader in readers.items():
    print(f"{name:20} {sum(weight.numel() for weight in reader.parameters()):,} weights")
lighthouse.staircase({name: lighthouse.share_right(reader, log) for name, reader in readers.items()})

# %% [markdown]
# <details><summary>What to see</summary>
#
# Four stairs. The plain reader comes down at once and is at guessing from 8 lines on: the name has to stand on the same
# page. With one layer and a memory of 8 the curve stays up until 8 and comes down by 16. With two layers it stays up
# until 16 and comes down by 24; with a memory of 16, until about 32 and by 40. The way down of each stair is eight
# lines wide, since it depends on where in its page a line stands.
#
# </details>
#
# So the reach is layers times memory (where the memory holds whole pages), and a plain Transformer with a few more
# weights than ours never gets beyond its page. Nobody taught the readers to pass a name on. No gradient ever went from
# one page to another. They learned *within* a page to write down at each line who has the watch, and found such notes
# in the memory, too, since the same weights had written them.
#
# **Explore.** This is the same thing without any training. With random weights, we change one line of the log after the
# other. Those in blue change the answer at the last line. How can you reach 40 lines back or more, and is there more
# than one way?

# %%
explore(
    lambda layers, memory, line: lighthouse.reach(layers, memory, line, relative_attention, update_memory),
    "Which lines can the last line know of?",
    layers=slider(1, 4, 2, label="layers"),
    memory=slider(0, 24, 8, step=8, label="memory"),
    line=slider(1, 8, 5, label="line of the page"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# The title says layers · memory + line − 1. Two layers with a memory of 24 reach 48 lines and more, and a memory of 16
# does so with three. Four layers with a memory of 8 come to 39 at the last line of a page. A deep network needs less
# memory for the same reach, but what it hears has gone through more hands.
#
# </details>

# %% [markdown]
# ## 4 · Turning instead of adding · core
#
# Transformer-XL pays for its distances. There is a second product in each head, a table to be moved, and more weights.
# Could we have the distance for free, out of the product $q \cdot k$ that we have anyway?
#
# Yes, if we *turn* the two vectors. Let us take vectors of two numbers, so that we can draw them on a sheet of paper as
# the hands of two clocks. We turn each of them by 30° for every line of its place. A query at line 5 is turned by 150°,
# and a key at line 3 by 90°. A dot product depends on the angle between two vectors, and that has changed by 60°: two
# lines. Now both move on by a hundred lines. Each is turned by 3,000° more, and the angle *between* them is what it
# was.


# %%
def turned(vector: Tensor, degrees: float) -> Tensor:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return torch.stack([vector[0] * cos - vector[1] * sin, vector[0] * sin + vector[1] * cos])


q, k = torch.tensor([2.0, 1.0], dtype=torch.float64), torch.tensor([3.0, 1.0], dtype=torch.float64)
for at, other in ((5, 3), (105, 103), (5, 4)):
    print(f"lines {at} and {other}: {(turned(q, 30 * at) @ turned(k, 30 * other)).item():.4f}")

# %% [markdown]
# The first two agree, and the third is a different distance. This is **RoPE**, rotary position embedding
# ([Su et al. 2021](https://arxiv.org/abs/2104.09864)), and it is how nearly all large language models of today know the
# order of their words.
#
# The picture of the clock also shows where it has to break. After twelve lines our hand points where it pointed before,
# and a name twelve lines back looks as if it were on this very line. A clock has more than one hand for that. So a
# vector of $d$ numbers is taken as $d/2$ pairs, and pair number $n$, from 0 on, turns by base$^{-2n/d}$ radians per
# line, with a base of 10,000. The first pair turns by 1, nearly 60°; with $d$ = 128 the last one needs 54,000 lines for
# a round.
#
# Which two numbers make a pair? Here you have to be careful, because there are two customs. In the paper it is
# neighbours: 0 with 1, 2 with 3. In transformers' Llama it is the two **halves**: with $d$ = 8, 0 with 4, 1 with 5. To
# a network that learns from the beginning it is all the same. But weights that were trained in one custom are worthless
# in the other, and no error tells you.
#
# ### Exercise: `rotate` ●●○ · 8 minutes · core
#
# One function for queries and for keys, and for both customs.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Three steps: the speed of each pair, `base ** (-torch.arange(pairs) / pairs)`; the angle for each place and pair, of
# shape (..., n, pairs); and turn one number of each pair against the other, as `turned` does above.
#
# </details>
# <details><summary>Hint 2: out of pairs and back</summary>
#
# Neighbours are `x[..., ::2]` and `x[..., 1::2]`, and `torch.stack([…, …], dim=-1).flatten(-2)` puts them back in
# turn. Halves are `x.chunk(2, dim=-1)`, and go back with `torch.cat`.
#
# </details>
# <details><summary>Hint 3: is bfloat16 wrong at far places?</summary>
#
# Its numbers have 8 significant bits, so it cannot tell place 257 from place 256. Compute angles in float32 or better,
# turn, and convert the result at the very end.
#
# </details>


# %% exercise="rotate"
def rotate(x: Tensor, positions: Tensor, base: float = 10_000.0, halves: bool = False) -> Tensor:
    """Turns each pair of numbers by an angle that grows with the place, as RoPE does.

    Pair number n of d / 2, from 0 on, is turned by position · base ** (−2n / d), from its first number towards its
    second.

    Args:
        x: queries or keys, shape (..., n, d), floating point.
        positions: where each of them stands, shape (n,), or any that broadcasts to (..., n).
        base: above 1.
        halves: False: pair n is the numbers 2n and 2n + 1. True: it is the numbers n and n + d / 2.

    Returns:
        Shape and dtype of `x`. Angles are computed in float32 or better, and rounded to the dtype of `x` at the end.

    Raises:
        ValueError: d is odd.

    >>> rotate(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1]))
    tensor([[1.0000, 0.0000],
            [0.5403, 0.8415]])
    """
    # BEGIN SOLUTION
    if x.shape[-1] % 2:
        raise ValueError("d should be even")
    pairs, wide = x.shape[-1] // 2, torch.promote_types(x.dtype, torch.float32)
    speeds = base ** (-torch.arange(pairs, device=x.device, dtype=wide) / pairs)
    angles = positions.to(wide).unsqueeze(-1) * speeds
    cos, sin = angles.cos(), angles.sin()
    one, other = x.to(wide).chunk(2, dim=-1) if halves else (x[..., ::2].to(wide), x[..., 1::2].to(wide))
    both = one * cos - other * sin, one * sin + other * cos
    result = torch.cat(both, dim=-1) if halves else torch.stack(both, dim=-1).flatten(-2)
    return result.to(x.dtype)
    # END SOLUTION


# %% check="rotate"
check(rotate)

# %% [markdown]
# **See it.** Beside the functions that a Llama in transformers calls, and then the scores of one query for one key,
# over their distance.

# %%
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

x, places = torch.randn(1, 2, 6, 16, generator=stream), torch.arange(6)
cos, sin = LlamaRotaryEmbedding(LlamaConfig(hidden_size=32, num_attention_heads=2))(x, places[None])
theirs, _ = apply_rotary_pos_emb(x, x, cos, sin)
for halves in (True, False):
    print(f"halves={halves!s:5}  furthest from Llama's: {(rotate(x, places, halves=halves) - theirs).abs().max():.1e}")

q, k = torch.ones(1, 16), torch.ones(1, 16)
far = torch.arange(0, 129)
by_distance = (rotate(q, torch.tensor([0])) @ rotate(k.expand(129, -1), -far).mT)[0]
lines({"score": (far.tolist(), by_distance.tolist())}, xlabel="distance", ylabel="score of two equal vectors")

# %% [markdown]
# *The picture: the score of two equal vectors of sixteen ones is 16 at distance 0. It goes down in waves, to 0 at a
# distance of about 90, and then up again to 10.*

# %% [markdown]
# ## 5 · Eight times as long · core
#
# What does a model do at a distance that it has never met in training? We have met three answers: number the lines,
# score the distance, turn the vectors. A fourth is the simplest of all. **ALiBi**, attention with linear biases ([Press
# et al. 2022](https://arxiv.org/abs/2108.12409)), adds nothing to the words and turns nothing. Each score pays a charge
# for its distance, so much per line.
#
# $$\text{score} - \text{slope} \cdot \text{distance}$$
#
# Each head has another slope, and nothing about them is learned. With $H$ heads, head number $h$, from 1 on, has the
# slope $2^{-8h/H}$. With 4 heads these are 1/4, 1/16, 1/64 and 1/256. (BLOOM has others where $H$ is no power of two.)
# By hand: to the first head a line 8 back has lost 2, so after the softmax it counts $e^{-2}$, about a seventh. To the
# last head it has lost 1/32 and counts 97 %. So some heads are short-sighted and some see far.
#
# ### Exercise: `add_alibi` ●○○ · 5 minutes · core
#
# The charge, and the causal mask along with it.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The distances are a table of shape (query, key), the slopes a vector of shape (heads,). `slopes[:, None, None] *
# distance` has the shape (heads, query, key).
#
# </details>
# <details><summary>Hint 2: does the first head lose a whole 1 for each line?</summary>
#
# Heads count from 1 here: `torch.arange(1, heads + 1)`.
#
# </details>


# %% exercise="add_alibi"
def add_alibi(scores: Tensor) -> Tensor:
    """Charges each score for its distance, and hides what comes later.

    Args:
        scores: shape (..., heads, query, key), floating point, divided by √d already. The queries are the last of the
            keys.

    Returns:
        Shape and dtype of `scores`, a new tensor. Head h of H, from 1 on, loses 2 ** (−8h / H) for each place between
        query and key. Where the key comes after the query stands −∞, whatever stood there.

    >>> add_alibi(torch.zeros(1, 2, 2) + 3)
    tensor([[[3.0000,   -inf],
             [2.9961, 3.0000]]])
    """
    # BEGIN SOLUTION
    heads, queries, keys = scores.shape[-3:]
    rows = torch.arange(queries, device=scores.device)[:, None]
    distance = keys - queries + rows - torch.arange(keys, device=scores.device)
    slopes = 2.0 ** (-8 * torch.arange(1, heads + 1, device=scores.device) / heads)
    charged = scores - (slopes[:, None, None] * distance).to(scores.dtype)
    return charged.masked_fill(distance < 0, -torch.inf)
    # END SOLUTION


# %% check="add_alibi"
check(add_alibi)

# %% [markdown]
# **See it.** Now on real text. Our log was made up for one question, so we take docstrings of Python libraries. Four
# small models learn to predict the next letter, from stretches of 32. They differ only in how they know places: by a
# learned table of vectors, by fixed sines and cosines (**sinusoids**, as in [lesson
# 12](../12_transformer/12_transformer.ipynb)), by RoPE, or by ALiBi. Then they read stretches of 256 from other files.
#
# Sinusoids can be computed for any place. The learned table has 32 rows and no more, and without precautions the 33rd
# letter is an `IndexError`; ours takes the last row again and again. RoPE turns on, and ALiBi goes on charging.
#
# **Predict first.** Which of the four meet something new at the 33rd letter, and what? What do you expect of each from
# there on?

# %%
models = {
    "sinusoidal": windows.trained(places="sinusoidal"),
    "learned": windows.trained(places="learned"),
    "RoPE": windows.trained(turn=rotate),
    "ALiBi": windows.trained(charge=add_alibi),
}
losses = {name: windows.loss_by_place(model) for name, model in models.items()}
print(windows.beyond(losses))
windows.slid(losses)

# %% [markdown]
# <details><summary>The answer</summary>
#
# The learned table has no 33rd row. Sinusoids and RoPE come to angles that no weight has met. ALiBi charges more than
# ever for the farthest letters, but near ones cost what they did. RoPE is best up to 32, by far, and it stays ahead
# until about 80. Then its loss climbs, and past a hundred it is among the worst. The sinusoidal model breaks right
# behind the line. The learned one loses a little and stays there. But it is not much worse outside because it was never
# good inside: in so short a training, its table of 32 rows has hardly learned anything. ALiBi is second best inside and
# goes on, level, to the end.
#
# </details>
#
# > **You may read that** RoPE generalises to any length, as it only sees relative positions. You have just seen that it
# > does not. At distances beyond training, its hands stand in combinations that no weight has ever met. Models that are
# > made for long texts are trained further on long ones, with a larger base, or with places squeezed together (section
# > 8 tries that).
#
# And is ALiBi the winner, then? We can ask. Let us hide from it everything that is 32 letters back or more.


# %%
def near_only(scores: Tensor) -> Tensor:
    queries, keys = scores.shape[-2:]
    far = torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries - 32)
    return add_alibi(scores).masked_fill(far, -torch.inf)


alibi = windows.trained(charge=add_alibi)
found = {"ALiBi": windows.loss_by_place(alibi)}
found["near only"] = windows.loss_by_place(alibi.attend_by(charge=near_only))
print(windows.beyond(found))

# %% [markdown]
# It did not notice. It holds its level because it makes next to no use of what would be new to it, and where an answer
# does stand far back, it will not find it either. To survive a length and to make use of it are two different things.
#
# | | where it enters | learned | beyond what it was trained on |
# |---|---|---|---|
# | learned positions | added to the words | a row for each place | has no row |
# | sinusoids | added to the words | nothing | computed, but never seen |
# | Transformer-XL | a second score, by distance | a matrix and two biases | a longer memory has distances never seen |
# | RoPE | queries and keys are turned | nothing | turned to where nobody has been |
# | ALiBi | the scores are charged | nothing | more of the same |
#
# So how can a model that reads eight lines at a time know what stood on the page before? By keeping what it made of
# those lines, without the graph behind them, and by measuring how far back they are. Here is the log from the
# beginning once more.

# %%
reader = lighthouse.trained(layers=2, memory=16, attend=relative_attention, remember=update_memory)
lighthouse.opening(reader, log, which=0)

# %% [markdown]
# *The picture: the same 32 lines. Now the lower row says what the upper one says, from the first line to the last, for
# which Finn's name is 21 lines old and stands two pages back.*
#
# The core of the lesson ends here. The other sections stand by themselves.

# %% [markdown]
# ## 6 · The whole layer · extra
#
# Around the attention there is not much left to do. A layer of Transformer-XL makes queries from the page, and keys and
# values from the memory and the page. It makes a distance key from the sinusoids of each distance. What comes out of
# the heads goes through one more matrix, is added to what came in, and is normalised. Then a feed-forward network, and
# the same once more.
#
# ### Exercise: `XLLayer` ●●○ · 10 minutes · extra
#
# The attention is handed over, so that this exercise stands by itself, and so are the sinusoids:
# `lighthouse.from_far_to_near(keys, width, like)` has the shape (keys, width), the dtype and the device of `like`, and
# its rows are the distances keys − 1, …, 0.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `seen = x if memory is None else torch.cat([memory, x], dim=1)`. Only the query is made from `x` alone.
#
# </details>
# <details><summary>Hint 2: into heads and back</summary>
#
# `y.unflatten(-1, (heads, -1)).transpose(-2, -3)` turns (..., lines, width) into (..., heads, lines, d), for distance
# keys as well, which have no batch. The way back is `.transpose(-2, -3).flatten(-2)`.
#
# </details>
# <details><summary>Hint 3: is everything right but the last numbers?</summary>
#
# The norms come *after* the sums: `norm1(x + out(…))`. And what is added is the page, not the memory.
#
# </details>


# %% exercise="XLLayer"
class XLLayer(nn.Module):
    """A layer of Transformer-XL: attention to memory and page, then a feed-forward network, each added and normalised.

    Args:
        width: numbers in a hidden state.
        heads: divides `width`; head n has the n-th share of each query, key, value and distance key.
        inner: numbers inside the feed-forward network.
        attend: called once, with query, key, value, distance keys, content bias and position bias, in this order.
            Queries have the shape (batch, heads, lines, d), keys and values (batch, heads, kept + lines, d), distance
            keys (heads, kept + lines, d), biases (heads, 1, d); d = width / heads. Gives the shape of the queries.

    The check fills the weights by their names: `query`, `key`, `value`, `distance` and `out` are `nn.Linear` from width
    to width without a bias. `content_bias` and `position_bias` are parameters of shape (heads, 1, d), zeros at first.
    `norm1` and `norm2` are `nn.LayerNorm`; `feed1` is an `nn.Linear` from width to inner, `feed2` one back.
    """

    def __init__(self, width: int, heads: int, inner: int, attend: Callable[..., Tensor]) -> None:
        super().__init__()
        # BEGIN SOLUTION
        self.heads, self.attend = heads, attend
        self.query, self.key, self.value, self.distance, self.out = (
            nn.Linear(width, width, bias=False) for _ in range(5)
        )
        self.content_bias = nn.Parameter(torch.zeros(heads, 1, width // heads))
        self.position_bias = nn.Parameter(torch.zeros(heads, 1, width // heads))
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.feed1, self.feed2 = nn.Linear(width, inner), nn.Linear(inner, width)
        # END SOLUTION

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        """The page, of shape (batch, lines, width), after it has looked at a memory of shape (batch, kept, width).

        With y = norm1(x + out(what the heads found)), it is norm2(y + feed2(relu(feed1(y)))), of the shape of `x`.
        """
        # BEGIN SOLUTION
        seen = x if memory is None else torch.cat([memory, x], dim=1)
        far = lighthouse.from_far_to_near(seen.shape[1], x.shape[2], like=x)
        made = self.query(x), self.key(seen), self.value(seen), self.distance(far)
        split = (each.unflatten(-1, (self.heads, -1)).transpose(-2, -3) for each in made)
        found = self.attend(*split, self.content_bias, self.position_bias)
        y = self.norm1(x + self.out(found.transpose(-2, -3).flatten(-2)))
        return self.norm2(y + self.feed2(self.feed1(y).relu()))
        # END SOLUTION


# %% check="XLLayer"
check(XLLayer)

# %% [markdown]
# **See it.** The reader once more, with two layers of yours and a memory of 16.

# %%
yours = lighthouse.trained(
    layers=2, memory=16, make=lambda: XLLayer(32, 2, 64, relative_attention), remember=update_memory
)
for low, high in ((0, 8), (8, 24), (24, 32), (40, 48)):
    share = lighthouse.share_of(yours, log, (log.ago >= low) & (log.ago < high))
    print(f"the name {low:2} to {high - 1} lines back: {share:3.0f} % right")

# %% [markdown]
# > **You may read that** a pretrained Transformer-XL is to be had by `from transformers import TransfoXLModel`. It was,
# > for years:

# %%
import transformers

print("still there:", [name for name in ("TransfoXLModel", "XLNetModel") if hasattr(transformers, name)])

# %% [markdown]
# > It was deprecated because its tokenizer loaded pickles, which may run code ([lesson
# > 10](../10_training/10_training.ipynb)), and version 5 has neither the model nor its tokenizer. XLNet is still there
# > and attends in the same way; its `modeling_xlnet.py` has a `rel_shift`. Otherwise you write it out yourself, as
# > here.
#
# In old configurations of a BERT you may also read `position_embedding_type`, which could be "relative_key": distances
# in BERT. In transformers 5 the setting is gone from `BertConfig`, and so is the code that read it. Set it, and nothing
# tells you that you get one table of absolute positions.

# %%
from transformers import BertConfig, BertModel

print("a new configuration has it:", hasattr(BertConfig(), "position_embedding_type"))
small = {"hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 8}
asked = BertModel(BertConfig(**small, position_embedding_type="relative_key"))
print(*(name for name, _ in asked.named_parameters() if "position" in name or "distance" in name))

# %% [markdown]
# ## 7 · A text that the memory can follow · extra
#
# Our logs were short, and each row of a batch was a log of its own. With one long text one cuts strips: with a batch of
# 4, row 0 reads the first quarter, row 1 the second, and so on, all of them page by page. Here is how somebody does it,
# for a model that predicts the next word.


# %%
def continuing_pages_as_found(words, batch, page):
    found = []
    for inputs in words[: len(words) // (batch * page) * batch * page].reshape(-1, batch, page):
        targets = inputs.roll(-1, dims=-1)
        found.append((inputs, targets))
    return found


for inputs, _ in continuing_pages_as_found(torch.arange(24), batch=2, page=4):
    print(inputs.tolist())

# %% [markdown]
# The training runs and the loss falls. Only the memory seems to be of no use at all. Follow one row down the batches.
#
# ### Exercise: `continuing_pages` ●●○ · 6 minutes · extra
#
# **Find and mend the bugs.** Copy the body to begin with. There are two.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Row 0 reads 0 to 3, and the next batch hands it 8 to 11. What lies between? First cut the text into `batch` strips,
# and then the strips into pages.
#
# </details>
# <details><summary>Hint 2: what follows the last word of a page?</summary>
#
# `roll` puts the first word of the same page there. The targets are the same text, one word later: cut `words[1:]` in
# the same way.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# pages = (len(words) - 1) // (batch * page)
# size = batch * pages * page
# inputs = words[:size].reshape(batch, pages * page)
# targets = words[1 : size + 1]...
# return [(inputs[:, at : at + page], ...) for at in range(0, pages * page, page)]
# ```
#
# </details>


# %% exercise="continuing_pages"
def continuing_pages(words: Tensor, batch: int, page: int) -> list[tuple[Tensor, Tensor]]:
    """Cuts one long text into batches that a memory can follow: each row goes on where it ended in the batch before.

    Args:
        words: a text, shape (words,), int64.
        batch: into how many strips it is cut, one behind the other, all of the same length; row n is strip n.
        page: words in each row of a batch. As many pages as possible, such that each word has a word after it; what is
            left over at the end of the text is not used.

    Returns:
        For each page inputs and targets, both of shape (batch, page). A target is the word that comes next in the text.

    >>> for inputs, targets in continuing_pages(torch.arange(9), batch=2, page=2):
    ...     print(inputs.tolist(), targets.tolist())
    [[0, 1], [4, 5]] [[1, 2], [5, 6]]
    [[2, 3], [6, 7]] [[3, 4], [7, 8]]
    """
    # BEGIN SOLUTION
    pages = (len(words) - 1) // (batch * page)
    size = batch * pages * page
    inputs = words[:size].reshape(batch, pages * page)
    targets = words[1 : size + 1].reshape(batch, pages * page)
    return [(inputs[:, at : at + page], targets[:, at : at + page]) for at in range(0, pages * page, page)]
    # END SOLUTION


# %% check="continuing_pages"
check(continuing_pages)

# %%
for inputs, targets in continuing_pages(torch.arange(25), batch=2, page=4):
    print(inputs.tolist(), "→", targets.tolist())

# %% [markdown]
# ## 8 · RoPE, bent and broken · extra
#
# What if we squeeze the places, so that 256 letters look like 32 to RoPE? Then there is no angle that it has not seen.


# %%
def squeezed(x: Tensor, positions: Tensor) -> Tensor:
    return rotate(x, positions / max(1, len(positions) / 32))  # the last place is never beyond 32


rope = windows.trained(turn=rotate)
found = {"RoPE": windows.loss_by_place(rope)}
found["squeezed"] = windows.loss_by_place(rope.attend_by(turn=squeezed))
print(windows.beyond(found))

# %% [markdown]
# Now it is level, but level at a bad value: worse than before up to letter 128, and hardly better behind that.
# Neighbours stand an eighth of a place apart, and that is new to it as well. With some more training in this state,
# large models get used to it.
#
# A wrong rotation still tells places apart, so a model learns with it, and nobody notices until weights or places come
# from elsewhere. Here are six, all for neighbours and a base of 10,000. Each of them is right on *some* inputs.

# %%
suspects("rotary_counterexample")

# %% [markdown]
# ### Exercise: `rotary_counterexample` ●●○ · 6 minutes · extra
#
# Write one input on which all six are seen to be wrong.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through them one by one. Two do as they should while the places are 0, 1, 2 and so on; two others while places are
# small, and one of these at some large ones, too.
#
# </details>
# <details><summary>Hint 2: do the speeds go unseen?</summary>
#
# With two numbers there is one pair, and its speed is 1 in all of them. Take four numbers or more.
#
# </details>


# %% exercise="rotary_counterexample"
def rotary_counterexample() -> tuple[Tensor, Tensor]:
    """Vectors and their places, on which each of the suspects is seen to be wrong.

    Returns:
        x of shape (n, d), float32 and finite, with d even; and positions of shape (n,), int64, from 0 to 1,000. At most
        1,000 numbers.
    """
    # BEGIN SOLUTION
    x = torch.tensor([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], [1.0, -1.0, 2.0, -2.0]])
    return x, torch.tensor([5, 300, 701])
    # END SOLUTION


# %% check="rotary_counterexample"
check(rotary_counterexample)

# %% [markdown]
# **See it.** The first numbers of each result. Which rows agree with the top one in some column?

# %%
entries("rotary_counterexample", rotary_counterexample(), "after turning", signed=True)

# %% [markdown]
# ## 9 · How long to think · extra
#
# Everything so far was about reading more. Here is a question of another kind, and again it is a matter of length. A
# switch in the lighthouse turns the lamp on and off, and for every hour somebody has written down whether it was
# pressed. Is the lamp lit at the end? Somebody who reads the list hour by hour takes more steps for ten hours than for
# three. But a network has as many layers as it has, for the easy question and for the hard one.
#
# **Adaptive computation time**, ACT ([Graves 2016](https://arxiv.org/abs/1603.08983)), lets the network itself say when
# it is done. It applies one step again and again, and after each it gives a probability $p_t$ of halting there. The
# answer is a mean over the states after all steps, weighted by these $p_t$. Chances are not multiplied here. There is a
# budget of 1, and each step spends its $p_t$ of it, until nothing is left. So nothing is ever drawn at random, and
# everything can be learned by gradients.
#
# But when does one stop in practice? Let us do it by hand with 0.3, 0.5, 0.9, 0.9. The first step counts 0.3, and the
# second 0.5. The third wants 0.9, but of the whole 1 only 0.2 is left. So the third is the last, and it counts that
# **remainder**. A step is the last as soon as the sum, its own probability included, reaches $1 - \varepsilon$, with an
# $\varepsilon$ of 0.01. (Without it, one step could never be enough, since $p$ comes out of a sigmoid, which never
# reaches 1.)
#
# ### Exercise: `halting_weights` ●●○ · 7 minutes · extra
#
# From probabilities to weights that sum to one.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What earlier steps have used up is the running sum, one place later: `before = F.pad(total, (1, 0))[..., :-1]`, with
# `total = probabilities.cumsum(-1)`. A step takes place if that is below 1 − epsilon. It is the last one if it takes
# place and the sum with it is not below. (`total - probabilities` nearly does, but it rounds, and then two steps may
# both be the last.)
#
# </details>
# <details><summary>Hint 2: do the weights not sum to 1 where nobody wants to halt?</summary>
#
# The last of all steps takes what is left, whatever its probability.
#
# </details>


# %% exercise="halting_weights"
def halting_weights(probabilities: Tensor, epsilon: float = 0.01) -> Tensor:
    """How much each step counts, from the probability of halting after it.

    A step counts its probability, until the sum of them is 1 − epsilon or more. That step is the last and counts
    what is left of 1, the remainder. If the sum stays below, the last of all steps does so. Later steps count 0.

    Args:
        probabilities: shape (..., steps), floating point, from 0 to 1; one step or more.
        epsilon: 0 or more, below 1.

    Returns:
        Shape and dtype of `probabilities`. The gradient flows through the remainder, too.

    >>> halting_weights(torch.tensor([0.3, 0.5, 0.9, 0.9]))
    tensor([0.3000, 0.5000, 0.2000, 0.0000])
    """
    # BEGIN SOLUTION
    total = probabilities.cumsum(-1)
    before = F.pad(total, (1, 0))[..., :-1]
    takes_place = before < 1 - epsilon
    last = total >= 1 - epsilon
    last[..., -1] = True
    return torch.where(last, 1 - before, probabilities) * takes_place
    # END SOLUTION


# %% check="halting_weights"
check(halting_weights)

# %% [markdown]
# Left to itself, a network would never hurry: more steps never hurt. So each step has a price. The **ponder cost** is
# the number of steps plus the remainder, and a share of it is added to the loss. The number of steps is a whole number
# and has no gradient. The remainder has one: to make it smaller, the network can raise the probabilities before the
# last step, and once they reach $1 - \varepsilon$ by themselves, the last step is not needed any more.
#
# ### Exercise: `ponder_cost` ●○○ · 5 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# With 0.3, 0.5, 0.9, 0.9 it is 3 + 0.2. The steps that take place are those before which less than 1 − epsilon was used
# up; count them. The remainder is 1 minus the probabilities of all of these but the last.
#
# </details>
# <details><summary>Hint 2: "does not require grad"?</summary>
#
# A sum of booleans has no gradient. It has to come from the remainder, so don't round that, and don't `detach` it.
#
# </details>


# %% exercise="ponder_cost"
def ponder_cost(probabilities: Tensor, epsilon: float = 0.01) -> Tensor:
    """What thinking costs: the number of steps that take place, plus the remainder that the last of them counts.

    The last step is the first at which the sum of the probabilities is 1 − epsilon or more, or else the last of all.
    The remainder is 1 minus the probabilities before it.

    Args:
        probabilities: of halting after each step, shape (..., steps), floating point, from 0 to 1; one step or more.
        epsilon: 0 or more, below 1.

    Returns:
        Shape (...), dtype of `probabilities`. Its gradient is −1 for each step before the last, and 0 for the others.

    >>> ponder_cost(torch.tensor([[0.3, 0.5, 0.9, 0.9], [1.0, 0.0, 0.0, 0.0]]))
    tensor([3.2000, 2.0000])
    """
    # BEGIN SOLUTION
    before = F.pad(probabilities.cumsum(-1), (1, 0))[..., :-1]
    takes_place = before < 1 - epsilon
    steps = takes_place.sum(-1, keepdim=True)
    used = before.gather(-1, steps - 1)
    return (steps + 1 - used).squeeze(-1).to(probabilities.dtype)
    # END SOLUTION


# %% check="ponder_cost"
check(ponder_cost)

# %% [markdown]
# ## 10 · Is the lamp lit? · extra
#
# With all probabilities in a row, those two functions are all of ACT. But then all steps have been taken already, and
# nothing is saved. A layer that really stops has to keep count while it runs, for each place by itself, since one may
# be done after two steps and its neighbour after nine.
#
# ### Exercise: `AdaptiveLayer` ●●● · 12 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# Carry along, for each place: what its weights sum to so far, whether it is still running, the mean so far, and the
# cost so far. Leave the loop when nobody runs any more.
#
# </details>
# <details><summary>Hint 2: do places that have halted go on changing?</summary>
#
# `state = torch.where(running.unsqueeze(-1), self.step(state, inputs, number), state)`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# for number in range(self.most):
#     state = ...
#     p = self.halt(state).squeeze(-1).sigmoid()
#     last = running & ((used + p >= 1 - self.epsilon) | (number == self.most - 1))
#     weight = torch.where(last, 1 - used, p) * running
#     mean = mean + weight.unsqueeze(-1) * state
#     cost = cost + running + ...
#     used, running = ..., running & ~last
#     if not running.any(): break
# ```
#
# </details>


# %% exercise="AdaptiveLayer"
class AdaptiveLayer(nn.Module):
    """Applies one step again and again, until each place has decided to halt.

    Args:
        step: called as step(state, inputs, number), with the number of the step from 0 on; gives the next state.
        width: numbers in the state of a place.
        most: no place takes more steps.
        epsilon: a place takes its last step when its probabilities of halting sum to 1 − epsilon or more.

    The check fills the weights by their names: those of `step`, and `halt`, an `nn.Linear` from width to 1. The sigmoid
    of `halt`(state) is the probability of halting after a step.
    """

    def __init__(self, step: nn.Module, width: int, most: int, epsilon: float = 0.01) -> None:
        super().__init__()
        # BEGIN SOLUTION
        self.step, self.halt = step, nn.Linear(width, 1)
        self.most, self.epsilon = most, epsilon
        # END SOLUTION

    def forward(self, state: Tensor, inputs: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """From a first state of shape (..., width) to a mean over the states after each step, and its cost.

        The weights of the mean are the probabilities of halting, and for a place's last step the remainder to 1. The
        cost, of shape (...), is the number of steps of a place plus its remainder. A place that has halted keeps its
        state, as other places may look at it. Once all have halted, `step` is not called again.
        """
        # BEGIN SOLUTION
        used = cost = state.new_zeros(state.shape[:-1])
        running, mean = torch.ones_like(used, dtype=torch.bool), torch.zeros_like(state)
        for number in range(self.most):
            state = torch.where(running.unsqueeze(-1), self.step(state, inputs, number), state)
            p = self.halt(state).squeeze(-1).sigmoid()
            last = running & ((used + p >= 1 - self.epsilon) | (number == self.most - 1))
            weight = torch.where(last, 1 - used, p) * running
            mean = mean + weight.unsqueeze(-1) * state
            cost = cost + running + last * weight
            used, running = used + weight, running & ~last
            if not running.any():
                break
        return mean, cost
        # END SOLUTION


# %% check="AdaptiveLayer"
check(AdaptiveLayer)

# %% [markdown]
# **See it.** A network reads the switch lists, one hour at each step. After the last hour it reads an end mark, again
# and again, for as long as it likes. Nobody tells it how long a list is. It is trained on the question whether the lamp
# is lit. As soon as it answers correctly for lists of up to twelve hours, thinking gets its price: 0.05 times the
# ponder cost. (For each of its three signs, pressed, not pressed and the end, the step has a matrix of its own that
# turns the state. With an ordinary recurrent step, a GRU, the training failed for several of the eight seeds that we
# tried.)

# %%
model = lamp.train(AdaptiveLayer)
asked = lamp.ask(model)
print(f"the lamp: {100 * asked.right.double().mean():.1f} % right")
lamp.steps(asked)

# %% [markdown]
# <details><summary>What to see</summary>
#
# The cost grows by one with each hour: a list of one hour costs a little over 2, and a list of twelve a little over 13.
# That is a step for each hour and one for the end mark, plus a small remainder. How often the switch was pressed makes
# no difference.
#
# </details>
#
# It has found out by itself that it may stop at the end mark and not before. Whether it would take fewer steps for an
# easy list we cannot tell, as none of ours is easy. And there is a number in all of this, the price, that somebody has
# to choose: if it is too high, the network stops after the first step and guesses.

# %% [markdown]
# ## What you have built
#
# | yours | elsewhere |
# |---|---|
# | `update_memory` | `_update_mems` in the authors' Transformer-XL; `cache_mem` of XLNet in transformers |
# | `relative_shift` | `_rel_shift` of the authors, which leaves junk; `rel_shift` of XLNet |
# | `relative_attention` | `rel_attn_core` of XLNet |
# | `rotate` | `apply_rotary_pos_emb` in nearly every model of transformers |
# | `add_alibi` | `build_alibi_tensor` of BLOOM |
# | `XLLayer` | `RelPartialLearnableDecoderLayer` of the authors |
# | `continuing_pages` | `LMOrderedIterator` of the authors |
# | `halting_weights`, `ponder_cost`, `AdaptiveLayer` | the Universal Transformer's ACT |
#
# **Who uses it.** [Lesson 14](../14_generation/14_generation.ipynb) keeps keys and values from call to call, which is
# your memory one step later in the layer. No lesson loads your functions.
#
# **Read the real source.** `mem_transformer.py` in
# [kimiyoung/transformer-xl](https://github.com/kimiyoung/transformer-xl): look for `RelPartialLearnableMultiHeadAttn`.
# `modeling_xlnet.py` and `modeling_llama.py` in transformers, and `modeling_rope_utils.py` beside them, where all the
# ways to stretch RoPE are. In `modeling_bloom.py` the charge does not look like ours: it has no distance in it, only
# the place of the key. Why is that the same after a softmax?
#
# **Sources.** Dai et al. 2019, Su et al. 2021, Press et al. 2022 and Graves 2016, as above. [Dehghani et al.
# 2019](https://arxiv.org/abs/1807.03819), *Universal Transformers*, puts ACT into each position of a Transformer.
# labml's [annotated papers](https://nn.labml.ai/transformers/xl/index.html) have their notes beside the lines.
#
# **At scale.** Hardly anybody trains Transformer-XL any more. Llama 3 was trained on stretches of 8,192 tokens with
# RoPE and a base of 500,000, and then for some 800 billion tokens more on stretches that grew to 131,072. What is
# carried along when such a model writes is not hidden states but keys and values, of everything: for Llama 3 8B, 32
# layers · 8 heads · 128 numbers, for a key and a value, of 2 bytes each, make 131 kB a token and 17 GB for a full
# window, as much as the weights. That is why newer models go back to what you have built: Gemma 3 lets five of six
# layers see the last 1,024 tokens only, so that only the sixth has to keep keys and values of everything. And a page of
# a million tokens is split across GPUs, and keys and values travel round.
#
# **Three questions to take home.**
#
# 1. The memory holds hidden states, and keys and values are computed from them anew on each page. What would one gain
#    by remembering keys and values instead, and what would go wrong in training, after a step of the optimizer?
# 2. Squeezed places spoiled what our RoPE had known about near letters. Which pairs suffer from squeezing, the quick
#    ones or the slow ones, and which of them need it?
# 3. Our network halts at the end mark. What would you change in the lists, so that it becomes worth its while to halt
#    before the end?
