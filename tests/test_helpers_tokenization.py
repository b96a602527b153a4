"""The helpers of lesson 15: vocabularies, trainers, what the suspects do, and texts in colours."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from lesson_answers import tokenization as lesson
from tokenizers import normalizers

from autograder.exercises.tokenization import _suspects
from autograder.exercises.tokenization.tokenizer_counterexample import library
from helpers import tokenization as pictures
from helpers.characters import is_chinese
from helpers.corpus import docstrings, words
from helpers.python_vocabulary import SIZE, words_of_code
from helpers.trainers import library_trained, likelihood_trained
from helpers.vocabularies import FOLDER, SPECIAL, merged, normalize, pieces_of, split, tokenizer_of, vocabulary_of

TOY = {"file": 12, "files": 5, "fine": 4, "line": 9, "lines": 6}  # as in the lesson


def test_the_chinese_vocabulary_is_google_s_own():
    data = (FOLDER / "bert_base_chinese" / "vocab.txt").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "45bbac6b341c319adc98a532532882e91a9cefc0329aa57bac9ae761c27b291c"
    capitals = {token for token in vocabulary_of("中文") if token.isascii() and token != token.lower()}
    assert capitals == {*SPECIAL, "<S>", "<T>"}
    assert vocabulary_of("中文")["\u2028"] == 343  # the end of a line to `splitlines`


@pytest.mark.parametrize("name", ["English", "中文", "Python"])
def test_a_vocabulary_numbers_its_tokens_from_zero(name):
    assert list(vocabulary_of(name).values()) == list(range(len(vocabulary_of(name))))
    assert set(SPECIAL) <= set(vocabulary_of(name))


def test_what_is_chinese_is_what_the_library_puts_between_blanks():
    apart = normalizers.BertNormalizer(clean_text=False, strip_accents=False, lowercase=False)
    assert all((apart.normalize_str(c) == f" {c} ") == is_chinese(c) for c in map(chr, range(0x2400, 0xD800)))
    edges = [
        code + step for code in (0xF900, 0xFAFF, 0x20000, 0x2B81F, 0x2B820, 0x2B920, 0x2CEAF) for step in (-1, 0, 1)
    ]
    assert all((apart.normalize_str(chr(code)) == f" {chr(code)} ") == is_chinese(chr(code)) for code in edges)


def test_the_parts_together_are_the_tokenizer():
    text = "FileNotFoundError: can't open résumé.txt, 无法打开"
    pieces = pieces_of(vocabulary_of("English"))
    assert [token for word in split(normalize(text)) for token in pieces(word)] == tokenizer_of("English").tokenize(
        text
    )


def test_the_vocabulary_of_programs_has_names_that_bert_cuts():
    name = "filenotfounderror"
    assert pieces_of(vocabulary_of("Python"))(name) == [name]
    assert len(pieces_of(vocabulary_of("English"))(name)) > 3


def test_it_is_learned_from_words_that_are_split_as_bert_s():
    counts = Counter({"open": 40, "opened": 30, "(": 90})
    entries = library_trained(counts, SIZE)
    assert entries[:5] == list(SPECIAL)
    assert {"open", "opened", "(", "##n"} <= set(entries)
    first = [word for _, word in zip(range(200), words_of_code(), strict=False)]
    assert all(word == word.lower() and split(word) == [word] for word in first)


def test_two_pieces_become_one_from_left_to_right():
    assert merged(["a", "##a", "##a", "##a"], "##a", "##a") == ["a", "##aa", "##a"]
    assert merged(["a", "##b", "a"], "a", "##b") == ["ab", "a"]
    assert merged(["x"], "a", "##b") == ["x"]
    assert merged([], "a", "##b") == []


def test_our_trainer_is_the_library_s_where_no_two_pairs_are_equally_frequent():
    for size in range(16, 21):  # for the 21st there are two candidates
        assert set(lesson("train_wordpiece")(TOY, size)) == set(library_trained(TOY, size))
    assert set(likelihood_trained(TOY, 17)) - set(lesson("train_wordpiece")(TOY, 17)) == {"##es"}


def test_the_lesson_s_table_of_merges_is_what_is_learned():
    learned = lesson("train_wordpiece")(TOY, 20)
    assert list(learned)[16:] == ["fi", "##ne", "##le", "file"]
    cuts = {word: " ".join(pieces_of(learned)(word)) for word in TOY}
    assert list(cuts.values()) == ["file", "file ##s", "fi ##ne", "l ##i ##ne", "l ##i ##ne ##s"]


def test_elsewhere_nearly_all_entries_are_the_same_and_by_likelihood_they_are_not():
    counts = dict(Counter(word for each in docstrings("train") for word in words(each.text)).most_common(400))
    mine = set(lesson("train_wordpiece")(counts, 200))
    assert len(mine & set(library_trained(counts, 200))) > 0.9 * len(mine)
    assert len(mine & set(likelihood_trained(counts, 200))) < 0.6 * len(mine)


TEXTS = [
    ("can't open it.", "no"),
    ("无法打开", "文件。"),
    ("“naïve” x\u200by", ""),
    ("a\x0bb\tc\u3000d", "㐀㐁"),
    ("", ""),
]


@pytest.mark.parametrize("pair", TEXTS)
def test_the_definition_beside_the_suspects_is_the_library(pair):
    assert _suspects.right_tokenizer(*pair) == library(*pair)


def test_each_suspect_is_right_on_plain_texts():
    for pair in TEXTS[:2]:
        assert all(suspect(*pair) == library(*pair) for suspect in _suspects.SUSPECTS.values())


def test_the_library_of_the_suspects_is_transformers():
    one, other = "“naïve” 文件 file☃", "不存在。"
    made = tokenizer_of("中文")(one, other)
    tokens = tokenizer_of("中文").convert_ids_to_tokens(made["input_ids"])
    assert library(one, other) == [
        [token, str(kind)] for token, kind in zip(tokens, made["token_type_ids"], strict=True)
    ]


def test_the_pieces_of_a_coloured_text_are_the_text():
    for text in ("can't open résumé.txt", "无法 打开 x", "한글 é\u0301", ""):
        spans = pictures.library_spans("English")(text)
        pieces = pictures.coloured(text, spans)
        assert "".join(piece for piece, _ in pieces) == text
        assert sum(colour == pictures.UNKNOWN for _, colour in pieces) == sum(token == "[UNK]" for token, *_ in spans)


def test_two_tokens_of_one_character_are_drawn_once():
    assert pictures.coloured("ß!", [("s", 0, 1), ("##s", 0, 1), ("!", 1, 2)]) == [
        ("ß", pictures.COLOURS[0]),
        ("!", pictures.COLOURS[0]),
    ]


def test_code_stands_line_by_line_and_says_how_many_tokens_there_are():
    code = "x = 1\n\nreturn x"
    shown = pictures.code_in_colours(code, pictures.library_spans("English")(code), "English")
    assert shown.alt_text() == "English: 5 tokens, 0 unknown\nx = 1\nreturn x"


def test_a_body_has_neither_docstring_nor_marks():
    def answer(x: int) -> int:
        """One line."""
        # BEGIN SOLUTION
        return x
        # END SOLUTION

    assert pictures.body_of(answer).strip() == "return x"
    assert "def split(" not in pictures.body_of(split)


def test_tokens_and_the_lineup_say_what_they_show():
    shown = pictures.as_tokens(["a", "[UNK]"], [7, 100])
    assert shown.alt_text() == "2 tokens, 1 unknown\ntokens a [UNK] \nnumbers 7 100"
    lines = pictures.lineup(("文件", "")).alt_text().splitlines()
    assert lines[0] == "the library [CLS] 文 件 [SEP] ([SEP]) "
    assert lines[-1].endswith("[CLS] 文 件 [SEP] – ")
