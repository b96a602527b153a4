"""BERT's tokenizer as people write it wrongly; each of these is right on some pairs of texts.

All take two texts. What comes back are tokens with their types.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable
from functools import cache

from helpers.characters import is_chinese
from helpers.vocabularies import read_vocabulary

Made = list[list[str]]


@cache
def known() -> dict[str, int]:
    """The vocabulary of bert-base-chinese."""
    return read_vocabulary("中文")


def no_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(each.lower() for each in apart if unicodedata.category(each) != "Mn")


def is_mark(each: str) -> bool:
    return each in string.punctuation or unicodedata.category(each).startswith("P")


def cut(word: str, part: bool = False) -> list[str]:
    """`part`: what was found of an unknown word stays."""
    tokens: list[str] = []
    start = 0
    while start < len(word):
        names = {end: ("##" if start else "") + word[start:end] for end in range(start + 1, len(word) + 1)}
        found = [end for end, name in names.items() if name in known()]
        if not found:
            return [*(tokens if part else []), "[UNK]"]
        tokens.append(names[found[-1]])
        start = found[-1]
    return tokens


def right_tokenizer(
    first: str,
    second: str,
    han: Callable[[str], bool] = is_chinese,
    mark: Callable[[str], bool] = is_mark,
    plain: Callable[[str], str] = no_accents,
    unseen: str = "",
    part: bool = False,
    needed: bool = False,
) -> Made:
    """The definition, in loops. `needed`: a second text that has tokens."""
    sides = []
    for text in (first, second):
        cleaned = ""
        for each in text:
            if each.isspace() and (each in "\t\n\r" or unicodedata.category(each) != "Cc"):
                cleaned += " "
            elif unicodedata.category(each) in ("Cc", "Cf", "Co") or each == "\ufffd":
                cleaned += unseen
            else:
                cleaned += f" {each} " if han(each) else each
        apart = "".join(f" {each} " if mark(each) else each for each in plain(cleaned))
        sides.append([token for word in apart.split() for token in cut(word, part)])
    made = [["[CLS]", "0"], *([token, "0"] for token in sides[0]), ["[SEP]", "0"]]
    if sides[1] or not needed:
        made += [*([token, "1"] for token in sides[1]), ["[SEP]", "1"]]
    return made


def ascii_punctuation(first: str, second: str) -> Made:
    return right_tokenizer(first, second, mark=lambda each: each in string.punctuation)


def common_chinese(first: str, second: str) -> Made:
    return right_tokenizer(first, second, han=lambda each: "\u4e00" <= each <= "\u9fff")


def accents_stay(first: str, second: str) -> Made:
    return right_tokenizer(first, second, plain=str.lower)


def spaces_for_the_unseen(first: str, second: str) -> Made:
    return right_tokenizer(first, second, unseen=" ")


def keeps_a_part(first: str, second: str) -> Made:
    return right_tokenizer(first, second, part=True)


def empty_is_none(first: str, second: str) -> Made:
    return right_tokenizer(first, second, needed=True)


SUSPECTS: dict[str, Callable[[str, str], Made]] = {
    "splits off punctuation of ASCII only": ascii_punctuation,
    "knows common Chinese only": common_chinese,
    "leaves letters with accents as they are": accents_stay,
    "makes spaces of what cannot be seen": spaces_for_the_unseen,
    "keeps what it has found of an unknown word": keeps_a_part,
    "takes a second text without tokens for none": empty_is_none,
}
