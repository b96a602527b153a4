"""A snapshot is plain data that no longer belongs to the answer, whatever the answer is."""

from __future__ import annotations

import json
import math
from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.engine import wire
from autograder.engine.values import (
    DTYPES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    MAX_TEXT,
    Data,
    Raised,
    Shown,
    Unreadable,
    attempt,
    snapshot,
)  # fmt: skip

CPU = torch.device("cpu")


def take(value: object) -> Any:
    return snapshot(value, CPU)


def everything(data: Data) -> list[Data]:
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else []
    return [data, *(inner for part in parts for inner in everything(part))]


class Yes:
    """Says yes to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        raise ZeroDivisionError


class Tensorish(torch.Tensor):
    pass


class Tuple(tuple):
    def __iter__(self) -> Any:
        while True:
            yield 1

    def __getitem__(self, index: object) -> Any:
        raise ZeroDivisionError

    def __len__(self) -> int:
        return 3

    def __repr__(self) -> str:
        return "x" * 10**6


class Dict(dict):
    def items(self) -> Any:
        while True:
            yield "again", 1


class Number(np.float64):
    def item(self, *_: object) -> Any:
        return self


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_tensor_keeps_its_dtype_shape_and_values(dtype: str) -> None:
    values = torch.tensor([[0, 1, 1], [1, 0, 1]]).to(DTYPES[dtype])
    shown = take(values)
    assert shown.kind == "tensor"
    assert shown.device == "drawn"
    assert shown.values.dtype is DTYPES[dtype]
    assert shown.values.tolist() == values.tolist()


def test_a_later_in_place_change_does_not_rewrite_an_observation() -> None:
    tensor, array, items = torch.ones(3), np.ones(3), [1, 2]
    shown = take([tensor, array, items])
    tensor.zero_()
    array[:] = 0
    items.clear()
    assert shown[0].values.tolist() == shown[1].values.tolist() == [1, 1, 1]
    assert shown[2] == [1, 2]


def test_a_view_is_shown_without_the_storage_behind_it() -> None:
    shown = take(torch.zeros(1000, 1000).T[3, :2])
    assert shown.values.untyped_storage().nbytes() == 8


def test_a_parameter_counts_as_the_tensor_it_holds() -> None:
    shown = take(nn.Parameter(torch.tensor([2.0])))
    assert type(shown.values) is torch.Tensor
    assert not shown.values.requires_grad


@pytest.mark.parametrize("array", [
    np.arange(6.0).reshape(2, 3)[::-1, ::2], np.asfortranarray(np.ones((2, 3))), np.array([1.0, 2.0], ">f4"),
    np.float32([[1]]), np.zeros((0, 3)),
])  # fmt: skip
def test_an_array_of_any_layout_keeps_its_values(array: np.ndarray) -> None:
    shown = take(array)
    assert shown.kind == "array"
    assert shown.values.tolist() == array.tolist()
    assert list(shown.values.shape) == list(array.shape)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None), (True, True), (1, 1), (1.5, 1.5), ("text", "text"), (-math.inf, -math.inf), (2**62, 2**62),
        (np.float32(0.5), 0.5), (np.int8(3), 3), (np.bool_(True), True),
        (torch.float16, "torch.float16"), (torch.device("meta"), "meta"), (CPU, "drawn"),
        ((1, (2, 3)), [1, [2, 3]]), (torch.Size([2, 3]), [2, 3]), (namedtuple("Pair", "a b")(1, 2), [1, 2]),
        (OrderedDict(a=1), {"a": 1}), ({1: 2, ("a", "b"): 3}, {"1": 2, "('a', 'b')": 3}),
    ],
)  # fmt: skip
def test_plain_values_become_plain_data(value: object, plain: Data) -> None:
    shown = take(value)
    assert (shown, type(shown)) == (plain, type(plain))


def test_nan_stays_nan() -> None:
    assert math.isnan(take(np.float64("nan")))
    assert take(torch.tensor(math.nan)).values.isnan()


@pytest.mark.parametrize("value", [
    Yes(), Tensorish([1.0]), torch.ones(3, device="meta"), torch.eye(2).to_sparse(),
    torch.ones(2, dtype=torch.complex64), torch.zeros(1).expand(10 * 2**30 // 4),
    torch.zeros(MAX_BYTES // 4 + 1), torch.ones(2).to(torch.float8_e4m3fn),
    np.array([Yes()]), np.array(["text"]), np.ma.array([1.0]), np.broadcast_to(np.float64(1), (2**31,)),
    Number(1), np.longdouble(1), np.datetime64(1, "s"), 1j, b"bytes", {1, 2}, iter([1]), nn.Linear(1, 1), Yes, print,
    2**63, -(2**200), "x" * (MAX_TEXT + 1), "\ud800", type("Text", (str,), {})("x"), type("List", (list,), {})([1]),
    type("Integer", (int,), {})(1),
])  # fmt: skip
def test_what_is_no_plain_data_is_unreadable(value: object) -> None:
    assert isinstance(take(value), Unreadable)


def test_a_type_that_calls_itself_equal_to_every_type_is_no_plain_data() -> None:
    everything = type("Everything", (type,), {"__eq__": lambda kind, other: True, "__hash__": type.__hash__})
    assert isinstance(take(everything("Tensor", (), {})()), Unreadable)


@pytest.mark.filterwarnings("ignore:.*quantiz.*", "ignore:.*[Nn]ested.*")
@pytest.mark.parametrize("make", [
    lambda: torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
    lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
], ids=["quantized", "nested"])  # fmt: skip
def test_a_tensor_without_plain_values_is_unreadable(make: Any) -> None:
    assert isinstance(take(make()), Unreadable)


def test_many_tensors_together_meet_the_limit_of_one() -> None:
    half = torch.zeros(MAX_BYTES // 8)
    first, second, third = take([half, half, half])
    assert isinstance(first, Shown)
    assert isinstance(second, Shown)
    assert isinstance(third, Unreadable)


@pytest.mark.parametrize("value", [
    [0] * 10**6, tuple(range(10**6)), dict.fromkeys(range(10**6)), [[0] * 1000] * 1000, Tuple([1, 2]), Dict(a=1),
], ids=["list", "tuple", "dict", "nested", "endless tuple", "endless dict"])  # fmt: skip
def test_a_container_without_end_becomes_few_nodes(value: object) -> None:
    assert len(everything(take(value))) <= 2 * MAX_NODES + 2


def test_a_tuple_that_lies_about_its_items_is_seen_as_it_is() -> None:
    assert take(Tuple([1, 2])) == [1, 2]
    assert take(Dict(a=1)) == {"a": 1}


@pytest.mark.parametrize("make", [list, tuple, dict.fromkeys])
def test_a_container_is_whole_or_says_that_it_is_not(make: Any) -> None:
    whole, cut = (list(everything(take(make(range(count))))) for count in (MAX_NODES - 1, MAX_NODES))
    assert len(whole) == MAX_NODES
    assert not any(isinstance(node, Unreadable) for node in whole)
    assert isinstance(cut[-1], Unreadable)


@pytest.mark.parametrize("many", [1, 2])
def test_arrays_together_meet_the_limit_too(many: int) -> None:
    size = MAX_BYTES // 8 // many
    assert all(isinstance(shown, Shown) for shown in take([np.zeros(size)] * many))
    assert isinstance(take([np.zeros(size)] * many + [np.zeros(1)])[-1], Unreadable)


def in_a_list(loop: list[object]) -> object:
    loop.append(loop)
    return loop


def in_a_dict(loop: dict[str, object]) -> object:
    loop["again"] = loop
    return loop


@pytest.mark.parametrize("loop", [in_a_list([]), in_a_dict({})], ids=["list", "dict"])
def test_what_holds_itself_ends(loop: object) -> None:
    nodes = everything(take(loop))
    assert isinstance(nodes[-1], Unreadable)
    assert len(nodes) == MAX_DEPTH + 2


def test_wide_self_reference_stays_bounded() -> None:
    loop: list[object] = []
    loop.extend([loop] * 50)
    assert len(everything(take(loop))) <= 60 * MAX_NODES


@pytest.mark.parametrize("key", [Yes(), Tuple([1]), (Yes(),), Number(1)])
def test_a_key_is_never_asked_for_its_repr(key: Any) -> None:
    (name,) = take({key: 1})
    assert name.endswith("object)")


def test_a_long_or_broken_key_is_shortened() -> None:
    assert {len(key) for key in take({"x" * 10**6: 1})} == {200}
    assert list(take({"\ud800": 1})) == ["\\ud800"]


def test_methods_hung_onto_a_tensor_are_not_called() -> None:
    tensor = torch.ones(2)
    for name in ("detach", "numel", "to", "element_size", "contiguous"):
        setattr(tensor, name, lambda *_, **__: Yes())
    assert take(tensor).values.tolist() == [1, 1]


def test_an_exception_is_noted_with_its_bases_and_message() -> None:
    shown = attempt(lambda: [][0], CPU)
    assert isinstance(shown, Raised)
    assert (shown.kind, shown.message) == ("IndexError", "list index out of range")
    assert shown.lineage == ("IndexError", "LookupError", "Exception", "BaseException")


def test_the_line_is_the_innermost_of_the_answers_own() -> None:
    def answer() -> torch.Tensor:
        return torch.ones(2) @ torch.ones(3)  # wrong here

    def outer() -> torch.Tensor:
        return answer()

    shown = attempt(outer, CPU)
    assert isinstance(shown, Raised)
    assert shown.line.endswith("# wrong here")


def _raise(error: BaseException) -> Any:
    raise error


@pytest.mark.parametrize("inner", [ValueError, SystemExit])
def test_an_exception_whose_message_raises_is_noted(inner: type[BaseException]) -> None:
    hostile = type("Hostile", (Exception,), {"__str__": lambda self: _raise(inner())})
    shown = attempt(lambda: _raise(hostile()), CPU)
    assert isinstance(shown, Raised)
    assert (shown.kind, shown.lineage) == ("Hostile", ("Hostile", "Exception", "BaseException"))
    assert inner.__name__ in shown.message


@pytest.mark.parametrize("error", [SystemExit(0), ValueError("x" * 10**6), ValueError("\ud800"), RecursionError(),
                                   StopIteration(), MemoryError(), type("N" * 10**5, (ValueError,), {})()])  # fmt: skip
def test_any_exception_of_an_answer_becomes_a_short_note_that_travels(error: BaseException) -> None:
    shown = attempt(lambda: _raise(error), CPU)
    assert isinstance(shown, Raised)
    assert len(json.dumps([shown.kind, shown.lineage, shown.message, shown.line])) < 3000
    assert wire.loads(wire.dumps(shown)) == shown


def test_the_students_own_interrupt_goes_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        attempt(lambda: _raise(KeyboardInterrupt()), CPU)


def test_a_tensor_that_stayed_on_the_cpu_says_so_where_the_draws_are_on_cuda() -> None:
    shown = snapshot(torch.ones(2), torch.device("cuda"))
    assert isinstance(shown, Shown)
    assert shown.device == "cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_tensor_on_cuda_is_copied_to_the_cpu_and_says_where_it_was() -> None:
    cuda = torch.device("cuda")
    drawn, stray = snapshot([torch.ones(2, device=cuda), torch.ones(2)], cuda)  # type: ignore[misc, union-attr]
    assert (drawn.device, stray.device, drawn.values.device.type) == ("drawn", "cpu", "cpu")  # type: ignore[union-attr]
