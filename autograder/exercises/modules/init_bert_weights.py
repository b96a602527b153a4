"""What `init_bert_weights` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.modules._shared import given_all

TABLE = Idea("each kind of module gets its first weights", weight=3, point=True)
ALONE = Idea("nothing else is touched", weight=3)
EDGES = Idea("what is None or 0 is provided for, and so are subclasses", weight=2.5)
STD = 0.02


class Block(nn.Module):
    """Large enough that a standard deviation is known to one part in fifty."""

    def __init__(self, words: int, width: int, wide: int, padding: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width, padding_idx=padding)
        self.first_is_padding = nn.Embedding(words, width, padding_idx=0)
        self.places = nn.Embedding(words, width)
        self.up = nn.Linear(width, wide)
        self.down = nn.Sequential(nn.Linear(wide, width, bias=False), nn.LayerNorm(width), nn.Dropout(0.1))
        self.bare = nn.LayerNorm(width, elementwise_affine=False)
        self.filter = nn.Conv1d(4, 4, 3)
        self.norm = nn.BatchNorm1d(4)
        self.weight = nn.Parameter(torch.zeros(4))


class Projection(nn.Linear):
    """A linear layer, as `out_proj` of `nn.MultiheadAttention` is one."""


class Table(nn.Embedding):
    """An embedding, as tables of places often are."""


class Norm(nn.LayerNorm):
    """A layer norm, as one that computes in float32."""


class _Bench:
    """The candidate, and models of drawn sizes, full of drawn noise."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate = candidate
        self.sizes = (draw.integer(130, 170), draw.integer(40, 60), draw.integer(61, 99), draw.integer(1, 100))
        self.noise = {name: draw.normal(*value.shape) for name, value in Block(*self.sizes).named_parameters()}
        self.std = draw.uniform(1, low=0.3, high=0.7).item()
        self.values = [draw.normal(3, 2), draw.normal(3)]

    def block(self) -> Block:
        return given_all(Block(*self.sizes), self.noise)

    def started(self, **options: Any) -> Any:
        block = self.block()
        block.apply(lambda module: self.candidate(module, **options))
        return block


@exercise(points=2)
def init_bert_weights(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The first weights of a BERT, module by module."""
    bench = _Bench(candidate, draw)
    started = bench.started
    yield "a linear layer's weight", lambda: spread(started().up.weight), TABLE
    yield "a linear layer's bias", lambda: started().up.bias, TABLE
    yield "an embedding", lambda: spread(started().places.weight), TABLE
    yield "an embedding with padding", lambda: _padded(started().words.weight, bench.sizes[3]), TABLE
    yield "a layer norm", lambda: {"weight": started().down[1].weight, "bias": started().down[1].bias}, TABLE
    yield "another std", lambda: _other_std(started(std=bench.std), bench.std), TABLE
    yield "the first row is the padding", lambda: _padded(started().first_is_padding.weight, 0), EDGES
    yield "a linear layer without a bias", lambda: spread(started().down[0].weight), EDGES
    yield "a layer norm without a bias", lambda: _norm_without_a_bias(bench), EDGES
    yield "subclasses of the three", lambda: _subclasses(bench), EDGES
    yield "two tables of one size", lambda: _tables(started())
    yield "std 0", lambda: started(std=0.0).up.weight[:3], EDGES
    yield "other modules are left alone", lambda: _others(started()), ALONE
    yield "one module at a time", lambda: _one_module(bench), ALONE
    yield "the parameters stay the same objects", lambda: _itself(bench), ALONE
    yield "the docstring's example", lambda: _example(bench)


def spread(tensor: Tensor, std: float = STD) -> dict[str, Any]:
    """Of a normal distribution 68.3 % lie within one standard deviation; of an even one, 57.7 %."""
    scaled = tensor.detach().double() / std
    deviation = scaled.std().item()
    inner = (scaled.abs() < deviation).double().mean().item()
    return {
        "standard deviation over std": float(f"{deviation:.1g}"),
        "mean over std": round(scaled.mean().item()) + 0.0,
        "within one standard deviation": round(inner, 1),
        "shape": list(tensor.shape),
    }


def _padded(table: Tensor, row: int) -> dict[str, Any]:
    return {"the padding's row": table[row], "the others": spread(torch.cat([table[:row], table[row + 1 :]]))}


def _other_std(block: Block, std: float) -> list[Any]:
    return [spread(block.up.weight, std), spread(block.places.weight, std)]


def _norm_without_a_bias(bench: _Bench) -> dict[str, Any]:
    norm = nn.LayerNorm(bench.sizes[1], bias=False)
    norm.weight.data.fill_(3.0)
    bench.candidate(norm)
    return {"weight": norm.weight, "bias": norm.bias}


def _subclasses(bench: _Bench) -> dict[str, Any]:
    words, width, wide, padding = bench.sizes
    layer, table, norm = Projection(width, wide), Table(words, width, padding_idx=padding), Norm(width)
    for module in (layer, table, norm):
        for parameter in module.parameters():
            parameter.data.fill_(3.0)
        bench.candidate(module)
    return {
        "linear": {"weight": spread(layer.weight), "bias": layer.bias},
        "embedding": _padded(table.weight, padding),
        "norm": {"weight": norm.weight, "bias": norm.bias},
    }


def _tables(block: Block) -> dict[str, Any]:
    """The first row may be the padding's."""
    one, other = block.places.weight[1:], block.first_is_padding.weight[1:]
    again = "the same numbers" if torch.equal(one, other) else "other numbers"
    return {"in the first": spread(one), "in the second": again}


def _others(block: Block) -> dict[str, Any]:
    left = {**dict(block.filter.named_parameters()), "norm": block.norm.weight, "its own": block.weight}
    return {"a linear layer": spread(block.up.weight), **left}


def _one_module(bench: _Bench) -> dict[str, Any]:
    """`apply` visits every module: the function must not go deeper itself."""
    block: Any = bench.block()
    for part in (block, block.down, block.up):
        bench.candidate(part)
    return {"asked for": spread(block.up.weight), "inside what was asked for": block.down[0].weight[:3]}


def _itself(bench: _Bench) -> dict[str, Any]:
    block = bench.block().double()
    before = dict(block.named_parameters())
    block.up.weight.requires_grad_(False)
    for part in block.modules():
        bench.candidate(part)
    same = sorted(name for name, value in block.named_parameters() if before[name] is value)
    needs = [name for name, value in block.named_parameters() if not value.requires_grad]
    dtypes = sorted({str(value.dtype) for value in block.parameters()})
    return {"the same": same, "frozen": needs, "dtypes": dtypes, "weight": spread(block.up.weight)}


def _example(bench: _Bench) -> dict[str, Any]:
    layer, other = nn.Linear(2, 2), nn.Linear(2, 3)
    other.weight.data, other.bias.data = (value.clone() for value in bench.values)
    for module in (layer, nn.Flatten()):
        bench.candidate(module)
    bench.candidate(nn.Sequential(other))
    return {"the example": layer.bias.tolist(), "inside another module": [other.weight, other.bias]}
