"""Mistakes of `RunningMean` about what is remembered, how it is kept, and when."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.modules._RunningMean import Running, RunningMean


class _Plain(Running):
    def keep(self, name, value, persistent=True):
        setattr(self, name, value)


class _Graph(Running):
    def seen(self, x):
        return x


class _Always(Running):
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
class FrozenParameter(Running):
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
class MeanIsPlain(Running):
    def keep(self, name, value, persistent=True):
        if name == "mean":
            self.mean = value
        else:
            super().keep(name, value, persistent)


@mistake(RunningMean, "The last batch's mean is saved too. It is worth nothing tomorrow: persistent=False.")
class SavesTheLast(Running):
    def keep(self, name, value, persistent=True):
        super().keep(name, value)


@mistake(
    RunningMean,
    "The last batch's mean is a plain attribute. persistent=False is for this: not saved, but moved and copied with "
    "the module.",
)
class LastIsPlain(Running):
    def keep(self, name, value, persistent=True):
        if persistent:
            super().keep(name, value)
        else:
            setattr(self, name, value)


@mistake(
    RunningMean,
    "The count is not saved, since it is no buffer: a loaded module starts to count at 0 again, and its "
    "first batch overwrites all that was learned. Register it.",
)
class CountIsANumber(Running):
    def keep(self, name, value, persistent=True):
        if name == "count":
            self.count = 0
        else:
            super().keep(name, value, persistent)


@mistake(
    RunningMean,
    "A loaded module counts on from 0 and not from the loaded `count`, as when a plain number beside the buffer is the "
    "true counter: its next batch spoils mean and count. Let the buffer itself do the counting.",
)
class CountsBeside(Running):
    def update(self, rows):
        self.rows = vars(self).get("rows", 0) + len(rows)
        self.count = torch.full_like(self.count, self.rows - len(rows))
        super().update(rows)


@mistake(
    RunningMean,
    "In training under torch.no_grad() nothing is remembered. That no gradients are recorded is another thing than "
    "evaluation: self.training alone decides.",
)
class WantsGradients(Running):
    def learns(self):
        return self.training and torch.is_grad_enabled()


@mistake(
    RunningMean,
    "`last` is written in evaluation too. It is the mean of the latest training batch: leave it alone where "
    "self.training is False.",
)
class LastInEvaluation(Running):
    def forward(self, x):
        result = super().forward(x)
        if not self.training:
            self.last = self.seen(x).reshape(-1, x.shape[-1]).to(self.mean.dtype).mean(0)
        return result
