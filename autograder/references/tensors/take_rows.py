"""`take_rows`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def take_rows(table, rows):
    # The shape in one piece: `reshape(*shape)` fails for the shape of a single number, ().
    return torch.index_select(table, 0, rows.reshape(-1)).reshape(rows.shape + table.shape[1:])


@mistake(take_rows, "Columns are picked: table[:, rows]. The first index counts the rows: table[rows].")
def takes_columns(table, rows):
    return table[:, rows]


@mistake(
    take_rows,
    "A slice runs from the lowest row to the highest. It cannot repeat or reorder rows, and it is a view: writing"
    " to it writes to the table.",
)
def slices(table, rows):
    return table[int(rows.min()) : int(rows.max()) + 1]


MASKED = (
    "Each row comes once, in the table's order, as with a mask, which says of each row in or out. Row "
    "numbers themselves, table[rows], repeat and reorder."
)


@mistake(take_rows, MASKED)
def masks(table, rows):
    return table[torch.isin(torch.arange(len(table), device=table.device), rows)]


@mistake(take_rows, MASKED)
def masks_in_shape(table, rows):
    kept = masks(table, rows)
    return kept.reshape(rows.shape + kept.shape[1:]) if len(kept) == rows.numel() else kept


@mistake(
    take_rows,
    "gather takes one entry for each entry of its index. An index of one column fetches the first column only; "
    "expand it to all columns.",
)
def gathers_one_column(table, rows):
    return table.gather(0, rows.reshape(-1, 1))


@mistake(
    take_rows,
    "Single entries of the flattened table come back, as torch.take numbers them; the numbers given here are "
    "those of rows.",
)
def takes_entries(table, rows):
    return torch.take(table, rows)


@mistake(
    take_rows,
    "torch.stack needs at least one tensor, so a loop over no rows fails; table[rows] gives a table of no rows.",
    keeps=0.95,
)
def stacks_in_a_loop(table, rows):
    return torch.stack([table[row] for row in rows])


@mistake(
    take_rows,
    "squeeze() drops every dimension of length 1: a single row comes back without its first dimension.",
    keeps=0.95,
)
def squeezes(table, rows):
    return table[rows].squeeze()


@mistake(
    take_rows,
    "The row numbers are flattened and stay flat. The result has the shape of `rows` followed by that of one row.",
    keeps=0.9,
)
def flattens_the_batch(table, rows):
    return table[rows.flatten()]


@mistake(
    take_rows,
    "A row number without dimensions is plain indexing and gives a view: writing to the result writes to the table. "
    "`.clone()` makes new memory.",
    keeps=0.9,
)
def a_view_of_one_row(table, rows):
    return table[rows]


SIZES = (
    "A single number has the shape (), so that reshape or view, given the sizes one by one, gets nothing and raises. "
    "The shape in one piece will do, and table[rows] needs no reshape at all."
)


@mistake(take_rows, SIZES, keeps=0.95)
def flattens_and_shapes_again(table, rows):
    return table[rows.flatten()].reshape(*rows.shape, *table.shape[1:])


@mistake(
    take_rows,
    "table[rows, :] has an index for a second dimension, and a table of shape (n,) has none. Trailing colons are never "
    "needed: table[rows].",
    keeps=0.9,
)
def names_a_second_dimension(table, rows):
    return table[rows, :].clone()


@mistake(take_rows, "Row numbers are taken to count from 1. They count from 0.")
def counts_from_one(table, rows):
    return table[rows - 1]


@mistake(
    take_rows,
    "Whole numbers and float64 come back as float32, as when one-hot rows are multiplied with the table. The "
    "result has the table's dtype, which table[rows] keeps.",
    keeps=0.9,
)
def multiplies(table, rows):
    hot = (rows[..., None] == torch.arange(len(table), device=rows.device)).float()
    return torch.tensordot(hot, table.float(), dims=1)


@alternative(take_rows)
def by_indexing(table, rows):
    return table[rows].clone()


@alternative(take_rows)
def gathers(table, rows):
    flat = table.reshape(len(table), -1)
    index = rows.reshape(-1, 1).expand(-1, flat.shape[1])
    return flat.gather(0, index).reshape(rows.shape + table.shape[1:])


@alternative(take_rows)
def copies_row_by_row(table, rows):
    result = table.new_empty(rows.numel(), *table.shape[1:])
    for position, row in enumerate(rows.flatten().tolist()):
        result[position] = table[row]
    return result.reshape(rows.shape + table.shape[1:])


promised(
    take_rows,
    "The rows of `table` with the numbers `rows`: in that order, as often as they are named.",
    by=["in another order, with repeats", "drawn rows"],
)
promised(
    take_rows,
    "table: shape (n, ...), any dtype.",
    by=["rows that are matrices", "rows that are numbers", "float64", "booleans and bfloat16"],
)
promised(
    take_rows,
    "rows: row numbers from 0 to n - 1, any shape, int64, on the table's device.",
    by=["a row number without dimensions", "a batch of row numbers", "no rows"],
)
promised(
    take_rows,
    "New memory, shape (*rows.shape, *table.shape[1:]), dtype and device of the table.",
    by=["writing to the result spares the table", "one of the numbers of a vector", "float64"],
)
promised(
    take_rows,
    "Writing to it leaves the table as it was.",
    by=["writing to the result spares the table", "a row number without dimensions", "one of the numbers of a vector"],
)
