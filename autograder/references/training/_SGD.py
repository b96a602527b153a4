"""`SGD`: what is right, and the frame of most answers."""

import torch
from torch.optim import Optimizer


class SGD(Optimizer):
    """The formula in plain words: the velocity is a sum over all gradients so far, each with its power of momentum."""

    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    old = self.state[w].get("v", torch.zeros_like(w))
                    self.state[w]["v"] = group["momentum"] * old + w.grad
                    w.add_(self.state[w]["v"], alpha=-group["lr"])


class Frame(Optimizer):
    """The frame of most answers; mistakes change one decision."""

    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    def velocity(self, old, gradient, group):
        return group["momentum"] * old + gradient

    def direction(self, velocity, gradient, group):
        return group["lr"] * velocity

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                old = self.state[w].get("velocity", torch.zeros_like(w))
                velocity = self.velocity(old, w.grad, group)
                self.state[w]["velocity"] = velocity
                w -= self.direction(velocity, w.grad, group)
