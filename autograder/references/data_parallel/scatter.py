"""`scatter`: what is right, and what goes wrong."""

import math

import torch
from torch import Tensor

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.data_parallel._shared import rebuilt


def tensors_in(value):
    if isinstance(value, Tensor):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else []
    return [tensor for item in items for tensor in tensors_in(item)]


def rows_of(value, first, last):
    """The same structure with the rows from `first` to `last` of each tensor."""
    if isinstance(value, Tensor):
        return torch.stack([value[row] for row in range(first, min(last, len(value)))])
    if isinstance(value, dict | list | tuple):
        items = value.values() if isinstance(value, dict) else value
        return rebuilt(value, [rows_of(item, first, last) for item in items])
    return value


def scatter(inputs, parts):
    found = tensors_in(inputs)
    if not found:
        return [inputs for _ in range(parts)]
    size = -(-len(found[0]) // parts)
    return [rows_of(inputs, first, first + size) for first in range(0, len(found[0]), size)]


def everywhere(value, parts):
    return [value] * parts


def scattered(cut, inputs, parts, share=everywhere, rebuild=rebuilt, strict=False):
    """The frame of most answers.

    Args:
        cut: what makes pieces of a tensor.
        share: what becomes of all else.
        rebuild: makes a container like the first argument of the items in the second.
        strict: whether all items must make equally many pieces.
    """
    if isinstance(inputs, Tensor):
        return list(cut(inputs, parts))
    if isinstance(inputs, list | tuple | dict) and inputs:
        values = inputs.values() if isinstance(inputs, dict) else inputs
        items = [scattered(cut, item, parts, share, rebuild, strict) for item in values]
        return [rebuild(inputs, piece) for piece in zip(*items, strict=strict)]
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


@mistake(
    scatter,
    "No gradient finds its way back to what was cut, as when the pieces are detached. `chunk` and slices "
    "keep the way back.",
    keeps=0.95,
)
def detaches_pieces(inputs, parts):
    return scattered(lambda x, parts: x.detach().chunk(parts), inputs, parts)


@mistake(
    scatter,
    "Only the outermost level is cut: tensors in a list or dict that lies inside another go whole to every "
    "replica. Go into every depth.",
)
def stays_outside(inputs, parts):
    def cut(value):
        return list(value.chunk(parts)) if isinstance(value, Tensor) else [value] * parts

    if isinstance(inputs, list | tuple | dict):
        values = inputs.values() if isinstance(inputs, dict) else inputs
        return [rebuilt(inputs, piece) for piece in zip(*map(cut, values), strict=False)]
    return cut(inputs)


@mistake(
    scatter,
    "Tuples come out as lists. A model that is called with `model(*piece)` will not mind; others will.",
    keeps=0.9,
)
def makes_lists(inputs, parts):
    return scattered(
        torch.chunk, inputs, parts, rebuild=lambda like, items: rebuilt(like if isinstance(like, dict) else [], items)
    )


@mistake(
    scatter,
    "Lists come out as tuples. Each piece is built like `inputs`, a list as a list: `type(inputs)(…)`.",
    keeps=0.95,
)
def makes_tuples(inputs, parts):
    return scattered(
        torch.chunk, inputs, parts, rebuild=lambda like, items: rebuilt(like if isinstance(like, dict) else (), items)
    )


@mistake(
    scatter,
    "There are always `parts` pieces here: replicas for which no rows are left get empty tensors. `chunk` returns "
    "fewer pieces then, and these replicas are not called.",
)
def fills_up_with_nothing(inputs, parts):
    def cut(x, parts):
        pieces = list(x.chunk(parts))
        return pieces + [x[:0]] * (parts - len(pieces))

    return scattered(cut, inputs, parts)


@mistake(
    scatter,
    "The rows of a piece are rounded down, and what is left makes more pieces than there are replicas. Round up: "
    "⌈rows / n⌉.",
)
def rounds_down(inputs, parts):
    return scattered(lambda x, parts: x.split(max(1, len(x) // parts)), inputs, parts)


@mistake(
    scatter,
    "What is no tensor comes once, not once for each piece. `zip` stops at the shortest, so every piece but the first "
    "is lost: repeat it, `[inputs] * parts`.",
    keeps=0.8,
)
def shares_once(inputs, parts):
    return scattered(torch.chunk, inputs, parts, share=lambda value, parts: [value])


@mistake(
    scatter,
    "Settings that count as false (0, False, an empty list) do not arrive. Ask what something is, "
    "with `isinstance` or `is None`, not whether it counts as true.",
    keeps=0.9,
)
def loses_the_falsy(inputs, parts):
    return scattered(torch.chunk, inputs, parts, share=lambda value, parts: [value or None] * parts)


@mistake(
    scatter,
    "A list of settings is cut like a tensor. Only tensors have rows: everything else goes whole to every piece.",
    keeps=0.9,
)
def cuts_lists_of_settings(inputs, parts):
    if isinstance(inputs, list) and inputs and not tensors_in(inputs):
        size = math.ceil(len(inputs) / parts)
        return [inputs[first : first + size] for first in range(0, len(inputs), size)]
    if isinstance(inputs, list | tuple | dict) and inputs:
        values = inputs.values() if isinstance(inputs, dict) else inputs
        return [
            rebuilt(inputs, piece)
            for piece in zip(*[cuts_lists_of_settings(item, parts) for item in values], strict=False)
        ]
    return scattered(torch.chunk, inputs, parts)


@mistake(
    scatter,
    "An empty container makes no piece at all, and `zip` then drops all the others with it: nothing arrives. Give it "
    "to every piece, as anything that is no tensor.",
    keeps=0.9,
)
def stumbles_over_the_empty(inputs, parts):
    def share(value, parts):
        return [] if isinstance(value, list | tuple | dict) else [value] * parts

    return scattered(torch.chunk, inputs, parts, share=share)


@mistake(
    scatter,
    "`zip(…, strict=True)` raises where a batch makes fewer pieces than `parts` and a setting stands beside it. It has "
    "to stop at the shortest.",
    keeps=0.95,
)
def zips_strictly(inputs, parts):
    return scattered(torch.chunk, inputs, parts, strict=True)


@mistake(
    scatter,
    "Where a tensor makes fewer pieces than `parts`, a container asks for one that is not there. It has as many pieces "
    "as its tensors: `zip` stops at the shortest.",
    keeps=0.95,
)
def counts_to_parts(inputs, parts):
    if not isinstance(inputs, list | tuple | dict) or not inputs:
        return scattered(torch.chunk, inputs, parts)
    items = [counts_to_parts(item, parts) for item in (inputs.values() if isinstance(inputs, dict) else inputs)]
    return [rebuilt(inputs, [pieces[place] for pieces in items]) for place in range(parts)]


@mistake(
    scatter,
    "For a single part the inputs come back as they are. A list is promised, here of one piece: whoever loops over the "
    "result would loop over the inputs.",
    keeps=0.95,
)
def hands_back_a_single_part(inputs, parts):
    return inputs if parts == 1 else scattered(torch.chunk, inputs, parts)


@mistake(scatter, "A tuple of pieces comes back, as from `chunk`. A list of them is promised.", keeps=0.95)
def returns_the_tuple_of_chunks(inputs, parts):
    return inputs.chunk(parts) if isinstance(inputs, Tensor) else scattered(torch.chunk, inputs, parts)


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
    if isinstance(inputs, list | tuple) and len(inputs):
        return list(map(kind, zip(*(by_recursion_over_pieces(item, parts) for item in inputs), strict=False)))
    if isinstance(inputs, dict) and inputs:
        return list(map(kind, zip(*(by_recursion_over_pieces(pair, parts) for pair in inputs.items()), strict=False)))
    return [inputs for _ in range(parts)]


equivalent(
    scatter,
    "return [dict(zip(inputs, piece, strict=True)) for piece in pieces]",
    "return [dict(zip(inputs, piece, strict=False)) for piece in pieces]",
    "a piece has one item for each key",
)

promised(
    scatter,
    "Cuts whatever a model is called with along dimension 0.",
    by=["rows that divide", "a pair", "a dict with more inside"],
)
promised(
    scatter,
    "inputs: a tensor of shape (batch, ...), or plain tuples, lists and dicts of such in any depth, with other things "
    "among them.",
    by=["rows that divide", "a dict with more inside", "settings beside a tensor"],
)
promised(scatter, "All tensors have the same batch.", by="it says what is handed over")
promised(scatter, "parts: how many pieces are asked for.", by=["rows that divide", "one part is a list of one piece"])
promised(
    scatter,
    "A list of pieces, each built like `inputs`: a tuple comes out as a tuple, a list as a list, a dict as a dict.",
    by=["types of the containers", "one part is a list of one piece"],
)
promised(
    scatter,
    "Tensors are cut as by `Tensor.chunk`, so there may be fewer pieces than `parts`; gradients flow back.",
    by=["a last piece that is shorter", "fewer pieces than replicas", "gradients find the way back"],
)
promised(
    scatter,
    "All else, empty containers too, goes to every piece as it is.",
    by=["settings beside a tensor", "settings only"],
)
promised(scatter, "Without any tensor there are `parts` pieces.", by=["settings only"])
