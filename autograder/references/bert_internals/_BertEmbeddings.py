"""`BertEmbeddings`: what is right, and what answers have in common."""

import torch
from torch import nn
from transformers.models.bert import modeling_bert


class BertEmbeddings(modeling_bert.BertEmbeddings):
    """The library's own."""


class Embeddings(nn.Module):
    """What answers have in common: each replaces one step."""

    eps = 0.0

    def __init__(self, config):
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = nn.Embedding(config.vocab_size, width, padding_idx=self.row_of_padding(config))
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=self.eps or config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def row_of_padding(self, config):
        return config.pad_token_id

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
