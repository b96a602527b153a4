"""`Var`: what goes wrong, and other ways that are right."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.autograd_from_scratch._var import Var, Written
from helpers.nodes import Arithmetic


@mistake(
    Var,
    "What goes back over the edges of a product is the gradient times the node's own value. It is the other factor "
    "that counts.",
)
class OwnFactor(Written):
    def __mul__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value * other.value,
            (self, lambda grad: (grad * self.value).sum_to_size(self.value.shape)),
            (other, lambda grad: (grad * other.value).sum_to_size(other.value.shape)),
        )


@mistake(
    Var,
    "Where a product broadcasts, what goes back has the shape of the result, or does not fit. Multiply by the other "
    "value first, and then bring it to the shape of each, as `__add__` does with `sum_to_size`.",
)
class ProductWithoutSum(Written):
    def __mul__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value * other.value,
            (self, lambda grad: grad * other.value),
            (other, lambda grad: grad * self.value),
        )


@mistake(
    Var,
    "Where a product broadcasts, the gradient is summed before it is multiplied by the other value. The places that "
    "are summed have different factors, so multiply first.",
)
class SumsBeforeTheProduct(Written):
    def __mul__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value * other.value,
            (self, lambda grad: (grad.sum_to_size(self.value.shape) * other.value).sum_to_size(self.value.shape)),
            (other, lambda grad: (grad.sum_to_size(other.value.shape) * self.value).sum_to_size(other.value.shape)),
        )


@mistake(
    Var,
    "The gradients of a matrix product do not fit: a factor stands on the wrong side, or is not transposed. For a @ b, "
    "`grad @ b.T` goes back to a, and `a.T @ grad` to b: only so do the shapes fit.",
)
class MatricesOnTheWrongSide(Written):
    def __matmul__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value @ other.value,
            (self, lambda grad: other.value.mT @ grad),
            (other, lambda grad: grad @ self.value.mT),
        )


@mistake(
    Var,
    "The gradients of a matrix product do not fit: a factor stands on the wrong side, or is not transposed. For a @ b, "
    "`grad @ b.T` goes back to a, and `a.T @ grad` to b: only so do the shapes fit.",
)
class MatricesNotTransposed(Written):
    def __matmul__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value @ other.value,
            (self, lambda grad: grad @ other.value),
            (other, lambda grad: self.value @ grad),
        )


@mistake(
    Var,
    "The way back through a matrix product is that of an element-wise one: gradient times the other value, entry by "
    "entry. Each result of a matrix product is a sum over a row and a column, so matrices are multiplied on the way "
    "back, too.",
)
class MatricesByEntries(Written):
    def __matmul__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value @ other.value, (self, lambda grad: grad * other.value), (other, lambda grad: grad * self.value)
        )


@mistake(
    Var,
    "Relu lets the gradient through where its input is exactly 0. There nothing goes back: compare with `> 0`, not "
    "with `>= 0`.",
    keeps=0.9,
)
class ReluLetsZeroThrough(Written):
    def relu(self):
        return self.made(self.value.relu(), (self, lambda grad: grad * (self.value >= 0)))


@mistake(
    Var,
    "What goes back through relu depends on the sign of the gradient instead of the sign of the input: negative "
    "gradients are lost. Where the input was above zero the gradient passes, whatever its sign.",
)
class ReluOfTheGradient(Written):
    def relu(self):
        return self.made(self.value.relu(), (self, lambda grad: grad.relu()))


@mistake(
    Var,
    "Relu lets every gradient through. Where its input was not above zero, the result is 0 whatever the input does, so "
    "nothing goes back.",
)
class ReluLetsAllThrough(Written):
    def relu(self):
        return self.made(self.value.relu(), (self, lambda grad: grad))


@mistake(
    Var,
    "The gradient of exp is multiplied by the input. The derivative of exp is exp itself, so it is the result that "
    "counts.",
)
class ExpByTheInput(Written):
    def exp(self):
        return self.made(self.value.exp(), (self, lambda grad: grad * self.value))


@mistake(
    Var,
    "The gradient of log is multiplied by the input, or divided by the result. The derivative of log(x) is 1 / x: "
    "divide by the input.",
)
class LogByTheInput(Written):
    def log(self):
        return self.made(self.value.log(), (self, lambda grad: grad * self.value))


@mistake(
    Var,
    "The gradient of log is multiplied by the input, or divided by the result. The derivative of log(x) is 1 / x: "
    "divide by the input.",
)
class LogByTheResult(Written):
    def log(self):
        result = self.value.log()
        return self.made(result, (self, lambda grad: grad / result))


@mistake(
    Var,
    "Through relu, exp or log comes the factor alone: the gradient that arrives plays no part. It is what arrives, "
    "times the factor.",
)
class WithoutWhatArrives(Written):
    def relu(self):
        return self.made(self.value.relu(), (self, lambda grad: (self.value > 0).to(grad.dtype)))

    def exp(self):
        result = self.value.exp()
        return self.made(result, (self, lambda grad: result))

    def log(self):
        return self.made(self.value.log(), (self, lambda grad: 1 / self.value))


@mistake(
    Var,
    "What goes back over the edge of a sum is a single number. Each entry of the input gets it, so it is expanded to "
    "the input's shape.",
)
class SumSendsOneNumber(Written):
    def sum(self):
        return self.made(self.value.sum(), (self, lambda grad: grad))


@mistake(
    Var,
    "What goes back over the edge of a sum is ones, whatever arrives. It is what arrives, for every entry of the "
    "input.",
)
class SumSendsOnes(Written):
    def sum(self):
        return self.made(self.value.sum(), (self, lambda grad: torch.ones_like(self.value)))


@mistake(
    Var,
    "The gradient of a sum is shared out among the entries. Each of them moves the sum by as much as it moves "
    "itself, so each gets the whole of what arrives.",
)
class SumSharesOut(Written):
    def sum(self):
        return self.made(self.value.sum(), (self, lambda grad: (grad / self.value.numel()).expand(self.value.shape)))


@mistake(
    Var,
    "A number or a plain tensor as a factor ends in an error: it has no `value`. Begin with `other = "
    "self.wrap(other)`, as `__add__` does.",
)
class FactorsMustBeVariables(Written):
    def __mul__(self, other):
        return self.made(
            self.value * other.value,
            (self, lambda grad: (grad * other.value).sum_to_size(self.value.shape)),
            (other, lambda grad: (grad * self.value).sum_to_size(other.value.shape)),
        )


@mistake(
    Var,
    "A value is changed by an operation on it: what went in is no longer what it was, as after `self.value.exp_()` or "
    "`clamp_`. The methods without `_` make a new tensor.",
    keeps=0.95,
)
class WritesIntoTheInput(Written):
    def exp(self):
        result = self.value.exp_()
        return self.made(result, (self, lambda grad: grad * result))

    def relu(self):
        result = self.value.clamp_(min=0)
        return self.made(result, (self, lambda grad: grad * (result > 0)))


@mistake(
    Var,
    "The gradient that is handed to an edge is written into. The other edge of the node, or another node, holds the "
    "same tensor: make a new one, `grad * …` instead of `grad *= …`.",
    keeps=0.98,
)
class WritesIntoTheGradient(Written):
    def exp(self):
        result = self.value.exp()
        return self.made(result, (self, lambda grad: grad.mul_(result)))


@mistake(
    Var,
    "The operations give right values and leave no edges: nothing can go back to what went in.",
)
class WithoutEdges(Written):
    def made(self, value, *edges):
        return type(self)(value)

    def __add__(self, other):
        return super().__add__(other)


@alternative(Var)
class AsWritten(Written):
    pass


@alternative(Var)
class WithConstantsLeftOut(Written):
    """Constants get no edge, and what belongs to a variable is asked for when it is needed."""

    def made(self, value, *edges):
        return type(self)(value, [(source, back) for source, back in edges if not getattr(source, "constant", False)])

    def wrap(self, other):
        if isinstance(other, Arithmetic):
            return other
        made = type(self)(torch.as_tensor(other, dtype=self.value.dtype, device=self.value.device))
        made.constant = True
        return made

    def relu(self):
        mask = self.value > 0
        return self.made(self.value * mask, (self, lambda grad: torch.where(mask, grad, torch.zeros_like(grad))))

    def sum(self):
        return self.made(self.value.sum(), (self, lambda grad: grad * torch.ones_like(self.value)))


promised(
    Var,
    "A tensor that records what is done with it: a `Node` with operators.",
    by=["a small network", "the docstring's example"],
)
promised(Var, "`Var(tensor)` makes a leaf.", by=["+", "a small network"])
promised(
    Var,
    "`+`, `*` and `@` take a `Var`, a tensor or a number (for `@`: no number, and both have two dimensions); `relu`, "
    "`sum`, `log` and `exp` take nothing.",
    by=["numbers on both sides", "plain tensors on both sides", "plain matrices on both sides of @"],
)
promised(
    Var,
    "Each returns a new `Var` whose value is that of the operation on the values, in their dtype, and whose edges lead "
    "to what went in.",
    by=["float64", "bfloat16", "an intermediate result twice"],
)
promised(
    Var,
    "The function on an edge gets a gradient of the shape of the new value, and returns one of the shape of the old "
    "value.",
    by=["+ broadcasts", "× broadcasts", "sum", "over one edge, any gradient"],
)
promised(Var, "Where the input of relu is not above zero, nothing goes back.", by=["relu, also at zero"])
promised(
    Var,
    "No value and no gradient is written into, and torch records nothing.",
    by=["what it was made from is left alone", "the gradient is left alone"],
)
