"""The audit of a tiny course: each claim that does not hold is named, with what to do about it."""

from __future__ import annotations

import builtins
import shutil
from pathlib import Path

import pytest
from toy import copy_of_toy

from autograder.authoring import cli
from autograder.authoring.audit import Report, audit_exercise, tasks
from autograder.authoring.audit.claims import audit_mistakes
from autograder.authoring.audit.promises import promises_in
from autograder.authoring.audit.report import Survivor
from autograder.authoring.audit.trial import SEEDS_OF_MISTAKES, Trial
from autograder.authoring.lesson import Lesson, LessonError, lesson_files, read_lesson, signature_in
from autograder.engine.catalogue import Catalogue
from autograder.engine.sheet import write_sheets
from autograder.references import Change, answers_to
from autograder.references.sheets import make_sheet


def lesson_of(toy: Catalogue) -> Lesson:
    return read_lesson(lesson_files(toy, ["doubles"])[0], toy)


def with_sheets(toy: Catalogue) -> Catalogue:
    """The same course with the visible sheets of `70_doubles`."""
    cell = lesson_of(toy).exercises["double"]
    topic = toy.topic("doubles")
    write_sheets(topic, [make_sheet(topic, "double", 0, signature=signature_in(cell, "double"))])
    return toy


def references(toy: Catalogue) -> Path:
    return toy.code / "references" / "doubles" / "double.py"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def add(file: Path, text: str) -> None:
    file.write_text(f"{file.read_text()}\n\n{text}")


def report_of(toy: Catalogue) -> Report:
    return audit_exercise(lesson_of(toy), "double")


def mistakes_of(toy: Catalogue) -> Report:
    """What the audit says about the mistakes alone."""
    report = Report("70_doubles", "double")
    audit_mistakes(Trial(lesson_of(toy), "double"), answers_to(toy.topic("doubles"), "double"), report)
    return report


def test_a_sound_exercise_has_no_problems(toy: Catalogue) -> None:
    report = report_of(with_sheets(toy))
    assert report.problems == []
    assert (report.observations, report.answer_full, report.blank_zero) == (5, True, True)
    assert (report.mistakes, report.rejected, report.named, report.forbidden) == (6, 6, 6, 0)
    assert (report.alternatives, report.accepted) == (3, 3)
    assert (report.killed, report.undecided, report.survivors) == (report.mutants, 0, [])
    assert report.mutants >= 10


def test_a_wrong_answer_of_the_lesson_is_named(toy: Catalogue) -> None:
    edit(lesson_files(toy, ["doubles"])[0], "return 2 * x", "return 2.0 * x")
    report = report_of(with_sheets(toy))
    assert not report.answer_full
    assert report.problems[0].startswith("the lesson's own answer is rejected: seed 0, whole numbers stay whole: ")


def test_a_mistake_that_passes_is_named(toy: Catalogue) -> None:
    add(references(toy), '@mistake(double, "Nothing is wrong.")\ndef innocent(x):\n    return x + x\n')
    report = mistakes_of(toy)
    assert (report.mistakes, report.rejected) == (7, 6)
    assert report.problems == [
        f"{toy.package}/references/doubles/double.py: the mistake innocent passes; add an observation that shows it"
    ]


def test_two_mistakes_that_show_the_same_are_told_apart(toy: Catalogue) -> None:
    add(references(toy), '@mistake(double, "Another name.")\ndef adds_two_too(x):\n    return 2 + x\n')
    report = mistakes_of(toy)
    assert (report.rejected, report.named) == (7, 6)
    assert "the mistake adds_two_too is named as ['2 is added" in report.problems[0]


def test_a_mistake_that_uses_a_forbidden_operation_is_reported_as_that(toy: Catalogue) -> None:
    edit(toy.code / "exercises/doubles/double.py", "points=1", "points=1, without=[torch.square]")
    add(references(toy), '@mistake(double, "Squared.")\ndef squares_by_name(x):\n    return torch.square(x)\n')
    report = mistakes_of(toy)
    assert (report.mistakes, report.rejected, report.named, report.forbidden) == (7, 7, 6, 1)
    assert report.problems == [
        f"{toy.package}/references/doubles/double.py: the mistake squares_by_name is rejected for a forbidden "
        "operation, its observations were never compared: write it without torch.square"
    ]


def test_a_mistake_is_run_once_on_each_seed(toy: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "seen", [], raising=False)
    add(references(toy), '@mistake(double, "Counted.")\ndef counts(x):\n    seen.append(x)\n    return x\n')
    mistakes_of(toy)
    assert len(builtins.seen) == len(SEEDS_OF_MISTAKES) * 5  # type: ignore[attr-defined]


def test_an_alternative_that_is_rejected_is_named_with_what_it_shows(toy: Catalogue) -> None:
    add(references(toy), "@alternative(double)\ndef as_float(x):\n    return x * 2.0\n")
    report = report_of(with_sheets(toy))
    assert (report.alternatives, report.accepted) == (4, 3)
    assert "the alternative as_float is rejected: seed 0, whole numbers stay whole: it has dtype" in report.problems[0]


MEND = "Run `python -m autograder build 70_doubles` and commit what it writes."


def test_a_missing_visible_sheet_is_named_with_the_command_that_mends_it(toy: Catalogue) -> None:
    (problem,) = report_of(toy).problems
    assert f"{toy.topic('doubles').sheets} is missing" in problem
    assert problem.endswith(MEND)


STALE = {
    "a value": ("torch.mul(x, 2)", "torch.mul(x, 3)", "the reference shows something else, seed 0, a vector: "),
    "a sentence": ("2 is added", "Two is added", "its sentences are not those of the references"),
    "what a mistake shows": ("return x + 2", "return x + 4", "this mistake now shows something else: '2 is added, "),
}


@pytest.mark.parametrize("what", STALE)
def test_a_visible_sheet_that_says_something_else_is_named_with_the_command(
    what: str, toy: Catalogue, tmp_path: Path
) -> None:
    old, new, said = STALE[what]
    other = copy_of_toy(tmp_path / "other")
    edit(references(other), old, new)
    shutil.copytree(with_sheets(other).root / "data", toy.root / "data", dirs_exist_ok=True)
    (problem,) = report_of(toy).problems
    assert said in problem
    assert problem.endswith(MEND)


def test_a_signature_that_was_changed_makes_the_sheet_stale(toy: Catalogue) -> None:
    with_sheets(toy)
    edit(lesson_files(toy, ["doubles"])[0], "def double(x: torch.Tensor)", "def double(x: torch.Tensor, y=None)")
    (problem,) = report_of(toy).problems
    assert "its signature is (x), the lesson's (x, y=None)" in problem


def test_lessons_and_exercises_are_audited_by_their_names(toy: Catalogue) -> None:
    def names(*asked: str) -> list[str]:
        return [name for _, name in tasks(toy, list(asked))]

    assert names() == ["double", "halve", "negate"]
    assert names("71_halves") == names("halves") == names("negate", "71_halves") == ["halve", "negate"]
    assert names("71_halves", "negate") == names("negate") == names("negate", "negate") == ["negate"]
    assert names("70_doubles", "halve") == names("halve", "70_doubles", "70_doubles") == ["double", "halve"]
    with pytest.raises(LessonError, match=r"No lesson and no exercise is called 'third'; lessons are 70_doubles, 71"):
        names("third")


def test_a_name_that_a_lesson_and_an_exercise_have_is_the_lessons_unless_that_was_named(toy: Catalogue) -> None:
    file = toy.code / "exercises/halves/negate.py"
    edit(file, "negate", "doubles")
    file.rename(file.with_name("doubles.py"))
    edit(lesson_files(toy, ["halves"])[0], "negate", "doubles")
    assert [name for _, name in tasks(toy, ["doubles"])] == ["double"]
    assert [name for _, name in tasks(toy, ["70_doubles", "doubles"])] == ["double", "doubles"]


def test_what_is_printed_is_not_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    long = f"`{'x + ' * 60}[red]x[/red]`"
    survivor = Survivor(Change(f"return {'x + ' * 60}1", "return 1"), "it is")
    cli._print_lines([Report("70_doubles", "double", problems=[long], survivors=[survivor])])
    assert capsys.readouterr().out.splitlines() == [
        f'equivalent(double, "return {"x + " * 60}1", "return 1", "it is")',
        f"70_doubles double: {long}",
    ]


def test_the_summary_names_what_was_forbidden_and_what_is_undecided() -> None:
    reports = [
        Report("70_doubles", "double", mistakes=4, rejected=4, named=3, frugal=2, forbidden=1, mutants=9, killed=8)
    ]
    assert (
        "mistakes 4 rejected (1 for a forbidden operation) / 3 named / 2 within the share they may keep / 4;"
        in cli._summary(reports, 1.0)
    )
    reports[0].undecided = 1
    assert "mutants 8 / 9 (1 undecided); 1 s" in cli._summary(reports, 1.0)


def test_a_mistake_that_keeps_more_than_it_may_is_named_with_both_shares(toy: Catalogue) -> None:
    edit(references(toy), "    keeps=0.8,\n)\ndef doubles_in_place", "    keeps=0.6,\n)\ndef doubles_in_place")
    report = report_of(with_sheets(toy))
    (problem,) = report.problems
    assert "doubles_in_place keeps 80% of the points, and may keep 60%" in problem
    assert (report.frugal, report.mistakes) == (5, 6)


def test_what_looks_the_same_under_every_seed_pays_too_much(toy: Catalogue) -> None:
    experiment = toy.code / "exercises" / "doubles" / "double.py"
    edit(experiment, "candidate(draw.normal())", "candidate(torch.ones(2, device=draw.device))")
    report = report_of(with_sheets(toy))
    (problem,) = report.problems
    assert "handing back the visible sheet earns 20% of the points" in problem
    assert problem.endswith("a single number")


def test_a_sentence_of_the_docstring_that_nothing_shows_is_asked_for_with_the_call_to_paste(toy: Catalogue) -> None:
    edit(lesson_files(toy, ["doubles"])[0], "same shape and dtype.", "same shape and dtype. It may be empty.")
    (problem,) = report_of(with_sheets(toy)).problems
    assert problem.endswith('promised(double, "It may be empty.", by=[…])')


def test_a_promise_by_an_observation_that_is_not_there_is_named(toy: Catalogue) -> None:
    edit(references(toy), '"a matrix of float64", ', '"nothing of the kind", ')
    (problem,) = report_of(with_sheets(toy)).problems
    assert "promised by nothing of the kind, which nothing is called" in problem


def test_a_promise_that_the_docstring_no_longer_makes_is_named(toy: Catalogue) -> None:
    add(references(toy), 'promised(double, "It sings.", by="because")\n')
    (problem,) = report_of(with_sheets(toy)).problems
    assert problem.endswith("the docstring has no such sentence any more: 'It sings.'")


def test_an_example_in_the_docstring_is_an_observation_by_itself(toy: Catalogue) -> None:
    edit(lesson_files(toy, ["doubles"])[0], 'shape and dtype."""', 'shape and dtype.\n\n    >>> 1 + 1\n    2\n    """')
    (problem,) = report_of(with_sheets(toy)).problems
    assert 'no observation is called "the docstring\'s example"' in problem


@pytest.mark.parametrize(("forbidden", "said"), [(False, False), (False, True), (True, False), (True, True)])
def test_what_is_forbidden_is_said_in_the_docstring_and_nothing_else(
    toy: Catalogue, forbidden: bool, said: bool
) -> None:
    if forbidden:
        edit(toy.code / "exercises/doubles/double.py", "points=1", "points=1, without=[torch.square]")
    if said:
        sentence = 'shape and dtype.\n\n    Not to be used: `torch.square`.\n    """'
        edit(lesson_files(toy, ["doubles"])[0], 'shape and dtype."""', sentence)
    wanted = "`without` and the docstring disagree: what is forbidden is said there, “Not to be used: …”"
    assert report_of(with_sheets(toy)).problems == [wanted] * (forbidden != said)


SOURCE = '''
class Layer:
    """A layer. It has weights.

    Args:
        x: floating point, shape (batch, in),
            on any device.
        mask: boolean. True means seen.

    Returns:
        A tensor of shape (batch, out), whose
        rows sum to 1.

    >>> Layer()
    Layer
    """

    def forward(self, x):
        """The result."""
'''


def test_the_sentences_of_all_docstrings_are_promises_without_headings_and_examples() -> None:
    assert promises_in(SOURCE) == (
        [
            "A layer.", "It has weights.", "x: floating point, shape (batch, in), on any device.", "mask: boolean.",
            "True means seen.", "A tensor of shape (batch, out), whose rows sum to 1.", "The result.",
        ],
        True,
    )  # fmt: skip
