"""Known mistakes in an answer: which of them are at work, alone or together."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.engine.judge import Rule
from autograder.engine.naming.cause import Cause
from autograder.engine.naming.leaves import CERTAIN, Path, differing, part_at, related, same, strength
from autograder.engine.values import Data

ENOUGH_WHOLE = 0.4  # where a mistake explains everything: one boolean alone (0.2) is no name
ENOUGH_BESIDE = CERTAIN  # where other faults are beside it
LEAST_SEEN = 1 / 3  # of the observations that a mistake changes: the others may be covered by another fault
MOST_NAMES = 2


@dataclass(frozen=True)
class Row:
    """One observation: as it should be, as the answer showed it, and in what parts that is wrong."""

    expected: Data
    shown: Data
    rule: Rule
    wrong: dict[Path, Data]


@dataclass(frozen=True)
class Match:
    """A known mistake whose symptoms an answer has.

    Attributes:
        explained: (observation, way) of each wrong part that the mistake accounts for.
        weight: how much that tells, summed over observations.
    """

    sentence: str
    explained: frozenset[tuple[int, Path]]
    weight: float

    @property
    def observations(self) -> set[int]:
        return {at for at, _ in self.explained}


def rows_of(expected: list[Data], shown: list[Data], rules: list[Rule]) -> list[Row]:
    """Expected and shown, side by side."""
    return [
        Row(right, mine, rule, differing(right, mine, rule))
        for right, mine, rule in zip(expected, shown, rules, strict=True)
    ]


def known_causes(rows: list[Row], mistakes: list[tuple[str, list[Data]]]) -> list[Cause]:
    """The known mistakes that an answer makes, the one that explains most first.

    Args:
        mistakes: the sentence of each, and what it shows.
    """
    wrong = {(at, way) for at, row in enumerate(rows) for way in row.wrong}
    found = [match for sentence, shown in mistakes if (match := _match(rows, sentence, shown))]
    whole = [match for match in found if match.explained == wrong and match.weight >= ENOUGH_WHOLE]
    if whole:
        return [Cause(whole[0].sentence, len(whole[0].observations), True)]
    return _together(wrong, [match for match in found if match.weight >= ENOUGH_BESIDE])


def _match(rows: list[Row], sentence: str, theirs: list[Data]) -> Match | None:
    """None where the answer is right about something that the mistake would spoil, or shares too little with it."""
    explained: set[tuple[int, Path]] = set()
    weight, spoiled = 0.0, 0
    for at, (row, data) in enumerate(zip(rows, theirs, strict=True)):
        symptoms = differing(row.expected, data, row.rule)
        if any(not any(related(way, mine) for mine in row.wrong) for way in symptoms):
            return None
        spoiled += bool(symptoms)
        hits = [way for way, value in symptoms.items() if way in row.wrong and _agree(row, way, value)]
        explained.update((at, way) for way in hits)
        weight += max((strength(part_at(row.expected, way), symptoms[way], row.rule) for way in hits), default=0.0)
    seen = len({at for at, _ in explained})
    return Match(sentence, frozenset(explained), weight) if seen and seen >= LEAST_SEEN * spoiled else None


def _agree(row: Row, way: Path, value: Data) -> bool:
    return same(value, row.wrong[way], part_at(row.expected, way), row.rule)


def _together(wrong: set[tuple[int, Path]], found: list[Match]) -> list[Cause]:
    """Mistakes that make up what is wrong, each accounting for something that those before it do not."""
    causes: list[Cause] = []
    left = set(wrong)
    while len(causes) < MOST_NAMES and found:
        best = max(found, key=lambda match: (len(match.explained & left), match.weight))
        if not best.explained & left:
            break
        left -= best.explained
        causes.append(Cause(best.sentence, len(best.observations), False))
        found = [match for match in found if match.sentence != best.sentence]
    return causes
