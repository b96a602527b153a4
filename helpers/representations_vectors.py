"""Makes data/representations: `python -m helpers.representations_vectors`, some minutes on one core.

The first sentences of each docstring of the corpus, and all-MiniLM-L6-v2's vector of them in float16. What half of the
bits cost stands in figures.json: how many of the ten nearest neighbours stay the same.
"""

from __future__ import annotations

import json
import platform

import torch
import transformers
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from helpers.batching import mean_over_tokens
from helpers.corpus import docstrings
from helpers.docstring_model import opening
from helpers.docstring_search import FOLDER, encoded
from helpers.pretrained import MINILM
from helpers.pronouns import reader

ASKED = 500  # texts whose neighbours are compared
NEIGHBOURS = 10


def openings() -> list[tuple[str, str]]:
    """Name and first sentences of each docstring; where several begin alike, the first of them."""
    found: dict[str, str] = {}
    for each in docstrings():
        found.setdefault(opening(each.text), each.name)
    return [(name, text) for text, name in found.items()]


def mean_of_length_one(states: Tensor, mask: Tensor) -> Tensor:
    """The mean over the real tokens, brought to length 1."""
    return F.normalize(mean_over_tokens(states, mask), dim=-1)


def agreement(exact: Tensor, stored: Tensor) -> float:
    """Of the nearest neighbours of some texts by the exact vectors: the share that the stored ones find, too."""
    asked = torch.arange(0, len(exact), max(1, len(exact) // ASKED))
    near, also = ((each[asked] @ each.T).topk(NEIGHBOURS + 1).indices[:, 1:] for each in (exact, stored))
    return (near[:, :, None] == also[:, None, :]).any(dim=-1).double().mean().item()


def main() -> None:
    """Writes the texts, the vectors and the figures."""
    minilm = reader()
    if not minilm.real:
        raise SystemExit("Vectors of random numbers are of no use to anybody.")
    pairs = openings()
    vectors = encoded(minilm, [text for _, text in pairs], mean_of_length_one)
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(pair, ensure_ascii=False) for pair in pairs)
    (FOLDER / "texts.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    save_file({"vectors": vectors.half()}, FOLDER / "vectors.safetensors")
    told = {
        "model": MINILM,
        "texts": len(pairs),
        "width": vectors.shape[1],
        "neighbours that stay in float16": agreement(vectors, vectors.half().float()),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    }
    (FOLDER / "figures.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
