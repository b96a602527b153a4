"""Makes data/pretraining: `python -m helpers.docstring_bert_training`, about a quarter of an hour on one core.

A BERT of four layers learns from the docstrings of one part of the corpus, by the heads, losses and masks of
transformers. Those of the other part, which share no module with them, are masked once and for all, and measure it.
What it did and how well, and what it said at five moments, stands in figures.json beside the weights.
"""

from __future__ import annotations

import json
import math
import platform
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tokenizers
import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import save_file
from tokenizers import BertWordPieceTokenizer
from torch import Tensor
from transformers import BertForPreTraining, BertTokenizer, DataCollatorForLanguageModeling, get_scheduler

from helpers.docstring_bert import (
    FOLDER,
    IGNORED,
    TIED,
    VOCABULARY,
    Batch,
    Row,
    batched,
    config,
    docstring_bert,
    documents,
    guesses,
    pieces,
    read,
    row,
    with_places,
)
from helpers.pretraining import unigram
from helpers.vocabularies import SPECIAL

ALPHABET, RAREST = 120, 2  # characters, and how often a piece occurs at least
STEPS, BATCH, RATE, WARM_UP, DECAY, SEED = 7500, 16, 1e-3, 0.1, 0.01, 0
MOMENTS = (0, 100, 500, 2000, STEPS)  # at which it is asked
EVERY = 500  # steps between two measurements
ASKED = (
    "Return the [MASK] of the array.",
    "[MASK] the sum of the array elements.",
    "Return [MASK] if the file is open.",
    "The [MASK] of the figure in inches.",
    "Raise an [MASK] if the input is not valid.",
)
Masked = tuple[Batch, Tensor, Tensor]
"""A batch, its masked input, and the labels."""


def learned_pieces(texts: Sequence[str]) -> BertWordPieceTokenizer:
    """A tokenizer in lower case, whose first five pieces are the special tokens."""
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(
        texts, VOCABULARY, RAREST, limit_alphabet=ALPHABET, special_tokens=list(SPECIAL), show_progress=False
    )
    return tokenizer


def pair(place: int, texts: Sequence[list[str]], chance: random.Random) -> Row:
    """A document cut in two, with another end in half of all cases; one of a single sentence stays alone."""
    own = texts[place]
    if len(own) < 2:
        return row(own[0])
    cut = chance.randrange(1, len(own))
    first, second = " ".join(own[:cut]), " ".join(own[cut:])
    if chance.random() < 0.5:
        return row(first, second, label=0)
    other = texts[(place + chance.randrange(1, len(texts))) % len(texts)]
    return row(first, " ".join(other[chance.randrange(len(other)) :]), label=1)


def masking(seed: int) -> DataCollatorForLanguageModeling:
    """transformers' masks, from a generator of their own."""
    collator = DataCollatorForLanguageModeling(BertTokenizer(pieces().get_vocab()))
    collator.generator = torch.Generator().manual_seed(seed)
    return collator


def masked(batch: Batch, collator: DataCollatorForLanguageModeling) -> Masked:
    """One batch with its masks."""
    inputs, labels = collator.torch_mask_tokens(batch.input_ids.clone(), special_tokens_mask=batch.special)
    return batch, inputs, labels


def examination(texts: Sequence[list[str]]) -> list[Masked]:
    """Pairs and masks of the texts for testing, the same each time."""
    chance, collator = random.Random(SEED), masking(SEED)
    rows = [pair(place, texts, chance) for place in range(len(texts))]
    return [masked(batch, collator) for batch in batched(rows, 32, chance)]


def scores(model: Any, batch: Batch, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """What both heads say; the first one only where there is a label."""
    read = model.bert(inputs, attention_mask=batch.attention_mask, token_type_ids=batch.token_type_ids)
    return model.cls(read.last_hidden_state[labels != IGNORED], read.pooler_output)


def surprise(model: Any, batch: Batch, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The two parts of the loss; the second is 0 where no row is a pair."""
    words, following = scores(model, batch, inputs, labels)
    first = F.cross_entropy(words, labels[labels != IGNORED])
    if bool((batch.next_label == IGNORED).all()):
        return first, torch.zeros(())
    return first, F.cross_entropy(following, batch.next_label)


@torch.no_grad()
def measured(model: Any, exam: Sequence[Masked]) -> dict[str, float]:
    """Of what is held out: -log p of a covered token, and how often the first guess is right."""
    model.eval()
    loss, right, tokens, pairs, known = 0.0, 0, 0, 0, 0
    for batch, inputs, labels in exam:
        words, following = scores(model, batch, inputs, labels)
        wanted, paired = labels[labels != IGNORED], batch.next_label != IGNORED
        loss += F.cross_entropy(words, wanted, reduction="sum").item()
        right += int((words.argmax(-1) == wanted).sum())
        known += int((following.argmax(-1) == batch.next_label)[paired].sum())
        tokens, pairs = tokens + len(wanted), pairs + int(paired.sum())
    return {"loss": loss / tokens, "words right": right / tokens, "pairs right": known / pairs, "covered": tokens}


def batches(texts: Sequence[list[str]]) -> Iterator[Batch]:
    """Epoch after epoch, each with new pairs."""
    chance = random.Random(SEED + 1)
    while True:
        rows = [pair(place, texts, chance) for place in range(len(texts))]
        yield from batched(rows, BATCH, chance)


def trained(model: Any, texts: Sequence[list[str]]) -> Iterator[tuple[int, float]]:
    """Trains, and stops after each step that is to be looked at: how many there were, and the mean loss since."""
    collator, since = masking(SEED + 1), []
    matrices = [value for value in model.parameters() if value.ndim == 2]
    vectors = [value for value in model.parameters() if value.ndim < 2]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98))
    schedule = get_scheduler("linear", optimizer, int(WARM_UP * STEPS), STEPS)
    for step, batch in zip(range(1, STEPS + 1), batches(texts), strict=False):
        model.train()
        parts = surprise(model, *masked(batch, collator))
        optimizer.zero_grad()
        (parts[0] + parts[1]).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        since.append(parts[0].item())
        if step % EVERY == 0 or step in MOMENTS:
            yield step, sum(since) / len(since)
            since.clear()


def baselines(texts: Sequence[list[str]], exam: Sequence[Masked], size: int) -> dict[str, float]:
    """The loss of who says the same for each place: all tokens alike, or as often as they occur in what is read."""
    shares = unigram([read(" ".join(text)) for text in texts], size)
    wanted = torch.cat([labels[labels != IGNORED] for _, _, labels in exam])
    return {"uniform": math.log(size), "by frequency": -shares.log()[wanted].mean().item()}


def new_model() -> Any:
    """Small random weights, always the same ones."""
    torch.manual_seed(SEED)
    return with_places(BertForPreTraining(config()))


def asked(model: Any) -> dict[str, list[list[Any]]]:
    """The first guesses for each of the sentences."""
    return {text: [list(each) for each in guesses(model, text)] for text in ASKED}


def write_weights(model: Any) -> None:
    """In float16; what is tied is written once."""
    kept = {name: value.half().contiguous() for name, value in model.state_dict().items() if name not in TIED}
    save_file(kept, FOLDER / "model.safetensors")


def write_figures(told: Mapping[str, object]) -> None:
    """All that is known about the model beside its weights."""
    (FOLDER / "figures.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Writes the vocabulary, the weights and the figures."""
    began = time.perf_counter()
    torch.use_deterministic_algorithms(True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    texts, unseen = documents("train"), documents("test")
    learned_pieces([" ".join(text) for text in texts]).save_model(str(FOLDER))
    exam, model = examination(unseen), new_model()
    start = measured(model, exam)
    moments = [{"step": 0, "loss": start["loss"], "said": asked(model)}]
    history: list[dict[str, float]] = [{"step": 0, **start}]
    for step, mean in trained(model, texts):
        history.append({"step": step, "train": mean, **measured(model, exam)})
        print({name: round(value, 3) for name, value in history[-1].items()}, flush=True)
        if step in MOMENTS:
            moments.append({"step": step, "loss": history[-1]["loss"], "said": asked(model)})
            print(moments[-1]["said"], flush=True)
    write_weights(model)
    write_figures({
        "parameters": sum(value.numel() for value in model.parameters()),
        "training": {"steps": STEPS, "batch": BATCH, "rate": RATE, "warm up": WARM_UP, "decay": DECAY, "seed": SEED},
        "texts": {"train": len(texts), "held out": len(unseen)},
        "baselines": baselines(texts, exam, model.config.vocab_size),
        "held out": measured(docstring_bert(), exam),
        "history": history,
        "moments": moments,
        "versions": {
            "python": platform.python_version(), "torch": torch.__version__, "tokenizers": tokenizers.__version__,
            "transformers": transformers.__version__,
        },
        "seconds": round(time.perf_counter() - began),
    })  # fmt: skip


if __name__ == "__main__":
    main()
