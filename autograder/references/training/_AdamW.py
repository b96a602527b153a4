"""`AdamW`: what is right, and the frame of most answers, of which each mistake changes one decision."""

import torch
from torch.optim import Optimizer


class AdamW(torch.optim.AdamW):
    """The library's."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=False)


class Frame(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    def gradient(self, w, group):
        return w.grad

    def before(self, w, group):
        w.mul_(1 - group["lr"] * group["weight_decay"])

    def after(self, w, group):
        pass

    def count(self, state):
        return state.get("t", 0) + 1

    def mean(self, old, g, beta):
        return beta * old + (1 - beta) * g

    def square(self, old, g, beta):
        return beta * old + (1 - beta) * g * g

    def direction(self, m, v, t, g, group):
        one, two = group["betas"]
        return self.quotient(m / (1 - one**t), v / (1 - two**t), group["eps"])

    def quotient(self, m, v, eps):
        return m / (v.sqrt() + eps)

    def move(self, w, step):
        w.sub_(step)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    self.one(w, group)

    def one(self, w, group):
        state, g = self.state[w], self.gradient(w, group)
        self.before(w, group)
        state["t"] = self.count(state)
        state["m"] = self.mean(state.get("m", torch.zeros_like(w)), g, group["betas"][0])
        state["v"] = self.square(state.get("v", torch.zeros_like(w)), g, group["betas"][1])
        self.move(w, group["lr"] * self.direction(state["m"], state["v"], state["t"], g, group))
        self.after(w, group)
