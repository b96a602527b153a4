"""Mistakes of `SGD`."""

import torch

from autograder.references import mistake
from autograder.references.training._SGD import SGD, Frame


@mistake(SGD, "There is no momentum: each step goes along its own gradient alone, whatever came before it.")
class WithoutMomentum(Frame):
    def velocity(self, old, gradient, group):
        return gradient.clone()


@mistake(
    SGD,
    "The velocity is a weighted mean: the gradient enters with a factor of 1 − momentum, so that the steps come out "
    "shorter. It enters whole: momentum · velocity + gradient.",
)
class WithAMean(Frame):
    def velocity(self, old, gradient, group):
        return group["momentum"] * old + (1 - group["momentum"]) * gradient


@mistake(
    SGD,
    "The rate goes into the velocity, so that past gradients keep the rate that they came with. With one rate for "
    "all steps that is the same; when a schedule changes it, it is not. Multiply by the rate at the end.",
    keeps=0.91,
)
class RateInside(Frame):
    def velocity(self, old, gradient, group):
        return group["momentum"] * old + group["lr"] * gradient

    def direction(self, velocity, gradient, group):
        return velocity


@mistake(
    SGD,
    "The step looks ahead, along momentum · velocity + gradient: that is Nesterov's variant. The plain one goes along "
    "the velocity itself.",
)
class LooksAhead(Frame):
    def direction(self, velocity, gradient, group):
        return group["lr"] * (group["momentum"] * velocity + gradient)


@mistake(
    SGD,
    "The weight moves along the velocity of before, without the gradient that has just come: everything happens a "
    "step late. Renew the velocity first.",
)
class AStepLate(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    old = self.state[w].get("velocity", torch.zeros_like(w))
                    w -= group["lr"] * old
                    self.state[w]["velocity"] = group["momentum"] * old + w.grad


@mistake(SGD, "The step goes uphill: what is added to the weight should be subtracted from it.")
class Uphill(Frame):
    def direction(self, velocity, gradient, group):
        return -group["lr"] * velocity


@mistake(
    SGD,
    "The velocity is renewed by the momentum alone, as when the sign of the memory is turned around: momentum · "
    "velocity is added to the gradient, not subtracted from it.",
)
class Brakes(Frame):
    def velocity(self, old, gradient, group):
        return gradient - group["momentum"] * old


@mistake(
    SGD,
    "A weight without a gradient moves on along its old velocity, or its velocity fades. Where `.grad` is None, skip "
    "the weight: neither changes.",
    keeps=0.9,
)
class CoastsOn(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                gradient = torch.zeros_like(w) if w.grad is None else w.grad
                old = self.state[w].get("velocity", torch.zeros_like(w))
                self.state[w]["velocity"] = group["momentum"] * old + gradient
                w -= group["lr"] * self.state[w]["velocity"]


@mistake(
    SGD,
    "A weight without a gradient lets its velocity fade. Where `.grad` is None, skip the weight and its state.",
    keeps=0.9,
)
class Fades(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None and "velocity" in self.state[w]:
                    self.state[w]["velocity"] *= group["momentum"]
        super().step()


@mistake(
    SGD,
    "A weight without a gradient has `.grad` None, and nothing can be added to that. Skip such a weight.",
    keeps=0.9,
)
class TripsOverNone(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                old = self.state[w].get("velocity", torch.zeros_like(w))
                self.state[w]["velocity"] = velocity = group["momentum"] * old + w.grad
                w -= group["lr"] * velocity


@mistake(
    SGD,
    "The first velocity is the very tensor in `.grad`, not a copy: what is written into one of them later changes the "
    "other. Make the velocity a tensor of its own.",
    keeps=0.85,
)
class KeepsTheGradientItself(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                if "velocity" in self.state[w]:
                    self.state[w]["velocity"].mul_(group["momentum"]).add_(w.grad)
                else:
                    self.state[w]["velocity"] = w.grad
                w -= group["lr"] * self.state[w]["velocity"]


@mistake(
    SGD,
    "An optimizer that takes up the `state_dict` of another begins with no velocity: what an attribute of your own "
    "holds is not in it. Keep it in `self.state[w]`.",
    keeps=0.9,
)
class BesideTheState(Frame):
    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, lr, momentum)
        self.velocities = {}

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    old = self.velocities.get(w, torch.zeros_like(w))
                    self.velocities[w] = group["momentum"] * old + w.grad
                    w -= group["lr"] * self.velocities[w]


GROUPS = (
    "All weights take the settings of one group, or those of the beginning. Each group has its own `lr` and "
    "`momentum`, and a schedule writes into them: read them from the group at every step."
)


@mistake(SGD, GROUPS, keeps=0.91)
class FirstGroupForAll(Frame):
    @torch.no_grad()
    def step(self):
        first = self.param_groups[0]
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    old = self.state[w].get("velocity", torch.zeros_like(w))
                    self.state[w]["velocity"] = first["momentum"] * old + w.grad
                    w -= first["lr"] * self.state[w]["velocity"]


@mistake(SGD, GROUPS, keeps=0.85)
class SettingsOfTheBeginning(Frame):
    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, lr, momentum)
        self.lr, self.momentum = lr, momentum

    def velocity(self, old, gradient, group):
        return self.momentum * old + gradient

    def direction(self, velocity, gradient, group):
        return self.lr * velocity


@mistake(
    SGD,
    "The weight becomes another tensor, or gets new memory: who holds the old one sees no step. Change it in place, "
    "`w -= …` or `w.add_(…)`.",
    keeps=0.85,
)
class NewMemory(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    old = self.state[w].get("velocity", torch.zeros_like(w))
                    self.state[w]["velocity"] = group["momentum"] * old + w.grad
                    w.data = w.data - group["lr"] * self.state[w]["velocity"]


@mistake(
    SGD,
    "The gradient is overwritten: afterwards `.grad` holds the velocity, or something else. Others read it after the "
    "step; leave it as it is.",
    keeps=0.85,
)
class WritesIntoTheGradient(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    if "velocity" in self.state[w]:
                        w.grad.add_(self.state[w]["velocity"], alpha=group["momentum"])
                    self.state[w]["velocity"] = w.grad.clone()
                    w -= group["lr"] * w.grad
