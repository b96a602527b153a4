"""What “it” looks at in a real model, all-MiniLM-L6-v2: its heads beside and inside the student's layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from helpers.batching import mean_over_tokens
from helpers.bert_parts import HeadsInBert
from helpers.pretrained import MINILM, NotHere, load_model, load_tokenizer

MISSING = (
    "all-MiniLM-L6-v2 is not on this machine, so a model of random numbers stands in for it: everything below runs, "
    "but what its heads look at means nothing."
)

# a sentence in which “it” may be either noun; the word that says the first noun, and one that says the second
PAIRS = (
    ("the cat slept on the sofa because it was", "cat", "sofa", "tired", "soft"),
    ("the dog sat beside the fire because it was", "dog", "fire", "cold", "warm"),
    ("the bird left the nest because it was", "bird", "nest", "hungry", "broken"),
    ("the horse drank from the river because it was", "horse", "river", "thirsty", "clean"),
    ("the mouse ran into the hole because it was", "mouse", "hole", "afraid", "near"),
    ("the bear ate the fish because it was", "bear", "fish", "hungry", "fresh"),
    ("the monkey took the banana because it was", "monkey", "banana", "greedy", "ripe"),
    ("the goat climbed the hill because it was", "goat", "hill", "curious", "green"),
    ("the fox avoided the road because it was", "fox", "road", "shy", "busy"),
    ("the cow lay under the tree because it was", "cow", "tree", "sick", "shady"),
    ("the puppy chewed the shoe because it was", "puppy", "shoe", "bored", "leather"),
    ("the snake hid under the stone because it was", "snake", "stone", "frightened", "flat"),
    ("the duck swam in the pond because it was", "duck", "pond", "happy", "deep"),
    ("the wolf entered the cave because it was", "wolf", "cave", "wounded", "empty"),
    ("the rabbit stayed in the garden because it was", "rabbit", "garden", "lazy", "quiet"),
    ("the donkey crossed the bridge because it was", "donkey", "bridge", "brave", "safe"),
    ("the frog jumped off the leaf because it was", "frog", "leaf", "nervous", "wet"),
    ("the pig rolled in the mud because it was", "pig", "mud", "playful", "cool"),
    ("the bee left the flower because it was", "bee", "flower", "full", "dry"),
    ("the lion watched the village because it was", "lion", "village", "patient", "noisy"),
    ("the owl sat on the branch because it was", "owl", "branch", "sleepy", "strong"),
    ("the crab crawled into the shell because it was", "crab", "shell", "small", "hollow"),
    ("the elephant carried the log because it was", "elephant", "log", "strong", "heavy"),
    ("the kitten played with the ball because it was", "kitten", "ball", "young", "round"),
)  # fmt: skip


class Reader:
    """MiniLM with its vocabulary, or a model of random numbers in its shape.

    Attributes:
        model: a BERT in evaluation mode.
        real: whether it is MiniLM.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model, self.tokenizer, self.real = model, tokenizer, tokenizer is not None

    def tokens(self, sentence: str) -> list[str]:
        """The sentence as the model reads it, between [CLS] and [SEP]."""
        if self.tokenizer is None:
            return ["[CLS]", *sentence.split(), "[SEP]"]
        words: list[str] = self.tokenizer.tokenize(sentence, add_special_tokens=True)
        return words

    def inputs(self, sentences: Sequence[str]) -> dict[str, Tensor]:
        """Numbers of the tokens, and 1 where a token is real; both of shape (sentence, token)."""
        if self.tokenizer is None:
            return _numbers([self.tokens(sentence) for sentence in sentences])
        return dict(self.tokenizer(list(sentences), padding=True, return_tensors="pt"))

    @torch.no_grad()
    def hidden(self, sentence: str) -> list[Tensor]:
        """What comes into each layer, and at last out of the last one: seven tensors of shape (token, 384)."""
        states = self.model(**self.inputs([sentence]), output_hidden_states=True).hidden_states
        return [state[0] for state in states]

    @torch.no_grad()
    def weights(self, sentence: str) -> Tensor:
        """How much each token looks at each other in each head, shape (layer, head, query, key)."""
        return torch.stack(self.model(**self.inputs([sentence]), output_attentions=True).attentions)[:, 0]

    @torch.no_grad()
    def embed(self, sentences: Sequence[str], model: nn.Module | None = None) -> Tensor:
        """One vector a sentence, shape (sentence, 384): the mean over its tokens, of length 1.

        Args:
            model: the reader's own without it.
        """
        inputs = self.inputs(sentences)
        hidden = (model or self.model)(**inputs).last_hidden_state
        return nn.functional.normalize(mean_over_tokens(hidden, inputs["attention_mask"]), dim=-1)


def reader() -> Reader:
    """all-MiniLM-L6-v2; where it is not to be had, one sentence about it and a model of random numbers."""
    try:
        return Reader(load_model(MINILM), load_tokenizer(MINILM))
    except NotHere:
        print(MISSING)
        return Reader(_stand_in(), None)


def _stand_in() -> Any:
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=1000, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536,
        attn_implementation="eager",
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return BertModel(config).eval()


def _numbers(rows: Sequence[Sequence[str]]) -> dict[str, Tensor]:
    """Words as numbers from 1 on, the same for the same word; 0 is padding."""
    longest = max(map(len, rows))
    numbers = [[1 + sum(ord(c) * 31**i for i, c in enumerate(word)) % 999 for word in row] for row in rows]
    padded = torch.tensor([row + [0] * (longest - len(row)) for row in numbers])
    return {"input_ids": padded, "attention_mask": (padded > 0).long()}


def with_heads_of(reader: Reader, make: Callable[[int, int], nn.Module]) -> tuple[nn.Module, list[nn.Module]]:
    """A copy of the model in which other layers attend, with the model's own weights copied into them.

    Args:
        make: (width, heads) → a module with `q_proj`, `k_proj`, `v_proj` and `out_proj`, which takes query, key, value
            and a boolean mask.

    Returns:
        The model, and the layers that stand in it, first to last.
    """
    model, layers = deepcopy(reader.model), []
    for block in model.encoder.layer:
        mine, theirs = make(model.config.hidden_size, model.config.num_attention_heads), block.attention
        parts = {"q_proj": theirs.self.query, "k_proj": theirs.self.key, "v_proj": theirs.self.value}
        for name, part in {**parts, "out_proj": theirs.output.dense}.items():
            getattr(mine, name).load_state_dict(part.state_dict())
        theirs.self, theirs.output.dense = HeadsInBert(mine), nn.Identity()  # BERT keeps the last matrix elsewhere
        layers.append(mine.eval())
    return model.eval(), layers


def shares(reader: Reader, words: Sequence[str]) -> dict[str, tuple[Tensor, Tensor]]:
    """How the weight that a word gives to the two nouns of a sentence is shared out between them, for all pairs.

    Args:
        words: who looks, as “it” or “because”.

    Returns:
        For each of them the first noun's share with its own ending, beside its share with the other one: shape (pair,
        2, layer, head); and how much weight the two nouns have together, of the same shape.
    """
    found: dict[str, list[tuple[Tensor, Tensor]]] = {word: [] for word in words}
    for start, first, second, *endings in PAIRS:
        for ending in endings:
            tokens, weights = reader.tokens(f"{start} {ending}"), reader.weights(f"{start} {ending}")
            for word in words:
                row = weights[:, :, tokens.index(word)]
                one, other = row[..., tokens.index(first)], row[..., tokens.index(second)]
                found[word].append((one / (one + other), one + other))
    return {
        word: (_by_pair(share for share, _ in both), _by_pair(sum_ for _, sum_ in both)) for word, both in found.items()
    }


def _by_pair(rows: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(rows)).unflatten(0, (len(PAIRS), 2))
