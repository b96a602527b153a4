"""What `BucketedDDP` must show."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import torch.distributed as dist
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.ranks import counted_traffic
from autograder.exercises.data_parallel._shared import (
    WRAPPERS,
    Net,
    OnRanks,
    behaves,
    learns,
    observed,
    odd_cases,
    plain_cases,
)

PATIENCE = timedelta(seconds=4)  # how long one rank waits for a word of another that may never come


def _overlap(candidate: Any, model: nn.Sequential, x: Tensor, bucket_bytes: Sequence[int]) -> dict[str, Any]:
    """How many bytes each all-reduce has taken when the gradient has arrived at each layer's output."""
    models = {limit: copy.deepcopy(model) for limit in bucket_bytes}
    return {str(limit): _launched(candidate(own, limit), own, x) for limit, own in models.items()}


def _launched(wrapped: Any, model: nn.Sequential, x: Tensor) -> dict[str, Any]:
    seen: list[Any] = []
    with counted_traffic() as traffic:

        def look(*_: Any) -> None:
            seen.append([call.sent for call in traffic.of("all_reduce")])

        def watch(layer: nn.Module, inputs: Any, output: Tensor) -> None:
            output.register_hook(look)

        for layer in model.children():
            if isinstance(layer, nn.Linear):
                layer.register_forward_hook(watch)
        wrapped(x).square().mean().backward()
        left = sum(call.sent for call in traffic.of("all_reduce"))
        wrapped.sync()
    return {"layer by layer": seen, "all before sync": left >= sum(item.nbytes for item in model.parameters())}


def _late(candidate: Any, model: nn.Sequential, x: Tensor, bucket_bytes: int) -> dict[str, Any]:
    """Whether rank 0 gets through its layers while rank 1 has not begun its backward pass."""
    store, first = dist.distributed_c10d._get_default_store(), dist.get_rank() == 0
    wrapped = candidate(model, bucket_bytes)
    if first:
        # The gradient at the first layer's output: by then the other layers' buckets are on their way.
        model[0].register_full_backward_pre_hook(lambda *_: store.set("through", "yes"))
    result = wrapped(x)
    heard = first or _heard(store)
    result.square().mean().backward()
    wrapped.sync()
    return {"late": {"heard": heard, "gradients": [item.grad for item in model.parameters()]}}


def _heard(store: dist.Store) -> bool:
    """Whether rank 0 says in time that it got through: a wait that ends, where an exchange would hang."""
    try:
        store.wait(["through"], PATIENCE)
    except RuntimeError:  # what a store says when the time is up
        return False
    return True


def _in_time(candidate: Any, model: nn.Sequential, x: Tensor, bucket_bytes: Sequence[int]) -> dict[str, Any]:
    return {
        **_overlap(candidate, model, x, bucket_bytes),
        **_late(candidate, model, x, 50),
    }


@exercise(points=3, without=WRAPPERS, seconds=60)
def BucketedDDP(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Gradients travel in buckets while the backward pass goes on."""
    plain = OnRanks(draw, 3, learns, candidate, plain_cases(draw), 100)
    odd = OnRanks(draw, 2, behaves, candidate, odd_cases(draw), draw.fill_(Net()), draw.normal(4, 5), 40)
    deep = nn.Sequential(
        nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3), nn.Tanh(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 2)
    )
    x = draw.normal(3, 4)
    when = OnRanks(draw, 2, _in_time, candidate, draw.fill_(deep), x, [1, 50, 85, 96, 97, 10_000])

    yield from observed(plain, odd)
    yield "what has left when the gradient reaches each layer: 50 bytes a bucket", lambda: when.shown("50")
    yield "a bucket for every parameter, and one for all", lambda: when.shown("1", "10000")
    yield "buckets that are full to the byte", lambda: when.shown("85", "96", "97")
    yield "the backward pass does not wait for late ranks", lambda: when.shown("late")
    yield "outside it is a module like any other", lambda: odd.shown("outside")
