"""Runs an experiment on a candidate and writes down what it shows."""

from __future__ import annotations

import inspect
import io
import random
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise, Idea, Step
from autograder.engine.forbidden import inherited, watching
from autograder.engine.values import Data, Raised, attempt, printable, raised

SET_UP = "set-up"  # the name under which an exception between two observations is noted
MAX_OBSERVATIONS = 200
MAX_PRINTED = 2_000


@dataclass(frozen=True)
class Observation:
    """One thing that an answer showed.

    Attributes:
        name: what was looked at.
        value: what was seen.
        size: elements of the largest input drawn so far; the tolerance follows from it.
        idea: what it belongs to, where the experiment says so. It does not cross processes: a sheet knows its own.
    """

    name: str
    value: Data
    size: int = 1
    idea: Idea | None = None


@dataclass(frozen=True)
class Evidence:
    """All that one run of an experiment tells about a candidate.

    Attributes:
        observations: in the order of the experiment.
        signature: the candidate's own, as text.
        used: forbidden operations seen while it ran.
        printed: what it wrote to stdout and stderr, shortened.
        witnessed: an input has been put before the suspects already; what comes from another process never has.
    """

    observations: list[Observation]
    signature: str = ""
    used: list[str] = field(default_factory=list)
    printed: str = ""
    witnessed: bool = False

    def as_data(self) -> Data:
        rows: list[Data] = [[item.name, item.value, item.size] for item in self.observations]
        used: list[Data] = list(self.used)
        return {"observations": rows, "signature": self.signature, "used": used, "printed": self.printed}

    @classmethod
    def from_data(cls, data: Data) -> Evidence:
        """Reads what `as_data` wrote.

        Raises:
            ValueError: it is something else.
        """
        match data:
            case {"observations": list(rows), "signature": str(signature), "used": list(used), "printed": str(text)}:
                observations = [_row(row) for row in rows[:MAX_OBSERVATIONS]]
                names = [name[:200] for name in used[:50] if isinstance(name, str)]
                return cls(observations, signature[:500], names, text[:MAX_PRINTED])
        raise ValueError("the reply is no evidence")


def _row(row: Data) -> Observation:
    match row:
        case [str(name), value, int(size)]:
            return Observation(name, value, size)
    raise ValueError("an observation is a name, a value and a size")


def observe(
    exercise: Exercise, candidate: Any, draw: Draw, enough: Callable[[Observation], bool] = lambda _: False
) -> Evidence:
    """Runs the experiment and collects its observations.

    An observation that raises is noted and does not hide the next. The global random streams, the gradient mode
    and the student's screen are as before afterwards.

    Args:
        enough: ends the run after the first observation of which it says so. It is asked while the experiment runs.
    """
    used = inherited(candidate, exercise.without)
    screen = _Screen()
    observations = []
    with (
        _undisturbed(draw), redirect_stdout(screen), redirect_stderr(screen), watching(exercise.without, used),
        closing(_observations(exercise, candidate, draw)) as run,
    ):  # fmt: skip
        for item in run:
            observations.append(item)
            if enough(item):
                break
    return Evidence(observations, signature_of(candidate), sorted(used), screen.text)


class _Screen(io.TextIOBase):
    """Keeps the beginning of what is printed, however much that is."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += printable(text[: MAX_PRINTED - len(self.text)])
        return len(text)


def _observations(exercise: Exercise, candidate: Any, draw: Draw) -> Generator[Observation, None, None]:
    experiment = exercise.experiment(candidate, draw)
    for number in range(MAX_OBSERVATIONS):
        step = _next_step(experiment)
        if step is None:
            return
        if isinstance(step, Raised):
            yield Observation(SET_UP, step, draw.size)
            return
        name, thunk, *rest = step
        with draw.apart(f"observation {number}"):
            _seed(draw)
            value = attempt(thunk, draw.device)
        yield Observation(name, value, draw.size, *rest)


def _next_step(experiment: Iterator[Step]) -> Step | Raised | None:
    try:
        return next(experiment, None)
    except (Exception, SystemExit) as error:
        return raised(error)


@contextmanager
def _undisturbed(draw: Draw) -> Iterator[None]:
    """Seeds the global streams for the run and gives them back afterwards; on CUDA, float32 means float32.

    Tensors are made as torch makes them by default, whatever the notebook has set.
    """
    devices = [draw.device] if draw.device.type == "cuda" else []
    python, legacy = random.getstate(), np.random.get_state()
    exact = torch.backends.cudnn.flags(allow_tf32=False) if devices else nullcontext()
    place = nullcontext() if torch.get_default_device().type == "cpu" else torch.device("cpu")
    dtype = torch.get_default_dtype()
    with torch.random.fork_rng(devices=devices), torch.enable_grad(), exact, place:
        torch.set_default_dtype(torch.float32)
        _seed(draw)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(legacy)
            torch.set_default_dtype(dtype)


def _seed(draw: Draw) -> None:
    """Once for each observation: what an answer takes from a global stream shifts nothing in the next.

    `torch.manual_seed` would do as well, but writes down the call stack three times, for devices that may come later: a
    fifth of the time that an audit takes.
    """
    seed = draw.integer(0, 2**31)
    torch.default_generator.manual_seed(seed)
    if draw.device.type == "cuda":
        torch.cuda.manual_seed_all(seed)
    random.seed(seed)
    np.random.seed(seed)


def signature_of(candidate: Any) -> str:
    """`(q, k, v, mask=None)`: parameters without annotations; empty where there is none to read."""
    try:
        signature = inspect.signature(candidate)
        bare = [item.replace(annotation=inspect.Parameter.empty) for item in signature.parameters.values()]
        return printable(str(inspect.Signature(bare))[:500])
    except Exception:  # besides what has none: a default whose repr raises, a __signature__ that does
        return ""
