"""`RunningMean`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, mistake, promised


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


class _Running(nn.Module):
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


class _Plain(_Running):
    def keep(self, name, value, persistent=True):
        setattr(self, name, value)


class _Graph(_Running):
    def seen(self, x):
        return x


class _Always(_Running):
    def learns(self):
        return True


ATTRIBUTES = "mean, count and last are plain attributes: they are not saved, do not move, and a replica shares them"

GRAPH = "the graph of every batch is kept alive, since x is not detached before it goes into the mean"

ALWAYS = "the mean also moves in evaluation, when self.training is False"


@mistake(RunningMean, f"All three faults are still there. {ATTRIBUTES}; {GRAPH}; {ALWAYS}.")
class HandedOver(_Plain, _Graph, _Always):
    pass


@mistake(RunningMean, f"{ATTRIBUTES[0].upper()}{ATTRIBUTES[1:]}. Register them as buffers.")
class StillPlain(_Plain):
    pass


@mistake(RunningMean, f"{GRAPH[0].upper()}{GRAPH[1:]}.")
class StillOnTheGraph(_Graph):
    pass


@mistake(RunningMean, f"{ALWAYS[0].upper()}{ALWAYS[1:]}.")
class StillLearning(_Always):
    pass


@mistake(
    RunningMean,
    "The mean is a parameter that needs no gradient. It is saved and moved, but optimizers, parameter counts and "
    "averages of parameters take it for something learned: make it a buffer.",
)
class FrozenParameter(_Running):
    def keep(self, name, value, persistent=True):
        if name == "mean":
            self.mean = nn.Parameter(value, requires_grad=False)
        else:
            super().keep(name, value, persistent)

    def update(self, rows):
        self.count += len(rows)
        self.mean.data += (rows - self.mean).sum(0) / self.count
        self.last = rows.mean(0)


@mistake(RunningMean, "The mean is a plain attribute: it is not saved, does not move, and a replica shares it.")
class MeanIsPlain(_Running):
    def keep(self, name, value, persistent=True):
        if name == "mean":
            self.mean = value
        else:
            super().keep(name, value, persistent)


@mistake(RunningMean, "The last batch's mean is saved too. It is worth nothing tomorrow: persistent=False.")
class SavesTheLast(_Running):
    def keep(self, name, value, persistent=True):
        super().keep(name, value)


@mistake(
    RunningMean,
    "The last batch's mean is a plain attribute. persistent=False is for this: not saved, but moved and copied with "
    "the module.",
)
class LastIsPlain(_Running):
    def keep(self, name, value, persistent=True):
        if persistent:
            super().keep(name, value)
        else:
            setattr(self, name, value)


@mistake(
    RunningMean,
    "The count is a Python number. A loaded module starts to count at 0 again, and its first batch overwrites all that "
    "was learned: make it a buffer.",
)
class CountIsANumber(_Running):
    def keep(self, name, value, persistent=True):
        if name == "count":
            self.count = 0
        else:
            super().keep(name, value, persistent)


@mistake(
    RunningMean,
    "It is the mean of the batches' means: one row in a small batch weighs more than one in a large batch. Divide the "
    "sum of the differences by the number of all rows.",
)
class MeanOfMeans(_Running):
    def update(self, rows):
        self.batches = getattr(self, "batches", 0) + 1
        self.count = self.count + len(rows)
        self.mean = self.mean + (rows.mean(0) - self.mean) / self.batches
        self.last = rows.mean(0)


@mistake(
    RunningMean,
    "A float32 mean makes float32 of half precision: the result comes back in another dtype than its input had. Bring "
    "the mean to x.dtype.",
    keeps=0.98,
)
class MeanDecidesTheDtype(_Running):
    def result(self, x):
        return x - self.mean


@mistake(
    RunningMean,
    "The batch's own mean is subtracted, not the mean of all rows seen so far. That one is self.mean.",
)
class SubtractsTheBatchs(_Running):
    def result(self, x):
        return x - (self.last if self.training else self.mean).to(x.dtype)


@mistake(
    RunningMean,
    "The latest batch's mean takes the place of the mean of all rows: earlier batches are forgotten.",
)
class ForgetsTheEarlier(_Running):
    def update(self, rows):
        super().update(rows)
        self.mean = self.last


@mistake(
    RunningMean,
    "The mean before this batch is subtracted. First the rows go into the mean, then x minus the mean is returned.",
)
class SubtractsTooEarly(_Running):
    def forward(self, x):
        before = self.mean
        super().forward(x)
        return x - before.to(x.dtype)


@mistake(
    RunningMean,
    "It is an exponential average with a fixed share for the new batch, as in batch norm. Here all rows weigh the "
    "same: divide by the count.",
)
class Exponential(_Running):
    def update(self, rows):
        self.count = self.count + len(rows)
        self.mean = 0.9 * self.mean + 0.1 * rows.mean(0)
        self.last = rows.mean(0)


@mistake(
    RunningMean,
    "Batches are counted, not rows: the new differences are divided by too small a number.",
)
class CountsBatches(_Running):
    def update(self, rows):
        super().update(rows)
        self.count = self.count - len(rows) + 1


@mistake(
    RunningMean,
    "The sum of the differences is divided by the number of rows before this batch went in. Count first, then divide.",
)
class CountsTooLate(_Running):
    def update(self, rows):
        self.mean = self.mean + (rows - self.mean).sum(0) / self.count.clamp(min=1)
        self.count = self.count + len(rows)
        self.last = rows.mean(0)


@mistake(
    RunningMean,
    "Only the first dimension is averaged. All dimensions but the last are rows: x.reshape(-1, x.shape[-1]).",
    keeps=0.98,
)
class FirstDimensionOnly(_Running):
    def forward(self, x):
        if self.training:
            self.update(self.seen(x))
        return self.result(x)


@mistake(RunningMean, "`last` is never written: it stays at its zeros.")
class NeverTheLast(_Running):
    def update(self, rows):
        before = self.last
        super().update(rows)
        self.last = before


@mistake(
    RunningMean,
    "The result is computed without a gradient, too: what lies in front learns nothing. Only the lines that remember "
    "are cut off: x.detach() there, and x itself in the result.",
)
class CutsTheResult(_Running):
    def result(self, x):
        return super().result(x.detach())


@mistake(
    RunningMean,
    "The gradient flows through the mean as well. It is taken for a constant: what is subtracted comes from "
    "x.detach().",
    keeps=0.9,
)
class LearnsThroughTheMean(_Running):
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
class SavesNothing(_Running):
    def keep(self, name, value, persistent=True):
        super().keep(name, value, False)


@mistake(
    RunningMean,
    "A batch of another dtype changes that of what is remembered: float32 and float64 give float64, and the mean of a "
    "half is a half. Convert the rows to the buffer's dtype first, or write into the buffer.",
    keeps=0.95,
)
class InTheDtypeOfTheBatch(_Running):
    def update(self, rows):
        self.count = self.count + len(rows)
        self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        self.last = rows.mean(0)


@mistake(
    RunningMean,
    "`last` still hangs on the graph of its batch: the graph stays in memory, and a module in training can no longer "
    "be copied. Detach the rows before anything is kept of them.",
)
class LastKeepsTheGraph(_Running):
    def seen(self, x):
        return x

    def update(self, rows):
        super().update(rows)
        self.mean = self.mean.detach()


@alternative(RunningMean)
class InPlace(_Running):
    @torch.no_grad()
    def update(self, rows):
        self.count += rows.shape[0]
        self.mean.lerp_(rows.mean(0).to(self.mean.dtype), len(rows) / int(self.count))
        self.last.copy_(rows.mean(0))


@alternative(RunningMean)
class WithoutGradients(_Running):
    def seen(self, x):
        return x.data

    def update(self, rows):
        rows = rows.float() if self.mean.dtype == torch.float32 else rows.double()
        total = self.mean * self.count + rows.sum(dim=0)
        self.count = self.count + rows.size(0)
        self.mean, self.last = total / self.count, rows.sum(dim=0) / rows.size(0)


@alternative(RunningMean)
class MeanInTheInputsDtype(_Running):
    def result(self, x):
        return torch.sub(x, self.mean.to(dtype=x.dtype))


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
    by=["one batch", "evaluation"],
)
promised(RunningMean, "x: shape (..., features), at least one row.", by=["any number of dimensions"])
promised(RunningMean, "It is not changed.", by=["the input is left alone"])
promised(
    RunningMean,
    "Shape and dtype of `x`.",
    by=["any number of dimensions", "float64 on the way", "half precision comes back as it came"],
)
promised(
    RunningMean,
    "Its gradient takes the mean for a constant.",
    by=["the gradient takes the mean for a constant", "two steps with a layer in front"],
)
