# %% [markdown]
# # Data parallel: many processes, one model
#
# **How can several processes, each with data of its own, train one and the same model?**
#
# Below, two processes train a linear layer each, on different data. Then they do it once more, and this time a wrapper
# lets them exchange their gradients.

# %%
import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import cycle, islice
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Sampler

from autograder import check
from helpers import data_parallel as pictures
from helpers.plots import lines
from helpers.ranks import RankFailed, counted_traffic, run_on_ranks, torchrun
from helpers.widgets import explore, slider


# %%
def learn(together: bool) -> list[float]:
    layer, path = nn.Linear(3, 1), []
    model = DistributedDataParallel(layer) if together else layer
    for x in torch.randn(40, 2, 8, 3)[:, dist.get_rank()]:  # 40 steps; each process has its own half of the data
        layer.zero_grad()
        (model(x) - x.sum(-1, keepdim=True)).square().mean().backward()
        layer.weight.data -= 0.05 * layer.weight.grad
        path.append(layer.weight[0, 0].item())
    return path


apart, together = run_on_ranks(learn, False), run_on_ranks(learn, True)
paths = {"apart, process 0": apart[0], "apart, process 1": apart[1], "together, both": together[0]}
print("together, the two are equal after every step:", together[0] == together[1])
lines({name: (range(40), path) for name, path in paths.items()}, xlabel="step", ylabel="first weight")

# %% [markdown]
# *The picture: the first weight over 40 steps, three curves that rise towards 1. The two processes that learn apart
# take different paths. The third curve runs between them: it is the path of both processes when they learn together,
# equal to the last bit.*
#
# Each process has seen half of the data, and each has the model that comes of all of it. In this lesson you build
# the wrapper that does this.
#
# At the end you will be able to
#
# - say what `nn.DataParallel` does, and why it has given way to `DistributedDataParallel`;
# - start processes that talk, and use broadcast, all-reduce and their relatives;
# - write the ring behind all-reduce, and count what it sends;
# - write DistributedDataParallel, first plainly, then with buckets that travel while the backward pass goes on;
# - share out data, accumulate gradients and average metrics without the usual silent mistakes.
#
# About 120 minutes, in two sittings: a good place for the break is after section 4. You need [lesson
# 04](../04_autograd/04_autograd.ipynb) (`backward` and leaves), [lesson 06](../06_modules/06_modules.ipynb) (modules,
# buffers, replicas), [lesson 07](../07_hooks/07_hooks.ipynb) (hooks).

# %% [markdown]
# ## 1 · One process, many devices: `nn.DataParallel`
#
# The oldest way to use several GPUs takes one line, `model = nn.DataParallel(model)`. One process does it all. In each
# forward pass it
#
# 1. **scatters** the batch: cuts it along dimension 0, one piece a device;
# 2. **replicates** the model: copies its weights to every device;
# 3. runs all replicas at once, one thread each;
# 4. **gathers** the results on the first device, where the loss is computed.
#
# > **From the notes.** The notes list these four steps under the heading DDP. They are those of `DataParallel`: DDP
# > copies the model once, when it starts, and afterwards neither cuts nor gathers anything. The notes also hand it
# > `device_ids=[0, 1, 2]`. What does that do on a machine without a GPU?

# %%
if not torch.cuda.is_available():
    parallel = nn.DataParallel(nn.Linear(3, 2), device_ids=[0, 1, 2])
    print("devices:", parallel.device_ids, " result:", tuple(parallel(torch.ones(5, 3)).shape))

# %% [markdown]
# > Nothing, and it says nothing: without a GPU the list is empty, and the model runs as if it were not wrapped.
#
# So let us write the steps, on the CPU.
#
# ### Exercise: `scatter` ●○○ · 8 minutes
#
# A model is called with more than one tensor: with tuples, dicts, masks, flags. Every tensor in there is cut, all the
# rest goes to every piece as it is. DataParallel cuts with `chunk`: pieces of ⌈rows / n⌉ rows, the last one shorter.
#
# **Predict first.** Five rows for four replicas. How many replicas get work?
#
# <details><summary>The answer</summary>
#
# Three. ⌈5 / 4⌉ is 2, so the pieces have 2, 2 and 1 rows, and the fourth replica has nothing to do.
#
# </details>
#
# <details><summary>Hint 1: a nudge</summary>
#
# Let the function call itself. For a tensor return its chunks. For a list, scatter each item first: you get one list
# of pieces for each item, and want one list of items for each piece. `zip(*lists)` turns that round.
#
# </details>
# <details><summary>Hint 2: how many pieces when there are few rows?</summary>
#
# `chunk` may return fewer than asked. `zip` stops at the shortest, so a flag that is repeated n times does no harm
# beside a tensor with three chunks. `strict=False` says that this is meant.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# if isinstance(inputs, dict) and inputs:
#     pieces = zip(*(scatter(value, parts) for value in inputs.values()), strict=False)
#     return [dict(zip(inputs, piece, strict=True)) for piece in pieces]
# ```
#
# For a list or tuple the same with `type(inputs)(piece)`. Last line, for everything else: `[inputs] * parts`.
#
# </details>


# %% exercise="scatter"
def scatter(inputs: Any, parts: int) -> list[Any]:
    """Cuts whatever a model is called with along dimension 0.

    Args:
        inputs: a tensor of shape (batch, ...), or plain tuples, lists and dicts of such in any depth, with other things
            among them. All tensors have the same batch.
        parts: how many pieces are asked for.

    Returns:
        A list of pieces, each built like `inputs`: a tuple comes out as a tuple, a list as a list, a dict as a dict.
        Tensors are cut as by `Tensor.chunk`, so there may be fewer pieces than `parts`; gradients flow back.
        All else, empty containers too, goes to every piece as it is. Without any tensor there are `parts` pieces.

    >>> scatter({"ids": torch.arange(5), "train": True}, 2)
    [{'ids': tensor([0, 1, 2]), 'train': True}, {'ids': tensor([3, 4]), 'train': True}]
    """
    # BEGIN SOLUTION
    if isinstance(inputs, Tensor):
        return list(inputs.chunk(parts))
    if isinstance(inputs, tuple | list) and inputs:
        pieces = zip(*(scatter(item, parts) for item in inputs), strict=False)
        return [type(inputs)(piece) for piece in pieces]
    if isinstance(inputs, dict) and inputs:
        pieces = zip(*(scatter(value, parts) for value in inputs.values()), strict=False)
        return [dict(zip(inputs, piece, strict=True)) for piece in pieces]
    return [inputs] * parts
    # END SOLUTION


# %% check="scatter"
check(scatter)

# %% [markdown]
# **See it.** Batches of several sizes for four replicas. Compare with your prediction.

# %%
for rows in (3, 5, 8, 9):
    print(f"{rows} rows:", [len(piece) for piece in scatter(torch.zeros(rows, 2), 4)])

# %% [markdown]
# Nine rows make pieces of three, and the fourth replica has nothing to do. As even as possible would have been 3 + 2 +
# 2 + 2. And where pieces differ in length, the mean of their mean losses is not the mean over all rows. We come back to
# this. (torch's own `scatter` and `gather` also keep the type of named tuples and of other kinds of dicts. Ours need
# not.)
#
# ### Exercise: `gather` ●○○ · 7 minutes
#
# The way back: lay together what the replicas return. A replica may return a loss, a tensor without any dimension:
# there is nothing to lay it along, so the losses become a vector, one a replica.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Look at the first output to see what it is. All others are built alike.
#
# </details>
# <details><summary>Hint 2: "zero-dimensional tensor … cannot be concatenated"?</summary>
#
# That is the loss. `torch.stack` makes a new dimension and lays scalars along it.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# if isinstance(first, dict):
#     return {key: gather([output[key] for output in outputs]) for key in first}
# ```
#
# For tuples and lists: `zip(*outputs, strict=True)` gives the items that belong together.
#
# </details>


# %% exercise="gather"
def gather(outputs: list[Any]) -> Any:
    """Lays the outputs of replicas together along dimension 0; the way back from `scatter`.

    Args:
        outputs: one for each replica, at least one, all built alike: tensors, None, or plain tuples, lists and dicts of
            such in any depth. Tensors may differ in their number of rows.

    Returns:
        One structure of the same build: a tuple comes out as a tuple, a list as a list, a dict as a dict.
        Tensors of shape (rows, ...) are laid one under the other. Those without a dimension make a vector.
        None stays None. Gradients flow back.

    >>> gather([(torch.tensor([1, 2]), torch.tensor(0.5)), (torch.tensor([3]), torch.tensor(0.7))])
    (tensor([1, 2, 3]), tensor([0.5000, 0.7000]))
    """
    # BEGIN SOLUTION
    first = outputs[0]
    if isinstance(first, Tensor):
        return torch.stack(outputs) if first.dim() == 0 else torch.cat(outputs)
    if isinstance(first, dict):
        return {key: gather([output[key] for output in outputs]) for key in first}
    if isinstance(first, tuple | list):
        return type(first)(gather(list(items)) for items in zip(*outputs, strict=True))
    return None
    # END SOLUTION


# %% check="gather"
check(gather)

# %% [markdown]
# ### From the notes: "`self.parameters()` does not work inside DataParallel"
#
# The notes report that a Transformer-XL fails under `DataParallel`, since PyTorch "does not support"
# `self.parameters()` there, and leave it at that. Why is that so? Replicating wants GPUs, but its heart is a method
# of `nn.Module` that runs anywhere, and the rest can be written by hand.


# %%
def replicate(module: nn.Module) -> nn.Module:
    replica = module._replicate_for_data_parallel()  # a shallow copy with an empty dict of parameters
    for name, weight in module._parameters.items():
        setattr(replica, name, weight.clone())  # on a GPU: a copy on another device
    for name, child in module._modules.items():
        replica._modules[name] = replicate(child)
    return replica


class Asks(nn.Module):
    """As in Transformer-XL: asks its own parameters for their dtype."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x.to(next(self.parameters()).dtype))


model = Asks()
replicas = [replicate(model), replicate(model)]
weight = replicas[0].layer.weight
print("parameters of the model  ", [name for name, _ in model.named_parameters()])
print("parameters of a replica  ", [name for name, _ in replicas[0].named_parameters()])
print("its weight is            ", type(weight).__name__, "leaf:", weight.is_leaf, type(weight.grad_fn).__name__)
try:
    replicas[0](torch.ones(2, 3))
except StopIteration as error:
    print("calling it raises        ", type(error).__name__)

x = torch.ones(4, 3)
losses = [replica.layer(piece).sum() for replica, piece in zip(replicas, x.split(2), strict=True)]
sum(losses).backward()
print("gradient of the model    ", model.layer.weight.grad[0].tolist())

# %% [markdown]
# A replica's weights are no parameters, and must not be. A parameter is a leaf: gradients would end there, in a copy
# that is thrown away after the pass. So a replica holds plain tensors, *computed* from the model's parameters by a
# copy, and autograd carries the gradients through the copy back to the model. The four rows above have all arrived
# there. `self.parameters()` lists parameters only, of which a replica has none, and `next` of nothing raises
# `StopIteration`.
#
# What to write instead: ask the tensor that you use, `self.layer.weight.dtype`, or the input. And today: no
# `DataParallel`. Its threads share one Python interpreter, the weights are copied in every forward pass, and the first
# device has more to hold than the others. PyTorch recommends `DistributedDataParallel`, also on a single machine.

# %% [markdown]
# ## 2 · Processes that talk
#
# DistributedDataParallel takes one **process** for each device. Each runs the same script from its first line to its
# last. A process is called a **rank**, and so is its number. Together they form a **process group**, and the number
# of ranks is its *world size*.
#
# In this notebook, `run_on_ranks(function)` starts real processes, runs your function in each, and shows what they
# print side by side.


# %%
def introduce() -> None:
    print(f"I am rank {dist.get_rank()} of {dist.get_world_size()}, and my backend is {dist.get_backend()}.")


run_on_ranks(introduce, ranks=3)

# %% [markdown]
# In a script of your own, `dist.init_process_group` joins the group. Three things have to be settled.
#
# - *Who carries the data?* The **backend**: `gloo` between CPUs, `nccl` between NVIDIA GPUs. Without an argument, torch
#   takes for each tensor what fits its device.
# - *Where do the ranks meet?* The **`init_method`**: `env://`, the default, reads the address from the environment;
#   `tcp://host:port` names it; `file:///path` uses a file that all of them can see.
# - *Who am I?* `rank` and `world_size`. `env://` reads them from `RANK` and `WORLD_SIZE`.
#
# > **From the notes.** The notes set `init_method="tcp://127.0.0.1:8009"`, with any free port. That still works, but
# > two jobs on one machine must not pick the same port, the rank has to be handed to every process by hand, and
# > nobody ends the others when one dies. Today `torchrun` starts the processes, finds a port, and sets `RANK`,
# > `LOCAL_RANK`, `WORLD_SIZE`, `MASTER_ADDR` and `MASTER_PORT`. The script calls `dist.init_process_group()`. We do
# > so in section 9.
#
# Two ranks can talk by themselves, with `dist.send` and `dist.recv`. Or all talk at once, in a **collective**. Every
# rank calls the same collective, in the same order.
#
# **Predict first.** Three ranks hold [1, 1], [2, 2] and [3, 3]. What do they hold after each line?


# %%
def collectives() -> None:
    rank, ranks = dist.get_rank(), dist.get_world_size()
    mine = torch.full((2,), rank + 1)
    x = mine.clone()
    dist.broadcast(x, src=2)
    print("broadcast      ", x.tolist())
    x = mine.clone()
    dist.all_reduce(x)
    print("all_reduce     ", x.tolist())
    found = [torch.zeros_like(mine) for _ in range(ranks)]
    dist.all_gather(found, mine)
    print("all_gather     ", [item.tolist() for item in found])
    part = torch.zeros(1, dtype=mine.dtype)
    dist.reduce_scatter(part, [torch.tensor([10**chunk * (rank + 1)]) for chunk in range(ranks)])
    print("reduce_scatter ", part.tolist())


run_on_ranks(collectives, ranks=3)

# %% [markdown]
# <details><summary>The answer</summary>
#
# `broadcast` gives one rank's tensor to all. `all_reduce` gives all the sum. `all_gather` gives all everything.
# `reduce_scatter` sums up, and leaves each rank one piece of the sum.
#
# </details>
#
# A send waits until the other side receives. Now two ranks want to swap: each sends, then receives.


# %%
def swap(politely: bool) -> None:
    rank, other = dist.get_rank(), 1 - dist.get_rank()
    mine, theirs = torch.tensor([rank]), torch.tensor([-1])
    if politely:
        request = dist.isend(mine, other)  # begins to send, and does not wait
        dist.recv(theirs, other)
        request.wait()
    else:
        dist.send(mine, other)
        dist.recv(theirs, other)
    print(f"rank {rank} has received {theirs.item()}")


try:
    run_on_ranks(swap, False, seconds=2)
except RankFailed as error:
    print("after you:", error)
run_on_ranks(swap, True)

# %% [markdown]
# Both wait for the other to receive, for ever: a **deadlock**. It is the usual way for distributed programs to fail.
# Nothing raises, nothing is printed, it just stands still. `isend` begins a send and returns a handle at once; then
# both can receive. Until `wait` returns, the sent tensor must not be changed.

# %% [markdown]
# ## 3 · The ring
#
# How do n ranks get the sum of n tensors? Plainly: all send theirs to rank 0, which adds up and sends the sum back.
# Then rank 0 sends and receives n - 1 whole tensors, while the others wait. With twice as many ranks it takes twice as
# long.
#
# The **ring** keeps everybody busy all the time. Each rank cuts its tensor into n chunks. In every step each rank sends
# one chunk to its right neighbour, and receives one from its left.
#
# - *Reduce-scatter*, n - 1 steps: what arrives is added to the chunk one has. In step s, rank r sends chunk r - s. In
#   the end rank r holds the finished sum of chunk r + 1.
# - *All-gather*, n - 1 steps: finished chunks travel on round the ring. What arrives replaces the chunk one has.
#
# Chunk numbers count modulo n. Move the slider and follow one chunk.

# %%
explore(
    pictures.ring,
    "How does every rank get the whole sum, when each only ever sends one chunk to its neighbour?",
    ranks=slider(2, 5, 4, label="ranks"),
    step=slider(0, 8, 2, label="steps done"),
)

# %% [markdown]
# *The picture: a table with a row for each of 4 ranks and a column for each of 4 chunks, after 2 of 6 steps. In each
# cell stands whose numbers are summed up there: most cells have one or two ranks, and in each row one cell has three.
# Arrows lead from there one row down, from the last row back to the first: the next step makes them complete.*
#
# In 2(n - 1) steps each rank sends 2(n - 1) chunks of 1/n: 2(n - 1)/n of its data. That is less than twice the
# tensor, **however many ranks there are**.
#
# ### Exercise: `ring_all_reduce` ●●● · 20 minutes
#
# Build it from `dist.isend` and `dist.recv`; the collectives are off limits. The check counts what is sent. It also
# hands over sizes that n does not divide, tensors with fewer numbers than ranks, and a transposed matrix.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `flat = tensor.flatten()`, `chunks = flat.tensor_split(ranks)`: views whose lengths differ by at most one; some may
# be empty, which does no harm. Two loops of n - 1 steps; in each the same four lines: `isend`, `recv`, `wait`, add or
# copy.
#
# </details>
# <details><summary>Hint 2: which chunk?</summary>
#
# First loop, step s: send `chunks[(rank - s) % ranks]`, receive for `chunks[(rank - s - 1) % ranks]`, and add. Second
# loop: one further, send `chunks[(rank + 1 - s) % ranks]`, receive into `chunks[(rank - s) % ranks]`.
#
# </details>
# <details><summary>Hint 3: the transposed matrix does not change?</summary>
#
# `flatten` of a tensor that is not contiguous is a copy, nearly always. Write the result back at the end:
# `tensor.copy_(flat.view(tensor.shape))`. Where `flat` was a view this does nothing.
#
# </details>
# <details><summary>Hint 4: ranks "did not end within 10 s"?</summary>
#
# Somebody waits for somebody who waits. Is it `isend` that comes first, and `wait` after the `recv`? Do all ranks run
# the same number of steps?
#
# </details>


# %% exercise="ring_all_reduce"
def ring_all_reduce(tensor: Tensor) -> None:
    """Replaces `tensor` on every rank by the sum over all ranks, as `dist.all_reduce(tensor)`, over a ring.

    Not to be used: `dist.all_reduce` and the other collectives.

    Each rank sends 2(n - 1) chunks to one neighbour and receives as many from the other; together they are 2(n - 1)/n
    of the tensor. Nothing is padded. On a single rank nothing is sent.

    Args:
        tensor: any shape, dtype and strides; shape and dtype are the same on all ranks. It is changed in place.

    >>> x = torch.tensor([1.0, 2.0, 3.0])  # on each of two ranks
    >>> ring_all_reduce(x)
    >>> x
    tensor([2., 4., 6.])
    """
    # BEGIN SOLUTION
    rank, ranks = dist.get_rank(), dist.get_world_size()
    left, right = (rank - 1) % ranks, (rank + 1) % ranks
    flat = tensor.flatten()
    chunks = flat.tensor_split(ranks)
    for step in range(2 * (ranks - 1)):
        outgoing, incoming = chunks[(rank - step) % ranks], chunks[(rank - step - 1) % ranks]
        received = torch.empty_like(incoming)
        request = dist.isend(outgoing, right)
        dist.recv(received, left)
        request.wait()
        if step < ranks - 1:
            incoming += received
        else:
            incoming.copy_(received)
    tensor.copy_(flat.view(tensor.shape))
    # END SOLUTION


# %% check="ring_all_reduce"
check(ring_all_reduce)

# %% [markdown]
# (Two loops, or one: the second half begins with the chunk that the first has just finished, so the chunk numbers
# simply count on.)
#
# **See it.** What the busiest rank sends, for your ring and for a sum that is made on rank 0. Counted, not computed.


# %%
def sum_on_rank_0(tensor: Tensor) -> None:
    total, ranks = tensor.clone(), range(1, dist.get_world_size())
    if dist.get_rank() == 0:
        for other in ranks:
            dist.recv(tensor, other)
            total += tensor
        for other in ranks:
            dist.send(total, other)
        tensor.copy_(total)
    else:
        dist.send(tensor, 0)
        dist.recv(tensor, 0)


def kilobytes_sent(way: Callable[[Tensor], None]) -> float:
    with counted_traffic() as traffic:
        way(torch.ones(25_200))  # 100.8 kB
    return traffic.sent / 1000


worlds = [1, 2, 3, 4, 5, 6]
ways = {"sum on rank 0": sum_on_rank_0, "ring": ring_all_reduce}
sent = {name: [max(run_on_ranks(kilobytes_sent, way, ranks=n)) for n in worlds] for name, way in ways.items()}
lines({name: (worlds, row) for name, row in sent.items()}, xlabel="ranks", ylabel="kB sent by the busiest rank")

# %% [markdown]
# *The picture: kilobytes sent by the busiest rank, against one to six ranks, for a tensor of 100 kB. The sum on rank
# 0 rises in a straight line to 504 kB. The ring starts with 101 kB at two ranks and flattens out: 168 kB at six, and
# never more than 202.*
#
# The price: 2(n - 1) steps one after the other, each with its own delay. For many ranks and small tensors, libraries
# use trees instead. NCCL chooses by size.

# %% [markdown]
# ## 4 · The same start
#
# Equal gradients keep equal models equal. They do not make different ones equal. So all ranks must start from one
# model, buffers included.
#
# The mistake of forgetting this hides well: with `torch.manual_seed(0)` at the top of the script, every rank draws
# the same first weights. It shows as soon as somebody wants different dropout on each rank, and gives each a seed of
# its own.
#
# ### Exercise: `broadcast_parameters` ●○○ · 6 minutes
#
# <details><summary>Hint 1: a nudge</summary>
#
# `dist.broadcast(tensor, src=source)` sends on one rank and writes *into* the tensor on all others.
#
# </details>
# <details><summary>Hint 2: what is there to send?</summary>
#
# `model.parameters()` and `model.buffers()`. `state_dict()` leaves out buffers that were registered with
# `persistent=False`, and the model needs them all the same.
#
# </details>
# <details><summary>Hint 3: "a leaf Variable that requires grad …"?</summary>
#
# Writing into a parameter is a matter for `item.detach()`, which shares its memory, or for `torch.no_grad()`.
#
# </details>


# %% exercise="broadcast_parameters"
def broadcast_parameters(model: nn.Module, source: int = 0) -> None:
    """Gives the model of rank `source` to all ranks: every parameter, frozen or not, and every buffer, saved or not.

    Args:
        model: built alike on all ranks. Its parameters stay the same objects, since an optimizer may hold them; what
            requires a gradient, what is tied, and the mode stay as they are.
        source: the rank whose values count.

    >>> layer = nn.Linear(2, 1)  # different on each rank
    >>> broadcast_parameters(layer)  # now that of rank 0
    """
    # BEGIN SOLUTION
    for item in [*model.parameters(), *model.buffers()]:
        dist.broadcast(item.detach(), src=source)
    # END SOLUTION


# %% check="broadcast_parameters"
check(broadcast_parameters)

# %% [markdown]
# **See it.** How far apart are two ranks while they train with equal gradients? With one seed for both, with two seeds,
# and with two seeds and your broadcast.


# %%
def distances(broadcast: bool) -> list[float]:
    model = nn.Linear(4, 4)
    if broadcast:
        broadcast_parameters(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    found = []
    for step in range(30):
        data = torch.Generator().manual_seed(10 * step + dist.get_rank())
        optimizer.zero_grad()
        x = torch.randn(8, 4, generator=data)
        (model(x) - x).square().mean().backward()
        for weight in model.parameters():
            dist.all_reduce(weight.grad)
            weight.grad /= dist.get_world_size()
        optimizer.step()
        both = [torch.zeros(4, 4) for _ in range(2)]
        dist.all_gather(both, model.weight.detach())
        found.append((both[0] - both[1]).norm().item())
    return found


settings = {
    "one seed, no broadcast": run_on_ranks(distances, False, seed=0)[0],
    "two seeds, no broadcast": run_on_ranks(distances, False, seed=[0, 1])[0],
    "two seeds, broadcast": run_on_ranks(distances, True, seed=[0, 1])[0],
}
lines({name: (range(30), row) for name, row in settings.items()}, xlabel="step", ylabel="distance of the two weights")

# %% [markdown]
# *The picture: the distance of two ranks' weight matrices over 30 steps. With two seeds and no broadcast it is about
# 1.2 at every step: a level line. The two other lines lie on 0.*
#
# The level line is worth a thought. Both ranks take the same steps from different places, so the distance never
# changes. The loss falls on both, and nothing looks wrong. What is saved in the end is rank 0's model, trained with
# gradients half of which were computed elsewhere.

# %% [markdown]
# ## 5 · DistributedDataParallel, the plain way
#
# All is there now: broadcast at the start, and after each backward pass the **mean** of the gradients over the ranks.
# The mean, since the loss of each rank is a mean over its own rows: with equally many rows, the mean of the means is
# the mean of all, and one trains as if in a single process with the whole batch.
#
# Two cases need care.
#
# - **A parameter that a rank did not use** has `grad = None` there: an expert that no token was sent to, a head for
#   another task. A rank that leaves it out makes fewer calls than the others. Calls are matched by their order, not by
#   name, so from here on gradients of different parameters are added up, or the ranks wait for ever. Hand in zeros.
# - **A parameter that no rank used** should keep `None`. With a gradient of zeros, an optimizer with weight decay or
#   momentum moves it all the same. So the ranks have to find out who used what.
#
# ### Exercise: `NaiveDDP` ●●○ · 15 minutes
#
# A wrapper with a method `sync`, called between `backward()` and `step()`. The check trains models with different
# seeds on every rank, tied weights, a frozen layer, unused heads and ranks with different numbers of rows, and
# compares every parameter after every step. `DistributedDataParallel` and `DataParallel` themselves are off limits.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `__init__`: `super().__init__()`, keep the module as `self.module`, broadcast. `forward` hands everything on. `sync`
# goes through `self.module.parameters()`, which lists tied weights once.
#
# </details>
# <details><summary>Hint 2: who used what?</summary>
#
# A tensor with a 1 for each parameter that has a gradient and a 0 for each that has none. After an all-reduce, a 0
# means that nobody used it.
#
# </details>
# <details><summary>Hint 3: nearly the code of <code>sync</code></summary>
#
# ```python
# weights = [weight for weight in self.module.parameters() if weight.requires_grad]
# used = torch.tensor([weight.grad is not None for weight in weights], dtype=torch.int32)
# dist.all_reduce(used)
# for weight, ranks in zip(weights, used.tolist(), strict=True):
#     if ranks:
#         ...                                # zeros where there is no gradient, all-reduce, divide
# ```
#
# </details>


# %% exercise="NaiveDDP"
class NaiveDDP(nn.Module):
    """A model that learns on all ranks alike, as `DistributedDataParallel`.

    Not to be used: `DistributedDataParallel`, `DataParallel`.

    Args:
        module: the model, built alike on all ranks; available as `.module`. All start from rank 0's parameters and
            buffers.

    `model.sync()` is called on every rank after `backward()`. It makes each gradient the mean over the ranks; a rank
    that has none counts as zeros. Where no rank has one, it stays None. Frozen parameters get none.

    >>> model = NaiveDDP(nn.Linear(2, 1))
    >>> loss = model(torch.ones(3, 2)).mean()
    >>> loss.backward()
    >>> model.sync()
    """

    def __init__(self, module: nn.Module) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.module = module
        for item in [*module.parameters(), *module.buffers()]:
            dist.broadcast(item.detach(), src=0)
        # END SOLUTION

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module gives for the same arguments."""
        # BEGIN SOLUTION
        return self.module(*inputs, **options)
        # END SOLUTION

    def sync(self) -> None:
        """Makes every gradient the mean over the ranks."""
        # BEGIN SOLUTION
        weights = [weight for weight in self.module.parameters() if weight.requires_grad]
        used = torch.tensor([weight.grad is not None for weight in weights], dtype=torch.int32)
        dist.all_reduce(used)
        for weight, ranks in zip(weights, used.tolist(), strict=True):
            if ranks:
                grad = torch.zeros_like(weight) if weight.grad is None else weight.grad
                dist.all_reduce(grad)
                weight.grad = grad / dist.get_world_size()
        # END SOLUTION


# %% check="NaiveDDP"
check(NaiveDDP)

# %% [markdown]
# **See it.** Twelve rows. A single process takes them at once; three ranks with your wrapper take four each; and so
# does torch's own. Then uneven: 6, 4 and 2 rows.


# %%
def train(wrap: Callable[[nn.Module], Any], sizes: list[int]) -> Tensor:
    torch.manual_seed(0)
    data = torch.randn(5, 12, 4, dtype=torch.float64).split(sizes, dim=1)[dist.get_rank()]
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4)).double()
    wrapped = wrap(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    for x in data:
        optimizer.zero_grad()
        (wrapped(x) - x).square().mean().backward()
        if isinstance(wrapped, NaiveDDP):
            wrapped.sync()
        optimizer.step()
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


alone = run_on_ranks(train, nn.Sequential, [12], ranks=1)[0]
for sizes in ([4, 4, 4], [6, 4, 2]):
    mine, torchs = (run_on_ranks(train, wrap, sizes, ranks=3)[0] for wrap in (NaiveDDP, DistributedDataParallel))
    print(f"rows {sizes}: as torch's: {torch.allclose(mine, torchs)}, as one process: {torch.allclose(mine, alone)}")

# %% [markdown]
# With uneven rows, yours and torch's agree with each other and not with the single process: a mean of means gives the
# two rows of the last rank as much weight as the six of the first. Neither wrapper knows about rows. If it matters,
# let the loss carry the weight: `loss * rows * world_size / all_rows`. The check's uneven case does just that.

# %% [markdown]
# ## 6 · Buckets: talk while you compute
#
# `NaiveDDP` computes, then talks. While the network works, the processors wait, and the other way round. But the
# gradients of the *last* layers are ready long before those of the first. They could be on their way already.
#
# To send each gradient by itself would mean hundreds of small messages, each with its delay. So parameters are put into
# **buckets**. When the last gradient of a bucket has arrived, the bucket is flattened into one tensor and sent, with
# `async_op=True`, which returns a handle at once. The backward pass goes on. In the end one waits for the handles.
#
# `weight.register_post_accumulate_grad_hook(hook)` calls `hook(weight)` when `weight.grad` has been written, in the
# middle of the backward pass.


# %%
def in_which_order() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    for name, weight in model.named_parameters():
        weight.register_post_accumulate_grad_hook(lambda weight, name=name: print("arrived:", name))
    model(torch.ones(1, 2)).sum().backward()


in_which_order()

# %% [markdown]
# ### Exercise: `BucketedDDP` ●●● · 25 minutes
#
# The rules, which are torch's own:
#
# - Walk through the learning parameters in their order. A bucket is **closed as soon as it holds at least
#   `bucket_bytes` bytes**; the last one may hold less. Then turn the order of the buckets round: the last layers come
#   first.
# - Buckets are sent **in this order only**, on every rank, though another may be full already. Ranks that used
#   different parameters would else send in different orders.
# - What has not been sent by the end, since some parameter was not used, is sent in `sync`, with zeros.
# - As before, what no rank used keeps `None`.
#
# The methods below divide the work as the answer does. You may divide it otherwise: the check calls `__init__`,
# `forward` and `sync`.
#
# <details><summary>Hint 1: the buckets</summary>
#
# `buckets, size = [[]], 0`. For each weight with `requires_grad`: if `size >= bucket_bytes`, begin a new bucket and set
# `size` to 0; append; add `weight.nbytes`. A dict finds the bucket of a weight: tensors can be keys.
#
# </details>
# <details><summary>Hint 2: sending in order</summary>
#
# `self.sent` is the list of what has left. Its length is the number of the next bucket. After each arrival, walk
# through the counts of the buckets that are left: send, and stop at the first that still misses something.
#
# </details>
# <details><summary>Hint 3: the second step is not exchanged?</summary>
#
# Every backward pass begins with full counts and nothing sent. Set both anew at the end of `sync`.
#
# </details>
# <details><summary>Hint 4: nearly the code of <code>sync</code></summary>
#
# ```python
# for _ in self.buckets[len(self.sent) :]:
#     self._send()
# ...                                        # who used what: an all-reduce, as in NaiveDDP
# for bucket, (flat, handle) in zip(self.buckets, self.sent, strict=True):
#     handle.wait()
#     for weight, grad in zip(bucket, flat.split([weight.numel() for weight in bucket]), strict=True):
#         ...                                # where somebody used it: weight.grad = the mean, in the weight's shape
# ```
#
# </details>


# %% exercise="BucketedDDP"
class BucketedDDP(nn.Module):
    """`NaiveDDP` whose gradients travel in buckets while the backward pass goes on.

    Not to be used: `DistributedDataParallel`, `DataParallel`.

    Args:
        module: the model, built alike on all ranks, its parameters of one dtype; available as `.module`. All start from
            rank 0's parameters and buffers.
        bucket_bytes: a bucket that holds as much is closed.

    `model.sync()` is called on every rank after each `backward()`. Then gradients are as after `NaiveDDP.sync()`.
    """

    def __init__(self, module: nn.Module, bucket_bytes: int) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.module = module
        for item in [*module.parameters(), *module.buffers()]:
            dist.broadcast(item.detach(), src=0)
        buckets, size = [[]], 0
        for weight in module.parameters():
            if weight.requires_grad:
                if size >= bucket_bytes:
                    buckets.append([])
                    size = 0
                buckets[-1].append(weight)
                size += weight.nbytes
                weight.register_post_accumulate_grad_hook(self._arrived)
        self.buckets = buckets[::-1]
        self.bucket_of = {weight: place for place, bucket in enumerate(self.buckets) for weight in bucket}
        self._begin()
        # END SOLUTION

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module gives for the same arguments."""
        # BEGIN SOLUTION
        return self.module(*inputs, **options)
        # END SOLUTION

    def _begin(self) -> None:
        """Before a backward pass: every bucket misses all its gradients, and nothing has been sent."""
        # BEGIN SOLUTION
        self.missing = [len(bucket) for bucket in self.buckets]
        self.sent = []
        # END SOLUTION

    def _arrived(self, weight: Tensor) -> None:
        """The hook: a gradient is there. Sends what can be sent now."""
        # BEGIN SOLUTION
        self.missing[self.bucket_of[weight]] -= 1
        for missing in self.missing[len(self.sent) :]:
            if missing:
                break
            self._send()
        # END SOLUTION

    def _send(self) -> None:
        """Sends the next bucket, without waiting."""
        # BEGIN SOLUTION
        bucket = self.buckets[len(self.sent)]
        grads = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in bucket]
        flat = torch.cat([grad.flatten() for grad in grads])
        self.sent.append((flat, dist.all_reduce(flat, async_op=True)))
        # END SOLUTION

    def sync(self) -> None:
        """Sends what is left, waits, and makes every gradient the mean over the ranks."""
        # BEGIN SOLUTION
        for _ in self.buckets[len(self.sent) :]:
            self._send()
        used = torch.tensor([weight.grad is not None for weight in self.bucket_of], dtype=torch.int32)
        dist.all_reduce(used)
        ranks_of = dict(zip(self.bucket_of, used.tolist(), strict=True))
        for bucket, (flat, handle) in zip(self.buckets, self.sent, strict=True):
            handle.wait()
            for weight, grad in zip(bucket, flat.split([weight.numel() for weight in bucket]), strict=True):
                if ranks_of[weight]:
                    weight.grad = grad.view(weight.shape) / dist.get_world_size()
        self._begin()
        # END SOLUTION


# %% check="BucketedDDP"
check(BucketedDDP)

# %% [markdown]
# **See it.** One training step of six layers on two real ranks, measured on this machine: when each computes, when each
# exchanges.

# %%
pictures.timeline({"NaiveDDP": NaiveDDP, "BucketedDDP": lambda model: BucketedDDP(model, 2**20)})

# %% [markdown]
# *The picture: two time axes, one above the other. With `NaiveDDP` six blue bars, the layers' backward passes, come
# first, and all hatched bars, the all-reduces, after them. With `BucketedDDP` the first hatched bar begins under the
# second or third blue one, and only the last reaches beyond the end of the backward pass.*
#
# What hides behind the computation costs nothing. That holds where other hardware carries the data: a network card, the
# links between GPUs. Here the same processor cores compute and copy, so the blue bars become longer while something
# travels, and the step as a whole may take as long as before.
#
# torch's buckets hold 25 MiB, the first one 1 MiB (`bucket_cap_mb`). By default it relies on every parameter being used
# in every step, and raises where one was not. `find_unused_parameters=True` walks through the graph after each forward
# pass and marks what it does not find there. It also copies rank 0's buffers to all before each forward pass, unless
# told `broadcast_buffers=False`: our two wrappers do that at the start only.

# %% [markdown]
# ## 7 · To each rank its share of the data
#
# Each rank has a loader of its own, and all loaders read the same dataset. A **sampler** tells a loader which
# examples to read. Three things go wrong silently:
#
# - Ranks that shuffle independently read some examples twice and others never.
# - A rank that has one batch more than the others waits in its last all-reduce for ever. So all shares must be equally
#   long: a few examples are read twice, or a few are dropped.
# - The order is drawn from the epoch's number, which the sampler does not know. If nobody calls `set_epoch`, every
#   epoch has the same order.
#
# ### Exercise: `DistributedSampler` ●●○ · 12 minutes
#
# As torch's own, which is off limits. The order comes from `torch.randperm` with a generator seeded with `seed +
# epoch`, on all ranks alike. It is dealt out like cards: rank r gets places r, r + n, r + 2n …
#
# <details><summary>Hint 1: a nudge</summary>
#
# The order of all examples first; make its length a multiple of n; then one slice, `order[rank::num_replicas]`.
#
# </details>
# <details><summary>Hint 2: the length</summary>
#
# A rank reads ⌊examples / n⌋ with `drop_last`, else ⌈examples / n⌉. Filled up is from the beginning of the order, as
# often as needed: two examples for five ranks are 0 1 0 1 0. `islice(cycle(order), total)` gives the first `total` of
# an order that starts again and again.
#
# </details>
# <details><summary>Hint 3: other code draws other numbers now?</summary>
#
# `torch.manual_seed` sets the stream that dropout and everything else draws from. Make one of your own:
# `torch.Generator().manual_seed(…)`, and hand it to `randperm(…, generator=…)`.
#
# </details>


# %% exercise="DistributedSampler"
class DistributedSampler(Sampler[int]):
    """Which examples one rank reads, as `torch.utils.data.DistributedSampler`.

    Not to be used: `torch.utils.data.DistributedSampler`.

    Args:
        dataset: anything with a length.
        num_replicas: the number of ranks.
        rank: whose share this is.
        shuffle: a new order in every epoch, from a generator seeded with `seed + epoch`; else the dataset's order.
        seed: the same on all ranks.
        drop_last: what does not divide by the ranks is left out; else the order is filled up from its beginning.

    >>> [list(DistributedSampler("abcde", 2, rank, shuffle=False)) for rank in (0, 1)]
    [[0, 2, 4], [1, 3, 0]]
    """

    def __init__(
        self, dataset: Any, num_replicas: int, rank: int, shuffle: bool = True, seed: int = 0, drop_last: bool = False
    ) -> None:
        # BEGIN SOLUTION
        self.dataset, self.num_replicas, self.rank = dataset, num_replicas, rank
        self.shuffle, self.seed, self.drop_last = shuffle, seed, drop_last
        self.epoch = 0
        # END SOLUTION

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch comes next. Until it is called, it is epoch 0."""
        # BEGIN SOLUTION
        self.epoch = epoch
        # END SOLUTION

    def __len__(self) -> int:
        """How many examples this rank reads in an epoch."""
        # BEGIN SOLUTION
        if self.drop_last:
            return len(self.dataset) // self.num_replicas
        return math.ceil(len(self.dataset) / self.num_replicas)
        # END SOLUTION

    def __iter__(self) -> Iterator[int]:
        """The numbers of the examples."""
        # BEGIN SOLUTION
        order = list(range(len(self.dataset)))
        if self.shuffle:
            stream = torch.Generator().manual_seed(self.seed + self.epoch)
            order = torch.randperm(len(self.dataset), generator=stream).tolist()
        total = len(self) * self.num_replicas
        even = list(islice(cycle(order), total))
        return iter(even[self.rank :: self.num_replicas])
        # END SOLUTION


# %% check="DistributedSampler"
check(DistributedSampler)

# %% [markdown]
# **See it.** Eleven examples, three ranks, two epochs. In which epoch is which example read by two ranks?

# %%
pictures.reading_plan(DistributedSampler, 11, 3, epochs=[0, 1])

# %% [markdown]
# *The picture: two tables of three ranks by eleven examples, one an epoch; a light cell means that this rank reads
# this example. Each rank has four light cells. Each column has one, except for a single column in each table, which
# has two: eleven examples are filled up to twelve. The two tables differ.*
#
# And when nobody calls `set_epoch`? The order is shuffled, so it looks right in the first epoch.

# %%
sampler = DistributedSampler(range(11), 3, 0)
for epoch in range(2):
    print(f"epoch {epoch}, set_epoch forgotten:", list(sampler))
for epoch in range(2):
    sampler.set_epoch(epoch)
    print(f"epoch {epoch}, set_epoch called:   ", list(sampler))

# %% [markdown]
# In an evaluation, examples that are read twice count twice. Where the exact number matters, give the ranks shares of
# different lengths there, without collectives in the loop, and weigh them at the end (section 8).

# %% [markdown]
# ## 8 · Less talk, right numbers
#
# A large batch in small pieces: several backward passes add up in `.grad`, then comes one step. With DDP each of these
# passes would exchange gradients, and only the last exchange is of use. Inside `with model.no_sync():` DDP keeps its
# gradients to itself. Outside, the next pass exchanges all that has come together.
#
# Here is an accumulation as one finds it in projects. Its ranks should exchange gradients once in four batches.


# %%
def broken_accumulation(
    model: DistributedDataParallel, batches: list[Any], loss_function: Callable[..., Tensor]
) -> float:
    model.zero_grad()
    value = 0.0
    for number, (x, y) in enumerate(batches):
        loss = loss_function(model(x), y) / dist.get_world_size()
        with model.no_sync() if number < len(batches) - 1 else nullcontext():
            loss.backward()
        value += loss.item()
    return value


def try_accumulation(accumulate: Callable[..., float]) -> None:
    torch.manual_seed(0)
    model = DistributedDataParallel(nn.Linear(3, 1))
    x, y = torch.randn(2, 16, 3)[dist.get_rank()], torch.randn(2, 16, 1)[dist.get_rank()]
    F.mse_loss(model(x), y).backward()
    print("all 16 rows at once ", [round(value, 3) for value in model.module.weight.grad[0].tolist()])
    with counted_traffic() as traffic:
        accumulate(model, list(zip(x.split(4), y.split(4), strict=True)), F.mse_loss)
    print("in four batches     ", [round(value, 3) for value in model.module.weight.grad[0].tolist()])
    print("exchanges           ", len(traffic.of("all_reduce")))


run_on_ranks(try_accumulation, broken_accumulation)

# %% [markdown]
# Four exchanges instead of one, and a gradient that is twice as large as it should be.
#
# ### Exercise: `accumulate_gradients` ●●○ · 10 minutes
#
# **Find and mend the bugs.** There are two. Then make it right for batches of different lengths, too: each row of this
# rank is to count alike.
#
# <details><summary>Hint 1: the exchanges</summary>
#
# Read the warning in the documentation of `DistributedDataParallel.no_sync`. When does DDP decide whether it will
# exchange: in the forward or in the backward pass?
#
# </details>
# <details><summary>Hint 2: the gradient</summary>
#
# Over what does DDP take the mean by itself, over ranks or over batches? Which of the two is left to you?
#
# </details>
# <details><summary>Hint 3: a last batch of one row</summary>
#
# `rows = sum(len(x) for x, _ in batches)`; a batch's share is `len(x) / rows`. With equal batches that is
# 1 / len(batches).
#
# </details>


# %% exercise="accumulate_gradients"
def accumulate_gradients(
    model: DistributedDataParallel, batches: list[tuple[Tensor, Tensor]], loss_function: Callable[..., Tensor]
) -> float:
    """Gradients of many batches, one forward pass each, and one exchange between the ranks.

    Args:
        model: wrapped already. Its earlier gradients do not count.
        batches: this rank's pairs (x, y), at least one; every rank has equally many. They may differ in rows.
        loss_function: called with (model(x), y); gives a mean over rows.

    Returns:
        This rank's mean loss over all its rows.
        Afterwards each gradient is the mean over the ranks of the gradient of that loss.
    """
    # BEGIN SOLUTION
    model.zero_grad()
    rows, value = sum(len(x) for x, _ in batches), 0.0
    for number, (x, y) in enumerate(batches, 1):
        with model.no_sync() if number < len(batches) else nullcontext():
            loss = loss_function(model(x), y) * len(x) / rows
            loss.backward()
        value += loss.item()
    return value
    # END SOLUTION


# %% check="accumulate_gradients"
check(accumulate_gradients)

# %% [markdown]
# **See it.** The same trial with your function.

# %%
run_on_ranks(try_accumulation, accumulate_gradients)

# %% [markdown]
# One more place where a rank's own number is not the number: **metrics**. The loss that rank 0 prints is that of its
# own share. And a mean of the ranks' means is wrong as soon as their numbers of examples differ.
#
# ### Exercise: `all_reduce_metrics` ●●○ · 8 minutes
#
# Each rank has means over its own examples, and knows how many they were. Give all ranks the means over all examples,
# in **one** exchange. The ranks may have filled their dicts in different orders.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Turn means back into sums, send the count along as one more number, divide at the end.
#
# </details>
# <details><summary>Hint 2: NaN everywhere?</summary>
#
# A rank without examples has a mean of 0/0. Even 0 · NaN is NaN. Let it hand in a plain 0.0.
#
# </details>
# <details><summary>Hint 3: tens of millions of examples</summary>
#
# float32 counts to 2²⁴ = 16,777,216; one more makes no difference there. `torch.tensor(…, dtype=torch.float64)`.
#
# </details>


# %% exercise="all_reduce_metrics"
def all_reduce_metrics(metrics: dict[str, float], count: int) -> dict[str, float]:
    """Means over the examples of all ranks, from the means of each.

    Args:
        metrics: name → mean over this rank's examples. All ranks have the same names, in any order.
        count: this rank's number of examples. With 0 its means do not matter, and may be NaN.

    Returns:
        Name → mean over all examples, Python floats, equal on all ranks; NaN if no rank has an example.
        The ranks exchange one tensor, once.

    >>> all_reduce_metrics({"loss": 2.0}, 3)  # rank 1: {"loss": 6.0}, 1
    {'loss': 3.0}
    """
    # BEGIN SOLUTION
    names = sorted(metrics)
    sums = [float(metrics[name]) * count if count else 0.0 for name in names]
    numbers = torch.tensor([*sums, count], dtype=torch.float64)
    dist.all_reduce(numbers)
    *totals, examples = numbers.tolist()
    return {name: total / examples if examples else math.nan for name, total in zip(names, totals, strict=True)}
    # END SOLUTION


# %% check="all_reduce_metrics"
check(all_reduce_metrics)

# %% [markdown]
# **See it.** Ten examples of which the last is hard, on three ranks with 4, 4 and 2 of them.


# %%
def evaluate() -> None:
    losses = torch.tensor([0.1] * 9 + [5.0], dtype=torch.float64).split([4, 4, 2])[dist.get_rank()]
    mine = {"loss": losses.mean().item()}
    print(f"my own {mine['loss']:.2f}, all {all_reduce_metrics(mine, len(losses))['loss']:.2f}")
    mean = losses.mean()
    dist.all_reduce(mean)
    print(f"mean of the means {mean.item() / 3:.2f}")


run_on_ranks(evaluate, ranks=3)

# %% [markdown]
# ## 9 · From DP to DDP, step by step
#
# Here is a training loop with `DataParallel`, and what it finds.


# %%
def with_data_parallel() -> str:
    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = torch.randn(40, 3)
    model = nn.DataParallel(nn.Linear(3, 1).to(device))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        for x in DataLoader(data, batch_size=8):
            x = x.to(device)
            optimizer.zero_grad()
            (model(x) - x.sum(-1, keepdim=True)).square().mean().backward()
            optimizer.step()
    return " ".join(f"{weight:.4f}" for weight in model.module.weight[0].tolist())


found_by_dp = with_data_parallel()
print(found_by_dp)

# %% [markdown]
# | step | `DataParallel` | `DistributedDataParallel` |
# |---|---|---|
# | 1 start | `python train.py`: one process | `torchrun --nproc-per-node=2 train.py`: one process a device |
# | 2 meet | nothing | `dist.init_process_group()`, at the end `dist.destroy_process_group()` |
# | 3 device | `model.cuda()`, the first GPU | `cuda:LOCAL_RANK`, the number within this machine |
# | 4 wrap | `nn.DataParallel(model)` | `DistributedDataParallel(model)`, after `model.to(device)` |
# | 5 data | one loader, batches of 8 | a `DistributedSampler`, batches of 8 / ranks, `set_epoch` in every epoch |
# | 6 numbers | gathered by itself | this rank's own: `all_reduce_metrics` |
# | 7 files | written once | `if dist.get_rank() == 0:`, and `model.module.state_dict()` in both worlds |
#
# The script below has taken all seven steps. `torchrun` here stands for
# `python -m torch.distributed.run --standalone --nproc-per-node=2 script.py`: the helper writes the script into a
# temporary folder and runs that command.

# %%
script = """
import gc, os, torch, torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler

cuda = torch.cuda.device_count() >= int(os.environ["LOCAL_WORLD_SIZE"])
dist.init_process_group("nccl" if cuda else "gloo")                                   # 2
device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else "cpu"       # 3
torch.manual_seed(0)
data = torch.randn(40, 3)
model = DistributedDataParallel(nn.Linear(3, 1).to(device))                           # 4
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
sampler = DistributedSampler(data, shuffle=False)                                     # 5
loader = DataLoader(data, batch_size=8 // dist.get_world_size(), sampler=sampler)
for epoch in range(3):
    sampler.set_epoch(epoch)
    for x in loader:
        x = x.to(device)
        optimizer.zero_grad()
        loss = (model(x) - x.sum(-1, keepdim=True)).square().mean()
        loss.backward()
        optimizer.step()
print("RANK", os.environ["RANK"], "of", os.environ["WORLD_SIZE"], "at", os.environ["MASTER_ADDR"])
dist.all_reduce(loss.detach().mul_(1 / dist.get_world_size()))                        # 6
print("weights", " ".join(f"{weight:.4f}" for weight in model.module.weight[0].tolist()))
if dist.get_rank() == 0:                                                              # 7
    torch.save(model.module.state_dict(), "model.pt")
    print("saved", os.path.exists("model.pt"))
del model, loss                           # they hold the group: its threads end with it, not after it
gc.collect()
dist.destroy_process_group()
"""
torchrun(script, ranks=2)
print("DataParallel found", found_by_dp)

# %% [markdown]
# The same weights to four digits, on both ranks. Why is the order not shuffled here? With `shuffle=False`, rank 0
# reads 0, 2, 4, 6 and rank 1 reads 1, 3, 5, 7: together the first batch of the loop above. Shuffled, other rows would
# meet in a batch, and the weights would come out a little different.
#
# On several machines the same script is started once on each:
# `torchrun --nnodes=2 --nproc-per-node=8 --rdzv-backend=c10d --rdzv-endpoint=first-machine:29400 train.py`. `RANK` then
# counts over all machines, `LOCAL_RANK` within one.

# %% [markdown]
# ### Written answer: a run that goes wrong · 6 minutes
#
# A colleague moves a script from one GPU to eight with DDP. Batch size and learning rate in the script stay as they
# are, `set_epoch` is not called, and every rank writes `model.pt`. Say for each of the three what happens, and what
# you would change.

# %% [markdown] written="eight_gpus" points=2
# # BEGIN SOLUTION
# The batch size in the script is now that of one rank, so a step sees eight times as many rows, and an epoch has an
# eighth of the steps. The gradient is a mean over more rows and less noisy; with the old learning rate the model moves
# less in an epoch. Either divide the batch size by eight, which trains as before, or keep it, raise the learning rate
# (often in proportion, with a warmup), and measure.
#
# Without `set_epoch` the sampler is seeded with the same number every time: all epochs have the same order, and each
# rank reads the same eighth of the data for ever. Call `sampler.set_epoch(epoch)` at the start of each epoch.
#
# Eight processes write one file at the same time, and it may come out damaged. Only rank 0 writes, and the others wait
# at a barrier before anybody reads it.
# # END SOLUTION

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `scatter`, `gather` | `torch.nn.parallel.scatter`, `gather` |
# | `ring_all_reduce` | `dist.all_reduce`, in gloo and NCCL |
# | `broadcast_parameters` | `_sync_module_states`, which DDP calls when it is made |
# | `NaiveDDP` | DDP without buckets; `find_unused_parameters=True` |
# | `BucketedDDP` | `DistributedDataParallel(bucket_cap_mb=…)` |
# | `DistributedSampler` | `torch.utils.data.DistributedSampler` |
# | `accumulate_gradients` | `model.no_sync()`; `gradient_accumulation_steps` in transformers |
# | `all_reduce_metrics` | `torchmetrics`, `Accelerator.gather_for_metrics` |
#
# **Read the real source.** `torch/nn/parallel/distributed.py`, and below it
# `torch/csrc/distributed/c10d/reducer.cpp`, where buckets are counted down; `torch/nn/parallel/replicate.py`;
# `torch/utils/data/distributed.py`.
#
# **Sources.** [Li et al. 2020](https://arxiv.org/abs/2006.15704), *PyTorch Distributed*. [Patarasuk and Yuan
# 2009](https://doi.org/10.1016/j.jpdc.2008.09.002), *Bandwidth optimal all-reduce algorithms*. [Goyal et al.
# 2017](https://arxiv.org/abs/1706.02677), *Accurate, Large Minibatch SGD*, on the learning rate.
#
# **Three questions to take home.**
#
# 1. After reduce-scatter, each rank holds one finished chunk of the gradient. What if it updated only that part of the
#    weights, and the weights travelled in the all-gather? What would it save? (A later lesson builds it.)
# 2. Batch norm computes its mean over this rank's rows. With two rows a rank, what would you do?
# 3. Gradients are clipped by their norm. Before or after the exchange? Are the two different?
