# %% [markdown]
# # Tensors: numbers in memory
#
# **You change one tensor, and another one changes. When does that happen, and when not?**
#
# A small running club keeps its runs in one table. Each row is a run: so many kilometres, so many minutes, and the
# pulse. Two of the rows are ours, and in the first of them the time is wrong. Our watch had stopped at a traffic light,
# and the 22 minutes were really 25.
#
# So we take our two rows out of the table and correct the time there. Below we do this twice. The first time we ask for
# the rows as `runs[1:3]`, from 1 up to but not including 3. The second time we ask for the same two rows by a list of
# their numbers.

# %%
import numpy as np
import torch
from torch import Tensor

from autograder import check, suspects
from helpers.plots import heatmaps, histograms, lines
from helpers.tensors import CHOICES, block, gathered, lineup, outcomes, promotions, sorted_out, strips, tables
from helpers.widgets import choice, explore

# %%
club = torch.tensor([[5.0, 35.0, 148.0], [3.0, 22.0, 141.0], [8.0, 53.5, 150.0], [10.0, 66.0, 155.0]])

runs = club.clone()
ours = runs[1:3]
ours[0, 1] = 25.0  # our first run, its minutes

again = club.clone()
ours = again[[1, 2]]
ours[0, 1] = 25.0

names, measured = [f"run {row}" for row in range(4)], ["km", "minutes", "pulse"]
tables({"the club's table": club, "by runs[1:3]": runs, "by again[[1, 2]]": again}, names, measured)

# %% [markdown]
# The picture shows the whole table: as it was, after the first way, and after the second. In neither case did we assign
# anything to the table itself. Yet the first time it has changed. The second time, with the very same rows, it has not,
# and only our own two rows are corrected.
#
# Either can be what we want. If we are to mend the club's records, the list is the mistake, and our correction is lost.
# If we only wanted to try something out, the slice is the mistake, and now the club has numbers that it never agreed
# to. Both times there is no error and no warning, and the numbers look reasonable.
#
# So when does a change reach another tensor? By the end of this lesson you can tell, and you have a function of your
# own that checks it. It will find a bug that silently overwrites the best model of a training.
#
# At the end you will be able to
#
# - tell whether an index gives a view or a copy, and explain why;
# - make tensors of any shape, dtype and device, and say beforehand which dtype an expression gives;
# - change a tensor in place, and do so on purpose only;
# - as extras: hand any tensor to NumPy, pick one entry in each row, and draw random numbers without side effects.
#
# About 60 minutes for the core, 95 with the extras. You need Python, and to know what a mean and a standard deviation
# are.

# %% [markdown]
# ## 1 · Twelve numbers in a line · core
#
# A computer's memory has no rows and columns. It is one long line of places. So our table of four rows and three
# columns has to lie there as twelve numbers in a line, one row after the other. This line is called the **storage** of
# the tensor.
#
# Beside the storage, a tensor keeps a small note about how to read it. For the club's table the note says: start at
# place 0; there are four rows, and from one row to the next it is 3 places; there are three columns, and from one to
# the next it is 1 place. Say we want the minutes of run 1. That is row 1 and column 1, so we go to place 0 + 1·3 + 1·1
# = 4. That is where the 22 is.
#
# Now, what has to be done for `runs[1:3]`? Nothing has to be moved. It is enough to write a second note about the same
# storage: start at place 3; two rows, 3 places apart; three columns, 1 place apart. And where are the minutes of our
# first run, row 0 of this one? At place 3 + 0·3 + 1·1 = 4. It is the same place. We wrote a 25 into it, and both notes
# lead there.
#
# A second tensor that reads the same storage by a note of its own is called a **view**. We can look at both notes.
# (`outcomes` runs each line of text and shows what comes out, errors too. [Lesson
# 02](../02_shapes_and_strides/02_shapes_and_strides.ipynb) is all about such notes, and what one can do by changing
# them.)

# %%
ours = runs[1:3]
outcomes(
    "runs.storage_offset(), runs.shape, runs.stride()",
    "ours.storage_offset(), ours.shape, ours.stride()",
    "runs.untyped_storage().data_ptr() == ours.untyped_storage().data_ptr()",
    runs=runs,
    ours=ours,
)

# %% [markdown]
# The offset is where to start, and the strides are the distances. `data_ptr()` of a storage is the address in memory
# where it begins, and the two have the same one.
#
# **Predict first.** Which places does `runs[:, 1]` need, all the minutes? Which ones does `runs[[3, 0, 2]]` need, and
# in which order? For each of them: can a start and fixed distances describe these places? To see it, we number the
# places and index the numbers in the same way.

# %%
places = torch.arange(12).reshape(4, 3)
print("the minutes:", places[:, 1].tolist())
print("three rows: ", places[[3, 0, 2]].flatten().tolist())
strips(
    club,
    {
        "runs[1:3]": places[1:3],
        "runs[:, 1]": places[:, 1],
        "runs[::2, :2]": places[::2, :2],
        "runs[[3, 0, 2]]": places[[3, 0, 2]],
    },
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# The minutes lie at 1, 4, 7 and 10. Start at 1, then always 3 further: a view. The three rows begin at 9, 0 and 6. From
# the first to the second it is 9 back, from there 6 forward, and no single distance says both. So these numbers have to
# be written, in the order that we asked for, into a storage of their own. That is a **copy**.
#
# </details>
#
# And `[[1, 2]]`, our own list? Those two rows do lie at a fixed distance. But PyTorch does not look at what is in a
# list. If it did, the same line of a program would share memory on the days when the numbers happen to be regular, and
# not on others. So it goes by the *kind* of index: a slice always gives a view, and a list always a copy. This is all
# that happened in the club's table.
#
# A view is a bit like a link to a shared document, and a copy like the same document attached to a mail. What you write
# into the attachment stays with you. But the comparison breaks at one point. If the owner deletes the document, the
# link leads nowhere. A view keeps its storage alive, and all of it.

# %%
everything = torch.zeros(1000, 1000)
first_row = everything[0]
own_row = everything[0].clone()  # the same numbers in a storage of their own
del everything
for row in (first_row, own_row):
    print(f"{row.numel()} numbers keep {row.untyped_storage().nbytes():,} bytes")

# %% [markdown]
# Four million bytes stay in memory for one row of them. If a program grows and grows although you keep "only one row"
# of each result, this is a good place to look. `.clone()` is the remedy.
#
# ## 2 · Making tensors · core
#
# Let us make some tensors. Each has a **shape**, a **dtype** (the kind of its numbers) and a **device** (where its
# storage is). There are five ways to get one.
#
# | from | for example | dtype and device |
# |---|---|---|
# | values | `torch.tensor([[1, 2], [3, 4]])` | dtype from the values, default device |
# | a shape | `torch.zeros(2, 3)`, `ones`, `empty`, `eye(3)`, `rand`, `randn` | `float32` by default |
# | a shape and a value | `torch.full((2, 3), 7)` | dtype from the value |
# | a range | `torch.arange(5)`, `torch.linspace(0, 1, 11)` | `arange` of whole numbers is `int64` |
# | another tensor | `torch.zeros_like(x)`, `x.new_zeros(2, 3)` | those of `x` |
#
# `zeros_like` takes the shape of `x` as well; for `new_zeros` you give it. `empty` does not clear its memory and holds
# whatever was there before, so write to each entry before you read it. And to get back to plain Python there are two
# ways: `.item()` for a tensor of one number, `.tolist()` for lists in lists.

# %%
x = torch.tensor([[1, 2, 3], [4, 5, 6]])
outcomes(
    "x.shape, x.dtype, x.device",
    "x.size(), x.size(1)",
    "torch.full((2, 2), 7)",
    "torch.arange(0, 10, 3)",
    "torch.eye(2, dtype=torch.int64)",
    "x.new_zeros(2)",
    "torch.zeros_like(x, dtype=torch.bool)",
    "x[1, 0].item() + 0.5",
    "x.item()",
    "x.tolist()",
    x=x,
)

# %% [markdown]
# (`x.size()` is the older name of `x.shape`.)
#
# > **You may read that** `torch.tensor(2, 4)` makes a tensor of two rows and four columns, and that `torch.Tensor(l)`
# > turns a list into a tensor. Let us run both.

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
# > takes them for a *shape*, and does not clear the memory. Called with a list it turns everything into `float32`
# > without a word, and above $2^{24} = 16\,777\,216$ there are whole numbers that a `float32` cannot hold. Today one
# > writes `torch.tensor(values)` for values, and `torch.zeros(2, 4)` or `torch.empty(2, 4)` for a shape. The same goes
# > for `torch.LongTensor`: write `torch.tensor(values, dtype=torch.int64)`.
#
# A device has a name, `"cpu"` or `"cuda"`, and tensors that meet in an operation have to be on the same one.
# `x.to("cuda")` makes a copy there (unless `x` is there already), and `x.to("cpu", torch.double)` changes device and
# dtype in one go. So a function that makes tensors should take `device=` and hand it on. A third device is useful for
# planning: on `"meta"` a tensor has a shape and a dtype, but no numbers.

# %%
device = "cuda" if torch.cuda.is_available() else "cpu"
print("as asked for:", torch.ones(2, 3, device=device).device.type == device)
planned = torch.ones(100_000, 100_000, device="meta")
print("planned:", tuple(planned.shape), planned.numel() * planned.element_size() / 1e9, "GB")
outcomes("torch.ones(2).to('cpu', torch.double).dtype", "torch.ones(2) + torch.ones(2, device='meta')")

# %% [markdown]
# ### Exercise: `checkerboard` ●○○ · 4 minutes · core
#
# The club has a training plan, one row for each member and one column for each week. Easy weeks (0) and hard weeks (1)
# take turns. And so that the track is not crowded, members who stand next to each other in the list take turns as well.
#
# This is where we *want* what surprised us before. `x[::2]` is a view of rows 0, 2, 4, …, and `x[1::2]` of rows 1, 3,
# 5, …; what we assign to them ends up in `x`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Start with `torch.zeros`, and hand on `dtype` and `device`. The ones form two groups: those in even rows, and those in
# odd rows.
#
# </details>
# <details><summary>Hint 2: does your board have stripes?</summary>
#
# Numbering all cells and taking `% 2` works only if the number of columns is odd. With an even number, each row starts
# like the row above it.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `board[::2, 1::2] = 1` fills the even rows. The odd rows need one more line of this kind.
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
# **See it.** Plans for four members, over six weeks and over five.

# %%
heatmaps({"six weeks": checkerboard(4, 6), "five weeks": checkerboard(4, 5)}, xlabel="week", ylabel="member")

# %% [markdown]
# ## 3 · Taking parts · core
#
# With slices and lists we have met the two families of indexing, and each has a few more members.
#
# | | you write | what comes back |
# |---|---|---|
# | **basic indexing** | whole numbers, slices, `None`, `...` | a view |
# | **advanced indexing** | lists, tensors of row numbers, masks | a copy |
#
# (A tensor without dimensions, as `torch.tensor(2)`, counts as a whole number here.) A mask is a boolean tensor that
# marks the entries to keep, for example `runs > 50`. Which entries those are depends
# on the values, so there can be no fixed distance, and it has to be a copy.
#
# Let us give the table a third dimension. Here are two members of the club, four weeks of each, and the same three
# measurements. The shape is (members, weeks, measurements).

# %%
weeks = torch.tensor(
    [
        [[5, 35, 148], [8, 54, 150], [10, 66, 155], [12, 81, 152]],
        [[3, 22, 141], [4, 29, 139], [6, 40, 144], [7, 50, 146]],
    ]
)
outcomes(
    "weeks[0].shape",
    "weeks[:, 0]",
    "weeks[..., 0]",
    "weeks[1, ::2, :2]",
    "weeks[weeks > 80]",
    "weeks[0, [2, 0]]",
    "weeks.index_select(1, torch.tensor([3, 3])).shape",
    weeks=weeks,
)

# %% [markdown]
# **Explore.** Which numbers does an index take? Find out when a dimension disappears, and when the result is not a view
# any more. Try `0` against `:2`, then `[2, 0]` for the weeks.

# %%
explore(
    lambda member, week, measurement: block(weeks, member, week, measurement),
    "Which numbers does weeks[member, week, measurement] take?",
    member=choice([name for name in CHOICES if name != "[2, 0]"], "1", label="member"),
    week=choice(list(CHOICES), "::2", label="week"),
    measurement=choice([name for name in CHOICES if name != "[2, 0]"], ":2", label="measurement"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# A number removes its dimension. A slice keeps it, even where only one entry is left. A single list among slices and
# numbers is enough to make the result a copy.
#
# </details>
#
# Row numbers have a use that we will meet in every language model. A model stores one row of numbers for each word. A
# sentence is then a tensor of row numbers, a batch of sentences is a matrix of them, and looking up the words means to
# take the rows. Our club does the same when it looks up its members.
#
# ### Exercise: `take_rows` ●○○ · 4 minutes · core
#
# `torch.index_select` does this for a list of numbers. Here it should work for numbers of any shape. What you return
# must be safe to write to.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Advanced indexing takes an index tensor of any shape. The dimension that is indexed is replaced by that shape.
#
# </details>
# <details><summary>Hint 2: do your rows come in another order, or only once?</summary>
#
# A mask says "in" or "out" for each row of the table, in the order of the table. Use the row numbers themselves.
#
# </details>
# <details><summary>Hint 3: is only "a row number without dimensions" wrong?</summary>
#
# `table[torch.tensor(2)]` is the same as `table[2]`: a number, basic indexing, a view. `.clone()` makes a copy.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# An index in the first place, `table[...]`, counts rows. One short line does it, with a copy at its end.
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
# **See it.** The club knows for each member the usual distance, time and pulse. This week's list says who ran on which
# day, and your function looks them up.

# %%
members = ["Mira", "Jonas", "Ada", "Li"]
usual = torch.tensor([[8.0, 53.5, 150.0], [5.0, 33.0, 142.0], [12.0, 81.0, 156.0], [6.0, 40.0, 147.0]])
this_week = ["Ada", "Mira", "Mira", "Li", "Jonas", "Ada"]
found = take_rows(usual, torch.tensor([members.index(name) for name in this_week]))
tables({"looked up": found}, this_week, measured)

# %% [markdown]
# <details><summary>And if a number is out of range?</summary>
#
# You get an `IndexError` on the CPU. CUDA cannot raise in the middle of its work. There the program stops with
# "device-side assert triggered", often at a later line, and from then on every call to CUDA fails. Run it once on the
# CPU to see the line.
#
# </details>
#
# ## 4 · Ask the memory · core
#
# For an index we know by now. But there are hundreds of operations, and we do not want to learn by heart what each
# of them does. It would be better to have a way to ask. We know enough to write one, because we know what sharing is:
# two tensors whose storages begin at the same address.
#
# Careful, there are two addresses. `x.untyped_storage().data_ptr()` is where the storage begins. `x.data_ptr()` is
# where the first element of `x` is, and for a view this may be further on.

# %%
x = torch.arange(6.0)
tail = x[2:]
print("same storage:", x.untyped_storage().data_ptr() == tail.untyped_storage().data_ptr())
print("from the first element of x to that of tail:", tail.data_ptr() - x.data_ptr(), "bytes")
print("tail is x[2:]:", tail is x[2:], "(each time one asks, Python gets a new object)")

# %% [markdown]
# ### Exercise: `shares_memory` ●●○ · 5 minutes · core
#
# Write the tool that answers "view or copy?".
#
# <details><summary>Hint 1: a nudge</summary>
#
# Neither `is` nor equal values will tell you. Compare where the two storages begin.
#
# </details>
# <details><summary>Hint 2: do two empty tensors come out as True?</summary>
#
# A storage of no bytes has the address 0, so all empty tensors seem to share. Look at `numel()` first.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# if a.numel() == 0 or ...:
#     return False
# return a.untyped_storage().data_ptr() == ...
# ```
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
# **See it.** Your function on the two lines that we began with. And the next one may come as a surprise.

# %%
print("runs[1:3]      ", shares_memory(runs, runs[1:3]))
print("runs[[1, 2]]   ", shares_memory(runs, runs[[1, 2]]))
print("runs.float()   ", shares_memory(runs, runs.float()))
print("runs.double()  ", shares_memory(runs, runs.double()))

# %% [markdown]
# `float()` should make numbers of 32 bits. The runs are `float32` already, so there is nothing to do, and PyTorch
# returns the tensor itself. Some operations make a copy only when they must. We will come back to these.
#
# ## 5 · Kinds of numbers · core
#
# Each storage holds numbers of one kind, and what comes out when two kinds meet is not always what one would think.
#
# **Predict first.** Each line gives a dtype, a value or an error. Write down your guesses, then run the cell.
#
# 1. `torch.tensor([1, 2]).dtype`
# 2. `(torch.tensor([4, 2]) / 2).dtype`
# 3. `(torch.ones(2) + torch.ones(2, dtype=torch.float64)).dtype`
# 4. `(torch.ones(2) + torch.tensor(1.0, dtype=torch.float64)).dtype`
# 5. `torch.tensor([200], dtype=torch.uint8) + 100`
# 6. `torch.tensor([1, 2, 4]).mean()`
# 7. `torch.tensor([1, 2]).add_(0.5)`, which adds in place

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
# Line 1: whole numbers become `int64`. Line 2: `/` always gives floating point, and `//` keeps whole numbers. Lines 3
# and 4: two tensors meet at the wider dtype, but a tensor *without dimensions*, like a Python number, does not widen
# one that has some, as long as both are of one kind: `float32` plus a single `float64` number stays `float32`. Line 5:
# 300 does not fit into eight bits, and what is left is 300 − 256. Lines 6 and 7: the results would be floating point.
# `mean` of whole numbers does not decide for you which one, and `add_` cannot write it into `int64` memory, so both
# refuse.
#
# </details>
#
# The rule is a table, and `torch.promote_types` looks it up.

# %%
promotions(
    (torch.bool, torch.uint8, torch.int32, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64)
)

# %% [markdown]
# Look at the cell for `int64` and `float16`. It says `float16`, however large the whole numbers are. The *kind* comes
# first (floating point before whole numbers, those before booleans), and only within a kind does the size count.
# (`float16` and `bfloat16` are equally long and hold different numbers, so they meet at `float32`.) (Older code asks
# `x.type()` and gets a text like `'torch.FloatTensor'`. Today one asks `x.dtype` and `x.device`.)
#
# Then why not always take the widest dtype? Because of the memory: with half the bytes there is room for about twice
# the batch. What one pays is the gap between a number and the next larger one, and this gap grows with the number.

# %%
powers = [2.0**exponent for exponent in range(-6, 15)]
dtypes = (torch.bfloat16, torch.float16, torch.float32)
# eps is the gap between 1 and the next number; at a power of two p it is p times as large
gaps = {str(dtype).removeprefix("torch."): (powers, [torch.finfo(dtype).eps * p for p in powers]) for dtype in dtypes}
lines(gaps, xlabel="the number", ylabel="gap to the next number", logx=True, logy=True, title="how fine is a dtype?")

# %% [markdown]
# Between 128 and 256 the numbers of `bfloat16` lie 1 apart. A mean pulse of 148.3 becomes 148 there, and everything
# that is computed from it is off by 0.3. The usual remedy is to convert to `float32`, compute, and convert back once at
# the end.
#
# Now to a question that the club has. Which of last year's 500 runs were unusual? In run 300, for one, the sensor
# slipped and wrote down a pulse of 190, so that one should be found. We could ask how far each run is from the mean
# run. But look at the three measurements on one axis.

# %%
generator = torch.Generator().manual_seed(1)  # random numbers, the same at each run; section 11 is about it
kilometres = 9 + 2 * torch.randn(500, generator=generator)
minutes = 6.5 * kilometres + 4 + 6 * torch.randn(500, generator=generator)
year = torch.stack([kilometres, minutes, 148 + 7 * torch.randn(500, generator=generator)], dim=1)
year[300, 2] = 190.0  # the sensor slipped
histograms(dict(zip(measured, year.T, strict=True)), xlabel="value in its own unit")

# %% [markdown]
# The kilometres hardly spread, and the minutes spread widely. Compared like this, the minutes decide nearly alone,
# merely because of their unit. Had we written metres, it would be the distance. So let us measure each column by its
# own spread: subtract its mean, divide by its standard deviation.
#
# How does one subtract three means from 500 rows? `year.mean(dim=0)` has shape (3,), and `year` has (500, 3). PyTorch
# lays the two shapes side by side from the right and repeats the shorter one along what it lacks, here once for each
# row, without making the copies. This is called **broadcasting**. It needs sizes that are equal, or 1, or missing; a
# `(500, 3)` and a `(500,)` do not fit.

# %%
outcomes(
    "year.shape, year.mean(dim=0).shape, (year - year.mean(dim=0)).shape",
    "(year - year.mean(dim=1)).shape",
    "year.mean(dim=1, keepdim=True).shape, (year - year.mean(dim=1, keepdim=True)).shape",
    year=year,
)

# %% [markdown]
#
# ### Exercise: `standardize` ●●○ · 8 minutes · core
#
# `mean(dim=0)` is the mean of each column: the dimension that you name is the one that disappears.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Convert, compute, convert back. `torch.promote_types(x.dtype, torch.float32)` is `float32` for whole numbers, booleans
# and half precision, and `float64` for `float64`.
#
# </details>
# <details><summary>Hint 2: <code>mean(): could not infer output dtype</code>?</summary>
#
# A tensor of whole numbers has no mean in its own dtype. Convert before you take the mean.
#
# </details>
# <details><summary>Hint 3: does the check say that the argument has changed?</summary>
#
# For a `float32` input, `x.to(torch.float32)` *is* `x`. So `-=` would write into it.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# wide = x.to(torch.promote_types(x.dtype, torch.float32))
# result = (wide - wide.mean(dim=0)) / ...
# return result.to(x.dtype) if x.is_floating_point() else ...
# ```
#
# </details>


# %% exercise="standardize"
def standardize(x: Tensor) -> Tensor:
    """Moves and scales every column to mean 0 and standard deviation 1.

    The standard deviation divides by n - 1, as `torch.std` does by default. Nothing is added to it: a column
    that holds one whole number throughout gives NaN (0 / 0), which is better seen than hidden.

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
# **See it.** The same year through your function, and the run that is furthest from the mean, before and after.

# %%
for how, away in {"in their units": year - year.mean(dim=0), "standardized": standardize(year)}.items():
    print(f"{how}: run {away.norm(dim=1).argmax()}")  # the length of each row, and where it is largest
histograms(dict(zip(measured, standardize(year).T, strict=True)), xlabel="standard deviations from the mean")

# %% [markdown]
# ## 6 · Wrong, and right about many tables · extra
#
# There are many ways to get this slightly wrong, and an ordinary table shows only some of them. Here are five, as
# people write them. The third one is even used on purpose inside networks, where it keeps a column of equal values from
# giving 0 / 0. But it is not what we promised.

# %%
suspects("standardize_counterexample")

# %% [markdown]
# ### Exercise: `standardize_counterexample` ●●○ · 6 minutes · extra
#
# Write a table on which all five are seen to be wrong. We run PyTorch and the five suspects on it, and you score for
# each suspect that gives a clearly different answer.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Ask of each suspect on which tables it would be right. Three rows are enough, and two columns, if each column has a
# task of its own.
#
# </details>
# <details><summary>Hint 2: the epsilon goes unseen?</summary>
#
# It is 0.00001 and stands beside the *variance*. A column whose numbers differ by a few hundredths has a variance of
# about 0.0001.
#
# </details>
# <details><summary>Hint 3: the mean of the squares goes unseen?</summary>
#
# A `float32` has about seven digits. The square of 10,000 has nine, and a variance of 2 is in the last of them.
#
# </details>


# %% exercise="standardize_counterexample"
def standardize_counterexample() -> tuple[Tensor]:
    """A table on which each of the suspects is seen to be wrong.

    Returns:
        A tuple with the table in it, `(table,)`: float32, of shape (runs, measurements), finite, with two runs at least
        and two different numbers at least in every column. At most 1,000 numbers.
    """
    # BEGIN SOLUTION
    table = torch.tensor([[0.01, 10_000.0], [0.02, 10_003.0], [0.04, 10_001.0]])
    return (table,)
    # END SOLUTION


# %% check="standardize_counterexample"
check(standardize_counterexample)

# %% [markdown]
# **See it.** What each of them makes of your table. Every row should differ from the first. (∞ is shown as nan, too.)

# %%
lineup("standardize_counterexample", standardize_counterexample())

# %% [markdown]
# ## 7 · In place, on purpose · core
#
# A change reaches another tensor only if it is made in the storage that they share. `x += 1` is such a change, made
# **in place**. `x = x + 1` is not. It computes a new tensor and gives it the old name, and anything else that holds the
# old tensor does not notice.

# %%
x = torch.tensor([1.0, 2.0, 3.0])
other = x
x = x + 1
print("x = x + 1   other is", other.tolist())
x = other
x += 1
print("x += 1      other is", other.tolist())
torch.mul(x, 10, out=x)
print("out=x       other is", other.tolist())
buffer = torch.empty(3)
same = torch.add(x, 1, out=buffer) is buffer
print("out=buffer  holds", buffer.tolist(), "and is what comes back:", same)

# %% [markdown]
# In place are also anything called with `out=x`, every method whose name ends in an underscore (`add_`, `zero_`,
# `copy_`), and `x[...] = y`, whatever stands in the brackets. `x[[1, 2]]` is a copy when we *read* it, but what we
# *assign* to `x[[1, 2]]` is written into `x`.
#
# Why would one want that? Sometimes to save memory. But the main reason is the one from the club: others hold on to
# this tensor, and the change has to reach them. An optimizer changes the weights of a model in place, since a new
# tensor would never reach the model. (What you give as `out=` should have the right shape; torch warns if it must
# resize it.)
#
# ### Exercise: `standardize_` ●●○ · 5 minutes · core
#
# The same mathematics as before, in the memory of `x`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Compute the mean and the standard deviation first. Then write: `sub_` and `div_` return the tensor itself, so one can
# follow the other.
#
# </details>
# <details><summary>Hint 2: the card says that the memory afterwards is wrong?</summary>
#
# `x = (x - mean) / std` only gives the name `x` to something new. And `x.contiguous()` or `x.reshape(...)` may be a
# copy of `x`: what you write to it does not reach `x`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# First `if not x.is_floating_point(): raise TypeError(...)`, because `copy_` and `x[:] =` would cut off the fractions
# without a word. Then `return x.sub_(...).div_(...)`.
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
# **See it.** Let us give the table two more columns, the number of the member and the week. Your function gets the
# three in the middle, as a view.

# %%
wide = torch.cat([torch.tensor([[2.0], [0.0], [0.0], [3.0]]), club, torch.tensor([[1.0], [1.0], [2.0], [2.0]])], dim=1)
before = wide.clone()
standardize_(wide[:, 1:4])
tables({"before": before, "after standardize_(wide[:, 1:4])": wide}, names, ["member", *measured, "week"])

# %% [markdown]
# ### Written answer: `float` and the caller · 5 minutes · core
#
# A colleague's function has a bug.
#
# ```python
# def centred(x):
#     x = x.float()
#     x -= x.mean()
#     return x
# ```
#
# It was tested with `torch.tensor([1, 2, 3])`, which came back unharmed. For which inputs does `centred` change the
# caller's tensor, and why? Write a version that never does.

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
# ## 8 · When, and when not · core
#
# We can now answer the question that we began with. Another tensor changes when two things come together: the change is
# made in place, and the other one reads these places of the same storage. The first we can read off the line. For the
# second there are three kinds of operations.
#
# | the result | for example | why |
# |---|---|---|
# | always shares | a slice, `.T`, `.detach()`, `torch.from_numpy` | only a new note is needed |
# | never shares | a list, a mask, `x + 0`, `.clone()`, `torch.tensor` | new numbers, or no note describes the order |
# | **shares if it can** | `.reshape`, `.contiguous()`, `.float()`, `.to(…)` | a copy is made only when it must be |
#
# The third kind is the one to remember, because a test on one input says nothing about another one. If it matters, add
# `.clone()`, or ask.
#
# **Predict first.** Sixteen expressions with `x`, the club's table. On which side does each of them go? Decide, then
# let your function sort them.

# %%
x = club.clone()
made = {
    "x[1]": x[1],
    "x[:, ::2]": x[:, ::2],
    "x[[0, 1]]": x[[0, 1]],
    "x[x > 50]": x[x > 50],
    "x.T": x.T,
    "x.reshape(6, 2)": x.reshape(6, 2),
    "x.T.reshape(6, 2)": x.T.reshape(6, 2),
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
# <details><summary>The answer</summary>
#
# Nine share: the two slices, `x.T`, `x.reshape(6, 2)`, `x.detach()`, `x.float()`, `x.contiguous()`, `x.add_(0)` and
# `torch.from_numpy(x.numpy())`. Seven do not. `x.T` reads the storage column by column. No note describes that order as
# six rows of two, so `reshape` has to copy. `x.float()` and `x.contiguous()` return `x` itself here, because there is
# nothing to do.
#
# </details>
#
# And now the mistake that we promised. A training goes on for many rounds, and the model is not always at its best in
# the last one. So one keeps the weights of the best round, and returns to them at the end. Here is how it is often
# written. The model is a black box with two weights in it, and `state_dict()` hands them out under their names. (We
# build both in [lesson 06](../06_modules/06_modules.ipynb).)

# %%
model = torch.nn.Linear(2, 1, bias=False)
with torch.no_grad():  # else PyTorch does not let us write to weights
    model.weight.copy_(torch.tensor([[6.0, 2.0]]))
    best = model.state_dict()  # "keep the best round"
    model.weight += 100  # the training goes on, and it goes badly

print("kept as the best:", best["weight"].tolist())
print("shares with the model:", shares_memory(best["weight"], model.weight))

# %% [markdown]
# What was kept as the best is the last. It has been the model's own memory all the time. Nothing raises, and the model
# that goes into the report is the one that went badly. Your function sees it in one line, and you know the remedy, too:
# `{name: tensor.clone() for name, tensor in model.state_dict().items()}`.
#
# This is where the core of the lesson ends. The sections that follow stand by themselves.

# %% [markdown]
# ## 9 · To NumPy and back · extra
#
# Plots, spreadsheets and much of Python speak NumPy. On the CPU, `x.numpy()` and `torch.from_numpy(a)` do not move a
# single number: both sides look at the same memory. But not every tensor can be handed over like that.

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
# NumPy's numbers are `float64` by default, and so are the tensors that are made of them. This is where many an
# "expected Float but found Double" comes from.
#
# > **You may read that** against `can't convert cuda:0 device type tensor to numpy` one writes `data.cpu().numpy()`.
# > That removes one obstacle of three, and the output above shows the others. A tensor that needs a gradient has to be
# > detached first, since NumPy cannot record what happens to it. And NumPy has no `bfloat16`, the dtype in which most
# > large models come today. (The last line shows the message of a device, on `meta`, so that you can read it without a
# > GPU.) `x.numpy(force=True)` deals with gradient and device, but not with `bfloat16`.
#
# ### Exercise: `to_numpy` ●●● · 7 minutes · extra
#
# One function for every tensor.
#
# <details><summary>Hint 1: a nudge</summary>
#
# There are three obstacles: gradient, device, dtype. For each there is a method that does nothing, or nearly nothing,
# where the obstacle is not there.
#
# </details>
# <details><summary>Hint 2: does the gradient not arrive any more?</summary>
#
# `detach_()` and `requires_grad_(False)` change the tensor of the caller. `detach()` makes a new tensor in the same
# memory.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `x.detach().cpu()` deals with gradient and device. If the dtype is `torch.bfloat16`, add `.float()`, and only then.
# Then comes `.numpy()`. (Some views only note that a sign has changed, as `x.conj()` of complex numbers does;
# `.resolve_conj().resolve_neg()` writes it out, and does nothing elsewhere.)
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
# itself. ([Lesson 04](../04_autograd/04_autograd.ipynb) is about what `backward` does.)

# %%
x = torch.linspace(-2, 2, 81, requires_grad=True)
y = x**3 - 2 * x
y.sum().backward()
curves = {"x³ − 2x": (to_numpy(x), to_numpy(y)), "its slope": (to_numpy(x), to_numpy(x.grad))}
lines(curves, xlabel="x", ylabel="value")

# %% [markdown]
# > **You may read that** PyTorch is NumPy with a GPU, and that one compares results with `np.testing.assert_equals`.

# %%
outcomes(
    "np.array([1.0, 3.0, 5.0]).std(), torch.tensor([1.0, 3.0, 5.0]).std().item()",
    "np.array([1, 2]).mean()",
    "torch.tensor([1, 2]).mean()",
    "np.arange(3)[::-1]",
    "torch.arange(3)[::-1]",
    "torch.arange(3).flip(0)",
    "np.testing.assert_equals",
    "np.testing.assert_equal(np.array([0.1 + 0.2]), np.array([0.3]))",
    "torch.testing.assert_close(torch.tensor([0.1 + 0.2]), torch.tensor([0.3]))",
)

# %% [markdown]
# > *NumPy with a GPU* is true of a good deal: shapes, indexing, broadcasting and most names are the same. But the
# > defaults are not. NumPy's `std` divides by n and PyTorch's by n − 1. NumPy takes the mean of whole numbers, and
# > strides that go backwards, where PyTorch refuses. And there is more to PyTorch than a GPU: it records what is
# > computed and finds gradients (autograd), knows `bfloat16`, and brings layers, optimizers and data loaders.
# >
# > `np.testing.assert_equals` does not exist. It is `assert_equal`, and for floating point it is too strict. For
# > tensors one uses `torch.testing.assert_close` (None means that all is well): it compares shape and dtype as well,
# > and allows the rounding that the dtype explains.

# %% [markdown]
# ## 10 · One entry in each row · extra
#
# `table[rows]` takes whole rows. What if we want *one entry in each row*, and a different one each time? The club may
# ask each member for a favourite week, and look up what was run in it. This is what `gather` is for. Along dimension 1
# it gives `result[i, j] = table[i, index[i, j]]`, so the index has the shape of the result.

# %%
kilometres = torch.tensor([[5, 8, 10, 12], [3, 4, 6, 7], [9, 11, 9, 14]])  # members × weeks
favourite = torch.tensor([[0, 0], [3, 1], [2, 3]])  # two weeks each
gathered(kilometres, favourite, kilometres.gather(1, favourite))

# %% [markdown]
# `scatter_` goes the other way. It writes `table[i, index[i, j]] = value`, again with a column number for each row.
#
# One place where this is needed is a classifier. The club sorts its runs into kinds: easy, intervals, hills, long,
# race, recovery. A kind is a number from 0 to 5, but many losses and metrics want it as a row with a single one in it.
#
# ### Exercise: `one_hot` ●●○ · 6 minutes · extra
#
# Turn numbers into such rows.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Start with zeros of shape `(*labels.shape, classes)`, in the dtype that is asked for and where the labels are. Then
# each row needs a one in a column of its own.
#
# </details>
# <details><summary>Hint 2: are whole columns filled with ones?</summary>
#
# `encoded[:, labels] = 1` means "in all rows, these columns". You want one column for each row: `scatter_`, or a
# comparison of each label with 0, 1, …, classes − 1.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `encoded.scatter_(-1, index, 1)` needs an index with as many dimensions as `encoded`. `labels.unsqueeze(-1)` adds the
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
# **See it.** Seven runs of six kinds. There was no recovery run among them, and it has its column all the same.

# %%
kinds = ["easy", "intervals", "hills", "long", "race", "recovery"]
labels = torch.tensor([3, 1, 4, 1, 0, 2, 3])
heatmaps(
    {"one_hot(labels, 6)": one_hot(labels, 6)},
    rows=[f"label {label}" for label in labels.tolist()],
    columns=kinds,
    xlabel="",
    ylabel="",
)

# %% [markdown]
# > **You may read that** one encodes with `F.one_hot(target)`, without the number of classes, and decodes with
# > `torch.argmax(one_hot, dim=1)`. Both work on the examples that come with them. Here are other inputs:

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
# > Without `num_classes`, the width depends on the largest label in the batch, and two batches of the same data have
# > different shapes. `dim=1` is the last dimension of a matrix, and of nothing else. And `argmax` always answers: it
# > calls a row of zeros class 0. So today one gives `num_classes`, uses `dim=-1`, and checks what one decodes.
#
# ### Exercise: `labels_from_one_hot` ●●○ · 7 minutes · extra
#
# The way back. This time wrong input is refused: if the rows are probabilities, or empty, the caller should hear of it.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make a boolean tensor `ones = encoded == 1`. When is a row one-hot? It has a single 1, and its other entries are 0.
# Both have to be checked: probabilities have the right sum and the wrong entries.
#
# </details>
# <details><summary>Hint 2: <code>argmax(): does not support bool input</code>?</summary>
#
# `ones.long()` turns it into zeros and ones.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# `ones.sum(dim=-1) == 1` says for each row whether it has a single 1. `torch.equal(ones, encoded != 0)` says whether
# the ones are the only entries that are not 0. If either fails, `raise ValueError(...)`; else
# `ones.long().argmax(dim=-1)`.
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
# **See it.** There and back for a batch of two weeks, and what becomes of a run without a kind.

# %%
labels = torch.tensor([[2, 0, 1], [1, 1, 2]])
print("there and back:", torch.equal(labels_from_one_hot(F.one_hot(labels, 3)), labels))
try:
    labels_from_one_hot(torch.tensor([[0, 1, 0], [0, 0, 0]]))
except ValueError as error:
    print("refused:", error)

# %% [markdown]
# ## 11 · Random numbers without side effects · extra
#
# There is one more thing that changes behind our back, and it is not a tensor. Random numbers come out of a **stream**,
# a long fixed sequence that depends on a seed. PyTorch has one global stream for the CPU, and one for each CUDA device.
# `torch.randn`, `torch.randperm`, dropout and the shuffling of data all take their numbers from it, and each goes on
# where the last one stopped. `torch.manual_seed(seed)` sets the streams of all devices to the beginning of the sequence
# of that seed.
#
# ### Exercise: `seeded_normal` ●●● · 7 minutes · extra
#
# **Find and mend the bug.** A colleague wants to test a model after every epoch on runs with a bit of noise, and with
# the same noise each time:
#
# ```python
# def seeded_normal(shape, seed, device="cpu"):
#     torch.manual_seed(seed)
#     return torch.randn(shape).to(device)
# ```
#
# The noise is as it should be. But since that day the training has become worse. The next cell plays it through. In
# each of six epochs it draws the order of ten training runs with `torch.randperm`, and then the noise for the test.


# %%
def colleagues_normal(shape, seed, device="cpu"):
    torch.manual_seed(seed)
    return torch.randn(shape).to(device)


def orders(noise):
    """The order of the training runs in six epochs, with a test after each."""
    torch.manual_seed(0)
    rows = []
    for _ in range(6):
        rows.append(torch.randperm(10))
        noise((100,), 42)
    return torch.stack(rows)


epochs = [f"epoch {number}" for number in range(6)]
heatmaps({"order of the runs": orders(colleagues_normal)}, rows=epochs, xlabel="step", ylabel="")

# %% [markdown]
# From epoch 1 on, the runs come in the same order every time, and so would every dropout mask. Nothing raises, and no
# shape is wrong. Find the line that does it. Then write the function so that its numbers stay the same, and the global
# stream runs on as if the function had not been called.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The damage is not in what the function returns but in what it leaves behind. A `torch.Generator()` is a stream of your
# own.
#
# </details>
# <details><summary>Hint 2: the result is right, and "the next global numbers" are still wrong?</summary>
#
# To set the global stream back to its own first seed does not help: then the program repeats *its* numbers. Leave the
# global stream alone, or save its state before you seed it and restore that.
#
# </details>
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
heatmaps({"order of the runs": orders(seeded_normal)}, rows=epochs, xlabel="step", ylabel="")

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `checkerboard` | slices with a step; `torch.zeros(..., dtype=..., device=...)` |
# | `take_rows` | `torch.index_select`, and `torch.nn.Embedding` |
# | `shares_memory` | nothing public; `numpy.shares_memory` is stricter and asks for a common element |
# | `standardize`, `standardize_` | `torch.std_mean`; a close relative is `torch.nn.LayerNorm` |
# | `to_numpy` | `Tensor.numpy(force=True)` |
# | `one_hot`, `labels_from_one_hot` | `torch.nn.functional.one_hot`, `torch.argmax` |
# | `seeded_normal` | `torch.Generator`, `torch.random.fork_rng` |
#
# **Read the real source.** In [pytorch/pytorch](https://github.com/pytorch/pytorch): `c10/core/StorageImpl.h` is a
# storage. `c10/core/ScalarType.cpp` has `promoteTypes`, the table of section 5. `torch/csrc/utils/tensor_numpy.cpp`
# holds every obstacle of section 9 with its message, and `aten/src/ATen/native/TensorAdvancedIndexing.cpp` has
# `gather`, `scatter` and `index_select`. In plain Python: `fork_rng` in `torch/random.py`.
#
# **At scale.** A language model of 8 billion numbers is 16 GB in bfloat16. To read them once takes 5 milliseconds
# inside a GPU that moves 3.35 TB a second, and a quarter of a second over a link of 63 GB a second from the CPU: what
# may stay where it is, stays. The optimizer writes in place, since a second set of weights would be another 16 GB. The
# table of words, 128,256 rows of 4,096 numbers, is 1.05 GB. Your `take_rows` fetches 67 MB of it for a text of 8,192
# words; as one-hot rows of `int64`, the same text would be 8.4 GB. And a corpus is one large file that is mapped into
# memory: a batch is a slice of it, a view, until it goes to the GPU.
#
# **Three questions to take home.**
#
# 1. `x[0]` and `x[[0]]` hold the same numbers. Name two differences.
# 2. Why can `x[:, ::2]` be a view, while `x[:, [0, 2, 4]]`, which takes the same columns of a table with six columns,
#    is a copy?
# 3. Two programs call `torch.manual_seed(0)` and then shuffle the same data with `torch.randperm`. One of them creates
#    an additional layer in between. Why do the orders differ, and what would you change so that they do not?
