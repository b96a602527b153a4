"""Mistakes of `LossScaler` about its scale, its growth, and the order of a round."""

import torch

from autograder.references import mistake
from autograder.references.mixed_precision._scaler import LossScaler, Scaler

NOTES: dict = {}


@mistake(
    LossScaler,
    "After a growth the count goes on, and the scale grows no more, or with every step. Start it anew.",
    keeps=0.88,
)
class CountsOn(Scaler):
    def grow(self):
        if self.quiet >= self.interval:
            self.value *= self.growth


@mistake(LossScaler, "An overflow does not start the count of quiet steps anew.", keeps=0.97)
class OverflowKeepsTheCount(Scaler):
    def back_off(self):
        self.value *= self.backoff


@mistake(LossScaler, "The scale grows one step late: it grows when the count reaches `growth_interval`.", keeps=0.76)
class GrowsLate(Scaler):
    def grow(self):
        if self.quiet > self.interval:
            self.value *= self.growth
            self.quiet = 0


@mistake(
    LossScaler,
    "The scale never grows: after `growth_interval` quiet steps it is multiplied by `growth_factor`.",
    keeps=0.76,
)
class NeverGrows(Scaler):
    def grow(self):
        pass


@mistake(
    LossScaler,
    "An overflow is skipped, but the scale stays: the next step overflows again. Multiply it by `backoff_factor`.",
)
class NeverBacksOff(Scaler):
    def back_off(self):
        self.quiet = 0


@mistake(
    LossScaler,
    "The scale doubles and halves, whatever `growth_factor` and `backoff_factor` say. Multiply by these two.",
    keeps=0.9,
)
class FixedFactors(Scaler):
    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        super().__init__(init_scale, 2.0, 0.5, growth_interval)


@mistake(
    LossScaler,
    "After `unscale_` by hand, `step` divides once more. Ask whether this optimizer has been unscaled since the "
    "last update, whatever was found in it.",
    keeps=0.95,
)
class DividesTwice(Scaler):
    def step(self, optimizer):
        self.found.pop(optimizer, None)
        super().step(optimizer)


@mistake(
    LossScaler,
    "A second `unscale_` before `update` goes through. Dividing twice is always a bug of the caller: raise a "
    "RuntimeError.",
    keeps=0.95,
)
class UnscalesTwice(Scaler):
    def unscale_(self, optimizer):
        self.found.pop(optimizer, None)
        super().unscale_(optimizer)


@mistake(
    LossScaler,
    "`update` does not forget what was found: after the first round, gradients are no longer unscaled, and one "
    "overflow "
    "skips every later step.",
)
class NeverForgets(Scaler):
    def update(self):
        kept = dict(self.found)
        super().update()
        self.found = kept


@mistake(
    LossScaler,
    "The overflow of one optimizer skips the step of another. Keep a flag for each, and let `step` ask that "
    "optimizer's own.",
    keeps=0.98,
)
class OneFlag(Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        if not any(self.found.values()):
            optimizer.step()


@mistake(LossScaler, "`growth_factor` is added to the scale. It is a factor: multiply.", keeps=0.76)
class AddsGrowth(Scaler):
    def grow(self):
        if self.quiet == self.interval:
            self.value += self.growth
            self.quiet = 0


@mistake(
    LossScaler,
    "After an overflow the scale is divided by `growth_factor`. How far it backs off is `backoff_factor`'s to say.",
    keeps=0.97,
)
class BacksOffByGrowth(Scaler):
    def back_off(self):
        self.value /= self.growth
        self.quiet = 0


@mistake(
    LossScaler,
    "The scale is kept from falling below a limit of your own. It is multiplied by `backoff_factor` after every "
    "overflow, also below 1.",
    keeps=0.97,
)
class NeverBelowOne(Scaler):
    def back_off(self):
        self.value = max(self.value * self.backoff, 1.0)
        self.quiet = 0


@mistake(LossScaler, "An overflow does not start the count of quiet steps anew.", keeps=0.97)
class CountsEveryUpdate(Scaler):
    def update(self):
        self.quiet += 1
        if any(self.found.values()):
            self.value *= self.backoff
        elif self.quiet % self.interval == 0:
            self.value *= self.growth
        self.found.clear()


@mistake(
    LossScaler,
    "With two optimizers the scale grows too early, as when quiet steps are counted in `step`. `update` ends "
    "a round, and rounds are counted.",
    keeps=0.98,
)
class CountsSteps(Scaler):
    def step(self, optimizer):
        super().step(optimizer)
        self.quiet += not self.found[optimizer]

    def update(self):
        if any(self.found.values()):
            self.back_off()
        elif self.quiet >= self.interval:
            self.value, self.quiet = self.value * self.growth, 0
        self.found.clear()


@mistake(
    LossScaler,
    "The scale backs off once for each optimizer that overflowed. It does so once an update, however many there were.",
    keeps=0.98,
)
class BacksOffForEach(Scaler):
    def back_off(self):
        self.value *= self.backoff ** sum(self.found.values())
        self.quiet = 0


@mistake(
    LossScaler,
    "The scale backs off in the middle of a round: the gradients of the next optimizer, made with the old scale, are "
    "divided by the new one. Change it in `update`.",
    keeps=0.98,
)
class BacksOffInStep(Scaler):
    def skip(self, optimizer):
        self.value *= self.backoff

    def back_off(self):
        self.quiet = 0


@mistake(
    LossScaler,
    "After `step` has unscaled the gradients, `unscale_` divides them again. `step` has to note that it was done, "
    "until the next `update`.",
    keeps=0.95,
)
class ForgetsItsOwnUnscaling(Scaler):
    def step(self, optimizer):
        by_hand = optimizer in self.found
        super().step(optimizer)
        if not by_hand:
            self.found[object()] = self.found.pop(optimizer)


@mistake(
    LossScaler,
    "Two scalers share what they note: a list or dict in the body of the class, or outside of it, is one for all. Make "
    "it in `__init__`, as `self.…`.",
    keeps=0.98,
)
class SharesItsNotes(Scaler):
    def __init__(self, *settings, **more):
        super().__init__(*settings, **more)
        self.found = NOTES


@mistake(LossScaler, "The loss itself is changed: `scale` returns a new tensor, `loss * scale`.", keeps=0.99)
class ScalesInPlace(Scaler):
    def scale(self, loss):
        return loss.mul_(self.value)


@mistake(LossScaler, "`get_scale` returns a tensor. Its caller expects a Python float: `.item()`.", keeps=0.99)
class ScaleAsATensor(Scaler):
    def get_scale(self):
        return torch.tensor(self.value)
