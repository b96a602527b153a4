"""What the experiment on embeddings looks at: names, gradients, what is dropped."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw

LAYOUTLM = "transformers.models.layoutlm.modeling_layoutlm:"


def sizes_of(draw: Draw) -> dict[str, int]:
    """The sizes of a small configuration, drawn, and no two of them the same."""
    words, places, width = draw.sizes(3, 21, 30)
    return {
        "vocab_size": words, "max_2d_position_embeddings": 3 * places, "hidden_size": width - 12,
        "max_position_embeddings": draw.choice((7, 8, 9)), "type_vocab_size": 4, "num_hidden_layers": 1,
        "num_attention_heads": 1, "intermediate_size": 5,
    }  # fmt: skip


def small(sizes: dict[str, int], **changes: Any) -> Any:
    """A configuration of these sizes."""
    from transformers import LayoutLMConfig

    return LayoutLMConfig(**{**sizes, **changes})


def boxes(draw: Draw, *shape: int, places: int) -> Tensor:
    """Boxes (…, 4) on a page of `places`: left, top, right, bottom; no width equals the height."""
    left, top = (draw.integers(*shape, high=places // 2) for _ in range(2))
    wide, high = (
        draw.integers(*shape, low=1, high=places // 4),
        draw.integers(*shape, low=places // 4, high=places // 2),
    )
    return torch.stack([left, top, left + wide, top + high], dim=-1)


def grads(module: nn.Module, *inputs: Any) -> dict[str, Any]:
    """Of each table the rows' gradients, summed along the row with growing weights: a sheet of all would be large."""
    module.zero_grad()
    result = module(*inputs)
    weights = torch.linspace(0.5, 1.5, result.numel(), device=result.device, dtype=result.dtype).view_as(result)
    (result * weights).square().sum().backward()
    found: dict[str, Any] = {}
    for name, parameter in module.named_parameters():
        grad = parameter.grad
        if grad is None or grad.dim() < 2:
            found[name] = grad
        else:
            found[name] = grad @ torch.linspace(0.5, 1.5, grad.shape[1], device=grad.device, dtype=grad.dtype)
    return found
