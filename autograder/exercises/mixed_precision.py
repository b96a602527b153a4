"""What the exercises of `22_mixed_precision` must show.

Where a format is at stake, bits are compared and not only values: a tolerance would not tell -0 from 0, nor one number
of a format from its neighbour. Scales and learning rates are powers of two, so that right answers agree exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.engine.tolerance import Leeway

Faults = dict[int, tuple[int, float]]
INTEGERS = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
SOFTMAX = [
    torch.softmax, torch.Tensor.softmax, F.softmax, torch.log_softmax, torch.Tensor.log_softmax, F.log_softmax,
    torch.special.softmax, torch.special.log_softmax, F.softmin, torch.logsumexp, torch.Tensor.logsumexp,
    F.scaled_dot_product_attention, nn.Softmax, nn.LogSoftmax,
]  # fmt: skip
SCALERS = [torch.amp.GradScaler, torch._amp_foreach_non_finite_check_and_unscale_, torch._amp_update_scale_]
SPECIAL = (  # float32, by their bits: zeros, the ends of the subnormals and normals, ties, infinities, NaNs
    0x00000000, 0x00000001, 0x00007FFF, 0x00008000, 0x00008001, 0x00018000, 0x007F8000, 0x007FFFFF, 0x00800000,
    0x3F7F7FFF, 0x3F7F8000, 0x3F7FFFFF, 0x3F800000, 0x3F807FFF, 0x3F808000, 0x3F808001, 0x3F818000, 0x3F820000,
    0x7F7F0000, 0x7F7F7FFF, 0x7F7F8000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7F808000, 0x7FC00000, 0x7FFFFFFF,
)  # fmt: skip


@exercise(points=2)
def float_bits(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Sign, exponent and fraction of each number, as whole numbers."""
    special = torch.tensor([0.0, -0.0, torch.inf, -torch.inf, torch.nan, 1.0, -2.0, 0.1, 1e-40], device=draw.device)
    yield "float32: special values", lambda: _fields(candidate(special))
    yield "float32: random numbers", lambda: _fields(candidate(_patterns(draw, torch.float32, 3, 5)))
    yield "float16: all 65,536 numbers", lambda: _checksums(candidate(_all_patterns(draw, torch.float16)))
    yield "float16: random numbers", lambda: _fields(candidate(_patterns(draw, torch.float16, 7)))
    yield "bfloat16: all 65,536 numbers", lambda: _checksums(candidate(_all_patterns(draw, torch.bfloat16)))
    yield "bfloat16: random numbers", lambda: _fields(candidate(_patterns(draw, torch.bfloat16, 7)))
    yield "float8_e4m3fn: all 256 numbers", lambda: _fields(candidate(_all_patterns(draw, torch.float8_e4m3fn)))
    yield "float8_e5m2: all 256 numbers", lambda: _fields(candidate(_all_patterns(draw, torch.float8_e5m2)))
    yield "one number, no dimension", lambda: _fields(candidate(draw.normal()))
    yield "not contiguous", lambda: _fields(candidate(_patterns(draw, torch.float32, 4, 3).mT))
    yield "the input is left alone", lambda: with_arguments(lambda x: _fields(candidate(x)), draw.normal(5))


@exercise(points=3, without=[torch.Tensor.bfloat16])
def round_to_bfloat16(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The nearest number that bfloat16 has, by arithmetic on bits."""
    special = _from_bits(draw, SPECIAL)
    ties = (draw.integers(40, low=-(2**15), high=2**15) << 16 | 0x8000).int().view(torch.float32)
    subnormal = draw.integers(40, low=0, high=2**23).int().view(torch.float32)

    def rounded(x: Tensor, look: Callable[[Any], Any] = _values_and_bits) -> Any:
        with _Conversions() as watch:
            result = candidate(x)
        return {"rounded": look(result), "torch converted it": watch.seen}

    yield "ordinary numbers", lambda: rounded(draw.normal(4, 7))
    yield "random bits", lambda: rounded(_patterns(draw, torch.float32, 60))
    yield "halfway between two numbers", lambda: rounded(ties)
    yield "special values", lambda: rounded(special)
    yield "special values, negative", lambda: rounded(-special)
    yield "subnormal numbers", lambda: rounded(subnormal)
    yield "all 65,536 upper halves with 6 lower halves", lambda: rounded(_halves(draw), _sums_of_bits)
    yield "one number, no dimension", lambda: rounded(draw.normal())
    yield "not contiguous", lambda: rounded(draw.normal(5, 3).mT)
    yield "the input is left alone", lambda: with_arguments(rounded, draw.normal(6))


@exercise(
    points=3,
    without=SOFTMAX,
    leeway=Leeway(factor=0.08, reason="a weight is rounded once: one step of float16 or bfloat16 either way, no more"),
)
def safe_softmax_half(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Softmax of half-precision scores: float32 inside, rounded once."""
    half, brain = torch.float16, torch.bfloat16
    low = torch.tensor([[-60000.0], [60000.0], [5.0]], device=draw.device)
    hidden_top = torch.cat([draw.normal(2, 3, 4), torch.full((2, 3, 1), 6e4, device=draw.device)], dim=-1).half()
    one_hidden = torch.tensor([True] * 4 + [False], device=draw.device)
    yield "float16", lambda: candidate(draw.normal(2, 3, 5, dtype=half))
    yield "bfloat16", lambda: candidate(draw.normal(2, 3, 5, dtype=brain))
    yield "one row, no batch", lambda: candidate(draw.normal(7, dtype=half))
    yield "scores of several hundred", lambda: candidate((200 * draw.normal(3, 6)).half())
    yield "rows at both ends of float16", lambda: candidate((low + 50 * draw.normal(3, 6)).half())
    yield "small weights beside a large one", lambda: _small_weights(candidate, draw, half)
    yield "small weights beside a large one, bfloat16", lambda: _small_weights(candidate, draw, brain)
    yield "70,000 keys alike", lambda: _many(candidate(torch.zeros(2, 70_000, dtype=half, device=draw.device)))
    yield "masked", lambda: candidate(draw.normal(2, 3, 5, dtype=half), draw.mask(2, 3, 5))
    yield "masked, bfloat16", lambda: candidate(draw.normal(2, 3, 5, dtype=brain), draw.mask(2, 1, 5))
    yield "the largest score is hidden", lambda: candidate(hidden_top, one_hidden)
    yield "a query that may look at nothing", lambda: candidate(draw.normal(2, 3, 5, dtype=half), _empty_row(draw))
    yield "gradients, masked", lambda: gradients(candidate, draw.normal(2, 3, 5, dtype=half), mask=_empty_row(draw))
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(3, 5).half(), draw.mask(3, 5))


@exercise(points=4, without=SCALERS)
def LossScaler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A scale for the loss that backs off after an overflow and grows after quiet steps."""
    infinite = torch.inf
    bad = {step: (0, infinite) for step, hit in enumerate(draw.mask(14, keep=0.3).tolist()) if hit}
    yield "the loss is multiplied", lambda: candidate(init_scale=8.0).scale(draw.normal())
    yield "the scale at the start", lambda: [candidate().get_scale(), candidate(init_scale=4.0).get_scale()]
    yield "three quiet steps", lambda: _trace(candidate(), draw, 3)
    yield "an overflow at the second step", lambda: _trace(candidate(), draw, 3, {1: (0, infinite)})
    yield "minus infinity", lambda: _trace(candidate(), draw, 3, {1: (0, -infinite)})
    yield "NaN", lambda: _trace(candidate(), draw, 3, {0: (0, torch.nan)})
    yield "only the last parameter overflows", lambda: _trace(candidate(), draw, 3, {1: (1, infinite)})
    yield "growth after 3 quiet steps", lambda: _trace(candidate(growth_interval=3), draw, 8)
    yield "an overflow starts the count anew", lambda: _trace(candidate(growth_interval=3), draw, 7, {2: (0, infinite)})
    yield "other factors", lambda: _trace(candidate(16.0, 4.0, 0.25, 2), draw, 6, {3: (0, infinite)})
    yield "factors by name", lambda: _trace(candidate(backoff_factor=0.125), draw, 2, {0: (0, infinite)})
    yield "overflows at random, with momentum", lambda: _trace(candidate(growth_interval=2), draw, 14, bad, 0.5)
    yield "two thousand quiet steps, as torch counts", lambda: _long_calm(candidate(), draw)
    yield "unscale_, look, then step", lambda: _unscaled_by_hand(candidate(), draw)
    yield "unscale_ twice", lambda: _unscaled_twice(candidate(), draw)
    yield "two optimizers, one overflows", lambda: _two_optimizers(candidate(), draw)
    yield "a parameter without gradient", lambda: _without_gradient(candidate(), draw)


@exercise(points=2)
def unscale_and_clip(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Gradients divided by the scale, then clipped to a norm: the mended draft."""

    def clipped(parameters: list[nn.Parameter], scale: float, limit: float, hand_over: Callable = list) -> Any:
        norm = candidate(hand_over(parameters), scale, limit)
        return {"norm": norm, "gradients": [parameter.grad for parameter in parameters]}

    def overflowed() -> Any:
        parameters = _with_gradients(draw, 8.0)
        _gradient(parameters[1])[2] = torch.inf
        return {"norm": candidate(parameters, 8.0, 1.0)}

    def values() -> Any:
        parameters = _with_gradients(draw, 8.0)
        return {**clipped(parameters, 8.0, 0.5), "parameters afterwards": parameters}

    unreached = nn.Parameter(draw.normal(2))
    yield "above the limit", lambda: clipped(_with_gradients(draw, 1024.0), 1024.0, 0.5)
    yield "below the limit", lambda: clipped(_with_gradients(draw, 1024.0), 1024.0, 50.0)
    yield "a scale of 65,536", lambda: clipped(_with_gradients(draw, 65536.0), 65536.0, 1.0)
    yield "a scale of 1", lambda: clipped(_with_gradients(draw, 1.0), 1.0, 1.0)
    yield "a scale below 1", lambda: clipped(_with_gradients(draw, 0.25), 0.25, 1.0)
    yield "a generator, as model.parameters() is", lambda: clipped(_with_gradients(draw, 64.0), 64.0, 1.0, iter)
    yield "a parameter without gradient", lambda: clipped([unreached, *_with_gradients(draw, 8.0)], 8.0, 1.0)
    yield "one parameter", lambda: clipped(_with_gradients(draw, 8.0)[:1], 8.0, 0.25)
    yield "gradients of zero", lambda: clipped(_with_gradients(draw, 0.0), 8.0, 1.0)
    yield "an overflow shows in the norm", overflowed
    yield "the parameters are left alone", values


@exercise(points=3)
def master_weight_step(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One step of an optimizer on float32 masters of half-precision weights."""
    yield "one step", lambda: _mastered(candidate, draw, 1)
    yield "one step, bfloat16", lambda: _mastered(candidate, draw, 1, dtype=torch.bfloat16)
    yield "twenty steps too small for float16", lambda: _mastered(candidate, draw, 20, lr=2.0**-14)
    yield "gradients too small for float16", lambda: _mastered(candidate, draw, 3, size=2.0**-30, scale=2.0**24)
    yield "three steps with momentum", lambda: _mastered(candidate, draw, 3, momentum=0.5)
    yield "an overflow", lambda: _mastered(candidate, draw, 1, bad={0: torch.inf})
    yield "an overflow in the second of three steps", lambda: _mastered(candidate, draw, 3, bad={1: torch.nan})
    yield "the scale grows after two steps", lambda: _mastered(candidate, draw, 5, growth_interval=2)
    yield "a weight without gradient", lambda: _mastered(candidate, draw, 2, skip=1)
    yield "one step, looked at even after an error", lambda: _looked_at(candidate, draw)
    yield "the weights stay where they lie", lambda: _in_place(candidate, draw)


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


class _Conversions(TorchDispatchMode):
    """Whether torch itself rounds something to bfloat16. Bits that are merely read as bfloat16 are no conversion."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = [item for item in args if isinstance(item, Tensor)]
        rounded = isinstance(result, Tensor) and result.dtype is torch.bfloat16
        bits = any(not item.is_floating_point() for item in given) and "view" in str(func)
        known = any(item.dtype is torch.bfloat16 for item in given) and "copy" not in str(func)
        self.seen |= rounded and not bits and (not known or "lift" in str(func))
        return result


class _Asking(TorchFunctionMode):
    """Whether any operation runs while autocast is switched on: the prediction would be none."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen |= torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda")
        return func(*args, **(kwargs or {}))


def _patterns(draw: Draw, dtype: torch.dtype, *shape: int) -> Tensor:
    """Numbers of random bits: every exponent is as likely as any other."""
    bits = 8 * dtype.itemsize
    drawn = draw.integers(*shape, low=-(2 ** (bits - 1)), high=2 ** (bits - 1))
    return drawn.to(INTEGERS[dtype.itemsize]).view(dtype)


def _all_patterns(draw: Draw, dtype: torch.dtype) -> Tensor:
    half = 2 ** (8 * dtype.itemsize - 1)
    return torch.arange(-half, half, device=draw.device).to(INTEGERS[dtype.itemsize]).view(dtype)


def _from_bits(draw: Draw, patterns: Sequence[int]) -> Tensor:
    return torch.tensor(patterns, device=draw.device).int().view(torch.float32)


def _halves(draw: Draw) -> Tensor:
    """Each upper half of a float32 that there is, beside lower halves around the middle and at the ends."""
    lower = torch.tensor([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF], device=draw.device)
    return (torch.arange(-(2**15), 2**15, device=draw.device).unsqueeze(-1) << 16 | lower).int().view(torch.float32)


def _fields(result: Any) -> Any:
    """The three fields by name."""
    sign, exponent, fraction = result
    return {"sign": sign, "exponent": exponent, "fraction": fraction}


def _checksums(result: Any) -> Any:
    """A sum for each field in which every number has its own weight: 65,536 numbers are too many for a sheet."""
    fields = _fields(result)
    return {name: {"shape": list(item.shape), "checksum": _weighed(item)} for name, item in fields.items()}


def _weighed(item: Tensor) -> int:
    return int((item.flatten().long() * torch.arange(1, item.numel() + 1, device=item.device)).sum())


def _values_and_bits(result: Any) -> dict[str, Any]:
    """The bits as text, eight hexadecimal digits a number: a card shows them. NaN has many patterns; each will do."""
    words = _words(result)
    if words is None:
        return {"values": result, "bits": None}
    return {"values": result, "bits": [f"{word & 0xFFFFFFFF:08x}" for word in words.flatten().tolist()]}


def _words(result: Any) -> Tensor | None:
    """The bits of float32 numbers as integers, one pattern for all NaN."""
    if not isinstance(result, Tensor) or result.dtype is not torch.float32:
        return None
    return torch.where(result.isnan(), 0x7FC00000, result.contiguous().view(torch.int32))


def _sums_of_bits(result: Any) -> Any:
    """For each sign and exponent one sum over the bits of its numbers."""
    words = _words(result)
    return None if words is None else words.long().view(512, -1).sum(-1)


def _small_weights(candidate: Any, draw: Draw, dtype: torch.dtype) -> Tensor:
    """One score of 8.5, others between -0.6 and 0: the differences need more digits than a half has. The weights of
    the others, times 1024."""
    scores = -0.6 * draw.uniform(4, 30)
    scores[:, 0] = 8.5
    return candidate(scores.to(dtype))[:, 1:] * 1024


def _many(weights: Tensor) -> dict[str, Any]:
    return {"shape": list(weights.shape), "three of them": weights[0, :3], "times 1024": weights[1, -3:] * 1024}


def _empty_row(draw: Draw) -> Tensor:
    mask = draw.mask(2, 3, 5)
    mask[0, 1] = False
    return mask


def _gradient(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def _weights(draw: Draw) -> list[nn.Parameter]:
    return [nn.Parameter(draw.normal(3, 4)), nn.Parameter(draw.normal(5))]


def _backward(scaler: Any, weights: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
    """A backward pass whose true gradients are `slopes`."""
    loss = sum((weight * slope).sum() for weight, slope in zip(weights, slopes, strict=True))
    scaler.scale(loss).backward()


def _trace(scaler: Any, draw: Draw, steps: int, bad: Faults | None = None, momentum: float = 0.0) -> Any:
    """Scale and weights after each step, and the last gradients.

    `bad`: step → (which parameter, what its gradient gets).
    """
    weights = _weights(draw)
    slopes = [[draw.normal(*weight.shape) for weight in weights] for _ in range(steps)]
    for step, (which, value) in (bad or {}).items():
        slopes[step][which].view(-1)[1] = value
    optimizer = torch.optim.SGD(weights, lr=0.25, momentum=momentum)
    scales, lines = [], []
    for step in range(steps):
        optimizer.zero_grad()
        _backward(scaler, weights, slopes[step])
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
        lines.append(torch.cat([weight.detach().flatten() for weight in weights]))
    return {
        "scale after each step": scales,
        "weights after each step": torch.stack(lines),
        "last gradients": [weight.grad for weight in weights],
    }


def _long_calm(scaler: Any, draw: Draw) -> Any:
    """The scale right before, at and after the step at which it grows by default."""
    weight = nn.Parameter(draw.normal(1))
    optimizer = torch.optim.SGD([weight], lr=0.25)
    _backward(scaler, [weight], [draw.normal(1)])
    scales = []
    for _ in range(2001):
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    return {"scale after 1, 1999, 2000 and 2001 steps": [scales[0], *scales[-3:]]}


def _unscaled_by_hand(scaler: Any, draw: Draw) -> Any:
    weights, slopes = _weights(draw), [draw.normal(3, 4), draw.normal(5)]
    optimizer = torch.optim.SGD(weights, lr=0.25)
    _backward(scaler, weights, slopes)
    scaler.unscale_(optimizer)
    seen = [_gradient(weight).clone() for weight in weights]
    scaler.step(optimizer)
    scaler.update()
    return {"after unscale_": seen, "weights": weights, "second round": _trace(scaler, draw, 1)}


def _unscaled_twice(scaler: Any, draw: Draw) -> Any:
    weights, slopes = _weights(draw), [draw.normal(3, 4), draw.normal(5)]
    optimizer = torch.optim.SGD(weights, lr=0.25)
    _backward(scaler, weights, slopes)
    scaler.unscale_(optimizer)
    return scaler.unscale_(optimizer)


def _two_optimizers(scaler: Any, draw: Draw) -> Any:
    weights, slopes = _weights(draw), [draw.normal(3, 4), draw.normal(5)]
    slopes[0][1, 2] = torch.inf
    optimizers = [torch.optim.SGD([weight], lr=0.25) for weight in weights]
    _backward(scaler, weights, slopes)
    for optimizer in optimizers:
        scaler.step(optimizer)
    scaler.update()
    return {"overflowed": weights[0], "went on": weights[1], "scale": scaler.get_scale()}


def _without_gradient(scaler: Any, draw: Draw) -> Any:
    weights, slope, frozen = _weights(draw), draw.normal(5), nn.Parameter(draw.normal(2), requires_grad=False)
    optimizer = torch.optim.SGD([weights[0], frozen, weights[1]], lr=0.25)
    _backward(scaler, weights[1:], [slope])
    scaler.step(optimizer)
    scaler.update()
    return {"weights": [*weights, frozen], "scale": scaler.get_scale()}


def _with_gradients(draw: Draw, scale: float) -> list[nn.Parameter]:
    """Two parameters whose gradients are `scale` times normal numbers."""
    parameters = _weights(draw)
    for parameter in parameters:
        parameter.grad = draw.normal(*parameter.shape) * scale
    return parameters


def _mastered(
    candidate: Any, draw: Draw, steps: int, *, dtype: torch.dtype = torch.float16, lr: float = 0.125, size: float = 1.0,
    scale: float = 256.0, momentum: float = 0.0, growth_interval: int = 1000, bad: dict[int, float] | None = None,
    skip: int = -1,
) -> Any:  # fmt: skip
    """Weights, masters and scale after some steps; `skip` is a weight without gradient."""
    weights = [nn.Parameter(item.detach().clamp(-3, 3).to(dtype)) for item in _weights(draw)]
    slopes = [[_eighths(draw, *weight.shape) * size * scale for weight in weights] for _ in range(steps)]
    masters, optimizer, scaler = _set_up(weights, lr / size, momentum, scale, growth_interval)
    for step in range(steps):
        for number, (weight, slope) in enumerate(zip(weights, slopes[step], strict=True)):
            weight.grad = None if number == skip and step == steps - 1 else slope.to(dtype)
        if bad and step in bad:
            _gradient(weights[1])[2] = bad[step]
        candidate(weights, masters, optimizer, scaler)
    return {
        "weights": [weight.detach().float() for weight in weights],
        "dtypes": [weight.dtype for weight in weights],
        "masters": masters,
        "the weights are the rounded masters": all(map(torch.equal, weights, [item.to(dtype) for item in masters])),
        "scale": scaler.get_scale(),
    }


def _eighths(draw: Draw, *shape: int) -> Tensor:
    """Multiples of an eighth between -2 and 2: exact in every format."""
    return draw.integers(*shape, low=-16, high=17).float() / 8


def _set_up(weights: list[nn.Parameter], lr: float, momentum: float, scale: float, growth_interval: int) -> Any:
    masters = [weight.detach().float().requires_grad_() for weight in weights]
    optimizer = torch.optim.SGD(masters, lr=lr, momentum=momentum)
    scaler = torch.amp.GradScaler(weights[0].device.type, init_scale=scale, growth_interval=growth_interval)
    scaler.scale(torch.zeros((), device=weights[0].device))  # the library's scaler wakes up here
    return masters, optimizer, scaler


def _looked_at(candidate: Any, draw: Draw) -> Any:
    """How far one step came."""
    weights = [nn.Parameter(item.detach().half()) for item in _weights(draw)]
    masters, optimizer, scaler = _set_up(weights, 0.125, 0.0, 256.0, 1)
    for weight in weights:
        weight.grad = _eighths(draw, *weight.shape).half()
    try:
        candidate(weights, masters, optimizer, scaler)
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise
    return {"masters": masters, "scale": scaler.get_scale(), "weights": [item.detach().float() for item in weights]}


def _in_place(candidate: Any, draw: Draw) -> Any:
    weights = [nn.Parameter(item.detach().half()) for item in _weights(draw)]
    masters, optimizer, scaler = _set_up(weights, 0.125, 0.0, 256.0, 1000)
    places = [item.data_ptr() for item in (*weights, *masters)]
    for weight in weights:
        weight.grad = _eighths(draw, *weight.shape).half()
    kept = [_gradient(weight).clone() for weight in weights]
    candidate(weights, masters, optimizer, scaler)
    return {
        "weights": [weight.detach().float() for weight in weights],
        "same memory": places == [item.data_ptr() for item in (*weights, *masters)],
        "the weights need gradients": [weight.requires_grad for weight in weights],
        "gradients of the weights unchanged": all(map(torch.equal, map(_gradient, weights), kept)),
    }
