"""What `StraightThroughRound` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.autograd._shared import after_a_change, lifetime, next_use

VALUES = Idea("the nearest multiple of the step", weight=2)
TIES = Idea("halves go to the even multiple", weight=1.5)
THROUGH = Idea("the gradients of x and of the step", weight=4, point=True)
NEEDED = Idea("only the gradients that are needed", weight=3)
CHANGES = Idea("changes in place are noticed or do no harm", weight=2)
MEMORY = Idea("memory is given back", weight=0.5)
ALONE = Idea("nothing is written into", weight=1)


@exercise(points=4)
def StraightThroughRound(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Rounding that lets gradients through."""
    size = draw.integer(2, 7) / 10

    def step(dtype: torch.dtype = torch.float32, value: float = size) -> Tensor:
        return torch.tensor(value, device=draw.device, dtype=dtype)

    def near(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
        """Numbers that lie clearly nearer to one multiple of the step than to the next."""
        multiples = draw.integers(*shape, low=-5, high=6) + draw.uniform(*shape, low=-0.4, high=0.4)
        return (multiples * size).to(dtype)

    def gradient(which: int, x: Tensor) -> Tensor | None:
        leaves, v = [x.float().requires_grad_(), step().requires_grad_()], draw.normal(*x.shape)
        candidate.apply(*leaves).backward(v)
        return leaves[which].grad

    def example() -> Any:
        others, shown = near(2).tolist(), []
        for numbers, value in (([0.4, 1.3], 0.5), (others, size)):
            x = torch.tensor(numbers, requires_grad=True, device=draw.device)
            learned = step(value=value).requires_grad_()
            y = candidate.apply(x, learned)
            shown.append((y.tolist(), torch.autograd.grad(y.sum(), [x, learned])))
        return {"example": shown[0], "other numbers": shown[1]}

    def doubles() -> Any:
        leaves, v = (
            [near(4).requires_grad_(), step(torch.float64).requires_grad_()],
            draw.normal(4, dtype=torch.float64),
        )
        y = candidate.apply(*leaves)
        y.backward(v)
        return [y, *(leaf.grad for leaf in leaves)]

    yield "values", lambda: candidate.apply(near(3, 4).float(), step()), VALUES
    yield "the docstring's example", example, THROUGH
    yield "halfway between two steps", lambda: _halfway(candidate, draw), TIES
    yield "large numbers", lambda: candidate.apply(near(4).float() * 2**33, step()), VALUES
    yield "the gradient of x", lambda: gradient(0, near(3, 4)), THROUGH
    yield "the gradient of the step", lambda: gradient(1, near(3, 4)), THROUGH
    yield "one number", lambda: gradient(1, near()), THROUGH
    yield "float64", doubles, THROUGH
    yield "not contiguous", lambda: _strided(candidate, near(4, 3).float(), step()), THROUGH
    yield "in a loss", lambda: _trained(candidate, draw, near(4).float(), step()), THROUGH
    yield "two on the way at once", lambda: _interleaved(candidate, near(2, 3).float(), step()), THROUGH
    yield "only x learns", lambda: _handed(candidate, draw, near(4).float(), step(), 0), NEEDED
    yield "only the step learns", lambda: _handed(candidate, draw, near(4).float(), step(), 1), NEEDED
    yield "nobody learns", lambda: _unneeded(candidate, near(4).float(), step()), VALUES
    yield "a change in place before the way back", lambda: _changed(candidate, draw, near(5).float(), step()), CHANGES
    yield (
        "a result that nobody holds",
        lambda: lifetime(candidate.apply, near(4).float().requires_grad_(), step()),
        MEMORY,
    )
    yield "the inputs are left alone", lambda: with_arguments(candidate.apply, near(4).float(), step()), ALONE
    yield "the gradient that arrives is left alone", lambda: _beside(candidate, draw, near(4).float(), step()), ALONE


def _halfway(candidate: Any, draw: Draw) -> Any:
    """Numbers and steps that half precision holds exactly."""
    quarters, half = (draw.permutation(15) - 7) / 4, torch.tensor(0.5, device=draw.device)
    return [candidate.apply(quarters.to(kind), half.to(kind)) for kind in (torch.float32, torch.bfloat16)]


def _strided(candidate: Any, x: Tensor, step: Tensor) -> Any:
    def transposed(x: Tensor, step: Tensor) -> Tensor:
        return candidate.apply(x.mT[::2], step)

    return gradients(transposed, x, step)


def _trained(candidate: Any, draw: Draw, w: Tensor, step: Tensor) -> Any:
    data, target = draw.normal(5, 4), draw.normal(5)
    leaves = [w.requires_grad_(), step.requires_grad_()]
    loss = ((data @ candidate.apply(*leaves)) - target).square().mean()
    return [loss, *torch.autograd.grad(loss, leaves)]


def _interleaved(candidate: Any, pair: Tensor, step: Tensor) -> Any:
    """The second goes there before the first comes back."""
    steps = [step.clone().requires_grad_() for _ in pair]
    results = [candidate.apply(x, one) for x, one in zip(pair, steps, strict=True)]
    return [torch.autograd.grad(y, one, x)[0] for y, one, x in zip(results, steps, pair, strict=True)]


def _handed(candidate: Any, draw: Draw, x: Tensor, step: Tensor, which: int) -> Any:
    """What `backward` hands to the engine for the input that needs none, and what arrives at the other."""
    u, v, inputs = draw.normal(4), draw.normal(4), [x, step]
    inputs[which].requires_grad_()
    y = candidate.apply(x, step)
    handed = y.grad_fn.apply(u)
    y.backward(v)
    return {"for the one that learns": inputs[which].grad, "for the other": handed[1 - which]}


def _unneeded(candidate: Any, x: Tensor, step: Tensor) -> Any:
    y = candidate.apply(x, step)
    return {"result": y, "the next use of it": next_use(y)}


def _changed(candidate: Any, draw: Draw, start: Tensor, size: Tensor) -> dict[str, Any]:
    factor, v = draw.normal(), draw.normal(5)

    def gradient(between: Callable[..., None]) -> Tensor:
        x, learned = start.clone(), size.clone().requires_grad_()
        y = candidate.apply(x, learned)
        between(x=x, y=y, step=learned)
        return torch.autograd.grad(y, learned, v)[0]

    names = {"of x": "x", "of the result": "y", "of the step": "step"}
    return {name: after_a_change(gradient, which, factor) for name, which in names.items()}


def _beside(candidate: Any, draw: Draw, x: Tensor, step: Tensor) -> Any:
    """The gradient that arrives belongs to another branch, too."""
    leaf, v = x.requires_grad_(), draw.normal(4)
    found = torch.autograd.grad(3 * leaf + candidate.apply(leaf, step), leaf, v)
    return {"gradient": found, "what arrived, afterwards": v}
