"""Mistakes of `Bert`."""

import torch

from autograder.references import mistake
from autograder.references.bert_internals._Bert import KEYS, Bert, Whole
from helpers.bert_parts import LIBRARY


@mistake(
    Bert,
    "From the second call on, the maps of earlier calls come back too: their list grows, as one that is made in "
    "`__init__`. Begin with an empty one in every call.",
)
class KeepsItsMaps(Whole):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config, parts)
        self.kept = []

    def maps(self):
        return self.kept


@mistake(Bert, "hidden_states lacks the embeddings. It starts with them: one more than there are layers.")
class StatesWithoutEmbeddings(Whole):
    def states(self, states, last):
        return (*states[1:], last)


@mistake(
    Bert, "hidden_states lacks what the last layer gives. It holds the input of the first layer and the output of each."
)
class StatesWithoutTheLast(Whole):
    def states(self, states, last):
        return tuple(states)


@mistake(
    Bert,
    "attention_mask changes nothing: padding is looked at. Make a mask of it with parts.mask, and hand that "
    "to every layer.",
)
class ForgetsTheMask(Whole):
    def mask(self, mask, hidden):
        return None


@mistake(
    Bert,
    "The tokenizer's 0 and 1 are added to the scores as they are. Make a mask of them first, with parts.mask.",
)
class AddsZeroAndOne(Whole):
    def mask(self, mask, hidden):
        return None if mask is None else mask[:, None, None, :].to(hidden.dtype)


@mistake(
    Bert,
    "The mask is float32 whatever the model is: half precision and float32 do not meet in a product. Make it in the "
    "dtype of the hidden states.",
    keeps=0.9,
)
class MaskInFloat32(Whole):
    def mask(self, mask, hidden):
        return None if mask is None else self.parts.mask(mask, torch.float32)


@mistake(
    Bert,
    "Without attention_mask, tokens with the padding's id, 0, are hidden. None means that every token is real: who "
    "pads says so.",
    keeps=0.9,
)
class HidesIdZero(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        mask = (input_ids != 0).long() if attention_mask is None else attention_mask
        return super().forward(input_ids, mask, token_type_ids)


@mistake(
    Bert,
    "The tokens with id 0 are hidden, whatever attention_mask says. It alone tells which tokens are real.",
)
class MaskFromTheIds(Whole):
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return super().forward(input_ids, (input_ids != 0).long(), token_type_ids)


@mistake(
    Bert,
    "The mask is turned round: the words are hidden and the padding is seen. parts.mask takes 1 where a "
    "token is real, as attention_mask has it.",
)
class MaskInverted(Whole):
    def mask(self, mask, hidden):
        return None if mask is None else self.parts.mask(1 - mask.long(), hidden.dtype)


@mistake(Bert, "Only the first layer gets the mask. The padding is there in every layer: hand it to each.")
class MaskForTheFirst(Whole):
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
class CountsTheRealOnes(Whole):
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
class NeverLearns(Whole):
    @torch.no_grad()
    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return super().forward(input_ids, attention_mask, token_type_ids)


@mistake(
    Bert,
    "What goes into hidden_states is detached: nothing can be learned through it. Keep the tensors as they are.",
)
class KeepsDetached(Whole):
    def states(self, states, last):
        return (*(state.detach() for state in states), last)


@mistake(Bert, "The pooler reads what goes into the last layer. It reads what comes out of it.")
class PoolsBeforeTheLast(Whole):
    def pool(self, states, last):
        return self.pooler(states[-2] if len(states) > 1 else last)


@mistake(
    Bert,
    "pooler_output holds the first sentence alone. Hand the pooler the hidden states of the whole batch: it "
    "takes the first token of each sentence itself.",
)
class PoolsTwice(Whole):
    def pool(self, states, last):
        return self.pooler(last[:1])
