"""What `load_matching` must show."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import shares_storage
from autograder.exercises.modules._shared import given_all, tied_reader

FITS = Idea("what fits is loaded, and what does not fit is reported", weight=3, point=True)
IGNORED = Idea("`ignore` is about the report alone", weight=2, point=True)
ITSELF = Idea("the model's own tensors get the values, and the file stays the caller's", weight=2)


class Encoder(nn.Module):
    """What was pretrained: a body with a buffer that is saved and one that is not, and a head."""

    def __init__(self, wide: int, hidden: int, classes: int, head: str = "head") -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(wide, hidden), nn.BatchNorm1d(hidden))
        self.register_buffer("positions", torch.arange(5), persistent=False)
        self.add_module(head, nn.Linear(hidden, classes))


class _Bench:
    """The candidate, and models and files of drawn sizes."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.draw = candidate, draw
        self.wide, self.hidden, self.classes, self.others = draw.sizes(4, 2, 7)
        self.head, self.other_head = draw.shuffled(["head", "classifier", "scorer"])[:2]

    def encoder(self, classes: int = 0, head: str = "") -> Encoder:
        return Encoder(self.wide, self.hidden, classes or self.classes, head or self.head)

    def state(self, model: nn.Module | None = None) -> dict[str, Tensor]:
        """A saved state: other values than a fresh model's, whole numbers too."""
        draw, state = self.draw, (model or self.encoder()).state_dict()
        return {
            name: draw.normal(*value.shape) if value.is_floating_point() else draw.integers(*value.shape, high=99)
            for name, value in state.items()
        }

    def fresh(self, model: nn.Module | None = None) -> Any:
        model = model or self.encoder()
        return given_all(model, {name: self.draw.normal(*value.shape) for name, value in model.named_parameters()})

    def loads(self, model: nn.Module, state: Mapping[str, Tensor], **ignore: Any) -> Callable[[], dict[str, Any]]:
        """Drawn now, run later."""
        return lambda: {
            **_sorted_report(self.candidate(model, state, **ignore)),
            "state": copy.deepcopy(dict(model.state_dict())),
        }


@exercise(points=3)
def load_matching(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Loads what fits, leaves the rest alone, and says what it left."""
    bench = _Bench(candidate, draw)
    yield from _fitting(bench)
    yield from _ignoring(bench)
    yield "the model stays itself", _stays_itself(bench), ITSELF
    yield "float32 into float64", bench.loads(bench.fresh().double(), bench.state()), ITSELF
    yield "the caller's state is left alone", _left_alone(bench), ITSELF
    yield "twice in a row", _twice(bench), ITSELF
    yield "the docstring's example", _example(bench)
    yield "nothing in the file, and nothing in the model", _empty(bench)
    yield "a frozen state, in an OrderedDict", _frozen_state(bench)


def _fitting(bench: _Bench) -> Iterator[Step]:
    encoder, fresh, state = bench.encoder, bench.fresh, bench.state
    yield "all fits", bench.loads(fresh(), state()), FITS
    yield "another name for the head", bench.loads(fresh(encoder(head=bench.other_head)), state()), FITS
    yield "another number of classes", bench.loads(fresh(encoder(bench.others)), state()), FITS
    yield "missing and unexpected", _pooled(bench), FITS
    yield "shapes that would broadcast", _broadcast(bench), FITS
    yield "as many numbers in another shape", _same_numel(bench), FITS


def _ignoring(bench: _Bench) -> Iterator[Step]:
    fresh, state, head = bench.fresh, bench.state, bench.head
    yield "keys to ignore", _pooled(bench, ignore=(r"^pooler\.", head)), IGNORED
    yield "a pattern in the middle of a name", _pooled(bench, ignore=[r"\.bias$"])
    yield "each pattern has its own flags", _pooled(bench, ignore=[f"(?i){head.upper()}", r"\.BIAS$"])
    yield "ignored and there: it is loaded", bench.loads(fresh(), state(), ignore=("body", head)), IGNORED
    yield (
        "an ignored name whose shape differs",
        bench.loads(fresh(bench.encoder(bench.others)), state(), ignore=[head]),
        IGNORED,
    )
    yield "a tied weight, saved once", _tied(bench, ignore=["decoder.weight"]), IGNORED
    yield "a tied weight, saved once, and nothing ignored", _tied(bench)


def _pooled(bench: _Bench, **ignore: Any) -> Callable[[], dict[str, Any]]:
    """The model lacks the saved head; the file lacks the model's two layers."""
    model = bench.fresh(bench.encoder(head="pooler"))
    model.add_module("extra", bench.fresh(nn.Linear(bench.hidden, bench.others)))
    return bench.loads(model, bench.state(), **ignore)


def _broadcast(bench: _Bench) -> Callable[[], dict[str, Any]]:
    model, state = bench.fresh(), bench.state()
    state[f"{bench.head}.bias"], state["body.0.weight"] = bench.draw.normal(1), bench.draw.normal(bench.wide)
    state["body.1.num_batches_tracked"] = bench.draw.integers(1, high=99)
    return bench.loads(model, state)


def _same_numel(bench: _Bench) -> Callable[[], dict[str, Any]]:
    """On its side, and laid flat."""
    model, state = bench.fresh(), bench.state()
    state["body.0.weight"] = bench.draw.normal(bench.wide, bench.hidden)
    state[f"{bench.head}.weight"] = bench.draw.normal(bench.classes * bench.hidden)
    return bench.loads(model, state)


def _tied(bench: _Bench, **ignore: Any) -> Callable[[], dict[str, Any]]:
    """A file that holds a tied weight once, as safetensors does."""
    words, width = 2 + bench.wide, bench.hidden
    model, state = bench.fresh(tied_reader(words, width)), bench.state(tied_reader(words, width))
    del state["decoder.weight"]
    return bench.loads(model, state, **ignore)


def _stays_itself(bench: _Bench) -> Callable[[], dict[str, Any]]:
    """Parameters stay the same objects, with their own memory and need of a gradient; the model stays in its mode."""
    model, state = bench.fresh().eval(), bench.state()
    model.body[0].requires_grad_(False)

    def run() -> dict[str, Any]:
        before, memory = dict(model.named_parameters()), dict(model.state_dict())
        _sorted_report(bench.candidate(model, state))
        after = model.state_dict()
        return {
            "the same parameters": sorted(name for name, value in model.named_parameters() if before[name] is value),
            "the same memory": sorted(name for name in after if shares_storage(after[name], memory[name])),
            "shared with the file": sorted(name for name in after if shares_storage(after[name], state[name])),
            "need a gradient": sorted(name for name, value in model.named_parameters() if value.requires_grad),
            "training": model.training,
            "state": dict(after),
        }

    return run


def _left_alone(bench: _Bench) -> Callable[[], dict[str, Any]]:
    model, state = bench.fresh(bench.encoder(bench.others)), bench.state()
    return lambda: {**_sorted_report(bench.candidate(model, state)), "the caller's state": state}


def _twice(bench: _Bench) -> Callable[[], list[Any]]:
    """Two files for one model: the report of the second tells nothing of the first."""
    model, first = bench.fresh(), bench.state(bench.encoder(bench.others))
    second = bench.state(bench.encoder(head=bench.other_head))
    return lambda: [bench.loads(model, state)() for state in (first, second)]


def _example(bench: _Bench) -> Callable[[], list[Any]]:
    more = {name: bench.draw.normal(1, 2) for name in bench.draw.shuffled(["weight", "rate", "shift"])[:2]}
    drawn = bench.loads(bench.fresh(nn.Linear(2, 1)), {**more, bench.head: bench.draw.normal(3)})
    state = {"weight": torch.zeros(1, 2), "scale": torch.ones(1)}
    return lambda: [_sorted_report(bench.candidate(nn.Linear(2, 1), state)), drawn()]


def _empty(bench: _Bench) -> Callable[[], list[Any]]:
    runs = [
        bench.loads(bench.fresh(nn.Linear(bench.wide, 2)), {}),
        bench.loads(nn.Tanh(), bench.state(nn.Linear(bench.wide, 1))),
    ]
    return lambda: [run() for run in runs]


def _frozen_state(bench: _Bench) -> Callable[[], dict[str, Any]]:
    """As from `state_dict(keep_vars=True)`: tensors that need a gradient, views with gaps, another order."""
    state = {name: value.requires_grad_(value.is_floating_point()) for name, value in bench.state().items()}
    state["body.0.weight"] = bench.draw.normal(bench.wide, bench.hidden).T
    return bench.loads(bench.fresh(), OrderedDict(reversed(state.items())))


def _sorted_report(report: Any) -> dict[str, Any]:
    """The order of names was left open."""
    return {key: sorted(report[key]) for key in ("missing", "unexpected", "mismatched")}
