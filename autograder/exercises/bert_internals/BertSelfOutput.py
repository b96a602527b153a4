"""What `BertSelfOutput` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.modules import RATES, evaluated, in_training, shapes
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.bert_internals._shared import BERT, WHOLE, in_dtypes, sizes_of, small, thin

ADDS = Idea("mixed, added to what was there, then normalised", weight=2, point=True)
EPS = Idea("the configuration's eps")
DROPOUT = Idea("dropout acts on what the dense layer gives, in training")


@exercise(points=2, without=[BERT + "BertSelfOutput", BERT + "BertOutput", BERT + "BertAttention", *WHOLE])
def BertSelfOutput(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Mix, add to what was there, normalise."""
    sizes, inputs = sizes_of(draw), draw.integer(31, 36)
    module, wide = evaluated(draw, candidate(small(sizes))), evaluated(draw, candidate(small(sizes), inputs))
    width, (batch, tokens) = sizes["hidden_size"], draw.sizes(2, 2, 6)
    two = partial(_two, draw, width)
    yield "names and shapes of what is saved", lambda: [shapes(module), shapes(wide)]
    yield "one token", lambda: module(*two(1, 1)), ADDS
    yield "a batch", lambda: module(*two(batch, tokens)), ADDS
    yield "after a feed-forward layer", lambda: thin(wide(draw.normal(2, 5, inputs), draw.normal(2, 5, width))), ADDS
    yield "gradients of both inputs", lambda: gradients(module, *two(2, 3)), ADDS
    yield "numbers of a thousandth", lambda: _faint(evaluated(draw, candidate(small(sizes))), *two(2, 5)), EPS
    yield "another eps", lambda: _with_eps(candidate, draw, sizes), EPS
    yield "in training, with dropout", lambda: _dropped(candidate, draw, sizes), DROPOUT
    yield "in training, with a dropout of 1 and of 0", lambda: _all_and_none(candidate, draw, sizes), DROPOUT
    yield "numbers of several hundred", lambda: thin(module(300 * draw.normal(2, 5, width), draw.normal(2, 5, width)))
    yield (
        "float64, float16 and bfloat16",
        lambda: in_dtypes(
            draw, lambda: candidate(small(sizes)), lambda one, dtype: thin(one(*(item.to(dtype) for item in two(1, 3))))
        ),
    )
    yield "the inputs are left alone", lambda: _left_alone(module, *two(2, 3))
    yield "the docstring's example", lambda: _example(candidate, draw, sizes)


def _two(draw: Draw, width: int, batch: int, tokens: int) -> tuple[Tensor, Tensor]:
    return draw.normal(batch, tokens, width), draw.normal(batch, tokens, width)


def _faint(module: nn.Module, new: Tensor, old: Tensor) -> Tensor:
    with torch.no_grad():
        module.get_parameter("dense.bias").mul_(1e-3)
    return thin(module(1e-3 * new, 1e-3 * old))


def _with_eps(candidate: Any, draw: Draw, sizes: dict[str, int]) -> Tensor:
    config = small(sizes, layer_norm_eps=draw.uniform(1, low=0.3).item())
    return thin(evaluated(draw, candidate(config))(*_two(draw, sizes["hidden_size"], 2, 5)))


def _dropped(candidate: Any, draw: Draw, sizes: dict[str, int]) -> Tensor:
    """By what the dense layer's numbers are multiplied.

    An eps this large makes the norm a division by 1000: only its mean is taken off. The dense layer gives 1 to 2
    everywhere, nothing is added, so that the least number of a row was dropped and is 0 without the mean.
    """
    rate, width = draw.choice(RATES), 30 * sizes["num_attention_heads"]
    config = small(sizes, hidden_size=width, hidden_dropout_prob=rate, layer_norm_eps=1e6)
    module, nothing = evaluated(draw, candidate(config)), torch.zeros(1, 4, width, device=draw.device)
    dense = torch.linspace(1, 2, width, device=draw.device)
    with torch.no_grad():
        for name, value in {"dense.weight": 0, "LayerNorm.weight": 1000, "LayerNorm.bias": 0}.items():
            module.get_parameter(name).fill_(value)
        module.get_parameter("dense.bias").copy_(dense)
        rows = in_training(module, nothing, nothing)
    return ((rows - rows.amin(-1, keepdim=True)) / dense).round(decimals=2).unique()[:4]


def _all_and_none(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Tensor]:
    rates = ({"hidden_dropout_prob": rate, "attention_probs_dropout_prob": 1.0 - rate} for rate in (1.0, 0.0))
    modules = [evaluated(draw, candidate(small(sizes, **rate))) for rate in rates]
    return [thin(in_training(module, *_two(draw, sizes["hidden_size"], 2, 3))) for module in modules]


def _left_alone(module: nn.Module, *inputs: Tensor) -> list[dict[str, Any]]:
    """Where autograd watches, and where it does not: there an operation in place raises nothing."""

    def run(*given: Tensor) -> Any:
        return thin(module(*given))

    watched = with_arguments(run, *(item.clone() for item in inputs))
    with torch.no_grad():
        return [watched, with_arguments(run, *inputs)]


def _example(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    """The example as it stands, and the same with sizes that are drawn."""
    from transformers import BertConfig

    module, width, inputs = candidate(BertConfig(hidden_size=12), 20), sizes["hidden_size"], draw.integer(21, 40)
    mine = candidate(small(sizes), inputs)(torch.ones(2, 4, inputs), torch.ones(2, 4, width))
    return [list(result.shape) for result in (module(torch.ones(2, 5, 20), torch.ones(2, 5, 12)), mine)]
