"""`tokenizer_counterexample`: pairs of texts that tell all suspects apart, and pairs that do not."""

from autograder.references import alternative, mistake, promised


def made(first, second):
    return first, second


def tokenizer_counterexample():
    return made("“na\u200bïve” 文㐀㐁 file☃", "")


PUNCTUATION = (
    "No mark of another script touches a letter, so who splits off those of ASCII only is right. “ in front of a word "
    "would do; beside a Chinese character it has blanks already."
)
RARE = (
    "No rare Chinese character touches another one or a letter, so who knows the common ones only is right. Rare ones "
    "lie outside 4E00 to 9FFF, as 㐀."
)
ACCENTS = "No letter has an accent, so who leaves accents as they are is right."
UNSEEN = (
    "Nothing invisible stands inside a word, so it does not matter whether it vanishes or becomes a blank. Python "
    "writes "
    'such a character as "\\u200b".'
)
PARTS = (
    "No word is unknown in a part only, so who keeps what it has found is right. Begin with a piece that is known, "
    "and go on with a sign that is not, as ☃."
)
EMPTY = "The second text has tokens, so nobody can take it for none."


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
        "makes blanks of what cannot be seen",
        "keeps what it has found of an unknown word",
        "takes a second text without tokens for none",
    ],
)
promised(
    tokenizer_counterexample,
    "Two texts of up to 60 characters, without special tokens; the second may be empty.",
    by="who returns something else is told what is wanted, and no suspect counts as told apart",
)
