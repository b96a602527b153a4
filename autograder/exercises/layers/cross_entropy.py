"""What `cross_entropy` must show.

Rows to ignore lie on the CPU, whatever the device: an answer that looks such a class up would stop a GPU for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

READY_MADE = [
    F.cross_entropy, nn.CrossEntropyLoss, F.nll_loss, nn.NLLLoss, nn.NLLLoss2d,
    F.kl_div, nn.KLDivLoss, F.multi_margin_loss, nn.AdaptiveLogSoftmaxWithLoss,
    F.gaussian_nll_loss, nn.GaussianNLLLoss,
]  # fmt: skip
SURPRISE = Idea("minus the logarithm of what the right class got, on average", weight=2.5, point=True)
EXTREME = Idea("scores far from zero", weight=2, point=True)
COUNTED = Idea("what is to be ignored counts nothing, above and below the line", weight=3, point=True)
SMOOTH = Idea("label smoothing shares out over all classes", weight=2.5)


@exercise(points=2, without=READY_MADE)
def cross_entropy(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The loss of one class among several, from scores."""
    n, classes = draw.sizes(2, 4, 9)
    yield "the docstring's example", lambda: _example(candidate, draw), SURPRISE
    yield "one row", lambda: candidate(draw.normal(1, classes), draw.integers(1, high=classes)), SURPRISE
    yield "several rows", lambda: candidate(*_rows(draw, n, classes)), SURPRISE
    yield "as many rows as classes", lambda: candidate(*_rows(draw, classes, classes)), SURPRISE
    yield "two classes", lambda: candidate(*_rows(draw, n, 2)), SURPRISE
    yield "scores near ±1,000", lambda: [candidate(*_rows(draw, n, classes, at)) for at in (1e3, -1e3)], EXTREME
    yield "sure and wrong", lambda: candidate(*_sure(draw, n, classes)), EXTREME
    yield "some rows to ignore", lambda: candidate(*_ignored(draw, n, classes, -100)), COUNTED
    for name, marks in (("a mark below zero", (-1, -7, -99)), ("a mark above the classes", (99, 250, 999))):
        yield name, partial(_marked, candidate, draw, n, classes, marks), COUNTED
    yield "class 0 is to be ignored", lambda: candidate(*_ignored(draw, n, classes, 0), ignore_index=0), COUNTED
    yield "one row is left", lambda: candidate(*_one_left(draw, n, classes)), COUNTED
    yield "no row is left", lambda: _none_left(candidate, draw, n, classes)
    yield "smoothed", lambda: candidate(*_rows(draw, n, classes), smoothing=draw.choice([0.1, 0.3])), SMOOTH
    yield "smoothed, two classes", lambda: candidate(*_rows(draw, n, 2), smoothing=0.2), SMOOTH
    yield "smoothed all over", lambda: candidate(*_rows(draw, n, classes), smoothing=1.0), SMOOTH
    yield "smoothed, some to ignore", lambda: candidate(*_ignored(draw, n, classes, -100), smoothing=0.2), SMOOTH
    yield "gradients", lambda: _gradients(candidate, *_rows(draw, n, classes))
    yield "gradients, some to ignore", lambda: _gradients(candidate, *_ignored(draw, n, classes, -100), smoothing=0.1)
    yield "float64", lambda: candidate(*_rows(draw, n, classes, dtype=torch.float64), smoothing=0.1)
    yield "bfloat16", lambda: candidate(*_rows(draw, n, classes, dtype=torch.bfloat16))
    yield "no row is left, float64", lambda: _none_left(candidate, draw, n, classes, torch.float64)
    yield "rows far apart", lambda: candidate(*_apart(draw, classes)), EXTREME
    yield "a transposed table", lambda: candidate(draw.normal(classes, n).T, draw.integers(n, high=classes))
    yield "called by names", lambda: _named(candidate, *_ignored(draw, n, classes, -7))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *_ignored(draw, n, classes, -100))


def _rows(
    draw: Draw, n: int, classes: int, at: float = 0.0, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor]:
    """Scores and classes, all over the range."""
    return 2 * draw.normal(n, classes, dtype=dtype) + at, draw.integers(n, high=classes)


def _sure(draw: Draw, n: int, classes: int) -> tuple[Tensor, Tensor]:
    """In some rows another class than the right one leads by 150."""
    scores, targets = _rows(draw, n, classes)
    wrong = (targets + 1) % classes
    scores[torch.arange(n - 1), wrong[: n - 1]] += 150
    return scores, targets


def _ignored(draw: Draw, n: int, classes: int, mark: int) -> tuple[Tensor, Tensor]:
    """About half of the rows carry the mark; of the others, some hold class 0 where that is no mark."""
    scores, targets = draw.normal(n, classes), draw.integers(n, low=1, high=classes)
    targets[draw.permutation(n)[: n // 2]] = mark
    return scores.cpu(), targets.cpu()


def _marked(candidate: Any, draw: Draw, n: int, classes: int, marks: tuple[int, ...]) -> Any:
    mark = draw.choice(marks)
    return candidate(*_ignored(draw, n, classes, mark), ignore_index=mark)


def _one_left(draw: Draw, n: int, classes: int) -> tuple[Tensor, Tensor]:
    scores, targets = _rows(draw, n, classes)
    keep = draw.integer(0, n)
    targets = torch.where(torch.arange(n, device=draw.device) == keep, targets, -100)
    return scores.cpu(), targets.cpu()


def _apart(draw: Draw, classes: int) -> tuple[Tensor, Tensor]:
    """One row near 1,000 and one near −1,000."""
    scores, targets = _rows(draw, 2, classes)
    return scores + torch.tensor([[1e3], [-1e3]], device=draw.device), targets


def _none_left(candidate: Any, draw: Draw, n: int, classes: int, dtype: torch.dtype = torch.float32) -> dict[str, Any]:
    scores, targets = (item.cpu() for item in _rows(draw, n, classes, dtype=dtype))
    return {
        "none": candidate(scores.clone(), torch.full_like(targets, -100)),
        "all": candidate(scores.clone(), targets.clone()),
    }


def _gradients(candidate: Any, logits: Tensor, targets: Tensor, **options: Any) -> Any:
    return gradients(lambda leaf: candidate(leaf, targets, **options), logits, wrt=0)


def _named(candidate: Any, logits: Tensor, targets: Tensor) -> Any:
    return candidate(smoothing=0.1, ignore_index=-7, targets=targets, logits=logits)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other scores."""
    logits = torch.tensor([[0.0, 0.0], [3.0, 9.0]])
    targets = torch.tensor([1, -100])
    return [candidate(logits, targets), candidate(draw.normal(2, 2).cpu(), targets)]
