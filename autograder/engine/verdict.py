"""The verdict on one answer: right or wrong for each observation, points, and the misunderstandings it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from autograder.engine.exercise import Exercise
from autograder.engine.judge import Difference, Rule, compare
from autograder.engine.observe import SET_UP, Evidence, Observation
from autograder.engine.sheet import Sheet, Symptoms
from autograder.engine.values import Data, Raised, Unreadable


class State(StrEnum):
    """The three states of an answer, and a fourth where the autograder itself failed."""

    NOT_ATTEMPTED = "not attempted"
    WRONG = "wrong"
    RIGHT = "right"
    NOT_GRADED = "not graded"


SEVERITY = (State.RIGHT, State.NOT_ATTEMPTED, State.WRONG, State.NOT_GRADED)


@dataclass(frozen=True)
class Finding:
    """One observation, judged. `difference` is None where it is right."""

    name: str
    device: str
    difference: Difference | None


@dataclass(frozen=True)
class Verdict:
    """What is to be said about one answer.

    Attributes:
        earned: of `points`; observations count alike.
        misunderstandings: the sentences of the known mistakes whose behaviour the answer has.
        notes: what else to know: a forbidden operation, another signature, a dead kernel.
        seed: the seed of the sheet, for replay.
        hidden: the sheet was a hidden one; expected values are not shown.
        printed: what the answer wrote while it was checked.
        bare: it was graded without a sandbox.
    """

    exercise: str
    state: State
    earned: float
    points: float
    findings: list[Finding] = field(default_factory=list)
    misunderstandings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seed: int = 0
    hidden: bool = False
    printed: str = ""
    bare: bool = False


def judge(exercise: Exercise, sheet: Sheet, evidence: Evidence, device: str = "cpu", hidden: bool = False) -> Verdict:
    """Compares the evidence of one run with a sheet.

    Args:
        exercise: what was asked.
        sheet: what this seed should show.
        evidence: what the answer showed.
        device: the type of the device that ran it, "cpu" or "cuda".
        hidden: whether the sheet is a hidden one.
    """
    shown = _by_name(evidence.observations, sheet.expected)
    expected = _by_name(sheet.expected, sheet.expected)
    rules = [Rule(item.size, device, exercise.leeway) for item in sheet.expected]
    differences = [compare(right, mine, rule) for right, mine, rule in zip(expected, shown, rules, strict=True)]
    findings = [Finding(item.name, device, gap) for item, gap in zip(sheet.expected, differences, strict=True)]
    verdict = Verdict(
        exercise.name, State.WRONG, 0.0, exercise.points, findings,
        seed=sheet.seed, hidden=hidden, printed=evidence.printed,
    )  # fmt: skip
    if evidence.used:
        return replace(verdict, notes=[forbidden_note(evidence.used)])
    if all(isinstance(value, Raised) and value.kind == "NotImplementedError" for value in shown):
        return replace(verdict, state=State.NOT_ATTEMPTED, printed="")
    if not any(differences):
        return replace(verdict, state=State.RIGHT, earned=exercise.points)
    right = sum(gap is None for gap in differences)
    return replace(
        verdict,
        earned=round(exercise.points * right / len(findings), 2),
        misunderstandings=_recognise(sheet, expected, shown, rules),
        notes=_signature_note(exercise, sheet, evidence, shown),
    )


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict over several devices: right where all are, not graded where one is not, points by their mean."""
    every = list(verdicts)
    worst = max(every, key=lambda item: SEVERITY.index(item.state))
    if len(every) == 1 or worst.state is State.NOT_GRADED:
        return worst
    share = sum(item.earned for item in every) / len(every)
    return replace(worst, earned=round(share, 2), findings=[finding for item in every for finding in item.findings])


def forbidden_note(used: Iterable[str]) -> str:
    """Says which operation the exercise asks to do without."""
    return f"It uses {' and '.join(sorted(used))}. This exercise asks to do without: no points until it does."


def _by_name(observations: list[Observation], wanted: list[Observation]) -> list[Data]:
    """The observed values in the order of `wanted`, matched by name and occurrence.

    Where the set-up raised, every observation after it shows that exception.
    """
    values: dict[tuple[str, int], Data] = {}
    seen: Counter[str] = Counter()
    for item in observations:
        values[item.name, seen[item.name]] = item.value
        seen[item.name] += 1
    missing = values.get((SET_UP, 0), Raised("NothingShown", message="this was never reached"))
    order: Counter[str] = Counter()
    result = []
    for item in wanted:
        result.append(values.get((item.name, order[item.name]), missing))
        order[item.name] += 1
    return result


def _recognise(sheet: Sheet, expected: list[Data], shown: list[Data], rules: list[Rule]) -> list[str]:
    """The sentences of the mistakes that the answer makes.

    First those that it equals in every observation. Where there is none: those all of whose symptoms it shows
    beside other faults, if at least one symptom tells: a bare TypeError has many causes.
    """
    wrong = [(mistake, _by_name(mistake.observations, sheet.expected)) for mistake in sheet.mistakes]
    exact = [mistake for mistake, theirs in wrong if all(map(_same, theirs, shown, rules))]
    if exact:
        return _sentences(exact)
    return _sentences([mistake for mistake, theirs in wrong if _symptoms_show(expected, theirs, shown, rules)])


def _symptoms_show(expected: list[Data], wrong: list[Data], shown: list[Data], rules: list[Rule]) -> bool:
    """Whether all symptoms of a mistake are shown, and one of them tells."""
    rows = zip(expected, wrong, shown, rules, strict=True)
    symptoms = [row for row in rows if compare(row[0], row[1], row[3])]
    alike = all(_same(theirs, mine, rule) for _, theirs, mine, rule in symptoms)
    return alike and any(_tells(theirs, mine) for _, theirs, mine, _ in symptoms)


def _tells(theirs: Data, mine: Data) -> bool:
    """A value tells, and so does an exception with the very same message."""
    if not isinstance(theirs, Raised):
        return True
    return isinstance(mine, Raised) and bool(mine.message) and theirs.message == mine.message


def _same(theirs: Data, mine: Data, rule: Rule) -> bool:
    """Whether two wrong answers show the same: what cannot be read is never right, but may be wrong alike."""
    return (isinstance(theirs, Unreadable) and theirs == mine) or compare(theirs, mine, rule) is None


def _sentences(mistakes: list[Symptoms]) -> list[str]:
    return list(dict.fromkeys(mistake.sentence for mistake in mistakes))[:2]


def _signature_note(exercise: Exercise, sheet: Sheet, evidence: Evidence, shown: list[Data]) -> list[str]:
    type_error = any(isinstance(value, Raised) and value.kind == "TypeError" for value in shown)
    if not type_error or not evidence.signature or evidence.signature == sheet.signature or not sheet.signature:
        return []
    return [f"You wrote {exercise.name}{evidence.signature}; asked for is {exercise.name}{sheet.signature}."]
