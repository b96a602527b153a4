"""What the pictures of the lesson on modules say, against what PyTorch documents, and the wines."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from autograder.engine.probes import replica, shares_storage
from helpers import wines as shop
from helpers.modules import STEPS, fate, first_loss, follow, lineup, numbers_drawn, remembered, sizes, through_layers


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


@pytest.mark.parametrize(("momentum", "low", "high"), [(0.01, 1.0, 2.0), (0.2, 2.5, 3.5)])
def test_a_running_mean_follows_as_fast_as_its_momentum(momentum: float, low: float, high: float) -> None:
    figure = remembered(lambda share: nn.BatchNorm1d(1, momentum=share))(momentum, 32)
    running = figure.axes[0].lines[2].get_ydata()
    assert low < float(running[-1]) < high


def test_random_numbers_are_counted_where_there_are_any() -> None:
    assert numbers_drawn(lambda: nn.Linear(3, 4)) == 16
    assert numbers_drawn(lambda: nn.Linear(3, 4, device="meta")) == 0


def test_first_loss_leaves_the_random_stream_alone() -> None:
    before = torch.get_rng_state()
    assert first_loss(None) > 10
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(("factor", "alive"), [(1.0, False), (0.01, False), (0.1, True)])
def test_fifty_products_survive_at_one_over_the_root_only(factor: float, alive: bool) -> None:
    last = through_layers(factor, 50)[-1]
    assert (0 < last < float("inf")) is alive
    assert through_layers(factor, 50, normalised=True)[-1] == pytest.approx(1, abs=0.01)
    assert sizes(factor, normalised=False).axes


def test_no_wine_is_lost_and_none_is_in_both_places() -> None:
    wines = shop.wines()
    assert [tuple(part.shape) for part in wines] == [(128, 13), (128,), (50, 13), (50,)]
    together = torch.cat([wines.growers, wines.made_by])
    assert together.bincount().tolist() == [59, 71, 48]
    assert torch.cat([wines.known, wines.cellar]).unique(dim=0).shape[0] == 178
    assert torch.equal(wines.known, shop.wines().known)


def test_the_wines_can_be_drawn() -> None:
    wines = shop.wines()
    assert shop.ranges(wines.known, wines.growers).axes
    assert shop.told(torch.full((50, 3), 1 / 3), wines.made_by).axes
    assert shop.bottle(lambda x: x[:, :3], wines)(7, 0.5).axes


def test_a_lineup_shows_every_suspect_in_both_modes() -> None:
    batch = torch.tensor([[1.0, 0.001], [2.0, 0.004]])
    assert len(lineup("batch_norm_counterexample", (batch, batch)).axes) == 3
