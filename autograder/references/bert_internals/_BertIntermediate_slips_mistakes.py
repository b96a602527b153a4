"""Plainer mistakes of `BertIntermediate`: a constant, a sign, a half left out."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.bert_internals._BertIntermediate import BertIntermediate, Intermediate, erf, tanh


def _new(cube=0.044715, power=3, factor=0.5, one=1.0, root=math.sqrt(2 / math.pi)):  # noqa: B008
    """gelu_new with something in it changed."""
    return lambda x: factor * x * (one + torch.tanh(root * (x + cube * x**power)))


def _known(**changed):
    return {"gelu": erf, "gelu_new": tanh, "relu": torch.relu, **changed}


@mistake(BertIntermediate, "In gelu_new the cube counts ten times too much: its factor is 0.044715, with a 0 more.")
class CubeTimesTen(Intermediate):
    known = _known(gelu_new=_new(cube=0.44715))


@mistake(
    BertIntermediate,
    "In gelu_new the factor of the cube is rounded to 0.0447. In float64 it shows: 0.044715.",
    keeps=0.9,
)
class CubeRounded(Intermediate):
    known = _known(gelu_new=_new(cube=0.0447))


@mistake(
    BertIntermediate,
    "In gelu_new the factor of the cube is rounded to 0.045. In float64 it shows: 0.044715.",
    keeps=0.9,
)
class CubeRoundedMore(Intermediate):
    known = _known(gelu_new=_new(cube=0.045))


@mistake(BertIntermediate, "In gelu_new x is squared where it has to be cubed, x³.")
class SquareForCube(Intermediate):
    known = _known(gelu_new=_new(power=2))


@mistake(BertIntermediate, "Both GELUs come out twice as large. The half is missing: x / 2 times the bracket.")
class WithoutHalf(Intermediate):
    known = _known(gelu=lambda x: x * (1 + torch.erf(x / math.sqrt(2))), gelu_new=_new(factor=1.0))


@mistake(
    BertIntermediate,
    "The 1 in the brackets is missing. Without it both GELUs go up on the left as they do on the right.",
)
class WithoutOne(Intermediate):
    known = _known(gelu=lambda x: x / 2 * torch.erf(x / math.sqrt(2)), gelu_new=_new(one=0.0))


@mistake(BertIntermediate, "erf acts on x·√2. x is divided by the root, x / √2.")
class ErfTimesRoot(Intermediate):
    known = _known(gelu=lambda x: x / 2 * (1 + torch.erf(x * math.sqrt(2))))


@mistake(BertIntermediate, '"relu" lets something of the negative numbers through. It makes 0 of them.')
class LeakyRelu(Intermediate):
    known = _known(relu=F.leaky_relu)


@mistake(BertIntermediate, "The dense layer gives hidden_size numbers. It goes to intermediate_size.")
class StaysNarrow(Intermediate):
    def __init__(self, config):
        super().__init__(config)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)


@mistake(BertIntermediate, '"gelu_new" is refused. Three names are known: "gelu", "gelu_new" and "relu".')
class KnowsTwo(Intermediate):
    known = {"gelu": erf, "relu": torch.relu}  # noqa: RUF012


def quick(x):
    """The GELU that CLIP was trained with."""
    return x * torch.sigmoid(1.702 * x)


@mistake(
    BertIntermediate,
    '"gelu_new" gives x·sigmoid(1.702·x), a rougher approximation, which CLIP uses. '
    "The name means the formula with tanh.",
)
class QuickForNew(Intermediate):
    known = _known(gelu_new=quick)


@mistake(
    BertIntermediate,
    "Both GELUs give x·sigmoid(1.702·x), a rougher approximation, which CLIP uses. BERT's have erf and tanh in them.",
)
class QuickForBoth(Intermediate):
    known = _known(gelu=quick, gelu_new=quick)


@mistake(
    BertIntermediate, '"gelu_new" gives x·sigmoid(x), which is SiLU. The name means GELU by the formula with tanh.'
)
class SiluForNew(Intermediate):
    known = _known(gelu_new=F.silu)


PRECISE = "Rounded numbers show in float64: math.pi and math.sqrt have all the digits."


@mistake(BertIntermediate, f"In gelu_new π is 3.14. {PRECISE}", keeps=0.9)
class ShortPi(Intermediate):
    known = _known(gelu_new=_new(root=math.sqrt(2 / 3.14)))


@mistake(BertIntermediate, f"In gelu_new π is 3.1416. {PRECISE}", keeps=0.9)
class LongerPi(Intermediate):
    known = _known(gelu_new=_new(root=math.sqrt(2 / 3.1416)))


@mistake(BertIntermediate, f"In gelu_new √(2/π) is 0.8. {PRECISE}", keeps=0.9)
class ShortRoot(Intermediate):
    known = _known(gelu_new=_new(root=0.8))


@mistake(BertIntermediate, f"In gelu_new √(2/π) is 0.7979. {PRECISE}", keeps=0.9)
class LongerRoot(Intermediate):
    known = _known(gelu_new=_new(root=0.7979))


@mistake(BertIntermediate, f"In gelu √2 is 1.414. {PRECISE}", keeps=0.9)
class ShortRootOfTwo(Intermediate):
    known = _known(gelu=lambda x: x / 2 * (1 + torch.erf(x / 1.414)))
