"""Short programs as text, and an engine that runs them there and back: its parts can be exchanged for wrong ones.

A program is one or more steps between semicolons, the last of them the result: `s = x + y; s * relu(s)`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from helpers.nodes import Node, results_first

LONGEST, MOST = 200, 12  # characters, and operations: nobody's walk takes long

Fit: TypeAlias = "Callable[[Tensor, torch.Size], Tensor]"


def steps_of(program: str) -> list[ast.stmt]:
    """The steps of a program.

    Raises:
        ValueError: it is none, with the reason.
    """
    if not isinstance(program, str) or len(program) > LONGEST:
        raise ValueError(f"the program should be a text of at most {LONGEST} characters")
    try:
        steps = ast.parse(program.strip()).body
    except SyntaxError as error:
        raise ValueError(f"the program cannot be read: {error.msg}") from error
    known = {"x", "y"}
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if not isinstance(step, ast.Expr if last else ast.Assign):
            raise ValueError("each step but the last should be `name = …`, and the last one an expression")
        _check(step.value, known)
        if isinstance(step, ast.Assign):
            if len(step.targets) != 1 or not isinstance(step.targets[0], ast.Name):
                raise ValueError("a step should give one name")
            known.add(step.targets[0].id)
    if not steps:
        raise ValueError("the program is empty")
    if sum(isinstance(node, ast.BinOp | ast.Call) for step in steps for node in ast.walk(step)) > MOST:
        raise ValueError(f"the program should have at most {MOST} operations")
    return steps


def _check(expression: ast.expr, known: set[str]) -> None:
    match expression:
        case ast.Name(name):
            if name not in known:
                raise ValueError(f"nothing is called {name!r} at this point of the program")
        case ast.BinOp(left, ast.Add() | ast.Mult(), right):
            _check(left, known)
            _check(right, known)
        case ast.Call(ast.Name("relu" | "exp"), [argument], []):
            _check(argument, known)
        case _:
            raise ValueError(f"{ast.unparse(expression)!r} is not made of names, +, *, relu(…) and exp(…)")


def value_of(program: str, names: dict[str, Any], operations: dict[str, Callable[..., Any]]) -> Any:
    """Runs a program on whatever the operations take."""

    def compute(expression: Any) -> Any:
        match expression:
            case ast.Name(name):
                return names[name]
            case ast.BinOp(left, operation, right):
                return operations["+" if isinstance(operation, ast.Add) else "*"](compute(left), compute(right))
        return operations[expression.func.id](compute(expression.args[0]))

    names = dict(names)
    result = None
    for step in steps_of(program):
        result = compute(step.value)  # type: ignore[attr-defined]
        if isinstance(step, ast.Assign):
            names[step.targets[0].id] = result  # type: ignore[attr-defined]
    return result


def fit(grad: Tensor, shape: torch.Size) -> Tensor:
    return grad.sum_to_size(shape)


def times(a: Node, b: Node, fit: Fit = fit) -> Node:
    return Node(
        a.value * b.value,
        [
            (a, lambda grad: fit(grad * b.value, a.value.shape)),
            (b, lambda grad: fit(grad * a.value, b.value.shape)),
        ],
    )


def relu(a: Node) -> Node:
    return Node(a.value.relu(), [(a, lambda grad: grad * (a.value > 0))])


def record(
    program: str,
    x: Tensor,
    y: Tensor,
    times: Callable[..., Node] = times,
    relu: Callable[[Node], Node] = relu,
    fit: Fit = fit,
) -> tuple[Node, list[Node]]:
    """The result's node, and the two leaves."""

    def plus(a: Node, b: Node) -> Node:
        return Node(
            a.value + b.value,
            [(a, lambda grad: fit(grad, a.value.shape)), (b, lambda grad: fit(grad, b.value.shape))],
        )

    def exp(a: Node) -> Node:
        result = a.value.exp()
        return Node(result, [(a, lambda grad: grad * result)])

    leaves = [Node(x), Node(y)]
    operations: dict[str, Callable[..., Node]] = {
        "+": plus, "*": lambda a, b: times(a, b, fit), "relu": relu, "exp": exp,
    }  # fmt: skip
    return value_of(program, dict(zip("xy", leaves, strict=True)), operations), leaves


def begin(result: Node) -> list[Node]:
    """Every node once, the result first and with a gradient of ones, all others with one of zeros."""
    order = results_first(result)
    for node in order:
        node.grad = torch.zeros_like(node.value)
    result.grad = torch.ones_like(result.value)
    return order


def gradients(program: str, x: Tensor, y: Tensor, **parts: Any) -> list[Tensor]:
    """Right: the gradients of x and y."""
    result, leaves = record(program, x, y, **parts)
    for node in begin(result):
        for source, back in node.edges:
            source.grad = source.grad + back(node.grad)
    return told(leaves)


def told(leaves: Sequence[Node]) -> list[Tensor]:
    """Their gradients; zeros for a leaf that plays no part."""
    return [torch.zeros_like(leaf.value) if leaf.grad is None else leaf.grad for leaf in leaves]


def by_torch(program: str, x: Tensor, y: Tensor) -> list[Tensor]:
    """The library: torch's own autograd."""
    with torch.enable_grad():
        leaves = [item.detach().clone().requires_grad_() for item in (x, y)]
        operations: dict[str, Callable[..., Any]] = {
            "+": torch.add,
            "*": torch.mul,
            "relu": torch.relu,
            "exp": torch.exp,
        }
        result = value_of(program, dict(zip("xy", leaves, strict=True)), operations)
        found = torch.autograd.grad(result, leaves, torch.ones_like(result), allow_unused=True, materialize_grads=True)
    return list(found)
