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


def leaning(states: Tensor, known: Tensor) -> Tensor:
    """Which of the two banks a vector is nearer to: above 0 it is that of money, below 0 that of rivers.

    Both groups of known vectors have a mean direction. What comes back is the cosine with that of money minus the
    cosine with that of rivers.

    Args:
        states: vectors of the word after each layer, shape (state, sentence, width).
        known: the same for all of `SENTENCES`.

    Returns:
        Shape (state, sentence).
    """
    money, river = (_direction(group) for group in F.normalize(known, dim=-1).split([len(MONEY), len(RIVER)], dim=1))
    return torch.einsum("tsw,tw->ts", F.normalize(states, dim=-1), money - river)


def leaning_of_each(known: Tensor) -> Tensor:
    """The same for each of `SENTENCES`, by the directions of all the others: shape (state, sentence)."""
    unit, river = F.normalize(known, dim=-1), _about_rivers()
    columns = []
    for place in range(len(SENTENCES)):
        others = torch.arange(len(SENTENCES)) != place
        money, water = (_direction(unit[:, others & group]) for group in (~river, river))
        columns.append((unit[:, place] * (money - water)).sum(-1))
    return torch.stack(columns, dim=1)


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
