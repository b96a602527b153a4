"""What is missing in a pair of texts, put together: each of six things, with what is said about it."""

from itertools import combinations

PUNCTUATION = (
    "No mark of another script touches a letter, so the one that splits off those of ASCII only is right. “ in front "
    "of a word would do; beside a Chinese character it has spaces already."
)
RARE = (
    "No rare Chinese character touches another one or a letter, so the one that knows the common ones only is right. "
    "Rare ones lie outside 4E00 to 9FFF, as 㐀."
)
ACCENTS = "No letter has an accent that makes a difference, so the one that leaves accents as they are is right."
UNSEEN = (
    "Nothing invisible stands inside a word, so it does not matter whether it vanishes or becomes a space. Python "
    "writes "
    'such a character as "\\u200b".'
)
PARTS = (
    "No word is unknown in a part only, so the one that keeps what it has found is right. Begin with a piece that is "
    "known, and go on with a character that is not, as ☃."
)
EMPTY = "The second text has tokens, so it cannot be taken for none."
SENTENCES = (PUNCTUATION, RARE, ACCENTS, UNSEEN, PARTS, EMPTY)


def texts(missing):
    """Two texts that show everything but what is missing."""
    front, behind = ('"', '"') if PUNCTUATION in missing else ("“", "”")
    invisible, vowel = "" if UNSEEN in missing else "\u200b", "i" if ACCENTS in missing else "ï"
    rare, sign = "㐀" if RARE in missing else "㐀㐁", "" if PARTS in missing else "☃"
    return f"{front}na{invisible}{vowel}ve{behind} {rare} file{sign}", "open" if EMPTY in missing else ""


def several():
    """Each two to five that may be missing, with all that is to be said."""
    for count in range(2, 6):
        for missing in combinations(SENTENCES, count):
            yield " ".join(missing), texts(missing)
