"""`ponder_cost`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.long_context._halting import last_step, places
from autograder.references.long_context.halting_weights import halting_weights


def ponder_cost(probabilities, epsilon=0.01):
    """Place by place, step by step."""
    costs = []
    for p in places(probabilities):
        last, remainder = last_step(p, epsilon)
        costs.append(last + 1 + remainder)
    return torch.stack(costs).reshape(probabilities.shape[:-1])


def steps_and_used(p, epsilon):
    """How many steps take place, and what has been used up before the last of them."""
    total = p.cumsum(-1)
    before = torch.cat([torch.zeros_like(total[..., :1]), total[..., :-1]], dim=-1)
    steps = (before < 1 - epsilon).sum(-1, keepdim=True).clamp(min=1)
    return steps.squeeze(-1), before.gather(-1, steps - 1).squeeze(-1)


@mistake(ponder_cost, "The remainder is missing: only the steps are counted, and a count has no gradient.")
def steps_alone(probabilities, epsilon=0.01):
    steps, used = steps_and_used(probabilities, epsilon)
    return steps.to(probabilities.dtype) + 0 * used


@mistake(ponder_cost, "Only the remainder comes back. It is added to the number of steps.")
def remainder_alone(probabilities, epsilon=0.01):
    _, used = steps_and_used(probabilities, epsilon)
    return 1 - used


@mistake(
    ponder_cost,
    "The remainder has no gradient, as after `detach` or `item`. The number of steps has none anyway, so nothing "
    "could be learned from this cost.",
)
def detached(probabilities, epsilon=0.01):
    steps, used = steps_and_used(probabilities, epsilon)
    return steps + 1 - used.detach() + 0 * probabilities.sum(-1)


@mistake(ponder_cost, "One step too few is counted. The step at which the sum is reached takes place, too.")
def one_step_less(probabilities, epsilon=0.01):
    steps, used = steps_and_used(probabilities, epsilon)
    return steps - used


@mistake(ponder_cost, "One step too many is counted.")
def one_step_more(probabilities, epsilon=0.01):
    steps, used = steps_and_used(probabilities, epsilon)
    return steps + 2 - used


@mistake(
    ponder_cost,
    "The probabilities before the last step are added. The remainder is what they leave: 1 minus them.",
)
def adds_what_is_used(probabilities, epsilon=0.01):
    steps, used = steps_and_used(probabilities, epsilon)
    return steps + used


@mistake(
    ponder_cost,
    "The remainder is subtracted from the number of steps. It is added.",
)
def subtracts(probabilities, epsilon=0.01):
    steps, used = steps_and_used(probabilities, epsilon)
    return steps - (1 - used)


@mistake(
    ponder_cost,
    "The remainder is taken after the last step, with its probability used up as well, so that it is often negative. "
    "It is 1 minus the probabilities before the last step.",
)
def after_the_last(probabilities, epsilon=0.01):
    steps, _ = steps_and_used(probabilities, epsilon)
    return steps + 1 - probabilities.cumsum(-1).gather(-1, (steps - 1).unsqueeze(-1)).squeeze(-1)


@mistake(
    ponder_cost,
    "Instead of the remainder the probability of the last step is added. The remainder is what the steps before it "
    "leave.",
)
def adds_its_probability(probabilities, epsilon=0.01):
    steps, _ = steps_and_used(probabilities, epsilon)
    return steps + probabilities.gather(-1, (steps - 1).unsqueeze(-1)).squeeze(-1)


@mistake(
    ponder_cost,
    "All steps are counted, whether they take place or not.",
)
def all_steps(probabilities, epsilon=0.01):
    _, used = steps_and_used(probabilities, epsilon)
    return probabilities.shape[-1] + 1 - used


@mistake(
    ponder_cost,
    "One number comes back for all places, as their mean or their sum. Each place has a cost of its own.",
)
def one_for_all(probabilities, epsilon=0.01):
    return ponder_cost(probabilities, epsilon).mean()


@mistake(
    ponder_cost,
    "It is an expected number of steps: each step by its number, weighted by its probability. The cost of ACT is how "
    "many steps take place, plus the remainder.",
)
def expected_steps(probabilities, epsilon=0.01):
    numbers = torch.arange(1, probabilities.shape[-1] + 1, device=probabilities.device)
    return (numbers * probabilities).sum(-1)


@mistake(
    ponder_cost,
    "It is an expected number of steps: each step by its number, weighted by what it counts. The cost of ACT is how "
    "many steps take place, plus the remainder.",
)
def expected_by_weights(probabilities, epsilon=0.01):
    weights = halting_weights(probabilities, epsilon)
    numbers = torch.arange(1, probabilities.shape[-1] + 1, device=probabilities.device)
    return (numbers * weights).sum(-1)


@mistake(
    ponder_cost,
    "One step too few is counted where the sum is reached: that step takes place, too. And where it is never reached, "
    "the probability of the last of all steps is taken off the remainder.",
)
def only_those_below(probabilities, epsilon=0.01):
    below = probabilities.cumsum(-1) < 1 - epsilon
    return below.sum(-1) + 1 - (probabilities * below).sum(-1)


@mistake(
    ponder_cost,
    "Where the sum is never reached, one step too many is counted, and the probability of the last of all steps is "
    "taken off the remainder. There is no step after the last: it ends there, whatever the sum.",
    keeps=0.7,
)
def one_more_than_those_below(probabilities, epsilon=0.01):
    return 1 + only_those_below(probabilities, epsilon)


@mistake(
    ponder_cost,
    "Where a step before the last has the probability 0, the gradient is not −1 for each of them. The value is right: "
    "perhaps the remainder is the smallest of several that are equal, as by `amin`, and the gradient is shared out.",
    keeps=0.9,
)
def smallest_of_what_is_left(probabilities, epsilon=0.01):
    total = probabilities.cumsum(-1)
    before = torch.cat([torch.zeros_like(total[..., :1]), total[..., :-1]], dim=-1)
    takes_place = before < 1 - epsilon
    return takes_place.sum(-1) + (1 - before).masked_fill(~takes_place, 1).amin(-1)


@mistake(ponder_cost, "epsilon plays no part: steps are counted until the sum is 1 itself.", keeps=0.8)
def no_epsilon(probabilities, epsilon=0.01):
    return ponder_cost(probabilities, 0.0)


@mistake(ponder_cost, "epsilon is always 0.01, whatever the caller says.", keeps=0.8)
def epsilon_of_its_own(probabilities, epsilon=0.01):
    return ponder_cost(probabilities, 0.01)


@mistake(
    ponder_cost,
    "A step whose sum is exactly 1 − epsilon is not taken for the last. It is: as soon as the sum is that much or "
    "more.",
    keeps=0.9,
)
def only_above(probabilities, epsilon=0.01):
    before = probabilities.cumsum(-1) - probabilities
    steps = (before <= 1 - epsilon).sum(-1, keepdim=True)
    return (steps + 1 - before.gather(-1, steps - 1)).squeeze(-1)


@mistake(
    ponder_cost,
    "It sums along the first dimension, over places. Steps lie along the last one.",
)
def along_the_places(probabilities, epsilon=0.01):
    before = probabilities.cumsum(0) - probabilities
    steps = (before < 1 - epsilon).sum(-1, keepdim=True).clamp(min=1)
    return (steps + 1 - before.gather(-1, steps - 1)).squeeze(-1)


@mistake(
    ponder_cost,
    "An epsilon of 0 is taken for none given, and 0.01 is used. 0 is a value like any other, but false to `or`.",
    keeps=0.95,
)
def epsilon_or_the_usual(probabilities, epsilon=0.01):
    return ponder_cost(probabilities, epsilon or 0.01)


@alternative(ponder_cost)
def by_weights(probabilities, epsilon=0.01):
    takes_place = (probabilities.cumsum(-1) - probabilities) < 1 - epsilon
    steps = takes_place.sum(-1)
    earlier = torch.arange(probabilities.shape[-1], device=probabilities.device) < steps.unsqueeze(-1) - 1
    remainder = 1 - (probabilities * earlier).sum(-1)
    return remainder + steps


@alternative(ponder_cost)
def in_a_loop(probabilities, epsilon=0.01):
    used = torch.zeros_like(probabilities[..., 0])
    cost, running = torch.zeros_like(used), torch.ones_like(used, dtype=torch.bool)
    for step, p in enumerate(probabilities.unbind(-1)):
        ends = running & ((used + p >= 1 - epsilon) | (step == probabilities.shape[-1] - 1))
        cost = cost + running.to(cost.dtype) + torch.where(ends, 1 - used, torch.zeros_like(used))
        used = used + p
        running = running & ~ends
    return cost


for sentence, by in {
    "What thinking costs: the number of steps that take place, plus the remainder that the last of them counts.": [
        "halts in the middle"
    ],
    "The last step is the first at which the sum of the probabilities is 1 − epsilon or more, or else the "
    "last of all.": [
        "halts in the middle",
        "halts never",
        "exactly 1 − epsilon",
    ],
    "The remainder is 1 minus the probabilities before it.": ["the part after the point", "gradients"],
    "probabilities: of halting after each step, shape (..., steps), floating point, from 0 to 1; one step or more.": [
        "two dimensions of places",
        "a single step",
        "probabilities of 0 and 1",
    ],
    "epsilon: 0 or more, below 1.": ["another epsilon", "no epsilon"],
    "Shape (...), dtype of `probabilities`.": ["float64", "two dimensions of places"],
    "Its gradient is −1 for each step before the last, and 0 for the others.": [
        "gradients",
        "gradients of places in between",
        "gradients, with probabilities of 0 and 1",
    ],
}.items():
    promised(ponder_cost, sentence, by=by)
