"""More mistakes of `basic_tokenize`: a category or a call that is another one."""

import string
import unicodedata

from autograder.references import mistake
from autograder.references.tokenization._basic_tokenize import basic_tokenize, is_mark, spaced

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
    "Digits or other numbers are split off, as ½ and ². They belong to the word that they stand in.",
    keeps=0.95,
)
def numbers_too(text, normalize):
    return spaced(text, normalize, mark=lambda c: is_mark(c) or unicodedata.category(c).startswith("N"))


@mistake(basic_tokenize, "Single characters come back. Letters that touch each other make one word.")
def characters_and_blanks(text, normalize):
    return spaced(text, normalize, cut=list)


@mistake(
    basic_tokenize,
    "There are empty words in the list, where two blanks meet or at the ends. `split()` without an argument cuts at "
    "any number of blanks.",
)
def stripped_and_split(text, normalize):
    return spaced(text, normalize, cut=lambda text: text.strip().split(" "))


@mistake(basic_tokenize, "A text comes back, with blanks around the marks. Asked for is a list of words.")
def joined_again(text, normalize):
    return " ".join(spaced(text, normalize))


@mistake(
    basic_tokenize,
    "The normalization is called again for each word. It is given the whole text, once.",
    keeps=0.95,
)
def again_for_words(text, normalize):
    return [normalize(word) for word in spaced(text, normalize)]


@mistake(basic_tokenize, BEFORE, keeps=0.95)
def stripped_first(text, normalize):
    return spaced(text.strip(), normalize)


@mistake(basic_tokenize, BEFORE, keeps=0.95)
def lower_case_first(text, normalize):
    return spaced(text.lower(), normalize)


@mistake(basic_tokenize, "The words come back in the opposite order, or sorted. They stand as in the text.")
def sorted_words(text, normalize):
    return sorted(spaced(text, normalize))


@mistake(
    basic_tokenize,
    "Marks and words come one after the other: first all words, then all marks. They stand as in the text.",
)
def marks_at_the_end(text, normalize):
    found = spaced(text, normalize)
    return [word for word in found if not is_mark(word[0])] + [word for word in found if is_mark(word[0])]
