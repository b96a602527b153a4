"""What `training_step` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.finetuning._shared import batch_of, classifier_of

MOVED = Idea("the weights move along the clipped gradient of this batch", weight=3, point=True)
ORDER = Idea("the schedule follows the optimizer, once a step", weight=2)
CLEAN = Idea("gradients from before count nothing, and none are left", weight=2)
MODE = Idea("the model trains, on its own device", weight=1.5)
LOSS = Idea("the loss of before the step, as a number", weight=1.5)


@exercise(points=2)
def training_step(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Single steps of a small classifier."""
    texts, length = draw.sizes(2, 3, 7)

    def run(steps: int = 1, **options: Any) -> dict[str, Any]:
        norm = options.pop("max_norm", 100.0)
        parts = _Parts(draw, **options)
        losses = [candidate(*parts.given(batch_of(draw, texts, length)), max_norm=norm) for _ in range(steps)]
        return {"losses": losses, "weights": parts.weights, "rate": parts.rate}

    yield "the docstring's example", lambda: _example(candidate, draw), MOVED
    yield "one step", run, MOVED
    yield "a long gradient", lambda: run(max_norm=draw.integer(1, 9) / 1000), MOVED
    yield "a norm of 1 unless told otherwise", lambda: _by_default(candidate, draw, texts, length), MOVED
    yield "a short gradient", lambda: run(max_norm=1e6), MOVED
    yield "three steps", lambda: run(3, max_norm=0.05), MOVED
    yield "AdamW", lambda: run(3, kind=torch.optim.AdamW, max_norm=0.05), MOVED
    yield "a rate that begins at zero", lambda: run(2, warmup=True), ORDER
    yield "what is called, in which order", lambda: _calls(candidate, draw, texts, length), ORDER
    yield "gradients from before", lambda: _before(candidate, draw, texts, length), CLEAN
    yield "gradients afterwards", lambda: _after(candidate, draw, texts, length), CLEAN
    yield "a gradient that the optimizer does not know", lambda: _unknown(candidate, draw, texts, length), CLEAN
    yield "an old one that it does not know", lambda: _old(candidate, draw, texts, length), CLEAN
    yield "a model that was evaluated before", lambda: _mode(candidate, draw, texts, length), MODE
    yield "a batch that lies elsewhere", lambda: _elsewhere(candidate, draw, texts, length), MODE
    yield "the batch afterwards", lambda: _batch(candidate, draw, texts, length), MODE
    yield "what comes back", lambda: _loss(candidate, draw, texts, length), LOSS
    yield "called by names", lambda: _by_names(candidate, draw, texts, length), LOSS


class _Parts:
    """A model, its optimizer and its schedule."""

    def __init__(self, draw: Draw, kind: Any = torch.optim.SGD, warmup: bool = False, **options: Any) -> None:
        self.model = classifier_of(draw, layers=1, **options)
        self.optimizer = kind(self.model.parameters(), lr=0.5)
        factor = (lambda step: step / 4) if warmup else (lambda step: 0.5**step)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, factor)

    def given(self, batch: dict[str, Any]) -> tuple[Any, ...]:
        return self.model, batch, self.optimizer, self.schedule

    @property
    def weights(self) -> dict[str, Tensor]:
        """Some of them: of the first layer, of the last, and in between."""
        body: Any = self.model.bert
        shown: dict[str, Any] = {
            "words": body.embeddings.word_embeddings,
            "layer": body.encoder.layer[0].dense,
            "head": self.model.classifier,
        }
        return {name: part.weight for name, part in shown.items()}

    @property
    def rate(self) -> float:
        return float(self.optimizer.param_groups[0]["lr"])


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others: a head that gives every class the same."""
    parts = _Parts(draw, classes=3)
    torch.nn.init.zeros_(parts.model.classifier.weight)
    torch.nn.init.zeros_(parts.model.classifier.bias)
    other = _Parts(draw)
    return {
        "example": round(candidate(*parts.given(batch_of(draw, 2, 3, classes=3))), 4),
        "other": candidate(*other.given(batch_of(draw, 2, 5))),
        "weights": other.weights,
    }


def _by_default(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    """A gradient that is longer than 1: the scores of the head are large, and wrong."""
    parts = _Parts(draw)
    with torch.no_grad():
        parts.model.classifier.weight.mul_(40)
    loss = candidate(*parts.given(batch_of(draw, texts, length)))
    return {"loss": loss, "weights": parts.weights}


def _calls(candidate: Any, draw: Draw, texts: int, length: int) -> list[str]:
    parts, seen = _Parts(draw), []
    step = parts.schedule.step

    def noted(*arguments: Any, **options: Any) -> Any:
        seen.append("the schedule steps")
        return step(*arguments, **options)

    parts.schedule.step = noted  # type: ignore[method-assign]
    parts.optimizer.register_step_pre_hook(lambda *_: seen.append("the optimizer steps"))
    parts.model.register_forward_pre_hook(lambda *_: seen.append("the model is called"))
    for _ in range(draw.integer(2, 5)):
        candidate(*parts.given(batch_of(draw, texts, length)))
    return seen


def _before(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    parts = _Parts(draw)
    for value in parts.model.parameters():
        value.grad = draw.normal(*value.shape)
    loss = candidate(*parts.given(batch_of(draw, texts, length)), max_norm=100.0)
    return {"loss": loss, "weights": parts.weights}


def _after(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    """None or zeros, both are nothing."""
    parts = _Parts(draw)
    loss = candidate(*parts.given(batch_of(draw, texts, length)))
    left = [value.grad for value in parts.model.parameters() if value.grad is not None]
    return {"loss": loss, "left": float(sum(each.abs().sum() for each in left))}


def _unknown(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    """Parameters that learn but that nobody has told the optimizer of: they do not move, and do not pile up."""
    parts = _Parts(draw)
    parts.optimizer = torch.optim.SGD(parts.model.classifier.parameters(), lr=0.5)
    parts.schedule = torch.optim.lr_scheduler.LambdaLR(parts.optimizer, lambda step: 1.0)
    losses = [candidate(*parts.given(batch_of(draw, texts, length)), max_norm=0.5) for _ in range(3)]
    return {"losses": losses, "weights": parts.weights}


def _old(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    """Gradients from before the first call, the body's too, while the optimizer knows the head only."""
    parts = _Parts(draw)
    parts.optimizer = torch.optim.SGD(parts.model.classifier.parameters(), lr=0.5)
    parts.schedule = torch.optim.lr_scheduler.LambdaLR(parts.optimizer, lambda step: 1.0)
    for value in parts.model.parameters():
        value.grad = draw.normal(*value.shape)
    loss = candidate(*parts.given(batch_of(draw, texts, length)), max_norm=0.5)
    return {"loss": loss, "weights": parts.weights}


def _mode(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    parts = _Parts(draw, dropout=0.5)
    losses = []
    for training in draw.shuffled([False, True, False]):
        parts.model.train(training)
        torch.manual_seed(draw.integer(0, 1000))
        losses.append(candidate(*parts.given(batch_of(draw, texts, length))))
    return {"losses": losses, "calls": parts.model.calls}


class _Elsewhere:
    """A tensor on another device, which no machine need have: it can be brought over, and nothing else."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def to(self, device: Any, **_: Any) -> Tensor:
        return self.tensor.to(device)

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("Expected all tensors to be on the same device, but found at least two devices")


def _elsewhere(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    parts = _Parts(draw)
    far = {name: _Elsewhere(value) for name, value in batch_of(draw, texts, length).items()}
    loss = candidate(*parts.given(far))
    still = sorted(name for name, value in far.items() if isinstance(value, _Elsewhere))
    return {"loss": loss, "weights": parts.weights, "still elsewhere": still}


def _batch(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    parts = _Parts(draw)
    look = with_arguments(lambda batch: candidate(*parts.given(batch)), batch_of(draw, texts, length))
    again = batch_of(draw, texts, length)
    return {**look, "the same batch twice": [candidate(*parts.given(again)) for _ in range(2)]}


def _loss(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    parts = _Parts(draw)
    with torch.enable_grad():
        loss = candidate(*parts.given(batch_of(draw, texts, length)))
    return {"kind": type(loss).__name__, "loss": loss}


def _by_names(candidate: Any, draw: Draw, texts: int, length: int) -> dict[str, Any]:
    parts = _Parts(draw)
    names = ("model", "batch", "optimizer", "schedule")
    given = dict(zip(names, parts.given(batch_of(draw, texts, length)), strict=True))
    return {"loss": candidate(max_norm=0.01, **given), "weights": parts.weights}
