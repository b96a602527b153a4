"""What several experiments of this topic share: pages cut into pieces."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.engine.draw import Draw


def cut(counts: Sequence[int], padding: int = 0) -> list[int | None]:
    """For each piece of a page its word: [CLS], then `counts` pieces of each word, [SEP], padding."""
    pieces = [word for word, count in enumerate(counts) for _ in range(count)]
    return [None, *pieces, None, *[None] * padding]


def counts_of(draw: Draw, words: int) -> list[int]:
    """How many pieces each word has: one to four, and at least one word has several."""
    counts = [draw.integer(1, 5) for _ in range(words)]
    counts[draw.integer(0, words)] = draw.integer(2, 5)
    return counts


def boxes_of(draw: Draw, words: int) -> list[list[int]]:
    """Boxes in thousandths, all different."""
    edges = draw.sizes(4 * words, 1, 999)
    return [[min(a, c), min(b, d), max(a, c), max(b, d)] for a, b, c, d in zip(*[iter(edges)] * 4, strict=True)]
