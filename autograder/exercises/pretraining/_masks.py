"""What a masking function has done, in counts and shares: shared by the experiments that judge masks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.engine.chance import settled
from autograder.engine.draw import Draw

ROWS, LENGTH = 200, 100  # 20,000 tokens: see `engine/chance.py`
IGNORED = -100
# [MASK], stays, a random token: as it should be, then as known mistakes have it.
FATES = (
    (0.8, 0.1, 0.1), (1.0, 0.0, 0.0), (0.8, 0.0, 0.2), (0.8, 0.2, 0.0), (0.4, 0.1, 0.5), (0.72, 0.18, 0.1),
    (0.8, 0.18, 0.02), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8), (0.0, 0.0, 1.0), (8 / 9, 1 / 9, 0.0),
)  # fmt: skip
LABELLED = (0.9, 0.8)  # which part of the chosen has a label, where some mistakenly have none


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


def labels_of(result: Any, input_ids: Tensor, special: Tensor, mask_id: int) -> Any:
    """Labels where everybody is chosen, at [MASK] and at special tokens: there chance has no say.

    What became of the others is another one's luck for each answer; whether they have labels is seen in large draws.
    """
    if not is_pair_like(result, input_ids):
        return form(result)
    return torch.where((result[0] == mask_id) | special, result[1], input_ids)


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
    guesses = [*(part * chance for part in LABELLED), 1 - chance, torch.full_like(chance, float(chance.mean()))]
    return settled(count, chance, many, guesses=guesses)


def _drawn(shares: tuple[float, float, float], vocab_size: int) -> list[float]:
    """[MASK], the token itself, another: a random token may be any, so that one in `vocab_size` is [MASK] again."""
    masked, same, other = shares
    return [masked + other / vocab_size, same + other / vocab_size, other - 2 * other / vocab_size]


def fates(result: Any, input_ids: Tensor, mask_id: int, vocab_size: int) -> Any:
    """What stands where there is a label: shares of [MASK], of the token itself, and of others."""
    if not is_pair_like(result, input_ids):
        return form(result)
    inputs, labels = result
    at = labels != IGNORED
    if not bool(at.any()):
        return "no label at all"
    now, before = inputs[at], input_ids[at]
    count = torch.stack([(now == mask_id).sum(), (now == before).sum(), ((now != mask_id) & (now != before)).sum()])
    right, *others = (torch.tensor(_drawn(shares, vocab_size), device=count.device) for shares in FATES)
    changed = right * torch.tensor([1.0, 0.0, 1.0], device=count.device)
    others.append(changed / changed.sum())
    shares = settled(count, right, len(now), guesses=others)
    return dict(zip(("[MASK]", "the token itself", "another token"), shares.tolist(), strict=True))


def tokens_there(result: Any, input_ids: Tensor, token: int, mask_id: int, vocab_size: int) -> Any:
    """All tokens were `token` and all were chosen: how often each of the vocabulary stands there now."""
    if not is_pair_like(result, input_ids):
        return form(result)
    now = result[0].flatten()
    if not 0 <= int(now.min()) <= int(now.max()) < vocab_size:
        return f"tokens from {int(now.min())} to {int(now.max())}, of {vocab_size}"
    if len(others := set(now.unique().tolist()) - {token, mask_id}) == 1:
        return "one token alone stands instead"
    right, *guesses = (_of_each(shares, token, mask_id, vocab_size).to(now.device) for shares in FATES)
    count = torch.bincount(now, minlength=vocab_size)
    return {"tokens that came up": len(others), "shares": settled(count, right, len(now), guesses=guesses)}


def _of_each(shares: tuple[float, float, float], token: int, mask_id: int, vocab_size: int) -> Tensor:
    chance = torch.full((vocab_size,), shares[2] / vocab_size, dtype=torch.float64)
    chance[mask_id] += shares[0]
    chance[token] += shares[1]
    return chance


def kinds(result: Any, mask_id: int) -> Tensor:
    """Of each token: 0 without a label, 1 where [MASK] stands now, 2 else."""
    inputs, labels = result
    return torch.where(labels == IGNORED, 0, torch.where(inputs == mask_id, 1, 2))


def together(one: Tensor, other: Tensor, probability: float, vocab_size: int) -> Tensor:
    """How often the kinds of two tokens come together, (3, 3): for independent ones the product of the chances."""
    count = torch.stack([torch.stack([((one == i) & (other == j)).sum() for j in range(3)]) for i in range(3)])
    right, *others = (_kinds_of(shares, probability, vocab_size).to(count.device) for shares in FATES)
    masked, _, other_token = (probability * part for part in _drawn(FATES[0], vocab_size))
    fewer = [torch.tensor([1 - masked - other, masked, other], device=count.device) for other in (other_token, 0.0)]
    everywhere = torch.tensor([0.0, masked, 1 - masked], device=count.device)  # who was not chosen has a label too
    pairs = [each[:, None] * each for each in (*others, *fewer, everywhere)]
    return settled(count, right[:, None] * right, one.numel(), guesses=[*pairs, right.diag()])


def _kinds_of(shares: tuple[float, float, float], probability: float, vocab_size: int) -> Tensor:
    """Chances of `kinds`."""
    masked = _drawn(shares, vocab_size)[0]
    return torch.tensor([1 - probability, probability * masked, probability * (1 - masked)], dtype=torch.float64)


def of_four(probability: float) -> Tensor:
    """How likely it is that none, one, … of four are chosen, each by itself."""
    rest = 1 - probability
    chances = [ways * probability**k * rest ** (4 - k) for k, ways in enumerate((1, 4, 6, 4, 1))]
    return torch.tensor(chances, dtype=torch.float64)
