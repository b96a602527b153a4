"""What `Activations` must show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import hooks_on
from autograder.exercises.hooks._shared import (
    Ordered,
    breaks,
    error_of,
    grads,
    mixed_modes,
    modes,
    named,
    nested,
    others_on,
    part_names,
    reader,
    small,
    twice,
    visit,
)

KEEPS = Idea("what each chosen module gave last, as a copy without graph", weight=2, point=True)
WATCHES = Idea("the model computes and learns as without being watched")
BLOCK = Idea("hooks are on the model inside the block only")
ERROR = Idea("nothing is left behind by an error", weight=0.7)
KINDS = Idea("outputs and names of all kinds")
DTYPES = (torch.float64, torch.bfloat16, torch.int64, torch.bool)


@exercise(points=3)
def Activations(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What chosen modules give, while a block lasts."""
    rows, more, steps = draw.sizes(3, 2, 9)

    def seen(model: nn.Module, names: Iterable[str], *inputs: Tensor) -> dict[str, Any]:
        def run() -> dict[str, Any]:
            with candidate(model, names) as values:
                for x in inputs:
                    model(x)
                return {"in the block": {**_dict_after_as(values)}}

        return visit(model, run)

    def two_of_three() -> dict[str, Any]:
        model = small(draw)
        return seen(model, draw.shuffled(part_names(model))[:2], draw.normal(rows, 4))

    def dots() -> dict[str, Any]:
        model = nested(draw)
        inside = [name for name, _ in model.named_modules() if name.count(".") == 2]
        return seen(model, [draw.choice(inside), part_names(model)[0]], draw.normal(rows, 5))

    def several_calls() -> dict[str, Any]:
        model = small(draw)
        return seen(model, [draw.choice(part_names(model))], draw.normal(rows, 4), draw.normal(more, 4))

    def shared_layer() -> dict[str, Any]:
        model = twice(draw)
        return seen(model, part_names(model)[:1], draw.normal(rows, 4))

    yield "two of three layers", two_of_three, KEEPS
    yield "names with dots", dots, KEEPS
    yield "two calls: the last one counts", several_calls, KEEPS
    yield "a layer used twice", shared_layer, KEEPS
    yield "an in-place ReLU comes next", lambda: _overwritten(seen, draw), KEEPS
    yield "the graph is not held", lambda: _without_graph(candidate, draw), KEEPS
    yield "the docstring's example", lambda: _example(candidate, draw), KEEPS

    def tuples() -> dict[str, Any]:
        model = reader(draw)
        return seen(model, part_names(model), draw.normal(rows, steps, 3))

    def iterators() -> dict[str, Any]:
        model = small(draw)
        names = draw.shuffled(part_names(model))[:2]
        return seen(model, (name for name in names), draw.normal(rows, 4))

    def single() -> list[Any]:
        x, y, model = draw.normal(more), draw.normal(rows, 5), nested(draw)
        return [seen(nn.Tanh(), [""], x), seen(model, [""], y)]

    yield "the dtype is that of the output", lambda: _dtypes(seen, draw), KINDS
    yield "the empty name: the model itself", single, KINDS
    yield "a layer that returns a tuple", tuples, KINDS
    yield "names that can be walked through once", iterators, KINDS
    yield "the model computes and learns as before", lambda: _undisturbed(candidate, draw), WATCHES
    yield "nothing is noted before the block or after it", lambda: _around(candidate, draw), BLOCK
    yield "each block has a dict of its own", lambda: _blocks(candidate, draw), BLOCK
    yield "nothing is left behind by an error", lambda: _error_inside(candidate, draw), ERROR
    yield "a name that the model has not", lambda: _unknown(candidate, draw), BLOCK
    yield "other people's hooks stay", lambda: _others(candidate, draw), BLOCK


def _dict_after_as(values: object) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise TypeError(f"the name after `as` should hold a dict, and holds an object of type {type(values).__name__}")
    return values


def _overwritten(seen: Any, draw: Draw) -> list[Any]:
    """ReLU writes zeros over what is negative, a leaky one what tells more."""
    width, x = draw.integer(4, 9), draw.normal(3, 4)
    kinds = draw.shuffled([nn.ReLU(inplace=True), nn.LeakyReLU(0.3, inplace=True)])
    chains = [named(draw, nn.Linear(4, width), kind, nn.Linear(width, 3)) for kind in kinds]
    models = [draw.fill_(Ordered(parts)) for parts in chains]
    return [seen(model, list(parts)[:1], x) for model, parts in zip(models, chains, strict=True)]


def _without_graph(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4).requires_grad_()
    with candidate(model, part_names(model)[:2]) as values:
        model(x)
    needs = {name: value.requires_grad for name, value in _dict_after_as(values).items()}
    return {"values": values, "needs a gradient": needs}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    found, inputs = [], [torch.zeros(2, 4, device=draw.device), draw.normal(2, 4)]
    models = [draw.fill_(nn.Sequential(nn.Linear(4, 6), nn.Tanh())) for _ in inputs]
    for model, x in zip(models, inputs, strict=True):
        with candidate(model, ["1"]) as values:
            y = model(x)
        found.append([torch.equal(values["1"], y), values["1"].requires_grad, values["1"]])
    return found


def _dtypes(seen: Any, draw: Draw) -> list[Any]:
    """What goes in comes out: each input's dtype is that of a layer's output."""
    inputs = [draw.normal(draw.integer(2, 7)).to(dtype) for dtype in draw.shuffled(DTYPES)]
    name = draw.choice(("stem", "gate", "lens"))
    return [seen(Ordered({name: nn.Identity()}), [name], x) for x in inputs]


def _undisturbed(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)

    def run() -> dict[str, Any]:
        with candidate(model, part_names(model)) as values:
            result = model(x)
            result.square().sum().backward()
        return {"output": result, "gradients": grads(model), "names": sorted(_dict_after_as(values))}

    return visit(model, run)


def _around(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x, later = mixed_modes(draw, small(draw)), draw.normal(2, 4), draw.normal(3, 4)

    def run() -> dict[str, Any]:
        watcher = candidate(model, part_names(model)[:1])
        before = hooks_on(model)
        with watcher as values:
            inside = dict(_dict_after_as(values))
            model(x)
        model(later)
        return {"hooks before": before, "values at first": inside, "values at last": values, "training": modes(model)}

    return visit(model, run)


def _blocks(candidate: Any, draw: Draw) -> list[Any]:
    """One block after another, and one inside another, on one model."""
    model, inputs = small(draw), [draw.normal(rows, 4) for rows in draw.sizes(2, 2, 9)]
    first, second, third = part_names(model)
    with candidate(model, [first]) as one:
        model(inputs[0])
        with candidate(model, [third]) as two:
            model(inputs[1])
    with candidate(model, [second]) as three:
        model(inputs[0])
    return [one, two, three]


def _error_inside(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = breaks(draw), draw.normal(draw.integer(2, 9), 4)
    values: dict[str, Any] = {}

    def run() -> None:
        with candidate(model, part_names(model)[:2]) as found:
            values["values"] = _dict_after_as(found)
            model(x)

    return visit(model, lambda: {"the error that comes through": error_of(run), **values})


def _unknown(candidate: Any, draw: Draw) -> dict[str, Any]:
    """A wrong name, and the right ones afterwards."""
    model, x = small(draw), draw.normal(2, 4)
    good = part_names(model)[:2]

    def run(names: list[str]) -> dict[str, Any]:
        with candidate(model, names) as values:
            model(x)
            return {**_dict_after_as(values)}

    return visit(
        model,
        lambda: {"the error that comes through": error_of(lambda: run([*good, "typo"])), "right names": run(good)},
    )


def _others(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    fired = others_on(model)
    with candidate(model, part_names(model)[:1]) as values:
        model(x)
    model(x)
    return {"values": values, "fired": fired, "hooks on the model": hooks_on(model)}
