"""`basic_tokenize`: the library's, and what most answers are made of."""

import string
import unicodedata


def basic_tokenize(text, normalize):
    """The library's."""
    from tokenizers import pre_tokenizers

    return [word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalize(text))]


def is_mark(character):
    return character in string.punctuation or unicodedata.category(character).startswith("P")


def spaced(text, normalize, mark=is_mark, around=lambda character: f" {character} ", cut=str.split):
    """The frame of most answers; mistakes change one decision."""
    return cut("".join(around(each) if mark(each) else each for each in normalize(text)))
