"""What is right in `06_modules`, and what goes wrong."""

import copy
import math
import re

import torch
from torch import Tensor, nn

from autograder.references import alternative, equivalent, mistake

# --- MiniModule -------------------------------------------------------------------------------------------------------


class MiniModule(nn.Module):
    """The library's own."""


class _Mini:
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self):
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, _saved=set(), training=True)

    def __call__(self, *args, **options):
        return self.forward(*args, **options)

    def __getattr__(self, name):
        for shelf in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(shelf, ()):
                return self.__dict__[shelf][name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        shelf = self.shelf(name, value)
        for other in (self.__dict__, self._parameters, self._buffers, self._modules):
            if other is not shelf:
                other.pop(name, None)
        shelf[name] = value

    def shelf(self, name, value):
        if isinstance(value, nn.Parameter):
            return self._parameters
        if isinstance(value, _Mini):
            return self._modules
        return self._buffers if name in self._buffers else self.__dict__

    def register_buffer(self, name, tensor, persistent=True):
        self._buffers[name] = tensor
        if persistent:
            self._saved.add(name)

    def walk(self, shelf, prefix=""):
        for name, tensor in getattr(self, shelf).items():
            yield prefix + name, tensor, self
        for name, module in self._modules.items():
            yield from module.walk(shelf, f"{prefix}{name}.")

    def named_parameters(self):
        seen = set()
        for name, parameter, _ in self.walk("_parameters"):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def parameters(self):
        return (parameter for _, parameter in self.named_parameters())

    def state_dict(self):
        state = {name: parameter.detach() for name, parameter, _ in self.walk("_parameters")}
        buffers = {name: buffer for name, buffer, owner in self.walk("_buffers") if self.is_saved(name, owner)}
        return state | buffers

    def is_saved(self, name, owner):
        return name.rpartition(".")[2] in owner._saved

    def convert(self, tensor, target):
        return tensor.to(target) if tensor.is_floating_point() or not isinstance(target, torch.dtype) else tensor

    def to(self, target):
        for parameter in self._parameters.values():
            parameter.data = self.convert(parameter.data, target)
        for name, buffer in self._buffers.items():
            self._buffers[name] = self.convert(buffer, target)
        for module in self._modules.values():
            module.to(target)
        return self

    def train(self, mode=True):
        self.training = mode
        for module in self._modules.values():
            module.train(mode)
        return self

    def eval(self):
        return self.train(False)


@mistake(
    MiniModule,
    "Every tensor becomes a parameter. Only an nn.Parameter is one: a plain tensor under a new name stays a plain "
    "attribute.",
)
class TakesEveryTensor(_Mini):
    def shelf(self, name, value):
        if isinstance(value, Tensor) and name not in self._buffers:
            return self._parameters
        return super().shelf(name, value)


@mistake(
    MiniModule,
    "Only the module's own parameters are listed. Those of the modules inside belong to it, too: walk down, and put "
    "the module's name and a dot before theirs.",
)
class StaysOnTop(_Mini):
    def named_parameters(self):
        yield from self._parameters.items()


@mistake(
    MiniModule,
    "Names lose the way: a parameter of a module inside is called `first.weight`, with the module's name and a dot.",
)
class ForgetsTheWay(_Mini):
    def walk(self, shelf, prefix=""):
        for name, tensor, owner in super().walk(shelf):
            yield name.rpartition(".")[2], tensor, owner


@mistake(
    MiniModule,
    "A parameter that two modules share is listed twice, and an optimizer would step it twice. Remember what was "
    "listed, by identity.",
)
class ListsTwice(_Mini):
    def named_parameters(self):
        for name, parameter, _ in self.walk("_parameters"):
            yield name, parameter


@mistake(
    MiniModule,
    "What lay under the name before is still there. Python looks into `__dict__` first, so an old number hides the new "
    "parameter: take the name off the other shelves.",
)
class KeepsTheOld(_Mini):
    def __setattr__(self, name, value):
        self.shelf(name, value)[name] = value


@mistake(
    MiniModule,
    "A tensor assigned under a buffer's name lands in `__dict__`: it hides the buffer, and the old one is saved and "
    "moved. It has to take the buffer's place.",
)
class HidesTheBuffer(_Mini):
    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter | _Mini) or name not in self._buffers:
            super().__setattr__(name, value)
        else:
            self.__dict__[name] = value


@mistake(
    MiniModule,
    "A buffer with persistent=False is saved all the same. It moves and is copied like any other, but the state_dict "
    "leaves it out.",
)
class SavesEverything(_Mini):
    def is_saved(self, name, owner):
        return True


@mistake(MiniModule, "The buffers are missing in the state_dict: they are state, though nobody learns them.")
class SavesParametersOnly(_Mini):
    def is_saved(self, name, owner):
        return False


@mistake(
    MiniModule,
    "The state_dict lists a module that sits in two places once. Unlike named_parameters, it has every name under "
    "which something can be found.",
)
class SavesUnderOneName(_Mini):
    def state_dict(self):
        buffers = {name: buffer for name, buffer, owner in self.walk("_buffers") if self.is_saved(name, owner)}
        return {name: parameter.detach() for name, parameter in self.named_parameters()} | buffers


@mistake(
    MiniModule,
    "The state_dict holds the parameters themselves, which need a gradient. What is saved are their values: detach().",
)
class SavesTheParameters(_Mini):
    def state_dict(self):
        parameters = {name: parameter for name, parameter, _ in self.walk("_parameters")}
        return {name: parameters.get(name, value) for name, value in super().state_dict().items()}


@mistake(
    MiniModule,
    "The state_dict holds copies, and does not follow the training. detach() without clone() shares the memory, as "
    "the library's does.",
)
class SavesCopies(_Mini):
    def state_dict(self):
        return {name: value.clone() for name, value in super().state_dict().items()}


@mistake(
    MiniModule,
    "`to` makes new parameters. An optimizer that was made before still holds the old ones and trains them for nobody. "
    "Keep the object and change what it holds: parameter.data = ….",
)
class MakesNewParameters(_Mini):
    def to(self, target):
        super().to(target)
        for _, module in self.owners():
            module._parameters |= {name: nn.Parameter(old.data) for name, old in module._parameters.items()}
        return self

    def owners(self):
        yield "", self
        for module in self._modules.values():
            yield from module.owners()


@mistake(MiniModule, "`to` forgets the buffers: on another device, or in another dtype, the next call fails.")
class LeavesBuffersBehind(_Mini):
    def to(self, target):
        for parameter in self._parameters.values():
            parameter.data = self.convert(parameter.data, target)
        for module in self._modules.values():
            module.to(target)
        return self


@mistake(
    MiniModule,
    "`to(torch.float64)` turns whole numbers into floating point. A dtype is for floating-point tensors; a counter "
    "stays a counter.",
)
class ConvertsCounters(_Mini):
    def convert(self, tensor, target):
        return tensor.to(target)


@mistake(MiniModule, "`to` stops at the module itself: the modules inside have to go along.")
class MovesOnlyItself(_Mini):
    def to(self, target):
        for parameter in self._parameters.values():
            parameter.data = self.convert(parameter.data, target)
        for name, buffer in self._buffers.items():
            self._buffers[name] = self.convert(buffer, target)
        return self


@mistake(MiniModule, "`train` and `eval` change the module's own flag only: the modules inside stay in the old mode.")
class ChangesOnlyItself(_Mini):
    def train(self, mode=True):
        self.training = mode
        return self


equivalent(
    MiniModule,
    "if other != shelf:",
    "A name lies on one shelf alone, so two shelves are equal only where both are empty: nothing is to be taken off.",
)


@alternative(MiniModule)
class MiniByQueue(_Mini):
    """Without recursion."""

    def parts(self):
        waiting = [("", self)]
        for prefix, module in waiting:
            yield prefix, module
            place = waiting.index((prefix, module)) + 1
            waiting[place:place] = [(f"{prefix}{name}.", inner) for name, inner in module._modules.items()]

    def walk(self, shelf, prefix=""):
        for way, module in self.parts():
            for name, tensor in vars(module)[shelf].items():
                yield way + name, tensor, module

    def to(self, target):
        for _, module in self.parts():
            for shelf in (module._parameters, module._buffers):
                for tensor in shelf.values():
                    if tensor.is_floating_point() or isinstance(target, torch.device):
                        tensor.data = tensor.data.to(target)
        return self

    def train(self, mode=True):
        for _, module in self.parts():
            module.__dict__["training"] = bool(mode)
        return self


@alternative(MiniModule)
class MiniInPlainAttributes(_Mini):
    """Everything lies in `__dict__`; what is what is asked when it is needed."""

    def __init__(self):
        self.training, self._names = True, {}

    def __getattr__(self, name):
        raise AttributeError(name)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def register_buffer(self, name, tensor, persistent=True):
        self._names[name] = persistent
        self.__dict__[name] = tensor

    @property
    def _parameters(self):
        return {name: value for name, value in vars(self).items() if isinstance(value, nn.Parameter)}

    @property
    def _modules(self):
        return {name: value for name, value in vars(self).items() if isinstance(value, _Mini)}

    @property
    def _buffers(self):
        return {name: vars(self)[name] for name in self._names}

    @property
    def _saved(self):
        return {name for name, persistent in self._names.items() if persistent}

    def to(self, target):
        super().to(target)
        for name, buffer in self._buffers.items():
            self.__dict__[name] = self.convert(buffer, target)
        return self


# --- Linear -----------------------------------------------------------------------------------------------------------


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
    Linear, "torch.mm takes matrices only. With `x @ weight.T` any number of dimensions may stand before the last."
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
    "`weight @ x.T` treats the first dimension as the features. They are the last dimension, so the weight comes "
    "second: x @ weight.T.",
)
class WeightFirst(_Linear):
    def forward(self, x):
        y = self.weight @ x.mT if x.dim() > 1 else self.weight @ x
        y = y.mT if x.dim() == 2 else y
        return y if self.bias is None else y + self.bias


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
)
class StartsWide(_Linear):
    def start(self):
        for parameter in self.parameters():
            nn.init.normal_(parameter)


@mistake(
    Linear,
    "The first weights are all the same, so all outputs are, and get the same gradient: they stay the same for ever. "
    "Draw them.",
)
class StartsAtZero(_Linear):
    def start(self):
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake(Linear, "The limit is 1/inputs; the root is missing: 1/√inputs keeps the size of the signal.")
class WithoutTheRoot(_Linear):
    def start(self):
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / self.inputs, 1 / self.inputs)


@mistake(Linear, "`.data` cuts the graph: the result is right, and no gradient reaches the weight.")
class CutsTheWeight(_Linear):
    def forward(self, x):
        y = x @ self.weight.data.T
        return y if self.bias is None else y + self.bias.data


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
        return x.reshape(-1, x.shape[-1]).mm(self.weight.t()).reshape(*x.shape[:-1], -1 if x.numel() else 3)


# --- RunningMean ------------------------------------------------------------------------------------------------------


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


# --- BatchNorm1d ------------------------------------------------------------------------------------------------------


class BatchNorm1d(nn.BatchNorm1d):
    """The library's own."""


class _Norm(nn.Module):
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, features, eps=1e-5, momentum=0.1, affine=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.make_affine(features, affine)
        self.keep("running_mean", torch.zeros(features))
        self.keep("running_var", torch.ones(features))
        self.keep("num_batches_tracked", torch.tensor(0))

    def make_affine(self, features, affine):
        self.weight = nn.Parameter(torch.ones(features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(features)) if affine else None

    def keep(self, name, value):
        self.register_buffer(name, value)

    def check(self, x):
        if x.dim() not in (2, 3):
            raise ValueError("two or three dimensions")
        if self.training and x.numel() == x.shape[1]:
            raise ValueError("one row has no variance")

    def dims(self, x):
        return (0, 2) if x.dim() == 3 else (0,)

    def batch(self, x):
        """The statistics of the batch, each feature's along dimension 1."""
        mean = x.mean(self.dims(x), keepdim=True)
        return mean, (x - mean).square().mean(self.dims(x), keepdim=True)

    def rows(self, x):
        return x.numel() / x.shape[1]

    def unbiased(self, var, rows):
        return var * rows / (rows - 1)

    def factor(self):
        return 1 / self.num_batches_tracked if self.momentum is None else self.momentum

    def remember(self, mean, var):
        self.num_batches_tracked = self.num_batches_tracked + 1
        factor = self.factor()
        self.running_mean = (1 - factor) * self.running_mean + factor * mean.flatten()
        self.running_var = (1 - factor) * self.running_var + factor * var.flatten()

    def chosen(self, x):
        shape = (1, -1, 1)[: x.dim()]
        if not self.training:
            return self.running_mean.view(shape), self.running_var.view(shape)
        mean, var = self.batch(x)
        self.remember(mean.detach(), self.unbiased(var, self.rows(x)).detach())
        return mean, var

    def scaled(self, y):
        if self.weight is None:
            return y
        shape = (1, -1, 1)[: y.dim()]
        return y * self.weight.view(shape) + self.bias.view(shape)

    def divisor(self, var):
        return (var + self.eps).sqrt()

    def forward(self, x):
        self.check(x)
        mean, var = self.chosen(x)
        return self.scaled((x - mean) / self.divisor(var))


@mistake(
    BatchNorm1d,
    "The running statistics are plain attributes: they are not in the state_dict, stay behind when the module moves, "
    "and a replica shares them. Register them as buffers.",
)
class PlainStatistics(_Norm):
    def keep(self, name, value):
        setattr(self, name, value)


@mistake(BatchNorm1d, "The running variance is never updated: evaluation divides by its first value, 1.")
class VarianceForgotten(_Norm):
    def remember(self, mean, var):
        before = self.running_var
        super().remember(mean, var)
        self.running_var = before


@mistake(
    BatchNorm1d,
    "The running variance takes the biased variance, divided by n. It estimates the variance of all data, so it takes "
    "the one divided by n − 1.",
)
class BiasedRunning(_Norm):
    def unbiased(self, var, rows):
        return var


@mistake(
    BatchNorm1d,
    "The batch is normalised with the unbiased variance, divided by n − 1. In training the batch is all there is: "
    "divide by n. Only the running variance is unbiased.",
)
class UnbiasedNormalisation(_Norm):
    def batch(self, x):
        mean, var = super().batch(x)
        return mean, super().unbiased(var, self.rows(x))

    def unbiased(self, var, rows):
        return var


@mistake(
    BatchNorm1d,
    "The two variances are swapped: n − 1 belongs to the running variance, n to the normalisation of the batch.",
)
class SwappedVariances(_Norm):
    def batch(self, x):
        mean, var = super().batch(x)
        return mean, super().unbiased(var, self.rows(x))

    def unbiased(self, var, rows):
        return var * (rows - 1) / rows


@mistake(BatchNorm1d, "eps is added outside the root. It belongs to the variance: √(variance + eps).")
class EpsOutside(_Norm):
    def divisor(self, var):
        return var.sqrt() + self.eps


@mistake(BatchNorm1d, "There is no eps: a feature that never changes has variance 0, and 0/0 is NaN.")
class WithoutEps(_Norm):
    def divisor(self, var):
        return var.sqrt()


@mistake(BatchNorm1d, "eps is fixed: the argument is taken and never used.")
class FixedEps(_Norm):
    def divisor(self, var):
        return (var + 1e-5).sqrt()


@mistake(
    BatchNorm1d,
    "The affine part is missing: there is no weight and no bias to scale and shift each feature after it was "
    "normalised.",
)
class WithoutAffine(_Norm):
    def make_affine(self, features, affine):
        self.weight = self.bias = None


@mistake(BatchNorm1d, "weight and bias are there and are never applied: y · weight + bias, feature by feature.")
class AffineNotApplied(_Norm):
    def scaled(self, y):
        return y


@mistake(BatchNorm1d, "affine=False is not heard: weight and bias are there all the same.")
class AlwaysAffine(_Norm):
    def make_affine(self, features, affine):
        super().make_affine(features, True)


@mistake(
    BatchNorm1d,
    "Evaluation normalises with the batch's own statistics. There the running ones belong, so that a row's result "
    "does not depend on its neighbours.",
)
class IgnoresRunning(_Norm):
    def chosen(self, x):
        mean, var = self.batch(x)
        if self.training:
            self.remember(mean.detach(), self.unbiased(var, self.rows(x)).detach())
        return mean, var


@mistake(
    BatchNorm1d,
    "Training normalises with the running statistics. There the batch's own belong; the running ones are for "
    "evaluation.",
)
class AlwaysRunning(_Norm):
    def chosen(self, x):
        super().chosen(x)
        shape = (1, -1, 1)[: x.dim()]
        return self.running_mean.view(shape), self.running_var.view(shape)


@mistake(BatchNorm1d, "The running statistics also move in evaluation: update them only while self.training is True.")
class UpdatesInEvaluation(_Norm):
    def chosen(self, x):
        if self.training or self.rows(x) == 1:
            return super().chosen(x)
        before = [value.view((1, -1, 1)[: x.dim()]) for value in (self.running_mean, self.running_var)]
        mean, var = self.batch(x)
        self.remember(mean.detach(), self.unbiased(var, self.rows(x)).detach())
        return before


@mistake(
    BatchNorm1d,
    "momentum is the wrong way round: here it is the share of the new batch, running = (1 − momentum) · running + "
    "momentum · new.",
)
class MomentumTurned(_Norm):
    def factor(self):
        return 1 / self.num_batches_tracked if self.momentum is None else 1 - self.momentum


@mistake(
    BatchNorm1d,
    "momentum=None is taken for the default. It asks for the plain average over all batches: the share of the new one "
    "is 1/num_batches_tracked.",
)
class NoneIsTheDefault(_Norm):
    def factor(self):
        return 0.1 if self.momentum is None else self.momentum


@mistake(
    BatchNorm1d, "num_batches_tracked is never counted up, so momentum=None cannot know how many batches there were."
)
class NeverCounts(_Norm):
    def remember(self, mean, var):
        self.seen = getattr(self, "seen", 0) + 1
        factor = 0.1 if self.momentum is None else self.momentum
        self.running_mean = (1 - factor) * self.running_mean + factor * mean.flatten()
        self.running_var = (1 - factor) * self.running_var + factor * var.flatten()


@mistake(
    BatchNorm1d,
    "One row passes in training: it minus its own mean is 0, whatever it was, and the running variance becomes NaN. "
    "Raise ValueError.",
)
class TakesOneRow(_Norm):
    def check(self, x):
        if x.dim() not in (2, 3):
            raise ValueError("two or three dimensions")


@mistake(BatchNorm1d, "One row is refused in evaluation, too. There it is fine: the running statistics are at hand.")
class RefusesOneRow(_Norm):
    def check(self, x):
        super().check(x)
        if x.numel() == x.shape[1]:
            raise ValueError("one row has no variance")


@mistake(
    BatchNorm1d,
    "A batch of one is refused although it has a length. Count the values of a feature, over batch and length, not the "
    "rows.",
)
class CountsTheRowsOnly(_Norm):
    def check(self, x):
        super().check(x)
        if self.training and len(x) == 1:
            raise ValueError("one row has no variance")


@mistake(
    BatchNorm1d,
    "With a length, the mean runs over the batch only. A feature's mean runs over batch and length: every dimension "
    "but 1.",
)
class OverTheBatchOnly(_Norm):
    def batch(self, x):
        mean = x.mean(0, keepdim=True)
        return mean, (x - mean).square().mean(0, keepdim=True)

    def remember(self, mean, var):
        super().remember(*(value.mean(2) if value.dim() == 3 else value for value in (mean, var)))


@mistake(
    BatchNorm1d,
    "Only (batch, features) is handled. With a length, each feature of dimension 1 has one mean over batch and length: "
    "x.movedim(1, -1) brings the features to the end, and back.",
)
class RowsOnly(_Norm):
    def check(self, x):
        super().check(x)
        if self.training and len(x) == 1:
            raise ValueError("one row has no variance")

    def dims(self, x):
        return (0,)

    def chosen(self, x):
        if x.dim() == 2:
            return super().chosen(x)
        return self.running_mean * x, self.running_var * x  # does not broadcast


@mistake(
    BatchNorm1d,
    "One mean and one variance are taken over everything. Each feature, dimension 1, has its own.",
)
class OverEverything(_Norm):
    def batch(self, x):
        shape = [1, x.shape[1], 1][: x.dim()]
        return x.mean().expand(shape), x.var(correction=0).expand(shape)


@mistake(
    BatchNorm1d,
    "Each row is normalised over its own features. That is layer norm; batch norm takes each feature over the batch.",
)
class OverTheFeatures(_Norm):
    def chosen(self, x):
        mean, var = super().chosen(x)
        if not self.training:
            return mean, var
        return x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)


@mistake(
    BatchNorm1d,
    "The gradient takes the batch's mean and variance for constants. They depend on x: detach only what goes into the "
    "running statistics.",
)
class ConstantStatistics(_Norm):
    def batch(self, x):
        return tuple(value.detach() for value in super().batch(x))


@mistake(
    BatchNorm1d,
    "The running statistics keep the graph of every batch alive. Detach the batch's statistics before they are "
    "remembered.",
)
class HoldsTheGraph(_Norm):
    def chosen(self, x):
        if not self.training:
            return super().chosen(x)
        mean, var = self.batch(x)
        self.remember(mean, self.unbiased(var, self.rows(x)))
        return mean, var


@mistake(
    BatchNorm1d,
    "The variance is the mean of the squares minus the square of the mean. Far from zero two large numbers cancel and "
    "little is left: subtract the mean first.",
)
class SquaresMinusSquare(_Norm):
    def batch(self, x):
        mean = x.mean(self.dims(x), keepdim=True)
        return mean, (x.square().mean(self.dims(x), keepdim=True) - mean.square()).clamp(min=0)


@mistake(BatchNorm1d, "A vector without a batch is taken. Nobody can tell features from rows there: raise ValueError.")
class TakesAVector(_Norm):
    def check(self, x):
        if self.training and x.dim() > 1 and x.numel() == x.shape[1]:
            raise ValueError("one row has no variance")

    def forward(self, x):
        return super().forward(x) if x.dim() > 1 else self.scaled(x.unsqueeze(0) * 0).squeeze(0)


equivalent(BatchNorm1d, "if count <= 1:", "At least one row is asked for, so count is never 0.")


@alternative(BatchNorm1d)
class ByVarMean(_Norm):
    """In place, with the library's variance."""

    def chosen(self, x):
        shape = (1, -1, 1)[: x.dim()]
        if not self.training:
            return self.running_mean.view(shape), self.running_var.view(shape)
        var, mean = torch.var_mean(x, self.dims(x), correction=0)
        with torch.no_grad():
            self.num_batches_tracked.add_(1)
            factor = self.momentum if self.momentum is not None else 1 / float(self.num_batches_tracked)
            self.running_mean.lerp_(mean.to(self.running_mean), factor)
            self.running_var.lerp_(x.var(self.dims(x)).to(self.running_var), factor)
        return mean.view(shape), var.view(shape)


@alternative(BatchNorm1d)
class FeaturesLast(_Norm):
    """All rows in one matrix."""

    def forward(self, x):
        self.check(x)
        table = x.movedim(1, -1)
        rows = table.reshape(-1, x.shape[1])
        if self.training:
            mean, var = rows.mean(0), rows.var(0, unbiased=False)
            self.remember(mean.detach(), rows.detach().var(0))
        else:
            mean, var = self.running_mean, self.running_var
        rows = torch.rsqrt(var + self.eps) * (rows - mean)
        if self.weight is not None:
            rows = torch.addcmul(self.bias, rows, self.weight)
        return rows.reshape(table.shape).movedim(-1, 1)


# --- count_parameters -------------------------------------------------------------------------------------------------


def count_parameters(model, trainable=False):
    """Module after module, with the parameters seen so far."""
    counts, seen = {}, set()
    for path, module in model.named_modules(remove_duplicate=False):
        for parameter in module._parameters.values():
            if parameter is None or id(parameter) in seen:
                continue
            seen.add(id(parameter))
            if parameter.requires_grad or not trainable:
                part = path.split(".")[0] or "self"
                counts[part] = counts.get(part, 0) + math.prod(parameter.shape)
    return counts


def _count(named, trainable, size=Tensor.numel):
    counts = {}
    for name, value in named:
        if not trainable or value.requires_grad:
            part = name.partition(".")[0] if "." in name else "self"
            counts[part] = counts.get(part, 0) + size(value)
    return counts


@mistake(
    count_parameters,
    "A shared parameter is counted under every name it has. It is one set of numbers: count it once, under the first.",
)
def counts_every_name(model, trainable=False):
    return _count(model.named_parameters(remove_duplicate=False), trainable)


@mistake(
    count_parameters,
    "Each part is counted by itself, so a parameter that two parts share counts in both. Walk over the whole model "
    "once.",
)
def counts_part_by_part(model, trainable=False):
    counts = _count([(name, value) for name, value in model._parameters.items() if value is not None], trainable)
    for part, module in model.named_children():
        total = sum(value.numel() for value in module.parameters() if value.requires_grad or not trainable)
        counts |= {part: total} if any(value.requires_grad or not trainable for value in module.parameters()) else {}
    return counts


@mistake(
    count_parameters,
    "The state_dict also holds buffers, and every name of a shared parameter. What is learned stands in "
    "named_parameters().",
)
def counts_the_state(model, trainable=False):
    state = model.state_dict(keep_vars=True)
    return _count(state.items(), trainable)


@mistake(count_parameters, "Tensors are counted, not the numbers in them: numel().")
def counts_tensors(model, trainable=False):
    return _count(model.named_parameters(), trainable, size=lambda value: 1)


@mistake(count_parameters, "Rows are counted, not numbers: len() is the first dimension only. numel() has all.")
def counts_rows(model, trainable=False):
    return _count(model.named_parameters(), trainable, size=lambda value: len(value) if value.dim() else 1)


@mistake(count_parameters, "`trainable` is not heard: frozen parameters are always counted.")
def counts_frozen(model, trainable=False):
    return _count(model.named_parameters(), False)


@mistake(
    count_parameters, "Frozen parameters are never counted. They are left out only when trainable=True asks for it."
)
def never_counts_frozen(model, trainable=False):
    return _count(model.named_parameters(), True)


@mistake(
    count_parameters,
    "The model's own parameters are missing: named_children() leads to the parts' only. They count under `self`.",
)
def forgets_its_own(model, trainable=False):
    counts = _count(model.named_parameters(), trainable)
    return {part: count for part, count in counts.items() if part != "self"}


@mistake(
    count_parameters,
    "The model's own parameters stand under their own names. They have no part: they count under `self`.",
)
def names_its_own(model, trainable=False):
    counts = {}
    for name, value in model.named_parameters():
        if not trainable or value.requires_grad:
            part = name.split(".")[0]
            counts[part] = counts.get(part, 0) + value.numel()
    return counts


@mistake(
    count_parameters,
    "Two things: the model's own parameters are missing, and a parameter that two parts share counts in both. One walk "
    "over model.named_parameters() finds each once.",
)
def counts_children(model, trainable=False):
    counts = {}
    for part, module in model.named_children():
        sizes = [value.numel() for value in module.parameters() if value.requires_grad or not trainable]
        counts |= {part: sum(sizes)} if sizes else {}
    return counts


@mistake(count_parameters, "One total is returned. Asked for is a dict, with a number for each part of the model.")
def counts_all_together(model, trainable=False):
    return sum(value.numel() for value in model.parameters() if value.requires_grad or not trainable)


@mistake(count_parameters, "Parts without parameters are listed with 0; leave them out.")
def lists_empty_parts(model, trainable=False):
    return {name: 0 for name, _ in model.named_children()} | count_parameters(model, trainable)


@alternative(count_parameters)
def counted_by_names(model, trainable=False):
    return _count(model.named_parameters(), trainable)


@alternative(count_parameters)
def counted_by_identity(model, trainable=False):
    owners = {}
    for name, value in reversed(list(model.named_parameters(remove_duplicate=False))):
        owners[value] = name
    counts = {}
    for value, name in owners.items():
        if value.requires_grad or not trainable:
            head, dot, _ = name.partition(".")
            part = head if dot else "self"
            counts[part] = counts.get(part, 0) + value.numel()
    return counts


# --- tie --------------------------------------------------------------------------------------------------------------


def _found(model, path):
    """The module that holds the parameter, the parameter's own name, and the parameter."""
    names = path.split(".")
    for name in names[:-1]:
        if name not in model._modules:
            raise AttributeError(path)
        model = model._modules[name]
    if model._parameters.get(names[-1]) is None:
        raise AttributeError(path)
    return model, names[-1], model._parameters[names[-1]]


def tie(model, target, source):
    shared = _found(model, source)[2]
    holder, name, old = _found(model, target)
    if tuple(old.shape) != tuple(shared.shape):
        raise ValueError("shapes differ")
    holder._parameters[name] = shared


@mistake(
    tie,
    "The values are copied, and the two parameters part again at the first step. Tied means: one and the same "
    "nn.Parameter under two names.",
)
def copies_values(model, target, source):
    (_, _, mine), (_, _, theirs) = _found(model, target), _found(model, source)
    if mine.shape != theirs.shape:
        raise ValueError("shapes differ")
    mine.data.copy_(theirs.data)


@mistake(
    tie,
    "The memory is shared between two parameters, by `.data = …` or by a new nn.Parameter around the same numbers. "
    "Each has a gradient of its own, both are stepped, and .to(…) parts them: share the nn.Parameter itself.",
)
def shares_memory_only(model, target, source):
    (_, _, mine), (_, _, theirs) = _found(model, target), _found(model, source)
    if mine.shape != theirs.shape:
        raise ValueError("shapes differ")
    mine.data = theirs.data


@mistake(tie, "The roles are swapped: the source keeps its values, and the target takes them.")
def swaps_the_roles(model, target, source):
    tie(model, source, target)


@mistake(tie, "Shapes are not compared. The next call fails far from here, or broadcasts: raise ValueError at once.")
def ties_any_shape(model, target, source):
    holder, name, _ = _found(model, target)
    holder._parameters[name] = _found(model, source)[2]


@mistake(
    tie,
    "A target that is not there gets made: a typing error ties nothing and says nothing. Look the target up first, so "
    "that AttributeError comes.",
)
def makes_the_target(model, target, source):
    path, _, name = target.rpartition(".")
    shared, holder = model.get_parameter(source), model.get_submodule(path)
    if hasattr(holder, name) and getattr(holder, name).shape != shared.shape:
        raise ValueError("shapes differ")
    setattr(holder, name, shared)


@mistake(
    tie,
    "A parameter of the model itself, whose name has no dot, is not found: model.get_submodule('') is the model.",
)
def wants_a_dot(model, target, source):
    if "." not in target or "." not in source:
        raise ValueError("not enough values to unpack")
    tie(model, target, source)


@mistake(
    tie,
    "setattr takes no dots: it would give the model itself an attribute of that name. Assign to the module that holds "
    "the parameter, model.get_submodule(path).",
)
def assigns_to_the_model(model, target, source):
    _, _, old = _found(model, target)
    shared = _found(model, source)[2]
    if old.shape != shared.shape:
        raise ValueError("shapes differ")
    setattr(model, target, shared)


@mistake(tie, "Names are followed one step only: `body.0.weight` has two dots. get_submodule walks the whole way.")
def one_step_only(model, target, source):
    if target.count(".") > 1 or source.count(".") > 1:
        raise AttributeError("no attribute of that name")
    tie(model, target, source)


@alternative(tie)
def tied_by_setattr(model, target, source):
    path, _, name = target.rpartition(".")
    shared, old = model.get_parameter(source), model.get_parameter(target)
    if shared.shape != old.shape:
        raise ValueError(f"{target} is {tuple(old.shape)}, {source} is {tuple(shared.shape)}")
    setattr(model.get_submodule(path), name, shared)


@alternative(tie)
def tied_by_registering(model, target, source):
    parameters = dict(model.named_parameters(remove_duplicate=False))
    if missing := [name for name in (target, source) if name not in parameters]:
        raise AttributeError(missing[0])
    if parameters[target].size() != parameters[source].size():
        raise ValueError("shapes differ")
    holder, name = model, target
    while "." in name:
        first, _, name = name.partition(".")
        holder = getattr(holder, first)
    holder.register_parameter(name, parameters[source])


# --- init_bert_weights ------------------------------------------------------------------------------------------------


def init_bert_weights(module, std=0.02):
    """Number by number from the definition, with the generator of the standard library's own seed."""
    if type(module) in (nn.Linear, nn.Embedding):
        draws = torch.distributions.Normal(0.0, 1.0).sample(module.weight.shape)
        module.weight.data.copy_(std * draws)
    if type(module) is nn.Linear and module.bias is not None:
        module.bias.data.copy_(torch.zeros(module.bias.shape))
    if type(module) is nn.Embedding and module.padding_idx is not None:
        module.weight.data[module.padding_idx] = 0.0
    if type(module) is nn.LayerNorm and module.elementwise_affine:
        module.weight.data.copy_(torch.ones(module.weight.shape))
        module.bias.data.copy_(torch.zeros(module.bias.shape))


@torch.no_grad()
def _init(module, std, *, draw=None, bias=0.0, padding=True, norm=1.0, embeddings=True, norms=True):
    draw = draw or (lambda weight: weight.normal_(0, std))
    if isinstance(module, nn.Linear):
        draw(module.weight)
        if module.bias is not None and bias is not None:
            module.bias.fill_(bias)
    elif isinstance(module, nn.Embedding) and embeddings:
        draw(module.weight)
        if padding and module.padding_idx is not None:
            module.weight[module.padding_idx].zero_()
    elif isinstance(module, nn.LayerNorm) and module.elementwise_affine and norms:
        module.weight.fill_(norm)
        module.bias.zero_()


@mistake(init_bert_weights, "The bias of a linear layer is left as it was; it starts at 0.")
def keeps_the_bias(module, std=0.02):
    _init(module, std, bias=None)


@mistake(
    init_bert_weights,
    "The padding's row gets random numbers. Its gradient is always 0, so it would keep them for ever: set it to 0 "
    "after the draw.",
)
def draws_the_padding(module, std=0.02):
    _init(module, std, padding=False)


@mistake(init_bert_weights, "Embeddings are left at torch's own start, a standard deviation of 1.")
def forgets_embeddings(module, std=0.02):
    _init(module, std, embeddings=False)


@mistake(init_bert_weights, "Layer norms are left as they were; they start with weight 1 and bias 0.")
def forgets_norms(module, std=0.02):
    _init(module, std, norms=False)


@mistake(init_bert_weights, "A layer norm's weight is 0, and nothing gets through it. It scales: it starts at 1.")
def shuts_the_norms(module, std=0.02):
    _init(module, std, norm=0.0)


@mistake(init_bert_weights, "std is taken for the variance: normal_ wants the standard deviation, and no root of it.")
def takes_a_variance(module, std=0.02):
    _init(module, std**0.5)


@mistake(init_bert_weights, "The weights are uniform between ±std. BERT draws them from a normal distribution.")
def draws_evenly(module, std=0.02):
    _init(module, std, draw=lambda weight: weight.uniform_(-std, std))


@mistake(init_bert_weights, "std is fixed at 0.02: the argument is taken and never used.")
def fixed_std(module, std=0.02):
    _init(module, 0.02)


@mistake(
    init_bert_weights,
    "The function goes through module.modules() itself. `apply` already visits every module: layers deep inside would "
    "be drawn again and again, and a call for one module changes others.",
)
def goes_deeper(module, std=0.02):
    for part in module.modules():
        _init(part, std)


@mistake(
    init_bert_weights,
    "A layer without a bias breaks it: with bias=False, `module.bias` is None. Ask before you fill it.",
)
def needs_a_bias(module, std=0.02):
    _init(module, std)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


@mistake(
    init_bert_weights,
    "The padding's row is a view of a parameter, and autograd forbids to write into it. Do it under torch.no_grad().",
)
def writes_under_autograd(module, std=0.02):
    _init(module, std, padding=False)
    if isinstance(module, nn.Embedding) and module.padding_idx is not None:
        module.weight[module.padding_idx].zero_()


@mistake(
    init_bert_weights,
    "New parameters take the place of the old ones: what is tied comes apart, and an optimizer holds the old ones. "
    "Write into those that are there: normal_(), zero_().",
)
def makes_new_parameters(module, std=0.02):
    _init(module, std)
    for name, parameter in list(module.named_parameters(recurse=False)):
        setattr(module, name, nn.Parameter(parameter.data))


@mistake(init_bert_weights, "It changes modules that were not asked for, such as convolutions.")
def draws_everything(module, std=0.02):
    _init(module, std)
    if isinstance(module, nn.Conv1d):
        nn.init.normal_(module.weight, std=std)
        nn.init.zeros_(module.bias)


@alternative(init_bert_weights)
def started_by_nn_init(module, std=0.02):
    match module:
        case nn.Linear():
            nn.init.normal_(module.weight, mean=0.0, std=std)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        case nn.Embedding():
            nn.init.normal_(module.weight, mean=0.0, std=std)
            if module.padding_idx is not None:
                with torch.no_grad():
                    module.weight[module.padding_idx].fill_(0)
        case nn.LayerNorm(weight=Tensor()):
            module.reset_parameters()


@alternative(init_bert_weights)
def started_by_data(module, std=0.02):
    if isinstance(module, nn.Linear | nn.Embedding):
        module.weight.data = torch.randn_like(module.weight) * std
        if getattr(module, "padding_idx", None) is not None:
            module.weight.data[module.padding_idx] = 0
    if isinstance(module, nn.LayerNorm) and module.weight is not None:
        module.weight.data[:] = 1.0
    if isinstance(module, nn.Linear | nn.LayerNorm) and module.bias is not None:
        module.bias.data.zero_()


# --- load_matching ----------------------------------------------------------------------------------------------------


def load_matching(model, state, ignore=()):
    """Name by name, from both sides."""
    report = {"missing": [], "unexpected": [], "mismatched": []}

    def quiet(name):
        return bool(ignore) and re.search("|".join(f"(?:{pattern})" for pattern in ignore), name) is not None

    own = dict(model.state_dict(keep_vars=True))
    for name in sorted({*own, *state}):
        if name not in state:
            report["missing"] += [] if quiet(name) else [name]
        elif name not in own:
            report["unexpected"] += [] if quiet(name) else [name]
        elif tuple(own[name].shape) != tuple(state[name].shape):
            report["mismatched"].append(name)
        else:
            own[name].data.copy_(state[name])
    return report


def _load(model, state, ignore, *, search=re.search, fits=None, skip_ignored=False, quiet_mismatch=False):
    fits = fits or (lambda mine, theirs: mine.shape == theirs.shape)
    mine = model.state_dict()
    quiet = {name for name in {*mine, *state} if any(search(pattern, name) for pattern in ignore)}
    both = [name for name in mine if name in state]
    mismatched = [name for name in both if not fits(mine[name], state[name])]
    for name in both:
        if name not in mismatched and not (skip_ignored and name in quiet):
            mine[name].copy_(state[name])
    return {
        "missing": [name for name in mine if name not in state and name not in quiet],
        "unexpected": [name for name in state if name not in mine and name not in quiet],
        "mismatched": [name for name in mismatched if not (quiet_mismatch and name in quiet)],
    }


@mistake(
    load_matching,
    "load_state_dict(strict=False) forgives names that are missing or too many, but not shapes: they still raise "
    "RuntimeError. Take them out first.",
)
def trusts_strict_false(model, state, ignore=()):
    missing, unexpected = model.load_state_dict(state, strict=False)

    def told(names):
        return [name for name in names if not any(re.search(pattern, name) for pattern in ignore)]

    return {"missing": told(missing), "unexpected": told(unexpected), "mismatched": []}


@mistake(
    load_matching,
    "missing and unexpected are swapped. Seen from the model: what it has and the file has not is missing.",
)
def swaps_the_lists(model, state, ignore=()):
    report = _load(model, state, ignore)
    return {**report, "missing": report["unexpected"], "unexpected": report["missing"]}


@mistake(
    load_matching,
    "A tensor whose shape differs is reported as missing, too: the file without the mismatched ones was compared with "
    "the model.",
)
def misses_the_mismatched(model, state, ignore=()):
    report = _load(model, state, ignore)
    quiet = [name for name in report["mismatched"] if any(re.search(pattern, name) for pattern in ignore)]
    return {**report, "missing": report["missing"] + [name for name in report["mismatched"] if name not in quiet]}


@mistake(
    load_matching,
    "Names to ignore are not loaded. Ignoring is about the report alone: what fits is loaded, whatever its name.",
)
def skips_the_ignored(model, state, ignore=()):
    return _load(model, state, ignore, skip_ignored=True)


@mistake(load_matching, "`ignore` is not heard: everything is reported.")
def hears_no_ignore(model, state, ignore=()):
    return _load(model, state, ())


@mistake(
    load_matching,
    "re.match only looks at the beginning of a name. A pattern may stand anywhere in it: re.search.",
)
def matches_at_the_start(model, state, ignore=()):
    return _load(model, state, ignore, search=re.match)


@mistake(load_matching, "`ignore` holds patterns, not whole names: re.search(pattern, name).")
def compares_whole_names(model, state, ignore=()):
    return _load(model, state, ignore, search=lambda pattern, name: pattern == name)


@mistake(
    load_matching, "A shape that differs is hushed up where its name is ignored. That is never expected: report it."
)
def hushes_up_shapes(model, state, ignore=()):
    return _load(model, state, ignore, quiet_mismatch=True)


@mistake(
    load_matching,
    "copy_ broadcasts: a tensor of another shape is spread over the parameter without an error. Compare the shapes "
    "first.",
)
def broadcasts(model, state, ignore=()):
    def fits(mine, theirs):
        try:
            return torch.broadcast_shapes(mine.shape, theirs.shape) == mine.shape
        except RuntimeError:
            return False

    return _load(model, state, ignore, fits=fits)


@mistake(
    load_matching,
    "Only parameters are loaded. A batch norm's running statistics are buffers: state_dict() has both.",
)
def loads_parameters_only(model, state, ignore=()):
    buffers = {name for name, _ in model.named_buffers()}
    report = load_matching(model, {name: value for name, value in state.items() if name not in buffers}, ignore)
    known = [name for name in report["missing"] if name not in buffers]
    extra = [name for name in state if name in buffers and not any(re.search(p, name) for p in ignore)]
    return {**report, "missing": known, "unexpected": report["unexpected"] + extra}


@mistake(
    load_matching,
    "The file's tensors take the place of the model's: dtype, memory and the need of a gradient are the file's, and an "
    "optimizer holds the old parameters. Copy the values into those that are there.",
)
def hands_over(model, state, ignore=()):
    report = load_matching(model, state, ignore)
    mine = model.state_dict()
    fitting = {name: value for name, value in state.items() if name in mine and mine[name].shape == value.shape}
    model.load_state_dict(fitting, strict=False, assign=True)
    return report


@alternative(load_matching)
def loaded_by_the_library(model, state, ignore=()):
    mine = model.state_dict()
    wrong = [name for name in state if name in mine and mine[name].shape != state[name].shape]
    missing, unexpected = model.load_state_dict({k: v for k, v in state.items() if k not in wrong}, strict=False)

    def told(names):
        return [name for name in names if name not in wrong and not any(re.search(p, name) for p in ignore)]

    return {"missing": told(missing), "unexpected": told(unexpected), "mismatched": wrong}


@alternative(load_matching)
def loaded_in_place(model, state, ignore=()):
    return _load(model, copy.copy(state), list(ignore))
