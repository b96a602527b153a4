"""What `Sigmoid` must show."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments


@exercise(points=3, without=[torch.sigmoid, torch.Tensor.sigmoid, nn.functional.sigmoid, torch.special.expit])
def Sigmoid(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """An operation with a derivative of its own."""
    far = torch.tensor([-1000.0, -100.0, -30.0, 0.0, 30.0, 100.0, 1000.0], device=draw.device)

    def second() -> Any:
        x, u, v = draw.normal(4).requires_grad_(), draw.normal(4), draw.normal(4)
        (first,) = torch.autograd.grad((candidate.apply(x) ** 2 * u).sum(), x, create_graph=True)
        return {"first": first, "second": torch.autograd.grad((first * v).sum(), x)[0]}

    def node() -> Any:
        y = candidate.apply(draw.normal(2).requires_grad_())
        return {"result": y, "its node is a Function of yours": isinstance(y.grad_fn, BackwardCFunction)}

    def unneeded() -> Any:
        y = candidate.apply(draw.normal(3))
        return {"result": y, "needs a gradient": y.requires_grad}

    def beside() -> Any:
        """The gradient that arrives belongs to another branch, too."""
        x, v = draw.normal(4).requires_grad_(), draw.normal(4)
        (found,) = torch.autograd.grad(3 * x + candidate.apply(x), x, v)
        return {"gradient": found, "what arrived, afterwards": v}

    yield "values", lambda: candidate.apply(draw.normal(3, 4))
    yield "one number", lambda: gradients(candidate.apply, draw.normal())
    yield "a gradient", lambda: gradients(candidate.apply, draw.normal(2, 5))
    yield "float64", lambda: gradients(candidate.apply, draw.normal(3, dtype=torch.float64))
    yield "bfloat16", lambda: candidate.apply(draw.normal(6, dtype=torch.bfloat16))
    yield "not contiguous", lambda: gradients(lambda x: candidate.apply(x.mT[::2]), draw.normal(3, 4))
    yield "far from zero", lambda: candidate.apply(far)
    yield "a gradient far from zero", lambda: gradients(candidate.apply, far)
    yield "the second derivative", second
    yield "the node", node
    yield "nobody needs a gradient", unneeded
    yield "the input is left alone", lambda: with_arguments(candidate.apply, draw.normal(4))
    yield "the gradient that arrives is left alone", beside
    yield "the result is changed before the way back", lambda: _changed(candidate, draw, "result")
    yield "the input is changed before the way back", lambda: _changed(candidate, draw, "input")
    yield "memory is given back", lambda: _freed(candidate.apply, draw.normal(4).requires_grad_())


def _changed(candidate: Any, draw: Draw, what: str, *others: Tensor) -> dict[str, Any]:
    """Somebody writes into a tensor that the way back may need. A refusal is right, and so is the same gradient."""
    start, change = draw.normal(5).requires_grad_(), draw.normal(5)

    def gradient(changed: bool) -> Tensor:
        x = start.clone()
        y = candidate.apply(x, *others)
        if changed:
            (y if what == "result" else x).mul_(change)
        kept = y * change if what == "input" or not changed else y
        return torch.autograd.grad(kept.sum(), start)[0]

    right = gradient(False)
    try:
        same = bool(torch.allclose(gradient(True), right, rtol=1e-4, atol=1e-6))
    except RuntimeError:
        same = True
    return {"gradient": right, f"a wrong gradient after the {what} was changed": not same}


def _freed(apply: Callable[..., Tensor], *inputs: Tensor) -> dict[str, Any]:
    """Whether a result that nobody holds is gone at once: a circle of references would keep it."""
    gc.disable()
    try:
        result = apply(*inputs)
        values, watch = result.detach().clone(), weakref.ref(result)
        del result
        return {"result": values, "gone when nobody holds it": watch() is None}
    finally:
        gc.enable()
