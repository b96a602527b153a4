"""What `tokenize_batch` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.finetuning._shared import names_of, text_of, tokenizer_of
from helpers.small_classifier import small_tokenizer

ROWS = Idea("each row is as long as the longest text that is left", weight=3, point=True)
CUT = Idea("a long text is cut, and keeps its special tokens", weight=2.5, point=True)
LABELS = Idea("the names become numbers by the given table", weight=2, point=True)
TOKENIZER = Idea("what the tokenizer gives and how it pads is its own affair", weight=1.5)


@exercise(points=1)
def tokenize_batch(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Texts and names as tensors."""

    def run(lengths: Sequence[int], longest: int = 40, own: int = 64, **options: Any) -> dict[str, Any]:
        texts = [text_of(draw, words) for words in lengths]
        names, table = _named(draw, len(texts))
        return _seen(candidate(tokenizer_of(draw, longest=own, **options), texts, names, table, longest))

    yield "the docstring's example", lambda: _example(candidate, draw), ROWS
    yield "texts of several lengths", lambda: run(draw.shuffled([2, 5, 9, 3])), ROWS
    yield "short texts only", lambda: run([draw.integer(1, 4) for _ in range(3)]), ROWS
    yield "one text", lambda: run([draw.integer(2, 8)]), ROWS
    yield "a second batch, shorter than the first", lambda: _twice(candidate, draw), ROWS
    yield "texts that are too long", lambda: run(draw.shuffled([4, 12, 30, 2]), draw.integer(6, 10)), CUT
    yield "exactly as long as allowed, and one more", lambda: _border(candidate, draw), CUT
    yield "longer than the tokenizer itself would allow", lambda: run([9, 25, 4], 20, own=9), CUT
    yield "numbers of the names", lambda: _numbers(candidate, draw), LABELS
    yield "called by names", lambda: _by_names(candidate, draw), LABELS
    yield "a tokenizer that pads on the left", lambda: run(draw.shuffled([2, 7, 4]), side="left"), TOKENIZER
    yield "a tokenizer that gives a third tensor", lambda: _third(candidate, draw), TOKENIZER
    yield "the arguments afterwards", lambda: _afterwards(candidate, draw), TOKENIZER


def _seen(result: Any) -> dict[str, Any]:
    """By its items: whether it is a dict or the tokenizer's own kind is left open."""
    return {str(name): value for name, value in result.items()}


def _named(draw: Draw, count: int) -> tuple[list[str], dict[str, int]]:
    """Names of the texts, and a table whose numbers follow neither the alphabet nor the order in the batch."""
    known = names_of(draw, 5)
    return [draw.choice(known) for _ in range(count)], {name: number for number, name in enumerate(known)}


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's texts, and others."""
    label2id = {"asyncio": 0, "http": 1}
    result = candidate(small_tokenizer(), ["wait", "return a file"], ["http", "asyncio"], label2id, 9)
    names, table = _named(draw, 2)
    other = candidate(tokenizer_of(draw), [text_of(draw, 3), text_of(draw, 6)], names, table, 30)
    return {"labels": result["labels"], "size": list(result["input_ids"].shape), "other": _seen(other)}


def _twice(candidate: Any, draw: Draw) -> list[Any]:
    tokenizer, found = tokenizer_of(draw), []
    for lengths in ((draw.integer(12, 16), 5), (3, draw.integer(4, 7)), (2, 1)):
        names, table = _named(draw, 2)
        texts = [text_of(draw, words) for words in lengths]
        found.append(_seen(candidate(tokenizer, texts, names, table, 10)))
    return found


def _border(candidate: Any, draw: Draw) -> list[Any]:
    """With two special tokens."""
    longest, found = draw.integer(5, 9), []
    for words in (longest - 3, longest - 2, longest - 1):
        names, table = _named(draw, 1)
        found.append(_seen(candidate(tokenizer_of(draw), [text_of(draw, words)], names, table, longest)))
    return found


def _numbers(candidate: Any, draw: Draw) -> Any:
    """Names that repeat, some of the table that do not occur, numbers with gaps; 0 among them."""
    known = names_of(draw, 6)
    table = dict(zip(known, draw.shuffled([0, 2, 3, 7, 8, 11]), strict=True))
    names = [draw.choice(known[:4]) for _ in range(7)]
    return _seen(candidate(tokenizer_of(draw), [text_of(draw, 2) for _ in names], names, table, 20))


def _by_names(candidate: Any, draw: Draw) -> Any:
    names, table = _named(draw, 3)
    texts = tuple(text_of(draw, words) for words in (2, 6, 4))
    return _seen(
        candidate(longest=12, label2id=table, libraries=tuple(names), texts=texts, tokenizer=tokenizer_of(draw))
    )


def _third(candidate: Any, draw: Draw) -> Any:
    kinds = ["input_ids", "token_type_ids", "attention_mask"]
    names, table = _named(draw, 2)
    texts = [text_of(draw, 3), text_of(draw, 5)]
    return _seen(candidate(tokenizer_of(draw, model_input_names=kinds), texts, names, table, 20))


def _afterwards(candidate: Any, draw: Draw) -> dict[str, Any]:
    names, table = _named(draw, 3)
    texts = [text_of(draw, words) for words in (2, 6, 4)]
    before = deepcopy((texts, names, table))
    result = _seen(candidate(tokenizer_of(draw), texts, names, table, 12))
    return {"result": result, "texts, names and table as before": before == (texts, names, table)}
