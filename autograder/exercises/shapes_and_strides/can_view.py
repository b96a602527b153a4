"""What `can_view` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

READY_MADE = [
    Tensor.view, Tensor.view_as, Tensor.reshape, torch.reshape, Tensor.reshape_as, Tensor.flatten, torch.flatten,
    Tensor.unflatten, torch.unflatten, torch.view_copy,
]  # fmt: skip
Card: TypeAlias = "tuple[tuple[int, ...], tuple[int, ...]]"
Case: TypeAlias = "tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]"
MERGED = Idea("dimensions become one where the outer step continues the inner walk", weight=3, point=True)
SIZES = Idea("sizes of one and of zero, steps of zero", weight=3)


@exercise(points=3, without=READY_MADE)
def can_view(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Whether a tensor can take another shape without a copy."""
    groups = {
        "in their order": _in_order, "transposed": _transposed, "slices": _slices, "large sizes": _large,
        "three dimensions": _three, "drawn shapes": _drawn,
    }  # fmt: skip
    yield (
        "the docstring's example",
        lambda: _said(candidate, draw, [((3, 4), (4, 1), (12,)), *_transposed(draw)]),
        MERGED,
    )
    for name, cases in groups.items():
        yield name, lambda cases=cases: _said(candidate, draw, cases(draw)), MERGED  # type: ignore[misc]
    others = {
        "sizes of one": _ones, "steps of zero": _zero_steps, "no numbers": _empty, "single numbers": _single,
        "another number of numbers": _other_counts, "drawn shapes with ones": _drawn_with_ones,
    }  # fmt: skip
    for name, cases in others.items():
        yield name, lambda cases=cases: _said(candidate, draw, cases(draw)), SIZES  # type: ignore[misc]


def _said(candidate: Any, draw: Draw, cases: list[Case]) -> dict[str, str]:
    """What the candidate says about each, in drawn order: all have to be right, and the first wrong one is told."""
    said = {}
    for shape, stride, new_shape in draw.shuffled(dict.fromkeys(cases)):
        said[f"{shape} with steps {stride} as {new_shape}"] = _word(candidate(shape, stride, new_shape))
    return said


def _word(answer: object) -> str:
    if answer is None:
        raise TypeError("'NoneType' object: no answer came back")
    return str(answer) if type(answer) is bool else f"({type(answer).__name__})"


def _card(x: Tensor) -> Card:
    return tuple(x.shape), x.stride()


def _grid(*shape: int) -> Tensor:
    return torch.empty(shape, device="meta")


def _each(x: Tensor, *shapes: tuple[int, ...]) -> list[Case]:
    return [(*_card(x), shape) for shape in shapes]


def _in_order(draw: Draw) -> list[Case]:
    a, b = draw.sizes(2, 2, 7)
    return _each(_grid(a, 2 * b), (2 * a * b,), (2 * a, b), (a, b, 2), (b, a, 2)) + _each(
        _grid(2 * b, a).t(), (2 * a * b,), (2 * a, b)
    )


def _transposed(draw: Draw) -> list[Case]:
    a, b = draw.sizes(2, 2, 7)
    x = _grid(2 * a, 2 * b).t()
    return _each(x, (4 * a * b,), (2 * b, 2 * a), (2 * b, 2, a), (2, b, 2 * a), (2, b, a, 2), (b, 4 * a), (4 * b, a))


def _slices(draw: Draw) -> list[Case]:
    a, b = draw.sizes(2, 2, 7)
    x = _grid(2 * a + 2, 4 * b)
    rows, every, window = x[2:], x[2:, ::2], x[1:-1, : 2 * b]
    return [
        *_each(rows, (8 * a * b,), (a, 8 * b)), *_each(every, (4 * a * b,), (2 * a, b, 2), (a, 4 * b)),
        *_each(window, (4 * a * b,), (2, a, 2 * b), (4 * a, b)),
    ]  # fmt: skip


def _large(draw: Draw) -> list[Case]:
    """Steps so large that Python makes a new number for each."""
    a, b = draw.sizes(2, 300, 600)
    x = _grid(2 * a, 3 * b)
    merged = _each(x[:, b:], (4 * a * b,)) + _each(x, (6 * a * b,), (a, 6 * b))
    return merged + _each(x.t(), (6 * a * b,), (3, b, 2 * a))


def _three(draw: Draw) -> list[Case]:
    a, b, c = draw.sizes(3, 2, 6)
    x = _grid(a, b, c)
    front, last, middle = x.permute(1, 0, 2), x.permute(2, 0, 1), x.permute(0, 2, 1)
    return [
        *_each(front, (a * b, c), (b, a * c), (a * b * c,)), *_each(last, (c, a * b), (a * c, b), (a * b * c,)),
        *_each(middle, (a, b * c), (a * c, b)), *_each(x[:, :, :-1], (a * b, c - 1), (a, b * (c - 1))),
        *_each(x, (a * b * c,), (b, a * c)), *_each(_grid(a, b, c, 2).movedim(-1, 0), (2, a * b * c), (2 * a, b * c)),
    ]  # fmt: skip


def _ones(draw: Draw) -> list[Case]:
    a, b = draw.sizes(2, 2, 7)
    odd = draw.integer(20, 90)  # the step of a size of one is never walked
    return [
        ((a, 1, b), (b, odd, 1), (a * b,)), ((a, 1, b), (b, odd, 1), (b, a)), ((1, a, b), (odd, b, 1), (a * b, 1)),
        ((a, b, 1), (b, 1, odd), (a * b,)), ((a, 1), (1, odd), (1, a, 1)), ((a, 1, b), (1, odd, a), (a * b,)),
        ((a, 1, b), (1, odd, a), (1, a, 1, b)), ((1, b), (odd, 2), (b, 1)), ((a, b, 1), (b + 1, 1, odd), (a * b,)),
    ]  # fmt: skip


def _zero_steps(draw: Draw) -> list[Case]:
    a, b = draw.sizes(2, 2, 7)
    return [
        ((a, b), (0, 1), (a * b,)), ((a, b), (0, 0), (a * b,)), ((a, b), (0, 0), (b, a)), ((a, b), (1, 0), (a * b,)),
        ((a, b, 2), (0, 2, 1), (a, 2 * b)), ((a, b, 2), (0, 2, 1), (a * b, 2)), ((2 * a, b), (0, 1), (2, a, b)),
        ((a, b, 2), (0, 0, 1), (a * b, 2)), ((a, b, 2), (2, 0, 1), (2 * a, b)),
    ]  # fmt: skip


def _empty(draw: Draw) -> list[Case]:
    a, b = draw.sizes(2, 2, 7)
    return [
        ((a, 0), (1, a), (0,)), ((a, 0, b), (1, 7, a), (b, 0, a)), ((0, b), (1, 1), (a, 0)), ((0,), (1,), (a, b)),
        ((a, b), (1, a), (0, a)), ((a, 0), (1, 1), (a,)), ((b, 0), (5, 3), (a, b, 0, 2)),
    ]  # fmt: skip


def _single(draw: Draw) -> list[Case]:
    a, b = draw.sizes(2, 2, 7)
    return [
        ((), (), (1, 1)), ((1, 1), (a, b), ()), ((1,), (b,), (1, 1, 1)), ((), (), ()), ((a,), (b,), ()),
        ((a, b), (1, a), (1, a, b)), ((), (), (a,)), ((b,), (a,), (1, b)),
    ]  # fmt: skip


def _other_counts(draw: Draw) -> list[Case]:
    a, b = draw.sizes(2, 2, 7)
    return [
        ((a, b), (b, 1), (a * b,)), ((a, b), (b, 1), (a * b - 1,)), ((a, b), (b, 1), (a, b, 2)), ((a, b), (b, 1), (a,)),
        ((a, b), (1, a), (b,)), ((a, b), (b, 1), (b, a)), ((a,), (1,), (2, a)),
    ]  # fmt: skip


def _drawn(draw: Draw, ones: bool = False) -> list[Case]:
    """Tensors of 24 numbers, permuted and perhaps cut, and shapes that hold as many."""
    shapes = [(2, 3, 4), (4, 6), (3, 8), (2, 2, 6), (2, 2, 2, 3), (24,), (12, 2)]
    if ones:
        shapes = [(2, 1, 12), (1, 4, 6), (3, 8, 1), (2, 2, 1, 6), (1, 24), (24, 1), (4, 1, 1, 6), (8, 3)]
    cases = []
    for _ in range(14):
        shape = draw.choice(shapes)
        larger = [size + draw.choice([0, 0, 1]) for size in shape]
        cut = _grid(*larger)[tuple(slice(size) for size in shape)]
        turned = cut.permute(draw.permutation(len(shape)).tolist()) if draw.choice([True, False]) else cut
        cases.append((*_card(turned), draw.choice(shapes)))
    return cases


def _drawn_with_ones(draw: Draw) -> list[Case]:
    return _drawn(draw, ones=True)
