"""Two real vocabularies and a third one, and the library's parts of BERT's tokenizer one by one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tokenizers import models, normalizers, pre_tokenizers

from helpers.pretrained import MINILM, load_tokenizer

FOLDER = Path(__file__).resolve().parents[1] / "data" / "tokenization"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

_normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
_splitter = pre_tokenizers.BertPreTokenizer()


@cache
def tokenizer_of(name: str) -> Any:
    """The library's own tokenizer, which looks at at most 512 tokens.

    Args:
        name: "English" for all-MiniLM-L6-v2, whose vocabulary is that of BERT; "中文" for bert-base-chinese, here in
            lower case, since no word in it has a capital letter; "Python" for one trained on source code.
    """
    if name == "English":
        return load_tokenizer(MINILM)
    from transformers import BertTokenizer

    return BertTokenizer(read_vocabulary(name), model_max_length=512)


@cache
def vocabulary_of(name: str) -> dict[str, int]:
    """Token → number, in the order of the numbers; the names are those of `tokenizer_of`."""
    words = tokenizer_of(name).get_vocab()
    return {word: words[word] for word in sorted(words, key=words.__getitem__)}


def normalize(text: str) -> str:
    """The library's first step: control characters, white space, Chinese, accents, lower case."""
    return str(_normalizer.normalize_str(text))


def split(text: str) -> list[str]:
    """Its second step: the words and punctuation marks of a normalized text."""
    return [word for word, _ in _splitter.pre_tokenize_str(text)]


def pieces_of(vocabulary: dict[str, int]) -> Callable[[str], list[str]]:
    """Its third step: from a word to its pieces."""
    model = models.WordPiece(vocab=vocabulary, unk_token="[UNK]", max_input_chars_per_word=100)
    return lambda word: [token.value for token in model.tokenize(word)]


def vocabulary_file(name: str) -> Path:
    """Where a vocabulary that the course ships lies, with a token in each line: "中文" or "Python"."""
    return FOLDER / {"中文": "bert_base_chinese", "Python": "python"}[name] / "vocab.txt"


def read_vocabulary(name: str) -> dict[str, int]:
    """Token → number, from such a file."""
    text = vocabulary_file(name).read_text(encoding="utf-8")
    # Not `splitlines`: the Chinese table has a row for U+2028, which is the end of a line to it.
    return {word: number for number, word in enumerate(text.removesuffix("\n").split("\n"))}


def merged(pieces: list[str], first: str, second: str) -> list[str]:
    """A word's pieces, with `first` and `second` made one wherever they are neighbours, from left to right.

    >>> merged(["f", "##i", "##n", "##e"], "##n", "##e")
    ['f', '##i', '##ne']
    """
    joined: list[str] = []
    for piece in pieces:
        if joined and (joined[-1], piece) == (first, second):
            joined[-1] = first + second.removeprefix("##")
        else:
            joined.append(piece)
    return joined
