"""What comes over the wire is plain data or a `BrokenReply`, and never anything else."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.engine import wire
from autograder.engine.observe import Evidence, Observation
from autograder.engine.sheet import Sheet, Symptoms
from autograder.engine.values import DTYPES, MAX_BYTES, MAX_DEPTH, MAX_KEY, Data, Raised, Shown, Unreadable
from autograder.engine.wire import TREE, BrokenReply, dumps, loads

MANY = settings(max_examples=150, suppress_health_check=list(HealthCheck))
SHORT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@st.composite
def shown(draw: st.DrawFn) -> Shown:
    """A tensor of random bits, so that every NaN and infinity of its dtype occurs."""
    dtype = DTYPES[draw(st.sampled_from(sorted(DTYPES)))]
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    count = math.prod(shape)
    raw = draw(st.binary(min_size=count * dtype.itemsize, max_size=count * dtype.itemsize))
    if dtype is torch.bool:
        raw = bytes(byte & 1 for byte in raw)
    values = torch.frombuffer(bytearray(raw), dtype=dtype) if count else torch.empty(0, dtype=dtype)
    return Shown(
        values.reshape(shape), draw(st.sampled_from(["tensor", "array"])), draw(st.sampled_from(["drawn", "cpu"]))
    )


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63) + 1, 2**63 - 1), st.floats(), SHORT, shown(),
    st.builds(Raised, SHORT, st.lists(SHORT, max_size=3).map(tuple), SHORT, SHORT), st.builds(Unreadable, SHORT),
)  # fmt: skip
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SHORT, inner, max_size=4))


def same(one: Data, other: Data) -> bool:
    """Equal to the last bit of every tensor, and of the same types."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Shown) and isinstance(other, Shown):
        alike = one.values.dtype is other.values.dtype and one.values.shape == other.values.shape
        bits = [item.values.contiguous().view(-1).view(torch.uint8).tolist() for item in (one, other)]
        return alike and bits[0] == bits[1] and (one.kind, one.device) == (other.kind, other.device)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    # JSON has one NaN only; repr tells -0.0 from 0.0
    return repr(one) == repr(other)


@MANY
@given(DATA)
def test_every_kind_of_data_comes_back_to_the_last_bit(data: Data) -> None:
    assert same(loads(dumps(data)), data)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3)])
def test_every_dtype_comes_back_in_every_shape(dtype: str, shape: tuple[int, ...]) -> None:
    data = Shown(torch.ones(shape).to(DTYPES[dtype]))
    assert same(loads(dumps(data)), data)


def test_one_tensor_may_stand_in_two_places() -> None:
    one = Shown(torch.ones(3))
    assert same(loads(dumps([one, one, Shown(one.values)])), [one, one, one])


SAMPLE = dumps(
    {
        "values": [Shown(torch.arange(4.0)), Shown(torch.tensor(True), "array")],
        "error": Raised("E", ("E",), "m", "l"),
        "n": 1.5,
    }
)


def broken_or_plain(reply: bytes) -> None:
    """Whatever comes out can be sent again: nothing but plain data got in."""
    try:
        data = loads(reply)
    except BrokenReply:
        return
    dumps(data)


def test_every_truncation_is_broken() -> None:
    for length in range(len(SAMPLE)):
        with pytest.raises(BrokenReply):
            loads(SAMPLE[:length])


def test_every_flipped_bit_is_broken_or_plain() -> None:
    for position in range(len(SAMPLE) * 8):
        flipped = bytearray(SAMPLE)
        flipped[position // 8] ^= 1 << position % 8
        broken_or_plain(bytes(flipped))


@MANY
@given(st.binary(max_size=300))
def test_random_bytes_are_broken(reply: bytes) -> None:
    with pytest.raises(BrokenReply):
        loads(reply)


@MANY
@given(st.data())
def test_bytes_changed_at_random_are_broken_or_plain(data: st.DataObject) -> None:
    changed = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(SAMPLE) - 1))] = data.draw(st.integers(0, 255))
    broken_or_plain(bytes(changed))


def with_header(header: object, body: bytes = b"\0" * 64) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.mark.parametrize("shape", [
    [2**63], [2**62, 4], [2**64], [10**30], [-1], [1.5], ["1"], [2**31, 2**31, 2**31], [0, 2**63], None, [[]],
], ids=str)  # fmt: skip
def test_a_header_with_an_impossible_shape_is_broken(shape: object) -> None:
    for dtype in ("U8", "F32", "F64", "F4", "F99", "BOOL"):
        with pytest.raises(BrokenReply):
            loads(with_header({TREE: {"dtype": dtype, "shape": shape, "data_offsets": [0, 64]}}))


@pytest.mark.parametrize("header", [
    b"", b"[]", b"{}", b"null", b"{" * 10_000, b"[" * 10_000, b'{"__metadata__": {"a": 1}}', {TREE: {}}, {TREE: 1},
    {TREE: {"dtype": "U8", "shape": [64], "data_offsets": [32, 96]}},
    {TREE: {"dtype": "U8", "shape": [64], "data_offsets": [64, 0]}},
    {"other": {"dtype": "U8", "shape": [64], "data_offsets": [0, 64]}},
], ids=lambda header: str(header)[:40])  # fmt: skip
def test_a_crafted_header_is_broken(header: object) -> None:
    with pytest.raises(BrokenReply):
        loads(with_header(header))


def with_tree(tree: str | bytes, **buffers: torch.Tensor) -> bytes:
    raw = bytearray(tree.encode() if isinstance(tree, str) else tree)
    return safetensors.torch.save({TREE: torch.frombuffer(raw, dtype=torch.uint8), **buffers})


def tagged(**words: Any) -> str:
    return json.dumps(words)


@pytest.mark.parametrize("tree", [
    "{", "nul", '"\ud800'.encode("utf-8", "surrogatepass"), "[" * 100_000, "[" * 60 + "]" * 60, "9" * 5000, str(2**63),
    str(-(2**63)), str(2**64), '"\\ud800"', tagged(), tagged(a=1), tagged(**{"is": "code"}), tagged(**{"is": "shown"}),
    tagged(**{"is": "shown", "buffer": "1", "kind": "tensor", "device": "cpu"}),
    tagged(**{"is": "shown", "buffer": "0", "kind": "object", "device": "cpu"}),
    tagged(**{"is": "shown", "buffer": ["0"], "kind": "tensor", "device": "cpu"}),
    tagged(**{"is": "shown", "buffer": "complex", "kind": "tensor", "device": "cpu"}),
    tagged(**{"is": "raised", "kind": "E", "lineage": [[]], "message": "", "line": ""}),
    tagged(**{"is": "raised", "kind": "E", "lineage": [], "message": "\ud800", "line": ""}),
    tagged(**{"is": "raised", "kind": 1, "lineage": [], "message": "", "line": ""}),
    tagged(**{"is": "unreadable", "reason": None}), tagged(**{"is": "dict", "items": [1]}),
    tagged(**{"is": "dict", "items": [["a", 1, 2]]}), tagged(**{"is": "dict", "items": [[[], 1]]}),
    tagged(**{"is": "dict", "items": [["\udfff", 1]]}), json.dumps([0] * (wire.MAX_TREE_NODES + 1)),
], ids=lambda tree: str(tree)[:50])  # fmt: skip
def test_a_crafted_tree_is_broken(tree: str | bytes) -> None:
    with pytest.raises(BrokenReply):
        loads(with_tree(tree, **{"0": torch.ones(2), "complex": torch.ones(2, dtype=torch.complex64)}))


def test_dicts_in_dicts_without_end_are_broken() -> None:
    tree = "1"
    for _ in range(60):
        tree = '{"is": "dict", "items": [["a", ' + tree + "]]}"
    with pytest.raises(BrokenReply, match="levels"):
        loads(with_tree(tree))


def test_a_tree_that_is_no_text_is_broken() -> None:
    for tree in (torch.ones(3), torch.ones(3, dtype=torch.bfloat16), torch.ones(0, dtype=torch.uint8)):
        with pytest.raises(BrokenReply):
            loads(safetensors.torch.save({TREE: tree}))


def test_long_texts_of_an_exception_are_cut() -> None:
    long = "x" * 10_000
    texts = dict.fromkeys(("kind", "message", "line", "function"), long)
    error = loads(with_tree(tagged(**{"is": "raised", "lineage": [long] * 99, "number": 3}, **texts)))
    assert isinstance(error, Raised)
    found = (error.kind, error.lineage, error.message, error.line, error.function)
    assert [len(text) for text in found] == [100, 20, 500, 200, 100]
    assert {len(name) for name in error.lineage} == {100}


def test_other_long_texts_are_cut() -> None:
    long = "x" * 10_000
    device = tagged(**{"is": "shown", "buffer": "0", "kind": "tensor", "device": long})
    reason = tagged(**{"is": "unreadable", "reason": long})
    key = tagged(**{"is": "dict", "items": [[long, 1]]})
    shown, unreadable, named = (loads(with_tree(tree, **{"0": torch.ones(2)})) for tree in (device, reason, key))
    assert isinstance(shown, Shown)
    assert isinstance(unreadable, Unreadable)
    assert isinstance(named, dict)
    assert (len(shown.device), len(unreadable.reason), *map(len, named)) == (20, 500, MAX_KEY)


def test_the_largest_observation_fits_into_a_reply() -> None:
    largest = loads(dumps(Shown(torch.zeros(MAX_BYTES // 4))))
    assert isinstance(largest, Shown)
    assert largest.values.nbytes == MAX_BYTES


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"in": inner}], ids=["lists", "dicts"])
def test_the_deepest_observation_fits_into_a_sheet(wrap: Callable[[Data], Data]) -> None:
    deepest: Data = 1
    for _ in range(MAX_DEPTH):
        deepest = wrap(deepest)
    observations = [Observation("deep", deepest)]
    sheets: Data = {"sheets": {"x": Sheet("x", 0, observations, [Symptoms("deep too", observations)]).as_data()}}
    assert loads(dumps(sheets)) == sheets


def test_as_many_values_as_a_reply_may_hold_are_read() -> None:
    assert loads(dumps([0] * (wire.MAX_TREE_NODES - 1))) == [0] * (wire.MAX_TREE_NODES - 1)


def test_a_reply_of_just_the_limit_is_written_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_REPLY", len(SAMPLE))
    assert same(loads(dumps(loads(SAMPLE))), loads(SAMPLE))


def test_a_reply_of_a_hundred_megabytes_is_refused() -> None:
    with pytest.raises(BrokenReply, match="at most"):
        loads(bytes(100 * 2**20))


def test_a_reply_over_the_limit_is_neither_written_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_REPLY", 1000)
    with pytest.raises(BrokenReply, match="at most 1000"):
        dumps(Shown(torch.zeros(300)))
    with pytest.raises(BrokenReply, match="at most 1000"):
        loads(b"x" * 1001)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_broken_and_does_not_run(protocol: int) -> None:
    import pickle

    class Boom:
        def __reduce__(self) -> Any:
            return (pytest.fail, ("the pickle ran",))

    with pytest.raises(BrokenReply):
        loads(pickle.dumps(Boom(), protocol))


@MANY
@given(DATA)
def test_data_that_is_no_evidence_is_a_value_error(data: Data) -> None:
    for reply in (data, {"observations": [data], "signature": "", "used": [data], "printed": ""}):
        try:
            evidence = Evidence.from_data(reply)
        except ValueError:
            continue
        assert all(isinstance(item.name, str) for item in evidence.observations)
