"""`noam_schedule`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised


def noam_schedule(step, d_model, warmup):
    """In two pieces, with roots."""
    step = 1 if step == 0 else step
    highest = 1 / (d_model * warmup) ** 0.5
    return highest * step / warmup if step < warmup else highest * (warmup / step) ** 0.5


@mistake(
    noam_schedule,
    "Step 0 raises, since 0 has no negative power. `LambdaLR` asks for it first: take it for step 1.",
    keeps=0.8,
)
def divides_by_zero(step, d_model, warmup):
    return d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)


@mistake(noam_schedule, "At step 0 the rate is 0, so that the first step is lost. Step 0 counts as step 1.", keeps=0.8)
def zero_at_zero(step, d_model, warmup):
    return 0.0 if step == 0 else noam_schedule(step, d_model, warmup)


@mistake(noam_schedule, "All steps are counted one too far: only 0 counts as 1; step 1 is step 1.", keeps=0.6)
def one_ahead(step, d_model, warmup):
    return noam_schedule(step + 1, d_model, warmup)


@mistake(
    noam_schedule,
    "The larger of the two is taken, so that the rate begins high and grows for ever. It should be the smaller one.",
)
def the_larger(step, d_model, warmup):
    step = max(step, 1)
    return d_model**-0.5 * max(step**-0.5, step * warmup**-1.5)


@mistake(noam_schedule, "The width plays no part: the factor d_model^−0.5 is missing.")
def no_width(step, d_model, warmup):
    return noam_schedule(step, 1, warmup)


@mistake(noam_schedule, "The rate grows with the width. The exponent of d_model is −0.5, not 0.5.")
def grows_with_the_width(step, d_model, warmup):
    return d_model * noam_schedule(step, d_model, warmup)


@mistake(noam_schedule, "The rate is divided by d_model, where it should be divided by its root.")
def by_the_width(step, d_model, warmup):
    return noam_schedule(step, d_model**2, warmup)


@mistake(
    noam_schedule,
    "The way up is too steep, so that the two ways do not meet at `warmup`: the exponent of warmup is −1.5.",
)
def too_steep(step, d_model, warmup):
    step = max(step, 1)
    return d_model**-0.5 * min(step**-0.5, step * warmup**-0.5)


@mistake(
    noam_schedule,
    "The way up ends at 1 instead of 1 / √warmup, as with step / warmup: the two ways do not meet there.",
)
def up_to_one(step, d_model, warmup):
    step = max(step, 1)
    return d_model**-0.5 * min(step**-0.5, step / warmup)


@mistake(noam_schedule, "After the warmup the rate falls like 1 / step. It should fall like 1 / √step.")
def falls_too_fast(step, d_model, warmup):
    step = max(step, 1)
    return noam_schedule(step, d_model, warmup) if step <= warmup else (d_model * warmup) ** -0.5 * warmup / step


@mistake(noam_schedule, "After the warmup the rate stays where it is. It should fall like 1 / √step.")
def stays_up(step, d_model, warmup):
    return noam_schedule(min(step, warmup), d_model, warmup)


@mistake(noam_schedule, "There is no warmup: the rate falls from the first step on.")
def no_warmup(step, d_model, warmup):
    return (d_model * max(step, 1)) ** -0.5


@mistake(noam_schedule, "The exponents have lost their sign: step^0.5 for step^−0.5.")
def grows_for_ever(step, d_model, warmup):
    step = max(step, 1)
    return d_model**-0.5 * min(step**0.5, step * warmup**-1.5)


@mistake(
    noam_schedule,
    "The rates are rounded: small ones, as of a wide model with a long warmup, lose their digits or become 0. They "
    "should come back as they are.",
    keeps=0.8,
)
def rounded(step, d_model, warmup):
    return round(noam_schedule(step, d_model, warmup), 6)


@mistake(
    noam_schedule,
    "The rate is right where d_model is a square, and too high elsewhere, as with math.isqrt, which cuts the root to a "
    "whole number. The factor is d_model^−0.5.",
)
def cut_root(step, d_model, warmup):
    return noam_schedule(step, int(d_model**0.5) ** 2, warmup)


@alternative(noam_schedule)
def as_a_minimum(step, d_model, warmup):
    step = step or 1
    return float(min(1 / step**0.5, step / warmup**1.5) / d_model**0.5)


@alternative(noam_schedule)
def in_cases(step, d_model, warmup):
    import math

    step = max(1, step)
    if step < warmup:
        return step / (warmup * math.sqrt(warmup * d_model))
    return 1 / math.sqrt(step * d_model)


for sentence, by in {
    "The learning rate of the paper: up in a straight line, then down like 1 / √step.": [
        "every step of a run",
        "a long run",
    ],
    "step: from 1 on. 0 counts as 1, since `LambdaLR` asks for it first.": ["every step of a run", "step 0"],
    "d_model: the wider the model, the smaller the rate.": ["every step of a run", "a narrow model"],
    "warmup: the step at which the rate is highest, 1 or more.": ["every step of a run", "a warmup of one step"],
    "A Python float, d_model^−0.5 · min(step^−0.5, step · warmup^−1.5).": [
        "every step of a run",
        "a wide model with a long warmup, in billionths",
    ],
}.items():
    promised(noam_schedule, sentence, by=by)
