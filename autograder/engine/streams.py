"""What an experiment shows of torch's own stream of random numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def beside_stream(look: Callable[[], Any], seed: int) -> dict[str, Any]:
    """What `look` shows, and what torch's own stream, seeded before, gives next: who draws from it shifts it."""
    torch.manual_seed(seed)
    return {"result": look(), "the numbers that torch draws next": torch.rand(3).tolist()}
