"""`LossScaler`: the reference, and the frame of most other answers, right as it stands: mistakes change one method."""

import torch


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


def gradients(optimizer):
    return [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]


class Scaler:
    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        self.value, self.quiet, self.found = init_scale, 0, {}
        self.growth, self.backoff, self.interval = growth_factor, backoff_factor, growth_interval

    def get_scale(self):
        return self.value

    def scale(self, loss):
        return loss * self.value

    def overflowed(self, grads):
        return any(not grad.isfinite().all() for grad in grads)

    def divide(self, optimizer):
        for grad in gradients(optimizer):
            grad /= self.value

    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError("unscale_ was already called")
        self.divide(optimizer)
        self.found[optimizer] = self.overflowed(gradients(optimizer))

    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        if not self.found[optimizer]:
            optimizer.step()
        else:
            self.skip(optimizer)

    def skip(self, optimizer):
        pass

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
