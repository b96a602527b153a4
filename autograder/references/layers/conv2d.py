"""`conv2d`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def conv2d(pictures, weight, bias=None, stride=1, padding=0):
    """The library's, in float64."""
    inputs = (None if item is None else item.double() for item in (pictures, weight, bias))
    return F.conv2d(*inputs, stride=stride, padding=padding).to(pictures.dtype)


def seen(pictures, size, stride, padding):
    """All windows: (batch, channel, down, across, row, column); right."""
    padded = F.pad(pictures, (padding,) * 4)
    return padded.unfold(2, size[0], stride).unfold(3, size[1], stride)


def summed(windows, weight, bias):
    """Right."""
    result = torch.einsum("bcyxij,ocij->boyx", windows, weight)
    return result if bias is None else result + bias[:, None, None]


@mistake(
    conv2d,
    "The window is turned round, as in the convolution of mathematics. What PyTorch calls convolution does not turn "
    "it: the upper left weight meets the upper left pixel.",
)
def turned_round(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(pictures, weight.shape[2:], stride, padding), weight.flip(2, 3), bias)


@mistake(
    conv2d,
    "Rows and columns of the window are swapped. Its shape is (out, in, rows, columns).",
)
def window_transposed(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(pictures, weight.mT.shape[2:], stride, padding), weight.mT, bias)


@mistake(
    conv2d,
    "Rows and columns of the result are swapped: a picture that is no square comes out lying on its side or in "
    "another shape.",
)
def result_transposed(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(pictures, weight.shape[2:], stride, padding), weight, bias).mT


@mistake(
    conv2d,
    "The result is cut into rows of the wrong length: height and width were swapped when it got its shape.",
)
def reshaped_the_other_way(pictures, weight, bias=None, stride=1, padding=0):
    result = summed(seen(pictures, weight.shape[2:], stride, padding), weight, bias)
    return result.reshape(*result.shape[:2], result.shape[3], result.shape[2])


@mistake(conv2d, "The window always moves by one pixel: `stride` plays no part.", keeps=0.8)
def always_by_one(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(pictures, weight.shape[2:], 1, padding), weight, bias)


@mistake(
    conv2d,
    "The result has the size that `stride` asks for, but the window moves by one pixel from place to place: `row` "
    "where it should be `row * stride`.",
    keeps=0.75,
)
def small_but_by_one(pictures, weight, bias=None, stride=1, padding=0):
    down, across = seen(pictures, weight.shape[2:], stride, padding).shape[2:4]
    return summed(seen(pictures, weight.shape[2:], 1, padding)[:, :, :down, :across], weight, bias)


@mistake(conv2d, "No zeros are laid around the pictures: `padding` plays no part.", keeps=0.8)
def no_padding(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(pictures, weight.shape[2:], stride, 0), weight, bias)


@mistake(
    conv2d,
    "Zeros are laid at the left and right sides alone. `F.pad(x, (p, p))` speaks of the last dimension; for all four "
    "sides it is `(p, p, p, p)`.",
    keeps=0.8,
)
def pads_columns_only(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(F.pad(pictures, (padding, padding)), weight.shape[2:], stride, 0), weight, bias)


@mistake(
    conv2d,
    "The pixels at the edge are repeated outwards. `padding` lays zeros around the picture.",
    keeps=0.8,
)
def pads_with_the_edge(pictures, weight, bias=None, stride=1, padding=0):
    mode = "replicate" if padding else "constant"
    return summed(seen(F.pad(pictures, (padding,) * 4, mode=mode), weight.shape[2:], stride, 0), weight, bias)


@mistake(
    conv2d,
    "Zeros are laid at the upper and left sides alone, or the window starts too far outside. `padding` is meant for "
    "each side.",
    keeps=0.86,
)
def pads_one_side(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(F.pad(pictures, (padding, 0, padding, 0)), weight.shape[2:], stride, 0), weight, bias)


@mistake(conv2d, "The bias plays no part.", keeps=0.8)
def no_bias(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(pictures, weight.shape[2:], stride, padding), weight, None)


@mistake(
    conv2d,
    "The bias lies along the columns, or does not fit there. There is one for each channel that comes out: "
    "`bias[:, None, None]`.",
    keeps=0.8,
)
def bias_along_the_columns(pictures, weight, bias=None, stride=1, padding=0):
    result = summed(seen(pictures, weight.shape[2:], stride, padding), weight, None)
    return result if bias is None else result + bias


@mistake(
    conv2d,
    "Each channel that comes out has seen all channels with the same weights, as if their pictures were added up "
    "first. Each channel that goes in has a window of its own.",
)
def one_window_for_all_channels(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(pictures, weight.shape[2:], stride, padding).sum(1, keepdim=True), weight[:, :1], bias)


@mistake(
    conv2d,
    "Channels are averaged where they should be added up.",
)
def mean_of_channels(pictures, weight, bias=None, stride=1, padding=0):
    return summed(seen(pictures, weight.shape[2:], stride, padding), weight / weight.shape[1], bias)


@mistake(
    conv2d,
    "The windows' numbers and the weights are laid out in another order, so that each weight meets another number: "
    "`F.unfold` lists channel by channel, in each of them row by row, just as `weight.flatten(1)` does.",
)
def weights_in_another_order(pictures, weight, bias=None, stride=1, padding=0):
    shuffled = weight.permute(0, 2, 3, 1).reshape(weight.shape)
    return summed(seen(pictures, weight.shape[2:], stride, padding), shuffled, bias)


@mistake(
    conv2d,
    "The bias is added once for every channel that comes in, and should be added once for each that comes out.",
    keeps=0.6,
)
def bias_for_each_channel_in(pictures, weight, bias=None, stride=1, padding=0):
    several = None if bias is None else bias * weight.shape[1]
    return summed(seen(pictures, weight.shape[2:], stride, padding), weight, several)


@mistake(
    conv2d,
    "With steps above 1 the last place is missing at the right and at the bottom, for some sizes. The first place "
    "takes no step, so there is one more than there are steps: (height − rows) // stride + 1.",
    keeps=0.85,
)
def steps_for_places(pictures, weight, bias=None, stride=1, padding=0):
    windows = seen(pictures, weight.shape[2:], stride, padding)
    padded = [size + 2 * padding for size in pictures.shape[2:]]
    down, across = ((have - size + 1) // stride for have, size in zip(padded, weight.shape[2:], strict=True))
    return summed(windows[:, :, :down, :across], weight, bias)


@mistake(
    conv2d,
    "A number is missing at the right and at the bottom: the last place at which the window fits is left out. There "
    "are height − rows + 1 of them, with a step of 1.",
)
def one_place_too_few(pictures, weight, bias=None, stride=1, padding=0):
    windows = seen(pictures, weight.shape[2:], stride, padding)
    padded = [size + 2 * padding for size in pictures.shape[2:]]
    down, across = ((have - size) // stride for have, size in zip(padded, weight.shape[2:], strict=True))
    return summed(windows[:, :, :down, :across], weight, bias)


@mistake(
    conv2d,
    "Places and channels are mixed up: a table of (places, channels) is cut into rows as if the channels came first. "
    "Turn it round, then give it its shape; `reshape` moves nothing.",
)
def channels_last_reshaped(pictures, weight, bias=None, stride=1, padding=0):
    result = summed(seen(pictures, weight.shape[2:], stride, padding), weight, None)
    mixed = result.flatten(2).mT.reshape(result.shape)
    return mixed if bias is None else mixed + bias[:, None, None]


@mistake(
    conv2d,
    "Where the window's steps do not come out even, there is a place too many: zeros were added below and to the "
    "right. What is left over at the end is not looked at: (size + 2 · padding − kernel) // stride + 1 places.",
    keeps=0.8,
)
def rounded_up(pictures, weight, bias=None, stride=1, padding=0):
    down, across = (
        -(size + 2 * padding - k) % stride for size, k in zip(pictures.shape[2:], weight.shape[2:], strict=True)
    )
    padded = F.pad(pictures, (padding, padding + across, padding, padding + down))
    return summed(seen(padded, weight.shape[2:], stride, 0), weight, bias)


@mistake(
    conv2d,
    "A bias of zeros is left out, as by `if bias.any()`. It changes no value, but then it gets no gradient, either, "
    "and can never learn. Ask `bias is not None`.",
    keeps=0.99,
)
def no_bias_of_zeros(pictures, weight, bias=None, stride=1, padding=0):
    bias = bias if bias is not None and bias.count_nonzero() else None
    return summed(seen(pictures, weight.shape[2:], stride, padding), weight, bias)


@mistake(
    conv2d,
    "`padding` changes the size of the result that you count with, and no zeros are laid round the picture. The "
    "windows have to begin outside, too: F.pad, or `padding=` where the windows are made.",
    keeps=0.8,
)
def counts_a_padding_that_is_not_there(pictures, weight, bias=None, stride=1, padding=0):
    windows = seen(pictures, weight.shape[2:], stride, 0)
    result = summed(windows, weight, bias)
    down = (pictures.shape[2] + 2 * padding - weight.shape[2]) // stride + 1
    return result.reshape(*result.shape[:2], down, -1)


@alternative(conv2d)
def by_columns(pictures, weight, bias=None, stride=1, padding=0):
    out, _, rows, columns = weight.shape
    height, width = ((size + 2 * padding - have) // stride + 1
                     for size, have in zip(pictures.shape[2:], (rows, columns), strict=True))  # fmt: skip
    table = weight.flatten(1) @ F.unfold(pictures, (rows, columns), padding=padding, stride=stride)
    result = table.view(-1, out, height, width)
    return result if bias is None else result + bias.view(1, -1, 1, 1)


@alternative(conv2d)
def by_loops(pictures, weight, bias=None, stride=1, padding=0):
    padded = F.pad(pictures, (padding, padding, padding, padding))
    rows, columns = weight.shape[2:]
    lines = []
    for top in range(0, padded.shape[2] - rows + 1, stride):
        line = []
        for left in range(0, padded.shape[3] - columns + 1, stride):
            window = padded[:, None, :, top : top + rows, left : left + columns]
            line.append((window * weight).sum((2, 3, 4)))
        lines.append(torch.stack(line, dim=-1))
    result = torch.stack(lines, dim=-2)
    return result + (0 if bias is None else bias[None, :, None, None])


for sentence, by in {
    "Slides a window of weights over pictures: at each place, all products added up, and the bias.": [
        "one grey picture",
        "a batch, with everything",
    ],
    "pictures: shape (batch, in, height, width), floating point.": ["a batch, with everything", "channels last"],
    "weight: shape (out, in, rows, columns): for each channel that comes out, a window for each that comes in.": [
        "several channels in",
        "several channels out",
    ],
    "bias: shape (out,), or None.": ["a batch, with everything", "one grey picture"],
    "stride: pixels from one place to the next, down and across.": ["steps of two", "steps of three, a remainder"],
    "padding: so many rows and columns of zeros on each side, first.": ["one row and column of zeros", "two of them"],
    "Shape (batch, out, down, across), dtype of `pictures`: down = (height + 2 · padding − rows) // stride + 1.": [
        "steps of three, a remainder",
        "float64",
        "two of them",
    ],
}.items():
    promised(conv2d, sentence, by=by)
