"""`Linear`: what is right, and what goes wrong."""

import math

import torch
from torch import nn

from autograder.references import alternative, mistake, promised


class Linear(nn.Linear):
    """The library's own."""


class _Linear(nn.Module):
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        self.start()

    def start(self):
        limit = 1 / math.sqrt(self.inputs)
        nn.init.uniform_(self.weight, -limit, limit)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -limit, limit)

    def product(self, x):
        return x @ self.weight.T

    def forward(self, x):
        y = self.product(x)
        return y if self.bias is None else y + self.bias


@mistake(
    Linear,
    "The weight is a plain tensor: it learns nothing, since no optimizer is told of it, and it is neither saved nor "
    "moved. Make it an nn.Parameter.",
)
class PlainTensors(_Linear):
    def __init__(self, inputs, outputs, bias=True):
        nn.Module.__init__(self)
        self.inputs, self.outputs = inputs, outputs
        self.weight = torch.empty(outputs, inputs, requires_grad=True)
        self.bias = torch.empty(outputs, requires_grad=True) if bias else None
        self.start()


@mistake(
    Linear,
    "The weight is a plain tensor: it learns nothing, since no optimizer is told of it, and it is neither saved nor "
    "moved. Make it an nn.Parameter.",
)
class PlainWeight(_Linear):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, bias)
        weight = self.weight.detach().clone().requires_grad_()
        del self.weight
        self.weight = weight


@mistake(
    Linear,
    "The weight lies on its side: nn.Linear keeps (outputs, inputs), and saved models rely on it. Transpose it in the "
    "product, not in the module.",
)
class OnItsSide(_Linear):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, bias)
        self.weight = nn.Parameter(self.weight.detach().T.clone())

    def product(self, x):
        return x @ self.weight


@mistake(
    Linear,
    "Only a matrix, (rows, inputs), is taken: torch.mm, for instance, wants one. With `x @ weight.T` any "
    "number of dimensions may stand before the last.",
)
class TakesMatricesOnly(_Linear):
    def product(self, x):
        return torch.mm(x, self.weight.T)


@mistake(
    Linear,
    "All rows are laid into one matrix, and it is left at that: the leading dimensions have to come back after the "
    "product.",
)
class StaysFlat(_Linear):
    def product(self, x):
        return x.reshape(-1, self.inputs) @ self.weight.T


@mistake(
    Linear,
    "With more than two dimensions the product does not come out, as when it is `weight @ x.T`. The features "
    "are the last dimension, so the weight comes second: x @ weight.T.",
)
class WeightFirst(_Linear):
    def forward(self, x):
        y = self.weight @ x.mT if x.dim() > 1 else self.weight @ x
        y = y.mT if x.dim() == 2 else y
        return y if self.bias is None else y + self.bias


ONE_VECTOR = (
    "One vector breaks it: it has a single dimension, and `.mT` and transpose(-1, -2) swap two. `x @ weight.T` takes "
    "any number of dimensions."
)


@mistake(Linear, ONE_VECTOR)
class SwapsTheLastTwo(_Linear):
    def product(self, x):
        return (self.weight @ x.transpose(-1, -2)).transpose(-1, -2)


@mistake(Linear, ONE_VECTOR)
class TurnsTheLastTwo(_Linear):
    def product(self, x):
        return (self.weight @ x.mT).mT


@mistake(Linear, "The bias is there and is never added.")
class NeverAdds(_Linear):
    def forward(self, x):
        return self.product(x)


@mistake(
    Linear,
    "bias=False is not heard: there is a bias all the same. Set `self.bias = None`, so that it is neither saved nor "
    "trained.",
)
class AlwaysBiased(_Linear):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, True)
        if not bias:
            nn.init.zeros_(self.bias)


@mistake(
    Linear,
    "The first weights are standard normal: the result grows with the number of inputs. Keep them within ±1/√inputs.",
    keeps=0.87,
)
class StartsWide(_Linear):
    def start(self):
        for parameter in self.parameters():
            nn.init.normal_(parameter)


@mistake(
    Linear,
    "The first weights are all the same number, so all outputs start out alike, and where every layer does "
    "so they get the same gradient and stay alike. Draw them.",
    keeps=0.86,
)
class StartsAtZero(_Linear):
    def start(self):
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake(
    Linear,
    "The first weights lie within about ±1/inputs; the root is missing, perhaps. With ±1/√inputs the size of "
    "the result does not depend on the number of inputs.",
    keeps=0.87,
)
class WithoutTheRoot(_Linear):
    def start(self):
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / self.inputs, 1 / self.inputs)


@mistake(
    Linear,
    "The inputs are multiplied by the weights and not added up, as `*` does it. A sum over the inputs "
    "belongs to the product: `@`.",
)
class Elementwise(_Linear):
    def product(self, x):
        return x.unsqueeze(-2) * self.weight


@mistake(Linear, "The bias is subtracted; it is added.")
class Subtracts(_Linear):
    def forward(self, x):
        y = self.product(x)
        return y if self.bias is None else y - self.bias


@mistake(
    Linear,
    "The bias starts at 0. nn.Linear draws it, too, from ±1/√inputs.",
    keeps=0.9,
)
class BiasAtZero(_Linear):
    def start(self):
        super().start()
        if self.bias is not None:
            nn.init.zeros_(self.bias)


@mistake(
    Linear,
    "The first weights lie between 0 and the limit: torch.rand starts at 0. The interval has two sides, ±1/√inputs.",
    keeps=0.9,
)
class OneSided(_Linear):
    def start(self):
        limit = 1 / math.sqrt(self.inputs)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, 0, limit)


@mistake(
    Linear,
    "The first weights lie within about ±1/√outputs. A sum has as many terms as there are inputs: ±1/√inputs.",
    keeps=0.9,
)
class LimitOfTheOutputs(_Linear):
    def start(self):
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(self.outputs**-0.5), self.outputs**-0.5)


@mistake(
    Linear,
    "The weights are drawn from another interval than ±1/√inputs, perhaps Xavier's, ±√(6 / (inputs + outputs)).",
    keeps=0.9,
)
class Xavier(_Linear):
    def start(self):
        super().start()
        nn.init.xavier_uniform_(self.weight)


@mistake(
    Linear,
    "The first weights are normal with the standard deviation 1/√inputs. They are drawn evenly from ±1/√inputs.",
    keeps=0.9,
)
class NormalOfTheLimit(_Linear):
    def start(self):
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=1 / math.sqrt(self.inputs))


@mistake(
    Linear,
    "The bias has one number for all outputs. Each output has its own: shape (outputs,).",
)
class OneBias(_Linear):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, bias)
        if bias:
            self.bias = nn.Parameter(self.bias.detach()[:1].clone())


@mistake(
    Linear,
    "Inputs and outputs are exchanged: the weight of the layer has shape (outputs, inputs), and x has `inputs` numbers "
    "in a row.",
)
class Exchanged(_Linear):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(outputs, inputs, bias)


@alternative(Linear)
class LinearByEinsum(_Linear):
    def product(self, x):
        return torch.einsum("...i,oi->...o", x, self.weight)


@alternative(Linear)
class LinearByReshape(_Linear):
    def __init__(self, in_features, out_features, bias=True):
        nn.Module.__init__(self)
        bound = in_features**-0.5
        self.weight = nn.Parameter((2 * torch.rand(out_features, in_features) - 1) * bound)
        self.register_parameter("bias", nn.Parameter((2 * torch.rand(out_features) - 1) * bound) if bias else None)

    def product(self, x):
        return x.reshape(-1, x.shape[-1]).mm(self.weight.t()).reshape(*x.shape[:-1], self.weight.shape[0])


promised(Linear, "A linear layer, as `nn.Linear`: y = x · weightᵀ + bias.", by=["a batch", "as many outputs as inputs"])
promised(Linear, "inputs: numbers in one row of the input.", by=["names, shapes and values in the state_dict"])
promised(Linear, "outputs: numbers in one row of the result.", by=["a batch"])
promised(Linear, "bias: whether there is one; without it, `self.bias` is None.", by=["without a bias"])
promised(
    Linear,
    "Parameters: `weight` of shape (outputs, inputs) and `bias` of shape (outputs,), float32.",
    by=["names, shapes and values in the state_dict"],
)
promised(Linear, "Both are drawn uniformly from ±1/√inputs.", by=["the first weights"])
promised(Linear, "`x`: shape (..., inputs), dtype and device of the weight.", by=["four dimensions", "float64"])
promised(Linear, "Returns shape (..., outputs).", by=["one vector, no batch", "no rows at all"])
