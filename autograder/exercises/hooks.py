"""What the exercises of `07_hooks` must show: what a hook sees and changes, and what it leaves behind."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import hooks_on, with_arguments


class Backwards(nn.Module):
    """Its layers are written in another order than they run in."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.last = nn.Linear(7, 3)
        self.middle = nn.Tanh()
        self.first = nn.Linear(width, 7)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.middle(self.first(x)))


class Nested(nn.Module):
    """Modules within modules, and arithmetic of its own after them."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, 4), Backwards())
        self.head = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return 2 * self.head(torch.sin(self.body(x)))


class Twice(nn.Module):
    """One layer under two names, used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.same = self.inner
        self.act = nn.Tanh()

    def forward(self, x: Tensor) -> Tensor:
        return self.same(self.act(self.inner(x)))


class Reader(nn.Module):
    """A recurrent layer returns a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(3, 5, batch_first=True)
        self.head = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.gru(x)
        return self.head(states[:, -1])


class Breaks(nn.Module):
    """Raises after its first layer has run."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.other = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        raise ZeroDivisionError(f"after a layer that gave {tuple(self.layer(x).shape)}")


def small() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))


def hooks_left(model: nn.Module) -> dict[str, int]:
    """The hooks on modules and on parameters together, under the name that a card shows."""
    kinds = ("_backward_hooks", "_post_accumulate_grad_hooks")
    on_parameters = sum(len(getattr(weight, kind) or ()) for weight in model.parameters() for kind in kinds)
    return {"hooks on the model": hooks_on(model) + on_parameters}


def left_on(model: nn.Module) -> dict[str, Any]:
    """What a visitor may have left: hooks, another mode."""
    return {**hooks_left(model), "training": [part.training for part in model.modules()]}


def grads(model: nn.Module) -> dict[str, Any]:
    return {name: weight.grad for name, weight in model.named_parameters()}


def after_error(run: Callable[[], object], model: nn.Module) -> dict[str, Any]:
    """The error that comes through, and what is left on the model."""
    try:
        run()
    except (ZeroDivisionError, AttributeError, KeyError) as error:
        return {"the error that comes through": type(error).__name__, **left_on(model)}
    return {"the error that comes through": "none", **left_on(model)}


def half_evaluated(model: nn.Sequential) -> nn.Sequential:
    model.train()
    model[1].eval()
    return model


@exercise(points=1)
def record_shapes(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The shape that each layer gives, in the order of running."""
    model, nested, twice, reader, pair, breaks = map(
        draw.fill_, (small(), Nested(), Twice(), Reader(), Pair(), Breaks())
    )
    one, none, two, three = draw.normal(1, 4), draw.normal(4), draw.normal(2, 4), draw.normal(3, 4)

    def shown(model: nn.Module, *inputs: Tensor) -> Any:
        result = candidate(model, *inputs)
        lines = [f"{name}: {tuple(shape)}" for name, shape in result] if isinstance(result, list) else result
        return {"lines": lines, **hooks_left(model)}

    yield "a small network", lambda: shown(model, two)
    yield "one row, and no batch at all", lambda: [shown(model, one), shown(model, none)]
    yield "modules within modules", lambda: shown(nested, draw.normal(2, 5))
    yield "a layer used twice", lambda: shown(twice, three)
    yield "a layer that returns a tuple", lambda: shown(reader, draw.normal(2, 6, 3))
    yield "two inputs", lambda: shown(pair, draw.normal(2, 3), draw.normal(2, 4))

    def again() -> dict[str, Any]:
        half = half_evaluated(draw.fill_(nn.Sequential(nn.Linear(4, 5), nn.Dropout())))
        return {"two calls": [shown(half, two), shown(half, three)], **left_on(half)}

    yield "two calls leave the model as it was", again
    yield "nothing is left behind by an error", lambda: after_error(lambda: candidate(breaks, two), breaks)


class Pair(nn.Module):
    """Two inputs, the second also by name; whole numbers and masks beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.bilinear = nn.Bilinear(3, 4, 5)
        self.table = nn.Embedding(7, 5)

    def forward(self, x: Tensor, y: Tensor, ids: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        result = self.bilinear(x, y)
        if ids is not None:
            result = result + self.table(ids)
        return result if mask is None else torch.where(mask, result, 0.0)


@exercise(points=3)
def Activations(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """What chosen modules give, while a block lasts."""

    def seen(model: nn.Module, names: list[str], *inputs: Tensor) -> Any:
        with candidate(model, names) as values:
            for x in inputs:
                model(x)
        return {**_dict_after_as(values), **hooks_left(model)}

    nested, reader = draw.fill_(Nested()), draw.fill_(Reader())
    yield "two of three layers", lambda: seen(draw.fill_(small()), ["0", "2"], draw.normal(2, 4))
    yield "names with dots", lambda: seen(nested, ["body.1.first", "body"], draw.normal(2, 5))
    yield "a layer that returns a tuple", lambda: seen(reader, ["gru", "head"], draw.normal(2, 6, 3))
    yield "the empty name: the model itself", lambda: seen(nested, [""], draw.normal(1, 5))
    yield "two calls: the last one counts", lambda: seen(nested, ["head"], draw.normal(2, 5), draw.normal(3, 5))
    yield "a layer used twice", lambda: seen(draw.fill_(Twice()), ["inner"], draw.normal(2, 4))

    def overwritten() -> Any:
        model = draw.fill_(nn.Sequential(nn.Linear(4, 6), nn.ReLU(inplace=True), nn.Linear(6, 3)))
        return seen(model, ["0"], draw.normal(3, 4))

    def free() -> Any:
        model, x = draw.fill_(small()), draw.normal(2, 4).requires_grad_()
        with candidate(model, ["0", "1"]) as values:
            model(x)
        needs = {f"{name} needs a gradient": value.requires_grad for name, value in _dict_after_as(values).items()}
        return {**values, **needs}

    def undisturbed() -> Any:
        model, x = draw.fill_(small()), draw.normal(2, 4)
        with candidate(model, ["0", "1", "2"]) as values:
            result = model(x)
            result.square().sum().backward()
        return {
            "output": result,
            "gradients": grads(model),
            "names": sorted(_dict_after_as(values)),
            **hooks_left(model),
        }

    yield "an in-place ReLU comes next", overwritten
    yield "the graph is not held", free
    yield "the model computes and learns as before", undisturbed
    yield "nothing is noted before the block or after it", lambda: _around(candidate, draw)
    yield "nothing is left behind by an error", lambda: _error_inside(candidate, draw)
    yield "a name that the model has not", lambda: _unknown(candidate, draw)
    yield "other people's hooks stay", lambda: _with_others(lambda model: candidate(model, ["0"]), draw)


def _dict_after_as(values: object) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise TypeError(f"the name after `as` should hold a dict, and holds an object of type {type(values).__name__}")
    return values


def _around(candidate: Any, draw: Draw) -> Any:
    model, x, later = half_evaluated(draw.fill_(small())), draw.normal(2, 4), draw.normal(3, 4)
    watcher = candidate(model, ["0"])
    before = hooks_on(model)
    with watcher as values:
        inside = dict(_dict_after_as(values))
        model(x)
    model(later)
    return {"hooks before": before, "values at first": inside, "values at last": values, **left_on(model)}


def _error_inside(candidate: Any, draw: Draw) -> Any:
    model, x = draw.fill_(Breaks()), draw.normal(2, 4)
    values = {}

    def run() -> None:
        with candidate(model, ["layer", "other"]) as found:
            values["values"] = _dict_after_as(found)
            model(x)

    return {**after_error(run, model), **values}


def _unknown(candidate: Any, draw: Draw) -> Any:
    model = draw.fill_(small())

    def run() -> None:
        with candidate(model, ["0", "2", "typo"]):
            pass

    return after_error(run, model)


def _with_others(block: Callable[[nn.Module], Any], draw: Draw) -> dict[str, Any]:
    """Whether hooks that somebody else put on the model still fire after the block."""
    model, x = draw.fill_(small()), draw.normal(2, 4)
    fired: list[str] = []
    for part in model:
        part.register_forward_hook(lambda *_: fired.append("theirs"))
    with block(model):
        pass
    model(x)
    return {"fired": fired, **left_on(model)}


@exercise(points=2)
def input_scaler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A pre-hook that multiplies what goes into a module."""

    def scaled(factor: float, *inputs: Any, module: nn.Module | None = None, **named: Any) -> Any:
        module = draw.fill_(Pair() if module is None else module)
        candidate(module, factor)
        return module(*inputs, **named)

    ids, mask = draw.integers(2, high=7), draw.mask(2, 5)
    yield "one input", lambda: scaled(0.5, draw.normal(2, 4), module=nn.Linear(4, 3))
    yield "no batch, and a negative factor", lambda: scaled(-3.0, draw.normal(4), module=nn.Linear(4, 3))
    yield "two inputs", lambda: scaled(2.0, draw.normal(2, 3), draw.normal(2, 4))
    yield "inputs by name", lambda: scaled(2.0, draw.normal(2, 3), y=draw.normal(2, 4))
    yield "whole numbers, masks and None pass", lambda: scaled(2.0, draw.normal(2, 3), draw.normal(2, 4), ids, mask)
    yield "the same by name", lambda: scaled(2.0, x=draw.normal(2, 3), y=draw.normal(2, 4), ids=None, mask=mask)
    double = draw.normal(2, 4, dtype=torch.float64)
    yield "float64 stays float64", lambda: scaled(2.0, double, module=nn.Linear(4, 3).double())

    def untouched() -> Any:
        return with_arguments(lambda x, y: scaled(3.0, x, y=y), draw.normal(2, 3), draw.normal(2, 4))

    def gradient() -> Tensor | None:
        x = draw.normal(2, 4).requires_grad_()
        scaled(3.0, x, module=nn.Linear(4, 3)).square().sum().backward()
        return x.grad

    def off_again() -> Any:
        model, x = draw.fill_(small()), draw.normal(2, 4)
        handles = [candidate(model[2], 3.0), candidate(model[2], 0.5)]
        both = model(x)
        handles[0].remove()
        one = model(x)
        handles[1].remove()
        return {"both": both, "one taken off": one, "none": model(x), **left_on(model)}

    def others() -> Any:
        model, x = draw.fill_(Nested()), draw.normal(2, 5)
        candidate(model.body, 0.5)
        return {"output": model(x), "hooks on each": [hooks_on(part) for part in model.modules()]}

    yield "the caller's tensors are left alone", untouched
    yield "gradients flow through", gradient
    yield "handles take it off again", off_again
    yield "this module and no other", others


@exercise(points=2)
def gradient_norms(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How much gradient arrives at each layer, in the order of arrival."""

    def loss(result: Tensor) -> Tensor:
        return (result * torch.linspace(0.5, 1.5, result.numel(), device=result.device).reshape(result.shape)).sum()

    nested, twice, reader = map(draw.fill_, (Nested(), Twice(), Reader()))

    def norms(model: nn.Module, x: Tensor, loss: Callable[[Tensor], Tensor] = loss) -> Any:
        return {"lines": candidate(model, x, loss), **hooks_left(model)}

    yield "a small network", lambda: norms(draw.fill_(small()), draw.normal(2, 4))
    yield "one row", lambda: norms(draw.fill_(small()), draw.normal(1, 4))
    yield "a mean as the loss", lambda: norms(draw.fill_(small()), draw.normal(5, 4), lambda y: y.square().mean())
    yield "modules within modules", lambda: norms(nested, draw.normal(2, 5))
    yield "a layer used twice", lambda: norms(twice, draw.normal(3, 4))
    yield "a layer that returns a tuple", lambda: norms(reader, draw.normal(2, 6, 3))

    def learns() -> Any:
        model = draw.fill_(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)))
        before, x = draw.normal(2, 4), draw.normal(2, 4)
        loss(model(before)).backward()
        return {**norms(model, x), "grads afterwards": grads(model)}

    def input_after() -> Any:
        model, x = draw.fill_(small()), draw.normal(2, 4)
        return {**norms(model, x), "x": x, "x needs a gradient": x.requires_grad, "its grad": x.grad}

    def again() -> Any:
        model, x, y = half_evaluated(draw.fill_(small())), draw.normal(2, 4), draw.normal(3, 4)
        return {"two calls": [norms(model, x), norms(model, y)], **left_on(model)}

    def error() -> Any:
        model = draw.fill_(small())
        return after_error(lambda: candidate(model, draw.normal(2, 4), lambda y: 1 / 0), model)

    yield "gradients add up in the parameters as always", learns
    yield "the caller's input is left alone", input_after
    yield "two calls leave the model as it was", again
    yield "nothing is left behind by an error in the loss", error


@exercise(points=2)
def clip_gradients(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Hooks that keep every element of a gradient within limits."""

    def learn(model: nn.Module, x: Tensor) -> dict[str, Any]:
        model(x).square().sum().backward()
        return grads(model)

    def clipped(limit: float, x: Tensor, passes: int = 1) -> Any:
        model = draw.fill_(small())
        handles = candidate(model.parameters(), limit)
        return {"handles": len(handles), "grads": [learn(model, x) for _ in range(passes)][-1]}

    def frozen() -> Any:
        model, x = draw.fill_(small()), draw.normal(3, 4)
        model[0].weight.requires_grad_(False)
        handles = candidate(list(model.parameters()), 0.5)
        return {"grads": learn(model, x), "handles": len(handles)}

    def neighbours() -> Any:
        inside, outside, slope = draw.normal(5).requires_grad_(), draw.normal(5).requires_grad_(), draw.normal(5)
        candidate([inside], 0.25)
        (slope * (inside + outside)).sum().backward()
        return {"clipped": inside.grad, "not asked for": outside.grad}

    def earlier() -> Any:
        weight, slope = draw.normal(6).requires_grad_(), draw.normal(6)
        weight.grad = 5 * draw.normal(6)
        candidate(iter([weight]), 0.5)
        (weight * slope).sum().backward()
        return weight.grad

    def off_again() -> Any:
        model, x = draw.fill_(small()), draw.normal(3, 4)
        for handle in candidate(model.parameters(), 0.1):
            handle.remove()
        return {"grads": learn(model, x), **left_on(model)}

    def hostile() -> Any:
        weight = draw.normal(4).requires_grad_()
        candidate([weight], 2.0)
        (weight * torch.tensor([torch.inf, -torch.inf, -3.0, 1.0], device=draw.device)).sum().backward()
        return {"gradient": weight.grad, "weight": weight}

    yield "the parameters of a network", lambda: clipped(0.5, draw.normal(3, 4))
    yield "a wide limit changes nothing", lambda: clipped(1e6, draw.normal(3, 4))
    yield "infinite gradients", hostile
    yield "each of two passes by itself", lambda: clipped(0.5, draw.normal(3, 4), passes=2)
    yield "what lay in .grad before", earlier
    yield "a frozen parameter", frozen
    yield "a neighbour that shares the gradient", neighbours
    yield "handles take it off again", off_again


class Rooted(nn.Module):
    """Makes NaN by its own arithmetic where an input is negative, after a layer that is well."""

    def __init__(self) -> None:
        super().__init__()
        self.act = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(x).sqrt()


class Paired(nn.Module):
    """Returns a tuple whose second tensor may be NaN."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x.log()


class Takes(nn.Module):
    """Uses the first of a pair."""

    def forward(self, pair: tuple[Tensor, Tensor]) -> Tensor:
        return pair[0]


class Fill(nn.Module):
    """Hides half of the values, as attention hides what comes later."""

    def forward(self, x: Tensor) -> Tensor:
        return x.masked_fill(torch.arange(x.shape[-1], device=x.device) % 2 == 0, -torch.inf)


@exercise(points=2)
def nan_tripwire(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """An alarm that names the module where NaN is born."""

    def alarm(model: nn.Module, x: Tensor) -> dict[str, Any]:
        """Which modules the alarm names, and what it leaves behind."""
        names = {name for name, _ in model.named_modules() if name}
        try:
            with candidate(model):
                result = model(x)
        except FloatingPointError as error:
            words = {word.strip(".") for word in re.findall(r"[\w.]+", str(error))}
            named = ", ".join(sorted(names & words)) or "names no module"
            return {"the alarm": named, "output": None, **left_on(model)}
        return {"the alarm": "there is none", "output": result, **left_on(model)}

    def chain(*parts: nn.Module) -> nn.Module:
        """A model whose parts have names that no other word of an alarm is mistaken for."""
        named = OrderedDict((f"part_{letter}", part) for letter, part in zip("abcdef", parts, strict=False))
        return draw.fill_(nn.Sequential(OrderedDict(body=nn.Sequential(named))))

    x = draw.normal(3, 4).abs() + 0.1
    one_bad = x.clone()
    one_bad[1, 2] = -1.0
    yield "all is well", lambda: alarm(chain(nn.Linear(4, 3), nn.Tanh()), x)
    yield (
        "a layer among others",
        lambda: alarm(chain(nn.Identity(), nn.Linear(4, 3), _nan(nn.Linear(3, 3)), nn.Tanh()), x),
    )
    yield "one bad value of twelve", lambda: alarm(chain(nn.Identity(), nn.Sequential(Rooted()), nn.Tanh()), one_bad)
    yield "a module's own arithmetic", lambda: alarm(chain(nn.Identity(), Rooted(), nn.Identity()), -x)
    yield "the second of a tuple", lambda: alarm(chain(nn.Identity(), Paired(), Takes()), -x)
    yield "minus infinity is no alarm", lambda: alarm(chain(Fill(), nn.Softmax(dim=-1)), x)
    yield (
        "whole numbers are no alarm",
        lambda: alarm(chain(nn.Identity(), nn.Embedding(9, 4)), draw.integers(3, high=9)),
    )

    def outside() -> Any:
        model = chain(nn.Identity(), Rooted())
        with candidate(model):
            pass
        return model(one_bad)

    def broken() -> Any:
        model, x = draw.fill_(Breaks()), draw.normal(2, 4)

        def run() -> None:
            with candidate(model):
                model(x)

        return after_error(run, model)

    yield "after the block there is no alarm", outside
    yield "another error comes through", broken
    yield "other people's hooks stay", lambda: _with_others(candidate, draw)


def _nan(layer: nn.Linear) -> nn.Linear:
    """The layer with a NaN bias. It is a buffer: `draw.fill_` would overwrite a parameter."""
    del layer.bias
    layer.register_buffer("bias", torch.full((layer.out_features,), torch.nan))
    return layer


@exercise(points=2)
def layerwise_learning_signal(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How large each weight's gradient is beside the weight, while a training loop runs."""

    def train(model: nn.Module, batches: list[Tensor], rate: float = 0.1, clear: bool = True) -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        for x in batches:
            if clear:
                optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()

    def watched(model: nn.Module, steps: int, *shape: int, **options: Any) -> Any:
        batches = [draw.normal(*shape) for _ in range(steps)]
        with candidate(model) as signal:
            train(model, batches, **options)
        return {**signal, **hooks_left(model)}

    def normed() -> nn.Sequential:
        return nn.Sequential(nn.Conv1d(2, 3, 3), nn.ReLU(), nn.GroupNorm(1, 3), nn.Flatten(), nn.Linear(12, 2))

    def frozen() -> Any:
        model = draw.fill_(small())
        model[0].requires_grad_(False)
        return watched(model, 2, 3, 4)

    def tied() -> Any:
        model = draw.fill_(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)))
        model[2].weight = model[0].weight
        return watched(model, 2, 3, 4)

    def undisturbed() -> Any:
        model = draw.fill_(small())
        signal = watched(model, 2, 3, 4, rate=0.5)
        return {"names": sorted(signal), "weights afterwards": dict(model.named_parameters()), "grads": grads(model)}

    def around() -> Any:
        model, x, later = half_evaluated(draw.fill_(small())), draw.normal(3, 4), draw.normal(3, 4)
        with candidate(model) as signal:
            train(model, [x])
        train(model, [later])
        return {"signal": signal, **left_on(model)}

    def error() -> Any:
        model, x = draw.fill_(small()), draw.normal(3, 4)

        def run() -> None:
            with candidate(model):
                train(model, [x])
                raise ZeroDivisionError

        return after_error(run, model)

    yield "one step", lambda: watched(draw.fill_(small()), 1, 3, 4)
    yield "three steps that change the weights", lambda: watched(draw.fill_(small()), 3, 3, 4, rate=0.5)
    yield "gradients that pile up", lambda: watched(draw.fill_(small()), 3, 3, 4, clear=False)
    yield "convolutions count, biases and norms do not", lambda: watched(draw.fill_(normed()), 2, 3, 2, 6)
    yield "frozen weights have no line", frozen
    yield "an unused weight has an empty line", lambda: watched(draw.fill_(Idle()), 2, 3, 4)
    yield "one weight in two places", tied
    yield "training goes as without it", undisturbed
    yield "nothing is left behind", around
    yield "nothing is left behind by an error", error


class Idle(nn.Module):
    """One of its layers takes no part, and one parameter is a single number."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Linear(4, 2)
        self.idle = nn.Linear(4, 2)
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        return self.scale * self.used(x)


class Eyes(nn.Module):
    """A small convolutional net; `inplace` as in most published ones."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(inplace), nn.Conv2d(3, 4, 2), nn.ReLU(inplace))
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.normalize(self.features(x).mean((2, 3)), dim=1))


@exercise(points=3)
def grad_cam(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Where a convolutional net looks for a class."""
    classes = torch.tensor([2, 0, 1, 2], device=draw.device)

    def cam(model: nn.Module, layer: str = "features.3", number: int = 4, wanted: Tensor = classes) -> Any:
        return candidate(model, layer, draw.normal(number, 2, 7, 8), wanted[:number])

    def blind() -> Any:
        """Every channel counts against the class: nothing to see, and no division of 0 by 0."""
        model = draw.fill_(Eyes())
        nn.init.constant_(model.head.weight, -1.0)
        return candidate(Scores(model), "net.features.3", draw.normal(2, 2, 7, 8), classes[:2])

    def frozen() -> Any:
        return cam(draw.fill_(Eyes()).requires_grad_(False))

    def untouched() -> Any:
        model, images = draw.fill_(Eyes()), draw.normal(3, 2, 7, 8)
        model(images).square().sum().backward()
        result = candidate(model, "features.3", images, classes[:3])
        return {"map": result, "grads": grads(model), "needs a gradient": [result.requires_grad, images.requires_grad]}

    def behind() -> Any:
        model = draw.fill_(Eyes()).train()
        model.features.eval()
        return {"map": cam(model), **left_on(model)}

    def error() -> Any:
        model = draw.fill_(Eyes())
        model.add_module("head", draw.fill_(Breaks()))
        return after_error(lambda: cam(model), model)

    yield "four images", lambda: cam(draw.fill_(Eyes()))
    yield "other classes", lambda: cam(draw.fill_(Eyes()), wanted=(classes + 1) % 3)
    yield "one image", lambda: cam(draw.fill_(Eyes()), number=1)
    yield "an early layer", lambda: cam(draw.fill_(Eyes()), "features.1")
    yield "nothing speaks for the class", blind
    yield "a frozen net", frozen
    yield "an in-place ReLU comes next", lambda: cam(draw.fill_(Eyes(inplace=True)), "features.2")
    yield "gradients are as they were", untouched
    yield "nothing is left behind", behind
    yield "nothing is left behind by an error", error


class Scores(nn.Module):
    """Plain averages before the head, so that all gradients have the head's signs."""

    def __init__(self, net: Eyes) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net.head(self.net.features(x).mean((2, 3)))
