"""Makes data/finetuning: `python -m helpers.finetuning_figures`, some minutes on two cores.

Four methods learn from more and more docstrings, and are tested with all of the other part of the corpus.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

import sklearn
import torch
import transformers
from torch.utils.data import DataLoader

from helpers.corpus import Docstring, docstrings
from helpers.libraries import (
    FOLDER,
    LONGEST,
    SHOWN,
    TrainerOrder,
    few,
    frozen_features,
    frozen_reader,
    libraries,
    linear_reader,
    new_classifier,
)
from helpers.pretrained import MINILM, load_tokenizer

SIZES = (5, 25, 80, 10_000)  # texts of each library, at most
RECIPES = {"fine-tuned, one layer": (5, 1e-3), "fine-tuned, three layers": (3, 2e-4)}  # frozen layers, rate
ROUNDS, BATCH = 3, 16


TOKENIZER = load_tokenizer(MINILM)


def collate(rows: Sequence[Docstring]) -> dict[str, torch.Tensor]:
    """As the lesson's `tokenize_batch`."""
    texts = [row.text for row in rows]
    batch = TOKENIZER(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
    return {**batch, "labels": torch.tensor([libraries().index(row.library) for row in rows])}


def fine_tuned(rows: Sequence[Docstring], frozen: int, rate: float) -> Any:
    """The model after the lesson's training, whose first layers stay as they are."""
    torch.manual_seed(0)
    model = new_classifier(num_labels=len(libraries()))
    for part in (model.bert.embeddings, *model.bert.encoder.layer[:frozen]):
        part.requires_grad_(False)
    learning = [value for value in model.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=rate)
    batches = DataLoader[Any](cast(Any, rows), BATCH, sampler=TrainerOrder(len(rows)), collate_fn=collate)
    schedule = transformers.get_scheduler("linear", optimizer, len(batches) * ROUNDS // 10, len(batches) * ROUNDS)
    for _ in range(ROUNDS):
        model.train()
        for batch in batches:
            model.zero_grad()
            model(**batch).loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def said(model: Any, rows: Sequence[Docstring]) -> list[str]:
    """What the model takes each text for."""
    scores = [model(**batch).logits for batch in DataLoader[Any](cast(Any, rows), SHOWN, collate_fn=collate)]
    return [libraries()[place] for place in torch.cat(scores).argmax(dim=1).tolist()]


def share(names: Sequence[str], rows: Sequence[Docstring]) -> float:
    """Of the texts whose library is found."""
    return round(sum(name == row.library for name, row in zip(names, rows, strict=True)) / len(rows), 4)


def measured(test: Sequence[Docstring]) -> dict[str, dict[int, float]]:
    """Method → number of texts → accuracy."""
    vectors = frozen_features([row.text for row in test])
    found: dict[str, dict[int, float]] = {name: {} for name in ("TF-IDF", "frozen MiniLM", *RECIPES)}
    for each in SIZES:
        rows = few("train", each)
        texts, names = [row.text for row in rows], [row.library for row in rows]
        found["TF-IDF"][len(rows)] = share(linear_reader(texts, names)([row.text for row in test]), test)
        found["frozen MiniLM"][len(rows)] = share(frozen_reader(frozen_features(texts), names)(vectors), test)
        for recipe, (frozen, rate) in RECIPES.items():
            found[recipe][len(rows)] = share(said(fine_tuned(rows, frozen, rate), test), test)
    return found


def main() -> None:
    """Writes the accuracies, and by which versions."""
    test = docstrings("test")
    versions = {each.__name__: each.__version__ for each in (torch, transformers, sklearn)}
    FOLDER.mkdir(parents=True, exist_ok=True)
    told = {"texts to test with": len(test), "accuracy": measured(test), "versions": versions}
    (FOLDER / "figures.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
