"""What `71_halves` imports."""

from __future__ import annotations


def shown(number: float) -> str:
    """`0.50`."""
    return f"{number:.2f}"
