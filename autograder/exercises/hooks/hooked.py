"""What `hooked` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import hooks_on
from autograder.exercises.hooks._shared import error_of, others_on, part_names, small, visit

INSIDE = Idea("the hooks are there inside the block, and gone after it", weight=2, point=True)
ERROR = Idea("they come off however the block ends", weight=2, point=True)
LAZY = Idea("handles that are made one after the other", weight=1.5)
OTHERS = Idea("no other hook is touched", weight=1.5)


class Stopped(BaseException):
    """Ends a block as Ctrl-C would."""


def registering(model: nn.Module, fired: list[str], names: list[str]) -> Iterator[Any]:
    """Hangs a hook on each of some modules, one after the other, when it is asked for the next."""
    for name in names:
        yield model.get_submodule(name).register_forward_hook(lambda *_, name=name: fired.append(name))


@exercise(points=2, without=["helpers.hooks:hooked"])  # by its name: the module brings plots along
def hooked(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The frame around hooks: they come off at the end of the block."""

    def seen(model: nn.Module, handles: Callable[[list[str]], Any], x: Tensor) -> dict[str, Any]:
        """Which hooks fire in the block, which after it."""
        inside: list[str] = []

        def run() -> dict[str, Any]:
            with candidate(handles(inside)):
                there = hooks_on(model)
                model(x)
            fired = list(inside)
            model(x)
            return {"hooks in the block": there, "fired in it": fired, "fired after it": inside[len(fired) :]}

        return visit(model, run)

    def a_list(count: int) -> dict[str, Any]:
        model = small(draw)
        names = draw.shuffled(part_names(model))[:count]
        return seen(model, lambda fired: list(registering(model, fired, names)), draw.normal(2, 4))

    def a_generator() -> dict[str, Any]:
        model = small(draw)
        names = draw.shuffled(part_names(model))[:2]
        return seen(model, lambda fired: registering(model, fired, names), draw.normal(2, 4))

    yield "one hook", lambda: a_list(1), INSIDE
    yield "three hooks", lambda: a_list(3), INSIDE
    yield "hooks of all kinds", lambda: _all_kinds(candidate, draw), INSIDE
    yield "the docstring's example", lambda: _example(candidate, draw), INSIDE
    yield "no hooks, and some", lambda: [a_list(0), a_list(2)], INSIDE
    yield "an error in the block", lambda: _ends(candidate, draw, ZeroDivisionError), ERROR
    yield "the block is broken off", lambda: _ends(candidate, draw, Stopped), ERROR
    yield "the block is left by a return", lambda: _returns(candidate, draw), ERROR
    yield "a generator of handles", a_generator, LAZY
    yield "a generator that fails half way", lambda: _half_way(candidate, draw), LAZY
    yield "one block inside another", lambda: _nested(candidate, draw), OTHERS
    yield "other people's hooks stay", lambda: _others(candidate, draw), OTHERS
    yield "a hook that was taken off in the block", lambda: _early(candidate, draw), OTHERS


def _all_kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Forward, before and after; backward; on a parameter. Each round through the model shows which of them fire."""
    model, x = small(draw), draw.normal(2, 4).requires_grad_()
    part, weight = model.get_submodule(part_names(model)[0]), next(model.parameters())
    fired: list[str] = []
    times = draw.integer(1, 4)

    def note(name: str) -> Callable[..., None]:
        return lambda *_: fired.append(name)

    handles = draw.shuffled([
        part.register_forward_pre_hook(note("forward-pre")), part.register_forward_hook(note("forward")),
        part.register_full_backward_hook(note("backward")), weight.register_hook(note("parameter")),
    ])[: draw.integer(2, 5)]  # fmt: skip

    def run() -> dict[str, Any]:
        with candidate(handles):
            for _ in range(times):
                model(x).sum().backward()
        inside = sorted(fired)
        model(x).sum().backward()
        return {"fired in the block": inside, "fired after it": sorted(fired[len(inside) :])}

    return visit(model, run)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    found: list[Any] = []
    for times in (1, draw.integer(2, 5)):
        layer = nn.ReLU()
        fired: list[str] = []
        with candidate([layer.register_forward_hook(lambda *_, fired=fired: fired.append("hello"))]):
            for _ in range(times):
                layer(draw.normal(2))
        layer(draw.normal(2))
        found.append(fired)
    return found


def _ends(candidate: Any, draw: Draw, kind: type[BaseException]) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    names = draw.shuffled(part_names(model))[:2]
    fired: list[str] = []

    def run() -> dict[str, Any]:
        came = "none"
        try:
            with candidate(list(registering(model, fired, names))):
                model(x)
                raise kind
        except (ZeroDivisionError, Stopped) as error:
            came = type(error).__name__
        model(x)
        return {"what comes through": came, "fired": fired}

    return visit(model, run)


def _returns(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    names = draw.shuffled(part_names(model))[:2]
    fired: list[str] = []

    def run() -> dict[str, Any]:
        with candidate(list(registering(model, fired, names))):
            return {"output": model(x), "fired": fired}

    return visit(model, run)


def _half_way(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The second name is wrong: the hook of the first must not stay."""
    model, x = small(draw), draw.normal(2, 4)
    first, last = draw.shuffled(part_names(model))[:2]
    fired: list[str] = []

    def run() -> None:
        with candidate(registering(model, fired, [first, "typo", last])):
            model(x)

    def shown() -> dict[str, Any]:
        error = error_of(run)
        left = hooks_on(model)
        with candidate(registering(model, fired, [last])):
            model(x)
        return {"the error that comes through": error, "hooks after it": left, "fired later": fired}

    return visit(model, shown)


def _nested(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    outer, inner = draw.shuffled(part_names(model))[:2]
    fired: list[str] = []

    def run() -> dict[str, Any]:
        with candidate(list(registering(model, fired, [outer]))):
            with candidate(list(registering(model, fired, [inner]))):
                model(x)
            model(x)
        model(x)
        return {"fired": fired}

    return visit(model, run)


def _others(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    theirs = others_on(model)
    fired: list[str] = []
    with candidate(list(registering(model, fired, part_names(model)[:2]))):
        model(x)
    model(x)
    return {"fired": fired, "theirs": theirs, "hooks on the model": hooks_on(model)}


def _early(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    fired: list[str] = []
    handles = list(registering(model, fired, draw.shuffled(part_names(model))))
    early = draw.integer(0, 3)

    def block() -> None:
        with candidate(handles):
            handles[early].remove()
            model(x)

    def run() -> dict[str, Any]:
        error = error_of(block)  # its message may hold the number of a hook, which differs each time
        model(x)
        return {"the error that comes through": error, "fired": fired}

    return visit(model, run)
