"""How an answer is called on ranks is noted there, and written as a student would."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

import autograder.engine.calls_on_ranks
from autograder.engine.calls import Call, Stays, calls_in
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise, Experiment
from autograder.engine.observe import observe
from autograder.engine.ranks.on_ranks import OnRanks
from autograder.engine.values import Raised
from autograder.student.inputs import inputs_of, note_checked
from autograder.student.spelling import as_written


def noted(candidate: Any, experiment: Experiment) -> dict[str, list[Call]]:
    exercise = Exercise(experiment, points=1)
    return {name: calls for (name, _), calls in calls_in(exercise, candidate, Draw(0, "f")).items()}


def written(candidate: Any, experiment: Experiment) -> dict[str, str]:
    return {name: as_written(calls) for name, calls in noted(candidate, experiment).items()}


def sums(candidate: Any, own: list[Tensor], wide: Tensor) -> Iterator[tuple[str, Any]]:
    """What two calls give, each of which two parts show."""
    mine = own[dist.get_rank()]
    candidate(mine)
    yield "own", mine
    yield "own: twice", 2 * mine
    candidate(wide, scale=2.0)
    yield "wide", wide


def summing(candidate: Any, draw: Draw) -> Iterator[Any]:
    run = OnRanks(draw, 2, sums, candidate, [torch.tensor([1.0]), torch.tensor([2.0])], draw.normal(3, 4).T)
    alone = OnRanks(draw, 1, sums, candidate, [torch.tensor([3.0])], draw.normal(9), after=run)
    yield "here", lambda: candidate(torch.zeros(1))
    yield "own", lambda: run.shown("own")
    yield "the same call", lambda: run.shown("own: twice")
    yield "wide", lambda: run.shown("wide")
    yield "both", lambda: [run.shown("own"), alone.shown("own")]


def reduce(tensor: Tensor, scale: float = 1.0) -> None:
    if dist.is_initialized():
        dist.all_reduce(tensor.mul_(scale))


def test_each_part_of_a_case_shows_the_calls_before_it() -> None:
    own = "reduce(torch.tensor([1.]))  # on rank 0\nreduce(torch.tensor([2.]))  # on rank 1"
    assert written(reduce, summing) == {
        "here": "reduce(torch.tensor([0.]))",
        "own": own,
        "the same call": own,
        "wide": "# on rank 0 of 2\nreduce(tensor, scale=2.0)\n# tensor: float32 (4, 3), not contiguous",
        "both": f"{own}\n# on the only rank\nreduce(torch.tensor([3.]))",
    }


def test_inputs_of_ranks_are_a_list_rank_0_first() -> None:
    note_checked(Exercise(summing, points=1), reduce)
    inputs = inputs_of("summing", "own")
    assert isinstance(inputs, list)
    assert [each["tensor"].tolist() for each in inputs] == [[1.0], [2.0]]  # as they were before the call
    here = inputs_of("summing", "here")
    assert isinstance(here, dict)
    assert here["tensor"].tolist() == [0.0]


def test_where_a_call_raises_it_is_the_one_that_is_shown() -> None:
    def raises(tensor: Tensor, scale: float = 1.0) -> None:
        if scale == 2.0:
            raise ValueError("no")

    found = written(raises, summing)
    assert found["own"].startswith("raises(torch.tensor([1.]))  # on rank 0")
    assert found["wide"] == "# on rank 0 of 2\nraises(tensor, scale=2.0)\n# tensor: float32 (4, 3), not contiguous"


def test_a_rank_that_hangs_has_told_of_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autograder.engine.calls_on_ranks, "SECONDS", 1.0)

    def hangs(tensor: Tensor, scale: float = 1.0) -> None:
        while dist.is_initialized():
            time.sleep(0.1)

    found = written(hangs, summing)
    assert found["own"] == "hangs(torch.tensor([1.]))  # on rank 0\nhangs(torch.tensor([2.]))  # on rank 1"
    assert found["both"] == found["own"]  # the second run waits for the first, and was not started


def test_a_model_in_torchs_wrapper_stays_on_its_rank() -> None:
    def steps(candidate: Any, model: nn.Module) -> Iterator[tuple[str, Any]]:
        candidate(DistributedDataParallel(model))
        yield "step", 1

    def stepping(candidate: Any, draw: Draw) -> Iterator[Any]:
        run = OnRanks(draw, 2, steps, candidate, nn.Linear(2, 1))
        yield "step", lambda: run.shown("step")

    def step(model: nn.Module) -> None:
        model(torch.ones(1, 2)).sum().backward()

    (call, _) = noted(step, stepping)["step"]
    stays = call.inputs["model"]
    assert isinstance(stays, Stays)
    assert isinstance(stays.module, nn.Linear)
    assert as_written([call]) == "# on rank 0 of 2\nstep(model)\n# model: DistributedDataParallel of Linear"


def test_what_cannot_be_pickled_stays_too() -> None:
    class Locked:
        def __reduce__(self) -> Any:
            raise RuntimeError("not me")

    def locks(candidate: Any) -> Iterator[tuple[str, Any]]:
        candidate(Locked())
        yield "lock", 1

    def locking(candidate: Any, draw: Draw) -> Iterator[Any]:
        run = OnRanks(draw, 1, locks, candidate)
        yield "lock", lambda: run.shown("lock")

    assert written(lambda it: None, locking) == {"lock": "# on the only rank\n<lambda>(it)\n# it: Locked"}


class Unread:
    """Can be written down, and not read again."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        raise RuntimeError("not back")

    def __init__(self) -> None:
        self.number = 3


def test_what_cannot_be_read_again_costs_its_calls_and_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def hands_over(candidate: Any) -> Iterator[tuple[str, Any]]:
        candidate(Unread())
        yield "one", 1
        yield "two", 2

    def unread(candidate: Any, draw: Draw) -> Iterator[Any]:
        run = OnRanks(draw, 1, hands_over, candidate)
        yield "one", lambda: run.shown("one")
        yield "two", lambda: run.shown("two")

    started: list[int] = []
    start = autograder.engine.calls_on_ranks.run_on_ranks
    monkeypatch.setattr(
        autograder.engine.calls_on_ranks, "run_on_ranks", lambda *a, **o: (started.append(1), start(*a, **o))[1]
    )
    assert written(lambda it: None, unread) == {"one": "", "two": ""}
    assert started == [1]


class Wrapper(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def sync(self, step: int) -> None:
        dist.barrier()


def test_an_instance_is_shown_with_what_made_it_there() -> None:
    def twice(candidate: Any, model: nn.Module) -> Iterator[tuple[str, Any]]:
        wrapped = candidate(model)
        wrapped.sync(1)
        yield "first", 1
        wrapped.sync(2)
        yield "second", 2

    def syncing(candidate: Any, draw: Draw) -> Iterator[Any]:
        run = OnRanks(draw, 2, twice, candidate, nn.Linear(2, 1))
        yield "first", lambda: run.shown("first")
        yield "second", lambda: run.shown("second")

    found = written(Wrapper, syncing)
    assert found["second"] == "# on rank 0 of 2\nwrapper = Wrapper(module)\nwrapper.sync(2)\n# module: Linear"


def test_afterwards_runs_are_runs_again() -> None:
    noted(reduce, summing)
    exercise = Exercise(summing, points=1)
    values = {item.name: item.value for item in observe(exercise, reduce, Draw(0, "f")).observations}
    assert not any(isinstance(value, Raised) for value in values.values())
    assert set(values["own"]) == {"rank 0", "rank 1"}  # type: ignore[arg-type]
