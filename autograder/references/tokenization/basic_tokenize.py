"""`basic_tokenize`: what is right, and what goes wrong."""

import re
import string
import unicodedata

from autograder.references import alternative, mistake, promised
from autograder.references.tokenization import (  # they register themselves
    _basic_tokenize_further,  # noqa: F401
    _basic_tokenize_slips,  # noqa: F401
)
from autograder.references.tokenization._basic_tokenize import basic_tokenize, is_mark, spaced

OTHER_SIGNS = (
    "Symbols that are not punctuation are split off, as € or an emoji. Only category P counts, and what ASCII has on "
    "its keys; all others belong to the word that they stand in."
)
EMPTY = (
    "There are empty words in the list, where two spaces meet or at the ends. `split()` without an argument cuts at "
    "any number of spaces."
)


@mistake(basic_tokenize, "The text is not normalized. That comes first, and the result is split.")
def not_normalized(text, normalize):
    return spaced(text, str)


@mistake(basic_tokenize, "Punctuation stays with the word that it touches. Each mark is a word of its own.")
def at_blanks_only(text, normalize):
    return normalize(text).split()


@mistake(basic_tokenize, "Punctuation has vanished. Each mark is a word of its own.")
def marks_gone(text, normalize):
    return spaced(text, normalize, around=lambda character: " ")


@mistake(basic_tokenize, "Punctuation has vanished. Each mark is a word of its own.")
def marks_gone_and_words_joined(text, normalize):
    return spaced(text, normalize, around=lambda character: "")


@mistake(
    basic_tokenize,
    "A mark is split off on one side only: it sticks to the word before it, or to the one behind.",
)
def before_only(text, normalize):
    return spaced(text, normalize, around=lambda character: f" {character}")


@mistake(
    basic_tokenize,
    "A mark is split off on one side only: it sticks to the word before it, or to the one behind.",
)
def behind_only(text, normalize):
    return spaced(text, normalize, around=lambda character: f"{character} ")


@mistake(basic_tokenize, "Marks in a row have become one word. Each is a word of its own.", keeps=0.8)
def rows_of_marks(text, normalize):
    kept = "".join(c if not is_mark(c) else f"\0{c}\0" for c in normalize(text)).replace("\0\0", "")
    return kept.replace("\0", " ").split()


@mistake(
    basic_tokenize,
    "Marks are split off at the beginning and the end of a word, but not inside it, as the apostrophe in can't.",
)
def at_the_ends(text, normalize):
    found = []
    for word in normalize(text).split():
        inner = word.strip(string.punctuation)
        head, _, tail = word.partition(inner) if inner else (word, "", "")
        found += [*head, *([inner] if inner else []), *tail]
    return found


@mistake(
    basic_tokenize,
    "Only the punctuation of ASCII is split off. Other scripts have theirs, as “ or ：, category P.",
)
def ascii_marks(text, normalize):
    return spaced(text, normalize, mark=lambda character: character in string.punctuation)


@mistake(
    basic_tokenize,
    "Characters like $, + and < stay inside words. To Unicode they are symbols and not punctuation; BERT splits off "
    "everything that `string.punctuation` holds.",
)
def only_category_p(text, normalize):
    return spaced(text, normalize, mark=lambda character: unicodedata.category(character).startswith("P"))


@mistake(basic_tokenize, OTHER_SIGNS, keeps=0.95)
def symbols_too(text, normalize):
    return spaced(text, normalize, mark=lambda character: unicodedata.category(character)[0] in "PS")


@mistake(basic_tokenize, OTHER_SIGNS, keeps=0.95)
def not_alphanumeric(text, normalize):
    return spaced(text, normalize, mark=lambda character: not character.isalnum() and not character.isspace())


@mistake(
    basic_tokenize,
    "The underscore stays inside a word, since to `\\w` it is a letter. It is punctuation.",
)
def by_regular_expression(text, normalize):
    return re.findall(r"\w+|[^\w\s]", normalize(text))


@mistake(basic_tokenize, EMPTY)
def empty_words(text, normalize):
    return spaced(text, normalize, cut=lambda text: text.split(" "))


@mistake(basic_tokenize, EMPTY)
def empty_words_at_the_ends(text, normalize):
    return spaced(text, normalize, cut=lambda text: re.split(" +", text))


@mistake(
    basic_tokenize,
    "The words are normalized one by one, after splitting. Then the spaces and marks that the normalization makes, or "
    "takes away, come too late: it is given the whole text, once.",
    keeps=0.9,
)
def normalizes_words(text, normalize):
    return [normalize(word) for word in spaced(text, str)]


@mistake(
    basic_tokenize,
    "The normalization is called again for parts of the text. It is given the whole text, once.",
    keeps=0.95,
)
def normalizes_characters(text, normalize):
    return spaced("".join(map(normalize, text)), str)


@mistake(basic_tokenize, "The text is normalized twice. Once is enough.", keeps=0.95)
def normalizes_twice(text, normalize):
    return spaced(normalize(text), normalize)


@mistake(basic_tokenize, "A text comes back, with spaces around the marks. Asked for is a list of words.")
def still_a_text(text, normalize):
    return spaced(text, normalize, cut=str)


@mistake(basic_tokenize, "Single characters come back. Letters that touch each other make one word.")
def single_characters(text, normalize):
    return [character for character in normalize(text) if not character.isspace()]


@mistake(
    basic_tokenize,
    "Digits or other numbers are split off, as ½ and ². They belong to the word that they stand in.",
    keeps=0.95,
)
def digits_too(text, normalize):
    return spaced(text, normalize, mark=lambda character: is_mark(character) or character.isdigit())


@alternative(basic_tokenize)
def in_the_frame(text, normalize):
    return spaced(text, normalize)


@alternative(basic_tokenize)
def letter_by_letter(text, normalize):
    found, word = [], ""
    for character in normalize(text):
        if character.isspace() or is_mark(character):
            found += [word] if word else []
            found += [character] if is_mark(character) else []
            word = ""
        else:
            word += character
    return found + ([word] if word else [])


promised(
    basic_tokenize,
    "The words and punctuation marks of a text, in their order.",
    by=["words between spaces", "marks behind words", "marks inside words"],
)
promised(
    basic_tokenize,
    "The whole text is normalized once.",
    by=["another normalization", "what the normalization is given, and how often"],
)
promised(
    basic_tokenize,
    "Then it is cut at spaces, however many, and before and behind each punctuation mark, which is a word of its own.",
    by=["several spaces, in front and behind", "marks in a row", "nothing but marks"],
)
promised(
    basic_tokenize,
    "Punctuation is what `string.punctuation` holds, and every character whose Unicode category begins with P.",
    by=[
        "all marks of ASCII",
        "dollar, plus and their like",
        "marks of other scripts",
        "symbols that are not punctuation",
    ],
)
promised(basic_tokenize, "text: any text; it may be empty.", by=["a single word, and none"])
promised(
    basic_tokenize,
    "normalize: from a text to a normalized one, whose only white space is spaces.",
    by=["another normalization", "called by names"],
)
promised(
    basic_tokenize, "A list without empty words.", by=["several spaces, in front and behind", "a single word, and none"]
)
