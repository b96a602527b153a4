"""What `entities` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

SPANS = Idea("where each entity begins, and where it ends", weight=3, point=True)
NEIGHBOURS = Idea("B begins anew, also right after another entity", weight=2, point=True)
LENIENT = Idea("an I that goes on with nothing begins an entity", weight=2)
NAMES = Idea("all after the first dash is the name", weight=1)
TRACES = Idea("plain tuples, and nothing is changed", weight=1)

# Kinds that agree behind the last dash, and those of which one is a part of the other, at its end or its beginning.
NEAR = (
    ("DUE-DATE", "PAID-DATE"),
    ("SUB-TOTAL", "TOTAL"),
    ("TOTAL", "SUBTOTAL"),
    ("DATE", "DATE-DUE"),
    ("NAMES", "NAME"),
)
KINDS = ("SHOP", "DATE", "ITEM", "PRICE", "TOTAL")


@exercise(points=1)
def entities(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Runs of tags as entities."""
    yield "the docstring's example", lambda: _example(candidate, draw), SPANS
    yield "entities with O between them", lambda: candidate(_apart(draw)), SPANS
    yield "the first tag, and the last one", lambda: _at_the_ends(candidate, draw), SPANS
    yield "entities of one word", lambda: candidate([f"B-{kind}" for kind in draw.shuffled(KINDS)]), NEIGHBOURS
    yield "two of one kind side by side", lambda: _twins(candidate, draw), NEIGHBOURS
    yield "one kind after the other, without O", lambda: _touching(candidate, draw), NEIGHBOURS
    yield "an I after O, and at the beginning", lambda: _orphans(candidate, draw), LENIENT
    yield "an I of another kind", lambda: _changes(candidate, draw), LENIENT
    yield "nothing but O, and nothing at all", lambda: _nothing(candidate, draw), SPANS
    yield "many tags, in any order", lambda: candidate(_any(draw, 40)), LENIENT
    yield "names with a dash, and of one letter", lambda: _names(candidate, draw), NAMES
    yield "called by name, twice", lambda: [candidate(tags=_apart(draw)) for _ in range(2)], SPANS
    yield "what comes back", lambda: _kinds(candidate, draw), TRACES
    yield "the tags afterwards", lambda: with_arguments(candidate, _apart(draw)), TRACES


def _entity(kind: str, words: int) -> list[str]:
    return [f"B-{kind}", *[f"I-{kind}"] * (words - 1)]


def _apart(draw: Draw) -> list[str]:
    """Each kind once, with O before, between and after."""
    tags = ["O"] * draw.integer(1, 4)
    for kind in draw.shuffled(KINDS):
        tags += [*_entity(kind, draw.integer(1, 5)), *["O"] * draw.integer(1, 4)]
    return tags


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's tags, and others."""
    return {"example": candidate(["B-SHOP", "I-SHOP", "O", "B-TOTAL"]), "other tags": candidate(_apart(draw))}


def _at_the_ends(candidate: Any, draw: Draw) -> list[Any]:
    one, two = draw.shuffled(KINDS)[:2]
    gap = ["O"] * draw.integer(1, 5)
    return [
        candidate([*_entity(one, draw.integer(1, 4)), *gap, *_entity(two, draw.integer(1, 4))]),
        candidate(_entity(one, draw.integer(2, 6))),
    ]


def _twins(candidate: Any, draw: Draw) -> Any:
    kind = draw.choice(KINDS)
    return candidate(
        ["O", *_entity(kind, draw.integer(1, 4)), *_entity(kind, draw.integer(2, 5)), *_entity(kind, 1), "O"]
    )


def _touching(candidate: Any, draw: Draw) -> Any:
    return candidate([tag for kind in draw.shuffled(KINDS) for tag in _entity(kind, draw.integer(1, 4))])


def _orphans(candidate: Any, draw: Draw) -> Any:
    one, two = draw.shuffled(KINDS)[:2]
    return candidate([*[f"I-{one}"] * draw.integer(1, 4), "O", *[f"I-{two}"] * draw.integer(1, 4), "O", f"I-{one}"])


def _changes(candidate: Any, draw: Draw) -> Any:
    one, two, three = draw.shuffled(KINDS)[:3]
    return candidate([f"B-{one}", *[f"I-{two}"] * draw.integer(1, 4), f"I-{one}", f"B-{three}", f"I-{one}", "O"])


def _nothing(candidate: Any, draw: Draw) -> list[Any]:
    return [candidate(["O"] * draw.integer(2, 9)), candidate([]), candidate(_apart(draw))]


def _any(draw: Draw, count: int) -> list[str]:
    tags = ["O", *(f"{begin}-{kind}" for begin in "BI" for kind in KINDS[:3])]
    return [draw.choice(tags) for _ in range(count)]


def _names(candidate: Any, draw: Draw) -> list[Any]:
    """FUNSD's and others' names: two that agree up to a dash, or from one on, are two kinds."""
    one, two = draw.shuffled(["UNIT-PRICE", "UNIT-NAME", "B-I", "X", "O", "total", "I"])[:2]
    return [
        candidate([f"B-{one}", f"I-{one}", f"I-{two}", "O", f"B-{two}"]),
        candidate(["B-UNIT-PRICE", "I-UNIT-NAME", *["O"] * draw.integer(1, 5), "I-UNIT-NAME"]),
        *(
            candidate([f"B-{first}", *["I-" + second] * draw.integer(1, 4), "O"])
            for first, second in draw.shuffled(NEAR)
        ),
    ]


def _kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    found = candidate(tuple(_apart(draw)))
    return {"result": found, "kinds": [type(found).__name__, sorted({type(each).__name__ for each in found})]}
