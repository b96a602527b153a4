"""`LossScaler`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, equivalent, mistake


class LossScaler:
    """The library's own, which takes its settings by other names."""

    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        self.inner = torch.amp.GradScaler("cpu", init_scale, growth_factor, backoff_factor, growth_interval)

    def get_scale(self):
        return self.inner.get_scale()

    def scale(self, loss):
        return self.inner.scale(loss)

    def unscale_(self, optimizer):
        self.inner.unscale_(optimizer)

    def step(self, optimizer):
        self.inner.step(optimizer)

    def update(self):
        self.inner.update()


def _gradients(optimizer):
    return [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]


class _Scaler:
    """The frame of most answers; mistakes change one method."""

    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        self.value, self.quiet, self.found = init_scale, 0, {}
        self.growth, self.backoff, self.interval = growth_factor, backoff_factor, growth_interval

    def get_scale(self):
        return self.value

    def scale(self, loss):
        return loss * self.value

    def overflowed(self, grads):
        return any(not grad.isfinite().all() for grad in grads)

    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError("unscale_ was already called")
        for grad in _gradients(optimizer):
            grad /= self.value
        self.found[optimizer] = self.overflowed(_gradients(optimizer))

    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        if not self.found[optimizer]:
            optimizer.step()

    def update(self):
        if any(self.found.values()):
            self.back_off()
        else:
            self.quiet += 1
            self.grow()
        self.found.clear()

    def back_off(self):
        self.value *= self.backoff
        self.quiet = 0

    def grow(self):
        if self.quiet == self.interval:
            self.value *= self.growth
            self.quiet = 0


@mistake(
    LossScaler,
    "The gradients are never divided by the scale: the optimizer takes steps that are 65,536 times too long.",
)
class NeverUnscales(_Scaler):
    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError
        self.found[optimizer] = self.overflowed(_gradients(optimizer))


@mistake(
    LossScaler,
    "After an overflow the step is taken all the same, and the weights become infinite or NaN. Skip "
    "`optimizer.step()`.",
)
class StepsAnyway(_Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        optimizer.step()


@mistake(
    LossScaler,
    "Infinite gradients are replaced by numbers and the step is taken. Nobody knows what they should have been: "
    "skip it.",
)
class ReplacesInfinity(_Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        for grad in _gradients(optimizer):
            grad.nan_to_num_(0.0, 0.0, 0.0)
        optimizer.step()


@mistake(LossScaler, "NaN is not seen as an overflow: `isinf` is False for it. `isfinite` knows both.")
class OverlooksNan(_Scaler):
    def overflowed(self, grads):
        return any(grad.isinf().any() for grad in grads)


@mistake(LossScaler, "-inf is not seen as an overflow. `isfinite` knows inf, -inf and NaN.")
class OverlooksMinusInfinity(_Scaler):
    def overflowed(self, grads):
        return any((grad.isnan() | (grad == torch.inf)).any() for grad in grads)


@mistake(LossScaler, "Only the first gradient is looked at; an overflow in any of them spoils the step.")
class LooksAtTheFirst(_Scaler):
    def overflowed(self, grads):
        return not grads[0].isfinite().all()


@mistake(LossScaler, "Only the last gradient is looked at; an overflow in any of them spoils the step.")
class LooksAtTheLast(_Scaler):
    def overflowed(self, grads):
        return not grads[-1].isfinite().all()


@mistake(
    LossScaler, "After a growth the count goes on, and the scale grows no more, or with every step. Start it anew."
)
class CountsOn(_Scaler):
    def grow(self):
        if self.quiet >= self.interval:
            self.value *= self.growth


@mistake(LossScaler, "An overflow does not start the count of quiet steps anew.")
class OverflowKeepsTheCount(_Scaler):
    def back_off(self):
        self.value *= self.backoff


@mistake(LossScaler, "The scale grows one step late: it grows when the count reaches `growth_interval`.")
class GrowsLate(_Scaler):
    def grow(self):
        if self.quiet > self.interval:
            self.value *= self.growth
            self.quiet = 0


@mistake(LossScaler, "The scale never grows: after `growth_interval` quiet steps it is multiplied by `growth_factor`.")
class NeverGrows(_Scaler):
    def grow(self):
        pass


@mistake(
    LossScaler,
    "An overflow is skipped, but the scale stays: the next step overflows again. Multiply it by `backoff_factor`.",
)
class NeverBacksOff(_Scaler):
    def back_off(self):
        self.quiet = 0


@mistake(
    LossScaler, "Doubling and halving are written into the code: `growth_factor` and `backoff_factor` are never used."
)
class FixedFactors(_Scaler):
    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        super().__init__(init_scale, 2.0, 0.5, growth_interval)


@mistake(
    LossScaler,
    "After `unscale_` by hand, `step` divides once more. Remember which optimizers have been unscaled since the "
    "last update.",
)
class DividesTwice(_Scaler):
    def step(self, optimizer):
        self.found.pop(optimizer, None)
        super().step(optimizer)


@mistake(
    LossScaler,
    "A second `unscale_` before `update` goes through. Dividing twice is always a bug of the caller: raise a "
    "RuntimeError.",
)
class UnscalesTwice(_Scaler):
    def unscale_(self, optimizer):
        self.found.pop(optimizer, None)
        super().unscale_(optimizer)


@mistake(
    LossScaler,
    "`update` does not forget what was found: after the first round, gradients are no longer unscaled, and one "
    "overflow "
    "skips every later step.",
)
class NeverForgets(_Scaler):
    def update(self):
        kept = dict(self.found)
        super().update()
        self.found = kept


@mistake(
    LossScaler,
    "One flag stands for all optimizers: the overflow of one skips the step of the other, or it is forgotten. "
    "Keep one for each.",
)
class OneFlag(_Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        if not any(self.found.values()):
            optimizer.step()


@mistake(LossScaler, "`.grad` can be None: a frozen parameter, or one that this loss does not reach. Skip it.")
class TripsOverNone(_Scaler):
    def unscale_(self, optimizer):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad.isfinite()
        super().unscale_(optimizer)


@alternative(LossScaler)
class ByIdentity:
    def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        self.settings = (growth_factor, backoff_factor, growth_interval)
        self._scale = torch.tensor(init_scale)
        self.count = 0
        self.unscaled, self.bad = set(), set()

    def get_scale(self):
        return self._scale.item()

    def scale(self, loss):
        return self._scale.to(loss.device) * loss

    def unscale_(self, optimizer):
        if id(optimizer) in self.unscaled:
            raise RuntimeError("twice")
        self.unscaled.add(id(optimizer))
        for grad in _gradients(optimizer):
            grad.mul_(1.0 / self.get_scale())
            if (grad - grad).abs().sum() != 0:
                self.bad.add(id(optimizer))

    def step(self, optimizer):
        if id(optimizer) not in self.unscaled:
            self.unscale_(optimizer)
        return None if id(optimizer) in self.bad else optimizer.step()

    def update(self):
        growth, backoff, interval = self.settings
        self.count = 0 if self.bad else self.count + 1
        if self.bad:
            self._scale = self._scale * backoff
        elif self.count % interval == 0:
            self._scale = self._scale * growth
        self.unscaled, self.bad = set(), set()


@alternative(LossScaler)
class ChecksBeforeDividing(_Scaler):
    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError("unscale_ was already called")
        grads = _gradients(optimizer)
        total = sum((grad.double().abs().sum() for grad in grads), torch.zeros(()).double())
        self.found[optimizer] = not math.isfinite(total)
        torch._foreach_div_(grads, self.value)


equivalent(
    LossScaler,
    "if self.quiet == self.interval:",
    "if self.quiet >= self.interval:",
    "The count grows by one and starts anew where it equals the interval: it never gets beyond.",
)
