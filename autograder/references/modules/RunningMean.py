"""`RunningMean`: what goes wrong, and other ways that are right."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.modules import _RunningMean_mistakes  # noqa: F401  (they register themselves)
from autograder.references.modules._RunningMean import Running, RunningMean


@mistake(
    RunningMean,
    "It is the mean of the batches' means: one row in a small batch weighs more than one in a large batch. Divide the "
    "sum of the differences by the number of all rows.",
)
class MeanOfMeans(Running):
    def update(self, rows):
        self.batches = getattr(self, "batches", 0) + 1
        self.count = self.count + len(rows)
        self.mean = self.mean + (rows.mean(0) - self.mean) / self.batches
        self.last = rows.mean(0)


@mistake(
    RunningMean,
    "Batches are counted, and their means are averaged: a batch of one row weighs as much as one of many. Count the "
    "rows, and let each of them weigh the same.",
)
class AveragesTheMeans(Running):
    def update(self, rows):
        self.count = self.count + 1
        self.last = rows.mean(0)
        self.mean = self.mean + (self.last - self.mean) / self.count


@mistake(
    RunningMean,
    "In training the batch's own mean is subtracted, not the mean of all rows seen so far. That one is self.mean.",
)
class SubtractsTheBatchs(Running):
    def result(self, x):
        return x - (self.last if self.training else self.mean).to(x.dtype)


@mistake(
    RunningMean,
    "The latest batch's mean takes the place of the mean of all rows: earlier batches are forgotten.",
)
class ForgetsTheEarlier(Running):
    def update(self, rows):
        super().update(rows)
        self.mean = self.last


@mistake(
    RunningMean,
    "The mean before this batch is subtracted. First the rows go into the mean, then x minus the mean is returned.",
)
class SubtractsTooEarly(Running):
    def forward(self, x):
        before = self.mean
        super().forward(x)
        return x - before.to(x.dtype)


@mistake(
    RunningMean,
    "It is an exponential average with a fixed share for the new batch, as in batch norm. Here all rows weigh the "
    "same: divide by the count.",
)
class Exponential(Running):
    def update(self, rows):
        self.count = self.count + len(rows)
        self.mean = 0.9 * self.mean + 0.1 * rows.mean(0)
        self.last = rows.mean(0)


@mistake(
    RunningMean,
    "Batches are counted, not rows: the new differences are divided by too small a number.",
)
class CountsBatches(Running):
    def update(self, rows):
        super().update(rows)
        self.count = self.count - len(rows) + 1


@mistake(
    RunningMean,
    "The sum of the differences is divided by the number of rows before this batch went in. Count first, then divide.",
)
class CountsTooLate(Running):
    def update(self, rows):
        self.mean = self.mean + (rows - self.mean).sum(0) / self.count.clamp(min=1)
        self.count = self.count + len(rows)
        self.last = rows.mean(0)


@mistake(
    RunningMean,
    "Only the first dimension is averaged. All dimensions but the last are rows: x.reshape(-1, x.shape[-1]).",
    keeps=0.98,
)
class FirstDimensionOnly(Running):
    def forward(self, x):
        if self.training:
            self.update(self.seen(x))
        return self.result(x)


@mistake(
    RunningMean,
    "Only the first dimension is counted. Two sentences of three words are six rows: all dimensions but the last "
    "count.",
    keeps=0.98,
)
class CountsTheFirstDimension(Running):
    def forward(self, x):
        self.counted = len(x)
        return super().forward(x)

    def update(self, rows):
        rows = rows.to(self.mean.dtype)
        self.count = self.count + self.counted
        self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        self.last = rows.mean(0)


@mistake(RunningMean, "`last` is never written: it stays at its zeros.")
class NeverTheLast(Running):
    def update(self, rows):
        before = self.last
        super().update(rows)
        self.last = before


@mistake(
    RunningMean,
    "The result is computed without a gradient, too: what lies in front learns nothing. Only the lines that remember "
    "are cut off: x.detach() there, and x itself in the result.",
)
class CutsTheResult(Running):
    def result(self, x):
        return super().result(x.detach())


@mistake(
    RunningMean,
    "The gradient flows through the mean as well. It is taken for a constant: what is subtracted comes from "
    "x.detach().",
    keeps=0.9,
)
class LearnsThroughTheMean(Running):
    def forward(self, x):
        if not self.training:
            return self.result(x)
        rows = x.reshape(-1, x.shape[-1])
        self.update(rows.detach())
        share = (rows - rows.detach()).sum(0) / self.count
        return (x - self.mean - share).to(x.dtype)


@mistake(
    RunningMean,
    "Nothing is saved: persistent=False is for `last` alone. mean and count are worth something tomorrow.",
)
class SavesNothing(Running):
    def keep(self, name, value, persistent=True):
        super().keep(name, value, False)


@mistake(
    RunningMean,
    "`last` still hangs on the graph of its batch: the graph stays in memory, and a module in training can no longer "
    "be copied. Detach the rows before anything is kept of them.",
)
class LastKeepsTheGraph(Running):
    def seen(self, x):
        return x

    def update(self, rows):
        super().update(rows)
        self.mean = self.mean.detach()


@alternative(RunningMean)
class InPlace(Running):
    @torch.no_grad()
    def update(self, rows):
        self.count += rows.shape[0]
        self.mean.lerp_(rows.mean(0).to(self.mean.dtype), len(rows) / int(self.count))
        self.last.copy_(rows.mean(0))


@alternative(RunningMean)
class WithoutGradients(Running):
    def seen(self, x):
        return x.data

    def update(self, rows):
        rows = rows.float() if self.mean.dtype == torch.float32 else rows.double()
        total = self.mean * self.count + rows.sum(dim=0)
        self.count = self.count + rows.size(0)
        self.mean, self.last = total / self.count, rows.sum(dim=0) / rows.size(0)


@alternative(RunningMean)
class MeanInTheInputsDtype(Running):
    def result(self, x):
        return torch.sub(x, self.mean.to(dtype=x.dtype))


@alternative(RunningMean)
class ByAShare(Running):
    """The share is a float32 tensor, after `module.double()` too."""

    @torch.no_grad()
    def update(self, rows):
        rows = rows.to(self.mean.dtype)
        self.count += rows.shape[0]
        share = rows.shape[0] / self.count
        self.mean.lerp_(rows.mean(0), share.to(self.mean.dtype))
        self.last.copy_(rows.mean(0))


promised(
    RunningMean,
    "Subtracts the mean of all rows seen in training.",
    by=["one batch", "three batches, one of them a single row"],
)
promised(RunningMean, "features: numbers in a row.", by=["what it keeps"])
promised(
    RunningMean,
    "Buffers, at first zeros: `mean`, shape (features,), float32, and `count`, the number of rows so far, shape (), "
    "int64, are saved.",
    by=["what it keeps", "saved and loaded"],
)
promised(
    RunningMean,
    "`last`, the mean of the latest training batch, shape (features,), is not.",
    by=["what it keeps", "one batch", "evaluation"],
)
promised(RunningMean, "No parameters.", by=["what it keeps"])
promised(
    RunningMean,
    "Takes the rows of `x` into the mean (in training only), then returns `x` minus the mean.",
    by=["one batch", "evaluation", "training without gradients"],
)
promised(
    RunningMean,
    "x: shape (..., features), at least one row, dtype of the buffers.",
    by=["any number of dimensions", "float64 on the way"],
)
promised(RunningMean, "It is not changed.", by=["the input is left alone"])
promised(
    RunningMean,
    "Shape and dtype of `x`.",
    by=["any number of dimensions", "float64 on the way"],
)
promised(
    RunningMean,
    "Its gradient takes the mean for a constant.",
    by=["the gradient takes the mean for a constant", "two steps with a layer in front"],
)
