"""What an answer showed, as plain data that no longer belongs to the answer.

A snapshot copies: a later in-place change cannot rewrite it. It knows exact types only: an object that pretends
to be a tensor or a number becomes `Unreadable`, and so does what is too large.
"""

from __future__ import annotations

import linecache
import os
import sysconfig
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

MAX_BYTES = 16 * 2**20  # all tensors of one observation together
MAX_NODES = 10_000  # lists, dicts and leaves of one observation
MAX_DEPTH = 20
MAX_TEXT = 10_000  # characters of one string
MAX_KEY = 200  # characters of one dict key
MAX_LINEAGE = 20  # base classes of one exception

PYTHON = sysconfig.get_path("stdlib") + os.sep

PLAIN_KEYS = (type(None), bool, int, float, str, bytes, torch.dtype, torch.device)
NUMPY_NUMBERS = (
    np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64,
    np.float16, np.float32, np.float64,
)  # fmt: skip

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
        torch.float16, torch.bfloat16, torch.float32, torch.float64,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A tensor or an array as it was shown.

    Attributes:
        values: the copy, on the CPU.
        kind: "tensor" or "array" (numpy).
        device: "drawn" where the draws are, else the device's type. So a sheet written on the CPU serves CUDA too.
    """

    values: Tensor
    kind: str = "tensor"
    device: str = "drawn"


@dataclass(frozen=True)
class Raised:
    """An exception: its type's name, the names of its base classes, its message, and where in the answer it arose.

    Attributes:
        line: the last line of the answer that it left, as text.
        function: the function or method that this line belongs to, as `Linear.forward`.
        number: of that line in its cell, from 1; 0 where it is not known.
    """

    kind: str
    lineage: tuple[str, ...] = ()
    message: str = ""
    line: str = ""
    function: str = ""
    number: int = 0

    @property
    def blank(self) -> bool:
        """Whether this is what a stub raises: torch's own errors of this kind have a message."""
        return self.kind == "NotImplementedError" and not self.message


@dataclass(frozen=True)
class Unreadable:
    """Something that is no plain data, and why."""

    reason: str


Data: TypeAlias = "bool | int | float | str | Shown | Raised | Unreadable | list[Data] | dict[str, Data] | None"


def snapshot(value: object, device: torch.device) -> Data:
    """Copies `value` into plain data.

    Tuples, `torch.Size` and named tuples become lists; dtypes and devices become strings; numpy scalars become
    Python numbers; a `Parameter` counts as the tensor that it holds.

    Args:
        value: anything.
        device: where the draws are.
    """
    return _Snapshot(device).take(value, 0)


class _Snapshot:
    """One walk through a value, with what is left of the budget."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.nodes = 0
        self.bytes = 0

    def take(self, value: Any, depth: int) -> Data:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            return Unreadable(f"more than {MAX_NODES} values or {MAX_DEPTH} levels")
        if value is None or _is_one_of(value, (bool, float)):
            return value
        if _is_one_of(value, NUMPY_NUMBERS):
            return self.take(value.item(), depth)
        if type(value) is int:
            return value if abs(value) < 2**63 else Unreadable("an integer of more than 64 bits")
        if type(value) is str:
            return _text(value)
        if _is_one_of(value, (torch.dtype, torch.device)):
            return self._name(value)
        return self._container(value, depth)

    def _container(self, value: Any, depth: int) -> Data:
        if _is_one_of(value, (Tensor, nn.Parameter)):
            return self._tensor(value)
        if type(value) is np.ndarray:
            return self._array(value)
        # The types' own methods: a subclass could hand out items without end.
        if type(value) is list or isinstance(value, tuple):
            items = tuple.__iter__(value) if isinstance(value, tuple) else iter(value)
            return [self.take(item, depth + 1) for item in islice(items, MAX_NODES + 1)]
        if isinstance(value, dict):
            pairs = islice(dict.items(value), MAX_NODES + 1)
            return {_key(key): self.take(item, depth + 1) for key, item in pairs}
        return Unreadable(f"{_article(_kind(type(value)))} object")

    def _name(self, value: torch.dtype | torch.device) -> str:
        if isinstance(value, torch.device):
            return "drawn" if value.type == self.device.type else value.type
        return str(value)

    def _tensor(self, tensor: Tensor) -> Data:
        dtype = str(tensor.dtype).removeprefix("torch.")
        strided = tensor.layout is torch.strided and not tensor.is_nested
        if not strided or tensor.device.type == "meta" or tensor.is_quantized:
            return Unreadable(f"a tensor without plain values ({tensor.layout}, {tensor.device.type})")
        if dtype not in DTYPES:
            return Unreadable(f"a tensor of dtype {dtype}")
        self.bytes += tensor.shape.numel() * tensor.dtype.itemsize
        if self.bytes > MAX_BYTES:
            return Unreadable(f"a tensor of shape {tuple(tensor.shape)}: too large to look at")
        device = "drawn" if tensor.device.type == self.device.type else tensor.device.type
        # The class's own method: an attribute of that name on the object could hand back anything.
        values = Tensor.detach(tensor).to("cpu", copy=True)
        return Shown(values.contiguous(), "tensor", device)

    def _array(self, array: np.ndarray) -> Data:
        if array.dtype.hasobject or array.dtype.name not in DTYPES:
            return Unreadable(f"an array of dtype {array.dtype}")
        self.bytes += array.size * array.itemsize
        if self.bytes > MAX_BYTES:
            return Unreadable(f"an array of shape {array.shape}: too large to look at")
        native = array.dtype.newbyteorder("=")
        return Shown(torch.from_numpy(np.array(array, dtype=native, copy=True, order="C")), "array", "cpu")


def raised(error: BaseException) -> Raised:
    """Describes an exception in plain data; of one that was raised in a rank, what was raised there."""
    elsewhere = getattr(error, "raised", None)
    if type(elsewhere) is Raised:
        return elsewhere
    lineage = tuple(_kind(kind) for kind in type(error).__mro__[:MAX_LINEAGE] if issubclass(kind, BaseException))
    return Raised(_kind(type(error)), lineage, _text_of(error), *_place_in_answer(error.__traceback__))


def attempt(thunk: Callable[[], object], device: torch.device) -> Data:
    """What `thunk()` shows: a snapshot of its value, or what it raised."""
    try:
        return snapshot(thunk(), device)
    except (Exception, SystemExit) as error:
        return raised(error)


def _is_one_of(value: object, kinds: Iterable[type]) -> bool:
    """Whether its type is one of these. `in` would ask the type itself, whose metaclass may say yes to all."""
    return any(type(value) is kind for kind in kinds)


def _text(text: str) -> str | Unreadable:
    if len(text) > MAX_TEXT:
        return Unreadable(f"a text of {len(text)} characters")
    return text if printable(text) == text else Unreadable("a text with half a surrogate pair")


def printable(text: str) -> str:
    """`text` with lone surrogates written out, which no file and no notebook could hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def _key(key: Any) -> str:
    """A dict's key as text. `repr` of what is no plain value would be the answer's own code."""
    if type(key) is str:
        return printable(key[:MAX_KEY])
    plain = _is_one_of(key, PLAIN_KEYS) or (type(key) is tuple and all(_is_one_of(item, PLAIN_KEYS) for item in key))
    return printable(repr(key)[:MAX_KEY]) if plain else f"({_article(_kind(type(key)))} object)"


def _kind(kind: type) -> str:
    return printable(kind.__name__[:100])


def _text_of(error: BaseException) -> str:
    try:
        return printable(str(error)[:500])
    except (Exception, SystemExit) as inner:
        return f"(its message cannot be shown: {_kind(type(inner))})"


def _place_in_answer(trace: TracebackType | None) -> tuple[str, str, int]:
    """The last line that belongs to neither a library nor the autograder; its function, and its number."""
    frames = [(frame.f_code, number) for frame, number in traceback.walk_tb(trace)]
    own = [(code, number) for code, number in frames if not is_library(code.co_filename)]
    if not own:
        return "", "", 0
    code, number = own[-1]
    line = linecache.getline(code.co_filename, number).strip()
    return printable(line[:200]), printable(code.co_qualname[:100]), number


def is_library(filename: str) -> bool:
    """Whether a file belongs to a library, Python's own among them, to the autograder or to the helpers."""
    parts = filename.replace("\\", "/").split("/")
    own = filename.startswith(("<frozen", PYTHON))
    return own or "site-packages" in parts or "autograder" in parts or "helpers" in parts


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
