"""What `hierarchical_log_prob` must show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients

PATH = Idea("the decisions along the path, multiplied", weight=3, point=True)
WHOLE = Idea("all words together have a probability of 1", weight=2)
FAR = Idea("decisions that are nearly certain", weight=2, point=True)
WORK = Idea("no node beside the path is touched", weight=2, point=True)
FOUR = ["0", "10", "110", "111"]


class Counted(Mapping[str, Tensor]):
    """Vectors of nodes that note which of them is looked up."""

    def __init__(self, vectors: dict[str, Tensor]) -> None:
        self.vectors, self.touched = vectors, set[str]()

    def __getitem__(self, node: str) -> Tensor:
        self.touched.add(node)
        return self.vectors[node]

    def __iter__(self) -> Iterator[str]:
        self.touched.update(self.vectors)
        return iter(self.vectors)

    def __len__(self) -> int:
        return len(self.vectors)


@exercise(points=2)
def hierarchical_log_prob(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The probability of a word, by decisions on the way to it."""
    batch, more, width = draw.sizes(3, 2, 8)

    def hidden(*shape: int) -> Tensor:
        return draw.normal(*shape, width)

    yield "the docstring's example", lambda: _example(candidate, draw), PATH
    for code in ("0", "1", "10", "01"):
        yield f"the code {code}", partial(_one, candidate, draw, width, code), PATH
    yield "a long code", lambda: _long(candidate, draw, hidden(), width), PATH
    yield "a batch of contexts", lambda: candidate(hidden(batch), "101", _nodes(draw, ["101"], width)), PATH
    yield "a batch of one context", lambda: candidate(hidden(1), "10", _nodes(draw, FOUR, width)), PATH
    yield "as many contexts as features", lambda: candidate(hidden(width), "110", _nodes(draw, FOUR, width)), PATH
    yield (
        "two dimensions of contexts",
        lambda: candidate(hidden(batch, more), "011", _nodes(draw, ["011"], width)),
        PATH,
    )
    yield "four words together", lambda: _together(candidate, hidden(batch), _nodes(draw, FOUR, width)), WHOLE
    yield "nearly certain, and nearly impossible", lambda: _far(candidate, draw, width), FAR
    yield "many small factors", lambda: _many(candidate, draw, width), FAR
    yield "which nodes are touched", lambda: _touched(candidate, draw, hidden(), width), WORK
    yield (
        "a vocabulary of one word",
        lambda: [candidate(hidden(batch), code, _nodes(draw, FOUR, width)) for code in ["", "10"]],
    )
    yield "contexts of one number", lambda: candidate(draw.normal(batch, 1), "110", _nodes(draw, FOUR, 1))
    yield "gradients", lambda: _gradients(candidate, hidden(batch), _nodes(draw, FOUR, width))
    yield "gradients far from zero", lambda: _gradients(candidate, 200 * hidden(batch), _nodes(draw, FOUR, width))
    yield "float64", lambda: candidate(*_double(draw, width))
    yield "called by names", lambda: candidate(nodes=_nodes(draw, FOUR, width), code="111", hidden=hidden())
    yield "the inputs are left alone", lambda: _left_alone(candidate, hidden(batch), _nodes(draw, FOUR, width))


def _nodes(draw: Draw, codes: list[str], width: int) -> dict[str, Tensor]:
    """A vector for each inner node of the tree: for each beginning of a code."""
    beginnings = sorted({code[:step] for code in codes for step in range(len(code))})
    return {node: draw.normal(width) for node in beginnings}


def _one(candidate: Any, draw: Draw, width: int, code: str) -> Any:
    return candidate(draw.normal(width), code, _nodes(draw, [code], width))


def _long(candidate: Any, draw: Draw, hidden: Tensor, width: int) -> Any:
    code = "".join(draw.shuffled("000111"))
    return candidate(hidden, code, _nodes(draw, [code], width))


def _together(candidate: Any, hidden: Tensor, nodes: dict[str, Tensor]) -> dict[str, Any]:
    logs = {code: candidate(hidden.clone(), code, nodes) for code in FOUR}
    return {**logs, "sum of the probabilities": sum(value.exp() for value in logs.values())}


def _far(candidate: Any, draw: Draw, width: int) -> list[Any]:
    """Scores of about ±300 at the root."""
    nodes = _nodes(draw, FOUR, width)
    hidden = nodes[""] * draw.uniform(1, low=290, high=310) / nodes[""].square().sum()
    cases = draw.shuffled([(sign, code) for sign in (1, -1) for code in ("0", "10")])
    return [candidate(sign * hidden, code, nodes) for sign, code in cases]


def _many(candidate: Any, draw: Draw, width: int) -> Any:
    """Forty decisions, most of them against what is likely: the product is far below the smallest float32."""
    code = "".join(draw.shuffled("0000011111" * 4))
    return candidate(6 * draw.normal(width), code, _nodes(draw, [code], width))


def _touched(candidate: Any, draw: Draw, hidden: Tensor, width: int) -> dict[str, Any]:
    """In a tree of sixteen words."""
    codes = [f"{word:04b}" for word in range(16)]
    nodes, code = Counted(_nodes(draw, codes, width)), draw.choice(codes[4:12])
    result = candidate(hidden, code, nodes)
    return {"log-probability": result, "nodes touched": sorted(nodes.touched)}


def _gradients(candidate: Any, hidden: Tensor, nodes: dict[str, Tensor]) -> dict[str, Any]:
    names = list(nodes)
    found = gradients(
        lambda context, *vectors: candidate(context, "10", dict(zip(names, vectors, strict=True))),
        hidden,
        *nodes.values(),
    )
    return {"gradient of the contexts": found[0], "gradients of the nodes on the path": [
        grad for name, grad in zip(names, found[1:], strict=True) if name in ("", "1")
    ]}  # fmt: skip


def _double(draw: Draw, width: int) -> tuple[Tensor, str, dict[str, Tensor]]:
    nodes = {node: vector.double() for node, vector in _nodes(draw, FOUR, width).items()}
    return draw.normal(width, dtype=torch.float64), "110", nodes


def _left_alone(candidate: Any, hidden: Tensor, nodes: dict[str, Tensor]) -> dict[str, Any]:
    result = candidate(hidden, "110", nodes)
    return {"result": result, "contexts afterwards": hidden, "nodes afterwards": nodes}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and another context."""
    nodes = {name: torch.tensor(value, device=draw.device) for name, value in (("", [1.0, 0.0]), ("1", [0.0, 2.0]))}
    hidden = torch.tensor([0.0, 0.0], device=draw.device)
    return [candidate(hidden, "10", nodes), candidate(draw.normal(2), "10", nodes)]
