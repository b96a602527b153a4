"""Mistakes of `normalize`: a step that is missing, or another one that is near."""

from autograder.references import mistake
from autograder.references.tokenization._normalize import by_character, gone, normalize, same, space, without_accents


@mistake(normalize, "Capital letters stay. In the end each character is put in lower case.")
def keeps_capitals(text):
    return by_character(text, lower=lambda text: text)


@mistake(
    normalize,
    "A capital sigma at the end of a word becomes ς: that is what `lower` makes of a whole text, by a rule of Greek. "
    "Put each character in lower case by itself.",
    keeps=0.85,
)
def lower_as_a_whole(text):
    return by_character(text, lower=str.lower)


@mistake(
    normalize,
    "ß becomes ss: `casefold` does more than `lower`. Put each character in lower case.",
    keeps=0.85,
)
def case_folded(text):
    return by_character(text, lower=lambda text: "".join(map(str.casefold, text)))


@mistake(normalize, "Letters keep their accents. NFD separates them, and then the accents, category Mn, vanish.")
def keeps_accents(text):
    return by_character(text, accents=lambda text: text)


@mistake(
    normalize,
    "Accents are separated from their letters and still there: é has become two characters. Those of category Mn "
    "vanish.",
)
def only_decomposes(text):
    return by_character(text, accents=lambda text: without_accents(text, accents=()))


@mistake(
    normalize,
    "Accents that stand by themselves vanish, but é stays as it is: it is one character until NFD separates it.",
)
def only_filters(text):
    return by_character(text, accents=lambda text: without_accents(text, form="NFC"))


@mistake(
    normalize,
    "Characters that only look like another one are replaced, as ﬁ, ½ or full-width letters. That is NFKD; asked for "
    "is NFD, which separates accents and no more.",
    keeps=0.85,
)
def compatible(text):
    return by_character(text, accents=lambda text: without_accents(text, form="NFKD"))


@mistake(
    normalize,
    "More than accents vanishes: of the marks in Hindi those that have a width of their own, category Mc, stay.",
    keeps=0.85,
)
def all_marks(text):
    return by_character(text, accents=lambda text: without_accents(text, accents=("Mn", "Mc", "Me")))


@mistake(
    normalize,
    "Letters vanish that have no place in ASCII, whole words of them. Only accents should: a letter stays, whatever "
    "script it belongs to.",
)
def ascii_only(text):
    return by_character(text, accents=lambda text: without_accents(text).encode("ascii", "ignore").decode())


@mistake(
    normalize,
    "Letters with an accent vanish altogether, or lose more than the accent. Separate the two first, with NFD, and "
    "drop the accent alone.",
)
def letters_gone(text):
    return by_character(text, accents=lambda text: "".join(c for c in text if without_accents(c) == c))


@mistake(normalize, "Chinese characters get no spaces. Each stands between two, one before and one behind.")
def no_blanks(text):
    return by_character(text, han=same)


@mistake(
    normalize,
    "A Chinese character has a space on one side only. It gets one on each, so that two neighbours have two between "
    "them.",
)
def blank_behind(text):
    return by_character(text, han=lambda character: f"{character} ")


@mistake(
    normalize,
    "A Chinese character has a space on one side only. It gets one on each, so that two neighbours have two between "
    "them.",
)
def blank_before(text):
    return by_character(text, han=lambda character: f" {character}")


@mistake(normalize, "Chinese characters have vanished. They get spaces around them, and stay.")
def chinese_gone(text):
    return by_character(text, han=space)


@mistake(
    normalize,
    "Rare Chinese characters get no spaces. The common ones lie between 4E00 and 9FFF; others lie elsewhere, and "
    "`is_chinese` knows where.",
    keeps=0.85,
)
def common_only(text):
    return by_character(text, chinese=lambda character: "\u4e00" <= character <= "\u9fff")


@mistake(
    normalize,
    "Other characters than Chinese ones get spaces as well, as Japanese kana or Korean syllables. `is_chinese` says "
    "which should.",
    keeps=0.85,
)
def all_of_the_east(text):
    return by_character(text, chinese=lambda character: "\u3040" <= character <= "\ud7ff")


@mistake(
    normalize,
    "Other characters than Chinese ones get spaces as well, as Japanese kana or Korean syllables. `is_chinese` says "
    "which should.",
    keeps=0.85,
)
def whatever_is_not_ascii(text):
    return by_character(text, chinese=lambda character: not character.isascii())


@mistake(
    normalize,
    "Tabs and ends of lines vanish, and glue two words together. They become spaces, though Unicode counts them among "
    "the control characters: ask for them first.",
)
def lines_gone(text):
    return by_character(text, lines=gone)


@mistake(normalize, "Tabs and ends of lines stay as they are. Each becomes a space.", keeps=0.8)
def lines_stay(text):
    return by_character(text, lines=same)


@mistake(normalize, "Control characters stay. They vanish.", keeps=0.98)
def control_stays(text):
    return by_character(text, control=same)


@mistake(
    normalize,
    "Some control characters become spaces, as a vertical tab. To `isspace` they are white space; here all of category "
    "Cc but tab, line feed and carriage return vanish, so ask for the category first.",
    keeps=0.98,
)
def white_space_first(text):
    return by_character(text, white_first=True)


@mistake(
    normalize, "Control characters become spaces. They vanish, and what stood around them grows together.", keeps=0.98
)
def control_to_blanks(text):
    return by_character(text, control=space)


@mistake(normalize, "Invisible characters, category Cf, stay. They vanish.", keeps=0.98)
def invisible_stay(text):
    return by_character(text, invisible=same)


@mistake(normalize, "Private characters, category Co, stay. They vanish.", keeps=0.98)
def private_stay(text):
    return by_character(text, private=same)


@mistake(normalize, "U+FFFD stays, which stands for what could not be read. It vanishes.", keeps=0.98)
def unreadable_stays(text):
    return by_character(text, unreadable=same)


@mistake(
    normalize,
    "What Unicode has not assigned yet, category Cn, vanishes as well. Only Cc, Cf and Co do; a category that begins "
    "with C is not enough.",
    keeps=0.98,
)
def unassigned_vanish(text):
    return by_character(text, unassigned=gone)


@mistake(
    normalize,
    "White space other than the space stays, as the one that allows no break. It becomes a space.",
    keeps=0.98,
)
def white_stays(text):
    return by_character(text, white=same)


@mistake(normalize, "White space other than the space vanishes. It becomes a space.", keeps=0.98)
def white_vanishes(text):
    return by_character(text, white=lambda character: character if character == " " else "")


@mistake(
    normalize,
    "Spaces in a row have become one, or those at the ends are gone. Splitting comes later: here each stays.",
    keeps=0.85,
)
def squeezed(text):
    return " ".join(by_character(text).split())


@mistake(
    normalize,
    "Spaces in a row have become one, or those at the ends are gone. Splitting comes later: here each stays.",
    keeps=0.85,
)
def stripped(text):
    return by_character(text).strip()


@mistake(normalize, "Punctuation has vanished, or got spaces. Here it stays as it is.")
def punctuation_gone(text):
    return "".join(c for c in by_character(text) if c.isalnum() or c.isspace())
