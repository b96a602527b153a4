"""Engines as people write them wrongly; some of these are right on most programs.

`record` runs a program and gives the result's node and the two leaves; `begin` lists all nodes, the result first, and
sets their gradients to zero, the result's to one. `gradients` is the whole engine, in which parts can be exchanged.
"""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.exercises.autograd_from_scratch._program import Fit, begin, gradients, record, told
from helpers.nodes import Node


def overwrites(program: str, x: Tensor, y: Tensor) -> list[Tensor]:
    result, leaves = record(program, x, y)
    for node in begin(result):
        for source, back in node.edges:
            source.grad = back(node.grad)
    return told(leaves)


def goes_on_at_each_arrival(program: str, x: Tensor, y: Tensor) -> list[Tensor]:
    result, leaves = record(program, x, y)
    begin(result)
    waiting = [result]
    while waiting:
        node = waiting.pop()
        for source, back in node.edges:
            source.grad = source.grad + back(node.grad)
            waiting.append(source)
    return told(leaves)


def nearest_first(program: str, x: Tensor, y: Tensor) -> list[Tensor]:
    result, leaves = record(program, x, y)
    begin(result)
    order = [result]
    for node in order:  # the list grows: those one step away, then those two steps away, each once
        for source, back in node.edges:
            source.grad = source.grad + back(node.grad)
            if source not in order:
                order.append(source)
    return told(leaves)


def multiplies_by_its_own(program: str, x: Tensor, y: Tensor) -> list[Tensor]:
    def times(a: Node, b: Node, fit: Fit) -> Node:
        return Node(
            a.value * b.value,
            [
                (a, lambda grad: fit(grad * a.value, a.value.shape)),
                (b, lambda grad: fit(grad * b.value, b.value.shape)),
            ],
        )

    return gradients(program, x, y, times=times)


def lets_zero_through(program: str, x: Tensor, y: Tensor) -> list[Tensor]:
    def relu(a: Node) -> Node:
        return Node(a.value.relu(), [(a, lambda grad: grad * (a.value >= 0))])

    return gradients(program, x, y, relu=relu)


def sums_only_in_front(program: str, x: Tensor, y: Tensor) -> list[Tensor]:
    def fit(grad: Tensor, shape: torch.Size) -> Tensor:
        while grad.dim() > len(shape):
            grad = grad.sum(dim=0)
        return grad

    return gradients(program, x, y, fit=fit)


SUSPECTS = {
    "overwrites": overwrites,
    "goes on at each arrival": goes_on_at_each_arrival,
    "takes the nearest nodes first": nearest_first,
    "multiplies by its own factor": multiplies_by_its_own,
    "relu lets zero through": lets_zero_through,
    "sums over new dimensions only": sums_only_in_front,
}
