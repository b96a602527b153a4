"""What only the lesson on mixed precision needs: pictures of number formats, of a scale, of training that breaks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.plots import histograms, lines
from helpers.style import BLUE, GREY, INK, ORANGE, RED, SKY, WIDTH, Picture, style

MOST_TICKS = 400  # numbers up to which each is drawn as a line


@dataclass(frozen=True)
class Format:
    """A binary floating-point format.

    Attributes:
        exponent, fraction: how many bits each field has.
        largest: the largest finite number.
        endless: whether what lies beyond becomes infinite; else it stays at the largest.
    """

    exponent: int
    fraction: int
    largest: float
    endless: bool = True

    @property
    def smallest_normal(self) -> float:
        return 2.0 ** (2 - 2 ** (self.exponent - 1))

    @property
    def smallest(self) -> float:
        return float(self.smallest_normal * 2.0**-self.fraction)

    def spacing(self, value: float) -> float:
        """The distance from the number below `value` (or `value` itself) to the next one."""
        power = math.frexp(max(value, self.smallest_normal))[1] - 1
        return float(2.0 ** (power - self.fraction))

    def nearest(self, value: float) -> float:
        """The number that `value`, not negative, is stored as; halfway cases go to the even one."""
        step = self.spacing(value)
        rounded = round(value / step) * step
        if rounded <= self.largest:
            return rounded
        return math.inf if self.endless else self.largest

    def numbers(self, low: float, high: float) -> tuple[int, list[float]]:
        """How many numbers of the format lie in [low, high], and these, if they are few."""
        high = min(high, self.largest)
        edges = [low, *(2.0**power for power in range(-149, 128) if low < 2.0**power < high), high]
        count, found = 0, []
        for start, end in pairwise(edges):
            step = self.spacing(start)
            first, last = math.ceil(start / step), math.floor(end / step)
            more = max(0, last - first + 1 - (end != high and last * step == end))  # an edge counts once
            count += more
            if count <= MOST_TICKS:
                found += [(first + number) * step for number in range(more)]
        return count, found if count <= MOST_TICKS else []


FORMATS = {
    "float32": Format(8, 23, torch.finfo(torch.float32).max),
    "tfloat32": Format(8, 10, (2 - 2.0**-10) * 2.0**127),
    "bfloat16": Format(8, 7, torch.finfo(torch.bfloat16).max),
    "float16": Format(5, 10, 65504.0),
    "float8_e5m2": Format(5, 2, 57344.0),
    "float8_e4m3fn": Format(4, 3, 448.0, endless=False),
}


def bit_strips(
    float_bits: Callable[[Tensor], Sequence[Tensor]], value: float, dtypes: Sequence[torch.dtype]
) -> Picture:
    """The bits of one number in several formats: a row of boxes each, coloured by field."""
    with style():
        figure = Picture(figsize=(WIDTH, 0.5 + 0.55 * len(dtypes)))
        axis = figure.subplots()
        letters: dict[str, Any] = {"fontsize": 8, "family": "monospace"}
        for row, dtype in enumerate(dtypes):
            number = torch.tensor(value).to(dtype)
            for place, (digit, colour) in enumerate(_coloured_bits(float_bits, number)):
                axis.add_patch(Rectangle((place, -row), 1, 0.8, facecolor=colour, edgecolor="white"))
                axis.text(place + 0.5, 0.4 - row, digit, ha="center", va="center", color="black", **letters)
            axis.text(-0.5, 0.4 - row, str(dtype).removeprefix("torch."), ha="right", va="center")
            bits = 8 * dtype.itemsize
            axis.text(bits + 0.4, 0.4 - row, f"= {number.double().item():.10g}", va="center", fontsize=9)
        axis.set(xlim=(-7, 38), ylim=(0.1 - len(dtypes), 1.8))
        axis.axis("off")
        for x, text, colour in ((0, "sign", RED), (3, "exponent", ORANGE), (8, "fraction", SKY)):
            axis.text(x, 1.35, text, color="black", fontsize=9, bbox={"facecolor": colour, "lw": 0})
    return figure


def _coloured_bits(float_bits: Callable[[Tensor], Sequence[Tensor]], number: Tensor) -> list[tuple[str, str]]:
    fraction = round(-math.log2(torch.finfo(number.dtype).eps))
    exponent = 8 * number.dtype.itemsize - 1 - fraction
    fields = zip(float_bits(number), (1, exponent, fraction), (RED, ORANGE, SKY), strict=True)
    return [(digit, colour) for field, width, colour in fields for digit in f"{int(field):0{width}b}"]


def number_line(name: str, power: int) -> Picture:
    """A picture for `explore`: the range of every format, and the numbers of one from 1 to 4 times 10 to `power`."""
    low, high = 10.0**power, 4 * 10.0**power
    with style():
        figure = Picture(figsize=(WIDTH, 4.6))
        above, below = figure.subplots(2, 1, height_ratios=(1.5, 1))
        _ranges(above, name, low, high)
        _window(below, name, low, high)
    return figure


def _ranges(axis: Axes, chosen: str, low: float, high: float) -> None:
    for row, (name, one) in enumerate(reversed(FORMATS.items())):
        colour = BLUE if name == chosen else GREY
        ends = [math.log10(value) for value in (one.smallest, one.smallest_normal, one.largest)]
        axis.barh(row, ends[2] - ends[1], left=ends[1], height=0.6, color=colour)
        axis.barh(row, ends[1] - ends[0], left=ends[0], height=0.6, color=colour, alpha=0.4, hatch="//", linewidth=0)
    axis.axvspan(math.log10(low), math.log10(high), color=ORANGE, alpha=0.7)
    axis.set_yticks(range(len(FORMATS)), list(reversed(FORMATS)))
    axis.set(xlim=(-48, 40), xlabel="power of ten; hatched: subnormal; orange: the window below")


def _window(axis: Axes, name: str, low: float, high: float) -> None:
    one = FORMATS[name]
    count, found = one.numbers(low, high)
    if found:
        axis.vlines(found, 0, 1, color=BLUE, linewidth=1)
    elif count:
        axis.axvspan(low, min(high, one.largest), ymax=1 / 1.6, color=BLUE, alpha=0.4, linewidth=0)
    if high > one.largest:
        axis.axvspan(max(low, one.largest), high, color=RED, alpha=0.2, linewidth=0)
    asked = 3.3 * low
    axis.annotate("", (asked, 1.0), (asked, 1.45), arrowprops={"arrowstyle": "->", "color": INK})
    axis.set(xlim=(low, high), ylim=(0, 1.6), yticks=[], xlabel="value")
    axis.set_title(
        f"{name}: {_counted(count, bool(found))} from {low:.0e} to {high:.0e}\n{_said(one, asked)}", fontsize=10
    )
    axis.ticklabel_format(axis="x", useMathText=True)


def _counted(count: int, drawn: bool) -> str:
    if not count:
        return "no number"
    return f"{count:,} number{'s' if count > 1 else ''}" + ("" if drawn else ", too close to draw,")


def _said(one: Format, asked: float) -> str:
    stored = one.nearest(asked)
    text = f"{asked:.1e} (arrow) is stored as {stored:.6g}"
    if stored == 0:
        return f"{text}: underflow, below half of the smallest number, {one.smallest:.2g}"
    if asked > one.largest:
        return f"{text}: overflow, above the largest number, {one.largest:.5g}"
    kind = "; subnormal: digits are missing" if asked < one.smallest_normal else ""
    return f"{text}, {abs(stored - asked) / asked:.2%} off; spacing there {one.spacing(asked):.2g}{kind}"


def gradient_sizes(gradients: Mapping[str, Tensor], scale: float) -> Picture:
    """Sizes of gradients as powers of two, before and after scaling, and what float16 makes 0 of."""
    groups = {}
    for name, gradient in gradients.items():
        sizes = gradient.flatten().abs()
        sizes = sizes[sizes > 0].log2()
        groups[name] = sizes
        groups[f"{name}, times {scale:,.0f}"] = sizes + math.log2(scale)
    figure = histograms(groups, xlabel="size of a gradient's element, as a power of two", bins=60)
    smallest, normal, largest = -25.0, -14.0, 16.0
    for axis in figure.axes:
        axis.set_xlim(-40, 18)
        axis.axvspan(-40, smallest, color=RED, alpha=0.15, linewidth=0)
        axis.axvspan(smallest, normal, color=ORANGE, alpha=0.2, linewidth=0)
        axis.axvline(largest, color=RED)
    figure.axes[0].set_title("in float16: 0 in red, few digits in orange, infinite beyond the line")
    return figure


def scale_over_time(scales: Sequence[float], skipped: Sequence[int]) -> Picture:
    """The scale before each step, with a cross where a step was skipped."""
    figure = lines({"scale": (range(len(scales)), scales)}, xlabel="step", ylabel="scale (logarithmic)")
    axis = figure.axes[0]
    axis.set_yscale("log", base=2)
    at = [scales[step] for step in skipped]
    with style():
        axis.plot(skipped, at, "x", color=RED, markersize=10, mew=2, label="step skipped")
        axis.legend()
    return figure


def training_curves(runs: Mapping[str, Sequence[float]]) -> Picture:
    """Loss over steps; a run that breaks ends in a cross."""
    series = {name: (range(len(losses)), losses) for name, losses in runs.items()}
    figure = lines(series, xlabel="step", ylabel="loss")
    axis = figure.axes[0]
    for losses, line in zip(runs.values(), axis.get_lines(), strict=True):
        broken = next((step for step, loss in enumerate(losses) if math.isnan(loss)), None)
        if broken:
            axis.plot(broken - 1, losses[broken - 1], "X", color=line.get_color(), markersize=11)
            place = (broken + 2, losses[broken - 1])
            axis.annotate(f"NaN from step {broken}", place, va="bottom", fontsize=9, color=INK)
    return figure


def spirals(number: int = 400) -> tuple[Tensor, Tensor]:
    """Points on three noisy spiral arms: places, shape (number, 2), and the arm of each, shape (number,)."""
    stream = torch.Generator().manual_seed(0)
    arm, radius = torch.arange(number) % 3, torch.rand(number, generator=stream)
    angle = arm * 2 * math.pi / 3 + 1.5 * radius + 0.1 * torch.randn(number, generator=stream)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), arm


def deep_net() -> nn.Sequential:
    """Seven sigmoid layers of 32, always with the same first weights; reads a place, scores three arms."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers = [part for width in (2, *6 * [32]) for part in (nn.Linear(width, 32), nn.Sigmoid())]
        return nn.Sequential(*layers, nn.Linear(32, 3))


MODES: dict[str, tuple[str, torch.dtype | None]] = {  # how float32 products are made, what autocast narrows to
    "float32": ("highest", None),
    "tfloat32": ("high", None),
    "bfloat16": ("highest", torch.bfloat16),
    "float16": ("highest", torch.float16),
}


def measured_on_a_gpu(steps: int = 20) -> Picture | None:
    """Time and memory of training in each mode, as bars. Where there is no GPU, one sentence says so."""
    if not torch.cuda.is_available():
        print("There is no GPU here, so nothing is measured.")
        return None
    found = {mode: _measured(mode, steps) for mode in MODES}
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        labels = ("milliseconds a step", "largest memory in GiB")
        for axis, label, number in zip(figure.subplots(1, 2), labels, range(2), strict=True):
            axis.bar(list(MODES), [values[number] for values in found.values()], color=BLUE)
            axis.set_ylabel(label)
        figure.suptitle(torch.cuda.get_device_name())
    return figure


def _measured(mode: str, steps: int) -> tuple[float, float]:
    """Milliseconds a step and GiB at most, after a few steps to warm up."""
    step = training_step(mode, torch.device("cuda"), width=4096)
    for _ in range(5):
        step()
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    for _ in range(steps):
        step()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / steps, torch.cuda.max_memory_allocated() / 2**30


def training_step(mode: str, device: torch.device, width: int) -> Callable[[], None]:
    """One step of a network of four layers on a fixed batch, in one of `MODES`; global settings are left alone."""
    products, dtype = MODES[mode]
    layers = [part for _ in range(4) for part in (nn.Linear(width, width), nn.GELU())]
    model, batch = nn.Sequential(*layers).to(device), torch.ones(width, width, device=device)
    optimizer = torch.optim.Adam(model.parameters())
    scaler = torch.amp.GradScaler(device.type, enabled=dtype is torch.float16)

    def step() -> None:
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision(products)
        optimizer.zero_grad()
        with torch.autocast(device.type, dtype=dtype, enabled=dtype is not None):
            loss = F.mse_loss(model(batch), batch)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        torch.set_float32_matmul_precision(before)

    return step
