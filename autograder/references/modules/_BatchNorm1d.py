"""`BatchNorm1d`: what is right, and the frame of most answers."""

import torch
from torch import nn
from torch.nn import functional as F


class BatchNorm1d(nn.BatchNorm1d):
    """The library's own, in float64: in float32 it cancels far from zero. It refuses eps 0; 1e-30 is nothing, too."""

    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__(features, eps or 1e-30, momentum)

    def forward(self, x):
        self._check_input_dim(x)
        if self.training and len(x) == 1:
            raise ValueError("one row has no variance")  # the library counts the batch first, and then refuses it
        self.num_batches_tracked += int(self.training)
        past = [self.running_mean.double(), self.running_var.double()]
        affine = [item.double() for item in (self.weight, self.bias)]
        result = F.batch_norm(x.double(), *past, *affine, self.training, self.momentum, self.eps)
        self.running_mean.copy_(past[0])
        self.running_var.copy_(past[1])
        return result.to(x.dtype)


class Norm(nn.Module):
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.make_affine(features)
        self.keep("running_mean", torch.zeros(features))
        self.keep("running_var", torch.ones(features))
        self.keep("num_batches_tracked", torch.tensor(0))

    def make_affine(self, features):
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def keep(self, name, value):
        self.register_buffer(name, value)

    def check(self, x):
        if self.training and len(x) == 1:
            raise ValueError("one row has no variance")

    def batch(self, x):
        """The statistics of the batch."""
        mean = x.mean(0)
        return mean, (x - mean).square().mean(0)

    def unbiased(self, var, rows):
        return var * rows / (rows - 1)

    def factor(self):
        return self.momentum

    def remember(self, mean, var):
        self.num_batches_tracked = self.num_batches_tracked + 1
        factor = self.factor()
        self.running_mean = (1 - factor) * self.running_mean + factor * mean
        self.running_var = (1 - factor) * self.running_var + factor * var

    def chosen(self, x):
        if not self.training:
            return self.running_mean, self.running_var
        mean, var = self.batch(x)
        self.remember(mean.detach(), self.unbiased(var, len(x)).detach())
        return mean, var

    def scaled(self, y):
        return y * self.weight + self.bias

    def divisor(self, var):
        return (var + self.eps).sqrt()

    def forward(self, x):
        self.check(x)
        mean, var = self.chosen(x)
        return self.scaled((x - mean) / self.divisor(var))
