"""More mistakes of `decode`: what is replaced, and what is left out."""

from autograder.references import mistake
from autograder.references.tokenization._decode import SPECIAL, decode, joined

OPPOSITE = "Of the special tokens the wrong ones are left out, or all others: what stays is what should have gone."


@mistake(decode, "There are no spaces between words. Every token but a piece with ## has one before it.")
def nothing_between(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, between="")


@mistake(
    decode, "A space has taken the place of ##, so that a word has gaps. A piece goes on with the word: both vanish."
)
def blank_for_the_mark(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, mark="\0").replace(" ##", " ")


@mistake(decode, "A mark has lost the space behind it as well. Only the one before it goes.")
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
