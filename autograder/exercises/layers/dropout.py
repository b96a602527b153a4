"""What `dropout` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments
from autograder.engine.streams import beside_stream

READY_MADE = [
    F.dropout, F.dropout1d, F.dropout2d, F.dropout3d, F.alpha_dropout, F.feature_alpha_dropout, torch.dropout,
    torch.dropout_, torch.native_dropout, torch.feature_dropout, torch.alpha_dropout, nn.Dropout, nn.Dropout1d,
    nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout,
]  # fmt: skip
DROPS = Idea("a share p is dropped, each number by itself", weight=2.5, point=True)
SCALES = Idea("what stays is scaled, so that the mean stays", weight=2.5, point=True)
EVAL = Idea("outside training nothing happens", weight=2.5, point=True)
ENDS = Idea("none or all are dropped", weight=1.5)
MANY = 3000
SHARES = (0.2, 0.3, 0.7, 0.8)  # in the middle of what is rounded to one decimal


@exercise(points=2, without=READY_MADE)
def dropout(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Inverted dropout."""
    n, m = draw.sizes(2, 3, 8)
    for share in SHARES:
        yield f"how many stay, p near {share}", partial(_share_kept, candidate, draw, share), DROPS
    yield "each row by itself", lambda: _patterns(candidate, draw), DROPS
    yield "another call, another draw", lambda: _twice(candidate, draw), DROPS
    yield "how many are dropped, call by call", lambda: _counts(candidate, draw), DROPS
    for share in SHARES:
        yield (
            f"what becomes of the rest, p near {share}",
            partial(_factors, candidate, draw, share),
            SCALES,
        )
    yield "the mean stays", lambda: _mean(candidate, draw), SCALES
    yield "outside training", lambda: [candidate(draw.normal(n, m), p, False) for p in SHARES], EVAL
    yield (
        "outside training, no random number is drawn",
        lambda: beside_stream(lambda: candidate(draw.normal(n), 0.3, False), draw.integer(0, 2**31)),
        EVAL,
    )
    yield "none are dropped", lambda: candidate(draw.normal(n, m), 0.0, True), ENDS
    yield "all are dropped", lambda: candidate(draw.normal(n, m), 1.0, True), ENDS
    yield "the gradient passes where numbers did", lambda: _gradient(candidate, draw)
    yield "no such share", lambda: _refused(candidate, draw, n)
    yield "float64", lambda: [candidate(draw.normal(n, m, dtype=torch.float64), p, True) for p in (0.0, 1.0)]
    yield "half precision", lambda: _halves(candidate, draw)
    yield "a turned table", lambda: candidate(draw.normal(m, n).T, 0.0, training=True)
    yield "called by names", lambda: candidate(training=False, p=draw.choice(SHARES), x=draw.normal(m))
    yield "the input is left alone", lambda: _left_alone(candidate, draw, n, m)
    yield "the docstring's example", lambda: _example(candidate, draw)


def _near(draw: Draw, share: float) -> float:
    """A share that rounds to this one, with room to either side."""
    return round(share + float(draw.uniform(low=-0.02, high=0.02)), 4)


def _share_kept(candidate: Any, draw: Draw, share: float) -> dict[str, Any]:
    p, x = _near(draw, share), draw.uniform(MANY, low=1, high=2)
    kept = candidate(x, p, True) != 0
    return {"p": p, "share that stays": round(float(kept.float().mean()), 1)}


def _patterns(candidate: Any, draw: Draw) -> dict[str, int]:
    """How many rows and columns differ from all others in what was dropped."""
    shape = draw.integer(15, 40), draw.integer(40, 70)
    dropped = candidate(draw.uniform(*shape, low=1, high=2), 0.5, True) == 0
    rows, columns = (len({tuple(line) for line in table.tolist()}) for table in (dropped, dropped.T))
    return {"kinds of rows": rows, "kinds of columns": columns}


def _twice(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Half of the places differ, in one of several sizes."""
    x = draw.uniform(1000 * draw.integer(2, 12), low=1, high=2)
    first, second = (candidate(x.clone(), 0.5, True) == 0 for _ in range(2))
    differ = float((first != second).sum())
    return {"numbers": len(x), "places that differ, a share": round(differ / len(x), 1)}


def _counts(candidate: Any, draw: Draw) -> dict[str, str]:
    """In 20 calls, where each number is drawn by itself, the same count 20 times does not happen by chance."""
    x = draw.uniform(2 * draw.integer(30, 60), low=1, high=2)
    counts = {int((candidate(x.clone(), 0.5, True) == 0).sum()) for _ in range(20)}
    return {f"of {len(x)} numbers": "now more, now fewer" if len(counts) > 1 else f"always {counts.pop()}"}


def _factors(candidate: Any, draw: Draw, share: float, dtype: torch.dtype = torch.float32) -> Any:
    """The smallest and the largest factor among those that stay."""
    p, x = _near(draw, share), draw.uniform(400, low=1, high=2).to(dtype)
    x[::2] *= -1
    y = candidate(x.clone(), p, True)
    factors = (y.float() / x.float())[y != 0].to(dtype) if isinstance(y, Tensor) else y
    return {"dtype": str(getattr(y, "dtype", None)), "smallest and largest": _ends(factors)}


def _halves(candidate: Any, draw: Draw) -> list[Any]:
    return [_factors(candidate, draw, 0.7, kind) for kind in (torch.bfloat16, torch.float16)]


def _ends(factors: Tensor) -> Tensor:
    return torch.stack([factors.min(), factors.max()])


def _mean(candidate: Any, draw: Draw) -> dict[str, Any]:
    """As a multiple of what it was, rounded to halves; chance moves it by less than a tenth."""
    p, value = _near(draw, draw.choice((0.7, 0.8))), round(float(draw.uniform(low=1, high=9)), 2)
    y = candidate(torch.full((MANY,), value, device=draw.device), p, True)
    return {"p": p, "mean before": value, "mean, by what it was before": round(float(y.mean()) / value * 2) / 2}


def _gradient(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Zero where a number was dropped, 1 / (1 − p) where it stayed."""
    x = draw.uniform(300, low=1, high=2).requires_grad_()
    y = candidate(x, _near(draw, 0.75), True)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    stayed = y != 0
    return {
        "where it stayed, smallest and largest": _ends(gradient[stayed]),
        "where it was dropped": gradient[~stayed].abs().max(),
    }


def _refused(candidate: Any, draw: Draw, n: int) -> dict[str, Any]:
    x = draw.normal(n)
    wrong = {
        f"p = {p}{when}": refusal(ValueError, candidate, x.clone(), p, training=training)
        for p in (-0.1, 1.5)
        for training, when in ((True, ""), (False, ", outside training"))
    }
    return {"as it should be": candidate(x.clone(), 0.0, True), **wrong}


def _left_alone(candidate: Any, draw: Draw, n: int, m: int) -> Any:
    """With nothing dropped, so that the result is known; and with much dropped, only what becomes of the input."""
    none, some = draw.normal(n, m), draw.normal(n, m)
    before = with_arguments(candidate, none, 0.0, True)
    candidate(some, 0.7, True)
    return {"nothing dropped": before, "the input, afterwards": some}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    x = torch.tensor([1.0, 2.0], device=draw.device)
    return [candidate(x, 0.5, training=False), candidate(draw.normal(3), 0.5, training=False)]
