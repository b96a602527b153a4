# %% [markdown]
# # Autograd
#
# **A model holds millions of numbers, and its answer is off. Which of them should move, which way, and how far?**
#
# We go running, and we keep a log: so many kilometres, so many minutes. From it we would like to tell how long the next
# run will take. Our first rule has two numbers in it. We need six minutes for each kilometre, and two more until we are
# really on our way. For the five kilometres of last Sunday that makes 32 minutes. It took us 35.
#
# So the rule is three minutes short, and there are two places where we could mend it: the pace, or the start. Which of
# them would help more? We need no theory to find out, we can try. Let us square the miss, so that too short and too
# long are both bad, and call that the **loss**. Then we give each number a small nudge, and look at the loss again.

# %%
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function, gradcheck, gradgradcheck
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from autograder import check, suspects
from helpers import autograd as graphs
from helpers import descent
from helpers.photograph import photograph, show
from helpers.plots import heatmaps, lines
from helpers.values import draw_values
from helpers.widgets import choice, explore, slider

# %%
distance, took = 5.0, 35.0  # last Sunday: kilometres, minutes


def loss_of_rule(pace, start):
    predicted = pace * distance + start
    return (predicted - took) ** 2


print(f"as it is           {loss_of_rule(6.00, 2.00):.4f}")
print(f"pace up by 0.01    {loss_of_rule(6.01, 2.00):.4f}")
print(f"start up by 0.01   {loss_of_rule(6.00, 2.01):.4f}")

# %% [markdown]
# Both nudges help, but the pace helps five times as much. That makes sense: it counts once for every kilometre. We
# nudged it by 0.01 and the loss fell by 0.2975, which is about 30 times the nudge. With the start it fell by about 6
# times the nudge.
#
# These two numbers, −30 and −6, say how much the loss changes for each unit that one of ours moves. Together they are
# called the **gradient** of the loss, and they are what we asked for. Each number should move against its entry of the
# gradient, and the pace should move more than the start.
#
# For two numbers we could stop here. Nudging is honest and simple, and we will keep it as our test for everything that
# is cleverer. But look at what it costs: for each number, we run the whole model once more. A small language model
# holds a hundred million of them. At one second a run, we would wait three years for a *single* step of learning.
# PyTorch gets all of these numbers for about the price of two more runs. How can that be?
#
# That is what this lesson is about. When we are through, the same few lines that mend our two numbers will mend
# 405,000 of them at once: the pixels of a photograph that was taken with an unsteady hand.
#
# At the end you will be able to
#
# - say what a gradient is, compute one by hand and by nudging, and tell a wrong one from a right one;
# - write a training loop, and say what each of its lines is for;
# - write an operation with a derivative of your own;
# - as extras: keep things off the record, ask for any derivative you like (a row of a Jacobian, a Hessian times a
#   vector), and walk through the graph that PyTorch keeps.
#
# About 60 minutes for the core, 120 with the extras. You need tensors, views and changes in place
# ([lesson 01](../01_tensors/01_tensors.ipynb)), and to have met a derivative before.

# %% [markdown]
# ## 1 · One number at a time · core
#
# Let us first make the nudge into a tool that we can trust. Two things about it are not quite right yet.
#
# The loss is a parabola, and it bends while we walk on it. That is why the pace gave us −29.75 and not −30. A nudge
# downwards errs to the other side, with −30.25, and halfway between the two lies −30. So we nudge to *both* sides, and
# divide the difference by the whole way, which is two nudges long.
#
# The other thing is that we cannot make the nudge as small as we like. The smaller it is, the more alike are the two
# losses that we subtract, and in a `float32` only about seven digits are there to tell them apart.

# %%
for dtype in (torch.float32, torch.float64):
    pace, start = torch.tensor(6.0, dtype=dtype), torch.tensor(2.0, dtype=dtype)
    print(dtype)
    for by in (0.1, 1e-3, 1e-5, 1e-7):
        change = loss_of_rule(pace + by, start) - loss_of_rule(pace - by, start)
        print(f"    nudged by {by:<6g} {change.item() / (2 * by):.5f}")

# %% [markdown]
# In `float32` the smallest nudge drowns in rounding. In `float64` there is room to spare, so that is what we nudge in.
#
# ### Exercise: `nudge` ●○○ · 5 minutes · core
#
# How does a loss answer to *one* of its numbers? Move it up, move it down, and leave the others where they are.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make a copy with `numbers.clone()`, and change one entry of it: `up[index] += by`. A second copy goes down.
#
# </details>
# <details><summary>Hint 2: is your result twice as large as it should be?</summary>
#
# From the lower to the upper place it is twice `by`, once for each side.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# up, down = numbers.clone(), numbers.clone()
# up[index] += by
# ...
# return ((loss(up) - ...) / ...).item()
# ```
#
# </details>


# %% exercise="nudge"
def nudge(loss: Callable[[Tensor], Tensor], numbers: Tensor, index: int, by: float = 1e-3) -> float:
    """How the loss answers to one number: its change for each unit that this number moves.

    Not to be used: autograd, that is `backward` and `torch.autograd.grad`.

    The number is nudged to both sides, while the others stay as they are: (loss above − loss below) / (2 · by).

    Args:
        loss: from the numbers to a single number, shape (). It may use weights that need gradients.
        numbers: float64, shape (n,). They are left as they were.
        index: which of them moves, from 0 to n − 1.
        by: how far it moves to each side.

    Returns:
        A Python number.

    >>> round(nudge(lambda x: x[0] ** 2 + 5 * x[1], torch.tensor([3.0, 1.0], dtype=torch.float64), 0), 6)
    6.0
    """
    # BEGIN SOLUTION
    up, down = numbers.clone(), numbers.clone()
    up[index] += by
    down[index] -= by
    return ((loss(up) - loss(down)) / (2 * by)).item()
    # END SOLUTION


# %% check="nudge"
check(nudge)

# %% [markdown]
# **See it.** The loss over the pace, and the slope that your `nudge` finds at four places. On the left of the valley it
# is negative: more pace, less loss.

# %%
descent.tangents(lambda numbers: loss_of_rule(numbers[0], numbers[1]), nudge, 5.4, 7.8, at=(5.7, 6.0, 6.6, 7.2))

# %% [markdown]
# ## 2 · One nudge, step by step · core
#
# Why −30, of all numbers? Our loss is not computed in one go but in four small steps. Let us follow a nudge through
# them, and write down for each step by how much it multiplies whatever comes in.
#
# | step | what comes out | a nudge is multiplied by |
# |---|---|---|
# | `pace * 5` | 30 | 5 |
# | `+ start` | 32 | 1 |
# | `- 35` | −3 | 1 |
# | `** 2` | 9 | 2 · (−3) = −6 |
#
# A nudge of 0.01 leaves the first step as 0.05. The next two hand it on as it is, since adding a fixed amount changes
# nothing about it. The last one turns −3 into (−3 + 0.05)², which is 9 − 6 · 0.05 and a tiny rest: it multiplies by
# twice what came in. And 5 · 1 · 1 · (−6) is −30.
#
# This is the **chain rule**: the factor of a row of steps is the product of their factors. What makes it so useful is
# how little each step has to know. The square never heard of kilometres. It saw a −3 come in, and that is
# enough to tell its own factor.
#
# It is a bit like a row of gears, where the last wheel turns by the product of all the ratios. But the comparison
# breaks at one point, and the point matters. A gear keeps its ratio, whereas the factor of the square depends on what
# came into it.
#
# **Predict first.** Had the run taken 34 minutes instead of 35, what would the four factors be, and what would the
# gradient say about the pace?
#
# <details><summary>The answer</summary>
#
# Only the last one changes. The miss is −2 now, so the square multiplies by −4, and the pace gets 5 · (−4) = −20.
#
# </details>
#
# So whoever wants to walk back through these steps later has to remember what came into them. This is one of the
# reasons why training a model takes so much more memory than using it.

# %% [markdown]
# ## 3 · Why backwards · core
#
# We went from the pace to the loss, multiplying as we went. For the start we would have to go again, and for a hundred
# million numbers a hundred million times. We would be no better off than with nudging.
#
# So let us walk the other way. We begin at the loss, where the factor is 1, since it changes as much as itself. Back
# through the square it becomes −6. Back through the subtraction it stays −6. Now we come to the sum, where two things
# came in. The start has its answer, −6. And the product takes the same −6, multiplies it by its 5, and hands −30 to the
# pace.
#
# We computed the −6 *once*, and both numbers used it. With a hundred million numbers it is just the same: one walk back
# serves them all. That is the whole trick, and it is called **backpropagation**. In PyTorch we ask for it with
# `backward()`.

# %%
pace = torch.tensor(6.0, requires_grad=True)
start = torch.tensor(2.0, requires_grad=True)

running = pace * 5
predicted = running + start
miss = predicted - 35
loss = miss**2

for step in (running, predicted, miss, loss):
    step.retain_grad()  # so that we can look at what passes through; ordinarily nobody asks for it
loss.backward()
draw_values("numbers above the boxes, gradients below",
    pace=pace, running=running, start=start, predicted=predicted, miss=miss, loss=loss)  # fmt: skip

# %% [markdown]
# Read the boxes from left to right and you see how the loss came about. Read the small numbers from right to left and
# you see the walk back. Each of them is what `nudge` would have found for its box.
#
# It is worth doing that walk once by hand, in plain Python. Each line takes the gradient of one box, multiplies it by
# the factor of the step, and *adds* it to the boxes that went into the step.

# %%
factor_of_square = 2 * (-3.0)
gradient = {"pace": 0.0, "start": 0.0, "running": 0.0, "predicted": 0.0, "miss": 0.0, "loss": 1.0}
gradient["miss"] += gradient["loss"] * factor_of_square
gradient["predicted"] += gradient["miss"] * 1
gradient["running"] += gradient["predicted"] * 1
gradient["start"] += gradient["predicted"] * 1
gradient["pace"] += gradient["running"] * 5
print(gradient)

# %% [markdown]
# Why start from zero and add, where we could just write the number down? Because a number may be used twice. And why in
# this order? Because a box may pass its gradient on only when all that comes back to it has arrived. Those two rules
# are all there is to know about the order of the walk.
#
# **Predict first.** With `y = x * x` at x = 3, the two factors are the same `x`. Each use hands a share back to it.
# What does `.grad` hold in the end?

# %%
x = torch.tensor(3.0, requires_grad=True)
y = x * x
y.backward()
print(x.grad)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Each use gets 3, the other factor, and the two shares are *added*: 6, which is what the derivative of $x^2$ should be.
# A nudge to `x` goes both ways at once, and at the end both effects come together.
#
# </details>
#
# PyTorch did not read our code to find all this. It watched it run. `requires_grad=True` asks it to watch what is done
# with a tensor, and from then on every operation leaves a note about how to go back. The notes form a graph, made anew
# by each run of the code, with whatever `if` and `for` did this time. `backward()` follows them and leaves what it
# finds in `.grad`.
#
# | the word | in code | what it is |
# |---|---|---|
# | **leaf** | `pace.is_leaf` | a tensor that no recorded operation made: what we want to learn is here |
# | **node** | `loss.grad_fn` | the note of one operation; `PowBackward0` here |
# | **saved tensors** | `loss.grad_fn._saved_self` | what the node remembers: the square keeps the −3 that came in |
# | `AccumulateGrad` | where a path reaches a leaf | adds what arrives to the leaf's `.grad` |
#
# And the price? Let us count multiplications and additions, for a small network. (An `nn.Linear(512, 1024)` holds a
# table of 512 × 1,024 numbers and multiplies by it; `FlopCounterMode` counts along.)

# %%
network = nn.Sequential(nn.Linear(512, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 1))
examples = torch.ones(64, 512)
with FlopCounterMode(display=False) as forward:
    result = network(examples).square().mean()
with FlopCounterMode(display=False) as back:
    result.backward()
print(f"numbers in the network  {sum(p.numel() for p in network.parameters()):,}")
print(f"operations, forward     {forward.get_total_flops():,}")
print(f"operations, backward    {back.get_total_flops():,}")

# %% [markdown]
# The way back costs about 1.7 times the way there, for a gradient of 1.6 million entries. Nudging all of them would
# have cost more than three million runs.
#
# ### Exercise: `log_backward` ●○○ · 4 minutes · core
#
# Every operation of PyTorch knows one thing about the way back: what to do with a gradient that arrives. Let us write
# that for one of them, the logarithm. At $x$, the logarithm multiplies a nudge by $1/x$.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The square in our table multiplied what arrived by −6. What does the logarithm multiply it by, if `x` came in?
#
# </details>
# <details><summary>Hint 2: is one case right, and all others wrong?</summary>
#
# In the middle of a chain the gradient that arrives is hardly ever 1. It is what the steps behind have made of it, and
# the chain rule multiplies.
#
# </details>


# %% exercise="log_backward"
def log_backward(grad: Tensor, x: Tensor) -> Tensor:
    """Sends a gradient back through y = log(x).

    Not to be used: autograd, that is `backward`, `torch.autograd.grad` and `torch.func`.

    Args:
        grad: the gradient with respect to y, in the shape and dtype of x.
        x: what went into the logarithm, positive.

    Returns:
        The gradient with respect to x, as a new tensor; both tensors are left as they were.

    >>> log_backward(torch.tensor([1.0, 1.0, 6.0]), torch.tensor([0.5, 2.0, 3.0]))
    tensor([2.0000, 0.5000, 2.0000])
    """
    # BEGIN SOLUTION
    return grad / x
    # END SOLUTION


# %% check="log_backward"
check(log_backward)

# %% [markdown]
# That one line is all there is to it. PyTorch holds a line like this for each of its operations, and `backward()` is
# the walk that calls them in the right order. In [lesson
# 05](../05_autograd_from_scratch/05_autograd_from_scratch.ipynb) we build that walk ourselves.
#
# **Explore.** The same boxes. Move the run and the rule, and watch the numbers. Where must you put the pace so that
# nothing flows back at all?

# %%
explore(
    descent.journey,
    "What flows back?",
    pace=slider(5.0, 8.0, 6.0, step=0.1, label="pace"),
    start=slider(0.0, 5.0, 2.0, step=0.5, label="start"),
    minutes=slider(25.0, 45.0, 35.0, step=1.0, label="it took"),
)

# %% [markdown]
# ## 4 · Take a step · core
#
# Now we know which way to move. Let us move. Every number takes a step against its gradient, with a factor in front
# that we choose and call the **learning rate**:
#
# $$w \leftarrow w - \text{rate} \cdot \text{gradient}$$
#
# There is one thing to take care of. The step must change the tensor itself, since the model holds on to it: `w -= …`,
# and not `w = w - …`, which makes a new tensor and calls it `w`, while the model keeps the old one. But as soon as we
# write into a leaf, PyTorch objects.

# %%
w = torch.tensor([6.0, 2.0], requires_grad=True)
w.square().sum().backward()
try:
    w -= 0.1 * w.grad
except RuntimeError as error:
    print(error)

# %% [markdown]
# (Read "Variable" as "tensor". Until 2018 gradients needed a wrapper of that name; it survives in messages, and in old
# code. Today `autograd.Variable(x)` hands you back a plain tensor.)
#
# The message has a point. PyTorch is still watching, and if the step itself were recorded, the next gradient would go
# back through the last step, and through the one before it, and so on. The step is not part of the model. So we take it
# off the record, under `torch.no_grad()`.
#
# There is a second point to it. A step that comes too early, before the way back, would spoil what the nodes have
# saved. Under `no_grad` PyTorch still counts every change, and refuses to go back with spoilt numbers. (Old code writes
# `w.data -= …` for the step, which hides the change from that count; section 9 shows what comes of it.)
#
# ### Exercise: `sgd_step` ●○○ · 5 minutes · core
#
# One step downhill, for all parameters of a model. This is what `torch.optim.SGD` does.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A name and a tensor are two things: `w = w - …` gives the name to a new tensor. `w -= …` and `w.sub_(…)` change the
# old one.
#
# </details>
# <details><summary>Hint 2: <code>a leaf Variable that requires grad …</code>?</summary>
#
# Change it under `torch.no_grad()`.
#
# </details>
# <details><summary>Hint 3: <code>unsupported operand type(s) … 'NoneType'</code>?</summary>
#
# A parameter that took no part in the loss has no gradient: `.grad` is None. Skip it.
#
# </details>


# %% exercise="sgd_step"
def sgd_step(parameters: Iterable[Tensor], rate: float) -> None:
    """One step of gradient descent: each parameter, minus `rate` times its gradient.

    Not to be used: `torch.optim.SGD`.

    Args:
        parameters: leaves that need gradients, also from a generator. Those without a gradient stay as they are.
        rate: the step size.

    The tensors are changed in place: same memory, still leaves that need gradients. Their `.grad` stays. A backward
    pass through a result that saved the old values is refused by autograd. Gradients are
    recorded afterwards if they were before.

    >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> w.square().sum().backward()
    >>> sgd_step([w], 0.25)
    >>> w
    tensor([0.5000, 1.0000], requires_grad=True)
    """
    # BEGIN SOLUTION
    with torch.no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter -= rate * parameter.grad
    # END SOLUTION


# %% check="sgd_step"
check(sgd_step)

# %% [markdown]
# **See it.** Here is the whole log, eight runs, and the loop that learns from it. Each line does one thing that you
# know by now, except for the first one in the loop, which we come to in a moment. The picture is a map of the loss.
# Every line on it joins places of equal loss, and the dots are the steps.

# %%
distance, took = descent.log_of_runs()
print(*(f"{d:g} km in {t:g} min" for d, t in zip(distance, took, strict=True)), sep=" · ")


def loss_of(numbers: Tensor) -> Tensor:
    return (numbers[0] * distance + numbers[1] - took).square().mean()


def train(
    step: Callable[[list[Tensor], float], None], rate: float, steps: int, forget: bool = True
) -> list[tuple[float, float]]:
    numbers = torch.tensor([5.0, 0.5], requires_grad=True)
    way = [tuple(numbers.tolist())]
    for _ in range(steps):
        if forget:
            numbers.grad = None
        loss_of(numbers).backward()
        step([numbers], rate)
        way.append(tuple(numbers.tolist()))
    return way


way = train(sgd_step, rate=0.01, steps=800)
print("pace and start, learned: {:.2f} minutes per kilometre, and {:.2f} minutes".format(*way[-1]))
descent.way_down(loss_of, {"800 steps, rate 0.01": way})

# %% [markdown]
# The first few steps cross the valley and find its floor. Then the way turns and creeps along, with little slope left
# under its feet. That is not a fault of yours. The loss changes much more with the pace than with the start, and one
# rate has to do for both: what is just right for the one is hardly anything for the other. The optimizers of [lesson
# 10](../10_training/10_training.ipynb) are about this.
#
# (Older code adds the losses up instead of taking their mean, and divides by the number of examples in the step. Ours
# has that division in the loss already, and to divide again would be once too often.)

# %% [markdown]
# ## 5 · Gradients add up · core
#
# What was the first line in the loop for? When `backward()` reaches a leaf, it does not write the gradient there. It
# *adds* it to what is there already. So without `numbers.grad = None` each step goes along the sum of all gradients so
# far.

# %%
descent.way_down(
    loss_of, {"as it should be": train(sgd_step, 0.01, 12), "never forgotten": train(sgd_step, 0.01, 12, forget=False)}
)

# %% [markdown]
# It races across the valley and back like a ball that nothing slows down. This trap has caught everyone at some time.
# But that gradients add up is also useful. Say a batch of 64 sequences
# does not fit into memory. We can cut it into eight parts, send back one after the other, and let the gradients gather
# in `.grad`. Then comes one step for all of them. It is handy for recurrent networks as well, where the same weights
# are used at every step in time and get a share from each.
#
# `optimizer.zero_grad()` does the forgetting for all parameters. It sets each `.grad` to `None` (it used to fill them
# with zeros), and an optimizer passes over a parameter whose gradient is `None`.
#
# Here is a loop of this kind as it goes round in tutorials. It wants to take a step after every second batch.


# %%
def loop_from_a_tutorial(loss_of, batches, optimizer, every):
    for it, batch in enumerate(batches):
        loss_of(batch).backward()
        if (it + 1) % every == 0:
            optimizer.zero_grad()
            optimizer.step()


batches = list(zip(distance.split(2), took.split(2), strict=True))  # four batches of two runs


def loss_of_batch(batch: tuple[Tensor, Tensor]) -> Tensor:
    return (numbers[0] * batch[0] + numbers[1] - batch[1]).square().mean()


numbers = torch.tensor([5.0, 0.5], requires_grad=True)
loop_from_a_tutorial(loss_of_batch, batches, torch.optim.SGD([numbers], lr=0.01), every=2)
print("pace and start after four batches:", numbers.tolist())

# %% [markdown]
# Nothing has moved. No error, no warning.
#
# ### Exercise: `accumulated_gradient` ●●○ · 8 minutes · core
#
# **Find and mend the bugs.** The one that shows above is not the only one:
#
# - a step should use the **mean** gradient of its batches, or the step size depends on `every`;
# - with seven batches and `every=3`, the last batch is on its own: it gets a step too, and its mean is over one batch;
# - what stood in `.grad` before must not count, and nothing is left there at the end.
#
# Send each batch back before the next one is computed. To add up the losses and send the sum back gives the same
# numbers, but it keeps all graphs in memory at once.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two loops are easier than one with `%`: an outer one over groups, `batches[first : first + every]`, an inner one over
# the batches of a group. A slice that reaches over the end is shorter by itself.
#
# </details>
# <details><summary>Hint 2: the mean</summary>
#
# The gradient of `loss / n` is the gradient of `loss`, divided by n. Which n has the last group?
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# optimizer.zero_grad()
# for first in range(0, len(batches), every):
#     group = batches[first : first + every]
#     for batch in group:
#         loss = loss_of(batch) / len(group)
#         loss.backward()
#         ...                                # loss.item() belongs to the mean of this group
#     ...                                    # which of the two comes first?
# ```
#
# </details>


# %% exercise="accumulated_gradient"
def accumulated_gradient(
    loss_of: Callable[[Any], Tensor], batches: Sequence[Any], optimizer: torch.optim.Optimizer, every: int
) -> list[float]:
    """Trains with one step for every `every` batches, along the mean of their gradients.

    Args:
        loss_of: from a batch to its loss, shape (). One graph at a time: each loss is sent back before the next batch.
        batches: at least one. What is left over at the end is a smaller group, with a step of its own.
        optimizer: holds the parameters. Gradients from before do not count, and none are left.
        every: batches in a group, at least 1.

    Returns:
        The mean loss of each group, as Python floats.

    >>> w = torch.tensor(0.0, requires_grad=True)
    >>> accumulated_gradient(lambda number: (w - number) ** 2, [1.0, 3.0], torch.optim.SGD([w], lr=0.5), every=2)
    [5.0]
    >>> w.item()
    2.0
    """
    # BEGIN SOLUTION
    losses = []
    optimizer.zero_grad()
    for first in range(0, len(batches), every):
        group = batches[first : first + every]
        mean = 0.0
        for batch in group:
            loss = loss_of(batch) / len(group)
            loss.backward()
            mean += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(mean)
    return losses
    # END SOLUTION


# %% check="accumulated_gradient"
check(accumulated_gradient)

# %% [markdown]
# **See it.** Twelve rounds through the four batches, with a step for one, two and four of them.

# %%
curves = {}
for every in (1, 2, 4):
    numbers = torch.tensor([5.0, 0.5], requires_grad=True)
    optimizer = torch.optim.SGD([numbers], lr=0.001)
    rounds = [accumulated_gradient(loss_of_batch, batches, optimizer, every) for _ in range(12)]
    means = [sum(losses) / len(losses) for losses in rounds]
    curves[f"a step for {every} batch{'es' if every > 1 else ''}"] = (range(1, 13), means)
lines(curves, xlabel="rounds through the log", ylabel="mean loss (logarithmic)", logy=True)

# %% [markdown]
# The mean keeps the length of a step the same. So the loop that steps less often gets less far in the same number of
# rounds, and with a larger batch one often takes a larger rate.

# %% [markdown]
# ## 6 · Wrong, and hard to see · core
#
# A wrong gradient seldom crashes. It has the right shape, it points roughly downhill, and the training just works a bit
# worse than it could. Here are five gradients of our loss, at a pace of 6 and a start of 2, as people write them. Every
# one of them is right about *some* logs.

# %%
suspects("gradient_counterexample")

# %% [markdown]
# ### Exercise: `gradient_counterexample` ●●○ · 6 minutes · core
#
# Write a log of runs on which all five are seen to be wrong. We run autograd and the five suspects on it, and you score
# for each suspect that gives a clearly different answer.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through them one by one, and ask when the difference would *not* matter. With a single run, for example, three of
# them do perfectly well. Avoid exactly that.
#
# </details>
# <details><summary>Hint 2: one of them seems to be right about everything?</summary>
#
# The rule says 6 · distance + 2. Let one run be much slower than that, and one a little faster.
#
# </details>


# %% exercise="gradient_counterexample"
def gradient_counterexample() -> tuple[Tensor, Tensor]:
    """A log of runs on which each of the suspects is seen to be wrong.

    Returns:
        distance in kilometres and took in minutes, each float64, of shape (runs,), above 0 and at most 1,000.
    """
    # BEGIN SOLUTION
    distance = torch.tensor([5.0, 3.0, 10.0], dtype=torch.float64)
    took = torch.tensor([35.0, 15.0, 90.0], dtype=torch.float64)
    return distance, took
    # END SOLUTION


# %% check="gradient_counterexample"
check(gradient_counterexample)

# %% [markdown]
# **See it.** What each of them makes of your log. Every row should differ from the first.

# %%
descent.lineup("gradient_counterexample", gradient_counterexample())

# %% [markdown]
# ## 7 · An operation of your own · core
#
# Will we be back within the hour? If our rule predicts 58 minutes, most likely, and if it predicts 75, hardly. To turn
# a margin of so many minutes into a probability one uses the **sigmoid**, $y = 1 / (1 + e^{-x})$. Written with the
# operations that we have, it takes five of them, and PyTorch records all five. Its derivative, though, is one short
# line, and it needs nothing but the result: $y \, (1 - y)$.
#
# So let us give PyTorch a node of our own. That is what a `Function` is. Its `forward` computes, and is not recorded.
# Its `backward` takes the gradient that arrives, multiplies it by the derivative and passes it back, just as
# `log_backward` did. Between the two, `ctx`
# carries what has to be remembered. Here is one for $x^3$, and beside it the mistake that is made most often.


# %%
class Cube(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return grad * 3 * x**2


class CubeWithoutChain(Cube):
    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return 3 * x**2


points = torch.linspace(-1.0, 1.0, 5, dtype=torch.float64, requires_grad=True)
for kind in (Cube, CubeWithoutChain):
    passed = gradcheck(lambda x, kind=kind: 2 * kind.apply(x), points, raise_exception=False)
    print(f"{kind.__name__}: gradcheck says {passed}")

# %% [markdown]
# `gradcheck` is your `nudge`, for every number of an input. It wants `float64`, and you know why. (The factor of 2 in
# front is what gives the second one away: on its own, `grad` would be 1 everywhere, and to forget it would cost
# nothing.)
#
# > **You may read that** a call of a model goes from `Module.__call__` on to `Function.__call__` and
# > `Function.forward`. A `Function` is not called at all. One writes `Cube.apply(x)`; `Cube()(x)` raises. And the nodes
# > of PyTorch's own operations are not Python objects of this kind but C++, made where the operation runs.
#
# Why `ctx.save_for_backward(x)` instead of simply `ctx.x = x`? Both work at first. But what is saved has its count of
# changes compared on the way back, as in section 4. An attribute is not checked, and a change in place then gives a
# wrong gradient without a word. And a result that is kept as an attribute holds on to its node, which holds on to the
# result: such a circle stays in memory until Python's garbage collector comes by.
#
# ### Exercise: `Sigmoid` ●●○ · 8 minutes · core
#
# One node instead of five.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Save the result. In `backward`, the chain rule: what arrives, times the derivative. Leave `grad` itself as it is; it
# may be on its way to other nodes, too.
#
# </details>
# <details><summary>Hint 2: NaN far from zero?</summary>
#
# $e^{1000}$ is infinite. `1 / (1 + inf)` is 0, as it should be; `inf / (1 + inf)` is NaN.
#
# </details>
# <details><summary>Hint 3: only the second derivative is wrong?</summary>
#
# Save `y`, and compute `y * (1 - y)` in `backward`. There it is recorded, when somebody needs it.
#
# </details>


# %% exercise="Sigmoid"
class Sigmoid(Function):
    """1 / (1 + exp(−x)) as one node: `Sigmoid.apply(x)`.

    Not to be used: `torch.sigmoid`.

    Takes a floating-point tensor of any shape, gives one of the same shape and dtype: no NaN, however large x is. It
    can be differentiated twice. Changes in place after the way there are noticed or do no harm.

    >>> x = torch.tensor([0.0, 100.0], requires_grad=True)
    >>> torch.autograd.grad(Sigmoid.apply(x).sum(), x)
    (tensor([0.2500, 0.0000]),)
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        # BEGIN SOLUTION
        y = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(y)
        return y
        # END SOLUTION

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        # BEGIN SOLUTION
        (y,) = ctx.saved_tensors
        return grad * y * (1 - y)
        # END SOLUTION


# %% check="Sigmoid"
check(Sigmoid)

# %% [markdown]
# **See it.** `gradcheck` for the first derivative, `gradgradcheck` for the second. Then the graph, once with your node
# and once from operations. (These are PyTorch's own notes, from the result at the right to the leaf at the left; a
# dashed frame holds what a node remembers.)

# %%
print(gradcheck(Sigmoid.apply, points), gradgradcheck(Sigmoid.apply, points))
w = torch.tensor([1.0, 3.0, -2.0], requires_grad=True)
y = Sigmoid.apply(w)
graphs.draw_graph(y, "Sigmoid.apply(w)", w=w, y=y)

# %%
graphs.draw_graph(1 / (1 + (-w).exp()), "1 / (1 + (-w).exp())", w=w)

# %% [markdown]
# ## 8 · 405,000 numbers · core
#
# We began with the question which of a million numbers should move, which way, and how far. By now we have an answer.
# The numbers that the loss depends on move, each of them against its entry of the gradient, and by the learning rate
# times that entry. And all these entries come out of one walk back.
#
# Nothing in this was about running. So let us take a photograph, and somebody who could not hold the camera still. Each
# pixel of the picture is now the mean of 21 that lie beside each other. The sharp picture is unknown: 300 by 450 pixels
# in three colours make 405,000 numbers. But from any guess at it we can *compute* what the unsteady hand would have
# made of it, and the loss is how far that is from what we have. We begin with plain grey. This time we add the squares
# up, so that each pixel's gradient tells how far *it* is off, and a rate of 0.5 makes up for the 2 that a square brings
# along.

# %%
sharp = photograph()[40:340, 150:600].permute(2, 0, 1) / 255  # (colour, height, width)


def shaken(picture: Tensor) -> Tensor:
    return F.avg_pool2d(picture, kernel_size=(1, 21), stride=1)  # the mean of 21 neighbours in a row


received = shaken(sharp)
guess = torch.full_like(sharp, 0.5).requires_grad_()
stages = {"what we have": received}
for step in range(1, 101):
    guess.grad = None
    (shaken(guess) - received).square().sum().backward()
    sgd_step([guess], rate=0.5)
    if step in (1, 10, 100):
        stages[f"after {step} step{'s' if step > 1 else ''}"] = guess.detach().clone()

# %%
show({name: picture.permute(1, 2, 0) for name, picture in stages.items()}, columns=2)

# %% [markdown]
# The roof has its ornaments back, and you can count the windows. Nobody told the loop what a palace looks like, or how
# to undo a blur. It knew only how to blur, and asked 405,000 numbers a hundred times which way they should move. One
# nudge at a time, these hundred steps would have taken eighty million blurred pictures. (What ripples are left in the
# sky are waves that fit almost exactly into those 21 pixels. Blurring leaves next to nothing of them, so the loss
# hardly depends on them, and their gradient is next to nothing, too.)
#
# This is the loop that trains every network in this course, and your `sgd_step` is in the middle of it. All that
# changes from here is what stands in for `shaken`.
#
# The core of the lesson ends here. Sections 9 to 13 stand by themselves, for when you have time or need them.

# %% [markdown]
# ## 9 · Off the record · extra
#
# Not everything should be recorded: the step of an optimizer, an evaluation, a target that is to count as a constant.
#
# | | what it does | what comes out |
# |---|---|---|
# | `x.detach()` | the same memory under a new name, without history | a constant, for this graph |
# | `with torch.no_grad():` | records nothing inside | results that need no gradient |
# | `with torch.inference_mode():` | records nothing, not even versions | faster still; a graph may not save it later |
# | `w.requires_grad_(False)` | from now on, nothing done with this leaf is recorded for it | a frozen weight |
# | `x.data` | as `detach`, and changes in place go unnoticed | a trap, see below |
#
# **Predict first.** A saved tensor is the tensor itself, not a copy. What if somebody writes into it before the way
# back? Each of these functions computes something from a leaf `x`, and then one goes back. Which of the seven fail?


# %%
def leaf_in_place(x):
    return x.add_(1)


def result_in_place(x):
    return x.exp().add_(1)


def sum_in_place(x):
    return (x + 1).add_(1)


def input_in_place(x):
    y = 2 * x
    z = y.sin()
    y.zero_()
    return z


def back_twice(x):
    y = x.sin().sum()
    y.backward()
    return y


def leaf_under_no_grad(x):
    with torch.no_grad():
        x.add_(1)
    return x.square()


def through_inference(x):
    with torch.inference_mode():
        factor = torch.ones(2) * 3
    return x * factor


for computation in (
    leaf_in_place, result_in_place, sum_in_place, input_in_place, back_twice, leaf_under_no_grad, through_inference,
):  # fmt: skip
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    try:
        computation(x).sum().backward()
        print(f"{computation.__name__:19} fine, {x.grad.tolist()}")
    except RuntimeError as error:
        print(f"{computation.__name__:19} fails:\n    {str(error).split('. ')[0]}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# Five fail. `back_twice` finds its saved tensors freed. The last one shows the price of `inference_mode`: such a
# tensor may not be saved. And a leaf may be changed, but not on the record. `sum_in_place` is fine: a sum saves
# nothing, so nothing can be spoiled.
#
# </details>
#
# Two of the failures are caught by the **version counter**, a count of the changes in place that every tensor keeps: a
# node notes it when it saves, and compares on the way back. So you get "is at version 1; expected version 0" instead of
# a wrong gradient. The cure depends on what you mean. Use the operation that makes a new tensor (`y = y + 1`), or
# `y.clone()` before the change.

# %%
y = torch.ones(2, requires_grad=True).exp()
print("made", y._version, end=" ")
y.add_(1)
print("· changed", y._version, end=" ")
y[0] = 5
print("· a view of it changed", y._version, end=" ")
y.detach().mul_(2)
print("· changed through detach", y._version, end=" ")
y.data.mul_(2)
print("· changed through .data", y._version)

# %% [markdown]
# A view shares the counter of its tensor, and so does what `detach` gives. Only `.data` gets one of its own.

# %% [markdown]
# > **You may read that** one writes the step as `w.data -= rate * w.grad`. It leaves no record, but the version does
# > not move either. Say we have a loss, take a step too early, and only then go back:


# %%
def gradient_after_a_step(step: Callable[[Tensor], None]) -> str:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w.exp()).sum()
    step(w)
    try:
        return str(torch.autograd.grad(loss, w)[0])
    except RuntimeError as error:
        return f"RuntimeError: {str(error).split(': ')[0]}"


def by_data(w: Tensor) -> None:
    w.data -= 0.5


def by_no_grad(w: Tensor) -> None:
    with torch.no_grad():
        w -= 0.5


print("before the step:", (1 + torch.tensor([1.0, 2.0])) * torch.tensor([1.0, 2.0]).exp())
print("after it:       ", (1 + torch.tensor([0.5, 1.5])) * torch.tensor([0.5, 1.5]).exp())
print("with .data:     ", gradient_after_a_step(by_data))
print("with no_grad:   ", gradient_after_a_step(by_no_grad))

# %% [markdown]
# > With `.data` we get a gradient that belongs to no point at all: half of it was computed with the old weights, half
# > with the new ones. With `no_grad` we get an error, and an error is what we want here. (`.data` has a use left where
# > a change must *not* count, as when a module moves its parameters to another device;
# > [lesson 06](../06_modules/06_modules.ipynb) meets it again.)
# %% [markdown]
# > **You may read that** only leaves get a gradient, and that no tensor in the graph may depend on one that needs none.
# > Let us try both.

# %%
x = torch.tensor([1.0, 2.0], requires_grad=True)
middle = x * 3
side = middle.detach().exp()  # depends on x, and needs no gradient
result = (middle.square() * side).sum()

(at_middle,) = torch.autograd.grad(result, middle, retain_graph=True)
print("computed for the middle:", at_middle)
result.backward()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch warns: this is not a leaf
    print("kept there:             ", middle.grad)
print("kept at the leaf:       ", x.grad)

middle = x * 3
middle.retain_grad()
middle.square().sum().backward()
print("kept after retain_grad: ", middle.grad)

# %% [markdown]
# > - *Only leaves*: half right. Gradients are **computed** all the way, or nothing would arrive at the leaf. They are
# >   **kept** at leaves, and elsewhere on demand: `middle.retain_grad()` before the pass, or `torch.autograd.grad`.
# > - *No dependent without a gradient*: wrong. The detached `side` takes no gradient, and `x` gets its own over the
# >   other way. The derivative treats `side` as a constant, which may or may not be what you want. Nobody warns.

# %% [markdown]
# ## 10 · Many results: a vector times a Jacobian · extra
#
# So far there was one number at the end, the loss. A function with many results has many gradients, one for each of
# them. Written below each other they make a table, the **Jacobian**:
#
# $$J_{ij} = \frac{\partial y_i}{\partial x_j}$$
#
# Autograd never writes $J$ down. What a node can do is what `log_backward` does: it takes a gradient with respect to
# its result, $v$, and turns it into one with respect to its input. In symbols, it makes $v^\top J$. (One reads the name
# "Jacobian-vector product" for this; that is $J v$, and goes the other way.)
#
# So `backward` needs a $v$ to begin with. For a single number it takes 1. For anything else you must say.

# %%
matrix = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
x = torch.ones(3, requires_grad=True)
y = matrix @ x  # the Jacobian of this is the matrix
try:
    y.backward()
except RuntimeError as error:
    print("1.", error)
y.backward(gradient=torch.tensor([1.0, 0.0]))
print("2.", x.grad.tolist(), "the first row of J")
(matrix @ x).backward(gradient=torch.tensor([0.0, 10.0]))
print("3.", x.grad.tolist(), "surprised?")

# %% [markdown]
# The third line is the first row plus ten times the second, since `backward` adds to `.grad`. There is a way to ask
# that changes nothing: `torch.autograd.grad(y, inputs, v)` returns the gradients and leaves every `.grad` as it was,
# those of weights deep inside a function, too. That is the one to use whenever you want to *know* a derivative rather
# than to train with it.
#
# ### Exercise: `vjp` ●○○ · 6 minutes · extra
#
# Ask for $v^\top J$ of a function, for each of its inputs, and leave no trace: not on the inputs, not on weights that
# the function uses.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The inputs may need no gradient, or have a history. Work on tensors of your own: `x.detach()` shares the memory, has
# no history, and a `requires_grad` of its own.
#
# </details>
# <details><summary>Hint 2: <code>One of the differentiated Tensors appears to not have been used</code>?</summary>
#
# An input plays no part, and its gradient is zero. `torch.autograd.grad(…, allow_unused=True)` gives None there;
# `materialize_grads=True` makes zeros of it.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# leaves = [item.detach().requires_grad_() for item in inputs]
# return torch.autograd.grad(..., leaves, grad_outputs=..., allow_unused=True, materialize_grads=True)
# ```
#
# </details>


# %% exercise="vjp"
def vjp(function: Callable[..., Tensor], inputs: Sequence[Tensor], vector: Tensor) -> tuple[Tensor, ...]:
    """A vector times the Jacobian of `function` at `inputs`.

    Not to be used: `torch.func`, `torch.autograd.functional`.

    Args:
        function: is called as `function(*inputs)` and returns one tensor, which depends on at least one of them. It
            may use weights that need gradients.
        inputs: floating-point tensors of any shape.
        vector: shape and dtype of the function's result.

    Returns:
        For each input the gradient of (vector · result), shape and dtype of the input, without graph; zeros for an
        input that plays no part. No `.grad` and no `requires_grad` is changed anywhere.

    Raises:
        RuntimeError: an input holds whole numbers, or the vector has another shape than the result.

    >>> vjp(torch.mul, (torch.tensor([1.0, 2.0]), torch.tensor([5.0, 7.0])), torch.tensor([1.0, 10.0]))
    (tensor([ 5., 70.]), tensor([ 1., 20.]))
    """
    # BEGIN SOLUTION
    leaves = [item.detach().requires_grad_() for item in inputs]
    result = function(*leaves)
    return torch.autograd.grad(result, leaves, vector, allow_unused=True, materialize_grads=True)
    # END SOLUTION


# %% check="vjp"
check(vjp)

# %% [markdown]
# **See it.** Unit vectors read the rows of the Jacobian, one backward pass each.

# %%
for unit in torch.eye(2):
    print(unit.tolist(), "→", vjp(lambda x: matrix @ x, (torch.ones(3),), unit)[0].tolist())

# %% [markdown]
# Training needs the derivatives of *one* number, the loss, with respect to millions of weights. That is one row, one
# pass. The other direction, one column of $J$ for a single pass, is forward mode (`torch.func.jvp`), and it is what
# our nudges did. It pays where few inputs have many results.
#
# ### Exercise: `jacobian` ●●○ · 8 minutes · extra
#
# Collect all rows. Call the function once: a second call would give other numbers if there is dropout in it. So the
# graph has to serve several passes.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Flatten the result and take `torch.autograd.grad` of each number in it. Stack the rows, then give them the shape of
# the result followed by the shape of x.
#
# </details>
# <details><summary>Hint 2: <code>Trying to backward through the graph a second time</code>?</summary>
#
# The first pass frees what was saved. `retain_graph=True` keeps it.
#
# </details>
# <details><summary>Hint 3: all rows alike, or each row larger than the one before?</summary>
#
# You read `x.grad`, to which every pass adds, in place: it is always the same tensor. Use what `torch.autograd.grad`
# returns.
#
# </details>


# %% exercise="jacobian"
def jacobian(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The derivative of every result with respect to every input.

    Not to be used: `torch.func`, `torch.autograd.functional`.

    Args:
        function: from one tensor to one that depends on it and holds a number or more; it is called once. It may
            use weights that need gradients.
        x: floating point, any shape, also a single number of shape ().

    Returns:
        Shape (*result.shape, *x.shape), dtype of `x`, without graph: at [i, j] the derivative of result[i] with respect
        to x[j], zero where it depends on nothing there. No `.grad` and no `requires_grad` is changed anywhere.

    Raises:
        RuntimeError: `x` holds whole numbers.

    >>> jacobian(lambda x: x.cumsum(0), torch.tensor([1.0, 2.0]))
    tensor([[1., 0.],
            [1., 1.]])
    """
    # BEGIN SOLUTION
    x = x.detach().requires_grad_()
    result = function(x)
    rows = [torch.autograd.grad(one, x, retain_graph=True)[0] for one in result.flatten()]
    return torch.stack(rows).reshape(*result.shape, *x.shape)
    # END SOLUTION


# %% check="jacobian"
check(jacobian)

# %% [markdown]
# **See it.** Three operations with six inputs and six results. Predict the pattern before you run it: on which inputs
# does result 2 of a `tanh` depend? Of a cumulative sum? Of a softmax?

# %%
point = torch.tensor([0.5, -1.0, 2.0, 0.0, 1.0, -0.5])
operations = {"tanh": torch.tanh, "cumsum": lambda x: x.cumsum(0), "softmax": lambda x: x.softmax(0)}
panels = {name: jacobian(operation, point) for name, operation in operations.items()}
heatmaps(panels, xlabel="input", ylabel="result", signed=True, numbers=False)

# %% [markdown]
# <details><summary>The answer</summary>
#
# For tanh only the diagonal has colour: each result depends on its own input. For cumsum it is the triangle on and
# below the diagonal: results depend on all inputs up to theirs. For softmax the diagonal is red and the rest pale blue:
# what one gains, the others lose, and every row sums to zero.
#
# </details>
#
# The backward of tanh never builds its square. It multiplies by the diagonal, entry by entry.

# %% [markdown]
# ## 11 · A derivative that is a lie · extra
#
# Our watch shows the pace in steps of a quarter of a minute. To store a number in a few bits one does the same: it is
# rounded to a multiple of a step $s$.
#
# $$y = s \cdot \operatorname{round}(x / s)$$
#
# The derivative of `round` is 0 almost everywhere. That is true and useless: nothing can learn through it. The
# **straight-through estimator** ([Bengio et al. 2013](https://arxiv.org/abs/1308.3432)) says something else on the way
# back: it takes 1 for the derivative of `round`. By the chain rule, with $r = x / s$,
#
# $$\frac{\partial y}{\partial x} = s \cdot 1 \cdot \frac{1}{s} = 1$$
#
# $$\frac{\partial y}{\partial s} = \operatorname{round}(r) + s \cdot 1 \cdot \Big({-\frac{x}{s^2}}\Big)
# = \operatorname{round}(r) - r$$
#
# So the step can be learned, too ([Esser et al. 2020](https://arxiv.org/abs/1902.08153)). All numbers share one step:
# its gradient is the sum over all of them.
#
# ### Exercise: `StraightThroughRound` ●●● · 12 minutes · extra
#
# A Function of two inputs returns two gradients, in the order of the inputs. Often only one of them is wanted. Then
# `ctx.needs_input_grad` says so, and the other is `None`: work saved.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The gradient of `x` leaves exactly as it arrives. For the step: what arrives, times (round(r) − r), summed up.
#
# </details>
# <details><summary>Hint 2: <code>returned an incorrect number of gradients</code>?</summary>
#
# `backward` returns as many values as `forward` has inputs after `ctx`: `return of_x, of_step`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# x, step = ctx.saved_tensors
# of_x = of_step = None
# if ctx.needs_input_grad[0]:
#     of_x = ...
# if ctx.needs_input_grad[1]:
#     of_step = (grad * ...).sum()
# return of_x, of_step
# ```
#
# </details>


# %% exercise="StraightThroughRound"
class StraightThroughRound(Function):
    """Rounds to multiples of a step, and lets gradients through: `StraightThroughRound.apply(x, step)`.

    Takes `x` of any shape, floating point, and `step`, a positive tensor of shape () and the same dtype. Gives the
    nearest multiple of the step for each number; halves go to the even multiple, as in `torch.round`. Backward takes 1
    for the derivative of round. `backward` returns None for an input that needs no gradient. Changes in place after the
    way there are noticed or do no harm.

    >>> x, step = torch.tensor([0.4, 1.3], requires_grad=True), torch.tensor(0.5, requires_grad=True)
    >>> y = StraightThroughRound.apply(x, step)
    >>> y.tolist(), torch.autograd.grad(y.sum(), [x, step])
    ([0.5, 1.5], (tensor([1., 1.]), tensor(0.6000)))
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, step: Tensor) -> Tensor:
        # BEGIN SOLUTION
        ctx.save_for_backward(x, step)
        return step * torch.round(x / step)
        # END SOLUTION

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None]:
        # BEGIN SOLUTION
        x, step = ctx.saved_tensors
        of_x = of_step = None
        if ctx.needs_input_grad[0]:
            of_x = grad
        if ctx.needs_input_grad[1]:
            ratio = x / step
            of_step = (grad * (torch.round(ratio) - ratio)).sum()
        return of_x, of_step
        # END SOLUTION


# %% check="StraightThroughRound"
check(StraightThroughRound)

# %% [markdown]
# **See it.** The log again, learned with numbers that are rounded to whole minutes at first. Before you run it: what
# will the curve of plain `torch.round` do?


# %%
def rounded_training(rounded: Callable[[Tensor, Tensor], Tensor], learn_step: bool) -> list[float]:
    numbers = torch.tensor([5.0, 0.5], requires_grad=True)
    step = torch.tensor(1.0, requires_grad=learn_step)
    optimizer = torch.optim.SGD([numbers, step], lr=0.002)
    losses = []
    for _ in range(150):
        loss = loss_of(rounded(numbers, step))
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


losses = {
    "torch.round": rounded_training(lambda w, step: step * torch.round(w / step), False),
    "straight through": rounded_training(StraightThroughRound.apply, False),
    "and a learned step": rounded_training(StraightThroughRound.apply, True),
}
descent.roundings(StraightThroughRound.apply, losses)

# %% [markdown]
# <details><summary>The answer</summary>
#
# With `torch.round` the loss stays where it began. Straight through it falls within two steps, and then it hops between
# 8 and 25 for ever: whole minutes per kilometre are coarse, and the number behind them crosses the middle between two
# of them again and again. With a step that is learned as well, it settles at 1.4.
#
# </details>
#
# `gradcheck` fails for this Function, and rightly: its gradient is not the derivative of what it computes. Quantised
# networks are trained this way all the same.

# %% [markdown]
# ## 12 · The derivative of a derivative · extra
#
# A backward pass is made of operations, and operations can be recorded. `create_graph=True` asks for that. Then the
# gradient has a `grad_fn`, and one can go back from it.

# %%
x = torch.tensor([1.0, 2.0], requires_grad=True)
(first,) = torch.autograd.grad(x.pow(3).sum(), x, create_graph=True)
(second,) = torch.autograd.grad(first.sum(), x)
print("3 x² =", first.tolist(), "with", type(first.grad_fn).__name__)
print("6 x  =", second.tolist())

# %% [markdown]
# Here each number had its own second derivative. In general there is one for each *pair* of inputs: the **Hessian**
# $H$, of $n^2$ numbers. For a network with a million weights, that is a million million. But to know how the gradient
# changes along a direction $v$, one needs $Hv$ alone, and
#
# $$H v = \frac{\partial}{\partial x} \Big( \frac{\partial f}{\partial x} \cdot v \Big)$$
#
# The thing in brackets is one number. So one more backward pass does it.
#
# ### Exercise: `hessian_vector_product` ●●● · 10 minutes · extra
#
# $Hv$ without $H$: the check watches the size of every tensor.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two calls of `torch.autograd.grad`. Between them, the gradient is multiplied by the vector and summed up. Which of the
# two needs `create_graph=True`?
#
# </details>
# <details><summary>Hint 2: <code>element 0 of tensors does not require grad</code>?</summary>
#
# With `create_graph=True` forgotten, that comes always. With it, for a linear function alone: its gradient is a
# constant, and nothing leads back. Ask `.requires_grad` first; then the answer is zeros.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# x = x.detach().requires_grad_()
# (gradient,) = torch.autograd.grad(function(x), x, create_graph=True)
# along = (gradient * vector.detach()).sum()
# if not along.requires_grad: ...
# return torch.autograd.grad(along, x, allow_unused=True, materialize_grads=True)[0]
# ```
#
# </details>


# %% exercise="hessian_vector_product"
def hessian_vector_product(function: Callable[[Tensor], Tensor], x: Tensor, vector: Tensor) -> Tensor:
    """How the gradient of `function` changes when `x` moves along `vector`: the Hessian at `x` times `vector`.

    Not to be used: `torch.func`, `torch.autograd.functional`.

    Args:
        function: from one tensor to a single number, shape (), that depends on it. It may use weights that need
            gradients.
        x: floating point, any shape.
        vector: shape and dtype of `x`.

    Returns:
        Shape and dtype of `x`, without graph; zeros for a linear function. No tensor on the way is larger than a few
        times `x`. No `.grad` and no `requires_grad` is changed anywhere.

    >>> hessian_vector_product(lambda x: x[0] ** 2 * x[1], torch.tensor([1.0, 3.0]), torch.tensor([1.0, 0.0]))
    tensor([6., 2.])
    """
    # BEGIN SOLUTION
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(function(x), x, create_graph=True)
    along = (gradient * vector.detach()).sum()
    if not along.requires_grad:
        return torch.zeros_like(x)
    (product,) = torch.autograd.grad(along, x, allow_unused=True, materialize_grads=True)
    return product
    # END SOLUTION


# %% check="hessian_vector_product"
check(hessian_vector_product)

# %% [markdown]
# **See it.** What is it good for? It tells *how far* one may go, the one thing that the gradient leaves open. The
# largest eigenvalue $\lambda$ of $H$ says how sharply a loss bends in its sharpest direction. On a parabola, gradient
# descent converges for rates below $2 / \lambda$ and diverges above. And multiplying by $H$ again and again finds
# $\lambda$. Here it is for our log of runs, with rates just below and just above:

# %%
beginning = torch.tensor([5.0, 0.5])
sharpest = descent.largest_curvature(hessian_vector_product, loss_of, beginning)
print(f"λ = {sharpest:.2f}, so rates below 2 / λ = {2 / sharpest:.4f} are safe")
descent.descents(loss_of, beginning, {f"{share} · 2/λ": share * 2 / sharpest for share in (0.5, 0.97, 1.03)})

# %% [markdown]
# ## 13 · The whole graph · extra
#
# Now let us look at the notes themselves. The way back starts at `loss.grad_fn`, and each node knows in
# `next_functions` where its gradients go next.

# %%
x = torch.tensor([0.5, -1.0, 2.0])
w = torch.tensor([1.0, 3.0, -2.0], requires_grad=True)
b = torch.tensor(0.1, requires_grad=True)
result = (w * x + b).tanh().square().sum()

node = result.grad_fn
while node.next_functions:
    print(f"{type(node).__name__:14} → {[type(after).__name__ for after, _ in node.next_functions]}")
    node = node.next_functions[0][0]
print("the last one belongs to w:", node.variable is w)
print("the product kept x itself, not a copy:", (w * x).grad_fn._saved_other is x)
graphs.draw_graph(result, "(w * x + b).tanh().square().sum()", w=w, x=x, b=b)

# %% [markdown]
# Three things to notice. A plain tensor needs no gradient, so its entry holds `None`. The second item of each pair,
# which we threw away, says *which result* of the next node the gradient belongs to; only a node with several of them
# needs it, such as the one of `x.unbind()`. And the loop went to the first entry each time, where it could have gone to
# two places.
#
# > **You may read that** from a linear layer's result, `next_functions[0][0]` leads to the ReLU before it.

# %%
layer = nn.Linear(3, 2)
hidden = torch.ones(1, 3, requires_grad=True).relu()
for place, (after, _) in enumerate(layer(hidden).grad_fn.next_functions):
    print(place, type(after).__name__, tuple(after.variable.shape) if hasattr(after, "variable") else "")

# %% [markdown]
# > It leads to the bias. The entries stand in the order of the operation's inputs, and `addmm`, which computes the
# > layer, takes the bias first. The ReLU is entry 1.
#
# ### Exercise: `graph_of` ●●○ · 10 minutes · extra
#
# Walk the whole graph, as the drawing does. Give numbers to nodes in the order in which you find them: the result's own
# node is 0, and the nodes that a node leads to get the next free numbers.
#
# It is a graph and not a tree: a node can be reached in several ways. And it can be deep: a text of a thousand words,
# read word by word, makes thousands of nodes in a row.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A list may grow while a `for` loop walks over it. Begin with the list `[result.grad_fn]`, and append what you find.
#
# </details>
# <details><summary>Hint 2: a million lines, or nodes listed twice?</summary>
#
# Keep a dict: node → number. Nodes can be keys; they are equal only to themselves.
#
# </details>
# <details><summary>Hint 3: RecursionError?</summary>
#
# Do not let the function call itself. The growing list needs no recursion.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# nodes = [result.grad_fn]
# numbers = {}                           # nothing leads to the first node: it needs no entry
# lines = []
# for node in nodes:
#     after = [...]                      # the nodes in node.next_functions that are not None
#     for one in after:
#         if one not in numbers: ...     # gets the number len(nodes), joins the list
#     lines.append((type(node).__name__, [numbers[one] for one in after]))
# ```
#
# </details>


# %% exercise="graph_of"
def graph_of(result: Tensor) -> list[tuple[str, list[int]]]:
    """The nodes of the graph behind `result`, each once, and where each sends its gradient.

    Args:
        result: any tensor; its graph may be thousands of nodes deep.

    Returns:
        One pair for each node, numbered in the order of finding: `result.grad_fn` is 0, then the nodes it leads to in
        the order of its inputs, then those that node 1 leads to, and so on. A pair holds the name of the node's class,
        as "MulBackward0", and the numbers of the nodes that the gradient goes to, one for each input that needs a
        gradient (a tensor used twice stands twice). An empty list where there is no `grad_fn`.

    >>> w = torch.ones(3, requires_grad=True)
    >>> graph_of((2 * w).sum())
    [('SumBackward0', [1]), ('MulBackward0', [2]), ('AccumulateGrad', [])]
    """
    # BEGIN SOLUTION
    if result.grad_fn is None:
        return []
    nodes, numbers, lines = [result.grad_fn], {}, []
    for node in nodes:
        after = [one for one, _ in node.next_functions if one is not None]
        for one in after:
            if one not in numbers:
                numbers[one] = len(nodes)
                nodes.append(one)
        lines.append((type(node).__name__, [numbers[one] for one in after]))
    return lines
    # END SOLUTION


# %% check="graph_of"
check(graph_of)

# %% [markdown]
# **See it.** A whole layer of a transformer ([lesson 12](../12_transformer/12_transformer.ipynb) builds it; here it is
# a black box). How many nodes do you guess?

# %%
torch.manual_seed(0)
layer = nn.TransformerEncoderLayer(d_model=16, nhead=4, dim_feedforward=32, dropout=0.0, batch_first=True)
nodes = graph_of(layer(torch.randn(2, 5, 16)).sum())
print(len(nodes), "nodes")
for name, count in Counter(name for name, _ in nodes).most_common(5):
    print(f"{count:3} × {name}")

# %% [markdown]
# There are as many AccumulateGrad as the layer has parameters. Views are operations, too: they have to be undone on the
# way back.
#
# **Explore.** Other expressions, and what happens to a graph afterwards. Before you move anything: which of `w + b`
# and `w * w` has to save something, and why?

# %%
explore(
    graphs.remembered,
    "What does an expression keep for the way back?",
    expression=choice(list(graphs.EXPRESSIONS), "e = w.exp();  e / e.sum()", label="result"),
    event=choice(graphs.EVENTS, label="look at it"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# A product needs both factors on the way back, and a sum needs nothing. In the picture that stands there first, there
# is one ExpBackward0, reached in two ways, and the gradients of both are added before it goes on. If you write `w.exp()
# / w.exp().sum()`, there are two. `w.softmax(0)` is one node that keeps its own result and nothing else. After
# `backward` the frames read "freed".
#
# </details>

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `nudge` | `torch.autograd.gradcheck` nudges every number of an input |
# | `log_backward` | a line in `derivatives.yaml`: `self: grad.div(self.conj())` |
# | `sgd_step` | `torch.optim.SGD.step` |
# | `accumulated_gradient` | `gradient_accumulation_steps` in transformers' `TrainingArguments` |
# | `Sigmoid` | `SigmoidBackward0` |
# | `vjp` | `torch.func.vjp`, `torch.autograd.functional.vjp` |
# | `jacobian` | `torch.func.jacrev`, `torch.autograd.functional.jacobian` |
# | `StraightThroughRound` | `torch.fake_quantize_per_tensor_affine` and its learnable relative |
# | `hessian_vector_product` | `torch.autograd.functional.hvp`; in `torch.func`: `jvp` of `grad` |
# | `graph_of` | `torchviz.make_dot` draws the same walk |
#
# **Read the real source.** `tools/autograd/derivatives.yaml` in the PyTorch repository holds one line for each
# derivative; look for `log`. `torch/csrc/autograd/engine.cpp` works the graph off.
# `torch/csrc/autograd/functions/accumulate_grad.h` decides between "put" and "add". In Python:
# `torch/autograd/function.py`.
#
# **Sources.** [Paszke et al. 2017](https://openreview.net/forum?id=BJJsrmfCZ), *Automatic differentiation in PyTorch*.
# [Pearlmutter 1994](https://doi.org/10.1162/neco.1994.6.1.147), *Fast exact multiplication by the Hessian*.
#
# **At scale.** A model of 7 billion numbers has a gradient of 7 billion numbers: in bfloat16 they take 14 GB beside the
# 14 GB of the weights, and Adam keeps two more numbers for each, often in float32: 56 GB. What the graph saves can be
# more than all of this. So one saves less and computes it again on the way back (activation checkpointing, about a
# third more work), accumulates gradients over several small batches as you did, and shards the rest over the GPUs.
# Eight of them add their gradients up before each step ([lesson 23](../23_data_parallel/23_data_parallel.ipynb)), while
# the walk back is still going on.
#
# **Three questions to take home.**
#
# 1. `x + y` saves nothing, `x * y` saves both. What does `x * 3` save? What does `relu` have to keep, at the least?
# 2. A training loop writes `total = total + loss` to report the mean loss at the end of the day. Its memory grows all
#    day. Why, and which single word mends it?
# 3. `retain_graph=True` and `create_graph=True`: which of them implies the other, and when would you want only one?
