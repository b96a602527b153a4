"""What `binary_cross_entropy_with_logits` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, refusal, with_arguments

READY_MADE = [
    F.binary_cross_entropy_with_logits, F.binary_cross_entropy, torch.binary_cross_entropy_with_logits,
    nn.BCEWithLogitsLoss, nn.BCELoss, F.cross_entropy, nn.CrossEntropyLoss, F.soft_margin_loss, nn.SoftMarginLoss,
    F.multilabel_soft_margin_loss, nn.MultiLabelSoftMarginLoss,
]  # fmt: skip
SURPRISE = Idea("minus the logarithm of what was given to the truth, on average", weight=2.5, point=True)
EXTREME = Idea("scores far from zero", weight=2.5, point=True)
TARGETS = Idea("any target from 0 to 1", weight=2)
SHAPES = Idea("a column beside a row is refused", weight=1.5)


@exercise(points=2, without=READY_MADE)
def binary_cross_entropy_with_logits(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The loss of yes and no, from scores."""
    n, m = draw.sizes(2, 3, 9)
    yield "the docstring's example", lambda: _example(candidate, draw), SURPRISE
    yield "one picture that is, one that is not", lambda: _apart(candidate, draw), SURPRISE
    yield "several", lambda: candidate(draw.normal(n), _yes_or_no(draw, n)), SURPRISE
    yield "a table", lambda: candidate(draw.normal(n, m), _yes_or_no(draw, n, m)), SURPRISE
    yield "a single number", lambda: candidate(draw.normal(), torch.ones((), device=draw.device))
    yield "all are", lambda: candidate(draw.normal(m), torch.ones(m, device=draw.device)), SURPRISE
    for far in (30, 200, 5000):
        yield f"right and wrong by {far}", partial(_far, candidate, draw, far), EXTREME
    yield "gradients", lambda: _gradients(candidate, draw, draw.normal(n), _yes_or_no(draw, n))
    yield "gradients far from zero", lambda: _gradients(candidate, draw, 300 * draw.normal(n), _yes_or_no(draw, n))
    yield "gradients at a score of 0", lambda: _gradients(candidate, draw, _some_zeros(draw, n), draw.uniform(n))
    yield "targets between", lambda: candidate(draw.normal(n), draw.uniform(n)), TARGETS
    yield "targets that are whole numbers", lambda: candidate(draw.normal(n), _yes_or_no(draw, n).long()), TARGETS
    yield "targets that are true or false", lambda: candidate(draw.normal(n), _yes_or_no(draw, n).bool()), TARGETS
    yield "a column and a row", lambda: _refused(candidate, draw, n), SHAPES
    yield "float64", lambda: candidate(*(draw.uniform(n, m, dtype=torch.float64) for _ in range(2)))
    yield "bfloat16", lambda: candidate(draw.normal(n).bfloat16(), _yes_or_no(draw, n).bfloat16())
    yield "a transposed table", lambda: candidate(draw.normal(m, n).T, _yes_or_no(draw, n, m))
    yield "called by names", lambda: candidate(targets=_yes_or_no(draw, m), logits=draw.normal(m))
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(n), _yes_or_no(draw, n))


def _yes_or_no(draw: Draw, *shape: int) -> Tensor:
    return draw.integers(*shape, high=2).float()


def _some_zeros(draw: Draw, n: int) -> Tensor:
    """Scores as a new model gives them, of which the first is 0."""
    scores = draw.normal(n)
    scores[0] = 0.0
    return scores


def _apart(candidate: Any, draw: Draw) -> list[Any]:
    """One and the same score, once for a picture that is and once for one that is not."""
    score = draw.normal(1)
    return [candidate(score.clone(), torch.full((1,), target, device=draw.device)) for target in (1.0, 0.0)]


def _far(candidate: Any, draw: Draw, far: float) -> list[Any]:
    """Scores as large as `far`, of both signs, with targets that agree and others that do not: one by one."""
    scores = draw.uniform(2, low=0.9 * far, high=far)
    cases = draw.shuffled([(sign, target) for sign in (1, -1) for target in (0.0, 1.0)])
    return [candidate(sign * scores[:1], torch.full((1,), target, device=draw.device)) for sign, target in cases]


def _gradients(candidate: Any, draw: Draw, logits: Tensor, targets: Tensor) -> Any:
    return gradients(lambda leaf: candidate(leaf, targets), logits, wrt=0)


def _refused(candidate: Any, draw: Draw, n: int) -> dict[str, Any]:
    logits, targets = draw.normal(n), _yes_or_no(draw, n)
    return {
        "as they should be": candidate(logits.clone(), targets.clone()),
        "(n, 1) beside (n,)": refusal(ValueError, candidate, logits[:, None], targets),
        "(n,) beside (n, 1)": refusal(ValueError, candidate, logits, targets[:, None]),
    }


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    logits, targets = (torch.tensor(values, device=draw.device) for values in ([0.0, 200.0], [1.0, 0.0]))
    return [candidate(logits, targets), candidate(draw.normal(2), targets)]
