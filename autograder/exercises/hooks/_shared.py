"""What several experiments of this topic share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.probes import hooks_on


class Backwards(nn.Module):
    """Its layers are written in another order than they run in."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.last = nn.Linear(7, 3)
        self.middle = nn.Tanh()
        self.first = nn.Linear(width, 7)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.middle(self.first(x)))


class Nested(nn.Module):
    """Modules within modules, and arithmetic of its own after them."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, 4), Backwards())
        self.head = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return 2 * self.head(torch.sin(self.body(x)))


class Twice(nn.Module):
    """One layer under two names, used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.same = self.inner
        self.act = nn.Tanh()

    def forward(self, x: Tensor) -> Tensor:
        return self.same(self.act(self.inner(x)))


class Reader(nn.Module):
    """A recurrent layer returns a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(3, 5, batch_first=True)
        self.head = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.gru(x)
        return self.head(states[:, -1])


class Breaks(nn.Module):
    """Raises after its first layer has run."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.other = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        raise ZeroDivisionError(f"after a layer that gave {tuple(self.layer(x).shape)}")


def small() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))


def hooks_left(model: nn.Module) -> dict[str, int]:
    """The hooks on modules and on parameters together, under the name that a card shows."""
    kinds = ("_backward_hooks", "_post_accumulate_grad_hooks")
    on_parameters = sum(len(getattr(weight, kind) or ()) for weight in model.parameters() for kind in kinds)
    return {"hooks on the model": hooks_on(model) + on_parameters}


def left_on(model: nn.Module) -> dict[str, Any]:
    """What a visitor may have left: hooks, another mode."""
    return {**hooks_left(model), "training": [part.training for part in model.modules()]}


def grads(model: nn.Module) -> dict[str, Any]:
    return {name: weight.grad for name, weight in model.named_parameters()}


def after_error(run: Callable[[], object], model: nn.Module) -> dict[str, Any]:
    """The error that comes through, and what is left on the model."""
    try:
        run()
    except (ZeroDivisionError, AttributeError, KeyError) as error:
        return {"the error that comes through": type(error).__name__, **left_on(model)}
    return {"the error that comes through": "none", **left_on(model)}


def half_evaluated(model: nn.Sequential) -> nn.Sequential:
    model.train()
    model[1].eval()
    return model


class Pair(nn.Module):
    """Two inputs, the second also by name; whole numbers and masks beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.bilinear = nn.Bilinear(3, 4, 5)
        self.table = nn.Embedding(7, 5)

    def forward(self, x: Tensor, y: Tensor, ids: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        result = self.bilinear(x, y)
        if ids is not None:
            result = result + self.table(ids)
        return result if mask is None else torch.where(mask, result, 0.0)


def with_others(block: Callable[[nn.Module], Any], draw: Draw) -> dict[str, Any]:
    """Whether hooks that somebody else put on the model still fire after the block."""
    model, x = draw.fill_(small()), draw.normal(2, 4)
    fired: list[str] = []
    for part in model:
        part.register_forward_hook(lambda *_: fired.append("theirs"))
    with block(model):
        pass
    model(x)
    return {"fired": fired, **left_on(model)}
