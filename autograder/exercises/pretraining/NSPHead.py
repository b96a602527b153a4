"""What `NSPHead` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.modules import shapes
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.pretraining._reader import in_training
from autograder.exercises.pretraining._shared import BERT

FIRST = Idea("the first token of each row, dense, tanh, two scores", weight=3, point=True)
KEPT = Idea("what is kept, under which names", weight=1.5)


@exercise(points=1, without=[BERT + "BertPooler", BERT + "BertOnlyNSPHead", BERT + "BertPreTrainingHeads"])
def NSPHead(candidate: Any, draw: Draw) -> Iterator[Step]:
    """From what BERT knows about a pair to two scores, with the weights set by name."""
    width = draw.integer(5, 10)
    rows, length = draw.sizes(2, 3, 8)

    def head(dtype: torch.dtype = torch.float32) -> nn.Module:
        return draw.fill_(candidate(width).to(dtype)).eval()

    yield "the docstring's example", lambda: _example(candidate, draw), KEPT
    yield "names and shapes of what is learned", lambda: shapes(head()), KEPT
    yield "a batch", lambda: head()(draw.normal(rows, length, width)), FIRST
    yield "one pair", lambda: head()(draw.normal(1, length, width)), FIRST
    yield "one token", lambda: head()(draw.normal(rows, 1, width)), FIRST
    yield "as many rows as tokens", lambda: head()(draw.normal(rows, rows, width)), FIRST
    yield "large numbers", lambda: head()(30 * draw.normal(rows, length, width)), FIRST
    yield "gradient of each token", lambda: gradients(head(), draw.normal(2, 3, width), wrt=0), FIRST
    yield "gradients of what is learned", lambda: _learned(head(), draw.normal(3, 2, width)), FIRST
    yield "in training: nothing is dropped", lambda: in_training(head(), draw.normal(60, length, width))
    yield "float64", lambda: head(torch.float64)(draw.normal(rows, length, width, dtype=torch.float64))
    yield "what comes in afterwards", lambda: with_arguments(head(), draw.normal(rows, length, width))


def _learned(head: nn.Module, x: Tensor) -> dict[str, Any]:
    scores = head(x)
    (scores * torch.tensor([1.0, 3.0], device=x.device)).sum().backward()
    return {name: value.grad for name, value in sorted(head.named_parameters())}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other sizes."""
    width, rows = draw.sizes(2, 3, 20)
    one, other = candidate(8).to(draw.device), candidate(width=width).to(draw.device)
    return [
        list(one(torch.ones(2, 5, 8, device=draw.device)).shape),
        list(other(hidden_states=torch.ones(rows, 4, width, device=draw.device)).shape),
    ]
