"""What only the lesson on BERT needs: the library's parts under one roof, a comparison by hooks, pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import BertConfig
from transformers.models.bert import modeling_bert

from helpers.plots import bars, heatmaps, lines
from helpers.style import CYCLE, INK, WIDTH, Picture, style

FLOOR = 1e-8  # where a difference of nothing is drawn, on a logarithmic axis


@dataclass(frozen=True)
class Parts:
    """The classes that a BERT is put together from.

    Attributes:
        name: what `repr` shows.
        embeddings: config → module(ids, type_ids) → hidden.
        self_attention: config → module(hidden, mask) → (context, weights).
        self_output, output: config → module(new, old) → hidden; after the attention, after the wide layer.
        intermediate: config → module(hidden) → wide.
        layer: (config, parts) → module(hidden, mask) → (hidden, weights).
        pooler: config → module(hidden) → one vector a sentence.
        mask: (0 and 1, dtype) → what is added to the scores.
    """

    name: str
    embeddings: Callable[[BertConfig], nn.Module]
    self_attention: Callable[[BertConfig], nn.Module]
    self_output: Callable[[BertConfig], nn.Module]
    intermediate: Callable[[BertConfig], nn.Module]
    output: Callable[[BertConfig], nn.Module]
    layer: Callable[[BertConfig, Parts], nn.Module]
    pooler: Callable[[BertConfig], nn.Module]
    mask: Callable[[Tensor, torch.dtype], Tensor]

    def __repr__(self) -> str:
        return self.name


class _SelfAttention(modeling_bert.BertSelfAttention):
    def forward(self, hidden_states: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        context, weights = super().forward(hidden_states, mask)[:2]
        return context, weights


class _Layer(modeling_bert.BertLayer):
    """The library's layer, with parts to choose, that returns its weights too."""

    def __init__(self, config: BertConfig, parts: Parts) -> None:
        super().__init__(config)
        self.attention.self, self.attention.output = parts.self_attention(config), parts.self_output(config)
        self.intermediate, self.output = parts.intermediate(config), parts.output(config)

    def forward(self, hidden_states: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        context, weights = self.attention.self(hidden_states, mask)
        return self.feed_forward_chunk(self.attention.output(context, hidden_states)), weights


def _mask(attention_mask: Tensor, dtype: torch.dtype) -> Tensor:
    padding = attention_mask[:, None, None, :] == 0
    return torch.zeros(padding.shape, dtype=dtype, device=padding.device).masked_fill(padding, torch.finfo(dtype).min)


LIBRARY = Parts(
    name="LIBRARY",
    embeddings=modeling_bert.BertEmbeddings,
    self_attention=_SelfAttention,
    self_output=modeling_bert.BertSelfOutput,
    intermediate=modeling_bert.BertIntermediate,
    output=modeling_bert.BertOutput,
    layer=_Layer,
    pooler=modeling_bert.BertPooler,
    mask=_mask,
)


# --- comparing two models, module by module ---------------------------------------------------------------------------


def outputs_by_name(model: nn.Module, *inputs: Any, **options: Any) -> dict[str, Tensor]:
    """What each submodule gives while `model` runs once, in the order of running; of a tuple, the first."""
    outputs: dict[str, Tensor] = {}

    def note(name: str, module: nn.Module, args: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) else output
        if isinstance(first, Tensor):
            outputs[name] = first.clone()

    handles = [part.register_forward_hook(partial(note, name)) for name, part in model.named_modules() if name]
    try:
        with torch.no_grad():
            model(*inputs, **options)
    finally:
        for handle in handles:
            handle.remove()
    return outputs


def differences(mine: nn.Module, theirs: nn.Module, *inputs: Any, **options: Any) -> dict[str, float]:
    """How far two models are apart in each submodule that both have, in the order of running.

    The largest difference is divided by the largest number there: some numbers in a real BERT are above 100.
    """
    return _relative(outputs_by_name(mine, *inputs, **options), outputs_by_name(theirs, *inputs, **options))


def _relative(shown: Mapping[str, Tensor], right: Mapping[str, Tensor]) -> dict[str, float]:
    common = [name for name in right if name in shown and not name.endswith("dropout")]
    return {name: _furthest(shown[name], right[name]) for name in common}


def first_difference(found: Mapping[str, float], limit: float = 1e-5) -> str | None:
    """The first submodule that is off by more than `limit`; None where all agree."""
    return next((name for name, size in found.items() if not size <= limit), None)


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


def _furthest(mine: Tensor, right: Tensor) -> float:
    """One row of positions for the whole batch is as good as one for each sentence, so shapes need only broadcast."""
    try:
        return float((mine.double() - right.double()).abs().max() / right.double().abs().max())
    except RuntimeError:
        return float("inf")


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


# --- faults to look for -----------------------------------------------------------------------------------------------


def _configured(make: Callable[[BertConfig], nn.Module], **changes: Any) -> Callable[[BertConfig], nn.Module]:
    """The part, made from a changed configuration."""
    return lambda config: make(BertConfig(**{**config.to_dict(), **changes}, attn_implementation="eager"))


def _other_eps(parts: Parts) -> Parts:
    embeddings, first, second = (
        _configured(make, layer_norm_eps=1e-5) for make in (parts.embeddings, parts.self_output, parts.output)
    )
    return replace(parts, embeddings=embeddings, self_output=first, output=second)


def _open_mask(mask: Tensor, dtype: torch.dtype) -> Tensor:
    return torch.zeros_like(_mask(mask, dtype))


FAULTS: dict[str, Callable[[Parts], Parts]] = {
    "none": lambda parts: parts,
    "tanh in place of erf": lambda parts: replace(
        parts, intermediate=_configured(parts.intermediate, hidden_act="gelu_new")
    ),
    "eps 1e-5 in place of 1e-12": _other_eps,
    "padding is not hidden": lambda parts: replace(parts, mask=_open_mask),
    "padding and words swapped": lambda parts: replace(parts, mask=lambda mask, dtype: _mask(1 - mask, dtype)),
    "no tanh in the pooler": lambda parts: replace(parts, pooler=_BarePooler),
}


class _BarePooler(modeling_bert.BertPooler):
    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.activation = nn.Identity()


class _Undrawn(TorchDispatchMode):
    """Zeros in place of random first weights, which the real ones replace: drawing them takes longer than all else."""

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
        found = _relative(outputs_by_name(faulty, **batch), right)
        return difference_plot({f"first difference: {first_difference(found) or 'nowhere'}": found})

    return picture


# --- pictures ---------------------------------------------------------------------------------------------------------


def parameters_by_part(weights: Mapping[str, Tensor]) -> Picture:
    """How many numbers of a checkpoint each kind of part has, in millions."""
    kinds = {
        "words": "word_embeddings", "positions": "position_embeddings", "attention": ".attention.",
        "intermediate": ".intermediate.", "output": ".output.", "pooler": "pooler.",
    }  # fmt: skip
    counts = dict.fromkeys(kinds, 0.0)
    for name, value in weights.items():
        kind = next((kind for kind, key in kinds.items() if key in name), None)
        if kind:
            counts[kind] += value.numel() / 1e6
    return bars({"": counts}, ylabel="millions of numbers", xlabel="part, over all layers")


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


def shrinking(modules: Mapping[str, nn.Module], width: int) -> Picture:
    """How large a normalised row comes out, against how large it went in."""
    stream = torch.Generator().manual_seed(0)
    rows = torch.randn(50, width, generator=stream)
    scales = [10.0**power for power in range(-8, 2)]
    series = {
        name: (scales, [float(module(scale * rows, scale * rows).detach().std()) for scale in scales])
        for name, module in modules.items()
    }
    xlabel, ylabel = "spread of what goes in (logarithmic)", "spread of what comes out"
    return lines(series, xlabel=xlabel, ylabel=ylabel, logx=True)


def head_explorer(
    tokenizer: Any, weights_of: Callable[[Tensor], Sequence[Tensor]], most: int = 20
) -> Callable[..., Picture]:
    """A picture for `explore`: where one head looks in a sentence that one types.

    Args:
        weights_of: ids, shape (1, token) → for each layer weights of shape (1, heads, token, token).
        most: tokens that still have room.
    """

    @lru_cache(maxsize=8)  # the model reads a sentence once, however many heads one looks at
    def read(sentence: str) -> tuple[list[str], Sequence[Tensor]]:
        ids = tokenizer(sentence, return_tensors="pt", truncation=True, max_length=most)["input_ids"]
        with torch.no_grad():
            return tokenizer.convert_ids_to_tokens(ids[0]), weights_of(ids)

    def picture(sentence: str, layer: int, head: int) -> Picture:
        words, layers = read(sentence)
        weights = layers[layer][0, head]
        title = f"layer {layer}, head {head}"
        return heatmaps(
            {title: weights},
            rows=words,
            columns=words,
            xlabel="is looked at",
            ylabel="looks",
            limits=(0, 1),
            numbers=False,
        )

    return picture


def similarities(panels: Mapping[str, Tensor], sentences: Sequence[str]) -> Picture:
    """Cosines between sentences, for several ways to make one vector of a sentence."""
    units = {title: F.normalize(vectors, dim=-1) for title, vectors in panels.items()}
    numbered = [f"{number}" for number in range(1, len(sentences) + 1)]
    maps = {title: unit @ unit.T for title, unit in units.items()}
    return heatmaps(
        maps, rows=numbered, columns=numbered, xlabel="sentence", ylabel="sentence", signed=True, limits=(-1, 1)
    )
