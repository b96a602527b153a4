"""What experiments look at beside plain results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.engine.probes import REFUSED, REFUSED_OTHERWISE, calls_of, largest_tensor, most_alive, refusal


def keeps_both(x: Tensor) -> Tensor:
    one = x + 1
    other = one * 2
    return one.sum() + other.sum()


def keeps_one(x: Tensor) -> Tensor:
    one = x + 1
    one = one * 2
    return one.sum()


def keeps_a_view(x: Tensor) -> Tensor:
    one = (x + 1)[:1]
    return torch.cat([one, x * 2]).sum()


@pytest.mark.parametrize(
    ("function", "most"),
    # Both, and each sum; the new one beside the old; what the view is of, the product, and the two together.
    [(keeps_both, 100 + 100 + 1 + 1 + 1), (keeps_one, 100 + 100), (keeps_a_view, 100 + 100 + 101)],
)
def test_what_is_alive_at_once_is_counted(function: Callable[[Tensor], Tensor], most: int) -> None:
    x = torch.arange(100.0)
    result, alive = most_alive(function, x)
    assert torch.equal(result, function(x))
    assert alive == most


def test_a_view_and_an_input_are_no_new_tensors() -> None:
    assert largest_tensor(lambda x: x.view(10, 10)[0], torch.arange(100.0))[1] == 0
    assert largest_tensor(lambda x: x[:30] + 1, torch.arange(100.0))[1] == 30


def test_calls_of_one_operation_are_counted() -> None:
    result, count = calls_of(torch.einsum, lambda x: torch.einsum("i,i", x, x) + torch.einsum("i->", x), torch.ones(3))
    assert (result.item(), count) == (6, 2)


def asserts() -> None:
    number = 3
    assert number < 3, "no"


def test_a_refusal_is_told_from_one_by_another_kind_of_error_and_from_an_accident() -> None:
    def raises(error: Exception) -> Callable[[], Any]:
        def answer() -> Any:
            raise error

        return answer

    assert refusal(KeyError, raises(KeyError("x"))) == REFUSED
    assert refusal(KeyError, raises(ValueError("x"))) == REFUSED_OTHERWISE + "ValueError"
    assert refusal(KeyError, asserts) == REFUSED_OTHERWISE + "AssertionError"
    assert refusal(KeyError, lambda: 3) == 3
    with pytest.raises(NotImplementedError):  # a blank
        refusal(RuntimeError, raises(NotImplementedError()))
    with pytest.raises(ZeroDivisionError):  # nobody's decision
        refusal(KeyError, lambda: 1 / 0)
