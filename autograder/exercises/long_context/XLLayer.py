"""What `XLLayer` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

PARTS = Idea("the parts, by their names", weight=1.5)
MEMORY = Idea("keys and values from memory and page, queries from the page", weight=3, point=True)
LAYER = Idea("each part is added and normalised", weight=2, point=True)
HANDED = Idea("what attention is handed", weight=2)


class Attend(nn.Module):
    """Attention by distance as the layer gets it, with a table for all pairs. It keeps what it was handed."""

    def __init__(self) -> None:
        super().__init__()
        self.handed: list[tuple[Tensor, ...]] = []

    def forward(self, *inputs: Tensor) -> Tensor:
        self.handed.append(inputs)
        query, key, value, far, content, position = inputs
        queries, keys = query.shape[-2], key.shape[-2]
        places = torch.arange(keys, device=query.device)
        distance = places[keys - queries :, None] - places
        table = far[..., (keys - 1 - distance).clamp(max=keys - 1), :]
        scores = (query + content) @ key.mT + torch.einsum("bhid,hijd->bhij", query + position, table)
        weights = (scores / query.shape[-1] ** 0.5).masked_fill(distance < 0, -torch.inf).softmax(-1)
        return weights @ value


@exercise(points=3)
def XLLayer(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A layer of Transformer-XL."""
    logs, lines, kept = draw.sizes(3, 2, 6)

    def layer(width: int = 12, heads: int = 3, inner: int = 7) -> Any:
        return draw.fill_(candidate(width, heads, inner, Attend()))

    def page(lines: int = lines, width: int = 12) -> Tensor:
        return draw.normal(logs, lines, width)

    yield "names, kinds and shapes of the parameters", lambda: _parameters(candidate, *draw.sizes(3, 2, 7)), PARTS
    yield "a page without a memory", lambda: layer()(page()), LAYER
    yield "a page with a memory", lambda: layer()(page(), page(kept)), MEMORY
    yield "a memory longer than the page", lambda: layer()(page(2), page(9)), MEMORY
    yield "one line and its memory", lambda: layer()(page(1), page(kept)), MEMORY
    yield "an empty memory", lambda: layer()(page(), page(0)), MEMORY
    yield "one head", lambda: layer(8, 1, 5)(page(width=8), page(kept, width=8)), LAYER
    yield "as many heads as logs and lines", lambda: layer(8, 4, 5)(draw.normal(4, 4, 8), draw.normal(4, 4, 8)), LAYER
    yield "with no feed-forward network", lambda: _without(layer(), "feed2", page(), page(kept)), LAYER
    yield "with no attention", lambda: _without(layer(), "out", page(), page(kept)), LAYER
    yield "what attention is handed", lambda: _handed(candidate, draw, page(), page(kept)), HANDED
    yield "and without a memory", lambda: _handed(candidate, draw, page(), None), HANDED
    yield "memory and page in turn", lambda: _in_turn(layer(), page(), page(kept), page(1)), MEMORY
    yield "gradients of page and memory", lambda: gradients(layer(), page(), page(kept))
    yield "gradients of the weights", lambda: _weights(layer(), page(), page(kept))
    yield "float64", lambda: layer().double()(page().double(), page(kept).double())
    yield "in training and in evaluation", lambda: [layer().train(mode)(page(), page(kept)) for mode in (True, False)]
    yield "called by names", lambda: layer()(memory=page(kept), x=page())
    yield "the inputs are left alone", lambda: with_arguments(layer(), page(), page(kept))


def _parameters(candidate: Any, heads: int, each: int, inner: int) -> dict[str, Any]:
    layer = candidate(width=2 * heads * each, heads=heads, inner=inner, attend=Attend())
    biases = [getattr(layer, name, None) for name in ("content_bias", "position_bias")]
    return {
        "shapes": {name: list(item.shape) for name, item in sorted(layer.state_dict().items())},
        "kinds": {name: type(item).__name__ for name, item in layer.named_children() if not isinstance(item, Attend)},
        "largest bias at first": [x.abs().max().item() if isinstance(x, Tensor) else "none" for x in biases],
    }


def _without(layer: Any, part: str, *inputs: Tensor) -> Any:
    """One part gives nothing, so that the rest shows by itself."""
    with torch.no_grad():
        for weight in getattr(layer, part).parameters():
            weight.zero_()
    return layer(*inputs)


def _handed(candidate: Any, draw: Draw, x: Tensor, memory: Tensor | None) -> Any:
    """What attention was called with."""
    attend = Attend()
    layer = draw.fill_(candidate(12, 3, 7, attend))
    result = layer(x, memory)
    names = ("query", "key", "value", "distance keys", "content bias", "position bias")
    calls = [dict(zip(names, call, strict=True)) for call in attend.handed]
    return {"calls": len(calls), "handed": calls[0] if calls else None, "result": result}


def _in_turn(layer: Any, *pages: Tensor) -> list[Tensor]:
    """The same layer again and again, with a memory and without one."""
    first, second, third = pages
    return [layer(first), layer(second, first), layer(third, second), layer(first)]


def _weights(layer: Any, *inputs: Tensor) -> dict[str, Any]:
    layer(*inputs).square().sum().backward()
    return {name: weight.grad for name, weight in sorted(layer.named_parameters())}
