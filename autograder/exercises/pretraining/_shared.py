"""What several experiments of this topic share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch import Tensor

from autograder.engine.draw import Draw

BERT = "transformers.models.bert.modeling_bert:"


def how_many(hits: Tensor | Iterable[bool]) -> str:
    """Whether all are hit, some, or none; where there is nothing to hit, it is none."""
    found = hits.flatten().tolist() if isinstance(hits, Tensor) else list(hits)
    return "all" if found and all(found) else "some" if any(found) else "none"


def by_seed(
    draw: Draw, call: Callable[[int], Any], same: Callable[[Any, Any], bool]
) -> tuple[list[Any], dict[str, bool]]:
    """Three calls, two of them with the same seed, in drawn order: what each gave, and which gave the same."""
    seed = draw.integer(0, 2**30)
    results = [call(one) for one in draw.shuffled([seed, seed, seed + 1])]
    places = draw.shuffled([(0, 1), (0, 2), (1, 2)])
    return results, {f"call {i + 1} and call {j + 1}": same(results[i], results[j]) for i, j in places}
