"""The judge tells right from wrong, and says in words what differs."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from autograder.engine import wire
from autograder.engine.judge import Rule, compare, wrong_elements
from autograder.engine.probes import AFTERWARDS, RESULT
from autograder.engine.tolerance import Leeway, allowed
from autograder.engine.values import DTYPES, Data, Raised, Shown, Unreadable
from autograder.engine.words import ALIKE, TOLD, describe

RULE = Rule(10, "cpu", Leeway())
NAN, INF = math.nan, math.inf


def tensor(*values: Any, dtype: torch.dtype = torch.float32) -> Shown:
    return Shown(torch.tensor(values, dtype=dtype))


def is_right(expected: Data, shown: Data) -> bool:
    return compare(expected, shown, RULE) is None


RIGHT: list[Data] = [
    None, True, 0, 3, 1.5, NAN, INF, "text", [], {}, [1, [2.0, "x"]], {"a": 1, "b": {"c": None}}, tensor(1.0, 2.0),
    tensor(NAN, INF, -INF), tensor(dtype=torch.int64), Shown(torch.tensor(2.0)), Shown(torch.ones(2), "array", "cpu"),
    Raised("ValueError"),
]  # fmt: skip


@pytest.mark.parametrize("data", RIGHT, ids=describe)
def test_the_expected_itself_is_right(data: Data) -> None:
    assert is_right(data, data)


@pytest.mark.parametrize("data", [*RIGHT, list(range(300))], ids=describe)
def test_what_comes_back_over_the_wire_is_still_right(data: Data) -> None:
    assert is_right(data, wire.loads(wire.dumps(data)))


def test_an_array_is_no_tensor_nor_a_tensor_an_array() -> None:
    one, other = Shown(torch.ones(2), "tensor", "cpu"), Shown(torch.ones(2), "array", "cpu")
    assert not is_right(one, other)
    assert not is_right(other, one)


@pytest.mark.parametrize("one", range(len(RIGHT)))
def test_no_kind_of_value_passes_for_another(one: int) -> None:
    for other in range(len(RIGHT)):
        assert is_right(RIGHT[one], RIGHT[other]) == (one == other), (RIGHT[one], RIGHT[other])


@pytest.mark.parametrize("data", [*RIGHT, Unreadable("a generator object")], ids=describe)
def test_what_cannot_be_read_is_never_right(data: Data) -> None:
    assert not is_right(data, Unreadable("a generator object"))


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_other_dtype_is_wrong_even_with_equal_values(dtype: str) -> None:
    for other in DTYPES:
        assert is_right(Shown(torch.ones(2, dtype=DTYPES[dtype])), Shown(torch.ones(2, dtype=DTYPES[other]))) == (
            dtype == other
        )


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        (2.0, 2), (2.0, 2.0 + 1e-6), (0.0, -0.0), (0.0, 1e-7), (1e-3, 1e-3 * (1 + 1e-5)), (INF, INF), (NAN, NAN),
        (0.1 + 0.2, float(torch.tensor(0.1) + torch.tensor(0.2))),
    ],
)  # fmt: skip
def test_a_python_float_has_the_tolerance_of_single_precision(expected: float, shown: float) -> None:
    assert is_right(expected, shown)


def test_the_tolerance_of_a_float_follows_from_the_expected() -> None:
    bound = float(allowed(torch.tensor(1.0), RULE.size, RULE.device, RULE.leeway))
    assert is_right(1.0, 1.0 + bound * (1 - 1e-5))
    assert not is_right(1.0, 1.0 + bound * (1 + 1e-5))


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        (2.0, 2.001), (2.0, NAN), (NAN, 2.0), (INF, -INF), (INF, 1e300), (1.0, INF), (1e-3, 1.1e-3), (1.0, True),
        (0.0, False), (0.0, None), (2, 2.0), (2, 3), (1, True), (True, 1), (False, 0), (2**62, 2**62 + 1), ("1", 1),
        (None, False), (None, 0),
    ],
)  # fmt: skip
def test_another_number_or_another_kind_of_number_is_wrong(expected: Data, shown: Data) -> None:
    assert not is_right(expected, shown)


@pytest.mark.parametrize(
    ("expected", "shown", "wrong"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-6], []), ([1.0, 2.0], [1.0, 2.1], [1]), ([NAN, 1.0], [NAN, NAN], [1]),
        ([INF, -INF], [INF, INF], [1]), ([1.0, INF], [INF, INF], [0]), ([NAN], [0.0], [0]),
    ],
)  # fmt: skip
def test_wrong_elements_are_found_one_by_one(expected: list, shown: list, wrong: list) -> None:
    found = wrong_elements(torch.tensor(expected), torch.tensor(shown), RULE)
    assert found.nonzero().flatten().tolist() == wrong


def test_whole_numbers_must_be_equal() -> None:
    expected = torch.tensor([2**62, 5])
    assert wrong_elements(expected, torch.tensor([2**62 + 1, 5]), RULE).tolist() == [True, False]


MORE_LOST = "and float64 holds 16: more is lost than another order of the same sums would lose"
WORDS: list[tuple[Data, Data, str, str, str]] = [
    (tensor(1.0), tensor(1.0, dtype=torch.float64), "", "it has dtype float64", "dtype float32"),
    (tensor(1.0, 2.0), tensor(1.0), "", "it has shape (1,)", "shape (2,)"),
    (tensor(1.0), Shown(torch.ones(1), device="cpu"), "", "it has device cpu", "device drawn"),
    (tensor(1.0), Shown(torch.ones(1), "array", "cpu"), "",
     "it is a NumPy array of shape (1,), dtype float32", "a tensor of shape (1,), dtype float32"),
    (tensor(1.0, 2.0, 3.0), tensor(1.0, 9.0, 2.0), "", "2 of 3 values are wrong; the furthest off, at [1], is 9",
     "2 there"),
    (Shown(torch.zeros(2, 3)), Shown(torch.tensor([[0, 0, 0], [0, NAN, 0.0]])), "",
     "1 of 6 values is wrong; the furthest off, at [1, 1], is nan", "0 there"),
    (tensor(0.0, 0.0), tensor(5.0, NAN), "", "2 of 2 values are wrong; the furthest off, at [1], is nan",
     "0 there"),
    (tensor(1, 2, dtype=torch.int64), tensor(1, 3, dtype=torch.int64), "",
     "1 of 2 values is wrong; the furthest off, at [1], is 3", "2 there"),
    (tensor(True, False, dtype=torch.bool), tensor(True, True, dtype=torch.bool), "",
     "1 of 2 values is wrong; the furthest off, at [1], is True", "False there"),
    (Shown(torch.tensor(2.0)), Shown(torch.tensor(3.0)), "", "it is 3", "2"),
    (tensor(2.36196, dtype=torch.float64), tensor(2.36196 + 1e-7, dtype=torch.float64), "",
     "it is 2.3619601",
     "2.36196. About 7 digits agree, and float64 holds 16: it looks as if something on the way were float32"),
    (tensor(1.0, dtype=torch.float64), tensor(1.0 + 4e-12, dtype=torch.float64), "",
     "it is 1.000000000004", f"1. About 11 digits agree, {MORE_LOST}"),
    (tensor(1.0), None, "", "it is None", "a tensor of shape (1,), dtype float32"),
    (2.0, 3.0, "", "it is 3.0", "2.0"),
    ("right", "wrong", "", "it is 'wrong'", "'right'"),
    (tensor(2 / 3), tensor(1 / 3), "", "it is 0.333333", "0.666667"),
    ([1, 2], [1], "", "it has 1 item", "2 items"),
    ([1], [1, 2], "", "it has 2 items", "1 item"),
    ([1, 2], [], "", "it is empty", "2 items"),
    ([], [1], "", "it has 1 item", "nothing in it"),
    ([], 1, "", "it is 1", "an empty list"),
    (list(range(9)), [*range(8), 9], "item 8, counted from 0", "it is 9", "8"),
    ({"rank 1": {"sum": 1}}, {"rank 1": {"sum": 2}}, "on rank 1, `sum`", "it is 2", "1"),
    ({"rank 0": {"sum": 1}}, Raised("TypeError"), "", "it raises TypeError", "values for `sum`, on every rank"),
    (TOLD, ALIKE, "", "it gives what the library gives", "it is seen to be wrong"),
    ([1, [2, 3]], [1, [2, 4]], "the second item, the second item", "it is 4", "3"),
    ({"a": 1, "b": 2}, {"a": 1}, "", "the names are a", "b as well"),
    ({"a": 1}, {"a": 1, "b": 2}, "", "the names are a, b; too many: b", "no more than the others"),
    ({"a": 1}, {}, "", "the names are none at all", "a as well"),
    ({"a": {"b": [1]}}, {"a": {"b": [2]}}, "`a`, `b`, the first item", "it is 2", "1"),
    (Raised("ValueError"), 1, "", "it returns 1", "it raises ValueError"),
    (Raised("ValueError"), Raised("TypeError", ("TypeError", "Exception")), "", "it raises TypeError",
     "it raises ValueError"),
    (1, Raised("TypeError", message="no", line="f(x)"), "", "it raises TypeError: no (at `f(x)`)", "1"),
    (1, Raised("TypeError", message="no", line="f(`x`)", function="f.<locals>.A.g", number=3), "",
     "it raises TypeError: no (in `A.g`, line 3: `f('x')`)", "1"),
    (1, Raised("AssertionError", message="it is list, no NumPy array"), "", "it is list, no NumPy array", "1"),
    (1, Raised("AssertionError", message="mine", line="assert x, 'mine'"), "",
     "it raises AssertionError: mine (at `assert x, 'mine'`)", "1"),
    ({"names": ["a"], "is it": True}, Raised("TypeError"), "", "it raises TypeError", "values for `names`, “is it”"),
    ({RESULT: 1, AFTERWARDS: [2]}, Raised("TypeError"), "", "it raises TypeError", "1"),
    ({RESULT: 1, AFTERWARDS: [2]}, {RESULT: 3, AFTERWARDS: [2]}, "the arguments are left alone, but the result",
     "it is 3", "1"),
    ({RESULT: 1, AFTERWARDS: [2, 2]}, {RESULT: 3, AFTERWARDS: [2, 4]}, "afterwards the second argument", "it is 4",
     "2"),
    ({"state": {RESULT: 1}}, {"state": {RESULT: 2}}, "`state`, `result`", "it is 2", "1"),
    ({"one object": True}, {"one object": False}, "“one object”", "it does not hold", "it should hold"),
    ({"one object": False}, {"one object": True}, "“one object”", "it holds", "it should not hold"),
    ({"bias": True}, {"bias": False}, "`bias`", "it is False", "True"),
    ({"x.grad": tensor(1.0)}, {"x.grad": None}, "`x.grad`", "there is no gradient",
     "a tensor of shape (1,), dtype float32"),
    ({"grad": None}, {"grad": tensor(1.0)}, "`grad`", "it is a tensor of shape (1,), dtype float32", "no gradient"),
    ({"sign": {"checksum": 31}}, {"sign": {"checksum": 7}}, "`sign`", "not all of its values are right",
     "every value right"),
    (tensor(1.5), tensor(1.5003), "", "it is 1.5003", "1.5"),
    (1, Unreadable("a generator object"), "", "it shows a generator object", "1"),
    ({"a": 1}, [1], "", "it is a list of 1 item", "a dict with the keys a"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "shown", "where", "yours", "wanted"), WORDS)
def test_a_difference_says_where_and_what(expected: Data, shown: Data, where: str, yours: str, wanted: str) -> None:
    difference = compare(expected, shown, RULE)
    assert difference
    assert (difference.where, difference.yours, difference.wanted) == (where, yours, wanted)


@pytest.mark.parametrize(("name", "yours"), [("gradients, masked", "there is no gradient"), ("masked", "it is None")])
def test_what_is_missing_among_gradients_is_a_gradient(name: str, yours: str) -> None:
    difference = compare([tensor(1.0)], [None], Rule(10, "cpu", Leeway(), name))
    assert difference
    assert difference.yours == yours


def test_an_error_goes_with_the_difference() -> None:
    error = Raised("TypeError", message="no")
    for expected in (1, Raised("ValueError")):
        difference = compare(expected, error, RULE)
        assert difference
        assert difference.error is error


def test_two_neighbours_in_double_precision_are_told_apart() -> None:
    expected, shown = tensor(0.3, dtype=torch.float64), tensor(0.1 + 0.2, dtype=torch.float64)
    difference = compare(expected, shown, Rule(1, "cpu", Leeway(1e-6, "to tell neighbours apart")))
    assert difference
    assert (difference.yours, difference.wanted) == (
        "it is 0.30000000000000004",
        f"0.29999999999999999. About 15 digits agree, {MORE_LOST}",
    )


def test_a_difference_of_values_carries_both_tensors_for_the_picture() -> None:
    expected, shown = tensor(1.0, 2.0), tensor(1.0, 9.0)
    difference = compare(expected, shown, RULE)
    assert difference
    assert difference.expected is expected.values
    assert difference.shown is shown.values


@pytest.mark.parametrize(("length", "kept"), [(79, "x" * 79), (80, "x" * 77 + "…"), (5000, "x" * 77 + "…")])
def test_a_long_text_is_shortened_in_words(length: int, kept: str) -> None:
    assert describe("x" * length) == repr(kept)


def test_a_derived_exception_is_right() -> None:
    shown = Raised("Mine", ("Mine", "IndexError", "LookupError", "Exception", "BaseException"))
    assert is_right(Raised("LookupError"), shown)
    assert not is_right(Raised("KeyError"), shown)


def test_a_blank_does_not_pass_for_the_runtime_error_that_it_derives_from() -> None:
    blank = Raised("NotImplementedError", ("NotImplementedError", "RuntimeError", "Exception", "BaseException"))
    assert not is_right(Raised("RuntimeError"), blank)
    assert is_right(Raised("NotImplementedError"), blank)


def test_a_leeway_loosens_and_tightens() -> None:
    near = tensor(1.0 + 2e-4)
    assert not is_right(tensor(1.0), near)
    assert compare(tensor(1.0), near, Rule(10, "cpu", Leeway(4.0, "why"))) is None
    assert compare(tensor(1.0), tensor(1.0 + 2e-5), Rule(10, "cpu", Leeway(0.1, "why")))
