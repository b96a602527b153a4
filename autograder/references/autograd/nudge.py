"""`nudge`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def nudge(loss, numbers, index, by=1e-3):
    up, down = numbers.tolist(), numbers.tolist()
    up[index] += by
    down[index] -= by
    ends = [loss(torch.tensor(x, dtype=numbers.dtype, device=numbers.device)).item() for x in (up, down)]
    return (ends[0] - ends[1]) / (2 * by)


def moved(numbers, index, by):
    numbers = numbers.clone()
    numbers[index] += by
    return numbers


@mistake(
    nudge,
    "The result lies a little off, by more where the loss bends more: as when the loss here is compared with the loss "
    "after one nudge. Nudge to both sides, and the bend cancels.",
    keeps=0.75,
)
def one_way(loss, numbers, index, by=1e-3):
    return ((loss(moved(numbers, index, by)) - loss(numbers)) / by).item()


@mistake(
    nudge,
    "The result lies a little off to the other side, by more where the loss bends more: as when one nudge goes down "
    "and none goes up. Nudge to both sides, and the bend cancels.",
    keeps=0.75,
)
def only_down(loss, numbers, index, by=1e-3):
    return ((loss(numbers) - loss(moved(numbers, index, -by))) / by).item()


@mistake(
    nudge,
    "It is twice what it should be. From one side to the other is a way of 2 · by, and the change belongs to the "
    "whole way.",
)
def over_half_the_way(loss, numbers, index, by=1e-3):
    return ((loss(moved(numbers, index, by)) - loss(moved(numbers, index, -by))) / by).item()


@mistake(
    nudge,
    "It is the change of the loss, not yet the factor: it still has to be divided by how far the number moved, 2 · by.",
)
def not_divided(loss, numbers, index, by=1e-3):
    return (loss(moved(numbers, index, by)) - loss(moved(numbers, index, -by))).item()


@mistake(nudge, "Divided by 2 alone. The nudge itself, `by`, belongs below the line as well: 2 · by.")
def divided_by_two(loss, numbers, index, by=1e-3):
    return (loss(moved(numbers, index, by)) - loss(moved(numbers, index, -by))).item() / 2


@mistake(
    nudge,
    "All numbers moved at once, or so it looks: what comes out is the sum of all answers. Move `numbers[index]` alone.",
)
def all_at_once(loss, numbers, index, by=1e-3):
    return ((loss(numbers + by) - loss(numbers - by)) / (2 * by)).item()


@mistake(
    nudge,
    "This is the answer to another number than the one that was asked for, perhaps always the first. `index` says "
    "which one moves.",
)
def always_the_first(loss, numbers, index, by=1e-3):
    return nudge(loss, numbers, 0, by)


@mistake(
    nudge,
    "The answer is right, and the caller's own numbers have moved: something was written into them, and stayed. Nudge "
    "a copy, `numbers.clone()`.",
    keeps=0.8,
)
def leaves_them_moved(loss, numbers, index, by=1e-3):
    numbers[index] += by
    up = loss(numbers).item()
    numbers[index] -= 2 * by
    return (up - loss(numbers).item()) / (2 * by)


@mistake(
    nudge,
    "The answer is right, but some of the caller's numbers are off in their last digit: to add a step and to take it "
    "away again does not always lead back, since both are rounded. Nudge a copy, or put the old number back.",
    keeps=0.95,
)
def undone_by_arithmetic(loss, numbers, index, by=1e-3):
    numbers[index] += by
    up = loss(numbers).item()
    numbers[index] -= 2 * by
    down = loss(numbers).item()
    numbers[index] += by
    return (up - down) / (2 * by)


@mistake(
    nudge,
    "It is half of what it should be where the loss is straight, or so: as when the way down starts from above, and "
    "ends where it all began. Take a fresh copy of the numbers for each side.",
    keeps=0.75,
)
def back_to_the_start(loss, numbers, index, by=1e-3):
    x = numbers.clone()
    x[index] += by
    up = loss(x)
    x[index] -= by
    return ((up - loss(x)) / (2 * by)).item()


@mistake(
    nudge,
    "`by` plays no part: a fixed step stands in its place, or so it looks where a wide one was asked for.",
    keeps=0.8,
)
def fixed_step(loss, numbers, index, by=1e-3):
    return nudge(loss, numbers, index, 1e-3)


@mistake(
    nudge,
    "What comes back is a tensor; a Python number was asked for: `.item()`.",
    keeps=0.9,
)
def a_tensor(loss, numbers, index, by=1e-3):
    return (loss(moved(numbers, index, by)) - loss(moved(numbers, index, -by))) / (2 * by)


@alternative(nudge)
def with_a_vector(loss, numbers, index, by=1e-3):
    step = torch.zeros_like(numbers)
    step[index] = by
    return float(loss(numbers + step) - loss(numbers - step)) / (2 * by)


@alternative(nudge)
def in_place_and_back(loss, numbers, index, by=1e-3):
    before = numbers[index].item()
    ends = []
    for sign in (1, -1):
        numbers[index] = before + sign * by
        ends.append(loss(numbers).item())
    numbers[index] = before
    return (ends[0] - ends[1]) / (2 * by)


promised(
    nudge,
    "How the loss answers to one number: its change for each unit that this number moves.",
    by=["each of four numbers", "numbers that meet in products", "the docstring's example"],
)
promised(
    nudge,
    "The number is nudged to both sides, while the others stay as they are: (loss above − loss below) / (2 · by).",
    by=["a curved loss and a wide nudge", "numbers that meet in products"],
)
promised(nudge, "loss: from the numbers to a single number, shape ().", by=["each of four numbers"])
promised(nudge, "It may use weights that need gradients.", by=["a loss that uses weights that learn"])
promised(nudge, "numbers: float64, shape (n,).", by=["the only number there is", "each of four numbers"])
promised(
    nudge,
    "They are left as they were.",
    by=["the numbers, afterwards", "a column of a table", "each of them to its last digit"],
)
promised(nudge, "index: which of them moves, from 0 to n − 1.", by=["each of four numbers"])
promised(nudge, "by: how far it moves to each side.", by=["a step of its own", "a curved loss and a wide nudge"])
promised(nudge, "A Python number.", by=["a loss that uses weights that learn"])
