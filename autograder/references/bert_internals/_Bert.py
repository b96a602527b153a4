"""`Bert`: what is right, and what answers have in common."""

from torch import nn
from transformers import BertModel

from autograder.references.bert_internals._shared import eager
from helpers.bert_parts import LIBRARY

KEYS = ("last_hidden_state", "pooler_output", "hidden_states", "attentions")


def Bert(config, parts=LIBRARY):
    """The library's own model; with the parts of somebody else, or without a layer, the definition."""
    library = parts.name == "LIBRARY" and config.num_hidden_layers
    return _LibraryBert(eager(config)) if library else Whole(config, parts)


class _LibraryBert(BertModel):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        mask = None if attention_mask is None else attention_mask.long()
        result = super().forward(
            input_ids,
            attention_mask=mask,
            token_type_ids=token_type_ids,
            output_hidden_states=True,
            output_attentions=True,
        )
        return {key: result[key] for key in KEYS}


class Whole(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.parts = parts
        self.embeddings = parts.embeddings(config)
        self.encoder = nn.ModuleDict({"layer": self.layers(config, parts)})
        self.pooler = parts.pooler(config)

    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, parts) for _ in range(config.num_hidden_layers)])

    def mask(self, mask, hidden):
        return None if mask is None else self.parts.mask(mask, hidden.dtype)

    def embed(self, ids, types):
        return self.embeddings(ids, types)

    def states(self, states, last):
        return (*states, last)

    def maps(self):
        return []

    def pool(self, states, last):
        return self.pooler(last)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        hidden = self.embed(input_ids, token_type_ids)
        mask, states, maps = self.mask(attention_mask, hidden), [], self.maps()
        for layer in self.encoder["layer"]:
            states.append(hidden)
            hidden, weights = layer(hidden, mask)
            maps.append(weights)
        states = self.states(states, hidden)
        values = (hidden, self.pool(states, hidden), states, tuple(maps))
        return dict(zip(KEYS, values, strict=True))
