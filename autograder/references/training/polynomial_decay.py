"""`polynomial_decay`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised


def polynomial_decay(step, warmup, total, power=1.0, end=0.0):
    """The library's, asked at one step; where the warmup takes all steps it divides by 0, and the end is the end."""
    import torch
    from transformers import get_polynomial_decay_schedule_with_warmup as library

    if step >= total:
        return float(end)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    return float(library(optimizer, warmup, total, lr_end=end, power=power).lr_lambdas[0](step))


def curve(step, warmup, total, fall, end):
    """Up in a line, then what `fall` makes of the share of steps that is left."""
    if step < warmup:
        return step / warmup
    return end if step >= total else fall((total - step) / (total - warmup))


@mistake(
    polynomial_decay,
    "The power is not used: the factor falls in a straight line.",
)
def straight(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: (1 - end) * left + end, end)


@mistake(
    polynomial_decay,
    "The power is taken of what is done, and not of what is left: the curve bends to the wrong side.",
)
def power_of_what_is_done(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: (1 - end) * (1 - (1 - left) ** power) + end, end)


@mistake(
    polynomial_decay,
    "Where the end is not 0, the factor does not begin at 1, but at 1 + end: what falls is the difference: (1 − end) · "
    "left ** power + end.",
)
def begins_too_high(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: left**power + end, end)


@mistake(
    polynomial_decay,
    "The factor runs towards 0 and stops at the end, as with `max`. It should come down to the end along the whole "
    "way: (1 − end) · left ** power + end.",
)
def stops_at_the_end(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: max(end, left**power), end)


@mistake(
    polynomial_decay,
    "The end is not used: the factor goes down to 0.",
)
def ends_at_zero(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: left**power, 0.0)


@mistake(
    polynomial_decay,
    "Past `total` the share of steps that is left is negative, and the curve goes on: with a square it rises again, "
    "and a root of it is a complex number. From `total` on the factor is `end`.",
    keeps=0.75,
)
def goes_on(step, warmup, total, power=1.0, end=0.0):
    if step < warmup:
        return step / warmup
    left = (total - step) / max(1, total - warmup)
    return (1 - end) * left**power + end


@mistake(
    polynomial_decay,
    "Past `total` the curve goes on: with a square it rises again, and a root of what is left, which is negative, is a "
    "complex number. And where the warmup takes all steps, 0 is divided by. From `total` on, return `end` first.",
    keeps=0.75,
)
def never_stops(step, warmup, total, power=1.0, end=0.0):
    if step < warmup:
        return step / warmup
    return end + (1 - end) * ((total - step) / (total - warmup)) ** power


@mistake(
    polynomial_decay,
    "From `total` on the factor is 0. It should stay at `end`.",
    keeps=0.8,
)
def zero_afterwards(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: (1 - end) * left**power + end, 0.0)


@mistake(
    polynomial_decay,
    "Where the warmup takes all steps, nothing is left to go down along, and 0 is divided by. From `total` on the "
    "factor is `end`.",
    keeps=0.9,
)
def divides_by_no_rest(step, warmup, total, power=1.0, end=0.0):
    if step < warmup:
        return step / warmup
    left = max(0.0, (total - step) / (total - warmup))
    return (1 - end) * left**power + end


@mistake(
    polynomial_decay,
    "There is no warmup here: the factor begins at 1 and falls from the first step on.",
)
def without_warmup(step, warmup, total, power=1.0, end=0.0):
    return curve(step, 0, total, lambda left: (1 - end) * left**power + end, end)


@mistake(
    polynomial_decay,
    "After the warmup the factor does not begin at 1: the way down is counted from the beginning of the run. It begins "
    "at `warmup`, with 1.",
)
def counts_from_the_beginning(step, warmup, total, power=1.0, end=0.0):
    if step < warmup:
        return step / warmup
    return end if step >= total else (1 - end) * (1 - step / total) ** power + end


@mistake(
    polynomial_decay,
    "The left share is multiplied by the power, not raised to it.",
)
def multiplies(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: (1 - end) * left * power + end, end)


@mistake(
    polynomial_decay,
    "The power is applied to the warmup, too. On the way up the factor is step / warmup.",
)
def bends_the_warmup(step, warmup, total, power=1.0, end=0.0):
    if step < warmup:
        return (step / warmup) ** power
    return curve(step, warmup, total, lambda left: (1 - end) * left**power + end, end)


@mistake(
    polynomial_decay,
    "The power is taken of the whole difference, ((1 − end) · left) ** power, so that with an end above 0 the factor "
    "does not begin at 1. Only what is left is raised to the power.",
)
def power_of_the_difference(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: ((1 - end) * left) ** power + end, end)


@mistake(
    polynomial_decay,
    "The factor is never below the end, not even while it warms up. The warmup begins at 0, whatever the end is.",
    keeps=0.8,
)
def never_below_the_end(step, warmup, total, power=1.0, end=0.0):
    return max(end, curve(step, warmup, total, lambda left: (1 - end) * left**power + end, end))


@mistake(
    polynomial_decay,
    "`end` plays no part on the way down: the factor runs towards 0, and jumps up at the last step. What falls is 1 − "
    "end, and end is added to it.",
)
def jumps_at_the_end(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: left**power, end)


@alternative(polynomial_decay)
def with_a_share(step, warmup, total, power=1.0, end=0.0):
    return curve(step, warmup, total, lambda left: (1 - end) * left**power + end, end)


@alternative(polynomial_decay)
def as_a_mixture(step, warmup, total, power=1.0, end=0.0):
    if step < warmup:
        return step / max(1, warmup)
    left = max(0, total - step) / max(1, total - warmup)
    height = left**power
    return height * 1.0 + (1 - height) * end


promised(
    polynomial_decay,
    "The share of the learning rate at a step: up from 0 to 1 in a line, then down to `end` along a power.",
    by=["a straight line to 0", "down to a tenth or more"],
)
promised(
    polynomial_decay,
    "step: from 0 on.",
    by=["a square"],
)
promised(
    polynomial_decay,
    "warmup: so many steps it goes up; it may be 0.",
    by=["a square", "no warmup"],
)
promised(
    polynomial_decay,
    "total: from this step on the share is `end`.",
    by=["past the end", "nothing but warmup"],
)
promised(
    polynomial_decay,
    "At least `warmup`.",
    by=["nothing but warmup"],
)
promised(
    polynomial_decay,
    "power: above 0.",
    by=["a square", "a root"],
)
promised(
    polynomial_decay,
    "With what is left of the steps after the warmup, as a share from 1 to 0, the difference to `end` falls "
    "like left ** power.",
    by=["a square", "a root"],
)
promised(
    polynomial_decay,
    "end: from 0 to 1.",
    by=["down to a tenth or more", "past an end of 0"],
)
promised(
    polynomial_decay,
    "A Python float.",
    by=["a straight line to 0"],
)
