"""Known mistakes in an answer: which of them are at work, alone or together."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.engine.judge import Rule
from autograder.engine.naming.cause import Cause
from autograder.engine.naming.leaves import CERTAIN, SOME, Path, differing, part_at, related, same, strength
from autograder.engine.values import Data, Raised

ENOUGH_WHOLE = SOME  # where a mistake explains everything: one boolean alone (0.2) is no name
ENOUGH_BESIDE = CERTAIN  # where other faults are beside it
# Beside other faults: a cause is seen at least twice, or wherever something is wrong; in half of the observations that
# it changes, and in a third of their parts. The rest may be covered by the other faults.
LEAST_OBSERVATIONS, SHARE_OF_OBSERVATIONS, SHARE_OF_PARTS = 2, 1 / 2, 1 / 3
MOST_UNEXPLAINED = 1 / 3  # of the wrong parts: else another single mistake is likelier
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
        apart: the same without exceptions: beside other faults, one error may hide many.
    """

    sentence: str
    explained: frozenset[tuple[int, Path]]
    weight: float
    apart: float

    @property
    def observations(self) -> set[int]:
        return {at for at, _ in self.explained}


def rows_of(expected: list[Data], shown: list[Data], rules: list[Rule]) -> list[Row]:
    """Expected and shown, side by side."""
    return [
        Row(right, mine, rule, differing(right, mine, rule))
        for right, mine, rule in zip(expected, shown, rules, strict=True)
    ]


def known_causes(rows: list[Row], mistakes: list[tuple[str, list[dict[Path, Data]]]]) -> list[Cause]:
    """The known mistakes that an answer makes, the one that explains most first.

    Args:
        mistakes: the sentence of each, and what it shows that is wrong, for each observation.
    """
    wrong = {(at, way) for at, row in enumerate(rows) for way in row.wrong}
    found = [match for sentence, shown in mistakes if (match := _match(rows, sentence, shown))]
    whole = [match for match in found if match.explained == wrong and match.weight >= ENOUGH_WHOLE]
    if whole:
        return [Cause(whole[0].sentence, len(whole[0].observations), True)]
    return _together(wrong, [match for match in found if match.apart >= ENOUGH_BESIDE])


def _match(rows: list[Row], sentence: str, theirs: list[dict[Path, Data]]) -> Match | None:
    """None where the answer is right about something that the mistake would spoil, or shares too little with it."""
    if any(_is_spared(row, symptoms) for row, symptoms in zip(rows, theirs, strict=True)):
        return None
    explained: set[tuple[int, Path]] = set()
    spoiled: set[tuple[int, Path]] = set()
    weight = apart = 0.0
    for at, (row, symptoms) in enumerate(zip(rows, theirs, strict=True)):
        hits = [way for way, value in symptoms.items() if way in row.wrong and _agree(row, way, value)]
        spoiled.update((at, way) for way in symptoms)
        explained.update((at, way) for way in hits)
        told = {way: _strength(row, way, symptoms[way]) for way in hits}
        weight += max(told.values(), default=0.0)
        apart += max((told[way] for way in hits if not isinstance(row.wrong[way], Raised)), default=0.0)
    enough = _enough(explained, spoiled, sum(bool(row.wrong) for row in rows))
    return Match(sentence, frozenset(explained), weight, apart) if enough else None


def _is_spared(row: Row, symptoms: dict[Path, Data]) -> bool:
    """Whether the answer is right about something that the mistake would spoil."""
    return any(not any(related(way, mine) for mine in row.wrong) for way in symptoms)


def _enough(explained: set[tuple[int, Path]], spoiled: set[tuple[int, Path]], wrong: int) -> bool:
    """Whether an answer shares enough with a mistake, whose changes are the spoiled parts."""
    seen, changed = len({at for at, _ in explained}), len({at for at, _ in spoiled})
    return (
        seen >= min(LEAST_OBSERVATIONS, wrong)
        and seen >= SHARE_OF_OBSERVATIONS * changed
        and len(explained) >= SHARE_OF_PARTS * len(spoiled) > 0
    )


def _agree(row: Row, way: Path, value: Data) -> bool:
    return same(value, row.wrong[way], part_at(row.expected, way), row.rule)


def _strength(row: Row, way: Path, value: Data) -> float:
    return strength(part_at(row.expected, way), value, row.wrong[way], row.rule)


def _together(wrong: set[tuple[int, Path]], found: list[Match]) -> list[Cause]:
    """Mistakes that make up most of what is wrong, each accounting for something that those before it do not."""
    causes: list[Cause] = []
    left = set(wrong)
    while len(causes) < MOST_NAMES and found:
        best = max(found, key=lambda match: (len(match.explained & left), match.weight))
        if not best.explained & left:
            break
        left -= best.explained
        causes.append(Cause(best.sentence, len(best.observations), False))
        found = [match for match in found if match.sentence != best.sentence]
    return causes if len(left) <= MOST_UNEXPLAINED * len(wrong) else []
