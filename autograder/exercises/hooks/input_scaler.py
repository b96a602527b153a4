"""What `input_scaler` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import hooks_on, with_arguments
from autograder.exercises.hooks._shared import Nested, Pair, left_on, small


@exercise(points=2)
def input_scaler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A pre-hook that multiplies what goes into a module."""

    def scaled(factor: float, *inputs: Any, module: nn.Module | None = None, **named: Any) -> Any:
        module = draw.fill_(Pair() if module is None else module)
        candidate(module, factor)
        return module(*inputs, **named)

    ids, mask = draw.integers(2, high=7), draw.mask(2, 5)
    yield "one input", lambda: scaled(0.5, draw.normal(2, 4), module=nn.Linear(4, 3))
    yield "no batch, and a negative factor", lambda: scaled(-3.0, draw.normal(4), module=nn.Linear(4, 3))
    yield "two inputs", lambda: scaled(2.0, draw.normal(2, 3), draw.normal(2, 4))
    yield "inputs by name", lambda: scaled(2.0, draw.normal(2, 3), y=draw.normal(2, 4))
    yield "whole numbers, masks and None pass", lambda: scaled(2.0, draw.normal(2, 3), draw.normal(2, 4), ids, mask)
    yield "the same by name", lambda: scaled(2.0, x=draw.normal(2, 3), y=draw.normal(2, 4), ids=None, mask=mask)
    double = draw.normal(2, 4, dtype=torch.float64)
    yield "float64 stays float64", lambda: scaled(2.0, double, module=nn.Linear(4, 3).double())

    def untouched() -> Any:
        return with_arguments(lambda x, y: scaled(3.0, x, y=y), draw.normal(2, 3), draw.normal(2, 4))

    def gradient() -> Tensor | None:
        x = draw.normal(2, 4).requires_grad_()
        scaled(3.0, x, module=nn.Linear(4, 3)).square().sum().backward()
        return x.grad

    def off_again() -> Any:
        model, x = draw.fill_(small()), draw.normal(2, 4)
        handles = [candidate(model[2], 3.0), candidate(model[2], 0.5)]
        both = model(x)
        handles[0].remove()
        one = model(x)
        handles[1].remove()
        return {"both": both, "one taken off": one, "none": model(x), **left_on(model)}

    def others() -> Any:
        model, x = draw.fill_(Nested()), draw.normal(2, 5)
        candidate(model.body, 0.5)
        return {"output": model(x), "hooks on each": [hooks_on(part) for part in model.modules()]}

    yield "the caller's tensors are left alone", untouched
    yield "gradients flow through", gradient
    yield "handles take it off again", off_again
    yield "this module and no other", others
