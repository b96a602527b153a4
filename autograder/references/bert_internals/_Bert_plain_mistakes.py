"""The plainest mistakes of `Bert`: one name, one number, one order."""

from torch import nn

from autograder.references import mistake
from autograder.references.bert_internals._Bert import Bert, Whole
from helpers.bert_parts import LIBRARY


class _Changed(Whole):
    """A result with one of its four parts changed."""

    def change(self, result):
        return {}

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        result = super().forward(input_ids, attention_mask, token_type_ids)
        return result | self.change(result)


@mistake(
    Bert, "Every layer reads what the embeddings gave. From the second on, each reads what the one before it gave."
)
class LayersReadTheEmbeddings(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        first = self.embed(input_ids, token_type_ids)
        mask, pairs = self.mask(attention_mask, first), []
        for layer in self.encoder["layer"]:
            pairs.append(layer(first, mask))
        states = (first, *(state for state, _ in pairs))
        result = {"last_hidden_state": states[-1], "pooler_output": self.pooler(states[-1])}
        return result | {"hidden_states": states, "attentions": tuple(weights for _, weights in pairs)}


@mistake(Bert, "last_hidden_state is what went into the last layer. It is what came out of it.")
class LastButOne(_Changed):
    def change(self, result):
        return {"last_hidden_state": result["hidden_states"][-2:][0]}


@mistake(Bert, "last_hidden_state is what the embeddings gave. It is what came out of the last layer.")
class LastIsFirst(_Changed):
    def change(self, result):
        return {"last_hidden_state": result["hidden_states"][0]}


@mistake(Bert, "hidden_states comes in the reverse order. The embeddings' is first, the last layer's last.")
class StatesReversed(_Changed):
    def change(self, result):
        return {"hidden_states": result["hidden_states"][::-1]}


@mistake(Bert, "attentions comes in the reverse order. The first layer's weights are first.")
class MapsReversed(_Changed):
    def change(self, result):
        return {"attentions": result["attentions"][::-1]}


@mistake(Bert, "attentions lacks the first layer's weights: there is one tensor for each layer.")
class MapsWithoutFirst(_Changed):
    def change(self, result):
        return {"attentions": result["attentions"][1:]}


@mistake(Bert, "There is a layer too few: as many as config.num_hidden_layers says.")
class LayerTooFew(Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, parts) for _ in range(config.num_hidden_layers - 1)])


@mistake(Bert, "There is a layer too many: as many as config.num_hidden_layers says.")
class LayerTooMany(Whole):
    def layers(self, config, parts):
        return nn.ModuleList([parts.layer(config, parts) for _ in range(config.num_hidden_layers + 1)])


@mistake(Bert, "The mask is the library's, whatever is given. Masks are made by parts.mask.", keeps=0.9)
class TakesTheLibrarysMask(Whole):
    def mask(self, mask, hidden):
        return None if mask is None else LIBRARY.mask(mask, hidden.dtype)


@mistake(Bert, "The embeddings are the library's, whatever is given. Take parts.embeddings.", keeps=0.9)
class TakesTheLibrarysEmbeddings(Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.embeddings = LIBRARY.embeddings(config)


@mistake(Bert, "The pooler is the library's, whatever is given. Take parts.pooler.", keeps=0.9)
class TakesTheLibrarysPooler(Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.pooler = LIBRARY.pooler(config)
