"""Lists of a switch that was pressed or not, and a network that decides for itself how many steps it reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.style import BLUE, GREY, INK, ORANGE, WIDTH, Picture, style

MOST = 14  # steps that are allowed
LONGEST = 12  # hours
SIZE = 16
ROUNDS, BATCH, RATE = 600, 64, 0.01
PRICE = 0.05  # of a step, once the network can answer at all
EAGER = -1.0  # bias of the halting unit at first: a step is the last with a probability of about a quarter
KNOWN = 0.95  # of the recent answers are right: then the lists grow by an hour


class Lists(NamedTuple):
    """Signs of shape (list, hour, 3): pressed, not pressed, and after the end; then, of shape (list,), what is so."""

    signs: Tensor
    lit: Tensor
    hours: Tensor
    presses: Tensor


class Found(NamedTuple):
    """What a network made of some lists, each of shape (list,)."""

    hours: Tensor
    presses: Tensor
    cost: Tensor
    right: Tensor


def lists(count: int, longest: int, stream: torch.Generator) -> Lists:
    """Lists of 1 to `longest` hours. The lamp is lit if the switch was pressed an odd number of times."""
    hours = torch.randint(1, longest + 1, (count,), generator=stream)
    inside = torch.arange(MOST) < hours[:, None]
    pressed = torch.randint(2, (count, MOST), generator=stream).bool() & inside
    signs = torch.stack([pressed, inside & ~pressed, ~inside], dim=-1).float()
    return Lists(signs, pressed.sum(1) % 2, hours, pressed.sum(1))


class Step(nn.Module):
    """Reads one hour: each of the three signs has a matrix, by which the state is multiplied."""

    def __init__(self) -> None:
        super().__init__()
        self.matrices = nn.Parameter(torch.randn(3, SIZE, SIZE) / SIZE**0.5)
        self.norm = nn.LayerNorm(SIZE)

    def forward(self, state: Tensor, signs: Tensor, number: int) -> Tensor:
        turned: Tensor = self.norm(torch.einsum("bs,sij,bj->bi", signs[:, number], self.matrices, state))
        return turned


class Lamp(nn.Module):
    """Says whether the lamp is lit, and what it cost to find out."""

    def __init__(self, adaptive: Callable[..., nn.Module]) -> None:
        super().__init__()
        self.start = nn.Parameter(0.5 * torch.randn(SIZE))
        self.adaptive = adaptive(Step(), SIZE, MOST)
        halt = self.adaptive.get_submodule("halt")
        assert isinstance(halt, nn.Linear)
        nn.init.constant_(halt.bias, EAGER)
        self.last = nn.Linear(SIZE, 2)

    def forward(self, signs: Tensor) -> tuple[Tensor, Tensor]:
        mean, cost = self.adaptive(self.start.expand(len(signs), -1), signs)
        return self.last(mean), cost


def train(adaptive: Callable[..., nn.Module], seed: int = 0) -> Lamp:
    """Lists of two hours at first, and longer ones as soon as the answers are right; at last thinking has a price."""
    torch.manual_seed(seed)
    model, stream = Lamp(adaptive), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    longest, price, recent = 2, 0.0, 0.0
    for _ in range(ROUNDS):
        shown = lists(BATCH, longest, stream)
        scores, cost = model(shown.signs)
        optimizer.zero_grad()
        (F.cross_entropy(scores, shown.lit) + price * cost.mean()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent = 0.8 * recent + 0.2 * float((scores.argmax(-1) == shown.lit).double().mean())
        if recent > KNOWN and longest < LONGEST:
            longest, recent = longest + 1, 0.6
        elif recent > KNOWN:
            price = PRICE
    return model


@torch.no_grad()
def ask(model: Lamp, count: int = 2000) -> Found:
    """The network's answers to lists that it has not been trained on."""
    shown = lists(count, LONGEST, torch.Generator().manual_seed(9))
    scores, cost = model(shown.signs)
    return Found(shown.hours, shown.presses, cost, scores.argmax(-1) == shown.lit)


def steps(found: Found) -> Picture:
    """The mean ponder cost over the hours of a list, and over the presses in lists of ten hours."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        by_hours, by_presses = figure.subplots(1, 2, sharey=True)
        hours = range(1, LONGEST + 1)
        by_hours.plot(hours, [float(found.cost[found.hours == each].mean()) for each in hours], "o-", color=BLUE)
        by_hours.plot(hours, [each + 1 for each in hours], ":", color=GREY)
        by_hours.annotate("hours + 1", (7, 6.6), color=INK, fontsize=9)
        ten = found.hours == 10
        presses = sorted(set(found.presses[ten].tolist()))
        costs = [float(found.cost[ten & (found.presses == each)].mean()) for each in presses]
        by_presses.plot(presses, costs, "s--", color=ORANGE)
        by_hours.set(xlabel="hours in the list", ylabel="steps + remainder", xticks=list(hours))
        by_presses.set(xlabel="times pressed, in lists of ten hours", ylim=(0, MOST + 1))
    return figure
