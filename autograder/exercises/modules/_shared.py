"""What several experiments of this topic share."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.probes import gradients


def given(module: Any, **values: Tensor) -> Any:
    """The module on the values' device, with these values in its tensors of these names."""
    module.to(next(iter(values.values())).device)
    for name, value in values.items():
        tensor = getattr(module, name, None)
        if isinstance(tensor, Tensor) and tensor.shape in (value.shape, value.shape[::-1]):
            tensor.data.copy_(value if tensor.shape == value.shape else value.T)
    return module


def parameters_of(module: Any) -> list[str]:
    """Sorted: in which order a class registers them, no docstring says."""
    return sorted(name for name, _ in module.named_parameters())


def parameter_gradients(module: nn.Module, x: Tensor) -> dict[str, Any]:
    """Gradients of a weighted sum of the output: those of the parameters and that of the input."""
    into = gradients(module, x, wrt=0)
    return {"x": into, **{name: parameter.grad for name, parameter in module.named_parameters()}}


def result_and(module: Any, x: Tensor, look: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    result = module(x)
    return {"result": result, **look(module)}


def freshly_loaded(trained: nn.Module, fresh: nn.Module) -> nn.Module:
    fresh.load_state_dict(copy.deepcopy(trained.state_dict()), strict=False)
    return fresh


class Reader(nn.Module):
    """A table of words, a body, a decoder over the words; a parameter and a buffer of its own."""

    def __init__(self, words: int = 7, width: int = 4) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.embedding = nn.Embedding(words, width)
        self.body = nn.Sequential(nn.Linear(width, 6), nn.BatchNorm1d(6), nn.Linear(6, width, bias=False))
        self.decoder = nn.Linear(width, words)

    def forward(self, words: Tensor) -> Tensor:
        hidden = self.scale * self.embedding(words)
        return self.decoder(hidden + self.body[2](torch.tanh(self.body[0](hidden))))


def tied_reader(*sizes: int) -> Reader:
    reader = Reader(*sizes)
    reader.decoder.weight = reader.embedding.weight
    return reader


def given_all(model: Any, values: dict[str, Tensor]) -> Any:
    model.to(next(iter(values.values())).device)
    for name, parameter in model.named_parameters():
        parameter.data.copy_(values[name])
    return model
