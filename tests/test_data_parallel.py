"""The oracles of `23_data_parallel`, held against what they stand for: one process, and torch's own all-reduce."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.ranks import run_on_ranks
from autograder.exercises.data_parallel._shared import LOSSES, learns, odd_cases, plain_cases, start_elsewhere
from autograder.references.data_parallel.BucketedDDP import BucketedDDP
from autograder.references.data_parallel.NaiveDDP import NaiveDDP
from autograder.references.data_parallel.ring_all_reduce import ring_all_reduce
from helpers.data_parallel import ring_holds, ring_sends


def in_one_process(model: Any, batches: list[list[Any]], loss_of: Any) -> list[dict[str, Tensor]]:
    """The parameters after each step of a loss that is the mean of all ranks' losses."""
    optimizer = torch.optim.SGD(
        [item for item in model.parameters() if item.requires_grad], lr=0.1, momentum=0.9, weight_decay=0.1
    )
    steps = []
    for batches_of_step in zip(*batches, strict=True):
        optimizer.zero_grad()
        (sum(loss_of(model, *batch) for batch in batches_of_step) / len(batches)).backward()
        optimizer.step()
        steps.append({name: item.detach().clone() for name, item in model.named_parameters()})
    return steps


def as_rank_0(model: Any) -> Any:
    """The model that rank 0 starts with."""
    own = copy.deepcopy(model)
    with torch.no_grad():
        for item in [*own.parameters(), *own.buffers()]:
            item.add_(1)
    return own


def all_that_it_learns(*arguments: Any) -> dict[str, Any]:
    return dict(learns(*arguments))


@pytest.mark.parametrize("cases", [plain_cases, odd_cases])
@pytest.mark.parametrize(("reference", "options"), [(NaiveDDP, ()), (BucketedDDP, (50,))])
def test_torchs_ddp_equals_one_process_after_every_step(cases: Any, reference: Any, options: tuple[int, ...]) -> None:
    drawn = cases(Draw(7, "test"))
    ranks = len(next(iter(drawn.values()))[1])
    found = run_on_ranks(all_that_it_learns, reference, drawn, *options, ranks=ranks)
    for case, (model, batches) in drawn.items():
        alone = in_one_process(as_rank_0(model), batches, LOSSES[case])
        for rank in found:
            for step, wanted in zip(rank.value[case]["steps"], alone, strict=True):
                torch.testing.assert_close(step, wanted, msg=f"{case} on rank {rank.rank}")


def both_sums(size: int) -> tuple[Tensor, Tensor]:
    mine = torch.arange(size, dtype=torch.float64) * (dist.get_rank() + 1)
    theirs = mine.clone()
    ring_all_reduce(mine)
    dist.all_reduce(theirs)
    return mine, theirs


@pytest.mark.parametrize(("ranks", "size"), [(1, 4), (2, 5), (3, 2), (4, 8)])
def test_the_ring_of_the_reference_is_an_all_reduce(ranks: int, size: int) -> None:
    for rank in run_on_ranks(both_sums, size, ranks=ranks):
        assert torch.equal(*rank.value)


def test_no_two_ranks_of_the_experiments_start_alike() -> None:
    first = [rank.value for rank in run_on_ranks(moved, torch.nn.Linear(2, 2))]
    assert not torch.equal(*first)


def moved(layer: torch.nn.Linear) -> Tensor:
    start_elsewhere(layer)
    return layer.weight.detach()


@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
def test_the_pictured_ring_ends_with_everything_everywhere(ranks: int) -> None:
    everything = set(range(ranks))
    assert all(sums == everything for row in ring_holds(ranks, 2 * (ranks - 1)) for sums in row)
    assert ring_sends(ranks, 2 * (ranks - 1)) == {}


def test_the_pictured_ring_finishes_one_chunk_a_rank_half_way() -> None:
    finished = [[chunk for chunk, sums in enumerate(row) if len(sums) == 4] for row in ring_holds(4, 3)]
    assert finished == [[1], [2], [3], [0]]
