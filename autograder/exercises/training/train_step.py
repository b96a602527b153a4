"""What `train_step` must show."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

MEAN = Idea("the mean over all tokens that count, of all parts together", weight=3.5, point=True)
STEP = Idea("one step of the optimizer, and one of the schedule after it", weight=2.5, point=True)
CLEAN = Idea("nothing from before counts, nothing is left", weight=1.5)
MEMORY = Idea("one graph at a time", weight=1.5, point=True)

WORDS, CLASSES, PADDING = 11, 4, -100
Micro = list[tuple[Tensor, Tensor]]


@exercise(points=3)
def train_step(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One step over several small batches, as one large batch would make it."""
    rows = draw.integer(2, 5)

    def learn(micro: Micro, steps: int = 1, **options: Any) -> dict[str, Any]:
        run = _Run(draw, **options)
        losses = [candidate(*run.parts, micro) for _ in range(steps)]
        return {"losses": losses, "weights": dict(run.model.named_parameters()), "rate": run.rate}

    yield "the docstring's example", lambda: _example(candidate, draw), MEAN
    yield "one part", lambda: learn(_micro(draw, (rows, 5))), MEAN
    yield "parts of one size, no padding", lambda: learn(_micro(draw, *[(rows, 5)] * 3)), MEAN
    yield "a small part at the end", lambda: learn(_micro(draw, (rows + 3, 5), (rows + 3, 5), (1, 5))), MEAN
    yield "sentences of other lengths", lambda: learn(_micro(draw, (rows, 3), (rows, 9))), MEAN
    yield "padding, here more and there less", lambda: learn(_padded(draw, rows)), MEAN
    yield "a part that is all padding", lambda: learn(_one_empty(draw, rows)), MEAN
    yield "three steps", lambda: learn(_padded(draw, rows), steps=3), STEP
    yield "a rate that begins at zero", lambda: learn(_micro(draw, (rows, 5), (1, 5)), 2, warmup=True), STEP
    yield "what is called, in which order", lambda: _calls(candidate, draw, rows), STEP
    yield "gradients from before", lambda: _before(candidate, draw, rows), CLEAN
    yield "a weight that plays no part", lambda: _idle(candidate, draw, rows), CLEAN
    yield "what is held when a part begins", lambda: _graphs(candidate, draw, rows), MEMORY


class _Run:
    """A model that names the class of each word, its optimizer, its schedule."""

    def __init__(self, draw: Draw, warmup: bool = False) -> None:
        self.model: nn.Module = draw.fill_(nn.Sequential(nn.Embedding(WORDS, 5), nn.Linear(5, CLASSES)))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.5, momentum=0.5)
        factor = (lambda step: step / 4) if warmup else (lambda step: 0.5**step)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, factor)

    @property
    def parts(self) -> tuple[Any, ...]:
        return self.model, self.optimizer, self.schedule

    @property
    def rate(self) -> float:
        return float(self.optimizer.param_groups[0]["lr"])


def _micro(draw: Draw, *shapes: tuple[int, int]) -> Micro:
    return [(draw.integers(*shape, high=WORDS), draw.integers(*shape, high=CLASSES)) for shape in shapes]


def _padded(draw: Draw, rows: int) -> Micro:
    """Of the first part one label in five counts, of the others most."""
    micro = _micro(draw, (rows, 5), (rows + 1, 4), (1, 6))
    for (_, labels), keep in zip(micro, (0.2, 0.8, 0.5), strict=True):
        labels.masked_fill_(~draw.mask(*labels.shape, keep=keep), PADDING)
    return micro


def _one_empty(draw: Draw, rows: int) -> Micro:
    micro = _micro(draw, (rows, 5), (rows, 4), (2, 3))
    micro[draw.integer(0, 3)][1].fill_(PADDING)
    return micro


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    shown = []
    for classes, tokens, labels in [(2, [[0, 0]], [[1, PADDING]]), (3, [[0, 2, 1]], [[2, draw.integer(0, 3), 1]])]:
        model = nn.Embedding(3, classes, device=draw.device)
        nn.init.zeros_(model.weight)
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
        pair = torch.tensor(tokens, device=draw.device), torch.tensor(labels, device=draw.device)
        loss = candidate(model=model, optimizer=optimizer, schedule=schedule, micro_batches=[pair])
        shown.append({"loss": loss, "weight": model.weight})
    return {"example": shown[0], "another": shown[1]}


def _calls(candidate: Any, draw: Draw, rows: int) -> dict[str, Any]:
    run, seen = _Run(draw), []
    run.model.register_forward_hook(lambda *_: seen.append("forward"))
    run.optimizer.register_step_post_hook(lambda *_: seen.append("optimizer"))
    original = run.schedule.step

    def step(*arguments: Any) -> None:
        seen.append("schedule")
        original(*arguments)

    run.schedule.step = step  # type: ignore[method-assign, assignment]
    loss = candidate(*run.parts, _micro(draw, (rows, 4), (1, 4), (2, 3)))
    return {"calls": seen, "loss": loss, "kind": type(loss).__name__}


def _before(candidate: Any, draw: Draw, rows: int) -> dict[str, Any]:
    run, micro = _Run(draw), _micro(draw, (rows, 4), (1, 4))
    for weight in run.model.parameters():
        weight.grad = draw.normal(*weight.shape)
    loss = candidate(*run.parts, micro)
    left = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in run.model.parameters()]
    return {"loss": loss, "weights": list(run.model.parameters()), "left in .grad": left}


class _Idle(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner, self.unused = inner, nn.Parameter(torch.zeros(3))

    def forward(self, tokens: Tensor) -> Tensor:
        result: Tensor = self.inner(tokens)
        return result


def _idle(candidate: Any, draw: Draw, rows: int) -> dict[str, Any]:
    run, micro = _Run(draw), _micro(draw, (rows, 4), (1, 4))
    model = draw.fill_(_Idle(run.model))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5**step)
    return {"loss": candidate(model, optimizer, schedule, micro), "weights": dict(model.named_parameters())}


class _Token:
    """Stands for a saved tensor; can be counted while it lives."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor.detach()


def _graphs(candidate: Any, draw: Draw, rows: int) -> dict[str, Any]:
    """How many saved tensors of earlier parts are alive when the model is called."""
    run, alive, held = _Run(draw), weakref.WeakSet[_Token](), []

    def pack(tensor: Tensor) -> _Token:
        alive.add(token := _Token(tensor))
        return token

    run.model.register_forward_pre_hook(lambda *_: held.append(len(alive)))
    micro = _micro(draw, (rows, 4), (rows, 4), (1, 4))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda token: token.tensor):
        loss = candidate(*run.parts, micro)
    return {"loss": loss, "held": held}
