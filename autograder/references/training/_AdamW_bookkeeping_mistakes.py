"""Mistakes of `AdamW` in what is kept, for which weight, and from when."""

import torch

from autograder.references import mistake
from autograder.references.training._AdamW import AdamW, Frame


@mistake(
    AdamW,
    "One count serves all weights: who had no gradient for once is corrected as if it had taken that step. Count each "
    "weight's own steps.",
    keeps=0.9,
)
class OneCountForAll(Frame):
    steps = 0

    @torch.no_grad()
    def step(self):
        self.steps += 1
        super().step()

    def count(self, state):
        return self.steps

    def state_dict(self):
        return {**super().state_dict(), "steps": self.steps}

    def load_state_dict(self, state):
        self.steps = state["steps"]
        super().load_state_dict({name: part for name, part in state.items() if name != "steps"})


@mistake(
    AdamW,
    "A weight without a gradient decays, or its mean and square fade. Where `.grad` is None, skip all of it: the "
    "weight, its state and its count.",
    keeps=0.9,
)
class DecaysWithoutGradient(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    self.before(w, group)
                else:
                    self.one(w, group)


@mistake(
    AdamW,
    "A weight without a gradient decays, or its mean and square fade. Where `.grad` is None, skip all of it: the "
    "weight, its state and its count.",
    keeps=0.9,
)
class NoneIsZero(Frame):
    def gradient(self, w, group):
        return torch.zeros_like(w) if w.grad is None else w.grad

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                self.one(w, group)


@mistake(AdamW, "A weight without a gradient has `.grad` None, and that cannot be multiplied. Skip it.", keeps=0.9)
class TripsOverNone(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                self.one(w, group)


@mistake(
    AdamW,
    "An optimizer that takes up the `state_dict` of another begins from nothing, or counts from one again. What has to "
    "survive belongs in `self.state[w]`: mean, square and count.",
    keeps=0.94,
)
class CountBesideTheState(Frame):
    def __init__(self, params, **options):
        super().__init__(params, **options)
        self.counts = {}

    def one(self, w, group):
        self.counts[w] = self.counts.get(w, 0) + 1
        self.now = self.counts[w]
        super().one(w, group)

    def count(self, state):
        return self.now


@mistake(
    AdamW,
    "All weights take the settings of one group, or those of the beginning. Each group has its own, and a schedule "
    "writes into them: read them from the group at every step.",
    keeps=0.94,
)
class FirstGroupForAll(Frame):
    def one(self, w, group):
        super().one(w, self.param_groups[0])


@mistake(
    AdamW,
    "All weights take the settings of one group, or those of the beginning. Each group has its own, and a schedule "
    "writes into them: read them from the group at every step.",
    keeps=0.87,
)
class RateOfTheBeginning(Frame):
    def one(self, w, group):
        super().one(w, {**group, "lr": self.defaults["lr"]})


@mistake(
    AdamW,
    "The weight becomes another tensor, or gets new memory: who holds the old one sees no step. Change it in place.",
    keeps=0.92,
)
class NewMemory(Frame):
    def move(self, w, step):
        w.data = w.data - step


@mistake(
    AdamW,
    "The gradient is changed: afterwards `.grad` holds something else. Others read it after the step; leave it as it "
    "is.",
    keeps=0.85,
)
class ChangesTheGradient(Frame):
    def mean(self, old, g, beta):
        return beta * old + g.mul_(1 - beta)

    def square(self, old, g, beta):
        g.div_(0.4) if beta == 0.8 else None
        return beta * old + (1 - beta) * g * g


@mistake(
    AdamW,
    "The factor of the decay is worked out at a weight's first step and kept. The rate changes with every step of a "
    "schedule: take it from the group each time.",
    keeps=0.95,
)
class DecaysAsAtFirst(Frame):
    def before(self, w, group):
        w.mul_(self.state[w].setdefault("shrinks", 1 - group["lr"] * group["weight_decay"]))


@mistake(
    AdamW,
    "The gradients are squared in place, so that after the step `.grad` holds the squares. Whoever looks at them next, "
    "to print their norm for instance, is misled.",
    keeps=0.95,
)
class SquaresInPlace(Frame):
    def square(self, old, g, beta):
        return beta * old + (1 - beta) * g.square_()
