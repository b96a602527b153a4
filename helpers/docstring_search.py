"""What can be searched in lesson 19: the openings of some thousand docstrings, and MiniLM's vector of each.

Texts and vectors were stored together by `helpers.representations_vectors`: what is installed here may be newer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from helpers.batching import shortest_first
from helpers.pronouns import Reader
from helpers.shipped import figures_in

BATCH = 32
FOLDER = Path(__file__).resolve().parents[1] / "data" / "representations"


@dataclass(frozen=True)
class Shelf:
    """Docstrings and their vectors, in the same order.

    Attributes:
        names: where each is defined, as "pathlib.Path.is_symlink".
        texts: the first sentences of each.
        vectors: shape (texts, 384), float32, as they were stored in float16: of length 1, nearly.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: Tensor

    @property
    def libraries(self) -> list[str]:
        """The first part of each name."""
        return [name.partition(".")[0] for name in self.names]

    def place(self, name: str) -> int:
        """Where a docstring stands.

        Raises:
            ValueError: there is none of this name.
        """
        return self.names.index(name)


@cache
def shelf() -> Shelf:
    """All of it. Each call gives the same tensor: nobody should write into it."""
    told = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
    names, texts = zip(*told, strict=True)
    return Shelf(names, texts, load_file(FOLDER / "vectors.safetensors")["vectors"].float())


def figures() -> dict[str, Any]:
    """How the vectors were made, as the script wrote it down."""
    return figures_in(FOLDER)


@torch.no_grad()
def encoded(reader: Reader, texts: Sequence[str], pool: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """A vector for each text, shape (texts, width). Texts of about the same length go through the model together.

    Args:
        pool: makes of the last states (batch, token, width) and the mask (batch, token) a vector for each text.
    """
    order, parts = [], []
    for places in shortest_first(reader.inputs(texts)["attention_mask"].sum(dim=1).tolist(), BATCH):
        inputs = reader.inputs([texts[place] for place in places])
        parts.append(pool(reader.model(**inputs).last_hidden_state, inputs["attention_mask"]))
        order += places
    by_length = torch.cat(parts)
    vectors = torch.empty_like(by_length)
    vectors[order] = by_length
    return vectors
