"""What `tokenizer_counterexample` must show."""

from __future__ import annotations

from functools import cache

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from autograder.engine.counterexample import counterexample
from autograder.exercises.tokenization._shared import SPECIAL
from autograder.exercises.tokenization._suspects import SUSPECTS, Made, known, right_tokenizer

MOST = 60  # characters of a text


@cache
def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(vocab=known(), unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = [(token, known()[token]) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=special
    )
    return tokenizer


def library(first: str, second: str) -> Made:
    """What BertTokenizer is made of."""
    made = _tokenizer().encode(first, second)
    return [[token, str(kind)] for token, kind in zip(made.tokens, made.type_ids, strict=True)]


@counterexample(points=2, library=library, definition=right_tokenizer, suspects=SUSPECTS)
def tokenizer_counterexample(first: str, second: str) -> None:
    """Two texts on which six wrong tokenizers are seen to be wrong."""
    if not isinstance(first, str) or not isinstance(second, str):
        raise ValueError("first and second should be texts")
    if len(first) > MOST or len(second) > MOST:
        raise ValueError(f"a text should have {MOST} characters at most")
    if any(token in first + second for token in SPECIAL):
        raise ValueError("no special token should be written in a text")
