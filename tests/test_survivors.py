"""Mutants: rejected as the judge would, by their first wrong observation; who survives is asked for a reason."""

from __future__ import annotations

import builtins
from pathlib import Path

import pytest
from toy import copy_of_toy

from autograder.authoring.audit import Report, survivors
from autograder.authoring.audit.survivors import Fate, audit_mutants, fate_of
from autograder.authoring.audit.trial import Trial
from autograder.authoring.lesson import lesson_files, read_lesson
from autograder.engine.catalogue import Catalogue
from autograder.references import answers_to

HOUR = 3600.0


def trial_of(toy: Catalogue) -> Trial:
    return Trial(read_lesson(lesson_files(toy, ["doubles"])[0], toy), "double")


def experiment(toy: Catalogue, body: str, without: str = "") -> Trial:
    """`double` with another experiment."""
    file = toy.code / "exercises/doubles/double.py"
    head, _, _ = file.read_text().partition("@exercise")
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    file.write_text(f"{head}@exercise(points=1, without=[{without}])\ndef double(candidate, draw):\n{lines}")
    return trial_of(toy)


def fate(trial: Trial, *lines: str, computing: float = HOUR, waiting: float = HOUR) -> Fate:
    source = "def double(x):\n" + "".join(f"    {line}\n" for line in lines)
    return fate_of(trial, source, computing, waiting)


def test_the_answer_survives_and_a_wrong_one_is_killed(toy: Catalogue) -> None:
    trial = trial_of(toy)
    assert fate(trial, "return 2 * x") is fate(trial, "return x + x") is Fate.SURVIVES
    assert fate(trial, "return 3 * x") is fate(trial, "raise ValueError") is Fate.KILLED
    assert fate(trial, "raise NotImplementedError") is Fate.KILLED
    assert fate_of(trial, "raise ValueError", HOUR, HOUR) is Fate.STILLBORN


def test_a_mutant_ends_at_its_first_wrong_observation(toy: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "seen", [], raising=False)
    trial = trial_of(toy)
    assert fate(trial, "seen.append(x)", "return 2 * x if len(seen) < 3 else x") is Fate.KILLED
    assert len(builtins.seen) == 3  # type: ignore[attr-defined]


def test_what_is_wrong_under_the_last_seed_alone_is_killed(toy: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "seen", [], raising=False)
    trial = trial_of(toy)
    assert fate(trial, "seen.append(x)", "return 2 * x if len(seen) < 15 else x") is Fate.KILLED
    assert len(builtins.seen) == 15  # type: ignore[attr-defined]


def test_the_second_observation_of_a_name_is_compared_with_the_second(toy: Catalogue) -> None:
    body = 'for size in (2, 3):\n    yield "a vector", lambda: candidate(draw.normal(size))'
    trial = experiment(toy, body)
    assert fate(trial, "return 2 * x") is Fate.SURVIVES
    assert fate(trial, "return 2 * x if len(x) == 2 else x") is Fate.KILLED


def test_an_observation_that_never_comes_is_wrong(toy: Catalogue) -> None:
    body = (
        'yield "first", lambda: candidate(draw.normal(2))\n'
        'if len(candidate(draw.normal(3))) == 3:\n    yield "second", lambda: 1'
    )
    trial = experiment(toy, body)
    assert fate(trial, "return 2 * x") is Fate.SURVIVES
    assert fate(trial, "return 2 * x if len(x) == 2 else x[:1]") is Fate.KILLED, "it is not yielded"
    assert fate(trial, "return 2 * x if len(x) == 2 else 1 / 0") is Fate.KILLED, "the set-up raises"


def test_a_forbidden_operation_kills_though_every_observation_is_right(toy: Catalogue) -> None:
    trial = experiment(toy, 'yield "a vector", lambda: candidate(draw.normal(2))', "torch.add")
    assert fate(trial, "return torch.mul(x, 2)") is Fate.SURVIVES
    assert fate(trial, "return torch.add(x, x)") is Fate.KILLED


def test_what_the_comparison_itself_does_is_not_the_mutants(toy: Catalogue) -> None:
    body = 'for size in (2, 3):\n    yield "a vector", lambda: candidate(draw.normal(size))'
    compares_by = "torch.Tensor.abs, torch.Tensor.double, torch.Tensor.isfinite, torch.where, torch.Tensor.sum"
    assert fate(experiment(toy, body, compares_by), "return 2 * x") is Fate.SURVIVES


def test_an_endless_mutant_is_killed_by_the_processors_time(toy: Catalogue) -> None:
    assert fate(trial_of(toy), "while True:", "    pass", computing=0.3) is Fate.KILLED


def test_a_mutant_that_waits_without_end_is_undecided(toy: Catalogue) -> None:
    assert fate(trial_of(toy), "import time", "time.sleep(3600)", waiting=0.3) is Fate.UNDECIDED


def test_a_survivor_that_is_kept_waiting_stays_one(toy: Catalogue) -> None:
    trial = trial_of(toy)
    assert fate(trial, "import time", "time.sleep(0.1)", "return 2 * x", computing=1.0) is Fate.SURVIVES


ANSWER = "return 2 * x if x.numel() > -5 else x"


def audited(toy: Catalogue) -> Report:
    """What the audit says about the mutants of `double`."""
    report = Report("70_doubles", "double")
    audit_mutants(trial_of(toy), answers_to(toy.topic("doubles"), "double"), report, needed=0.0)
    return report


def lesson_file(toy: Catalogue, answer: str) -> Path:
    """The lesson with another answer."""
    file = lesson_files(toy, ["doubles"])[0]
    file.write_text(file.read_text().replace("return 2 * x", answer))
    return file


def test_what_the_audit_prints_for_a_survivor_is_what_is_to_be_pasted(toy: Catalogue) -> None:
    lesson_file(toy, ANSWER)
    report = audited(toy)
    assert report.survivors
    assert report.killed == report.mutants - len(report.survivors)
    assert all(problem.startswith("a mutant survives. Add an obs") for problem in report.problems)
    assert f"{toy.package}/references/doubles/double.py" in report.problems[0]
    pasted = [problem.partition("\n")[2] for problem in report.problems]
    assert f'equivalent(double, "{ANSWER}", "{ANSWER.replace(">", ">=")}", "because …")' in pasted

    again = copy_of_toy(toy.root / "again")
    lesson_file(again, ANSWER)
    file = again.code / "references/doubles/double.py"
    file.write_text("\n".join([file.read_text(), "from autograder.references import equivalent", *pasted]) + "\n")
    report = audited(again)
    assert report.problems == []
    assert {survivor.reason for survivor in report.survivors} == {"because …"}


@pytest.mark.parametrize("after", ["return 3 * x", "return 7 * x"])
def test_an_equivalent_that_is_killed_or_not_made_any_more_is_to_be_taken_out(after: str, toy: Catalogue) -> None:
    file = toy.code / "references/doubles/double.py"
    call = f'equivalent(double, "return 2 * x", "{after}", \'it is "so"\')'
    file.write_text(f"{file.read_text()}\nfrom autograder.references import equivalent\n{call}\n")
    (problem,) = audited(toy).problems
    assert problem == (f"{toy.package}/references/doubles/double.py: no such mutant survives; take this out:\n{call}")


def test_an_undecided_mutant_is_neither_killed_nor_a_survivor_and_is_a_problem(
    toy: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson_file(toy, "import time; return 2 * x if x.numel() >= 0 else time.sleep(3600)")
    monkeypatch.setattr(survivors, "WAITING", 1.0)
    report = audited(toy)
    assert report.undecided >= 1
    assert report.killed + report.undecided + len(report.survivors) == report.mutants
    said = [problem for problem in report.problems if problem.startswith("a mutant is undecided: after 1 s")]
    assert len(said) == report.undecided
