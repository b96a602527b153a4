"""What `load_matching` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import shares_storage
from autograder.exercises.modules._shared import given_all, tied_reader


class Encoder(nn.Module):
    """What was pretrained: a body with a buffer that is saved and one that is not, and a head."""

    def __init__(self, classes: int = 3, head: str = "head") -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6))
        self.register_buffer("positions", torch.arange(5), persistent=False)
        self.add_module(head, nn.Linear(6, classes))


@exercise(points=3)
def load_matching(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Loads what fits, leaves the rest alone, and says what it left."""

    def state_of(model: nn.Module) -> dict[str, Tensor]:
        """A saved state: other values than a fresh model's, whole numbers too."""
        state = model.state_dict()
        return {
            name: draw.normal(*value.shape) if value.is_floating_point() else draw.integers(*value.shape, high=99)
            for name, value in state.items()
        }

    def fresh(model: nn.Module) -> Any:
        return given_all(model, {name: draw.normal(*value.shape) for name, value in model.named_parameters()})

    def loaded(model: nn.Module, state: dict[str, Tensor], *ignore: str) -> dict[str, Any]:
        report = candidate(model, state, ignore) if ignore else candidate(model, state)
        return {**_sorted_report(report), "state": dict(model.state_dict())}

    def renamed() -> Any:
        return loaded(fresh(Encoder(head="classifier")), state_of(Encoder()))

    def pooled(*ignore: str) -> Any:
        """The model lacks the saved head; the file lacks the model's two layers."""
        model = fresh(Encoder(head="pooler"))
        model.add_module("classifier", fresh(nn.Linear(6, 2)))
        return loaded(model, state_of(Encoder()), *ignore)

    def tied() -> Any:
        """A file that holds a tied weight once, as safetensors does."""
        model, state = given_all(tied_reader(), _values(tied_reader(), draw)), state_of(tied_reader())
        del state["decoder.weight"]
        return loaded(model, state, "decoder.weight")

    def broadcast() -> Any:
        model, state = fresh(Encoder()), state_of(Encoder())
        state["head.bias"], state["body.0.weight"] = draw.normal(1), draw.normal(4)
        return loaded(model, state)

    def itself() -> Any:
        """Parameters stay the same objects, with their own memory, dtype and need of a gradient."""
        model, state = fresh(Encoder()).double().eval(), state_of(Encoder())
        model.body[0].requires_grad_(False)
        before = dict(model.named_parameters())
        report = _sorted_report(candidate(model, state))
        same = all(before[name] is value for name, value in model.named_parameters())
        frozen = [name for name, value in model.named_parameters() if not value.requires_grad]
        own = not any(shares_storage(value, state[name]) for name, value in model.state_dict().items())
        head = {"own memory": own, "head": model.head.weight, "training": model.training}
        return {"the same parameters": same, "frozen": frozen, **head, **report}

    def untouched() -> Any:
        model, state = fresh(Encoder(classes=2)), state_of(Encoder())
        report = _sorted_report(candidate(model, state))
        return {"the caller's state": state, **report}

    yield "all fits", lambda: loaded(fresh(Encoder()), state_of(Encoder()))
    yield "another name for the head", renamed
    yield "another number of classes", lambda: loaded(fresh(Encoder(classes=2)), state_of(Encoder()))
    yield "shapes that would broadcast", broadcast
    yield "missing and unexpected", lambda: pooled()
    yield "keys to ignore", lambda: pooled(r"^pooler\.", r"head")
    yield "a pattern in the middle of a name", lambda: pooled(r"\.bias$")
    yield "ignored and there: it is loaded", lambda: loaded(fresh(Encoder()), state_of(Encoder()), "body", "head")
    yield "an ignored name whose shape differs", lambda: loaded(fresh(Encoder(2)), state_of(Encoder()), "head")
    yield "a tied weight, saved once", tied
    yield "the model stays itself", itself
    yield "the caller's state is left alone", untouched


def _values(model: nn.Module, draw: Draw) -> dict[str, Tensor]:
    return {name: draw.normal(*value.shape) for name, value in model.named_parameters()}


def _sorted_report(report: Any) -> dict[str, Any]:
    """The order of names was left open."""
    return {key: sorted(report[key]) for key in ("missing", "unexpected", "mismatched")}
