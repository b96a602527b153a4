"""`conv1d`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """The library's, in float64."""
    inputs = (None if item is None else item.double() for item in (x, weight, bias))
    return F.conv1d(*inputs, stride, padding, dilation, groups).to(x.dtype)


def windows_of(x, size, stride=1, dilation=1):
    """(batch, channel, place, number of the window); right."""
    span = dilation * (size - 1) + 1
    starts = torch.arange(0, x.shape[-1] - span + 1, stride, device=x.device)
    return x[:, :, starts[:, None] + dilation * torch.arange(size, device=x.device)]


def grouped(windows, weight, groups):
    """Right."""
    parts = [
        torch.einsum("bipk,oik->bop", seen, kernels)
        for seen, kernels in zip(windows.chunk(groups, 1), weight.chunk(groups, 0), strict=True)
    ]
    return torch.cat(parts, dim=1)


def biased(result, bias):
    return result if bias is None else result + bias[:, None]


def padded(x, padding):
    return F.pad(x, (padding, padding))


@mistake(
    conv1d,
    "The window is turned round, as in the convolution of mathematics. What PyTorch calls convolution does not turn "
    "it: the first weight meets the first number.",
)
def turned_round(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    seen = windows_of(padded(x, padding), weight.shape[-1], stride, dilation)
    return biased(grouped(seen, weight.flip(-1), groups), bias)


@mistake(conv1d, "The window always moves by one place: `stride` plays no part.", keeps=0.7)
def always_by_one(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return biased(grouped(windows_of(padded(x, padding), weight.shape[-1], 1, dilation), weight, groups), bias)


@mistake(conv1d, "No zeros are laid at the ends: `padding` plays no part.", keeps=0.7)
def no_padding(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return biased(grouped(windows_of(x, weight.shape[-1], stride, dilation), weight, groups), bias)


@mistake(
    conv1d,
    "All zeros are laid in front. `padding` is meant for each end.",
    keeps=0.7,
)
def all_in_front(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    seen = windows_of(F.pad(x, (2 * padding, 0)), weight.shape[-1], stride, dilation)
    return biased(grouped(seen, weight, groups), bias)


@mistake(
    conv1d,
    "Zeros are laid at the front end alone. `padding` is meant for each end.",
    keeps=0.7,
)
def one_end(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return biased(grouped(windows_of(F.pad(x, (padding, 0)), weight.shape[-1], stride, dilation), weight, groups), bias)


@mistake(conv1d, "The window has no gaps: `dilation` plays no part.", keeps=0.7)
def no_gaps(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return biased(grouped(windows_of(padded(x, padding), weight.shape[-1], stride), weight, groups), bias)


@mistake(
    conv1d,
    "Stride and dilation are swapped, or one of them is used for both: `stride` is from window to window, `dilation` "
    "from number to number within one.",
    keeps=0.7,
)
def swapped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return biased(grouped(windows_of(padded(x, padding), weight.shape[-1], dilation, stride), weight, groups), bias)


@mistake(
    conv1d,
    "With groups, all kernels see the first group of channels. The second part of the kernels sees the second part "
    "of the channels.",
    keeps=0.75,
)
def all_see_the_first(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    seen = windows_of(padded(x, padding), weight.shape[-1], stride, dilation)[:, : weight.shape[1]]
    return biased(grouped(seen, weight, 1), bias)


@mistake(
    conv1d,
    "With groups, the channels are dealt out in turn, as cards are: with two groups, every second one to the second. A "
    "group is a block of channels that follow one another.",
    keeps=0.82,
)
def dealt_in(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    seen = windows_of(padded(x, padding), weight.shape[-1], stride, dilation)
    seen = torch.cat([seen[:, first::groups] for first in range(groups)], dim=1)
    return biased(grouped(seen, weight, groups), bias)


@mistake(
    conv1d,
    "With groups, the kernels are dealt out in turn, as cards are, or what comes out stands in that order. The first "
    "out / groups kernels belong to the first group.",
    keeps=0.88,
)
def dealt_out(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    seen = windows_of(padded(x, padding), weight.shape[-1], stride, dilation)
    result = grouped(seen, weight, groups)
    return biased(result.unflatten(1, (groups, -1)).transpose(1, 2).flatten(1, 2), bias)


@mistake(
    conv1d,
    "With groups, what the groups find is added up or each kernel sees all channels. Channels of different groups "
    "should not see each other: each group has results of its own.",
    keeps=0.75,
)
def all_channels(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    seen = windows_of(padded(x, padding), weight.shape[-1], stride, dilation)
    return biased(grouped(seen, weight.repeat(1, groups, 1), 1), bias)


@mistake(conv1d, "The bias plays no part.", keeps=0.8)
def no_bias(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return grouped(windows_of(padded(x, padding), weight.shape[-1], stride, dilation), weight, groups)


@mistake(
    conv1d,
    "The bias lies along the places, or does not fit there. There is one for each kernel: `bias[:, None]`.",
    keeps=0.8,
)
def bias_along_the_places(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    result = grouped(windows_of(padded(x, padding), weight.shape[-1], stride, dilation), weight, groups)
    return result if bias is None else result + bias


@mistake(
    conv1d,
    "With gaps, places are missing at the end: a window of k places with gaps reaches over dilation · (k − 1) + 1 of "
    "them, and not over dilation · k, since there is no gap behind the last.",
)
def too_wide_with_gaps(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x = padded(x, padding)
    places = (x.shape[-1] - dilation * weight.shape[-1]) // stride + 1
    seen = windows_of(x, weight.shape[-1], stride, dilation)[:, :, :places]
    return biased(grouped(seen, weight, groups), bias)


@mistake(
    conv1d,
    "A place is missing at the end: the last one at which the window fits is left out.",
)
def one_place_too_few(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x = padded(x, padding)
    places = (x.shape[-1] - dilation * (weight.shape[-1] - 1) - 1) // stride
    seen = windows_of(x, weight.shape[-1], stride, dilation)[:, :, :places]
    return biased(grouped(seen, weight, groups), bias)


@mistake(
    conv1d,
    "The places come before the channels: (batch, places, out), where the docstring has (batch, out, places).",
)
def places_first(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    seen = windows_of(padded(x, padding), weight.shape[-1], stride, dilation)
    return biased(grouped(seen, weight, groups), bias).mT


@mistake(
    conv1d,
    "Each group gets the bias of the first one. There is one number for each channel that comes out; the second "
    "group's lie behind the first's.",
    keeps=0.9,
)
def bias_of_the_first_group(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    result = grouped(windows_of(padded(x, padding), weight.shape[-1], stride, dilation), weight, groups)
    return biased(result, None if bias is None else bias[: len(bias) // groups].repeat(groups))


@mistake(
    conv1d,
    "Wrong where the text was turned before, as by `permute` or `.mT`: its numbers are read in the order in which they "
    "lie in memory. Ask the tensor for its strides, or call `contiguous()` first.",
    keeps=0.99,
)
def as_it_lies(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if not padding:
        x = x.as_strided(x.shape, torch.empty(x.shape, device="meta").stride())
    result = grouped(windows_of(padded(x, padding), weight.shape[-1], stride, dilation), weight, groups)
    return biased(result, bias)


@mistake(
    conv1d,
    "The windows are as wide as the kernel with its gaps, and the numbers in the gaps are not left out. Take every "
    "`dilation`-th: windows[..., ::dilation].",
)
def keeps_the_gaps(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    windows = padded(x, padding).unfold(-1, dilation * (weight.shape[-1] - 1) + 1, stride)
    return biased(grouped(windows, weight, groups), bias)


@mistake(
    conv1d,
    "A bias of zeros is left out, as by `if bias.any()`. It changes no value, but then it gets no gradient, either, "
    "and can never learn. Ask `bias is not None`.",
    keeps=0.99,
)
def no_bias_of_zeros(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    bias = bias if bias is not None and bias.count_nonzero() else None
    return biased(grouped(windows_of(padded(x, padding), weight.shape[-1], stride, dilation), weight, groups), bias)


@alternative(conv1d)
def by_loops(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x = F.pad(x, (padding, padding))
    out, inside, size = weight.shape
    span, each = dilation * (size - 1) + 1, out // groups
    rows = []
    for kernel in range(out):
        first = kernel // each * inside
        starts = range(0, x.shape[-1] - span + 1, stride)
        channels = x[:, first : first + inside]
        sums = [(channels[..., at : at + span : dilation] * weight[kernel]).sum((1, 2)) for at in starts]
        rows.append(torch.stack(sums, dim=-1) + (0 if bias is None else bias[kernel]))
    return torch.stack(rows, dim=1)


@alternative(conv1d)
def by_unfold(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    columns = F.unfold(x[:, :, None], (1, weight.shape[2]), (1, dilation), (0, padding), (1, stride))
    tables = columns.view(len(x), groups, -1, columns.shape[-1])
    result = weight.reshape(groups, weight.shape[0] // groups, -1) @ tables
    result = result.reshape(len(x), weight.shape[0], -1)
    return result if bias is None else result + bias.view(1, -1, 1)


for sentence, by in {
    "Slides windows of weights along sequences.": ["several channels in", "a batch, several out, a bias"],
    "x: shape (batch, in, length), floating point.": ["a batch, several out, a bias"],
    "weight: shape (out, in / groups, kernel).": ["a batch, several out, a bias", "two groups"],
    "bias: shape (out,), or None.": ["a batch, several out, a bias", "one channel"],
    "stride: places from one window to the next.": ["steps"],
    "padding: so many zeros at each end, first.": ["zeros at both ends"],
    "dilation: places from one number of a window to the next.": ["gaps in the window"],
    "groups: divides in and out.": ["two groups", "three groups"],
    "The first out / groups channels see the first in / groups channels, and so on.": ["two groups", "three groups"],
    "Shape (batch, out, (length + 2 · padding − dilation · (kernel − 1) − 1) // stride + 1), dtype of `x`.": [
        "all of them",
        "float64",
    ],
}.items():
    promised(conv1d, sentence, by=by)
