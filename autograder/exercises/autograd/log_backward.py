"""What `log_backward` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

LINE = Idea("what arrives, divided by what went in", weight=3, point=True)
EVERY = Idea("every dtype and layout", weight=1)
ALONE = Idea("neither tensor is written into", weight=1)


@exercise(points=1, without=[torch.autograd.grad, torch.autograd.backward, Tensor.backward, torch.func.vjp])
def log_backward(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The way back through one operation."""

    def positive(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        return draw.uniform(*shape, low=0.2, high=5.0, dtype=dtype)

    def example() -> Any:
        grad, x = torch.tensor([1.0, 1.0, 6.0]), torch.tensor([0.5, 2.0, 3.0])
        return {
            "example": candidate(grad.to(draw.device), x.to(draw.device)),
            "other numbers": candidate(draw.normal(3), positive(3)),
        }

    def sizes() -> Any:
        """Nearly nothing goes in, or very much."""
        return candidate(draw.normal(4), torch.tensor(draw.shuffled([1e-20, 1e-3, 1e3, 1e20]), device=draw.device))

    def spread() -> Any:
        """What `sum` sends back is one number, repeated without a copy."""
        return candidate(draw.normal(1).expand(4), positive(4))

    def layouts() -> Any:
        return [candidate(draw.normal(4, 3).mT, positive(3, 8)[:, ::2]), candidate(draw.normal(0, 2), positive(0, 2))]

    kinds = (torch.float64, torch.bfloat16)
    yield "the docstring's example", example, LINE
    yield "one number", lambda: candidate(draw.normal(), positive()), LINE
    yield "a table", lambda: candidate(draw.normal(2, 3), positive(2, 3)), LINE
    yield "nearly nothing, and very much", sizes, LINE
    yield "no gradient arrives for some", lambda: candidate(draw.normal(5) * draw.mask(5), positive(5)), LINE
    yield "one gradient, repeated", spread, EVERY
    yield "transposed, with gaps, empty", layouts, EVERY
    yield (
        "float64 and bfloat16",
        lambda: [candidate(draw.normal(3, dtype=k), positive(3, dtype=k)) for k in kinds],
        EVERY,
    )
    yield "what went in, afterwards", lambda: with_arguments(candidate, draw.normal(4), positive(4)), ALONE
