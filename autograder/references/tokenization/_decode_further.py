"""Still more mistakes of `decode`: which marks follow at once, what is the first, where the names come from."""

import string
import unicodedata

from autograder.references import mistake
from autograder.references.tokenization._decode import SPECIAL, decode, joined

NOT_SO_MANY = (
    "More marks than four follow without a space, as colons, brackets or apostrophes. Only . , ? and ! do; all other "
    "tokens have a space before them."
)
NOT_ALL_FOUR = "Of the four marks that follow at once, not all do, as ? and !. They are . , ? and !"
BY_PLACE = (
    "The numbers are taken for places in the vocabulary's order, or for the special tokens of BERT. The dict says "
    "which token has which number."
)
LEFT_OUT_FIRST = (
    "Special tokens go too late: a piece whose [CLS] is left out has lost its ##, though it is the first now, or has a "
    "space before it. They are left out before anything else."
)


def token_by_token(
    ids,
    vocabulary,
    skip_special=False,
    close=lambda token: token in (".", ",", "?", "!"),
    goes_on=lambda token, text, place: token.startswith("##") and text != "",
    begins=lambda text, place: text == "",
):
    """Token by token; mistakes change one decision."""
    names, text = {number: token for token, number in vocabulary.items()}, ""
    for place, number in enumerate(ids):
        token = names[number]
        if skip_special and token in SPECIAL:
            continue
        if goes_on(token, text, place):
            text += token.removeprefix("##")
        else:
            text += token if begins(text, place) or close(token) else f" {token}"
    return text


def more_marks(close):
    def answer(ids, vocabulary, skip_special=False):
        return token_by_token(ids, vocabulary, skip_special, close=close)

    mistake(decode, NOT_SO_MANY, keeps=0.95)(answer)


more_marks(lambda token: token in string.punctuation)
more_marks(lambda token: len(token) == 1 and unicodedata.category(token).startswith("P"))
more_marks(lambda token: len(token) == 1 and not token.isalnum())
for more in (":", "'", ")]", ":;)", "。，", ":;'"):
    more_marks(lambda token, more=more: token in tuple(".,?!" + more))


def fewer_marks(marks):
    def answer(ids, vocabulary, skip_special=False):
        return joined(ids, vocabulary, skip_special, marks=marks)

    mistake(decode, NOT_ALL_FOUR, keeps=0.97)(answer)


for marks in (".", ".,?", ".,!"):
    fewer_marks(marks)


@mistake(decode, LEFT_OUT_FIRST, keeps=0.97)
def first_by_place(ids, vocabulary, skip_special=False):
    return token_by_token(ids, vocabulary, skip_special, goes_on=lambda token, text, place: token[:2] == "##" and place)


@mistake(decode, LEFT_OUT_FIRST, keeps=0.97)
def blank_by_place(ids, vocabulary, skip_special=False):
    return token_by_token(
        ids,
        vocabulary,
        skip_special,
        goes_on=lambda token, text, place: token[:2] == "##" and place > 0,
        begins=lambda text, place: place == 0,
    )


@mistake(decode, LEFT_OUT_FIRST, keeps=0.97)
def special_replaced_at_the_end(ids, vocabulary, skip_special=False):
    text = joined(ids, vocabulary)
    for token in SPECIAL if skip_special else ():
        text = text.replace(token, "")
    return text.strip() if skip_special else text


@mistake(decode, LEFT_OUT_FIRST, keeps=0.97)
def special_words_at_the_end(ids, vocabulary, skip_special=False):
    text = joined(ids, vocabulary)
    return " ".join(word for word in text.split() if not (skip_special and word in SPECIAL))


@mistake(decode, BY_PLACE)
def by_place_in_the_dict(ids, vocabulary, skip_special=False):
    return joined(ids, {token: place for place, token in enumerate(vocabulary)}, skip_special)


@mistake(decode, "A # of the text itself has vanished: a piece of ## and another # keeps that one.", keeps=0.97)
def all_signs_gone(ids, vocabulary, skip_special=False):
    return token_by_token(ids, vocabulary, skip_special).replace("#", "")
