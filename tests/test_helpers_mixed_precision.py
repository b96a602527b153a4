"""The number formats behind the explorer of lesson 22 are those of torch; its GPU measurement runs in every mode."""

from __future__ import annotations

import math

import pytest
import torch

from helpers.mixed_precision import FORMATS, MODES, number_line, training_step

STORED = {name: getattr(torch, name) for name in FORMATS if name != "tfloat32"}


def values() -> list[float]:
    stream = torch.Generator().manual_seed(0)
    powers = torch.rand(2000, generator=stream, dtype=torch.float64) * 90 - 47
    edges = [0.0, 448.0, 464.0, 480.0, 65504.0, 65519.9, 65520.0, 57344.0, 61440.0, 2.0**-25, 2.0**-24, 3 * 2.0**-25]
    return [*(10**powers).tolist(), *edges]


@pytest.mark.parametrize("name", STORED)
def test_nearest_is_what_torch_stores(name: str):
    one = FORMATS[name]
    for value in values():
        if value > one.largest and not one.endless:
            continue  # whether it stays at the largest is the version's choice
        assert one.nearest(value) == torch.tensor(value, dtype=torch.float64).to(STORED[name]).double().item(), value


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float8_e5m2", "float8_e4m3fn"])
@pytest.mark.parametrize(("low", "high"), [(1.0, 4.0), (1e-7, 4e-7), (0.1, 0.4), (1e-9, 4e-9), (2e4, 8e4)])
def test_numbers_are_all_there_are(name: str, low: float, high: float):
    dtype = STORED[name]
    size = 8 * dtype.itemsize
    whole = torch.int8 if size == 8 else torch.int16
    every = torch.arange(2 ** (size - 1)).to(whole).view(dtype).double()
    there = every[every.isfinite() & (every >= low) & (every <= high)]
    count, found = FORMATS[name].numbers(low, high)
    assert count == len(there)
    assert not found or found == there.tolist()


@pytest.mark.parametrize("power", [-46, -9, -7, 0, 2, 4, 38])
def test_every_window_can_be_drawn(power: int):
    for name in FORMATS:
        (title,) = [axis.get_title() for axis in number_line(name, power).axes if axis.get_title()]
        assert name in title


@pytest.mark.parametrize("mode", MODES)
def test_a_step_runs_in_every_mode_and_leaves_the_settings_alone(mode: str):
    before = torch.get_float32_matmul_precision()
    training_step(mode, torch.device("cpu"), width=8)()
    assert torch.get_float32_matmul_precision() == before


def test_formats_end_where_finfo_says():
    for name, dtype in STORED.items():
        info, one = torch.finfo(dtype), FORMATS[name]
        assert (one.largest, one.smallest_normal) == (info.max, info.tiny)
        assert math.log2(info.eps) == -one.fraction
