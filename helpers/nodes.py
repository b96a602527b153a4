"""The node that the engine of lesson 05 is made of, and what follows from its operations. For checks: no pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor

Back: TypeAlias = "Callable[[Tensor], Tensor]"


@dataclass(eq=False)  # two nodes are never equal, whatever they hold: a node can be the key of a dict
class Node:
    """A value, and how it was made.

    Attributes:
        value: the result of the step; a tensor that records nothing.
        edges: for each thing that went in: its node, and a function that turns the gradient of this node into what
            goes back to that one. Empty for what nobody computed.
        grad: None, or a tensor of the value's shape once something has come back.
        name: what a picture calls it.
    """

    value: Tensor
    edges: list[tuple[Node, Back]] = field(default_factory=list)
    grad: Any = None
    name: str = ""


class Arithmetic(Node):
    """What follows from the operations that a subclass has: `+`, `*`, `@` and `sum`."""

    def wrap(self, other: Any) -> Any:
        """A node as it is; a number or a tensor as a node that nobody computed."""
        if isinstance(other, Node):
            return other
        return type(self)(torch.as_tensor(other, dtype=self.value.dtype, device=self.value.device))

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __rmatmul__(self, other: Any) -> Any:
        return self.wrap(other) @ self

    def __neg__(self) -> Any:
        return self * -1.0  # type: ignore[operator]

    def __sub__(self, other: Any) -> Any:
        return self + -self.wrap(other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __truediv__(self, number: float) -> Any:
        return self * (1 / number)  # type: ignore[operator]

    def mean(self) -> Any:
        return self.sum() / self.value.numel()  # type: ignore[attr-defined]


def plus(a: Node, b: Node) -> Node:
    return Node(a.value + b.value, [(a, lambda grad: grad), (b, lambda grad: grad)], name="+")


def minus(a: Node, b: Node) -> Node:
    return Node(a.value - b.value, [(a, lambda grad: grad), (b, lambda grad: -grad)], name="−")


def multiplied(a: Node, b: Node) -> Node:
    """The library's side of `times`: pictures need one before it is written."""
    return Node(a.value * b.value, [(a, lambda grad: grad * b.value), (b, lambda grad: grad * a.value)], name="×")


def all_nodes(result: Node) -> list[Node]:
    """Every node once, the result first, in the order of finding."""
    found = {result: None}
    waiting = [result]
    for node in waiting:
        for source, _ in node.edges:
            if source not in found:
                found[source] = None
                waiting.append(source)
    return waiting


def results_first(result: Node) -> list[Node]:
    """Every node before those that it was made from: a node is taken once all that it went into are there."""
    missing = dict.fromkeys(all_nodes(result), 0)
    for node in missing:
        for source, _ in node.edges:
            missing[source] += 1
    ready = [result]
    for node in ready:
        for source, _ in node.edges:
            missing[source] -= 1
            if not missing[source]:
                ready.append(source)
    return ready
