"""What `BertSelfAttention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.modules import RATES, evaluated, factors, in_training, shapes
from autograder.engine.probes import refusal, with_arguments
from autograder.engine.values import raised
from autograder.exercises.bert_internals._shared import BERT, WHOLE, grads, hiding, in_dtypes, sizes_of, small, sums

ATTENDS = Idea("each head shares its attention out, and a mask is added to the scores", weight=3, point=True)
EXTREMES = Idea("every mask, and scores of any size")
DROPOUT = Idea("dropout acts on the weights, in training")


@exercise(
    points=3,
    without=[nn.MultiheadAttention, F.multi_head_attention_forward, BERT + "BertSelfAttention", *WHOLE],
)
def BertSelfAttention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Heads that look at tokens: what they bring back, and their weights."""
    sizes = sizes_of(draw)
    width, heads = sizes["hidden_size"], sizes["num_attention_heads"]
    module, square, one, most = (
        evaluated(draw, candidate(small(sizes, num_attention_heads=count))) for count in (heads, heads, 1, width)
    )
    batch, tokens = draw.sizes(2, 2, 5)
    hidden = draw.normal(batch, tokens, width)
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "one token", lambda: module(draw.normal(1, 1, width)), ATTENDS
    yield "a batch", lambda: module(draw.normal(batch, tokens, width)), ATTENDS
    yield "one head", lambda: _some(one(hidden)), ATTENDS
    yield "as many heads as numbers", lambda: _some(most(draw.normal(1, 3, width))), ATTENDS
    yield "masked", lambda: _some(module(hidden, hiding(draw, batch, 1, 1, tokens))), ATTENDS
    yield "a mask for each query", lambda: _some(module(hidden, hiding(draw, batch, 1, tokens, tokens))), ATTENDS
    yield "as many heads as sentences, masked", lambda: _some(_square(draw, square, heads, tokens, width)), ATTENDS
    yield "gradients", lambda: sums(grads(module, hidden, hiding(draw, batch, 1, 1, tokens))), ATTENDS
    yield "small numbers in the mask", lambda: _some(module(hidden, draw.normal(batch, 1, 1, tokens))), ATTENDS
    yield "a mask for each head", lambda: _some(module(hidden, mask=draw.normal(1, heads, tokens, tokens))), EXTREMES
    yield "one mask for all", lambda: _some(module(hidden, draw.normal(tokens))), EXTREMES
    yield "a sentence that is all padding", lambda: _some(module(hidden, _all_hidden(draw, batch, tokens))), EXTREMES
    yield "scores of several hundred", lambda: _some(module(30 * hidden)), EXTREMES
    yield (
        "scores of several hundred, masked",
        lambda: _some(module(30 * hidden, hiding(draw, batch, 1, 1, tokens))),
        EXTREMES,
    )
    yield "in training, with dropout", lambda: _dropped(candidate, draw, sizes), DROPOUT
    yield "in training, with a dropout of 1 and of 0", lambda: _all_and_none(candidate, draw, sizes), DROPOUT
    yield "float64, float16 and bfloat16", lambda: _in_dtypes(candidate, draw, sizes)
    yield "hidden states that are a view", lambda: _some(module(draw.normal(tokens, batch, width).transpose(0, 1)))
    yield (
        "the inputs are left alone",
        lambda: with_arguments(lambda *given: _some(module(*given)), hidden.clone(), hiding(draw, batch, 1, 1, tokens)),
    )
    yield "heads that divide, and heads that do not", lambda: _shared_out(candidate, draw)
    yield "the docstring's example", lambda: _example(candidate, draw, sizes)


def _some(pair: Any) -> list[Tensor]:
    """Every fourth number of the context, and the weights of two queries in six heads: sheets are downloaded."""
    context, weights = pair
    return [context[..., ::4], weights[:, :6, :2, :]]


def _square(draw: Draw, module: nn.Module, heads: int, tokens: int, width: int) -> Any:
    return module(draw.normal(heads, tokens, width), hiding(draw, heads, 1, 1, tokens))


def _all_hidden(draw: Draw, batch: int, tokens: int) -> Tensor:
    mask = hiding(draw, batch, 1, 1, tokens)
    mask[draw.integer(0, batch)] = torch.finfo(torch.float32).min
    return mask


def _dropped(candidate: Any, draw: Draw, sizes: dict[str, int]) -> dict[str, Tensor]:
    """By what the weights are multiplied, and what the context has beside what the returned weights bring back."""
    config = small(sizes, attention_probs_dropout_prob=draw.choice(RATES), hidden_dropout_prob=1.0)
    module, hidden = evaluated(draw, candidate(config)), draw.normal(2, 8, sizes["hidden_size"])
    _, plain = module(hidden)
    context, weights = in_training(module, hidden)
    value = module.get_submodule("value")(hidden).unflatten(-1, (sizes["num_attention_heads"], -1)).transpose(1, 2)
    brought = (weights @ value).transpose(1, 2).flatten(2)
    return {
        "the weights are multiplied by": factors(weights, plain),
        "the rest of the context": (context - brought)[:, :2, ::3],
    }


def _all_and_none(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    hidden = draw.normal(2, 4, sizes["hidden_size"])
    rates = ({"attention_probs_dropout_prob": rate, "hidden_dropout_prob": 1.0 - rate} for rate in (1.0, 0.0))
    return [_some(in_training(evaluated(draw, candidate(small(sizes, **rate))), hidden)) for rate in rates]


def _in_dtypes(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    def run(module: nn.Module, dtype: torch.dtype) -> Any:
        mask = hiding(draw, 1, 1, 1, 3, dtype=dtype)
        return _some(module(draw.normal(1, 3, sizes["hidden_size"], dtype=dtype), mask))

    return in_dtypes(draw, lambda: candidate(small(sizes)), run)


def _shared_out(candidate: Any, draw: Draw) -> list[object]:
    """Twelve numbers for as many heads as are drawn: the shape of the weights, or a refusal.

    How a layer breaks that should not have been made is a matter of taste; that it was made is not.
    """

    def weights(heads: int) -> object:
        module = candidate(small(sizes_of(draw), hidden_size=12, num_attention_heads=heads)).to(draw.device)
        try:
            return list(module(draw.normal(1, 2, 12))[1].shape)
        except (RuntimeError, ZeroDivisionError) as error:
            if raised(error).blank:
                raise
            return "made, and cannot run"

    return [refusal(ValueError, weights, heads) for heads in draw.shuffled((1, 2, 3, 5, 6, 7, 8, 13, 24))]


def _example(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    """The example as it stands, and the same with sizes that are drawn."""
    from transformers import BertConfig

    from helpers.pretrained import silence

    with silence():  # the library says that it chose the attention itself
        module = candidate(BertConfig(hidden_size=12, num_attention_heads=3))
        pairs = [module(torch.ones(2, 5, 12)), candidate(small(sizes))(torch.ones(3, 4, sizes["hidden_size"]))]
    return [[list(item.shape) for item in pair] for pair in pairs]
