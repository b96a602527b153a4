"""What `autocast_dtype` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


@exercise(points=2, without=[torch.autocast])
def autocast_dtype(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Which dtype an operation gives inside `torch.autocast("cpu")`: a prediction."""
    half, brain, single, double = torch.float16, torch.bfloat16, torch.float32, torch.float64

    def predicted(operations: dict[str, int], *inputs: torch.dtype, autocast: torch.dtype = brain) -> Any:
        with _Asking() as watch:
            dtypes = {name: candidate(name, *inputs[:count], autocast=autocast) for name, count in operations.items()}
        return {**dtypes, "autocast was asked": watch.seen}

    yield "all inputs float32", lambda: predicted(EVERY, single, single)
    yield "all inputs float32, autocast to float16", lambda: predicted(EVERY, single, single, autocast=half)
    yield "all inputs bfloat16", lambda: predicted(EVERY, brain, brain)
    yield "all inputs float16, autocast to float16", lambda: predicted(EVERY, half, half, autocast=half)
    yield "all inputs float64", lambda: predicted(EVERY, double, double)
    yield "bfloat16 and float32", lambda: predicted(EVERY, brain, single)
    yield "float32 and float16, autocast to float16", lambda: predicted(EVERY, single, half, autocast=half)
    yield "float16, autocast to bfloat16", lambda: predicted({**PRODUCTS, **LOSSES, "add": 2, "exp": 1}, half, half)
    yield "float16 meets bfloat16", lambda: predicted({"add": 2, "mul": 2, "matmul": 2}, half, brain)
    yield "float64 meets bfloat16", lambda: predicted(TOGETHER, double, brain)
    yield "a block, operation by operation", lambda: _block(candidate, brain)
    yield "a block, autocast to float16", lambda: _block(candidate, half)


PRODUCTS = {"matmul": 2, "linear": 2, "bmm": 2, "conv1d": 2, "scaled_dot_product_attention": 2}

LOSSES = {"mse_loss": 2, "l1_loss": 2, "cross_entropy": 1, "cdist": 2, "prod": 1}

TOGETHER = {"add": 2, "mul": 2, "cat": 2, "stack": 2}

ALONE = {"relu": 1, "gelu": 1, "exp": 1, "sum": 1, "softmax": 1, "layer_norm": 1}

EVERY = {**PRODUCTS, **LOSSES, **TOGETHER, **ALONE}  # each with its number of inputs


def _block(candidate: Any, autocast: torch.dtype) -> Any:
    """The dtypes on the way through a layer with float32 weights, each from the ones before it."""
    x = weight = torch.float32
    with _Asking() as watch:
        query = candidate("linear", x, weight, autocast=autocast)
        mixed = candidate("scaled_dot_product_attention", query, query, autocast=autocast)
        stream = candidate("add", x, mixed, autocast=autocast)
        normed = candidate("layer_norm", stream, autocast=autocast)
        hidden = candidate("gelu", candidate("linear", normed, weight, autocast=autocast), autocast=autocast)
        loss = candidate("cross_entropy", hidden, autocast=autocast)
    return {"dtypes": [query, mixed, stream, normed, hidden, loss], "autocast was asked": watch.seen}


class _Asking(TorchFunctionMode):
    """Whether any operation runs while autocast is switched on: the prediction would be none."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen |= torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda")
        return func(*args, **(kwargs or {}))
