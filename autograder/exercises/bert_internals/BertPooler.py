"""What `BertPooler` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.modules import evaluated, in_training, shapes
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.bert_internals._shared import BERT, WHOLE, grads, in_dtypes, sizes_of, small, sums

POOLS = Idea("the first token of each sentence, a linear layer, tanh", weight=3, point=True)


@exercise(points=1, without=[BERT + "BertPooler", *WHOLE])
def BertPooler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """One vector for the whole input, made from the first token."""
    sizes = sizes_of(draw)
    width, (batch, tokens) = sizes["hidden_size"], draw.sizes(2, 2, 6)
    module = evaluated(draw, candidate(small(sizes)))
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "one sentence", lambda: module(draw.normal(1, tokens, width)), POOLS
    yield "one token", lambda: module(draw.normal(batch, 1, width)), POOLS
    yield "a batch", lambda: module(draw.normal(batch, tokens, width)), POOLS
    yield "as many sentences as tokens", lambda: module(draw.normal(tokens, tokens, width)), POOLS
    yield "gradient of each token", lambda: gradients(module, draw.normal(2, 3, width), wrt=0), POOLS
    yield "gradients of what is learned", lambda: sums(grads(module, draw.normal(2, 3, width))), POOLS
    yield "large numbers", lambda: module(50 * draw.normal(2, 3, width))
    yield "in training: nothing is dropped", lambda: _trained(candidate, draw, sizes)
    yield (
        "float64, float16 and bfloat16",
        lambda: in_dtypes(
            draw, lambda: candidate(small(sizes)), lambda one, dtype: one(draw.normal(2, 3, width, dtype=dtype))
        ),
    )
    yield "the input is left alone", lambda: with_arguments(module, draw.normal(2, 3, width))
    yield "the docstring's example", lambda: _example(candidate, draw, sizes)


def _trained(candidate: Any, draw: Draw, sizes: dict[str, int]) -> Tensor:
    module = evaluated(draw, candidate(small(sizes, hidden_dropout_prob=1.0, attention_probs_dropout_prob=1.0)))
    return in_training(module, draw.normal(2, 3, sizes["hidden_size"]))


def _example(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    """The example as it stands, and the same with sizes that are drawn."""
    from transformers import BertConfig

    module, batch = candidate(BertConfig(hidden_size=12)), draw.integer(3, 9)
    mine = candidate(small(sizes))(torch.ones(batch, 4, sizes["hidden_size"]))
    return [list(result.shape) for result in (module(torch.ones(2, 5, 12)), mine)]
