"""What `compute_metrics` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

SCIKIT = [f"sklearn.metrics:{name}" for name in (
    "accuracy_score", "f1_score", "precision_recall_fscore_support", "classification_report",
)]  # fmt: skip

BOTH = Idea("the share of right guesses, and the mean of the classes' F1", weight=3.5, point=True)
ABSENT = Idea("classes that occur nowhere do not count, those that occur on one side do", weight=2, point=True)
BEST = Idea("the highest score is what was said, of equals the first", weight=1.5)
KIND = Idea("Python numbers under their names, from a pair or what a Trainer hands over", weight=1.5)
Arrays = tuple[np.ndarray, np.ndarray]


@exercise(points=2, without=SCIKIT)
def compute_metrics(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Accuracy and macro F1 of drawn scores."""
    n, classes = draw.integer(25, 45), draw.integer(3, 7)

    yield "the docstring's example", lambda: _example(candidate, draw), BOTH
    yield "some examples", lambda: candidate(_pair(draw, n, classes)), BOTH
    yield "one class is rare", lambda: candidate(_rare(draw, n)), BOTH
    yield "two classes", lambda: candidate(_pair(draw, n, 2)), BOTH
    yield "all are right", lambda: _right(candidate, draw, n, classes), BOTH
    yield "one example", lambda: [candidate(_pair(draw, 1, 4)) for _ in range(4)], BOTH
    yield "as many examples as classes", lambda: candidate(_pair(draw, 6, 6)), BOTH
    yield "a class that occurs nowhere", lambda: candidate(_only(draw, n, [0, 2, 3], [0, 2, 3])), ABSENT
    yield "a class that only the labels know", lambda: candidate(_only(draw, n, [1, 2, 4], [0, 1, 2, 4])), ABSENT
    yield "a class that is only ever said", lambda: candidate(_only(draw, n, [0, 1, 3, 4], [1, 3, 4])), ABSENT
    yield "nothing is right", lambda: [candidate(_only(draw, n, [0, 1], [2, 3])), candidate(_pair(draw, n, 3))], ABSENT
    yield "equal scores", lambda: candidate(_ties(draw, n)), BEST
    yield "scores of many sizes", lambda: candidate(_sizes(draw, n, classes)), BEST
    yield "half precision, small labels", lambda: candidate(_narrow(draw, n, classes)), BEST
    yield "their kinds", lambda: _kinds(candidate, draw, n, classes), KIND
    yield "what a Trainer hands over", lambda: _handed(candidate, draw, n, classes), KIND
    yield "called by its name", lambda: candidate(prediction=_pair(draw, n, classes)), KIND
    yield "the arrays afterwards", lambda: _afterwards(candidate, draw, n, classes), KIND


def _pair(draw: Draw, n: int, classes: int) -> Arrays:
    """Scores that are right more often than by chance."""
    labels = draw.integers(n, high=classes).numpy(force=True)
    scores = draw.normal(n, classes).numpy(force=True)
    scores[np.arange(n), labels] += 1
    return scores, labels


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    scores = np.array([[2.0, 1.0, 0.0], [2.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    return {"example": candidate((scores, np.array([0, 1, 1]))), "other numbers": candidate(_pair(draw, 7, 3))}


def _rare(draw: Draw, n: int) -> Arrays:
    scores, labels = _pair(draw, n, 3)
    labels[3:] = np.where(labels[3:] == 2, 0, labels[3:])
    labels[:3] = 2
    return scores, labels


def _right(candidate: Any, draw: Draw, n: int, classes: int) -> Any:
    scores, labels = _pair(draw, n, classes)
    scores[np.arange(n), labels] += 20
    return [candidate((scores, labels)), candidate(_pair(draw, n, classes))]


def _only(draw: Draw, n: int, said: list[int], there: list[int]) -> Arrays:
    """Of six classes only some are said, and only some are right."""
    labels = np.array([draw.choice(there) for _ in range(n)])
    labels[: len(there)] = there
    scores = draw.normal(n, 6).numpy(force=True)
    spoken = [label if label in said and draw.integer(0, 3) else draw.choice(said) for label in labels.tolist()]
    spoken[-len(said) :] = said
    scores[np.arange(n), spoken] += 20
    return scores, labels


def _ties(draw: Draw, n: int) -> Arrays:
    """In rows of many classes, and among negative scores."""
    scores = draw.integers(n, 20, low=-3, high=0).numpy(force=True).astype(np.float32)
    return scores, draw.integers(n, high=3).numpy(force=True)


def _sizes(draw: Draw, n: int, classes: int) -> Arrays:
    scores, labels = _pair(draw, n, classes)
    return scores * 1000 - 1e5, labels


def _narrow(draw: Draw, n: int, classes: int) -> Arrays:
    scores, labels = _pair(draw, n, classes)
    return scores.astype(np.float16), labels.astype(np.int8)


def _kinds(candidate: Any, draw: Draw, n: int, classes: int) -> dict[str, Any]:
    result = candidate(_pair(draw, n, classes))
    return {"kinds": {name: type(value).__name__ for name, value in result.items()}, "values": result}


def _handed(candidate: Any, draw: Draw, n: int, classes: int) -> Any:
    from transformers import EvalPrediction

    scores, labels = _pair(draw, n, classes)
    return candidate(EvalPrediction(predictions=scores, label_ids=labels))


def _afterwards(candidate: Any, draw: Draw, n: int, classes: int) -> dict[str, Any]:
    return with_arguments(lambda *pair: candidate(pair), *_pair(draw, n, classes))
