"""`AdaptiveLayer`: what is right, and the frame of most answers."""

import torch
from torch import nn


class AdaptiveLayer(nn.Module):
    """All steps are taken first, one state after the other; then each place is read off by itself, in a loop."""

    def __init__(self, step, width, most, epsilon=0.01):
        super().__init__()
        self.step, self.halt, self.most, self.epsilon = step, nn.Linear(width, 1), most, epsilon

    def forward(self, state, inputs=None):
        shape = state.shape[:-1]
        used = [state.new_zeros(()) for _ in range(shape.numel())]
        means = [torch.zeros_like(state.reshape(-1, state.shape[-1])[0]) for _ in used]
        costs, running = [state.new_zeros(()) for _ in used], set(range(len(used)))
        for number in range(self.most):
            if not running:
                break
            after = self.step(state, inputs, number)
            halts = torch.sigmoid(self.halt(after)).reshape(-1)
            after, before = (x.reshape(-1, state.shape[-1]) for x in (after, state))
            state = torch.stack([after[n] if n in running else before[n] for n in range(len(used))])
            for n in sorted(running):
                ends = float((used[n] + halts[n]).detach()) >= 1 - self.epsilon or number == self.most - 1
                weight = 1 - used[n] if ends else halts[n]
                means[n] = means[n] + weight * state[n]
                costs[n] = costs[n] + 1 + (weight if ends else 0)
                used[n] = used[n] + weight
                if ends:
                    running.discard(n)
            state = state.reshape(*shape, -1)
        return torch.stack(means).reshape(*shape, -1), torch.stack(costs).reshape(shape)


class Frame(nn.Module):
    """Mistakes change one decision."""

    def __init__(self, step, width, most, epsilon=0.01):
        super().__init__()
        self.step, self.halt = step, nn.Linear(width, 1)
        self.most, self.epsilon = most, epsilon

    def moves(self, running, new, old):
        return torch.where(running[..., None], new, old)

    def probability(self, state):
        return self.halt(state)[..., 0].sigmoid()

    def ends(self, used, p, number, running):
        return running & ((used + p >= 1 - self.epsilon) | (number + 1 == self.most))

    def weight(self, last, used, p):
        return torch.where(last, 1 - used, p)

    def price(self, running, last, used, p):
        return running.to(used.dtype) + last * (1 - used)

    def stops(self, running):
        return not bool(running.any())

    def after(self, running, last):
        return running & ~last

    def averaged(self, mean, weight, state):
        return mean + weight[..., None] * state

    def finish(self, mean, cost, state):
        return mean, cost

    def call(self, state, inputs, number):
        return self.step(state, inputs, number)

    def forward(self, state, inputs=None):
        used = cost = torch.zeros_like(state[..., 0])
        running, mean = torch.ones_like(used).bool(), torch.zeros_like(state)
        for number in range(self.most):
            state = self.moves(running, self.call(state, inputs, number), state)
            p = self.probability(state)
            last = self.ends(used, p, number, running)
            weight = self.weight(last, used, p) * running
            mean = self.averaged(mean, weight, state)
            cost = cost + self.price(running, last, used, p)
            used, running = used + weight, self.after(running, last)
            if self.stops(running):
                break
        return self.finish(mean, cost, state)
