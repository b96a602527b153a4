"""What `Activations` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import hooks_on
from autograder.exercises.hooks._shared import (
    Breaks,
    Nested,
    Reader,
    Twice,
    after_error,
    grads,
    half_evaluated,
    hooks_left,
    left_on,
    small,
    with_others,
)


@exercise(points=3)
def Activations(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """What chosen modules give, while a block lasts."""

    def seen(model: nn.Module, names: list[str], *inputs: Tensor) -> Any:
        with candidate(model, names) as values:
            for x in inputs:
                model(x)
        return {**_dict_after_as(values), **hooks_left(model)}

    nested, reader = draw.fill_(Nested()), draw.fill_(Reader())
    yield "two of three layers", lambda: seen(draw.fill_(small()), ["0", "2"], draw.normal(2, 4))
    yield "names with dots", lambda: seen(nested, ["body.1.first", "body"], draw.normal(2, 5))
    yield "a layer that returns a tuple", lambda: seen(reader, ["gru", "head"], draw.normal(2, 6, 3))
    yield "the empty name: the model itself", lambda: seen(nested, [""], draw.normal(1, 5))
    yield "two calls: the last one counts", lambda: seen(nested, ["head"], draw.normal(2, 5), draw.normal(3, 5))
    yield "a layer used twice", lambda: seen(draw.fill_(Twice()), ["inner"], draw.normal(2, 4))

    def overwritten() -> Any:
        model = draw.fill_(nn.Sequential(nn.Linear(4, 6), nn.ReLU(inplace=True), nn.Linear(6, 3)))
        return seen(model, ["0"], draw.normal(3, 4))

    def free() -> Any:
        model, x = draw.fill_(small()), draw.normal(2, 4).requires_grad_()
        with candidate(model, ["0", "1"]) as values:
            model(x)
        needs = {f"{name} needs a gradient": value.requires_grad for name, value in _dict_after_as(values).items()}
        return {**values, **needs}

    def undisturbed() -> Any:
        model, x = draw.fill_(small()), draw.normal(2, 4)
        with candidate(model, ["0", "1", "2"]) as values:
            result = model(x)
            result.square().sum().backward()
        return {
            "output": result,
            "gradients": grads(model),
            "names": sorted(_dict_after_as(values)),
            **hooks_left(model),
        }

    yield "an in-place ReLU comes next", overwritten
    yield "the graph is not held", free
    yield "the model computes and learns as before", undisturbed
    yield "nothing is noted before the block or after it", lambda: _around(candidate, draw)
    yield "nothing is left behind by an error", lambda: _error_inside(candidate, draw)
    yield "a name that the model has not", lambda: _unknown(candidate, draw)
    yield "other people's hooks stay", lambda: with_others(lambda model: candidate(model, ["0"]), draw)


def _dict_after_as(values: object) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise TypeError(f"the name after `as` should hold a dict, and holds an object of type {type(values).__name__}")
    return values


def _around(candidate: Any, draw: Draw) -> Any:
    model, x, later = half_evaluated(draw.fill_(small())), draw.normal(2, 4), draw.normal(3, 4)
    watcher = candidate(model, ["0"])
    before = hooks_on(model)
    with watcher as values:
        inside = dict(_dict_after_as(values))
        model(x)
    model(later)
    return {"hooks before": before, "values at first": inside, "values at last": values, **left_on(model)}


def _error_inside(candidate: Any, draw: Draw) -> Any:
    model, x = draw.fill_(Breaks()), draw.normal(2, 4)
    values = {}

    def run() -> None:
        with candidate(model, ["layer", "other"]) as found:
            values["values"] = _dict_after_as(found)
            model(x)

    return {**after_error(run, model), **values}


def _unknown(candidate: Any, draw: Draw) -> Any:
    model = draw.fill_(small())

    def run() -> None:
        with candidate(model, ["0", "2", "typo"]):
            pass

    return after_error(run, model)
