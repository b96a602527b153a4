# %% [markdown]
# # Tensors: numbers in memory
#
# **You change one tensor, and another one changes. When does that happen, and when not?**
#
# At the end you will be able to
#
# - make tensors of any shape, dtype and device, and say beforehand which dtype an expression gives;
# - take parts of a tensor with slices, masks, row numbers and `gather`, and say which of them are copies;
# - change a tensor in place, on purpose only;
# - hand tensors to NumPy whatever they are, and draw random numbers that disturb nobody.
#
# About 80 minutes. You need Python, and to know what a matrix, a mean and a standard deviation are.

# %%
import numpy as np
import torch
from torch import Tensor

from autograder import check
from helpers.plots import heatmaps, histograms, lines
from helpers.tensors import CHOICES, block, gathered, outcomes, promotions, sorted_out
from helpers.widgets import choice, explore

# %%
x = torch.zeros(4, 6)
before = x.clone()

window = x[1:3, 2:5]
window += 5

heatmaps({"x before": before, "x after  window += 5": x}, limits=(0, 5))

# %% [markdown]
# *The picture: two matrices of 4 rows and 6 columns. On the left all entries are 0. On the right the six entries in
# rows 1 and 2, columns 2 to 4, are 5.*
#
# The second block of code never assigns to `x`, and yet `x` has changed. `window` holds no numbers of its own. It is a
# **view**: a small object that says "start here, so many rows, so many columns" about memory that belongs to `x`. Many
# surprises with tensors come from not knowing whether one has a view or a copy. We first need tensors to look at.
#
# ## 1 · Making tensors
#
# A tensor is a block of numbers with a **shape**, a **dtype** (the kind of number) and a **device** (where the numbers
# lie). There are four ways to get one.
#
# | from | for example | dtype and device |
# |---|---|---|
# | values | `torch.tensor([[1, 2], [3, 4]])` | dtype from the values, device the default |
# | a shape | `torch.zeros(2, 3)`, `ones`, `empty`, `full`, `eye(3)`, `rand`, `randn` | `float32` by default |
# | a range | `torch.arange(5)`, `torch.linspace(0, 1, 11)` | `arange` of whole numbers is `int64` |
# | another tensor | `torch.zeros_like(x)`, `x.new_zeros(2, 3)` | those of `x` |
#
# `zeros_like` takes shape, dtype and device from `x`. `new_zeros` takes only dtype and device; you give the shape.
# `empty` does not clear its memory: it holds whatever was there before, so write to every entry before you read one.

# %%
x = torch.tensor([[1, 2, 3], [4, 5, 6]])
outcomes(
    "x",
    "x.shape, x.dtype, x.device",
    "torch.ones(2, 3)",
    "torch.eye(2, dtype=torch.int64)",
    "torch.full((2, 2), 7)",
    "torch.arange(0, 10, 3)",
    "torch.zeros_like(x)",
    "x.new_zeros(2)",
    "torch.zeros_like(x, dtype=torch.bool)",
    x=x,
)

# %% [markdown]
# > **From the notes.** The notes make a tensor of 2 rows and 4 columns with `torch.tensor(2, 4)`, and turn a list into
# > a tensor with `torch.Tensor(l)`. Two names that differ by one capital letter, and two beliefs to run.

# %%
outcomes(
    "torch.tensor(2, 4)",
    "torch.Tensor(2, 4).shape",
    "torch.tensor(3)",
    "torch.Tensor(3).shape",
    "torch.Tensor([1, 2, 3])",
    "torch.Tensor([16777217]).long()",
    "torch.tensor([16777217])",
)

# %% [markdown]
# > `torch.tensor` is a function and takes *values*. `torch.Tensor` is the class of all tensors. Called with numbers it
# > takes them for a *shape* and does not clear the memory. Called with a list it makes `float32` of everything without
# > a word, and `float32` cannot hold every whole number above $2^{24} = 16\,777\,216$. Today: `torch.tensor(values)`
# > for values, `torch.zeros(2, 4)` or `torch.empty(2, 4)` for a shape. The same goes for `torch.LongTensor` and its
# > relatives: write `torch.tensor(values, dtype=torch.int64)`.
#
# A device is named by a string, `"cpu"` or `"cuda"`. Tensors that meet in one operation lie on one device;
# `x.to("cuda")` makes a copy there. A function that makes tensors takes `device=` and hands it on. There is a third
# device that helps with testing: on `"meta"` a tensor has a shape and a dtype and no numbers at all.

# %%
device = "cuda" if torch.cuda.is_available() else "cpu"
on_device = torch.ones(2, 3, device=device)
planned = torch.ones(100_000, 100_000, device="meta")  # 40 GB, had it numbers
print("as asked for:", on_device.device.type == device)
print("planned:", tuple(planned.shape), planned.numel() * planned.element_size() / 1e9, "GB,", planned.device)
outcomes("torch.ones(2) + torch.ones(2, device='meta')")

# %% [markdown]
# ### Exercise: `checkerboard` ●○○ · 4 minutes
#
# Make a board of zeros and ones. Slices with a step will help: `x[::2]` is every second row from row 0, `x[1::2]` every
# second row from row 1, and you may assign to a slice.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Start with `torch.zeros` and hand on `dtype` and `device`. The ones then form two groups: those in even rows and those
# in odd rows.
#
# </details>
#
# <details><summary>Hint 2: your board has stripes?</summary>
#
# Counting all cells and taking `% 2` works for an odd number of columns only. With an even number, each row starts with
# the same colour as the row above it.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# `board[::2, 1::2] = 1` fills the even rows. The odd rows need one more line of that kind.
#
# </details>


# %% exercise="checkerboard"
def checkerboard(
    rows: int, columns: int, dtype: torch.dtype = torch.float32, device: str | torch.device | None = None
) -> Tensor:
    """A board whose entry [i, j] is (i + j) % 2: the corner is 0, its neighbours are 1.

    Args:
        rows, columns: at least 0.
        dtype: of the result.
        device: of the result; None is the default device.

    Returns:
        Shape (rows, columns).

    >>> checkerboard(2, 3)
    tensor([[0., 1., 0.],
            [1., 0., 1.]])
    """
    # BEGIN SOLUTION
    board = torch.zeros(rows, columns, dtype=dtype, device=device)
    board[::2, 1::2] = 1
    board[1::2, ::2] = 1
    return board
    # END SOLUTION


# %% check="checkerboard"
check(checkerboard)

# %% [markdown]
# **See it.** Your board with an even and with an odd number of columns.

# %%
heatmaps({"checkerboard(4, 6)": checkerboard(4, 6), "checkerboard(4, 5)": checkerboard(4, 5)})

# %% [markdown]
# *The picture: two boards of zeros and ones. In both, the top left cell is 0 and neighbours always differ.*
#
# ## 2 · Kinds of numbers
#
# **Predict first.** Each line below gives a dtype, a value or an error. Write your guess for each on paper, then run
# the cell.
#
# 1. `torch.tensor([1, 2]).dtype`
# 2. `(torch.tensor([4, 2]) / 2).dtype`
# 3. `(torch.ones(2) + torch.ones(2, dtype=torch.float64)).dtype`
# 4. `(torch.ones(2) + torch.tensor(1.0, dtype=torch.float64)).dtype`
# 5. `torch.tensor([200], dtype=torch.uint8) + 100`
# 6. `torch.tensor([1, 2, 4]).mean()`
# 7. `torch.tensor([1, 2]).add_(0.5)`

# %%
outcomes(
    "torch.tensor([1, 2]).dtype",
    "(torch.tensor([4, 2]) / 2).dtype",
    "(torch.ones(2) + torch.ones(2, dtype=torch.float64)).dtype",
    "(torch.ones(2) + torch.tensor(1.0, dtype=torch.float64)).dtype",
    "torch.tensor([200], dtype=torch.uint8) + 100",
    "torch.tensor([1, 2, 4]).mean()",
    "torch.tensor([1, 2]).add_(0.5)",
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Line 1: whole numbers become `int64`. Line 2: `/` always gives floating point; `//` keeps whole numbers. Lines 3 and
# 4: two tensors meet at the wider dtype, but a tensor *without dimensions*, like a Python number, does not widen a
# tensor that has some, as long as both are floating point. Line 5: 300 does not fit into eight bits, and what is left
# is 300 − 256. Lines 6 and 7: the result would be floating point, which neither `mean` of whole numbers nor `add_` into
# `int64` memory can give you, so both refuse.
#
# </details>
#
# The rule is a table. `torch.promote_types` looks it up.

# %%
promotions(
    (torch.bool, torch.uint8, torch.int32, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64)
)

# %% [markdown]
# *The picture: a table with eight dtypes along each side; each cell holds the dtype that the two become together.
# Floating point wins over whole numbers, whole numbers over booleans. `float16` with `bfloat16` gives `float32`.*
#
# Note the cell for `int64` and `float16`: the result is `float16`, however large the whole numbers are. The *kind*
# wins, and only within one kind does the size count.
#
# Why not always the widest dtype? Memory: half the bytes make room for about twice the batch. The price is the gap
# between a number and the next larger one, which grows with the number.

# %%
powers = [2.0**exponent for exponent in range(-6, 15)]
dtypes = (torch.bfloat16, torch.float16, torch.float32)
gaps = {str(dtype).removeprefix("torch."): (powers, [torch.finfo(dtype).eps * p for p in powers]) for dtype in dtypes}
lines(gaps, xlabel="the number", ylabel="gap to the next number", logx=True, logy=True, title="how fine is a dtype?")

# %% [markdown]
# *The picture: three rising straight lines on logarithmic axes. The gap of `bfloat16` is eight times that of `float16`,
# and 65 536 times that of `float32`.*
#
# Between 64 and 128 the numbers of `bfloat16` lie 0.5 apart. A mean of 100.2 becomes 100.0, and whatever is computed
# from it is off by 0.2. The usual remedy: convert to `float32`, compute, and convert back once, at the end.
#
# Now to data. Three measurements of the same 500 people:

# %%
generator = torch.Generator().manual_seed(1)
people = torch.randn(500, 3, generator=generator) * torch.tensor([9.0, 11.0, 0.1]) + torch.tensor([172.0, 45.0, 0.7])
names = ("height, cm", "age, years", "step, m")
histograms(dict(zip(names, people.T, strict=True)), xlabel="value in its own unit")

# %% [markdown]
# *The picture: three histograms on one axis. Heights spread around 172, ages around 45, and all steps stand in a single
# bar near 0.*
#
# To whoever compares these people by distances, age and height are everything and the step is nothing, merely because
# of the units. The cure is to standardize each column: subtract its mean, divide by its standard deviation.
#
# ### Exercise: `standardize` ●●○ · 8 minutes
#
# `mean(dim=0)` is the mean of each column: the dimension that you name is the one that disappears.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Convert, compute, convert back. `torch.promote_types(x.dtype, torch.float32)` is `float32` for whole numbers, booleans
# and half precision, and `float64` for `float64`.
#
# </details>
#
# <details><summary>Hint 2: you get <code>mean(): could not infer output dtype</code>?</summary>
#
# A tensor of whole numbers has no mean in its own dtype. Convert before you take the mean.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# With `wide = x.to(torch.promote_types(x.dtype, torch.float32))` the result is `(wide - wide.mean(dim=0)) /
# wide.std(dim=0)`. Convert it to `x.dtype` only where `x.is_floating_point()`. Do not use `-=`: for a `float32` input,
# `wide` *is* `x`.
#
# </details>


# %% exercise="standardize"
def standardize(x: Tensor) -> Tensor:
    """Moves and scales every column to mean 0 and standard deviation 1.

    The standard deviation divides by n - 1, as `torch.std` does by default. Nothing is added to it: a column
    whose values are all equal gives NaN (0 / 0), which is better seen than hidden.

    Args:
        x: shape (n, ...) with n ≥ 2, any real dtype; it is left as it was. Each position behind the first
            dimension is a column.

    Returns:
        A new tensor of the same shape and device. Floating-point dtypes are kept; whole numbers and booleans give
        float32. float16 and bfloat16 are computed in float32 and rounded once, at the end.

    >>> standardize(torch.tensor([[1, 10], [3, 30], [5, 20]]))
    tensor([[-1., -1.],
            [ 0.,  1.],
            [ 1.,  0.]])
    """
    # BEGIN SOLUTION
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    result = (wide - wide.mean(dim=0)) / wide.std(dim=0)
    return result.to(x.dtype) if x.is_floating_point() else result
    # END SOLUTION


# %% check="standardize"
check(standardize)

# %% [markdown]
# **See it.** The same people, through your function. Now an unusual step counts as much as an unusual height.

# %%
histograms(dict(zip(names, standardize(people).T, strict=True)), xlabel="standard deviations from the mean")

# %% [markdown]
# *The picture: three histograms on one axis, all centred at 0 and about equally wide.*
#
# ## 3 · Taking parts
#
# There are two families of indexing.
#
# **Basic indexing** uses whole numbers, slices, `None` and `...`. The wanted entries lie at regular distances in
# memory, so the result can be described without moving them: it is a **view**.
#
# **Advanced indexing** uses lists, tensors of row numbers, or masks. The wanted entries can lie anywhere, so they are
# gathered into new memory: it is a **copy**.

# %%
cube = torch.arange(24).reshape(2, 3, 4)  # 2 layers, 3 rows, 4 columns
outcomes(
    "cube[0]",
    "cube[:, 0]",
    "cube[..., 0]",
    "cube[1, ::2, 1:3]",
    "cube[cube % 5 == 0]",
    "cube[0, [2, 0]]",
    "cube.index_select(2, torch.tensor([3, 3]))",
    cube=cube,
)

# %% [markdown]
# **Explore.** Which numbers does an index take? Find out when a dimension disappears, and when the result stops being a
# view. Try `0` against `:2`, then `[2, 0]` for the rows.

# %%
explore(
    lambda layer, row, column: block(cube, layer, row, column),
    "Which numbers does cube[layer, row, column] take?",
    layer=choice([name for name in CHOICES if name != "[2, 0]"], "1", label="layer"),
    row=choice(list(CHOICES), "::2", label="row"),
    column=choice([name for name in CHOICES if name != "[2, 0]"], "1:", label="column"),
)

# %% [markdown]
# *The picture: the two layers of the block side by side, each a table of 3 rows and 4 columns with its numbers.
# Coloured are the entries 13, 14, 15 and 21, 22, 23 that `cube[1, ::2, 1:]` takes; the title says that its shape is
# (2, 3) and that it is a view.*
#
# A number removes its dimension, a slice keeps it, even if only one entry is left. A list makes it a copy.
#
# Row numbers are how a model looks up words. Each word has a number, and a table holds one row of values for each word.
# A sentence is a tensor of row numbers, and a batch of sentences a matrix of them.
#
# ### Exercise: `take_rows` ●○○ · 4 minutes
#
# `torch.index_select` does this for one row of numbers. Here it has to work for numbers of any shape, so write it
# without `index_select` and without `embedding`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Advanced indexing accepts an index tensor of any shape, and puts that shape in place of the dimension that it indexes.
#
# </details>
#
# <details><summary>Hint 2: your rows come out in another order, or only once?</summary>
#
# A mask answers "in or out" for each row of the table, in the order of the table. Use the row numbers themselves.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# An index in the first place, `table[...]`, counts rows. The answer is one short line.
#
# </details>


# %% exercise="take_rows"
def take_rows(table: Tensor, rows: Tensor) -> Tensor:
    """The rows of `table` with the numbers `rows`: in that order, as often as they are named.

    Not to be used: `index_select`, `embedding`.

    Args:
        table: shape (n, ...), any dtype.
        rows: row numbers from 0 to n - 1, any shape, int64, on the table's device.

    Returns:
        New memory, shape (*rows.shape, *table.shape[1:]), dtype and device of the table. Writing to it leaves the
        table as it was.

    >>> take_rows(torch.tensor([[1, 2], [3, 4], [5, 6]]), torch.tensor([2, 0, 2]))
    tensor([[5, 6],
            [1, 2],
            [5, 6]])
    """
    # BEGIN SOLUTION
    picked = table[rows]  # new memory, as long as `rows` has dimensions; a single number gives a view
    return picked if rows.dim() else picked.clone()
    # END SOLUTION


# %% check="take_rows"
check(take_rows)

# %% [markdown]
# **See it.** A table of six words with eight numbers each, and a sentence looked up in it by your function.

# %%
words = ["the", "cat", "sat", "on", "mat", "."]
table = torch.randn(len(words), 8, generator=torch.Generator().manual_seed(2))
sentence = ["the", "cat", "sat", "on", "the", "mat", "."]
found = take_rows(table, torch.tensor([words.index(word) for word in sentence]))
heatmaps({"one row for each word": found}, rows=sentence, xlabel="value", ylabel="", signed=True, numbers=False)

# %% [markdown]
# *The picture: seven rows of eight coloured cells, labelled with the words of the sentence. The two rows labelled "the"
# are equal.*
#
# When a number is out of range, the CPU raises `IndexError`. CUDA cannot raise in the middle of its work: the program
# stops with "device-side assert triggered", often at a later line, and no further CUDA call works. Run it on the CPU
# once to see the line.
#
# ### `gather` and `scatter`: another column in each row
#
# `table[rows]` takes whole rows. To take *one entry in each row*, for instance the score of the right class, there is
# `gather`: `result[i, j] = table[i, index[i, j]]` along dimension 1. The index has the shape of the result.

# %%
table = torch.arange(10, 22).reshape(3, 4)
index = torch.tensor([[0, 0], [3, 1], [2, 3]])
gathered(table, index, table.gather(1, index))

# %% [markdown]
# *The picture: a table of 3 rows and 4 columns, an index of 3 rows and 2 columns, and the result of the index's shape.
# Row 1 of the index holds 3 and 1, and row 1 of the result holds the entries 17 and 15 from columns 3 and 1 of the
# table.*
#
# `scatter_` is the way back. It writes `table[i, index[i, j]] = value`, again with one column number for each row. Loss
# functions and metrics often want classes not as numbers but as rows with a single one.
#
# ### Exercise: `one_hot` ●●○ · 6 minutes
#
# <details><summary>Hint 1: a nudge</summary>
#
# Start with zeros of shape `(*labels.shape, classes)`, where the labels are and in the dtype that is asked for. Then
# each row needs a one in a column of its own.
#
# </details>
#
# <details><summary>Hint 2: whole columns are filled with ones?</summary>
#
# `encoded[:, labels] = 1` means "in all rows, these columns". You want one column for each row: `scatter_`, or a
# comparison of each label with 0, 1, …, classes − 1.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# `encoded.scatter_(-1, index, 1)` needs an index with as many dimensions as `encoded`: `labels.unsqueeze(-1)` adds the
# last one.
#
# </details>


# %% exercise="one_hot"
def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Each label as a row of zeros with a one at the label's place.

    Not to be used: `torch.nn.functional.one_hot`.

    Args:
        labels: class numbers from 0 to classes - 1, any shape (also none: a single label), int64.
        classes: length of each row, whether or not every class appears.

    Returns:
        Shape (*labels.shape, classes), int64, on the device of `labels`, whatever the default device is.

    >>> one_hot(torch.tensor([1, 0, 3]), 4)
    tensor([[0, 1, 0, 0],
            [1, 0, 0, 0],
            [0, 0, 0, 1]])
    """
    # BEGIN SOLUTION
    encoded = torch.zeros(*labels.shape, classes, dtype=torch.int64, device=labels.device)
    return encoded.scatter_(-1, labels.unsqueeze(-1), 1)
    # END SOLUTION


# %% check="one_hot"
check(one_hot)

# %% [markdown]
# **See it.** Your function on seven labels of six classes. Class 5 does not appear, and has its column all the same.

# %%
labels = torch.tensor([3, 1, 4, 1, 0, 2, 3])
heatmaps(
    {"one_hot(labels, 6)": one_hot(labels, 6)},
    rows=[f"label {label}" for label in labels.tolist()],
    xlabel="class",
    ylabel="",
)

# %% [markdown]
# *The picture: seven rows and six columns of zeros and ones. Each row has a single one, in the column of its label;
# column 5 is all zeros.*
#
# > **From the notes.** The notes encode with `F.one_hot(target)`, without the number of classes, and decode with
# > `torch.argmax(one_hot, dim=1)`. Both work on the example. Run them on other inputs:

# %%
F = torch.nn.functional
outcomes(
    "F.one_hot(torch.tensor([0, 2, 1])).shape",
    "F.one_hot(torch.tensor([0, 1, 1])).shape",
    "F.one_hot(torch.tensor([[0, 2], [1, 1]]), 3).argmax(dim=1)",
    "torch.tensor([[0, 1], [0, 0]]).argmax(dim=-1)",
    "torch.tensor([[False, True]]).argmax(dim=-1)",
    F=F,
)

# %% [markdown]
# > Without `num_classes`, the width depends on the largest label in the batch: two batches of the same data get
# > different shapes. `dim=1` is the last dimension of a matrix and of nothing else. And `argmax` always answers: a row
# > of zeros is class 0 to it. Today: give `num_classes`, use `dim=-1`, and check what you decode.
#
# ### Exercise: `labels_from_one_hot` ●●○ · 7 minutes
#
# The way back, and this time wrong input is refused: whoever passes probabilities or empty rows should hear of it.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make a boolean tensor `ones = encoded == 1`. When is a row one-hot? It has one 1, and its other entries are 0. Both
# have to be checked: probabilities have the right sum and the wrong entries.
#
# </details>
#
# <details><summary>Hint 2: you get <code>argmax(): does not support bool input</code>?</summary>
#
# `ones.long()` makes zeros and ones of it.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# `ones.sum(dim=-1) == 1` says for each row whether it has one 1. `torch.equal(ones, encoded != 0)` says whether the
# ones are the only entries that are not 0. If either fails, `raise ValueError(...)`; else `ones.long().argmax(dim=-1)`.
#
# </details>


# %% exercise="labels_from_one_hot"
def labels_from_one_hot(encoded: Tensor) -> Tensor:
    """The class numbers of one-hot rows.

    Args:
        encoded: shape (..., classes), any real dtype or bool; each row along the last dimension holds a single 1 and
            otherwise 0.

    Returns:
        Shape (...), int64, on the same device.

    Raises:
        ValueError: a row is not one-hot: no 1, several, or any other number.

    >>> labels_from_one_hot(torch.tensor([[0, 1, 0, 0], [0, 0, 0, 1]]))
    tensor([1, 3])
    """
    # BEGIN SOLUTION
    ones = encoded == 1
    nothing_else = torch.equal(ones, encoded != 0)
    if not (nothing_else and (ones.sum(dim=-1) == 1).all()):
        raise ValueError("every row needs a single 1, and zeros beside it")
    return ones.long().argmax(dim=-1)
    # END SOLUTION


# %% check="labels_from_one_hot"
check(labels_from_one_hot)

# %% [markdown]
# **See it.** There and back for a batch of two rows, and what becomes of a row without a class.

# %%
labels = torch.tensor([[2, 0, 1], [1, 1, 2]])
print("there and back:", torch.equal(labels_from_one_hot(F.one_hot(labels, 3)), labels))
try:
    labels_from_one_hot(torch.tensor([[0, 1, 0], [0, 0, 0]]))
except ValueError as error:
    print("refused:", error)

# %% [markdown]
# ## 4 · Whose memory is it?
#
# Every tensor lies in a **storage**, a flat run of bytes. Several tensors may lie in one storage: that is what a view
# is. `x.untyped_storage()` is the storage of `x`, and its `data_ptr()` is the address where the storage begins.
# `x.data_ptr()`, without the storage, is the address of the first element of `x`, which may be further on.

# %%
x = torch.arange(6.0)
tail = x[2:]
print("same storage:", x.untyped_storage().data_ptr() == tail.untyped_storage().data_ptr())
print("bytes from the first element of x to that of tail:", tail.data_ptr() - x.data_ptr())
print("`tail is x[2:]`:", tail is x[2:], "- each indexing makes a new Python object")

# %% [markdown]
# ### Exercise: `shares_memory` ●●○ · 6 minutes
#
# Write the tool that answers "view or copy?".
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two tensors share memory when their storages begin at the same address. Neither `is` nor equal values tell you that.
#
# </details>
#
# <details><summary>Hint 2: two empty tensors come out as True?</summary>
#
# A storage of no bytes has the address 0, so all empty tensors agree. Look at `numel()` first.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# Return `False` if `a.numel()` or `b.numel()` is 0. Otherwise compare `a.untyped_storage().data_ptr()` with that of
# `b`.
#
# </details>


# %% exercise="shares_memory"
def shares_memory(a: Tensor, b: Tensor) -> bool:
    """Whether the storages of two tensors begin at the same address.

    That is "may see each other's changes": `x[:2]` and `x[2:]` share a storage, although no element is in both.
    A tensor without elements shares with none, not even with itself.

    Args:
        a, b: of any shape and dtype, on one device; they are left as they were.

    >>> x = torch.zeros(3, 4)
    >>> shares_memory(x, x[1]), shares_memory(x, x.clone())
    (True, False)
    """
    # BEGIN SOLUTION
    if not (a.numel() and b.numel()):
        return False
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
    # END SOLUTION


# %% check="shares_memory"
check(shares_memory)

# %% [markdown]
# **See it.** Your function sorts sixteen expressions. Before you run it, guess where `x.reshape(8, 3)`, `x.T.reshape(8,
# 3)`, `x.float()` and `x[[0, 1]]` will go.

# %%
x = torch.randn(4, 6, generator=torch.Generator().manual_seed(3))
made = {
    "x[1]": x[1],
    "x[:, ::2]": x[:, ::2],
    "x[[0, 1]]": x[[0, 1]],
    "x[x > 0]": x[x > 0],
    "x.T": x.T,
    "x.reshape(8, 3)": x.reshape(8, 3),
    "x.T.reshape(8, 3)": x.T.reshape(8, 3),
    "x.clone()": x.clone(),
    "x.detach()": x.detach(),
    "x.float()": x.float(),
    "x.double()": x.double(),
    "x.contiguous()": x.contiguous(),
    "x + 0": x + 0,
    "x.add_(0)": x.add_(0),
    "torch.tensor(x.numpy())": torch.tensor(x.numpy()),
    "torch.from_numpy(x.numpy())": torch.from_numpy(x.numpy()),
}
sorted_out({name: shares_memory(x, tensor) for name, tensor in made.items()})

# %% [markdown]
# *The picture: two columns of expressions. In the memory of x: `x[1]`, `x[:, ::2]`, `x.T`, `x.reshape(8, 3)`,
# `x.detach()`, `x.float()`, `x.contiguous()`, `x.add_(0)` and `torch.from_numpy(x.numpy())`. In memory of its own:
# `x[[0, 1]]`, `x[x > 0]`, `x.T.reshape(8, 3)`, `x.clone()`, `x.double()`, `x + 0` and `torch.tensor(x.numpy())`.*
#
# Three things deserve a second look. `reshape` gives a view where it can and a copy where it must; a later lesson is
# about that. `x.float()`, `x.to(...)` and `x.contiguous()` return `x` itself when there is nothing to do. And from
# NumPy, `torch.from_numpy` shares while `torch.tensor` copies.
#
# ## 5 · Changing a tensor in place
#
# A function whose name ends in an underscore writes into the memory of its tensor: `add_`, `zero_`, `copy_`. These do
# so too, without an underscore: `x += y`, `x[...] = y` and every function called with `out=x`.
#
# `x = x + y` does not. It makes a new tensor and gives it the old name; whoever else holds the old tensor sees nothing.

# %%
x = torch.tensor([1.0, 2.0, 3.0])
alias = x
x = x + 1
print("x = x + 1   alias is", alias.tolist())
x = alias
x += 1
print("x += 1      alias is", alias.tolist())
torch.mul(x, 10, out=x)
print("out=x       alias is", alias.tolist())
buffer = torch.empty(3)
same = torch.add(x, 1, out=buffer) is buffer
print("out=buffer  holds", buffer.tolist(), "and is what comes back:", same)

# %% [markdown]
# Why write in place at all? Optimizers change parameters that modules, hooks and other processes hold on to: new
# tensors would not reach them. And it saves memory, where memory is short. `out=` should have the right shape already;
# torch warns when it has to resize it.
#
# ### Exercise: `standardize_` ●●○ · 6 minutes
#
# The same mathematics as before, in the memory of `x`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Compute mean and standard deviation first. Then write: `sub_` and `div_` return the tensor itself, so they can be
# chained.
#
# </details>
#
# <details><summary>Hint 2: the card says that the memory afterwards is wrong?</summary>
#
# `x = (x - mean) / std` only gives the name `x` to something new. And `x.contiguous()` or `x.reshape(...)` may be a
# copy of a non-contiguous `x`: writing to it does not reach `x`.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# First `if not x.is_floating_point(): raise TypeError(...)`, because `copy_` and `x[:] =` would cut off the fractions
# without a word. Then `return x.sub_(mean).div_(std)`.
#
# </details>


# %% exercise="standardize_"
def standardize_(x: Tensor) -> Tensor:
    """Moves and scales every column to mean 0 and standard deviation 1 (n - 1), in the memory of `x`.

    Args:
        x: shape (n, ...) with n ≥ 2, float32 or float64; it may be a view of something larger.

    Returns:
        `x` itself. Tensors that share its memory see the change; what lies around it is left as it was.

    Raises:
        TypeError: `x` is not floating point, so its memory cannot hold the result.

    >>> x = torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0]])
    >>> standardize_(x) is x, x[0].tolist()
    (True, [-1.0, -1.0])
    """
    # BEGIN SOLUTION
    if not x.is_floating_point():
        raise TypeError(f"a tensor of {x.dtype} cannot hold the result")
    mean, std = x.mean(dim=0), x.std(dim=0)
    return x.sub_(mean).div_(std)
    # END SOLUTION


# %% check="standardize_"
check(standardize_)

# %% [markdown]
# **See it.** Your function is handed columns 2 to 4 of a larger table, as a view. The rest of the table stays.

# %%
wide = torch.randn(6, 7, generator=torch.Generator().manual_seed(4)) * 2 + 4
before = wide.clone()
standardize_(wide[:, 2:5])
heatmaps({"before": before, "after standardize_(wide[:, 2:5])": wide}, signed=True, numbers=False)

# %% [markdown]
# *The picture: two tables of 6 rows and 7 columns. Before, nearly all values are positive. After, columns 2 to 4 hold
# small values of both signs, and the other columns are as before.*
#
# ### Written answer: `float` and the caller · 5 minutes
#
# Someone writes
#
# ```python
# def centred(x):
#     x = x.float()
#     x -= x.mean()
#     return x
# ```
#
# and tests it with `torch.tensor([1, 2, 3])`, which comes back unharmed. For which inputs does `centred` change the
# caller's tensor, for which not, and why? Write a version that never does.

# %% [markdown] written="when_float_is_no_copy" points=2
# # BEGIN SOLUTION
# `x.float()` returns `x` itself when `x` is `float32` already; for every other dtype it makes a new tensor. So `x -= …`
# writes into the caller's memory for `float32` inputs, and into a fresh copy for whole numbers, `float64` and half
# precision. The test used a dtype for which nothing can go wrong.
#
# It is enough not to write in place: `x = x.float(); return x - x.mean()`. (`x = x.float().clone()` would do as well,
# at the price of a second copy where one was made already.)
# # END SOLUTION

# %% [markdown]
# ## 6 · To NumPy and back
#
# Plots, spreadsheets and much of Python speak NumPy. On the CPU, `x.numpy()` and `torch.from_numpy(a)` do not move a
# single number: both sides look at the same memory.

# %%
array = np.zeros(3)
tensor = torch.from_numpy(array)
array[0] = 7
outcomes(
    "tensor",
    "torch.tensor(array).dtype",
    "torch.ones(2, requires_grad=True).numpy()",
    "torch.ones(2, dtype=torch.bfloat16).numpy()",
    "torch.ones(2, device='meta').numpy()",
    tensor=tensor,
    array=array,
)

# %% [markdown]
# NumPy's numbers are `float64` by default, and so are the tensors made from them: a frequent source of "expected Float
# but found Double".
#
# > **From the notes.** For `can't convert cuda:0 device type tensor to numpy` the notes give one remedy,
# > `data.cpu().numpy()`. It removes one obstacle of three. The output above shows the others. A tensor that wants a
# > gradient must be detached first, since NumPy cannot record what happens to it. And NumPy has no `bfloat16`, the
# > dtype in which most large models come today. (The last line shows the device's message for `meta`, so that you can
# > read it without a GPU.) `x.numpy(force=True)` covers gradient and device, not `bfloat16`.
#
# ### Exercise: `to_numpy` ●●● · 7 minutes
#
# One function for every tensor.
#
# <details><summary>Hint 1: a nudge</summary>
#
# There are three obstacles: gradient, device, dtype. Each has a method that does nothing, or nearly nothing, where the
# obstacle is not there.
#
# </details>
#
# <details><summary>Hint 2: the gradient does not arrive any more?</summary>
#
# `detach_()` and `requires_grad_(False)` change the tensor of the caller. `detach()` makes a new tensor in the same
# memory.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# `x.detach().cpu()` deals with gradient and device. If the dtype is `torch.bfloat16`, add `.float()`, and only then.
# Then `.numpy()`.
#
# </details>


# %% exercise="to_numpy"
def to_numpy(x: Tensor) -> np.ndarray:
    """The values of any tensor as a NumPy array.

    Args:
        x: any shape, on any device, with or without a gradient; it is left as it was.

    Returns:
        An array of the same shape and dtype; bfloat16, which NumPy lacks, comes as float32. Where `x` lies on the
        CPU and its memory holds its values in its dtype, the array looks at the same memory and nothing is copied.

    >>> to_numpy(torch.tensor([1.5, 2.5], dtype=torch.bfloat16, requires_grad=True))
    array([1.5, 2.5], dtype=float32)
    """
    # BEGIN SOLUTION
    stand_in = {torch.bfloat16: torch.float32}  # what NumPy lacks, and what holds the same values
    plain = x.detach().cpu().resolve_conj().resolve_neg()  # a conj or neg view only notes that a sign has changed
    return plain.to(stand_in.get(x.dtype, x.dtype)).numpy()
    # END SOLUTION


# %% check="to_numpy"
check(to_numpy)

# %% [markdown]
# **See it.** Matplotlib draws arrays. Your function hands it a curve that still has its gradient, and the gradient
# itself.

# %%
x = torch.linspace(-2, 2, 81, requires_grad=True)
y = x**3 - 2 * x
y.sum().backward()
lines(
    {"x³ − 2x": (to_numpy(x), to_numpy(y)), "its slope": (to_numpy(x), to_numpy(x.grad))},
    xlabel="x",
    ylabel="value",
)

# %% [markdown]
# *The picture: a cubic curve that rises, falls and rises again, and a dashed parabola, its slope, which is negative
# exactly where the curve falls.*
#
# ## 7 · Random numbers that disturb nobody
#
# Random numbers come from a **stream**: a long fixed sequence that depends on a seed. torch has one global stream for
# the CPU (and one for each CUDA device). `torch.randn`, `torch.randperm`, dropout and the shuffling of data all take
# their numbers from it, each continuing where the last one stopped. `torch.manual_seed(seed)` sets the global
# streams of all devices back to the start of the sequence with that seed.
#
# ### Exercise: `seeded_normal` ●●● · 7 minutes, a bug to mend
#
# A colleague wants the same noise for the validation data after every epoch, and writes:
#
# ```python
# def seeded_normal(shape, seed, device="cpu"):
#     torch.manual_seed(seed)
#     return torch.randn(shape).to(device)
# ```
#
# The noise is right. Since that day, training is worse. The next cell plays it through: in each of six epochs, the
# order of ten training samples is drawn with `torch.randperm`, then the validation noise is drawn.


# %%
def colleagues_normal(shape, seed, device="cpu"):
    torch.manual_seed(seed)
    return torch.randn(shape).to(device)


def orders(noise):
    """The order of the training samples in six epochs with a validation after each."""
    torch.manual_seed(0)
    rows = []
    for _ in range(6):
        rows.append(torch.randperm(10))
        noise((100,), 42)
    return torch.stack(rows)


epochs = [f"epoch {number}" for number in range(6)]
heatmaps({"order of the samples": orders(colleagues_normal)}, rows=epochs, xlabel="step", ylabel="")

# %% [markdown]
# *The picture: six rows of ten sample numbers. Row 0 is an order of its own; rows 1 to 5 are all the same.*
#
# From epoch 1 on, every epoch meets the samples in the same order, and every dropout mask repeats. Nothing raises, and
# no shape is wrong. Find the line that does it, and write the function so that its numbers stay the same and the global
# stream runs on as if nobody had called it.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The damage is not in what the function returns but in what it leaves behind. A `torch.Generator()` is a stream of your
# own.
#
# </details>
#
# <details><summary>Hint 2: the result is right and "the next global numbers" are still wrong?</summary>
#
# Setting the global stream back to its own first seed is no help: then the program repeats *its* numbers. Do not touch
# the global stream at all, or save its state before you seed it, and restore that.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# `torch.Generator().manual_seed(seed)` returns the generator. Hand it to `torch.randn(shape, generator=...)`. Leave the
# generator on the CPU and move the result, so that every device gets the same numbers.
#
# </details>


# %% exercise="seeded_normal"
def seeded_normal(shape: tuple[int, ...], seed: int, device: str | torch.device = "cpu") -> Tensor:
    """Standard normal numbers that depend on shape and seed alone.

    They are the numbers of `torch.manual_seed(seed); torch.randn(shape)` on the CPU, moved to the device afterwards:
    each kind of device would make others from the same seed. The global stream is left exactly where it was.

    Args:
        shape: of the result; () is a single number.
        seed: at least 0.
        device: where the result goes.

    Returns:
        Shape `shape`, float32, on `device`.

    >>> seeded_normal((3,), seed=0)
    tensor([ 1.5410, -0.2934, -2.1788])
    """
    # BEGIN SOLUTION
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator).to(device)
    # END SOLUTION


# %% check="seeded_normal"
check(seeded_normal)

# %% [markdown]
# **See it.** The same six epochs with your function.

# %%
heatmaps({"order of the samples": orders(seeded_normal)}, rows=epochs, xlabel="step", ylabel="")

# %% [markdown]
# *The picture: six rows of ten sample numbers, all in different orders.*
#
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `checkerboard` | slices with a step; `torch.zeros(..., dtype=..., device=...)` |
# | `standardize`, `standardize_` | `torch.std_mean`; a close relative is `torch.nn.LayerNorm` |
# | `take_rows` | `torch.index_select`, and `torch.nn.Embedding` |
# | `one_hot`, `labels_from_one_hot` | `torch.nn.functional.one_hot`, `torch.argmax` |
# | `shares_memory` | no function; `numpy.shares_memory` is stricter and asks for a common element |
# | `to_numpy` | `Tensor.numpy(force=True)` |
# | `seeded_normal` | `torch.Generator`, `torch.random.fork_rng` |
#
# **Read the real source.** In [pytorch/pytorch](https://github.com/pytorch/pytorch): `c10/core/StorageImpl.h` (a
# storage), `c10/core/ScalarType.cpp` (`promoteTypes`, the table of section 2), `torch/csrc/utils/tensor_numpy.cpp`
# (every obstacle of section 6, with its message), `aten/src/ATen/native/TensorAdvancedIndexing.cpp` (`gather`,
# `scatter`, `index_select`), and `torch/random.py` (`fork_rng`, in plain Python).
#
# **Three questions to take home.**
#
# 1. `x[0]` and `x[[0]]` hold the same numbers. Name two differences.
# 2. Why can `x[:, ::2]` be a view, while `x[:, [0, 2, 4]]`, which takes the same columns of a six-column `x`, is a
#    copy?
# 3. Two programs call `torch.manual_seed(0)` and then shuffle the same data with `torch.randperm`. One of them creates
#    an extra layer in between. Why do the orders differ, and what would you change so that they do not?
