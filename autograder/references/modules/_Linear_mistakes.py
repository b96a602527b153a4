"""Mistakes of `Linear` about the numbers that it begins with."""

import math

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.modules._Linear import Layer, Linear


@mistake(
    Linear,
    "The first weights are standard normal: the result grows with the number of inputs. Keep them within ±1/√inputs.",
    keeps=0.87,
)
class StartsWide(Layer):
    def start(self):
        for parameter in self.parameters():
            nn.init.normal_(parameter)


@mistake(
    Linear,
    "The first weights are all the same number, so all outputs start out alike, and where every layer does "
    "so they get the same gradient and stay alike. Draw them.",
    keeps=0.86,
)
class StartsAtZero(Layer):
    def start(self):
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake(
    Linear,
    "The first weights lie within about ±1/inputs; the root is missing, perhaps. With ±1/√inputs the size of "
    "the result does not depend on the number of inputs.",
    keeps=0.87,
)
class WithoutTheRoot(Layer):
    def start(self):
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / self.inputs, 1 / self.inputs)


@mistake(
    Linear,
    "The bias starts at 0. nn.Linear draws it, too, from ±1/√inputs.",
    keeps=0.9,
)
class BiasAtZero(Layer):
    def start(self):
        super().start()
        if self.bias is not None:
            nn.init.zeros_(self.bias)


@mistake(
    Linear,
    "The first weights lie between 0 and the limit, as from torch.rand, which starts at 0. The interval has two sides, "
    "±1/√inputs.",
    keeps=0.9,
)
class OneSided(Layer):
    def start(self):
        limit = 1 / math.sqrt(self.inputs)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, 0, limit)


@mistake(
    Linear,
    "The first weights lie within about ±1/√outputs. A sum has as many terms as there are inputs: ±1/√inputs.",
    keeps=0.9,
)
class LimitOfTheOutputs(Layer):
    def start(self):
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(self.outputs**-0.5), self.outputs**-0.5)


@mistake(
    Linear,
    "The weights are drawn from another interval than ±1/√inputs, perhaps Xavier's, ±√(6 / (inputs + outputs)).",
    keeps=0.9,
)
class Xavier(Layer):
    def start(self):
        super().start()
        nn.init.xavier_uniform_(self.weight)


@mistake(
    Linear,
    "The first weights are normal with the standard deviation 1/√inputs. They are drawn evenly from ±1/√inputs.",
    keeps=0.9,
)
class NormalOfTheLimit(Layer):
    def start(self):
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=1 / math.sqrt(self.inputs))


@mistake(
    Linear,
    "The first weights are normal, of the spread that even ones have. So some lie beyond ±1/√inputs, where none "
    "should: draw them evenly, with uniform_ or torch.rand.",
    keeps=0.9,
)
class NormalOfTheSpread(Layer):
    def start(self):
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=(3 * self.inputs) ** -0.5)


@mistake(
    Linear,
    "Each layer of the same sizes begins with the same numbers, as when a seed is set at every call: a "
    "`torch.Generator()` of one's own, for instance, always starts from the same one. Draw from the global generator.",
    keeps=0.9,
)
class AlwaysTheSameDraw(Layer):
    def start(self):
        limit = self.inputs**-0.5
        for parameter in self.parameters():
            generator = torch.Generator(parameter.device).manual_seed(1)
            nn.init.uniform_(parameter, -limit, limit, generator=generator)


@mistake(
    Linear,
    "The first weights lie within ±√inputs: the root is multiplied by where it should divide. The limit is 1/√inputs, "
    "or inputs ** -0.5, and gets smaller the more inputs there are.",
    keeps=0.87,
)
class TimesTheRoot(Layer):
    def start(self):
        limit = math.sqrt(self.inputs)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -limit, limit)
