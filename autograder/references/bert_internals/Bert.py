"""`Bert`: what is right, and what goes wrong."""

import torch
from torch import nn
from transformers import BertModel

from autograder.references import alternative, equivalent, mistake
from autograder.references.bert_internals._shared import eager
from helpers.bert_internals import LIBRARY

KEYS = ("last_hidden_state", "pooler_output", "hidden_states", "attentions")


def Bert(config, parts=LIBRARY):
    """The library's own model; with the parts of somebody else, the definition."""
    return _LibraryBert(eager(config)) if parts.name == "LIBRARY" else _Whole(config, parts)


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


class _Whole(nn.Module):
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

    def pool(self, states, last):
        return self.pooler(last)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        hidden = self.embed(input_ids, token_type_ids)
        mask, states, maps = self.mask(attention_mask, hidden), [], []
        for layer in self.encoder["layer"]:
            states.append(hidden)
            hidden, weights = layer(hidden, mask)
            maps.append(weights)
        states = self.states(states, hidden)
        values = (hidden, self.pool(states, hidden), states, tuple(maps))
        return dict(zip(KEYS, values, strict=True))


@mistake(Bert, "hidden_states lacks the embeddings. It starts with them: one more than there are layers.")
class StatesWithoutEmbeddings(_Whole):
    def states(self, states, last):
        return (*states[1:], last)


@mistake(
    Bert, "hidden_states lacks what the last layer gives. It holds the input of the first layer and the output of each."
)
class StatesWithoutTheLast(_Whole):
    def states(self, states, last):
        return tuple(states)


@mistake(Bert, "attention_mask is taken and never used: padding is looked at.")
class ForgetsTheMask(_Whole):
    def mask(self, mask, hidden):
        return None


@mistake(
    Bert,
    "The tokenizer's 0 and 1 are added to the scores as they are. Make a mask of them first, with parts.mask.",
)
class AddsZeroAndOne(_Whole):
    def mask(self, mask, hidden):
        return None if mask is None else mask[:, None, None, :].to(hidden.dtype)


@mistake(Bert, "token_type_ids never reach the embeddings.")
class ForgetsSegments(_Whole):
    def embed(self, ids, types):
        return self.embeddings(ids)


@mistake(Bert, "All layers are one and the same object: [layer] * n repeats it. Make a new one each time.")
class OneLayerForAll(_Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, parts)] * config.num_hidden_layers)


@mistake(Bert, "The layers stand in a plain list: their parameters are not registered. Use nn.ModuleList (lesson 06).")
class LayersInAList(_Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        layers = list(self.encoder["layer"])
        del self.encoder
        self.__dict__["encoder"] = {"layer": layers}


@mistake(Bert, "The pooler reads the embeddings. It reads what the last layer gives.")
class PoolsTheEmbeddings(_Whole):
    def pool(self, states, last):
        return self.pooler(states[0])


@mistake(Bert, "There are always two layers. How many there are says config.num_hidden_layers.")
class AlwaysTwoLayers(_Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, parts) for _ in range(2)])


@mistake(Bert, "Each layer reads the embeddings. Each reads what the layer before it gave.")
class LayersSideBySide(_Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        first = self.embed(input_ids, token_type_ids)
        mask = self.mask(attention_mask, first)
        results = [layer(first, mask) for layer in self.encoder["layer"]]
        states, last = (first, *(hidden for hidden, _ in results)), results[-1][0]
        return dict(zip(KEYS, (last, self.pooler(last), states, tuple(maps for _, maps in results)), strict=True))


@mistake(Bert, "The library's parts are always taken, never those that are given.")
class TakesTheLibrary(_Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config)


@alternative(Bert)
class NamesInModules(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.make_mask = parts.mask
        self.embeddings = parts.embeddings(config)
        self.encoder = nn.Module()
        self.encoder.layer = nn.Sequential(*(parts.layer(config, parts) for _ in range(config.num_hidden_layers)))
        self.pooler = parts.pooler(config)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        states, attentions = [self.embeddings(input_ids, token_type_ids)], []
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        mask = self.make_mask(attention_mask, states[0].dtype)
        for layer in self.encoder.layer:
            hidden, weights = layer(states[-1], mask)
            states, attentions = [*states, hidden], [*attentions, weights]
        return {
            "last_hidden_state": states[-1], "pooler_output": self.pooler(states[-1]),
            "hidden_states": states, "attentions": attentions,
        }  # fmt: skip


@alternative(Bert)
class ByRecursion(_Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        first = self.embeddings(input_ids, token_type_ids)
        mask = None if attention_mask is None else self.parts.mask(attention_mask, first.dtype)

        def run(hidden, layers):
            if not layers:
                return (hidden,), ()
            following, weights = layers[0](hidden, mask)
            states, maps = run(following, layers[1:])
            return (hidden, *states), (weights, *maps)

        states, maps = run(first, list(self.encoder["layer"]))
        return dict(zip(KEYS, (states[-1], self.pooler(states[-1]), states, maps), strict=True))


equivalent(
    Bert,
    "mask = None if attention_mask is None else self.parts.mask(attention_mask, states[0].dtype)",
    "mask = None if attention_mask is None else self.parts.mask(attention_mask, states[ -1].dtype)",
    "there is one state so far, the first and the last",
)
