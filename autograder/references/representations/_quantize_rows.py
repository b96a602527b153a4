"""`quantize_rows`: what is right, and what answers are made of."""

import torch


def rounded(x, scale, most, how=torch.round):
    """Codes by a rule, cut off at the ends, in float64."""
    return how(x.double() / scale.double()).clamp(-most, most).to(torch.int8)


def scale_of(largest, most):
    return torch.where(largest == 0, torch.ones_like(largest), largest / most)


def quantize_rows(x, bits=8):
    most = 2 ** (bits - 1) - 1
    largest = torch.tensor([[max(map(abs, row))] for row in x.tolist()], dtype=torch.float64, device=x.device)
    scale = scale_of(largest, most).to(x.dtype)
    return rounded(x, scale, most), scale


def with_scale(x, largest, bits, how=torch.round):
    most = 2 ** (bits - 1) - 1
    scale = scale_of(largest, most)
    return rounded(x, scale, most, how), scale
