"""What `sample` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.engine.streams import beside_stream
from autograder.exercises.generation._shared import Model, prompt_of
from helpers.known_models import Counting

DRAWN = Idea("the next token is drawn from what the model and the filters say, again and again", weight=3.5, point=True)
FILTERS = Idea("the filters come in their order, and see the last place only", weight=2, point=True)
END = Idea("who has drawn the end is done, the others go on", weight=2.5)
PROMPT = Idea("what stands in the prompt ends nothing", weight=1.5)
TRACES = Idea("the draws are the generator's, and nothing else is changed", weight=1.5)


@exercise(points=2)
def sample(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What is drawn from a small model."""
    batch, length, vocabulary = draw.sizes(3, 3, 9)
    never = vocabulary + 5  # an end that no model draws

    def run(new: int, batch: int, filters: list[Any] | None = None, scale: float = 1.0, end: int = never) -> Any:
        model, prompt = Model(draw, vocabulary, scale), prompt_of(draw, batch, length, vocabulary)
        return candidate(model, prompt, new, filters or [], _generator(draw), end=end)

    yield "the docstring's example", lambda: _example(candidate, draw), DRAWN
    yield "a single token", lambda: run(1, batch), DRAWN
    yield "many tokens, one row", lambda: run(12, 1), DRAWN
    yield "many tokens, a batch", lambda: run(9, batch), DRAWN
    yield "a model that is sure", lambda: run(8, batch, scale=9.0), DRAWN
    yield "large scores", lambda: run(6, batch, [lambda scores: scores + 2000]), DRAWN
    yield "two filters", lambda: run(9, batch, _two()), FILTERS
    yield "what a filter is given", lambda: _given(candidate, draw, batch, length, vocabulary), FILTERS
    yield "some rows end early", lambda: _ends(candidate, draw, 0), END
    yield "another token is the end", lambda: _ends(candidate, draw, 2), END
    yield "nobody goes on", lambda: _all_end(candidate, draw), END
    yield "an end in the prompt", lambda: _in_the_prompt(candidate, draw, vocabulary), PROMPT
    yield "no new tokens", lambda: run(0, batch), END
    yield "the generator, and torch's own stream", lambda: _streams(candidate, draw, vocabulary), TRACES
    yield "the prompt afterwards", lambda: _prompt(candidate, draw, vocabulary), TRACES
    yield "while it runs", lambda: _while(candidate, draw, vocabulary), TRACES


def _generator(draw: Draw) -> torch.Generator:
    return torch.Generator(draw.device).manual_seed(draw.integer(0, 10_000))


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    prompt, size = torch.tensor([[3, 4]], device=draw.device), draw.integer(9, 60)
    other = draw.integers(2, 1, low=1, high=size)
    return {
        "example": candidate(Counting(6), prompt, 5, [], torch.Generator(draw.device)),
        "other numbers": candidate(
            model=Counting(size), prompt=other, new=draw.integer(2, 9), filters=[], generator=_generator(draw), end=0
        ),
    }


def _two() -> list[Any]:
    """To double and to round: in the other order it is another filter."""
    return [lambda scores: 2 * scores, lambda scores: scores.round()]


def _given(candidate: Any, draw: Draw, batch: int, length: int, vocabulary: int) -> dict[str, Any]:
    """Shapes and sums of what the filter sees."""
    seen: list[Any] = []

    def watch(scores: Tensor) -> Tensor:
        seen.append([list(scores.shape), (scores * torch.arange(1, scores.shape[-1] + 1)).sum().item()])
        return scores

    model, prompt = Model(draw, vocabulary), prompt_of(draw, batch, length, vocabulary)
    result = candidate(model, prompt, 3, [watch], _generator(draw), end=vocabulary + 5)
    return {"result": result, "given": seen}


def _ends(candidate: Any, draw: Draw, end: int) -> Any:
    """Of four tokens: some rows end soon, some late."""
    model, prompt = Model(draw, 4, scale=0.5), draw.integers(6, 2, low=3, high=4)
    return candidate(model, prompt, 14, [], _generator(draw), end=end)


def _all_end(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Each row counts up to the end, the last one after some steps."""
    first = draw.integer(2, 6)
    prompt, passed = torch.tensor([[first], [first + 1], [7]], device=draw.device), []

    def model(tokens: Tensor, cache: Any = None) -> Any:
        passed.append(list(tokens.shape))
        return Counting(8)(tokens, cache)

    result = candidate(model, prompt, 20, [], _generator(draw))
    return {"result": result, "calls of the model": len(passed)}


def _in_the_prompt(candidate: Any, draw: Draw, vocabulary: int) -> Any:
    """Our prompts begin with one."""
    prompt = prompt_of(draw, 3, 4, vocabulary)
    prompt[:, 0] = 0
    prompt[1, -1] = 0
    return candidate(Model(draw, vocabulary), prompt, 6, [lambda scores: _without_end(scores)], _generator(draw))


def _without_end(scores: Tensor) -> Tensor:
    return scores.index_fill(-1, torch.tensor([0], device=scores.device), -torch.inf)


def _streams(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    """The same generator twice, so that the second call goes on where the first one stopped."""
    model, prompt, generator = Model(draw, vocabulary), prompt_of(draw, 2, 3, vocabulary), _generator(draw)
    seed = draw.integer(0, 10_000)
    return beside_stream(
        lambda: [candidate(model, prompt, 5, [], generator, end=vocabulary + 5) for _ in range(2)], seed
    )


def _prompt(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    model, generator = Model(draw, vocabulary), _generator(draw)
    return with_arguments(lambda prompt: candidate(model, prompt, 4, [], generator), prompt_of(draw, 2, 4, vocabulary))


def _while(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    model = Model(draw, vocabulary)
    with torch.enable_grad():  # whatever an earlier call has left behind
        result = candidate(model, prompt_of(draw, 2, 3, vocabulary), 3, [], _generator(draw), end=vocabulary + 5)
        afterwards = "with" if torch.is_grad_enabled() else "without"
    return {
        "result": result, "graphs": [graph for _, _, graph in model.calls], "others compute afterwards": afterwards,
    }  # fmt: skip
