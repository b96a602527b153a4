# %% [markdown]
# # Modules: a network that knows what belongs to it
#
# **What does a network know about itself?** Two networks with the same layers learn the same wave. Both are saved and
# loaded again. One word in their code differs.

# %%
import copy
import inspect
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping

import torch
from torch import Tensor, nn

from autograder import check
from helpers import modules as pictures
from helpers.plots import bars
from helpers.widgets import choice, explore, slider, switch


# %%
class Net(nn.Module):
    def __init__(self, container):
        super().__init__()
        self.hidden = container([nn.Linear(1, 32), nn.Linear(32, 32)])
        self.last = nn.Linear(32, 1)

    def forward(self, x):
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.last(x)


pictures.saved_and_loaded({"nn.ModuleList": lambda: Net(nn.ModuleList), "a plain list": lambda: Net(list)})

# %% [markdown]
# *The picture: two panels with the same dots along a wave. On the left, with `nn.ModuleList`, the trained curve and
# the one that was saved and loaded both lie on the dots. On the right, with a plain list, the trained curve follows
# the wave only roughly, and the loaded one runs from −4 to 4 and has nothing to do with it.*
#
# No error, no warning. With a plain list the network does not know that it has hidden layers: the optimizer never got
# them, and the file does not hold them.
#
# At the end you will be able to
#
# - say what a module registers, and build that machinery yourself;
# - decide whether a tensor is a parameter, a buffer or neither, and what follows a module where it goes;
# - write a batch norm that behaves as torch's in training, in evaluation, on disk and on another device;
# - share, count, start and load weights, and say which ones came from where.
#
# About 100 minutes. You need [lesson 04](../04_autograd/04_autograd.ipynb) (`backward`, `.grad`, leaves), and of
# [lesson 01](../01_tensors/01_tensors.ipynb) dtypes and shared memory.

# %% [markdown]
# ## 1 · What a module writes down
#
# `nn.Module` watches assignments. When you write `self.weight = …`, Python calls `__setattr__`, and there the module
# looks at what it gets. An `nn.Parameter` goes on one shelf, another module on a second one. A tensor that was
# announced with `register_buffer` lies on a third. All else becomes a plain attribute, as in any Python class.

# %%
layer = nn.BatchNorm1d(2)
layer.colour = "red"
for shelf in ("_parameters", "_buffers", "_modules"):
    print(f"{shelf:12}", list(vars(layer)[shelf]))
print("in __dict__ ", [name for name in vars(layer) if not name.startswith("_")])
print("modules of a Sequential:", list(nn.Sequential(nn.Linear(2, 3), nn.Tanh())._modules))

# %% [markdown]
# Everything that a module does to itself as a whole is a walk over these shelves: `parameters()`, `state_dict()`,
# `.to(…)`, `train()` and `eval()`. What is on no shelf is not seen. A list has no shelf, so layers in a list are
# lost. `nn.ModuleList` is a module that behaves like a list.
#
# **Predict first.** Which of these six show up in `named_parameters()`? Write down the names before you run the cell.


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
# `a` and `e.0`, and nothing else. `b` needs a gradient, but it is no `nn.Parameter`. `c` and `d` are a list and a
# dict. `f` is registered, too, but it is the same object as `a`, and a parameter is listed once.
#
# </details>
#
# ### `module(x)` and `module.forward(x)`
#
# You write `forward` and call the module itself. `nn.Module.__call__` runs the hooks, and `forward` between them
# ([lesson 07](../07_hooks/07_hooks.ipynb) hangs hooks there). Whoever calls `.forward(x)` goes past the hooks; the
# numbers are the same where there are none.
#
# > **From the notes.** The notes print a short source of `nn.Module`, in which `__call__` first does
# > `self.train(self.training)`: each call would bring all inner modules into the mode of the outer one. Let us look.

# %%
print("self.train in the real __call__:", "self.train(" in inspect.getsource(nn.Module._call_impl))
outer = nn.Sequential(nn.Dropout(), nn.Dropout())
outer[1].eval()
outer(torch.ones(3))
print("after a call of the outer module:", [part.training for part in outer])

# %% [markdown]
# > A call changes no mode. That matters: whoever freezes the batch norms of a pretrained model calls `eval()` on them
# > alone, and they stay so until somebody calls `model.train()`.
#
# ### Exercise: `MiniModule` ●●● · 20 minutes
#
# Build `nn.Module` in small, without `nn.Module`. Four methods are given. Write the others one by one and run the
# check after each of them: the first lines of the card are about registration, then come buffers, `state_dict`, `to`,
# `train`. It grows from top to bottom, and points grow with it.
#
# The shelves are plain dicts. `__getattr__`, which is given, is called by Python only for names that it finds nowhere
# else, so a name must not lie in `__dict__` *and* on a shelf.
#
# <details><summary>Hint 1: registration</summary>
#
# First choose the shelf: `self._parameters` for an `nn.Parameter`, `self._modules` for a `MiniModule`,
# `self._buffers` if the name is a buffer's already, else `self.__dict__`. Then take the name off the other three
# (`shelf.pop(name, None)`), and put the value on its own.
#
# </details>
# <details><summary>Hint 2: names with dots</summary>
#
# Walk down. The names of the modules inside get the inner module's name and a dot in front:
# `for inner, parameter in module.named_parameters(): yield f"{name}.{inner}", parameter`. A parameter that was
# already listed is known by its identity: keep a set of `id(parameter)`, or ask `any(parameter is other …)`.
#
# </details>
# <details><summary>Hint 3: state_dict</summary>
#
# Here nothing is left out because it is shared, so it needs its own walk and cannot use `named_parameters`:
# `{name: parameter.detach() …}`, the buffers whose name is not in `self._not_saved`, and
# `module.state_dict()` of each module inside, with its name and a dot in front.
#
# </details>
# <details><summary>Hint 4: the optimizer trains nothing after <code>to</code>?</summary>
#
# It holds the old parameters. Keep the object and change what it holds: `parameter.data = parameter.data.to(target)`.
# A buffer belongs to nobody else: `self._buffers[name] = buffer.to(target)`. If `target` is a `torch.dtype`, tensors
# that are not `is_floating_point()` stay as they are.
#
# </details>


# %% exercise="MiniModule"
class MiniModule:
    """What `nn.Module` does, in small: it knows its parameters, its buffers and the modules inside it.

    Not to be used: `nn.Module`.

    A subclass calls `super().__init__()` first, then assigns its parts. Names of parts inside modules inside … are
    joined by dots: `body.first.weight`.

    >>> class Scale(MiniModule):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.weight = nn.Parameter(torch.ones(2))
    >>> [name for name, _ in Scale().named_parameters()]
    ['weight']
    """

    def __init__(self) -> None:
        # Past our own __setattr__, which needs these to be there.
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, _not_saved=set(), training=True)

    def __call__(self, *args: object, **options: object) -> object:
        return self.forward(*args, **options)

    def __getattr__(self, name: str) -> object:
        # vars(self) and not self._parameters: copy.deepcopy asks before there are any shelves.
        for shelf in ("_parameters", "_buffers", "_modules"):
            if name in vars(self).get(shelf, {}):
                return vars(self)[shelf][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        """Registers an `nn.Parameter` or a `MiniModule`; a value under a buffer's name takes the buffer's place; all
        else becomes a plain attribute. What lay under this name on another shelf is gone."""
        # BEGIN SOLUTION
        if isinstance(value, nn.Parameter):
            shelf = self._parameters
        elif isinstance(value, MiniModule):
            shelf = self._modules
        else:
            shelf = self._buffers if name in self._buffers else self.__dict__
        for other in (self._parameters, self._buffers, self._modules, self.__dict__):
            if other is not shelf:
                other.pop(name, None)
        shelf[name] = value
        # END SOLUTION

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """All parameters with their names, the own ones first. A shared one comes once, under its first name."""
        # BEGIN SOLUTION
        seen = set()
        inside = [
            (f"{name}.{inner}", item) for name, m in self._modules.items() for inner, item in m.named_parameters()
        ]
        for name, parameter in [*self._parameters.items(), *inside]:
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter
        # END SOLUTION

    def register_buffer(self, name: str, tensor: Tensor, persistent: bool = True) -> None:
        """Keeps a tensor that belongs to the module and is no parameter. `persistent=False`: it is not saved."""
        # BEGIN SOLUTION
        self._buffers[name] = tensor
        self._not_saved.discard(name)  # it may have been registered before
        if not persistent:
            self._not_saved.add(name)
        # END SOLUTION

    def state_dict(self) -> dict[str, Tensor]:
        """All parameters and persistent buffers by name, a shared one under each of its names.

        Parameters come without the need of a gradient. The tensors share the module's memory: they follow its training.
        """
        # BEGIN SOLUTION
        state = {name: parameter.detach() for name, parameter in self._parameters.items()}
        state |= {name: buffer for name, buffer in self._buffers.items() if name not in self._not_saved}
        for name, module in self._modules.items():
            state |= {f"{name}.{inner}": tensor for inner, tensor in module.state_dict().items()}
        return state
        # END SOLUTION

    def to(self, target: torch.dtype | torch.device) -> "MiniModule":
        """Moves all parameters and buffers to a dtype or a device; returns the module itself.

        A dtype changes floating-point tensors only. The `nn.Parameter` objects stay the same. Gradients may stay
        behind.
        """

        # BEGIN SOLUTION
        def moved(tensor: Tensor) -> Tensor:
            whole = isinstance(target, torch.dtype) and not tensor.is_floating_point()
            return tensor if whole else tensor.to(target)

        for parameter in self._parameters.values():
            parameter.data = moved(parameter.data)
        self._buffers.update({name: moved(buffer) for name, buffer in self._buffers.items()})
        for module in self._modules.values():
            module.to(target)
        return self
        # END SOLUTION

    def train(self, mode: bool = True) -> "MiniModule":
        """Sets `training` to `mode`, here and in all modules inside; returns the module itself."""
        # BEGIN SOLUTION
        self.training = mode
        for module in self._modules.values():
            module.train(mode)
        return self
        # END SOLUTION

    def eval(self) -> "MiniModule":
        """Sets `training` to False, here and in all modules inside; returns the module itself."""
        return self.train(False)


# %% check="MiniModule"
check(MiniModule)

# %% [markdown]
# **See it.** A network on your own base class. `torch.optim` does not ask where a parameter comes from.


# %%
class Dense(MiniModule):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / inputs**0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


class Wave(MiniModule):
    def __init__(self):
        super().__init__()
        self.first, self.second = Dense(1, 64), Dense(64, 1)
        self.register_buffer("scale", torch.tensor(3.0))

    def forward(self, x):
        return self.second(torch.tanh(self.first(self.scale * x)))


torch.manual_seed(0)
wave, x = Wave(), torch.linspace(-1, 1, 50).unsqueeze(-1)
optimizer = torch.optim.Adam([parameter for _, parameter in wave.named_parameters()], lr=0.01)
for step in range(301):
    loss = (wave(x) - torch.sin(5 * x)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step:3}: loss {loss.item():.4f}")
print(list(wave.state_dict()))

# %% [markdown]
# ## 2 · A layer of your own
#
# A linear layer computes $y = x W^\top + b$ with a weight $W$ of shape (outputs, inputs). In the product only the
# last dimension of $x$ is touched. Whatever stands before it, a batch, a batch of sentences, nothing at all, comes
# through.
#
# > **From the notes.** "Input and output of `nn.Linear` are two-dimensional, of shape (batch, size), while a
# > convolution wants four dimensions." Which of the four lines below fail?

# %%
linear = nn.Linear(3, 2)
for shape in ((5, 3), (3,), (4, 7, 3), (2, 4, 7, 3)):
    print(shape, "→", tuple(linear(torch.zeros(shape)).shape))
print("Conv2d", (3, 8, 8), "→", tuple(nn.Conv2d(3, 2, 1)(torch.zeros(3, 8, 8)).shape))

# %% [markdown]
# > None. `nn.Linear` takes any number of leading dimensions, and each layer of a transformer relies on it: its input
# > is (batch, token, feature). A convolution, too, takes its input without a batch.
#
# Why do the first weights have to be random, and how large? If all were the same, all outputs would be the same and
# would get the same gradient: a layer of a hundred copies of one number. And a sum of *n* products grows with √n, so
# weights shrink with it. `nn.Linear` draws weight and bias evenly from the interval between −1/√inputs and 1/√inputs.
#
# ### Exercise: `Linear` ●○○ · 6 minutes
#
# Write it without `nn.Linear` and `F.linear`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `x @ weight.T` does what is asked for any number of leading dimensions. Without a bias, `self.bias = None` says that
# there is none.
#
# </details>
# <details><summary>Hint 2: the state_dict is empty?</summary>
#
# A tensor with `requires_grad=True` is no parameter. Wrap it: `nn.Parameter(torch.empty(outputs, inputs))`.
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
    from ±1/√inputs.

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
# **See it.** A state_dict is all that a file of weights holds: names and tensors. Since your layer has the library's
# names and shapes, it can take over its weights.

# %%
torch.manual_seed(0)
library, mine = nn.Linear(8, 3), Linear(8, 3)
mine.load_state_dict(library.state_dict())
sentences = torch.randn(2, 5, 8)
print("largest difference:", (mine(sentences) - library(sentences)).abs().max().item())

# %% [markdown]
# ## 3 · Buffers: state that nobody learns
#
# Some tensors belong to a module and are not learned: running statistics, a counter, a table of positions. These are
# **buffers**. `register_buffer("mean", tensor)` puts one on the shelf, and `persistent=False` says that it is not
# worth saving, because it can be computed anew.
#
# > **From the notes.** "A buffer takes no part in training: its `requires_grad` is False. It is not updated unless
# > you do it by hand, it is static. And it is part of the `state_dict`."


# %%
class Shifted(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.register_buffer("offset", torch.zeros(1, requires_grad=True))
        self.register_buffer("table", torch.arange(3), persistent=False)

    def forward(self, x):
        return self.weight * (x - self.offset)


shifted = Shifted()
shifted(torch.ones(1)).sum().backward()
print("a buffer can need a gradient, and get one:", shifted.offset.requires_grad, shifted.offset.grad.item())
print("what an optimizer is given:", [name for name, _ in shifted.named_parameters()])
print("what is saved:", list(shifted.state_dict()))

norm = nn.BatchNorm1d(1)
norm(torch.tensor([[1.0], [3.0]]))
print(f"a batch norm's buffer after one call: {norm.running_mean.item():.1f}")

# %% [markdown]
# > Three corrections.
# >
# > 1. `requires_grad` is the tensor's own affair. A buffer may need a gradient, and gets it. What makes it a buffer
# >    is that `parameters()` does not list it, so no optimizer steps it. The other way round, a frozen parameter
# >    stays a parameter.
# > 2. Buffers are not static. A batch norm writes into its own at every call in training.
# > 3. Only persistent buffers are saved.
#
# **Predict first.** `Specimen` has one tensor of each kind. Each is raised by 10, then something is done to the module.
# Fill in a table before you go on: five rows (`weight`, `buffer`, `temporary`, `plain`, `listed[0]`), and a cross where
# a tensor *goes along* when you convert the module to float64, save it and load it into a fresh one, or copy it with
# `copy.deepcopy`.


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
    step=choice(pictures.STEPS, pictures.STEPS[3], label="Step"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# *The picture: a table with a row for each of the five tensors. Its columns are value, dtype, in parameters(), in
# state_dict(), memory. Blue cells went along, orange ones stayed behind. For the step "state_dict(), loaded into a
# fresh module": `weight` is 11 and `buffer` is 12, as they were saved; `temporary`, `plain` and `listed[0]` are 3, 4
# and 5, as in a fresh module.*
#
# | | optimizer | `.to()` | `state_dict` | `deepcopy` | replica |
# |---|---|---|---|---|---|
# | parameter | yes | yes | yes | yes | a plain tensor of its own |
# | buffer | no | yes | yes | yes | a buffer of its own |
# | buffer, `persistent=False` | no | yes | no | yes | a buffer of its own |
# | plain attribute, list | no | no | no | yes | **the original's own tensor** |
#
# `deepcopy` copies everything, so it hides the mistake. The last column is `nn.DataParallel`: at each call it makes a
# shallow copy of the module for every GPU, and copies only what is registered. A plain tensor stays on the first GPU,
# and all replicas hold the same one. (Gradients have to flow back into the original, so a replica's parameters are
# intermediate results and stand in no `parameters()`; [lesson 23](../23_data_parallel/23_data_parallel.ipynb) comes
# back to this.) `torch.nn.parallel.replicate` wants GPUs; `pictures.replica` does the same on any machine.
#
# </details>
#
# ### Exercise: `RunningMean` ●●○ · 8 minutes, a bug to mend
#
# A colleague's module subtracts the mean of all rows that it has seen in training. Run it and look at what it says.


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
model = nn.Sequential(nn.Linear(2, 2), BrokenMean(2))
model(torch.randn(8, 2)).square().sum().backward()
try:
    model(torch.randn(8, 2)).square().sum().backward()
except RuntimeError as error:
    print("second step:", str(error).partition(" (")[0])
print("what is saved:", list(model.state_dict()))
before = model[1].mean.clone()
model.eval()(torch.randn(8, 2))
print("the mean moved in evaluation:", not torch.equal(before, model[1].mean))

# %% [markdown]
# Copy it into the cell below and mend it. There are **three** faults, one for each line above. One thing is new:
# `last`, the mean of the latest batch, is only for looking at. It shall move and be copied with the module, but not
# be saved.
#
# <details><summary>Hint 1: the second step</summary>
#
# `mean` was computed from `rows`, and `rows` hangs on the graph of the layer in front. So the second step goes back
# through the first one's graph, which is gone. In the lines that only remember, use `x.detach()`.
#
# </details>
# <details><summary>Hint 2: nothing is saved</summary>
#
# `self.register_buffer("mean", torch.zeros(features))`. An assignment to `self.mean` later on keeps it a buffer. The
# counter is state, too.
#
# </details>
# <details><summary>Hint 3: evaluation</summary>
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
            x: shape (..., features), at least one row. It is not changed.

        Returns:
            Shape and dtype of `x`. Its gradient takes the mean for a constant.
        """
        # BEGIN SOLUTION
        if self.training:
            rows = x.detach().reshape(-1, x.shape[-1]).to(self.mean.dtype)  # what is remembered keeps its dtype
            self.count = self.count + len(rows)
            self.mean = self.mean + (rows - self.mean).sum(0) / self.count
            self.last = rows.mean(0)
        return x - self.mean.to(x.dtype)
        # END SOLUTION


# %% check="RunningMean"
check(RunningMean)

# %% [markdown]
# **See it.** Your module is followed on its way: to another dtype, to a file, to a copy, to a replica.

# %%
running = RunningMean(2)
running(torch.tensor([[2.0, 4.0], [4.0, 8.0]]))
loaded = RunningMean(2)
loaded.load_state_dict(running.state_dict())
ways = {
    "itself": running,
    "float64": copy.deepcopy(running).to(torch.float64),
    "loaded": loaded,
    "replica": pictures.replica(running),
}
for name, module in ways.items():
    print(
        f"{name:8} mean {module.mean.tolist()} {module.mean.dtype}, count {module.count}, last {module.last.tolist()}"
    )

# %% [markdown]
# ## 4 · Batch norm: two modes, two variances
#
# Batch norm brings each feature of a batch to mean 0 and variance 1, then scales and shifts it by two learned
# numbers:
#
# $$y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \cdot \text{weight} + \text{bias}$$
#
# In **training**, $\mu$ and $\sigma^2$ come from the batch itself. So the result for a row depends on its neighbours.
# In **evaluation** nobody wants that, and there may be one row only. There the module uses **running statistics**,
# which it has gathered in training, batch by batch:
#
# $$\text{running} \leftarrow (1 - m) \cdot \text{running} + m \cdot \text{new}$$
#
# Three things to know.
#
# - `momentum` $m$ is the share of the **new** batch, 0.1 as a rule. An optimizer's momentum means the opposite. With
#   `momentum=None` all batches weigh the same: $m = 1 / \text{num\_batches\_tracked}$, this batch included.
# - There are two variances. The batch is normalised with the biased one, Σ(x − μ)² / n: it *is* all there is. The
#   running variance gets the unbiased one, Σ(x − μ)² / (n − 1), because it *estimates* the variance of all data. So n
#   = 1 is impossible in training.
# - $\varepsilon$ stands inside the root. A feature that never changes has $\sigma^2 = 0$, and then the root is all
#   that stands between it and NaN.
#
# Three buffers: `running_mean`, at first 0, `running_var`, at first 1, and `num_batches_tracked`, a whole number.

# %%
x = torch.tensor([[1.0], [2.0], [6.0]])
norm = nn.BatchNorm1d(1)
print("training  ", norm(x).flatten().detach().numpy().round(4))
print("remembered", {name: round(value.item(), 4) for name, value in norm.named_buffers()})
print("evaluation", norm.eval()(x).flatten().detach().numpy().round(4))

# %% [markdown]
# The mean is 3. The running mean has gone a tenth of the way from 0 to it. The biased variance is 14/3 and the
# unbiased one 7, so the running variance is 0.9 · 1 + 0.1 · 7 = 1.6.
#
# ### Exercise: `BatchNorm1d` ●●● · 15 minutes
#
# Without torch's own batch norm. Input is (batch, features), or (batch, features, length) as from a convolution over
# text. There each feature has one mean over batch *and* length, and n counts both.
#
# <details><summary>Hint 1: a nudge</summary>
#
# With `x.movedim(1, -1)` the features come last, with a length or without: all dimensions but the last are averaged,
# and statistics of shape (features,) broadcast by themselves. At the end `movedim(-1, 1)` goes back.
#
# </details>
# <details><summary>Hint 2: what goes into the buffers</summary>
#
# `mean.detach()` and `var.detach() * n / (n - 1)`. In the normalisation itself nothing is detached: there the
# gradient flows through mean and variance, too.
#
# </details>
# <details><summary>Hint 3: "Trying to backward through the graph a second time"?</summary>
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
        momentum: share of the new batch in the running statistics; None: all batches weigh the same.
        affine: whether there are `weight` (at first 1) and `bias` (at first 0), shape (features,); else both are None.

    Buffers: `running_mean` and `running_var`, shape (features,), `num_batches_tracked`, shape (), int64.

    >>> BatchNorm1d(1, eps=0.0)(torch.tensor([[1.0], [3.0]])).flatten().tolist()
    [-1.0, 1.0]
    """

    def __init__(self, features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(features)) if affine else None
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Normalises with the batch's statistics in training, with the running ones in evaluation.

        Args:
            x: shape (batch, features) or (batch, features, length), with at least one row; dtype and device of the
                module's tensors.

        Returns:
            Shape, dtype and device of `x`.

        Raises:
            ValueError: another number of dimensions; or, in training, a single value for each feature.
        """
        # BEGIN SOLUTION
        if x.dim() not in (2, 3):
            raise ValueError(f"expected two or three dimensions, got {x.dim()}")
        rows = x.movedim(1, -1)
        if self.training:
            mean, var = self.of_batch(rows.flatten(0, -2))
        else:
            mean, var = self.running_mean, self.running_var
        result = (rows - mean) / (var + self.eps).sqrt()
        if self.weight is not None:
            result = result * self.weight + self.bias
        return result.movedim(-1, 1)

    def of_batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of the rows; they are remembered, too."""
        count = len(rows)
        if count == 1:
            raise ValueError("one value for each feature has no variance")
        mean, var = rows.mean(0), rows.var(0, correction=0)
        self.num_batches_tracked = self.num_batches_tracked + 1
        share = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
        self.running_mean = torch.lerp(self.running_mean, mean.detach(), share)
        self.running_var = torch.lerp(self.running_var, var.detach() * count / (count - 1), share)
        return mean, var
        # END SOLUTION


# %% check="BatchNorm1d"
check(BatchNorm1d)

# %% [markdown]
# **Explore.** Your batch norm watches a feature whose true mean jumps from 1 to 3 half-way, as data may when a sensor
# is exchanged. Predict first: which momentum follows the jump within five batches, and what does that cost?

# %%
explore(
    pictures.remembered(lambda momentum: BatchNorm1d(1, momentum=momentum)),
    "How fast should a running mean forget?",
    momentum=slider(0.01, 1.0, 0.1, step=0.01, label="momentum"),
    rows=slider(2, 64, 8, label="rows in a batch"),
    forever=switch(False, label="momentum=None"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# *The picture: 120 batches from left to right. A thin line, the true mean, jumps from 1 to 3 at batch 60. Grey dots,
# the means of the batches, scatter around it. The blue running mean with momentum 0.1 starts at 0, reaches 1 after
# some twenty batches, stays close to it, and needs some thirty more after the jump.*
#
# With momentum 1 it is the last batch's mean, and as noisy. With 0.01 it has gone less than half the way from 0 to 1
# when the jump comes. So a model that was trained for a few steps only is evaluated with statistics that are still
# half zeros and ones. With `momentum=None` it has no such start, but it never forgets: at the end it stands near 2,
# where no data are.
#
# </details>

# %% [markdown]
# ## 5 · One parameter in two places
#
# A language model looks words up in a table, (words, width), and at its end scores every word with a matrix of the
# same shape. BERT uses the same numbers for both: the weights are **tied**. Tied does not mean *equal*. It means that
# two names stand for one `nn.Parameter`.

# %%
first, second = nn.Linear(2, 2), nn.Linear(2, 2)
second.load_state_dict(first.state_dict())
print("equal:", torch.equal(first.weight, second.weight), "| the same:", first.weight is second.weight)
second.weight = first.weight
print("now the same:", first.weight is second.weight)

# %% [markdown]
# The gradients of both places add up in it. An optimizer steps it once. `.to()` and `copy.deepcopy` keep it one. The
# `state_dict` has both names.
#
# ### Exercise: `tie` ●●○ · 6 minutes
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.get_parameter(name)` finds a parameter by its dotted name and raises `AttributeError` where there is none. To
# *assign* you need the module that holds it: `model.get_submodule(path)`; the empty path is the model itself.
#
# </details>
# <details><summary>Hint 2: cut the name</summary>
#
# `path, _, name = target.rpartition(".")` gives `"body.0"` and `"weight"`, and for a name without a dot an empty
# path. Then `setattr(module, name, parameter)`.
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
# ### Exercise: `count_parameters` ●○○ · 5 minutes
#
# "110 million parameters." Who counts, and how often? Count for each part of a model what it holds, and a shared
# parameter once.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One walk over `model.named_parameters()` is enough: it lists a shared parameter once, under its first name. The
# first part of the name is the part of the model.
#
# </details>
# <details><summary>Hint 2: nearly the code</summary>
#
# `head, dot, _ = name.partition(".")`; the part is `head` if there is a dot, else `"self"`. `parameter.numel()` numbers
# go into `counts[part]`.
#
# </details>


# %% exercise="count_parameters"
def count_parameters(model: nn.Module, trainable: bool = False) -> dict[str, int]:
    """How many numbers each part of a model learns.

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
# **See it.** The real BERT, in its first size. On the `meta` device a tensor has a shape and no numbers, so nothing
# is downloaded and no memory is used.

# %%
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification, BertModel
from transformers import logging as transformers_logging

transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()

with torch.device("meta"):
    bert, masked = BertModel(BertConfig()), BertForMaskedLM(BertConfig())
print("with the head that fills masks:", count_parameters(masked))
part_by_part = sum(sum(item.numel() for item in part.parameters()) for part in masked.children())
print(f"together {sum(count_parameters(masked).values()):,}; part by part it would be {part_by_part:,}")
bars({"bert-base": count_parameters(bert)}, ylabel="parameters (logarithmic)", logy=True)

# %% [markdown]
# *The picture: three bars for the parts of bert-base on a logarithmic axis. The encoder has 85 million parameters, the
# embeddings 24 million, the pooler 0.6 million.*
#
# The head's decoder is tied to the table of words: 23 million numbers that a count part by part has twice.

# %% [markdown]
# ## 6 · Where the first numbers come from
#
# Every layer of torch draws its own first weights, as your `Linear` did. A model may want others. This is what
# transformers' `_init_weights` does for BERT (BERT's own code also cut the normal distribution off at two standard
# deviations):
#
# | module | weight | bias |
# |---|---|---|
# | `nn.Linear` | normal, standard deviation 0.02 | 0 |
# | `nn.Embedding` | normal, standard deviation 0.02; the row `padding_idx`, if there is one, 0 | |
# | `nn.LayerNorm` | 1 | 0 |
#
# `model.apply(function)` calls a function for every module inside and at last for the model itself. It is the usual
# way to start a whole model.

# %%
nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Tanh())).apply(lambda module: print(type(module).__name__, end=" "))
print()

# %% [markdown]
# ### Exercise: `init_bert_weights` ●●○ · 7 minutes
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
        module: `nn.Linear`, `nn.Embedding` and `nn.LayerNorm` are changed as in the table above. Other modules are left
            alone, and so are modules inside this one. The parameters stay the same objects.
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
# **See it.** A small language model over 1000 words whose decoder is tied to its table. Before it has learned
# anything it should find all words equally likely: a loss of log 1000 = 6.9. Predict first: with torch's own start,
# where a table has the standard deviation 1, is the loss lower, higher, or the same?

# %%
losses = {"torch's own": pictures.first_loss(None), "init_bert_weights": pictures.first_loss(init_bert_weights)}
print(
    f"all words alike: {torch.tensor(1000.0).log().item():.2f}", {name: round(loss, 2) for name, loss in losses.items()}
)
bars({"tied language model": losses}, ylabel="loss before the first step")

# %% [markdown]
# <details><summary>The answer</summary>
#
# *The picture: two bars. With torch's own first weights the loss is 26.4, with `init_bert_weights` it is 6.9.*
#
# With large weights the model is sure of itself before it knows anything.
#
# </details>

# %% [markdown]
# ## 7 · Loading what fits
#
# A pretrained model seldom fits as it is. Its head is another one: other names, or another number of classes. So a
# loader has three lists to fill. Seen from the model:
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
# `_keys_to_ignore_on_load_missing` and `_keys_to_ignore_on_load_unexpected`. **These are about the report alone.**
# What is there and fits is loaded, whatever the patterns say.
#
# ### Exercise: `load_matching` ●●● · 10 minutes
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.state_dict()` has the names and shapes of all that can be loaded, buffers too. Sort the names into those that
# fit and the three lists.
#
# </details>
# <details><summary>Hint 2: load</summary>
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
        round), "mismatched" (both have it, in different shapes).

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
# The pooler and the classifier are missing: they have to learn from scratch. This is what the well-known message
# "some weights were newly initialized … you should probably train this model" is about.
#
# > **From the notes.** "Why does `from_pretrained` still initialise? It first makes the whole model with random
# > weights, and then overwrites those that are in the file. So layers that were not pretrained have proper first
# > weights."
# >
# > Let us count the random numbers that are really drawn.

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
# > The reason is right: what the file has not must start somehow, and the model's `_init_weights` says how. The way
# > is the old one. Today (transformers 5) the model is first made on the `meta` device, without numbers. The file
# > fills in what it has, and `_init_weights` draws only what is still missing: here the 64 weights of the classifier.
# > A model that is complete draws nothing.
# >
# > Non-persistent buffers are a trap on this way. They are in no file, and on `meta` they had no numbers:
# > `_init_weights` has to compute them anew, as BERT's does with its table of positions.

# %% [markdown]
# ### Written answer: parameter, buffer or neither · 4 minutes
#
# You write a module that (a) learns a temperature, (b) adds a fixed table of 512 sines that depends on the width
# alone, (c) counts how many tokens it has seen in training, to report it after a resume, (d) has a dropout
# probability. What does each become, and what goes wrong if (b) and (c) are plain tensors?

# %% [markdown] written="parameter_or_buffer" points=2
# # BEGIN SOLUTION
# (a) is an `nn.Parameter`: an optimizer has to step it. (b) is a buffer with persistent=False: it must go where the
# module goes, but a file need not hold it. (c) is a persistent buffer of a whole-number dtype: it belongs into the
# checkpoint, and `.to(torch.float16)` must not touch it. (d) is a plain Python number: no tensor, part of the
# configuration.
#
# As a plain tensor, (b) stays on the CPU when the module moves to a GPU, and adding it fails there; in float64 it
# stays float32. (c) would not be saved and begin at 0 after a resume, and the replicas of nn.DataParallel would all
# write into one tensor. A copy.deepcopy shows neither fault.
# # END SOLUTION

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch or transformers |
# |---|---|
# | `MiniModule` | `nn.Module`, which also moves gradients, runs hooks and loads |
# | `Linear` | `nn.Linear` |
# | `RunningMean` | `running_mean` of a batch norm, which averages batches, not rows |
# | `BatchNorm1d` | `nn.BatchNorm1d` |
# | `tie` | `tie_weights()` in transformers |
# | `count_parameters` | `model.num_parameters()` in transformers, for the whole model |
# | `init_bert_weights` | `PreTrainedModel._init_weights` |
# | `load_matching` | `load_state_dict(strict=False)`; `from_pretrained(…, ignore_mismatched_sizes=True)` |
#
# **Read the real source.** `torch/nn/modules/module.py`: `__setattr__`, `_apply`, `_save_to_state_dict`;
# `torch/nn/modules/batchnorm.py`; `torch/nn/parallel/replicate.py`; in transformers `modeling_utils.py`:
# `_init_weights`, `_initialize_missing_keys`, `_adjust_missing_and_unexpected_keys`.
#
# **Sources.** [Ioffe and Szegedy 2015](https://arxiv.org/abs/1502.03167), *Batch Normalization*.
# [Press and Wolf 2016](https://arxiv.org/abs/1608.05859), *Using the Output Embedding to Improve Language Models*.
#
# **Three questions to take home.**
#
# 1. You train with `BatchNorm1d` on batches of two rows. What does the running variance become, and what do results
#    in training and in evaluation differ by?
# 2. Your `MiniModule.to` leaves gradients behind. When would that be noticed?
# 3. A `state_dict` shares memory with its module. You keep the best one of a training, `best = model.state_dict()`.
#    What is in it at the end? ([Lesson 07](../07_hooks/07_hooks.ipynb) has the same trap, with activations.)
