"""Still more mistakes of `normalize`: some kinds of white space, of lines, of accents."""

import unicodedata

from autograder.references import mistake
from autograder.references.tokenization._normalize import by_character, gone, normalize, same, without_accents

SOME_WHITE = (
    "Some white space stays, or vanishes, as U+2028, which ends a line: not all of it is of category Zs. `isspace` "
    "knows every kind."
)
SOME_LINES = (
    "Of tab, line feed and carriage return not all three become spaces: what is left out vanishes with the control "
    "characters."
)
SOME_ACCENTS = (
    "Some accents stay, as the mark that colours an emoji, U+FE0F. Category Mn says which vanish, wherever they lie."
)
CONTROLS = (
    "Control characters are still there, or some of them have become spaces. All but tab, line feed and carriage "
    "return vanish."
)


def leaves_white(decision):
    """A kind of white space, told by `decision`, becomes a space, and the others stay."""

    def answer(text):
        return by_character(text, white=lambda c: " " if decision(c) else c)

    mistake(normalize, SOME_WHITE, keeps=0.98)(answer)


leaves_white(lambda c: unicodedata.category(c) == "Zs")
leaves_white(lambda c: c in " \u00a0")
leaves_white(lambda c: c in " \u00a0\u3000")


def loses_lines(signs):
    """Some of the three vanish as other control characters do."""

    def answer(text):
        return by_character(text, lines=lambda c: "" if c in signs else " ")

    mistake(normalize, SOME_LINES, keeps=0.95)(answer)


for signs in ("\t", "\t\r", "\n\r"):
    loses_lines(signs)


@mistake(normalize, SOME_WHITE, keeps=0.98)
def only_what_prints(text):
    return by_character(text, unassigned=gone, white=lambda c: c if c == " " else "")


@mistake(normalize, CONTROLS, keeps=0.98)
def control_by_white_space(text):
    return by_character(text, control=lambda c: " " if c.isspace() else c)


@mistake(normalize, "What should vanish stays: control characters, invisible and private ones.", keeps=0.95)
def all_stay(text):
    return by_character(text, control=same, invisible=same, private=same, unreadable=same)


@mistake(normalize, "All other characters get the spaces, and Chinese ones none. It is the other way round.")
def blanks_for_others(text):
    return by_character(text, chinese=lambda character: not normalize(character).startswith(" "))


@mistake(
    normalize,
    "Other characters than Chinese ones get spaces as well, as Japanese kana or Korean syllables. `is_chinese` says "
    "which should.",
    keeps=0.9,
)
def other_letters(text):
    return by_character(text, chinese=lambda character: unicodedata.category(character) == "Lo")


@mistake(normalize, SOME_ACCENTS, keeps=0.98)
def by_combining(text):
    return by_character(text, accents=lambda text: "".join(
        each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each)
    ))  # fmt: skip


@mistake(normalize, SOME_ACCENTS, keeps=0.95)
def from_a_block(text):
    apart = without_accents  # what lies in the block vanishes, and nothing else
    return by_character(text, accents=lambda text: "".join(
        each for each in apart(text, accents=()) if not 0x300 <= ord(each) <= 0x36F
    ))  # fmt: skip


@mistake(normalize, "There is a space between all characters, as with `' '.join`. They are put together without one.")
def all_apart(text):
    return " ".join(normalize(text))


@mistake(normalize, "Only the last character is left. Each is added to those before it, with `+=`.")
def last_one_only(text):
    return by_character(text[-1:])
