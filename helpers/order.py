"""The order in which a training sees its examples, which can be written down. For checks, too: no pictures."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


class Order:
    """Deals out the examples like a pack of cards: mixed anew when too few are left for a batch.

    Attributes:
        rest: the examples that are still in the pack, in the order in which they will come.
    """

    def __init__(self, examples: int, batch: int = 32, seed: int = 0) -> None:
        self.examples, self.batch = examples, batch
        self.generator = torch.Generator().manual_seed(seed)
        self.rest = torch.empty(0, dtype=torch.int64)

    def next(self) -> Tensor:
        """The next batch: shape (batch,), int64."""
        if len(self.rest) < self.batch:
            self.rest = torch.randperm(self.examples, generator=self.generator)
        chosen, self.rest = self.rest[: self.batch], self.rest[self.batch :]
        return chosen

    def state_dict(self) -> dict[str, Tensor]:
        """The pack, and the generator that will mix the next one."""
        return {"rest": self.rest.clone(), "generator": self.generator.get_state()}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Puts the pack and the generator back; a checkpoint may have been read onto another device."""
        self.rest = state["rest"].cpu().clone()
        self.generator.set_state(state["generator"].cpu())
