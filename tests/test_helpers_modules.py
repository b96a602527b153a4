"""What the explorer of the lesson on modules says of each tensor, against what PyTorch documents."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from autograder.engine.probes import replica, shares_storage
from helpers.modules import STEPS, fate, first_loss, follow, numbers_drawn, remembered


class Specimen(nn.Module):
    """One tensor of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0]))
        self.register_buffer("buffer", torch.tensor([2.0]))
        self.register_buffer("temporary", torch.tensor([3.0]), persistent=False)
        self.plain = torch.tensor([4.0])

    def tensors(self) -> dict[str, Tensor]:
        return {name: getattr(self, name) for name in ("weight", "buffer", "temporary", "plain")}


@pytest.mark.parametrize(
    ("step", "column", "words"),
    [
        (1, 0, ["10", "12", "13", "14"]),
        (2, 1, ["float64", "float64", "float64", "float32"]),
        (3, 0, ["11", "12", "3", "4"]),
        (4, 0, ["11", "12", "13", "14"]),
        (4, 4, ["its own"] * 4),
        (5, 2, ["no"] * 4),
        (5, 3, ["no", "yes", "no", "no"]),
        (5, 4, ["its own", "its own", "its own", "the original's"]),
    ],
)
def test_each_step_takes_along_what_pytorch_says(step: int, column: int, words: list[str]) -> None:
    assert [row[column] for row in fate(Specimen, STEPS[step]).values()] == words


@pytest.mark.parametrize("step", STEPS)
def test_every_step_can_be_drawn(step: str) -> None:
    assert follow(Specimen)(step).axes


def test_replica_computes_learns_and_keeps_sharing() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3, bias=False))
    model[2].weight = model[0].weight
    other = replica(model)
    x = torch.randn(4, 3)
    other(x).square().sum().backward()
    assert list(other.parameters()) == []
    assert model[0].weight.grad is not None
    assert other[0].weight is other[2].weight
    assert not shares_storage(other[1].running_mean, model[1].running_mean)
    assert torch.equal(model[1].running_mean, torch.zeros(3))
    assert torch.equal(other.eval()(x), model.eval()(x)) is False  # the replica's statistics have moved, its own only


def test_running_mean_of_all_batches_ends_between_the_levels() -> None:
    figure = remembered(lambda momentum: nn.BatchNorm1d(1, momentum=momentum))(0.1, 16, True)
    running = figure.axes[0].lines[2].get_ydata()
    assert 1.5 < float(running[-1]) < 2.5


def test_random_numbers_are_counted_where_there_are_any() -> None:
    assert numbers_drawn(lambda: nn.Linear(3, 4)) == 16
    assert numbers_drawn(lambda: nn.Linear(3, 4, device="meta")) == 0


def test_first_loss_leaves_the_random_stream_alone() -> None:
    before = torch.get_rng_state()
    assert first_loss(None) > 10
    assert torch.equal(before, torch.get_rng_state())
