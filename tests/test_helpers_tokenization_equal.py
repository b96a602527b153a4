"""The answers of `15_tokenization` as one tokenizer, held against transformers' BertTokenizer on thousands of texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lesson_answers import tokenization as lesson

from autograder.references.tokenization._offsets import offsets as offsets_of_the_reference
from helpers.characters import is_chinese
from helpers.corpus import docstrings
from helpers.vocabularies import SPECIAL, tokenizer_of, vocabulary_of

WRITTEN = re.compile(rf"({'|'.join(map(re.escape, SPECIAL))})")


# Python and the library know Unicode from different years. What was there in 2002 they both know, but for four signs
# that have changed their category since, or that a decomposition of the whole text puts into another order.
CHANGED = "\u1734\u166d\u302e\u302f"
OLD = [
    c for c in map(chr, range(0x30000)) if unicodedata.ucd_3_2_0.category(c) not in ("Cn", "Cs") and c not in CHANGED
]
NEWER = "😀🚀🐍👩‍💻€₽ẞ‰〇𠀀㐀豈"
NASTY = [
    "",
    " ",
    "\t\n\r",
    "\x00",
    "\u200b",
    "a\x0bb",
    "a\x1cb",
    "a\x85b",
    "open\ufeffthe",
    "\ufffd",
    "\ue000",
    "ΟΔΟΣ",
    "İIıi",
    "Straße STRAẞE",
    "cafe\u0301 café",
    "ﬁ ½ ²",
    "हिन्दी",
    "한국어",
    "がぎぐ ｶﾞ",
    "文件。不存在",
    "a文b件",
    "a" * 100,
    "a" * 101,
    "é" * 100,
    "文" * 200,
    "x²+y²",
    "$5 €5 ^`|~<>",
    "“quoted” ‘it’ …—",
    "don't won't can't",
    "[MASK] [mask] [ MASK ]",
    "a[SEP]b[CLS]",
    "[PAD][UNK]",
    "## ##a a##b #",
    "e.g. 3.5 , . ! ?",
    "\U0002a700\U0002b740\U0002b920",
    "👩‍💻\ufe0f",
]


@cache
def texts() -> list[str]:
    """The corpus, what goes wrong most, and seeded mixtures of words, Chinese and any character at all."""
    chance, words, chinese = Random(0), list(vocabulary_of("English")), [c for c in vocabulary_of("中文") if is_han(c)]
    pools = [words, chinese, OLD, [chr(code) for code in range(0x250)], list(" .,'-_(){}!?\t\n"), list(NEWER)]

    def mixture() -> str:
        parts = [chance.choice(chance.choice(pools)) for _ in range(chance.randrange(1, 14))]
        return "".join(part.removeprefix("##") + chance.choice(("", " ")) for part in parts)

    return [*NASTY, *NEWER, *(each.text for each in docstrings()), *(mixture() for _ in range(7000))]


def is_han(token: str) -> bool:
    return len(token) == 1 and is_chinese(token)


def tokenize(text: str, vocabulary: dict[str, int]) -> list[str]:
    """As the lesson puts it together."""
    tokens: list[str] = []
    for part in WRITTEN.split(text):
        if part in SPECIAL:
            tokens.append(part)
        else:
            for word in lesson("basic_tokenize")(part, lesson("normalize")):
                tokens += lesson("wordpiece")(word, vocabulary)
    return tokens


def plain(some: list[str]) -> list[str]:
    """Without special tokens."""
    return [text for text in some if not WRITTEN.search(text)]


def agree(name: str, some: list[str]) -> None:
    """Tokens, numbers, types and mask, single and in pairs, places and text."""
    vocabulary, library = vocabulary_of(name), tokenizer_of(name)
    cut = [tokenize(text, vocabulary) for text in some]
    made = library(some, return_offsets_mapping=True, verbose=False)
    for tokens, text, ids in zip(cut, some, made["input_ids"], strict=True):
        assert lesson("encode")(tokens, vocabulary)["input_ids"] == ids, text
        assert lesson("numbers")(tokens, vocabulary) == ids[1:-1], text
    rows = list(vocabulary)  # looking up 30,522 names anew for each text would take a minute
    for skip in (False, True):
        mine = [lesson("decode")(ids, {rows[number]: number for number in ids}, skip) for ids in made["input_ids"]]
        assert mine == library.batch_decode(made["input_ids"], skip_special_tokens=skip)
    pairs = library(some[:-1], some[1:], verbose=False)
    for at, (one, other) in enumerate(pairwise(cut)):
        assert lesson("encode")(one, vocabulary, other) == {key: pairs[key][at] for key in pairs}, some[at]


def places_agree(name: str, some: list[str], offsets: Callable[..., Any]) -> None:
    """Where each token comes from."""
    vocabulary, library = vocabulary_of(name), tokenizer_of(name)
    made = library(some, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    parts = lesson("normalize"), partial(lesson("basic_tokenize"), normalize=str)
    pieces = cache(lambda word: lesson("wordpiece")(word, vocabulary))
    for text, ids, places in zip(some, made["input_ids"], made["offset_mapping"], strict=True):
        tokens = library.convert_ids_to_tokens(ids)
        wanted = [(token, *place) for token, place in zip(tokens, places, strict=True)]
        assert offsets(text, *parts, pieces) == wanted, text


def test_there_are_more_than_ten_thousand_texts_in_many_scripts() -> None:
    assert len(set(texts())) > 10_000
    seen = {unicodedata.name(c, "?").split()[0] for text in texts() for c in text}
    assert {"LATIN", "CJK", "HANGUL", "HIRAGANA", "GREEK", "CYRILLIC", "ARABIC", "DEVANAGARI"} <= seen


def test_on_all_of_them_ours_is_transformers_with_the_vocabulary_of_30522_words() -> None:
    assert len(vocabulary_of("English")) == 30_522
    agree("English", texts())


def test_so_it_is_with_the_chinese_vocabulary() -> None:
    assert len(vocabulary_of("中文")) == 21_128
    agree("中文", texts()[::5])


@pytest.mark.parametrize("name", ["English", "中文"])
def test_so_are_the_places(name: str) -> None:
    places_agree(name, plain(texts())[:: 1 if name == "English" else 5], lesson("offsets"))


def test_the_reference_for_the_places_is_right() -> None:
    places_agree("English", plain(texts())[::7], offsets_of_the_reference)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.sampled_from([*OLD, *NEWER])), min_size=2, max_size=12))
def test_on_texts_that_hypothesis_makes(some: list[str]) -> None:
    agree("English", some)
    places_agree("English", plain(some), lesson("offsets"))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 12), st.integers(0, 12), st.integers(3, 20))
def test_pairs_are_cut_as_the_library_cuts_them(first: int, second: int, most: int) -> None:
    english = tokenizer_of("English")
    mine = lesson("truncate_pair")(["a"] * first, ["b"] * second, most)
    ids = english([" a" * first], [" b" * second], truncation=True, max_length=most)["input_ids"][0]
    assert [len(part) for part in mine] == [ids.count(vocabulary_of("English")[letter]) for letter in "ab"]


def test_batches_are_filled_up_as_the_library_fills_them_up() -> None:
    english, some = tokenizer_of("English"), [each.text for each in docstrings()[::200]]
    rows = english(some, verbose=False)["input_ids"]
    for most in (2, 9, 30, 512):
        mine = lesson("pad_batch")(rows, most, vocabulary_of("English")["[SEP]"], vocabulary_of("English")["[PAD]"])
        theirs = english(some, padding=True, truncation=True, max_length=most, return_tensors="pt")
        assert all(torch.equal(value, theirs[name]) for name, value in mine.items())
