"""What `evaluate` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.training import _runs as runs

WEIGHED = Idea("every example counts the same", weight=3, point=True)
QUIET = Idea("in evaluation mode, and without a graph", weight=2.5, point=True)
BACK = Idea("every part is back in its old mode", weight=2)
TRACES = Idea("nothing else is changed", weight=1.5)

Batches = list[tuple[Tensor, Tensor]]
SIZE, CLASSES = 5, 3


@exercise(points=2)
def evaluate(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Loss and accuracy over batches that are not of one size."""
    whole = draw.integer(3, 7)

    def plain(*sizes: int, model: nn.Module | None = None) -> Any:
        return list(candidate(model or draw.fill_(nn.Linear(SIZE, CLASSES)), _batches(draw, *sizes)))

    yield "the docstring's example", lambda: _example(candidate, draw), WEIGHED
    yield "one batch", lambda: plain(whole), WEIGHED
    yield "batches of one size", lambda: plain(whole, whole, whole), WEIGHED
    yield "a short batch at the end", lambda: plain(whole + 5, whole + 5, 1), WEIGHED
    yield "batches of all sizes, a hard one among them", lambda: _hard(candidate, draw), WEIGHED
    yield "a generator", lambda: _generator(candidate, draw), WEIGHED
    yield "dropout and batch norm", lambda: plain(7, 7, model=draw.fill_(_network())), QUIET
    yield "while it runs", lambda: _while(candidate, draw), QUIET
    yield "a model in training", lambda: _modes(candidate, draw, training=True), BACK
    yield "a model that was evaluating", lambda: _modes(candidate, draw, training=False), BACK
    yield "a frozen part in a model that trains", lambda: _frozen(candidate, draw), BACK
    yield "a frozen part that two parts share", lambda: _shared(candidate, draw), BACK
    yield "a model that raises", lambda: _raises(candidate, draw), BACK
    yield "statistics, gradients, random numbers", lambda: _traces(candidate, draw), TRACES


def _batches(draw: Draw, *sizes: int) -> Batches:
    return [(2 * draw.normal(size, SIZE), draw.integers(size, high=CLASSES)) for size in sizes]


def _network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(SIZE, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, CLASSES))


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    right = [(torch.tensor([[0.0, 0.0]], device=draw.device), torch.tensor([0], device=draw.device))]
    scores, labels = draw.normal(4, 2), draw.integers(4, high=2)
    others = [(scores[:3], labels[:3]), (scores[3:], labels[3:])]
    shown = [candidate(model=nn.Identity(), batches=each) for each in (right, others)]
    return {"example": list(shown[0]), "other numbers": list(shown[1])}


def _hard(candidate: Any, draw: Draw) -> Any:
    """The scores of one batch are far off, so that its size matters."""
    batches = _batches(draw, *draw.shuffled([1, 2, 5, 11]))
    at = draw.integer(0, len(batches))
    batches[at] = (300 * batches[at][0], batches[at][1])
    return list(candidate(draw.fill_(nn.Linear(SIZE, CLASSES)), batches))


def _generator(candidate: Any, draw: Draw) -> Any:
    model, batches = draw.fill_(nn.Linear(SIZE, CLASSES)), _batches(draw, 4, 4, 2)
    return list(candidate(model, (batch for batch in batches)))


class _Watch(nn.Module):
    """Notes how it is called."""

    def __init__(self, inner: nn.Module, fails: bool = False) -> None:
        super().__init__()
        self.inner, self.fails, self.seen = inner, fails, [""]

    def forward(self, x: Tensor) -> Tensor:
        mode = "training" if self.training else "evaluating"
        self.seen.append(f"{mode}, {'with' if torch.is_grad_enabled() else 'without'} a graph")
        if self.fails:
            raise FloatingPointError("no numbers today")
        result: Tensor = self.inner(x)
        return result


def _while(candidate: Any, draw: Draw) -> dict[str, Any]:
    model = _Watch(draw.fill_(nn.Linear(SIZE, CLASSES)))
    result = candidate(model, _batches(draw, 3, 3))
    kinds = [type(item).__name__ for item in result]
    return {
        "loss": result[0], "kinds": kinds, "calls": model.seen[1:],
        "recorded afterwards": torch.is_grad_enabled(),
    }  # fmt: skip


def _modes(candidate: Any, draw: Draw, training: bool) -> dict[str, Any]:
    return _loss_and_modes(candidate, draw.fill_(_network()).train(training), _batches(draw, 4, 4))


def _loss_and_modes(candidate: Any, model: nn.Module, batches: Batches) -> dict[str, Any]:
    result = candidate(model, batches)
    return {"loss": result[0], "modes": runs.modes_of(model)}


def _frozen(candidate: Any, draw: Draw) -> dict[str, Any]:
    """As in fine-tuning: the batch norm stays in evaluation mode while the rest trains."""
    model, batches = draw.fill_(_network()).train(), _batches(draw, 4, 4)
    model[draw.integer(1, 3)].eval()
    return _loss_and_modes(candidate, model, batches)


def _shared(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The same batch norm stands in two blocks."""
    norm = nn.BatchNorm1d(SIZE)
    blocks = [nn.Sequential(nn.Linear(SIZE, SIZE), norm) for _ in range(2)]
    model, batches = draw.fill_(nn.Sequential(*blocks, nn.Linear(SIZE, CLASSES))).train(), _batches(draw, 4, 4)
    norm.eval()
    return _loss_and_modes(candidate, model, batches)


def _raises(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, good = _Watch(draw.fill_(_network()), fails=True).train(), draw.fill_(_network())
    batches = _batches(draw, 4, 4)
    try:
        candidate(model, batches)
        end = "went through"
    except FloatingPointError:
        end = "the model's own error"
    return {
        "end": end, "modes": runs.modes_of(model),
        "recorded afterwards": torch.is_grad_enabled(), "a good one": list(candidate(good, batches)),
    }  # fmt: skip


def _traces(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, batches = draw.fill_(_network()).train(), _batches(draw, 4, 4)
    for weight in model.parameters():
        weight.grad = draw.normal(*weight.shape)
    result = candidate(model, batches)
    drawn = torch.rand(3).tolist()
    return {
        "loss": result[0], "buffers": dict(model.named_buffers()),
        "gradients": [weight.grad for weight in model.parameters()], "random numbers afterwards": drawn,
    }  # fmt: skip
