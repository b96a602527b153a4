"""What `conv1d` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.layers._shared import READY_CONVOLUTIONS, gradient_of_a_zero_bias

WINDOW = Idea("one window of weights for all places", weight=2.5, point=True)
OPTIONS = Idea("steps, zeros at both ends, gaps", weight=2.5, point=True)
GROUPS = Idea("groups of channels that do not see each other", weight=2.5)


@exercise(points=3, without=READY_CONVOLUTIONS)
def conv1d(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A window of weights that slides along a text."""
    batch, width, out = draw.sizes(3, 2, 7)
    length = draw.integer(9, 13)

    def run(shape: tuple[int, ...], *weight: int, bias: bool = False, **options: Any) -> Any:
        more = {"bias": draw.normal(weight[0])} if bias else {}
        return candidate(draw.normal(*shape), draw.normal(*weight), **more, **options)

    text = (batch, width, length)
    yield "the docstring's example", lambda: _example(candidate, draw), WINDOW
    yield "one channel", lambda: run((1, 1, length), 1, 1, 3), WINDOW
    yield "several channels in", lambda: run((1, width, length), 1, width, 2), WINDOW
    yield "a batch, several out, a bias", lambda: run(text, out, width, 3, bias=True), WINDOW
    yield "as many channels as places", lambda: run((2, width, 6), 4, width, 3, bias=True), WINDOW
    yield "a window of one", lambda: run(text, out, width, 1), WINDOW
    yield "a window as long as the text", lambda: run(text, out, width, length), WINDOW
    yield "steps", lambda: [run(text, out, width, 3, stride=step) for step in (2, 3)], OPTIONS
    yield "zeros at both ends", lambda: [run(text, out, width, 2, padding=zeros) for zeros in (1, 3)], OPTIONS
    yield "gaps in the window", lambda: [run(text, out, width, 3, dilation=gap) for gap in (2, 4)], OPTIONS
    yield "all of them", lambda: run(text, out, width, 3, bias=True, stride=2, padding=3, dilation=2), OPTIONS
    yield "two groups", lambda: run((batch, 4, length), 6, 2, 3, groups=2, bias=True), GROUPS
    yield "three groups", lambda: run((1, 6, length), 3, 2, 2, groups=3), GROUPS
    yield "each channel by itself", lambda: run((2, width, length), width, 1, 3, groups=width), GROUPS
    yield "each channel by itself, two for each", lambda: run((2, 3, length), 6, 1, 2, groups=3, bias=True), GROUPS
    yield (
        "groups and all the rest",
        lambda: run((batch, 4, length), 2, 2, 3, groups=2, stride=2, padding=2, dilation=2),
        GROUPS,
    )
    yield "gradients", lambda: _gradients(candidate, draw)
    yield "gradients, a bias of zeros", lambda: _zero_bias(candidate, draw)
    yield "words turned to channels first", lambda: candidate(draw.normal(2, 7, width).mT, draw.normal(out, width, 2))
    double = {"dtype": torch.float64}
    yield "float64", lambda: candidate(draw.normal(2, 2, 5, **double), draw.normal(3, 2, 2, **double))
    yield "called by names", lambda: _named(candidate, draw)
    yield "the inputs are left alone", lambda: _left_alone(candidate, draw)


def _gradients(candidate: Any, draw: Draw) -> Any:
    inputs: list[Tensor] = [draw.normal(2, 4, 7), draw.normal(6, 2, 3), draw.normal(6)]
    return gradients(lambda *leaves: candidate(*leaves, stride=2, padding=1, groups=2), *inputs)


def _zero_bias(candidate: Any, draw: Draw) -> Any:
    return gradient_of_a_zero_bias(candidate, draw.normal(2, 2, 6), draw.normal(3, 2, 2))


def _named(candidate: Any, draw: Draw) -> Any:
    options = {"groups": 2, "dilation": 2, "padding": 1, "stride": 2, "bias": draw.normal(2)}
    return candidate(**options, weight=draw.normal(2, 1, 2), x=draw.normal(1, 2, 8))


def _left_alone(candidate: Any, draw: Draw) -> Any:
    return with_arguments(candidate, draw.normal(1, 2, 6), draw.normal(3, 2, 2), draw.normal(3), padding=1)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and another text."""
    x = torch.tensor([[[1.0, 2.0, 4.0, 8.0]]], device=draw.device)
    weight = torch.tensor([[[-1.0, 1.0]]], device=draw.device)
    return [candidate(x, weight), candidate(draw.normal(1, 1, 4), weight)]
