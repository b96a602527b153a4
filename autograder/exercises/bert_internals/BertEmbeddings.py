"""What `BertEmbeddings` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.modules import RATES, evaluated, factors, in_training, shapes
from autograder.engine.probes import with_arguments
from autograder.exercises.bert_internals._shared import BERT, WHOLE, grads, in_dtypes, sizes_of, small

NAMES = Idea("the names of the file")
TABLES = Idea("word, position and segment, added and normalised", weight=2, point=True)
EPS = Idea("the configuration's eps")
DROPOUT = Idea("dropout comes last, in training")
PADDING = Idea("the row of the padding learns nothing")


@exercise(points=2, without=[BERT + "BertEmbeddings", *WHOLE])
def BertEmbeddings(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Words, positions and segments, added and normalised."""
    sizes = sizes_of(draw)
    module = evaluated(draw, candidate(small(sizes)))
    (batch, tokens), words, longest = draw.sizes(2, 2, 6), sizes["vocab_size"], sizes["max_position_embeddings"]
    ids = draw.integers(batch, tokens, low=1, high=words)
    types = draw.integers(batch, tokens, high=4)
    yield "names and shapes of what is saved", lambda: shapes(module), NAMES
    yield "one token", lambda: module(draw.integers(1, 1, low=1, high=words)), TABLES
    yield "a batch", lambda: module(ids), TABLES
    yield "as many tokens as there are positions", lambda: module(draw.integers(2, longest, high=words)), TABLES
    yield "two sentences in one input", lambda: module(input_ids=ids, token_type_ids=types), TABLES
    yield "padding in the input", lambda: module(_padded(ids, 0)), TABLES
    yield "gradients", lambda: _table_gradients(module, ids, types), TABLES
    yield "numbers of a thousandth", lambda: _shrunken(evaluated(draw, candidate(small(sizes))), ids), EPS
    yield (
        "another eps",
        lambda: evaluated(draw, candidate(small(sizes, layer_norm_eps=draw.uniform(1).item())))(ids),
        EPS,
    )
    yield "in training, with dropout", lambda: _dropped(candidate, draw, sizes, ids), DROPOUT
    yield "in training, with a dropout of 1 and of 0", lambda: _all_and_none(candidate, draw, sizes, ids), DROPOUT
    yield "gradients, with padding", lambda: _padding_gradients(candidate, draw, sizes, ids), PADDING
    yield (
        "float64, float16 and bfloat16",
        lambda: in_dtypes(draw, lambda: candidate(small(sizes)), lambda one, dtype: one(ids[:1], types[:1])),
    )
    yield "ids that are a view", lambda: module(draw.integers(tokens, batch, high=words).T, types)
    yield "the inputs are left alone", lambda: with_arguments(module, ids.clone(), types.clone())
    yield "the docstring's example", lambda: _example(candidate, draw, sizes)


def _padded(ids: Tensor, token: int) -> Tensor:
    """The same with padding at the front and at the end."""
    padded = ids.clone()
    padded[0, 0] = padded[-1, -1] = token
    return padded


def _shrunken(module: nn.Module, ids: Tensor) -> Tensor:
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "embeddings" in name:
                parameter.mul_(1e-3)
    return module(ids)


def _table_gradients(module: nn.Module, *inputs: Tensor) -> dict[str, Any]:
    """Two columns of each table: where a row learns nothing shows, and the sheet stays small."""
    found = grads(module, *inputs)
    return {name: value if value is None else value[..., :2] for name, value in found.items()}


def _dropped(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor) -> Tensor:
    """By what the numbers are multiplied. A rate that is for the weights of attention has no part in it."""
    config = small(sizes, hidden_dropout_prob=draw.choice(RATES), attention_probs_dropout_prob=0.9)
    module = evaluated(draw, candidate(config))
    return factors(in_training(module, ids), module(ids))


def _all_and_none(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor) -> list[Tensor]:
    rates = ({"hidden_dropout_prob": rate, "attention_probs_dropout_prob": 1.0 - rate} for rate in (1.0, 0.0))
    return [in_training(evaluated(draw, candidate(small(sizes, **rate))), ids) for rate in rates]


def _padding_gradients(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor) -> list[Any]:
    """With the padding in row 0, as in BERT, and in another row."""
    rows = (0, draw.integer(1, 9))
    modules = [evaluated(draw, candidate(small(sizes, pad_token_id=row))) for row in rows]
    found = [grads(module, _padded(ids, row)) for module, row in zip(modules, rows, strict=True)]
    return [{name: value[:9, :2] for name, value in item.items() if "embeddings" in name} for item in found]


def _example(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    """The example as it stands, and the same with sizes that are drawn."""
    from transformers import BertConfig

    module = candidate(BertConfig(vocab_size=50, hidden_size=12))
    mine = candidate(small(sizes))(torch.ones(1, draw.integer(2, 6), dtype=torch.int64))
    return [list(result.shape) for result in (module(torch.tensor([[7, 3, 9]])), mine)]
