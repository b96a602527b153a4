"""`ring_all_reduce`: what is right, and what goes wrong."""

import torch
import torch.distributed as dist
from torch import Tensor

from autograder.references import alternative, mistake, promised


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
    "The caller's tensor is what it was, as when the ring runs on a copy. The sum has to be written into "
    "`tensor`: `tensor.copy_(…)`.",
)
def reduces_a_copy(tensor):
    flat = tensor.flatten().clone()
    ring(flat)
    return flat.view(tensor.shape)


@mistake(
    ring_all_reduce,
    "A transposed tensor stays what it was: `reshape` and `flatten` make a copy of it, as of most tensors "
    "that are not contiguous. Write the sum back with `tensor.copy_(…)`.",
    keeps=0.9,
)
def trusts_reshape(tensor):
    ring(tensor.reshape(-1))


@mistake(
    ring_all_reduce,
    "Each rank has one chunk of the sum, and nobody has all of it: the second half, which hands the finished "
    "chunks round, is missing, or does not write them down.",
)
def only_reduce_scatter(tensor):
    into(tensor, lambda flat: ring(flat, phases=1))


@mistake(
    ring_all_reduce,
    "The values are right, and the traffic is n/2 times too large: whole tensors travel round the ring. Send one n-th "
    "of it a step.",
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
    keeps=0.7,
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
    "The ranks wait for each other for ever: a send or a receive finds no partner. Begin with `isend`, receive, then "
    "`wait`; all ranks run equally many steps, and neighbours are counted modulo n.",
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
    "More than 2(n-1)/n of the data is sent where its size does not divide by n, as when it is padded with "
    "zeros. `tensor_split` makes chunks that differ by one.",
    keeps=0.98,
)
def pads(tensor):
    ranks, flat = dist.get_world_size(), tensor.flatten()
    padded = torch.cat([flat, flat.new_zeros(-len(flat) % ranks)])
    ring(padded)
    tensor.copy_(padded[: len(flat)].view(tensor.shape))


@mistake(
    ring_all_reduce,
    "There may be fewer than n chunks: of five numbers for four ranks, `chunk(4)` and `split(⌈5 / 4⌉)` make "
    "only three. `tensor_split(n)` always gives n, empty ones if need be.",
    keeps=0.85,
)
def makes_too_few_chunks(tensor):
    into(tensor, lambda flat: ring(flat, list(flat.chunk(dist.get_world_size()))))


@mistake(
    ring_all_reduce,
    "The first dimension is cut, whose rows need not divide by n: some ranks then send much and others nothing. Cut "
    "the flattened tensor.",
)
def cuts_the_first_dimension(tensor):
    flat = tensor.contiguous().view(len(tensor), -1) if tensor.dim() else tensor.reshape(1, 1)
    chunks = [chunk.clone() for chunk in flat.tensor_split(dist.get_world_size())]
    ring(flat, chunks)
    tensor.copy_(torch.cat(chunks).view(tensor.shape))


@mistake(
    ring_all_reduce,
    "Rank 0 collects everything and sends the sum back: it sends n - 1 whole tensors while the others wait. In a ring "
    "all send equally much, each to its neighbour.",
)
def sums_on_rank_0(tensor):
    flat, others = tensor.flatten().clone(), range(1, dist.get_world_size())
    if dist.get_rank() > 0:
        dist.send(flat, 0)
        dist.recv(flat, 0)
    received = torch.empty_like(flat)
    for other in others if dist.get_rank() == 0 else []:
        dist.recv(received, other)
        flat += received
    for other in others if dist.get_rank() == 0 else []:
        dist.send(flat, other)
    tensor.copy_(flat.view(tensor.shape))


@mistake(
    ring_all_reduce,
    "Every rank sends its whole tensor to every other one. The sum is right, and each rank sends n - 1 tensors instead "
    "of less than two.",
)
def sends_all_to_all(tensor):
    mine, total = tensor.flatten().clone(), tensor.flatten().clone()
    others = [other for other in range(dist.get_world_size()) if other != dist.get_rank()]
    requests = [dist.isend(mine, other) for other in others]
    for other in others:
        received = torch.empty_like(mine)
        dist.recv(received, other)
        total += received
    for request in requests:
        request.wait()
    tensor.copy_(total.view(tensor.shape))


@mistake(
    ring_all_reduce,
    "Chunks go straight to the rank that adds them up, and back. The amount is right, but every rank talks to every "
    "other: in a ring it sends to one neighbour only.",
)
def sends_chunks_to_their_owners(tensor):
    rank, ranks = dist.get_rank(), dist.get_world_size()

    def work(flat):
        chunks = flat.tensor_split(ranks)
        for shift in range(1, ranks):
            received = torch.empty_like(chunks[rank])
            exchange(chunks[(rank + shift) % ranks].clone(), (rank + shift) % ranks, received, (rank - shift) % ranks)
            chunks[rank].add_(received)
        for shift in range(1, ranks):
            received = torch.empty_like(chunks[(rank - shift) % ranks])
            exchange(chunks[rank].clone(), (rank + shift) % ranks, received, (rank - shift) % ranks)
            chunks[(rank - shift) % ranks].copy_(received)

    into(tensor, work)


@mistake(
    ring_all_reduce,
    "What is passed on is the running sum, so that early numbers are counted several times. Pass on what has arrived, "
    "and add it to a sum kept beside.",
)
def passes_on_the_running_sum(tensor):
    rank, ranks = dist.get_rank(), dist.get_world_size()
    for _ in range(ranks - 1):
        received = torch.empty_like(tensor, memory_format=torch.contiguous_format)
        exchange(tensor.contiguous().clone(), (rank + 1) % ranks, received, (rank - 1) % ranks)
        tensor += received


@mistake(
    ring_all_reduce,
    "Each half has n steps here. After n - 1 a chunk has been to all ranks; one more step counts or sends it once too "
    "often.",
)
def takes_n_steps(tensor):
    rank, ranks = dist.get_rank(), dist.get_world_size()

    def work(flat):
        chunks = flat.tensor_split(ranks)
        for step in range(2 * ranks):
            theirs = chunks[(rank - step - 1) % ranks]
            received = torch.empty_like(theirs)
            exchange(chunks[(rank - step) % ranks].clone(), (rank + 1) % ranks, received, (rank - 1) % ranks)
            theirs.copy_(theirs + received if step < ranks else received)

    into(tensor, work)


@mistake(
    ring_all_reduce,
    "The last half has one step too many: after n - 1 steps every rank has all chunks, and what is sent then is sent "
    "in vain.",
)
def hands_on_once_too_often(tensor):
    rank, ranks = dist.get_rank(), dist.get_world_size()

    def work(flat):
        chunks = flat.tensor_split(ranks)
        for step in range(2 * ranks - 1):
            theirs = chunks[(rank - step - 1) % ranks]
            received = torch.empty_like(theirs)
            exchange(chunks[(rank - step) % ranks].clone(), (rank + 1) % ranks, received, (rank - 1) % ranks)
            theirs.copy_(theirs + received if step < ranks - 1 else received)

    into(tensor, work)


@mistake(
    ring_all_reduce,
    "Everything passes through float32: large whole numbers and double precision lose their last digits. "
    "Keep the dtype: no `.float()`, and `empty_like` for what you receive into.",
    keeps=0.9,
)
def passes_through_float(tensor):
    flat = tensor.flatten().float()
    ring(flat)
    tensor.copy_(flat.view(tensor.shape))


@mistake(
    ring_all_reduce,
    "The numbers travel in float64, as twice as many bytes as float32 has. Send them in the dtype they have.",
)
def travels_in_double(tensor):
    flat = tensor.flatten().double()
    ring(flat)
    tensor.copy_(flat.view(tensor.shape))


@mistake(
    ring_all_reduce,
    "A tensor that is not contiguous, as a transposed one, is refused by `view`, and by `send` and `recv` too. Work on "
    "`tensor.flatten()`, and write the sum back with `tensor.copy_(…)`.",
    keeps=0.9,
)
def views_what_is_transposed(tensor):
    ring(tensor.view(-1))


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


promised(
    ring_all_reduce,
    "Replaces `tensor` on every rank by the sum over all ranks, as `dist.all_reduce(tensor)`, over a ring.",
    by=["a multiple of n", "2(n-1) chunks to one neighbour"],
)
promised(
    ring_all_reduce,
    "Each rank sends 2(n - 1) chunks to one neighbour and receives as many from the other; together they are "
    "2(n - 1)/n of the tensor.",
    by=["2(n-1) chunks to one neighbour", "a block is cut into n equal chunks"],
)
promised(ring_all_reduce, "Nothing is padded.", by=["no padding travels"])
promised(ring_all_reduce, "On a single rank nothing is sent.", by=["a rank alone, too"])
promised(
    ring_all_reduce,
    "tensor: any shape, dtype and strides; shape and dtype are the same on all ranks.",
    by=[
        "a number without dimensions, and no number",
        "whole numbers",
        "double precision",
        "bfloat16",
        "a transposed matrix",
        "every other column of a matrix",
    ],
)
promised(ring_all_reduce, "It is changed in place.", by=["a multiple of n", "a transposed matrix"])
