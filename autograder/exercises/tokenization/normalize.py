"""What `normalize` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.tokenization._shared import COMMON, between, chinese, sentence

LOWER = Idea("lower case, character by character", weight=2, point=True)
ACCENTS = Idea("accents vanish, letters stay", weight=2, point=True)
CHINESE = Idea("a Chinese character stands between two spaces", weight=2, point=True)
LINES = Idea("tabs and ends of lines become spaces", weight=1.5)
CONTROLS = Idea("control characters vanish", weight=1.5)
UNSEEN = Idea("what cannot be seen or read vanishes", weight=1.5)
WHITE = Idea("any other white space becomes a space", weight=1.5)
REST = Idea("everything else stays", weight=1)

ACCENTED = "éèüñçåřžőÉÀÖŠ"
MARKS = "\u0301\u0300\u0308\u0303\u0327\u030a"
UNMARKED = "øßłđæþıØŁÆ"
RARE = "\u3400\u3405\u4db5\uf900\uf901\U00020000\U0002a700"
NOT_CHINESE = "あかカー한글、。〇々"
CONTROL = "\x00\x07\x0b\x0c\x1b\x1c\x1f\x7f\x85"
INVISIBLE = "\u200b\u200d\u200e\u2060\ufeff\u00ad"
PRIVATE = "\ue000\uf8ff\U000f0000"
SPACES = "\u00a0\u2003\u2009\u3000\u2028\u2029\u1680"
COMPATIBLE = "ﬁ½²Ａ①㎏"
HINDI = ("हिन्दी", "किताब", "नमूना", "विधि")
EMOJI = "😀🚀🐍"
PLAIN = "bcdfgklmnt"
NOT_TO_USE = ["tokenizers.normalizers:BertNormalizer", "helpers.vocabularies:normalize"]


@exercise(points=2, without=NOT_TO_USE)
def normalize(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A text as BERT's tokenizer reads it."""

    def some(pool: Sequence[str], count: int = 4) -> str:
        return between(draw, draw.shuffled(pool)[:count])

    yield "the docstring's example", lambda: [candidate("Café\t中文"), candidate(f"{sentence(draw)}\té文")], CHINESE
    yield "capital letters", lambda: candidate(sentence(draw, 6).title() + draw.choice(["ÄÖ", "ЖД", "ΔΩ"])), LOWER
    yield "a capital sigma at the end", lambda: candidate(_greek(draw)), LOWER
    yield "sharp s and dotted I", lambda: candidate(between(draw, "ßẞİI")), LOWER
    yield "letters with accents", lambda: candidate(some(ACCENTED, 6)), ACCENTS
    yield "accents that stand by themselves", lambda: candidate(_separate(draw)), ACCENTS
    yield "strokes and ligatures are no accents", lambda: candidate(some(UNMARKED, 5)), ACCENTS
    yield "marks of Hindi, of which some are accents", lambda: candidate(" ".join(draw.shuffled(HINDI)[:2])), ACCENTS
    yield "what only looks like another letter", lambda: candidate(some(COMPATIBLE)), ACCENTS
    yield "Chinese", lambda: candidate(f"{draw.choice(COMMON)}{chinese(draw, 5)} {chinese(draw, 2)}"), CHINESE
    yield "rare Chinese", lambda: candidate(some(RARE)), CHINESE
    yield "Japanese, Korean and full stops", lambda: candidate(some(NOT_CHINESE, 6)), CHINESE
    yield "tab and ends of lines", lambda: candidate(between(draw, ["\t", "\n", "\r", "\r\n"])), LINES
    yield "control characters", lambda: candidate(some(CONTROL, 6)), CONTROLS
    yield "invisible characters", lambda: candidate(some(INVISIBLE)), UNSEEN
    yield (
        "private characters, and the one for what was unreadable",
        lambda: candidate(some(PRIVATE + "\ufffd")),
        UNSEEN,
    )
    yield "other white space", lambda: candidate(some(SPACES, len(SPACES))), WHITE
    yield "spaces in a row, in front and behind", lambda: candidate(_blanks(draw)), REST
    yield "punctuation, digits and symbols", lambda: candidate(some("!,.-_'\"€©°$+<=^`|~05「」“…", 9)), REST
    yield "emoji", lambda: candidate(_emoji(draw)), REST
    yield "what Unicode has not assigned", lambda: candidate(some(["\u0378", "\uffff", "\u05ff"], 3)), REST
    yield "no text, and a text of nothing", lambda: [candidate(""), candidate("\x00\u200b"), candidate(sentence(draw))]
    yield "called by its name", lambda: candidate(text=sentence(draw) + chinese(draw, 2))


def _greek(draw: Draw) -> str:
    """A rule of Greek: at the end of a word a sigma is written ς, and `str.lower` knows it."""
    return " ".join(draw.shuffled(["ΟΔΟΣ", "ΛΟΓΟΣ", "ΣΟΦΙΑ", "ΚΟΣΜΟΣ"])[:3])


def _separate(draw: Draw) -> str:
    """Accents as characters of their own, one or two behind a letter."""
    return "".join(letter + "".join(draw.shuffled(MARKS)[: draw.integer(0, 3)]) for letter in "aEiOunc")


def _emoji(draw: Draw) -> str:
    """An emoji with the mark that colours it, and two that are glued together by an invisible one."""
    first, second, third = draw.shuffled(EMOJI)
    return f"{first}\ufe0f {second}\u200d{third}{draw.choice(COMMON)}"


def _blanks(draw: Draw) -> str:
    gaps = [" " * draw.integer(1, 4) for _ in range(4)]
    return gaps[0] + "".join(draw.choice(COMMON) + gap for gap in gaps[1:])
