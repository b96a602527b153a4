"""`Transformer`: the oracle, and what its wrong answers are made of."""

import torch
from torch import nn


class Frame(nn.Module):
    """The parts, as the lesson gives them."""

    def __init__(self, source_words, target_words, d_model, encoder, decoder, positions=None):
        from helpers.torch_layers import library_positions

        super().__init__()
        self.d_model, self.positions = d_model, positions or library_positions
        self.source_table, self.target_table = nn.Embedding(source_words, d_model), nn.Embedding(target_words, d_model)
        self.encoder, self.decoder = nn.ModuleList(encoder), nn.ModuleList(decoder)
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.out = nn.Linear(d_model, target_words)
        for table in (self.source_table, self.target_table):
            nn.init.normal_(table.weight, std=d_model**-0.5)

    def embed(self, table, words):
        rows = table(words) * self.d_model**0.5
        return rows + self.positions(words.shape[1], self.d_model).to(rows)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)


class Transformer(Frame):
    """One sequence at a time, without its padding at the end; masks are made in loops."""

    def encode(self, source):
        x = self.embed(self.source_table, source)
        real = torch.tensor([[[word != 0 for word in row]] for row in source.tolist()], device=source.device)
        for layer in self.encoder:
            x = layer(x, mask=real)
        return self.encoder_norm(x)

    def decode(self, target, memory, source):
        x, length = self.embed(self.target_table, target), target.shape[1]
        past = [[key <= query for key in range(length)] for query in range(length)]
        real = torch.tensor([[[word != 0 for word in row]] for row in source.tolist()], device=source.device)
        masks = {"mask": torch.tensor(past, device=source.device), "memory_mask": real}
        for layer in self.decoder:
            x = layer(x, memory, **masks)
        return self.out(self.decoder_norm(x))


class Model(Frame):
    """What wrong answers have in common: each replaces one step."""

    def real(self, source):
        return (source != 0).unsqueeze(-2)

    def past(self, target):
        length = target.shape[1]
        return torch.ones(length, length, dtype=torch.bool, device=target.device).tril()

    def encode(self, source):
        x = self.embed(self.source_table, source)
        for layer in self.encoder:
            x = layer(x, self.real(source))
        return self.encoder_norm(x)

    def decode(self, target, memory, source):
        x = self.embed(self.target_table, target)
        for layer in self.decoder:
            x = layer(x, memory, self.past(target), self.real(source))
        return self.out(self.decoder_norm(x))
