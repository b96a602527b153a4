"""What `LayoutEmbeddings` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.modules import RATES, evaluated, factors, in_training, shapes
from autograder.engine.probes import with_arguments
from autograder.exercises.layoutlm._modules import LAYOUTLM, boxes, grads, sizes_of, small

TABLES = Idea("word, position, segment, and six rows for the box, added and normalised", weight=4, point=True)
NAMES = Idea("what is saved has LayoutLM's names and shapes", weight=1)
EPS = Idea("the configuration's eps", weight=1)
DROPOUT = Idea("dropout comes last, in training", weight=1)
PADDING = Idea("the row of the padding learns nothing", weight=1)
LEARNS = Idea("left and right teach one table, top and bottom the other", weight=2)
BOX_TABLES = ("x_position", "y_position", "w_position", "h_position")
TRACES = Idea("nothing else is changed", weight=1)


@exercise(
    points=3,
    without=[LAYOUTLM + name for name in ("LayoutLMEmbeddings", "LayoutLMModel", "LayoutLMForTokenClassification")],
)
def LayoutEmbeddings(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Words in their places, added and normalised."""
    sizes = sizes_of(draw)
    module = evaluated(draw, candidate(small(sizes)))
    batch, tokens = draw.sizes(2, 2, 6)
    words, places, longest = (
        sizes[f"{n}"] for n in ("vocab_size", "max_2d_position_embeddings", "max_position_embeddings")
    )
    ids, bbox = draw.integers(batch, tokens, low=1, high=words), boxes(draw, batch, tokens, places=places)
    types = draw.integers(batch, tokens, high=4)
    one = draw.integers(1, 1, low=1, high=words)
    yield "the docstring's example", lambda: _example(candidate, draw, sizes), TABLES
    yield "names and shapes of what is saved", lambda: shapes(module), NAMES
    yield "one token", lambda: module(one, boxes(draw, 1, 1, places=places)), TABLES
    yield "a batch", lambda: module(ids, bbox), TABLES
    yield "as many tokens as there are positions", lambda: _long(module, draw, words, places, longest), TABLES
    yield "segments", lambda: module(ids, bbox, types), TABLES
    yield "called by names", lambda: module(bbox=bbox, token_type_ids=types, input_ids=ids), TABLES
    yield "the box moves by one", lambda: _moved(module, one, draw, places), TABLES
    yield "the box grows by one", lambda: _grown(module, one, draw, places), TABLES
    yield "an empty box, and the largest one", lambda: _extremes(module, one, places), TABLES
    yield "padding in the input", lambda: module(_padded(ids, 0), bbox), TABLES
    yield "a page as LayoutLM reads it", lambda: _whole_page(candidate, draw, sizes), TABLES
    yield "gradients", lambda: grads(module, ids, bbox, types), LEARNS
    yield "all words in one box", lambda: _one_box(module, draw, ids, places), LEARNS
    yield "numbers of a thousandth", lambda: _shrunken(evaluated(draw, candidate(small(sizes))), ids, bbox), EPS
    yield "another eps", lambda: _other_eps(candidate, draw, sizes, ids, bbox), EPS
    yield "in training, with dropout", lambda: _dropped(candidate, draw, sizes, ids, bbox), DROPOUT
    yield "in training, with a dropout of 1 and of 0", lambda: _all_and_none(candidate, draw, sizes, ids, bbox), DROPOUT
    yield "gradients, with padding", lambda: _padding_gradients(candidate, draw, sizes, ids, bbox), PADDING
    yield "float64, float16 and bfloat16", lambda: _dtypes(candidate, draw, sizes, ids, bbox), TABLES
    yield "the inputs are left alone", lambda: with_arguments(module, ids.clone(), bbox.clone(), types.clone()), TRACES
    yield (
        "another text, then the first again",
        lambda: [module(text, box) for text, box in ((ids[:1, :1], bbox[:1, :1]), (ids, bbox))][1],
        TRACES,
    )


def _example(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    """The example as it stands, and the same with sizes that are drawn."""
    from transformers import LayoutLMConfig

    module = candidate(LayoutLMConfig(vocab_size=50, hidden_size=12))
    tokens = draw.integer(2, 6)
    mine = candidate(small(sizes))(
        torch.ones(1, tokens, dtype=torch.int64), torch.ones(1, tokens, 4, dtype=torch.int64)
    )
    first = module(torch.tensor([[7, 3]]), torch.tensor([[[700, 90, 800, 120], [10, 90, 60, 120]]]))
    return [list(result.shape) for result in (first, mine)]


def _long(module: nn.Module, draw: Draw, words: int, places: int, longest: int) -> Tensor:
    return module(draw.integers(2, longest, low=1, high=words), boxes(draw, 2, longest, places=places))


def _in_boxes(module: nn.Module, word: Tensor, rows: Tensor) -> Tensor:
    """One word on as many pages as there are boxes, in one call."""
    result: Tensor = module(word.expand(len(rows), 1), rows.unsqueeze(1))
    return result


def _moved(module: nn.Module, word: Tensor, draw: Draw, places: int) -> Tensor:
    """One edge after the other; a box that is moved as a whole keeps its size."""
    steps = torch.tensor(((1, 0, 1, 0), (0, 1, 0, 1), (-1, 0, 0, 0), (0, 0, 0, 1)), device=word.device)
    return _in_boxes(module, word, (boxes(draw, 1, places=places) + steps).clamp(min=0))


def _grown(module: nn.Module, word: Tensor, draw: Draw, places: int) -> Tensor:
    """Twice as wide, then twice as high, from the same corner."""
    left, top = draw.sizes(2, 2, places // 4)
    sizes = ((3, 5), (6, 5), (3, 10))
    rows = [[left, top, left + wide, top + high] for wide, high in sizes]
    return _in_boxes(module, word, torch.tensor(rows, device=word.device))


def _extremes(module: nn.Module, word: Tensor, places: int) -> Tensor:
    last = places - 1
    rows = ([0, 0, 0, 0], [last, last, last, last], [0, 0, last, last], [0, last, last, last], [last, 0, last, last])
    return _in_boxes(module, word, torch.tensor(rows, device=word.device))


def _padded(ids: Tensor, token: int) -> Tensor:
    """The same with padding at the front and at the end."""
    padded = ids.clone()
    padded[0, 0] = padded[-1, -1] = token
    return padded


def _whole_page(candidate: Any, draw: Draw, sizes: dict[str, int]) -> Tensor:
    """512 tokens on 1,000 by 1,000, of which three are shown."""
    module = evaluated(draw, candidate(small(sizes, max_position_embeddings=512, max_2d_position_embeddings=1024)))
    ids, bbox = draw.integers(1, 512, low=1, high=sizes["vocab_size"]), boxes(draw, 1, 512, places=1001)
    bbox[0, -1] = 1000
    result: Tensor = module(ids, bbox)[0, draw.shuffled([0, 300, 511])]
    return result


def _one_box(module: nn.Module, draw: Draw, ids: Tensor, places: int) -> Tensor:
    """Left and right, top and bottom are the same row each: it learns twice."""
    edge, other = draw.sizes(2, 2, places - 1)
    found = grads(module, ids, torch.tensor([edge, other, edge, other], device=ids.device).expand(*ids.shape, 4))
    return torch.stack([found[f"{name}_embeddings.weight"] for name in BOX_TABLES])


def _shrunken(module: nn.Module, ids: Tensor, bbox: Tensor) -> Tensor:
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "embeddings" in name:
                parameter.mul_(1e-7)
    result: Tensor = module(ids[:1], bbox[:1])
    return result


def _other_eps(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor, bbox: Tensor) -> Tensor:
    result: Tensor = evaluated(draw, candidate(small(sizes, layer_norm_eps=draw.uniform(1).item())))(ids[:1], bbox[:1])
    return result


def _dropped(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor, bbox: Tensor) -> Tensor:
    """By what the numbers are multiplied. A rate that is for the weights of attention has no part in it."""
    config = small(sizes, hidden_dropout_prob=draw.choice(RATES), attention_probs_dropout_prob=0.9)
    module = evaluated(draw, candidate(config))
    return factors(in_training(module, ids, bbox), module(ids, bbox))


def _all_and_none(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor, bbox: Tensor) -> list[Tensor]:
    rates = ({"hidden_dropout_prob": rate, "attention_probs_dropout_prob": 1.0 - rate} for rate in (1.0, 0.0))
    return [in_training(evaluated(draw, candidate(small(sizes, **rate))), ids[:1], bbox[:1]) for rate in rates]


def _padding_gradients(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor, bbox: Tensor) -> dict[str, Any]:
    """With the padding in row 0, as in LayoutLM, and in another row; the boxes are small numbers, as those rows are.

    The other tables have a row 0, too, and it learns.
    """
    rows = (0, draw.integer(1, 6))
    near = bbox % 7
    near[0, 0] = 0
    near[..., 2:] += near[..., :2]
    modules = [evaluated(draw, candidate(small(sizes, pad_token_id=row))) for row in rows]
    first, other = (grads(module, _padded(ids, row), near) for module, row in zip(modules, rows, strict=True))
    words = [found["word_embeddings.weight"][:9] for found in (first, other)]
    tables = [first[f"{name}_embeddings.weight"] for name in ("position", "token_type", *BOX_TABLES)]
    none = torch.zeros(3, device=ids.device)
    return {"words": words, "the other tables": torch.stack([none if each is None else each[:3] for each in tables])}


def _dtypes(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor, bbox: Tensor) -> list[Tensor]:
    module, dtypes = candidate(small(sizes)), (torch.float64, torch.float16, torch.bfloat16)
    return [evaluated(draw, module.to(dtype))(ids[:1], bbox[:1]) for dtype in dtypes]
