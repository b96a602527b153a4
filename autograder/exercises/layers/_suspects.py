"""Cross entropy with ignored targets and label smoothing, as people write it wrongly; most are right on some inputs.

All take scores of shape (row, class) and targets of shape (row,): a class, or −100 for a row that is to be ignored.
The smoothing is 0.1.
"""

from __future__ import annotations

import torch
from torch import Tensor

SMOOTHING = 0.1


def by_hand(logits: Tensor, targets: Tensor) -> Tensor:
    """The formula, which is right."""
    counted = targets != -100
    scores, classes = logits[counted], targets[counted]
    logs = scores - scores.logsumexp(dim=-1, keepdim=True)
    right = logs[torch.arange(len(classes)), classes]
    return -((1 - SMOOTHING) * right + SMOOTHING * logs.mean(dim=-1)).mean()


def divides_by_all_rows(logits: Tensor, targets: Tensor) -> Tensor:
    counted = targets != -100
    logs = logits.log_softmax(dim=-1)
    right = logs.gather(-1, targets.clamp(min=0)[:, None])[:, 0]
    losses = -((1 - SMOOTHING) * right + SMOOTHING * logs.mean(dim=-1))
    return (losses * counted).mean()


def smooths_what_is_ignored(logits: Tensor, targets: Tensor) -> Tensor:
    counted = targets != -100
    logs = logits.log_softmax(dim=-1)
    right = logs[counted, targets[counted]]
    return -(1 - SMOOTHING) * right.mean() - SMOOTHING * logs.mean()


def gives_nothing_to_the_right_class(logits: Tensor, targets: Tensor) -> Tensor:
    counted = targets != -100
    scores, classes = logits[counted], targets[counted]
    shares = torch.full_like(scores, SMOOTHING / (scores.shape[-1] - 1))
    shares[torch.arange(len(classes)), classes] = 1 - SMOOTHING
    return -(shares * scores.log_softmax(dim=-1)).sum(dim=-1).mean()


def softmax_came_before(logits: Tensor, targets: Tensor) -> Tensor:
    return by_hand(logits.softmax(dim=-1), targets)


def epsilon_in_the_logarithm(logits: Tensor, targets: Tensor) -> Tensor:
    counted = targets != -100
    shares, classes = logits[counted].softmax(dim=-1), targets[counted]
    logs = torch.log(shares + 1e-6)
    right = logs[torch.arange(len(classes)), classes]
    return -((1 - SMOOTHING) * right + SMOOTHING * logs.mean(dim=-1)).mean()


def ignores_class_0_as_well(logits: Tensor, targets: Tensor) -> Tensor:
    counted = targets > 0
    return by_hand(logits[counted], targets[counted])


SUSPECTS = {
    "divides by all rows": divides_by_all_rows,
    "smooths what is ignored": smooths_what_is_ignored,
    "gives the smoothing to the wrong classes alone": gives_nothing_to_the_right_class,
    "gets what went through a softmax": softmax_came_before,
    "adds 0.000001 in the logarithm": epsilon_in_the_logarithm,
    "ignores class 0 as well": ignores_class_0_as_well,
}
