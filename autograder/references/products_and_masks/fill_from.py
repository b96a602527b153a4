"""`fill_from`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def refuse(mask, source):
    if source.numel() < int(mask.sum()):
        raise ValueError("the source has too few entries")


def fill_from(x, mask, source):
    """The library's."""
    refuse(mask.expand(x.shape), source)
    return x.masked_scatter(mask, source)


def scattered(x, mask, source):
    """The library's `masked_scatter`, by numbering what is marked."""
    mask = mask.expand(x.shape)
    number = (mask.flatten().long().cumsum(0) - 1).clamp(min=0)
    return torch.where(mask, source.flatten()[number].view(mask.shape), x) if source.numel() else x.clone()


@mistake(
    fill_from,
    "Where the mask is True, the entry of the source at the same place is taken, as `torch.where` does. The source "
    "is a queue: its first entry goes to the first True, its second to the second, wherever these stand.",
)
def the_same_place(x, mask, source):
    refuse(mask.expand(x.shape), source)
    if source.shape == x.shape:
        return torch.where(mask, source, x)
    return scattered(x, mask, source)


@mistake(
    fill_from,
    "Where the mask is True, the entry of the source at the same place is taken, as `torch.where` does. The source "
    "is a queue: its first entry goes to the first True, its second to the second, wherever these stand.",
)
def the_same_place_by_where(x, mask, source):
    refuse(mask.expand(x.shape), source)
    return torch.where(mask, source, x)


@mistake(
    fill_from,
    "The caller's own tensor is changed: x[mask] = … writes into it. Work on a copy, `x.clone()`.",
    keeps=0.8,
)
def in_place(x, mask, source):
    mask = mask.expand(x.shape)
    refuse(mask, source)
    x[mask] = source.flatten()[: int(mask.sum())]
    return x


NARROW = (
    "A mask with fewer dimensions or with ones in its shape is taken for a smaller tensor: it has to broadcast "
    "first, `mask.expand_as(x)`."
)


@mistake(fill_from, NARROW)
def mask_as_it_is(x, mask, source):
    refuse(mask, source)
    result = x.clone()
    result[mask] = source.flatten()[: int(mask.sum())]
    return result


@mistake(
    fill_from,
    "It works for a mask of the shape of `x` and a source of exactly as many entries. Expand the mask first, and "
    "take `source.flatten()` up to the number that it asks for.",
)
def mask_and_source_as_they_are(x, mask, source):
    result = x.clone()
    result[mask] = source
    return result


@mistake(
    fill_from,
    "How many entries are needed is counted in the mask as it is. Spread over `x`, a smaller mask asks for more of "
    "them, or for none where `x` is empty: expand it before you count.",
    keeps=0.9,
)
def counts_the_small_mask(x, mask, source):
    refuse(mask, source)
    mask = mask.expand(x.shape)
    result = x.clone()
    result[mask] = source.flatten()[: int(mask.sum())]
    return result


@mistake(
    fill_from,
    "What the source has to spare makes it fail: take as many entries as there are True in the mask, no more.",
    keeps=0.6,
)
def the_whole_source(x, mask, source):
    mask = mask.expand(x.shape)
    refuse(mask, source)
    result = x.clone()
    result[mask] = source.flatten()
    return result


@mistake(
    fill_from,
    "Too few entries in the source are not refused with a ValueError: they are repeated, cut off, or fail somewhere "
    "later. Compare `source.numel()` with `mask.sum()`.",
    keeps=0.9,
)
def begins_again(x, mask, source):
    mask = mask.expand(x.shape)
    wanted = int(mask.sum())
    queue = source.flatten() if source.numel() else x.new_zeros(1)
    return scattered(x, mask, queue.repeat(wanted // queue.numel() + 1))


@mistake(
    fill_from,
    "Too few entries in the source are not refused with a ValueError: they are repeated, cut off, or fail somewhere "
    "later. Compare `source.numel()` with `mask.sum()`.",
    keeps=0.9,
)
def no_refusal(x, mask, source):
    mask = mask.expand(x.shape)
    result = x.clone()
    result[mask] = source.flatten()[: int(mask.sum())]
    return result


@mistake(
    fill_from,
    "Too few entries in the source are not refused with a ValueError: they are repeated, cut off, or fail somewhere "
    "later. Compare `source.numel()` with `mask.sum()`.",
    keeps=0.9,
)
def as_the_library_refuses(x, mask, source):
    return scattered(x, mask, source)


@mistake(
    fill_from,
    "The entries are filled column by column. Rows come first, from left to right, as the numbers lie in memory.",
)
def column_by_column(x, mask, source):
    mask = mask.expand(x.shape)
    refuse(mask, source)
    return scattered(x.mT, mask.mT, source).mT if x.dim() > 1 else scattered(x, mask, source)


@mistake(fill_from, "The mask is taken the other way round: what should stay is filled, what should be filled stays.")
def inverted(x, mask, source):
    return scattered(x, ~mask, torch.cat([source.flatten(), source.new_zeros(x.numel())]))


@mistake(fill_from, "The source is used from its end: its last entries go where its first ones should.")
def backwards(x, mask, source):
    mask = mask.expand(x.shape)
    refuse(mask, source)
    return scattered(x, mask, source.flatten().flip(0))


@mistake(
    fill_from,
    "No gradient reaches the source or x: the entries were copied by `.data`, `.detach()`, `.tolist()` or `.item()`. "
    "Copy them as tensors.",
    keeps=0.85,
)
def without_gradient(x, mask, source):
    mask = mask.expand(x.shape)
    refuse(mask, source)
    return scattered(x, mask, source.detach())


@mistake(
    fill_from,
    "No gradient reaches x, as when the copy of it is detached. `x.clone()` is a copy that gradients come through.",
    keeps=0.9,
)
def without_gradient_of_x(x, mask, source):
    mask = mask.expand(x.shape)
    refuse(mask, source)
    return scattered(x.detach(), mask, source)


@alternative(fill_from)
def by_numbering(x, mask, source):
    mask = mask.expand_as(x)
    refuse(mask, source)
    if not source.numel():
        return x.clone()
    number = (mask.flatten().long().cumsum(0) - 1).clamp(min=0)
    return torch.where(mask, source.flatten()[number].view(mask.shape), x)


@alternative(fill_from)
def by_places(x, mask, source):
    places = mask.expand_as(x).flatten().nonzero().squeeze(-1)
    if source.numel() < len(places):
        raise ValueError("too few")
    return x.flatten().index_put((places,), source.reshape(-1)[: len(places)]).view(x.shape)


promised(
    fill_from,
    "`x` with the entries that `mask` marks replaced by those of `source`, one after the other.",
    by=["a row", "a source that is as large as x"],
)
promised(fill_from, "x: any shape and dtype.", by=["three dimensions", "whole numbers and booleans"])
promised(
    fill_from,
    "mask: boolean, broadcasts to the shape of `x`; True: is replaced.",
    by=["a mask for all rows", "a mask of shape (rows, 1)"],
)
promised(
    fill_from,
    "source: dtype of `x`, any shape; it is read row by row, and may have entries to spare.",
    by=["a source of another shape", "a source with some to spare", "a transposed source"],
)
promised(
    fill_from,
    "A new tensor of the shape and dtype of `x`, filled row by row; gradients reach `x` and `source`.",
    by=["a table", "the inputs are left alone", "whose memory", "gradients"],
)
promised(fill_from, "ValueError: `source` has fewer entries than are to be replaced.", by=["too few entries"])
