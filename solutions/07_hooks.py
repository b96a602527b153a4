# %% [markdown]
# # Hooks
#
# **A model that somebody else trained gets our question right. Which of its parts does it need for that?**
#
# *The bank raised its interest rates.* Which of these two is nearer in meaning: *Loans became more expensive*, or *The
# bank of the river was muddy*? We see it at once, although the second sentence shares its most important word with ours
# and the first one shares nothing.
#
# Here is a model that sees it, too. It is called all-MiniLM-L6-v2. It reads a sentence and gives 384 numbers for it,
# and it was trained so that sentences of like meaning get numbers that point in nearly the same direction. How near two
# of them are is measured by their cosine: 1 means the same direction, 0 means nothing in common. Let us ask it about
# *bank*, and about five more words with two senses.

# %%
import copy
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.module import register_module_forward_hook
from torch.utils.hooks import RemovableHandle

from autograder import check, suspects
from helpers import hooks, senses
from helpers.plots import heatmaps, lines
from helpers.pretrained import MINILM, load_model, load_tokenizer
from helpers.widgets import choice, explore

# %%
model, tokenizer = load_model(MINILM), load_tokenizer(MINILM)
quiz = senses.Quiz(tokenizer)  # six sentences, each with one of the same meaning and one with the same word
for sentence in senses.QUESTIONS["bank"]:
    print(sentence)
print(f"on average the meaning is nearer than the word by {quiz.margin(model):.2f}")
senses.answers(quiz, quiz.similarities(model))

# %% [markdown]
# In each row the blue dot, the sentence of the same meaning, lies further to the right than the orange one, which has
# only a word in common. The model does not go by the words. (We picked sentences that it gets right. About *The bat
# left the cave* it is wrong.) The mean distance between the two dots is 0.25. Let us call that the **margin**. It is
# what we would like to trace back to its causes.
#
# There are 22.7 million numbers in this model, and nobody wrote them by hand. Its code lies in an installed library,
# several files deep. We could copy these files and change them at twenty places, but the next release would undo it
# all, and we would ask our question of a copy. It would be better if we could ask the model itself: look at it while
# it runs, measure each part, switch one off, and afterwards leave it as it was.
#
# PyTorch has a door for that in every module. When we are through, a dozen lines of yours will have switched off each
# of the 72 attention heads in this model, one after the other, and the picture of what it loses may not be what one
# expects.
#
# At the end you will be able to
#
# - look at any value inside a model while it runs, and leave nothing behind;
# - measure how strongly an answer depends on each part of a model;
# - change what passes by, and switch parts off;
# - as extras: clip gradients, find where a NaN is born, watch which layers learn, and draw where a network looks.
#
# About 60 minutes for the core, 110 with the extras. You need [lesson 04](../04_autograd/04_autograd.ipynb) (`backward`
# and its graph) and [lesson 06](../06_modules/06_modules.ipynb) (modules and their names). What attention computes is
# the subject of [lesson 11](../11_attention/11_attention.ipynb); here it is one of the parts.

# %% [markdown]
# ## 1 · A value that is gone · core
#
# The two banks begin as one and the same thing. The model cuts a sentence into tokens and looks each of them up in a
# table, so that *bank* begins with the same 384 numbers in both sentences. (Its place in the sentence is added, but it
# is the second word in both.) Then come six layers, one after the other, and in each of them the word takes something
# in from the words around it. Somewhere on this way money and river must part. After which layer?
#
# The modules have names, as we know from [lesson
# 06](../06_modules/06_modules.ipynb), and the fourth layer is `encoder.layer.3`. But when we call the
# model, we get what comes out at its end. What this layer gave was the value of a variable inside somebody else's
# `forward`, and it is gone when the call returns.
#
# So let us leave a message with the layer: whenever you have been called, call me, and show me what went in and what
# came out. Such a function is called a **forward hook**.

# %%
tokens = tokenizer([senses.QUESTIONS["bank"][0], senses.QUESTIONS["bank"][2]], padding=True, return_tensors="pt")


def note(module, args, output):
    print(type(module).__name__, "got", tuple(args[0].shape), "and gave", tuple(output.shape))


handle = model.get_submodule("encoder.layer.3").register_forward_hook(note)
result = model(**tokens)
handle.remove()
result = model(**tokens)

# %% [markdown]
# We called the model twice and saw one line, since we took the hook off in between. For that, `register_forward_hook`
# gave us a **handle**. The shapes are two sentences, ten tokens
# (the shorter sentence is filled up), 384 numbers.
#
# It is a bit like a message that you leave with a doorkeeper, who reads it out to everybody who comes through. The
# comparison breaks where it gets useful. A doorkeeper does not hand your message on to another house, but a hook is
# copied along with the module when somebody copies that. And there is a second entrance without any keeper. The keeper
# is `Module.__call__`: it calls the hooks that want to be called before, then `forward`, then the hooks that want to be
# called after. Whoever calls `model.forward(…)` directly walks past all of them. That is why one calls modules, and
# leaves `forward` alone.
#
# A handle can also be used in a `with` statement, and then the hook comes off at the end of the block by itself. Let us
# try that on a tiny network, and keep what the layer gives instead of printing it.

# %%
torch.manual_seed(0)
tiny = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True))
kept = []
with tiny[0].register_forward_hook(lambda module, args, output: kept.append(output)):
    tiny(torch.randn(1, 3))
print("what the linear layer gave?", kept[0])

# %% [markdown]
# Something is wrong here. We hung the hook on the linear layer, and a linear layer gives negative numbers as well as
# positive ones. The zeros and the `ReluBackward0` belong to the ReLU behind it. It works in place, so it wrote its
# result into the very tensor that our list holds.
#
# There is a second thing, which costs more than it shows. The tensor has a `grad_fn`, and through that it holds on to
# the whole graph, with all that the graph has saved. Keep one such tensor from each of a thousand batches, and you keep
# a thousand graphs. So we keep `output.detach().clone()`. The first word lets go of the graph, and the second one makes
# a copy that nobody else will write into.
#
# ### Exercise: `output_of` ●○○ · 4 minutes · core
#
# What does *one* module give, while the whole model runs?
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.get_submodule(name)` finds the module. Let the hook append to a list, run the model inside the `with` block,
# and return the last thing in the list.
#
# </details>
# <details><summary>Hint 2: the numbers are not what the layer gave?</summary>
#
# A ReLU behind it may have written into them. `detach()` alone shares memory.
#
# </details>


# %% exercise="output_of"
def output_of(model: nn.Module, name: str, *inputs: Tensor) -> Tensor:
    """Runs `model(*inputs)` once and gives what the module called `name` gives in it.

    Args:
        model: any module. It runs in the mode it is in (training or evaluation; gradients may be off), and no hook is
            left on it, also when it raises.
        name: as in `model.named_modules()`; the empty name is the model itself. Its module gives one tensor. If it
            is called several times, the last call counts.
        inputs: what the model is called with.

    Returns:
        A copy without graph, of the output's shape and dtype. What the model does with its own tensor later does not
        change it.

    Raises:
        AttributeError: the model has no module of that name.

    >>> output_of(nn.Sequential(nn.ReLU(), nn.Softmax(dim=0)), "0", torch.tensor([1.0, -2.0]))
    tensor([1., 0.])
    """
    # BEGIN SOLUTION
    kept = []

    def keep(module, args, output):
        kept.append(output.detach().clone())

    with model.get_submodule(name).register_forward_hook(keep):
        model(*inputs)
    return kept[-1]
    # END SOLUTION


# %% check="output_of"
check(output_of)

# %% [markdown]
# **See it.** Now follow the word *bank* through the model: in our sentence, in the one about the river, and in a third
# one that is about money again. After each layer we compare its 384 numbers with those in our sentence.

# %%
sentences = [*senses.QUESTIONS["bank"][::2], "Loans at the bank became more expensive."]
tokens = tokenizer(sentences, padding=True, return_tensors="pt")
bank = tokens.input_ids == tokenizer.convert_tokens_to_ids("bank")  # where the word stands, one place in each row

places = ["embeddings"] + [f"encoder.layer.{number}" for number in range(6)]
states = [output_of(model, place, tokens.input_ids, tokens.attention_mask)[bank] for place in places]
ours, river, money = torch.stack(states, dim=1)  # each of shape (7 places, 384)
senses.drifting({
    "beside the bank with the loans": F.cosine_similarity(ours, money, dim=-1).tolist(),
    "beside the bank of the river": F.cosine_similarity(ours, river, dim=-1).tolist(),
})  # fmt: skip

# %% [markdown]
# <details><summary>What the picture shows</summary>
#
# At the left the river's *bank* is ours, with a similarity of 1.00; the other one stands at another place of its
# sentence and has 0.97. After the first layer both are near 0.94. From then on the river drifts away, to 0.85 after the
# third layer, comes back a little, and ends at 0.83. The bank with the loans stays between 0.93 and 0.97.
#
# </details>
#
# So one layer is enough to put the two on a par, and the second one sets them apart. It is a small distance, but the
# whole model lives on such distances.

# %% [markdown]
# ## 2 · Hooks come off · core
#
# We have looked at seven places, and for each of them we ran the model anew. It would be cheaper to hang seven hooks at
# once. But then somebody has to take seven hooks off again, and here is what happens when that is done in the obvious
# way. The token 40,000 does not exist in this model.

# %%
seen = []
handles = [part.register_forward_hook(lambda *_: seen.append("a note")) for part in model.modules()]
try:
    model(torch.tensor([[40_000]]))
    for handle in handles:
        handle.remove()
except IndexError as error:
    print(f"{type(error).__name__}: {error}")
result = model(**tokens)
print(len(seen), "notes that nobody asked for")

for handle in handles:
    handle.remove()

# %% [markdown]
# The model raised, the loop that takes the hooks off was never reached, and from then on each call of the model paid
# for our forgotten hooks. In a notebook that is kept open for a day, they pile up with every attempt.
#
# What should happen at the end *in any case* belongs in `finally`. And since every tool that we are going to write
# hangs some hooks, does something and takes the hooks off, we write this frame once, as a context manager. The short
# way to write one is a generator. What stands before the `yield` happens when the `with` block begins, and what stands
# after it when the block ends. If the block raises, the error comes out of the `yield`, as if `yield` had raised it.


# %%
@contextmanager
def announced():
    print("before the block")
    try:
        yield
    finally:
        print("after the block")


try:
    with announced():
        print(1 / 0)
except ZeroDivisionError as error:
    print("and then the error comes through:", error)

# %% [markdown]
# ### Exercise: `hooked` ●●○ · 6 minutes · core
#
# The frame for all kinds of hooks. It gets handles and asks nothing about what they belong to. They may come from a
# generator, as in `hooked(part.register_forward_hook(note) for part in model.modules())`. Then a hook is registered
# only when somebody asks for the next handle, and if the fifth one fails, four are there already.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A generator can be walked through once. Walk through it before the `yield`, and keep the handles in a list.
#
# </details>
# <details><summary>Hint 2: hooks stay where a generator fails half way?</summary>
#
# `list(handles)` gives you nothing when it fails. Append to a list of your own, one by one, and do it inside the `try`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# taken = []
# try:
#     for handle in handles: ...
#     yield
# finally:
#     ...
# ```
#
# </details>


# %% exercise="hooked"
@contextmanager
def hooked(handles: Iterable[RemovableHandle]) -> Iterator[None]:
    """While a `with` block lasts, hooks are where they were registered; at its end they come off, however it ends.

    Not to be used: `hooks.hooked`, which is the same, ready-made; it is for the exercises after this one.

    Args:
        handles: of hooks of any kind, in a list or from a generator that registers one after the other. Where it
            fails half way, the hooks that are there already come off, and its error comes through.

    Errors in the block come through. No other hook is touched, and one that is off already does no harm.

    >>> layer, fired = nn.ReLU(), []
    >>> with hooked([layer.register_forward_hook(lambda *_: fired.append("hello"))]):
    ...     y = layer(torch.zeros(2))
    >>> y = layer(torch.zeros(2))
    >>> fired
    ['hello']
    """
    # BEGIN SOLUTION
    taken = []
    try:
        for handle in handles:
            taken.append(handle)
        yield
    finally:
        for handle in taken:
            handle.remove()
    # END SOLUTION


# %% check="hooked"
check(hooked)

# %% [markdown]
# That was the only `finally` you have to write in this lesson. From now on we use the frame. It takes any number of
# hooks, so that one run can keep all seven places that we asked for one by one. So that each exercise stands by itself,
# a ready-made one lies in `helpers`, and it is called `hooks.hooked`.

# %% [markdown]
# ## 3 · Every part in turn · core
#
# Before we ask which parts the model needs, we should know what its parts are. Let us hang one hook on each of them and
# have the model write its own list: the name of the part, and the shape of what it gave, in the order in which things
# happened. The hook has to know the name of its module, and this is where nearly everybody falls into the same hole
# once.
#
# **Predict first.** Three functions, made in a loop. What do they say?

# %%
sayings = []
for name in ("query", "key", "value"):
    sayings.append(lambda: name)  # noqa: B023
print([say() for say in sayings])

# %% [markdown]
# <details><summary>The answer</summary>
#
# All three say "value". A function does not remember the value of `name`. It remembers *where to look*, and it looks
# when it is called. By then the loop is over. It helps to write `lambda name=name: name`, since a default is worked out
# where the function is made, or to make the function inside another function, which gets the name as its argument.
#
# </details>
#
# Some modules only hold others. `encoder.layer.3` is one of them. A module without children we call a **leaf module**,
# or leaf for short. (It has nothing to do with the leaves of [lesson 04](../04_autograd/04_autograd.ipynb), which are
# tensors.)
#
# ### Exercise: `record_shapes` ●●○ · 5 minutes · core
#
# One line for each call of a leaf. This is the tool to reach for when you read `mat1 and mat2 shapes cannot be
# multiplied` and do not know which of forty layers is meant.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `model.named_modules()` gives pairs of a name and a module. A leaf is one for which `list(module.children())` is
# empty.
#
# </details>
# <details><summary>Hint 2: every line carries the same name?</summary>
#
# You are in the hole. Your hook looks `name` up when it fires. Write a function `hang(name, module)` that defines the
# hook inside, registers it and returns the handle.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# def hang(name, module):
#     def note(module, args, output): ...
#     return module.register_forward_hook(note)
#
# leaves = [(name, module) for name, module in model.named_modules() if ...]
# with hooks.hooked(hang(name, module) for name, module in leaves):
#     model(*inputs)
# ```
#
# </details>


# %% exercise="record_shapes"
def record_shapes(model: nn.Module, *inputs: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    """Runs `model(*inputs)` once and lists the shape that each leaf module gives.

    Args:
        model: any module whose leaves give a tensor, or a tuple that begins with one. It is run in the mode it is in.
        inputs: what the model is called with.

    Returns:
        One pair (name, shape) for each call of a leaf, in the order in which the calls end.
        A leaf that is used twice has two.
        Names are those of `model.named_modules()`; a model without children is a leaf itself.
        Where a leaf returns a tuple, named or not, its first entry counts.
        No hook is left on the model, also when it raises; its mode is as before.

    >>> record_shapes(nn.Sequential(nn.Linear(4, 6), nn.Tanh()), torch.zeros(2, 4))
    [('0', (2, 6)), ('1', (2, 6))]
    """
    # BEGIN SOLUTION
    shapes = []

    def hang(name, module):
        def note(module, args, output):
            first = output[0] if isinstance(output, tuple) else output
            shapes.append((name, tuple(first.shape)))

        return module.register_forward_hook(note)

    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    with hooks.hooked(hang(name, module) for name, module in leaves):
        model(*inputs)
    return shapes
    # END SOLUTION


# %% check="record_shapes"
check(record_shapes)

# %% [markdown]
# **See it.** What MiniLM does with our three sentences of ten tokens, up to the end of its first layer.

# %%
shapes = record_shapes(model, tokens.input_ids, tokens.attention_mask)
print(len(shapes), "calls of leaves in all")
for name, shape in shapes:
    if name.startswith(("embeddings", "encoder.layer.0.")):
        print(f"{name:54} {type(model.get_submodule(name)).__name__:15} {shape}")

# %% [markdown]
# Read it from the top: tokens are looked up, and then, in each layer, come *query*, *key* and *value*, a projection
# that is called `attention.output.dense`, and two larger linear layers, from 384 to 1,536 numbers and back.
#
# It is just as telling what we do *not* find. There is a softmax in every attention, but no line for it, because the
# code calls it as a function, as one might call `F.relu(x)`. Only modules have hooks. And there are twelve heads in
# every layer, yet no line for a head, since a head is not a module either. We will have to find out where it is.
#
# > **You may read that** a call goes on from `Module.__call__` to `Function.__call__` and `Function.forward`, so that
# > each operation would be a place for a hook. A `Function` is never called ([lesson
# > 04](../04_autograd/04_autograd.ipynb) says more). Here is a hook for *all* modules of the program, which sees
# > whatever there is to be seen:


# %%
class LinearAndRelu(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 2)

    def forward(self, x):
        return F.relu(self.linear(x))


with register_module_forward_hook(lambda module, args, output: print("called:", type(module).__name__)):
    result = LinearAndRelu()(torch.ones(1, 3))
print("in the graph:", type(result.grad_fn).__name__)

# %% [markdown]
# > The ReLU left a node in the graph, for the way back. That node is made in C++ while the operation runs, and no
# > forward hook ever hears of it.

# %% [markdown]
# ## 4 · What a nudge would do · core
#
# Now we have the list. Which of these parts matters for the margin? In [lesson
# 04](../04_autograd/04_autograd.ipynb) we asked the same of two numbers: if
# this one moved a little, how much would the loss move? `backward()` finds the answer for all of them in one walk, and
# on its way it passes every part of the model. So we need a hook on the way back.

# %%
hooks.where_hooks_fire()

# %% [markdown]
# This is one call of a module. Values go to the right along the top, and gradients come back along the bottom.
# `register_full_backward_hook` calls our function with two tuples. `grad_output` is what arrives: the gradient with
# respect to what the module gave. `grad_input` is what leaves: the gradient with respect to what went in. In the order
# of time the one that arrives comes first, although its name says "output".

# %%
layer = nn.Linear(3, 5)


def note(module, grad_input, grad_output):
    print("arrives", tuple(grad_output[0].shape), "leaves", tuple(grad_input[0].shape))


with layer.register_full_backward_hook(note):
    layer(torch.randn(2, 3, requires_grad=True)).sum().backward()

# %% [markdown]
# Three things about it are good to know beforehand. These hooks are woven into the graph while the model runs
# *forward*, so they have to be there by then. If nothing that goes into a module needs a gradient, `grad_input` holds
# `None`, and PyTorch warns. And if the next module changes the output in place, the forward pass raises an error.
#
# > **You may read that** `register_backward_hook`, without *full*, does the same. It is older and deprecated. It hangs
# > on the last node of the graph that the module has made, and gets whatever belongs to that node. Here is a layer that
# > computes two halves and gives the second one:


# %%
class SecondHalf(nn.Module):
    def forward(self, x):
        return x.chunk(2, dim=-1)[1]


warnings.filterwarnings("ignore", "Using a non-full backward hook")  # PyTorch notices, and warns
for register in ("register_full_backward_hook", "register_backward_hook"):
    half = SecondHalf()
    with getattr(half, register)(lambda module, grad_input, grad_output: print(grad_output)):
        print(register, end=": ")
        half(torch.ones(1, 4, requires_grad=True)).sum().backward()

# %% [markdown]
# > The node knows of both halves, so its hook gets two gradients, and in front stands that of the first half, which we
# > did not even use. A layer that hands on its very input, as `nn.Identity` does, has no node of its own, and there the
# > old hook hangs on the layer before.
#
# ### Exercise: `gradient_norms` ●●○ · 7 minutes · core
#
# How much gradient arrives at each leaf, in the order of arrival? Your tool is a visitor. The parameters end with the
# `.grad` of an ordinary backward pass, and the caller's `x` stays as it was.
#
# <details><summary>Hint 1: a nudge</summary>
#
# It is `record_shapes` with another kind of hook. The block does two things now: forward, and back. A full-backward-pre
# hook sees the same gradients in the same order, and you may take that one just as well.
#
# </details>
# <details><summary>Hint 2: a leaf before the first weights has no line, or the caller's x has a gradient?</summary>
#
# Without an input that needs a gradient, nothing flows in front of the first weights. But `x.requires_grad_()` changes
# the caller's tensor. `x.detach().requires_grad_()` is another tensor with the same numbers.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# def hang(name, module):
#     def note(module, grad_input, grad_output):
#         norms.append((name, ...))
#     return module.register_full_backward_hook(note)
# ...
#     loss_of(model(x.detach().requires_grad_())).backward()
# ```
#
# </details>


# %% exercise="gradient_norms"
def gradient_norms(model: nn.Module, x: Tensor, loss_of: Callable[[Tensor], Tensor]) -> list[tuple[str, float]]:
    """Runs forward and backward once and lists how much gradient arrives at each leaf module.

    Args:
        model: its parameters end with the `.grad` that `loss_of(model(x)).backward()` leaves: added to what was there.
        x: the model's input, shape (batch, ...), floating point. It is not changed and gets no `.grad`.
        loss_of: from the model's output to the loss, a tensor of one element that depends on what each leaf gives, and
            on the first entry where that is a tuple.

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
    norms = []

    def hang(name, module):
        def note(module, grad_input, grad_output):
            norms.append((name, grad_output[0].norm().item()))

        return module.register_full_backward_hook(note)

    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    with hooks.hooked(hang(name, module) for name, module in leaves):
        loss_of(model(x.detach().requires_grad_())).backward()
    return norms
    # END SOLUTION


# %% check="gradient_norms"
check(gradient_norms)

# %% [markdown]
# **See it.** The loss is the margin of our sentence about the bank. We go in behind the embeddings, since tokens are
# whole numbers and have no gradient, and we keep the two other sentences fixed.

# %%
sentence = tokenizer(senses.QUESTIONS["bank"][0], return_tensors="pt").input_ids
embedded = model.embeddings(sentence).detach()
_, same_meaning, same_word = quiz.vectors(model)[0]  # the model's answers for the three sentences about the bank


def margin_of(result):
    vector = F.normalize(result.last_hidden_state.mean(dim=1), dim=-1)
    return (vector @ (same_meaning - same_word)).sum()


norms = dict(gradient_norms(model.encoder, embedded, margin_of))
model.zero_grad()
parts = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
    "intermediate.dense", "output.dense"]  # fmt: skip
table = torch.tensor([[norms[f"layer.{number}.{part}"] for number in range(6)] for part in parts])
heatmaps({"how much gradient arrives": table}, rows=parts, xlabel="layer", ylabel="")

# %% [markdown]
# <details><summary>What the picture shows</summary>
#
# Six rows, one for each kind of part, and six columns, one for each layer. From the last layer to the first, hardly
# anything is lost: each row stays alike within a factor of two or so. Queries and keys get least, 0.01 to 0.03, and
# values 0.05 to 0.10.
#
# </details>
#
# Two things stand out. The gradient comes through all six layers without fading, because each layer *adds* to what it
# gets instead of replacing it. (Section 12 shows a network where it does fade.) And a nudge to the *values*, to what is
# handed on, matters far more than a nudge to queries and keys, which say where to look.
#
# Is that our answer? Not yet. A gradient speaks of small changes, and of all 384 numbers at once. Whether the model
# needs a part is another question. To answer it we have to take the part away.

# %% [markdown]
# ## 5 · Change what passes by · core
#
# So far our hooks looked and said nothing. They may also speak. What a hook *returns* takes the place of what passed
# by, and `None`, which is what a function without a `return` gives, means "I only looked". Many a mysterious bug is a
# `return` too many or a `return` too few.
#
# | registered with | is called as | what it returns takes the place of |
# |---|---|---|
# | `module.register_forward_pre_hook` | `hook(module, args)` | the inputs, a tuple |
# | `module.register_forward_hook` | `hook(module, args, output)` | the output |
# | `module.register_full_backward_pre_hook` | `hook(module, grad_output)` | what arrives |
# | `module.register_full_backward_hook` | `hook(module, grad_input, grad_output)` | what leaves, `grad_input` |
# | `tensor.register_hook` | `hook(grad)` | the gradient of this tensor |
#
# With `with_kwargs=True` the first two get the inputs by name as well. Without it, `module(x, scale=2)` shows them
# nothing but `x`.
#
# **Predict first.** A module that adds 2, with three hooks. In which order do they speak, and which numbers do they
# see? What do the last two lines say?


# %%
class AddTwo(nn.Module):
    def forward(self, x):
        return x + 2


def fn1(module, args):
    print("fn1 sees the input", args[0].item())
    return (args[0] + 10,)


def fn2(module, args, output):
    print("fn2 sees the output", output.item())


def fn3(module, args, output):
    print("fn3 sees the output", output.item())
    return output + 30


add_two = AddTwo()
registered = [add_two.register_forward_hook(fn2), add_two.register_forward_hook(fn3)]
registered.append(add_two.register_forward_pre_hook(fn1))
print("add_two(0) =", add_two(torch.tensor(0)).item())
print("add_two.forward(0) =", add_two.forward(torch.tensor(0)).item())

# %% [markdown]
# <details><summary>The answer</summary>
#
# `fn1` speaks first, although it was registered last: it is called before `forward`, and makes a 10 of the 0. Within
# one kind the order of registration counts (`prepend=True` puts a hook in front), so `fn2` sees 12 and returns nothing,
# and `fn3` sees 12 too and makes it 42. The last line is 2, because `forward` alone goes past all hooks.
#
# </details>

# %% [markdown]
# ## 6 · Where a head is · core
#
# Now to the heads. What they compute is for [lesson
# 11](../11_attention/11_attention.ipynb). All we need here is where their results lie. Each of the twelve
# heads of a layer hands on 32 numbers for each token. They are put side by side, which makes 12 · 32 = 384: head 0 has
# the numbers 0 to 31, head 1 has 32 to 63, and so on. In this shape they go into `attention.output.dense`, and there
# every number that comes out is mixed from all of them.
#
# So the last place where a head can be told from the others is what goes *into* this layer. Put zeros into its 32
# places, and the head has nothing to say. By hand, for head 9 of the last layer, say:


# %%
def silence(module, args):
    values = args[0].clone()
    values[..., 9 * 32 : 10 * 32] = 0
    return (values,)


print(f"as it is         {quiz.margin(model):.3f}")
with model.encoder.layer[5].attention.output.dense.register_forward_pre_hook(silence):
    print(f"without 5.9      {quiz.margin(model):.3f}")

# %% [markdown]
# Why the copy? Without it, we would write into a tensor that somebody else may still need: attention itself gave it
# out, and a hook on attention may have kept it.
#
# To switch off a part and see what becomes of the result is called **ablation**. It never crashes. Whatever we switch
# off, a margin comes out, and a wrong tool tells a wrong story with a straight face. So before we make a tool of our
# four lines, let us see how they could go wrong. Here are six ways to switch off a head as people write them. `values`
# is what goes into the projection, and `weight` is the table with which the projection mixes it, `values @ weight.T`.
# Each of the six is right on some inputs.

# %%
suspects("ablation_counterexample")

# %% [markdown]
# ### Exercise: `ablation_counterexample` ●●○ · 5 minutes · core
#
# Return one small layer on which all six are caught. A right ablation and each suspect are run on it, and you earn a
# share for each whose result is clearly different.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through them one by one, and ask when the fault would *not* matter. If the projection is the identity, for example,
# one of them is right.
#
# </details>
# <details><summary>Hint 2: one suspect is left?</summary>
#
# A head has `width / heads` numbers. What if that is as many as there are heads, or just one? And what is the mean of
# the head's numbers over your tokens?
#
# </details>


# %% exercise="ablation_counterexample"
def ablation_counterexample() -> tuple[Tensor, Tensor, int, int]:
    """One layer on which each of the suspects is seen to be wrong.

    Returns:
        values of shape (token, width) and weight of shape (width, width), both float64 and within ±1,000; heads, which
        share the width evenly; and head, the one to be off, from 0 to heads − 1. At most 1,000 numbers.
    """
    # BEGIN SOLUTION
    values = torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0, 7.0], [3.0, 1.0, 4.0, 1.0, 5.0, 9.0]], dtype=torch.float64)
    weight = torch.arange(36.0, dtype=torch.float64).reshape(6, 6).cos()
    return values, weight, 2, 1
    # END SOLUTION


# %% check="ablation_counterexample"
check(ablation_counterexample)

# %% [markdown]
# **See it.** What each of them makes of your layer. Every row should differ from the first.

# %%
senses.lineup("ablation_counterexample", ablation_counterexample())

# %% [markdown]
# ## 7 · All 72 · core
#
# Now the tool. For two heads in one layer, both hooks hang on the same module, and the second one gets what the first
# one returned. So they need not know of each other, and one small function that hangs one hook is enough.
#
# ### Exercise: `ablate_heads` ●●● · 9 minutes · core
#
# Switch off any heads of any layers, for as long as a block lasts: `with ablate_heads(model, [(5, 9), (0, 3)]): …`
#
# <details><summary>Hint 1: a nudge</summary>
#
# A function that takes a layer and a head, makes a hook like `silence` for them, registers it and returns the handle.
# The frame does the rest: `with hooks.hooked(...): yield`.
#
# </details>
# <details><summary>Hint 2: a head that is not there changes nothing?</summary>
#
# `values[..., 384:416]` is an empty slice, and to write zeros into it is not an error. One would believe that this head
# does not matter. Compare with `num_attention_heads`, and raise. Where a layer is missing, `model.encoder.layer[6]`
# raises by itself, but `model.encoder.layer[-1]` is the last one. So check both numbers at both ends.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# size = model.config.hidden_size // model.config.num_attention_heads
#
# def switch_off(layer, head):
#     if ...: raise IndexError(...)
#
#     def silence(module, args): ...
#     return model.encoder.layer[layer].attention.output.dense.register_forward_pre_hook(silence)
#
# with hooks.hooked(switch_off(layer, head) for layer, head in heads):
#     ...
# ```
#
# </details>


# %% exercise="ablate_heads"
@contextmanager
def ablate_heads(model: nn.Module, heads: Iterable[tuple[int, int]]) -> Iterator[None]:
    """While a `with` block lasts, heads of a BERT are off: zeros stand where they hand on their numbers.

    Args:
        model: has its layers in `model.encoder.layer`, in each of them the projection `attention.output.dense`, and in
            `model.config` the numbers `hidden_size` and `num_attention_heads`. A head is off whatever it holds, also
            NaN. All other heads, the weights, and what attention itself gives stay as they are. The model learns as
            one without these heads would. After the block it is as before, however the block ends.
        heads: pairs (layer, head), each counted from 0, in any order. One that is named twice is off, and there may
            be none.

    Raises:
        IndexError: the model has no such layer or head, and none is counted from the end. Then no hook is left.
    """
    # BEGIN SOLUTION
    size = model.config.hidden_size // model.config.num_attention_heads

    def switch_off(layer, head):
        if layer not in range(len(model.encoder.layer)) or head not in range(model.config.num_attention_heads):
            raise IndexError(f"layer {layer} with head {head} is not there")

        def silence(module, args):
            values = args[0].clone()
            values[..., head * size : (head + 1) * size] = 0
            return (values,)

        return model.encoder.layer[layer].attention.output.dense.register_forward_pre_hook(silence)

    with hooks.hooked(switch_off(layer, head) for layer, head in heads):
        yield
    # END SOLUTION


# %% check="ablate_heads"
check(ablate_heads)

# %% [markdown]
# **Predict first.** There are 72 heads, and the margin is 0.25. By how much will it fall when the most important head
# of all is switched off? And how many heads will you be able to switch off at once, until the margin is gone?

# %%
margin = quiz.margin(model)
change = torch.zeros(6, 12)
for layer in range(6):
    for head in range(12):
        with ablate_heads(model, [(layer, head)]):
            change[layer, head] = quiz.margin(model) - margin
senses.head_map(change)  # blue: without this head the margin is smaller

# %%
order = change.flatten().argsort()  # the one that is missed most comes first
most = [(place // 12, place % 12) for place in order.tolist()]
torch.manual_seed(0)
orders = {
    "the most missed first": most,
    "in random order": [most[place] for place in torch.randperm(72).tolist()],
    "the least missed first": most[::-1],
}


def falling(quiz, heads):
    margins = []
    for count in range(0, 73, 8):
        with ablate_heads(model, heads[:count]):
            margins.append(quiz.margin(model))
    return margins


others = senses.Quiz(tokenizer, senses.FRESH)  # six other words, which had no say in the order
curves = {name: (falling(quiz, heads), falling(others, heads)) for name, heads in orders.items()}
senses.fewer_and_fewer(curves, step=8)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Hardly at all. The head that is missed most, number 9 of the last layer, takes 0.037 of the 0.252 with it, and after
# it come heads 10 and 1 of the first layer, with 0.028 each. For 44 of the 72 heads the margin changes by less than
# 0.005. Some are even in the way: without head 3 of layer 3 the margin *grows* by 0.019.
#
# In the second picture, follow the solid lines first, which are our six words. With the eight most missed heads off,
# 0.08 is left. In random order it takes 40 heads to halve the margin. And if we begin with those that are missed least,
# it climbs to 0.42, and with 56 of the 72 heads off it is still 0.29. The dashed lines are six other words. There the
# margin climbs, too, from 0.29 to 0.39, and with 56 heads off it is 0.22; without the eight most missed ones it is
# 0.21.
#
# </details>
#
# So here is the answer to our opening question. Of its 72 heads the model needs no single one, on average over our six
# words: whichever we take, at least 85 % of the margin stays. It needs some of them together, and for our six words,
# eight are enough to take most of the margin away. And it can do without more than half of the others, as far as our
# question goes.
#
# *As far as our question goes*: before we show this to a friend, let us doubt it in four places. The order of the
# heads comes from the very sentences on which we then measure, so it suits them too well. That is what the six other
# words are for, which had no say in it. They agree about the heads that can go. They agree far less about the eight
# that matter: which heads a model needs depends on what one asks of it. Secondly, we asked about words with two senses
# and nothing else, and a head that does nothing here may be at work on a negation, or on a name. Thirdly, a zero is not
# nothing. The layers behind have never seen a head that says exactly 0 to everything. And lastly, a head may have a
# stand-in. Where two of them do the same, neither is missed as long as the other one is there, and only switching off
# both would show what they are worth. So a small number tells us that the model can do without this head, and not that
# the head does nothing.

# %% [markdown]
# **Explore.** Which layer can the model do without, and which not? The rings are where the dots were at first.

# %%
explore(
    senses.without(model, quiz, ablate_heads),
    "What becomes of the six questions without these heads?",
    layer=choice(["all", *map(str, range(6))], "0", label="layer"),
    head=choice(["all", *map(str, range(12))], "all", label="head"),
)

# %% [markdown]
# <details><summary>What one finds</summary>
#
# Without the attention of layer 1, 2, 3 or 4 hardly anything changes. Without that of layer 0 the margin falls to 0.18,
# and for *star* the word is now nearer than the meaning. Without that of layer 5 it grows to 0.32. With all heads off,
# every word stays by itself, and what the model adds up is a bag of words. Then all dots move to the right, 0.06 of the
# margin is left, and for *bank* and *sentence* the word is nearer than the meaning.
#
# </details>

# %% [markdown]
# ## 8 · All 72 from one walk back · extra
#
# Section 4 left something open. The gradient speaks of small changes, and to switch off a head is not a small one. But
# suppose the margin were a straight line in each number that a head hands on. Then, to take such a number from $v$ down
# to 0, which is a change by $-v$, would change the margin by $-v$ times its gradient. Added up over the numbers of a
# head, this would be what its ablation costs, and a single walk back would have told us all 72. How far off is that?

# %%
handed_on = {}


def keep(layer):
    def hook(module, args):
        args[0].retain_grad()  # what was computed keeps no `.grad` unless it is asked to
        handed_on[layer] = args[0]

    return model.encoder.layer[layer].attention.output.dense.register_forward_pre_hook(hook)


with hooks.hooked(keep(layer) for layer in range(6)):
    quiz.margin_with_graph(model).backward()
model.zero_grad()

products = torch.stack([-values * values.grad for values in handed_on.values()]).detach()  # (layer, row, token, 384)
estimate = products.sum(dim=(1, 2)).unflatten(1, (12, 32)).sum(dim=2)
correlation = torch.corrcoef(torch.stack([estimate.flatten(), change.flatten()]))[0, 1]
print(f"one head off: correlation of estimate and truth {correlation:.2f}")
with ablate_heads(model, [(layer, head) for layer in range(6) for head in range(12)]):
    print(f"all heads off: estimated {estimate.sum():+.2f}, in truth {quiz.margin(model) - margin:+.2f}")
senses.against(estimate, change)

# %% [markdown]
# <details><summary>What the picture shows</summary>
#
# 72 dots, across what the walk back says, up what the ablation has shown. They lie close to the diagonal, those of the
# heads that matter as well as the crowd around zero. The correlation is 0.97.
#
# </details>
#
# That is better than one would dare to hope. We went there and back once, instead of 72 times there, and the heads come
# out in nearly the same order. But a straight line it is not. For all heads at once the estimate is far off: the more
# we switch off, the more the margin bends.

# %% [markdown]
# ## 9 · Louder and softer · extra
#
# Zero is an extreme. We can also turn a part up or down, like the volume of one voice in a choir, and hear what becomes
# of the whole. For that we change everything that goes into a module, and not only what is given by position.
#
# ### Exercise: `input_scaler` ●●○ · 5 minutes · extra
#
# Multiply what goes into a module by a factor, from outside. Real modules get more than one tensor, and ids, masks and
# `None` are not amounts.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write a small function for one value first: when is it multiplied, when handed on? `isinstance(value, Tensor)` and
# `value.is_floating_point()` decide.
#
# </details>
# <details><summary>Hint 2: nothing changes?</summary>
#
# A pre-hook that returns nothing only looked. With `with_kwargs=True` it returns a pair, a tuple and a dict.
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

    Every input that is a floating-point tensor is multiplied, given by position or by name. Whole numbers, boolean
    masks, None and all else go through as they are. Tensors that lie inside a tuple or a list, such as the pair of
    states that an LSTM gets, are not multiplied either. The caller's tensors are not changed, dtypes stay, gradients
    flow.

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
# **See it.** We make everything that comes into MiniLM's last layer larger or smaller. What will that do to the margin?

# %%
factors = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0]
margins = []
for factor in factors:
    with input_scaler(model.encoder.layer[5], factor):
        margins.append(quiz.margin(model))
lines({"the margin": (factors, margins)}, xlabel="factor on what goes into the last layer", ylabel="margin")

# %% [markdown]
# <details><summary>What the picture shows</summary>
#
# At 0 the layer sees the same in every sentence, so all are alike, and the margin is 0. At a quarter it is 0.28
# already, and from there up to the fourfold it stays between 0.22 and 0.29.
#
# </details>

# %% [markdown]
# ## 10 · Hooks on tensors · extra
#
# A tensor can carry a hook, too, if it needs a gradient. On a parameter the hook sees the gradient *of this backward
# pass*, before it is added to `.grad`.

# %%
weight = nn.Parameter(torch.tensor([1.0, 2.0]))
weight.grad = torch.tensor([100.0, 100.0])  # from an earlier pass
with weight.register_hook(lambda grad: print("the hook sees", grad.tolist())):
    (weight * 3).sum().backward()
print("then .grad is", weight.grad.tolist())

# %% [markdown]
# What the hook returns is added instead. But it must not write into its argument with `clamp_` or `*=`. For `p + q`,
# both parameters get one and the same tensor as their gradient, and whoever changes it changes it for the other one.
#
# ### Exercise: `clip_gradients` ●●○ · 5 minutes · extra
#
# Keep every element of every gradient between −limit and limit, from now on, in each backward pass.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One hook serves all parameters, since it needs no name. What must it return?
#
# </details>
# <details><summary>Hint 2: <code>cannot register a hook on a tensor that doesn't require gradient</code>?</summary>
#
# A frozen parameter gets no gradient and takes no hook. Skip parameters whose `requires_grad` is False.
#
# </details>


# %% exercise="clip_gradients"
def clip_gradients(parameters: Iterable[Tensor], limit: float) -> list[RemovableHandle]:
    """From now on, clamps each element of each gradient to [-limit, limit].

    Each backward pass is clamped by itself, before it is added to `.grad`. Parameters that need no gradient are
    skipped. No other tensor's gradient is changed. An element that is NaN stays NaN, and the others are clamped.

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
# **See it.** Linear regression, and at step 20 somebody's typing error: one label is 10,000 instead of about 1. The
# list of handles goes straight into the frame.


# %%
def losses(limit: float) -> list[float]:
    torch.manual_seed(0)
    truth, regression = torch.randn(8, 1), nn.Linear(8, 1)
    optimizer = torch.optim.SGD(regression.parameters(), lr=0.05)
    test, history = torch.randn(200, 8), []
    with hooks.hooked(clip_gradients(regression.parameters(), limit)):
        for step in range(60):
            x = torch.randn(16, 8)
            y = x @ truth
            if step == 20:
                y[0] = 10_000.0
            optimizer.zero_grad()
            F.mse_loss(regression(x), y).backward()
            optimizer.step()
            with torch.no_grad():
                history.append(F.mse_loss(regression(test), test @ truth).item())
    return history


series = {name: (range(60), losses(limit)) for name, limit in (("not clipped", float("inf")), ("clipped at 1", 1.0))}
lines(series, xlabel="step", ylabel="loss on clean data", logy=True)

# %% [markdown]
# <details><summary>What the picture shows</summary>
#
# At step 20 the line without clipping jumps up by more than five powers of ten, and after 40 more steps it is back
# where it began. The clipped line shows no jump and ends several thousand times lower. Until step 20 it falls more
# slowly.
#
# </details>
#
# Clipping has a price, as one sees at the left: the large gradients of the first steps were honest, and they were cut,
# too.

# %% [markdown]
# ## 11 · The first NaN · extra
#
# The loss is NaN. NaN spreads, and by the time we see it, every number behind its place of birth is NaN as well. Which
# module was *first*? Forward hooks are called in the order in which modules finish, children before their parents, so
# the first hook that sees a NaN knows.
#
# And how does one look around at that place? Put `breakpoint()` into the hook. The model stops there, a line to type
# into opens below the cell, and one is inside the running program.
#
# | type | and the debugger |
# |---|---|
# | `p output.shape`, `pp kwargs` | prints a value, any expression |
# | `u`, `d`, `w` | goes up to the caller, down again, says where we are: from the hook up into the model's `forward` |
# | `n`, `s`, `r` | goes to the next line, steps into a call, runs until this function returns |
# | `c`, `q` | continues until the hook is called again, gives up |
#
# This is `pdb`, which comes with Python. `ipdb` is the same with IPython's colours and completion, and
# `PYTHONBREAKPOINT=ipdb.set_trace` makes `breakpoint()` call it. After an error, `%debug` in a new cell goes back to
# the place where it was raised. With an `if` in front, a hook is a breakpoint with a condition, in code that is not
# ours.
#
# ### Exercise: `nan_tripwire` ●●○ · 6 minutes · extra
#
# Inside the block, the forward pass raises `FloatingPointError` at the first module that gives NaN, and the message
# holds its name.
#
# <details><summary>Hint 1: a nudge</summary>
#
# An error inside a hook leaves the model's call like any other error, so the hook can simply raise. Attention hides
# scores with −∞ on purpose: that is not an alarm.
#
# </details>
# <details><summary>Hint 2: nearly the code</summary>
#
# ```python
# def hang(name, module):
#     def look(module, args, output):
#         for value in output if isinstance(output, tuple) else (output,):
#             if ...: raise FloatingPointError(...)
#     return module.register_forward_hook(look)
#
# with hooks.hooked(hang(name, module) for ...):
#     yield
# ```
#
# </details>


# %% exercise="nan_tripwire"
@contextmanager
def nan_tripwire(model: nn.Module) -> Iterator[None]:
    """While a `with` block lasts, raises an alarm at the first module that gives NaN.

    Every module of the model is watched, with children or without, and no other. Where an output is a tuple, named or
    not, all its tensors are looked at, of whatever dtype; what else is in it (None, another tuple and what that holds)
    is passed over, and so is an output that is neither a tensor nor a tuple. Infinity is not an alarm. After the block
    no hook of its own is left on the model, however the block ends.

    Raises:
        FloatingPointError: a module's output holds NaN; the message holds its name from `model.named_modules()`,
            whatever words stand around it. For the model itself, which has the empty name, words alone will do.

    >>> model = nn.Sequential(nn.Tanh(), nn.ReLU())
    >>> try:
    ...     with nan_tripwire(model):
    ...         model(torch.tensor([0.5, torch.nan]))
    ... except FloatingPointError as error:
    ...     print(error)
    NaN in the output of 0
    """

    # BEGIN SOLUTION
    def hang(name, module):
        def look(module, args, output):
            for value in output if isinstance(output, tuple) else (output,):
                if isinstance(value, Tensor) and value.isnan().any():
                    raise FloatingPointError(f"NaN in the output of {name or 'the model itself'}")

        return module.register_forward_hook(look)

    with hooks.hooked(hang(name, module) for name, module in model.named_modules()):
        yield
    # END SOLUTION


# %% check="nan_tripwire"
check(nan_tripwire)

# %% [markdown]
# **See it.** Somebody has spoilt a copy of MiniLM. One of its 22.7 million numbers is NaN now, and in the end all are.

# %%
spoilt = copy.deepcopy(model)
with torch.no_grad():
    spoilt.get_parameter("encoder.layer.2.intermediate.dense.weight")[700, 300] = torch.nan
print("the margin:", quiz.margin(spoilt))
try:
    with nan_tripwire(spoilt):
        spoilt(tokens.input_ids)
except FloatingPointError as error:
    print("the alarm:", error)

# %% [markdown]
# ## 12 · A watcher with two faults · extra
#
# How strong is the signal that a weight learns from? A useful number is the size of its gradient divided by its own
# size, ‖gradient‖ / ‖weight‖. Where it is far smaller than elsewhere, the layer hardly learns. A colleague wrote a
# watcher for it that works with any training loop. It is tried on a network of six sigmoid layers, in two steps of
# training. Look at the output before you read the code.


# %%
@contextmanager
def learning_signal_draft(model):
    weights = {name: weight for name, weight in model.named_parameters() if weight.dim() > 1 and weight.requires_grad}
    signal = dict(zip(weights, [[]] * len(weights), strict=True))

    def note(grad):
        signal[name].append((grad.norm() / weight.norm()).item())

    handles = {}
    for name, weight in weights.items():
        handles[name] = weight.register_hook(note)
    with hooks.hooked(handles.values()):
        yield signal


def train(network: nn.Module, steps: int) -> None:
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(steps):
        x = torch.randn(64, 16)
        optimizer.zero_grad()
        F.cross_entropy(network(x), (x[:, 0] * x[:, 1] > 0).long()).backward()
        optimizer.step()


def deep(activation: type[nn.Module]) -> nn.Sequential:
    torch.manual_seed(0)
    parts = [part for _ in range(6) for part in (nn.Linear(16, 16), activation())]
    return nn.Sequential(*parts, nn.Linear(16, 2))


network = deep(nn.Sigmoid)
with learning_signal_draft(network) as signal:
    train(network, steps=2)
for name, line in signal.items():
    print(f"{name:>10}: {len(line)} numbers, the last is {line[-1]:.1e}")

# %% [markdown]
# Two steps, seven weights. One would expect two numbers in each line, and different ones.
#
# ### Exercise: `layerwise_learning_signal` ●●○ · 8 minutes · extra
#
# **Find and mend the bugs.** Copy the draft into the cell below. There are two faults, and the first one hides the
# second.
#
# <details><summary>Hint 1: fourteen numbers in every line?</summary>
#
# How many lists are there? Try `lines = [[]] * 3; lines[0].append(1); lines`.
#
# </details>
# <details><summary>Hint 2: all numbers are in the last line?</summary>
#
# You have met that hole in section 3. When does `note` look up `name` and `weight`?
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# signal = {name: [] for name in weights}
#
# def hang(name, weight):
#     def note(grad): ...
#     return weight.register_hook(note)
#
# with hooks.hooked(hang(name, weight) for ...):
#     yield signal
# ```
#
# </details>


# %% exercise="layerwise_learning_signal"
@contextmanager
def layerwise_learning_signal(model: nn.Module) -> Iterator[dict[str, list[float]]]:
    """While a `with` block lasts, notes for each weight how large its gradient is compared with it.

    The value of `as` is a dict: name → list of Python floats. Each backward pass adds ‖gradient of this pass‖ /
    ‖weight at this time‖ to the list of each weight that it reaches, whatever lies in `.grad`. For a weight of
    zeros that is inf. Norms are roots of sums of squares.

    Weights are the parameters with two or more dimensions that need a gradient, with their names from
    `model.named_parameters()`. Training goes on as without it. After the block no hook is left, however it ends.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> weight = nn.init.constant_(model.weight, 4.0)
    >>> with layerwise_learning_signal(model) as signal:
    ...     (2 * model.weight).sum().backward()
    >>> signal
    {'weight': [0.5]}
    """
    # BEGIN SOLUTION
    weights = {name: weight for name, weight in model.named_parameters() if weight.dim() > 1 and weight.requires_grad}
    signal = {name: [] for name in weights}

    def hang(name, weight):
        def note(grad):
            signal[name].append((grad.norm() / weight.norm()).item())

        return weight.register_hook(note)

    with hooks.hooked(hang(name, weight) for name, weight in weights.items()):
        yield signal
    # END SOLUTION


# %% check="layerwise_learning_signal"
check(layerwise_learning_signal)

# %% [markdown]
# **See it.** Twelve steps of training, seen by your watcher. The training loop knows nothing of it.

# %%
panels = {}
for activation in (nn.Sigmoid, nn.ReLU):
    network = deep(activation)
    with layerwise_learning_signal(network) as signal:
        train(network, steps=12)
    panels[f"{activation.__name__}: log10 of the ratio"] = torch.tensor(list(signal.values())).log10()
heatmaps(panels, rows=[str(number) for number in range(1, 8)], xlabel="step", ylabel="layer", numbers=False)

# %% [markdown]
# <details><summary>What the picture shows</summary>
#
# Two maps, layers from top to bottom, steps from left to right; the colour is ‖gradient‖ / ‖weight‖ as a power of ten.
# In the sigmoid network the top rows are dark: the first layers get a signal several powers of ten weaker than the
# last. In the ReLU network the rows differ far less.
#
# </details>
#
# This is the gradient that fades. The slope of the sigmoid is at most one quarter, and each layer multiplies what comes
# back by it. MiniLM has a shortcut around every part, and in section 4 we saw nothing fade.

# %% [markdown]
# ## 13 · What goes along with a model · extra
#
# A hook belongs to a module or a tensor in memory. What becomes of it when the model is copied, saved, compiled? (A
# *scripted* model is one that `torch.jit.script` has compiled, so that it runs without Python. That is the older way,
# and deprecated; `torch.export` has taken its place.)
#
# > **You may read that** three rules hold for all hooks alike: the order can be changed with `prepend=True`, a copy
# > takes them along, and a scripted model has the same ones. Let us try each of the three.


# %%
def typed_pre_hook(self, inputs: tuple[Tensor]) -> tuple[Tensor]:
    return (inputs[0] + 10,)


def script(module: nn.Module) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit.script says that it is deprecated
        return torch.jit.script(module)


try:
    weight.register_hook(print, prepend=True)
except TypeError:
    print("tensor.register_hook knows no prepend")

layer = nn.Linear(1, 1)
with layer.register_forward_hook(fn2), layer.weight.register_hook(print):
    twin = copy.deepcopy(layer)
    print("a copy: hooks of the module", len(twin._forward_hooks), "and of its weight", twin.weight._backward_hooks)

try:
    script(add_two)
except RuntimeError as error:
    print("scripted:", str(error).splitlines()[0])
fresh = AddTwo()
with fresh.register_forward_pre_hook(typed_pre_hook):
    scripted = script(fresh)
    exported = torch.export.export(fresh, (torch.tensor(0),)).module()
for kind, program in {"the module": fresh, "the scripted copy": scripted, "the exported program": exported}.items():
    print("hook off:", kind, "gives", program(torch.tensor(0)).item())
try:
    scripted.register_forward_hook(fn2)
except RuntimeError as error:
    print("scripted:", error)

# %% [markdown]
# > None of the three holds for all. Hooks on tensors run in the order of registration, and that is that. A copied
# > module keeps its hooks, while a copied parameter loses them. `torch.jit.script` compiles hooks along with the
# > module, so it wants types on them; then the handle no longer reaches what was compiled, and new forward hooks are
# > refused. `torch.export`, its successor, writes down what the hook computed as a part of the program.
#
# So take hooks off before you copy or export a model, unless their effect belongs in it. Saving is harmless:
# `state_dict` knows nothing of hooks. Hooks for *all* modules, like the one
# in section 3, belong to the program and to no model. They are for looking: one that changes something changes every
# model there is.

# %% [markdown]
# ## 14 · Where does it look? · extra
#
# You have seen values on their way there and gradients on their way back. Grad-CAM (Selvaraju et al., 2017) puts both
# together, and draws where a convolutional network sees evidence for a class.
#
# A convolutional layer gives several maps of the image, $A^k$, one for each channel $k$, and at the end the network
# gives the class a score $y^c$. How much does a channel count? As much as its gradient says, on average over all
# places. What speaks against the class is set to zero:
#
# $$w_k = \frac{1}{HW}\sum_{i,j}\frac{\partial y^c}{\partial A^k_{ij}}$$
#
# $$\text{map}_{ij} = \mathrm{ReLU}\Big(\sum_k w_k A^k_{ij}\Big)$$
#
# So we need the layer's output *and* the gradient of the score with respect to it. A forward hook gives us both, if it
# returns something:
#
# 1. It takes the output off the graph and makes it a new leaf (of the graph, this time),
#    `output.detach().requires_grad_()`. Now one can ask for a gradient even if the whole model is frozen.
# 2. It keeps the leaf and returns a `.clone()` of it. The rest of the model computes with the clone, and a ReLU that
#    works in place may write into that.
#
# `torch.autograd.grad(score, leaf)` gives the gradient, and touches no parameter's `.grad`, as `score.backward()`
# would.
#
# ### Exercise: `grad_cam` ●●● · 13 minutes · extra
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
# If nothing speaks for the class, the largest value is 0, and 0 / 0 is NaN. Clamp the divisor to a number next to
# nothing, `torch.finfo(heat.dtype).tiny`. With 1e-8 instead, a map of fainter values would never reach 1.
#
# </details>
# <details><summary>Hint 3: <code>a leaf Variable … is being used in an in-place operation</code>?</summary>
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
#
# with hooks.hooked([model.get_submodule(layer).register_forward_hook(cut)]):
#     scores = ...
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

    with model.get_submodule(layer).register_forward_hook(cut):
        scores = model(images)
    chosen = scores.gather(1, classes[:, None]).sum()
    (gradient,) = torch.autograd.grad(chosen, kept["maps"])
    weights = gradient.mean((2, 3), keepdim=True)
    heat = F.relu((weights * kept["maps"]).sum(1)).detach()
    return heat / heat.amax((1, 2), keepdim=True).clamp(min=torch.finfo(heat.dtype).tiny)
    # END SOLUTION


# %% check="grad_cam"
check(grad_cam)

# %% [markdown]
# **See it.** The next cell trains a small network on handwritten digits of 8 × 8 pixels. It ends in an average over all
# places, so that it takes images of any size. Then we show it two digits side by side, which it has never seen, and
# ask for each of them where it sees evidence.

# %%
net = hooks.digit_net()
pairs = torch.tensor([[3, 7], [0, 4], [6, 1]])
images = hooks.two_digits(pairs.tolist())
questions = {"evidence for the left one": pairs[:, 0], "evidence for the right one": pairs[:, 1]}
maps = {text: grad_cam(net, "5", images, wanted) for text, wanted in questions.items()}
hooks.beside_their_maps(images, maps, classes=pairs.T)

# %% [markdown]
# <details><summary>What the picture shows</summary>
#
# Three images of two digits. Asked for the 3, the map is bright all over the 3, and a little on the upper bow of the 7.
# Asked for the 7, it looks at the foot. In the 4 it looks at the loop, where the strokes meet. In the last row, the map
# for the 6 is bright on the upper stroke of the 6. The map for the 1 is bright twice: at the head of the 1, and just as
# brightly on the stroke of the 6.
#
# </details>
#
# The last map is a warning. To this network, the upper half of a 6 is evidence for a 1, and why not: it is a stroke. A
# map shows what *this* network used, which need not be what we see there.

# %% [markdown]
# ## What you have built
#
# | yours | its name elsewhere |
# |---|---|
# | `output_of` | `create_feature_extractor` of torchvision; `output_hidden_states=True` of transformers |
# | `hooked` | `contextlib.ExitStack`, since a handle is a context manager itself |
# | `record_shapes` | `torchinfo.summary`, Keras' `model.summary()` |
# | `gradient_norms`, `layerwise_learning_signal` | `wandb.watch(model)` |
# | `input_scaler` | `torch.nn.utils.prune` works this way: a forward-pre hook puts the masked weight in place |
# | `ablate_heads` | `run_with_hooks` of TransformerLens; `head_mask` of older versions of transformers |
# | `clip_gradients` | `torch.nn.utils.clip_grad_value_`, which runs after the backward pass and without hooks |
# | `nan_tripwire` | `torch.autograd.detect_anomaly()`, which looks at the backward pass |
# | `grad_cam` | `captum.attr.LayerGradCam` |
#
# **Read the real source.** `torch/nn/modules/module.py`, `Module._call_impl`: the order of section 5 in one function.
# `torch/utils/hooks.py`: `RemovableHandle`, and `BackwardHook`, which weaves full-backward hooks into the graph.
#
# **Sources.** [Michel et al. 2019](https://arxiv.org/abs/1905.10650), *Are Sixteen Heads Really Better than One?*, saw
# in trained translation models and BERT what you saw in MiniLM. [Selvaraju et al.
# 2017](https://arxiv.org/abs/1610.02391), *Grad-CAM*.
#
# **At scale.** A model of 70 billion numbers may have 80 layers with 64 heads each. To ablate its 5,120 heads one by
# one on a thousand questions would be five million forward passes, so one takes the estimate of section 8, which needs
# one pass there and back for each question, and ablates in earnest what it puts on top. To keep what passes by is out
# of the question: at a width of 8,192, in bfloat16, one token leaves 16 kB behind in each layer, which makes 1.3 MB for
# all 80, and 1.3 petabytes for a billion tokens. So hooks at that scale keep sums and not tensors. And whoever trains
# on eight GPUs uses hooks without knowing it: one hangs on each parameter and sends its gradient off as soon as it is
# there, while the walk back goes on ([lesson 23](../23_data_parallel/23_data_parallel.ipynb)).
#
# **Three questions to take home.**
#
# 1. A forward hook stores `output` in a list at every step of training. Memory grows by far more than the size of the
#    outputs. What else is held?
# 2. Why can a full-backward hook not be registered after the forward pass, when a tensor hook on a parameter can?
# 3. Zero is not nothing: the layers behind have never seen a head that says exactly 0. What else could one put in its
#    place, and how might the map of the 72 heads change?
