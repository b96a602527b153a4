"""What `encode` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.tokenization._shared import vocabulary_of, words

SINGLE = Idea("one text stands between [CLS] and [SEP]", weight=2, point=True)
PAIR = Idea("a second text follows, with a [SEP] of its own", weight=2, point=True)
TYPES = Idea("the second text and its [SEP] are of type 1", weight=2)
MASK = Idea("every token counts", weight=1)
ALONE = Idea("lists and vocabulary stay as they are", weight=1)


@exercise(points=2)
def encode(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The three rows that BERT is given."""

    def run(first: int, second: int | None = None, known: float = 1.0) -> Any:
        tokens = words(draw, 30)
        vocabulary = vocabulary_of(draw, tokens[known < 1.0 : round(30 * known)])
        one, other = tokens[-first:] if first else [], tokens[: second or 0]
        return candidate(one, vocabulary) if second is None else candidate(one, vocabulary, other)

    def part(name: str, *sizes: int) -> Any:
        return run(*sizes)[name]

    long, short = draw.integer(4, 8), draw.integer(2, 5)
    yield "the docstring's example", lambda: _example(candidate, draw), SINGLE
    yield "a single text", lambda: part("input_ids", long), SINGLE
    yield "all three rows of a single text", lambda: run(short), SINGLE
    yield "tokens that the vocabulary does not hold", lambda: run(long, None, 0.9)["input_ids"], SINGLE
    yield "a text without tokens", lambda: [run(0), run(short)], SINGLE
    yield "a pair, the numbers", lambda: part("input_ids", long, short), PAIR
    yield "a pair, the first shorter", lambda: run(short, long), PAIR
    yield "a pair with unknown tokens in both", lambda: run(long, short, 0.9)["input_ids"], PAIR
    yield "the second without tokens", lambda: run(short, 0), PAIR
    yield "the first without tokens", lambda: run(0, short), PAIR
    yield "both without tokens", lambda: {"none": run(0, 0), "some": run(1, 1)}, PAIR
    yield "a pair, the types", lambda: part("token_type_ids", long, short), TYPES
    yield "a single text, the types", lambda: part("token_type_ids", long), TYPES
    yield "the mask", lambda: [part("attention_mask", long), part("attention_mask", short, long)], MASK
    yield "special tokens inside", lambda: _special(candidate, draw), MASK
    yield "called by names", lambda: _by_names(candidate, draw), PAIR
    yield "the arguments afterwards", lambda: _afterwards(candidate, draw), ALONE
    yield "twice, with the same lists", lambda: _twice(candidate, draw), ALONE


def _example(candidate: Any, draw: Draw) -> Any:
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "b": 5}
    one, other, third = draw.shuffled(["a", "b", "c", "d", "a"])[:3]
    return {"example": candidate(["a"], vocabulary, ["b"]), "other tokens": candidate([one, other, third], vocabulary)}


def _special(candidate: Any, draw: Draw) -> Any:
    """What is hidden is guessed, so the model looks at [MASK] as at any other; and so it does at the rest."""
    tokens = words(draw, 3)
    inside = draw.shuffled([*tokens, "[MASK]", "[SEP]", "[PAD]", "[UNK]"])
    return candidate(inside, vocabulary_of(draw, tokens))


def _by_names(candidate: Any, draw: Draw) -> Any:
    tokens = words(draw, 5)
    vocabulary = vocabulary_of(draw, tokens)
    return [
        candidate(second=tokens[:2], vocabulary=vocabulary, first=tokens[2:]),
        candidate(first=tokens[:1], vocabulary=vocabulary, second=None),
    ]


def _afterwards(candidate: Any, draw: Draw) -> Any:
    tokens = words(draw, 5)
    return with_arguments(candidate, tokens[:2], vocabulary_of(draw, tokens[1:]), tokens[2:])


def _twice(candidate: Any, draw: Draw) -> Any:
    """Whoever adds to the first row of one call would have it in the next."""
    tokens = words(draw, 5)
    vocabulary = vocabulary_of(draw, tokens)
    first = candidate(tokens[:2], vocabulary, tokens[2:4])
    return [candidate(tokens[:2], vocabulary), candidate(tokens[:2], vocabulary, tokens[2:4]), first]
