"""The plainest mistakes of `BertIntermediate`: one sign, one factor, one function."""

import math

import torch

from autograder.references import mistake
from autograder.references.bert_internals._BertIntermediate import BertIntermediate, Intermediate, erf, tanh


def _gelu(phi):
    """A module that takes x·phi(x) for "gelu"."""
    return {"gelu": lambda x: x * phi(x), "gelu_new": tanh, "relu": torch.relu}


def _new(root=math.sqrt(2 / math.pi), cube=0.044715, bounded=torch.tanh, sign=1):  # noqa: B008
    return {
        "gelu": erf,
        "gelu_new": lambda x: x / 2 * (1 + sign * bounded(root * (x + cube * x**3))),
        "relu": torch.relu,
    }


def _relu(function):
    return {"gelu": erf, "gelu_new": tanh, "relu": function}


@mistake(BertIntermediate, '"relu" gives GELU. It is max(x, 0).')
class GeluForRelu(Intermediate):
    known = _relu(erf)


@mistake(BertIntermediate, '"relu" gives a sigmoid. It is max(x, 0).')
class SigmoidForRelu(Intermediate):
    known = _relu(torch.sigmoid)


@mistake(BertIntermediate, '"relu" changes nothing. It makes 0 of what is negative.')
class NothingForRelu(Intermediate):
    known = _relu(lambda x: x)


@mistake(BertIntermediate, '"relu" turns the sign of what is negative. It makes 0 of it.')
class AbsForRelu(Intermediate):
    known = _relu(torch.abs)


@mistake(BertIntermediate, "In gelu_new the fraction stands on its head: √(2/π), not √(π/2).")
class RootUpsideDown(Intermediate):
    known = _new(root=math.sqrt(math.pi / 2))


@mistake(BertIntermediate, "In gelu_new the root is missing from 2/π.")
class WithoutRoot(Intermediate):
    known = _new(root=2 / math.pi)


@mistake(BertIntermediate, "In gelu_new the root is √2. It is √(2/π).")
class RootOfTwo(Intermediate):
    known = _new(root=math.sqrt(2))


@mistake(BertIntermediate, "In gelu_new the factor √(2/π) is missing.")
class WithoutFactor(Intermediate):
    known = _new(root=1.0)


@mistake(BertIntermediate, "In gelu_new the cube is subtracted. It is added to x.")
class SubtractsCube(Intermediate):
    known = _new(cube=-0.044715)


@mistake(BertIntermediate, "In gelu_new the cube has no factor: 0.044715·x³.")
class WholeCube(Intermediate):
    known = _new(cube=1.0)


@mistake(
    BertIntermediate,
    "In gelu_new the cube counts too little by ten: its factor is 0.044715, with one 0 behind the point.",
)
class CubeByTen(Intermediate):
    known = _new(cube=0.0044715)


@mistake(BertIntermediate, "In gelu_new the tanh is subtracted from 1. It is added.")
class SubtractsTanh(Intermediate):
    known = _new(sign=-1)


@mistake(BertIntermediate, "In gelu_new an erf acts where a tanh should.")
class ErfInNew(Intermediate):
    known = _new(bounded=torch.erf)


@mistake(BertIntermediate, "In gelu the erf is subtracted from 1. It is added.")
class SubtractsErf(Intermediate):
    known = _gelu(lambda x: (1 - torch.erf(x / math.sqrt(2))) / 2)


@mistake(BertIntermediate, "In gelu x is divided by 2 inside the erf. It is divided by √2.")
class HalfInside(Intermediate):
    known = _gelu(lambda x: (1 + torch.erf(x / 2)) / 2)


@mistake(BertIntermediate, "In gelu a tanh acts where an erf should.")
class TanhInside(Intermediate):
    known = _gelu(lambda x: (1 + torch.tanh(x / math.sqrt(2))) / 2)
