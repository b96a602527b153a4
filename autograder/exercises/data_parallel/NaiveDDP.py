"""What `NaiveDDP` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.ranks.on_ranks import WRAPPERS, OnRanks
from autograder.exercises.data_parallel._shared import Net, Shown, behaves, learns, observed, odd_cases, plain_cases


def _odd(candidate: Any, cases: Any, model: nn.Module, x: Tensor, layer: nn.Linear, xs: list[Tensor]) -> Shown:
    """Unusual models, what it is as a module, and the docstring's example with its own input and with drawn ones."""
    yield from behaves(candidate, cases, model, x)
    known = _example(candidate, nn.Linear(2, 1), torch.ones(3, 2))
    yield "example", [known, _example(candidate, layer, xs[dist.get_rank()])]


def _example(candidate: Any, layer: nn.Linear, x: Tensor) -> list[Any]:
    model = candidate(layer)
    loss = model(x).mean()
    loss.backward()
    model.sync()
    return [item.grad for item in layer.parameters()]


@exercise(points=2, without=WRAPPERS, seconds=60)
def NaiveDDP(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """A wrapper whose `sync` gives every rank the mean gradient."""
    plain = OnRanks(draw, 3, learns, candidate, plain_cases(draw))
    layer, xs = draw.fill_(nn.Linear(3, 2)), [draw.normal(4, 3) for _ in range(2)]
    odd = OnRanks(
        draw, 2, _odd, candidate, odd_cases(draw), draw.fill_(Net()), draw.normal(4, 5), layer, xs, after=plain
    )
    yield from observed(plain, odd)
    yield "outside it is a module like any other", lambda: odd.shown("outside")
    yield "the docstring's example", lambda: odd.shown("example")
