"""Slips of `MultiHeadAttention`: layers and inputs exchanged, dimensions not swapped."""

from torch import nn
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.attention._MultiHeadAttention import Heads, MultiHeadAttention
from autograder.references.attention._MultiHeadAttention_mistakes import _attending, _weighing
from autograder.references.attention._numbers import NUMBERS, ROOTS
from autograder.references.attention._shared import masked_softmax

ONCE = (
    "Tokens and heads change places only once, before the attention or after it. Before it they should: else the "
    "heads of one token look at each other. And after it they should change back: else a row holds numbers of several"
    " tokens."
)


def _projecting(name, sentence, project, keeps=0.5):
    mistake(MultiHeadAttention, sentence, keeps)(type(name, (Heads,), {"project": project}))


_projecting(
    "SwapsKeysAndValues",
    "Keys are made by v_proj and values by k_proj: the two layers have changed places.",
    lambda self, query, key, value: (self.q_proj(query), self.v_proj(key), self.k_proj(value)),
)
_projecting(
    "SwapsQueriesAndKeys",
    "Queries are made by k_proj and keys by q_proj: the two layers have changed places.",
    lambda self, query, key, value: (self.k_proj(query), self.q_proj(key), self.v_proj(value)),
)
_projecting(
    "ValuesByTheKeysLayer",
    "The values are made by k_proj. They have a layer of their own, v_proj.",
    lambda self, query, key, value: (self.q_proj(query), self.k_proj(key), self.k_proj(value)),
)
_projecting(
    "KeysByTheQueriesLayer",
    "The keys are made by q_proj. They have a layer of their own, k_proj.",
    lambda self, query, key, value: (self.q_proj(query), self.q_proj(key), self.v_proj(value)),
)
_projecting(
    "SwapsTheInputs",
    "`key` and `value` have changed places: what is given as `value` goes through k_proj, and `key` through v_proj.",
    lambda self, query, key, value: (self.q_proj(query), self.k_proj(value), self.v_proj(key)),
)
_projecting(
    "ProjectsNothing",
    "Queries, keys and values are the tokens as they come: q_proj, k_proj and v_proj are never applied.",
    lambda self, query, key, value: (query, key, value),
)
_projecting(
    "ValuesAsTheyCome",
    "The values are the tokens as they come: v_proj is never applied.",
    lambda self, query, key, value: (self.q_proj(query), self.k_proj(key), value),
)
_projecting(
    "QueriesAsTheyCome",
    "The queries are the tokens as they come: q_proj is never applied.",
    lambda self, query, key, value: (query, self.k_proj(key), self.v_proj(value)),
)
_projecting(
    "KeysAsTheyCome",
    "The keys are the tokens as they come: k_proj is never applied.",
    lambda self, query, key, value: (self.q_proj(query), key, self.v_proj(value)),
)


@mistake(MultiHeadAttention, ONCE)
class HeadsLookAtHeads(Heads):
    def split(self, x):
        return x.unflatten(-1, (self.heads, -1))


@mistake(
    MultiHeadAttention,
    "Tokens and heads do not change places before the attention, and so the heads of one token look at each other: "
    "swap them, (batch, heads, tokens, d_head), and swap back at the end.",
)
class HeadsLookAtHeadsThroughout(HeadsLookAtHeads):
    def merge(self, x):
        return x.flatten(-2)


@mistake(MultiHeadAttention, ONCE)
class MergesHeadsAsTokens(Heads):
    def merge(self, x):
        return x.flatten(-2)


@mistake(
    MultiHeadAttention,
    "The heads lie below each other instead of side by side: there are heads · tokens rows, of d_head numbers. Swap "
    "heads and tokens, then flatten the last two.",
)
class MergesBelowEachOther(Heads):
    def merge(self, x):
        return x.flatten(-3, -2)


@mistake(
    MultiHeadAttention,
    "A head gets a piece of `heads` numbers, d_head and heads having changed places: unflatten(-1, (heads, -1)) makes "
    "`heads` pieces.",
)
class PiecesOfHeads(Heads):
    def split(self, x):
        return x.unflatten(-1, (-1, self.heads)).transpose(-3, -2)


@mistake(MultiHeadAttention, "out_proj has no bias. All four layers are nn.Linear as they come, with one.", keeps=0.3)
class MixesWithoutBias(Heads):
    def __init__(self, d_model, heads):
        super().__init__(d_model, heads)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)


@mistake(
    MultiHeadAttention,
    "Some weights are dropped at random, as with dropout_p: each call gives another result, also in evaluation. No "
    "dropout is asked for.",
)
class Drops(Heads):
    def attend(self, query, key, value, mask):
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=0.1)


@mistake(
    MultiHeadAttention,
    "A layer gives d_model / heads numbers, enough for one head. All heads' numbers come out of one nn.Linear(d_model, "
    "d_model), side by side, and are cut afterwards.",
    keeps=0.3,
)
class OneHeadWide(Heads):
    def __init__(self, d_model, heads):
        super().__init__(d_model, heads)
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(d_model, d_model // heads) for _ in range(3))


for name, root, sentence in ROOTS:
    _attending(
        f"Heads_{name}",
        sentence,
        attend=lambda self, query, key, value, mask, root=root: (
            masked_softmax(query @ key.mT / root(query.shape[-1]), mask) @ value
        ),
    )
for softmax, sentence, keeps in NUMBERS:
    _attending(f"Heads_{softmax.__name__}", sentence, keeps, **_weighing(softmax))


@mistake(
    MultiHeadAttention,
    "A mask that hides everything hides nothing: it is taken for none, as where any() is asked whether there is a "
    "mask. `is None` is the question.",
    keeps=0.98,
)
class TakesAnEmptyMaskForNone(Heads):
    def forward(self, query, key, value, mask=None):
        return super().forward(query, key, value, mask if mask is not None and mask.any() else None)
