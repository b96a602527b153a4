"""What `take_rows` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients

LOOKUPS = [torch.index_select, Tensor.index_select, F.embedding, torch.embedding, nn.Embedding]


@exercise(points=1, without=LOOKUPS)
def take_rows(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Rows of a table, picked by number, in any order and as often as asked."""
    table = draw.normal(6, 4)
    two_times_three = torch.tensor([[4, 0, 4], [1, 5, 2]], device=draw.device)
    yield "in another order, with repeats", lambda: candidate(table, torch.tensor([5, 1, 1, 0, 3], device=draw.device))
    yield "drawn rows", lambda: candidate(table, draw.integers(9, high=6))
    yield "a single row", lambda: candidate(table, draw.integers(1, high=6))
    yield "no rows", lambda: candidate(table, draw.integers(0, high=6))
    yield "a batch of row numbers", lambda: candidate(table, two_times_three)
    yield "rows that are matrices", lambda: candidate(draw.normal(6, 2, 3), draw.integers(5, high=6))
    yield (
        "a transposed table of whole numbers",
        lambda: candidate(draw.integers(3, 7, high=99).T, draw.integers(4, high=7)),
    )
    yield "writing to the result spares the table", lambda: _write_to_rows(candidate, draw.normal(5, 3), draw.device)
    yield "gradient of the table", lambda: gradients(lambda leaf: candidate(leaf, two_times_three), table)


def _write_to_rows(candidate: Any, table: Tensor, device: torch.device) -> dict[str, object]:
    result = candidate(table, torch.arange(1, 4, device=device))
    result.add_(1)
    return {"the result": result, "the table afterwards": table}
