"""What `bert_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.bert_internals._suspects import LONGEST, SUSPECTS, WORDS, by_the_rules, library


@counterexample(points=2, library=library, definition=by_the_rules, suspects=SUSPECTS)
def bert_counterexample(input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> None:
    """One batch on which six wrong ways into a BERT are seen to be wrong."""
    given = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
    for name, tensor in given.items():
        if not isinstance(tensor, Tensor) or tensor.dtype != torch.int64 or tensor.dim() != 2:
            raise ValueError(f"{name} should be an int64 tensor of shape (batch, token)")
        if tensor.shape != input_ids.shape:
            raise ValueError(f"{name} should have the shape of input_ids")
    if input_ids.numel() == 0 or input_ids.shape[1] > LONGEST:
        raise ValueError(f"there should be a token in it, and at most {LONGEST} in a sentence")
    for name, tensor, below in (("input_ids", input_ids, WORDS), ("attention_mask", attention_mask, 2)):
        _in_range(name, tensor, below)
    _in_range("token_type_ids", token_type_ids, 2)
    if not bool(attention_mask.any(dim=1).all()):
        raise ValueError("each sentence should have a real token")


def _in_range(name: str, tensor: Tensor, below: int) -> None:
    if not bool(((tensor >= 0) & (tensor < below)).all()):
        raise ValueError(f"{name} should hold numbers from 0 to {below - 1}")
