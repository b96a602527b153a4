"""What `BertLayer` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.modules import evaluated, in_training, shapes
from autograder.engine.probes import with_arguments
from autograder.exercises.bert_internals._shared import (
    BERT,
    WHOLE,
    grads,
    hiding,
    in_dtypes,
    sizes_of,
    small,
    strange_config,
    sums,
)

NAMES = Idea("the names of the file")
WIRING = Idea("each step is added to what went into it", weight=2, point=True)
MASK = Idea("the mask reaches the attention")
PARTS = Idea("the parts that are given")
TRAINING = Idea("the parts drop, and nothing else does")


@exercise(points=3, without=[BERT + "BertLayer", *WHOLE])
def BertLayer(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """One layer: the mended wiring."""
    sizes = sizes_of(draw)
    width, (batch, tokens) = sizes["hidden_size"], draw.sizes(2, 2, 6)
    module, hidden = evaluated(draw, candidate(small(sizes))), draw.normal(batch, tokens, width)
    yield "names and shapes of what is saved", lambda: shapes(module), NAMES
    yield "one token", lambda: module(draw.normal(1, 1, width)), WIRING
    yield "a batch", lambda: module(hidden), WIRING
    yield "gradients", lambda: sums(grads(module, draw.normal(2, 3, width))), WIRING
    yield "masked", lambda: module(hidden, hiding(draw, batch, 1, 1, tokens)), MASK
    yield "a mask for each query", lambda: module(hidden, mask=hiding(draw, batch, 1, tokens, tokens)), MASK
    yield "parts of somebody else", lambda: _strange(candidate, draw, sizes), PARTS
    yield (
        "in training, parts that drop nothing and parts that drop all",
        lambda: _trained(candidate, draw, sizes),
        TRAINING,
    )
    yield (
        "float64, float16 and bfloat16",
        lambda: in_dtypes(
            draw, lambda: candidate(small(sizes)), lambda one, dtype: one(draw.normal(1, 3, width, dtype=dtype))
        ),
    )
    yield "the inputs are left alone", lambda: with_arguments(module, hidden.clone(), hiding(draw, batch, 1, 1, tokens))
    yield "the docstring's example", lambda: _example(candidate, draw, sizes)


def _strange(candidate: Any, draw: Draw, sizes: dict[str, int]) -> Any:
    module = evaluated(draw, candidate(small(sizes), strange_config()))
    return module(draw.normal(2, 3, sizes["hidden_size"]), draw.uniform(1).item())


def _trained(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    config = small(sizes, hidden_dropout_prob=1.0, attention_probs_dropout_prob=1.0)
    modules: list[nn.Module] = [candidate(config, strange_config()), candidate(config)]
    return [in_training(evaluated(draw, one), draw.normal(2, 3, sizes["hidden_size"])) for one in modules]


def _example(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    """The example as it stands, and the same with sizes that are drawn."""
    from transformers import BertConfig

    from helpers.pretrained import silence

    with silence():  # the library says that it chose the attention itself
        module = candidate(BertConfig(hidden_size=12, num_attention_heads=3))
        pairs = [module(torch.ones(2, 5, 12)), candidate(small(sizes))(torch.ones(3, 4, sizes["hidden_size"]))]
    return [[list(item.shape) for item in pair] for pair in pairs]
