"""A small BERT that has read some thousand docstrings: its text, its word pieces, its weights."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import BertWordPieceTokenizer
from torch import Tensor, nn

from helpers.batching import alike
from helpers.corpus import docstrings
from helpers.shipped import figures_in
from helpers.torch_layers import library_positions

FOLDER = Path(__file__).resolve().parents[1] / "data" / "pretraining"
PAD, UNK, CLS, SEP, MASK = range(5)
CONTEXT = 96  # tokens of a row, at most
VOCABULARY = 4000  # pieces
IGNORED = -100  # the label of what no loss counts
TIED = {"cls.predictions.decoder.weight", "cls.predictions.decoder.bias"}  # other weights under a second name


@dataclass(frozen=True)
class Batch:
    """Rows of tokens, padded on the right to the longest. All but `next_label` have shape (batch, length).

    Attributes:
        input_ids: int64.
        token_type_ids: 1 in the second part of a pair, else 0.
        attention_mask: 1 for tokens, 0 for padding.
        special: True at [CLS], [SEP] and padding.
        next_label: shape (batch,); 0 where the second part follows the first, 1 where it does not, −100 without one.
    """

    input_ids: Tensor
    token_type_ids: Tensor
    attention_mask: Tensor
    special: Tensor
    next_label: Tensor


@dataclass(frozen=True)
class Row:
    """A text, or a pair of texts, in tokens."""

    ids: list[int]
    second: int
    """How many of the tokens belong to the second part."""
    label: int = IGNORED

    def __len__(self) -> int:
        return len(self.ids)


@cache
def pieces() -> BertWordPieceTokenizer:
    """The model's own tokenizer: lower case, words and pieces of words."""
    names = (FOLDER / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return BertWordPieceTokenizer({name: number for number, name in enumerate(names)}, lowercase=True)


def figures() -> dict[str, Any]:
    """How the model was made and how good it is, as the script wrote it down."""
    return figures_in(FOLDER)


def sentences(text: str) -> list[str]:
    """A text cut where a sentence ends and a capital begins; none where it holds a table drawn with =."""
    return [] if "===" in text else re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)


def documents(part: str) -> list[list[str]]:
    """The docstrings of one part of the corpus, "train" or "test", each as its sentences."""
    return [cut for each in docstrings(part) if (cut := sentences(each.text))]


def row(first: str, second: str | None = None, label: int = IGNORED) -> Row:
    """[CLS] first [SEP], or [CLS] first [SEP] second [SEP]; what is too long is cut off, of each part at its end."""
    parts = [pieces().encode(text, add_special_tokens=False).ids for text in (first, second) if text is not None]
    while sum(map(len, parts)) + len(parts) + 1 > CONTEXT:
        max(parts, key=len).pop()
    ids = [CLS] + [token for part in parts for token in (*part, SEP)]
    return Row(ids, len(parts[1]) + 1 if len(parts) == 2 else 0, label)


def padded(rows: Sequence[Row]) -> Batch:
    """Rows as one batch."""
    longest = max(map(len, rows))
    ids = torch.tensor([each.ids + [PAD] * (longest - len(each)) for each in rows])
    lengths = torch.tensor([[len(each)] for each in rows])
    places, second = torch.arange(longest), torch.tensor([[each.second] for each in rows])
    inside = places < lengths
    return Batch(
        input_ids=ids,
        token_type_ids=(inside & (places >= lengths - second)).long(),
        attention_mask=inside.long(),
        special=special(ids),
        next_label=torch.tensor([each.label for each in rows]),
    )


def batched(rows: Sequence[Row], size: int, chance: random.Random) -> list[Batch]:
    """Rows of about the same length together, so that little is padding; the order of batches is left to chance."""
    return [padded(group) for group in alike(rows, size, chance)]


def special(ids: Tensor) -> Tensor:
    """True at [CLS], [SEP] and padding; the shape of `ids`."""
    return (ids == CLS) | (ids == SEP) | (ids == PAD)


def continues(ids: Tensor) -> Tensor:
    """True where a piece goes on with the word to its left, as "##ing" does; the shape of `ids`."""
    return _continues()[ids]


def read(text: str, longest: int = CONTEXT) -> Tensor:
    """A text as a row of tokens (length,), from [CLS] to [SEP]; what is too long is cut off."""
    ids = row(text).ids
    return torch.tensor(ids if len(ids) <= longest else [*ids[: longest - 1], SEP])


def written(ids: Tensor) -> list[str]:
    """What each token of a row says."""
    return [str(pieces().id_to_token(token)) for token in ids.tolist()]


def stacked(rows: Sequence[Tensor], fill: int = PAD) -> Tensor:
    """Rows of different lengths as one tensor (batch, longest), filled up on the right."""
    return torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=fill)


def batches(rows: Sequence[Tensor], size: int, seed: int) -> Iterator[Tensor]:
    """Batches without end, epoch after epoch; rows of about the same length stand together."""
    chance = random.Random(seed)
    while True:
        yield from map(stacked, alike(rows, size, chance))


@cache
def _continues() -> Tensor:
    """For each piece of the vocabulary, whether it goes on with a word."""
    return torch.tensor([word.startswith("##") for word in written(torch.arange(pieces().get_vocab_size()))])


def config(**changes: Any) -> Any:
    """A small BERT's configuration, of our vocabulary; `changes` are BertConfig's own arguments."""
    from transformers import BertConfig

    shape = {
        "vocab_size": pieces().get_vocab_size(),
        "hidden_size": 192,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "intermediate_size": 768,
        "max_position_embeddings": CONTEXT,
        "initializer_range": 0.03,
    }
    return BertConfig(**{**shape, **changes})


def with_places(model: Any) -> Any:
    """A model of transformers whose table of positions begins as the sines of lesson 12, as large as its other weights.

    A table left to chance would have to learn first which places are neighbours. Long trainings can afford that.
    """
    table = model.get_input_embeddings().weight
    places = next(value for name, value in model.named_parameters() if name.endswith("position_embeddings.weight"))
    with torch.no_grad():
        places.copy_(2**0.5 * table.std() * library_positions(*places.shape))
    return model


def tiny_bert() -> Any:
    """An untrained BERT that learns within half a minute: one layer, 128 numbers a token, nothing is dropped."""
    from transformers import BertModel

    shape = config(
        hidden_size=128, num_hidden_layers=1, num_attention_heads=2, intermediate_size=512, initializer_range=0.05,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return with_places(BertModel(shape, add_pooling_layer=False))


class WordScores(nn.Module):
    """Of what a `BertForPreTraining` says, the scores of words alone."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, at: Tensor | None = None) -> Tensor:
        """Scores (batch, length, vocabulary) for tokens (batch, length).

        Args:
            at: shape (batch, length), boolean; where something is asked: the scores are then (places, vocabulary).
        """
        hidden = self.model.bert(input_ids, attention_mask=(input_ids != PAD).long()).last_hidden_state
        scores: Tensor = self.model.cls.predictions(hidden if at is None else hidden[at])
        return scores


def docstring_bert() -> Any:
    """The trained model, a `BertForPreTraining` in float32 and in evaluation mode; each call makes a new one.

    Raises:
        RuntimeError: the stored weights are not those of this model.
    """
    from transformers import BertForPreTraining

    model, file = BertForPreTraining(config()).eval().requires_grad_(False), FOLDER / "model.safetensors"
    weights = {name: value.float() for name, value in load_file(file).items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if wrong := {*missing} ^ TIED | {*unexpected}:  # what is tied is stored once
        raise RuntimeError(f"{file} does not fit the model: missing or not expected are {', '.join(sorted(wrong))}.")
    return model


@torch.no_grad()
def guesses(model: Any, text: str, most: int = 5) -> list[tuple[str, float]]:
    """What a `BertForPreTraining` says for the first [MASK] of a text: pieces and their probabilities."""
    ids = row(text).ids
    best = model.eval()(torch.tensor([ids])).prediction_logits[0, ids.index(MASK)].softmax(dim=-1).topk(most)
    words = [str(pieces().id_to_token(token)) for token in best.indices.tolist()]
    return list(zip(words, best.values.tolist(), strict=True))
