"""What `BucketedDDP` must show."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import torch.distributed as dist
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.ranks import counted_traffic
from autograder.engine.ranks.on_ranks import WRAPPERS, OnRanks
from autograder.exercises.data_parallel._shared import Net, Shown, behaves, learns, observed, odd_cases, plain_cases

PATIENCE = timedelta(seconds=4)  # how long one rank waits for a word of another that may never come

FULL = ("full", "one more", "the second full")
WHEN = Idea("gradients leave in buckets, while the backward pass goes on", weight=3, point=True)


def _overlap(candidate: Any, model: nn.Sequential, xs: list[Tensor], limits: dict[str, int]) -> Shown:
    """How many bytes each all-reduce has taken when the gradient has arrived at each layer's output."""
    for name, limit in limits.items():
        own = copy.deepcopy(model)
        yield name, _launched(candidate(own, limit), own, xs[dist.get_rank()])


class Backwards(nn.Sequential):
    """Uses its layers in another order than it lists them."""

    def forward(self, x: Tensor) -> Tensor:
        for layer in reversed(list(self)):
            x = layer(x)
        return x


def _out_of_order(candidate: Any, model: nn.Sequential, xs: list[Tensor]) -> Shown:
    """The bucket whose turn it is fills last; then all others have waited for it, and leave before sync too."""
    own = Backwards(*reversed(list(copy.deepcopy(model))))
    shown = _launched(candidate(own, 1), own, xs[dist.get_rank()])
    yield "out of order", {**shown, "layer by layer": None, "before sync": sorted(shown["before sync"])}


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
        left = [call.sent for call in traffic.of("all_reduce")]
        wrapped.sync()
    biases = [layer.bias.grad for layer in model.children() if isinstance(layer, nn.Linear)]
    return {
        "layer by layer": seen,
        "before sync": _gradients_of(left, sum(item.nbytes for item in model.parameters())),
        "gradients of the biases": biases,
    }


def _gradients_of(sent: list[int], whole: int) -> list[int]:
    """The exchanges until all gradients have left: one may tell afterwards who used what."""
    return [size for place, size in enumerate(sent) if sum(sent[:place]) < whole]


def _late(candidate: Any, model: nn.Sequential, xs: list[Tensor], bucket_bytes: int) -> Shown:
    """How far rank 0 gets in its layers while rank 1 has not begun its backward pass."""
    store, first = dist.distributed_c10d._get_default_store(), dist.get_rank() == 0
    wrapped = candidate(model, bucket_bytes)

    def reached(layer: nn.Module, _: Any) -> None:
        store.add("layers", 1)
        if layer is model[0]:  # the gradient at its output: by then the other layers' buckets are on their way
            store.set("through", "yes")

    for layer in model.children() if first else []:
        layer.register_full_backward_pre_hook(reached)
    result = wrapped(xs[dist.get_rank()])
    layers = 0 if first else _heard_of(store)
    result.square().mean().backward()
    wrapped.sync()
    yield "late", {"layers of rank 0": layers, "gradients": [item.grad for item in model.parameters()]}


def _heard_of(store: dist.Store) -> int:
    """How many layers rank 0 has reached in time: a wait that ends, where an exchange would hang."""
    with suppress(RuntimeError):  # what a store says when the time is up
        store.wait(["through"], PATIENCE)
    return int(store.add("layers", 0))


def _in_time(candidate: Any, model: nn.Sequential, xs: list[Tensor], limits: dict[str, int]) -> Shown:
    yield from _out_of_order(candidate, model, xs)
    yield from _overlap(candidate, model, xs, limits)
    yield from _late(candidate, model, xs, limits["some"])


def _deep(draw: Draw) -> tuple[nn.Sequential, list[Tensor], dict[str, int]]:
    """Four layers, an input for each of two ranks, and limits for the buckets; each drawn anew."""
    (wide, broad), narrow = draw.sizes(2, 5, 9), draw.integer(3, 5)
    model = nn.Sequential(
        nn.Linear(wide, broad), nn.Tanh(), nn.Linear(broad, narrow), nn.Tanh(), nn.Linear(narrow, narrow), nn.Tanh(),
        nn.Linear(narrow, 2),
    )  # fmt: skip
    middle = 4 * (narrow + narrow * narrow)  # a bias and the next weight
    limits = {"each": 1, "some": middle + 1, "full": 4 * wide * broad, "one more": 4 * wide * broad + 1, "all": 10_000}
    limits["the second full"] = 4 * broad * (1 + narrow)  # a bias and a weight; the first bucket holds a weight alone
    return draw.fill_(model), [draw.normal(3, wide) for _ in range(2)], limits


@exercise(points=3, without=WRAPPERS, seconds=60)
def BucketedDDP(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Gradients travel in buckets while the backward pass goes on."""
    plain = OnRanks(draw, 3, learns, candidate, plain_cases(draw), 100)
    odd = OnRanks(draw, 2, behaves, candidate, odd_cases(draw), draw.fill_(Net()), draw.normal(4, 5), 40, after=plain)
    when = OnRanks(draw, 2, _in_time, candidate, *_deep(draw), after=plain)

    yield from observed(plain, odd)
    yield "what has left when the gradient reaches each layer", lambda: when.shown("some"), WHEN
    yield "a bucket for every parameter, and one for all", lambda: when.shown("each", "all"), WHEN
    yield "a bucket that is full to the byte, and one that lacks a byte", lambda: when.shown(*FULL), WHEN
    yield "layers used in another order than listed", lambda: when.shown("out of order"), WHEN
    yield "the backward pass does not wait for late ranks", lambda: when.shown("late"), WHEN
    yield "outside it is a module like any other", lambda: odd.shown("outside")
