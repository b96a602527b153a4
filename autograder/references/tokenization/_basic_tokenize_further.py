"""Still more mistakes of `basic_tokenize`: some categories, other patterns."""

import re
import string
import unicodedata

from autograder.references import mistake
from autograder.references.tokenization._basic_tokenize import basic_tokenize, is_mark, spaced

SOME_CATEGORIES = (
    "Of the punctuation of other scripts only some is split off, as that of category Po, and not brackets, dashes or "
    "quotes. All categories that begin with P count."
)
PATTERN = (
    "What a regular expression takes for letters and for marks decides, and it takes something else: letters of other "
    "scripts, digits or signs stand by themselves, or are gone."
)


def with_categories(kinds):
    """Of other scripts only these categories count."""

    def answer(text, normalize):
        return spaced(text, normalize, mark=lambda c: c in string.punctuation or unicodedata.category(c) in kinds)

    mistake(basic_tokenize, SOME_CATEGORIES, keeps=0.9)(answer)


for kinds in (
    ("Po", "Ps", "Pe"),
    ("Po", "Pd"),
    ("Po", "Ps", "Pe", "Pd"),
    ("Po", "Ps", "Pe", "Pi", "Pf"),
    ("Po", "Ps", "Pe", "Pi", "Pf", "Pd"),
    ("Po", "Ps", "Pe", "Pd", "Pc"),
):
    with_categories(kinds)


def with_pattern(pattern):
    """What a regular expression finds."""

    def answer(text, normalize):
        return re.findall(pattern, normalize(text))

    mistake(basic_tokenize, PATTERN, keeps=0.8)(answer)


for pattern in (r"[a-z0-9]+|[^a-z0-9\s]", r"[A-Za-z0-9]+|[^A-Za-z0-9\s]", r"[A-Za-z]+|[^\w\s]", r"[a-z]+|[^a-z\s]"):
    with_pattern(pattern)


@mistake(
    basic_tokenize,
    "Marks are split off at the beginning and the end of a word, but not inside it, as the apostrophe in can't.",
)
def apostrophes_stay(text, normalize):
    return re.findall(r"\w+(?:'\w+)?|[^\w\s]", normalize(text))


@mistake(basic_tokenize, "Punctuation has vanished, or empty words stand in its place. Each mark is a word of its own.")
def split_at_marks(text, normalize):
    return re.split(r"\W+", normalize(text))


@mistake(basic_tokenize, "Punctuation of ASCII has vanished. Each mark is a word of its own.")
def ascii_marks_gone(text, normalize):
    return [word for word in spaced(text, normalize) if word not in string.punctuation]


@mistake(
    basic_tokenize, "The text is put in lower case after it was normalized. What that makes of it stays.", keeps=0.95
)
def lower_case_afterwards(text, normalize):
    return spaced(text, lambda text: normalize(text).lower())


@mistake(
    basic_tokenize,
    "The normalization is called again for parts of the text. It is given the whole text, once.",
    keeps=0.95,
)
def character_by_character(text, normalize):
    return spaced(text, lambda text: "".join(normalize(character) for character in text))


@mistake(basic_tokenize, "The text is normalized twice. Once is enough.", keeps=0.95)
def normalizes_the_result(text, normalize):
    return normalize(spaced(text, normalize, cut=str)).split()


@mistake(
    basic_tokenize,
    "Of the punctuation too little is split off: what lies in `string.punctuation` and has a P counts, and not what "
    "has one of the two.",
)
def both_at_once(text, normalize):
    return spaced(text, normalize, mark=lambda c: is_mark(c) and c.isascii() and unicodedata.category(c)[0] == "P")


@mistake(basic_tokenize, "Symbols, category S, are split off instead of punctuation of other scripts, category P.")
def symbols_instead(text, normalize):
    return spaced(text, normalize, mark=lambda c: c in string.punctuation or unicodedata.category(c)[0] == "S")


@mistake(basic_tokenize, "Only a few marks are split off, as full stop and comma. `string.punctuation` holds 32.")
def a_few_marks(text, normalize):
    return spaced(text, normalize, mark=lambda c: c in ".,!?;:")


@mistake(basic_tokenize, "Only punctuation is left. Words should be there as well.")
def marks_only(text, normalize):
    return [character for character in normalize(text) if is_mark(character)]


@mistake(basic_tokenize, "Only what was added last is there. Each character is added to those before it, with `+=`.")
def last_character(text, normalize):
    return spaced(normalize(text)[-1:], str)


@mistake(basic_tokenize, "The text is neither normalized nor are marks split off: it is only cut at blanks.")
def plain_words(text, normalize):
    return text.split()
