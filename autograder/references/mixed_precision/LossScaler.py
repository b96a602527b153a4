"""`LossScaler`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.mixed_precision import _scaler_mistakes  # noqa: F401  (they register themselves)
from autograder.references.mixed_precision._scaler import LossScaler, Scaler, gradients


@mistake(
    LossScaler,
    "The gradients keep the scale: with the default one the optimizer's steps are 65,536 times too long. "
    "Divide the gradients by it, in place.",
)
class NeverUnscales(Scaler):
    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError
        self.found[optimizer] = self.overflowed(gradients(optimizer))


@mistake(
    LossScaler,
    "After an overflow the step is taken all the same, and the weights become infinite or NaN. Skip "
    "`optimizer.step()`.",
)
class StepsAnyway(Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        optimizer.step()


@mistake(
    LossScaler,
    "Infinite gradients are replaced by numbers and the step is taken. Nobody knows what they should have been: "
    "skip it.",
)
class ReplacesInfinity(Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        for grad in gradients(optimizer):
            grad.nan_to_num_(0.0, 0.0, 0.0)
        optimizer.step()


@mistake(LossScaler, "NaN is not seen as an overflow: `isinf` is False for it. `isfinite` knows both.")
class OverlooksNan(Scaler):
    def overflowed(self, grads):
        return any(grad.isinf().any() for grad in grads)


@mistake(LossScaler, "-inf is not seen as an overflow. `isfinite` knows inf, -inf and NaN.")
class OverlooksMinusInfinity(Scaler):
    def overflowed(self, grads):
        return any((grad.isnan() | (grad == torch.inf)).any() for grad in grads)


@mistake(LossScaler, "Only the first gradient is looked at; an overflow in any of them spoils the step.")
class LooksAtTheFirst(Scaler):
    def overflowed(self, grads):
        return not grads[0].isfinite().all()


@mistake(
    LossScaler,
    "Only the last gradient decides, as when each one overwrites what was noted of those before. An overflow "
    "in any of them spoils the step.",
)
class LooksAtTheLast(Scaler):
    def overflowed(self, grads):
        return not grads[-1].isfinite().all()


@mistake(
    LossScaler, "`.grad` can be None: a frozen parameter, or one that this loss does not reach. Skip it.", keeps=0.97
)
class TripsOverNone(Scaler):
    def unscale_(self, optimizer):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad.isfinite()
        super().unscale_(optimizer)


@mistake(
    LossScaler,
    "The loss is never multiplied, and its gradients never divided: what underflows in half precision stays lost. "
    "`scale` returns the loss times the scale.",
)
class NeverScales(Scaler):
    def scale(self, loss):
        return loss

    def divide(self, optimizer):
        pass


@mistake(LossScaler, "The loss is divided by the scale. It has to become larger, so that small gradients survive.")
class DividesTheLoss(Scaler):
    def scale(self, loss):
        return loss / self.value


@mistake(LossScaler, "The gradients are multiplied by the scale. It has been multiplied in already: divide.")
class MultipliesGradients(Scaler):
    def divide(self, optimizer):
        for grad in gradients(optimizer):
            grad *= self.value


@mistake(
    LossScaler,
    "The divided gradients lie in new memory, as after `p.grad = p.grad / scale`. Divide in place, "
    "`p.grad.div_(scale)`: whoever holds the old tensor, a bucket of gradients for instance, has to see the "
    "true ones.",
    keeps=0.99,
)
class ReplacesGradients(Scaler):
    def divide(self, optimizer):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad = parameter.grad / self.value


@mistake(
    LossScaler,
    "Only the first group of the optimizer is unscaled and looked at. `optimizer.param_groups` can hold several.",
    keeps=0.98,
)
class FirstGroupOnly(Scaler):
    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError("unscale_ was already called")
        grads = [p.grad for p in optimizer.param_groups[0]["params"] if p.grad is not None]
        for grad in grads:
            grad /= self.value
        self.found[optimizer] = self.overflowed(grads)


@mistake(
    LossScaler,
    "Large gradients are taken for an overflow, though each of them is finite. A sum or a norm of them can be "
    "infinite, and no limit like 65,504 holds for float32: ask each element, `grad.isfinite()`.",
    keeps=0.98,
)
class AsksTheNorm(Scaler):
    def overflowed(self, grads):
        return any(not grad.norm().isfinite() for grad in grads)


@mistake(
    LossScaler,
    "An overflow is not seen where the rest of a gradient is finite: the step is taken, the scale is not "
    "lowered. One element is enough: `not grad.isfinite().all()`.",
)
class AsksForAnyFinite(Scaler):
    def overflowed(self, grads):
        return any(not grad.isfinite().any() for grad in grads)


@mistake(
    LossScaler,
    "After an overflow the gradients are set to zero and the step is taken. With momentum the weights move all the "
    "same: do not call `optimizer.step()`.",
)
class StepsOnZeros(Scaler):
    def skip(self, optimizer):
        for grad in gradients(optimizer):
            grad.zero_()
        optimizer.step()


@mistake(
    LossScaler,
    "After a skipped step the gradients are gone. `step` unscales and skips; clearing is the loop's business, as in "
    "every other round.",
    keeps=0.99,
)
class ClearsAfterASkip(Scaler):
    def skip(self, optimizer):
        optimizer.zero_grad()


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
        for grad in gradients(optimizer):
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
class ChecksBeforeDividing(Scaler):
    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError("unscale_ was already called")
        grads = gradients(optimizer)
        total = sum((grad.double().abs().sum() for grad in grads), torch.zeros(()).double())
        self.found[optimizer] = not math.isfinite(total)
        torch._foreach_div_(grads, self.value)


equivalent(
    LossScaler,
    "if self.quiet == self.interval:",
    "if self.quiet >= self.interval:",
    "The count grows by one and starts anew where it equals the interval: it never gets beyond.",
)

promised(
    LossScaler,
    "Multiplies losses by a scale, divides gradients by it, skips steps that overflowed, and adapts the scale.",
    by=["the loss is multiplied", "three quiet steps", "the first parameter overflows", "growth, and growth again"],
)
promised(LossScaler, "init_scale: the scale at the start.", by=["the loss is multiplied"])
promised(
    LossScaler,
    "growth_factor: the scale is multiplied by it after `growth_interval` updates in a row without overflow.",
    by=["growth, and growth again", "growth_factor by name", "two optimizers, five quiet rounds"],
)
promised(
    LossScaler,
    "backoff_factor: the scale is multiplied by it in an update after an overflow.",
    by=["other factors", "backoff_factor by name", "two optimizers, both overflow"],
)
promised(
    LossScaler,
    "growth_interval: see above; the count starts anew after a growth and after an overflow.",
    by=["growth, and growth again", "an overflow starts the count anew"],
)
promised(LossScaler, "The scale now, a Python float.", by=["get_scale"])
promised(LossScaler, "The loss, float32, times the scale.", by=["the loss is multiplied", "the loss is left alone"])
promised(
    LossScaler,
    "Divides the gradients of the optimizer's parameters by the scale, in place, and notes if one is not finite.",
    by=[
        "unscale_, halve the gradients, step", "the memory of the gradients", "two groups of parameters",
        "gradients of 2·10³⁸ are no overflow",
    ],
)  # fmt: skip
promised(
    LossScaler,
    "RuntimeError: the gradients of this optimizer were unscaled before, since the last `update`.",
    by=["unscale_ a second time in a round"],
)
promised(
    LossScaler,
    "Unscales, unless that was done, and calls `optimizer.step()`, unless a gradient is not finite.",
    by=["three quiet steps", "unscale_, halve the gradients, step", "the last parameter overflows", "NaN"],
)
promised(
    LossScaler,
    "Ends a round: backs off if any optimizer overflowed since the last update, else counts and grows.",
    by=["two optimizers, one overflows, then the other", "growth, and growth again"],
)
