"""A cause: the sentence that explains what is wrong, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """One misunderstanding that an answer shows.

    Attributes:
        sentence: what a good tutor would say.
        explains: how many of the wrong observations it explains.
        whole: it explains everything that is wrong.
    """

    sentence: str
    explains: int
    whole: bool
