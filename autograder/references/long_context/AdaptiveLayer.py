"""`AdaptiveLayer`: what goes wrong, other ways that are right, and what is promised."""

import torch
from torch import nn

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.long_context._AdaptiveLayer import AdaptiveLayer, Frame


def wrong(sentence, keeps=0.5, **decisions):
    """A mistake that changes some decisions of the frame."""
    mistake(AdaptiveLayer, sentence, keeps=keeps)(type(f"Changes_{'_'.join(decisions)}", (Frame,), decisions))


wrong(
    "The last step of a place counts its own probability, so the weights do not sum to 1. It counts the remainder, "
    "what the steps before it have left.",
    weight=lambda self, last, used, p: p,
)
wrong(
    "The remainder is missing from the cost: what is left is a count of steps, which has no gradient.",
    price=lambda self, running, last, used, p: running.to(used.dtype) + 0 * used,
)
wrong(
    "The remainder in the cost has no gradient, as when it is detached. The network could not learn from it to halt "
    "earlier.",
    price=lambda self, running, last, used, p: running.to(used.dtype) + last * (1 - used.detach()),
)
wrong(
    "The remainder is added at every step, and not only at a place's last one.",
    price=lambda self, running, last, used, p: running.to(used.dtype) + running * (1 - used),
)
wrong(
    "The cost counts all steps of the loop for everybody. A place pays for the steps that it takes itself.",
    price=lambda self, running, last, used, p: torch.ones_like(used) + last * (1 - used),
)
wrong(
    "The steps are missing from the cost: only the remainder is there.",
    price=lambda self, running, last, used, p: last * (1 - used),
)
wrong(
    "To the cost the probability of the last step is added where the remainder should be, what the steps before it "
    "have left.",
    price=lambda self, running, last, used, p: running.to(used.dtype) + last * p,
)
wrong(
    "A place that has halted goes on changing, and the others see it. Its state stays as it was when it halted.",
    keeps=0.5,
    moves=lambda self, running, new, old: new,
)
wrong(
    "It never stops before the last of all steps, although everybody has halted: nothing is saved.",
    stops=lambda self, running: False,
)
wrong(
    "It stops as soon as one place has halted. It goes on until all have.",
    stops=lambda self, running: not bool(running.all()),
)
wrong(
    "All places halt together, when the first of them does. Each has a sum of its own.",
    ends=lambda self, used, p, number, running: Frame.ends(self, used, p, number, running).any() & running,
)
wrong(
    "A place that has never reached the sum when the steps are used up gets no remainder. The last of all steps takes "
    "what is left.",
    ends=lambda self, used, p, number, running: running & (used + p >= 1 - self.epsilon),
)
wrong(
    "Places halt a step late: the sum is compared before the step's own probability has been added.",
    ends=lambda self, used, p, number, running: running & ((used >= 1 - self.epsilon) | (number + 1 == self.most)),
)
wrong(
    "epsilon plays no part: a place halts only when the probabilities sum to 1 themselves.",
    ends=lambda self, used, p, number, running: running & ((used + p >= 1) | (number + 1 == self.most)),
)
wrong(
    "epsilon is always 0.01, whatever the caller says.",
    keeps=0.5,
    ends=lambda self, used, p, number, running: running & ((used + p >= 0.99) | (number + 1 == self.most)),
)
wrong(
    "The probability of halting is compared by itself, and a place halts when that reaches 1 − epsilon. It is the sum "
    "over all its steps so far that counts.",
    ends=lambda self, used, p, number, running: running & ((p >= 1 - self.epsilon) | (number + 1 == self.most)),
)
wrong(
    "The output of `halt` is used as a probability without a sigmoid.",
    probability=lambda self, state: self.halt(state)[..., 0],
)
wrong(
    "What comes back is the last state of each place. It is a mean over the states after all its steps.",
    finish=lambda self, mean, cost, state: (state, cost),
)
wrong(
    "One cost comes back for all places, as their mean or their sum. Each place has its own.",
    finish=lambda self, mean, cost, state: (mean, cost.mean()),
)
wrong(
    "Weights go on after a place has halted, since nothing remembers that it has.",
    after=lambda self, running, last: running,
)
wrong(
    "The steps are counted from 1. The step is told its number from 0 on.",
    keeps=0.6,
    call=lambda self, state, inputs, number: self.step(state, inputs, min(number + 1, self.most)),
)
wrong(
    "The inputs are not handed on to the step, or only to the first.",
    keeps=0.97,
    call=lambda self, state, inputs, number: self.step(state, inputs if number == 0 else None, number),
)

wrong(
    "The states are added up without their weights. Each counts by its probability of halting, the last one by the "
    "remainder.",
    averaged=lambda self, mean, weight, state: mean + state,
)


@mistake(
    AdaptiveLayer,
    "A place that has halted goes on adding to its mean, while others still run. Its weights are 0 from then on.",
)
class WeighsOn(Frame):
    def forward(self, state, inputs=None):
        used = cost = torch.zeros_like(state[..., 0])
        running, mean = torch.ones_like(used).bool(), torch.zeros_like(state)
        for number in range(self.most):
            state = self.moves(running, self.call(state, inputs, number), state)
            p = self.probability(state)
            last = self.ends(used, p, number, running)
            weight = self.weight(last, used, p)
            mean = self.averaged(mean, weight, state)
            cost = cost + self.price(running, last, used, p)
            used, running = used + weight, self.after(running, last)
            if self.stops(running):
                break
        return mean, cost


@mistake(
    AdaptiveLayer,
    "Each step begins with the first state again. It should go on from the state that the step before it has left.",
)
class FromTheFirst(Frame):
    def forward(self, state, inputs=None):
        self.first = state
        return super().forward(state, inputs)

    def call(self, state, inputs, number):
        return self.step(self.first, inputs, number)


@mistake(
    AdaptiveLayer,
    "The first state takes part in the mean, before any step: states and weights are off by one. A weight belongs to "
    "the state after its step.",
)
class StateBefore(Frame):
    def forward(self, state, inputs=None):
        used = cost = torch.zeros_like(state[..., 0])
        running, mean = torch.ones_like(used).bool(), torch.zeros_like(state)
        for number in range(self.most):
            before, state = state, self.moves(running, self.call(state, inputs, number), state)
            p = self.probability(state)
            last = self.ends(used, p, number, running)
            weight = self.weight(last, used, p) * running
            mean = self.averaged(mean, weight, before)
            cost = cost + self.price(running, last, used, p)
            used, running = used + weight, self.after(running, last)
            if self.stops(running):
                break
        return mean, cost


@alternative(AdaptiveLayer)
class ByIndices(nn.Module):
    """Asks first whether anybody runs, and keeps lists of weights."""

    def __init__(self, step, width, most, epsilon=0.01):
        super().__init__()
        self.most, self.threshold = most, 1 - epsilon
        self.step, self.halt = step, nn.Linear(width, 1)

    def forward(self, state, inputs=None):
        running = torch.ones(state.shape[:-1], dtype=torch.bool, device=state.device)
        left = torch.ones_like(state[..., 0])
        states, weights = [], []
        cost = torch.zeros_like(left)
        number = 0
        while number < self.most and running.any():
            new = self.step(state, inputs, number)
            state = new * running.unsqueeze(-1) + state * ~running.unsqueeze(-1)
            p = torch.sigmoid(self.halt(state)[..., 0])
            last = running & (1 - left + p >= self.threshold)
            if number == self.most - 1:
                last = running
            weight = torch.where(running, torch.where(last, left, p), torch.zeros_like(p))
            states.append(state)
            weights.append(weight)
            cost = cost + running.float().to(cost.dtype) + torch.where(last, left, torch.zeros_like(left))
            left = left - weight
            running = running & ~last
            number += 1
        return (torch.stack(states) * torch.stack(weights).unsqueeze(-1)).sum(0), cost


@alternative(AdaptiveLayer)
class FromTheLibrary(Frame):
    """The sum is kept as what is left, and halted places are put back by indexing."""

    def moves(self, running, new, old):
        kept = new.clone()
        kept[~running] = old[~running]
        return kept

    def ends(self, used, p, number, running):
        left = 1 - used - p
        return running if number == self.most - 1 else running & (left <= self.epsilon)

    def price(self, running, last, used, p):
        return torch.where(running, 1.0, 0.0).to(used.dtype) + torch.where(last, 1 - used, 0 * used)


LAST = "last = running & ((used + p >= 1 - self.epsilon) | (number == self.most - 1))"
BOOLEAN = "of booleans it is the same"
equivalent(
    AdaptiveLayer,
    LAST,
    "last = running & ((used + p >= 1 - self.epsilon) + (number == self.most - 1))",
    BOOLEAN,
)
equivalent(
    AdaptiveLayer,
    LAST,
    "last = running * ((used + p >= 1 - self.epsilon) | (number == self.most - 1))",
    BOOLEAN,
)
equivalent(
    AdaptiveLayer,
    "used, running = used + weight, running & ~last",
    "used, running = used + weight, running * ~last",
    BOOLEAN,
)
equivalent(
    AdaptiveLayer,
    LAST,
    "last = running & ((used + p >= 1 - self.epsilon) | (number >= self.most - 1))",
    "the number never goes beyond most − 1",
)
equivalent(
    AdaptiveLayer,
    LAST,
    "last = running & ((used + p >= 1 - self.epsilon) | (number is self.most - 1))",
    "small whole numbers are the same object in CPython",
)
for shape in ("not 1", "- 0"):
    equivalent(
        AdaptiveLayer,
        "used = cost = state.new_zeros(state.shape[:-1])",
        f"used = cost = state.new_zeros(state.shape[:{shape}])",
        "a single number broadcasts to all places in the first step",
    )

for sentence, by in {
    "Applies one step again and again, until each place has decided to halt.": [
        "which steps are taken",
        "no more than so many steps",
    ],
    "step: called as step(state, inputs, number), with the number of the step from 0 on; gives the next state.": [
        "which steps are taken",
        "inputs are handed to every step",
    ],
    "width: numbers in the state of a place.": ["names, kinds and shapes of the parameters"],
    "most: no place takes more steps.": ["no more than so many steps", "a single step"],
    "epsilon: a place takes its last step when its probabilities of halting sum to 1 − epsilon or more.": [
        "another epsilon",
        "exactly 1 − epsilon",
    ],
    "The check fills the weights by their names: those of `step`, and `halt`, an `nn.Linear` from width to 1.": [
        "names, kinds and shapes of the parameters"
    ],
    "The sigmoid of `halt`(state) is the probability of halting after a step.": ["the mean of several places"],
    "From a first state of shape (..., width) to a mean over the states after each step, and its cost.": [
        "a batch of places",
        "one state without a batch",
    ],
    "The weights of the mean are the probabilities of halting, and for a place's last step the remainder to 1.": [
        "the mean of several places"
    ],
    "The cost, of shape (...), is the number of steps of a place plus its remainder.": ["the cost of several places"],
    "A place that has halted keeps its state, as other places may look at it.": ["places that look at each other"],
    "Once all have halted, `step` is not called again.": ["which steps are taken"],
}.items():
    promised(AdaptiveLayer, sentence, by=by)
