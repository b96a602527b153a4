"""`check` finds the exercise, shows the card, remembers, and fails without a traceback of our own."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from toy import built_toy

from autograder.engine.catalogue import Catalogue
from autograder.engine.sheet import visible_sheet
from autograder.engine.verdict import State, Verdict
from autograder.student import check as checks
from autograder.student.card import MIME, CheckFailed, as_text
from autograder.student.check import UnknownName, checker, verdict_on
from autograder.student.onward import ways_on
from autograder.student.progress import states
from autograder.student.tries import tries

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


def test_each_different_wrong_answer_is_a_try(shell: Any) -> None:
    shell.push({"check": check})
    for source in ("x", "x", "x + 1", "x / 2"):
        shell.run_cell(f"def halve(x):\n    return {source}", store_history=True)
        shell.run_cell("import math\ncheck(halve)", store_history=True)
    assert tries("halve") == 2


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


@pytest.mark.parametrize("source", ["def halve(x):\n    return x / 2\ncheck('halve')", "check('halve')"])
def test_a_name_in_quotation_marks_gets_a_sentence(source: str) -> None:
    with pytest.raises(UnknownName, match=r"^Hand over halve itself, not its name: check\(halve\), without quot"):
        run(source)


def judged(answer: Any, seconds: float = 20.0) -> Verdict:
    exercise = replace(TOY.find("halve"), seconds=seconds)
    return checks._on_device(exercise, visible_sheet(TOY.topic("halves"), "halve"), answer, "cpu")


def endless(x: Any) -> Any:
    try:
        while True:
            x = x + 1
    except:  # noqa: E722 - as students write it: the first call to stop is swallowed
        while True:
            x = x - 1


def test_a_check_ends_at_the_limit_of_the_exercise() -> None:
    before = signal.getsignal(signal.SIGALRM)
    verdict = judged(endless, 0.2)
    assert (verdict.state, verdict.earned) == (State.WRONG, 0)
    assert verdict.notes[0].startswith("The check was stopped after 0.2 s: that is all the time that grading gives")
    assert "The check was stopped" in as_text(verdict)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_in_another_thread_there_is_no_limit_and_a_verdict_all_the_same() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(judged, lambda x: x / 2).result().state is State.RIGHT


def test_who_takes_much_of_the_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not judged(lambda x: x / 2).notes
    monkeypatch.setattr(checks, "SLOW", 0.0)
    assert "Grading stops at 20 s" in judged(lambda x: x / 2).notes[0]


def test_what_this_machine_cannot_run_is_nobodys_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(os, "fork")
    monkeypatch.setattr("autograder.engine.ranks.helper._running", None)
    run("from autograder.engine.ranks import run_on_ranks\ndef halve(x):\n    run_on_ranks(print)\ncheck(halve)")
    shown = capsys.readouterr().out
    assert "– halve: cannot be checked here\n  Ranks are forked, which Windows cannot do." in shown
    assert "not right" not in shown
    assert states() == {}


def test_the_call_of_each_failing_case_is_on_the_card() -> None:
    verdict = verdict_on(TOY, "halve", run("def halve(x):\n    return x * 3")["halve"])
    one, other = (item.call for item in verdict.findings)
    assert one.startswith("halve(torch.tensor([")
    assert other == one.replace(one, "halve(x)\n# x: float32 (2, 3)") or other.startswith("halve(torch.tensor([[")


def test_a_right_answer_is_told_its_name_in_pytorch_and_what_comes_next(capsys: pytest.CaptureFixture[str]) -> None:
    run(RIGHT + "check(halve)")
    assert "PyTorch's: `torch.div`. Next: `negate`." in capsys.readouterr().out


def test_without_a_table_of_contents_that_line_is_left_out(toy: Catalogue) -> None:
    assert ways_on(toy, "halve") == []


def test_after_the_last_exercise_of_a_lesson_comes_the_next_lesson() -> None:
    assert ways_on(TOY, "double") == ["PyTorch's: `torch.mul`. Next lesson: Halves."]
    assert ways_on(TOY, "negate") == []
    assert ways_on(TOY, "unknown") == []


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
    failed = isinstance(result.error_in_exec, CheckFailed)
    line = "↑ halve: the card in this cell's output says why." if failed else str(result.error_in_exec)
    assert (shown.out + shown.err).count(line) == 1
    assert (shown.out + shown.err).count(str(result.error_in_exec)) == 1
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
    assert card.data[MIME]["state"] == "right"
    assert json.loads(json.dumps(card.data[MIME])) == card.data[MIME]


def test_in_a_notebook_an_interrupted_check_is_one_sentence(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.push({"check": check})
    shell.run_cell("import os, signal\ndef halve(x):\n    os.kill(os.getpid(), signal.SIGINT)\n    return x")
    capsys.readouterr()
    assert isinstance(shell.run_cell("check(halve)").error_in_exec, KeyboardInterrupt)
    shown = capsys.readouterr()
    assert (shown.out + shown.err).strip() == "The check of halve was interrupted. Nothing was noted."
    assert states() == {}


def test_in_a_notebook_a_cell_redefines_the_answer(shell: Any) -> None:
    shell.push({"check": check})
    shell.run_cell("def halve(x):\n    return x\n")
    assert shell.run_cell("check(halve)").error_in_exec
    shell.run_cell(RIGHT)
    assert shell.run_cell("check(halve)").success
