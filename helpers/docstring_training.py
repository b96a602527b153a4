"""Makes data/generation: `python -m helpers.docstring_training`, some minutes on two cores.

Learns from the docstrings of one part of the corpus and stops where those of the other, which share no module with
them, are predicted best. What it did and how well stands in figures.json beside the weights.
"""

from __future__ import annotations

import copy
import json
import math
import platform
import random
import time
from collections.abc import Mapping, Sequence

import tokenizers
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from helpers.batching import alike
from helpers.corpus import Docstring, docstrings
from helpers.docstring_model import ARROW, END, FOLDER, CausalModel, docstring_model, opening, words_of

SHAPE = {"vocabulary": 2048, "width": 160, "layers": 4, "heads": 4, "context": 128}
EPOCHS, BATCH, RATE, WARM_UP, DECAY, DROPOUT, SEED = 24, 16, 2e-3, 200, 0.1, 0.2, 0
UNSEEN = -100  # the target that a loss leaves out
SHOWN = 40  # texts of each part that are kept as examples


def learned_pieces(texts: Sequence[str]) -> Tokenizer:
    """A tokenizer by byte-pair encoding; its first two pieces are the end and the arrow."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SHAPE["vocabulary"],
        special_tokens=["<end>", "→"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def numbered(each: Docstring, tokenizer: Tokenizer) -> list[int]:
    """An end, the name, the arrow, the description and an end, cut off at the context."""
    name, text = words_of(each.name), opening(each.text)
    return [END, *tokenizer.encode(name).ids, ARROW, *tokenizer.encode(text).ids, END][: SHAPE["context"] + 1]


def batches(rows: Sequence[list[int]], chance: random.Random) -> list[torch.Tensor]:
    """Rows of about the same length together, padded on the right with `UNSEEN`; in an order left to chance."""
    groups = alike(rows, BATCH, chance)
    longest = [max(map(len, group)) for group in groups]
    return [
        torch.tensor([row + [UNSEEN] * (size - len(row)) for row in group])
        for group, size in zip(groups, longest, strict=True)
    ]


def surprise(model: CausalModel, batch: torch.Tensor) -> torch.Tensor:
    """The sum of -log p over all tokens but the first of each row."""
    logits, _ = model(batch[:, :-1].clamp(min=0))
    return F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten(), ignore_index=UNSEEN, reduction="sum")


@torch.no_grad()
def mean_surprise(model: CausalModel, rows: Sequence[list[int]]) -> float:
    """-log p per token, over all rows."""
    model.eval()
    total = sum(surprise(model, batch).item() for batch in batches(rows, random.Random(SEED)))
    return total / sum(len(row) - 1 for row in rows)


def trained(model: CausalModel, learn: Sequence[list[int]], held_out: Sequence[list[int]]) -> list[dict[str, float]]:
    """Trains until the last epoch, then puts the weights back that were best on what is held out; tells each epoch."""
    chance, history, best = random.Random(SEED), [], copy.deepcopy(model.state_dict())
    matrices = [value for value in model.parameters() if value.ndim == 2]
    vectors = [value for value in model.parameters() if value.ndim < 2]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98))
    steps = EPOCHS * math.ceil(len(learn) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / WARM_UP, 0.5 + 0.5 * math.cos(math.pi * step / steps)) + 0.01
    )
    for epoch in range(1, EPOCHS + 1):
        model.train()
        for batch in batches(learn, chance):
            optimizer.zero_grad()
            loss = surprise(model, batch) / (batch[:, 1:] != UNSEEN).sum()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        history.append(
            {"epoch": epoch, "train": mean_surprise(model, learn[:640]), "held out": mean_surprise(model, held_out)}
        )
        print(history[-1], flush=True)
        if history[-1]["held out"] == min(each["held out"] for each in history):
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return history


def characters(each: Docstring) -> int:
    """How many characters the model had to tell; the arrow and the end count as one each.

    The few texts that are cut off at the context are counted whole.
    """
    return len(words_of(each.name)) + len(opening(each.text)) + 2


def measured(model: CausalModel, texts: Sequence[Docstring], tokenizer: Tokenizer) -> dict[str, float]:
    """Perplexity per token, and bits per character, which do not depend on how the texts are cut up."""
    rows = [numbered(each, tokenizer) for each in texts]
    nats, tokens = mean_surprise(model, rows), sum(len(row) - 1 for row in rows)
    bits = nats * tokens / math.log(2) / sum(map(characters, texts))
    return {"tokens": tokens, "perplexity per piece": math.exp(nats), "bits per character": bits}


def write_examples(parts: Mapping[str, Sequence[Docstring]], tokenizer: Tokenizer) -> None:
    """Some texts of each part that fit into the context, evenly spread: what the lesson measures with."""
    told = {}
    for name, texts in parts.items():
        fitting = [each for each in texts if len(numbered(each, tokenizer)) <= SHAPE["context"]]
        chosen = [fitting[place * len(fitting) // SHOWN] for place in range(SHOWN)]
        told[name] = [[words_of(each.name), opening(each.text)] for each in chosen]
    (FOLDER / "examples.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def new_model() -> CausalModel:
    """Small random weights, always the same ones."""
    torch.manual_seed(SEED)
    model = CausalModel(**SHAPE, dropout=DROPOUT)
    for value in model.parameters():
        if value.ndim == 2:
            torch.nn.init.normal_(value, std=0.05)
    return model


def write_figures(figures: Mapping[str, object]) -> None:
    """All that is known about the model beside its weights."""
    (FOLDER / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Writes the tokenizer, the weights in float16, the figures and the examples."""
    began = time.perf_counter()
    torch.use_deterministic_algorithms(True)
    parts = {"train": docstrings("train"), "held out": docstrings("test")}
    tokenizer = learned_pieces([f"{words_of(each.name)}\n{opening(each.text)}" for each in parts["train"]])
    FOLDER.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(FOLDER / "tokenizer.json"))
    write_examples(parts, tokenizer)
    model = new_model()
    history = trained(model, *([numbered(each, tokenizer) for each in texts] for texts in parts.values()))
    save_file({name: value.half() for name, value in model.state_dict().items()}, FOLDER / "model.safetensors")
    described = {
        "shape": SHAPE,
        "parameters": sum(value.numel() for value in model.parameters()),
        "training": {"epochs": EPOCHS, "batch": BATCH, "rate": RATE, "decay": DECAY, "dropout": DROPOUT, "seed": SEED},
        "history": history,
        "texts": {name: len(texts) for name, texts in parts.items()},
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "tokenizers": tokenizers.__version__,
        },
    }
    write_figures(described)
    shipped = docstring_model()
    measures = {name: measured(shipped, texts, tokenizer) for name, texts in parts.items()}
    write_figures({**described, **measures, "seconds": round(time.perf_counter() - began)})


if __name__ == "__main__":
    main()
