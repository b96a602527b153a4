"""Draws are the same for ever: the literals below were computed once with numpy's frozen `RandomState`."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
import torch
from torch import nn

from autograder.engine.draw import Draw

DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
    ),
]


def test_the_stream_of_a_seed_never_changes() -> None:
    draw = Draw(0, "attention")
    assert draw.normal(2, 2, dtype=torch.float64).tolist() == [
        [1.022216941603791, 2.23427805558073],
        [0.3884319705438556, 0.5583336124753288],
    ]
    assert draw.uniform(3, dtype=torch.float64).tolist() == [
        0.28847010091145253,
        0.3011561114425564,
        0.7902855856073813,
    ]
    assert draw.integers(4, high=100).tolist() == [29, 31, 17, 17]
    assert draw.permutation(5).tolist() == [3, 4, 2, 1, 0]


@pytest.mark.parametrize("device", DEVICES)
def test_every_device_sees_numpys_own_numbers(device: str) -> None:
    stream = np.random.RandomState(zlib.crc32(b"7:softmax"))
    draw = Draw(7, "softmax", device)
    assert draw.normal(3, 5).tolist() == stream.standard_normal((3, 5)).astype(np.float32).tolist()
    assert draw.uniform(4, low=-2, high=3).tolist() == stream.uniform(-2, 3, 4).astype(np.float32).tolist()
    assert draw.integers(6, low=-3, high=9).tolist() == stream.randint(-3, 9, 6).tolist()
    assert draw.integer(0, 2**31) == stream.randint(0, 2**31)
    assert draw.normal(2).device.type == device


@pytest.mark.parametrize("other", [Draw(1, "attention"), Draw(0, "softmax")])
def test_other_seeds_and_other_exercises_see_other_numbers(other: Draw) -> None:
    assert not torch.equal(other.normal(8), Draw(0, "attention").normal(8))


def test_dtypes_and_shapes_are_as_asked() -> None:
    draw = Draw(0, "x")
    assert (draw.normal(2, 0).shape, draw.normal().shape) == ((2, 0), ())
    assert draw.normal(2, dtype=torch.bfloat16).dtype is torch.bfloat16
    assert (draw.uniform(2).dtype, draw.integers(2, high=5).dtype) == (torch.float32, torch.int64)
    assert draw.integers(2, high=5, dtype=torch.uint8).dtype is torch.uint8
    assert type(draw.integer(0, 5)) is int


def test_bounds_hold() -> None:
    draw = Draw(0, "x")
    numbers, whole = draw.uniform(1000, low=2, high=3), draw.integers(1000, low=-2, high=2)
    assert 2 <= float(numbers.min()) < 2.1 < 2.9 < float(numbers.max()) <= 3
    assert set(whole.tolist()) == {-2, -1, 0, 1}


@pytest.mark.parametrize("shape", [(50, 2), (4, 5, 3), (7,)])
@pytest.mark.parametrize("keep", [0.0, 0.6, 1.0])
def test_each_row_of_a_mask_keeps_one_and_drops_one(shape: tuple[int, ...], keep: float) -> None:
    mask = Draw(0, "x").mask(*shape, keep=keep)
    assert mask.dtype is torch.bool
    assert mask.shape == shape
    assert mask.any(-1).all()
    assert not mask.all(-1).any()


def test_a_mask_of_one_column_keeps_it() -> None:
    assert Draw(0, "x").mask(3, 1).all()


def test_a_mask_keeps_about_its_share() -> None:
    assert 0.55 < float(Draw(0, "x").mask(100, 100).float().mean()) < 0.65


def test_a_permutation_holds_every_index_once() -> None:
    order = Draw(0, "x").permutation(100)
    assert order.tolist() != list(range(100))
    assert order.sort().values.tolist() == list(range(100))


class Linear(nn.Module):
    """torch's linear layer with its parameters made in another order."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(3))
        self.weight = nn.Parameter(torch.zeros(3, 5))


def test_two_implementations_are_filled_alike() -> None:
    mine, theirs = Draw(0, "x").fill_(Linear()), Draw(0, "x").fill_(nn.Linear(5, 3))
    assert torch.equal(mine.weight, theirs.weight)
    assert torch.equal(mine.bias, theirs.bias)


def test_filling_scales_by_the_fan_in_and_keeps_dtype_and_gradients() -> None:
    layer = Draw(0, "x").fill_(nn.Linear(400, 50).double())
    assert abs(float(layer.weight.detach().std(correction=0)) * 20 - 1) < 0.05
    assert 0.5 < float(layer.bias.detach().std()) < 1.5
    assert layer.weight.dtype is torch.float64
    assert layer.weight.requires_grad


def test_the_fan_in_is_the_last_dimension_and_a_single_number_has_none() -> None:
    module = nn.Module()
    module.kernel = nn.Parameter(torch.zeros(50, 3, 400))
    module.scale = nn.Parameter(torch.zeros(()))
    Draw(0, "x").fill_(module)
    assert abs(float(module.kernel.detach().std()) * 20 - 1) < 0.05
    assert module.scale != 0


def test_the_size_is_that_of_the_largest_draw() -> None:
    draw = Draw(0, "x")
    assert draw.size == 1
    draw.normal(3, 4)
    draw.integers(2, high=5)
    assert draw.size == 12


def test_drawing_leaves_the_global_streams_alone() -> None:
    before, legacy = torch.get_rng_state(), np.random.get_state()[1].copy()  # type: ignore[index, union-attr]
    Draw(0, "x").normal(10)
    assert torch.equal(torch.get_rng_state(), before)
    assert (np.random.get_state()[1] == legacy).all()  # type: ignore[index]


def test_what_is_drawn_apart_leaves_all_other_numbers_as_they_are() -> None:
    one, other = Draw(0, "x"), Draw(0, "x")
    with one.apart("observation 0"):
        first = one.normal(3)
    with other.apart("observation 0"):
        other.integers(100, high=7)
        other.normal(5)
    with one.apart("observation 1"):
        second = one.normal(3)
    assert not torch.equal(first, second)
    assert torch.equal(one.normal(4), other.normal(4))


def test_a_module_with_other_parameters_shifts_no_weights_of_the_next() -> None:
    one, other = Draw(0, "x"), Draw(0, "x")
    one.fill_(nn.Linear(3, 2))
    other.fill_(nn.Linear(5, 7, bias=False))
    assert torch.equal(one.fill_(nn.Linear(2, 2)).weight, other.fill_(nn.Linear(2, 2)).weight)
    assert torch.equal(one.normal(4), other.normal(4))
