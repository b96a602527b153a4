"""The small picture on a card: target, yours and the difference, as inline SVG without script."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.judge import Difference

WIDE = 240  # pixels that a row may take before its cells shrink
LARGE, SMALL = 22, 14  # pixels of a cell
MOST = 16  # rows and columns drawn
LOW, MIDDLE, HIGH = (0, 114, 178), (245, 245, 245), (213, 94, 0)  # blue, near white, vermilion: told apart by all


def picture(difference: Difference) -> str:
    """Three grids side by side for two tensors of one shape; empty for anything else or a single number.

    A tensor of more than two dimensions shows the slice that holds the furthest value.
    """
    if difference.expected is None or difference.shown is None or difference.expected.numel() < 2:
        return ""
    target, yours, slice_name = _slice(difference.expected.double(), difference.shown.double())
    gap = yours - target
    scale = _largest(torch.cat([target.flatten(), yours.flatten()]))
    panels = [("target", target, scale), ("yours", yours, scale), ("difference", gap, _largest(gap))]
    drawn = "".join(_panel(title, values, limit) for title, values, limit in panels)
    whole = target.numel() == difference.expected.numel()
    finite = bool(target.isfinite().all() and yours.isfinite().all())
    remarks = [*([] if whole else [slice_name]), *([] if finite else ["× marks NaN or ∞"])]
    caption = f'<div style="font-size:85%;opacity:.8">{"; ".join(remarks)}</div>' if remarks else ""
    return f'<div style="display:flex;gap:1.5em;flex-wrap:wrap;margin:.4em 0">{drawn}</div>{caption}'


def _slice(target: Tensor, yours: Tensor) -> tuple[Tensor, Tensor, str]:
    """The last two dimensions around the furthest value, at most MOST by MOST."""
    if target.dim() < 2:
        target, yours = target.reshape(1, -1), yours.reshape(1, -1)
    alike = (yours == target) | (yours.isnan() & target.isnan())
    distance = torch.nan_to_num((yours - target).abs(), nan=torch.inf).masked_fill(alike, 0)
    *lead, row, column = (int(i) for i in torch.unravel_index(distance.argmax(), distance.shape))
    for index in lead:
        target, yours = target[index], yours[index]
    row, column = _start(row, target.shape[0]), _start(column, target.shape[1])
    target, yours = (values[row : row + MOST, column : column + MOST] for values in (target, yours))
    ends = [f"{row}:{row + target.shape[0]}", f"{column}:{column + target.shape[1]}"]
    return target, yours, f"the slice [{', '.join([*map(str, lead), *ends])}]"


def _start(worst: int, length: int) -> int:
    return max(0, min(worst - MOST // 2, length - MOST))


def _largest(values: Tensor) -> float:
    finite = values[values.isfinite()].abs()
    return float(finite.max()) if finite.numel() and float(finite.max()) > 0 else 1.0


def _panel(title: str, values: Tensor, limit: float) -> str:
    rows, columns = values.shape
    size = max(SMALL, min(LARGE, WIDE // columns))
    cells = "".join(
        _cell(float(values[row, column]), limit, row, column, size) for row in range(rows) for column in range(columns)
    )
    label = f"{title}, −{limit:.3g} … {limit:.3g}"
    shape = f'width="{columns * size}" height="{rows * size}" style="display:block;margin-top:.2em"'
    svg = f'<svg {shape} role="img" aria-label="{label}">{cells}</svg>'
    return f'<figure style="margin:0"><figcaption style="font-size:85%">{label}</figcaption>{svg}</figure>'


def _cell(value: float, limit: float, row: int, column: int, size: int) -> str:
    x, y = column * size, row * size
    finite = abs(value) < float("inf")
    # The outline keeps what is near zero, and so near white, from vanishing on a white page.
    box = f'<rect x="{x + 0.5}" y="{y + 0.5}" width="{size - 2}" height="{size - 2}" fill="{_colour(value / limit)}"'
    box += f' stroke="#999" stroke-width="0.5"><title>[{row}, {column}] {value:.6g}</title></rect>'
    middle = f'x="{x + size / 2 - 0.5}" y="{y + size / 2 - 0.5}" text-anchor="middle" dominant-baseline="central"'
    return box if finite else f'{box}<text {middle} font-size="{size - 2}" fill="#000">×</text>'


def _colour(share: float) -> str:
    """Blue below zero, orange above, near white at zero."""
    share = max(-1.0, min(1.0, share)) if share == share else 0.0
    end = HIGH if share > 0 else LOW
    mixed = [round(middle + (far - middle) * abs(share)) for middle, far in zip(MIDDLE, end, strict=True)]
    return f"rgb({mixed[0]},{mixed[1]},{mixed[2]})"
