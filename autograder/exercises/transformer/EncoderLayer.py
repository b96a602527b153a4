"""What `EncoderLayer` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.modules import in_training, shapes
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.transformer._shared import Looks, learned, padding

WIRING = Idea("each part is added to what went into it, with the norm in its place", weight=3, point=True)
MASK = Idea("the mask reaches the attention")
TRAINING = Idea("what each part hands over is dropped, and nothing else", weight=1.5)
EVALUATES = Idea("in evaluation nothing is dropped")
FORMS = {"norm last": False, "norm first": True}


@exercise(points=3, without=[nn.TransformerEncoderLayer, nn.MultiheadAttention])
def EncoderLayer(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One layer that reads, in both forms."""
    width, heads, (batch, tokens, wide) = 12, draw.choice([2, 3]), draw.sizes(3, 2, 8)
    layers = {form: _layer(candidate, draw, width, heads, wide, norm_first=first) for form, first in FORMS.items()}
    yield "names and shapes of what is saved", lambda: _saved(layers, draw)
    for form, layer in layers.items():
        yield f"{form}, a batch", partial(_plain, layer, draw, batch, tokens, width), WIRING
        yield f"{form}, one token", partial(_plain, layer, draw, 1, 1, width), WIRING
        yield f"{form}, far from zero", partial(_far, layer, draw, batch, tokens, width), WIRING
        yield f"{form}, an attention of somebody else's", partial(_strange, candidate, draw, FORMS[form]), WIRING
        yield f"{form}, each token may look at some", partial(_masked, layer, draw, batch, tokens, width), MASK
        yield f"{form}, padding", partial(_padded, layer, draw, batch, tokens, width), MASK
        yield f"{form}, a token that may look at nothing", partial(_empty, layer, draw, tokens, width), MASK
        yield f"{form}, in training, a share is dropped", partial(_dropped, candidate, draw, FORMS[form]), TRAINING
        yield f"{form}, in training, all is dropped", partial(_dropped, candidate, draw, FORMS[form], 1.0), TRAINING
        yield f"{form}, what is learned", partial(_learned, layer, draw, tokens, width)
        yield f"{form}, gradients of the tokens", partial(_gradients, layer, draw, tokens, width)
        yield f"{form}, float64", partial(_double, candidate, draw, FORMS[form])
    yield "in evaluation nothing is dropped", lambda: _evaluated(candidate, draw), EVALUATES
    yield "in training, no share is named", lambda: in_training(_layer(candidate, draw, 8, 2, 5), draw.normal(2, 3, 8))
    yield "called by names", lambda: _named(layers["norm first"], draw, batch, tokens, width)
    yield "the inputs are left alone", lambda: [_left(layer, draw, batch, tokens, width) for layer in layers.values()]
    yield "the docstring's example", lambda: _example(candidate, draw)


def _layer(candidate: Any, draw: Draw, *sizes: int, **options: Any) -> nn.Module:
    return draw.fill_(candidate(*sizes, **options)).eval()


def _saved(layers: dict[str, nn.Module], draw: Draw) -> dict[str, Any]:
    """And what comes out with it: who only has the names has nothing yet."""
    return {form: {"shapes": shapes(layer), "result": layer(draw.normal(1, 2, 12))} for form, layer in layers.items()}


def _plain(layer: nn.Module, draw: Draw, *shape: int) -> Tensor:
    return layer(draw.normal(*shape))


def _far(layer: nn.Module, draw: Draw, batch: int, tokens: int, width: int) -> Tensor:
    """Each token about a level of its own, and large: a norm in the wrong place shows."""
    return layer(3 * draw.normal(batch, tokens, width) + 5 * draw.normal(batch, tokens, 1))


def _strange(candidate: Any, draw: Draw, norm_first: bool) -> Tensor:
    layer = _layer(candidate, draw, 6, 2, 5, norm_first=norm_first, attention=Looks)
    return layer(draw.normal(2, 4, 6), draw.mask(2, 4, 4))


def _masked(layer: nn.Module, draw: Draw, batch: int, tokens: int, width: int) -> list[Tensor]:
    """A mask for each sequence, and one for all of them."""
    masks = draw.mask(batch, tokens, tokens), draw.mask(tokens, tokens)
    return [layer(draw.normal(batch, tokens, width), mask) for mask in masks]


def _padded(layer: nn.Module, draw: Draw, batch: int, tokens: int, width: int) -> Tensor:
    return layer(draw.normal(batch, tokens, width), padding(draw, batch, tokens))


def _empty(layer: nn.Module, draw: Draw, tokens: int, width: int) -> Tensor:
    mask = draw.mask(2, tokens, tokens)
    mask[draw.integer(0, 2), draw.integer(0, tokens)] = False
    return layer(draw.normal(2, tokens, width), mask)


def _dropped(candidate: Any, draw: Draw, norm_first: bool, share: float = 0.0) -> Tensor:
    share = share or draw.choice([0.25, 0.5, 0.6])
    layer = _layer(candidate, draw, 8, 2, 8, norm_first=norm_first, dropout=share)
    return in_training(layer, draw.normal(2, 3, 8))


def _learned(layer: nn.Module, draw: Draw, tokens: int, width: int) -> dict[str, Any]:
    return learned(layer, layer(draw.normal(2, tokens, width), draw.mask(tokens, tokens)))


def _gradients(layer: nn.Module, draw: Draw, tokens: int, width: int) -> Any:
    return gradients(layer, draw.normal(2, tokens, width))


def _double(candidate: Any, draw: Draw, norm_first: bool) -> Tensor:
    layer = draw.fill_(candidate(4, 2, 5, norm_first=norm_first).double()).eval()
    return layer(draw.normal(2, 3, 4, dtype=torch.float64))


def _evaluated(candidate: Any, draw: Draw) -> list[Tensor]:
    return [
        _layer(candidate, draw, 8, 2, 5, norm_first=first, dropout=0.5)(draw.normal(2, 3, 8))
        for first in FORMS.values()
    ]


def _named(layer: nn.Module, draw: Draw, batch: int, tokens: int, width: int) -> Tensor:
    return layer(mask=draw.mask(tokens, tokens), x=draw.normal(batch, tokens, width))


def _left(layer: nn.Module, draw: Draw, batch: int, tokens: int, width: int) -> dict[str, Any]:
    return with_arguments(layer, draw.normal(batch, tokens, width), draw.mask(tokens, tokens))


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's shape, and numbers beside it."""
    layer = _layer(candidate, draw, 8, heads=2, d_ff=16)
    ones = torch.ones(2, 5, 8, device=draw.device)
    return {"shape": list(layer(ones).shape), "drawn": layer(draw.normal(1, 3, 8))}
