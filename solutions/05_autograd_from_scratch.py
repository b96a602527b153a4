# %% [markdown]
# # Autograd from scratch
#
# **A function with 12,611 numbers in it is to paint a photograph. Who tells each of them which way to move?**
#
# On the left below is a photograph, made small. On the right is what our painter makes of it. The painter is a
# function: we tell it where a pixel lies, and it answers with a colour. It has never seen the photograph, and its
# numbers are still random.

# %%
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder import check, suspects
from helpers import autograd_from_scratch as pictures
from helpers import painter
from helpers.nodes import Arithmetic, Node, all_nodes, minus, plus, results_first
from helpers.photograph import show
from helpers.plots import lines
from helpers.values import draw_nodes
from helpers.widgets import choice, explore, slider

# %%
photo = painter.thumbnail()  # colours: (48, 64, 3)
places = painter.waves()  # where each of the 3,072 pixels lies, told by 128 numbers: (3072, 128)
(first, a), (second, b), (third, c) = painter.random_layers(torch.clone, 128, 64, 64, 3)

hidden = (places @ first + a).relu()
hidden = (hidden @ second + b).relu()
painted = (hidden @ third + c).sigmoid()  # red, green and blue of each pixel, between 0 and 1
print(sum(each.numel() for each in (first, a, second, b, third, c)), "numbers")
show({"the photograph": photo, "what the painter makes of it": painted.reshape(photo.shape)}, columns=2, pixels=True)

# %% [markdown]
# *The pictures: left, a pagoda above trees, with a lake behind it and a pale sky. Right, blotches of all colours.*
#
# By the end of this lesson the right picture will look like the left one. In [lesson
# 04](../04_autograd/04_autograd.ipynb) we called `backward()` and got every derivative that we wanted. This time we
# build what is behind it. PyTorch may multiply and add for us, but it may not differentiate: the machine that finds the
# gradients will be yours, and it takes about fifty lines.
#
# At the end you will be able to
#
# - check any gradient that you do not trust, your own included;
# - say what a step has to write down on the way there, so that a gradient finds the way back;
# - explain why the order matters, what happens to a number that is used twice, and what broadcasting costs on the way
#   back;
# - read the engine of PyTorch, because yours is the same one in small.
#
# About 60 minutes for the core, 85 with the extras. You need the chain rule as
# [lesson 04](../04_autograd/04_autograd.ipynb) tells it, values and factors on a graph, and matrix products.

# %% [markdown]
# ## 1 · One pixel, and a way to check · core
#
# Twelve thousand numbers are too many to look at. So let us begin with a painter that has only two, a weight and a
# bias, and a grey picture with brightness from 0 (black) to 100. It says that a pixel is as bright as weight · row +
# bias. With a weight of 10 and a bias of 20, row 4 gets brightness 60. The photograph has 90 there. The painter misses
# by −30, and we call the square of that the error: 900.
#
# Which way should the two numbers move? We can always find out by trying.


# %%
def error(numbers: Tensor) -> Tensor:
    weight, bias = numbers
    miss = weight * 4 + bias - 90
    return miss * miss


here = torch.tensor([10.0, 20.0])
print("as it is          ", error(here).item())
print("weight up by 0.01 ", round(error(here + torch.tensor([0.01, 0.00])).item(), 4))
print("bias up by 0.01   ", round(error(here + torch.tensor([0.00, 0.01])).item(), 4))

# %% [markdown]
# The error falls by about 240 times the nudge of the weight, and by about 60 times the nudge of the bias. The gradient
# is (−240, −60). Keep these two numbers in mind: whatever we build in this lesson has to find them.
#
# Trying is slow, but it needs no theory at all, and so it can check everything else. That makes it worth writing down
# properly once. Two refinements help. The first: step up *and* down, and take the difference of the two. A curve bends,
# so one side overestimates the slope and the other underestimates it, and most of that cancels. The second: nudge in
# float64. The results of the two runs agree in nearly all of their digits, and subtracting leaves only the last few.
# Float32 has seven digits to begin with, float64 sixteen.
#
# ### Exercise: `numerical_gradient` ●○○ · 4 minutes · core
#
# Nudge each number of `x` alone, up and down, and divide by the distance between the two.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `x.double()` first. Then a tensor of zeros with `step` at a single place can be added to it and taken away from it.
#
# </details>
# <details><summary>Hint 2: your gradient is twice as large as it should be?</summary>
#
# From x − step to x + step it is two steps.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# for direction in torch.eye(x.numel(), dtype=torch.float64):  # 1 at one place, else 0
#     nudge = step * direction.reshape(x.shape)
#     slopes.append(...)
# return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
# ```
#
# </details>


# %% exercise="numerical_gradient"
def numerical_gradient(function: Callable[[Tensor], Any], x: Tensor, step: float = 1e-5) -> Tensor:
    """How `function` answers to a nudge of each number of `x`, by trying.

    Not to be used: torch's own autograd.

    Args:
        function: from a float64 tensor of the shape of `x` to a single number, a tensor of shape () or a float. Each
            call gets a tensor of its own, which it may keep or write into.
        x: any shape and dtype; it is left alone.
        step: each number is moved up and down by so much, in float64.

    Returns:
        Shape and device of `x`, float64: (function above − function below) / (2 · step) for each number.

    >>> numerical_gradient(lambda x: (x * x).sum(), torch.tensor([1.0, 3.0]))
    tensor([2.0000, 6.0000], dtype=torch.float64)
    """
    # BEGIN SOLUTION
    x = x.double()
    slopes = []
    for direction in torch.eye(x.numel(), dtype=torch.float64, device=x.device):
        nudge = step * direction.reshape(x.shape)
        slopes.append((function(x + nudge) - function(x - nudge)) / (2 * step))
    return torch.tensor(slopes, dtype=torch.float64, device=x.device).reshape(x.shape)
    # END SOLUTION


# %% check="numerical_gradient"
check(numerical_gradient)

# %% [markdown]
# **See it.** On the pixel it finds our two numbers. What would it take for the painter?

# %%
print(numerical_gradient(error, here))
print(f"the painter would have to paint {2 * 12_611:,} pictures for one gradient")

# %% [markdown]
# And a painter learns by some hundreds of steps, each with a gradient of its own. So trying will be the referee of
# this lesson: we use it to check, and for nothing else.

# %% [markdown]
# ## 2 · One edge, one function · core
#
# The error was not computed in one go. There was a product, then a sum, a difference, a square. To compute the values
# from what goes in to the result is called **forward propagation**, to carry gradients from the result to what went in
# **back propagation**. In code one mostly says forward pass and backward pass.
#
# A step needs to know nothing but what came into it. So let each step leave a note the moment it is computed. The note
# says two things for each input: where it came from, and *how a gradient gets back there*. The second is a function,
# since the gradient itself will be known only later. Here is the whole note.
#
# ```python
# @dataclass(eq=False)                                       # two nodes are never equal, whatever they hold
# class Node:
#     value: Tensor
#     edges: list[tuple[Node, Callable[[Tensor], Tensor]]]   # (where it came from, how a gradient gets back)
#     grad: Tensor | None                                    # filled in on the way back
#     name: str                                              # for pictures
# ```
#
# A sum is the easiest case. If a grows by 0.01, so does a + b. So nudging a changes the result exactly as much as
# nudging the sum does, and the same goes for b. The gradient goes back unchanged, over both edges:
#
# ```python
# def plus(a: Node, b: Node) -> Node:
#     return Node(a.value + b.value, [(a, lambda grad: grad), (b, lambda grad: grad)], name="+")
# ```
#
# It works like complaints in a restaurant. The soup is too salty, and the waiter tells the cook. The cook writes to
# those who delivered the stock and the salt, and they write to their own suppliers. No one has to know the whole chain:
# each gets a letter, changes it in a way that only they know, and passes it on. But the picture breaks in one place.
# Blame gets shared out, half for you and half for me. Gradients do not. Both inputs of the sum got the *whole*
# gradient, because each of them is asked: what if you alone had moved?
#
# Now the product. Row 4 turns a nudge of 0.01 in the weight into a nudge of 0.04 in the product. The factor for one
# input is the value of the *other* one, so what goes back is the gradient that arrived, times that factor.
#
# ### Exercise: `times` ●○○ · 3 minutes · core
#
# Write the note of a product.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with `plus`. The value changes, and so does what each of the two functions returns.
#
# </details>
# <details><summary>Hint 2: both edges send back the same?</summary>
#
# To `a` goes the gradient times the value of `b`, and the other way round.
#
# </details>


# %% exercise="times"
def times(a: Node, b: Node) -> Node:
    """A node for the product of two nodes whose values have one shape.

    Not to be used: torch's own autograd.

    Its value is the product, and it has two edges, to `a` and to `b` in this order. The function on an edge gets the
    gradient of the product, in the shape of the value, and returns what goes back to that node, as a new tensor. The
    node has no gradient yet, and `a` and `b` stay as they are.

    >>> product = times(Node(torch.tensor(10.0)), Node(torch.tensor(4.0)))
    >>> product.value, [back(torch.tensor(1.0)) for _, back in product.edges]
    (tensor(40.), [tensor(4.), tensor(10.)])
    """
    # BEGIN SOLUTION
    return Node(a.value * b.value, [(a, lambda grad: grad * b.value), (b, lambda grad: grad * a.value)])
    # END SOLUTION


# %% check="times"
check(times)

# %% [markdown]
# **See it.** The error of the pixel, made of your `times`. No gradient has gone anywhere yet.

# %%
weight, row, bias, wanted = (
    pictures.leaf(*each) for each in ((10.0, "weight"), (4.0, "row"), (20.0, "bias"), (90.0, "photo"))
)
miss = minus(plus(times(weight, row), bias), wanted)
draw_nodes(times(miss, miss), "the error of one pixel")

# %% [markdown]
# *The picture: boxes from left to right, with their values above. Weight 10 and row 4 go into a product, 40. With bias
# 20 it goes into a sum, 60, and with photo 90 into a difference, −30. Two curved arrows lead from the difference to the
# last box, 900: the miss goes into its square twice.*

# %% [markdown]
# ## 3 · Who goes first? · core
#
# Let us send something back, by hand. The last box begins with 1: if the error moves by 0.01, well, the error moves by
# 0.01. The square is a product of the miss with itself, so two letters go to the miss, and each says 1 · (−30). A nudge
# of the miss acts through both factors, so what arrives is **added**: −60. From there it goes on to the sum, to the
# bias, to the product, and times 4 to the weight: −240. There they are.
#
# Notice that the miss had to *wait*. Had it passed on the first letter at once, the weight would have been told −120.
# So a node may hand on its gradient only when everything has come in, which means: when every node that uses it has
# been processed. We need the nodes in such an order that each stands before all those that its edges lead to. That is a
# **topological order**, and it begins with the result.
#
# **Predict first.** Below, the sum of a and b reaches the result over a short arm and over a long one. Someone takes
# the nearest nodes first: the result, then all that is one step away from it, then all that is two steps away. Which
# node hands on too early, and what does it not know yet?

# %%
draw_nodes(pictures.arms(), "s = a + b;  s × (s + c + d)")

# %% [markdown]
# <details><summary>The answer</summary>
#
# The sum of a and b, with value 3. It is one step away from the result, over the short arm, and so it comes second or
# third. By then it has only the letter that came directly, 6. The one over the long arm, 3, arrives when it has already
# written to a and b. They are told 6, and it should have been 9.
#
# </details>
#
# ### You may read that "back propagation is just the chain rule, applied recursively"
#
# That would be the shortest program: a function that sends a gradient over each edge and calls itself for the node at
# the other end. Its numbers are right, since each letter is forwarded on its own and all of them add up at the leaves.
# But look at what it costs, on a number that is doubled again and again, `y = y + y`.


# %%
def send_back(node: Node, grad: Tensor) -> int:
    """Passes each letter on at once, and counts its own calls."""
    node.grad = grad if node.grad is None else node.grad + grad
    return 1 + sum(send_back(source, back(grad)) for source, back in node.edges)


for count in (4, 8, 12, 16):
    result = pictures.doublings(count)
    calls = send_back(result, torch.ones(()))
    print(f"{count:2} doublings, {len(all_nodes(result)):2} nodes: {calls:7,} calls")

# %% [markdown]
# It follows every *way* from the result to a leaf, and each doubling makes twice as many of them. A residual network is
# built just like that: each of its layers adds something to what came in. With fifty layers the recursion makes more
# than 10¹⁵ calls. Waiting until everything has arrived is what makes back propagation more than the chain rule. It
# takes each edge once.
#
# ### Exercise: `topological_order` ●●○ · 7 minutes · core
#
# List all nodes behind a result, each before all those that its edges lead to. This looks strange at first, because a
# node cannot see who uses it: edges only lead back.
#
# One trick is to ask when a node is *finished*. Follow the edges from the result as far as they go, and write a node
# down when everything behind it has been written down. Then the leaves come first and the result last. Turn the list
# around.
#
# A text of a thousand words, read word by word, makes a graph of thousands of nodes in a row. So let the function not
# call itself: Python gives up after about a thousand calls inside each other.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Keep a list of what is to be done, and take from its end. There are two kinds of things to do: *visit* a node, and
# *write it down*. So put pairs on the list: `(node, False)` to visit it, `(node, True)` to write it down.
#
# </details>
# <details><summary>Hint 2: what does a visit do?</summary>
#
# Nothing, if the node was visited before. Otherwise it puts `(node, True)` on the list, and after that a visit for each
# source. They are taken from the end, so all of them are dealt with before the node is written down.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# finished, seen, to_do = [], set(), [(result, False)]
# while to_do:
#     node, all_behind_are_done = to_do.pop()
#     if all_behind_are_done:
#         ...
#     elif node not in seen:
#         seen.add(node)
#         to_do.append(...)
#         to_do += [...]
# return finished[::-1]
# ```
#
# </details>


# %% exercise="topological_order"
def topological_order(result: Node) -> list[Node]:
    """All nodes behind a result, in the order in which gradients travel.

    Not to be used: torch's own autograd.

    Args:
        result: its graph may be 10,000 nodes deep, and it stays as it is.

    Returns:
        Each node once, the result first, every node before all nodes that its edges lead to. Where several orders do
        that, any of them. No node's edges are looked at more than a few times.

    >>> a = Node(torch.tensor(1.0), name="a")
    >>> b = Node(torch.tensor(2.0), [(a, lambda grad: 2 * grad)], name="b")
    >>> c = Node(torch.tensor(3.0), [(a, lambda grad: grad), (b, lambda grad: grad)], name="c")
    >>> [node.name for node in topological_order(c)]
    ['c', 'b', 'a']
    """
    # BEGIN SOLUTION
    finished, seen, to_do = [], set(), [(result, False)]
    while to_do:
        node, all_behind_are_done = to_do.pop()
        if all_behind_are_done:
            finished.append(node)
        elif node not in seen:
            seen.add(node)
            to_do.append((node, True))
            to_do += [(source, False) for source, _ in node.edges]
    return finished[::-1]
    # END SOLUTION


# %% check="topological_order"
check(topological_order)

# %% [markdown]
# **See it.** The pixel, and the graph of the prediction. In the second, where does the sum of a and b stand?

# %%
print(" ".join(node.name for node in topological_order(pictures.pixel())))
print(" ".join(f"{node.name}({node.value:.0f})" for node in topological_order(pictures.arms())))

# %% [markdown]
# ## 4 · The way back · core
#
# Nodes and an order are there; what is missing is the walk. Below is one that was written in a hurry. It takes a node,
# sends its gradient over each edge, and goes on with the nodes at the other end. It runs, and it gives an answer.


# %%
def broken_backward(result: Node, order: list[Node]) -> None:
    result.grad = torch.ones_like(result.value)
    waiting = [result]
    while waiting:
        node = waiting.pop()
        for source, back in node.edges:
            source.grad = back(node.grad)
            waiting.append(source)


result = pictures.pixel()
broken_backward(result, results_first(result))
print({node.name: node.grad.item() for node in all_nodes(result) if node.name in ("bias", "weight")})
print("the referee says, for weight and bias:", numerical_gradient(error, here).tolist())

# %% [markdown]
# Half of what it should be, everywhere. Nothing fails, and a painter trained with this would even learn something,
# which is why bugs like this one live long.
#
# ### Exercise: `backward` ●●○ · 5 minutes · core
#
# Mend it. There are two faults, and you will see the second one only when the first is gone. The order that is handed
# in is a topological one. One more thing is asked: what stood in `.grad` before must not count, so that we can train
# without clearing anything. (PyTorch decided otherwise for leaves: there it adds, see
# [lesson 04](../04_autograd/04_autograd.ipynb).)
#
# <details><summary>Hint 1: a nudge</summary>
#
# Who gets two letters in the graph of the pixel, and what happens to the first one?
#
# </details>
# <details><summary>Hint 2: does the weight get more than it should?</summary>
#
# Then the miss is processed twice, and its first gradient is counted again. Who is in `waiting`, and how
# often? The argument `order` is not used yet.
#
# </details>
# <details><summary>Hint 3: some numbers wrong where a sum was used?</summary>
#
# `+=` writes into a tensor. The edges of a sum hand on the very tensor that they got, so two nodes hold the same one.
# Write `old + new`, which makes a new one.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# for node in order:
#     node.grad = None
# result.grad = torch.ones_like(result.value)
# for node in order:
#     for source, back in node.edges:
#         share = back(node.grad)
#         source.grad = share if source.grad is None else ...
# ```
#
# </details>


# %% exercise="backward"
def backward(result: Node, order: Sequence[Node]) -> None:
    """Gives each node its gradient: how much the result answers to a nudge of the node's value.

    Not to be used: torch's own autograd.

    Args:
        result: where to begin; its own gradient is one for each number of its value, in the value's dtype.
        order: all nodes behind the result, each before all nodes that its edges lead to; they hand on one after the
            other.

    A node's gradient is the sum of what comes back over all edges that lead to it. The function on an edge is called
    once. What stood in `.grad` of these nodes before does not count, and no tensor is written into.

    >>> a = Node(torch.tensor(3.0))
    >>> square = Node(a.value * a.value, [(a, lambda grad: grad * a.value), (a, lambda grad: grad * a.value)])
    >>> backward(square, [square, a])
    >>> a.grad
    tensor(6.)
    """
    # BEGIN SOLUTION
    for node in order:
        node.grad = None
    result.grad = torch.ones_like(result.value)
    for node in order:
        for source, back in node.edges:
            share = back(node.grad)
            source.grad = share if source.grad is None else source.grad + share
    # END SOLUTION


# %% check="backward"
check(backward)

# %% [markdown]
# **See it.** Values above the boxes, gradients below, and at the left our two numbers.

# %%
result = pictures.pixel(times)
backward(result, topological_order(result))
draw_nodes(result, "the error of one pixel, there and back")

# %% [markdown]
# *The picture: the graph from before. Below the boxes, read from right to left: 1 at the error, −60 at the miss, 60 at
# the photo, −60 at the sum, at the bias and at the product, then −240 at the weight and −600 at the row.*
#
# The row and the photograph got gradients, too. Ours computes every gradient, needed or not. PyTorch leaves out
# what is not needed, and that is what `requires_grad` is for.
#
# **Explore.** Go back step by step. Then take one of the two wrong orders, and watch for the moment when a node hands
# on before all that should come back to it has arrived. A red number with a cross is not what it should be.

# %%
explore(
    pictures.way_back(topological_order, backward),
    "Which node hands on next, and does it know everything by then?",
    graph=choice(list(pictures.GRAPHS), "a short arm and a long one", label="graph"),
    order=choice(pictures.ORDERS, label="order"),
    steps=slider(0, 9, 9, label="nodes that have handed on"),
)

# %% [markdown]
# *The picture: the graph with two arms, after all nodes have handed on in your order. The sum of a and b has the
# gradient 9, and so have a and b.*
#
# ### You may read that "you only write `forward`, and `backward` is defined by itself"
#
# It looks like that from above. One writes the `forward` of a module, calls `loss.backward()`, and it works. So does
# the module get a backward?

# %%
layer = torch.nn.Linear(2, 3)
print("the module has a backward:", hasattr(layer, "backward"))
print("its result knows          ", type(layer(torch.ones(1, 2)).grad_fn).__name__)
print("our product knows         ", [back.__name__ for _, back in times(weight, row).edges])

# %% [markdown]
# No module gets one. `forward` calls operations, each operation leaves a node, and *the node* knows the way back. For
# each kind of node someone wrote it by hand: for PyTorch's it is a line in a file that holds the derivatives of
# hundreds of operations, for ours it was you, in `times`. What comes by itself is only the order in which they are
# called.

# %% [markdown]
# ## 5 · A number that is used a thousand times · core
#
# From one pixel to a picture. The values turn into tensors, and the functions on the edges do not mind: `grad *
# b.value` multiplies tensors as well. One thing goes wrong, though. Our painter adds the same three numbers, a bias for
# red, green and blue, to the colours of all 3,072 pixels. PyTorch lets us write `colours + bias` and repeats the bias
# for every pixel. Then the gradient of the sum has 3,072 rows, and goes back unchanged to a bias that has one.
#
# Here are two pixels instead of all. What is the gradient of the bias?

# %%
colours, shift = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), torch.zeros(3)
weights = torch.tensor([[1.0, 1.0, 1.0], [10.0, 10.0, 10.0]])  # how much the result changes with each colour
print("goes back over the edge of the sum:", weights.tolist())
print("the referee, for the bias:         ", numerical_gradient(lambda bias: ((colours + bias) * weights).sum(), shift))

# %% [markdown]
# We know this already. To repeat a number is to use it many times, and what is used many times gets the *sum* of its
# letters. So the rule is short: **where broadcasting repeats on the way there, sum on the way back.** It repeats in two
# ways. It puts new dimensions in front, as for the bias, and it stretches dimensions of size one, as (3, 1) to (3, 4).
#
# ### Exercise: `unbroadcast` ●●○ · 5 minutes · core
#
# Sum a gradient until it has the shape of the value again. `Tensor.sum_to_size` is what you build.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First the new dimensions: as long as the gradient has more dimensions than the shape, sum over the first one. After
# that both have as many, and can be compared one by one.
#
# </details>
# <details><summary>Hint 2: a dimension of size one is gone?</summary>
#
# `grad.sum(dim=1, keepdim=True)` leaves it there, with size one.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# while grad.dim() > len(shape):
#     grad = ...
# for dim, size in enumerate(shape):
#     if size == 1:
#         grad = ...
# return grad
# ```
#
# </details>


# %% exercise="unbroadcast"
def unbroadcast(grad: Tensor, shape: Sequence[int]) -> Tensor:
    """The gradient of a value of shape `shape` that was broadcast to the shape of `grad`.

    Not to be used: torch's own autograd, `sum_to_size`.

    Args:
        grad: floating point, left alone.
        shape: one that can be broadcast to `grad.shape`, as a `torch.Size` or a tuple; also ().

    Returns:
        Shape `shape`, dtype and device of `grad`: summed over all places that one number was repeated to.

    >>> unbroadcast(torch.ones(2, 3), (3,))
    tensor([2., 2., 2.])
    """
    # BEGIN SOLUTION
    while grad.dim() > len(shape):
        grad = grad.sum(dim=0)
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(dim=dim, keepdim=True)
    return grad
    # END SOLUTION


# %% check="unbroadcast"
check(unbroadcast)

# %% [markdown]
# **See it.** The bias of the two pixels, and a value of shape (2, 1) that was stretched over three columns.

# %%
print(unbroadcast(weights, (3,)).tolist(), unbroadcast(weights, (2, 1)).tolist())

# %% [markdown]
# ## 6 · The whole machine · core
#
# `times(miss, miss)` is tiresome to write. We want `miss * miss`. Python lets a class say what `*` means, by a method
# called `__mul__`, and that is the last piece: a node that knows the operations, and leaves a note with each.
#
# Seven are enough for our painter. You have met the first two. The others follow from the same question: what does a
# nudge of the input do to the result?
#
# | operation | a nudge of the input | so the gradient goes back |
# |---|---|---|
# | `a + b` | arrives as it is | as it is, unbroadcast to the shape of each |
# | `a * b` | arrives times the other | times the other value, then unbroadcast |
# | `x.relu()`: negative numbers become 0 | arrives where x > 0, and nowhere else | where x > 0, and 0 elsewhere |
# | `x.exp()` | arrives times exp(x), the result itself | times the result |
# | `x.log()` | arrives divided by x | divided by x |
# | `x.sum()` | moves the sum by just as much | the one number, for every place of x |
# | `a @ b` | see below | `grad @ b.T` to a, and `a.T @ grad` to b |
#
# The matrix product looks frightening, but the shapes help. With a of shape (n, m) and b of shape (m, k),
# the gradient that arrives is (n, k). What goes back to a has to be (n, m), and it is made of `grad` and `b`, like any
# product. There is one way to put them together: (n, k) times (k, m).
#
# ### Exercise: `Var` ●●● · 10 minutes · core
#
# The sum is written already, as an example. `self.wrap(other)` turns a number or a plain tensor into a node without
# edges, and leaves a `Var` as it is. From the class `Arithmetic` you inherit `-`, `/` by a number, `mean`, and the
# cases where the number stands on the left, `2 * x`: they are made of your operations. For `unbroadcast` take the
# library's, `grad.sum_to_size(shape)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Each method is one line, `return Var(value, [(self, lambda grad: …), …])`, and the table says what to put there. For
# `exp` compute the value first and give it a name, since the function on the edge needs it, too.
#
# </details>
# <details><summary>Hint 2: <code>'float' object has no attribute 'value'</code>?</summary>
#
# Begin `__mul__` and `__matmul__` with `other = self.wrap(other)`, as `__add__` does.
#
# </details>
# <details><summary>Hint 3: what goes back over the edge of <code>sum</code>?</summary>
#
# A gradient of shape () has to become one of the shape of `self.value`: `grad.expand(self.value.shape)`.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# def relu(self):
#     return Var(self.value.clamp(min=0), [(self, lambda grad: grad * (self.value > 0))])
# ```
#
# </details>


# %% exercise="Var"
class Var(Arithmetic):
    """A tensor that records what is done with it: a `Node` with operators.

    Not to be used: torch's own autograd.

    `Var(tensor)` makes a leaf. `+`, `*` and `@` take a `Var`, a tensor or a number (for `@`: no number, and both have
    two dimensions); `relu`, `sum`, `log` and `exp` take nothing. Each returns a new `Var` whose value is that of the
    operation on the values, in their dtype, and whose edges lead to what went in. The function on an edge gets a
    gradient of the shape of the new value, and returns one of the shape of the old value. Where the input of relu is
    not above zero, nothing goes back. No value and no gradient is written into, and torch records nothing.

    >>> a, b = Var(torch.tensor(3.0)), Var(torch.tensor(4.0))
    >>> (a * b + a).log().value
    tensor(2.7081)
    """

    def __add__(self, other: Any) -> "Var":
        other = self.wrap(other)
        edges = [
            (self, lambda grad: grad.sum_to_size(self.value.shape)),
            (other, lambda grad: grad.sum_to_size(other.value.shape)),
        ]
        return Var(self.value + other.value, edges)

    def __mul__(self, other: Any) -> "Var":
        # BEGIN SOLUTION
        other = self.wrap(other)
        edges = [
            (self, lambda grad: (grad * other.value).sum_to_size(self.value.shape)),
            (other, lambda grad: (grad * self.value).sum_to_size(other.value.shape)),
        ]
        return Var(self.value * other.value, edges)
        # END SOLUTION

    def __matmul__(self, other: Any) -> "Var":
        # BEGIN SOLUTION
        other = self.wrap(other)
        edges = [(self, lambda grad: grad @ other.value.T), (other, lambda grad: self.value.T @ grad)]
        return Var(self.value @ other.value, edges)
        # END SOLUTION

    def relu(self) -> "Var":
        # BEGIN SOLUTION
        return Var(self.value.clamp(min=0), [(self, lambda grad: grad * (self.value > 0))])
        # END SOLUTION

    def exp(self) -> "Var":
        # BEGIN SOLUTION
        result = self.value.exp()
        return Var(result, [(self, lambda grad: grad * result)])
        # END SOLUTION

    def log(self) -> "Var":
        # BEGIN SOLUTION
        return Var(self.value.log(), [(self, lambda grad: grad / self.value)])
        # END SOLUTION

    def sum(self) -> "Var":
        # BEGIN SOLUTION
        return Var(self.value.sum(), [(self, lambda grad: grad.expand(self.value.shape))])
        # END SOLUTION


# %% check="Var"
check(Var)

# %% [markdown]
# **See it.** A deliberately messy formula, with all seven operations, a bias that is broadcast and a matrix that is
# used twice. Three ways to its gradients: your engine, PyTorch's, and the referee.


# %%
def go_back(result: Node) -> None:
    """The whole engine: your order, your walk."""
    backward(result, topological_order(result))


def crooked(x: Any, w: Any, b: Any) -> Any:
    hidden = (x @ w + b).relu()
    return ((hidden + 1).log() * (w * 0.1).exp().sum() + hidden * b).sum()


stream = torch.Generator().manual_seed(3)
tensors = [torch.randn(*shape, generator=stream, dtype=torch.float64) for shape in ((5, 4), (4, 3), (3,))]
yours = [Var(each) for each in tensors]
go_back(crooked(*yours))
leaves = [each.clone().requires_grad_() for each in tensors]
crooked(*leaves).backward()
for place, name in enumerate("xwb"):
    tried = numerical_gradient(lambda each, at=place: crooked(*tensors[:at], each, *tensors[at + 1 :]), tensors[place])
    known = [torch.allclose(yours[place].grad, other, rtol=1e-6) for other in (leaves[place].grad, tried)]
    print(f"{name}: like PyTorch's {known[0]}, like the referee's {known[1]}")

# %% [markdown]
# That is an automatic differentiation engine, and it is complete. What it lacks is speed, a few hundred further
# operations, and some safety: should you change a value between the way there and the way back, PyTorch would notice,
# and yours would not.

# %% [markdown]
# ## 7 · Paint · core
#
# Now the painter. It is called a **multilayer perceptron**: products with matrices, a bias, and relu in between. You
# have seen it at the top of this lesson, written out for three layers.
#
# ### Exercise: `mlp` ●○○ · 3 minutes · core
#
# Write it for any number of layers. Use only `@`, `+` and `.relu()`. Then the same function runs on tensors, where it
# just computes, and on your variables, where it leaves notes as well. It never learns which of the two it was.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A loop over the layers. What is special about the last one?
#
# </details>
# <details><summary>Hint 2: nearly the code</summary>
#
# ```python
# for number, (weight, bias) in enumerate(layers):
#     if number > 0:
#         x = ...        # between this layer and the one before
#     x = ...
# return x
# ```
#
# </details>


# %% exercise="mlp"
def mlp(x: Any, layers: Sequence[tuple[Any, Any]]) -> Any:
    """A network of several layers: `x @ weight + bias` for each, and relu between one and the next.

    Not to be used: torch's own autograd, `nn.Linear`, `F.linear`.

    Args:
        x: shape (rows, inputs), a tensor or anything else that knows `@`.
        layers: pairs of a weight, shape (inputs, outputs), and a bias, shape (outputs,); as many as one likes.

    Returns:
        Shape (rows, outputs of the last layer). Only `@`, `+` and `.relu()` are used, so that it works on your
        variables as on tensors.

    >>> eye = torch.eye(2)
    >>> mlp(torch.tensor([[2.0, 0.0]]), [(eye, torch.tensor([1.0, -1.0])), (eye, torch.tensor([0.0, -5.0]))])
    tensor([[ 3., -5.]])
    """
    # BEGIN SOLUTION
    for number, (weight, bias) in enumerate(layers):
        if number > 0:
            x = x.relu()
        x = x @ weight + bias
    return x
    # END SOLUTION


# %% check="mlp"
check(mlp)

# %% [markdown]
# Everything is in place. The same random numbers as at the top go into variables of yours. The loss is the mean squared
# miss over all colours of all pixels. `painter.squash` brings what the last layer says between 0 and 1, by exp and log.
# The step itself is handed over: `painter.train` moves each number against its gradient, at a pace that suits it (Adam;
# [lesson 10](../10_training/10_training.ipynb) builds it). All it knows of the gradients is what `go_back` leaves in
# `.grad`.

# %%
layers = painter.random_layers(Var, 128, 64, 64, 3)
variables = [each for layer in layers for each in layer]


def loss_of_the_picture() -> Var:
    miss = painter.squash(mlp(Var(places), layers)) - photo.reshape(-1, 3)
    return (miss * miss).mean()


frames, losses = {}, []
for step, loss in enumerate(painter.train(loss_of_the_picture, go_back, variables, steps=301)):
    losses.append(loss)
    if step in (0, 3, 10, 25, 60, 150, 300):
        frames[f"after {step} steps"] = painter.squash(mlp(Var(places), layers)).value
painter.frames({**frames, "the photograph": photo})

# %% [markdown]
# *The pictures: eight small ones in two rows. After 0 steps, confetti. After 3 steps a dark shape stands before a
# bright patch. After 10 it is a tower, after 25 it has a pointed roof, and after 60 a lake and trees. After 150 and 300
# steps the storeys and the red walls are there, and only beside the photograph one sees that the sky is a little
# blotchy.*
#
# Take a moment to look at this. Nothing in the code knows how to paint. There is an error, and a way back.

# %%
lines(
    {"your engine": (range(1, 1 + len(losses)), losses)},
    xlabel="step",
    ylabel="mean squared miss (logarithmic)",
    logy=True,
)

# %% [markdown]
# *The picture: a falling curve on a logarithmic axis, steep in the first 30 steps and flatter later. It begins near
# 0.16 and ends near 0.0004, which is a typical miss of 2 in 100 for each colour.*
#
# So that is the answer to the question at the top. Each of the 12,611 numbers is told by the steps that it went into,
# over edges that you wrote and in an order that you found: one picture and one walk back for each step of learning,
# instead of 25,222 pictures. No step knew about the photograph except the one that subtracted it.
#
# The extras put the same engine to another use, and then to the test.

# %% [markdown]
# ## 8 · Two moons · extra
#
# An engine does not care what it is for. Here are two hundred points in the shape of two moons that reach into each
# other, one labelled −1, the other 1. The network gives each point a score, and the sign of the score is its answer.
# What is a good loss?
#
# It should be small when label and score agree and large when they do not, so it can be made of their product, the
# **margin**. A common choice is log(1 + exp(−margin)). Far on the right side it is nearly 0, far on the wrong side it
# grows like the margin itself. There is a trap in it. A margin of −1000 makes exp(1000), which is ∞ in every dtype that
# we have, and then the loss is ∞ and its gradient is not a number.
#
# ### Exercise: `logistic_loss` ●●○ · 8 minutes · extra
#
# Write the loss so that it stays finite, with nothing but what the engine can do.
#
# <details><summary>Hint 1: a nudge</summary>
#
# exp is harmless as long as its argument is not above zero. Where −m is large, take it out of the logarithm: log(1 +
# exp(−m)) = −m + log(1 + exp(m)).
#
# </details>
# <details><summary>Hint 2: both cases in one formula</summary>
#
# log(1 + exp(−m)) = relu(−m) + log(1 + exp(−|m|)), whatever the sign of m. The engine has no absolute value, but −|m|
# is −m − 2 · relu(−m). (Two relus make |m| as well, but at m = 0 both of them stop the gradient.)
#
# </details>


# %% exercise="logistic_loss"
def logistic_loss(scores: Any, labels: Tensor) -> Any:
    """The mean of log(1 + exp(−label · score)), finite also where scores are large.

    Not to be used: `softplus`, `logsigmoid`, `log1p`, `sigmoid`, `logsumexp` and their relatives.

    Args:
        scores: floating point, any shape with at least one number; a tensor or anything else that knows `+`, `-`, `*`,
            `relu`, `exp`, `log` and `mean`.
        labels: a tensor of the same shape and dtype that holds −1 and 1.

    Returns:
        A single number, of the kind of the scores. The gradient is right, too, for scores of a thousand and for those
        that are exactly 0.

    >>> logistic_loss(torch.tensor([0.0, 1000.0]), torch.tensor([1.0, -1.0]))
    tensor(500.3466)
    """
    # BEGIN SOLUTION
    margin = scores * labels
    below = (-margin).relu()
    return (below + ((-margin - 2 * below).exp() + 1).log()).mean()  # −m − 2 · relu(−m) is −|m|
    # END SOLUTION


# %% check="logistic_loss"
check(logistic_loss)

# %% [markdown]
# **See it.** A network with 16 numbers in each hidden layer learns the moons. The black line is where its score is
# zero.

# %%
points, labels = painter.moons()
layers = painter.random_layers(Var, 2, 16, 16, 1)


def loss_of_the_moons() -> Var:
    return logistic_loss(mlp(Var(points), layers), labels[:, None])


*_, last = painter.train(loss_of_the_moons, go_back, [each for layer in layers for each in layer], steps=200)
right = (mlp(Var(points), layers).value[:, 0] * labels > 0).sum().item()
print(f"loss {last:.3f}, right for {right} of {len(points)} points")
painter.boundary(lambda grid: mlp(Var(grid), layers).value[:, 0], points, labels, "what your engine has learned")

# %% [markdown]
# *The picture: circles form an upper arc, triangles a lower one, and the end of each reaches into the other. A black
# line with two bends runs between them from the lower left to the upper right: blue above, orange below. No point lies
# on the wrong side.*

# %% [markdown]
# ## 9 · Tell them apart · extra
#
# Here are six engines with a fault each, all of them seen in real code. On most programs you could not tell some of
# them from the right one. So turn the tables: write the *test*, one small program on which every one of them is caught.

# %%
suspects("engine_counterexample")

# %% [markdown]
# ### Exercise: `engine_counterexample` ●●● · 12 minutes · extra
#
# A program is a text, such as `"s = x + y; s * relu(s)"`. PyTorch runs it there and back, beginning with ones, and so
# does each suspect. You score for each suspect whose gradients of x and y come out clearly different.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the suspects one by one, and ask when the fault would *not* matter. A wrong order does not matter unless a
# step is used twice. Give a step a name, and use it twice.
#
# </details>
# <details><summary>Hint 2: nearest first</summary>
#
# The two uses need different distances from the result, as in the prediction of section 3: `s * exp(s)`.
#
# </details>
# <details><summary>Hint 3: relu and broadcasting</summary>
#
# These two depend on the tensors: one of the numbers that go into relu is exactly 0, and one of the shapes has a
# dimension of size one that the other stretches.
#
# </details>


# %% exercise="engine_counterexample"
def engine_counterexample() -> tuple[str, Tensor, Tensor]:
    """One program and two tensors on which each of the suspects is seen to be wrong.

    Returns:
        the program, a text of steps between semicolons, `name = …` for all but the last, made of x, y, earlier names,
        +, *, relu(…) and exp(…), at most 12 operations; and the tensors x and y, float32 and finite, of shapes that can
        be broadcast together, at most 1,000 numbers.
    """
    # BEGIN SOLUTION
    return "s = x * y; s * exp(s) + relu(x)", torch.tensor([[0.0], [0.5]]), torch.tensor([1.0, 2.0, -1.0])
    # END SOLUTION


# %% check="engine_counterexample"
check(engine_counterexample)

# %% [markdown]
# **See it.** All gradients that the library and the suspects find. In each row but the first, some number should be
# another one; white is a gradient of the wrong shape, or none.

# %%
pictures.lineup("engine_counterexample", engine_counterexample())

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `numerical_gradient` | `torch.autograd.gradcheck` |
# | `Node` and its edges | `grad_fn` and its `next_functions` |
# | `times` | `MulBackward0`, from `mul.Tensor` in `derivatives.yaml` |
# | `topological_order` | `compute_dependencies`: count what is still to come, take a node when nothing is |
# | `backward` | `torch.autograd.backward` |
# | `unbroadcast` | `Tensor.sum_to_size` |
# | `Var` | a tensor with `requires_grad=True` |
# | `mlp` | `nn.Sequential` of `nn.Linear` and `nn.ReLU` |
# | `logistic_loss` | `F.soft_margin_loss`, `F.binary_cross_entropy_with_logits` |
# | `engine_counterexample` | `test/test_autograd.py` |
#
# **Read the real source.** `torch/csrc/autograd/engine.cpp` in the PyTorch repository: look for `compute_dependencies`,
# which counts, and `evaluate_function`, which is the inside of your loop. `tools/autograd/derivatives.yaml` holds the
# functions on the edges. Andrej Karpathy's [micrograd](https://github.com/karpathy/micrograd) is an engine for single
# numbers, as small as yours, and worth comparing: where does it keep what you keep in `edges`?
#
# **Sources.** [Rumelhart, Hinton and Williams 1986](https://doi.org/10.1038/323533a0), *Learning representations by
# back-propagating errors*. [Baydin et al. 2018](https://jmlr.org/papers/v18/17-468.html), *Automatic differentiation in
# machine learning: a survey*. [Tancik et al. 2020](https://arxiv.org/abs/2006.10739), on painting with waves.
#
# **At scale.**
#
# - *Work.* For a language model, a forward pass costs about 2 operations per number in the model and token, and the way
#   back about 4. A billion tokens through a model with a billion numbers: 6 · 10¹⁸ operations. A GPU that keeps up 4 ·
#   10¹⁴ a second needs four hours for them, eight need half an hour.
# - *Memory.* Every value that a function on an edge needs has to stay until the way back. For long texts that is more
#   than the model itself. So one keeps only what goes into each layer and computes the rest again when it is needed
#   (checkpointing): about a third more work, for a small part of the memory.
# - *Many GPUs.* The order of the way back decides when a gradient is ready. The last layer's comes first, and is sent
#   to the other GPUs while earlier layers are still at work, in buckets of 25 MB
#   ([lesson 23](../23_data_parallel/23_data_parallel.ipynb)).
# - *Overhead.* A node in Python takes some microseconds, however small its tensors are. PyTorch walks in C++, and
#   `torch.compile` records the graph once, there and back, and fuses its small steps into few large ones.
# - *Checking.* No one nudges a billion numbers. One nudges all of them at once along a few random directions, and
#   compares with the gradient along these.
#
# **Three questions to take home.**
#
# 1. What would the functions on the edges of `x.max()` have to remember? And those of `x.reshape(…)`?
# 2. Your engine keeps the graph alive as long as someone holds the result. When is a graph of `painter.train` gone, and
#    what would happen if we collected `losses.append(loss)` as nodes instead of floats?
# 3. The functions on the edges compute with tensors. What would have to change so that they compute with `Var`, and
#    what could you ask for then?
#
# Next: [lesson 06](../06_modules/06_modules.ipynb), which puts the numbers of a network in order.
