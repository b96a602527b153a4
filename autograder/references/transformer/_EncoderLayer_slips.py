"""`EncoderLayer`: mistakes that show in evaluation, or in what is handed over."""

from torch.nn import functional as F

from autograder.references.transformer._EncoderLayer import EncoderLayer, Layer
from autograder.references.transformer._shared import in_each_form


@in_each_form(
    EncoderLayer,
    Layer,
    "In evaluation something is dropped, too, as by `F.dropout(…)`, which drops unless it is told `training=False`. "
    "`self.dropout` knows the mode of the layer.",
    keeps=0.95,
)
class DropsInEvaluation(Layer):
    def add(self, x, found):
        return x + F.dropout(found, self.dropout.p)


@in_each_form(
    EncoderLayer,
    Layer,
    "The caller's own tensor is changed, and gradients fail: what the parts hand over is added to x in place, as by "
    "`x += …`. Make a new one: x = x + ….",
    keeps=0.95,
)
class AddsInPlace(Layer):
    def add(self, x, found):
        x += self.dropout(found)
        return x
