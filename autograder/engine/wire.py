"""Observations across a process boundary: one JSON tree and raw buffers, in one safetensors file. Never pickle.

Whoever reads does not trust whoever wrote: `loads` either returns plain data or raises `BrokenReply`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import safetensors.torch
import torch

from autograder.engine.values import DTYPES, MAX_DEPTH, MAX_KEY, MAX_LINEAGE, Data, Raised, Shown, Unreadable, printable

MAX_REPLY = 32 * 2**20  # bytes
MAX_TREE_NODES = 200_000
TREE = "tree"


class BrokenReply(ValueError):
    """Bytes that are no observations."""


def dumps(data: Data) -> bytes:
    """Encodes plain data.

    Raises:
        BrokenReply: the result would be larger than `MAX_REPLY`.
    """
    encoder = _Encoder()
    tree = json.dumps(encoder.encode(data))
    raw = torch.frombuffer(bytearray(tree.encode()), dtype=torch.uint8)
    reply = safetensors.torch.save({**encoder.buffers, TREE: raw})
    if len(reply) > MAX_REPLY:
        raise BrokenReply(f"a reply of {len(reply)} bytes; at most {MAX_REPLY} are read")
    return reply


def loads(reply: bytes) -> Data:
    """Decodes what `dumps` wrote.

    Raises:
        BrokenReply: too large, not safetensors, not our tree, or a buffer that is missing.
    """
    if len(reply) > MAX_REPLY:
        raise BrokenReply(f"a reply of {len(reply)} bytes; at most {MAX_REPLY} are read")
    try:
        buffers = safetensors.torch.load(reply)
        tree = json.loads(bytes(buffers.pop(TREE).numpy().tobytes()))
        return _Decoder(buffers).decode(tree, 0)
    except BrokenReply:
        raise
    # A hostile header may break anywhere inside the two parsers; whatever they raise, the reply is broken.
    except Exception as error:
        raise BrokenReply(f"the reply cannot be read: {type(error).__name__}: {str(error)[:200]}") from error


class _Encoder:
    def __init__(self) -> None:
        self.buffers: dict[str, torch.Tensor] = {}
        self.names: dict[int, str] = {}

    def encode(self, data: Data) -> Any:
        match data:
            case Shown(values=values, kind=kind, device=device):
                return {"is": "shown", "buffer": self._buffer(values), "kind": kind, "device": device}
            case Raised():
                return {"is": "raised", **asdict(data), "lineage": list(data.lineage)}
            case Unreadable(reason=reason):
                return {"is": "unreadable", "reason": reason}
            case list():
                return [self.encode(item) for item in data]
            case dict():
                return {"is": "dict", "items": [[key, self.encode(item)] for key, item in data.items()]}
        return data

    def _buffer(self, values: torch.Tensor) -> str:
        """The name of a tensor; safetensors wants the same one only once."""
        name = self.names.setdefault(id(values), str(len(self.buffers)))
        self.buffers[name] = values
        return name


class _Decoder:
    def __init__(self, buffers: dict[str, torch.Tensor]) -> None:
        self.buffers = buffers
        self.nodes = 0

    def decode(self, tree: Any, depth: int) -> Data:
        self.nodes += 1
        # Sheets hold observations a few levels down, hence the slack.
        if self.nodes > MAX_TREE_NODES or depth > 2 * MAX_DEPTH:
            raise BrokenReply("the reply holds too many values or levels")
        if isinstance(tree, list):
            return [self.decode(item, depth + 1) for item in tree]
        if isinstance(tree, dict):
            return self._tagged(tree, depth)
        return _leaf(tree)

    def _tagged(self, tree: dict[str, Any], depth: int) -> Data:
        match tree:
            case {"is": "shown", "buffer": str(name), "kind": "tensor" | "array" as kind, "device": str(device)}:
                return Shown(self._buffer(name), kind, _text(device)[:20])
            case {
                "is": "raised", "kind": str(kind), "lineage": list(names), "message": str(text), "line": str(line),
                "function": str(function), "number": int(number),
            }:  # fmt: skip
                lineage = tuple(_text(name)[:100] for name in names[:MAX_LINEAGE])
                place = (_text(line)[:200], _text(function)[:100], int(_leaf(number) or 0))
                return Raised(_text(kind)[:100], lineage, _text(text)[:500], *place)
            case {"is": "unreadable", "reason": str(reason)}:
                return Unreadable(_text(reason)[:500])
            case {"is": "dict", "items": list(items)}:
                return {_text(key)[:MAX_KEY]: self.decode(item, depth + 1) for key, item in items}
        raise BrokenReply("the reply holds an unknown kind of value")

    def _buffer(self, name: str) -> torch.Tensor:
        values = self.buffers[name]
        if values.dtype not in DTYPES.values():
            raise BrokenReply(f"the reply holds a tensor of {values.dtype}")
        return values


def _leaf(value: Any) -> bool | int | float | str | None:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int) and abs(value) >= 2**63:
        raise BrokenReply("the reply holds an integer of more than 64 bits")
    if value is None or isinstance(value, bool | int | float):
        return value
    raise BrokenReply(f"the reply holds a {type(value).__name__}")


def _text(value: Any) -> str:
    if not isinstance(value, str) or printable(value) != value:
        raise BrokenReply("the reply holds a text that is none")
    return value
