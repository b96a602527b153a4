"""What the audit found about one exercise."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.references import Change


@dataclass(frozen=True)
class Survivor:
    """A mutant that passes, and why it is right too; `reason` is empty where the author has said none."""

    change: Change
    reason: str


@dataclass
class Report:
    """What the audit found about one exercise. `problems` is empty where all is well.

    Attributes:
        forbidden: of the mistakes that are rejected, those that use a forbidden operation: nothing else was compared.
        undecided: mutants that had to be ended while they waited: neither killed nor survivors.
        frugal: of the mistakes, those that keep no more of the points than they may.
        played_back: the share of the points that the visible sheet earns on a hidden one, at most.
        promises: sentences of the docstring.
        milliseconds: one run of the experiment with the lesson's own answer; the median.
    """

    lesson: str
    exercise: str
    observations: int = 0
    answer_full: bool = False
    blank_zero: bool = False
    mistakes: int = 0
    rejected: int = 0
    named: int = 0
    frugal: int = 0
    forbidden: int = 0
    alternatives: int = 0
    accepted: int = 0
    mutants: int = 0
    killed: int = 0
    undecided: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    played_back: float = 0.0
    promises: int = 0
    milliseconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def equivalent_call(exercise: str, change: Change, reason: str) -> str:
    """The call that says in the references why a mutant is right too; Python, on one line."""
    parts = [exercise, *map(_quoted, (change.before, change.after, reason))]
    return f"equivalent({', '.join(parts)}{f', nth={change.nth}' if change.nth > 1 else ''})"


def promised_call(exercise: str, sentence: str) -> str:
    """The call that says in the references which observations would fail without a sentence; on one line."""
    return f"promised({exercise}, {_quoted(sentence)}, by=[…])"


def _quoted(text: str) -> str:
    """A literal as ruff writes it: in double quotes, if that needs no backslash."""
    return repr(text) if '"' in text or "\\" in text or not text.isprintable() else f'"{text}"'
