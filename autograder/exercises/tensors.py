"""What the exercises of `01_tensors` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments

LOOKUPS = [torch.index_select, Tensor.index_select, F.embedding, torch.embedding, nn.Embedding]


@exercise(points=1)
def checkerboard(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Zeros and ones that alternate along rows and columns."""
    device = draw.device
    rows, columns = draw.integer(2, 4), draw.integer(2, 4)
    yield "even rows, odd columns", lambda: candidate(2 * rows, 2 * columns + 1, device=device)
    yield "odd rows, even columns", lambda: candidate(2 * rows + 1, 2 * columns + 2, device=device)
    yield "whole numbers", lambda: candidate(4, 6, dtype=torch.int64, device=device)
    yield "booleans", lambda: candidate(5, 4, dtype=torch.bool, device=device)
    yield "a single cell", lambda: candidate(1, 1, device=device)
    yield "no rows", lambda: candidate(0, 3, device=device)
    yield "the device that is asked for", lambda: str(candidate(4, 5, device="meta").device)


@exercise(points=2)
def standardize(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Every column moved and scaled to mean 0 and standard deviation 1, as a new tensor."""
    table = 3 * draw.normal(7, 4) + 5
    yield "a table", lambda: candidate(table)
    yield "float64 keeps its precision", lambda: candidate(2 * draw.normal(6, 3, dtype=torch.float64) + 1)
    yield "whole numbers", lambda: candidate(draw.integers(8, 3, low=-20, high=90))
    yield "booleans", lambda: candidate(_mixed_columns(draw, 7, 3))
    yield "bfloat16, far from zero", lambda: candidate(draw.normal(9, 6, dtype=torch.bfloat16) * 2 + 100.3)
    yield "columns with a tiny spread", lambda: candidate(1e-6 * draw.normal(6, 4))
    yield "a transposed table", lambda: candidate(draw.normal(3, 8).T)
    yield "three dimensions", lambda: candidate(draw.normal(5, 2, 3) + 1)
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(5, 3))


def _mixed_columns(draw: Draw, rows: int, columns: int) -> Tensor:
    """Booleans of which no column is constant: a constant column has no spread."""
    return draw.mask(columns, rows).T.contiguous()


@exercise(points=1, without=LOOKUPS)
def take_rows(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Rows of a table, picked by number, in any order and as often as asked."""
    table = draw.normal(6, 4)
    two_times_three = torch.tensor([[4, 0, 4], [1, 5, 2]], device=draw.device)
    yield "in another order, with repeats", lambda: candidate(table, torch.tensor([5, 1, 1, 0, 3], device=draw.device))
    yield "drawn rows", lambda: candidate(table, draw.integers(9, high=6))
    yield "a single row", lambda: candidate(table, draw.integers(1, high=6))
    yield "no rows", lambda: candidate(table, draw.integers(0, high=6))
    yield "a batch of row numbers", lambda: candidate(table, two_times_three)
    yield "rows that are matrices", lambda: candidate(draw.normal(6, 2, 3), draw.integers(5, high=6))
    yield (
        "a transposed table of whole numbers",
        lambda: candidate(draw.integers(3, 7, high=99).T, draw.integers(4, high=7)),
    )
    yield "writing to the result spares the table", lambda: _write_to_rows(candidate, draw.normal(5, 3), draw.device)
    yield "gradient of the table", lambda: gradients(lambda leaf: candidate(leaf, two_times_three), table)


def _write_to_rows(candidate: Any, table: Tensor, device: torch.device) -> dict[str, object]:
    result = candidate(table, torch.arange(1, 4, device=device))
    result.add_(1)
    return {"the result": result, "the table afterwards": table}


@exercise(points=2, without=[F.one_hot])
def one_hot(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Class numbers as rows of zeros with a single one."""
    yield "a vector of labels", lambda: candidate(torch.tensor([2, 0, 3, 3, 1], device=draw.device), 4)
    yield "drawn labels", lambda: candidate(draw.integers(8, high=5), 5)
    yield "classes that do not appear", lambda: candidate(draw.integers(6, high=3), 7)
    yield "a batch of label rows", lambda: candidate(draw.integers(2, 5, high=3), 3)
    yield "a single label, without a batch", lambda: candidate(draw.integers(high=4), 4)
    yield "a batch of one", lambda: candidate(draw.integers(1, high=6), 6)
    yield "no labels", lambda: candidate(draw.integers(0, high=3), 3)
    yield "the labels are left alone", lambda: with_arguments(candidate, draw.integers(5, high=4), 4)
    yield "where it is made", lambda: _where_made(candidate, draw.integers(4, high=3), 3)


def _where_made(candidate: Any, tensor: Tensor, *arguments: int) -> str:
    """In words, on which device the result lies while the default device is another one, `meta`."""
    with torch.device("meta"):
        made = candidate(tensor, *arguments).device
    return "where the labels are" if made.type == tensor.device.type else f"on the default device, here {made.type}"


@exercise(points=2)
def labels_from_one_hot(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The class numbers behind one-hot rows; anything else is refused."""
    rows = torch.tensor([[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], device=draw.device)
    yield "a batch of rows", lambda: candidate(rows)
    yield "drawn rows", lambda: candidate(_encoded(draw, 7, classes=5))
    yield "floating point", lambda: candidate(_encoded(draw, 6, classes=3).float())
    yield "booleans", lambda: candidate(_encoded(draw, 5, classes=4).bool())
    yield "three dimensions", lambda: candidate(_encoded(draw, 2, 3, classes=6))
    yield "a single row, without a batch", lambda: candidate(_encoded(draw, classes=5))
    yield "no rows", lambda: candidate(_encoded(draw, 0, classes=4))
    yield "the input is left alone", lambda: with_arguments(candidate, _encoded(draw, 4, classes=3))
    counts = {"a row of zeros": [0, 0, 0, 0], "two ones": [0, 1, 0, 1], "a row of ones": [1, 1, 1, 1]}
    yield "rows without one, or with several, are refused", lambda: _refusals(candidate, rows, counts)
    others: dict[str, list[float]] = {
        "a two": [0, 2, 0, 0],
        "one and a half": [1, 0.5, 0, 0],
        "one and minus one": [1, -1, 0, 0],
    }
    others["probabilities"] = torch.softmax(draw.normal(4), dim=0).tolist()
    yield "rows of other numbers are refused", lambda: _refusals(candidate, rows.float(), others)


def _refusals(candidate: Any, good: Tensor, bad: Mapping[str, Sequence[float]]) -> dict[str, object]:
    """What comes of good rows alone, and of the same rows with a bad one among them."""
    found: dict[str, object] = {"good rows": candidate(good)}
    for name, row in bad.items():
        try:
            found[name] = candidate(torch.cat([good, good.new_tensor([row])]))
        except ValueError:
            found[name] = "refused"
    return found


def _encoded(draw: Draw, *shape: int, classes: int) -> Tensor:
    """One-hot rows of drawn labels, int64."""
    return F.one_hot(draw.integers(*shape, high=classes), classes)


@exercise(points=2)
def shares_memory(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Whether two tensors lie in the same memory."""
    x = draw.normal(4, 6)
    picked = x[torch.tensor([0, 1, 2, 3], device=draw.device)]
    # A pair that shares stands beside one that does not, so that a constant answer earns nothing.
    groups = {
        "a row, and its copy": {"x[1]": (x, x[1]), "x[1].clone()": (x, x[1].clone())},
        "slices": {"x[1:3, 2:5]": (x, x[1:3, 2:5]), "two halves": (x[:2], x[2:]), "picked rows": (x, picked)},
        "equal values": {"x and x": (x, x), "x + 0": (x, x + 0), "a mask of all": (x, x[x == x])},
        "other shapes": {
            "x.T": (x, x.T),
            "x.reshape(8, 3)": (x, x.reshape(8, 3)),
            "x.T.reshape(8, 3)": (x, x.T.reshape(8, 3)),
        },
        "conversions": {
            "x.detach()": (x, x.detach()),
            "x.to(x.dtype)": (x, x.to(x.dtype)),
            "x.double()": (x, x.double()),
            "x.view(torch.int32)": (x, x.view(torch.int32)),
        },
        "empty tensors": {"two": (x.new_empty(0), x.new_empty(0, 3)), "x[:0]": (x, x[:0]), "x and x": (x, x)},
    }
    for name, pairs in groups.items():
        yield name, partial(_each, candidate, pairs)
    yield "NumPy and back", lambda: _through_numpy(candidate, x.cpu())
    yield "the tensors are left alone", lambda: _unharmed(candidate, draw.normal(5))
    yield "drawn pairs", lambda: _drawn_pairs(candidate, draw)


def _each(candidate: Any, pairs: dict[str, tuple[Tensor, Tensor]]) -> dict[str, object]:
    """What the candidate says about each pair, both ways round."""
    return {name: [candidate(one, other), candidate(other, one)] for name, (one, other) in pairs.items()}


def _unharmed(candidate: Any, x: Tensor) -> dict[str, object]:
    """Exactly: adding 1 and taking it away again loses the last digits."""
    before = x.clone()
    return {"its answer": candidate(x, x[2:]), "the same values afterwards": torch.equal(before, x)}


def _through_numpy(candidate: Any, x: Tensor) -> dict[str, object]:
    array = x.numpy()
    return _each(candidate, {"from_numpy": (x, torch.from_numpy(array)), "torch.tensor": (x, torch.tensor(array))})


def _drawn_pairs(candidate: Any, draw: Draw) -> list[object]:
    x = draw.normal(5, 3)
    pairs = [x[1:], x[:, 1], x.T, x.detach()[2], x.clone(), x * 1, x[[1, 2]], x.to(torch.float64)]
    return [candidate(x, pairs[index]) for index in draw.permutation(len(pairs)).tolist()]


@exercise(points=2)
def standardize_(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The columns standardized in their own memory."""
    yield "a table", lambda: _in_place(candidate, 3 * draw.normal(7, 4) + 5)
    yield "float64", lambda: _in_place(candidate, draw.normal(6, 3, dtype=torch.float64) - 40)
    yield "a window of a larger table", lambda: _in_place(candidate, block := draw.normal(8, 6) + 2, block[1:6, 2:5])
    yield "a transposed table", lambda: _in_place(candidate, block := draw.normal(3, 8) - 1, block.T)
    yield "three dimensions", lambda: _in_place(candidate, draw.normal(5, 2, 3) + 1)
    yield "whole numbers are refused", lambda: candidate(draw.integers(6, 3, high=50))


def _in_place(candidate: Any, block: Tensor, window: Tensor | None = None) -> dict[str, object]:
    """The memory afterwards, whether the result is the very tensor that was handed over, and whether that moved.

    Args:
        block: what owns the memory.
        window: the part of it that the candidate gets; all without it.
    """
    window = block if window is None else window
    address = window.data_ptr()
    result = candidate(window)
    same = {"it is the tensor itself": result is window, "its memory is the old one": window.data_ptr() == address}
    return {"what comes back": result, **same, "the memory afterwards": block}


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


@exercise(points=2)
def seeded_normal(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Normal numbers that depend on their seed alone, and touch no other random numbers."""
    first, second = draw.integer(0, 10_000), draw.integer(10_000, 20_000)
    look = partial(_with_the_global_stream, candidate, device=draw.device)
    yield "a matrix", lambda: look((3, 5), first)
    yield "another seed", lambda: look((20,), second)
    yield "a single number", lambda: look((), first)
    yield "no numbers", lambda: look((0, 4), first)
    yield "the same seed again", lambda: [look((2, 4), first), look((2, 4), first)]
    yield "the device that is asked for", lambda: str(candidate((4,), first, device="meta").device)


def _with_the_global_stream(
    candidate: Any, shape: tuple[int, ...], seed: int, device: torch.device
) -> dict[str, object]:
    """The result, and how the global stream runs on."""
    torch.rand(5)  # away from the start of the stream: whoever sets it back to the start is seen
    result = candidate(shape, seed, device=device)
    return {"the result": result, "the next global numbers": torch.rand(4).to(device)}
