"""`checkerboard`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake


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
    "The cells are numbered from 0 to rows · columns − 1 and taken % 2. With an even number of columns every row "
    "starts with the same colour, and the board has stripes.",
)
def numbers_the_cells(rows, columns, dtype=torch.float32, device=None):
    return (torch.arange(rows * columns) % 2).reshape(rows, columns).to(device=device, dtype=dtype)


@mistake(checkerboard, "Rows and columns are exchanged: the shape is (rows, columns), rows first.")
def columns_first(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(columns, rows, dtype, device)


@mistake(checkerboard, "dtype is accepted and then forgotten: hand it on, as in torch.zeros(…, dtype=dtype).")
def forgets_dtype(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(rows, columns, device=device)


@mistake(checkerboard, "device is accepted and then forgotten: hand it on, as in torch.zeros(…, device=device).")
def forgets_device(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(rows, columns, dtype)


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
