"""`Linear`: what goes wrong, and other ways that are right."""

import torch
from torch import nn

from autograder.references import alternative, mistake, promised
from autograder.references.modules import _Linear_mistakes  # noqa: F401  (they register themselves)
from autograder.references.modules._Linear import Layer, Linear


@mistake(
    Linear,
    "Weight and bias are plain tensors: they learn nothing, since no optimizer is told of them, and they are neither "
    "saved nor moved. Make each an nn.Parameter.",
)
class PlainTensors(Layer):
    def __init__(self, inputs, outputs, bias=True):
        nn.Module.__init__(self)
        self.inputs, self.outputs = inputs, outputs
        self.weight = torch.empty(outputs, inputs, requires_grad=True)
        self.bias = torch.empty(outputs, requires_grad=True) if bias else None
        self.start()


@mistake(
    Linear,
    "With bias=False nothing is added, but the bias is there all the same, so that it is listed and saved. Then "
    "`self.bias` should be None.",
    keeps=0.6,
)
class BiasThatIsNotAdded(Layer):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs)
        self.added = bias

    def forward(self, x):
        return super().forward(x) if self.added else self.product(x)


@mistake(
    Linear,
    "The weight is a plain tensor: it learns nothing, since no optimizer is told of it, and it is neither saved nor "
    "moved. Make it an nn.Parameter.",
)
class PlainWeight(Layer):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, bias)
        weight = self.weight.detach().clone().requires_grad_()
        del self.weight
        self.weight = weight


@mistake(
    Linear,
    "The bias is a plain tensor, though the weight is a parameter: no optimizer is told of it, and it is neither saved "
    "nor moved. Make it an nn.Parameter, too.",
)
class PlainBias(Layer):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, bias)
        if bias:
            values = self.bias.detach().clone()
            del self.bias
            self.bias = values


@mistake(
    Linear,
    "The weight lies on its side: nn.Linear keeps (outputs, inputs), and saved models rely on it. Transpose it in the "
    "product, not in the module.",
)
class OnItsSide(Layer):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, bias)
        self.weight = nn.Parameter(self.weight.detach().T.clone())

    def product(self, x):
        return x @ self.weight


@mistake(
    Linear,
    "The product is `x @ weight`, with the weight as it lies, and its shape is (outputs, inputs). The two numbers in "
    "the middle have to be the same, inputs: turn the weight over, x @ weight.T.",
)
class WithoutTurning(Layer):
    def product(self, x):
        return x @ self.weight


@mistake(
    Linear,
    "Only a matrix, (rows, inputs), is taken: torch.mm, for instance, wants one. With `x @ weight.T` any "
    "number of dimensions may stand before the last.",
)
class TakesMatricesOnly(Layer):
    def product(self, x):
        return torch.mm(x, self.weight.T)


@mistake(
    Linear,
    "All rows are laid into one matrix, and it is left at that: the leading dimensions have to come back after the "
    "product.",
)
class StaysFlat(Layer):
    def product(self, x):
        return x.reshape(-1, self.inputs) @ self.weight.T


@mistake(
    Linear,
    "With more than two dimensions the product does not come out, as when it is `weight @ x.T`. The features "
    "are the last dimension, so the weight comes second: x @ weight.T.",
)
class WeightFirst(Layer):
    def forward(self, x):
        y = self.weight @ x.mT if x.dim() > 1 else self.weight @ x
        y = y.mT if x.dim() == 2 else y
        return y if self.bias is None else y + self.bias


ONE_VECTOR = (
    "One vector breaks it: it has a single dimension, and `.mT`, `transpose(-1, -2)` and `flatten(0, -2)` ask for two. "
    "`x @ weight.T` takes any number of dimensions: leave x as it is."
)


@mistake(Linear, ONE_VECTOR)
class SwapsTheLastTwo(Layer):
    def product(self, x):
        return (self.weight @ x.transpose(-1, -2)).transpose(-1, -2)


@mistake(Linear, ONE_VECTOR)
class TurnsTheLastTwo(Layer):
    def product(self, x):
        return (self.weight @ x.mT).mT


@mistake(Linear, "The bias is there and is never added.")
class NeverAdds(Layer):
    def forward(self, x):
        return self.product(x)


@mistake(
    Linear,
    "With bias=False there is a parameter all the same, whatever its numbers: it is listed and saved. Set "
    "`self.bias = None`.",
)
class AlwaysBiased(Layer):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, True)
        if not bias:
            nn.init.zeros_(self.bias)


@mistake(
    Linear,
    "The inputs are multiplied by the weights and not added up, as `*` does it. A sum over the inputs "
    "belongs to the product: `@`.",
)
class Elementwise(Layer):
    def product(self, x):
        return x.unsqueeze(-2) * self.weight


@mistake(Linear, "The bias is subtracted; it is added.")
class Subtracts(Layer):
    def forward(self, x):
        y = self.product(x)
        return y if self.bias is None else y - self.bias


@mistake(
    Linear,
    "The bias has one number for all outputs. Each output has its own: shape (outputs,).",
)
class OneBias(Layer):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs, bias)
        if bias:
            self.bias = nn.Parameter(self.bias.detach()[:1].clone())


@mistake(
    Linear,
    "Inputs and outputs are exchanged: the weight of the layer has shape (outputs, inputs), and x has `inputs` numbers "
    "in a row.",
)
class Exchanged(Layer):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(outputs, inputs, bias)


@alternative(Linear)
class LinearByEinsum(Layer):
    def product(self, x):
        return torch.einsum("...i,oi->...o", x, self.weight)


@alternative(Linear)
class LinearByReshape(Layer):
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
promised(Linear, "Both are drawn uniformly between −1/√inputs and 1/√inputs.", by=["the first weights"])
promised(Linear, "`x`: shape (..., inputs), dtype and device of the weight.", by=["four dimensions", "float64"])
promised(Linear, "Returns shape (..., outputs).", by=["one vector, no batch", "no rows at all"])
