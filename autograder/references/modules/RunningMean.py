"""`RunningMean`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, mistake


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
        return x - self.mean


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
        self.count = self.count + len(rows)
        self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        self.last = rows.mean(0)

    def forward(self, x):
        if self.learns():
            self.update(self.seen(x).reshape(-1, x.shape[-1]))
        return x - self.mean


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


@mistake(RunningMean, f"One fault is left: {ATTRIBUTES}. Register them as buffers.")
class StillPlain(_Plain):
    pass


@mistake(RunningMean, f"One fault is left: {GRAPH}.")
class StillOnTheGraph(_Graph):
    pass


@mistake(RunningMean, f"One fault is left: {ALWAYS}.")
class StillLearning(_Always):
    pass


@mistake(RunningMean, f"Two faults are left. {ATTRIBUTES}; {GRAPH}.")
class PlainOnTheGraph(_Plain, _Graph):
    pass


@mistake(RunningMean, f"Two faults are left. {ATTRIBUTES}; {ALWAYS}.")
class PlainAndLearning(_Plain, _Always):
    pass


@mistake(RunningMean, f"Two faults are left: {GRAPH}; {ALWAYS}.")
class GraphAndLearning(_Graph, _Always):
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
        total = self.mean * self.count + rows.sum(dim=0)
        self.count = self.count + rows.size(0)
        self.mean, self.last = total / self.count, rows.sum(dim=0) / rows.size(0)
