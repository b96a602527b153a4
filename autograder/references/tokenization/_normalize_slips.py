"""More mistakes of `normalize`: a category or a character that is another one."""

import unicodedata

from autograder.references import mistake
from autograder.references.tokenization._normalize import by_character, lowered, normalize, without_accents

EAST = (
    "Other characters than Chinese ones get spaces as well, as Japanese kana or Korean syllables. `is_chinese` says "
    "which should."
)


@mistake(
    normalize,
    "A carriage return vanishes as a control character, while tab and line feed become spaces. It is the third of "
    "them.",
    keeps=0.95,
)
def no_carriage_return(text):
    return by_character(text.replace("\r", "\x00"))


@mistake(
    normalize,
    "Some control characters become spaces, as a vertical tab. To `isspace` they are white space; here all of category "
    "Cc but tab, line feed and carriage return vanish, so ask for the category first.",
    keeps=0.95,
)
def vertical_tabs(text):
    return by_character(text, control=lambda c: " " if c in "\x0b\x0c" else "")


@mistake(normalize, "Only accents are left, and all letters are gone. It is the other way round.")
def accents_only(text):
    return by_character(text, accents=lambda text: "".join(
        c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) == "Mn"
    ))  # fmt: skip


@mistake(
    normalize,
    "Accents that stand by themselves vanish, but é stays as it is: it is one character until NFD separates it.",
)
def not_decomposed(text):
    return by_character(text, accents=lambda t: "".join(c for c in t if unicodedata.category(c) != "Mn"))


@mistake(normalize, EAST, keeps=0.9)
def from_2e80(text):
    return by_character(text, chinese=lambda character: ord(character) > 0x2E80)


@mistake(normalize, "A list of characters comes back. Asked for is a text: join them.")
def list_of_characters(text):
    return list(by_character(text))


@mistake(
    normalize,
    "Control characters, white space or Chinese are not looked at: only capitals and accents are changed.",
)
def letters_only(text):
    return lowered(without_accents(text))


@mistake(normalize, "Punctuation gets spaces around it. That comes with the next exercise; here it stays as it is.")
def spaces_punctuation(text):
    return "".join(f" {c} " if unicodedata.category(c).startswith("P") else c for c in by_character(text))
