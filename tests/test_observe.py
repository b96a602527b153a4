"""Observing runs an answer, writes down what it shows, and leaves everything else as it was."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from autograder.engine import wire
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.observe import (
    MAX_OBSERVATIONS,
    MAX_PRINTED,
    SET_UP,
    Evidence,
    Observation,
    observe,
    signature_of,
)
from autograder.engine.values import Raised, Shown


def once(candidate: Any, draw: Draw) -> Iterator[Any]:
    yield "value", lambda: candidate(draw.normal(3, 4))


def look(answer: Any, experiment: Any = once) -> Evidence:
    return observe(Exercise(experiment, points=1), answer, Draw(0, "once"))


def value(answer: Any, experiment: Any = once) -> Any:
    return look(answer, experiment).observations[0].value


def spends_randomness(x: torch.Tensor) -> list[float]:
    return [float(torch.rand(())), random.random(), float(np.random.rand())]


def test_the_global_random_streams_are_kept() -> None:
    before = spends_randomness(torch.ones(1))
    torch.manual_seed(5), random.seed(5), np.random.seed(5)  # type: ignore[func-returns-value]
    expected = spends_randomness(torch.ones(1))
    torch.manual_seed(5), random.seed(5), np.random.seed(5)  # type: ignore[func-returns-value]
    look(spends_randomness)
    assert spends_randomness(torch.ones(1)) == expected != before


def test_an_answer_sees_the_same_global_streams_every_time() -> None:
    first = value(spends_randomness)
    spends_randomness(torch.ones(1))
    assert value(spends_randomness) == first


@pytest.mark.parametrize("seed", range(6))
def test_the_seed_of_the_global_streams_is_the_first_number_drawn_for_an_observation(seed: int) -> None:
    (seen,) = observe(Exercise(once, points=1), lambda x: torch.initial_seed(), Draw(seed, "once")).observations
    draw = Draw(seed, "once")
    with draw.apart("observation 0"):
        assert seen.value == draw.integer(0, 2**31)


def test_the_streams_are_kept_when_the_students_interrupt_ends_the_run() -> None:
    def interrupted(x: torch.Tensor) -> None:
        spends_randomness(x)
        raise KeyboardInterrupt

    state = torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt):
        look(interrupted)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_gradient_mode_is_on_inside_and_kept_outside(enabled: bool) -> None:
    def answer(x: torch.Tensor) -> bool:
        was = torch.is_grad_enabled()
        torch.set_grad_enabled(not enabled)
        return was

    with torch.set_grad_enabled(enabled):
        assert value(answer) is True
        assert torch.is_grad_enabled() is enabled


def test_what_an_answer_prints_is_kept_off_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    def answer(x: torch.Tensor) -> None:
        print("to stdout")
        print("to stderr", file=sys.stderr)

    assert look(answer).printed == "to stdout\nto stderr\n"
    assert capsys.readouterr() == ("", "")


def test_a_flood_of_output_is_cut_while_it_is_written() -> None:
    def answer(x: torch.Tensor) -> int:
        for _ in range(300):
            print("x" * 10**6)
        return sys.stdout.write("\ud800")

    evidence = look(answer)
    assert evidence.printed == "x" * MAX_PRINTED
    assert evidence.observations[0].value == 1


def test_output_in_parts_is_cut_at_the_same_place() -> None:
    assert look(lambda x: [print("x" * 699) for _ in range(9)]).printed == ("x" * 699 + "\n") * 2 + "x" * 600


def test_output_that_no_file_could_hold_is_written_out() -> None:
    assert look(lambda x: print("\ud800")).printed == "\\ud800\n"


def test_closing_stdout_costs_nothing() -> None:
    def answer(x: torch.Tensor) -> int:
        sys.stdout.close()
        return 5

    assert value(answer) == 5


def test_a_warning_costs_nothing() -> None:
    def answer(x: torch.Tensor) -> int:
        warnings.warn("careful", stacklevel=1)
        return 5

    with pytest.warns(UserWarning, match="careful"):
        assert value(answer) == 5


def endless(candidate: Any, draw: Draw) -> Iterator[Any]:
    while True:
        yield "again", lambda: candidate(draw.normal(2))


def test_an_experiment_without_end_is_cut() -> None:
    assert len(look(lambda x: 1, endless).observations) == MAX_OBSERVATIONS


def builds(candidate: Any, draw: Draw) -> Iterator[Any]:
    yield "first", lambda: 1
    built = candidate(draw.normal(2))
    yield "second", lambda: built


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), StopIteration()])
def test_a_set_up_that_raises_is_noted(error: BaseException) -> None:
    def answer(x: torch.Tensor) -> None:
        raise error

    first, second = look(answer, builds).observations
    assert (first.name, second.name) == ("first", SET_UP)
    assert isinstance(second.value, Raised)


def changes(candidate: Any, draw: Draw) -> Iterator[Any]:
    state = draw.normal(3)
    yield "before", lambda: state
    yield "after", lambda: candidate(state)


def test_a_later_in_place_change_does_not_rewrite_an_observation() -> None:
    before, after = look(lambda x: x.zero_(), changes).observations
    assert isinstance(before.value, Shown)
    assert isinstance(after.value, Shown)
    assert before.value.values.abs().min() > 0
    assert after.value.values.abs().max() == 0


def test_the_size_of_the_draws_so_far_stands_beside_each_observation() -> None:
    def two(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "small", lambda: candidate(draw.normal(2))
        yield "large", lambda: candidate(draw.normal(5, 5))

    assert [item.size for item in look(lambda x: x, two).observations] == [2, 25]


class Layer:
    def __init__(self, width: int, *, bias: bool = True) -> None: ...


class Unprintable:
    def __repr__(self) -> str:
        raise ZeroDivisionError


def with_hostile_default(x=Unprintable()):  # type: ignore[no-untyped-def]  # noqa: B008
    ...


@pytest.mark.parametrize(
    ("answer", "signature"),
    [
        (lambda q, k=2, *rest, mask=None, **more: None, "(q, k=2, *rest, mask=None, **more)"),
        (Layer, "(width, *, bias=True)"), (Layer.__init__, "(self, width, *, bias=True)"),
        (torch.add, ""), (5, ""), (with_hostile_default, ""),
    ],
)  # fmt: skip
def test_a_signature_is_its_parameters_without_annotations(answer: Any, signature: str) -> None:
    assert signature_of(answer) == signature


def test_a_long_signature_is_cut() -> None:
    assert len(signature_of(lambda x="y" * 999: x)) == 500


def test_evidence_travels_as_plain_data() -> None:
    evidence = Evidence([Observation("a", [1.5, "x"], 7), Observation("a", None)], "(x)", ["torch.sum"], "hello")
    assert Evidence.from_data(wire.loads(wire.dumps(evidence.as_data()))) == evidence


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"observations": []}, {"observations": [[1, 2, 3]], "signature": "", "used": [], "printed": ""}],
)
def test_what_is_no_evidence_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"no evidence|an observation is"):
        Evidence.from_data(data)


def test_evidence_from_elsewhere_is_cut_to_its_limits() -> None:
    rows: list[Any] = [["a", 1, 1]] * 1000
    used: list[Any] = [1, *["u" * 999] * 99]
    evidence = Evidence.from_data({"observations": rows, "signature": "x" * 999, "used": used, "printed": "p" * 9999})
    assert len(evidence.observations) == MAX_OBSERVATIONS
    assert (len(evidence.signature), len(evidence.printed)) == (500, MAX_PRINTED)
    assert evidence.used == ["u" * 200] * 49


def test_torchs_defaults_are_its_own_while_the_answer_is_observed_and_as_before_afterwards() -> None:
    def ones(candidate: Any, draw: Draw) -> Any:
        yield "made", lambda: candidate(draw.normal(2))

    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    try:
        evidence = observe(Exercise(ones, points=1), lambda x: torch.ones(2), Draw(0, "ones"))
        assert (torch.get_default_dtype(), torch.get_default_device().type) == (torch.float64, "meta")
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
    (made,) = evidence.observations
    assert isinstance(made.value, Shown)
    assert (made.value.values.dtype, made.value.values.tolist()) == (torch.float32, [1, 1])


def test_an_answer_that_raises_gets_the_same_inputs_as_one_that_does_not() -> None:
    def twice(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "two calls", lambda: [candidate(draw.normal(2)), candidate(draw.normal(3))]
        yield "one more", lambda: candidate(draw.normal(4))

    def refuses(x: torch.Tensor) -> torch.Tensor:
        if len(x) < 4:
            raise ValueError("too short")
        return x

    given, refused = (look(answer, twice).observations[1].value for answer in (lambda x: x, refuses))
    assert isinstance(given, Shown)
    assert isinstance(refused, Shown)
    assert torch.equal(given.values, refused.values)


def test_what_an_answer_takes_from_a_global_stream_shifts_nothing_in_the_next_observation() -> None:
    def dropped(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "once", lambda: candidate(draw.normal(2))
        yield "again", lambda: torch.nn.functional.dropout(torch.ones(50))

    def also_drops(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.dropout(x)

    plain, greedy = (look(answer, dropped).observations[1].value for answer in (lambda x: x, also_drops))
    assert isinstance(plain, Shown)
    assert isinstance(greedy, Shown)
    assert torch.equal(plain.values, greedy.values)
