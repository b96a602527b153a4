"""What `export_model` must show."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.training import _runs as runs

PROGRAM = Idea("a program that answers without the class, for any number of rows", weight=3, point=True)
QUIET = Idea("as it answers in evaluation mode", weight=2, point=True)
BACK = Idea("the model is as it was", weight=1.5)
MOST = 2**20 + 2  # rows: above the largest numbers that one would think of


@exercise(points=2)
def export_model(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A file that holds a model's computation."""

    @cache
    def exported() -> dict[str, Any]:
        """One export, looked at from all sides: it takes a while."""
        return runs.in_a_folder(lambda path: _looked_at(candidate, draw, path), "model.pt2")

    yield (
        "the docstring's example",
        lambda: runs.in_a_folder(lambda path: _example(candidate, draw, path), "model.pt2"),
        PROGRAM,
    )
    yield "the rows of the example", lambda: exported()["same"], PROGRAM
    yield "one row, none, and many", lambda: exported()["others"], PROGRAM
    yield "a million rows", lambda: exported()["crowd"], PROGRAM
    yield "the model moves on, the file does not", lambda: exported()["later"], PROGRAM
    yield "dropout and batch norm", lambda: exported()["again"], QUIET
    yield "the modes of its parts", lambda: {"modes": exported()["modes"], "result": exported()["same"]}, BACK
    yield "its weights and statistics", lambda: exported()["state"], BACK


def _program(path: Path) -> Any:
    """What the file holds, ready to run.

    Raises:
        ValueError: it is not a program. `torch.export.load` would say so at length, and log it.
    """
    if not path.exists():
        raise ValueError("there is no file")
    names = zipfile.ZipFile(path).namelist() if zipfile.is_zipfile(path) else []
    if not any(name.endswith("archive_format") for name in names):
        raise ValueError("the file holds no program")
    return torch.export.load(path).module()


def _example(candidate: Any, draw: Draw, path: Path) -> Any:
    model = draw.fill_(nn.Linear(3, 2))
    candidate(model=model, example=draw.normal(2, 3), path=path)
    program = _program(path)
    return [program(draw.normal(5, 3)), sorted(each.name for each in path.parent.iterdir())]


def _looked_at(candidate: Any, draw: Draw, path: Path) -> dict[str, Any]:
    """A model in training of which two parts are frozen; what its file answers, and what became of it."""
    block = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5))
    model = draw.fill_(nn.Sequential(block, nn.Linear(6, 2))).train()
    block[3].eval()
    model[1].eval()
    example, rows = draw.normal(3, 4), draw.integer(5, 9)
    others = [draw.normal(count, 4) for count in (1, 0, rows)]
    crowd = draw.normal(2, 4).repeat(MOST // 2, 1)
    candidate(model, example, path)
    modes, state = runs.modes_of(model), {k: v.clone() for k, v in model.state_dict().items()}
    program = _program(path)
    shown: dict[str, Any] = {"same": program(example), "modes": modes, "state": state}
    shown["again"] = [program(example), program(example)]
    shown["others"] = [_or_refused(program, each) for each in others]
    shown["crowd"] = {"the last rows": _or_refused(program, crowd, last=2), "the example": program(example)}
    with torch.no_grad():
        next(model.parameters()).add_(1)
    return shown | {"later": _program(path)(example)}


def _or_refused(program: Any, x: Tensor, last: int = MOST) -> Any:
    """What it answers for the last rows; a program for some numbers of rows refuses others."""
    try:
        return program(x)[-last:]
    except (AssertionError, RuntimeError) as error:
        return f"refused: {type(error).__name__}"
