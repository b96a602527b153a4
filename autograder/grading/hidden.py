"""Hidden sheets: written in the grader's process from a fresh seed, once per run and exercise."""

from __future__ import annotations

import secrets
from functools import lru_cache

from autograder.engine.catalogue import Catalogue
from autograder.engine.sheet import Sheet, visible_sheet
from autograder.references.sheets import expected_sheet, with_mistakes


def fresh_seed() -> int:
    """A seed for one run. Never that of the visible sheets."""
    return 1 + secrets.randbelow(2**31 - 1)


@lru_cache(maxsize=500)  # a server grades for months; a run needs one sheet an exercise
def hidden_sheet(catalogue: Catalogue, name: str, seed: int, device: str) -> Sheet:
    """What `seed` should show for the exercise `name` on `device`: enough for points, not for names."""
    topic = catalogue.topic(catalogue.find(name).topic)
    return expected_sheet(topic, name, seed, device, visible_sheet(topic, name).signature)


@lru_cache(maxsize=500)
def naming_sheet(catalogue: Catalogue, name: str, seed: int, device: str) -> Sheet:
    """The hidden sheet with what each known mistake shows. Worked out for the first answer that is wrong, if any."""
    topic = catalogue.topic(catalogue.find(name).topic)
    return with_mistakes(topic, hidden_sheet(catalogue, name, seed, device), device).sheet
