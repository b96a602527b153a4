"""What `load_pretrained` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


@exercise(points=3)
def load_pretrained(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A checkpoint of any age and head, copied into a model by its names."""
    plain = _checkpoint(draw)
    headed = {f"bert.{name}": value for name, value in plain.items()} | _heads(draw)
    aged = {_aged(name): value for name, value in _checkpoint(draw).items()}
    lacking = {name: value for name, value in plain.items() if name != "encoder.layer.1.output.dense.bias"}
    buffered = {**plain, "embeddings.position_ids": draw.integers(1, 5, high=5)}
    yield "the very names", lambda: _loaded(candidate, plain)
    yield "saved together with a head", lambda: _loaded(candidate, headed)
    yield "gamma and beta", lambda: _loaded(candidate, aged)
    yield "gamma and beta, with a head", lambda: _loaded(candidate, {f"bert.{n}": v for n, v in aged.items()})
    yield "more than the model has", lambda: _loaded(candidate, {**buffered, **_heads(draw)})
    yield "float16", lambda: _loaded(candidate, {name: value.half() for name, value in plain.items()})
    yield "into float64", lambda: _loaded(candidate, plain, dtype=torch.float64)
    yield "one is missing", lambda: _refused(candidate, lacking)
    yield "one is narrower", lambda: _refused(candidate, {**plain, "pooler.dense.bias": draw.normal(1)})
    yield "one is wider", lambda: _refused(candidate, {**plain, "pooler.dense.bias": draw.normal(7)})
    yield "nothing at all", lambda: _refused(candidate, {})
    yield "the model's own tensors", lambda: _own(candidate, plain)
    yield "the checkpoint is left alone", lambda: _left_alone(candidate, headed)
    yield "the last layer of the real MiniLM", lambda: _real_layer(candidate)


class Little(nn.Module):
    """A model with names as BERT's, one of them with "bert." in the middle, and a buffer that is saved."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.Module()
        self.embeddings.word_embeddings = nn.Embedding(5, 3)
        self.embeddings.LayerNorm = nn.LayerNorm(3)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList([_little_layer(), _little_layer()])
        self.sembert = nn.Linear(3, 2)
        self.pooler = nn.ModuleDict({"dense": nn.Linear(3, 3)})
        self.register_buffer("scale", torch.ones(2))


def _little_layer() -> nn.Module:
    layer = nn.Module()
    layer.output = nn.ModuleDict({"dense": nn.Linear(4, 3), "LayerNorm": nn.LayerNorm(3)})
    return layer


def _checkpoint(draw: Draw) -> dict[str, Tensor]:
    return {name: draw.normal(*value.shape) for name, value in Little().state_dict().items()}


def _heads(draw: Draw) -> dict[str, Tensor]:
    return {"cls.predictions.bias": draw.normal(5), "cls.predictions.transform.LayerNorm.gamma": draw.normal(3)}


def _aged(name: str) -> str:
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def _loaded(candidate: Any, checkpoint: dict[str, Tensor], dtype: torch.dtype = torch.float32) -> dict[str, Any]:
    device = next(iter(checkpoint.values())).device
    model = Little().to(device, dtype)
    result = candidate(model, checkpoint)
    state = model.state_dict()
    values = torch.cat([state[name].flatten() for name in sorted(state)])
    return {"left over": result, "all values": values}


def _refused(candidate: Any, checkpoint: dict[str, Tensor]) -> dict[str, Any]:
    """What is raised, whether it says where, and whether the model is as it was."""
    model = Little()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    try:
        candidate(model, checkpoint)
        error = "none"
    except NotImplementedError:
        raise
    except Exception as caught:
        error = type(caught).__name__
        named = "dense.bias" in str(caught) or not checkpoint
        error += ", which names the tensor" if named else ", which does not name the tensor"
    same = all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    return {"error": error, "the model is as it was": same}


def _own(candidate: Any, checkpoint: dict[str, Tensor]) -> dict[str, Any]:
    """A tensor that is loaded must not be shared with the checkpoint, and an optimizer must still know it."""
    given = {name: value.clone() for name, value in checkpoint.items()}
    model = Little().to(given["scale"].device)
    parameters = list(model.parameters())
    candidate(model, given)
    for value in given.values():
        value.zero_()
    kept = all(one is other for one, other in zip(parameters, model.parameters(), strict=True))
    return {
        "bias": model.get_parameter("pooler.dense.bias"),
        "parameters are the same objects": kept,
        "they learn": [parameter.requires_grad for parameter in model.parameters()],
    }


def _left_alone(candidate: Any, checkpoint: dict[str, Tensor]) -> dict[str, Any]:
    given = {name: value.clone() for name, value in checkpoint.items()}
    result = candidate(Little().to(given["bert.scale"].device), given)
    same = all(name in given and torch.equal(given[name], value) for name, value in checkpoint.items())
    return {"left over": result, "names in the checkpoint": len(given), "its tensors are as they were": same}


def _real_layer(candidate: Any) -> dict[str, Any]:
    """Layer 5 and the pooler of the real model, out of its whole file."""
    from helpers.pretrained import MINILM, load_weights

    len(candidate(Little(), Little().state_dict()))  # whoever gives nothing back need not wait for the file
    model, weights = _RealPart(), load_weights(MINILM)
    left = candidate(model, weights)
    state = {name: [value.shape[0], float(value.double().norm())] for name, value in model.state_dict().items()}
    return {"left over": len(left), "first": sorted(left)[:2], "state": state}


class _RealPart(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        last = nn.Module()
        self.encoder = nn.ModuleDict({"layer": nn.ModuleDict({"5": last})})
        last.attention = nn.ModuleDict({"output": _Normalised(384)})
        last.output = _Normalised(1536)
        self.pooler = nn.ModuleDict({"dense": nn.Linear(384, 384)})


class _Normalised(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.dense, self.LayerNorm = nn.Linear(inputs, 384), nn.LayerNorm(384)
