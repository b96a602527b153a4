"""What `parameter_groups` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.finetuning._shared import batch_of, classifier_of

WHO = Idea("biases and norms are spared, the others decay", weight=3.5, point=True)
KINDS = Idea("a norm is known by its kind, not by its name or shape", weight=2)
ONCE = Idea("who learns is there once, who is frozen is not", weight=2)
GROUPS = Idea("two groups that an optimizer takes", weight=1.5)


class OwnNorm(nn.LayerNorm):
    """A subclass of a norm is a norm."""


class Scaled(nn.RMSNorm):
    """So is one whose name does not say it."""


@exercise(points=2)
def parameter_groups(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Who decays, and who does not."""
    decay = draw.integer(1, 30) / 100

    def run(model: nn.Module, decay: float = decay) -> list[Any]:
        return _named(model, candidate(model, decay))

    yield "the docstring's example", lambda: _example(candidate, draw, decay), WHO
    yield "a small classifier", lambda: run(classifier_of(draw, layers=draw.integer(1, 4))), WHO
    yield "a real BERT", lambda: run(_bert()), WHO
    yield "convolutions and an LSTM", lambda: run(_mixed(draw)), WHO
    yield "norms of other names", lambda: run(_norms(draw)), KINDS
    yield "names that sound like a norm or a bias", lambda: run(_sounding(draw)), KINDS
    yield "vectors and matrices", lambda: run(_shapes(draw)), KINDS
    yield "norms of other kinds", lambda: run(_other_norms(draw)), KINDS
    yield "frozen parameters", lambda: run(_frozen(draw)), ONCE
    yield "a parameter with two names", lambda: run(_tied(draw)), ONCE
    yield "a module with two names", lambda: run(_same_part(draw)), ONCE
    yield "a norm and a layer that share a vector", lambda: run(_across(draw)), ONCE
    yield "nothing to spare, and nothing that decays", lambda: _halves(candidate, draw, decay), GROUPS
    yield "its kinds", lambda: _kinds(candidate, draw, decay), GROUPS
    yield "no decay at all", lambda: run(classifier_of(draw), 0.0), GROUPS
    yield "a step of AdamW", lambda: _step(candidate, draw, decay), GROUPS
    yield "twice, and called by names", lambda: _twice(candidate, draw, decay), GROUPS


def _named(model: nn.Module, groups: Any) -> list[Any]:
    """The groups with names for parameters; a parameter of no name here is told as such."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    told = []
    for group in groups:
        others = {key: value for key, value in group.items() if key != "params"}
        told.append({"names": sorted(names.get(id(each), "another tensor") for each in group["params"]), **others})
    return told


def _example(candidate: Any, draw: Draw, decay: float) -> dict[str, Any]:
    """The docstring's model, and another."""
    groups = candidate(nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3)), 0.1)
    other = nn.Sequential(*draw.shuffled([nn.Linear(3, 3), nn.LayerNorm(3), nn.Embedding(4, 3)]))
    return {
        "example": [[len(group["params"]), group["weight_decay"]] for group in groups],
        "other": _named(other, candidate(other, decay)),
    }


def _bert() -> nn.Module:
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        vocab_size=7, hidden_size=4, num_hidden_layers=1, num_attention_heads=2, intermediate_size=5,
        max_position_embeddings=6, num_labels=3,
    )  # fmt: skip
    return BertForSequenceClassification(config)


def _mixed(draw: Draw) -> nn.Module:
    """An LSTM's biases are called `bias_hh_l0`: no parameter of it is called `bias`."""
    return nn.ModuleDict(
        dict(
            draw.shuffled(
                [("conv", nn.Conv1d(2, 3, 2)), ("lstm", nn.LSTM(2, 3)), ("plain", nn.Linear(3, 2, bias=False))]
            )
        )
    )


def _norms(draw: Draw) -> nn.Module:
    """As in other models: `ln_1`, `final`."""
    parts = [nn.LayerNorm(3), nn.RMSNorm(3), OwnNorm(3), nn.LayerNorm(3, bias=False)]
    return nn.ModuleDict(dict(zip(("ln_1", "final", "second", "gain"), draw.shuffled(parts), strict=True)))


def _other_norms(draw: Draw) -> nn.Module:
    """Only two kinds of norm are spared; what is made from one of them may have any name."""
    parts = [nn.BatchNorm1d(3), nn.GroupNorm(1, 2), Scaled(2), nn.LayerNorm(4), nn.InstanceNorm1d(2, affine=True)]
    return nn.Sequential(*draw.shuffled(parts))


def _sounding(draw: Draw) -> nn.Module:
    names = draw.shuffled(["LayerNorm", "norm", "unbiased", "bias_free", "debias"])
    model: nn.Module = nn.ModuleDict({name: nn.Linear(2, 2) for name in names})
    for name in draw.shuffled(["biased", "norm_scale", "LayerNormFactor", "position_bias"]):
        model.register_parameter(name, nn.Parameter(draw.normal(2, 2)))
    return model


def _shapes(draw: Draw) -> nn.Module:
    """A gain that is a matrix, a vector that is neither bias nor norm, a bias that is a table, a single number."""
    model, table = nn.Module(), nn.Module()
    table.bias = nn.Parameter(draw.normal(3, 3))
    parts: dict[str, Any] = {
        "wide": nn.LayerNorm((2, 3)), "scale": nn.Parameter(draw.normal(4)), "heat": nn.Parameter(draw.normal(1)[0]),
        "table": table, "prelu": nn.PReLU(3),
    }  # fmt: skip
    for name in draw.shuffled(sorted(parts)):
        setattr(model, name, parts[name])
    return model


def _frozen(draw: Draw) -> nn.Module:
    model = classifier_of(draw, layers=3)
    frozen = [*model.parameters()]
    for place in draw.permutation(len(frozen))[:6].tolist():
        frozen[place].requires_grad_(False)
    return model


def _tied(draw: Draw) -> nn.Module:
    model = nn.ModuleDict({name: nn.Linear(3, 3) for name in draw.shuffled(["first", "second", "third"])})
    one, other, _ = draw.shuffled(["first", "second", "third"])
    model[other].weight, model[other].bias = model[one].weight, model[one].bias
    return model


def _across(draw: Draw) -> nn.Module:
    """A norm's gain and a layer's bias, which others have too: to one of the two the others come first."""
    layer, norm, heat, offset = nn.Linear(3, 3), nn.LayerNorm(3), nn.Module(), nn.Module()
    heat.scale, offset.shift = norm.weight, layer.bias
    names = draw.shuffled(["first", "second", "third", "fourth"])
    parts = draw.choice([(heat, norm, layer, offset), (offset, norm, layer, heat)])
    return nn.ModuleDict(dict(zip(names, parts, strict=True)))


def _same_part(draw: Draw) -> nn.Module:
    shared = nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2))
    return nn.ModuleDict(dict.fromkeys(draw.shuffled(["query", "document"]), shared))


def _halves(candidate: Any, draw: Draw, decay: float) -> list[Any]:
    models = draw.shuffled([nn.Embedding(3, 2), nn.LayerNorm(2), nn.ReLU()])
    return [_named(model, candidate(model, decay)) for model in models]


def _kinds(candidate: Any, draw: Draw, decay: float) -> dict[str, Any]:
    """A list can be walked through again."""
    model = classifier_of(draw)
    found = candidate(model, decay)
    kinds = [type(group["params"]).__name__ for group in found]
    return {"kinds": kinds, "names": [_named(model, found) for _ in range(2)][-1]}


def _step(candidate: Any, draw: Draw, decay: float) -> dict[str, Tensor]:
    """Without gradients of any size, only the decay shows."""
    model = classifier_of(draw)
    optimizer = torch.optim.AdamW(candidate(model, decay), lr=0.125)
    (0 * model(**batch_of(draw, 2, 3)).loss).backward()
    optimizer.step()
    return dict(model.named_parameters())


def _twice(candidate: Any, draw: Draw, decay: float) -> list[Any]:
    one, other = classifier_of(draw), _norms(draw)
    groups = candidate(model=one, decay=decay), candidate(decay=2 * decay, model=other), candidate(one, decay)
    return [_named(model, group) for model, group in zip((one, other, one), groups, strict=True)]
