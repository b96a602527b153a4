"""What `loss_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.engine.counterexample import counterexample
from autograder.exercises.pretraining._suspects import IGNORED, SUSPECTS, right_loss

MOST = 8  # rows, places and words that one can still look at
HIGHEST = 50.0


def library(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> Tensor:
    """As `BertForPreTraining` computes it."""
    first = F.cross_entropy(words.reshape(-1, words.shape[-1]), labels.reshape(-1))
    return first + F.cross_entropy(pairs, following)


@counterexample(points=2, library=library, definition=right_loss, suspects=SUSPECTS)
def loss_counterexample(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> None:
    """Scores and labels on which six wrong losses are seen to be wrong."""
    if not all(isinstance(each, Tensor) for each in (words, pairs, labels, following)):
        raise ValueError("four tensors are wanted: scores of words, scores of pairs, labels, labels of pairs")
    if words.dtype != torch.float32 or pairs.dtype != torch.float32:
        raise ValueError("the scores should be float32")
    if labels.dtype != torch.int64 or following.dtype != torch.int64:
        raise ValueError("the labels should be int64")
    if words.dim() != 3 or min(words.shape) < 1 or max(words.shape) > MOST:
        raise ValueError(f"the scores of words should have the shape (batch, length, vocabulary), none above {MOST}")
    rows, length, vocabulary = words.shape
    if pairs.shape != (rows, 2) or labels.shape != (rows, length) or following.shape != (rows,):
        raise ValueError("the shapes should be (batch, 2), (batch, length) and (batch,), with the batch of the words")
    if not all(bool(each.isfinite().all()) and float(each.abs().max()) <= HIGHEST for each in (words, pairs)):
        raise ValueError(f"the scores should lie between −{HIGHEST:.0f} and {HIGHEST:.0f}")
    for each, size in ((labels, vocabulary), (following, 2)):
        known = each[each != IGNORED]
        if not len(known) or int(known.min()) < 0 or int(known.max()) >= size:
            raise ValueError("labels should be −100 or a number of the vocabulary (for pairs 0 or 1), and not all −100")
