"""Dates as people write them, in the real formats of many languages: which of them is a date, and which is it?

The formats are Babel's, which are those of the Unicode Consortium's CLDR. Babel writes digits from 0 to 9; here a
language gets its own (as ٣ in Egypt), where CLDR says that it uses them. All dates are of the Gregorian calendar.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

import torch
from babel import Locale
from babel.dates import format_date
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

LOCALES = (
    "en_US", "en_GB", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "fi", "pl", "cs", "hr", "hu", "ro", "tr", "lt",
    "ru", "uk", "bg", "el", "ar_EG", "fa", "he", "hi", "mr", "bn", "th", "ja", "zh", "ko", "vi", "id", "sw",
)  # fmt: skip
FORMS = ("full", "long", "medium", "short")
Style = tuple[str, str]  # a locale and a form
STYLES: tuple[Style, ...] = tuple((locale, form) for locale in LOCALES for form in FORMS)

FIRST, DAYS = date(1950, 1, 1), 36_525  # a hundred years: two digits of a year say which
DIGITS = {"arab": "٠", "arabext": "۰", "beng": "০", "deva": "०"}  # the zero of each set of digits
PADDING, UNKNOWN = 0, 1
ISO = "^0123456789-"  # what is written: padding is 0, "^" is 1, and so on
START = 1  # the mark before the first character
FIELDS = re.compile(r"'[^']*'|y+|M+|d+|E+|G+|c+|.")  # the pieces of a pattern such as d. MMMM y
KINDS = {"y": "year", "M": "month", "d": "day"}


@cache
def _table(locale: str) -> dict[int, int]:
    zero = DIGITS.get(str(Locale.parse(locale).default_numbering_system))
    return {} if zero is None else {ord("0") + digit: ord(zero) + digit for digit in range(10)}


def _own_digits(text: str, locale: str) -> str:
    return text.translate(_table(locale))


def parts(day: date, locale: str, form: str) -> list[tuple[str, str]]:
    """The same, piece by piece: what is written, and "year", "month", "day", or "" for all else."""
    pattern = Locale.parse(locale).date_formats[form].pattern
    return [(_piece(day, locale, field), KINDS.get(field[0], "")) for field in FIELDS.findall(pattern)]


def _piece(day: date, locale: str, field: str) -> str:
    return written(day, locale, field) if field[0] in "yMdEGc" else field.strip("'")


def written(day: date, locale: str, pattern: str) -> str:
    """A date by a form or a pattern of one's own: `written(date(2026, 4, 3), "fr", "long")` is 3 avril 2026."""
    return _own_digits(format_date(day, pattern, locale=locale), locale)


def in_words(day: date) -> str:
    """A style that no language file has: Friday the 3rd of April 2026."""
    ending = "th" if day.day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    weekday, month = (written(day, "en", pattern) for pattern in ("EEEE", "MMMM"))
    return f"{weekday} the {day.day}{ending} of {month} {day.year}"


@cache
def _numeric_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each way of writing a date in numbers alone, as an expression that reads it, and the zero of its digits."""
    found: dict[tuple[str, str], None] = {}
    for locale, form in STYLES:
        pattern = Locale.parse(locale).date_formats[form].pattern
        if not re.search(r"MMM|E", pattern):
            found[_expression(pattern), _own_digits("0", locale)] = None
    return tuple((re.compile(expression), zero) for expression, zero in found)


def _expression(pattern: str) -> str:
    fields = {
        "y": r"(?P<y>\d{4})", "yy": r"(?P<y>\d\d)", "M": r"(?P<m>[1-9]\d?)", "MM": r"(?P<m>\d\d)",
        "d": r"(?P<d>[1-9]\d?)", "dd": r"(?P<d>\d\d)",
    }  # fmt: skip
    return "".join(fields.get(part) or re.escape(part.strip("'")) for part in FIELDS.findall(pattern))


def numeric_meanings(text: str) -> set[date]:
    """All dates that would be written like this in numbers alone, in one of our styles or another."""
    first = next((character for character in text if character.isdigit()), "0")
    zero, plain = chr(ord(first) - int(first)), "".join(str(int(c)) if c.isdigit() else c for c in text)
    found = set()
    for expression, digits in _numeric_patterns():
        fits = expression.fullmatch(plain) if digits == zero else None
        if fits:
            found |= _real(int(fits["y"]), int(fits["m"]), int(fits["d"]))
    return found


def _real(year: int, month: int, day: int) -> set[date]:
    year = year if year > 99 else year + (1900 if year >= FIRST.year % 100 else 2000)
    try:
        return {date(year, month, day)}
    except ValueError:  # there is no month 13, and no 31 April
        return set()


@dataclass(frozen=True)
class Texts:
    """Dates in some styles, each with its ISO form."""

    texts: tuple[str, ...]
    dates: tuple[str, ...]
    styles: tuple[Style, ...]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class Task:
    """What is learned from, what is asked, and which characters there are.

    Attributes:
        train, test: no date of the one is in the other, in whatever style.
        two_ways: how many dates were drawn and left out, since their text can be read as two dates.
        characters: those of what is learned from; the first has index 2, after padding and unknown ones.
    """

    train: Texts
    test: Texts
    two_ways: int
    characters: tuple[str, ...]

    @property
    def source_words(self) -> int:
        return len(self.characters) + 2

    def source(self, texts: Iterable[str]) -> Tensor:
        """Characters as indices, padded to the longest text: shape (text, character), int64."""
        index = {character: place for place, character in enumerate(self.characters, start=2)}
        rows = [torch.tensor([index.get(character, UNKNOWN) for character in text]) for text in texts]
        return pad_sequence(rows, batch_first=True, padding_value=PADDING)

    @cached_property
    def _indexed(self) -> tuple[list[Tensor], Tensor]:
        return [self.source([text])[0] for text in self.train.texts], targets(self.train.dates)

    def batches(self, size: int, steps: int, seed: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Sources and targets. Texts of about one length come together, so that there is little padding."""
        stream = random.Random(seed)
        source, target = self._indexed
        ready: list[list[int]] = []
        for _ in range(steps):
            if not ready:
                ready = self._grouped(size, stream)
            chosen = ready.pop()
            yield pad_sequence([source[row] for row in chosen], batch_first=True), target[chosen]

    def _grouped(self, size: int, stream: random.Random) -> list[list[int]]:
        """Batches of rows drawn at random, sorted by length among their neighbours only."""
        rows = stream.sample(range(len(self.train)), len(self.train))
        ready = []
        for first in range(0, len(rows) - size * 32, size * 32):
            near = sorted(rows[first : first + size * 32], key=lambda row: len(self.train.texts[row]))
            ready += [near[at : at + size] for at in range(0, len(near), size)]
        stream.shuffle(ready)
        return ready


def targets(dates: Iterable[str]) -> Tensor:
    """ISO dates as indices, with the mark in front: shape (date, 11), int64."""
    return torch.tensor([[START, *(ISO.index(character) + 1 for character in each)] for each in dates])


def spelled(indices: Tensor) -> list[str]:
    """What rows of indices say; padding and the mark in front say nothing."""
    return ["".join(ISO[index - 1] for index in row if index > START) for row in indices.tolist()]


def characters(row: Tensor) -> list[str]:
    """What follows the mark, index by index; "·" for what says nothing."""
    return [ISO[index - 1] if index > START else "·" for index in row[1:].tolist()]


@cache
def date_task(size: int = 64_000, asked: int = 2_000, seed: int = 0) -> Task:
    """Dates of a hundred years in all styles; every twentieth day of these years is never learned from."""
    stream = random.Random(seed)
    train, first = _drawn(size, [n for n in range(DAYS) if n % 20], stream)
    test, second = _drawn(asked, range(0, DAYS, 20), stream)
    return Task(train, test, first + second, tuple(sorted(set("".join(train.texts)))))


def _drawn(count: int, days: Iterable[int], stream: random.Random) -> tuple[Texts, int]:
    found: list[tuple[str, str, Style]] = []
    two_ways, days = 0, list(days)
    while len(found) < count:
        day, style = FIRST + timedelta(stream.choice(days)), stream.choice(STYLES)
        text = written(day, *style)
        if len(numeric_meanings(text)) > 1:
            two_ways += 1
        else:
            found.append((text, day.isoformat(), style))
    texts, dates, styles = zip(*found, strict=True)
    return Texts(texts, dates, styles), two_ways


def kept_back(count: int = 500, seed: int = 1) -> dict[str, Texts]:
    """Three styles that nothing is learned from: a relative of a known one, a new order of words, and a stranger."""
    stream = random.Random(seed)
    days = [FIRST + timedelta(stream.randrange(DAYS)) for _ in range(count)]
    dates = tuple(day.isoformat() for day in days)

    def texts(name: str, found: Iterable[str]) -> Texts:
        return Texts(tuple(found), dates, ((name, "kept back"),) * count)

    return {
        "Norwegian": texts("nb", (written(day, "nb", "long") for day in days)),
        "English": texts("en", map(in_words, days)),
        "Basque": texts("eu", (written(day, "eu", "long") for day in days)),
    }


def without(piece: str, asked: Texts) -> Texts:
    """The same dates, with a piece of their texts taken out."""
    return Texts(tuple(text.replace(piece, "") for text in asked.texts), asked.dates, asked.styles)
