"""What `generate_with_cache` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.generation._shared import Model, prompt_of
from helpers.known_models import Counting

EQUAL = Idea("it writes what it would write without a cache", weight=3, point=True)
WORK = Idea("each token goes through the model once", weight=3, point=True)
CHOOSE = Idea("who chooses is given the scores of the last place", weight=1.5)
TRACES = Idea("nothing else is changed", weight=1.5)


@exercise(points=3)
def generate_with_cache(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What is written, and how often the model is asked."""
    batch, length, vocabulary = draw.sizes(3, 3, 9)

    def run(new: int, batch: int = 1, length: int = length, choose: Any = _greedy, count: bool = False) -> Any:
        model = Model(draw, vocabulary)
        result = candidate(model, prompt_of(draw, batch, length, vocabulary), new, choose)
        return {"result": result, "tokens of each call": model.passed} if count else result

    yield "the docstring's example", lambda: _example(candidate, draw), EQUAL
    yield "one row", lambda: run(12), EQUAL
    yield "a batch", lambda: run(9, batch), EQUAL
    yield "a prompt of one token", lambda: run(8, length=1), EQUAL
    yield "a single new token", lambda: run(1, batch), EQUAL
    yield "the second best", lambda: run(8, batch, choose=_second), EQUAL
    yield "two prompts in turn", lambda: _in_turn(candidate, draw, vocabulary), EQUAL
    yield "tokens that go through the model", lambda: run(9, batch, count=True), WORK
    yield "tokens that go through it, for one more", lambda: run(1, batch, count=True), WORK
    yield "a long text", lambda: run(30, 2, length=4, count=True), WORK
    yield "no new tokens", lambda: run(0, batch, count=True), WORK
    yield "which cache each call is given", lambda: _caches(candidate, draw, vocabulary), WORK
    yield "what `choose` is given", lambda: _given(candidate, draw, batch, length, vocabulary), CHOOSE
    yield "the prompt afterwards", lambda: _prompt(candidate, draw, vocabulary), TRACES
    yield "while it runs", lambda: _while(candidate, draw, vocabulary), TRACES


def _greedy(scores: Tensor) -> Tensor:
    return scores.argmax(dim=-1)


def _second(scores: Tensor) -> Tensor:
    return scores.topk(2, dim=-1).indices[..., 1]


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    prompt = torch.tensor([[1, 2]], device=draw.device)
    other = draw.integers(2, 3, low=1, high=9)
    return {
        "example": candidate(Counting(6), prompt, 3, _greedy),
        "other numbers": candidate(model=Counting(9), prompt=other, new=draw.integer(2, 9), choose=_greedy),
    }


def _in_turn(candidate: Any, draw: Draw, vocabulary: int) -> Any:
    """Nothing is left of the first one when the second begins."""
    model = Model(draw, vocabulary)
    prompts = [prompt_of(draw, 2, length, vocabulary) for length in draw.shuffled([2, 5, 3])]
    return [candidate(model, prompt, 5, _greedy) for prompt in prompts]


def _caches(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    """How many tokens the model has seen before, call by call: it is always the newest cache."""
    model = Model(draw, vocabulary)
    result = candidate(model, prompt_of(draw, 2, 3, vocabulary), 6, _greedy)
    return {"result": result, "seen before each call": [before for _, before, _ in model.calls]}


def _given(candidate: Any, draw: Draw, batch: int, length: int, vocabulary: int) -> dict[str, Any]:
    seen: list[Any] = []

    def watch(scores: Tensor) -> Tensor:
        seen.append([list(scores.shape), (scores * torch.arange(1, scores.shape[-1] + 1)).sum().item()])
        return scores.argmin(dim=-1)

    result = candidate(Model(draw, vocabulary), prompt_of(draw, batch, length, vocabulary), 4, watch)
    return {"result": result, "given": seen}


def _prompt(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    model = Model(draw, vocabulary)
    return with_arguments(lambda prompt: candidate(model, prompt, 4, _greedy), prompt_of(draw, 2, 4, vocabulary))


def _while(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    model = Model(draw, vocabulary)
    with torch.enable_grad():  # whatever an earlier call has left behind
        result = candidate(model, prompt_of(draw, 2, 3, vocabulary), 3, _greedy)
        afterwards = "with" if torch.is_grad_enabled() else "without"
    return {
        "result": result, "graphs": [graph for _, _, graph in model.calls], "others compute afterwards": afterwards,
    }  # fmt: skip
