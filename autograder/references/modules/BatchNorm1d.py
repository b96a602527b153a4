"""`BatchNorm1d`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, equivalent, mistake
from autograder.references.modules._norm import Norm


class BatchNorm1d(nn.BatchNorm1d):
    """The library's own."""


@mistake(
    BatchNorm1d,
    "The running statistics are plain attributes: they are not in the state_dict, stay behind when the module moves, "
    "and a replica shares them. Register them as buffers.",
)
class PlainStatistics(Norm):
    def keep(self, name, value):
        setattr(self, name, value)


@mistake(BatchNorm1d, "The running variance is never updated: evaluation divides by its first value, 1.")
class VarianceForgotten(Norm):
    def remember(self, mean, var):
        before = self.running_var
        super().remember(mean, var)
        self.running_var = before


@mistake(
    BatchNorm1d,
    "The running variance takes the biased variance, divided by n. It estimates the variance of all data, so it takes "
    "the one divided by n − 1.",
)
class BiasedRunning(Norm):
    def unbiased(self, var, rows):
        return var


@mistake(
    BatchNorm1d,
    "The batch is normalised with the unbiased variance, divided by n − 1. In training the batch is all there is: "
    "divide by n. Only the running variance is unbiased.",
)
class UnbiasedNormalisation(Norm):
    def batch(self, x):
        mean, var = super().batch(x)
        return mean, super().unbiased(var, self.rows(x))

    def unbiased(self, var, rows):
        return var


@mistake(
    BatchNorm1d,
    "The two variances are swapped: n − 1 belongs to the running variance, n to the normalisation of the batch.",
)
class SwappedVariances(Norm):
    def batch(self, x):
        mean, var = super().batch(x)
        return mean, super().unbiased(var, self.rows(x))

    def unbiased(self, var, rows):
        return var * (rows - 1) / rows


@mistake(BatchNorm1d, "eps is added outside the root. It belongs to the variance: √(variance + eps).")
class EpsOutside(Norm):
    def divisor(self, var):
        return var.sqrt() + self.eps


@mistake(BatchNorm1d, "There is no eps: a feature that never changes has variance 0, and 0/0 is NaN.")
class WithoutEps(Norm):
    def divisor(self, var):
        return var.sqrt()


@mistake(BatchNorm1d, "eps is fixed: the argument is taken and never used.")
class FixedEps(Norm):
    def divisor(self, var):
        return (var + 1e-5).sqrt()


@mistake(
    BatchNorm1d,
    "The affine part is missing: there is no weight and no bias to scale and shift each feature after it was "
    "normalised.",
)
class WithoutAffine(Norm):
    def make_affine(self, features, affine):
        self.weight = self.bias = None


@mistake(BatchNorm1d, "weight and bias are there and are never applied: y · weight + bias, feature by feature.")
class AffineNotApplied(Norm):
    def scaled(self, y):
        return y


@mistake(BatchNorm1d, "affine=False is not heard: weight and bias are there all the same.")
class AlwaysAffine(Norm):
    def make_affine(self, features, affine):
        super().make_affine(features, True)


@mistake(
    BatchNorm1d,
    "Evaluation normalises with the batch's own statistics. There the running ones belong, so that a row's result "
    "does not depend on its neighbours.",
)
class IgnoresRunning(Norm):
    def chosen(self, x):
        mean, var = self.batch(x)
        if self.training:
            self.remember(mean.detach(), self.unbiased(var, self.rows(x)).detach())
        return mean, var


@mistake(
    BatchNorm1d,
    "Training normalises with the running statistics. There the batch's own belong; the running ones are for "
    "evaluation.",
)
class AlwaysRunning(Norm):
    def chosen(self, x):
        super().chosen(x)
        shape = (1, -1, 1)[: x.dim()]
        return self.running_mean.view(shape), self.running_var.view(shape)


@mistake(BatchNorm1d, "The running statistics also move in evaluation: update them only while self.training is True.")
class UpdatesInEvaluation(Norm):
    def chosen(self, x):
        if self.training or self.rows(x) == 1:
            return super().chosen(x)
        before = [value.view((1, -1, 1)[: x.dim()]) for value in (self.running_mean, self.running_var)]
        mean, var = self.batch(x)
        self.remember(mean.detach(), self.unbiased(var, self.rows(x)).detach())
        return before


@mistake(
    BatchNorm1d,
    "momentum is the wrong way round: here it is the share of the new batch, running = (1 − momentum) · running + "
    "momentum · new.",
)
class MomentumTurned(Norm):
    def factor(self):
        return 1 / self.num_batches_tracked if self.momentum is None else 1 - self.momentum


@mistake(
    BatchNorm1d,
    "momentum=None is taken for the default. It asks for the plain average over all batches: the share of the new one "
    "is 1/num_batches_tracked.",
)
class NoneIsTheDefault(Norm):
    def factor(self):
        return 0.1 if self.momentum is None else self.momentum


@mistake(
    BatchNorm1d, "num_batches_tracked is never counted up, so momentum=None cannot know how many batches there were."
)
class NeverCounts(Norm):
    def remember(self, mean, var):
        self.seen = getattr(self, "seen", 0) + 1
        factor = 0.1 if self.momentum is None else self.momentum
        self.running_mean = (1 - factor) * self.running_mean + factor * mean.flatten()
        self.running_var = (1 - factor) * self.running_var + factor * var.flatten()


@mistake(
    BatchNorm1d,
    "One row passes in training: it minus its own mean is 0, whatever it was, and the running variance becomes NaN. "
    "Raise ValueError.",
)
class TakesOneRow(Norm):
    def check(self, x):
        if x.dim() not in (2, 3):
            raise ValueError("two or three dimensions")


@mistake(BatchNorm1d, "One row is refused in evaluation, too. There it is fine: the running statistics are at hand.")
class RefusesOneRow(Norm):
    def check(self, x):
        super().check(x)
        if x.numel() == x.shape[1]:
            raise ValueError("one row has no variance")


@mistake(
    BatchNorm1d,
    "A batch of one is refused although it has a length. Count the values of a feature, over batch and length, not the "
    "rows.",
)
class CountsTheRowsOnly(Norm):
    def check(self, x):
        super().check(x)
        if self.training and len(x) == 1:
            raise ValueError("one row has no variance")


@mistake(
    BatchNorm1d,
    "With a length, the mean runs over the batch only. A feature's mean runs over batch and length: every dimension "
    "but 1.",
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
)
class ConstantStatistics(Norm):
    def batch(self, x):
        return tuple(value.detach() for value in super().batch(x))


@mistake(
    BatchNorm1d,
    "The running statistics keep the graph of every batch alive. Detach the batch's statistics before they are "
    "remembered.",
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
    "The variance is the mean of the squares minus the square of the mean. Far from zero two large numbers cancel and "
    "little is left: subtract the mean first.",
)
class SquaresMinusSquare(Norm):
    def batch(self, x):
        mean = x.mean(self.dims(x), keepdim=True)
        return mean, (x.square().mean(self.dims(x), keepdim=True) - mean.square()).clamp(min=0)


@mistake(BatchNorm1d, "A vector without a batch is taken. Nobody can tell features from rows there: raise ValueError.")
class TakesAVector(Norm):
    def check(self, x):
        if self.training and x.dim() > 1 and x.numel() == x.shape[1]:
            raise ValueError("one row has no variance")

    def forward(self, x):
        return super().forward(x) if x.dim() > 1 else self.scaled(x.unsqueeze(0) * 0).squeeze(0)


equivalent(BatchNorm1d, "if count == 1:", "if count <= 1:", "At least one row is asked for, so count is never 0.")


@alternative(BatchNorm1d)
class ByVarMean(Norm):
    """In place, with the library's variance."""

    def chosen(self, x):
        shape = (1, -1, 1)[: x.dim()]
        if not self.training:
            return self.running_mean.view(shape), self.running_var.view(shape)
        var, mean = torch.var_mean(x, self.dims(x), correction=0)
        with torch.no_grad():
            self.num_batches_tracked.add_(1)
            factor = self.momentum if self.momentum is not None else 1 / float(self.num_batches_tracked)
            self.running_mean.lerp_(mean.to(self.running_mean), factor)
            self.running_var.lerp_(x.var(self.dims(x)).to(self.running_var), factor)
        return mean.view(shape), var.view(shape)


@alternative(BatchNorm1d)
class FeaturesLast(Norm):
    """All rows in one matrix."""

    def forward(self, x):
        self.check(x)
        table = x.movedim(1, -1)
        rows = table.reshape(-1, x.shape[1])
        if self.training:
            mean, var = rows.mean(0), rows.var(0, unbiased=False)
            self.remember(mean.detach(), rows.detach().var(0))
        else:
            mean, var = self.running_mean, self.running_var
        rows = torch.rsqrt(var + self.eps) * (rows - mean)
        if self.weight is not None:
            rows = torch.addcmul(self.bias, rows, self.weight)
        return rows.reshape(table.shape).movedim(-1, 1)
