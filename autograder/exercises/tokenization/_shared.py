"""What several experiments of this topic share: small vocabularies, words that fit or do not, and odd characters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.engine.draw import Draw
from helpers.vocabularies import SPECIAL

COMMON = (
    "file", "open", "read", "write", "error", "missing", "the", "a", "path", "name", "of", "line", "not",
    "found", "memory", "out", "too", "long", "bad", "value", "type", "index", "key", "run", "time", "stop",
    "start", "wait", "user", "can", "could", "does",
)  # fmt: skip
HAN = "无法打开文件不存在内足错误读写行号名路径权限找到中文字"


def vocabulary_of(draw: Draw, tokens: Iterable[str]) -> dict[str, int]:
    """The tokens and the special ones, each once; the numbers are drawn, and so is the order in the dict."""
    unique = dict.fromkeys([*SPECIAL, *tokens])
    numbered = list(enumerate(draw.shuffled(unique)))
    return {token: number for number, token in draw.shuffled(numbered)}


def letters(draw: Draw, alphabet: str, low: int, high: int) -> str:
    """Some characters of an alphabet, `low` to `high - 1` of them."""
    return "".join(draw.choice(alphabet) for _ in range(draw.integer(low, high)))


def pieces(draw: Draw, alphabet: str, count: int) -> list[str]:
    """Pieces of one to four characters, with ## and without, not all single characters among them."""
    return [draw.choice(["", "##"]) + letters(draw, alphabet, 1, 5) for _ in range(count)]


def words(draw: Draw, count: int, among: Iterable[str] = COMMON) -> list[str]:
    """Different words in drawn order."""
    return draw.shuffled(among)[:count]


def sentence(draw: Draw, count: int = 4) -> str:
    """Words with single spaces between them, some of them with a capital."""
    return " ".join(draw.choice([word, word.capitalize()]) for word in words(draw, count))


def chinese(draw: Draw, count: int) -> str:
    """Chinese characters in a row."""
    return "".join(draw.choice(HAN) for _ in range(count))


def between(draw: Draw, characters: Iterable[str]) -> str:
    """Each of the characters between two words, without a space, in drawn order."""
    return "".join(draw.choice(COMMON) + each for each in draw.shuffled(characters)) + draw.choice(COMMON)


def plain_split(text: str) -> list[str]:
    """Words and single marks of a normalized text in plain letters; each Chinese character is one."""
    return re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text)
