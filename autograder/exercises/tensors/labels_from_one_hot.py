"""What `labels_from_one_hot` must show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments


@exercise(points=2)
def labels_from_one_hot(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The class numbers behind one-hot rows; anything else is refused."""
    rows = torch.tensor([[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], device=draw.device)
    yield "a batch of rows", lambda: candidate(rows)
    yield "drawn rows", lambda: candidate(_encoded(draw, 7, classes=5))
    yield "floating point", lambda: candidate(_encoded(draw, 6, classes=3).float())
    yield "booleans", lambda: candidate(_encoded(draw, 5, classes=4).bool())
    yield "three dimensions", lambda: candidate(_encoded(draw, 2, 3, classes=6))
    yield "a single row, without a batch", lambda: candidate(_encoded(draw, classes=5))
    yield "no rows", lambda: candidate(_encoded(draw, 0, classes=4))
    yield "the input is left alone", lambda: with_arguments(candidate, _encoded(draw, 4, classes=3))
    counts = {"a row of zeros": [0, 0, 0, 0], "two ones": [0, 1, 0, 1], "a row of ones": [1, 1, 1, 1]}
    yield "rows without one, or with several, are refused", lambda: _refusals(candidate, rows, counts)
    others: dict[str, list[float]] = {
        "a two": [0, 2, 0, 0],
        "one and a half": [1, 0.5, 0, 0],
        "one and minus one": [1, -1, 0, 0],
    }
    others["probabilities"] = torch.softmax(draw.normal(4), dim=0).tolist()
    yield "rows of other numbers are refused", lambda: _refusals(candidate, rows.float(), others)


def _refusals(candidate: Any, good: Tensor, bad: Mapping[str, Sequence[float]]) -> dict[str, object]:
    """What comes of good rows alone, and of the same rows with a bad one among them."""
    found: dict[str, object] = {"good rows": candidate(good)}
    for name, row in bad.items():
        try:
            found[name] = candidate(torch.cat([good, good.new_tensor([row])]))
        except ValueError:
            found[name] = "refused"
    return found


def _encoded(draw: Draw, *shape: int, classes: int) -> Tensor:
    """One-hot rows of drawn labels, int64."""
    return F.one_hot(draw.integers(*shape, high=classes), classes)
