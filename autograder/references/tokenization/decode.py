"""`decode`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised
from autograder.references.tokenization import (  # they register themselves
    _decode_further,  # noqa: F401
    _decode_slips,  # noqa: F401
)
from autograder.references.tokenization._decode import SPECIAL, decode, joined

NOT_SO_MANY = (
    "More marks than four follow without a space, as colons, brackets or apostrophes. Only . , ? and ! do; all other "
    "tokens have a space before them."
)
HALF_OF_THEM = (
    "Some special tokens stay although they should be left out. There are five: [PAD], [UNK], [CLS], [SEP] and [MASK]."
)


@mistake(decode, "Pieces keep their ##, and a space before it. They go on with the word: both vanish.")
def pieces_apart(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, mark="\0")


@mistake(decode, "## has vanished, but the space before it has stayed. A piece goes on with the word.")
def blank_stays(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, mark="##")


@mistake(decode, "Pieces are joined to the word, but still have their ##.")
def mark_stays(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, mark="\0").replace(" ##", "##")


@mistake(
    decode,
    "A piece that comes first has lost its ##. There is no word that it could go on with, and it stands as it is.",
    keeps=0.85,
)
def first_mark_gone(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special).removeprefix("##")


@mistake(decode, "There are no spaces between words. Every token but a piece with ## has one before it.")
def no_blanks_between(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, between="", mark="##")


@mistake(decode, "Punctuation has a space before it. Four marks follow the word at once: . , ? and !")
def marks_apart(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, marks="")


@mistake(
    decode,
    "Of the four marks that follow at once, not all do, as ? and !. They are . , ? and !",
    keeps=0.95,
)
def two_marks(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, marks=".,")


@mistake(decode, NOT_SO_MANY, keeps=0.9)
def colons_too(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, marks=".,?!:;")


@mistake(decode, NOT_SO_MANY, keeps=0.85)
def brackets_too(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, marks=".,?!:;)]'%。，：")


@mistake(decode, NOT_SO_MANY, keeps=0.9)
def apostrophes_too(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special).replace(" ' ", "'")


@mistake(decode, "Chinese characters stand without spaces. The tokenizer cannot know that there were none.", keeps=0.85)
def chinese_together(ids, vocabulary, skip_special=False):
    words = joined(ids, vocabulary, skip_special).split(" ")
    text = words[0] if words else ""
    for word in words[1:]:
        text += word if text[-1:] > "\u3000" and word > "\u3000" else f" {word}"
    return text


@mistake(decode, "Special tokens are always left out. They stay unless `skip_special` is true.")
def always_left_out(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, True)


@mistake(decode, "Special tokens are never left out, whatever `skip_special` says.")
def never_left_out(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, False)


@mistake(decode, "`skip_special` does the opposite: special tokens are left out when it is false.")
def the_opposite(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, not skip_special)


@mistake(decode, HALF_OF_THEM, keeps=0.9)
def three_of_them(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, special=("[CLS]", "[SEP]", "[PAD]"))


@mistake(decode, HALF_OF_THEM, keeps=0.9)
def unknown_stays(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, special=("[CLS]", "[SEP]", "[PAD]", "[MASK]"))


@mistake(decode, HALF_OF_THEM, keeps=0.9)
def mask_stays(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, special=("[CLS]", "[SEP]", "[PAD]", "[UNK]"))


@mistake(decode, HALF_OF_THEM, keeps=0.9)
def two_of_them(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special, special=("[CLS]", "[SEP]"))


@mistake(
    decode,
    "Whatever stands in brackets is taken for special. There are five special tokens, and [X] is none of them.",
    keeps=0.97,
)
def all_in_brackets(ids, vocabulary, skip_special=False):
    special = {token for token in vocabulary if token.startswith("[") and token.endswith("]") and len(token) > 2}
    return joined(ids, vocabulary, skip_special, special=special)


@mistake(
    decode,
    "The first and the last token are left out, whatever they are. Which are special follows from their names.",
    keeps=0.75,
)
def cuts_the_ends(ids, vocabulary, skip_special=False):
    return joined(ids[1:-1] if skip_special else ids, vocabulary)


@mistake(decode, "The tokens come back as a list. Asked for is a text.")
def list_of_tokens(ids, vocabulary, skip_special=False):
    names = {number: token for token, number in vocabulary.items()}
    return [names[number] for number in ids if not (skip_special and names[number] in SPECIAL)]


@mistake(decode, "There is a space at the beginning, or at the end. Spaces stand between words only.")
def blank_in_front(ids, vocabulary, skip_special=False):
    return f" {joined(ids, vocabulary, skip_special)}"


@mistake(decode, "There is a space at the beginning, or at the end. Spaces stand between words only.")
def blank_at_the_end(ids, vocabulary, skip_special=False):
    return f"{joined(ids, vocabulary, skip_special)} "


@alternative(decode)
def in_one_go(ids, vocabulary, skip_special=False):
    return joined(ids, vocabulary, skip_special)


@alternative(decode)
def token_by_token(ids, vocabulary, skip_special=False):
    names, text, begun = {number: token for token, number in vocabulary.items()}, "", False
    for number in ids:
        token = names[number]
        if skip_special and token in SPECIAL:
            continue
        if begun and token.startswith("##"):
            text += token[2:]
        elif not begun or token in (".", ",", "?", "!"):
            text += token
        else:
            text += " " + token
        begun = True
    return text


promised(
    decode, "The text of a list of numbers, as well as it can be told.", by=["words", "words in pieces", "Chinese"]
)
promised(
    decode,
    "A token that begins with ## is joined to what stands before it, without the ##; the very first token stays as it "
    "is.",
    by=["words in pieces", "the first token has ##", "a piece behind one that is left out"],
)
promised(
    decode,
    "A full stop, comma, question mark or exclamation mark follows at once, and any other token after a space.",
    by=["marks that follow at once", "marks in a row", "other marks", "Chinese"],
)
promised(
    decode, "ids: numbers of tokens, all of them in the vocabulary; there may be none.", by=["words", "no numbers"]
)
promised(decode, "vocabulary: token → number; it stays as it is.", by=["the arguments afterwards"])
promised(
    decode,
    "skip_special: leaves [PAD], [UNK], [CLS], [SEP] and [MASK] out before anything else.",
    by=[
        "special tokens are left out",
        "special tokens stay",
        "words in brackets are not special",
        "a piece behind one that is left out",
    ],
)
