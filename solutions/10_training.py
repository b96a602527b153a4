# %% [markdown]
# # Training
#
# **The laptop dies at step 400 of a night's training. What must have been written down, so that the run goes on as if
# nothing had happened?**
#
# Here is what we train. Somebody hands us a sentence such as "Return True if the event loop has been closed", and we
# would like to say which Python library it documents. A small network learns it from three thousand docstrings of
# thirteen libraries. It does not even know the order of the words. It sees for each of the thousand most frequent
# words whether it occurs in the sentence, as a 1 or a 0, and this is called a **bag of words**.

# %%
import io
import math
import pickle
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

from autograder import check, suspects
from helpers import laptop, training
from helpers.order import Order
from helpers.plots import lines
from helpers.widgets import choice, explore, slider

# %%
task = training.docstring_task()
print(f"{len(task.x):,} docstrings · {len(task.words):,} words ·", *task.libraries)


def guesser(dropout: float = 0.5) -> nn.Sequential:
    return nn.Sequential(nn.Linear(1000, 64), nn.ReLU(), nn.Dropout(dropout), nn.Linear(64, 13))


def go_on(model: nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> list[float]:
    """Some steps with batches of 32; the losses."""
    losses = []
    for _ in range(steps):
        chosen = torch.randint(len(task.x), (32,))
        loss = F.cross_entropy(model(task.x[chosen]), task.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# Now for the accident: we train 200 steps, save the weights, every one of them, and go on for another 60. Then we put
# the saved weights back into the model and take these 60 steps again.

# %%
torch.manual_seed(0)
model = guesser()
optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
go_on(model, optimizer, 200)
saved = {name: tensor.clone() for name, tensor in model.state_dict().items()}
never_died = go_on(model, optimizer, 60)

model.load_state_dict(saved)
back_again = go_on(model, torch.optim.AdamW(model.parameters(), lr=0.003), 60)
lines({"never died": (range(200, 260), never_died), "from the saved weights": (range(200, 260), back_again)},
    xlabel="step", ylabel="loss")  # fmt: skip

# %% [markdown]
# *The picture: two jagged curves of the loss from step 200 to step 260. They begin at different heights and never run
# together.*
#
# The weights are all there, and yet it is another run: it sees other batches. Its dropout, which sets half of the 64
# hidden numbers (the **units**) to zero at random in every step, drops other ones. And its optimizer has forgotten what
# it knew about the gradients. Perhaps it ends just as well, but if we are hunting for a bug that shows at step 430, or
# comparing two settings by their last digit, it is of no use to us.
#
# So we need to know everything that a training carries from one step to the next. The best way to find that out is to
# build the training ourselves, piece by piece, and to ask of each piece what it remembers.
#
# At the end you will be able to
#
# - tell from the first loss, and from a single batch, whether a training can work at all;
# - write `SGD` and `AdamW` so that they agree with PyTorch's to the last digits, and say what each term is for;
# - guard the first steps by a warmup and all steps by clipping, and evaluate without disturbing the training;
# - kill a training and resume it, bit for bit;
# - as extras: accumulate gradients over uneven batches, use other schedules, look at a loss landscape, and hand a model
#   over without handing over a way to run code.
#
# About 60 minutes for the core, 105 with the extras. You need gradients and a training loop
# ([lesson 04](../04_autograd/04_autograd.ipynb)) and modules ([lesson 06](../06_modules/06_modules.ipynb)).

# %% [markdown]
# ## 1 · Before the first step · core
#
# There is one number that we can know before any training. Our model has learned nothing yet, so the best it can do is
# to give each of the thirteen libraries the same probability, 1/13. The loss is the cross entropy, minus the logarithm
# of what the right answer got. So it should be about −log(1/13) = log 13, which is 2.565. Let us check that, and let
# us also look at a model whose last layer came out thirty times too large.

# %%
torch.manual_seed(0)
model, loud = guesser(), guesser()
with torch.no_grad():
    loud[3].weight.mul_(30)
    for name, each in {"log 13": None, "ours": model, "too loud": loud}.items():
        print(f"{name:9}{math.log(13) if each is None else F.cross_entropy(each(task.x), task.labels):7.3f}")

# %% [markdown]
# If the first loss is far above log(classes), the model is sure of things that it cannot know, and its first hundred
# steps will go into unlearning them. If it is far below, either the model is not as new as we think, or the loss is
# divided by too much. (A label that leaks into the input does not show yet, since a new model cannot read it.) To print
# this number costs one line, and it is the first thing to look at in any training.
#
# The second test takes ten seconds: we choose one batch, train on it alone, and see whether the model learns it by
# heart. It has 65,000 weights for 16 docstrings, so the loss has to go to nothing. If it does not, something is
# broken, and more data, a larger model or a night of patience will not mend it. Below, one of the two runs hands
# softmax's result to `F.cross_entropy`. That is a bug, since `cross_entropy` takes the softmax itself, but nothing
# crashes.

# %%
few, their_labels = task.x[::188][:16], task.labels[::188][:16]


def overfit(scores_of: Callable[[Tensor], Tensor]) -> list[float]:
    """120 steps on one batch of 16."""
    torch.manual_seed(0)
    model, losses = guesser(dropout=0.0), []
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(120):
        loss = F.cross_entropy(scores_of(model(few)), their_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


one_batch = {"as it should be": overfit(lambda scores: scores), "softmax twice": overfit(lambda s: s.softmax(dim=1))}

# %% [markdown]
# **Predict first.** After softmax all scores lie between 0 and 1. What is the least that the loss can be then? The
# best case is a score of 1 for the right library and of 0 for the twelve others.

# %%
print(
    *(f"{name}: {losses[0]:.3f} at first, {losses[-1]:.4f} at the end" for name, losses in one_batch.items()), sep="\n"
)
lines({name: (range(1, 121), losses) for name, losses in one_batch.items()}, xlabel="step on one batch", ylabel="loss")

# %% [markdown]
# <details><summary>The answer</summary>
#
# The right one gets e¹ / (e¹ + 12 e⁰), so the loss stops at log(1 + 12/e) = 1.689, and that is where the second curve
# lies flat. The first loss was right in both, since even scores give log 13 either way. So the first test passed, and
# only the second one found the bug. Over a whole night, such a run looks like a model that learns slowly.
#
# </details>
#
# For this test we switch off dropout, and everything else that changes the batch at random, because it is there to
# prevent what we want to see.

# %% [markdown]
# ## 2 · A step with a memory · core
#
# In [lesson 04](../04_autograd/04_autograd.ipynb) a step was rate times gradient. Such a step knows nothing of the one
# before it, and that hurts: each batch of 32 pulls a little to another side, and the step follows every pull. So let
# us give each weight a **velocity**. At every step the old velocity fades by a factor, the **momentum**, and the
# gradient is added to it; then the weight moves along the velocity.
#
# Let us do it by hand, with a momentum of 0.5 and a rate of 0.1. Say a weight stands at 1, and its gradient is 1 each
# time. The first velocity is the gradient itself, 1, so the weight moves to 0.9. The second is 0.5 · 1 + 1 = 1.5, and
# the weight moves to 0.75. What the gradients agree about builds up, in the long run to twice their size, while what
# they disagree about cancels.
#
# One thinks of a sledge that gathers speed downhill, and the picture is good for the building up. It breaks where a
# weight gets no gradient at all (`.grad` is None), because its layer took no part in this step: a sledge would glide
# on, whereas ours stands still and its velocity waits.
#
# So here is the first thing that a training carries along, a velocity for each weight, and PyTorch has a place for it.
# The class `torch.optim.Optimizer` sorts the weights into `param_groups`, dicts that hold `"params"` and the settings
# of a group, such as `"lr"`. It keeps a dict for each weight in `self.state[w]`, and its `state_dict()` hands out
# both. What is left for us is `step`.
#
# ### Exercise: `SGD` ●○○ · 5 minutes · core
#
# The frame is there; what is missing is to renew the velocity, and then to move.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two loops, over `self.param_groups` and over `group["params"]`. The first time, `self.state[w]` is an empty dict; a
# velocity of zeros is a good start, since momentum · 0 + gradient is the gradient.
#
# </details>
# <details><summary>Hint 2: <code>NoneType</code>?</summary>
#
# A weight that took no part has `.grad` None. `continue` before you touch anything of it.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# for group in self.param_groups:
#     for w in group["params"]:
#         if w.grad is None: ...
#         state = self.state[w]
#         if "velocity" not in state: ...
#         state["velocity"].mul_(...).add_(...)
#         w.sub_(...)
# ```
#
# </details>


# %% exercise="SGD"
class SGD(torch.optim.Optimizer):
    """Gradient descent with momentum: velocity ← momentum · velocity + gradient, and then w ← w − lr · velocity.

    Not to be used: `torch.optim.SGD`.

    The first velocity is the gradient. A weight without a gradient (`.grad` is None) stays, and so does its velocity.
    Each group has its own `lr` and `momentum`, which may change between two steps. Velocities are kept in
    `self.state[w]`, so that another optimizer can take up the `state_dict`. The weights are changed in place, and their
    gradients stay as they are.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = SGD([w], lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     w.grad = torch.tensor([1.0])
    ...     optimizer.step()
    >>> w
    tensor([0.7500], requires_grad=True)
    """

    def __init__(self, params: Iterable[Any], lr: float, momentum: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        # BEGIN SOLUTION
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                if "velocity" not in state:
                    state["velocity"] = torch.zeros_like(w)
                state["velocity"].mul_(group["momentum"]).add_(w.grad)
                w.sub_(group["lr"] * state["velocity"])
        # END SOLUTION


# %% check="SGD"
check(SGD)

# %% [markdown]
# **See it.** Two hundred steps, each curve a mean over 20.


# %%
def smooth(losses: list[float], width: int = 20) -> tuple[range, list[float]]:
    means = torch.tensor(losses).unfold(0, width, 1).mean(dim=1)
    return range(width, len(losses) + 1), means.tolist()


def trained(make: Callable[..., torch.optim.Optimizer], steps: int = 300) -> tuple[nn.Sequential, list[float]]:
    """A new model, always the same one, after some steps; and its losses."""
    torch.manual_seed(0)
    model = guesser()
    return model, go_on(model, make(model.parameters()), steps)


runs = {f"momentum {m}": trained(lambda p, m=m: SGD(p, lr=0.1, momentum=m), 200) for m in (0.0, 0.5, 0.9)}
lines({name: smooth(losses) for name, (_, losses) in runs.items()}, xlabel="step", ylabel="loss, mean of 20 steps")

# %% [markdown]
# A momentum of 0.9 lets agreeing gradients build up to ten times their size, so part of what you see is simply a
# longer step. But a rate of 1 without momentum would follow every single batch, and ten times as wildly.

# %% [markdown]
# ## 3 · One size suits no one · core
#
# Look at the words. "The" stands in more than two thousand docstrings, so that almost every batch has something to say
# about its weights. "Sends" stands in a dozen. Most of the time its gradient is exactly zero, and when it comes it
# counts for a 32nd of a batch. Both move with the same rate, although "sends" may well be the best hint in its
# sentence.
#
# We would rather measure each weight's gradient *in its own units*. So let us keep for each weight a running mean of
# its gradients, $m$, and one of their squares, $v$, and divide the first by the root of the second:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2$$
#
# Let us do one number by hand. The usual betas are 0.9 and 0.999, both means begin at zero, and let the first gradient
# be 4. Then $m$ = 0.1 · 4 = 0.4, and $v$ = 0.001 · 16 = 0.016. Its root is 0.126, and the quotient is 3.16. That looks
# strange at first, since a gradient in its own units should come out as 1.
#
# The reason is that both means began at zero, and have not got away from there yet. $m$ is ten times too small and $v$
# a thousand times. We know exactly how much weight the zeros still have after $t$ steps, $\beta^t$, so we can divide
# it out:
#
# $$\hat m = \frac{m}{1 - \beta_1^t} = \frac{0.4}{0.1} = 4 \qquad
# \hat v = \frac{v}{1 - \beta_2^t} = \frac{0.016}{0.001} = 16 \qquad
# \frac{\hat m}{\sqrt{\hat v} + \varepsilon} = \frac{4}{4} = 1$$
#
# This is **Adam**, and dividing out the zeros is its **bias correction**. The little $\varepsilon$, 10⁻⁸, is there
# for weights whose gradient is zero. It stands outside the root; inside, it would count as if it were 10⁻⁴.
#
# The W is for **weight decay**: at each step a weight also shrinks a little towards zero, unless the gradients keep it
# up. One used to add decay · w to the gradient for that. But then it goes through the division as well, and a weight
# with large gradients hardly decays, while a lazy one decays a lot. **AdamW** keeps the two apart: first
# $w \leftarrow w \cdot (1 - \text{rate} \cdot \text{decay})$, then the step. The gradient never hears of it.
#
# ### Exercise: `AdamW` ●●○ · 9 minutes · core
#
# For each weight, this optimizer has to remember three things: $m$, $v$ and how many steps *this* weight has taken.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The frame is the same as in `SGD`. For each weight: skip it without a gradient; shrink it; count; renew both means;
# correct; step.
#
# </details>
# <details><summary>Hint 2: right at the first step, wrong later, or the other way round?</summary>
#
# The correction needs $t$ = 1 at the first step. Raise the count before you use it, and keep one for each weight in
# `self.state[w]`.
#
# </details>
# <details><summary>Hint 3: only a large eps is wrong?</summary>
#
# The order is: correct $v$, take its root, add eps.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# state["step"] += 1
# state["m"].mul_(beta1).add_((1 - beta1) * w.grad)
# state["v"].mul_(beta2).add_(...)
# mean = state["m"] / (1 - beta1 ** state["step"])
# square = ...
# w.sub_(group["lr"] * mean / (...))
# ```
#
# </details>


# %% exercise="AdamW"
class AdamW(torch.optim.Optimizer):
    """Adam with weight decay apart from the gradient.

    Not to be used: `torch.optim.AdamW`, `torch.optim.Adam` and its other relatives there.

    For each weight with gradient g, at its step t = 1, 2, …: first w ← w · (1 − lr · weight_decay). Then
    m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g², both from zero, and with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ) at
    last w ← w − lr · m̂ / (√v̂ + eps).

    A weight without a gradient (`.grad` is None) is passed over: it does not decay, and its m, v and t stay. A gradient
    of zeros is a gradient. Each group has its own settings, which may change between two steps. What has to last is
    kept in `self.state[w]`, so that another optimizer can take up the `state_dict`. The weights are changed in place,
    and their gradients stay as they are.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> w.grad = torch.tensor([4.0])
    >>> AdamW([w], lr=0.1, weight_decay=0.0).step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        # BEGIN SOLUTION
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                if not state:
                    state["step"], state["m"], state["v"] = 0, torch.zeros_like(w), torch.zeros_like(w)
                w.mul_(1 - group["lr"] * group["weight_decay"])
                state["step"] += 1
                state["m"].mul_(beta1).add_((1 - beta1) * w.grad)
                state["v"].mul_(beta2).add_((1 - beta2) * w.grad.square())
                mean = state["m"] / (1 - beta1 ** state["step"])
                square = state["v"] / (1 - beta2 ** state["step"])
                w.sub_(group["lr"] * mean / (square.sqrt() + group["eps"]))
        # END SOLUTION


# %% check="AdamW"
check(AdamW)

# %% [markdown]
# **See it.** Every dot is a word. To the right stand the frequent ones, and higher up those whose weights moved
# further in 300 steps.

# %%
torch.manual_seed(0)
untrained = guesser()[0].weight
after = {
    "SGD": trained(lambda p: SGD(p, lr=0.1, momentum=0.9))[0][0].weight,
    "AdamW": trained(lambda p: AdamW(p, lr=0.003))[0][0].weight,
}
training.moved(task.words, task.x, untrained, after, named=("the", "can", "sends"))

# %% [markdown]
# <details><summary>What to see</summary>
#
# With SGD the cloud rises to the right: the more often a word is seen, the further it moves. "The" has come more than
# three times as far as "sends". With AdamW the cloud is level, and the two have moved equally far.
#
# </details>

# %% [markdown]
# ## 4 · The first steps · core
#
# There is a price. The quotient is 1 or −1 at the very first step, whatever the gradient was: each weight that has a
# gradient at all moves by the full rate at once, on the word of a single batch, however small its gradient was. After
# some steps $m$ and $v$ know more. So let us go easy at first, and multiply the rate by a factor that grows from 0 to
# 1, which is called **warmup**. Towards the end, on the other hand, one wants small steps in order to settle, so after
# the warmup the factor goes down again, in a straight line to 0.
#
# ### Exercise: `linear_warmup` ●○○ · 3 minutes · core
#
# The factor at a step. PyTorch's `LambdaLR` multiplies the rate by what such a function returns.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two cases. In the warmup we need the share of it that is done, and after it the share of the rest that is left.
#
# </details>
# <details><summary>Hint 2: <code>ZeroDivisionError</code>?</summary>
#
# With `warmup=0` no step is in the warmup: ask that first. From `total` on, the answer is 0.0 without a division.
#
# </details>


# %% exercise="linear_warmup"
def linear_warmup(step: int, warmup: int, total: int) -> float:
    """The share of the learning rate at a step: up from 0 to 1, then down to 0, both in a straight line.

    Args:
        step: from 0 on.
        warmup: at this step the share is 1, unless the run is over. It may be 0; then the run begins with 1.
        total: from this step on the share is 0. At least `warmup`, and at least 1.

    Returns:
        A Python float.

    >>> [linear_warmup(step, 4, 12) for step in (0, 1, 4, 8, 12)]
    [0.0, 0.25, 1.0, 0.5, 0.0]
    """
    # BEGIN SOLUTION
    if step < warmup:
        return step / warmup
    if step >= total:
        return 0.0
    return (total - step) / (total - warmup)
    # END SOLUTION


# %% check="linear_warmup"
check(linear_warmup)

# %% [markdown]
# **See it.** A bold rate of 0.3, with and without a warmup. After each step we look at the loss over all docstrings.
# The schedule has a step of its own, right after the optimizer's.


# %%
def first_losses(factor: Callable[[int], float], steps: int = 25) -> list[float]:
    torch.manual_seed(0)
    model, losses = guesser(), []
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.3)
    schedule = LambdaLR(optimizer, factor)
    for _ in range(steps):
        go_on(model, optimizer, 1)
        schedule.step()
        with torch.no_grad():
            losses.append(F.cross_entropy(model.eval()(task.x), task.labels).item())
        model.train()
    return losses


bold = first_losses(lambda step: 1.0)
warm = first_losses(lambda step: linear_warmup(step, 30, 300))
print(f"after one step: {bold[0]:.2f} without a warmup, {warm[0]:.2f} with one, and log 13 is {math.log(13):.2f}")
lines({"without": (range(1, 26), bold), "with a warmup of 30 steps": (range(1, 26), warm)}, xlabel="steps done",
    ylabel="loss over all docstrings", title="learning rate 0.3")  # fmt: skip

# %% [markdown]
# <details><summary>What to see</summary>
#
# Without a warmup the first step alone makes the model far worse than one that knows nothing, and it needs five steps
# to get back to where it began. With the warmup, step 0 has a rate of 0 and nothing happens; then the loss goes down.
#
# </details>
#
# Our model recovers, since it is small. A deep transformer often does not, and that is why transformers are trained
# with a warmup. At our usual rate of 0.003 this model would not need one.
#
# > **You may read that** warmup keeps a model from an early local optimum, and so from overfitting. Let us look at
# > docstrings that it has not trained on, at a rate where both runs work well.

# %%
for name, factor in {"constant": lambda step: 1.0, "warmup": lambda step: min(1.0, step / 60)}.items():
    torch.manual_seed(0)
    model = guesser()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    schedule = LambdaLR(optimizer, factor)
    for _ in range(400):
        go_on(model, optimizer, 1)
        schedule.step()
    with torch.no_grad():
        seen, unseen = (F.cross_entropy(model.eval()(x), y) for x, y in
            ((task.x, task.labels), (task.test_x, task.test_labels)))  # fmt: skip
    print(f"{name:9} loss {seen:.2f} on what it trained on, {unseen:.2f} on what it did not")

# %% [markdown]
# > Both overfit, by a factor of ten and more. (It depends on the seed which of them does better on unseen docstrings:
# > of five that we tried, three times the one without a warmup, once the other, once neither.) Warmup guards the first
# > steps, while the optimizer's estimates are poor and gradients are large. Against overfitting there are other means.

# %% [markdown]
# ## 5 · One bad batch · core
#
# Now something goes wrong in the middle of a run: at step 100 a broken file slips in, and a whole batch
# comes fifty times too large: its bags hold the number fifty instead of ones. Its gradient is dozens of times too
# long, and there is no telling what that one step will do.
#
# So we set a limit on the length of a step. Lay the gradients of all weights end to end, as one long vector, and
# measure its norm: the root of the sum of all squares. If that is longer than the limit, multiply all of them by the
# same factor, limit / norm. The direction stays as it was. But mind the *if*: there is nothing wrong with a short
# gradient, and to stretch it up to the limit would turn the quiet end of a training into a stampede.
#
# ### Exercise: `clip_grad_norm` ●●○ · 4 minutes · core
#
# In [lesson 07](../07_hooks/07_hooks.ipynb) we cut off single numbers, whereas here all of them shrink together.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First a list of all gradients that are not None, since `parameters` may be a generator, and we need the gradients
# twice. The norm of the norms is the norm of all.
#
# </details>
# <details><summary>Hint 2: <code>stack expects a non-empty TensorList</code>?</summary>
#
# Nobody has a gradient. Then the norm is `torch.tensor(0.0)`.
#
# </details>
# <details><summary>Hint 3: NaN?</summary>
#
# That is 0 · (limit / 0). Divide only when the norm is above the limit.
#
# </details>


# %% exercise="clip_grad_norm"
def clip_grad_norm(parameters: Iterable[Tensor], limit: float) -> Tensor:
    """Shortens all gradients together, so that the norm of all their numbers is `limit` at most.

    Not to be used: `torch.nn.utils.clip_grad_norm_`, `clip_grads_with_norm_`, `get_total_norm`.

    All are multiplied by one factor, in place, and only if their norm is above the limit; else they stay as they are.

    Args:
        parameters: also from a generator. Those without a gradient are passed over.
        limit: 0 or more.

    Returns:
        The norm before, of shape (), without a graph; 0 where there is no gradient.

    >>> a, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    >>> a.grad, b.grad = torch.tensor([3.0]), torch.tensor([4.0])
    >>> clip_grad_norm([a, b], 1.0), a.grad, b.grad
    (tensor(5.), tensor([0.6000]), tensor([0.8000]))
    """
    # BEGIN SOLUTION
    gradients = [weight.grad.detach() for weight in parameters if weight.grad is not None]
    if not gradients:
        return torch.tensor(0.0)
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    if norm > limit:
        for gradient in gradients:
            gradient.mul_(limit / norm)
    return norm
    # END SOLUTION


# %% check="clip_grad_norm"
check(clip_grad_norm)

# %% [markdown]
# **See it.** The broken file comes at step 100.


# %%
def with_a_bad_batch(clip: Callable[[Iterable[Tensor]], Any]) -> list[float]:
    torch.manual_seed(0)
    model, losses = guesser(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for step in range(200):
        chosen = torch.randint(len(task.x), (32,))
        x = 50 * task.x[chosen] if step == 100 else task.x[chosen]
        loss = F.cross_entropy(model(x), task.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        clip(model.parameters())
        optimizer.step()
        losses.append(loss.item())
    return losses


bad = {
    "not clipped": with_a_bad_batch(lambda parameters: None),
    "clipped at 1": with_a_bad_batch(lambda parameters: clip_grad_norm(parameters, 1.0)),
}
lines({name: (range(80, 200), losses[80:]) for name, losses in bad.items()}, xlabel="step", ylabel="loss (logarithmic)",
    logy=True)  # fmt: skip

# %% [markdown]
# <details><summary>What to see</summary>
#
# The spike at step 100 is the bad batch itself, and no clipping can take it away. What counts is what comes after. Not
# clipped, the loss climbs for many steps, since the momentum keeps carrying the bad gradient along, and it needs most
# of the rest to come down. Clipped, the next loss is back where the others were.
#
# </details>
#
# AdamW would not have leapt like this, because it divides by what it has seen, so that its steps stay near the rate.
# But its $m$ carries the bad gradient along for some steps, and its $v$ makes the next ones shorter. So one clips there
# as well, and plots the norm that comes back along with the loss: where it jumps, something has come in that did not
# belong there.

# %% [markdown]
# ## 6 · How good is it? · core
#
# From time to time we want to know how the model does on docstrings that it has not seen. Nearly a quarter of them was
# kept back for that, whole files at a time. Here is how a tutorial does it, and what it says for batches of several
# sizes.


# %%
def evaluate_from_a_tutorial(model, batches):
    model.eval()
    losses, accuracies = [], []
    for x, labels in batches:
        scores = model(x)
        losses.append(F.cross_entropy(scores, labels))
        accuracies.append((scores.argmax(dim=1) == labels).float().mean())
    return sum(losses) / len(losses), sum(accuracies) / len(accuracies)


def test_batches(size: int) -> list[tuple[Tensor, Tensor]]:
    return list(zip(task.test_x.split(size), task.test_labels.split(size), strict=True))


model, _ = trained(lambda parameters: torch.optim.AdamW(parameters, lr=0.003), 200)
for size in (64, 445, len(task.test_labels)):
    loss, accuracy = evaluate_from_a_tutorial(model, test_batches(size))
    print(f"batches of {size:3}: loss {loss:.4f}, accuracy {accuracy:.4f}")
print("training afterwards:", model.training, "· the loss holds on to", type(loss.grad_fn).__name__)

# %% [markdown]
# It is the same model and the same test set, and we get three results. Batches of 64 leave a handful of docstrings for
# the last one, and these few count as much as any 64 others. With batches of 445 it is worse: a few are left for a
# third batch, and they make up a third of the result.
#
# ### Exercise: `evaluate` ●●○ · 5 minutes · core
#
# **Find and mend the bugs.** The one that the numbers show is not the only one; the last line of the output tells of
# two more. A training calls this function every hundred steps or so, and should notice nothing of it: every part of the
# model is left in the mode in which it was found, also one that somebody has frozen in evaluation mode, and also when
# the model raises an error.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Add up sums over examples, `F.cross_entropy(…, reduction="sum")`, and divide once, at the end, by how many there
# were.
#
# </details>
# <details><summary>Hint 2: "a frozen part in a model that trains"?</summary>
#
# `model.train()` puts *every* part into training mode, also one that somebody has frozen in evaluation mode. Note each
# part's own: `[(part, part.training) for part in model.modules()]`.
#
# </details>
# <details><summary>Hint 3: "a model that raises"?</summary>
#
# What has to happen in any case stands in `finally:`.
#
# </details>


# %% exercise="evaluate"
def evaluate(model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]]) -> tuple[float, float]:
    """The loss and the accuracy of a classifier, as a mean over all examples.

    Args:
        model: gives scores of shape (examples, classes). It is called in evaluation mode and without a graph.
            Afterwards each of its parts is in its old mode, also if the model raises.
        batches: inputs and labels, the labels of shape (examples,); of any sizes, also from a generator.

    Returns:
        The mean cross entropy and the share of right guesses, two Python floats.

    Gradients, buffers and the random state are left as they are. What `batches` itself draws, as a `DataLoader` does,
    need not be put back.

    >>> evaluate(nn.Identity(), [(torch.tensor([[0.0, 0.0]]), torch.tensor([0]))])
    (0.6931471824645996, 1.0)
    """
    # BEGIN SOLUTION
    modes = [(part, part.training) for part in model.modules()]
    loss = right = count = 0.0
    try:
        model.eval()
        with torch.no_grad():
            for x, labels in batches:
                scores = model(x)
                loss += F.cross_entropy(scores, labels, reduction="sum").item()
                right += (scores.argmax(dim=1) == labels).sum().item()
                count += len(labels)
    finally:
        for part, mode in modes:
            part.training = mode
    return loss / count, right / count
    # END SOLUTION


# %% check="evaluate"
check(evaluate)

# %%
model.train()
for size in (64, 445, len(task.test_labels)):
    print(f"batches of {size:3}: loss {{:.4f}}, accuracy {{:.4f}}".format(*evaluate(model, test_batches(size))))

# %% [markdown]
# > **You may read that** an evaluation under `no_grad` and `eval` leaves no trace in the training. Say the test set
# > comes from a `DataLoader`, without any shuffling:

# %%
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(task.test_x, task.test_labels), batch_size=64)
for name, batches in {"nothing": [], "a list of batches": test_batches(64), "a DataLoader": loader}.items():
    torch.manual_seed(0)
    for _x, _labels in batches:
        pass
    print(f"after {name:18} the next random number is {torch.rand(()):.4f}")

# %% [markdown]
# > A `DataLoader` draws one number each time it is opened, as a seed for its workers, even if it has none. From there
# > on the training's dropout drops other units. Your `evaluate` may leave it at that: a `generator=` of the loader's
# > own keeps it out of the common stream.
#
# We note this for what is coming: the stream of random numbers is one more thing that a training carries along, and it
# is easily moved.

# %% [markdown]
# ## 7 · What has to be written down · core
#
# Let us collect what our training carries from one step to the next.
#
# | | what it remembers | without it |
# |---|---|---|
# | the model | the weights; batch norm's statistics | everything begins anew |
# | the optimizer | velocities, or $m$, $v$ and the count | the next steps are another optimizer's |
# | the schedule | at which step it is | the warmup begins again |
# | the order of the examples | what is left of this round; how the next is mixed | some are seen twice, some never |
# | the random stream | where it stands | dropout drops other units |
# | the loop | how many steps are done | a step is done twice, or not at all |
#
# All but the last two have a `state_dict()` that hands out what they remember and a `load_state_dict()` that takes it
# back. For the order of the examples we have `Order`, which deals them out like a pack of cards and remembers
# the rest of the pack. ([Lesson 09](../09_data/09_data.ipynb) builds a whole loader that resumes.) And the random
# stream can be asked for its place with `torch.get_rng_state()`.
#
# So a checkpoint is easily written, with `torch.save(…, path)`. But when does a laptop die? Saving a large model takes
# long, so sooner or later it dies *in the middle of it*. Then the new file is a stump, and the old one has just been
# written over. The remedy is as old as databases. We write a second file beside the first one, and when it is
# complete, we let it take the first one's name, which `Path.replace` does in one indivisible move.
# (If the power may fail, too, one first asks the system to bring the new file to the disk, with `os.fsync`.)
#
# ### Exercise: `save_checkpoint` ●●○ · 4 minutes · core
#
# Put all of it into one file.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The file holds a dict with the keys "parts", "step" and "random". `{name: part.state_dict() for …}` makes the first.
#
# </details>
# <details><summary>Hint 2: "a part that cannot be written"?</summary>
#
# `torch.save` empties the file at once and finds out later that it cannot go on. Save to
# `path.with_name(path.name + ".new")`, then `.replace(path)`.
#
# </details>


# %% exercise="save_checkpoint"
def save_checkpoint(path: Path, parts: dict[str, Any], step: int) -> None:
    """Writes down all that a run needs to go on.

    Args:
        path: where. What stood there before stays whole until the new file is complete; then there is this one file
            alone. An error while saving is raised, and may leave an unfinished second file.
        parts: name → what has a `state_dict()`: the model, the optimizer, whatever else there is.
        step: how many steps are done.

    The file holds a dict: "parts" (name → state_dict), "step", and "random" (`torch.get_rng_state()`). `torch.load`
    reads it with `weights_only=True`. The run itself does not notice.

    >>> save_checkpoint(Path("run.pt"), {"model": nn.Linear(2, 1)}, 400)
    >>> sorted(torch.load("run.pt"))
    ['parts', 'random', 'step']
    """
    # BEGIN SOLUTION
    states = {name: part.state_dict() for name, part in parts.items()}
    new = path.with_name(path.name + ".new")
    torch.save({"parts": states, "step": step, "random": torch.get_rng_state()}, new)
    new.replace(path)
    # END SOLUTION


# %% check="save_checkpoint"
check(save_checkpoint)

# %% [markdown]
# On the way back, two things deserve a thought. When there is no file, it is the first evening, and the run begins at
# step 0; that way the same command starts a run and resumes it. And the random stream is put back last. We have just
# seen that opening a loader draws a number, so whatever is loaded before may move the stream.
#
# ### Exercise: `resume` ●●○ · 6 minutes · core
#
# Put everything back where it was.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.load(path, map_location="cpu", weights_only=True)`. Each part of `parts` takes its state from the file's
# "parts", and a plain `[name]` raises the KeyError that is asked for.
#
# </details>
# <details><summary>Hint 2: "a part that draws while it loads"?</summary>
#
# `torch.set_rng_state` comes after all parts.
#
# </details>


# %% exercise="resume"
def resume(path: Path, parts: dict[str, Any]) -> int:
    """Puts a run back to where `save_checkpoint` left it.

    Args:
        path: a file that holds a dict: "parts" (name → state_dict), "step" and "random"; it need not exist.
        parts: name → what has a `load_state_dict()`. The file may hold more. They keep their identity and their mode.

    Returns:
        How many steps are done. 0 where there is no file; then nothing is changed.

    The random state is put back last, since a part may draw numbers while it loads.

    Raises:
        KeyError: the file does not have one of the parts.
        RuntimeError: the model in the file has other layers.
        `pickle.UnpicklingError`: the file holds more than tensors and plain values. No code in it is run.

    >>> states = {"model": nn.Linear(2, 1).state_dict()}
    >>> torch.save({"parts": states, "step": 400, "random": torch.get_rng_state()}, "run.pt")
    >>> resume(Path("run.pt"), {"model": nn.Linear(2, 1)})
    400
    """
    # BEGIN SOLUTION
    if not path.exists():
        return 0
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(checkpoint["parts"][name])
    torch.set_rng_state(checkpoint["random"])
    return checkpoint["step"]
    # END SOLUTION


# %% check="resume"
check(resume)

# %% [markdown]
# ## 8 · Kill it · core
#
# Now we put everything together. This is our night of training, built from what you wrote. It saves every 50 steps,
# and it begins with `resume`.


# %%
def night(path: Path, put_back: Callable[[Path, dict[str, Any]], int] = resume) -> Iterator[tuple[int, float]]:
    """500 steps, from wherever the checkpoint stands; yields each step and its loss."""
    model = guesser()
    optimizer = AdamW(model.parameters(), lr=0.003)
    schedule = LambdaLR(optimizer, lambda step: linear_warmup(step, 60, 500))
    order = Order(len(task.x))
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule, "order": order}
    for step in range(put_back(path, parts), 500):
        chosen = order.next()
        loss = F.cross_entropy(model(task.x[chosen]), task.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        yield step, loss.item()
        if (step + 1) % 50 == 0:
            save_checkpoint(path, parts, step + 1)


def without_random(path: Path, parts: dict[str, Any]) -> int:
    """Resumes, but lets the random stream go its own way."""
    own = torch.get_rng_state()
    done = resume(path, parts)
    torch.set_rng_state(own)
    return done


# %% [markdown]
# `laptop.life` runs this in a process of its own, with the same seed each time, and keeps the losses, every bit of
# them. `dies_at` kills that process with SIGKILL, which cannot be caught: no `except`, no `finally`, no last words.
# The first run never dies. The second is killed at step 430. The third and the fourth begin from copies of the file
# that it has left, and the fourth does not put the random state back.
#
# **Predict first.** The last checkpoint was written after 400 steps. What will the third run's losses be for the steps
# from 400 to 430, which the killed run had already taken?

# %%
folder = Path(tempfile.mkdtemp())
never_died = laptop.life(night, folder / "never_died.pt")
killed = laptop.life(night, folder / "killed.pt", dies_at=430)
resumed = laptop.life(night, folder / "resumed.pt", start=folder / "killed.pt", put_back=resume)
forgetful = laptop.life(night, folder / "forgetful.pt", start=folder / "killed.pt", put_back=without_random)

for name, life in {"killed and resumed": resumed, "without the random state": forgetful}.items():
    same = sum(life[step] == never_died[step] for step in life)
    print(f"{name}: {same} of {len(life)} losses are the same, bit for bit")
both = {"killed and resumed": resumed, "without the random state": forgetful}
training.two_lives(never_died, both, saved=400, died=430, until=480)

# %% [markdown]
# <details><summary>The answer</summary>
#
# The same as before, to the last bit. The light band is the run that never died, and the dark line of the resumed run
# lies exactly upon it, from step 400 on. Below, its distance is a line at 0. The dashed one, without the random state,
# parts at step 400 and does not come back.
#
# </details>
#
# That is the answer to our question. From step 400 to 430 the work is done a second time, number by number as before,
# and from there the run goes on as if nothing had happened. What must have been written down is the table of section 7,
# all six rows of it, and the proof that nothing is missing here is that the curves coincide. (Whoever draws numbers on
# a GPU, by NumPy or by Python's `random` has to write down where those streams stand as well.) Whoever forgets
# something gets no error. The run goes on a little differently, and nobody will ever know.
#
# **Explore.** What does each row of the table weigh? Choose what is not put back. Which two would you hardly have
# noticed?


# %%
def all_but(*gone: str) -> Callable[[Path, dict[str, Any]], int]:
    return lambda path, parts: resume(path, {name: part for name, part in parts.items() if name not in gone})


forgotten = {}
for name in ("order", "optimizer", "schedule"):
    path = folder / f"without_{name}.pt"
    forgotten[f"the {name}"] = laptop.life(night, path, start=folder / "killed.pt", put_back=all_but(name))
forgotten["the random stream"] = forgetful
shutil.rmtree(folder)
explore(
    lambda missing: training.two_lives(never_died, {f"without {missing}": forgotten[missing]}, 400, 430, 480),
    "What if this is not put back?",
    missing=choice(list(forgotten), label="forgotten"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Without the order, or without the random stream, the curves part at once and by a tenth or so: other examples, other
# dropped units. Without the optimizer's memory, or with a schedule that begins anew, the loss is off by thousandths at
# first, and you would take the two curves for one. The schedule is the worse of the two. Its second warmup carries the
# rate back up, in what should have been the quiet end of the run.
#
# </details>
#
# > **You may read that** a checkpoint is the network, the optimizer and the epoch. The loop that goes with it begins
# > with `for epoch in range(checkpoint["epoch"], epochs)`. But the epoch was saved when it was finished:

# %%
first_evening = []
for epoch in range(5):
    first_evening.append(epoch)
    checkpoint = {"epoch": epoch}  # saved at the end of each epoch
    if epoch == 2:
        break  # the laptop dies
second_evening = list(range(checkpoint["epoch"], 5))
print("epochs done:", first_evening, "and", second_evening)

# %% [markdown]
# > Epoch 2 is done twice, and such a file has no schedule in it and no random state either. Count the steps that are
# > *done*, as we did, and a resumed `range` begins at the right place by itself.
#
# The core of the lesson ends here. Sections 9 to 14 stand by themselves, for when you have time or need them.

# %% [markdown]
# ## 9 · Almost AdamW · extra
#
# A wrong optimizer still trains. It goes roughly downhill, the loss falls, and nobody asks whether it might have
# fallen faster. Here are six AdamWs as people write them, and each of them is right on *some* runs.

# %%
suspects("adamw_counterexample")

# %% [markdown]
# ### Exercise: `adamw_counterexample` ●●○ · 6 minutes · extra
#
# Write down a run of a single weight on which all six are seen to be wrong. The rate is 0.1 and the betas are 0.9 and
# 0.99; you choose where the weight begins, its gradients, eps and the decay. You score for each suspect that ends at a
# clearly different place.
#
# <details><summary>Hint 1: a nudge</summary>
#
# When does it *not* matter where the decay stands? When does it not matter where eps stands? Avoid exactly that.
#
# </details>
# <details><summary>Hint 2: "corrects nothing" seems to be right?</summary>
#
# With these betas and a tiny eps, the first step is. The mean is then ten times too small, and so is the root of the
# square.
#
# </details>


# %% exercise="adamw_counterexample"
def adamw_counterexample() -> tuple[Tensor, Tensor, float, float]:
    """A run of one weight on which each of the suspects is seen to be wrong.

    Returns:
        weight, gradients, eps and decay: weight of shape () and gradients of shape (steps,), for 1 to 20 steps, both
        float32 and from −1,000 to 1,000; each gradient 0.001 or more, to one side or the other; eps and decay from 0
        to 1.
    """
    # BEGIN SOLUTION
    return torch.tensor(1.0), torch.tensor([0.5, -0.2, 2.0, 1.0]), 0.5, 1.0
    # END SOLUTION


# %% check="adamw_counterexample"
check(adamw_counterexample)

# %% [markdown]
# **See it.** How far each of them is from the library's weight, in hundredths, step by step. In the last column no row
# should be white, except for the first.

# %%
training.lineup("adamw_counterexample", adamw_counterexample())

# %% [markdown]
# And this is the family, with $g$ for the gradient and the rate left out:
#
# | in `torch.optim` | the step goes along | remembers |
# |---|---|---|
# | `SGD` | $g$ | nothing |
# | `SGD(momentum=μ)` | $b \leftarrow \mu b + g$ | $b$ |
# | `SGD(momentum=μ, nesterov=True)` | $g + \mu b$: it looks one step ahead along $b$ | $b$ |
# | `RMSprop` | $g / (\sqrt{v} + \varepsilon)$, without a mean and without correction | $v$ |
# | `Adam(weight_decay=λ)` | $\hat m / (\sqrt{\hat v} + \varepsilon)$, with $\lambda w$ added to $g$ | $m, v, t$ |
# | `AdamW(weight_decay=λ)` | the same, with the decay apart | $m, v, t$ |
#
# In transformers' `TrainingArguments`, `learning_rate`, `weight_decay` and `adam_epsilon` are the lr, the decay and
# the eps of this AdamW.

# %% [markdown]
# ## 10 · A batch that does not fit · extra
#
# The memory holds eight sentences at once, and we would like a batch of 32. Small batches mean a noisy loss, and each
# step follows its own batch. So one takes four small batches, lets their gradients gather and steps once. This is
# called **gradient accumulation**, and [lesson 04](../04_autograd/04_autograd.ipynb) did it with the mean of the
# batches. Now we have a model that says something about *every word* of a sentence, and sentences have different
# lengths. They are filled up to the longest of their batch with padding, whose label is −100, which `cross_entropy`
# passes over.
#
# Here is the loop that one finds in many tutorials, and what it makes of one and the same batch, in one part and in
# three. (Others leave out `zero_grad`, so that each step carries all earlier gradients along, or call it between
# `backward` and `step`, and then there is no gradient left to step with.) The model guesses the library from each word
# alone.


# %%
def train_step_from_a_tutorial(model, optimizer, schedule, micro_batches):
    for tokens, labels in micro_batches:
        loss = F.cross_entropy(model(tokens).flatten(0, 1), labels.flatten()) / len(micro_batches)
        loss.backward()
        schedule.step()
    optimizer.step()
    return loss.item()


class WordByWord:
    """A model that guesses from each word alone, with its optimizer and its schedule."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Embedding(1001, 32), nn.Linear(32, 13))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1.0)
        self.schedule = LambdaLR(self.optimizer, lambda step: 0.9**step)

    def taught(self, step: Callable[..., float], parts: list[tuple[Tensor, Tensor]]) -> str:
        """What three steps of `step` make of it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch suspects one of the bugs
            losses = [step(self.model, self.optimizer, self.schedule, parts) for _ in range(3)]
        rate = self.optimizer.param_groups[0]["lr"]
        return f"losses {' '.join(f'{loss:.4f}' for loss in losses)} · rate afterwards {rate:.3f}"


whole = training.sentences(task, range(0, 3000, 100))  # 30 sentences, padded to the longest of all
parts = [training.sentences(task, rows) for rows in (range(0, 400, 100), range(400, 2900, 100), range(2900, 3000, 100))]
print("in one part:   ", WordByWord().taught(train_step_from_a_tutorial, [whole]))
print("in three parts:", WordByWord().taught(train_step_from_a_tutorial, parts))

# %% [markdown]
# ### Exercise: `train_step` ●●● · 10 minutes · extra
#
# **Find and mend the bugs.** There are five of them, and in the end both lines should be the same but for the last
# digit.
#
# <details><summary>Hint 1: a nudge</summary>
#
# How many tokens count, in all parts together? Divide each part's *sum* by that number.
#
# </details>
# <details><summary>Hint 2: the rate is too small afterwards?</summary>
#
# The schedule counts the optimizer's steps. So it steps once for each of them, right afterwards.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# count = sum(int((labels != -100).sum()) for _, labels in micro_batches)
# optimizer.zero_grad()
# for tokens, labels in micro_batches:
#     scores = model(tokens).flatten(0, 1)
#     loss = F.cross_entropy(scores, labels.flatten(), reduction="sum") / count
#     ...
# ...  # two steps, in the right order
# optimizer.zero_grad()  # none are left
# ```
#
# </details>


# %% exercise="train_step"
def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: LRScheduler,
    micro_batches: list[tuple[Tensor, Tensor]],
) -> float:
    """One step of the optimizer over several small batches, as one large batch would make it.

    Args:
        model: from tokens of shape (batch, length) to scores of shape (batch, length, classes).
        optimizer: takes one step, along the gradient of the loss below.
        schedule: takes one step, after the optimizer's.
        micro_batches: tokens and labels, both of shape (batch, length), which may be other sizes in each. A label of
            −100 does not count. A micro-batch may hold such labels only; among all of them at least one counts.

    Returns:
        The loss, as a Python float: the mean cross entropy over the labels that count, of all micro-batches together.

    One graph at a time: each micro-batch is sent back before the next one begins. Gradients from before do not count,
    and none are left.

    >>> model = nn.Embedding.from_pretrained(torch.zeros(3, 2), freeze=False)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    >>> batch = torch.tensor([[0, 0]]), torch.tensor([[1, -100]])
    >>> round(train_step(model, optimizer, LambdaLR(optimizer, lambda step: 1.0), [batch]), 4)
    0.6931
    """
    # BEGIN SOLUTION
    count = sum(int((labels != -100).sum()) for _, labels in micro_batches)
    total = 0.0
    optimizer.zero_grad()
    for tokens, labels in micro_batches:
        loss = F.cross_entropy(model(tokens).flatten(0, 1), labels.flatten(), reduction="sum") / count
        loss.backward()
        total += loss.item()
        del loss
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    return total
    # END SOLUTION


# %% check="train_step"
check(train_step)

# %%
print("in one part:   ", WordByWord().taught(train_step, [whole]))
print("in three parts:", WordByWord().taught(train_step, parts))

# %% [markdown]
# > **You may read that** accumulation has the same effect as the large batch. Let us put a batch norm into the model,
# > and compare the gradients of one batch of 32 with those of four times eight.

# %%
for name, middle in {"without batch norm": nn.Identity(), "with batch norm": nn.BatchNorm1d(64)}.items():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1000, 64), middle, nn.ReLU(), nn.Linear(64, 13))
    gradients = []
    for size in (32, 8):
        model.zero_grad()
        for x, labels in zip(task.x[::90][:32].split(size), task.labels[::90][:32].split(size), strict=True):
            (F.cross_entropy(model(x), labels, reduction="sum") / 32).backward()
        gradients.append(model[0].weight.grad.clone())
    apart = (gradients[0] - gradients[1]).norm() / gradients[0].norm()
    print(f"{name:19} the gradients differ by {100 * apart:.1f} %")

# %% [markdown]
# > With batch norm it has another effect: each part is normalised by its own mean and variance, those of eight
# > examples. Dropout draws other units, too, though by the same rule. Layer norm looks at one example at a time and
# > does not mind.

# %% [markdown]
# ## 11 · Other schedules · extra
#
# The straight line is one of many. The names are those of transformers' `get_scheduler(name, optimizer, …)`:
#
# | name | the factor after the warmup |
# |---|---|
# | `constant` | 1 at once, without a warmup |
# | `constant_with_warmup` | 1 |
# | `linear` | down to 0 in a straight line; the function is `get_linear_schedule_with_warmup` |
# | `cosine` | down to 0 along half a cosine: slowly, then fast, then slowly |
# | `cosine_with_restarts` | that, several times, each time from 1 |
# | `polynomial` | down to an end that need not be 0, along a power |
#
# ### Exercise: `cosine_with_restarts` ●●○ · 5 minutes · extra
#
# The idea of a restart: a rate that is suddenly large may throw the model out of a place that it has settled in, into
# a better one.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Progress is a number from 0 to 1, the share of what is done after the warmup. Multiply it by the number of cycles:
# the part behind the point, `% 1.0`, says where in its cycle a step is. (For many cycles one would take the remainder
# in whole numbers, `(step - warmup) * cycles % (total - warmup)`: with floats, 49 · (1/49) is a little less than 1.)
#
# </details>
# <details><summary>Hint 2: back at 1 at the very end?</summary>
#
# The remainder of a whole number is 0, and cos(0) is 1. From `total` on, return 0.0 before you come to that.
#
# </details>


# %% exercise="cosine_with_restarts"
def cosine_with_restarts(step: int, warmup: int, total: int, cycles: int) -> float:
    """The share of the learning rate at a step: up from 0 to 1, then `cycles` times from 1 to 0 along a cosine.

    Args:
        step: from 0 on.
        warmup: so many steps it goes up; it may be 0.
        total: the cycles share the steps from `warmup` to here evenly, whether these are whole numbers of steps or not.
            From this step on the share is 0. At least `warmup`.
        cycles: from 1 to 20.

    Returns:
        A Python float; at the place p of a cycle, from 0 to 1, it is (1 + cos(π p)) / 2.

    >>> [round(cosine_with_restarts(step, 2, 10, 2), 4) for step in (1, 2, 4, 6, 8, 10)]
    [0.5, 1.0, 0.5, 1.0, 0.5, 0.0]
    """
    # BEGIN SOLUTION
    if step < warmup:
        return step / warmup
    if step >= total:
        return 0.0
    progress = (step - warmup) / (total - warmup)
    return 0.5 * (1 + math.cos(math.pi * (cycles * progress % 1.0)))
    # END SOLUTION


# %% check="cosine_with_restarts"
check(cosine_with_restarts)

# %% [markdown]
# ### Exercise: `polynomial_decay` ●●○ · 5 minutes · extra
#
# With a power of 2 the rate falls fast at first and creeps at the end; with 0.5 it is the other way round.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `left`, the share of steps that is left, goes from 1 to 0. What falls is the difference between 1 and `end`.
#
# </details>
# <details><summary>Hint 2: it does not begin at 1?</summary>
#
# Not `left ** power + end`: that begins at 1 + end. The difference is multiplied, `(1 - end) * left ** power`.
#
# </details>


# %% exercise="polynomial_decay"
def polynomial_decay(step: int, warmup: int, total: int, power: float = 1.0, end: float = 0.0) -> float:
    """The share of the learning rate at a step: up from 0 to 1 in a line, then down to `end` along a power.

    Args:
        step: from 0 on.
        warmup: so many steps it goes up; it may be 0.
        total: from this step on the share is `end`. At least `warmup`.
        power: above 0. With what is left of the steps after the warmup, as a share from 1 to 0, the difference to `end`
            falls like left ** power.
        end: from 0 to 1.

    Returns:
        A Python float.

    >>> [polynomial_decay(step, 2, 10, power=2.0) for step in (1, 2, 6, 10)]
    [0.5, 1.0, 0.25, 0.0]
    """
    # BEGIN SOLUTION
    if step < warmup:
        return step / warmup
    if step >= total:
        return end
    left = (total - step) / (total - warmup)
    return (1 - end) * left**power + end
    # END SOLUTION


# %% check="polynomial_decay"
check(polynomial_decay)

# %% [markdown]
# **Explore.** All of them, for a run of 200 steps. Where must the power stand for the polynomial to be the straight
# line?


# %%
def shapes(warmup: int, cycles: int, power: float, end: float) -> Any:
    factors = {
        "linear": lambda step: linear_warmup(step, warmup, 200),
        "cosine, restarted": lambda step: cosine_with_restarts(step, warmup, 200, cycles),
        "polynomial": lambda step: polynomial_decay(step, warmup, 200, power, end),
    }
    return training.schedules(factors, 200, marks=[warmup])


explore(
    shapes, "Which share of the rate is used when?",
    warmup=slider(0, 100, 20, label="warmup"), cycles=slider(1, 6, 3, label="cycles"),
    power=slider(0.5, 4.0, 2.0, step=0.5, label="power"), end=slider(0.0, 0.5, 0.1, step=0.05, label="end"),
)  # fmt: skip

# %% [markdown]
# <details><summary>The answer</summary>
#
# A power of 1 and an end of 0 make it the straight line. With a power below 1 the rate stays high for long and falls
# off at the end.
#
# </details>
#
# **See it.** Are they really transformers'? At every step of a run:

# %%
from transformers import get_scheduler

ours = {
    "linear": lambda step: linear_warmup(step, 10, 100),
    "cosine_with_restarts": lambda step: cosine_with_restarts(step, 10, 100, 3),
    "polynomial": lambda step: polynomial_decay(step, 10, 100, power=2.0, end=0.1),
}
settings = {"cosine_with_restarts": {"num_cycles": 3}, "polynomial": {"power": 2.0, "lr_end": 0.1}}
for name, factor in ours.items():
    optimizer = torch.optim.SGD(guesser().parameters(), lr=1.0)
    theirs = get_scheduler(name, optimizer, 10, 100, scheduler_specific_kwargs=settings.get(name))
    furthest = 0.0
    for step in range(100):
        furthest = max(furthest, abs(theirs.get_last_lr()[0] - factor(step)))
        optimizer.step()
        theirs.step()
    print(f"{name:21} never further apart than {furthest:.0e}")

# %% [markdown]
# ## 12 · The land around · extra
#
# What does a loss look like, around the place where a training ended? It has 65,000 dimensions, and we can look at
# two. Take two random directions, walk along them, and draw the loss as a map. (Each direction is scaled to the length
# of the weights that it changes, unit by unit. Otherwise a model with large weights would look flat only because our
# steps are small.)
#
# **Explore.** Two trainings of 200 steps, from the same start. Is the land around them different? And does another
# pair of directions show something else?

# %%
ends = {
    "SGD": trained(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), 200)[0],
    "AdamW": trained(lambda p: torch.optim.AdamW(p, lr=0.003), 200)[0],
}
explore(
    lambda which, seed, reach: training.landscape(ends[which], task, seed, reach),
    "What lies around the end of a training?",
    which=choice(list(ends), label="trained by"),
    seed=slider(0, 9, 0, label="directions"),
    reach=slider(0.5, 3.0, 1.0, step=0.5, label="reach"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# A bowl, and with any other directions another bowl that looks much the same. That is the trouble with such maps. In
# so many dimensions a random direction crosses next to nothing that matters, and the narrow valley that the training
# came along is almost surely not among them. They are good for comparing models of one kind, and a poor guide to what
# training is like.
#
# </details>

# %% [markdown]
# ## 13 · A file that does something · extra
#
# Our checkpoint lies on a disk, but what is it? Let us save the same weights under four names and look inside.

# %%
folder = Path(tempfile.mkdtemp())
weights = {"weight": torch.ones(2, 3)}
for suffix in (".pth", ".pt", ".bin", ".holiday"):
    file = folder / f"run{suffix}"
    torch.save(weights, file)
    print(f"{suffix:9}", "a zip:", zipfile.is_zipfile(file), "· loads:", torch.load(file)["weight"].shape)
print(*zipfile.ZipFile(folder / "run.pt").namelist())

# %% [markdown]
# The suffix decides nothing. `.pth`, `.pt` and `.bin` are habits: `pytorch_model.bin` was Hugging Face's name, and
# `.pth` is what torchvision's models come as (`torchvision.models.resnet18()` makes the module, and
# `model.load_state_dict(torch.load("model.pth"))` fills it). Inside is a zip, where the numbers lie in `data/0`, one
# file for each storage, and `data.pkl` says how they belong together. That one is a **pickle**, and a pickle is a
# small program: it may name any function, and to load it is to call that.
#
# So let somebody send us a "model" whose pickle wants to open a file for writing. First the way that `torch.load` goes
# today:


# %%
class Gift:
    """Pickled, it is a call: `open(trap, "w")`."""

    def __init__(self, trap: Path) -> None:
        self.trap = trap

    def __reduce__(self) -> tuple[Any, ...]:
        return io.open, (str(self.trap), "w")


torch.save({"weight": torch.ones(2), "gift": Gift(folder / "trap")}, folder / "gift.pt")
try:
    torch.load(folder / "gift.pt")
except pickle.UnpicklingError as error:
    print(next(line.strip() for line in str(error).splitlines() if "Unsupported" in line).split(". ")[0])
print("was the file of the trap written?", (folder / "trap").exists())

# %% [markdown]
# With `weights_only=True`, the default since PyTorch 2.6, the reader knows tensors, plain containers and a short list
# of harmless functions. Since `open` is not among them, nothing was called, and your `resume` passes the error on.
# (Error messages offer `weights_only=False` as a way out. It is one only for files that you wrote yourself.)
#
# And this is what it would have looked like. Our next file is harmless; its function is `print`.


# %%
class Greeting:
    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("This sentence was printed by a file that we only wanted to read.",)


torch.save({"weight": torch.ones(2), "greeting": Greeting()}, folder / "greeting.pt")
loaded = torch.load(folder / "greeting.pt", weights_only=False)
print(loaded)

# %% [markdown]
# **safetensors** avoids the question, because its files hold a header in JSON and then the bare numbers, and there is
# nothing in them that could be called. That is why models are handed round as `.safetensors` today.

# %%
from safetensors.torch import save_file

save_file(weights, folder / "run.safetensors")
print((folder / "run.safetensors").read_bytes()[8:72].decode())

# %% [markdown]
# | you meet | what it is |
# |---|---|
# | `is a zip archive (did you mean to use torch.jit.load()?)` | PyTorch 1.5 or older has met a file of today |
# | `_use_new_zipfile_serialization=False` | writes the format from before 1.6, without a zip; `torch.load` reads both |
# | `failed reading zip archive`, from `torch.jit.load` | the file is such an old one, or no model at all |
# | `failed locating file constants.pkl` | it is a zip with weights, and `torch.jit.load` wants a program |
# | `Attempting to deserialize object on a CUDA device` | saved on a GPU, loaded without one: `map_location="cpu"` |
#
# A tensor remembers where it was when it was saved. With `map_location="cpu"` all of them come to the CPU first, and
# `load_state_dict` copies them to where the model's own weights are. So `resume` always says so. There is another use
# for it: on the device `meta`, tensors have a shape and no numbers, and one can look into a file of 100 GB without
# reading it.

# %%
print(torch.load(folder / "run.pt", map_location="meta"))
shutil.rmtree(folder)

# %% [markdown]
# ## 14 · A model without its class · extra
#
# A `state_dict` is of use only to somebody who has the class. To run a model in C++, on a phone, or in ten years, one
# would like to hand over the *computation*. Old code does that with `torch.jit.trace`: it runs the model once and
# writes down what was called. Here is a model with an `if` in it.


# %%
class Loudness(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 10 if x.sum() > 0 else x / 10


with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    traced = torch.jit.trace(Loudness(), torch.tensor([1.0, 2.0]))
for kind in sorted({each.category.__name__ for each in said}):
    print("it warns:", kind)
quiet = torch.tensor([-1.0, -2.0])
print("the model:", Loudness()(quiet).tolist(), "· traced:", traced(quiet).tolist())

# %% [markdown]
# The tracer saw one run, and in that run the sum was positive. So the branch is frozen in, and for other inputs the
# program is simply wrong. It does say so, in a `TracerWarning` among the other warnings; and it has been deprecated
# together with the rest of TorchScript. (`.pt` is what such files are called in C++ tutorials. C++ reads them under
# any name.)
#
# `torch.export` is today's way. It traces as well, but it *proves* what it assumes, and where it cannot, it refuses.
# Our `if` depends on the numbers in a tensor, so it refuses the model; such a branch is written with `torch.cond`. It
# also fixes every size that it sees, unless told otherwise: a model exported with a batch of two takes batches of two,
# and no others.
#
# ### Exercise: `export_model` ●●○ · 6 minutes · extra
#
# Write a model down as a program, for any number of rows.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))` says that dimension 0 of
# the first argument may vary. `torch.export.save(program, path)` writes it.
#
# </details>
# <details><summary>Hint 2: does the program answer differently each time?</summary>
#
# Dropout was on. Export in evaluation mode, and put each part's mode back, as in `evaluate`.
#
# </details>


# %% exercise="export_model"
def export_model(model: nn.Module, example: Tensor, path: Path) -> None:
    """Writes a model's computation to a file, with its weights: `torch.export.load(path).module()` runs it.

    Args:
        model: takes one tensor. Afterwards each of its parts is in its old mode, with its old weights and buffers.
        example: an input with two rows or more; the program takes any number of them, also one or none.
        path: where to write; the name ends in .pt2.

    The program answers as the model does in evaluation mode, with the weights of now.

    >>> export_model(nn.Linear(3, 2), torch.ones(2, 3), Path("model.pt2"))
    >>> torch.export.load("model.pt2").module()(torch.ones(5, 3)).shape
    torch.Size([5, 2])
    """
    # BEGIN SOLUTION
    modes = [(part, part.training) for part in model.modules()]
    try:
        model.eval()
        program = torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))
    finally:
        for part, mode in modes:
            part.training = mode
    torch.export.save(program, path)
    # END SOLUTION


# %% check="export_model"
check(export_model)

# %% [markdown]
# **See it.** Our model leaves home. What comes back has no class `Sequential` in it, only what is to be computed. (The
# dropout is there, with the note that it is off.)

# %%
model, _ = trained(lambda p: torch.optim.AdamW(p, lr=0.003), 200)
with tempfile.TemporaryDirectory() as name:
    export_model(model, task.x[:2], Path(name) / "guesser.pt2")
    program = torch.export.load(Path(name) / "guesser.pt2")
print(*(node.target for node in program.graph.nodes if node.op == "call_function"), sep="\n")
for text in ("Return True if the event loop has been closed.", "The inverse of a square matrix."):
    print(f"{task.libraries[program.module()(task.bag(text)).argmax()]:11}{text}")

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch or transformers |
# |---|---|
# | `SGD` | `torch.optim.SGD(momentum=…)` |
# | `AdamW` | `torch.optim.AdamW` |
# | `linear_warmup` | `transformers.get_linear_schedule_with_warmup` |
# | `clip_grad_norm` | `torch.nn.utils.clip_grad_norm_`, which adds 10⁻⁶ to the norm that it divides by |
# | `evaluate` | `Trainer.evaluate` |
# | `save_checkpoint`, `resume` | `Trainer(…).train(resume_from_checkpoint=True)`; `torch.distributed.checkpoint` |
# | `adamw_counterexample` | `test/test_optim.py` compares the implementations in PyTorch's repository |
# | `train_step` | `gradient_accumulation_steps` in `TrainingArguments` |
# | `cosine_with_restarts` | `get_scheduler("cosine_with_restarts", …)` |
# | `polynomial_decay` | `get_scheduler("polynomial", …)` |
# | `export_model` | `torch.export.export` and `save` |
#
# **Read the real source.** `torch/optim/adamw.py` is short, since the work is done in `adam.py`: look for
# `_single_tensor_adam`, where the root is corrected before eps is added. `torch/nn/utils/clip_grad.py`.
# `src/transformers/optimization.py` holds all schedules. `torch/_weights_only_unpickler.py` is the reader that
# refuses.
#
# **Sources.** [Kingma and Ba 2015](https://arxiv.org/abs/1412.6980), *Adam*. [Loshchilov and Hutter
# 2019](https://arxiv.org/abs/1711.05101), *Decoupled weight decay regularization*. [Li et al.
# 2018](https://arxiv.org/abs/1712.09913), *Visualizing the loss landscape of neural nets*. [Karpathy
# 2019](https://karpathy.github.io/2019/04/25/recipe/), *A recipe for training neural networks*.
#
# **At scale.** A checkpoint of a model with 7 billion weights is not 14 GB: with float32 masters, $m$ and $v$ it is 98
# GB. At 2 GB a second that takes 49 seconds, so one copies it to the host's memory and lets the GPUs go on while it is
# written, each rank its own shard. Llama 3's training on 16,384 GPUs was interrupted 466 times in 54 days, about once
# in three hours; whoever writes every half hour loses a quarter of an hour each time. Curves go to a server that draws
# them while the run is still going (TensorBoard, Weights & Biases, in older code visdom). And bit for bit is no longer
# to be had for nothing there: some CUDA kernels add up in no fixed order, and
# `torch.use_deterministic_algorithms(True)` costs speed.
#
# **Three questions to take home.**
#
# 1. A run is resumed on another machine, with another version of PyTorch, and the curves part. Which row of our table
#    is to blame, and can it be helped?
# 2. AdamW's state is twice as large as the model. Why does its weight decay need none of it?
# 3. With a warmup of 0 steps a transformer trains for ten steps and then gives NaN. Which three lines of this lesson
#    would you add first, in which order?
