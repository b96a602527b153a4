# %% [markdown]
# # Autograd
#
# **How can PyTorch know the derivative of your code?**
#
# It does not read your code. It watches it run. Each operation leaves a note on how to go back, and the result holds
# the last note. Below is everything that one small result remembers.

# %%
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function, gradcheck, gradgradcheck

from autograder import check
from helpers import autograd as pictures
from helpers.plots import heatmaps, lines
from helpers.widgets import choice, explore

# %%
x = torch.tensor([0.5, -1.0, 2.0])
w = torch.tensor([1.0, 3.0, -2.0], requires_grad=True)
b = torch.tensor(0.1, requires_grad=True)

loss = (w * x + b).tanh().square().sum()
pictures.draw_graph(loss, "(w * x + b).tanh().square().sum()", w=w, x=x, b=b)

# %% [markdown]
# *The picture: a chain of boxes, read from right to left. At the right SumBackward0, then PowBackward0, TanhBackward0,
# AddBackward0. There it parts. One arrow leads to an orange box AccumulateGrad and the green leaf `b`. The other leads
# through MulBackward0 to another AccumulateGrad and the green leaf `w`. Dashed notes hang below some boxes: Mul keeps
# `x`, Tanh its result, Pow its input. The tensor `x` needs no gradient, and no arrow leads to it.*
#
# At the end you will be able to
#
# - read such a graph, and say what is kept in memory and for how long;
# - ask for exactly the derivative that you want: one number's, a whole Jacobian, second derivatives;
# - update weights without disturbing the graph, and read the error when something disturbed it;
# - write an operation with a derivative of your own.
#
# About 90 minutes. You need tensors, views and changes in place
# ([lesson 01](../01_tensors/01_tensors.ipynb)), and the chain rule.

# %% [markdown]
# ## 1 · A result remembers how it was made
#
# These are the words for what the picture shows.
#
# | word | where | what it is |
# |---|---|---|
# | leaf | `w.is_leaf` | a tensor that no recorded operation made |
# | `requires_grad` | `w.requires_grad` | "record what is done with me"; passed on to every result |
# | node | `loss.grad_fn` | knows how to send a gradient back through one operation |
# | edges | `node.next_functions` | the nodes that get the gradient next, one entry for each input |
# | saved tensors | `node._saved_result`, … | what the way back needs: tanh needs its result, a product its factors |
# | AccumulateGrad | the node before a leaf | adds what arrives to the leaf's `.grad` |
#
# Nobody designs this graph. It is made anew by every run of the code, with whatever `if` and `for` did this time.

# %%
node = loss.grad_fn
while node.next_functions:
    print(f"{type(node).__name__:14} → {[type(after).__name__ for after, _ in node.next_functions]}")
    node = node.next_functions[0][0]
print("the last one belongs to w:", node.variable is w)
print("Mul kept x itself, no copy:", (w * x).grad_fn._saved_other is x)

# %% [markdown]
# Three things to notice. The number 2 or a plain tensor needs no gradient: its entry holds `None`. The second item of
# each pair says *which output* of the next node is meant; most have only one. And the walk above went to the left only
# where it could have gone to two places.
#
# ### Exercise: `graph_of` ●○○ · 10 minutes
#
# Walk the whole graph, as the viewer does. Give numbers to nodes in the order in which you find them: the result's own
# node is 0, and the nodes that a node leads to get the next free numbers.
#
# It is a graph, no tree: a node can be reached in several ways. And it can be deep: a text of a thousand words, read
# word by word, makes thousands of nodes in a row.
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
# **See it.** A whole layer of a transformer (a later lesson builds it; here it is a black box). How many nodes do you
# guess?

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
    pictures.remembered,
    "What does an expression keep for the way back?",
    expression=choice(list(pictures.EXPRESSIONS), "e = w.exp();  e / e.sum()", label="result"),
    event=choice(pictures.EVENTS, label="look at it"),
)

# %% [markdown]
# *The picture: the graph of `e = w.exp(); e / e.sum()`. DivBackward0 at the right leads to ExpBackward0 directly, and
# once more through SumBackward0. There is one ExpBackward0, reached in two ways: the gradients of both are added before
# it goes on. If you write `w.exp() / w.exp().sum()`, there are two. `w.softmax(0)` is one node that keeps its own
# result and nothing else. After `backward` the notes read "freed".*

# %% [markdown]
# ## 2 · Backward: a vector times a Jacobian
#
# A function of many numbers with many results has many derivatives. All of them, row by row, are its **Jacobian**:
#
# $$J_{ij} = \frac{\partial y_i}{\partial x_j}$$
#
# Autograd never writes $J$ down. A node can do one thing: take a gradient with respect to its result, and turn it into
# a gradient with respect to its inputs. In symbols, from $v$ it makes $v^\top J$. Nodes in a row make a product of
# Jacobians, worked off from the left, and only vectors are ever held.
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
# The third line is the first row plus ten times the second. `backward` **adds** to `.grad`. Section 4 is about that.
#
# There is a way to ask that changes nothing. `torch.autograd.grad(y, inputs, v)` returns the gradients and leaves every
# `.grad` as it was, those of weights deep inside a function, too. That is the one to use whenever you want to *know* a
# derivative rather than to train with it.
#
# ### Exercise: `vjp` ●○○ · 6 minutes
#
# Ask for $v^\top J$ of a function, for each of its inputs, and leave no trace: not on the inputs, not on weights that
# the function uses. `torch.func.vjp` is what you build, so do without it and its neighbours.
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
# pass. The other direction, one column of $J$ for a single pass, is forward mode (`torch.func.jvp`). It pays where few
# inputs have many results.
#
# ### Exercise: `jacobian` ●●○ · 8 minutes
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
# *The picture: three squares of six by six. For tanh only the diagonal has colour: each result depends on its own
# input. For cumsum the triangle on and below the diagonal is evenly red: results depend on all inputs up to theirs.
# For softmax the diagonal is red and the rest pale blue: what one gains, the others lose. Every row sums to zero.*
#
# The backward of tanh never builds its square. It multiplies by the diagonal, entry by entry. A later lesson builds an
# engine of such products.

# %% [markdown]
# ### From the notes: "only leaves get a gradient"
#
# The working notes say that `backward` computes a gradient only for a tensor that is a leaf, that needs one, and on
# which no tensor depends that does not need one. Three conditions; let us try two of them.

# %%
x = torch.tensor([1.0, 2.0], requires_grad=True)
middle = x * 3
side = middle.detach().exp()  # depends on x and needs no gradient: the third condition is broken
result = (middle.square() * side).sum()

(at_middle,) = torch.autograd.grad(result, middle, retain_graph=True)
print("computed for the middle:", at_middle)
result.backward()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch warns: this is no leaf
    print("kept there:             ", middle.grad)
print("kept at the leaf:       ", x.grad)

middle = x * 3
middle.retain_grad()
middle.square().sum().backward()
print("kept after retain_grad: ", middle.grad)

# %% [markdown]
# - *Only leaves*: half right. Gradients are **computed** all the way, or nothing would arrive at the leaf. They are
#   **kept** at leaves, and elsewhere on demand: `middle.retain_grad()` before the pass, or `torch.autograd.grad`.
# - *No dependent without a gradient*: wrong. The detached `side` takes no gradient, and `x` gets its own over the other
#   way. Here the derivative treats `side` as a constant, which may or may not be what you want. Nobody warns.
#
# ### From the notes: `Variable`
#
# The notes wrap tensors in `autograd.Variable` so that they can carry gradients. What does that class do?

# %%
wrapped = torch.autograd.Variable(torch.ones(2), requires_grad=True)
print(type(wrapped), "and every tensor is one:", isinstance(torch.ones(2), torch.autograd.Variable))

# %% [markdown]
# Nothing. Since PyTorch 0.4 (2018) a tensor does all of it: `torch.ones(2, requires_grad=True)`. The old name still
# stands in error messages ("a leaf Variable that requires grad…"). Read "tensor" there.

# %% [markdown]
# ## 3 · Beside the record
#
# Not everything should be recorded: the step of an optimizer, an evaluation, a target that is to count as a constant.
#
# | | what it does | what comes out |
# |---|---|---|
# | `x.detach()` | the same memory under a new name, without history | a constant, for this graph |
# | `with torch.no_grad():` | records nothing inside | results that need no gradient |
# | `with torch.inference_mode():` | records nothing, not even versions | faster still; a graph may not save it later |
# | `x.data` | as `detach`, and changes in place go unnoticed | a trap, see below |
#
# **Predict first.** A saved tensor is the tensor itself, no copy. What if somebody writes into it before the way back?
# Each function computes something from a leaf `x`, and then one goes back. Which of the seven fail?


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
# Two of the failures are caught by **version counters**. Every tensor counts its changes in place. A node notes the
# count when it saves, and compares on the way back. So you get an error instead of a wrong gradient: "is at version 1;
# expected version 0".
#
# The cure depends on the meaning. Use the operation that makes a new tensor (`y = y + 1`), or `y.clone()` before the
# change.

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
# ### From the notes: `param.data -= lr * param.grad`
#
# The notes update weights through `.data`, because that cuts the step off from the graph. It does. It also hides the
# step from the version counter. Here is a mistake that happens in long loops: the step comes before the backward pass
# of a loss that was computed with the old weights.


# %%
def gradient_after_a_step(step: Callable[[Tensor], None]) -> str:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w.exp()).sum()
    step(w)
    try:
        return str(torch.autograd.grad(loss, w)[0])
    except RuntimeError:
        return "RuntimeError: modified by an inplace operation"


def by_data(w: Tensor) -> None:
    w.data -= 0.5


def by_no_grad(w: Tensor) -> None:
    with torch.no_grad():
        w -= 0.5


for weight in (torch.tensor([1.0, 2.0]), torch.tensor([0.5, 1.5])):
    print("the gradient at", weight.tolist(), "is", (1 + weight) * weight.exp())
print("with .data:  ", gradient_after_a_step(by_data))
print("with no_grad:", gradient_after_a_step(by_no_grad))

# %% [markdown]
# With `.data` a gradient comes out, and it belongs to no point: it mixes the saved `exp` of the old weights with the
# new weights. Today one writes the step under `torch.no_grad()`, as `torch.optim` does. There is no use of `.data`
# left that `detach()` or `no_grad()` would not serve better.
#
# ### Exercise: `sgd_step` ●○○ · 5 minutes
#
# The step of plain gradient descent, as an optimizer takes it: $w \leftarrow w - \text{rate} \cdot \text{grad}$, in
# place, so that everybody who holds the weight sees it. `torch.optim.SGD` is what you build.
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
# ## 4 · Gradients add up
#
# AccumulateGrad *adds* to `.grad`. That is why each training loop clears gradients somewhere. It is also useful: a
# batch that does not fit into memory can be cut up. The parts go back one by one, each frees its graph, and the
# gradients gather. Then there is one step for all of them.
#
# `optimizer.zero_grad()` sets each `.grad` to `None`. An optimizer skips a parameter whose gradient is `None`, which
# also means: no momentum, no weight decay.
#
# This is the loop of the notes, on a small regression. It takes a step after every second batch.


# %%
def loop_of_the_notes(loss_of, batches, optimizer, every):
    for it, batch in enumerate(batches):
        loss_of(batch).backward()
        if (it + 1) % every == 0:
            optimizer.zero_grad()
            optimizer.step()


data, target = pictures.regression()
batches = list(zip(data.split(8), target.split(8), strict=True))
w = torch.zeros(8, requires_grad=True)


def loss_of(batch: tuple[Tensor, Tensor]) -> Tensor:
    return (batch[0] @ w - batch[1]).square().mean()


loop_of_the_notes(loss_of, batches, torch.optim.SGD([w], lr=0.02), every=2)
print("weights after eight batches:", w.tolist())

# %% [markdown]
# No weight has moved. No error, no warning.
#
# ### Exercise: `accumulated_gradient` ●●○ · 8 minutes
#
# Mend the loop. The line that shows above is not its only fault:
#
# - a step should use the **mean** gradient of its batches, or the step size depends on `every`;
# - with seven batches and `every=3`, the last batch is on its own: it gets a step too, and its mean is over one batch;
# - what stood in `.grad` before must not count, and nothing is left there at the end.
#
# Send each batch back before the next one is computed. To add up losses and send the sum back gives the same numbers,
# and keeps all graphs in memory at once.
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
# **See it.** Sixteen rounds through the eight batches, with a step for one, two and eight batches.

# %%
curves = {}
for every in (1, 2, 8):
    w = torch.zeros(8, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.02)
    rounds = [accumulated_gradient(loss_of, batches, optimizer, every) for _ in range(16)]
    means = [sum(losses) / len(losses) for losses in rounds]
    curves[f"a step for {every} batch{'es' if every > 1 else ''}"] = (range(1, 17), means)
lines(curves, xlabel="rounds through the data", ylabel="mean loss (logarithmic)", logy=True)

# %% [markdown]
# *The picture: three falling curves on a logarithmic axis. After 16 rounds the loss is near 0.04 with a step for each
# batch, near 0.09 with a step for two, and near 0.4 with a step for eight.*
#
# The mean keeps the length of a step the same. So a loop that takes fewer steps gets less far, and one often raises
# the rate with the size of a batch. A later lesson takes care of batches of different sizes.

# %% [markdown]
# ## 5 · An operation of your own
#
# A `Function` is a node that you write. `forward` computes and is not recorded. `backward` gets the gradient with
# respect to the result and returns one with respect to each input: it is the $v^\top J$ of section 2. Between the two,
# `ctx` carries what is needed.


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


double = torch.linspace(-1.0, 1.0, 5, dtype=torch.float64, requires_grad=True)
for kind in (Cube, CubeWithoutChain):
    weighted = gradcheck(lambda x, kind=kind: 2 * kind.apply(x), double, raise_exception=False)
    print(f"{kind.__name__}: gradcheck says {weighted}")

# %% [markdown]
# You call `Cube.apply(x)`, never `forward`. `gradcheck` compares your `backward` with differences
# $(f(x + \varepsilon) - f(x - \varepsilon)) / 2\varepsilon$. It needs double precision: in float32 the differences
# drown in rounding.
#
# Why `ctx.save_for_backward(x)` and not simply `ctx.x = x`? Both work at first.
#
# - What is saved has its version compared on the way back. An attribute does not: a change in place gives a silently
#   wrong gradient.
# - A result that is kept as an attribute holds its node, and the node holds the result. Such a circle stays in memory
#   until Python's garbage collector comes by.
# - Saved inputs and results know their place in the graph. So `backward` can itself be differentiated. It is recorded
#   when somebody asks with `create_graph=True`. What you compute in `forward` is a constant to it.
#
# ### Exercise: `Sigmoid` ●●○ · 10 minutes
#
# $y = 1 / (1 + e^{-x})$ has a derivative that needs only the result: $y (1 - y)$. Written with operations it makes five
# nodes; yours is one. Do without `torch.sigmoid`.
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
# and once from operations.

# %%
print(gradcheck(Sigmoid.apply, double), gradgradcheck(Sigmoid.apply, double))
w = torch.tensor([1.0, 3.0, -2.0], requires_grad=True)
y = Sigmoid.apply(w)
pictures.draw_graph(y, "Sigmoid.apply(w)", w=w, y=y)

# %%
pictures.draw_graph(1 / (1 + (-w).exp()), "1 / (1 + (-w).exp())", w=w)

# %% [markdown]
# *The pictures: above, one node SigmoidBackward that keeps y of shape (3,), then AccumulateGrad and the leaf w. Below,
# a row of five nodes, Mul, Reciprocal, Add, Exp and Neg, of which two keep three numbers each.*

# %% [markdown]
# ## 6 · A derivative that is a lie
#
# To store a weight in a few bits, one rounds it to a multiple of a step $s$:
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
# ### Exercise: `StraightThroughRound` ●●● · 12 minutes
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
# **See it.** The regression again, with weights that may take five values: −2, −1, 0, 1 and 2 steps. Before you run it:
# what will the curve of plain `torch.round` do?


# %%
def rounded_training(rounded: Callable[[Tensor, Tensor], Tensor], learn_step: bool) -> list[float]:
    w = torch.zeros(8, requires_grad=True)
    step = torch.tensor(0.25, requires_grad=learn_step)
    optimizer = torch.optim.SGD([w, step], lr=0.01)
    losses = []
    for _ in range(150):
        weights = rounded(w.clamp(-2 * step, 2 * step), step)
        loss = (data @ weights - target).square().mean()
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
pictures.roundings(StraightThroughRound.apply, losses)

# %% [markdown]
# *The picture, left: a staircase with steps of 0.5 that rises along the diagonal, a dashed line at 1, the slope that
# your backward reports, and a dotted line at 0, the slope of `torch.round`. Right: losses over 150 steps. With
# `torch.round` the loss stays at 5.3. Straight through it falls to about 1.1 and stays there: the five values reach
# only from −0.5 to 0.5. With a learned step it falls to about 0.5, and jitters.*
#
# `gradcheck` fails for this Function, and rightly: its gradient is not the derivative of what it computes. Quantised
# networks are trained this way all the same.

# %% [markdown]
# ## 7 · The derivative of a derivative
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
# ### Exercise: `hessian_vector_product` ●●● · 10 minutes
#
# $Hv$ without $H$: the check watches the size of every tensor. `torch.func` and `torch.autograd.functional` have it
# ready; do without.
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
# **See it.** What is it good for? The largest eigenvalue $\lambda$ of $H$ says how sharply a loss bends in its sharpest
# direction. Gradient descent on a parabola converges for rates below $2 / \lambda$ and diverges above. Multiplying by
# $H$ again and again finds $\lambda$. The regression of above, with rates just below and just above:


# %%
def regression_loss(w: Tensor) -> Tensor:
    return (data @ w - target).square().mean()


start = torch.zeros(8)
sharpest = pictures.largest_curvature(hessian_vector_product, regression_loss, start)
print(f"λ = {sharpest:.2f}, so rates below 2 / λ = {2 / sharpest:.4f} are safe")
pictures.descents(regression_loss, start, {f"{share} · 2/λ": share * 2 / sharpest for share in (0.5, 0.97, 1.03)})

# %% [markdown]
# *The picture: three losses over 40 steps on a logarithmic axis. At half of 2/λ the loss falls quickly at first and
# ends near 0.03. At 0.97 of 2/λ it falls more slowly. At 1.03 it falls for two steps, turns, and grows beyond 100.*

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `graph_of` | `torchviz.make_dot` draws the same walk |
# | `vjp` | `torch.func.vjp`, `torch.autograd.functional.vjp` |
# | `jacobian` | `torch.func.jacrev`, `torch.autograd.functional.jacobian` |
# | `hessian_vector_product` | `torch.autograd.functional.hvp`; in `torch.func`: `jvp` of `grad` |
# | `sgd_step` | `torch.optim.SGD.step` |
# | `accumulated_gradient` | `gradient_accumulation_steps` in transformers' `TrainingArguments` |
# | `Sigmoid` | `SigmoidBackward0`, made from a line in `derivatives.yaml` |
# | `StraightThroughRound` | `torch.fake_quantize_per_tensor_affine` and its learnable relative |
#
# **Read the real source.** `tools/autograd/derivatives.yaml` in the PyTorch repository holds one line for each
# derivative; look for `tanh`. `torch/csrc/autograd/engine.cpp` works the graph off.
# `torch/csrc/autograd/functions/accumulate_grad.h` decides between "put" and "add". In Python:
# `torch/autograd/function.py`.
#
# **Sources.** [Paszke et al. 2017](https://openreview.net/forum?id=BJJsrmfCZ), *Automatic differentiation in PyTorch*.
# [Pearlmutter 1994](https://doi.org/10.1162/neco.1994.6.1.147), *Fast exact multiplication by the Hessian*.
#
# **Three questions to take home.**
#
# 1. `x + y` saves nothing, `x * y` saves both. What does `x * 3` save? What does `relu` have to keep, at the least?
# 2. A training loop writes `total = total + loss` to report the mean loss at the end of the day. Its memory grows all
#    day. Why, and which single word mends it?
# 3. `retain_graph=True` and `create_graph=True`: which of them implies the other, and when would you want only one?
