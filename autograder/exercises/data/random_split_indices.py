"""What `random_split_indices` must show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from torch.utils.data import random_split

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.engine.streams import beside_stream

PARTS = Idea("every index in one of the two parts", weight=2, point=True)
SIZES = Idea("a share or a number for testing", weight=2, point=True)
REFUSED = Idea("what is out of range is refused", weight=1)
RANDOM = Idea("at random, the same for the same seed", weight=2, point=True)


@exercise(points=1, without=[random_split])
def random_split_indices(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Indices for training and for testing."""
    n, seed = draw.integer(21, 40), draw.integer(1, 1000)
    some = draw.integer(3, 9)

    def sizes(*tests: Any, n: int = n) -> list[Any]:
        return [[len(part) for part in candidate(n, test)] for test in tests]

    def refused() -> dict[str, Any]:
        wrong = draw.shuffled([n + 1, -1, 1.5, 1.001, -0.1, -0.01])
        shown = {f"{at}": refusal(ValueError, candidate, n, test) for at, test in enumerate(wrong)}
        return shown | {"beside": candidate(n, some)}

    def undisturbed() -> Any:
        """After a number that is refused, and one that is not."""
        with suppress(Exception):
            candidate(n, n + 1, seed + 1)
        return candidate(n, some, seed)

    yield (
        "both parts together",
        lambda: [sorted(index for part in candidate(n, some) for index in part), sizes(some)],
        PARTS,
    )
    yield "the parts", lambda: candidate(n, some, seed), RANDOM
    yield "a number", lambda: sizes(some, 1, n - 1), SIZES
    yield "a share", lambda: sizes(0.25, 0.1, 0.5, n=4 * some + 1), SIZES
    yield "a share, other sizes", lambda: [sizes(0.2, n=5 * some + k) for k in draw.shuffled([1, 2, 4])], SIZES
    yield "a share that leaves few", lambda: [sizes(share, n=10 * some) for share in draw.shuffled([0.8, 0.9])], SIZES
    yield "one is a number, 1.0 a share", lambda: sizes(1, 1.0), SIZES
    yield "none for testing", lambda: [candidate(n, 0), candidate(n, 0.0)], SIZES
    yield "two seeds", lambda: [candidate(n, 0.3, seed=seed), candidate(n, 0.3, seed=seed + 1)], RANDOM
    yield "without a seed", lambda: candidate(n, 0.3), RANDOM
    yield "asked twice", lambda: [candidate(n, some, seed), candidate(n, some, seed)], RANDOM
    yield "more for testing, the same order", lambda: [candidate(n, k, seed) for k in (some, some + 2)], RANDOM
    yield "out of range", refused, REFUSED
    yield "by names", lambda: candidate(seed=seed, test=some, n=n)
    yield "the random stream is left alone", lambda: beside_stream(undisturbed, seed)
    yield "nothing to split", lambda: [candidate(0, 0.5), candidate(n, 0.5)]
