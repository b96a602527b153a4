"""`normalize`: the library's, and what most answers are made of."""

import unicodedata

from helpers.characters import is_chinese


def normalize(text):
    """The library's normalizer."""
    from tokenizers import normalizers

    return normalizers.BertNormalizer(lowercase=True, strip_accents=None).normalize_str(text)


def space(character):
    return " "


def gone(character):
    return ""


def same(character):
    return character


def lowered(text):
    return "".join(character.lower() for character in text)


def without_accents(text, form="NFD", accents=("Mn",)):
    apart = unicodedata.normalize(form, text)
    return "".join(each for each in apart if unicodedata.category(each) not in accents)


def by_character(
    text,
    lines=space,
    control=gone,
    invisible=gone,
    private=gone,
    unreadable=gone,
    unassigned=same,
    white=space,
    han=lambda character: f" {character} ",
    accents=without_accents,
    lower=lowered,
    chinese=is_chinese,
    white_first=False,
):
    """The frame of most answers; mistakes change one decision."""
    kinds = {"Cc": control, "Cf": invisible, "Co": private, "Cn": unassigned}

    def made(character):
        if character in "\t\n\r":
            return lines(character)
        if character == "\ufffd":
            return unreadable(character)
        if white_first and character.isspace():
            return white(character)
        if unicodedata.category(character) in kinds:
            return kinds[unicodedata.category(character)](character)
        if character.isspace():
            return white(character)
        return han(character) if chinese(character) else character

    return lower(accents("".join(map(made, text))))
