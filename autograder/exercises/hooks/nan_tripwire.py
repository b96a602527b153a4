"""What `nan_tripwire` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.hooks._nan import Entry, Inner, Logs, Named, Root, Scatter, Spoilt, State, Tuple
from autograder.exercises.hooks._shared import (
    WORDS,
    Ordered,
    breaks,
    error_of,
    mixed_modes,
    modes,
    others_on,
    small,
    visit,
)

FIRST = Idea("the first module that gives NaN is named, when it gives it", weight=2, point=True)
PEACE = Idea("no alarm where there is no NaN")
ROOT = Idea("the model itself is watched", weight=0.4)
OTHERS = Idea("other models are not watched", weight=0.4)
KINDS = Idea("outputs of all kinds are looked at", weight=0.4)
VISITOR = Idea("a visitor leaves nothing behind")
DTYPES = (torch.float64, torch.bfloat16, torch.complex64)


@exercise(points=2)
def nan_tripwire(candidate: Any, draw: Draw) -> Iterator[Step]:
    """An alarm that names the module where NaN is born."""

    def alarm(model: nn.Module, x: Tensor) -> dict[str, Any]:
        """Which module the alarm names, whether the forward pass went on, and what is left behind."""
        went_on = False

        def run() -> dict[str, Any]:
            nonlocal went_on
            try:
                with candidate(model):
                    result = model(x)
                    went_on = True
            except FloatingPointError as error:
                return {"the alarm names": _named(model, str(error)), "the model went on": went_on}
            return {"the alarm names": "there is no alarm", "output": result}

        return visit(model, run)

    def one_bad() -> Tensor:
        x = _well(draw, 3, 4)
        x[draw.integer(0, 3), draw.integer(0, 4)] = -1.0
        return x

    yield "all is well", lambda: alarm(_chain(draw, nn.Linear(4, 3), nn.Tanh()), _well(draw, 3, 4)), PEACE
    yield "a layer among others", lambda: alarm(_with_a_bad_layer(draw), _well(draw, 3, 4)), FIRST
    yield "one bad value of twelve", lambda: alarm(_chain(draw, nn.Tanh(), _root(draw)), one_bad()), FIRST
    yield "a module's own arithmetic", lambda: alarm(_chain(draw, _root(draw), nn.Tanh()), -_well(draw, 3, 4)), FIRST
    yield "any tensor of a tuple", lambda: _in_a_tuple(alarm, draw), FIRST
    yield "two alarms, one after the other, in one model", lambda: _twice(alarm, draw), FIRST
    yield "the model itself makes NaN", lambda: _itself(candidate, draw), ROOT
    yield "infinity is no alarm", lambda: _infinity(alarm, draw), PEACE
    yield "whole numbers, and no rows at all", lambda: _no_amounts(alarm, draw), PEACE
    yield "None in a tuple", lambda: alarm(_chain(draw, Tuple(0), Entry(0)), _well(draw, 2, 4)), PEACE
    yield "a tuple in a tuple", lambda: alarm(_chain(draw, _lstm(draw), Entry(0)), draw.normal(2, 3, 4)), PEACE
    yield "NaN in a tuple inside the tuple", lambda: alarm(_chain(draw, Inner(), Entry(0)), -_well(draw, 2, 4)), PEACE
    yield "a named tuple", lambda: alarm(_chain(draw, nn.Tanh(), Named(), Entry(0)), -_well(draw, 3, 4)), KINDS
    yield "double, half and complex numbers", lambda: _in_other_dtypes(alarm, draw), KINDS
    yield "a dict, and NaN in one", lambda: _in_a_dict(alarm, draw), PEACE
    yield "another model in the block is not watched", lambda: _elsewhere(candidate, draw), OTHERS
    yield "the docstring's example", lambda: _example(candidate, draw), PEACE
    yield "after the block there is no alarm", lambda: _outside(candidate, draw), VISITOR
    yield "another error comes through", lambda: _broken(candidate, draw), VISITOR
    yield "other people's hooks stay", lambda: _others(candidate, draw), VISITOR


def _named(model: nn.Module, message: str) -> str:
    """The names of modules in a message; one that is part of another counts with it."""
    found = [name for name, _ in model.named_modules() if name and name in message]
    longest = [name for name in found if not any(name != other and name in other for other in found)]
    return ", ".join(sorted(longest)) or _half_named(model, message)


def _half_named(model: nn.Module, message: str) -> str:
    """What a message without a module's name holds instead."""
    if any(name.rpartition(".")[2] in message for name, _ in model.named_modules() if name):
        return "only the last part of a name"
    return "only a kind of module" if any(type(m).__name__ in message for m in model.modules()) else "no module"


def _well(draw: Draw, *shape: int) -> Tensor:
    """Numbers above zero, of which none makes NaN; with a minus before them each does."""
    return draw.normal(*shape).abs() + 0.1


def _names(draw: Draw, count: int) -> list[str]:
    """Names that no other word of an alarm is mistaken for."""
    return [f"{word}_{number}" for number, word in enumerate(draw.shuffled(WORDS)[:count])]


def _chain(draw: Draw, *parts: nn.Module) -> nn.Module:
    """A module of these parts, within another."""
    outer, *names = _names(draw, 1 + len(parts))
    return draw.fill_(Ordered({outer: Ordered(dict(zip(names, parts, strict=True)))}))


def _root(draw: Draw) -> Root:
    return Root(f"{draw.choice(WORDS)}_9")


def _with_a_bad_layer(draw: Draw) -> nn.Module:
    """A layer with a NaN bias at a drawn place. It is a buffer: `draw.fill_` would overwrite a parameter."""
    parts = [nn.Linear(4, 4) for _ in range(4)]
    bad = parts[draw.integer(0, 3)]
    del bad.bias
    bad.register_buffer("bias", torch.tensor(draw.shuffled([torch.nan, 0.0, 1.0, 2.0])))
    return _chain(draw, *parts)


def _in_a_tuple(alarm: Any, draw: Draw) -> list[Any]:
    models = [_chain(draw, nn.Tanh(), Tuple(place), Entry(0), nn.Tanh()) for place in draw.shuffled(range(3))]
    x = -_well(draw, 3, 4)
    return [alarm(model, x) for model in models]


def _in_a_dict(alarm: Any, draw: Draw) -> list[Any]:
    """One is what the model gives, the other is made inside it."""
    models, x = [_chain(draw, nn.Tanh(), State()), _chain(draw, Logs(), Entry("state"))], draw.normal(2, 4)
    return [alarm(model, x) for model in draw.shuffled(models)]


def _in_other_dtypes(alarm: Any, draw: Draw) -> dict[str, Any]:
    """Whom the alarm names for each dtype, or that there is none."""
    models = {str(dtype): _chain(draw, nn.Tanh(), Spoilt(dtype), nn.Identity()) for dtype in draw.shuffled(DTYPES)}
    x = -_well(draw, 3, 4)
    return {dtype: alarm(model, x)["the alarm names"] for dtype, model in models.items()}


def _twice(alarm: Any, draw: Draw) -> list[Any]:
    """In one model: the second alarm comes as the first did."""
    model, inputs = _with_a_bad_layer(draw), [draw.normal(rows, 4) for rows in draw.sizes(2, 2, 9)]
    return [alarm(model, x) for x in inputs]


def _itself(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The name is empty: any words will do. Beside it a model that gives no NaN for the same input."""
    models, x = draw.shuffled([_root(draw), _chain(draw, nn.Tanh())]), -_well(draw, 2, 4)
    shown: dict[str, Any] = {}
    for at, model in enumerate(models):
        try:
            with candidate(model):
                result = model(x)
        except FloatingPointError:
            shown[f"model {at + 1}"] = "alarm"
        else:
            shown[f"model {at + 1}"] = "no alarm" if isinstance(model, Root) else result
    return shown


def _infinity(alarm: Any, draw: Draw) -> list[Any]:
    """Each of them alone, and both in one row, whose sum is NaN."""
    kinds = draw.shuffled([(torch.inf,), (-torch.inf,), (-torch.inf, torch.inf)])
    models = [_chain(draw, nn.Tanh(), Scatter(*kind)) for kind in kinds]
    x = draw.normal(3, 4)
    return [alarm(model, x) for model in models]


def _no_amounts(alarm: Any, draw: Draw) -> list[Any]:
    cases = draw.shuffled([
        (_chain(draw, nn.Identity(), nn.Embedding(9, 4)), draw.integers(3, high=9)),
        (_chain(draw, nn.Linear(4, 3), nn.Tanh()), draw.normal(0, 4)),
    ])  # fmt: skip
    return [alarm(model, x) for model, x in cases]


def _lstm(draw: Draw) -> nn.LSTM:
    return nn.LSTM(4, draw.integer(2, 5), batch_first=True)


def _elsewhere(candidate: Any, draw: Draw) -> dict[str, Any]:
    watched, other, x = _chain(draw, nn.Linear(4, 3)), _with_a_bad_layer(draw), draw.normal(2, 4)

    def run() -> dict[str, Any]:
        try:
            with candidate(watched):
                return {"another model": ["no alarm", other(x)], "output": watched(x)}
        except FloatingPointError:
            return {"another model": ["alarm", None], "output": watched(x)}

    return visit(watched, run)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """As it stands there, and without the NaN."""
    found: list[Any] = []
    for x in draw.shuffled([torch.tensor([0.5, torch.nan], device=draw.device), draw.normal(3)]):
        model = nn.Sequential(nn.Tanh(), nn.ReLU())
        try:
            with candidate(model):
                found.append({"output": model(x)})
        except FloatingPointError as error:
            found.append({"the message holds 0": "0" in str(error)})
    return found


def _outside(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = mixed_modes(draw, _with_a_bad_layer(draw)), draw.normal(2, 4)

    def run() -> dict[str, Any]:
        with candidate(model):
            pass
        return {"output": model(x), "training": modes(model)}

    return visit(model, run)


def _broken(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = breaks(draw), draw.normal(2, 4)

    def run() -> None:
        with candidate(model):
            model(x)

    def both() -> dict[str, Any]:
        error = error_of(run)
        model.broken = False
        return {"the error that comes through": error, "afterwards": model(x)}

    return visit(model, both)


def _others(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    fired = others_on(model)

    def run() -> dict[str, Any]:
        with candidate(model):
            pass
        return {"output": model(x), "fired": fired}

    return visit(model, run)
