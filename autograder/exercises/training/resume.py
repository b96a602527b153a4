"""What `resume` must show."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.exercises.training import _runs as runs

ON = Idea("the run goes on, number by number", weight=3, point=True)
RANDOM = Idea("the random stream stands where it stood", weight=2, point=True)
FRESH = Idea("without a file nothing happens", weight=1.5)
REFUSED = Idea("what does not fit is refused", weight=1.5)
SAFE = Idea("a file cannot run code", weight=2)


@exercise(points=2)
def resume(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A run that goes on as if nothing had happened."""
    step = draw.integer(2, 1000)
    yield "the docstring's example", lambda: _example(candidate, draw), ON
    yield "three steps more", lambda: _goes_on(candidate, draw, step), ON
    yield "the weights themselves", lambda: _in_place(candidate, draw, step), ON
    yield "a file from before the first step", lambda: _goes_on(candidate, draw, 0), ON
    yield "twice from one file", lambda: _goes_on(candidate, draw, step, times=2), ON
    yield "a file with more parts", lambda: _fewer(candidate, draw, step), ON
    yield "random numbers afterwards", lambda: _random(candidate, draw, step, {}), RANDOM
    yield "a part that draws while it loads", lambda: _random(candidate, draw, step, _reopened(draw)), RANDOM
    yield "no file", lambda: _no_file(candidate, draw), FRESH
    yield "a part that the file does not have", lambda: _missing(candidate, draw, step), REFUSED
    yield "a model of other layers", lambda: _other_layers(candidate, draw, step), REFUSED
    yield "a file with code in it", lambda: _code(candidate, draw, step), SAFE


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's call, and another."""

    def look(path: Path) -> Any:
        shown = []
        for step in (400, draw.integer(1, 99)):
            runs.write(path, {"model": draw.fill_(nn.Linear(2, 1))}, step)
            model = draw.fill_(nn.Linear(2, 1))
            shown.append([candidate(path=path, parts={"model": model}), dict(model.state_dict())])
        return {"example": shown[0], "another": shown[1]}

    return runs.in_a_folder(look)


def _goes_on(candidate: Any, draw: Draw, step: int, times: int = 1) -> Any:
    """A run is written down after three steps, or none; another, begun anew, takes it up and goes on."""
    x, y = draw.normal(10, 4), draw.integers(10, high=3)
    first, second = runs.parts_of(draw), runs.parts_of(draw)
    runs.train(first, x, y, 3 if step else 0)
    runs.train(second, x, y, 1)

    def look(path: Path) -> Any:
        runs.write(path, first, step)
        shown = {}
        for time in range(times):
            torch.rand(time + 1)
            done = candidate(path, second)
            losses, rate = runs.train(second, x, y, 3), second["optimizer"].param_groups[0]["lr"]
            shown[f"time {time + 1}"] = {"done": done, "losses": losses, "rate": rate}
        return {**shown, "weights": dict(second["model"].state_dict())}

    return runs.in_a_folder(look)


def _in_place(candidate: Any, draw: Draw, step: int) -> Any:
    """The optimizer holds the very weights that the model has, before and after; the mode is the caller's."""
    modes, shown = draw.shuffled([True, False]), []

    def look(path: Path) -> Any:
        for mode in modes:
            first, second = runs.parts_of(draw), runs.parts_of(draw)
            second["model"].train(mode)
            held = list(second["model"].parameters())
            runs.write(path, first, step)
            done = candidate(path, second)
            same = [one is other for one, other in zip(held, second["model"].parameters(), strict=True)]
            shown.append({"done": done, "held": held, "one object": same, "modes": runs.modes_of(second["model"])})
        return shown

    return runs.in_a_folder(look)


def _fewer(candidate: Any, draw: Draw, step: int) -> Any:
    """Not all that the file holds is asked for."""
    parts, others = runs.parts_of(draw), runs.parts_of(draw)
    asked = draw.shuffled(["model", "order"])[: draw.integer(1, 3)]

    def look(path: Path) -> Any:
        runs.write(path, parts, step)
        done = candidate(path, {name: others[name] for name in asked})
        return {"done": done, "weights": dict(others["model"].state_dict())}

    return runs.in_a_folder(look)


def _reopened(draw: Draw) -> dict[str, Any]:
    part = runs.Reopened()
    part.place = draw.integer(1, 99)
    return {"model": draw.fill_(nn.Linear(2, 3)), "data": part}


def _random(candidate: Any, draw: Draw, step: int, parts: dict[str, Any]) -> Any:
    torch.rand(draw.integer(1, 50))

    def look(path: Path) -> Any:
        runs.write(path, parts, step)
        torch.manual_seed(draw.integer(0, 10**6))
        done = candidate(path, parts)
        return {"done": done, "numbers": torch.rand(4).tolist()}

    return runs.in_a_folder(look)


def _no_file(candidate: Any, draw: Draw) -> Any:
    parts = {"model": draw.fill_(nn.Linear(2, 3))}

    def look(path: Path) -> Any:
        try:
            done = candidate(path, parts)
        except FileNotFoundError:  # its message would name a folder, which is another one each time
            done = "FileNotFoundError"
        left = sorted(each.name for each in path.parent.iterdir())
        return {
            "done": done,
            "weights": dict(parts["model"].state_dict()),
            "numbers": torch.rand(3).tolist(),
            "folder": left,
        }

    return runs.in_a_folder(look)


def _missing(candidate: Any, draw: Draw, step: int) -> Any:
    parts = runs.parts_of(draw)
    gone = draw.choice(sorted(parts))

    def look(path: Path) -> Any:
        runs.write(path, parts, step)
        good = candidate(path, parts)
        runs.write(path, {name: part for name, part in parts.items() if name != gone}, step)
        return {"all are there": good, "one is missing": refusal(KeyError, candidate, path, parts)}

    return runs.in_a_folder(look)


def _other_layers(candidate: Any, draw: Draw, step: int) -> Any:
    small = draw.fill_(nn.Sequential(nn.Linear(2, 3)))
    large = draw.fill_(nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 3)))

    def look(path: Path) -> Any:
        runs.write(path, {"model": small}, step)
        good = candidate(path, {"model": small})
        return {"its own": good, "one layer more": refusal(RuntimeError, candidate, path, {"model": large})}

    return runs.in_a_folder(look)


def _code(candidate: Any, draw: Draw, step: int) -> Any:
    parts = {"model": draw.fill_(nn.Linear(2, 3))}

    def look(path: Path) -> Any:
        runs.write(path, parts, step)
        good = candidate(path, parts)
        found = {**torch.load(path, weights_only=True), "extra": runs.Payload()}
        torch.save(found, path)
        runs.RAN.clear()
        end = refusal(pickle.UnpicklingError, candidate, path, parts)
        return {"a good file": good, "a file with code": end, "what it ran": list(runs.RAN)}

    return runs.in_a_folder(look)
