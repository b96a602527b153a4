"""What the answers of a lesson define, put together, for the tests that hold them against a library."""

from __future__ import annotations

import itertools
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import torch

from autograder.engine.catalogue import own_catalogue
from autograder.student.solution import lessons_answer
from helpers.characters import is_chinese
from helpers.vocabularies import SPECIAL, merged

TOKENIZATION = (
    "numbers", "wordpiece", "normalize", "basic_tokenize", "encode", "offsets", "decode", "truncate_pair", "pad_batch",
    "train_wordpiece",
)  # fmt: skip


def together(exercises: Iterable[str], **known: Any) -> dict[str, Any]:
    """What a lesson's solved notebook defines; `known` are the names that it imports for them."""
    for name in exercises:
        source, _ = lessons_answer(own_catalogue(), name)
        exec(source, known)
    return known


def tokenization(name: str) -> Any:
    """One of the answers of `15_tokenization`; they are run when the first is asked for."""
    return _tokenization()[name]


@cache
def _tokenization() -> dict[str, Any]:
    return together(
        TOKENIZATION, torch=torch, Tensor=torch.Tensor, Callable=Callable, Counter=Counter, SPECIAL=SPECIAL,
        is_chinese=is_chinese, itertools=itertools, merged=merged, string=string, unicodedata=unicodedata,
    )  # fmt: skip
