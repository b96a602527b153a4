"""What `beam_search` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.generation._shared import Model, prompt_of
from helpers.known_models import Chain

BEST = Idea("the best of all continuations go on", weight=3.5, point=True)
ALL = Idea("wide enough, it finds what a search through everything finds", weight=2)
END = Idea("who has ended waits, and competes with the others", weight=2.5)
LENGTH = Idea("scores are divided by the length, as often as the penalty says", weight=2)
TRACES = Idea("nothing else is changed", weight=1)


@exercise(points=3)
def beam_search(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What a beam finds in small spaces."""
    vocabulary = draw.integer(4, 7)
    never = vocabulary + 5  # an end that no model writes

    def run(width: int, longest: int, scale: float = 1.5, prompt: int = 2, **options: Any) -> Any:
        model = Model(draw, vocabulary, scale)
        return _shown(candidate(model, prompt_of(draw, 1, prompt, vocabulary), width, longest, **options))

    yield "the docstring's example", lambda: _example(candidate, draw), BEST
    yield "a beam of one", lambda: run(1, 6, end=never), BEST
    yield "a beam of two", lambda: run(2, 6, end=never), BEST
    yield "a beam of three", lambda: run(3, 7, end=never, prompt=5), BEST
    yield "the best begins badly", lambda: _garden_path(candidate, draw), BEST
    yield "the third would have won", lambda: _the_third(candidate, draw), BEST
    yield "a beam that is wider than the vocabulary", lambda: run(vocabulary + 3, 4, end=never), BEST
    yield "a single token", lambda: run(3, 1, end=never), BEST
    yield "as wide as everything", lambda: _everything(candidate, draw, 4), ALL
    yield "as wide as everything, where texts end", lambda: _everything(candidate, draw, 0), ALL
    yield "some end, others go on", lambda: run(3, 8, scale=0.7), END
    yield "an early end wins", lambda: _early(candidate, draw, 0.7), END
    yield "an early end loses", lambda: _early(candidate, draw, 0.3), END
    yield "one that has not ended wins", lambda: _early(candidate, draw, 0.3, draw.shuffled([2, 3])), END
    yield "an end that has fallen out of the beam", lambda: _fallen_out(candidate, draw), END
    yield "who has ended takes a place in the beam", lambda: _takes_a_place(candidate, draw), END
    yield "another token is the end", lambda: run(3, 6, end=2), END
    yield "an end in the prompt", lambda: _in_the_prompt(candidate, draw, vocabulary), END
    yield "all have ended", lambda: _all_end(candidate, draw), END
    yield "divided by the length", lambda: run(4, 7, scale=0.7, length_penalty=1.0, prompt=4), LENGTH
    yield "divided by its root", lambda: run(4, 7, scale=0.7, length_penalty=0.5, prompt=4), LENGTH
    yield "divided by the length, and nobody ends", lambda: run(3, 5, length_penalty=1.5, end=never), LENGTH
    yield "short against long", lambda: _short_and_long(candidate, draw), LENGTH
    yield "the length decides who stays", lambda: _who_stays(candidate, draw), LENGTH
    yield "as wide as everything, divided by the length", lambda: _everything(candidate, draw, 0, 1.0), LENGTH
    yield "the prompt afterwards", lambda: _prompt(candidate, draw, vocabulary), TRACES
    yield "while it runs", lambda: _while(candidate, draw, vocabulary), TRACES


def _shown(found: Any) -> dict[str, Any]:
    text, score = found
    return {"text": text, "score": score}


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    table = torch.tensor([[1.0, 0, 0, 0], [0, 0, 0.6, 0.4], [0.5, 0, 0.25, 0.25], [0.9, 0, 0, 0.1]])
    chain = Chain(table.to(draw.device))
    size = draw.integer(8, 30)
    return {
        "example": _shown(candidate(chain, torch.tensor([[1]], device=draw.device), 2, 3)),
        "other numbers": _shown(candidate(
            model=Model(draw, size), prompt=draw.integers(1, 2, low=1, high=size), width=2, longest=3, end=0,
            length_penalty=0.0,
        )),
    }  # fmt: skip


def _chain(draw: Draw, rows: list[list[float]]) -> Chain:
    return Chain(torch.tensor(rows, dtype=torch.float64, device=draw.device))


def _start(draw: Draw) -> Tensor:
    return torch.tensor([[1]], device=draw.device)


def _garden_path(candidate: Any, draw: Draw) -> Any:
    """The likelier first token leads where nothing is likely; the other one to a sure end."""
    first = draw.integer(52, 60) / 100
    rows: list[list[float]] = [
        [1, 0, 0, 0, 0],
        [0, 0, first, 0.98 - first, 0.02],
        [0.4, 0, 0.21, 0.2, 0.19],
        [0.95, 0, 0, 0, 0.05],
        [1, 0, 0, 0, 0],
    ]
    chain = _chain(draw, rows)
    return [_shown(candidate(chain, _start(draw), width, 4)) for width in (1, 2, 3)]


def _the_third(candidate: Any, draw: Draw) -> Any:
    """In the second step the third of all continuations leads to a sure end, and a beam of two has to let it go."""
    hair = draw.integer(-10, 11) / 1000
    following: list[dict[int, float]] = [
        {0: 1}, {2: 0.54 + hair, 3: 0.44 - hair, 1: 0.02}, {4: 0.42, 5: 0.34, 2: 0.2, 0: 0.04},
        {6: 0.5, 3: 0.3, 4: 0.2},
        {0: 0.28, 3: 0.26, 2: 0.25, 6: 0.21}, {0: 0.97, 5: 0.03}, {0: 0.31, 2: 0.24, 3: 0.23, 4: 0.22},
    ]  # fmt: skip
    chain = _chain(draw, [[row.get(token, 0.0) for token in range(len(following))] for row in following])
    return [_shown(candidate(chain, _start(draw), width, 4)) for width in draw.shuffled([2, 3])]


def _everything(candidate: Any, draw: Draw, end: int, length_penalty: float = 0.0) -> Any:
    """Four tokens, up to four places: 256 texts."""
    model = Model(draw, 4, 1.0)
    prompt = draw.integers(1, 2, low=1, high=4)
    return _shown(candidate(model, prompt, 256, 4, end=end, length_penalty=length_penalty))


def _early(candidate: Any, draw: Draw, at_once: float, longest: Sequence[int] = (6,)) -> Any:
    """Ends at once with some probability, else three sure steps later; a beam of two sees both."""
    share = at_once + draw.integer(-5, 6) / 100
    rows: list[list[float]] = [
        [1, 0, 0, 0, 0],
        [share, 0, 1 - share, 0, 0],
        [0, 0, 0, 0.9, 0.1],
        [0, 0, 0.1, 0, 0.9],
        [0.9, 0, 0.1, 0, 0],
    ]
    return [_shown(candidate(_chain(draw, rows), _start(draw), 2, most)) for most in longest]


def _fallen_out(candidate: Any, draw: Draw) -> Any:
    """Two others are likelier at first, and in the end all that is left is less likely than what has been given up."""
    hair = draw.integer(-20, 21) / 1000
    rows: list[list[float]] = [
        [1, 0, 0, 0, 0],
        [0.26, 0, 0.39 + hair, 0.35 - hair, 0],
        [0.25, 0, 0.11, 0.31, 0.33],
        [0.13, 0, 0.29, 0.22, 0.36],
        [0.41, 0, 0.27, 0.14, 0.18],
    ]
    return [_shown(candidate(_chain(draw, rows), _start(draw), 2, longest, end=0)) for longest in (2, 4)]


def _takes_a_place(candidate: Any, draw: Draw) -> Any:
    """Beside the one that has ended there is room for one more, so the third, which has the best mean, is given up."""
    hair = draw.integer(-20, 21) / 1000
    rows: list[list[float]] = [
        [1, 0, 0, 0, 0],
        [0.42 + hair, 0, 0.33 - hair, 0.25, 0],
        [0.28, 0, 0.37, 0.12, 0.23],
        [0.04, 0, 0, 0, 0.96],
        [0.97, 0, 0, 0.03, 0],
    ]
    return _shown(candidate(_chain(draw, rows), _start(draw), 2, 5, length_penalty=1.0))


def _short_and_long(candidate: Any, draw: Draw) -> Any:
    """The same table at four penalties: the longer text wins in the end.

    No two texts that compete for a place have the same product: who stays of equals is nobody's promise.
    """
    share = draw.integer(50, 60) / 100
    rows: list[list[float]] = [
        [1, 0, 0, 0, 0],
        [share, 0, 0.97 - share, 0.03, 0],
        [0, 0, 0, 0.81, 0.19],
        [0, 0, 0.23, 0, 0.77],
        [0.83, 0, 0.17, 0, 0],
    ]
    chain = _chain(draw, rows)
    penalties = draw.shuffled([0.0, 0.5, 1.0, 2.0])
    return [_shown(candidate(chain, _start(draw), 3, 6, length_penalty=penalty)) for penalty in penalties]


def _who_stays(candidate: Any, draw: Draw) -> Any:
    """By their sums, a text that ended at once would stay, and push out what is best in the end."""
    hair = draw.integer(-10, 11) / 1000
    following: list[dict[int, float]] = [
        {0: 1}, {0: 0.37, 2: 0.33 + hair, 3: 0.3 - hair}, {4: 0.9, 0: 0.1}, {5: 0.52, 6: 0.48}, {0: 0.9, 5: 0.1},
        {0: 1}, {7: 1}, {8: 1}, {9: 1}, {0: 1},
    ]  # fmt: skip
    chain = _chain(draw, [[row.get(token, 0.0) for token in range(len(following))] for row in following])
    return _shown(candidate(chain, _start(draw), 3, 8, length_penalty=1.0))


def _in_the_prompt(candidate: Any, draw: Draw, vocabulary: int) -> Any:
    """Our prompts begin with one; another prompt ends with one as well."""
    model, shown = Model(draw, vocabulary), []
    for places in draw.shuffled([[0], [0, 3]]):
        prompt = prompt_of(draw, 1, 4, vocabulary)
        prompt[:, places] = 0
        shown.append(_shown(candidate(model, prompt, 2, 4)))
    return shown


def _all_end(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Nothing but the end follows after two steps: nobody has to be asked any more."""
    first, called = draw.integer(55, 80) / 100, []
    chain = _chain(draw, [[1, 0, 0, 0], [0, 0, first, 1 - first], [1, 0, 0, 0], [1, 0, 0, 0]])

    def model(tokens: Tensor, cache: Any = None) -> Any:
        called.append(tokens.shape[1])
        return chain(tokens, cache)

    found = _shown(candidate(model, _start(draw), 2, 30))
    return {**found, "most tokens that the model was asked about": max(called)}


def _prompt(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    model = Model(draw, vocabulary)
    return with_arguments(lambda prompt: candidate(model, prompt, 2, 3), prompt_of(draw, 1, 4, vocabulary))


def _while(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    model = Model(draw, vocabulary)
    with torch.enable_grad():  # whatever an earlier call has left behind
        text, score = candidate(model, prompt_of(draw, 1, 3, vocabulary), 2, 3, end=vocabulary + 5)
        afterwards = "with" if torch.is_grad_enabled() else "without"
    graphs = sorted({graph for _, _, graph in model.calls})
    return {"text": text, "kind": type(score).__name__, "graphs": graphs, "others compute afterwards": afterwards}
