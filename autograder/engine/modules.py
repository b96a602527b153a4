"""What experiments on modules look at: what is saved, and what a module gives in evaluation and while it trains."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw

RATES = (0.2, 0.375, 0.5, 0.6)  # of dropout: none is a default, and 1 / (1 - rate) has few digits


def shapes(module: nn.Module) -> dict[str, list[int]]:
    """The names of what is saved, with shapes."""
    return {name: list(value.shape) for name, value in module.state_dict().items()}


def evaluated(draw: Draw, module: nn.Module) -> nn.Module:
    """The module with drawn weights, in evaluation."""
    return draw.fill_(module).eval()


def in_training(module: nn.Module, *inputs: Any) -> Any:
    """What a module gives while it trains. Two answers that drop the same tensor drop the same numbers of it."""
    torch.manual_seed(0)
    try:
        return module.train()(*inputs)
    finally:
        module.eval()


def factors(dropped: Tensor, plain: Tensor) -> Tensor:
    """By what dropout has multiplied the numbers: the different factors, the smallest first, four at most."""
    return (dropped / plain).round(decimals=3).unique()[:4]
