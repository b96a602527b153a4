"""What `sounds_like` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.streams import beside_stream
from autograder.exercises.finetuning._shared import NAMES, classifier_of, text_of, tokenizer_of
from helpers.small_classifier import SmallClassifier, small_tokenizer

NAMED = Idea("names and probabilities, the likeliest first", weight=3, point=True)
MOST = Idea("as many as asked for, if there are so many", weight=1.5)
CUT = Idea("a sentence that is too long is cut", weight=1)
QUIET = Idea("it evaluates, and keeps no graph", weight=2)


@exercise(points=1)
def sounds_like(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What a small classifier makes of a sentence."""

    def run(words: int, most: int = 3, classes: int = 5, **options: Any) -> Any:
        model = classifier_of(draw, classes, **options)
        return candidate(model, tokenizer_of(draw), text_of(draw, words), most)

    yield "the docstring's example", lambda: _example(candidate, draw), NAMED
    yield "a sentence", lambda: run(draw.integer(3, 9)), NAMED
    yield "one word, and none", lambda: [run(1), run(0)], NAMED
    yield "a model that is sure", lambda: _sure(candidate, draw), NAMED
    yield "names in another order than their numbers", lambda: _reordered(candidate, draw), NAMED
    yield "called by names", lambda: _by_names(candidate, draw), NAMED
    yield "its kinds", lambda: _kinds(candidate, draw), NAMED
    yield "five, unless told otherwise", lambda: _by_default(candidate, draw), MOST
    yield "only the best", lambda: run(5, most=1), MOST
    yield "more than there are", lambda: run(5, most=draw.integer(7, 20), classes=draw.integer(2, 5)), MOST
    yield "too many words", lambda: _long(candidate, draw), CUT
    yield "a model that was trained before", lambda: _modes(candidate, draw), QUIET
    yield "torch's own stream", lambda: _stream(candidate, draw), QUIET


def _pairs(result: Any) -> list[Any]:
    """Name and probability of each, from whatever kind of pair."""
    return [[name, probability] for name, probability in result]


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's model, whose head knows nothing, and another one."""
    model = SmallClassifier(["asyncio", "http"])
    torch.nn.init.zeros_(model.classifier.weight)
    model.classifier.bias = torch.nn.Parameter(torch.tensor([0.0, 1.0]))
    model.to(draw.device)
    found = [[name, round(share, 4)] for name, share in candidate(model, small_tokenizer(), "wait", 2)]
    return {"example": found, "other": candidate(classifier_of(draw, 3), tokenizer_of(draw), text_of(draw, 4), 2)}


def _sure(candidate: Any, draw: Draw) -> Any:
    model = classifier_of(draw, 5)
    with torch.no_grad():
        model.classifier.weight.mul_(30)
        model.classifier.bias.add_(200)
    return candidate(model, tokenizer_of(draw), text_of(draw, 5), 5)


def _reordered(candidate: Any, draw: Draw) -> Any:
    """A dict keeps the order in which it was filled: here not that of the numbers."""
    model = classifier_of(draw, 6)
    model.config.id2label = dict(draw.shuffled(sorted(model.config.id2label.items())))
    model.config.label2id = {name: number for number, name in draw.shuffled(sorted(model.config.id2label.items()))}
    return candidate(model, tokenizer_of(draw), text_of(draw, 6), 4)


def _by_names(candidate: Any, draw: Draw) -> Any:
    model, tokenizer = classifier_of(draw, 5), tokenizer_of(draw)
    return candidate(most=2, sentence=text_of(draw, 6), tokenizer=tokenizer, model=model)


def _kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    result = candidate(classifier_of(draw, 4), tokenizer_of(draw), text_of(draw, 4), 3)
    kinds = [[type(name).__name__, type(share).__name__] for name, share in result]
    return {"kind": type(result).__name__, "of each": kinds, "values": _pairs(result)}


def _by_default(candidate: Any, draw: Draw) -> Any:
    return candidate(classifier_of(draw, len(NAMES)), tokenizer_of(draw), text_of(draw, 4))


def _long(candidate: Any, draw: Draw) -> Any:
    longest = draw.integer(6, 10)
    model = classifier_of(draw, 5, longest=longest)
    return candidate(model, tokenizer_of(draw, longest=longest), text_of(draw, 30))


def _modes(candidate: Any, draw: Draw) -> dict[str, Any]:
    """With dropout, what it says in training is left to chance."""
    model, tokenizer = classifier_of(draw, 5, dropout=0.5).train(), tokenizer_of(draw)
    with torch.enable_grad():  # whatever an earlier call has left behind
        found = [candidate(model, tokenizer, text_of(draw, 8), 2) for _ in range(2)]
        afterwards = "with" if torch.is_grad_enabled() else "without"
    return {
        "found": found,
        "calls": model.calls,
        "others compute afterwards": afterwards,
        "mode afterwards": "training" if model.training else "evaluating",
    }


def _stream(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, tokenizer, sentence = classifier_of(draw, 5, dropout=0.5).eval(), tokenizer_of(draw), text_of(draw, 5)
    return beside_stream(lambda: candidate(model, tokenizer, sentence, 3), draw.integer(0, 10_000))
