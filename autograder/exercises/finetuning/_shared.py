"""What several experiments of this topic share: texts of drawn words, a tokenizer, a small classifier."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from autograder.engine.draw import Draw
from helpers.small_classifier import SPECIAL, WORDS, SmallClassifier, small_tokenizer

NAMES = ("asyncio", "email", "http", "numpy", "pathlib", "torch")


def tokenizer_of(draw: Draw, **options: Any) -> Any:
    """A tokenizer whose padding has another number than 0 mostly, and whose words have drawn ones."""
    pad, *others = SPECIAL
    places = draw.shuffled(others)
    places.insert(draw.integer(1, 4), pad)
    return small_tokenizer(draw.shuffled(WORDS), special=places, **options)


def text_of(draw: Draw, words: int) -> str:
    """So many drawn words."""
    return " ".join(draw.choice(WORDS) for _ in range(words))


def names_of(draw: Draw, count: int) -> list[str]:
    """So many different classes, in drawn order."""
    return draw.shuffled(NAMES)[:count]


def classifier_of(draw: Draw, classes: int = 4, **options: Any) -> SmallClassifier:
    """A small classifier with drawn weights; its classes have drawn names."""
    model: SmallClassifier = draw.fill_(SmallClassifier(names_of(draw, classes), **options))
    return model


def batch_of(draw: Draw, texts: int, length: int, classes: int = 4) -> dict[str, Tensor]:
    """Drawn tokens with some padding, and labels."""
    mask = draw.mask(texts, length, keep=0.7).long()
    return {
        "input_ids": draw.integers(texts, length, high=len(SPECIAL) + len(WORDS)),
        "attention_mask": mask,
        "labels": draw.integers(texts, high=classes),
    }
