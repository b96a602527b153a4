"""More mistakes of `Bert`."""

from torch import nn

from autograder.references import mistake
from autograder.references.bert_internals._Bert import KEYS, Bert, Whole
from helpers.bert_parts import LIBRARY


@mistake(
    Bert,
    "token_type_ids comes before attention_mask. The order is input_ids, attention_mask, token_type_ids.",
)
class SwapsMaskAndSegments(Whole):
    def forward(self, input_ids, token_type_ids=None, attention_mask=None):
        return super().forward(input_ids, attention_mask, token_type_ids)


@mistake(
    Bert, "pooler_output is the vector of [CLS] itself. It has to be what the pooler makes of the last hidden states."
)
class NeverPools(Whole):
    def pool(self, states, last):
        return last[:, 0]


@mistake(Bert, "attentions holds the mean over the heads. It holds the weights of every head, as the layer gives them.")
class AveragesHeads(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        result = super().forward(input_ids, attention_mask, token_type_ids)
        return result | {"attentions": tuple(weights.mean(1) for weights in result["attentions"])}


@mistake(Bert, "A tuple comes back, as once in the library. Asked for is a dict with four names.")
class GivesATuple(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return tuple(super().forward(input_ids, attention_mask, token_type_ids).values())


@mistake(
    Bert,
    "hidden_states and attentions grow from call to call, as lists do that are kept on the module. Start new "
    "ones in each call of forward.",
)
class ListsThatGrow(Whole):
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
class MaskOfOld(Whole):
    def mask(self, mask, hidden):
        return None if mask is None else (1.0 - mask[:, None, None].to(hidden.dtype)) * -10000.0


@mistake(
    Bert,
    "In training nothing is dropped, as if the model switched itself to eval(). Leave the mode and the rates "
    "of the parts alone: the caller chooses them.",
    keeps=0.9,
)
class EvaluatesItself(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        self.eval()
        return super().forward(input_ids, attention_mask, token_type_ids)


@mistake(
    Bert,
    "Dropout of its own is added between the parts. The parts bring theirs; the model adds none.",
    keeps=0.9,
)
class DropsBetween(Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def embed(self, ids, types):
        return self.dropout(self.embeddings(ids, types))


@mistake(Bert, "token_type_ids never reach the embeddings.")
class ForgetsSegments(Whole):
    def embed(self, ids, types):
        return self.embeddings(ids)


@mistake(Bert, "All layers share the same weights, as when [layer] * n repeats one object. Make a new layer each time.")
class OneLayerForAll(Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, parts)] * config.num_hidden_layers)


@mistake(Bert, "The layers' parameters are not registered, as happens in a plain list. Use nn.ModuleList (lesson 06).")
class LayersInAList(Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        layers = list(self.encoder["layer"])
        del self.encoder
        self.__dict__["encoder"] = {"layer": layers}


@mistake(Bert, "The pooler reads the embeddings. It reads what the last layer gives.")
class PoolsTheEmbeddings(Whole):
    def pool(self, states, last):
        return self.pooler(states[0])


@mistake(Bert, "There are always two layers. How many there are says config.num_hidden_layers.")
class AlwaysTwoLayers(Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, parts) for _ in range(2)])


@mistake(Bert, "Each layer reads the embeddings. Each reads what the layer before it gave.")
class LayersSideBySide(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        first = self.embed(input_ids, token_type_ids)
        mask = self.mask(attention_mask, first)
        results = [layer(first, mask) for layer in self.encoder["layer"]]
        states, last = (first, *(hidden for hidden, _ in results)), results[-1][0]
        return dict(zip(KEYS, (last, self.pooler(last), states, tuple(maps for _, maps in results)), strict=True))


@mistake(Bert, "The library's parts are always taken, never those that are given.", keeps=0.85)
class TakesTheLibrary(Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config)


@mistake(
    Bert,
    "The layers are not told whose parts to take: they use the library's, whatever was handed in. A layer is made as "
    "parts.layer(config, parts).",
    keeps=0.9,
)
class LayersOfTheLibrary(Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, LIBRARY) for _ in range(config.num_hidden_layers)])
