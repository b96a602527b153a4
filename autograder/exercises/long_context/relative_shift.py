"""What `relative_shift` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, refusal, with_arguments

PLACE = Idea("each key gets the score of its own distance", weight=3, point=True)
JUNK = Idea("nothing is left where the keys have not been read yet", weight=2.5, point=True)


@exercise(points=2)
def relative_shift(candidate: Any, draw: Draw) -> Iterator[Step]:
    """From scores by distance to scores by key."""
    logs, heads, lines = draw.sizes(3, 2, 7)
    keys = lines + draw.integer(2, 6)
    yield "the docstring's example", lambda: _example(candidate, draw), PLACE
    yield "a page with a memory", lambda: candidate(_scores(draw, lines, keys)), PLACE
    yield "a page without a memory", lambda: candidate(_scores(draw, lines, lines)), PLACE
    yield "a memory of one line", lambda: candidate(_scores(draw, lines, lines + 1)), PLACE
    yield "a memory longer than the page", lambda: candidate(_scores(draw, 2, draw.integer(7, 12))), PLACE
    yield "one line and its memory", lambda: candidate(_scores(draw, 1, keys)), PLACE
    yield "a single line", lambda: candidate(_scores(draw, 1, 1)), PLACE
    yield "several logs", lambda: candidate(_scores(draw, logs, lines, keys)), PLACE
    yield "logs and heads", lambda: candidate(_scores(draw, logs, heads, lines, keys)), PLACE
    yield "as many logs as heads, lines and keys", lambda: candidate(_scores(draw, 4, 4, 4, 4)), PLACE
    yield "where nothing has been read yet", lambda: _unread(candidate, draw, logs, lines, keys), JUNK
    yield "the same without a memory", lambda: _unread(candidate, draw, logs, lines, lines), JUNK
    yield "infinite scores among those left over", lambda: _infinite(candidate, draw, lines + 2, keys + 2), JUNK
    yield "an infinite score for distance 0", lambda: candidate(_nearest(draw, lines + 2, keys + 2)), JUNK
    yield "gradients", lambda: gradients(candidate, draw.normal(logs, lines, keys), wrt=0)
    yield "whole numbers", lambda: candidate(draw.integers(lines, keys, low=1, high=99))
    yield "float64 and float16", lambda: [candidate(_scores(draw, lines, keys).to(kind)) for kind in KINDS]
    yield "a turned table", lambda: candidate(_scores(draw, keys, lines).T)
    yield "a log without lines", lambda: list(candidate(draw.normal(logs, 0, keys)).shape)
    yield "fewer keys than lines", lambda: _refused(candidate, draw, lines)
    yield "called by names", lambda: candidate(by_distance=_scores(draw, lines, keys))
    yield "the scores are left alone", lambda: with_arguments(candidate, _scores(draw, logs, lines, keys))


KINDS = (torch.float64, torch.float16)


def _scores(draw: Draw, *shape: int) -> Tensor:
    """No zeros among them, so that a zero in the result is one that was put there."""
    return draw.normal(*shape) + draw.uniform(*shape, low=5, high=9)


def _unread(candidate: Any, draw: Draw, logs: int, lines: int, keys: int) -> dict[str, Any]:
    """The upper triangle of the result alone."""
    result = candidate(_scores(draw, logs, lines, keys))
    unread = torch.ones(lines, keys, dtype=torch.bool, device=result.device).triu(keys - lines + 1)
    return {"read": result.masked_fill(unread, 0), "not read yet": result[..., unread]}


def _infinite(candidate: Any, draw: Draw, lines: int, keys: int) -> Tensor:
    """What no key asks for is NaN or infinite: column c of row i, where the distance is beyond the log's first line."""
    scores = _scores(draw, lines, keys)
    for row in range(lines - 1):
        scores[row, : lines - 1 - row] = draw.choice((torch.inf, -torch.inf, torch.nan))
    result: Tensor = candidate(scores)
    return result


def _nearest(draw: Draw, lines: int, keys: int) -> Tensor:
    """Each query's score for its own line is infinite or NaN; after it there has to be 0 all the same."""
    scores = _scores(draw, lines, keys)
    for row in range(lines):
        scores[row, -1] = draw.choice((torch.inf, -torch.inf, torch.nan))
    return scores


def _refused(candidate: Any, draw: Draw, lines: int) -> dict[str, Any]:
    return {
        "as it should be": candidate(_scores(draw, lines, lines + 2)),
        "a key too few": refusal(ValueError, candidate, _scores(draw, lines, lines - 1)),
        "far too few": refusal(ValueError, candidate, _scores(draw, 2, lines + 3, 1)),
    }


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    scores = torch.tensor([[30.0, 20.0, 10.0, 5.0], [31.0, 21.0, 11.0, 6.0]], device=draw.device)
    return [candidate(scores), candidate(_scores(draw, 2, 4))]
