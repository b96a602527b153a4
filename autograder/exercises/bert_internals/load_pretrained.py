"""What `load_pretrained` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise

NAMES = Idea("by its names, whatever the age and the head", weight=2, point=True)
ERRORS = Idea("what does not fit is an error, and nothing is written", weight=2, point=True)
LEFT = Idea("what is left over is listed")
APART = Idea("model and checkpoint stay apart")

LEFT_OVER, VALUES = "left over", "all values"
BIAS, DENSE = "pooler.dense.bias", "encoder.layer.1.output.dense.weight"
SOME = ("encoder.layer.1.output.dense.bias", "encoder.layer.1.output.LayerNorm.weight", "pooler.dense.weight")


@exercise(points=3)
def load_pretrained(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """A checkpoint of any age and head, copied into a model by its names."""
    width = draw.integer(3, 7)
    plain, old = _checkpoint(draw, width), {_aged(name): value for name, value in _checkpoint(draw, width).items()}
    headed, loaded = _fronted(plain), partial(_loaded, candidate, width)
    yield "the very names", lambda: loaded(plain)[VALUES], NAMES
    yield "saved together with a head", lambda: loaded(headed | _heads(draw))[VALUES], NAMES
    yield "gamma and beta", lambda: loaded(old)[VALUES], NAMES
    yield "gamma and beta, with a head", lambda: loaded(_fronted(old))[VALUES], NAMES
    yield '"bert." in the middle of a name', lambda: loaded(_checkpoint(draw, width, "sembert"), "sembert"), NAMES
    yield "gamma and beta of something else", lambda: loaded(_checkpoint(draw, width, "gate"), "gate"), NAMES
    yield "in another order", lambda: loaded(dict(draw.shuffled(old.items())))[VALUES], NAMES
    yield from _errors(candidate, draw, width, plain)
    yield "more than the model has", lambda: loaded(plain | _heads(draw) | _positions(draw))[LEFT_OVER], LEFT
    yield "more than the model has, in an old file", lambda: loaded(_fronted(old) | _heads(draw))[LEFT_OVER], LEFT
    yield "the checkpoint is left alone", lambda: _left_alone(candidate, width, headed | _heads(draw)), APART
    yield "the model's own tensors", lambda: _own(candidate, draw, width, plain), APART
    yield "float16 and bfloat16", lambda: [loaded(_in(plain, dtype)) for dtype in (torch.float16, torch.bfloat16)]
    yield "into float64", lambda: loaded(plain, dtype=torch.float64)
    yield "the docstring's example", lambda: _example(candidate, draw)
    yield "layers of the real MiniLM", lambda: _real_layers(candidate, width, draw)


def _errors(candidate: Any, draw: Draw, width: int, plain: dict[str, Tensor]) -> Iterator[tuple[str, Thunk, Idea]]:
    lost, refused = draw.choice(SOME), partial(_refused, candidate, width, _checkpoint(draw, width))
    lacking = {name: value for name, value in plain.items() if name != lost}
    bent = {
        "narrower": (BIAS, draw.normal(1)),
        "wider": (BIAS, draw.normal(width + draw.integer(1, 4))),
        "transposed": (DENSE, plain[DENSE].mT),
        "laid out in one row": (DENSE, plain[DENSE].flatten()),
        "one dimension too deep": (lost, plain[lost][None]),
    }
    yield "one is missing", lambda: refused(lacking, lost), ERRORS
    for kind, (name, value) in bent.items():
        yield f"one is {kind}", partial(refused, {**plain, name: value}, name), ERRORS
    yield "nothing at all", lambda: refused({}, ""), ERRORS


class Little(nn.Module):
    """A model with names as BERT's, one buffer that is saved and one that is not; and another part on demand."""

    def __init__(self, width: int, other: str = "") -> None:
        super().__init__()
        self.embeddings = nn.Module()
        self.embeddings.word_embeddings = nn.Embedding(5, width)
        self.embeddings.LayerNorm = nn.LayerNorm(width)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList([_little_layer(width), _little_layer(width)])
        self.pooler = nn.ModuleDict({"dense": nn.Linear(width, width)})
        self.register_buffer("scale", torch.ones(2))
        self.register_buffer("positions", torch.arange(5), persistent=False)
        if other:
            ends = ("gamma", "beta") if other == "gate" else ("weight", "bias")
            self.register_module(other, nn.ParameterDict({end: torch.ones(2) for end in ends}))


def _little_layer(width: int) -> nn.Module:
    layer = nn.Module()
    layer.output = nn.ModuleDict({"dense": nn.Linear(width + 2, width), "LayerNorm": nn.LayerNorm(width)})
    return layer


def _checkpoint(draw: Draw, width: int, other: str = "") -> dict[str, Tensor]:
    return {name: draw.normal(*value.shape) for name, value in Little(width, other).state_dict().items()}


def _heads(draw: Draw) -> dict[str, Tensor]:
    """Of a head: the numbers of its layers, and their order, are drawn."""
    names = [f"cls.predictions.{number}.{end}" for number in draw.sizes(2, 0, 30) for end in ("bias", "gamma")]
    names.append("cls.predictions.transform.LayerNorm.gamma")
    return {name: draw.normal(3) for name in draw.shuffled(names)}


def _positions(draw: Draw) -> dict[str, Tensor]:
    return {"bert.embeddings.position_ids": draw.integers(1, 5, high=5)}


def _fronted(checkpoint: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"bert.{name}": value for name, value in checkpoint.items()}


def _aged(name: str) -> str:
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def _in(checkpoint: dict[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    return {name: value.to(dtype) for name, value in checkpoint.items()}


def _loaded(
    candidate: Any, width: int, checkpoint: dict[str, Tensor], other: str = "", dtype: torch.dtype = torch.float32
) -> dict[str, Any]:
    model = Little(width, other).to(next(iter(checkpoint.values())).device, dtype)
    return {LEFT_OVER: _told(candidate, model, dict(checkpoint)), VALUES: _values(model)}


def _told(candidate: Any, model: nn.Module, checkpoint: dict[str, Tensor]) -> Any:
    """What comes back. A KeyError tells of a tensor, in words of its own: it is raised anew with the tensor alone."""
    try:
        return candidate(model, checkpoint)
    except KeyError as error:
        about = next((name for name in model.state_dict() if name in str(error)), str(error))
        raise KeyError(about).with_traceback(error.__traceback__) from None


def _values(model: nn.Module) -> Tensor:
    state = model.state_dict()
    return torch.cat([state[name].flatten() for name in sorted(state)])


def _refused(
    candidate: Any, width: int, before: dict[str, Tensor], checkpoint: dict[str, Tensor], name: str
) -> dict[str, Any]:
    """What is raised, which tensor it names, and what the model holds afterwards."""
    model = Little(width)
    model.load_state_dict(before)
    return {**_error(candidate, model, checkpoint, name), "the model afterwards": _values(model)}


def _error(candidate: Any, model: nn.Module, checkpoint: dict[str, Tensor], name: str) -> dict[str, Any]:
    names = [name] if name else list(model.state_dict())
    try:
        return {"left over": candidate(model, checkpoint)}
    except NotImplementedError:
        raise
    except Exception as error:
        named = any(item in str(error) for item in names)
        return {"error": type(error).__name__, "it names": (name or "one of them") if named else "none of them"}


def _own(candidate: Any, draw: Draw, width: int, checkpoint: dict[str, Tensor]) -> dict[str, Any]:
    """A tensor that is loaded must not be shared with the checkpoint, and an optimizer must still know it."""
    given = {name: value.clone() for name, value in checkpoint.items()}
    model = Little(width).to(given["scale"].device)
    frozen, parameters = draw.shuffled(range(4))[:2], list(model.parameters())
    for at in frozen:
        parameters[at].requires_grad_(False)
    candidate(model, given)
    for value in given.values():
        value.zero_()
    kept = all(one is other for one, other in zip(parameters, model.parameters(), strict=True))
    return {
        "values": _values(model),
        "parameters are the same objects": kept,
        "those that learn": [name for name, parameter in model.named_parameters() if parameter.requires_grad],
    }


def _left_alone(candidate: Any, width: int, checkpoint: dict[str, Tensor]) -> dict[str, Any]:
    given = {name: value.clone() for name, value in checkpoint.items()}
    result = candidate(Little(width).to(given["bert.scale"].device), given)
    changed = [name for name, value in checkpoint.items() if name in given and not torch.equal(given[name], value)]
    return {"left over": result, "names in the checkpoint": list(given), "tensors that changed": changed}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The example as it stands, and the same with more that is left over."""
    given = {"bert.dense.weight": torch.ones(1, 2), "dense.bias": torch.ones(1), "x": torch.ones(3)}
    more = given | {name: torch.ones(1) for name in draw.shuffled("abcdefg")[:3]}
    return [candidate(nn.ModuleDict({"dense": nn.Linear(2, 1)}), checkpoint) for checkpoint in (given, more)]


def _real_layers(candidate: Any, width: int, draw: Draw) -> dict[str, Any]:
    """Two layers and the pooler of the real model, out of its whole file."""
    from helpers.pretrained import MINILM, load_weights

    len(candidate(Little(width), Little(width).state_dict()))  # whoever gives nothing back need not wait for the file
    model, weights = _RealPart(draw.sizes(2, 0, 6)), load_weights(MINILM)
    left = candidate(model, weights)
    state = {name: [value.shape[0], float(value.double().norm())] for name, value in model.state_dict().items()}
    return {"left over": len(left), "first": sorted(left)[:2], "state": state}


class _RealPart(nn.Module):
    def __init__(self, layers: list[int]) -> None:
        super().__init__()
        self.encoder = nn.ModuleDict({"layer": nn.ModuleDict({str(layer): _real_layer() for layer in layers})})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(384, 384)})


def _real_layer() -> nn.Module:
    layer = nn.Module()
    layer.attention = nn.ModuleDict({"output": _Normalised(384)})
    return layer


class _Normalised(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.dense, self.LayerNorm = nn.Linear(inputs, 384), nn.LayerNorm(384)
