"""`check` finds the exercise, shows the card, remembers, and fails without a traceback of our own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from toy import built_toy

from autograder.engine.verdict import State
from autograder.student.card import CheckFailed
from autograder.student.check import UnknownName, checker, verdict_on
from autograder.student.progress import states

TOY = built_toy()
check = checker(TOY)


def run(source: str, **names: Any) -> dict[str, Any]:
    namespace = {"check": check, "torch": torch, **names}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace


RIGHT = "def halve(x):\n    return x / 2\n"


def test_a_right_answer_is_shown_and_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    run(RIGHT + "check(halve)")
    assert capsys.readouterr().out.startswith("✓ halve: right · 2 of 2 points")
    assert states() == {"halve": State.RIGHT}


def test_a_wrong_answer_is_shown_remembered_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CheckFailed, match="halve: not right yet · 0 of 2 points") as caught:
        run("def halve(x):\n    return x * 2\ncheck(halve)")
    assert caught.value.verdict.misunderstandings == ["The input is doubled, not halved."]
    assert "The input is doubled, not halved." in capsys.readouterr().out
    assert states() == {"halve": State.WRONG}


def test_a_blank_is_not_attempted() -> None:
    with pytest.raises(CheckFailed, match="not attempted yet"):
        run("def halve(x):\n    raise NotImplementedError\ncheck(halve)")


def test_the_same_answer_is_judged_alike_twice() -> None:
    halve = run(RIGHT)["halve"]
    assert verdict_on(TOY, "halve", halve) == verdict_on(TOY, "halve", halve)


@pytest.mark.parametrize("source", [
    "def my_version(x):\n    return x / 2\nhalve = my_version\ncheck(halve)",
    "halve = lambda x: x / 2\ncheck(halve)",
    "import functools\nhalve = functools.partial(torch.mul, other=0.5)\ncheck(halve)",
    "def negate(x):\n    return x / 2\nhalve = negate\ndel negate\ncheck(halve)",
], ids=["renamed", "lambda", "partial", "another exercise's name"])  # fmt: skip
def test_an_answer_is_found_by_the_name_that_the_notebook_gives_it(source: str) -> None:
    run(source)
    assert states() == {"halve": State.RIGHT}


def test_an_answer_bound_twice_is_the_exercise_whose_name_it_carries() -> None:
    run("negate = None\ndef halve(x):\n    return x / 2\nnegate = halve\ncheck(halve)")
    assert states() == {"halve": State.RIGHT}


def test_an_unknown_name_gets_the_nearest_and_the_list() -> None:
    with pytest.raises(UnknownName, match=r"'halves'\. Did you mean halve\? There are: double, halve, negate\."):
        run("def halves(x):\n    return x / 2\ncheck(halves)")


def test_a_name_far_from_all_gets_the_list_only() -> None:
    with pytest.raises(UnknownName, match=r"^No exercise is called 'qqq'\. This lesson has: halve, negate\.$"):
        run("def halve(x): ...\ndef qqq(x): ...\ncheck(qqq)")


def test_what_is_not_callable_is_a_sentence() -> None:
    with pytest.raises(UnknownName, match=r"halve is Tensor here, but should be a function or class: halve\(x\)"):
        run("halve = torch.ones(2)\ncheck(halve)")


def test_damage_to_the_inputs_or_the_streams_does_not_outlive_the_check() -> None:
    state = torch.get_rng_state()
    with pytest.raises(CheckFailed):
        run("def halve(x):\n    torch.manual_seed(9)\n    return x.zero_()\ncheck(halve)")
    assert torch.equal(torch.get_rng_state(), state)
    run(RIGHT + "check(halve)")


@pytest.fixture
def shell() -> Any:
    shell = InteractiveShell.instance()
    yield shell
    shell.reset()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("source", ["def halve(x):\n    return x", "halve = 3", "def other(x): ..."])
def test_in_a_notebook_a_failed_check_shows_no_traceback(
    shell: Any, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "other" if "other" in source else "halve"
    shell.push({"check": check})
    shell.run_cell(source)
    capsys.readouterr()
    result = shell.run_cell(f"check({name})")
    shown = capsys.readouterr()
    assert isinstance(result.error_in_exec, CheckFailed | UnknownName)
    assert str(result.error_in_exec) in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err
    assert "autograder/" not in shown.out + shown.err


def test_in_a_notebook_the_card_is_html_with_text_beside_it(shell: Any) -> None:
    shell.push({"check": check})
    shell.run_cell(RIGHT)
    with capture_output() as captured:
        shell.run_cell("check(halve)")
    (card,) = captured.outputs
    assert card.data["text/html"].startswith('<div class="verdict"')
    assert card.data["text/plain"].startswith("✓ halve: right")


def test_in_a_notebook_a_cell_redefines_the_answer(shell: Any) -> None:
    shell.push({"check": check})
    shell.run_cell("def halve(x):\n    return x\n")
    assert shell.run_cell("check(halve)").error_in_exec
    shell.run_cell(RIGHT)
    assert shell.run_cell("check(halve)").success
