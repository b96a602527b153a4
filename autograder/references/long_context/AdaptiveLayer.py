"""`AdaptiveLayer`: other ways that are right, and what is promised."""

import torch
from torch import nn

from autograder.references import alternative, equivalent, promised
from autograder.references.long_context import _AdaptiveLayer_mistakes  # noqa: F401  (they register themselves)
from autograder.references.long_context._AdaptiveLayer import AdaptiveLayer, Frame


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
        "no epsilon",
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
