"""What several experiments of this topic share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.probes import gradients

READY_CONVOLUTIONS = [
    F.conv1d, F.conv2d, F.conv3d, torch.conv1d, torch.conv2d, torch.conv3d, torch.convolution,
    F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d, torch.conv_transpose1d, torch.conv_transpose2d,
    torch.conv_transpose3d, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d,
    nn.ConvTranspose3d, nn.LazyConv1d, nn.LazyConv2d, nn.LazyConv3d,
]  # fmt: skip


def gradient_of_a_zero_bias(convolution: Any, x: Tensor, weight: Tensor) -> Any:
    """As a bias often begins: it changes nothing yet, and has to learn all the same."""
    bias = torch.zeros(len(weight), device=weight.device)
    return gradients(lambda leaf: convolution(x, weight, leaf), bias, wrt=0)
