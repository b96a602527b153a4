"""The task of the lesson on training, the order of its examples, and the laptop whose battery dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from helpers import laptop, training
from helpers.order import Order


@pytest.fixture
def task() -> training.Task:
    return training.Task(
        x=torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]), labels=torch.tensor([0, 1]), test_x=torch.zeros(1, 3),
        test_labels=torch.tensor([1]), libraries=("asyncio", "numpy"), words=("the", "loop", "array"),
        texts=("The array of the day.", "A loop"),
    )  # fmt: skip


def test_a_text_becomes_a_bag(task):
    assert task.bag("The loop, the loop").tolist() == [[1.0, 1.0, 0.0]]


def test_sentences_are_padded_and_padding_does_not_count(task):
    tokens, labels = training.sentences(task, [0, 1])
    assert tokens.tolist() == [[1, 3, 1], [2, 0, 0]]
    assert labels.tolist() == [[0, 0, 0], [1, -100, -100]]


def test_an_order_deals_each_example_once_a_round():
    order = Order(12, batch=4)
    assert sorted(torch.cat([order.next() for _ in range(3)]).tolist()) == list(range(12))


def test_an_order_goes_on_from_its_state():
    first, second = Order(10, batch=3), Order(10, batch=3, seed=7)
    first.next()
    second.load_state_dict(first.state_dict())
    assert [first.next().tolist() for _ in range(6)] == [second.next().tolist() for _ in range(6)]


def count(path: Path, steps: int = 5) -> Iterator[tuple[int, float]]:
    for step in range(steps):
        yield step, 1 / (step + 1)


def raises(path: Path) -> Iterator[tuple[int, float]]:
    yield 0, 1.0
    raise ValueError("a bug, not a battery")


def test_a_life_that_is_cut_short_leaves_its_losses(tmp_path, capsys):
    assert laptop.life(count, tmp_path / "run.pt", dies_at=2) == {0: 1.0, 1: 1 / 2, 2: 1 / 3}
    assert "from step 0 to step 2, was killed by SIGKILL" in capsys.readouterr().out


def test_a_whole_life_keeps_every_bit(tmp_path, capsys):
    assert laptop.life(count, tmp_path / "run.pt", steps=4) == {step: 1 / (step + 1) for step in range(4)}
    assert "ran to its end" in capsys.readouterr().out


def reads(path: Path) -> Iterator[tuple[int, float]]:
    yield 0, float(path.read_text())


def test_a_life_may_start_from_another_checkpoint(tmp_path):
    (tmp_path / "old.pt").write_text("0.5")
    assert laptop.life(reads, tmp_path / "new.pt", start=tmp_path / "old.pt") == {0: 0.5}
    assert (tmp_path / "old.pt").read_text() == "0.5"


def test_an_error_is_no_battery(tmp_path):
    with pytest.raises(laptop.RankFailed):
        laptop.life(raises, tmp_path / "run.pt")


def test_the_pictures_describe_themselves(task):
    before = torch.ones(2, 3)
    assert "SGD" in training.moved(task.words * 10, task.x.repeat(1, 10), before.repeat(1, 10),
        {"SGD": torch.rand(2, 30)}).alt_text()  # fmt: skip
    curves = {"resumed": dict.fromkeys(range(5, 9), 1.0)}
    assert "resumed" in training.two_lives(dict.fromkeys(range(9), 1.0), curves, 5, 7, 9).alt_text()


def test_a_landscape_is_lowest_where_training_ended():
    x, labels = torch.eye(3).repeat(8, 1), torch.arange(3).repeat(8)
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))
    with torch.no_grad():
        for layer in (model[0], model[2]):
            _ = layer.weight.copy_(5 * torch.eye(3)), layer.bias.zero_()
    empty = Tensor()
    task = training.Task(x, labels, empty, empty, ("a", "b", "c"), ("x", "y", "z"), ())
    assert "loss from" in training.landscape(model, task, seed=0, reach=1.0).axes[0].get_title()
