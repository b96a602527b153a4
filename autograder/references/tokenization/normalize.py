"""`normalize`: other ways that are right, and what is promised."""

import re
import unicodedata

from autograder.references import alternative, promised
from autograder.references.tokenization import (  # they register themselves
    _normalize_further,  # noqa: F401
    _normalize_mistakes,  # noqa: F401
    _normalize_slips,  # noqa: F401
)
from autograder.references.tokenization._normalize import by_character, normalize
from helpers.characters import is_chinese


@alternative(normalize)
def in_the_frame(text):
    return by_character(text)


@alternative(normalize)
def step_by_step(text):
    text = re.sub("[\t\n\r]", " ", text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Co") and c != "\ufffd")
    text = "".join(" " if c.isspace() else c for c in text)
    text = "".join(f" {c} " if is_chinese(c) else c for c in text)
    return "".join(c.lower() for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


@alternative(normalize)
def each_by_itself(text):
    """Lower case before the accents: the same, since no capital has other accents."""

    def made(c):
        kind = unicodedata.category(c)
        if c in "\t\n\r" or kind in ("Zs", "Zl", "Zp"):
            return " "
        if kind in ("Cc", "Cf", "Co") or ord(c) == 0xFFFD:
            return ""
        letters = (each for each in unicodedata.normalize("NFD", c.lower()) if unicodedata.category(each) != "Mn")
        return f" {''.join(letters)} " if is_chinese(c) else "".join(letters)

    return "".join(map(made, text))


promised(
    normalize,
    "A text as BERT's tokenizer reads it: cleaned, Chinese characters apart, without accents, in lower case.",
    by=["the docstring's example", "capital letters", "letters with accents", "Chinese", "control characters"],
)
promised(normalize, "Tab, line feed and carriage return become a space.", by=["tab and ends of lines"])
promised(
    normalize,
    "Other control characters, invisible and private ones (categories Cc, Cf, Co) vanish, and so does U+FFFD.",
    by=[
        "control characters",
        "invisible characters",
        "private characters, and the one for what was unreadable",
        "what Unicode has not assigned",
    ],
)
promised(normalize, "Any other white space becomes a space.", by=["other white space"])
promised(
    normalize,
    "A Chinese character (`is_chinese`) gets a space before and a space behind it.",
    by=["Chinese", "rare Chinese", "Japanese, Korean and full stops"],
)
promised(
    normalize,
    "Canonical decomposition (NFD) separates accents from letters, and accents (category Mn) vanish.",
    by=[
        "letters with accents",
        "accents that stand by themselves",
        "strokes and ligatures are no accents",
        "marks of Hindi, of which some are accents",
        "what only looks like another letter",
    ],
)
promised(
    normalize,
    "Each character is put in lower case by itself.",
    by=["capital letters", "a capital sigma at the end", "sharp s and dotted I"],
)
promised(
    normalize,
    "Everything else stays, also spaces in a row.",
    by=["spaces in a row, in front and behind", "punctuation, digits and symbols", "emoji"],
)
promised(normalize, "text: any text; it may be empty.", by=["no text, and a text of nothing"])
