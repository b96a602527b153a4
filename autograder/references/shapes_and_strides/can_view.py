"""`can_view`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, equivalent, mistake, promised


def can_view(shape, stride, new_shape):
    x = torch.empty_strided(shape, stride, device="meta")
    try:
        x.view(new_shape)
    except RuntimeError:
        return False
    return True


def _fits(shape, new_shape):
    return math.prod(shape) == math.prod(new_shape)


def _in_order(shape, stride):
    steps = [math.prod(shape[at + 1 :]) for at in range(len(shape))]
    return all(step == own or size == 1 for step, own, size in zip(steps, stride, shape, strict=True))


@mistake(
    can_view,
    "Every shape that holds as many numbers is said to work. That is what `reshape` can do, which copies where it "
    "must; a view has to walk through the memory as it is.",
)
def whatever_holds_as_many(shape, stride, new_shape):
    return _fits(shape, new_shape)


@mistake(
    can_view,
    "Only tensors that lie in their order and without gaps are let through. It is enough if the dimensions that become "
    "one continue each other: a transposed tensor can still be split, or keep its dimensions.",
)
def only_contiguous(shape, stride, new_shape):
    return _fits(shape, new_shape) and (not math.prod(shape) or _in_order(shape, stride))


@mistake(
    can_view,
    "Only tensors that lie in their order, or shapes that stay as they are, are let through. Dimensions may be split, "
    "and those that continue each other merged, in any tensor.",
)
def contiguous_or_the_same(shape, stride, new_shape):
    return tuple(shape) == tuple(new_shape) or only_contiguous(shape, stride, new_shape)


def _chunks(shape, stride, outer=False):
    """Sizes of what can be walked in one go; wrongly where the step of the outer dimension is kept."""
    found = []
    for size, step in zip(shape, stride, strict=True):
        if found and found[-1][1] == size * step:
            found[-1] = (found[-1][0] * size, found[-1][1] if outer else step)
        else:
            found.append((size, step))
    return [size for size, _ in found]


def _divided(chunks, new_shape):
    """Whether the new sizes fill up one chunk after the other."""
    sizes = [size for size in new_shape if size != 1]
    for chunk in chunks:
        filled = 1
        while filled < chunk and sizes:
            filled *= sizes.pop(0)
        if filled != chunk:
            return False
    return not sizes


@mistake(
    can_view,
    "A size of one gets in the way. Its step is never walked, so it may be anything: leave such dimensions out before "
    "you compare steps.",
    keeps=0.93,
)
def ones_in_the_way(shape, stride, new_shape):
    if not _fits(shape, new_shape) or not math.prod(shape):
        return _fits(shape, new_shape)
    return _divided(_chunks(shape, stride), new_shape)


def _without_ones(shape, stride):
    kept = [(size, step) for size, step in zip(shape, stride, strict=True) if size != 1]
    return [size for size, _ in kept], [step for _, step in kept]


def _right(shape, stride, new_shape):
    if not _fits(shape, new_shape):
        return False
    return math.prod(shape) == 0 or _divided(_chunks(*_without_ones(shape, stride)), new_shape)


@mistake(
    can_view,
    "Only tensors whose dimensions all continue each other are let through. Those that continue each other may be "
    "merged, the others just have to stay apart: a transposed tensor can still be split, or keep its dimensions.",
)
def all_continue(shape, stride, new_shape):
    steps = zip(stride, stride[1:], shape[1:], strict=False)
    return _fits(shape, new_shape) and all(outer == size * inner for outer, inner, size in steps)


@mistake(
    can_view,
    "Only tensors with the very steps of a fresh one are let through: the steps of sizes of one count too, and a gap "
    "anywhere is too much. It is enough if the dimensions that become one continue each other.",
)
def to_the_letter(shape, stride, new_shape):
    steps = [math.prod(shape[at + 1 :]) for at in range(len(shape))]
    return _fits(shape, new_shape) and steps == list(stride)


@mistake(
    can_view,
    "A tensor without numbers is held to the rule for the others. Nothing is walked there, so every shape that holds "
    "nothing works.",
    keeps=0.93,
)
def empty_is_refused(shape, stride, new_shape):
    return _fits(shape, new_shape) and math.prod(shape) > 0 and _right(shape, stride, new_shape)


@mistake(
    can_view,
    "A tensor with a step of 0 is refused throughout. Two steps of 0 continue each other, and dimensions beside them "
    "can be merged or split as ever.",
    keeps=0.93,
)
def zero_is_refused(shape, stride, new_shape):
    repeated = any(step == 0 and size > 1 for size, step in zip(shape, stride, strict=True))
    return _right(shape, stride, new_shape) and not (math.prod(shape) and repeated)


@mistake(
    can_view,
    "The number of numbers is not compared: a shape that holds more or fewer is said to work.",
    keeps=0.93,
)
def counts_nothing(shape, stride, new_shape):
    if not _fits(shape, new_shape):
        return True
    return _right(shape, stride, new_shape)


@mistake(
    can_view,
    "Splitting a dimension is refused. It always works: the inner part keeps the step, the outer one steps over it. "
    "Only merging asks for something.",
)
def no_splitting(shape, stride, new_shape):
    if not _fits(shape, new_shape) or not math.prod(shape):
        return _fits(shape, new_shape)
    chunks = _chunks(*_without_ones(shape, stride))
    return chunks == [size for size in new_shape if size != 1] or (
        _right(shape, stride, new_shape) and len(chunks) == 1
    )


@mistake(
    can_view,
    "Where three dimensions continue each other, only two are merged. What they have become goes on with the step of "
    "the inner one, and that is what the next has to continue.",
)
def keeps_the_outer_step(shape, stride, new_shape):
    if not _fits(shape, new_shape) or not math.prod(shape):
        return _fits(shape, new_shape)
    return _divided(_chunks(*_without_ones(shape, stride), outer=True), new_shape)


@alternative(can_view)
def by_chunks(shape, stride, new_shape):
    return _right(shape, stride, new_shape)


@alternative(can_view)
def by_places(shape, stride, new_shape):
    """Walks the whole tensor and looks for steps that give the same places in the new shape."""
    if math.prod(shape) != math.prod(new_shape):
        return False
    if not math.prod(shape):
        return True
    places = torch.zeros((), dtype=torch.int64)
    for at, (size, step) in enumerate(zip(shape, stride, strict=True)):
        places = places + (torch.arange(size) * step)[(...,) + (None,) * (len(shape) - at - 1)]
    line = places.contiguous().as_strided((math.prod(shape),), (1,)).tolist()
    behind, made = 1, [0]
    for size in reversed(new_shape):
        step = line[behind] if size > 1 else 0
        made = [place + number * step for number in range(size) for place in made]
        behind *= size
    return made == line


promised(
    can_view,
    "Whether `x.view(new_shape)` works for an x of this shape and stride.",
    by=["in their order", "transposed", "slices", "three dimensions", "drawn shapes"],
)
promised(
    can_view,
    "shape, stride: of x, tuples of one length, which may be empty; steps are at least 0.",
    by=["single numbers", "steps of zero", "transposed"],
)
promised(can_view, "A size of 1 may have any step.", by=["sizes of one"])
promised(can_view, "new_shape: a tuple of sizes, without -1.", by=["in their order", "single numbers"])
promised(can_view, "True or False.", by=["in their order", "drawn shapes"])
promised(
    can_view,
    "If the totals differ it never works; where there are no numbers, equal totals are enough.",
    by=["another number of numbers", "no numbers"],
)

equivalent(
    can_view,
    "if math.prod(shape) == 0:",
    "if math.prod(shape) <= 0:",
    "sizes are never negative",
)
equivalent(can_view, "if filled != chunk:", "if filled > chunk:", "the loop before it ends at the chunk or beyond it")
equivalent(can_view, "if size != 1:", "if size > 1:", "a size of 0 has been dealt with before")
equivalent(
    can_view,
    "for size, step in zip(shape, stride, strict=True):",
    "for size, step in zip(shape, stride, strict=False):",
    "shape and stride are promised to have one length",
)
