"""`Transformer`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.transformer import _Transformer_mistakes  # noqa: F401
from autograder.references.transformer._Transformer import Model, Transformer


@mistake(Transformer, "Every word sees those that come later: the decoder's self-attention needs a causal mask.")
class SeesTheFuture(Model):
    def past(self, target):
        return None


@mistake(
    Transformer,
    "The causal mask is the wrong way round: a word sees itself and what comes later. `tril` keeps what is on and "
    "below the diagonal, `triu` what is above.",
)
class SeesTheFutureOnly(Model):
    def past(self, target):
        return super().past(target).mT


@mistake(
    Transformer,
    "A word sees later ones only, not even itself, and the last one sees none, as with PyTorch's mask, in which True "
    "means hidden. Here True means: may be looked at, and a word sees itself and what comes before.",
)
class HidesThePast(Model):
    def past(self, target):
        return ~super().past(target)


@mistake(
    Transformer,
    "A word does not see itself: the causal mask leaves the diagonal out, so that the first word may look at nothing.",
)
class NotEvenItself(Model):
    def past(self, target):
        return super().past(target).tril(-1)


@mistake(Transformer, "Padding is not hidden, from the encoder or from the cross-attention.")
class NothingHidden(Model):
    def real(self, source):
        return None


@mistake(Transformer, "The encoder looks at padding: each of its layers should get the mask of what is real.")
class ReadsPadding(Model):
    def encode(self, source):
        x = self.embed(self.source_table, source)
        for layer in self.encoder:
            x = layer(x)
        return self.encoder_norm(x)


@mistake(
    Transformer,
    "The decoder looks at the memory of padding: its layers should get the mask of what is real in the source, as "
    "memory_mask.",
)
class WritesFromPadding(Model):
    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = layer(x, memory, self.past(target))
        return self.out(self.decoder_norm(x))


@mistake(
    Transformer, "The padding mask is turned round: it is padding that is looked at. True means: may be looked at."
)
class LooksAtPadding(Model):
    def real(self, source):
        return (source == 0).unsqueeze(-2)


@mistake(
    Transformer,
    "The padding mask hides queries, not keys: its new dimension stands last. A mask of shape (batch, 1, source) is "
    "the same for each query: unsqueeze(-2).",
)
class HidesQueries(Model):
    def real(self, source):
        return (source != 0).unsqueeze(-1)


@mistake(
    Transformer,
    "The two masks of the decoder have changed places: first comes that of what is written, then that of the memory.",
)
class SwapsTheMasks(Model):
    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = layer(x, memory, self.real(source), self.past(target))
        return self.out(self.decoder_norm(x))


@alternative(Transformer)
class HidesPaddingOfTheAnswer(Model):
    """What is behind an answer's end sees less: no word of the answer changes."""

    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        own = self.past(target)[None] & (target != 0)[:, None]
        for layer in self.decoder:
            x = layer(x, memory, mask=own, memory_mask=source.ne(0)[:, None, :])
        return self.out(self.decoder_norm(x))


@alternative(Transformer)
class FullMasks(Model):
    """Masks of full size."""

    def real(self, source):
        return (source > 0)[:, None, :].expand(-1, source.shape[1], -1)

    def decode(self, target, memory, source):
        batch, length = target.shape
        steps = torch.arange(length, device=target.device)
        past = (steps[:, None] >= steps).expand(batch, length, length)
        real = source.bool()[:, None].expand(batch, length, -1)
        x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = layer(x, memory, past, real)
        return self.out(self.decoder_norm(x))


for table, words in (("source", "source"), ("target", "target")):
    equivalent(
        Transformer,
        f"x, real = self.embed(self.{table}_table, {words}), (source != 0).unsqueeze(-2)",
        f"x, real = self.embed(self.{table}_table, {words}), (source > 0).unsqueeze(-2)",
        "no index is below 0",
    )

for sentence, by in {
    "Reads one sequence and writes another one.": ["the whole way"],
    "source_words, target_words: how many different ones are read and written.": ["names and shapes of what is saved"],
    "Number 0 is padding.": ["reads with padding", "padding in the middle"],
    "d_model: features of a token.": ["names and shapes of what is saved"],
    "encoder: layers that are called with x and mask, as `EncoderLayer`.": ["reads with three layers"],
    "decoder: layers that are called with x, memory, mask and memory_mask, as `DecoderLayer`.": [
        "writes with three layers"
    ],
    "They need not be as many.": ["reads with three layers", "writes with three layers"],
    "positions: from a length and d_model to what is added to the tokens.": ["other positions"],
    "The rows of these words, times √d_model, plus their positions: shape (batch, word, d_model).": [
        "reads without padding",
        "other positions",
    ],
    "Reads: all encoder layers one after another, then `encoder_norm`.": ["reads with three layers"],
    "Padding is hidden from every layer.": ["reads with padding"],
    "source: indices, shape (batch, source), int64; 0 for padding.": ["reads with padding", "reads one word"],
    "The memory, shape (batch, source, d_model).": ["reads without padding"],
    "Writes: all decoder layers one after another, then `decoder_norm` and `out`.": ["writes with three layers"],
    "target: what has been written, shape (batch, target), int64.": ["writes what follows a memory", "writes one word"],
    "No word sees a later one.": ["another last word", "writes what follows a memory"],
    "memory: shape (batch, source, d_model).": ["writes what follows a memory"],
    "Every layer looks at it, at its padding none.": ["writes with three layers", "a text as long as the answer"],
    "source: what was read, shape (batch, source).": ["writes what follows a memory"],
    "For each word of `target` the scores of the one that follows, shape (batch, target, target_words).": [
        "writes what follows a memory"
    ],
}.items():
    promised(Transformer, sentence, by=by)
