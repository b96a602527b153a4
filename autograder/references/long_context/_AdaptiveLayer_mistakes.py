"""Mistakes of `AdaptiveLayer`."""

import torch

from autograder.references import mistake
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
    "A place whose sum is exactly 1 − epsilon is not taken to have halted. It has: as soon as the sum is that much or "
    "more.",
    keeps=0.95,
    ends=lambda self, used, p, number, running: running & ((used + p > 1 - self.epsilon) | (number + 1 == self.most)),
)
wrong(
    "An epsilon of 0 is taken for none given, and 0.01 is used. 0 is a value like any other, but false to `or`.",
    keeps=0.95,
    ends=lambda self, used, p, number, running: (
        running & ((used + p >= 1 - (self.epsilon or 0.01)) | (number + 1 == self.most))
    ),
)
wrong(
    "The cost is an expected number of steps: each step by its number, weighted by what it counts. It should be how "
    "many steps a place takes, plus its remainder.",
    price=lambda self, running, last, used, p: running * (1 - used),
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


@mistake(
    AdaptiveLayer,
    "The probability of halting is that of the state before the step, so that everybody halts by what the step has not "
    "seen yet. `halt` looks at the state after the step.",
)
class HaltBefore(Frame):
    def forward(self, state, inputs=None):
        self.before = state
        return super().forward(state, inputs)

    def probability(self, state):
        before, self.before = self.before, state
        return super().probability(before)
