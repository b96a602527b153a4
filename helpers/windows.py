"""Small models that read real docstrings letter by letter, trained on 32 letters and slid over longer stretches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.corpus import docstrings
from helpers.style import CYCLE, GREY, INK, WIDTH, Picture, style

SHORT, LONG = 32, 256  # letters of a stretch in training, and afterwards
SIZE, HEADS, LAYERS = 48, 4, 2
STEPS, BATCH, RATE = 250, 32, 4e-3
STRETCHES = 200  # that each model is asked about
SMOOTH = 8  # letters: each point of a curve is a mean over so many places
Turn = Callable[[Tensor, Tensor], Tensor]
Charge = Callable[[Tensor], Tensor]


@cache
def letters(split: str) -> tuple[Tensor, int]:
    """All docstrings of one part as one long text of whole numbers, and how many kinds of letters there are."""
    text = {name: "\n".join(each.text for each in docstrings(name)) for name in ("train", split)}
    known = sorted({letter for letter in text["train"] if ord(letter) < 127})
    numbers = {letter: number for number, letter in enumerate(known, start=1)}  # 0 is any other
    return torch.tensor([numbers.get(letter, 0) for letter in text[split]]), len(known) + 1


def sinusoids(places: int) -> Tensor:
    """Sines and cosines of places, shape (places, width)."""
    angles = torch.arange(places)[:, None] * 10_000 ** (-torch.arange(0, SIZE, 2) / SIZE)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


class Block(nn.Module):
    """Causal attention and a feed-forward network."""

    def __init__(self, turn: Turn | None, charge: Charge | None) -> None:
        super().__init__()
        self.turn, self.charge = turn, charge
        self.inputs, self.out = nn.Linear(SIZE, 3 * SIZE), nn.Linear(SIZE, SIZE)
        self.norm1, self.norm2 = nn.LayerNorm(SIZE), nn.LayerNorm(SIZE)
        self.feed = nn.Sequential(nn.Linear(SIZE, 4 * SIZE), nn.GELU(), nn.Linear(4 * SIZE, SIZE))

    def forward(self, x: Tensor) -> Tensor:
        places = torch.arange(x.shape[1])
        query, key, value = self.inputs(self.norm1(x)).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        if self.turn is not None:
            query, key = self.turn(query, places), self.turn(key, places)
        future = places > places[:, None]
        bias = torch.zeros(1, HEADS, len(places), len(places)).masked_fill(future, -torch.inf)
        if self.charge is not None:
            bias = self.charge(bias)
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        x = x + self.out(found.transpose(1, 2).flatten(2))
        return x + self.feed(self.norm2(x))


class Letters(nn.Module):
    """Predicts the next letter.

    Args:
        places: "sinusoidal" or "learned": what is added to a letter's vector; None: nothing.
        turn: what is done to queries and keys, as `rotate`.
        charge: what is done to scores, as `add_alibi`.
    """

    def __init__(self, places: str | None = None, turn: Turn | None = None, charge: Charge | None = None) -> None:
        super().__init__()
        self.places, kinds = places, letters("train")[1]
        self.table = nn.Embedding(kinds, SIZE)
        nn.init.normal_(self.table.weight, std=0.5)
        self.rows = nn.Parameter(0.1 * torch.randn(SHORT, SIZE)) if places == "learned" else None
        self.blocks = nn.Sequential(*(Block(turn, charge) for _ in range(LAYERS)))
        self.last = nn.Sequential(nn.LayerNorm(SIZE), nn.Linear(SIZE, kinds))

    def attend_by(self, turn: Turn | None = None, charge: Charge | None = None) -> Letters:
        """A copy with the same weights and other functions."""
        copy = deepcopy(self)
        for block in copy.blocks:
            assert isinstance(block, Block)
            block.turn, block.charge = turn, charge
        return copy

    def forward(self, text: Tensor) -> Tensor:
        x, length = self.table(text), text.shape[1]
        if self.places == "sinusoidal":
            x = x + sinusoids(length)
        if self.rows is not None:  # beyond the last row there is none, so that one is taken again and again
            x = x + self.rows[torch.arange(length).clamp(max=SHORT - 1)]
        return self.last(self.blocks(x))


@cache
def trained(places: str | None = None, turn: Turn | None = None, charge: Charge | None = None) -> Letters:
    """A model that has seen 250 batches of 32 stretches of 32 letters, the same for all; trained once."""
    torch.manual_seed(0)
    model, (text, _), stream = Letters(places, turn, charge), letters("train"), torch.Generator().manual_seed(1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    for _ in range(STEPS):
        at = torch.randint(len(text) - SHORT, (BATCH, 1), generator=stream) + torch.arange(SHORT + 1)
        scores = model(text[at[:, :-1]])
        optimizer.zero_grad()
        F.cross_entropy(scores.flatten(0, 1), text[at[:, 1:]].flatten()).backward()
        optimizer.step()
        schedule.step()
    return model


@torch.no_grad()
def loss_by_place(model: nn.Module) -> Tensor:
    """On stretches of 256 letters that no model has seen: the mean loss at each place, shape (256,)."""
    text, _ = letters("test")
    stream = torch.Generator().manual_seed(2)
    at = torch.randint(len(text) - LONG, (STRETCHES, 1), generator=stream) + torch.arange(LONG + 1)
    losses = [F.cross_entropy(model(text[x[:, :-1]]).mT, text[x[:, 1:]], reduction="none") for x in at.split(50)]
    return torch.cat(losses).mean(0)


def beyond(losses: Mapping[str, Tensor]) -> str:
    """A table: the mean loss inside the 32 letters of training, and on two stretches beyond."""
    parts = {"1–32": (0, 32), "33–64": (32, 64), "65–128": (64, 128), "129–256": (128, 256)}
    head = f"{'letters':12}" + "".join(f"{name:>9}" for name in parts)
    rows = (
        f"{name:12}" + "".join(f"{float(loss[low:high].mean()):9.2f}" for low, high in parts.values())
        for name, loss in losses.items()
    )
    return "\n".join([head, *rows])


def slid(losses: Mapping[str, Tensor]) -> Picture:
    """The loss over the place, a curve for each model, smoothed; a line where training ended."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.2))
        axis = figure.subplots()
        for number, (name, loss) in enumerate(losses.items()):
            dash = ("-", "--", "-.", ":")[number % 4]
            means = loss.unfold(0, SMOOTH, 1).mean(-1)
            at = torch.arange(len(means)) + (SMOOTH + 1) / 2
            axis.plot(at, means, dash, color=CYCLE[number % len(CYCLE)], linewidth=2, label=name)
        axis.axvline(SHORT, color=GREY, linestyle=":")
        axis.annotate("trained up to here", (SHORT + 2, axis.get_ylim()[1]), color=INK, fontsize=9, va="top")
        axis.set(xlabel="place in the stretch, letters", ylabel=f"loss per letter, mean of {SMOOTH} places")
        axis.set_xticks(range(0, LONG + 1, SHORT))
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=4)
    return figure
