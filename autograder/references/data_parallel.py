"""What is right in `23_data_parallel`, and what goes wrong.

The references are torch's own `DistributedDataParallel` and `DistributedSampler` where there are such; else plain loops
over rows in float64, and a ring that turns the other way. `tests/test_data_parallel.py` holds them against a single
process and against `dist.all_reduce`.
"""

import math
from contextlib import nullcontext

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DistributedSampler as TorchSampler

from autograder.references import alternative, equivalent, mistake


# ---------------------------------------------------------------------------------------------------------------
def tensors_in(value):
    if isinstance(value, Tensor):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else []
    return [tensor for item in items for tensor in tensors_in(item)]


def rows_of(value, first, last):
    """The same structure with the rows from `first` to `last` of each tensor."""
    if isinstance(value, Tensor):
        return torch.stack([value[row] for row in range(first, min(last, len(value)))])
    if isinstance(value, dict):
        return {key: rows_of(item, first, last) for key, item in value.items()}
    return type(value)(rows_of(item, first, last) for item in value) if isinstance(value, list | tuple) else value


def scatter(inputs, parts):
    found = tensors_in(inputs)
    if not found:
        return [inputs for _ in range(parts)]
    size = -(-len(found[0]) // parts)
    return [rows_of(inputs, first, first + size) for first in range(0, len(found[0]), size)]


def scattered(cut, inputs, parts, share=lambda value, parts: [value] * parts):
    """The frame of most answers; mistakes bring their own `cut` for a tensor, or `share` for the rest."""
    if isinstance(inputs, Tensor):
        return list(cut(inputs, parts))
    if isinstance(inputs, list | tuple) and inputs:
        items = [scattered(cut, item, parts, share) for item in inputs]
        return [type(inputs)(piece) for piece in zip(*items, strict=False)]
    if isinstance(inputs, dict) and inputs:
        items = [scattered(cut, item, parts, share) for item in inputs.values()]
        return [dict(zip(inputs, piece, strict=True)) for piece in zip(*items, strict=False)]
    return share(inputs, parts)


@mistake(
    scatter,
    "`split(n)` cuts pieces of n rows; n pieces were asked for. `chunk(n)` takes the number of pieces.",
)
def splits_by_size(inputs, parts):
    return scattered(torch.split, inputs, parts)


@mistake(
    scatter,
    "The rows are shared out as evenly as can be, 3 + 2 + 2 of seven. DataParallel cuts by `chunk`: pieces of ⌈7/3⌉ "
    "= 3 rows, the last one shorter, and of five rows for four it makes three pieces.",
)
def shares_out_evenly(inputs, parts):
    return scattered(torch.tensor_split, inputs, parts)


@mistake(scatter, "The rows are dealt out like cards, every n-th to a piece. Neighbouring rows stay together.")
def deals_out(inputs, parts):
    return scattered(lambda x, parts: [x[part::parts] for part in range(min(parts, len(x)))], inputs, parts)


@mistake(scatter, "The rest is lost: with ⌊rows / n⌋ rows a piece, rows are left over. Round up.")
def loses_the_rest(inputs, parts):
    return scattered(
        lambda x, parts: [x[i * (len(x) // parts) : (i + 1) * (len(x) // parts)] for i in range(parts)], inputs, parts
    )


@mistake(scatter, "The last dimension is cut, which holds the features. Rows are dimension 0.")
def cuts_features(inputs, parts):
    return scattered(lambda x, parts: x.chunk(parts, dim=-1), inputs, parts)


@mistake(scatter, "The pieces are detached: no gradient finds its way back to what was cut.")
def detaches_pieces(inputs, parts):
    return scattered(lambda x, parts: x.detach().chunk(parts), inputs, parts)


@mistake(scatter, "Only the outermost level is cut: tensors inside a list or dict go whole to every replica.")
def stays_outside(inputs, parts):
    if isinstance(inputs, Tensor):
        return list(inputs.chunk(parts))
    if isinstance(inputs, dict):
        items = [value.chunk(parts) if isinstance(value, Tensor) else [value] * parts for value in inputs.values()]
        return [dict(zip(inputs, piece, strict=True)) for piece in zip(*items, strict=False)]
    items = [value.chunk(parts) if isinstance(value, Tensor) else [value] * parts for value in inputs]
    return [type(inputs)(piece) for piece in zip(*items, strict=False)]


@mistake(scatter, "Tuples come out as lists. A model that is called with `model(*piece)` will not mind; others will.")
def makes_lists(inputs, parts):
    if isinstance(inputs, list | tuple) and inputs:
        return [list(piece) for piece in zip(*[makes_lists(item, parts) for item in inputs], strict=False)]
    if isinstance(inputs, dict) and inputs:
        items = [makes_lists(item, parts) for item in inputs.values()]
        return [dict(zip(inputs, piece, strict=True)) for piece in zip(*items, strict=False)]
    return list(inputs.chunk(parts)) if isinstance(inputs, Tensor) else [inputs] * parts


@alternative(scatter)
def by_narrow(inputs, parts):
    def cut(x, parts):
        size = math.ceil(len(x) / parts)
        return [x.narrow(0, first, min(size, len(x) - first)) for first in range(0, len(x), size)]

    return scattered(cut, inputs, parts)


@alternative(scatter)
def by_recursion_over_pieces(inputs, parts):
    kind = type(inputs)
    if isinstance(inputs, Tensor):
        return list(torch.chunk(inputs, parts, dim=0))
    if kind in (list, tuple) and len(inputs):
        return list(map(kind, zip(*(by_recursion_over_pieces(item, parts) for item in inputs), strict=False)))
    if kind is dict and inputs:
        return list(map(dict, zip(*(by_recursion_over_pieces(pair, parts) for pair in inputs.items()), strict=False)))
    return [inputs for _ in range(parts)]


equivalent(
    scatter,
    "return [dict(zip(inputs, piece, strict=False)) for piece in pieces]",
    "a piece has one item for each key",
)


# ---------------------------------------------------------------------------------------------------------------
def gather(outputs):
    first = outputs[0]
    if isinstance(first, Tensor):
        rows = [row for part in outputs for row in (part.reshape(1) if part.dim() == 0 else part)]
        return torch.stack(rows)
    if isinstance(first, dict):
        return {key: gather([part[key] for part in outputs]) for key in first}
    if isinstance(first, list | tuple):
        return type(first)(gather([part[i] for part in outputs]) for i in range(len(first)))
    return None


def gathered(join, outputs, rebuild=lambda like, items: type(like)(items)):
    first = outputs[0]
    if isinstance(first, Tensor):
        return join(outputs)
    if isinstance(first, dict):
        return {key: gathered(join, [part[key] for part in outputs], rebuild) for key in first}
    if isinstance(first, list | tuple):
        return rebuild(first, [gathered(join, list(items), rebuild) for items in zip(*outputs, strict=True)])
    return None


def rows_or_scalars(parts):
    return torch.stack(parts) if parts[0].dim() == 0 else torch.cat(parts)


@mistake(gather, "`stack` makes a new dimension for the parts. Rows are laid together along the one there is: `cat`.")
def stacks(outputs):
    return gathered(torch.stack, outputs)


@mistake(
    gather,
    "`cat` has nothing to lay scalars along: a loss without dimensions fails. DataParallel makes a vector of them, "
    "one a part.",
)
def forgets_scalars(outputs):
    return gathered(torch.cat, outputs)


@mistake(
    gather,
    "The losses are averaged here. A vector of them is asked for: how a short part is to be weighed, only the "
    "caller knows.",
)
def averages_losses(outputs):
    return gathered(lambda parts: torch.stack(parts).mean() if parts[0].dim() == 0 else torch.cat(parts), outputs)


@mistake(gather, "The parts are detached: no gradient reaches the replicas.")
def detaches_parts(outputs):
    return gathered(lambda parts: rows_or_scalars([part.detach() for part in parts]), outputs)


@mistake(gather, "The parts are laid side by side along the last dimension. Rows go under rows: dimension 0.")
def lays_side_by_side(outputs):
    return gathered(lambda parts: torch.stack(parts) if parts[0].dim() == 0 else torch.cat(parts, dim=-1), outputs)


@mistake(gather, "Only the first part comes back: the others' rows are lost.")
def keeps_the_first(outputs):
    return gathered(lambda parts: rows_or_scalars(parts[:1]), outputs)


@mistake(gather, "Tuples come out as lists: give each structure its own type back, `type(first)(…)`.")
def gathers_lists(outputs):
    return gathered(rows_or_scalars, outputs, lambda like, items: items)


@mistake(
    gather, "Every item is taken for a tensor: None, which a model returns for what it does not use, has to stay None."
)
def knows_no_none(outputs):
    first = outputs[0]
    if isinstance(first, dict):
        return {key: knows_no_none([part[key] for part in outputs]) for key in first}
    if isinstance(first, list | tuple):
        return type(first)(knows_no_none(list(items)) for items in zip(*outputs, strict=True))
    return rows_or_scalars(outputs)


@alternative(gather)
def with_at_least_one_dimension(outputs):
    return gathered(lambda parts: torch.cat([torch.atleast_1d(part) for part in parts]), outputs)


@alternative(gather)
def with_vstack(outputs):
    return gathered(
        lambda parts: torch.cat([p.unsqueeze(0) for p in parts] if not parts[0].ndim else parts, 0), outputs
    )


equivalent(
    gather,
    "return torch.stack(outputs) if first.dim() <= 0 else torch.cat(outputs)",
    "no tensor has fewer than zero dimensions",
)
equivalent(
    gather,
    "return type(first)(gather(list(items)) for items in zip(*outputs, strict=False))",
    "the outputs are built alike, so all are equally long",
)
equivalent(gather, "first = outputs[ -1]", "the outputs are built alike: the last one tells as much as the first")


# ---------------------------------------------------------------------------------------------------------------
def exchange(outgoing, to, incoming, source):
    """Sends and receives at once, so that nobody waits for a neighbour who waits."""
    operations = [dist.P2POp(dist.isend, outgoing, to), dist.P2POp(dist.irecv, incoming, source)]
    for request in dist.batch_isend_irecv(operations):
        request.wait()


def ring_all_reduce(tensor):
    """To the left, where the lesson goes to the right, and with chunks of which the last ones are the longer."""
    rank, ranks = dist.get_rank(), dist.get_world_size()
    flat = tensor.contiguous().view(-1)
    ends = [len(flat) * (i + 1) // ranks for i in range(ranks)]
    chunks = [flat[start:end].clone() for start, end in zip([0, *ends], ends, strict=False)]
    left, right = (rank - 1) % ranks, (rank + 1) % ranks
    for step in range(2 * ranks - 2):
        mine, theirs = (rank + step) % ranks, (rank + step + 1) % ranks
        received = torch.empty_like(chunks[theirs])
        exchange(chunks[mine].contiguous(), left, received, right)
        chunks[theirs] = chunks[theirs] + received if step < ranks - 1 else received
    tensor.copy_(torch.cat(chunks).view(tensor.shape))


def ring(flat, chunks=None, settle=Tensor.copy_, second=1, phases=2):
    """The frame of most answers, on a flat tensor in place."""
    rank, ranks = dist.get_rank(), dist.get_world_size()
    chunks = list(flat.tensor_split(ranks)) if chunks is None else chunks
    left, right = (rank - 1) % ranks, (rank + 1) % ranks
    for phase, start in zip(range(phases), (0, second), strict=False):
        for step in range(ranks - 1):
            mine, theirs = chunks[(rank + start - step) % ranks], chunks[(rank + start - step - 1) % ranks]
            received = torch.empty_like(theirs)
            exchange(mine.contiguous(), right, received, left)
            theirs.add_(received) if phase == 0 else settle(theirs, received)


def into(tensor, work):
    flat = tensor.flatten()
    work(flat)
    tensor.copy_(flat.view(tensor.shape))


@mistake(
    ring_all_reduce,
    "The ring runs on a copy: the caller's tensor is what it was. The sum has to be written into `tensor`.",
)
def reduces_a_copy(tensor):
    flat = tensor.flatten().clone()
    ring(flat)
    return flat.view(tensor.shape)


@mistake(
    ring_all_reduce,
    "A transposed tensor stays what it was: of what is not contiguous, `reshape` and `flatten` make a copy. "
    "Write the sum back with `tensor.copy_(…)`.",
)
def trusts_reshape(tensor):
    ring(tensor.reshape(-1))


@mistake(ring_all_reduce, "The second half is missing: each rank has one chunk of the sum, and nobody has all of it.")
def only_reduce_scatter(tensor):
    into(tensor, lambda flat: ring(flat, phases=1))


@mistake(
    ring_all_reduce,
    "The values are right, and the traffic is n/2 times too large: whole tensors travel. Send one n-th of it a step.",
)
def sends_everything(tensor):
    rank, ranks = dist.get_rank(), dist.get_world_size()
    passing = tensor.clone(memory_format=torch.contiguous_format)
    for _ in range(ranks - 1):
        received = torch.empty_like(passing)
        exchange(passing, (rank + 1) % ranks, received, (rank - 1) % ranks)
        tensor += received
        passing = received


@mistake(
    ring_all_reduce,
    "What does not divide by n is left out: chunks of ⌊size / n⌋ miss the last numbers. `tensor_split` makes chunks "
    "that differ by one.",
)
def leaves_the_rest(tensor):
    def work(flat):
        size = len(flat) // dist.get_world_size()
        ring(flat, [flat[i * size : (i + 1) * size] for i in range(dist.get_world_size())])

    into(tensor, work)


@mistake(
    ring_all_reduce,
    "Chunk r comes out as rank r's own numbers, nobody else's. Either the first half overwrites where it should "
    "add, or the second half starts with the wrong chunk: after n-1 steps rank r has finished chunk r+1, and hands "
    "that on first.",
)
def hands_on_the_wrong_chunk(tensor):
    into(tensor, lambda flat: ring(flat, second=0))


@mistake(
    ring_all_reduce,
    "In the second half, too, what arrives is added. These chunks are finished sums: they replace what is there.",
)
def adds_to_the_end(tensor):
    into(tensor, lambda flat: ring(flat, settle=Tensor.add_))


@mistake(
    ring_all_reduce,
    "The ranks wait for each other for ever. Either all send before anybody receives: begin with `isend`, receive, "
    "then `wait`. Or they do not run equally many steps.",
)
def waits_for_itself(tensor):
    mine, theirs = tensor.flatten(), torch.empty_like(tensor).flatten()
    for _ in range(dist.get_world_size() - 1):
        dist.send(mine, (dist.get_rank() + 1) % dist.get_world_size())
        dist.recv(theirs, (dist.get_rank() - 1) % dist.get_world_size())


@mistake(ring_all_reduce, "This is the mean. An all-reduce gives the sum; who wants a mean divides afterwards.")
def gives_the_mean(tensor):
    def work(flat):
        ring(flat)
        flat.copy_(flat / dist.get_world_size())

    into(tensor, work)


@mistake(
    ring_all_reduce,
    "The tensor is padded to a multiple of n, and zeros are sent along: more than 2(n-1)/n of the data. `tensor_split` "
    "makes chunks that differ by one.",
)
def pads(tensor):
    ranks, flat = dist.get_world_size(), tensor.flatten()
    padded = torch.cat([flat, flat.new_zeros(-len(flat) % ranks)])
    ring(padded)
    tensor.copy_(padded[: len(flat)].view(tensor.shape))


@alternative(ring_all_reduce)
def odd_ranks_listen_first(tensor):
    rank, ranks = dist.get_rank(), dist.get_world_size()
    flat = tensor.flatten()
    chunks = flat.tensor_split(ranks)
    for step in range(2 * (ranks - 1)):
        out, into = chunks[(rank - step) % ranks], chunks[(rank - step - 1) % ranks]
        received = torch.empty_like(into)
        if rank % 2 == 0 and rank < ranks - 1:
            dist.send(out, (rank + 1) % ranks)
            dist.recv(received, (rank - 1) % ranks)
        else:
            dist.recv(received, (rank - 1) % ranks)
            dist.send(out, (rank + 1) % ranks)
        into.copy_(into + received if step < ranks - 1 else received)
    tensor.copy_(flat.view_as(tensor))


@alternative(ring_all_reduce)
def with_batched_requests(tensor):
    into(tensor, ring)


# ---------------------------------------------------------------------------------------------------------------
def every_tensor(model):
    return [*model.parameters(), *model.buffers()]


@torch.no_grad()
def broadcast_parameters(model, source=0):
    for item in every_tensor(model):
        copies = [torch.empty_like(item) for _ in range(dist.get_world_size())]
        dist.all_gather(copies, item.detach().contiguous())
        item.copy_(copies[source])


@mistake(
    broadcast_parameters,
    "Buffers are left out: the running statistics of a batch norm differ from rank to rank. `model.buffers()` has "
    "them.",
)
def parameters_only(model, source=0):
    for item in model.parameters():
        dist.broadcast(item.detach(), source)


@mistake(
    broadcast_parameters,
    "`state_dict` leaves out buffers registered with `persistent=False`. Go through `parameters()` and `buffers()`.",
)
def by_state_dict(model, source=0):
    for item in model.state_dict().values():
        dist.broadcast(item, source)


@mistake(
    broadcast_parameters,
    "Frozen parameters are skipped. They do not learn, but they compute: they have to be equal too.",
)
def skips_the_frozen(model, source=0):
    for item in every_tensor(model):
        if item.requires_grad or not isinstance(item, nn.Parameter):
            dist.broadcast(item.detach(), source)


@mistake(broadcast_parameters, "It is always rank 0 that is copied; `source` says which one.")
def always_rank_0(model, source=0):
    for item in every_tensor(model):
        dist.broadcast(item.detach(), 0)


@mistake(broadcast_parameters, "The ranks are averaged. Then they are equal too, but to a model that nobody made.")
def averages_the_ranks(model, source=0):
    with torch.no_grad():
        for item in every_tensor(model):
            total = item.double()
            dist.all_reduce(total)
            item.copy_(total / dist.get_world_size())


@mistake(
    broadcast_parameters,
    "A copy is broadcast, and thrown away: on the other ranks the model is as before. Broadcast into the parameter "
    "itself.",
)
def broadcasts_a_copy(model, source=0):
    for item in every_tensor(model):
        dist.broadcast(item.detach().clone(), source)


@mistake(
    broadcast_parameters,
    "The model gets new `Parameter` objects. An optimizer that was made before goes on updating the old ones, and "
    "tied weights come apart: write into those there are.",
)
def makes_new_parameters(model, source=0):
    for module in model.modules():
        for name, item in list(module.named_parameters(recurse=False)):
            fresh = nn.Parameter(item.detach().clone(), item.requires_grad)
            dist.broadcast(fresh.data, source)
            setattr(module, name, fresh)
    for item in model.buffers():
        dist.broadcast(item, source)


@alternative(broadcast_parameters)
def under_no_grad(model, source=0):
    with torch.no_grad():
        for item in (*model.parameters(), *model.buffers()):
            dist.broadcast(item, source)


@alternative(broadcast_parameters)
def as_objects(model, source=0):
    box = [[item.detach().clone() for item in every_tensor(model)]]
    dist.broadcast_object_list(box, source)
    with torch.no_grad():
        for item, value in zip(every_tensor(model), box[0], strict=True):
            item.copy_(value)


# ---------------------------------------------------------------------------------------------------------------
def same_buffers(module):
    """What torch does at the start and before every forward pass, or not at all; the lesson does it at the start."""
    for item in module.buffers():
        dist.broadcast(item, 0)


class NaiveDDP(DistributedDataParallel):
    """torch's own, which has exchanged everything by the end of the backward pass."""

    def __init__(self, module):
        same_buffers(module)
        super().__init__(module, find_unused_parameters=True, broadcast_buffers=False)

    def sync(self):
        pass


class Wrapper(nn.Module):
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        self.start()

    def start(self):
        for item in every_tensor(self.module):
            dist.broadcast(item.detach(), 0)

    def forward(self, *inputs, **options):
        return self.module(*inputs, **options)

    def learning(self):
        return [item for item in self.module.parameters() if item.requires_grad]

    def used(self):
        """For each learning parameter, whether some rank has a gradient for it."""
        flags = torch.tensor([float(item.grad is not None) for item in self.learning()])
        dist.all_reduce(flags)
        return [flag > 0 for flag in flags.tolist()]

    def sync(self):
        for item, used in zip(self.learning(), self.used(), strict=True):
            if used:
                item.grad = torch.zeros_like(item) if item.grad is None else item.grad
                self.reduce(item.grad)

    def reduce(self, grad):
        dist.all_reduce(grad)
        grad /= dist.get_world_size()


SUM = "Gradients are added up and not divided: with n ranks the steps are n times too long. DDP takes the mean."
NO_BROADCAST = (
    "The ranks start from different weights: equal gradients keep them apart for ever. Broadcast parameters and "
    "buffers in `__init__`. With the same seed on every rank one would not have noticed."
)
NO_BUFFERS = "Buffers are not broadcast at the start: batch statistics differ from rank to rank."
DEAF = (
    "A rank without a gradient does not take part. The others' all-reduce then meets the rank's next one, and "
    "gradients of different parameters are added up. Every rank must call the same all-reduces in the same order: "
    "hand in zeros."
)
ZEROS = (
    "A parameter that no rank used gets a gradient of zeros. With weight decay or momentum it moves all the same; "
    "in a single process its gradient is None, and the optimizer leaves it alone."
)
DROPS = "What is given by name does not reach the model: forward has to hand on `*inputs` and `**options`."
FROZEN = "Frozen parameters are given gradients: only those with `requires_grad` take part."


@mistake(NaiveDDP, SUM)
class SumsForMean(Wrapper):
    def reduce(self, grad):
        dist.all_reduce(grad)


@mistake(NaiveDDP, NO_BROADCAST)
class NeverBroadcasts(Wrapper):
    def start(self):
        pass


@mistake(NaiveDDP, NO_BUFFERS)
class BroadcastsParametersOnly(Wrapper):
    def start(self):
        for item in self.module.parameters():
            dist.broadcast(item.detach(), 0)


@mistake(NaiveDDP, DEAF)
class SkipsUnused(Wrapper):
    def sync(self):
        for item in self.learning():
            if item.grad is not None:
                self.reduce(item.grad)


@mistake(NaiveDDP, ZEROS)
class FillsEverythingWithZeros(Wrapper):
    def used(self):
        return [True] * len(self.learning())


@mistake(NaiveDDP, "Parameters are averaged, not gradients. That ends the step before the optimizer has made it.")
class AveragesParameters(Wrapper):
    def sync(self):
        for item in self.module.parameters():
            self.reduce(item.detach())


@mistake(NaiveDDP, "Gradients are divided before anybody has added them up, and are never exchanged.")
class OnlyDivides(Wrapper):
    def reduce(self, grad):
        grad /= dist.get_world_size()


@mistake(NaiveDDP, DROPS)
class DropsNames(Wrapper):
    def forward(self, *inputs, **options):
        return self.module(*inputs)


@mistake(NaiveDDP, FROZEN)
class WakesTheFrozen(Wrapper):
    def learning(self):
        return list(self.module.parameters())

    def used(self):
        flags = [item.grad is not None or not item.requires_grad for item in self.learning()]
        flags = torch.tensor(flags, dtype=torch.int64)
        dist.all_reduce(flags)
        return flags.bool().tolist()


@alternative(NaiveDDP)
class DividesFirst(Wrapper):
    def reduce(self, grad):
        grad.mul_(1 / dist.get_world_size())
        dist.all_reduce(grad, op=dist.ReduceOp.SUM)


@alternative(NaiveDDP)
class GathersObjects(Wrapper):
    def sync(self):
        mine = [item.grad for item in self.learning()]
        everybody = [None] * dist.get_world_size()
        dist.all_gather_object(everybody, mine)
        for item, grads in zip(self.learning(), zip(*everybody, strict=True), strict=True):
            found = [grad for grad in grads if grad is not None]
            item.grad = sum(found) / len(everybody) if found else None


equivalent(
    NaiveDDP,
    "for weight, ranks in zip(weights, used.tolist(), strict=False):",
    "there is one flag for each weight",
)


# ---------------------------------------------------------------------------------------------------------------
class BucketedDDP(DistributedDataParallel):
    """torch's own, with its own buckets."""

    def __init__(self, module, bucket_bytes):
        same_buffers(module)
        super().__init__(
            module, find_unused_parameters=True, broadcast_buffers=False, bucket_cap_mb=bucket_bytes / 2**20
        )

    def sync(self):
        pass


class Buckets(Wrapper):
    """The frame of most answers."""

    def __init__(self, module, bucket_bytes):
        super().__init__(module)
        self.buckets = [[]]
        for item in self.learning():
            self.buckets[-1].append(item)
            if sum(each.nbytes for each in self.buckets[-1]) >= bucket_bytes:
                self.buckets.append([])
        self.buckets = self.order([bucket for bucket in self.buckets if bucket])
        self.of = {id(item): place for place, bucket in enumerate(self.buckets) for item in bucket}
        self.reset()
        for item in self.learning():
            self.watch(item)

    def order(self, buckets):
        return buckets[::-1]

    def watch(self, item):
        item.register_post_accumulate_grad_hook(self.arrived)

    def reset(self):
        self.waiting = [len(bucket) for bucket in self.buckets]
        self.flying = {}

    def arrived(self, item):
        self.waiting[self.of[id(item)]] -= 1
        self.launch_ready()

    def launch_ready(self):
        while len(self.flying) < len(self.buckets) and not self.waiting[len(self.flying)]:
            self.launch(len(self.flying))

    def launch(self, place):
        grads = [torch.zeros_like(item) if item.grad is None else item.grad for item in self.buckets[place]]
        flat = torch.cat([grad.flatten() for grad in grads])
        self.flying[place] = flat, self.send(flat)

    def send(self, flat):
        return dist.all_reduce(flat, async_op=True)

    def sync(self):
        for place in range(len(self.buckets)):
            if place not in self.flying:
                self.launch(place)
        used = dict(zip(map(id, self.learning()), self.used(), strict=True))
        for place, (flat, work) in self.flying.items():
            self.finish(place, flat, work, used)
        self.reset()

    def finish(self, place, flat, work, used):
        if work:
            work.wait()
        flat = self.mean(flat)
        for item, grad in zip(
            self.buckets[place], flat.split([item.numel() for item in self.buckets[place]]), strict=True
        ):
            if used[id(item)]:
                item.grad = grad.view_as(item).clone()

    def mean(self, flat):
        return flat / dist.get_world_size()


@mistake(BucketedDDP, SUM)
class SumsBuckets(Buckets):
    def mean(self, flat):
        return flat


@mistake(BucketedDDP, NO_BROADCAST)
class BucketsApart(Buckets):
    def start(self):
        pass


@mistake(
    BucketedDDP,
    "Nothing is sent before `sync`: the ranks talk when the backward pass is over, and nothing overlaps. Send a "
    "bucket from the hook that completes it.",
)
class SendsAtTheEnd(Buckets):
    def watch(self, item):
        pass


@mistake(
    BucketedDDP,
    "The backward pass waits for the other ranks at every bucket. Ask for `async_op=True`, keep the handle, and "
    "wait in `sync`.",
)
class Waits(Buckets):
    def send(self, flat):
        dist.all_reduce(flat)


@mistake(
    BucketedDDP,
    "After the first step nothing is exchanged: how many gradients a bucket waits for has to be set anew in `sync`.",
)
class CountsOnce(Buckets):
    def reset(self):
        if not hasattr(self, "waiting"):
            super().reset()

    def sync(self):
        if any(work is not None for _, work in self.flying.values()):
            super().sync()
            self.flying = {place: (flat, None) for place, (flat, _) in self.flying.items()}


@mistake(
    BucketedDDP,
    "A bucket leaves as soon as it is full, whatever the others do. Where ranks use different parameters, they then "
    "send in different orders, and buckets of one meet other buckets of the next. Send in one fixed order.",
)
class OutOfOrder(Buckets):
    def launch_ready(self):
        for place, waiting in enumerate(self.waiting):
            if not waiting and place not in self.flying:
                self.launch(place)


@mistake(
    BucketedDDP,
    "A bucket that never fills is never sent: parameters that this rank did not use are left out, and so are those "
    "that share their bucket. Send what is left in `sync`.",
)
class ForgetsUnused(Buckets):
    def sync(self):
        used = dict(zip(map(id, self.learning()), self.used(), strict=True))
        for place, (flat, work) in self.flying.items():
            self.finish(place, flat, work, used)
        self.reset()


@mistake(BucketedDDP, ZEROS)
class FillsBucketsWithZeros(Buckets):
    def used(self):
        return [True] * len(self.learning())


@mistake(
    BucketedDDP,
    "The buckets are sent in the order of the parameters, first layers first. Their gradients come last: all others "
    "wait for them. Send the last bucket first.",
)
class FirstLayersFirst(Buckets):
    def order(self, buckets):
        return buckets


@mistake(
    BucketedDDP,
    "The mean of a bucket is computed and never written back: `torch.cat` made a copy, and `.grad` is this rank's own.",
)
class NeverWritesBack(Buckets):
    def finish(self, place, flat, work, used):
        work.wait()


@mistake(
    BucketedDDP,
    "`bucket_bytes` is not heeded: each parameter travels alone. A bucket is closed once it holds at least "
    "`bucket_bytes`.",
)
class OneEach(Buckets):
    def __init__(self, module, bucket_bytes):
        super().__init__(module, 1)


@mistake(
    BucketedDDP,
    "`bucket_bytes` counts numbers instead of bytes: a float32 has four. `parameter.nbytes`, or `numel() * "
    "element_size()`.",
)
class CountsNumbers(Buckets):
    def __init__(self, module, bucket_bytes):
        super().__init__(module, bucket_bytes * next(module.parameters()).element_size())


@alternative(BucketedDDP)
class MeansBeforeSending(Buckets):
    def send(self, flat):
        flat.div_(dist.get_world_size())
        return dist.all_reduce(flat, async_op=True)

    def mean(self, flat):
        return flat


@alternative(BucketedDDP)
class WithFutures(Buckets):
    def send(self, flat):
        return dist.all_reduce(flat, async_op=True).get_future()


equivalent(
    BucketedDDP,
    "ranks_of = dict(zip(self.bucket_of, used.tolist(), strict=False))",
    "there is one flag for each weight",
)
equivalent(
    BucketedDDP,
    "for bucket, (flat, handle) in zip(self.buckets, self.sent, strict=False):",
    "by then every bucket has been sent, each once",
)
equivalent(
    BucketedDDP,
    "for weight, grad in zip(bucket, flat.split([weight.numel() for weight in bucket]), strict=False):",
    "the split makes one piece for each weight",
)


# ---------------------------------------------------------------------------------------------------------------
DistributedSampler = TorchSampler


class Shared(torch.utils.data.Sampler):
    """The frame of most answers."""

    def __init__(self, dataset, num_replicas, rank, shuffle=True, seed=0, drop_last=False):
        self.dataset, self.ranks, self.rank = dataset, num_replicas, rank
        self.shuffle, self.seed, self.drop_last, self.epoch = shuffle, seed, drop_last, 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def order(self):
        if not self.shuffle:
            return list(range(len(self.dataset)))
        stream = torch.Generator().manual_seed(self.stream_seed())
        return torch.randperm(len(self.dataset), generator=stream).tolist()

    def stream_seed(self):
        return self.seed + self.epoch

    def even(self, order):
        total = len(self) * self.ranks
        return (order * math.ceil(total / len(order)))[:total]

    def part(self, order):
        return order[self.rank :: self.ranks]

    def __iter__(self):
        return iter(self.part(self.even(self.order())))

    def __len__(self):
        return len(self.dataset) // self.ranks if self.drop_last else math.ceil(len(self.dataset) / self.ranks)


@mistake(
    DistributedSampler,
    "Every epoch has the same order: the epoch does not reach the seed. Seed the generator with `seed + epoch`.",
)
class ForgetsTheEpoch(Shared):
    def stream_seed(self):
        return self.seed


@mistake(
    DistributedSampler,
    "The seed is not heeded: two runs with different seeds read the same order. Seed the generator with `seed + "
    "epoch`.",
)
class ForgetsTheSeed(Shared):
    def stream_seed(self):
        return self.epoch


@mistake(
    DistributedSampler,
    "Each rank shuffles by itself: some examples are read twice and others never. All ranks need the same order, so "
    "leave the rank out of the seed.",
)
class EachItsOwnOrder(Shared):
    def stream_seed(self):
        return self.seed + self.epoch + 1000 * self.rank


@mistake(
    DistributedSampler,
    "The order comes from torch's global random stream: ranks that have drawn other numbers before read other "
    "orders. Make a generator of your own.",
)
class DrawsGlobally(Shared):
    def order(self):
        return torch.randperm(len(self.dataset)).tolist() if self.shuffle else super().order()


@mistake(
    DistributedSampler,
    "`torch.manual_seed` seeds the global stream: dropout and all else start again. Make a generator.",
)
class SeedsGlobally(Shared):
    def order(self):
        if not self.shuffle:
            return super().order()
        torch.manual_seed(self.stream_seed())
        return torch.randperm(len(self.dataset)).tolist()


@mistake(
    DistributedSampler,
    "Ranks get different numbers of examples: the one with more waits for ever in its last all-reduce. Fill up from "
    "the beginning of the order.",
)
class Uneven(Shared):
    def even(self, order):
        return order[: len(self) * self.ranks]


@mistake(
    DistributedSampler, "Each rank gets a block. Torch deals the order out like cards: rank, rank + n, rank + 2n …"
)
class InBlocks(Shared):
    def part(self, order):
        return order[self.rank * len(self) : (self.rank + 1) * len(self)]


@mistake(
    DistributedSampler,
    "With fewer examples than ranks some ranks get nothing: one round of filling up is not enough.",
)
class FillsUpOnce(Shared):
    def even(self, order):
        total = len(self) * self.ranks
        return (order + order[: total - len(order)])[:total]


@mistake(DistributedSampler, "The padding repeats the last examples. It is taken from the beginning of the order.")
class RepeatsTheLast(Shared):
    def even(self, order):
        missing = len(self) * self.ranks - len(order)
        return order + (order * (missing // len(order) + 1))[-missing:] if missing > 0 else super().even(order)


@mistake(DistributedSampler, "`len` is that of the whole dataset. A loader asks how many examples this rank reads.")
class WholeLength(Shared):
    def even(self, order):
        total = super().__len__() * self.ranks
        return (order * math.ceil(total / len(order)))[:total]

    def __len__(self):
        return len(self.dataset)


@alternative(DistributedSampler)
class InALoop(Shared):
    def __iter__(self):
        order = self.order()
        for step in range(len(self)):
            yield order[(self.rank + step * self.ranks) % len(order)]


@alternative(DistributedSampler)
class FilledUpStepByStep(Shared):
    def even(self, order):
        if self.drop_last:
            return order[: len(order) - len(order) % self.ranks]
        missing = -len(order) % self.ranks
        for place in range(missing):
            order.append(order[place])
        return order


# ---------------------------------------------------------------------------------------------------------------
def accumulate_gradients(model, batches, loss_function):
    """By hand: gradients of the bare module, weighed by rows, in one all-reduce."""
    weights = list(model.parameters())
    totals = [torch.zeros_like(item, dtype=torch.float64) for item in weights]
    value, rows = 0.0, sum(len(x) for x, _ in batches)
    for x, y in batches:
        loss = loss_function(model.module(x), y)
        value += loss.item() * len(x) / rows
        for total, grad in zip(totals, torch.autograd.grad(loss, weights), strict=True):
            total += grad.double() * len(x) / rows
    flat = torch.cat([total.flatten() for total in totals]).to(weights[0].dtype)
    dist.all_reduce(flat)
    for item, grad in zip(weights, flat.split([item.numel() for item in weights]), strict=True):
        item.grad = grad.view_as(item) / dist.get_world_size()
    return value


def accumulated(model, batches, loss_function, share=None, quiet=None, clear=True, inside=True):
    """The frame of most answers.

    Args:
        share: what a batch's loss is multiplied by.
        quiet: whether the batch of this number keeps its gradients to itself.
        inside: whether the forward pass runs under `no_sync`, too.
    """
    rows, value = sum(len(x) for x, _ in batches), 0.0
    share = share or (lambda x: len(x) / rows)
    quiet = quiet or (lambda number: number < len(batches) - 1)
    if clear:
        model.zero_grad()
    for number, (x, y) in enumerate(batches):
        early = None if inside else loss_function(model(x), y)
        with model.no_sync() if quiet(number) else nullcontext():
            loss = loss_function(model(x), y) if early is None else early
            (loss * share(x)).backward()
        value += loss.item() * len(x) / rows
    return value


@mistake(
    accumulate_gradients,
    "The ranks exchange gradients for every batch. Either `no_sync` is missing, or the forward pass stands outside "
    "it: DDP decides in the forward pass whether it will exchange, so `model(x)` belongs into the block, too.",
)
def forwards_outside(model, batches, loss_function):
    return accumulated(model, batches, loss_function, inside=False)


@mistake(
    accumulate_gradients,
    "The loss is divided by the number of ranks. DDP takes the mean over ranks already; what is missing is the mean "
    "over the batches of this rank.",
)
def divides_by_ranks(model, batches, loss_function):
    return accumulated(model, batches, loss_function, share=lambda x: 1 / dist.get_world_size())


@mistake(
    accumulate_gradients,
    "Both bugs are there still: the loss is divided by the ranks, over which DDP takes the mean already; and the "
    "forward pass stands outside `no_sync`, so that every batch is exchanged.",
)
def mends_nothing(model, batches, loss_function):
    return accumulated(model, batches, loss_function, share=lambda x: 1 / dist.get_world_size(), inside=False)


@mistake(
    accumulate_gradients, "Nothing is divided: the gradient is that of the sum over the batches, not of their mean."
)
def divides_nothing(model, batches, loss_function):
    return accumulated(model, batches, loss_function, share=lambda x: 1)


@mistake(
    accumulate_gradients,
    "Every batch counts alike, also the last one with a single row. Weigh each by its share of the rows, `len(x) / "
    "rows`.",
)
def weighs_batches_alike(model, batches, loss_function):
    return accumulated(model, batches, loss_function, share=lambda x: 1 / len(batches))


@mistake(
    accumulate_gradients,
    "No batch is exchanged, not even the last: every rank keeps its own gradient, and the ranks drift apart.",
)
def never_exchanges(model, batches, loss_function):
    return accumulated(model, batches, loss_function, quiet=lambda number: True)


@mistake(
    accumulate_gradients,
    "The first batch is exchanged instead of the last: what the others add afterwards stays on its rank.",
)
def exchanges_the_first(model, batches, loss_function):
    return accumulated(model, batches, loss_function, quiet=lambda number: number > 0)


@mistake(
    accumulate_gradients,
    "Gradients of an earlier step are still there: call `model.zero_grad()` once, before the first batch.",
)
def clears_nothing(model, batches, loss_function):
    return accumulated(model, batches, loss_function, clear=False)


@alternative(accumulate_gradients)
def with_the_last_by_itself(model, batches, loss_function):
    *early, last = batches
    rows = sum(len(x) for x, _ in batches)
    model.zero_grad(set_to_none=True)
    losses = []

    def learn(x, y):
        loss = loss_function(model(x), y) * (len(x) / rows)
        loss.backward()
        losses.append(loss.detach())

    with model.no_sync():
        for x, y in early:
            learn(x, y)
    learn(*last)
    return float(sum(losses))


@alternative(accumulate_gradients)
def scaled_afterwards(model, batches, loss_function):
    rows = sum(len(x) for x, _ in batches)
    value = accumulated(model, batches, loss_function, share=len)
    for item in model.parameters():
        item.grad /= rows
    return value


equivalent(
    accumulate_gradients,
    "with model.no_sync() if number != len(batches) else nullcontext():",
    "the count ends with the last batch, so what is not equal is smaller",
)
equivalent(
    accumulate_gradients,
    "with model.no_sync() if number is not len(batches) else nullcontext():",
    "as with !=: CPython has one object for each small number",
)


# ---------------------------------------------------------------------------------------------------------------
def all_reduce_metrics(metrics, count):
    """All numbers to everybody, then plain sums."""
    names = sorted(metrics)
    everybody = [torch.zeros(len(names) + 1, dtype=torch.float64) for _ in range(dist.get_world_size())]
    dist.all_gather(everybody, torch.tensor([*(metrics[name] for name in names), count], dtype=torch.float64))
    rows = [row.tolist() for row in everybody if row[-1]]
    counts = [row[-1] for row in rows]
    sums = [math.fsum(row[place] * row[-1] for row in rows) for place in range(len(names))]
    return {name: total / sum(counts) if counts else math.nan for name, total in zip(names, sums, strict=True)}


def reduced(
    metrics, count, names=sorted, dtype=torch.float64, weigh=lambda value, count: value * count if count else 0.0
):
    names = names(metrics)
    sums = torch.tensor([*(weigh(metrics[name], count) for name in names), count], dtype=dtype)
    dist.all_reduce(sums)
    *totals, examples = sums.tolist()
    return {name: total / examples if examples else math.nan for name, total in zip(names, totals, strict=True)}


@mistake(
    all_reduce_metrics,
    "Every rank counts alike, also the one with a single example: multiply by `count` before the sum, divide by all "
    "counts after it.",
)
def means_of_means(metrics, count):
    sums = torch.tensor([metrics[name] for name in sorted(metrics)], dtype=torch.float64)
    dist.all_reduce(sums)
    means = (sums / dist.get_world_size()).tolist()
    return dict(zip(sorted(metrics), means, strict=True))


@mistake(
    all_reduce_metrics,
    "The ranks' numbers are laid together in the order in which each dict lists them, and loss meets accuracy. Sort "
    "the names.",
)
def trusts_the_order(metrics, count):
    return reduced(metrics, count, names=list)


@mistake(
    all_reduce_metrics,
    "A rank without examples has NaN for a mean, and 0 · NaN is NaN: it spoils the sum for all. Let it hand in zeros.",
)
def spreads_nan(metrics, count):
    return reduced(metrics, count, weigh=lambda value, count: value * count)


@mistake(
    all_reduce_metrics,
    "The sums are kept in float32, which counts to 2²⁴ = 16,777,216 only: one example more is lost. Use float64.",
)
def counts_in_float32(metrics, count):
    return reduced(metrics, count, dtype=torch.float32)


@mistake(
    all_reduce_metrics,
    "Each metric travels alone. An exchange costs its latency each time: put all numbers into one tensor.",
)
def one_exchange_each(metrics, count):
    found = {}
    for name in sorted(metrics):
        found |= reduced({name: metrics[name]}, count)
    return found


@mistake(all_reduce_metrics, "Without any example there is no mean, and dividing by zero raises: the answer is NaN.")
def divides_by_zero(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([*(metrics[name] * count if count else 0.0 for name in names), count], dtype=torch.float64)
    dist.all_reduce(sums)
    *totals, examples = sums.tolist()
    return {name: total / examples for name, total in zip(names, totals, strict=True)}


@mistake(all_reduce_metrics, "Sums come back, not means: divide by the number of examples of all ranks.")
def gives_sums(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([metrics[name] * count if count else 0.0 for name in names], dtype=torch.float64)
    dist.all_reduce(sums)
    return dict(zip(names, sums.tolist(), strict=True))


@mistake(all_reduce_metrics, "Nothing is exchanged: each rank reports its own examples.")
def asks_nobody(metrics, count):
    return {name: float(value) if count else math.nan for name, value in metrics.items()}


@alternative(all_reduce_metrics)
def by_objects_in_one_tensor(metrics, count):
    names = sorted(metrics)
    values = torch.tensor([float(metrics[name]) for name in names] + [1.0], dtype=torch.float64)
    weighed = torch.where(torch.tensor(count > 0), values * count, torch.zeros_like(values))
    dist.all_reduce(weighed)
    means = weighed[:-1] / weighed[-1]
    return {name: means[place].item() for place, name in enumerate(names)}


@alternative(all_reduce_metrics)
def by_reduced(metrics, count):
    return reduced(metrics, count)


equivalent(
    all_reduce_metrics,
    "return {name: total / examples if examples else math.nan for name, total in zip(names, totals, strict=False)}",
    "there is one sum for each name",
)
