"""`gather`: what is right, and what goes wrong."""

import torch
from torch import Tensor

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.data_parallel._shared import rebuilt


def gather(outputs):
    first = outputs[0]
    if isinstance(first, Tensor):
        rows = [row for part in outputs for row in (part.reshape(1) if part.dim() == 0 else part)]
        return torch.stack(rows)
    if isinstance(first, dict | list | tuple):
        places = first if isinstance(first, dict) else range(len(first))
        return rebuilt(first, [gather([part[place] for part in outputs]) for place in places])
    return None


def gathered(join, outputs, rebuild=rebuilt, rest=lambda parts: None):
    """The frame of most answers; mistakes bring their own `join` for tensors, `rebuild` for containers, or `rest`."""
    first = outputs[0]
    if isinstance(first, Tensor):
        return join(outputs)
    if isinstance(first, dict):
        return rebuild(first, [gathered(join, [part[key] for part in outputs], rebuild, rest) for key in first])
    if isinstance(first, list | tuple):
        return rebuild(first, [gathered(join, list(items), rebuild, rest) for items in zip(*outputs, strict=True)])
    return rest(outputs)


def rows_or_scalars(parts):
    return torch.stack(parts) if parts[0].dim() == 0 else torch.cat(parts)


def for_losses(join):
    """What joins rows as it should be and losses by `join`."""
    return lambda parts: join(parts) if parts[0].dim() == 0 else torch.cat(parts)


@mistake(gather, "`stack` makes a new dimension for the parts. Rows are laid together along the one there is: `cat`.")
def stacks(outputs):
    return gathered(torch.stack, outputs)


@mistake(
    gather,
    "`cat` has nothing to lay scalars along: a loss without dimensions fails. DataParallel makes a vector of them, "
    "one a part.",
    keeps=0.65,
)
def forgets_scalars(outputs):
    return gathered(torch.cat, outputs)


@mistake(
    gather,
    "The losses are averaged here. A vector of them is asked for: how a short part is to be weighed, only the "
    "caller knows.",
    keeps=0.65,
)
def averages_losses(outputs):
    return gathered(for_losses(lambda parts: sum(parts) / len(parts)), outputs)


@mistake(
    gather,
    "The losses are added up here. A vector of them is asked for, one a replica: what to make of them is the caller's "
    "business.",
    keeps=0.65,
)
def adds_up_losses(outputs):
    return gathered(for_losses(sum), outputs)


@mistake(gather, "Losses come back as a Python list. Tensors without a dimension make one tensor: `stack`.", keeps=0.65)
def lists_losses(outputs):
    return gathered(for_losses(list), outputs)


@mistake(
    gather,
    "Each loss becomes a row of its own, shape (n, 1). A vector is asked for, shape (n,).",
    keeps=0.7,
)
def makes_a_column_of_losses(outputs):
    return gathered(for_losses(lambda parts: torch.stack(parts).unsqueeze(1)), outputs)


@mistake(
    gather,
    "The losses are made into a new tensor from Python numbers: it has no way back to the replicas, and the default "
    "dtype instead of theirs. `stack` keeps both.",
    keeps=0.9,
)
def copies_losses(outputs):
    return gathered(for_losses(lambda parts: torch.tensor([float(part) for part in parts])), outputs)


@mistake(
    gather,
    "A single output is handed back as it is. Even one alone is laid together like several: a loss without a "
    "dimension becomes a vector of one.",
    keeps=0.95,
)
def hands_back_a_single_output(outputs):
    return outputs[0] if len(outputs) == 1 else gathered(rows_or_scalars, outputs)


@mistake(
    gather,
    "No gradient reaches the replicas, as when the parts are detached or laid together under "
    "`torch.no_grad()`. `cat` and `stack` keep the way back.",
    keeps=0.9,
)
def detaches_parts(outputs):
    return gathered(lambda parts: rows_or_scalars([part.detach() for part in parts]), outputs)


@mistake(gather, "The parts are laid side by side along the last dimension. Rows go under rows: dimension 0.")
def lays_side_by_side(outputs):
    return gathered(lambda parts: torch.stack(parts) if parts[0].dim() == 0 else torch.cat(parts, dim=-1), outputs)


@mistake(
    gather,
    "`vstack` makes rows of what has one dimension only, and a column of scalars. `cat` along dimension 0 leaves a "
    "vector a vector.",
)
def makes_rows_of_vectors(outputs):
    return gathered(torch.vstack, outputs)


@mistake(gather, "Shorter parts are filled up with zeros, and the parts stay apart. Rows go under rows: `cat`.")
def pads_short_parts(outputs):
    def join(parts):
        return torch.stack(parts) if parts[0].dim() == 0 else torch.nn.utils.rnn.pad_sequence(parts, batch_first=True)

    return gathered(join, outputs)


@mistake(gather, "Only the first part comes back: the others' rows are lost.")
def keeps_the_first(outputs):
    return gathered(lambda parts: rows_or_scalars(parts[:1]), outputs)


@mistake(gather, "The parts come in reverse order. The rows of the first replica are the first.")
def turns_the_order_round(outputs):
    return gathered(lambda parts: rows_or_scalars(parts[::-1]), outputs)


@mistake(gather, "Lists come out as tuples: give each structure its own type back, `type(first)(…)`.", keeps=0.9)
def gathers_tuples(outputs):
    return gathered(
        rows_or_scalars, outputs, lambda like, items: rebuilt(like if isinstance(like, dict) else (), items)
    )


@mistake(gather, "Tuples come out as lists: give each structure its own type back, `type(first)(…)`.", keeps=0.9)
def gathers_lists(outputs):
    return gathered(
        rows_or_scalars, outputs, lambda like, items: rebuilt(like, items) if isinstance(like, dict) else items
    )


@mistake(
    gather,
    "A dict's values are matched by their place. Two equal dicts may list their keys in different orders: ask each "
    "output for the key.",
    keeps=0.95,
)
def matches_values_by_place(outputs):
    first = outputs[0]
    if isinstance(first, dict | list | tuple):
        columns = [part.values() if isinstance(part, dict) else part for part in outputs]
        return rebuilt(first, [matches_values_by_place(list(items)) for items in zip(*columns, strict=True)])
    return gathered(rows_or_scalars, outputs)


@mistake(
    gather,
    "Every item is taken for a tensor: None, which a model returns for what it does not use, has to stay None.",
    keeps=0.95,
)
def knows_no_none(outputs):
    first = outputs[0]
    if isinstance(first, dict):
        return rebuilt(first, [knows_no_none([part[key] for part in outputs]) for key in first])
    if isinstance(first, list | tuple):
        return rebuilt(first, [knows_no_none(list(items)) for items in zip(*outputs, strict=True)])
    return rows_or_scalars(outputs)


@mistake(
    gather,
    "Where the replicas return None, a list comes back with a None of each. One None is asked for: None stays None.",
    keeps=0.95,
)
def lists_none(outputs):
    return gathered(rows_or_scalars, outputs, rest=list)


@mistake(
    gather,
    "A tensor that holds one number is taken for a loss. A single row of one number has a dimension, and is laid under "
    "the others: ask for `dim() == 0`, not for `numel() == 1`.",
)
def one_number_is_a_loss(outputs):
    first = outputs[0]
    if isinstance(first, Tensor):
        return torch.stack(outputs) if first.numel() == 1 else torch.cat(outputs)
    if isinstance(first, dict):
        return {key: one_number_is_a_loss([output[key] for output in outputs]) for key in first}
    if isinstance(first, tuple | list):
        return type(first)(one_number_is_a_loss(list(items)) for items in zip(*outputs, strict=True))
    return None


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
    "return torch.stack(outputs) if first.dim() == 0 else torch.cat(outputs)",
    "return torch.stack(outputs) if first.dim() <= 0 else torch.cat(outputs)",
    "no tensor has fewer than zero dimensions",
)
equivalent(
    gather,
    "return type(first)(gather(list(items)) for items in zip(*outputs, strict=True))",
    "return type(first)(gather(list(items)) for items in zip(*outputs, strict=False))",
    "the outputs are built alike, so all are equally long",
)
equivalent(
    gather,
    "first = outputs[0]",
    "first = outputs[ -1]",
    "the outputs are built alike: the last one tells as much as the first",
)

promised(
    gather,
    "Lays the outputs of replicas together along dimension 0; the way back from `scatter`.",
    by=["parts of equal length", "parts of unequal length"],
)
promised(
    gather,
    "outputs: one for each replica, at least one, all built alike: tensors, None, or plain tuples, lists and dicts of "
    "such in any depth.",
    by=["the loss of a single replica", "a dict with more inside", "a dict whose keys come in another order"],
)
promised(gather, "Tensors may differ in their number of rows.", by=["parts of unequal length"])
promised(
    gather,
    "One structure of the same build: a tuple comes out as a tuple, a list as a list, a dict as a dict.",
    by=["types of the containers"],
)
promised(
    gather,
    "Tensors of shape (rows, ...) are laid one under the other.",
    by=["parts of equal length", "rows without further dimensions"],
)
promised(gather, "Those without a dimension make a vector.", by=["a loss each", "the loss of a single replica"])
promised(gather, "None stays None.", by=["a dict with more inside"])
promised(gather, "Gradients flow back.", by=["gradients find the way back", "to each its own loss's gradient"])
