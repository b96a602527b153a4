"""What the exercises of `06_modules` must show: what a module registers, and what follows it wherever it goes.

`given` writes the drawn weights into whatever tensor of that name an answer holds, registered or not: so an answer
with one fault shows that fault and no other.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, replica, shares_storage, with_arguments

LINEAR = [nn.Linear, nn.LazyLinear, nn.Bilinear, F.linear, F.bilinear]
NORMS = [
    nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.LazyBatchNorm1d, nn.SyncBatchNorm, nn.InstanceNorm1d,
    F.batch_norm, F.instance_norm, torch.batch_norm, torch.native_batch_norm, torch.instance_norm,
]  # fmt: skip
FEATURES = 5


def given(module: Any, **values: Tensor) -> Any:
    """The module on the values' device, with these values in its tensors of these names."""
    module.to(next(iter(values.values())).device)
    for name, value in values.items():
        tensor = getattr(module, name, None)
        if isinstance(tensor, Tensor) and tensor.shape in (value.shape, value.shape[::-1]):
            tensor.data.copy_(value if tensor.shape == value.shape else value.T)
    return module


def shapes_in_state(module: nn.Module) -> dict[str, Any]:
    return {name: [str(value.dtype), *value.shape] for name, value in module.state_dict().items()}


def parameters_of(module: Any) -> list[str]:
    return [name for name, _ in module.named_parameters()]


def parameter_gradients(module: nn.Module, x: Tensor) -> dict[str, Any]:
    """Gradients of a weighted sum of the output: those of the parameters and that of the input."""
    into = gradients(module, x, wrt=0)
    return {"x": into, **{name: parameter.grad for name, parameter in module.named_parameters()}}


# --- MiniModule -------------------------------------------------------------------------------------------------------


def built_on(base: Any) -> tuple[Any, Any, Any]:
    """Three small modules on the student's base class."""

    class Scale(base):
        def __init__(self, weight: Tensor) -> None:
            super().__init__()
            self.rate = 0.5
            self.weight = nn.Parameter(weight.clone())
            self.table = torch.arange(3.0)
            self.listed = [nn.Parameter(torch.zeros(2))]

        def forward(self, x: Tensor, power: int = 1) -> Tensor:
            return x * self.weight**power

    class Gauge(base):
        def __init__(self, offset: Tensor) -> None:
            super().__init__()
            self.register_buffer("offset", offset.clone())
            self.register_buffer("steps", torch.tensor(3, device=offset.device))
            self.register_buffer("recent", offset + 1, persistent=False)
            self.gain = nn.Parameter(offset.clone())

        def forward(self, x: Tensor) -> Tensor:
            return self.gain * (x - self.offset)

    class Net(base):
        def __init__(self, first: Any, second: Any, bias: Tensor) -> None:
            super().__init__()
            self.first = first
            self.second = second
            self.bias = nn.Parameter(bias.clone())

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x)) + self.bias

    return Scale, Gauge, Net


@exercise(points=5, without=[nn.Module])
def MiniModule(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A module that knows its parameters, its buffers and the modules inside it."""
    a, b, c = draw.normal(4), draw.normal(4), draw.normal(4)
    Scale, Gauge, Net = built_on(candidate)

    def net() -> Any:
        return Net(Gauge(a), Net(Scale(b), Gauge(c), a), b)

    def one() -> Any:
        layer = Scale(a)
        return {"names": parameters_of(layer), "weight": layer.weight, "is it": type(layer.weight).__name__}

    def plain() -> Any:
        layer = Scale(a)
        return {"names": parameters_of(layer), "rate": layer.rate, "table": layer.table, "listed": layer.listed}

    def nested() -> Any:
        outer = Net(Net(Scale(a), Scale(b), c), Scale(c), a)
        return [[name, value] for name, value in outer.named_parameters()]

    def shared() -> Any:
        both = Scale(a)
        outer = Net(both, both, b)
        both.again = both.weight
        return {"names": parameters_of(outer), "one object": outer.first.again is outer.second.weight}

    yield "registration: one parameter", one
    yield "registration: what is no parameter stays plain", plain
    yield "registration: modules inside modules", nested
    yield "registration: shared things are listed once", shared
    yield "registration: another value under the same name", lambda: _reassigned(Scale, a, b)
    yield "registration: a name that nothing has", lambda: _ask(Scale(a))
    yield "a call runs forward and learns", lambda: _learns(Scale(a), b)
    yield "buffers: no parameters, and readable", lambda: _buffers(Gauge(a))
    yield "buffers: another tensor under the same name", lambda: _moved_buffer(Gauge(a), b)
    yield "state_dict: names and values", lambda: _saved(net())
    yield "state_dict: a module in two places", lambda: _saved(_twice(Net, Scale(a), b))
    yield "state_dict: it follows the training", lambda: _follows(net())
    yield "to: float64", lambda: _converted(net(), torch.float64)
    yield "to: a device, and back to float32", lambda: _converted(_cpu(net()).to(draw.device), torch.float32)
    yield "to: an optimizer made before still trains", lambda: _trains_on(net(), b)
    yield "train and eval: all levels", lambda: _modes(net())
    yield "a deep copy has tensors of its own", lambda: _deep_copy(net())


def _reassigned(scale: Any, a: Tensor, b: Tensor) -> list[Any]:
    """What is listed after each assignment."""
    layer, seen = scale(a), []

    def note(name: str) -> None:
        seen.append({"names": sorted(parameters_of(layer)), name: getattr(layer, name)})

    layer.weight = nn.Parameter(b)
    note("weight")
    layer.rate = nn.Parameter(a)  # first a number
    note("rate")
    layer.rate = None
    note("rate")
    layer.table = scale(b)  # first a plain tensor
    seen.append({"names": sorted(parameters_of(layer)), "table": layer.table.weight})
    return seen


def _ask(layer: Any) -> Any:
    return {"a name it has": layer.weight, "a name it has not": layer.height}


def _learns(layer: Any, x: Tensor) -> dict[str, Any]:
    result = layer(x, power=2)
    result.sum().backward()
    return {"result": result, "gradient": layer.weight.grad}


def _buffers(gauge: Any) -> dict[str, Any]:
    values = {name: getattr(gauge, name) for name in ("offset", "steps", "recent", "gain")}
    return {"parameters": parameters_of(gauge), **values}


def _moved_buffer(gauge: Any, value: Tensor) -> dict[str, Any]:
    gauge.offset = value
    return {"offset": gauge.offset, "saved": dict(gauge.state_dict()), "parameters": parameters_of(gauge)}


def _twice(net: Any, layer: Any, bias: Tensor) -> Any:
    return net(layer, net(layer, layer, bias), bias)


def _saved(module: Any) -> dict[str, Any]:
    state = module.state_dict()
    return {"state": dict(state), "needs a gradient": sorted(name for name in state if state[name].requires_grad)}


def _follows(module: Any) -> dict[str, Any]:
    state = module.state_dict()
    with torch.no_grad():
        for _, parameter in module.named_parameters():
            parameter.mul_(2)
        module.first.offset.add_(1)
    needs = [parameter.requires_grad for _, parameter in module.named_parameters()]
    return {"state afterwards": dict(state), "the module's own need gradients": needs}


def _cpu(module: Any) -> Any:
    return module.to(torch.device("cpu"))


def _converted(module: Any, dtype: torch.dtype) -> dict[str, Any]:
    module.to(torch.float64)
    result = module.to(dtype)
    inner = module.second.first
    tensors = dict(module.named_parameters())
    buffers = {f"first.{name}": getattr(module.first, name) for name in ("offset", "steps", "recent")}
    deep = {f"second.second.{name}": getattr(module.second.second, name) for name in ("offset", "steps", "recent")}
    return {**tensors, **buffers, **deep, "itself": result is module, "plain": str(inner.table.dtype)}


def _trains_on(module: Any, x: Tensor) -> dict[str, Any]:
    optimizer = torch.optim.SGD([parameter for _, parameter in module.named_parameters()], lr=0.5)
    module.to(torch.float64)
    module(x.double()).square().sum().backward()
    optimizer.step()
    return dict(module.named_parameters())


def _modes(module: Any) -> list[Any]:
    parts = [module, module.first, module.second, module.second.first, module.second.second]

    def modes() -> list[bool]:
        return [part.training for part in parts]

    seen: list[Any] = [modes()]
    for change in (module.eval, module.train, module.second.eval, lambda: module.train(False)):
        result = change()
        seen.append([modes(), result is module or result is module.second])
    return seen


def _deep_copy(module: Any) -> dict[str, Any]:
    twin = copy.deepcopy(module)
    with torch.no_grad():
        twin.second.first.weight.add_(1)
        twin.first.offset.add_(1)
    return {"copy": dict(twin.state_dict()), "original": dict(module.state_dict())}


# --- Linear -----------------------------------------------------------------------------------------------------------


@exercise(points=2, without=LINEAR)
def Linear(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A linear layer for any number of leading dimensions."""
    weight, bias = draw.normal(3, 4) / 2, draw.normal(3)

    def layer(**options: Any) -> Any:
        return given(candidate(4, 3, **options), weight=weight, bias=bias)

    yield "names and shapes in the state_dict", lambda: shapes_in_state(layer())
    yield "a batch", lambda: layer()(draw.normal(5, 4))
    yield "one vector, no batch", lambda: layer()(draw.normal(4))
    yield "a batch of sentences", lambda: layer()(draw.normal(2, 5, 4))
    yield "four dimensions", lambda: layer()(draw.normal(2, 3, 6, 4))
    yield "as many rows as inputs", lambda: layer()(draw.normal(4, 4))
    yield "no rows at all", lambda: layer()(draw.normal(0, 4))
    yield "not contiguous", lambda: layer()(draw.normal(4, 6, 2).permute(2, 1, 0))
    yield "float64", lambda: layer().double()(draw.normal(2, 5, 4, dtype=torch.float64))
    yield "without a bias", lambda: _without_bias(layer(bias=False), draw.normal(2, 5, 4))
    yield "gradients", lambda: parameter_gradients(layer(), draw.normal(2, 5, 4))
    yield "the first weights", lambda: _first_weights(candidate(100, 64))
    yield "the input is left alone", lambda: with_arguments(layer(), draw.normal(2, 4))


def _without_bias(layer: Any, x: Tensor) -> dict[str, Any]:
    return {"state": shapes_in_state(layer), "bias": layer.bias, "result": layer(x)}


def _first_weights(layer: Any) -> dict[str, Any]:
    """Uniform between ±1/√inputs, for weight and bias: what 6400 and 64 draws of it must show."""
    found = {}
    for name in ("weight", "bias"):
        values = getattr(layer, name).detach() * 100**0.5
        within = bool((values.abs() <= 1).all())
        found[name] = {
            "within ±1/√inputs": within,
            "on both sides of 0": bool(values.min() < -0.5 < 0.5 < values.max()),
        }
    spread = 0.55 < layer.weight.detach().std().item() * 100**0.5 < 0.61  # 1/√3 = 0.577
    return {**found, "spread evenly": spread, "drawn anew": not torch.equal(layer.weight[0], layer.weight[1])}


# --- RunningMean ------------------------------------------------------------------------------------------------------


@exercise(points=2)
def RunningMean(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Subtracts the mean of all rows seen in training: the mended module."""
    batches = [3 + draw.normal(rows, FEATURES) for rows in (4, 1, 7)]
    sentences, later = draw.normal(2, 3, FEATURES), 5 + draw.normal(6, FEATURES)
    whole = draw.integers(8, FEATURES, low=-9, high=10).float()

    def made() -> Any:
        return given(candidate(FEATURES), mean=torch.zeros(FEATURES, device=draw.device))

    def trained(count: int = 3) -> Any:
        module = made()
        for batch in batches[:count]:
            module(batch.clone())
        return module

    yield "what it keeps", lambda: _kept(made())
    yield "one batch", lambda: {"result": made()(batches[0].clone()), **_tallies(trained(1))}
    yield "three batches of 4, 1 and 7 rows", lambda: {"result": trained(2)(batches[2].clone()), **_tallies(trained())}
    yield "a batch of sentences", lambda: _result_and(made(), sentences.clone(), _tallies)
    yield "evaluation", lambda: _result_and(trained().eval(), later.clone(), _tallies)
    yield "evaluation before any training", lambda: made().eval()(later.clone())
    yield "the gradient takes the mean for a constant", lambda: gradients(trained(), later, wrt=0)
    yield "the past's graph is let go", lambda: _two_steps(made(), draw)
    yield "float64 on the way", lambda: _to_float64(made(), whole, later)
    yield "saved and loaded", lambda: _goes_on(_loaded(trained(), made()), later)
    yield "a deep copy", lambda: _apart(trained(), copy.deepcopy, later)
    yield "a replica", lambda: _apart(trained(), replica, later)
    yield "the input is left alone", lambda: with_arguments(made(), later.clone())


def _kept(module: nn.Module) -> dict[str, Any]:
    buffers = {name: [str(value.dtype), *value.shape] for name, value in module.named_buffers()}
    return {"buffers": buffers, "saved": sorted(module.state_dict()), "parameters": parameters_of(module)}


def _tallies(module: Any) -> dict[str, Any]:
    return {"mean": module.mean, "count": int(module.count), "last": module.last}


def _result_and(module: Any, x: Tensor, look: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    result = module(x)
    return {"result": result, **look(module)}


def _two_steps(module: Any, draw: Draw) -> dict[str, Any]:
    """Two training steps with a layer that learns in front; a mean that still hangs on the first graph breaks the
    second."""
    front = given(nn.Linear(4, FEATURES), weight=draw.normal(FEATURES, 4), bias=draw.normal(FEATURES))
    inputs = [draw.normal(3, 4), draw.normal(2, 4)]
    for x in inputs:
        module(front(x)).square().sum().backward()
    return {"gradient": front.weight.grad, "mean": module.mean, "mean needs a gradient": module.mean.requires_grad}


def _to_float64(module: Any, whole: Tensor, later: Tensor) -> dict[str, Any]:
    """The mean of eight rows of whole numbers is exact in float32: no rounding of the first half stays."""
    module(whole.clone())
    return _result_and(module.double(), later.double(), _tallies)


def _loaded(trained: nn.Module, fresh: nn.Module) -> nn.Module:
    fresh.load_state_dict(copy.deepcopy(trained.state_dict()), strict=False)
    return fresh


def _goes_on(module: Any, x: Tensor) -> dict[str, Any]:
    before = {"last, before it goes on": module.last.clone()}
    return {**before, **_result_and(module, x.clone(), _tallies)}


def _apart(module: Any, twin_of: Callable[[Any], Any], x: Tensor) -> dict[str, Any]:
    """The original after its twin went on, and whether the twin's tensors are its own."""
    twin = twin_of(module)
    own = {name: not shares_storage(getattr(module, name), getattr(twin, name)) for name in ("mean", "last")}
    twin(x.clone())
    return {"own tensors": own, "twin": _tallies(twin), "original": _tallies(module)}


# --- BatchNorm1d ------------------------------------------------------------------------------------------------------


@exercise(points=4, without=NORMS)
def BatchNorm1d(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Normalises each feature over the batch, and remembers statistics for evaluation."""
    weight, bias = draw.uniform(FEATURES, low=0.5, high=2.0), draw.normal(FEATURES)
    batches = [2 + 3 * draw.normal(rows, FEATURES) for rows in (6, 4, 9)]
    x, single, series = batches[0], draw.normal(1, FEATURES), 1 + 2 * draw.normal(3, FEATURES, 7)
    whole = 1024 + draw.integers(8, FEATURES, low=-9, high=10).float()  # sums and differences are exact in float32
    level = torch.zeros(4, FEATURES, device=draw.device)

    def norm(**options: Any) -> Any:
        return given(candidate(FEATURES, **options), weight=weight, bias=bias)

    def trained(count: int = 3, **options: Any) -> Any:
        module = norm(**options)
        for batch in batches[:count]:
            module(batch.clone())
        return module

    yield "names and shapes in the state_dict", lambda: shapes_in_state(norm())
    yield "what is a parameter", lambda: parameters_of(norm())
    yield "training: a batch", lambda: norm()(x.clone())
    yield "training: features with a length", lambda: _result_and(norm(), series.clone(), _statistics)
    yield "training: a variance far below eps", lambda: norm()(x / 3000)
    yield "training: a feature that never changes", lambda: norm()(level)
    yield "training: a large eps", lambda: norm(eps=0.7)(x.clone())
    yield "training: far from zero", lambda: candidate(FEATURES).to(draw.device)(whole.clone())
    yield "statistics after one batch", lambda: _statistics(trained(1))
    yield "statistics after three, momentum 0.3", lambda: _statistics(trained(momentum=0.3))
    yield "statistics after three, momentum None", lambda: _statistics(trained(momentum=None))
    yield "batches are counted", lambda: trained().num_batches_tracked
    yield "evaluation after training", lambda: _result_and(trained().eval(), x.clone(), _statistics)
    yield "evaluation: features with a length", lambda: trained().eval()(series.clone())
    yield "evaluation: one row", lambda: trained().eval()(single.clone())
    yield "evaluation before any training", lambda: norm().eval()(x.clone())
    yield "training: one row", lambda: norm()(single.clone())
    yield "training: one row with a length", lambda: norm()(series[:1].clone())
    yield "a vector without a batch", lambda: norm()(single[0].clone())
    yield "affine=False", lambda: _plain(candidate(FEATURES, affine=False).to(draw.device), x)
    yield "gradients in training", lambda: parameter_gradients(norm(), x)
    yield "gradients in evaluation", lambda: parameter_gradients(trained().eval(), x)
    yield "statistics let the graph go", lambda: _free(norm(), x.clone())
    yield "float64", lambda: _result_and(norm().double(), x.double(), _statistics)
    yield "saved and loaded", lambda: _result_and(_loaded(trained(), norm()).eval(), x.clone(), _statistics)
    yield "a deep copy", lambda: _grows_apart(trained(1), copy.deepcopy, x)
    yield "a replica", lambda: _grows_apart(trained(1), replica, x)
    yield "the input is left alone", lambda: with_arguments(norm(), x.clone())


def _statistics(module: Any) -> dict[str, Any]:
    return {"running_mean": module.running_mean, "running_var": module.running_var}


def _plain(module: Any, x: Tensor) -> dict[str, Any]:
    return {"parameters": parameters_of(module), "saved": sorted(module.state_dict()), "result": module(x.clone())}


def _free(module: Any, x: Tensor) -> dict[str, bool]:
    module(x.requires_grad_())
    return {name: value.requires_grad for name, value in _statistics(module).items()}


def _grows_apart(module: Any, twin_of: Callable[[Any], Any], x: Tensor) -> dict[str, Any]:
    twin = twin_of(module)
    own = {name: not shares_storage(value, getattr(twin, name)) for name, value in _statistics(module).items()}
    result = twin(x.clone())
    return {"own tensors": own, "result": result, "twin": _statistics(twin), "original": _statistics(module)}


# --- sharing ----------------------------------------------------------------------------------------------------------


class Reader(nn.Module):
    """A table of words, a body, a decoder over the words; a parameter and a buffer of its own."""

    def __init__(self, words: int = 7, width: int = 4) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.embedding = nn.Embedding(words, width)
        self.body = nn.Sequential(nn.Linear(width, 6), nn.BatchNorm1d(6), nn.Linear(6, width, bias=False))
        self.decoder = nn.Linear(width, words)

    def forward(self, words: Tensor) -> Tensor:
        hidden = self.scale * self.embedding(words)
        return self.decoder(hidden + self.body[2](torch.tanh(self.body[0](hidden))))


def tied_reader(*sizes: int) -> Reader:
    reader = Reader(*sizes)
    reader.decoder.weight = reader.embedding.weight
    return reader


@exercise(points=1)
def count_parameters(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How many numbers each part of a model learns, shared ones once."""
    words, width, size = draw.integer(11, 99), draw.integer(3, 9), draw.integer(100, 999)

    def tied() -> Reader:
        return tied_reader(words, width)

    def frozen() -> Reader:
        model = tied()
        model.body[0].requires_grad_(False)
        model.scale.requires_grad_(False)
        return model

    def backwards() -> nn.Module:
        """The decoder comes first, so the table counts there."""
        model = tied()
        return nn.ModuleDict({"decoder": model.decoder, "rest": nn.ModuleList([model.embedding, model.body])})

    def within() -> nn.Module:
        """The same layer three times in a row, and a weight shared inside one part."""
        layer = nn.Linear(width, width)
        return nn.ModuleDict({"thrice": nn.Sequential(layer, layer, layer), "tied": tied()})

    empty = nn.Sequential(nn.Tanh(), nn.Flatten())
    yield "nothing shared", lambda: candidate(Reader(words, width))
    yield "a tied decoder", lambda: candidate(tied())
    yield "tied, in another order", lambda: candidate(backwards())
    yield "tied inside a part", lambda: candidate(within())
    yield "some are frozen: all", lambda: candidate(frozen())
    yield "some are frozen: those that learn", lambda: candidate(frozen(), trainable=True)
    yield "one layer by itself, and nothing to learn", lambda: [candidate(nn.Linear(words, 3)), candidate(empty)]
    yield "on the meta device", lambda: candidate(nn.Sequential(nn.Linear(100 * size, 40_000, device="meta")))


@exercise(points=2)
def tie(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Makes two names of a model stand for one parameter."""
    words = torch.tensor([[1, 5, 0], [2, 2, 6]], device=draw.device)
    weight = draw.normal(7, 4)

    def reader() -> Reader:
        return given_all(Reader(), draw_of)

    draw_of = {name: draw.normal(*value.shape) / 2 for name, value in Reader().named_parameters()}
    draw_of["embedding.weight"] = weight

    def tied() -> dict[str, Any]:
        model = reader()
        result = candidate(model, "decoder.weight", "embedding.weight")
        one = model.decoder.weight is model.embedding.weight
        return {"returns": result, "one parameter": one, "names": parameters_of(model), "weight": model.decoder.weight}

    def ready() -> Reader:
        model = reader()
        candidate(model, "decoder.weight", "embedding.weight")
        return model

    yield "one parameter under two names", tied
    yield "the output", lambda: ready()(words)
    yield "gradients of both places add up", lambda: _gradients_of(ready(), words)
    yield "two steps of an optimizer", lambda: _two_optimizer_steps(ready(), words)
    yield "both names in the state_dict", lambda: _saved_twice(ready().state_dict())
    yield "still one after .to(float64)", lambda: _still_one(ready().double())
    yield "still one in a deep copy", lambda: _still_one(copy.deepcopy(ready()))
    yield "deep inside", lambda: _tie_deep(candidate, draw)
    yield "the model's own parameter", lambda: _tie_own(candidate, draw)
    yield "shapes that differ", lambda: _refused(candidate, reader(), "body.0.weight", "embedding.weight")
    yield "shapes that would broadcast", lambda: _refused(candidate, reader(), "embedding.weight", "scale")
    yield "a source that is not there", lambda: _refused(candidate, reader(), "decoder.weight", "table.weight")
    yield "a target that is not there", lambda: _refused(candidate, reader(), "decoder.wait", "embedding.weight")


def given_all(model: Any, values: dict[str, Tensor]) -> Any:
    model.to(next(iter(values.values())).device)
    for name, parameter in model.named_parameters():
        parameter.data.copy_(values[name])
    return model


def _gradients_of(model: nn.Module, words: Tensor) -> dict[str, Any]:
    model(words).square().sum().backward()
    return {name: getattr(model, name).weight.grad for name in ("decoder", "embedding")}


def _two_optimizer_steps(model: nn.Module, words: Tensor) -> dict[str, Any]:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        model(words).square().mean().backward()
        optimizer.step()
    return {name: getattr(model, name).weight for name in ("decoder", "embedding")}


def _saved_twice(state: dict[str, Tensor]) -> dict[str, Any]:
    return {"names": sorted(state), "one memory": shares_storage(state["decoder.weight"], state["embedding.weight"])}


def _still_one(model: Any) -> dict[str, Any]:
    one, other = model.decoder.weight, model.embedding.weight
    return {"one parameter": one is other, "one memory": shares_storage(one, other), "weight": one}


def _tie_deep(candidate: Any, draw: Draw) -> dict[str, Any]:
    first, second = (given(nn.Linear(3, 3), weight=draw.normal(3, 3)) for _ in range(2))
    model = nn.ModuleDict({"a": nn.Sequential(first), "b": nn.Sequential(nn.Tanh(), second)})
    candidate(model, "b.1.weight", "a.0.weight")
    return {"names": parameters_of(model), "one": first.weight is second.weight, "weight": second.weight}


def _tie_own(candidate: Any, draw: Draw) -> dict[str, Any]:
    """A parameter of the model itself takes the one of a module inside, and the other way round."""
    first, second = draw.normal(4), draw.normal(6)
    one, two = Reader(), Reader()
    one.scale.data, two.scale.data = first.clone(), second.clone()
    one.norm, two.norm = nn.LayerNorm(4, device=draw.device), two.body[1]
    candidate(one, "scale", "norm.weight")
    candidate(two, "norm.weight", "scale")
    return {"own": one.scale is one.norm.weight, "inside": two.scale is two.norm.weight, "value": two.body[1].weight}


def _refused(candidate: Any, model: Any, target: str, source: str) -> dict[str, Any]:
    """The error's name, and the model as it is afterwards."""
    try:
        candidate(model, target, source)
    except NotImplementedError:
        raise
    except Exception as error:
        kind = next((name for name in ("ValueError", "AttributeError") if type(error).__name__ == name), "another")
        return {"raises": kind, "names": parameters_of(model)}
    return {"raises": "nothing", "names": parameters_of(model)}


# --- first weights ----------------------------------------------------------------------------------------------------


class Block(nn.Module):
    """Large enough that a standard deviation is known to one part in a hundred."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(300, 64, padding_idx=3)
        self.places = nn.Embedding(200, 64)
        self.up = nn.Linear(64, 160)
        self.down = nn.Sequential(nn.Linear(160, 64, bias=False), nn.LayerNorm(64), nn.Dropout(0.1))
        self.bare = nn.LayerNorm(64, elementwise_affine=False)
        self.filter = nn.Conv1d(4, 4, 3)


@exercise(points=2)
def init_bert_weights(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The first weights of a BERT, module by module."""
    noise = {name: draw.normal(*value.shape) for name, value in Block().named_parameters()}

    def started(**options: Any) -> Block:
        block = given_all(Block(), noise)
        block.apply(lambda module: candidate(module, **options))
        return block

    def spread(tensor: Any, std: float = 0.02) -> dict[str, Any]:
        """Of a normal distribution 68.3 % lie within one standard deviation; of a uniform one, 57.7 %."""
        scaled = tensor.detach() / std
        inner = (scaled.abs() < 1).double().mean().item()
        return {
            "standard deviation over std": round(scaled.std().item(), 1),
            "mean near 0": abs(scaled.mean().item()) < 0.1,
            "bell-shaped": 0.65 < inner < 0.715,
        }

    def itself() -> dict[str, Any]:
        block = given_all(Block(), noise)
        before = dict(block.named_parameters())
        block.up.weight.requires_grad_(False)
        result = [candidate(part) for part in block.modules()]
        same = all(before[name] is value for name, value in block.named_parameters())
        needs = [name for name, value in block.named_parameters() if not value.requires_grad]
        return {"the same parameters": same, "frozen": needs, "returns": result, "weight": spread(block.up.weight)}

    def one_module() -> dict[str, Any]:
        """`apply` visits every module: the function must not go deeper itself."""
        block = given_all(Block(), noise)
        for part in (block, block.down, block.up):
            candidate(part)
        return {"asked for": spread(block.up.weight), "inside what was asked for": block.down[0].weight}

    def others() -> dict[str, Any]:
        block = started()
        return {"linear": spread(block.up.weight), **dict(block.filter.named_parameters())}

    yield "a linear layer's weight", lambda: spread(started().up.weight)
    yield "a linear layer's bias", lambda: started().up.bias
    yield "a linear layer without a bias", lambda: spread(started().down[0].weight)
    yield "an embedding", lambda: spread(started().places.weight)
    yield "an embedding with padding", lambda: _with_padding(started().words.weight, spread)
    yield "a layer norm", lambda: {"weight": started().down[1].weight, "bias": started().down[1].bias}
    yield "another std", lambda: [spread(started(std=0.5).up.weight, 0.5), spread(started(std=0.5).words.weight, 0.5)]
    yield "other modules are left alone", others
    yield "one module at a time", one_module
    yield "the parameters stay the same objects", itself


def _with_padding(table: Tensor, spread: Callable[[Tensor], Any]) -> dict[str, Any]:
    return {"the padding's row": table[3], "the others": spread(torch.cat([table[:3], table[4:]]))}


# --- loading ----------------------------------------------------------------------------------------------------------


class Encoder(nn.Module):
    """What was pretrained: a body with a buffer that is saved and one that is not, and a head."""

    def __init__(self, classes: int = 3, head: str = "head") -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6))
        self.register_buffer("positions", torch.arange(5), persistent=False)
        self.add_module(head, nn.Linear(6, classes))


@exercise(points=3)
def load_matching(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Loads what fits, leaves the rest alone, and says what it left."""

    def state_of(model: nn.Module) -> dict[str, Tensor]:
        """A saved state: other values than a fresh model's, whole numbers too."""
        state = model.state_dict()
        return {
            name: draw.normal(*value.shape) if value.is_floating_point() else draw.integers(*value.shape, high=99)
            for name, value in state.items()
        }

    def fresh(model: nn.Module) -> Any:
        return given_all(model, {name: draw.normal(*value.shape) for name, value in model.named_parameters()})

    def loaded(model: nn.Module, state: dict[str, Tensor], *ignore: str) -> dict[str, Any]:
        report = candidate(model, state, ignore) if ignore else candidate(model, state)
        return {**_sorted_report(report), "state": dict(model.state_dict())}

    def renamed() -> Any:
        return loaded(fresh(Encoder(head="classifier")), state_of(Encoder()))

    def pooled(*ignore: str) -> Any:
        """The model lacks the saved head; the file lacks the model's two layers."""
        model = fresh(Encoder(head="pooler"))
        model.add_module("classifier", fresh(nn.Linear(6, 2)))
        return loaded(model, state_of(Encoder()), *ignore)

    def tied() -> Any:
        """A file that holds a tied weight once, as safetensors does."""
        model, state = given_all(tied_reader(), _values(tied_reader(), draw)), state_of(tied_reader())
        del state["decoder.weight"]
        return loaded(model, state, "decoder.weight")

    def broadcast() -> Any:
        model, state = fresh(Encoder()), state_of(Encoder())
        state["head.bias"], state["body.0.weight"] = draw.normal(1), draw.normal(4)
        return loaded(model, state)

    def itself() -> Any:
        """Parameters stay the same objects, with their own memory, dtype and need of a gradient."""
        model, state = fresh(Encoder()).double().eval(), state_of(Encoder())
        model.body[0].requires_grad_(False)
        before = dict(model.named_parameters())
        report = _sorted_report(candidate(model, state))
        same = all(before[name] is value for name, value in model.named_parameters())
        frozen = [name for name, value in model.named_parameters() if not value.requires_grad]
        own = not any(shares_storage(value, state[name]) for name, value in model.state_dict().items())
        head = {"own memory": own, "head": model.head.weight, "training": model.training}
        return {"the same parameters": same, "frozen": frozen, **head, **report}

    def untouched() -> Any:
        model, state = fresh(Encoder(classes=2)), state_of(Encoder())
        report = _sorted_report(candidate(model, state))
        return {"the caller's state": state, **report}

    yield "all fits", lambda: loaded(fresh(Encoder()), state_of(Encoder()))
    yield "another name for the head", renamed
    yield "another number of classes", lambda: loaded(fresh(Encoder(classes=2)), state_of(Encoder()))
    yield "shapes that would broadcast", broadcast
    yield "missing and unexpected", lambda: pooled()
    yield "keys to ignore", lambda: pooled(r"^pooler\.", r"head")
    yield "a pattern in the middle of a name", lambda: pooled(r"\.bias$")
    yield "ignored and there: it is loaded", lambda: loaded(fresh(Encoder()), state_of(Encoder()), "body", "head")
    yield "an ignored name whose shape differs", lambda: loaded(fresh(Encoder(2)), state_of(Encoder()), "head")
    yield "a tied weight, saved once", tied
    yield "the model stays itself", itself
    yield "the caller's state is left alone", untouched


def _values(model: nn.Module, draw: Draw) -> dict[str, Tensor]:
    return {name: draw.normal(*value.shape) for name, value in model.named_parameters()}


def _sorted_report(report: Any) -> dict[str, Any]:
    """The order of names was left open."""
    return {key: sorted(report[key]) for key in ("missing", "unexpected", "mismatched")}
