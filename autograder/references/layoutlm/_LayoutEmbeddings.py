"""`LayoutEmbeddings`: the oracle, and what answers are made of."""

import torch
from torch import nn
from transformers.models.layoutlm import modeling_layoutlm


class LayoutEmbeddings(modeling_layoutlm.LayoutLMEmbeddings):
    """The library's own, with its arguments in our order."""

    def forward(self, input_ids, bbox, token_type_ids=None):
        return super().forward(input_ids=input_ids, bbox=bbox, token_type_ids=token_type_ids)


class Parts(nn.Module):
    """What answers have in common: each replaces one step."""

    eps: float | None = None

    def __init__(self, config):
        super().__init__()
        width, places = config.hidden_size, config.max_2d_position_embeddings
        self.word_embeddings = nn.Embedding(config.vocab_size, width, padding_idx=self.row_of_padding(config))
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        for letter in "xyhw":
            self.add_module(f"{letter}_position_embeddings", nn.Embedding(places, width))
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps if self.eps is None else self.eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def row_of_padding(self, config):
        return config.pad_token_id

    def positions(self, ids):
        return torch.arange(ids.shape[1], device=ids.device)

    def text(self, ids, types):
        types = torch.zeros_like(ids) if types is None else types
        return (
            self.word_embeddings(ids)
            + self.position_embeddings(self.positions(ids))
            + self.token_type_embeddings(types)
        )

    def edges(self, left, top, right, bottom):
        return (
            self.x_position_embeddings(left)
            + self.y_position_embeddings(top)
            + self.x_position_embeddings(right)
            + self.y_position_embeddings(bottom)
        )

    def size(self, left, top, right, bottom):
        return self.w_position_embeddings(right - left) + self.h_position_embeddings(bottom - top)

    def place(self, bbox):
        edges = bbox.unbind(-1)
        return self.edges(*edges) + self.size(*edges)

    def finish(self, total):
        return self.dropout(self.LayerNorm(total))

    def forward(self, input_ids, bbox, token_type_ids=None):
        return self.finish(self.text(input_ids, token_type_ids) + self.place(bbox))
