"""More mistakes of `offsets`: where one looks, how far one goes."""

from autograder.references import mistake
from autograder.references.tokenization._offsets import offsets, walked

FAR_BEHIND = (
    "After the first word, or the first few, words are not found any more, or in the wrong place: where one looks from "
    "does not move along with the words. Look for a word from the end of the one before."
)
MIXED = (
    "The beginning is a place of the text and the end is one of the normalized letters, or the other way round. Both "
    "are looked up in the list of places."
)


@mistake(
    offsets,
    "Spaces that the normalization makes are thrown away again, so that words grow together. They separate words.",
)
def strips_each(text, normalize, split, pieces):
    return walked(text, lambda character: normalize(character).strip(), split, pieces)


@mistake(
    offsets,
    "Each word is thought to begin where the one before it ended, without the spaces in between. Look for where it "
    "begins.",
)
def no_blanks_between(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, where=lambda letters, word, end: end)


@mistake(
    offsets,
    "A normalized word is looked for in the original text, where it may be written otherwise: it is not there, or its "
    "place is not one of the normalized letters.",
)
def looks_in_the_original(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, where=lambda letters, word, end: text.index(word, end))


def stepwise(text, normalize, split, pieces, after):
    """`after`: from the end so far, the start of a word and the word, to the new end."""
    pairs = [(each, place) for place, character in enumerate(text) for each in normalize(character)]
    letters, found, end = "".join(each for each, _ in pairs), [], 0
    for word in split(letters):
        start = letters.index(word, end)
        end = after(end, start, word)
        for number, token in enumerate(pieces(word)):
            length = len(word) if token == "[UNK]" else len(token) - 2 * (number > 0)
            found.append((token, pairs[start][1], pairs[start + length - 1][1] + 1))
            start += length
    return found


@mistake(offsets, FAR_BEHIND)
def end_stays_at_the_start(text, normalize, split, pieces):
    return stepwise(text, normalize, split, pieces, lambda end, start, word: start)


@mistake(offsets, FAR_BEHIND)
def end_grows_by_words(text, normalize, split, pieces):
    return stepwise(text, normalize, split, pieces, lambda end, start, word: end + len(word))


@mistake(offsets, FAR_BEHIND)
def from_the_beginning(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, where=lambda letters, word, end: letters.index(word))


@mistake(
    offsets,
    "[UNK] is taken for a piece of five letters. It stands for its whole word, however long that is.",
)
def unknown_by_its_name(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, size=lambda token, number, word: len(token) - 2 * (number > 0))


@mistake(offsets, "## is counted as two letters of the word. It is no part of the text.")
def mark_counts(text, normalize, split, pieces):
    return walked(
        text, normalize, split, pieces, size=lambda token, number, word: len(word) if token == "[UNK]" else len(token)
    )


@mistake(
    offsets,
    "Two letters are taken off every token, or off [UNK] as well. Only pieces after the first have a ##.",
)
def two_off_each(text, normalize, split, pieces):
    return walked(
        text,
        normalize,
        split,
        pieces,
        size=lambda token, number, word: len(word) if token == "[UNK]" else len(token) - 2,
    )


@mistake(
    offsets,
    "Where a word of the text itself begins with ##, two letters are lost. Only a piece after the first has the mark.",
    keeps=0.9,
)
def mark_by_its_look(text, normalize, split, pieces):
    return walked(
        text,
        normalize,
        split,
        pieces,
        size=lambda token, number, word: len(word) if token == "[UNK]" else len(token) - 2 * token.startswith("##"),
    )


@mistake(offsets, MIXED)
def begins_in_the_normalized(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, first=lambda places, start, size: start)


@mistake(offsets, MIXED)
def ends_in_the_normalized(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, last=lambda places, start, size: start + size)


@mistake(
    offsets,
    "A token reaches up to where the next letter comes from, so that accents or spaces behind it are taken along, and "
    "behind the last one there is an error. It ends behind the character of its own last letter.",
)
def place_of_the_next(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, last=lambda places, start, size: places[start + size])
