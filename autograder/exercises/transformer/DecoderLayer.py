"""What `DecoderLayer` must show."""

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

WIRING = Idea("three parts, each added to what went into it, with the norm in its place", weight=3, point=True)
CROSS = Idea("queries from what is written, keys and values from the memory", weight=2, point=True)
MASK = Idea("each mask reaches its attention", weight=1.5)
TRAINING = Idea("what each part hands over is dropped, and nothing else")
EVALUATES = Idea("in evaluation nothing is dropped")
FORMS = {"norm last": False, "norm first": True}


@exercise(points=3, without=[nn.TransformerDecoderLayer, nn.MultiheadAttention])
def DecoderLayer(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One layer that writes, in both forms."""
    sizes = tuple(draw.sizes(3, 2, 8))  # batch, target, source
    layers = {
        form: _layer(candidate, draw, 12, draw.choice([2, 3]), 7, norm_first=first) for form, first in FORMS.items()
    }
    yield "names and shapes of what is saved", lambda: _saved(layers, draw)
    for form, layer in layers.items():
        yield f"{form}, a batch", partial(_plain, layer, draw, sizes), WIRING
        yield f"{form}, one token and one in the memory", partial(_plain, layer, draw, (1, 1, 1)), WIRING
        yield f"{form}, far from zero", partial(_far, layer, draw, sizes), WIRING
        yield f"{form}, a memory as long as what is written", partial(_plain, layer, draw, (2, 5, 5)), CROSS
        yield f"{form}, a large memory", partial(_large, layer, draw, sizes), CROSS
        yield f"{form}, attentions of somebody else's", partial(_strange, candidate, draw, FORMS[form]), CROSS
        yield f"{form}, both masks", partial(_masked, layer, draw, sizes), MASK
        yield f"{form}, both masks, as long as the memory", partial(_masked, layer, draw, (2, 5, 5)), MASK
        yield f"{form}, one mask of the two", partial(_one_mask, layer, draw, sizes), MASK
        yield f"{form}, nothing to look at", partial(_empty, layer, draw, sizes), MASK
        yield f"{form}, in training, a share is dropped", partial(_dropped, candidate, draw, FORMS[form]), TRAINING
        yield f"{form}, in training, all is dropped", partial(_dropped, candidate, draw, FORMS[form], 1.0), TRAINING
        yield f"{form}, what is learned", partial(_learned, layer, draw, sizes)
        yield f"{form}, gradients of the tokens and the memory", partial(_gradients, layer, draw, sizes)
        yield f"{form}, float64", partial(_double, candidate, draw, FORMS[form])
    yield "in evaluation nothing is dropped", lambda: _evaluated(candidate, draw), EVALUATES
    yield "in training, no share is named", lambda: _undropped(candidate, draw)
    yield "called by names", lambda: _named(layers["norm first"], draw, sizes)
    yield "the inputs are left alone", lambda: [_left(layer, draw, sizes) for layer in layers.values()]
    yield "the docstring's example", lambda: _example(candidate, draw)


Sizes = tuple[int, ...]


def _layer(candidate: Any, draw: Draw, *sizes: int, **options: Any) -> nn.Module:
    return draw.fill_(candidate(*sizes, **options)).eval()


def _saved(layers: dict[str, nn.Module], draw: Draw) -> dict[str, Any]:
    """And what comes out with it: who only has the names has nothing yet."""
    inputs = _inputs(draw, (1, 2, 3))
    return {form: {"shapes": shapes(layer), "result": layer(*inputs)} for form, layer in layers.items()}


def _inputs(draw: Draw, sizes: Sizes, width: int = 12) -> tuple[Tensor, Tensor]:
    batch, target, source = sizes
    return draw.normal(batch, target, width), draw.normal(batch, source, width)


def _masks(draw: Draw, sizes: Sizes) -> tuple[Tensor, Tensor]:
    batch, target, source = sizes
    return draw.mask(target, target), draw.mask(batch, target, source)


def _plain(layer: nn.Module, draw: Draw, sizes: Sizes) -> Tensor:
    return layer(*_inputs(draw, sizes))


def _far(layer: nn.Module, draw: Draw, sizes: Sizes) -> Tensor:
    x, memory = _inputs(draw, sizes)
    return layer(3 * x + 5 * draw.normal(*x.shape[:2], 1), memory)


def _large(layer: nn.Module, draw: Draw, sizes: Sizes) -> Tensor:
    """A memory at levels of its own: whoever normalises it is seen."""
    x, memory = _inputs(draw, sizes)
    return layer(x, 2 * memory + 3 * draw.normal(*memory.shape[:2], 1))


def _strange(candidate: Any, draw: Draw, norm_first: bool) -> Tensor:
    layer = _layer(candidate, draw, 6, 2, 5, norm_first=norm_first, attention=Looks)
    return layer(*_inputs(draw, (2, 3, 4), 6), *_masks(draw, (2, 3, 4)))


def _masked(layer: nn.Module, draw: Draw, sizes: Sizes) -> Tensor:
    return layer(*_inputs(draw, sizes), *_masks(draw, sizes))


def _one_mask(layer: nn.Module, draw: Draw, sizes: Sizes) -> list[Tensor]:
    batch, target, source = sizes
    past = torch.ones(target, target, dtype=torch.bool, device=draw.device).tril()
    return [
        layer(*_inputs(draw, sizes), mask=past),
        layer(*_inputs(draw, sizes), memory_mask=padding(draw, batch, source)),
    ]


def _empty(layer: nn.Module, draw: Draw, sizes: Sizes) -> Tensor:
    """A word that may not even look at itself, and another one that may look at nothing in the memory."""
    own, other = _masks(draw, sizes)
    own[draw.integer(0, sizes[1])] = False
    other[draw.integer(0, sizes[0]), draw.integer(0, sizes[1])] = False
    return layer(*_inputs(draw, sizes), own, other)


def _dropped(candidate: Any, draw: Draw, norm_first: bool, share: float = 0.0) -> Tensor:
    share = share or draw.choice([0.25, 0.5, 0.6])
    layer = _layer(candidate, draw, 8, 2, 8, norm_first=norm_first, dropout=share)
    return in_training(layer, *_inputs(draw, (2, 3, 4), 8))


def _evaluated(candidate: Any, draw: Draw) -> list[Tensor]:
    layers = [_layer(candidate, draw, 8, 2, 5, norm_first=first, dropout=0.5) for first in FORMS.values()]
    return [layer(*_inputs(draw, (2, 3, 4), 8)) for layer in layers]


def _undropped(candidate: Any, draw: Draw) -> Tensor:
    return in_training(_layer(candidate, draw, 8, 2, 5), *_inputs(draw, (2, 3, 4), 8))


def _learned(layer: nn.Module, draw: Draw, sizes: Sizes) -> dict[str, Any]:
    return learned(layer, layer(*_inputs(draw, sizes), *_masks(draw, sizes)))


def _gradients(layer: nn.Module, draw: Draw, sizes: Sizes) -> Any:
    return gradients(layer, *_inputs(draw, sizes))


def _double(candidate: Any, draw: Draw, norm_first: bool) -> Tensor:
    layer = draw.fill_(candidate(4, 2, 5, norm_first=norm_first).double()).eval()
    return layer(draw.normal(2, 3, 4, dtype=torch.float64), draw.normal(2, 5, 4, dtype=torch.float64))


def _named(layer: nn.Module, draw: Draw, sizes: Sizes) -> Tensor:
    (x, memory), (own, other) = _inputs(draw, sizes), _masks(draw, sizes)
    return layer(memory_mask=other, mask=own, memory=memory, x=x)


def _left(layer: nn.Module, draw: Draw, sizes: Sizes) -> dict[str, Any]:
    return with_arguments(layer, *_inputs(draw, sizes), *_masks(draw, sizes))


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's shape, and numbers beside it."""
    layer = _layer(candidate, draw, 8, heads=2, d_ff=16)
    ones = [torch.ones(2, length, 8, device=draw.device) for length in (5, 7)]
    return {"shape": list(layer(*ones).shape), "drawn": layer(*_inputs(draw, (1, 3, 4), 8))}
