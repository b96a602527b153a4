"""Mistakes of `BatchNorm1d` about what is remembered, and over what the statistics run."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.modules._norm import BatchNorm1d, Norm


@mistake(
    BatchNorm1d,
    "The running statistics are never updated: they stay at 0 and 1, and evaluation uses those.",
)
class RemembersNothing(Norm):
    def remember(self, mean, var):
        self.num_batches_tracked = self.num_batches_tracked + 1


@mistake(BatchNorm1d, "The running mean is never updated: evaluation subtracts its first value, 0.")
class MeanForgotten(Norm):
    def remember(self, mean, var):
        before = self.running_mean
        super().remember(mean, var)
        self.running_mean = before


@mistake(
    BatchNorm1d,
    "The running statistics are those of the last batch alone. They move towards it by a share, momentum, and keep the "
    "rest of what they were.",
)
class LastBatchOnly(Norm):
    def factor(self):
        return 1.0


@mistake(
    BatchNorm1d,
    "The new batch is added on top: the old value has to shrink to (1 − momentum) of itself at the same time.",
)
class AddsOnTop(Norm):
    def remember(self, mean, var):
        self.num_batches_tracked = self.num_batches_tracked + 1
        factor = self.factor()
        self.running_mean = self.running_mean + factor * mean.flatten()
        self.running_var = self.running_var + factor * var.flatten()


@mistake(
    BatchNorm1d,
    "With momentum=None the first batch gets half instead of all, as if there were one batch more. Of n "
    "batches, this one included, each has the share 1/n.",
    keeps=0.5,
)
class CountsTooLate(Norm):
    def factor(self):
        return self.momentum if self.momentum is not None else 1 / (self.num_batches_tracked + 1)


@mistake(
    BatchNorm1d,
    "eps goes into the running variance. It belongs to the division alone: what is remembered is the variance itself.",
    keeps=0.97,
)
class RemembersEps(Norm):
    def remember(self, mean, var):
        super().remember(mean, var + self.eps)


@mistake(
    BatchNorm1d,
    "It divides by the variance; the root is missing: √(variance + eps) brings the spread to 1.",
)
class WithoutTheRoot(Norm):
    def divisor(self, var):
        return var + self.eps


@mistake(
    BatchNorm1d,
    "The running statistics are parameters. No gradient teaches them, yet an optimizer or a count of parameters takes "
    "them for something learned: they are buffers.",
    keeps=0.9,
)
class StatisticsAreParameters(Norm):
    def keep(self, name, value):
        if name.startswith("running"):
            value = nn.Parameter(value, requires_grad=False)
            self.register_parameter(name, value)
        else:
            super().keep(name, value)

    def remember(self, mean, var):
        self.num_batches_tracked = self.num_batches_tracked + 1
        factor = self.factor()
        self.running_mean.data = (1 - factor) * self.running_mean.data + factor * mean.flatten()
        self.running_var.data = (1 - factor) * self.running_var.data + factor * var.flatten()


@mistake(
    BatchNorm1d,
    "weight and bias are plain tensors: no optimizer is told of them, and they are neither saved nor moved. Make each "
    "an nn.Parameter.",
    keeps=0.9,
)
class PlainAffine(Norm):
    def make_affine(self, features, affine):
        self.weight = torch.ones(features, requires_grad=True) if affine else None
        self.bias = torch.zeros(features, requires_grad=True) if affine else None


@mistake(
    BatchNorm1d,
    "The weight starts with random numbers. It starts at 1 and the bias at 0, so that at first a feature is only "
    "normalised.",
    keeps=0.95,
)
class StartsAtRandom(Norm):
    def make_affine(self, features, affine):
        super().make_affine(features, affine)
        if affine:
            nn.init.uniform_(self.weight)


@mistake(
    BatchNorm1d,
    "num_batches_tracked is a plain number: it is not saved. With momentum=None, a loaded module's next batch would "
    "overwrite all that was learned: make it a buffer.",
    keeps=0.97,
)
class CountIsPlain(Norm):
    def keep(self, name, value):
        if name == "num_batches_tracked":
            self.num_batches_tracked = 0
        else:
            super().keep(name, value)


@mistake(
    BatchNorm1d,
    "Every row is normalised with its own mean over the length. That is instance norm; batch norm takes one mean for a "
    "feature over batch and length.",
    keeps=0.9,
)
class OverTheLengthOnly(Norm):
    def batch(self, x):
        if x.dim() == 2:
            return super().batch(x)
        mean = x.mean(2, keepdim=True)
        return mean, (x - mean).square().mean(2, keepdim=True)

    def remember(self, mean, var):
        super().remember(*(value.mean(0) if value.dim() == 3 else value for value in (mean, var)))


@mistake(
    BatchNorm1d,
    "With a length, n is taken for the number of rows. The unbiased variance counts all values of a feature: batch "
    "times length.",
    keeps=0.98,
)
class CountsRowsForN(Norm):
    def rows(self, x):
        return len(x)


@mistake(
    BatchNorm1d,
    "The square root of the variance is remembered. running_var holds the variance itself; the root is taken where it "
    "divides.",
)
class RemembersTheDeviation(Norm):
    def unbiased(self, var, rows):
        return super().unbiased(var, rows).sqrt()

    def chosen(self, x):
        mean, var = super().chosen(x)
        return (mean, var) if self.training else (mean, var.square())


@mistake(
    BatchNorm1d,
    "With a length, the mean runs over the batch only. A feature's mean runs over batch and length: every dimension "
    "but 1.",
    keeps=0.87,
)
class OverTheBatchOnly(Norm):
    def batch(self, x):
        mean = x.mean(0, keepdim=True)
        return mean, (x - mean).square().mean(0, keepdim=True)

    def remember(self, mean, var):
        super().remember(*(value.mean(2) if value.dim() == 3 else value for value in (mean, var)))


@mistake(
    BatchNorm1d,
    "Only (batch, features) is handled. With a length, each feature of dimension 1 has one mean over batch and length: "
    "x.movedim(1, -1) brings the features to the end, and back.",
    keeps=0.81,
)
class RowsOnly(Norm):
    def check(self, x):
        super().check(x)
        if self.training and len(x) == 1:
            raise ValueError("one row has no variance")

    def dims(self, x):
        return (0,)

    def chosen(self, x):
        if x.dim() == 2:
            return super().chosen(x)
        return self.running_mean * x, self.running_var * x  # does not broadcast


@mistake(
    BatchNorm1d,
    "One mean and one variance are taken over everything. Each feature, dimension 1, has its own.",
)
class OverEverything(Norm):
    def batch(self, x):
        shape = [1, x.shape[1], 1][: x.dim()]
        return x.mean().expand(shape), x.var(correction=0).expand(shape)


@mistake(
    BatchNorm1d,
    "Each row is normalised over its own features. That is layer norm; batch norm takes each feature over the batch.",
)
class OverTheFeatures(Norm):
    def chosen(self, x):
        mean, var = super().chosen(x)
        if not self.training:
            return mean, var
        return x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)


@mistake(
    BatchNorm1d,
    "The gradient takes the batch's mean and variance for constants. They depend on x: detach only what goes into the "
    "running statistics.",
    keeps=0.9,
)
class ConstantStatistics(Norm):
    def batch(self, x):
        return tuple(value.detach() for value in super().batch(x))


@mistake(
    BatchNorm1d,
    "The running statistics keep the graph of every batch alive. Detach the batch's statistics before they are "
    "remembered.",
    keeps=0.93,
)
class HoldsTheGraph(Norm):
    def chosen(self, x):
        if not self.training:
            return super().chosen(x)
        mean, var = self.batch(x)
        self.remember(mean, self.unbiased(var, self.rows(x)))
        return mean, var


@mistake(
    BatchNorm1d,
    "Far from zero the variance loses its digits, as when it is the mean of the squares minus the square of "
    "the mean: two large numbers cancel and little is left. Subtract the mean first.",
    keeps=0.97,
)
class SquaresMinusSquare(Norm):
    def batch(self, x):
        mean = x.mean(self.dims(x), keepdim=True)
        return mean, (x.square().mean(self.dims(x), keepdim=True) - mean.square()).clamp(min=0)


@mistake(
    BatchNorm1d,
    "A vector without a batch is taken. Nobody can tell features from rows there: raise ValueError.",
    keeps=0.99,
)
class TakesAVector(Norm):
    def check(self, x):
        if self.training and x.dim() > 1 and x.numel() == x.shape[1]:
            raise ValueError("one row has no variance")

    def forward(self, x):
        return super().forward(x) if x.dim() > 1 else self.scaled(x.unsqueeze(0) * 0).squeeze(0)
