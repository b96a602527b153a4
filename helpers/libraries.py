"""The task of lesson 18: which library is a docstring from? By a model that has read much."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from transformers import TrainerCallback

from helpers.batching import mean_over_tokens, shortest_first
from helpers.corpus import LIBRARIES, Docstring, docstrings
from helpers.pretrained import MINILM, folder_of, load_model, load_tokenizer, silence
from helpers.shipped import figures_in

LONGEST = 24  # tokens of a text that the model is given
FOLDER = Path(__file__).resolve().parents[1] / "data" / "finetuning"
SHOWN = 32  # texts at a time, where nothing is learned


def libraries() -> list[str]:
    """The thirteen names, sorted: a class's number is its place."""
    return sorted(LIBRARIES)


@cache
def few(split: str, each: int, seed: int = 0) -> list[Docstring]:
    """So many texts of each library (all, where it has fewer), library by library; drawn with a stream of its own."""
    chance, found = random.Random(seed), []
    for library in libraries():
        texts = [text for text in docstrings(split) if text.library == library]
        chance.shuffle(texts)
        found += texts[:each]
    return found


def new_classifier(**options: Any) -> Any:
    """MiniLM with a new head: its numbers come from torch's own stream. What transformers says about that is kept."""
    from transformers import AutoModelForSequenceClassification

    with silence():
        return AutoModelForSequenceClassification.from_pretrained(folder_of(MINILM), **options)


@cache
def _reader() -> tuple[Any, Any]:
    return load_tokenizer(MINILM), load_model(MINILM, attn_implementation="sdpa")


@torch.no_grad()
def frozen_features(texts: Sequence[str]) -> Tensor:
    """What MiniLM makes of each text without any further learning: the mean over its tokens, shape (texts, 384)."""
    tokenizer, model = _reader()
    found = torch.empty(len(texts), model.config.hidden_size)
    for places in shortest_first([len(text) for text in texts], SHOWN):
        batch = tokenizer(
            [texts[place] for place in places], padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )
        found[places] = mean_over_tokens(model(**batch).last_hidden_state, batch["attention_mask"])
    return found


class Losses(TrainerCallback):
    """Notes the loss of each step of a `Trainer`, and what each evaluation said.

    Attributes:
        losses: as the Trainer logs them.
        metrics: for each evaluation, name → value.
    """

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.metrics: list[dict[str, float]] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        if logs and "loss" in logs:
            self.losses.append(logs["loss"])

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any) -> None:
        self.metrics.append(metrics)


def linear_reader(texts: Sequence[str], names: Sequence[str]) -> Callable[[Sequence[str]], list[str]]:
    """TF-IDF and logistic regression: words that are frequent here and rare elsewhere, and a weight for each."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=2000))
    model.fit(list(texts), list(names))
    return lambda unseen: [str(name) for name in model.predict(list(unseen))]


def frozen_reader(features: Tensor, names: Sequence[str]) -> Callable[[Tensor], list[str]]:
    """Logistic regression on MiniLM's vectors."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10, max_iter=2000).fit(features.numpy(), list(names))
    return lambda unseen: [str(name) for name in model.predict(unseen.numpy())]


class TrainerOrder(torch.utils.data.Sampler[int]):
    """The order in which a `Trainer` goes through its examples: mixed anew in each epoch, by seed + epoch."""

    def __init__(self, examples: int, seed: int = 0) -> None:
        self.examples, self.seed, self.epoch = examples, seed, 0

    def __len__(self) -> int:
        return self.examples

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        self.epoch += 1
        yield from torch.randperm(self.examples, generator=generator).tolist()


def stops_after(callback: TrainerCallback, values: Sequence[float]) -> int:
    """After how many evaluations a `Trainer` with this callback stops, if they give these values (more is better)."""
    from transformers import TrainerControl, TrainerState

    settings = SimpleNamespace(metric_for_best_model="value", greater_is_better=True)
    state, control = TrainerState(), TrainerControl()
    for count, value in enumerate(values, start=1):
        callback.on_evaluate(settings, state, control, metrics={"eval_value": value})
        state.best_metric = value if state.best_metric is None else max(value, state.best_metric)
        if control.should_training_stop:
            return count
    return len(values)


def try_datasets(prepare: Callable[[str, str], Any], rows: Sequence[Docstring]) -> None:
    """Runs `prepare` on a CSV file and shows what comes of it; where `datasets` is not installed, says so."""
    if find_spec("datasets") is None:
        print("`datasets` is not installed here, so this is only shown: pip install datasets")
        return
    from datasets.utils.logging import disable_progress_bar

    disable_progress_bar()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows([("text", "library"), *((row.text, row.library) for row in rows)])
        made = prepare(str(path), folder)
        files = sum(1 for _ in Path(folder).rglob("*.arrow"))
        print(f"{len(made)} rows with {', '.join(made.column_names)}; the first begins with {made[0]['input_ids'][:4]}")
        prepare(str(path), folder)
        print(f"{files} files in the cache, and {sum(1 for _ in Path(folder).rglob('*.arrow'))} after a second time")


def figures() -> dict[str, Any]:
    """How well four methods do with more and more texts, as `helpers.finetuning_figures` has measured it."""
    return figures_in(FOLDER)
