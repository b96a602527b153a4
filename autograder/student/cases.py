"""What a card says first, and what it folds away: the cause, the first failing case, the others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.engine.judge import Difference
from autograder.engine.verdict import Finding, Verdict
from autograder.engine.words import own_name

LONG = 400  # characters of what a case shows: messages of errors may have more


@dataclass(frozen=True)
class Group:
    """Failing cases that are one thing to a reader: they raise the same error in the same line, or show the same."""

    findings: list[Finding]
    shown: bool = False  # one of them stands on the card already

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def blank(self) -> str:
        """The function that is not written yet, where that is what these cases show."""
        error = gap_of(self.first).error
        return own_name(error.function) if error is not None and error.blank else ""


def gap_of(finding: Finding) -> Difference:
    """What differs in a case that fails."""
    assert finding.difference is not None
    return finding.difference


def groups_of(verdict: Verdict) -> list[Group]:
    """The failing cases in the order of the sheet, what is the same once."""
    groups: dict[object, list[Finding]] = {}
    for finding in verdict.findings:
        if finding.difference is not None:
            groups.setdefault(_kind_of(finding.difference), []).append(finding)
    return [Group(findings) for findings in groups.values()]


def _kind_of(gap: Difference) -> object:
    """What makes two cases the same to a reader. An error's message may tell of sizes, and differ in nothing else."""
    if gap.error is not None and gap.error.line:
        return gap.error.kind, gap.error.function, gap.error.number, gap.error.line
    return gap.where, gap.yours


def first_case(groups: list[Group]) -> Finding | None:
    """The case to look at first: the first that shows how the answer was called, and no blank if there is another."""
    written = [group for group in groups if not group.blank]
    # One that only raises in our own code tells less than one with a call of the answer.
    called = [group.first for group in written if group.first.call]
    return next(iter([*called, *(group.first for group in written)]), None)


def causes_in_words(verdict: Verdict) -> list[tuple[str, str]]:
    """The causes, each with what it is: the one cause, or one of several."""
    return [("One cause" if cause.whole else "One of the causes", cause.sentence) for cause in verdict.causes]


def blanks_in_words(groups: list[Group]) -> list[str]:
    """What is not written yet, and how many cases wait for it."""
    waiting: dict[str, int] = {}
    for group in groups:
        if group.blank:
            waiting[group.blank] = waiting.get(group.blank, 0) + len(group.findings)
    return [
        f"`{name}` is not written yet: {number_of(count, 'case')} {'waits' if count == 1 else 'wait'} for it."
        for name, count in waiting.items()
    ]


def others_in_words(groups: list[Group], verdict: Verdict) -> str:
    """`12 other cases fail, for the same reason`; empty where none is left."""
    first = first_case(groups)
    written = [group for group in groups if not group.blank]
    count = sum(len(group.findings) for group in written) - (first is not None)
    if count < 1:
        return ""
    fails = f"{count} other case{' fails' if count == 1 else 's fail'}"
    if any(cause.whole for cause in verdict.causes):
        return f"{fails}, for the same reason"
    alike = len(written) == 1 and written[0].first.difference is not None and written[0].first.difference.error
    return f"{fails}, with the same error" if alike else fails


def other_groups(groups: list[Group]) -> list[Group]:
    """The groups without the case that was shown, and without what is not written yet."""
    first = first_case(groups)
    rest = [
        Group([item for item in group.findings if item is not first], first in group.findings)
        for group in groups
        if not group.blank
    ]
    return [group for group in rest if group.findings]


def rows_of(finding: Finding, verdict: Verdict) -> list[tuple[str, str]]:
    """A failing case in rows: how the answer was called, what it showed, what was wanted, and how to get at its inputs.

    Of a hidden sheet, what it showed and nothing else.
    """
    gap = gap_of(finding)
    yours = ("yours", yours_of(gap))
    if verdict.hidden:
        return [yours]
    call = [("call", finding.call)] if finding.call else []
    ask = f"inputs_of({_quoted(verdict.exercise)}, {_quoted(finding.name)})  # from autograder import inputs_of"
    debug = [("debug", f"inputs = {ask}")] if finding.call else []
    return [*call, yours, ("wanted", gap.wanted), *debug]


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def yours_of(gap: Difference) -> str:
    """What an answer showed, and in what part of the case."""
    text = f"{gap.where}: {gap.yours}" if gap.where else gap.yours
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"


def in_one_line(group: Group, verdict: Verdict) -> tuple[str, str]:
    """Names and sentence of failing cases that are alike."""
    gap = gap_of(group.first)
    names = ", ".join(label(item, verdict) for item in group.findings)
    if group.shown:
        return names, "the same error, in the same line." if gap.error else "the same."
    alike = len(group.findings) > 1 or verdict.hidden
    return names, yours_of(gap) + ("." if alike else f"; wanted: {gap.wanted}.")


def label(finding: Finding, verdict: Verdict) -> str:
    """A case's name; with its device where there are several."""
    several = len({item.device for item in verdict.findings}) > 1
    return f"{finding.name} ({finding.device})" if several else finding.name


def right_ones(verdict: Verdict) -> list[str]:
    """The names of the cases that are right."""
    return [label(item, verdict) for item in verdict.findings if item.difference is None]


def number_of(count: int, noun: str) -> str:
    """`1 case`, `2 cases`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def names_of(findings: Iterable[Finding]) -> list[str]:
    """Each name once, in order."""
    return list(dict.fromkeys(item.name for item in findings))
