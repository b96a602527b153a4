"""What `to_numpy` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


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


@exercise(points=2)
def to_numpy(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Any tensor as a NumPy array."""
    yield "tensors without obstacles", lambda: _each_kind(candidate, draw)
    yield "a tensor that wants a gradient", lambda: candidate(draw.normal(5).requires_grad_())
    yield "the gradient still arrives", lambda: _backward_after(candidate, draw.normal(4).requires_grad_())
    yield "a tensor on another device", lambda: candidate(draw.normal(2, 5).cpu().as_subclass(Elsewhere))
    yield "bfloat16", lambda: candidate(draw.normal(2, 3, dtype=torch.bfloat16))
    yield "all obstacles at once", lambda: candidate(_all_obstacles(draw))
    yield "on the CPU, the same memory", lambda: _write_after(candidate, draw.normal(2, 3).cpu())


def _each_kind(candidate: Any, draw: Draw) -> dict[str, object]:
    """Every dtype that NumPy knows; no dimensions, no elements, another order in memory."""
    values = 3 * draw.normal(4, dtype=torch.float64)
    dtypes = (torch.float64, torch.float32, torch.float16, torch.int64, torch.int32, torch.bool)
    shapes = {"transposed": draw.normal(2, 6).T, "a single number": draw.normal(), "nothing": draw.normal(0, 3)}
    tensors = {str(dtype): values.to(dtype) for dtype in dtypes} | shapes
    return {name: candidate(tensor) for name, tensor in tensors.items()}


def _all_obstacles(draw: Draw) -> Tensor:
    return draw.normal(2, 3, dtype=torch.bfloat16).cpu().as_subclass(Elsewhere).requires_grad_()


def _backward_after(candidate: Any, leaf: Tensor) -> dict[str, object]:
    """Takes arrays of a leaf and of what was made from it; then the gradient has to find its way all the same."""
    product = leaf * leaf
    arrays = [candidate(leaf), candidate(product)]
    product.sum().backward()
    return {"arrays": arrays, "the leaf wants a gradient": leaf.requires_grad, "its gradient": leaf.grad}


def _write_after(candidate: Any, tensor: Tensor) -> dict[str, object]:
    array = candidate(tensor)
    assert isinstance(array, np.ndarray), f"it is {type(array).__name__}, no NumPy array"
    tensor.add_(10)
    return {"the array after tensor.add_(10)": array}
