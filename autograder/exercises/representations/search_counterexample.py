"""What `search_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.engine.counterexample import counterexample
from autograder.exercises.representations._suspects import SUSPECTS, right_search

MARGIN = 0.01  # of the best cosine over the next: nobody is to be wrong by a rounding


def library(query: Tensor, corpus: Tensor) -> Tensor:
    """PyTorch's cosine, and the largest."""
    return F.cosine_similarity(query[None], corpus, dim=1).argmax()


@counterexample(points=2, library=library, definition=right_search, suspects=SUSPECTS)
def search_counterexample(query: Tensor, corpus: Tensor) -> None:
    """A query and texts among which six searches find another one than the cosine."""
    for name, value, dimensions in (("query", query, 1), ("corpus", corpus, 2)):
        if not isinstance(value, Tensor) or value.dtype != torch.float32 or value.dim() != dimensions:
            raise ValueError(f"{name} should be a float32 tensor of {dimensions} dimension(s)")
        if not bool(value.isfinite().all()) or bool((value.abs() > 100).any()):
            raise ValueError(f"{name} should hold numbers from −100 to 100")
    if not 2 <= len(query) <= 8 or corpus.shape[1] != len(query):
        raise ValueError("query and texts should have the same 2 to 8 numbers")
    if not 2 <= len(corpus) <= 12:
        raise ValueError("corpus should hold 2 to 12 texts")
    if not bool(query.any()) or not bool(corpus.any(dim=1).all()):
        raise ValueError("a vector of zeros has no direction")
    best, second = F.cosine_similarity(query[None], corpus, dim=1).topk(2).values.tolist()
    if best - second < MARGIN:
        raise ValueError(f"the best cosine, {best:.3f}, should lie {MARGIN} above the next one, {second:.3f}")
