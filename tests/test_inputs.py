"""`inputs_of` hands out the very inputs that the answer which was checked last got."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from toy import built_toy

from autograder.engine.catalogue import own_catalogue
from autograder.student.check import verdict_on
from autograder.student.inputs import NoInputs, inputs_of

TOY = built_toy()


def checked(answer: Any, name: str = "halve") -> Any:
    verdict_on(TOY, name, answer)
    return answer


def halve(x: torch.Tensor) -> torch.Tensor:
    return x.mul_(3)


def test_inputs_can_be_handed_on_and_are_new_each_time() -> None:
    seen: list[torch.Tensor] = []

    def halve(x: torch.Tensor) -> torch.Tensor:
        seen.append(x.clone())
        return x * 3

    checked(halve)
    inputs = inputs_of("halve", "a matrix")
    assert torch.equal(inputs["x"], seen[1])
    assert torch.equal(halve(**inputs), 3 * seen[1])
    inputs["x"].zero_()
    assert torch.equal(inputs_of("halve", "a matrix")["x"], seen[1])


def test_inputs_are_those_from_before_the_answer_wrote_into_them() -> None:
    checked(halve)
    first = inputs_of("halve", "a vector")["x"]
    checked(lambda x: x / 2)
    assert torch.equal(inputs_of("halve", "a vector")["x"], first)


def test_of_a_right_answer_too() -> None:
    checked(lambda x: x / 2)
    assert inputs_of("halve", "a vector")["x"].shape == (4,)


@pytest.mark.parametrize(
    ("exercise", "observation", "sentence"),
    [
        ("qqq", "a vector", r"run check\(qqq\) first\.$"),
        (halve, "a vector", r'run check\(halve\) first\. Then ask by name: inputs_of\("halve", …\)\.$'),
        ("halve", "a vectr", r"no observation 'a vectr'\. Did you mean 'a vector'\? It has: 'a vector', 'a matrix'\.$"),
        ("halve", 3, r"no observation '3'\."),
    ],
)
def test_what_is_not_there_gets_a_sentence(exercise: Any, observation: Any, sentence: str) -> None:
    checked(halve)
    with pytest.raises(NoInputs, match=sentence) as caught:
        inputs_of(exercise, observation)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_an_answer_that_is_not_called_has_no_inputs() -> None:
    checked(torch.abs)  # it is no function of Python: nobody sees its calls
    with pytest.raises(NoInputs, match="nothing was seen of how halve is called"):
        inputs_of("halve", "a vector")


def test_of_a_class_the_constructor_and_the_methods() -> None:
    course = own_catalogue()

    class RunningMean(torch.nn.Module):
        def __init__(self, features: int) -> None:
            super().__init__()
            self.features = features

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    from autograder.student.inputs import note_checked

    note_checked(course.find("RunningMean"), RunningMean)
    inputs = inputs_of("RunningMean", "one batch")
    assert isinstance(inputs["RunningMean"]["features"], int)
    assert RunningMean(**inputs["RunningMean"])(**inputs["forward"]) is inputs["forward"]["x"]
