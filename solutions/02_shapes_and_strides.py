# %% [markdown]
# # Shapes and strides
#
# **How many pictures fit into the memory of one?**
#
# One, we would think. But look. Below is a photograph of 427 rows of 640 pixels, with a byte each for red, green and
# blue: 819,840 bytes. Beside it stand the same photograph leaning to one side, at half its size, and lying on its side.
# Each of the three takes one line. The cell also prints how many of them have bytes of their own.

# %%
import math

import torch
from torch import Tensor

from autograder import check, suspects
from helpers import shapes_and_strides as pictures
from helpers.photograph import photograph, show
from helpers.shapes_and_strides import cards, walk
from helpers.widgets import choice, explore, slider

# %%
photo = photograph()

sheared = photo.as_strided((426, 640, 3), (1923, 3, 1))
shrunk = photo.as_strided((213, 320, 3), (3840, 6, 1))
turned = photo.as_strided((640, 427, 3), (3, 1920, 1))

memory = photo.untyped_storage().data_ptr()
others = [each.untyped_storage().data_ptr() != memory for each in (sheared, shrunk, turned)]
print(f"{photo.nbytes:,} bytes of memory, and {sum(others)} of three with memory of their own")
show({"the photograph": photo, "sheared": sheared, "shrunk": shrunk, "turned": turned}, columns=4)

# %% [markdown]
# *The picture: the Summer Palace in Beijing, a pavilion of four storeys above a lake and trees. Sheared, its upright
# lines run down to the left, and what leaves at the left edge comes in again at the right. Shrunk, it looks the same
# with half as many pixels each way. Turned, it lies on its side, mirrored: the top of the roof points to the left.*
#
# None of them. Not a byte was moved or copied: all four pictures read the same 819,840 bytes. So what did those six
# numbers in each line change? And how far can it be taken: could we cut out every square of ten by ten pixels there is,
# which makes 79 million numbers, and still need no more memory than this?
#
# At the end you will be able to
#
# - say for any tensor where each of its numbers lies, and which operations copy;
# - choose between `view`, `reshape` and a transposition, and see it when somebody chose wrongly;
# - split a tensor into attention heads, and lay it together again;
# - cut a picture into overlapping windows without copying one number.
#
# About 60 minutes for the core, 93 with the extras. You need tensors, slices, and the difference between a view and a
# copy ([lesson 01](../01_tensors/01_tensors.ipynb)).

# %% [markdown]
# ## 1 · A line, and a way to walk it · core
#
# 427 rows are hard to hold in one's head, so let us take a picture of three rows of four pixels. To see where each
# pixel comes from, we let it show the number of its place in memory instead of a colour.
#
# Memory has no rows. It is one long line of places, and the picture has to be laid along it, row after row.

# %%
walk((3, 4), (4, 1))

# %% [markdown]
# *The picture: a line of twelve places, numbered 0 to 11. Below it, the same numbers as three rows of four, each row in
# its own colour. One arrow above the line goes from place 0 to place 1: "next column: +1". Another goes from place 0 to
# place 4: "next row: +4".*
#
# Now we want the pixel in row 2, column 1. Where is it? We begin at place 0. The next row is four places further, and
# we go down two rows: 8. The next column is one place further: 9. That is all, and it takes three lines of plain
# Python.


# %%
def read(rows, columns, row_step, column_step, start=0):
    line = list(range(12))  # the memory: each place holds its own number
    for row in range(rows):
        print([line[start + row * row_step + column * column_step] for column in range(columns)])


read(3, 4, row_step=4, column_step=1)

# %% [markdown]
# This little function does not care what the picture looked like when it was stored. It is told how to walk, and walks.
# So let us tell it something else, and leave the line as it is.

# %%
print("every second column:")
read(3, 2, row_step=4, column_step=2)
print("sizes and steps exchanged:")
read(4, 3, row_step=1, column_step=4)
print("a row step of 0:")
read(3, 4, row_step=0, column_step=1)

# %% [markdown]
# The first picture has shrunk, the second is turned, and the third shows its first row three times. We have done to
# twelve numbers what the first cell did to a photograph.
#
# This is what a tensor is. The line is called its **storage**. What says how to walk it is a small card with three
# entries: the **shape** (how many there are along each dimension), the **stride** (how far each of these steps goes,
# counted in numbers, one entry for each dimension) and the **storage offset** (where to begin).
#
# $$\text{place} = \text{offset} + \sum_{\text{dimension}} \text{index} \cdot \text{stride}$$
#
# It is a little like a street. The numbers live in its houses, and a tensor is a card with directions: start at house
# 0; for the next row go four houses on. A new card moves no data. But the comparison breaks in one place, and
# we shall need that place: in a street one address means one house, whereas on our third card *three* addresses lead to
# the same house. Paint the house in row 0, and rows 1 and 2 have changed colour too.
#
# Slicing, turning and repeating write new cards. But where does the first card come from, the one of a tensor that was
# just made? We start with the last dimension. In the photograph, the next channel is one step away. The next pixel
# comes after three channels, so it is three steps away. The next row comes after 640 pixels of three: 1,920. This
# order, with the last index running fastest, is called **row-major**, and a tensor that lies in it without gaps is
# **contiguous**.
#
# ### Exercise: `contiguous_strides` ●○○ · 5 minutes · core
#
# Write the stride of a contiguous tensor. It should work for any number of dimensions, so a loop from the last one to
# the first is a good plan.
#
# <details><summary>Hint 1: a nudge</summary>
#
# How far is it to the next picture, in a batch of pictures of 3 rows of 4? And what would you have to know for that:
# how many pictures there are, or how large one is?
#
# </details>
# <details><summary>Hint 2: is your first stride the number of all entries?</summary>
#
# Then each size is multiplied in one step too early. Write the step down *before* you multiply it by the size.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# strides, step = [], 1
# for size in reversed(shape):
#     ...                        # this dimension's step is what we have so far
#     step *= max(size, 1)       # torch counts a size of 0 as 1
# ```
#
# The list has the last dimension first: turn it around at the end.
#
# </details>


# %% exercise="contiguous_strides"
def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The steps of a tensor of this shape whose numbers lie in memory in their order, without gaps.

    Not to be used: the `stride()` of a tensor.

    Args:
        shape: any number of sizes, as a tuple, a list or a `torch.Size`.

    Returns:
        A tuple of whole numbers, one for each dimension: how many numbers further on in memory the next one lies. A
        size of 0 counts as 1, as in torch.

    >>> contiguous_strides((3, 4))
    (4, 1)
    """
    # BEGIN SOLUTION
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))
    # END SOLUTION


# %% check="contiguous_strides"
check(contiguous_strides)

# %% [markdown]
# **See it.** The first cell leant the photograph by a row step of 1,923. Now we know why: your function says 1,920, so
# every row begins one pixel too late. Let us try other row steps. (Only the top 300 rows: a longer step must not walk
# out of the memory.)
#
# **Predict first.** What will a step of 1,921 do, which is a third of a pixel too long?

# %%
row, pixel, channel = contiguous_strides(photo.shape)
shorter = photo.as_strided((300, 640, 3), (row - 3, pixel, channel))
longer = photo.as_strided((300, 640, 3), (row + 1, pixel, channel))
show({f"row step {row - 3}": shorter, f"row step {row + 1}": longer, "a detail of its sky": longer[40:61, 75:107]})

# %% [markdown]
# <details><summary>The answer</summary>
#
# *The picture: on the left the upright lines run down to the right. In the middle they run down a little to the left,
# and the photograph has lost its colours. The detail at the right shows where they are: in stripes one pixel high,
# green, pink and blue by turns.*
#
# Each row is read one byte later than the row above. What was green is read as red, what was blue as green, and what
# was the red of the next pixel as blue. After three rows the colours are right again, one pixel further on. From afar
# the three mix, and make grey.
#
# </details>

# %% [markdown]
# **Explore.** Can you find the card for each of these pictures? The grey places of the line are the ones nobody walks
# to; `×3` says that three addresses lead to one house. The last two need a moment's thought.

# %%
explore(
    pictures.walker,
    "Which steps make the picture on the right?",
    rows=slider(1, 4, 3, label="rows"),
    columns=slider(1, 4, 4, label="columns"),
    row_step=slider(0, 6, 4, label="row step"),
    column_step=slider(0, 6, 1, label="column step"),
    offset=slider(0, 11, 0, label="offset"),
    target=choice(list(pictures.TARGETS), "every second column", label="wanted"),
)

# %% [markdown]
# <details><summary>The cards</summary>
#
# Every second column: (3, 2), steps (4, 2). Lower right corner: (2, 2), steps (4, 1), offset 6. Turned: (4, 3), steps
# (1, 4). First row three times: (3, 4), steps (0, 1). Windows of three: (4, 3), steps (1, 1); section 5 is about them.
# Sheared: (2, 4), steps (5, 1). Diagonal: (1, 3) with column step 5, that is one row and one column at once.
#
# </details>

# %% [markdown]
# ## 2 · The same line in another shape · core
#
# `x.view(new_shape)` keeps the line and writes a card for another shape: 3 rows of 4 are also 2 rows of 6, or 12
# numbers in a row. The order in which one reads them stays the same, row after row; only the
# row breaks move. One size may be −1 and is
# then worked out from the others, and `x.view(y.size())` takes the shape of another tensor.

# %%
x = torch.arange(12).view(3, 4)
cards("x", "x.view(2, 6)", "x.view(-1)", "x.t()", "x.t().view(12)", "x.t().reshape(12)", x=x)

# %% [markdown]
# Line five fails, and it is worth seeing why. `x.t()` is the turned picture, whose rows are 0 4 8, then 1 5 9, and so
# on. As one row of twelve it would have to read
#
# 0 4 8 1 5 9 2 6 10 3 7 11.
#
# From 0 to 4 it is +4, from 4 to 8 again +4, but from 8 to 1 it is −7. A card has *one* step for each dimension. No
# card describes this walk, so `view` refuses. `reshape` is the same thing with a way out: it gives a view where there
# is a card, and copies where there is none. `x.contiguous()` does the copying alone: it returns
# `x` itself if `x.is_contiguous()`, otherwise a copy in row-major order, to which `view` has no objection.
#
# > **You may read that** `view` does the same as `reshape`, and that it first writes the data row by row as a line,
# > whatever they looked like before. The table above shows both of them on `x.t()`: one raises, the other copies. The
# > second half of the belief hides the reason. `view` does not write anything, it needs the line as it is. Today:
# > `view` where a copy would be a mistake and you want to be told, `reshape` where either will do, and keep in mind
# > that after a `reshape` nobody can say without looking whether writing to the result reaches `x`.
#
# ### Exercise: `flatten_features` ●○○ · 3 minutes · core
#
# Before the last layers of an image classifier, each picture's numbers are laid in one row, and the pictures stay
# apart. In many old examples this is done with a method called `num_flat_features`, which multiplies all sizes but the
# first, and `x.view(-1, self.num_flat_features(x))`. It fails in two ways. One is the subject of this section. The
# other has to do with −1: try items that hold no numbers, and for `x.view(len(x), -1)` a batch that holds no items.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The new shape has two sizes, and you know both of them. `math.prod` multiplies.
#
# </details>
# <details><summary>Hint 2: you get <code>cannot reshape tensor of 0 elements</code>?</summary>
#
# With no numbers at all, −1 could stand for any size: 0 pictures of 12 numbers are as many as 0 pictures of 5. Do not
# leave a size to torch.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `x.reshape(x.shape[0], math.prod(...))`.
#
# </details>


# %% exercise="flatten_features"
def flatten_features(x: Tensor) -> Tensor:
    """All dimensions but the first become one, in row-major order: num_flat_features numbers for each item.

    Not to be used: `flatten`.

    Args:
        x: shape (items, …), any dtype, with at least one dimension; it may hold no items, or items without numbers.

    Returns:
        Shape (items, features), where features is the product of the other sizes, and 1 if there are none. It is a view
        of x where its memory allows that, else a copy.

    >>> flatten_features(torch.tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]))
    tensor([[1, 2, 3, 4],
            [5, 6, 7, 8]])
    """
    # BEGIN SOLUTION
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))
    # END SOLUTION


# %% check="flatten_features"
check(flatten_features)

# %% [markdown]
# With it, each row of the photograph is 1,920 numbers, shape (427, 1920), which we shall use in section 4. PyTorch
# calls it `x.flatten(1)`, which asks for two dimensions at least.
#
# ## 3 · Cutting and turning · core
#
# **Predict first.** Which of these lines copy? For each, ask whether one step for each dimension can describe where the
# numbers lie.

# %%
cards(
    "x[1:]", "x[:, ::2]", "x[1]", "x[[0, 2]]", "x.narrow(1, 1, 2)", "x.mT", "x.unsqueeze(1)", "x[:1].squeeze(0)",
    "x[:1].expand(3, 4)", "x[:1].repeat(3, 1)", "x.flip(1)", "x[:, ::-1]", x=x,
)  # fmt: skip

# %% [markdown]
# <details><summary>The answer</summary>
#
# Three lines copy: `x[[0, 2]]`, `repeat` and `flip`. A list of rows may name any rows, in any order, so in general
# there is no step between them. (Here there would be one, but torch does not look.) `repeat` writes the row three times
# where `expand` has a step of 0. And a mirrored row would need a step of −1, which torch does not have: `flip` copies,
# and the slice `[:, ::-1]`, a view in NumPy, raises.
#
# </details>
#
# | to | write | what changes on the card |
# |---|---|---|
# | cut | `x[1:3]`, `x.narrow(dim, start, length)`, `x[:, ::2]` | offset, one size; with `::2` also one step |
# | take one out | `x[1]`, `x.select(dim, index)` | offset; the dimension is gone |
# | cut into all its slices, or into pieces | `x.unbind(dim)`; `x.split(size, dim)` | the same, once for each |
# | turn two dimensions | `x.t()` (a matrix), `x.mT` (the last two), `transpose(a, b)` | sizes and steps change places |
# | turn others | `x.permute(…)` with all of them in their new order, `x.movedim(from, to)` for one | the same |
# | turn in place | `x.t_()` | the card of `x` itself is rewritten; the memory is not touched |
# | add a dimension | `x.unsqueeze(dim)`, `x[:, None]` | a size of 1; for n dimensions, dim goes from −n − 1 to n |
# | drop dimensions of size 1 | `x.squeeze(dim)` one of them, `x.squeeze()` all | their entries are gone |
# | repeat | `x.expand(…)` | a size of 1 becomes larger, its step 0 |
#
# > **You may read that** `narrow` is the same as `x[begin:end]`. Its third argument is not an end but a *length*:
# > `x.narrow(0, 2, 3)` is `x[2:5]`. And where a slice stops at the end of the tensor without a word, `narrow` raises.
#
# > **You may read that** `squeeze` leaves a dimension larger than one alone because otherwise "the numbers would not
# > fit". Nothing has to fit anywhere. Dropping a dimension takes its entry off the card, so its index can only be 0.
# > For a size of 1 that loses nothing. For a size of 3 it would lose two thirds of the numbers, and torch prefers to do
# > nothing. What is worth remembering is the reverse: `squeeze()` without a number also takes away the batch when it
# > happens to hold one item. Name the dimension.
#
# > **You may read that** `a.squeeze(N)` adds a dimension at N. It cannot: that is `a.unsqueeze(N)`.

# %%
line = torch.arange(6)
print("narrow(0, 2, 3):", line.narrow(0, 2, 3).tolist(), "  [2:3]:", line[2:3].tolist(), "  [2:5]:", line[2:5].tolist())
cards("x.squeeze(0)", "x.squeeze(1)", "x.squeeze(2)", "x.squeeze()", x=torch.ones(1, 3, 1))
print("unsqueeze(-3 … 2) of (2, 3):", *[tuple(torch.ones(2, 3).unsqueeze(dim).shape) for dim in range(-3, 3)])

# %% [markdown]
# ### Exercise: `unbind` ●●○ · 5 minutes · core
#
# A photograph in colour is three photographs in grey that lie interleaved in memory. Take them apart, along this or any
# other dimension, into views. A copy has the same numbers, but painting on it leaves the original as it was.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The table above has a line for taking out one slice. You need it once for each index along `dim`.
#
# </details>
# <details><summary>Hint 2: “It uses torch.Tensor.unbind”, and you never wrote it?</summary>
#
# `for row in x`, `list(x)` and `tuple(x)` call `unbind` for you. Count with `range` instead.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `x.select(dim, index)` takes a `dim` from the end as well. Collect them in `tuple(… for index in range(…))`. How many
# are there? Not `len(x)`, which counts along dimension 0.
#
# </details>


# %% exercise="unbind"
def unbind(x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The slices of x along one dimension, which is gone in them.

    Not to be used: `unbind`, which is also what iterating over a tensor calls.

    Args:
        x: at least one dimension, any dtype.
        dim: which one, from -x.dim() to x.dim() - 1.

    Returns:
        A tuple of x.shape[dim] tensors. Each is a view: what is written to it is written to x.

    Raises:
        IndexError: x has no such dimension.

    >>> unbind(torch.tensor([[1, 2, 3], [4, 5, 6]]), 1)
    (tensor([1, 4]), tensor([2, 5]), tensor([3, 6]))
    """
    # BEGIN SOLUTION
    return tuple(x.select(dim, index) for index in range(x.shape[dim]))
    # END SOLUTION


# %% check="unbind"
check(unbind)

# %% [markdown]
# **See it.** Your function takes the red out of a copy of the photograph. We halve the red of the left 320 columns, and
# look at the copy, not at what we have painted on.

# %%
painted = photo.clone()
red, green, blue = unbind(painted, -1)
red[:, :320] //= 2
show({"red, after the painting": red, "the photograph it was taken from": painted}, columns=2)

# %% [markdown]
# *The picture: on the left the red channel in greys, its left half darker. On the right the photograph in colour, whose
# left half has turned bluish green.*
#
# ## 4 · Splitting and merging · core
#
# Now to a mistake that can cost days, because it raises no error and gives the right shape.
#
# In the attention of a transformer ([lesson 11](../11_attention/11_attention.ipynb)) each word is a row of numbers, and
# the row is shared out among several *heads*: with 12 heads of 64 numbers, head 0 works on the first 64 numbers of
# every row, head 1 on the next 64. So from (time, heads · d) we want (heads, time, d). On the photograph we can see
# what this means. A row has 1,920 numbers. With four heads, head 0 gets the first 480 of every row, which is the left
# quarter of the picture. *Splitting into heads is cutting the picture into upright strips.*
#
# The shape alone could be had with `rows.view(4, 427, 480)`. But `view` reads the line on as it is: its first row of
# 480 is the first quarter of row 0, and its second row is the *second* quarter of row 0, which belongs to the next
# strip. So we go there in two steps. Split the last dimension, (427, 4, 480), which is always possible, and then let
# the first two change places.
#
# ### Exercise: `split_heads` ●●○ · 5 minutes · core
#
# Any number of dimensions may stand in front, or none. Nothing is copied.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First (…, time, heads, d). It holds what you want, in the wrong order. Which two dimensions change places? Count them
# from the end.
#
# </details>
# <details><summary>Hint 2: right with a batch, wrong without?</summary>
#
# `transpose(1, 2)` counts from the front, where there may be one dimension more or less. And `batch, time, width =
# x.shape` wants exactly three: `*front, time, width = x.shape` takes any number.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `x.view(*front, time, heads, width // heads)`, then `.transpose(-3, -2)`.
#
# </details>


# %% exercise="split_heads"
def split_heads(x: Tensor, heads: int) -> Tensor:
    """Splits each row into heads: head 0 gets the first d of every row, head 1 the next d, and so on.

    Not to be used: `einops.rearrange`.

    Args:
        x: shape (…, time, heads · d), with any dimensions in front, or none.
        heads: how many; it divides the last size.

    Returns:
        Shape (…, heads, time, d), a view: nothing is copied, however x lies in memory.

    >>> split_heads(torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8]]), 2)
    tensor([[[1, 2],
             [5, 6]],
    <BLANKLINE>
            [[3, 4],
             [7, 8]]])
    """
    # BEGIN SOLUTION
    *front, time, width = x.shape
    return x.view(*front, time, heads, width // heads).transpose(-3, -2)
    # END SOLUTION


# %% check="split_heads"
check(split_heads)

# %% [markdown]
# **See it.** Four heads of the photograph. They are strips, and still in the memory of the whole.

# %%
strips = split_heads(flatten_features(photo), 4)
show({f"head {number}": strip.unflatten(-1, (160, 3)) for number, strip in enumerate(strips)}, columns=4)

# %% [markdown]
# *The picture: four upright strips of 160 columns each. Side by side they make the photograph.*
#
# Each head does its work, and at the end the strips have to be laid side by side again. This is where it went wrong. A
# colleague's first version exchanged heads and time and called `view`. It raised: *view size is not compatible with
# input tensor's size and stride … Use .reshape(...) instead.* The message offers advice, and the colleague took it. But
# while tidying up, they deleted the transposition, and nobody noticed: the shapes agree, and nothing raises any more.


# %%
def colleagues_merge(x: Tensor) -> Tensor:
    batch, heads, time, d = x.shape
    return x.reshape(batch, time, heads * d)


quarters = torch.stack([quarter.flatten(1) for quarter in photo.chunk(4, dim=1)])  # four heads: (4, 427, 480)
merged = colleagues_merge(quarters.unsqueeze(0))
show({"split, and merged by the colleague": merged.reshape(427, 640, 3)})

# %% [markdown]
# *The picture: four flat bands, one below the other. Each is one strip of the photograph, squeezed to a quarter of its
# height, and stands there four times side by side.*
#
# In a photograph we see it at once. In a transformer each word would quietly get numbers of other words, and the loss
# would still fall.
#
# ### Exercise: `merge_heads` ●●○ · 6 minutes · core
#
# Mend it. There is a second fault that the photograph above does not show.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which two dimensions have to stand next to each other, in which order, before they can become one?
#
# </details>
# <details><summary>Hint 2: you get <code>view size is not compatible</code>?</summary>
#
# After the exchange, a row's numbers do not lie side by side in memory, so no card describes the merged tensor. This
# time the advice is right: `reshape`, which copies. The exchange stays.
#
# </details>
# <details><summary>Hint 3: right, but not for every shape?</summary>
#
# The line that unpacks four sizes wants one batch dimension, no more and no less. `*front, heads, time, d = x.shape`,
# and count from the end.
#
# </details>


# %% exercise="merge_heads"
def merge_heads(x: Tensor) -> Tensor:
    """Lays the heads side by side again, one row for each time: the inverse of splitting.

    Not to be used: `einops.rearrange`.

    Args:
        x: shape (…, heads, time, d), with any dimensions in front, or none; it is left as it was.

    Returns:
        Shape (…, time, heads · d): the first d numbers of a row are head 0's, the next d head 1's, and so on.

    >>> merge_heads(torch.tensor([[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]]))
    tensor([[[1, 2, 3, 4],
             [5, 6, 7, 8]]])
    """
    # BEGIN SOLUTION
    *front, heads, time, d = x.shape
    return x.transpose(-3, -2).reshape(*front, time, heads * d)
    # END SOLUTION


# %% check="merge_heads"
check(merge_heads)

# %% [markdown]
# **See it.** The same strips, merged by yours. And since strips are strips, we may also hand it two of them in the
# other order.

# %%
show(
    {
        "split, and merged by you": merge_heads(quarters).reshape(427, 640, 3),
        "heads 3 and 0": merge_heads(quarters[[3, 0]]).reshape(427, 320, 3),
    },
    columns=2,
)

# %% [markdown]
# *The picture: on the left the photograph as it was. On the right its rightmost quarter, and beside it its leftmost.*
#
# **`view` and `reshape` never change the order in which the numbers are read; `transpose` and `permute` do.** If
# dimensions are to be merged that do not stand side by side, one of the latter has to come first.
#
# ## 5 · Windows · core
#
# Back to the place where the street breaks down: several addresses, one house. So far it has only let us repeat a row.
# But a step need not be 0 to visit a house twice. It is enough that it is smaller than the window.

# %%
walk((4, 3), (1, 1), title="windows of three numbers: a step of 1 within a window, a step of 1 to the next")

# %% [markdown]
# *The picture: a grid of four rows, 0 1 2, then 1 2 3, 2 3 4 and 3 4 5. Of the line above it only places 0 to 5 are
# used. Below places 1 to 4 stands ×2, ×3, ×3, ×2.*
#
# Twelve numbers, in the memory of six. Moving averages and convolutions are made of such windows, and so are the
# training texts of many language models. One can copy the windows, which takes several times the memory of the
# original, or describe them by a card. Two things can go wrong. The tensor that we are given may itself be a view, so
# the steps of the new card have to be made from *its* steps, and not from 1. And torch checks that a card stays inside
# the storage, but not that it stays inside the tensor: a wrong `as_strided` reads a neighbour's numbers without a word.
#
# ### Exercise: `sliding_windows` ●●○ · 8 minutes · core
#
# Use `x.as_strided(shape, stride)`. If no offset is given, it begins where `x` begins. Writing to a window has to reach
# `x`, and with it the windows beside it.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The dimensions in front keep their sizes and their steps. The last one turns into two. How far is it to the next
# number of a window, if `x` is every second column of something? And to the next window?
#
# </details>
# <details><summary>Hint 2: one window too many, or too few?</summary>
#
# The last window begins at n − size at the latest. Count the starts 0, step, 2·step, … up to there, and do not forget 0
# itself.
#
# </details>
# <details><summary>Hint 3: right for a fresh tensor, wrong for a transposed one?</summary>
#
# The step within a window is `x.stride(-1)`, whatever that is, and the step to the next window is `step` times as long.
# `x.contiguous()` would make the numbers right too, but in other memory than `x`.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# *front, n = x.shape
# *steps, along = x.stride()
# ...                                     # raise ValueError where size > n
# count = (n - size) // step + 1
# return x.as_strided((*front, count, size), (*steps, ..., ...))
# ```
#
# </details>


# %% exercise="sliding_windows"
def sliding_windows(x: Tensor, size: int, step: int = 1) -> Tensor:
    """All windows along the last dimension that fit, as one view.

    Not to be used: `unfold`.

    Args:
        x: shape (…, n), however it lies in memory.
        size: of a window, from 1 to n.
        step: from the start of one window to the start of the next, at least 1. What is left at the end makes no
            window.

    Returns:
        Shape (…, (n - size) // step + 1, size), in the memory of x: what is written to a window is written to x.

    Raises:
        ValueError: size is larger than n.

    >>> sliding_windows(torch.tensor([1, 2, 3, 4, 5, 6]), 3, 2)
    tensor([[1, 2, 3],
            [3, 4, 5]])
    """
    # BEGIN SOLUTION
    *front, n = x.shape
    *steps, along = x.stride()
    if size > n:
        raise ValueError(f"a window of {size} does not fit into {n}")
    return x.as_strided((*front, (n - size) // step + 1, size), (*steps, step * along, along))
    # END SOLUTION


# %% check="sliding_windows"
check(sliding_windows)

# %% [markdown]
# **See it.** Your windows of three, every second start, over a line that is itself every second number of something:
# its places are 0, 2, 4, 6, 8 and 10.

# %%
windows = sliding_windows(torch.arange(12)[::2], 3, 2)
walk(windows.shape, windows.stride(), windows.storage_offset())

# %% [markdown]
# *The picture: two rows, 0 2 4 and 4 6 8. To the next column it is two places, to the next row four. Place 4 is used
# twice, the odd places never.*
#
# ## 6 · Tell them apart · extra
#
# Here are five readers, each of which gets the memory and a card and returns the numbers. (`follow` is the right one,
# in the manner of section 1.) All of them are right for a fresh tensor except one, and each of the mistakes is one that
# people make: a forgotten offset, the order of another language, an assumption that steps fall from left to right, a 0
# that counts as "not given", a fast way with a condition that is not enough.

# %%
suspects("strides_counterexample")

# %% [markdown]
# ### Exercise: `strides_counterexample` ●●○ · 5 minutes · extra
#
# Write *one* card on which each of them reads something else than PyTorch, with shape and stride as
# `torch.tensor([…])`. (If it takes five cards at first, merge them.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# Let each place of the memory hold its own number, `torch.arange(30)`. Then ask of each suspect on which cards it is
# *right*, and avoid those.
#
# </details>
# <details><summary>Hint 2: one of them is always right?</summary>
#
# The one that takes a step of 0 for 1 needs a step of 0, along a size larger than 1. The one that copies in one piece
# needs a last step of 1, and a gap between two rows. Three dimensions have room for both.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# A row of two numbers side by side; the next row five places on; all of it twice, by a step of 0 *in front*. Where does
# that leave the suspect that walks the largest step first? And begin anywhere but at 0.
#
# </details>


# %% exercise="strides_counterexample"
def strides_counterexample() -> tuple[Tensor, Tensor, Tensor, int]:
    """One card, and the memory that it walks through, on which each of the suspects gives a wrong answer.

    Returns:
        memory, a vector of whole numbers; shape and stride, vectors of whole numbers with one entry for each dimension;
        and offset, a whole number. Sizes are at least 1, steps and offset at least 0, and the walk stays inside the
        memory. At most 1,000 numbers, in memory and in the tensor.
    """
    # BEGIN SOLUTION
    return torch.arange(20), torch.tensor([2, 3, 2]), torch.tensor([0, 5, 1]), 2
    # END SOLUTION


# %% check="strides_counterexample"
check(strides_counterexample)

# %% [markdown]
# **See it.** What each of them makes of your card. In every row but the first something should be coloured.

# %%
pictures.lineup("strides_counterexample", strides_counterexample())

# %% [markdown]
# ## 7 · 79 million numbers in 820 kB · core
#
# Now we can answer the question of the beginning. We want every square of ten by ten pixels that there is in the
# photograph, at every position. Windows of columns, then windows of rows: two calls of your function. It works along
# the last dimension, so we bring the one that we want there with `movedim`, which writes a new card and nothing else.

# %%
across = sliding_windows(photo.movedim(1, -1), 10)  # row, channel, left edge, x in the square
squares = sliding_windows(across.movedim(0, -1), 10)  # channel, left edge, x, top edge, y in the square
squares = squares.permute(3, 1, 4, 2, 0)  # top edge, left edge, y, x, channel

print("shape ", tuple(squares.shape))
print("stride", squares.stride())
print(f"{squares.numel():,} numbers in {squares.untyped_storage().nbytes():,} bytes")
print(f"as many as in {squares.numel() / photo.numel():.1f} photographs")

# %% [markdown]
# There it is: 418 times 631 little pictures, which are 79,127,400 numbers, on a card of five sizes and five steps. Look
# at the steps. There are three different ones, 1920, 3 and 1, the same as in the photograph, and two of them stand
# there twice: one row further down is the same distance, whether we move the square or look within it.
#
# And they are a tensor like any other. Let us ask for the brightest and for the darkest value in each square, and make
# a gallery with everything that you have written.

# %%
row_step, *steps = contiguous_strides(photo.shape)
strip = split_heads(flatten_features(photo), 4)[1].unflatten(-1, (160, 3))
gallery = {
    "contiguous_strides, + 6": photo.as_strided((420, 640, 3), (row_step + 6, *steps)),
    "sliding_windows: corners": squares[::3, ::3, 0, 0],
    "split_heads, turned": strip.transpose(0, 1),
    "unbind: red": unbind(photo, -1)[0],
    "the brightest of each square": squares.amax((2, 3)),
    "the darkest of each square": squares.amin((2, 3)),
}
show(gallery)

# %% [markdown]
# *The picture: six photographs. Sheared by two pixels a row; small, made of the upper left corner of every third
# square; the strip with the pavilion, lying on its side; the red channel in greys; and two that look painted with a
# square brush. In the brightest, the sky eats into the roofs and the trees turn into pale spots. In the darkest,
# pavilion and trees are nearly black.*
#
# The last two had to be computed. The other four are cards. So how many pictures fit into the memory of one? As many as
# there are walks through it.
#
# One thing we cannot do. A mirror would have to walk backwards, and torch has no negative steps. `flip` makes a copy,
# and a view that NumPy has turned around is refused.

# %%
cards("photo.flip(1)", "photo[:, ::-1]", "torch.from_numpy(photo.numpy()[:, ::-1])", photo=photo)

# %% [markdown]
# This was the core. What follows is for those who have time: patches without overlap, the exact rule by which `view`
# decides, and the opposite of all this, laying tensors together, which always copies.
#
# ## 8 · Patches, and a language for shapes · extra
#
# A vision transformer reads a picture as a sentence. It cuts it into squares that do *not* overlap, and each square,
# laid in one row, is a word. No windows are needed for that: a height of 6 is 3 · 2, so (6, 8, channel) can be read as
# (3, 2, 4, 2, channel), which is row of squares, y, column of squares, x, channel. What remains is an exchange and a
# merging, as with the heads.
#
# For such things there is a small language, [einops](https://einops.rocks). One writes down what the dimensions are
# called before and after, and brackets mean "together":

# %%
from einops import rearrange

tokens = rearrange(photo[:420], "(rows y) (columns x) channel -> (rows columns) (y x channel)", y=20, x=20)
print(tuple(tokens.shape))

# %% [markdown]
# 21 rows of 32 squares make 672 words of 1,200 numbers. Besides being readable, it checks: in `(rows y)` the height
# must be divisible by y, and a name that appears on one side only is an error. In such a line the colleague's mistake
# would have been hard to make. Write it once yourself, to see what it does for you.
#
# ### Exercise: `patchify` ●●○ · 7 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# Six dimensions for a moment, besides those in front: none of them is lost, they only change places. Write their names
# above the sizes.
#
# </details>
# <details><summary>Hint 2: your patches are pieces of rows?</summary>
#
# Then two dimensions were merged that did not stand side by side. Before merging, the order has to be row of squares,
# column of squares, y, x, channel.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `images.reshape(*front, rows, patch, columns, patch, channels)`, then `.transpose(-4, -3)`, then one more `reshape`.
#
# </details>


# %% exercise="patchify"
def patchify(images: Tensor, patch: int) -> Tensor:
    """Cuts pictures into squares and lays the numbers of each square in one row.

    Not to be used: `einops.rearrange`, `unfold` of torch.nn, `pixel_unshuffle`.

    Args:
        images: shape (…, height, width, channels), with any dimensions in front, or none.
        patch: the side of a square; it divides height and width.

    Returns:
        Shape (…, rows · columns, patch · patch · channels): the squares row by row, and in each square its pixels row
        by row, the channels of a pixel side by side.

    >>> patchify(torch.tensor([[[1], [2], [3], [4]], [[5], [6], [7], [8]]]), 2)
    tensor([[1, 2, 5, 6],
            [3, 4, 7, 8]])
    """
    # BEGIN SOLUTION
    *front, height, width, channels = images.shape
    rows, columns = height // patch, width // patch
    cut = images.reshape(*front, rows, patch, columns, patch, channels).transpose(-4, -3)
    return cut.reshape(*front, rows * columns, patch * patch * channels)
    # END SOLUTION


# %% check="patchify"
check(patchify)

# %% [markdown]
# **See it.** The photograph as a sentence of squares, and the same squares put back in another order, as a word salad:
# the order of the words is all that a transformer has to be told separately.

# %%
words = patchify(photo[:420, :600], 60)
order = torch.randperm(len(words), generator=torch.Generator().manual_seed(0))
sentences = {"70 words in order": words, "the same words, shuffled": words[order]}
back = "(rows columns) (y x channel) -> (rows y) (columns x) channel"
show({name: rearrange(each, back, rows=7, y=60, x=60) for name, each in sentences.items()}, columns=2)

# %% [markdown]
# *The picture: on the left 600 columns of the photograph, put together of 7 rows of 10 squares. On the right the same
# kind of squares in random order.*
#
# ## 9 · When `view` works · extra
#
# In section 2 we looked at one failure of `view`. The rule behind it is short, and it is one of the nicest little
# algorithms in PyTorch.
#
# Two neighbouring dimensions can become one if the outer one *continues* the inner one: after the last step of the
# inner walk, one step more leads to where the next outer step begins. In numbers,
#
# $$\text{stride}_{\text{outer}} = \text{size}_{\text{inner}} \cdot \text{stride}_{\text{inner}}$$
#
# Splitting is always possible. So: merge all neighbours that continue each other into chunks, and ask whether the new
# sizes, taken from one end, fill up one chunk after the other exactly. Sizes of 1 are never walked along, so they play
# no part. And where there are no numbers at all, there is no walk that could go wrong.
#
# ### Exercise: `can_view` ●●● · 12 minutes · extra
#
# Say whether `view` works, from the numbers on the card alone.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Deal with the easy cases first: another number of numbers, none at all. Then throw out the sizes of 1, in both shapes.
# What is left is a list of chunks.
#
# </details>
# <details><summary>Hint 2: the chunks are right, the answer is not?</summary>
#
# Take new sizes and multiply them until they reach the chunk. If the product jumps over it, the answer is no. `(4, 6)`
# transposed has the chunks 6 and 4; for the new shape (8, 3) the first product is 8, and it is over.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# chunks = []                                  # size and step of each
# for size, step in zip(shape, stride):
#     if size == 1: continue
#     if chunks and chunks[-1][1] == size * step: ...   # this one continues the last one: make them one
#     chunks.append((size, step))
# sizes = list(new_shape)
# for chunk, _ in chunks:
#     filled = 1
#     while filled < chunk: ...                # multiply by the next size
#     if filled != chunk: return False
# ```
#
# </details>


# %% exercise="can_view"
def can_view(shape: tuple[int, ...], stride: tuple[int, ...], new_shape: tuple[int, ...]) -> bool:
    """Whether `x.view(new_shape)` works for an x of this shape and stride.

    Not to be used: `view`, `reshape`, `flatten`, `unflatten`.

    Args:
        shape, stride: of x, tuples of one length, which may be empty; steps are at least 0. A size of 1 may have any
            step.
        new_shape: a tuple of sizes, without -1.

    Returns:
        True or False. If the totals differ it never works; where there are no numbers, equal totals are enough.

    >>> can_view((3, 4), (4, 1), (12,)), can_view((4, 3), (1, 4), (12,))
    (True, False)
    """
    # BEGIN SOLUTION
    if math.prod(shape) != math.prod(new_shape):
        return False
    if math.prod(shape) == 0:
        return True
    chunks: list[tuple[int, int]] = []
    for size, step in zip(shape, stride, strict=True):
        if size != 1:
            if chunks and chunks[-1][1] == size * step:
                size *= chunks.pop()[0]
            chunks.append((size, step))
    sizes = list(new_shape)
    for chunk, _ in chunks:
        filled = 1
        while filled < chunk:
            filled *= sizes.pop(0)
        if filled != chunk:
            return False
    return True
    # END SOLUTION


# %% check="can_view"
check(can_view)

# %% [markdown]
# **See it.** Your function says beforehand which merge of the heads needs a copy. (With one head, or one step of time,
# none does.)

# %%
for heads, time, d in ((4, 427, 480), (1, 427, 1920), (12, 1, 64)):
    x = split_heads(torch.empty(time, heads * d), heads).transpose(-3, -2)
    y = split_heads(torch.empty(time, heads * d), heads).contiguous().transpose(-3, -2)
    said = [can_view(tuple(each.shape), each.stride(), (time, heads * d)) for each in (x, y)]
    print(f"{heads:2} heads, {time:3} steps: as split {said[0]!s:5}  after contiguous() {said[1]}")

# %% [markdown]
# The first column may be a surprise: what `split_heads` has given can be merged without a copy, since the exchange is
# undone, and nothing has moved. It is the attention in between, whose result is fresh memory in the order
# (heads, time, d), that makes the copy necessary.
#
# ## 10 · Laying together · extra
#
# Everything so far went one way: from one memory to many cards. The other way costs. Two tensors lie in two memories,
# and no card can walk from one to the other, so `torch.cat` and `torch.stack` always copy. `cat` makes an existing
# dimension longer, `stack` makes a new one.

# %%
a, b = torch.zeros(2, 3), torch.ones(2, 3)
for text in (
    "torch.cat([a, b], dim=0)", "torch.cat([a, b], dim=1)", "torch.cat([a, b], dim=-1)", "torch.stack([a, b], dim=0)",
    "torch.stack([a, b], dim=-1)",
):  # fmt: skip
    print(f"{text:28} {tuple(eval(text).shape)}")
print("NumPy: np.concatenate((a, b), axis=1) is what torch calls torch.cat((a, b), dim=1)")

# %% [markdown]
# > **You may read that** `dim` lies between 0 and `len(inputs[0])`. The length of the first tensor, here 2, has nothing
# > to do with it. What counts is the number of dimensions n: from −n to n − 1, and −1 is the last one.
#
# > **You may read that** the tensors have to be of one type. They had to, once. Today `cat` promotes, as `+` does:

# %%
print(torch.cat([torch.tensor([1, 2]), torch.tensor([0.5])]), torch.promote_types(torch.int64, torch.float32))

# %% [markdown]
# ### Exercise: `concatenate` ●●○ · 8 minutes · extra
#
# Make room, then copy each tensor to its place. A view is just the thing to copy *into*.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `x.new_empty(shape, dtype=…)` makes room. `narrow(dim, start, length)` is a view of a part of it, and what you write
# there stays.
#
# </details>
# <details><summary>Hint 2: something is accepted that does not fit?</summary>
#
# `copy_` and assignments broadcast: a row of shape (1, 3) is spread out over room for (2, 3) without a word. Compare
# the sizes yourself, in all dimensions but `dim`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# turned = [one.movedim(dim, 0) for one in tensors]   # now only the first sizes may differ
# ...                                                 # refuse, find the dtype, make room
# result[start : start + len(one)] = one              # in a loop
# return result.movedim(0, dim)
# ```
#
# </details>


# %% exercise="concatenate"
def concatenate(tensors: list[Tensor], dim: int = 0) -> Tensor:
    """The tensors one after the other along `dim`, in new memory.

    Not to be used: `cat`, `stack` and their relatives.

    Args:
        tensors: at least one, in a list or a tuple, with the same number of dimensions (one or more) and the same sizes
            but for `dim`, where a size may be 0.
        dim: from -n to n - 1, where n is the number of dimensions.

    Returns:
        A tensor of the dtype that all of them promote to. Gradients flow back to each.

    Raises:
        ValueError: there is no tensor, or sizes differ elsewhere.
        IndexError: there is no such dimension.

    >>> concatenate([torch.tensor([[1, 2]]), torch.tensor([[3, 4], [5, 6]])], 0)
    tensor([[1, 2],
            [3, 4],
            [5, 6]])
    """
    # BEGIN SOLUTION
    turned = [one.movedim(dim, 0) for one in tensors]
    if len({one.shape[1:] for one in turned}) != 1:
        raise ValueError("there is no tensor, or sizes differ")
    dtype = turned[0].dtype
    for one in turned:
        dtype = torch.promote_types(dtype, one.dtype)
    result = turned[0].new_empty((sum(map(len, turned)), *turned[0].shape[1:]), dtype=dtype)
    start = 0
    for one in turned:
        result[start : start + len(one)] = one
        start += len(one)
    return result.movedim(0, dim)
    # END SOLUTION


# %% check="concatenate"
check(concatenate)

# %% [markdown]
# **See it.** The strips of section 4 once more: side by side in another order, and one below the other.

# %%
strips = [each.unflatten(-1, (160, 3)) for each in split_heads(flatten_features(photo), 4).unbind(0)]
show({"dim=1, mixed": concatenate(strips[::2] + strips[1::2], 1), "dim=0": concatenate(strips[1:3], 0)}, columns=2)

# %% [markdown]
# *The picture: on the left the four strips side by side in the order 0, 2, 1, 3. On the right strip 1 above strip 2.*
#
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `contiguous_strides` | what every new tensor gets; `x.stride()`, `x.is_contiguous()` |
# | `flatten_features` | `x.flatten(1)`, `nn.Flatten` |
# | `unbind` | `torch.unbind`, and `for row in x` |
# | `split_heads`, `merge_heads` | the first and last lines of every attention; `unflatten`, `transpose`, `flatten` |
# | `sliding_windows` | `x.unfold(-1, size, step)` |
# | `strides_counterexample` | `test/test_view_ops.py` |
# | `patchify` | `einops.rearrange`; a convolution with stride = size does it inside `ViT` |
# | `can_view` | `computeStride`, which `view` asks |
# | `concatenate` | `torch.cat` |
#
# **Read the real source.** In [pytorch/pytorch](https://github.com/pytorch/pytorch): `aten/src/ATen/TensorUtils.cpp`
# (`computeStride_impl`, section 9 in C++), `aten/src/ATen/native/TensorShape.cpp` (`as_strided`, `expand`, `narrow`,
# `unbind`, `unfold`, almost all of this lesson), `c10/core/TensorImpl.h` (sizes, strides and offset, side by side in
# one object), and `_tensor.py` (`__iter__`, which calls `unbind`).
#
# **At scale.**
#
# - A card is free, the walk is not. `contiguous()` on a tensor of 1 GB reads and writes 2 GB: about 0.6 ms at the 3.3
#   TB/s of an H100, longer than many of the matrix products around it. Profilers show it as `copy_`.
# - Many convolution kernels are faster with the channels of a pixel side by side.
#   `x.to(memory_format=torch.channels_last)` keeps the shape (64, 256, 56, 56) and turns the strides (802816, 3136, 56,
#   1) into (802816, 1, 14336, 256): the same indices, another walk.
# - Large language models let 8 heads of keys and values serve 64 heads of queries. `expand` shares them by a step of 0.
#   A `reshape` behind it copies: with 131,072 tokens and 128 numbers a head in bfloat16, 0.5 GB turn into 4.3 GB, in
#   each layer.
# - A training text of 10 billion tokens is one file of 20 GB in uint16, mapped into memory and never read as a whole.
#   Each example of 1,025 tokens is a window of it.
# - `DistributedDataParallel(gradient_as_bucket_view=True)` makes each `.grad` a view into the buffer that is sent
#   ([lesson 23](../23_data_parallel/23_data_parallel.ipynb)): for 7 billion parameters in float32 that saves 28 GB.
#
# **Three questions to take home.**
#
# 1. torch lets you read `x[:1].expand(3, 4)`, and refuses `x[:1].expand(3, 4).add_(1)`. What would the right result be?
# 2. `x` has shape (2, 3, 4) and is contiguous. Which of `x.transpose(0, 1).view(3, 8)`, `x.transpose(1, 2).view(8, 3)`
#    and `x.transpose(0, 1).view(3, 2, 2, 2)` work?
# 3. A tensor of ten numbers can keep a gigabyte of memory alive. How, and what would you write to let it go?
