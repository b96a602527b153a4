"""What `autocast_dtype` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, Thunk, exercise

LISTS = Idea("products are narrowed, losses widened, all others go on in what comes in", weight=3.0, point=True)
MEETING = Idea("two dtypes that meet", weight=1.0)
UNTOUCHED = Idea("float64 is left alone", weight=1.0)

HALF, BRAIN, SINGLE, DOUBLE = torch.float16, torch.bfloat16, torch.float32, torch.float64

PRODUCTS = {"matmul": 2, "linear": 2, "bmm": 2, "conv1d": 2, "scaled_dot_product_attention": 2}

LOSSES = {"mse_loss": 2, "l1_loss": 2, "cross_entropy": 1, "cdist": 2, "prod": 1}

TOGETHER = {"add": 2, "mul": 2, "cat": 2, "stack": 2}

ALONE = {"relu": 1, "gelu": 1, "exp": 1, "sum": 1, "softmax": 1, "layer_norm": 1}

EVERY = {**PRODUCTS, **LOSSES, **TOGETHER, **ALONE}  # each with its number of inputs

# torch refuses these where a half-precision input is not of autocast's dtype
SAME_HALF = ("cat", "stack")


@exercise(points=2, without=[torch.autocast])
def autocast_dtype(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Which dtype an operation gives inside `torch.autocast("cpu")`: a prediction."""
    ask = _Asker(candidate, draw)
    other = {name: count for name, count in EVERY.items() if name not in SAME_HALF}
    twice = {name: 2 for name, count in EVERY.items() if count == 2}
    yield "the docstring's example", _example(candidate, draw), LISTS
    yield "all inputs float32", ask(EVERY, SINGLE, SINGLE), LISTS
    yield "all inputs float32, autocast to float16", ask(EVERY, SINGLE, SINGLE, autocast=HALF), LISTS
    yield "all inputs bfloat16", ask(EVERY, BRAIN, BRAIN), LISTS
    yield "all inputs float16, autocast to float16", ask(EVERY, HALF, HALF, autocast=HALF), LISTS
    yield "float16, autocast to bfloat16", ask(other, HALF, HALF), LISTS
    yield "bfloat16, autocast to float16", ask(other, BRAIN, BRAIN, autocast=HALF), LISTS
    yield "a block, operation by operation", _block(candidate, draw), LISTS
    yield "bfloat16 and float32", ask(twice, BRAIN, SINGLE), MEETING
    yield "float32 and float16, autocast to float16", ask(twice, SINGLE, HALF, autocast=HALF), MEETING
    twice = {name: 2 for name in twice if name not in SAME_HALF}
    yield "float16 meets bfloat16", ask(twice, HALF, BRAIN, autocast=draw.choice([HALF, BRAIN])), MEETING
    yield "all inputs float64", ask(EVERY, DOUBLE, DOUBLE), UNTOUCHED
    yield "float64 meets a narrower one", ask(TOGETHER, DOUBLE, draw.choice([BRAIN, SINGLE])), UNTOUCHED


class _Asker:
    """Asks for predictions, in drawn order; two different inputs come in both orders."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.draw = candidate, draw

    def __call__(self, operations: dict[str, int], *inputs: torch.dtype, autocast: torch.dtype = BRAIN) -> Thunk:
        orders = [inputs, inputs[::-1]] if inputs[0] != inputs[-1] else [inputs]
        calls = [(name, order[:count]) for name, count in operations.items() for order in orders]
        drawn = self.draw.shuffled(calls)
        return lambda: predicted(self.candidate, drawn, autocast)


def predicted(candidate: Any, calls: list[tuple[str, tuple[torch.dtype, ...]]], autocast: torch.dtype) -> Any:
    """The prediction for each call by its number and its words; bfloat16 is autocast's own choice and goes unsaid."""
    options = {} if autocast is BRAIN else {"autocast": autocast}
    with _Asking() as watch:
        found = {
            f"{number}. {in_words(name, inputs)}": candidate(name, *inputs, **options)
            for number, (name, inputs) in enumerate(calls, 1)
        }
    kinds = sorted({type(item).__name__ for item in found.values()})
    return {**found, "types that came back": kinds, "autocast was asked": watch.seen}


def in_words(name: str, inputs: tuple[torch.dtype, ...]) -> str:
    return f"{name}({', '.join(str(dtype).removeprefix('torch.') for dtype in inputs)})"


def _example(candidate: Any, draw: Draw) -> Thunk:
    """Its two lines, and as many of other operations, all in drawn order."""
    others = [(draw.choice([*PRODUCTS]), (SINGLE, SINGLE)), (draw.choice([*TOGETHER]), (BRAIN, SINGLE))]
    calls = draw.shuffled([("linear", (SINGLE, SINGLE)), ("add", (BRAIN, SINGLE)), *others, ("softmax", (BRAIN,))])
    return lambda: predicted(candidate, calls, BRAIN)


def _block(candidate: Any, draw: Draw) -> Thunk:
    """The dtypes on the way through a layer with float32 weights, each from the ones before it."""
    choices = [
        draw.choice(names)
        for names in (["linear", "conv1d"], ["matmul", "bmm"], ["add", "cat"], ["layer_norm", "softmax"])
    ]
    autocasts = draw.shuffled([BRAIN, HALF])

    def through(autocast: torch.dtype) -> Any:
        first, second, third, fourth = choices
        query = candidate(first, SINGLE, SINGLE, autocast=autocast)
        mixed = candidate(second, query, query, autocast=autocast)
        stream = candidate(third, SINGLE, mixed, autocast=autocast)
        normed = candidate(fourth, stream, autocast=autocast)
        hidden = candidate("gelu", candidate("linear", normed, SINGLE, autocast=autocast), autocast=autocast)
        loss = candidate("cross_entropy", hidden, autocast=autocast)
        return dict(zip((*choices, "gelu", "cross_entropy"), (query, mixed, stream, normed, hidden, loss), strict=True))

    def look() -> Any:
        with _Asking() as watch:
            found = [through(autocast) for autocast in autocasts]
        return {"dtypes": found, "autocast was asked": watch.seen}

    return look


class _Asking(TorchFunctionMode):
    """Whether any operation runs while autocast is switched on: the prediction would be none."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen |= torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda")
        return func(*args, **(kwargs or {}))
