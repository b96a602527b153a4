"""`tokenizer_counterexample`: pairs of texts that tell all suspects apart, and pairs that do not."""

from autograder.references import alternative, mistake, promised
from autograder.references.tokenization._tokenizer_counterexample import (
    ACCENTS,
    EMPTY,
    PARTS,
    PUNCTUATION,
    RARE,
    UNSEEN,
    several,
)


def made(first, second):
    return first, second


def tokenizer_counterexample():
    return made("“na\u200bïve” 文㐀㐁 file☃", "")


def lacks_several(sentence, pair):
    def answer():
        return made(*pair)

    mistake(tokenizer_counterexample, sentence, keeps=0.7)(answer)


for sentence, pair in several():
    lacks_several(sentence, pair)


@mistake(tokenizer_counterexample, f"{PUNCTUATION} {RARE} {ACCENTS} {UNSEEN} {PARTS} {EMPTY}")
def plain_english():
    return made("can't open the file", "it does not exist")


@mistake(tokenizer_counterexample, f"{PUNCTUATION} {RARE} {ACCENTS} {UNSEEN} {PARTS} {EMPTY}")
def plain_chinese():
    return made("无法打开文件。", "文件不存在。")


@mistake(tokenizer_counterexample, f"{PUNCTUATION} {RARE} {ACCENTS} {UNSEEN} {PARTS}")
def nothing_but_an_empty_one():
    return made("can't open the file", "")


@mistake(tokenizer_counterexample, f"{RARE} {UNSEEN} {PARTS} {EMPTY}")
def quoted_and_accented():
    return made("“café”", "open")


@mistake(tokenizer_counterexample, f"{PUNCTUATION} {RARE} {UNSEEN} {PARTS} {EMPTY}")
def accented_only():
    return made("café", "open")


@mistake(tokenizer_counterexample, f"{PUNCTUATION} {RARE} {UNSEEN} {PARTS}", keeps=0.5)
def accented_and_empty():
    return made("café", "")


@mistake(tokenizer_counterexample, f"{UNSEEN} {PARTS}", keeps=0.7)
def two_are_missing():
    return made("“café” 㐀㐁", "")


@mistake(tokenizer_counterexample, PUNCTUATION, keeps=0.9)
def ascii_quotes():
    return made('"na\u200bïve" 㐀㐁 file☃', "")


@mistake(tokenizer_counterexample, RARE, keeps=0.9)
def rare_one_alone():
    return made("“na\u200bïve” 㐀 file☃", "")


@mistake(tokenizer_counterexample, ACCENTS, keeps=0.9)
def no_accent():
    return made("“na\u200bive” 㐀㐁 file☃", "")


@mistake(tokenizer_counterexample, UNSEEN, keeps=0.9)
def nothing_invisible():
    return made("“naïve” 㐀㐁 file☃", "")


@mistake(tokenizer_counterexample, PARTS, keeps=0.9)
def no_unknown_word():
    return made("“na\u200bïve” 㐀㐁 file", "")


@mistake(tokenizer_counterexample, EMPTY, keeps=0.9)
def a_second_text():
    return made("“na\u200bïve” 㐀㐁 file☃", "open")


@alternative(tokenizer_counterexample)
def all_glued_together():
    return made("x：y re\u00adsumé \uf900\uf901 open😀", " \t")


@alternative(tokenizer_counterexample)
def a_second_text_of_nothing():
    return made("«ça» a\x07b 𠀀𠀁 time☃", "\u200b")


promised(
    tokenizer_counterexample,
    "Two texts on which each of the suspects is seen to be wrong.",
    by=[
        "splits off punctuation of ASCII only",
        "knows common Chinese only",
        "leaves letters with accents as they are",
        "makes spaces of what cannot be seen",
        "keeps what it has found of an unknown word",
        "takes a second text without tokens for none",
    ],
)
promised(
    tokenizer_counterexample,
    "Two texts of up to 60 characters, without special tokens; the second may be empty.",
    by="who returns something else is told what is wanted, and no suspect counts as told apart",
)
