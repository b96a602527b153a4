"""Mining: wrong answers that nobody has named are grouped by what they show, and one of each is ready to be named."""

from __future__ import annotations

from pathlib import Path

import pytest
from courses import new_course, run
from submissions import hand_in, solved, submission
from toy import DOUBLES

from autograder.grading.reporting.mine import Group, mine, stub
from autograder.grading.reporting.results import NoResults

SEVENTEEN = ("return x - 17", "y = x - 17\n    return y", "return -17 + x")
STRANGE = 'return torch.zeros("x")'  # torch's error has several lines
CUBES = ("return x ** 3", "return x * x * x")
NAMED = "return x ** 2"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three answers that subtract 17, two that cube, one that raises; two that are named, a right one and a blank."""
    course = new_course(tmp_path_factory.mktemp("mine"), DOUBLES)
    bodies = [*SEVENTEEN, *CUBES, STRANGE, NAMED, NAMED, "raise NotImplementedError"]
    for number, body in enumerate(bodies):
        hand_in(submission(DOUBLES, double=f"import torch\ndef double(x):\n    {body}"), course, f"s{number}", DOUBLES)
    hand_in(solved(DOUBLES), course, "right", DOUBLES)
    run(course, "nbgrader", "autograde", DOUBLES)
    return course


@pytest.mark.slow
def test_answers_that_show_the_same_are_one_group_and_the_largest_comes_first(course: Path) -> None:
    groups = [group for group in mine(course, DOUBLES) if group.exercise == "double"]
    assert [group.students for group in groups] == [["s0", "s1", "s2"], ["s3", "s4"], ["s5"]]
    assert groups[0].source == "import torch\ndef double(x):\n    return x - 17"


@pytest.mark.slow
def test_the_command_prints_one_answer_of_each_group_as_a_mistake_to_paste(course: Path) -> None:
    done = run(course, "autograder", "mine", DOUBLES)
    assert done.returncode == 0, done.stderr
    assert '@mistake(double, "…")\ndef mined_1(x):\n    return x - 17' in done.stdout
    assert "3 alike (s0, s1, s2)" in done.stdout
    to_paste, _, told = done.stdout.rstrip().rpartition("\n")
    assert told == "6 answers are wrong and not named, in 3 groups."
    compile(to_paste, "pasted", "exec")


@pytest.mark.slow
def test_a_lesson_that_was_not_graded_is_a_sentence(course: Path) -> None:
    with pytest.raises(NoResults, match="Nothing was graded for '99_none'"):
        mine(course, "99_none")


def test_a_stub_keeps_what_stands_before_the_definition_and_says_what_share_is_kept() -> None:
    source = (
        "import math\n\ndef helper(x):\n    return x\n\nclass Net(Base):\n    def twin(self):\n        return Net()"
    )
    text = stub(Group("Net", ["ada"], 0.8, ["it is 3"], source), 2)
    assert '    return x\n\n@mistake(Net, "…", keeps=0.81)\nclass Mined2(Base):' in text
    assert text.endswith("return Mined2()")
