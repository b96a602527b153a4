"""What transformers' collator takes for a word, when it masks whole ones."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from helpers.docstring_bert import pieces


def library_words(text: str) -> list[str]:
    """Lines for a reader: what the library warns of, and which pieces it masks together."""
    from transformers import BertTokenizer, DataCollatorForLanguageModeling

    tokenizer: Any = BertTokenizer(pieces().get_vocab())
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        collator = DataCollatorForLanguageModeling(tokenizer, whole_word_mask=True)
    found = tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True)
    numbers, _ = collator._calc_word_ids_and_prob_mask(
        np.array([found["offset_mapping"]]), np.array([found["special_tokens_mask"]])
    )
    words: dict[int, list[str]] = {}
    for number, piece in zip(numbers[0].tolist(), tokenizer.convert_ids_to_tokens(found["input_ids"]), strict=True):
        if number >= 0:
            words.setdefault(number, []).append(piece)
    shares = f"becomes [MASK]: {collator.mask_replace_prob:.0%}, another token: {collator.random_replace_prob:.0%}"
    return [*(f"warning: {each.message}" for each in said), shares, " | ".join(map(" ".join, words.values()))]
