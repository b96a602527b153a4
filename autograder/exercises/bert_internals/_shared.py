"""What several experiments of this topic share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw

BERT = "transformers.models.bert.modeling_bert:"

WHOLE = [BERT + "BertModel", BERT + "BertEncoder"]


def small(**changes: Any) -> Any:
    """A configuration of two layers whose sizes are all different."""
    from transformers import BertConfig

    sizes = {
        "vocab_size": 23, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20,
        "max_position_embeddings": 9, "type_vocab_size": 4,
    }  # fmt: skip
    return BertConfig(**{**sizes, **changes}, attn_implementation="eager")


def shapes(module: nn.Module) -> dict[str, list[int]]:
    """The names of what is saved, with shapes."""
    return {name: list(value.shape) for name, value in module.state_dict().items()}


def evaluated(draw: Draw, module: nn.Module) -> nn.Module:
    return draw.fill_(module).eval()


def flat(result: Tensor) -> Tensor:
    return (
        result * torch.linspace(0.5, 1.5, result.numel(), device=result.device, dtype=result.dtype).view_as(result)
    ).sum()


def grads(module: nn.Module, *inputs: Any) -> dict[str, Any]:
    """The gradients of all parameters."""
    module.zero_grad()
    result = module(*inputs)
    flat(result[0] if isinstance(result, tuple) else result).backward()
    return {name: parameter.grad for name, parameter in module.named_parameters()}


def sums(gradients: dict[str, Tensor | None]) -> Tensor:
    """One number for each gradient, in the order of the names; NaN where there is none."""
    values = [torch.full((), torch.nan) if item is None else item.sum().cpu() for _, item in sorted(gradients.items())]
    return torch.stack(values)


def hiding(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """A mask to add to the scores: 0 where a key is real, the lowest number where it is padding."""
    return torch.zeros(shape, dtype=dtype, device=draw.device).masked_fill(~draw.mask(*shape), torch.finfo(dtype).min)


class Strange(nn.Module):
    """Stands for any part: a weight of its own, and sums that show what came in, and in which order."""

    def __init__(self, config: Any, factor: float, pair: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.hidden_size))
        self.factor, self.pair = factor, pair

    def forward(self, x: Tensor, other: Any = None) -> Any:
        result = self.factor * x * self.weight + (0 if other is None else other)
        return (result, x.sum(-1)) if self.pair else result


def strange_config() -> Any:
    from helpers.bert_internals import LIBRARY

    return replace(
        LIBRARY,
        name="strange",
        embeddings=Table,
        self_attention=lambda config: Strange(config, 2.0, pair=True),
        self_output=lambda config: Strange(config, 3.0),
        intermediate=lambda config: Strange(config, 5.0),
        output=lambda config: Strange(config, 7.0),
        layer=lambda config, parts: StrangeLayer(config, parts),
        pooler=lambda config: Strange(config, 11.0),
        mask=lambda mask, dtype: 100 * mask.to(dtype)[:, :, None],
    )


class Table(nn.Embedding):
    def __init__(self, config: Any) -> None:
        super().__init__(config.vocab_size, config.hidden_size)

    def forward(self, ids: Tensor, types: Tensor | None = None) -> Tensor:
        return super().forward(ids) + (0 if types is None else types[..., None])


class StrangeLayer(Strange):
    def __init__(self, config: Any, parts: Any) -> None:
        super().__init__(config, 2.0, pair=True)
        self.said = nn.Linear(1, len(parts.name))
