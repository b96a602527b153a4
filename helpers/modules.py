"""Pictures of the lesson on modules: what is carried along, what a running mean remembers, how large numbers grow."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.engine.probes import replica, shares_storage
from helpers.plots import heatmaps
from helpers.style import BLUE, CYCLE, GREY, INK, ORANGE, RED, SKY, WIDTH, Picture, style
from helpers.suspects import lineup_of

STEPS = (
    "freshly made",
    "one step of an optimizer over parameters()",
    ".to(torch.float64)",
    "state_dict(), loaded into a fresh module",
    "copy.deepcopy",
    "a replica, as nn.DataParallel makes them",
)
COLUMNS = ("value", "dtype", "in parameters()", "in state_dict()", "memory")
ALONG, BEHIND, NEUTRAL = SKY, ORANGE, "#EEEEEE"  # colours only repeat what the words say


def fate(make: Callable[[], nn.Module], step: str) -> dict[str, tuple[str, ...]]:
    """What each tensor of a module looks like after one of `STEPS`: its name → one word for each of `COLUMNS`.

    Every tensor is raised by 10 before the step, so that one can see what the step takes along.

    Args:
        make: makes a module whose tensors of one element are given, by name, by its method `tensors()`.
    """
    before: Any = make()
    with torch.no_grad():
        for tensor in before.tensors().values():
            tensor += 10
    after: Any = _stepped(before, make, step)
    old, parameters = before.tensors(), {id(item) for item in after.parameters()}
    saved = {id(item) for item in after.state_dict(keep_vars=True).values()}
    words = {}
    for name, tensor in after.tensors().items():
        memory = "the original's" if after is not before and shares_storage(tensor, old[name]) else "its own"
        listed = ["yes" if id(tensor) in known else "no" for known in (parameters, saved)]
        words[name] = (f"{tensor.item():g}", str(tensor.dtype).removeprefix("torch."), *listed, memory)
    return words


def _stepped(module: Any, make: Callable[[], nn.Module], step: str) -> Any:
    match STEPS.index(step):
        case 1:
            optimizer = torch.optim.SGD(module.parameters(), lr=1.0)
            sum(item for item in module.tensors().values() if item.requires_grad).backward()
            optimizer.step()
        case 2:
            module.to(torch.float64)
        case 3:
            state, module = module.state_dict(), make()
            module.load_state_dict(state)
        case 4:
            module = copy.deepcopy(module)
        case 5:
            module = replica(module)
    return module


def follow(make: Callable[[], nn.Module]) -> Callable[..., Picture]:
    """A picture for `explore`: what becomes of each tensor of a module in one step."""

    def picture(step: str) -> Picture:
        rows, untouched = fate(make, step), fate(make, STEPS[0])
        colours = [
            [_colour(step, *cell) for cell in zip(COLUMNS, rows[name], untouched[name], strict=True)] for name in rows
        ]
        with style():
            figure = Picture(figsize=(WIDTH, 0.7 + 0.36 * len(rows)))
            _draw_table(figure.subplots(), rows, colours)
        return figure

    return picture


def _colour(step: str, column: str, word: str, before: str) -> str:
    """Whether a cell says that the tensor went along; grey where the step is not about this column."""
    if column.startswith("in "):
        return ALONG if word == "yes" else BEHIND
    about = {1: "value", 2: "dtype", 3: "value", 4: "memory", 5: "memory"}.get(STEPS.index(step))
    if column != about:
        return NEUTRAL
    along = {1: word != before, 2: word != before, 3: word == before}.get(STEPS.index(step), word == "its own")
    return ALONG if along else BEHIND


def _draw_table(axis: Axes, rows: Mapping[str, tuple[str, ...]], colours: list[list[str]]) -> None:
    axis.axis("off")
    words, names = [list(row) for row in rows.values()], list(rows)
    table = axis.table(
        words, cellColours=colours, rowLabels=names, colLabels=list(COLUMNS), cellLoc="center", loc="center"
    )
    table.auto_set_font_size(False)
    table.set_fontsize(10)
    table.scale(1, 1.6)
    for place, cell in table.get_celld().items():
        row, column = place
        if row == 0 or column < 0:  # a name stands on the page itself
            cell.set(facecolor="none", edgecolor="none")
        else:
            cell.set(edgecolor="white")
            cell.set_text_props(color="black")


def remembered(norm_of: Callable[[float], nn.Module]) -> Callable[..., Picture]:
    """A picture for `explore`: the running mean of a batch norm over a stream whose true mean jumps half-way.

    Args:
        norm_of: from a momentum to a norm of one feature.
    """

    def picture(momentum: float, rows: int) -> Picture:
        stream = torch.Generator().manual_seed(0)
        truth = torch.cat([torch.full((60,), 1.0), torch.full((60,), 3.0)])
        norm = norm_of(momentum).train()
        means, running = [], []
        for level in truth:
            batch = level + 2 * torch.randn(rows, 1, generator=stream)
            norm(batch)
            means.append(batch.mean().item())
            running.append(float(norm.running_mean))  # type: ignore[arg-type]
        return _stream(truth, means, running, f"momentum {momentum:g}, {rows} rows a batch")

    return picture


def _stream(truth: Tensor, means: list[float], running: list[float], title: str) -> Picture:
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        axis = figure.subplots()
        axis.plot(truth, color=INK, linewidth=1, label="true mean")
        axis.plot(means, ".", color=GREY, markersize=5, label="mean of each batch")
        axis.plot(running, color=CYCLE[0], linewidth=2.5, label="running mean")
        axis.set(xlabel="batch", ylabel="mean of the feature", title=title, ylim=(-1.5, 6))
        axis.legend(loc="upper left", ncols=3)
    return figure


class _Drawn(TorchDispatchMode):
    """Counts the random numbers that are really written; a tensor on the meta device holds none."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func.overloadpacket.__name__ in ("normal_", "uniform_") and result.device.type != "meta":
            self.numbers += result.numel()
        return result


def numbers_drawn(run: Callable[[], object]) -> int:
    """How many random numbers are drawn into tensors while `run()` runs."""
    with _Drawn() as watch:
        run()
    return watch.numbers


def first_loss(start: Callable[[nn.Module], None] | None, words: int = 1000, width: int = 64) -> float:
    """The loss of a small tied language model that has not learned anything yet, on random words.

    Args:
        start: what `model.apply` gets; without it, torch's own first weights stay.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        body = [part for _ in range(4) for part in (nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))]
        table, decoder = nn.Embedding(words, width), nn.Linear(width, words)
        model = nn.Sequential(table, *body, decoder)
        decoder.weight = table.weight
        if start is not None:
            model.apply(start)
        text = torch.randint(words, (512,))
        return F.cross_entropy(model(text), text.roll(-1)).item()


def through_layers(factor: float, depth: int, normalised: bool = False, width: int = 100) -> list[float]:
    """The size (root mean square) of a vector before and after each of `depth` products with random matrices.

    Args:
        factor: the standard deviation of the matrices' entries; `width` numbers stand in a row.
        normalised: bring the vector back to size 1 after each product.
    """
    stream = torch.Generator().manual_seed(0)
    x, sizes = torch.randn(width, generator=stream), []
    for _ in range(depth):
        sizes.append(_size(x))
        x = factor * torch.randn(width, width, generator=stream) @ x
        x = x / _size(x) if normalised else x
    return [*sizes, _size(x)]


def _size(x: Tensor) -> float:
    return x.double().square().mean().sqrt().item()


def sizes(factor: float, normalised: bool, depth: int = 50) -> Picture:
    """A picture for `explore`: how large a vector is after each of fifty products, and where float32 ends."""
    found = through_layers(factor, depth, normalised)
    seen = [place for place, size in enumerate(found) if 0 < size < float("inf")]
    state = "still there" if len(seen) == len(found) else f"gone after {seen[-1] + 1}"
    with style():
        figure = Picture(figsize=(WIDTH, 3.2))
        axis = figure.subplots()
        axis.plot(seen, [found[place] for place in seen], ".-", color=BLUE, label="size of the vector")
        for end, name, dash in ((3.4e38, "largest float32", "--"), (1.4e-45, "smallest float32", ":")):
            axis.axhline(end, color=RED, linestyle=dash, linewidth=1.5, label=name)
        axis.set(xlabel="products so far", ylabel="size (logarithmic)", xlim=(0, depth), title=state, yscale="log")
        axis.set_ylim(1e-48, 1e42)
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def lineup(exercise: str, batches: tuple[Tensor, Tensor]) -> Picture:
    """How far each suspect of an exercise is off on two batches, in training and in evaluation, feature by feature.

    Args:
        batches: what the student's answer returns. The difference is shown in percent of the library's largest number.
    """
    library, *wrong = lineup_of(exercise).items()
    right = library[1](*batches)
    panels = {}
    for place, mode in enumerate(("training", "evaluation")):
        largest = right[place].abs().amax(0)
        off = [(make(*batches)[place] - right[place]).abs().amax(0) / largest for _, make in wrong]
        panels[mode] = (100 * torch.stack(off)).clamp(max=100)[:, :6].round(decimals=1)
    names = [f"feature {place}" for place in range(min(6, batches[0].shape[1]))]
    return heatmaps(panels, rows=[name for name, _ in wrong], columns=names, xlabel="", ylabel="", limits=(0, 100))
