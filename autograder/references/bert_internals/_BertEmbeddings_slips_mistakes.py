"""Plainer mistakes of `BertEmbeddings`: a name, a table, a constant."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.bert_internals._BertEmbeddings import BertEmbeddings, Embeddings


@mistake(
    BertEmbeddings,
    "What is normalised by is not saved as `LayerNorm`. The file has that name, with two capitals; under another one "
    "its numbers are not found.",
)
class EmbedsUnderAnotherName(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.layer_norm = self.LayerNorm
        del self.LayerNorm

    def finish(self, total):
        return self.dropout(self.layer_norm(total))


@mistake(
    BertEmbeddings,
    "A table of positions is missing. BERT learns its positions, a row for each place, and does not work them out from "
    "sines.",
)
class EmbedsSines(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        del self.position_embeddings
        self.width = config.hidden_size

    def position_embeddings(self, places):
        rates = 10_000 ** (-torch.arange(self.width, device=places.device) / self.width)
        return (places[..., None] * rates).sin()


@mistake(
    BertEmbeddings,
    "Another multiple of the sum is normalised, as with a mean of the three rows. LayerNorm takes the factor out "
    "again, up to its eps; BERT only adds.",
    keeps=0.92,
)
class EmbedsTheMean(Embeddings):
    def total(self, ids, types):
        return super().total(ids, types) / 3


@mistake(
    BertEmbeddings,
    "Places are looked up among the segments, and segments among the places. Each has a table of its own.",
)
class EmbedsTablesSwapped(Embeddings):
    def total(self, ids, types):
        types = torch.zeros_like(ids) if types is None else types
        places, segments = self.token_type_embeddings(self.positions(ids)), self.position_embeddings(types)
        return self.word_embeddings(ids) + places + segments


@mistake(BertEmbeddings, "Without token_type_ids all tokens get segment 1. None means segment 0.")
class EmbedsSegmentOne(Embeddings):
    def total(self, ids, types):
        return super().total(ids, torch.ones_like(ids) if types is None else types)


@mistake(
    BertEmbeddings,
    "The rate of dropout is 0.1 whatever the configuration says. Take config.hidden_dropout_prob.",
    keeps=0.85,
)
class EmbedsTenPercent(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(0.1)


@mistake(
    BertEmbeddings,
    "eps is 1e-12 whatever the configuration says. That is BERT's usual one; take config.layer_norm_eps.",
    keeps=0.93,
)
class EmbedsUsualEps(Embeddings):
    eps = 1e-12


@mistake(
    BertEmbeddings,
    "Positions never learn: no gradient reaches position_embeddings, as when its rows are taken from `.data` or "
    "detached.",
)
class EmbedsFixedPositions(Embeddings):
    def total(self, ids, types):
        types = torch.zeros_like(ids) if types is None else types
        rows = self.position_embeddings(self.positions(ids)).detach()
        return self.word_embeddings(ids) + rows + self.token_type_embeddings(types)


@mistake(BertEmbeddings, "The words are missing from the sum: only positions and segments are added.")
class EmbedsNoWords(Embeddings):
    def total(self, ids, types):
        return super().total(ids, types) - self.word_embeddings(ids)


@mistake(BertEmbeddings, "The positions are added after the LayerNorm. All three rows are added first.")
class AddsPositionsLast(Embeddings):
    def total(self, ids, types):
        types = torch.zeros_like(ids) if types is None else types
        return self.word_embeddings(ids) + self.token_type_embeddings(types)

    def forward(self, input_ids, token_type_ids=None):
        places = self.position_embeddings(self.positions(input_ids))
        return self.dropout(self.LayerNorm(self.total(input_ids, token_type_ids)) + places)


@mistake(
    BertEmbeddings,
    "Row 0 of the segments gets no gradient, as with a padding_idx. Only a row of the words stays as it is.",
    keeps=0.9,
)
class FreezesASegment(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.token_type_embeddings.padding_idx = 0
