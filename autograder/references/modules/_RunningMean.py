"""`RunningMean`: what is right, and the frame of most answers."""

import torch
from torch import nn


class RunningMean(nn.Module):
    """The definition in float64: the sum of all rows over their number."""

    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))
        self.register_buffer("last", torch.zeros(features), persistent=False)

    def forward(self, x):
        if self.training:
            rows = list(x.detach().double().reshape(-1, x.shape[-1]))
            total = self.mean.double() * self.count
            for row in rows:
                total = total + row
            self.count = self.count + len(rows)
            self.mean = (total / self.count).to(self.mean.dtype)
            self.last = (sum(rows) / len(rows)).to(self.mean.dtype)
        return (x.double() - self.mean.double()).to(x.dtype)


class Running(nn.Module):
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, features):
        super().__init__()
        self.keep("mean", torch.zeros(features))
        self.keep("count", torch.tensor(0))
        self.keep("last", torch.zeros(features), persistent=False)

    def keep(self, name, value, persistent=True):
        self.register_buffer(name, value, persistent=persistent)

    def seen(self, x):
        return x.detach()

    def learns(self):
        return self.training

    def update(self, rows):
        rows = rows.to(self.mean.dtype)
        self.count = self.count + len(rows)
        self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        self.last = rows.mean(0)

    def forward(self, x):
        if self.learns():
            self.update(self.seen(x).reshape(-1, x.shape[-1]))
        return self.result(x)

    def result(self, x):
        return (x - self.mean).to(x.dtype)
