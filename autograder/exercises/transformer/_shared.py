"""What several experiments of this topic share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw


class Looks(nn.Module):
    """Stands for any attention: the result shows each of its four arguments, with weights of their own."""

    def __init__(self, d_model: int, heads: int) -> None:
        super().__init__()
        self.asks, self.fits, self.brings = (nn.Parameter(torch.ones(d_model)) for _ in range(3))
        self.heads = heads

    def forward(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
        visible = visible_among(mask, query, key)
        found = (
            visible @ (torch.tanh(key * self.fits) + value * self.brings) / visible.sum(-1, keepdim=True).clamp(min=1)
        )
        return torch.sin(query * self.asks) + found / self.heads


def visible_among(mask: Tensor | None, query: Tensor, key: Tensor) -> Tensor:
    """1 where a query may look at a key, shape (batch, query, key)."""
    every = torch.ones(*query.shape[:-1], key.shape[-2], device=query.device, dtype=query.dtype)
    return every if mask is None else every * mask


def learned(module: nn.Module, result: Tensor) -> dict[str, Any]:
    """A weighted sum for the gradient of each parameter, in the order of the names, and who has none.

    (Without weights it would be 0 wherever a softmax follows.)
    """
    module.zero_grad()
    weights = torch.linspace(0.5, 1.5, result.numel(), device=result.device, dtype=result.dtype)
    (result.reshape(-1) * weights).sum().backward()
    found = sorted((name, item.grad) for name, item in module.named_parameters())
    return {
        "sums": torch.stack([torch.zeros(()) if grad is None else _weighed(grad).cpu() for _, grad in found]),
        "without a gradient": [name for name, grad in found if grad is None],
    }


def _weighed(grad: Tensor) -> Tensor:
    weights = torch.linspace(0.5, 1.5, grad.numel(), device=grad.device, dtype=grad.dtype)
    return (grad.reshape(-1) * weights).sum()


def modes_of(model: nn.Module) -> list[str]:
    """In which mode each part is, in words."""
    return [f"{type(part).__name__} {'trains' if part.training else 'evaluates'}" for part in model.modules()]


def padding(draw: Draw, batch: int, length: int) -> Tensor:
    """True where a sequence is no padding, shape (batch, 1, length): one at least, and one at least is padding."""
    ends = draw.integers(batch, 1, low=1, high=length)
    return (torch.arange(length, device=draw.device) < ends).unsqueeze(-2)
