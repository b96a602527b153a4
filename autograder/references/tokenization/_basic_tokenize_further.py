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
    "scripts, digits or symbols stand by themselves, or are gone."
)


def with_categories(kinds):
    """Of other scripts only these categories count."""

    def answer(text, normalize):
        return spaced(text, normalize, mark=lambda c: c in string.punctuation or unicodedata.category(c) in kinds)

    mistake(basic_tokenize, SOME_CATEGORIES, keeps=0.9)(answer)


for kinds in (("Po", "Ps", "Pe"), ("Po", "Ps", "Pe", "Pd"), ("Po", "Ps", "Pe", "Pi", "Pf")):
    with_categories(kinds)


def with_pattern(pattern):
    """What a regular expression finds."""

    def answer(text, normalize):
        return re.findall(pattern, normalize(text))

    mistake(basic_tokenize, PATTERN, keeps=0.8)(answer)


for pattern in (r"[a-z0-9]+|[^a-z0-9\s]", r"[a-z]+|[^a-z\s]"):
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


@mistake(
    basic_tokenize,
    "Of the punctuation too little is split off: what lies in `string.punctuation` and has a P counts, and not what "
    "has one of the two.",
)
def both_at_once(text, normalize):
    return spaced(text, normalize, mark=lambda c: is_mark(c) and c.isascii() and unicodedata.category(c)[0] == "P")


@mistake(basic_tokenize, "Only a few marks are split off, as full stop and comma. `string.punctuation` holds 32.")
def a_few_marks(text, normalize):
    return spaced(text, normalize, mark=lambda c: c in ".,!?;:")
