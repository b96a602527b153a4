"""What `shares_memory` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

Pairs: TypeAlias = "dict[str, tuple[Tensor, Tensor]]"
STORAGE = Idea("memory is compared, not objects, values or places in it", weight=2, point=True)


@exercise(points=2)
def shares_memory(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Whether two tensors lie in the same memory."""
    rows, columns = 2 * draw.integer(3, 6), draw.integer(3, 6)
    x, row, cut = draw.normal(rows, columns), draw.integer(1, rows), draw.integer(1, columns)
    yield "the docstring's example", lambda: _example(candidate, draw), STORAGE
    # A pair that shares stands beside one that does not, in drawn order, so that no constant and no memory helps.
    groups: dict[str, Callable[[], Pairs]] = {
        "slices": lambda: _slices(x, row, cut, draw.permutation(rows)),
        "equal values": lambda: _equal(x, row),
        "other shapes": lambda: _shapes(x, rows, columns),
        "conversions": lambda: _conversions(x, row),
    }
    for name, pairs in groups.items():
        yield name, lambda pairs=pairs: _said(candidate, draw, pairs()), STORAGE  # type: ignore[misc]
    yield "empty tensors", lambda: _said(candidate, draw, _empty(x, row))
    yield "NumPy and back", lambda: _said(candidate, draw, _through_numpy(draw.normal(row + 1, 3).cpu()))
    yield "the tensors are left alone", lambda: _unharmed(candidate, draw)
    yield "drawn pairs", lambda: _drawn_pairs(candidate, draw), STORAGE


def _example(candidate: Any, draw: Draw) -> list[object]:
    x = torch.zeros(3, 4, device=draw.device)
    return [candidate(x, x[1]), candidate(x, x.clone()), *_drawn_pairs(candidate, draw)]


def _slices(x: Tensor, row: int, cut: int, order: Tensor) -> Pairs:
    return {
        f"x[{row}]": (x, x[row]), f"x[{row}].clone()": (x, x[row].clone()), f"x[:, {cut}:]": (x, x[:, cut:]),
        "two halves": (x[:row], x[row:]), "picked rows": (x, x[order]),
    }  # fmt: skip


def _equal(x: Tensor, row: int) -> Pairs:
    return {
        "x and x": (x, x), "x + 0": (x, x + 0), "x[x == x]": (x, x[x == x]),
        f"x[{row}] and x[{row}]": (x[row], x[row]), f"x[{row}] and x[{row}] + 0": (x[row], x[row] + 0),
    }  # fmt: skip


def _shapes(x: Tensor, rows: int, columns: int) -> Pairs:
    shape = (rows // 2, 2 * columns)
    return {
        "x.T": (x, x.T), f"x.reshape{shape}": (x, x.reshape(shape)), f"x.T.reshape{shape}": (x, x.T.reshape(shape)),
        "x.mT.contiguous()": (x, x.mT.contiguous()),
    }  # fmt: skip


def _conversions(x: Tensor, row: int) -> Pairs:
    return {
        "x.detach()": (x, x.detach()), "x.to(x.dtype)": (x, x.to(x.dtype)), "x.double()": (x, x.double()),
        "x.view(torch.int32)": (x, x.view(torch.int32)), f"x.detach()[{row}:]": (x, x.detach()[row:]),
        "x.float().clone()": (x, x.float().clone()),
    }  # fmt: skip


def _empty(x: Tensor, row: int) -> Pairs:
    return {
        "two of them": (x.new_empty(0), x.new_empty(0, row)), "x[:0]": (x, x[:0]), "x[:0] twice": (x[:0], x[:0]),
        f"x[:{row}]": (x, x[:row]), "and a number": (x.new_empty(0), x.sum()),
    }  # fmt: skip


def _through_numpy(x: Tensor) -> Pairs:
    array = x.numpy()
    return {
        "from_numpy": (x, torch.from_numpy(array)),
        "torch.tensor": (x, torch.tensor(array)),
        f"as_tensor, [{len(x) - 1}]": (x, torch.as_tensor(array)[len(x) - 1]),
        "from a copy": (x, torch.from_numpy(array.copy())),
    }


def _said(candidate: Any, draw: Draw, pairs: Pairs) -> str:
    """What the candidate says about each pair, both ways round, in drawn order; one text, which nobody guesses."""
    answers = []
    for name in draw.shuffled(pairs):
        one, other = draw.shuffled(pairs[name])
        answers.append(f"{name}: {_word(candidate(one, other))}, {_word(candidate(other, one))}")
    return "; ".join(answers)


def _word(answer: object) -> str:
    if answer is None:
        raise TypeError("'NoneType' object: no answer came back")
    return str(answer) if type(answer) is bool else f"({type(answer).__name__})"


def _unharmed(candidate: Any, draw: Draw) -> dict[str, object]:
    """Exactly: adding 1 and taking it away again loses the last digits."""
    x, y = draw.normal(5), 1e-3 * draw.normal(5)
    before = x.clone()
    answers = [candidate(*draw.shuffled((x, other))) for other in draw.shuffled((x[2:], y, y[1:]))]
    return {"its answers": answers, "what was added to x": x - before, "x": x}


def _drawn_pairs(candidate: Any, draw: Draw) -> list[object]:
    x = draw.normal(5, 3)
    pairs = [x, x[1:], x[:, 1], x.T, x.detach()[2], x.clone(), x * 1, x[[1, 2]], x.to(torch.float64)]
    return [candidate(x, pairs[index]) for index in draw.permutation(len(pairs)).tolist()]
