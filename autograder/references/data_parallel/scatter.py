"""`scatter`: what is right, and what goes wrong."""

import math

import torch
from torch import Tensor

from autograder.references import alternative, equivalent, mistake


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
    "return [dict(zip(inputs, piece, strict=True)) for piece in pieces]",
    "return [dict(zip(inputs, piece, strict=False)) for piece in pieces]",
    "a piece has one item for each key",
)
