"""What `top_p_counterexample` must show."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.generation._suspects import SUSPECTS, right_top_p

MOST = 50  # tokens of a vocabulary that one can still look at


def library(scores: Tensor, p: float) -> Tensor:
    """transformers' filter, and a softmax."""
    from transformers import TopPLogitsWarper

    left: Any = TopPLogitsWarper(p)(None, scores[None])
    probabilities: Tensor = left[0].softmax(dim=-1)
    return probabilities


@counterexample(points=2, library=library, definition=right_top_p, suspects=SUSPECTS)
def top_p_counterexample(scores: Tensor, p: float) -> None:
    """Scores and a p on which six wrong filters are seen to be wrong."""
    if not isinstance(scores, Tensor) or scores.dtype != torch.float32 or scores.dim() != 1:
        raise ValueError("scores should be a float32 tensor of shape (vocabulary,)")
    if not 2 <= len(scores) <= MOST:
        raise ValueError(f"scores should hold 2 to {MOST} numbers, one for each token")
    if not bool(scores.isfinite().all()) or bool((scores.abs() > 100).any()):
        raise ValueError("scores should hold numbers from −100 to 100")
    if isinstance(p, bool) or not isinstance(p, int | float) or not 0 <= p <= 1:
        raise ValueError("p should be a number from 0 to 1")
