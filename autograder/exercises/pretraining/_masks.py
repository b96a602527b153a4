"""What a masking function has done, in counts and shares: shared by the experiments that judge masks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.exercises.pretraining._frequencies import settled

ROWS, LENGTH = 200, 100  # 20,000 tokens: see `_frequencies`
IGNORED = -100


def generator_of(draw: Draw) -> torch.Generator:
    return torch.Generator(draw.device).manual_seed(draw.integer(0, 2**31))


def some(draw: Draw, *shape: int, share: float) -> Tensor:
    """A boolean mask. A small one has both kinds in each row; for a large one, looking at each row would take long."""
    small = shape[0] < 20 and len(shape) < 3
    return ~draw.mask(*shape, keep=1 - share) if small else draw.uniform(*shape) < share


def form(result: Any) -> Any:
    """Shape and dtype of each tensor; of what is no tensor, its kind."""
    if isinstance(result, tuple | list):
        return [form(item) for item in result]
    return f"{list(result.shape)}, {result.dtype}" if isinstance(result, Tensor) else type(result).__name__


def is_pair_like(result: Any, input_ids: Tensor) -> bool:
    """Whether it is a pair of tensors of whole numbers, as large as the input."""
    wanted = [f"{list(input_ids.shape)}, torch.int64"] * 2
    return isinstance(result, tuple | list) and form(result) == wanted


def traces(result: Any, input_ids: Tensor, special: Tensor) -> Any:
    """What must never happen, counted; what is no pair of such tensors is handed back as its form."""
    if not is_pair_like(result, input_ids):
        return form(result)
    inputs, labels = result
    labelled = labels != IGNORED
    return {
        "labels that are not the token": int((labelled & (labels != input_ids)).sum()),
        "labels at special tokens": int((labelled & special).sum()),
        "special tokens that changed": int(((inputs != input_ids) & special).sum()),
        "other tokens that changed without a label": int(((inputs != input_ids) & ~labelled & ~special).sum()),
    }


def chosen_share(result: Any, input_ids: Tensor, special: Tensor, chance: Tensor, by: int | None = None) -> Any:
    """Which share of the tokens that may be chosen has a label; of each column where `by` is 0."""
    if not is_pair_like(result, input_ids):
        return form(result)
    labelled, free = (result[1] != IGNORED) & ~special, ~special
    count, many = (labelled.sum(), free.sum()) if by is None else (labelled.sum(by), free.sum(by))
    return settled(count, chance, many)


def fates(result: Any, input_ids: Tensor, mask_id: int, vocab_size: int) -> Any:
    """What stands where there is a label: shares of [MASK], of the token itself, and of others.

    The random token may be any, so that one in `vocab_size` of them is [MASK] again, and one the token itself.
    """
    if not is_pair_like(result, input_ids):
        return form(result)
    inputs, labels = result
    at = labels != IGNORED
    if not bool(at.any()):
        return "no label at all"
    now, before = inputs[at], input_ids[at]
    count = torch.stack([(now == mask_id).sum(), (now == before).sum(), ((now != mask_id) & (now != before)).sum()])
    one = 0.1 / vocab_size
    chance = torch.tensor([0.8 + one, 0.1 + one, 0.1 - 2 * one], device=count.device)
    shares = settled(count, chance, len(now))
    return dict(zip(("[MASK]", "the token itself", "another token"), shares.tolist(), strict=True))


def tokens_there(result: Any, input_ids: Tensor, token: int, mask_id: int, vocab_size: int) -> Any:
    """All tokens were `token` and all were chosen: how often each of the vocabulary stands there now."""
    if not is_pair_like(result, input_ids):
        return form(result)
    now = result[0].flatten()
    if not 0 <= int(now.min()) <= int(now.max()) < vocab_size:
        return f"tokens from {int(now.min())} to {int(now.max())}, of {vocab_size}"
    chance = torch.full((vocab_size,), 0.1 / vocab_size, device=now.device, dtype=torch.float64)
    chance[mask_id] += 0.8
    chance[token] += 0.1
    return settled(torch.bincount(now, minlength=vocab_size), chance, len(now))


def kinds(result: Any, input_ids: Tensor, mask_id: int) -> Tensor:
    """Of each token: 0 without a label, 1 where [MASK] stands now, 2 else."""
    inputs, labels = result
    return torch.where(labels == IGNORED, 0, torch.where(inputs == mask_id, 1, 2))


def together(one: Tensor, other: Tensor, probability: float, vocab_size: int) -> Tensor:
    """How often the kinds of two tokens come together, (3, 3): for independent ones the product of the chances."""
    masked = 0.8 + 0.1 / vocab_size
    chance = torch.tensor([1 - probability, probability * masked, probability * (1 - masked)], device=one.device)
    count = torch.stack([torch.stack([((one == i) & (other == j)).sum() for j in range(3)]) for i in range(3)])
    return settled(count, chance[:, None].double() * chance.double(), one.numel())
