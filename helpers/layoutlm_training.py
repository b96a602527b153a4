"""A small LayoutLM that learns to read receipts while one waits: its pieces, its batches, its training."""

from __future__ import annotations

import math
import random
import string
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoConfig, AutoModel, LayoutLMConfig, LayoutLMForTokenClassification
from transformers.models.layoutlm.modeling_layoutlm import LayoutLMEmbeddings

from helpers import receipt_paper as paper

PADDING, CLS, SEP = 0, 2, 3
LONGEST = 128  # pieces of a page
SHAPE = {
    "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128,
    "max_position_embeddings": LONGEST,
}  # fmt: skip
BATCH, RATE, WARM_UP = 16, 6e-3, 0.1
NEAR, FAR, LOUD = 60.0, 4000.0, 0.3  # wavelengths of the places, in units of the box; their size at the start
Page = dict[str, list[Any]]


@cache
def vocabulary() -> dict[str, int]:
    """Special pieces, single characters, numbers of two digits, and the words that receipts are full of."""
    letters = [*string.ascii_letters, *string.digits, *".,/-:&é"]
    numbers = [f"{number:02}" for number in range(100)]
    pools = (paper.KINDS, paper.GOODS, paper.HOUSES, paper.ROADS, paper.TOWNS, paper.MONTHS, paper.SUMS, paper.NAMES)
    words = sorted({word for pool in pools for text in pool for word in text.split()})
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *numbers, *words]
    pieces += [f"##{piece}" for piece in (*letters, *numbers)]
    return {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}


@cache
def pieces() -> Tokenizer:
    """Cuts words as BERT's tokenizer does: at punctuation, then into the longest pieces it knows."""
    tokenizer = Tokenizer(models.WordPiece(vocabulary(), unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


def config(**changes: Any) -> LayoutLMConfig:
    """A LayoutLM that fits into a lesson; nothing is dropped, so that training gives the same numbers each time."""
    names = dict(enumerate(paper.LABELS))
    return LayoutLMConfig(**{
        "vocab_size": len(vocabulary()), "id2label": names, "label2id": {name: place for place, name in names.items()},
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, **SHAPE, **changes,
    })  # fmt: skip


def batch_of(pages: Sequence[Page], longest: int | None = None) -> dict[str, Tensor]:
    """The five keys of a batch, padded on the right to its longest page, or to `longest`."""

    def padded(rows: Sequence[Sequence[Any]], filling: int) -> Tensor:
        found = pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=filling)
        room = 0 if longest is None else longest - found.shape[1]
        return torch.cat([found, found.new_full((len(found), room, *found.shape[2:]), filling)], dim=1)

    ids = padded([page["input_ids"] for page in pages], PADDING)
    return {
        "input_ids": ids,
        "bbox": padded([page["bbox"] for page in pages], 0),
        "attention_mask": padded([[1] * len(page["input_ids"]) for page in pages], 0),
        "token_type_ids": torch.zeros_like(ids),
        "labels": padded([page["labels"] for page in pages], -100),
    }


def library_embeddings(**changes: Any) -> nn.Module:
    """LayoutLM's own embeddings in evaluation mode, small, with random weights; called as ours are."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Library(config(**changes)).eval()


class Library(LayoutLMEmbeddings):
    """The library's class, with its arguments in the order of the lesson."""

    def forward(self, input_ids: Tensor, bbox: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        result: Tensor = super().forward(input_ids=input_ids, bbox=bbox, token_type_ids=token_type_ids)
        return result


def change_by_boxes(model_type: str) -> tuple[float, str]:
    """How much another box changes what a model says whose configuration has this type; and the model's class."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = AutoModel.from_config(AutoConfig.for_model(model_type, vocab_size=100, **SHAPE)).eval()
    ids, here = torch.tensor([[5, 6, 7]]), torch.zeros(1, 3, 4, dtype=torch.int64)
    with torch.no_grad():
        one, other = (model(input_ids=ids, bbox=box).last_hidden_state for box in (here, here + 100))
    return float((one - other).abs().max()), type(model).__name__


def waves(places: int, width: int) -> Tensor:
    """Sines and cosines of slow waves: shape (places, width). Near places look alike, as after a long training."""
    lengths = NEAR * (FAR / NEAR) ** torch.linspace(0, 1, width // 2)
    angles = 2 * math.pi * torch.arange(places)[:, None] / lengths
    return LOUD * torch.cat([angles.sin(), angles.cos()], dim=1)


def new_model() -> nn.Module:
    """A LayoutLM with random weights, always the same ones.

    What is up or down is told in one half of the numbers at first, what is left or right in the other.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = LayoutLMForTokenClassification(config())
    parts, half = model.layoutlm.embeddings, SHAPE["hidden_size"] // 2
    with torch.no_grad():
        for name, begin in (("y", 0), ("h", 0), ("x", half), ("w", half)):
            table = getattr(parts, f"{name}_position_embeddings").weight
            table[:, begin : begin + half] = waves(len(table), half)
            table[:, half - begin : 2 * half - begin] = 0.0
    return model


def put_in(model: Any, embeddings: Callable[[LayoutLMConfig], nn.Module]) -> Any:
    """The model with embeddings of one's own instead of the library's, with the same weights; it is changed."""
    mine = embeddings(model.config)
    mine.load_state_dict(model.layoutlm.embeddings.state_dict())
    model.layoutlm.embeddings = InPlace(mine)
    return model


class InPlace(nn.Module):
    """Embeddings that are called as LayoutLM calls its own: with more names than they know."""

    def __init__(self, embeddings: nn.Module) -> None:
        super().__init__()
        self.embeddings = embeddings

    def forward(self, input_ids: Tensor, bbox: Tensor, token_type_ids: Tensor, **_: Any) -> Tensor:
        result: Tensor = self.embeddings(input_ids, bbox, token_type_ids)
        return result


def _batches(pages: Sequence[Page], steps: int, chance: random.Random) -> Iterable[list[Page]]:
    """Pages of about the same length come together, in an order left to chance."""
    ready: list[list[Page]] = []
    for _ in range(steps):
        if not ready:
            drawn = chance.sample(pages, len(pages))
            for start in range(0, len(pages) - 8 * BATCH + 1, 8 * BATCH):
                near = sorted(drawn[start : start + 8 * BATCH], key=lambda page: len(page["input_ids"]))
                ready += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
            chance.shuffle(ready)
        yield ready.pop()


def train(model: nn.Module, pages: Sequence[Page], steps: int, boxes: bool = True, seed: int = 0) -> list[float]:
    """Trains in place; the loss of every step. Without `boxes` every word stands at 0, 0, 0, 0."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.85, 0.98), weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / (WARM_UP * steps), 0.5 + 0.5 * math.cos(math.pi * step / steps)) + 1e-3
    )
    losses = []
    model.train()
    for chosen in _batches(pages, steps, random.Random(seed)):
        batch = batch_of(chosen)
        loss = model(**(batch if boxes else without_boxes(batch))).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    model.eval()
    return losses


def without_boxes(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same words, all at one place."""
    return {**batch, "bbox": torch.zeros_like(batch["bbox"])}


@torch.no_grad()
def predictions(model: nn.Module, pages: Sequence[Page], boxes: bool = True, size: int = 64) -> list[list[int]]:
    """For each page the most likely label of each piece."""
    found: list[list[int]] = []
    for start in range(0, len(pages), size):
        chosen = pages[start : start + size]
        batch = batch_of(chosen)
        labels = model(**(batch if boxes else without_boxes(batch))).logits.argmax(dim=-1).tolist()
        found += [row[: len(page["input_ids"])] for row, page in zip(labels, chosen, strict=True)]
    return found


@torch.no_grad()
def loss_of_first(model: nn.Module, batch: dict[str, Tensor]) -> float:
    """The loss of the first page of a batch, while it stands beside the others."""
    logits = model(**{key: value for key, value in batch.items() if key != "labels"}).logits[0]
    return float(nn.functional.cross_entropy(logits, batch["labels"][0]))


def bio(labels: Sequence[str], boxes: Sequence[Sequence[float]]) -> list[str]:
    """Tags for words in the order of reading: a B where the label changes, and where a new line begins."""
    tags, before = [], "O"
    for place, label in enumerate(labels):
        same = label == before and place > 0 and boxes[place][0] > boxes[place - 1][0]
        tags.append("O" if label == "O" else f"{'I' if same else 'B'}-{label}")
        before = label
    return tags
