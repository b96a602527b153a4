"""Plainer mistakes of `Bert`: a name, a dtype, an argument."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.bert_internals._Bert import Bert, Whole
from helpers.bert_parts import LIBRARY


@mistake(
    Bert,
    "The mask is asked for in the dtype of attention_mask, which is one of whole numbers. What is added to scores has "
    "theirs: the dtype of the hidden states.",
)
class MaskInWholeNumbers(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        return super().forward(input_ids, mask, token_type_ids)

    def mask(self, mask, hidden):
        return self.parts.mask(mask, mask.dtype)


@mistake(
    Bert,
    "The layers are not named `encoder.layer.0` and so on. In between there is a module `layer`, as "
    'nn.ModuleDict({"layer": …}) makes it.',
    keeps=0.9,
)
class LayersRightBelow(Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.encoder = self.layers(config, parts)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        states, maps = [self.embed(input_ids, token_type_ids)], []
        mask = self.mask(attention_mask, states[0])
        for layer in self.encoder:
            hidden, weights = layer(states[-1], mask)
            states.append(hidden)
            maps.append(weights)
        result = {"hidden_states": tuple(states), "attentions": tuple(maps)}
        return result | {"last_hidden_state": states[-1], "pooler_output": self.pooler(states[-1])}


@mistake(
    Bert,
    "attention_mask is handed to the embeddings as if it were token_type_ids. They come in the order input_ids, "
    "attention_mask, token_type_ids.",
)
class MaskAsSegments(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        segments = None if attention_mask is None else attention_mask.long()
        return super().forward(input_ids, attention_mask, segments)


@mistake(Bert, "attentions holds the last layer's weights alone. It holds one tensor for each layer, as a tuple.")
class LastMapOnly(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        result = super().forward(input_ids, attention_mask, token_type_ids)
        return result | {"attentions": result["attentions"][-1] if result["attentions"] else ()}


@mistake(
    Bert,
    "A residual is added around each layer. The layers bring their own, two each; between them nothing is added.",
)
class AddsAroundLayers(Whole):
    def layers(self, config, parts):
        return nn.ModuleList([_Around(layer) for layer in super().layers(config, parts)])

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return super().forward(input_ids, attention_mask, token_type_ids)


class _Around(nn.Module):
    def __init__(self, layer):
        super().__init__()
        for name, part in layer.named_children():
            self.add_module(name, part)
        for name, value in layer.named_parameters(recurse=False):
            self.register_parameter(name, value)
        self.__dict__["inner"] = layer

    def forward(self, hidden, mask=None):
        result, weights = self.inner(hidden, mask)
        return hidden + result, weights


@mistake(
    Bert,
    "attention_mask is handed to parts.mask even where it is None. None means that every token is real: no mask at "
    "all, or one of ones.",
)
class NeedsAMask(Whole):
    def mask(self, mask, hidden):
        return self.parts.mask(mask, hidden.dtype)


@mistake(
    Bert,
    "The pooler gets a single vector a sentence. It takes the hidden states of all tokens, and finds [CLS] by itself.",
)
class PicksForThePooler(Whole):
    def pool(self, states, last):
        return self.pooler(last[:, 0])


@mistake(
    Bert,
    "hidden_states holds something twice: what goes into each layer and what comes out of it, though the one's result "
    "is the next one's input.",
)
class StatesTwice(Whole):
    def states(self, states, last):
        following = [*states[1:], last]
        return (
            (states[0], *(item for pair in zip(states, following, strict=True) for item in pair)) if states else (last,)
        )


@mistake(Bert, "pooler_output is missing, or last_hidden_state is: the dict has to have four names.")
class WithoutPooled(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        result = super().forward(input_ids, attention_mask, token_type_ids)
        return {name: value for name, value in result.items() if name != "pooler_output"}


@mistake(
    Bert,
    "In training, what the pooler gives is dropped. That dropout belongs to a task's head, which comes "
    "behind this model.",
    keeps=0.9,
)
class DropsThePooled(Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def pool(self, states, last):
        return self.dropout(self.pooler(last))
