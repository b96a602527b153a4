"""What `patchify` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.shapes_and_strides._shared import expanded, in_each_dtype

READY_MADE = [
    "einops:rearrange", "einops.layers.torch:Rearrange", F.unfold, nn.Unfold, F.pixel_unshuffle,
    nn.PixelUnshuffle, torch.pixel_unshuffle,
]  # fmt: skip
PATCHES = Idea("a patch is a square of the picture, read row by row", weight=3, point=True)
LEADING = Idea("whatever dimensions stand in front", weight=2)


@exercise(points=2, without=READY_MADE)
def patchify(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Pictures, cut into squares."""
    rows, columns, patch, channels = draw.sizes(4, 2, 6)
    height, width = rows * patch, columns * patch
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(draw.normal(4, 6, 3), 2)], LEADING
    yield "a batch", lambda: candidate(draw.normal(2, height, width, channels), patch), PATCHES
    yield "a batch of one", lambda: candidate(draw.normal(1, height, width, channels), patch), PATCHES
    yield "by its parameters' names", lambda: candidate(images=draw.normal(2, height, width, 3), patch=patch), PATCHES
    yield "one row of patches, one column", lambda: _one(candidate, draw, height, width, patch), PATCHES
    yield "one picture", lambda: candidate(draw.normal(height, width, channels), patch), LEADING
    yield "films: two dimensions in front", lambda: candidate(draw.normal(2, 3, height, width, 1), patch), LEADING
    yield "patches of one pixel", lambda: candidate(draw.normal(rows, columns, channels), 1)
    yield "a single patch", lambda: candidate(draw.normal(2, patch, patch, channels), patch)
    yield "a batch of none", lambda: candidate(draw.normal(0, height, width, channels), patch)
    yield "channels in front, moved back", lambda: candidate(draw.normal(channels, height, width).movedim(0, -1), patch)
    yield "one picture, many times", lambda: candidate(expanded(draw, 3, height, width, 2), patch)
    yield "dtypes", lambda: [candidate(x, patch) for x in in_each_dtype(draw, patch, width, 2)]
    yield "gradients", lambda: gradients(lambda x: candidate(x, patch), draw.normal(height, width, 2), wrt=0)
    yield "the pictures are left alone", lambda: with_arguments(candidate, draw.normal(height, width, 3), patch)


def _one(candidate: Any, draw: Draw, height: int, width: int, patch: int) -> list[Tensor]:
    return [candidate(draw.normal(patch, width, 3), patch), candidate(draw.normal(height, patch, 3), patch)]


def _example(candidate: Any, draw: Draw) -> Tensor:
    picture = torch.tensor([[[1], [2], [3], [4]], [[5], [6], [7], [8]]], device=draw.device)
    return candidate(picture, 2)
