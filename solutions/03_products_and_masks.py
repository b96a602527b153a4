# %% [markdown]
# # Products and masks
#
# **How few colours does a photograph need, and how do you find the nearest one for 270,000 pixels in one line?**
#
# A photograph is a tensor: for each pixel three numbers, how much red, green and blue. The one below has nearly a
# hundred thousand different colours. A painter would smile at that and take eight. So let us try eight, the simplest
# that there are: each of red, green and blue is either off or fully on, and each pixel gets whichever is closer.

# %%
from collections.abc import Callable

import torch
from torch import Tensor

from autograder import check, suspects
from helpers import products_and_masks as pictures
from helpers.photograph import photograph, show
from helpers.plots import bars, heatmaps
from helpers.tensors import outcomes
from helpers.widgets import choice, explore, slider

# %%
image = photograph().float() / 255  # from whole numbers 0 … 255 to 0 … 1
print(len(image.reshape(-1, 3).unique(dim=0)), "colours in", image.shape[0] * image.shape[1], "pixels")
show({"as it was taken": image, "eight colours: all corners": image.round()})

# %% [markdown]
# *The picture: left, a pagoda with red walls and orange roofs before a blue sky, trees at both sides. Right, the same,
# mostly black, with glaring spots of red, yellow and cyan; sky and lake are one white area.*
#
# Eight colours, but the wrong eight: hardly anything here is pure cyan, and the sky has turned white. In this lesson
# you will find eight that suit this photograph.
#
# At the end you will be able to
#
# - compare everything with everything, by broadcasting or by one matrix product, and say which of torch's products
#   does what;
# - hide part of a tensor with a mask, so that what is hidden counts nothing, even where it is NaN;
# - turn scores into shares with a softmax that survives ±10,000, and draw by such shares.
#
# About 60 minutes for the core, 92 with the extras. You need tensors and views
# ([lesson 01](../01_tensors/01_tensors.ipynb)).

# %% [markdown]
# ## 1 · A pixel, a paint, a distance · core
#
# Why did the sky turn white? Let us take one pixel of it, and ask how far it is from two of the corners.
#
# There are three gaps, one for each channel. To make one number of them we do what we would do on a map: square them,
# add them up, take the root. That is the (Euclidean) **distance**.

# %%
pixel = torch.tensor([0.75, 0.84, 0.94])  # image[60, 100], rounded
white, cyan = torch.tensor([1.0, 1.0, 1.0]), torch.tensor([0.0, 1.0, 1.0])
for name, paint in {"white": white, "cyan": cyan}.items():
    gaps = pixel - paint
    print(f"{name}: gaps {[round(gap, 2) for gap in gaps.tolist()]},", end=" ")
    print(f"squared distance {gaps.square().sum():.4f}, distance {gaps.norm():.3f}")

# %% [markdown]
# White is nearer, 0.303 against 0.769, and so white it became. Remember 0.0917, the square: we will meet it twice
# more.
#
# For a whole picture we could loop over the pixels, and over eight paints inside. That is right, and a good way to
# check a faster answer. But it makes over two million distances, and Python gets through a hundred thousand or so
# small tensor operations a second: most of a minute for one picture, and we will need dozens of rounds.
#
# So we want to subtract *every* paint from *every* pixel in a single operation. One piece of syntax helps: `None` in an
# index inserts a dimension of size 1. Of a vector of three numbers, `v[None, :]` makes a table of one row, and
# `v[:, None]` one of three rows. (`...` stands for all dimensions that are not mentioned.)
#
# **Predict first.** Let `dots` hold
# 4,320 pixels, shape (4320, 3), and `palette` eight paints, shape (8, 3). What do these three lines do?
#
# 1. `dots - palette`
# 2. `dots[:, None, :] - palette`
# 3. `dots - palette[:, None, :]`

# %%
dots = image[::8, ::8].reshape(-1, 3)  # every eighth pixel of every eighth row: enough to work with
palette = dots[torch.randperm(len(dots), generator=torch.Generator().manual_seed(0))[:8]]  # eight pixels, at random
outcomes(
    "dots - palette",
    "(dots[:, None, :] - palette).shape",
    "(dots - palette[:, None, :]).shape",
    dots=dots, palette=palette,
)  # fmt: skip

# %% [markdown]
# <details><summary>The answer</summary>
#
# The first one fails: 4,320 and 8 differ, and neither is 1. In the second, each pixel has got a dimension of size 1 for
# the paints, (4320, 1, 3), and the result is (4320, 8, 3): for each pixel and each paint, three gaps. The third has the
# gaps in another order, (8, 4320, 3).
#
# </details>
#
# This is **broadcasting**. Write both shapes below each other so that they end at the same place. Then the two sizes
# in each column must be equal, or one of them is 1 or missing: that one is repeated, without a copy being made.
#
# **Explore.** Try pairs of shapes. Which do not fit, and where would a 1 help?

# %%
explore(
    pictures.fitting,
    "Which shapes fit, and what comes out?",
    a=choice(pictures.SHAPES, "(4320, 1, 3)", label="shape of a"),
    b=choice(pictures.SHAPES, "(8, 3)", label="shape of b"),
)

# %% [markdown]
# *The picture: the sizes of a, 4320, 1 and 3, above those of b, 8 and 3, both ending at the right, and below them the
# result, 4320, 8 and 3. The 1 of a and the missing size of b are marked as repeated.*
#
# > **You may read that** the element-wise product needs two tensors of the same shape. It needs shapes that broadcast,
# > like every operation that works number by number (`*` is `torch.mul`):

# %%
outcomes(
    "torch.tensor([1, 2, 3]) * torch.tensor([10, 20, 30])",
    "torch.tensor([[1], [2]]) * torch.tensor([10, 20, 30])",
    "torch.ones(3) * torch.ones(2)",
)

# %% [markdown]
# The second line is a small table: each number of one vector times each of the other. It is called their **outer
# product**, and painters know it as a shade card: every paint in several strengths, each a strength times three
# channels.
#
# ### Exercise: `batched_outer` ●○○ · 3 minutes · core
#
# Every number of `a` times every number of `b`. For one pair of vectors, and for a whole batch of pairs.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `a` runs down the rows, so it needs shape (..., n, 1). Which shape does `b` need, so that it runs along the columns?
#
# </details>
# <details><summary>Hint 2: right for vectors, an error or too many dimensions on a batch?</summary>
#
# `a[:, None]` counts from the front. `a.unsqueeze(-1)` and `a[..., None]` count from the end, and there it is the same
# with and without a batch.
#
# </details>


# %% exercise="batched_outer"
def batched_outer(a: Tensor, b: Tensor) -> Tensor:
    """Every number of `a` times every number of `b`, for each vector of a batch.

    Not to be used: `torch.outer`, `torch.kron`.

    Args:
        a: shape (..., n).
        b: shape (..., m), dtype of `a`; its leading dimensions broadcast with those of `a`.

    Returns:
        Shape (..., n, m), dtype of `a`: at [..., i, j] stands a[..., i] * b[..., j].

    >>> batched_outer(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0, 5.0]))
    tensor([[ 3.,  4.,  5.],
            [ 6.,  8., 10.]])
    """
    # BEGIN SOLUTION
    return a.unsqueeze(-1) * b.unsqueeze(-2)
    # END SOLUTION


# %% check="batched_outer"
check(batched_outer)

# %% [markdown]
# **See it.** Ten strengths, shape (10,), and our palette of eight paints, shape (8, 3), make a card of shape (8, 10,
# 3).

# %%
show({"ten shades of each paint": batched_outer(torch.linspace(0.1, 1, 10), palette)}, pixels=True)

# %% [markdown]
# *The picture: eight rows of ten squares, each from nearly black to its paint: three whites, a red-brown, an orange,
# two greens and an old rose.*

# %% [markdown]
# ## 2 · One product instead of all differences · core
#
# Broadcasting has a price. For the whole photograph the gaps are 273,280 · 8 · 3 numbers, which is bearable. But
# transformers compare everything with everything, too, perhaps 16,000 words with 16,000 words, at 128 numbers each.
# Done like this it makes 33 billion numbers, 131 GB in float32, only to be added up and thrown away. Can we have the
# sums alone?
#
# For a pixel $a$ and a paint $b$, let us multiply the square out, as at school:
#
# $$|a - b|^2 = |a|^2 + |b|^2 - 2\, a \cdot b$$
#
# Here $a \cdot b$ is the **dot product**: multiply number by number, add up. For our pixel and white, $|a|^2$ is
# 2.1517, $|b|^2$ is 3 and $a \cdot b$ is 0.75 + 0.84 + 0.94 = 2.53. And 2.1517 + 3 − 5.06 is 0.0917, as before.
#
# The squares are cheap, one number for each pixel and one for each paint. All that is left of "everything with
# everything" is dot products, and a table of dot products is a **matrix product**, the operation that processors are
# best at. PyTorch has several names for it; `@` is the one to use unless there is a reason:
#
# | call | shapes | leading dimensions broadcast | here |
# |---|---|---|---|
# | `a * b`, `torch.mul` | any two that broadcast | all dimensions do | number by number, nothing is added up |
# | `torch.dot(a, b)` | (d), (d) → () | no | one pixel, one paint |
# | `torch.mv(A, b)` | (n, d), (d) → (n) | no | all pixels, one paint |
# | `torch.mm(A, B)` | (n, d), (d, m) → (n, m) | no | all pixels, all paints |
# | `torch.bmm(A, B)` | (b, n, d), (b, d, m) → (b, n, m) | no | several pictures, each with its palette |
# | `A @ B`, `torch.matmul` | the last four and more | yes | what one writes |
# | `torch.einsum` | by letters | yes, as `...` | when the dimension to sum is not in the usual place |
#
# The last one names dimensions: in `torch.einsum("nd,md->nm", a, b)` the d is missing after the arrow, so it
# is summed over, and there is nothing to transpose.
#
# > **You may read that** `bmm` multiplies matrices element by element, or see it called on two plain matrices. It does
# > neither: it is `mm` for a batch of them, and takes nothing but three dimensions.

# %%
pair = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
outcomes(
    "pair * pair",
    "torch.mm(pair, pair)",
    "torch.bmm(pair, pair)",
    "torch.bmm(pair[None], pair[None])",
    "torch.bmm(torch.ones(5, 2, 3), torch.ones(1, 3, 4))",
    "torch.matmul(torch.ones(5, 2, 3), torch.ones(1, 3, 4)).shape",
    "torch.dot(pixel, white), torch.mv(torch.stack([white, cyan]), pixel)",
    pair=pair, pixel=pixel, white=white, cyan=cyan,
)  # fmt: skip

# %% [markdown]
# ### Exercise: `pairwise_distances` ●●○ · 8 minutes · core
#
# The formula, for all points of `a` and all of `b` at once, with or without a batch. Then the root. The check fails
# if you make a tensor of all differences on the way.
#
# There is one trap. Where two points coincide, $|a|^2 + |b|^2$ and $2\,a \cdot b$ ought to cancel. Each is rounded, so
# what is left may be a tiny bit *below* zero.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The squares of `a` have shape (..., n, 1), those of `b` shape (..., 1, m), and `a @ b.mT` is (..., n, m): `.mT`
# exchanges the last two dimensions. Broadcasting adds the three.
#
# </details>
# <details><summary>Hint 2: NaN?</summary>
#
# The root of a negative number. `clamp(min=0)` cuts off what is below.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# of_a = a.square().sum(-1, keepdim=True)
# of_b = ...                                # sum, then a new dimension before the last one
# return (of_a + of_b - 2 * ...).clamp(min=0).sqrt()
# ```
#
# </details>


# %% exercise="pairwise_distances"
def pairwise_distances(a: Tensor, b: Tensor) -> Tensor:
    """The distance of each point of `a` from each point of `b`, the root of the sum of squared differences.

    Not to be used: `torch.cdist` and its relatives.

    Args:
        a: shape (..., n, d), float32 or float64.
        b: shape (..., m, d), dtype of `a`; its leading dimensions broadcast with those of `a`.

    Returns:
        Shape (..., n, m), dtype of `a`. Never NaN: where points coincide, the distance is 0, give or take rounding. No
        tensor on the way holds n · m · d numbers.

    >>> pairwise_distances(torch.tensor([[0.0, 0.0], [3.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([[5.],
            [4.]])
    """
    # BEGIN SOLUTION
    of_a = a.square().sum(-1, keepdim=True)
    of_b = b.square().sum(-1).unsqueeze(-2)
    squares = of_a + of_b - 2 * (a @ b.mT)
    return squares.clamp(min=0).sqrt()
    # END SOLUTION


# %% check="pairwise_distances"
check(pairwise_distances)

# %% [markdown]
# **See it.** Here is the one line that was promised: distances, the place of the smallest in each row, and the paint
# at that place, for all 273,280 pixels. The paints are still eight pixels picked at random.

# %%
repainted = palette[pairwise_distances(image.reshape(-1, 3), palette).argmin(-1)].view_as(image)
show({"as it was taken": image, "eight of its own pixels": repainted})

# %% [markdown]
# *The picture: right, the photograph in eight flat colours. Pagoda and trees are easily recognised, in red-brown,
# orange and green. The sky is nearly white, and its left edge and the far lake are an old rose.*
#
# Far better than the corners, for these are at least colours of this photograph. But the rose was never in the sky: it
# happened to be the least bad of eight. We can do better, but first a smaller question.

# %% [markdown]
# ## 3 · Which paints may be used · core
#
# Do we need all eight? Let us paint with the first one only, with the first two, and so on. One set of distances will
# do for all these paintings, if we can *hide* some paints: where one may not be used we put an infinite distance, and
# then it never wins.

# %%
distances = torch.cdist(pixel[None], palette)[0]  # the library's `pairwise_distances`
allowed = torch.tensor([False, False, True, True, True, True, True, True])
print("all:        ", [round(d, 2) for d in distances.tolist()], "nearest:", distances.argmin().item())
hidden = distances.masked_fill(~allowed, torch.inf)
print("not 0 and 1:", [round(d, 2) for d in hidden.tolist()], "nearest:", hidden.argmin().item())

# %% [markdown]
# Such a tensor of True and False is a **mask**. It can be read in two ways, and mixing them up raises no error, so let
# us agree once.
#
# > **Masks in this course** are boolean. **True means: may be looked at**, counts, takes part. What is False is
# > hidden. PyTorch itself is divided: `scaled_dot_product_attention` reads masks as we do, `masked_fill` fills where
# > the mask is True (hence the `~` above), and in `nn.MultiheadAttention` True means "hidden".
#
# A mask is like a stencil that one lays on the canvas: paint goes through the holes only. The comparison breaks in one
# place. A stencil does not touch what it covers, whereas a mask that is *multiplied* with, 0 for hidden, does: a
# number becomes 0, but NaN times 0 is NaN. We come to that in section 4.
#
# Masks come from comparisons, and are combined with `&`, `|` and `~`:
#
# | to get | write |
# |---|---|
# | pixels that chose paint 3, those that did not | `chosen == 3`, `chosen != 3`, which is `torch.ne(chosen, 3)` |
# | the first n places | `torch.arange(size) < n` |
# | the lower triangle of a square | `square.tril()`, the upper `square.triu()` |
# | x, filled where the mask is True | `x.masked_fill(mask, value)`; `masked_fill_` does it in place |
# | what is True, as a flat vector | `x.masked_select(mask)`, or `x[mask]` |
#
# > **You may read that** the mask must have the shape of the tensor, and holds 1 where something is to be filled. It
# > need only broadcast, and it must be boolean:

# %%
outcomes(
    "torch.zeros(2, 3).masked_fill(torch.tensor([True, False, True]), 7)",
    "torch.zeros(2, 3).masked_fill_(torch.tensor([[True], [False]]), 7)",
    "torch.zeros(3).masked_fill(torch.tensor([1, 0, 1]), 7)",
    "torch.zeros(3).masked_fill(torch.tensor([1, 0, 1]).bool(), 7)",
)

# %% [markdown]
# Back to the paintings. In painting 0 only paint 0 may be used, in painting 1 paints 0 and 1, and so on.
#
# ### Exercise: `causal_mask` ●○○ · 2 minutes · core
#
# A square in which row $i$ is True up to column $i$. Its name comes from texts, where row $i$ is a word that may look
# at the words up to itself, not at those to come: a cause lies before its effect.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with a square of True, or compare a row of places with a column of places.
#
# </details>
# <details><summary>Hint 2: an error about devices, or the wrong one?</summary>
#
# Hand `device=device` to `torch.ones` or `torch.arange`. None is fine there, too.
#
# </details>


# %% exercise="causal_mask"
def causal_mask(size: int, device: str | torch.device | None = None) -> Tensor:
    """True on and below the diagonal: place i may look at the places 0 … i.

    Args:
        size: number of places, at least 0.
        device: of the result; None is the default device.

    Returns:
        Shape (size, size), bool.

    >>> causal_mask(3)
    tensor([[ True, False, False],
            [ True,  True, False],
            [ True,  True,  True]])
    """
    # BEGIN SOLUTION
    return torch.ones(size, size, dtype=torch.bool, device=device).tril()
    # END SOLUTION


# %% check="causal_mask"
check(causal_mask)

# %% [markdown]
# **See it.** Eight paintings in one go. The distances have shape (pixels, 8), the mask, with a dimension for the
# pixels, (8, 1, 8): they broadcast to (8, pixels, 8).

# %%
small = image[::3, ::3]
distances = torch.cdist(small.reshape(-1, 3), palette).masked_fill(~causal_mask(8)[:, None, :], torch.inf)
paintings = palette[distances.argmin(-1)].view(8, *small.shape)
show({f"paints: {count}": paintings[count - 1] for count in range(1, 9)}, columns=4)

# %% [markdown]
# *The picture: eight small paintings. With one paint there is one even area; with two, the pagoda stands red-brown
# before the sky. The fourth brings the orange of the roofs, the last three change sky and lake.*
#
# > **You may read about** `tril` under the heading `torch.tile`, or that a positive `diagonal=` keeps what lies above
# > that diagonal and a negative one what lies below. `tile` repeats a tensor like tiles on a floor. And `tril` keeps
# > everything *on and below* the diagonal, always; `diagonal=1` only moves it one up, `-1` one down.

# %%
outcomes(
    "torch.tile(torch.tensor([1, 2]), (2, 2))",
    "torch.ones(3, 3, dtype=torch.int64).tril(diagonal=1)",
    "torch.ones(3, 3, dtype=torch.int64).tril(diagonal=-1)",
)

# %% [markdown]
# Now let three painters bring palettes of 2, 5 and 8 paints. In one tensor the rows must be equally long, so the
# shorter ones are filled up with anything, which is called **padding**, and a mask remembers what is real. Sentences
# of different lengths are handled in this way.
#
# ### Exercise: `padding_mask` ●○○ · 3 minutes · core
#
# One comparison, by broadcasting.
#
# <details><summary>Hint 1: a nudge</summary>
#
# For a single row of length n it is `torch.arange(size) < n`. What shape must the lengths have so that each gets a
# row?
#
# </details>
# <details><summary>Hint 2: a wrong device?</summary>
#
# Places and lengths have to be on the same device: `device=lengths.device`.
#
# </details>


# %% exercise="padding_mask"
def padding_mask(lengths: Tensor, size: int) -> Tensor:
    """Which places of padded rows are real: the first ones, as many as the row is long.

    Not to be used: `pad_sequence`.

    Args:
        lengths: whole numbers of any shape (...), at least 0; what is `size` or more means a full row.
        size: number of places in a row, at least 0.

    Returns:
        Shape (..., size), bool, device of `lengths`: True at [..., j] where j < lengths[...].

    >>> padding_mask(torch.tensor([1, 3]), 4)
    tensor([[ True, False, False, False],
            [ True,  True,  True, False]])
    """
    # BEGIN SOLUTION
    return torch.arange(size, device=lengths.device) < lengths.unsqueeze(-1)
    # END SOLUTION


# %% check="padding_mask"
check(padding_mask)

# %% [markdown]
# **See it.** Both masks. Seen like this, a causal mask is a padding mask for the lengths 1, 2, 3, …

# %%
masks = {
    "three palettes": padding_mask(torch.tensor([2, 5, 8]), 8),
    "lengths 1 to 8": padding_mask(torch.arange(1, 9), 8),
}
heatmaps({name: mask.double() for name, mask in masks.items()}, xlabel="paint", ylabel="palette", limits=(0, 1))

# %% [markdown]
# *The picture: left, three rows that are 1 up to paint 1, 4 and 7; right, a staircase, 1 on and below the diagonal.*

# %% [markdown]
# ## 4 · A better paint: the mean of its pixels · core
#
# Which colour serves a group of pixels best? Their mean: no other has a smaller sum of squared distances from them. So
# let each paint move to the mean of the pixels that chose it. Now some pixels will be nearer to another paint, so let
# all choose again, and so on, until nothing moves. This is **k-means**, with $k$ = 8.
#
# The choices are a mask of shape (8, pixels): True where that pixel chose this paint. We need means over what is True.
# A colleague has written one. Here are the greys of five pixels, of which the first two chose our paint:


# %%
def colleagues_mean(x: Tensor, mask: Tensor, dim: int) -> Tensor:
    return (x * mask).mean(dim)


greys = torch.tensor([0.8, 0.6, 0.1, 0.1, 0.1])
chose_it = torch.tensor([True, True, False, False, False])
print(f"their mean, says the colleague: {colleagues_mean(greys, chose_it, 0):.2f}")

# %% [markdown]
# The mean of 0.8 and 0.6 is 0.70.
#
# ### Exercise: `masked_mean` ●●○ · 6 minutes · core
#
# Find the fault and mend it. Then look again, since the first fault hides others. What comes out for a paint that *no*
# pixel chose? What if a hidden number is NaN? Is a mask that broadcasts counted rightly?
#
# <details><summary>Hint 1: a nudge</summary>
#
# 0.28 is 1.4 / 5. How many numbers did take part, and what knows that?
#
# </details>
# <details><summary>Hint 2: NaN?</summary>
#
# There are two ways to it. Multiplying does not hide a NaN: put a 0 in its place, with `torch.where` or `masked_fill`.
# And 0 / 0: a count may be clamped from below, since a sum of nothing is 0 whatever it is divided by.
#
# </details>
# <details><summary>Hint 3: right, except with a mask that is smaller than x?</summary>
#
# `mask.expand_as(x)` before you count: then `sum(dim)` counts what was really added up.
#
# </details>


# %% exercise="masked_mean"
def masked_mean(x: Tensor, mask: Tensor, dim: int) -> Tensor:
    """The mean along `dim` of the entries that may be looked at.

    Not to be used: `torch.masked.mean`, `nanmean`.

    Args:
        x: floating point, any shape.
        mask: boolean, broadcasts to the shape of `x`; True: counts. Where it is False, `x` may hold anything, even NaN.
        dim: the dimension that disappears.

    Returns:
        Shape of `x` without `dim`, dtype of `x`; zero where nothing may be looked at, and the gradient is finite there.

    >>> masked_mean(torch.tensor([[1.0, 3.0, 50.0]]), torch.tensor([[True, True, False]]), dim=1)
    tensor([2.])
    """
    # BEGIN SOLUTION
    mask = mask.expand_as(x)
    total = x.masked_fill(~mask, 0).sum(dim)
    return total / mask.sum(dim).clamp(min=1)
    # END SOLUTION


# %% check="masked_mean"
check(masked_mean)

# %% [markdown]
# **See it.** One round, the colleague's way and yours: the mean of the squared distance from the nearest paint.


# %%
def miss(paints: Tensor) -> float:
    return torch.cdist(dots, paints).amin(-1).square().mean().item()


choices = torch.cdist(dots, palette).argmin(-1) == torch.arange(8)[:, None]  # (8, pixels)
every = dots.expand(8, -1, -1)  # the same pixels for each paint, without a copy
print(f"eight random pixels           {miss(palette):.4f}")
print(f"after one round, colleague's  {miss(colleagues_mean(every, choices[..., None], dim=1)):.4f}")
print(f"after one round, yours        {miss(masked_mean(every, choices[..., None], dim=1)):.4f}")

# %% [markdown]
# The colleague's paints are nearly black, and the picture got far worse. No error message tells of this bug, and it is
# often found where sentences of different lengths are averaged.

# %% [markdown]
# ## 5 · How sure is a pixel? · core
#
# `argmin` says which paint is nearest. It does not say whether by far, or by a hair. We want **shares**: positive
# numbers that sum to one, more for the nearer paint. So let us give each paint a **score**, the higher the better;
# minus the squared distance will do. The exponential makes every score positive and keeps the order. Then we divide by
# the sum. That is **softmax**:
#
# $$\mathrm{softmax}(s)_i = \frac{e^{s_i}}{\sum_j e^{s_j}}$$
#
# Our pixel of the sky has scores of −0.0917 for white and −0.5917 for cyan. $e$ to these is 0.912 and 0.553, so the
# shares are 0.62 and 0.38, which is rather undecided. To change that we divide the scores by a number beforehand, the
# **temperature**. At 0.1 they become −0.917 and −5.917, and white gets 0.993.

# %%
scores = -torch.tensor([0.0917, 0.5917])
for temperature in (10.0, 1.0, 0.1):
    print(f"temperature {temperature:4}: shares {[round(s, 3) for s in (scores / temperature).softmax(0).tolist()]}")
outcomes(
    "torch.tensor([1000.0, 999.0]).exp() / torch.tensor([1000.0, 999.0]).exp().sum()",
    "torch.tensor([1.0, 0.0]).exp() / torch.tensor([1.0, 0.0]).exp().sum()",
    "torch.sigmoid(torch.tensor([-1000.0, -5.0, 0.0, 5.0, 1000.0]))",
)

# %% [markdown]
# Hot means even, cold means decided; towards 0 only the nearest paint is left, as with `argmin`.
#
# The fourth line is the definition as many tutorials write it (`np.exp(x) / np.exp(x).sum()`, in NumPy). In float32,
# $e^{89}$ is already ∞, and ∞ / ∞ is NaN. But only differences matter: a constant that is added to all scores
# multiplies powers and sum alike, and cancels. So we subtract the largest score first. Then no power is above 1, and
# the sum is at least 1.
#
# > **You may read that** for two classes softmax *is* the sigmoid. Almost: the share of the first is the sigmoid of
# > the **difference** of the scores, $1 / (1 + e^{-(s_1 - s_2)})$. Our scores at temperature 0.1 differ by 5, and
# > sigmoid(5) is 0.9933, as above; sigmoid(−0.917) would be 0.29. The sigmoid (`torch.sigmoid`, as a layer
# > `nn.Sigmoid()`) goes to 0 far below zero and to 1 far above, and is ½ at 0.
#
# ### Exercise: `softmax` ●●○ · 8 minutes · core
#
# By hand, along any dimension, and with a mask: a hidden score has no share, however high it is. Where everything is
# hidden there is nothing to share out, and the answer is zeros.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Hide first, by −∞: $e^{-\infty}$ is 0. Then take the largest of what is left, with `amax(dim, keepdim=True)`.
#
# </details>
# <details><summary>Hint 2: NaN in a row that shows nothing?</summary>
#
# Its largest score is −∞, and −∞ − (−∞) is NaN. Put a 0 in its place before you subtract. Then the sum is 0, and
# should not be what you divide by.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# visible = x if mask is None else x.masked_fill(...)
# top = visible.amax(dim, keepdim=True)
# top = top.masked_fill(top == -torch.inf, 0)
# powers = ...
# total = powers.sum(dim, keepdim=True)
# return powers / total.masked_fill(total == 0, 1)
# ```
#
# </details>


# %% exercise="softmax"
def softmax(x: Tensor, dim: int, mask: Tensor | None = None) -> Tensor:
    """Shares that grow with the exponential of the scores, and sum to one along `dim`.

    Not to be used: `softmax`, `log_softmax`, `logsumexp` and their relatives.

    Args:
        x: floating point, any shape with a dimension or more; scores from −10,000 to 10,000 do no harm.
        dim: along which the shares sum to one.
        mask: boolean, broadcasts to the shape of `x`; True: gets a share. Where it is False, `x` may hold anything,
            even NaN. None: everything gets one.

    Returns:
        Shape and dtype of `x`: 0 where the mask is False, hence zeros along a row in which it is False everywhere, with
        a gradient of zeros there.

    >>> softmax(torch.tensor([[0.0, 0.0, 5.0]]), dim=-1, mask=torch.tensor([True, True, False]))
    tensor([[0.5000, 0.5000, 0.0000]])
    """
    # BEGIN SOLUTION
    visible = x if mask is None else x.masked_fill(~mask, -torch.inf)
    top = visible.amax(dim, keepdim=True)
    top = top.masked_fill(top == -torch.inf, 0)
    powers = torch.exp(visible - top)
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1)
    # END SOLUTION


# %% check="softmax"
check(softmax)

# %% [markdown]
# **Explore.** How sure is each pixel of its paint? The map shows the share of the winner. Then hide a paint that many
# pixels like: who takes over, and how sure are they?

# %%
explore(
    pictures.sureness(softmax, small, palette),
    "What does the temperature do?",
    temperature=slider(0.005, 0.5, 0.02, step=0.005, label="temperature"),
    forbidden=choice(["none", *map(str, range(8))], "none", label="hidden paint"),
)

# %% [markdown]
# *The picture, at temperature 0.02: left, a pixel of the sky gives 0.6 to a bluish white and the rest to the rose and
# two whites; one of the trees gives 0.7 to a green and 0.3 to red-brown. Right, a map of the photograph: pagoda and
# trees are mostly light, sure of their paint; the sky is darker, with several paints about as near.*

# %% [markdown]
# ## 6 · Drawing by weight · core
#
# In our paintings the sky has hard edges: on one side of a line all pixels choose one paint, beyond it all choose
# another. There is an old trick. Let a pixel that is 70 % sure of the blue take it with a chance of 70 %. From a
# little farther away the eye mixes the dots, and the gradient is back. This is **dithering**.
#
# To draw an index by weight, lay the weights end to end on a line and throw a dart. Weights 2, 1, 1 put edges at 2, 3
# and 4; a dart at 2.6 lies beyond one edge, so it hits index 1.
#
# > **You may read that** `torch.multinomial`, which does this, needs probabilities that sum to one. Any weights do, in
# > floating point and not negative. More people stumble over its default: it draws *without replacement*, so no index
# > comes twice. For independent draws say `replacement=True`.

# %%
torch.manual_seed(0)
outcomes(
    "torch.multinomial(torch.tensor([0.99, 0.11]), 6, replacement=True)",
    "torch.multinomial(torch.tensor([2.0, 1.0, 1.0]), 3)",
    "torch.multinomial(torch.tensor([2.0, 1.0, 1.0]), 6)",
    "torch.multinomial(torch.tensor([2, 1, 1]), 6, replacement=True)",
)

# %% [markdown]
# ### Exercise: `sample_categorical` ●●○ · 7 minutes · core
#
# Draw with replacement, from any weights, with random numbers from the generator alone. Two right answers will draw
# different indices. So the check draws 20,000 and looks at the shares: a right answer fails with a chance below one in
# a million.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `cumsum(-1)` gives the edges. The last of them is the length of the line. `torch.rand(shape, generator=generator)`
# lies between 0 and 1.
#
# </details>
# <details><summary>Hint 2: all draws of a row alike, or all rows alike?</summary>
#
# Each draw needs a dart of its own: shape (*weights.shape[:-1], count).
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# edges = weights.double().cumsum(-1)                    # (..., n); bfloat16 would have 256 different darts
# darts = torch.rand(..., generator=generator, dtype=edges.dtype, device=edges.device) * edges[..., -1:]
# return (...).sum(-1)                                   # how many edges lie at or before each dart
# ```
#
# </details>


# %% exercise="sample_categorical"
def sample_categorical(weights: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Indices, drawn with replacement: each as often as its weight says.

    Not to be used: `torch.multinomial`, `torch.distributions`.

    Args:
        weights: shape (..., n), floating point, not negative, in each row at least one above 0. They need not add up to
            1.
        count: how many draws for each row of weights.
        generator: the only source of random numbers; it goes on from call to call.

    Returns:
        Shape (..., count), int64, from 0 to n − 1. A weight of 0 is never drawn.

    >>> sample_categorical(torch.tensor([0.0, 3.0, 0.0]), 4, torch.Generator())
    tensor([1, 1, 1, 1])
    """
    # BEGIN SOLUTION
    edges = weights.double().cumsum(-1)
    shape = (*weights.shape[:-1], count)
    darts = torch.rand(shape, generator=generator, dtype=edges.dtype, device=edges.device) * edges[..., -1:]
    return (darts.unsqueeze(-1) >= edges.unsqueeze(-2)).sum(-1)
    # END SOLUTION


# %% check="sample_categorical"
check(sample_categorical)

# %% [markdown]
# ## 7 · Eight colours · core
#
# Everything is there, except where to begin. Eight random pixels may all be sky. It is better to pick only the first
# at random, and each further one *by weight*: its squared distance from the nearest paint so far. What is far from
# every paint is likely to be picked, and what is a paint already has a weight of about 0. (This is k-means++. Its
# weights do not sum to one.)


# %%
def first_paints(count: int, generator: torch.Generator) -> Tensor:
    paints = dots[sample_categorical(torch.ones(len(dots)), 1, generator)]
    while len(paints) < count:
        far = pairwise_distances(dots, paints).amin(-1).square()
        paints = torch.cat([paints, dots[sample_categorical(far, 1, generator)]])
    return paints


def best_paints(distances_of: Callable[[Tensor, Tensor], Tensor], count: int, rounds: int = 15) -> Tensor:
    paints = first_paints(count, torch.Generator().manual_seed(2))
    for _ in range(rounds):
        choices = distances_of(dots, paints).argmin(-1) == torch.arange(count)[:, None]
        means = masked_mean(dots.expand(count, -1, -1), choices[..., None], dim=1)
        paints = torch.where(choices.any(-1, keepdim=True), means, paints)  # what nobody chose stays
    return paints


best = best_paints(pairwise_distances, 8)
distances = pairwise_distances(image.reshape(-1, 3), best)
shares = softmax(-distances.square() / 0.01, dim=-1)
drawn = sample_categorical(shares, 1, torch.Generator().manual_seed(0))[:, 0]
nearest, dithered = best[distances.argmin(-1)].view_as(image), best[drawn].view_as(image)
show(
    {"as it was taken": image, "your eight": nearest, "your eight, dithered": dithered, "the palette": best[None]},
    columns=2,
)

# %% [markdown]
# *The picture: above, the photograph and the painting in eight flat colours: two pale blues for the sky, greys for the
# lake, an orange for the roofs, olives and black for the rest. Below, the dithered one, whose sky shades softly from
# blue to white, and the palette.*
#
# And how few does a photograph need? Let us try other numbers.

# %%
counts = [1, 2, 4, 8, 16, 32]
misses = [miss(best_paints(pairwise_distances, count)) ** 0.5 for count in counts]
bars({"k-means": dict(zip(map(str, counts), misses, strict=True))}, xlabel="paints", ylabel="typical distance")

# %% [markdown]
# With one paint a pixel is typically 0.58 off, with eight 0.10, and each doubling beyond takes off less than a third.
# So eight will do, *if they are the right eight*, and the nearest of them is found by one product and an `argmin`.
# Something is missing, though: where is the red of the walls? They are few pixels, and k-means counts pixels; an eye
# would have counted otherwise.
#
# Here the core of the lesson ends. Scores by a product, a mask, a softmax, and then a mean by these shares: that is all
# that [attention](../11_attention/11_attention.ipynb) is made of.

# %% [markdown]
# ## 8 · Tell them apart · extra
#
# A softmax under a mask looks simple, and you have seen how many ways there are to get it wrong. Here are six, of kinds
# that one finds in real code. Some of them are right on most inputs, which is why they are still around.

# %%
suspects("softmax_counterexample")

# %% [markdown]
# ### Exercise: `softmax_counterexample` ●●● · 8 minutes · extra
#
# Return one table of scores and one mask on which all six are caught. The library and each suspect are run on them,
# and you earn a share for each whose result is clearly different. Three fall to almost anything. The other three each
# have a number at which they break.
#
# <details><summary>Hint 1: a nudge</summary>
#
# You may use a row for each of them. For each suspect, ask when its fault would *not* matter, and avoid just that.
#
# </details>
# <details><summary>Hint 2: no maximum, or one for all rows</summary>
#
# `exp(89)` is ∞ in float32, and `exp(-104)` is 0. Which scores bring the one about, and which two rows the other?
#
# </details>
# <details><summary>Hint 3: hidden by −10,000</summary>
#
# Is −10,000 the smallest score there can be? Give a row visible scores below it, and a hidden one beside them.
#
# </details>


# %% exercise="softmax_counterexample"
def softmax_counterexample() -> tuple[Tensor, Tensor]:
    """One input on which each of the suspects is seen to be wrong.

    Returns:
        scores of shape (row, column), float32 and finite; and mask of the same shape, boolean, True where a score may
        be looked at, and at least once in each row. At most 1,000 numbers.
    """
    # BEGIN SOLUTION
    scores = torch.tensor([[200.0, 201.0, 202.0], [-20_000.0, -20_001.0, 5.0]])
    mask = torch.tensor([[True, True, True], [True, True, False]])
    return scores, mask
    # END SOLUTION


# %% check="softmax_counterexample"
check(softmax_counterexample)

# %% [markdown]
# **See it.** What the library and each suspect make of your first scores. In each row below the top one, something
# should differ.

# %%
pictures.lineup("softmax_counterexample", softmax_counterexample())

# %% [markdown]
# ## 9 · Shares too small for a number · extra
#
# How surprised would we be to see a pixel in a certain paint? The usual measure is minus the logarithm of its share,
# and nearly every classifier is trained to be surprised as little as possible (a later lesson). But at a low
# temperature many shares are 0 in float32, and their logarithm is −∞, although in truth it is some −10,000.

# %%
outcomes(
    "torch.tensor([0.0, -10_000.0]).softmax(0)",
    "torch.tensor([0.0, -10_000.0]).softmax(0).log()",
    "torch.tensor([0.0, -10_000.0]).log_softmax(0)",
)

# %% [markdown]
# ### Exercise: `log_softmax` ●●○ · 5 minutes · extra
#
# Not the logarithm of a softmax. Write down what $\log (e^{s_i} / \sum_j e^{s_j})$ is, and cancel the logarithm with
# the exponential where they meet.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The logarithm of a quotient is a difference: $s_i - \log \sum_j e^{s_j}$. And the largest score may be taken off all
# of them beforehand.
#
# </details>
# <details><summary>Hint 2: right near zero, ∞ far from it?</summary>
#
# Shift both: the score that stands alone, and those in the sum.
#
# </details>


# %% exercise="log_softmax"
def log_softmax(x: Tensor, dim: int) -> Tensor:
    """The logarithms of the shares that softmax gives, straight from the scores.

    Not to be used: `softmax`, `log_softmax`, `logsumexp` and their relatives.

    Args:
        x: floating point, any shape with a dimension or more; scores from −10,000 to 10,000 do no harm.
        dim: along which the shares sum to one.

    Returns:
        Shape and dtype of `x`; finite also where the share itself is too small for a number.

    >>> log_softmax(torch.tensor([0.0, -10_000.0]), dim=0)
    tensor([     0., -10000.])
    """
    # BEGIN SOLUTION
    shifted = x - x.amax(dim, keepdim=True)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()
    # END SOLUTION


# %% check="log_softmax"
check(log_softmax)

# %% [markdown]
# **See it.** The mean surprise at the nearest paint, and at the one that is farthest, as the temperature falls.

# %%
squares = torch.cdist(dots, palette).square()
for temperature in (0.1, 0.01, 0.001, 0.0001):
    surprise = -log_softmax(-squares / temperature, dim=-1)
    print(f"temperature {temperature:6}: {surprise.amin(-1).mean():6.3f}, {surprise.amax(-1).mean():10.1f}")

# %% [markdown]
# ## 10 · A product with a matrix in between · extra
#
# Our distance treats red, green and blue alike. The eye does not: of two greys it sees a change in green most, in blue
# least. A dot product that knows this has a weight in it for each *pair* of channels, $\sum_{ij} x_i\, W_{ij}\, y_j$.
# It is called **bilinear**: double $x$, or double $y$, and the result doubles. With several matrices one gets several
# numbers.
#
# This is where `einsum` is at its best: three tensors, two sums, and the formula is the code.
#
# ### Exercise: `bilinear` ●●○ · 5 minutes · extra
#
# What `nn.Bilinear` computes, without its bias. The batch stays: each `x` meets its own `y`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Letters for each dimension: i for x, o, i and j for w, j for y. Which of them comes back after the arrow?
#
# </details>
# <details><summary>Hint 2: it fails without a batch, or with two batch dimensions?</summary>
#
# Three dots stand for any number of leading dimensions: `"...i,oij,...j->...o"` with the tensors in this order.
#
# </details>


# %% exercise="bilinear"
def bilinear(x: Tensor, w: Tensor, y: Tensor) -> Tensor:
    """x, times a matrix, times y: one number for each matrix in `w`.

    Not to be used: `F.bilinear`, `nn.Bilinear`.

    Args:
        x: shape (..., n).
        w: shape (out, n, m).
        y: shape (..., m), with the same leading dimensions as `x`.

    Returns:
        Shape (..., out), dtype of `x`: at [..., o] the sum of x[..., i] * w[o, i, j] * y[..., j] over all i and j.

    >>> w = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 0.0]]])
    >>> bilinear(torch.tensor([1.0, 2.0]), w, torch.tensor([3.0, 4.0]))
    tensor([11.,  4.])
    """
    # BEGIN SOLUTION
    return torch.einsum("...i,oij,...j->...o", x, w, y)
    # END SOLUTION


# %% check="bilinear"
check(bilinear)

# %% [markdown]
# **See it.** Squared distances with weights 0.30, 0.59 and 0.11, those of the old television standard for brightness.
# How many of the pixels choose another paint?

# %%
eye = torch.diag(torch.tensor([0.30, 0.59, 0.11]))[None]
gaps = dots[:, None, :] - palette
weighted = bilinear(gaps, eye, gaps)[..., 0]
other = (weighted.argmin(-1) != gaps.square().sum(-1).argmin(-1)).double().mean()
print(f"{100 * other:.1f} % of the pixels choose another paint")

# %% [markdown]
# ## 11 · Taking out, and putting back · extra
#
# Suppose we like the pagoda as it is, and want an evening sky. `masked_select` or `x[mask]` takes the pixels of the
# sky out, as one long list; the list is repainted; now it has to go back to where it came from. The library has
# `masked_scatter` for this. Its source is a *queue*: the first entry goes to the first True, the second to the second,
# row by row, wherever these are.
#
# ### Exercise: `fill_from` ●●● · 8 minutes · extra
#
# `masked_scatter`, without it. The mask may broadcast, the source may have entries to spare, and the caller's tensors
# stay as they are.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Expand the mask, copy `x`, and assign to `copy[mask]`. How many entries does the mask ask for?
#
# </details>
# <details><summary>Hint 2: another way, in one expression</summary>
#
# Which entry of the queue does a True get? As many as there were True before it: `cumsum` of the flattened mask, minus
# 1. Then `torch.where`.
#
# </details>
# <details><summary>Hint 3: no refusal, or by the wrong error?</summary>
#
# `if source.numel() < mask.sum(): raise ValueError(...)`, after the mask has been expanded.
#
# </details>


# %% exercise="fill_from"
def fill_from(x: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`x` with the entries that `mask` marks replaced by those of `source`, one after the other.

    Not to be used: `masked_scatter`.

    Args:
        x: any shape and dtype.
        mask: boolean, broadcasts to the shape of `x`; True: is replaced.
        source: dtype of `x`, any shape; it is read row by row, and may have entries to spare.

    Returns:
        A new tensor of the shape and dtype of `x`, filled row by row; gradients reach `x` and `source`.

    Raises:
        ValueError: `source` has fewer entries than are to be replaced.

    >>> mask = torch.tensor([[True, False, True], [False, True, False]])
    >>> fill_from(torch.zeros(2, 3), mask, torch.tensor([7.0, 8.0, 9.0]))
    tensor([[7., 0., 8.],
            [0., 9., 0.]])
    """
    # BEGIN SOLUTION
    mask = mask.expand_as(x)
    wanted = int(mask.sum())
    if source.numel() < wanted:
        raise ValueError(f"the source has {source.numel()} entries, the mask asks for {wanted}")
    result = x.clone()
    result[mask] = source.flatten()[:wanted]
    return result
    # END SOLUTION


# %% check="fill_from"
check(fill_from)

# %% [markdown]
# **See it.** What is bright and at least as blue as red counts as sky. Its pixels have red and blue exchanged; all
# others stay as they were.

# %%
sky = (image.amin(-1) > 0.6) & (image[..., 2] >= image[..., 0])
evening = image[sky].flip(-1)  # from red, green, blue to blue, green, red
show({"sky": sky.double(), "evening": fill_from(image, sky[..., None], evening)})

# %% [markdown]
# *The picture: left, the mask, white for the sky and most of the lake. Right, the same pagoda and trees under a sky
# that glows from orange to white.*

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `batched_outer` | `torch.outer` for two vectors; `einsum("...i,...j->...ij")` |
# | `pairwise_distances` | `torch.cdist`, by the product for more than 25 points, else by differences |
# | `causal_mask` | `torch.ones(n, n).tril()`; `is_causal=True` in `F.scaled_dot_product_attention` |
# | `padding_mask` | the `attention_mask` of a tokenizer, there in 0 and 1 |
# | `masked_mean` | `torch.masked.mean`; mean pooling of sentence embeddings |
# | `softmax`, `log_softmax` | `F.softmax`, `F.log_softmax`, without a mask |
# | `sample_categorical` | `torch.multinomial(weights, count, replacement=True)` |
# | `bilinear` | `F.bilinear`, `nn.Bilinear` |
# | `fill_from` | `Tensor.masked_scatter` |
#
# **Read the real source.** In [pytorch/pytorch](https://github.com/pytorch/pytorch):
# `aten/src/ATen/native/Distance.cpp` has your formula in `_euclidean_dist`, with a clamp; `SoftMax.cpp` beside it
# takes the maximum first; in `Distributions.cpp` see how `multinomial` draws without replacement, by one division and
# a `topk`.
#
# **At scale.**
#
# - *Distances.* A billion vectors of 128 numbers are 512 GB in float32. Search engines cut each into 16 pieces and
#   keep, for each piece, which of 256 "paints" from k-means is nearest: 16 bytes a vector, 16 GB in all.
# - *k-means on eight GPUs.* Each holds an eighth of the points. A round exchanges only sums and counts: 33,024 numbers
#   for 256 paints of 128 numbers, however many points there are.
# - *Masks.* For 131,072 tokens a boolean mask of all pairs is 17 GB. It is never made: the kernel is told
#   `is_causal=True` and compares places itself.
# - *Softmax.* With a vocabulary of 128,256, the scores for 8,192 tokens are 4.2 GB in float32, and the shares as much
#   again. Fused losses go through the scores in pieces, with a running maximum, and keep no shares.
# - *Sampling.* A language model draws one of 128,256 indices for each token it writes. To cut off the tail first
#   (top-k, top-p) is a mask, then softmax, then a draw.
#
# **Three questions to take home.**
#
# 1. The product formula loses digits where two points are close together and far from the origin. Why, and what could
#    you subtract from all points beforehand to make it better?
# 2. A paint that nobody chose keeps its place in our k-means. What else could one do with it, and what would
#    `masked_mean` have made of it without the `torch.where`?
# 3. Softmax shares do not change when you add 7 to every score. Do they change when you multiply every score by 7, and
#    which word of this lesson names that?
