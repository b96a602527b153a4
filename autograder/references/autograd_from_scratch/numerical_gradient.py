"""`numerical_gradient`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def numerical_gradient(function, x, step=1e-5):
    """The definition, one number after the other."""
    slopes = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for place in range(x.numel()):
        ends = []
        for sign in (1, -1):
            moved = x.detach().to(torch.float64, copy=True).contiguous()
            moved.view(-1)[place] += sign * step
            ends.append(float(function(moved)))
        slopes.view(-1)[place] = (ends[0] - ends[1]) / (2 * step)
    return slopes


def nudged(function, x, step, dtype=torch.float64, slope=None, sides=(1, -1)):
    """The frame of most mistakes."""
    slopes = []
    for direction in torch.eye(x.numel(), dtype=dtype, device=x.device):
        nudge = step * direction.reshape(x.shape)
        ends = [float(function(x.to(dtype) + side * nudge)) for side in sides]
        slopes.append(slope(*ends) if slope else (ends[0] - ends[1]) / (2 * step))
    return torch.tensor(slopes, dtype=torch.float64, device=x.device).reshape(x.shape)


@mistake(
    numerical_gradient,
    "The nudge goes to one side only: with a large step the slope comes out a little off, because a curve bends on the "
    "way. Compare a step up with a step down.",
)
def to_one_side(function, x, step=1e-5):
    return nudged(function, x, step, slope=lambda up, here: (up - here) / step, sides=(1, 0))


@mistake(
    numerical_gradient,
    "All slopes come out twice as large: from x − step to x + step the distance is two steps, and that is what to "
    "divide by.",
)
def divides_by_one_step(function, x, step=1e-5):
    return nudged(function, x, step, slope=lambda up, down: (up - down) / step)


@mistake(
    numerical_gradient,
    "The sign is turned around: what the function gives below has to be taken away from what it gives above.",
)
def turned_around(function, x, step=1e-5):
    return nudged(function, x, step, slope=lambda up, down: (down - up) / (2 * step))


@mistake(
    numerical_gradient,
    "Every entry is the same: it seems that all numbers were moved at once. Move one of them, ask, put it back, and "
    "go on to the next.",
)
def all_at_once(function, x, step=1e-5):
    x = x.double()
    slope = (float(function(x + step)) - float(function(x - step))) / (2 * step)
    return torch.full(x.shape, slope, dtype=torch.float64, device=x.device)


@mistake(
    numerical_gradient,
    "Later entries go wrong, as if numbers that had their turn were still moved. Each is nudged alone: the others "
    "stand where they were.",
)
def never_put_back(function, x, step=1e-5):
    moved, slopes = x.to(torch.float64, copy=True).contiguous(), []
    for place in range(x.numel()):
        moved.view(-1)[place] += step
        up = float(function(moved.clone()))
        moved.view(-1)[place] -= 2 * step
        slopes.append((up - float(function(moved.clone()))) / (2 * step))
    return torch.tensor(slopes, dtype=torch.float64, device=x.device).reshape(x.shape)


@mistake(
    numerical_gradient,
    "In the dtype of x the nudge gets lost: float32 knows about seven digits, so next to 100 a step of 0.00001 is "
    "nearly nothing, and whole numbers cannot move by it at all. Turn x into float64 first.",
)
def in_its_own_dtype(function, x, step=1e-5):
    slopes = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for place in range(x.numel()):
        ends = []
        for sign in (1, -1):
            moved = x.clone().contiguous()
            moved.view(-1)[place] += sign * (step if x.is_floating_point() else int(step))
            ends.append(float(function(moved)))
        slopes.view(-1)[place] = (ends[0] - ends[1]) / (2 * step)
    return slopes


IN_FLOAT32 = (
    "The gradient comes out in the dtype of x, as `torch.zeros_like(x)` makes it, and where that is float32 the nudge "
    "gets lost. Turn x into float64 first; and count over all its numbers, whatever its shape."
)


@mistake(numerical_gradient, IN_FLOAT32)
def in_its_dtype_all_the_way(function, x, step=1e-5):
    slopes = torch.zeros_like(x)
    for place in range(x.numel()):
        up, down = x.clone(), x.clone()
        up.view(-1)[place] += step
        down.view(-1)[place] -= step
        slopes.view(-1)[place] = (function(up) - function(down)) / (2 * step)
    return slopes


@mistake(numerical_gradient, IN_FLOAT32)
def in_its_dtype_by_rows(function, x, step=1e-5):
    slopes = torch.zeros_like(x)
    for row in range(len(x)):
        up, down = x.clone(), x.clone()
        up[row] += step
        down[row] -= step
        slopes[row] = (function(up) - function(down)) / (2 * step)
    return slopes


@mistake(
    numerical_gradient,
    "A single slope comes back: it seems that all numbers were moved at once. Each number of x has one of its own, so "
    "move one of them, ask, put it back, and go on to the next.",
)
def one_slope_for_all(function, x, step=1e-5):
    x = x.double()
    return (function(x + step) - function(x - step)) / (2 * step)


@mistake(
    numerical_gradient,
    "Where x is float64 already, the caller's own numbers are written into: `x.double()` then hands back x itself, "
    "and an expanded x holds one number for many. Nudge a copy.",
    keeps=0.9,
)
def writes_into_x(function, x, step=1e-5):
    x = x.double()
    slopes = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for place in range(x.numel()):
        index = tuple(int(one) for one in torch.unravel_index(torch.tensor(place), x.shape))
        kept = x[index].clone()
        x[index] = kept + step
        up = float(function(x))
        x[index] = kept - step
        slopes[index] = (up - float(function(x))) / (2 * step)
        x[index] = kept
    return slopes


@mistake(
    numerical_gradient,
    "One tensor serves for all calls, and the function may write into what it gets or keep it: then the next call "
    "starts from something else. Hand over a new tensor each time, as `x + nudge` is.",
    keeps=0.85,
)
def one_tensor_for_all(function, x, step=1e-5):
    moved = x.to(torch.float64, copy=True).contiguous()
    slopes = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for place in range(x.numel()):
        kept = float(moved.view(-1)[place])
        moved.view(-1)[place] = kept + step
        up = float(function(moved))
        moved.view(-1)[place] = kept - step
        slopes.view(-1)[place] = (up - float(function(moved))) / (2 * step)
        moved.view(-1)[place] = kept
    return slopes


@mistake(
    numerical_gradient,
    "The `step` that was handed over plays no part; always the same small one is taken.",
    keeps=0.7,
)
def always_the_same_step(function, x, step=1e-5):
    return nudged(function, x, 1e-5)


@mistake(
    numerical_gradient,
    "Only the rows of x are nudged, each as a whole. The gradient has an entry for each single number, whatever the "
    "shape of x.",
)
def row_by_row(function, x, step=1e-5):
    x = x.double()
    slopes = torch.zeros_like(x)
    for row in range(len(x)):
        nudge = torch.zeros_like(x)
        nudge[row] = step
        slopes[row] = (float(function(x + nudge)) - float(function(x - nudge))) / (2 * step)
    return slopes


@mistake(
    numerical_gradient,
    "In float32 the nudge drowns: next to a number of size 1, a step of 0.00001 changes little more than the last "
    "digit, and the difference of the two results is mostly rounding. Turn x into float64 before you nudge it.",
)
def in_float32_whatever(function, x, step=1e-5):
    return nudged(function, x, step, dtype=torch.float32)


@mistake(
    numerical_gradient,
    "Where x is float64 already, both ends are the same tensor: `x.double()` hands back x itself there, so the step up "
    "and the step down meet in it, and the caller's numbers are written into. `.clone()` makes a copy.",
)
def both_ends_in_x(function, x, step=1e-5):
    slopes = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for place in torch.ones(x.shape).nonzero().tolist():
        up, down = x.double(), x.double()
        up[tuple(place)] += step
        down[tuple(place)] -= step
        slopes[tuple(place)] = (float(function(up)) - float(function(down))) / (2 * step)
    return slopes


@mistake(
    numerical_gradient,
    "One tensor is moved up, down and back for all calls. The function may write into what it gets or keep it, and "
    "then the next call starts from something else. Hand over a new tensor each time.",
    keeps=0.88,
)
def one_tensor_moved_back(function, x, step=1e-5):
    moved, slopes = x.double().clone(), []
    for place in torch.ones(x.shape).nonzero().tolist():
        moved[tuple(place)] += step
        above = float(function(moved))
        moved[tuple(place)] -= 2 * step
        slopes.append((above - float(function(moved))) / (2 * step))
        moved[tuple(place)] += step
    return torch.tensor(slopes, dtype=torch.float64, device=x.device).reshape(x.shape)


@alternative(numerical_gradient)
def by_unit_vectors(function, x, step=1e-5):
    return nudged(function, x, step)


@alternative(numerical_gradient)
def two_slopes_averaged(function, x, step=1e-5):
    up = nudged(function, x, step, slope=lambda up, here: (up - here) / step, sides=(1, 0))
    return (up + nudged(function, x, step, slope=lambda here, down: (here - down) / step, sides=(0, -1))) / 2


promised(
    numerical_gradient,
    "How `function` answers to a nudge of each number of `x`, by trying.",
    by=["a matrix", "numbers that work together"],
)
promised(
    numerical_gradient,
    "function: from a float64 tensor of the shape of `x` to a single number, a tensor of shape () or a float.",
    by=["what the function is handed", "a function that gives a Python number"],
)
promised(
    numerical_gradient,
    "Each call gets a tensor of its own, which it may keep or write into.",
    by=["a function that writes into what it gets", "what the function is handed"],
)
promised(
    numerical_gradient,
    "x: any shape and dtype; it is left alone.",
    by=["float64 is left alone", "bfloat16 and whole numbers", "a single number"],
)
promised(
    numerical_gradient,
    "step: each number is moved up and down by so much, in float64.",
    by=["a large step", "float32, far from zero"],
)
promised(
    numerical_gradient,
    "Shape and device of `x`, float64: (function above − function below) / (2 · step) for each number.",
    by=["a large step", "no numbers at all"],
)
