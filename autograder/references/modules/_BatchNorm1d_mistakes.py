"""Mistakes of `BatchNorm1d` about what is remembered, and over what the statistics run."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.modules._BatchNorm1d import BatchNorm1d, Norm


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
        self.running_mean = self.running_mean + factor * mean
        self.running_var = self.running_var + factor * var


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
        self.running_mean.data = (1 - factor) * self.running_mean.data + factor * mean
        self.running_var.data = (1 - factor) * self.running_var.data + factor * var


@mistake(
    BatchNorm1d,
    "weight and bias are plain tensors: no optimizer is told of them, and they are neither saved nor moved. Make each "
    "an nn.Parameter.",
    keeps=0.9,
)
class PlainAffine(Norm):
    def make_affine(self, features):
        self.weight = torch.ones(features, requires_grad=True)
        self.bias = torch.zeros(features, requires_grad=True)


@mistake(
    BatchNorm1d,
    "The weight starts with random numbers. It starts at 1 and the bias at 0, so that at first a feature is only "
    "normalised.",
    keeps=0.95,
)
class StartsAtRandom(Norm):
    def make_affine(self, features):
        super().make_affine(features)
        nn.init.uniform_(self.weight)


@mistake(
    BatchNorm1d,
    "num_batches_tracked is a plain number: it is not saved, and a loaded module counts from 0 again. It is a buffer, "
    "of whole numbers.",
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
    "One mean and one variance are taken over everything. Each feature, dimension 1, has its own.",
)
class OverEverything(Norm):
    def batch(self, x):
        return x.mean().expand(x.shape[1]), x.var(correction=0).expand(x.shape[1])


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
        self.remember(mean, self.unbiased(var, len(x)))
        return mean, var


@mistake(
    BatchNorm1d,
    "Far from zero the variance loses its digits, as when it is the mean of the squares minus the square of "
    "the mean: two large numbers cancel and little is left. Subtract the mean first.",
    keeps=0.97,
)
class SquaresMinusSquare(Norm):
    def batch(self, x):
        mean = x.mean(0)
        return mean, (x.square().mean(0) - mean.square()).clamp(min=0)


@mistake(
    BatchNorm1d,
    "One row in training is refused too late: by then it has gone into the buffers, and a single row makes the running "
    "variance NaN for good. Refuse it before anything is remembered.",
    keeps=0.98,
)
class RefusesTooLate(Norm):
    def check(self, x):
        if self.training and len(x) == 1:
            self.chosen(x)
        super().check(x)


@mistake(
    BatchNorm1d,
    "One row in training is counted as a batch and then refused. Refuse it before anything is counted or remembered.",
    keeps=0.98,
)
class CountsTheRefused(Norm):
    def check(self, x):
        self.num_batches_tracked = self.num_batches_tracked + int(self.training and len(x) == 1)
        super().check(x)


@mistake(
    BatchNorm1d,
    "One row in training is counted and moves the running mean before it is refused. Refuse it before anything is "
    "counted or remembered.",
    keeps=0.98,
)
class RefusesHalfWay(CountsTheRefused):
    def check(self, x):
        if self.training and len(x) == 1:
            self.running_mean = self.running_mean.lerp(x[0].detach(), self.momentum)
        super().check(x)


@mistake(
    BatchNorm1d,
    "The running variance is turned from n to n − 1 with the number of all numbers in the batch, as by `x.numel()`. "
    "Each feature has as many as there are rows: n is len(x).",
)
class CountsAllNumbers(Norm):
    def unbiased(self, var, rows):
        return super().unbiased(var, rows * len(var))


@mistake(
    BatchNorm1d,
    "eps is taken for the least variance, as by clamp(min=eps) or maximum. It is added to every variance: "
    "√(variance + eps).",
    keeps=0.9,
)
class EpsIsTheLeast(Norm):
    def divisor(self, var):
        return var.clamp(min=self.eps).sqrt()


@mistake(
    BatchNorm1d,
    "The gradient takes the batch's variance for a constant. It depends on x, as the mean does: detach only what goes "
    "into the running statistics.",
    keeps=0.9,
)
class ConstantVariance(Norm):
    def batch(self, x):
        mean, var = super().batch(x)
        return mean, var.data


@mistake(
    BatchNorm1d,
    "Training under torch.no_grad() is taken for evaluation. That no gradients are recorded is another thing: "
    "self.training alone decides.",
)
class TrainsWithGradientsOnly(Norm):
    def chosen(self, x):
        return super().chosen(x) if torch.is_grad_enabled() else (self.running_mean, self.running_var)


@mistake(
    BatchNorm1d,
    "In training under torch.no_grad() nothing is remembered. That no gradients are recorded is another thing than "
    "evaluation: self.training alone decides.",
)
class RemembersWithGradientsOnly(Norm):
    def remember(self, mean, var):
        if torch.is_grad_enabled():
            super().remember(mean, var)
