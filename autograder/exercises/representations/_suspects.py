"""Searches by something that is not the cosine; each of these is right on many inputs.

All take a query (width,) and a corpus (texts, width). What comes back is the place of the best text.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def right_search(query: Tensor, corpus: Tensor) -> Tensor:
    """The definition, number by number."""
    cosines = []
    for text in corpus.double().tolist():
        product = sum(one * other for one, other in zip(query.double().tolist(), text, strict=True))
        cosines.append(product / (float(query.double().norm()) * sum(number**2 for number in text) ** 0.5))
    return torch.tensor(cosines.index(max(cosines)))


def by_inner_product(query: Tensor, corpus: Tensor) -> Tensor:
    return (corpus @ query).argmax()


def by_distance(query: Tensor, corpus: Tensor) -> Tensor:
    return (corpus - query).norm(dim=1).argmin()


def by_steps_along_the_axes(query: Tensor, corpus: Tensor) -> Tensor:
    return (corpus - query).abs().sum(dim=1).argmin()


def without_the_sign(query: Tensor, corpus: Tensor) -> Tensor:
    return F.cosine_similarity(corpus, query[None], dim=1).abs().argmax()


def by_correlation(query: Tensor, corpus: Tensor) -> Tensor:
    return F.cosine_similarity(corpus - corpus.mean(dim=1, keepdim=True), (query - query.mean())[None], dim=1).argmax()


def with_columns_of_length_one(query: Tensor, corpus: Tensor) -> Tensor:
    return (F.normalize(corpus, dim=0) @ F.normalize(query, dim=0)).argmax()


SUSPECTS = {
    "takes the inner product": by_inner_product,
    "takes the distance": by_distance,
    "adds up differences": by_steps_along_the_axes,
    "drops the sign of the cosine": without_the_sign,
    "subtracts each text's mean first": by_correlation,
    "normalises columns, not texts": with_columns_of_length_one,
}
