"""What `save_checkpoint` must show."""

from __future__ import annotations

import pickle
import shutil
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.training import _runs as runs

ALL = Idea("each part, the steps done, the random state", weight=3, point=True)
WHOLE = Idea("the old file stays until the new one is whole", weight=2, point=True)
TRACES = Idea("the run does not notice", weight=1)


@exercise(points=2)
def save_checkpoint(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A file that holds all of a run, or what it held before."""
    step = draw.integer(2, 1000)

    def after(steps: int) -> dict[str, Any]:
        parts, x, y = runs.parts_of(draw), draw.normal(10, 4), draw.integers(10, high=3)
        runs.train(parts, x, y, steps)
        return parts

    def saved(parts: dict[str, Any], step: int) -> Any:
        def look(path: Path) -> Any:
            candidate(path, parts, step)
            return runs.read(path, draw.device)

        return runs.in_a_folder(look)

    yield "the docstring's example", lambda: _example(candidate, draw), ALL
    yield "a model", lambda: saved({"model": draw.fill_(nn.Linear(3, 2))}, step), ALL
    yield "model, optimizer, schedule and order", lambda: saved(after(3), step), ALL
    yield "before the first step", lambda: saved(after(0), 0), ALL
    yield "parts with other names", lambda: saved(_renamed(draw, after(1)), step), ALL
    yield "the random state in the middle of a run", lambda: _drawn(candidate, draw, step), ALL
    yield "written over an older one", lambda: _twice(candidate, draw, step), WHOLE
    yield "who holds the older one", lambda: _held(candidate, draw, step), WHOLE
    yield "a part that cannot be written", lambda: _fails(candidate, draw, step, _Unwritable()), WHOLE
    yield "the same in a file called run.tmp", lambda: _fails(candidate, draw, step, _Unwritable(), "run.tmp"), WHOLE
    yield "while it is being written", lambda: _meanwhile(candidate, draw, step), WHOLE
    yield "a part that raises", lambda: _fails(candidate, draw, step, _Broken()), WHOLE
    yield "the run goes on", lambda: _goes_on(candidate, draw, after(2), step), TRACES


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's call, and another, each with what the folder holds."""

    def look(path: Path) -> Any:
        shown = []
        for step in (400, draw.integer(1, 99)):
            candidate(path=path, parts={"model": draw.fill_(nn.Linear(2, 1))}, step=step)
            shown.append([runs.read(path, draw.device), _files(path)])
        return {"example": shown[0], "another": shown[1]}

    return runs.in_a_folder(look)


def _files(path: Path) -> list[str]:
    """What stands beside a file; how others are called is their writer's business."""
    return [path.name, *("another file" for each in path.parent.iterdir() if each != path)]


def _renamed(draw: Draw, parts: dict[str, Any]) -> dict[str, Any]:
    names = draw.shuffled(["net", "step", "random", "adam"])
    return {name: parts[key] for name, key in zip(names, ("model", "optimizer", "schedule"), strict=False)}


def _drawn(candidate: Any, draw: Draw, step: int) -> Any:
    torch.rand(draw.integer(1, 50))

    def look(path: Path) -> Any:
        candidate(path, {}, step)
        return runs.read(path, draw.device)

    return runs.in_a_folder(look)


def _twice(candidate: Any, draw: Draw, step: int) -> Any:
    parts, others = ({"model": draw.fill_(nn.Linear(2, 3))} for _ in range(2))

    def look(path: Path) -> Any:
        candidate(path, parts, step)
        candidate(path, others, step + 7)
        return {"file": runs.read(path, draw.device), "folder": _files(path)}

    return runs.in_a_folder(look)


def _second_name(path: Path) -> Path:
    """Another name of the same file; where the disk knows no such thing a copy, which tells nothing.

    Raises:
        ValueError: there is no file.
    """
    if not path.exists():
        raise ValueError("there is no file")
    held = path.parent / "held"
    try:
        held.hardlink_to(path)
    except OSError:
        shutil.copy(path, held)
    return held


def _held(candidate: Any, draw: Draw, step: int) -> Any:
    """A second name for the older file: what is written into that file shows there, what takes its place does not."""
    parts, others = ({"model": draw.fill_(nn.Linear(2, 3))} for _ in range(2))

    def look(path: Path) -> Any:
        candidate(path, parts, step)
        held = _second_name(path)
        candidate(path, others, step + 7)
        return {"the older file": runs.read(held, draw.device), "the new one": runs.read(path, draw.device)}

    return runs.in_a_folder(look)


class _Unwritable:
    """Its state holds what no file can hold."""

    def state_dict(self) -> dict[str, Any]:
        return {"function": lambda: None}


class _Broken:
    def state_dict(self) -> dict[str, Any]:
        raise FloatingPointError("no state today")


class _Peeks:
    """Looks, while it is being written, whether the file of before is still there and whole."""

    def __init__(self, path: Path) -> None:
        self.path, self.seen = path, set[str]()

    def state_dict(self) -> dict[str, Any]:
        return {"": self}

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            step = torch.load(self.path, weights_only=True)["step"]
            self.seen.add(f"the file of step {step}")
        except (OSError, EOFError, RuntimeError, pickle.UnpicklingError):
            self.seen.add("no whole file")
        return OrderedDict, ()


def _meanwhile(candidate: Any, draw: Draw, step: int) -> Any:
    """What somebody finds who comes, or whose computer dies, in the middle of the second save."""
    parts = {"model": draw.fill_(nn.Linear(2, 3))}

    def look(path: Path) -> Any:
        candidate(path, parts, step)
        peeks = _Peeks(path)
        candidate(path, {**parts, "peeks": peeks}, step + 50)
        return {"in the middle": sorted(peeks.seen), "file": runs.read(path, draw.device)["step"]}

    return runs.in_a_folder(look)


def _fails(candidate: Any, draw: Draw, step: int, bad: Any, name: str = runs.FILE) -> Any:
    """The second save does not come to its end; the first is what one would go on from. The third has to work again."""
    parts = {"model": draw.fill_(nn.Linear(2, 3))}

    def look(path: Path) -> Any:
        candidate(path, parts, step)
        with torch.no_grad():
            parts["model"].weight.add_(1)
        try:
            candidate(path, {**parts, "bad": bad}, step + 50)
            end = "went through"
        except Exception:
            end = "raised"
        left = runs.read(path, draw.device)
        try:
            candidate(path, parts, step + 60)
            third = runs.read(path, draw.device)["step"]
        except Exception:
            third = "raised"
        return {"file": left, "second save": end, "third save": third}

    return runs.in_a_folder(look, name)


def _goes_on(candidate: Any, draw: Draw, parts: dict[str, Any], step: int) -> Any:
    """The same losses as without a save: nothing is drawn, no mode is changed."""
    x, y = draw.normal(10, 4), draw.integers(10, high=3)

    def look(path: Path) -> Any:
        candidate(path, parts, step)
        return {"losses": runs.train(parts, x, y, 2), "file": runs.read(path, draw.device)["parts"]["order"]["rest"]}

    return runs.in_a_folder(look)
