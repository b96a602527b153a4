"""How an answer is called from outside is noted while its experiment runs, and written as a student would."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.engine.calls import Call, calls_in
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise, Experiment
from autograder.engine.observe import observe
from autograder.student.spelling import as_written, literal_of, words_for


def noted(candidate: Any, experiment: Experiment) -> dict[str, list[Call]]:
    exercise = Exercise(experiment, points=1)
    return {name: calls for (name, _), calls in calls_in(exercise, candidate, Draw(0, "f")).items()}


def written(candidate: Any, experiment: Experiment) -> dict[str, str]:
    return {name: as_written(calls) for name, calls in noted(candidate, experiment).items()}


def plain(candidate: Any, draw: Draw) -> Iterator[Any]:
    yield "large", lambda: candidate(draw.normal(2, 5), 3)
    yield "small", lambda: candidate(torch.tensor([[1.0, 2.5]]), 3, mask=None)
    yield "by name", lambda: candidate(torch.tensor([1, 2]), 3, mask=torch.tensor([True]))


def f(x: Any, dim: int, scale: float = 2.0, mask: Any = None) -> Any:
    return x * f(x, 0) if dim == 3 else x


def test_a_call_is_written_as_a_student_would() -> None:
    assert written(f, plain) == {
        "large": "f(x, 3)\n# x: float32 (2, 5)",
        "small": "f(torch.tensor([[1., 2.5]]), 3)",
        "by name": "f(torch.tensor([1, 2]), 3, mask=torch.tensor([True]))",
    }


def test_what_an_answer_calls_of_itself_is_no_call_from_outside() -> None:
    assert all(len(calls) == 1 for calls in noted(f, plain).values())


@pytest.mark.parametrize(
    "candidate", [functools.partial(f, scale=3.0), torch.no_grad()(f), functools.lru_cache(None)(f)],
    ids=["partial", "decorated", "cached"],
)  # fmt: skip
def test_the_function_under_a_wrapper_is_the_answer(candidate: Any) -> None:
    (call,) = noted(candidate, plain)["large"]
    assert call.inputs["dim"] == 3


def test_inputs_are_those_at_the_call_whatever_is_done_to_them() -> None:
    def damage(x: Tensor, dim: int, mask: Any = None) -> Tensor:
        dim = 99
        return x.zero_() + dim

    (call,) = noted(damage, plain)["small"]
    assert call.inputs["dim"] == 3
    assert torch.equal(call.inputs["x"], torch.tensor([[1.0, 2.5]]))


def test_the_inputs_are_those_of_the_seed_and_ask_for_gradients_where_they_did() -> None:
    drawn: list[Tensor] = []

    def learns(candidate: Any, draw: Draw) -> Iterator[Any]:
        drawn.append(draw.normal(3).requires_grad_())
        yield "one", lambda: candidate(drawn[-1], 1)

    (call,) = noted(f, learns)["one"]
    observe(Exercise(learns, points=1), f, Draw(0, "f"))
    assert torch.equal(call.inputs["x"], drawn[1])
    assert call.inputs["x"] is not drawn[0]
    assert call.inputs["x"].requires_grad
    assert call.inputs["x"].is_leaf


def test_an_answer_that_raises_is_noted_too() -> None:
    def broken(x: Any, dim: int, mask: Any = None) -> Any:
        raise ValueError

    assert [len(calls) for calls in noted(broken, plain).values()] == [1, 1, 1]


class Layer(nn.Module):
    def __init__(self, inputs: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(inputs))
        self.reset()

    def reset(self) -> None:
        self.uses = 0

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


def layers(candidate: Any, draw: Draw) -> Iterator[Any]:
    kept = candidate(3)
    yield "made", lambda: candidate(2, bias=False).weight
    yield "kept", lambda: kept(torch.ones(3))
    yield "kept on", lambda: kept(draw.normal(9, 3))
    yield "two", lambda: candidate(2)(torch.ones(2)) + candidate(1)(torch.ones(1))
    yield "reset", lambda: kept.reset()
    yield "nothing", lambda: 3


def test_an_instance_is_shown_with_what_made_it() -> None:
    ones = "torch.tensor([1., 1., 1.])"
    assert written(Layer, layers) == {
        # what was made on the way to the first observation stands there too
        "made": "layer1 = Layer(3)\nlayer2 = Layer(2, bias=False)",
        "kept": f"layer = Layer(3)\nlayer({ones})",
        "kept on": "layer = Layer(3)\nlayer(x)\n# x: float32 (9, 3)",
        "two": "layer1 = Layer(2)\nlayer1(torch.tensor([1., 1.]))\nlayer2 = Layer(1)\nlayer2(torch.tensor([1.]))",
        "reset": "layer = Layer(3)\nlayer.reset()",
        "nothing": "",
    }


def test_a_class_that_the_check_derives_is_called_by_its_own_name() -> None:
    def derived(candidate: Any, draw: Draw) -> Iterator[Any]:
        class Small(candidate):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__(3)

        yield "derived", lambda: Small()(torch.ones(1))

    assert written(Layer, derived) == {"derived": "small(torch.tensor([1.]))"}


def test_an_autograd_function_is_applied() -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return 2 * x

        @staticmethod
        def backward(ctx: Any, grad: Tensor) -> Tensor:  # type: ignore[override]
            return 2 * grad

    def applied(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "applied", lambda: candidate.apply(torch.ones(1, requires_grad=True)).sum().backward()

    assert written(Double, applied) == {"applied": "Double.apply(torch.tensor([1.], requires_grad=True))"}


def test_stars_and_names_are_spread() -> None:
    def starred(first: Any, *rest: Any, key: int = 0, **options: Any) -> Any:
        return first

    def calling(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "all", lambda: candidate(1, 2, draw.normal(9), key=4, other="x")

    assert written(starred, calling) == {"all": "starred(1, 2, rest1, key=4, other='x')\n# rest1: float32 (9,)"}


def test_a_generator_is_called_once_however_often_it_is_woken() -> None:
    def counts(n: int) -> Iterator[int]:
        yield from range(n)

    def listing(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "all", lambda: list(candidate(5))

    assert written(counts, listing) == {"all": "counts(5)"}


def test_the_same_call_is_written_once_and_many_are_cut() -> None:
    def often(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "same", lambda: [candidate(torch.ones(1), 1) for _ in range(3)]
        yield "many", lambda: [candidate(n, 1) for n in range(7)]

    found = written(f, often)
    assert found["same"] == "f(torch.tensor([1.]), 1)"
    assert found["many"] == "f(0, 1)\nf(1, 1)\nf(2, 1)\nf(3, 1)\n# and 3 more"


def test_two_large_values_of_one_name_are_told_apart() -> None:
    def twice(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "twice", lambda: [candidate(draw.normal(9), 1), candidate(draw.normal(8), 1)]

    assert written(f, twice) == {"twice": "f(x, 1)\nf(x2, 1)\n# x: float32 (9,), x2: float32 (8,)"}


def test_no_profile_is_left_behind() -> None:
    before = sys.getprofile()
    noted(f, plain)
    assert sys.getprofile() is before


@pytest.mark.parametrize("value", [
    None, 3, True, 2.5, "mean", torch.float16, [1, "a"], (1,), (2, 3), {"a": 1}, torch.tensor([[1.0], [2.5]]),
    torch.tensor(3), torch.tensor([1.5], dtype=torch.float64), torch.tensor([True, False]), torch.device("cpu"),
    torch.tensor([torch.nan, torch.inf, -torch.inf]), torch.tensor([1e-9, 1e12]), [torch.tensor(1)],
], ids=str)  # fmt: skip
def test_a_literal_is_python_for_the_same_value(value: Any) -> None:
    back = eval(literal_of(value), {"torch": torch})
    assert type(back) is type(value)
    if isinstance(value, Tensor):
        torch.testing.assert_close(back, value, equal_nan=True)
    else:
        assert back == value


@pytest.mark.parametrize(("value", "words"), [
    (torch.zeros(2, 5), "float32 (2, 5)"), (nn.Parameter(torch.zeros(9)), "nn.Parameter, float32 (9,)"),
    (torch.zeros(3, 4, requires_grad=True), "float32 (3, 4), requires_grad=True"),
    (torch.zeros(3, 4).T, "float32 (4, 3), not contiguous"), (nn.Linear(2, 3), "Linear"),
    (torch.zeros(0), "float32 (0,)"), (list(range(9)), "list of 9: 0, 1, 2, 3, …"),
    ({"a": nn.Linear(1, 1)}, "dict with a"), (torch.relu, "the function relu"), ("x" * 99, "text of 99 characters"),
], ids=lambda value: str(value)[:20])  # fmt: skip
def test_what_is_large_is_put_into_words(value: Any, words: str) -> None:
    assert literal_of(value) == ""
    assert words_for(value) == words
