"""`linear_warmup`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised


def linear_warmup(step, warmup, total):
    """The library's, asked at one step."""
    import torch
    from transformers import get_linear_schedule_with_warmup

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    return float(get_linear_schedule_with_warmup(optimizer, warmup, total).lr_lambdas[0](step))


def ramp(step, warmup, total):
    return step / warmup if step < warmup else max(0.0, (total - step) / max(1, total - warmup))


@mistake(
    linear_warmup,
    "The way up comes a step too early: at step 0 the factor is not 0 but 1 / warmup. It is step / warmup.",
)
def starts_above_zero(step, warmup, total):
    return (step + 1) / warmup if step < warmup else ramp(step, warmup, total)


@mistake(
    linear_warmup,
    "After the warmup the factor does not begin at 1: what is left is counted as a share of the whole run. The way "
    "down begins at `warmup`, where it is 1: (total − step) / (total − warmup).",
)
def falls_from_the_beginning(step, warmup, total):
    return step / warmup if step < warmup else max(0.0, 1 - step / total)


@mistake(
    linear_warmup,
    "The factor stays at 1 after the warmup. It should go down to 0 at `total`.",
)
def stays_up(step, warmup, total):
    return min(1.0, step / max(1, warmup)) if warmup else 1.0


@mistake(
    linear_warmup,
    "Past `total` the factor is negative: such a step would go uphill. Let it stay at 0.",
    keeps=0.8,
)
def goes_below_zero(step, warmup, total):
    return step / warmup if step < warmup else (total - step) / max(1, total - warmup)


@mistake(
    linear_warmup,
    "Without a warmup the run begins with 0 instead of 1, as with `step / max(1, warmup)`. With warmup=0, step 0 is no "
    "step of the warmup any more.",
    keeps=0.9,
)
def zero_without_warmup(step, warmup, total):
    return 0.0 if step == warmup == 0 else ramp(step, warmup, total)


@mistake(
    linear_warmup,
    "Where the warmup takes the whole run, its last step gives 1 at `total`. From `total` on the share is 0, whatever "
    "else holds of the step.",
    keeps=0.9,
)
def one_at_the_end(step, warmup, total):
    return 1.0 if step == warmup == total else ramp(step, warmup, total)


@mistake(
    linear_warmup,
    "A warmup of 0 steps is divided by. Ask whether the step still belongs to the warmup before you divide.",
    keeps=0.9,
)
def divides_by_no_warmup(step, warmup, total):
    return min(step / warmup, max(0.0, (total - step) / max(1, total - warmup)))


@mistake(
    linear_warmup,
    "Where the warmup takes all steps, nothing is left to go down along, and 0 is divided by. At `total` and past it "
    "the factor is 0.",
    keeps=0.9,
)
def divides_by_no_rest(step, warmup, total):
    return step / warmup if step < warmup else max(0.0, (total - step) / (total - warmup))


@mistake(
    linear_warmup,
    "Past `total` the line goes on below 0, and where the warmup takes all steps, 0 is divided by. From `total` on, "
    "return 0.0 first.",
    keeps=0.8,
)
def never_stops(step, warmup, total):
    return step / warmup if step < warmup else 1 - (step - warmup) / (total - warmup)


@mistake(
    linear_warmup,
    "The step at which the warmup is over counts as one of it: without a warmup the run begins with 0, and where the "
    "warmup takes all steps, the share is not 0 at `total`. Step `warmup` belongs to the way down.",
    keeps=0.8,
)
def one_step_longer(step, warmup, total):
    if step <= warmup:
        return step / max(1, warmup)
    return 0.0 if step >= total else (total - step) / (total - warmup)


@mistake(
    linear_warmup,
    "The step at which the warmup is over counts as one of it: without a warmup the run begins with 0, and where the "
    "warmup takes all steps, 0 is divided by afterwards. Step `warmup` belongs to the way down.",
    keeps=0.8,
)
def one_step_longer_and_divides(step, warmup, total):
    return step / max(warmup, 1) if step <= warmup else max(0.0, 1 - (step - warmup) / (total - warmup))


@mistake(
    linear_warmup,
    "The way down is not straight, as with a cosine. From `warmup` to `total` it falls by the same amount at each "
    "step.",
)
def falls_along_a_cosine(step, warmup, total):
    import math

    return step / warmup if step < warmup else 0.5 * (1 + math.cos(math.pi * (1 - ramp(step, warmup, total))))


@mistake(
    linear_warmup,
    "The quotient is rounded down to a whole number, as by `//`: nothing between 0 and 1 is left.",
)
def whole_numbers(step, warmup, total):
    return float(step // warmup if step < warmup else max(0, (total - step) // max(1, total - warmup)))


@mistake(
    linear_warmup,
    "At the end of the warmup the factor does not reach 1, or passes it: there is one step too many in a quotient. It "
    "is 1 at step = warmup.",
)
def one_too_many(step, warmup, total):
    return step / (warmup + 1) if step < warmup else ramp(step, warmup, total + 1)


@alternative(linear_warmup)
def as_a_minimum(step, warmup, total):
    if step >= total:
        return 0.0
    return min(step / max(1, warmup) if step < warmup else 1.0, (total - step) / max(1, total - warmup))


@alternative(linear_warmup)
def in_cases(step, warmup, total):
    if step < warmup:
        return float(step) / warmup
    if step < total:
        return 1.0 - (step - warmup) / (total - warmup)
    return 0.0


promised(
    linear_warmup,
    "The share of the learning rate at a step: up from 0 to 1, then down to 0, both in a straight line.",
    by=["every step of a run", "a long warmup"],
)
promised(
    linear_warmup,
    "step: from 0 on.",
    by=["every step of a run"],
)
promised(
    linear_warmup,
    "warmup: at this step the share is 1, unless the run is over.",
    by=["every step of a run", "nothing but warmup"],
)
promised(
    linear_warmup,
    "It may be 0; then the run begins with 1.",
    by=["no warmup"],
)
promised(
    linear_warmup,
    "total: from this step on the share is 0.",
    by=["past the end", "nothing but warmup"],
)
promised(
    linear_warmup,
    "At least `warmup`, and at least 1.",
    by=["nothing but warmup"],
)
promised(
    linear_warmup,
    "A Python float.",
    by=["every step of a run"],
)
