"""An exercise whose answer is an input: suspects and library run where the verdict is made, on plain data."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.engine.counterexample import INPUT, MOST_NUMBERS, counterexample, witnessed
from autograder.engine.draw import Draw
from autograder.engine.observe import Evidence, Observation, observe
from autograder.engine.sheet import Sheet
from autograder.engine.verdict import State, judge
from autograder.engine.words import ALIKE, TOLD


def forgets_the_last(x: Tensor) -> Tensor:
    return torch.cat([x[:-1].sort().values, x[-1:]])


def breaks(x: Tensor) -> Tensor:
    raise RuntimeError("always")


def sorts_in_place(x: Tensor) -> Tensor:
    return x.copy_(x.sort().values)


def largest_first(x: Tensor) -> Tensor:
    return x.sort(descending=True).values


SUSPECTS = {"the last": forgets_the_last, "breaks": breaks, "in place": sorts_in_place, "turned": largest_first}


@counterexample(
    points=2, library=lambda x: x.sort().values, definition=lambda x: x[x.argsort()] + 0 * x, suspects=SUSPECTS
)
def unsorted(x: Tensor) -> None:
    """A vector that the suspects sort wrongly."""
    if x.dim() != 1:
        raise ValueError("x should be a vector")


SHEET = Sheet("unsorted", 0, [Observation(name, TOLD) for name in SUSPECTS if name != "in place"], [])


def shown_by(answer: Any) -> Evidence:
    return observe(unsorted, answer, Draw(0, "unsorted"))


def told(answer: Any) -> dict[str, Any]:
    return {item.name: item.value for item in witnessed(unsorted, shown_by(answer)).observations}


def test_each_suspect_that_differs_from_the_library_is_told_apart() -> None:
    assert told(lambda: (torch.tensor([3.0, 2.0, 1.0]),)) == {
        "the last": TOLD, "breaks": TOLD, "in place": ALIKE, "turned": TOLD,
    }  # fmt: skip
    assert told(lambda: (torch.tensor([2.0, 2.0]),))["turned"] == ALIKE


def test_points_are_paid_for_suspects_told_apart() -> None:
    assert judge(unsorted, SHEET, shown_by(lambda: (torch.tensor([3.0, 1.0]),))).state is State.RIGHT
    half = judge(unsorted, SHEET, shown_by(lambda: (torch.tensor([1.0, 1.0]),)))
    assert (half.state, half.earned) == (State.WRONG, 0.67)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: None, "return the inputs as a tuple"),
        (lambda: (torch.eye(2),), "x should be a vector"),
        (lambda: (torch.ones(MOST_NUMBERS + 1),), f"{MOST_NUMBERS} are enough"),
        (lambda: (object(),), "each of them is a tensor"),
        (lambda: (torch.ones(2), torch.ones(2)), "positional argument"),
        (lambda: (torch.tensor([1.0, torch.inf]),), "the library itself gives ∞ or NaN"),
    ],
)
def test_what_is_not_an_input_tells_nobody_apart_and_says_why(answer: Any, said: str) -> None:
    assert all(said in value.reason for value in told(answer).values())
    verdict = judge(unsorted, SHEET, shown_by(answer))
    assert verdict.earned == 0
    (cause,) = verdict.causes
    assert cause.sentence.startswith("What comes back cannot be used as an input: ")
    assert said in cause.sentence


def test_who_says_that_a_suspect_was_told_apart_is_not_believed() -> None:
    forged = Evidence.from_data(Evidence([Observation(name, TOLD) for name in SUSPECTS]).as_data())
    assert judge(unsorted, SHEET, forged).earned == 0
    beside = Evidence([*forged.observations, Observation(INPUT, [1.0])])
    assert judge(unsorted, SHEET, beside).earned == 0


def test_an_empty_body_is_not_attempted() -> None:
    def blank() -> None:
        raise NotImplementedError

    assert judge(unsorted, SHEET, shown_by(blank)).state is State.NOT_ATTEMPTED


def test_an_input_on_which_even_what_is_right_differs_tells_nobody_apart() -> None:
    @counterexample(
        points=1, library=lambda x: (x / 4) @ x, definition=lambda x: (x @ x) / 4, suspects={"zero": lambda x: 0 * x[0]}
    )
    def squared(x: Tensor) -> None:
        """A vector."""

    def shows(number: float) -> Any:
        evidence = observe(squared, lambda: (torch.tensor([number]),), Draw(0, "squared"))
        return witnessed(squared, evidence).observations[0].value

    assert shows(3.0) == TOLD
    assert "even right implementations differ" in shows(2.5e19).reason  # overflows before it is divided
