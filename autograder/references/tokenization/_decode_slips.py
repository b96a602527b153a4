"""More mistakes of `decode`: what is replaced, and what is left out."""

import string

from autograder.references import mistake
from autograder.references.tokenization._decode import SPECIAL, decode, joined

OPPOSITE = "Of the special tokens the wrong ones are left out, or all others: what stays is what should have gone."


@mistake(decode, "There are no blanks between words. Every token but a piece with ## has one before it.")
def nothing_between(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, between="")


@mistake(
    decode, "A blank has taken the place of ##, so that a word has gaps. A piece goes on with the word: both vanish."
)
def blank_for_the_mark(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, mark="\0").replace(" ##", " ")


@mistake(
    decode,
    "More marks than four follow without a blank, as colons, brackets or apostrophes. Only . , ? and ! do; all other "
    "tokens have a blank before them.",
)
def all_punctuation(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, marks=string.punctuation)


@mistake(decode, "Punctuation has vanished. It is the blank before it that goes.")
def marks_gone(ids, vocabulary, skip_special=False):
    text = joined(ids, vocabulary, skip_special, marks="")
    return "".join(each for each in text if each not in ".,?!")


@mistake(decode, "A mark has lost the blank behind it as well. Only the one before it goes.")
def glued_on_both_sides(ids, vocabulary, skip_special=False):
    text = joined(ids, vocabulary, skip_special, marks="")
    for mark in ".,?!":
        text = text.replace(f" {mark} ", mark)
    return text


@mistake(decode, OPPOSITE)
def only_special_ones(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, special=set(vocabulary) - set(SPECIAL))


@mistake(
    decode,
    "Some special tokens stay although they should be left out. There are five: [PAD], [UNK], [CLS], [SEP] and [MASK].",
    keeps=0.9,
)
def padding_stays(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, special=SPECIAL[2:])


@mistake(
    decode,
    "Some special tokens stay although they should be left out. There are five: [PAD], [UNK], [CLS], [SEP] and [MASK].",
    keeps=0.9,
)
def only_padding_goes(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, special=("[PAD]",))


@mistake(decode, "The first and the last token are always left out, whatever they are and whatever is asked for.")
def always_cuts_the_ends(ids, vocabulary, skip_special=False):
    return joined(ids[1:-1], vocabulary, skip_special)


@mistake(decode, "[CLS] and [SEP] are always left out. They stay unless `skip_special` is true.")
def removes_two_of_them(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special).replace("[CLS] ", "").replace(" [SEP]", "")


@mistake(
    decode,
    "A # at the beginning or the end of the text is lost. It stood there.",
    keeps=0.95,
)
def strips_the_sign(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special).strip("#")


@mistake(
    decode, "The text begins with a capital. Nobody knows any more whether it did: tokens stay as they are.", keeps=0.8
)
def with_a_capital(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special).capitalize()


@mistake(decode, "The numbers come back as text, or their tokens one below the other. Look up the names and join them.")
def numbers_as_text(ids, vocabulary, skip_special=False):
    return " ".join(map(str, ids))
