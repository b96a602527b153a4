"""What `shares_memory` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


@exercise(points=2)
def shares_memory(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Whether two tensors lie in the same memory."""
    x = draw.normal(4, 6)
    picked = x[torch.tensor([0, 1, 2, 3], device=draw.device)]
    # A pair that shares stands beside one that does not, so that a constant answer earns nothing.
    groups = {
        "a row, and its copy": {"x[1]": (x, x[1]), "x[1].clone()": (x, x[1].clone())},
        "slices": {"x[1:3, 2:5]": (x, x[1:3, 2:5]), "two halves": (x[:2], x[2:]), "picked rows": (x, picked)},
        "equal values": {"x and x": (x, x), "x + 0": (x, x + 0), "a mask of all": (x, x[x == x])},
        "other shapes": {
            "x.T": (x, x.T),
            "x.reshape(8, 3)": (x, x.reshape(8, 3)),
            "x.T.reshape(8, 3)": (x, x.T.reshape(8, 3)),
        },
        "conversions": {
            "x.detach()": (x, x.detach()),
            "x.to(x.dtype)": (x, x.to(x.dtype)),
            "x.double()": (x, x.double()),
            "x.view(torch.int32)": (x, x.view(torch.int32)),
        },
        "empty tensors": {"two": (x.new_empty(0), x.new_empty(0, 3)), "x[:0]": (x, x[:0]), "x and x": (x, x)},
    }
    for name, pairs in groups.items():
        yield name, partial(_each, candidate, pairs)
    yield "NumPy and back", lambda: _through_numpy(candidate, x.cpu())
    yield "the tensors are left alone", lambda: _unharmed(candidate, draw.normal(5))
    yield "drawn pairs", lambda: _drawn_pairs(candidate, draw)


def _each(candidate: Any, pairs: dict[str, tuple[Tensor, Tensor]]) -> dict[str, object]:
    """What the candidate says about each pair, both ways round."""
    return {name: [candidate(one, other), candidate(other, one)] for name, (one, other) in pairs.items()}


def _unharmed(candidate: Any, x: Tensor) -> dict[str, object]:
    """Exactly: adding 1 and taking it away again loses the last digits."""
    before = x.clone()
    return {"its answer": candidate(x, x[2:]), "the same values afterwards": torch.equal(before, x)}


def _through_numpy(candidate: Any, x: Tensor) -> dict[str, object]:
    array = x.numpy()
    return _each(candidate, {"from_numpy": (x, torch.from_numpy(array)), "torch.tensor": (x, torch.tensor(array))})


def _drawn_pairs(candidate: Any, draw: Draw) -> list[object]:
    x = draw.normal(5, 3)
    pairs = [x[1:], x[:, 1], x.T, x.detach()[2], x.clone(), x * 1, x[[1, 2]], x.to(torch.float64)]
    return [candidate(x, pairs[index]) for index in draw.permutation(len(pairs)).tolist()]
