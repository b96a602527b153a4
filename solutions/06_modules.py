# %% [markdown]
# # Modules
#
# **A bottle has lost its label. The laboratory has measured thirteen things about the wine. Which of three growers made
# it?**
#
# We run a small wine shop, and we have a list: 128 wines of which we know the grower, each with its alcohol, its
# colour, its hue and ten more numbers. In the cellar lie fifty bottles that nobody has looked at yet. The data are
# real. Let us see what we have got, a row for each measurement and a mark for each wine.

# %%
import inspect
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import check, suspects
from helpers import modules as pictures
from helpers import wines as shop
from helpers.plots import heatmaps, lines
from helpers.widgets import choice, explore, slider, switch

# %%
wines = shop.wines()
print(*(f"{name} {value:g}" for name, value in zip(shop.MEASURED, wines.known[0], strict=True)), sep=" · ")
shop.ranges(wines.known, wines.growers)

# %% [markdown]
# No single measurement tells the three apart, but several together should. That is a job for a small network. PyTorch
# has all the parts ready, so we put two layers together and let them learn for 300 steps. (Between the two stands a
# tanh, which presses every number into the range from −1 to 1. The loss, `cross_entropy`, turns the three results into
# shares that sum to one, and is minus the logarithm of the right answer's share. The loop is that of [lesson
# 04](../04_autograd/04_autograd.ipynb).)


# %%
def train(model, parameters, steps=300, rate=0.1):
    optimizer = torch.optim.SGD(parameters, lr=rate)
    losses = []
    for _ in range(steps):
        chosen = torch.randint(len(wines.known), (32,))  # 32 wines, drawn anew for each step
        loss = F.cross_entropy(model(wines.known[chosen]), wines.growers[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


torch.manual_seed(0)
ready_made = nn.Sequential(nn.Linear(13, 16), nn.Tanh(), nn.Linear(16, 3))
losses = train(ready_made, ready_made.parameters())
answers = ready_made(wines.known).argmax(dim=-1)
print(f"right on the wines it learned from: {(answers == wines.growers).float().mean().item():.0%}")
print("how often it answers 0, 1, 2:", answers.bincount(minlength=3).tolist())

# %% [markdown]
# It has learned which grower is the most frequent, and nothing else: every wine gets the same answer. There is no error
# and no warning, and another seed does not help.
#
# To find out why, we have to look into the parts that we took ready-made. What is a layer? How does the optimizer get
# hold of the numbers in it? Let us build these parts ourselves. One of them will be what was missing here, and at the
# end the same loop, with your own parts, will sort the cellar.
#
# At the end you will be able to
#
# - write a layer, and the machinery of `nn.Module` that finds its parameters;
# - say whether a tensor should be a parameter, a buffer or neither, and see what goes wrong otherwise;
# - write a batch norm that does as PyTorch's in training, in evaluation and on disk;
# - as extras: move a module, tell wrong batch norms apart, share, count, start and load weights.
#
# About 60 minutes for the core, 120 with the extras. You need [lesson 04](../04_autograd/04_autograd.ipynb)
# (`backward`, leaves, a training loop) and shared memory from [lesson 01](../01_tensors/01_tensors.ipynb).

# %% [markdown]
# ## 1 · One layer · core
#
# How would we judge a wine by hand? Perhaps like this: more alcohol speaks for grower 0, a deep colour speaks against
# it. So we give each measurement a weight, add up, and have a score. Take alcohol 13.5 and colour 5, with the weights 2
# and −1, and 3 taken off at the end. That makes 2 · 13.5 − 1 · 5 − 3 = 19.
#
# For three growers we need three such scores, and the largest wins. So we need three rows of weights, and one number
# for each to add at the end, which is called the **bias**.

# %%
wine = torch.tensor([13.5, 5.0])  # alcohol and colour
weight = torch.tensor([[2.0, -1.0], [-1.0, -1.0], [0.0, 2.0]])  # a row for each grower, a column for each measurement
bias = torch.tensor([-3.0, 22.0, 1.0])

print("by hand ", [row[0] * 13.5 + row[1] * 5.0 + b for row, b in zip(weight.tolist(), bias.tolist(), strict=True)])
print("one wine", weight @ wine + bias)
several = torch.stack([wine, wine + 1, wine - 1, wine])
print("four    ", (several @ weight.T + bias).shape)

# %% [markdown]
# With several wines, one in a row, the product has to be turned round: `several @ weight.T`. Its last dimension, the
# measurements, turns into the scores, and whatever stands before it comes through. This is a **linear layer**, also
# called fully connected, since each result depends on each input.
#
# > **You may read that** `nn.Linear` takes two dimensions, (batch, size), and a convolution four.

# %%
linear = nn.Linear(3, 2)
for shape in ((5, 3), (3,), (4, 7, 3), (2, 4, 7, 3)):
    print("Linear", shape, "→", tuple(linear(torch.zeros(shape)).shape))
print("Conv2d", (3, 8, 8), "→", tuple(nn.Conv2d(3, 2, 1)(torch.zeros(3, 8, 8)).shape))

# %% [markdown]
# > Any number of dimensions may stand before the last, also none: a single wine needs no batch. Transformers rely on
# > this, with their (batch, token, feature). A convolution works without a batch, too.
#
# The weights are for the optimizer to find. So they have to be marked as something to learn, and a module does this by
# wrapping them: `self.weight = nn.Parameter(…)`. A **parameter** is such a wrapped tensor that was assigned to a
# module.
#
# And where do they begin? Suppose all weights of a layer began with the same number. Then all its results would be
# alike, and if the layer after it treats them alike as well, they get the same gradient and remain alike for ever. So
# we draw them at random. For the size, think of the sum of $n$ products. Their variances add up, to $n$ times that of
# one, so its spread grows with $\sqrt n$. To make up for this, `nn.Linear` draws weight and bias evenly from the
# interval between $-1/\sqrt n$ and $1/\sqrt n$, where $n$ is the number of inputs.
#
# ### Exercise: `Linear` ●○○ · 5 minutes · core
#
# Let us write the layer as a module of its own. `super().__init__()` comes first; what it does we will see soon. We
# write `forward`, but we call the layer itself, as in `linear(x)`: a module's `__call__` calls its `forward`. Inside a
# network, layers are called the same way, so that one call goes down through all of them.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `x @ weight.T` does what is asked for any number of leading dimensions. Without a bias, `self.bias = None` says that
# there is none.
#
# </details>
# <details><summary>Hint 2: is the state_dict empty?</summary>
#
# A tensor with `requires_grad=True` is not a parameter yet. Wrap it: `nn.Parameter(torch.empty(outputs, inputs))`.
#
# </details>
# <details><summary>Hint 3: the first weights</summary>
#
# `nn.init.uniform_(parameter, -limit, limit)` writes into a parameter and needs no `no_grad`.
#
# </details>


# %% exercise="Linear"
class Linear(nn.Module):
    """A linear layer, as `nn.Linear`: y = x · weightᵀ + bias.

    Not to be used: `nn.Linear`, `F.linear` and their relatives.

    Args:
        inputs: numbers in one row of the input.
        outputs: numbers in one row of the result.
        bias: whether there is one; without it, `self.bias` is None.

    Parameters: `weight` of shape (outputs, inputs) and `bias` of shape (outputs,), float32. Both are drawn uniformly
    between −1/√inputs and 1/√inputs.

    >>> Linear(3, 2)(torch.zeros(4, 7, 3)).shape
    torch.Size([4, 7, 2])
    """

    def __init__(self, inputs: int, outputs: int, bias: bool = True) -> None:
        # BEGIN SOLUTION
        super().__init__()
        limit = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-limit, limit))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-limit, limit)) if bias else None
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """`x`: shape (..., inputs), dtype and device of the weight. Returns shape (..., outputs)."""
        # BEGIN SOLUTION
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
        # END SOLUTION


# %% check="Linear"
check(Linear)

# %% [markdown]
# **See it.** A file of weights holds names and tensors, nothing more. Since your layer has the library's names and
# shapes, it can take over the library's numbers, and then the two should agree.

# %%
torch.manual_seed(0)
library, mine = nn.Linear(13, 3), Linear(13, 3)
mine.load_state_dict(library.state_dict())
print("largest difference:", (mine(wines.known) - library(wines.known)).abs().max().item())

# %% [markdown]
# ## 2 · Who knows of the layers? · core
#
# One layer is not much, so let us stack some. It is natural to keep them in a list. Here is a network of three layers,
# twice, and the two differ in one word.


# %%
class Net(nn.Module):
    def __init__(self, container):
        super().__init__()
        self.hidden = container([nn.Linear(13, 16), nn.Linear(16, 16)])
        self.last = nn.Linear(16, 3)

    def forward(self, x):
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.last(x)


for container in (nn.ModuleList, list):
    net = Net(container)
    print(f"{container.__name__}: {sum(parameter.numel() for parameter in net.parameters())} numbers to learn")
print(net)

# %% [markdown]
# Both compute the same things. But with a plain list, only the last layer is there when somebody asks the network what
# it holds: the optimizer trains 51 numbers instead of 547, and a file would hold as few. (`print(net)` shows what a
# network knows of itself. It is a good first look at any model.)
#
# How does it know? By watching assignments. When we write `self.last = …`, Python calls `__setattr__`, and there
# `nn.Module` looks at what it gets. A parameter goes on one shelf, a module on another, and all else becomes a plain
# attribute as in any Python class. Each shelf is a dict. `super().__init__()` puts up the empty shelves, which is why
# it has to come first.

# %%
layer = nn.Linear(13, 3)
layer.colour = "red"
print("_parameters", list(layer._parameters))
print("_modules   ", list(layer._modules), "and of the net:", list(net._modules))
print("plain      ", [name for name in vars(layer) if not name.startswith("_")])

# %% [markdown]
# It is like the cloakroom of a theatre: what you hand in gets a name and is found again, and nobody knows what you keep
# in your bag. The comparison breaks at one point: nothing is taken from you here. The shelf holds the very object that
# was assigned, so if we train it, we train the layer. A list is such a bag, and `nn.ModuleList` is a module that
# behaves like a list.
#
# **Predict first.** Which of these six names does the network list as parameters?


# %%
class Quiz(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.zeros(2))
        self.b = torch.zeros(2, requires_grad=True)
        self.c = [nn.Parameter(torch.zeros(2))]
        self.d = {"inner": nn.Linear(2, 2)}
        self.e = nn.ParameterList([nn.Parameter(torch.zeros(2))])
        self.f = self.a


print([name for name, _ in Quiz().named_parameters()])

# %% [markdown]
# <details><summary>The answer</summary>
#
# `a` and `e.0`, and nothing else. `b` needs a gradient, but it is not an `nn.Parameter`. `c` and `d` are a list and a
# dict. `f` is registered, too, but it is the same object as `a`, and what is shared is listed once.
#
# </details>
#
# ### Exercise: `MiniModule` ●●○ · 6 minutes · core
#
# We build a small `nn.Module`, in three steps, and this is the first: the assignment. The rest of the class is given.
# `__getattr__` is called by Python only for names that it finds nowhere else. So a name must not lie in `__dict__`
# *and* on a shelf: the one in `__dict__` would hide the other.
#
# What is a module? `nn.Module` asks for its own class. We are more generous, so that your `Linear` fits in: a module is
# what has shelves of its own, `hasattr(value, "_parameters")`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First take the name off, wherever it may lie: `shelf.pop(name, None)` for both shelves and for `self.__dict__`. Then
# put the value in its place.
#
# </details>
# <details><summary>Hint 2: <code>maximum recursion depth exceeded</code>?</summary>
#
# `self.name = value` and `setattr(self, …)` inside of `__setattr__` call it again. Write into the dicts:
# `self._parameters[name] = value`, `self.__dict__[name] = value`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# for shelf in (self._parameters, self._modules, self.__dict__):
#     ...
# if isinstance(value, nn.Parameter):
#     self._parameters[name] = value
# elif ...:
#     ...
# else:
#     ...
# ```
#
# </details>


# %% exercise="MiniModule"
class MiniModule:
    """What `nn.Module` does when something is assigned, in small.

    Not to be used: `nn.Module`.

    A subclass calls `super().__init__()` first, then assigns its parts.

    >>> class Scale(MiniModule):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.colour = "red"
    ...         self.weight = nn.Parameter(torch.ones(2))
    >>> list(Scale()._parameters)
    ['weight']
    """

    def __init__(self) -> None:
        # Past our own __setattr__, which needs the shelves to be there. The buffers' shelf comes into use in section 5.
        self.__dict__.update(_parameters={}, _modules={}, _buffers={}, _non_persistent_buffers_set=set(), training=True)

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self.forward(*args, **options)

    def __getattr__(self, name: str) -> Any:
        for shelf in ("_parameters", "_modules"):
            if name in vars(self).get(shelf, {}):
                return vars(self)[shelf][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        """An `nn.Parameter` goes into `_parameters`, frozen or not. A module, which is whatever has shelves of its own,
        goes into `_modules`. All else becomes a plain attribute, in `__dict__`. What lay under this name in any of the
        three is gone. Names stay in the order of assignment. One that is assigned again may keep its place or go to the
        end."""
        # BEGIN SOLUTION
        for shelf in (self._parameters, self._modules, self.__dict__):
            shelf.pop(name, None)
        if isinstance(value, nn.Parameter):
            self._parameters[name] = value
        elif hasattr(value, "_parameters"):
            self._modules[name] = value
        else:
            self.__dict__[name] = value
        # END SOLUTION


# %% check="MiniModule"
check(MiniModule)

# %% [markdown]
# **See it.** Two layers of yours, and on which shelf they lie.


# %%
class TwoLayers(MiniModule):
    def __init__(self, first, last):
        super().__init__()
        self.first, self.last = first, last
        self.colour = "red"

    def forward(self, x):
        return self.last(torch.tanh(self.first(x)))


torch.manual_seed(0)
net = TwoLayers(Linear(13, 16), Linear(16, 3))
print("_modules", list(net._modules), "| _parameters", list(net._parameters), "| plain", net.colour)
print("a score for each grower:", net(wines.known[0]).shape)

# %% [markdown]
# ## 3 · A walk over the shelves · core
#
# Our network has no parameters of its own, but layers that have some. So whatever it does *as a whole* has to be a
# walk: do it here, then ask each module inside to do the same.
#
# The simplest of these walks changes a mode. Some layers behave differently while they learn and when they are used,
# and each module has a flag, `training`, to tell. `model.train()` sets it to True before the training loop and
# `model.eval()` to False after it, on all levels:


# %%
def set_mode(module, training):
    module.training = training
    for inside in module._modules.values():
        set_mode(inside, training)


blocks = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Linear(2, 2), nn.Dropout()))
set_mode(blocks, False)
print([part.training for part in blocks.modules()])

# %% [markdown]
# ### Exercise: `named_parameters` ●●○ · 6 minutes · core
#
# The second step, and the walk that an optimizer lives on: all parameters, with names such as `first.weight`, where the
# name of each module on the way stands before a dot. The same layer may sit in two places. Its parameters come once, or
# an optimizer would step them twice. (`parameters()` walks the same way and gives an iterator, so whoever wants to look
# twice makes a `list` of it. And an entry may be None: a layer without a bias keeps the name on its shelf, by
# `self.register_parameter("bias", None)`.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# Let the function call itself for each module inside, and put the module's name and a dot before each name that comes
# back.
#
# </details>
# <details><summary>Hint 2: is a shared one listed twice?</summary>
#
# Keep a set of `id(parameter)` of what was listed, and look there before you `yield`, whether the parameter is the
# module's own or comes from below.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# found = list(module._parameters.items())
# for name, inside in module._modules.items():
#     found += [(f"{name}.{inner}", ...) for inner, parameter in named_parameters(inside)]
# seen = set()
# for name, parameter in found:
#     ...
# ```
#
# An entry may be None: skip it.
#
# </details>


# %% exercise="named_parameters"
def named_parameters(module: Any) -> Iterable[tuple[str, nn.Parameter]]:
    """All parameters of a module and of the modules inside it, with their names.

    Args:
        module: has the shelves `_parameters` and `_modules`; no method of its is needed. An entry of a shelf may be
            None, and is passed over.

    Returns:
        Pairs of a name and a parameter, in a list or one after the other: first the module's own, then module by
        module, in the order of the shelf, all that is inside it. The names of the modules on the way stand before the
        parameter's, with dots between them: `body.first.weight`. A shared parameter comes once, under its first name.

    >>> [name for name, _ in named_parameters(nn.Sequential(nn.Linear(2, 3), nn.Tanh()))]
    ['0.weight', '0.bias']
    """
    # BEGIN SOLUTION
    found = list(module._parameters.items())
    for name, inside in module._modules.items():
        if inside is not None:
            found += [(f"{name}.{inner}", parameter) for inner, parameter in named_parameters(inside)]
    seen = set()
    for name, parameter in found:
        if parameter is not None and id(parameter) not in seen:
            seen.add(id(parameter))
            yield name, parameter
    # END SOLUTION


# %% check="named_parameters"
check(named_parameters)

# %% [markdown]
# **See it.** Your walk hands your network to the optimizer. PyTorch's optimizers do not ask where a tensor comes from.

# %%
torch.manual_seed(0)
net = TwoLayers(Linear(13, 16), Linear(16, 3))
print([name for name, _ in named_parameters(net)])
losses = train(net, [parameter for _, parameter in named_parameters(net)])
answers = net(wines.known).argmax(dim=-1)
print(
    f"right: {(answers == wines.growers).float().mean().item():.0%}, answers {answers.bincount(minlength=3).tolist()}"
)

# %% [markdown]
# The machinery works, and the numbers move. But the network answers as the ready-made one did. So the parts were not at
# fault.

# %% [markdown]
# ## 4 · Why nothing is learned · core
#
# Let us look at what the first layer makes of twelve wines, before any training. On the left as they are, on the right
# after each measurement was brought to mean 0 and spread 1.

# %%
torch.manual_seed(0)
first = Linear(13, 16)
few = wines.known[:12]
levelled = (few - wines.known.mean(dim=0)) / wines.known.std(dim=0)
panels = {"as measured": torch.tanh(first(few)), "levelled": torch.tanh(first(levelled))}
heatmaps(panels, xlabel="result of the first layer", ylabel="wine", signed=True, numbers=False)

# %% [markdown]
# On the left all wines look the same. Proline, the last of the thirteen numbers, runs to 1,515 where the hue runs to
# 1.45, so the weighted sum is proline times its weight, and a little rest. Mostly that is some dozens or hundreds, and
# the tanh of it is 1 or −1, whatever the wine. From the same sixteen numbers for every wine, the last layer can only
# learn which grower is frequent. Nor can the first layer get out of it, since where the tanh is flat, its gradient is
# next to nothing.
#
# We have met one case of something general. A layer multiplies, so sizes get multiplied, from layer to layer. Take
# fifty layers of nothing but a product with a 100 by 100 matrix:

# %%
torch.manual_seed(0)
for factor in (1.0, 0.01, 0.1):
    x, sizes = torch.randn(100), []
    for _ in range(50):
        x = factor * torch.randn(100, 100) @ x
        sizes.append(x.double().std().item())
    print(f"spread of the weights {factor:4}: after 10 {sizes[9]:8.2g}, 20 {sizes[19]:8.2g}, 50 {sizes[49]:8.2g}")

# %% [markdown]
# With a spread of 1 each product is ten times as large as the last, since a hundred products are added, and
# $\sqrt{100}$ is 10. A float32 ends at $3 \cdot 10^{38}$; then comes ∞, and the difference of two of these is NaN. With
# 0.01 each is a tenth, and at the end there are only zeros. At 0.1, which is $1/\sqrt{100}$, the sizes stay. You know
# this root from your `Linear`, where it is the *limit* of the weights. Numbers drawn evenly up to a limit have a spread
# of only 0.58 of it, so each such layer shrinks what it gets to about 0.6; the bias adds a little. Over two layers, as
# in our network, that hardly matters.
#
# **Explore.** How exactly must the factor be met? Predict first: is 0.15 still near enough for fifty layers? And for
# 0.7?

# %%
explore(
    pictures.sizes,
    "How large is a vector after fifty products?",
    factor=slider(0.01, 1.0, 0.15, step=0.01, label="spread of the weights"),
    normalised=switch(False, label="bring it back to size 1 after each product"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# With 0.15 it grows by half with every product, to several hundred million after fifty: no overflow, but no use either.
# With 0.7 it leaves the range of a float32 after 46 products. A tick at the switch, and it stays at 1 whatever the
# factor.
#
# </details>
#
# So what can we do? We can bring the inputs to one size beforehand, as in the picture, and for two layers that would
# be enough. We can begin with weights of the right size. It helps at the beginning only, as training moves the weights.
# Or we can do as the switch does, and bring the numbers back to size *inside* the network, at every call. That serves
# at any depth, and it is what we build now.

# %% [markdown]
# ## 5 · What has to be remembered · core
#
# For the picture we took the mean of all wines that we know. A layer sees only the batch in front of it. It can take
# that batch's mean, and in training this does very well. But then somebody brings a single bottle:

# %%
bottle = wines.cellar[:1]
print((bottle - bottle.mean(dim=0)).tolist()[0][:5], "and so on")

# %% [markdown]
# One number is its own mean, so every bottle turns into thirteen zeros. And with several, the answer for one would
# depend on which others happen to stand beside it. So in training the layer has to *remember* what it sees, and in
# evaluation use that.
#
# A colleague has written such a layer. It keeps the mean of all rows so far and subtracts it. Let us take two steps of
# training with it.


# %%
class BrokenMean(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.mean = torch.zeros(features)
        self.count = torch.tensor(0)
        self.last = torch.zeros(features)

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        self.count = self.count + len(rows)
        self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        self.last = rows.mean(0)
        return x - self.mean


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(13, 2), BrokenMean(2))
model(wines.known[:8]).square().sum().backward()
try:
    model(wines.known[8:16]).square().sum().backward()
except RuntimeError as error:
    print("second step:", str(error).partition(" (")[0])
before = model[1].mean
model.eval()(wines.known[16:24])
print("the mean moved in evaluation:", not torch.equal(before, model[1].mean))
print("a file would hold:", list(model.state_dict()))
model.to("meta")  # a device without numbers, which every machine has
print("after a move: weight on", model[0].weight.device, "and mean on", model[1].mean.device)

# %% [markdown]
# Behind the error two more faults are waiting, and they raise nothing. The mean moves when nobody trains. And it is a
# plain tensor, on no shelf: it is not saved, and it stays behind when the model goes to another device, as with
# `model.to("cuda")`, where the subtraction would fail.
#
# A parameter would be saved and moved, but the mean is not for the optimizer to change. For such things there is a
# third shelf. `self.register_buffer("mean", tensor)` puts a **buffer** on it: state of a module that nobody learns. If
# it is not worth saving, `persistent=False` says so; it still moves with the module.
#
# ### Exercise: `RunningMean` ●●○ · 6 minutes · core
#
# **Find and mend the bugs**, all three of them. Keep `last`, the mean of the latest batch, too: it is only for looking
# at, so it should move with the module and not be saved.
#
# <details><summary>Hint 1: <code>Trying to backward through the graph a second time</code>?</summary>
#
# `mean` was computed from `rows`, and `rows` hangs on the graph of the layer in front. So the second step goes back
# through the first one's graph, which is gone. In the lines that only remember, use `x.detach()`.
#
# </details>
# <details><summary>Hint 2: what is it that is not saved?</summary>
#
# `self.register_buffer("mean", torch.zeros(features))`. An assignment to `self.mean` later on keeps it a buffer. The
# counter is state, too.
#
# </details>
# <details><summary>Hint 3: does evaluation change the mean?</summary>
#
# `self.training` says which mode the module is in.
#
# </details>


# %% exercise="RunningMean"
class RunningMean(nn.Module):
    """Subtracts the mean of all rows seen in training.

    Args:
        features: numbers in a row.

    Buffers, at first zeros: `mean`, shape (features,), float32, and `count`, the number of rows so far, shape (),
    int64, are saved. `last`, the mean of the latest training batch, shape (features,), is not. No parameters.

    >>> module = RunningMean(1)
    >>> module(torch.tensor([[1.0], [3.0]]))
    tensor([[-1.],
            [ 1.]])
    """

    def __init__(self, features: int) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("count", torch.tensor(0))
        self.register_buffer("last", torch.zeros(features), persistent=False)
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Takes the rows of `x` into the mean (in training only), then returns `x` minus the mean.

        Args:
            x: shape (..., features), at least one row, dtype of the buffers. It is not changed.

        Returns:
            Shape and dtype of `x`. Its gradient takes the mean for a constant.
        """
        # BEGIN SOLUTION
        if self.training:
            rows = x.detach().reshape(-1, x.shape[-1])
            self.count += len(rows)
            self.mean += (rows - self.mean).sum(0) / self.count
            self.last.copy_(rows.mean(0))
        return x - self.mean
        # END SOLUTION


# %% check="RunningMean"
check(RunningMean)

# %% [markdown]
# **See it.** Your layer sees the wines in four batches. Then a second one takes over what a file would hold of the
# first, and levels a single bottle.

# %%
running, loaded = RunningMean(13), RunningMean(13)
for batch in wines.known.split(32):
    running(batch)
loaded.load_state_dict(running.state_dict())
print("rows seen:", int(loaded.count), "| mean proline:", round(loaded.mean[-1].item(), 1))
print("one bottle:", [round(value, 2) for value in loaded.eval()(bottle)[0].tolist()[:5]], "and so on")

# %% [markdown]
# **Explore.** Here is a module with one tensor of each kind. We add 10 to each of them, so that one can see whether it
# comes along, and then something is done to the module. Predict first, for each step: which of the five tensors go
# along? (The *replica* is the copy that `nn.DataParallel` makes of it for each GPU.)


# %%
class Specimen(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0]))
        self.register_buffer("buffer", torch.tensor([2.0]))
        self.register_buffer("temporary", torch.tensor([3.0]), persistent=False)
        self.plain = torch.tensor([4.0])
        self.listed = [nn.Parameter(torch.tensor([5.0]))]

    def tensors(self):
        names = ("weight", "buffer", "temporary", "plain")
        return {**{name: getattr(self, name) for name in names}, "listed[0]": self.listed[0]}


explore(
    pictures.follow(Specimen),
    "What goes along, and what stays behind?",
    step=choice(pictures.STEPS, pictures.STEPS[3], label="step"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# | | optimizer | `.to()` | `state_dict` | `deepcopy` | replica |
# |---|---|---|---|---|---|
# | parameter | yes | yes | yes | yes | yes |
# | buffer | no | yes | yes | yes | yes |
# | buffer, `persistent=False` | no | yes | no | yes | yes |
# | plain tensor, list | no | no | no | yes | no |
#
# `deepcopy` copies plain tensors as well, so it hides the mistake. A replica has no copy of them: all replicas hold the
# one tensor of the original.
#
# </details>

# %% [markdown]
# ## 6 · What is saved · core
#
# The third step of our small `nn.Module` is the walk that collects what goes into a file: all parameters and buffers
# with their names. It differs from the last walk in two ways. Buffers come along, unless a module's
# `_non_persistent_buffers_set` names them. And a shared tensor stands under *each* of its names, so that a model which
# does not share it can load the file.
#
# The tensors are not copied. Each, parameter or buffer, is the module's own memory without its history,
# `tensor.detach()`, so one can load by writing into them.
#
# ### Exercise: `state_dict` ●●○ · 4 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# One dict for what lies here, then the dict of each module inside, with a name and a dot before each of its keys. This
# time you need not remember what you have listed already.
#
# </details>
# <details><summary>Hint 2: are buffers saved that should not be?</summary>
#
# Each module has its own `_non_persistent_buffers_set`, with the plain names of its own buffers. Ask while you are *in*
# that module.
#
# </details>


# %% exercise="state_dict"
def state_dict(module: Any) -> dict[str, Tensor]:
    """All parameters and buffers that are worth saving, of a module and of the modules inside it, by name.

    Args:
        module: has the shelves `_parameters`, `_buffers` and `_modules`; no method of its is needed. An entry of a
            shelf may be None, and is passed over. Its `_non_persistent_buffers_set` has the names of those of its
            buffers that are not saved.

    Returns:
        From names with dots, as those of `named_parameters`, to tensors. What is shared stands under each of its names.
        The tensors share the module's memory, and none of them needs a gradient.

    >>> sorted(state_dict(nn.BatchNorm1d(2)))
    ['bias', 'num_batches_tracked', 'running_mean', 'running_var', 'weight']
    """
    # BEGIN SOLUTION
    left_out = module._non_persistent_buffers_set
    buffers = {name: buffer for name, buffer in module._buffers.items() if name not in left_out}
    own = {**module._parameters, **buffers}
    state = {name: tensor.detach() for name, tensor in own.items() if tensor is not None}
    for name, inside in module._modules.items():
        if inside is not None:
            state |= {f"{name}.{inner}": tensor for inner, tensor in state_dict(inside).items()}
    return state
    # END SOLUTION


# %% check="state_dict"
check(state_dict)

# %% [markdown]
# **See it.** Your walk over a layer of a transformer as the library makes it, against the library's own. The shelves
# have the same names everywhere.

# %%
layer = nn.TransformerEncoderLayer(d_model=16, nhead=4, dim_feedforward=32, batch_first=True)
print("the same names:", state_dict(layer).keys() == layer.state_dict().keys(), "|", len(state_dict(layer)), "of them")

# %% [markdown]
# ## 7 · Batch norm · core
#
# Now we can bring numbers back to size inside a network. We take each feature by itself, subtract the mean $\mu$ of the
# batch and divide by its standard deviation. And since another size than 1 may be wanted, there are two numbers to
# learn for each feature, a weight and a bias. That is **batch norm**:
#
# $$y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \cdot \text{weight} + \text{bias}$$
#
# Here $\varepsilon$ (`eps`) is a small number. A feature that never changes has the variance $\sigma^2 = 0$, and then
# $\varepsilon$ is all that stands between us and 0/0.
#
# That was training. For evaluation the layer remembers both statistics, in two buffers that take a share $m$ of each
# new batch and keep the rest of what they were:
#
# $$\text{running} \leftarrow (1 - m) \cdot \text{running} + m \cdot \text{new}$$
#
# (Not all rows alike, as in your `RunningMean`: while a network learns, its layers change, and old batches should be
# forgotten.) This $m$ is called `momentum`, 0.1 as a rule. Mind that it is the share of the *new* batch; an optimizer's
# momentum is the share of the old.
#
# One thing surprises most of us: there are two variances. The batch is normalised with the sum of squares over $n$,
# because the batch is all there is. The running variance gets the sum over $n - 1$, because it *estimates* the variance
# of all wines, and a few of them scatter less about their own mean than about the true one. By hand, for 1, 2 and 6:
# the mean is 3, the squares add up to 14, and the two variances are 14/3 and 7.

# %%
x = torch.tensor([[1.0], [2.0], [6.0]])
norm = nn.BatchNorm1d(1)
print("training  ", [round(value, 4) for value in norm(x).flatten().tolist()], "= (1 − 3) / √(14/3), …")
print("remembered", {name: round(value.item(), 4) for name, value in norm.named_buffers()})
print("evaluation", [round(value, 4) for value in norm.eval()(x).flatten().tolist()])

# %% [markdown]
# The running mean began at 0 and has gone a tenth of the way to 3. The running variance began at 1: it is 0.9 · 1 + 0.1
# · 7 = 1.6 now. (The third buffer counts batches.) So the statistics move at *every* call in training; one may read
# that they are averaged when all batches have been fed, but that is not so.
#
# ### Exercise: `BatchNorm1d` ●●● · 10 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# `x.mean(0)` and `x.var(0, correction=0)` are the statistics of the batch, in training. In evaluation take the two
# buffers instead. After that, both go the same way.
#
# </details>
# <details><summary>Hint 2: what goes into the buffers?</summary>
#
# `x.detach().var(0)`, which divides by n − 1 by itself. `buffer.lerp_(new, share)` goes a share of the way, in place.
# In the normalisation itself nothing is detached: there the gradient flows through mean and variance, too.
#
# </details>
# <details><summary>Hint 3: <code>Trying to backward through the graph a second time</code>?</summary>
#
# The running statistics hold the first batch's graph: `detach` is missing where they are updated.
#
# </details>


# %% exercise="BatchNorm1d"
class BatchNorm1d(nn.Module):
    """Batch norm over features, as `nn.BatchNorm1d`.

    Not to be used: torch's own batch norms, as `nn.BatchNorm1d` or `F.batch_norm`.

    Args:
        features: how many features there are.
        eps: is added to the variance.
        momentum: share of the new batch in the running statistics.

    Parameters: `weight`, at first 1, and `bias`, at first 0, shape (features,).

    Buffers: `running_mean`, at first 0, and `running_var`, at first 1, shape (features,), and `num_batches_tracked`,
    the number of batches so far, shape (), int64.

    >>> BatchNorm1d(1, eps=0.0)(torch.tensor([[1.0], [3.0]])).flatten().tolist()
    [-1.0, 1.0]
    """

    def __init__(self, features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Normalises with the batch's statistics in training, with the running ones in evaluation.

        Args:
            x: shape (batch, features), at least one row; dtype and device of the module's tensors.

        Returns:
            Shape, dtype and device of `x`.

        Raises:
            ValueError: in training, a single row. After it the buffers are as before.
        """
        # BEGIN SOLUTION
        if self.training:
            if len(x) == 1:
                raise ValueError("one row has no variance")
            mean, var = x.mean(0), x.var(0, correction=0)
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.detach().var(0), self.momentum)
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / (var + self.eps).sqrt() * self.weight + self.bias
        # END SOLUTION


# %% check="BatchNorm1d"
check(BatchNorm1d)

# %% [markdown]
# **Explore.** Your batch norm watches a feature whose true mean jumps from 1 to 3 half-way, as may happen when the
# laboratory buys a new instrument. Predict first: which momentum follows the jump within five batches, and what does
# that cost?

# %%
explore(
    pictures.remembered(lambda momentum: BatchNorm1d(1, momentum=momentum)),
    "How fast should a running mean forget?",
    momentum=slider(0.01, 1.0, 0.1, step=0.01, label="momentum"),
    rows=slider(2, 64, 8, label="rows in a batch"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# With a momentum of about 0.4 the curve is there after five batches. But the more it follows, the more it trembles, and
# with 1 it is the last batch's mean. With 0.01 it has gone less than half the way from 0 to 1 when the jump comes. So a
# model that was trained for a few steps only is evaluated with statistics that are still half zeros and ones.
#
# </details>

# %% [markdown]
# ## 8 · Who made this wine? · core
#
# Everything is there. Your batch norm goes where it was missing, between the measurements and the first layer, and once
# more after that layer. The network stands on your `MiniModule`, your `named_parameters` finds what it learns, and the
# loop is the one of the beginning.


# %%
class Sommelier(MiniModule):
    def __init__(self):
        super().__init__()
        self.level, self.first = BatchNorm1d(13), Linear(13, 16)
        self.norm, self.last = BatchNorm1d(16), Linear(16, 3)

    def forward(self, x):
        hidden = torch.tanh(self.norm(self.first(self.level(x))))
        return self.last(hidden)


def right(model):
    """The share of right answers in the cellar."""
    return (model(wines.cellar).argmax(dim=-1) == wines.made_by).float().mean().item()


torch.manual_seed(0)
without, sommelier = TwoLayers(Linear(13, 16), Linear(16, 3)), Sommelier()
curves = {}
for name, model in {"without batch norm": without, "with your batch norm": sommelier}.items():
    set_mode(model, True)  # what model.train() does
    curves[name] = (range(1, 301), train(model, [parameter for _, parameter in named_parameters(model)]))
    set_mode(model, False)  # what model.eval() does
    print(f"{name:21} {right(model):.0%} of the cellar right")
lines(curves, xlabel="training step", ylabel="loss")

# %% [markdown]
# The same layers, the same loop, the same learning rate. Now we save the network to a file. Since the tensors of your
# `state_dict` *are* those of the module, to load means to write into them. The picture shows what the loaded network
# says about each of the fifty bottles.

# %%
fresh = Sommelier()
set_mode(fresh, False)
with tempfile.TemporaryDirectory() as folder:
    torch.save(state_dict(sommelier), Path(folder) / "sommelier.pt")
    saved = torch.load(Path(folder) / "sommelier.pt")

print(f"fresh  {right(fresh):.0%} right")
for name, tensor in state_dict(fresh).items():
    tensor.copy_(saved[name])
print(f"loaded {right(fresh):.0%} right,", len(saved), "tensors, the last one", list(saved)[-1])
with torch.no_grad():
    shares = fresh(wines.cellar).softmax(dim=-1)
shop.told(shares, wines.made_by)

# %% [markdown]
# That is the answer to our question, bottle by bottle, by a network whose every layer you wrote. A single bottle works
# as well as fifty, since in evaluation nothing depends on the neighbours. (One may read that batch norm cannot be used
# where a prediction has no batch. It uses what it has remembered.)
#
# **Explore.** Take a bottle from the cellar. Then pretend that the laboratory had mistaken its proline: how much does
# it take to change the answer?

# %%
print(sum(parameter.numel() for _, parameter in named_parameters(Sommelier())), "numbers, learned from 128 wines")
explore(
    shop.bottle(fresh, wines),
    "Who made this wine?",
    number=slider(0, 49, 7, label="bottle"),
    proline=slider(0.2, 3.0, 1.0, step=0.1, label="proline, times"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Bottle 7 is one of the two that the network gets wrong, and it stands at the border: with eight tenths of its proline
# the answer would be right. Others need much more. Bottle 0 goes over to grower 1 at three tenths, and bottle 2, by
# grower 2, not at all. So the network does not go by one measurement.
#
# </details>
#
# All training goes through these steps; [lesson 04](../04_autograd/04_autograd.ipynb) explains those in the middle.
#
# | | |
# |---|---|
# | once | `model.to(device)`, then the optimizer; `model.train()` |
# | each batch | forward, loss, `zero_grad()`, `backward()`, `step()` |
# | then | `model.eval()` and `torch.no_grad()`, or answers depend on their neighbours |
#
# The core of the lesson ends here. Sections 9 to 13 stand by themselves.

# %% [markdown]
# ## 9 · To another device · extra
#
# One walk is still missing in our small `nn.Module`. `model.to("cuda")` brings a network to a GPU (older code says
# `model.cuda()`), and `model.to(torch.bfloat16)` halves its memory. We would expect new tensors, since numbers that lie
# elsewhere are other tensors. But an optimizer may hold the parameters already. So the parameters have to remain the
# *objects* that they are, and only what they hold is exchanged. This is the good use of `.data` that we met in [lesson
# 04](../04_autograd/04_autograd.ipynb): a change that no graph should notice.
#
# ### Exercise: `move` ●●○ · 6 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# `tensor.to(target)` takes a dtype as well as a device. For a parameter, `parameter.data = parameter.data.to(target)`.
# A buffer has no optimizer: `module._buffers[name] = buffer.to(target)`.
#
# </details>
# <details><summary>Hint 2: are the counters no longer whole numbers?</summary>
#
# If `isinstance(target, torch.dtype)`, leave a tensor alone that is not `is_floating_point()`.
#
# </details>


# %% exercise="move"
def move(module: Any, target: torch.dtype | torch.device) -> Any:
    """Brings all parameters and buffers of a module, and of the modules inside it, to a dtype or a device.

    Args:
        module: has the shelves `_parameters`, `_buffers` and `_modules`; no method of its is needed. An entry of a
            shelf may be None, and is passed over.
        target: a dtype changes floating-point tensors only, a device changes all.

    Returns:
        The module itself. Its parameters are the same objects as before, leaves that need a gradient or not, as they
        did. Gradients may stay behind.

    >>> norm = move(nn.BatchNorm1d(2), torch.float64)
    >>> norm.weight.dtype, norm.running_mean.dtype, norm.num_batches_tracked.dtype
    (torch.float64, torch.float64, torch.int64)
    """

    # BEGIN SOLUTION
    def moved(tensor: Tensor) -> Tensor:
        stays = isinstance(target, torch.dtype) and not tensor.is_floating_point()
        return tensor if stays else tensor.to(target)

    for parameter in module._parameters.values():
        if parameter is not None:
            parameter.data = moved(parameter.data)
    for name, buffer in module._buffers.items():
        if buffer is not None:
            module._buffers[name] = moved(buffer)
    for inside in module._modules.values():
        if inside is not None:
            move(inside, target)
    return module
    # END SOLUTION


# %% check="move"
check(move)

# %% [markdown]
# **See it.** A layer in float64, with an optimizer that was made before. If its step still moves the layer, the
# parameters are the same objects.

# %%
layer = nn.Linear(13, 3)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
before = move(layer, torch.float64).weight.detach().clone()
layer(wines.known.double()).square().mean().backward()
optimizer.step()
print(layer.weight.dtype, "| moved by the old optimizer:", not torch.equal(before, layer.weight))

# %% [markdown]
# ## 10 · Tell them apart · extra
#
# A wrong batch norm seldom crashes. It trains, perhaps a little worse, and the difference shows weeks later, on disk or
# in evaluation. Here are six. Each of them is a new batch norm without weight and bias, which sees one batch in
# training and then another one in evaluation.

# %%
suspects("batch_norm_counterexample")

# %% [markdown]
# ### Exercise: `batch_norm_counterexample` ●●○ · 8 minutes · extra
#
# Return two batches on which all six are caught. We run the library and the suspects on them, and you earn a share for
# each suspect that is clearly off. Four fall to almost any batch of a few rows and several features, and the other two
# each need a feature that is made for them. (The batch for evaluation may be the same as the one for training.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# You may have several features, an ordinary one and one for each suspect that is still unseen. For each of them, ask
# when its fault would *not* matter.
#
# </details>
# <details><summary>Hint 2: eps outside the root</summary>
#
# $\sqrt{1 + 0.00001}$ and $1 + 0.00001$ can hardly be told apart. How about a variance that is as small as eps itself?
#
# </details>
# <details><summary>Hint 3: the squared mean</summary>
#
# The mean of the squares, minus the square of the mean: on paper it is the same variance. A float32 has about seven
# digits. What is left of them if these two are about ten million, as with a mean of three thousand, and they differ
# by 1?
#
# </details>


# %% exercise="batch_norm_counterexample"
def batch_norm_counterexample() -> tuple[Tensor, Tensor]:
    """Two batches on which each of the suspects is seen to be wrong.

    Returns:
        One for training, shape (row, feature), two rows or more; and one for evaluation, of the same features, one row
        or more. Both float32 and finite, at most 1,000 numbers together, and not so large or small that in float32
        even a right formula loses them.
    """
    # BEGIN SOLUTION
    ordinary = torch.tensor([1.0, 2.0, 6.0])
    batch = torch.stack([ordinary, ordinary / 1000, ordinary + 3000], dim=1)
    return batch, batch
    # END SOLUTION


# %% check="batch_norm_counterexample"
check(batch_norm_counterexample)

# %% [markdown]
# **See it.** How far each suspect is off on your batches, in percent of the library's largest number for a feature.
# Each row should have a number above 0 somewhere, on the left or on the right.

# %%
pictures.lineup("batch_norm_counterexample", batch_norm_counterexample())

# %% [markdown]
# ## 11 · One parameter in two places · extra
#
# A language model looks its words up in a table, (words, width), and at its end it scores every word with a matrix of
# the same shape, the **decoder**. (The last layers, which turn what the model found into an answer, are called its
# **head**.) BERT uses the same numbers for table and decoder: the weights are **tied**. Tied is more than *equal*. Two
# names stand for one `nn.Parameter`.

# %%
first, second = nn.Linear(2, 2), nn.Linear(2, 2)
second.load_state_dict(first.state_dict())
print("equal:", torch.equal(first.weight, second.weight), "| the same:", first.weight is second.weight)
second.weight = first.weight
print("now the same:", first.weight is second.weight)

# %% [markdown]
# The gradients of both places add up in it, and an optimizer steps it once. `.to()` and `copy.deepcopy` keep it one,
# and as you know, the `state_dict` has both names.
#
# > **You may read that** a parameter is a `Variable` which registers itself, and that we write `forward` alone because
# > a module defines its own `backward`.

# %%
print("a parameter is a", " → ".join(kind.__name__ for kind in nn.Parameter.__mro__[:2]))
print("modules have a backward:", hasattr(nn.Linear, "backward"))
print("it is the result that knows the way back:", second(torch.ones(5, 2)).grad_fn.name())

# %% [markdown]
# > A parameter is a `Tensor`, and by itself it registers nowhere: it is the module that looks at what is assigned to
# > it. A module has no `backward` either. We need none, because each operation inside `forward` is recorded as it runs.
#
# ### Exercise: `tie` ●●○ · 6 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.get_parameter(name)` finds a parameter by its dotted name and raises `AttributeError` where there is none. To
# *assign* you need the module that holds it: `model.get_submodule(path)`; the empty path is the model itself.
#
# </details>
# <details><summary>Hint 2: cut the name</summary>
#
# `path, _, name = target.rpartition(".")` gives `"body.0"` and `"weight"`, and for a name without a dot an empty path.
# Then `setattr(module, name, parameter)`.
#
# </details>
# <details><summary>Hint 3: still two parameters?</summary>
#
# `copy_` makes them equal, `.data = …` makes them share memory. Both leave two parameters with two gradients.
#
# </details>


# %% exercise="tie"
def tie(model: nn.Module, target: str, source: str) -> None:
    """Makes the name `target` stand for the parameter that `source` names. The values of `source` stay.

    Args:
        model: is changed.
        target, source: names from `model.named_parameters()`, as `"decoder.weight"`.

    Raises:
        AttributeError: the model has no parameter of one of the names.
        ValueError: the two differ in shape. After an error the model is as before.

    >>> model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    >>> tie(model, "1.weight", "0.weight")
    >>> model[1].weight is model[0].weight
    True
    """
    # BEGIN SOLUTION
    old, shared = model.get_parameter(target), model.get_parameter(source)
    if old.shape != shared.shape:
        raise ValueError(f"{target} has shape {tuple(old.shape)}, {source} {tuple(shared.shape)}")
    path, _, name = target.rpartition(".")
    setattr(model.get_submodule(path), name, shared)
    # END SOLUTION


# %% check="tie"
check(tie)

# %% [markdown]
# **See it.** A table of two words with three numbers each, tied to the decoder, and one step back for word 0.

# %%
model = nn.Sequential(nn.Embedding(2, 3), nn.Linear(3, 2, bias=False))
model[0].load_state_dict({"weight": torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])})
tie(model, "1.weight", "0.weight")
model(torch.tensor([0])).sum().backward()
print("gradient:", model[0].weight.grad.tolist())
print("parameters:", [name for name, _ in model.named_parameters()], "state_dict:", list(model.state_dict()))

# %% [markdown]
# Row 0 gets (5, 7, 9), the sum of the decoder's rows, because it was looked up, and (1, 2, 3) because it is a row of
# the decoder itself. Row 1 was not looked up and gets (1, 2, 3) only.
#
# ### Exercise: `count_parameters` ●○○ · 5 minutes · extra
#
# "110 million parameters." Who counts, and how often? Let us count for each part of a model what it holds, and a shared
# parameter once.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One walk over `model.named_parameters()` is enough: it lists a shared parameter once, under its first name. The first
# part of the name is the part of the model.
#
# </details>
# <details><summary>Hint 2: is a tied weight counted twice?</summary>
#
# You ask each part for its own parameters, and both have it. Ask the whole model once:
# `head, dot, _ = name.partition(".")`; the part is `head` if there is a dot, else `"self"`.
#
# </details>


# %% exercise="count_parameters"
def count_parameters(model: nn.Module, trainable: bool = False) -> dict[str, int]:
    """How many numbers the parameters of each part of a model hold, frozen ones too.

    Args:
        model: any module.
        trainable: count only parameters that need a gradient.

    Returns:
        For each part, which is the name of a direct child of `model`, the numbers in its parameters. The model's own
        parameters count under `"self"`. A shared parameter counts once, for the first part that
        `named_parameters` finds it in. A part with nothing to count has no entry.

    >>> count_parameters(nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1)))
    {'0': 8, '2': 3}
    """
    # BEGIN SOLUTION
    counts: dict[str, int] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad or not trainable:
            head, dot, _ = name.partition(".")
            part = head if dot else "self"
            counts[part] = counts.get(part, 0) + parameter.numel()
    return counts
    # END SOLUTION


# %% check="count_parameters"
check(count_parameters)

# %% [markdown]
# **See it.** The real BERT, in its first size. On the `meta` device nothing is downloaded and no memory is used.

# %%
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification, BertModel
from transformers import logging as transformers_logging

transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()

with torch.device("meta"):
    bert, masked = BertModel(BertConfig()), BertForMaskedLM(BertConfig())
print({part: f"{count:,}" for part, count in count_parameters(bert).items()})
print({part: f"{count:,}" for part, count in count_parameters(masked).items()}, "with the head that fills masks")
part_by_part = sum(sum(item.numel() for item in part.parameters()) for part in masked.children())
print(f"together {sum(count_parameters(masked).values()):,}; part by part it would be {part_by_part:,}")

# %% [markdown]
# The head's decoder is tied to the table of words: 23 million numbers that a count part by part has twice.

# %% [markdown]
# ## 12 · Where the first numbers come from · extra
#
# Every layer of PyTorch draws its own first weights, as your `Linear` did. A model may want others. This is what
# transformers' `_init_weights` does for BERT. The standard deviation stands in the configuration, where it is called
# `initializer_range`. (BERT's own code also cut the normal distribution off at two standard deviations.)
#
# | module | weight | bias |
# |---|---|---|
# | `nn.Linear` | normal, standard deviation 0.02 | 0 |
# | `nn.Embedding` | normal, standard deviation 0.02; the row `padding_idx`, if there is one, 0 | |
# | `nn.LayerNorm` | 1 | 0 |
#
# `model.apply(function)` is one more walk over the shelves. It calls a function for every module inside and at last for
# the model itself, and it is the usual way to start a whole model.

# %%
nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Tanh())).apply(lambda module: print(type(module).__name__, end=" "))
print("| initializer_range", BertConfig().initializer_range)

# %% [markdown]
# > **You may read that** a call of a model is such a walk, too: in some retold sources of `nn.Module`, `__call__`
# > begins with `self.train(self.training)`. Then every call would bring all modules inside into the mode of the outer
# > one.

# %%
print("self.train in the real __call__:", "self.train(" in inspect.getsource(nn.Module._call_impl))
outer = nn.Sequential(nn.Dropout(), nn.Dropout())
outer[1].eval()
outer(torch.ones(3))
print("after a call of the outer module:", [part.training for part in outer])

# %% [markdown]
# > A call changes no mode. If you put a part of a model into evaluation, it remains there until somebody calls
# > `model.train()`.
# >
# > What `__call__` does beside `forward` is to run the hooks before and after it, which is why one writes `model(x)`
# > and not `model.forward(x)` ([lesson 07](../07_hooks/07_hooks.ipynb)).

# %% [markdown]
# ### Exercise: `init_bert_weights` ●●○ · 7 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# `isinstance(module, nn.Linear)` decides. `apply` brings every module, so look at this one only, and write into its
# tensors: `nn.init.normal_(module.weight, std=std)`, `nn.init.zeros_`, `nn.init.ones_`.
#
# </details>
# <details><summary>Hint 2: "'NoneType' object has no attribute …"?</summary>
#
# A linear layer may have no bias, and a layer norm with `elementwise_affine=False` has neither weight nor bias. They
# are None then.
#
# </details>
# <details><summary>Hint 3: "a view of a leaf Variable that requires grad is being used in an in-place
# operation"?</summary>
#
# The row of the padding is a view of a parameter. Write into it under `torch.no_grad()`.
#
# </details>


# %% exercise="init_bert_weights"
def init_bert_weights(module: nn.Module, std: float = 0.02) -> None:
    """Gives one module BERT's first weights; for `model.apply(init_bert_weights)`.

    Args:
        module: an `nn.Linear` gets a normal weight and the bias 0, an `nn.Embedding` a normal weight with the row
            `padding_idx` at 0, an `nn.LayerNorm` the weight 1 and the bias 0; what is None stays None. A subclass of
            one of the three counts as that one. Other modules are left alone, and so are modules inside this one. The
            parameters stay the same objects.
        std: standard deviation of the normal distribution.

    >>> layer = nn.Linear(2, 2)
    >>> init_bert_weights(layer)
    >>> layer.bias.tolist()
    [0.0, 0.0]
    """
    # BEGIN SOLUTION
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=std)
    if isinstance(module, nn.Embedding) and module.padding_idx is not None:
        with torch.no_grad():
            module.weight[module.padding_idx].zero_()
    if isinstance(module, nn.LayerNorm) and module.weight is not None:
        nn.init.ones_(module.weight)
    if isinstance(module, nn.Linear | nn.LayerNorm) and module.bias is not None:
        nn.init.zeros_(module.bias)
    # END SOLUTION


# %% check="init_bert_weights"
check(init_bert_weights)

# %% [markdown]
# **See it.** A small language model over 1,000 words whose decoder is tied to its table. Before it has learned anything
# it should find all words equally likely, which makes a loss of log 1,000 = 6.9.
#
# **Predict first.** With torch's own start, where a table has the standard deviation 1, is the loss lower, higher, or
# the same?

# %%
for name, start in {"torch's own": None, "init_bert_weights": init_bert_weights}.items():
    print(f"{name:18} {pictures.first_loss(start):.1f}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# Higher, by far: 26.4 against 6.9. With large weights the model is sure of itself before it knows anything.
#
# </details>

# %% [markdown]
# ## 13 · Loading what fits · extra
#
# A pretrained model seldom fits as it is. It has another head: other names, or another number of classes. So a loader
# has three lists to fill. Seen from the model:
#
# | | in the model | in the file | what happens |
# |---|---|---|---|
# | *missing* | yes | no | keeps its first weights |
# | *unexpected* | no | yes | is not used |
# | *mismatched* | yes, in another shape | yes | keeps its first weights |
#
# `load_state_dict(state, strict=False)` forgives the first two and returns their names. A shape that differs is still
# an error:

# %%
model = nn.Linear(3, 2)
print(model.load_state_dict({"weight": torch.zeros(2, 3), "scale": torch.ones(1)}, strict=False))
try:
    model.load_state_dict({"weight": torch.zeros(4, 3)}, strict=False)
except RuntimeError as error:
    print(str(error).splitlines()[-1].strip())

# %% [markdown]
# Some names are expected to be missing. A `.safetensors` file holds a tied weight once, so one of its two names is
# missing, and nobody should be alarmed. Models of transformers say so in patterns (regular expressions):
# `_keys_to_ignore_on_load_missing` and `_keys_to_ignore_on_load_unexpected`. **These are about the report alone.** What
# is there and fits is loaded, whatever the patterns say.
#
# ### Exercise: `load_matching` ●●● · 10 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.state_dict()` has the names and shapes of all that can be loaded, buffers too. Sort the names into those that
# fit and the three lists.
#
# </details>
# <details><summary>Hint 2: is "missing" too long?</summary>
#
# `model.load_state_dict(fitting, strict=False)` copies into the tensors that are there. It returns `missing_keys` and
# `unexpected_keys`, but seen from `fitting`: whatever you took out counts as missing.
#
# </details>
# <details><summary>Hint 3: patterns</summary>
#
# `any(re.search(pattern, name) for pattern in ignore)`. `re.match` would look at the beginning only.
#
# </details>


# %% exercise="load_matching"
def load_matching(model: nn.Module, state: Mapping[str, Tensor], ignore: Iterable[str] = ()) -> dict[str, list[str]]:
    """Loads every tensor of `state` that the model has under the same name in the same shape.

    Args:
        model: its tensors get new values; they keep their dtype, their memory and their `requires_grad`.
        state: names to tensors, as from `state_dict()`. It is not changed, and no memory is shared with it.
        ignore: patterns for `re.search`, a list or tuple. A name in which one is found is left out of "missing" and
            "unexpected". It is loaded all the same if it fits.

    Returns:
        Three lists of names, in any order: "missing" (the model has it, `state` has not), "unexpected" (the other way
        round), "mismatched" (both have it, in different shapes). A tied tensor that came under one of its names is
        missing under the other.

    >>> load_matching(nn.Linear(2, 1), {"weight": torch.zeros(1, 2), "scale": torch.ones(1)})
    {'missing': ['bias'], 'unexpected': ['scale'], 'mismatched': []}
    """
    # BEGIN SOLUTION
    mine = model.state_dict()
    mismatched = [name for name in mine if name in state and mine[name].shape != state[name].shape]
    fitting = {name: state[name] for name in mine if name in state and name not in mismatched}
    model.load_state_dict(fitting, strict=False)

    def told(names: Iterable[str]) -> list[str]:
        return [name for name in names if not any(re.search(pattern, name) for pattern in ignore)]

    missing = told(name for name in mine if name not in state)
    unexpected = told(name for name in state if name not in mine)
    return {"missing": missing, "unexpected": unexpected, "mismatched": mismatched}
    # END SOLUTION


# %% check="load_matching"
check(load_matching)

# %% [markdown]
# **See it.** A small BERT is "pretrained" and saved as a masked language model. A classifier with four classes takes
# over what fits.

# %%
small = BertConfig(
    vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, num_labels=4
)
pretrained, classifier = BertForMaskedLM(small), BertForSequenceClassification(small)
report = load_matching(classifier, pretrained.state_dict(), ignore=[r"^cls\."])
for kind, names in report.items():
    print(f"{kind:10} {names}")
table = "bert.embeddings.word_embeddings.weight"
print("the table was loaded:", torch.equal(classifier.get_parameter(table), pretrained.get_parameter(table)))

# %% [markdown]
# The pooler and the classifier are missing: they have to learn from scratch. This is what a loader wants to tell you
# with such a list.
#
# > **You may read that** `from_pretrained` first makes the whole model with random weights and then overwrites those
# > that are in the file, so that layers which were not pretrained have proper first weights. Let us count the random
# > numbers that are really drawn.

# %%
with tempfile.TemporaryDirectory() as folder:
    BertModel(small).save_pretrained(folder)
    runs = {
        "a new classifier": lambda: BertForSequenceClassification(small),
        "from_pretrained, the same model": lambda: BertModel.from_pretrained(folder),
        "from_pretrained, with a new classifier": lambda: BertForSequenceClassification.from_pretrained(folder),
    }
    for name, run in runs.items():
        print(f"{name:40} {pictures.numbers_drawn(run):6} random numbers")
print("weights of the classifier:", classifier.classifier.weight.numel())

# %% [markdown]
# > The reason is right: what is not in the file must start somehow, and the model's `_init_weights` says how. And once
# > it was done like that. Today the model is first made on the `meta` device, without numbers. The file fills in what
# > it has, and `_init_weights` draws only what is still missing: here the 64 weights of the classifier. A model that is
# > complete draws nothing.
# >
# > Non-persistent buffers are a trap on this way. They are in no file, and on `meta` they had no numbers:
# > `_init_weights` has to compute them anew, as BERT's does with its table of positions.

# %% [markdown]
# > **You may read that** a buffer takes no part in training, that its `requires_grad` is always False, and that it is
# > static and stands in every `state_dict`.


# %%
class Shifted(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("offset", torch.zeros(1, requires_grad=True))
        self.register_buffer("table", torch.arange(3), persistent=False)

    def forward(self, x):
        return x - self.offset


shifted = Shifted()
shifted(torch.ones(1)).sum().backward()
print("a gradient:", shifted.offset.grad.item(), "| parameters:", list(shifted.parameters()))
print("saved:", list(shifted.state_dict()))

# %% [markdown]
# > A buffer may need a gradient, and get one. What makes it a buffer is that `parameters()` does not list it, so no
# > optimizer steps it. It need not be constant: those of your `RunningMean` changed with each batch. And only
# > persistent ones are saved.

# %% [markdown]
# ### Written answer: parameter, buffer or neither · 4 minutes · extra
#
# You write a module that (a) learns a temperature, (b) adds a fixed table of 512 sines that depends on the width alone,
# (c) counts how many tokens it has seen in training, to report it after a resume, (d) has a dropout probability. What
# does each become, and what goes wrong if (b) and (c) are plain tensors?

# %% [markdown] written="parameter_or_buffer" points=2
# # BEGIN SOLUTION
# (a) is an `nn.Parameter`: an optimizer has to step it. (b) is a buffer with persistent=False: it must go where the
# module goes, but a file need not hold it. (c) is a persistent buffer of a whole-number dtype: it belongs in the
# checkpoint, and `.to(torch.float16)` must not touch it. (d) is a plain Python number: no tensor, part of the
# configuration.
#
# As a plain tensor, (b) stays on the CPU when the module moves to a GPU, and adding it fails there; in float64 it stays
# float32. (c) would not be saved and begin at 0 after a resume. A copy.deepcopy shows neither fault. Who knows
# nn.DataParallel may add: its replicas all hold the one plain tensor, so what they write *in place* into (c) meets
# there, and what they assign is lost with the replica. As a buffer, each has its own copy except for the first, which
# shares the module's memory: of what is written in place, the first replica's share alone survives.
# # END SOLUTION

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch or transformers |
# |---|---|
# | `Linear` | `nn.Linear` |
# | `MiniModule` | `nn.Module.__setattr__`, which also knows buffers |
# | `named_parameters` | `nn.Module.named_parameters` |
# | `RunningMean` | `running_mean` of a batch norm, which forgets old batches little by little |
# | `state_dict` | `nn.Module.state_dict`, which also runs hooks |
# | `BatchNorm1d` | `nn.BatchNorm1d`, which also takes (batch, features, length) |
# | `move` | `nn.Module.to`, by `_apply`; it brings gradients along |
# | `tie` | `tie_weights()` in transformers |
# | `count_parameters` | `model.num_parameters()` in transformers, for the whole model |
# | `init_bert_weights` | `PreTrainedModel._init_weights` |
# | `load_matching` | `load_state_dict(strict=False)`; `from_pretrained(…, ignore_mismatched_sizes=True)` |
#
# **Read the real source.** `torch/nn/modules/module.py`: `__setattr__`, `_apply` (the walk behind `.to`),
# `_save_to_state_dict`; `torch/nn/modules/batchnorm.py`; in transformers `modeling_utils.py`: `_init_weights`,
# `_initialize_missing_keys`, `_adjust_missing_and_unexpected_keys`.
#
# **Sources.** [Ioffe and Szegedy 2015](https://arxiv.org/abs/1502.03167), *Batch Normalization*. [Press and Wolf
# 2016](https://arxiv.org/abs/1608.05859), *Using the Output Embedding to Improve Language Models*. The wines are
# [Aeberhard and Forina's](https://doi.org/10.24432/C5PC7J), as they come with scikit-learn.
#
# **At scale.** A model of 70 billion parameters in bfloat16 has a `state_dict` of 140 GB. It is made on `meta`, without
# numbers, and some thirty files fill in their own names. On eight GPUs each holds an eighth of every tensor, and all
# write the checkpoint together. Transformers normalise each token by itself (a later lesson), without buffers or
# neighbours. Where batch norm is used, eight GPUs with 4 images each see eight different means; `nn.SyncBatchNorm`
# makes one of them, for an exchange of a few numbers in every layer.
#
# **Three questions to take home.**
#
# 1. You train with `BatchNorm1d` on batches of two rows. What does the running variance become, and what do results in
#    training and in evaluation differ by?
# 2. A `state_dict` shares memory with its module. You keep the best one of a training, `best = model.state_dict()`.
#    What is in it at the end? ([Lesson 07](../07_hooks/07_hooks.ipynb) has the same trap, with activations.)
# 3. Your `BatchNorm1d` stands between a linear layer and a tanh. Which of the three parameters in front of the tanh,
#    the layer's weight and bias and the norm's bias, could one leave out, and why?
