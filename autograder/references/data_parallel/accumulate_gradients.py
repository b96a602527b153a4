"""`accumulate_gradients`: what is right, and what goes wrong."""

from contextlib import nullcontext

import torch
import torch.distributed as dist

from autograder.references import alternative, equivalent, mistake


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
    "with model.no_sync() if number < len(batches) else nullcontext():",
    "with model.no_sync() if number != len(batches) else nullcontext():",
    "the count ends with the last batch, so what is not equal is smaller",
)
equivalent(
    accumulate_gradients,
    "with model.no_sync() if number < len(batches) else nullcontext():",
    "with model.no_sync() if number is not len(batches) else nullcontext():",
    "as with !=: CPython has one object for each small number",
)
