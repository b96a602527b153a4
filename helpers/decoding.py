"""Small models of transformers with random weights, and what their `generate` does when it is asked for something."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from helpers.pretrained import silence

VOCABULARY = 1000
SIZES = {"vocab_size": VOCABULARY, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


@contextmanager
def quietly() -> Iterator[None]:
    """Without the advice that transformers gives beside its results."""
    with silence(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def small_gpt() -> Any:
    """A GPT-2 of two layers that has learned nothing; always the same one."""
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    config = GPT2Config(vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    return GPT2LMHeadModel(config).eval()


def small_bert(is_decoder: bool) -> Any:
    """A BERT of two layers with a head for words, that has learned nothing; always the same weights."""
    from transformers import BertConfig, BertLMHeadModel

    torch.manual_seed(0)
    with quietly():
        return BertLMHeadModel(BertConfig(**SIZES, intermediate_size=64, is_decoder=is_decoder)).eval()


def outcome(model: Any, tokens: torch.Tensor, **options: Any) -> str:
    """How many tokens `generate` adds and the first of them; or what it says when it refuses."""
    torch.manual_seed(0)
    try:
        with quietly():
            new = model.generate(tokens, **options)[0, tokens.shape[1] :].tolist()
    except ValueError as error:
        return str(error).split(", since")[0].split(". If")[0]
    return f"{len(new)} tokens: {', '.join(map(str, new[:6]))}, …"
