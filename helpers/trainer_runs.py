"""Tiny trainings by Trainer, silent and in a folder that is gone afterwards: what does each argument do?"""

from __future__ import annotations

import io
import random
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import Trainer, TrainerCallback, TrainingArguments

from helpers.pretrained import silence

EXAMPLES, HELD_OUT, WIDTH = 24, 10, 4


class Line(nn.Module):
    """A linear layer with a norm behind it, and the mean square of what it misses: a model of 21 weights.

    Attributes:
        seen: for each call the number of examples, and whether the model was training.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.norm = nn.Linear(WIDTH, 3), nn.LayerNorm(3)
        self.seen: list[tuple[int, bool]] = []

    def forward(self, x: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """The loss, and what was predicted."""
        self.seen.append((len(x), self.training))
        predicted = self.norm(self.layer(x))
        return {"loss": (predicted - labels).square().mean(), "predicted": predicted}


@dataclass
class Ran:
    """What a training left behind.

    Attributes:
        steps: of the optimizer.
        files: in the folder of output, by name.
        train_batches, eval_batches: how many examples the model was given, call by call.
        rates: the learning rate of each step, as it was taken.
        norms: of the gradient at each step, after the clipping.
        logged, evaluated: after which steps.
        decays: how many weights are decayed by how much.
        epsilon: of the optimizer.
        predictions: the shape of what was kept of them, or None.
    """

    steps: int = 0
    files: list[str] = field(default_factory=list)
    train_batches: list[int] = field(default_factory=list)
    eval_batches: list[int] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    logged: list[int] = field(default_factory=list)
    evaluated: list[int] = field(default_factory=list)
    decays: dict[float, int] = field(default_factory=dict)
    epsilon: float = 0.0
    predictions: list[int] | None = None

    def told(self, name: str) -> str:
        """One of these as one would print it: rates with two digits."""
        value = getattr(self, name)
        return ", ".join(f"{rate:.1e}" for rate in value) if name == "rates" else str(value)


class _Notes(TrainerCallback):
    """Writes down what happens at each step."""

    def __init__(self, ran: Ran) -> None:
        self.ran = ran

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """The gradients are clipped by now."""
        grads = [value.grad for value in others["model"].parameters() if value.grad is not None]
        self.ran.norms.append(torch.stack([grad.norm() for grad in grads]).norm().item())
        self.ran.rates.append(others["optimizer"].param_groups[0]["lr"])

    def on_log(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Losses of the training; what `evaluate` finds is logged as well."""
        if "loss" in (others["logs"] or {}):
            self.ran.logged.append(state.global_step)

    def on_evaluate(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Not by steps, but whenever it happens."""
        self.ran.evaluated.append(state.global_step)


def examples(count: int, seed: int) -> list[dict[str, Tensor]]:
    """Inputs and what should come out, in random numbers."""
    stream = torch.Generator().manual_seed(seed)
    return [
        {"x": torch.randn(WIDTH, generator=stream), "labels": 3 * torch.randn(3, generator=stream)}
        for _ in range(count)
    ]


def ran(train: bool = True, **arguments: Any) -> Ran:
    """Trains `Line` on 24 examples by Trainer, then predicts 10 that are held out, and tells what happened.

    Args:
        train: call `trainer.train()`.
        arguments: those of TrainingArguments.
    """
    found = Ran()
    with tempfile.TemporaryDirectory() as folder, _quiet():
        torch.manual_seed(0)
        model = Line()
        given = {"report_to": "none", "disable_tqdm": True, "use_cpu": True, **arguments}
        args = TrainingArguments(output_dir=str(Path(folder) / "out"), **given)
        trainer = Trainer(
            model,
            args,
            train_dataset=examples(EXAMPLES, 1),
            eval_dataset=examples(HELD_OUT, 2),
            callbacks=[_Notes(found)],
        )
        if train:
            trainer.train()
        kept = trainer.predict(examples(HELD_OUT, 2), ignore_keys=[]).predictions
        found.predictions = None if kept is None else list(kept.shape)
        found.files = sorted(file.name for file in Path(folder).glob("out/*"))
        found.steps = trainer.state.global_step
        _look_at(trainer.optimizer, found)
    found.train_batches = [size for size, training in model.seen if training]
    found.eval_batches = [size for size, training in model.seen if not training]
    return found


def _look_at(optimizer: Any, found: Ran) -> None:
    """Trainer wraps the optimizer, and makes it only when it trains."""
    for group in getattr(optimizer, "param_groups", ()):
        count = sum(value.numel() for value in group["params"])
        found.decays[group["weight_decay"]] = found.decays.get(group["weight_decay"], 0) + count
        found.epsilon = group["eps"]


@contextmanager
def _quiet() -> Iterator[None]:
    """No bars, tables or warnings about a training this small, and all random streams as before: Trainer seeds them."""
    plain, arrays = random.getstate(), np.random.get_state()
    try:
        with (
            torch.random.fork_rng(devices=[]), silence(), warnings.catch_warnings(action="ignore"),
            redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()),
        ):  # fmt: skip
            yield
    finally:
        random.setstate(plain)
        np.random.set_state(arrays)


def accepts(name: str, value: Any) -> str:
    """Whether TrainingArguments still knows an argument: "there", or what it says."""
    try:
        with tempfile.TemporaryDirectory() as folder, _quiet():
            TrainingArguments(output_dir=folder, use_cpu=True, **{name: value})
    except TypeError as error:
        return str(error).replace("TrainingArguments.__init__() ", "")
    return "there"
