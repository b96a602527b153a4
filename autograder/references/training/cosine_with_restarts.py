"""`cosine_with_restarts`: what is right, and what goes wrong."""

import math

from autograder.references import alternative, mistake, promised


def cosine_with_restarts(step, warmup, total, cycles):
    """The library's, asked at one step; at the end of a run that is all warmup it gives 1, and the end is the end."""
    import torch
    from transformers import get_cosine_with_hard_restarts_schedule_with_warmup as library

    if step >= total:
        return 0.0
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    return float(library(optimizer, warmup, total, num_cycles=cycles).lr_lambdas[0](step))


def wave(step, warmup, total, place):
    """Up in a line, then half a cosine over what `place` makes of the progress."""
    if step < warmup:
        return step / warmup
    progress = (step - warmup) / max(1, total - warmup)
    return 0.0 if step >= total else 0.5 * (1 + math.cos(math.pi * place(progress)))


@mistake(
    cosine_with_restarts,
    "The factor rises again as slowly as it fell: the wave goes on instead of starting anew. At a restart it is back "
    "at 1 at once; take the remainder of cycles · progress.",
)
def swings_back(step, warmup, total, cycles):
    return wave(step, warmup, total, lambda progress: 2 * cycles * progress)


@mistake(
    cosine_with_restarts,
    "The factor rises again as slowly as it fell: the wave goes on instead of starting anew. At a restart it is back "
    "at 1 at once; take the remainder of cycles · progress.",
)
def swings_back_half(step, warmup, total, cycles):
    return wave(step, warmup, total, lambda progress: cycles * progress)


@mistake(
    cosine_with_restarts,
    "Without a warmup the run begins with 0 instead of 1, as with `step / max(1, warmup)`. With warmup=0, step 0 is "
    "the first of a cycle.",
    keeps=0.6,
)
def zero_without_warmup(step, warmup, total, cycles):
    if step == warmup == 0 < total:
        return 0.0
    return wave(step, warmup, total, lambda progress: cycles * progress % 1)


@mistake(
    cosine_with_restarts,
    "There is one cycle, whatever `cycles` says.",
)
def one_cycle(step, warmup, total, cycles):
    return wave(step, warmup, total, lambda progress: progress)


@mistake(
    cosine_with_restarts,
    "At the end and past it the factor is back at 1, or starts new cycles: the remainder of a whole number is 0. From "
    "`total` on it should be 0.",
    keeps=0.75,
)
def restarts_at_the_end(step, warmup, total, cycles):
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (cycles * (step - warmup) / max(1, total - warmup) % 1)))


@mistake(
    cosine_with_restarts,
    "Where the warmup takes all steps, nothing is left to go down along, and 0 is divided by. From `total` on the "
    "factor is 0.",
    keeps=0.85,
)
def divides_by_no_rest(step, warmup, total, cycles):
    if step < warmup:
        return step / warmup
    progress = (step - warmup) / (total - warmup)
    return 0.0 if progress >= 1 else 0.5 * (1 + math.cos(math.pi * (cycles * progress % 1)))


@mistake(
    cosine_with_restarts,
    "Past `total` new cycles begin, and where the warmup takes all steps, 0 is divided by. From `total` on, and not at "
    "`total` alone, the factor is 0; ask that before you divide.",
    keeps=0.75,
)
def begins_anew(step, warmup, total, cycles):
    if step == total and total > warmup:
        return 0.0
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (cycles * (step - warmup) / (total - warmup) % 1)))


@mistake(
    cosine_with_restarts,
    "Past `total` new cycles begin. From `total` on, and not at `total` alone, the factor is 0.",
    keeps=0.75,
)
def zero_at_the_end_alone(step, warmup, total, cycles):
    if step == total:
        return 0.0
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (cycles * (step - warmup) / max(1, total - warmup) % 1)))


@mistake(
    cosine_with_restarts,
    "A warmup of 0 steps is divided by. Ask first whether the step still belongs to the warmup.",
)
def divides_by_no_warmup(step, warmup, total, cycles):
    return min(step / warmup, 1.0) * wave(max(step, warmup), warmup, total, lambda progress: cycles * progress % 1)


@mistake(
    cosine_with_restarts,
    "The cycles are counted from the beginning of the run, and not from the end of the warmup.",
)
def counts_from_the_beginning(step, warmup, total, cycles):
    if step < warmup:
        return step / warmup
    return 0.0 if step >= total else 0.5 * (1 + math.cos(math.pi * (cycles * step / total % 1)))


@mistake(
    cosine_with_restarts,
    "Within a cycle the factor falls in a straight line. It should follow 0.5 · (1 + cos(π · place)).",
)
def straight_lines(step, warmup, total, cycles):
    if step < warmup:
        return step / warmup
    progress = (step - warmup) / max(1, total - warmup)
    return 0.0 if progress >= 1 else 1 - cycles * progress % 1


@mistake(
    cosine_with_restarts,
    "The angle is in degrees, or π is missing: at the end of a cycle the factor is not near 0.",
)
def without_pi(step, warmup, total, cycles):
    return wave(step, warmup, total, lambda progress: (cycles * progress % 1) / math.pi)


@mistake(
    cosine_with_restarts,
    "A cycle has a whole number of steps here, as with `//`, so that the last one is cut off or there is one too many. "
    "Its length is (total − warmup) / cycles, which may be a fraction.",
)
def whole_steps(step, warmup, total, cycles):
    if step < warmup:
        return step / warmup
    if step >= total:
        return 0.0
    length = max(1, (total - warmup) // cycles)
    return 0.5 * (1 + math.cos(math.pi * ((step - warmup) % length) / length))


@mistake(
    cosine_with_restarts,
    "At some restarts there is 0 instead of 1: the remainder is taken of a length that is not exact, and 11 % 1.1 is "
    "almost 1.1. Count in whole steps, (step − warmup) · cycles % (total − warmup).",
    keeps=0.95,
)
def remainder_of_a_length(step, warmup, total, cycles):
    length = (total - warmup) / cycles
    return wave(step, warmup, total, lambda progress: (step - warmup) % length / length)


@mistake(
    cosine_with_restarts,
    "The wave lies half below 0: a cosine runs from 1 to −1. Lift it, and halve it then: 0.5 · (1 + cos).",
)
def not_lifted(step, warmup, total, cycles):
    factor = cosine_with_restarts(step, warmup, total, cycles)
    return factor if step < warmup or step >= total else factor - 0.5


@alternative(cosine_with_restarts)
def with_the_remainder(step, warmup, total, cycles):
    return wave(step, warmup, total, lambda progress: cycles * progress % 1)


@alternative(cosine_with_restarts)
def with_a_floor(step, warmup, total, cycles):
    if step < warmup:
        return step / warmup
    if step >= total:
        return 0.0
    place = cycles * ((step - warmup) / (total - warmup))
    return math.cos(math.pi / 2 * (place - math.floor(place))) ** 2


promised(
    cosine_with_restarts,
    "The share of the learning rate at a step: up from 0 to 1, then `cycles` times from 1 to 0 along a cosine.",
    by=["one cycle", "several cycles"],
)
promised(
    cosine_with_restarts,
    "step: from 0 on.",
    by=["several cycles"],
)
promised(
    cosine_with_restarts,
    "warmup: so many steps it goes up; it may be 0.",
    by=["several cycles", "no warmup"],
)
promised(
    cosine_with_restarts,
    "total: the cycles share the steps from `warmup` to here evenly, whether these are whole numbers of steps or not.",
    by=["cycles that are no whole steps"],
)
promised(
    cosine_with_restarts,
    "From this step on the share is 0.",
    by=["past the end"],
)
promised(
    cosine_with_restarts,
    "At least `warmup`.",
    by=["nothing but warmup"],
)
promised(
    cosine_with_restarts,
    "cycles: from 1 to 20.",
    by=["one cycle"],
)
promised(
    cosine_with_restarts,
    "A Python float; at the place p of a cycle, from 0 to 1, it is (1 + cos(π p)) / 2.",
    by=["one cycle"],
)
