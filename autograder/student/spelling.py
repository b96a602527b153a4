"""Calls as a student would write them: small values literally, large ones by dtype and shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from autograder.engine.calls import Call, Stays

SMALL = 6  # elements of a tensor that is written out
MOST_ITEMS = 4  # of a list or a dict that is written out
LONG = 60  # characters of a text, and of a value that stands in the call itself
MOST_LINES = 4  # calls that are shown
LAST_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*")


def as_written(calls: list[Call]) -> str:
    """The calls as Python, one a line, and after them what the names in them stand for, as a comment.

    `attention(query, key, value)` and `# query: float32 (2, 3, 8), key: …`; empty where nothing was called. Of ranks
    it is what rank 0 calls; where each makes one call, with values of its own that are short, it is those of all.
    """
    worlds = groupby(calls, key=lambda call: call.ranks)
    return "\n".join(_on_ranks(list(world), ranks) if ranks else _in_lines(list(world)) for ranks, world in worlds)


def _on_ranks(calls: list[Call], ranks: int) -> str:
    by_rank = [[call for call in calls if call.rank == rank] for rank in range(ranks)]
    texts = [_in_lines(own) for own in by_rank]
    if len(set(texts)) > 1 and not any("\n" in text for text in texts):
        return "\n".join(f"{text}  # on rank {rank}" for rank, text in enumerate(texts) if text)
    where = f"# on rank 0 of {ranks}" if ranks > 1 else "# on the only rank"
    return f"{where}\n{texts[0]}" if texts[0] else ""


def _in_lines(calls: list[Call]) -> str:
    lines: dict[str, None] = {}  # what comes twice is said once
    large: dict[str, str] = {}
    left = 0
    for call in calls:
        line = _line(call, calls, large)
        if line not in lines and len(lines) >= MOST_LINES:
            left += 1
            continue
        lines[line] = None
    rest = [f"# and {left} more"] if left else []
    names = ", ".join(f"{name}: {words}" for name, words in large.items())
    return "\n".join([*lines, *rest, *([f"# {names}"] if names else [])])


def _line(call: Call, calls: list[Call], large: dict[str, str]) -> str:
    inputs = ", ".join(_inputs(call, large))
    if call.function == "__init__":
        return f"{_name_of(call, calls)} = {call.kind}({inputs})"
    if call.instance:
        name = _name_of(call, calls)
        called = call.function == "__call__" or (call.is_module and call.function == "forward")
        return f"{name}({inputs})" if called else f"{name}.{call.function}({inputs})"
    return f"{call.kind}.{call.function}({inputs})" if call.kind else f"{call.function}({inputs})"


def _name_of(call: Call, calls: list[Call]) -> str:
    """`linear` for a `Linear`, `attention` for a `MultiHeadAttention`; numbered where there are several."""
    words = LAST_WORD.findall(call.kind)
    name = words[-1].lower() if words else "it"
    of_kind = list(dict.fromkeys(item.instance for item in calls if item.kind == call.kind and item.instance))
    return name if len(of_kind) < 2 else f"{name}{of_kind.index(call.instance) + 1}"


def _inputs(call: Call, large: dict[str, str]) -> Iterable[str]:
    """What stands between the brackets: what has a default by its name, and not at all where it is left at that."""
    starred, keywords = call.extra
    skipped = False
    for name, value in call.inputs.items():
        if name == starred:
            yield from (_value(item, f"{name}{at}", large) for at, item in enumerate(value))
        elif name == keywords:
            yield from (f"{key}={_value(item, key, large)}" for key, item in value.items())
        elif name in call.left_out:
            skipped = True
        else:
            written = _value(value, name, large)
            yield f"{name}={written}" if skipped or (name in call.optional and written != name) else written


def _value(value: Any, name: str, large: dict[str, str]) -> str:
    """The value as Python where it is short; else its name, and what it is goes into `large`."""
    literal = literal_of(value)
    if literal and len(literal) <= LONG:
        return literal
    words = words_for(value)
    if large.setdefault(name, words) == words:
        return name
    other = next(f"{name}{number}" for number in range(2, 100) if large.get(f"{name}{number}", words) == words)
    large[other] = words
    return other


def literal_of(value: Any) -> str:
    """`torch.tensor([[1.0, 2.0]])`, `3`, `'mean'`, `torch.float16`; empty where the value is too large for that."""
    match value:
        case None | bool() | int() | float() | complex():
            return repr(value)
        case str():
            return repr(value) if len(value) <= LONG else ""
        case torch.dtype() | torch.device():
            return repr(value) if isinstance(value, torch.dtype) else f"torch.{value!r}"
        case Tensor():
            return _tensor(value)
        case list() | tuple():
            return _sequence(value)
        case dict():
            return _dict(value)
    return ""


def _tensor(tensor: Tensor) -> str:
    if not 0 < tensor.numel() <= SMALL or tensor.layout is not torch.strided or type(tensor) is not Tensor:
        return ""
    name = str(tensor.dtype)
    told = tensor.dtype in (torch.float32, torch.int64, torch.bool)  # what torch.tensor makes of its own accord
    numbers = _numbers(tensor.detach().cpu())
    options = ("" if told else f", dtype={name}") + (", requires_grad=True" if tensor.requires_grad else "")
    return f"torch.tensor({numbers}{options})"


def _numbers(tensor: Tensor) -> str:
    if tensor.dim():
        return f"[{', '.join(map(_numbers, tensor))}]"
    value = tensor.item()
    if not isinstance(value, float):
        return str(value)
    text = f"{value:.4g}"
    return f"torch.{text.lstrip('-')}" if text in ("nan", "inf") else "-torch.inf" if text == "-inf" else _float(text)


def _float(text: str) -> str:
    return text if any(sign in text for sign in ".e") else f"{text}."


def _sequence(items: list[Any] | tuple[Any, ...]) -> str:
    written = [literal_of(item) for item in items[: MOST_ITEMS + 1]]
    if len(items) > MOST_ITEMS or not all(written):
        return ""
    inner = ", ".join(written)
    if isinstance(items, tuple):
        return f"({inner},)" if len(items) == 1 else f"({inner})"
    return f"[{inner}]"


def _dict(items: dict[Any, Any]) -> str:
    pairs = [(literal_of(key), literal_of(value)) for key, value in list(items.items())[: MOST_ITEMS + 1]]
    if len(items) > MOST_ITEMS or not all(key and value for key, value in pairs):
        return ""
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"


def words_for(value: Any) -> str:
    """What a value is that is too large to be written out: `float32 (2, 3, 8)`, `a Linear`, `a list of 3: …`."""
    if isinstance(value, Tensor):
        is_parameter = isinstance(value, nn.Parameter)
        parameter = "nn.Parameter, " if is_parameter else ""
        strides = ", not contiguous" if value.layout is torch.strided and not value.is_contiguous() else ""
        learns = ", requires_grad=True" if value.requires_grad and not is_parameter else ""
        return f"{parameter}{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}{strides}{learns}"
    if isinstance(value, np.ndarray):
        return f"array, {value.dtype} {value.shape}"
    if isinstance(value, str):
        return f"text of {len(value)} characters"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__} of {len(value)}: {_items_of(value)}"
    if isinstance(value, dict):
        return f"dict with {', '.join(map(str, list(value)[:MOST_ITEMS]))}{', …' if len(value) > MOST_ITEMS else ''}"
    if callable(value) and not isinstance(value, nn.Module):
        return f"the function {getattr(value, '__name__', type(value).__name__)}"
    if isinstance(value, Stays):
        return f"{value.kind} of {words_for(value.module)}" if value.module is not None else value.kind
    return type(value).__name__


def _items_of(items: list[Any] | tuple[Any, ...]) -> str:
    """What stands in a list; tensors by shape however small they are, and what is alike once."""
    some = [_item(item) for item in items[:MOST_ITEMS]]
    alike = len(items) > 1 and {*map(_item, items)} == {some[0]}
    return f"each {some[0]}" if alike else ", ".join([*some, *(["…"] if len(items) > MOST_ITEMS else [])])


def _item(value: Any) -> str:
    if isinstance(value, tuple) and value:
        return f"({', '.join(map(_item, value[:MOST_ITEMS]))}{', …' if len(value) > MOST_ITEMS else ''})"
    return words_for(value) if isinstance(value, Tensor | list) else literal_of(value) or words_for(value)
