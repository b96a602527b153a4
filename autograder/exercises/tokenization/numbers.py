"""What `numbers` must show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.tokenization._shared import HAN, vocabulary_of, words

KNOWN = Idea("each token gets its number", weight=2, point=True)
UNKNOWN = Idea("what is not there gets that of [UNK]", weight=2, point=True)
ALONE = Idea("the vocabulary stays as it is", weight=1)


@exercise(points=1)
def numbers(candidate: Any, draw: Draw) -> Iterator[Step]:
    """From tokens to rows of the table."""

    def known() -> Any:
        tokens = words(draw, 9)
        return candidate([*tokens[:6], *tokens[2:5]], vocabulary_of(draw, tokens))

    def unknown() -> Any:
        tokens = words(draw, 12)
        return candidate(draw.shuffled([*tokens, "[SEP]", draw.choice(HAN)]), vocabulary_of(draw, tokens[::2]))

    yield "the docstring's example", lambda: _example(candidate, draw), UNKNOWN
    yield "all are there", known, KNOWN
    yield "some are not", unknown, UNKNOWN
    yield "the token with the number 0", lambda: _zero(candidate, draw), KNOWN
    yield "upper and lower case", lambda: _case(candidate, draw), UNKNOWN
    yield "no tokens", lambda: {"none": candidate([], vocabulary_of(draw, [])), "some": unknown()}, KNOWN
    yield "called by names", lambda: _by_names(candidate, draw)
    yield "the arguments afterwards", lambda: _afterwards(candidate, draw), ALONE
    yield "a vocabulary that would grow", lambda: _would_grow(candidate, draw), ALONE


def _example(candidate: Any, draw: Draw) -> Any:
    tokens = words(draw, 4)
    return {
        "example": candidate(["open", "sesame"], {"[UNK]": 0, "open": 1}),
        "other tokens": candidate(tokens, vocabulary_of(draw, tokens[1:3])),
    }


def _by_names(candidate: Any, draw: Draw) -> Any:
    tokens = words(draw, 9)
    return candidate(vocabulary=vocabulary_of(draw, tokens[:7]), tokens=draw.shuffled(tokens))


def _zero(candidate: Any, draw: Draw) -> Any:
    """Row 0 is a row as any other."""
    tokens = words(draw, 6)
    vocabulary = {token: number for number, token in enumerate([tokens[2], *draw.shuffled(["[UNK]", *tokens[3:]])])}
    return candidate(tokens, vocabulary)


def _case(candidate: Any, draw: Draw) -> Any:
    """A token is looked up as it stands, and so are pieces with ##."""
    tokens = words(draw, 4)
    asked = [*tokens, *(token.upper() for token in tokens), *(f"##{token}" for token in tokens)]
    return candidate(draw.shuffled(asked), vocabulary_of(draw, [*tokens, f"##{tokens[0]}", tokens[1].upper()]))


def _afterwards(candidate: Any, draw: Draw) -> Any:
    tokens = words(draw, 6)
    return with_arguments(candidate, tokens, vocabulary_of(draw, tokens[:3]))


def _would_grow(candidate: Any, draw: Draw) -> Any:
    """A defaultdict makes an entry for whoever asks with brackets."""
    tokens = words(draw, 6)
    vocabulary: dict[str, int] = defaultdict(int, vocabulary_of(draw, tokens[:3]))
    return {"result": candidate(tokens, vocabulary), "entries afterwards": len(vocabulary)}
