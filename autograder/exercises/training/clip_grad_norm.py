"""What `clip_grad_norm` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

TOGETHER = Idea("one norm for all, one factor for all", weight=3, point=True)
SHORT = Idea("what is short enough stays as it is", weight=2, point=True)
NONE = Idea("weights without a gradient", weight=1.5)
PLACE = Idea("in place, and off the record", weight=1.5)


@exercise(points=2, without=[
    nn.utils.clip_grad_norm_, nn.utils.clip_grads_with_norm_, nn.utils.get_total_norm,
])  # fmt: skip
def clip_grad_norm(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The gradients of several weights, shortened together."""
    limit = draw.integer(3, 15) / 10

    def clipped(limit: float, *shapes: tuple[int, ...], scale: float = 3.0) -> dict[str, Any]:
        leaves = _leaves(draw, *shapes, scale=scale)
        norm = candidate(leaves, limit)
        return {"norm": norm, "gradients": [leaf.grad for leaf in leaves]}

    three = ((3,), (2, 2), ())
    yield "the docstring's example", lambda: _example(candidate, draw), TOGETHER
    yield "three weights, one of them a number", lambda: clipped(limit, (9,), (5, 2), ()), TOGETHER
    yield "one weight", lambda: clipped(limit, (12,)), TOGETHER
    yield "a limit above the size of each, below that of all", lambda: _each_below(candidate, draw), TOGETHER
    yield "short gradients", lambda: clipped(limit, *three, scale=0.01), SHORT
    yield "just below the limit, and just above", lambda: _around(candidate, draw), SHORT
    yield "gradients of zero", lambda: _zeros(candidate, draw, limit), SHORT
    yield "a limit of zero", lambda: clipped(0.0, *three), TOGETHER
    yield "some have none", lambda: _some_none(candidate, draw, limit), NONE
    yield "nobody has one", lambda: _nobody(candidate, draw, limit), NONE
    yield "the parameters of a network, a generator", lambda: _generator(candidate, draw, limit), PLACE
    yield "who holds a gradient", lambda: _held(candidate, draw, limit), PLACE
    yield "gradients with a history", lambda: _with_history(candidate, draw, limit), PLACE
    yield "float64", lambda: _double(candidate, draw), TOGETHER


def _leaves(
    draw: Draw, *shapes: tuple[int, ...], scale: float = 3.0, dtype: torch.dtype = torch.float32
) -> list[Tensor]:
    """Leaves with gradients that are not all small."""
    made = [draw.normal(*shape, dtype=dtype).requires_grad_() for shape in shapes]
    for leaf in made:
        leaf.grad = scale * (draw.normal(*leaf.shape, dtype=dtype) + 1)
    return made


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    shown = []
    for first, second, limit in [([3.0], [4.0], 1.0), (draw.normal(1).tolist(), [5 + draw.normal().item()], 2.0)]:
        a, b = (torch.zeros(1, device=draw.device, requires_grad=True) for _ in range(2))
        a.grad, b.grad = (torch.tensor(slope, device=draw.device) for slope in (first, second))
        norm = candidate(parameters=[a, b], limit=limit)
        shown.append({"norm": norm, "gradients": [a.grad, b.grad]})
    return {"example": shown[0], "other numbers": shown[1]}


def _each_below(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Each gradient is 0.9 long, and six of them together are longer than 1."""
    leaves = _leaves(draw, *((4,),) * 6)
    for leaf in leaves:
        assert leaf.grad is not None
        leaf.grad *= 0.9 / leaf.grad.norm()
    return {"norm": candidate(leaves, 1.0), "gradients": [leaf.grad for leaf in leaves]}


def _around(candidate: Any, draw: Draw) -> dict[str, Any]:
    shown = {}
    for name, share in {"below": 1.01, "above": 0.98}.items():
        leaves = _leaves(draw, (3,), (2, 2))
        length = torch.stack([leaf.grad.norm() for leaf in leaves if leaf.grad is not None]).norm().item()
        shown[name] = [candidate(leaves, share * length), [leaf.grad for leaf in leaves]]
    return shown


def _zeros(candidate: Any, draw: Draw, limit: float) -> dict[str, Any]:
    """All of one's gradients are zero; another's are not; and a limit that is zero as well."""
    leaves, others = _leaves(draw, (3,), (2, 2), scale=0.0), _leaves(draw, (3,))
    still = _leaves(draw, (3,), scale=0.0)
    norms = [candidate(leaves, limit), candidate(others, limit), candidate(still, 0.0)]
    return {"norms": norms, "gradients": [leaf.grad for leaf in (*leaves, *others, *still)]}


def _some_none(candidate: Any, draw: Draw, limit: float) -> dict[str, Any]:
    leaves = _leaves(draw, (3,), (3,), (4,))
    leaves[draw.integer(0, 2)].grad = None  # one more stands behind it
    return {"norm": candidate(leaves, limit), "gradients": [leaf.grad for leaf in leaves]}


def _nobody(candidate: Any, draw: Draw, limit: float) -> dict[str, Any]:
    without, leaves = [draw.normal(3).requires_grad_()], _leaves(draw, (4,))
    none = candidate(without, limit)  # on which device, nobody can tell
    shown = {"norm": candidate(leaves, limit), "gradient": leaves[0].grad}
    return {"norm of none": [type(none).__name__, float(none)], **shown}


def _generator(candidate: Any, draw: Draw, limit: float) -> dict[str, Any]:
    network, x = draw.fill_(nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))), 5 * draw.normal(3, 4)
    network(x).square().sum().backward()
    norm = candidate(network.parameters(), limit / 10)
    return {"norm": norm, "gradients": [weight.grad for weight in network.parameters()]}


def _held(candidate: Any, draw: Draw, limit: float) -> dict[str, Any]:
    """Somebody else holds the gradients, as buckets of a parallel run do; the weights stay."""
    leaves = _leaves(draw, (4,), (2, 3))
    views = [leaf.grad.view(-1) for leaf in leaves if leaf.grad is not None]
    norm = candidate(leaves, limit)
    recorded = norm.requires_grad if isinstance(norm, Tensor) else False
    return {"what others hold": views, "weights": leaves, "on the record": recorded, "norm": norm}


def _with_history(candidate: Any, draw: Draw, limit: float) -> dict[str, Any]:
    """As `backward(create_graph=True)` leaves them: they remember how they came about."""
    leaf = draw.normal(4).requires_grad_()
    leaf.grad = 3 * (leaf + 2) ** 2
    norm = candidate([leaf], limit)
    history = "it hangs on a graph" if isinstance(norm, Tensor) and norm.requires_grad else "it has no history"
    return {"norm": norm, "gradient": leaf.grad.detach(), "the norm": history}


def _double(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The limit is above: float64 is left as it is, to its last digit."""
    leaves = _leaves(draw, (3,), (2,), dtype=torch.float64)
    return {"norm": candidate(leaves, 100.0), "gradients": [leaf.grad for leaf in leaves]}
