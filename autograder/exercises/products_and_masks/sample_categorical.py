"""What `sample_categorical` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch import distributions as d

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.products_and_masks._frequencies import MANY, pairs, shares

READY_MADE = [
    torch.multinomial, torch.Tensor.multinomial, d.Categorical, d.Multinomial, d.OneHotCategorical,
    d.OneHotCategoricalStraightThrough, d.RelaxedOneHotCategorical, torch.nn.functional.gumbel_softmax,
    torch.utils.data.WeightedRandomSampler,
]  # fmt: skip
SHARES = Idea("drawn as often as the weights say", weight=2, point=True)
ANY_WEIGHTS = Idea("weights need not add up to 1", weight=2, point=True)
NEVER = Idea("what has no weight is never drawn", weight=1.5)
APART = Idea("each draw by itself", weight=1.5, point=True)
STREAM = Idea("random numbers from the generator alone, which goes on", weight=2, point=True)


@exercise(points=2, without=READY_MADE)
def sample_categorical(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Indices, drawn with replacement by weight. Right answers draw different ones: looked at is how often.

    A right answer fails with a chance below one in a million: see `engine/chance.py`.
    """
    n, rows = draw.sizes(2, 3, 6)
    look = _Look(candidate, draw)
    yield "shares that add up to 1", lambda: look(_normalized(draw, n)), SHARES
    yield "weights of a batch", lambda: look(_weights(draw, rows, n)), SHARES
    yield "two leading dimensions", lambda: look(_weights(draw, 2, rows, n)), SHARES
    yield "one index alone", lambda: look(_weights(draw, 2, 1), many=draw.integer(3, 40))
    yield "weights that add up to less than 1", lambda: look(_normalized(draw, n) / 10), ANY_WEIGHTS
    yield "weights that add up to hundreds", lambda: look(100 * _weights(draw, n)), ANY_WEIGHTS
    yield "tiny weights", lambda: look(1e-12 * _weights(draw, rows, n)), ANY_WEIGHTS
    yield "weights of 0", lambda: look(_with_zeros(draw, n)), NEVER
    yield "weights of 0 in bfloat16", lambda: look(_with_zeros(draw, n).bfloat16()), NEVER
    yield "a single weight above 0", lambda: look(_one_hot(draw, rows, n)), NEVER
    yield "pairs of draws in a row", lambda: _in_a_row(candidate, draw), APART
    yield "pairs of draws of two rows", lambda: _of_two_rows(candidate, draw), APART
    yield "pairs of draws of two calls", lambda: _of_two_calls(candidate, draw), STREAM
    yield "the same seed, and another one", lambda: _seeds(candidate, draw, n), STREAM
    yield "the global stream", lambda: _global_stream(candidate, draw, n), STREAM
    yield "one draw, and none", lambda: [_form(look.drawn(_weights(draw, rows, n), many)) for many in (1, 0)]
    yield "no rows", lambda: _form(look.drawn(_weights(draw, 0, n), rows))
    yield "transposed weights", lambda: look(_weights(draw, n, rows).T)
    yield "float64", lambda: look(_weights(draw, rows, n).double())
    yield "called by names", lambda: _named(candidate, draw, n)
    yield "the weights are left alone", lambda: _left_alone(candidate, draw, n)
    yield "the docstring's example", lambda: _example(look, draw, n)


class _Look:
    """Calls the answer with a fresh generator and shows form and shares of what it draws."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.draw = candidate, draw

    def drawn(self, weights: Tensor, many: int) -> Any:
        return self.candidate(weights.clone(), many, _generator(self.draw))

    def __call__(self, weights: Tensor, many: int = MANY) -> dict[str, Any]:
        drawn = self.drawn(weights, many)
        return {"form": _form(drawn), "shares": shares(drawn, weights)}


def _generator(draw: Draw) -> torch.Generator:
    return torch.Generator(draw.device).manual_seed(draw.integer(0, 2**31))


def _form(drawn: Any) -> str:
    return f"{list(drawn.shape)}, {drawn.dtype}" if isinstance(drawn, Tensor) else type(drawn).__name__


def _weights(draw: Draw, *shape: int) -> Tensor:
    """No two of a row near each other, the largest four times the smallest at least."""
    n = shape[-1]
    steps = torch.stack([draw.permutation(n) for _ in range(torch.Size(shape[:-1]).numel())] or [draw.permutation(n)])
    steps = steps if torch.Size(shape[:-1]).numel() else steps[:0]
    return 0.4 + 0.7 * steps.reshape(shape) + draw.uniform(*shape, high=0.2)


def _normalized(draw: Draw, n: int) -> Tensor:
    weights = _weights(draw, n)
    return weights / weights.sum()


def _with_zeros(draw: Draw, n: int) -> Tensor:
    """In a row each the first, the last, and one or two between have no weight."""
    weights = _weights(draw, 3, n + 2)
    weights[0, 0] = weights[1, -1] = 0.0
    weights[2, draw.integer(1, n + 1)] = 0.0
    return weights


def _one_hot(draw: Draw, rows: int, n: int) -> Tensor:
    weights = torch.zeros(rows, n, device=draw.device)
    return weights.scatter_(1, draw.integers(rows, 1, high=n), draw.uniform(rows, 1, low=0.5, high=3))


def _in_a_row(candidate: Any, draw: Draw) -> Any:
    weights = _weights(draw, 3)
    drawn = candidate(weights.clone(), MANY, _generator(draw))
    return pairs(drawn[0::2], drawn[1::2], weights, weights)


def _of_two_rows(candidate: Any, draw: Draw) -> Any:
    weights = _weights(draw, 2, 3)
    drawn = candidate(weights.clone(), MANY, _generator(draw))
    return pairs(drawn[0], drawn[1], *weights)


def _of_two_calls(candidate: Any, draw: Draw) -> Any:
    """One generator, which goes on; beside it a table of weights is drawn once for many rows, as for pixels."""
    weights, generator = _weights(draw, 3), _generator(draw)
    one = candidate(weights.clone(), MANY, generator)
    other = candidate(weights.expand(MANY, -1), 1, generator)
    return pairs(one, other[:, 0], weights, weights)


def _seeds(candidate: Any, draw: Draw, n: int) -> dict[str, Any]:
    """Of 60 draws by two seeds, not all are the same: by chance with one of 10^-20 at most."""
    weights, seed = _weights(draw, n), draw.integer(0, 2**30)
    seeds = draw.shuffled([seed, seed, seed + 1])
    drawn = [candidate(weights.clone(), 60, torch.Generator(draw.device).manual_seed(one)) for one in seeds]
    places = draw.shuffled([(0, 1), (0, 2), (1, 2)])
    alike = {f"call {i + 1} and call {j + 1}": bool(torch.equal(drawn[i], drawn[j])) for i, j in places}
    return {"form": [_form(each) for each in drawn], "all draws the same": alike}


def _global_stream(candidate: Any, draw: Draw, n: int) -> dict[str, Any]:
    """The global numbers go on as if nothing had happened."""
    weights, generator = _weights(draw, n), _generator(draw)
    torch.rand(3)
    drawn = candidate(weights.clone(), MANY, generator)
    return {"the next global numbers": torch.rand(4).to(draw.device), "shares": shares(drawn, weights)}


def _named(candidate: Any, draw: Draw, n: int) -> Any:
    weights = _weights(draw, n)
    return shares(candidate(generator=_generator(draw), count=MANY, weights=weights.clone()), weights)


def _left_alone(candidate: Any, draw: Draw, n: int) -> dict[str, Any]:
    weights = _weights(draw, n)
    handed = weights.clone()
    drawn = candidate(handed, MANY, _generator(draw))
    return {"shares": shares(drawn, weights), "the weights afterwards": handed}


def _example(look: _Look, draw: Draw, n: int) -> list[Any]:
    """The docstring's, and other weights."""
    return [look.drawn(torch.tensor([0.0, 3.0, 0.0], device=draw.device), 4), look(_weights(draw, n))]
