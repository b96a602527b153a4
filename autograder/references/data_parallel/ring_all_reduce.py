"""`ring_all_reduce`: what is right, and what goes wrong."""

import torch
import torch.distributed as dist
from torch import Tensor

from autograder.references import alternative, mistake


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
