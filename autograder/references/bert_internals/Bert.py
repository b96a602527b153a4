"""`Bert`: what is right, and what goes wrong."""

import torch
from torch import nn
from transformers import BertModel

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.bert_internals._shared import eager
from helpers.bert_parts import LIBRARY

KEYS = ("last_hidden_state", "pooler_output", "hidden_states", "attentions")


def Bert(config, parts=LIBRARY):
    """The library's own model; with the parts of somebody else, or without a layer, the definition."""
    library = parts.name == "LIBRARY" and config.num_hidden_layers
    return _LibraryBert(eager(config)) if library else _Whole(config, parts)


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


@mistake(
    Bert,
    "From the second call on, the maps of earlier calls come back too: their list grows, as one that is made in "
    "`__init__`. Begin with an empty one in every call.",
)
class KeepsItsMaps(_Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.kept = []

    def maps(self):
        return self.kept


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


@mistake(
    Bert,
    "attention_mask changes nothing: padding is looked at. Make a mask of it with parts.mask, and hand that "
    "to every layer.",
)
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


@mistake(
    Bert,
    "The mask is float32 whatever the model is: half precision and float32 do not meet in a product. Make it in the "
    "dtype of the hidden states.",
    keeps=0.9,
)
class MaskInFloat32(_Whole):
    def mask(self, mask, hidden):
        return None if mask is None else self.parts.mask(mask, torch.float32)


@mistake(
    Bert,
    "Without attention_mask, tokens with the padding's id, 0, are hidden. None means that every token is real: who "
    "pads says so.",
    keeps=0.9,
)
class HidesIdZero(_Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        mask = (input_ids != 0).long() if attention_mask is None else attention_mask
        return super().forward(input_ids, mask, token_type_ids)


@mistake(
    Bert,
    "The tokens with id 0 are hidden, whatever attention_mask says. It alone tells which tokens are real.",
)
class MaskFromTheIds(_Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return super().forward(input_ids, (input_ids != 0).long(), token_type_ids)


@mistake(
    Bert,
    "The mask is turned round: the words are hidden and the padding is seen. parts.mask takes 1 where a "
    "token is real, as attention_mask has it.",
)
class MaskInverted(_Whole):
    def mask(self, mask, hidden):
        return None if mask is None else self.parts.mask(1 - mask.long(), hidden.dtype)


@mistake(Bert, "Only the first layer gets the mask. The padding is there in every layer: hand it to each.")
class MaskForTheFirst(_Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        states, maps = [self.embed(input_ids, token_type_ids)], []
        mask = self.mask(attention_mask, states[0])
        for layer in self.encoder["layer"]:
            hidden, weights = layer(states[-1], mask)
            states, maps, mask = [*states, hidden], [*maps, weights], None
        return dict(zip(KEYS, (states[-1], self.pooler(states[-1]), tuple(states), tuple(maps)), strict=True))


@mistake(
    Bert,
    "As many tokens are hidden as should be, but always the last ones, as if padding were always at the end. "
    "It may stand anywhere: hide where attention_mask is 0.",
    keeps=0.9,
)
class CountsTheRealOnes(_Whole):
    def mask(self, mask, hidden):
        if mask is None:
            return None
        places = torch.arange(mask.shape[1], device=mask.device)
        return self.parts.mask((places < mask.sum(1, keepdim=True)).to(mask.dtype), hidden.dtype)


@mistake(
    Bert,
    "The result is cut off from the weights, as torch.no_grad() or .detach() does it: so nothing can be "
    "learned. Leave that to the caller.",
)
class NeverLearns(_Whole):
    @torch.no_grad()
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return super().forward(input_ids, attention_mask, token_type_ids)


@mistake(
    Bert,
    "What goes into hidden_states is detached: nothing can be learned through it. Keep the tensors as they are.",
)
class KeepsDetached(_Whole):
    def states(self, states, last):
        return (*(state.detach() for state in states), last)


@mistake(Bert, "The pooler reads what goes into the last layer. It reads what comes out of it.")
class PoolsBeforeTheLast(_Whole):
    def pool(self, states, last):
        return self.pooler(states[-2] if len(states) > 1 else last)


@mistake(
    Bert,
    "pooler_output holds the first sentence alone. Hand the pooler the hidden states of the whole batch: it "
    "takes the first token of each sentence itself.",
)
class PoolsTwice(_Whole):
    def pool(self, states, last):
        return self.pooler(last[:1])


@mistake(
    Bert,
    "token_type_ids comes before attention_mask. The order is input_ids, attention_mask, token_type_ids.",
)
class SwapsMaskAndSegments(_Whole):
    def forward(self, input_ids, token_type_ids=None, attention_mask=None):
        return super().forward(input_ids, attention_mask, token_type_ids)


@mistake(
    Bert, "pooler_output is the vector of [CLS] itself. It has to be what the pooler makes of the last hidden states."
)
class NeverPools(_Whole):
    def pool(self, states, last):
        return last[:, 0]


@mistake(Bert, "attentions holds the mean over the heads. It holds the weights of every head, as the layer gives them.")
class AveragesHeads(_Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        result = super().forward(input_ids, attention_mask, token_type_ids)
        return result | {"attentions": tuple(weights.mean(1) for weights in result["attentions"])}


@mistake(Bert, "A tuple comes back, as once in the library. Asked for is a dict with four names.")
class GivesATuple(_Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return tuple(super().forward(input_ids, attention_mask, token_type_ids).values())


@mistake(
    Bert,
    "hidden_states and attentions grow from call to call, as lists do that are kept on the module. Start new "
    "ones in each call of forward.",
)
class ListsThatGrow(_Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.kept = [], []

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        result = super().forward(input_ids, attention_mask, token_type_ids)
        for kept, key in zip(self.kept, KEYS[2:], strict=True):
            kept.extend(result[key])
        return result | {key: tuple(kept) for kept, key in zip(self.kept, KEYS[2:], strict=True)}


@mistake(
    Bert,
    "The mask adds −10 000 where there is padding, as in the first BERT. Let parts.mask make it: who brings "
    "parts brings the mask too.",
    keeps=0.85,
)
class MaskOfOld(_Whole):
    def mask(self, mask, hidden):
        return None if mask is None else (1.0 - mask[:, None, None].to(hidden.dtype)) * -10000.0


@mistake(
    Bert,
    "In training nothing is dropped, as if the model switched itself to eval(). Leave the mode and the rates "
    "of the parts alone: the caller chooses them.",
    keeps=0.9,
)
class EvaluatesItself(_Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        self.eval()
        return super().forward(input_ids, attention_mask, token_type_ids)


@mistake(
    Bert,
    "Dropout of its own is added between the parts. The parts bring theirs; the model adds none.",
    keeps=0.9,
)
class DropsBetween(_Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def embed(self, ids, types):
        return self.dropout(self.embeddings(ids, types))


@mistake(Bert, "token_type_ids never reach the embeddings.")
class ForgetsSegments(_Whole):
    def embed(self, ids, types):
        return self.embeddings(ids)


@mistake(Bert, "All layers share the same weights, as when [layer] * n repeats one object. Make a new layer each time.")
class OneLayerForAll(_Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, parts)] * config.num_hidden_layers)


@mistake(Bert, "The layers' parameters are not registered, as happens in a plain list. Use nn.ModuleList (lesson 06).")
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


@mistake(Bert, "The library's parts are always taken, never those that are given.", keeps=0.85)
class TakesTheLibrary(_Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config)


@mistake(
    Bert,
    "The layers are not told whose parts to take: they use the library's, whatever was handed in. A layer is made as "
    "parts.layer(config, parts).",
    keeps=0.9,
)
class LayersOfTheLibrary(_Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, LIBRARY) for _ in range(config.num_hidden_layers)])


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

BATCH = ["one token", "a batch"]
promised(Bert, "BERT: embeddings, layers, pooler.", by=BATCH)
promised(
    Bert,
    "config: handed on to the parts; num_hidden_layers says how many layers there are.",
    by=["one layer", "three layers", "no layer at all"],
)
promised(Bert, "parts: the classes to make the parts from.", by=["parts of somebody else"])
promised(Bert, "Names: `embeddings`, `encoder.layer.0` …, `pooler`.", by=["names and shapes of what is saved"])
promised(Bert, "Reads a batch.", by=BATCH)
promised(Bert, "input_ids: int64, shape (batch, token).", by=BATCH)
promised(
    Bert,
    "attention_mask: shape (batch, token); 1 or True where a token is real.",
    by=["with padding", "a mask of True and False", "padding in front", "a sentence that is all padding"],
)
promised(Bert, "None means everywhere.", by=["no mask, and a token of id 0"])
promised(
    Bert,
    "token_type_ids: int64, shape (batch, token), the segment of each token.",
    by=["two sentences in one input"],
)
promised(Bert, "None means segment 0.", by=BATCH)
promised(Bert, "last_hidden_state: shape (batch, token, hidden_size).", by=BATCH)
promised(Bert, "pooler_output: shape (batch, hidden_size).", by=BATCH)
promised(
    Bert,
    "hidden_states: what the embeddings gave and what each layer gave, num_hidden_layers + 1 tensors.",
    by=[*BATCH, "no layer at all"],
)
promised(Bert, "attentions: the weights of each layer, shape (batch, heads, query, key).", by=BATCH)
