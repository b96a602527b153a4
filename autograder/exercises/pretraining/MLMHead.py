"""What `MLMHead` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.modules import shapes
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.pretraining._reader import in_training
from autograder.exercises.pretraining._shared import BERT

SCORES = Idea("dense, GELU, norm, then a score for each token", weight=3, point=True)
TIED = Idea("the decoder's weight is the table of embeddings itself", weight=3, point=True)
KEPT = Idea("what is kept, under which names, and how it begins", weight=1.5)


@exercise(
    points=2,
    without=[BERT + "BertLMPredictionHead", BERT + "BertPredictionHeadTransform", BERT + "BertOnlyMLMHead"],
)
def MLMHead(candidate: Any, draw: Draw) -> Iterator[Step]:
    """From vectors to scores of tokens, with the weights set by name."""
    width, tokens = draw.sizes(2, 4, 10)
    rows, length = draw.sizes(2, 2, 6)
    look = _Look(candidate, draw, width, tokens + 7)
    yield "the docstring's example", lambda: _example(candidate, draw), KEPT
    yield "names and shapes of what is learned", lambda: look.names(), KEPT
    yield "the bias at the beginning", lambda: look.bias(), KEPT
    yield "a batch", lambda: look.head()(draw.normal(rows, length, width)), SCORES
    yield "one token", lambda: look.head()(draw.normal(1, 1, width)), SCORES
    yield "only the covered tokens", lambda: look.head()(draw.normal(length, width)), SCORES
    yield "numbers around 0, in float64", lambda: look.precise(), SCORES
    yield "a vector whose numbers are nearly the same", lambda: look.nearly(), SCORES
    yield "gradient of the vectors", lambda: gradients(look.head(), draw.normal(2, 3, width), wrt=0), SCORES
    yield "after the table has changed", lambda: look.changed(), TIED
    yield "gradients of what is learned", lambda: look.gradients(), TIED
    yield "a step of an optimizer", lambda: look.step(), TIED
    yield "the table is the same object", lambda: look.same(), TIED
    yield "two heads on two tables", lambda: look.two(), TIED
    yield "as many tokens as numbers in a vector", lambda: _Look(candidate, draw, 6, 6).head()(draw.normal(2, 6))
    yield "in training: nothing is dropped", lambda: in_training(look.head(), draw.normal(20, 3, width))
    yield "the table's row of padding", lambda: look.padding()
    yield "what comes in afterwards", lambda: with_arguments(look.head(), draw.normal(2, 3, width))


class _Look:
    """Makes a table and a head on it, and sets the weights."""

    def __init__(self, candidate: Any, draw: Draw, width: int, tokens: int) -> None:
        self.candidate, self.draw, self.width, self.tokens = candidate, draw, width, tokens

    def both(self, dtype: torch.dtype = torch.float32, **options: Any) -> tuple[nn.Embedding, Any]:
        """All weights are set: those of the head by their names, then the table's."""
        table = nn.Embedding(self.tokens, self.width, **options).to(self.draw.device, dtype)
        head = self.candidate(table).to(self.draw.device, dtype)
        self.draw.fill_(head).eval()
        with torch.no_grad():
            table.weight.copy_(self.draw.normal(self.tokens, self.width, dtype=dtype))
        return table, head

    def head(self, dtype: torch.dtype = torch.float32) -> Any:
        return self.both(dtype)[1]

    def names(self) -> dict[str, Any]:
        table, head = self.both()
        return {
            "shapes": shapes(head),
            "learned": sorted(name for name, value in head.named_parameters() if value.requires_grad),
            "numbers, with the table": sum(value.numel() for value in nn.ModuleList([table, head]).parameters()),
        }

    def bias(self) -> list[Any]:
        head = self.candidate(nn.Embedding(self.tokens, self.width).to(self.draw.device))
        return [head.decoder.bias, head.LayerNorm.weight, head.LayerNorm.bias]

    def precise(self) -> Any:
        """GELU by tanh differs from the exact one by some ten thousandths."""
        head = self.head(torch.float64)
        return head(3 * self.draw.normal(4, self.width, dtype=torch.float64))

    def nearly(self) -> Any:
        """Where the variance is small, the epsilon of the norm shows."""
        head = self.head(torch.float64)
        with torch.no_grad():
            head.dense.weight.mul_(1e-6)
            head.dense.bias.copy_(5 + 1e-6 * self.draw.normal(self.width, dtype=torch.float64))
        return head(self.draw.normal(3, self.width, dtype=torch.float64))

    def changed(self) -> list[Any]:
        table, head = self.both()
        x, row = self.draw.normal(2, self.width), self.draw.integer(0, self.tokens)
        before = head(x)
        with torch.no_grad():
            table.weight[row] += 1
        return [before, head(x)]

    def gradients(self) -> dict[str, Any]:
        """Of the table, which is looked up as well: both shares add up."""
        table, head = self.both()
        ids = self.draw.integers(2, 4, high=self.tokens)
        scores = head(table(ids))
        weights = torch.linspace(0.5, 1.5, scores.numel(), device=scores.device).view_as(scores)
        (scores * weights).sum().backward()
        found = {name: value.grad for name, value in head.named_parameters()}
        sums = {name: None if grad is None else grad.sum() for name, grad in sorted(found.items())}
        return {"sums": sums, "table's grad": table.weight.grad}

    def step(self) -> Any:
        table, head = self.both()
        x = self.draw.normal(3, self.width)
        both = nn.ModuleList([table, head])
        optimizer = torch.optim.SGD(both.parameters(), lr=0.1)
        head(x).square().mean().backward()
        optimizer.step()
        return [table.weight, head(x)]

    def same(self) -> dict[str, Any]:
        table, head = self.both()
        return {
            "one object": head.decoder.weight is table.weight,
            "one object after moving": head.double().decoder.weight is table.weight,
            "scores": head.float()(self.draw.normal(2, self.width)),
        }

    def two(self) -> list[Any]:
        (one, first), (other, second) = self.both(), self.both()
        with torch.no_grad():
            one.weight.mul_(0.5)
        x = self.draw.normal(2, self.width)
        return [first(x), second(x), one.weight.sum() - other.weight.sum()]

    def padding(self) -> dict[str, Any]:
        """A table with a row for padding, which is not learned where it is looked up, and is where it is scored."""
        row = self.draw.integer(0, self.tokens)
        table, head = self.both(padding_idx=row)
        x = self.draw.normal(2, self.width)
        head(x).square().mean().backward()
        grad: Any = table.weight.grad
        return {"scores": head(x).detach(), "grad of the row": grad if grad is None else grad[row]}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other sizes."""
    width, tokens, rows = draw.sizes(3, 3, 20)
    head = candidate(nn.Embedding(4000, 8).to(draw.device)).to(draw.device)
    other = candidate(embedding=nn.Embedding(tokens, width).to(draw.device)).to(draw.device)
    return [
        list(head(torch.ones(2, 5, 8, device=draw.device)).shape),
        list(other(hidden_states=torch.ones(rows, width, device=draw.device)).shape),
    ]
