"""Runs that can be written down: a small network with all that a training needs, and the file that is to hold it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from helpers.order import Order

FILE = "run.pt"
RAN: list[str] = []  # what a file with code in it has done


def in_a_folder(function: Callable[[Path], Any], file: str = FILE) -> Any:
    """What `function` shows of a file in a folder that is gone afterwards."""
    with TemporaryDirectory() as folder:
        return function(Path(folder) / file)


def modes_of(model: nn.Module) -> list[str]:
    """In which mode each part is, in words."""
    return [f"{type(part).__name__} {'trains' if part.training else 'evaluates'}" for part in model.modules()]


class Reopened:
    """Reads the data anew when it is loaded, and draws a number for it, as a `DataLoader` does."""

    def __init__(self) -> None:
        self.place = 0

    def state_dict(self) -> dict[str, int]:
        return {"place": self.place}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.place = state["place"]
        torch.rand(1)


class Drops(nn.Module):
    """Dropout whose masks come from the CPU's stream on every device, so that one sheet serves them all."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 2 * (torch.rand(x.shape) < 0.5).to(x) if self.training else x


def parts_of(draw: Draw) -> dict[str, Any]:
    """A model with dropout, its optimizer, its schedule and its order of examples, all at the start."""
    model = draw.fill_(nn.Sequential(nn.Linear(4, 5), Drops(), nn.Linear(5, 3)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    order = Order(10, batch=3, seed=draw.integer(0, 10**6))
    return {"model": model, "optimizer": optimizer, "schedule": schedule, "order": order}


def train(parts: dict[str, Any], x: Tensor, y: Tensor, steps: int) -> list[float]:
    """The losses of some steps; dropout draws from the global stream."""
    losses = []
    for _ in range(steps):
        chosen = parts["order"].next().to(x.device)
        parts["optimizer"].zero_grad()
        loss = nn.functional.cross_entropy(parts["model"](x[chosen]), y[chosen])
        loss.backward()
        parts["optimizer"].step()
        parts["schedule"].step()
        losses.append(loss.item())
    return losses


def write(path: Path, parts: dict[str, Any], step: int) -> None:
    """The file as it should be."""
    states = {name: part.state_dict() for name, part in parts.items()}
    torch.save({"parts": states, "step": step, "random": torch.get_rng_state()}, path)


def numbers_from(state: Any) -> Any:
    """What comes next in a stream, which is left where it is; a word where the file holds something else, as a seed."""
    with torch.random.fork_rng(devices=[]):
        try:
            torch.set_rng_state(state.cpu())
        except (AttributeError, TypeError, RuntimeError):
            return "no state of the random stream"
        drawn: list[float] = torch.rand(3).tolist()
        return drawn


def read(path: Path, device: torch.device) -> dict[str, Any]:
    """What a file holds, the state of the random stream as the numbers that it would give.

    Raises:
        ValueError: there is none. The library's own error would name a folder, which is another one each time.
    """
    if not path.exists():
        raise ValueError("there is no file")
    found = torch.load(path, map_location=device, weights_only=True)
    return {**found, "random": numbers_from(found["random"])} if "random" in found else dict(found)


def note(text: str) -> str:
    """Does no harm, but tells that it was called."""
    RAN.append(text)
    return text


class Payload:
    """Is not loaded but calls something."""

    def __reduce__(self) -> tuple[Any, ...]:
        return note, ("code from the file was run",)
