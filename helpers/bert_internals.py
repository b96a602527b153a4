"""Pictures of the lesson on BERT."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from helpers import banks
from helpers.bert_compare import FAULTS, first_difference, outputs_by_name, relative
from helpers.bert_parts import Parts
from helpers.plots import bars, heatmaps, lines
from helpers.style import BLUE, CYCLE, INK, ORANGE, WIDTH, Picture, style
from helpers.suspects import lineup_of

FLOOR = 1e-8  # where a difference of nothing is drawn, on a logarithmic axis
KINDS = {
    "words": ("word_embeddings",), "positions": ("position_embeddings",), "attention": (".attention.",),
    "feed-forward": (".intermediate.", ".output."), "pooler": ("pooler.",),
}  # fmt: skip


def parameters_by_part(weights: Mapping[str, Tensor]) -> Picture:
    """How many numbers of a checkpoint each kind of part has, in millions."""
    counts = dict.fromkeys(KINDS, 0.0)
    for name, value in weights.items():
        kind = next((kind for kind, keys in KINDS.items() if any(key in name for key in keys)), None)
        if kind:
            counts[kind] += value.numel() / 1e6
    return bars({"": counts}, ylabel="millions of numbers", xlabel="part, over all layers")


def alike(panels: Mapping[str, Tensor]) -> Picture:
    """The cosine of *bank* in each of the known sentences with *bank* in each other: title → vectors (16, width)."""
    units = {title: F.normalize(vectors, dim=-1) for title, vectors in panels.items()}
    maps = {title: unit @ unit.T for title, unit in units.items()}
    figure = heatmaps(maps, rows=banks.NAMES, columns=banks.NAMES, xlabel="", ylabel="", limits=(0.7, 1))
    for axis in figure.axes[: len(maps)]:
        for draw in (axis.axhline, axis.axvline):
            draw(len(banks.MONEY) - 0.5, color="white", linewidth=1.5)
    return figure


def likeness(vectors: Tensor, *, title: str, label: str) -> Picture:
    """The cosine of each row of a matrix with each other one."""
    unit = F.normalize(vectors, dim=-1)
    return heatmaps({title: unit @ unit.T}, xlabel=label, ylabel=label, signed=True, limits=(-1, 1))


def flavours(activation: Callable[[str], Callable[[Tensor], Tensor]]) -> Picture:
    """What tells "gelu_new" from "gelu", over x: their difference, in thousandths."""
    x = torch.linspace(-5, 5, 401, dtype=torch.float64)
    gap = 1000 * (activation("gelu_new")(x) - activation("gelu")(x))
    figure = lines({"": (x.tolist(), gap.tolist())}, xlabel="x", ylabel="gelu_new − gelu, in thousandths")
    figure.axes[0].axhline(0, color=INK, linewidth=1)
    return figure


def similarities(panels: Mapping[str, Tensor], sentences: Sequence[str]) -> Picture:
    """Cosines between sentences, for several ways to make one vector of a sentence."""
    units = {title: F.normalize(vectors, dim=-1) for title, vectors in panels.items()}
    numbered = [f"{number}" for number in range(1, len(sentences) + 1)]
    maps = {title: unit @ unit.T for title, unit in units.items()}
    return heatmaps(
        maps, rows=numbered, columns=numbered, xlabel="sentence", ylabel="sentence", signed=True, limits=(-1, 1)
    )


# --- which bank -------------------------------------------------------------------------------------------------------


def leanings(known: Tensor, more: Mapping[str, Tensor] | None = None) -> Picture:
    """Which bank the word is nearer to after each layer, for all known sentences and for some others.

    Args:
        known: `banks.leaning_of_each` of the sentences, shape (state, sentence).
        more: label → one value a state, drawn in front of them.
    """
    with style():
        figure = Picture(figsize=(WIDTH, 3.4))
        axis = figure.subplots()
        _bundle(axis, known[:, : len(banks.MONEY)], BLUE, "-", "eight sentences about money")
        _bundle(axis, known[:, len(banks.MONEY) :], ORANGE, "--", "eight sentences about rivers")
        for place, (label, values) in enumerate((more or {}).items()):
            axis.plot(values, color=CYCLE[2 + place], linewidth=2.5, marker="osD^"[place % 4], label=label)
        axis.axhline(0, color=INK, linewidth=1)
        axis.set(xlabel="layers that the word has passed", ylabel="nearer to river (−) or money (+)", ylim=(-0.2, 0.2))
        axis.legend(loc="upper left", ncols=2, fontsize=8)
    return figure


def _bundle(axis: Axes, values: Tensor, colour: str, dash: str, label: str) -> None:
    for place, column in enumerate(values.T.tolist()):
        axis.plot(column, dash, color=colour, alpha=0.5, linewidth=1, label="_" if place else label)


def bank_explorer(tokenizer: Any, states: Callable[..., Tensor]) -> Callable[..., Picture]:
    """A picture for `explore`: a sentence with *bank* that one types, with one of its words hidden.

    Args:
        states: (sentences, hide a word of this name) → vectors of the word, shape (state, sentence, width).
    """

    def picture(sentence: str, hidden: str) -> Picture:
        words = tokenizer.tokenize(sentence)
        if words.count("bank") != 1:
            return _told(f"“{sentence}” has the word “bank” {words.count('bank')} times. Once is needed.")
        known = states(banks.SENTENCES)  # each time: the model may have been mended meanwhile
        shown = {"your sentence": banks.leaning(states([sentence]), known, but=sentence)[:, 0]}
        if hidden.strip():
            if hidden.strip().lower() not in words or hidden.strip().lower() == "bank":
                return _told(f"“{hidden}” is not a token of it to hide. They are: {' '.join(words)}")
            without = banks.leaning(states([sentence], hidden.strip().lower()), known, but=sentence)[:, 0]
            shown[f"without “{hidden.strip()}”"] = without
        return leanings(banks.leaning_of_each(known), shown)

    return picture


def _told(sentence: str) -> Picture:
    with style():
        figure = Picture(figsize=(WIDTH, 1.0))
        axis = figure.subplots()
        axis.set_axis_off()
        axis.set_title(sentence, fontsize=9)
    return figure


def head_explorer(
    tokenizer: Any, weights_of: Callable[[Tensor], Sequence[Tensor]], most: int = 20
) -> Callable[..., Picture]:
    """A picture for `explore`: where one head looks in a sentence that one types.

    Args:
        weights_of: ids, shape (1, token) → for each layer weights of shape (1, heads, token, token).
        most: tokens that still have room.
    """

    def read(sentence: str) -> tuple[list[str], Sequence[Tensor]]:
        ids = tokenizer(sentence, return_tensors="pt", truncation=True, max_length=most)["input_ids"]
        with torch.no_grad():
            return tokenizer.convert_ids_to_tokens(ids[0]), weights_of(ids)

    def picture(sentence: str, layer: int, head: int) -> Picture:
        words, layers = read(sentence)
        panel = {f"layer {layer}, head {head}": layers[layer][0, head]}
        return heatmaps(
            panel, rows=words, columns=words, xlabel="is looked at", ylabel="looks", limits=(0, 1), numbers=False
        )

    return picture


# --- two models compared ----------------------------------------------------------------------------------------------


def difference_plot(cases: Mapping[str, Mapping[str, float]], *, limit: float = 1e-5) -> Picture:
    """How far two models are apart, from module to module.

    Args:
        cases: name of a curve → module → relative difference, all over the same modules.
        limit: where the dashed line lies.
    """
    names = _worth_showing(list(next(iter(cases.values()))))
    with style():
        figure = Picture(figsize=(WIDTH, 3.6))
        axis = figure.subplots()
        for position, (title, found) in enumerate(cases.items()):
            heights = [max(found[name], FLOOR) for name in names]
            marker, colour = "osD^"[position % 4], CYCLE[position % len(CYCLE)]
            axis.plot(range(len(names)), heights, marker=marker, markersize=4, label=title, color=colour)
        axis.axhline(limit, color=INK, linestyle="--", linewidth=1)
        axis.annotate(f"{limit:g}", (len(names) - 1, limit), (0, 3), textcoords="offset points", color=INK, ha="right")
        axis.set(yscale="log", ylim=(FLOOR / 2, None), ylabel="relative difference (log.)")
        axis.set_xlabel("module, in the order of running")
        axis.minorticks_off()  # dozens of them, each drawn and measured
        _tick_modules(axis, names)
        if len(cases) > 1:
            figure.legend(loc="outside upper center", ncols=len(cases))
        else:
            axis.set_title(next(iter(cases)))
    return figure


def _worth_showing(names: list[str]) -> list[str]:
    """All modules of a layer; of a whole model, the four steps of each layer, without what they are made of."""
    if not any(name.startswith("encoder") for name in names):
        return [name for name in names if name != "attention" and not name.endswith("_fn")]
    steps = ("attention.self", "attention.output", "intermediate", "output")
    inside = [name for name in names if name.startswith("encoder.layer.")]
    kept = {name for name in inside if name.split(".", 3)[3:] and name.split(".", 3)[3] in steps}
    return [name for name in names if name in kept or name in ("embeddings", "pooler")]


def _tick_modules(axis: Any, names: list[str]) -> None:
    if len(names) <= 14:
        axis.set_xticks(range(len(names)), names, rotation=35, ha="right", fontsize=8)
        return
    starts = [place for place, name in enumerate(names) if name.endswith("attention.self")]
    labels = [f"layer {names[place].split('.')[2]}" for place in starts]
    axis.set_xticks(
        [0, *starts, len(names) - 1], ["embeddings", *labels, "pooler"], rotation=35, ha="right", fontsize=8
    )
    for place in starts:
        axis.axvline(place - 0.5, color=INK, alpha=0.25, linewidth=1, zorder=0)


class _Undrawn(TorchDispatchMode):
    """Zeros instead of random first weights, which the real ones replace: drawing them takes longer than all else."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.overloadpacket.__name__ in ("normal_", "uniform_"):
            return args[0].zero_()
        return func(*args, **(kwargs or {}))


def fault_explorer(
    bert: Callable[[Parts], nn.Module], parts: Parts, theirs: nn.Module, batch: Mapping[str, Tensor]
) -> Callable[[str], Picture]:
    """A picture for `explore`: where a fault that is built into `parts` first shows.

    Args:
        bert: from parts to a model with its weights.
        theirs: the model to compare with; it runs once.
    """
    right = outputs_by_name(theirs, **batch)

    def picture(fault: str) -> Picture:
        with _Undrawn():
            faulty = bert(FAULTS[fault](parts))
        found = relative(outputs_by_name(faulty, **batch), right)
        return difference_plot({f"first difference: {first_difference(found) or 'nowhere'}": found})

    return picture


def lineup(inputs: tuple[Tensor, ...]) -> Picture:
    """How far each suspect is from the library at each token of a batch, sentences side by side."""
    results = {
        name: make(*(item.clone() for item in inputs)) for name, make in lineup_of("bert_counterexample").items()
    }
    library, *others = results.values()
    batch, tokens = inputs[0].shape
    places = [f"{sentence}.{token}" for sentence in range(batch) for token in range(tokens)]
    shown = torch.stack([(other - library).abs().amax(-1).flatten() for other in others])
    title = "distance from the library, by sentence.token"
    return heatmaps({title: shown}, rows=list(results)[1:], columns=places, xlabel="", ylabel="")
