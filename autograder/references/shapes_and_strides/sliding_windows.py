"""`sliding_windows`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def _refuse(x, size):
    if size > x.shape[-1]:
        raise ValueError(f"no window of {size} fits into {x.shape[-1]}")


def sliding_windows(x, size, step=1):
    _refuse(x, size)
    return x.unfold(-1, size, step)


def _card(x, size, step):
    """Shape and stride of the windows."""
    _refuse(x, size)
    count = (x.shape[-1] - size) // step + 1
    return (*x.shape[:-1], count, size), (*x.stride()[:-1], step * x.stride(-1), x.stride(-1))


def _right(x, size, step=1):
    return x.as_strided(*_card(x, size, step))


@mistake(
    sliding_windows,
    "The windows are copies: a number written to one of them does not reach x, nor the windows beside it, and where"
    " they overlap the memory is needed many times over. A view needs a step for each dimension and no "
    "copy: `as_strided`.",
)
def copies(x, size, step=1):
    _refuse(x, size)
    starts = range(0, x.shape[-1] - size + 1, step)
    return torch.stack([x[..., start : start + size] for start in starts], dim=-2)


@mistake(
    sliding_windows,
    "A tensor whose numbers do not lie side by side is copied first, as by `contiguous()`: the windows lie in other "
    "memory than x. The steps of x itself, `x.stride()`, make this unnecessary.",
)
def makes_contiguous(x, size, step=1):
    return _right(x.contiguous(), size, step)


@mistake(
    sliding_windows,
    "Where x is transposed or every second number of something, the windows hold other numbers: they walk in steps of "
    "one. The steps have to come from x: `x.stride(-1)` within a window, and `step` times that to the next.",
)
def steps_of_one(x, size, step=1):
    shape, _ = _card(x, size, step)
    return x.as_strided(shape, (*x.stride()[:-1], step, 1))


@mistake(
    sliding_windows,
    "Where x begins in the middle of a larger tensor, the windows begin at its very start: the storage offset is lost. "
    "Leave it out, or hand on `x.storage_offset()`.",
)
def from_the_start(x, size, step=1):
    return x.as_strided(*_card(x, size, step), 0)


@mistake(
    sliding_windows,
    "The next window begins one number further on, whatever `step` says: the number of windows follows it, their "
    "distance in memory does not. It is `step * x.stride(-1)`.",
)
def one_further_on(x, size, step=1):
    shape, (*front, _, along) = _card(x, size, step)
    return x.as_strided(shape, (*front, along, along))


@mistake(
    sliding_windows,
    "The last window is missing. From start to start there are (n - size) // step steps, and one window more than "
    "that.",
)
def one_too_few(x, size, step=1):
    return _right(x, size, step)[..., :-1, :]


@mistake(
    sliding_windows,
    "The step plays no part: every start gives a window. Only every `step`-th number begins one.",
)
def every_start(x, size, step=1):
    return _right(x, size, 1)


@mistake(
    sliding_windows,
    "The dimensions are exchanged: (…, size, windows). A window's own numbers belong in the last dimension.",
)
def size_in_front(x, size, step=1):
    return _right(x, size, step).mT


@mistake(
    sliding_windows,
    "The windows run along the first dimension. In a batch that is the wrong one: the last.",
)
def along_the_first(x, size, step=1):
    return _right(x.movedim(0, -1), size, step).movedim(-2, 0)


@mistake(
    sliding_windows,
    "The last window is missing where the step does not go evenly into the n - size + 1 places to begin: what is left "
    "has room for one more. It is (n - size) // step + 1 windows.",
)
def forgets_the_rest(x, size, step=1):
    return _right(x, size, step)[..., : max((x.shape[-1] - size + 1) // step, 0), :]


@mistake(
    sliding_windows,
    "A window larger than x is not refused with a ValueError: a count that comes out as 0 makes an empty result, and a "
    "negative one another error. Compare `size` with `x.shape[-1]` first.",
    keeps=0.98,
)
def lets_it_through(x, size, step=1):
    count = (x.shape[-1] - size) // step + 1
    return x.as_strided((*x.shape[:-1], count, size), (*x.stride()[:-1], step * x.stride(-1), x.stride(-1)))


@mistake(
    sliding_windows,
    "Where the numbers of x do not lie next to each other, the windows begin at the wrong places: as when the step to "
    "the next window is counted in places of memory. It is `step` numbers of x, so `step * x.stride(-1)` places.",
    keeps=0.6,
)
def steps_in_places(x, size, step=1):
    shape, strides = _card(x, size, step)
    return x.as_strided(shape, (*x.stride()[:-1], step, strides[-1]))


@alternative(sliding_windows)
def by_strides(x, size, step=1):
    return torch.as_strided(x, *_card(x, size, step), x.storage_offset())


@alternative(sliding_windows)
def by_every_start(x, size, step=1):
    shape, (*front, _, along) = _card(x, size, 1)
    return x.as_strided(shape, (*front, along, along))[..., ::step, :]


promised(
    sliding_windows,
    "All windows along the last dimension that fit, as one view.",
    by=["a vector", "a batch", "a view", "a batch, written to"],
)
promised(
    sliding_windows,
    "x: shape (…, n), however it lies in memory.",
    by=["from the middle on", "transposed", "every second number", "a window of a larger one", "one row, many times"],
)
promised(sliding_windows, "size: of a window, from 1 to n.", by=["windows of one, and one window"])
promised(
    sliding_windows,
    "step: from the start of one window to the start of the next, at least 1.",
    by=["a vector", "without a step", "a step beyond the window"],
)
promised(sliding_windows, "What is left at the end makes no window.", by=["a vector", "a batch"])
promised(
    sliding_windows,
    "Shape (…, (n - size) // step + 1, size), in the memory of x: what is written to a window is written to x.",
    by=["a view", "a batch, written to"],
)
promised(sliding_windows, "ValueError: size is larger than n.", by=["too large a window"])
