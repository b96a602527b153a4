"""What several experiments of this topic share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk
from autograder.engine.ranks.on_ranks import OnRanks

Shown = Iterator[tuple[str, Any]]  # what a case on ranks yields


def kinds(value: Any) -> Any:
    """The types of a nested structure as text, keys in their order: a snapshot cannot tell a tuple from a list."""
    if isinstance(value, dict):
        return [type(value).__name__, *([key, kinds(item)] for key, item in value.items())]
    if isinstance(value, list | tuple):
        return [type(value).__name__, *map(kinds, value)]
    return type(value).__name__


class Tied(nn.Module):
    """Embedding and decoder share their weight; a buffer that is saved, one that is not, and whole numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(7, 4)
        self.body = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.decoder = nn.Linear(4, 7)
        self.decoder.weight = self.table.weight
        self.register_buffer("clock", torch.zeros(3), persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        return self.decoder(self.body(self.table(ids)))


def state_of(model: nn.Module) -> dict[str, Tensor]:
    """Every parameter and buffer, those that are not saved too; copies."""
    named = [*model.named_parameters(remove_duplicate=False), *model.named_buffers()]
    return {name: item.detach().clone() for name, item in named}


def start_elsewhere(model: nn.Module) -> None:
    """What a seed of its own does to a rank: every parameter and buffer is another one."""
    with torch.no_grad():
        for item in [*model.parameters(), *model.buffers()]:
            item.add_(dist.get_rank() + 1)


class Net(nn.Module):
    """Two layers and batch statistics; `scale` comes by name."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(5, 4)
        self.norm = nn.BatchNorm1d(4)
        self.last = nn.Linear(4, 2)

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        return scale * self.last(torch.tanh(self.norm(self.first(x))))


class Heads(nn.Module):
    """Three heads of equal size, of which each call uses one; written in another order than they run in."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(4, 2) for _ in range(3)])
        self.body = nn.Linear(5, 4)

    def forward(self, x: Tensor, head: int) -> Tensor:
        return self.heads[head](torch.tanh(self.body(x)))


def _learn(wrap: Callable[[nn.Module], Any], model: nn.Module, batches: list[Any], loss_of: Any) -> dict[str, Any]:
    """Trains on this rank's batches; what the model holds at first and after every step."""
    start_elsewhere(model)
    wrapped = wrap(model)
    start, steps = state_of(model), []
    learning = [item for item in model.parameters() if item.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=0.1, momentum=0.9, weight_decay=0.1)
    for batch in batches:
        optimizer.zero_grad()
        loss_of(wrapped, *batch).backward()
        wrapped.sync()
        optimizer.step()
        steps.append({name: item.detach().clone() for name, item in model.named_parameters()})
    grads = {name: item.grad for name, item in model.named_parameters()}
    return {"start": start, "steps": steps, "gradients of the last step": grads}


def mean_loss(model: Any, x: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(model(x, scale=0.5), y)


def weighted_loss(model: Any, x: Tensor, y: Tensor, share: float) -> Tensor:
    """Its mean over the ranks is the mean over all rows, however many this rank has."""
    return F.mse_loss(model(x), y) * share


def token_loss(model: Any, ids: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(model(ids), y)


def head_loss(model: Any, x: Tensor, y: Tensor, head: int) -> Tensor:
    return F.mse_loss(model(x, head), y)


LOSSES = {
    "plain": mean_loss,
    "uneven": weighted_loss,
    "tied": token_loss,
    "frozen": mean_loss,
    "heads": head_loss,
    "dead": weighted_loss,
}


def learns(candidate: Any, cases: dict[str, tuple[nn.Module, list[Any]]], *options: Any) -> Shown:
    for name, (model, batches) in cases.items():
        yield name, _learn(lambda model: candidate(model, *options), model, batches[dist.get_rank()], LOSSES[name])


def plain_cases(draw: Draw, ranks: int = 3) -> dict[str, Any]:
    """A model that learns three steps, and one whose ranks get 3, 2 and 4 rows."""
    double = {"dtype": torch.float64}
    batches = [[(draw.normal(4, 5, **double), draw.normal(4, 2, **double)) for _ in range(3)] for _ in range(ranks)]
    rows = [3, 2, 4][:ranks]
    uneven = [
        [(draw.normal(size, 5, **double), draw.normal(size, 2, **double), size * ranks / sum(rows)) for _ in range(2)]
        for size in rows
    ]
    return {
        "plain": (draw.fill_(Net().double()), batches),
        "uneven": (draw.fill_(nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)).double()), uneven),
    }


def odd_cases(draw: Draw, ranks: int = 2) -> dict[str, Any]:
    """Tied weights, a frozen layer, a layer whose gradient is zero, and heads of which a rank uses one."""
    frozen = draw.fill_(Net())
    frozen.first.requires_grad_(False)
    ids = [[(draw.integers(6, high=7), draw.integers(6, high=7)) for _ in range(2)] for _ in range(ranks)]
    rows = [[(draw.normal(4, 5), draw.normal(4, 2)) for _ in range(2)] for _ in range(ranks)]
    heads = [[(draw.normal(4, 5), draw.normal(4, 2), head) for head in (rank, 1)] for rank in range(ranks)]
    silent = nn.Linear(5, 4)
    dead = draw.fill_(nn.Sequential(silent, nn.ReLU(), nn.Linear(4, 2)))
    silent.bias.data.fill_(-1000)  # nothing passes the ReLU: the layer before it is used, and its gradient is zero
    used = [[(x, y, 1.0) for x, y in pairs] for pairs in rows]
    return {
        "dead": (dead, used),
        "tied": (draw.fill_(Tied()), ids),
        "frozen": (frozen, rows),
        "heads": (draw.fill_(Heads()), heads),
    }


def _outside(candidate: Any, model: nn.Module, x: Tensor, *options: Any) -> Shown:
    """What the wrapper is as a module."""
    wrapped = candidate(model, *options)
    modes = [wrapped.eval().training, model.training, wrapped.train().training, model.training]
    yield (
        "outside",
        {
            "is a module": isinstance(wrapped, nn.Module),
            "holds the model itself": wrapped.module is model,
            "modes": modes,
            "parameters": sorted(name for name, _ in wrapped.named_parameters()),
            "result": wrapped(x, scale=3.0),
        },
    )


def behaves(candidate: Any, cases: Any, model: nn.Module, x: Tensor, *options: Any) -> Shown:
    """What it learns, and what it is as a module."""
    yield from learns(candidate, cases, *options)
    yield from _outside(candidate, model, x, *options)


MEAN = Idea("gradients are the mean over the ranks", weight=3, point=True)
START = Idea("all ranks start from rank 0", weight=1.5)
UNUSED = Idea("parameters that a rank does not use", weight=3)
FROZEN = Idea("frozen parameters get no gradient, used ones get theirs, zeros or not", weight=0.5)


def _there(gradients: dict[str, Tensor | None]) -> dict[str, Tensor]:
    return {name: grad for name, grad in gradients.items() if grad is not None}


def observed(plain: OnRanks, odd: OnRanks) -> Iterator[tuple[str, Thunk, Idea]]:
    """What both wrappers must show."""

    def steps(run: OnRanks, name: str, key: str = "steps") -> dict[str, Any]:
        return {rank: value[key] for rank, value in run.shown(name).items()}

    def heads(step: int, *names: str) -> dict[str, Any]:
        return {
            rank: {name: value[step][f"{name}.weight"] for name in names} for rank, value in steps(odd, "heads").items()
        }

    def frozen() -> dict[str, Any]:
        """Steps, and the gradients that there are: which have one tells more than a None among them."""
        return {
            rank: {"steps": value["steps"], "gradients": _there(value["gradients of the last step"])}
            for rank, value in odd.shown("frozen").items()
        }

    yield "parameters at the start are rank 0's", lambda: steps(plain, "plain", "start"), START
    yield "tied weights and buffers at the start", lambda: steps(odd, "tied", "start"), START
    yield "every parameter after each of three steps", lambda: steps(plain, "plain"), MEAN
    yield "ranks with 3, 2 and 4 rows", lambda: steps(plain, "uneven"), MEAN
    yield "tied weights", lambda: steps(odd, "tied"), MEAN
    yield "a frozen layer", frozen, FROZEN
    yield "a layer whose gradient is zero", lambda: steps(odd, "dead"), FROZEN
    yield "heads that one rank uses", lambda: heads(0, "heads.0", "heads.1", "body"), UNUSED
    yield (
        "a head that no rank uses",
        lambda: [heads(1, "heads.2"), steps(odd, "heads", "gradients of the last step")],
        UNUSED,
    )
