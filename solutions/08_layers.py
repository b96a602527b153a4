# %% [markdown]
# # Layers
#
# **A 3 is a 3 wherever it stands on the page. Why does a program that reads 94 digits out of 100 not know that?**
#
# Here are real digits, written by hand on small pages of 12 by 12 pixels. We show 1,437 of them to a simple reader, one
# that learns a weight for each pixel and each digit, and then we ask it about 360 others that it has never seen. It
# reads 94 of 100. Then we move the digit to the right, by a single pixel.

# %%
import heapq
import math
import warnings
from collections.abc import Hashable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import check, suspects
from helpers import layers as pages
from helpers.convolution import WINDOWS, stepper, window
from helpers.drawing import Page, answer
from helpers.plots import heatmaps, lines
from helpers.widgets import choice, explore, slider
from helpers.words import Counted, lineup, nodes_of, texts, tree, vocabulary

# %%
torch.set_num_threads(1)  # our networks are so small that a second core would only be in the way
data = pages.digits()
linear = pages.linear_reader(data)
pages.moved_reading(linear, data, which=60)

# %% [markdown]
# No ink was lost on the way, and you and I would hardly notice. But the 3 has turned into a 9, and then into a 7. Of
# all 360 digits the program now reads less than half. After two pixels it is little better than guessing.
#
# In this lesson we take that reader and mend it, one failure at a time. Each layer that we meet is there because
# something went wrong without it. In the end we shall have a network that reads digits anywhere on the page, in ink or
# in faint pencil, and you can draw one yourself and see what it says.
#
# At the end you will be able to
#
# - say what a loss wants: for yes and no, for one of many, with answers to ignore and answers to doubt;
# - slide a window of weights over a picture, and say what convolution, pooling, dropout and layer norm are each for;
# - tell what a network does in training from what it should do afterwards;
# - as extras: embeddings and convolutions for text, and a softmax over thousands of words that asks ten questions.
#
# About 60 minutes for the core, 115 with the extras. You need matrix products and softmax ([lesson
# 03](../03_products_and_masks/03_products_and_masks.ipynb)) and what a loss and a gradient are ([lesson
# 04](../04_autograd/04_autograd.ipynb)).

# %% [markdown]
# ## 1 · Is it a 3? · core
#
# Let us begin with the smallest question that one can ask about a page: is this a 3, yes or no? We give each of the 144
# pixels a weight. A pixel that is usually inked in a 3 gets a positive one, a pixel that is usually blank in it a
# negative one. Ink times weight, all added up, is the **score** of the page, or its **logit**. It can be any number.
# The sigmoid turns it into a probability $p = 1 / (1 + e^{-x})$. To learn such weights is called **logistic
# regression**.
#
# How good is a probability? Say the score is 2, so $p$ is 0.88. If the page is a 3, we are glad, and a little surprised
# still, since 0.88 is not 1. If it is not, we gave the truth only 0.12, and should be much more surprised. What
# measures that well is the logarithm of what the truth was given, with a minus sign in front.

# %%
score = 2.0
p = 1 / (1 + math.exp(-score))
print(f"p = {p:.3f}")
print(f"it is a 3:      surprise {-math.log(p):.3f}")
print(f"it is not a 3:  surprise {-math.log(1 - p):.3f}")

# %% [markdown]
# The two differ by exactly 2, the score. So a score that is wrong by 200 should cost about 200, and push back with a
# gradient of 1. But if we compute the probability first, we never get there.

# %%
score = torch.tensor(200.0, requires_grad=True)
p = torch.sigmoid(score)
loss = -torch.log(1 - p)  # it was not a 3
(gradient,) = torch.autograd.grad(loss, score)
print(f"p = {p.item()}, surprise {loss.item()}, gradient {gradient.item()}")

# %% [markdown]
# Here $p$ should be a tiny bit below 1, and a `float32` has no number there. So $1 - p$ is 0, and its logarithm is −∞.
# The one page that surprises us most would spoil the whole training. The way out is to never compute the probability.
# We can have the logarithm of the sigmoid in one step, `F.logsigmoid(x)`, and where $x$ is very negative that is close
# to $x$ itself. And since $1 - p$ is the sigmoid of $-x$, it serves both answers.
#
# ### Exercise: `binary_cross_entropy_with_logits` ●○○ · 5 minutes · core
#
# The mean surprise over many pages. A target is 1 for yes and 0 for no. If there is doubt it may be 0.7: then the
# surprise at yes counts 0.7, and the surprise at no counts 0.3.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two products, added: the target times the surprise at yes, and one minus the target times the surprise at no.
#
# </details>
# <details><summary>Hint 2: (n, 1) beside (n,) should raise, and does not?</summary>
#
# They broadcast to a table of n · n, and its mean looks perfectly healthy. Compare `logits.shape` and `targets.shape`
# first.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# targets = targets.to(logits.dtype)
# yes, no = F.logsigmoid(logits), F.logsigmoid(...)
# return -(targets * yes + ...).mean()
# ```
#
# </details>


# %% exercise="binary_cross_entropy_with_logits"
def binary_cross_entropy_with_logits(logits: Tensor, targets: Tensor) -> Tensor:
    """How surprised the scores are at the truth: minus the logarithm of what they gave to it, on average.

    Not to be used: the ready-made losses, `F.binary_cross_entropy_with_logits`, `F.cross_entropy` and their relatives.

    Args:
        logits: scores of any shape, floating point; those near ±5,000 do no harm.
        targets: 1 for yes, 0 for no, or a probability between; the shape of `logits`, of any dtype.

    Returns:
        The mean over all numbers, shape (), dtype of `logits`. Its gradient is (sigmoid(score) − target) / n, at a
        score of 0 as well.

    Raises:
        ValueError: the shapes differ.

    >>> binary_cross_entropy_with_logits(torch.tensor([0.0, 200.0]), torch.tensor([1.0, 0.0]))
    tensor(100.3466)
    """
    # BEGIN SOLUTION
    if logits.shape != targets.shape:
        raise ValueError(f"logits {tuple(logits.shape)}, targets {tuple(targets.shape)}")
    targets = targets.to(logits.dtype)
    yes, no = F.logsigmoid(logits), F.logsigmoid(-logits)
    return -(targets * yes + (1 - targets) * no).mean()
    # END SOLUTION


# %% check="binary_cross_entropy_with_logits"
check(binary_cross_entropy_with_logits)

# %% [markdown]
# **See it.** Let us learn to tell a 3 from everything else with your loss, and look at the 144 weights that come out.
# Red speaks for a 3, blue against it.

# %%
ink = data.train.flatten(1) / 16
threes = data.train_labels == 3
weight, bias = torch.zeros(144, requires_grad=True), torch.zeros((), requires_grad=True)
optimizer = torch.optim.Adam([weight, bias], lr=0.05)
for _ in range(200):
    optimizer.zero_grad()
    loss = binary_cross_entropy_with_logits(ink @ weight + bias, threes)
    loss.backward()
    optimizer.step()

says_three = data.held.flatten(1) / 16 @ weight + bias > 0
print(f"right about {(says_three == (data.held_labels == 3)).float().mean():.1%} of the pages held out")
heatmaps({"weights": weight.reshape(12, 12), "the mean 3": data.train[threes].mean(0) / 4}, signed=True, numbers=False)

# %% [markdown]
# The weights want ink where a 3 has its strokes, and none in the two gaps on the left, where a 6 or an 8 closes its
# loops. The margin is white, since no digit was ever there. And we can see already why a 3 that moves is lost: its ink
# comes to lie on weights that were made for another place.
#
# > **You may read that** the line is `criterion(logits.squeeze(-1), labels.float())`, and that both calls are there to
# > please the types. The second one is, but leave the first one out and a loss that does not compare shapes says
# > nothing useful:

# %%
scores, labels = torch.tensor([[3.0], [-3.0]]), torch.tensor([1, 0])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a warning about the sizes is all that one gets
    print("mean squared error, (2, 1) beside (2,):", F.mse_loss(scores.sigmoid(), labels.float()).item())
print("with squeeze(-1):                      ", F.mse_loss(scores.sigmoid().squeeze(-1), labels.float()).item())

# %% [markdown]
# > The column met the row, and every score was compared with every label. `F.binary_cross_entropy_with_logits` refuses
# > such shapes, as yours does.

# %% [markdown]
# ## 2 · Which of ten? · core
#
# For ten digits we take ten rows of weights and get ten scores. The softmax makes shares of them that sum to one. And
# the surprise is what it was: minus the logarithm of what the right class got. This is the **cross entropy**. As before
# one takes the logarithm and the softmax in one step, `logits.log_softmax(-1)`, or the worst pages become infinite.
#
# Two things are new. Somebody has to say what all these digits are, and not every page has been looked at yet. Such a
# page gets the label −100, a number that no class has, and it should count *nothing*. It adds nothing to the sum, and
# the sum is not divided by it either. In language models this is how padding is kept out of the loss.
#
# The second thing is doubt. Some pages were labelled wrongly, but a reader that is asked for $p = 1$ can never be sure
# enough: the gap between the scores goes on growing. With **label smoothing** of $s$ we tell it that a label is right
# in only $1 - s$ of the cases, and in the rest could be any of the classes, the labelled one included. With ten classes
# and $s = 0.1$, the label gets 0.91 and each of the other nine 0.01.
#
# **Predict first.** One page counts and three are labelled −100. The surprise at the one page is 2. What is the loss?
# What would it be if one divided by all pages, and what would become of the steps that we take?
#
# <details><summary>The answer</summary>
#
# 2, since one page counts. Divided by four it would be 0.5, and the gradient a quarter of what it should be. Where many
# labels are missing, one would learn in tiny steps and never know why.
#
# </details>
#
# ### Exercise: `cross_entropy` ●●○ · 8 minutes · core
#
# The loss that trains nearly every model in this course, language models included.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Take out the rows that count first, `logits[counted]` and `targets[counted]`. Then everything that follows is about
# those rows only.
#
# </details>
# <details><summary>Hint 2: the right class of each row</summary>
#
# `table[torch.arange(n), targets]` takes from row 0 the entry at `targets[0]`, from row 1 the one at `targets[1]`, and
# so on.
#
# </details>
# <details><summary>Hint 3: is only smoothing wrong?</summary>
#
# Every class gets $s$ / classes, and the right one $1 - s$ on top of it. So there are two parts: $1 - s$ times the
# surprise at the right class, and $s$ times the *mean* surprise over all classes.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# counted = targets != ignore_index
# logits, targets = ...
# logs = logits.log_softmax(-1)
# right = logs[torch.arange(len(targets)), targets]
# return -((1 - smoothing) * right + smoothing * ...).mean()
# ```
#
# </details>


# %% exercise="cross_entropy"
def cross_entropy(logits: Tensor, targets: Tensor, ignore_index: int = -100, smoothing: float = 0.0) -> Tensor:
    """How surprised the scores are at the right classes, on average over the rows that count.

    Not to be used: the ready-made losses, `F.cross_entropy`, `F.nll_loss` and their relatives.

    Args:
        logits: scores, shape (rows, classes), floating point; those near ±1,000 do no harm.
        targets: the right class of each row, shape (rows,), int64; or `ignore_index` for a row that does not count.
        ignore_index: any number, also that of a class.
        smoothing: s, from 0 to 1. The right class gets 1 − s, and s is shared out evenly over all classes,
            the right one among them.

    Returns:
        Shape (), dtype of `logits`; NaN where no row counts.

    >>> cross_entropy(torch.tensor([[0.0, 0.0], [3.0, 9.0]]), torch.tensor([1, -100]))
    tensor(0.6931)
    """
    # BEGIN SOLUTION
    counted = targets != ignore_index
    logits, targets = logits[counted], targets[counted]
    logs = logits.log_softmax(-1)
    right = logs[torch.arange(len(targets)), targets]
    return -((1 - smoothing) * right + smoothing * logs.mean(-1)).mean()
    # END SOLUTION


# %% check="cross_entropy"
check(cross_entropy)

# %% [markdown]
# **See it.** The linear reader from the beginning, trained on your loss. (`pages.train` is the loop from [lesson
# 04](../04_autograd/04_autograd.ipynb), in batches of 64 and with a better optimizer than plain steps; it is in
# `helpers/layers.py`.) Before it learns anything, all ten scores are nearly the same. Which number should the loss show
# then?

# %%
torch.manual_seed(0)
linear = nn.Sequential(nn.Flatten(), nn.Linear(144, 10))
held = (data.held, data.held_labels)
print(f"before: {cross_entropy(linear(pages.as_batch(data.held)), data.held_labels).item():.2f}")
pages.train(linear, data.train, data.train_labels, loss=cross_entropy, epochs=60)
print(f"after:  {cross_entropy(linear(pages.as_batch(data.held)), data.held_labels).item():.2f}")
print(f"read: {pages.share_read(linear, *held):.1%}")

# %% [markdown]
# Each digit gets about a tenth, and −log 0.1 is 2.30. If a network with ten classes does not start near 2.3, we know
# that something is wrong with it before it has learned anything.
#
# > **You may read that** a classifier ends in a softmax layer. For its user it does. But the loss takes scores, and
# > hands them to a softmax of its own:

# %%
sure = torch.zeros(1, 10)
sure[0, 3] = 100.0  # as sure of the right answer as one can be
print("scores:         ", F.cross_entropy(sure, torch.tensor([3])).item())
print("after a softmax:", F.cross_entropy(sure.softmax(-1), torch.tensor([3])).item())

# %% [markdown]
# > With two softmaxes in a row, the best that can be reached is log(e + 9) − 1 = 1.46. Nothing raises. The net learns,
# > slowly, and its loss never falls below that number.
#
# The other losses that you will meet are told apart by what a target is:
#
# | loss | a target is | for |
# |---|---|---|
# | `F.binary_cross_entropy_with_logits` | 0 or 1 for each score by itself | yes or no, several labels at once |
# | `F.cross_entropy` | one class, int64 | one of many; `label_smoothing=` |
# | `F.nll_loss` | one class, for logarithms that are there already | behind a `log_softmax` |
# | `F.mse_loss`, `nn.MSELoss` | a number | amounts; (prediction − target)², on average |
# | `F.l1_loss`, `F.smooth_l1_loss` | a number | amounts, where outliers should weigh less |
# | `F.kl_div` | a distribution | one model that imitates another |
#
# (In old configuration files of a BERT you may find `label_smoothing: 0.0`. BERT's code never reads it. In
# transformers' `Trainer` it is `TrainingArguments(label_smoothing_factor=…)` that counts.)

# %% [markdown]
# ## 3 · The same weights everywhere · core
#
# Now to the reader's blindness. It has a weight for each place, and whatever it learns about one place it does not know
# about the next. So let us do it the other way round: a small window of weights, three by three, that looks for *one*
# thing, say the left edge of a stroke, and slides over the whole page. The same nine weights are used at every place.
# This is a **convolution**, and the window is called its **kernel**.

# %%
edge = window("left edge")[0, 0]  # −1 in the left column, +1 in the right one
page = data.held[60]
result = torch.zeros(10, 10)
for row in range(10):
    for column in range(10):
        result[row, column] = (page[row : row + 3, column : column + 3] * edge).sum()
pages.maps({"the page": page, "the kernel": edge, "what it finds": result})

# %% [markdown]
# Red says that a stroke begins here, coming from the left; blue, that one ends. On 12 pixels a window of three has 10
# places, 12 − 3 + 1. Often we lay zeros around the page first (`padding`), so that the result stays as large as the
# page, or we move the window by two pixels at a time (`stride`), so that it becomes half as large:
#
# $$\text{places} = \Big\lfloor \frac{\text{size} + 2 \cdot \text{padding} - \text{kernel}}{\text{stride}} \Big\rfloor
# + 1$$
#
# One kernel finds one thing, so we use several, and each makes a picture of its own, a **channel**. The next
# convolution looks at all of them at once: each of its kernels has a window for every channel that comes in, and adds
# up what they find. So its weights have the shape (channels out, channels in, rows, columns).
#
# It is a bit like somebody who searches a wall with a lamp, step by step. But the comparison breaks at one point: the
# lamp wanders, and the window is at all places at the same time. Every place is a row of products that knows nothing
# of the others. That is why nobody writes these two loops. We lay all windows side by side, as columns of a table, and
# the whole convolution is one matrix product. `F.unfold` makes that table.
#
# ### Exercise: `conv2d` ●●○ · 9 minutes · core
#
# A loop over the places is fine, too, if you have the patience: the networks of this lesson then take a few minutes to
# train.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `F.unfold(pictures, (rows, columns), padding=…, stride=…)` gives (batch, in · rows · columns, places). With
# `weight.flatten(1)`, of shape (out, in · rows · columns), you can multiply it from the left.
#
# </details>
# <details><summary>Hint 2: does it fail for pictures that are not square?</summary>
#
# The places are listed row by row. So the shape at the end is (batch, out, *down*, *across*).
#
# </details>
# <details><summary>Hint 3: is only the bias wrong?</summary>
#
# It has one number for each channel that comes out. In (batch, out, down, across), `bias[:, None, None]` lies along the
# channels; `bias` alone would lie along the columns.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# out, _, rows, columns = weight.shape
# windows = F.unfold(...)
# result = weight.flatten(1) @ windows                        # (batch, out, places)
# down = (pictures.shape[2] + 2 * padding - rows) // stride + 1
# result = result.reshape(len(pictures), out, down, -1)
# ...
# ```
#
# </details>


# %% exercise="conv2d"
def conv2d(pictures: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0) -> Tensor:
    """Slides a window of weights over pictures: at each place, all products added up, and the bias.

    Not to be used: the ready-made convolutions, `F.conv2d`, `nn.Conv2d` and their relatives.

    Args:
        pictures: shape (batch, in, height, width), floating point.
        weight: shape (out, in, rows, columns): for each channel that comes out, a window for each that comes in.
        bias: shape (out,), or None.
        stride: pixels from one place to the next, down and across.
        padding: so many rows and columns of zeros on each side, first.

    Returns:
        Shape (batch, out, down, across), dtype of `pictures`: down = (height + 2 · padding − rows) // stride + 1.

    >>> conv2d(torch.tensor([[[[0.0, 0.0, 9.0, 9.0], [0.0, 0.0, 9.0, 9.0]]]]), torch.tensor([[[[-1.0, 1.0]]]]))
    tensor([[[[0., 9., 0.],
              [0., 9., 0.]]]])
    """
    # BEGIN SOLUTION
    out, _, rows, columns = weight.shape
    windows = F.unfold(pictures, (rows, columns), padding=padding, stride=stride)
    result = weight.flatten(1) @ windows
    down = (pictures.shape[2] + 2 * padding - rows) // stride + 1
    result = result.reshape(len(pictures), out, down, -1)
    return result if bias is None else result + bias[:, None, None]
    # END SOLUTION


# %% check="conv2d"
check(conv2d)

# %% [markdown]
# **Explore.** Your convolution, step by step. With a stride of 2 and no padding, which pixels of the page does no
# window ever see?

# %%
explore(
    stepper(conv2d, data.held[60]),
    "What does a window find, and where?",
    kind=choice(list(WINDOWS), "left edge", label="kernel"),
    stride=slider(1, 3, 1, label="stride"),
    padding=slider(0, 2, 0, label="padding"),
    place=slider(0, 100, 45, label="how far, %"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# The last row and the last column. The windows begin at 0, 2, 4, 6 and 8, and the last of them ends at pixel 10, so
# pixel 11 is left over. (12 − 3) // 2 + 1 is 5.
#
# </details>
#
# If the digit moves by a pixel, so does everything that the window finds. It is found all the same, only elsewhere. To
# make *elsewhere* matter less, we keep only the largest number out of each square of two by two. This is **max
# pooling**, `F.max_pool2d(x, 2)`. A picture of 12 × 12 becomes one of 6 × 6, and whether an edge lay in the left or in
# the right pixel of a square is forgotten.
#
# Convolution, pooling, convolution, pooling, and then linear layers: this is **LeNet**, which read cheques in the 1990s
# ([LeCun et al. 1998](https://doi.org/10.1109/5.726791)). Its pages had 32 × 32 pixels, and its kernels were 5 × 5.
# (The well-known digits of MNIST have 28 × 28, so one lays two rows of zeros around them.) Our pages are smaller, so 3
# × 3 will do.


# %%
class LeNet(nn.Module):
    def __init__(self, norm: nn.Module | None = None, drop: nn.Module | None = None) -> None:
        super().__init__()
        self.norm, self.drop = norm or nn.Identity(), drop or nn.Identity()  # two places that we fill later
        self.first = nn.Conv2d(1, 16, 3, padding=1)
        self.second = nn.Conv2d(16, 32, 3, padding=1)
        self.hidden, self.last = nn.Linear(32 * 3 * 3, 128), nn.Linear(128, 10)

    def forward(self, pictures: Tensor) -> Tensor:
        x = self.norm(pictures)  # (batch, 1, 12, 12)
        x = F.max_pool2d(conv2d(x, self.first.weight, self.first.bias, padding=1).relu(), 2)  # (batch, 16, 6, 6)
        x = F.max_pool2d(conv2d(x, self.second.weight, self.second.bias, padding=1).relu(), 2)  # (batch, 32, 3, 3)
        x = self.drop(x.flatten(1))
        return self.last(self.drop(self.hidden(x).relu()))


def new_reader(**places: nn.Module) -> LeNet:
    torch.manual_seed(0)
    return LeNet(**places)


windows = new_reader()
pages.train(windows, data.train, data.train_labels, epochs=10)
everywhere = new_reader()
pages.train(everywhere, data.train, data.train_labels, epochs=12, show=pages.anywhere)
readers = {"linear": linear, "LeNet": windows, "LeNet, digits moved": everywhere}
pages.where_read(readers, data)

# %% [markdown]
# LeNet does much better than the linear reader, from the very same pages. But it is not there yet, and we can say why:
# its last layers still have a weight for each of the nine places that are left, and in training they have only ever
# seen digits in the middle. So for the third curve we moved each page at random, by up to two pixels, whenever it was
# shown. With convolutions it is cheap to learn that the place does not matter, but somebody still has to show it.

# %% [markdown]
# ## 4 · Learned by heart · core
#
# A network of this size can do something else, which we do not want. Let us give it only 300 digits, eighty times over.

# %%
few = data.train[:300], data.train_labels[:300]
losses = {"as it is": pages.train(new_reader(), *few, loss=cross_entropy, epochs=80, held=held)}
print(f"learned from: {losses['as it is'][-1][0]:.4f}, held out: {losses['as it is'][-1][1]:.4f}")

# %% [markdown]
# It knows the 300 by heart and is sure of each of them, while what it has not seen surprises it a hundred times as
# much. It **overfits**: some of its 128 hidden numbers have learned to recognise *this* page instead of that digit.
#
# **Dropout** makes that harder. In each step of training we set a share $p$ of the numbers to zero, different ones each
# time. If a number helps only together with one particular neighbour, it is now of little use, because so often the
# neighbour is gone. Afterwards, when we use the network, nothing is dropped.
#
# But then sums get larger: if we drop half of the numbers in training, a sum over all of them is twice as large
# afterwards. The first paper made up for it afterwards and multiplied by $1 - p$. Today we divide what stays by
# $1 - p$, already in training. This is called **inverted dropout**, and the network that is used is left alone.
#
# **Predict first.** Four numbers, all 3, and p = 0.25. What can the four numbers be after dropout, and what is their
# mean, on average?
#
# <details><summary>The answer</summary>
#
# Each is 0, with probability 0.25, or 3 / 0.75 = 4. On average that makes 0.75 · 4 = 3.
#
# </details>
#
# ### Exercise: `dropout` ●○○ · 4 minutes · core
#
# One line says who stays, another one scales.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.rand_like(x)` gives a random number between 0 and 1 for each number of x. Which of them are below $p$?
#
# </details>
# <details><summary>Hint 2: NaN, or a ZeroDivisionError, where all are dropped?</summary>
#
# With p = 1, you divide by 0, and 0 · ∞ is NaN. Return zeros for it.
#
# </details>


# %% exercise="dropout"
def dropout(x: Tensor, p: float, training: bool) -> Tensor:
    """In training, drops each number with probability p and divides the others by 1 − p; otherwise does nothing.

    Each number is drawn by itself. With p = 1 all are dropped: zeros come back.

    Not to be used: the ready-made dropouts, `F.dropout`, `nn.Dropout` and their relatives.

    Args:
        x: floating point, any shape.
        p: the share that is dropped, from 0 to 1.
        training: whether anything happens.

    Returns:
        Shape and dtype of `x`. Outside training, no random number is drawn, and `x` itself may come back.

    Raises:
        ValueError: p is below 0 or above 1, in training or not.

    >>> dropout(torch.tensor([1.0, 2.0]), 0.5, training=False)
    tensor([1., 2.])
    """
    # BEGIN SOLUTION
    if not 0 <= p <= 1:
        raise ValueError(f"p should be from 0 to 1, not {p}")
    if not training:
        return x
    if p == 1:
        return torch.zeros_like(x)
    stays = torch.rand_like(x) >= p
    return x * stays / (1 - p)
    # END SOLUTION


# %% check="dropout"
check(dropout)

# %% [markdown]
# **See it.** The same 300 digits, with your dropout at its two places.


# %%
class Dropout(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return dropout(x, 0.4, self.training)


losses["dropout"] = pages.train(new_reader(drop=Dropout()), *few, epochs=80, held=held)
print({name: f"{pairs[-1][1]:.3f}" for name, pairs in losses.items()})
pages.overfitting(losses)

# %% [markdown]
# <details><summary>The picture in words</summary>
#
# Dashed lines: what was learned from. With dropout its loss falls more slowly, and both get below 0.002. Solid lines:
# what was held out. They come down together at first. Then the one without dropout stays where it is, at 0.15, and the
# one with dropout falls a little further.
#
# </details>
#
# It takes longer now to learn the 300 by heart, though in the end it knows them all the same. But what was held out
# surprises the reader less, by a quarter to a third here. (With other seeds we have seen up to a half.) It is a help
# and no more than that: with a thousand more pages we would gain far more.
#
# > **You may read that** at test time each number is multiplied by p, so that training and test agree. In the first
# > paper, where this comes from, p is the share that *stays*. With `nn.Dropout` it would be wrong either way:

# %%
layer, ones = nn.Dropout(p=0.4), torch.ones(10_000)
print(f"training:   {(layer.train()(ones) == 0).float().mean():.1f} dropped, mean {layer(ones).mean():.1f}")
print(f"evaluation: {(layer.eval()(ones) == 0).float().mean():.1f} dropped, mean {layer(ones).mean():.1f}")

# %% [markdown]
# ## 5 · Faint pencil · core
#
# Our reader has one weakness left. The digits that it learned from were all written with the same pen. What if somebody
# presses less hard? Let us take away half of the ink of every page, or three quarters of it.

# %%
for ink_left in (1.0, 0.5, 0.25):
    faint = ink_left * data.held
    found = conv2d(pages.as_batch(faint), window("left edge")).max()
    read = pages.share_read(everywhere, faint, data.held_labels)
    print(f"ink · {ink_left:<4} the largest edge: {found:.2f}   digits read: {read:.0%}")

# %% [markdown]
# You still see a 3, in pencil. The network sees numbers that are all smaller than any it was trained on. We could show
# it fainter pages as well, as we did with places. But there is something simpler: we bring each page to the same mean
# and the same spread before anybody looks at it. We subtract the mean of the page, and divide by its standard
# deviation.
#
# $$y = \frac{x - \text{mean}}{\sqrt{\text{variance} + \epsilon}} \cdot \text{weight} + \text{bias}$$
#
# This is **layer norm**. It uses nothing but the one page (or, in a transformer, the one word). The small $\epsilon$ is
# there for the blank page, whose variance is 0, and it stands *inside* the root: with $\epsilon$ = 0.00001, we divide a
# blank page by 0.003. The weight and the bias, one for each number, are learned. With them the layer can undo some of
# what it does.
#
# Inside a deep network the same thing happens as with faint pencil. Each layer makes the numbers a bit smaller or a bit
# larger, the next one does it again, and thirty layers on there is nothing left to learn from, or everything overflows.
#
# ### Exercise: `layer_norm` ●●○ · 6 minutes · core
#
# Along the last dimension, each row by itself.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `keepdim=True` keeps the means beside their rows.
#
# </details>
# <details><summary>Hint 2: are small rows wrong by a few percent or more?</summary>
#
# `x.var()` divides by one less than there are features, and `x.std() + eps` puts $\epsilon$ outside. Take
# `x.var(-1, keepdim=True, unbiased=False)`, and then the root of it and $\epsilon$.
#
# </details>


# %% exercise="layer_norm"
def layer_norm(x: Tensor, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5) -> Tensor:
    """Each row with mean 0 and variance 1: (x − mean) / √(variance + eps), then times `weight`, plus `bias`.

    Not to be used: the ready-made norms, `F.layer_norm`, `nn.LayerNorm` and their relatives.

    Args:
        x: floating point, any shape with a dimension or more; a row is what lies along the last one.
        weight, bias: shape (features,), or None.
        eps: is added to the variance, which is the mean of the squared deviations (biased: divided by n).

    Returns:
        Shape and dtype of `x`.

    >>> layer_norm(torch.tensor([[1.0, 3.0], [10.0, 30.0]]))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """
    # BEGIN SOLUTION
    mean = x.mean(-1, keepdim=True)
    variance = x.var(-1, keepdim=True, unbiased=False)
    result = (x - mean) / torch.sqrt(variance + eps)
    if weight is not None:
        result = result * weight
    return result if bias is None else result + bias
    # END SOLUTION


# %% check="layer_norm"
check(layer_norm)

# %% [markdown]
# **See it.** Forty linear layers with a ReLU behind each, as `nn.Linear` makes them, and a batch of 32 rows that goes
# through all of them. How far apart are the rows after each layer?

# %%
torch.manual_seed(0)
deep = [nn.Linear(128, 128) for _ in range(40)]
spreads: dict[str, list[float]] = {"as they come": [], "with your layer norm": []}
for name, found in spreads.items():
    x = torch.randn(32, 128)
    for layer in deep:
        x = layer(x).relu()
        x = layer_norm(x) if name == "with your layer norm" else x
        found.append((x - x.mean(0)).std().item())  # how much one row differs from another
lines({name: (range(1, 41), found) for name, found in spreads.items()}, xlabel="layers", logy=True,
    ylabel="distance of rows (logarithmic)")  # fmt: skip

# %% [markdown]
# Without a norm, what distinguishes one page from the next sinks until a float32 cannot hold it any more, and no later
# layer can tell them apart. This is why each block of a transformer has two such norms in it.

# %% [markdown]
# ## 6 · A digit, anywhere, in pencil · core
#
# Now we put everything together: your layer norm at the door, your convolutions, your dropout, your loss. And all 1,437
# digits, each of them somewhere else every time. Since you may write wider or more slanted than the people who wrote
# these, most of the pages are also stretched and tilted a little (`pages.varied`).


# %%
class PageNorm(nn.Module):
    def forward(self, pictures: Tensor) -> Tensor:
        return layer_norm(pictures.flatten(1)).view_as(pictures)


lenet = new_reader(norm=PageNorm(), drop=Dropout())
pages.train(lenet, data.train, data.train_labels, loss=cross_entropy, epochs=30, show=pages.varied)
print(f"read, of {len(data.held)} that it has never seen: {pages.share_read(lenet, *held):.1%}")
places = [pages.moved(data.held, right, down) for right in range(-2, 3) for down in range(-2, 3)]
print(f"on average over 25 places:          {sum(pages.share_read(lenet, at, held[1]) for at in places) / 25:.1%}")
pages.how_faint({"LeNet, digits moved": everywhere, "with layer norm": lenet}, data, inks=(1, 0.5, 0.25, 0.1, 0.05))

# %% [markdown]
# That is what we set out for. One thing is missing: a function for a friend, who has a drawing and wants to know what
# it says. Somebody has written one already, and its answers are strange.


# %%
def read_digit_as_found(model, drawing):
    pictures = drawing.float()[None, None] / 16
    logits = model(pictures)
    return F.softmax(logits, dim=0)[0]


three = data.held[60]
print(f"loss on this page: {cross_entropy(lenet(pages.as_batch(three[None])), torch.tensor([3])).item():.1f}")
print("what it says:", read_digit_as_found(lenet, three).tolist())

# %% [markdown]
# The loss is small, so the network knows. But here are ten probabilities, and each of them is 1.
#
# ### Exercise: `read_digit` ●●○ · 5 minutes · core
#
# **Find and mend the bugs.** Copy the body of `read_digit_as_found` from the cell above to begin with. The bug that
# shows is not the only one, and while it is there it hides another. When you have mended it, call your function twice
# with the same drawing.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The logits have the shape (1, 10). Along which of the two dimensions should the shares sum to one?
#
# </details>
# <details><summary>Hint 2: does each call give another answer?</summary>
#
# The model was trained a moment ago, and it still is in that mode: your dropout is at work. `model.eval()` changes it
# for all parts. Note `model.training` first, and put it back with `model.train(…)`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# training = model.training
# model.eval()
# with torch.no_grad():
#     ...
# model.train(training)
# ```
#
# </details>


# %% exercise="read_digit"
def read_digit(model: nn.Module, drawing: Tensor) -> Tensor:
    """What a trained model thinks of one drawing.

    Args:
        model: takes pictures of shape (batch, 1, rows, columns) between 0 and 1, float32; gives logits, (batch, 10). It
            may be training, and is afterwards in the mode that it was in.
        drawing: how much ink is in each place, from 0 to 16, shape (rows, columns), any dtype.

    Returns:
        The probabilities of the ten digits, shape (10,), float32, without graph: the same ones in each call.
    """
    # BEGIN SOLUTION
    training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(drawing.float()[None, None] / 16)
    model.train(training)
    return logits[0].softmax(-1)
    # END SOLUTION


# %% check="read_digit"
check(read_digit)

# %% [markdown]
# **Explore.** Draw a digit: click squares, click again to wipe one. A pen is wider than a square, so what you draw goes
# through one more convolution of yours, whose kernel is the tip of the pen.

# %%
pen = torch.tensor([[0.1, 0.4, 0.1], [0.4, 1.0, 0.4], [0.1, 0.4, 0.1]])[None, None]


def drawn(squares: Tensor) -> Tensor:
    return conv2d(squares[None, None], pen, padding=1)[0, 0].clamp(max=16)


explore(answer(lambda drawing: read_digit(lenet, drawing), drawn), "Which digit do you see?", page=Page())

# %% [markdown]
# Try it in a corner. Try a 7 with a bar through it, and a 1 as you were taught it in school. (An 8 is the hardest, and
# a narrow one is read best.) When it is wrong, it is often quite sure. All the digits that we have, those held out too,
# were written by the same thirteen people, and a stranger's hand may be like none of theirs. And the ten probabilities
# sum to one, whatever you draw: there is no eleventh that says "this is a house".
#
# So why does a reader not know that a 3 is a 3 wherever it stands? Because we gave it a weight for each place. With the
# same weights everywhere, and after it has seen digits everywhere, it knows.
#
# The core of the lesson ends here. The other sections stand by themselves.

# %% [markdown]
# ## 7 · One page at a time · extra
#
# Two beliefs about single examples are still going round.
#
# > **You may read that** `torch.nn` takes batches only, so that a single example needs `unsqueeze(0)`, a batch of one.
# > It was so once. Let us hand over examples without one.

# %%
single = {
    "nn.Linear(5, 2)": (nn.Linear(5, 2), (5,)),
    "nn.Conv2d(1, 16, 3)": (nn.Conv2d(1, 16, 3), (1, 12, 12)),
    "nn.MaxPool2d(2)": (nn.MaxPool2d(2), (1, 12, 12)),
    "nn.LayerNorm(5)": (nn.LayerNorm(5), (5,)),
    "nn.CrossEntropyLoss()": (lambda logits: nn.CrossEntropyLoss()(logits, torch.tensor(3)), (10,)),
    "nn.BatchNorm2d(1)": (nn.BatchNorm2d(1), (1, 12, 12)),
}
for name, (layer, shape) in single.items():
    try:
        print(f"{name:22} {shape!s:12} → {tuple(layer(torch.ones(shape)).shape)}")
    except ValueError as error:
        print(f"{name:22} {shape!s:12} refused: {error}")

# %% [markdown]
# > Nearly all of them take it. Batch norm does not, and for a reason: it normalises each feature over the *batch*, so
# > that it has to know which dimension that is.
#
# Batch norm came before layer norm, and vision models are still full of it. Where layer norm takes the mean over one
# page's numbers, batch norm takes it over all the pages for one number. That leads to the second belief.
#
# > **You may read that** batch norm cannot be used for predictions, since a single example is not a batch. Even where
# > we predict in batches, no answer may depend on its neighbours. So what does it do?

# %%
torch.manual_seed(0)
norm, examples = nn.BatchNorm1d(3), 5 + 2 * torch.randn(64, 3)
for _ in range(50):
    norm(examples)  # in training it remembers a running mean and a running variance
try:
    norm(examples[:1])
except ValueError as error:
    print("training, one example:  ", error)
norm.eval()
alone, together = norm(examples[:1])[0], norm(examples)[0]
print("evaluation, one example:", alone.tolist())
print("among 63 others, same?  ", torch.allclose(alone, together))

# %% [markdown]
# > In training it refuses, because one number has no spread. In evaluation it uses the running statistics that it
# > collected, and a single example is as good as any. What remains is that it *behaves differently* in the two modes,
# > and that batches of two or three give poor statistics. Layer norm has neither problem. It has no statistics to
# > remember, and that is one reason why transformers use it. [Lesson 06](../06_modules/06_modules.ipynb) builds
# > `BatchNorm1d`.
#
# ## 8 · Tell them apart · extra
#
# A loss that is a little wrong still falls. Here are six cross entropies, with a smoothing of 0.1 and −100 for rows to
# ignore. Each of them is right on some inputs.

# %%
suspects("cross_entropy_counterexample")

# %% [markdown]
# ### Exercise: `cross_entropy_counterexample` ●●○ · 6 minutes · extra
#
# Write one input on which all six are seen to be wrong.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through them one by one: which row would give this one away? Two of them need a row to ignore, one needs a row of
# class 0, and one a reader that is very sure of the wrong class.
#
# </details>
# <details><summary>Hint 2: does the one that smooths what is ignored go unseen?</summary>
#
# It is seen only if the scores of the ignored rows are not like those of the others.
#
# </details>


# %% exercise="cross_entropy_counterexample"
def cross_entropy_counterexample() -> tuple[Tensor, Tensor]:
    """Scores and classes on which each of the suspects is seen to be wrong.

    Returns:
        logits of shape (rows, classes), float32 and finite, with two classes or more; and targets of shape (rows,),
        int64: a class, or −100 for a row to ignore. One row at least counts. At most 1,000 numbers.
    """
    # BEGIN SOLUTION
    logits = torch.tensor([[0.0, 1.0, 2.0], [40.0, 0.0, -1.0], [9.0, 0.0, -9.0]])
    targets = torch.tensor([0, 1, -100])
    return logits, targets
    # END SOLUTION


# %% check="cross_entropy_counterexample"
check(cross_entropy_counterexample)

# %% [markdown]
# **See it.** Each of them on your input. Nobody should stand on the dotted line.

# %%
lineup("cross_entropy_counterexample", cross_entropy_counterexample())

# %% [markdown]
# ## 9 · Words are rows of a table · extra
#
# A page comes as numbers. A word does not. So each word of a vocabulary gets a row of numbers in a table, random at
# first, and the row is learned like any other weight. To read the word is to look up its row. The table, and the
# looking up, are called an **embedding**.
#
# One can write it as a matrix product: a row vector with a single 1 in it, times the table, is one row of the table.

# %%
table = torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
sentence = torch.tensor([2, 1, 1])
print(F.one_hot(sentence, 4).float() @ table)
print(table[sentence])

# %% [markdown]
# Both are the same, and the second line multiplies by no zeros. But the product tells us what the gradient must be:
# each row gets the sum of what comes back from all the places at which we read it, and a row that was not read gets
# zero.
#
# `nn.Embedding(64, 1024)` is such a table for 64 words, each 1,024 wide, whatever a comment beside it may say. Indices
# of any shape come out with one more dimension, (2, 3) as (2, 3, 1024).
#
# Sentences are of different lengths. To stack them we fill up the shorter ones with a word that means nothing, the
# **padding**, and it should mean nothing for ever: its row is read, but learns nothing. (`nn.Embedding` also sets it to
# zero at the start.)
#
# ### Exercise: `embedding` ●○○ · 6 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# `table[indices]` is nearly all of it. For the padding, `torch.where` can take some rows from the table and others from
# `table.detach()`, through which no gradient flows.
#
# </details>
# <details><summary>Hint 2: is an index of −1 not refused?</summary>
#
# To Python, −1 is the last row. In a vocabulary it is a bug somewhere. Look at the smallest and the largest index, if
# there are any.
#
# </details>


# %% exercise="embedding"
def embedding(indices: Tensor, table: Tensor, padding_idx: int | None = None) -> Tensor:
    """For each index, its row of the table.

    Not to be used: `F.embedding`, `nn.Embedding` and their relatives.

    Args:
        indices: whole numbers, any shape.
        table: shape (words, width), floating point.
        padding_idx: the row that is read like the others, but its gradient is 0; None: there is none.

    Returns:
        Shape (*indices.shape, width), dtype of `table`. A row that is read several times gets the gradients of all
        these places, added.

    Raises:
        IndexError: an index is below 0, or not in the table.

    >>> embedding(torch.tensor([2, 0, 2]), torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]))
    tensor([[3., 4.],
            [0., 0.],
            [3., 4.]])
    """
    # BEGIN SOLUTION
    if bool((indices < 0).any()):
        raise IndexError("an index is below 0")
    rows = table[indices]
    if padding_idx is None:
        return rows
    padding = (indices == padding_idx).unsqueeze(-1)
    return torch.where(padding, rows.detach(), rows)
    # END SOLUTION


# %% check="embedding"
check(embedding)

# %% [markdown]
# ## 10 · Windows on text · extra
#
# A sentence is now a strip of rows, (length, width). A convolution can slide along it, and its kernel sees two or three
# words at a time: "returns a", "the event loop". PyTorch wants the channels first, so (batch, length, width) becomes
# (batch, width, length): `x.permute(0, 2, 1)`, or `.mT`. With 35 words and a kernel of 2 there are 35 − 2 + 1 = 34
# places.
#
# **Predict first.** Both `x.permute(0, 2, 1)` and `x.reshape(batch, width, length)` give the right shape. What does the
# second one hand to the convolution?
#
# <details><summary>The answer</summary>
#
# The numbers as they lie in memory, cut anew: what should be one feature along the whole sentence is a few words with
# all their features in a row. Nothing raises, and the loss may even fall. `reshape` never turns anything round.
#
# </details>
#
# | option | what it does |
# |---|---|
# | `in_channels` | the width of an embedding |
# | `out_channels` | how many kernels, each looking for one thing |
# | `kernel_size` | how many words a kernel sees |
# | `stride` | by how many words it moves on |
# | `padding` | zeros at *both* ends |
# | `dilation` | 2: every second word; the kernel spans dilation · (kernel − 1) + 1 words |
# | `groups` | channels are cut into groups that do not see each other |
# | `bias` | one number for each kernel |
#
# $$\text{places} = \Big\lfloor \frac{\text{length} + 2 \cdot \text{padding} - \text{dilation} \cdot (\text{kernel} - 1)
# - 1}{\text{stride}} \Big\rfloor + 1$$
#
# With two groups, the first half of the kernels sees the first half of the channels, and the second half the second. A
# kernel is half as large then: `weight` has the shape (out, in / groups, kernel). With as many groups as channels, each
# channel is on its own.
#
# ### Exercise: `conv1d` ●●● · 10 minutes · extra
#
# All the options.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `x.unfold(-1, span, stride)` gives all windows of `span` words as a last dimension. Which step through it gives every
# second word?
#
# </details>
# <details><summary>Hint 2: groups</summary>
#
# Give the channels two dimensions, (groups, in / groups), and the weights too, (groups, out / groups, in / groups,
# kernel). Then one `einsum` does all groups, or a loop does one after the other, and `torch.cat` puts them together.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# out, inside, size = weight.shape
# x = F.pad(x, (padding, padding))
# windows = x.unfold(-1, ..., stride)[..., ::dilation]            # (batch, in, places, kernel)
# windows = windows.unflatten(1, (groups, inside))
# kernels = weight.unflatten(0, (groups, ...))
# result = torch.einsum("bgipk,goik->bgop", windows, kernels).flatten(1, 2)
# ```
#
# </details>


# %% exercise="conv1d"
def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Tensor:
    """Slides windows of weights along sequences.

    Not to be used: the ready-made convolutions, `F.conv1d`, `nn.Conv1d`, `F.conv2d` and their relatives.

    Args:
        x: shape (batch, in, length), floating point.
        weight: shape (out, in / groups, kernel).
        bias: shape (out,), or None.
        stride: places from one window to the next.
        padding: so many zeros at each end, first.
        dilation: places from one number of a window to the next.
        groups: divides in and out. The first out / groups channels see the first in / groups channels, and so on.

    Returns:
        Shape (batch, out, (length + 2 · padding − dilation · (kernel − 1) − 1) // stride + 1), dtype of `x`.

    >>> conv1d(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    """
    # BEGIN SOLUTION
    out, inside, size = weight.shape
    x = F.pad(x, (padding, padding))
    windows = x.unfold(-1, dilation * (size - 1) + 1, stride)[..., ::dilation]
    windows = windows.unflatten(1, (groups, inside))
    kernels = weight.unflatten(0, (groups, out // groups))
    result = torch.einsum("bgipk,goik->bgop", windows, kernels).flatten(1, 2)
    return result if bias is None else result + bias[:, None]
    # END SOLUTION


# %% check="conv1d"
check(conv1d)

# %% [markdown]
# **See it.** Which library does a docstring belong to? Your embedding, your convolution with 64 kernels of two words,
# and for each kernel the *largest* number that it finds anywhere in the text: pooling over the whole length, so that it
# does not matter where the two words stand.

# %%
libraries = ("numpy", "torch", "matplotlib", "sklearn")
numbers = {word: number for number, word in enumerate(vocabulary(2000), start=2)}  # 0 is padding, 1 an unknown word
docs = texts(libraries, numbers, length=35)


class TextReader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(2002, 32))
        self.conv, self.last = nn.Conv1d(32, 64, kernel_size=2), nn.Linear(64, len(libraries))

    def forward(self, indices: Tensor) -> Tensor:
        rows = embedding(indices, self.table, padding_idx=0)  # (batch, 35, 32)
        found = conv1d(rows.permute(0, 2, 1), self.conv.weight, self.conv.bias)  # (batch, 64, 34)
        return self.last(F.dropout(found.relu().amax(-1), 0.5, self.training))


torch.manual_seed(0)
text_reader = TextReader()
optimizer = torch.optim.Adam(text_reader.parameters(), lr=5e-3)
for _ in range(8):
    for chosen in torch.randperm(len(docs.train)).split(64):
        optimizer.zero_grad()
        F.cross_entropy(text_reader(docs.train[chosen]), docs.train_labels[chosen]).backward()
        optimizer.step()
text_reader.eval()
with torch.no_grad():
    guesses = text_reader(docs.held).argmax(-1)
print(f"{len(docs.train)} texts to learn from, {len(docs.held)} held out")
print(f"right: {(guesses == docs.held_labels).float().mean():.0%}, by chance {1 / len(libraries):.0%}")

# %% [markdown]
# The texts held out come from other files than those it has learned from. So it is not the file that it recognises.
#
# ## 11 · One word out of thousands · extra
#
# A model that predicts a word has to give a score to each word of the vocabulary. For a hidden vector of $N$ numbers
# and $V$ words this is a matrix of $V \cdot N$ weights, and all of it is used and changed in each step, although the
# text says only one word. In word2vec ([Mikolov et al. 2013](https://arxiv.org/abs/1310.4546)), whose whole model is
# two such matrices, that was nearly all the work. There are two ways out.
#
# > **Negative sampling** gives up on probabilities. It asks yes or no about the right word, and about five or so wrong
# > ones, drawn by how frequent they are (`torch.multinomial`; word2vec takes the frequencies to the power of 3/4). The
# > loss is your `binary_cross_entropy_with_logits`, on six scores out of $V$. Good vectors come out of it, but no
# > probabilities.
#
# The other way keeps them. We arrange the words in a tree and walk down from the root to the word. At each fork we ask
# one question, left or right, and that is a logistic regression with a vector of its own. The probability of a word is
# the product of the decisions on its way: one choice among $V$ words becomes a few choices between two. This is the
# **hierarchical softmax**.
#
# Frequent words should have short ways. Which tree is best was found by a student, for a term paper ([Huffman
# 1952](https://doi.org/10.1109/JRPROC.1952.273898)). We join the two lightest things into one that weighs as much as
# both, put it back among the others, and go on until one is left.
#
# Take six letters that come 45, 13, 12, 16, 9 and 5 times. 5 and 9 make 14. 12 and 13 make 25. 14 and 16 make 30. 25
# and 30 make 55, and with the 45 we have 100. The first letter has a code of one bit, and the others of three or four:
# 45·1 + 13·3 + 12·3 + 16·3 + 9·4 + 5·4 = 224 bits for the whole text, where three bits for each letter make 300. (The
# example is a textbook's. If you meet it with 13 + 3 in place of 13·3, that is a misprint: the sum does not come out.)
#
# ### Exercise: `huffman_codes` ●●○ · 10 minutes · extra
#
# So that everybody finds the same codes, there are two rules: the lighter one gets the 0. And among equals, who was
# there first is taken first: the words in their order, then what was joined, in the order of joining.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Keep a list of (weight, number, words below). `min` of it, or `heapq.heappop`, takes the lightest, and among equals
# the one with the smallest number.
#
# </details>
# <details><summary>Hint 2: how do the codes grow?</summary>
#
# Whenever two things are joined, all words below the lighter one get a "0" in *front* of their code, and all words
# below the other one get a "1".
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# codes = {word: "" for word in counts}
# heap = [(count, number, [word]) for number, (word, count) in enumerate(counts.items())]
# heapq.heapify(heap)
# while len(heap) > 1:
#     light, heavy = heapq.heappop(heap), heapq.heappop(heap)
#     for word in light[2]: ...
#     heapq.heappush(heap, (..., number_of_its_own, ...))
# ```
#
# </details>


# %% exercise="huffman_codes"
def huffman_codes(counts: Mapping[Hashable, int]) -> dict[Hashable, str]:
    """For each word its way down the Huffman tree, as "0" and "1".

    For the whole text, no codes of this kind are shorter. The two lightest are joined again and again. The lighter of
    them gets the 0. Among equals, who was there first is taken first: words in the order of `counts`, then what was
    joined, in the order of joining.

    Args:
        counts: how often each word comes, 1 or more.

    Returns:
        The codes, for each word one. A single word has the code "", and no words have no codes.

    >>> huffman_codes({"a": 45, "b": 13, "c": 12, "d": 16, "e": 9, "f": 5})
    {'a': '0', 'b': '101', 'c': '100', 'd': '111', 'e': '1101', 'f': '1100'}
    """
    # BEGIN SOLUTION
    codes = dict.fromkeys(counts, "")
    heap = [(count, number, [word]) for number, (word, count) in enumerate(counts.items())]
    heapq.heapify(heap)
    number = len(heap)
    while len(heap) > 1:
        light, heavy = heapq.heappop(heap), heapq.heappop(heap)
        for bit, (_, _, below) in (("0", light), ("1", heavy)):
            for word in below:
                codes[word] = bit + codes[word]
        heapq.heappush(heap, (light[0] + heavy[0], number, light[2] + heavy[2]))
        number += 1
    return codes
    # END SOLUTION


# %% check="huffman_codes"
check(huffman_codes)

# %% [markdown]
# **Explore.** The most frequent words of thousands of docstrings. How long is the code of "the", and how long is that
# of the rarest word?

# %%
explore(
    tree(huffman_codes, vocabulary(24)),
    "Where does a word hang?",
    size=slider(2, 24, 16, label="words"),
    rank=slider(1, 24, 1, label="rank of the word"),
)

# %% [markdown]
# ### Exercise: `hierarchical_log_prob` ●●○ · 9 minutes · extra
#
# Each inner node of the tree has a vector, and we call a node by the way to it: the root is `""`, and after a 1 one
# comes to `"1"`. At a node with vector $v$, the probability of going on with a 1 is $\sigma(h \cdot v)$. So that of a 0
# is $1 - \sigma(h \cdot v) = \sigma(-h \cdot v)$. For the code `"10"` two nodes are asked.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A product of probabilities is a sum of logarithms, and `F.logsigmoid` has been in this lesson before.
#
# </details>
# <details><summary>Hint 2: a KeyError?</summary>
#
# For the decision number `step` the node is `code[:step]`. The code itself is the word, and has no vector.
#
# </details>


# %% exercise="hierarchical_log_prob"
def hierarchical_log_prob(hidden: Tensor, code: str, nodes: Mapping[str, Tensor]) -> Tensor:
    """The logarithm of the probability of a word: the sum over the decisions on the way to it.

    Args:
        hidden: contexts, shape (..., width), floating point; scores far from zero do no harm.
        code: the way to the word, as "0" and "1".
        nodes: for each beginning of a code, from "" on, the vector of that node, shape (width,). The probability of
            going on with a 1 is the sigmoid of hidden · vector. Only the nodes on the way are looked up.

    Returns:
        Shape (...), dtype of `hidden`; 0 for the code "".

    >>> nodes = {"": torch.tensor([1.0, 0.0]), "1": torch.tensor([0.0, 2.0])}
    >>> hierarchical_log_prob(torch.tensor([0.0, 0.0]), "10", nodes)
    tensor(-1.3863)
    """
    # BEGIN SOLUTION
    result = torch.zeros_like(hidden[..., 0])
    for step, bit in enumerate(code):
        score = hidden @ nodes[code[:step]]
        result = result + F.logsigmoid(score if bit == "1" else -score)
    return result
    # END SOLUTION


# %% check="hierarchical_log_prob"
check(hierarchical_log_prob)

# %% [markdown]
# **See it.** First, do all words together have a probability of 1? Nobody normalised anything.

# %%
counts = vocabulary(1000)
codes = huffman_codes(counts)
nodes = nodes_of(codes, width=16)
hidden = torch.randn(16, generator=torch.Generator().manual_seed(1))
total = sum(hierarchical_log_prob(hidden, code, nodes).exp() for code in codes.values())
print(f"{len(codes)} words, {len(nodes)} nodes, sum of the probabilities {total.item():.4f}")

# %% [markdown]
# At each fork the two ways share out what came down to it, so the sum holds for any weights. We have V − 1 vectors, one
# fewer than the softmax has. The gain is in how many of them are *looked at*. Let us count that, for words as they come
# in text and for growing vocabularies.

# %%
sizes = [10, 30, 100, 300, 1000, 3000, 6000]
work: dict[str, list[float]] = {"counted, words of a text": [], "the longest code": []}
for size in sizes:
    counts = vocabulary(size)
    codes = huffman_codes(counts)
    counted = Counted(nodes_of(codes, width=16))
    weights = torch.tensor(list(counts.values()), dtype=torch.float64)
    drawn_words = torch.multinomial(weights, 400, replacement=True, generator=torch.Generator().manual_seed(0))
    for place in drawn_words.tolist():
        hierarchical_log_prob(hidden, list(codes.values())[place], counted)
    work["counted, words of a text"].append(counted.looked_up / 400)
    work["the longest code"].append(max(map(len, codes.values())))
series = {name: (sizes, values) for name, values in work.items()}
series["log₂ V"] = (sizes, [math.log2(size) for size in sizes])
lines(series, xlabel="words in the vocabulary, V (logarithmic)", ylabel="nodes looked up for a word", logx=True)

# %% [markdown]
# *The picture: three curves that grow like the logarithm. For 6,000 words of these texts, 9.4 nodes are looked up on
# average, fewer than log₂ V = 12.6, since frequent words hang high. The longest code has 17.*
#
# > **You may read that** hierarchical softmax takes O(log V) where softmax takes O(V). That is so for the probability
# > of *one known* word, on average, which is what training asks. To find the *best* word one would have to compare all
# > V of them, and walking greedily down the tree does not always end at it:

# %%
# The root prefers 1, barely. Below it, the left node is sure and the right one is torn.
vectors = {"": torch.tensor([0.2]), "0": torch.tensor([9.0]), "1": torch.tensor([0.0])}
for code in ("00", "01", "10", "11"):
    print(code, f"{hierarchical_log_prob(torch.ones(1), code, vectors).exp().item():.2f}")

# %% [markdown]
# > The root sends us to the right, with 0.55, where two words share that. The best word is on the left. Today, with
# > GPUs that multiply large matrices well and with vocabularies of subwords, models are back at the full softmax.

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `binary_cross_entropy_with_logits` | `F.binary_cross_entropy_with_logits`, `nn.BCEWithLogitsLoss` |
# | `cross_entropy` | `F.cross_entropy(…, ignore_index=, label_smoothing=)` |
# | `conv2d` | `F.conv2d`, `nn.Conv2d` |
# | `dropout` | `F.dropout`, `nn.Dropout` |
# | `layer_norm` | `F.layer_norm(x, x.shape[-1:], …)`, `nn.LayerNorm` |
# | `read_digit` | what `pipeline("image-classification")` of transformers does around a model |
# | `embedding` | `F.embedding`, `nn.Embedding(…, padding_idx=)` |
# | `conv1d` | `F.conv1d`, `nn.Conv1d` |
# | `huffman_codes` | gensim's `Word2Vec(hs=1)` has such a tree inside, and so does each zip file |
# | `hierarchical_log_prob` | a relative: `nn.AdaptiveLogSoftmaxWithLoss` |
#
# **Read the real source.** `torch/nn/functional.py` for the losses and what they refuse; the arithmetic is in
# `aten/src/ATen/native/Loss.cpp` and `LossNLL.cpp`. `Im2Col.cpp` beside them is `F.unfold`, and `Dropout.cpp` is short
# enough for a coffee. `layer_norm.cpp` shows how mean and variance are found in one pass.
#
# **Sources.** LeCun et al. 1998 and Mikolov et al. 2013, as above. [Srivastava et al.
# 2014](https://jmlr.org/papers/v15/srivastava14a.html), *Dropout*. [Ba et al. 2016](https://arxiv.org/abs/1607.06450),
# *Layer Normalization*. [Szegedy et al. 2016](https://arxiv.org/abs/1512.00567), where label smoothing comes from.
#
# **At scale.** The output matrix that word2vec avoided has 128,256 · 4,096 = 525 million weights in Llama 3 8B. The
# scores of one sequence of 8,192 words are a billion numbers, 2 GB in bfloat16 and 4 GB in the float32 in which one
# takes the loss. So the loss is computed in pieces, or the vocabulary is cut up over the GPUs and only the maxima and
# the sums are exchanged. Losses with `ignore_index` need care on eight GPUs: each has another number of words that
# count, and the mean of eight means is not the mean. One adds up the counts first. And convolutions are hardly ever
# computed by `unfold`, which copies each pixel nine times: cuDNN reads the windows where they lie.
#
# **Three questions to take home.**
#
# 1. The 360 digits held out were written by the same thirteen people as the others. How would you cut the data so that
#    the number tells how well a stranger's digits are read, and do you expect a higher or a lower one?
# 2. Dropout divides by 1 − p so that the *mean* stays. What happens to the variance, and why might that trouble a batch
#    norm behind it?
# 3. With label smoothing, at which scores is the loss smallest, and is it 0 there?
