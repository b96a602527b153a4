"""`BatchNorm1d`: what is right, and the frame of most answers."""

import torch
from torch import nn
from torch.nn import functional as F


class BatchNorm1d(nn.BatchNorm1d):
    """The library's own, in float64: in float32 it cancels far from zero. It refuses eps 0; 1e-30 is nothing, too."""

    def __init__(self, features, eps=1e-5, momentum=0.1, affine=True):
        super().__init__(features, eps or 1e-30, momentum, affine)

    def forward(self, x):
        self._check_input_dim(x)
        self.num_batches_tracked += int(self.training)
        share = 1 / max(1, int(self.num_batches_tracked)) if self.momentum is None else self.momentum
        past = [self.running_mean.double(), self.running_var.double()]
        affine = [None if item is None else item.double() for item in (self.weight, self.bias)]
        result = F.batch_norm(x.double(), *past, *affine, self.training, share, self.eps)
        self.running_mean.copy_(past[0])
        self.running_var.copy_(past[1])
        return result.to(x.dtype)


class Norm(nn.Module):
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, features, eps=1e-5, momentum=0.1, affine=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.make_affine(features, affine)
        self.keep("running_mean", torch.zeros(features))
        self.keep("running_var", torch.ones(features))
        self.keep("num_batches_tracked", torch.tensor(0))

    def make_affine(self, features, affine):
        self.weight = nn.Parameter(torch.ones(features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(features)) if affine else None

    def keep(self, name, value):
        self.register_buffer(name, value)

    def check(self, x):
        if x.dim() not in (2, 3):
            raise ValueError("two or three dimensions")
        if self.training and x.numel() == x.shape[1]:
            raise ValueError("one row has no variance")

    def dims(self, x):
        return (0, 2) if x.dim() == 3 else (0,)

    def batch(self, x):
        """The statistics of the batch, each feature's along dimension 1."""
        mean = x.mean(self.dims(x), keepdim=True)
        return mean, (x - mean).square().mean(self.dims(x), keepdim=True)

    def rows(self, x):
        return x.numel() / x.shape[1]

    def unbiased(self, var, rows):
        return var * rows / (rows - 1)

    def factor(self):
        return 1 / self.num_batches_tracked if self.momentum is None else self.momentum

    def remember(self, mean, var):
        self.num_batches_tracked = self.num_batches_tracked + 1
        factor = self.factor()
        self.running_mean = (1 - factor) * self.running_mean + factor * mean.flatten()
        self.running_var = (1 - factor) * self.running_var + factor * var.flatten()

    def chosen(self, x):
        shape = (1, -1, 1)[: x.dim()]
        if not self.training:
            return self.running_mean.view(shape), self.running_var.view(shape)
        mean, var = self.batch(x)
        self.remember(mean.detach(), self.unbiased(var, self.rows(x)).detach())
        return mean, var

    def scaled(self, y):
        if self.weight is None:
            return y
        shape = (1, -1, 1)[: y.dim()]
        return y * self.weight.view(shape) + self.bias.view(shape)

    def divisor(self, var):
        return (var + self.eps).sqrt()

    def forward(self, x):
        self.check(x)
        mean, var = self.chosen(x)
        return self.scaled((x - mean) / self.divisor(var))
