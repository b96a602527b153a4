"""Two models compared module by module while they run, and faults to be built into one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig
from transformers.models.bert import modeling_bert

from helpers.bert_parts import LIBRARY, Parts


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
    return relative(outputs_by_name(mine, *inputs, **options), outputs_by_name(theirs, *inputs, **options))


def relative(shown: Mapping[str, Tensor], right: Mapping[str, Tensor]) -> dict[str, float]:
    """The same for what two models gave, name → tensor."""
    common = [name for name in right if name in shown and not name.endswith("dropout")]
    return {name: _furthest(shown[name], right[name]) for name in common}


def first_difference(found: Mapping[str, float], limit: float = 1e-5) -> str | None:
    """The first submodule that is off by more than `limit`; None where all agree."""
    return next((name for name, size in found.items() if not size <= limit), None)


def _furthest(mine: Tensor, right: Tensor) -> float:
    """One row of positions for the whole batch is as good as one for each sentence, so shapes need only broadcast."""
    try:
        return float((mine.double() - right.double()).abs().max() / right.double().abs().max())
    except RuntimeError:
        return float("inf")


def _configured(make: Callable[[BertConfig], nn.Module], **changes: Any) -> Callable[[BertConfig], nn.Module]:
    """The part, made from a changed configuration."""
    return lambda config: make(BertConfig(**{**config.to_dict(), **changes}, attn_implementation="eager"))


def _other_eps(parts: Parts) -> Parts:
    embeddings, first, second = (
        _configured(make, layer_norm_eps=1e-5) for make in (parts.embeddings, parts.self_output, parts.output)
    )
    return replace(parts, embeddings=embeddings, self_output=first, output=second)


def _open_mask(mask: Tensor, dtype: torch.dtype) -> Tensor:
    return torch.zeros_like(LIBRARY.mask(mask, dtype))


FAULTS: dict[str, Callable[[Parts], Parts]] = {
    "none": lambda parts: parts,
    "tanh instead of erf": lambda parts: replace(
        parts, intermediate=_configured(parts.intermediate, hidden_act="gelu_new")
    ),
    "eps 1e-5 instead of 1e-12": _other_eps,
    "padding is not hidden": lambda parts: replace(parts, mask=_open_mask),
    "padding and words swapped": lambda parts: replace(parts, mask=lambda mask, dtype: LIBRARY.mask(1 - mask, dtype)),
    "no tanh in the pooler": lambda parts: replace(parts, pooler=_BarePooler),
}


class _BarePooler(modeling_bert.BertPooler):
    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.activation = nn.Identity()
