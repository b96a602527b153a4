"""What `update_memory` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

NEWEST = Idea("the newest hidden states stay, oldest first", weight=3, point=True)
GRAPH = Idea("nothing that is remembered carries a gradient", weight=3, point=True)
LENGTH = Idea("never more than the length", weight=2)
OWN = Idea("the memory is a tensor of its own", weight=1)


@exercise(points=2)
def update_memory(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What a layer remembers from one page to the next."""
    logs, lines, width = draw.sizes(3, 3, 8)

    def page(*shape: int) -> Tensor:
        return draw.normal(*(shape or (logs, lines, width)))

    yield "the docstring's example", lambda: _example(candidate, draw), NEWEST
    yield "a memory longer than a page", lambda: candidate(page(logs, 9, width), page(), 9), NEWEST
    yield "a memory shorter than a page", lambda: candidate(page(logs, 2, width), page(), 2), NEWEST
    yield "two pages do not fill it", lambda: candidate(page(logs, 2, width), page(), lines + 7), NEWEST
    yield "no batch", lambda: candidate(page(4, width), page(lines, width), 5), NEWEST
    yield "logs and heads", lambda: candidate(page(2, 4, lines, width), page(2, 4, 3, width), 4), NEWEST
    yield "one line at a time", lambda: candidate(page(logs, 5, width), page(logs, 1, width), 5), NEWEST
    yield "page after page", lambda: _pages(candidate, draw, logs, width), NEWEST
    yield "the first page", lambda: candidate(None, page(), lines - 1), LENGTH
    yield "a first page that does not fill it", lambda: candidate(None, page(), lines + 3), LENGTH
    yield "nothing is to be remembered", lambda: [_nothing(candidate, page(), each) for each in (None, page())], LENGTH
    yield "a memory that has become too long", lambda: candidate(page(logs, 11, width), page(), 3), LENGTH
    yield "hidden states with a graph", lambda: _graph(candidate, page(), page(), lines + 2, True, False), GRAPH
    yield "a memory with a graph", lambda: _graph(candidate, page(), page(), lines + 2, False, True), GRAPH
    yield "a first page with a graph", lambda: _graph(candidate, None, page(), 2, True, False), GRAPH
    yield "the page still learns", lambda: _learns(candidate, page(), page()), GRAPH
    yield "what is written into the page later", lambda: _own(candidate, draw, None, page(), lines), OWN
    yield "and into the memory before", lambda: _own(candidate, draw, page(), page(logs, 1, width), lines), OWN
    yield "float64 and bfloat16", lambda: [candidate(page().to(d), page().to(d), 4) for d in KINDS]
    yield "a turned page", lambda: candidate(page(logs, width, 4).mT, page(logs, width, lines).mT, lines + 1)
    yield "called by names", lambda: candidate(length=4, hidden=page(), memory=page())
    yield "the inputs are left alone", lambda: with_arguments(candidate, page(), page(), lines + 1)


KINDS = (torch.float64, torch.bfloat16)


def _pages(candidate: Any, draw: Draw, logs: int, width: int) -> list[Tensor]:
    """Four pages of different lengths, and two logs in turn."""
    kept: list[Any] = [None, None]
    shown = []
    for lines in draw.sizes(4, 1, 6):
        for which in range(2):
            kept[which] = candidate(kept[which], draw.normal(logs, lines, width), 7)
            shown.append(kept[which])
    return shown


def _nothing(candidate: Any, hidden: Tensor, memory: Tensor | None) -> list[int]:
    return list(candidate(memory, hidden, 0).shape)


def _graph(candidate: Any, memory: Tensor | None, hidden: Tensor, length: int, new: bool, old: bool) -> dict[str, Any]:
    """`hidden` or `memory` comes out of a computation that can be gone back through: how far does a backward get?"""
    page = hidden.clone().requires_grad_(new)
    before = None if memory is None else memory.clone().requires_grad_(old)
    result = candidate(None if before is None else before * 2, page * 2, length)
    if result.requires_grad:
        (result * torch.linspace(0.5, 1.5, result.numel(), device=result.device).reshape(result.shape)).sum().backward()
    reached = {"the page": page, "the memory before": before}
    shown = {f"gradient that reaches {name}": _or_none(x.grad) for name, x in reached.items() if x is not None}
    return {"remembered": result.detach(), **shown}


def _or_none(gradient: Tensor | None) -> Tensor | str:
    return "none" if gradient is None else gradient


def _learns(candidate: Any, memory: Tensor, hidden: Tensor) -> dict[str, Any]:
    """The page's own graph is used after its hidden states have been remembered."""
    leaf = hidden.clone().requires_grad_()
    states = 3 * leaf
    kept = candidate(memory, states, 4)
    (states * (1 + kept.mean())).sum().backward()
    return {"remembered": kept, "gradient of the page": leaf.grad}


def _own(candidate: Any, draw: Draw, memory: Tensor | None, hidden: Tensor, length: int) -> Tensor:
    kept = candidate(memory, hidden, length)
    for source in (hidden, memory):
        if source is not None:
            source.copy_(draw.normal(*source.shape))
    return kept


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    memory = torch.tensor([[1.0], [2.0]], device=draw.device)
    return [candidate(memory, torch.tensor([[3.0]], device=draw.device), 2), candidate(memory, draw.normal(2, 1), 3)]
