"""The verdict on one answer: right or wrong for each observation, points, and the misunderstandings it shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from autograder.engine.aligned import aligned
from autograder.engine.counterexample import witnessed
from autograder.engine.exercise import Exercise
from autograder.engine.judge import Difference, Rule, compare
from autograder.engine.naming import Cause, causes
from autograder.engine.observe import Evidence
from autograder.engine.points import points_that_cost, share_earned
from autograder.engine.sheet import Sheet
from autograder.engine.values import Data, Raised


class State(StrEnum):
    """The three states of an answer; a fourth where the autograder itself failed; a fifth where a student's machine
    cannot run what the check needs."""

    NOT_ATTEMPTED = "not attempted"
    WRONG = "wrong"
    RIGHT = "right"
    NOT_GRADED = "not graded"
    NOT_HERE = "cannot be checked here"


# How Python shows a default that has a name: <class 'torch.nn.ReLU'>, <function relu at 0x7f>
NAMED = re.compile(r"<(?:class|function|built-in function) '?(?:[\w.]+\.)?(\w+)'?[^<>]*>")
NAMELESS = "Why it is wrong could not be worked out; that is a fault of the autograder, and the points do not suffer"
SEVERITY = (State.RIGHT, State.NOT_ATTEMPTED, State.WRONG, State.NOT_GRADED, State.NOT_HERE)


@dataclass(frozen=True)
class Finding:
    """One observation, judged.

    Attributes:
        difference: None where it is right.
        call: how the answer was called, as a student would write it; empty where that is not known, or not to be told.
        idea: what it belongs to; empty where the experiment does not say.
    """

    name: str
    device: str
    difference: Difference | None
    call: str = ""
    idea: str = ""


@dataclass(frozen=True)
class Verdict:
    """What is to be said about one answer.

    Attributes:
        earned: of `points`: each idea has a price, and its observations share it.
        causes: why it is wrong, as far as that is known; what explains most comes first.
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
    causes: list[Cause] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seed: int = 0
    hidden: bool = False
    printed: str = ""
    bare: bool = False

    @property
    def misunderstandings(self) -> list[str]:
        """The sentences of the causes."""
        return [cause.sentence for cause in self.causes]


def judge(exercise: Exercise, sheet: Sheet, evidence: Evidence, device: str = "cpu", hidden: bool = False) -> Verdict:
    """Compares the evidence of one run with a sheet.

    Args:
        exercise: what was asked.
        sheet: what this seed should show.
        evidence: what the answer showed.
        device: the type of the device that ran it, "cpu" or "cuda".
        hidden: whether the sheet is a hidden one.
    """
    shown = aligned(witnessed(exercise, evidence).observations, sheet.expected)
    expected = aligned(sheet.expected, sheet.expected)
    rules = [Rule(item.size, device, exercise.leeway, item.name) for item in sheet.expected]
    differences = [compare(right, mine, rule) for right, mine, rule in zip(expected, shown, rules, strict=True)]
    findings = [
        Finding(item.name, device, gap, idea=item.idea.name if item.idea else "")
        for item, gap in zip(sheet.expected, differences, strict=True)
    ]
    verdict = Verdict(
        exercise.name, State.WRONG, 0.0, exercise.points, findings,
        seed=sheet.seed, hidden=hidden, printed=evidence.printed,
    )  # fmt: skip
    if evidence.used:
        return replace(verdict, notes=[forbidden_note(evidence.used)])
    if all(isinstance(value, Raised) and value.blank for value in shown):
        return replace(verdict, state=State.NOT_ATTEMPTED, printed="")
    if not any(differences):
        return replace(verdict, state=State.RIGHT, earned=exercise.points)
    right = [gap is None for gap in differences]
    verdict = replace(
        verdict,
        earned=round(exercise.points * share_earned(sheet.expected, right), 2),
        notes=[*_point_note(sheet, right), *_signature_note(exercise, sheet, evidence, shown)],
    )
    try:
        return replace(verdict, causes=causes(sheet, expected, shown, rules, evidence.printed))
    except Exception as error:  # points are known without a name; for want of one nobody goes ungraded
        return replace(verdict, notes=[*verdict.notes, f"{NAMELESS} ({type(error).__name__}: {error})."])


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict over several devices: right where all are, not graded where one is not, points by their mean."""
    every = list(verdicts)
    worst = max(every, key=lambda item: SEVERITY.index(item.state))
    if len(every) == 1 or worst.state in (State.NOT_GRADED, State.NOT_HERE):
        return worst
    share = sum(item.earned for item in every) / len(every)
    return replace(worst, earned=round(share, 2), findings=[finding for item in every for finding in item.findings])


def forbidden_note(used: Iterable[str]) -> str:
    """Says which operation the exercise asks to do without."""
    return f"It uses {' and '.join(sorted(used))}. This exercise asks to do without: no points until it does."


def _point_note(sheet: Sheet, right: list[bool]) -> list[str]:
    return [
        f"The point of this exercise, “{name}”, is not right in every case yet: at most half of the points."
        for name in points_that_cost(sheet.expected, right)
    ]


def _signature_note(exercise: Exercise, sheet: Sheet, evidence: Evidence, shown: list[Data]) -> list[str]:
    type_error = any(isinstance(value, Raised) and value.kind == "TypeError" for value in shown)
    if not type_error or not evidence.signature or not sheet.signature:
        return []
    mine, name = NAMED.sub(r"\1", evidence.signature), exercise.name
    if _parameters(mine) == _parameters(sheet.signature):
        return []
    return [f"Your `{name}` is `{name}{mine}`; the exercise gives it as `{name}{sheet.signature}`."]


def _parameters(signature: str) -> str:
    """A signature without what is a matter of taste: annotations, and how a default is written (0.10, nn.ReLU)."""
    try:
        (function,) = ast.parse(f"def f{signature.partition('->')[0].strip()}: ...").body
    except (SyntaxError, ValueError):  # a default whose repr is no Python, as <object object at 0x…>
        return signature
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.arguments):
            node.defaults = [_last(item) for item in node.defaults]
            node.kw_defaults = [item and _last(item) for item in node.kw_defaults]
    return ast.dump(function)


def _last(default: ast.expr) -> ast.expr:
    """`nn.ReLU` as `ReLU`: Python shows the name alone."""
    return ast.Name(default.attr, ast.Load()) if isinstance(default, ast.Attribute) else default
