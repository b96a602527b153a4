"""What `init_bert_weights` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.modules._shared import given_all


class Block(nn.Module):
    """Large enough that a standard deviation is known to one part in a hundred."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(300, 64, padding_idx=3)
        self.places = nn.Embedding(200, 64)
        self.up = nn.Linear(64, 160)
        self.down = nn.Sequential(nn.Linear(160, 64, bias=False), nn.LayerNorm(64), nn.Dropout(0.1))
        self.bare = nn.LayerNorm(64, elementwise_affine=False)
        self.filter = nn.Conv1d(4, 4, 3)


@exercise(points=2)
def init_bert_weights(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The first weights of a BERT, module by module."""
    noise = {name: draw.normal(*value.shape) for name, value in Block().named_parameters()}

    def started(**options: Any) -> Block:
        block = given_all(Block(), noise)
        block.apply(lambda module: candidate(module, **options))
        return block

    def spread(tensor: Any, std: float = 0.02) -> dict[str, Any]:
        """Of a normal distribution 68.3 % lie within one standard deviation; of a uniform one, 57.7 %."""
        scaled = tensor.detach() / std
        inner = (scaled.abs() < 1).double().mean().item()
        return {
            "standard deviation over std": round(scaled.std().item(), 1),
            "mean near 0": abs(scaled.mean().item()) < 0.1,
            "bell-shaped": 0.65 < inner < 0.715,
        }

    def itself() -> dict[str, Any]:
        block = given_all(Block(), noise)
        before = dict(block.named_parameters())
        block.up.weight.requires_grad_(False)
        result = [candidate(part) for part in block.modules()]
        same = all(before[name] is value for name, value in block.named_parameters())
        needs = [name for name, value in block.named_parameters() if not value.requires_grad]
        return {"the same parameters": same, "frozen": needs, "returns": result, "weight": spread(block.up.weight)}

    def one_module() -> dict[str, Any]:
        """`apply` visits every module: the function must not go deeper itself."""
        block = given_all(Block(), noise)
        for part in (block, block.down, block.up):
            candidate(part)
        return {"asked for": spread(block.up.weight), "inside what was asked for": block.down[0].weight}

    def others() -> dict[str, Any]:
        block = started()
        return {"linear": spread(block.up.weight), **dict(block.filter.named_parameters())}

    yield "a linear layer's weight", lambda: spread(started().up.weight)
    yield "a linear layer's bias", lambda: started().up.bias
    yield "a linear layer without a bias", lambda: spread(started().down[0].weight)
    yield "an embedding", lambda: spread(started().places.weight)
    yield "an embedding with padding", lambda: _with_padding(started().words.weight, spread)
    yield "a layer norm", lambda: {"weight": started().down[1].weight, "bias": started().down[1].bias}
    yield "another std", lambda: [spread(started(std=0.5).up.weight, 0.5), spread(started(std=0.5).words.weight, 0.5)]
    yield "other modules are left alone", others
    yield "one module at a time", one_module
    yield "the parameters stay the same objects", itself


def _with_padding(table: Tensor, spread: Callable[[Tensor], Any]) -> dict[str, Any]:
    return {"the padding's row": table[3], "the others": spread(torch.cat([table[:3], table[4:]]))}
