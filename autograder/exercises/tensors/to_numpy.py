"""What `to_numpy` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise


class Elsewhere(Tensor):
    """A CPU tensor that behaves as one on a CUDA device: NumPy cannot read it until it is brought to the CPU.

    So that a forgotten `.cpu()` shows on a machine without CUDA too.
    """

    @classmethod
    def __torch_function__(
        cls, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        options = kwargs or {}
        forced = bool(options.get("force", args[1:2] == (True,)))
        to_cpu = func == Tensor.to and any(str(item) == "cpu" for item in [*args[1:], *options.values()])
        if func == Tensor.cpu or to_cpu or (func == Tensor.numpy and forced):
            return func(args[0].as_subclass(Tensor), *args[1:], **options)
        if func in (Tensor.numpy, Tensor.__array__):
            raise TypeError(
                "can't convert cuda:0 device type tensor to numpy. "
                "Use Tensor.cpu() to copy the tensor to host memory first."
            )
        if func == Tensor.is_cuda.__get__:  # type: ignore[attr-defined]
            return True
        if func == Tensor.is_cpu.__get__:  # type: ignore[attr-defined]
            return False
        if func == Tensor.device.__get__:
            return torch.device("cuda:0")
        return super().__torch_function__(func, types, args, options)


MEMORY = Idea("no copy where none is needed, and the tensor stays as it was", weight=1)
OBSTACLES = Idea("each obstacle is taken away: the gradient, the device, bfloat16", weight=2, point=True)


@exercise(points=2)
def to_numpy(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Any tensor as a NumPy array."""
    rows, columns = draw.sizes(2, 2, 7)
    yield "tensors without obstacles", lambda: _each_kind(candidate, draw)
    yield "no elements, no dimensions", lambda: [candidate(draw.normal(0, rows)), candidate(draw.normal())]
    yield "a tensor that wants a gradient", lambda: candidate(draw.normal(rows).requires_grad_()), OBSTACLES
    yield "a tensor on another device", lambda: candidate(_elsewhere(draw.normal(rows, columns))), OBSTACLES
    yield "bfloat16", lambda: candidate(draw.normal(rows, columns, dtype=torch.bfloat16)), OBSTACLES
    yield "all obstacles at once", lambda: candidate(_all_obstacles(draw, rows)), OBSTACLES
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(draw.normal(columns))]
    yield (
        "conjugate and negative views",
        lambda: _views(candidate, draw.normal(rows, dtype=torch.float64), draw.normal(rows)),
    )
    yield "the gradient still arrives", lambda: _backward_after(candidate, draw.normal(rows).requires_grad_()), MEMORY
    yield "on the CPU, the same memory", lambda: _writes(candidate, draw.normal(rows, columns).cpu()), MEMORY
    yield (
        "the same memory, with a gradient",
        lambda: _write_after(candidate, draw.normal(columns).cpu().requires_grad_()),
        MEMORY,
    )


def _each_kind(candidate: Any, draw: Draw) -> dict[str, object]:
    """Every dtype that NumPy knows, and another order in memory."""
    values = 3 * draw.normal(4, dtype=torch.float64)
    dtypes = (torch.float64, torch.float32, torch.float16, torch.int64, torch.int32, torch.uint8, torch.bool)
    tensors = {str(dtype): values.abs().to(dtype) for dtype in dtypes} | {"transposed": draw.normal(2, 6).T}
    return {name: candidate(tensor) for name, tensor in tensors.items()}


def _elsewhere(values: Tensor) -> Tensor:
    return values.cpu().as_subclass(Elsewhere)


def _all_obstacles(draw: Draw, rows: int) -> Tensor:
    return _elsewhere(draw.normal(rows, 3, dtype=torch.bfloat16)).requires_grad_()


def _example(candidate: Any, draw: Draw) -> object:
    return candidate(torch.tensor([1.5, 2.5], dtype=torch.bfloat16, device=draw.device, requires_grad=True))


def _views(candidate: Any, real: Tensor, imaginary: Tensor) -> dict[str, object]:
    """Tensors that store other numbers than they stand for: `conj()` and its imaginary part only note a sign."""
    conjugate = torch.complex(real, imaginary.double()).conj()
    array = candidate(conjugate)
    return {"conj(), real": array.real, "conj(), imaginary": array.imag, "negative": candidate(conjugate.imag)}


def _backward_after(candidate: Any, leaf: Tensor) -> dict[str, object]:
    """Takes arrays of a leaf and of what was made from it; then the gradient has to find its way all the same."""
    product = leaf * leaf
    arrays = [candidate(leaf), candidate(product)]
    product.sum().backward()
    wants = "a gradient" if leaf.requires_grad else "nothing any more"
    return {"arrays": arrays, "what the leaf wants": wants, "its gradient": leaf.grad}


def _writes(candidate: Any, block: Tensor) -> dict[str, object]:
    """NumPy reads strides as torch does."""
    return {"as it lies": _write_after(candidate, block.clone()), "transposed": _write_after(candidate, block.T)}


def _write_after(candidate: Any, tensor: Tensor) -> dict[str, object]:
    array = candidate(tensor)
    with torch.no_grad():
        tensor.add_(10)
    return {"the array after tensor.add_(10)": array}
