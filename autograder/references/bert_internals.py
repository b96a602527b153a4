"""What is right in `16_bert_internals`, and what goes wrong. Where transformers has the part, it is the oracle."""

import math

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel
from transformers.models.bert import modeling_bert

from autograder.references import alternative, equivalent, mistake
from helpers.bert import LIBRARY


def eager(config):
    """The same configuration, whoever made it, with attention that can be looked at."""
    return BertConfig(**{**config.to_dict(), "attn_implementation": "eager"})


# --- BertEmbeddings ---------------------------------------------------------------------------------------------------


class BertEmbeddings(modeling_bert.BertEmbeddings):
    """The library's own."""


class _Embeddings(nn.Module):
    """What answers have in common: each replaces one step."""

    padding, eps = True, 0.0

    def __init__(self, config):
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = nn.Embedding(
            config.vocab_size, width, padding_idx=config.pad_token_id if self.padding else None
        )
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=self.eps or config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def positions(self, ids):
        return torch.arange(ids.shape[-1], device=ids.device)

    def total(self, ids, types):
        types = torch.zeros_like(ids) if types is None else types
        return (
            self.word_embeddings(ids)
            + self.position_embeddings(self.positions(ids))
            + self.token_type_embeddings(types)
        )

    def finish(self, total):
        return self.dropout(self.LayerNorm(total))

    def forward(self, input_ids, token_type_ids=None):
        return self.finish(self.total(input_ids, token_type_ids))


@mistake(BertEmbeddings, "eps is missing: LayerNorm then takes 1e-5. BERT's is in the configuration, layer_norm_eps.")
class EmbedsWithOwnEps(_Embeddings):
    eps = 1e-5


@mistake(BertEmbeddings, "The sum is not normalised: a LayerNorm comes after it.")
class EmbedsWithoutNorm(_Embeddings):
    def finish(self, total):
        return self.dropout(total)


@mistake(BertEmbeddings, "The words are normalised before positions and segments are added. First add all three.")
class EmbedsNormFirst(_Embeddings):
    def forward(self, input_ids, token_type_ids=None):
        words = self.LayerNorm(self.word_embeddings(input_ids))
        return self.dropout(words + self.total(input_ids, token_type_ids) - self.word_embeddings(input_ids))


@mistake(
    BertEmbeddings,
    "Without token_type_ids no segment is added. No segment means segment 0: row 0 of the table, which is not zero.",
)
class EmbedsNoSegment(_Embeddings):
    def total(self, ids, types):
        if types is None:
            return self.word_embeddings(ids) + self.position_embeddings(self.positions(ids))
        return super().total(ids, types)


@mistake(BertEmbeddings, "token_type_ids is taken and never used: every token counts as segment 0.")
class EmbedsOneSegment(_Embeddings):
    def total(self, ids, types):
        return super().total(ids, None)


@mistake(BertEmbeddings, "The positions count from 1. BERT's first token stands at position 0.")
class EmbedsFromOne(_Embeddings):
    def positions(self, ids):
        return super().positions(ids) + 1


@mistake(BertEmbeddings, "The positions count the sentences of the batch. They count the tokens, ids.shape[1].")
class EmbedsByBatch(_Embeddings):
    def positions(self, ids):
        return torch.arange(ids.shape[0], device=ids.device).unsqueeze(-1)


@mistake(BertEmbeddings, "The words are multiplied by √hidden_size, as in the first Transformer. BERT does not.")
class EmbedsScaled(_Embeddings):
    def total(self, ids, types):
        return super().total(ids, types) + self.word_embeddings(ids) * (self.LayerNorm.normalized_shape[0] ** 0.5 - 1)


@mistake(BertEmbeddings, "Dropout comes before the LayerNorm. Here it comes last.")
class EmbedsDropsFirst(_Embeddings):
    def finish(self, total):
        return self.LayerNorm(self.dropout(total))


@mistake(BertEmbeddings, "There is no dropout: in training, some numbers of the result must become 0.")
class EmbedsNeverDrops(_Embeddings):
    def finish(self, total):
        return self.LayerNorm(total)


@mistake(BertEmbeddings, "The row of the padding learns: tell the table of words with padding_idx=config.pad_token_id.")
class EmbedsLearnsPadding(_Embeddings):
    padding = False


@mistake(
    BertEmbeddings,
    "A buffer of positions is saved with the model. Today's checkpoints have none: persistent=False, or make it anew.",
)
class EmbedsSavesPositions(_Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings).expand(1, -1))


@alternative(BertEmbeddings)
class EmbedsStepByStep(_Embeddings):
    def total(self, ids, types):
        total = F.embedding(ids, self.word_embeddings.weight, padding_idx=0)
        total = total + self.position_embeddings.weight[: ids.shape[1]]
        return total + self.token_type_embeddings.weight[0 if types is None else types]


@alternative(BertEmbeddings)
class EmbedsWithBuffers(_Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings)[None], persistent=False)

    def positions(self, ids):
        return self.position_ids[:, : ids.shape[1]].expand_as(ids)


# --- extended_attention_mask ------------------------------------------------------------------------------------------


def extended_attention_mask(attention_mask, dtype=torch.float32):
    """The definition, entry by entry."""
    if attention_mask.dim() not in (2, 3):
        raise ValueError("a mask has shape (batch, key) or (batch, query, key)")
    lowest = torch.finfo(dtype).min
    numbers = [0.0 if item else lowest for item in attention_mask.reshape(-1).tolist()]
    *front, keys = attention_mask.shape
    shape = (front[0], 1, front[1] if len(front) > 1 else 1, keys)
    return torch.tensor(numbers, dtype=torch.float64).to(dtype).reshape(shape).to(attention_mask.device)


def _extend(mask, dtype, *, lowest=None, hidden=lambda mask: mask == 0, shape=None):
    if mask.dim() not in (2, 3):
        raise ValueError(mask.shape)
    mask = shape(mask) if shape else (mask[:, None, None] if mask.dim() == 2 else mask[:, None])
    lowest = torch.finfo(dtype).min if lowest is None else lowest
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(hidden(mask), lowest)


@mistake(
    extended_attention_mask,
    "Hidden keys get −10 000, as in old versions. A score can be larger: take torch.finfo(dtype).min.",
)
def extends_by_ten_thousand(attention_mask, dtype=torch.float32):
    return _extend(attention_mask, dtype, lowest=-10000.0)


@mistake(
    extended_attention_mask,
    "Hidden keys get −∞: where all is padding, softmax makes NaN of it. BERT takes the lowest finite number.",
)
def extends_by_infinity(attention_mask, dtype=torch.float32):
    return _extend(attention_mask, dtype, lowest=-torch.inf)


@mistake(extended_attention_mask, "The words are hidden and the padding is seen: a 1 of the tokenizer is a real token.")
def extends_inverted(attention_mask, dtype=torch.float32):
    return _extend(attention_mask, dtype, hidden=lambda mask: mask != 0)


@mistake(extended_attention_mask, "The 0 and 1 are handed on as numbers. Added to scores, a 1 hides nothing.")
def extends_by_nothing(attention_mask, dtype=torch.float32):
    return _extend(attention_mask, dtype, lowest=0.0) + (1 - _extend(attention_mask, dtype, lowest=1.0))


@mistake(
    extended_attention_mask,
    "The result is float32 whatever `dtype` says, and turns a half-precision model's scores into float32.",
)
def extends_in_float32(attention_mask, dtype=torch.float32):
    return _extend(attention_mask, torch.float32)


@mistake(
    extended_attention_mask,
    "The padding stands where the queries are: (batch, 1, key, 1) keeps padding from looking, not from being seen.",
)
def extends_over_queries(attention_mask, dtype=torch.float32):
    shape = lambda mask: mask[:, None, :, None] if mask.dim() == 2 else mask[:, None]  # noqa: E731
    return _extend(attention_mask, dtype, shape=shape)


@mistake(extended_attention_mask, "A dimension for the heads is missing: the result is (batch, 1, 1, key).")
def extends_without_heads(attention_mask, dtype=torch.float32):
    return _extend(attention_mask, dtype, shape=lambda mask: mask[:, None] if mask.dim() == 2 else mask)


@mistake(
    extended_attention_mask,
    "A mask (batch, query, key) becomes (batch, query, 1, key): the heads' dimension comes second, mask[:, None].",
)
def extends_queries_as_heads(attention_mask, dtype=torch.float32):
    return _extend(
        attention_mask, dtype, shape=lambda mask: mask.unsqueeze(-2) if mask.dim() == 3 else mask[:, None, None]
    )


@mistake(
    extended_attention_mask,
    "This is the recipe of the first BERT, (1 − mask)·−10 000. It takes no booleans, no mask for each query, no dtype: "
    "compare with 0, and fill in torch.finfo(dtype).min.",
)
def extends_as_of_old(attention_mask, dtype=torch.float32):
    return (1.0 - attention_mask[:, None, None, :]) * -10000.0


@mistake(
    extended_attention_mask,
    "Only masks of shape (batch, key) are treated: one of (batch, query, key) needs the heads' dimension alone, any "
    "other number of dimensions a ValueError.",
)
def extends_two_dimensions_only(attention_mask, dtype=torch.float32):
    return (1.0 - attention_mask[:, None, None].to(dtype)) * torch.finfo(dtype).min


@alternative(extended_attention_mask)
def extends_by_arithmetic(attention_mask, dtype=torch.float32):
    shapes = {2: (slice(None), None, None), 3: (slice(None), None)}
    if attention_mask.dim() not in shapes:
        raise ValueError("batch, key or batch, query, key")
    return (1.0 - attention_mask[shapes[attention_mask.dim()]].to(dtype)) * torch.finfo(dtype).min


@alternative(extended_attention_mask)
def extends_by_where(attention_mask, dtype=torch.float32):
    match attention_mask.shape:
        case (batch, keys):
            wide = attention_mask.reshape(batch, 1, 1, keys)
        case (batch, queries, keys):
            wide = attention_mask.reshape(batch, 1, queries, keys)
        case _:
            raise ValueError
    values = torch.tensor([torch.finfo(dtype).min, 0], dtype=dtype, device=attention_mask.device)
    return values[wide.long()]


for line in ("padding = attention_mask[:, None, None, :] <= 0", "padding = attention_mask[:, None, :, :] <= 0"):
    equivalent(extended_attention_mask, line, "a tokenizer's mask holds 0 and 1 and nothing below")


# --- BertSelfAttention ------------------------------------------------------------------------------------------------


class BertSelfAttention(modeling_bert.BertSelfAttention):
    """The library's own, with its two results."""

    def __init__(self, config):
        super().__init__(eager(config))

    def forward(self, hidden_states, mask=None):
        return super().forward(hidden_states, mask)[:2]


class _Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.check(config)
        self.heads = config.num_attention_heads
        self.query, self.key, self.value = (nn.Linear(config.hidden_size, config.hidden_size) for _ in range(3))
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def check(self, config):
        if config.hidden_size % config.num_attention_heads:
            raise ValueError(config.num_attention_heads)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def merge(self, x):
        return x.transpose(1, 2).flatten(2)

    def scores(self, query, key):
        return query @ key.mT / math.sqrt(query.shape[-1])

    def weights(self, scores, mask):
        return (scores if mask is None else scores + mask).softmax(-1)

    def drop(self, weights):
        return self.dropout(weights)

    def forward(self, hidden_states, mask=None):
        query, key, value = (self.split(layer(hidden_states)) for layer in (self.query, self.key, self.value))
        weights = self.drop(self.weights(self.scores(query, key), mask))
        return self.merge(weights @ value), weights


@mistake(
    BertSelfAttention,
    "The mask is added after the softmax, to the weights. Add it to the scores: the softmax makes 0 of it.",
)
class AddsTheMaskLate(_Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1) + (0 if mask is None else mask)


@mistake(
    BertSelfAttention,
    "The mask multiplies the weights. It is made of 0 and very negative numbers, to be added to the scores.",
)
class MultipliesTheMask(_Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1) * (1 if mask is None else mask)


@mistake(BertSelfAttention, "The mask is taken and never used: padding is looked at.")
class NeverMasks(_Attention):
    def weights(self, scores, mask):
        return scores.softmax(-1)


@mistake(
    BertSelfAttention,
    "The mask is added before the division by √d, which makes it smaller. First divide, then add.",
)
class MasksBeforeScaling(_Attention):
    def scores(self, query, key):
        self.width = query.shape[-1]
        return query @ key.mT

    def weights(self, scores, mask):
        return ((scores if mask is None else scores + mask) / math.sqrt(self.width)).softmax(-1)


@mistake(
    BertSelfAttention,
    "Keys with a mask other than 0 are set to −∞. The mask is a number to be added; where all is hidden, −∞ makes NaN.",
)
class FillsTheMask(_Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores.masked_fill(mask != 0, -torch.inf)).softmax(-1)


@mistake(BertSelfAttention, "The scores are divided by √hidden_size. A head's query has hidden_size / heads numbers.")
class ScalesByTheModel(_Attention):
    def scores(self, query, key):
        return query @ key.mT / math.sqrt(query.shape[-1] * self.heads)


@mistake(BertSelfAttention, "The scores are not divided by √d.")
class NeverScales(_Attention):
    def scores(self, query, key):
        return query @ key.mT


@mistake(
    BertSelfAttention,
    "The softmax runs over the queries. Each query shares out its attention over the keys, the last dimension.",
)
class SoftmaxOverQueries(_Attention):
    def weights(self, scores, mask):
        return (scores if mask is None else scores + mask).softmax(-2)


@mistake(
    BertSelfAttention,
    "A reshape to (batch, heads, token, d) mixes tokens. Cut to (batch, token, heads, d), then swap 1 and 2.",
)
class SplitsByReshape(_Attention):
    def split(self, x):
        return x.reshape(x.shape[0], self.heads, x.shape[1], -1)


@mistake(BertSelfAttention, "The heads are not swapped back before they are laid side by side.")
class MergesByReshape(_Attention):
    def merge(self, x):
        return x.reshape(x.shape[0], x.shape[2], -1)


@mistake(BertSelfAttention, "Query and key have changed places: the map of weights is transposed.")
class SwapsQueryAndKey(_Attention):
    def scores(self, query, key):
        return super().scores(key, query)


@mistake(BertSelfAttention, "There is no dropout on the weights: in training, some of them must become 0.")
class NeverDropsWeights(_Attention):
    def drop(self, weights):
        return weights


@mistake(
    BertSelfAttention,
    "A number of heads that does not divide hidden_size must raise a ValueError when the layer is made.",
)
class AllowsAnyHeads(_Attention):
    def check(self, config):
        pass


@alternative(BertSelfAttention)
class AttendsByEinsum(_Attention):
    def forward(self, hidden_states, mask=None):
        q, k, v = (layer(hidden_states).unflatten(-1, (self.heads, -1)) for layer in (self.query, self.key, self.value))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * q.shape[-1] ** -0.5
        weights = self.dropout(F.softmax(scores if mask is None else mask + scores, dim=3))
        return torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2), weights


@alternative(BertSelfAttention)
class AttendsHeadByHead(_Attention):
    def forward(self, hidden_states, mask=None):
        pieces = [layer(hidden_states).chunk(self.heads, -1) for layer in (self.query, self.key, self.value)]
        mask = torch.zeros((), device=hidden_states.device) if mask is None else mask.squeeze(1)
        maps = [F.softmax(q @ k.mT / q.shape[-1] ** 0.5 + mask, -1) for q, k in zip(*pieces[:2], strict=True)]
        maps = [self.dropout(weights) for weights in maps]
        return torch.cat([weights @ v for weights, v in zip(maps, pieces[2], strict=True)], -1), torch.stack(maps, 1)


# --- BertSelfOutput ---------------------------------------------------------------------------------------------------


def BertSelfOutput(config, inputs=None):
    """The library's own two: one after the attention, one after the wide layer."""
    if inputs is None or inputs == config.hidden_size:
        return modeling_bert.BertSelfOutput(config)
    return modeling_bert.BertOutput(BertConfig(**{**config.to_dict(), "intermediate_size": inputs}))


class _Output(nn.Module):
    eps = 0.0

    def __init__(self, config, inputs=None):
        super().__init__()
        self.dense = nn.Linear(inputs or config.hidden_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=self.eps or config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) + old)


@mistake(BertSelfOutput, "The norm comes before the residual: BERT adds first and normalises the sum.")
class NormBeforeResidual(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new))) + old


@mistake(BertSelfOutput, "The input is normalised and the sum is not, as in newer models. BERT normalises last.")
class PreNorm(_Output):
    def forward(self, new, old):
        return self.dropout(self.dense(new)) + self.LayerNorm(old)


@mistake(BertSelfOutput, "The residual is missing: add the second argument before the norm.")
class NoResidual(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new)) + 0 * old)


@mistake(BertSelfOutput, "There is no LayerNorm after the sum.")
class NoNorm(_Output):
    def forward(self, new, old):
        return self.dropout(self.dense(new)) + old


@mistake(BertSelfOutput, "eps is missing: LayerNorm then takes 1e-5. BERT's is in the configuration, layer_norm_eps.")
class OwnEps(_Output):
    eps = 1e-5


@mistake(
    BertSelfOutput,
    "Dropout acts on the sum, so the residual is dropped too. It belongs on the dense layer's result alone.",
)
class DropsTheSum(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dropout(self.dense(new) + old))


@mistake(BertSelfOutput, "Dropout acts after the norm. It belongs on the dense layer's result, before the sum.")
class DropsLast(_Output):
    def forward(self, new, old):
        return self.dropout(self.LayerNorm(self.dense(new) + old))


@mistake(BertSelfOutput, "There is no dropout: in training, some numbers of the dense layer's result must become 0.")
class NeverDrops(_Output):
    def forward(self, new, old):
        return self.LayerNorm(self.dense(new) + old)


@mistake(BertSelfOutput, "`+=` writes into the caller's tensor, which is still needed. Add into a new one.")
class AddsInPlace(_Output):
    def forward(self, new, old):
        if torch.is_grad_enabled() and old.requires_grad:
            return super().forward(new, old)
        old += self.dropout(self.dense(new))
        return self.LayerNorm(old)


@alternative(BertSelfOutput)
class NormByHand(_Output):
    def forward(self, new, old):
        total = old + F.dropout(self.dense(new), self.dropout.p, self.training)
        centred = total - total.mean(-1, keepdim=True)
        spread = centred.square().mean(-1, keepdim=True)
        return centred / (spread + self.LayerNorm.eps).sqrt() * self.LayerNorm.weight + self.LayerNorm.bias


@alternative(BertSelfOutput)
class FunctionalNorm(_Output):
    def forward(self, new, old):
        total = torch.add(self.dropout(F.linear(new, self.dense.weight, self.dense.bias)), old)
        norm = self.LayerNorm
        return F.layer_norm(total, total.shape[-1:], norm.weight, norm.bias, norm.eps)


# --- BertIntermediate -------------------------------------------------------------------------------------------------


class BertIntermediate(modeling_bert.BertIntermediate):
    """The library's own: it raises KeyError where ACT2FN does not know the name."""


def _erf(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def _tanh(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class _Intermediate(nn.Module):
    known = {"gelu": _erf, "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012

    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.act = self.choose(config.hidden_act)

    def choose(self, name):
        return self.known[name]

    def forward(self, x):
        return self.act(self.dense(x))


@mistake(
    BertIntermediate,
    'The tanh formula is taken for "gelu". BERT\'s GELU is the exact one, with erf; tanh is "gelu_new".',
)
class TanhForErf(_Intermediate):
    known = {"gelu": _tanh, "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, 'The exact GELU is taken for "gelu_new" too. That name means the formula with tanh.')
class ErfForTanh(_Intermediate):
    known = {"gelu": _erf, "gelu_new": _erf, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "The two flavours of GELU have changed places.")
class SwapsFlavours(_Intermediate):
    known = {"gelu": _tanh, "gelu_new": _erf, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "hidden_act is never read: whatever the configuration says, the activation is GELU.")
class AlwaysGelu(_Intermediate):
    def choose(self, name):
        return _erf


@mistake(BertIntermediate, "The activation is ReLU. BERT's is GELU, unless the configuration says otherwise.")
class AlwaysRelu(_Intermediate):
    def choose(self, name):
        return torch.relu


@mistake(
    BertIntermediate,
    "GELU is taken as x·sigmoid(1.702·x). That is a rougher cousin of it, and no BERT was trained with it.",
)
class QuickGelu(_Intermediate):
    known = {"gelu": lambda x: x * torch.sigmoid(1.702 * x), "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "erf(x) is taken without dividing x by √2 first: Φ(x) = (1 + erf(x / √2)) / 2.")
class ErfWithoutRoot(_Intermediate):
    known = {"gelu": lambda x: x * 0.5 * (1 + torch.erf(x)), "gelu_new": _tanh, "relu": torch.relu}  # noqa: RUF012


@mistake(BertIntermediate, "There is no activation: two linear layers in a row are one linear layer.")
class NoActivation(_Intermediate):
    def forward(self, x):
        return self.dense(x)


@mistake(BertIntermediate, "The activation acts on what comes in. It acts on what the dense layer gives.")
class ActivatesFirst(_Intermediate):
    def forward(self, x):
        return self.dense(self.act(x))


@mistake(
    BertIntermediate,
    "A name that nobody knows is taken for GELU in silence. Raise KeyError: a misspelt configuration must show.",
)
class AcceptsAnyName(_Intermediate):
    def choose(self, name):
        return self.known.get(name, _erf)


@alternative(BertIntermediate)
class ByNormalDistribution(_Intermediate):
    known = {"gelu": lambda x: x * torch.special.ndtr(x), "gelu_new": _tanh, "relu": lambda x: x.clamp(min=0)}  # noqa: RUF012


@alternative(BertIntermediate)
class ByErfc(_Intermediate):
    known = {  # noqa: RUF012
        "gelu": lambda x: 0.5 * x * torch.special.erfc(-x * 0.5**0.5),
        "gelu_new": lambda x: x * torch.sigmoid(2 * (2 / math.pi) ** 0.5 * (x + 0.044715 * x * x * x)),
        "relu": F.relu,
    }


# --- BertLayer --------------------------------------------------------------------------------------------------------


def BertLayer(config, parts=LIBRARY):
    """The library's own layer; around the parts of somebody else, the definition."""
    return _LibraryLayer(eager(config)) if parts.name == "LIBRARY" else _Wired(config, parts)


class _LibraryLayer(modeling_bert.BertLayer):
    """Returns the weights too: a hook on the attention keeps them, as transformers itself does."""

    def forward(self, hidden_states, mask=None):
        kept = []
        with self.attention.self.register_forward_hook(lambda module, args, output: kept.append(output[1])):
            result = super().forward(hidden_states, mask)
        return (result[0] if isinstance(result, tuple) else result), kept[0]


class _Wired(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention = nn.ModuleDict({"self": parts.self_attention(config), "output": parts.self_output(config)})
        self.intermediate, self.output = parts.intermediate(config), parts.output(config)

    def attend(self, hidden, mask):
        context, weights = self.attention["self"](hidden, mask)
        return self.attention["output"](context, hidden), weights

    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), attended), weights


@mistake(
    BertLayer,
    "The wide layer reads the layer's input: what the attention found never reaches it. Give it `attended`.",
)
class WideReadsInput(_Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(hidden_states), attended), weights


@mistake(
    BertLayer,
    "The second residual is the layer's input. It is the attention's output: a step adds to what came before it.",
)
class ResidualFromInput(_Wired):
    def forward(self, hidden_states, mask=None):
        attended, weights = self.attend(hidden_states, mask)
        return self.output(self.intermediate(attended), hidden_states), weights


@mistake(
    BertLayer, "Both bugs are still there: the first residual is not the layer's input, the second not `attended`."
)
class BothResiduals(_Wired):
    def forward(self, hidden_states, mask=None):
        context, weights = self.attention["self"](hidden_states, mask)
        attended = self.attention["output"](context, context)
        return self.output(self.intermediate(attended), hidden_states), weights


@mistake(
    BertLayer,
    "The first residual is lost: attention.output gets what the heads found twice, and never the layer's input.",
)
class FirstResidualFromContext(_Wired):
    def attend(self, hidden, mask):
        context, weights = self.attention["self"](hidden, mask)
        return self.attention["output"](context, context), weights


@mistake(
    BertLayer,
    "attention.output is left out: what the heads bring back is mixed, added and normalised before the wide layer.",
)
class SkipsSelfOutput(_Wired):
    def attend(self, hidden, mask):
        return self.attention["self"](hidden, mask)


@mistake(BertLayer, "The mask is not handed on to the attention.")
class KeepsTheMask(_Wired):
    def attend(self, hidden, mask):
        return super().attend(hidden, None)


@mistake(BertLayer, "The layer ends after the attention: the wide layer and its output are made and never used.")
class EndsEarly(_Wired):
    def forward(self, hidden_states, mask=None):
        return self.attend(hidden_states, mask)


@mistake(BertLayer, "The layer always takes the library's parts and never those that it is given.")
class IgnoresParts(_Wired):
    def __init__(self, config, parts=LIBRARY):
        super().__init__(config)


@alternative(BertLayer)
class NamesByHand(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention = nn.Module()
        self.attention.self = parts.self_attention(config)
        self.attention.output = parts.self_output(config)
        self.intermediate = parts.intermediate(config)
        self.output = parts.output(config)

    def forward(self, x, mask=None):
        found, weights = self.attention.self(x, mask)
        middle = self.attention.output(found, x)
        return self.output(self.intermediate(middle), middle), weights


class _Half(nn.Module):
    def __init__(self, config, parts):
        super().__init__()
        self.self, self.output = parts.self_attention(config), parts.self_output(config)

    def forward(self, x, mask):
        found, weights = self.self(x, mask)
        return self.output(found, x), weights


@alternative(BertLayer)
class TwoHalves(nn.Module):
    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.attention = _Half(config, parts)
        self.intermediate, self.output = parts.intermediate(config), parts.output(config)

    def forward(self, hidden_states, mask=None):
        middle, weights = self.attention(hidden_states, mask)
        return self.output(self.intermediate(middle), middle), weights


# --- BertPooler -------------------------------------------------------------------------------------------------------


class BertPooler(modeling_bert.BertPooler):
    """The library's own."""


class _Pooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def choose(self, hidden):
        return hidden[:, 0]

    def forward(self, hidden_states):
        return torch.tanh(self.dense(self.choose(hidden_states)))


@mistake(BertPooler, "The mean over all tokens is taken. BERT's pooler takes the first token, [CLS], alone.")
class PoolsTheMean(_Pooler):
    def choose(self, hidden):
        return hidden.mean(1)


@mistake(BertPooler, "The last token is taken. [CLS] is the first: hidden[:, 0].")
class PoolsTheLast(_Pooler):
    def choose(self, hidden):
        return hidden[:, -1]


@mistake(
    BertPooler, "The first sentence is taken in place of each sentence's first token: hidden[0] is not hidden[:, 0]."
)
class PoolsTheFirstSentence(_Pooler):
    def choose(self, hidden):
        return hidden[0]


@mistake(BertPooler, "There is no tanh after the dense layer.")
class PoolsWithoutTanh(_Pooler):
    def forward(self, hidden_states):
        return self.dense(self.choose(hidden_states))


@mistake(BertPooler, "The tanh comes before the dense layer. It comes after it.")
class TanhFirst(_Pooler):
    def forward(self, hidden_states):
        return self.dense(torch.tanh(self.choose(hidden_states)))


@mistake(BertPooler, "The dense layer is skipped: the vector of [CLS] itself comes out.")
class PoolsWithoutDense(_Pooler):
    def forward(self, hidden_states):
        return torch.tanh(self.choose(hidden_states))


@mistake(BertPooler, "A dimension of one token is left in the result: index the token, hidden[:, 0], do not slice it.")
class KeepsTheToken(_Pooler):
    def choose(self, hidden):
        return hidden[:, :1]


@mistake(BertPooler, "The largest number over all tokens is taken. BERT's pooler takes the first token, [CLS], alone.")
class PoolsTheMaximum(_Pooler):
    def choose(self, hidden):
        return hidden.amax(1)


@alternative(BertPooler)
class PoolsBySelect(_Pooler):
    def forward(self, hidden_states):
        first = hidden_states.select(1, 0)
        return (first @ self.dense.weight.T + self.dense.bias).tanh()


@alternative(BertPooler)
class PoolsAfterDense(_Pooler):
    def forward(self, hidden_states):
        return self.dense(hidden_states).tanh().unbind(1)[0]


# --- load_pretrained --------------------------------------------------------------------------------------------------


def load_pretrained(model, checkpoint):
    """The definition: one tensor of the model after the other, and nothing is written before all is known."""
    named = {_modern(name): name for name in checkpoint}
    state = model.state_dict()
    for name, value in state.items():
        if name not in named:
            raise KeyError(name)
        if checkpoint[named[name]].shape != value.shape:
            raise ValueError(name)
    with torch.no_grad():
        for name, value in state.items():
            value.copy_(checkpoint[named[name]])
    return sorted(old for new, old in named.items() if new not in state)


def _modern(name, prefix="bert."):
    name = name[len(prefix) :] if name.startswith(prefix) else name
    for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
        if name.endswith("LayerNorm" + old):
            name = name[: -len(old)] + new
    return name


def _load(model, checkpoint, *, modern=_modern, check=True, left=None, copy=None, state=None):
    """The frame of most answers; mistakes change one step."""
    named = {modern(name): name for name in checkpoint}
    state = model.state_dict() if state is None else state
    given = {name: checkpoint[named[name]] for name in state if name in named}
    if check:
        for name, value in state.items():
            if name not in given:
                raise KeyError(name)
            if given[name].shape != value.shape:
                raise ValueError(name)
    (copy or (lambda model, given: model.load_state_dict(given)))(model, given)
    extra = sorted(old for new, old in named.items() if new not in state)
    return extra if left is None else left(extra)


@mistake(
    load_pretrained,
    "strict=False hides what is missing: the model keeps random numbers there, and nobody is told. Raise KeyError.",
)
def loads_without_looking(model, checkpoint):
    def copy(model, given):
        shapes = {name: value.shape for name, value in model.state_dict().items()}
        for name in [name for name in given if given[name].shape != shapes[name]]:
            raise ValueError(name)
        model.load_state_dict(given, strict=False)

    return _load(model, checkpoint, check=False, copy=copy)


@mistake(
    load_pretrained,
    "The tensors are copied before all names and shapes are checked: after the error the model is half old, half new.",
)
def loads_half(model, checkpoint):
    named = {_modern(name): name for name in checkpoint}
    state = model.state_dict()
    for name, value in state.items():
        if name not in named:
            raise KeyError(name)
        if checkpoint[named[name]].shape != value.shape:
            raise ValueError(name)
        value.copy_(checkpoint[named[name]])
    return sorted(old for new, old in named.items() if new not in state)


@mistake(
    load_pretrained,
    'replace("bert.", "") changes the middle of a name too. Only a "bert." in front is to go: removeprefix.',
)
def replaces_anywhere(model, checkpoint):
    def modern(name):
        return _modern(name.replace("bert.", ""))

    return _load(model, checkpoint, modern=modern)


@mistake(
    load_pretrained,
    'lstrip("bert.") takes away any letter of b, e, r, t: "embeddings" becomes "mbeddings". Use removeprefix.',
)
def strips_letters(model, checkpoint):
    return _load(model, checkpoint, modern=lambda name: _modern(name.lstrip("bert."), prefix="\0"))


@mistake(load_pretrained, 'A checkpoint that was saved with a head has "bert." in front of its names: take it away.')
def keeps_the_prefix(model, checkpoint):
    return _load(model, checkpoint, modern=lambda name: _modern(name, prefix="\0"))


@mistake(load_pretrained, "gamma and beta of old files are not renamed: they are LayerNorm's weight and bias.")
def keeps_gamma(model, checkpoint):
    return _load(model, checkpoint, modern=lambda name: name.removeprefix("bert."))


@mistake(
    load_pretrained,
    "gamma and beta have changed places: gamma multiplies and is the weight, beta is added and is the bias.",
)
def swaps_gamma_and_beta(model, checkpoint):
    def modern(name):
        return _modern(
            name.replace("LayerNorm.gamma", "LayerNorm.beta_")
            .replace("LayerNorm.beta", "LayerNorm.gamma")
            .replace("gamma_", "beta")
        )

    return _load(model, checkpoint, modern=modern)


@mistake(
    load_pretrained,
    "Only parameters are loaded. A buffer that is saved, as a running mean, belongs to the model's state too: walk "
    "state_dict().",
)
def forgets_buffers(model, checkpoint):
    state = dict(model.named_parameters())
    known = model.state_dict()
    copy = lambda model, given: model.load_state_dict(given, strict=False)  # noqa: E731
    return [name for name in _load(model, checkpoint, state=state, copy=copy) if _modern(name) not in known]


@mistake(
    load_pretrained,
    "The checkpoint's own tensors become the model's (assign=True): whoever changes one changes the other. Copy.",
)
def shares_the_tensors(model, checkpoint):
    return _load(model, checkpoint, copy=_assign)


def _assign(model, given):
    for name, value in [*model.named_parameters(), *model.named_buffers()]:
        value.data = given[name].to(value.dtype)


@mistake(load_pretrained, "Names are popped from the caller's checkpoint. Copy the dict, or pop from your own.")
def pops_from_the_caller(model, checkpoint):
    result = _load(model, checkpoint)
    for name in [name for name in checkpoint if name not in result]:
        checkpoint.pop(name)
    return result


@mistake(
    load_pretrained,
    "The names that are left over are given as they look after renaming. Give them as they stand in the checkpoint.",
)
def renames_what_is_left(model, checkpoint):
    return _load(model, checkpoint, left=lambda extra: sorted(_modern(name) for name in extra))


@mistake(
    load_pretrained,
    "Nothing is returned. Return the names that found no place, sorted: a head that one has lost should show.",
)
def says_nothing(model, checkpoint):
    return _load(model, checkpoint, left=lambda extra: None)


@mistake(
    load_pretrained,
    "A tensor that the model has no place for is an error here. It is not: a head, or positions in old files. List it.",
)
def refuses_heads(model, checkpoint):
    def refuse(extra):
        if extra:
            raise KeyError(extra[0])
        return extra

    return _load(model, checkpoint, left=refuse)


@alternative(load_pretrained)
def loads_by_state_dict(model, checkpoint):
    renamed = {}
    for name in checkpoint:
        new = name.removeprefix("bert.")
        new = new.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        renamed[new] = name
    wanted = model.state_dict()
    if missing := wanted.keys() - renamed.keys():
        raise KeyError(f"missing: {sorted(missing)}")
    found = {name: checkpoint[renamed[name]] for name in wanted}
    if wrong := [name for name in wanted if wanted[name].shape != found[name].shape]:
        raise ValueError(f"of another shape: {wrong}")
    model.load_state_dict(found)
    return sorted(renamed[name] for name in renamed.keys() - wanted.keys())


@alternative(load_pretrained)
def loads_by_walking(model, checkpoint):
    left, found = [], {}
    targets = model.state_dict(keep_vars=True)
    for name, value in checkpoint.items():
        new = _modern(name)
        if new in targets:
            found[new] = value
        else:
            left.append(name)
    for name, target in targets.items():
        if name not in found:
            raise KeyError(name)
        if target.shape != found[name].shape:
            raise ValueError(f"{name}: {tuple(target.shape)} and {tuple(found[name].shape)}")
    for name, target in targets.items():
        target.detach().copy_(found[name])
    left.sort()
    return left


# --- Bert -------------------------------------------------------------------------------------------------------------

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


class _Hidden(list):
    """Layers in a plain list."""


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
    "mask = None if attention_mask is None else self.parts.mask(attention_mask, states[ -1].dtype)",
    "there is one state so far, the first and the last",
)
