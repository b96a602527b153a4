"""What `MultiHeadAttention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.attention._shared import tokens, with_an_empty_row


@exercise(points=4, without=[nn.MultiheadAttention, F.multi_head_attention_forward])
def MultiHeadAttention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Several heads side by side, each with its own view of the tokens."""
    three, two = draw.fill_(candidate(12, 3)), draw.fill_(candidate(12, 2))
    one, four = draw.fill_(candidate(4, 1)), draw.fill_(candidate(4, 4))
    yield "names and shapes of the parameters", lambda: {n: list(p.shape) for n, p in three.state_dict().items()}
    yield "a sentence with itself", lambda: three(*3 * [draw.normal(2, 5, 12)])
    yield "keys and values from elsewhere", lambda: three(*tokens(draw))
    yield "no batch", lambda: three(*3 * [draw.normal(4, 12)])
    yield "a mask of shape (query, key)", lambda: three(*tokens(draw), draw.mask(3, 5))
    yield "a mask of shape (batch, 1, key)", lambda: three(*tokens(draw), draw.mask(2, 1, 5))
    yield "a query that may look at nothing", lambda: three(*tokens(draw), with_an_empty_row(draw, 2, 3, 5))
    yield "as many heads as sentences, masked", lambda: two(*tokens(draw), draw.mask(2, 3, 5))
    yield "one head", lambda: one(*3 * [draw.normal(2, 7, 4)])
    yield "as many heads as numbers", lambda: four(*3 * [draw.normal(2, 7, 4)])
    yield "float64", lambda: four.double()(*3 * [draw.normal(2, 6, 4, dtype=torch.float64)])
    yield "gradients of the parameters", lambda: _parameter_gradients(three, *tokens(draw), draw.mask(3, 5))
    yield "5 heads for 12 numbers", lambda: candidate(12, 5)


def _parameter_gradients(layer: nn.Module, *inputs: Tensor) -> dict[str, Any]:
    layer.zero_grad()
    result = layer(*inputs)
    (result * torch.linspace(0.5, 1.5, result.numel(), device=result.device).view_as(result)).sum().backward()
    return {name: parameter.grad for name, parameter in layer.named_parameters()}
