"""Pictures of the lesson on attention."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.probes import largest_tensor
from helpers.plots import heatmaps, lines
from helpers.style import INK, Picture
from helpers.suspects import lineup_of

CLOCKS = (0.4, 1.1, 2.5)  # radians a word; no two words of a short sentence read the same on all three


def clock_places(length: int, back: int = 0) -> Tensor:
    """Where each word stands, minus `back` words, as the hands of three clocks: shape (length, 6)."""
    hands = (torch.arange(length) - back).unsqueeze(-1) * torch.tensor(CLOCKS)
    return torch.cat([hands.cos(), hands.sin()], dim=-1)


def word_map(weights: Tensor, queries: Sequence[str], keys: Sequence[str], *, title: str = "") -> Picture:
    """Attention weights with words at both sides: one row a query."""
    return heatmaps({title: weights}, rows=queries, columns=keys, xlabel="key", ylabel="query", limits=(0, 1))


def band(length: int, *, back: int, ahead: int, padding: int = 0) -> Tensor:
    """A mask of shape (length, length): from `back` words before a query to `ahead` words after it, without the
    first `padding` words. A negative `ahead` ends the band before the query itself."""
    key = torch.arange(length)
    query = key.unsqueeze(-1)
    return (key >= query - back) & (key <= query + ahead) & (key >= padding)


def mask_explorer(weights_of: Callable[..., Tensor], words: Sequence[str]) -> Callable[..., Picture]:
    """A picture for `explore`: a mask, and where the weights of a head that likes the previous word go under it."""
    query, key = 3 * clock_places(len(words), back=1), clock_places(len(words))

    def picture(back: int, ahead: int, padding: int) -> Picture:
        mask = band(len(words), back=back, ahead=ahead, padding=padding)
        empty = int((~mask.any(-1)).sum())
        panels = {
            f"mask: {empty} of {len(words)} queries see nothing": mask.double(),
            "weights": weights_of(query, key, mask).double(),
        }
        return heatmaps(panels, rows=words, columns=words, xlabel="key", ylabel="query", limits=(0, 1), numbers=False)

    return picture


def masks_of_a_batch(masks: Tensor, titles: Sequence[str]) -> Picture:
    """Boolean masks side by side: light where a query may look."""
    panels = {title: mask.double() for title, mask in zip(titles, masks, strict=True)}
    return heatmaps(panels, xlabel="key", ylabel="query", limits=(0, 1))


def entropy_by_width(entropy: Callable[[Tensor], Tensor], *, keys: int = 64, queries: int = 200) -> Picture:
    """Mean entropy of attention over random vectors, against their length d_k, for three ways to scale the scores."""
    stream = torch.Generator().manual_seed(0)
    widths = [2**power for power in range(11)]
    curves: dict[str, list[float]] = {"divided by d_k": [], "divided by √d_k": [], "not divided": []}
    for width in widths:
        scores = torch.randn(queries, width, generator=stream) @ torch.randn(keys, width, generator=stream).T
        for name, divisor in zip(curves, (width, width**0.5, 1), strict=True):
            curves[name].append(float(entropy((scores / divisor).softmax(-1)).mean()))
    series = {name: (widths, values) for name, values in curves.items()}
    figure = lines(series, xlabel="d_k, numbers in a query (logarithmic)", ylabel="entropy in nats", logx=True)
    figure.axes[0].axhline(torch.log(torch.tensor(float(keys))).item(), color=INK, linewidth=1)
    figure.axes[0].annotate(f"all {keys} keys alike", (1, 4.2), color=INK, fontsize=9)
    figure.axes[0].set_ylim(0, 4.6)
    return figure


def two_looks(layer_of: Callable[[int, int], nn.Module], heads: Sequence[int] = (1, 2, 4), steps: int = 200) -> Picture:
    """Loss of small models that must say `previous word minus next word`, with different numbers of heads."""
    with _by_itself():
        curves = {count: _losses(layer_of(32, count), steps) for count in heads}
    series = {f"{count} head{'s' if count > 1 else ''}": (range(steps), losses) for count, losses in curves.items()}
    return lines(series, xlabel="training step", ylabel="mean squared error", title="previous word minus next word")


def learned_by_heart(layer: nn.MultiheadAttention, sentences: int = 128, steps: int = 40) -> float:
    """The share of random sentences whose random label a model with this layer has learned."""
    with _by_itself():
        reader = nn.Linear(layer.embed_dim, 2)
        noise, labels = torch.randn(sentences, 6, layer.embed_dim), torch.randint(0, 2, (sentences,))

        def loss() -> Tensor:
            return F.cross_entropy(reader(layer(noise, noise, noise, need_weights=False)[0].mean(dim=1)), labels)

        _train(loss, [layer, reader], steps)
        guesses = reader(layer(noise, noise, noise, need_weights=False)[0].mean(dim=1)).argmax(dim=-1)
    return float((guesses == labels).double().mean())


def _losses(layer: nn.Module, steps: int, length: int = 10) -> list[float]:
    torch.manual_seed(0)  # the same sentences for every number of heads
    into, out = nn.Linear(6 + length, 32), nn.Linear(32, 6)

    def loss() -> Tensor:
        words = torch.randn(64, length, 6)
        wanted = words.roll(1, dims=1) - words.roll(-1, dims=1)
        tokens = into(torch.cat([words, torch.eye(length).expand(64, length, length)], dim=-1))
        return (out(layer(tokens, tokens, tokens)) - wanted).square().mean()

    return _train(loss, [into, layer, out], steps)


def _train(loss_of: Callable[[], Tensor], modules: Sequence[nn.Module], steps: int) -> list[float]:
    optimizer = torch.optim.Adam([item for module in modules for item in module.parameters()], lr=0.01)
    losses = []
    for _ in range(steps):
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@contextmanager
def _by_itself() -> Iterator[None]:
    """Random numbers from a fixed seed, and one thread: on tensors this small, threads wait longer than they work."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def memory_by_length(
    ways: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]], lengths: Sequence[int], *, width: int = 16
) -> Picture:
    """Memory of the largest tensor that each way makes, against the number of tokens, both logarithmic."""
    series = {}
    for name, way in ways.items():
        megabytes = []
        for length in lengths:
            inputs = [torch.ones(length, width) for _ in range(3)]
            _, elements = largest_tensor(way, *inputs)
            megabytes.append(4 * elements / 2**20)
        series[name] = (list(lengths), megabytes)
    xlabel, ylabel = "tokens (logarithmic)", "largest tensor in MiB (logarithmic)"
    return lines(series, xlabel=xlabel, ylabel=ylabel, logx=True, logy=True)


def lineup(exercise: str, inputs: tuple[Tensor, ...]) -> Picture:
    """What the library and each suspect of an exercise make of `inputs`: the first number of each query's result."""
    makers = lineup_of(exercise)
    results = torch.stack([make(*inputs)[:, 0] for make in makers.values()])
    queries = [f"query {number}" for number in range(results.shape[1])]
    return heatmaps({"first number of the result": results}, rows=list(makers), columns=queries, xlabel="", ylabel="")
