"""The photograph of several lessons: the Summer Palace in Beijing, which comes with scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from matplotlib.image import imread
from torch import Tensor

from helpers.installed import folder
from helpers.style import WIDTH, Picture, style


def photograph() -> Tensor:
    """427 rows of 640 pixels of red, green and blue: shape (height 427, width 640, channel 3), uint8.

    Raises:
        ModuleNotFoundError: scikit-learn is not there.
    """
    file = folder("sklearn", "The pixels of the photograph") / "datasets" / "images" / "china.jpg"
    return torch.from_numpy(imread(file).copy())  # its own array cannot be written to


def show(panels: Mapping[str, Tensor], *, columns: int = 3, pixels: bool = False) -> Picture:
    """Images side by side, each under its name, and its shape below it.

    Args:
        panels: name → image of shape (height, width, 3), or (height, width) for one of greys; uint8 from 0 to 255, or
            floating point from 0 to 1, which is cut off outside.
        pixels: draws small images as squares instead of smoothing them.
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    shapes = [image.shape for image in panels.values()]
    ratio = max(height / max(1, width) for height, width, *_ in shapes)
    with style():
        figure = Picture(figsize=(WIDTH, rows * (min(4.0, ratio * WIDTH / columns) + 0.55)))
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for axis in axes[len(panels) :]:
            axis.axis("off")
        for axis, (name, image) in zip(axes, panels.items(), strict=False):
            shown = image if image.dtype == torch.uint8 else image.clamp(0, 1)
            axis.imshow(shown.cpu().numpy(), cmap="gray", interpolation="nearest" if pixels else "antialiased")
            axis.set(title=name, xlabel=f"shape {tuple(image.shape)}", xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
    return figure
