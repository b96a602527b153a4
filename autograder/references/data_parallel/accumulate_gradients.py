"""`accumulate_gradients`: what is right, and what goes wrong."""

from contextlib import nullcontext

import torch
import torch.distributed as dist

from autograder.references import alternative, equivalent, mistake, promised


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


def weighed(losses, batches):
    """The mean loss over all rows."""
    return sum(loss * len(x) for loss, (x, _) in zip(losses, batches, strict=True)) / sum(len(x) for x, _ in batches)


def accumulated(model, batches, loss_function, share=None, quiet=None, clear=True, inside=True, report=weighed):
    """The frame of most answers.

    Args:
        share: what a batch's loss is multiplied by.
        quiet: whether the batch of this number keeps its gradients to itself.
        inside: whether the forward pass runs under `no_sync`, too.
        report: what comes back, from the losses of the batches.
    """
    rows, losses = sum(len(x) for x, _ in batches), []
    share = share or (lambda x: len(x) / rows)
    quiet = quiet or (lambda number: number < len(batches) - 1)
    if clear:
        model.zero_grad()
    for number, (x, y) in enumerate(batches):
        early = None if inside else loss_function(model(x), y)
        with model.no_sync() if quiet(number) else nullcontext():
            loss = loss_function(model(x), y) if early is None else early
            (loss * share(x)).backward()
        losses.append(loss.item())
    return report(losses, batches)


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
    "Both bugs are there still: the loss is divided by the ranks, over which DDP takes the mean already; and "
    "every batch is exchanged, since `no_sync` has to hold the forward pass, too.",
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
    keeps=0.8,
)
def weighs_batches_alike(model, batches, loss_function):
    return accumulated(
        model,
        batches,
        loss_function,
        share=lambda x: 1 / len(batches),
        report=lambda losses, _: sum(losses) / len(losses),
    )


@mistake(
    accumulate_gradients,
    "The loss that comes back is right, but in the gradient every batch counts alike: weigh each batch's loss by its "
    "share of the rows before `backward`.",
    keeps=0.85,
)
def weighs_only_the_report(model, batches, loss_function):
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


@mistake(
    accumulate_gradients,
    "The gradients are right, but the loss that comes back is the mean over batches: a batch of one row counts there "
    "as much as a long one.",
    keeps=0.95,
)
def reports_the_mean_over_batches(model, batches, loss_function):
    return accumulated(model, batches, loss_function, report=lambda losses, _: sum(losses) / len(losses))


@mistake(
    accumulate_gradients,
    "The gradients are right, but the losses are added up, not averaged: this rank's mean loss is asked for.",
    keeps=0.87,
)
def reports_the_sum(model, batches, loss_function):
    return accumulated(model, batches, loss_function, report=lambda losses, _: sum(losses))


@mistake(
    accumulate_gradients,
    "The loss that comes back is that of the last batch only. This rank's mean loss over all its rows is asked for.",
    keeps=0.87,
)
def reports_the_last(model, batches, loss_function):
    return accumulated(model, batches, loss_function, report=lambda losses, _: losses[-1])


@mistake(
    accumulate_gradients,
    "A tensor comes back, where a Python number is promised. One that hangs on a graph keeps its batches in "
    "memory: add up plain numbers, `loss.item()`.",
    keeps=0.97,
)
def returns_a_tensor(model, batches, loss_function):
    return torch.tensor(accumulated(model, batches, loss_function))


@mistake(
    accumulate_gradients,
    "The loss function is called with its arguments swapped: first comes what the model says, then y.",
)
def swaps_the_arguments(model, batches, loss_function):
    return accumulated(model, batches, lambda prediction, y: loss_function(y, prediction))


@mistake(
    accumulate_gradients,
    "Only the last batch's gradient is left, as when `zero_grad` is called for every batch. Call it once, "
    "before the first, and let the others add up.",
)
def clears_every_time(model, batches, loss_function):
    rows, value = sum(len(x) for x, _ in batches), 0.0
    for number, (x, y) in enumerate(batches):
        model.zero_grad()
        with model.no_sync() if number < len(batches) - 1 else nullcontext():
            loss = loss_function(model(x), y) * len(x) / rows
            loss.backward()
        value += loss.item()
    return value


@mistake(
    accumulate_gradients,
    "All batches are laid together and go through the model at once. The point of small batches is that each fits "
    "into memory: one forward pass each.",
)
def lays_batches_together(model, batches, loss_function):
    x, y = (torch.cat(items) for items in zip(*batches, strict=True))
    model.zero_grad()
    loss = loss_function(model(x), y)
    loss.backward()
    return loss.item()


@mistake(
    accumulate_gradients,
    "Each batch counts too little, by about the number of ranks. DDP takes the mean over ranks already: what is left "
    "to divide by is the number of this rank's rows.",
)
def weighs_by_all_ranks_rows(model, batches, loss_function):
    rows = sum(len(x) for x, _ in batches) * dist.get_world_size()
    return accumulated(model, batches, loss_function, share=lambda x: len(x) / rows)


@mistake(
    accumulate_gradients,
    "Gradients are divided by this rank's number of rows after the exchange, when they are sums over all ranks' rows. "
    "Where ranks have different numbers, that is another mean on each: divide the loss, before.",
    keeps=0.95,
)
def divides_after_the_exchange(model, batches, loss_function):
    rows = sum(len(x) for x, _ in batches)
    value = accumulated(model, batches, loss_function, share=len)
    for item in model.parameters():
        item.grad /= rows
    return value


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
def by_the_flag(model, batches, loss_function):
    """What `no_sync` does, without it."""
    model.zero_grad()
    rows, value = sum(len(x) for x, _ in batches), 0.0
    for left, (x, y) in zip(range(len(batches) - 1, -1, -1), batches, strict=True):
        model.require_backward_grad_sync = left == 0
        loss = loss_function(model(x), y) * len(x) / rows
        loss.backward()
        value += loss.item()
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

promised(
    accumulate_gradients,
    "Gradients of many batches, one forward pass each, and one exchange between the ranks.",
    by=["batches of equal length", "one exchange for several batches"],
)
promised(accumulate_gradients, "model: wrapped already.", by="it says what is handed over")
promised(accumulate_gradients, "Its earlier gradients do not count.", by=["gradients of an earlier step do not count"])
promised(
    accumulate_gradients,
    "batches: this rank's pairs (x, y), at least one; every rank has equally many.",
    by=["a single batch", "batches of equal length"],
)
promised(accumulate_gradients, "They may differ in rows.", by=["a last batch of one row", "a short batch at the start"])
promised(
    accumulate_gradients,
    "loss_function: called with (model(x), y); gives a mean over rows.",
    by=["a single batch", "each rank's own mean loss"],
)
promised(
    accumulate_gradients,
    "This rank's mean loss over all its rows.",
    by=["each rank's own mean loss", "the mean loss of uneven batches", "the loss is a Python number"],
)
promised(
    accumulate_gradients,
    "Afterwards each gradient is the mean over the ranks of the gradient of that loss.",
    by=["batches of equal length", "a last batch of one row"],
)
