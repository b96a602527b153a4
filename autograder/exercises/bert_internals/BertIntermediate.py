"""What `BertIntermediate` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.modules import evaluated, in_training, shapes
from autograder.engine.probes import refusal, with_arguments
from autograder.exercises.bert_internals._shared import BERT, WHOLE, grads, in_dtypes, sizes_of, small, sums, thin

ACTIVATES = Idea("the activation that the configuration names, after the dense layer", weight=3, point=True)
UNKNOWN = Idea("a name that nobody knows")
KNOWN = ("gelu", "gelu_new", "relu")
OTHERS = ("gelu_old", "silu", "GELU", "gelu_fast", "tanh", "")


@exercise(points=2, without=[F.gelu, nn.GELU, BERT + "BertIntermediate", *WHOLE])
def BertIntermediate(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """The first half of the feed-forward layer, with the activation that the configuration names."""
    sizes = sizes_of(draw)
    width, (batch, tokens) = sizes["hidden_size"], draw.sizes(2, 2, 6)
    gelu, new, relu = (evaluated(draw, candidate(small(sizes, hidden_act=name))) for name in KNOWN)
    yield "names and shapes of what is saved", lambda: shapes(gelu)
    yield "gelu, one token", lambda: gelu(draw.normal(1, 1, width)), ACTIVATES
    yield "gelu", lambda: thin(gelu(draw.normal(batch, tokens, width))), ACTIVATES
    yield "gelu_new", lambda: thin(new(draw.normal(batch, tokens, width))), ACTIVATES
    yield "relu", lambda: thin(relu(draw.normal(batch, tokens, width))), ACTIVATES
    yield "gelu in float64", lambda: _in_float64(candidate, draw, sizes, "gelu"), ACTIVATES
    yield "gelu_new in float64", lambda: _in_float64(candidate, draw, sizes, "gelu_new"), ACTIVATES
    yield "gradients", lambda: [sums(grads(one, draw.normal(2, 3, width))) for one in (gelu, new, relu)], ACTIVATES
    yield "far out", lambda: [thin(one(40 * draw.normal(1, 3, width))) for one in (gelu, new)]
    yield "float16 and bfloat16", lambda: in_dtypes(draw, lambda: candidate(small(sizes)), _run(draw, width))[1:]
    yield "in training: nothing is dropped", lambda: _in_training(candidate, draw, sizes)
    yield "the input is left alone", lambda: with_arguments(lambda given: thin(gelu(given)), draw.normal(2, 3, width))
    yield "names known and unknown", lambda: _names(candidate, draw, sizes), UNKNOWN
    yield "the docstring's example", lambda: _example(candidate, draw, sizes)


def _in_float64(candidate: Any, draw: Draw, sizes: dict[str, int], activation: str) -> Tensor:
    module = evaluated(draw, candidate(small(sizes, hidden_act=activation)).double())
    return thin(module(draw.normal(1, 4, sizes["hidden_size"], dtype=torch.float64)))


def _run(draw: Draw, width: int) -> Any:
    return lambda module, dtype: thin(module(draw.normal(1, 3, width, dtype=dtype)))


def _in_training(candidate: Any, draw: Draw, sizes: dict[str, int]) -> Tensor:
    module = evaluated(draw, candidate(small(sizes, hidden_dropout_prob=1.0, attention_probs_dropout_prob=1.0)))
    return thin(in_training(module, draw.normal(2, 3, sizes["hidden_size"])))


def _names(candidate: Any, draw: Draw, sizes: dict[str, int]) -> dict[str, object]:
    """What a module of each name gives, or that it is refused when it is made; in an order that is drawn."""
    hidden = draw.normal(1, 2, sizes["hidden_size"])

    def given(name: str) -> Tensor:
        return _given(draw, module, hidden) if isinstance(module := made(name), nn.Module) else module

    def made(name: str) -> Any:
        return refusal(KeyError, candidate, small(sizes, hidden_act=name))

    return {name: given(name) for name in draw.shuffled((*KNOWN, *OTHERS))}


def _given(draw: Draw, module: nn.Module, hidden: Tensor) -> Tensor:
    return evaluated(draw, module)(hidden)[..., :2]


def _example(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    """The example as it stands, and the same with sizes that are drawn."""
    from transformers import BertConfig

    module = candidate(BertConfig(hidden_size=12, intermediate_size=20))
    mine = candidate(small(sizes))(torch.ones(3, 4, sizes["hidden_size"]))
    return [list(result.shape) for result in (module(torch.ones(2, 5, 12)), mine)]
