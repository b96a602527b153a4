"""`checkerboard`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def checkerboard(rows, columns, dtype=torch.float32, device=None):
    board = torch.empty(rows, columns, dtype=dtype, device=device)
    for i in range(rows):
        for j in range(columns):
            board[i, j] = (i + j) % 2
    return board


@mistake(checkerboard, "The corner [0, 0] is 1. Entry [i, j] is (i + j) % 2, so the corner is 0.")
def starts_with_one(rows, columns, dtype=torch.float32, device=None):
    board = torch.ones(rows, columns, dtype=dtype, device=device)
    board[::2, 1::2] = 0
    board[1::2, ::2] = 0
    return board


@mistake(checkerboard, "Only the odd rows are filled: the even rows need their ones too, one column further.")
def every_other_row(rows, columns, dtype=torch.float32, device=None):
    board = torch.zeros(rows, columns, dtype=dtype, device=device)
    board[1::2, ::2] = 1
    return board


@mistake(
    checkerboard,
    "The colours alternate along the flattened board, as when its cells are numbered and taken % 2. With an "
    "even number of columns every row then starts with the same colour, and the board has stripes.",
)
def numbers_the_cells(rows, columns, dtype=torch.float32, device=None):
    return (torch.arange(rows * columns) % 2).reshape(rows, columns).to(device=device, dtype=dtype)


@mistake(checkerboard, "Rows and columns are exchanged: the shape should be (rows, columns), rows first.")
def columns_first(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(columns, rows, dtype, device)


@mistake(
    checkerboard,
    "The board is float32 where another dtype is asked for: hand dtype on, as in torch.zeros(…, dtype=dtype).",
    keeps=0.9,
)
def forgets_dtype(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(rows, columns, device=device)


@mistake(
    checkerboard,
    "The board stays on the default device where another one is asked for: hand device on, as in "
    "torch.zeros(…, device=device).",
    keeps=0.95,
)
def forgets_device(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(rows, columns, dtype)


@mistake(
    checkerboard,
    "Without a device of its own the board lies on the CPU. None means torch's default device, which may be "
    "another one: make the board with device=device, None or not.",
    keeps=0.95,
)
def none_is_the_cpu(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(rows, columns, dtype, device or "cpu")


WHOLE_ROWS = (
    "Whole rows come out as ones. With two pairs of brackets, as in board[::2][1::2], the second pair takes every "
    "other one of the rows again; one pair with a comma, board[::2, 1::2], takes rows and columns."
)


@mistake(checkerboard, WHOLE_ROWS)
def chains_the_slices(rows, columns, dtype=torch.float32, device=None):
    board = torch.zeros(rows, columns, dtype=dtype, device=device)
    board[::2][1::2] = 1
    board[1::2][::2] = 1
    return board


@mistake(checkerboard, WHOLE_ROWS)
def chains_half_of_them(rows, columns, dtype=torch.float32, device=None):
    board = torch.zeros(rows, columns, dtype=dtype, device=device)
    board[::2][1::2] = 1
    return board


@mistake(checkerboard, "Every row is the same: columns alternate and rows do not. Entry [i, j] depends on i + j.")
def columns_only(rows, columns, dtype=torch.float32, device=None):
    return (torch.arange(columns) % 2).expand(rows, columns).to(device=device, dtype=dtype)


@mistake(checkerboard, "Every column is the same: rows alternate and columns do not. Entry [i, j] depends on i + j.")
def rows_only(rows, columns, dtype=torch.float32, device=None):
    return (torch.arange(rows) % 2)[:, None].expand(rows, columns).to(device=device, dtype=dtype)


@mistake(
    checkerboard,
    "Ones stand only where both i and j are odd, as with i · j in the place of i + j. The entry is (i + j) % 2.",
)
def multiplies(rows, columns, dtype=torch.float32, device=None):
    return (torch.outer(torch.arange(rows), torch.arange(columns)) % 2).to(device=device, dtype=dtype)


@mistake(checkerboard, "The remainder is missing: i + j goes on growing. Take it % 2.")
def sums(rows, columns, dtype=torch.float32, device=None):
    return (torch.arange(rows)[:, None] + torch.arange(columns)).to(device=device, dtype=dtype)


@mistake(
    checkerboard,
    "The rows change only in pairs: the board has blocks of two equal rows. Each row starts with the other "
    "colour than the row above it.",
)
def blocks(rows, columns, dtype=torch.float32, device=None):
    return ((torch.arange(rows)[:, None] // 2 + torch.arange(columns)) % 2).to(device=device, dtype=dtype)


@mistake(
    checkerboard,
    "Counting is done in the dtype of the result, and bfloat16 holds every whole number only up to 256. Count in whole "
    "numbers, and convert the finished board.",
    keeps=0.95,
)
def counts_in_the_dtype(rows, columns, dtype=torch.float32, device=None):
    counted = dtype if dtype.is_floating_point else torch.int64
    i, j = (torch.arange(size, device=device).to(counted) for size in (rows, columns))
    return ((i[:, None] + j) % 2).to(dtype)


@alternative(checkerboard)
def adds_indices(rows, columns, dtype=torch.float32, device=None):
    total = torch.arange(rows, device=device)[:, None] + torch.arange(columns, device=device)
    return (total % 2).to(dtype)


@alternative(checkerboard)
def from_lists(rows, columns, dtype=torch.float32, device=None):
    values = [[(i + j) % 2 for j in range(columns)] for i in range(rows)]
    return torch.tensor(values, dtype=dtype, device=device).reshape(rows, columns)


@alternative(checkerboard)
def compares_parities(rows, columns, dtype=torch.float32, device=None):
    odd_row = torch.arange(rows).remainder(2).bool()
    odd_column = torch.arange(columns).remainder(2).bool()
    return (odd_row.unsqueeze(1) ^ odd_column).to(device=device, dtype=dtype)


EVERYWHERE = ["even rows, odd columns", "odd rows, even columns"]
promised(
    checkerboard, "A board whose entry [i, j] is (i + j) % 2: the corner is 0, its neighbours are 1.", by=EVERYWHERE
)
promised(checkerboard, "rows, columns: at least 0.", by=["a single cell, no rows, no columns"])
promised(
    checkerboard, "dtype: of the result.", by=["whole numbers", "booleans, and float64", "more than bfloat16 can count"]
)
promised(checkerboard, "device: of the result; None is the default device.", by=["where it is made"])
promised(checkerboard, "Shape (rows, columns).", by=EVERYWHERE)
