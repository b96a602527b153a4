"""More mistakes of `basic_tokenize`: a category or a call that is another one."""

import string
import unicodedata

from autograder.references import mistake
from autograder.references.tokenization._basic_tokenize import basic_tokenize, spaced

BEFORE = "The text is changed before it is normalized: stripped, or put in lower case. It is handed over as it stands."


@mistake(
    basic_tokenize,
    "Of the punctuation of other scripts only some is split off, as that of category Po, and not brackets, dashes or "
    "quotes. All categories that begin with P count.",
    keeps=0.85,
)
def only_po(text, normalize):
    return spaced(text, normalize, mark=lambda c: c in string.punctuation or unicodedata.category(c) == "Po")


@mistake(
    basic_tokenize,
    "There are empty words in the list, where two spaces meet or at the ends. `split()` without an argument cuts at "
    "any number of spaces.",
)
def stripped_and_split(text, normalize):
    return spaced(text, normalize, cut=lambda text: text.strip().split(" "))


@mistake(
    basic_tokenize,
    "The normalization is called again for each word. It is given the whole text, once.",
    keeps=0.95,
)
def again_for_words(text, normalize):
    return [normalize(word) for word in spaced(text, normalize)]


@mistake(basic_tokenize, BEFORE, keeps=0.95)
def lower_case_first(text, normalize):
    return spaced(text.lower(), normalize)
