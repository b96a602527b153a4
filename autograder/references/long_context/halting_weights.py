"""`halting_weights`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.long_context._halting import last_step, places


def halting_weights(probabilities, epsilon=0.01):
    """Place by place, step by step."""
    rows = []
    for p in places(probabilities):
        last, remainder = last_step(p, epsilon)
        zeros = [p.new_zeros(())] * (len(p) - 1 - last)
        rows.append(torch.stack([*p[:last], remainder, *zeros]))
    return torch.stack(rows).reshape(probabilities.shape)


def parts(p, epsilon):
    """What earlier steps have used up; which steps take place; which is the last."""
    total = p.cumsum(-1)
    before = torch.cat([torch.zeros_like(total[..., :1]), total[..., :-1]], dim=-1)
    takes_place = before < 1 - epsilon
    last = takes_place & (total >= 1 - epsilon)
    final = torch.zeros_like(last)
    final[..., -1] = takes_place[..., -1]
    return before, takes_place, last | final


@mistake(
    halting_weights,
    "The last step counts its own probability, so the weights do not sum to 1. It counts the remainder, what the "
    "steps before it have left.",
)
def forgets_the_remainder(probabilities, epsilon=0.01):
    _, takes_place, _ = parts(probabilities, epsilon)
    return probabilities * takes_place


@mistake(
    halting_weights,
    "The remainder is what the last step leaves, and it is given to the last step instead of its share, or goes to "
    "the step after. It is 1 minus the probabilities before the last step.",
)
def remainder_after(probabilities, epsilon=0.01):
    before, takes_place, last = parts(probabilities, epsilon)
    return torch.where(last, 1 - before - probabilities, probabilities) * takes_place


@mistake(
    halting_weights,
    "The last step counts its probability and the remainder as well, so that the weights sum to more than 1. The "
    "remainder takes the place of the probability.",
)
def both(probabilities, epsilon=0.01):
    before, takes_place, last = parts(probabilities, epsilon)
    return (probabilities + last * (1 - before)) * takes_place


@mistake(
    halting_weights,
    "It halts a step too early: the step with which the sum is reached does not take place any more, and the one "
    "before it gets what is left.",
)
def too_early(probabilities, epsilon=0.01):
    before, _, _ = parts(probabilities, epsilon)
    stays = probabilities.cumsum(-1) < 1 - epsilon
    stays[..., 0] = True
    count = stays.sum(-1, keepdim=True)
    last = torch.arange(probabilities.shape[-1], device=probabilities.device) == count - 1
    return torch.where(last, 1 - before, probabilities) * stays


@mistake(
    halting_weights,
    "It halts a step too late: a step still takes place when the sum has been reached already.",
)
def too_late(probabilities, epsilon=0.01):
    total = probabilities.cumsum(-1)
    before = total - probabilities
    earlier = torch.cat([torch.zeros_like(before[..., :1]), before[..., :-1]], dim=-1)
    takes_place = earlier < 1 - epsilon
    last = takes_place & (before >= 1 - epsilon)
    last[..., -1] |= takes_place[..., -1]
    return torch.where(last, 1 - before, probabilities) * takes_place


@mistake(
    halting_weights,
    "Where the sum is never reached, the weights sum to less than 1. Then the last of all steps takes what is left.",
)
def nobody_takes_the_rest(probabilities, epsilon=0.01):
    before, takes_place, _ = parts(probabilities, epsilon)
    last = takes_place & (probabilities.cumsum(-1) >= 1 - epsilon)
    return torch.where(last, 1 - before, probabilities) * takes_place


@mistake(
    halting_weights,
    "All the weights of a place are divided by their sum. They sum to 1 then, but a step's weight should be its "
    "probability, and only the last one takes what is left.",
)
def normalised(probabilities, epsilon=0.01):
    _, takes_place, _ = parts(probabilities, epsilon)
    kept = probabilities * takes_place
    return kept / kept.sum(-1, keepdim=True)


@mistake(
    halting_weights,
    "The probabilities are taken as chances of halting at this step if one has not halted before, p · (1 − p) · … In "
    "ACT they are added up as they are.",
)
def as_chances(probabilities, epsilon=0.01):
    survive = torch.cat([torch.ones_like(probabilities[..., :1]), (1 - probabilities).cumprod(-1)[..., :-1]], dim=-1)
    weights = probabilities * survive
    return torch.cat([weights[..., :-1], survive[..., -1:]], dim=-1)


@mistake(
    halting_weights,
    "Once the sum is reached, steps still count: nothing sets their weights to 0.",
)
def goes_on(probabilities, epsilon=0.01):
    before, _, last = parts(probabilities, epsilon)
    return torch.where(last, 1 - before, probabilities)


@mistake(
    halting_weights,
    "epsilon plays no part: a step is the last only when the sum is 1 itself.",
)
def no_epsilon(probabilities, epsilon=0.01):
    return halting_weights(probabilities, 0.0)


@mistake(halting_weights, "epsilon is always 0.01, whatever the caller says.", keeps=0.8)
def epsilon_of_its_own(probabilities, epsilon=0.01):
    return halting_weights(probabilities, 0.01)


@mistake(
    halting_weights,
    "A step whose sum is exactly 1 − epsilon is not taken for the last. It is: as soon as the sum is that much or "
    "more.",
    keeps=0.8,
)
def only_above(probabilities, epsilon=0.01):
    total = probabilities.cumsum(-1)
    before = total - probabilities
    takes_place = before <= 1 - epsilon
    last = takes_place & (total > 1 - epsilon)
    last[..., -1] |= takes_place[..., -1]
    return torch.where(last, 1 - before, probabilities) * takes_place


@mistake(
    halting_weights,
    "All places halt where the first of them does, or where all have: each place has an end of its own.",
)
def together(probabilities, epsilon=0.01):
    rows = probabilities.reshape(-1, probabilities.shape[-1])
    last = max(last_step(p, epsilon)[0] for p in rows)
    remainder = 1 - rows[:, :last].sum(-1, keepdim=True)
    return torch.cat([rows[:, :last], remainder, torch.zeros_like(rows[:, last + 1 :])], -1).reshape(
        probabilities.shape
    )


@mistake(
    halting_weights,
    "It sums along the first dimension, over places. Steps lie along the last one.",
)
def along_the_places(probabilities, epsilon=0.01):
    return halting_weights(probabilities.movedim(0, -1), epsilon).movedim(-1, 0)


@mistake(
    halting_weights,
    "No gradient flows through the remainder, as when it is detached, or written in as a plain number. It depends on "
    "all probabilities before it.",
    keeps=0.7,
)
def no_gradient(probabilities, epsilon=0.01):
    before, takes_place, last = parts(probabilities, epsilon)
    return torch.where(last, 1 - before.detach(), probabilities) * takes_place


@mistake(
    halting_weights,
    "Steps after the last one count, by what is below zero or above: nothing sets their weights to 0.",
)
def remainders_go_on(probabilities, epsilon=0.01):
    total = probabilities.cumsum(-1)
    last = total >= 1 - epsilon
    last[..., -1] = True
    return torch.where(last, 1 - (total - probabilities), probabilities)


@mistake(
    halting_weights,
    "A step whose sum is exactly 1 − epsilon counts its probability, and no step counts the remainder. It is the "
    "last: as soon as the sum is that much or more.",
    keeps=0.5,
)
def no_remainder_at_a_tie(probabilities, epsilon=0.01):
    total = probabilities.cumsum(-1)
    before = total - probabilities
    last = total > 1 - epsilon
    last[..., -1] = True
    return torch.where(last, 1 - before, probabilities) * (before < 1 - epsilon)


@mistake(
    halting_weights,
    "An epsilon of 0 is taken for none given, and 0.01 is used. 0 is a value like any other, but false to `or`.",
    keeps=0.95,
)
def epsilon_or_the_usual(probabilities, epsilon=0.01):
    return halting_weights(probabilities, epsilon or 0.01)


@alternative(halting_weights)
def in_a_loop(probabilities, epsilon=0.01):
    used = torch.zeros_like(probabilities[..., 0])
    running = torch.ones_like(used, dtype=torch.bool)
    weights = []
    for step, p in enumerate(probabilities.unbind(-1)):
        ends = (used + p >= 1 - epsilon) | (step == probabilities.shape[-1] - 1)
        weight = torch.where(ends, 1 - used, p) * running
        weights.append(weight)
        used, running = used + weight, running & ~ends
    return torch.stack(weights, dim=-1)


@alternative(halting_weights)
def by_clamping(probabilities, epsilon=0.01):
    total = probabilities.cumsum(-1)
    total = torch.where(total >= 1 - epsilon, torch.ones_like(total), total)
    total = torch.cat([total[..., :-1], torch.ones_like(total[..., :1])], dim=-1)
    return total.diff(dim=-1, prepend=torch.zeros_like(total[..., :1]))


for sentence, by in {
    "How much each step counts, from the probability of halting after it.": ["halts in the middle"],
    "A step counts its probability, until the sum of them is 1 − epsilon or more.": [
        "halts in the middle",
        "exactly 1 − epsilon",
    ],
    "That step is the last and counts what is left of 1, the remainder.": ["halts in the middle", "halts at once"],
    "If the sum stays below, the last of all steps does so.": ["halts never"],
    "Later steps count 0.": ["halts in the middle", "halts at once"],
    "probabilities: shape (..., steps), floating point, from 0 to 1; one step or more.": [
        "two dimensions of places",
        "a single step",
        "probabilities of 0 and 1",
    ],
    "epsilon: 0 or more, below 1.": ["another epsilon", "no epsilon"],
    "Shape and dtype of `probabilities`.": ["float64", "two dimensions of places"],
    "The gradient flows through the remainder, too.": ["gradients", "gradients, with probabilities of 0 and 1"],
}.items():
    promised(halting_weights, sentence, by=by)
