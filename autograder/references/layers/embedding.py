"""`embedding`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def embedding(indices, table, padding_idx=None):
    if indices.numel() and not (int(indices.min()) >= 0 and int(indices.max()) < len(table)):
        raise IndexError("index out of range")
    return F.embedding(indices, table, padding_idx)


def checked(indices, table):
    if indices.numel() and (int(indices.amin()) < 0 or int(indices.amax()) >= table.shape[0]):
        raise IndexError("no such row")
    return indices.long()


def apart(rows, indices, padding_idx):
    """Right: without a gradient where it is padding."""
    return torch.where((indices == padding_idx)[..., None], rows.detach(), rows)


@mistake(
    embedding,
    "The padding's row learns like the others: `padding_idx` plays no part.",
)
def padding_learns(indices, table, padding_idx=None):
    return table[checked(indices, table)]


@mistake(
    embedding,
    "The padding's row learns where it is row 0, as with `if padding_idx:`: 0 is a row like any other.",
    keeps=0.7,
)
def zero_is_false(indices, table, padding_idx=None):
    rows = table[checked(indices, table)]
    return apart(rows, indices, padding_idx) if padding_idx else rows


@mistake(
    embedding,
    "The padding is read as zeros. Its row is read like any other, whatever stands in it; only its gradient is kept "
    "away. (`nn.Embedding` sets that row to zero once, when it is made.)",
)
def padding_is_zero(indices, table, padding_idx=None):
    rows = table[checked(indices, table)]
    return rows if padding_idx is None else rows.masked_fill((indices == padding_idx)[..., None], 0)


@mistake(
    embedding,
    "The caller's table is changed: zeros are written into the padding's row.",
)
def writes_zeros(indices, table, padding_idx=None):
    checked(indices, table)
    if padding_idx is not None:
        with torch.no_grad():
            table[padding_idx] = 0
    return table[indices]


@mistake(
    embedding,
    "No row learns at all as soon as there is a padding: the gradient is kept away from the whole table. Only the one "
    "row should get none.",
)
def nothing_learns(indices, table, padding_idx=None):
    rows = table[checked(indices, table)]
    return rows if padding_idx is None else rows + 0 * table.sum() - 0 * table.sum() + (rows.detach() - rows)


@mistake(
    embedding,
    "No gradient comes to the table, as where it is detached or computed with under `no_grad`: nothing would ever be "
    "learned.",
)
def detached(indices, table, padding_idx=None):
    return table.detach()[checked(indices, table)]


@mistake(
    embedding,
    "A row below 0 is not refused: to Python, −1 is the last row. In a vocabulary it is a mistake, and should be an "
    "IndexError.",
    keeps=0.85,
)
def negative_rows(indices, table, padding_idx=None):
    rows = table[indices.long()]
    return rows if padding_idx is None else apart(rows, indices, padding_idx)


@mistake(
    embedding,
    "An index that is not in the table is replaced by one that is, without a word. It should be an IndexError.",
    keeps=0.86,
)
def clamps(indices, table, padding_idx=None):
    rows = table[indices.long().clamp(0, len(table) - 1)]
    return rows if padding_idx is None else apart(rows, indices, padding_idx)


@mistake(
    embedding,
    "Columns of the table are taken, where it should be rows.",
)
def columns(indices, table, padding_idx=None):
    return table.T[checked(indices, table)] if len(table) <= table.shape[1] else table[:, indices].movedim(0, -1)


@mistake(
    embedding,
    "The width comes first: (width, …), where the docstring has (…, width).",
)
def width_first(indices, table, padding_idx=None):
    rows = table[checked(indices, table)]
    rows = rows if padding_idx is None else apart(rows, indices, padding_idx)
    return rows.movedim(-1, 0)


@mistake(
    embedding,
    "A batch of sentences comes out as one long sentence: the shape of the indices is lost.",
    keeps=0.6,
)
def flat(indices, table, padding_idx=None):
    rows = table[checked(indices, table)]
    rows = rows if padding_idx is None else apart(rows, indices, padding_idx)
    return rows.reshape(-1, table.shape[1])


@mistake(
    embedding,
    "A row that is read several times gets the gradient of one of these places alone. It should get all of them, "
    "added.",
    keeps=0.7,
)
def learns_once(indices, table, padding_idx=None):
    checked(indices, table)
    flat_indices = indices.long().flatten()
    rows = table[flat_indices]
    seen, keep = set(), []
    for index in flat_indices.tolist():
        keep.append(index not in seen and index != padding_idx)
        seen.add(index)
    first = torch.tensor(keep, dtype=torch.bool, device=table.device)[:, None]
    return torch.where(first, rows, rows.detach()).reshape(*indices.shape, table.shape[1])


@mistake(
    embedding,
    "The padding's row learns like the others, and a row below 0 is not refused.",
)
def plain(indices, table, padding_idx=None):
    return table[indices.long()]


@mistake(
    embedding,
    "A hook is left on the table: it keeps the padding's row from learning in this call, and from then on in every "
    "other use of the table. Detach the padding's row where it is read, as "
    "with `torch.where` and `table.detach()`, and leave the table alone.",
    keeps=0.5,
)
def leaves_a_hook(indices, table, padding_idx=None):
    checked(indices, table)
    if padding_idx is not None and table.requires_grad:
        learns = torch.arange(table.shape[0], device=table.device) != padding_idx
        table.register_hook(lambda grad: grad * learns[:, None])
    return table[indices.long()]


@mistake(
    embedding,
    "Where there are no indices at all, this raises: an empty tensor has no smallest number. Ask whether any index is "
    "out of range, `(indices < 0).any()`.",
    keeps=0.99,
)
def smallest_of_none(indices, table, padding_idx=None):
    if int(indices.min()) < 0 or int(indices.max()) >= table.shape[0]:
        raise IndexError("no such row")
    rows = table[indices.long()]
    return rows if padding_idx is None else apart(rows, indices, padding_idx)


@alternative(embedding)
def by_one_hot(indices, table, padding_idx=None):
    if bool((indices < 0).any()) or bool((indices >= table.shape[0]).any()):
        raise IndexError
    hot = F.one_hot(indices.long(), table.shape[0]).to(table.dtype)
    if padding_idx is None:
        return hot @ table
    learning = torch.ones(table.shape[0], 1, dtype=table.dtype, device=table.device)
    learning[padding_idx] = 0
    return hot @ (table * learning + (table * (1 - learning)).detach())


@alternative(embedding)
def by_index_select(indices, table, padding_idx=None):
    found = (
        table.index_select(0, checked(indices, table).reshape(-1)).reshape(*indices.shape, -1)
        if (indices.numel())
        else table.new_zeros(*indices.shape, table.shape[1])
    )
    if padding_idx is not None:
        hidden = (indices == padding_idx).unsqueeze(-1)
        found = found.masked_fill(hidden, 0) + found.detach() * hidden
    return found


for sentence, by in {
    "For each index, its row of the table.": ["one sentence", "a batch of sentences"],
    "indices: whole numbers, any shape.": ["indices of int32", "a single word", "three dimensions"],
    "table: shape (words, width), floating point.": ["one sentence", "a square table"],
    "padding_idx: the row that is read like the others, but its gradient is 0; None: there is none.": [
        "padding at 0",
        "padding in the middle",
        "gradients",
    ],
    "Shape (*indices.shape, width), dtype of `table`.": ["three dimensions", "bfloat16"],
    "A row that is read several times gets the gradients of all these places, added.": ["a word that comes often"],
    "IndexError: an index is below 0, or not in the table.": ["indices out of range"],
}.items():
    promised(embedding, sentence, by=by)
