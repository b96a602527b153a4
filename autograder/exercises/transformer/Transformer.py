"""What `Transformer` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.modules import shapes
from autograder.engine.probes import with_arguments
from autograder.exercises.transformer._shared import learned, visible_among
from helpers.torch_layers import LibraryDecoderLayer, LibraryEncoderLayer

READS = Idea("all encoder layers one after another, and the norm", weight=2, point=True)
WRITES = Idea("every decoder layer sees the one memory", weight=3, point=True)
MASKS = Idea("padding is hidden, and so is what comes later", weight=3, point=True)
WORDS, ANSWERS, WIDTH = 11, 7, 6


class Reads(nn.Module):
    """Stands for an encoder layer: a weight of its own, and the mean of what may be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        visible = visible_among(mask, x, x)
        return torch.sin(self.turn(x)) + visible @ x / visible.sum(-1, keepdim=True).clamp(min=1)


class Writes(nn.Module):
    """Stands for a decoder layer: the means of what may be looked at, here and in the memory."""

    def __init__(self) -> None:
        super().__init__()
        self.turn, self.other = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Tensor:
        own, read = visible_among(mask, x, x), visible_among(memory_mask, x, memory)
        found = own @ x / own.sum(-1, keepdim=True).clamp(min=1)
        return torch.sin(self.turn(x)) + found + read @ self.other(memory) / read.sum(-1, keepdim=True).clamp(min=1)


@exercise(points=3, without=[nn.Transformer, nn.TransformerEncoder, nn.TransformerDecoder])
def Transformer(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Both halves, and their masks."""
    batch, source_length, target_length = draw.sizes(3, 2, 8)
    model = _model(candidate, draw)

    def sources(batch: int = batch, length: int = source_length) -> Tensor:
        ends = draw.integers(batch, 1, low=1, high=length + 1)
        words = draw.integers(batch, length, low=1, high=WORDS)
        return words * (torch.arange(length, device=draw.device) < ends)

    def targets(batch: int = batch, length: int = target_length) -> Tensor:
        return draw.integers(batch, length, low=1, high=ANSWERS)

    def memories(length: int = source_length) -> Tensor:
        return 2 * draw.normal(batch, length, WIDTH) + draw.normal(batch, length, 1)

    yield "names and shapes of what is saved", lambda: {"shapes": shapes(model), "memory": model.encode(sources())}
    yield "a new model's tables are small", lambda: _new(candidate, draw, sources(), targets())
    yield "reads without padding", lambda: model.encode(draw.integers(batch, source_length, low=1, high=WORDS)), READS
    yield "reads one word", lambda: model.encode(sources(1, 1)), READS
    yield "reads with three layers", lambda: _model(candidate, draw, 3, 1).encode(sources()), READS
    yield "reads with padding", lambda: model.encode(sources()), MASKS
    yield "padding in the middle", lambda: model.encode(draw.integers(batch, source_length, high=3)), MASKS
    yield "writes what follows a memory", lambda: model.decode(targets(), memories(), sources()), WRITES
    yield (
        "writes with three layers",
        lambda: _model(candidate, draw, 1, 3).decode(targets(), memories(), sources()),
        WRITES,
    )
    yield "writes one word", lambda: model.decode(targets(length=1), memories(), sources()), WRITES
    yield (
        "a text as long as the answer",
        lambda: model.decode(targets(), memories(target_length), sources(length=target_length)),
        MASKS,
    )
    yield "another last word", lambda: _last(model, targets(), memories(), sources()), MASKS
    yield "the whole way", lambda: model(sources(), targets()), WRITES
    yield "the whole way, with PyTorch's layers", lambda: _library(candidate, draw, sources(), targets())
    yield "no layers at all", lambda: _model(candidate, draw, 0, 0)(sources(), targets())
    yield "other positions", lambda: _model(candidate, draw, positions=_steps)(sources(), targets())
    yield "what is learned", lambda: learned(model, model(sources(), targets()))
    yield "float64", lambda: _model(candidate, draw).double()(sources(), targets())
    yield "called by names", lambda: _named(model, sources(), targets(), memories())
    yield "the inputs are left alone", lambda: with_arguments(model.decode, targets(), memories(), sources())
    yield "the docstring's example", lambda: _example(candidate, draw)


def _model(candidate: Any, draw: Draw, reads: int = 2, writes: int = 2, **options: Any) -> Any:
    layers = [Reads() for _ in range(reads)], [Writes() for _ in range(writes)]
    return draw.fill_(candidate(WORDS, ANSWERS, WIDTH, *layers, **options)).eval()


def _new(candidate: Any, draw: Draw, source: Tensor, target: Tensor) -> dict[str, Any]:
    """How far its numbers are from 0, and what a filled one makes of a text."""
    width = draw.choice([16, 25, 100])
    tables = candidate(500, 400, width, [], []).state_dict()
    spreads = [round(float(tables[f"{which}_table.weight"].std()), 2) for which in ("source", "target")]
    return {"width": width, "spreads": spreads, "scores": _model(candidate, draw, 1, 1)(source, target)}


def _steps(length: int, d_model: int) -> Tensor:
    return torch.arange(length)[:, None] / 4 + torch.arange(d_model) / 8


def _last(model: Any, target: Tensor, memory: Tensor, source: Tensor) -> list[Tensor]:
    """The scores, and those after the last word was exchanged."""
    other = target.clone()
    other[:, -1] = 1 + target[:, -1] % (ANSWERS - 1)
    return [model.decode(each, memory, source) for each in (target, other)]


def _library(candidate: Any, draw: Draw, source: Tensor, target: Tensor) -> Tensor:
    layers = [LibraryEncoderLayer(8, 2, 6, True)], [LibraryDecoderLayer(8, 2, 6, True) for _ in range(2)]
    return draw.fill_(candidate(WORDS, ANSWERS, 8, *layers)).eval()(source, target)


def _named(model: Any, source: Tensor, target: Tensor, memory: Tensor) -> list[Tensor]:
    return [model.encode(source=source), model.decode(source=source, memory=memory, target=target)]


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's shape, and numbers beside it."""
    model = draw.fill_(candidate(50, 13, 8, [LibraryEncoderLayer(8, 2, 16)], [LibraryDecoderLayer(8, 2, 16)])).eval()
    source, target = (torch.tensor(each, device=draw.device) for each in ([[7, 9, 0]], [[1, 4, 5, 6]]))
    drawn = draw.integers(1, 3, low=1, high=50), draw.integers(1, 2, low=1, high=13)
    return {"shape": list(model(source, target).shape), "drawn": model(*drawn)}
