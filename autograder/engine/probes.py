"""What experiments look at beside plain results: gradients, damage, shared storage, hooks, memory, random state.

A probe runs the candidate itself, so that an answer which does nothing does not pass by doing no harm.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.engine.values import raised

REFUSED = "refused"
REFUSED_OTHERWISE = "refused, but by "  # and the kind of error
RESULT, AFTERWARDS = "result", "arguments afterwards"  # the parts of what `with_arguments` shows


def gradients(function: Callable[..., Tensor], *inputs: Tensor, wrt: int | None = None, **options: Any) -> Any:
    """Gradients of a fixed weighted sum of `function(*inputs, **options)` with respect to the inputs.

    The weights grow along the output, so that a gradient which merely spreads evenly does not pass.

    Args:
        inputs: floating-point tensors; copies are made leaves.
        wrt: the index of one input; without it, a list with one gradient for each.
    """
    leaves = [item.detach().clone().requires_grad_() for item in inputs]
    result = function(*leaves, **options)
    weights = torch.linspace(0.5, 1.5, result.numel(), device=result.device, dtype=result.dtype)
    (result.reshape(-1) * weights).sum().backward()
    return [leaf.grad for leaf in leaves] if wrt is None else leaves[wrt].grad


def with_arguments(function: Callable[..., Any], *arguments: Any, **options: Any) -> dict[str, Any]:
    """The result together with the arguments as they are afterwards: damage to an input shows."""
    result = function(*arguments, **options)
    return {RESULT: result, AFTERWARDS: list(arguments)}


def refusal(kind: type[Exception], function: Callable[..., Any], *arguments: Any, **options: Any) -> object:
    """ "refused" where `function` raises `kind`, "refused, but by …" where a `raise` or an `assert` of its own raises
    another one; else what it returns. In a dict beside a drawn result: an answer that refuses everything is as wrong
    as one that refuses nothing."""
    try:
        return function(*arguments, **options)
    except kind as error:
        if raised(error).blank and kind is not NotImplementedError:
            raise  # a blank is no refusal
        return REFUSED
    except Exception as error:
        noted = raised(error)
        if noted.blank or not noted.line.startswith(("raise ", "assert ")):
            raise
        return REFUSED_OTHERWISE + noted.kind


def shares_storage(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors lie in the same memory."""
    return one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()


def hooks_on(module: nn.Module) -> int:
    """How many forward, forward-pre, backward and backward-pre hooks `module` and its submodules carry."""
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(part, kind)) for part in module.modules() for kind in kinds)


def replica(module: nn.Module) -> nn.Module:
    """A replica as `nn.DataParallel` makes one for a further device, here on the module's own.

    As in `torch.nn.parallel.replicate`, which wants GPUs: parameters become plain tensors on the graph, buffers are
    copied, and every other attribute is the original's very own.
    """
    copies = {part: part._replicate_for_data_parallel() for part in module.modules()}
    tensors: dict[Tensor, Tensor] = {item: item.clone() for item in module.parameters()}
    tensors |= {item: item.detach().clone() for item in module.buffers()}
    for part, other in copies.items():
        for name, child in part._modules.items():
            other._modules[name] = child if child is None else copies[child]
        for name, parameter in part._parameters.items():
            if parameter is None:
                other._parameters[name] = None
            else:
                setattr(other, name, tensors[parameter])
        other._buffers.update((name, item if item is None else tensors[item]) for name, item in part._buffers.items())
    return copies[module]


def _place(tensor: Tensor) -> int:
    """Where a tensor lies in memory. One inside `torch.func` wraps another and lies nowhere: it is its own place."""
    try:
        return tensor.untyped_storage().data_ptr()
    except RuntimeError:
        return -id(tensor)


class _Largest(TorchDispatchMode):
    """Notes the largest tensor that any operation newly makes; a view makes none."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        known = {_place(item) for item in args if isinstance(item, Tensor)}
        for item in result if isinstance(result, tuple | list) else [result]:
            if isinstance(item, Tensor) and _place(item) not in known:
                self.elements = max(self.elements, item.untyped_storage().nbytes() // item.element_size())
        return result


def largest_tensor(function: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, int]:
    """The result, and the elements of the largest tensor made on the way: peak memory, the same on every machine.

    Both come from one call: who computes honestly only where nobody measures is not believed.
    """
    with torch.no_grad(), _Largest() as watch:
        result = function(*arguments, **options)
    return result, watch.elements


class _Alive(TorchDispatchMode):
    """Counts the elements of what operations have made and is still alive; a view makes nothing, but keeps alive."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.most = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        known = {_place(item) for item in args if isinstance(item, Tensor)}
        for item in result if isinstance(result, tuple | list) else [result]:
            if isinstance(item, Tensor) and _place(item) not in known:
                self._born(item.untyped_storage(), item.element_size())
        return result

    def _born(self, storage: torch.UntypedStorage, width: int) -> None:
        elements = storage.nbytes() // width
        self.elements += elements
        self.most = max(self.most, self.elements)
        weakref.finalize(storage, self._gone, elements)

    def _gone(self, elements: int) -> None:
        self.elements -= elements


def most_alive(function: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, int]:
    """The result, and the elements of all tensors made on the way that were alive at once, at most."""
    with torch.no_grad(), _Alive() as watch:
        result = function(*arguments, **options)
    return result, watch.most


class _Calls(TorchFunctionMode):
    """Counts the calls of one function of torch."""

    def __init__(self, operation: Callable[..., Any]) -> None:
        super().__init__()
        self.operation, self.count = operation, 0

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += func is self.operation
        return func(*args, **(kwargs or {}))


def calls_of(
    operation: Callable[..., Any], function: Callable[..., Any], *arguments: Any, **options: Any
) -> tuple[Any, int]:
    """The result, and how often `operation` of torch (`torch.einsum`) is called on the way to it."""
    with _Calls(operation) as watch:
        result = function(*arguments, **options)
    return result, watch.count
