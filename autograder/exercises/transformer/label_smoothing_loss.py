"""What `label_smoothing_loss` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

READY_MADE = [
    F.kl_div, nn.KLDivLoss, F.cross_entropy, nn.CrossEntropyLoss, F.nll_loss, nn.NLLLoss, nn.NLLLoss2d,
]  # fmt: skip
SHARED = Idea("the right word, padding, and all others", weight=3, point=True)
LEARNED = Idea("it can be learned from", weight=1.5, point=True)
COUNTED = Idea("rows of padding count nothing, above and below the line", weight=2.5, point=True)
EXTREME = Idea("no smoothing, nothing but smoothing, scores far from zero", weight=1.5)


@exercise(points=2, without=READY_MADE)
def label_smoothing_loss(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The divergence from a smoothed target."""
    rows, words = draw.sizes(2, 5, 10)

    def asked(rows: int = rows, words: int = words, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
        return 2 * draw.normal(rows, words, dtype=dtype), draw.integers(rows, low=1, high=words)

    def padded(dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
        scores, right = asked(dtype=dtype)
        right[draw.permutation(rows)[: rows // 2]] = 0
        return scores, right

    yield "the docstring's example", lambda: _example(candidate, draw), SHARED
    yield "one row", lambda: candidate(*asked(1)), SHARED
    yield "several rows", lambda: candidate(*asked()), SHARED
    yield "more smoothing", lambda: candidate(*asked(), smoothing=draw.choice([0.3, 0.45])), SHARED
    yield "as many rows as words", lambda: candidate(*asked(words, words), smoothing=0.2), SHARED
    yield "three words", lambda: candidate(*asked(rows, 3), smoothing=0.2), SHARED
    yield "the target itself", lambda: _met(candidate, draw, words), SHARED
    yield "some rows of padding", lambda: candidate(*padded()), COUNTED
    yield "one row is left", lambda: _one_left(candidate, draw, *asked()), COUNTED
    yield "no smoothing", lambda: candidate(*padded(), smoothing=0.0), EXTREME
    yield "nothing but smoothing", lambda: candidate(*padded(), smoothing=1.0), EXTREME
    yield "scores near ±1,000", lambda: [_near(candidate, *asked(), at) for at in (1e3, -1e3)], EXTREME
    yield "sure and wrong", lambda: _sure(candidate, *asked()), EXTREME
    yield "gradients", lambda: _gradients(candidate, *asked(), 0.2), LEARNED
    yield "gradients without smoothing", lambda: _gradients(candidate, *asked(), 0.0), EXTREME
    yield "float64", lambda: candidate(*padded(torch.float64), smoothing=0.3)
    yield "called by names", lambda: _named(candidate, *padded())
    yield "the inputs are left alone", lambda: with_arguments(candidate, *padded())


def _met(candidate: Any, draw: Draw, words: int) -> Any:
    """Scores that give exactly what is wanted, up to a constant: the divergence is 0; and then others."""
    right = draw.integers(1, low=1, high=words)
    wanted = torch.full((1, words), 0.3 / (words - 2), device=draw.device)
    wanted[:, 0] = 1e-12
    wanted[0, right] = 0.7
    return [candidate(each, right, smoothing=0.3) for each in (wanted.log() + 5, draw.normal(1, words))]


def _one_left(candidate: Any, draw: Draw, scores: Tensor, right: Tensor) -> Any:
    keep = draw.integer(0, len(right))
    return candidate(scores, torch.where(torch.arange(len(right), device=draw.device) == keep, right, 0))


def _near(candidate: Any, scores: Tensor, right: Tensor, at: float) -> Any:
    return candidate(scores + at, right)


def _sure(candidate: Any, scores: Tensor, right: Tensor) -> Any:
    scores[torch.arange(len(right)), right - 1] += 150
    return candidate(scores, right)


def _gradients(candidate: Any, scores: Tensor, right: Tensor, smoothing: float) -> Any:
    return gradients(lambda leaf: candidate(leaf, right, smoothing), scores, wrt=0)


def _named(candidate: Any, scores: Tensor, right: Tensor) -> Any:
    return candidate(smoothing=0.25, targets=right, logits=scores)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other scores."""
    right = torch.tensor([2, 0], device=draw.device)
    return [
        candidate(each, right, smoothing=0.4) for each in (torch.zeros(2, 5, device=draw.device), draw.normal(2, 5))
    ]
