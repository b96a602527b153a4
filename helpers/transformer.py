"""Pictures of the lesson on the transformer: what heads and positions do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import torch
from torch import Tensor, nn

from helpers import dates
from helpers.marked import PALETTE, Marked, shade
from helpers.plots import heatmaps, lines
from helpers.style import Picture
from helpers.suspects import lineup_of


def one_date(day: date, styles: Sequence[tuple[str, str]]) -> Marked:
    """One day in several styles: where its year, its month and its day stand."""
    found = []
    for locale, form in styles:
        pieces = [(text, PALETTE.get(kind, "")) for text, kind in dates.parts(day, locale, form)]
        found.append(([locale], pieces))
    iso = [(f"{day:%Y}", PALETTE["year"]), ("-", ""), (f"{day:%m}", PALETTE["month"]), ("-", "")]
    found.append((["ISO"], [*iso, (f"{day:%d}", PALETTE["day"])]))
    return Marked(found, "blue: the year · orange: the month · green: the day")


def closeness(table: Tensor, places: Sequence[int]) -> Picture:
    """How well the encoding of some positions fits those of all others: their products, over the distance."""
    far = len(table) - 1
    series = {}
    for place in places:
        fits = table @ table[place] / table.shape[1]
        series[f"from position {place}"] = ([other - place for other in range(far + 1)], fits.tolist())
    return lines(series, xlabel="position, counted from there", ylabel="product, per feature")


LETTERS, WORD, DEEP, STEPS, RATE = 12, 8, 12, 120, 2e-3  # of the task for a deep model


def backwards(make: Callable[[bool], nn.Module]) -> Picture:
    """The loss of deep models that learn to spell words backwards: norm last, the same with a warmup, norm first.

    Args:
        make: from `norm_first` to a layer of width 64.
    """
    runs = {
        "norm last": _spelling(make, norm_first=False, warmup=0),
        "norm last, warmup": _spelling(make, norm_first=False, warmup=60),
        "norm first": _spelling(make, norm_first=True, warmup=0),
    }
    series = {name: (range(1, STEPS + 1), losses) for name, losses in runs.items()}
    return lines(series, xlabel="step", ylabel="loss")


def _spelling(make: Callable[[bool], nn.Module], norm_first: bool, warmup: int) -> list[float]:
    """The losses of a new stack, step by step; all stacks see the same words."""
    torch.manual_seed(0)
    layers = [make(norm_first) for _ in range(DEEP)]
    places, last = torch.randn(WORD, 64), nn.LayerNorm(64) if norm_first else nn.Identity()
    table, out = nn.Embedding(LETTERS, 64), nn.Linear(64, LETTERS)
    model = nn.ModuleList([*layers, last, table, out])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=RATE), []
    stream = torch.Generator().manual_seed(1)
    for step in range(1, STEPS + 1):
        optimizer.param_groups[0]["lr"] = RATE * min(1.0, step / (warmup + 1))
        words = torch.randint(LETTERS, (16, WORD), generator=stream)
        x = table(words) + places
        for layer in layers:
            x = layer(x)
        loss = nn.functional.cross_entropy(out(last(x)).flatten(0, 1), words.flip(1).flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@contextmanager
def _noted(attention: nn.Module, found: list[tuple[Tensor, Tensor, Tensor | None]]) -> Iterator[None]:
    """Keeps what an attention is given while this lasts."""
    names = ("query", "key", "value", "mask")

    def keep(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        found.append((given["query"], given["key"], given.get("mask")))

    handle = attention.register_forward_pre_hook(keep, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def looked_at(attention: Any, run: Callable[[], object]) -> Tensor:
    """The weights of an attention, the last time that `run` goes through it: shape (batch, heads, query, key)."""
    found: list[tuple[Tensor, Tensor, Tensor | None]] = []
    with torch.no_grad(), _noted(attention, found):
        run()
    query, key, mask = found[-1]
    with torch.no_grad():
        projected = (attention.q_proj(query), attention.k_proj(key))
        q, k = (item.unflatten(-1, (attention.heads, -1)).transpose(-3, -2) for item in projected)
        scores = q @ k.mT / q.shape[-1] ** 0.5
        return (
            scores.masked_fill(~mask.unsqueeze(-3), -torch.inf).softmax(-1) if mask is not None else scores.softmax(-1)
        )


def reading(model: Any, task: dates.Task, text: str, answer: Tensor, layer: int = -1) -> Tensor:
    """What each head of a decoder layer's cross-attention reads, for each character written.

    Args:
        model: has `decoder`, layers with a `cross_attn`, and takes source and target.
        answer: what was written, with the mark in front: shape (1, 11).

    Returns:
        Shape (heads, 10, characters of the text).
    """
    source = task.source([text])
    return looked_at(model.decoder[layer].cross_attn, lambda: model(source, answer[:, :-1]))[0]


def heads_of(weights: Tensor, text: str, answer: Tensor) -> Picture:
    """One map for each head: which characters of the text are read for each character of the answer (1, characters)."""
    panels = {f"head {number}": head for number, head in enumerate(weights, start=1)}
    visible = [character if character.strip() else "·" for character in text]
    return heatmaps(
        panels,
        rows=dates.characters(answer[0]),
        columns=visible,
        xlabel="read",
        ylabel="written",
        limits=(0, 1),
        numbers=False,
    )


def answered(model: Any, task: dates.Task, translate: Callable[[Tensor], Tensor]) -> Callable[[str], Marked]:
    """From a text to a table: each character of the answer, how sure the model is, and what all heads read for it."""

    def picture(text: str) -> Marked:
        text = text or " "
        answer = translate(task.source([text]))
        with torch.no_grad():
            shares = model(task.source([text]), answer[:, :-1])[0].softmax(-1)
        sure = shares.gather(-1, answer[0, 1:, None])[:, 0].tolist()
        (said,) = dates.spelled(answer)
        weights = reading(model, task, text, answer).mean(0)
        rows = []
        for character, share, row in zip(dates.characters(answer[0]), sure, weights.tolist(), strict=True):
            pieces = [(each, shade(weight / max(row))) for each, weight in zip(text, row, strict=True)]
            rows.append(([character, f"{share:.0%}"], pieces))
        return Marked(rows, f"{said}: each character, how sure the model is of it, and what it reads for it")

    return picture


SEEN = 1e-3  # a smaller difference stays white


def lineup(exercise: str, inputs: tuple[Any, ...]) -> Picture:
    """Where each suspect differs from the library on an input: each row in shares of its largest difference."""
    makers = lineup_of(exercise)
    results = [make(*inputs).flatten() for make in makers.values()]
    off = torch.stack([result - results[0] for result in results])[:, :12]
    off = off / off.abs().amax(dim=1, keepdim=True).clamp(min=SEEN)
    places = [f"{number}" for number in range(off.shape[1])]
    return heatmaps(
        {"minus the library's, each row in shares of its largest": off}, rows=list(makers), columns=places,
        xlabel="number of the result", ylabel="", signed=True, numbers=False,
    )  # fmt: skip
