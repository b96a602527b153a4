"""Figures of `00_start_here`: a chessboard, doublings, an example of `nvidia-smi`, one lesson of the course."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
from collections.abc import Callable

import torch
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.textpath import TextPath
from torch import Tensor

from autograder.engine.verdict import State
from autograder.student.card import HEADLINES, MARKS
from autograder.student.map import BY_HAND, Entry, course, state_of
from autograder.student.progress import states
from helpers.style import BLUE, CYCLE, GREEN, INK, RED, SEQUENTIAL, WIDTH, Picture, style

MOST_DOUBLINGS = 1_100  # float64 ends after 1023
PALE = "#CCCCCC"
COLOUR = {State.RIGHT: GREEN, State.WRONG: RED, State.NOT_ATTEMPTED: PALE, State.NOT_GRADED: PALE}


def board(double: Callable[[Tensor], Tensor]) -> Picture:
    """A chessboard, twice: on each square twice the grains of the one before, in whole numbers and in float64."""
    with style():
        figure = Picture(figsize=(WIDTH, 4.4))
        for axis, dtype in zip(figure.subplots(1, 2), (torch.int64, torch.float64), strict=True):
            grains = _grains(double, dtype)
            shades = [[math.log2(max(1.0, grains[8 * row + column])) for column in range(8)] for row in range(8)]
            axis.imshow(shades, cmap=SEQUENTIAL, vmin=0, vmax=70)
            for square, count in enumerate(grains):
                wrong = count != 2**square
                colour = "white" if square < 38 or wrong else "black"
                box = {"boxstyle": "square,pad=0.3", "facecolor": RED, "edgecolor": "none"} if wrong else None
                axis.text(
                    square % 8,
                    square // 8,
                    _short(count),
                    color=colour,
                    fontsize=7.5,
                    ha="center",
                    va="center",
                    bbox=box,
                )
            axis.set(title=str(dtype).removeprefix("torch."), xticks=[], yticks=[])
    return figure


def _grains(double: Callable[[Tensor], Tensor], dtype: torch.dtype) -> list[float]:
    """The grains on each square, as Python numbers; what is not a single number counts as none."""
    grains = [torch.tensor(1, dtype=dtype)]
    for _ in range(63):
        grains.append(double(grains[-1]))
    return [item.item() if isinstance(item, Tensor) and item.numel() == 1 else math.nan for item in grains]


def _short(count: float) -> str:
    """1, 2, … 512, then 1 K, 1 M, … by powers of 1,000."""
    if not math.isfinite(count):
        return "?"
    size, power = abs(count), 0
    while size >= 1000 and power < 6:
        size, power = size / 1000, power + 1
    sign = "−" if count < 0 else ""
    return f"{sign}{size:.3g}" + ("", " K", " M", " G", " T", " P", " E")[power]


def doublings(double: Callable[[Tensor], Tensor]) -> Picture:
    """For each dtype, how many times `double` takes 1 to the next power of two, and what comes after."""
    dtypes = [torch.int8, torch.int32, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64]
    results = [_doublings(double, dtype) for dtype in dtypes]
    with style():
        figure = Picture(figsize=(WIDTH, 3.2))
        axis = figure.subplots()
        names = [str(dtype).removeprefix("torch.") for dtype in dtypes]
        colours = [CYCLE[0] if dtype.is_floating_point else CYCLE[1] for dtype in dtypes]
        axis.barh(names, [count for count, _ in results], color=colours)
        for place, (count, after) in enumerate(results):
            axis.text(max(count, 1) * 1.08, place, f"{count}, then {after}", va="center")
        axis.set_xlim(1, 9_000)  # before the scale: no positive bar, as of a wrong answer, would make it complain
        axis.set(xscale="log", xlabel="correct doublings of 1 (log scale)", ylabel="dtype")
        axis.invert_yaxis()
    return figure


def _doublings(double: Callable[[Tensor], Tensor], dtype: torch.dtype) -> tuple[int, str]:
    """How many doublings are right, and the first value that is not."""
    x = torch.tensor(1, dtype=dtype)
    for count in range(MOST_DOUBLINGS):
        x = double(x)
        if not isinstance(x, Tensor) or x.numel() != 1:
            return count, type(x).__name__ if not isinstance(x, Tensor) else f"shape {tuple(x.shape)}"
        if x.item() != 2 ** (count + 1):
            return count, f"{x.item():g}"
    return MOST_DOUBLINGS, "more"


def lesson_picture(name: str) -> Picture:
    """One lesson of the course: its exercises with minutes, points and your state.

    Args:
        name: as `11_attention`.
    """
    lesson = next(lesson for lesson in course() if lesson.name == name)
    known = states()
    with style():
        figure = Picture(figsize=(WIDTH, 1.1 + 0.32 * max(1, len(lesson.entries))))
        axis = figure.subplots()
        for place, entry in enumerate(lesson.entries):
            state = state_of(entry, known)
            hatch = "//" if state is State.WRONG else ""
            axis.barh(place, entry.minutes, color=COLOUR[state], height=0.7, hatch=hatch)
            axis.text(entry.minutes + 0.2, place, _words(entry, state), va="center")
        axis.set_yticks(range(len(lesson.entries)), [_label(entry) for entry in lesson.entries])
        longest = max([entry.minutes for entry in lesson.entries], default=0)
        axis.set(xlabel="minutes", xlim=(0, max(10, 1.6 * longest)))
        right = f"{lesson.right(known)} of {len(lesson.exercises)} exercises right"
        axis.set_title(f"{lesson.title} · {right}", loc="left")
        axis.invert_yaxis()
    return figure


def _label(entry: Entry) -> str:
    return f"{entry.name}  {'●' * entry.stars}{'○' * (3 - entry.stars)}" if entry.stars else entry.name


def _words(entry: Entry, state: State) -> str:
    points = f"{entry.points:g} point{'' if entry.points == 1 else 's'}"
    return f"{BY_HAND} in words · {points}" if entry.written else f"{MARKS[state]} {HEADLINES[state]} · {points}"


def memory() -> str:
    """The machine's main memory, as `15.5 GiB`; a question mark where the system does not tell."""
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"
    except (AttributeError, ValueError, OSError):
        return "?"


def nvidia_smi() -> str | None:
    """What `nvidia-smi` prints here; None where there is none, or no driver that answers it."""
    if shutil.which("nvidia-smi") is None:
        return None
    try:
        done = subprocess.run(["nvidia-smi"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


# Written by us in the layout that the tool prints; no such card exists.
EXAMPLE = """\
+-----------------------------------------------------------------------------+
| NVIDIA-SMI 550.00         Driver Version: 550.00         CUDA Version: 12.4 |
|-------------------------------+----------------------+----------------------|
| GPU  Name       Persistence-M | Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp  Perf Pwr:Usage/Cap |         Memory-Usage | GPU-Util  Compute M. |
|===============================+======================+======================|
|   0  Example GPU          Off | 00000000:01:00.0 Off |                  N/A |
| 35%   62C    P2   118W / 170W |  7412MiB / 12288MiB  |     97%      Default |
+-------------------------------+----------------------+----------------------+
| Processes:      GPU     PID     Process name                     GPU Memory |
|                   0    4211     python                              7230MiB |
+-----------------------------------------------------------------------------+"""
# The field in the example → number of its line, what is written there, and what it says.
FIELDS = (
    (1, "Driver Version: 550.00", "the driver"),
    (1, "CUDA Version: 12.4", "the newest CUDA\nthis driver can run"),
    (6, "Off |", "persistence mode"),
    (7, "7412MiB / 12288MiB", "memory in use,\nof all there is"),
    (7, "97%", "share of time with\nany kernel running"),
    (10, "7230MiB", "memory of\none process"),
)
LETTER = 0.602  # width of a letter of DejaVu Sans Mono over its size
LINE, BELOW = 15.0, 62.0  # points: the height of a line, and of the words below


def nvidia_smi_picture() -> Picture:
    """The example with its six fields boxed, numbered and explained."""
    rows = EXAMPLE.splitlines()
    wide, high = 72 * WIDTH, len(rows) * LINE + BELOW
    step = wide / (len(rows[0]) + 1)  # from letter to letter
    with style():
        figure = Picture(figsize=(WIDTH, high / 72))
        figure.set_layout_engine("none")
        axis = figure.add_axes((0, 0, 1, 1), xlim=(0, wide), ylim=(0, high))
        axis.axis("off")
        for row, line in enumerate(rows):
            _write(axis, line, step / 2, high - (row + 0.8) * LINE, step / LETTER)
        for number, (row, text, meaning) in enumerate(FIELDS, 1):
            left, low = (rows[row].index(text) + 0.2) * step, high - (row + 1.05) * LINE
            width = (len(text.rstrip(" |")) + 0.6) * step
            axis.add_patch(Rectangle((left, low), width, LINE, fill=False, edgecolor=RED, linewidth=1.8))
            _number(axis, left, low + LINE, number)
            place = (number - 1) * wide / len(FIELDS)
            _number(axis, place + 12, BELOW - 16, number)
            axis.text(place + 6, BELOW - 26, meaning, fontsize=9, va="top", color=INK)
    return figure


def _write(axis: Axes, line: str, x: float, y: float, size: float) -> None:
    """Letters as outlines: they stand on the grid at every resolution, where drawn text is hinted away from it."""
    outline = TextPath((x, y), line, size=size, prop=FontProperties(family="DejaVu Sans Mono"))
    axis.add_patch(PathPatch(outline, facecolor=INK, edgecolor="none"))


def _number(axis: Axes, x: float, y: float, number: int) -> None:
    box = {"boxstyle": "circle,pad=0.15", "facecolor": BLUE, "edgecolor": "none"}
    axis.text(x, y, str(number), fontsize=8, color="white", ha="center", va="center", bbox=box)
