"""What `conv2d` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.layers._shared import READY_CONVOLUTIONS, gradient_of_a_zero_bias

WINDOW = Idea("one window of weights for all places", weight=2.5, point=True)
CHANNELS = Idea("channels in, channels out", weight=2.5, point=True)
STEPS = Idea("the window moves in steps", weight=2)
EDGE = Idea("zeros around the picture", weight=2)


@exercise(points=3, without=READY_CONVOLUTIONS)
def conv2d(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A window of weights that slides over pictures."""
    batch, inside, out, *_ = draw.sizes(4, 2, 6)
    rows, columns = draw.sizes(2, 7, 11)
    pictures = (batch, inside, rows, columns)

    def run(shape: tuple[int, ...], *weight: int, bias: bool = False, **options: Any) -> Any:
        more = {"bias": draw.normal(weight[0])} if bias else {}
        return candidate(draw.normal(*shape), draw.normal(*weight), **more, **options)

    yield "the docstring's example", lambda: _example(candidate, draw), WINDOW
    yield "one grey picture", lambda: run((1, 1, rows, columns), 1, 1, 3, 3), WINDOW
    yield "a square picture", lambda: run((1, 1, rows, rows), 1, 1, 3, 3), WINDOW
    yield "a window that is no square", lambda: run((2, 1, rows, columns), 1, 1, 2, 4), WINDOW
    yield "a window of one pixel", lambda: run((batch, inside, rows, columns), out, inside, 1, 1)
    yield "a window as large as the picture", lambda: run((batch, 1, rows, columns), 1, 1, rows, columns)
    yield "several channels in", lambda: run((1, inside, rows, columns), 1, inside, 3, 3), CHANNELS
    yield "several channels out", lambda: run((1, 1, rows, columns), out, 1, 3, 3), CHANNELS
    yield "a batch, with everything", lambda: run(pictures, out, inside, 3, 2, bias=True), CHANNELS
    yield "as many channels out as in", lambda: run(pictures, inside, inside, 3, 3, bias=True), CHANNELS
    yield "a bias, and as many channels as columns", lambda: _square_bias(candidate, draw, inside), CHANNELS
    yield "steps of two", lambda: run((1, 1, rows, columns), 1, 1, 3, 3, stride=2), STEPS
    yield "steps of three, a remainder", lambda: run((batch, inside, 9, 11), out, inside, 3, 3, stride=3), STEPS
    yield "one row and column of zeros", lambda: run((1, 1, rows, columns), 1, 1, 3, 3, padding=1), EDGE
    yield "two of them", lambda: run(pictures, out, inside, 2, 3, padding=2, bias=True), EDGE
    yield "steps and zeros", lambda: run(pictures, out, inside, 3, 3, stride=2, padding=1), EDGE
    yield "gradients", lambda: _gradients(candidate, draw, inside, out)
    yield "gradients, a bias of zeros", lambda: _zero_bias(candidate, draw, inside, out)
    yield "turned pictures", lambda: candidate(draw.normal(2, inside, columns, rows).mT, draw.normal(out, inside, 3, 3))
    yield "channels last", lambda: _channels_last(candidate, draw, pictures, out)
    double = {"dtype": torch.float64}
    yield "float64", lambda: candidate(draw.normal(2, 2, 5, 6, **double), draw.normal(3, 2, 2, 2, **double))
    yield "called by names", lambda: _named(candidate, draw, inside, out)
    yield "the inputs are left alone", lambda: _left_alone(candidate, draw, inside, out)


def _square_bias(candidate: Any, draw: Draw, inside: int) -> Any:
    """Three channels, and three columns in the result: a bias that is laid along the columns fits, too."""
    return candidate(draw.normal(2, inside, 5, 5), draw.normal(3, inside, 3, 3), draw.normal(3))


def _gradients(candidate: Any, draw: Draw, inside: int, out: int) -> Any:
    pictures, weight, bias = draw.normal(2, inside, 6, 5), draw.normal(out, inside, 3, 2), draw.normal(out)
    return gradients(lambda *leaves: candidate(*leaves, stride=2, padding=1), pictures, weight, bias)


def _zero_bias(candidate: Any, draw: Draw, inside: int, out: int) -> Any:
    return gradient_of_a_zero_bias(candidate, draw.normal(2, inside, 5, 4), draw.normal(out, inside, 2, 2))


def _channels_last(candidate: Any, draw: Draw, shape: tuple[int, ...], out: int) -> Any:
    pictures = draw.normal(*shape).to(memory_format=torch.channels_last)
    return candidate(pictures, draw.normal(out, shape[1], 3, 3))


def _named(candidate: Any, draw: Draw, inside: int, out: int) -> Any:
    weight, bias = draw.normal(out, inside, 3, 3), draw.normal(out)
    return candidate(padding=1, stride=2, bias=bias, weight=weight, pictures=draw.normal(1, inside, 6, 7))


def _left_alone(candidate: Any, draw: Draw, inside: int, out: int) -> Any:
    inputs = draw.normal(1, inside, 5, 6), draw.normal(out, inside, 3, 3), draw.normal(out)
    return with_arguments(candidate, *inputs, stride=1, padding=1)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and another picture."""
    picture = torch.tensor([[[[0.0, 0.0, 9.0, 9.0], [0.0, 0.0, 9.0, 9.0]]]], device=draw.device)
    weight = torch.tensor([[[[-1.0, 1.0]]]], device=draw.device)
    return [candidate(picture, weight), candidate(draw.normal(1, 1, 2, 4), weight)]
