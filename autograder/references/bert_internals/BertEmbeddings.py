"""`BertEmbeddings`: what is right, and what goes wrong."""

import torch
from torch import nn
from torch.nn import functional as F
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake


class BertEmbeddings(modeling_bert.BertEmbeddings):
    """The library's own."""


class _Embeddings(nn.Module):
    """What answers have in common: each replaces one step."""

    padding, eps = True, 0.0

    def __init__(self, config):
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = nn.Embedding(
            config.vocab_size, width, padding_idx=config.pad_token_id if self.padding else None
        )
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=self.eps or config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def positions(self, ids):
        return torch.arange(ids.shape[-1], device=ids.device)

    def total(self, ids, types):
        types = torch.zeros_like(ids) if types is None else types
        return (
            self.word_embeddings(ids)
            + self.position_embeddings(self.positions(ids))
            + self.token_type_embeddings(types)
        )

    def finish(self, total):
        return self.dropout(self.LayerNorm(total))

    def forward(self, input_ids, token_type_ids=None):
        return self.finish(self.total(input_ids, token_type_ids))


@mistake(BertEmbeddings, "eps is missing: LayerNorm then takes 1e-5. BERT's is in the configuration, layer_norm_eps.")
class EmbedsWithOwnEps(_Embeddings):
    eps = 1e-5


@mistake(BertEmbeddings, "The sum is not normalised: a LayerNorm comes after it.")
class EmbedsWithoutNorm(_Embeddings):
    def finish(self, total):
        return self.dropout(total)


@mistake(BertEmbeddings, "The words are normalised before positions and segments are added. First add all three.")
class EmbedsNormFirst(_Embeddings):
    def forward(self, input_ids, token_type_ids=None):
        words = self.LayerNorm(self.word_embeddings(input_ids))
        return self.dropout(words + self.total(input_ids, token_type_ids) - self.word_embeddings(input_ids))


@mistake(
    BertEmbeddings,
    "Without token_type_ids no segment is added. No segment means segment 0: row 0 of the table, which is not zero.",
)
class EmbedsNoSegment(_Embeddings):
    def total(self, ids, types):
        if types is None:
            return self.word_embeddings(ids) + self.position_embeddings(self.positions(ids))
        return super().total(ids, types)


@mistake(BertEmbeddings, "token_type_ids is taken and never used: every token counts as segment 0.")
class EmbedsOneSegment(_Embeddings):
    def total(self, ids, types):
        return super().total(ids, None)


@mistake(BertEmbeddings, "The positions count from 1. BERT's first token stands at position 0.")
class EmbedsFromOne(_Embeddings):
    def positions(self, ids):
        return super().positions(ids) + 1


@mistake(BertEmbeddings, "The positions count the sentences of the batch. They count the tokens, ids.shape[1].")
class EmbedsByBatch(_Embeddings):
    def positions(self, ids):
        return torch.arange(ids.shape[0], device=ids.device).unsqueeze(-1)


@mistake(BertEmbeddings, "The words are multiplied by √hidden_size, as in the first Transformer. BERT does not.")
class EmbedsScaled(_Embeddings):
    def total(self, ids, types):
        return super().total(ids, types) + self.word_embeddings(ids) * (self.LayerNorm.normalized_shape[0] ** 0.5 - 1)


@mistake(BertEmbeddings, "Dropout comes before the LayerNorm. Here it comes last.")
class EmbedsDropsFirst(_Embeddings):
    def finish(self, total):
        return self.LayerNorm(self.dropout(total))


@mistake(BertEmbeddings, "There is no dropout: in training, some numbers of the result must become 0.")
class EmbedsNeverDrops(_Embeddings):
    def finish(self, total):
        return self.LayerNorm(total)


@mistake(BertEmbeddings, "The row of the padding learns: tell the table of words with padding_idx=config.pad_token_id.")
class EmbedsLearnsPadding(_Embeddings):
    padding = False


@mistake(
    BertEmbeddings,
    "A buffer of positions is saved with the model. Today's checkpoints have none: persistent=False, or make it anew.",
)
class EmbedsSavesPositions(_Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings).expand(1, -1))


@alternative(BertEmbeddings)
class EmbedsStepByStep(_Embeddings):
    def total(self, ids, types):
        total = F.embedding(ids, self.word_embeddings.weight, padding_idx=0)
        total = total + self.position_embeddings.weight[: ids.shape[1]]
        return total + self.token_type_embeddings.weight[0 if types is None else types]


@alternative(BertEmbeddings)
class EmbedsWithBuffers(_Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings)[None], persistent=False)

    def positions(self, ids):
        return self.position_ids[:, : ids.shape[1]].expand_as(ids)
