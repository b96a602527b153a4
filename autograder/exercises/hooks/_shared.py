"""What several experiments of this topic share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_module

from autograder.engine.draw import Draw
from autograder.engine.probes import hooks_on

ModuleT = TypeVar("ModuleT", bound=nn.Module)

WORDS = ("stem", "proj", "gate", "trunk", "mixer", "tail", "probe", "lower", "upper", "coder", "lens", "ridge")
GLOBAL_HOOKS = (
    torch_module._global_forward_hooks, torch_module._global_forward_pre_hooks,
    torch_module._global_backward_hooks, torch_module._global_backward_pre_hooks,
)  # fmt: skip


class Pair(NamedTuple):
    """What a module gives under two names."""

    first: Tensor
    second: Tensor


class Ordered(nn.Module):
    """Parts under given names; they run in an order of their own, in which a name may stand twice."""

    def __init__(self, parts: dict[str, nn.Module], order: Sequence[str] = ()) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)
        self.order = list(order) or list(parts)

    def forward(self, x: Tensor) -> Tensor:
        for name in self.order:
            x = getattr(self, name)(x)
        return x


class Nested(Ordered):
    """Arithmetic of its own after its parts."""

    def forward(self, x: Tensor) -> Tensor:
        return 2 * torch.sin(super().forward(x))


class Breaks(Ordered):
    """Raises after its parts have run, as long as it is broken."""

    broken = True

    def forward(self, x: Tensor) -> Tensor:
        result = super().forward(x)
        if self.broken:
            raise ZeroDivisionError(f"after layers that gave {tuple(result.shape)}")
        return result


class Reader(nn.Module):
    """A recurrent layer, which returns a tuple, and a head that reads its last state."""

    def __init__(self, names: Sequence[str], layer: nn.Module, width: int) -> None:
        super().__init__()
        self.names = names
        self.add_module(names[0], layer)
        self.add_module(names[1], nn.Linear(width, 2))

    def forward(self, x: Tensor) -> Tensor:
        states, _ = getattr(self, self.names[0])(x)
        return getattr(self, self.names[1])(states[:, -1])


def named(draw: Draw, *parts: nn.Module) -> dict[str, nn.Module]:
    """The parts under drawn names, in the order in which they are given."""
    return dict(zip(draw.shuffled(WORDS), parts, strict=False))


def small(draw: Draw) -> Ordered:
    """Linear, tanh, linear from 4 values; names and the other widths are drawn."""
    return draw.fill_(Ordered(_three(draw)))


def breaks(draw: Draw) -> Breaks:
    """The same, and it raises."""
    return draw.fill_(Breaks(_three(draw)))


def _three(draw: Draw) -> dict[str, nn.Module]:
    inner, outer = draw.sizes(2, 2, 9)
    return named(draw, nn.Linear(4, inner), nn.Tanh(), nn.Linear(inner, outer))


def backwards(draw: Draw, width: int, outer: int) -> Ordered:
    """From `width` values to `outer`; its layers are written in another order than they run in."""
    inner = draw.integer(2, 9)
    running = list(named(draw, nn.Linear(width, inner), nn.Tanh(), nn.Linear(inner, outer)).items())
    written = [running[place] for place in draw.choice([(2, 0, 1), (1, 2, 0), (2, 1, 0)])]
    return Ordered(dict(written), [name for name, _ in running])


def nested(draw: Draw) -> Nested:
    """Modules within modules from 5 values, and arithmetic of its own after them."""
    middle, outer, last = draw.sizes(3, 2, 9)
    body = Ordered(named(draw, nn.Linear(5, middle), backwards(draw, middle, outer)))
    return draw.fill_(Nested(named(draw, body, nn.Linear(outer, last))))


def twice(draw: Draw) -> Ordered:
    """One layer from 4 values to 4 under two names, used twice."""
    layer = nn.Linear(4, 4)
    parts = named(draw, layer, layer, nn.Tanh())
    one, other, act = parts
    return draw.fill_(Ordered(parts, draw.choice([(one, act, other), (one, other, act), (other, act, one)])))


def reader(draw: Draw) -> Reader:
    """Reads (batch, time, 3) with a recurrent layer."""
    width = draw.integer(2, 7)
    layer = draw.choice([nn.GRU, nn.LSTM, nn.RNN])(3, width, batch_first=True)
    return draw.fill_(Reader(draw.shuffled(WORDS)[:2], layer, width))


def part_names(model: nn.Module) -> list[str]:
    """The names of the modules directly inside."""
    return [name for name, _ in model.named_children()]


def visit(model: nn.Module, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `run` shows, and the hooks on modules and parameters afterwards, under the name that a card shows.

    Hooks for all modules of the process count if they are new. They are taken off: they would fire in what comes next.
    """
    before = [set(hooks) for hooks in GLOBAL_HOOKS]
    try:
        shown = run()
    finally:
        strays = [(hooks, key) for hooks, old in zip(GLOBAL_HOOKS, before, strict=True) for key in {*hooks} - old]
        for hooks, key in strays:
            del hooks[key]
    return {**shown, "hooks on the model": hooks_left(model) + len(strays)}


def hooks_left(model: nn.Module) -> int:
    """How many hooks modules and parameters carry."""
    kinds = ("_backward_hooks", "_post_accumulate_grad_hooks")
    on_parameters = sum(len(getattr(weight, kind) or ()) for weight in model.parameters() for kind in kinds)
    return hooks_on(model) + on_parameters


def mixed_modes(draw: Draw, model: ModuleT) -> ModuleT:
    """Some of its modules in training mode, the others not."""
    modules = list(model.modules())
    for part, train in zip(modules, draw.mask(len(modules)).tolist(), strict=True):
        part.training = train
    return model


def modes(model: nn.Module) -> dict[str, bool]:
    """Which modules are in training mode."""
    return {name or "the model": part.training for name, part in model.named_modules()}


def grads(model: nn.Module) -> dict[str, Any]:
    return {name: weight.grad for name, weight in model.named_parameters()}


def error_of(run: Callable[[], object]) -> str:
    """The kind of error that comes through."""
    try:
        run()
    except (ZeroDivisionError, AttributeError, KeyError) as error:
        return type(error).__name__
    return "none"


def others_on(model: nn.Module) -> list[str]:
    """Hangs a hook of somebody else on each of its modules; the list tells which of them fire."""
    fired: list[str] = []
    for name, part in model.named_modules():
        part.register_forward_hook(lambda *_, name=name: fired.append(name or "the model"))
    return fired
