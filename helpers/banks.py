"""The word *bank* in sentences about money and about rivers, and which of the two a vector of it is nearer to."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

# the word of a sentence that tells which bank is meant → the sentence
MONEY = {
    "money": "She put her money into the bank.",
    "rates": "The bank raised its interest rates.",
    "loan": "He took out a loan from the bank.",
    "fee": "The bank charges a fee for every transfer.",
    "salary": "My salary goes straight to the bank.",
    "thieves": "Thieves robbed the bank at noon.",
    "lend": "The bank refused to lend him the sum.",
    "clerk": "A clerk at the bank counted the notes.",
}
RIVER = {
    "river": "She sat down on the bank of the river.",
    "stream": "The bank of the stream was muddy.",
    "willows": "Willows grow along the bank.",
    "canoe": "We pulled our canoe up on the bank.",
    "water": "The water had washed away the bank.",
    "otters": "Otters dug a hole in the steep bank.",
    "fisherman": "The fisherman slept on the grassy bank.",
    "swam": "They swam to the other bank.",
}
SENTENCES = [*MONEY.values(), *RIVER.values()]
NAMES = [*MONEY, *RIVER]
DOUBTFUL = [
    "She hid her money in the bank of the river.",
    "We sat on the bank and counted our money.",
    "The fisherman owes the bank a fortune.",
    "A bank of fog rolled in.",
]


def leaning(states: Tensor, known: Tensor, *, but: str = "") -> Tensor:
    """Which of the two banks a vector is nearer to: above 0 it is that of money, below 0 that of rivers.

    Both groups of known vectors have a mean direction. What comes back is the cosine with that of money minus the
    cosine with that of rivers.

    Args:
        states: vectors of the word after each layer, shape (state, sentence, width).
        known: the same for all of `SENTENCES`.
        but: one of `SENTENCES` to be left out of its mean; any other sentence changes nothing.

    Returns:
        Shape (state, sentence).
    """
    unit, river = F.normalize(known, dim=-1), _about_rivers()
    others = torch.tensor([sentence != but for sentence in SENTENCES])
    money, water = (_direction(unit[:, others & group]) for group in (~river, river))
    return torch.einsum("tsw,tw->ts", F.normalize(states, dim=-1), money - water)


def leaning_of_each(known: Tensor) -> Tensor:
    """The same for each of `SENTENCES`, by the directions of all the others: shape (state, sentence)."""
    columns = [leaning(known[:, [at]], known, but=sentence) for at, sentence in enumerate(SENTENCES)]
    return torch.cat(columns, dim=1)


def within_and_across(vectors: Tensor) -> tuple[float, float]:
    """The mean cosine of two of `SENTENCES` of one kind, and of two of different kinds; vectors (sentence, width)."""
    unit, river = F.normalize(vectors, dim=-1), _about_rivers()
    cosines, one_kind = unit @ unit.T, river[:, None] == river
    pairs = one_kind & ~torch.eye(len(SENTENCES), dtype=torch.bool)
    return cosines[pairs].mean().item(), cosines[~one_kind].mean().item()


def of_different_words(ids: Tensor, words: Tensor, states: Tensor) -> float:
    """The mean cosine of two different words that stand in different sentences.

    Args:
        ids: shape (sentence, token).
        words: the same shape, True where a word stands.
        states: shape (sentence, token, width).
    """
    unit, sentence, word = F.normalize(states[words], dim=-1), words.nonzero()[:, 0], ids[words]
    apart = (sentence[:, None] != sentence) & (word[:, None] != word)
    return (unit @ unit.T)[apart].mean().item()


def neighbours_of_like_meaning(states: Tensor) -> list[int]:
    """For how many of `SENTENCES` the nearest other vector is of the same meaning, in each state."""
    unit = F.normalize(states, dim=-1)
    alike = (unit @ unit.mT).masked_fill(torch.eye(len(SENTENCES), dtype=torch.bool), -torch.inf)
    river = _about_rivers()
    found: list[int] = (river[alike.argmax(-1)] == river).sum(-1).tolist()
    return found


def _about_rivers() -> Tensor:
    return torch.arange(len(SENTENCES)) >= len(MONEY)


def _direction(vectors: Tensor) -> Tensor:
    """The mean of vectors of length 1, itself of length 1: (state, sentence, width) → (state, width)."""
    return F.normalize(vectors.mean(dim=1), dim=-1)
