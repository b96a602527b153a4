"""`Transformer`: mistakes in the stacks, the norms, and the tables."""

from autograder.references import mistake
from autograder.references.transformer._Transformer import Model, Transformer


@mistake(Transformer, "Only the first encoder layer is used.")
class FirstEncoderLayer(Model):
    def encode(self, source):
        x = self.embed(self.source_table, source)
        for layer in self.encoder[:1]:
            x = layer(x, self.real(source))
        return self.encoder_norm(x)


@mistake(
    Transformer,
    "Each encoder layer reads the embedded words anew, so that only the last one counts. Each should read what the one "
    "before it gave.",
)
class EncoderNeverStacks(Model):
    def encode(self, source):
        words = x = self.embed(self.source_table, source)
        for layer in self.encoder:
            x = layer(words, self.real(source))
        return self.encoder_norm(x)


@mistake(
    Transformer,
    "Each decoder layer reads the embedded words anew, so that only the last one counts. Each should read what the one "
    "before it gave.",
)
class DecoderNeverStacks(Model):
    def decode(self, target, memory, source):
        words = x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = layer(words, memory, self.past(target), self.real(source))
        return self.out(self.decoder_norm(x))


@mistake(
    Transformer,
    "Each decoder layer gets what the one before it gave as its memory. All of them should get the one memory that was "
    "handed over.",
)
class MemoryFollows(Model):
    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        for number, layer in enumerate(self.decoder):
            x = layer(x, memory if number == 0 else x, self.past(target), self.real(source) if number == 0 else None)
        return self.out(self.decoder_norm(x))


@mistake(Transformer, "The norm at the end of the encoder is missing: encoder_norm.")
class NoEncoderNorm(Model):
    def encode(self, source):
        x = self.embed(self.source_table, source)
        for layer in self.encoder:
            x = layer(x, self.real(source))
        return x


@mistake(Transformer, "The norm at the end of the decoder is missing: decoder_norm, before `out`.")
class NoDecoderNorm(Model):
    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = layer(x, memory, self.past(target), self.real(source))
        return self.out(x)


@mistake(Transformer, "encoder_norm is applied after every layer. It comes once, behind the last one.")
class NormsEveryLayer(Model):
    def encode(self, source):
        x = self.embed(self.source_table, source)
        for layer in self.encoder:
            x = self.encoder_norm(layer(x, self.real(source)))
        return x


@mistake(Transformer, "decoder_norm is applied after every layer. It comes once, behind the last one.")
class NormsEveryDecoderLayer(Model):
    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = self.decoder_norm(layer(x, memory, self.past(target), self.real(source)))
        return self.out(x)


@mistake(Transformer, "Both norms are applied after every layer of their half. Each comes once, behind the last one.")
class NormsEveryLayerOfBoth(Model):
    encode, decode = NormsEveryLayer.encode, NormsEveryDecoderLayer.decode


@mistake(Transformer, "The memory is normalised once more in `decode`. It comes from `encode`, with its norm done.")
class NormsTheMemory(Model):
    def decode(self, target, memory, source):
        return super().decode(target, self.encoder_norm(memory), source)


@mistake(
    Transformer,
    "The words have no positions: they are looked up in the table alone, past `embed`, so that their order is lost.",
)
class NoPositions(Model):
    def embed(self, table, words):
        return table(words) * self.d_model**0.5


@mistake(Transformer, "The words are looked up without the factor √d_model. `self.embed` has it.")
class NoFactor(Model):
    def embed(self, table, words):
        return table(words) + self.positions(words.shape[1], self.d_model).to(table.weight)


@mistake(Transformer, "Scores are turned into probabilities. `decode` gives scores; the loss takes the softmax.")
class GivesShares(Model):
    def decode(self, target, memory, source):
        return super().decode(target, memory, source).softmax(-1)


@mistake(Transformer, "What comes back from `decode` are vectors of the model's width: `out` makes scores of them.")
class NoScores(Model):
    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = layer(x, memory, self.past(target), self.real(source))
        return self.decoder_norm(x)


@mistake(
    Transformer,
    "The padding mask has no dimension for the queries, and fails, or is taken for one of (query, key). It should be "
    "(batch, 1, source): unsqueeze(-2).",
)
class NoDimensionForQueries(Model):
    def real(self, source):
        return source != 0


@mistake(
    Transformer,
    "The encoder's padding mask has no dimension for the queries, and fails, or is taken for one of (query, key). It "
    "should be (batch, 1, source): unsqueeze(-2).",
)
class NoDimensionForQueriesWhereItReads(Model):
    def encode(self, source):
        x = self.embed(self.source_table, source)
        for layer in self.encoder:
            x = layer(x, source != 0)
        return self.encoder_norm(x)


@mistake(
    Transformer,
    "What is written is looked up in the table alone, past `embed`: without the factor √d_model and without positions.",
)
class WritesWithoutPositions(Model):
    def decode(self, target, memory, source):
        x = self.target_table(target)
        for layer in self.decoder:
            x = layer(x, memory, self.past(target), self.real(source))
        return self.out(self.decoder_norm(x))


@mistake(
    Transformer,
    "The text is looked up in the table alone, past `embed`: without the factor √d_model and without positions.",
)
class ReadsWithoutPositions(Model):
    def encode(self, source):
        x = self.source_table(source)
        for layer in self.encoder:
            x = layer(x, self.real(source))
        return self.encoder_norm(x)


@mistake(Transformer, "What is written is looked up in the table of what is read. It has one of its own, target_table.")
class OneTable(Model):
    def decode(self, target, memory, source):
        x = self.embed(self.source_table, target)
        for layer in self.decoder:
            x = layer(x, memory, self.past(target), self.real(source))
        return self.out(self.decoder_norm(x))


@mistake(
    Transformer,
    "The memory never reaches the decoder's layers: they are given what is written, twice. Their second argument is "
    "the memory.",
)
class NoMemory(Model):
    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = layer(x, x, self.past(target), self.real(source))
        return self.out(self.decoder_norm(x))
