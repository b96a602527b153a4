"""What several experiments of this topic share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.modules import evaluated

BERT = "transformers.models.bert.modeling_bert:"

WHOLE = [BERT + "BertModel", BERT + "BertEncoder"]


def sizes_of(draw: Draw) -> dict[str, int]:
    """The sizes of a small configuration, drawn, and no two of them the same."""
    heads, width = draw.sizes(2, 2, 6)
    wide, words = draw.sizes(2, 21, 30)
    return {
        "vocab_size": words, "hidden_size": heads * width, "num_hidden_layers": 2, "num_attention_heads": heads,
        "intermediate_size": wide, "max_position_embeddings": draw.choice((7, 9, 11)), "type_vocab_size": 4,
    }  # fmt: skip


def small(sizes: dict[str, int], **changes: Any) -> Any:
    """A configuration of these sizes."""
    from transformers import BertConfig

    return BertConfig(**{**sizes, **changes}, attn_implementation="eager")


def in_dtypes(draw: Draw, make: Callable[[], nn.Module], run: Callable[[nn.Module, torch.dtype], Any]) -> list[Any]:
    """What a module gives in float64, float16 and bfloat16."""
    dtypes = (torch.float64, torch.float16, torch.bfloat16)
    return [run(evaluated(draw, make().to(dtype)), dtype) for dtype in dtypes]


def thin(result: Any) -> Any:
    """Every fourth number of each row: sheets are downloaded. What is not a tensor is shown as it is."""
    return result[..., ::4] if isinstance(result, Tensor) and result.dim() else result


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


def sums(gradients: dict[str, Tensor | None]) -> dict[str, Any]:
    """One number for each gradient, in the order of the names, and who has none: a sheet of many tensors is large."""
    values = [torch.zeros(()) if item is None else item.sum().cpu() for _, item in sorted(gradients.items())]
    return {
        "sums": torch.stack(values),
        "without a gradient": sorted(n for n, item in gradients.items() if item is None),
    }


def hiding(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """A mask to add to the scores: 0 where a key is real, the lowest number where it is padding."""
    return torch.zeros(shape, dtype=dtype, device=draw.device).masked_fill(~draw.mask(*shape), torch.finfo(dtype).min)


class Strange(nn.Module):
    """Stands for any part: a weight of its own, and sums that show what came in, and in which order."""

    def __init__(self, config: Any, factor: float, pair: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.hidden_size))
        self.factor, self.pair = factor, pair

    def forward(self, hidden_states: Tensor, other: Any = None, *, mask: Any = None, input_tensor: Any = None) -> Any:
        """Takes its second argument under the names, too, that it has in the lesson."""
        second = next((item for item in (other, mask, input_tensor) if item is not None), 0)
        result = self.factor * hidden_states * self.weight + second
        return (result, hidden_states.sum(-1)) if self.pair else result


def strange_config() -> Any:
    from helpers.bert_parts import LIBRARY

    return replace(
        LIBRARY,
        name="somebody else's",  # of another length than the library's: a layer tells whose parts it got
        embeddings=Table,
        self_attention=lambda config: Strange(config, 2.0, pair=True),
        self_output=lambda config: Strange(config, 3.0),
        intermediate=lambda config: Strange(config, 5.0),
        output=lambda config: Strange(config, 7.0),
        layer=lambda config, parts: StrangeLayer(config, parts),
        pooler=lambda config: Strange(config, 11.0),
        mask=lambda attention_mask, dtype: 100 * attention_mask.to(dtype)[:, :, None],
    )


class Table(nn.Embedding):
    def __init__(self, config: Any) -> None:
        super().__init__(config.vocab_size, config.hidden_size)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        return super().forward(input_ids) + (0 if token_type_ids is None else token_type_ids[..., None])


class StrangeLayer(Strange):
    def __init__(self, config: Any, parts: Any) -> None:
        super().__init__(config, 2.0, pair=True)
        self.said = nn.Linear(1, len(parts.name))
