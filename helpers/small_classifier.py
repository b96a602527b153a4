"""A classifier of texts so small that one can follow its numbers, with the names that transformers' BERTs have."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WORDS = ("wait", "until", "the", "lock", "is", "free", "return", "a", "file", "array", "of", "ones")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


class Output(dict[str, Any]):
    """What a model gives: `output.loss`, `output["loss"]` and `output[0]` are the same, as in transformers."""

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise AttributeError(f"the output has no {name}; it has {', '.join(self)}")
        return self[name]

    def __getitem__(self, key: Any) -> Any:
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


class _Layer(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.LayerNorm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.LayerNorm(x + self.dense(x).tanh())
        return result


class _Embeddings(nn.Module):
    def __init__(self, vocabulary: int, width: int, dropout: float) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, width)
        self.LayerNorm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, input_ids: Tensor) -> Tensor:
        result: Tensor = self.dropout(self.LayerNorm(self.word_embeddings(input_ids)))
        return result


class _Encoder(nn.Module):
    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(width) for _ in range(layers))


class _Body(nn.Module):
    def __init__(self, vocabulary: int, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.embeddings = _Embeddings(vocabulary, width, dropout)
        self.encoder = _Encoder(width, layers)
        self.pooler = nn.Linear(width, width)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        x = self.embeddings(input_ids)
        for layer in self.encoder.layer:
            x = layer(x)
        real = attention_mask.unsqueeze(-1).to(x.dtype)
        pooled: Tensor = self.pooler((x * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)).tanh()
        return pooled


class SmallClassifier(nn.Module):
    """The mean of the words' vectors, which know no order, through some layers and a head.

    Args:
        names: of the classes; `config.id2label` and `config.label2id` tell their numbers.
        longest: tokens of a text that it can read.

    Attributes:
        calls: for each call whether it trained and whether a graph was kept.
    """

    def __init__(
        self,
        names: Sequence[str] = ("asyncio", "http", "numpy"),
        vocabulary: int = len(SPECIAL) + len(WORDS),
        width: int = 4,
        layers: int = 2,
        dropout: float = 0.0,
        longest: int = 64,
    ) -> None:
        super().__init__()
        self.bert = _Body(vocabulary, width, layers, dropout)
        self.classifier = nn.Linear(width, len(names))
        self.config = SimpleNamespace(
            id2label=dict(enumerate(names)), label2id={name: number for number, name in enumerate(names)}
        )
        self.longest = longest
        self.calls: list[tuple[str, str]] = []

    @property
    def base_model(self) -> nn.Module:
        """The body, without the head."""
        return self.bert

    @property
    def device(self) -> torch.device:
        return self.classifier.weight.device

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        token_type_ids: Tensor | None = None,
    ) -> Output:
        """Scores of shape (texts, classes) as `logits`; with labels, first their mean cross entropy as `loss`."""
        self.calls.append(
            ("training" if self.training else "evaluating", "with" if torch.is_grad_enabled() else "without")
        )
        if input_ids.shape[1] > self.longest:
            raise ValueError(f"a text of {input_ids.shape[1]} tokens does not fit into {self.longest}")
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        logits = self.classifier(self.bert(input_ids, mask))
        return Output(logits=logits) if labels is None else Output(loss=F.cross_entropy(logits, labels), logits=logits)


def small_tokenizer(
    words: Sequence[str] = WORDS, longest: int = 64, side: str = "right", special: Sequence[str] = SPECIAL, **more: Any
) -> Any:
    """One of transformers' tokenizers, to which each of the words is a token, and any other is [UNK].

    Args:
        longest: its `model_max_length`.
        side: where it pads.
        special: the special tokens in the order of their numbers, which come before those of the words.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    numbers = {token: number for number, token in enumerate((*special, *words))}
    inner = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [(token, numbers[token]) for token in ("[CLS]", "[SEP]")]
    inner.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=ends)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=longest, padding_side=side, **more,
    )  # fmt: skip
    # It would say once that a text is longer than `longest`, and the model says so itself, by an error.
    tokenizer.deprecation_warnings["sequence-length-is-longer-than-the-specified-maximum"] = True
    return tokenizer
