"""`gather`: what is right, and what goes wrong."""

import torch
from torch import Tensor

from autograder.references import alternative, equivalent, mistake


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
