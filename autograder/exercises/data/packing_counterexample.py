"""What `packing_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.data._suspects import SUSPECTS, by_numbers

MOST_ROWS, MOST_TEXTS, MOST_PLACES = 10, 10, 64


def library(lengths: Tensor, places: int) -> Tensor:
    """One block of True for each text, by `torch.block_diag`; what is left of the row stays False."""
    mask = torch.zeros(len(lengths), places, places, dtype=torch.bool)
    for row, texts in zip(mask, lengths.tolist(), strict=True):
        blocks = torch.block_diag(*[torch.ones(words, words) for words in texts if words]).bool()
        row[: len(blocks), : len(blocks)] = blocks
    return mask


@counterexample(points=2, library=library, definition=by_numbers, suspects=SUSPECTS)
def packing_counterexample(lengths: Tensor, places: int) -> None:
    """Packed rows on which six wrong block masks are seen to be wrong."""
    if not isinstance(lengths, Tensor) or lengths.dtype != torch.int64 or lengths.dim() != 2:
        raise ValueError("lengths should be an int64 tensor with two dimensions")
    if not (1 <= lengths.shape[0] <= MOST_ROWS and 1 <= lengths.shape[1] <= MOST_TEXTS):
        raise ValueError(f"lengths should have 1 to {MOST_ROWS} rows of 1 to {MOST_TEXTS} texts")
    if type(places) is not int or not 1 <= places <= MOST_PLACES:
        raise ValueError(f"places should be a whole number from 1 to {MOST_PLACES}")
    if bool((lengths < 0).any()) or bool((lengths.sum(dim=1) > places).any()):
        raise ValueError("no length should be below 0, and the texts of a row should fit into its places")
    if bool((lengths[:, :1] < 1).any()):
        raise ValueError("each row should begin with a text of one word or more")
    if bool(((lengths[:, 1:] > 0) & (lengths[:, :-1] == 0)).any()):
        raise ValueError("in each row the texts should stand first, and the zeros behind them")
