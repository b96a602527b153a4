"""What `f1_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.finetuning._suspects import CLASSES, SUSPECTS, right_macro_f1

MOST = 30  # examples that one can still look at


def library(labels: Tensor, predicted: Tensor) -> float:
    """scikit-learn's macro F1."""
    from sklearn.metrics import f1_score

    return float(f1_score(labels.numpy(), predicted.numpy(), average="macro", zero_division=0))


@counterexample(points=2, library=library, definition=right_macro_f1, suspects=SUSPECTS)
def f1_counterexample(labels: Tensor, predicted: Tensor) -> None:
    """Labels and predictions on which seven wrong metrics are seen to be wrong."""
    for name, each in (("labels", labels), ("predictions", predicted)):
        if not isinstance(each, Tensor) or each.dtype != torch.int64 or each.dim() != 1:
            raise ValueError(f"the {name} should be an int64 tensor of shape (examples,)")
        if bool((each < 0).any()) or bool((each >= CLASSES).any()):
            raise ValueError(f"the {name} should be classes from 0 to {CLASSES - 1}")
    if not 1 <= len(labels) <= MOST or len(labels) != len(predicted):
        raise ValueError(f"there should be 1 to {MOST} labels, and as many predictions")
