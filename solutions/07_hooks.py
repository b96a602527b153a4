# %% [markdown]
# # Hooks: look inside a network without touching its code
#
# **What does each layer of a deep network get to learn from?** The code of the network below knows nothing of this
# question. One line hangs a *hook* on each of its layers, and the hook writes down how much gradient arrives there.

# %%
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from autograder import check
from helpers import hooks, plots, widgets

# %%
torch.manual_seed(0)
arrived = {"Sigmoid": [], "ReLU": []}
for name, sizes in arrived.items():
    net = nn.Sequential(*[part for _ in range(20) for part in (nn.Linear(64, 64), getattr(nn, name)())])
    for layer in net[::2]:
        nn.init.kaiming_normal_(layer.weight)
        layer.register_full_backward_hook(lambda module, out, into, sizes=sizes: sizes.append(into[0].norm().item()))
    net(torch.randn(32, 64, requires_grad=True)).square().mean().backward()
hooks.by_depth(arrived)

# %% [markdown]
# *The picture: the norm of the gradient that arrives at each of 20 layers, on a logarithmic axis. In the ReLU network
# it stays near 0.1 at every depth. In the sigmoid network it falls from layer to layer, by ten powers of ten in all.*
#
# Layer 1 of the sigmoid network has next to nothing to learn from. Neither the loss nor the accuracy would have told
# you where the gradient was lost. A hook did.
#
# At the end you will be able to
#
# - record what goes into and comes out of any module, and take every hook off again, also after an error;
# - change inputs, outputs and gradients on their way;
# - find the layer where a gradient vanishes or a NaN is born;
# - draw where a convolutional network looks (Grad-CAM).
#
# About 90 minutes. You need [lesson 04](../04_autograd/04_autograd.ipynb) (`backward`, `.grad`, leaves) and
# [lesson 06](../06_modules/06_modules.ipynb) (modules and their names).

# %% [markdown]
# ## 1 · Where hooks fire
#
# A hook is a function that you hand to a module or a tensor. PyTorch calls it when values or gradients pass by.

# %%
hooks.where_hooks_fire()

# %% [markdown]
# *The picture: one call of a module as two rows of boxes. On top, from left to right: forward-pre hook, the module's
# own `forward`, forward hook. Below, from right to left: full-backward-pre hook, the backward computation,
# full-backward hook. Tensor hooks sit on the gradient arrows at both ends.*
#
# | registered with | is called as | what it returns, unless `None` |
# |---|---|---|
# | `module.register_forward_pre_hook` | `hook(module, args)` | takes the place of the inputs |
# | `module.register_forward_hook` | `hook(module, args, output)` | takes the place of the output |
# | `module.register_full_backward_pre_hook` | `hook(module, grad_output)` | takes the place of `grad_output` |
# | `module.register_full_backward_hook` | `hook(module, grad_input, grad_output)` | takes the place of `grad_input` |
# | `tensor.register_hook` | `hook(grad)` | takes the place of the gradient |
#
# Three rules hold for all of them.
#
# 1. **Returning `None` means "I only looked".** Anything else replaces the value. Many hook bugs are a `return` too
#    many or a `return` too few.
# 2. **Hooks of one kind run in the order in which they were registered** (`prepend=True` puts one first). Each sees
#    what the one before it returned.
# 3. **Registering gives you a handle.** `handle.remove()` takes the hook off. A forgotten hook fires at every later
#    call, and `copy.deepcopy` copies it along. `state_dict` does not save hooks.
#
# **Predict first.** This module adds 2. One hook comes before it, two come after it. Before you run the cell, write
# down: in which order do the three lines appear, which numbers do they show, and what does the last line say?


# %%
class AddTwo(nn.Module):
    def forward(self, x):
        return x + 2


def fn1(module, args):
    print("fn1 sees the input", args[0].item())
    return (args[0] + 10,)


def fn2(module, args, output):
    print("fn2 sees the input", args[0].item(), "and the output", output.item())


def fn3(module, args, output):
    print("fn3 sees the input", args[0].item(), "and the output", output.item())
    return output + 30


add_two = AddTwo()
add_two.register_forward_hook(fn2)
add_two.register_forward_hook(fn3)
add_two.register_forward_pre_hook(fn1)
print("add_two(0) =", add_two(torch.tensor(0)).item())
print("add_two.forward(0) =", add_two.forward(torch.tensor(0)).item())

# %% [markdown]
# <details><summary>The answer</summary>
#
# `fn1` runs first although it was registered last: the kind of hook decides, and only within one kind the order of
# registration. `fn2` returns nothing, so `fn3` still sees 12 and makes it 42. `fn2` never sees 42.
#
# The last line is 2. Hooks live in `module(...)`, which means in `nn.Module.__call__`. Whoever calls `.forward(...)`
# directly goes past all of them. That is why you call modules and not their `forward`.
#
# </details>

# %% [markdown]
# > **From the notes.** The notes run this example a second time through `torch.jit.script(m)` and take it that the
# > compiled copy has the same hooks. The next cell tries it.


# %%
def script(module: nn.Module) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit.script says that it is deprecated
        return torch.jit.script(module)


try:
    script(add_two)
except RuntimeError as error:
    print("1.", str(error).splitlines()[0])


def typed_pre_hook(self, inputs: tuple[Tensor]) -> tuple[Tensor]:
    return (inputs[0] + 10,)


module = AddTwo()
handle = module.register_forward_pre_hook(typed_pre_hook)
scripted = script(module)
exported = torch.export.export(module, (torch.tensor(0),)).module()
handle.remove()
print(
    "2. hook removed: the module gives",
    module(torch.tensor(0)).item(),
    "the scripted copy",
    scripted(torch.tensor(0)).item(),
)
print("3. hook removed: the exported program gives", exported(torch.tensor(0)).item())
try:
    scripted.register_forward_hook(fn2)
except RuntimeError as error:
    print("4.", error)

# %% [markdown]
# > 1. `torch.jit.script` compiles hooks together with the module, and so it needs type annotations on them. The
# >    notes' hooks have none: it fails.
# > 2. With annotations it works, but the hook is now part of the compiled code. Its handle no longer reaches it.
# > 3. `torch.export`, which takes the place of the deprecated `torch.jit.script`, also writes down what a hook
# >    computed. So take hooks off *before* you export, unless you want their effect in the product.
# > 4. A scripted module takes no new forward hooks.

# %% [markdown]
# ## 2 · Forward hooks look
#
# The smallest use: write down a shape. The handle is also a context manager. The hook is gone when the block ends,
# even if the block ends with an error.

# %%
layer = nn.Linear(3, 5)
with layer.register_forward_hook(
    lambda module, args, output: print("in", tuple(args[0].shape), "out", tuple(output.shape))
):
    layer(torch.zeros(2, 3))
layer(torch.zeros(2, 3))
print("after the block the layer is silent")

# %% [markdown]
# ### Exercise: `record_shapes` ●○○ · 8 minutes
#
# "mat1 and mat2 shapes cannot be multiplied." Which layer made the wrong shape? Write the tool that tells. Hang a
# forward hook on each *leaf* of the model, which means on each module without children, run the model once, take the
# hooks off.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.named_modules()` walks through all modules with names such as `"body.0"`. A leaf is a module for which
# `list(module.children())` is empty. The hook appends one line to a list each time it fires.
#
# </details>
# <details><summary>Hint 2: every line carries the same name?</summary>
#
# A function looks its outer variables up when it *runs*. Your hooks run after the loop, and by then `name` is the
# last name. Bind the value while the loop runs: `def note(module, args, output, name=name): …`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# shapes, handles = [], []
# for name, module in model.named_modules():
#     ...                                    # skip modules with children
#     def note(module, args, output, name=name): ...
#     handles.append(module.register_forward_hook(note))
# try:
#     model(*inputs)
# finally:                                   # also after an error
#     for handle in handles: ...
# ```
#
# </details>


# %% exercise="record_shapes"
def record_shapes(model: nn.Module, *inputs: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    """Runs `model(*inputs)` once and lists the shape that each leaf module gives.

    Args:
        model: any module; it is run in the mode it is in.
        inputs: what the model is called with.

    Returns:
        One pair (name, shape) for each call of a leaf, in the order in which the calls end.
        A leaf that is used twice has two.
        Names are those of `model.named_modules()`; a model without children is a leaf itself.
        Where a leaf returns a tuple, its first entry counts.
        No hook is left on the model, also when it raises; its mode is as before.

    >>> record_shapes(nn.Sequential(nn.Linear(4, 6), nn.Tanh()), torch.zeros(2, 4))
    [('0', (2, 6)), ('1', (2, 6))]
    """
    # BEGIN SOLUTION
    shapes, handles = [], []
    for name, module in model.named_modules():
        if list(module.children()):
            continue

        def note(module, args, output, name=name):
            first = output[0] if isinstance(output, tuple) else output
            shapes.append((name, tuple(first.shape)))

        handles.append(module.register_forward_hook(note))
    try:
        model(*inputs)
    finally:
        for handle in handles:
            handle.remove()
    return shapes
    # END SOLUTION


# %% check="record_shapes"
check(record_shapes)

# %% [markdown]
# **See it.** A small convolutional network. Where does the 400 of the first `Linear` layer come from? Look at the
# line of `Flatten`.

# %%
lenet = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 10),
)  # fmt: skip
for name, shape in record_shapes(lenet, torch.zeros(1, 1, 28, 28)):
    print(f"{name:>2} {type(lenet.get_submodule(name)).__name__:<10} {shape}")

# %% [markdown]
# ## 3 · Hooks keep
#
# To keep a value is harder than to print it. Here are two ways to get it wrong.

# %%
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True))
kept = []
with net[0].register_forward_hook(lambda module, args, output: kept.append(output)):
    net(torch.randn(1, 3))
print("what the linear layer gave?", kept[0])

# %% [markdown]
# No number is negative, and the `grad_fn` is that of the ReLU. The list holds the tensor itself, the ReLU wrote into
# it, and through its `grad_fn` it keeps alive whatever the forward pass saved for the backward pass. Keep ten batches
# like this and you hold ten graphs.
#
# - `.detach()` lets go of the graph. It makes no copy: it still shares memory.
# - `.detach().clone()` is a value of your own.
#
# And the third way to get it wrong is `return`: a forward hook that returns the detached tensor puts it in the place
# of the output, and the layers before it stop learning.
#
# ### Exercise: `Activations` ●●○ · 12 minutes
#
# Write a context manager that keeps what chosen modules give, and leaves nothing behind. `__enter__` is called where
# the `with` block begins and its value goes to the name after `as`. `__exit__` is called where the block ends, in
# whatever way it ends.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.get_submodule(name)` finds a module by its name and raises `AttributeError` where there is none. Which of the
# three methods should look names up, so that a wrong name leaves no hook behind?
#
# </details>
# <details><summary>Hint 2: what <code>__exit__</code> returns</summary>
#
# If `__exit__` returns something true, Python takes the error for dealt with. Return nothing and it comes through.
# `__exit__(self, *error)` gets three arguments about the error; you need none of them.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# def __init__(self, model, names):
#     self.modules = {name: model.get_submodule(name) for name in names}
#
# def __enter__(self):
#     values = {}
#     def keep(name):                        # one call makes one hook, with its own name
#         def note(module, args, output): ...
#         return note
#     self.handles = [module.register_forward_hook(keep(name)) for name, module in ...]
#     return values
# ```
#
# </details>


# %% exercise="Activations"
class Activations:
    """While a `with` block lasts, keeps what chosen modules of a model give.

    The value of `as` is a dict: name → tensor, filled whenever the model runs; the last call counts. Each tensor is a
    copy without graph, of the output's shape, dtype and device. Where a module returns a tuple, its first entry is
    kept. Hooks are on the model inside the block only, however it ends. Errors come through.

    Args:
        model: computes and learns as it would without being watched.
        names: as in `model.named_modules()`; the empty name is the model itself.

    Raises:
        AttributeError: the model has no module of that name. Then no hook is left.

    >>> model = nn.Sequential(nn.Linear(4, 6), nn.Tanh())
    >>> with Activations(model, ["1"]) as values:
    ...     y = model(torch.zeros(2, 4))
    >>> torch.equal(values["1"], y), values["1"].requires_grad
    (True, False)
    """

    def __init__(self, model: nn.Module, names: Iterable[str]) -> None:
        # BEGIN SOLUTION
        self.modules = {name: model.get_submodule(name) for name in names}
        # END SOLUTION

    def __enter__(self) -> dict[str, Tensor]:
        # BEGIN SOLUTION
        values = {}

        def keep(name):
            def note(module, args, output):
                first = output[0] if isinstance(output, tuple) else output
                values[name] = first.detach().clone()

            return note

        self.handles = [module.register_forward_hook(keep(name)) for name, module in self.modules.items()]
        return values
        # END SOLUTION

    def __exit__(self, *error: object) -> None:
        # BEGIN SOLUTION
        for handle in self.handles:
            handle.remove()
        # END SOLUTION


# %% check="Activations"
check(Activations)

# %% [markdown]
# **See it.** Eight layers of tanh. Every weight is drawn with the standard deviation gain/√(inputs). Your
# `Activations` looks into four of the layers. Predict first: what happens to the eighth layer at a gain of 0.5, and
# what at 3?


# %%
def activation_histogram(gain: float, activation: str):
    torch.manual_seed(0)
    parts = [part for _ in range(8) for part in (nn.Linear(256, 256, bias=False), getattr(nn, activation)())]
    model = nn.Sequential(*parts)
    for layer in model[::2]:
        nn.init.normal_(layer.weight, std=gain / 256**0.5)
    with Activations(model, ["1", "3", "7", "15"]) as values, torch.no_grad():
        model(torch.randn(64, 256))
    groups = {f"layer {int(name) // 2 + 1}": value for name, value in values.items()}
    return plots.histograms(groups, xlabel="activation", bins=61, title=f"{activation}, gain {gain:.1f}")


widgets.explore(
    activation_histogram,
    "How large must the first weights be, so that a signal survives eight layers?",
    gain=widgets.slider(0.4, 3.0, 1.0, step=0.1, label="gain"),
    activation=widgets.choice(["Tanh", "ReLU"], label="activation"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# *The picture: four histograms of activations, one above the other, for layers 1, 2, 4 and 8 of a tanh network with
# gain 1. Layer 1 is spread evenly between -1 and 1; with depth the values draw together, and layer 8 is a bell around
# 0. With a gain of 0.5 the lower ones shrink to a spike at zero. With a gain of 3 all of them pile up at -1 and 1,
# where tanh is flat and hardly any gradient comes through.*
#
# </details>
#
# Switch to ReLU: its signal halves its power in each layer, and a gain near √2 ≈ 1.4 keeps it alive. That is the
# factor in Kaiming initialisation, and the reason why the ReLU line of the first picture is flat.

# %% [markdown]
# ## 4 · Pre-hooks change what goes in
#
# A forward-pre hook runs before `forward` and may hand it other inputs. It gets the *positional* inputs as a tuple.
# Inputs given by name are invisible to it, unless it is registered with `with_kwargs=True`. Then it is called with
# one argument more, and returns a pair.


# %%
class Scaled(nn.Module):
    def forward(self, x, *, scale=1.0):
        return x * scale


scaled = Scaled()
with scaled.register_forward_pre_hook(lambda module, args: print("without: ", args)):
    scaled(torch.ones(1), scale=2.0)
with scaled.register_forward_pre_hook(lambda module, args, kwargs: (args, {**kwargs, "scale": 7.0}), with_kwargs=True):
    print("with:    ", scaled(torch.ones(1), scale=2.0))

# %% [markdown]
# ### Exercise: `input_scaler` ●●○ · 10 minutes
#
# Multiply what goes into a module by a factor, from outside. Real modules take more than one tensor: ids, masks,
# `None`. Only floating-point tensors are amounts; the rest goes through as it is.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write a small function for one value first: when is it multiplied, when handed on? `isinstance(value, Tensor)` and
# `value.is_floating_point()` decide.
#
# </details>
# <details><summary>Hint 2: nothing changes?</summary>
#
# A pre-hook that returns nothing only looked. Return `(args, kwargs)`, new ones: a tuple and a dict.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# def scale(module, args, kwargs):
#     return tuple(scaled(value) for value in args), {name: scaled(value) for ...}
#
# return module.register_forward_pre_hook(scale, with_kwargs=True)
# ```
#
# </details>


# %% exercise="input_scaler"
def input_scaler(module: nn.Module, factor: float) -> RemovableHandle:
    """From now on, multiplies what goes into `module` by `factor`.

    Every floating-point tensor among the inputs is multiplied, given by position or by name. Whole numbers, masks,
    None and all else go through as they are. The caller's tensors are not changed, dtypes stay, gradients flow.

    Args:
        module: this one gets a forward-pre hook, and no module inside it.
        factor: any number.

    Returns:
        The handle that takes the hook off again.

    >>> layer = nn.Identity()
    >>> handle = input_scaler(layer, 3.0)
    >>> layer(torch.tensor([1.0, 2.0]))
    tensor([3., 6.])
    """

    # BEGIN SOLUTION
    def scaled(value):
        return value * factor if isinstance(value, Tensor) and value.is_floating_point() else value

    def scale(module, args, kwargs):
        return tuple(map(scaled, args)), {name: scaled(value) for name, value in kwargs.items()}

    return module.register_forward_pre_hook(scale, with_kwargs=True)
    # END SOLUTION


# %% check="input_scaler"
check(input_scaler)

# %% [markdown]
# **See it.** Dividing the input of a softmax by a number is called its *temperature*. `nn.Softmax` has no such
# setting. Your hook adds one from outside, and takes it off again at the end of each `with`.

# %%
softmax = nn.Softmax(dim=-1)
scores = torch.tensor([2.0, 1.0, 0.5, -0.5, -1.0])
groups = {}
for temperature in (0.5, 1.0, 4.0):
    with input_scaler(softmax, 1 / temperature):
        groups[f"temperature {temperature:g}"] = {f"class {i}": p for i, p in enumerate(softmax(scores).tolist())}
plots.bars(groups, ylabel="probability")

# %% [markdown]
# *The picture: the probabilities of five classes at three temperatures. At 0.5 class 0 has more than four fifths; at
# 4 the bars are far more alike.*

# %% [markdown]
# ## 5 · Backward hooks
#
# `register_full_backward_hook` calls you with two tuples. `grad_output` is what arrives: the gradients with respect
# to the module's outputs. `grad_input` is what leaves: the gradients with respect to its inputs. An entry is `None`
# where no gradient is needed.

# %%
layer = nn.Linear(3, 5)


def note(module, grad_input, grad_output):
    print("arrives", tuple(grad_output[0].shape), "leaves", tuple(grad_input[0].shape))


with layer.register_full_backward_hook(note):
    layer(torch.randn(2, 3, requires_grad=True)).sum().backward()

# %% [markdown]
# Four things to know about full-backward hooks, each tried on torch 2.13:
#
# - They are woven into the graph *in the forward pass*. Registered after it, they do not fire in this pass, and
#   nobody tells you.
# - If no input of the module needs a gradient, the hook still fires, `grad_input` holds `None`, and PyTorch warns.
#   Hand in an `x` that needs one.
# - A module whose output is changed in place by the next one (`nn.ReLU(inplace=True)`) cannot carry them:
#   `RuntimeError`.
# - They see tensors that a module takes and returns directly or in a tuple. A tensor inside a dict goes past them.
#
# The older `register_backward_hook` is deprecated. Do not use it: where a module does several operations, its
# `grad_input` belongs to the last of them alone.
#
# ### Exercise: `gradient_norms` ●●○ · 10 minutes
#
# The measurement behind the first picture, as a tool: one line for each gradient that arrives at a leaf module, in
# the order of arrival. It is a visitor: parameters end with the `.grad` of an ordinary backward pass, and the
# caller's `x` stays as it was.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The same frame as `record_shapes`: leaves, names, handles, `try`, `finally`. Only the kind of hook is new, and the
# block between `try` and `finally` also goes backward.
#
# </details>
# <details><summary>Hint 2: the list stays empty, or the caller's x has a gradient?</summary>
#
# Empty: the hooks must be there before the model runs. A gradient on `x`: `x.requires_grad_()` changes the caller's
# tensor. `x.detach().requires_grad_()` is another tensor with the same values.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# def keep(name):
#     def note(module, grad_input, grad_output):
#         norms.append((name, grad_output[0].norm().item()))
#     return note
# ...
# try:
#     loss_of(model(x.detach().requires_grad_())).backward()
# finally: ...
# ```
#
# </details>


# %% exercise="gradient_norms"
def gradient_norms(model: nn.Module, x: Tensor, loss_of: Callable[[Tensor], Tensor]) -> list[tuple[str, float]]:
    """Runs forward and backward once and lists how much gradient arrives at each leaf module.

    Args:
        model: its parameters end with the `.grad` that `loss_of(model(x)).backward()` leaves: added to what was there.
        x: the model's input, shape (batch, ...), floating point. It is not changed and gets no `.grad`.
        loss_of: from the model's output to the loss, a tensor of one element that depends on what each leaf gives.

    Returns:
        One pair (name, norm) for each call of a leaf, in the order in which the gradients arrive.
        A model without children is a leaf itself, under the empty name.
        The norm is a Python float, the root of the sum of squares of the gradient with respect to the leaf's output.
        Where that is a tuple, the gradient with respect to its first entry counts.
        No hook is left on the model, also when something raises.

    >>> gradient_norms(nn.Sequential(nn.Linear(3, 2), nn.Identity()), torch.zeros(2, 3), torch.sum)
    [('1', 2.0), ('0', 2.0)]
    """
    # BEGIN SOLUTION
    norms, handles = [], []

    def keep(name):
        def note(module, grad_input, grad_output):
            norms.append((name, grad_output[0].norm().item()))

        return note

    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_full_backward_hook(keep(name)))
    try:
        loss_of(model(x.detach().requires_grad_())).backward()
    finally:
        for handle in handles:
            handle.remove()
    return norms
    # END SOLUTION


# %% check="gradient_norms"
check(gradient_norms)

# %% [markdown]
# **See it.** A sigmoid network of 20 layers again, once plain and once with a shortcut around each layer,
# `x + layer(x)`.


# %%
class Residual(nn.Module):
    def __init__(self, shortcut: bool) -> None:
        super().__init__()
        self.shortcut, self.linear = shortcut, nn.Linear(64, 64)

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.linear(x)) + (x if self.shortcut else 0)


arrived = {}
for shortcut in (False, True):
    torch.manual_seed(0)
    net = nn.Sequential(*[Residual(shortcut) for _ in range(20)])
    norms = gradient_norms(net, torch.randn(32, 64), lambda y: y.square().mean())
    arrived["with shortcuts" if shortcut else "without"] = [norm for _, norm in norms]
hooks.by_depth(arrived)

# %% [markdown]
# *The picture: two lines over 20 layers on a logarithmic axis. Without shortcuts the gradient's norm falls by sixteen
# powers of ten towards layer 1. With shortcuts it is nearly level.*

# %% [markdown]
# ## 6 · Hooks on tensors
#
# `tensor.register_hook` works on any tensor that needs a gradient: an intermediate result or a parameter. On a
# parameter it sees the gradient *of this backward pass*, before it is added to `.grad`.

# %%
weight = nn.Parameter(torch.tensor([1.0, 2.0]))
weight.grad = torch.tensor([100.0, 100.0])  # from an earlier pass
with weight.register_hook(lambda grad: print("the hook sees", grad.tolist())):
    (weight * 3).sum().backward()
print("then .grad is", weight.grad.tolist())

# %% [markdown]
# A gradient may be one tensor in two hands. For `y = p + q` both parameters get the *same* tensor. So a hook must not
# write into its argument (`clamp_`, `*=`); it returns a new tensor.
#
# ### Exercise: `clip_gradients` ●●○ · 8 minutes
#
# Keep every element of every gradient between -limit and limit, from now on, in each backward pass.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One hook serves all parameters: it needs no name. What must it return?
#
# </details>
# <details><summary>Hint 2: <code>cannot register a hook on a tensor that doesn't require gradient</code></summary>
#
# A frozen parameter gets no gradient and takes no hook. Skip parameters whose `requires_grad` is False.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# [parameter.register_hook(lambda grad: grad.clamp(...)) for parameter in parameters if ...]
# ```
#
# </details>


# %% exercise="clip_gradients"
def clip_gradients(parameters: Iterable[Tensor], limit: float) -> list[RemovableHandle]:
    """From now on, clamps each element of each gradient to [-limit, limit].

    Each backward pass is clamped by itself, before it is added to `.grad`. Parameters that need no gradient are
    skipped. No other tensor's gradient is changed.

    Args:
        parameters: for example `model.parameters()`, which can be walked through once.
        limit: a positive number.

    Returns:
        One handle for each parameter that is clipped.

    >>> weight = nn.Parameter(torch.zeros(2))
    >>> handles = clip_gradients([weight], 1.0)
    >>> (weight * torch.tensor([0.5, -7.0])).sum().backward()
    >>> weight.grad
    tensor([ 0.5000, -1.0000])
    """
    # BEGIN SOLUTION
    return [
        parameter.register_hook(lambda grad: grad.clamp(-limit, limit))
        for parameter in parameters
        if parameter.requires_grad
    ]
    # END SOLUTION


# %% check="clip_gradients"
check(clip_gradients)

# %% [markdown]
# **See it.** Linear regression, and at step 20 somebody's typing error: one label is 10,000 instead of about 1.


# %%
def losses(limit: float) -> list[float]:
    torch.manual_seed(0)
    truth, model = torch.randn(8, 1), nn.Linear(8, 1)
    handles = clip_gradients(model.parameters(), limit)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    test, history = torch.randn(200, 8), []
    for step in range(60):
        x = torch.randn(16, 8)
        y = x @ truth
        if step == 20:
            y[0] = 10_000.0
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
        with torch.no_grad():
            history.append(F.mse_loss(model(test), test @ truth).item())
    for handle in handles:
        handle.remove()
    return history


series = {name: (range(60), losses(limit)) for name, limit in (("not clipped", float("inf")), ("clipped at 1", 1.0))}
plots.lines(series, xlabel="step", ylabel="loss on clean data", logy=True)

# %% [markdown]
# *The picture: the loss over 60 steps on a logarithmic axis. At step 20 the line without clipping jumps up by more
# than five powers of ten, and after 40 more steps it is back where it began. The clipped line shows no jump and ends
# several thousand times lower. Until step 20 it falls more slowly.*
#
# Clipping has a price: the large gradients of the first steps were honest, and they were cut too.

# %% [markdown]
# ## 7 · An alarm
#
# The loss is NaN. NaN spreads: by the time you see it, every number behind its birthplace is NaN too. The question is
# which module was *first*. Forward hooks fire in the order in which modules finish, children before their parents, so
# the first hook that sees NaN knows.
#
# ### Exercise: `nan_tripwire` ●●○ · 8 minutes
#
# Inside the block, the forward pass raises `FloatingPointError` at the first module that gives NaN, and the message
# holds its name. This time write the context manager as a generator: what stands before `yield` happens when the
# block begins, what stands after it when the block ends. An error in the block is raised *at the `yield`*.
#
# <details><summary>Hint 1: a nudge</summary>
#
# An error inside a hook leaves the model's call like any other error. So the hook can raise. Attention hides scores
# with -inf on purpose: that is no alarm.
#
# </details>
# <details><summary>Hint 2: hooks stay after the alarm?</summary>
#
# The error comes out of the `yield`, and the lines after it do not run. Put them into `finally`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# def watch(name):
#     def look(module, args, output):
#         for value in output if isinstance(output, tuple) else (output,):
#             if ...: raise FloatingPointError(...)
#     return look
#
# handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
# try:
#     yield
# finally: ...
# ```
#
# </details>


# %% exercise="nan_tripwire"
@contextmanager
def nan_tripwire(model: nn.Module) -> Iterator[None]:
    """While a `with` block lasts, raises an alarm at the first module that gives NaN.

    Every module of the model is watched, with children or without, and no other. Where an output is a tuple, all its
    tensors are looked at; what else is in it (None, another tuple) is passed over, and so is an output that is neither
    a tensor nor a tuple. Infinity is no alarm. After the block no hook of its own is left on the model, however the
    block ends.

    Raises:
        FloatingPointError: a module's output holds NaN; the message holds its name from `model.named_modules()`. For
            the model itself, which has the empty name, any words will do.

    >>> with nan_tripwire(nn.Sequential(nn.Identity())) as _:
    ...     pass
    """

    # BEGIN SOLUTION
    def watch(name):
        def look(module, args, output):
            for value in output if isinstance(output, tuple) else (output,):
                if isinstance(value, Tensor) and value.isnan().any():
                    raise FloatingPointError(f"NaN in the output of {name or 'the model itself'}")

        return look

    handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
    # END SOLUTION


# %% check="nan_tripwire"
check(nan_tripwire)

# %% [markdown]
# **See it.** One row of this batch is empty, all zeros. Some module cannot cope.


# %%
class Standardize(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return (x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True)


torch.manual_seed(0)
block = nn.Sequential(OrderedDict(inner=nn.Linear(4, 8, bias=False), norm=Standardize(), outer=nn.Linear(8, 8)))
model = nn.Sequential(OrderedDict(embed=nn.Linear(4, 4, bias=False), block=block, head=nn.Linear(8, 2)))
batch = torch.randn(3, 4)
batch[1] = 0
print("the loss:", model(batch).square().mean().item())
try:
    with nan_tripwire(model):
        model(batch)
except FloatingPointError as error:
    print("the alarm:", error)

# %% [markdown]
# A row of zeros has the standard deviation 0, and 0 / 0 is NaN. This is why `nn.LayerNorm` has an `eps`.

# %% [markdown]
# ## 8 · A bug to mend
#
# How strong is the signal that a weight learns from? A useful number is the size of its gradient beside its own size,
# ‖gradient‖ / ‖weight‖. Far smaller in one layer than in another: that layer hardly learns. A colleague wrote a
# watcher for it that works with any training loop. Run it and look at the output before you read the code.


# %%
@contextmanager
def learning_signal_draft(model):
    weights = {name: weight for name, weight in model.named_parameters() if weight.dim() > 1 and weight.requires_grad}
    signal = dict(zip(weights, [[]] * len(weights), strict=True))
    handles = {}

    def note(grad):
        signal[name].append((grad.norm() / weight.norm()).item())

    for name, weight in weights.items():
        handles[name] = weight.register_hook(note)
    yield signal
    for handle in handles.values():
        handle.remove()


def train(model: nn.Module, steps: int) -> None:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        x = torch.randn(64, 16)
        optimizer.zero_grad()
        F.cross_entropy(model(x), (x[:, 0] * x[:, 1] > 0).long()).backward()
        optimizer.step()


def deep(activation: type[nn.Module]) -> nn.Sequential:
    torch.manual_seed(0)
    parts = [part for _ in range(6) for part in (nn.Linear(16, 16), activation())]
    return nn.Sequential(*parts, nn.Linear(16, 2))


model = deep(nn.Sigmoid)
with learning_signal_draft(model) as signal:
    train(model, steps=2)
for name, line in signal.items():
    print(f"{name:>10}: {len(line)} numbers, the last is {line[-1]:.1e}")

# %% [markdown]
# Two steps, seven weights. You would expect two numbers in each line, and larger ones towards the last layer.
#
# ### Exercise: `layerwise_learning_signal` ●●● · 12 minutes
#
# Copy the draft into the cell below and mend it. There are **three** faults. Two of them you see above. The third
# shows only when something goes wrong inside the block.
#
# <details><summary>Hint 1: fourteen numbers in every line</summary>
#
# How many lists are there? Try `lines = [[]] * 3; lines[0].append(1); lines`.
#
# </details>
# <details><summary>Hint 2: all numbers are under the last name</summary>
#
# With a list for each name, all lines but the last stay empty. When does `note` look up `name` and `weight`? The
# first exercise had the same trap.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# signal = {name: [] for name in weights}
#
# def watch(name, weight):
#     def note(grad): ...
#     return weight.register_hook(note)
#
# handles = [watch(name, weight) for name, weight in weights.items()]
# try:
#     yield signal
# finally: ...
# ```
#
# </details>


# %% exercise="layerwise_learning_signal"
@contextmanager
def layerwise_learning_signal(model: nn.Module) -> Iterator[dict[str, list[float]]]:
    """While a `with` block lasts, notes for each weight how large its gradient is beside it.

    The value of `as` is a dict: name → list of Python floats. Each backward pass adds ‖gradient of this pass‖ /
    ‖weight at this time‖ to the list of each weight that it reaches, whatever lies in `.grad`. Norms are roots of
    sums of squares.

    Weights are the parameters with two or more dimensions that need a gradient, with their names from
    `model.named_parameters()`. Training goes on as without it. After the block no hook is left, however it ends.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> with layerwise_learning_signal(model) as signal:
    ...     (2 * model.weight).sum().backward()
    >>> signal["weight"] == [(2 / model.weight.abs()).item()]
    True
    """
    # BEGIN SOLUTION
    weights = {name: weight for name, weight in model.named_parameters() if weight.dim() > 1 and weight.requires_grad}
    signal = {name: [] for name in weights}

    def watch(name, weight):
        def note(grad):
            signal[name].append((grad.norm() / weight.norm()).item())

        return weight.register_hook(note)

    handles = [watch(name, weight) for name, weight in weights.items()]
    try:
        yield signal
    finally:
        for handle in handles:
            handle.remove()
    # END SOLUTION


# %% check="layerwise_learning_signal"
check(layerwise_learning_signal)

# %% [markdown]
# **See it.** Twelve steps of training, seen by your watcher. The training loop knows nothing of it.

# %%
panels = {}
for activation in (nn.Sigmoid, nn.ReLU):
    model = deep(activation)
    with layerwise_learning_signal(model) as signal:
        train(model, steps=12)
    panels[f"{activation.__name__}: log10 of the ratio"] = torch.tensor(list(signal.values())).log10()
plots.heatmaps(panels, rows=[str(number) for number in range(1, 8)], xlabel="step", ylabel="layer", numbers=False)

# %% [markdown]
# *The picture: two maps, layers from top to bottom, steps from left to right, the colour shows ‖gradient‖ / ‖weight‖
# as a power of ten. In the sigmoid network the top rows are dark: the first layers get a signal several powers of ten
# weaker than the last. In the ReLU network the rows differ far less.*

# %% [markdown]
# ## 9 · Grad-CAM: where does it look?
#
# You have seen values on their way forward and gradients on their way back. Grad-CAM (Selvaraju et al., 2017) puts
# both together to draw where a convolutional network sees evidence for a class.
#
# Take the maps $A^k$ that a convolutional layer gives, one for each channel $k$, and the score $y^c$ of the class,
# before any softmax. A channel counts as much as its gradient says on average over all places, and what speaks
# against the class is set to zero:
#
# $$w_k = \frac{1}{HW}\sum_{i,j}\frac{\partial y^c}{\partial A^k_{ij}}$$
#
# $$\text{map}_{ij} = \mathrm{ReLU}\Big(\sum_k w_k A^k_{ij}\Big)$$
#
# So you need the layer's output *and* the gradient of the score with respect to it. One forward hook gives you both,
# if it may return something:
#
# 1. It takes the output off the graph and makes it a new leaf: `output.detach().requires_grad_()`. Now a gradient can
#    be asked for, even if the whole model is frozen.
# 2. It keeps the leaf and returns a `.clone()` of it. The rest of the model computes with the clone, and an in-place
#    ReLU may write into that.
#
# `torch.autograd.grad(score, leaf)` then gives the gradient and touches no parameter's `.grad`, which
# `score.backward()` would.
#
# ### Exercise: `grad_cam` ●●● · 15 minutes
#
# Write it for a batch of images, each with a class of its own. Each map is divided by its own largest value, so that
# 1 is the strongest evidence in this image.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The images of a batch do not influence one another, so the gradient of the *sum* of the chosen scores gives each
# image its own gradient. (A batch norm in training mode would spoil this; explain models in evaluation mode.)
# `scores.gather(1, classes[:, None])` chooses one score a row.
#
# </details>
# <details><summary>Hint 2: NaN in a map?</summary>
#
# If nothing speaks for the class, the largest value is 0, and 0 / 0 is NaN. Clamp the divisor to a tiny positive
# number.
#
# </details>
# <details><summary>Hint 3: <code>a leaf Variable … is being used in an in-place operation</code></summary>
#
# An in-place ReLU follows and your hook returns the leaf itself. Return a clone.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# kept = {}
# def cut(module, args, output):
#     kept["maps"] = output.detach().requires_grad_()
#     return kept["maps"].clone()
# ...                                        # register, run, remove in finally
# (gradient,) = torch.autograd.grad(scores.gather(1, classes[:, None]).sum(), kept["maps"])
# weights = gradient.mean((2, 3), keepdim=True)
# heat = F.relu(...).detach()
# return heat / heat.amax((1, 2), keepdim=True).clamp(min=...)
# ```
#
# </details>


# %% exercise="grad_cam"
def grad_cam(model: nn.Module, layer: str, images: Tensor, classes: Tensor) -> Tensor:
    """Where the output of a convolutional layer speaks for a class.

    Args:
        model: gives scores of shape (batch, classes). It may be frozen. Its parameters' `.grad`, its mode and its
            hooks are as before.
        layer: the layer's name; its output has the shape (batch, channels, height, width). An in-place ReLU may follow.
        images: what the model is called with, shape (batch, ...).
        classes: the class to explain for each image, shape (batch,), int64.

    Returns:
        Shape (batch, height, width) of the layer's output, its dtype and device, without graph. Values in [0, 1]:
        each map is divided by its own largest value, and a map of zeros stays zero.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    >>> grad_cam(net, "1", torch.randn(5, 1, 8, 9), torch.tensor([0, 1, 1, 0, 1])).shape
    torch.Size([5, 6, 7])
    """
    # BEGIN SOLUTION
    kept = {}

    def cut(module, args, output):
        kept["maps"] = output.detach().requires_grad_()
        return kept["maps"].clone()

    handle = model.get_submodule(layer).register_forward_hook(cut)
    try:
        scores = model(images)
    finally:
        handle.remove()
    chosen = scores.gather(1, classes[:, None]).sum()
    (gradient,) = torch.autograd.grad(chosen, kept["maps"])
    weights = gradient.mean((2, 3), keepdim=True)
    heat = F.relu((weights * kept["maps"]).sum(1)).detach()
    return heat / heat.amax((1, 2), keepdim=True).clamp(min=torch.finfo(heat.dtype).tiny)
    # END SOLUTION


# %% check="grad_cam"
check(grad_cam)

# %% [markdown]
# **See it.** The next cell trains a small network to tell images with a lying bar from images with a standing one.
# Nobody tells it *where* the bar is. Then it gets images with both, and you ask it twice. What do you expect the maps
# to do with the square?

# %%
net = hooks.bar_net()
images = hooks.bar_images(3, lying=True, standing=True, seed=4)
questions = {"where is a lying bar?": 0, "where is a standing bar?": 1}
maps = {text: grad_cam(net, "4", images, torch.full((3,), wanted)) for text, wanted in questions.items()}
hooks.beside_their_maps(images, maps)

# %% [markdown]
# *The picture: three noisy images in the left column, each with a lying bar, a standing bar and a small square. In
# the middle column the bright part of the map lies on the lying bar, in the right column on the standing bar. The
# square of the first image stays dark. In the third image the bars cross, and the maps no longer fit them.*
#
# The last image is a warning. The network never saw crossing bars. A map shows what *this* network used, and not what
# is true.

# %% [markdown]
# ## What you have built
#
# | yours | its name elsewhere |
# |---|---|
# | `record_shapes` | `torchinfo.summary`, Keras' `model.summary()` |
# | `Activations` | `create_feature_extractor` of torchvision; `output_hidden_states=True` of transformers |
# | `input_scaler` | `torch.nn.utils.prune` works this way: a forward-pre hook puts the masked weight in place |
# | `gradient_norms`, `layerwise_learning_signal` | `wandb.watch(model)` |
# | `clip_gradients` | `torch.nn.utils.clip_grad_value_`, which runs after the backward pass and without hooks |
# | `nan_tripwire` | `torch.autograd.detect_anomaly()`, which looks at the backward pass |
# | `grad_cam` | `captum.attr.LayerGradCam` |
#
# **Read the real source.** `torch/nn/modules/module.py`, `Module._call_impl`: the order of section 1 in one
# function. `torch/utils/hooks.py`: `RemovableHandle`, and `BackwardHook`, which weaves full-backward hooks into the
# graph.
#
# **Three questions to take home.**
#
# 1. A forward hook stores `output` in a list at every step of training. Memory grows by far more than the size of the
#    outputs. What else is held?
# 2. Why can a full-backward hook not be registered after the forward pass, when a tensor hook on a parameter can?
# 3. Two people hang hooks on the same module. One of them calls `module._forward_hooks.clear()`. What would each of
#    them say?
