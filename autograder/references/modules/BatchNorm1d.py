"""`BatchNorm1d`: what goes wrong, and other ways that are right."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.modules import _BatchNorm1d_mistakes  # noqa: F401  (they register themselves)
from autograder.references.modules._BatchNorm1d import BatchNorm1d, Norm


@mistake(
    BatchNorm1d,
    "The running statistics are not registered as buffers: they are not in the state_dict, stay behind when "
    "the module moves, and a replica shares them. register_buffer does it.",
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
        return mean, super().unbiased(var, len(x))

    def unbiased(self, var, rows):
        return var


@mistake(
    BatchNorm1d,
    "The two variances are swapped: n − 1 belongs to the running variance, n to the normalisation of the batch.",
)
class SwappedVariances(Norm):
    def batch(self, x):
        mean, var = super().batch(x)
        return mean, super().unbiased(var, len(x))

    def unbiased(self, var, rows):
        return var * (rows - 1) / rows


@mistake(BatchNorm1d, "eps is added outside the root. It belongs to the variance: √(variance + eps).", keeps=0.91)
class EpsOutside(Norm):
    def divisor(self, var):
        return var.sqrt() + self.eps


@mistake(BatchNorm1d, "There is no eps: a feature that never changes has variance 0, and 0/0 is NaN.", keeps=0.87)
class WithoutEps(Norm):
    def divisor(self, var):
        return var.sqrt()


@mistake(
    BatchNorm1d,
    "eps makes no difference: 1e-5 is added, whatever was asked for. Add the eps that was handed over.",
    keeps=0.96,
)
class FixedEps(Norm):
    def divisor(self, var):
        return (var + 1e-5).sqrt()


@mistake(
    BatchNorm1d,
    "The affine part is missing: there is no weight and no bias to scale and shift each feature after it was "
    "normalised.",
)
class WithoutAffine(Norm):
    def make_affine(self, features):
        self.weight = self.bias = None

    def scaled(self, y):
        return y


@mistake(BatchNorm1d, "weight and bias are there and are never applied: y · weight + bias, feature by feature.")
class AffineNotApplied(Norm):
    def scaled(self, y):
        return y


@mistake(
    BatchNorm1d,
    "Evaluation normalises with the batch's own statistics. There the running ones belong, so that a row's result "
    "does not depend on its neighbours.",
)
class IgnoresRunning(Norm):
    def chosen(self, x):
        mean, var = self.batch(x)
        if self.training:
            self.remember(mean.detach(), self.unbiased(var, len(x)).detach())
        return mean, var


@mistake(
    BatchNorm1d,
    "Training normalises with the running statistics. There the batch's own belong; the running ones are for "
    "evaluation.",
)
class AlwaysRunning(Norm):
    def chosen(self, x):
        super().chosen(x)
        return self.running_mean, self.running_var


@mistake(BatchNorm1d, "The running statistics also move in evaluation: update them only while self.training is True.")
class UpdatesInEvaluation(Norm):
    def chosen(self, x):
        if self.training or len(x) == 1:
            return super().chosen(x)
        before = self.running_mean, self.running_var
        mean, var = self.batch(x)
        self.remember(mean.detach(), self.unbiased(var, len(x)).detach())
        return before


TURNED = (
    "momentum is the wrong way round: here it is the share of the new batch, running = (1 − momentum) · running + "
    "momentum · new."
)


@mistake(BatchNorm1d, TURNED)
class MomentumTurned(Norm):
    def factor(self):
        return 1 - self.momentum


@mistake(
    BatchNorm1d,
    "Two things. momentum is the wrong way round: it is the share of the new batch. And the running variance takes the "
    "biased variance, divided by n, where the one divided by n − 1 belongs.",
)
class TurnedAndBiased(MomentumTurned):
    def unbiased(self, var, rows):
        return var


@mistake(
    BatchNorm1d,
    "num_batches_tracked is never counted up: it stays at 0. Each batch of the training adds one to it.",
    keeps=0.98,
)
class NeverCounts(Norm):
    def remember(self, mean, var):
        before = self.num_batches_tracked
        super().remember(mean, var)
        self.num_batches_tracked = before


@mistake(
    BatchNorm1d,
    "momentum=0.0 is taken for the default. Zero is a number like any other, and keeps the statistics as they are; "
    "`momentum or 0.1` takes it for nothing.",
    keeps=0.99,
)
class ZeroIsTheDefault(Norm):
    def factor(self):
        return self.momentum or 0.1


@mistake(
    BatchNorm1d,
    "One row passes in training: minus its own mean it is 0, whatever it was, and an unbiased variance, "
    "divided by n − 1 = 0, does not exist. Raise ValueError.",
    keeps=0.96,
)
class TakesOneRow(Norm):
    def check(self, x):
        pass


@mistake(BatchNorm1d, "One row is refused in evaluation, too. There it is fine: the running statistics are at hand.")
class RefusesOneRow(Norm):
    def check(self, x):
        if len(x) == 1:
            raise ValueError("one row has no variance")


@mistake(
    BatchNorm1d,
    "eps=0.0 is not heard: 1e-5 is added all the same. Zero is a number like any other; `eps or 1e-5` takes it for "
    "nothing.",
    keeps=0.99,
)
class ZeroEpsIsTheDefault(Norm):
    def divisor(self, var):
        return (var + (self.eps or 1e-5)).sqrt()


equivalent(BatchNorm1d, "if len(x) == 1:", "if len(x) <= 1:", "At least one row is asked for, so there are never 0.")


@alternative(BatchNorm1d)
class ByVarMean(Norm):
    """In place, with the library's variance."""

    def chosen(self, x):
        if not self.training:
            return self.running_mean, self.running_var
        var, mean = torch.var_mean(x, 0, correction=0)
        with torch.no_grad():
            self.num_batches_tracked.add_(1)
            self.running_mean.lerp_(mean.to(self.running_mean), self.momentum)
            self.running_var.lerp_(x.var(0).to(self.running_var), self.momentum)
        return mean, var


@alternative(BatchNorm1d)
class ByOneFactor(Norm):
    """Scale and shift in one go."""

    def forward(self, x):
        self.check(x)
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            self.remember(mean.detach(), x.detach().var(0))
        else:
            mean, var = self.running_mean, self.running_var
        factor = torch.rsqrt(var + self.eps) * self.weight
        return torch.addcmul(self.bias, x - mean, factor)


promised(BatchNorm1d, "Batch norm over features, as `nn.BatchNorm1d`.", by=["training: a batch"])
promised(BatchNorm1d, "features: how many features there are.", by=["what is there at first"])
promised(BatchNorm1d, "eps: is added to the variance.", by=["training: a large eps", "the docstring's example"])
promised(
    BatchNorm1d,
    "momentum: share of the new batch in the running statistics.",
    by=["statistics after three", "momentum 0 and momentum 1"],
)
promised(
    BatchNorm1d,
    "Parameters: `weight`, at first 1, and `bias`, at first 0, shape (features,).",
    by=["what is there at first"],
)
promised(
    BatchNorm1d,
    "Buffers: `running_mean`, at first 0, and `running_var`, at first 1, shape (features,), and `num_batches_tracked`, "
    "the number of batches so far, shape (), int64.",
    by=["what is there at first", "saved and loaded", "batches are counted"],
)
promised(
    BatchNorm1d,
    "Normalises with the batch's statistics in training, with the running ones in evaluation.",
    by=["training: statistics of earlier batches do not matter", "training without gradients", "evaluation: a batch"],
)
promised(
    BatchNorm1d,
    "x: shape (batch, features), at least one row; dtype and device of the module's tensors.",
    by=["evaluation: one row", "float64", "half precision"],
)
promised(BatchNorm1d, "Shape, dtype and device of `x`.", by=["training: a batch", "half precision"])
promised(BatchNorm1d, "ValueError: in training, a single row.", by=["training: one row"])
promised(BatchNorm1d, "After it the buffers are as before.", by=["training: one row"])
